package aggregate

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// manyGroups are readings of some hundred thousand states: most come few at a time,
// some are no numbers or no decimals.
func manyGroups(t testing.TB, seed uint64, n int, ordered bool) []*telemetry.Batch {
	rng := rand.New(rand.NewPCG(seed, 9))
	const start = 1_767_225_600_000_000_000
	var out []*telemetry.Batch
	var tables telemetry.Batch
	var e, a []uint32
	for i := range 60 {
		e = append(e, tables.Entities.Code(fmt.Appendf(nil, "d%d", i*37%60), nil))
	}
	for _, name := range []string{"t", "p"} {
		a = append(a, tables.Attributes.Code([]byte(name)))
	}
	for from := 0; from < n; from += 1500 {
		b := &telemetry.Batch{Entities: tables.Entities, Attributes: tables.Attributes}
		for i := from; i < min(from+1500, n); i++ {
			k := rng.IntN(n)
			if ordered {
				k = i
			}
			r := telemetry.Row{Entity: e[k*60/n], Attribute: a[rng.IntN(2)], Kind: telemetry.Number, Quality: telemetry.Valid, Time: start + int64(k%(n/60))*(hourNanos/4), Number: float64(rng.IntN(9000)-3000) / 100}
			switch rng.IntN(200) {
			case 0:
				r.Number = math.Inf(1)
			case 1:
				r.Number = rng.NormFloat64()
			case 2:
				r.Kind = telemetry.None
			}
			b.Append(&r)
		}
		out = append(out, b)
	}
	return out
}

// TestCollect: rows of many states are in the order of sortRows, and the same whether
// they are made by the plain way on any number of goroutines, or one by one.
func TestCollect(t *testing.T) {
	for _, c := range []struct {
		name    string
		window  period.Freq
		ordered bool
		dense   int
	}{{"hours", period.Hour, false, 0}, {"ordered", period.Hour, true, 0}, {"hash", period.Hour, false, 64}, {"days", period.Day, false, 0}} {
		t.Run(c.name, func(t *testing.T) {
			batches := manyGroups(t, 5, 240_000, c.ordered)
			var want []byte
			for workers := 1; workers <= 3; workers++ {
				cfg := testConfig(t, c.window)
				cfg.Workers, cfg.Limits.Dense = workers, c.dense
				cfg.Group = func(e telemetry.Entity) Group {
					if e.ID == "d7" || e.ID == "d8" {
						return Group{ID: e.ID, Zone: zone(t, "Atlantic/Canary")}
					}
					return Group{ID: e.ID}
				}
				a, err := New(cfg)
				require.NoError(t, err)
				require.NoError(t, a.AddAll(context.Background(), batches))
				_, err = a.Result(context.Background()) // which changes nothing
				require.NoError(t, err)
				r, err := a.Result(context.Background())
				require.NoError(t, err)
				if c.window == period.Hour {
					require.Greater(t, r.Len(), 20*partRows)
				}
				var rows []Row
				for x := range r.rows.all() {
					rows = append(rows, *x)
				}
				sortRows(rows)
				for i := range rows {
					require.Zero(t, rows[i].compare(r.rows.at(i)))
				}
				got := dump(t, r)
				if want == nil {
					want = got
				}
				require.True(t, bytes.Equal(want, got))

				whole, err := Run(context.Background(), cfg, batches)
				require.NoError(t, err)
				require.True(t, bytes.Equal(want, dump(t, whole)))

				slow, o := a.newResult(), a.order()
				for i := range a.measures {
					s := a.sheet(i, a.tablesOf(i, nil), o)
					require.True(t, s.plain)
					sorted := s
					sorted.places = nil
					sorted.bySort(o)
					require.True(t, slices.Equal(s.places, sorted.places))
					s.plain = false
					require.NoError(t, a.fill(context.Background(), &slow.rows, &s, o))
				}
				require.True(t, bytes.Equal(want, dump(t, slow)))
			}
		})
	}
}

// TestOrderOfGroups: groups stand in the order of their IDs, whatever these have in
// common.
func TestOrderOfGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	for round := range 60 {
		letters := []string{"a\x00", "ab", "0123456789", "é\xffz\x00"}[round%4]
		prefix := []string{"", "urn:ngsi-ld:Device:", "x\x00\x00"}[round%3]
		seen := map[string]bool{}
		a := &Aggregator{dict: &dict{}}
		for range 1 + rng.IntN(3000) {
			id := append([]byte(prefix), []string{"", "sensors/temperature/", "sensors/noise/"}[rng.IntN(3)]...)
			for range rng.IntN(1 + round/2) {
				id = append(id, letters[rng.IntN(len(letters))])
			}
			if rng.IntN(30) == 0 {
				id = append(id, make([]byte, rng.IntN(40))...)
			}
			if !seen[string(id)] {
				seen[string(id)] = true
				a.dict.groups = append(a.dict.groups, Group{ID: string(id), Zone: time.UTC})
			}
		}
		o := a.order()
		var got []string
		for i, g := range o.group {
			got = append(got, a.dict.groups[g].ID)
			require.EqualValues(t, i, o.rank[g])
		}
		require.True(t, slices.IsSorted(got))
		require.Len(t, slices.Compact(got), len(seen))
	}
}

// TestSeriesRows: rows of series are those that sorting them by all their texts gives, and
// so are those of a whole result.
func TestSeriesRows(t *testing.T) {
	batches := manyGroups(t, 6, 60_000, true)
	for workers := 1; workers <= 3; workers++ {
		cfg := Config{Window: period.Hour, Workers: workers, Lateness: 40 * time.Hour, Measures: []Measure{
			{ID: "held", Attribute: "t", Decimals: 2, Hold: Step, MaxAge: 3 * time.Hour},
			{ID: "meter", Attribute: "p", Decimals: 2, Meter: &Meter{}},
		}}
		cfg.Group = func(e telemetry.Entity) Group { return Group{ID: e.ID[:min(2, len(e.ID))]} }
		a, err := New(cfg)
		require.NoError(t, err)
		require.NoError(t, a.AddAll(context.Background(), batches))
		stages, err := a.allStages(context.Background())
		require.NoError(t, err)
		o := a.order()
		for mi := range a.measures {
			var want []Row
			for _, w := range stages {
				x := w.stage.timed[mi]
				for s := range x.len() {
					if x.lanes.timed && x.timed[s].n == 0 || x.lanes.counter && x.counter[s].n == 0 {
						continue
					}
					e := &a.dict.entities[x.group[s]]
					z := w.zonesOf(a.dict)[e.zone]
					r := Row{measure: int32(mi), Group: a.dict.groups[e.group].ID, Entity: e.ID, Type: e.Type, Zone: a.dict.groups[e.group].Zone, Window: z.period(int64(x.window[s]))}
					r.Start, r.End = z.spanOf(int64(x.window[s]))
					r.State.Moments = NewMoments(2)
					if x.lanes.timed {
						v := x.timed[s]
						r.State.Timed = &v
					}
					if x.lanes.counter {
						v := x.counter[s]
						r.State.Counter = &v
					}
					want = append(want, r)
				}
			}
			slices.SortStableFunc(want, func(a, b Row) int { return a.compare(&b) })
			k := 0
			for i := range want {
				if k > 0 && want[k-1].compare(&want[i]) == 0 {
					require.NoError(t, want[k-1].State.Merge(&want[i].State))
					continue
				}
				want[k] = want[i]
				k++
			}
			got, err := a.seriesRows(context.Background(), mi, stages, o)
			require.NoError(t, err)
			require.Equal(t, want[:k], got)
		}
		r, err := a.Result(context.Background())
		require.NoError(t, err)
		for i := range r.rows.n - 1 {
			require.Negative(t, r.rows.at(i).compare(r.rows.at(i+1)))
		}
	}
}

func TestMergeRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		var lists [2][]Row
		for i := range rng.IntN(40) {
			k := rng.IntN(2)
			lists[k] = append(lists[k], Row{Group: fmt.Sprint(rng.IntN(5)), Entity: fmt.Sprint(rng.IntN(3)), Start: int64(i)})
		}
		all := slices.Concat(lists[0], lists[1])
		sortRows(all)
		sortRows(lists[0])
		sortRows(lists[1])
		require.Equal(t, all, append([]Row(nil), mergeRows(lists[0], lists[1])...))
	}
}

// TestThinIndex: a measure of few of the groups there are, or whose tables have windows far
// from one another, is not looked for in all of them.
func TestThinIndex(t *testing.T) {
	states := func(groups int, first int32) *table {
		x := newTable(1<<22, lanes{hot: true})
		for g := range groups {
			for w := range int32(64) {
				x.at(uint32(g), first+w)
			}
		}
		return x
	}
	for _, c := range []struct {
		groups int
		tables []*table
		is     bool
	}{
		{16, []*table{states(16, 0)}, true},
		{16, []*table{states(16, 0), states(16, 50)}, true},
		{1000, []*table{states(16, 0)}, false},
		{16, []*table{states(16, 0), states(16, 1_000_000)}, false},
	} {
		o := &ordering{group: make([]uint32, c.groups), rank: make([]uint32, c.groups)}
		for i := range o.group {
			o.group[i], o.rank[i] = uint32(i), uint32(i)
		}
		n := 0
		for _, x := range c.tables {
			n += x.len()
		}
		s := sheet{tables: c.tables, places: make([]place, 0, n)}
		require.Equal(t, c.is, s.byIndex(o))
		if c.is {
			sorted := sheet{tables: c.tables}
			sorted.bySort(o)
			require.Equal(t, sorted.places, s.places)
		}
	}
}

// TestHoursBeyond: the hour of an ordinal does not depend on what the table of hours
// reaches, which is another one in each worker.
func TestHoursBeyond(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Madrid", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"} {
		all, small := newWindows(period.Hour, zone(t, name), 1<<20), newWindows(period.Hour, zone(t, name), 8)
		const first = 1_774_656_000_000_000_000 // 2026-03-28
		_, _, _, err := small.find(first - 1000*hourNanos)
		require.NoError(t, err)
		for k := range int64(100) {
			o, from, to, err := all.find(first + k*hourNanos)
			require.NoError(t, err)
			require.Equal(t, all.period(o), small.period(o))
			a, b := small.spanOf(o)
			require.Equal(t, [2]int64{from, to}, [2]int64{a, b})
		}
	}
}
