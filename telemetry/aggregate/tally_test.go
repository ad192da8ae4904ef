package aggregate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// TestTally: states of many readings are those of adding each number by itself, however
// the numbers spread, wander, and are cut, and whenever states are asked for.
func TestTally(t *testing.T) {
	const keep = KeepValues | KeepHistogram | KeepDistinct
	some := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 77))
		groups := 1 + rng.IntN(4)
		n := 60_000
		if seed%4 == 3 {
			n = 150_000 // more than one count holds
		}
		spread, drift := float64(int(1)<<rng.IntN(10)), float64(rng.IntN(3))/4
		if seed%4 == 3 {
			groups, spread, drift = 1, 0.1, 0
		}
		shuffled := seed%2 == 0
		type row struct {
			g int
			x float64
		}
		var rows []row
		for i := range n {
			r := row{g: i * groups / n}
			if shuffled {
				r.g = rng.IntN(groups)
			}
			r.x = math.Round((rng.NormFloat64()*spread+drift*float64(i)/100)*10) / 10
			switch rng.IntN(1 + 2000*int(1+seed%3)) {
			case 0:
				r.x = rng.NormFloat64()
			case 1:
				r.x = math.Copysign(0, -1)
			case 2:
				r.x = 1e9
			}
			rows = append(rows, r)
		}
		c := Config{Measures: []Measure{{ID: "x", Attribute: "x", Decimals: 1, Keep: keep}, {ID: "top", Attribute: "x", Decimals: 1, Keep: keep | KeepTop | KeepEntities}}}
		c.Workers = 1 + int(seed%3)
		a, err := New(c)
		require.NoError(t, err)
		var list []*telemetry.Batch
		size := []int{700, 2048, 5000}[seed%3]
		b := &telemetry.Batch{}
		for i, r := range rows {
			require.NoError(t, b.Add(telemetry.Observation{
				Entity: telemetry.Entity{ID: fmt.Sprint("g", r.g)}, Attribute: "x",
				Time: time.Unix(int64(i), 0), Value: telemetry.Value{Kind: telemetry.Number, Number: r.x},
			}))
			if b.Len() == size || i == n-1 {
				list = append(list, b)
				b = &telemetry.Batch{}
			}
		}
		for k, b := range list {
			if k >= len(list)/2 {
				require.NoError(t, a.AddAll(context.Background(), list[k:]))
				break
			}
			require.NoError(t, a.Add(b))
			if k == len(list)/4 {
				_, err := a.Result(context.Background())
				require.NoError(t, err)
			}
		}
		used := 0
		for _, w := range a.workers {
			used += w.tables[0].counts
		}
		if used > 0 {
			some++
		}
		r, err := a.Result(context.Background())
		require.NoError(t, err)
		again, err := a.Result(context.Background())
		require.NoError(t, err)
		require.Equal(t, dump(t, r), dump(t, again))
		for g := range groups {
			want := State{Moments: NewMoments(1), Values: &Values{}, Histogram: &sketch.Histogram{}, Distinct: &sketch.Distinct{}}
			var known []float64
			for i, r := range rows {
				if r.g != g {
					continue
				}
				want.Moments.Add(r.x, int64(i)*1e9)
				want.Values.Add(r.x)
				want.Histogram.Add(r.x)
				want.Distinct.Add(math.Float64bits(r.x + 0))
				known = append(known, r.x)
			}
			got := r.At(Key{Measure: "x", Group: fmt.Sprint("g", g)}).State
			x, _ := want.AppendBinary(nil)
			y, _ := got.AppendBinary(nil)
			require.True(t, string(x) == string(y), "seed %d group %d", seed, g)
			require.Equal(t, len(known), got.Values.Count())
			for _, q := range []float64{0, 0.01, 0.5, 0.95, 1} {
				for _, d := range []Quantile{Type1, Type6, Type7} {
					p, _ := want.Values.Quantile(q, d)
					o, _ := got.Values.Quantile(q, d)
					require.Equal(t, p, o, "q %v type %d", q, d)
				}
			}
			other := r.At(Key{Measure: "top", Group: fmt.Sprint("g", g)}).State
			require.EqualValues(t, 1, other.Entities.Count())
			other.Top, other.Entities = nil, nil
			y, _ = other.AppendBinary(nil)
			require.True(t, string(x) == string(y))
			var back State
			require.NoError(t, back.UnmarshalBinary(y))
			p, _ := want.Values.Quantile(0.9, Type7)
			o, _ := back.Values.Quantile(0.9, Type7)
			require.Equal(t, p, o)
		}
	}
	require.GreaterOrEqual(t, some, 6, "a test of tallies needs some")
}

// TestNotFinite: lanes made by hand may hold what a batch never does; it is rejected, and
// the states are those of the others.
func TestNotFinite(t *testing.T) {
	const keep = KeepValues | KeepHistogram | KeepDistinct
	for _, runs := range []bool{false, true} {
		c := Config{Measures: []Measure{
			{ID: "decimal", Attribute: "x", Keep: keep}, {ID: "float", Attribute: "x", Form: Float, Keep: keep},
			{ID: "sums", Attribute: "x"}, {ID: "parts", Attribute: "x", Form: Float}, {ID: "top", Attribute: "x", Keep: KeepTop | KeepEnds},
		}}
		var results []string
		for _, bad := range []bool{true, false} {
			rng := rand.New(rand.NewPCG(3, 3))
			b := &telemetry.Batch{}
			for i := range 9000 {
				g := rng.IntN(3)
				if runs {
					g = i / 3000
				}
				x := float64(rng.IntN(500)) / 10
				if rng.IntN(100) == 0 {
					x = rng.NormFloat64()
				}
				odd, pick := rng.IntN(50) == 0, rng.IntN(3)
				if odd && !bad {
					continue
				}
				row := telemetry.Row{
					Entity: b.Entities.Code(fmt.Appendf(nil, "g%d", g), nil), Attribute: b.Attributes.Code([]byte("x")),
					Time: int64(i) * 1e9, Number: x, Kind: telemetry.Number, Detail: telemetry.Detail{Start: int64(i)},
				}
				if odd {
					row.Number = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[pick]
				}
				b.Append(&row)
			}
			r, err := Run(context.Background(), c, []*telemetry.Batch{b})
			require.NoError(t, err)
			for _, x := range r.Rows() {
				if bad {
					require.NotZero(t, x.State.Rejects[RejectRange])
				}
				x.State.Rejects = nil
			}
			results = append(results, fmt.Sprint(dump(t, r)))
		}
		require.True(t, results[0] == results[1], "runs %v", runs)
	}
}
