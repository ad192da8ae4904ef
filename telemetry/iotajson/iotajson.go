package iotajson

import (
	"math"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
	"github.com/almotacen/almotacen/telemetry/internal/measures"
	"github.com/almotacen/almotacen/telemetry/provisioning"
)

const name = "iotajson"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Device provisioning.Device
}

// Decoder reads the payloads of a device.
type Decoder struct {
	c       telemetry.Config
	table   *measures.Table
	run     decoding.Run
	json    jsonscan.Scanner
	seen    []uint32 // by attribute code: the record that it was last in
	turn    uint32
	request telemetry.Row
	compact []byte
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	return &Decoder{c: c.Config, table: measures.New(c.Device)}
}

// Format describes the package, for devices that are not provisioned. A stream is
// cut into objects.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "FIWARE IoT Agent JSON", MediaTypes: []string{"application/json"}, Extensions: []string{".json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      jsonrec.Split,
	}
}

// Decode appends the rows of a payload.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error { return d.DecodeAt(dst, src, "") }

// DecodeAt is Decode with the time of the request (RFC 3339, the parameter t of the IoT
// agent's HTTP binding), for objects without their own; "" is none.
func (d *Decoder) DecodeAt(dst *telemetry.Batch, src []byte, timestamp string) error {
	r, s := &d.run, &d.json
	if err := r.Begin(name, d.c, dst, src); err != nil {
		return err
	}
	d.request = telemetry.Row{Time: telemetry.NoTime}
	if timestamp != "" {
		if e := r.Instant([]byte(timestamp), &d.request, 0); e != nil {
			return r.Abort(e)
		}
	}
	s.MaxDepth = r.Config.Limits.Depth
	s.Reset(src)
	defer s.Reset(nil)
	if s.Kind() == jsonscan.Object {
		if done, err := d.record(); done {
			return err
		}
	} else {
		s.Array()
		for s.More() {
			if done, err := d.record(); done {
				return err
			}
		}
	}
	if e := s.End(); e != nil {
		r.Next()
		return r.Refuse(jsonrec.Error(e, name, r.Config, dst.Origin, r.Record))
	}
	return nil
}

// record decodes the next value of the message, an object.
func (d *Decoder) record() (done bool, err error) {
	s, r := &d.json, &d.run
	r.Next()
	k := s.Kind()
	mark, at := s.Mark(), s.Offset()
	var e *telemetry.Error
	if k == jsonscan.Object {
		e = d.object(at)
	} else if s.Skip(); s.Err() == nil {
		e = r.Fail(telemetry.ErrType, at, "%s where an object of measures should be", k)
	}
	if bad := s.Err(); bad != nil {
		e = jsonrec.Error(bad, name, r.Config, r.Batch.Origin, r.Record)
		if r.Config.Policy == telemetry.Stop || !s.Leap(mark) {
			return true, r.Refuse(e)
		}
	}
	if e != nil {
		if err := r.Refuse(e); err != nil {
			return true, err
		}
	}
	if e := r.Full(at); e != nil {
		return true, r.Abort(e)
	}
	return false, nil
}

// object reads an object of measures; the first thing wrong with it is the error.
func (d *Decoder) object(at int) (first *telemetry.Error) {
	s, r := &d.json, &d.run
	row := d.request
	row.Entity = d.table.Entity(r.Batch)
	row.Detail.Record, row.Detail.Source, row.Detail.Start = uint32(r.Number()), r.Source, r.Start(at)
	timed := row.Time != telemetry.NoTime
	if d.turn++; d.turn == 0 {
		clear(d.seen)
		d.turn = 1
	}
	begin, instants := r.Batch.Len(), 0
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		k := s.Kind()
		at := s.Offset()
		var e *telemetry.Error
		if string(key) == measures.TimeInstant {
			if instants++; instants > 1 {
				e = r.Fail(telemetry.ErrDuplicate, at, "TimeInstant stands twice in an object")
				s.Skip()
			} else if k != jsonscan.String {
				s.Skip()
				e = r.Fail(telemetry.ErrType, at, "TimeInstant is %s and should be a text", k)
			} else if text, ok := s.Text(); ok {
				e = r.Instant(text, &row, at)
				timed = true
			}
		} else {
			e = d.measure(key, k, &row, at)
		}
		if first == nil {
			first = e
		}
	}
	switch {
	case first != nil:
		return first
	case r.Batch.Len() == begin:
		return r.Fail(telemetry.ErrMissing, at, "an object without measures")
	case !timed:
		if e := r.NoTime(&row, at); e != nil {
			return e
		}
	}
	for i := begin; i < r.Batch.Len(); i++ {
		r.Batch.Time[i] = row.Time
		r.Batch.Flags[i] |= row.Flags & (telemetry.TimeReceived | telemetry.TimeStatic)
		r.Batch.Detail[i].Offset, r.Batch.Detail[i].Precision = row.Detail.Offset, row.Detail.Precision
	}
	return nil
}

// measure appends the row of a member whose value, of kind k, is next.
func (d *Decoder) measure(key []byte, k jsonscan.Kind, row *telemetry.Row, at int) *telemetry.Error {
	s, r, b := &d.json, &d.run, d.run.Batch
	class, e := d.table.Set(r, row, key, at)
	row.Kind, row.Number, row.Flags, row.Detail.Ref = telemetry.None, 0, 0, telemetry.Span{}
	switch k {
	case jsonscan.String:
		text, ok := s.Text()
		if !ok || e != nil {
			return e
		}
		if class == decoding.Auto {
			class = decoding.Text
		}
		e = r.Typed(class, text, row, at)
	case jsonscan.Num:
		n, ok := s.NumberOrInf()
		if !ok || e != nil {
			return e
		}
		switch {
		case math.IsInf(n.Value, 0):
			e = r.Fail(telemetry.ErrValue, at, "%.40s is beyond float64", n.Raw)
			if r.Config.Policy == telemetry.Keep && len(n.Raw) <= r.Config.Limits.Text {
				r.Note(e)
				e = nil
				row.Kind, row.Flags, row.Detail.Ref = telemetry.Text, telemetry.Coerced, b.PutText(n.Raw)
			}
		case len(n.Raw) > r.Config.Limits.Text:
			e = r.Fail(telemetry.ErrLimit, at, "a number of %d digits, %d allowed; raise Limits.Text", len(n.Raw), r.Config.Limits.Text)
		default:
			row.Kind, row.Number = telemetry.Number, n.Value
			if !n.Exact() {
				row.Detail.Ref = b.PutText(n.Raw)
			}
		}
	case jsonscan.Bool:
		row.Kind = telemetry.Bool
		if v, _ := s.Bool(); v {
			row.Number = 1
		}
	case jsonscan.Null:
		s.Null()
	default:
		raw, ok := s.Skip()
		if !ok || e != nil {
			return e
		}
		if len(raw) > r.Config.Limits.Text {
			return r.Fail(telemetry.ErrLimit, at, "a value of %d bytes, %d allowed; raise Limits.Text", len(raw), r.Config.Limits.Text)
		}
		d.compact = jsonscan.AppendCompact(d.compact[:0], raw)
		row.Kind, row.Detail.Ref = telemetry.JSON, b.PutText(d.compact)
	}
	if e != nil {
		return e
	}
	if int(row.Attribute) >= len(d.seen) {
		d.seen = append(d.seen, make([]uint32, int(row.Attribute)-len(d.seen)+64)...)
	}
	if d.seen[row.Attribute] == d.turn {
		return r.Fail(telemetry.ErrDuplicate, at, "measure %.60q stands twice in an object", b.Attributes.Text(row.Attribute))
	}
	d.seen[row.Attribute] = d.turn
	b.Append(row)
	return nil
}
