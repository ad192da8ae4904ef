package aggregate

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
)

// course is readings, of one series or of several in turn: times and numbers in lanes,
// and where the rest of each is.
type course struct {
	t       []int64
	x       []float64
	sorter  *sorter // of readings of one series, in order; nil: they are rows of a batch
	batch   *telemetry.Batch
	first   int     // row
	row     []int32 // from first on; nil: 0, 1, 2 …
	quality []telemetry.Quality
	alike   bool // rows are of one

	source, rank uint32 // of the last one
}

// at is reading k.
func (r *course) at(w *worker, k int) held {
	if r.sorter != nil {
		return r.sorter.at(k)
	}
	i := r.rowOf(k)
	h := held{Reading{Time: r.t[k], Value: r.x[k] + 0}, r.quality[i]}
	if len(r.batch.Detail) > 0 {
		d := &r.batch.Detail[r.first+i]
		if d.Source != r.source {
			r.source, r.rank = d.Source, w.d.sources[r.batch.Sources.At(d.Source).Name]
		}
		h.Source, h.Offset = r.rank, d.Start
	}
	return h
}

func (r *course) rowOf(k int) int {
	if r.row != nil {
		return int(r.row[k])
	}
	return k
}

// rise takes the readings [from, to) of r, of one series: those that rise strictly within
// a window go on together, the others one by one.
func (w *worker) rise(mi int, e uint32, r *course, from, to int) error {
	x, q := w.stage.of(mi, e)
	for k := from; k < to; {
		at, n := r.t[k], 1
		late := r.sorter == nil && w.late(e, q, at)
		if late || x.some && at <= x.last.Time || w.stage.single {
			h := r.at(w, k)
			var err error
			if late {
				err = w.rejectReading(mi, e, at, RejectLate)
			} else {
				q.latest = max(q.latest, at)
				err = w.push(mi, e, x, &h)
			}
			if err != nil {
				return err
			}
			k++
			continue
		}
		if k+1 < to && r.t[k+1] > at {
			end := x.to
			if at < x.from || at >= end {
				en := &w.d.entities[e]
				var err error
				if _, _, end, err = w.zones[en.zone].find(at); err != nil {
					return w.d.wrap(err, mi, en.group)
				}
			}
			n = rising(r.t[k:to], end)
		}
		if x.some {
			if err := w.goOn(mi, e, x); err != nil {
				return err
			}
		}
		x.some, x.others = true, x.others[:0]
		last := k + n - 1
		for k < last {
			n, err := w.through(mi, e, x, r, k, min(last, k+chunkRows))
			if err != nil {
				return err
			}
			if k += n; n < chunkRows && k < last { // a number beyond decimals
				x.last = r.at(w, k)
				if err := w.goOn(mi, e, x); err != nil {
					return err
				}
				k++
			}
		}
		x.last = r.at(w, last)
		q.latest = max(q.latest, x.last.Time)
		k = last + 1
	}
	return nil
}

// through puts the readings [from, to) of r into their states as goOn would one by one,
// up to the first number beyond decimals. They rise within a window, and another one
// comes after them.
func (w *worker) through(mi int, e uint32, x *series, r *course, from, to int) (int, error) {
	if at := r.t[from]; at < x.from || at >= x.to {
		if err := w.enter(mi, e, x, at); err != nil {
			return 0, err
		}
	}
	m, t, own, s := &w.d.measures[mi], w.tables[mi], w.stage.timed[mi], w.stage
	at, v := r.t[from:to], r.x[from:to]
	sum, n, odds := decimalsOf(s.decimal[:], s.odd[:], v, m.ten)
	if n == 0 {
		return 0, nil
	}
	at, v = at[:n], v[:n]
	d := s.decimal[:n]
	addRun(t.hot, t.rest, &run{slot: x.slot, first: at[0], last: at[n-1]}, sum.n, sum.sum, sum.sqLo, sum.sqHi, sum.lo, sum.hi)
	for _, k := range s.odd[:odds] {
		h := &t.hot[x.slot]
		h.first, h.last = min(h.first, at[k]), max(h.last, at[k])
		t.rest[x.slot] = addException(t.rest[x.slot], v[k])
	}
	if m.Hold != NotHeld && !own.timed[x.own].addRun(at, d) {
		return 0, w.d.wrap(&Error{Kind: ErrOverflow, Msg: "an integral past 128 bits; give the measure fewer decimals"}, mi, w.d.entities[e].group)
	}
	if m.Meter != nil {
		own.counter[x.own].addRun(at, d)
	}
	if m.Keep != 0 {
		return n, w.keepRun(mi, x.slot, e, r, from, v)
	}
	return n, nil
}

// keepRun is keepOne for the readings of r from one on.
func (w *worker) keepRun(mi int, slot, e uint32, r *course, from int, v []float64) error {
	m, t := &w.d.measures[mi], w.tables[mi]
	x := w.stage.number[:len(v)]
	for k := range x {
		x[k] = v[k] + 0
	}
	if m.Keep&KeepValues != 0 {
		if err := w.roomFor(len(x), mi, t, slot); err != nil {
			return err
		}
		t.values.addRun(slot, x)
	}
	if m.Keep&KeepHistogram != 0 {
		t.histogram[slot].AddAll(x)
	}
	if m.Keep&KeepEntities != 0 {
		t.meet(slot, w.d, e)
	}
	if m.Keep&KeepDistinct != 0 {
		t.numbersOf(slot, x, m.ten)
	}
	if m.Keep&KeepTop != 0 {
		for _, y := range x {
			w.key = appendNumber(w.key[:0], y)
			t.top[slot].Add(w.key, 1)
		}
	}
	if m.Keep&KeepCircle != 0 {
		t.turned(slot, m.Turn).AddAll(x)
	}
	if m.Keep&KeepEnds != 0 {
		t.ends[slot].Add(r.at(w, from).Reading)
		t.ends[slot].Add(r.at(w, from+len(v)-1).Reading)
	}
	return w.heed(mi, t.group[slot])
}

// wait takes readings that others may overtake. E are their entities' codes.
func (w *worker) wait(tr *translation, mi int, e []uint32, r *course) error {
	s, watch := w.stage, w.cfg.Lateness < AnyOrder || w.stage.settled != nil
	if len(e) == 0 {
		return nil
	}
	if s.waits()+len(e) > s.pending {
		if err := w.flush(); err != nil {
			return err
		}
	}
	l := &s.lot[mi]
	alike := r.alike && len(r.batch.Detail) == 0 && s.waits()+len(e) <= s.pending && len(s.queues[mi]) <= 4*lotRows
	if quality := r.quality[r.rowOf(0)]; alike {
		if quality != l.quality || !l.grow(len(e)) {
			s.spreadOne(mi)
			l.grow(len(e))
		}
		l.quality = quality
	}
	if alike && !watch {
		n, most := len(l.e), uint32(0)
		l.e, l.t, l.x = l.e[:n+len(e)], append(l.t, r.t...), append(l.x, r.x...)
		for k, code := range e {
			en := tr.entity[code]
			l.e[n+k] = en
			most = max(most, en)
		}
		s.of(mi, most)
		s.lots += len(e)
		return nil
	}
	for k, code := range e {
		en, t := tr.entity[code], r.t[k]
		_, q := s.of(mi, en)
		if watch && w.late(en, q, t) {
			if err := w.rejectReading(mi, en, t, RejectLate); err != nil {
				return err
			}
			continue
		}
		q.latest = max(q.latest, t)
		switch {
		case alike:
			l.e, l.t, l.x = append(l.e, en), append(l.t, t), append(l.x, r.x[k])
			s.lots++
			continue
		case s.waits() >= s.pending:
			return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d readings wait for earlier ones; sort the input, shorten Config.Lateness, or raise Limits.Pending", s.pending)}, mi, w.d.entities[en].group)
		case q.n == 0:
			s.active = append(s.active, place{table: uint32(mi), slot: en})
		}
		h := r.at(w, k)
		s.pool.put(q, &h)
	}
	if w.cfg.Lateness < AnyOrder && s.waits() >= 2*s.kept+64*chunkRows {
		return w.flush()
	}
	return nil
}

// flush lets readings go on that nothing can come before any more.
func (w *worker) flush() error {
	if w.cfg.Lateness == AnyOrder {
		return nil
	}
	return w.release(func(_ uint32, q *queue, t int64) bool { return w.overtaken(q, t) })
}

// release lets the readings of each series go on up to the first that is not to go.
func (w *worker) release(goes func(e uint32, q *queue, t int64) bool) error {
	s := w.stage
	s.spread()
	k := 0
	for _, a := range s.active {
		mi, e := int(a.table), a.slot
		q := &s.queues[mi][e]
		s.sorter.sort(&s.pool, q, nil, nil)
		r := course{t: s.sorter.now, x: s.sorter.value, sorter: &s.sorter}
		n := 0
		for n < len(r.t) && goes(e, q, r.t[n]) {
			n++
		}
		if n > 0 {
			if err := w.rise(mi, e, &r, 0, n); err != nil {
				return err
			}
			s.rest = s.rest[:0]
			for i := n; i < len(r.t); i++ {
				s.rest = append(s.rest, s.sorter.at(i))
			}
			s.pool.clear(q)
			for i := range s.rest {
				s.pool.put(q, &s.rest[i])
			}
		}
		if q.n > 0 {
			s.active[k] = a
			k++
		}
	}
	s.active = s.active[:k]
	s.kept = s.pool.n
	return nil
}
