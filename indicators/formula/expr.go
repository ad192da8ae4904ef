package formula

import (
	"fmt"
	"slices"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// Var declares a column that an [Expr] reads.
type Var struct {
	Name string // plain or dotted
	// Type in CEL's words: double, int, uint, bool, string, timestamp, duration;
	// or, for what only cel-go evaluates, list(double), map(string, dyn), dyn, …
	Type string
}

// Column is an input or a result of an [Expr]: the slice of its type has one
// value a row, the others are nil. Values of rows that Missing or Failed has are
// ignored, and garbage in a result.
type Column struct {
	Doubles []float64
	Ints    []int64 // also of durations, in nanoseconds
	Uints   []uint64
	Bools   []bool
	Strings []string
	Times   []time.Time // instants, taken in UTC
	Values  []any       // of all other types
	// Missing has bit i%64 of word i/64 set if row i has no value. Of an input,
	// nil means that all rows have one.
	Missing []uint64
	Failed  []uint64 // of a result, as Missing: the rows whose evaluation failed
	Errors  []uint32 // of a result: what [Evaluator.Error] explains, where Failed is set
}

// Expr is one CEL expression over named columns: immutable, safe for concurrent
// use. The language is that of formulas without the functions that read other
// rows. A missing value is CEL's unknown.
type Expr struct {
	text     string
	vars     []Var
	typ      celenv.Type
	declared string
	decl     []celenv.Var
	program  *columnar.Program
	traced   *columnar.Program
	plan     []Step
	used     []int // of vars, by input of the program
}

// CompileExpr compiles an expression. The error is [Errors], with every problem
// of the text; of cfg the limits count.
func CompileExpr(text string, vars []Var, cfg Config) (*Expr, error) {
	k, d := exprCompiler(text, cfg)
	decl := make([]celenv.Var, len(vars))
	for i, v := range vars {
		t, other, err := celenv.ParseType(v.Type)
		if err != nil {
			k.fail(d, ErrName, 0, fmt.Sprintf("variable %q: %v", v.Name, err))
		}
		decl[i] = celenv.Var{Name: v.Name, Type: t, Decl: other}
	}
	if err := k.errs.finish().Err(); err != nil {
		return nil, err
	}
	x, err := compileExpr(text, decl, cfg, celenv.Config{})
	if err != nil {
		return nil, err
	}
	x.vars = slices.Clone(vars)
	return x, nil
}

func exprCompiler(text string, cfg Config) (*compiler, *definition) {
	k := &compiler{Program: &Program{cat: &indicators.Catalogue{}, cfg: cfg}, names: map[string]name{}}
	k.inds = []*compiled{{spec: &indicators.Indicator{}}}
	return k, &definition{spec: &indicators.Definition{Formula: text}}
}

// compileExpr compiles in an environment that tests may extend.
func compileExpr(text string, decl []celenv.Var, cfg Config, more celenv.Config) (*Expr, error) {
	if cfg.MaxNodes <= 0 {
		cfg.MaxNodes = 10_000
	}
	if cfg.MaxCost == 0 {
		cfg.MaxCost = 1_000_000
	}
	x := &Expr{text: text, vars: make([]Var, len(decl)), decl: decl}
	k, d := exprCompiler(text, cfg)
	for i, v := range decl {
		if _, twice := k.names[v.Name]; twice {
			k.fail(d, ErrName, 0, fmt.Sprintf("variable %q: the name is taken", v.Name))
			continue
		}
		k.names[v.Name] = name{idx: i}
		k.known = append(k.known, v.Name)
	}
	if err := k.errs.finish().Err(); err != nil {
		return nil, err
	}
	more.MaxNodes, more.MaxCost, more.MaxSize, more.MaxRegex = cfg.MaxNodes, cfg.MaxCost, cfg.MaxSize, cfg.MaxRegex
	env, err := celenv.New(x.decl, more)
	if err != nil {
		k.fail(d, ErrName, 0, err.Error())
		return nil, k.errs.finish().Err()
	}
	checked, problems := env.Check(text)
	for _, p := range problems {
		k.problem(d, p)
	}
	if checked == nil {
		return nil, k.errs.finish().Err()
	}
	var b columnar.Builder
	inputs := map[int]columnar.Ref{}
	l := &lowering{b: &b, f: checked, max: cfg.MaxNodes, ident: func(id string) (columnar.Ref, bool) {
		n, ok := k.names[id]
		if !ok {
			return 0, false // a type
		}
		r, ok := inputs[n.idx]
		if !ok {
			r = b.Input(columnType(x.decl[n.idx].Type))
			inputs[n.idx] = r
			x.used = append(x.used, n.idx)
		}
		return r, true
	}}
	lower := l.root
	if more.Unchecked {
		lower = l.call
	}
	root, ok := lower(checked.Root)
	if !ok {
		k.fail(d, ErrType, 0, fmt.Sprintf("cannot be evaluated: %v", l.err))
		return nil, k.errs.finish().Err()
	}
	b.Root(root)
	x.typ, x.declared, x.plan = checked.Root.Type, checked.Result, l.plan
	x.program, x.traced = b.Build(), b.Trace()
	if n := x.program.Memory(); n > maxMemory {
		k.fail(d, ErrLimit, 0, fmt.Sprintf("the expression holds %d MiB at a time, more than %d; split it, or write shorter lists", n>>20, maxMemory>>20))
		return nil, k.errs.finish().Err()
	}
	return x, nil
}

// maxMemory bounds the values of an evaluator, in bytes: some 4,000 numbers that
// an expression needs at the same time.
const maxMemory = 64 << 20

// Type of the result: double, int, uint, bool, string, timestamp, duration, or
// other.
func (x *Expr) Type() string { return x.typ.String() }

// Plan lists the steps of the expression, operands first, and says which of them
// cel-go evaluates one row after the other, and why.
func (x *Expr) Plan() []Step { return slices.Clone(x.plan) }

// NewColumn returns a result of n rows.
func (x *Expr) NewColumn(n int) *Column {
	words := (n + 63) / 64
	c := &Column{Missing: make([]uint64, words), Failed: make([]uint64, words), Errors: make([]uint32, n)}
	switch x.typ {
	case celenv.Double:
		c.Doubles = make([]float64, n)
	case celenv.Int, celenv.Duration:
		c.Ints = make([]int64, n)
	case celenv.Uint:
		c.Uints = make([]uint64, n)
	case celenv.Bool:
		c.Bools = make([]bool, n)
	case celenv.String:
		c.Strings = make([]string, n)
	case celenv.Timestamp:
		c.Times = make([]time.Time, n)
	default:
		c.Values = make([]any, n)
	}
	return c
}

// Evaluator evaluates an [Expr]. It holds the memory of a batch and allocates
// nothing after its first, but for parts that cel-go evaluates and for text that
// is put together. Not safe for
// concurrent use: each goroutine has its own.
type Evaluator struct {
	x       *Expr
	run     *columnar.Evaluator
	traced  *columnar.Evaluator
	columns []columnar.Column
	out     columnar.Column
	outs    [1]*columnar.Column
	one     *Column // of Batch
}

// NewEvaluator makes an evaluator.
func (x *Expr) NewEvaluator() *Evaluator {
	e := &Evaluator{x: x, run: x.program.NewEvaluator(), columns: make([]columnar.Column, len(x.used))}
	e.outs[0] = &e.out
	return e
}

// Eval evaluates rows from ≤ row < to into dst. From must be a multiple of 64,
// so that goroutines may share out the rows of one result. Columns are in the
// order of the variables. Slices of dst that are nil are not written. Eval panics
// if columns or rows do not fit.
func (e *Evaluator) Eval(dst *Column, columns []Column, from, to int) {
	if len(columns) != len(e.x.vars) {
		panic(fmt.Sprintf("formula: %d columns for %d variables", len(columns), len(e.x.vars)))
	}
	for i, v := range e.x.used {
		e.columns[i] = columns[v].columnar()
	}
	e.out = dst.columnar()
	for at := from; at < to; at += columnar.Batch {
		e.run.Run(e.columns, e.outs[:], at, min(columnar.Batch, to-at))
	}
}

// MaxBatch is the number of rows of [Evaluator.Batch].
const MaxBatch = columnar.Batch

// Batch evaluates rows from ≤ row < to, at most [MaxBatch], into a column of the
// evaluator, whose first row is from. It is valid until the next call: what adds
// results up needs no memory for all of them. From must be a multiple of 64.
func (e *Evaluator) Batch(columns []Column, from, to int) *Column {
	if e.one == nil {
		e.one = e.x.NewColumn(MaxBatch)
	}
	for i, v := range e.x.used {
		e.columns[i] = columns[v].columnar().Slice(from, to)
	}
	e.out = e.one.columnar()
	e.run.Run(e.columns, e.outs[:], 0, to-from)
	return e.one
}

func (c *Column) columnar() columnar.Column {
	return columnar.Column{F: c.Doubles, I: c.Ints, U: c.Uints, B: c.Bools, S: c.Strings, T: c.Times, X: c.Values,
		Missing: c.Missing, Failed: c.Failed, Codes: c.Errors}
}

// Error is the text of a code in [Column.Errors] that this evaluator wrote.
func (e *Evaluator) Error(code uint32) string {
	text, _ := e.run.Error(code)
	return text
}

// Causes are the variables whose missing values make the result of a row
// missing, by their indices, ascending; nil if it is not missing. It evaluates
// the row anew.
func (e *Evaluator) Causes(columns []Column, row int) []int {
	if e.traced == nil {
		e.traced = e.x.traced.NewEvaluator()
	}
	one := make([]columnar.Column, len(e.x.used))
	for i, v := range e.x.used {
		one[i] = columns[v].columnar().Row(row)
	}
	causes := e.traced.Causes(one)
	for i, input := range causes {
		causes[i] = e.x.used[input]
	}
	slices.Sort(causes)
	return causes
}
