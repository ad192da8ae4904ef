package aggregate

import (
	"encoding"
	"encoding/binary"
	"fmt"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// Key names a state.
type Key struct {
	Measure string
	Group   string
	Entity  string        // and Type, where states are of one series; "" otherwise
	Type    string        // of Entity
	Window  period.Period // zero: all time
}

// Reject is why a row that was in its place and time did not count.
type Reject uint8

// The reasons.
const (
	RejectNone      Reject = iota // the sensor said that it has no value, or the attribute ended
	RejectType                    // not a number
	RejectQuality                 // Measure.Accept
	RejectUnit                    // not known, or of another dimension
	RejectRange                   // outside Least and Greatest, or a sentinel
	RejectLate                    // after its window was finished
	RejectDuplicate               // the same reading again
	RejectConflict                // another value of the same time
	rejects
)

// String is the reason's name.
func (r Reject) String() string {
	if r < rejects {
		return rejectNames[r]
	}
	return "unknown"
}

var rejectNames = [rejects]string{"none", "type", "quality", "unit", "range", "late", "duplicate", "conflict"}

// Rejects counts rows by reason.
type Rejects [rejects]int64

// State is all that is known of a measure in a group and a window. It merges with
// others of the same measure: in any order and grouping with the same bytes, but for
// Real, which merges in the order of the input. Not safe for concurrent use.
type State struct {
	Moments Moments  // of Decimal
	Real    *Real    // of Float; nil otherwise
	Rejects *Rejects // nil: none

	Values    *Values           // of KeepValues; nil otherwise, as those that follow
	Histogram *sketch.Histogram // of KeepHistogram
	Entities  *sketch.Distinct  // of KeepEntities
	Distinct  *sketch.Distinct  // of KeepDistinct
	// Top is exact while there are no more than TopKeys keys. With more it depends
	// on the order of merging, and no cell is made of it.
	Top    *sketch.Top
	Ends   *Ends   // of KeepEnds
	Circle *Circle // of KeepCircle

	Span     *Span     // of Hold, of groups
	Increase *Increase // of Meter, of groups
	Timed    *Timed    // of Hold, of a series
	Counter  *Counter  // of Meter, of a series
}

// Merge adds what o holds, which comes after s; o does not change and shares nothing
// with s. The error is of kind ErrMismatch or ErrOverflow.
func (s *State) Merge(o *State) error {
	if err := s.Moments.Merge(&o.Moments); err != nil {
		return err
	}
	if o.Real != nil {
		_ = fresh(&s.Real).Merge(o.Real)
	}
	if o.Rejects != nil {
		r := fresh(&s.Rejects)
		for i, n := range o.Rejects {
			r[i] += n
		}
	}
	if o.Values != nil {
		fresh(&s.Values).Merge(o.Values)
	}
	if o.Histogram != nil {
		fresh(&s.Histogram).Merge(o.Histogram)
	}
	if o.Entities != nil {
		fresh(&s.Entities).Merge(o.Entities)
	}
	if o.Distinct != nil {
		fresh(&s.Distinct).Merge(o.Distinct)
	}
	if o.Top != nil {
		if s.Top == nil {
			s.Top = sketch.NewTop(TopKeys)
		}
		s.Top.Merge(o.Top)
	}
	if o.Ends != nil {
		fresh(&s.Ends).Merge(o.Ends)
	}
	if o.Circle != nil {
		if err := fresh(&s.Circle).Merge(o.Circle); err != nil {
			return err
		}
	}
	if o.Span != nil {
		if err := fresh(&s.Span).Merge(o.Span); err != nil {
			return err
		}
	}
	if o.Increase != nil {
		if err := fresh(&s.Increase).Merge(o.Increase); err != nil {
			return err
		}
	}
	if o.Timed != nil {
		if err := fresh(&s.Timed).Merge(o.Timed); err != nil {
			return err
		}
	}
	if o.Counter != nil {
		return fresh(&s.Counter).Merge(o.Counter)
	}
	return nil
}

// fresh is *p, made if it is nil.
func fresh[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}

// Count is the number of readings that count.
func (s *State) Count() int64 {
	if s.Real != nil {
		return s.Real.Count()
	}
	return s.Moments.Count()
}

// Times are the first and the last time of a reading that counts; NoTime of telemetry
// without any.
func (s *State) Times() (first, last int64) {
	if s.Real != nil {
		return s.Real.Times()
	}
	return s.Moments.Times()
}

// AppendBinary appends the state: kind 'S', version, then its parts, each a letter, a
// varint length and the bytes of that state, in the order of the letters: 'C' counter,
// 'D' distinct, 'E' ends, 'H' histogram, 'I' increase, 'K' top, 'M' moments (unless
// there is 'R'), 'N' rejects, 'O' circle, 'R' real, 'T' timed, 'U' entities, 'V' values, 'W' span. Equal states give equal bytes. The error is always nil.
func (s *State) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindState, version)
	var buf []byte
	put := func(kind byte, p encoding.BinaryAppender) {
		buf, _ = p.AppendBinary(buf[:0])
		dst = append(dst, kind)
		dst = append(binary.AppendUvarint(dst, uint64(len(buf))), buf...)
	}
	if s.Counter != nil {
		put(kindCounter, s.Counter)
	}
	if s.Distinct != nil {
		put(kindDistinct, s.Distinct)
	}
	if s.Ends != nil {
		put(kindEnds, s.Ends)
	}
	if s.Histogram != nil {
		put(kindHistogram, s.Histogram)
	}
	if s.Increase != nil {
		put(kindIncrease, s.Increase)
	}
	if s.Top != nil {
		put(kindTop, s.Top)
	}
	if s.Real == nil {
		put(kindMoments, &s.Moments)
	}
	if s.Rejects != nil && *s.Rejects != (Rejects{}) {
		put(kindRejects, s.Rejects)
	}
	if s.Circle != nil {
		put(kindCircle, s.Circle)
	}
	if s.Real != nil {
		put(kindReal, s.Real)
	}
	if s.Timed != nil {
		put(kindTimed, s.Timed)
	}
	if s.Entities != nil {
		put(kindEntities, s.Entities)
	}
	if s.Values != nil {
		put(kindValues, s.Values)
	}
	if s.Span != nil {
		put(kindSpan, s.Span)
	}
	return dst, nil
}

// AppendBinary appends a varint for each reason up to the last that is not 0. The
// error is always nil.
func (r *Rejects) AppendBinary(dst []byte) ([]byte, error) {
	last := len(r)
	for last > 0 && r[last-1] == 0 {
		last--
	}
	for _, n := range r[:last] {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error].
func (r *Rejects) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "rejects"}
	var out Rejects
	for i := 0; d.at < len(src) && d.err == nil; i++ {
		n := d.uvarint()
		if i == len(out) || n > 1<<62 || n == 0 && d.at == len(src) {
			d.fail("%d of reason %d", n, i)
			break
		}
		out[i] = int64(n)
	}
	if err := d.end(); err != nil {
		return err
	}
	*r = out
	return nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; s is then
// unchanged.
func (s *State) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "state"}
	d.header(kindState)
	var out State
	var before byte
	for d.err == nil && d.at < len(src) {
		kind := d.byte()
		if kind <= before {
			d.fail("part %q after %q", kind, before)
		}
		before = kind
		at := d.at
		part := d.bytes(d.count(1))
		if d.err != nil {
			break
		}
		var into encoding.BinaryUnmarshaler
		switch kind {
		case kindCounter:
			into = fresh(&out.Counter)
		case kindIncrease:
			into = fresh(&out.Increase)
		case kindTimed:
			into = fresh(&out.Timed)
		case kindSpan:
			into = fresh(&out.Span)
		case kindDistinct:
			into = fresh(&out.Distinct)
		case kindEnds:
			into = fresh(&out.Ends)
		case kindHistogram:
			into = fresh(&out.Histogram)
		case kindTop:
			into = fresh(&out.Top)
		case kindMoments:
			into = &out.Moments
		case kindRejects:
			into = fresh(&out.Rejects)
		case kindCircle:
			into = fresh(&out.Circle)
		case kindReal:
			into = fresh(&out.Real)
		case kindEntities:
			into = fresh(&out.Entities)
		case kindValues:
			into = fresh(&out.Values)
		default:
			d.fail("part %q is not known", kind)
			continue
		}
		if err := into.UnmarshalBinary(part); err != nil && d.err == nil {
			d.err = &Error{Kind: ErrState, Offset: at, Msg: fmt.Sprintf("state: part %q", kind), Err: err}
		}
	}
	if err := d.end(); err != nil {
		return err
	}
	*s = out
	return nil
}
