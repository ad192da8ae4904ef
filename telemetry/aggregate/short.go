package aggregate

import (
	"math"
	"math/bits"
	"slices"

	"github.com/almotacen/almotacen/telemetry"
)

// form says what the shorts of a measure are. It is made of the first readings that fit
// one; those that do not fit it wait in cells.
type form struct {
	base    int64   // the time of 0
	inverse uint64  // of the unit without its factors 2, in 64 bits, which divides exactly
	turn    int     // right by those, as a rotation left
	count   uint64  // of times, from 0 on; 0: there is no form
	ten     float64 // of the decimals
	most    uint64  // decimals are from -most to most

	unit    int64 // ns
	times   int64 // decimals of the measure are these times it
	quality telemetry.Quality
	misses  int // see missed
}

// missed is after how many chunks more whose rows do not fit a measure has no shorts.
const missed = 16

// formSample is how many readings a form is made of.
const formSample = 256

// learn makes a form for readings like those given, which has as many decimals of scale
// as leave room for numbers 16 times as great; false if few fit any.
func (f *form) learn(t []int64, x []float64, scale uint8) bool {
	t, x = t[:min(len(t), formSample)], x[:min(len(x), formSample)]
	first, some := int64(0), false
	need, most := uint8(0), 100.0 // for numbers that begin with 0
	f.unit = 1e9
	for k, at := range t {
		if at == telemetry.NoTime || at == latest {
			continue
		}
		if !some {
			first, some = at, true
		}
		if (at-first)%f.unit != 0 {
			f.unit = 1e6
		}
		for s := need; s <= scale; s++ {
			if d, ok := toDecimal(x[k], s); ok && d >= -shortMost && d <= shortMost {
				need, most = s, max(most, math.Abs(x[k]))
				break
			}
		}
	}
	if !some {
		return false
	}
	for need < scale && most*float64(pow10[need+1]) <= shortMost/16 {
		need++
	}
	f.turn = -bits.TrailingZeros64(uint64(f.unit))
	odd := uint64(f.unit) >> -f.turn
	for f.inverse = odd; f.inverse*odd != 1; {
		f.inverse *= 2 - odd*f.inverse
	}
	below := (uint64(first) - 1<<63 - 1) / uint64(f.unit) // from the least time on
	f.base = first - int64(min(below, 1<<(63-shortBits))*uint64(f.unit))
	f.count = min((uint64(latest)-1-uint64(f.base))/uint64(f.unit)+1, 1<<(64-shortBits))
	f.ten, f.times = float64(pow10[need]), pow10[scale-need]
	f.most = uint64(min(shortMost, maxDecimal/f.times))
	fit := 0
	for k, at := range t {
		if _, ok := f.short(at, x[k]); ok {
			fit++
		}
	}
	if fit <= len(t)/2 {
		f.count = 0
	}
	return f.count > 0
}

// short is a reading as a short; false if it does not fit.
func (f *form) short(at int64, x float64) (uint64, bool) {
	t := bits.RotateLeft64(uint64(at-f.base)*f.inverse, f.turn)
	y := float64(x*f.ten) + toWhole
	d := math.Float64bits(y) - wholeBits
	if t >= f.count || d+f.most > 2*f.most || (y-toWhole)/f.ten != x {
		return 0, false
	}
	return t<<shortBits | (d + shortZero), true
}

func (f *form) time(v uint64) int64 { return f.base + int64(v>>shortBits)*f.unit }

func (f *form) value(v uint64) float64 { return float64(int64(v&shortMask)-shortZero) / f.ten }

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

// room makes room for n more.
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
		h.lots = append(h.lots, shortLot{append([]uint64(nil), l.v...), append([]shortRun(nil), l.of...)}) // which clears nothing
		h.e, h.v = h.e[:0], h.v[:0]
	}
}

// lotOf is the lot of those that came last; it is in rooms that the next one takes.
func (s *stage) lotOf(mi int) shortLot {
	h, series := &s.shorts[mi], len(s.queues[mi])
	if len(s.first) <= series {
		s.first = make([]uint32, 2*series+1)
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
	layers := 1
	for _, l := range tr.chains {
		layers = max(layers, len(l))
	}
	if s.waits()+layers*len(c.time) > s.pending || 8*len(tr.chains) > len(c.time)+8*8 || w.bounded && !within(c.time, w.from, w.to) || len(w.d.entities) > 4*lotRows {
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
	if lefts == 0 {
		return nil
	}
	return w.orderLeft(tr, c, k, s.left[:lefts])
}

// took notes that a measure has n shorts that are in no lot.
func (s *stage) took(mi, n int) {
	h := &s.shorts[mi]
	more := n - len(h.e)
	if more == 0 {
		return
	}
	most := uint32(0)
	h.e, h.v = h.e[:n], h.v[:n]
	for _, e := range h.e[n-more:] {
		most = max(most, e)
	}
	s.of(mi, most)
	h.n += more
	s.short += more
}

// orderLeft takes the rows that shortenLayer has left the other way, and learns forms
// from them.
func (w *worker) orderLeft(tr *translation, c *chunk, k int, rows []int32) error {
	s := w.stage
	for len(w.lists) < len(tr.chains) {
		w.lists = append(w.lists, list{})
	}
	lists := w.lists[:len(tr.chains)]
	for x := range lists {
		lists[x].n = 0
	}
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
		if f := &s.shorts[mi].form; f.misses < missed && (f.count == 0 || 8*l.n > len(c.time)) {
			if f.count > 0 || !w.asIs(tr, mi, c, 0) || !f.learn(l.time[:l.n], l.number[:l.n], w.d.measures[mi].scale) {
				if f.misses++; f.misses == missed {
					f.count = 0
					s.formless()
				}
			} else {
				f.quality = c.quality[0]
				s.shortenList(tr, mi, l)
			}
		}
		if l.n == 0 {
			continue
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

// formless notes whether there is no measure any more that has shorts.
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
	h, queues := &s.shorts[mi], s.queues[mi]
	lots := h.lots
	if len(h.e) > 0 {
		l := s.lotOf(mi)
		lots = append(lots[:len(lots):len(lots)], shortLot{slices.Clone(l.v), l.of})
	}
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
	room := &s.sorter
	for e := range queues {
		q, n := &queues[e], 0
		for k := range lots {
			l, p := &lots[k], &at[k]
			if int(p.run) == len(l.of) || l.of[p.run].series != uint32(e) {
				continue
			}
			end := l.of[p.run].end
			part := l.v[p.from:end]
			if n+len(part) > len(room.a) {
				room.a = append(make([]uint64, 0, 2*(n+len(part))), room.a[:n]...)
				room.a = room.a[:cap(room.a)]
			}
			n += copy(room.a[n:], part)
			p.run, p.from = p.run+1, end
		}
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
	lo, hi, sorted := orderOfShorts(a)
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

// decimal is that of a short, of the measure.
func (f *form) decimal(v uint64) int64 { return (int64(v&shortMask) - shortZero) * f.times }

// before is a bound that the shorts of times before end are below, and the others not.
func (f *form) before(end int64) uint64 {
	if end <= f.base {
		return 0
	}
	n := (uint64(end)-uint64(f.base)-1)/uint64(f.unit) + 1
	if n >= 1<<(64-shortBits) {
		return math.MaxUint64 // which none is
	}
	return n << shortBits
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
