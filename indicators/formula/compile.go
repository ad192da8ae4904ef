package formula

import (
	"fmt"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
)

// Config of [Compile]. Zero: safe defaults.
type Config struct {
	MaxNodes int    // of one formula's tree; default 10,000
	MaxCost  uint64 // steps to evaluate one cell; default 1,000,000
	MaxSize  int    // bytes of a text, or elements of a list, that one step makes or walks; default 1,000,000
	MaxRegex int    // steps of a regular expression; default 1,000
	Workers  int    // goroutines of Eval; default 1; results do not depend on it
}

// Program is a compiled catalogue: immutable, safe for concurrent use.
type Program struct {
	cat      *indicators.Catalogue
	cfg      Config
	inds     []*compiled
	byID     map[string]int // indicator ids
	order    []int          // of inds: operands first
	dims     []string       // dimension ids, as node.idx
	warnings Errors
	stageOf  []int      // by indicator
	sheets   [][]*sheet // by stage
	windows  []window
	plan     []Step
}

// compiled is an indicator with its definitions.
type compiled struct {
	spec *indicators.Indicator
	defs []*definition
	size int // variable of spec.Reliability, -1 none
}

// definition is one version of an indicator's formula.
type definition struct {
	spec    *indicators.Definition
	ind     int // in Program.inds
	index   int // in the indicator
	checked *celenv.Formula
	root    *node
	nodes   int
	uses    []int // indicators, ascending
}

// name is what an identifier stands for.
type name struct {
	op  op
	idx int
	typ celenv.Type
}

type compiler struct {
	*Program
	names      map[string]name
	known      []string // names, sorted
	dimensions map[string]int
	errs       Errors

	windowIndex map[windowKey]int
}

// Compile checks every formula of the catalogue. The error is [Errors], with
// every problem found: names, types, units, cycles, frequencies, network
// aggregations, limits. What is only odd is in [Program.Warnings].
func Compile(c *indicators.Catalogue, cfg Config) (*Program, error) {
	if cfg.MaxNodes <= 0 {
		cfg.MaxNodes = 10_000
	}
	if cfg.MaxCost == 0 {
		cfg.MaxCost = 1_000_000
	}
	cfg.Workers = max(cfg.Workers, 1)
	p := &Program{cat: c, cfg: cfg, byID: map[string]int{}}
	k := &compiler{Program: p, names: map[string]name{}, dimensions: map[string]int{}}
	env, err := k.declare()
	if err != nil {
		return nil, err
	}
	for _, ind := range p.inds {
		for i := range ind.spec.Definitions {
			d := &definition{spec: &ind.spec.Definitions[i], ind: p.byID[ind.spec.ID], index: i}
			ind.defs = append(ind.defs, d)
			k.definition(env, d)
		}
	}
	cyclic := k.sort()
	for i, ind := range p.inds {
		for _, d := range ind.defs {
			if d.root == nil {
				continue
			}
			k.frequencies(d)
			k.units(d)
			if !cyclic[i] {
				k.aggregation(d)
				k.cost(d)
			}
		}
	}
	k.unused()
	p.warnings = p.warnings.finish()
	if err := k.errs.finish().Err(); err != nil {
		return nil, err
	}
	k.stages()
	return p, nil
}

// Plan lists the steps of every formula, by stage, and says which of them cel-go
// evaluates one row after the other, and why. Steps that several formulas share
// are listed with each and computed once.
func (p *Program) Plan() []Step { return slices.Clone(p.plan) }

// Warnings are what is odd in a catalogue that compiles: variables that nothing
// uses, literal factors that the units do not explain.
func (p *Program) Warnings() Errors { return slices.Clip(p.warnings) }

// declare gives every name a meaning.
func (k *compiler) declare() (*celenv.Env, error) {
	var vars []celenv.Var
	add := func(id string, n name, pointer string) {
		if _, ok := k.names[id]; ok {
			k.errs = append(k.errs, k.place(pointer, ErrName, fmt.Sprintf("the name %s is taken; rename this one", id)))
			return
		}
		k.names[id] = n
		k.known = append(k.known, id)
		vars = append(vars, celenv.Var{Name: id, Type: n.typ})
	}
	add("days", name{opDays, 0, celenv.Double}, "")
	for i := range k.cat.Variables {
		v := &k.cat.Variables[i]
		t := celenv.Double
		if v.Type == "int" {
			t = celenv.Int
		}
		add(v.ID, name{opVariable, i, t}, fmt.Sprintf("/variables/%d/id", i))
	}
	for i := range k.cat.Indicators {
		x := &k.cat.Indicators[i]
		size := -1
		if r := x.Reliability; r != nil {
			size = slices.IndexFunc(k.cat.Variables, func(v indicators.Variable) bool { return v.ID == r.Variable })
		}
		k.inds = append(k.inds, &compiled{spec: x, size: size})
		k.byID[x.ID] = i
		add(indicators.FormulaName(x.ID), name{opIndicator, i, celenv.Double}, fmt.Sprintf("/indicators/%d/id", i))
	}
	for i, d := range k.cat.Dimensions {
		k.dimensions[d.ID] = i
		k.dims = append(k.dims, d.ID)
	}
	slices.Sort(k.known)
	env, err := celenv.New(vars, celenv.Config{MaxNodes: k.cfg.MaxNodes, MaxCost: k.cfg.MaxCost, MaxSize: k.cfg.MaxSize, MaxRegex: k.cfg.MaxRegex})
	if err != nil {
		return nil, append(k.errs, k.place("", ErrName, err.Error())).finish()
	}
	return env, nil
}

func (k *compiler) definition(env *celenv.Env, d *definition) {
	checked, problems := env.Check(d.spec.Formula)
	end := 0
	for _, p := range problems {
		if p.Offset < end {
			continue // the rest of an id with '-'
		}
		if id := k.dashed(d.spec.Formula[p.Offset:]); id != "" && p.Code == celenv.UnknownName {
			k.fail(d, ErrName, p.Offset, fmt.Sprintf("'-' is subtraction; write %s", indicators.FormulaName(id)))
			end = p.Offset + len(id)
			continue
		}
		k.problem(d, p)
	}
	if checked == nil {
		return
	}
	d.checked = checked
	b := &builder{c: k, d: d}
	before := len(k.errs)
	root := b.build(checked.Root)
	if root == nil || !root.isNumber() {
		if len(k.errs) == before {
			k.fail(d, ErrType, checked.Root.Begin, fmt.Sprintf("the formula gives %s and an indicator is a number; write condition ? 1.0 : 0.0, or double(…)", celType(checked.Root.Type)))
		}
		return
	}
	if b.nodes > k.cfg.MaxNodes {
		k.fail(d, ErrLimit, 0, fmt.Sprintf("the formula has %d steps, more than %d; split it into indicators", b.nodes, k.cfg.MaxNodes))
		return
	}
	d.root = root
	root.walk(func(n *node) {
		n.id = d.nodes
		d.nodes++
		if n.op == opIndicator {
			d.uses = append(d.uses, n.idx)
		}
	})
	slices.Sort(d.uses)
	d.uses = slices.Compact(d.uses)
}

// sort puts operands before what uses them, and reports cycles, also those
// through prev. It returns the indicators from which a cycle can be reached.
func (k *compiler) sort() map[int]bool {
	const (
		open = 1
		done = 2
	)
	state := make([]int, len(k.inds))
	cyclic := map[int]bool{}
	var path []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		path = append(path, i)
		for _, d := range k.inds[i].defs {
			for _, j := range d.uses {
				switch state[j] {
				case open:
					k.cycle(d, path[slices.Index(path, j):])
					cyclic[i] = true
				case 0:
					visit(j)
				}
				if cyclic[j] {
					cyclic[i] = true
				}
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		k.order = append(k.order, i)
	}
	for i := range k.inds {
		if state[i] == 0 {
			visit(i)
		}
	}
	return cyclic
}

func (k *compiler) cycle(d *definition, path []int) {
	var ids []string
	for _, i := range path {
		ids = append(ids, k.inds[i].spec.ID)
	}
	at := 0
	d.root.walk(func(n *node) {
		if n.op == opIndicator && n.idx == path[0] && n.src != nil && (at == 0 || n.src.Begin < at) {
			at = n.src.Begin
		}
	})
	what := "uses itself"
	if len(ids) > 1 {
		what = "depends on itself: " + strings.Join(append(ids, ids[0]), " → ")
	}
	k.fail(d, ErrCycle, at, what+"; write the formula with variables, also inside prev")
}

// unused warns of variables that no formula, rule or weight reads.
func (k *compiler) unused() {
	used := map[string]bool{}
	for _, ind := range k.inds {
		used[ind.spec.Aggregation.Weight] = true
		if r := ind.spec.Reliability; r != nil {
			used[r.Variable] = true
		}
		for _, d := range ind.defs {
			if d.root == nil {
				return // it may use anything
			}
			d.root.walk(func(n *node) {
				if n.op == opVariable {
					used[k.cat.Variables[n.idx].ID] = true
				}
			})
		}
	}
	for _, r := range k.cat.Rules {
		used[r.Other], used[r.Per] = true, true
		for _, p := range r.Parts {
			used[p] = true
		}
	}
	for i, v := range k.cat.Variables {
		if !used[v.ID] {
			k.warnings = append(k.warnings, k.place(fmt.Sprintf("/variables/%d/id", i), ErrUnused,
				fmt.Sprintf("variable %q: no indicator uses it", v.ID)))
		}
	}
}

func (k *compiler) anyDimension() string {
	if len(k.dims) > 0 {
		return k.dims[0]
	}
	return "dimension"
}

func (k *compiler) dimensionIDs() []string { return k.dims }

// pointer is where a definition's formula stands in the catalogue.
func (d *definition) pointer() string {
	return fmt.Sprintf("/indicators/%d/definitions/%d/formula", d.ind, d.index)
}

func (k *compiler) fail(d *definition, kind error, offset int, msg string) {
	k.errs = append(k.errs, k.at(d, kind, offset, msg))
}

func (k *compiler) warn(d *definition, kind error, offset int, msg string) {
	k.warnings = append(k.warnings, k.at(d, kind, offset, msg))
}

func (p *Program) at(d *definition, kind error, offset int, msg string) *Error {
	id := p.inds[d.ind].spec.ID
	e := &Error{Code: kind.Error(), Pointer: d.pointer(), Indicator: id, Version: d.spec.Version, Offset: offset,
		Msg: fmt.Sprintf("indicator %q: %s", id, msg), Err: kind}
	if id == "" { // an expression
		before := d.spec.Formula[:min(offset, len(d.spec.Formula))]
		e.Pointer, e.Msg = "", msg
		e.Line, e.Column = 1+strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n')
		return e
	}
	if at, ok := p.cat.PosIn(e.Pointer, offset); ok {
		e.File, e.Line, e.Column = at.File, at.Line, at.Column
	}
	return e
}

func (k *compiler) place(pointer string, kind error, msg string) *Error {
	e := &Error{Code: kind.Error(), Pointer: pointer, Msg: msg, Err: kind}
	if at, ok := k.cat.Pos(pointer); ok {
		e.File, e.Line, e.Column = at.File, at.Line, at.Column
	}
	return e
}

// inForce is the definition of indicator i for a period, nil if there is none.
func (p *Program) inForce(i int, at period.Period) *definition {
	spec, ok := p.inds[i].spec.At(at)
	if !ok {
		return nil
	}
	for _, d := range p.inds[i].defs {
		if d.spec == spec {
			return d
		}
	}
	return nil
}

// Operands are the variables that an indicator's definition in force in a
// period reads, also through other indicators, sorted; nil if there is no such
// indicator or no definition in force.
func (p *Program) Operands(indicator string, at period.Period) []string {
	i, ok := p.byID[indicator]
	if !ok {
		return nil
	}
	var out []string
	for _, l := range p.leaves(i, at) {
		out = append(out, p.cat.Variables[l.variable].ID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
