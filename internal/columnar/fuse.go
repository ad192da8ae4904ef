package columnar

// fused is two operations of doubles in one pass. Of arithmetic the result of
// the inner goes into the outer in a register, converted, so that it is rounded;
// of a comparison that chooses there is no bitmap.
type fused struct {
	compare Op    // Lt or Le of the first two args, which chooses the third or fourth; 0: arithmetic
	args    []Ref // vectors, then the literal if there is one
	order   []Ref // vectors in the order of the text
	vvv     func(d, a, b, c []float64)
	vvk     func(d, a, b []float64, k float64)
}

var opNames = map[Op]string{Add: "add", Sub: "sub", Mul: "mul", Div: "div"}

// fuse finds operations of doubles whose one operand is such an operation that
// nothing else uses. The inner one is skipped.
func (b *Builder) fuse(uses []int, isRoot, skip []bool) map[Ref]*fused {
	plans := map[Ref]*fused{}
	arith := func(r Ref) bool {
		n := &b.nodes[r]
		return n.typ == Double && n.op >= Add && n.op <= Div && uses[r] > 0
	}
	for i := len(b.nodes) - 1; i >= 0; i-- {
		r := Ref(i)
		n := &b.nodes[r]
		if n.op == If && n.typ == Double && uses[r] > 0 {
			c := n.args[0]
			if m := &b.nodes[c]; uses[c] == 1 && !isRoot[c] && m.op >= Lt && m.op <= Ge && b.nodes[m.args[0]].typ == Double && b.nodes[m.args[1]].typ == Double {
				f := &fused{compare: m.op, args: []Ref{m.args[0], m.args[1], n.args[1], n.args[2]}}
				if m.op >= Gt {
					f.compare, f.args[0], f.args[1] = m.op-2, m.args[1], m.args[0]
				}
				f.order = m.args[:2]
				plans[r], skip[c] = f, true
			}
		}
		if !arith(r) || skip[r] {
			continue
		}
		for side := range 2 {
			in := n.args[side]
			if !arith(in) || uses[in] != 1 || isRoot[in] || skip[in] || plans[in] != nil {
				continue
			}
			id := opNames[b.nodes[in].op] + "_"
			if side == 1 && (n.op == Sub || n.op == Div) {
				id += "r"
			}
			id += opNames[n.op]
			operands := []Ref{b.nodes[in].args[0], b.nodes[in].args[1], n.args[1-side]}
			var vectors []Ref
			literal, letter := Ref(-1), ""
			for j, x := range operands {
				if b.nodes[x].op == opLiteral && literal < 0 {
					literal, letter = x, "abc"[j:j+1]
				} else {
					vectors = append(vectors, x)
				}
			}
			f := &fused{args: vectors}
			if literal < 0 {
				f.vvv = fusedVVV[id]
			} else if f.vvk = fusedVVK[id+letter]; f.vvk != nil {
				f.args = append(vectors, literal)
			}
			if f.vvv == nil && f.vvk == nil {
				continue
			}
			f.order = append(f.order, vectors...)
			if last := len(vectors) - 1; side == 1 && vectors[last] == n.args[0] {
				f.order = append([]Ref{vectors[last]}, vectors[:last]...)
			}
			plans[r] = f
			skip[in] = true
			break
		}
	}
	return plans
}

// pick is a < b ? t : f; if something lacks, the long way by a bitmap.
func (e *Evaluator) pick(s *step, d *Lane, n int) {
	a, b, t, f := &e.lanes[s.src[0]], &e.lanes[s.src[1]], &e.lanes[s.src[2]], &e.lanes[s.src[3]]
	ka, oka := e.literal(s.fused.args[0])
	kb, okb := e.literal(s.fused.args[1])
	if a.clean() && b.clean() && t.clean() && f.clean() {
		d.reset()
		switch less := s.fused.compare == Lt; {
		case less && okb:
			pickLtVK(d.F[:n], a.F, t.F, f.F, kb)
		case less && oka:
			pickLtKV(d.F[:n], b.F, t.F, f.F, ka)
		case less:
			pickLtVV(d.F[:n], a.F, b.F, t.F, f.F)
		case okb:
			pickLeVK(d.F[:n], a.F, t.F, f.F, kb)
		case oka:
			pickLeKV(d.F[:n], b.F, t.F, f.F, ka)
		default:
			pickLeVV(d.F[:n], a.F, b.F, t.F, f.F)
		}
		return
	}
	c := &e.cond
	c.strict(&e.lanes[e.p.of[s.fused.order[0]]], &e.lanes[e.p.of[s.fused.order[1]]], n)
	compareDoubles(c.B, s.fused.compare, a.F[:n], b.F[:n], oka, okb)
	d.choose(c, t, f, n)
	chooseFVV(d.F[:n], c.B, t.F, f.F)
}

func (e *Evaluator) fused(s *step, d *Lane, n int) {
	if s.fused.compare != 0 {
		e.pick(s, d, n)
		return
	}
	a, b, c := &e.lanes[s.src[0]], &e.lanes[s.src[1]], &e.lanes[s.src[2]]
	d.state(&e.lanes[e.p.of[s.fused.order[0]]], n)
	for _, r := range s.fused.order[1:] {
		d.strict(d, &e.lanes[e.p.of[r]], n)
	}
	if s.fused.vvv != nil {
		s.fused.vvv(d.F[:n], a.F, b.F, c.F)
		return
	}
	s.fused.vvk(d.F[:n], a.F, b.F, c.F[0])
}
