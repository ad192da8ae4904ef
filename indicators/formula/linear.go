package formula

import (
	"fmt"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// form is how a formula depends on its variables.
type form uint8

const (
	constant form = iota // literals and days: the same for every entity
	linear               // sum of variables times constants
	quotient             // of two linear forms, times a constant, plus a constant
	neither
)

// The aggregations of a catalogue.
const (
	ratioOfSums  = "ratio-of-sums"
	weightedMean = "weighted-mean"
	plainSum     = "sum"
	median       = "median"
	none         = "none"
)

// aggregation checks that a network's value can be derived as declared.
func (k *compiler) aggregation(d *definition) {
	ind := k.inds[d.ind].spec
	switch a := ind.Aggregation; a.Kind {
	case weightedMean:
		v, ok := k.cat.Variable(a.Weight)
		if !ok {
			k.fail(d, ErrAggregation, 0, fmt.Sprintf("weighted-mean by %q, which is no variable", a.Weight))
			return
		}
		if r := relate(v.Frequency, ind.Frequency); r == unrelated || r == coarser && v.Temporal != "stock" {
			k.fail(d, ErrAggregation, 0, fmt.Sprintf("weighted-mean by %s, which is delivered %s and this indicator is %s", v.ID, freqNames[v.Frequency], freqNames[ind.Frequency]))
		}
	case ratioOfSums:
		f := &formPass{k: k, d: d}
		switch f.of(d, d.root) {
		case constant:
			k.fail(d, ErrAggregation, 0, "ratio-of-sums of a formula without variables; declare aggregation none")
		case linear:
			k.fail(d, ErrAggregation, 0, "ratio-of-sums of a formula that is no ratio; declare aggregation sum")
		}
	}
}

type formPass struct {
	k    *compiler
	d    *definition // where errors are reported
	at   *node       // in d, the indicator being expanded; nil at the top
	told bool
	seen map[int]form // of indicators
}

func (f *formPass) not(n *node, why string) form {
	if !f.told {
		f.told = true
		at := n
		if f.at != nil {
			at = f.at
		}
		f.k.fail(f.d, ErrAggregation, at.src.Begin, fmt.Sprintf("ratio-of-sums: %s %s; declare aggregation weighted-mean, median or none", f.k.textOf(f.d, at), why))
	}
	return neither
}

func (f *formPass) of(d *definition, n *node) form {
	switch n.op {
	case opLiteral, opDays:
		return constant
	case opVariable:
		if v := &f.k.cat.Variables[n.idx]; !v.Additive {
			return f.not(n, fmt.Sprintf("cannot be summed over cities, since variable %s is not additive", v.ID))
		}
		return linear
	case opIndicator:
		return f.indicator(n)
	}
	var in [8]form
	args := in[:0]
	for _, a := range n.args {
		args = append(args, f.of(d, a))
	}
	for _, a := range args {
		if a == neither {
			return neither
		}
	}
	switch n.op {
	case opNeg, opToDouble, opLag, opRollingSum, opRollingMean, opSumOver, opMeanOver:
		return args[0]
	case opAdd, opSub:
		a, b := args[0], args[1]
		switch {
		case a == b && a != quotient:
			return a
		case a == quotient && b == constant, a == constant && b == quotient:
			return quotient
		case a == quotient && b == quotient && sameText(d, denominator(n.args[0]), denominator(n.args[1])):
			return quotient
		}
		return f.not(n, "is no ratio of two sums of variables")
	case opMul:
		if args[0] == constant {
			return args[1]
		}
		if args[1] == constant {
			return args[0]
		}
		return f.not(n, "multiplies variables")
	case opDiv, opShare, opPer:
		a, b := args[0], args[1]
		switch {
		case b == constant && n.op == opDiv:
			return a
		case a == linear && b == linear:
			return quotient
		case a == constant:
			return f.not(n, "has no variable above the line")
		}
		return f.not(n, "is no ratio of two sums of variables")
	case opIf:
		// a guard: which branch holds for the network is asked of the sums
		if a, b := args[1], args[2]; args[0] != neither && (a == b || b == constant || a == constant) {
			return max(a, b)
		}
		return f.not(n, "has branches of different form")
	case opEq, opNe, opLt, opLe, opGt, opGe:
		if args[0] == quotient || args[1] == quotient {
			return f.not(n, "compares ratios of one city")
		}
		return constant
	case opAnd, opOr, opNot:
		return constant
	}
	return f.not(n, "is no sum of variables")
}

// denominator is what n divides by, nil if it is no quotient.
func denominator(n *node) *node {
	switch n.op {
	case opDiv, opShare, opPer:
		return n.args[1]
	case opMul:
		if n.args[0].op == opLiteral {
			return denominator(n.args[1])
		}
		return denominator(n.args[0])
	}
	return nil
}

func sameText(d *definition, a, b *node) bool {
	if a == nil || b == nil {
		return false
	}
	text := d.spec.Formula
	return text[a.src.Begin:a.src.End] == text[b.src.Begin:b.src.End]
}

func (f *formPass) indicator(n *node) form {
	out, ok := f.seen[n.idx]
	if !ok {
		if f.seen == nil {
			f.seen = map[int]form{}
		}
		out = f.formula(n)
		f.seen[n.idx] = out
	}
	return out
}

// formula is the form of the indicator that n reads.
func (f *formPass) formula(n *node) form {
	top := f.at == nil
	if top {
		f.at = n
	}
	out, first := neither, true
	for _, d := range f.k.inds[n.idx].defs {
		if d.root == nil {
			return neither
		}
		g := f.of(d, d.root)
		if g == neither {
			return neither
		}
		if !first && g != out {
			return f.not(n, "has versions of different form")
		}
		out, first = g, false
	}
	if top {
		f.at = nil
	}
	return out
}

// leaf is a variable that a formula reads: how many periods before, of which
// members.
type leaf struct {
	variable int
	shift    int // ≤ 0
	members  cube.Members
}

// leaves are what indicator i reads for a period, also through other
// indicators, for the totals of a cube of the catalogue's dimensions. Each is
// there once, in the order of the text.
func (p *Program) leaves(i int, at period.Period) []leaf {
	v := &leafVisitor{p: p, at: at, dims: p.dims, seen: map[leaf]bool{}}
	if d := p.inForce(i, at); d != nil {
		v.visit(d.root, 0, "")
	}
	return v.out
}

type leafVisitor struct {
	p    *Program
	at   period.Period
	dims []string // of the cube
	seen map[leaf]bool
	read map[leaf]bool // indicators, in place of variables
	out  []leaf
}

func (v *leafVisitor) visit(n *node, shift int, members cube.Members) {
	switch n.op {
	case opVariable:
		l := leaf{n.idx, shift, members}
		if !v.seen[l] {
			v.seen[l] = true
			v.out = append(v.out, l)
		}
	case opIndicator:
		l := leaf{n.idx, shift, members}
		if v.read[l] {
			return
		}
		if v.read == nil {
			v.read = map[leaf]bool{}
		}
		v.read[l] = true
		if d := v.p.inForce(n.idx, v.at.Add(shift)); d != nil {
			v.visit(d.root, shift, members)
		}
	case opLag:
		v.visit(n.args[0], shift-n.n, members)
	case opRollingSum, opRollingMean:
		for i := n.n - 1; i >= 0; i-- {
			v.visit(n.args[0], shift-i, members)
		}
	case opSumOver, opMeanOver:
		dim := &v.p.cat.Dimensions[n.idx]
		for _, m := range dim.Members {
			if over, ok := withMember(members, v.dims, dim.ID, m.ID); ok {
				v.visit(n.args[0], shift, over)
			}
		}
	default:
		for _, a := range n.args {
			v.visit(a, shift, members)
		}
	}
}

// withMember is members with one dimension's replaced; false if the cube has no
// such dimension.
func withMember(members cube.Members, dims []string, dim, member string) (cube.Members, bool) {
	parts := members.Split(len(dims))
	for i, d := range dims {
		if d == dim {
			parts[i] = member
			return cube.MembersOf(parts...), true
		}
	}
	return "", false
}
