package compare

import "math"

// The logarithm and the exponential of package math are assembly on some
// machines and fused on others, so that their last bits differ; these do not.

const (
	ln2Hi = 6.93147180369123816490e-01 // the upper 33 bits of ln 2: an integer below 2²⁰ times it is exact
	ln2Lo = 1.90821492927058770002e-10 // ln 2 − ln2Hi
)

// ln is the natural logarithm of a finite x > 0, within 2 units in the last
// place: x = 2ᵏ·m with √½ ≤ m < √2, and ln m = 2 artanh s by its series in
// s = (m − 1)/(m + 1), |s| < 0.172.
func ln(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	sum := 0.0
	for i := 23; i >= 3; i -= 2 {
		sum = float64(z*sum) + 1/float64(i)
	}
	// 2s + 2s³·sum, the small terms added first.
	k := float64(e)
	small := float64(float64(2*s*z)*sum) + float64(k*ln2Lo)
	return float64(k*ln2Hi) + (2*s + small) + 0
}

// exp is eˣ for x ≤ 0, 0 where that is too small for a float64: x = k·ln 2 + r
// with |r| ≤ ln 2 / 2, and eʳ by its Taylor series.
func exp(x float64) float64 {
	if x < -745.2 {
		return 0
	}
	k := math.Round(x / math.Ln2)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	sum := 1.0
	for i := 18; i >= 1; i-- {
		sum = float64(float64(sum*r)/float64(i)) + 1
	}
	return math.Ldexp(sum, int(k))
}
