package aggregate

import "math"

// Kernels over chunks whose numbers are all small decimals, which is what sensors
// send: numbers become integers in one pass, and the sums need no exceptions. What they
// cannot take goes to kernel_moments.go, with the same states.

// short bounds decimals of which the squares of a whole chunk fit a word.
const short = 1 << 26

const wholeBits = 0x4338 << 48 // of toWhole

// decimals writes x as decimals. Most has every bit of their absolute values; false, and
// the work ends, if one is none. A number beyond 2^51 decimals sets bits of most from
// 2^51 on.
func decimals(dst []int64, x []float64, ten float64) (most uint64, ok bool) {
	dst = dst[:len(x)]
	for i, v := range x {
		y := float64(v*ten) + toWhole
		if (y-toWhole)/ten != v {
			return most, false
		}
		d := int64(math.Float64bits(y)) - wholeBits
		dst[i] = d
		most |= uint64(d ^ d>>63)
	}
	return most, true
}

// sumsOf is a function of its own so that all it needs stays in registers.
//
//go:noinline
func sumsOf(d []int64) (sum int64, sq uint64, lo, hi int64) {
	lo, hi = 1<<63-1, -1<<63
	for _, v := range d {
		sum += v
		sq += uint64(v * v)
		lo, hi = min(lo, v), max(hi, v)
	}
	return sum, sq, lo, hi
}

// runShort adds runs of decimals below short to states.
func runShort(h []hot, r []*rest, runs []run, d []int64) {
	for i := range runs {
		q := &runs[i]
		sum, sq, lo, hi := sumsOf(d[q.from:q.to])
		addRun(h, r, q, int64(q.to-q.from), sum, sq, 0, lo, hi)
	}
}

// scatterNarrow adds decimals of at most narrow to states one by one, until a sum would
// leave its word, and returns the place of that row. Extremes are seldom new: a branch
// is cheaper than a store. It calls nothing, so that all it needs stays in registers.
func scatterNarrow(h []hot, slot []uint32, d, at []int64) int {
	d, at = d[:len(slot)], at[:len(slot)]
	for k, s := range slot {
		p := &h[s]
		v := d[k]
		a := p.sum + v
		sq := uint64(v*v) + p.sqLo
		if (p.sum^a)&(v^a) < 0 || sq < p.sqLo {
			return k
		}
		p.n++
		p.sum, p.sqLo = a, sq
		if v < p.min {
			p.min = v
		}
		if v > p.max {
			p.max = v
		}
		t := at[k]
		if t < p.first {
			p.first = t
		}
		if t > p.last {
			p.last = t
		}
	}
	return len(slot)
}

// scatterShort is scatterNarrow to the end.
func scatterShort(h []hot, r []*rest, slot []uint32, d, at []int64) {
	for k := 0; k < len(d); k++ {
		if k += scatterNarrow(h, slot[k:], d[k:], at[k:]); k < len(d) {
			addOne(h, r, slot[k], d[k], at[k])
		}
	}
}

// addOne adds one decimal of at most narrow.
func addOne(h []hot, r []*rest, s uint32, v, t int64) {
	addRun(h, r, &run{slot: s, first: t, last: t}, 1, v, uint64(v*v), 0, v, v)
}
