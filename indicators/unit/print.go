package unit

import (
	"math/big"
	"strconv"
	"strings"
)

// compose writes merged components: numerators in order, then denominators,
// in parentheses if there are several.
func compose(cs []comp) string {
	n, d := big.NewInt(1), big.NewInt(1)
	var above, below []comp
	for _, c := range cs {
		switch {
		case c.sym == "":
			n, d = c.num.Num(), c.num.Denom()
		case c.exp.n > 0:
			above = append(above, c)
		default:
			c.exp = c.exp.neg()
			below = append(below, c)
		}
	}
	if len(above)+len(below) == 0 && n.IsInt64() && n.Int64() == 1 && d.IsInt64() {
		switch d.Int64() {
		case 100:
			return "%"
		case 1000:
			return "[ppth]"
		case 1000000:
			return "[ppm]"
		}
	}
	top, bottom := side(above, n), side(below, d)
	if len(top) == 0 {
		top = []string{"1"}
	}
	s := strings.Join(top, ".")
	switch len(bottom) {
	case 0:
		return s
	case 1:
		return s + "/" + bottom[0]
	}
	return s + "/(" + strings.Join(bottom, ".") + ")"
}

// side writes the factors above or below the solidus. A power of ten that
// people say with a count joins it: k{person}, 100k{person}, MEUR.
func side(cs []comp, n *big.Int) []string {
	var out []string
	one := n.IsInt64() && n.Int64() == 1
	joined := one
	for _, c := range cs {
		s := c.text()
		if !joined && c.exp == (frac{1, 1}) {
			if pre, ok := spoken(n, c); ok {
				s, joined = pre+s, true
			}
		}
		out = append(out, s)
	}
	if !joined {
		out = append([]string{numberText(n)}, out...)
	}
	return out
}

// spoken returns how a power of ten is written before an annotation or a
// currency.
func spoken(n *big.Int, c comp) (string, bool) {
	e, ok := tenPower(n)
	if !ok || c.atom != nil {
		return "", false
	}
	if c.sym[0] == '{' {
		switch e {
		case 1, 2:
			return n.String(), true
		case 3:
			return "k", true
		case 4:
			return "10k", true
		case 5:
			return "100k", true
		case 6:
			return "M", true
		}
		return "", false
	}
	switch e {
	case 3:
		return "k", true
	case 6:
		return "M", true
	}
	return "", false
}

// text writes the symbol with its exponent. After a year the exponent is a
// fraction, because a digit would join the year.
func (c comp) text() string {
	if c.exp.d == 1 && c.exp.n != 1 && c.atom == nil && strings.Contains(c.sym, "@") {
		return c.sym + "^(" + strconv.Itoa(c.exp.n) + "/1)"
	}
	return c.sym + c.exp.text()
}

// tenPower returns e if n = 10^e.
func tenPower(n *big.Int) (int, bool) {
	s := n.String()
	return len(s) - 1, s[0] == '1' && strings.Trim(s[1:], "0") == ""
}

func numberText(n *big.Int) string {
	if e, ok := tenPower(n); ok && e >= 3 && e <= MaxTenPower {
		return "10*" + strconv.Itoa(e)
	}
	return n.String()
}

// UCUM returns a code that is valid in strict UCUM, for foreign readers, who
// take annotations as 1: our extensions become annotations.
//
//	1/100k{person}  1/10*5{person}
//	EUR@2020/t      {EUR@2020}/t
//	m^(1/2)         {m^(1/2)}
//
// Other codes come back as written; the zero Unit gives "". The result is for
// output: reading it back needs the annotations registered, and takes a
// currency for a count.
func (u Unit) UCUM() string {
	code := u.String()
	var b strings.Builder
	done := 0
	for _, c := range u.components() {
		s, ok := c.foreign()
		if !ok {
			continue
		}
		b.WriteString(code[done:c.start])
		b.WriteString(s)
		done = c.end
	}
	if done == 0 {
		return code
	}
	b.WriteString(code[done:])
	return b.String()
}

// foreign writes a component in strict UCUM, if it is not so already.
func (c comp) foreign() (string, bool) {
	// The sign of a solidus stays in the text, that of an exponent does not.
	e := c.exp.mul(frac{c.sign, 1})
	switch {
	case c.sym == "" || c.atom != nil && !c.fraction:
		return "", false
	case c.atom != nil && e.d == 1:
		return c.sym + e.text(), true
	}
	plain := e == frac{1, 1}
	if c.sym[0] == '{' && plain && c.num == nil {
		return "", false
	}
	name := strings.Trim(c.sym, "{}")
	if !plain {
		name += "^" + strings.TrimPrefix(e.text(), "^")
	}
	note := "{" + name + "}"
	switch {
	case c.num == nil:
		return note, true
	case e.d != 1:
		// A prefix under a root: the annotation says it all.
		pre, _ := spoken(c.num.Num(), c)
		return "{" + pre + name + "}", true
	}
	n := powRat(c.num, e.n)
	if n == nil {
		return note, true
	}
	if t, ok := tenPower(n.Num()); ok && n.IsInt() {
		return "10*" + strconv.Itoa(t) + note, true
	}
	if t, ok := tenPower(n.Denom()); ok && n.Num().IsInt64() && n.Num().Int64() == 1 {
		return "10*-" + strconv.Itoa(t) + note, true
	}
	if !n.IsInt() {
		return "(" + n.Num().String() + "." + note + "/" + n.Denom().String() + ")", true
	}
	return "(" + n.RatString() + "." + note + ")", true
}
