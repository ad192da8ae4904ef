package ngsild

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// array reads an attribute that is an array: instances of it, or a value.
func (d *Decoder) array(attr uint32, at int) bool {
	s := &d.r.S
	s.Kind()
	mark := s.Mark()
	rows := d.r.B.Mark()
	s.Array()
	n := 0
	for s.More() {
		elem := s.Offset()
		if s.Kind() != jsonscan.Object {
			if s.Kind() == jsonscan.Invalid {
				s.Skip()
				return false
			}
			n = 0
			break
		}
		out := d.instance(attr)
		if out == failed {
			return false
		}
		if out == compound {
			n = 0
			break
		}
		n++
		if !d.finish(&d.in, elem) {
			return false
		}
	}
	if s.Err() != nil {
		return false
	}
	if n > 0 {
		return true
	}
	// An array of anything else is one value.
	s.Back(mark)
	d.r.B.DropRows(rows)
	r := jsonrec.NewRow(attr)
	raw, ok := s.Skip()
	if !ok || !d.r.JSON(&r, raw) {
		return false
	}
	d.r.Put(&r, at)
	return true
}

// temporal makes rows of the simplified temporal representation: pairs of value and time,
// and of aggregates: value, start and end.
func (d *Decoder) temporal(in *instance, at int) bool {
	s := &d.r.S
	if in.seen&mValue != 0 {
		return d.r.Fail(telemetry.ErrType, at, "an attribute with a value and a series of them")
	}
	after := s.Mark()
	k := in.kind
	if k == none {
		k = max(in.many, property)
	}
	d.common = append(d.common[:0], d.meta...)
	meta := d.common
	if in.seen&mSeries != 0 {
		if kinds[k].series != kinds[in.many].series {
			return d.r.Fail(telemetry.ErrType, at, "an attribute of type %s with %s; its member is %s", kinds[k].name, kinds[in.many].series, kinds[k].series)
		}
		s.Back(in.series)
		if !d.series(in.row, k, meta) {
			return false
		}
	}
	if !in.aggr {
		s.Back(after)
		return true
	}
	// Again from the brace, for the aggregates.
	s.Back(in.start)
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		i := aggregate(key)
		if i < 0 || s.Kind() != jsonscan.Array {
			s.Skip()
			continue
		}
		r := in.row
		d.term = append(append(d.term[:0], aggregateDataset...), aggregates[i]...)
		r.Dataset = d.r.B.Datasets.Code(d.term)
		if !d.aggregated(r, meta) {
			return false
		}
	}
	if s.Err() != nil {
		return false
	}
	s.Back(after)
	return true
}

// series reads [[value, time], …].
func (d *Decoder) series(base telemetry.Row, k kind, meta []byte) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Array {
		return d.r.Wrong("a series", jsonscan.Array)
	}
	s.Array()
	for s.More() {
		at := s.Offset()
		if !s.Array() || !s.More() {
			return s.Err() == nil && d.r.Fail(telemetry.ErrMissing, at, "an empty pair; a series has pairs of value and time")
		}
		in := instance{row: base, kind: k, member: k}
		if k == geoProperty {
			in.member = property
		}
		if !d.wrappedValue(&in, k) {
			return false
		}
		if k != property || in.raw != nil {
			if !d.typedValue(&in, k) {
				return false
			}
		}
		r := &in.row
		if !s.More() {
			return s.Err() == nil && d.r.Fail(telemetry.ErrTime, at, "a value without time in a series")
		}
		if !d.r.Time(r) {
			return false
		}
		if s.More() {
			return d.r.Fail(telemetry.ErrType, at, "more than value and time in a pair of a series")
		}
		if d.meta = append(d.meta[:0], meta...); len(meta) > 0 || k > relationship && r.Kind != telemetry.Deleted {
			d.putMeta(r, k)
		}
		if s.Err() != nil {
			return false
		}
		d.r.Put(r, at)
	}
	return s.Err() == nil
}

// wrappedValue reads a value of a series, which may stand in an object with its
// member's name: {"languageMap": {…}}.
func (d *Decoder) wrappedValue(in *instance, k kind) bool {
	s := &d.r.S
	if (k == languageProperty || k == jsonProperty || k == vocabProperty) && s.Kind() == jsonscan.Object {
		m := s.Mark()
		s.Object()
		key, ok := s.RawKey()
		if ok && string(key) == kinds[k].member {
			if !d.readValue(in) {
				return false
			}
			if _, more := s.RawKey(); !more {
				return s.Err() == nil
			}
			in.raw, in.row.Kind = nil, telemetry.None
		}
		s.Back(m)
	}
	return d.readValue(in)
}

// aggregated reads [[value, start, end], …].
func (d *Decoder) aggregated(base telemetry.Row, meta []byte) bool {
	s := &d.r.S
	s.Array()
	for s.More() {
		at := s.Offset()
		r := base
		if !s.Array() || !s.More() {
			return s.Err() == nil && d.r.Fail(telemetry.ErrMissing, at, "an empty entry of an aggregate; it has value, start and end")
		}
		if k := s.Kind(); k == jsonscan.Object || k == jsonscan.Array {
			raw, ok := s.Skip()
			if !ok || !d.r.JSON(&r, raw) {
				return false
			}
		} else if !d.r.Scalar(&r) {
			return false
		}
		var from telemetry.Row
		if !s.More() || !d.r.Time(&from) || !s.More() || !d.r.Time(&r) {
			return s.Err() == nil && d.r.Fail(telemetry.ErrTime, at, "an entry of an aggregate without start and end")
		}
		if s.More() {
			return d.r.Fail(telemetry.ErrType, at, "more than value, start and end in an entry of an aggregate")
		}
		if from.Time > r.Time {
			return d.r.Fail(telemetry.ErrTime, at, "an aggregate that ends before it begins")
		}
		r.Flags |= telemetry.Interval
		r.Detail.From = from.Time
		if len(meta) > 0 {
			d.meta = append(d.meta[:0], meta...)
			d.putMeta(&r, property)
		}
		if s.Err() != nil {
			return false
		}
		d.r.Put(&r, at)
	}
	return s.Err() == nil
}

// readQuality takes the quality that the encoder wrote as a sub-property out of the metadata:
// {"quality":{"type":"Property","value":"valid","flag":{"type":"Property","value":"V"}}}.
func (d *Decoder) readQuality(r *telemetry.Row) {
	meta := d.r.B.Bytes(r.Detail.Meta)
	i := bytes.LastIndex(meta, []byte(qualityOpen))
	if i < 1 {
		return
	}
	head := meta[:i]
	value, rest, _ := bytes.Cut(meta[i+len(qualityOpen):], []byte(`"`))
	q, known := telemetry.QualityUnknown, false
	for x := telemetry.QualityUnknown; x <= telemetry.Invalid; x++ {
		if string(value) == x.String() {
			q, known = x, true
		}
	}
	var flag []byte
	if after, ok := bytes.CutPrefix(rest, []byte(flagOpen)); ok {
		d.r.Sub.Reset(after)
		if flag, ok = d.r.Sub.Text(); !ok {
			return
		}
		if rest, ok = bytes.CutPrefix(after[d.r.Sub.Offset():], []byte("}")); !ok {
			return
		}
	}
	// The encoder writes it as the last member.
	if !known || string(rest) != "}}" || q == telemetry.QualityUnknown && len(flag) == 0 {
		return
	}
	r.Quality, r.Detail.Raw = q, d.r.B.Raw.Code(flag)
	if len(head) == 1 {
		d.r.B.Data = d.r.B.Data[:r.Detail.Meta.Off]
		r.Detail.Meta = telemetry.Span{}
		return
	}
	r.Detail.Meta.Len = uint32(len(head))
	head[len(head)-1] = '}' // in place of the comma
	d.r.B.Data = d.r.B.Data[:r.Detail.Meta.Off+r.Detail.Meta.Len]
}

const (
	qualityOpen = `"quality":{"type":"Property","value":"`
	flagOpen    = `,"flag":{"type":"Property","value":`
)
