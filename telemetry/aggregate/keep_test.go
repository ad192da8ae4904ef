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
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// quantileOf is a quantile from the definition, on sorted numbers.
func quantileOf(x []float64, q float64, d Quantile) float64 {
	n := float64(len(x))
	at := map[Quantile]float64{Type1: math.Ceil(q*n) - 1, Type6: q*(n+1) - 1, Type7: q * (n - 1)}[d]
	at = min(max(at, 0), n-1)
	k := int(at)
	return x[k] + (x[min(k+1, len(x)-1)]-x[k])*(at-float64(k))
}

func TestQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 60 {
		n := 1 + rng.IntN(60)
		if round%2 == 0 {
			n = 200 + rng.IntN(5000)
		}
		var v Values
		for range n {
			switch round % 5 {
			case 0:
				v.Add(float64(rng.IntN(5)))
			case 1:
				v.Add(math.Ldexp(rng.Float64()-0.5, rng.IntN(600)-300))
			case 2:
				v.Add(7)
			case 3:
				v.Add(float64(rng.IntN(4)) * 5e-324)
			default:
				v.Add(20 + rng.NormFloat64())
			}
		}
		x := slices.Clone(v.x)
		slices.Sort(x)
		for _, q := range []float64{0, 0.001, 0.25, 1.0 / 3, 0.5, 0.9, 0.95, 0.999, 1, rng.Float64()} {
			for _, d := range []Quantile{Type1, Type6, Type7} {
				got, ok := v.Quantile(q, d)
				require.True(t, ok)
				require.InDelta(t, quantileOf(x, q, d), got, 1e-14*math.Abs(got), "n %d q %v type %d", n, q, d)
			}
		}
	}
	var v Values
	_, ok := v.Quantile(0.5, Type7)
	require.False(t, ok)
	v.Add(3)
	for _, d := range []Quantile{Type1, Type6, Type7} {
		got, _ := v.Quantile(0.9, d)
		require.Equal(t, 3.0, got)
	}
	_, ok = v.Quantile(0.5, 2)
	require.False(t, ok)
	_, ok = v.Quantile(math.NaN(), Type7)
	require.False(t, ok)
}

// TestKeeps: what is kept on demand against map and slice, for both forms.
func TestKeeps(t *testing.T) {
	limit := 30.0
	c := testConfig(t, period.Day)
	all := KeepValues | KeepHistogram | KeepEntities | KeepDistinct | KeepTop | KeepEnds
	c.Measures = []Measure{
		{ID: "d", Attribute: "t", Keep: all},
		{ID: "f", Attribute: "t", Keep: all, Form: Float},
		{ID: "hot", Attribute: "t", Threshold: &limit},
	}
	rows := readings(11, 5000)
	for i := range rows {
		rows[i].x = math.Round(math.Mod(rows[i].x, 100)*10) / 10
	}
	r, err := Run(context.Background(), c, batches(t, rows, 700))
	require.NoError(t, err)
	groups := naive(rows, c)
	require.Equal(t, len(groups), r.Len())
	for k, list := range groups {
		list = valid(list)
		s := &r.At(k).State
		var x []float64
		above := 0.0
		entities, numbers := map[string]bool{}, map[float64]uint64{}
		for _, y := range list {
			x = append(x, y.x)
			entities[y.entity] = true
			numbers[y.x+0]++
			if y.x > limit {
				above++
			}
		}
		if k.Measure == "hot" {
			require.Equal(t, above, s.Moments.Sum())
			continue
		}
		slices.Sort(x)
		got, _ := s.Values.Quantile(0.95, Type7)
		want := quantileOf(x, 0.95, Type7)
		require.InDelta(t, want, got, 1e-12)
		near, _ := s.Histogram.Quantile(0.95)
		require.InDelta(t, want, near, math.Abs(want)*sketch.MaxRelativeError+1e-12)
		require.EqualValues(t, len(entities), s.Entities.Count())
		require.EqualValues(t, len(numbers), s.Distinct.Count())
		require.True(t, s.Top.Exact())
		for _, it := range s.Top.Items(5) {
			var v float64
			_, err := fmt.Sscan(it.Key, &v)
			require.NoError(t, err)
			require.Equal(t, numbers[v], it.Count)
		}
		first := slices.MinFunc(list, func(a, b reading) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.x, b.x)) })
		last := slices.MaxFunc(list, func(a, b reading) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.x, b.x)) })
		e, ok := s.Ends.First()
		require.True(t, ok)
		require.Equal(t, []any{first.at.UnixNano(), first.x + 0}, []any{e.Time, e.Value})
		e, _ = s.Ends.Last()
		require.Equal(t, []any{last.at.UnixNano(), last.x + 0}, []any{e.Time, e.Value})
	}
	// Any order, any split, any number of workers: the same bytes.
	c.Measures = []Measure{c.Measures[0], c.Measures[2]}
	rows = readings(12, 3*MorselRows)
	for i := range rows {
		rows[i].x = math.Round(math.Mod(rows[i].x, 40)*10) / 10
	}
	r, err = Run(context.Background(), c, batches(t, rows, 2048))
	require.NoError(t, err)
	want := dump(t, r)
	rng := rand.New(rand.NewPCG(2, 3))
	for workers := range 3 {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		c.Workers = workers
		r, err := Run(context.Background(), c, batches(t, rows, 5000))
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)))
	}
	// Merging states through bytes is merging rows.
	whole := State{}
	for _, row := range r.Rows() {
		if row.measure != 0 {
			continue
		}
		raw, err := row.State.AppendBinary(nil)
		require.NoError(t, err)
		var s State
		require.NoError(t, s.UnmarshalBinary(raw))
		require.NoError(t, whole.Merge(&s))
	}
	c.Window, c.Group = period.None, func(e telemetry.Entity) Group {
		if e.ID == "d0" {
			return Group{}
		}
		return Group{ID: "all"}
	}
	r, err = Run(context.Background(), c, batches(t, rows, 5000))
	require.NoError(t, err)
	a, _ := whole.AppendBinary(nil)
	b, _ := r.At(Key{Measure: "d", Group: "all"}).State.AppendBinary(nil)
	require.Equal(t, b, a)
}

func TestTextsAndSources(t *testing.T) {
	var b telemetry.Batch
	add := func(sec int, text, source string, offset int64) {
		require.NoError(t, b.Add(telemetry.Observation{
			Entity: telemetry.Entity{ID: "door"}, Attribute: "state", Time: time.Unix(int64(sec), 0), Offset: offset,
			Value: telemetry.Value{Kind: telemetry.Text, Text: text}, Source: telemetry.Source{Name: source},
		}))
	}
	add(1, "open", "a", 0)
	add(2, "closed", "a", 10)
	add(3, "ajar", "b", 0)
	add(3, "open", "a", 20)
	r, err := Run(context.Background(), Config{Sources: []string{"b", "a"}, Measures: []Measure{{
		ID: "open", Attribute: "state", Form: Text, Texts: []string{"open", "ajar"}, Keep: KeepTop | KeepDistinct | KeepEnds,
	}}}, []*telemetry.Batch{&b})
	require.NoError(t, err)
	s := &r.At(Key{Measure: "open", Group: "door"}).State
	mean, _ := s.Moments.Mean()
	require.Equal(t, 0.75, mean)
	require.Equal(t, []sketch.Item{{Key: "open", Count: 2}}, s.Top.Items(1))
	require.EqualValues(t, 3, s.Distinct.Count())
	last, _ := s.Ends.Last()
	require.Equal(t, Reading{Time: 3e9, Source: 2, Offset: 20, Value: 1}, last)
}
