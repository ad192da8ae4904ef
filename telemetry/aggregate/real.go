package aggregate

import (
	"encoding/binary"
	"math"
)

// Real are count, sum, mean, sum of squared deviations, extremes and time range of
// numbers in float64: for measures that are no decimals. The sum carries its error
// (TwoSum), deviations merge by the formula of Chan, Golub and LeVeque (1979). Merging
// is reproducible and not associative: it is done in the order of the input, by
// morsels ([MorselRows]). The zero Real is empty. Not safe for concurrent use.
type Real struct {
	n           int64
	s, c        float64 // sum and its error
	m2          float64 // Σ(x-mean)²
	min, max    float64
	first, last int64
}

// part is a Real as kernels fill it within a morsel, without divisions: squares are
// of distances from the first number, which is among the data, so that the difference
// in deviations loses at most a factor n of precision.
type part struct {
	n           int64
	k           float64 // the first number
	s, c        float64 // Σx and its error
	q           float64 // Σ(x-k)²
	min, max    float64
	first, last int64
}

func (p *part) add(x float64, t int64) {
	if p.n == 0 {
		*p = part{k: x, min: x, max: x, first: t, last: t}
	}
	p.n++
	s := p.s + x
	b := s - p.s
	p.c += (p.s - (s - b)) + (x - b)
	p.s = s
	d := x - p.k
	p.q += float64(d * d)
	p.min, p.max = min(p.min, x), max(p.max, x)
	p.first, p.last = min(p.first, t), max(p.last, t)
}

func (p *part) real() Real {
	n := float64(p.n)
	nk := float64(n * p.k)
	d := ((p.s - nk) - math.FMA(n, p.k, -nk)) + p.c // Σ(x-k)
	m2 := p.q - float64(d*d)/n
	if !(m2 > 0) {
		m2 = 0
	}
	return Real{n: p.n, s: p.s, c: p.c, m2: m2, min: p.min, max: p.max, first: p.first, last: p.last}
}

// mean is the mean and what its rounding left.
func (r *Real) mean() (hi, lo float64) {
	n := float64(r.n)
	hi = r.s / n
	return hi, (math.FMA(-hi, n, r.s) + r.c) / n
}

// Add adds x, finite, of time t, after what is there.
func (r *Real) Add(x float64, t int64) {
	o := Real{n: 1, s: x, min: x, max: x, first: t, last: t}
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
	h1, l1 := r.mean()
	h2, l2 := o.mean()
	d := (h2 - h1) + (l2 - l1)
	n1, n2 := float64(r.n), float64(o.n)
	r.m2 += o.m2 + float64(d*d)*(float64(n1*n2)/(n1+n2))
	s := r.s + o.s
	b := s - r.s
	r.c += o.c + ((r.s - (s - b)) + (o.s - b))
	r.s = s
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

// Mean is the mean; false if Count is 0.
func (r *Real) Mean() (float64, bool) {
	if r.n == 0 {
		return 0, false
	}
	h, l := r.mean()
	return h + l, true
}

// VarianceSample is Σ(x-mean)²/(n-1); false if Count is below 2.
func (r *Real) VarianceSample() (float64, bool) {
	if r.n < 2 {
		return 0, false
	}
	return r.m2 / float64(r.n-1), true
}

// VariancePopulation is Σ(x-mean)²/n; false if Count is 0.
func (r *Real) VariancePopulation() (float64, bool) {
	if r.n == 0 {
		return 0, false
	}
	return r.m2 / float64(r.n), true
}

// AppendBinary appends the state: kind 'R', version, count varint and, unless it is
// 0, sum, error of the sum, squared deviations, least, greatest (float64), first and
// last time (int64), little endian. The error is always nil.
func (r *Real) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindReal, version)
	dst = binary.AppendUvarint(dst, uint64(r.n))
	if r.n > 0 {
		for _, x := range [...]float64{r.s, r.c, r.m2, r.min, r.max} {
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
	r := Real{n: int64(n), s: word(), c: word(), m2: word(), min: d.float(), max: d.float(), first: d.i64(), last: d.i64()}
	if r.n <= 0 || r.min > r.max || r.m2 < 0 || r.first > r.last {
		d.fail("%d numbers from %v to %v, deviations %v, times from %d to %d", r.n, r.min, r.max, r.m2, r.first, r.last)
	}
	return r
}
