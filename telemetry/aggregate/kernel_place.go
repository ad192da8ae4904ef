package aggregate

import (
	"bytes"
	"math"
	"math/bits"
	"unsafe"

	"github.com/almotacen/almotacen/telemetry"
)

// run is a stretch of rows of one state.
type run struct {
	slot        uint32
	from, to    int32 // of the row list
	first, last int64 // times
}

// list is the rows of a chunk of one chain, side by side. Five cache lines between lanes
// keep those of all lists from the same sets of the cache, which powers of two share.
type list struct {
	n      int
	_      [7]int
	row    [chunkRows + 80]int32
	entity [chunkRows + 80]uint32
	time   [chunkRows + 40]int64
	number [chunkRows + 40]float64
}

// plain is chunk.plain for the rows of l.
func (l *list) plain(c *chunk) bool {
	first := l.row[0]
	q, u := c.quality[first], c.unit[first]
	for _, i := range l.row[:l.n] {
		if c.kind[i] != telemetry.Number || c.quality[i] != q || c.unit[i] != u {
			return false
		}
	}
	return true
}

// split puts each row into the list of its attribute's chain, in order.
//
//go:noinline
func split(lists []list, chain, attribute, entity []uint32, time []int64, number []float64) {
	entity, time, number = entity[:len(attribute)], time[:len(attribute)], number[:len(attribute)]
	for i, a := range attribute {
		l := &lists[chain[a]]
		k := l.n & (chunkRows - 1)
		l.row[k], l.entity[k], l.time[k], l.number[k] = int32(i), entity[i], time[i], number[i]
		l.n = k + 1
	}
}

// gather copies the times of rows.
func gather(dst, at []int64, rows []int32) {
	dst = dst[:len(rows)]
	for k, i := range rows {
		dst[k] = at[i]
	}
}

// climbGo is how many rows from the first on are of its entity, do not fall in time and are
// before to; the first is.
func climbGo(at []int64, entity []uint32, to int64) int {
	entity = entity[:len(at)]
	last, e := at[0], entity[0]
	for k, t := range at {
		if t < last || t >= to || entity[k] != e {
			return k
		}
		last = t
	}
	return len(at)
}

// alike are the attributes of rows of one: kernels that take states by attribute then
// take one.
var alike [chunkRows]uint32

// index is a table's direct index, by value.
type index struct {
	direct []uint32 // slot+1 by row + window-low
	low    int32
	limit  uint32 // windows from low on: a row
}

// ahead are the lanes of the rows that come next: their lines are asked for while others
// are summed. Without rows nothing is.
type ahead struct {
	time              *int64
	number            *float64
	entity, attribute *uint32
	kind              *telemetry.Kind
	quality           *telemetry.Quality
	from, rows        int
}

// fetchRows is how many rows are fetched at a time, and the most of a run: more would wait
// for one another.
const fetchRows = 64

// even are windows of one length, or one window, from first on.
type even struct {
	first       int64
	span, magic uint64  // of all; 2^80 by the length in steps of 8,192 ns, rounded up; 0: one window
	each, half  float64 // 1 by that length, and half less half of it; below 0: too many windows for them
}

// hoursMost is how many hours floats tell apart.
const hoursMost = 1 << 20

// hourMagic is 2^80/439,453,125 rounded up: the product with a number of up to 49 bits has the
// quotient from bit 80 on.
const hourMagic = 2_750_977_865_078_623

// even is false for windows of several lengths.
func (w *windows) even() (even, bool) {
	n := len(w.bounds) - 1
	if n < 1 || n > 1 && w.step != hourNanos {
		return even{}, false
	}
	e := even{first: w.bounds[0], span: uint64(w.bounds[n] - w.bounds[0])}
	switch {
	case n > hoursMost:
		e.magic, e.each = hourMagic, -1
	case n > 1:
		e.magic, e.each = hourMagic, 1/439_453_125.0
	}
	e.half = 0.5 - e.each/2
	return e, true
}

// slotsEvenGo is slotsOf with the windows worked out on the way: low counts from the first of
// them. Rows of no such window have no slot.
//
//go:noinline
func slotsEvenGo(dst, attribute, entity []uint32, at []int64, row []uint32, by []index, e *even) {
	dst, entity, at = dst[:len(attribute)], entity[:len(attribute)], at[:len(attribute)]
	for k, a := range attribute {
		x := &by[a]
		s := uint32(0)
		if d := uint64(at[k] - e.first); d < e.span {
			hi, _ := bits.Mul64(d>>13, e.magic)
			w := uint32(hi>>16) - uint32(x.low)
			i := uint64(row[entity[k]]) + uint64(w)
			if w < x.limit && i < uint64(len(x.direct)) {
				s = x.direct[i]
			}
		}
		dst[k] = s - 1
	}
}

// hoursOf writes the window of each time by hours from first to end, of which base is
// the first one's; the first time outside ends the work, and its place is returned.
//
//go:noinline
func hoursOf(dst []int32, at []int64, first, end, base int64) int {
	dst = dst[:len(at)]
	span := uint64(end - first)
	for k, t := range at {
		d := uint64(t - first)
		if d >= span {
			return k
		}
		dst[k] = int32(d/uint64(hourNanos)) + int32(base)
	}
	return len(at)
}

// windowsOf writes the window of each row, by the last row's window, a guess, or a
// search; the first time outside the table ends the work.
func windowsOf(dst []int32, at []int64, bounds []int64, base, step int64) int {
	dst = dst[:len(at)]
	n := len(bounds) - 1
	first, end := bounds[0], bounds[n]
	i, lo, hi := 0, bounds[0], bounds[1]
	for k, t := range at {
		if t < lo || t >= hi {
			if t < first || t >= end {
				return k
			}
			switch {
			case step == dayNanos:
				i = min(int(uint64(t-first)/uint64(dayNanos)), n-1)
				for t < bounds[i] {
					i--
				}
				for t >= bounds[i+1] {
					i++
				}
			default:
				a, b := 0, n
				for b-a > 1 {
					if m := int(uint(a+b) >> 1); t < bounds[m] {
						b = m
					} else {
						a = m
					}
				}
				i = a
			}
			lo, hi = bounds[i], bounds[i+1]
		}
		dst[k] = int32(base + int64(i))
	}
	return len(at)
}

// slotsOf writes the slot of each row by the direct index of its attribute, ^0 where it
// has none; missing counts those. The entity's row in all of them is given.
//
//go:noinline
func slotsOf(dst, attribute, entity []uint32, window []int32, row []uint32, by []index) (missing int) {
	dst, entity, window = dst[:len(attribute)], entity[:len(attribute)], window[:len(attribute)]
	for k, a := range attribute {
		x := &by[a]
		w := uint32(window[k] - x.low)
		i := uint64(row[entity[k]]) + uint64(w)
		s := uint32(0)
		if w < x.limit && i < uint64(len(x.direct)) {
			s = x.direct[i]
		}
		dst[k] = s - 1
		if s == 0 {
			missing++
		}
	}
	return missing
}

// hashedOf is slotsOf for the hash.
func hashedOf(dst, entity []uint32, window []int32, group []uint32, keys []uint64, slots []uint32) (missing int) {
	dst, window = dst[:len(entity)], window[:len(entity)]
	mask := uint64(len(keys) - 1)
	sh := uint8(64-bits.TrailingZeros64(uint64(len(keys)))) & 63
	for k, e := range entity {
		key := uint64(group[e])<<32 | uint64(uint32(window[k]))
		i := key * 0x9e3779b97f4a7c15 >> sh
		for slots[i&mask] != 0 && keys[i&mask] != key {
			i++
		}
		s := slots[i&mask] - 1
		dst[k] = s
		if s == ^uint32(0) {
			missing++
		}
	}
	return missing
}

// uniform reports whether all are equal: each with the next, by the comparison of
// bytes, which is vectorised.
func uniform(x []uint32) bool {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
	return bytes.Equal(b[4:], b[:len(b)-4])
}

// count is how many of x are v; bytes.Count is vectorised.
func count[T ~uint8](x []T, v T) int {
	return bytes.Count(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)), []byte{byte(v)})
}

// within reports whether all times are from ≤ t < to.
func within(at []int64, from, to int64) bool {
	lo, hi := at[0], at[0]
	for _, t := range at {
		lo, hi = min(lo, t), max(hi, t)
	}
	return lo >= from && hi < to
}

// sameUnits is how many rows, from the first on, have the unit of their attribute.
func sameUnits(units, attribute, unit []uint32) int {
	unit = unit[:len(attribute)]
	for k, a := range attribute {
		if units[a] != unit[k] {
			return k
		}
	}
	return len(attribute)
}

// finite reports whether no number is NaN or infinite.
func finite(x []float64) bool {
	var carry uint64 // into the sign, from an exponent of ones
	for _, v := range x {
		carry |= math.Float64bits(v)&^(1<<63) + 1<<52
	}
	return carry>>63 == 0
}

// steps is how many rows differ from the one before, at least where there are no more
// than most. Blocks without any are passed over.
func steps(x []uint32, most int) (n int) {
	for from := 0; from+1 < len(x) && n <= most; from += 64 {
		b := x[from:min(from+65, len(x))]
		if uniform(b) {
			continue
		}
		for i, v := range b[1:] {
			if v != b[i] {
				n++
			}
		}
	}
	return n
}

// same is how many values from the first on are equal to it.
func same(x []uint32) int {
	n := 1
	for n+64 <= len(x) && uniform(x[n-1:n+64]) {
		n += 64
	}
	for n < len(x) && x[n] == x[0] {
		n++
	}
	return n
}

// regular reports whether no time is the least or the greatest there is, and no number
// NaN or infinite.
func regular(at []int64, x []float64) bool {
	at = at[:len(x)]
	var carry uint64 // into the sign
	for k, v := range x {
		t := at[k]
		carry |= (math.Float64bits(v)&^(1<<63) + 1<<52) | uint64(t^t>>63) + 1
	}
	return carry>>63 == 0
}

// grouped reports whether every entity has a group.
func grouped(entity, group []uint32) bool {
	if uniform(entity) {
		return group[entity[0]] != noGroup
	}
	for _, e := range entity {
		if group[e] == noGroup {
			return false
		}
	}
	return true
}
