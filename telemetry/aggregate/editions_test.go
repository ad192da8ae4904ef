package aggregate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// arrivals are readings in the order of arrival: most in the order of time, some hours,
// a few days late.
func arrivals(seed uint64, n int) []reading {
	rng := rand.New(rand.NewPCG(seed, 77))
	type arrival struct {
		reading
		at time.Time
	}
	var list []arrival
	for range n {
		r := reading{entity: fmt.Sprintf("d%d", 1+rng.IntN(5)), attribute: "t", quality: telemetry.Valid}
		r.at = time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(10*24*60)) * time.Minute)
		r.x = float64(rng.IntN(4000)) / 100
		late := time.Duration(rng.IntN(60)) * time.Minute
		switch rng.IntN(40) {
		case 0:
			late += time.Duration(rng.IntN(70)) * time.Hour
		case 1:
			late += 5 * time.Hour
		}
		list = append(list, arrival{r, r.at.Add(late)})
	}
	slices.SortStableFunc(list, func(a, b arrival) int { return a.at.Compare(b.at) })
	out := make([]reading, n)
	for i := range list {
		out[i] = list[i].reading
	}
	return out
}

// TestEditions: each edition is what the readings that had come make, one is new only if
// the state is, what is published stays until then, and the last editions are the whole.
func TestEditions(t *testing.T) {
	rows := arrivals(1, 4000)
	c := Config{Window: period.Day, Zone: zone(t, "Europe/Madrid"), Lateness: AnyOrder, Measures: []Measure{
		{ID: "plain", Attribute: "t", Decimals: 2, Keep: KeepHistogram},
		{ID: "float", Attribute: "t", Form: Float},
		{ID: "held", Attribute: "t", Decimals: 2, Hold: Step, MaxAge: time.Hour},
	}}
	a, err := New(c)
	require.NoError(t, err)
	w := Watermark{Lateness: 2 * time.Hour}
	var e Editions
	seen := map[Key]Edition{}
	corrected, came := 0, []reading{}
	list := batches(t, rows, 100)
	list = append(list, batches(t, []reading{{entity: "d1", attribute: "t", at: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), x: 1, quality: telemetry.Valid}}, 1)...)
	for i, b := range list {
		require.NoError(t, a.Add(b))
		require.Zero(t, w.Add(b, math.MaxInt64))
		came = append(came, rows[min(100*i, len(rows)):min(100*i+100, len(rows))]...)
		mark, ok := w.At()
		require.True(t, ok)
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		out, err := e.Publish(r, mark)
		require.NoError(t, err)
		again, err := e.Publish(r, mark)
		require.NoError(t, err)
		require.Empty(t, again)
		for _, n := range out {
			last, ok := seen[n.Key]
			require.Equal(t, ok, n.Before != nil)
			require.Equal(t, last.Number+1, n.Number)
			raw, _ := n.State.AppendBinary(nil)
			if ok {
				corrected++
				before, _ := n.Before.AppendBinary(nil)
				want, _ := last.State.AppendBinary(nil)
				require.Equal(t, want, before)
				require.NotEqual(t, raw, before)
			}
			if n.Key.Measure == "plain" {
				end := n.Key.Window.End(c.Zone).UnixNano()
				require.LessOrEqual(t, end, mark)
				var mine []reading
				for _, x := range came {
					if x.entity == n.Key.Group && period.Of(x.at, period.Day, c.Zone) == n.Key.Window {
						mine = append(mine, x)
					}
				}
				sum, _, _, _ := decimalMoments(mine, 2)
				require.EqualValues(t, len(mine), n.State.Count())
				require.Equal(t, sum, n.State.Moments.Sum())
			}
			n.State = copyOf(t, &n.State)
			seen[n.Key] = n
		}
		// Whatever is final is as it was published.
		for k, row := range r.Rows() {
			if n, ok := seen[k]; ok {
				x, _ := row.State.AppendBinary(nil)
				y, _ := n.State.AppendBinary(nil)
				require.Equal(t, x, y, "%v", k)
				require.Equal(t, n.Number, e.Number(k))
			}
		}
		if i%10 == 5 { // through bytes
			raw, err := e.AppendBinary(nil)
			require.NoError(t, err)
			var back Editions
			require.NoError(t, back.UnmarshalBinary(raw))
			again, _ := back.AppendBinary(nil)
			require.Equal(t, raw, again)
			e = back
		}
	}
	require.Greater(t, corrected, 20)
	require.Len(t, seen, e.Len())
	r, err := Run(context.Background(), c, list)
	require.NoError(t, err)
	n := 0
	for k, row := range r.Rows() {
		if e, ok := seen[k]; ok {
			n++
			x, _ := row.State.AppendBinary(nil)
			y, _ := e.State.AppendBinary(nil)
			require.Equal(t, x, y, "%v", k)
		}
	}
	require.Len(t, seen, n)
	e.Forget(func(k Key) bool { return k.Measure == "plain" })
	require.Less(t, e.Len(), n)
}

func copyOf(t *testing.T, s *State) (out State) {
	raw, _ := s.AppendBinary(nil)
	require.NoError(t, out.UnmarshalBinary(raw))
	return out
}

// TestRetiredEditions: retired results and what comes later merge to the whole, and
// publishing them by way of Merge makes the editions of a run that retires nothing, also
// over a crash; readings that must come once are not counted twice.
func TestRetiredEditions(t *testing.T) {
	rows := arrivals(2, 3000)
	for i := range rows { // some repeated at once, some later
		if i%50 == 7 {
			rows = append(rows, rows[i])
		}
	}
	base := Config{Window: period.Day, Zone: zone(t, "Europe/Madrid"), Lateness: 6 * time.Hour}
	c := base
	c.Measures = []Measure{
		{ID: "plain", Attribute: "t", Decimals: 2, Keep: KeepValues | KeepEntities},
		{ID: "once", Attribute: "t", Decimals: 2, Once: true},
	}
	a, err := New(c)
	require.NoError(t, err)
	whole, err := New(c)
	require.NoError(t, err)
	var e, want Editions
	w := Watermark{Lateness: 3 * time.Hour}
	var kept *Result
	corrections := 0
	for i, b := range batches(t, rows, 200) {
		require.NoError(t, a.Add(b))
		require.NoError(t, whole.Add(b))
		w.Add(b, math.MaxInt64)
		mark, _ := w.At()
		if i%4 == 3 {
			part, err := a.Retire(t.Context(), mark)
			require.NoError(t, err)
			if kept != nil {
				part, err = kept.Merge(part)
				require.NoError(t, err)
			}
			kept = part
			name := filepath.Join(t.TempDir(), "agg")
			require.NoError(t, a.Checkpoint(t.Context(), name, nil))
			a, _, err = Resume(c, name)
			require.NoError(t, err)
		}
		live, err := a.Result(t.Context())
		require.NoError(t, err)
		all := live
		if kept != nil {
			all, err = kept.Merge(live)
			require.NoError(t, err)
			some := false
			for x := range live.rows.all() {
				require.Equal(t, x.End <= kept.until, x.Correction)
				some = some || x.Correction
			}
			if some {
				corrections++
				_, err := new(Editions).Publish(live, math.MaxInt64)
				require.ErrorIs(t, err, ErrMismatch)
				_, err = (&Result{measures: live.measures, since: earliest, until: earliest}).Merge(live)
				require.ErrorIs(t, err, ErrMismatch)
				months, err := live.To(period.Month)
				require.NoError(t, err)
				_, err = new(Editions).Publish(months, math.MaxInt64)
				require.ErrorIs(t, err, ErrMismatch)
			}
		}
		direct, err := whole.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, direct.Totals, all.Totals)
		plain := func(r *Result) *Result {
			x := *r
			x.rows = rowList{}
			for y := range r.rows.all() {
				if y.measure == 0 {
					x.rows.add([]Row{*y})
				}
			}
			return &x
		}
		got, err := e.Publish(plain(all), mark)
		require.NoError(t, err)
		ref, err := want.Publish(plain(direct), mark)
		require.NoError(t, err)
		require.Equal(t, len(ref), len(got))
		for i := range got {
			require.Equal(t, ref[i].Key, got[i].Key)
			require.Equal(t, ref[i].Number, got[i].Number)
		}
	}
	require.NotZero(t, corrections)
	x, _ := e.AppendBinary(nil)
	y, _ := want.AppendBinary(nil)
	require.Equal(t, x, y)

	// Of "once" no reading counts twice, and what is left out is counted as late.
	live, err := a.Result(t.Context())
	require.NoError(t, err)
	all, err := kept.Merge(live)
	require.NoError(t, err)
	different := map[reading]bool{}
	for _, r := range rows {
		different[r] = true
	}
	var n, late, repeated, conflicts int64
	for k, row := range all.Rows() {
		if k.Measure != "once" {
			continue
		}
		n += row.State.Count()
		if r := row.State.Rejects; r != nil {
			late, repeated, conflicts = late+r[RejectLate], repeated+r[RejectDuplicate], conflicts+r[RejectConflict]
		}
	}
	require.LessOrEqual(t, n, int64(len(different)))
	require.NotZero(t, late)
	require.EqualValues(t, len(rows), n+late+repeated+conflicts)
}

// TestRetireWaiting: the last reading of a series, which waits for the next one, is
// counted in its window and not again after it.
func TestRetireWaiting(t *testing.T) {
	at := func(min int) time.Time { return time.Date(2026, 1, 1, 0, min, 0, 0, time.UTC) }
	var rows []reading
	for i, m := range []int{10, 50, 59, 65, 70, 59} {
		rows = append(rows, reading{"d", "t", at(m), float64(i), telemetry.Valid})
	}
	for _, late := range []time.Duration{0, 10 * time.Minute, AnyOrder} {
		a, err := New(Config{Window: period.Hour, Lateness: late, Measures: []Measure{{ID: "t", Attribute: "t", Once: true}}})
		require.NoError(t, err)
		list := batches(t, rows, 3)
		require.NoError(t, a.Add(list[0]))
		first, err := a.Retire(t.Context(), at(60).UnixNano())
		require.NoError(t, err)
		require.EqualValues(t, 3, first.rows.at(0).State.Count())
		require.NoError(t, a.Add(list[1]))
		rest, err := a.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, rest.Len())
		require.EqualValues(t, 0, rest.rows.at(0).State.Count())
		require.True(t, rest.rows.at(0).Correction)
		require.Equal(t, Rejects{RejectLate: 1}, *rest.rows.at(0).State.Rejects)
		require.EqualValues(t, 2, rest.rows.at(1).State.Count())
		all, err := a.Retire(t.Context(), math.MaxInt64)
		require.NoError(t, err)
		require.Equal(t, 2, all.Len())
		empty, err := a.Result(t.Context())
		require.NoError(t, err)
		require.Zero(t, empty.Len())
	}
}

// TestMergeResults: results of aggregators that read different inputs.
func TestMergeResults(t *testing.T) {
	c := testConfig(t, period.Hour)
	c.Measures = c.Measures[:2]
	rows := readings(21, 5000)
	whole, err := Run(context.Background(), c, batches(t, rows, 500))
	require.NoError(t, err)
	a, err := Run(context.Background(), c, batches(t, rows[:1700], 500))
	require.NoError(t, err)
	b, err := Run(context.Background(), c, batches(t, rows[1700:], 500))
	require.NoError(t, err)
	for _, pair := range [][2]*Result{{a, b}, {b, a}} {
		m, err := pair[0].Merge(pair[1])
		require.NoError(t, err)
		require.Equal(t, dump(t, whole), dump(t, m))
		require.Equal(t, whole.Totals, m.Totals)
	}
	c.Measures = slices.Clone(c.Measures)
	c.Measures[0].Decimals = 5
	other, err := Run(context.Background(), c, nil)
	require.NoError(t, err)
	_, err = a.Merge(other)
	require.ErrorIs(t, err, ErrMismatch)
	c.Measures = c.Measures[:1]
	other, err = Run(context.Background(), c, nil)
	require.NoError(t, err)
	_, err = a.Merge(other)
	require.ErrorIs(t, err, ErrMismatch)

	c.Measures = []Measure{{ID: "t", Attribute: "t", Hold: Step, MaxAge: time.Hour}}
	a, err = Run(context.Background(), c, batches(t, nightReadings(1, 10), 500))
	require.NoError(t, err)
	_, err = a.Merge(a)
	require.ErrorIs(t, err, ErrMismatch)
}

func TestWatermark(t *testing.T) {
	var w Watermark
	_, ok := w.At()
	require.False(t, ok)
	var b telemetry.Batch
	var codes []uint32
	for _, name := range []string{"a", "b"} {
		codes = append(codes, b.Sources.Code(telemetry.Source{Name: name}))
	}
	add := func(source uint32, t int64) {
		b.Append(&telemetry.Row{Time: t, Detail: telemetry.Detail{Source: source}})
	}
	add(codes[0], 1000)
	add(codes[1], 400)
	add(codes[0], 900)
	add(codes[0], telemetry.NoTime)
	add(codes[1], 1<<62)
	require.Equal(t, 1, w.Add(&b, 5000))
	at, ok := w.At()
	require.True(t, ok)
	require.EqualValues(t, 400, at)
	w.Lateness = 100
	at, _ = w.At()
	require.EqualValues(t, 300, at)
	w.Sources = []string{"a", "b", "c"}
	_, ok = w.At()
	require.False(t, ok)
	w.Forget("c")
	w.Forget("b")
	at, ok = w.At()
	require.True(t, ok)
	require.EqualValues(t, 900, at)
	b.Reset()
	add(codes[1], 700)
	w.Add(&b, 5000)
	at, _ = w.At()
	require.EqualValues(t, 600, at)
	w.Lateness = math.MaxInt64
	at, ok = w.At()
	require.True(t, ok)
	require.EqualValues(t, 700-math.MaxInt64, at)
}

// TestEditionsInCube: what is not published is provisional, and a cell says its edition
// and what it was before.
func TestEditionsInCube(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 5, d, 12, 0, 0, 0, time.UTC) }
	c := Config{Window: period.Day, Measures: []Measure{{ID: "t", Attribute: "t"}}}
	a, err := New(c)
	require.NoError(t, err)
	add := func(d int, x float64) {
		require.NoError(t, a.Add(batches(t, []reading{{"s", "t", day(d), x, telemetry.Valid}}, 1)[0]))
	}
	var e Editions
	cube1 := func() *cube.Cube {
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		q, err := r.Cube(CubeConfig{Editions: &e, Outputs: []Output{{Variable: "mean", Measure: "t", Statistic: Mean}}})
		require.NoError(t, err)
		return q
	}
	cell := func(q *cube.Cube, d int) (cube.Cell, string) {
		x := q.At(cube.Key{Entity: "s", Period: period.Of(day(d), period.Day, time.UTC)}, "mean")
		return x, x.Source.Name
	}
	add(1, 10)
	add(2, 20)
	r, err := a.Result(t.Context())
	require.NoError(t, err)
	_, err = e.Publish(r, day(2).UnixNano())
	require.NoError(t, err)
	x, src := cell(cube1(), 1)
	require.Zero(t, x.Status)
	require.Contains(t, src, ", edition 1")
	x, _ = cell(cube1(), 2)
	require.Equal(t, cube.Provisional, x.Status)
	add(1, 13)
	x, src = cell(cube1(), 1)
	require.Equal(t, cube.Provisional, x.Status)
	require.Equal(t, 11.5, x.Value)
	require.Contains(t, src, ", changed since edition 1")
	r, err = a.Result(t.Context())
	require.NoError(t, err)
	_, err = e.Publish(r, day(3).UnixNano())
	require.NoError(t, err)
	x, src = cell(cube1(), 1)
	require.Zero(t, x.Status)
	require.Contains(t, src, ", edition 2 (edition 1: 10)")

	// After it was retired, what comes is no figure by itself.
	_, err = a.Retire(t.Context(), day(3).UnixNano())
	require.NoError(t, err)
	add(1, 99)
	x, _ = cell(cube1(), 1)
	require.Equal(t, cube.Missing, x.Status.Presence())
}

func FuzzEditions(f *testing.F) {
	a, _ := New(Config{Window: period.Day, Measures: []Measure{{ID: "t", Attribute: "t"}}})
	var e Editions
	for i := range 3 {
		b := &telemetry.Batch{}
		_ = b.Add(reading{"s", "t", time.Date(2026, 5, 1+i, 12, 0, 0, 0, time.UTC), float64(i), telemetry.Valid}.observation())
		_ = b.Add(reading{"s", "t", time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), float64(i), telemetry.Valid}.observation())
		_ = a.Add(b)
		r, _ := a.Result(context.Background())
		_, _ = e.Publish(r, math.MaxInt64)
		raw, _ := e.AppendBinary(nil)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e Editions
		if e.UnmarshalBinary(raw) != nil {
			require.Zero(t, e.Len())
			return
		}
		again, _ := e.AppendBinary(nil)
		var back Editions
		require.NoError(t, back.UnmarshalBinary(again))
		require.Equal(t, e.Len(), back.Len())
	})
}
