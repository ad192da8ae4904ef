package formula

import "math"

// interval is what is known of a number: no value outside lo..hi, which may be
// infinite. The values it holds for a node are those the node can have, and
// perhaps others; never fewer.
type interval struct {
	lo, hi  float64
	nan     bool // may be NaN
	nonzero bool // is not 0, though 0 may lie between lo and hi
	zerodiv bool // may come from a division by zero
}

var (
	inf      = math.Inf(1)
	anything = interval{lo: -inf, hi: inf, nan: true, zerodiv: true}
	finite   = interval{lo: -math.MaxFloat64, hi: math.MaxFloat64}
)

const (
	twoTo53 = 1 << 53
	twoTo63 = 1 << 63
	twoTo64 = 1 << 64
	tiny    = math.SmallestNonzeroFloat64
)

func (a interval) empty() bool { return a.lo > a.hi && !a.nan }

// numbers reports whether there is a value beside NaN.
func (a interval) numbers() bool { return a.lo <= a.hi }

func (a interval) zero() bool { return !a.nonzero && a.lo <= 0 && a.hi >= 0 }

func (a interval) infinite() bool { return a.numbers() && (math.IsInf(a.lo, 0) || math.IsInf(a.hi, 0)) }

func (a interval) has(x float64) bool {
	if x != x {
		return a.nan
	}
	return a.lo <= x && x <= a.hi && !(x == 0 && a.nonzero)
}

func (a interval) join(b interval) interval {
	switch {
	case a.empty():
		return b
	case b.empty():
		return a
	}
	return interval{min(a.lo, b.lo), max(a.hi, b.hi), a.nan || b.nan, !a.zero() && !b.zero(), a.zerodiv || b.zerodiv}
}

// and keeps what both allow.
func (a interval) and(b interval) interval {
	a.lo, a.hi = max(a.lo, b.lo), min(a.hi, b.hi)
	a.nan = a.nan && b.nan
	a.nonzero = a.nonzero || b.nonzero
	if a.nonzero && a.lo == 0 {
		a.lo = tiny
	}
	if a.nonzero && a.hi == 0 {
		a.hi = -tiny
	}
	return a
}

// hull is the interval of the corners of an operation that is monotone in each
// operand. A corner that is NaN is a limit that no value has.
func hull(a, b interval, f func(x, y float64) float64) interval {
	out := interval{lo: inf, hi: -inf, zerodiv: a.zerodiv || b.zerodiv}
	if !a.numbers() || !b.numbers() {
		return out
	}
	for _, x := range [2]float64{a.lo, a.hi} {
		for _, y := range [2]float64{b.lo, b.hi} {
			if v := f(x, y); v == v {
				out.lo, out.hi = min(out.lo, v), max(out.hi, v)
			}
		}
	}
	return out
}

// noneOf reports whether an operation of both has no value.
func noneOf(a, b interval) bool { return a.empty() || b.empty() }

func (a interval) plus(b interval) interval {
	if noneOf(a, b) {
		return interval{lo: inf, hi: -inf}
	}
	out := hull(a, b, func(x, y float64) float64 { return x + y })
	out.nan = a.nan || b.nan || a.hi == inf && b.lo == -inf || a.lo == -inf && b.hi == inf
	if out.nan && out.lo > out.hi && a.numbers() && b.numbers() {
		return interval{lo: -inf, hi: inf, nan: true, zerodiv: out.zerodiv}
	}
	if a.infinite() && b.infinite() { // a corner may have been NaN
		out.lo, out.hi = -inf, inf
	}
	return out
}

func (a interval) negated() interval {
	a.lo, a.hi = -a.hi, -a.lo
	return a
}

func (a interval) times(b interval) interval {
	if noneOf(a, b) {
		return interval{lo: inf, hi: -inf}
	}
	out := hull(a, b, func(x, y float64) float64 { return x * y })
	out.nan = a.nan || b.nan || a.zero() && b.infinite() || b.zero() && a.infinite()
	// a product of small numbers is 0, and 0 times a large one between the corners
	if a.numbers() && b.numbers() && (a.lo <= 0 && a.hi >= 0 || b.lo <= 0 && b.hi >= 0) {
		out.lo, out.hi = min(out.lo, 0), max(out.hi, 0)
	}
	return out
}

// over divides as IEEE 754 does: by zero it is infinite or NaN.
func (a interval) over(b interval) interval {
	if noneOf(a, b) {
		return interval{lo: inf, hi: -inf}
	}
	if b.zero() {
		return interval{lo: -inf, hi: inf, nan: a.nan || b.nan || a.zero() || a.infinite() && b.infinite(), zerodiv: true}
	}
	return a.ratio(b)
}

// ratio divides where zero denominators have failed before.
func (a interval) ratio(b interval) interval {
	if noneOf(a, b) || !b.numbers() || !a.numbers() {
		return interval{lo: inf, hi: -inf, nan: a.nan || b.nan}
	}
	out := interval{lo: inf, hi: -inf, zerodiv: a.zerodiv || b.zerodiv}
	for _, half := range [2]interval{{lo: max(b.lo, tiny), hi: b.hi}, {lo: b.lo, hi: min(b.hi, -tiny)}} {
		if half.lo <= half.hi {
			h := hull(a, half, func(x, y float64) float64 { return x / y })
			out.lo, out.hi = min(out.lo, h.lo), max(out.hi, h.hi)
		}
	}
	out.nan = a.nan || b.nan || a.infinite() && b.infinite()
	if out.nan && a.infinite() && b.infinite() {
		out.lo, out.hi = -inf, inf
	}
	if b.infinite() || a.lo <= 0 && a.hi >= 0 {
		out.lo, out.hi = min(out.lo, 0), max(out.hi, 0)
	}
	return out
}

// rising is the interval of a function that never falls.
func (a interval) rising(f func(float64) float64) interval {
	if a.numbers() {
		a.lo, a.hi = f(a.lo), f(a.hi)
	}
	a.nonzero = false
	return a
}

func (a interval) abs() interval {
	switch {
	case !a.numbers() || a.lo >= 0:
	case a.hi <= 0:
		a.lo, a.hi = -a.hi, -a.lo
	default:
		a.lo, a.hi = 0, max(-a.lo, a.hi)
	}
	return a
}

func (a interval) sqrt() interval {
	if a.lo < 0 {
		a.nan = a.nan || a.numbers()
		a.lo = 0
	}
	if a.numbers() {
		a.lo, a.hi = math.Sqrt(a.lo), math.Sqrt(a.hi)
	}
	return a
}

// outward widens a result of whole numbers that float64 may not hold exactly.
func (a interval) outward() interval {
	if !a.numbers() {
		return a
	}
	if math.Abs(a.lo) > twoTo53 {
		a.lo = math.Nextafter(a.lo, -inf)
	}
	if math.Abs(a.hi) > twoTo53 {
		a.hi = math.Nextafter(a.hi, inf)
	}
	a.nonzero = false
	return a
}

// exact is a number that is written.
func exact(x float64) interval {
	if x != x {
		return interval{lo: inf, hi: -inf, nan: true}
	}
	return interval{lo: x, hi: x, nonzero: x != 0}
}

func whole(i int64) interval {
	a := exact(float64(i)).outward()
	a.nonzero = i != 0
	return a
}

// compares is what a comparison of two numbers can say: whether it can be true,
// whether it can be false.
func compares(o string, a, b interval) (yes, no bool) {
	if noneOf(a, b) {
		return false, false
	}
	nan := a.nan || b.nan
	if a.numbers() && b.numbers() {
		switch o {
		case "<":
			yes, no = a.lo < b.hi, a.hi >= b.lo
		case "<=":
			yes, no = a.lo <= b.hi, a.hi > b.lo
		case ">":
			return compares("<", b, a)
		case ">=":
			return compares("<=", b, a)
		case "==", "!=":
			yes = a.lo <= b.hi && b.lo <= a.hi
			if a.nonzero && b.lo == 0 && b.hi == 0 || b.nonzero && a.lo == 0 && a.hi == 0 {
				yes = false
			}
			no = !(a.lo == a.hi && b.lo == b.hi && a.lo == b.lo)
		}
	}
	if o == "!=" {
		return no || nan, yes
	}
	return yes, no || nan
}
