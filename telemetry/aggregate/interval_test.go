package aggregate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// spanned is a reading of a span; from is zero for one of an instant.
type spanned struct {
	reading
	from time.Time
}

func spannedBatches(t testing.TB, rows []spanned, size int) []*telemetry.Batch {
	var out []*telemetry.Batch
	for part := range slices.Chunk(rows, size) {
		b := &telemetry.Batch{}
		for _, r := range part {
			o := r.observation()
			o.From = r.from
			require.NoError(t, b.Add(o))
		}
		out = append(out, b)
	}
	return out
}

// hourlyTable is what a city publishes: the mean of every hour, of some stations, over
// the days around both changes of the clocks; now and then the mean of a whole civil
// day, and the reading of an instant.
func hourlyTable(t testing.TB, zone *time.Location) []spanned {
	rng := rand.New(rand.NewPCG(4, 4))
	var rows []spanned
	for _, day := range []time.Time{time.Date(2026, 3, 27, 0, 0, 0, 0, zone), time.Date(2026, 10, 23, 0, 0, 0, 0, zone)} {
		for d := range 5 {
			from, to := day.AddDate(0, 0, d), day.AddDate(0, 0, d+1)
			for _, station := range []string{"s1", "s2", "s3"} {
				for at := from; at.Before(to); at = at.Add(time.Hour) {
					rows = append(rows, spanned{reading{station, "no2", at.Add(time.Hour), float64(rng.IntN(900)) / 10, telemetry.Valid}, at})
				}
			}
			rows = append(rows,
				spanned{reading{"s4", "no2", to, float64(rng.IntN(900)) / 10, telemetry.Valid}, from},
				spanned{reading{"s5", "no2", to, float64(rng.IntN(900)) / 10, telemetry.Valid}, time.Time{}})
		}
	}
	return rows
}

// TestIntervals: a mean of an hour is of the day, month and week that the hour is in,
// also on days of 23 and 25 hours; a reading of an instant is of its instant.
func TestIntervals(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	rows := hourlyTable(t, madrid)
	rng := rand.New(rand.NewPCG(5, 5))
	for _, f := range []period.Freq{period.Hour, period.Day, period.Week, period.Month, period.SchoolYear} {
		for _, place := range []Placement{AtStart, AtEnd} {
			for round := range 3 {
				c := Config{Window: f, Zone: madrid, Lateness: AnyOrder, Workers: 1 + round, Measures: []Measure{
					{ID: "plain", Attribute: "no2", Decimals: 1, Intervals: place},
					{ID: "bounded", Attribute: "no2", Decimals: 1, Intervals: place, Greatest: 1000},
					{ID: "once", Attribute: "no2", Decimals: 1, Intervals: place, Once: true, Keep: KeepEnds},
				}}
				want := map[Key][]reading{}
				for _, r := range rows {
					at := r.at
					if place == AtStart && !r.from.IsZero() {
						at = r.from
					}
					for _, m := range c.Measures {
						k := Key{Measure: m.ID, Group: r.entity, Window: period.Of(at, f, madrid)}
						want[k] = append(want[k], r.reading)
					}
				}
				r, err := Run(context.Background(), c, spannedBatches(t, rows, 1+rng.IntN(200)))
				require.NoError(t, err)
				require.Equal(t, len(want), r.Len())
				for k, row := range r.Rows() {
					sum, _, _, _ := decimalMoments(want[k], 1)
					require.EqualValues(t, len(want[k]), row.State.Count(), "%v", k)
					require.Equal(t, sum, row.State.Moments.Sum(), "%v", k)
				}
				if f == period.Day && place == AtStart {
					for day, n := range map[string]int64{"2026-03-28": 24, "2026-03-29": 23, "2026-03-31": 24, "2026-10-25": 25, "2026-10-26": 24} {
						require.Equal(t, n, r.At(Key{Measure: "plain", Group: "s2", Window: period.MustParse(day)}).State.Count(), day)
						require.EqualValues(t, 1, r.At(Key{Measure: "plain", Group: "s4", Window: period.MustParse(day)}).State.Count(), day)
					}
				}
				rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			}
		}
	}
}

// TestIntervalsHeld: the hours of a table cover a day whole, however many it has.
func TestIntervalsHeld(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	c := Config{Window: period.Day, Zone: madrid, Lateness: AnyOrder, Measures: []Measure{{ID: "no2", Attribute: "no2", Decimals: 1, Hold: Step, MaxAge: time.Hour}}}
	r, err := Run(context.Background(), c, spannedBatches(t, hourlyTable(t, madrid), 50))
	require.NoError(t, err)
	for k, row := range r.Rows() {
		if k.Group != "s1" || k.Entity != "" {
			continue
		}
		covered, whole := row.State.Span.Covered()
		require.EqualValues(t, row.End-row.Start, whole, "%v", k)
		require.Equal(t, whole, covered, "%v", k)
		mean, _ := row.State.Moments.Mean()
		weighted, _ := row.State.Span.Mean()
		require.Equal(t, mean, weighted, "%v", k)
	}
}

// TestIntervalBounds: the time of placement decides what is outside; a meter that says
// since when it counts is read at its end; a span that ends before it begins keeps its
// end.
func TestIntervalBounds(t *testing.T) {
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	rows := []spanned{
		{reading{"a", "e", day, 1, telemetry.Valid}, day.Add(-time.Hour)},
		{reading{"a", "e", day.Add(time.Hour), 3, telemetry.Valid}, day},
		{reading{"a", "e", day.Add(2 * time.Hour), 7, telemetry.Valid}, day.Add(-1000 * time.Hour)},
	}
	c := Config{Window: period.Day, From: day, Lateness: AnyOrder, Measures: []Measure{{ID: "e", Attribute: "e"}}}
	r, err := Run(context.Background(), c, spannedBatches(t, rows, 3))
	require.NoError(t, err)
	require.EqualValues(t, 2, r.Totals.Outside)
	require.EqualValues(t, 1, r.At(Key{Measure: "e", Group: "a", Window: period.MustParse("2026-05-01")}).State.Count())

	c.From = time.Time{}
	c.Measures = []Measure{{ID: "e", Attribute: "e", Meter: &Meter{}}}
	r, err = Run(context.Background(), c, spannedBatches(t, rows, 3))
	require.NoError(t, err)
	require.Equal(t, 6.0, r.At(Key{Measure: "e", Group: "a", Window: period.MustParse("2026-05-01")}).State.Increase.Total())

	b := spannedBatches(t, rows[1:2], 1)[0]
	b.Detail[0].From = b.Time[0] + 1
	b.Flags = append(b.Flags[:0], b.Flags[0]|telemetry.Integer)
	c.Measures[0].Meter = nil
	r, err = Run(context.Background(), c, []*telemetry.Batch{b})
	require.NoError(t, err)
	require.Equal(t, 1, r.Len())

	c.Measures[0].Intervals = 2
	_, err = New(c)
	require.ErrorIs(t, err, ErrConfig)
}

// TestIntervalsAllocateNothing: nor do they cost anything where there are none.
func TestIntervalsAllocateNothing(t *testing.T) {
	for _, from := range []time.Duration{0, time.Hour} {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			var rows []spanned
			for i := range 4096 {
				at := time.Date(2026, 5, 1, i%200, 0, 0, 0, time.UTC)
				r := spanned{reading{"a", "e", at, float64(i), telemetry.Valid}, time.Time{}}
				if from > 0 {
					r.from = at.Add(-from)
				}
				rows = append(rows, r)
			}
			b := spannedBatches(t, rows, len(rows))[0]
			a, err := New(Config{Window: period.Day, Measures: []Measure{{ID: "e", Attribute: "e"}}})
			require.NoError(t, err)
			require.NoError(t, a.Add(b))
			require.Zero(t, testing.AllocsPerRun(20, func() { _ = a.Add(b) }))
		})
	}
}

func TestAnyInterval(t *testing.T) {
	for n := range 40 {
		for at := range n + 1 { // the last: none
			flags := make([]telemetry.Flags, n)
			for i := range flags {
				flags[i] = ^telemetry.Interval
			}
			if at < n {
				flags[at] |= telemetry.Interval
			}
			require.Equal(t, at < n, anyInterval(flags))
		}
	}
}
