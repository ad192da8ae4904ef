package aggregate

import "math"

// MaxScale is the greatest number of decimals of a measure.
const MaxScale = 9

// maxDecimal bounds a decimal: up to here no two of them are the same float64.
const maxDecimal = 1_000_000_000_000_000

var pow10 = [MaxScale + 1]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// toDecimal is the integer i with float64(i)/10^scale == x; false if there is none
// of at most maxDecimal. -0 is 0. Kernels have the same lines inline.
func toDecimal(x float64, scale uint8) (int64, bool) {
	p := float64(pow10[scale])
	y := float64(x * p)
	if !(math.Abs(y) <= maxDecimal) {
		return 0, false
	}
	i := int64(math.RoundToEven(y))
	return i, float64(i)/p == x
}

// nearestDecimal is the decimal nearest to x, for states that hold nothing else;
// exact says that it is x itself, ok that x is within maxDecimal.
func nearestDecimal(x float64, scale uint8) (i int64, exact, ok bool) {
	p := float64(pow10[scale])
	y := float64(x * p)
	if !(math.Abs(y) <= maxDecimal) {
		return 0, false, false
	}
	i = int64(math.RoundToEven(y))
	return i, float64(i)/p == x, true
}
