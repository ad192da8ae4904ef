package unit

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Factor returns the exact number by which a figure in from is multiplied to
// be a figure in to:
//
//	x[to] = x[from] · Factor(from, to)
//
// Errors are *Error: ErrDimension, ErrDeflator (prices of different years),
// ErrKind (a Level, whose conversion has an offset: use Convert; an Index or a
// Score to another kind) and ErrIrrational (deg to rad: use Convert).
// The result is the caller's own.
func Factor(from, to Unit) (*big.Rat, error) {
	const op = "convert"
	if err := compatible(op, from, to); err != nil {
		return nil, err
	}
	if from.Equal(to) {
		return big.NewRat(1, 1), nil
	}
	a, b := from.get(), to.get()
	if a.kind == Level || b.kind == Level {
		return nil, &Error{Code: "kind", Op: op, From: a.code, To: b.code,
			Msg: "levels convert by a factor and an offset", Want: "Convert, or the kind difference", Err: ErrKind}
	}
	if a.pi != b.pi {
		return nil, &Error{Code: "irrational", Op: op, From: a.code, To: b.code,
			Msg: "the factor holds π and is no rational number", Want: "Convert, or deg, circ and gon among themselves", Err: ErrIrrational}
	}
	return new(big.Rat).Quo(a.scaleRat(), b.scaleRat()), nil
}

// Convert returns x, in from, as a figure in to. It computes exactly and
// rounds once, to the nearest float64, half to even (with π, from a rational
// approximation of 100 digits). Where an offset applies, x stands for the
// shortest decimal that rounds to it, so that 273.15 K is 0 Cel and not a
// binary remainder. NaN and ±Inf come back unchanged. A result beyond float64
// is an *Error. For many figures make a Converter.
func Convert(x float64, from, to Unit) (float64, error) {
	c, err := NewConverter(from, to)
	if err != nil {
		return 0, err
	}
	return c.Convert(x)
}

// Converter converts many figures between two units. The zero Converter
// changes nothing. It is immutable and safe for concurrent use.
type Converter struct {
	from, to Unit
	mul, div float64  // when one of them is the exact factor; else 0
	factor   *big.Rat // nil: the identity, or mul or div
	add      *big.Rat // nil: none
}

// NewConverter checks the units once; errors as for Factor, less those that
// name Convert.
func NewConverter(from, to Unit) (Converter, error) {
	if err := compatible("convert", from, to); err != nil {
		return Converter{}, err
	}
	c := Converter{from: from, to: to}
	if from.SameScale(to) {
		return c, nil
	}
	a, b := from.get(), to.get()
	c.factor = new(big.Rat).Quo(a.scaleRat(), b.scaleRat())
	if d := new(big.Rat).Sub(a.offsetRat(), b.offsetRat()); d.Sign() != 0 {
		c.add = d.Quo(d, b.scaleRat())
	}
	if k := a.pi - b.pi; k != 0 {
		p := powRat(rat(pi100), abs(k))
		if p == nil {
			return Converter{}, &Error{Code: "limit", Op: "convert", From: a.code, To: b.code,
				Msg: "the power of π is too large", Want: "smaller exponents", Err: ErrLimit}
		}
		if k < 0 {
			p = new(big.Rat).Inv(p)
		}
		c.factor.Mul(c.factor, p)
	}
	if c.add == nil {
		// One IEEE operation by an exact operand rounds as the rational would.
		switch n, d := c.factor.Num(), c.factor.Denom(); {
		case d.IsInt64() && d.Int64() == 1 && n.BitLen() <= 53:
			c.mul = float64(n.Int64())
		case n.IsInt64() && n.Int64() == 1 && d.BitLen() <= 53:
			c.div = float64(d.Int64())
		}
	}
	return c, nil
}

// Convert converts one figure, as the function Convert does.
func (c Converter) Convert(x float64) (float64, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) || c.factor == nil {
		return x, nil
	}
	var y float64
	switch {
	case c.mul != 0:
		y = x * c.mul
	case c.div != 0:
		y = x / c.div
	case x == 0 && c.add == nil:
		return x, nil // keeps the sign of zero
	default:
		r := new(big.Rat)
		if c.add == nil {
			r.SetFloat64(x)
			r.Mul(r, c.factor)
		} else {
			r.SetString(strconv.FormatFloat(x, 'e', -1, 64))
			r.Add(r.Mul(r, c.factor), c.add)
		}
		y, _ = r.Float64()
	}
	if math.IsInf(y, 0) {
		return 0, &Error{Code: "value", Op: "convert", From: c.from.String(), To: c.to.String(),
			Msg: "the result is beyond the range of float64", Want: "a larger unit", Err: ErrLimit}
	}
	return y, nil
}

// Rat converts exactly. With π between the units the factor is the rational
// approximation of Convert. x is not changed.
func (c Converter) Rat(x *big.Rat) *big.Rat {
	r := new(big.Rat).Set(x)
	if c.factor != nil {
		r.Mul(r, c.factor)
	}
	if c.add != nil {
		r.Add(r, c.add)
	}
	return r
}

// compatible says why figures in one unit are none in the other.
func compatible(op string, from, to Unit) error {
	if from.IsZero() || to.IsZero() {
		return errZero(op)
	}
	a, b := from.get(), to.get()
	if a.dim != b.dim {
		return dimensionError(op, from, to)
	}
	bad := func(msg, want string) error {
		return &Error{Code: "kind", Op: op, From: a.code, To: b.code, Msg: msg, Want: want, Err: ErrKind}
	}
	if a.kind == b.kind {
		return nil
	}
	for _, k := range [...]Kind{Index, Score} {
		if a.kind == k || b.kind == k {
			return bad("a figure of kind "+a.kind.String()+" is none of kind "+b.kind.String(), "a formula that says how")
		}
	}
	if a.kind == Level && b.kind == Difference || a.kind == Difference && b.kind == Level {
		return bad("a level is not a difference", "the same kind on both sides")
	}
	return nil
}

// dimensionError names what differs, and the way out where there is one.
func dimensionError(op string, from, to Unit) error {
	a, b := from.get(), to.get()
	e := &Error{Code: "dimension", Op: op, From: a.code, To: b.code, Err: ErrDimension,
		Msg: "dimension " + cut(a.dim, 120) + " is not " + cut(b.dim, 120)}
	va, vb := from.vector(), to.vector()
	undate := func(s string) string {
		if isMoney(s) {
			s, _, _ = strings.Cut(s, "@")
		}
		return s
	}
	nameless := func(s string) string {
		if isMoney(s) {
			return "money"
		}
		return s
	}
	switch {
	case va.mapBases(undate).String() == vb.mapBases(undate).String():
		e.Code, e.Err = "deflator", ErrDeflator
		e.Msg = "prices of different years: " + money(va) + " is not " + money(vb)
		e.Want = "a Deflator of the currency"
	case va.mapBases(nameless).String() == vb.mapBases(nameless).String():
		e.Msg = "different currencies: " + money(va) + " is not " + money(vb)
		e.Want = "amounts in one currency; exchange rates are not units"
	}
	return e
}

func money(v vector) string {
	for _, p := range v {
		if isMoney(p.base) {
			return p.base
		}
	}
	return "1"
}

// pi100 is π to 100 decimals.
const pi100 = "3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170680"
