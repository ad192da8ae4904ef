package aggregate

import (
	"encoding/binary"
	"math"
)

// Real are count, sum, mean, sum of squared deviations, extremes and time range of
// numbers in float64: for measures that are no decimals. Squares are of distances from
// the first number; the sum and, between morsels, the squares carry their error (TwoSum,
// Knuth 1969), so that what rounding leaves is that of adding squares within a morsel.
// Merging is reproducible and not associative: it is done in the order of the input, by
// morsels ([MorselRows]). The zero Real is empty. Not safe for concurrent use.
type Real struct {
	n           int64
	k           float64 // the first number
	s, c        float64 // Σx and its error
	q, r        float64 // Σ(x-k)² and its error
	min, max    float64
	first, last int64
}

// part is a Real as kernels fill it within a morsel, of one cache line; its count is in
// a lane beside it. Without divisions.
type part struct {
	k           float64
	s, c        float64
	q           float64
	min, max    float64
	first, last int64
}

func (p *part) real(n uint32) Real {
	if n == 0 {
		return Real{}
	}
	return Real{n: int64(n), k: p.k, s: p.s, c: p.c, q: p.q, min: p.min, max: p.max, first: p.first, last: p.last}
}

// twoSum is a+b and what its rounding left.
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	x := s - a
	return s, (a - (s - x)) + (b - x)
}

// deviation is Σ(x-k).
func (r *Real) deviation() (hi, lo float64) {
	n := float64(r.n)
	nk := float64(n * r.k)
	hi, lo = twoSum(r.s, -nk)
	return hi, (lo - math.FMA(n, r.k, -nk)) + r.c
}

// m2 is Σ(x-mean)², at least 0; NaN or +Inf once it has left float64.
func (r *Real) m2() float64 {
	n := float64(r.n)
	d, dl := r.deviation()
	p := float64(d * d)
	pl := math.FMA(d, d, -p) + float64(2*d*dl)
	u := p / n
	ul := (math.FMA(-u, n, p) + pl) / n
	h, l := twoSum(r.q, -u)
	if x := h + (l + (r.r - ul)); !(x < 0) {
		return x
	}
	return 0
}

// mean is the mean and what its rounding left.
func (r *Real) mean() (hi, lo float64) {
	n := float64(r.n)
	hi = r.s / n
	return hi, (math.FMA(-hi, n, r.s) + r.c) / n
}

// Add adds x, finite, of time t, after what is there.
func (r *Real) Add(x float64, t int64) {
	o := Real{n: 1, k: x, s: x, min: x, max: x, first: t, last: t}
	_ = r.Merge(&o)
}

// Merge adds o, which comes after what r holds; o does not change. The error is
// always nil.
func (r *Real) Merge(o *Real) error {
	if o.n == 0 {
		return nil
	}
	if r.n == 0 {
		*r = *o
		return nil
	}
	// Σ(x-k)² of o around the k of r, which is d below that of o:
	// o.q + d·(n·d + 2·Σ(x-o.k)), each product with its error.
	n := float64(o.n)
	d, dl := twoSum(o.k, -r.k)
	t, tl := o.deviation()
	nd := float64(n * d)
	w, wl := twoSum(nd, 2*t)
	wl += (math.FMA(n, d, -nd) + float64(n*dl)) + 2*tl
	p := float64(w * d)
	pl := math.FMA(w, d, -p) + (float64(w*dl) + float64(wl*d))
	q, e1 := twoSum(r.q, o.q)
	q, e2 := twoSum(q, p)
	r.q = q
	r.r += (o.r + pl) + (e1 + e2)
	x, e := twoSum(r.s, o.s)
	r.s = x
	r.c += o.c + e
	r.n += o.n
	r.min, r.max = min(r.min, o.min), max(r.max, o.max)
	r.first, r.last = min(r.first, o.first), max(r.last, o.last)
	return nil
}

// Count is how many numbers were added.
func (r *Real) Count() int64 { return r.n }

// Times are the first and the last time, both NoTime of telemetry if Count is 0.
func (r *Real) Times() (first, last int64) {
	if r.n == 0 {
		return math.MinInt64, math.MinInt64
	}
	return r.first, r.last
}

// Extremes are the least and the greatest number; false if Count is 0.
func (r *Real) Extremes() (least, greatest float64, ok bool) { return r.min, r.max, r.n > 0 }

// Sum is the sum; ±Inf or NaN once it has left float64.
func (r *Real) Sum() float64 { return r.s + r.c }

// Mean is the mean; false if Count is 0. It is ±Inf or NaN once the sum has left float64.
func (r *Real) Mean() (float64, bool) {
	if r.n == 0 {
		return 0, false
	}
	h, l := r.mean()
	return h + l, true
}

// VarianceSample is Σ(x-mean)²/(n-1); false if Count is below 2. It is +Inf or NaN once
// the sum or a square has left float64.
func (r *Real) VarianceSample() (float64, bool) {
	if r.n < 2 {
		return 0, false
	}
	return r.m2() / float64(r.n-1), true
}

// VariancePopulation is Σ(x-mean)²/n; false if Count is 0. It is +Inf or NaN once the
// sum or a square has left float64.
func (r *Real) VariancePopulation() (float64, bool) {
	if r.n == 0 {
		return 0, false
	}
	return r.m2() / float64(r.n), true
}

// AppendBinary appends the state: kind 'R', version, count varint and, unless it is
// 0, the first number, sum and its error, squares around the first number and their
// error, least, greatest (float64), first and last time (int64), little endian. The error
// is always nil.
func (r *Real) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindReal, version)
	dst = binary.AppendUvarint(dst, uint64(r.n))
	if r.n > 0 {
		for _, x := range [...]float64{r.k, r.s, r.c, r.q, r.r, r.min, r.max} {
			dst = putFloat(dst, x)
		}
		dst = put64(put64(dst, r.first), r.last)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; r is then
// unchanged.
func (r *Real) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "real"}
	out := d.real()
	if err := d.end(); err != nil {
		return err
	}
	*r = out
	return nil
}

func (d *decoder) real() Real {
	d.header(kindReal)
	n := d.uvarint()
	if n == 0 {
		return Real{}
	}
	word := func() float64 { return math.Float64frombits(d.u64()) } // sums may have left float64
	r := Real{n: int64(n), k: d.float(), s: word(), c: word(), q: word(), r: word(), min: d.float(), max: d.float(), first: d.i64(), last: d.i64()}
	if r.n <= 0 || !(r.min <= r.k && r.k <= r.max) || r.first > r.last {
		d.fail("%d numbers from %v to %v, the first %v, times from %d to %d", r.n, r.min, r.max, r.k, r.first, r.last)
	}
	return r
}
