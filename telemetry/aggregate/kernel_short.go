package aggregate

import (
	"math"
	"math/bits"
)

// A short is a reading in one word: its time, in units from a base on, and below it its
// number, in decimals. The order of words is that of times and, of one time, of numbers.
const (
	shortBits = 28 // of the decimal
	shortZero = 1 << (shortBits - 1)
	shortMost = shortZero - 2
	shortMask = 1<<shortBits - 1
)

// target is where the readings of an attribute go.
type target struct {
	form
	e    []uint32
	v    []uint64
	n    int
	none bool // nowhere
}

// shorten appends each row as a short to its target, which has room for all, and puts
// those that do not fit, or have no group, in left. Of several shards it takes the series
// of one.
//
//go:noinline
func shorten(to []target, left []int32, chain, entities, groups, attribute, entity []uint32, time []int64, number []float64, shard, shards uint32) (lefts int) {
	entity, time, number, left = entity[:len(attribute)], time[:len(attribute)], number[:len(attribute)], left[:len(attribute)]
	groups = groups[:len(entities)]
	for i, a := range attribute {
		f := &to[chain[a]]
		code := entity[i]
		e := entities[code]
		if shards > 1 && e%shards != shard {
			continue
		}
		v := number[i]
		t := bits.RotateLeft64(uint64(time[i]-f.base)*f.inverse, f.turn)
		y := float64(v*f.ten) + toWhole
		d := math.Float64bits(y) - wholeBits
		if t >= f.count || d+f.most > f.span || (y-toWhole)/f.ten != v || groups[code] == noGroup {
			if !f.none {
				left[lefts] = int32(i)
				lefts++
			}
			continue
		}
		n := f.n
		f.e[n], f.v[n] = e, t<<shortBits|(d+shortZero)
		f.n = n + 1
	}
	return lefts
}

// shortsBySeries is bySeries for shorts.
//
//go:noinline
func shortsBySeries(dst []uint64, e []uint32, v []uint64, end []uint32) {
	v = v[:len(e)]
	startsOf(end, e)
	for k, s := range e {
		i := end[s]
		end[s] = i + 1
		dst[i] = v[k]
	}
}

// sortShorts is sortTimes for shorts: a is sorted into b and lost.
func sortShorts(a, b []uint64, lo, hi uint64, count []uint32) {
	n := len(a)
	b = b[:n]
	if n > 16 && lo < hi {
		width := min(bits.Len(uint(n)), sortBits)
		shift := max(bits.Len64(hi-lo)-width, 0) & 63
		if len(count) < 1<<width {
			count = make([]uint32, 1<<width)
		}
		c := count[:1<<width]
		clear(c)
		mask := uint64(1)<<width - 1
		for _, v := range a {
			c[(v-lo)>>shift&mask]++
		}
		sum, most := uint32(0), uint32(0)
		for i, k := range c {
			c[i] = sum
			sum += k
			most = max(most, k)
		}
		for _, v := range a {
			p := &c[(v-lo)>>shift&mask]
			i := *p
			*p++
			b[i] = v
		}
		if most > 24 {
			from := uint32(0)
			for _, to := range c {
				if to-from > 24 {
					crowdOfShorts(a[from:to], b[from:to], count[1<<width:])
				}
				from = to
			}
		}
	} else {
		copy(b, a)
	}
	insertShorts(b)
}

// insertShorts sorts what is nearly in order.
func insertShorts(b []uint64) {
	last := uint64(0)
	for k, v := range b {
		if v >= last {
			last = v
			continue
		}
		i := k
		for ; i > 0 && b[i-1] > v; i-- {
			b[i] = b[i-1]
		}
		b[i] = v
	}
}

// crowdOfShorts sorts b in place; a is room.
func crowdOfShorts(a, b []uint64, count []uint32) {
	lo, hi := b[0], b[0]
	for _, v := range b {
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo == hi {
		return
	}
	sortShorts(b, a, lo, hi, count)
	copy(b, a)
}

// held is what a run of shorts has under a Hold: Σ v·dt, twice that of Linear, and Σ dt
// where the next one comes in time, the others' Σ v and number.
type heldShorts struct {
	integral, covered int64
	aged, agedN       int64
}

// stepShorts is how many shorts from the first on rise strictly in time and are below
// bound, the sums of all of them but the last, and their integral up to the one before
// it, of readings that stand until the next or for age.
//
//go:noinline
func stepShorts(a []uint64, bound, age uint64) (s sums, h heldShorts, n int) {
	t, d := a[0]>>shortBits, int64(a[0]&shortMask)-shortZero
	var sum, integral, aged, agedN int64
	var sqLo, sqHi, covered uint64
	lo, hi := int64(shortZero), int64(-shortZero)
	n = len(a)
	for k := 1; k < len(a); k++ {
		c := a[k]
		now := c >> shortBits
		if now <= t || c >= bound {
			n = k
			break
		}
		dt := now - t
		sum += d
		var carry uint64
		sqLo, carry = bits.Add64(sqLo, uint64(d*d), 0)
		sqHi += carry
		lo, hi = min(lo, d), max(hi, d)
		if dt <= age {
			integral += d * int64(dt)
			covered += dt
		} else {
			aged += d
			agedN++
		}
		t, d = now, int64(c&shortMask)-shortZero
	}
	if n > 1 { // without the last way
		d := int64(a[n-2]&shortMask) - shortZero
		if dt := a[n-1]>>shortBits - a[n-2]>>shortBits; dt <= age {
			integral -= d * int64(dt)
			covered -= dt
		} else {
			aged -= d
			agedN--
		}
	}
	return sums{int64(n - 1), sum, sqLo, sqHi, lo, hi}, heldShorts{integral, int64(covered), aged, agedN}, n
}

// linearShorts is stepShorts of lines between readings no further apart than age; the
// integral has two parts, of the readings at the beginnings and at the ends.
//
//go:noinline
func linearShorts(a []uint64, bound, age uint64) (s sums, from, to, covered int64, n int) {
	t, d := a[0]>>shortBits, int64(a[0]&shortMask)-shortZero
	var sum int64
	var sqLo, sqHi, span uint64
	lo, hi := int64(shortZero), int64(-shortZero)
	n = len(a)
	for k := 1; k < len(a); k++ {
		c := a[k]
		now := c >> shortBits
		if now <= t || c >= bound {
			n = k
			break
		}
		dt := now - t
		sum += d
		var carry uint64
		sqLo, carry = bits.Add64(sqLo, uint64(d*d), 0)
		sqHi += carry
		lo, hi = min(lo, d), max(hi, d)
		next := int64(c&shortMask) - shortZero
		if dt <= age {
			from += d * int64(dt)
			to += next * int64(dt)
			span += dt
		}
		t, d = now, next
	}
	if n > 1 {
		if dt := a[n-1]>>shortBits - a[n-2]>>shortBits; dt <= age {
			from -= (int64(a[n-2]&shortMask) - shortZero) * int64(dt)
			to -= (int64(a[n-1]&shortMask) - shortZero) * int64(dt)
			span -= dt
		}
	}
	return sums{int64(n - 1), sum, sqLo, sqHi, lo, hi}, from, to, int64(span), n
}

// touchWords reads one word of each cache line: loads that do not wait for each other.
//
//go:noinline
func touchWords(parts [][]uint64) (x uint64) {
	for _, a := range parts {
		for i := 0; i < len(a); i += 8 {
			x += a[i]
		}
	}
	return x
}
