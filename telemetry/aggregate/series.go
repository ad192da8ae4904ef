package aggregate

import (
	"cmp"
	"fmt"
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
	latest   int64  // of those that came
	from, to int64  // window of the last reading that went on
	ordinal  int32
	slot     uint32 // of the group
	own      uint32 // of the series
}

// waiting is a reading that may still be overtaken.
type waiting struct {
	measure, entity uint32
	held
}

// stage puts the readings of ordered measures in order, series by series.
type stage struct {
	series  [][]series // by measure and entity
	pool    []waiting
	kept    int // of the pool after the last flush
	timed   []*table
	pending int     // limit
	settled []int64 // by zone: what comes for times before is late; see settle
}

func newStage(d *dict, cfg *Config) *stage {
	s := &stage{series: make([][]series, len(d.measures)), pending: cfg.Limits.Pending}
	for i := range d.measures {
		s.timed = append(s.timed, newTable(cfg.Limits.Dense, lanes{timed: d.measures[i].Hold != NotHeld, counter: d.measures[i].Meter != nil}))
	}
	return s
}

func (s *stage) of(mi int, e uint32) *series {
	l := s.series[mi]
	if int(e) >= len(l) {
		l = slices.Grow(l, int(e)+1-len(l))
		for len(l) < cap(l) {
			l = append(l, series{latest: math.MinInt64})
		}
		s.series[mi] = l
	}
	return &l[e]
}

// order takes the rows of an ordered measure.
func (w *worker) order(tr *translation, mi int, c *chunk, rows []int32, count *Totals) error {
	n, err := w.sift(tr, mi, c, rows, count)
	if err != nil {
		return err
	}
	s := &w.scratch
	lastSource, source := uint32(0), uint32(0)
	for k := range n {
		i := int(s.row[k])
		h := held{Reading{Time: s.t[k], Value: s.x[k] + 0}, c.quality[i]}
		if len(c.b.Detail) > 0 {
			d := &c.b.Detail[c.from+i]
			if d.Source != lastSource {
				lastSource, source = d.Source, w.d.sources[c.b.Sources.At(d.Source).Name]
			}
			h.Source, h.Offset = source, d.Start
		}
		e := tr.entity[s.e[k]]
		x := w.stage.of(mi, e)
		late := w.cfg.Lateness
		if x.latest > math.MinInt64+1 && late < AnyOrder && h.Time < x.latest-int64(late) || w.stage.settled != nil && w.late(e, h.Time) {
			if err := w.rejectReading(mi, e, h.Time, RejectLate); err != nil {
				return err
			}
			continue
		}
		if late == 0 {
			x.latest = max(x.latest, h.Time)
			if err := w.push(mi, e, x, &h); err != nil {
				return err
			}
			continue
		}
		x.latest = max(x.latest, h.Time)
		if len(w.stage.pool) >= w.stage.pending {
			if err := w.flush(false); err != nil {
				return err
			}
			if len(w.stage.pool) >= w.stage.pending {
				return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d readings wait for earlier ones; sort the input, shorten Config.Lateness, or raise Limits.Pending", w.stage.pending)}, mi, noGroup)
			}
		}
		w.stage.pool = append(w.stage.pool, waiting{uint32(mi), e, h})
	}
	if n := len(w.stage.pool); w.cfg.Lateness < AnyOrder && n >= 2*w.stage.kept+64*chunkRows {
		return w.flush(false)
	}
	return nil
}

// flush lets readings go on that nothing can come before any more, or all.
func (w *worker) flush(all bool) error {
	p := w.stage.pool
	w.sortPool()
	k := 0
	for i := range p {
		h := &p[i]
		x := w.stage.of(int(h.measure), h.entity)
		if !all && (w.cfg.Lateness == AnyOrder || h.Time >= x.latest-int64(w.cfg.Lateness)) {
			p[k] = *h
			k++
			continue
		}
		if err := w.push(int(h.measure), h.entity, x, &h.held); err != nil {
			return err
		}
	}
	w.stage.pool, w.stage.kept = p[:k], k
	return nil
}

func (w *worker) sortPool() {
	slices.SortFunc(w.stage.pool, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.measure, b.measure), cmp.Compare(a.entity, b.entity), a.Compare(b.Reading), cmp.Compare(a.quality, b.quality))
	})
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
	m, t, own := &w.d.measures[mi], w.tables[mi], w.stage.timed[mi]
	if at < x.from || at >= x.to {
		en := &w.d.entities[e]
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
		if err := w.check(mi, t.len()+own.len()-before); err != nil {
			return err
		}
	}
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

// keepOne is keepMore for one reading of an ordered measure.
func (w *worker) keepOne(mi int, slot, e uint32, r Reading) error {
	m, t := &w.d.measures[mi], w.tables[mi]
	if m.Keep&KeepValues != 0 {
		if t.values.n >= w.cfg.Limits.Values {
			return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d numbers for exact quantiles; keep a histogram, or raise Limits.Values", w.cfg.Limits.Values)}, mi, noGroup)
		}
		t.values.add([]uint32{slot}, []int32{0}, []float64{r.Value})
	}
	if m.Keep&KeepHistogram != 0 {
		t.histogram[slot].Add(r.Value)
	}
	if m.Keep&KeepEntities != 0 {
		t.entities[slot].Add(w.d.entities[e].id)
	}
	if m.Keep&KeepDistinct != 0 {
		t.distinct[slot].Add(math.Float64bits(r.Value))
	}
	if m.Keep&KeepTop != 0 {
		w.key = appendNumber(w.key[:0], r.Value)
		t.top[slot].Add(w.key, 1)
	}
	if m.Keep&KeepEnds != 0 {
		t.ends[slot].Add(r)
	}
	return nil
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
func (w *worker) waiting() (*worker, error) {
	o := newWorker(w.d, w.cfg)
	o.ordered = true
	o.stage = newStage(w.d, w.cfg)
	o.zonesOf(w.d)
	for mi, l := range w.stage.series {
		o.stage.series[mi] = slices.Clone(l)
		for e := range o.stage.series[mi] {
			x := &o.stage.series[mi][e]
			x.others = slices.Clone(x.others)
			x.from, x.to = 1, 0 // slots are w's
		}
	}
	o.stage.pool = slices.Clone(w.stage.pool)
	if err := o.flush(true); err != nil {
		return nil, err
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
