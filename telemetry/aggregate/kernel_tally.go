package aggregate

import "math"

// tallyRunGo counts the numbers of one state in counts of decimals from base on, until one
// is no decimal or has no count, and returns its place.
//
//go:noinline
func tallyRunGo(count []uint16, base int64, x []float64, ten float64) int {
	off := uint64(wholeBits + base)
	for k, v := range x {
		y := float64(v*ten) + toWhole
		i := math.Float64bits(y) - off
		if (y-toWhole)/ten != v || i >= uint64(len(count)) {
			return k
		}
		count[i]++
	}
	return len(x)
}

// tallyStates are the states of an attribute.
type tallyStates struct {
	tally []*tally
	ten   float64
}

// tallyRowsGo counts the numbers of rows with a slot each, of states of their attribute, and
// leaves the places of those that have no count; their number is returned.
//
//go:noinline
func tallyRowsGo(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32) (n int) {
	attribute, x, at, left = attribute[:len(slot)], x[:len(slot)], at[:len(slot)], left[:len(slot)]
	for k, s := range slot {
		q := &to[attribute[k]]
		if uint64(s) < uint64(len(q.tally)) {
			v := x[k]
			y := float64(v*q.ten) + toWhole
			p := q.tally[s]
			if p != nil && p.n < tallyMost && (y-toWhole)/q.ten == v {
				if i := math.Float64bits(y) - uint64(wholeBits+p.base); i < uint64(len(p.count)) {
					p.count[i]++
					p.n++
					t := at[k]
					if t < p.first {
						p.first = t
					}
					if t > p.last {
						p.last = t
					}
					continue
				}
			}
		}
		left[n] = int32(k)
		n++
	}
	return n
}
