package formula

import (
	"context"
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/celenv"
)

// Node is one step of an explanation. Children are in the order of the text.
type Node struct {
	Text  string // the part of the formula; of a root, the indicator's id
	Begin int    // byte offset in the formula
	End   int
	// Op is "literal", "variable", "indicator", "days", "part" (a figure of a
	// shorter or longer period that a variable's value was made of), or "call:"
	// and the function in CEL's spelling: "call:_/_", "call:share".
	Op string
	// Cell is the value, or status with reasons; a bool is 0 or 1. Leaves carry
	// their Source. Inside a formula a value may be NaN or infinite.
	Cell      cube.Cell
	Unit      unit.Unit // zero if the step has none, or takes any, as literals do
	Evaluated bool      // false: branch not taken, operand absorbed
	Key       cube.Key  // row it was evaluated for; of a leaf, that it was read from
	Children  []*Node
}

// Explain gives the whole tree behind one cell, computed anew from in. Its root
// is the indicator, with the cell that Eval gives, and above the formula in
// force, if there is one. Indicators that the formula reads have their own
// formula below. Literals, variables, days and parts are leaves, or have the
// parts they were made of.
//
// The error is of kind ErrName if there is no such indicator, of code CodeKey
// of package cube if k cannot be a row, and otherwise as for Eval.
func (p *Program) Explain(in *cube.Cube, k cube.Key, indicator string) (*Node, error) {
	i, ok := p.byID[indicator]
	if !ok {
		return nil, &Error{Code: ErrName.Error(), Err: ErrName, Indicator: indicator, Msg: fmt.Sprintf("no indicator %q", indicator)}
	}
	from, to := in.Entity(k.Entity)
	e, err := p.newEngine(in, from, to, k)
	if err != nil {
		return nil, err
	}
	w := newWorker(e)
	needed := p.needed(i)
	for _, j := range p.order {
		if needed[j] {
			if err := e.compute(context.Background(), j, []*worker{w}); err != nil {
				return nil, err
			}
		}
	}
	row, ok := e.grid.Find(k)
	if !ok {
		return nil, &cube.Error{Code: cube.CodeKey, Key: k, Text: fmt.Sprintf("%s is no row", k)}
	}
	w.trace = &tracer{}
	w.begin(nil, row)
	return w.trace.indicator(w, i, row), nil
}

// needed are the indicators that i depends on, and itself.
func (p *Program) needed(i int) map[int]bool {
	out := map[int]bool{}
	var visit func(int)
	visit = func(i int) {
		if out[i] {
			return
		}
		out[i] = true
		for _, d := range p.inds[i].defs {
			for _, j := range d.uses {
				visit(j)
			}
		}
	}
	visit(i)
	return out
}

// tracer makes a tree while a worker evaluates.
type tracer struct {
	open  []visit // children of the step that is being evaluated
	steps int
}

// MaxExplain is the number of steps after which an explanation goes no deeper:
// what is read then has its figure and nothing below.
const MaxExplain = 20_000

type visit struct {
	n    *node
	node *Node
}

// step evaluates n and notes it.
func (t *tracer) step(w *worker, n *node) value {
	outer := t.open
	t.open = nil
	t.steps++
	d := w.d
	out := t.describe(w, d, n)
	if t.steps > MaxExplain {
		w.trace = nil
		v := w.run(n)
		w.trace = t
		out.Evaluated, out.Cell = true, t.cell(w, n, v)
		t.open = append(outer, visit{n, out})
		return v
	}
	v := w.run(n)
	out.Evaluated = true
	out.Cell = t.cell(w, n, v)
	switch n.op {
	case opVariable:
		t.variable(w, n, out)
	case opIndicator:
		if row := w.at.row; row >= 0 {
			out.Children = t.indicator(w, n.idx, row).Children
		}
	default:
		for _, a := range n.args {
			found := false
			for _, c := range t.open {
				if c.n == a {
					found = true
					if absorbed(n, v, c.node) {
						c.node.absorb()
					}
					out.Children = append(out.Children, c.node)
				}
			}
			if !found {
				out.Children = append(out.Children, t.untaken(w, d, a))
			}
		}
	}
	t.open = append(outer, visit{n, out})
	return v
}

// absorbed reports whether an operand of && or || without a value did not
// matter.
func absorbed(n *node, v value, operand *Node) bool {
	return (n.op == opAnd || n.op == opOr) && v.state == celenv.OK && !operand.Cell.Status.Observed()
}

func (x *Node) absorb() {
	x.Evaluated = false
	for _, c := range x.Children {
		c.absorb()
	}
}

func (t *tracer) untaken(w *worker, d *definition, n *node) *Node {
	t.steps++
	out := t.describe(w, d, n)
	for _, a := range n.args {
		out.Children = append(out.Children, t.untaken(w, d, a))
	}
	return out
}

func (t *tracer) describe(w *worker, d *definition, n *node) *Node {
	out := &Node{Begin: n.src.Begin, End: n.src.End, Text: d.spec.Formula[n.src.Begin:n.src.End], Unit: n.unit, Key: w.key()}
	switch n.op {
	case opLiteral:
		out.Op = "literal"
	case opVariable:
		out.Op = "variable"
	case opIndicator:
		out.Op = "indicator"
	case opDays:
		out.Op = "days"
	default:
		out.Op = "call:" + n.src.Name
		if n.src.Kind == celenv.Compound {
			out.Op = "call:cel"
		}
	}
	return out
}

func (t *tracer) cell(w *worker, n *node, v value) cube.Cell {
	c := cube.Cell{Status: v.status, Reasons: w.sets.Set(v.reasons)}
	if v.state == celenv.OK {
		switch n.typ {
		case celenv.Double:
			c.Value = double(v)
		default:
			c.Value = float64(int64(v.bits))
		}
	}
	return c
}

// variable adds where the value comes from.
func (t *tracer) variable(w *worker, n *node, out *Node) {
	var parts []part
	k := w.key()
	if k.Period.IsZero() {
		return
	}
	c := w.e.p.cell(w.e.in, w.e.columns[n.idx], n.idx, k, w.e.p.inds[w.d.ind].spec.Frequency, &parts)
	out.Cell.Source = c.Source
	id := w.e.p.cat.Variables[n.idx].ID
	for _, x := range parts {
		out.Children = append(out.Children, &Node{Text: id, Begin: out.Begin, End: out.End, Op: "part", Cell: x.cell, Unit: out.Unit, Evaluated: true, Key: x.key})
	}
}

// indicator explains indicator i in a row of the grid.
func (t *tracer) indicator(w *worker, i, row int) *Node {
	e := w.e
	x := e.p.inds[i].spec
	l := e.results[i]
	k := e.grid.Key(row)
	out := &Node{Text: x.ID, Op: "indicator", Unit: x.Unit, Evaluated: true, Key: k,
		Cell: cube.Cell{Value: l.values[row] + 0, Status: l.status[row], Reasons: e.sets.Set(l.reasons[row])}}
	d := e.p.inForce(i, k.Period)
	if ok, _ := e.applicable(x); d == nil || k.Period.Freq() != x.Frequency || k.Period.Rolling() != 0 || !ok[e.grid.MembersIndex(row)] {
		return out
	}
	wasD, wasBase, wasAt, wasOpen := w.d, w.base, w.at, t.open
	t.open = nil
	w.begin(d, row)
	w.eval(d.root)
	out.Children = []*Node{t.open[0].node}
	w.d, w.base, w.at, t.open = wasD, wasBase, wasAt, wasOpen
	return out
}

// String renders the tree as indented lines: text, value or status, unit, and
// of leaves the source.
func (x *Node) String() string {
	var b strings.Builder
	x.write(&b, 0)
	return b.String()
}

func (x *Node) write(b *strings.Builder, depth int) {
	b.WriteString(strings.Repeat("  ", depth))
	b.WriteString(quote(x.Text))
	switch {
	case !x.Evaluated:
		b.WriteString(": not evaluated")
	case !x.Cell.Status.Observed():
		b.WriteString(": " + x.Cell.Status.String())
		if len(x.Cell.Reasons) > 0 {
			b.WriteString(" (" + string(cube.AppendReasons(nil, x.Cell.Reasons)) + ")")
		}
	case x.Op == "literal":
	default:
		fmt.Fprintf(b, " = %v", x.Cell.Value)
		if u := x.Unit.String(); u != "" && u != "1" {
			b.WriteString(" " + u)
		}
		if x.Cell.Status != 0 {
			b.WriteString(" [" + x.Cell.Status.String() + "]")
		}
	}
	switch x.Op {
	case "variable", "part", "indicator":
		b.WriteString(", " + x.Key.Period.String())
		if !x.Key.Members.IsTotal() {
			b.WriteString(" " + string(x.Key.Members))
		}
	}
	if !x.Cell.Source.IsZero() {
		b.WriteString(", from " + x.Cell.Source.String())
	}
	b.WriteByte('\n')
	for _, c := range x.Children {
		c.write(b, depth+1)
	}
}
