package formula

import (
	"math"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/internal/celenv"
)

// value is what a node gives for a row, in a register's size.
type value struct {
	bits    uint64 // of a float64, int64 or bool; meaningless unless ok
	reasons uint32 // code in the worker's ReasonSets
	status  cube.Status
	state   celenv.State
}

// strict is the status of an operation on a and b that needs both: the leftmost
// error wins, also over a missing operand to its left; then what is missing.
func (w *worker) strict(a, b value) value {
	if a.status|b.status == 0 && a.reasons|b.reasons == 0 && a.state|b.state == celenv.OK {
		return value{}
	}
	v := value{status: a.status.Combine(b.status)}
	switch {
	case a.state == celenv.Failed:
		v.state, v.reasons = celenv.Failed, a.reasons
	case b.state == celenv.Failed:
		v.state, v.reasons = celenv.Failed, b.reasons
	default:
		v.state = max(a.state, b.state)
		v.reasons = w.sets.Union(a.reasons, b.reasons)
	}
	return v
}

// also adds to a result the status of an operand that led to it.
func (w *worker) also(v, cause value) value {
	if cause.status == 0 && cause.reasons == 0 {
		return v
	}
	v.status = v.status.Combine(cause.status)
	if v.state != celenv.Failed {
		v.reasons = w.sets.Union(cause.reasons, v.reasons)
	}
	return v
}

func (w *worker) and(n *node) value {
	a := w.eval(n.args[0])
	if a.state == celenv.OK && a.bits == 0 {
		return a
	}
	b := w.eval(n.args[1])
	if b.state == celenv.OK && b.bits == 0 {
		if a.state == celenv.OK {
			return w.also(b, a)
		}
		return b
	}
	return w.undecided(a, b)
}

func (w *worker) or(n *node) value {
	a := w.eval(n.args[0])
	if a.state == celenv.OK && a.bits != 0 {
		return a
	}
	b := w.eval(n.args[1])
	if b.state == celenv.OK && b.bits != 0 {
		if a.state == celenv.OK {
			return w.also(b, a)
		}
		return b
	}
	return w.undecided(a, b)
}

// undecided is && or || where neither side absorbs the other: missing goes
// before errors, the left error before the right.
func (w *worker) undecided(a, b value) value {
	switch {
	case a.state == celenv.Unknown && b.state == celenv.Unknown:
		return w.strict(a, b)
	case a.state == celenv.Unknown:
		if b.state == celenv.OK {
			return w.also(a, b)
		}
		return a
	case b.state == celenv.Unknown:
		if a.state == celenv.OK {
			return w.also(b, a)
		}
		return b
	}
	v := w.strict(a, b)
	v.bits = b.bits // both ok: neither absorbs, so the two are equal
	return v
}

func (w *worker) conditional(n *node) value {
	c := w.eval(n.args[0])
	if c.state != celenv.OK {
		return c
	}
	if c.bits != 0 {
		return w.also(w.eval(n.args[1]), c)
	}
	return w.also(w.eval(n.args[2]), c)
}

// present reads x, so its flags stay out of the answer: only whether there is a
// value is asked.
func (w *worker) present(n *node) value {
	x := w.eval(n.args[0])
	if x.state == celenv.Failed {
		return x
	}
	return value{bits: boolBits(x.state == celenv.OK)}
}

func (w *worker) coalesce(n *node) value {
	var all value
	for i, a := range n.args {
		x := w.eval(a)
		if x.state != celenv.Unknown {
			return x
		}
		if i == 0 {
			all = x
		} else {
			all = w.strict(all, x)
		}
	}
	return all
}

func double(v value) float64 { return math.Float64frombits(v.bits) }

// asDouble is an operand of share and per.
func asDouble(n *node, v value) float64 {
	if n.typ == celenv.Int {
		return float64(int64(v.bits))
	}
	return double(v)
}

func (w *worker) arith(n *node, a, b value) value {
	v := w.strict(a, b)
	if v.state != celenv.OK {
		return v
	}
	if n.kind == celenv.Int {
		r, err := intArith(n.op, int64(a.bits), int64(b.bits))
		if err != "" {
			return w.failed(n, err, v)
		}
		v.bits = uint64(r)
		return v
	}
	x, y := double(a), double(b)
	switch n.op {
	case opAdd:
		x += y
	case opSub:
		x -= y
	case opMul:
		x *= y
	default:
		x /= y
	}
	v.bits = math.Float64bits(x)
	return v
}

// intArith is checked arithmetic of 64 bits, with CEL's error texts.
func intArith(o op, a, b int64) (int64, string) {
	const overflow = "integer overflow"
	switch o {
	case opAdd:
		s := a + b
		if (a^s)&(b^s) < 0 {
			return 0, overflow
		}
		return s, ""
	case opSub:
		d := a - b
		if (a^b)&(a^d) < 0 {
			return 0, overflow
		}
		return d, ""
	case opMul:
		if a == 0 || b == 0 {
			return 0, ""
		}
		p := a * b
		if p/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
			return 0, overflow
		}
		return p, ""
	case opDiv:
		switch {
		case b == 0:
			return 0, "division by zero"
		case a == math.MinInt64 && b == -1:
			return 0, overflow
		}
		return a / b, ""
	}
	switch {
	case b == 0:
		return 0, "modulus by zero"
	case a == math.MinInt64 && b == -1:
		return 0, overflow
	}
	return a % b, ""
}

func (w *worker) compare(n *node, a, b value) value {
	v := w.strict(a, b)
	if v.state != celenv.OK {
		return v
	}
	var less, equal, ordered bool
	switch ta, tb := n.args[0].typ, n.args[1].typ; {
	case ta == celenv.Double && tb == celenv.Double:
		x, y := double(a), double(b)
		less, equal, ordered = x < y, x == y, x == x && y == y
	case ta == celenv.Int && tb == celenv.Double:
		x, y := int64(a.bits), double(b)
		less, equal, ordered = lessIntDouble(x, y), equalIntDouble(x, y), y == y
	case ta == celenv.Double && tb == celenv.Int:
		x, y := double(a), int64(b.bits)
		equal, ordered = equalIntDouble(y, x), x == x
		less = ordered && !equal && !lessIntDouble(y, x)
	default: // int, bool
		x, y := int64(a.bits), int64(b.bits)
		less, equal, ordered = x < y, x == y, true
	}
	var r bool
	switch n.op {
	case opEq:
		r = equal
	case opNe:
		r = !equal
	case opLt:
		r = less
	case opLe:
		r = less || equal
	case opGt:
		r = ordered && !less && !equal
	default:
		r = ordered && !less
	}
	v.bits = boolBits(r)
	return v
}

// An int and a double are compared as doubles, after a range test.
func lessIntDouble(i int64, d float64) bool {
	switch {
	case d < math.MinInt64:
		return false
	case d > math.MaxInt64:
		return true
	}
	return float64(i) < d
}

func equalIntDouble(i int64, d float64) bool {
	return d >= math.MinInt64 && d <= math.MaxInt64 && float64(i) == d
}

func (w *worker) unary(n *node) value {
	v := w.eval(n.args[0])
	if v.state != celenv.OK {
		return v
	}
	if n.kind == celenv.Int {
		switch i := int64(v.bits); n.op {
		case opNeg:
			if i == math.MinInt64 {
				return w.failed(n, "integer overflow", v)
			}
			v.bits = uint64(-i)
		case opToDouble:
			v.bits = math.Float64bits(float64(i))
		}
		return v
	}
	x := double(v)
	switch n.op {
	case opNot:
		v.bits ^= 1
		return v
	case opNeg:
		x = -x
	case opToInt:
		if !(x > math.MinInt64 && x < math.MaxInt64) {
			return w.failed(n, "integer overflow", v)
		}
		v.bits = uint64(int64(x))
		return v
	case opAbs:
		x = math.Abs(x)
	case opCeil:
		x = math.Ceil(x)
	case opFloor:
		x = math.Floor(x)
	case opRound:
		x = math.Round(x)
	case opTrunc:
		x = math.Trunc(x)
	case opSign:
		x = sign(x)
	case opSqrt:
		x = math.Sqrt(x)
	}
	v.bits = math.Float64bits(x)
	return v
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x + 0 // -0 becomes 0, NaN stays
}

// extreme is math.greatest and math.least: strict, the first of equal ones, and
// an error where NaN is compared.
func (w *worker) extreme(n *node) value {
	values := make([]value, len(n.args))
	for i, a := range n.args {
		values[i] = w.eval(a)
	}
	all := values[0]
	for _, v := range values[1:] {
		all = w.strict(all, v)
	}
	if all.state != celenv.OK {
		return all
	}
	best := values[0].bits
	for _, v := range values[1:] {
		less, greater := int64(v.bits) < int64(best), int64(v.bits) > int64(best)
		if n.kind == celenv.Double {
			x, y := double(v), math.Float64frombits(best)
			if x != x || y != y {
				return w.failed(n, unordered(n.src), all)
			}
			less, greater = x < y, x > y
		}
		if n.op == opMax && greater || n.op == opMin && less {
			best = v.bits
		}
	}
	all.bits = best
	return all
}

// unordered is the error of math.greatest and math.least of NaN, of a list
// another than of two operands.
func unordered(n *celenv.Node) string {
	if len(n.Args) == 1 {
		return "no such overload: " + n.Name
	}
	return "NaN values cannot be ordered: " + n.Name
}
