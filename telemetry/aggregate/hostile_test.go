package aggregate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// handMade is a batch of entity g and attribute x made by hand, a row at each time.
func handMade(at []int64, x []float64) *telemetry.Batch {
	b := &telemetry.Batch{}
	for i := range at {
		b.Append(&telemetry.Row{
			Entity: b.Entities.Code([]byte("g"), nil), Attribute: b.Attributes.Code([]byte("x")), Time: at[i], Number: x[i], Kind: telemetry.Number,
		})
	}
	return b
}

func seconds(n int) []int64 {
	at := make([]int64, n)
	for i := range at {
		at[i] = int64(i) * 1e9
	}
	return at
}

// TestNegativeZeros: -0 among the numbers does not leave the range that quantiles count in.
func TestNegativeZeros(t *testing.T) {
	x := make([]float64, 600)
	for i := range x {
		x[i] = math.Copysign(0, -1)
		if i%2 == 0 {
			x[i] = -math.Nextafter(2, 0)
		}
	}
	r, err := Run(context.Background(), Config{Measures: []Measure{{ID: "m", Attribute: "x", Form: Float, Keep: KeepValues}}}, []*telemetry.Batch{handMade(seconds(600), x)})
	require.NoError(t, err)
	got, ok := r.At(Key{Measure: "m", Group: "g"}).State.Values.Quantile(0.9, Type7)
	require.True(t, ok)
	require.Zero(t, got)
	v := Values{}
	v.Add(-1e308)
	v.Add(1.7e308)
	got, _ = v.Quantile(0.5, Type7)
	require.InEpsilon(t, 3.5e307, got, 1e-12)
}

// TestTimesOfRejected: a number that is rejected leaves no time behind.
func TestTimesOfRejected(t *testing.T) {
	for _, form := range []Form{Decimal, Float} {
		for _, bad := range []int{0, 1, 2} {
			x := []float64{0, 1, 2}
			x[bad] = math.NaN()
			want := [2]int64{0, 2}
			switch bad {
			case 0:
				want[0] = 1
			case 2:
				want[1] = 1
			}
			r, err := Run(context.Background(), Config{Measures: []Measure{{ID: "m", Attribute: "x", Form: form}}}, []*telemetry.Batch{handMade([]int64{0, 1, 2}, x)})
			require.NoError(t, err)
			s := &r.At(Key{Measure: "m", Group: "g"}).State
			first, last := s.Times()
			require.Equal(t, want, [2]int64{first, last}, "form %d, row %d", form, bad)
			require.EqualValues(t, 2, s.Count())
		}
	}
}

// TestLimitOfValues: it counts numbers that are held, whatever the batches, over a checkpoint too.
func TestLimitOfValues(t *testing.T) {
	c := Config{Measures: []Measure{{ID: "m", Attribute: "x", Decimals: 1, Keep: KeepValues}}, Limits: Limits{Values: 3000}}
	x := make([]float64, 20_000)
	for i := range x {
		x[i] = float64(i % 10)
	}
	_, err := Run(context.Background(), c, []*telemetry.Batch{handMade(seconds(len(x)), x)})
	require.NoError(t, err)

	rng := rand.New(rand.NewPCG(1, 1))
	name := filepath.Join(t.TempDir(), "checkpoint")
	a, err := New(c)
	require.NoError(t, err)
	for round := 0; err == nil; round++ {
		require.Less(t, round, 2)
		for i := range 2900 {
			x[i] = rng.Float64()
		}
		if err = a.Add(handMade(seconds(2900), x[:2900])); err == nil {
			require.NoError(t, a.Checkpoint(context.Background(), name, nil))
			a, _, err = Resume(c, name)
		}
	}
	require.ErrorIs(t, err, ErrLimit)
}

// TestTalliesKeepTheLimit: counts of decimals are never what goes beyond Limits.Sketches.
func TestTalliesKeepTheLimit(t *testing.T) {
	c := Config{Limits: Limits{Sketches: 1 << 20}}
	for i := range 12 {
		c.Measures = append(c.Measures, Measure{ID: fmt.Sprint("m", i), Attribute: "x", Decimals: 1, Keep: KeepValues})
	}
	rng := rand.New(rand.NewPCG(2, 2))
	x := make([]float64, 20_000)
	for i := range x {
		x[i] = math.Round(50000*rng.Float64()) / 10
	}
	_, err := Run(context.Background(), c, []*telemetry.Batch{handMade(seconds(len(x)), x)})
	require.NoError(t, err)
}

// TestEndsOfTime: times near the ends of what an int64 holds are errors or counted, and what
// becomes of them does not depend on the batches.
func TestEndsOfTime(t *testing.T) {
	times := [][]int64{
		{-8e18, 1.7e18}, {9e18, -9e18, -8e18, 1.7e18}, {0, math.MinInt64 + 1}, {math.MinInt64 + 1, 0}, {0, math.MaxInt64, 5}, {math.MaxInt64},
		{math.MaxInt64 - 1, 0}, {0, 1e9, 2e9, 3e9, 4e9, 5e9, 6e9, 7e9, 8e9, math.MaxInt64},
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	for _, f := range []period.Freq{period.None, period.Hour, period.Day, period.Week, period.Month, period.Year, period.SchoolYear} {
		for _, at := range times {
			c := Config{Window: f, Zone: madrid, Measures: []Measure{{ID: "m", Attribute: "x"}}}
			whole, err1 := Run(context.Background(), c, []*telemetry.Batch{handMade(at, make([]float64, len(at)))})
			var list []*telemetry.Batch
			for _, x := range at {
				list = append(list, handMade([]int64{x}, []float64{0}))
			}
			parts, err2 := Run(context.Background(), c, list)
			require.Equal(t, err1 == nil, err2 == nil, "%v %v: %v, %v", f, at, err1, err2)
			if err1 == nil {
				require.Equal(t, whole.Totals, parts.Totals)
				require.True(t, string(dump(t, whole)) == string(dump(t, parts)), "%v %v", f, at)
			}
		}
	}
}

// TestLanesByHand: what is kept does not need lanes that a batch made by hand may lack.
func TestLanesByHand(t *testing.T) {
	b := handMade(seconds(3), []float64{1, 2, 3})
	b.Detail, b.Flags = nil, nil
	r, err := Run(context.Background(), Config{Measures: []Measure{{ID: "m", Attribute: "x", Keep: keepAll &^ KeepCircle}}}, []*telemetry.Batch{b})
	require.NoError(t, err)
	require.EqualValues(t, 3, r.At(Key{Measure: "m", Group: "g"}).State.Count())
}

// TestOnlyRejects: what a measure keeps is there, if empty, where all was rejected.
func TestOnlyRejects(t *testing.T) {
	for _, form := range []Form{Decimal, Float} {
		for _, x := range []float64{0, math.NaN()} {
			b := handMade([]int64{0}, []float64{x})
			if x == 0 {
				b.Kind[0] = telemetry.None
			}
			r, err := Run(context.Background(), Config{Measures: []Measure{{ID: "m", Attribute: "x", Form: form, Keep: keepAll &^ KeepCircle}}}, []*telemetry.Batch{b})
			require.NoError(t, err)
			s := &r.At(Key{Measure: "m", Group: "g"}).State
			require.NotNil(t, s.Values)
			require.NotNil(t, s.Histogram)
			require.NotNil(t, s.Entities)
			require.NotNil(t, s.Distinct)
			require.NotNil(t, s.Top)
			require.NotNil(t, s.Ends)
			require.Zero(t, s.Count())
		}
	}
}

// TestNothingFinite: a batch of which no number is left has states without any.
func TestNothingFinite(t *testing.T) {
	for _, keep := range []Keep{KeepValues, KeepHistogram, KeepDistinct, KeepValues | KeepEntities} {
		b := &telemetry.Batch{}
		require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "e"}, Attribute: "a", Time: time.Unix(0, 0), Value: telemetry.Value{Kind: telemetry.Number}}))
		b.Number[0] = math.NaN()
		r, err := Run(context.Background(), Config{Measures: []Measure{{ID: "m", Attribute: "a", Decimals: 1, Keep: keep}}}, []*telemetry.Batch{b})
		require.NoError(t, err)
		n := 0
		for _, row := range r.Rows() {
			n++
			require.Equal(t, int64(1), row.State.Rejects[RejectRange])
			require.Zero(t, row.State.Count())
		}
		require.Equal(t, 1, n)
	}
}
