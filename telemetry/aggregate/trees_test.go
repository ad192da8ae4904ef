package aggregate

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// treeRows are readings of instants and of spans, wanted and not.
func treeRows(seed uint64, n int) []spanned {
	rng := rand.New(rand.NewPCG(seed, 4))
	out := make([]spanned, n)
	for i, r := range readings(seed, n) {
		if r.attribute == "p" {
			r.x = math.Mod(math.Abs(r.x), 360)
		}
		out[i] = spanned{reading: r}
		if rng.IntN(3) == 0 {
			out[i].from = r.at.Add(-time.Hour)
		}
	}
	return out
}

// TestStateTrees: rows in random parts, each aggregated by itself, its states through
// bytes, merged in random order and grouping: the bytes of all rows at once, of states of
// every exact kind, of results, and of editions.
func TestStateTrees(t *testing.T) {
	limit := 20.0
	c := testConfig(t, period.Hour)
	c.Measures = []Measure{
		{ID: "all", Attribute: "t", Decimals: 2, Keep: keepAll &^ KeepCircle, Intervals: AtEnd},
		{ID: "direction", Attribute: "p", Decimals: 2, Keep: KeepCircle, Turn: 360},
		{ID: "above", Attribute: "t", Threshold: &limit, Greatest: 1e6, Least: -1e6},
	}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 5))
		rows := treeRows(30+seed, 2500)
		all, err := Run(context.Background(), c, spannedBatches(t, rows, 300))
		require.NoError(t, err)
		want := dump(t, all)

		parts := make([][]spanned, 1+rng.IntN(12))
		for _, r := range rows {
			i := rng.IntN(len(parts))
			parts[i] = append(parts[i], r)
		}
		var results []*Result
		states := map[Key][][]byte{}
		for _, p := range parts {
			c.Workers = 1 + rng.IntN(3)
			r, err := Run(context.Background(), c, spannedBatches(t, p, 1+rng.IntN(500)))
			require.NoError(t, err)
			results = append(results, r)
			for k, row := range r.Rows() {
				raw, _ := row.State.AppendBinary(nil)
				states[k] = append(states[k], raw)
			}
		}
		require.Len(t, states, all.Len())
		for k, list := range states {
			for len(list) > 1 { // two at random, which make one
				i := rng.IntN(len(list))
				a := list[i]
				list = slices.Delete(list, i, i+1)
				j := rng.IntN(len(list))
				var x, y State
				require.NoError(t, x.UnmarshalBinary(a))
				require.NoError(t, y.UnmarshalBinary(list[j]))
				require.NoError(t, x.Merge(&y))
				list[j], _ = x.AppendBinary(nil)
			}
			raw, _ := all.At(k).State.AppendBinary(nil)
			require.Equal(t, raw, list[0], "%v", k)
		}
		for len(results) > 1 {
			i := rng.IntN(len(results))
			a := results[i]
			results = slices.Delete(results, i, i+1)
			j := rng.IntN(len(results))
			results[j], err = a.Merge(results[j])
			require.NoError(t, err)
		}
		require.Equal(t, want, dump(t, results[0]))
		require.Equal(t, all.Totals, results[0].Totals)
		var e, f Editions
		_, err = e.Publish(all, math.MaxInt64)
		require.NoError(t, err)
		_, err = f.Publish(results[0], math.MaxInt64)
		require.NoError(t, err)
		x, _ := e.AppendBinary(nil)
		y, _ := f.AppendBinary(nil)
		require.Equal(t, x, y)

		// Results merge before or after their windows do.
		days, err := all.To(period.Day)
		require.NoError(t, err)
		again, err := results[0].To(period.Day)
		require.NoError(t, err)
		require.Equal(t, dump(t, days), dump(t, again))
	}
}

// TestSeriesTrees: readings cut into stretches of time, each aggregated by itself, the
// states of series merged along the time in random grouping: the bytes of all at once.
func TestSeriesTrees(t *testing.T) {
	c := orderedConfig(t, period.Hour)
	merged := 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 6))
		rows := nightReadings(50+seed, 1500)
		all, err := Run(context.Background(), c, batches(t, rows, 300))
		require.NoError(t, err)
		cuts := []int64{math.MinInt64}
		for range 1 + rng.IntN(10) {
			cuts = append(cuts, rows[rng.IntN(len(rows))].at.UnixNano())
		}
		slices.Sort(cuts)
		states := map[Key][][]byte{}
		for i, from := range cuts {
			to := int64(math.MaxInt64)
			if i+1 < len(cuts) {
				to = cuts[i+1]
			}
			part := slices.DeleteFunc(slices.Clone(rows), func(r reading) bool { return r.at.UnixNano() < from || r.at.UnixNano() >= to })
			rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
			r, err := Run(context.Background(), c, batches(t, part, 1+rng.IntN(500)))
			require.NoError(t, err)
			for k, row := range r.Rows() {
				if k.Entity != "" || k.Measure == "once" || k.Measure == "all" {
					raw, _ := row.State.AppendBinary(nil)
					states[k] = append(states[k], raw)
				}
			}
		}
		for k, list := range states {
			for len(list) > 1 { // neighbours make one
				i := rng.IntN(len(list) - 1)
				var x, y State
				require.NoError(t, x.UnmarshalBinary(list[i]))
				require.NoError(t, y.UnmarshalBinary(list[i+1]))
				require.NoError(t, x.Merge(&y))
				list[i], _ = x.AppendBinary(nil)
				list = slices.Delete(list, i+1, i+2)
				merged++
			}
			raw, _ := all.At(k).State.AppendBinary(nil)
			require.Equal(t, raw, list[0], "%v", k)
		}
	}
	require.NotZero(t, merged)
}

// FuzzStateTrees cuts the input's readings into three parts by its bits and merges them
// in each order and both groupings.
func FuzzStateTrees(f *testing.F) {
	f.Add([]byte("some readings, of which none is like another, and some are"))
	f.Add([]byte{0, 0, 0, 0, 255, 255, 255, 255, 1, 128, 1, 128, 7, 7, 7, 7})
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := Config{Window: period.Year, Measures: []Measure{
			{ID: "t", Attribute: "t", Decimals: 1, Keep: keepAll &^ KeepCircle}, {ID: "c", Attribute: "t", Decimals: 1, Keep: KeepCircle, Turn: 24},
		}}
		parts := make([][]reading, 3)
		var rows []reading
		for i := 0; i+4 <= len(raw) && i < 400; i += 4 {
			x := float64(int16(raw[i])<<8|int16(raw[i+1])) / 10
			if raw[i+3]&64 != 0 {
				x = math.Ldexp(x, int(raw[i+2])-128)
			}
			r := reading{"d", "t", time.Unix(int64(raw[i+2])*1000, 0), x, telemetry.Valid}
			rows = append(rows, r)
			k := int(raw[i+3]) % 3
			parts[k] = append(parts[k], r)
		}
		run := func(rows []reading) *Result {
			r, err := Run(context.Background(), c, batches(t, rows, 50))
			require.NoError(t, err)
			return r
		}
		want := dump(t, run(rows))
		p := [3]*Result{run(parts[0]), run(parts[1]), run(parts[2])}
		merge := func(a, b *Result) *Result {
			m, err := a.Merge(b)
			require.NoError(t, err)
			return m
		}
		for _, o := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			a, b, c := p[o[0]], p[o[1]], p[o[2]]
			require.Equal(t, want, dump(t, merge(merge(a, b), c)))
			require.Equal(t, want, dump(t, merge(a, merge(b, c))))
		}
	})
}
