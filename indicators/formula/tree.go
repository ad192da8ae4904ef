package formula

import (
	"fmt"
	"math"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/celenv"
)

// op is what a node of a compiled formula does.
type op uint8

const (
	opLiteral op = iota
	opVariable
	opIndicator
	opDays
	opAdd
	opSub
	opMul
	opDiv
	opMod
	opNeg
	opNot
	opAnd
	opOr
	opIf
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opToDouble
	opToInt
	opAbs
	opCeil
	opFloor
	opRound
	opTrunc
	opSign
	opSqrt
	opShare
	opPer
	opPresent
	opCoalesce
	opLag // prev too
	opRollingSum
	opRollingMean
	opSumOver
	opMeanOver
	opMax // of all operands
	opMin
	opCEL // evaluated by cel-go
)

// node is one step of a compiled formula. Types are those of the checker: an
// operation of doubles has double operands, and so on.
type node struct {
	op   op
	typ  celenv.Type
	kind celenv.Type // of the operands, where op has several variants
	args []*node     // of opCEL: its inputs
	bits uint64      // of a literal
	idx  int         // variable, indicator, or dimension
	n    int         // of a window
	prog *celenv.Program
	src  *celenv.Node
	id   int // in the definition, from 0

	unit unit.Unit // inferred; zero if the node has none
}

// overloads that have a kernel here. Everything else runs in cel-go.
var overloads = map[string]op{
	"add_double": opAdd, "add_int64": opAdd,
	"subtract_double": opSub, "subtract_int64": opSub,
	"multiply_double": opMul, "multiply_int64": opMul,
	"divide_double": opDiv, "divide_int64": opDiv,
	"modulo_int64":  opMod,
	"negate_double": opNeg, "negate_int64": opNeg,
	"logical_not": opNot, "logical_and": opAnd, "logical_or": opOr, "conditional": opIf,
	"equals": opEq, "not_equals": opNe,
	"less_double": opLt, "less_int64": opLt, "less_int64_double": opLt, "less_double_int64": opLt,
	"less_equals_double": opLe, "less_equals_int64": opLe, "less_equals_int64_double": opLe, "less_equals_double_int64": opLe,
	"greater_double": opGt, "greater_int64": opGt, "greater_int64_double": opGt, "greater_double_int64": opGt,
	"greater_equals_double": opGe, "greater_equals_int64": opGe, "greater_equals_int64_double": opGe, "greater_equals_double_int64": opGe,
	"int64_to_double": opToDouble, "double_to_double": opToDouble, "double_to_int64": opToInt, "int64_to_int64": opToInt,
	"math_abs_double": opAbs, "math_ceil_double": opCeil, "math_floor_double": opFloor, "math_round_double": opRound,
	"math_trunc_double": opTrunc, "math_sign_double": opSign, "math_sqrt_double": opSqrt,
}

// functions of our own.
var functions = map[string]op{
	"share": opShare, "per": opPer, "present": opPresent, "coalesce": opCoalesce,
	"prev": opLag, "lag": opLag, "rolling_sum": opRollingSum, "rolling_mean": opRollingMean,
	"sum_over": opSumOver, "mean_over": opMeanOver,
}

// builder makes the tree of one definition.
type builder struct {
	c     *compiler
	d     *definition
	nodes int
}

// build returns the tree of src. It is nil if src, or something in it, can only
// be computed as part of a greater subtree by cel-go.
func (b *builder) build(src *celenv.Node) *node {
	n := &node{typ: src.Type, src: src}
	b.nodes++
	switch src.Kind {
	case celenv.Literal:
		switch v := src.Bits.(type) {
		case float64:
			n.bits = math.Float64bits(v)
		case int64:
			n.bits = uint64(v)
		case bool:
			n.bits = boolBits(v)
		default:
			return nil
		}
		return n
	case celenv.Ident:
		x, ok := b.c.names[src.Name]
		if !ok {
			return nil // of a macro, or a type
		}
		n.op, n.idx = x.op, x.idx
		return n
	case celenv.Call:
		if args := extremeOf(src); args != nil {
			if n.op = opMin; src.Name == "math.@max" {
				n.op = opMax
			}
			for _, a := range args {
				m := b.build(a)
				if m == nil {
					return b.fallback(n)
				}
				n.args = append(n.args, m)
			}
			n.kind = n.typ
			return n
		}
		if o, ok := functions[src.Name]; ok && celenv.Window(src.Name) {
			return b.window(n, o)
		} else if ok {
			n.op = o
		} else if o, ok := overloads[src.Overload]; ok {
			n.op = o
		} else {
			return b.fallback(n)
		}
		for _, a := range src.Args {
			m := b.build(a)
			if m == nil {
				return b.fallback(n)
			}
			n.args = append(n.args, m)
		}
		if n.kind = n.args[0].typ; !register(n.kind) {
			return b.fallback(n)
		}
		return n
	}
	return b.fallback(n)
}

// extremeOf are the operands of math.greatest and math.least, which the macro
// made a list of if there are more than two; nil if n is another call, or they
// are not of one type.
func extremeOf(n *celenv.Node) []*celenv.Node {
	if n.Kind != celenv.Call || n.Name != "math.@max" && n.Name != "math.@min" || n.Type != celenv.Double && n.Type != celenv.Int {
		return nil
	}
	args := n.Args
	if len(args) == 1 && args[0].List {
		args = args[0].Args
	}
	for _, a := range args {
		if a.Type != n.Type {
			return nil
		}
	}
	return args
}

// window builds a function that reads other rows.
func (b *builder) window(n *node, o op) *node {
	src := n.src
	n.op, n.n = o, 1
	arg := b.build(src.Args[0])
	if arg == nil {
		b.fail(ErrWindow, src.Begin, "%s: what it reads may not use the variable of a macro; write it outside", src.Name)
		return nil
	}
	n.args, n.kind = []*node{arg}, arg.typ
	switch {
	case src.Name == "prev":
	case o == opSumOver || o == opMeanOver:
		dim := src.Args[1]
		if dim.Kind != celenv.Literal {
			b.fail(ErrWindow, dim.Begin, "%s: the dimension is %s; write its id as a literal: '%s'", src.Name, b.text(dim), b.c.anyDimension())
			return n
		}
		i, ok := b.c.dimensions[dim.Str]
		if !ok {
			msg := fmt.Sprintf("%s: no dimension %q", src.Name, dim.Str)
			if s := nearest(dim.Str, b.c.dimensionIDs()); s != "" {
				msg += fmt.Sprintf("; did you mean '%s'?", s)
			} else {
				msg += "; declare it under dimensions"
			}
			b.fail(ErrWindow, dim.Begin, "%s", msg)
			return n
		}
		n.idx = i
	default:
		count := src.Args[1]
		v, ok := count.Bits.(int64)
		low := int64(1)
		switch {
		case !ok:
			b.fail(ErrWindow, count.Begin, "%s: the number of periods is %s; write a literal, such as 12", src.Name, b.text(count))
		case v < low || v > maxWindow:
			b.fail(ErrWindow, count.Begin, "%s: the number of periods is %d; write 1 to %d", src.Name, v, maxWindow)
		default:
			n.n = int(v)
		}
	}
	return n
}

// maxWindow bounds lags and windows: the days of ten years.
const maxWindow = 3660

// fallback makes cel-go compute all of n, nil if the result does not fit a
// register.
func (b *builder) fallback(n *node) *node {
	if !register(n.typ) {
		return nil
	}
	var cut []*celenv.Node
	var find func(s *celenv.Node)
	find = func(s *celenv.Node) {
		if s.Kind == celenv.Call && celenv.Window(s.Name) {
			cut = append(cut, s)
			return
		}
		for _, a := range s.Args {
			find(a)
		}
	}
	find(n.src)
	prog, err := b.d.checked.Program(n.src, cut...)
	if err != nil {
		b.fail(ErrType, n.src.Begin, "%s: %v", b.text(n.src), err)
		return nil
	}
	n.op, n.prog, n.args = opCEL, prog, nil
	for _, s := range prog.Slots {
		var arg *node
		if s.Cut != nil {
			arg = b.build(s.Cut)
		} else if x, ok := b.c.names[s.Name]; ok {
			arg = &node{op: x.op, idx: x.idx, typ: x.typ, src: b.ident(n.src, s.Name)}
			b.nodes++
		}
		if arg == nil {
			return nil // reported, or the variable of a macro around
		}
		n.args = append(n.args, arg)
	}
	return n
}

// ident is the first use of a name below s.
func (b *builder) ident(s *celenv.Node, name string) *celenv.Node {
	if s.Kind == celenv.Ident && s.Name == name {
		return s
	}
	for _, a := range s.Args {
		if m := b.ident(a, name); m != nil {
			return m
		}
	}
	return nil
}

func (b *builder) text(s *celenv.Node) string { return b.d.spec.Formula[s.Begin:s.End] }

func (b *builder) fail(kind error, offset int, format string, args ...any) {
	b.c.fail(b.d, kind, offset, fmt.Sprintf(format, args...))
}

func boolBits(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// walk visits n and all below it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, a := range n.args {
		a.walk(f)
	}
}

// isNumber reports whether n is a double or an int.
func (n *node) isNumber() bool { return n.typ == celenv.Double || n.typ == celenv.Int }

// register reports whether a value of the type fits the bits of a value.
func register(t celenv.Type) bool {
	return t == celenv.Double || t == celenv.Int || t == celenv.Bool
}
