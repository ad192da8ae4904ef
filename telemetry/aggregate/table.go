package aggregate

import (
	"math/bits"
	"slices"

	"github.com/almotacen/almotacen/telemetry/sketch"
)

// table finds the slot of a (group, window) pair and holds the states by slot: one
// contiguous lane for each kind. A direct index while groups × windows fits its
// budget, then a hash.
type table struct {
	budget int // slots of the direct index

	group  []uint32
	window []int32
	space  int // states that all lanes have room for

	direct []uint32 // slot+1 by group<<shift + window-low
	groups uint32   // rows of direct
	shift  uint8
	low    int32
	high   int32 // windows seen: low ≤ w ≤ high

	keys  []uint64 // open addressing, power of two, at most half full
	slots []uint32 // slot+1
	hshft uint8

	hot     []hot
	rest    []*rest
	part    []part
	count   []uint32 // of part, in the morsel that is open
	home    []uint32 // of part: slot+1 in the table of all morsels, if it is known
	real    []Real
	rejects []*Rejects
	lanes   lanes
	kept    int64 // bytes of what follows but for values, about; see sketch.Histogram.Account
	charged int64 // of these, what the worker has counted

	tally   []*tally // of measures with a Keep of tallied; nil: none
	counts  int      // of all tallies
	turn    int
	numbers [][]counted // of Values, beside the log
	listed  int         // in numbers
	settled int         // numbers of the log that no tally takes

	values    log
	histogram []*sketch.Histogram
	entities  []*sketch.Distinct
	distinct  []*sketch.Distinct
	few       []uint64 // entities, of the first 64 of their group: the others are in met or entities
	met       []marks
	seen      []marks           // decimals: other numbers are in distinct
	sets      []sketch.Distinct // memory of the sets of states
	ids       []uint64          // likewise
	top       []*sketch.Top
	ends      []Ends
	circle    []Circle
	timed     []Timed
	counter   []Counter
}

// lanes are the states that a table's measure keeps.
type lanes struct {
	hot, part, real, timed, counter bool
	tally                           int // counts that tallies may take; 0: none are made
	keep                            Keep
	dict                            *dict // with keep
}

func newTable(budget int, l lanes) *table { return &table{budget: budget, lanes: l} }

func (t *table) len() int { return len(t.group) }

// at is the slot of (g, w), made if need be.
func (t *table) at(g uint32, w int32) uint32 {
	if i := uint64(uint32(w - t.low)); g < t.groups && i>>t.shift == 0 {
		if s := t.direct[uint64(g)<<t.shift+i]; s != 0 {
			return s - 1
		}
	}
	return t.find(g, w)
}

// index is the direct index.
func (t *table) index() index { return index{direct: t.direct, low: t.low, limit: 1 << t.shift} }

// find is at, for pairs that may lack.
func (t *table) find(g uint32, w int32) uint32 {
	if t.keys != nil {
		k := pair(g, w)
		i := t.slotOf(k)
		if s := t.slots[i]; s != 0 {
			return s - 1
		}
		if 2*(t.len()+1) > len(t.keys) {
			t.rehash(2 * len(t.keys))
			i = t.slotOf(k)
		}
		s := t.add(g, w)
		t.keys[i], t.slots[i] = k, s+1
		return s
	}
	if g >= t.groups || uint32(w-t.low)>>t.shift != 0 {
		t.reindex(g, w)
		return t.at(g, w)
	}
	s := t.add(g, w)
	t.direct[uint64(g)<<t.shift+uint64(uint32(w-t.low))] = s + 1
	return s
}

// reindex lays the direct index out for one more pair, doubling what grows, or moves
// to the hash.
func (t *table) reindex(g uint32, w int32) {
	low, high := w, w
	if t.len() > 0 {
		low, high = min(low, t.low), max(high, t.high)
		if span := int64(high) - int64(low) + 1; low < t.low {
			low = int32(max(int64(low)-span/2, -1<<31))
		}
	}
	shift := uint8(bits.Len64(uint64(int64(high)-int64(low)) | 1))
	groups := max(t.groups, 16)
	for uint64(groups) <= uint64(g) {
		groups *= 2
	}
	if uint64(groups)<<shift > uint64(min(t.budget, noRow)) {
		t.direct, t.groups = nil, 0
		n := 64
		for n < 4*(t.len()+1) {
			n *= 2
		}
		t.rehash(n)
		return
	}
	t.direct = make([]uint32, uint64(groups)<<shift)
	t.groups, t.shift, t.low = groups, shift, low
	for s := range t.group {
		t.direct[uint64(t.group[s])<<shift+uint64(uint32(t.window[s]-low))] = uint32(s) + 1
	}
}

func pair(g uint32, w int32) uint64 { return uint64(g)<<32 | uint64(uint32(w)) }

func (t *table) slotOf(k uint64) uint64 {
	mask := uint64(len(t.keys) - 1)
	i := k * 0x9e3779b97f4a7c15 >> t.hshft
	for t.slots[i] != 0 && t.keys[i] != k {
		i = (i + 1) & mask
	}
	return i
}

func (t *table) rehash(n int) {
	t.keys, t.slots = make([]uint64, n), make([]uint32, n)
	t.hshft = uint8(64 - bits.TrailingZeros64(uint64(n)))
	for s := range t.group {
		k := pair(t.group[s], t.window[s])
		i := t.slotOf(k)
		t.keys[i], t.slots[i] = k, uint32(s)+1
	}
}

// add makes an empty state.
func (t *table) add(g uint32, w int32) uint32 {
	s := uint32(len(t.group))
	if len(t.group) == t.space {
		t.grow(max(64, 2*t.space+1)) // above the double of what is there append makes no more
	}
	if s == 0 {
		t.high = w
	}
	t.high = max(t.high, w)
	t.group, t.window = append(t.group, g), append(t.window, w)
	t.rejects = append(t.rejects, nil)
	if t.lanes.hot {
		t.hot, t.rest = append(t.hot, noRows()), append(t.rest, nil)
	}
	if t.lanes.part {
		t.part, t.count, t.home = append(t.part, part{}), append(t.count, 0), append(t.home, 0)
	}
	if t.lanes.real {
		t.real = append(t.real, Real{})
	}
	if t.lanes.timed {
		t.timed = append(t.timed, Timed{})
	}
	if t.lanes.counter {
		t.counter = append(t.counter, Counter{})
	}
	if t.lanes.tally > 0 {
		t.tally = append(t.tally, nil)
	}
	if t.lanes.keep != 0 {
		t.addKept()
	}
	return s
}

// addKept makes what an empty state keeps besides sums.
func (t *table) addKept() {
	k := t.lanes.keep
	if k&KeepValues != 0 {
		t.numbers = append(t.numbers, nil)
	}
	if k&KeepHistogram != 0 {
		t.histogram = append(t.histogram, accounted(t, &sketch.Histogram{}))
	}
	if k&KeepEntities != 0 {
		t.entities, t.few, t.met = append(t.entities, nil), append(t.few, 0), append(t.met, marks{})
	}
	if k&KeepDistinct != 0 {
		t.distinct, t.seen = append(t.distinct, nil), append(t.seen, marks{})
	}
	if k&KeepTop != 0 {
		t.top = append(t.top, accounted(t, sketch.NewTop(TopKeys)))
	}
	if k&KeepEnds != 0 {
		t.ends = append(t.ends, Ends{})
	}
	if k&KeepCircle != 0 {
		t.circle = append(t.circle, Circle{})
	}
}

// grow makes room for n states in all lanes.
func (t *table) grow(n int) {
	t.space = n
	t.group, t.window, t.rejects = room(t.group, n), room(t.window, n), room(t.rejects, n)
	if t.lanes.hot {
		t.hot, t.rest = room(t.hot, n), room(t.rest, n)
	}
	if t.lanes.part {
		t.part, t.count, t.home = room(t.part, n), room(t.count, n), room(t.home, n)
	}
	if t.lanes.real {
		t.real = room(t.real, n)
	}
	if t.lanes.timed {
		t.timed = room(t.timed, n)
	}
	if t.lanes.counter {
		t.counter = room(t.counter, n)
	}
	if t.lanes.tally > 0 {
		t.tally = room(t.tally, n)
	}
	k := t.lanes.keep
	if k&KeepValues != 0 {
		t.numbers = room(t.numbers, n)
	}
	if k&KeepHistogram != 0 {
		t.histogram = room(t.histogram, n)
	}
	if k&KeepEntities != 0 {
		t.entities, t.few, t.met = room(t.entities, n), room(t.few, n), room(t.met, n)
	}
	if k&KeepDistinct != 0 {
		t.distinct, t.seen = room(t.distinct, n), room(t.seen, n)
	}
	if k&KeepTop != 0 {
		t.top = room(t.top, n)
	}
	if k&KeepEnds != 0 {
		t.ends = room(t.ends, n)
	}
	if k&KeepCircle != 0 {
		t.circle = room(t.circle, n)
	}
}

// push is append, doubling: append itself grows large slices by a quarter.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = room(s, max(64, 2*cap(s)+1))
	}
	return append(s, v)
}

// room is s with the capacity n at least. What is beyond its length is not cleared twice.
func room[T any](s []T, n int) []T {
	return slices.Grow(s[:len(s):len(s)], n-len(s))
}

// takeParts merges the parts of t, of a morsel that is over, into those of all before.
func (all *table) takeParts(t *table) {
	n := len(t.home) // slots that have a home come first
	for n > 0 && t.home[n-1] == 0 {
		n--
	}
	if all.len() == n && all.twin(t, n) {
		n = len(t.home)
	}
	if all.keys == nil {
		homesOf(t.home[n:], t.group[n:], t.window[n:], all.direct, all.groups, all.shift, all.low)
	}
	for s := n; s < len(t.home); s++ {
		if t.home[s] == 0 {
			t.home[s] = all.at(t.group[s], t.window[s]) + 1
		}
	}
	var left [512]uint32
	for from := 0; from < t.len(); from += len(left) {
		to := min(from+len(left), t.len())
		count, home, parts := t.count[from:to], t.home[from:to], t.part[from:to]
		for _, s := range left[:mergeParts(all.real, parts, count, home, left[:])] {
			r := parts[s].real(count[s])
			_ = all.real[home[s]-1].Merge(&r)
			count[s] = 0
		}
	}
	if !anyOf(t.rejects) {
		return
	}
	for s, from := range t.rejects {
		if from == nil {
			continue
		}
		to := fresh(&all.rejects[t.home[s]-1])
		for k, n := range from {
			to[k] += n
		}
		*from = Rejects{}
	}
}

// twin makes all the same slots as t, of which it has the first n, if these are the same
// in both, and there are so many more that to copy the index is worth it.
func (all *table) twin(t *table, n int) bool {
	if 8*(t.len()-n) < t.len() {
		return false
	}
	for s, h := range t.home[:n] {
		if h != uint32(s)+1 {
			return false
		}
	}
	all.direct, all.keys, all.slots = copied(all.direct, t.direct), copied(all.keys, t.keys), copied(all.slots, t.slots)
	all.groups, all.shift, all.low, all.high, all.hshft = t.groups, t.shift, t.low, t.high, t.hshft
	if t.space > all.space {
		all.grow(t.space)
	}
	all.group, all.window = append(all.group, t.group[n:]...), append(all.window, t.window[n:]...)
	all.real, all.rejects = all.real[:t.len()], all.rejects[:t.len()]
	for s := n; s < t.len(); s++ {
		t.home[s] = uint32(s) + 1
	}
	return true
}

// copied is a copy of s in the memory of dst, if it has room.
func copied[T any](dst, s []T) []T {
	if s == nil {
		return nil
	}
	return append(dst[:0], s...)
}

// anyOf reports whether a lane has anything.
func anyOf[T any](lane []*T) bool {
	for _, x := range lane {
		if x != nil {
			return true
		}
	}
	return false
}

// merged reports whether a part holds nothing that the table of all morsels has not.
func (t *table) merged(s int) bool {
	return t.lanes.part && t.count[s] == 0 && t.home[s] != 0 && (t.rejects[s] == nil || *t.rejects[s] == Rejects{})
}

// allMerged is merged for all slots.
func (t *table) allMerged() bool {
	for s := range t.group {
		if !t.merged(s) {
			return false
		}
	}
	return true
}

func (t *table) reject(slot uint32, r Reject) {
	fresh(&t.rejects[slot])[r]++
}

// turned is the direction of a slot.
func (t *table) turned(slot uint32, turn float64) *Circle {
	c := &t.circle[slot]
	c.turn = turn
	return c
}

// accounted is a sketch whose memory t counts.
func accounted[S interface{ Account(*int64) }](t *table, s S) S {
	s.Account(&t.kept)
	return s
}
