package compare

import "math"

// Standard normal quantiles for two-sided intervals.
const (
	Z90 = 1.6448536269514722 // Φ⁻¹(0.95)
	Z95 = 1.959963984540054  // Φ⁻¹(0.975)
	Z99 = 2.5758293035489004 // Φ⁻¹(0.995)
)

// Wilson returns the score interval of a share, 0–1, of which successes in n
// trials were seen, without correction for continuity:
//
//	(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)     p = successes/n
//
// z is the standard normal quantile of the confidence: [Z95] for 95 %. ok is
// false unless 0 ≤ successes ≤ n, 0 < n ≤ 10¹⁵ and 0 < z ≤ 100. Source: E. B.
// Wilson, "Probable inference", JASA 22 (1927) 209–212; it is method 3 of
// Newcombe, Statistics in Medicine 17 (1998) 857–872.
func Wilson(successes, n, z float64) (low, high float64, ok bool) {
	if !(successes >= 0 && successes <= n && n > 0 && z > 0) || n > 1e15 || z > 100 {
		return 0, 0, false
	}
	p := successes / n
	zz := float64(z * z)
	half := float64(z * math.Sqrt(float64(p*(1-p))/n+float64(float64(zz/n)/n/4)))
	middle := p + float64(float64(zz/n)/2)
	scale := 1 + zz/n
	low, high = (middle-half)/scale, (middle+half)/scale
	// Exact at the ends, where the differences cancel.
	if successes == 0 {
		low = 0
	}
	if successes == n {
		high = 1
	}
	return max(low, 0) + 0, min(high, 1) + 0, true
}

// maxCount is the greatest count of Poisson: beyond it the interval is that of
// the normal distribution to any precision that is shown.
const maxCount = 1_000_000_000

// Poisson returns the exact central interval of the mean of a Poisson count:
// the low for which so many or more are seen with probability (1 − confidence)/2,
// 0 for a count of 0, and the high for which so many or fewer are:
//
//	low  = ½ χ²(α/2; 2·count)         α = 1 − confidence
//	high = ½ χ²(1 − α/2; 2·count + 2)
//
// to about ten significant digits. Divide both by what the count is per, for a
// rate. ok is false unless 0 ≤ count ≤ 1,000,000,000 and 0.5 ≤ confidence ≤
// 0.9999. Source: F. Garwood, "Fiducial limits for the Poisson distribution",
// Biometrika 28 (1936) 437–442.
func Poisson(count int, confidence float64) (low, high float64, ok bool) {
	if count < 0 || count > maxCount || !(confidence >= 0.5 && confidence <= 0.9999) {
		return 0, 0, false
	}
	tail := (1 - confidence) / 2
	c := float64(count)
	// No limit is 6 standard deviations and 12 away, at these confidences.
	reach := float64(6*math.Sqrt(c)) + 12
	if count > 0 {
		low = bisect(max(c-reach, 0), c, func(mean float64) bool { return poissonAtLeast(count, mean) < tail })
	}
	high = bisect(c, c+reach, func(mean float64) bool { return poissonAtMost(count, mean) > tail })
	return low, high, true
}

// bisect returns where below turns from true to false between low and high.
func bisect(low, high float64, below func(float64) bool) float64 {
	for range 200 {
		mid := low + float64((high-low)/2)
		if mid <= low || mid >= high {
			break
		}
		if below(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low + float64((high-low)/2)
}

// poissonAtMost is P(X ≤ k) for mean ≥ k: the terms fall from k down.
func poissonAtMost(k int, mean float64) float64 {
	p := poissonTerm(k, mean)
	total := p
	for i := k; i > 0 && p > total*1e-17; i-- {
		p = float64(p*float64(i)) / mean
		total += p
	}
	return total
}

// poissonAtLeast is P(X ≥ k) for mean ≤ k: the terms fall from k up.
func poissonAtLeast(k int, mean float64) float64 {
	if mean == 0 {
		return 0
	}
	p := poissonTerm(k, mean)
	total := p
	for i := k + 1; p > total*1e-17; i++ {
		p = float64(p*mean) / float64(i)
		total += p
	}
	return total
}

// poissonTerm is P(X = k) by the saddle point of C. Loader, "Fast and accurate
// computation of binomial probabilities" (2000):
//
//	exp(−δ(k) − k·h(mean/k)) / √(2πk)     h(r) = r − 1 − ln r
//
// with δ(k) = ln k! less its Stirling approximation, which does not lose the
// digits that exp(k ln mean − mean − ln k!) does for great k.
func poissonTerm(k int, mean float64) float64 {
	if k == 0 {
		return exp(-mean)
	}
	x := float64(k)
	return exp(-stirlingError(k)-float64(x*excess(mean/x))) / math.Sqrt(float64(2*math.Pi*x))
}

// stirlingError is ln k! − ln(√(2πk)·(k/e)ᵏ) for k ≥ 1.
func stirlingError(k int) float64 {
	x := float64(k)
	if k < 16 {
		f := 1.0
		for i := 2; i <= k; i++ {
			f *= float64(i)
		}
		return ln(f) - float64((x+0.5)*ln(x)) + x - 0.9189385332046727 // ½ ln 2π
	}
	z := 1 / float64(x*x)
	s := 1.0 / 1188
	for _, c := range [...]float64{-1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12} {
		s = float64(s*z) + c
	}
	return s / x
}

// excess is r − 1 − ln r for r > 0, by series where the difference would cancel.
func excess(r float64) float64 {
	u := r - 1
	if math.Abs(u) > 0.1 {
		return u - ln(r)
	}
	s := 0.0
	for i := 20; i >= 2; i-- {
		s = 1/float64(i) - float64(u*s)
	}
	return float64(float64(u*u) * s)
}
