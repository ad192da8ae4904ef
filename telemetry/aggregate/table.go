package aggregate

import (
	"math/bits"

	"github.com/almotacen/almotacen/telemetry/sketch"
)

// table finds the slot of a (group, window) pair and holds the states by slot: one
// contiguous lane for each kind. A direct index while groups × windows fits its
// budget, then a hash.
type table struct {
	budget int // slots of the direct index

	group  []uint32
	window []int32

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
	if uint64(groups)<<shift > uint64(t.budget) {
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
	if s == 0 {
		t.high = w
	}
	t.high = max(t.high, w)
	t.group, t.window = push(t.group, g), push(t.window, w)
	t.rejects = push(t.rejects, nil)
	if t.lanes.hot {
		h := hot{}
		h.reset()
		t.hot, t.rest = push(t.hot, h), push(t.rest, nil)
	}
	if t.lanes.part {
		t.part, t.count, t.home = push(t.part, part{}), push(t.count, 0), push(t.home, 0)
	}
	if t.lanes.real {
		t.real = push(t.real, Real{})
	}
	if t.lanes.timed {
		t.timed = push(t.timed, Timed{})
	}
	if t.lanes.counter {
		t.counter = push(t.counter, Counter{})
	}
	k := t.lanes.keep
	if t.lanes.tally > 0 {
		t.tally = push(t.tally, nil)
	}
	if k&KeepValues != 0 {
		t.numbers = push(t.numbers, nil)
	}
	if k&KeepHistogram != 0 {
		t.histogram = push(t.histogram, accounted(t, &sketch.Histogram{}))
	}
	if k&KeepEntities != 0 {
		t.entities, t.few, t.met = push(t.entities, nil), push(t.few, 0), push(t.met, marks{})
	}
	if k&KeepDistinct != 0 {
		t.distinct, t.seen = push(t.distinct, nil), push(t.seen, marks{})
	}
	if k&KeepTop != 0 {
		t.top = push(t.top, accounted(t, sketch.NewTop(TopKeys)))
	}
	if k&KeepEnds != 0 {
		t.ends = push(t.ends, Ends{})
	}
	if k&KeepCircle != 0 {
		t.circle = push(t.circle, Circle{})
	}
	return s
}

// push is append, doubling: append itself grows large slices by a quarter.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = append(make([]T, 0, max(64, 2*cap(s))), s...)
	}
	return append(s, v)
}

// takeParts merges the parts of t, of a morsel that is over, into those of all before.
func (all *table) takeParts(t *table) {
	n := len(t.home) // slots that have a home come first
	for n > 0 && t.home[n-1] == 0 {
		n--
	}
	for s := n; s < len(t.home); s++ {
		t.home[s] = all.at(t.group[s], t.window[s]) + 1
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
