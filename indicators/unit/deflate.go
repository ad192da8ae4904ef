package unit

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Deflator is a declared price index, the only way between prices of
// different years. Index holds the average level of each year, in any common
// scale; 100 in the year Base where Base is not zero. It is read-only in use
// and then safe for concurrent use.
type Deflator struct {
	Currency string           // ISO 4217, "EUR"
	Base     int              // year of index 100; 0: not stated
	Index    map[int]*big.Rat // year → level, above zero
	Source   string           // who publishes it, and which series
}

// Check reports what makes the series unusable: a currency outside ISO 4217, no
// years, a level that is not above zero, a base year missing or not 100.
func (d Deflator) Check() error {
	if !isCurrency(d.Currency) {
		return d.fail("currency "+quote(d.Currency)+" is not in ISO 4217", "a code such as EUR")
	}
	if len(d.Index) == 0 {
		return d.fail("the series has no years", "one level a year")
	}
	bad := 0
	for y, r := range d.Index { // the smallest bad year, whatever the map's order
		if (r == nil || r.Sign() <= 0 || y < 1000 || y > 9999) && (bad == 0 || y < bad) {
			bad = y
		}
	}
	if bad != 0 {
		return d.fail("the level of "+strconv.Itoa(bad)+" is not a number above zero", "four-digit years and positive levels")
	}
	if d.Base != 0 {
		if r := d.Index[d.Base]; r == nil || r.Cmp(big.NewRat(100, 1)) != 0 {
			return d.fail("the level of the base year "+strconv.Itoa(d.Base)+" is not 100", "100 there, or Base 0")
		}
	}
	return nil
}

func (d Deflator) fail(msg, want string) error {
	return &Error{Code: "deflator", Msg: "deflator of " + cut(d.Currency, 20) + ": " + msg, Want: want, Err: ErrDeflator}
}

// Factor returns the exact number by which a figure in from is multiplied to
// be one in to, where the two differ at most in scale and in the price year of
// d's currency: EUR@2020/{person} to kEUR@2023/{person}. A price of year f in
// prices of year t is multiplied by Index[t]/Index[f].
//
// A unit with current prices (EUR) has the year of its figure: use FactorAt.
// Years that d lacks are an *Error with ErrDeflator that names them.
func (d Deflator) Factor(from, to Unit) (*big.Rat, error) { return d.factor(from, to, 0) }

// FactorAt is Factor for a figure of the given year: current prices, in either
// unit, are those of that year.
func (d Deflator) FactorAt(year int, from, to Unit) (*big.Rat, error) {
	if err := d.has(year); err != nil {
		return nil, err
	}
	return d.factor(from, to, year)
}

func (d Deflator) factor(from, to Unit, year int) (*big.Rat, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if !d.prices(from) && !d.prices(to) {
		return Factor(from, to)
	}
	f, fl, err := d.undated(from, year)
	if err != nil {
		return nil, err
	}
	t, tl, err := d.undated(to, year)
	if err != nil {
		return nil, err
	}
	r, err := Factor(f, t)
	if err != nil {
		return nil, err
	}
	return r.Mul(r, tl.Quo(tl, fl)), nil
}

// undated returns u in current prices and the level its figures stand at: the
// product of the levels of its years, each to its exponent.
func (d Deflator) undated(u Unit, year int) (Unit, *big.Rat, error) {
	level := big.NewRat(1, 1)
	cs := u.components()
	for i, c := range cs {
		if !d.is(c) {
			continue
		}
		y := year
		if len(c.sym) > 4 {
			y, _ = strconv.Atoi(c.sym[4:])
		}
		if y == 0 {
			return Unit{}, nil, &Error{Code: "deflator", Op: "deflate", From: u.String(),
				Msg: "the unit is in current prices, whose year is that of the figure", Want: "FactorAt with the year", Err: ErrDeflator}
		}
		if err := d.has(y); err != nil {
			return Unit{}, nil, err
		}
		if c.exp.d != 1 {
			return Unit{}, nil, &Error{Code: "irrational", Op: "deflate", From: u.String(),
				Msg: "a root of money has no exact deflator", Want: "whole exponents", Err: ErrIrrational}
		}
		l := powRat(d.Index[y], c.exp.n)
		if l == nil || checkScale(level.Mul(level, l)) == nil {
			return Unit{}, nil, &Error{Code: "limit", Op: "deflate", From: u.String(), Msg: "the factor is too large",
				Want: "smaller exponents", Err: ErrLimit}
		}
		cs[i].sym, cs[i].dim = d.Currency, vector{{d.Currency, frac{1, 1}}}
	}
	v, err := derive("deflate", u.String(), "", cs)
	if err != nil {
		return Unit{}, nil, err
	}
	if k := u.Kind(); k == Difference || k == Currency {
		v, err = v.WithKind(k)
	}
	return v, level, err
}

// is says whether a component is d's currency, of whatever year.
func (d Deflator) is(c comp) bool {
	code, _, _ := strings.Cut(c.sym, "@")
	return code == d.Currency
}

func (d Deflator) prices(u Unit) bool { return slices.ContainsFunc(u.components(), d.is) }

func (d Deflator) has(year int) error {
	if r := d.Index[year]; r != nil && r.Sign() > 0 {
		return nil
	}
	first, last := math.MaxInt, math.MinInt
	for y := range d.Index {
		first, last = min(first, y), max(last, y)
	}
	span := "no years"
	if len(d.Index) > 0 {
		span = "years from " + strconv.Itoa(first) + " to " + strconv.Itoa(last)
	}
	return d.fail("the series has no level for "+strconv.Itoa(year), "a year it has ("+span+"), or a longer series")
}

// MulRat returns x·r computed exactly and rounded once to float64. NaN and
// ±Inf come back unchanged; a result beyond float64 is an *Error with ErrLimit.
func MulRat(x float64, r *big.Rat) (float64, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) || x == 0 {
		return x, nil
	}
	p := new(big.Rat).SetFloat64(x)
	y, _ := p.Mul(p, r).Float64()
	if math.IsInf(y, 0) {
		return 0, &Error{Code: "value", Op: "multiply", Msg: "the result is beyond the range of float64",
			Want: "a larger unit", Err: ErrLimit}
	}
	return y, nil
}
