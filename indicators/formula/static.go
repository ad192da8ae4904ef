package formula

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/internal/celenv"
)

// fact is what is known of a node before it is evaluated. It may say more than
// can happen, and never less.
type fact struct {
	num     interval // of a number
	yes, no bool     // of a bool: can be true, can be false
	faults  []Fault
	missing readSet // whose lack makes the node lack
	reads   readSet
}

// readSet is the inputs of a node, by id, with the periods before that they are
// taken from.
type readSet map[string]span

type span struct {
	kind     string
	from, to int
}

func (r readSet) add(id string, s span) readSet {
	if r == nil {
		r = readSet{}
	}
	if was, ok := r[id]; ok {
		s.from, s.to = min(s.from, was.from), max(s.to, was.to)
	}
	r[id] = s
	return r
}

func (r readSet) union(o readSet) readSet {
	if len(r) == 0 {
		return o
	}
	if len(o) == 0 {
		return r
	}
	out := maps.Clone(r)
	for id, s := range o {
		out = out.add(id, s)
	}
	return out
}

// Fault is a way for a step to fail.
type Fault struct {
	Text  string // "…" in it stands for what depends on the row; "…" alone for any text
	Begin int    // of the step that fails, bytes in the formula
	End   int
}

// anyFault is that of steps which only cel-go knows.
const anyFault = "…"

func failures(lists ...[]Fault) []Fault {
	var out []Fault
	for _, l := range lists {
		out = append(out, l...)
	}
	slices.SortFunc(out, func(a, b Fault) int {
		if a.Begin != b.Begin {
			return a.Begin - b.Begin
		}
		if a.End != b.End {
			return b.End - a.End
		}
		return strings.Compare(a.Text, b.Text)
	})
	return slices.Compact(out)
}

// analysis walks one formula. What is known from the conditions around a node is
// in known, by name.
type analysis struct {
	p       *Program
	names   map[string]name
	of      func(indicator int) fact // of the indicators that are used
	ranges  bool                     // believe the ranges that variables declare
	plain   bool                     // learn nothing from conditions
	facts   map[*celenv.Node]fact
	unknown map[*celenv.Node]fact // of the plain walk: for operands of && and || whose other side is unknown
	from    int                   // periods before
	to      int
	warn    func(kind error, at *celenv.Node, msg string)
	text    string
}

// learned is what holds of names where a condition is known.
type learned struct {
	name    string
	num     interval
	present bool
	outer   *learned
}

func (a *analysis) walk(n *celenv.Node, known *learned) fact {
	f := a.step(n, known)
	if n.Type == celenv.Other && n.Kind != celenv.Ident && n.Kind != celenv.Literal {
		f.num, f.yes, f.no = anything, true, true
	}
	a.facts[n] = f
	return f
}

func (a *analysis) step(n *celenv.Node, known *learned) fact {
	switch n.Kind {
	case celenv.Literal:
		switch v := n.Bits.(type) {
		case float64:
			return fact{num: exact(v)}
		case int64:
			return fact{num: whole(v)}
		case bool:
			return fact{yes: v, no: !v}
		}
		return fact{num: anything, yes: true, no: true}
	case celenv.Ident:
		return a.ident(n, known)
	case celenv.Call:
		switch n.Name {
		case "_&&_":
			return a.and(n, known)
		case "_||_":
			return a.or(n, known)
		case "_?_:_":
			return a.conditional(n, known)
		}
		if celenv.Window(n.Name) {
			return a.window(n)
		}
	}
	operands := n.Args
	extreme := extremeOf(n)
	if extreme != nil {
		operands = extreme
	}
	args := make([]fact, len(operands))
	for i, x := range operands {
		args[i] = a.walk(x, known)
	}
	if n.Kind != celenv.Call {
		return a.opaque(n, args)
	}
	switch n.Name {
	case "coalesce":
		return a.coalesce(args)
	case "present":
		f := strictly(args)
		f.no, f.yes, f.missing = len(f.missing) > 0, true, nil
		return f
	}
	f := strictly(args)
	if extreme != nil {
		a.extreme(n, args, &f)
		return f
	}
	if !a.operation(n, args, &f) {
		return a.opaque(n, args)
	}
	return f
}

// strictly has the faults and inputs of an operation that needs all operands.
func strictly(args []fact) fact {
	f := fact{yes: true, no: true, num: anything}
	var lists [][]Fault
	for _, x := range args {
		lists = append(lists, x.faults)
		f.missing, f.reads = f.missing.union(x.missing), f.reads.union(x.reads)
	}
	f.faults = failures(lists...)
	return f
}

// opaque is a node that only cel-go knows.
func (a *analysis) opaque(n *celenv.Node, args []fact) fact {
	f := strictly(args)
	f.faults = []Fault{{anyFault, n.Begin, n.End}}
	f.num, f.yes, f.no = anything, true, true
	f.missing = f.reads // absorbed or not
	return f
}

func (a *analysis) ident(n *celenv.Node, known *learned) fact {
	x, ok := a.names[n.Name]
	if !ok {
		return fact{num: anything, yes: true, no: true} // of a macro, or a type
	}
	f := fact{num: finite, yes: true, no: true}
	switch x.op {
	case opDays:
		f.num = interval{lo: 0, hi: 3700} // a rolling period of ten years at most
		return f
	case opIndicator:
		inner := a.of(x.idx)
		for id, s := range inner.reads {
			f.reads = f.reads.add(id, span{s.kind, s.from + a.from, s.to + a.to})
		}
		f.reads = f.reads.add(a.p.cat.Indicators[x.idx].ID, span{"indicator", a.from, a.to})
		f.num = inner.num.and(finite)
		f.num.zerodiv = false // it would be not computable
	default:
		v := &a.p.cat.Variables[x.idx]
		if v.Type == "int" {
			f.num = interval{lo: -twoTo53, hi: twoTo53}
			f.faults = []Fault{{"… is no exact int", n.Begin, n.End}}
		}
		if r := v.Range; r != nil && a.ranges {
			f.num = f.num.and(declaredRange(r.Min, r.Max))
		}
		f.reads = f.reads.add(v.ID, span{"variable", a.from, a.to})
	}
	f.missing = f.reads
	for k := known; k != nil; k = k.outer {
		if k.name == n.Name {
			f.num = f.num.and(k.num)
			if k.present {
				f.missing, f.faults = nil, nil
			}
		}
	}
	return f
}

func declaredRange(lo, hi *float64) interval {
	out := interval{lo: -inf, hi: inf}
	if lo != nil {
		out.lo = *lo
	}
	if hi != nil {
		out.hi = *hi
	}
	return out
}

func (a *analysis) window(n *celenv.Node) fact {
	dimension, before, more := windowOf(n)
	from, to, count := a.from, a.to, more+1
	a.from, a.to = from+before, to+before+more
	x := a.walk(n.Args[0], nil)
	a.from, a.to = from, to
	for _, other := range n.Args[1:] {
		a.walk(other, nil)
	}
	f := fact{num: x.num, yes: x.yes, no: x.no, faults: x.faults, missing: x.missing, reads: x.reads}
	if dimension != "" {
		count = int(a.p.members(dimension))
		f.reads = f.reads.union(readSet{dimension: {"dimension", from, to}})
		f.missing = f.missing.union(readSet{dimension: {"dimension", from, to}})
	}
	if n.Name == "prev" || n.Name == "lag" {
		return f
	}
	f.num.nonzero = false
	if f.num.infinite() || f.num.nan {
		f.num.lo, f.num.hi, f.num.nan = -inf, inf, true
	}
	mean := strings.HasSuffix(n.Name, "mean") || strings.HasPrefix(n.Name, "mean")
	total := f.num
	total.lo, total.hi = total.lo*float64(count), total.hi*float64(count)
	switch {
	case n.Args[0].Type == celenv.Int && !mean:
		f.num = total.outward()
		a.intResult(n, &f)
	case mean && n.Args[0].Type != celenv.Int && !total.infinite():
		// of numbers between lo and hi, and rounded once
		f.num.lo, f.num.hi = math.Nextafter(f.num.lo, -inf), math.Nextafter(f.num.hi, inf)
	case mean:
		f.num.lo, f.num.hi = min(f.num.lo, math.Nextafter(total.lo, -inf)/float64(count)), max(f.num.hi, math.Nextafter(total.hi, inf)/float64(count))
	}
	switch {
	case mean: // no mean of numbers of one sign has the other
		if x.num.lo >= 0 && !f.num.nan {
			f.num.lo = max(f.num.lo, 0)
		}
		if x.num.hi <= 0 && !f.num.nan {
			f.num.hi = min(f.num.hi, 0)
		}
	case n.Args[0].Type == celenv.Int:
	default:
		f.num = total
	}
	return f
}

func (a *analysis) coalesce(args []fact) fact {
	var f fact
	var lists [][]Fault
	f.num = interval{lo: inf, hi: -inf}
	all := true
	for _, x := range args {
		f.reads = f.reads.union(x.reads)
		if !all {
			continue // never looked at
		}
		lists = append(lists, x.faults)
		f.num = f.num.join(x.num)
		f.yes, f.no = f.yes || x.yes, f.no || x.no
		f.missing = f.missing.union(x.missing)
		all = len(x.missing) > 0
	}
	if !all {
		f.missing = nil
	}
	f.faults = failures(lists...)
	return f
}

func (a *analysis) and(n *celenv.Node, known *learned) fact {
	x := a.walk(n.Args[0], known)
	y := a.walk(n.Args[1], a.learn(n.Args[0], true, known))
	return a.logic(n, x, y, x.yes && y.yes, x.no || y.no)
}

func (a *analysis) or(n *celenv.Node, known *learned) fact {
	x := a.walk(n.Args[0], known)
	y := a.walk(n.Args[1], a.learn(n.Args[0], false, known))
	return a.logic(n, x, y, x.yes || y.yes, x.no && y.no)
}

// logic joins the sides of && and ||. The second was walked for what it means
// where the first decides nothing; where the first is unknown or fails it counts
// as it stands.
func (a *analysis) logic(n *celenv.Node, x, y fact, yes, no bool) fact {
	f := fact{yes: yes, no: no, num: anything, faults: failures(x.faults, y.faults), missing: x.missing.union(y.missing), reads: x.reads.union(y.reads)}
	if len(x.faults) > 0 || len(x.missing) > 0 {
		u := a.unknown[n.Args[1]]
		f.missing = f.missing.union(u.missing)
		f.yes, f.no = f.yes || n.Name == "_||_" && u.yes, f.no || n.Name == "_&&_" && u.no
	}
	return f
}

func (a *analysis) conditional(n *celenv.Node, known *learned) fact {
	c := a.walk(n.Args[0], known)
	t := a.walk(n.Args[1], a.learn(n.Args[0], true, known))
	e := a.walk(n.Args[2], a.learn(n.Args[0], false, known))
	f := fact{num: interval{lo: inf, hi: -inf}, reads: c.reads.union(t.reads).union(e.reads), missing: c.missing}
	faults := [][]Fault{c.faults}
	for i, side := range []fact{t, e} {
		if i == 0 && !c.yes || i == 1 && !c.no {
			continue
		}
		f.num = f.num.join(side.num)
		f.yes, f.no = f.yes || side.yes, f.no || side.no
		f.missing = f.missing.union(side.missing)
		faults = append(faults, side.faults)
	}
	f.faults = failures(faults...)
	if a.warn != nil && n.Args[0].Kind != celenv.Literal {
		switch {
		case !c.yes && c.no:
			a.warn(ErrUnreachable, n.Args[1], "this branch is never taken: "+a.quote(n.Args[0])+" is never true")
		case !c.no && c.yes:
			a.warn(ErrUnreachable, n.Args[2], "this branch is never taken: "+a.quote(n.Args[0])+" is always true")
		}
	}
	return f
}

func (a *analysis) quote(n *celenv.Node) string { return quote(a.text[n.Begin:n.End]) }

// learn adds what holds where a condition is known to be want.
func (a *analysis) learn(c *celenv.Node, want bool, known *learned) *learned {
	if a.plain || c.Kind != celenv.Call {
		return known
	}
	switch c.Name {
	case "!_":
		return a.learn(c.Args[0], !want, known)
	case "_&&_", "_||_":
		if want == (c.Name == "_&&_") {
			return a.learn(c.Args[1], want, a.learn(c.Args[0], want, known))
		}
	case "present":
		if want {
			return a.arePresent(c.Args[0], known)
		}
	case "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_":
		x, y := c.Args[0], c.Args[1]
		if !numeric(x) || !numeric(y) {
			return known
		}
		known = a.arePresent(y, a.arePresent(x, known))
		known = a.bound(x, strings.Trim(c.Name, "_"), a.facts[y].num, want, known)
		return a.bound(y, mirrored[strings.Trim(c.Name, "_")], a.facts[x].num, want, known)
	}
	return known
}

var (
	mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
	opposite = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
)

// bound is what x o y says of x, or that it is false.
func (a *analysis) bound(x *celenv.Node, o string, y interval, want bool, known *learned) *learned {
	for x.Overload == "double_to_double" || x.Overload == "int64_to_double" { // ints of figures are exact doubles
		x = x.Args[0]
	}
	if x.Kind != celenv.Ident {
		return known
	}
	num := interval{lo: -inf, hi: inf, nan: !want != (o == "!=")}
	if !want {
		if y.nan && o != "!=" {
			return known // false for any x
		}
		o = opposite[o]
	} else if y.nan && o == "!=" {
		return known
	}
	if !y.numbers() {
		return known
	}
	switch o {
	case "<":
		num.hi = math.Nextafter(y.hi, -inf)
	case "<=":
		num.hi = y.hi
	case ">":
		num.lo = math.Nextafter(y.lo, inf)
	case ">=":
		num.lo = y.lo
	case "==":
		num.lo, num.hi = y.lo, y.hi
	case "!=":
		num.nonzero = y.lo == 0 && y.hi == 0
	}
	return &learned{name: x.Name, num: num, outer: known}
}

// arePresent adds that the names in n have values, where n has one.
func (a *analysis) arePresent(n *celenv.Node, known *learned) *learned {
	switch {
	case n.Kind == celenv.Ident:
		return &learned{name: n.Name, num: anything, present: true, outer: known}
	case n.Kind == celenv.Call && strictOverloads[n.Overload], n.Kind == celenv.Call && (n.Name == "share" || n.Name == "per"):
		for _, x := range n.Args {
			known = a.arePresent(x, known)
		}
	}
	return known
}

var strictOverloads = map[string]bool{
	"add_double": true, "subtract_double": true, "multiply_double": true, "divide_double": true, "negate_double": true,
	"int64_to_double": true, "double_to_double": true, "add_int64": true, "subtract_int64": true, "multiply_int64": true,
}

func numeric(n *celenv.Node) bool { return n.Type == celenv.Double || n.Type == celenv.Int }
