package aggregate

import (
	"context"
	"slices"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

// Retire returns the result of the windows that end at t (nanoseconds since 1970 UTC)
// or before, and forgets their states; a time before that of an earlier Retire counts
// as that one. A row that comes for one of them later makes a new state, marked
// Row.Correction: what it holds is to be merged ([Result.Merge]) with what was
// returned. Of measures with Once, Hold and Meter, readings of retired windows that come
// later are rejected as late.
//
// Of measures with Hold and Meter the last state of each series stays, so that what it
// carries into later windows is right: a reading that stands is counted until t, and
// after t in the windows there. Of Linear, the way from the last reading before t to
// one that comes after is a correction of the windows it lies in.
//
// Sums of form Float round in other places than without it. It is for use before
// anything was spilled: otherwise the error is of kind ErrConfig. If ctx ends nothing is
// forgotten.
func (a *Aggregator) Retire(ctx context.Context, t int64) (*Result, error) {
	if a.err != nil {
		return nil, a.err
	}
	if len(a.runs) > 0 {
		return nil, &Error{Kind: ErrConfig, Msg: "states that were spilled are not retired; use Each, and start an aggregator for each month, say"}
	}
	t = max(t, a.retired)
	for _, w := range a.stages {
		if err := w.settle(t); err != nil {
			a.err = err
			return nil, err
		}
	}
	r, err := a.gather(ctx, t)
	if err != nil {
		return nil, err
	}
	a.keepTails(r, t)
	r.until = t
	r.rows = r.rows.only(func(x *Row) bool { return x.End <= t })
	for mi := range a.measures {
		if a.real[mi] != nil {
			a.real[mi] = a.pruned(mi, a.real[mi], t, false)
		}
		for _, w := range append(a.workers[:len(a.workers):len(a.workers)], a.stages...) {
			before := w.tables[mi].len()
			w.tables[mi] = a.pruned(mi, w.tables[mi], t, false)
			w.states += w.tables[mi].len() - before
			if s := w.sides[mi]; s != nil {
				w.sides[mi] = a.pruned(mi, s, t, false)
				w.states += w.sides[mi].len() - s.len()
			}
			if w.stage == nil {
				continue
			}
			own := w.stage.timed[mi]
			w.stage.timed[mi] = a.pruned(mi, own, t, true)
			w.states += w.stage.timed[mi].len() - own.len()
			for e := range w.stage.series[mi] {
				x := &w.stage.series[mi][e]
				x.from, x.to = 1, 0 // slots have moved
			}
		}
	}
	for _, w := range append(a.workers[:len(a.workers):len(a.workers)], a.stages...) {
		w.recharge()
	}
	a.retired, a.counted = t, a.Totals()
	return r, nil
}

// pruned is a table without the windows that end at t or before; of series it is keyed
// by entity.
func (a *Aggregator) pruned(mi int, old *table, t int64, series bool) *table {
	fresh := newTable(a.cfg.Limits.Dense, old.lanes)
	zones := a.workers[0].zonesOf(a.dict)
	moved := make([]uint32, old.len())
	for s := range moved {
		moved[s] = ^uint32(0)
		zone := uint32(0)
		if series {
			zone = a.dict.entities[old.group[s]].zone
		} else {
			zone = a.dict.zone(a.dict.groups[old.group[s]].Zone)
		}
		if _, end := zones[zone].spanOf(int64(old.window[s])); end <= t {
			continue
		}
		to := fresh.at(old.group[s], old.window[s])
		moved[s] = to
		switch {
		case series:
			if old.lanes.timed {
				fresh.timed[to] = old.timed[s]
			}
			if old.lanes.counter {
				fresh.counter[to] = old.counter[s]
			}
		case old.lanes.part:
			fresh.part[to], fresh.count[to], fresh.rejects[to] = old.part[s], old.count[s], old.rejects[s]
		default:
			x := old.state(uint32(s), a.measures[mi].scale)
			_ = fresh.put(to, &x) // of the same lanes
		}
	}
	old.values.each(func(slot uint32, x []float64) {
		if to := moved[slot]; to != ^uint32(0) {
			fresh.values.addRun(to, x)
		}
	})
	for s, list := range old.numbers {
		if to := moved[s]; to != ^uint32(0) {
			fresh.numbers[to] = list
			fresh.listed += len(list)
		}
	}
	return fresh
}

// tail marks the row of a series that stays after its window was retired. If a reading
// came after it, the way there was counted in the windows that were retired; if another
// one takes its place, the difference is a correction.
type tail struct {
	met  bool
	t, v int64 // what it met
}

// keepTails keeps the last state of each series of r until t.
func (a *Aggregator) keepTails(r *Result, t int64) {
	if a.tails == nil {
		a.tails = make([][]Row, len(a.measures))
	}
	for mi := range a.measures {
		if m := &a.measures[mi]; m.Hold == NotHeld && m.Meter == nil {
			continue
		}
		rows := slices.Clone(a.tails[mi])
		for x := range r.rows.all() {
			if int(x.measure) == mi && (x.Entity != "" || x.Type != "") {
				rows = append(rows, *x)
			}
		}
		sortRows(rows)
		k := 0
		for i := range rows {
			next := i+1 < len(rows) && sameSeries(&rows[i], &rows[i+1])
			if rows[i].End > t || next && rows[i+1].End <= t {
				continue
			}
			x := rows[i]
			if s := x.State.Timed; s != nil { // of its own: not to hold on to those of other windows
				v := *s
				x.State.Timed = &v
			}
			if s := x.State.Counter; s != nil {
				v := *s
				x.State.Counter = &v
			}
			x.old = &tail{}
			if next && rows[i+1].State.Timed != nil {
				n := rows[i+1].State.Timed
				x.old = &tail{true, n.firstT, n.firstV}
			}
			rows[k] = x
			k++
		}
		a.tails[mi] = slices.Clone(rows[:k])
	}
}

// settle puts the readings that wait for windows that end at t or before into their
// states, so that they are not counted again once those are retired, and makes what
// still comes for these windows late.
func (w *worker) settle(t int64) error {
	w.stage.settled = w.settled(t)
	if err := w.stage.unshorten(); err != nil {
		return err
	}
	if err := w.release(func(e uint32, _ *queue, t int64) bool { return w.retired(e, t) }); err != nil {
		return err
	}
	for mi, l := range w.stage.series {
		for e := range l {
			x := &l[e]
			if !x.some || !w.retired(uint32(e), x.last.Time) {
				continue
			}
			if err := w.goOn(mi, uint32(e), x); err != nil {
				return err
			}
			x.some, x.others = false, x.others[:0]
		}
	}
	return nil
}

// settled are, by zone, the ends of the last windows that end at t or before.
func (w *worker) settled(t int64) []int64 {
	var out []int64
	for _, z := range w.zonesOf(w.d) {
		end := t
		switch {
		case t == latest:
		case w.cfg.Window == period.None:
			end = earliest
		default:
			if p := period.Of(time.Unix(0, t), w.cfg.Window, z.zone); !p.IsZero() {
				end = clampTime(p.Start(z.zone))
			}
		}
		out = append(out, end)
	}
	return out
}

// retired reports whether the window of e of a time was retired.
func (w *worker) retired(e uint32, t int64) bool {
	z := w.d.entities[e].zone
	return int(z) < len(w.stage.settled) && t < w.stage.settled[z]
}

func (t *Totals) subtract(o Totals) {
	t.add(Totals{-o.Rows, -o.Unwanted, -o.Timeless, -o.Outside, -o.Ungrouped})
}
