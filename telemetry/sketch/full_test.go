package sketch

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFullCounters: counters that leave 32 bits in the middle of AddAll lose nothing.
func TestFullCounters(t *testing.T) {
	x := make([]float64, 1000)
	for i := range x {
		x[i] = 1 + float64(i%128)/128
	}
	var a, b Histogram
	for _, h := range []*Histogram{&a, &b} {
		h.Add(1)
		h.AddN(1, math.MaxUint32-3) // a few before it is full
		h.AddN(1.5, 7)
	}
	require.Equal(t, len(x), a.AddAll(x))
	for _, v := range x {
		require.True(t, b.Add(v))
	}
	p, _ := a.AppendBinary(nil)
	q, _ := b.AppendBinary(nil)
	require.Equal(t, q, p)
	require.NotNil(t, a.pages[0].large)
}
