package celenv

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// State of a [Value].
type State uint8

// The states: a value, a missing one, an error.
const (
	OK State = iota
	Unknown
	Failed
)

// Value is an input or the result of a [Program].
type Value struct {
	State  State
	Type   Type // Other for what is no scalar
	Double float64
	Int    int64
	Bool   bool
	Uint   uint64
	Str    string
	Time   time.Time
	Span   time.Duration
	Any    any // of type Other: a Go value that CEL knows how to wrap; of a result, what CEL made

	Slots []int  // of an Unknown result: the slots that caused it, ascending
	Err   string // of Failed
	Node  int64  // of a Failed result: id of the node that failed, 0 unknown
}

// Go is a value in Go's own type, nil if there is none.
func (v Value) Go() any {
	switch {
	case v.State != OK:
		return nil
	case v.Type == Double:
		return v.Double
	case v.Type == Int:
		return v.Int
	case v.Type == Bool:
		return v.Bool
	case v.Type == Uint:
		return v.Uint
	case v.Type == String:
		return v.Str
	case v.Type == Timestamp:
		return v.Time
	case v.Type == Duration:
		return v.Span
	}
	return v.Any
}

// Program evaluates a formula, or a part of it, for one row after another with
// cel-go. Safe for concurrent use.
type Program struct {
	// Slots are the inputs, in the order of the text: a name, or the node that
	// was cut out.
	Slots []Slot

	prog  cel.Program
	index map[string]int
}

// Slot is an input of a [Program].
type Slot struct {
	Name string // "" for a node that was cut out
	Cut  *Node
}

// Program plans the part of the formula below n. The nodes in cut are not
// evaluated but become inputs; they must not use the variable of a macro.
func (f *Formula) Program(n *Node, cut ...*Node) (*Program, error) {
	a := ast.Copy(f.ast)
	byID := map[int64]*Node{}
	for _, c := range cut {
		byID[c.ID] = c
	}
	root := a.Expr()
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() == n.ID {
			root = e
		}
	}))
	typs, refs := maps.Clone(a.TypeMap()), maps.Clone(a.ReferenceMap())
	fac := ast.NewExprFactory()
	p := &Program{index: map[string]int{}}
	var walk func(e ast.Expr)
	slot := func(name string, s Slot) {
		if _, ok := p.index[name]; !ok {
			p.index[name] = len(p.Slots)
			p.Slots = append(p.Slots, s)
		}
	}
	walk = func(e ast.Expr) {
		if c := byID[e.ID()]; c != nil {
			name := fmt.Sprintf("@%d", c.ID)
			e.SetKindCase(fac.NewIdent(e.ID(), name))
			refs[e.ID()] = ast.NewIdentReference(name, nil)
			slot(name, Slot{Cut: c})
			return
		}
		switch e.Kind() {
		case ast.IdentKind:
			// names with @ are cel-go's own
			if name := e.AsIdent(); !f.locals[name] && !strings.HasPrefix(name, "@") && refs[e.ID()] != nil && refs[e.ID()].Value == nil && typs[e.ID()].Kind() != types.TypeKind {
				name = strings.TrimPrefix(name, ".") // what a macro's variable shadows
				slot(name, Slot{Name: name})
			}
		case ast.CallKind:
			c := e.AsCall()
			if c.IsMemberFunction() {
				walk(c.Target())
			}
			for _, x := range c.Args() {
				walk(x)
			}
		default:
			for _, x := range children(e) {
				walk(x)
			}
		}
	}
	sub := ast.NewAST(root, a.SourceInfo())
	if f.env.cfg.Unchecked {
		for _, v := range f.env.vars {
			slot(v.Name, Slot{Name: v.Name})
		}
	} else {
		walk(root)
		sub = ast.NewCheckedAST(sub, typs, refs)
	}
	opts := append([]cel.ProgramOption{cel.CostLimit(f.env.cfg.MaxCost), equality(sub, f.env.cfg.MaxSize)}, f.env.guards...)
	prog, err := f.env.env.PlanProgram(sub, append(opts, cel.EvalOptions(cel.OptOptimize))...)
	if err != nil { // constants that fail, perhaps where they do not matter
		prog, err = f.env.env.PlanProgram(sub, opts...)
	}
	if err != nil {
		return nil, err
	}
	p.prog = prog
	return p, nil
}

// activation resolves a program's names. Not safe for concurrent use.
type activation struct {
	p    *Program
	read func(slot int) Value
}

func (a *activation) Parent() cel.Activation { return nil }

func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := a.p.index[name]
	if !ok {
		return nil, false
	}
	switch v := a.read(i); v.State {
	case Unknown:
		return types.NewUnknown(int64(i+1), types.NewAttributeTrail(name)), true
	case Failed:
		return types.NewErr("%s", v.Err), true
	default:
		switch v.Type {
		case Int:
			return types.Int(v.Int), true
		case Bool:
			return types.Bool(v.Bool), true
		case Uint:
			return types.Uint(v.Uint), true
		case String:
			return types.String(v.Str), true
		case Timestamp:
			return types.Timestamp{Time: v.Time}, true
		case Duration:
			return types.Duration{Duration: v.Span}, true
		case Other:
			return v.Any, true
		}
		return types.Double(v.Double), true
	}
}

// Eval evaluates one row. Read gives the value of a slot; it is called only for
// slots that are needed, perhaps more than once.
func (p *Program) Eval(read func(slot int) Value) Value {
	out, _, err := p.prog.Eval(&activation{p, read})
	return result(out, err)
}

func result(out ref.Val, err error) Value {
	if u, ok := out.(*types.Unknown); ok {
		v := Value{State: Unknown}
		for _, id := range u.IDs() {
			v.Slots = append(v.Slots, int(id)-1)
		}
		return v
	}
	if err != nil || types.IsError(out) {
		v := Value{State: Failed}
		if e, ok := out.(*types.Err); ok {
			v.Node = e.NodeID()
			err = e
		}
		v.Err = err.Error()
		return v
	}
	switch x := out.(type) {
	case types.Double:
		return Value{Type: Double, Double: float64(x)}
	case types.Int:
		return Value{Type: Int, Int: int64(x)}
	case types.Bool:
		return Value{Type: Bool, Bool: bool(x)}
	case types.Uint:
		return Value{Type: Uint, Uint: uint64(x)}
	case types.String:
		return Value{Type: String, Str: string(x)}
	case types.Timestamp:
		return Value{Type: Timestamp, Time: x.Time}
	case types.Duration:
		return Value{Type: Duration, Span: x.Duration}
	}
	return Value{Any: out}
}

// CostBound is the most that one evaluation of the part below n takes, in
// cel-go's units; false if there is no bound but [Config].MaxCost.
func (f *Formula) CostBound(n *Node) (uint64, bool) {
	root := find(f.ast.Expr(), n.ID)
	if root == nil {
		return 0, false
	}
	sub := ast.NewCheckedAST(ast.NewAST(root, f.ast.SourceInfo()), f.ast.TypeMap(), f.ast.ReferenceMap())
	c, err := checker.Cost(sub, sizes{})
	return c.Max, err == nil && c.Max < math.MaxUint64
}

func find(e ast.Expr, id int64) ast.Expr {
	if e.ID() == id {
		return e
	}
	below := children(e)
	if e.Kind() == ast.CallKind {
		below = e.AsCall().Args()
		if e.AsCall().IsMemberFunction() {
			below = append([]ast.Expr{e.AsCall().Target()}, below...)
		}
	}
	for _, x := range below {
		if r := find(x, id); r != nil {
			return r
		}
	}
	return nil
}

// sizes knows nothing of the sizes of variables, and leaves the cost of
// functions to cel-go.
type sizes struct{}

func (sizes) EstimateSize(checker.AstNode) *checker.SizeEstimate { return nil }

func (sizes) EstimateCallCost(_, _ string, _ *checker.AstNode, _ []checker.AstNode) *checker.CallEstimate {
	return nil
}
