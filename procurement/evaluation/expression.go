package evaluation

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/almotacen/almotacen/indicators/formula"
)

// expression is a compiled formula with the names that it mentions.
type expression struct {
	expr *formula.Expr
	vars []formula.Var
	uses []string
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// compile checks a formula: a number, or with boolean a yes or no; with totals it may read
// the points.
func (s *Scheme) compile(text string, boolean, totals bool) (*expression, Errors) {
	vars := []formula.Var{{Name: "price", Type: "double"}, {Name: "budget", Type: "double"}, {Name: "offers", Type: "int"}}
	for _, f := range s.rules.Figures {
		t := "double"
		if f.YesNo {
			t = "bool"
		}
		vars = append(vars, formula.Var{Name: f.ID, Type: t})
	}
	for _, id := range append([]string{"price"}, s.numbers()...) {
		for _, p := range []string{"min_", "max_", "mean_"} {
			vars = append(vars, formula.Var{Name: p + id, Type: "double"})
		}
	}
	if !totals {
		vars = append(vars, formula.Var{Name: "points", Type: "double"})
	} else {
		for _, id := range []string{"total", "min_total", "max_total", "mean_total"} {
			vars = append(vars, formula.Var{Name: id, Type: "double"})
		}
	}
	seen := map[string]bool{}
	for _, v := range vars {
		if seen[v.Name] {
			return nil, nil // the figures clash, which New reports
		}
		seen[v.Name] = true
	}
	expr, err := formula.CompileExpr(text, vars, formula.Config{MaxNodes: 2000})
	if err != nil {
		var out Errors
		var list formula.Errors
		if errors.As(err, &list) {
			for _, e := range list {
				line, col := place(text, e.Offset)
				out = append(out, &Error{Kind: ErrFormula, Line: line, Col: col, Msg: e.Msg, Err: e})
			}
			return nil, out
		}
		return nil, Errors{{Kind: ErrFormula, Msg: err.Error(), Err: err}}
	}
	x := &expression{expr: expr, vars: vars}
	switch t := expr.Type(); {
	case boolean && t != "bool":
		return nil, Errors{{Kind: ErrFormula, Line: 1, Col: 1, Msg: "it gives " + t + " and must give a bool: an offer is presumed abnormally low or not"}}
	case !boolean && t != "double":
		return nil, Errors{{Kind: ErrFormula, Line: 1, Col: 1, Msg: "it gives " + t + " and must give a number of points; write double(…), or condition ? points : 0.0"}}
	}
	for _, w := range word.FindAllString(text, -1) {
		if seen[w] && !slices.Contains(x.uses, w) {
			x.uses = append(x.uses, w)
		}
	}
	return x, nil
}

// place turns a byte offset into line and column, from 1.
func place(text string, offset int) (line, col int) {
	line, col = 1, 1
	for i := range min(max(offset, 0), len(text)) {
		col++
		if text[i] == '\n' {
			line, col = line+1, 1
		}
	}
	return line, col
}

// eval gives the result of one offer.
func (x *expression) eval(run *formula.Evaluator, vars []Value) (*formula.Column, error) {
	columns := make([]formula.Column, len(x.vars))
	for i, v := range x.vars {
		k := slices.IndexFunc(vars, func(y Value) bool { return y.ID == v.Name })
		n := vars[k].Number
		switch v.Type {
		case "bool":
			columns[i].Bools = []bool{n != 0}
		case "int":
			columns[i].Ints = []int64{int64(n)}
		default:
			columns[i].Doubles = []float64{n}
		}
	}
	out := x.expr.NewColumn(1)
	run.Eval(out, columns, 0, 1)
	if out.Failed[0]&1 != 0 {
		return nil, errors.New(run.Error(out.Errors[0]))
	}
	return out, nil
}

func (x *expression) number(run *formula.Evaluator, vars []Value) (float64, error) {
	out, err := x.eval(run, vars)
	if err != nil {
		return 0, err
	}
	v := out.Doubles[0]
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("the formula gives %v; is a denominator zero?", v)
	}
	return v, nil
}

func (x *expression) truth(run *formula.Evaluator, vars []Value) (bool, error) {
	out, err := x.eval(run, vars)
	if err != nil {
		return false, err
	}
	return out.Bools[0], nil
}

// inputs are the variables that the formula names, in the order of its text.
func (x *expression) inputs(vars []Value) []Value {
	var out []Value
	for _, id := range x.uses {
		out = append(out, vars[slices.IndexFunc(vars, func(y Value) bool { return y.ID == id })])
	}
	return out
}
