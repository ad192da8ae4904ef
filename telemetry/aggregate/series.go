package aggregate

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/almotacen/almotacen/telemetry"
)

// AnyOrder is a Config.Lateness under which no row is late: all wait for Result.
const AnyOrder = math.MaxInt64

// Conflict says which of several readings of one series and time counts.
type Conflict uint8

// The rules.
const (
	LastSource  Conflict = iota // the last in the order of Reading.Compare
	BestQuality                 // the best quality; of equal ones the last
	Neither                     // none
)

// Meter are the rules of a [Counter], in the measure's unit.
type Meter struct {
	Modulus float64 // where the meter begins again: 65536, 100000; 0: nowhere
	Noise   float64 // falls up to this are no resets
}

// held is a reading on its way through a series.
type held struct {
	Reading
	quality telemetry.Quality
}

// rank orders qualities, the worst first.
var rank = [...]uint8{telemetry.Invalid: 0, telemetry.Estimated: 1, telemetry.Unvalidated: 2, telemetry.QualityUnknown: 3, telemetry.Valid: 4}

func (h *held) better(o *held, c Conflict) bool {
	if c == BestQuality {
		if a, b := rank[h.quality%5], rank[o.quality%5]; a != b {
			return a > b
		}
	}
	return h.Compare(o.Reading) > 0
}

// series is one entity's readings of a measure. The last one waits until a later one
// comes, so that all of its time are known.
type series struct {
	some     bool
	last     held   // the one that counts so far
	others   []held // others of the same time, with other values
	from, to int64  // window of the last reading that went on
	ordinal  int32
	slot     uint32 // of the group
	own      uint32 // of the series
}

// stage puts the readings of ordered measures in order, series by series.
type stage struct {
	series  [][]series // by measure and entity
	queues  [][]queue  // likewise
	active  []place    // of queues with readings: the measure is the table, the entity the slot
	pool    pool
	shorts  []shorts // by measure
	short   int      // of all
	touched uint64   // keeps the compiler from leaving touchWords out
	known   int      // entities, when shorts came last
	noForms bool     // no measure makes shorts, or none any more
	targets []target
	runs    []shortRun
	lot     []lot    // by measure: readings before they are in the pool
	lots    int      // of all lots
	first   []uint32 // room
	sorter  sorter
	rest    []held // those that flush leaves of a series
	kept    int    // of the pool after the last flush
	timed   []*table
	pending int     // limit
	settled []int64 // by zone: what comes for times before is late; see settle
	single  bool    // readings go one by one, as tests want it

	left    [chunkRows]int32
	decimal [chunkRows]int64
	odd     [chunkRows]int32
	number  [chunkRows]float64
}

func newStage(d *dict, cfg *Config) *stage {
	s := &stage{series: make([][]series, len(d.measures)), queues: make([][]queue, len(d.measures)), shorts: make([]shorts, len(d.measures)), lot: make([]lot, len(d.measures)), pending: cfg.Limits.Pending}
	for i := range d.measures {
		s.timed = append(s.timed, newTable(cfg.Limits.Dense, lanes{timed: d.measures[i].Hold != NotHeld, counter: d.measures[i].Meter != nil}))
		if m := &d.measures[i]; !m.ordered || !m.asIs() {
			s.shorts[i].misses = missed
		}
	}
	s.formless()
	return s
}

func (s *stage) of(mi int, e uint32) (*series, *queue) {
	if l := s.series[mi]; int(e) < len(l) {
		return &l[e], &s.queues[mi][e]
	}
	s.reach(mi, e)
	return &s.series[mi][e], &s.queues[mi][e]
}

// reach makes room for the series of an entity.
func (s *stage) reach(mi int, e uint32) {
	n := max(int(e)+1, 2*len(s.series[mi]), 16)
	s.series[mi] = append(make([]series, 0, n), s.series[mi]...)[:n]
	l := append(make([]queue, 0, n), s.queues[mi]...)
	for len(l) < n {
		l = append(l, queue{latest: math.MinInt64})
	}
	s.queues[mi] = l
}

// order takes the rows of an ordered measure: those of l, or all.
func (w *worker) order(tr *translation, mi int, c *chunk, l *list, rows []int32, count *Totals) error {
	s, p := &w.scratch, rowsOf(c, l)
	n := len(rows)
	switch {
	case w.shards < 2:
	case uniform(p.entity):
		if tr.entity[p.entity[0]]%w.shards != w.shard {
			return nil
		}
	default:
		n = 0
		for k, e := range p.entity {
			if tr.entity[e]%w.shards == w.shard {
				s.own[n] = rows[k]
				s.e[n], s.t[n], s.x[n], s.row[n] = e, p.at[k], p.x[k], rows[k]
				n++
			}
		}
		rows, p = s.own[:n], placed{entity: s.e[:n], at: s.t[:n], x: s.x[:n], row: s.row[:n]}
	}
	if n == 0 {
		return nil
	}
	clean := !w.stage.single && w.clean(tr, mi, c, l, &p) && regular(p.at, p.x) && grouped(p.entity, tr.group)
	if !clean {
		var err error
		if n, err = w.sift(tr, mi, c, rows, count); err != nil {
			return err
		}
		p = placed{entity: s.e[:n], at: s.t[:n], x: s.x[:n], row: s.row[:n]}
	}
	r := course{t: p.at, x: p.x, batch: c.b, first: c.from, row: p.row, quality: c.quality, alike: clean}
	if w.cfg.Lateness > 0 {
		return w.wait(tr, mi, p.entity, &r)
	}
	for k := 0; k < n; {
		to := k + same(p.entity[k:])
		if err := w.rise(mi, tr.entity[p.entity[k]], &r, k, to); err != nil {
			return err
		}
		k = to
	}
	return nil
}

// late reports whether a reading of e comes later than allowed, or after its window was
// retired.
func (w *worker) late(e uint32, q *queue, t int64) bool {
	return w.overtaken(q, t) || w.stage.settled != nil && w.retired(e, t)
}

// overtaken reports whether a time lies too far behind the latest one of its series.
func (w *worker) overtaken(q *queue, t int64) bool {
	least := q.latest - int64(w.cfg.Lateness)
	return q.latest > math.MinInt64+1 && w.cfg.Lateness < AnyOrder && t < least && least <= q.latest
}

// push takes the next reading of a series, in the order of time.
func (w *worker) push(mi int, e uint32, x *series, h *held) error {
	switch {
	case !x.some:
		x.some, x.last = true, *h
	case h.Time > x.last.Time:
		if err := w.goOn(mi, e, x); err != nil {
			return err
		}
		x.last, x.others = *h, x.others[:0]
	case h.Value == x.last.Value:
		if h.better(&x.last, w.cfg.Conflict) {
			x.last = *h
		}
		return w.rejectReading(mi, e, h.Time, RejectDuplicate)
	default:
		for i := range x.others {
			if o := &x.others[i]; o.Value == h.Value {
				if h.better(o, w.cfg.Conflict) {
					*o = *h
				}
				if o.better(&x.last, w.cfg.Conflict) {
					*o, x.last = x.last, *o
				}
				return w.rejectReading(mi, e, h.Time, RejectDuplicate)
			}
		}
		x.others = append(x.others, *h)
		if o := &x.others[len(x.others)-1]; o.better(&x.last, w.cfg.Conflict) {
			*o, x.last = x.last, *o
		}
	}
	return nil
}

// goOn puts the last reading of a series into its states.
func (w *worker) goOn(mi int, e uint32, x *series) error {
	at := x.last.Time
	for range x.others {
		if err := w.rejectReading(mi, e, at, RejectConflict); err != nil {
			return err
		}
	}
	if w.cfg.Conflict == Neither && len(x.others) > 0 {
		return w.rejectReading(mi, e, at, RejectConflict)
	}
	if at < x.from || at >= x.to {
		if err := w.enter(mi, e, x, at); err != nil {
			return err
		}
	}
	m, t, own := &w.d.measures[mi], w.tables[mi], w.stage.timed[mi]
	v := x.last.Value
	y := float64(v * m.ten)
	y = (y + toWhole) - toWhole
	ok := y >= -maxDecimal && y <= maxDecimal
	i, exact := int64(0), false
	if ok {
		i, exact = int64(y), y/m.ten == v
	}
	if !ok && (m.Hold != NotHeld || m.Meter != nil) {
		return w.rejectReading(mi, e, at, RejectRange)
	}
	h := &t.hot[x.slot]
	h.first, h.last = min(h.first, at), max(h.last, at)
	if ok && exact {
		addTo(t, x.slot, i)
	} else {
		t.rest[x.slot] = addException(t.rest[x.slot], v)
	}
	if m.Hold != NotHeld && !own.timed[x.own].add(at, i) {
		return w.d.wrap(&Error{Kind: ErrOverflow, Msg: "an integral past 128 bits; give the measure fewer decimals"}, mi, w.d.entities[e].group)
	}
	if m.Meter != nil {
		own.counter[x.own].add(at, i)
	}
	if m.Keep != 0 {
		return w.keepOne(mi, x.slot, e, x.last.Reading)
	}
	return nil
}

// enter finds the states of a series for the window of a time.
func (w *worker) enter(mi int, e uint32, x *series, at int64) error {
	m, t, own, en := &w.d.measures[mi], w.tables[mi], w.stage.timed[mi], &w.d.entities[e]
	o, from, to, err := w.zones[en.zone].find(at)
	if err != nil {
		return w.d.wrap(err, mi, en.group)
	}
	before := t.len() + own.len()
	x.ordinal, x.from, x.to = int32(o), from, to
	x.slot = t.at(en.group, x.ordinal)
	if m.Hold != NotHeld || m.Meter != nil {
		x.own = own.at(e, x.ordinal)
		if own.lanes.timed && own.timed[x.own].n == 0 {
			own.timed[x.own] = Timed{scale: m.scale, hold: m.Hold, maxAge: int64(m.MaxAge)}
		}
		if own.lanes.counter && own.counter[x.own].n == 0 {
			own.counter[x.own] = Counter{scale: m.scale, modulus: m.modulus, noise: m.noise}
		}
	}
	return w.check(mi, t.len()+own.len()-before)
}

// keepOne keeps one reading of an ordered measure as keepRows and keepNumbers do many.
func (w *worker) keepOne(mi int, slot, e uint32, r Reading) error {
	m, t := &w.d.measures[mi], w.tables[mi]
	if m.Keep&KeepValues != 0 {
		if err := w.roomFor(1, mi, t, slot); err != nil {
			return err
		}
		t.values.add([]uint32{slot}, []float64{r.Value})
	}
	if m.Keep&KeepHistogram != 0 {
		t.histogram[slot].Add(r.Value)
	}
	if m.Keep&KeepEntities != 0 {
		t.meet(slot, w.d, e)
	}
	if m.Keep&KeepDistinct != 0 {
		t.number(slot, r.Value, m.ten)
	}
	if m.Keep&KeepTop != 0 {
		w.key = appendNumber(w.key[:0], r.Value)
		t.top[slot].Add(w.key, 1)
	}
	if m.Keep&KeepCircle != 0 {
		t.turned(slot, m.Turn).Add(r.Value)
	}
	if m.Keep&KeepEnds != 0 {
		t.ends[slot].Add(r)
	}
	return w.heed(mi, t.group[slot])
}

func addTo(t *table, slot uint32, i int64) {
	p := &t.hot[slot]
	p.n++
	p.min, p.max = min(p.min, i), max(p.max, i)
	a := p.sum + i
	if (p.sum^a)&(i^a) < 0 {
		carrySum(t.rest, slot, i)
	}
	p.sum = a
	abs := uint64(max(i, -i))
	hi, lo := bits.Mul64(abs, abs)
	var c uint64
	p.sqLo, c = bits.Add64(p.sqLo, lo, 0)
	if p.sqHi, c = bits.Add64(p.sqHi, hi, c); c != 0 {
		carrySquares(t.rest, slot)
	}
}

func (w *worker) rejectReading(mi int, e uint32, at int64, r Reject) error {
	en := &w.d.entities[e]
	o, _, _, err := w.zones[en.zone].find(at)
	if err != nil {
		return w.d.wrap(err, mi, en.group)
	}
	t := w.tables[mi]
	before := t.len()
	t.reject(t.at(en.group, int32(o)), r)
	return w.check(mi, t.len()-before)
}

// waiting is a worker with the readings that still wait in w's stage, put into states of
// its own: w goes on as if nothing had been asked.
func (w *worker) waiting(ctx context.Context) (*worker, error) {
	o := newWorker(w.d, w.cfg)
	o.ordered = true
	o.stage = newStage(w.d, w.cfg)
	o.stage.single = w.stage.single
	w.stage.spread()
	o.zonesOf(w.d)
	for mi, l := range w.stage.series {
		o.stage.series[mi] = slices.Clone(l)
		for e := range o.stage.series[mi] {
			x := &o.stage.series[mi][e]
			x.others = slices.Clone(x.others)
			x.from, x.to = 1, 0 // slots are w's
		}
		o.stage.queues[mi] = w.stage.queues[mi] // only read
	}
	i, s := 0, &o.stage.sorter
	for mi := range w.stage.queues {
		f, m := &w.stage.shorts[mi].form, &w.d.measures[mi]
		err := w.stage.eachSeries(mi, func(e uint32, q *queue, a []uint64) error {
			if i%looks == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			i++
			if q.n == 0 && m.Keep == 0 && m.Meter == nil {
				return o.riseShort(mi, e, f, s.sortShort(a))
			}
			s.sort(&w.stage.pool, q, a, f)
			return o.rise(mi, e, &course{t: s.now, x: s.value, sorter: s}, 0, len(s.now))
		})
		if err != nil {
			return nil, err
		}
	}
	for mi, l := range o.stage.series {
		for e := range l {
			if l[e].some {
				if err := o.goOn(mi, uint32(e), &l[e]); err != nil {
					return nil, err
				}
			}
		}
	}
	return o, nil
}
