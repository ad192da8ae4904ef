package aggregate

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRunKernels: the kernels of runs do what their twins in Go do.
func TestRunKernels(t *testing.T) {
	for seed := range uint64(3000) {
		compareRuns(t, seed, nil)
	}
}

func FuzzRunKernels(f *testing.F) {
	f.Add(uint64(1), []byte{})
	f.Add(uint64(2), binary.LittleEndian.AppendUint64(nil, math.Float64bits(21.35)))
	f.Fuzz(compareRuns)
}

// compareRuns gives a run of a seed, with some of its numbers, to kernels and twins.
func compareRuns(t *testing.T, seed uint64, raw []byte) {
	rng := rand.New(rand.NewPCG(seed, 11))
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-9, 1e12, short / 10.0, (short - 1) / 10.0, -short / 10.0, -(short + 1) / 10.0, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1), 1.0 / 3, 1e300, -1e300}
	n := 1 + rng.IntN(140)
	ten := math.Pow10(rng.IntN(MaxScale + 1))
	x, at, entity := make([]float64, n), make([]int64, n), make([]uint32, n)
	wide := float64(int(1) << (1 + rng.IntN(26)))
	rare := []int{5, 100, math.MaxInt32}[rng.IntN(3)]
	for i := range x {
		x[i] = math.Trunc(rng.Float64()*wide-wide*float64(seed%3)/2) / ten
		if at[i] = rng.Int64(); i > 0 {
			at[i] = at[i-1] + rng.Int64N(100)
		}
		switch rng.IntN(rare) {
		case 0:
			x[i] = odd[rng.IntN(len(odd))]
		case 1:
			at[i] = []int64{math.MinInt64, math.MaxInt64, at[max(i-1, 0)] - 1}[rng.IntN(3)]
		case 2:
			entity[i] = rng.Uint32()
		}
		if 8*i+8 <= len(raw) {
			x[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	}

	sum, sq, lo, hi, ok := sumsOfGo(x, ten)
	s2, q2, l2, h2, o2 := sumsOf(x, ten)
	require.Equal(t, ok, o2, "seed %d", seed)
	if ok {
		require.Equal(t, []any{sum, sq, lo, hi}, []any{s2, q2, l2, h2}, "seed %d", seed)
	}

	want, got := make([]uint16, rng.IntN(1<<16)), []uint16(nil)
	got = append(got, want...)
	base := int64(-wide*float64(seed%3)/2) - rng.Int64N(3)
	require.Equal(t, tallyRunGo(want, base, x, ten), tallyRun(got, base, x, ten), "seed %d", seed)
	require.True(t, slices.Equal(want, got), "seed %d", seed)

	to := []int64{math.MaxInt64, math.MinInt64, at[n/2], at[n-1], at[n-1] + 1}[rng.IntN(5)]
	if at[0] < to {
		require.Equal(t, climbGo(at, entity, to), climb(at, entity, to), "seed %d", seed)
	}
}
