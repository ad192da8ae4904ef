package aggregate

import (
	"math/bits"
	"slices"
)

// shorts holds the shorts of a measure: those that came last in their order, the others
// in lots by series.
type shorts struct {
	form
	e    []uint32 // series
	v    []uint64
	lots []shortLot
	n    int // of all
}

// shortLot is shorts by series.
type shortLot struct {
	v  []uint64
	of []shortRun
}

// shortRun says where the shorts of a series end.
type shortRun struct{ series, end uint32 }

// room makes room for n more shorts.
func (s *stage) room(mi, n int) {
	h := &s.shorts[mi]
	have := len(h.e)
	switch {
	case have+n <= cap(h.e):
	case have+n <= lotRows:
		size := min(max(2*cap(h.e), have+n, chunkRows), lotRows)
		h.e, h.v = append(make([]uint32, 0, size), h.e...), append(make([]uint64, 0, size), h.v...)
	default:
		l := s.lotOf(mi)
		h.lots = append(h.lots, shortLot{append([]uint64(nil), l.v...), append([]shortRun(nil), l.of...)}) // append clears nothing first
		h.e, h.v = h.e[:0], h.v[:0]
	}
}

// lotOf is the lot of the shorts that came last; it is in room that the next one takes.
func (s *stage) lotOf(mi int) shortLot {
	h, series := &s.shorts[mi], s.known
	if len(s.first) < series {
		s.first = make([]uint32, 2*series)
	}
	first, v := s.first[:series], s.sorter.roomB(len(h.e))
	clear(first)
	shortsBySeries(v, h.e, h.v, first)
	s.runs = s.runs[:0]
	from := uint32(0)
	for e, to := range first {
		if to > from {
			s.runs = append(s.runs, shortRun{uint32(e), to})
			from = to
		}
	}
	s.of(mi, s.runs[len(s.runs)-1].series)
	return shortLot{v, s.runs}
}

// shorten puts the rows of a chunk into their series as shorts, those that do not fit in
// cells; false if they are not alike: it then has done nothing. Readings of retired
// windows and those that may be late are looked at one by one, elsewhere.
func (w *worker) shorten(tr *translation, c *chunk) (bool, error) {
	s := w.stage
	if w.cfg.Lateness < AnyOrder || s.settled != nil || s.single || s.noForms || !c.plain || c.starts != nil || len(c.b.Detail) > 0 {
		return false, nil
	}
	s.known = len(w.d.entities)
	layers := 1
	for _, l := range tr.chains {
		layers = max(layers, len(l))
	}
	if s.waits()+layers*len(c.time) > s.pending || len(tr.chains) > len(c.time)/8+8 || w.bounded && !within(c.time, w.from, w.to) || len(w.d.entities) > 4*lotRows {
		return false, nil
	}
	for k := range layers {
		if err := w.shortenLayer(tr, c, k); err != nil {
			return false, err
		}
	}
	return true, nil
}

// shortenLayer puts rows into the measures that are the number k of their attributes.
func (w *worker) shortenLayer(tr *translation, c *chunk, k int) error {
	s, some := w.stage, false
	s.targets = s.targets[:0]
	for _, l := range tr.chains {
		if k >= len(l) || !w.d.measures[l[k]].ordered {
			s.targets = append(s.targets, target{none: true})
			continue
		}
		mi := l[k]
		h := &s.shorts[mi]
		if h.count > 0 {
			s.room(mi, len(c.time))
		}
		to := target{form: h.form, e: h.e[:cap(h.e)], v: h.v[:cap(h.v)], n: len(h.e)}
		if to.quality != c.quality[0] || !w.asIs(tr, mi, c, 0) {
			to.count = 0
		}
		s.targets = append(s.targets, to)
		some = true
	}
	if !some {
		return nil
	}
	lefts := shorten(s.targets, s.left[:], tr.chain, tr.entity, tr.group, c.attribute, c.entity, c.time, c.number, w.shard, w.shards)
	for x, l := range tr.chains {
		if to := &s.targets[x]; !to.none {
			s.took(l[k], to.n)
		}
	}
	clear(s.targets) // lots move and go
	if lefts == 0 {
		return nil
	}
	return w.orderLeft(tr, c, k, s.left[:lefts])
}

// took notes that a measure has n shorts that are in no lot.
func (s *stage) took(mi, n int) {
	h := &s.shorts[mi]
	more := n - len(h.e)
	h.e, h.v = h.e[:n], h.v[:n]
	h.n += more
	s.short += more
}

// orderLeft takes the rows that shortenLayer has left the other way, and learns forms
// from them.
func (w *worker) orderLeft(tr *translation, c *chunk, k int, rows []int32) error {
	s := w.stage
	lists := w.emptyLists(tr)
	for _, i := range rows {
		l := &lists[tr.chain[c.attribute[i]]]
		n := l.n
		l.row[n], l.entity[n], l.time[n], l.number[n] = i, c.entity[i], c.time[i], c.number[i]
		l.n = n + 1
	}
	count := &w.totals
	if k > 0 {
		count = &w.again
	}
	for x := range lists {
		l := &lists[x]
		if l.n == 0 {
			continue
		}
		mi := tr.chains[x][k]
		switch f := &s.shorts[mi].form; {
		case f.misses >= missed:
		case f.count == 0 && w.asIs(tr, mi, c, 0) && f.learn(l.time[:l.n], l.number[:l.n], w.d.measures[mi].scale):
			f.quality = c.quality[0]
			if s.shortenList(tr, mi, l); l.n == 0 {
				continue
			}
		case l.n > 16 && 8*l.n > len(c.time):
			if f.misses++; f.misses == missed {
				f.count = 0
				s.formless()
			}
		}
		if err := w.order(tr, mi, c, l, l.row[:l.n], count); err != nil {
			return err
		}
	}
	return nil
}

// shortenList takes the rows of l that fit out of it, as shorts.
func (s *stage) shortenList(tr *translation, mi int, l *list) {
	s.room(mi, l.n)
	h, n := &s.shorts[mi], 0
	e, v := h.e, h.v
	for k := range l.n {
		x, ok := h.short(l.time[k], l.number[k])
		if ok && tr.group[l.entity[k]] != noGroup {
			e, v = append(e, tr.entity[l.entity[k]]), append(v, x)
			continue
		}
		l.row[n], l.entity[n], l.time[n], l.number[n] = l.row[k], l.entity[k], l.time[k], l.number[k]
		n++
	}
	l.n = n
	s.took(mi, len(e))
}

// unshorten puts all shorts into cells.
func (s *stage) unshorten() error {
	for mi := range s.shorts {
		h := &s.shorts[mi]
		err := s.eachSeries(mi, func(e uint32, q *queue, a []uint64) error {
			if q.n == 0 {
				s.active = append(s.active, place{table: uint32(mi), slot: e})
			}
			for _, v := range a {
				s.pool.put(q, &held{Reading{Time: h.time(v), Value: h.value(v)}, h.quality})
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.short -= h.n
		*h = shorts{form: h.form}
	}
	return nil
}

// formless notes whether there is no measure any more that makes shorts.
func (s *stage) formless() {
	s.noForms = true
	for i := range s.shorts {
		s.noForms = s.noForms && s.shorts[i].misses >= missed
	}
}

// roomB is room for n shorts.
func (s *sorter) roomB(n int) []uint64 {
	if len(s.b) < n {
		s.b = make([]uint64, max(n, 2*len(s.b)))
	}
	return s.b[:n]
}

// eachSeries calls f with every series of a measure that has readings that wait, and its
// shorts.
func (s *stage) eachSeries(mi int, f func(e uint32, q *queue, a []uint64) error) error {
	h := &s.shorts[mi]
	lots := h.lots
	if len(h.e) > 0 {
		l := s.lotOf(mi)
		lots = append(lots[:len(lots):len(lots)], shortLot{slices.Clone(l.v), l.of})
	}
	queues := s.queues[mi] // which the last lot may have made more
	if len(lots) == 0 {
		for e := range queues {
			if q := &queues[e]; q.n > 0 {
				if err := f(uint32(e), q, nil); err != nil {
					return err
				}
			}
		}
		return nil
	}
	at := make([]struct{ run, from uint32 }, len(lots))
	parts := make([][]uint64, 0, len(lots))
	room := &s.sorter
	for e := range queues {
		q, n := &queues[e], 0
		for k := range lots {
			l, p := &lots[k], &at[k]
			if int(p.run) == len(l.of) || l.of[p.run].series != uint32(e) {
				continue
			}
			end := l.of[p.run].end
			parts = append(parts, l.v[p.from:end])
			n += int(end - p.from)
			p.run, p.from = p.run+1, end
		}
		if n > len(room.a) {
			room.a = make([]uint64, 2*n)
		}
		s.touched += touchWords(parts)
		n = 0
		for _, part := range parts {
			n += copy(room.a[n:], part)
		}
		parts = parts[:0]
		if n > 0 || q.n > 0 {
			if err := f(uint32(e), q, room.a[:n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// sortShort puts shorts in order; a is lost.
func (s *sorter) sortShort(a []uint64) []uint64 {
	lo, hi, sorted := orderOf(a)
	if sorted {
		return a
	}
	if s.count == nil {
		s.count = make([]uint32, 2<<sortBits)
	}
	b := s.roomB(len(a))
	sortShorts(a, b, lo, hi, s.count)
	return b
}

// riseShort is rise for all readings of a series that waited, as shorts in order, of a
// measure that keeps nothing of single readings.
func (w *worker) riseShort(mi int, e uint32, f *form, a []uint64) error {
	x, _ := w.stage.of(mi, e)
	m, t, own := &w.d.measures[mi], w.tables[mi], w.stage.timed[mi]
	age := uint64(m.MaxAge) / uint64(f.unit)
	for len(a) > 0 {
		at := f.time(a[0])
		h := held{Reading{Time: at, Value: f.value(a[0])}, f.quality}
		if x.some && at <= x.last.Time {
			if err := w.push(mi, e, x, &h); err != nil {
				return err
			}
			a = a[1:]
			continue
		}
		if x.some {
			if err := w.goOn(mi, e, x); err != nil {
				return err
			}
			x.some = false
		}
		end := x.to
		if at < x.from || at >= end {
			en := &w.d.entities[e]
			var err error
			if _, _, end, err = w.zones[en.zone].find(at); err != nil {
				return w.d.wrap(err, mi, en.group)
			}
		}
		bound, part := f.before(end), a[:min(len(a), chunkRows)]
		var s sums
		var n int
		var integral int128
		var covered int64
		if m.Hold == Linear {
			var from, to int64
			s, from, to, covered, n = linearShorts(part, bound, age)
			integral, _ = mul64(from, f.unit*f.times).add(mul64(to, f.unit*f.times))
			covered *= f.unit
		} else {
			var h heldShorts
			s, h, n = stepShorts(part, bound, age)
			integral, _ = mul64(h.integral, f.unit*f.times).add(mul64(h.aged*f.times, int64(m.MaxAge)))
			covered = h.covered*f.unit + h.agedN*int64(m.MaxAge)
		}
		if n > 1 {
			if at < x.from || at >= x.to {
				if err := w.enter(mi, e, x, at); err != nil {
					return err
				}
			}
			last := a[n-2]
			sq, r := s.squares(f.times), run{slot: x.slot, first: at, last: f.time(last)}
			addRun(t.hot, t.rest, &r, s.n, s.sum*f.times, sq.lo, uint64(sq.hi), s.lo*f.times, s.hi*f.times)
			if m.Hold != NotHeld && !own.timed[x.own].addSums(at, f.decimal(a[0]), f.time(last), f.decimal(last), s.n, integral, covered) {
				return w.d.wrap(&Error{Kind: ErrOverflow, Msg: "an integral past 128 bits; give the measure fewer decimals"}, mi, w.d.entities[e].group)
			}
			h = held{Reading{Time: f.time(a[n-1]), Value: f.value(a[n-1])}, f.quality}
		}
		x.some, x.last, x.others = true, h, x.others[:0]
		a = a[n:]
	}
	return nil
}

// squares are those of s of numbers so many times as great.
func (s *sums) squares(times int64) int128 {
	by := uint64(times * times)
	hi, lo := bits.Mul64(s.sqLo, by)
	return int128{int64(hi + s.sqHi*by), lo}
}

// addSums adds n readings after all that is there, of which the first, the last and the
// integral between them are given; false on overflow.
func (t *Timed) addSums(at, v, lastT, lastV, n int64, integral int128, covered int64) bool {
	ok := t.add(at, v)
	var over bool
	t.integral, over = t.integral.add(integral)
	t.covered += covered
	t.n += n - 1
	t.lastT, t.lastV = lastT, lastV
	return ok && !over
}
