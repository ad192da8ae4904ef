package main

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
)

// celPeer is cel-go on one formula: the program is planned once, optimised, and
// the activation reused. It has only the columns that the formula reads.
type celPeer struct {
	t     *table
	prog  cel.Program
	used  []int // columns
	row   *rowActivation
	names []string
	vars  map[string]any
}

func newCEL(t *table, text string) (*celPeer, error) {
	double := cel.DoubleType
	opts := []cel.EnvOption{ext.Math(), cel.CrossTypeNumericComparisons(true),
		cel.Function("share", cel.Overload("share_double_double", []*cel.Type{double, double}, double, cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			p, q := x.(types.Double), y.(types.Double)
			if q == 0 {
				return types.NewErr("zero denominator")
			}
			return types.Double(float64(100*p) / float64(q))
		})))}
	p := &celPeer{t: t, vars: map[string]any{}}
	p.row = &rowActivation{t: t, index: map[string]int{}}
	for i, v := range formulaColumns {
		opts = append(opts, cel.Variable(v.Name, map[string]*cel.Type{"double": double, "int": cel.IntType, "bool": cel.BoolType}[v.Type]))
		if strings.Contains(text, v.Name) {
			p.used, p.names = append(p.used, i), append(p.names, v.Name)
			p.row.index[v.Name] = i
		}
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return nil, err
	}
	a, iss := env.Compile(text)
	if iss.Err() != nil {
		return nil, iss.Err()
	}
	p.prog, err = env.Program(a, cel.EvalOptions(cel.OptOptimize))
	return p, err
}

// rowActivation resolves names by hand.
type rowActivation struct {
	t     *table
	index map[string]int
	row   int
}

func (a *rowActivation) Parent() cel.Activation { return nil }

func (a *rowActivation) ResolveName(name string) (any, bool) {
	i, ok := a.index[name]
	if !ok {
		return nil, false
	}
	return a.t.value(i, a.row), true
}

func (t *table) value(i, row int) ref.Val {
	c := &t.columns[i]
	switch {
	case c.Missing != nil && t.missingAt(i, row):
		return types.NewUnknown(int64(i+1), nil)
	case c.Doubles != nil:
		return types.Double(c.Doubles[row])
	case c.Ints != nil:
		return types.Int(c.Ints[row])
	}
	return types.Bool(c.Bools[row])
}

func number(v ref.Val, err error) (float64, bool) {
	if d, ok := v.(types.Double); ok && err == nil {
		return float64(d), true
	}
	if types.IsUnknown(v) {
		return 0, false
	}
	panic(fmt.Sprintf("cel-go: %v %v", v, err))
}

func (p *celPeer) at(row int) (float64, bool) {
	p.row.row = row
	v, _, err := p.prog.Eval(p.row)
	return number(v, err)
}

func (p *celPeer) mapAt(row int) (float64, bool) {
	for k, i := range p.used {
		p.vars[p.names[k]] = p.t.value(i, row)
	}
	v, _, err := p.prog.Eval(p.vars)
	return number(v, err)
}

func (p *celPeer) all() (s float64) {
	for row := range p.t.n {
		x, _ := p.at(row)
		s += x
	}
	return s
}

func (p *celPeer) mapAll() (s float64) {
	for row := range p.t.n {
		x, _ := p.mapAt(row)
		s += x
	}
	return s
}
