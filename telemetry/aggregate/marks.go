package aggregate

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/almotacen/almotacen/telemetry/sketch"
)

// Sets of entities and of numbers are bitmaps while they are dense: entities by their
// place in their group, numbers as decimals. What has no bit is in a sketch.Distinct
// beside; the set is both, and becomes a Distinct when it is asked for.

// marks is a set of integers not far from one another. It holds few bits while few
// numbers came.
type marks struct {
	base   int64 // of bits[0], a multiple of 64
	bits   []uint64
	missed int32 // numbers without a bit when they came
}

// maxMarks bounds the words of marks.
const maxMarks = 1 << 10

// mark is false if n has no bit. Bytes that m grows by are added to total.
func (m *marks) mark(n int64, total *int64) bool {
	i := uint64(n - m.base)
	if i/64 >= uint64(len(m.bits)) {
		m.missed++
		if !m.cover(n, n, int(m.missed), total) {
			return false
		}
		i = uint64(n - m.base)
	}
	m.bits[i/64] |= 1 << (i % 64)
	return true
}

// cover makes bits for lo to hi, of which some numbers came; false if they would be too
// many.
func (m *marks) cover(lo, hi int64, came int, total *int64) bool {
	lo, hi = lo>>6, hi>>6
	n := int64(len(m.bits))
	first, last := lo, hi
	if n > 0 {
		first, last = min(lo, m.base>>6), max(hi, m.base>>6+n-1)
	}
	size := last - first + 1
	if size == n {
		return true
	}
	if size > maxMarks || size > 4*int64(came) {
		return false
	}
	room := min(max(size, 2*n), maxMarks) - size // on the side that grows
	if n > 0 && first < m.base>>6 {
		first -= room
	}
	size += room
	b := make([]uint64, size)
	if n > 0 {
		copy(b[m.base>>6-first:], m.bits)
	}
	*total += 8 * (size - n)
	m.base, m.bits = first<<6, b
	return true
}

func (m *marks) len() (n int) {
	for _, w := range m.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// overflow is *d, made if need be.
func (t *table) overflow(d **sketch.Distinct) *sketch.Distinct {
	if *d == nil {
		*d = accounted(t, &sketch.Distinct{})
	}
	return *d
}

// meet adds an entity to the set of a slot.
func (t *table) meet(slot uint32, d *dict, e uint32) {
	x := &d.entities[e]
	if x.member < 64 {
		t.few[slot] |= 1 << x.member
	} else if !t.met[slot].mark(int64(x.member), &t.kept) {
		t.overflow(&t.entities[slot]).Add(x.id)
	}
}

// meetAll adds the entities of p's rows, whose slots those are.
func (t *table) meetAll(tr *translation, d *dict, p *placed, slot []uint32) {
	if p.runs == nil {
		for k := 0; k < len(slot); k++ {
			if k += meetFew([][]uint64{t.few}, alike[k:], slot[k:], p.entity[k:], tr.member); k < len(slot) {
				t.meet(slot[k], d, tr.entity[p.entity[k]])
			}
		}
		return
	}
	for i := range p.runs { // of one entity each
		k := p.runs[i].from
		t.meet(slot[k], d, tr.entity[p.entity[k]])
	}
}

// number adds a number to the set of a slot.
func (t *table) number(slot uint32, x, ten float64) {
	y := float64(x * ten)
	y = (y + toWhole) - toWhole
	if y >= -maxDecimal && y <= maxDecimal && y/ten == x && t.seen[slot].mark(int64(y), &t.kept) {
		return
	}
	t.overflow(&t.distinct[slot]).Add(math.Float64bits(x + 0))
}

// numbersOf adds the numbers of a run.
func (t *table) numbersOf(slot uint32, x []float64, ten float64) {
	for len(x) > 0 {
		m := &t.seen[slot]
		if x = x[markRun(m.bits, m.base, x, ten):]; len(x) > 0 {
			t.number(slot, x[0], ten)
			x = x[1:]
		}
	}
}

// numbersAll adds the numbers of rows with a slot each.
func (t *table) numbersAll(slot []uint32, x []float64, ten float64) {
	for k := 0; k < len(slot); k++ {
		if k += markRows(t.seen, slot[k:], x[k:], ten); k < len(slot) {
			t.number(slot[k], x[k], ten)
		}
	}
}

// numbersIn adds the numbers that a tally counts, from lo to hi.
func (t *table) numbersIn(slot uint32, q *tally, lo, hi int64, ten float64) {
	count := q.count[lo-q.base : hi-q.base+1]
	n := 0
	for _, c := range count {
		n += int(min(c, 1))
	}
	m := &t.seen[slot]
	m.cover(lo, hi, n, &t.kept)
	for i, c := range count {
		if d := lo + int64(i); c != 0 && !m.mark(d, &t.kept) {
			t.overflow(&t.distinct[slot]).Add(math.Float64bits(float64(d) / ten))
		}
	}
}

// entitySet is the set of entities of a slot.
func (t *table) entitySet(slot uint32) *sketch.Distinct {
	d, g := t.lanes.dict, t.group[slot]
	n := bits.OnesCount64(t.few[slot]) + t.met[slot].len()
	ids := t.room(n)
	members := d.members[g]
	if n > 0 && len(members) <= 8*n {
		m := &t.met[slot]
		for _, k := range d.byID(g) {
			i := uint64(int64(k) - m.base)
			if k < 64 && t.few[slot]>>k&1 != 0 || i/64 < uint64(len(m.bits)) && m.bits[i/64]>>(i%64)&1 != 0 {
				ids = append(ids, d.entities[members[k]].id)
			}
		}
	} else {
		for b := t.few[slot]; b != 0; b &= b - 1 {
			ids = append(ids, d.entities[members[bits.TrailingZeros64(b)]].id)
		}
		for i, b := range t.met[slot].bits {
			for ; b != 0; b &= b - 1 {
				ids = append(ids, d.entities[members[t.met[slot].base+int64(i*64+bits.TrailingZeros64(b))]].id)
			}
		}
	}
	return t.setOf(ids, t.entities[slot])
}

// byID are the places of a group's members in the order of their ids.
func (d *dict) byID(g uint32) []uint32 {
	for len(d.order) <= int(g) {
		d.order = append(d.order, nil)
	}
	if list := d.members[g]; len(d.order[g]) < len(list) {
		order := make([]uint32, len(list))
		for i := range order {
			order[i] = uint32(i)
		}
		slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(d.entities[list[a]].id, d.entities[list[b]].id) })
		d.order[g] = order
	}
	return d.order[g]
}

// numberSet is the set of numbers of a slot.
func (t *table) numberSet(slot uint32, ten float64) *sketch.Distinct {
	m := &t.seen[slot]
	ids := t.room(m.len())
	// As ids, numbers from 0 up rise, and after them those from 0 down.
	zero := int(min(max(-m.base>>6, 0), int64(len(m.bits))))
	for i, b := range m.bits[zero:] {
		for ; b != 0; b &= b - 1 {
			ids = append(ids, math.Float64bits(float64(m.base+int64((zero+i)*64+bits.TrailingZeros64(b)))/ten))
		}
	}
	for i := zero - 1; i >= 0; i-- {
		for b := m.bits[i]; b != 0; {
			top := 63 - bits.LeadingZeros64(b)
			b &^= 1 << top
			ids = append(ids, math.Float64bits(float64(m.base+int64(i*64+top))/ten))
		}
	}
	return t.setOf(ids, t.distinct[slot])
}

// room is room for n ids: small sets share memory.
func (t *table) room(n int) []uint64 {
	const many = 1 << 10
	if n > many/4 {
		return make([]uint64, 0, n)
	}
	if cap(t.ids)-len(t.ids) < n {
		t.ids = make([]uint64, 0, many)
	}
	k := len(t.ids)
	t.ids = t.ids[:k+n]
	return t.ids[k : k : k+n]
}

// setOf is the set of ids and of o, in memory of its own.
func (t *table) setOf(ids []uint64, o *sketch.Distinct) *sketch.Distinct {
	if len(t.sets) == cap(t.sets) {
		t.sets = make([]sketch.Distinct, 0, 64)
	}
	t.sets = append(t.sets, sketch.DistinctOf(ids))
	d := &t.sets[len(t.sets)-1]
	if o != nil {
		d.Merge(o)
	}
	return d
}
