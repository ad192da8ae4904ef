package formula

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/celenv"
)

// measure is what the units pass knows of a node: its unit, the product of the
// literal factors in it, and whether it is a number that takes any unit.
type measure struct {
	u       unit.Unit
	factor  *big.Rat
	literal bool // made of literals only: factor is its value, nil if not known
	unknown bool // of a part that cel-go evaluates, or after an error
}

func (m measure) known() bool { return !m.unknown && !m.literal }

var one = big.NewRat(1, 1)

// units infers the unit of a definition and compares it with the declared one.
func (k *compiler) units(d *definition) {
	u := &unitPass{k: k, d: d, of: map[*node]measure{}}
	before := len(k.errs)
	m := u.infer(d.root)
	if len(k.errs) > before || m.literal {
		return
	}
	ind := k.inds[d.ind].spec
	if m.unknown || m.u.IsZero() {
		k.warn(d, ErrUnchecked, d.root.src.Begin, "the unit of this formula cannot be inferred, because a part of it uses lists, text or functions without units")
		return
	}
	u.root(m, ind.Unit)
}

type unitPass struct {
	k  *compiler
	d  *definition
	of map[*node]measure
}

// converts says that the literal factors in n are a conversion, so that the
// figures of n are in another unit than those of its variables.
func (u *unitPass) converts(n *node) {
	m := u.of[n]
	if !m.known() || m.factor == nil || m.factor.Cmp(one) == 0 {
		return
	}
	if e := m.effective(); !e.IsZero() {
		n.unit = e
	}
	for _, a := range n.args {
		u.converts(a)
	}
}

func (u *unitPass) root(m measure, declared unit.Unit) {
	at := u.d.root.src.Begin
	if m.u.SameScale(declared) {
		if powerOfTen(m.factor) {
			u.k.fail(u.d, ErrUnit, at, fmt.Sprintf("declared %s, formula gives %s times %s, which is in %s; leave the factor out, or declare that unit", declared, m.u, decimal(m.factor), m.effective()))
		} else if m.factor.Cmp(one) != 0 {
			u.k.warn(u.d, ErrFactor, at, fmt.Sprintf("the formula gives %s without its factor %s, so that factor is no conversion; declare another unit if it is one", m.u, decimal(m.factor)))
		}
		return
	}
	f, err := unit.Factor(m.u, declared)
	if err != nil {
		u.k.fail(u.d, ErrUnit, at, fmt.Sprintf("declared %s, formula gives %s: %s", declared, m.u, u.reason(err, m.u, declared)))
		return
	}
	if f.Cmp(m.factor) == 0 {
		u.converts(u.d.root)
		u.d.root.unit = declared
		return
	}
	if m.factor.Cmp(one) == 0 {
		u.k.fail(u.d, ErrUnit, at, fmt.Sprintf("declared %s, formula gives %s; multiply by %s", declared, m.u, decimal(f)))
		return
	}
	u.k.fail(u.d, ErrUnit, at, fmt.Sprintf("declared %s, formula gives %s, which takes a factor of %s, and its literals make %s; multiply by %s instead",
		declared, m.u, decimal(f), decimal(m.factor), decimal(f)))
}

// powerOfTen reports whether a factor is 100, 1000, … or 1/100, …: nobody
// writes one for another reason than to convert.
func powerOfTen(r *big.Rat) bool {
	n, one := r.Num().String(), "1"
	if d := r.Denom().String(); d != one {
		n, one = d, n
	}
	return one == "1" && len(n) > 2 && n[0] == '1' && strings.Trim(n[1:], "0") == ""
}

func (u *unitPass) infer(n *node) measure {
	m := u.step(n)
	if m.factor == nil {
		m.factor = one
	}
	if m.known() {
		n.unit = m.u
	}
	u.of[n] = m
	return m
}

func (u *unitPass) step(n *node) measure {
	unknown := measure{unknown: true}
	args := make([]measure, len(n.args))
	for i, a := range n.args {
		args[i] = u.infer(a)
	}
	switch n.op {
	case opLiteral:
		if n.typ == celenv.Bool {
			return unknown
		}
		r, ok := literal(n, u.d.spec.Formula[n.src.Begin:n.src.End])
		if !ok {
			return unknown
		}
		return measure{u: unit.One(), factor: r, literal: true}
	case opVariable:
		return measure{u: u.k.cat.Variables[n.idx].Unit}
	case opIndicator:
		return measure{u: u.k.inds[n.idx].spec.Unit}
	case opDays:
		return measure{u: unit.MustParse("d")}
	case opMul, opDiv, opPer:
		return u.product(n, args)
	case opShare:
		return u.share(n, args)
	case opAdd, opSub, opMod:
		return u.sum(n, args[0], args[1], n.op == opAdd, n.op == opSub)
	case opEq, opNe, opLt, opLe, opGt, opGe:
		if n.kind != celenv.Bool {
			u.sum(n, args[0], args[1], false, false)
		}
		return unknown
	case opIf:
		return u.sum(n, args[1], args[2], false, false)
	case opCoalesce, opMax, opMin:
		m := args[0]
		for _, a := range args[1:] {
			m = u.sum(n, m, a, false, false)
		}
		return m
	case opNeg:
		m := args[0]
		if m.literal {
			m.factor = new(big.Rat).Neg(m.factor)
		}
		return u.noLevel(n, m)
	case opSqrt:
		return u.root2(n, args[0])
	case opRollingSum, opSumOver:
		return u.noLevel(n, args[0])
	case opToDouble, opToInt, opAbs, opCeil, opFloor, opRound, opTrunc, opLag, opRollingMean, opMeanOver:
		return args[0]
	case opSign:
		return measure{u: unit.One()}
	}
	return unknown
}

// literal is the exact number that is written. Extreme ones are left out: as
// rationals they are large.
func literal(n *node, text string) (*big.Rat, bool) {
	x := float64(int64(n.bits))
	if n.typ == celenv.Double {
		x = math.Float64frombits(n.bits)
	}
	if x == 0 {
		return new(big.Rat), true
	}
	if a := math.Abs(x); a < 1e-100 || a > 1e100 || len(text) > 100 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// maxFactor is the size in bits up to which factors are followed.
const maxFactor = 1 << 12

func (u *unitPass) noLevel(n *node, m measure) measure {
	if m.known() && m.u.Kind() == unit.Level {
		u.fail(n, fmt.Sprintf("%s is a level, a place on a scale, and has no sum or negative; use its mean or a difference", m.u))
		return measure{unknown: true}
	}
	return m
}

func (u *unitPass) product(n *node, args []measure) measure {
	a, b := args[0], args[1]
	if a.unknown || b.unknown {
		return measure{unknown: true}
	}
	if n.op != opMul && b.factor.Sign() == 0 {
		u.fail(n, "the denominator is 0")
		return measure{unknown: true}
	}
	m := measure{factor: new(big.Rat), literal: a.literal && b.literal}
	var err error
	if n.op == opMul {
		m.factor.Mul(a.factor, b.factor)
		m.u, err = a.u.Mul(b.u)
	} else {
		m.factor.Quo(a.factor, b.factor)
		m.u, err = a.u.Div(b.u)
	}
	if err != nil {
		u.fail(n, u.reason(err, a.u, b.u))
		return measure{unknown: true}
	}
	if m.factor.Num().BitLen()+m.factor.Denom().BitLen() > maxFactor {
		return measure{unknown: true}
	}
	return m
}

// effective is the unit of the figure with its literal factors read as a
// conversion: 1000.0*x with x in t is in kg. Zero if there is none.
func (m measure) effective() unit.Unit {
	if m.factor.Cmp(one) == 0 {
		return m.u
	}
	if m.factor.Sign() <= 0 {
		return unit.Unit{}
	}
	u := m.u.Scale(new(big.Rat).Inv(m.factor))
	for _, code := range plain {
		if x := unit.MustParse(code); u.SameScale(x) {
			return x
		}
	}
	return u
}

// plain are units that are written so, and not as another divided by 1000.
var plain = [...]string{"%", "g", "kg", "t", "L", "m3", "m", "km", "m2", "km2", "kW.h", "MW.h", "min", "h", "d"}

func (u *unitPass) share(n *node, args []measure) measure {
	a, b := args[0], args[1]
	percent := measure{u: unit.MustParse("%")}
	if a.unknown || b.unknown {
		return percent
	}
	if a.literal || b.literal {
		u.fail(n, "share takes a part and a whole of the same unit, not a bare number")
		return percent
	}
	if a.u.Kind() == unit.Level || b.u.Kind() == unit.Level {
		u.fail(n, "share of a level has no meaning")
		return percent
	}
	if a.u.SameScale(b.u) && a.factor.Cmp(b.factor) == 0 {
		return percent
	}
	if ea, eb := a.effective(), b.effective(); !ea.IsZero() && ea.SameScale(eb) {
		u.converts(n.args[0])
		u.converts(n.args[1])
		return percent
	}
	f, err := unit.Factor(a.effective(), b.effective())
	if err != nil {
		u.fail(n, fmt.Sprintf("share takes a part and a whole of the same unit, and these are %s and %s: %s", a.u, b.u, u.reason(err, a.u, b.u)))
		return percent
	}
	u.fail(n, fmt.Sprintf("share takes a part and a whole of the same unit, and these are %s and %s; multiply the first by %s", a.u, b.u, decimal(f)))
	return percent
}

// sum is the rule of operands that must be alike: of + and -, comparisons,
// branches, coalesce.
func (u *unitPass) sum(n *node, a, b measure, add, sub bool) measure {
	switch {
	case a.unknown || b.unknown:
		return measure{unknown: true}
	case a.literal && b.literal:
		return u.literals(n, a, b)
	case a.literal:
		return b
	case b.literal:
		return a
	}
	if a.u.SameScale(b.u) || without(a.u).SameScale(without(b.u)) {
		m := measure{u: a.u}
		if a.factor.Cmp(b.factor) == 0 {
			m.factor = a.factor
		}
		return u.levels(n, m, a, b, add, sub)
	}
	if ea, eb := a.effective(), b.effective(); !ea.IsZero() && ea.SameScale(eb) {
		for _, x := range n.args {
			u.converts(x)
		}
		return measure{u: ea}
	}
	what := u.words(n)
	f, err := unit.Factor(b.u, a.u)
	if err != nil {
		u.fail(n, fmt.Sprintf("%s %s and %s: %s", what, a.u, b.u, u.reason(err, a.u, b.u)))
	} else {
		u.fail(n, fmt.Sprintf("%s %s and %s; multiply the second by %s", what, a.u, b.u, decimal(f)))
	}
	return measure{unknown: true}
}

// without is the unit of a level's differences, or the unit itself: without the
// zero of its scale.
func without(u unit.Unit) unit.Unit {
	if u.Kind() == unit.Level {
		if d, err := u.WithKind(unit.Difference); err == nil {
			return d
		}
	}
	return u
}

func (u *unitPass) literals(n *node, a, b measure) measure {
	m := measure{u: unit.One(), literal: true, factor: a.factor}
	switch n.op {
	case opAdd:
		m.factor = new(big.Rat).Add(a.factor, b.factor)
	case opSub:
		m.factor = new(big.Rat).Sub(a.factor, b.factor)
	default:
		if a.factor.Cmp(b.factor) != 0 {
			return measure{unknown: true} // a number that depends on the row
		}
	}
	return m
}

// levels holds the rules of places on a scale, indexes and scores.
func (u *unitPass) levels(n *node, m, a, b measure, add, sub bool) measure {
	la, lb := a.u.Kind() == unit.Level, b.u.Kind() == unit.Level
	switch {
	case la && lb && add:
		u.fail(n, fmt.Sprintf("two levels in %s have no sum; use mean or a difference", a.u))
		return measure{unknown: true}
	case la && lb && sub:
		m.u = without(a.u)
	case lb && sub:
		u.fail(n, fmt.Sprintf("a level in %s cannot be subtracted from a difference", b.u))
		return measure{unknown: true}
	case la || lb:
		if !add && !sub && la != lb {
			u.fail(n, fmt.Sprintf("%s a level and a difference in %s", u.words(n), a.u))
			return measure{unknown: true}
		}
		if lb {
			m.u = b.u
		}
	}
	return m
}

func (u *unitPass) root2(n *node, a measure) measure {
	if a.unknown || a.literal {
		return measure{unknown: true}
	}
	v, err := a.u.Pow(1, 2)
	if err != nil {
		u.fail(n, u.reason(err, a.u, a.u))
		return measure{unknown: true}
	}
	return measure{u: v}
}

func (u *unitPass) fail(n *node, msg string) {
	u.k.fail(u.d, ErrUnit, n.src.Begin, u.k.textOf(u.d, n)+": "+msg)
}
