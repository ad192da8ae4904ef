package aggregate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/almotacen/almotacen/indicators/period"
)

// ordering is the order of groups by their IDs.
type ordering struct {
	rank  []uint32 // by group
	group []uint32 // by rank
	zone  []uint32 // by group
}

func (a *Aggregator) order() *ordering {
	n := len(a.dict.groups)
	o := &ordering{make([]uint32, n), make([]uint32, n), make([]uint32, n)}
	places := make([]place, n)
	for i := range places {
		places[i].slot, o.zone[i] = uint32(i), a.dict.zone(a.dict.groups[i].Zone)
	}
	sortByID(places, func(g uint32) (id, kind string) { return a.dict.groups[g].ID, "" }, 0)
	for i := range places {
		g := places[i].slot
		o.group[i], o.rank[g] = g, uint32(i)
	}
	return o
}

// sortByID sorts places by the IDs of their slots, of which the first bytes are the same,
// eight bytes at a time, and then by kind.
func sortByID(p []place, names func(slot uint32) (id, kind string), same int) {
	const few = 32
	if len(p) > few {
		first, _ := names(p[0].slot)
		common := len(first)
		for i := range p {
			id, _ := names(p[i].slot)
			k := same
			for k < min(common, len(id)) && id[k] == first[k] {
				k++
			}
			common = k
		}
		for i := range p {
			id, _ := names(p[i].slot)
			p[i].key = wordOf(id, common)
		}
		copy(p, sortPlaces(p))
		same = common + 8
	}
	for from := 0; from < len(p); {
		to := from + 1
		for to < len(p) && (len(p) <= few || p[to].key == p[from].key) {
			to++
		}
		switch run := p[from:to]; {
		case len(run) == 1:
		case len(run) <= few || len(run) == len(p): // or they differ in zeros at the end
			slices.SortFunc(run, func(x, y place) int {
				a, kind := names(x.slot)
				b, other := names(y.slot)
				return cmp.Or(strings.Compare(a, b), strings.Compare(kind, other))
			})
		default:
			sortByID(run, names, same)
		}
		from = to
	}
}

// wordOf is eight bytes of s as a number, with zeros after its end.
func wordOf(s string, from int) (x uint64) {
	for i := range 8 {
		x <<= 8
		if from+i < len(s) {
			x |= uint64(s[from+i])
		}
	}
	return x
}

// looks is how many states are worked on between two looks at a context.
const looks = 4096

// place is a slot of a table and its order among all.
type place struct {
	key   uint64 // rank of the group, then window
	table uint32
	slot  uint32
}

func keyOf(rank uint32, window int32) uint64 { return uint64(rank)<<32 | uint64(uint32(window)^1<<31) }

func (p *place) rank() uint32  { return uint32(p.key >> 32) }
func (p *place) window() int32 { return int32(uint32(p.key) ^ 1<<31) }

// sheet is the states of a measure in the order of rows, before they are copied.
type sheet struct {
	mi     int
	tables []*table
	places []place
	rows   int  // different keys
	plain  bool // no state has more than sums
	// By table: some state has what is not in its line.
	rests, rejects []bool
}

// tablesOf are the tables of a measure, those of floats in the order of the input.
func (a *Aggregator) tablesOf(mi int, stages []*worker) []*table {
	var tables []*table
	if a.real[mi] != nil {
		tables = append(tables, a.real[mi])
	}
	for _, w := range a.workers {
		tables = append(tables, w.tables[mi])
	}
	if a.measures[mi].ordered {
		for _, w := range stages {
			tables = append(tables, w.tables[mi])
		}
	}
	for _, w := range a.workers {
		if w.sides[mi] != nil {
			tables = append(tables, w.sides[mi])
		}
	}
	return tables
}

// sheet puts the states of tables of a measure in order.
func (a *Aggregator) sheet(mi int, tables []*table, o *ordering) sheet {
	n := 0
	for _, t := range tables {
		t.settle(a.measures[mi].ten)
		n += t.len()
	}
	s := sheet{mi: mi, tables: tables, places: make([]place, 0, n), plain: true, rests: make([]bool, len(tables)), rejects: make([]bool, len(tables))}
	for k, t := range tables {
		s.plain = s.plain && t.lanes.keep == 0
		s.rests[k], s.rejects[k] = anyOf(t.rest), anyOf(t.rejects)
	}
	if !s.byIndex(o) {
		s.bySort(o)
	}
	s.rows = keys(s.places)
	return s
}

// bySort finds the places of all states and sorts them.
func (s *sheet) bySort(o *ordering) {
	for k, t := range s.tables {
		for slot, g := range t.group {
			if t.lanes.part && t.merged(slot) {
				continue
			}
			s.places = append(s.places, place{keyOf(o.rank[g], t.window[slot]), uint32(k), uint32(slot)})
		}
	}
	s.places = sortPlaces(s.places)
}

// byIndex finds the places of all states in their order, in the direct indexes of the
// tables; false, and there are none, if some table has no such index, or few of all groups
// and windows have states.
func (s *sheet) byIndex(o *ordering) bool {
	type index struct {
		*table
		k uint32
	}
	var some []index
	low, high := int32(math.MaxInt32), int32(math.MinInt32)
	for k, t := range s.tables {
		if t.len() == 0 || t.lanes.part && t.allMerged() {
			continue
		}
		if t.direct == nil {
			return false
		}
		some = append(some, index{t, uint32(k)})
		low, high = min(low, t.low), max(high, t.high)
	}
	if looks := float64(len(some)) * float64(len(o.group)) * float64(int64(high)-int64(low)+1); looks > float64(8*cap(s.places)) {
		return false
	}
	for rank, g := range o.group {
		for w := int64(low); w <= int64(high); w++ {
			for _, x := range some {
				i := uint64(uint32(int32(w) - x.low))
				if g >= x.groups || i>>x.shift != 0 {
					continue
				}
				if slot := x.direct[uint64(g)<<x.shift+i]; slot != 0 && !(x.lanes.part && x.merged(int(slot-1))) {
					s.places = append(s.places, place{keyOf(uint32(rank), int32(w)), x.k, slot - 1})
				}
			}
		}
	}
	return true
}

// keys is how many different keys sorted places have.
func keys(p []place) int {
	n := 0
	for i := range p {
		if i == 0 || p[i].key != p[i-1].key {
			n++
		}
	}
	return n
}

// sheets are those of all measures, made on up to Config.Workers goroutines.
func (a *Aggregator) sheets(stages []*worker, o *ordering) []sheet {
	out := make([]sheet, len(a.measures))
	n := 0
	for _, w := range a.workers {
		n += w.states
	}
	one := func(i int) { out[i] = a.sheet(i, a.tablesOf(i, stages), o) }
	if n < 1<<13 { // not worth goroutines
		for i := range out {
			one(i)
		}
		return out
	}
	a.spread(len(out), one)
	return out
}

// collect are the merged rows of tables of a measure.
func (a *Aggregator) collect(ctx context.Context, mi int, tables []*table, o *ordering) ([]Row, error) {
	s := a.sheet(mi, tables, o)
	return a.fillOne(ctx, &s, o)
}

// fillOne are the rows of s, in one part.
func (a *Aggregator) fillOne(ctx context.Context, s *sheet, o *ordering) ([]Row, error) {
	a.reach(s, o)
	rows := make([]Row, s.rows)
	if s.plain {
		return rows, a.fillPlain(ctx, rows, s, s.places, o)
	}
	return rows, a.fillRows(ctx, rows, s, o)
}

// fill adds the rows of s, on up to Config.Workers goroutines.
func (a *Aggregator) fill(ctx context.Context, l *rowList, s *sheet, o *ordering) error {
	if !s.plain {
		rows, err := a.fillOne(ctx, s, o)
		l.add(rows)
		return err
	}
	a.reach(s, o)
	parts := make([][]Row, (s.rows+partRows-1)/partRows)
	first := make([]int, len(parts)+1) // place of each part's first row
	if first[len(parts)] = len(s.places); len(s.places) == s.rows {
		for i := range parts {
			first[i] = i * partRows
		}
	} else {
		n := 0
		for i := range s.places {
			if i == 0 || s.places[i].key != s.places[i-1].key {
				if n%partRows == 0 {
					first[n/partRows] = i
				}
				n++
			}
		}
	}
	errs := make([]error, len(parts))
	var failed atomic.Bool
	one := func(i int) {
		if failed.Load() {
			return
		}
		parts[i] = make([]Row, min(partRows, s.rows-i*partRows))
		if errs[i] = a.fillPlain(ctx, parts[i], s, s.places[first[i]:first[i+1]], o); errs[i] != nil {
			failed.Store(true)
		}
	}
	if a.cfg.Workers > 1 {
		a.spread(len(parts), one)
	} else {
		for i := range parts {
			one(i)
		}
	}
	for i, p := range parts {
		if errs[i] != nil {
			return errs[i]
		}
		l.add(p)
	}
	return nil
}

// reach makes the tables of hours reach those of s, as far as they may: the others are
// worked out one by one.
func (a *Aggregator) reach(s *sheet, o *ordering) {
	zones := a.workers[0].zonesOf(a.dict)
	if a.cfg.Window != period.Hour {
		return
	}
	var z *windows
	rank := uint32(0) // of z
	for i := range s.places {
		p := &s.places[i]
		if z == nil || p.rank() != rank {
			rank, z = p.rank(), zones[o.zone[o.group[p.rank()]]]
		}
		at := int64(p.window())
		if i := at - z.base; (i < 0 || i >= int64(len(z.bounds)-1)) && z.grow(at*hourNanos+hourNanos-1) != nil {
			return
		}
	}
}

// filler makes rows one after the other.
type filler struct {
	a     *Aggregator
	o     *ordering
	zones []*windows
	mi    int32
	g     uint32 // of the row before
	w     *windows
}

// place puts p's key into x.
func (f *filler) place(x *Row, p *place) {
	g := f.o.group[p.rank()]
	if g != f.g || f.w == nil {
		f.g, f.w = g, f.zones[f.o.zone[g]]
	}
	at := int64(p.window())
	x.measure, x.Group, x.Zone = f.mi, f.a.dict.groups[g].ID, f.a.dict.groups[g].Zone
	x.Window = f.w.period(at)
	x.Start, x.End = f.w.spanOf(at)
}

// stride is how many states are read ahead of making their rows: they fit the nearest
// cache but one.
const stride = 256

// fillPlain fills rows of states that are sums only, from places of s.
func (a *Aggregator) fillPlain(ctx context.Context, rows []Row, s *sheet, places []place, o *ordering) error {
	f := filler{a: a, o: o, zones: a.workers[0].zones, mi: int32(s.mi)}
	scale := a.measures[s.mi].scale
	var reals []Real
	taken := false // from the table as they are
	if a.measures[s.mi].Form == Float {
		if reals = s.stretch(places); a.ended && len(reals) == len(rows) {
			taken = true
		} else {
			reals = make([]Real, len(rows))
		}
	}
	k := -1
	var x *Row
	for from := 0; from < len(places); from += stride {
		if from%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		block := places[from:min(from+stride, len(places))]
		s.ahead(block)
		for i := range block {
			p := &block[i]
			t := s.tables[p.table]
			more := k >= 0 && p.key == places[from+i-1].key
			if !more {
				k++
				x = &rows[k]
				f.place(x, p)
			}
			odd := s.rejects[p.table] && t.rejects[p.slot] != nil || s.rests[p.table] && t.rest[p.slot] != nil
			switch {
			case more && t.lanes.hot && !odd:
				y := Moments{hot: t.hot[p.slot], scale: scale}
				_ = x.State.Moments.Merge(&y) // same scale
			case odd:
				y := t.state(p.slot, scale)
				if !more && reals == nil {
					x.State = y.own()
					continue
				}
				if reals != nil && x.State.Real == nil {
					x.State.Real = &reals[k]
				}
				if taken {
					y.Real = nil
				}
				if err := x.State.Merge(&y); err != nil {
					return a.dict.wrap(err, s.mi, f.g)
				}
			case t.lanes.hot:
				x.State.Moments.hot, x.State.Moments.scale = t.hot[p.slot], scale
			case taken:
				x.State.Real = &reals[k]
			default:
				x.State.Real = &reals[k]
				if t.lanes.part {
					y := t.part[p.slot].real(t.count[p.slot])
					_ = reals[k].Merge(&y)
				} else {
					_ = reals[k].Merge(&t.real[p.slot])
				}
			}
		}
	}
	return nil
}

// stretch is the floats of places if they stand side by side in that order; otherwise nil.
func (s *sheet) stretch(places []place) []Real {
	if len(places) == 0 {
		return nil
	}
	first := &places[0]
	t := s.tables[first.table]
	if !t.lanes.real {
		return nil
	}
	for i := range places {
		if p := &places[i]; p.table != first.table || p.slot != first.slot+uint32(i) {
			return nil
		}
	}
	n := int(first.slot) + len(places)
	return t.real[first.slot:n:n]
}

// ahead reads a word of each state of places: loads that do not wait for each other.
func (s *sheet) ahead(places []place) (x uint64) {
	for k, t := range s.tables {
		switch {
		case t.len() == 0:
		case t.lanes.hot:
			x += readAhead(t.hot, places, uint32(k))
			if s.rests[k] {
				x += readAhead(t.rest, places, uint32(k))
			}
		case t.lanes.part:
			x += readAhead(t.part, places, uint32(k)) + readAhead(t.count, places, uint32(k))
		case t.lanes.real:
			x += readAhead(t.real, places, uint32(k))
		}
	}
	return x
}

// readAhead reads from each state that places have in table k.
//
//go:noinline
func readAhead[T any](lane []T, places []place, k uint32) (x uint64) {
	last := unsafe.Sizeof(lane[0]) - 1
	for i := range places {
		if p := &places[i]; p.table == k {
			at := unsafe.Pointer(&lane[p.slot])
			x += uint64(*(*byte)(at)) + uint64(*(*byte)(unsafe.Add(at, last)))
		}
	}
	return x
}

// fillRows fills rows of any states.
func (a *Aggregator) fillRows(ctx context.Context, rows []Row, s *sheet, o *ordering) error {
	f := filler{a: a, o: o, zones: a.workers[0].zones, mi: int32(s.mi)}
	m := &a.measures[s.mi]
	values := m.Keep&KeepValues != 0
	rowOf := make([][]uint32, len(s.tables)) // place in rows of a slot
	if values {
		for k, t := range s.tables {
			rowOf[k] = make([]uint32, t.len())
		}
	}
	k := -1
	for i := range s.places {
		if i%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p := &s.places[i]
		t := s.tables[p.table]
		y := t.state(p.slot, m.scale)
		if i == 0 || p.key != s.places[i-1].key {
			k++
			f.place(&rows[k], p)
			rows[k].State = y.own()
		} else if err := rows[k].State.Merge(&y); err != nil {
			return a.dict.wrap(err, s.mi, t.group[p.slot])
		}
		if values {
			rowOf[p.table][p.slot] = uint32(k)
		}
	}
	if values {
		spreadValues(rows, s.tables, rowOf)
	}
	return nil
}

// spreadValues puts the numbers of the tables' logs into their rows: counted, then
// moved once into one array.
func spreadValues(rows []Row, tables []*table, rowOf [][]uint32) {
	next := make([]int, len(rows)+1)
	for k, t := range tables {
		of := rowOf[k]
		t.values.each(func(slot uint32, x []float64) { next[of[slot]+1] += len(x) })
	}
	for i := range rows {
		next[i+1] += next[i]
	}
	all := make([]float64, next[len(rows)])
	for i := range rows {
		v := &Values{x: all[next[i]:next[i+1]:next[i+1]]}
		if lo, hi, ok := extremes(&rows[i].State); ok {
			v.lo, v.hi, v.known = lo+0, hi+0, len(v.x) // as -0 is kept as 0
		}
		rows[i].State.Values = v
	}
	for k, t := range tables {
		of := rowOf[k]
		t.values.each(func(slot uint32, x []float64) {
			at := &next[of[slot]]
			copy(all[*at:], x)
			*at += len(x)
		})
		for s, list := range t.numbers {
			if len(list) == 0 {
				continue
			}
			if v := rows[of[s]].State.Values; len(v.counts) == 0 {
				v.counts, v.n = list, total(list) // lists never change: merging makes new ones
			} else {
				v.Merge(&Values{counts: list, n: total(list)})
			}
		}
	}
}

// zonesOf are the windows of every zone.
func (w *worker) zonesOf(d *dict) []*windows {
	for len(w.zones) < len(d.zones) {
		w.zones = append(w.zones, newWindows(w.cfg.Window, d.zones[len(w.zones)], w.cfg.Limits.Windows))
	}
	return w.zones
}

// state is the state of a slot, which shares memory with the table, but for its sets.
func (t *table) state(slot uint32, scale uint8) State {
	s := State{Rejects: t.rejects[slot]}
	switch {
	case t.lanes.hot:
		s.Moments = Moments{hot: t.hot[slot], rest: t.rest[slot], scale: scale}
	case t.lanes.part:
		r := t.part[slot].real(t.count[slot])
		s.Real = &r
	case t.lanes.real:
		s.Real = &t.real[slot]
	}
	if k := t.lanes.keep; k != 0 {
		if k&KeepHistogram != 0 {
			s.Histogram = t.histogram[slot]
		}
		if k&KeepEntities != 0 {
			s.Entities = t.entitySet(slot)
		}
		if k&KeepDistinct != 0 {
			s.Distinct = t.numberSet(slot, float64(pow10[scale]))
		}
		if k&KeepTop != 0 {
			s.Top = t.top[slot]
		}
		if k&KeepEnds != 0 {
			s.Ends = &t.ends[slot]
		}
		if k&KeepCircle != 0 {
			s.Circle = &t.circle[slot]
		}
	}
	return s
}

// own is s, of a table, with memory of its own.
func (s State) own() State {
	if x := s; x.Moments.rest == nil {
		x.Moments = Moments{}
		if x == (State{}) {
			return s
		}
	}
	entities, distinct := s.Entities, s.Distinct
	s.Entities, s.Distinct = nil, nil
	out := State{Moments: Moments{scale: s.Moments.scale}}
	_ = out.Merge(&s) // same scale
	out.Entities, out.Distinct = entities, distinct
	return out
}

// sortPlaces is p sorted by key, stable: bytes that all keys share are skipped.
func sortPlaces(p []place) []place {
	if len(p) < 64 {
		slices.SortStableFunc(p, func(a, b place) int { return cmp.Compare(a.key, b.key) })
		return p
	}
	var and, or = ^uint64(0), uint64(0)
	sorted := true
	for i := range p {
		and &= p[i].key
		or |= p[i].key
		sorted = sorted && (i == 0 || p[i-1].key <= p[i].key)
	}
	if sorted {
		return p
	}
	tmp := make([]place, len(p))
	for shift := 0; shift < 64; shift += 8 {
		if (and^or)>>shift&0xff == 0 {
			continue
		}
		var count [257]int
		for i := range p {
			count[p[i].key>>shift&0xff+1]++
		}
		for i := range 256 {
			count[i+1] += count[i]
		}
		for i := range p {
			b := p[i].key >> shift & 0xff
			tmp[count[b]] = p[i]
			count[b]++
		}
		p, tmp = tmp, p
	}
	return p
}
