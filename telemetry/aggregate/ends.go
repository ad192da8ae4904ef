package aggregate

import "cmp"

// Reading is a number with its time and what decides between readings of one time.
type Reading struct {
	Time   int64
	Source uint32 // place of the source in Config.Sources, from 1; 0: not there
	Offset int64  // byte in the source where it begins
	Value  float64
}

// Compare orders by time, source, offset and, so that nothing is left to the order of
// arrival, value.
func (r Reading) Compare(o Reading) int {
	return cmp.Or(cmp.Compare(r.Time, o.Time), cmp.Compare(r.Source, o.Source), cmp.Compare(r.Offset, o.Offset), cmp.Compare(r.Value, o.Value))
}

// Ends are the first and the last reading, in the order of [Reading.Compare]. The zero
// Ends is empty.
type Ends struct {
	some        bool
	first, last Reading
}

// Add adds a reading.
func (e *Ends) Add(r Reading) {
	r.Value += 0
	if !e.some {
		*e = Ends{true, r, r}
		return
	}
	if r.Compare(e.first) < 0 {
		e.first = r
	}
	if r.Compare(e.last) > 0 {
		e.last = r
	}
}

// Merge adds what o holds.
func (e *Ends) Merge(o *Ends) {
	if o.some {
		e.Add(o.first)
		e.Add(o.last)
	}
}

// First is the first reading; false without any.
func (e *Ends) First() (Reading, bool) { return e.first, e.some }

// Last is the last reading; false without any.
func (e *Ends) Last() (Reading, bool) { return e.last, e.some }

// AppendBinary appends the state: kind 'E', version, 0 or 1, and for 1 the first and
// the last reading: time 8, source 8, offset 8, value 8. The error is always nil.
func (e *Ends) AppendBinary(dst []byte) ([]byte, error) {
	if !e.some {
		return append(dst, kindEnds, version, 0), nil
	}
	dst = append(dst, kindEnds, version, 1)
	for _, r := range [...]Reading{e.first, e.last} {
		dst = putFloat(put64(put64(put64(dst, r.Time), int64(r.Source)), r.Offset), r.Value)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; e is then
// unchanged.
func (e *Ends) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "ends"}
	out := d.ends()
	if err := d.end(); err != nil {
		return err
	}
	*e = out
	return nil
}

func (d *decoder) ends() Ends {
	d.header(kindEnds)
	some := d.byte()
	if some > 1 {
		d.fail("%d is not 0 or 1", some)
	}
	if some == 0 {
		return Ends{}
	}
	read := func() Reading {
		r := Reading{Time: d.i64()}
		s := d.u64()
		if s > 1<<32-1 {
			d.fail("source %d", s)
		}
		r.Source, r.Offset, r.Value = uint32(s), d.i64(), d.float()+0
		return r
	}
	e := Ends{some: true, first: read(), last: read()}
	if e.first.Compare(e.last) > 0 {
		d.fail("the first reading is after the last")
	}
	return e
}
