package aggregate

import "math/bits"

// notDecimal marks a number that is none.
const notDecimal = -1 << 63

// decimals writes the decimal of each x to dst, or notDecimal; it returns the bits
// that any absolute value has, and how many are none. Adding and subtracting
// 1.5·2^52 rounds to a whole number, half to even.
func decimals(dst []int64, x []float64, ten float64) (magnitude uint64, none int) {
	dst = dst[:len(x)]
	for k, v := range x {
		y := float64(v * ten)
		r := (y + 0x1.8p52) - 0x1.8p52
		if r >= -maxDecimal && r <= maxDecimal && r/ten == v {
			i := int64(r)
			s := i >> 63
			magnitude |= uint64((i ^ s) - s)
			dst[k] = i
			continue
		}
		dst[k] = notDecimal
		none++
	}
	return magnitude, none
}

// narrow is the magnitude up to which the squares of a chunk fit an int64.
const narrow = 1 << 26

// runDecimals adds rows to states, one write for a run of equal slots. Every |x| is
// below narrow.
func runDecimals(h []hot, r []*rest, slot []uint32, x, t []int64) {
	n := len(slot)
	x, t = x[:n], t[:n]
	for i := 0; i < n; {
		s := slot[i]
		var sum, sq int64
		lo, hi, first, last := x[i], x[i], t[i], t[i]
		j := i
		for ; j < n && slot[j] == s; j++ {
			v, w := x[j], t[j]
			sum += v
			sq += v * v
			lo, hi = min(lo, v), max(hi, v)
			first, last = min(first, w), max(last, w)
		}
		p := &h[s]
		p.n += int64(j - i)
		p.min, p.max = min(p.min, lo), max(p.max, hi)
		p.first, p.last = min(p.first, first), max(p.last, last)
		a := p.sum + sum
		if (p.sum^a)&(sum^a) < 0 {
			carrySum(r, s, sum)
		}
		p.sum = a
		var c uint64
		p.sqLo, c = bits.Add64(p.sqLo, uint64(sq), 0)
		if p.sqHi, c = bits.Add64(p.sqHi, 0, c); c != 0 {
			carrySquares(r, s)
		}
		i = j
	}
}

// runDecimalsWide is runDecimals for any decimal.
func runDecimalsWide(h []hot, r []*rest, slot []uint32, x, t []int64) {
	n := len(slot)
	x, t = x[:n], t[:n]
	for i := 0; i < n; {
		s := slot[i]
		var sum int64 // of chunkRows·maxDecimal at most
		var sqLo, sqHi uint64
		lo, hi, first, last := x[i], x[i], t[i], t[i]
		j := i
		for ; j < n && slot[j] == s; j++ {
			v, w := x[j], t[j]
			sum += v
			abs := uint64(max(v, -v))
			ph, pl := bits.Mul64(abs, abs)
			var c uint64
			sqLo, c = bits.Add64(sqLo, pl, 0)
			sqHi, _ = bits.Add64(sqHi, ph, c)
			lo, hi = min(lo, v), max(hi, v)
			first, last = min(first, w), max(last, w)
		}
		p := &h[s]
		p.n += int64(j - i)
		p.min, p.max = min(p.min, lo), max(p.max, hi)
		p.first, p.last = min(p.first, first), max(p.last, last)
		a := p.sum + sum
		if (p.sum^a)&(sum^a) < 0 {
			carrySum(r, s, sum)
		}
		p.sum = a
		var c uint64
		p.sqLo, c = bits.Add64(p.sqLo, sqLo, 0)
		if p.sqHi, c = bits.Add64(p.sqHi, sqHi, c); c != 0 {
			carrySquares(r, s)
		}
		i = j
	}
}

// scatterDecimals adds rows to states one by one.
func scatterDecimals(h []hot, r []*rest, slot []uint32, x, t []int64) {
	n := len(slot)
	x, t = x[:n], t[:n]
	for i, s := range slot {
		v, w := x[i], t[i]
		p := &h[s]
		p.n++
		p.min, p.max = min(p.min, v), max(p.max, v)
		p.first, p.last = min(p.first, w), max(p.last, w)
		a := p.sum + v
		if (p.sum^a)&(v^a) < 0 {
			carrySum(r, s, v)
		}
		p.sum = a
		abs := uint64(max(v, -v))
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

// runFloats adds rows to parts in their order, in registers along a run.
func runFloats(p []part, slot []uint32, x []float64, t []int64) {
	n := len(slot)
	x, t = x[:n], t[:n]
	for i := 0; i < n; {
		slot0 := slot[i]
		q := &p[slot0]
		if q.n == 0 {
			*q = part{k: x[i], min: x[i], max: x[i], first: t[i], last: t[i]}
		}
		k, s, c, sq := q.k, q.s, q.c, q.q
		lo, hi, first, last := q.min, q.max, q.first, q.last
		j := i
		for ; j < n && slot[j] == slot0; j++ {
			v, w := x[j], t[j]
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
			first, last = min(first, w), max(last, w)
		}
		q.n += int64(j - i)
		q.s, q.c, q.q = s, c, sq
		q.min, q.max, q.first, q.last = lo, hi, first, last
		i = j
	}
}

// scatterFloats adds rows to parts in their order, one by one.
func scatterFloats(p []part, slot []uint32, x []float64, t []int64) {
	n := len(slot)
	x, t = x[:n], t[:n]
	for i, slot0 := range slot {
		v, w := x[i], t[i]
		q := &p[slot0]
		if q.n == 0 {
			*q = part{k: v, min: v, max: v, first: w, last: w}
		}
		q.n++
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
		q.first, q.last = min(q.first, w), max(q.last, w)
	}
}
