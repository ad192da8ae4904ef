package aggregate

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// nightReadings are readings of four devices through both nights, repeated and in
// conflict now and then.
func nightReadings(seed uint64, n int) []reading {
	rng := rand.New(rand.NewPCG(seed, 9))
	var out []reading
	for len(out) < n {
		r := reading{entity: fmt.Sprintf("d%d", 1+rng.IntN(4)), attribute: "t", quality: telemetry.Valid}
		r.at = time.Date(2026, 3, 28, 18, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(20*3600)) * time.Second)
		if rng.IntN(2) == 0 {
			r.at = r.at.Add(210 * 24 * time.Hour)
		}
		r.x = float64(rng.IntN(4000)) / 100
		out = append(out, r)
		if rng.IntN(10) == 0 {
			out = append(out, r)
		}
		if rng.IntN(10) == 0 {
			r.x++
			out = append(out, r)
		}
	}
	return out
}

// inOrder is what counts of a series: sorted, of one time the greatest value.
func inOrder(rows []reading, entity string) (out []reading, repeated, conflicts int) {
	for _, r := range rows {
		if r.entity == entity {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b reading) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.x, b.x)) })
	k := 0
	for i := range out {
		if k > 0 && out[k-1].at.Equal(out[i].at) {
			if out[k-1].x == out[i].x {
				repeated++
			} else {
				conflicts++
			}
			out[k-1] = out[i]
			continue
		}
		out[k] = out[i]
		k++
	}
	return out[:k], repeated, conflicts
}

// integral is that of a series between two instants, by the definition.
func integral(s []reading, hold Hold, maxAge time.Duration, from, to, end time.Time) (area *big.Rat, covered time.Duration) {
	area = new(big.Rat)
	for i, r := range s {
		next, v2 := end, r.x
		if i+1 < len(s) {
			next, v2 = s[i+1].at, s[i+1].x
		} else if hold == Linear {
			break
		}
		gap := next.Sub(r.at)
		if hold == Linear && gap > maxAge {
			continue
		}
		until := next
		if hold == Step && gap > maxAge {
			until = r.at.Add(maxAge)
		}
		a, b := r.at, until
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		if !a.Before(b) {
			continue
		}
		covered += b.Sub(a)
		line := func(t time.Time) *big.Rat {
			v := asDecimal(r.x, 2)
			if hold == Linear {
				d := new(big.Rat).Sub(asDecimal(v2, 2), v)
				v.Add(v, d.Mul(d, big.NewRat(int64(t.Sub(r.at)), int64(gap))))
			}
			return v
		}
		mean := new(big.Rat).Add(line(a), line(b))
		area.Add(area, mean.Mul(mean, big.NewRat(int64(b.Sub(a)), 2)))
	}
	return area, covered
}

func orderedConfig(t testing.TB, f period.Freq) Config {
	return Config{
		Window: f, Zone: zone(t, "Europe/Madrid"), Group: testGroup(t), Lateness: AnyOrder,
		Measures: []Measure{
			{ID: "step", Attribute: "t", Decimals: 2, Hold: Step, MaxAge: 40 * time.Minute},
			{ID: "linear", Attribute: "t", Decimals: 2, Hold: Linear, MaxAge: 90 * time.Minute},
			{ID: "once", Attribute: "t", Decimals: 2, Once: true, Keep: KeepValues | KeepEnds},
			{ID: "meter", Attribute: "t", Decimals: 2, Meter: &Meter{Noise: 0.5}},
			{ID: "all", Attribute: "t", Decimals: 2},
		},
	}
}

func TestTimedAgainstNaive(t *testing.T) {
	for _, f := range []period.Freq{period.Hour, period.Day, period.Month, period.None} {
		c := orderedConfig(t, f)
		rows := nightReadings(uint64(f), 900)
		r, err := Run(context.Background(), c, batches(t, rows, 100))
		require.NoError(t, err)
		groups := map[string][]string{"madrid": {"d4"}, "las palmas": {"d1", "d2", "d3"}}
		for m, hold := range []Hold{Step, Linear} {
			age := c.Measures[m].MaxAge
			var end time.Time
			for k, row := range r.Rows() {
				if k.Measure == c.Measures[m].ID && row.End > end.UnixNano() {
					end = time.Unix(0, row.End)
				}
			}
			rows1 := 0
			for k, row := range r.Rows() {
				if k.Measure != c.Measures[m].ID || k.Entity != "" {
					continue
				}
				rows1++
				from, to := time.Unix(0, row.Start), time.Unix(0, row.End)
				if f == period.None {
					from, to = time.Unix(0, 0), end
				}
				area, covered := new(big.Rat), time.Duration(0)
				readings := int64(0)
				for _, d := range groups[k.Group] {
					s, _, _ := inOrder(rows, d)
					a, b := integral(s, hold, age, from, to, end)
					area.Add(area, a)
					covered += b
					for _, x := range s {
						if !x.at.Before(from) && x.at.Before(to) {
							readings++
						}
					}
				}
				require.Equal(t, readings, row.State.Count())
				span := row.State.Span
				got, whole := span.Covered()
				require.EqualValues(t, covered, got, "%v", k)
				if f != period.None {
					require.EqualValues(t, int64(len(groups[k.Group]))*(row.End-row.Start), whole)
				}
				mean, ok := span.Mean()
				require.Equal(t, covered > 0, ok)
				if ok {
					want, _ := area.Quo(area, big.NewRat(int64(covered), 1)).Float64()
					require.InDelta(t, want, mean, 1e-9)
					if hold == Step {
						require.Equal(t, want, mean)
					}
				}
			}
			require.NotZero(t, rows1)
		}
		// Once, and the counts of what was left out; days and months by merging.
		for g, list := range groups {
			var n, sum, dup, con int64
			for _, d := range list {
				s, a, b := inOrder(rows, d)
				dup, con = dup+int64(a), con+int64(b)
				n += int64(len(s))
				for _, x := range s {
					sum += int64(x.x*100 + 0.5)
				}
			}
			var got Rejects
			var count int64
			var total float64
			for k, row := range r.Rows() {
				if k.Group == g && k.Measure == "once" {
					count += row.State.Count()
					total += row.State.Moments.Sum()
					if row.State.Rejects != nil {
						for i, x := range row.State.Rejects {
							got[i] += x
						}
					}
				}
			}
			require.Equal(t, n, count)
			require.InDelta(t, float64(sum)/100, total, 1e-6)
			require.Equal(t, Rejects{RejectDuplicate: dup, RejectConflict: con}, got)
		}
	}
}

// TestOrderedAnyOrder: ordered states do not depend on the order of arrival, on
// batches, on workers or on asking in between; coarser windows are those of the rows.
func TestOrderedAnyOrder(t *testing.T) {
	c := orderedConfig(t, period.Hour)
	rows := nightReadings(5, 4000)
	r, err := Run(context.Background(), c, batches(t, rows, 300))
	require.NoError(t, err)
	want := dump(t, r)
	rng := rand.New(rand.NewPCG(6, 6))
	for workers := 1; workers < 5; workers++ {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		c.Workers = workers
		a, err := New(c)
		require.NoError(t, err)
		for _, b := range batches(t, rows, 1+rng.IntN(1000)) {
			require.NoError(t, a.Add(b))
			_, err := a.Result(t.Context())
			require.NoError(t, err)
		}
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "workers %d", workers)
	}
	// Sorted by time, without lateness, and nearly sorted with some: the same.
	slices.SortStableFunc(rows, func(a, b reading) int { return a.at.Compare(b.at) })
	c.Lateness = 0
	r, err = Run(context.Background(), c, batches(t, rows, 64))
	require.NoError(t, err)
	require.True(t, slices.Equal(want, dump(t, r)))
	for i := range len(rows) / 20 { // within stretches of 20 rows, some minutes
		part := rows[20*i : 20*i+20]
		if part[19].at.Sub(part[0].at) > 6*time.Hour {
			continue // from one night to the other
		}
		rng.Shuffle(20, func(i, j int) { part[i], part[j] = part[j], part[i] })
	}
	c.Lateness = 6 * time.Hour
	r, err = Run(context.Background(), c, batches(t, rows, 64))
	require.NoError(t, err)
	require.True(t, slices.Equal(want, dump(t, r)))

	for _, f := range []period.Freq{period.Day, period.Month, period.Year, period.SchoolYear} {
		c.Window = f
		direct, err := Run(context.Background(), c, batches(t, rows, 500))
		require.NoError(t, err)
		merged, err := r.To(f)
		require.NoError(t, err)
		for k, row := range direct.Rows() {
			m := merged.At(k)
			require.NotNil(t, m, "%v", k)
			a, b := row.State, m.State
			if k.Entity == "" && k.Measure == "step" {
				// Readings stand until the last window ends: that of the hour, or the day.
				a.Span, b.Span = nil, nil
			}
			x, _ := a.AppendBinary(nil)
			y, _ := b.AppendBinary(nil)
			require.Equal(t, x, y, "%v", k)
		}
	}
	weeks, err := Run(context.Background(), Config{Window: period.Week, Measures: c.Measures[4:]},
		batches(t, []reading{{entity: "d", attribute: "t", at: time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)}}, 1))
	require.NoError(t, err)
	_, err = weeks.To(period.Month)
	require.ErrorIs(t, err, ErrWindow)
}

func TestRolling(t *testing.T) {
	c := testConfig(t, period.Day)
	c.Measures = c.Measures[:1]
	rows := readings(20, 3000)
	r, err := Run(context.Background(), c, batches(t, rows, 500))
	require.NoError(t, err)
	week, err := r.Rolling(7)
	require.NoError(t, err)
	require.Greater(t, week.Len(), r.Len())
	for k, row := range week.Rows() {
		require.Equal(t, 7, k.Window.Rolling())
		var list []reading
		for _, x := range valid(rows) {
			if x.attribute == "t" && testGroup(t)(telemetry.Entity{ID: x.entity}).ID == k.Group && x.at.UnixNano() >= row.Start && x.at.UnixNano() < row.End {
				list = append(list, x)
			}
		}
		require.EqualValues(t, len(list), row.State.Count(), "%v", k)
		if len(list) > 0 {
			sum, _, _, _ := decimalMoments(list, 6)
			require.Equal(t, sum, row.State.Moments.Sum())
		}
	}
}

func TestMeter(t *testing.T) {
	at := func(min int) time.Time { return time.Date(2026, 1, 1, 0, min, 0, 0, time.UTC) }
	for _, c := range []struct {
		name          string
		meter         Meter
		x             []float64
		total         float64
		resets, wraps int64
	}{
		{"rising", Meter{}, []float64{10, 12, 15}, 5, 0, 0},
		{"reset", Meter{}, []float64{100, 110, 3, 5}, 15, 1, 0},
		{"wrap", Meter{Modulus: 65536}, []float64{65530, 65535, 4}, 10, 0, 1},
		{"reset of a meter that can wrap", Meter{Modulus: 65536}, []float64{30000, 10}, 10, 1, 0},
		{"noise", Meter{Noise: 0.5}, []float64{10, 9.8, 10, 9.9, 11}, 1, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range []period.Freq{period.None, period.Hour} { // 37 minutes apart: over edges
				var rows []reading
				for i, x := range c.x {
					rows = append(rows, reading{entity: "m", attribute: "e", at: at(37 * i), x: x})
				}
				r, err := Run(context.Background(), Config{Window: f, Measures: []Measure{{ID: "e", Attribute: "e", Decimals: 3, Meter: &c.meter}}}, batches(t, rows, 2))
				require.NoError(t, err)
				if f == period.Hour {
					r, err = r.To(period.Day)
					require.NoError(t, err)
				}
				for k, row := range r.Rows() {
					if k.Entity == "" {
						require.InDelta(t, c.total, row.State.Increase.Total(), 1e-12)
						resets, wraps, unknown := row.State.Increase.Resets()
						require.Equal(t, []int64{c.resets, c.wraps, 1}, []int64{resets, wraps, unknown})
						rate, ok := row.State.Increase.Rate()
						require.True(t, ok)
						require.InDelta(t, c.total/(37*60*float64(len(c.x)-1)), rate, 1e-9)
					} else {
						require.InDelta(t, c.total, float64(row.State.Counter.increase.lo)/1000, 1e-9)
					}
				}
			}
		})
	}
}

// TestLate: what comes later than allowed is counted in its window and changes nothing.
func TestLate(t *testing.T) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []reading{
		{entity: "s", attribute: "t", at: base, x: 1}, {entity: "s", attribute: "t", at: base.Add(2 * time.Hour), x: 3},
		{entity: "s", attribute: "t", at: base.Add(90 * time.Minute), x: 100}, {entity: "s", attribute: "t", at: base.Add(30 * time.Minute), x: 100},
	}
	for late, want := range map[time.Duration][2]int64{0: {2, 2}, time.Hour: {3, 1}, 2 * time.Hour: {4, 0}} {
		r, err := Run(context.Background(), Config{Lateness: late, Measures: []Measure{{ID: "t", Attribute: "t", Once: true}}}, batches(t, rows, 1))
		require.NoError(t, err)
		s := &r.At(Key{Measure: "t", Group: "s"}).State
		require.Equal(t, want[0], s.Count(), late)
		if want[1] > 0 {
			require.Equal(t, want[1], s.Rejects[RejectLate])
		}
	}
}

func TestConflicts(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []reading{
		{entity: "s", attribute: "t", at: at, x: 5, quality: telemetry.Valid}, {entity: "s", attribute: "t", at: at, x: 7, quality: telemetry.Estimated},
		{entity: "s", attribute: "t", at: at, x: 5, quality: telemetry.Valid}, {entity: "s", attribute: "t", at: at, x: 6, quality: telemetry.Unvalidated},
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for rule, want := range map[Conflict]float64{LastSource: 7, BestQuality: 5, Neither: 0} {
			r, err := Run(context.Background(), Config{Conflict: rule, Measures: []Measure{{ID: "t", Attribute: "t", Once: true}}}, batches(t, rows, 1))
			require.NoError(t, err)
			s := &r.At(Key{Measure: "t", Group: "s"}).State
			require.Equal(t, want, s.Moments.Sum())
			conflicts := int64(2)
			if rule == Neither {
				conflicts = 3
			}
			require.Equal(t, Rejects{RejectDuplicate: 1, RejectConflict: conflicts}, *s.Rejects)
		}
	}
}

// TestTimedSplit: a reading repeated in between changes nothing under Step, and merging
// parts of a series is the series.
func TestTimedSplit(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		hold := Step + Hold(rng.IntN(2))
		age := int64(1 + rng.IntN(1000))
		newTimed := func() Timed { return Timed{scale: 2, hold: hold, maxAge: age} }
		whole, parts := newTimed(), []Timed{newTimed()}
		meter := Counter{scale: 2, modulus: 5000, noise: 10}
		pieces := []Counter{meter}
		at := int64(0)
		for range 50 {
			at += int64(1 + rng.IntN(500))
			v := int64(rng.IntN(5000))
			whole.add(at, v)
			meter.add(at, v)
			if rng.IntN(5) == 0 {
				parts, pieces = append(parts, newTimed()), append(pieces, Counter{scale: 2, modulus: 5000, noise: 10})
			}
			parts[len(parts)-1].add(at, v)
			pieces[len(pieces)-1].add(at, v)
		}
		for len(parts) > 1 {
			i := rng.IntN(len(parts) - 1)
			require.NoError(t, parts[i].Merge(&parts[i+1]))
			require.NoError(t, pieces[i].Merge(&pieces[i+1]))
			parts, pieces = slices.Delete(parts, i+1, i+2), slices.Delete(pieces, i+1, i+2)
		}
		require.Equal(t, whole, parts[0])
		require.Equal(t, meter, pieces[0])
		raw, _ := whole.AppendBinary(nil)
		var back Timed
		require.NoError(t, back.UnmarshalBinary(raw))
		require.Equal(t, whole, back)
		raw, _ = meter.AppendBinary(nil)
		var b2 Counter
		require.NoError(t, b2.UnmarshalBinary(raw))
		require.Equal(t, meter, b2)
		require.Error(t, back.Merge(&whole))
	}
}

// TestTimeInState: a door's minutes open, and the hours of a station above a limit.
func TestTimeInState(t *testing.T) {
	var b telemetry.Batch
	at := func(min int) time.Time { return time.Date(2026, 10, 25, 0, min, 0, 0, time.UTC) }
	for _, x := range []struct {
		min  int
		text string
	}{{0, "closed"}, {10, "open"}, {40, "closed"}, {55, "open"}, {75, "closed"}} {
		require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "door"}, Attribute: "state", Time: at(x.min), Value: telemetry.Value{Kind: telemetry.Text, Text: x.text}}))
	}
	for i, v := range []float64{180, 210, 200, 250} {
		require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "no2"}, Attribute: "no2", Time: at(30 * i), Value: telemetry.Value{Kind: telemetry.Number, Number: v}}))
	}
	limit := 200.0
	r, err := Run(context.Background(), Config{Window: period.Hour, Zone: zone(t, "Atlantic/Canary"), Measures: []Measure{
		{ID: "open", Attribute: "state", Form: Text, Texts: []string{"open"}, Hold: Step, MaxAge: time.Hour},
		{ID: "above", Attribute: "no2", Threshold: &limit, Hold: Step, MaxAge: 30 * time.Minute},
	}}, []*telemetry.Batch{&b})
	require.NoError(t, err)
	// The hour from 1 to 2 occurs twice that night in the Canary Islands: 00:00 and 01:00 UTC.
	first, second := period.MustParse("2026-10-25T01+01:00"), period.MustParse("2026-10-25T01+00:00")
	for _, c := range []struct {
		key   Key
		hours float64
	}{
		{Key{Measure: "open", Group: "door", Window: first}, 35.0 / 60}, {Key{Measure: "open", Group: "door", Window: second}, 15.0 / 60},
		{Key{Measure: "above", Group: "no2", Window: first}, 0.5}, {Key{Measure: "above", Group: "no2", Window: second}, 0.5},
	} {
		row := r.At(c.key)
		require.NotNil(t, row, "%v", c.key)
		got, ok := row.State.Span.Hours()
		require.True(t, ok)
		require.Equal(t, c.hours, got, "%v", c.key)
	}
}

// TestBeyondDecimals: a series without a reading that can be a decimal has no figure, and
// none of a time that nobody gave.
func TestBeyondDecimals(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r, err := Run(context.Background(), Config{Window: period.Year, Measures: []Measure{{ID: "t", Attribute: "t", Hold: Step, MaxAge: time.Hour, Meter: &Meter{}}}},
		batches(t, []reading{{entity: "s", attribute: "t", at: at, x: 1e12}}, 1))
	require.NoError(t, err)
	require.Equal(t, 1, r.Len())
	s := &r.At(Key{Measure: "t", Group: "s", Window: period.MustParse("2026")}).State
	require.Equal(t, Rejects{RejectRange: 1}, *s.Rejects)
	require.Nil(t, s.Span)
	require.Nil(t, s.Increase)
}
