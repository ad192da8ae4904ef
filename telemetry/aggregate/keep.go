package aggregate

import (
	"fmt"
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// keep puts rows into their states, and reports whether some were not finite.
func (w *worker) keep(mi int, p *placed) (rejected bool) {
	m, t, o := &w.d.measures[mi], w.tables[mi], &w.scratch.odd
	switch {
	case m.Form == Float && p.runs != nil:
		runFloats(t.part, t.count, p.runs, p.x, p.at, o, &w.ahead)
	case m.Form == Float:
		rowFloats(t.part, t.count, p.slot, p.x, p.at, o, w.scratch.left[:], &w.ahead)
	case p.runs != nil:
		runShort(t.hot, t.rest, p.runs, p.x, p.at, m.ten, o, &w.ahead)
	default:
		scatterShort(t.hot, t.rest, p.slot, p.x, p.at, m.ten, o, w.scratch.left[:], &w.ahead)
	}
	for i := range o.n {
		slot, x, at := o.slot[i], o.x[i], o.t[i]
		if x-x != 0 {
			t.reject(slot, RejectRange)
			w.beside(mi, t.group[slot], t.window[slot])
			rejected = true
			continue
		}
		h := &t.hot[slot]
		h.first, h.last = min(h.first, at), max(h.last, at)
		t.rest[slot] = addException(t.rest[slot], x)
	}
	o.n = 0
	return rejected
}

// keepAll puts rows into all states of their measure.
func (w *worker) keepAll(tr *translation, mi int, c *chunk, p *placed) error {
	m, t := &w.d.measures[mi], w.tables[mi]
	if m.Form == Decimal && m.Keep == KeepEntities {
		if w.keep(mi, p) { // place has not looked
			w.onlyFinite(p)
		}
		return w.keepRows(tr, mi, c, p)
	}
	if m.Keep&^tallied != 0 || m.Form == Text && m.Keep != 0 {
		if err := w.keepRows(tr, mi, c, p); err != nil {
			return err
		}
	}
	if t.tally == nil {
		w.keep(mi, p)
	} else if w.tally(mi, p); len(p.x) > 0 {
		w.keep(mi, p)
		t.widen(p, m.ten)
	} else {
		return nil
	}
	if m.Keep&tallied == 0 {
		return nil
	}
	if m.Form == Decimal && m.Keep&^tallied == 0 && !finite(p.x) { // place has not looked
		if w.onlyFinite(p); len(p.x) == 0 {
			return nil
		}
	}
	return w.keepNumbers(mi, p)
}

// onlyFinite takes out of p the numbers that keep has rejected, and those that no run
// has.
func (w *worker) onlyFinite(p *placed) {
	s, n := &w.scratch, 0
	take := func(k int, slot uint32) {
		if x := p.x[k]; x-x == 0 {
			s.e[n], s.x[n], s.t[n], s.slot[n] = p.entity[k], x, p.at[k], slot
			n++
		}
	}
	for k, slot := range p.slot { // none with runs
		take(k, slot)
	}
	for _, r := range p.runs {
		for k := r.from; k < r.to; k++ {
			take(int(k), r.slot)
		}
	}
	*p = placed{entity: s.e[:n], x: s.x[:n], at: s.t[:n], slot: s.slot[:n]}
}

// slotsOf are the slots of p's rows, and the table they are of.
func (w *worker) slotsOf(mi int, p *placed) ([]uint32, *table, error) {
	t, slot := w.tables[mi], p.slot
	if p.runs != nil {
		slot = w.scratch.slot[:len(p.x)]
		for _, r := range p.runs {
			for k := r.from; k < r.to; k++ {
				slot[k] = r.slot
			}
		}
	}
	side := w.sides[mi]
	if side == nil {
		return slot, t, nil
	}
	before := side.len()
	to := w.scratch.side[:len(slot)]
	for k, s := range slot {
		if k > 0 && s == slot[k-1] {
			to[k] = to[k-1]
		} else {
			to[k] = side.at(t.group[s], t.window[s])
		}
	}
	return to, side, w.check(mi, side.len()-before)
}

// roomFor holds n more numbers for exact quantiles to the limit.
func (w *worker) roomFor(n, mi int, t *table, slot uint32) error {
	if t.values.n+t.listed+n <= w.cfg.Limits.Values {
		return nil
	}
	return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d numbers for exact quantiles; keep a histogram, or raise Limits.Values", w.cfg.Limits.Values)}, mi, t.group[slot])
}

// keepNumbers puts numbers into the states that measures keep of them on demand.
func (w *worker) keepNumbers(mi int, p *placed) error {
	m := &w.d.measures[mi]
	slot, t, err := w.slotsOf(mi, p)
	if err != nil {
		return err
	}
	if m.Keep&KeepValues != 0 {
		n := len(slot)
		if p.runs != nil {
			n = 0
			for _, r := range p.runs {
				n += int(r.to - r.from)
			}
		}
		if err := w.roomFor(n, mi, t, slot[0]); err != nil {
			return err
		}
		if p.runs != nil {
			for _, r := range p.runs {
				t.values.addRun(slot[r.from], p.x[r.from:r.to])
			}
		} else {
			t.values.add(slot, p.x)
		}
	}
	if m.Keep&KeepHistogram != 0 {
		if p.runs != nil {
			for _, r := range p.runs {
				t.histogram[slot[r.from]].AddAll(p.x[r.from:r.to])
			}
		} else {
			for k, s := range slot {
				t.histogram[s].Add(p.x[k])
			}
		}
	}
	if m.Keep&KeepDistinct == 0 || m.Form == Text {
		return nil
	}
	if p.runs == nil {
		t.numbersAll(slot, p.x, m.ten)
	}
	for _, r := range p.runs {
		t.numbersOf(slot[r.from], p.x[r.from:r.to], m.ten)
	}
	return nil
}

// keepRows puts rows into the states that measures keep on demand of more than their
// numbers.
func (w *worker) keepRows(tr *translation, mi int, c *chunk, p *placed) error {
	m := &w.d.measures[mi]
	if t := w.tables[mi]; m.Keep&^tallied == KeepEntities && m.Form == Decimal && p.runs != nil {
		for i := range p.runs { // of one entity each
			t.meet(p.runs[i].slot, w.d, tr.entity[p.entity[p.runs[i].from]])
		}
		return nil
	}
	slot, t, err := w.slotsOf(mi, p)
	if err != nil {
		return err
	}
	if m.Keep&KeepEntities != 0 {
		t.meetAll(tr, w.d, p, slot)
	}
	row := func(k int) int {
		if p.row != nil {
			return int(p.row[k])
		}
		return k
	}
	if m.Keep&KeepTop != 0 || m.Form == Text && m.Keep&KeepDistinct != 0 {
		for k, s := range slot {
			var text []byte
			if m.Form == Text {
				text = c.text(row(k))
				if m.Keep&KeepDistinct != 0 {
					t.overflow(&t.distinct[s]).Add(sketch.ID(text))
				}
			} else {
				w.key = appendNumber(w.key[:0], p.x[k]+0)
				text = w.key
			}
			if m.Keep&KeepTop != 0 {
				t.top[s].Add(text, 1)
			}
		}
	}
	if m.Keep&KeepCircle != 0 {
		for k, s := range slot {
			t.turned(s, m.Turn).Add(p.x[k])
		}
	}
	if m.Keep&KeepEnds != 0 {
		last, rank := uint32(0), uint32(0)
		for k, s := range slot {
			var d telemetry.Detail // lanes made by hand may have none
			if i := c.from + row(k); i < len(c.b.Detail) {
				d = c.b.Detail[i]
			}
			if d.Source != last {
				last, rank = d.Source, w.d.sources[c.b.Sources.At(d.Source).Name]
			}
			t.ends[s].Add(Reading{p.at[k], rank, d.Start, p.x[k]})
		}
	}
	return nil
}

// appendNumber is the key of a number in a State.Top.
func appendNumber(dst []byte, x float64) []byte { return strconv.AppendFloat(dst, x, 'g', -1, 64) }

// text is the text of row i of the chunk.
func (c *chunk) text(i int) []byte { return c.b.Text(c.from + i) }
