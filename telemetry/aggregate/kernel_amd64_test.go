//go:build !purego

package aggregate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWithoutAVX2: without it the twins run.
func TestWithoutAVX2(t *testing.T) {
	defer func(was bool) { avx2 = was }(avx2)
	avx2 = false
	for seed := range uint64(30) {
		compareKernels(t, seed, nil)
		compareRuns(t, seed, nil)
	}
}

// TestWideTaken: rows as sensors send them are not left to the twins.
func TestWideTaken(t *testing.T) {
	if !avx2 {
		t.Skip("this processor has no AVX2: twins were compared with twins")
	}
	const n, first = 40, int64(1_767_225_600_000_000_000)
	w := windows{bounds: hourBounds(first, 1000), step: hourNanos}
	e, _ := w.even()
	at, x, window, attribute, entity, want := make([]int64, n), make([]float64, n), make([]uint32, n), make([]uint32, n), make([]uint32, n), make([]uint32, n)
	for i := range n {
		at[i], x[i], attribute[i], entity[i], want[i] = first+int64(i)*hourNanos*7/3, float64(i)/100, uint32(i%5), uint32(999-i), uint32(i*7/3)
	}
	var codes extent
	require.True(t, hoursWide(window, attribute, entity, at, &e, &codes))
	require.Equal(t, want, window)
	require.Equal(t, extent{4, 999}, codes)
	for k := range n {
		require.Equal(t, k&^3, tallyWide(make([]uint16, n), 0, x[:k], 100))
		if k > 0 {
			require.GreaterOrEqual(t, climbWide(at[:k], make([]uint32, k), math.MaxInt64), max(1, k-3))
		}
		if k >= 4 {
			_, _, _, _, ok := sumsWide(x[:k], 100)
			require.True(t, ok)
		}
	}
	to := []decimalStates{{make([]hot, n), 100}}
	slot := make([]uint32, n)
	for i := range slot {
		to[0].hot[i].reset()
		slot[i] = uint32(i)
	}
	require.Zero(t, scatterNarrowWide(to, make([]uint32, n), slot, x, at, make([]int32, n), &ahead{}))
}
