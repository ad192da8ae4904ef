package aggregate

import "github.com/almotacen/almotacen/telemetry"

// Rows of many attributes and entities that jump from state to state go straight to
// their states, without being put side by side by attribute first, where all of them
// count as they are and each attribute has one measure. What does not fit is left to
// the way that looks at each row.

// manyLeast is in how many rows, at least, the entity changes once: runs of one state are
// better added as such.
const manyLeast = 4

// maxMany is how many attributes a dictionary may have for it: they are laid out anew
// with each chunk.
const maxMany = 256

// class is what the measures of a dictionary's attributes have in common.
type class uint8

const (
	various  class = iota
	decimals       // sums, and entities
	floats         // sums alone
	tallies        // sums and what tallies count
)

// classOf is that of a measure whose rows count as they are.
func (m *measure) classOf() class {
	switch {
	case m.bounded || m.sentinel || m.changes || m.Dataset != "" || m.Form == Text:
	case m.Form == Float && m.Keep == 0:
		return floats
	case m.Form == Decimal && m.Keep&^KeepEntities == 0:
		return decimals
	case m.Form == Decimal && m.Keep&^tallied == 0:
		return tallies
	}
	return various
}

// many are the states of a chunk's rows by attribute code. Attributes without a measure
// have none.
type many struct {
	measure []int // by attribute; -1: none
	class   class
	shift   uint8 // of the indexes of all
	accept  uint32
	units   []uint32
	place   []index
	decimal []decimalStates
	float   []floatStates
	tally   []tallyStates
	met     bool // some measure keeps entities
	few     [][]uint64
	rest    leftRows
}

// leftRows are rows of a chunk.
type leftRows struct {
	entity, attribute, dataset, unit [chunkRows]uint32
	time                             [chunkRows]int64
	number                           [chunkRows]float64
	kind                             [chunkRows]telemetry.Kind
	quality                          [chunkRows]telemetry.Quality
}

// oneEach sets what is known of a dictionary's attributes; false: they have no class in
// common.
func (w *worker) oneEach(tr *translation) bool {
	q := &w.many
	if len(tr.chain) > maxMany || tr.zone < 0 {
		return false
	}
	q.measure, q.class, q.accept = q.measure[:0], various, ^uint32(0)
	for _, x := range tr.chain {
		only := -1
		for k, m := range tr.chains[x] {
			switch {
			case w.d.measures[m].ordered:
			case only >= 0 || k > 0: // rows are counted by the first
				return false
			default:
				only = m
			}
		}
		q.measure = append(q.measure, only)
		if only < 0 {
			if x != 0 {
				return false
			}
			continue
		}
		m := &w.d.measures[only]
		c := m.classOf()
		t := w.tables[only]
		if c == various || t.keys != nil || q.class != various && (c != q.class || t.shift != q.shift) {
			return false
		}
		q.class, q.shift = c, t.shift
		q.accept &= m.accept
	}
	return q.class != various
}

// addMany adds the rows of c that go straight to their states. It returns those that do
// not: c itself, if none do.
func (w *worker) addMany(tr *translation, c *chunk) (chunk, error) {
	n := len(c.time)
	some := c.entity[:min(n, 512)]
	if n < 64 || steps(some, len(some)/manyLeast) <= len(some)/manyLeast || !w.oneEach(tr) {
		return *c, nil
	}
	q, s := &w.many, &w.scratch
	if q.accept>>(c.quality[0]&31)&1 == 0 || w.bounded && !within(c.time, w.from, w.to) || !w.unitsStay(tr, c) {
		return *c, nil
	}
	z := w.zones[tr.zone]
	span, fits := z.even()
	if !fits {
		p := placed{entity: c.entity, at: c.time}
		if ok, err := w.windowsOf(tr, 0, &p, c.attribute); !ok {
			return *c, err
		}
	}
	q.lay(w)
	defer q.leave()
	if fits {
		for i := range q.place {
			q.place[i].low -= int32(z.base)
		}
	}
	row := w.rowsOf(tr, q.shift)
	const block = 256 // rows that stay in the first level of the cache
	m := 0
	for from := 0; from < n; from += block {
		to := min(from+block, n)
		attribute, slot, x, at := c.attribute[from:to], s.slot[from:to], c.number[from:to], c.time[from:to]
		if fits {
			slotsEven(slot, attribute, c.entity[from:to], at, row, q.place, &span)
		} else {
			slotsOf(slot, attribute, c.entity[from:to], s.w[from:to], row, q.place)
		}
		w.ahead.from = from
		left := s.left[m : m+to-from]
		k := 0
		switch q.class {
		case decimals:
			k = scatterNarrow(q.decimal, attribute, slot, x, at, left, &w.ahead)
			if q.met {
				for _, i := range left[:k] {
					slot[i] = ^uint32(0)
				}
				w.meetMany(tr, attribute, slot, c.entity[from:to])
			}
		case floats:
			k = scatterFloats(q.float, attribute, slot, x, at, left, &w.ahead)
		case tallies:
			k = tallyRows(q.tally, attribute, slot, x, at, left, &w.ahead)
		}
		for i := range left[:k] {
			left[i] += int32(from)
		}
		m += k
	}
	if q.met {
		for _, m := range q.measure {
			if m >= 0 {
				if err := w.heed(m, tr.group[c.entity[n-1]]); err != nil {
					return chunk{}, err
				}
			}
		}
	}
	if m == 0 {
		return chunk{}, nil
	}
	return q.rest.of(c, s.left[:m]), nil
}

// lookAhead sets which rows come next: those of b from a row on, or of the batch after it.
func (w *worker) lookAhead(b *telemetry.Batch, from int, next *telemetry.Batch) {
	if from == len(b.Time) {
		b, from = next, 0
	}
	w.ahead.rows = 0
	if b != nil && from < len(b.Time) {
		w.ahead = ahead{&b.Time[from], &b.Number[from], &b.Entity[from], &b.Attribute[from], &b.Kind[from], &b.Quality[from], 0, min(len(b.Time)-from, chunkRows)}
	}
}

// leave lets go of the states, which the tables may move or forget.
func (q *many) leave() {
	clear(q.place)
	clear(q.decimal)
	clear(q.float)
	clear(q.tally)
	clear(q.few)
}

// lay lays out where the states are.
func (q *many) lay(w *worker) {
	q.place, q.decimal, q.float, q.tally, q.few = q.place[:0], q.decimal[:0], q.float[:0], q.tally[:0], q.few[:0]
	q.met = false
	for _, m := range q.measure {
		t, ten := &table{}, 0.0
		if m >= 0 {
			t, ten = w.tables[m], w.d.measures[m].ten
		}
		switch q.class {
		case decimals:
			q.decimal = append(q.decimal, decimalStates{t.hot, ten})
			q.few, q.met = append(q.few, t.few), q.met || t.few != nil
		case floats:
			q.float = append(q.float, floatStates{part: t.part, count: t.count})
		case tallies:
			q.tally = append(q.tally, tallyStates{t.tally, ten})
		}
		q.place = append(q.place, t.index())
	}
}

// meetMany adds the entities of rows to the sets of their slots.
func (w *worker) meetMany(tr *translation, attribute, slot, entity []uint32) {
	for k := 0; k < len(slot); k++ {
		if k += meetFew(w.many.few, attribute[k:], slot[k:], entity[k:], tr.member); k < len(slot) {
			w.tables[w.many.measure[attribute[k]]].meet(slot[k], w.d, tr.entity[entity[k]])
		}
	}
}

// unitsStay reports whether no number of c, of which only the units may differ, is
// converted.
func (w *worker) unitsStay(tr *translation, c *chunk) bool {
	q := &w.many
	if c.plain {
		for _, m := range q.measure {
			if m >= 0 && !tr.convert[m][c.unit[0]].as {
				return false
			}
		}
		return true
	}
	q.units = q.units[:0]
	for range q.measure {
		q.units = append(q.units, ^uint32(0))
	}
	n := len(c.unit)
	for k, changes := 0, 0; ; changes++ {
		if k += sameUnits(q.units, c.attribute[k:], c.unit[k:]); k == n {
			return true
		}
		a, u := c.attribute[k], c.unit[k]
		if m := q.measure[a]; m >= 0 && !tr.convert[m][u].as || changes > len(q.units)+n/64 {
			return false
		}
		q.units[a] = u
	}
}

// of are some rows of c.
func (r *leftRows) of(c *chunk, which []int32) chunk {
	n := len(which)
	for k, i := range which {
		r.entity[k], r.attribute[k], r.dataset[k], r.unit[k] = c.entity[i], c.attribute[i], c.dataset[i], c.unit[i]
		r.time[k], r.number[k], r.kind[k], r.quality[k] = c.time[i], c.number[i], c.kind[i], c.quality[i]
	}
	return chunk{
		b: c.b, from: c.from, entity: r.entity[:n], attribute: r.attribute[:n], dataset: r.dataset[:n], unit: r.unit[:n],
		time: r.time[:n], number: r.number[:n], kind: r.kind[:n], quality: r.quality[:n], plain: c.plain,
	}
}
