package formula

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/celenv"
)

// Report is what can be said of a catalogue's formulas without any figures.
//
// It is sound and not clever. What it says cannot happen does not happen, with
// any figures: an error that is not listed, a variable whose lack is not listed
// as a reason. What it says can happen may be ruled out by something that it
// does not see. Ranges alone rest on a condition: that variables keep to the
// ranges that the catalogue declares for them. Of a branch of ?: it says what
// holds where the branch is taken, and of the second operand of && and || what
// holds where the first is known and does not decide.
type Report struct {
	Formulas []FormulaReport // in the order of the catalogue, versions ascending
}

// FormulaReport is about one version of an indicator's formula.
type FormulaReport struct {
	Indicator string
	Version   int
	Formula   string
	Unit      unit.Unit // declared
	Reads     []Read    // inputs that the formula itself names, by id
	Cost      uint64    // steps of one cell at most, but for parts whose cost has no bound: see Unbounded
	Unbounded bool      // a part that cel-go evaluates may go on until Config.MaxCost
	Warnings  Errors    // of kinds ErrZero, ErrConstant, ErrUnreachable, ErrRange
	Root      *StaticNode
}

// StaticNode is what is known of a step of a formula before it is evaluated.
type StaticNode struct {
	Text     string // the part of the formula
	Begin    int    // byte offset in the formula
	End      int
	Type     string    // double, int, bool, or "other"
	Unit     unit.Unit // inferred; zero if there is none
	Reads    []Read    // inputs, also those behind other indicators, by id
	Missing  []Read    // those of Reads whose lack makes this step lack
	Faults   []Fault   // how it can fail, by place
	Range    Range     // of a number
	True     bool      // of a bool: can be true
	False    bool      // of a bool: can be false
	Children []*StaticNode
}

// Read is an input: a variable, another indicator, or a dimension that figures
// must be broken down by.
type Read struct {
	ID   string
	Kind string // "variable", "indicator", "dimension"
	From int    // periods before, of the latest that is read: 0 is the row's own
	To   int    // of the earliest
}

// Range is a closed interval that a number lies in, if variables keep to theirs.
// Beyond the largest float64 there is ±Inf.
type Range struct {
	Min, Max float64 // Min > Max if there is no number
	NaN      bool    // may be NaN
	// ByZero reports whether NaN or ±Inf may come of a division by zero. If not,
	// they can only come from figures near the largest float64.
	ByZero bool
}

// Report analyses every formula. It evaluates nothing, and takes time and memory
// in proportion to the size of the formulas times their variables.
func (p *Program) Report() *Report {
	names := map[string]name{"days": {op: opDays}}
	for i := range p.cat.Variables {
		names[p.cat.Variables[i].ID] = name{op: opVariable, idx: i}
	}
	for i, x := range p.inds {
		names[indicators.FormulaName(x.spec.ID)] = name{op: opIndicator, idx: i}
	}
	r := &reporter{p: p, names: names, sure: make([]fact, len(p.inds)), likely: make([]fact, len(p.inds))}
	of := make([][]FormulaReport, len(p.inds))
	for _, i := range p.order {
		r.sure[i].num = interval{lo: inf, hi: -inf}
		r.likely[i].num = r.sure[i].num
		for _, d := range p.inds[i].defs {
			of[i] = append(of[i], r.formula(d))
		}
	}
	return &Report{Formulas: slices.Concat(of...)}
}

type reporter struct {
	p      *Program
	names  map[string]name
	sure   []fact // by indicator: with any figures
	likely []fact // by indicator: if variables keep to their ranges
}

func (r *reporter) formula(d *definition) FormulaReport {
	id := r.p.inds[d.ind].spec.ID
	out := FormulaReport{Indicator: id, Version: d.spec.Version, Formula: d.spec.Formula, Unit: r.p.inds[d.ind].spec.Unit}
	out.Reads = readsOf(r.named(d.checked.Root, 0, 0, nil))
	out.Cost, out.Unbounded = r.p.steps(d, d.checked.Root)
	warn := func(kind error, at *celenv.Node, msg string) {
		out.Warnings = append(out.Warnings, r.p.at(d, kind, at.Begin, msg))
	}
	sure := r.facts(d, r.sure, false, nil)
	likely := r.facts(d, r.likely, true, warn)
	units := map[*celenv.Node]unit.Unit{}
	d.root.walk(func(n *node) { units[n.src] = n.unit })
	r.shares(d.checked.Root, likely, units, warn)
	out.Warnings = out.Warnings.finish()
	out.Root = tree(d, d.checked.Root, sure, likely, units)
	return out
}

// facts walks a formula twice: first as if conditions told nothing.
func (r *reporter) facts(d *definition, of []fact, ranges bool, warn func(error, *celenv.Node, string)) map[*celenv.Node]fact {
	a := analysis{p: r.p, names: r.names, of: func(i int) fact { return of[i] }, ranges: ranges, plain: true, facts: map[*celenv.Node]fact{}, text: d.spec.Formula}
	a.walk(d.checked.Root, nil)
	a.unknown, a.facts, a.plain, a.warn = a.facts, map[*celenv.Node]fact{}, false, warn
	f := a.walk(d.checked.Root, nil)
	all := &of[d.ind]
	all.num = all.num.join(f.num)
	all.reads = all.reads.union(f.reads)
	return a.facts
}

// named are the inputs that are written below n.
func (r *reporter) named(n *celenv.Node, from, to int, out readSet) readSet {
	if n.Kind == celenv.Ident {
		switch x, ok := r.names[n.Name]; {
		case !ok || x.op == opDays:
		case x.op == opIndicator:
			out = out.add(r.p.inds[x.idx].spec.ID, span{"indicator", from, to})
		default:
			out = out.add(n.Name, span{"variable", from, to})
		}
	}
	if n.Kind == celenv.Call && celenv.Window(n.Name) {
		dimension, before, more := windowOf(n)
		if dimension != "" {
			out = out.add(dimension, span{"dimension", from, to})
		}
		from, to = from+before, to+before+more
	}
	for _, a := range n.Args {
		out = r.named(a, from, to, out)
	}
	return out
}

// windowOf is what a function that reads other rows reads: members of a
// dimension, or the row so many periods before and more before that.
func windowOf(n *celenv.Node) (dimension string, before, more int) {
	count := int64(1)
	if len(n.Args) > 1 {
		count, _ = n.Args[1].Bits.(int64)
		dimension = n.Args[1].Str
	}
	switch n.Name {
	case "prev", "lag":
		return "", int(count), 0
	case "sum_over", "mean_over":
		return dimension, 0, 0
	}
	return "", 0, int(count) - 1
}

// shares warns of shares and percentages that are known to reach beyond 0 and
// the whole: where their range is bounded.
func (r *reporter) shares(n *celenv.Node, facts map[*celenv.Node]fact, units map[*celenv.Node]unit.Unit, warn func(error, *celenv.Node, string)) {
	whole := 0.0
	switch units[n].Kind() {
	case unit.Share:
		whole = 1
	case unit.Percentage:
		whole = 100
	}
	if x := facts[n].num; whole > 0 && n.Kind == celenv.Call && x.numbers() {
		switch {
		case x.hi > whole && x.hi < math.MaxFloat64:
			warn(ErrRange, n, fmt.Sprintf("this share can reach %s, and the whole is %s", figure(x.hi), figure(whole)))
			return
		case x.lo < 0 && x.lo > -math.MaxFloat64:
			warn(ErrRange, n, fmt.Sprintf("this share can fall to %s", figure(x.lo)))
			return
		}
	}
	for _, a := range n.Args {
		r.shares(a, facts, units, warn)
	}
}

func tree(d *definition, n *celenv.Node, sure, likely map[*celenv.Node]fact, units map[*celenv.Node]unit.Unit) *StaticNode {
	f, g := sure[n], likely[n]
	out := &StaticNode{Text: d.spec.Formula[n.Begin:n.End], Begin: n.Begin, End: n.End, Type: n.Type.String(), Unit: units[n],
		Reads: readsOf(f.reads), Missing: readsOf(f.missing), Faults: f.faults}
	if numeric(n) {
		out.Range = Range{g.num.lo, g.num.hi, g.num.nan, g.num.zerodiv && (g.num.nan || g.num.infinite())}
	}
	if n.Type == celenv.Bool {
		out.True, out.False = g.yes, g.no
	}
	args := n.Args
	if x := extremeOf(n); x != nil {
		args = x
	}
	for _, a := range args {
		if a.Begin < a.End && n.Kind != celenv.Compound { // not made by a macro
			out.Children = append(out.Children, tree(d, a, sure, likely, units))
		}
	}
	return out
}

func readsOf(r readSet) []Read {
	out := make([]Read, 0, len(r))
	for _, id := range slices.Sorted(maps.Keys(r)) {
		out = append(out, Read{id, r[id].kind, r[id].from, r[id].to})
	}
	return out
}

// Warnings are those of all formulas.
func (r *Report) Warnings() Errors {
	var out Errors
	for _, f := range r.Formulas {
		out = append(out, f.Warnings...)
	}
	return out.finish()
}

// Formula is the report of one version of an indicator's formula.
func (r *Report) Formula(indicator string, version int) (*FormulaReport, bool) {
	for i := range r.Formulas {
		if f := &r.Formulas[i]; f.Indicator == indicator && f.Version == version {
			return f, true
		}
	}
	return nil, false
}
