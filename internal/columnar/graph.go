package columnar

import (
	"fmt"
	"math"
)

// Type of a node. Other is anything that only a [Call] can make or read.
type Type uint8

// The types.
const (
	Other Type = iota
	Double
	Int
	Bool
	Uint
	String
	Timestamp
	Duration
)

// Op is what a node does.
type Op uint8

// The operations. Operands of arithmetic have the type of the result; those of
// comparisons may be numbers of two types.
const (
	opLiteral Op = iota
	opInput
	opCall
	Add
	Sub
	Mul
	Div
	Mod
	Neg
	Not
	And
	Or
	If
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	ToDouble
	ToInt
	ToUint
	Abs
	Ceil
	Floor
	Round
	Trunc
	Sign
	Sqrt
	IsNaN
	IsInf
	IsFinite
	Max
	Min
	MaxOf // of the elements of a list: as Max, with another error
	MinOf
	BitAnd
	BitOr
	BitXor
	BitNot
	ShiftLeft
	ShiftRight
	Share    // 100·a/b of doubles, fails where b is 0
	Per      // a/b, likewise
	Present  // whether the operand is no unknown
	Coalesce // the first operand that is no unknown
	Join     // true; the state of strict operands
	Then     // the second operand where the first is ok
	Settle   // the operand where it is a finite number, unknown elsewhere
	Size
	Concat
	Lower // ASCII letters only
	Upper
	ToText // of a bool or number
	ToTime // of seconds since 1970
	StartsWith
	EndsWith
	Contains
	Matches // of a literal pattern
	AddSpan // timestamp + duration
	SubSpan
	Since // timestamp - timestamp
	Get   // a Field of a timestamp or duration
	opTie // Add to Settle of one operand fused; see fuse.go
)

// Ref is a node of a graph.
type Ref int32

// node is immutable once made.
type node struct {
	op    Op
	typ   Type
	n     uint8 // operands in args
	args  [3]Ref
	more  []Ref  // operands of a Call
	bits  uint64 // literal; Field of Get; nanoseconds of a timestamp are in aux
	aux   int64
	str   string // literal; text of a Call; pattern
	in    int    // input or call
	guard []guard
}

// guard is a condition under which a call is demanded: where cond is not known
// to be other than want. With unk it is demanded where cond is unknown.
type guard struct {
	cond Ref
	want bool
	unk  bool
}

func (n *node) operands() []Ref {
	if n.op == opCall {
		return n.more
	}
	return n.args[:n.n]
}

type key struct {
	op   Op
	typ  Type
	args [3]Ref
	bits uint64
	aux  int64
	str  string
	in   int
	more string
}

// Builder collects expressions. Not safe for concurrent use. The zero value is
// ready.
type Builder struct {
	nodes  []node
	index  map[key]Ref
	inputs []Type
	calls  []Func
	roots  []Ref
	guards []guard
}

// Nodes is the number of different steps so far.
func (b *Builder) Nodes() int { return len(b.nodes) }

// Type of a node.
func (b *Builder) Type(r Ref) Type { return b.nodes[r].typ }

func (b *Builder) add(n node) Ref {
	if b.index == nil {
		b.index = map[key]Ref{}
	}
	k := key{n.op, n.typ, n.args, n.bits, n.aux, n.str, n.in, ""}
	if n.op == opCall {
		k.more, k.in = fmt.Sprint(n.more), 0
	}
	if r, ok := b.index[k]; ok {
		return r
	}
	r := Ref(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.index[k] = r
	return r
}

// Double is a literal; equal are those of the same bits.
func (b *Builder) Double(x float64) Ref {
	return b.add(node{op: opLiteral, typ: Double, bits: math.Float64bits(x)})
}

// Int is a literal.
func (b *Builder) Int(x int64) Ref { return b.add(node{op: opLiteral, typ: Int, bits: uint64(x)}) }

// Uint is a literal.
func (b *Builder) Uint(x uint64) Ref { return b.add(node{op: opLiteral, typ: Uint, bits: x}) }

// Bool is a literal.
func (b *Builder) Bool(x bool) Ref {
	n := node{op: opLiteral, typ: Bool}
	if x {
		n.bits = 1
	}
	return b.add(n)
}

// Text is a literal.
func (b *Builder) Text(s string) Ref { return b.add(node{op: opLiteral, typ: String, str: s}) }

// Time is a literal: seconds since 1970 and nanoseconds.
func (b *Builder) Time(sec, nano int64) Ref {
	return b.add(node{op: opLiteral, typ: Timestamp, bits: uint64(sec), aux: nano})
}

// Span is a literal duration in nanoseconds.
func (b *Builder) Span(ns int64) Ref {
	return b.add(node{op: opLiteral, typ: Duration, bits: uint64(ns)})
}

// Input declares another column; the columns of [Evaluator.Run] are in the
// order of the calls.
func (b *Builder) Input(t Type) Ref {
	b.inputs = append(b.inputs, t)
	return b.add(node{op: opInput, typ: t, in: len(b.inputs) - 1})
}

// Inputs is the number of columns declared.
func (b *Builder) Inputs() int { return len(b.inputs) }

// Func computes a row of a [Builder.Call]. Read gives an operand; it may be
// called again, or not at all. Safe for concurrent use.
type Func func(read func(i int) Scalar) Scalar

// Call is a step that no kernel computes. It runs a row at a time, and only for
// rows that the guards in force let through. Calls of the same text and operands
// are the same.
func (b *Builder) Call(t Type, text string, f Func, args ...Ref) Ref {
	before := len(b.nodes)
	r := b.add(node{op: opCall, typ: t, more: args, str: text, in: len(b.calls)})
	if int(r) == before {
		b.calls = append(b.calls, f)
		b.nodes[r].guard = append([]guard(nil), b.guards...)
		return r
	}
	// demanded in both places: what they have in common
	n := &b.nodes[r]
	i := 0
	for i < len(n.guard) && i < len(b.guards) && n.guard[i] == b.guards[i] {
		i++
	}
	n.guard = n.guard[:i]
	return r
}

// When puts a guard in force until the function it returns is called: what is
// built meanwhile matters only where cond is want, or is not known.
func (b *Builder) When(cond Ref, want bool) (end func()) {
	return b.guarded(guard{cond: cond, want: want})
}

// WhenUnknown is [Builder.When] for what matters where x is unknown.
func (b *Builder) WhenUnknown(x Ref) (end func()) { return b.guarded(guard{cond: x, unk: true}) }

func (b *Builder) guarded(g guard) func() {
	n := len(b.guards)
	b.guards = append(b.guards, g)
	return func() { b.guards = b.guards[:n] }
}

// Op adds an operation of one to three operands. It folds what is constant, and
// drops branches that are never taken.
func (b *Builder) Op(o Op, t Type, args ...Ref) Ref {
	n := node{op: o, typ: t, n: uint8(copy(make([]Ref, 3), args))}
	copy(n.args[:], args)
	switch o {
	case If:
		if c := &b.nodes[args[0]]; c.op == opLiteral {
			return args[2-c.bits]
		}
	case Join:
		if len(args) == 2 && b.nodes[args[1]].op == opLiteral {
			return args[0]
		}
	case Then:
		if b.nodes[args[0]].op == opLiteral {
			return args[1]
		}
	case Add, Mul: // one order, where operands cannot fail so that none is to the left
		if t == Double && b.nodes[args[0]].op == opLiteral {
			n.args[0], n.args[1] = args[1], args[0]
		}
	}
	return b.fold(b.add(n))
}

// Get is a field of a timestamp in a zone, or of a duration.
func (b *Builder) Get(x Ref, f Field, zone string) Ref {
	return b.add(node{op: Get, typ: Int, n: 1, args: [3]Ref{x}, bits: uint64(f), str: zone})
}

// Match matches a string with a literal pattern of RE2, which must be valid.
func (b *Builder) Match(x Ref, pattern string) Ref {
	return b.add(node{op: Matches, typ: Bool, n: 1, args: [3]Ref{x}, str: pattern})
}

// fold replaces an operation on literals by its result, computed by its own
// kernel; one that fails stays.
func (b *Builder) fold(r Ref) Ref {
	n := b.nodes[r]
	switch n.typ {
	case Double, Int, Uint, Bool, Duration:
	default:
		return r
	}
	for _, a := range n.operands() {
		if b.nodes[a].op != opLiteral {
			return r
		}
	}
	small := Builder{}
	small.nodes = append(small.nodes, n)
	for i := range n.operands() {
		small.nodes[0].args[i] = Ref(i)
	}
	ops := make([]node, 0, 4)
	for _, a := range n.operands() {
		ops = append(ops, b.nodes[a])
	}
	small.nodes = append(ops, small.nodes[0])
	small.roots = []Ref{Ref(len(small.nodes) - 1)}
	out := small.Build().evaluator(1).one()
	if out.State != OK {
		return r
	}
	return b.add(node{op: opLiteral, typ: n.typ, bits: out.Bits})
}

// Root makes a node a result; results are in the order of the calls. It returns
// the root's number.
func (b *Builder) Root(r Ref) int {
	b.roots = append(b.roots, r)
	return len(b.roots) - 1
}
