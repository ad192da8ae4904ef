package unit

import (
	"math/big"
	"unique"
)

// Unit is a unit of measure with its kind. It is one word, immutable,
// comparable and fit for map keys; safe for concurrent use. The zero Unit is
// "no unit" (IsZero), which differs from "1", the unit of pure numbers.
//
// u == v means the same code and the same kind, hence the same meaning.
// Codes spelt differently are not ==, even if they mean the same ("kW.h" and
// "h.kW", "L" and "dm3"): use Equal for meaning.
type Unit struct{ h unique.Handle[meaning] }

// meaning is what a Unit points to. Rationals are kept as text, which is
// canonical, so that == on handles is == on values.
type meaning struct {
	code   string
	dim    string // vector.String()
	scale  string // big.Rat.RatString, in coherent bases
	offset string // likewise, of an affine scale; empty for zero
	pi     int    // exponent of π in the scale
	kind   Kind
	level  bool // the code has an arbitrary zero or is logarithmic
}

func newUnit(m meaning) Unit { return Unit{unique.Make(m)} }

func (u Unit) get() meaning {
	if u.IsZero() {
		return meaning{}
	}
	return u.h.Value()
}

// Parse reads a UCUM code with the default annotations. See Registry.Parse.
func Parse(code string) (Unit, error) { return Registry{}.Parse(code) }

// Parse reads a UCUM case-sensitive code of at most MaxCode bytes, with this
// package's extensions. The kind is inferred: Percentage for "%", Level for
// Cel and its like, Count for a registered annotation alone, Currency for a
// currency alone, Quantity otherwise ("1" too). Errors are *ParseError with
// the byte column from 1, or *Error if r itself is invalid.
func (r Registry) Parse(code string) (Unit, error) {
	if err := r.Check(); err != nil {
		return Unit{}, err
	}
	p := parser{in: code, reg: r, table: atomTable()}
	cs, perr := p.parse()
	if perr != nil {
		return Unit{}, perr
	}
	v, err := evaluate(cs)
	if err != nil {
		return Unit{}, p.fail(cs[err.at].start, err.code, err.err, err.msg, err.want)
	}
	return build(code, cs, v), nil
}

func build(code string, cs []comp, v value) Unit {
	m := meaning{code: code, dim: v.dim.String(), scale: v.scale.RatString(), pi: v.pi,
		kind: inferKind(cs, v), level: v.level}
	if v.offset != nil {
		m.offset = v.offset.RatString()
	}
	return newUnit(m)
}

// components reads the code of a unit that exists: its annotations are known.
func (u Unit) components() []comp {
	p := parser{in: u.get().code, any: true, table: atomTable()}
	cs, _ := p.parse() // it was parsed before: no error
	return cs
}

// MustParse is Parse for codes in source text and tests; it panics on an error.
func MustParse(code string) Unit {
	u, err := Parse(code)
	if err != nil {
		panic(err)
	}
	return u
}

// One returns the unit of pure numbers, code "1", kind Quantity.
func One() Unit { return newUnit(meaning{code: "1", dim: "1", scale: "1"}) }

// String returns the code as written, or "" for the zero Unit. A unit that
// came from arithmetic has a code that Parse reads.
func (u Unit) String() string { return u.get().code }

// Kind returns the kind; Quantity for the zero Unit.
func (u Unit) Kind() Kind { return u.get().kind }

// IsZero reports whether u is "no unit".
func (u Unit) IsZero() bool { return u == Unit{} }

// IsDimensionless reports whether u is a pure number in some scale: 1, %,
// [ppm], m/km. The zero Unit is not.
func (u Unit) IsDimensionless() bool { return u.get().dim == "1" }

// Dimension returns the bases and their exponents in a fixed order, as
// "kg.{person}-1", and "1" for pure numbers; "" for the zero Unit. It is for
// messages and for grouping: equal text means equal dimension.
func (u Unit) Dimension() string { return u.get().dim }

// MarshalText returns the code. The kind is not part of it.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.get().code), nil }

// UnmarshalText reads a code with the default annotations; empty text gives
// the zero Unit. A catalogue with annotations of its own uses Registry.Parse.
func (u *Unit) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*u = Unit{}
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*u = v
	return nil
}

// SameDimension reports whether u and v measure the same thing, in whatever
// scale and kind. Currencies and their price years are dimensions. It is false
// if either is zero.
func (u Unit) SameDimension(v Unit) bool {
	a, b := u.get(), v.get()
	return a.dim != "" && a.dim == b.dim
}

// SameScale reports whether a figure in u is the same figure in v: the same
// dimension, scale and zero, in whatever kind.
func (u Unit) SameScale(v Unit) bool {
	a, b := u.get(), v.get()
	return u.SameDimension(v) && a.scale == b.scale && a.pi == b.pi && offsetOf(a) == offsetOf(b)
}

// Equal reports whether u and v mean the same, however they are spelt: the
// same dimension, scale, zero and kind. Two zero Units are equal.
func (u Unit) Equal(v Unit) bool {
	return u == v || u.SameScale(v) && u.Kind() == v.Kind()
}

// offsetOf is the zero that counts: differences and intervals have none.
func offsetOf(m meaning) string {
	if m.kind == Difference {
		return ""
	}
	return m.offset
}

// WithKind returns u with another kind, or an *Error if the code cannot have
// it:
//
//	Share, Index, Score   code of scale 1 without dimension
//	Percentage            scale 1/100 without dimension
//	Count                 registered annotations, or no dimension
//	Currency              one currency
//	Quantity              anything but a scale with an arbitrary zero
//	Level, Difference     anything
func (u Unit) WithKind(k Kind) (Unit, error) {
	m := u.get()
	bad := func(want string) (Unit, error) {
		return Unit{}, &Error{Code: "kind", Op: "declare", From: m.code, To: k.String(),
			Msg: "the code cannot have this kind", Want: want, Err: ErrKind}
	}
	if u.IsZero() {
		return Unit{}, errZero("declare")
	}
	pure := m.dim == "1" && m.pi == 0
	switch k {
	case Share, Index, Score:
		if !pure || m.scale != "1" {
			return bad(`code "1"`)
		}
	case Percentage:
		if !pure || m.scale != "1/100" {
			return bad(`code "%"`)
		}
	case Count:
		for _, p := range u.vector() {
			if p.base[0] != '{' {
				return bad("a registered annotation, as in {person}")
			}
		}
	case Currency:
		if v := u.vector(); len(v) != 1 || v[0].exp != (frac{1, 1}) || !isMoney(v[0].base) {
			return bad("a currency, as in EUR or EUR@2020")
		}
	case Quantity:
		if m.level {
			return bad("K for a temperature, or the kind level or difference")
		}
	case Level, Difference:
	default:
		return bad("one of the Kind constants")
	}
	m.kind = k
	return newUnit(m), nil
}

func (u Unit) vector() vector {
	v, _ := evaluate(u.components())
	return v.dim
}

// scaleRat returns the scale without its power of π.
func (m meaning) scaleRat() *big.Rat { return ratText(m.scale) }

func (m meaning) offsetRat() *big.Rat { return ratText(offsetOf(m)) }

// ratText reads what RatString wrote; empty is zero.
func ratText(s string) *big.Rat {
	r := new(big.Rat)
	if s != "" {
		r.SetString(s)
	}
	return r
}

func errZero(op string) error {
	return &Error{Code: "zero", Op: op, Msg: "there is no unit", Want: `"1" for a pure number`, Err: ErrKind}
}
