package aggregate

import "math/bits"

// sums are what a run of decimals adds to a state.
type sums struct {
	n, sum     int64
	sqLo, sqHi uint64
	lo, hi     int64
}

// rising is how many of the times from the first on rise strictly and are below to; the
// first of them is.
func rising(t []int64, to int64) int {
	last := t[0]
	n := len(t)
	for k := 1; k < len(t); k++ {
		v := t[k]
		if v <= last {
			n = k
			break
		}
		last = v
	}
	if t[n-1] < to {
		return n
	}
	lo, hi := 0, n-1 // t[lo] is below to, t[hi] is not
	for hi-lo > 1 {
		if m := int(uint(lo+hi) >> 1); t[m] < to {
			lo = m
		} else {
			hi = m
		}
	}
	return hi
}

// decimalsOf writes the nearest decimal of each number and sums up those that are the
// number; the others are put in odd. The first number beyond maxDecimal ends the work.
func decimalsOf(dst []int64, odd []int32, x []float64, ten float64) (s sums, n, odds int) {
	dst, odd = dst[:len(x)], odd[:len(x)]
	var count, sum int64 // a chunk of greatest decimals fits
	var sqLo, sqHi uint64
	lo, hi := int64(1<<63-1), int64(-1<<63)
	for k, v := range x {
		y := float64(v * ten)
		y = (y + toWhole) - toWhole
		d := int64(y)
		if !(y >= -narrow && y <= narrow && y/ten == v) {
			if !(y >= -maxDecimal && y <= maxDecimal) {
				return sums{count, sum, sqLo, sqHi, lo, hi}, k, odds
			}
			dst[k] = d
			if y/ten != v {
				odd[odds] = int32(k)
				odds++
				continue
			}
			m := d >> 63
			abs := uint64((d ^ m) - m)
			ph, pl := bits.Mul64(abs, abs)
			var c uint64
			sqLo, c = bits.Add64(sqLo, pl, 0)
			sqHi, _ = bits.Add64(sqHi, ph, c)
			count++
			sum += d
			lo, hi = min(lo, d), max(hi, d)
			continue
		}
		dst[k] = d
		count++
		sum += d
		var c uint64
		sqLo, c = bits.Add64(sqLo, uint64(d*d), 0)
		sqHi += c
		lo, hi = min(lo, d), max(hi, d)
	}
	return sums{count, sum, sqLo, sqHi, lo, hi}, len(x), odds
}

// stepRun is the integral of decimals that stand until the next time or until they are
// of age, from (at, v) on, and the time that it covers. Times rise.
func stepRun(t, d []int64, at, v, age int64) (sum int128, covered int64) {
	d = d[:len(t)]
	var lo, hi uint64
	for k, now := range t {
		dt := min(uint64(now-at), uint64(age)) // of 64 bits, whatever the times
		ph, pl := bits.Mul64(uint64(v), dt)
		ph -= uint64(v>>63) & dt
		var c uint64
		lo, c = bits.Add64(lo, pl, 0)
		hi, _ = bits.Add64(hi, ph, c)
		covered += int64(dt)
		at, v = now, d[k]
	}
	return int128{int64(hi), lo}, covered
}

// linearRun is twice the integral of the lines from (at, v) on between decimals no
// further apart than age, and the time that it covers. Times rise.
func linearRun(t, d []int64, at, v, age int64) (sum int128, covered int64) {
	d = d[:len(t)]
	var lo, hi uint64
	for k, now := range t {
		dt, w := uint64(now-at), d[k]
		if dt <= uint64(age) {
			both := v + w
			ph, pl := bits.Mul64(uint64(both), dt)
			ph -= uint64(both>>63) & dt
			var c uint64
			lo, c = bits.Add64(lo, pl, 0)
			hi, _ = bits.Add64(hi, ph, c)
			covered += int64(dt)
		}
		at, v = now, w
	}
	return int128{int64(hi), lo}, covered
}

// risesOf is how many decimals from the first on do not fall below the one before, the
// first of them below v.
func risesOf(d []int64, v int64) int {
	for k, w := range d {
		if w < v {
			return k
		}
		v = w
	}
	return len(d)
}
