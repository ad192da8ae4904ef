package sketch

import (
	"cmp"
	"encoding/binary"
	"iter"
	"math"
	"slices"
)

// MaxRelativeError bounds how far a quantile's order statistics are off: half the width
// of a bucket over its lower end.
const MaxRelativeError = 1.0 / 256

// Histogram counts numbers in buckets of their exponent and the top 7 bits of their
// mantissa: 128 for each doubling, of both signs. Zero and subnormal numbers share one
// bucket. It holds the exact count, least and greatest number. The zero Histogram is
// empty. Memory is 512 bytes for each doubling that was seen.
type Histogram struct {
	n, zero  uint64
	min, max float64
	pages    []page // sorted by key
	last     int    // page of the last number
	total    *int64 // see Account
}

// page is one doubling of one sign. Its key is the biased exponent, 1 to 2046, with the
// sign of its numbers, so that keys order as numbers do.
type page struct {
	key   int16
	small *[128]uint32
	large *[128]uint64 // once a counter has left 32 bits; small is nil then
}

func (p *page) at(i int) uint64 {
	if p.large != nil {
		return p.large[i]
	}
	return uint64(p.small[i])
}

func (p *page) add(i int, n uint64) {
	if p.large == nil {
		if s := uint64(p.small[i]) + n; s <= math.MaxUint32 {
			p.small[i] = uint32(s)
			return
		}
		p.large = new([128]uint64)
		for k, c := range p.small {
			p.large[k] = uint64(c)
		}
		p.small = nil
	}
	p.large[i] += n
}

// Add counts x; false, and nothing is counted, if it is NaN or infinite.
func (h *Histogram) Add(x float64) bool {
	b := math.Float64bits(x)
	e := int16(b >> 52 & 0x7ff)
	if e == 0x7ff {
		return false
	}
	if h.n == 0 {
		h.min, h.max = x+0, x+0
	}
	h.n++
	if x < h.min {
		h.min = x
	}
	if x > h.max {
		h.max = x
	}
	if e == 0 {
		h.zero++
		return true
	}
	if b>>63 != 0 {
		e = -e
	}
	if h.last >= len(h.pages) || h.pages[h.last].key != e {
		h.last = h.page(e)
	}
	p := &h.pages[h.last]
	if i := b >> 45 & 127; p.small != nil && p.small[i] < math.MaxUint32 {
		p.small[i]++
	} else {
		p.add(int(i), 1)
	}
	return true
}

// AddN counts x n times; false, and nothing is counted, if it is NaN or infinite.
func (h *Histogram) AddN(x float64, n uint64) bool {
	b := math.Float64bits(x)
	if n > 0 && h.last < len(h.pages) && uint64(uint16(h.pages[h.last].key)) == b>>52 {
		h.n += n // of the same doubling as the last, above 0
		h.min, h.max = min(h.min, x), max(h.max, x)
		h.pages[h.last].add(int(b>>45&127), n)
		return true
	}
	if n == 0 || !h.Add(x) {
		return x-x == 0
	}
	h.n += n - 1
	if b>>52&0x7ff == 0 {
		h.zero += n - 1
	} else {
		h.pages[h.last].add(int(b>>45&127), n-1)
	}
	return true
}

// AddAll is Add for each of x, and faster; it returns how many were counted.
func (h *Histogram) AddAll(x []float64) int {
	if h.n == 0 {
		for len(x) > 0 && !h.Add(x[0]) {
			x = x[1:]
		}
		if len(x) == 0 {
			return 0
		}
		return 1 + h.AddAll(x[1:])
	}
	// Pages by the low bits of sign and exponent; a number of another page goes the
	// long way, and its page takes the place.
	var f finder
	for i := range f.tops {
		f.tops[i] = math.MaxUint64 // no number's
	}
	n := 0
	lo, hi := h.min, h.max
	for {
		k, l, g := f.count(x, lo, hi)
		n, lo, hi = n+k, l, g
		h.n += uint64(k)
		if x = x[k:]; len(x) == 0 {
			break
		}
		if v := x[0]; h.Add(v) {
			n++
			if top := math.Float64bits(v) >> 52; top&0x7ff != 0 {
				f.tops[top&15], f.pages[top&15] = top, h.pages[h.last].small
				if h.pages[h.last].small == nil { // its counters have grown
					f.tops[top&15] = math.MaxUint64
				}
			}
		}
		x = x[1:]
	}
	h.min, h.max = min(h.min, lo), max(h.max, hi)
	return n
}

// finder is the pages of numbers met of late.
type finder struct {
	tops  [16]uint64
	pages [16]*[128]uint32
}

// count counts numbers of these pages until one is of another or its counter is full, and
// returns how many, and the extremes with theirs. It is not inlined, so that all it needs
// stays in registers.
//
//go:noinline
func (f *finder) count(x []float64, lo, hi float64) (int, float64, float64) {
	for k, v := range x {
		b := math.Float64bits(v)
		top := b >> 52
		if f.tops[top&15] != top {
			return k, lo, hi
		}
		c := &f.pages[top&15][b>>45&127]
		if *c == math.MaxUint32 {
			return k, lo, hi
		}
		*c++
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
	}
	return len(x), lo, hi
}

func (h *Histogram) page(key int16) int {
	i, ok := slices.BinarySearchFunc(h.pages, key, func(p page, k int16) int { return cmp.Compare(p.key, k) })
	if !ok {
		h.pages = slices.Insert(h.pages, i, page{key: key, small: new([128]uint32)})
		if h.total != nil {
			*h.total += pageBytes
		}
	}
	return i
}

// Merge adds what o holds; o does not change and shares nothing with h.
func (h *Histogram) Merge(o *Histogram) {
	if o.n == 0 {
		return
	}
	if h.n == 0 {
		h.min, h.max = o.min, o.max
	}
	h.n += o.n
	h.zero += o.zero
	h.min, h.max = min(h.min, o.min), max(h.max, o.max)
	for i := range o.pages {
		q := &o.pages[i]
		p := &h.pages[h.page(q.key)]
		for k := range 128 {
			if c := q.at(k); c > 0 {
				p.add(k, c)
			}
		}
	}
	h.last = 0
}

// Count is how many numbers were added.
func (h *Histogram) Count() uint64 { return h.n }

// Extremes are the exact least and greatest number; false if there are none.
func (h *Histogram) Extremes() (least, greatest float64, ok bool) { return h.min, h.max, h.n > 0 }

// Bucket is a range of numbers, low ≤ |x| < high with its sign, and their count.
type Bucket struct {
	Low, High float64 // Low ≤ High; the bucket of zero is 0, 0
	Count     uint64
}

func (b Bucket) middle() float64 { return b.Low + (b.High-b.Low)/2 }

// Buckets ranges over the buckets that are not empty, by rising numbers.
func (h *Histogram) Buckets() iter.Seq[Bucket] {
	return func(yield func(Bucket) bool) {
		zero := h.zero == 0
		for i := range h.pages {
			p := &h.pages[i]
			if !zero && p.key > 0 {
				zero = true
				if !yield(Bucket{Count: h.zero}) {
					return
				}
			}
			for k := range 128 {
				m, e := k, uint64(p.key)
				if p.key < 0 {
					m, e = 127-k, uint64(-p.key)
				}
				c := p.at(m)
				if c == 0 {
					continue
				}
				at := e<<52 | uint64(m)<<45
				b := Bucket{math.Float64frombits(at), math.Float64frombits(at + 1<<45), c}
				if math.IsInf(b.High, 0) {
					b.High = math.MaxFloat64
				}
				if p.key < 0 {
					b.Low, b.High = -b.High, -b.Low
				}
				if !yield(b) {
					return
				}
			}
		}
		if !zero {
			yield(Bucket{Count: h.zero})
		}
	}
}

// Quantile estimates the quantile q, 0 to 1, of type 7 (Hyndman & Fan 1996): between
// the two order statistics around q·(n-1), each within MaxRelativeError of its value,
// and exact where it is the least or the greatest. Numbers below 2^-1022 count as 0.
// False if there are no numbers or q is not in 0 to 1.
func (h *Histogram) Quantile(q float64) (float64, bool) {
	if h.n == 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	at := q * float64(h.n-1)
	k := uint64(at)
	a, b := h.order(k)
	return a + float64((b-a)*(at-float64(k))), true
}

// order estimates the k-th and the next order statistic, from 0.
func (h *Histogram) order(k uint64) (a, b float64) {
	a, b = h.max, h.max
	var before uint64
	found := false
	for bucket := range h.Buckets() {
		x := min(max(bucket.middle(), h.min), h.max)
		if !found && k < before+bucket.Count {
			found = true
			a = x
		}
		if k+1 < before+bucket.Count {
			b = x
			break
		}
		before += bucket.Count
	}
	if k == 0 {
		a = h.min
	}
	if k+1 >= h.n-1 {
		b = h.max
	}
	if k >= h.n-1 {
		a = h.max
	}
	return a, b
}

// AppendBinary appends h as docs/sketches.md describes it. Equal contents give equal
// bytes. The error is always nil.
func (h *Histogram) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindHistogram, version)
	dst = binary.AppendUvarint(dst, h.n)
	if h.n == 0 {
		return dst, nil
	}
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(h.min+0))
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(h.max+0))
	dst = binary.AppendUvarint(dst, h.zero)
	dst = binary.AppendUvarint(dst, uint64(len(h.pages)))
	for i := range h.pages {
		p := &h.pages[i]
		dst = binary.LittleEndian.AppendUint16(dst, uint16(p.key))
		used := 0
		for k := range 128 {
			if p.at(k) > 0 {
				used++
			}
		}
		dst = append(dst, byte(used-1))
		for k := range 128 {
			if c := p.at(k); c > 0 {
				dst = binary.AppendUvarint(append(dst, byte(k)), c)
			}
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; h is then
// unchanged.
func (h *Histogram) UnmarshalBinary(src []byte) error {
	d := decoder{name: "histogram", src: src}
	d.header(kindHistogram)
	out := Histogram{n: d.uvarint()}
	if d.err == nil && out.n > 0 {
		out.min, out.max = math.Float64frombits(d.u64()), math.Float64frombits(d.u64())
		if !(out.min <= out.max) || out.max-out.max != 0 || out.min-out.min != 0 {
			d.fail("numbers from %v to %v", out.min, out.max)
		}
		out.zero = d.uvarint()
		sum := out.zero
		last := int16(math.MinInt16)
		for range d.count(5) {
			b := d.bytes(2)
			if d.err != nil {
				break
			}
			key := int16(binary.LittleEndian.Uint16(b))
			if key <= last || key == 0 || key < -2046 || key > 2046 {
				d.fail("page %d after %d", key, last)
				break
			}
			last = key
			p := page{key: key, small: new([128]uint32)}
			before := -1
			for range int(d.byte()) + 1 {
				k, c := int(d.byte()), d.uvarint()
				if d.err != nil {
					break
				}
				if k <= before || k > 127 || c == 0 || sum+c < sum {
					d.fail("bucket %d with %d after bucket %d", k, c, before)
					break
				}
				before = k
				sum += c
				p.add(k, c)
			}
			out.pages = append(out.pages, p)
		}
		if d.err == nil && sum != out.n {
			d.fail("buckets count %d, the head %d", sum, out.n)
		}
	}
	if err := d.end(); err != nil {
		return err
	}
	*h = out
	return nil
}
