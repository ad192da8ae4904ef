package unit

import (
	"math/big"
	"strings"
)

// value is what a code means: scale·π^pi in the bases of dim, and the place of
// its zero in coherent units.
type value struct {
	scale  *big.Rat
	pi     int
	dim    vector
	offset *big.Rat // nil: zero
	level  bool
}

// evalError is an evaluation that has no result; at indexes the component.
type evalError struct {
	at        int
	code      string
	err       error
	msg, want string
}

func (e *evalError) Error() string { return e.msg }

// evaluate multiplies components. The result does not depend on their order.
func evaluate(cs []comp) (value, *evalError) {
	v := value{scale: big.NewRat(1, 1)}
	roots := [maxRoot + 1]*big.Rat{} // factors under a root, by denominator
	pis := [maxRoot + 1]int{}
	for i, c := range cs {
		if !c.exp.fits() { // also what makes c.exp.d an index
			return v, &evalError{i, "limit", ErrLimit, "an exponent is out of range", "smaller exponents"}
		}
		if c.atom != nil && c.atom.level {
			if err := alone(cs, i); err != nil {
				return v, err
			}
			v.level, v.offset = true, c.atom.offset
		}
		for _, f := range [...]*big.Rat{c.num, c.scale} {
			if f == nil {
				continue
			}
			d := c.exp.d
			if roots[d] == nil {
				roots[d] = big.NewRat(1, 1)
			}
			if f = powRat(f, c.exp.n); f == nil {
				return v, tooLarge(i)
			}
			if roots[d].Mul(roots[d], f); checkScale(roots[d]) == nil {
				return v, tooLarge(i)
			}
		}
		pis[c.exp.d] += c.pi * c.exp.n
		if v.dim = v.dim.addMul(c.dim, c.exp); !v.dim.fits() {
			return v, &evalError{i, "limit", ErrLimit, "the exponents add up to more than a unit may have", "smaller exponents"}
		}
	}
	return v, v.takeRoots(roots, pis)
}

// takeRoots brings the factors under one root, so that km^(1/2).m^(1/2) and
// the like are judged as a whole, and takes it.
func (v *value) takeRoots(roots [maxRoot + 1]*big.Rat, pis [maxRoot + 1]int) *evalError {
	all := 1 // least common multiple of the roots there are
	for d := 2; d <= maxRoot; d++ {
		if roots[d] != nil {
			all *= d / gcd(all, d)
		}
	}
	if roots[1] != nil {
		v.scale = roots[1]
	}
	v.pi = pis[1]
	under, pi := big.NewRat(1, 1), 0
	for d := 2; d <= maxRoot; d++ {
		if roots[d] == nil {
			continue
		}
		f := powRat(roots[d], all/d)
		if f == nil {
			return tooLarge(0)
		}
		if under.Mul(under, f); checkScale(under) == nil {
			return tooLarge(0)
		}
		pi += pis[d] * all / d
	}
	r := rootRat(under, all)
	if r == nil || pi%all != 0 {
		return &evalError{0, "irrational", ErrIrrational, "the root of this unit's scale is not a rational number",
			"coherent units (m for km, J for kW.h) under the root"}
	}
	if v.scale = new(big.Rat).Mul(v.scale, r); checkScale(v.scale) == nil {
		return tooLarge(0)
	}
	v.pi += pi / all
	return nil
}

func tooLarge(i int) *evalError {
	return &evalError{i, "limit", ErrLimit, "the scale of this unit is too large or too small", "smaller factors and exponents"}
}

// alone checks that a scale with an arbitrary zero is multiplied by numbers at
// most (UCUM §22): "Cel/m" would have two meanings.
func alone(cs []comp, i int) *evalError {
	want := "the unit alone"
	if l := cs[i].atom.linear; l != "" {
		want = l + " in products, or the unit alone"
	}
	if cs[i].exp != (frac{1, 1}) {
		return &evalError{i, "kind", ErrKind, "a level takes no exponent", want}
	}
	for j, c := range cs {
		if j != i && c.sym != "" {
			return &evalError{i, "kind", ErrKind, "a level cannot be part of a product or quotient", want}
		}
	}
	return nil
}

// inferKind is the kind that a code has by itself.
func inferKind(cs []comp, v value) Kind {
	if v.level {
		return Level
	}
	if len(cs) == 1 && cs[0].sym == "%" && cs[0].exp == (frac{1, 1}) {
		return Percentage
	}
	if len(v.dim) == 1 && v.dim[0].exp == (frac{1, 1}) {
		switch b := v.dim[0].base; {
		case b[0] == '{':
			return Count
		case isMoney(b):
			return Currency
		}
	}
	return Quantity
}

// isMoney says whether a base is a currency, dated or not.
func isMoney(base string) bool {
	code, _, _ := strings.Cut(base, "@")
	return isCurrency(code)
}
