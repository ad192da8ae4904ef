package columnar

import "slices"

// Trace lays out the graph so that every node keeps its register, for
// [Evaluator.Causes]. It evaluates one row at a time.
func (b *Builder) Trace() *Program {
	p := b.layout(false)
	p.batch = 1
	return p
}

// Row is the column of one row.
func (c Column) Row(row int) Column {
	m := c.Missing
	c.Missing = nil
	switch {
	case c.F != nil:
		c.F = c.F[row : row+1]
	case c.I != nil:
		c.I = c.I[row : row+1]
	case c.U != nil:
		c.U = c.U[row : row+1]
	case c.B != nil:
		c.B = c.B[row : row+1]
	case c.S != nil:
		c.S = c.S[row : row+1]
	case c.T != nil:
		c.T = c.T[row : row+1]
	default:
		c.X = c.X[row : row+1]
	}
	if m != nil {
		c.Missing = []uint64{m[row/64] >> (row & 63) & 1}
	}
	return c
}

// Causes are the inputs that make the first root unknown in a row, ascending;
// nil if it is not unknown. Columns have that one row. The program must be one of
// [Builder.Trace].
func (e *Evaluator) Causes(columns []Column) []int {
	e.Run(columns, nil, 0, 1)
	var out []int
	seen := map[Ref]bool{}
	unknown := func(r Ref) bool { l := &e.lanes[e.p.of[r]]; return l.AnyUnk && l.Unk[0]&1 != 0 }
	var visit func(r Ref)
	visit = func(r Ref) {
		if seen[r] || !unknown(r) {
			return
		}
		seen[r] = true
		n := &e.p.nodes[r]
		switch n.op {
		case opInput:
			out = append(out, n.in)
		case opCall:
			e.args, e.types = e.args[:0], e.types[:0]
			for _, a := range n.more {
				e.args, e.types = append(e.args, e.p.of[a]), append(e.types, e.p.nodes[a].typ)
			}
			e.row = 0
			for _, i := range e.p.calls[n.in](e.read).Causes {
				visit(n.more[i])
			}
		case If:
			c := &e.lanes[e.p.of[n.args[0]]]
			switch {
			case unknown(n.args[0]):
				visit(n.args[0])
			case c.B[0]&1 != 0:
				visit(n.args[1])
			default:
				visit(n.args[2])
			}
		case Then:
			if unknown(n.args[0]) {
				visit(n.args[0])
			} else {
				visit(n.args[1])
			}
		default:
			for _, a := range n.operands() {
				visit(a)
			}
		}
	}
	for k, r := range e.p.of {
		if r == e.p.roots[0].lane {
			visit(Ref(k))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
