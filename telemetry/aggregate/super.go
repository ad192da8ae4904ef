package aggregate

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// super is an exact sum of float64s, or of their squares: a fixed-point integer in
// two's complement, in steps of 2^-1074 (2^-2148 for squares). 64 bits above the
// greatest float64 hold as many additions as an int64 counts.
//
//	limb[0] least significant … limb[len-1] most significant with the sign
type super []uint64

const (
	sumLimbs    = 34 // 2^-1074 … 2^1101
	squareLimbs = 67 // 2^-2148 … 2^2139
)

// add adds x, finite.
func (s super) add(x float64) {
	m, e := mantissa(x)
	s.addAt(0, m, e, x < 0)
}

// addSquare adds x².
func (s super) addSquare(x float64) {
	m, e := mantissa(x)
	hi, lo := bits.Mul64(m, m)
	s.addAt(hi, lo, 2*e, false)
}

// mantissa is |x| as m·2^(e-1074).
func mantissa(x float64) (m uint64, e int) {
	b := math.Float64bits(x)
	m, e = b&(1<<52-1), int(b>>52&0x7ff)
	if e == 0 {
		return m, 0
	}
	return m | 1<<52, e - 1
}

// addAt adds ±(hi·2^64+lo)·2^bit, hi below 2^42.
func (s super) addAt(hi, lo uint64, bit int, negative bool) {
	i, sh := bit/64, uint(bit%64)
	w := [3]uint64{lo << sh, hi<<sh | lo>>1>>(63-sh), hi >> 1 >> (63 - sh)}
	var c uint64
	for j := i; j < len(s); j++ {
		var x uint64
		if j < i+3 {
			x = w[j-i]
		} else if c == 0 {
			return
		}
		if negative {
			s[j], c = bits.Sub64(s[j], x, c)
		} else {
			s[j], c = bits.Add64(s[j], x, c)
		}
	}
}

func (s super) merge(t super) {
	var c uint64
	for i := range s {
		s[i], c = bits.Add64(s[i], t[i], c)
	}
}

// big is the integer of steps.
func (s super) big() *big.Int {
	x := new(big.Int)
	if n := len(s); n > 0 && int64(s[n-1]) < 0 {
		x.SetInt64(-1)
	}
	w := new(big.Int)
	for i := len(s) - 1; i >= 0; i-- {
		x.Lsh(x, 64)
		x.Or(x, w.SetUint64(s[i]))
	}
	return x
}

// append writes the limbs without the ones below that are 0 and the ones above that
// only repeat the sign: first limb, count (one byte each), limbs.
func (s super) append(dst []byte) []byte {
	lo, hi := 0, len(s)
	for lo < hi && s[lo] == 0 {
		lo++
	}
	for hi-lo > 1 && s[hi-1] == uint64(int64(s[hi-2])>>63) {
		hi--
	}
	if lo == hi {
		lo, hi = 0, 0
	}
	dst = append(dst, byte(lo), byte(hi-lo))
	for _, x := range s[lo:hi] {
		dst = binary.LittleEndian.AppendUint64(dst, x)
	}
	return dst
}

// read is the inverse of append; s is zero before.
func (s super) read(d *decoder) {
	lo, n := int(d.byte()), int(d.byte())
	if lo+n > len(s) {
		d.fail("a sum of %d limbs from %d; there are %d", n, lo, len(s))
		return
	}
	b := d.bytes(8 * n)
	if d.err != nil {
		return
	}
	for i := range n {
		s[lo+i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	if n > 0 {
		for i := lo + n; i < len(s); i++ {
			s[i] = uint64(int64(s[lo+n-1]) >> 63)
		}
	}
}
