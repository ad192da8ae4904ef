package formula

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever numbers lie in the operands, the result lies in the result.
func TestIntervals(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pool := []float64{0, math.Copysign(0, -1), 1, -1, 2.5, -7, 1e300, -1e300, tiny, -tiny, math.MaxFloat64, -math.MaxFloat64, inf, -inf, twoTo53, twoTo63, -twoTo63, 0.1, 3}
	nan := math.NaN()
	draw := func() interval {
		a, b := pool[r.IntN(len(pool))], pool[r.IntN(len(pool))]
		x := interval{lo: min(a, b), hi: max(a, b), nan: r.IntN(4) == 0}
		if r.IntN(3) == 0 {
			x = x.and(interval{lo: -inf, hi: inf, nan: true, nonzero: true})
		}
		return x
	}
	within := func(a interval) float64 {
		if a.nan && (r.IntN(4) == 0 || !a.numbers()) {
			return nan
		}
		for range 100 {
			x := pool[r.IntN(len(pool))]
			if r.IntN(2) == 0 && !math.IsInf(a.lo, 0) && !math.IsInf(a.hi, 0) {
				x = a.lo + r.Float64()*(a.hi/2-a.lo/2)*2
			}
			if a.has(x) {
				return x
			}
		}
		return a.lo
	}
	for range 300_000 {
		a, b := draw(), draw()
		if a.empty() || b.empty() {
			continue
		}
		x, y := within(a), within(b)
		if !a.has(x) || !b.has(y) {
			continue
		}
		for _, tt := range []struct {
			name string
			of   interval
			v    float64
		}{
			{"+", a.plus(b), x + y}, {"-", a.plus(b.negated()), x - y}, {"*", a.times(b), x * y}, {"/", a.over(b), x / y},
			{"abs", a.abs(), math.Abs(x)}, {"sqrt", a.sqrt(), math.Sqrt(x)}, {"floor", a.rising(math.Floor), math.Floor(x)},
			{"join", a.join(b), x}, {"join", b.join(a), x}, {"neg", a.negated(), -x},
		} {
			require.True(t, tt.of.has(tt.v), "%s: %v in %+v, %v in %+v: %v not in %+v", tt.name, x, a, y, b, tt.v, tt.of)
		}
		if y != 0 {
			require.True(t, a.ratio(b).has(x/y), "%v in %+v / %v in %+v: %v not in %+v", x, a, y, b, x/y, a.ratio(b))
		}
		if a.has(y) {
			require.True(t, a.and(b).has(y))
		}
		for o, v := range map[string]bool{"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x == y, "!=": x != y} {
			yes, no := compares(o, a, b)
			require.True(t, v && yes || !v && no, "%v in %+v %s %v in %+v", x, a, o, y, b)
		}
	}
}
