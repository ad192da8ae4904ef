package formula

import (
	"errors"
	"math/big"
	"strings"

	"github.com/almotacen/almotacen/indicators/unit"
)

// reason words why two units do not convert.
func (u *unitPass) reason(err error, a, b unit.Unit) string {
	var e *unit.Error
	msg := err.Error()
	if errors.As(err, &e) {
		msg = e.Msg
		if e.Want != "" {
			msg += "; use " + e.Want
		}
	}
	if errors.Is(err, unit.ErrDeflator) {
		var ids []string
		for _, x := range u.k.cat.Deflators {
			if strings.Contains(a.String(), x.Currency) || strings.Contains(b.String(), x.Currency) {
				ids = append(ids, x.ID)
			}
		}
		if len(ids) > 0 {
			return msg + "; deflate the variable before, with " + strings.Join(ids, " or ")
		}
		return msg + "; the catalogue declares no deflator of this currency"
	}
	return msg
}

// decimal writes a factor as a CEL double, exactly if it is a decimal fraction.
func decimal(r *big.Rat) string {
	for places := 0; places <= 18; places++ {
		s := r.FloatString(places)
		if x, ok := new(big.Rat).SetString(s); ok && x.Cmp(r) == 0 {
			if places == 0 {
				s += ".0"
			}
			return s
		}
	}
	f := func(i *big.Int) string { return i.String() + ".0" }
	return f(r.Num()) + "/" + f(r.Denom())
}

func (u *unitPass) words(n *node) string {
	switch n.op {
	case opIf:
		return "the branches of ?: are in"
	case opCoalesce:
		return "the operands of coalesce are in"
	case opMax:
		return "the operands of math.greatest are in"
	case opMin:
		return "the operands of math.least are in"
	case opAdd:
		return "+ adds"
	case opSub:
		return "- subtracts"
	case opMod:
		return "% divides"
	}
	return strings.Trim(n.src.Name, "_") + " compares"
}

// textOf quotes the part of a formula, cut.
func (k *compiler) textOf(d *definition, n *node) string {
	return quote(d.spec.Formula[n.src.Begin:n.src.End])
}

func quote(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "…"
	}
	return s
}
