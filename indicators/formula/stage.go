package formula

import (
	"slices"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// A catalogue is evaluated in stages: what reads other rows of something needs
// that something for all rows first. Within a stage each frequency has one
// graph of all its formulas, a sheet.

// sheet is the graph of the formulas of one stage and frequency.
type sheet struct {
	freq    period.Freq
	inputs  []input
	program *columnar.Program
	defs    []lowered
	windows []int // of Program.windows: those whose argument is computed here
	args    []lowered
}

// input is a column that a sheet reads.
type input struct {
	kind  inputKind
	idx   int // variable, indicator or window
	def   int // of inForce
	shift int // periods, ≤ 0
}

type inputKind uint8

const (
	ofVariable inputKind = iota
	ofDays
	ofIndicator // of an earlier stage, or an earlier period
	ofWindow
	ofForce // whether definition def of indicator idx is what a row is computed by
	ofNothing
)

// lowered is a formula in a sheet.
type lowered struct {
	d      *definition
	root   int   // of the sheet's program
	inputs []int // of the sheet, that the formula reads
	same   []int // indicators of the sheet that it reads, ascending
	reads  []read
	strict bool // every read matters for every row: status and causes are those of reads
}

// read is a variable or indicator that a formula reads.
type read struct {
	n     *node
	shift int
}

// window is a column made of other rows' values of a formula.
type window struct {
	d   *definition
	n   *node // its only operand is computed in an earlier stage
	key windowKey
}

type windowKey struct {
	freq period.Freq
	text string
}

// stages lays out the graphs of a catalogue without errors.
func (k *compiler) stages() {
	k.stageOf = make([]int, len(k.inds))
	windows := map[windowKey]int{}
	var argStage []int
	// order has operands first, so what a formula reads has its stage already
	var of func(d *definition, n *node, shifted bool) int
	of = func(d *definition, n *node, shifted bool) int {
		s := 0
		switch n.op {
		case opIndicator:
			if s = k.stageOf[n.idx]; shifted {
				s++
			}
			return s
		case opLag:
			shifted = true
		case opRollingSum, opRollingMean, opSumOver, opMeanOver:
			key := windowKey{k.inds[d.ind].spec.Frequency, d.spec.Formula[n.src.Begin:n.src.End]}
			i, ok := windows[key]
			if !ok {
				arg := of(d, n.args[0], false)
				i = len(k.windows)
				windows[key] = i
				k.windows = append(k.windows, window{d, n, key})
				argStage = append(argStage, arg)
			}
			return argStage[i] + 1
		}
		for _, a := range n.args {
			s = max(s, of(d, a, shifted))
		}
		return s
	}
	last := 0
	for _, i := range k.order {
		for _, d := range k.inds[i].defs {
			k.stageOf[i] = max(k.stageOf[i], of(d, d.root, false))
		}
		last = max(last, k.stageOf[i])
	}
	k.windowIndex = windows
	for s := range last + 1 {
		var sheets []*sheet
		for _, f := range k.frequenciesUsed() {
			b := &sheetBuilder{k: k, stage: s, sheet: &sheet{freq: f}, index: map[input]int{}, roots: map[*definition]columnar.Ref{}}
			for _, i := range k.order {
				if k.stageOf[i] == s && k.inds[i].spec.Frequency == f {
					for _, d := range k.inds[i].defs {
						b.definition(d)
					}
				}
			}
			for i, w := range k.windows {
				if argStage[i] == s && w.key.freq == f {
					b.argument(i)
				}
			}
			if len(b.sheet.defs)+len(b.sheet.args) > 0 {
				b.sheet.program = b.b.Build()
				sheets = append(sheets, b.sheet)
			}
		}
		k.sheets = append(k.sheets, sheets)
	}
}

func (p *Program) frequenciesUsed() []period.Freq {
	var out []period.Freq
	for _, x := range p.inds {
		if !slices.Contains(out, x.spec.Frequency) {
			out = append(out, x.spec.Frequency)
		}
	}
	return out
}

type sheetBuilder struct {
	k     *compiler
	b     columnar.Builder
	stage int
	sheet *sheet
	index map[input]int
	refs  []columnar.Ref
	roots map[*definition]columnar.Ref

	// of the formula that is being lowered
	shift int
	out   *lowered
}

func (b *sheetBuilder) input(in input, t columnar.Type) columnar.Ref {
	i, ok := b.index[in]
	if !ok {
		i = len(b.sheet.inputs)
		b.index[in] = i
		b.sheet.inputs = append(b.sheet.inputs, in)
		b.refs = append(b.refs, b.b.Input(t))
	}
	if in.kind <= ofWindow && in.kind != ofDays && !slices.Contains(b.out.inputs, i) {
		b.out.inputs = append(b.out.inputs, i)
	}
	return b.refs[i]
}

func (b *sheetBuilder) definition(d *definition) {
	x := lowered{d: d}
	r, ok := b.lower(&x, d, d.checked.Root)
	if !ok {
		r = b.input(input{kind: ofNothing}, columnar.Double) // then every row is the worker's
	}
	b.roots[d] = r
	x.root = b.b.Root(r)
	x.reads, x.strict = reads(d.root)
	b.sheet.defs = append(b.sheet.defs, x)
}

func (b *sheetBuilder) argument(i int) {
	w := b.k.windows[i]
	x := lowered{d: w.d}
	r, ok := b.lower(&x, w.d, w.n.src.Args[0])
	if !ok {
		r = b.input(input{kind: ofNothing}, columnType(w.n.args[0].typ))
	}
	x.root = b.b.Root(r)
	b.sheet.windows = append(b.sheet.windows, i)
	b.sheet.args = append(b.sheet.args, x)
}

// lower gives the node of a formula or a part of it.
func (b *sheetBuilder) lower(x *lowered, d *definition, n *celenv.Node) (columnar.Ref, bool) {
	b.out, b.shift = x, 0
	l := &lowering{b: &b.b, f: d.checked, max: b.k.cfg.MaxNodes}
	l.ident = b.ident
	l.window = func(n *celenv.Node) (columnar.Ref, bool) { return b.window(l, d, n) }
	r, ok := l.root(n)
	if n == d.checked.Root {
		for _, s := range l.plan {
			s.Indicator, s.Version = b.k.inds[d.ind].spec.ID, d.spec.Version
			b.k.plan = append(b.k.plan, s)
		}
	}
	return r, ok
}

func (b *sheetBuilder) ident(id string) (columnar.Ref, bool) {
	x, ok := b.k.names[id]
	if !ok {
		return 0, false
	}
	switch x.op {
	case opDays:
		return b.input(input{kind: ofDays, shift: b.shift}, columnar.Double), true
	case opVariable:
		return b.input(input{kind: ofVariable, idx: x.idx, shift: b.shift}, columnType(x.typ)), true
	}
	if b.shift != 0 || b.k.stageOf[x.idx] < b.stage {
		return b.input(input{kind: ofIndicator, idx: x.idx, shift: b.shift}, columnar.Double), true
	}
	// Of this sheet: the definition in force, where it gives a number.
	if !slices.Contains(b.out.same, x.idx) {
		b.out.same = append(b.out.same, x.idx)
	}
	r := b.input(input{kind: ofNothing}, columnar.Double)
	for j, d := range b.k.inds[x.idx].defs {
		root, ok := b.roots[d]
		if !ok {
			return 0, false
		}
		force := b.input(input{kind: ofForce, idx: x.idx, def: j}, columnar.Bool)
		r = b.b.Op(columnar.If, columnar.Double, force, b.b.Op(columnar.Settle, columnar.Double, root), r)
	}
	return r, true
}

func (b *sheetBuilder) window(l *lowering, d *definition, n *celenv.Node) (columnar.Ref, bool) {
	switch n.Name {
	case "prev", "lag":
		by := 1
		if n.Name == "lag" {
			x, _ := n.Args[1].Bits.(int64)
			by = int(x)
		}
		b.shift -= by
		r, ok := l.lower(n.Args[0])
		b.shift += by
		return r, ok
	}
	i, ok := b.k.windowIndex[windowKey{b.sheet.freq, d.spec.Formula[n.Begin:n.End]}]
	if !ok {
		return 0, false
	}
	return b.input(input{kind: ofWindow, idx: i, shift: b.shift}, columnType(n.Type)), true
}

// reads lists what a formula reads, in the order of the text, each once; strict
// is false if not every read matters for every row, or if one is a window.
func reads(root *node) (out []read, strict bool) {
	strict = true
	var visit func(n *node, shift int)
	visit = func(n *node, shift int) {
		switch n.op {
		case opVariable, opIndicator:
			if !slices.ContainsFunc(out, func(r read) bool { return r.n.op == n.op && r.n.idx == n.idx && r.shift == shift }) {
				out = append(out, read{n, shift})
			}
			return
		case opAnd, opOr, opIf, opPresent, opCoalesce, opCEL, opRollingSum, opRollingMean, opSumOver, opMeanOver:
			strict = false
		case opLag:
			shift -= n.n
		}
		for _, a := range n.args {
			visit(a, shift)
		}
	}
	visit(root, 0)
	return out, strict
}
