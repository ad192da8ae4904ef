package compare

import (
	"math"
	"slices"
)

// Quantile returns the p-quantile of sorted, 0 ≤ p ≤ 1, by one of the nine
// types of R. J. Hyndman & Y. Fan, "Sample quantiles in statistical packages",
// The American Statistician 50 (1996) 361–365, as in R's quantile. With n
// values x₁ ≤ … ≤ xₙ, j = ⌊np + m⌋ and g = np + m − j it is
//
//	(1 − γ)·xⱼ + γ·xⱼ₊₁     x₀ = x₁, xₙ₊₁ = xₙ
//
//	type  m            γ
//	1     0            0 if g = 0, else 1                inverse of the empirical distribution
//	2     0            ½ if g = 0, else 1                the same, averaged at its steps
//	3     −½           0 if g = 0 and j even, else 1     nearest even order statistic
//	4     0            g                                 p(k) = k/n
//	5     ½            g                                 p(k) = (k − ½)/n, Hazen
//	6     p            g                                 p(k) = k/(n + 1), Weibull
//	7     1 − p        g                                 p(k) = (k − 1)/(n − 1), the default of R
//	8     (p + 1)/3    g                                 p(k) = (k − ⅓)/(n + ⅓), about median-unbiased
//	9     p/4 + 3/8    g                                 p(k) = (k − 3/8)/(n + ¼), for normal data
//
// where np + m within 4 units of rounding of an integer is that integer. The
// values must be finite and ascending. ok is false if there are none, if p is
// outside its range or not a number, or if there is no such type.
func Quantile(sorted []float64, p float64, typ int) (q float64, ok bool) {
	n := len(sorted)
	if n == 0 || !(p >= 0 && p <= 1) || typ < 1 || typ > 9 {
		return 0, false
	}
	np := float64(float64(n) * p)
	var m float64
	switch typ {
	case 3:
		m = -0.5
	case 5:
		m = 0.5
	case 6:
		m = p
	case 7:
		m = 1 - p
	case 8:
		m = (p + 1) / 3
	case 9:
		m = float64(p/4) + 0.375
	}
	h := np + m
	j, g := math.Floor(h), 0.0
	const rounding = 4 * 0x1p-52
	if near := math.Round(h); math.Abs(h-near) <= rounding*max(1, math.Abs(h)) {
		j = near
	} else {
		g = h - j
	}
	switch typ {
	case 1:
		g = step(g > 0)
	case 2:
		if g > 0 {
			g = 1
		} else {
			g = 0.5
		}
	case 3:
		g = step(g > 0 || math.Mod(j, 2) != 0)
	}
	at := func(k int) float64 { return sorted[min(max(k, 1), n)-1] }
	return between(at(int(j)), at(int(j)+1), g), true
}

func step(one bool) float64 {
	if one {
		return 1
	}
	return 0
}

// between is a + g(b − a) for a ≤ b, never outside them, and at ½ rounded once.
func between(a, b, g float64) float64 {
	switch {
	case g <= 0 || a == b:
		return a + 0
	case g >= 1:
		return b + 0
	case math.IsInf(b-a, 0) || g == 0.5 && math.IsInf(a+b, 0):
		return float64(a*(1-g)) + float64(b*g)
	case g == 0.5:
		return float64((a+b)/2) + 0
	}
	return min(max(a+float64(g*(b-a)), a), b) + 0
}

// Median returns the middle of the values in any order, the mean of the two
// middle ones if they are even in number; ok is false if there are none. The
// values must be finite.
func Median(values []float64) (m float64, ok bool) {
	s := slices.Clone(values)
	slices.Sort(s)
	return Quantile(s, 0.5, 7)
}

// MAD returns the median absolute deviation of finite values in any order,
//
//	median |xᵢ − median x|
//
// without the factor 1.4826 that makes it estimate the standard deviation of
// normal data. ok is false if there are no values or the result is too great
// for a float64. Source: Hampel, "The influence curve and its role in robust
// estimation", JASA 69 (1974) 383–393.
func MAD(values []float64) (d float64, ok bool) {
	m, ok := Median(values)
	if !ok {
		return 0, false
	}
	dev := make([]float64, len(values))
	for i, x := range values {
		dev[i] = math.Abs(x - m)
	}
	d, _ = Median(dev)
	return d, !math.IsInf(d, 0) && !math.IsNaN(d)
}

// RobustZ returns, for each of the values in their order,
//
//	(x − median) / (1.4826 · MAD)
//
// ok is false, and there is no z, if the MAD is 0 or cannot be had; see [MAD].
// Source: Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993), with
// the constant 1.4826 ≈ 1/Φ⁻¹(¾).
func RobustZ(values []float64) (z []float64, ok bool) {
	d, ok := MAD(values)
	if !ok || d == 0 {
		return nil, false
	}
	m, _ := Median(values)
	scale := float64(1.4826 * d)
	if math.IsInf(scale, 0) {
		return nil, false
	}
	z = make([]float64, len(values))
	for i, x := range values {
		z[i] = (x-m)/scale + 0
		if math.IsInf(z[i], 0) || math.IsNaN(z[i]) {
			return nil, false
		}
	}
	return z, true
}
