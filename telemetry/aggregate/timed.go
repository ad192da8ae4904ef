package aggregate

import (
	"encoding/binary"
	"math"
	"math/big"
)

// Hold is how a reading stands until the next one.
type Hold uint8

// The ways.
const (
	NotHeld Hold = iota
	Step         // it stands, until the next or until it is Measure.MaxAge old
	Linear       // it goes straight to the next, if that comes within Measure.MaxAge
)

// Timed is the integral over time of the readings of one series, between its first and
// its last: in whole decimals and nanoseconds, exact. It merges with that of the time
// after it. The zero Timed is empty. See [Span] for what becomes of a window's edges.
type Timed struct {
	scale          uint8
	hold           Hold
	maxAge         int64
	n              int64
	firstT, firstV int64
	lastT, lastV   int64
	integral       int128 // Σ v·dt; of Linear twice that
	covered        int64  // ns with a value
}

// add adds a reading after all that is there; false on overflow.
func (t *Timed) add(at, v int64) bool {
	ok := true
	if t.n == 0 {
		t.firstT, t.firstV = at, v
	} else {
		ok = t.gap(at, v)
	}
	t.n++
	t.lastT, t.lastV = at, v
	return ok
}

// addRun is add for each of some readings; false on overflow.
func (t *Timed) addRun(at, v []int64) bool {
	last := len(at) - 1
	ok := t.add(at[0], v[0])
	if last == 0 {
		return ok
	}
	integral, of := stepRun, t.hold
	if of == Linear {
		integral = linearRun
	}
	p, covered := integral(at[1:], v[1:], at[0], v[0], t.maxAge)
	var over bool
	t.integral, over = t.integral.add(p)
	t.covered += covered
	t.n += int64(last)
	t.lastT, t.lastV = at[last], v[last]
	return ok && !over
}

func (t *Timed) gap(at, v int64) (ok bool) {
	d := t.maxAge
	before := uint64(at-t.lastT) <= uint64(d) // of 64 bits, whatever the times
	if before {
		d = at - t.lastT
	}
	var p int128
	switch {
	case t.hold == Step:
		p = mul64(t.lastV, d)
	case before:
		p = mul64(t.lastV+v, d)
	default:
		return true
	}
	var over bool
	t.integral, over = t.integral.add(p)
	t.covered += d
	return !over
}

// Merge adds o, of the same series, which must not begin before t ends; o does not
// change. The error is of kind ErrMismatch or ErrOverflow.
func (t *Timed) Merge(o *Timed) error {
	if o.n == 0 || t.n == 0 {
		if o.n > 0 || *t == (Timed{}) {
			*t = *o
		}
		return nil
	}
	if t.scale != o.scale || t.hold != o.hold || t.maxAge != o.maxAge || o.firstT <= t.lastT {
		return &Error{Kind: ErrMismatch, Msg: "time-weighted states of other rules, or that overlap; merge along the series, in order"}
	}
	ok := t.gap(o.firstT, o.firstV)
	var over bool
	t.integral, over = t.integral.add(o.integral)
	t.covered += o.covered
	t.n += o.n
	t.lastT, t.lastV = o.lastT, o.lastV
	if !ok || over {
		return &Error{Kind: ErrOverflow, Msg: "an integral past 128 bits; give the measure fewer decimals"}
	}
	return nil
}

// Count is the number of readings.
func (t *Timed) Count() int64 { return t.n }

// AppendBinary appends the state: kind 'T', version, scale, hold, max age 8, count
// varint and, unless it is 0, first time and decimal, last time and decimal (8 each),
// integral 16, covered nanoseconds 8. The error is always nil.
func (t *Timed) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindTimed, version, t.scale, byte(t.hold))
	dst = binary.AppendUvarint(put64(dst, t.maxAge), uint64(t.n))
	if t.n > 0 {
		for _, x := range [...]int64{t.firstT, t.firstV, t.lastT, t.lastV, int64(t.integral.lo), t.integral.hi, t.covered} {
			dst = put64(dst, x)
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; t is then
// unchanged.
func (t *Timed) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "timed"}
	d.header(kindTimed)
	out := Timed{scale: d.byte(), hold: Hold(d.byte()), maxAge: d.i64()}
	if n := d.uvarint(); n > 0 {
		out.n, out.firstT, out.firstV, out.lastT, out.lastV = int64(n), d.i64(), d.i64(), d.i64(), d.i64()
		out.integral = int128{lo: d.u64(), hi: d.i64()}
		out.covered = d.i64()
	}
	if out.scale > MaxScale || out.hold > Linear || out.maxAge < 0 || out.n < 0 || out.firstT > out.lastT || out.n == 1 && out.firstT != out.lastT ||
		out.covered < 0 || uint64(out.covered) > uint64(out.lastT-out.firstT) || max(out.firstV, -out.firstV) > maxDecimal || max(out.lastV, -out.lastV) > maxDecimal {
		d.fail("fields out of range")
	}
	if err := d.end(); err != nil {
		return err
	}
	*t = out
	return nil
}

// Span is the time-weighted figure of a group and a window: integral and covered time
// of its series, with the readings carried in from before the window and out to its
// end, and the time there could be. It merges in any order.
type Span struct {
	scale    uint8
	hold     Hold
	integral int128
	covered  int128 // ns, of all series together: 300 series of a year are beyond int64
	whole    int128 // ns: series of the group × the window's length
	over     bool
}

func (s *Span) put(integral int128, covered int64) {
	var over bool
	s.integral, over = s.integral.add(integral)
	s.over = s.over || over
	s.covered, _ = s.covered.add(wide(covered))
}

// Merge adds what o holds. The error is of kind ErrMismatch.
func (s *Span) Merge(o *Span) error {
	if *s == (Span{}) {
		s.scale, s.hold = o.scale, o.hold
	}
	if s.scale != o.scale || s.hold != o.hold {
		return &Error{Kind: ErrMismatch, Msg: "time-weighted figures of other rules"}
	}
	s.put(o.integral, 0)
	s.covered, _ = s.covered.add(o.covered)
	s.whole, _ = s.whole.add(o.whole)
	s.over = s.over || o.over
	return nil
}

// Covered is the time with a value, and the time there could be, in nanoseconds over
// all series of the group, each rounded once; whole is 0 of all time, which has no length.
func (s *Span) Covered() (covered, whole float64) {
	return quo(s.covered, 1, 0), quo(s.whole, 1, 0)
}

// Mean is the integral over the covered time, rounded once: series weigh by the time
// they cover. False if nothing is covered, or the integral left 128 bits.
func (s *Span) Mean() (float64, bool) {
	if s.covered == (int128{}) || s.over {
		return 0, false
	}
	times := uint64(pow10[s.scale])
	if s.hold == Linear {
		times *= 2 // as the integral is
	}
	return s.integral.over(s.covered, times), true
}

// quo2 is half of quo.
func quo2(num int128, den int64, scale uint8) float64 {
	if den <= math.MaxInt64/2 {
		return quo(num, 2*den, scale)
	}
	d := new(big.Int).Mul(big.NewInt(den), big.NewInt(2*pow10[scale]))
	return ratio(num.big(), d)
}

// Hours is the integral in hours of value 1: of a threshold or a text, the time in
// that state, over all series. False if it left 128 bits.
func (s *Span) Hours() (float64, bool) {
	if s.over {
		return 0, false
	}
	if s.hold == Linear {
		return quo2(s.integral, hourNanos, s.scale), true
	}
	return quo(s.integral, hourNanos, s.scale), true
}

// AppendBinary appends the state: kind 'W', version, scale, hold, 1 if the integral
// left 128 bits, integral, covered and whole 16 each. The error is always nil.
func (s *Span) AppendBinary(dst []byte) ([]byte, error) {
	over := byte(0)
	if s.over {
		over = 1
	}
	dst = append(dst, kindSpan, version, s.scale, byte(s.hold), over)
	for _, x := range [...]int64{int64(s.integral.lo), s.integral.hi, int64(s.covered.lo), s.covered.hi, int64(s.whole.lo), s.whole.hi} {
		dst = put64(dst, x)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; s is then
// unchanged.
func (s *Span) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "span"}
	d.header(kindSpan)
	out := Span{scale: d.byte(), hold: Hold(d.byte())}
	over := d.byte()
	out.over = over == 1
	out.integral = int128{lo: d.u64(), hi: d.i64()}
	out.covered, out.whole = int128{lo: d.u64(), hi: d.i64()}, int128{lo: d.u64(), hi: d.i64()}
	if out.scale > MaxScale || out.hold > Linear || over > 1 || out.covered.hi < 0 || uint64(out.whole.hi) >= 1<<31 {
		d.fail("fields out of range")
	}
	if err := d.end(); err != nil {
		return err
	}
	*s = out
	return nil
}

// lineTo is twice the integral of the line from (t1, v1) to (t2, v2) between t1 and at,
// rounded down, so that parts add up to the whole.
func lineTo(t1, v1, t2, v2, at int64) int128 {
	x := big.NewInt(at - t1)
	a := new(big.Int).Mul(x, big.NewInt(2*v1))
	b := new(big.Int).Mul(x, x)
	b.Mul(b, big.NewInt(v2-v1))
	b.Div(b, big.NewInt(t2-t1)) // Euclidean: down, for t2 > t1
	r, _ := fromBig(a.Add(a, b))
	return r
}
