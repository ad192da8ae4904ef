package aggregate

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// Result is states sorted by measure (in the order of the Config), group, entity and
// window: those of the group first, with no entity, then those of its series where a
// measure has Hold or Meter. It is read-only and then safe for concurrent use.
type Result struct {
	Totals   Totals // since the last Retire
	measures []measure
	rows     []Row
	since    int64                       // windows that end at it or before are corrections; earliest: none
	only     map[string]telemetry.Entity // by group: its entity, or the zero one of several; nil: not looked at
	until    int64                       // of Retire: windows that end at it or before are whole; earliest: of no Retire
}

// Row is a state and what it is of. Start and End are the window's instants, in
// nanoseconds since 1970 UTC.
type Row struct {
	State      State
	Group      string
	Entity     string // see Key
	Type       string
	Window     period.Period
	Zone       *time.Location
	Start, End int64
	// Correction: State is what came after the window was retired. See Aggregator.Retire
	// and Result.Merge.
	Correction bool
	measure    int32
	old        *tail // of a series: it is there for what it carries
}

// Len is the number of rows.
func (r *Result) Len() int { return len(r.rows) }

// Rows ranges over the rows in their order. The states are not to be changed. It can
// be ranged again.
func (r *Result) Rows() iter.Seq2[Key, *Row] {
	return func(yield func(Key, *Row) bool) {
		for i := range r.rows {
			x := &r.rows[i]
			if !yield(r.key(x), x) {
				return
			}
		}
	}
}

func (r *Result) key(x *Row) Key {
	return Key{Measure: r.measures[x.measure].ID, Group: x.Group, Entity: x.Entity, Type: x.Type, Window: x.Window}
}

// At is the state of a key; nil if there is none.
func (r *Result) At(k Key) *Row {
	m := slices.IndexFunc(r.measures, func(m measure) bool { return m.ID == k.Measure })
	i, ok := slices.BinarySearchFunc(r.rows, k, func(x Row, k Key) int {
		return cmp.Or(cmp.Compare(int(x.measure), m), strings.Compare(x.Group, k.Group), strings.Compare(x.Entity, k.Entity),
			strings.Compare(x.Type, k.Type), cmp.Compare(x.Start, startIn(k.Window, x.Zone)))
	})
	if !ok || r.rows[i].Window != k.Window {
		return nil
	}
	return &r.rows[i]
}

func startIn(p period.Period, zone *time.Location) int64 {
	from, _ := spanOf(p, zone)
	return from
}

// Result is what has been added so far; the aggregator may go on. States are copied
// where the aggregator could still change them. Where states were spilled it reads all
// of them into memory: see Each. If ctx ends, so does this, with its error; the
// aggregator goes on as if nothing had been asked.
func (a *Aggregator) Result(ctx context.Context) (*Result, error) {
	if len(a.runs) == 0 {
		return a.inMemory(ctx)
	}
	r := a.newResult()
	err := a.Each(ctx, func(x *Row) error {
		r.rows = append(r.rows, *x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// allStages are the stages and, after them, those of the readings that still wait, each
// made on a goroutine of its own.
func (a *Aggregator) allStages(ctx context.Context) ([]*worker, error) {
	n := len(a.stages)
	stages, errs := append(slices.Clone(a.stages), make([]*worker, n)...), make([]error, n)
	if n == 1 {
		stages[1], errs[0] = a.stages[0].waiting(ctx)
		return stages, errs[0]
	}
	var group sync.WaitGroup
	for i, w := range a.stages {
		group.Go(func() { stages[n+i], errs[i] = w.waiting(ctx) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return stages, nil
}

func (a *Aggregator) inMemory(ctx context.Context) (*Result, error) { return a.gather(ctx, earliest) }

// gather is the result of what is in memory; readings that stand do so until a time at
// least.
func (a *Aggregator) gather(ctx context.Context, until int64) (*Result, error) {
	if a.err != nil {
		return nil, a.err
	}
	r := a.newResult()
	stages, err := a.allStages(ctx)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, w := range append(stages[:len(stages):len(stages)], a.workers...) {
		n += w.states
	}
	for _, t := range a.real {
		if t != nil {
			n += t.len()
		}
	}
	r.rows = make([]Row, 0, n)
	rank := a.ranks()
	for i := range a.measures {
		first := len(r.rows)
		if err := a.collect(ctx, r, i, rank, stages); err != nil {
			return nil, err
		}
		if m := &a.measures[i]; m.Hold != NotHeld || m.Meter != nil {
			series, err := a.seriesRows(ctx, i, stages)
			if err != nil {
				return nil, a.dict.wrap(err, i, noGroup)
			}
			zones := a.workers[0].zonesOf(a.dict)
			e := edges{m: m, rows: slices.Clone(r.rows[first:]), zones: func(x *Row) *windows { return zones[a.dict.zone(x.Zone)] }, retired: a.retired}
			if until > earliest && until < latest {
				e.until = a.workers[0].settled(until)
				e.zone = func(x *Row) uint32 { return a.dict.zone(x.Zone) }
			}
			if a.tails != nil {
				series = append(series, a.tails[i]...)
				sortRows(series)
			}
			if err := e.close(ctx, series); err != nil {
				return nil, a.dict.wrap(err, i, noGroup)
			}
			series = slices.DeleteFunc(series, func(x Row) bool { return x.old != nil })
			r.rows = append(append(r.rows[:first], e.rows...), series...)
			sortRows(r.rows[first:])
		}
	}
	if a.retired > earliest {
		for i := range r.rows {
			r.rows[i].Correction = r.rows[i].End <= a.retired
		}
	}
	return r, nil
}

func (a *Aggregator) newResult() *Result {
	t := a.Totals()
	t.subtract(a.counted)
	return &Result{Totals: t, measures: a.measures, since: a.retired, until: earliest, only: a.only()}
}

// ranks are the places of the groups in the order of their IDs.
func (a *Aggregator) ranks() []uint32 {
	order := make([]uint32, len(a.dict.groups))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(a.dict.groups[x].ID, a.dict.groups[y].ID) })
	rank := make([]uint32, len(order))
	for i, g := range order {
		rank[g] = uint32(i)
	}
	return rank
}

// looks is how many states are worked on between two looks at a context.
const looks = 4096

// place is a slot of a table and its order among all.
type place struct {
	key   uint64 // rank of the group, then window
	table uint32
	slot  uint32
}

// collect appends the rows of a measure.
func (a *Aggregator) collect(ctx context.Context, r *Result, mi int, rank []uint32, stages []*worker) error {
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
	return a.collectTables(ctx, r, mi, tables, rank)
}

// collectTables appends the merged rows of tables of a measure.
func (a *Aggregator) collectTables(ctx context.Context, r *Result, mi int, tables []*table, rank []uint32) error {
	n := 0
	for _, t := range tables {
		t.settle(a.measures[mi].ten)
		n += t.len()
	}
	places := make([]place, 0, n)
	for k, t := range tables {
		for s, g := range t.group {
			if t.merged(s) {
				continue
			}
			places = append(places, place{uint64(rank[g])<<32 | uint64(uint32(t.window[s])^1<<31), uint32(k), uint32(s)})
		}
	}
	places = sortPlaces(places)
	zones := a.workers[0].zonesOf(a.dict)
	var last uint64
	values := a.measures[mi].Keep&KeepValues != 0
	rowOf := make([][]uint32, len(tables)) // place in r.rows of a slot
	if values {
		for k, t := range tables {
			rowOf[k] = make([]uint32, t.len())
		}
	}
	first := len(r.rows)
	for i, p := range places {
		if i%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := tables[p.table]
		if values {
			rowOf[p.table][p.slot] = uint32(len(r.rows) - first)
		}
		if i > 0 && p.key == last {
			if values {
				rowOf[p.table][p.slot]--
			}
			o := t.state(p.slot, a.measures[mi].scale)
			if err := r.rows[len(r.rows)-1].State.Merge(&o); err != nil {
				return a.dict.wrap(err, mi, t.group[p.slot])
			}
			continue
		}
		last = p.key
		g := &a.dict.groups[t.group[p.slot]]
		w := zones[a.dict.zone(g.Zone)]
		r.rows = append(r.rows, Row{measure: int32(mi), Group: g.ID, Zone: g.Zone, State: t.state(p.slot, a.measures[mi].scale).own()})
		x := &r.rows[len(r.rows)-1]
		o := int64(t.window[p.slot])
		x.Window = w.period(o)
		x.Start, x.End = w.spanOf(o)
	}
	if values {
		spreadValues(r.rows[first:], tables, rowOf)
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
