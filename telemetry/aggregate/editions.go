package aggregate

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Editions are the states of groups that were published, by measure, group and window,
// so that what was published never changes without saying so: a window whose state
// changes (late readings came, an archive was put right) gets a new edition beside the
// one before. Publishing the same states again changes nothing. It keeps the bytes of
// each state and of the one before. The zero Editions has none. Not safe for concurrent
// use.
type Editions struct {
	last map[Key]*published
}

type published struct {
	number        int
	state, before []byte // before: nil in the first edition
}

// Edition is a state as it was published.
type Edition struct {
	Key    Key
	Number int    // from 1
	State  State  // all that is known of the window
	Before *State // that of the edition before; nil in the first: the difference is the correction
}

// Publish publishes the windows of r that end at t or before, t being a time until which
// readings are taken to be complete: [Watermark.At]. It returns the editions that come
// of it, in the order of r: first ones, and new ones of windows whose state is no longer
// that of the last edition. Windows that r does not have stay as they were. Days, and
// months made of them by Result.To, are windows of their own.
//
// Rows marked Correction are not whole states: Merge them first, with what Retire
// returned. The error is then of kind ErrMismatch, and nothing is published.
func (e *Editions) Publish(r *Result, t int64) ([]Edition, error) {
	var out []Edition
	var raw []byte
	for x := range r.rows.all() {
		if x.End > t || x.Entity != "" || x.Type != "" {
			continue
		}
		if x.Correction {
			return nil, &Error{Kind: ErrMismatch, Measure: r.measures[x.measure].ID, Group: x.Group, Msg: fmt.Sprintf("of %v there is only what came after it was retired; merge it with the result that Retire returned", x.Window)}
		}
		k := r.key(x)
		raw, _ = x.State.AppendBinary(raw[:0])
		n := Edition{Key: k, Number: 1, State: x.State}
		if p := e.last[k]; p != nil {
			if bytes.Equal(p.state, raw) {
				continue
			}
			n.Number, n.Before = p.number+1, &State{}
			if err := n.Before.UnmarshalBinary(p.state); err != nil {
				return nil, err
			}
		}
		out = append(out, n)
	}
	if e.last == nil {
		e.last = map[Key]*published{}
	}
	for i := range out {
		n := &out[i]
		p := e.last[n.Key]
		if p == nil {
			p = &published{}
			e.last[n.Key] = p
		}
		p.number, p.before = n.Number, p.state
		p.state, _ = n.State.AppendBinary(nil)
	}
	return out, nil
}

// Number is the edition of a window that was published last; 0: none was.
func (e *Editions) Number(k Key) int {
	if p := e.last[k]; p != nil {
		return p.number
	}
	return 0
}

// Len is the number of windows that were published.
func (e *Editions) Len() int { return len(e.last) }

// Forget drops the editions of windows for which f is true. One that is published again
// begins at 1.
func (e *Editions) Forget(f func(Key) bool) {
	maps.DeleteFunc(e.last, func(k Key, _ *published) bool { return f(k) })
}

// of is the published edition of a row, by its bytes; differs: the row has changed since.
func (e *Editions) of(k Key, raw []byte) (p *published, differs bool) {
	if p = e.last[k]; p == nil {
		return nil, false
	}
	return p, !bytes.Equal(p.state, raw)
}

// AppendBinary appends all editions: kind 'P', version, count varint and for each, in
// the order of measure, group and window, key, number varint, state and the state
// before (empty: none); keys and states after their length as a varint. The error is
// always nil.
func (e *Editions) AppendBinary(dst []byte) ([]byte, error) {
	dst = binary.AppendUvarint(append(dst, kindEditions, version), uint64(len(e.last)))
	keys := slices.SortedFunc(maps.Keys(e.last), compareKeys)
	var raw []byte
	for _, k := range keys {
		p := e.last[k]
		raw, _ = k.AppendBinary(raw[:0])
		dst = append(binary.AppendUvarint(dst, uint64(len(raw))), raw...)
		dst = binary.AppendUvarint(dst, uint64(p.number))
		for _, s := range [][]byte{p.state, p.before} {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	return dst, nil
}

func compareKeys(a, b Key) int {
	return cmp.Or(strings.Compare(a.Measure, b.Measure), strings.Compare(a.Group, b.Group), a.Window.Compare(b.Window))
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; e is then
// unchanged.
func (e *Editions) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "editions"}
	d.header(kindEditions)
	last := map[Key]*published{}
	var before Key
	for i := range d.count(4) {
		var k Key
		at := d.at
		if raw := d.bytes(d.count(1)); d.err == nil {
			if err := k.UnmarshalBinary(raw); err != nil {
				d.err = &Error{Kind: ErrState, Offset: at, Msg: "editions: key", Err: err}
			}
		}
		n := d.uvarint()
		p := &published{number: int(n)}
		p.state = bytes.Clone(d.bytes(d.count(1)))
		p.before = bytes.Clone(d.bytes(d.count(1)))
		if len(p.before) == 0 {
			p.before = nil
		}
		if d.err != nil {
			break
		}
		if n == 0 || n > 1<<31 || n == 1 != (p.before == nil) || k.Entity != "" || k.Type != "" || i > 0 && compareKeys(before, k) >= 0 {
			d.fail("edition %d of measure %.80q, group %.80q out of order", n, k.Measure, k.Group)
			break
		}
		for _, raw := range [][]byte{p.state, p.before} {
			var s State
			if raw == nil {
				continue
			}
			if err := s.UnmarshalBinary(raw); err != nil {
				d.err = &Error{Kind: ErrState, Offset: at, Msg: "editions: state", Err: err}
			}
		}
		last[k], before = p, k
	}
	if err := d.end(); err != nil {
		return err
	}
	e.last = last
	return nil
}
