package aggregate

import (
	"encoding/binary"
	"math/big"
)

// Counter is the increase of a meter of one series between its first and its last
// reading, in whole decimals, exact. It merges with that of the time after it. The zero
// Counter is empty.
//
// A fall from a to b is noise if it is at most Meter.Noise, and counts as the small
// decrease it is, so that shaking adds nothing; a wrap, if there is a modulus M and
// b+M-a is less than half of it; and a reset otherwise: the increase is then b.
type Counter struct {
	scale          uint8
	modulus, noise int64 // decimals; modulus 0: the meter does not wrap
	n              int64
	firstT, firstV int64
	lastT, lastV   int64
	increase       int128
	resets, wraps  int64
}

// step is the increase from a to b.
func (c *Counter) step(a, b int64) (by, reset, wrap int64) {
	switch {
	case b >= a || a-b <= c.noise:
		return b - a, 0, 0
	case c.modulus > 0 && b+c.modulus-a < c.modulus/2:
		return b + c.modulus - a, 0, 1
	}
	return max(b, 0), 1, 0
}

// to goes on to a reading.
func (c *Counter) to(at, v int64) {
	by, r, w := c.step(c.lastV, v)
	c.increase, _ = c.increase.add(wide(by)) // of 2^51 each: no int64 counts as many
	c.resets, c.wraps = c.resets+r, c.wraps+w
	c.lastT, c.lastV = at, v
}

func (c *Counter) add(at, v int64) {
	if c.n == 0 {
		c.firstT, c.firstV, c.lastT, c.lastV = at, v, at, v
	} else {
		c.to(at, v)
	}
	c.n++
}

// addRun is add for each of some readings.
func (c *Counter) addRun(at, v []int64) {
	c.add(at[0], v[0])
	for k := 1; k < len(v); {
		if n := risesOf(v[k:], c.lastV); n > 0 {
			// Together they rose by the difference.
			c.increase, _ = c.increase.add(wide(v[k+n-1] - c.lastV))
			k += n
			c.lastV = v[k-1]
			c.n += int64(n)
			continue
		}
		c.add(at[k], v[k])
		k++
	}
	c.lastT = at[len(at)-1]
}

// Merge adds o, of the same series, which must not begin before c ends; o does not
// change. The error is of kind ErrMismatch.
func (c *Counter) Merge(o *Counter) error {
	if o.n == 0 || c.n == 0 {
		if o.n > 0 || *c == (Counter{}) {
			*c = *o
		}
		return nil
	}
	if c.scale != o.scale || c.modulus != o.modulus || c.noise != o.noise || o.firstT <= c.lastT {
		return &Error{Kind: ErrMismatch, Msg: "counters of other rules, or that overlap; merge along the series, in order"}
	}
	c.to(o.firstT, o.firstV)
	c.increase, _ = c.increase.add(o.increase)
	c.resets, c.wraps, c.n = c.resets+o.resets, c.wraps+o.wraps, c.n+o.n
	c.lastT, c.lastV = o.lastT, o.lastV
	return nil
}

// Count is the number of readings.
func (c *Counter) Count() int64 { return c.n }

// AppendBinary appends the state: kind 'C', version, scale, modulus 8, noise 8, count
// varint and, unless it is 0, first time and decimal, last time and decimal (8 each),
// increase 16, resets varint, wraps varint. The error is always nil.
func (c *Counter) AppendBinary(dst []byte) ([]byte, error) {
	dst = put64(put64(append(dst, kindCounter, version, c.scale), c.modulus), c.noise)
	dst = binary.AppendUvarint(dst, uint64(c.n))
	if c.n > 0 {
		for _, x := range [...]int64{c.firstT, c.firstV, c.lastT, c.lastV, int64(c.increase.lo), c.increase.hi} {
			dst = put64(dst, x)
		}
		dst = binary.AppendUvarint(binary.AppendUvarint(dst, uint64(c.resets)), uint64(c.wraps))
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; c is then
// unchanged.
func (c *Counter) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "counter"}
	d.header(kindCounter)
	out := Counter{scale: d.byte(), modulus: d.i64(), noise: d.i64()}
	if n := d.uvarint(); n > 0 {
		out.n, out.firstT, out.firstV, out.lastT, out.lastV = int64(n), d.i64(), d.i64(), d.i64(), d.i64()
		out.increase = int128{lo: d.u64(), hi: d.i64()}
		out.resets, out.wraps = int64(d.uvarint()), int64(d.uvarint())
	}
	if out.scale > MaxScale || out.n < 0 || out.firstT > out.lastT || out.n == 1 && out.firstT != out.lastT || out.resets < 0 || out.wraps < 0 ||
		!small(out.modulus) || out.modulus < 0 || !small(out.noise) || out.noise < 0 || !small(out.firstV) || !small(out.lastV) {
		d.fail("fields out of range")
	}
	if err := d.end(); err != nil {
		return err
	}
	*c = out
	return nil
}

func small(v int64) bool { return v >= -2*maxDecimal && v <= 2*maxDecimal }

// Increase is what the meters of a group rose by in a window. What a meter rose by
// between its last reading before a window and its first within counts in that window,
// so that windows add up to the whole. It merges in any order.
type Increase struct {
	scale         uint8
	total         int128
	resets, wraps int64
	unknown       int64  // series whose value before the window is not known
	elapsed       int128 // ns between the readings, of all series together
}

// Merge adds what o holds. The error is of kind ErrMismatch.
func (i *Increase) Merge(o *Increase) error {
	if *i == (Increase{}) {
		i.scale = o.scale
	}
	if i.scale != o.scale {
		return &Error{Kind: ErrMismatch, Msg: "increases of different scales"}
	}
	i.total, _ = i.total.add(o.total)
	i.resets, i.wraps, i.unknown = i.resets+o.resets, i.wraps+o.wraps, i.unknown+o.unknown
	i.elapsed, _ = i.elapsed.add(o.elapsed)
	return nil
}

// Total is the increase, rounded once.
func (i *Increase) Total() float64 { return quo(i.total, 1, i.scale) }

// Rate is the increase per second of the time between readings, over all series; false
// without two readings.
func (i *Increase) Rate() (float64, bool) {
	if i.elapsed == (int128{}) {
		return 0, false
	}
	n := i.total.big()
	n.Mul(n, big.NewInt(1_000_000_000))
	d := i.elapsed.big()
	return ratio(n, d.Mul(d, big.NewInt(pow10[i.scale]))), true
}

// Resets is how often meters began again, Wraps how often they went over their top,
// and Unknown how many series have no reading before the window: of those the increase
// up to the first reading is not in the total.
func (i *Increase) Resets() (resets, wraps, unknown int64) { return i.resets, i.wraps, i.unknown }

// AppendBinary appends the state: kind 'I', version, scale, total 16, resets, wraps and
// unknown 8 each, elapsed nanoseconds 16. The error is always nil.
func (i *Increase) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindIncrease, version, i.scale)
	for _, x := range [...]int64{int64(i.total.lo), i.total.hi, i.resets, i.wraps, i.unknown, int64(i.elapsed.lo), i.elapsed.hi} {
		dst = put64(dst, x)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; i is then
// unchanged.
func (i *Increase) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "increase"}
	d.header(kindIncrease)
	out := Increase{scale: d.byte()}
	out.total = int128{lo: d.u64(), hi: d.i64()}
	out.resets, out.wraps, out.unknown = d.i64(), d.i64(), d.i64()
	out.elapsed = int128{lo: d.u64(), hi: d.i64()}
	if out.scale > MaxScale || min(out.resets, out.wraps, out.unknown, out.elapsed.hi) < 0 {
		d.fail("fields out of range")
	}
	if err := d.end(); err != nil {
		return err
	}
	*i = out
	return nil
}
