package columnar

// fused is two operations of doubles in one pass: the product of the inner goes
// into the outer in a register, converted, so that it is rounded.
type fused struct {
	args  []Ref // vectors, then the literal if there is one
	order []Ref // vectors in the order of the text
	vvv   func(d, a, b, c []float64)
	vvk   func(d, a, b []float64, k float64)
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

func (e *Evaluator) fused(s *step, d *Lane, n int) {
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
