package formula

import (
	"fmt"
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
)

// NetworkValue is the value of a set of entities.
type NetworkValue struct {
	Cell    cube.Cell
	Method  string // ratio-of-sums, weighted-mean, sum, median, none
	Members int    // entities asked for
	Used    int    // entities whose operands were all there
}

// Network computes the value of a set of entities for a period as the indicator
// declares. In holds the variables, out what [Program.Eval] gave for it; only
// totals over breakdowns count. An entity given twice counts once.
//
//	ratio-of-sums  the formula, with each variable replaced by its exact sum over
//	               the entities that have every variable it reads, also those of
//	               other periods and of branches not taken
//	weighted-mean  Σ w·x / Σ w over the entities that have both; products are
//	               rounded once, sums exact
//	sum            exact sum of the entities' values
//	median         quantile of type 7 of them (Hyndman & Fan 1996)
//	none           not applicable
//
// Entities whose value in out is of another definition or a forecast are left
// out. The status has the flags of the entities used but low reliability: a
// part that is too small by itself does not make the whole so. Without any the value is
// missing with the reason incomplete. The error is of kind ErrName if there is
// no such indicator.
func (p *Program) Network(in, out *cube.Cube, entities []string, indicator string, at period.Period) (NetworkValue, error) {
	i, ok := p.byID[indicator]
	if !ok {
		return NetworkValue{}, &Error{Code: ErrName.Error(), Err: ErrName, Indicator: indicator, Msg: fmt.Sprintf("no indicator %q", indicator)}
	}
	x := p.inds[i].spec
	entities = slices.Clone(entities)
	slices.Sort(entities)
	entities = slices.Compact(entities)
	v := NetworkValue{Method: x.Aggregation.Kind, Members: len(entities)}
	not := func(code, text string) (NetworkValue, error) {
		v.Cell = cube.NoValue(cube.NotApplicable, cube.Reason{Code: code, Subject: x.ID, Text: text})
		return v, nil
	}
	switch {
	case v.Method == none || v.Method == "":
		v.Method = none
		return not(cube.ReasonNotApplicable, "no value of a network is declared")
	case at.Freq() != x.Frequency || at.Rolling() != 0:
		return not(cube.ReasonNotApplicable, "the indicator is "+freqNames[x.Frequency])
	}
	d := p.inForce(i, at)
	if d == nil {
		return not(cube.ReasonDefinition, "no definition in force in "+at.String())
	}
	e, err := p.newEngine(in, 0, 0, cube.Key{Entity: "-", Period: at})
	if err != nil {
		return v, err
	}
	w := newWorker(e)
	// What is not comparable is not mixed in.
	entities = slices.DeleteFunc(entities, func(entity string) bool {
		return out.At(cube.Key{Entity: entity, Period: at}, indicator).Status.Flags()&(cube.DefinitionDiffers|cube.Forecast) != 0
	})
	switch v.Method {
	case ratioOfSums:
		v.Cell, v.Used = w.ratioOfSums(d, entities, at)
	default:
		v.Cell, v.Used = w.fromCells(d, out, entities, at)
	}
	v.Cell.Status &^= cube.LowReliability
	if v.Used == 0 {
		v.Cell = cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonIncomplete, Subject: x.ID, Text: fmt.Sprintf("0 of %d entities have the figures", v.Members)})
	}
	return v, nil
}

// ratioOfSums evaluates d on sums.
func (w *worker) ratioOfSums(d *definition, entities []string, at period.Period) (cube.Cell, int) {
	p, e := w.e.p, w.e
	visit := &leafVisitor{p: p, at: at, dims: e.dims, seen: map[leaf]bool{}}
	visit.visit(d.root, 0, "")
	leaves := visit.out
	sums := make([]cube.Accumulator, len(leaves))
	states := make([]value, len(leaves))
	cells := make([]cube.Cell, len(leaves))
	used := 0
	f := p.inds[d.ind].spec.Frequency
next:
	for _, entity := range entities {
		for i, l := range leaves {
			k := cube.Key{Entity: entity, Period: at.Add(l.shift), Members: l.members}
			if k.Period.IsZero() {
				continue next
			}
			if cells[i] = p.cell(e.in, e.columns[l.variable], l.variable, k, f, nil); !cells[i].Status.Observed() {
				continue next
			}
		}
		used++
		for i, c := range cells {
			sums[i].Add(c.Value)
			states[i].status = states[i].status.Combine(c.Status)
			if len(c.Reasons) > 0 {
				states[i].reasons = w.sets.Union(states[i].reasons, w.sets.Add(c.Reasons...))
			}
		}
	}
	w.d, w.sumAt, w.sums = d, at, make(map[leaf]value, len(leaves))
	for i, l := range leaves {
		v := states[i]
		x := sums[i].Value()
		v.bits = math.Float64bits(x)
		if p.cat.Variables[l.variable].Type == "int" {
			if math.Abs(x) > 1<<53 || x != math.Trunc(x) {
				v.state = celenv.Failed
				v.status = v.status.With(cube.NotComputable)
				v.reasons = w.sets.Add(cube.Reason{Code: cube.ReasonNotComputable, Subject: p.cat.Variables[l.variable].ID, Text: "the sum is no exact int"})
			}
			v.bits = uint64(int64(x))
		}
		w.sums[l] = v
	}
	return w.cellOf(w.finish(d, w.eval(d.root))), used
}

// summedIndicator evaluates the formula of another indicator on sums.
func (w *worker) summedIndicator(n *node) value {
	at := leaf{n.idx, w.at.shift, w.at.members}
	if v, ok := w.summedInds[at]; ok {
		return v
	}
	d := w.e.p.inForce(n.idx, w.period())
	if d == nil {
		return value{state: celenv.Unknown, status: cube.Status(cube.NotApplicable), reasons: w.sets.Add(cube.Reason{
			Code: cube.ReasonDefinition, Subject: w.e.p.inds[n.idx].spec.ID, Text: "no definition in force in " + w.period().String()})}
	}
	was := w.d
	w.d = d
	v := w.finish(d, w.eval(d.root))
	w.d = was
	if w.summedInds == nil {
		w.summedInds = map[leaf]value{}
	}
	w.summedInds[at] = v
	return v
}

func (w *worker) cellOf(v value) cube.Cell {
	c := cube.Cell{Status: v.status, Reasons: w.sets.Set(v.reasons)}
	if v.state == celenv.OK {
		c.Value = double(v) + 0 // no -0
	}
	return c
}

// fromCells aggregates what Eval gave.
func (w *worker) fromCells(d *definition, out *cube.Cube, entities []string, at period.Period) (cube.Cell, int) {
	x := w.e.p.inds[d.ind].spec
	weight := -1
	if x.Aggregation.Kind == weightedMean {
		for i := range w.e.p.cat.Variables {
			if w.e.p.cat.Variables[i].ID == x.Aggregation.Weight {
				weight = i
			}
		}
	}
	var values []float64
	var sum, weights cube.Accumulator
	var all value
	for _, entity := range entities {
		k := cube.Key{Entity: entity, Period: at}
		c := out.At(k, x.ID)
		if !c.Status.Observed() {
			continue
		}
		factor := 1.0
		if weight >= 0 {
			by := w.e.p.cell(w.e.in, w.e.columns[weight], weight, k, x.Frequency, nil)
			if !by.Status.Observed() {
				continue
			}
			factor = by.Value
			all.status = all.status.Combine(by.Status)
			all.reasons = w.sets.Union(all.reasons, w.sets.Add(by.Reasons...))
		}
		all.status = all.status.Combine(c.Status)
		all.reasons = w.sets.Union(all.reasons, w.sets.Add(c.Reasons...))
		values = append(values, c.Value)
		sum.Add(float64(c.Value * factor))
		weights.Add(factor)
	}
	if len(values) == 0 {
		return cube.Cell{}, 0
	}
	r := 0.0
	switch x.Aggregation.Kind {
	case plainSum:
		r = sum.Value()
	case weightedMean:
		r = sum.Value() / weights.Value()
	default:
		slices.Sort(values)
		h := float64(len(values)-1) / 2
		lo, hi := values[int(math.Floor(h))], values[int(math.Ceil(h))]
		r = lo
		if lo != hi {
			r = lo + float64((hi-lo)/2)
		}
	}
	all.bits = math.Float64bits(r)
	if math.IsNaN(r) || math.IsInf(r, 0) {
		text := fmt.Sprintf("the network's result is %v", r)
		if x.Aggregation.Kind == weightedMean && weights.Value() == 0 {
			text = "the weights sum to 0"
		}
		all = value{state: celenv.Failed, status: all.status.With(cube.NotComputable), reasons: w.sets.Add(cube.Reason{Code: cube.ReasonNotComputable, Subject: x.ID, Text: text})}
	}
	return w.cellOf(all), len(values)
}
