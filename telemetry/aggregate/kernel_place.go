package aggregate

import (
	"bytes"
	"math"
	"math/bits"
	"unsafe"
)

// run is a stretch of rows of one state.
type run struct {
	slot        uint32
	from, to    int32 // of the row list
	first, last int64 // times
}

// stretchOf is how many rows from the first on have entity e and a time from ≤ t < to,
// and the first and last of their times.
func stretchOf(rows []int32, entity []uint32, at []int64, e uint32, from, to int64) (n int, first, last int64) {
	first, last = math.MaxInt64, math.MinInt64
	for k, i := range rows {
		t := at[i]
		if entity[i] != e || t < from || t >= to {
			return k, first, last
		}
		first, last = min(first, t), max(last, t)
	}
	return len(rows), first, last
}

// climb is how many of the times from the first on do not fall and are below to; the
// first of them is.
func climb(at []int64, to int64) int {
	last := at[0]
	for k, t := range at {
		if t < last || t >= to {
			return k
		}
		last = t
	}
	return len(at)
}

// index is a table's direct index, by value.
type index struct {
	direct []uint32
	groups uint32
	shift  uint8
	low    int32
}

// slotsOfHours writes the slot of each row by the direct index, ^0 where it has none
// or the entity has no group; missing counts those. Windows are hours of a table from
// first to end. The first time outside ends the work; its place in rows is returned.
func slotsOfHours(dst []uint32, rows []int32, entity []uint32, at []int64, group []uint32, first, end, base int64, x index) (n, missing int) {
	dst = dst[:len(rows)]
	span := uint64(end - first)
	sh := x.shift & 63
	off := uint64(base) - uint64(int64(x.low))
	for k, i := range rows {
		t := uint64(at[i] - first)
		if t >= span {
			return k, missing
		}
		w := t/uint64(hourNanos) + off
		g := group[entity[i]]
		s := uint32(0)
		if g < x.groups && w>>sh == 0 {
			s = x.direct[uint64(g)<<sh+w]
		}
		s--
		dst[k] = s
		if s == ^uint32(0) {
			missing++
		}
	}
	return len(rows), missing
}

// windowsOf writes the window of each row, by the last row's window, a guess, or a
// search; the first time outside the table ends the work.
func windowsOf(dst []int32, rows []int32, at []int64, bounds []int64, base, step int64) int {
	dst = dst[:len(rows)]
	n := len(bounds) - 1
	first, end := bounds[0], bounds[n]
	i, lo, hi := 0, bounds[0], bounds[1]
	for k, row := range rows {
		t := at[row]
		if t < lo || t >= hi {
			if t < first || t >= end {
				return k
			}
			switch {
			case step == hourNanos:
				i = int(uint64(t-first) / uint64(hourNanos))
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
	return len(rows)
}

// slotsOf writes the slot of each row by the direct index; see slotsOfHours.
func slotsOf(dst []uint32, rows []int32, entity []uint32, window []int32, group []uint32, x index) (missing int) {
	dst, window = dst[:len(rows)], window[:len(rows)]
	sh := x.shift & 63
	for k, i := range rows {
		w := uint64(uint32(window[k] - x.low))
		g := group[entity[i]]
		s := uint32(0)
		if g < x.groups && w>>sh == 0 {
			s = x.direct[uint64(g)<<sh+w]
		}
		s--
		dst[k] = s
		if s == ^uint32(0) {
			missing++
		}
	}
	return missing
}

// hashedOf is slotsOf for the hash.
func hashedOf(dst []uint32, rows []int32, entity []uint32, window []int32, group []uint32, keys []uint64, slots []uint32) (missing int) {
	dst, window = dst[:len(rows)], window[:len(rows)]
	mask := uint64(len(keys) - 1)
	sh := uint8(64-bits.TrailingZeros64(uint64(len(keys)))) & 63
	for k, row := range rows {
		key := uint64(group[entity[row]])<<32 | uint64(uint32(window[k]))
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

// finite reports whether no number is NaN or infinite.
func finite(x []float64) bool {
	var most uint64
	for _, v := range x {
		most = max(most, math.Float64bits(v)<<1)
	}
	return most < 0x7ff<<53
}
