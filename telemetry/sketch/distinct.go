package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

const (
	// MaxExact is how many ids of any size Distinct holds exactly.
	MaxExact = 1 << 16
	// MaxCode bounds the codes of which Distinct holds any number exactly.
	MaxCode = 1 << 20

	precision = 14
	registers = 1 << precision
)

// Distinct counts different 64-bit ids. It is exact while there are at most MaxExact of
// them, and for any number of codes below MaxCode (of a dictionary, say); otherwise it
// is a HyperLogLog of 2^14 registers with a standard error of 0.81 %. Which one depends
// on the set of ids only, so that merging is order-free. The zero Distinct is empty.
type Distinct struct {
	n     int      // ids in set, or bits in codes
	list  []uint64 // the set, rising, until an id is added: slots is nil then
	slots []uint64 // open addressing of ids, power of two, at most half full; 0 is free
	zero  bool     // id 0 is in the set
	codes []uint64 // bitmap, once more than MaxExact codes
	large bool     // an id of MaxCode or more is in the set
	regs  []uint8  // HyperLogLog; slots and codes are nil then
	last  uint64   // added last; known if seen
	seen  bool
	total *int64 // see Account
}

// ID is an id for a text: FNV-1a of 64 bits, mixed. Two texts of a set of n share one
// with a probability of n²/2^65.
func ID(text []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range text {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return mix(h)
}

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// DistinctOf is the set of ids, in any order and repeated or not. It keeps and sorts ids.
func DistinctOf(ids []uint64) Distinct {
	if !slices.IsSorted(ids) {
		slices.Sort(ids)
	}
	ids = slices.Compact(ids)
	var d Distinct
	if len(ids) > MaxExact {
		for _, id := range ids {
			d.Add(id)
		}
		return d
	}
	d.setList(ids)
	return d
}

// setList makes d, which holds nothing, the set of ids, which rise: at most MaxExact.
func (d *Distinct) setList(ids []uint64) {
	if len(ids) == 0 {
		return
	}
	d.list, d.n, d.large = ids, len(ids), ids[len(ids)-1] >= MaxCode
	d.changed(0)
}

// Add counts id if it is new.
func (d *Distinct) Add(id uint64) {
	if d.seen && id == d.last {
		return
	}
	d.last, d.seen = id, true
	switch {
	case d.regs != nil:
		d.register(id)
	case d.codes != nil:
		if id >= MaxCode {
			d.toRegisters()
			d.register(id)
			return
		}
		w, b := id/64, uint64(1)<<(id%64)
		if d.codes[w]&b == 0 {
			d.codes[w] |= b
			d.n++
		}
	default:
		d.insert(id)
	}
}

func (d *Distinct) insert(id uint64) {
	if d.list != nil {
		d.hash()
	}
	if id == 0 {
		if d.zero {
			return
		}
		d.zero = true
		d.n++
	} else {
		if 2*(d.n+1) > len(d.slots) {
			d.grow()
		}
		mask := uint64(len(d.slots) - 1)
		i := id * 0x9e3779b97f4a7c15 >> (64 - bits.TrailingZeros64(uint64(len(d.slots))))
		for d.slots[i] != 0 {
			if d.slots[i] == id {
				return
			}
			i = (i + 1) & mask
		}
		d.slots[i] = id
		d.n++
	}
	d.large = d.large || id >= MaxCode
	if d.n > MaxExact {
		if d.large {
			d.toRegisters()
		} else {
			codes := make([]uint64, MaxCode/64)
			for id := range d.ids {
				codes[id/64] |= 1 << (id % 64)
			}
			before := d.held()
			d.codes, d.slots, d.zero = codes, nil, false
			d.changed(before)
		}
	}
}

// hash puts the list into slots.
func (d *Distinct) hash() {
	o := Distinct{last: d.last, seen: d.seen, slots: make([]uint64, max(8, 2<<bits.Len(uint(d.n))))}
	for _, id := range d.list {
		o.insert(id)
	}
	before := d.held()
	o.total = d.total
	*d = o
	d.changed(before)
}

func (d *Distinct) grow() {
	old := d.slots
	d.slots = make([]uint64, max(8, 2*len(old)))
	d.changed(8 * int64(len(old)))
	mask := uint64(len(d.slots) - 1)
	for _, id := range old {
		if id == 0 {
			continue
		}
		i := id * 0x9e3779b97f4a7c15 >> (64 - bits.TrailingZeros64(uint64(len(d.slots))))
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = id
	}
}

// ids yields the ids that are held exactly, in no order.
func (d *Distinct) ids(yield func(uint64) bool) {
	for _, id := range d.list {
		if !yield(id) {
			return
		}
	}
	if d.zero && !yield(0) {
		return
	}
	for _, id := range d.slots {
		if id != 0 && !yield(id) {
			return
		}
	}
	for w, b := range d.codes {
		for ; b != 0; b &= b - 1 {
			if !yield(uint64(w*64 + bits.TrailingZeros64(b))) {
				return
			}
		}
	}
}

func (d *Distinct) toRegisters() {
	o := Distinct{regs: make([]uint8, registers), total: d.total}
	for id := range d.ids {
		o.register(id)
	}
	before := d.held()
	*d = o
	d.changed(before)
}

// register is HyperLogLog's update with the hash mix(id + 2^64/φ).
func (d *Distinct) register(id uint64) {
	h := mix(id + 0x9e3779b97f4a7c15)
	r := uint8(bits.LeadingZeros64(h<<precision|1<<(precision-1)) + 1)
	if i := h >> (64 - precision); d.regs[i] < r {
		d.regs[i] = r
	}
}

// Merge adds the ids of o, which does not change.
func (d *Distinct) Merge(o *Distinct) {
	sets := o.regs == nil && o.codes == nil && d.regs == nil && d.codes == nil && d.n+o.n <= MaxExact
	switch {
	case sets && d.n == 0 && o.slots != nil:
		d.slots, d.zero, d.large, d.n = slices.Clone(o.slots), o.zero, o.large, o.n
		d.changed(0)
		return
	case sets && (d.list != nil || 8*d.n <= o.n) && (o.list != nil || 8*o.n <= d.n):
		d.mergeList(o)
		return
	}
	if o.regs == nil {
		for id := range o.ids {
			d.Add(id)
		}
		return
	}
	if d.regs == nil {
		d.toRegisters()
	}
	for i, r := range o.regs {
		d.regs[i] = max(d.regs[i], r)
	}
}

// mergeList merges two sets as lists.
func (d *Distinct) mergeList(o *Distinct) {
	a, b := d.rising(), o.rising()
	out := make([]uint64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		x, y := a[0], b[0]
		out = append(out, min(x, y))
		if x <= y {
			a = a[1:]
		}
		if y <= x {
			b = b[1:]
		}
	}
	out = append(append(out, a...), b...)
	before := d.held()
	*d = Distinct{total: d.total}
	d.changed(before)
	d.setList(out)
}

// rising are the ids of a set; not to be changed.
func (d *Distinct) rising() []uint64 {
	if d.list != nil {
		return d.list
	}
	ids := slices.AppendSeq(make([]uint64, 0, d.n), d.ids)
	slices.Sort(ids)
	return ids
}

// Exact reports whether Count is exact.
func (d *Distinct) Exact() bool { return d.regs == nil }

// Count is the number of different ids: exact, or the estimate of Ertl (2017,
// "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6),
// rounded.
func (d *Distinct) Count() uint64 {
	if d.regs == nil {
		return uint64(d.n)
	}
	const q = 64 - precision
	var c [q + 2]float64
	for _, r := range d.regs {
		c[min(r, q+1)]++
	}
	const m = float64(registers)
	z := m * tau(1-c[q+1]/m)
	for k := q; k >= 1; k-- {
		z = 0.5 * (z + c[k])
	}
	z += m * sigma(c[0]/m)
	return uint64(math.Round(m * m / (2 * math.Ln2 * z)))
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		before := z
		z += float64(x * y)
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= float64(float64((1-x)*(1-x)) * y)
		if z == before {
			return z / 3
		}
	}
}

// The forms of a Distinct's bytes.
const (
	formSet       = 0
	formCodes     = 1
	formRegisters = 2
)

// AppendBinary appends d as docs/sketches.md describes it. Equal sets give equal
// bytes. The error is always nil.
func (d *Distinct) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindDistinct, version)
	switch {
	case d.regs != nil:
		return append(append(dst, formRegisters), d.regs...), nil
	case d.codes != nil:
		n := len(d.codes)
		for d.codes[n-1] == 0 {
			n--
		}
		dst = binary.AppendUvarint(append(dst, formCodes), uint64(n))
		for _, w := range d.codes[:n] {
			dst = binary.LittleEndian.AppendUint64(dst, w)
		}
		return dst, nil
	}
	ids := d.rising()
	dst = binary.AppendUvarint(append(dst, formSet), uint64(len(ids)))
	before := uint64(0)
	for _, id := range ids {
		dst = binary.AppendUvarint(dst, id-before)
		before = id
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; d is then
// unchanged.
func (d *Distinct) UnmarshalBinary(src []byte) error {
	r := decoder{name: "distinct", src: src}
	r.header(kindDistinct)
	var out Distinct
	switch form := r.byte(); form {
	case formSet:
		n := r.count(1)
		if n > MaxExact {
			r.fail("a set of %d ids; at most %d", n, MaxExact)
			break
		}
		id := uint64(0)
		list := make([]uint64, 0, n)
		for i := range n {
			step := r.uvarint()
			if r.err != nil {
				break
			}
			if i > 0 && step == 0 || id+step < id {
				r.fail("ids that do not rise")
				break
			}
			id += step
			list = append(list, id)
		}
		if n > 0 {
			out.setList(list)
		}
	case formCodes:
		n := r.count(8)
		if n > MaxCode/64 || n == 0 {
			r.fail("%d words of codes", n)
			break
		}
		out.codes = make([]uint64, MaxCode/64)
		for i := range n {
			out.codes[i] = r.u64()
			out.n += bits.OnesCount64(out.codes[i])
		}
		if r.err == nil && (out.n <= MaxExact || out.codes[n-1] == 0) {
			r.fail("a bitmap of %d codes", out.n)
		}
	case formRegisters:
		out.regs = slices.Clone(r.bytes(registers))
		for i, x := range out.regs {
			if x > 64-precision+1 {
				r.fail("register %d is %d", i, x)
			}
		}
	default:
		r.fail("form %d is not known", form)
	}
	if err := r.end(); err != nil {
		return err
	}
	*d = out
	return nil
}
