package columnar

import (
	"regexp"
	"time"
)

// Batch is the number of rows that are evaluated at a time.
const Batch = 2048

// step is a node with the lanes it works on.
type step struct {
	node
	dst   int32
	src   [4]int32
	fused *fused // of opTie
	re    *regexp.Regexp
	zone  *time.Location
	code  uint32 // first error code of the node
}

// Program is a laid out graph: immutable, safe for concurrent use.
type Program struct {
	steps  []step // operands first
	lanes  []Type // by lane
	inputs []Type
	calls  []Func
	roots  []root
	of     []int32 // by node: its lane, -1 if it was dropped or fused
	nodes  []node
	fixed  int // lanes before it are of literals and inputs
	batch  int // rows at a time
}

type root struct {
	lane int32
	typ  Type
	own  bool // no other root, nor an input, has this lane
}

// Roots is the number of results.
func (p *Program) Roots() int { return len(p.roots) }

// Steps is the number of kernels that run for a batch.
func (p *Program) Steps() int { return len(p.steps) }

// Memory is the bytes of values that an evaluator of the program holds.
func (p *Program) Memory() int {
	total := 0
	for i, t := range p.lanes {
		if i < p.fixed && p.steps[i].op == opInput && t != Bool && t != Timestamp {
			continue // of the caller
		}
		switch t {
		case Bool:
			total += p.batch / 8
		case Timestamp, String, Other:
			total += 16 * p.batch
		default:
			total += 8 * p.batch
		}
	}
	return total
}

// Build lays out what the roots need.
func (b *Builder) Build() *Program { return b.layout(true) }

// layout assigns lanes. With reuse a lane is taken again when nothing needs its
// node any more; without, every node keeps its own, and nothing is fused.
func (b *Builder) layout(reuse bool) *Program {
	p := &Program{batch: Batch, inputs: b.inputs, calls: b.calls, nodes: b.nodes, of: make([]int32, len(b.nodes))}
	uses := make([]int, len(b.nodes))
	var mark func(r Ref)
	var stack []Ref
	mark = func(r Ref) {
		if uses[r]++; uses[r] == 1 {
			stack = append(stack, r)
		}
	}
	isRoot := make([]bool, len(b.nodes))
	for _, r := range b.roots {
		mark(r)
		isRoot[r] = true
	}
	for len(stack) > 0 {
		r := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := &b.nodes[r]
		for _, a := range n.operands() {
			mark(a)
		}
		for _, g := range n.guard {
			mark(g.cond)
		}
	}
	var plans map[Ref]*fused
	skip := make([]bool, len(b.nodes))
	if reuse {
		plans = b.fuse(uses, isRoot, skip)
	}
	needs := func(r Ref) []Ref {
		n := &b.nodes[r]
		if f := plans[r]; f != nil {
			return f.args
		}
		out := n.operands()
		for _, g := range n.guard {
			out = append(out[:len(out):len(out)], g.cond)
		}
		return out
	}
	last := make([]int, len(b.nodes))
	for r := range b.nodes {
		p.of[r] = -1
		if uses[r] == 0 || skip[r] {
			continue
		}
		for _, a := range needs(Ref(r)) {
			last[a] = r
		}
	}
	for r := range b.nodes {
		if n := &b.nodes[r]; uses[r] > 0 && !skip[r] && (n.op == opLiteral || n.op == opInput) {
			p.of[r] = int32(len(p.lanes))
			p.lanes = append(p.lanes, n.typ)
			p.steps = append(p.steps, step{node: *n, dst: p.of[r]})
		}
	}
	p.fixed = len(p.lanes)
	free := map[Type][]int32{}
	for r := range b.nodes {
		n := &b.nodes[r]
		if uses[r] == 0 || skip[r] || n.op == opLiteral || n.op == opInput {
			continue
		}
		s := step{node: *n, code: uint32(r)*errors + 1, fused: plans[Ref(r)]}
		if s.fused != nil {
			s.op = opTie
		}
		args := needs(Ref(r))
		for i, a := range args {
			if i < len(s.src) {
				s.src[i] = p.of[a]
			}
		}
		if f := free[n.typ]; reuse && len(f) > 0 && !isRoot[r] {
			s.dst = f[len(f)-1]
			free[n.typ] = f[:len(f)-1]
		} else {
			s.dst = int32(len(p.lanes))
			p.lanes = append(p.lanes, n.typ)
		}
		p.of[r] = s.dst
		switch n.op {
		case Matches:
			s.re = regexp.MustCompile(n.str)
		case Get:
			s.zone, _ = zone(n.str)
		}
		p.steps = append(p.steps, s)
		done := map[Ref]bool{}
		for _, a := range args {
			if reuse && last[a] == r && !isRoot[a] && p.of[a] >= int32(p.fixed) && !done[a] {
				done[a] = true
				free[b.nodes[a].typ] = append(free[b.nodes[a].typ], p.of[a])
			}
		}
	}
	seen := map[int32]bool{}
	for _, r := range b.roots {
		l := p.of[r]
		p.roots = append(p.roots, root{l, b.nodes[r].typ, !seen[l] && l >= int32(p.fixed)})
		seen[l] = true
	}
	return p
}
