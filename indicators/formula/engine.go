package formula

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
)

// batch is the number of rows between two looks at the context.
const batch = 2048

// engine evaluates indicators over one cube. The grid has the rows of the
// result; what workers read of it does not change while they run.
type engine struct {
	p       *Program
	in      *cube.Cube
	grid    *cube.Cube
	inRow   []int32 // by row of the grid: row of in, -1 none; nil: the same rows
	dims    []string
	columns []int // by variable: column of in, -1 none
	lanes   map[laneKey]*lane
	results []*lane // by indicator, nil until computed
	sets    *cube.ReasonSets
	ids     int     // of lanes
	nowhere []int32 // rows of a lane that has none
}

// newEngine lays out the grid: for each frequency of an indicator the rows of
// in, from ≤ row < to, that have it or lie in a period of it. Also is added if
// it is a key.
func (p *Program) newEngine(in *cube.Cube, from, to int, also cube.Key) (*engine, error) {
	e := &engine{p: p, in: in, dims: in.Schema().Dimensions, lanes: map[laneKey]*lane{},
		results: make([]*lane, len(p.inds)), sets: new(cube.ReasonSets)}
	for i := range p.cat.Variables {
		v := &p.cat.Variables[i]
		m, ok := in.MeasureIndex(v.ID)
		if !ok {
			m = -1
		} else if u := in.Schema().Measures[m].Unit; !u.IsZero() && !u.SameScale(v.Unit) {
			return nil, &Error{Code: ErrUnit.Error(), Err: ErrUnit,
				Msg: fmt.Sprintf("variable %q: the cube has it in %s, the catalogue in %s; convert it before", v.ID, u, v.Unit)}
		}
		e.columns = append(e.columns, m)
	}
	return e, e.layout(from, to, also)
}

func (e *engine) layout(from, to int, also cube.Key) error {
	var freqs []period.Freq
	for _, x := range e.p.inds {
		if !slices.Contains(freqs, x.spec.Frequency) {
			freqs = append(freqs, x.spec.Frequency)
		}
	}
	periods := e.in.Periods()
	whole := from == 0 && to == e.in.Len() && also == (cube.Key{})
	target := make([][]period.Period, len(periods))
	for i, p := range periods {
		if p.Rolling() == 0 {
			for _, f := range freqs {
				if q, ok := p.Enclosing(f); ok {
					target[i] = append(target[i], q)
				}
			}
		}
		whole = whole && len(target[i]) == 1 && target[i][0] == p
	}
	if whole {
		e.grid = e.in
		return nil
	}
	seen := map[cube.Key]bool{}
	var keys []cube.Key
	add := func(k cube.Key) {
		if !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	if also != (cube.Key{}) {
		if also.Members.IsTotal() {
			also.Members = ""
		}
		add(also)
	}
	for row := from; row < to; row++ {
		k := e.in.Key(row)
		for _, q := range target[e.in.PeriodIndex(row)] {
			k.Period = q
			add(k)
		}
	}
	grid, err := cube.New(cube.Schema{Dimensions: e.dims}, keys, nil, nil)
	if err != nil {
		return err
	}
	e.grid = grid
	e.inRow = make([]int32, grid.Len())
	for row := range e.inRow {
		e.inRow[row] = -1
		if r, ok := e.in.Find(grid.Key(row)); ok {
			e.inRow[row] = int32(r)
		}
	}
	return nil
}

// prepare brings the variables that indicator i reads to its frequency.
func (e *engine) prepare(i int) {
	x := e.p.inds[i]
	for _, d := range x.defs {
		d.root.walk(func(n *node) {
			if n.op != opVariable {
				return
			}
			k := laneKey{n.idx, x.spec.Frequency}
			if e.lanes[k] == nil {
				e.lanes[k] = e.lane(k)
			}
		})
	}
}

// size is the variable that indicator i must have enough of to be compared, nil
// if it declares none.
func (e *engine) size(i int) *lane {
	x := e.p.inds[i]
	if x.size < 0 {
		return nil
	}
	k := laneKey{x.size, x.spec.Frequency}
	if e.lanes[k] == nil {
		e.lanes[k] = e.lane(k)
	}
	return e.lanes[k]
}

func (e *engine) lane(k laneKey) *lane {
	v := &e.p.cat.Variables[k.variable]
	l := &lane{id: e.ids, subject: v.ID}
	e.ids++
	m := e.columns[k.variable]
	rel := relate(v.Frequency, k.freq)
	// If the grid has the rows of in, every one has the frequency asked for, so
	// nothing is to be combined unless a cell lacks and its parts are there: then
	// in has rows of theirs. Rows of another frequency are never read.
	if m >= 0 && (rel == same || e.inRow == nil && rel != coarser) {
		c := e.in.Column(m)
		l.values, l.status, l.column, l.rows = c.Values, c.Status, &c, e.inRow
		return l
	}
	n := e.grid.Len()
	if m < 0 { // what nothing is known of is not collected
		if e.nowhere == nil {
			e.nowhere = make([]int32, n)
			for row := range e.nowhere {
				e.nowhere[row] = -1
			}
		}
		l.rows = e.nowhere
		return l
	}
	l.values, l.status = make([]float64, n), make([]cube.Status, n)
	l.reasons, l.sets = make([]uint32, n), new(cube.ReasonSets)
	freq := make([]bool, len(e.grid.Periods()))
	for i, p := range e.grid.Periods() {
		freq[i] = p.Freq() == k.freq && p.Rolling() == 0
	}
	for row := range n {
		if !freq[e.grid.PeriodIndex(row)] {
			l.status[row] = cube.Status(cube.Missing)
			continue
		}
		c := e.p.cell(e.in, m, k.variable, e.grid.Key(row), k.freq, nil)
		l.values[row], l.status[row] = c.Value, c.Status
		if len(c.Reasons) > 0 {
			l.reasons[row] = l.sets.Add(c.Reasons...)
		}
	}
	return l
}

// plan is what an indicator does with the rows of one period.
type plan struct {
	d      *definition // nil: not computed, for reason
	reason uint32      // of the engine's sets
	broken bool        // first period of a definition that is not comparable
}

func (e *engine) plans(i int) []plan {
	x := e.p.inds[i].spec
	out := make([]plan, len(e.grid.Periods()))
	for j, p := range e.grid.Periods() {
		why := cube.Reason{Code: cube.ReasonNotApplicable, Subject: x.ID}
		if p.Freq() != x.Frequency || p.Rolling() != 0 {
			why.Text = "the indicator is " + freqNames[x.Frequency]
			out[j].reason = e.sets.Add(why)
			continue
		}
		if out[j].d = e.p.inForce(i, p); out[j].d == nil {
			why.Code, why.Text = cube.ReasonDefinition, "no definition in force in "+p.String()
			out[j].reason = e.sets.Add(why)
			continue
		}
		before := p.Add(-1)
		if _, ok := x.At(before); ok && !x.Comparable(before, p) {
			out[j].broken = true
		}
	}
	return out
}

// applicable says for the members of the grid whether an indicator is broken
// down by their dimensions; elsewhere it has the reason why not.
func (e *engine) applicable(x *indicators.Indicator) (ok []bool, reason []uint32) {
	members := e.grid.Members()
	ok, reason = make([]bool, len(members)), make([]uint32, len(members))
	for i, m := range members {
		ok[i] = true
		for j, d := range e.dims {
			if m.At(j) != "" && !slices.Contains(x.Breakdowns, d) {
				ok[i] = false
				reason[i] = e.sets.Add(cube.Reason{Code: cube.ReasonNotApplicable, Subject: x.ID, Text: "the indicator has no breakdown by " + d})
				break
			}
		}
	}
	return ok, reason
}

// ofEngine marks a reason code in a worker's output as one of the engine's.
const ofEngine = 1 << 31

// compute evaluates indicator i for all rows, one after the other, as
// [engine.evaluate] does for columns; its operands must be computed.
func (e *engine) compute(ctx context.Context, i int, workers []*worker) error {
	x := e.p.inds[i].spec
	e.prepare(i)
	plans := e.plans(i)
	ok, why := e.applicable(x)
	n := e.grid.Len()
	l := &lane{id: e.ids, subject: x.ID, values: make([]float64, n), status: make([]cube.Status, n), reasons: make([]uint32, n), sets: e.sets}
	e.ids++
	size := e.size(i)
	rows := func(w *worker, from, to int) {
		for row := from; row < to; row++ {
			pl := &plans[e.grid.PeriodIndex(row)]
			m := e.grid.MembersIndex(row)
			switch {
			case pl.d == nil:
				l.status[row], l.reasons[row] = cube.Status(cube.NotApplicable), pl.reason|ofEngine
			case !ok[m]:
				l.status[row], l.reasons[row] = cube.Status(cube.NotApplicable), why[m]|ofEngine
			default:
				w.begin(pl.d, row)
				v := w.finish(pl.d, w.run(pl.d.root))
				if v.state == celenv.OK {
					if pl.broken {
						v.status |= cube.Break
					}
					if size != nil && size.small(row, x.Reliability.Min) {
						v.status |= cube.LowReliability
					}
				}
				l.values[row], l.status[row], l.reasons[row] = double(v), v.status, v.reasons
			}
		}
	}
	batches := (n + batch - 1) / batch
	owner := make([]uint8, batches)
	var next atomic.Int64
	work := func(k int) {
		for b := int(next.Add(1)) - 1; b < batches && ctx.Err() == nil; b = int(next.Add(1)) - 1 {
			owner[b] = uint8(k)
			rows(workers[k], b*batch, min(n, (b+1)*batch))
		}
	}
	if len(workers) == 1 || batches < 2 {
		work(0)
	} else {
		var wg sync.WaitGroup
		for k := range workers {
			wg.Go(func() { work(k) })
		}
		wg.Wait()
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("formula: stopped at indicator %q: %w", x.ID, err)
	}
	for row, code := range l.reasons {
		switch {
		case code == 0:
		case code&ofEngine != 0:
			l.reasons[row] = code &^ ofEngine
		default:
			l.reasons[row] = e.shared(workers[owner[row/batch]], code)
		}
	}
	e.results[i] = l
	return nil
}

// shared is the engine's code of a worker's reasons. Rows are asked for in
// order, so codes do not depend on how rows were split.
func (e *engine) shared(w *worker, code uint32) uint32 {
	if int(code) >= len(w.global) {
		w.global = append(w.global, make([]uint32, w.sets.Len()+1-len(w.global))...)
	}
	if w.global[code] == 0 {
		w.global[code] = e.sets.Add(w.sets.Set(code)...) + 1
	}
	return w.global[code] - 1
}

// finish turns what a formula gave into a cell: NaN and infinities are not
// computable.
func (w *worker) finish(d *definition, v value) value {
	if v.state != celenv.OK {
		v.bits = 0
		return v
	}
	if d.root.typ == celenv.Int {
		v.bits = math.Float64bits(float64(int64(v.bits)))
		return v
	}
	if x := double(v); math.IsNaN(x) || math.IsInf(x, 0) {
		v = w.failed(d.root, fmt.Sprintf("the result is %v", x), v)
		v.bits = 0
	}
	return v
}
