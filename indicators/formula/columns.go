package formula

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// grid rows of a frequency, and columns over them.
type rowSet struct {
	freq period.Freq
	rows []int32 // of the grid; nil: all of them
	n    int
	back []int32 // by row of the grid: index in rows, -1 none; nil: the same
	zero []float64
	maps map[int][]int32 // by shift: index of the row so many periods later, -1 none
}

// column is an input over a rowSet. Other bits are set where the cell is not
// plain: where it has no value, a flag or a reason, or is not in the grid.
type column struct {
	columnar.Column
	other []uint64
}

// sheetRun is a sheet over one grid.
type sheetRun struct {
	*sheet
	set     *rowSet
	columns []columnar.Column
	inputs  []*column
	outs    []*columnar.Column // nil: kept in the evaluator's registers
	results []*result          // by lowered formula, shared by the definitions of an indicator
	args    []*column
	owner   []uint8
	reads   [][]*lane // by lowered formula and read: of variables of the row itself
}

// result is an indicator that is being computed.
type result struct {
	ind   int
	lane  *lane
	plans []plan
	ok    []bool   // by members of the grid
	why   []uint32 // reason where not ok
	odd   []uint64 // rows of the set that are not simply what the formula gives
	size  *lane
	least float64 // of size
	whole bool    // values are written in place
	owner []uint8 // worker by batch
	once  sync.Once
}

type columnKey struct {
	input
	freq period.Freq
}

// evaluate computes every indicator, stage by stage.
func (e *engine) evaluate(ctx context.Context, workers []*worker) error {
	sets := map[period.Freq]*rowSet{}
	windows := make([]*column, len(e.p.windows))
	cols := map[columnKey]*column{}
	for _, sheets := range e.p.sheets {
		var stage []*result
		for _, sh := range sheets {
			if sets[sh.freq] == nil {
				sets[sh.freq] = e.rowSet(sh.freq)
			}
			s := &sheetRun{sheet: sh, set: sets[sh.freq]}
			stage = append(stage, e.start(s, cols, windows)...)
			for _, r := range s.results {
				r.owner = s.owner
			}
			if err := e.share(ctx, s, workers); err != nil {
				return err
			}
			for i, w := range sh.windows {
				windows[w] = e.windowed(&e.p.windows[w], s.set, s.args[i])
			}
		}
		for _, r := range stage {
			e.settle(r, sets[e.p.inds[r.ind].spec.Frequency], workers)
		}
	}
	return nil
}

func (e *engine) rowSet(f period.Freq) *rowSet {
	s := &rowSet{freq: f}
	periods := e.grid.Periods()
	of := make([]bool, len(periods))
	all := true
	for i, p := range periods {
		of[i] = p.Freq() == f && p.Rolling() == 0
		all = all && of[i]
	}
	if s.n = e.grid.Len(); all {
		return s
	}
	s.back = make([]int32, s.n)
	s.rows = make([]int32, 0, s.n)
	for row := range s.back {
		s.back[row] = -1
		if of[e.grid.PeriodIndex(row)] {
			s.back[row] = int32(len(s.rows))
			s.rows = append(s.rows, int32(row))
		}
	}
	s.n = len(s.rows)
	return s
}

func (s *rowSet) row(i int) int {
	if s.rows == nil {
		return i
	}
	return int(s.rows[i])
}

func (s *rowSet) at(row int) int {
	if s.back == nil {
		return row
	}
	return int(s.back[row])
}

func (s *rowSet) bitmap() []uint64 { return make([]uint64, (s.n+63)/64) }

// zeros are values of a column that has none.
func (s *rowSet) zeros() []float64 {
	if s.zero == nil {
		s.zero = make([]float64, s.n)
	}
	return s.zero
}

// start makes the columns and results of a sheet, and returns the results.
func (e *engine) start(s *sheetRun, cols map[columnKey]*column, windows []*column) []*result {
	var inds []*result
	byInd := map[int]*result{}
	for _, d := range s.defs {
		i := d.d.ind
		r := byInd[i]
		if r == nil {
			r = e.result(i, s.set)
			byInd[i] = r
			inds = append(inds, r)
		} else {
			r.whole = false
		}
		s.results = append(s.results, r)
	}
	for _, in := range s.sheet.inputs {
		k := columnKey{in, s.freq}
		c := cols[k]
		if c == nil {
			c = e.column(in, s.set, byInd, windows)
			cols[k] = c
		}
		s.inputs = append(s.inputs, c)
		s.columns = append(s.columns, c.Column)
	}
	s.owner = make([]uint8, (s.set.n+batch-1)/batch)
	s.outs = make([]*columnar.Column, s.program.Roots())
	for i, d := range s.defs {
		if r := s.results[i]; r.whole && s.set.rows == nil && d.d.root.typ == celenv.Double {
			s.outs[d.root] = &columnar.Column{F: r.lane.values}
		} else {
			r.whole = false
		}
	}
	s.reads = make([][]*lane, len(s.defs))
	for i, d := range s.defs {
		s.reads[i] = make([]*lane, len(d.reads))
		for j, r := range d.reads {
			if r.n.op == opVariable && r.n.typ == celenv.Double && r.shift == 0 {
				s.reads[i][j] = e.lanes[laneKey{r.n.idx, s.freq}]
			}
		}
	}
	for i := range s.sheet.args {
		w := &e.p.windows[s.windows[i]]
		c := &column{other: s.set.bitmap()}
		if w.n.args[0].typ == celenv.Int {
			c.I = make([]int64, s.set.n)
		} else {
			c.F = make([]float64, s.set.n)
		}
		s.args = append(s.args, c)
	}
	return inds
}

// result prepares the lane of an indicator.
func (e *engine) result(i int, set *rowSet) *result {
	e.prepare(i)
	x := e.p.inds[i].spec
	n := e.grid.Len()
	r := &result{ind: i, plans: e.plans(i), size: e.size(i), odd: set.bitmap(), whole: true}
	if x.Reliability != nil {
		r.least = x.Reliability.Min
	}
	r.ok, r.why = e.applicable(x)
	r.lane = &lane{id: e.ids, subject: x.ID, values: make([]float64, n), sets: e.sets, pending: true}
	e.ids++
	e.results[i] = r.lane
	if set.rows != nil { // rows of another frequency
		r.notes()
		for row, k := range set.back {
			if k < 0 {
				r.lane.status[row], r.lane.reasons[row] = cube.Status(cube.NotApplicable), r.plans[e.grid.PeriodIndex(row)].reason|ofEngine
			}
		}
	}
	simple := func(pl plan) bool { return pl.d != nil && !pl.broken }
	if r.size == nil && !slices.Contains(r.ok, false) && !slices.ContainsFunc(r.plans, func(pl plan) bool { return !simple(pl) }) {
		return r
	}
	for k := range set.n {
		row := set.row(k)
		if !simple(r.plans[e.grid.PeriodIndex(row)]) || !r.ok[e.grid.MembersIndex(row)] || r.small(row) {
			r.odd[k>>6] |= 1 << (k & 63)
		}
	}
	return r
}

// notes makes the lanes of status and reasons, which a column of plain cells has
// none of.
func (r *result) notes() {
	r.once.Do(func() {
		r.lane.status, r.lane.reasons = make([]cube.Status, len(r.lane.values)), make([]uint32, len(r.lane.values))
	})
}

// small reports whether what an indicator is about is too small to compare.
func (r *result) small(row int) bool {
	return r.size != nil && r.size.small(row, r.least)
}

// share lets the workers compute a sheet, batch by batch.
func (e *engine) share(ctx context.Context, s *sheetRun, workers []*worker) error {
	batches := (s.set.n + batch - 1) / batch
	var next atomic.Int64
	work := func(k int) {
		w := workers[k]
		w.sheet(s)
		for b := int(next.Add(1)) - 1; b < batches && ctx.Err() == nil; b = int(next.Add(1)) - 1 {
			s.owner[b] = uint8(k)
			w.batch(s, b*batch, min(batch, s.set.n-b*batch))
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
		at := s.sheet.args
		if len(s.defs) > 0 {
			at = s.defs
		}
		return fmt.Errorf("formula: stopped at indicator %q: %w", e.p.inds[at[0].d.ind].spec.ID, err)
	}
	return nil
}
