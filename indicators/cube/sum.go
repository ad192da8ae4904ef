package cube

import (
	"math"
	"math/big"
	"math/bits"
)

// Accumulator adds float64s exactly. Its value is the real sum rounded once, to
// nearest, ties to even; it does not depend on the order of the numbers nor on
// how they were split between accumulators that are merged. The zero
// Accumulator is 0. Not safe for concurrent use.
//
// It is a fixed-point number of 2^-1074 steps in digits of 32 bits, each kept
// in 64 bits so that carries wait (R. M. Neal, Fast exact summation using small
// and large superaccumulators, 2015).
type Accumulator struct {
	digit   [68]int64 // value = Σ digit[i]·2^(32i-1074)
	pending int       // additions since the carries were propagated
	special float64   // sum of the NaNs and infinities
	odd     bool      // there were some
}

// maxPending additions of less than 2^32 each to a digit of less than 2^33
// 63 bits.
const maxPending = 1 << 29

// Add adds x. NaN and infinities give what IEEE 754 addition gives.
func (a *Accumulator) Add(x float64) {
	b := math.Float64bits(x)
	exp := int(b>>52) & 0x7ff
	m := b & (1<<52 - 1)
	switch exp {
	case 0x7ff:
		a.special += x
		a.odd = true
		return
	case 0:
		if m == 0 {
			return
		}
		exp = 1
	default:
		m |= 1 << 52
	}
	if a.pending == maxPending {
		a.carry()
	}
	a.pending++
	// x = m·2^(exp-1-1074)
	i, shift := (exp-1)>>5, uint(exp-1)&31
	hi, lo := bits.Mul64(m, 1<<shift)
	d0, d1, d2 := int64(lo&math.MaxUint32), int64(lo>>32), int64(hi)
	if b>>63 != 0 {
		d0, d1, d2 = -d0, -d1, -d2
	}
	a.digit[i] += d0
	a.digit[i+1] += d1
	a.digit[i+2] += d2
}

// carry brings every digit but the last to 0 ≤ digit < 2^32.
func (a *Accumulator) carry() {
	a.pending = 0
	for i := range len(a.digit) - 1 {
		c := a.digit[i] >> 32
		a.digit[i] -= c << 32
		a.digit[i+1] += c
	}
}

// Merge adds what b holds; b does not change.
func (a *Accumulator) Merge(b *Accumulator) {
	c := *b
	c.carry()
	a.carry()
	for i, d := range c.digit {
		a.digit[i] += d
	}
	a.pending = 1
	if c.odd {
		a.odd = true
		a.special += c.special
	}
}

// Value is the sum rounded once; ±Inf if it is too large. An exact zero is +0.
func (a *Accumulator) Value() float64 {
	if a.odd {
		return a.special
	}
	c := *a
	c.carry()
	last := len(c.digit) - 1
	sum := big.NewInt(c.digit[last])
	d := new(big.Int)
	for i := last - 1; i >= 0; i-- {
		sum.Lsh(sum, 32).Add(sum, d.SetInt64(c.digit[i]))
	}
	if sum.Sign() == 0 {
		return 0
	}
	f := new(big.Float).SetPrec(uint(sum.BitLen())).SetInt(sum)
	v, _ := f.SetMantExp(f, -1074).Float64()
	return v
}

// Sum adds values exactly; see [Accumulator].
func Sum(values []float64) float64 {
	var a Accumulator
	for _, v := range values {
		a.Add(v)
	}
	return a.Value()
}

// Sum is the exact sum of the cells of the rows from ≤ row < to, see
// [Column.SumRows].
func (c Column) Sum(from, to int) Cell {
	var s cellSum
	for row := from; row < to; row++ {
		s.add(c, row)
	}
	return s.cell(c.Measure.ID)
}

// SumRows is the exact sum of the cells of the given rows, rounded once,
// whatever their order. Its status is their statuses combined
// ([Status.Combine]); if one has no value, neither has the sum, and it carries
// the reasons of all. A sum of no rows is Missing, not zero: nothing was
// collected. A sum too large for a float64 is not computable.
func (c Column) SumRows(rows []int) Cell {
	var s cellSum
	for _, row := range rows {
		s.add(c, row)
	}
	return s.cell(c.Measure.ID)
}

type cellSum struct {
	acc    Accumulator
	status Status
	sets   ReasonSets
	code   uint32
	n      int
}

func (s *cellSum) add(c Column, row int) {
	s.n++
	s.status = s.status.Combine(c.StatusAt(row))
	s.acc.Add(c.Values[row])
	if r := c.Reasons(row); r != nil {
		s.code = s.sets.Union(s.code, s.sets.Add(r...))
	}
}

func (s *cellSum) cell(measure string) Cell {
	if s.n == 0 {
		return NoValue(Missing, Reason{Code: ReasonNotCollected, Subject: measure})
	}
	c := Cell{Status: s.status, Reasons: s.sets.Set(s.code)}
	if !c.Status.Observed() {
		return c
	}
	if c.Value = s.acc.Value(); math.IsInf(c.Value, 0) {
		c.Value, c.Status = 0, c.Status.With(NotComputable)
		c.Reasons = append(c.Reasons, Reason{Code: ReasonNotComputable, Subject: measure, Text: "the sum is too large"})
	}
	return c
}
