package aggregate

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// hot is what kernels touch for a row: one cache line. Sums that leave their words
// carry into rest.
type hot struct {
	n           int64 // decimals
	sum         int64
	sqLo, sqHi  uint64
	min, max    int64
	first, last int64 // times, of exceptions too
}

func (h *hot) reset() { *h = noRows() }

func noRows() hot {
	return hot{min: math.MaxInt64, max: math.MinInt64, first: math.MaxInt64, last: math.MinInt64}
}

// rest is what few states need.
type rest struct {
	sumHi    int64  // the sum is sumHi·2^64 + sum, with sum signed
	sqTop    uint64 // of 192 bits
	n        int64  // exceptions: rows that are no decimals
	min, max float64
	total    super
	squares  super
}

// Moments are count, sum, sum of squares, extremes and time range of numbers, exact:
// numbers with at most Scale decimals (and 15 to 16 digits) as integers, the others
// in a fixed-point number as wide as float64. Merging in any order and grouping gives
// the same bytes. The zero Moments is empty, of scale 0. Not safe for concurrent use.
type Moments struct {
	hot
	scale uint8
	rest  *rest
}

// NewMoments is an empty state of a scale, 0 to [MaxScale] decimals; it panics if
// there is no such scale.
func NewMoments(scale uint8) Moments {
	if scale > MaxScale {
		panic("aggregate: scale above MaxScale")
	}
	m := Moments{scale: scale}
	m.reset()
	return m
}

func (m *Moments) more() *rest {
	if m.rest == nil {
		m.rest = &rest{}
	}
	return m.rest
}

// Add adds x, which must be finite, of time t. -0 counts as 0.
func (m *Moments) Add(x float64, t int64) {
	if m.Count() == 0 {
		m.reset()
	}
	m.first, m.last = min(m.first, t), max(m.last, t)
	if i, ok := toDecimal(x, m.scale); ok {
		m.addDecimal(i)
		return
	}
	m.rest = addException(m.rest, x)
}

func (m *Moments) addDecimal(i int64) {
	m.n++
	m.min, m.max = min(m.min, i), max(m.max, i)
	s := m.sum + i
	if (m.sum^s)&(i^s) < 0 {
		m.more().sumHi += i>>63 | 1
	}
	m.sum = s
	abs := uint64(max(i, -i))
	hi, lo := bits.Mul64(abs, abs)
	var c uint64
	m.sqLo, c = bits.Add64(m.sqLo, lo, 0)
	if m.sqHi, c = bits.Add64(m.sqHi, hi, c); c != 0 {
		m.more().sqTop++
	}
}

func addException(r *rest, x float64) *rest {
	if r == nil {
		r = &rest{}
	}
	if r.n == 0 {
		r.min, r.max = x, x
	}
	if r.total == nil {
		r.total, r.squares = make(super, sumLimbs), make(super, squareLimbs)
	}
	r.n++
	r.min, r.max = min(r.min, x), max(r.max, x)
	r.total.add(x)
	r.squares.addSquare(x)
	return r
}

// Merge adds what o holds; o does not change. The error is of kind ErrMismatch if both
// hold numbers and the scales differ.
func (m *Moments) Merge(o *Moments) error {
	switch {
	case o.Count() == 0 && m.Count() == 0:
		m.scale = max(m.scale, o.scale)
		return nil
	case o.Count() == 0:
		return nil
	case m.Count() == 0:
		m.scale = o.scale
	}
	if m.scale != o.scale {
		return &Error{Kind: ErrMismatch, Msg: "moments of different scales; give the measure one scale everywhere"}
	}
	if m.Count() == 0 {
		m.reset()
	}
	m.first, m.last = min(m.first, o.first), max(m.last, o.last)
	if o.n > 0 {
		m.min, m.max = min(m.min, o.min), max(m.max, o.max)
	}
	m.n += o.n
	s := m.sum + o.sum
	if (m.sum^s)&(o.sum^s) < 0 {
		m.more().sumHi += o.sum>>63 | 1
	}
	m.sum = s
	var c uint64
	m.sqLo, c = bits.Add64(m.sqLo, o.sqLo, 0)
	if m.sqHi, c = bits.Add64(m.sqHi, o.sqHi, c); c != 0 {
		m.more().sqTop++
	}
	if r := o.rest; r != nil {
		t := m.more()
		t.sumHi += r.sumHi
		t.sqTop += r.sqTop
		if r.n > 0 {
			if t.n == 0 {
				t.min, t.max = r.min, r.max
				if t.total == nil {
					t.total, t.squares = make(super, sumLimbs), make(super, squareLimbs)
				}
			}
			t.n += r.n
			t.min, t.max = min(t.min, r.min), max(t.max, r.max)
			t.total.merge(r.total)
			t.squares.merge(r.squares)
		}
	}
	return nil
}

// Count is how many numbers were added.
func (m *Moments) Count() int64 {
	if m.rest != nil {
		return m.n + m.rest.n
	}
	return m.n
}

// Scale is the number of decimals.
func (m *Moments) Scale() uint8 { return m.scale }

// Exceptions is how many numbers had more decimals than the scale, or more digits
// than float64 tells apart. They are in every figure, exactly, and cost more.
func (m *Moments) Exceptions() int64 { return m.Count() - m.n }

// Times are the first and the last time, both NoTime of telemetry if Count is 0.
func (m *Moments) Times() (first, last int64) {
	if m.Count() == 0 {
		return math.MinInt64, math.MinInt64
	}
	return m.first, m.last
}

// Extremes are the least and the greatest number; false if Count is 0.
func (m *Moments) Extremes() (least, greatest float64, ok bool) {
	p := float64(pow10[m.scale])
	if m.n > 0 {
		least, greatest = float64(m.min)/p, float64(m.max)/p
	}
	if r := m.rest; r != nil && r.n > 0 {
		if m.n == 0 {
			return r.min, r.max, true
		}
		least, greatest = min(least, r.min), max(greatest, r.max)
	}
	return least, greatest, m.Count() > 0
}

// decimalSum is the sum of the decimals; false if it takes more than 128 bits.
func (m *Moments) decimalSum() (int128, bool) {
	s := wide(m.sum)
	if m.rest == nil || m.rest.sumHi == 0 {
		return s, true
	}
	hi := s.hi + m.rest.sumHi
	return int128{hi, s.lo}, (s.hi^hi)&(m.rest.sumHi^hi) >= 0
}

// exact are Σx as an integer of steps, Σx² as one of steps², and the steps in 1:
// 10^scale, times 2^1074 if there are exceptions.
func (m *Moments) exact() (sum, squares, step *big.Int) {
	sum = new(big.Int).Lsh(big.NewInt(m.sumHi()), 64)
	sum.Add(sum, big.NewInt(m.sum))
	top := uint64(0)
	if m.rest != nil {
		top = m.rest.sqTop
	}
	squares = new(big.Int).SetUint64(top)
	squares.Lsh(squares, 128)
	squares.Add(squares, uint128{m.sqHi, m.sqLo}.big())
	step = big.NewInt(pow10[m.scale])
	if m.Exceptions() > 0 {
		ten := big.NewInt(pow10[m.scale])
		x := m.rest.total.big()
		sum.Lsh(sum, 1074).Add(sum, x.Mul(x, ten))
		x = m.rest.squares.big()
		squares.Lsh(squares, 2148).Add(squares, x.Mul(x, ten).Mul(x, ten))
		step.Lsh(step, 1074)
	}
	return sum, squares, step
}

func (m *Moments) sumHi() int64 {
	if m.rest == nil {
		return 0
	}
	return m.rest.sumHi
}

// Sum is the exact sum rounded once, to nearest even; ±Inf beyond float64.
func (m *Moments) Sum() float64 { return m.over(1) }

// Mean is the exact mean rounded once; false if Count is 0.
func (m *Moments) Mean() (float64, bool) {
	n := m.Count()
	if n == 0 {
		return 0, false
	}
	return m.over(n), true
}

func (m *Moments) over(n int64) float64 {
	if m.Exceptions() == 0 {
		if s, ok := m.decimalSum(); ok {
			return quo(s, n, m.scale)
		}
	}
	sum, _, step := m.exact()
	return ratio(sum, step.Mul(step, big.NewInt(n)))
}

// VarianceSample is Σ(x-mean)²/(n-1), of the exact sums and rounded once; false
// if Count is below 2.
func (m *Moments) VarianceSample() (float64, bool) {
	n := m.Count()
	if n < 2 {
		return 0, false
	}
	return m.variance(n, n-1), true
}

// VariancePopulation is Σ(x-mean)²/n, of the exact sums and rounded once; false if
// Count is 0.
func (m *Moments) VariancePopulation() (float64, bool) {
	n := m.Count()
	if n == 0 {
		return 0, false
	}
	return m.variance(n, n), true
}

// variance is (n·Σx² - (Σx)²) / (n·d).
func (m *Moments) variance(n, d int64) float64 {
	if m.rest == nil && m.sqHi>>32 == 0 && n < 1<<32 && m.sum != math.MinInt64 {
		a, fits := uint128{m.sqHi, m.sqLo}.times(uint64(n))
		abs := uint64(max(m.sum, -m.sum))
		b := mulU(abs, abs)
		lo, borrow := bits.Sub64(a.lo, b.lo, 0)
		hi, _ := bits.Sub64(a.hi, b.hi, borrow)
		p := uint64(pow10[m.scale])
		den, ok1 := mulU(uint64(n), uint64(d)).times(p)
		den, ok2 := den.times(p)
		if fits && ok1 && ok2 {
			return divide(false, uint128{hi, lo}, den)
		}
	}
	sum, sq, step := m.exact()
	sq.Mul(sq, big.NewInt(n))
	sq.Sub(sq, sum.Mul(sum, sum))
	step.Mul(step, step).Mul(step, big.NewInt(n)).Mul(step, big.NewInt(d))
	return ratio(sq, step)
}

// ratio rounds num/den once, den above zero. A result beyond float64 is ±Inf.
func ratio(num, den *big.Int) float64 {
	if num.Sign() == 0 {
		return 0
	}
	// A quotient of 66 bits and more whose last bit says whether anything is left
	// rounds as the whole does.
	shift := max(0, 66+den.BitLen()-num.BitLen())
	q, r := new(big.Int).QuoRem(new(big.Int).Lsh(num, uint(shift)), den, new(big.Int))
	if r.Sign() != 0 {
		// Towards the outside: |q| is odd then.
		if q.Bit(0) == 0 {
			q.Add(q, big.NewInt(int64(num.Sign())))
		}
	}
	x := new(big.Float).SetInt(q)
	f, _ := x.SetMantExp(x, -shift).Float64()
	return f
}

// AppendBinary appends the state: kind 'M', version, scale, flags (1 more words than
// the first, 2 exceptions), then
//
//	n decimals varint; if n > 0: sum 8, Σx² 16, least 8, greatest 8
//	if flag 1: high word of the sum 8, of Σx² 8
//	if flag 2: n exceptions varint, least 8, greatest 8, sum and Σx² in limbs
//	if any row: first time 8, last time 8
//
// all little endian. Equal states give equal bytes. The error is always nil.
func (m *Moments) AppendBinary(dst []byte) ([]byte, error) {
	var flags byte
	if r := m.rest; r != nil {
		if r.sumHi != 0 || r.sqTop != 0 {
			flags |= 1
		}
		if r.n > 0 {
			flags |= 2
		}
	}
	dst = append(dst, kindMoments, version, m.scale, flags)
	dst = binary.AppendUvarint(dst, uint64(m.n))
	if m.n > 0 {
		dst = put64(dst, m.sum)
		dst = put64(put64(dst, int64(m.sqLo)), int64(m.sqHi))
		dst = put64(put64(dst, m.min), m.max)
	}
	if flags&1 != 0 {
		dst = put64(put64(dst, m.rest.sumHi), int64(m.rest.sqTop))
	}
	if flags&2 != 0 {
		r := m.rest
		dst = binary.AppendUvarint(dst, uint64(r.n))
		dst = putFloat(putFloat(dst, r.min), r.max)
		dst = r.squares.append(r.total.append(dst))
	}
	if m.Count() > 0 {
		dst = put64(put64(dst, m.first), m.last)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; m is then
// unchanged.
func (m *Moments) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "moments"}
	out := d.moments()
	if err := d.end(); err != nil {
		return err
	}
	*m = out
	return nil
}

func (d *decoder) moments() Moments {
	d.header(kindMoments)
	scale, flags := d.byte(), d.byte()
	if scale > MaxScale || flags > 3 {
		d.fail("scale %d, flags %d", scale, flags)
		return Moments{}
	}
	m := NewMoments(scale)
	n := d.uvarint()
	if n > 0 {
		m.n, m.sum, m.sqLo, m.sqHi = int64(n), d.i64(), d.u64(), d.u64()
		m.min, m.max = d.i64(), d.i64()
		if m.n < 0 || m.min > m.max || m.min < -maxDecimal || m.max > maxDecimal {
			d.fail("%d decimals from %d to %d", m.n, m.min, m.max)
		}
	}
	if flags != 0 {
		m.rest = &rest{}
	}
	if flags&1 != 0 {
		m.rest.sumHi, m.rest.sqTop = d.i64(), d.u64()
		if m.rest.sumHi == 0 && m.rest.sqTop == 0 || n == 0 {
			d.fail("high words that are not needed")
		}
	}
	if flags&2 != 0 {
		r := m.rest
		e := d.uvarint()
		r.n, r.min, r.max = int64(e), d.float(), d.float()
		r.total, r.squares = make(super, sumLimbs), make(super, squareLimbs)
		r.total.read(d)
		r.squares.read(d)
		if r.n <= 0 || m.n+r.n < 0 || r.min > r.max {
			d.fail("%d exceptions from %v to %v", r.n, r.min, r.max)
		}
	}
	if d.err == nil && m.Count() > 0 {
		m.first, m.last = d.i64(), d.i64()
		if m.first > m.last {
			d.fail("times from %d to %d", m.first, m.last)
		}
	}
	return m
}
