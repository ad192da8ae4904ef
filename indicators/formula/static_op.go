package formula

import (
	"math"
	"strings"

	"github.com/almotacen/almotacen/internal/celenv"
)

// operation fills in what an operation gives; false if only cel-go knows it.
func (a *analysis) operation(n *celenv.Node, args []fact, f *fact) bool {
	var x, y interval
	if len(args) > 0 {
		x = args[0].num
	}
	if len(args) > 1 {
		y = args[1].num
	}
	fault := func(text string) { f.faults = failures(f.faults, []Fault{{text, n.Begin, n.End}}) }
	switch n.Name {
	case "share", "per":
		if y.zero() {
			fault(celenv.ZeroDenominator)
			a.zero(n.Args[1], n, "then the cell is not computable")
		}
		if n.Name == "share" {
			x = x.times(exact(100))
		}
		f.num = x.ratio(y)
		return true
	case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_":
		return a.comparison(n, args, f)
	case "!_":
		f.yes, f.no = args[0].no, args[0].yes
		return true
	}
	switch n.Overload {
	case "add_double":
		f.num = x.plus(y)
	case "subtract_double":
		f.num = x.plus(y.negated())
	case "multiply_double":
		f.num = x.times(y)
	case "divide_double":
		f.num = x.over(y)
		if y.zero() {
			a.zero(n.Args[1], n, "then it is infinite or NaN, and the cell is not computable")
		}
	case "negate_double":
		f.num = x.negated()
	case "add_int64":
		f.num = x.plus(y).outward()
		a.intResult(n, f)
	case "subtract_int64":
		f.num = x.plus(y.negated()).outward()
		a.intResult(n, f)
	case "multiply_int64":
		f.num = x.times(y).outward()
		a.intResult(n, f)
	case "negate_int64":
		f.num = x.negated()
		a.intResult(n, f)
	case "divide_int64", "modulo_int64":
		if y.zero() {
			text := "division by zero"
			if n.Overload == "modulo_int64" {
				text = "modulus by zero"
			}
			fault(text)
			a.zero(n.Args[1], n, "then the cell is not computable")
		}
		if x.lo <= -twoTo63 && y.lo <= -1 && y.hi >= -1 {
			fault("integer overflow")
		}
		most := max(math.Abs(x.lo), math.Abs(x.hi))
		f.num = interval{lo: -most, hi: most}
		if x.lo >= 0 && (y.lo >= 0 || n.Overload == "modulo_int64") {
			f.num.lo = 0
		}
	case "int64_to_double", "double_to_double", "int64_to_int64":
		f.num = x
	case "double_to_int64":
		if x.nan || x.lo <= -twoTo63 || x.hi >= twoTo63 {
			fault("integer overflow")
		}
		f.num = x.rising(math.Trunc).and(interval{lo: -twoTo63, hi: twoTo63})
		f.num.nan, f.num.zerodiv = false, false
	case "math_abs_double":
		f.num = x.abs()
	case "math_abs_int":
		f.num = x.abs()
		a.intResult(n, f)
	case "math_ceil_double":
		f.num = x.rising(math.Ceil)
	case "math_floor_double":
		f.num = x.rising(math.Floor)
	case "math_round_double":
		f.num = x.rising(math.Round)
	case "math_trunc_double":
		f.num = x.rising(math.Trunc)
	case "math_sign_double", "math_sign_int":
		f.num = x.rising(sign)
	case "math_sqrt_double":
		f.num = x.sqrt()
	case "math_isNaN_double":
		f.yes, f.no = x.nan, x.numbers()
	case "math_isInf_double":
		f.yes, f.no = x.infinite(), true
	case "math_isFinite_double":
		f.yes, f.no = true, x.nan || x.infinite()
	default:
		return false
	}
	return true
}

// extreme is math.greatest and math.least.
func (a *analysis) extreme(n *celenv.Node, args []fact, f *fact) {
	f.num = args[0].num
	for _, x := range args[1:] {
		y := x.num
		if f.num.nan || y.nan {
			f.faults = failures(f.faults, []Fault{{unordered(n), n.Begin, n.End}})
		}
		out := interval{lo: min(f.num.lo, y.lo), hi: min(f.num.hi, y.hi), nonzero: !f.num.zero() && !y.zero(), zerodiv: f.num.zerodiv || y.zerodiv}
		if n.Name == "math.@max" {
			out.lo, out.hi = max(f.num.lo, y.lo), max(f.num.hi, y.hi)
		}
		f.num = out
	}
}

// intResult is the overflow of whole numbers.
func (a *analysis) intResult(n *celenv.Node, f *fact) {
	if f.num.lo < -twoTo63 || f.num.hi >= twoTo63 {
		f.faults = failures(f.faults, []Fault{{"integer overflow", n.Begin, n.End}})
	}
	f.num = f.num.and(interval{lo: -twoTo63, hi: twoTo63})
	f.num.nan = false
}

func (a *analysis) zero(denominator, n *celenv.Node, then string) {
	if a.warn == nil {
		return
	}
	msg := a.quote(denominator) + " can be 0, " + then
	if denominator.Kind == celenv.Ident {
		zero := map[celenv.Type]string{celenv.Int: "0", celenv.Double: "0.0"}[denominator.Type]
		msg += "; to say what it means then, write " + denominator.Name + " > " + zero + " ? … : …"
	}
	a.warn(ErrZero, denominator, msg)
}

func (a *analysis) comparison(n *celenv.Node, args []fact, f *fact) bool {
	o := strings.Trim(n.Name, "_")
	s, t := n.Args[0], n.Args[1]
	switch {
	case numeric(s) && numeric(t):
		f.yes, f.no = compares(o, args[0].num, args[1].num)
	case s.Type == celenv.Bool && t.Type == celenv.Bool && (o == "==" || o == "!="):
		x, y := args[0], args[1]
		f.yes, f.no = x.yes && y.yes || x.no && y.no, x.yes && y.no || x.no && y.yes
		if o == "!=" {
			f.yes, f.no = f.no, f.yes
		}
		return true
	default:
		return false
	}
	if a.warn != nil && (s.Kind != celenv.Literal || t.Kind != celenv.Literal) {
		switch {
		case f.yes && !f.no:
			a.warn(ErrConstant, n, "this comparison is always true; leave it out")
		case f.no && !f.yes:
			a.warn(ErrConstant, n, "this comparison is never true")
		}
	}
	return true
}
