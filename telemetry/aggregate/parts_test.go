package aggregate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMergeParts: parts merged in registers are those of Real.Merge, bit for bit, sums
// that leave float64 included.
func TestMergeParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 3))
	odd := []float64{0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 1e-200, -3e-160, 0.1, 1.0 / 3, 1, -1, 1e16, 3e150, -1e154, 1e300, math.MaxFloat64, -math.MaxFloat64}
	number := func(kind int) float64 {
		switch {
		case kind == 0 || kind < 4 && rng.IntN(8) == 0:
			return odd[rng.IntN(len(odd))]
		case kind == 1:
			return math.Ldexp(rng.NormFloat64(), rng.IntN(80)-40)
		case kind == 2:
			return math.Float64frombits(rng.Uint64() &^ (1 << 62)) // finite
		}
		return float64(rng.IntN(8000)-2000) / 100
	}
	left := 0
	for round := range 3000 {
		const slots = 64
		kind := round % 5
		real, want := make([]Real, slots), make([]Real, slots)
		home := make([]uint32, slots)
		for i, s := range rng.Perm(slots) {
			home[i] = uint32(s) + 1
		}
		for range 1 + rng.IntN(6) {
			parts, count := make([]part, slots), make([]uint32, slots)
			var slot []uint32
			var x []float64
			var at []int64
			for range rng.IntN(2 * slots) {
				slot, x, at = append(slot, uint32(rng.IntN(slots))), append(x, number(kind)), append(at, rng.Int64N(1000))
			}
			scatterFloats([]floatStates{{part: parts, count: count}}, make([]uint32, len(slot)), slot, x, at, make([]int32, len(slot)), &ahead{})
			for s, n := range count {
				r := parts[s].real(n)
				_ = want[home[s]-1].Merge(&r)
			}
			var buf [slots]uint32
			n := mergeParts(real, parts, count, home, buf[:])
			left += n
			for _, s := range buf[:n] {
				r := parts[s].real(count[s])
				_ = real[home[s]-1].Merge(&r)
				count[s] = 0
			}
			require.Equal(t, make([]uint32, slots), count)
			for s := range real {
				a, b := real[s], want[s]
				for k, p := range [...][2]float64{{a.k, b.k}, {a.s, b.s}, {a.c, b.c}, {a.q, b.q}, {a.r, b.r}, {a.min, b.min}, {a.max, b.max}} {
					if x, y := math.Float64bits(p[0]), math.Float64bits(p[1]); x != y {
						t.Fatalf("round %d, field %d: %v and %v", round, k, a, b)
					}
				}
				require.Equal(t, [3]int64{b.n, b.first, b.last}, [3]int64{a.n, a.first, a.last})
			}
		}
	}
	require.NotZero(t, left)
}
