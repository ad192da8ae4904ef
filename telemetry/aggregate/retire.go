package aggregate

import (
	"context"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

// Retire returns the result of the windows that end at t (nanoseconds since 1970 UTC)
// or before, and forgets their states; a time before that of an earlier Retire counts
// as that one. A row that comes for one of them later makes a new state, marked
// Row.Correction: what it holds is to be merged ([Result.Merge]) with what was
// returned. Of measures with Once, readings of retired windows that come later are
// rejected as late, since nothing is left to tell whether they are repeated.
//
// It is for measures without Hold and Meter, whose windows lean on one another, and
// before anything was spilled: otherwise the error is of kind ErrConfig. If ctx ends
// nothing is forgotten.
func (a *Aggregator) Retire(ctx context.Context, t int64) (*Result, error) {
	if a.err != nil {
		return nil, a.err
	}
	t = max(t, a.retired)
	for i := range a.measures {
		if m := &a.measures[i]; m.Hold != NotHeld || m.Meter != nil || m.Form == Float || len(a.runs) > 0 {
			return nil, &Error{Kind: ErrConfig, Measure: m.ID, Msg: "measures with Hold, Meter or form Float cannot be retired, nor states that were spilled; start an aggregator for each month, say"}
		}
	}
	for _, w := range a.stages {
		if err := w.settle(t); err != nil {
			a.err = err
			return nil, err
		}
	}
	r, err := a.inMemory(ctx)
	if err != nil {
		return nil, err
	}
	r.until = t
	k := 0
	for i := range r.rows {
		if r.rows[i].End <= t {
			r.rows[k] = r.rows[i]
			k++
		}
	}
	r.rows = r.rows[:k]
	for _, w := range append(a.workers[:len(a.workers):len(a.workers)], a.stages...) {
		for mi, old := range w.tables {
			fresh := newTable(a.cfg.Limits.Dense, old.lanes)
			moved := make([]uint32, old.len())
			for s := range moved {
				moved[s] = ^uint32(0)
				g, o := old.group[s], old.window[s]
				if _, end := w.zonesOf(a.dict)[a.dict.zone(a.dict.groups[g].Zone)].spanOf(int64(o)); end <= t {
					continue
				}
				moved[s] = fresh.at(g, o)
				x := old.state(uint32(s), a.measures[mi].scale)
				if err := fresh.put(moved[s], &x); err != nil {
					return nil, err
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
				}
			}
			w.states -= old.len() - fresh.len()
			w.tables[mi] = fresh
			if w.stage != nil {
				for e := range w.stage.series[mi] {
					x := &w.stage.series[mi][e]
					x.from, x.to = 1, 0 // slots have moved
				}
			}
		}
	}
	for _, w := range append(a.workers[:len(a.workers):len(a.workers)], a.stages...) {
		w.recharge()
	}
	a.retired, a.counted = t, a.Totals()
	return r, nil
}

// settle puts the readings that wait for windows that end at t or before into their
// states, so that they are not counted again once those are retired, and makes what
// still comes for these windows late.
func (w *worker) settle(t int64) error {
	w.stage.settled = w.settled(t)
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
