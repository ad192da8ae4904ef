package cube

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// slowSum is the slow twin: a rational sum, rounded once.
func slowSum(values []float64) float64 {
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, new(big.Rat).SetFloat64(v))
	}
	f, _ := sum.Float64()
	return f
}

func randomFloats(r *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		switch r.IntN(5) {
		case 0:
			out[i] = float64(r.IntN(2000)-1000) / 100
		case 1:
			out[i] = math.Float64frombits(r.Uint64() & (1<<63 | 1<<53 - 1)) // denormal or tiny
		case 2:
			if i > 0 {
				out[i] = -out[r.IntN(i)]
			}
		default:
			for {
				if out[i] = math.Float64frombits(r.Uint64()); out[i]-out[i] == 0 {
					break
				}
			}
		}
	}
	return out
}

func TestSumIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		v := randomFloats(r, r.IntN(40))
		want := slowSum(v)
		require.Equal(t, math.Float64bits(want), math.Float64bits(Sum(v)), v)
		r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		var a, b Accumulator
		cut := r.IntN(len(v) + 1)
		for _, x := range v[:cut] {
			a.Add(x)
		}
		for _, x := range v[cut:] {
			b.Add(x)
		}
		b.Merge(&a)
		require.Equal(t, math.Float64bits(want), math.Float64bits(b.Value()), v)
	}
	cents := make([]float64, 1000)
	for i := range cents {
		cents[i] = 0.1
	}
	require.Equal(t, slowSum(cents), Sum(cents))
	huge := []float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64, 1}
	require.Equal(t, math.MaxFloat64, Sum(huge))
	require.Equal(t, math.Inf(-1), Sum([]float64{-math.MaxFloat64, -math.MaxFloat64}))
	require.True(t, math.IsNaN(Sum([]float64{math.Inf(1), 1, math.Inf(-1)})))
	require.Equal(t, uint64(0), math.Float64bits(Sum([]float64{math.Copysign(0, -1)})))
	require.Zero(t, Sum(nil))
}

func TestSumCarries(t *testing.T) {
	var a Accumulator
	tiny := math.SmallestNonzeroFloat64
	for range 100 {
		a.Add(-math.MaxFloat64)
		a.Add(tiny)
		a.carry()
		a.Add(math.MaxFloat64)
	}
	require.Equal(t, 100*tiny, a.Value())
	a = Accumulator{pending: maxPending}
	a.Add(3)
	require.Equal(t, 3.0, a.Value())
	require.Equal(t, 1, a.pending)
}

func TestColumnSum(t *testing.T) {
	why := Reason{Code: ReasonSuppressed, Text: "-1"}
	var sets []setting
	for i, c := range []Cell{Value(1e16), Value(1), {Value: -1e16, Status: Provisional}, NoValue(Suppressed, why), NoValue(Missing), NoValue(NotApplicable), Value(math.MaxFloat64), Value(math.MaxFloat64)} {
		sets = append(sets, setting{Key{string(rune('a' + i)), y23, ""}, "area", c})
	}
	col := buildFrom(t, sets).Column(2)
	require.Equal(t, Cell{Value: 1, Status: Provisional}, col.Sum(0, 3))
	require.Equal(t, col.Sum(0, 3), col.SumRows([]int{2, 0, 1}))
	require.Equal(t, NoValue(Suppressed, why, Reason{Code: ReasonNotCollected, Subject: "area"}), col.Sum(3, 5))
	require.Equal(t, NotApplicable, col.Sum(5, 6).Status.Presence())
	require.Equal(t, NotComputable, col.Sum(6, 8).Status.Presence())
	require.Equal(t, Missing, col.Sum(0, 0).Status.Presence())
}
