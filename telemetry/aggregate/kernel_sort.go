package aggregate

import "math/bits"

// sortBits bounds the buckets of a pass: their counts stay in the first cache.
const sortBits = 11

// sortTimes sorts t, whose least and greatest are lo and hi, and x along with it, into u
// and y; t and x are lost. One pass puts times into buckets of equal width, as many as
// there are times; crowded ones are sorted by a pass of their own, and what is left is
// nearly in order. Equal times come in no order. Count is room for counts, which may be
// nil.
func sortTimes(t []int64, x []float64, u []int64, y []float64, lo, hi int64, count []uint32) {
	n := len(t)
	x, u, y = x[:n], u[:n], y[:n]
	if n > 16 && lo < hi {
		b := min(bits.Len(uint(n)), sortBits)
		shift := max(bits.Len64(uint64(hi-lo))-b, 0) & 63
		if len(count) < 1<<b {
			count = make([]uint32, 1<<b)
		}
		c := count[:1<<b]
		clear(c)
		mask := uint64(1)<<b - 1
		for _, v := range t {
			c[uint64(v-lo)>>shift&mask]++
		}
		sum, most := uint32(0), uint32(0)
		for i, k := range c {
			c[i] = sum
			sum += k
			most = max(most, k)
		}
		for k, v := range t {
			p := &c[uint64(v-lo)>>shift&mask]
			i := *p
			*p++
			u[i], y[i] = v, x[k]
		}
		if most > 24 {
			from := uint32(0)
			for _, to := range c {
				if to-from > 24 {
					sortCrowd(t[from:to], x[from:to], u[from:to], y[from:to], count[1<<b:])
				}
				from = to
			}
		}
	} else {
		copy(u, t)
		copy(y, x)
	}
	for k := 1; k < len(u); k++ {
		v, w := u[k], y[k]
		if v >= u[k-1] {
			continue
		}
		i := k
		for ; i > 0 && u[i-1] > v; i-- {
			u[i], y[i] = u[i-1], y[i-1]
		}
		u[i], y[i] = v, w
	}
}

// sortCrowd sorts u and y in place; t and x are room.
func sortCrowd(t []int64, x []float64, u []int64, y []float64, count []uint32) {
	lo, hi := u[0], u[0]
	for _, v := range u {
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo == hi {
		return
	}
	sortTimes(u, y, t, x, lo, hi, count)
	copy(u, t)
	copy(y, x)
}

// orderOf are the least and the greatest of the times, and whether none falls.
func orderOf[T int64 | uint64](t []T) (lo, hi T, sorted bool) {
	lo, hi, sorted = t[0], t[0], true
	last := t[0]
	for _, v := range t {
		if v < last {
			sorted = false
		}
		last = v
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi, sorted
}

// startsOf writes where each series begins if rows are put in the order of theirs.
func startsOf(start, e []uint32) {
	for _, s := range e {
		start[s]++
	}
	sum := uint32(0)
	for s, n := range start {
		start[s] = sum
		sum += n
	}
}

// bySeries puts times and numbers in the order of their series into u and y, and where
// each series ends into end, which is all 0 and has room for every series.
func bySeries(u []int64, y []float64, e []uint32, t []int64, x []float64, end []uint32) {
	t, x, y = t[:len(e)], x[:len(e)], y[:len(u)]
	startsOf(end, e)
	for k, s := range e {
		i := end[s]
		end[s] = i + 1
		u[i], y[i] = t[k], x[k]
	}
}
