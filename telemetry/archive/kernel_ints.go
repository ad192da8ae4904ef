package archive

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// chunk is how many values are packed together.
const chunk = 1024

// The modes of a chunk of integers.
const (
	modeOne   = iota // every value is the same
	modeFrame        // least + divisor × packed
	modeDelta        // least + divisor × running sum of (median difference + zigzag)
	modeRaw          // eight bytes each
)

// packer has the scratch of one writer.
type packer struct {
	w, d           []uint64
	deltas, sorted []int64
}

func zig(x int64) uint64   { return uint64(x<<1) ^ uint64(x>>63) }
func unzig(x uint64) int64 { return int64(x>>1) ^ -int64(x&1) }

// ints appends at most chunk values.
func (p *packer) ints(dst []byte, vals []int64) []byte {
	if len(vals) == 0 {
		return dst
	}
	low, high := slices.Min(vals), slices.Max(vals)
	if low == high {
		return binary.AppendVarint(append(dst, modeOne), low)
	}
	if uint64(high)-uint64(low) > 1<<62 {
		dst = append(dst, modeRaw)
		for _, v := range vals {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
		}
		return dst
	}
	p.w = p.w[:0]
	var g uint64
	for _, v := range vals {
		x := uint64(v) - uint64(low)
		p.w = append(p.w, x)
		if g != 1 {
			g = gcd(g, x)
		}
	}
	if g > 1 {
		for i := range p.w {
			p.w[i] /= g
		}
	}
	p.deltas = p.deltas[:0]
	for i := 1; i < len(p.w); i++ {
		p.deltas = append(p.deltas, int64(p.w[i]-p.w[i-1]))
	}
	p.sorted = append(p.sorted[:0], p.deltas...)
	base := middle(p.sorted)
	p.d = append(p.d[:0], 0)
	for _, d := range p.deltas {
		p.d = append(p.d, zig(d-base))
	}
	frameWidth, frameCost := width(p.w)
	deltaWidth, deltaCost := width(p.d)
	if frameCost <= deltaCost {
		dst = append(dst, modeFrame)
		dst = binary.AppendVarint(binary.AppendUvarint(dst, g), low)
		return packed(dst, p.w, frameWidth)
	}
	dst = append(dst, modeDelta)
	dst = binary.AppendVarint(binary.AppendUvarint(dst, g), low)
	dst = binary.AppendVarint(binary.AppendUvarint(dst, p.w[0]), base)
	return packed(dst, p.d, deltaWidth)
}

// middle is the upper median, and puts vals out of order.
func middle(vals []int64) int64 {
	k := len(vals) / 2
	for low, high := 0, len(vals)-1; low < high; {
		a, b, c := vals[low], vals[(low+high)/2], vals[high]
		pivot := max(min(a, b), min(max(a, b), c)) // of three
		i, j := low, high
		for i <= j {
			for vals[i] < pivot {
				i++
			}
			for vals[j] > pivot {
				j--
			}
			if i <= j {
				vals[i], vals[j] = vals[j], vals[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return vals[k]
		}
	}
	return vals[k]
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// width is the width in bits that makes vals smallest with their exceptions, and how
// many bits they then take.
func width(vals []uint64) (best, cost int) {
	var count [65]int
	var all uint64
	for _, v := range vals {
		count[bits.Len64(v)]++
		all |= v
	}
	most := bits.Len64(all)
	best, cost = 64, len(vals)*64
	for b := 0; b < 64 && b <= most; b++ {
		c := len(vals) * b
		for l := b + 1; l <= most; l++ {
			c += count[l] * (8 + 8*((l-b+6)/7))
		}
		if c < cost {
			best, cost = b, c
		}
	}
	return best, cost
}

// packed appends the width, the low bits of vals, and the exceptions' places and high bits.
func packed(dst []byte, vals []uint64, width int) []byte {
	dst = append(dst, byte(width))
	exceptions := 0
	if width < 64 {
		for _, v := range vals {
			if v>>width != 0 {
				exceptions++
			}
		}
	}
	dst = binary.AppendUvarint(dst, uint64(exceptions))
	if width == 64 {
		for _, v := range vals {
			dst = binary.LittleEndian.AppendUint64(dst, v)
		}
		return dst
	}
	mask := uint64(1)<<width - 1
	var acc uint64
	n := 0
	for _, v := range vals {
		v &= mask
		acc |= v << n
		if n+width >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			acc = v >> (64 - n) // a shift by 64 gives 0
			n += width - 64
		} else {
			n += width
		}
	}
	for ; n > 0; n -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	last := -1
	for i, v := range vals {
		if h := v >> width; h != 0 {
			dst = binary.AppendUvarint(dst, uint64(i-last-1))
			dst = binary.AppendUvarint(dst, h)
			last = i
		}
	}
	return dst
}

// cursor reads a section. After a failure it stays failed and gives zeros.
type cursor struct {
	b   []byte
	at  int
	bad bool
}

func (c *cursor) take(n int) []byte {
	if c.bad || n < 0 || n > len(c.b)-c.at {
		c.bad = true
		return nil
	}
	out := c.b[c.at : c.at+n]
	c.at += n
	return out
}

func (c *cursor) byte() byte {
	if p := c.take(1); p != nil {
		return p[0]
	}
	return 0
}

func (c *cursor) uvarint() uint64 {
	if c.bad {
		return 0
	}
	v, n := binary.Uvarint(c.b[c.at:])
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.at += n
	return v
}

func (c *cursor) varint() int64 { return unzig(c.uvarint()) }

// ints reads len(out) values, at most chunk; one says that they are the same.
func (c *cursor) ints(out []int64) (one bool) {
	if len(out) == 0 || c.bad {
		return false
	}
	switch c.byte() {
	case modeOne:
		v := c.varint()
		for i := range out {
			out[i] = v
		}
		return true
	case modeRaw:
		p := c.take(8 * len(out))
		if p == nil {
			return false
		}
		for i := range out {
			out[i] = int64(binary.LittleEndian.Uint64(p[8*i:]))
		}
	case modeFrame:
		g, low := c.uvarint(), c.varint()
		c.unpack(out)
		for i, v := range out {
			out[i] = int64(uint64(low) + g*uint64(v))
		}
	case modeDelta:
		g, low := c.uvarint(), c.varint()
		w, base := c.uvarint(), c.varint()
		c.unpack(out)
		for i, v := range out {
			if i > 0 {
				w += uint64(base + unzig(uint64(v)))
			}
			out[i] = int64(uint64(low) + g*w)
		}
	default:
		c.bad = true
	}
	return false
}

// unpack reads what packed wrote.
func (c *cursor) unpack(out []int64) {
	width, exceptions := int(c.byte()), c.uvarint()
	if width > 64 || exceptions > uint64(len(out)) {
		c.bad = true
		return
	}
	if width == 64 {
		p := c.take(8 * len(out))
		for i := range out {
			if p == nil {
				return
			}
			out[i] = int64(binary.LittleEndian.Uint64(p[8*i:]))
		}
		return
	}
	p := c.take((len(out)*width + 7) / 8)
	if c.bad {
		return
	}
	unpackBits(out, p, width)
	at := -1
	for range exceptions {
		skip, high := c.uvarint(), c.uvarint()
		if c.bad || skip >= uint64(len(out)-at-1) || bits.Len64(high)+width > 64 {
			c.bad = true
			return
		}
		at += int(skip) + 1
		out[at] |= int64(high << width)
	}
}

// unpackBits reads len(out) values of width bits below 64 from p, which has them all.
func unpackBits(out []int64, p []byte, width int) {
	mask := uint64(1)<<width - 1
	bit := 0
	i := 0
	// While eight bytes and one can be read at once.
	for ; i < len(out) && bit>>3+9 <= len(p); i++ {
		at, shift := bit>>3, bit&7
		v := binary.LittleEndian.Uint64(p[at:]) >> shift
		v |= uint64(p[at+8]) << (64 - shift) // nothing if shift is 0
		out[i] = int64(v & mask)
		bit += width
	}
	for ; i < len(out); i++ {
		var v uint64
		for k := range width {
			b := bit + k
			v |= uint64(p[b>>3]>>(b&7)&1) << k
		}
		out[i] = int64(v)
		bit += width
	}
}
