package formula

import (
	"math"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/internal/celenv"
)

// column makes an input of a sheet over a set of rows.
func (e *engine) column(in input, set *rowSet, results map[int]*result, windows []*column) *column {
	c := &column{other: set.bitmap()}
	switch in.kind {
	case ofVariable:
		e.fromVariable(c, in, set)
	case ofIndicator:
		l := e.results[in.idx]
		e.fromLane(c, l, set, in.shift)
		if in.shift != 0 {
			x := e.p.inds[in.idx].spec
			e.mark(c, set, func(row int) bool {
				p := e.grid.Key(row).Period
				return !x.Comparable(p.Add(in.shift), p)
			})
		}
	case ofDays:
		days := make([]float64, len(e.grid.Periods()))
		for i, p := range e.grid.Periods() {
			days[i] = float64(p.Add(in.shift).Days())
		}
		c.F = make([]float64, set.n)
		for k := range c.F {
			c.F[k] = days[e.grid.PeriodIndex(set.row(k))]
		}
	case ofWindow:
		w := windows[in.idx]
		if in.shift == 0 {
			return w
		}
		e.shifted(c, w, set, in.shift)
	case ofForce:
		r := results[in.idx]
		d := e.p.inds[in.idx].defs[in.def]
		c.B = make([]bool, set.n)
		for k := range c.B {
			row := set.row(k)
			c.B[k] = r.plans[e.grid.PeriodIndex(row)].d == d && r.ok[e.grid.MembersIndex(row)]
		}
	default:
		c.F, c.Missing = set.zeros(), set.bitmap()
		for i := range c.Missing {
			c.Missing[i] = ^uint64(0)
		}
	}
	return c
}

// mark adds rows of the grid to the other bits.
func (e *engine) mark(c *column, set *rowSet, f func(row int) bool) {
	for k := range set.n {
		if f(set.row(k)) {
			c.other[k>>6] |= 1 << (k & 63)
		}
	}
}

func (e *engine) fromVariable(c *column, in input, set *rowSet) {
	k := laneKey{in.idx, set.freq}
	if e.lanes[k] == nil {
		e.lanes[k] = e.lane(k)
	}
	e.fromLane(c, e.lanes[k], set, in.shift)
	if e.p.cat.Variables[in.idx].Type != "int" {
		return
	}
	if c.Missing == nil {
		c.Missing = set.bitmap()
	}
	c.I = make([]int64, set.n)
	for i, x := range c.F {
		if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
			c.Missing[i>>6] |= 1 << (i & 63)
			c.other[i>>6] |= 1 << (i & 63) // it fails, which the worker says
			continue
		}
		c.I[i] = int64(x)
	}
	c.F = nil
}

// fromLane takes a lane so many periods before.
func (e *engine) fromLane(c *column, l *lane, set *rowSet, shift int) {
	direct := shift == 0 && set.rows == nil && l.rows == nil
	if direct {
		c.F = l.values
	} else {
		c.F = make([]float64, set.n)
	}
	plain := l.status == nil && l.reasons == nil && (l.column == nil || !l.column.HasReasons())
	if plain && direct {
		return
	}
	c.Missing = set.bitmap()
	var from []int32
	if shift != 0 {
		from = e.before(set, shift)
	}
	for k := range set.n {
		bit := uint64(1) << (k & 63)
		src := k
		if from != nil {
			if src = int(from[k]); src < 0 {
				c.Missing[k>>6] |= bit
				c.other[k>>6] |= bit
				continue
			}
		}
		row := l.at(set.row(src))
		if row < 0 {
			c.Missing[k>>6] |= bit
			c.other[k>>6] |= bit
			continue
		}
		if !direct {
			c.F[k] = l.values[row]
		}
		if plain {
			continue
		}
		status := cube.Status(0)
		if l.status != nil {
			status = l.status[row]
		}
		if !status.Observed() {
			c.Missing[k>>6] |= bit
		}
		if status != 0 || l.code(row) != 0 {
			c.other[k>>6] |= bit
		}
	}
}

// code of a row's reasons, 0 none.
func (l *lane) code(row int) int {
	switch {
	case l.reasons != nil:
		return int(l.reasons[row])
	case l.column != nil:
		return int(l.column.ReasonCode(row))
	}
	return 0
}

// before is, by index in a set, the index of the row a number of periods
// before, -1 if there is none.
func (e *engine) before(set *rowSet, shift int) []int32 {
	if m := set.maps[shift]; m != nil {
		return m
	}
	m := make([]int32, set.n)
	w := newWorker(e)
	for k := range m {
		w.base = set.row(k)
		w.at = place{row: w.base, shift: shift}
		w.locate()
		if m[k] = -1; w.at.row >= 0 {
			m[k] = int32(set.at(w.at.row))
		}
	}
	if set.maps == nil {
		set.maps = map[int][]int32{}
	}
	set.maps[shift] = m
	return m
}

// shifted takes a window's column so many periods before.
func (e *engine) shifted(c, from *column, set *rowSet, shift int) {
	c.Missing = set.bitmap()
	if from.I != nil {
		c.I = make([]int64, set.n)
	} else {
		c.F = make([]float64, set.n)
	}
	for k, src := range e.before(set, shift) {
		if src < 0 || from.other[src>>6]>>(src&63)&1 != 0 {
			c.Missing[k>>6] |= 1 << (k & 63)
			c.other[k>>6] |= 1 << (k & 63)
			continue
		}
		if c.I != nil {
			c.I[k] = from.I[src]
		} else {
			c.F[k] = from.F[src]
		}
	}
}

// windowed makes the column of a window from that of its argument. A row has a
// value where all that it is made of is plain; elsewhere the worker is asked.
func (e *engine) windowed(w *window, set *rowSet, arg *column) *column {
	c := &column{other: set.bitmap()}
	c.Missing = c.other // where it has no value here, it is unknown to the graph
	if e.p.versioned(w.n) {
		for i := range c.other { // a sum over a change of definition is a break
			c.other[i] = ^uint64(0)
		}
	}
	var maps [][]int32
	switch w.n.op {
	case opRollingSum, opRollingMean:
		for i := w.n.n - 1; i > 0; i-- {
			maps = append(maps, e.before(set, -i))
		}
		maps = append(maps, nil) // the row itself
	default:
		maps = e.members(w, set)
	}
	mean := w.n.op == opRollingMean || w.n.op == opMeanOver
	integer := arg.I != nil
	if integer && !mean {
		c.I = make([]int64, set.n)
	} else {
		c.F = make([]float64, set.n)
	}
	terms := make([]float64, len(maps))
rows:
	for k := range set.n {
		var total int64
		for i, m := range maps {
			src := int32(k)
			if m != nil {
				src = m[k]
			}
			overflow := ""
			switch {
			case src < 0 || arg.other[src>>6]>>(src&63)&1 != 0:
				overflow = "no value"
			case integer:
				total, overflow = intArith(opAdd, total, arg.I[src])
				terms[i] = float64(arg.I[src])
			default:
				terms[i] = arg.F[src]
			}
			if overflow != "" {
				c.other[k>>6] |= 1 << (k & 63)
				continue rows
			}
		}
		switch {
		case mean:
			c.F[k] = exactSum(terms) / float64(max(1, len(terms)))
		case integer:
			c.I[k] = total
		default:
			c.F[k] = exactSum(terms)
		}
	}
	return c
}

// members is, for each member of a window's dimension, the row of each row's
// key with that member.
func (e *engine) members(w *window, set *rowSet) [][]int32 {
	dim := &e.p.cat.Dimensions[w.n.idx]
	var out [][]int32
	for _, m := range dim.Members {
		to := make([]int32, set.n)
		for k := range to {
			to[k] = -1
			key := e.grid.Key(set.row(k))
			if members, ok := withMember(key.Members, e.dims, dim.ID, m.ID); ok {
				key.Members = members
				if row, ok := e.grid.Find(key); ok {
					to[k] = int32(set.at(row))
				}
			}
		}
		out = append(out, to)
	}
	if len(out) == 0 { // a sum of nothing, or of a dimension that the cube has not
		to := make([]int32, set.n)
		for k := range to {
			to[k] = -1
		}
		out = append(out, to)
	}
	return out
}

// exactSum is the sum rounded once. What two additions lose is exact itself; if
// the sum of that loses something too, the accumulator does it in full.
func exactSum(terms []float64) float64 {
	var s, lost float64
	for _, x := range terms {
		t := s + x
		z := t - s
		r := (s - (t - z)) + (x - z)
		u := lost + r
		z = u - lost
		if (lost-(u-z))+(r-z) != 0 || t-t != 0 {
			return accumulated(terms)
		}
		s, lost = t, u
	}
	return s + lost
}

func accumulated(terms []float64) float64 {
	var acc cube.Accumulator
	for _, x := range terms {
		acc.Add(x)
	}
	return acc.Value()
}

// isInt says in which slice a root's values are.
func (d *definition) isInt() bool { return d.root.typ == celenv.Int }

// versioned reports whether n reads an indicator of several definitions.
func (p *Program) versioned(n *node) (yes bool) {
	n.walk(func(m *node) { yes = yes || m.op == opIndicator && len(p.inds[m.idx].defs) > 1 })
	return yes
}
