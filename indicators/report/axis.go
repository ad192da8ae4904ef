package report

import (
	"math"
	"strconv"
)

// axis maps values to 0–1. It is logarithmic if the values are positive and the
// greatest is more than 15 times the median.
type axis struct {
	lo, hi float64 // of what is drawn
	log    bool
	ticks  []float64
}

const skewed = 15

func newAxis(values []float64) axis {
	if len(values) == 0 {
		return axis{lo: 0, hi: 1}
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo > 0 && hi/median(values) > skewed {
		return logAxis(lo, hi)
	}
	if lo > 0 && lo < 0.35*hi { // near enough to show zero
		lo = 0
	}
	if hi < 0 && hi > 0.35*lo {
		hi = 0
	}
	span := hi - lo
	if span == 0 || math.IsInf(span, 0) {
		if math.IsInf(span, 0) {
			return axis{lo: lo / 2, hi: hi / 2}
		}
		span = max(math.Abs(lo)*0.1, 1)
		lo, hi = lo-span/2, hi+span/2
	}
	step := niceStep(span / 5)
	if step == 0 {
		return axis{lo: lo, hi: hi}
	}
	first, last := math.Floor(lo/step), math.Ceil(hi/step)
	x := axis{lo: float64(first * step), hi: float64(last * step)}
	for i := first; i <= last && len(x.ticks) < 12; i++ {
		x.ticks = append(x.ticks, float64(i*step))
	}
	return x
}

func logAxis(lo, hi float64) axis {
	x := axis{lo: lo, hi: hi, log: true}
	for _, steps := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		x.ticks = x.ticks[:0]
		for e := -20; e <= 20; e++ {
			for _, s := range steps {
				if t := s * pow10(e); t >= lo*0.999 && t <= hi*1.001 {
					x.ticks = append(x.ticks, t)
				}
			}
		}
		if len(x.ticks) <= 7 {
			break
		}
	}
	return x
}

// niceStep is the least of 1, 2, 2.5 or 5 times a power of ten that is not below v.
func niceStep(v float64) float64 {
	for e := -20; e <= 20; e++ {
		for _, s := range []float64{1, 2, 2.5, 5} {
			if t := s * pow10(e); t >= v {
				return t
			}
		}
	}
	return 0
}

func pow10(e int) float64 {
	v, _ := strconv.ParseFloat("1e"+strconv.Itoa(e), 64)
	return v
}

// decimals are those the ticks need.
func (x axis) decimals() int {
	for d := range 7 {
		same := true
		for _, t := range x.ticks {
			s, _ := strconv.ParseFloat(strconv.FormatFloat(t, 'f', d, 64), 64)
			if math.Abs(s-t) > 1e-9*math.Abs(t) {
				same = false
			}
		}
		if same {
			return d
		}
	}
	return 6
}

// at is where a value lies, 0–1 within the axis.
func (x axis) at(v float64) float64 {
	lo, hi := x.lo, x.hi
	if x.log {
		lo, hi, v = ln(lo), ln(hi), ln(max(v, x.lo))
	}
	if hi == lo {
		return 0.5
	}
	return min(1, max(0, (v-lo)/(hi-lo)))
}

// ln is the natural logarithm to about 1e-12, in the same bits on every
// machine, which math.Log does not promise.
func ln(v float64) float64 {
	if v <= 0 {
		return 0
	}
	m, e := math.Frexp(v)
	z := (m - 1) / (m + 1)
	z2, term, sum := float64(z*z), z, 0.0
	for k := 1; k < 60; k += 2 {
		sum += term / float64(k)
		term = float64(term * z2)
	}
	return float64(2*sum) + float64(float64(e)*math.Ln2)
}

func median(values []float64) float64 {
	s := append([]float64(nil), values...)
	for i := 1; i < len(s); i++ {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	if n := len(s); n%2 == 0 {
		return s[n/2-1]/2 + s[n/2]/2
	}
	return s[len(s)/2]
}
