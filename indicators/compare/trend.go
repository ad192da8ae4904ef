package compare

import (
	"math"
	"slices"
)

// TheilSen returns the median of the slopes of all pairs of points,
//
//	median (yⱼ − yᵢ)/(xⱼ − xᵢ), xⱼ ≠ xᵢ
//
// in units of y a unit of x; the points may come in any order. It has n(n − 1)/2
// slopes in memory. ok is false unless x and y are as long, no more than 10,000
// points, and at least two x differ; and if a slope is too great for a float64.
// Source: Sen, "Estimates of the regression coefficient based on Kendall's tau",
// JASA 63 (1968) 1379–1389.
func TheilSen(x, y []float64) (slope float64, ok bool) {
	if len(x) != len(y) || len(x) > 10_000 {
		return 0, false
	}
	var slopes []float64
	for i := range x {
		for j := i + 1; j < len(x); j++ {
			if x[i] != x[j] {
				s := (y[j] - y[i]) / (x[j] - x[i])
				if math.IsNaN(s) || math.IsInf(s, 0) {
					return 0, false
				}
				slopes = append(slopes, s)
			}
		}
	}
	return Median(slopes)
}

// Trend is the outcome of the Mann–Kendall test.
type Trend struct {
	N        int     // points
	S        int     // pairs that rise − pairs that fall
	Variance float64 // of S if there is no trend, corrected for ties
	Z        float64 // about standard normal if there is no trend; 0 if all are equal
	Lag1     float64 // serial correlation of lag 1 of the values less their Theil–Sen line
	Serial   bool    // Lag1 > 0.3: Z overstates the certainty
}

// MannKendall tests values in order of time for a trend up (Z > 0) or down:
//
//	S = Σ_{i<j} sign(xⱼ − xᵢ)
//	var S = (n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)) / 18     t: sizes of groups of equal values
//	Z = (S − sign S)/√var S
//
// A |Z| beyond [Z95] is unlikely (5 %) without a trend and without serial
// correlation. The steps of time are taken as equal. ok is false for fewer than
// 6 values, with which the normal distribution is no approximation, and for
// more than 10,000. Source: Mann, Econometrica 13 (1945) 245–259; Kendall, Rank
// Correlation Methods (1975); Gilbert, Statistical Methods for Environmental
// Pollution Monitoring (1987) 208–217.
func MannKendall(values []float64) (t Trend, ok bool) {
	n := len(values)
	if n < 6 || n > 10_000 {
		return t, false
	}
	t.N = n
	for i, a := range values {
		for _, b := range values[i+1:] {
			switch {
			case b > a:
				t.S++
			case b < a:
				t.S--
			}
		}
	}
	v := n * (n - 1) * (2*n + 5)
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	for i := 0; i < n; {
		j := i + 1
		for j < n && sorted[j] == sorted[i] {
			j++
		}
		v -= (j - i) * (j - i - 1) * (2*(j-i) + 5)
		i = j
	}
	t.Variance = float64(v) / 18
	switch {
	case t.S > 0:
		t.Z = float64(t.S-1) / math.Sqrt(t.Variance)
	case t.S < 0:
		t.Z = float64(t.S+1) / math.Sqrt(t.Variance)
	}
	t.Lag1 = lag1(values)
	t.Serial = t.Lag1 > 0.3
	return t, true
}

// lag1 is Σ eᵢeᵢ₊₁ / Σ eᵢ² of the deviations e from the mean of the values less
// their trend; 0 if there are none, or they are too great.
func lag1(values []float64) float64 {
	at := make([]float64, len(values))
	for i := range at {
		at[i] = float64(i)
	}
	slope, ok := TheilSen(at, values)
	if !ok {
		return 0
	}
	rest := make([]float64, len(values))
	for i, v := range values {
		rest[i] = v - float64(slope*at[i])
	}
	st, varies := newStandard(rest)
	if !varies {
		return 0
	}
	var squares, products []float64
	for i, v := range rest {
		rest[i] = st.z(v)
		squares = append(squares, float64(rest[i]*rest[i]))
		if i > 0 {
			products = append(products, float64(rest[i]*rest[i-1]))
		}
	}
	return sum(products)/sum(squares) + 0
}
