package aggregate

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
)

// compare is the order of a result.
func (x *Row) compare(y *Row) int {
	return cmp.Or(cmp.Compare(x.measure, y.measure), strings.Compare(x.Group, y.Group), strings.Compare(x.Entity, y.Entity),
		strings.Compare(x.Type, y.Type), cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End))
}

func sortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int { return a.compare(&b) })
}

// mergeRows are the rows of two sorted lists in order.
func mergeRows(x, y []Row) []Row {
	if len(x) == 0 {
		return y
	}
	if len(y) == 0 {
		return x
	}
	out := make([]Row, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if y[0].compare(&x[0]) < 0 {
			out, y = append(out, y[0]), y[1:]
		} else {
			out, x = append(out, x[0]), x[1:]
		}
	}
	return append(append(out, x...), y...)
}

// seriesRows are the states of single series of a measure, in order. Those of a stage
// come before those of the readings that wait in it.
func (a *Aggregator) seriesRows(ctx context.Context, mi int, stages []*worker, o *ordering) ([]Row, error) {
	n := 0
	for _, w := range stages {
		n += w.stage.timed[mi].len()
	}
	places := make([]place, 0, n)
	rank, entities := a.seriesOrder(mi, stages, o)
	for k, w := range stages {
		t := w.stage.timed[mi]
		for s := range t.len() {
			if t.lanes.timed && t.timed[s].n == 0 || t.lanes.counter && t.counter[s].n == 0 {
				continue // its readings were beyond decimals
			}
			places = append(places, place{keyOf(rank[t.group[s]], t.window[s]), uint32(k), uint32(s)})
		}
	}
	places = sortPlaces(places)
	rows := make([]Row, 0, keys(places))
	var timed []Timed
	var counter []Counter
	for i := range places {
		if i%looks == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p := &places[i]
		t := stages[p.table].stage.timed[mi]
		if i > 0 && p.key == places[i-1].key {
			var y State
			if t.lanes.timed {
				y.Timed = &t.timed[p.slot]
			}
			if t.lanes.counter {
				y.Counter = &t.counter[p.slot]
			}
			y.Moments = NewMoments(a.measures[mi].scale)
			if err := rows[len(rows)-1].State.Merge(&y); err != nil {
				return nil, err
			}
			continue
		}
		e := &a.dict.entities[entities[p.rank()]]
		g := &a.dict.groups[e.group]
		z := stages[p.table].zonesOf(a.dict)[e.zone]
		at := int64(p.window())
		rows = append(rows, Row{measure: int32(mi), Group: g.ID, Entity: e.ID, Type: e.Type, Zone: g.Zone, Window: z.period(at)})
		x := &rows[len(rows)-1]
		x.Start, x.End = z.spanOf(at)
		x.State.Moments = NewMoments(a.measures[mi].scale)
		if t.lanes.timed {
			if len(timed) == 0 {
				timed = make([]Timed, min(partRows, len(places)-i))
			}
			timed[0] = t.timed[p.slot]
			x.State.Timed, timed = &timed[0], timed[1:]
		}
		if t.lanes.counter {
			if len(counter) == 0 {
				counter = make([]Counter, min(partRows, len(places)-i))
			}
			counter[0] = t.counter[p.slot]
			x.State.Counter, counter = &counter[0], counter[1:]
		}
	}
	return rows, nil
}

// seriesOrder is the rank of each entity that has a state of a measure, and the entities
// by rank: by group, ID and type.
func (a *Aggregator) seriesOrder(mi int, stages []*worker, o *ordering) (rank, entities []uint32) {
	rank = make([]uint32, len(a.dict.entities))
	var places []place
	for _, w := range stages {
		for _, e := range w.stage.timed[mi].group {
			if rank[e] == 0 {
				rank[e] = 1
				places = append(places, place{key: uint64(o.rank[a.dict.entities[e].group]), slot: e})
			}
		}
	}
	places = sortPlaces(places)
	names := func(e uint32) (id, kind string) { return a.dict.entities[e].ID, a.dict.entities[e].Type }
	for from := 0; from < len(places); {
		to := from + 1
		for to < len(places) && places[to].key == places[from].key {
			to++
		}
		sortByID(places[from:to], names, 0)
		from = to
	}
	entities = make([]uint32, len(places))
	for i := range places {
		entities[i], rank[places[i].slot] = places[i].slot, uint32(i)
	}
	return rank, entities
}

// edges makes the figures of groups out of those of series: what a reading carries out
// of its window goes to the windows it reaches.
type edges struct {
	m      *measure
	zones  func(*Row) *windows
	rows   []Row // of groups, sorted; behind them those that close adds
	sorted int
	index  map[edge]int
	series map[string]int64 // by group
	end    int64            // of the last window with a reading
	// What ends at retired or before was counted, but for what tails still carry there.
	retired int64
	until   []int64 // by zone: readings stand until then at least; nil: until end
	zone    func(*Row) uint32
}

type edge struct {
	group string
	start int64
}

// close adds to the group rows what follows from series rows, both sorted.
func (e *edges) close(ctx context.Context, series []Row) error {
	e.index, e.series, e.sorted = map[edge]int{}, map[string]int64{}, len(e.rows)
	for i := range e.rows {
		e.index[edge{e.rows[i].Group, e.rows[i].Start}] = i
		e.end = max(e.end, e.rows[i].End)
	}
	for i := range series {
		e.end = max(e.end, series[i].End)
		if i == 0 || !sameSeries(&series[i-1], &series[i]) {
			e.series[series[i].Group]++
		}
	}
	for i := range series {
		if i%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		x := &series[i]
		var before, after *Row
		if i > 0 && sameSeries(&series[i-1], x) {
			before = &series[i-1]
		}
		if i+1 < len(series) && sameSeries(&series[i+1], x) {
			after = &series[i+1]
		}
		if x.State.Counter != nil && x.old == nil {
			e.meter(x, before)
		}
		if x.State.Timed != nil {
			if err := e.carry(x, after); err != nil {
				return err
			}
		}
	}
	for i := range e.rows {
		x := &e.rows[i]
		if s := x.State.Span; s != nil || e.m.Hold != NotHeld && e.series[x.Group] > 0 {
			s := fresh(&x.State.Span)
			s.scale, s.hold = e.m.scale, e.m.Hold
			if !x.Window.IsZero() { // all time has no length, and no coverage
				s.whole = mul64(e.series[x.Group], x.End-x.Start)
			}
		}
	}
	return nil
}

// with are the rows of groups and of sorted series in order.
func (e *edges) with(series []Row) []Row {
	more := e.rows[e.sorted:]
	sortRows(more)
	return mergeRows(mergeRows(e.rows[:e.sorted], more), series)
}

func sameSeries(a, b *Row) bool {
	return a.Group == b.Group && a.Entity == b.Entity && a.Type == b.Type
}

// at is the group's row of the window of time t.
func (e *edges) at(x *Row, t int64) (*Row, error) {
	w := e.zones(x)
	o, from, to, err := w.find(t)
	if err != nil {
		return nil, err
	}
	k := edge{x.Group, from}
	i, ok := e.index[k]
	if !ok {
		i = len(e.rows)
		e.index[k] = i
		e.rows = append(e.rows, Row{measure: x.measure, Group: x.Group, Zone: x.Zone, Window: w.period(o), Start: from, End: to, State: State{Moments: NewMoments(e.m.scale)}})
	}
	return &e.rows[i], nil
}

func (e *edges) span(r *Row) *Span {
	s := fresh(&r.State.Span)
	s.scale, s.hold = e.m.scale, e.m.Hold
	return s
}

func (e *edges) carry(x, after *Row) error {
	t := x.State.Timed
	if x.old == nil {
		r, err := e.at(x, x.Start)
		if err != nil {
			return err
		}
		e.span(r).put(t.integral, t.covered)
	}
	if t.hold == Linear {
		if after == nil {
			return nil
		}
		n := after.State.Timed
		if x.old == nil {
			return e.way(x, n.firstT, n.firstV, earliest, false)
		}
		if *x.old == (tail{true, n.firstT, n.firstV}) {
			return e.way(x, n.firstT, n.firstV, e.retired, false)
		}
		if x.old.met {
			if err := e.way(x, x.old.t, x.old.v, earliest, true); err != nil {
				return err
			}
		}
		return e.way(x, n.firstT, n.firstV, earliest, false)
	}
	reach := e.end
	if e.until != nil {
		reach = max(reach, e.until[e.zone(x)])
	}
	if after != nil {
		reach = after.State.Timed.firstT
	}
	if t.maxAge < reach-t.lastT {
		reach = t.lastT + t.maxAge
	}
	from := int64(earliest)
	if x.old != nil {
		from = e.retired
	}
	return e.pieces(x, reach, from, latest, func(r *Row, a, b int64) { e.span(r).put(mul64(t.lastV, b-a), b-a) })
}

// way adds the line from x's last reading to another one, if that came in time, to the
// windows that end after a time; or takes it back from those that were retired.
func (e *edges) way(x *Row, t2, v2, after int64, back bool) error {
	t := x.State.Timed
	if t2-t.lastT > t.maxAge {
		return nil
	}
	until := int64(latest)
	if back {
		until = e.retired
	}
	return e.pieces(x, t2, after, until, func(r *Row, a, b int64) {
		part, _ := lineTo(t.lastT, t.lastV, t2, v2, b).add(lineTo(t.lastT, t.lastV, t2, v2, a).neg())
		if back {
			e.span(r).put(part.neg(), a-b)
			return
		}
		e.span(r).put(part, b-a)
	})
}

// pieces calls f for the parts, by window, of the time from x's last reading until reach
// that lie in windows that end after a time, and not after another.
func (e *edges) pieces(x *Row, reach, after, until int64, f func(r *Row, from, to int64)) error {
	for from := x.State.Timed.lastT; from < reach; {
		_, _, end, err := e.zones(x).find(from)
		if err != nil {
			return err
		}
		to := min(end, reach)
		if end > after && end <= until {
			r, err := e.at(x, from)
			if err != nil {
				return err
			}
			f(r, from, to)
		}
		from = to
	}
	return nil
}

func (e *edges) meter(x, before *Row) {
	r, err := e.at(x, x.Start)
	if err != nil {
		return // the window is there: x is of it
	}
	c := x.State.Counter
	i := fresh(&r.State.Increase)
	o := Increase{scale: c.scale, total: c.increase, resets: c.resets, wraps: c.wraps, elapsed: wide(c.lastT - c.firstT)}
	if before == nil {
		o.unknown = 1
	} else {
		b := before.State.Counter
		by, reset, wrap := c.step(b.lastV, c.firstV)
		o.total, _ = o.total.add(wide(by))
		o.resets, o.wraps = o.resets+reset, o.wraps+wrap
		o.elapsed, _ = o.elapsed.add(wide(c.firstT - b.lastT))
	}
	_ = i.Merge(&o)
}

// To is the result by windows of a coarser frequency, which must be made of whole ones
// of the present: days of hours, months of days, school years of months. States are
// merged, never figures. The error is of kind ErrWindow if a window lies across two,
// as weeks do at the ends of most months.
func (r *Result) To(f period.Freq) (*Result, error) {
	return r.regroup(func(x *Row) (period.Period, error) {
		p, ok := x.Window.Enclosing(f)
		if !ok {
			return p, &Error{Kind: ErrWindow, Measure: r.measures[x.measure].ID, Group: x.Group, Msg: fmt.Sprintf("window %v is not within one of frequency %v; aggregate by a finer window", x.Window, f)}
		}
		return p, nil
	})
}

// regroup merges rows of one group, or series, and of the window that of gives.
func (r *Result) regroup(of func(*Row) (period.Period, error)) (*Result, error) {
	out := &Result{Totals: r.Totals, measures: r.measures, since: r.since, until: r.until, only: r.only}
	var rows []Row
	for x := range r.rows.all() {
		p, err := of(x)
		if err != nil {
			return nil, err
		}
		n := len(rows)
		if n == 0 || rows[n-1].Window != p || rows[n-1].measure != x.measure || !sameSeries(&rows[n-1], x) {
			y := *x
			y.Window, y.State = p, State{Moments: NewMoments(r.measures[x.measure].scale)}
			y.Start, y.End = spanOf(p, x.Zone)
			rows = append(rows, y)
			n++
		}
		if err := rows[n-1].merge(x); err != nil {
			return nil, err
		}
	}
	out.rows = listOf(rows)
	return out, nil
}

// merge merges a row of a window within.
func (x *Row) merge(o *Row) error {
	if err := x.State.Merge(&o.State); err != nil {
		return err
	}
	x.Correction = x.Correction || o.Correction
	if s := x.State.Span; s != nil && o.State.Span != nil && o.End > o.Start {
		w := o.State.Span.whole
		series, _ := bits.Div64(uint64(w.hi), w.lo, uint64(o.End-o.Start)) // as many as there are
		s.whole = mul64(int64(series), x.End-x.Start)
	}
	return nil
}

// Rolling is the result by windows of n of the present ones, one that ends with each,
// from the first to the last of each group and series: n is 2 to period.MaxRolling. The
// first of them lack what was before the data: see the coverage.
func (r *Result) Rolling(n int) (*Result, error) {
	out := &Result{Totals: r.Totals, measures: r.measures, since: r.since, until: r.until, only: r.only}
	var all []Row
	for from := 0; from < r.rows.n; {
		first := r.rows.at(from)
		rows := []*Row{first}
		for to := from + 1; to < r.rows.n; to++ {
			x := r.rows.at(to)
			if x.measure != first.measure || !sameSeries(x, first) {
				break
			}
			rows = append(rows, x)
		}
		from += len(rows)
		i := 0
		for end := rows[0].Window; end.Compare(rows[len(rows)-1].Window) <= 0; end = end.Add(1) {
			p := period.RollingTo(end, n)
			if p.IsZero() {
				return nil, &Error{Kind: ErrWindow, Msg: fmt.Sprintf("no window of %d ends with %v; n is 2 to %d", n, end, period.MaxRolling)}
			}
			y := *rows[0]
			y.Window, y.State, y.Correction = p, State{Moments: NewMoments(r.measures[y.measure].scale)}, false
			y.Start, y.End = spanOf(p, y.Zone)
			for i < len(rows) && rows[i].Start < y.Start {
				i++
			}
			some := false
			for k := i; k < len(rows) && rows[k].End <= y.End; k++ {
				some = true
				if err := y.merge(rows[k]); err != nil {
					return nil, err
				}
			}
			if some {
				all = append(all, y)
			}
		}
	}
	out.rows = listOf(all)
	return out, nil
}
