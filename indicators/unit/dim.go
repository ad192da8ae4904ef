package unit

import (
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// frac is an exponent: a small rational in lowest terms with d > 0.
type frac struct{ n, d int }

func newFrac(n, d int) frac {
	if d < 0 {
		n, d = -n, -d
	}
	if g := gcd(abs(n), d); g > 1 {
		n, d = n/g, d/g
	}
	return frac{n, d}
}

func (f frac) add(g frac) frac { return newFrac(f.n*g.d+g.n*f.d, f.d*g.d) }
func (f frac) mul(g frac) frac { return newFrac(f.n*g.n, f.d*g.d) }
func (f frac) neg() frac       { return frac{-f.n, f.d} }

// fits keeps every later sum and product of exponents far from overflow.
func (f frac) fits() bool { return abs(f.n) <= MaxExponent*f.d && f.d <= maxRoot }

// text is the exponent as it follows a symbol: "", "2", "-1", "^(1/2)".
func (f frac) text() string {
	switch {
	case f.d != 1:
		return "^(" + strconv.Itoa(f.n) + "/" + strconv.Itoa(f.d) + ")"
	case f.n == 1:
		return ""
	}
	return strconv.Itoa(f.n)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// power is one base and its exponent.
type power struct {
	base string
	exp  frac
}

// vector is a dimension: powers sorted by base, none with exponent 0.
type vector []power

// addMul returns v + w·e. It does not change its operands.
func (v vector) addMul(w vector, e frac) vector {
	out := make(vector, 0, len(v)+len(w))
	i, j := 0, 0
	for i < len(v) || j < len(w) {
		switch {
		case j == len(w) || i < len(v) && v[i].base < w[j].base:
			out = append(out, v[i])
			i++
		case i == len(v) || w[j].base < v[i].base:
			out = append(out, power{w[j].base, w[j].exp.mul(e)})
			j++
		default:
			if s := v[i].exp.add(w[j].exp.mul(e)); s.n != 0 {
				out = append(out, power{v[i].base, s})
			}
			i, j = i+1, j+1
		}
	}
	return out
}

func (v vector) fits() bool {
	for _, p := range v {
		if !p.exp.fits() {
			return false
		}
	}
	return true
}

func (v vector) String() string {
	if len(v) == 0 {
		return "1"
	}
	var b strings.Builder
	for i, p := range v {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p.base)
		b.WriteString(p.exp.text())
	}
	return b.String()
}

// mapBases renames bases and restores the order.
func (v vector) mapBases(f func(string) string) vector {
	var out vector
	for _, p := range v {
		out = out.addMul(vector{{f(p.base), p.exp}}, frac{1, 1})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].base < out[j].base })
	return out
}

// powRat returns r^n for r > 0, or nil if the result would pass MaxScale.
// The check comes first: the cost is bounded by the limit, not by the input.
func powRat(r *big.Rat, n int) *big.Rat {
	if n == 1 {
		return r
	}
	bits := max(r.Num().BitLen(), r.Denom().BitLen())
	if bits > 1 && abs(n) > 2*MaxScale/bits+1 {
		return nil
	}
	e := big.NewInt(int64(abs(n)))
	num := new(big.Int).Exp(r.Num(), e, nil)
	den := new(big.Int).Exp(r.Denom(), e, nil)
	if n < 0 {
		num, den = den, num
	}
	return checkScale(new(big.Rat).SetFrac(num, den))
}

// checkScale returns r, or nil if it passes MaxScale.
func checkScale(r *big.Rat) *big.Rat {
	if r.Num().BitLen() > MaxScale || r.Denom().BitLen() > MaxScale {
		return nil
	}
	return r
}

// rootRat returns the exact d-th root of r > 0, or nil if it is irrational.
func rootRat(r *big.Rat, d int) *big.Rat {
	n, m := rootInt(r.Num(), d), rootInt(r.Denom(), d)
	if n == nil || m == nil {
		return nil
	}
	return new(big.Rat).SetFrac(n, m)
}

// rootInt returns the exact d-th root of x > 0 by bisection, or nil.
func rootInt(x *big.Int, d int) *big.Int {
	e := big.NewInt(int64(d))
	lo, hi := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), uint(x.BitLen()/d+1))
	for lo.Cmp(hi) <= 0 {
		mid := new(big.Int).Add(lo, hi)
		mid.Rsh(mid, 1)
		switch new(big.Int).Exp(mid, e, nil).Cmp(x) {
		case 0:
			return mid
		case -1:
			lo = mid.Add(mid, big.NewInt(1))
		default:
			hi = mid.Sub(mid, big.NewInt(1))
		}
	}
	return nil
}
