package aggregate

import (
	"fmt"
	"unsafe"

	"github.com/almotacen/almotacen/telemetry"
)

// MemoryBytes is the memory that the aggregator holds, about: states and what they keep,
// indexes, numbers, readings that wait, dictionaries and windows. Batches and results
// are not its. It reads lengths, and one or two words a state: some microseconds to
// some milliseconds. See Limits for what bounds it.
func (a *Aggregator) MemoryBytes() int64 {
	n := a.dict.bytes()
	for _, w := range a.workers {
		n += w.bytes()
	}
	for _, w := range a.stages {
		n += w.bytes()
	}
	for _, t := range a.real {
		if t != nil {
			n += t.bytes()
		}
	}
	for _, l := range a.tails {
		n += size(l) + int64(len(l))*tailBytes
	}
	return n
}

// tailBytes is what the state of a tail takes.
const tailBytes = int64(unsafe.Sizeof(Timed{}))

func size[T any](s []T) int64 {
	var x T
	return int64(cap(s)) * int64(unsafe.Sizeof(x))
}

// What an entity and a group take besides their place in the list: the text, an entry in
// a map.
const namedBytes = 96

func (d *dict) bytes() int64 {
	n := size(d.entities) + size(d.groups) + size(d.members) + size(d.order) + int64(8*len(d.entities)) + int64(len(d.entities)+len(d.groups))*namedBytes
	for _, t := range d.texts {
		n += size(t.entity) + size(t.group) + size(t.zones) + size(t.member) + size(t.chain) + size(t.dataset)
		for _, c := range t.convert {
			n += size(c)
		}
	}
	return n
}

func (w *worker) bytes() int64 {
	n := int64(unsafe.Sizeof(*w)) + size(w.starts) + size(w.lists)
	for _, z := range w.zones {
		n += size(z.bounds)
	}
	for i := range w.rows {
		for _, r := range w.rows[i].by {
			n += size(r)
		}
	}
	for i, t := range w.tables {
		n += t.bytes()
		if s := w.sides[i]; s != nil {
			n += s.bytes()
		}
	}
	if w.stage != nil {
		n += w.stage.bytes()
	}
	return n
}

func (s *stage) bytes() int64 {
	o := &s.sorter
	n := int64(unsafe.Sizeof(*s)) + int64(len(s.pool.slabs))*slabCells*int64(unsafe.Sizeof(cell{})) + size(s.active) + size(s.rest) +
		size(o.now) + size(o.value) + size(o.cells) + size(o.t) + size(o.t2) + size(o.x) + size(o.x2) + size(o.count) + size(s.first)
	n += size(s.targets) + size(s.runs) + size(o.a) + size(o.b)
	for i, t := range s.timed {
		h := &s.shorts[i]
		n += size(h.e) + size(h.v) + size(h.lots)
		for _, l := range h.lots {
			n += size(l.v) + size(l.of)
		}
		n += t.bytes() + size(s.series[i]) + size(s.queues[i]) + size(s.lot[i].e) + size(s.lot[i].t) + size(s.lot[i].x)
	}
	return n
}

// restBytes is a rest with its sums.
const restBytes = int64(unsafe.Sizeof(rest{})) + 8*(sumLimbs+squareLimbs)

func (t *table) bytes() int64 {
	n := size(t.group) + size(t.window) + size(t.direct) + size(t.keys) + size(t.slots) +
		size(t.hot) + size(t.rest) + size(t.part) + size(t.count) + size(t.real) + size(t.home) + size(t.rejects) +
		size(t.histogram) + size(t.entities) + size(t.distinct) + size(t.few) + size(t.met) + size(t.seen) + size(t.top) +
		size(t.ends) + size(t.circle) + size(t.timed) + size(t.counter) + size(t.tally) + size(t.numbers) + t.kept
	for _, l := range t.numbers {
		n += size(l)
	}
	for _, r := range t.rest {
		if r != nil {
			n += restBytes
		}
	}
	for _, r := range t.rejects {
		if r != nil {
			n += int64(unsafe.Sizeof(*r))
		}
	}
	for k := range t.values.x {
		n += size(t.values.x[k]) + size(t.values.runs[k])
	}
	return n
}

// heed counts what the sketches of a measure have grown by and holds them to the limit;
// group is one whose readings came last.
func (w *worker) heed(mi int, group uint32) error {
	t := w.tables[mi]
	if w.sides[mi] != nil {
		t = w.sides[mi]
	}
	w.kept += t.kept - t.charged
	t.charged = t.kept
	if w.kept <= w.cfg.Limits.Sketches {
		return nil
	}
	return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("histograms, distinct counts and frequent keys of all groups take %d bytes, at most %d; take a coarser window or larger groups, give a SpillDir, or raise Limits.Sketches", w.kept, w.cfg.Limits.Sketches)}, mi, group)
}

// recharge counts anew what the sketches of all measures take.
func (w *worker) recharge() {
	w.kept = 0
	for i, t := range w.tables {
		t.charged = t.kept
		w.kept += t.kept
		if s := w.sides[i]; s != nil {
			s.charged = s.kept
			w.kept += s.kept
		}
	}
}

// tooMany is an error of more entities than there may be.
func (d *dict) tooMany(e telemetry.Entity) error {
	return &Error{Kind: ErrLimit, Group: e.ID, Msg: fmt.Sprintf("more than %d entities; if an entity is not a device, give readings the one they are of, or raise Limits.Entities", d.cfg.Limits.Entities)}
}
