package columnar

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// exec runs one step. Destinations are never operands.
func (e *Evaluator) exec(s *step, n int) {
	d := &e.lanes[s.dst]
	var a, b, c *Lane
	if s.op != opCall {
		a, b, c = &e.lanes[s.src[0]], &e.lanes[s.src[1]], &e.lanes[s.src[2]]
	}
	var in Type // of the first operand
	if s.n > 0 {
		in = e.p.nodes[s.args[0]].typ
	}
	switch s.op {
	case opCall:
		e.call(s, n)
	case opTie:
		e.fused(s, d, n)
	case Add, Sub, Mul, Div, Mod:
		d.strict(a, b, n)
		switch s.typ {
		case Double:
			e.double(s, d, a, b, n)
		case Uint:
			e.uint(s, d, a.U[:n], b.U[:n])
		default:
			e.int(s, d, a.I[:n], b.I[:n])
		}
	case And:
		d.and(a, b, 0, n)
	case Or:
		d.and(a, b, ^uint64(0), n)
	case Not:
		d.state(a, n)
		for w := range d.B[:(n+63)/64] {
			d.B[w] = ^a.B[w]
		}
	case If:
		d.choose(a, b, c, n)
		e.choose(s, d, a.B, b, c, s.args[1], s.args[2], n)
	case Coalesce:
		if !a.AnyUnk {
			d.state(a, n)
			d.copy(s.typ, a, n)
			return
		}
		d.coalesce(a, b, n)
		e.choose(s, d, a.Unk, b, a, s.args[1], s.args[0], n)
	case Then:
		d.copy(s.typ, b, n)
		if a.clean() {
			d.state(b, n)
			return
		}
		d.then(a, b, n)
	case Join:
		if s.n == 1 {
			d.state(a, n)
		} else {
			d.strict(a, b, n)
		}
		fill(d.B, ^uint64(0))
	case Eq, Ne, Lt, Le, Gt, Ge:
		d.strict(a, b, n)
		e.compare(s, d, a, b, in, e.p.nodes[s.args[1]].typ, n)
	case Present:
		d.AnyErr, d.AnyUnk = a.AnyErr, false
		if a.AnyErr {
			copy(d.Err, a.Err)
			copy(d.codes()[:n], a.Code)
		}
		for w, u := range a.unks()[:(n+63)/64] {
			d.B[w] = ^u
		}
	case Share, Per:
		d.strict(a, b, n)
		zero := false
		if s.op == Share {
			zero = share(d.F[:n], a.F, b.F)
		} else {
			zero = per(d.F[:n], a.F, b.F)
		}
		if zero {
			clear(e.bad[:])
			eqFVK(e.bad[:], b.F[:n], 0)
			d.raise(e.bad[:], s.code+zeroDenominator)
		}
	case Settle:
		e.settle(d, a, in, n)
	case Max, Min, MaxOf, MinOf:
		d.strict(a, b, n)
		e.extreme(s, d, a, b, n)
	case ToDouble, ToInt, ToUint:
		d.state(a, n)
		e.convert(s, d, a, in, n)
	case Neg, Abs, Ceil, Floor, Round, Trunc, Sign, Sqrt, IsNaN, IsInf, IsFinite, BitNot:
		d.state(a, n)
		e.unary(s, d, a, in, n)
	case BitAnd, BitOr, BitXor, ShiftLeft, ShiftRight:
		d.strict(a, b, n)
		e.bitwise(s, d, a, b, n)
	case Size, Matches:
		d.state(a, n)
		clearBits(d, s.typ, n)
		for i, x := range a.S[:n] {
			if s.op == Size {
				d.I[i] = int64(utf8.RuneCountInString(x))
			} else {
				d.B[i>>6] |= b2u(s.re.MatchString(x)) << (i & 63)
			}
		}
	case StartsWith, EndsWith, Contains:
		d.strict(a, b, n)
		clearBits(d, s.typ, n)
		for i, x := range a.S[:n] {
			var r bool
			switch y := b.S[i]; s.op {
			case StartsWith:
				r = strings.HasPrefix(x, y)
			case EndsWith:
				r = strings.HasSuffix(x, y)
			default:
				r = strings.Contains(x, y)
			}
			d.B[i>>6] |= b2u(r) << (i & 63)
		}
	case Concat:
		d.strict(a, b, n)
		for i, x := range a.S[:n] {
			d.S[i] = x + b.S[i]
		}
	case Lower, Upper, ToText:
		d.state(a, n)
		e.text(s, d, a, in, n)
	case ToTime:
		d.state(a, n)
		clear(e.bad[:])
		for i, x := range a.I[:n] {
			if x < firstSecond || x > lastSecond {
				e.bad[i>>6] |= 1 << (i & 63)
			}
			d.I[i], d.N[i] = x, 0
		}
		d.raise(e.bad[:], s.code+timeOverflow)
	case AddSpan, SubSpan, Since:
		d.strict(a, b, n)
		e.times(s, d, a, b, n)
	case Get:
		d.state(a, n)
		e.get(s, d, a, in, n)
	default:
		panic(fmt.Sprintf("columnar: no kernel of operation %d", s.op))
	}
}

func fill(b []uint64, x uint64) {
	for i := range b {
		b[i] = x
	}
}

func clearBits(d *Lane, t Type, n int) {
	if t == Bool {
		clear(d.B[:(n+63)/64])
	}
}

func (l *Lane) copy(t Type, a *Lane, n int) {
	switch t {
	case Double:
		copy(l.F[:n], a.F)
	case Int, Duration:
		copy(l.I[:n], a.I)
	case Uint:
		copy(l.U[:n], a.U)
	case Bool:
		copy(l.B, a.B)
	case String:
		copy(l.S[:n], a.S)
	case Timestamp:
		copy(l.I[:n], a.I)
		copy(l.N[:n], a.N)
	default:
		copy(l.X[:n], a.X)
	}
}

// literal is the value of a node that is one.
func (e *Evaluator) literal(r Ref) (float64, bool) {
	n := &e.p.nodes[r]
	return math.Float64frombits(n.bits), n.op == opLiteral
}

func (e *Evaluator) double(s *step, d, a, b *Lane, n int) {
	dst := d.F[:n]
	if k, ok := e.literal(s.args[1]); ok {
		switch s.op {
		case Add:
			addVK(dst, a.F, k)
		case Sub:
			subVK(dst, a.F, k)
		case Mul:
			mulVK(dst, a.F, k)
		default:
			divVK(dst, a.F, k)
		}
		return
	}
	k, ok := e.literal(s.args[0])
	switch {
	case ok && s.op == Sub:
		subKV(dst, b.F, k)
	case ok && s.op == Div:
		divKV(dst, b.F, k)
	case s.op == Add:
		addVV(dst, a.F, b.F)
	case s.op == Sub:
		subVV(dst, a.F, b.F)
	case s.op == Mul:
		mulVV(dst, a.F, b.F)
	default:
		divVV(dst, a.F, b.F)
	}
}

// choose copies t where c is set and f elsewhere.
func (e *Evaluator) choose(s *step, d *Lane, c []uint64, t, f *Lane, tr, fr Ref, n int) {
	tn, fn := &e.p.nodes[tr], &e.p.nodes[fr]
	tk, fk := tn.op == opLiteral, fn.op == opLiteral
	switch s.typ {
	case Double:
		x, y := math.Float64frombits(tn.bits), math.Float64frombits(fn.bits)
		switch {
		case tk && fk:
			chooseFKK(d.F[:n], c, x, y)
		case tk:
			chooseFKV(d.F[:n], c, x, f.F)
		case fk:
			chooseFVK(d.F[:n], c, t.F, y)
		default:
			chooseFVV(d.F[:n], c, t.F, f.F)
		}
	case Int, Duration:
		chooseIVV(d.I[:n], c, t.I, f.I)
	case Uint:
		chooseUVV(d.U[:n], c, t.U, f.U)
	case Bool:
		for w := range d.B[:(n+63)/64] {
			d.B[w] = t.B[w]&c[w] | f.B[w]&^c[w]
		}
	case Timestamp:
		chooseIVV(d.I[:n], c, t.I, f.I)
		chooseIVV(d.N[:n], c, t.N, f.N)
	case String:
		for i := range n {
			if c[i>>6]>>(i&63)&1 != 0 {
				d.S[i] = t.S[i]
			} else {
				d.S[i] = f.S[i]
			}
		}
	default:
		for i := range n {
			if c[i>>6]>>(i&63)&1 != 0 {
				d.X[i] = t.X[i]
			} else {
				d.X[i] = f.X[i]
			}
		}
	}
}

// compare makes a bitmap. > and >= are < and <= with the operands exchanged.
func (e *Evaluator) compare(s *step, d, a, b *Lane, ta, tb Type, n int) {
	o, ra, rb := s.op, s.args[0], s.args[1]
	switch o {
	case Gt, Ge:
		o, a, b, ta, tb, ra, rb = o-2, b, a, tb, ta, rb, ra
	case Ne:
		o = Eq
	}
	la, lb := &e.p.nodes[ra], &e.p.nodes[rb]
	ka, kb := la.op == opLiteral, lb.op == opLiteral
	switch {
	case ta != tb:
		compareMixed(d.B, o, a, b, ta, tb, n)
	case ta == Double:
		compareDoubles(d.B, o, a.F[:n], b.F[:n], ka, kb)
	case ta == Int || ta == Duration:
		compareInts(d.B, o, a.I[:n], b.I[:n], ka, kb)
	case ta == Uint:
		compareUints(d.B, o, a.U[:n], b.U[:n], ka, kb)
	case ta == Bool:
		for w := range d.B[:(n+63)/64] {
			switch x, y := a.B[w], b.B[w]; o {
			case Eq:
				d.B[w] = ^(x ^ y)
			case Lt:
				d.B[w] = y &^ x
			default:
				d.B[w] = y | ^x
			}
		}
	case ta == String:
		clear(d.B[:(n+63)/64])
		for i, x := range a.S[:n] {
			var r bool
			switch y := b.S[i]; o {
			case Eq:
				r = x == y
			case Lt:
				r = x < y
			default:
				r = x <= y
			}
			d.B[i>>6] |= b2u(r) << (i & 63)
		}
	default: // timestamps
		clear(d.B[:(n+63)/64])
		for i, x := range a.I[:n] {
			y, nx, ny := b.I[i], a.N[i], b.N[i]
			var r bool
			switch o {
			case Eq:
				r = x == y && nx == ny
			case Lt:
				r = x < y || x == y && nx < ny
			default:
				r = x < y || x == y && nx <= ny
			}
			d.B[i>>6] |= b2u(r) << (i & 63)
		}
	}
	if s.op == Ne {
		for w := range d.B[:(n+63)/64] {
			d.B[w] = ^d.B[w]
		}
	}
}

func compareDoubles(d []uint64, o Op, a, b []float64, ka, kb bool) {
	switch {
	case o == Eq && kb:
		eqFVK(d, a, b[0])
	case o == Eq && ka:
		eqFVK(d, b, a[0])
	case o == Eq:
		eqFVV(d, a, b)
	case o == Lt && kb:
		ltFVK(d, a, b[0])
	case o == Lt && ka:
		ltFKV(d, b, a[0])
	case o == Lt:
		ltFVV(d, a, b)
	case kb:
		leFVK(d, a, b[0])
	case ka:
		leFKV(d, b, a[0])
	default:
		leFVV(d, a, b)
	}
}

func compareInts(d []uint64, o Op, a, b []int64, ka, kb bool) {
	switch {
	case o == Eq && kb:
		eqIVK(d, a, b[0])
	case o == Eq && ka:
		eqIVK(d, b, a[0])
	case o == Eq:
		eqIVV(d, a, b)
	case o == Lt && kb:
		ltIVK(d, a, b[0])
	case o == Lt && ka:
		ltIKV(d, b, a[0])
	case o == Lt:
		ltIVV(d, a, b)
	case kb:
		leIVK(d, a, b[0])
	case ka:
		leIKV(d, b, a[0])
	default:
		leIVV(d, a, b)
	}
}

func compareUints(d []uint64, o Op, a, b []uint64, ka, kb bool) {
	switch {
	case o == Eq && kb:
		eqUVK(d, a, b[0])
	case o == Eq && ka:
		eqUVK(d, b, a[0])
	case o == Eq:
		eqUVV(d, a, b)
	case o == Lt && kb:
		ltUVK(d, a, b[0])
	case o == Lt && ka:
		ltUKV(d, b, a[0])
	case o == Lt:
		ltUVV(d, a, b)
	case kb:
		leUVK(d, a, b[0])
	case ka:
		leUKV(d, b, a[0])
	default:
		leUVV(d, a, b)
	}
}

// compareMixed compares numbers of two types as CEL does: as doubles or ints,
// after a range test. NaN is neither less nor equal.
func compareMixed(d []uint64, o Op, a, b *Lane, ta, tb Type, n int) {
	clear(d[:(n+63)/64])
	for i := range n {
		less, equal := false, false
		switch {
		case ta == Int && tb == Double:
			less, equal = lessIntDouble(a.I[i], b.F[i]), equalIntDouble(a.I[i], b.F[i])
		case ta == Double && tb == Int:
			equal = equalIntDouble(b.I[i], a.F[i])
			less = a.F[i] == a.F[i] && !equal && !lessIntDouble(b.I[i], a.F[i])
		case ta == Uint && tb == Double:
			less, equal = lessUintDouble(a.U[i], b.F[i]), equalUintDouble(a.U[i], b.F[i])
		case ta == Double && tb == Uint:
			equal = equalUintDouble(b.U[i], a.F[i])
			less = a.F[i] == a.F[i] && !equal && !lessUintDouble(b.U[i], a.F[i])
		case ta == Int && tb == Uint:
			equal = a.I[i] >= 0 && uint64(a.I[i]) == b.U[i]
			less = a.I[i] < 0 || uint64(a.I[i]) < b.U[i]
		default: // uint, int
			equal = b.I[i] >= 0 && uint64(b.I[i]) == a.U[i]
			less = b.I[i] >= 0 && a.U[i] < uint64(b.I[i])
		}
		switch o {
		case Eq:
			less = equal
		case Le:
			less = less || equal
		}
		d[i>>6] |= b2u(less) << (i & 63)
	}
}

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

func lessUintDouble(u uint64, d float64) bool {
	switch {
	case d < 0:
		return false
	case d > math.MaxUint64:
		return true
	}
	return float64(u) < d
}

func equalUintDouble(u uint64, d float64) bool {
	return d >= 0 && d <= math.MaxUint64 && float64(u) == d
}
