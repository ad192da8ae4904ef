package aggregate

import (
	"encoding/binary"
	"fmt"

	"github.com/almotacen/almotacen/indicators/period"
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
}

// Merge adds what o holds, which comes after s; o does not change and shares nothing
// with s. The error is of kind ErrMismatch or ErrOverflow.
func (s *State) Merge(o *State) error {
	if err := s.Moments.Merge(&o.Moments); err != nil {
		return err
	}
	if o.Real != nil {
		if s.Real == nil {
			s.Real = &Real{}
		}
		_ = s.Real.Merge(o.Real)
	}
	if o.Rejects != nil {
		if s.Rejects == nil {
			s.Rejects = &Rejects{}
		}
		for i, n := range o.Rejects {
			s.Rejects[i] += n
		}
	}
	return nil
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
// varint length and the bytes of that state, in the order of the alphabet; rejects are
// letter 'N', and a varint for each reason up to the last that is not 0. Equal states
// give equal bytes. The error is always nil.
func (s *State) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindState, version)
	var buf []byte
	put := func(kind byte) {
		dst = append(dst, kind)
		dst = append(binary.AppendUvarint(dst, uint64(len(buf))), buf...)
		buf = buf[:0]
	}
	if s.Real == nil {
		buf, _ = s.Moments.AppendBinary(buf)
		put(kindMoments)
	}
	if s.Rejects != nil && *s.Rejects != (Rejects{}) {
		last := len(s.Rejects)
		for last > 0 && s.Rejects[last-1] == 0 {
			last--
		}
		for _, n := range s.Rejects[:last] {
			buf = binary.AppendUvarint(buf, uint64(n))
		}
		put(kindRejects)
	}
	if s.Real != nil {
		buf, _ = s.Real.AppendBinary(buf)
		put(kindReal)
	}
	return dst, nil
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
		n := d.count(1)
		at := d.at
		p := decoder{src: d.bytes(n), what: fmt.Sprintf("state: part %q at %d", kind, at), err: d.err}
		switch kind {
		case kindMoments:
			out.Moments = p.moments()
		case kindReal:
			r := p.real()
			out.Real = &r
		case kindRejects:
			r := &Rejects{}
			for i := 0; p.at < len(p.src) && p.err == nil; i++ {
				if i == len(r) {
					p.fail("more than %d reasons", len(r))
					break
				}
				r[i] = int64(p.uvarint() &^ (1 << 63))
			}
			out.Rejects = r
		default:
			d.fail("part %q is not known", kind)
		}
		if err := p.end(); err != nil && d.err == nil {
			d.err = err
		}
	}
	if err := d.end(); err != nil {
		return err
	}
	*s = out
	return nil
}
