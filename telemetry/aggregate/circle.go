package aggregate

import (
	"encoding/binary"
	"math"
)

// Circle is the mean direction of numbers on a circle, as the mean of their unit
// vectors (Mardia & Jupp, Directional Statistics, 2000, ch. 2): of 350° and 10° it is 0°.
// Vectors are summed in whole 2^-60, so that merging is exact and free of order, and
// sine and cosine are computed with operations that are the same on every machine. The
// zero Circle is empty.
type Circle struct {
	turn     float64
	n        int64
	cos, sin int128 // 2^-60
}

// NewCircle is an empty state of numbers that begin again at turn: 360, or 24 for hours
// of the day. It panics unless turn is above 0 and finite.
func NewCircle(turn float64) Circle {
	if !(turn > 0) || math.IsInf(turn, 1) {
		panic("aggregate: a turn is above 0")
	}
	return Circle{turn: turn}
}

// AddAll adds each of x.
func (c *Circle) AddAll(x []float64) {
	for _, v := range x {
		c.Add(v)
	}
}

const vectorBits = 60

// Add adds x; nothing, if it is NaN or infinite.
func (c *Circle) Add(x float64) {
	if x-x != 0 {
		return
	}
	cos, sin := vector(x, c.turn)
	c.cos, _ = c.cos.add(wide(int64(math.RoundToEven(cos * (1 << vectorBits)))))
	c.sin, _ = c.sin.add(wide(int64(math.RoundToEven(sin * (1 << vectorBits)))))
	c.n++
}

// vector is the unit vector of x. Quarters of the turn are exact.
func vector(x, turn float64) (cos, sin float64) {
	f := 4 * (math.Mod(x, turn) / turn) // -4 to 4 quarters
	k := math.RoundToEven(f)
	t := (f - k) * (math.Pi / 2) // within an eighth of a turn
	z := t * t
	// Taylor's series: what is left out is below 1e-17.
	s := 1.0 / 355687428096000
	for _, c := range [...]float64{-1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6} {
		s = float64(s*z) + c
	}
	s = float64(float64(s*z)*t) + t
	c := 1.0 / 20922789888000
	for _, x := range [...]float64{-1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -1.0 / 2} {
		c = float64(c*z) + x
	}
	c = float64(c*z) + 1
	switch int(k) & 3 {
	case 0:
		return c, s
	case 1:
		return -s, c
	case 2:
		return -c, -s
	}
	return s, -c
}

// Merge adds what o holds. The error is of kind ErrMismatch if the turns differ.
func (c *Circle) Merge(o *Circle) error {
	switch {
	case o.n == 0 && (c.n > 0 || c.turn != 0):
		return nil
	case c.n == 0:
		*c = *o
		return nil
	case c.turn != o.turn:
		return &Error{Kind: ErrMismatch, Msg: "directions of circles of different turns"}
	}
	c.cos, _ = c.cos.add(o.cos) // of 2^60 each: no int64 counts as many
	c.sin, _ = c.sin.add(o.sin)
	c.n += o.n
	return nil
}

// Count is how many numbers were added.
func (c *Circle) Count() int64 { return c.n }

// Steadiness is the length of the mean vector: 1 if all numbers are the same, near 0 if
// they come from everywhere. 0 without any.
func (c *Circle) Steadiness() float64 {
	if c.n == 0 {
		return 0
	}
	x, y := c.mean()
	return min(math.Sqrt(float64(x*x)+float64(y*y)), 1)
}

// mean is the mean vector.
func (c *Circle) mean() (x, y float64) {
	n := math.Ldexp(float64(c.n), vectorBits)
	return c.cos.float() / n, c.sin.float() / n
}

// leastSteady is the length below which the mean vector is rounding and has no
// direction.
const leastSteady = 1e-12

// Direction is that of the mean vector, 0 ≤ x < turn; false if there is none: without
// numbers, or where they cancel, as north and south do.
func (c *Circle) Direction() (float64, bool) {
	if c.Steadiness() < leastSteady {
		return 0, false
	}
	x, y := c.mean()
	t := c.turn * angle(x, y)
	if t >= c.turn {
		t = 0
	}
	return t, true
}

// angle is that of a vector as a share of a turn, 0 to 1.
func angle(x, y float64) float64 {
	a, b := math.Abs(x), math.Abs(y)
	swap := b > a
	if swap {
		a, b = b, a
	}
	// The tangent is at most 1; half the angle's at most 0.42, a quarter's 0.2.
	r := b / a
	for range 2 {
		r = r / (1 + math.Sqrt(1+float64(r*r)))
	}
	z := r * r
	s := -1.0 / 23
	for i := 21; i > 0; i -= 2 {
		s = float64(s*z) + float64(1-(i&2))/float64(i)
	}
	t := float64(4*s*r) / (2 * math.Pi)
	if swap {
		t = 0.25 - t
	}
	if x < 0 {
		t = 0.5 - t
	}
	if y < 0 {
		t = 1 - t
	}
	return t
}

// float is a rounded.
func (a int128) float() float64 {
	neg := a.hi < 0
	if neg {
		a = a.neg()
	}
	// Of 128 bits float64 keeps 53: two roundings are one part in 2^53 at most, and
	// the same everywhere.
	v := math.Ldexp(float64(uint64(a.hi)), 64) + float64(a.lo)
	if neg {
		return -v
	}
	return v
}

// AppendBinary appends the state: kind 'O', version, turn 8, count varint, and unless
// it is 0 the sums of cosines and sines in 2^-60, 16 each. The error is always nil.
func (c *Circle) AppendBinary(dst []byte) ([]byte, error) {
	dst = putFloat(append(dst, kindCircle, version), c.turn)
	dst = binary.AppendUvarint(dst, uint64(c.n))
	if c.n > 0 {
		for _, x := range [...]int64{int64(c.cos.lo), c.cos.hi, int64(c.sin.lo), c.sin.hi} {
			dst = put64(dst, x)
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; c is then
// unchanged.
func (c *Circle) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "circle"}
	d.header(kindCircle)
	out := Circle{turn: d.float()}
	if n := d.uvarint(); n > 0 {
		out.n = int64(n)
		out.cos = int128{lo: d.u64(), hi: d.i64()}
		out.sin = int128{lo: d.u64(), hi: d.i64()}
	}
	most := float64(out.n) * (1 << vectorBits) * (1 + 1e-9)
	if out.n < 0 || !(out.turn >= 0) || out.turn == 0 && out.n > 0 || math.Signbit(out.turn) || math.Abs(out.cos.float()) > most || math.Abs(out.sin.float()) > most {
		d.fail("fields out of range")
	}
	if err := d.end(); err != nil {
		return err
	}
	*c = out
	return nil
}
