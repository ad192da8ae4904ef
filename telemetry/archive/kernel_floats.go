package archive

import (
	"encoding/binary"
	"math"
)

// The modes of a chunk of numbers.
const (
	floatsDecimal = iota // a power of ten, integers, exceptions
	floatsRaw            // eight bytes each
)

const maxExponent = 15

var powers = [maxExponent + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decimal is x·10^e if that integer gives x back bit for bit.
func decimal(x float64, e int) (int64, bool) {
	r := math.RoundToEven(x * powers[e])
	if !(math.Abs(r) <= 1<<53) {
		return 0, false
	}
	i := int64(r)
	return i, math.Float64bits(float64(i)/powers[e]) == math.Float64bits(x)
}

// exponent is the least power of ten that gives most of vals back.
func exponent(vals []float64) (e, misses int) {
	best, fewest := 0, len(vals)+1
	for e := 0; e <= maxExponent; e++ {
		n := 0
		for i := 0; i < len(vals) && n < fewest; i++ {
			if _, ok := decimal(vals[i], e); !ok {
				n++
			}
		}
		if n < fewest {
			best, fewest = e, n
		}
		if n == 0 {
			break
		}
	}
	return best, fewest
}

// floats appends at most chunk numbers, of which none is NaN.
func (p *packer) floats(dst []byte, vals []float64, ints []int64) []byte {
	if len(vals) == 0 {
		return dst
	}
	e, misses := exponent(vals)
	if misses*2 > len(vals) {
		dst = append(dst, floatsRaw)
		for _, v := range vals {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
		return dst
	}
	dst = append(dst, floatsDecimal, byte(e))
	dst = binary.AppendUvarint(dst, uint64(misses))
	ints = ints[:len(vals)]
	last, at := int64(0), -1
	for i, v := range vals {
		n, ok := decimal(v, e)
		if !ok {
			dst = binary.AppendUvarint(dst, uint64(i-at-1))
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
			at = i
			n = last // packs to nothing
		}
		ints[i], last = n, n
	}
	return p.ints(dst, ints)
}

// floats reads len(out) numbers, at most chunk.
func (c *cursor) floats(out []float64, ints []int64) {
	if len(out) == 0 || c.bad {
		return
	}
	switch c.byte() {
	case floatsRaw:
		p := c.take(8 * len(out))
		if p == nil {
			return
		}
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(p[8*i:]))
		}
	case floatsDecimal:
		e, misses := int(c.byte()), c.uvarint()
		if e > maxExponent || misses > uint64(len(out)) {
			c.bad = true
			return
		}
		list := *c // the exceptions stand before the integers
		at := -1
		for range misses {
			skip := c.uvarint()
			if c.take(8) == nil || skip >= uint64(len(out)-at-1) {
				c.bad = true
				return
			}
			at += int(skip) + 1
		}
		ints = ints[:len(out)]
		c.ints(ints)
		scale := powers[e]
		for i, n := range ints {
			out[i] = float64(n) / scale
		}
		at = -1
		for range misses {
			at += int(list.uvarint()) + 1
			out[at] = math.Float64frombits(binary.LittleEndian.Uint64(list.take(8)))
		}
	default:
		c.bad = true
	}
}
