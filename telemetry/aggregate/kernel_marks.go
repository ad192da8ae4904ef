package aggregate

import "math"

// markRun sets the bits of decimals until a number is none or has no bit, and returns its
// place.
//
//go:noinline
func markRun(bits []uint64, base int64, x []float64, ten float64) int {
	off := uint64(wholeBits + base)
	for k, v := range x {
		y := float64(v*ten) + toWhole
		i := math.Float64bits(y) - off
		if (y-toWhole)/ten != v || i/64 >= uint64(len(bits)) {
			return k
		}
		bits[i/64] |= 1 << (i % 64)
	}
	return len(x)
}

// markRows is markRun for rows with a slot each.
//
//go:noinline
func markRows(marks []marks, slot []uint32, x []float64, ten float64) int {
	x = x[:len(slot)]
	for k, s := range slot {
		v, m := x[k], &marks[s]
		y := float64(v*ten) + toWhole
		i := math.Float64bits(y) - uint64(wholeBits+m.base)
		if (y-toWhole)/ten != v || i/64 >= uint64(len(m.bits)) {
			return k
		}
		m.bits[i/64] |= 1 << (i % 64)
	}
	return len(slot)
}

// meetFew sets the bits of entities that are among the first 64 of their group, in the
// states of their attribute, until one is not, and returns its place. Rows without a
// state are passed over.
//
//go:noinline
func meetFew(few [][]uint64, attribute, slot, entity, member []uint32) int {
	attribute, entity = attribute[:len(slot)], entity[:len(slot)]
	for k, s := range slot {
		if f := few[attribute[k]]; uint64(s) < uint64(len(f)) {
			i := member[entity[k]]
			if i >= 64 {
				return k
			}
			f[s] |= 1 << i
		}
	}
	return len(slot)
}
