package aggregate

import (
	"math"
	"math/bits"
)

// Numbers become decimals inside the kernels: adding and subtracting 1.5·2^52 rounds
// to a whole number, half to even, and the quotient must be the number again. What is
// no decimal goes to odd, with its slot.

const toWhole = 0x1.8p52

// odd are the rows of a chunk that are no decimals.
type odd struct {
	n    int
	slot [chunkRows]uint32
	x    [chunkRows]float64
	t    [chunkRows]int64
}

// runDecimals adds runs of rows to states, one write for a run.
func runDecimals(h []hot, r []*rest, runs []run, x []float64, at []int64, ten float64, o *odd) {
	for _, q := range runs {
		var n, sum int64 // a chunk of greatest decimals fits
		var sqLo, sqHi uint64
		lo, hi := int64(1<<63-1), int64(-1<<63)
		times := at[q.from:q.to]
		q.first, q.last = math.MaxInt64, math.MinInt64 // of the decimals: the times of others are theirs
		for i, v := range x[q.from:q.to] {
			y := float64(v * ten)
			y = (y + toWhole) - toWhole
			if !(y >= -maxDecimal && y <= maxDecimal && y/ten == v) {
				o.slot[o.n], o.x[o.n], o.t[o.n] = q.slot, v, times[i]
				o.n++
				continue
			}
			q.first, q.last = min(q.first, times[i]), max(q.last, times[i])
			d := int64(y)
			s := d >> 63
			abs := uint64((d ^ s) - s)
			ph, pl := bits.Mul64(abs, abs)
			var c uint64
			sqLo, c = bits.Add64(sqLo, pl, 0)
			sqHi, _ = bits.Add64(sqHi, ph, c)
			n++
			sum += d
			lo, hi = min(lo, d), max(hi, d)
		}
		addRun(h, r, &q, n, sum, sqLo, sqHi, lo, hi)
	}
}

// addRun writes a run to its state.
func addRun(h []hot, r []*rest, q *run, n, sum int64, sqLo, sqHi uint64, lo, hi int64) {
	if n == 0 {
		return
	}
	p := &h[q.slot]
	p.n += n
	p.min, p.max = min(p.min, lo), max(p.max, hi)
	p.first, p.last = min(p.first, q.first), max(p.last, q.last)
	a := p.sum + sum
	if (p.sum^a)&(sum^a) < 0 {
		carrySum(r, q.slot, sum)
	}
	p.sum = a
	var c uint64
	p.sqLo, c = bits.Add64(p.sqLo, sqLo, 0)
	if p.sqHi, c = bits.Add64(p.sqHi, sqHi, c); c != 0 {
		carrySquares(r, q.slot)
	}
}

// scatterDecimals adds rows to states one by one.
func scatterDecimals(h []hot, r []*rest, slot []uint32, x []float64, at []int64, ten float64, o *odd) {
	x, at = x[:len(slot)], at[:len(slot)]
	for k, s := range slot {
		v, t := x[k], at[k]
		y := float64(v * ten)
		y = (y + toWhole) - toWhole
		if !(y >= -maxDecimal && y <= maxDecimal && y/ten == v) {
			o.slot[o.n], o.x[o.n], o.t[o.n] = s, v, t
			o.n++
			continue
		}
		d := int64(y)
		p := &h[s]
		p.n++
		p.min, p.max = min(p.min, d), max(p.max, d)
		p.first, p.last = min(p.first, t), max(p.last, t)
		a := p.sum + d
		if (p.sum^a)&(d^a) < 0 {
			carrySum(r, s, d)
		}
		p.sum = a
		m := d >> 63
		abs := uint64((d ^ m) - m)
		ph, pl := bits.Mul64(abs, abs)
		var c uint64
		p.sqLo, c = bits.Add64(p.sqLo, pl, 0)
		if p.sqHi, c = bits.Add64(p.sqHi, ph, c); c != 0 {
			carrySquares(r, s)
		}
	}
}

//go:noinline
func carrySum(r []*rest, s uint32, x int64) {
	if r[s] == nil {
		r[s] = &rest{}
	}
	r[s].sumHi += x>>63 | 1
}

//go:noinline
func carrySquares(r []*rest, s uint32) {
	if r[s] == nil {
		r[s] = &rest{}
	}
	r[s].sqTop++
}

// runFloats adds runs of rows to parts in their order; numbers that are not finite go to
// odd.
func runFloats(p []part, n []uint32, runs []run, x []float64, at []int64, o *odd, next *ahead) {
	for i := range runs {
		z := &runs[i]
		fetch(next, int(z.from), int(z.to))
		if !addFloats(&p[z.slot], &n[z.slot], x[z.from:z.to]) {
			var left [1]int32
			for k := z.from; k < z.to; k++ {
				rowFloats(p, n, []uint32{z.slot}, x[k:k+1], at[k:k+1], o, left[:], &ahead{})
			}
			continue
		}
		q := &p[z.slot]
		q.first, q.last = min(q.first, z.first), max(q.last, z.last)
	}
}

// rowFloats adds rows to parts one by one; numbers that are not finite go to odd.
func rowFloats(p []part, n, slot []uint32, x []float64, at []int64, o *odd, left []int32, next *ahead) {
	for _, k := range left[:scatterFloats([]floatStates{{part: p, count: n}}, alike[:len(slot)], slot, x, at, left, next)] {
		o.slot[o.n], o.x[o.n], o.t[o.n] = slot[k], x[k], at[k]
		o.n++
	}
}

// addFloats adds numbers to a part, in registers; false, and nothing is added, if a sum
// would not be finite.
//
//go:noinline
func addFloats(q *part, n *uint32, x []float64) bool {
	if *n == 0 {
		*q = part{k: x[0], min: x[0], max: x[0], first: math.MaxInt64, last: math.MinInt64}
	}
	k, s, c, sq, lo, hi := q.k, q.s, q.c, q.q, q.min, q.max
	for _, v := range x {
		a := s + v
		b := a - s
		c += (s - (a - b)) + (v - b)
		s = a
		d := v - k
		sq += float64(d * d)
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
	}
	if s-s != 0 || sq-sq != 0 {
		return false
	}
	*n += uint32(len(x))
	q.s, q.c, q.q, q.min, q.max = s, c, sq, lo, hi
	return true
}

// floatStates are the states of an attribute.
type floatStates struct {
	part  []part
	count []uint32
	_     [16]byte // in all, a line of the cache
}

// scatterFloatsGo adds rows, in their order and one by one, to parts of their attribute. The
// places of rows without a state and of numbers that are not finite are left; their number
// is returned.
//
//go:noinline
func scatterFloatsGo(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32) (n int) {
	attribute, x, at, left = attribute[:len(slot)], x[:len(slot)], at[:len(slot)], left[:len(slot)]
	for k, s := range slot {
		to := &to[attribute[k]]
		v, t := x[k], at[k]
		if uint64(s) >= uint64(len(to.part)) || v-v != 0 {
			left[n] = int32(k)
			n++
			continue
		}
		q, c := &to.part[s], &to.count[s]
		if *c++; *c == 1 {
			*q = part{k: v, min: v, max: v, first: t, last: t}
		}
		a := q.s + v
		b := a - q.s
		q.c += (q.s - (a - b)) + (v - b)
		q.s = a
		d := v - q.k
		q.q += float64(d * d)
		if v < q.min {
			q.min = v
		}
		if v > q.max {
			q.max = v
		}
		if t < q.first {
			q.first = t
		}
		if t > q.last {
			q.last = t
		}
	}
	return n
}
