package aggregate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"math"
	"os"

	"github.com/almotacen/almotacen/internal/atomicfile"
	"github.com/almotacen/almotacen/telemetry"
)

const magic = "ALMOAGG1"

// Checkpoint writes all that a holds to a file, which takes the place of the one there
// whole or not at all: when it returns nil, every row added before is safe, and not
// earlier. If ctx ends the one before stands. Note is the caller's, at most 64 MiB: the place in its input to go on from.
func (a *Aggregator) Checkpoint(ctx context.Context, name string, note []byte) error {
	if a.err != nil {
		return a.err
	}
	if len(note) > maxRecord {
		return &Error{Kind: ErrLimit, File: name, Msg: fmt.Sprintf("a note of %d bytes; at most %d", len(note), maxRecord)}
	}
	err := atomicfile.WriteFile(name, func(w io.Writer) error {
		e := &encoder{w: w, sum: sha256.New()}
		e.raw([]byte(magic))
		e.record(a.fingerprint())
		e.record(note)
		var b []byte
		for _, x := range a.counts() {
			b = put64(b, *x)
		}
		e.record(b)
		e.count(len(a.dict.entities))
		for i := range a.dict.entities {
			e.record(putText(putText(nil, a.dict.entities[i].ID), a.dict.entities[i].Type))
		}
		e.count(len(a.runs))
		for _, r := range a.runs {
			e.record(append(putText(nil, r.name), r.sum[:]...))
		}
		order := a.order()
		for mi := range a.measures {
			a.saveMeasure(ctx, e, mi, order)
		}
		if e.err == nil {
			_, e.err = w.Write(e.sum.Sum(nil))
		}
		return e.err
	})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{Kind: ErrFile, File: name, Msg: "the checkpoint is not written; the one before stands", Err: err}
	}
	return nil
}

// counts are the numbers that a checkpoint holds of the aggregator itself, all of
// worker 0.
func (a *Aggregator) counts() []*int64 {
	t, c := a.Totals(), &a.counted
	return []*int64{&a.position, &t.Rows, &t.Unwanted, &t.Timeless, &t.Outside, &t.Ungrouped,
		&a.retired, &c.Rows, &c.Unwanted, &c.Timeless, &c.Outside, &c.Ungrouped}
}

// fingerprint is what must be the same for a checkpoint to be of use.
func (a *Aggregator) fingerprint() []byte {
	h := sha256.New()
	c := &a.cfg
	fmt.Fprintf(h, "%v|%v|%v|%v|%v|%v|%q", c.Window, c.Zone, c.From.UnixNano(), c.To.UnixNano(), c.Lateness, c.Conflict, c.Sources)
	for i := range a.measures {
		h.Write([]byte(a.measures[i].rules()))
	}
	return h.Sum(nil)
}

// rules are all that says what states of m are, as a text.
func (m *measure) rules() string {
	s := fmt.Sprintf("|%q %q %q %q %d %d %d %d %v %v %v %q %v %d %d %v %v %v", m.ID, m.Attribute, m.Dataset, m.Unit.String(), m.Form, m.scale, m.Keep, m.Hold, m.MaxAge, m.ordered, m.accept, m.Texts, m.Sentinels,
		m.modulus, m.noise, m.Least, m.Greatest, m.atEnd)
	if m.Turn != 0 {
		s += fmt.Sprintf(" turn %v", m.Turn)
	}
	if m.Threshold != nil {
		s += fmt.Sprintf(" %v", *m.Threshold)
	}
	return s
}

// The parts of a measure in a checkpoint.
const (
	partExact  = 'x' // what merges in any order
	partSide   = 's'
	partReal   = 'r' // floats of the morsels that are over
	partOpen   = 'o' // floats of the morsel that is not
	partSeries = 't' // of one series
	partTail   = 'l' // of one series, retired; 'm' if something came after
	partHeld   = 'h' // readings that wait
	partEnd    = 0
)

func (a *Aggregator) saveMeasure(ctx context.Context, e *encoder, mi int, order *ordering) {
	var exact, sides []*table
	for _, w := range a.workers {
		if w.tables[mi].lanes.hot {
			exact = append(exact, w.tables[mi])
		}
		if w.sides[mi] != nil {
			sides = append(sides, w.sides[mi])
		}
	}
	for _, w := range a.stages {
		exact = append(exact, w.tables[mi])
	}
	a.saveTables(ctx, e, mi, partExact, exact, order)
	a.saveTables(ctx, e, mi, partSide, sides, order)
	if a.real[mi] != nil {
		a.saveTables(ctx, e, mi, partReal, []*table{a.real[mi]}, order)
		t := a.workers[0].tables[mi]
		for s := range t.group {
			if t.merged(s) {
				continue
			}
			p := &t.part[s]
			b := a.slotKey(nil, partOpen, t, uint32(s))
			for _, x := range [...]float64{p.k, p.s, p.c, p.q, p.min, p.max} {
				b = putFloat(b, x)
			}
			b = put64(put64(put64(b, int64(t.count[s])), p.first), p.last)
			if r := t.rejects[s]; r != nil {
				b, _ = r.AppendBinary(b)
			}
			e.record(b)
		}
	}
	for _, w := range a.stages {
		t := w.stage.timed[mi]
		for s := range t.group {
			b := binary.AppendUvarint(append([]byte(nil), partSeries), uint64(t.group[s]))
			b = binary.AppendVarint(b, int64(t.window[s]))
			var x State
			if t.lanes.timed {
				x.Timed = &t.timed[s]
			}
			if t.lanes.counter {
				x.Counter = &t.counter[s]
			}
			b, _ = x.AppendBinary(b)
			e.record(b)
		}
		for n, x := range w.stage.series[mi] {
			latest := w.stage.queues[mi][n].latest
			if latest == math.MinInt64 {
				continue
			}
			b := binary.AppendUvarint(append([]byte(nil), partHeld), uint64(n))
			b = put64(b, latest)
			if x.some {
				b = putHeld(b, &x.last)
				for i := range x.others {
					b = putHeld(b, &x.others[i])
				}
			}
			e.record(b)
		}
		w.stage.spreadOne(mi)
		_ = w.stage.eachSeries(mi, func(n uint32, q *queue, a []uint64) error { // f has no errors
			s := &w.stage.sorter
			s.sort(&w.stage.pool, q, a, &w.stage.shorts[mi].form)
			for k := range s.now {
				h := s.at(k)
				e.record(putHeld(binary.AppendUvarint([]byte{partHeld + 1}, uint64(n)), &h))
			}
			return nil
		})
	}
	if a.tails != nil {
		for i := range a.tails[mi] {
			x := &a.tails[mi][i]
			n := a.dict.entityIndex[telemetry.Entity{ID: x.Entity, Type: x.Type}]
			b := binary.AppendUvarint([]byte{partTail}, uint64(n))
			b = binary.AppendVarint(b, a.workers[0].zonesOf(a.dict)[a.dict.entities[n].zone].ordinal(x.Window))
			if x.old.met {
				b[0]++
				b = put64(put64(b, x.old.t), x.old.v)
			}
			b, _ = x.State.AppendBinary(b)
			e.record(b)
		}
	}
	e.record([]byte{partEnd})
}

func putHeld(b []byte, h *held) []byte {
	return append(putFloat(put64(put64(put64(b, h.Time), int64(h.Source)), h.Offset), h.Value), byte(h.quality))
}

func (d *decoder) held() held {
	return held{Reading{Time: d.i64(), Source: uint32(d.u64()), Offset: d.i64(), Value: d.float()}, telemetry.Quality(d.byte())}
}

func (a *Aggregator) slotKey(b []byte, part byte, t *table, slot uint32) []byte {
	b = putText(append(b, part), a.dict.groups[t.group[slot]].ID)
	return binary.AppendVarint(b, int64(t.window[slot]))
}

// saveTables writes the merged states of tables.
func (a *Aggregator) saveTables(ctx context.Context, e *encoder, mi int, part byte, tables []*table, order *ordering) {
	if e.err != nil {
		return
	}
	var rows []Row
	if rows, e.err = a.collect(ctx, mi, tables, order); e.err != nil {
		return
	}
	zones := a.workers[0].zonesOf(a.dict)
	for i := range rows {
		if i%looks == 0 && e.err == nil {
			e.err = ctx.Err()
		}
		x := &rows[i]
		b := putText([]byte{part}, x.Group)
		b = binary.AppendVarint(b, zones[a.dict.zone(x.Zone)].ordinal(x.Window))
		b, _ = x.State.AppendBinary(b)
		e.record(b)
	}
}

// encoder writes records, each a varint length and bytes, and sums them up.
type encoder struct {
	w   io.Writer
	sum hash.Hash
	err error
}

func (e *encoder) raw(b []byte) {
	if e.err == nil {
		e.sum.Write(b)
		_, e.err = e.w.Write(b)
	}
}

func (e *encoder) record(b []byte) {
	e.raw(binary.AppendUvarint(nil, uint64(len(b))))
	e.raw(b)
}

func (e *encoder) count(n int) { e.record(binary.AppendUvarint(nil, uint64(n))) }

// maxRecord bounds one record of a file.
const maxRecord = 64 << 20

// Resume is an aggregator that holds what the checkpoint file holds, and the note that
// was given with it. The config must be the one of before but for Workers, Limits and
// SpillDir, and Group must give the same groups. The error is an [*Error] of kind
// ErrFile, ErrConfig or ErrState.
func Resume(c Config, name string) (*Aggregator, []byte, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, &Error{Kind: ErrFile, File: name, Msg: "the checkpoint cannot be read", Err: err}
	}
	a, err := New(c)
	if err != nil {
		return nil, nil, err
	}
	note, err := a.load(raw)
	if err != nil {
		if e, ok := err.(*Error); ok {
			e.File = name
		}
		return nil, nil, err
	}
	return a, note, nil
}

func (a *Aggregator) load(raw []byte) (note []byte, err error) {
	body := len(raw) - sha256.Size
	if body < len(magic) || string(raw[:len(magic)]) != magic {
		return nil, &Error{Kind: ErrState, Msg: "this is no checkpoint"}
	}
	if sum := sha256.Sum256(raw[:body]); !bytes.Equal(sum[:], raw[body:]) {
		return nil, &Error{Kind: ErrState, Offset: body, Msg: "the checksum is not that of the content: the file is damaged"}
	}
	d := &decoder{src: raw[:body], at: len(magic), what: "checkpoint"}
	record := func() *decoder { return &decoder{src: d.bytes(d.count(1)), what: "checkpoint", err: d.err} }
	if p := record(); !bytes.Equal(p.src, a.fingerprint()) {
		return nil, &Error{Kind: ErrConfig, Msg: "the checkpoint is of another configuration; give the one it was made with"}
	}
	note = bytes.Clone(record().src)
	p := record()
	w := a.workers[0]
	a.position = p.i64()
	w.totals = Totals{p.i64(), p.i64(), p.i64(), p.i64(), p.i64()}
	a.retired = max(p.i64(), earliest)
	a.counted = Totals{p.i64(), p.i64(), p.i64(), p.i64(), p.i64()}
	for range record().uvarint() {
		p := record()
		e := telemetry.Entity{ID: p.text(), Type: p.text()}
		if p.end() != nil || d.err != nil {
			return nil, cmpErr(d.err, p.err)
		}
		if _, err := a.dict.entity(e); err != nil {
			return nil, err
		}
	}
	for range record().uvarint() {
		p := record()
		r := spilled{name: p.text()}
		copy(r.sum[:], p.bytes(sha256.Size))
		if p.end() != nil || d.err != nil {
			return nil, cmpErr(d.err, p.err)
		}
		a.runs = append(a.runs, r)
	}
	for _, s := range append(a.stages, w) {
		s.zonesOf(a.dict)
		if s.stage != nil && a.retired > earliest {
			s.stage.settled = s.settled(a.retired)
		}
	}
	for mi := range a.measures {
		for d.err == nil {
			p := record()
			part := p.byte()
			if part == partEnd {
				break
			}
			if err := a.loadPart(mi, part, p); err != nil {
				return nil, err
			}
		}
	}
	if err := d.end(); err != nil {
		return nil, err
	}
	return note, a.recount()
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// roomy is a worker for one more state: what several held may be more than one may.
func (a *Aggregator) roomy() *worker {
	w := a.workers[len(a.workers)-1]
	if w.states >= a.cfg.Limits.States/4*3 && len(a.workers) < a.cfg.Workers {
		w = newWorker(a.dict, &a.cfg)
		w.zonesOf(a.dict)
		a.workers = append(a.workers, w)
	}
	w.states++
	return w
}

// recount counts the states that were loaded.
func (a *Aggregator) recount() error {
	for _, w := range append(a.stages, a.workers...) {
		w.states = 0
		w.recharge()
		for mi := range a.measures {
			n := w.tables[mi].len()
			if w.sides[mi] != nil {
				n += w.sides[mi].len()
			}
			if w.stage != nil {
				n += w.stage.timed[mi].len()
			}
			if err := w.check(mi, n); err != nil {
				return err
			}
			if err := w.heed(mi, noGroup); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *Aggregator) loadPart(mi int, part byte, p *decoder) error {
	m, w := &a.measures[mi], a.workers[0]
	if part == partSeries || part == partHeld || part == partHeld+1 || part == partTail || part == partTail+1 {
		e := p.uvarint()
		if e >= uint64(len(a.dict.entities)) || a.stages == nil || a.dict.entities[min(e, uint64(len(a.dict.entities)-1))].group == noGroup {
			p.fail("a series of entity %d", e)
			return p.err
		}
		w := a.stages[int(e)%len(a.stages)]
		switch part {
		case partTail, partTail + 1:
			return a.loadTail(mi, part, uint32(e), p)
		case partSeries:
			o := p.varint()
			t := w.stage.timed[mi]
			var s State
			if err := s.UnmarshalBinary(p.bytes(len(p.src) - p.at)); err != nil {
				return err
			}
			slot := t.at(uint32(e), int32(o))
			if t.lanes.timed && s.Timed != nil {
				t.timed[slot] = *s.Timed
			}
			if t.lanes.counter && s.Counter != nil {
				t.counter[slot] = *s.Counter
			}
		case partHeld:
			x, q := w.stage.of(mi, uint32(e))
			q.latest = p.i64()
			for first := true; p.at < len(p.src) && p.err == nil; first = false {
				if h := p.held(); first {
					x.some, x.last = true, h
				} else {
					x.others = append(x.others, h)
				}
			}
		default:
			h := p.held()
			if _, q := w.stage.of(mi, uint32(e)); p.err == nil {
				if q.n == 0 {
					w.stage.active = append(w.stage.active, place{table: uint32(mi), slot: uint32(e)})
				}
				w.stage.pool.put(q, &h)
				w.stage.kept = w.stage.pool.n
			}
		}
		return p.end()
	}
	name, o := p.text(), p.varint()
	g, ok := a.dict.groupIndex[name]
	if !ok {
		return &Error{Kind: ErrConfig, Group: name, Msg: "Config.Group does not give this group any more"}
	}
	var t *table
	switch {
	case part == partExact && m.ordered:
		t = a.stages[0].tables[mi]
	case part == partOpen && m.Form == Float:
		t = w.tables[mi]
	case part == partExact && m.Form != Float:
		t = a.roomy().tables[mi]
	case part == partSide && w.sides[mi] != nil:
		t = a.roomy().sides[mi]
	case part == partReal && a.real[mi] != nil:
		t = a.real[mi]
	default:
		p.fail("part %q of this measure", part)
		return p.err
	}
	slot := t.at(g, int32(o))
	if part == partOpen {
		x, n := openPart(p)
		if p.at < len(p.src) {
			if err := fresh(&t.rejects[slot]).UnmarshalBinary(p.bytes(len(p.src) - p.at)); err != nil {
				return err
			}
		}
		t.part[slot], t.count[slot] = x, n
		return p.end()
	}
	var s State
	if err := s.UnmarshalBinary(p.bytes(len(p.src) - p.at)); err != nil {
		return err
	}
	return t.put(slot, &s)
}

// loadTail reads the last state of a series that was retired.
func (a *Aggregator) loadTail(mi int, part byte, e uint32, p *decoder) error {
	en := &a.dict.entities[e]
	z := a.workers[0].zonesOf(a.dict)[en.zone]
	o := p.varint()
	var old tail
	if part > partTail {
		old = tail{true, p.i64(), p.i64()}
	}
	g := &a.dict.groups[en.group]
	x := Row{measure: int32(mi), Group: g.ID, Entity: en.ID, Type: en.Type, Zone: g.Zone, old: &old}
	if m := &a.measures[mi]; m.Hold == NotHeld && m.Meter == nil || o < math.MinInt32 || o > math.MaxInt32 {
		p.fail("a series of this measure in window %d", o)
	}
	if p.err != nil {
		return p.err
	}
	x.Window = z.period(o)
	x.Start, x.End = z.spanOf(o)
	if err := x.State.UnmarshalBinary(p.bytes(len(p.src) - p.at)); err != nil {
		return err
	}
	if (x.State.Timed != nil) != (a.measures[mi].Hold != NotHeld) || (x.State.Counter != nil) != (a.measures[mi].Meter != nil) {
		p.fail("a series without what the measure keeps")
		return p.err
	}
	if a.tails == nil {
		a.tails = make([][]Row, len(a.measures))
	}
	a.tails[mi] = append(a.tails[mi], x)
	return nil
}

// openPart reads a part of an open morsel and its count; its sums may have left float64.
func openPart(p *decoder) (part, uint32) {
	word := func() float64 { return math.Float64frombits(p.u64()) }
	x := part{k: word(), s: word(), c: word(), q: word(), min: word(), max: word()}
	n := p.i64()
	if n < 0 || n > greatMorsel {
		p.fail("%d numbers in a morsel of at most %d rows", n, greatMorsel)
	}
	x.first, x.last = p.i64(), p.i64()
	return x, uint32(n)
}

// put makes s the state of a slot.
func (t *table) put(slot uint32, s *State) error {
	t.rejects[slot] = s.Rejects
	l := &t.lanes
	if l.hot {
		if s.Moments.Count() > 0 {
			t.hot[slot] = s.Moments.hot
		}
		t.rest[slot] = s.Moments.rest
	}
	if l.real && s.Real != nil {
		t.real[slot] = *s.Real
	}
	if l.keep&KeepValues != 0 && s.Values != nil {
		t.listed -= len(t.numbers[slot])
		t.numbers[slot] = s.Values.all()
		t.listed += len(t.numbers[slot])
	}
	set := func(bit Keep, have bool, f func()) {
		if l.keep&bit != 0 && have {
			f()
		}
	}
	set(KeepHistogram, s.Histogram != nil, func() { t.histogram[slot] = accounted(t, s.Histogram) })
	set(KeepEntities, s.Entities != nil, func() { t.entities[slot] = accounted(t, s.Entities) })
	set(KeepDistinct, s.Distinct != nil, func() { t.distinct[slot] = accounted(t, s.Distinct) })
	set(KeepTop, s.Top != nil, func() { t.top[slot] = accounted(t, s.Top) })
	set(KeepCircle, s.Circle != nil, func() { t.circle[slot] = *s.Circle })
	set(KeepEnds, s.Ends != nil, func() { t.ends[slot] = *s.Ends })
	return nil
}
