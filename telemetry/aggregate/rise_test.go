package aggregate

import (
	"cmp"
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

// passing is a row on its way through a stage.
type passing struct {
	entity, source uint32
	at             int64
	x              float64
	quality        telemetry.Quality
	offset         int64
}

// passingOf makes rows of five series out of bytes: mostly rising, decimals of one
// quality, and now and then anything else.
func passingOf(p []byte) (out []passing) {
	r := passing{at: 1.7e18, x: 20, quality: telemetry.Valid}
	for ; len(p) >= 3; p = p[3:] {
		r.offset++
		r.at += int64(p[0]&63) * 1e9
		r.x = float64(int64(r.x*100)%1e6+int64(p[1])-96) / 100
		now := r
		switch p[2] & 31 {
		case 0:
			r.entity = (r.entity + 1) % 5
			now.entity = r.entity
		case 1:
			now.at -= int64(p[0]) * 4e9
		case 2:
			now.x = float64(p[1]) / 7
		case 3:
			now.x = []float64{math.Copysign(0, -1), 1e16, -1e15, 1e15, 5e-324, 4e9 / 3, 1e300, 0}[p[1]&7]
		case 4:
			now.quality = telemetry.Quality(p[1] % 5)
		case 5:
			now.source = uint32(p[1] % 3)
		case 6:
			r.at += int64(p[1]) * 300e9
		case 7:
			now.at = []int64{telemetry.NoTime, math.MaxInt64, r.at - 1}[p[1]%3]
		case 8:
			now.entity = uint32(p[1] % 6)
		case 9:
			now.at = r.at - int64(p[0]&63)*1e9 // that of the one before
		}
		out = append(out, now)
	}
	return out
}

// batchesOf cuts rows at random. Plain: without details.
func batchesOf(rows []passing, rng *rand.Rand, plain bool) (out []*telemetry.Batch) {
	for len(rows) > 0 {
		n := min(len(rows), 1+rng.IntN(2*len(rows)))
		b := &telemetry.Batch{}
		for i := range 6 {
			b.Entities.Code(fmt.Append(nil, "d", i), nil)
		}
		a := b.Attributes.Code([]byte("t"))
		for i := range 3 {
			b.Sources.Code(telemetry.Source{Name: fmt.Sprint("s", i)})
		}
		for _, r := range rows[:n] {
			b.Append(&telemetry.Row{Entity: r.entity + 1, Attribute: a, Time: r.at, Number: r.x, Kind: telemetry.Number, Quality: r.quality,
				Detail: telemetry.Detail{Source: r.source + 1, Start: r.offset}})
		}
		if plain {
			b.Detail = nil
		}
		out, rows = append(out, b), rows[n:]
	}
	return out
}

func riseConfig(t testing.TB, f period.Freq, decimals uint8) Config {
	const all = KeepValues | KeepHistogram | KeepEntities | KeepDistinct | KeepTop | KeepEnds
	return Config{
		Window: f, Zone: zone(t, "Europe/Madrid"), Sources: []string{"s1", "s0"},
		Group: func(e telemetry.Entity) Group {
			return Group{ID: map[string]string{"d0": "a", "d1": "a", "d2": "b", "d3": "b", "d4": "c"}[e.ID]}
		},
		Measures: []Measure{
			{ID: "step", Attribute: "t", Decimals: decimals, Hold: Step, MaxAge: 30 * time.Second},
			{ID: "linear", Attribute: "t", Decimals: decimals, Hold: Linear, MaxAge: 45 * time.Second},
			{ID: "meter", Attribute: "t", Decimals: decimals, Meter: &Meter{Noise: 0.5, Modulus: 10000}, Hold: Step, MaxAge: math.MaxInt64},
			{ID: "once", Attribute: "t", Decimals: decimals, Once: true, Keep: all},
			{ID: "bounded", Attribute: "t", Decimals: decimals, Once: true, Least: -1000, Greatest: 1000, Accept: []telemetry.Quality{telemetry.Valid, telemetry.Estimated}},
		},
	}
}

// oneByOne is the result of readings that go on one by one, without lateness; late ones
// are counted beforehand.
func oneByOne(t testing.TB, c Config, list []*telemetry.Batch, late func(a *Aggregator)) []byte {
	a, err := New(c)
	require.NoError(t, err)
	for _, w := range a.stages {
		w.stage.single = true
	}
	for _, b := range list {
		require.NoError(t, a.Add(b))
	}
	if late != nil {
		late(a)
	}
	r, err := a.Result(t.Context())
	require.NoError(t, err)
	return dump(t, r)
}

// checkRise compares ways through a stage with the way of one reading after another.
func checkRise(t testing.TB, rows []passing, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	freq := []period.Freq{period.None, period.Day, period.Hour}[rng.IntN(3)]
	c := riseConfig(t, freq, []uint8{2, 6, 9}[rng.IntN(3)])
	c.Conflict = Conflict(rng.IntN(3))
	plain := rng.IntN(2) == 0
	if rng.IntN(2) == 0 { // alike
		for i := range rows {
			rows[i].quality = telemetry.Valid
		}
	}

	// In the order they come.
	want := oneByOne(t, c, batchesOf(rows, rng, plain), nil)
	for workers := range 3 {
		c.Workers = workers + 1
		a, err := New(c)
		require.NoError(t, err)
		for _, b := range batchesOf(rows, rng, plain) {
			require.NoError(t, a.Add(b))
			if rng.IntN(3) == 0 {
				_, err := a.Result(t.Context())
				require.NoError(t, err)
			}
		}
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "in their order, %d workers", c.Workers)
	}

	// In any order.
	ranks := []uint32{2, 1, 0} // of s0, s1, s2
	inOrder := slices.Clone(rows)
	slices.SortStableFunc(inOrder, func(a, b passing) int {
		if plain {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.x+0, b.x+0), cmp.Compare(a.quality, b.quality))
		}
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(ranks[a.source], ranks[b.source]), cmp.Compare(a.offset, b.offset), cmp.Compare(a.x, b.x), cmp.Compare(a.quality, b.quality))
	})
	c.Workers = 1
	want = oneByOne(t, c, batchesOf(inOrder, rng, plain), nil)
	c.Lateness = AnyOrder
	for workers := range 3 {
		c.Workers = workers + 1
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		r, err := Run(context.Background(), c, batchesOf(rows, rng, plain))
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "in any order, %d workers", c.Workers)
	}
}

func TestRise(t *testing.T) {
	for seed := range uint64(25) {
		rng := rand.New(rand.NewPCG(seed, 3))
		p := make([]byte, 3*(1+rng.IntN(3000)))
		for i := range p {
			p[i] = byte(rng.Uint32())
			if i%3 == 2 && rng.IntN(4) > 0 {
				p[i] = 31 // calm
			}
		}
		checkRise(t, passingOf(p), seed)
	}
}

func FuzzRise(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz0123456789"), uint64(1))
	f.Fuzz(func(t *testing.T, p []byte, seed uint64) {
		if len(p) > 3000 {
			return
		}
		checkRise(t, passingOf(p), seed)
	})
}

// TestLateness: with some lateness, what is not late counts as in order.
func TestLateness(t *testing.T) {
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 5))
		p := make([]byte, 3*20000)
		for i := range p {
			p[i] = byte(rng.Uint32())
			if i%3 == 2 && rng.IntN(3) > 0 {
				p[i] = 31
			}
		}
		rows := passingOf(p)
		rows = slices.DeleteFunc(rows, func(r passing) bool { return r.at == telemetry.NoTime || r.at == math.MaxInt64 || r.entity == 5 })
		for i := range rows {
			if seed%2 == 0 { // alike
				rows[i].quality = telemetry.Valid
			}
		}
		for i := range len(rows) / 50 {
			part := rows[50*i : 50*i+50]
			rng.Shuffle(50, func(i, j int) { part[i], part[j] = part[j], part[i] })
		}
		c := riseConfig(t, period.Day, 2)
		c.Measures = c.Measures[:4] // the others leave rows out that would be the latest
		lateness := time.Duration(1+rng.IntN(900)) * time.Second
		latest := map[uint32]int64{}
		var kept, late []passing
		for _, r := range rows {
			if r.quality == telemetry.Invalid {
				kept = append(kept, r)
				continue
			}
			if m, ok := latest[r.entity]; ok && r.at < m-int64(lateness) {
				late = append(late, r)
				continue
			}
			latest[r.entity] = max(latest[r.entity], r.at)
			kept = append(kept, r)
		}
		require.NotEmpty(t, late)
		slices.SortStableFunc(kept, func(a, b passing) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.x+0, b.x+0), cmp.Compare(a.quality, b.quality))
		})
		want := oneByOne(t, c, batchesOf(kept, rng, true), func(a *Aggregator) {
			for _, r := range late {
				e, err := a.dict.entity(telemetry.Entity{ID: fmt.Sprint("d", r.entity)})
				require.NoError(t, err)
				for mi := range c.Measures {
					require.NoError(t, a.stages[0].rejectReading(mi, e, r.at, RejectLate))
				}
			}
		})
		c.Lateness = lateness
		c.Workers = 1 + int(seed%3)
		a, err := New(c)
		require.NoError(t, err)
		for _, b := range batchesOf(rows, rng, true) {
			require.NoError(t, a.Add(b))
			for _, w := range a.stages {
				require.NoError(t, w.flush())
			}
		}
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "seed %d", seed)
	}
}

// TestPool: blocks are used again, and give back what was put in, in order.
func TestPool(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var p pool
	var s sorter
	queues, want := make([]queue, 7), make([][]held, 7)
	for range 3000 {
		i := rng.IntN(len(queues))
		q := &queues[i]
		if rng.IntN(12) == 0 {
			slices.SortFunc(want[i], func(a, b held) int { return cmp.Or(a.Compare(b.Reading), cmp.Compare(a.quality, b.quality)) })
			if q.n > 0 {
				s.sort(&p, q, nil, nil)
				got := make([]held, len(s.now))
				for k := range got {
					got[k] = s.at(k)
					require.Equal(t, got[k].Value, s.value[k])
				}
				require.Equal(t, want[i], got)
			}
			p.clear(q)
			want[i] = want[i][:0]
			continue
		}
		base, spread := rng.Int64N(5), int64(1)<<rng.IntN(60)
		usual := rng.IntN(3) > 0
		for range rng.IntN(100) {
			h := held{Reading{Time: base + rng.Int64N(spread), Value: float64(rng.IntN(10))}, telemetry.Valid}
			if !usual && rng.IntN(4) == 0 {
				h.Source, h.Offset, h.quality = rng.Uint32N(3), rng.Int64N(9)-4, telemetry.Quality(rng.IntN(5))
			}
			p.put(q, &h)
			want[i] = append(want[i], h)
		}
	}
	n := 0
	for i := range want {
		n += len(want[i])
	}
	require.Equal(t, n, p.n)
	require.Less(t, len(p.slabs), 8)
}

// TestSortTimes: as the library sorts, whatever the times.
func TestSortTimes(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var p pool
	var s sorter
	for round := range 400 {
		n := 1 + rng.IntN(1<<rng.IntN(14))
		var q queue
		want := make([]int64, n)
		for i := range want {
			var v int64
			switch round % 6 {
			case 0:
				v = int64(rng.Uint64())
			case 1:
				v = int64(rng.IntN(9))
			case 2:
				v = int64(math.Exp(43 * rng.Float64()))
			case 3:
				v = int64(i) * 60e9
			case 4:
				v = int64(n-i) * 60e9
			default: // crowds
				v = int64(rng.IntN(3))<<62 + int64(rng.IntN(3))<<30 + int64(rng.IntN(40))
			}
			want[i] = v
			p.put(&q, &held{Reading: Reading{Time: v, Value: float64(v)}})
		}
		s.sort(&p, &q, nil, nil)
		slices.Sort(want)
		require.Equal(t, want, s.now)
		for k, v := range s.now {
			require.Equal(t, float64(v), s.value[k])
		}
		p.clear(&q)
	}
}

// TestOrderAllocatesNothing: neither in order nor with lateness.
func TestOrderAllocatesNothing(t *testing.T) {
	for _, late := range []time.Duration{0, time.Minute} {
		c := riseConfig(t, period.None, 2)
		c.Measures = c.Measures[:3]
		c.Lateness = late
		a, err := New(c)
		require.NoError(t, err)
		rows := make([]passing, chunkRows)
		for i := range rows {
			rows[i] = passing{entity: uint32(i / 600), at: int64(i) * 1e9, x: float64(i%50) / 4, quality: telemetry.Valid}
		}
		b := batchesOf(rows, rand.New(rand.NewPCG(1, 1)), true)[0]
		next := func() {
			for i := range b.Time {
				b.Time[i] += chunkRows * 1e9
			}
			if err := a.Add(b); err != nil {
				t.Fatal(err)
			}
			for _, w := range a.stages {
				if err := w.flush(); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 10 {
			next()
		}
		require.Zero(t, testing.AllocsPerRun(100, next), late)
	}
}

// TestLots: readings that come alike go by lots, of whatever size, and are none too many.
func TestLots(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	rows := make([]passing, 3*lotRows)
	for i := range rows {
		rows[i] = passing{entity: uint32(rng.IntN(5)), at: int64(rng.IntN(1<<20)) * 1e9, x: float64(rng.IntN(1000)) / 4, quality: telemetry.Valid}
		if i == lotRows {
			rows[i].quality = telemetry.Estimated
		}
	}
	inOrder := slices.Clone(rows)
	slices.SortStableFunc(inOrder, func(a, b passing) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.x, b.x), cmp.Compare(a.quality, b.quality))
	})
	c := riseConfig(t, period.Day, 2)
	c.Measures = c.Measures[:3]
	want := oneByOne(t, c, batchesOf(inOrder, rng, true), nil)
	c.Lateness = AnyOrder
	c.Limits.Pending = 3 * len(rows)
	for range 3 {
		r, err := Run(context.Background(), c, batchesOf(rows, rng, true))
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)))
	}
	c.Limits.Pending--
	_, err := Run(context.Background(), c, batchesOf(rows, rng, true))
	require.ErrorIs(t, err, ErrLimit)
}
