package aggregate

import "math"

// Kernels over small decimals, which is what sensors send: no exceptions, no carries.
// What they cannot take they leave to kernel_moments.go, row by row, with the same
// states. They call nothing and are not inlined, so that all they need stays in
// registers.

// short bounds decimals of which the squares of a whole chunk fit a word; narrow those
// of which one square does.
const (
	short  = 1 << 26
	narrow = 1<<31 - 1
)

const wholeBits = 0x4338 << 48 // of toWhole

// sumsOfGo are the sums of x as decimals from -short on and below short; false if one is
// none. A number of more than 2^51 decimals sets bits of its difference from wholeBits from
// 2^51 on.
//
//go:noinline
func sumsOfGo(x []float64, ten float64) (sum int64, sq uint64, lo, hi int64, ok bool) {
	lo, hi = 1<<63-1, -1<<63
	for _, v := range x {
		y := float64(v*ten) + toWhole
		if (y-toWhole)/ten != v {
			return 0, 0, 0, 0, false
		}
		d := int64(math.Float64bits(y)) - wholeBits
		sum += d
		sq += uint64(d * d)
		lo, hi = min(lo, d), max(hi, d)
	}
	return sum, sq, lo, hi, lo >= -short && hi < short
}

// runShort adds runs of rows to states, one write for a run.
func runShort(h []hot, r []*rest, runs []run, x []float64, at []int64, ten float64, o *odd, next *ahead) {
	for i := range runs {
		q := &runs[i]
		fetch(next, int(q.from), int(q.to))
		if sum, sq, lo, hi, ok := sumsOf(x[q.from:q.to], ten); ok {
			addRun(h, r, q, int64(q.to-q.from), sum, sq, 0, lo, hi)
		} else {
			runDecimals(h, r, runs[i:i+1], x, at, ten, o)
		}
	}
}

// decimalStates are the states of an attribute.
type decimalStates struct {
	hot []hot
	ten float64
}

// scatterNarrowGo adds decimals of at most narrow, one by one, to states of their attribute.
// The places of rows without a state, of numbers that are none, and of those with which a
// sum would leave its word are left; their number is returned. Extremes are seldom new: a
// branch is cheaper than a store.
//
//go:noinline
func scatterNarrowGo(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32) (n int) {
	attribute, x, at, left = attribute[:len(slot)], x[:len(slot)], at[:len(slot)], left[:len(slot)]
	for k, s := range slot {
		q := &to[attribute[k]]
		v := x[k]
		y := float64(v*q.ten) + toWhole
		d := int64(math.Float64bits(y)) - wholeBits
		if (y-toWhole)/q.ten != v || uint64(d+narrow) > 2*narrow || uint64(s) >= uint64(len(q.hot)) {
			left[n] = int32(k)
			n++
			continue
		}
		p := &q.hot[s]
		a := p.sum + d
		sq := uint64(d*d) + p.sqLo
		if (p.sum^a)&(d^a) < 0 || sq < p.sqLo {
			left[n] = int32(k)
			n++
			continue
		}
		p.n++
		p.sum, p.sqLo = a, sq
		if d < p.min {
			p.min = d
		}
		if d > p.max {
			p.max = d
		}
		t := at[k]
		if t < p.first {
			p.first = t
		}
		if t > p.last {
			p.last = t
		}
	}
	return n
}

// scatterShort adds rows to states one by one.
func scatterShort(h []hot, r []*rest, slot []uint32, x []float64, at []int64, ten float64, o *odd, left []int32, next *ahead) {
	for _, k := range left[:scatterNarrow([]decimalStates{{h, ten}}, alike[:len(slot)], slot, x, at, left, next)] {
		scatterDecimals(h, r, slot[k:k+1], x[k:k+1], at[k:k+1], ten, o)
	}
}
