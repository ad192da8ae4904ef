package unit

import (
	"math/big"
	"strconv"
	"strings"
)

// Mul returns the unit of a product of figures in u and v. Equal symbols
// merge, so that {person} cancels 1/{person}; different symbols of one
// dimension stay (km/m is a thousand), so that no figure changes. "1" leaves
// the other unit as it is, with its kind; other results have the kind that
// their code has by itself. Levels have no product, nor have two indexes or
// two scores: *Error with ErrKind. Other errors are ErrLimit.
func (u Unit) Mul(v Unit) (Unit, error) { return combine("multiply", u, v, 1) }

// Div returns the unit of a quotient of figures in u and v; see Mul. The ratio
// of two indexes, or of two scores, is a pure number.
func (u Unit) Div(v Unit) (Unit, error) { return combine("divide", u, v, -1) }

func combine(op string, u, v Unit, sign int) (Unit, error) {
	if u.IsZero() || v.IsZero() {
		return Unit{}, errZero(op)
	}
	a, b := u.get(), v.get()
	bad := func(msg, want string) (Unit, error) {
		return Unit{}, &Error{Code: "kind", Op: op, From: a.code, To: b.code, Msg: msg, Want: want, Err: ErrKind}
	}
	if a.kind == Level || b.kind == Level {
		return bad("a level has no product or quotient", "a difference of two levels")
	}
	if sign > 0 && a.kind == b.kind && (a.kind == Index || a.kind == Score) {
		return bad("two figures of kind "+a.kind.String()+" have no product", "their ratio")
	}
	one := One()
	if v == one {
		return u, nil
	}
	if u == one && sign > 0 {
		return v, nil
	}
	cs, err := u.interval(op)
	if err != nil {
		return Unit{}, err
	}
	ds, err := v.interval(op)
	if err != nil {
		return Unit{}, err
	}
	for _, d := range ds {
		d.exp = d.exp.mul(frac{sign, 1})
		cs = append(cs, d)
	}
	return derive(op, a.code, b.code, cs)
}

// Pow returns the unit of a figure in u raised to num/den, den from 1 to 4:
// Pow(1, 2) for a square root. The scale of the result must be rational:
// otherwise an *Error with ErrIrrational (the root of kW.h; take it of J).
func (u Unit) Pow(num, den int) (Unit, error) {
	const op = "raise"
	if u.IsZero() {
		return Unit{}, errZero(op)
	}
	a := u.get()
	if den == 0 || abs(den) > maxRoot || num > MaxExponent || num < -MaxExponent {
		return Unit{}, &Error{Code: "limit", Op: op, From: a.code, Msg: "exponent out of range",
			Want: "at most " + strconv.Itoa(MaxExponent) + " over 1 to " + strconv.Itoa(maxRoot), Err: ErrLimit}
	}
	e := newFrac(num, den)
	switch {
	case a.kind == Level || (a.kind == Index || a.kind == Score) && e != (frac{1, 1}):
		return Unit{}, &Error{Code: "kind", Op: op, From: a.code,
			Msg: "a figure of kind " + a.kind.String() + " takes no exponent", Want: "a quantity", Err: ErrKind}
	case e == (frac{1, 1}):
		return u, nil
	case e.n == 0:
		return One(), nil
	}
	cs, err := u.interval(op)
	if err != nil {
		return Unit{}, err
	}
	for i := range cs {
		cs[i].exp = cs[i].exp.mul(e)
	}
	return derive(op, a.code, "", cs)
}

// Scale returns the unit r times as large, so that figures in it are r times
// as small: t scaled by 1/1000 is kg, {person} scaled by 1000 is k{person}.
// The result is the zero Unit if there is none: r nil or not above zero, u
// zero, an index, a score or a logarithmic level, or a scale past MaxScale.
func (u Unit) Scale(r *big.Rat) Unit {
	if u.IsZero() || r == nil || r.Sign() <= 0 || checkScale(r) == nil {
		return Unit{}
	}
	if r.IsInt() && r.Num().IsInt64() && r.Num().Int64() == 1 {
		return u
	}
	m := u.get()
	if m.kind == Index || m.kind == Score || m.level && m.offset == "" {
		return Unit{}
	}
	cs := append(u.components(), comp{num: new(big.Rat).Set(r), exp: frac{1, 1}})
	v, err := derive("scale", m.code, "", cs)
	if err != nil {
		return Unit{}
	}
	if m.kind == Level || m.kind == Difference {
		if v, err = v.WithKind(m.kind); err != nil {
			return Unit{}
		}
	}
	return v
}

// interval returns the components for arithmetic. A difference on an affine
// scale is in the scale's interval: Cel in K, [degF] in [degR].
func (u Unit) interval(op string) ([]comp, error) {
	cs := u.components()
	if !u.get().level {
		return cs, nil
	}
	for i, c := range cs {
		if c.atom == nil || !c.atom.level {
			continue
		}
		if c.atom.linear == "" {
			return nil, &Error{Code: "kind", Op: op, From: u.String(), Msg: "a logarithmic unit has no product or quotient",
				Want: "the figure in linear units", Err: ErrKind}
		}
		prefix := strings.TrimSuffix(c.sym, symbolOf(c.atom))
		lin, _ := lookupAtom(c.atom.linear)
		c.sym, c.atom, c.dim = prefix+c.atom.linear, lin, lin.dim
		if ratio := new(big.Rat).Quo(c.scale, lin.scale); prefix == "" && ratio.Cmp(big.NewRat(1, 1)) != 0 {
			cs = append(cs, comp{num: ratio, exp: frac{1, 1}})
			c.scale = lin.scale
		}
		cs[i] = c
	}
	return cs, nil
}

// symbolOf returns the symbol of an affine atom; only Cel takes prefixes.
func symbolOf(a *atom) string {
	for _, s := range [...]string{"Cel", "[degF]", "[degRe]"} {
		if b, _ := lookupAtom(s); b == a {
			return s
		}
	}
	return ""
}

// derive makes the unit of components and gives it a code.
func derive(op, from, to string, cs []comp) (Unit, error) {
	cs, err := merge(cs)
	v := value{}
	if err == nil {
		v, err = evaluate(cs)
	}
	if err != nil {
		return Unit{}, &Error{Code: err.code, Op: op, From: from, To: to, Msg: err.msg, Want: err.want, Err: err.err}
	}
	code := compose(cs)
	if len(code) > MaxCode {
		return Unit{}, &Error{Code: "limit", Op: op, From: cut(from, 80), To: cut(to, 80),
			Msg: "the code of the result is too long", Want: "fewer factors", Err: ErrLimit}
	}
	// The code decides the kind, as if it had been written.
	p := parser{in: code, any: true, table: atomTable()}
	parsed, perr := p.parse()
	if perr != nil {
		return Unit{}, &Error{Code: perr.Code, Op: op, From: from, To: to, Msg: perr.Msg, Want: perr.Want, Err: perr.Err}
	}
	return build(code, parsed, v), nil
}

// merge joins equal symbols and all numbers; the number, if any, comes last.
func merge(cs []comp) ([]comp, *evalError) {
	var out []comp
	number := big.NewRat(1, 1)
	var roots []comp // numbers under a root stay apart
	for i, c := range cs {
		if c.num != nil {
			if c.exp.d != 1 {
				roots = append(roots, comp{num: c.num, exp: c.exp})
			} else {
				f := powRat(c.num, c.exp.n)
				if f == nil {
					return nil, tooLarge(i)
				}
				if number.Mul(number, f); checkScale(number) == nil {
					return nil, tooLarge(i)
				}
			}
			c.num = nil
		}
		if c.sym == "" {
			continue
		}
		at := -1
		for j := range out {
			if out[j].sym == c.sym {
				at = j
			}
		}
		if at < 0 {
			out = append(out, c)
			continue
		}
		if out[at].exp = out[at].exp.add(c.exp); !out[at].exp.fits() {
			return nil, &evalError{0, "limit", ErrLimit, "an exponent is out of range", "smaller exponents"}
		}
	}
	kept := out[:0]
	for _, c := range out {
		if c.exp.n != 0 {
			if !c.exp.fits() {
				return nil, &evalError{0, "limit", ErrLimit, "an exponent is out of range", "smaller exponents"}
			}
			kept = append(kept, c)
		}
	}
	if len(roots) > 0 {
		v, err := evaluate(roots)
		if err != nil {
			return nil, err
		}
		if number.Mul(number, v.scale); checkScale(number) == nil {
			return nil, tooLarge(0)
		}
	}
	if number.Cmp(big.NewRat(1, 1)) != 0 {
		// Percent times a number, with nothing else, is a number.
		if len(kept) == 1 && len(kept[0].dim) == 0 && kept[0].pi == 0 && kept[0].exp.d == 1 {
			if f := powRat(kept[0].scale, kept[0].exp.n); f != nil {
				number.Mul(number, f)
				kept = kept[:0]
			}
		}
		if number.Cmp(big.NewRat(1, 1)) != 0 {
			kept = append(kept, comp{num: number, exp: frac{1, 1}})
		}
	}
	return kept, nil
}
