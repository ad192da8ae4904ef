package formula

import (
	"math"
	"math/bits"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// sheet prepares a worker for a sheet.
func (w *worker) sheet(s *sheetRun) {
	w.graph = s.program.NewEvaluator()
	w.others = map[int]*[batch / 64]uint64{}
	for _, d := range s.defs {
		w.others[d.d.ind] = new([batch / 64]uint64)
	}
}

// batch computes n rows of a sheet's set. What is plain comes from the graph;
// for other rows the cell's status and reasons are collected.
func (w *worker) batch(s *sheetRun, from, n int) {
	w.graph.Run(s.columns, s.outs, from, n)
	for i := range s.defs {
		w.definition(s, i, from, n)
	}
	for i := range s.sheet.args { // they may read the indicators
		w.argument(s, i, from, n)
	}
}

// other are the rows where a formula read something that is not plain, or has no
// value.
func (w *worker) other(s *sheetRun, x *lowered, l *columnar.Lane, from, n int) (other [batch / 64]uint64) {
	words := (n + 63) / 64
	for _, in := range x.inputs {
		for i, b := range s.inputs[in].other[from/64 : from/64+words] {
			other[i] |= b
		}
	}
	for _, j := range x.same {
		for i, b := range w.others[j] {
			other[i] |= b
		}
	}
	if l.AnyErr {
		for i, b := range l.Err[:words] {
			other[i] |= b
		}
	}
	if l.AnyUnk {
		for i, b := range l.Unk[:words] {
			other[i] |= b
		}
	}
	return other
}

func (w *worker) argument(s *sheetRun, i, from, n int) {
	x, c := &s.sheet.args[i], s.args[i]
	l := w.graph.Root(x.root)
	other := w.other(s, x, l, from, n)
	copy(c.other[from/64:], other[:(n+63)/64])
	if c.I != nil {
		copy(c.I[from:from+n], l.I)
	} else {
		copy(c.F[from:from+n], l.F)
	}
}

func (w *worker) definition(s *sheetRun, i, from, n int) {
	x, r := &s.defs[i], s.results[i]
	l := w.graph.Root(x.root)
	other := w.other(s, x, l, from, n)
	mine := w.others[r.ind]
	first := i == 0 || s.results[i-1] != r
	if first {
		clear(mine[:])
	}
	single := len(w.e.p.inds[r.ind].defs) == 1
	for b := 0; b < n; b += 64 {
		end := min(b+64, n)
		todo := other[b/64] | r.odd[(from+b)/64]
		if !x.d.isInt() {
			todo |= infinite(l.F[b:end])
		}
		if !single {
			todo |= w.elsewhere(s, x, r, from+b, from+end, first)
		}
		if !r.whole {
			w.scatter(s, x, r, l, todo, from, b, end)
		}
		for t := todo & (^uint64(0) >> (64 - (end - b))); t != 0; t &= t - 1 {
			k := b + bits.TrailingZeros64(t)
			if w.cell(s, i, l, from+k, k, first) {
				mine[b/64] |= 1 << (k & 63)
			}
		}
	}
}

// infinite are the rows, of at most 64, that are NaN or infinite.
func infinite(values []float64) (b uint64) {
	for i, x := range values {
		if x-x != 0 {
			b |= 1 << i
		}
	}
	return b
}

// elsewhere are the rows that another definition computes.
func (w *worker) elsewhere(s *sheetRun, x *lowered, r *result, from, to int, first bool) (b uint64) {
	for k := from; k < to; k++ {
		if d := r.plans[w.e.grid.PeriodIndex(s.set.row(k))].d; d != x.d {
			b |= 1 << (k & 63)
		}
	}
	return b
}

// scatter copies the plain rows of a word to where they belong.
func (w *worker) scatter(s *sheetRun, x *lowered, r *result, l *columnar.Lane, todo uint64, from, b, end int) {
	for t := ^todo & (^uint64(0) >> (64 - (end - b))); t != 0; t &= t - 1 {
		k := b + bits.TrailingZeros64(t)
		row := s.set.row(from + k)
		if x.d.isInt() {
			r.lane.values[row] = float64(l.I[k])
		} else {
			r.lane.values[row] = l.F[k]
		}
	}
}

// cell computes a row that is not plain, and reports whether its result has a
// status or reasons. K is its index in the set, at that in the batch.
func (w *worker) cell(s *sheetRun, i int, l *columnar.Lane, k, at int, first bool) bool {
	x, r := &s.defs[i], s.results[i]
	row := s.set.row(k)
	pl, m := &r.plans[w.e.grid.PeriodIndex(row)], w.e.grid.MembersIndex(row)
	out := r.lane
	r.notes()
	switch {
	case pl.d == nil && first:
		out.values[row], out.status[row], out.reasons[row] = 0, cube.Status(cube.NotApplicable), pl.reason|ofEngine
		return true
	case pl.d != x.d:
		return false
	case !r.ok[m]:
		out.values[row], out.status[row], out.reasons[row] = 0, cube.Status(cube.NotApplicable), r.why[m]|ofEngine
		return true
	}
	w.begin(x.d, row)
	v, ok := value{}, false
	if x.strict {
		v, ok = w.collected(x, s.reads[i], l, at)
	}
	if !ok {
		v = w.run(x.d.root)
	}
	v = w.finish(x.d, v)
	if v.state == celenv.OK {
		if pl.broken {
			v.status |= cube.Break
		}
		if r.small(row) {
			v.status |= cube.LowReliability
		}
	}
	out.values[row], out.status[row], out.reasons[row] = double(v), v.status, v.reasons
	return v.status != 0 || v.reasons != 0
}

// collected is the value of a row of a strict formula: the graph's, with the
// status of all that it read. It is false where that does not tell all: where
// the formula failed, or a row that is not in the grid has a value.
func (w *worker) collected(x *lowered, lanes []*lane, l *columnar.Lane, at int) (value, bool) {
	set := func(b []uint64) bool { return b[at>>6]>>(at&63)&1 != 0 }
	if l.AnyErr && set(l.Err) {
		return value{}, false
	}
	unknown := l.AnyUnk && set(l.Unk)
	var all value
	for i, r := range x.reads {
		var v value
		switch {
		case lanes[i] != nil:
			v = w.read(lanes[i], w.base)
		case r.shift == 0:
			v = w.run(r.n)
		default:
			v = w.before(r.n, -r.shift)
			if v.state == celenv.OK && w.absentAt {
				return value{}, false
			}
		}
		if v.state == celenv.Failed {
			return value{}, false
		}
		all = w.strict(all, v)
	}
	if (all.state == celenv.Unknown) != unknown {
		return value{}, false
	}
	if !unknown {
		if x.d.isInt() {
			all.bits = uint64(l.I[at])
		} else {
			all.bits = math.Float64bits(l.F[at])
		}
	}
	return all, true
}

// settle makes the reasons of an indicator the engine's. Rows are asked for in
// order, so codes do not depend on how rows were split.
func (e *engine) settle(r *result, set *rowSet, workers []*worker) {
	l := r.lane
	for row, code := range l.reasons {
		switch {
		case code == 0:
		case code&ofEngine != 0:
			l.reasons[row] = code &^ ofEngine
		default:
			l.reasons[row] = e.shared(workers[r.owner[set.at(row)/batch]], code)
		}
	}
	l.pending = false
}
