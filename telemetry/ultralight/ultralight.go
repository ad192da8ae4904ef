package ultralight

import (
	"bufio"
	"bytes"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/measures"
	"github.com/almotacen/almotacen/telemetry/provisioning"
)

const name = "ultralight"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Device provisioning.Device
}

// Decoder reads the payloads of a device.
type Decoder struct {
	c     telemetry.Config
	table *measures.Table
	run   decoding.Run
	seen  []uint32 // by attribute code: the record that it was last in
	turn  uint32
	row   telemetry.Row
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	return &Decoder{c: c.Config, table: measures.New(c.Device)}
}

// Format describes the package, for devices that are not provisioned. A stream is
// cut into lines.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "UltraLight 2.0 (FIWARE IoT Agent)",
		MediaTypes: []string{"text/plain", "application/ultralight"}, Extensions: []string{".ul"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      func() bufio.SplitFunc { return split },
	}
}

// Decode appends the rows of a payload; an empty one has none.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error { return d.DecodeAt(dst, src, "") }

// DecodeAt is Decode with the time of the request (RFC 3339, the parameter t of the IoT
// agent's HTTP binding), for groups without their own; "" is none.
func (d *Decoder) DecodeAt(dst *telemetry.Batch, src []byte, timestamp string) error {
	r := &d.run
	if err := r.Begin(name, d.c, dst, src); err != nil {
		return err
	}
	request := telemetry.Row{Time: telemetry.NoTime}
	if timestamp != "" {
		if e := r.Instant([]byte(timestamp), &request, 0); e != nil {
			return r.Abort(e)
		}
	}
	for i := 0; i <= len(src); {
		end := len(src)
		if k := bytes.IndexAny(src[i:], "#\n"); k >= 0 {
			end = i + k
		}
		group := bytes.Trim(src[i:end], " \t\r")
		at := i + bytes.Index(src[i:end], group)
		next := end + 1
		last := end == len(src) || src[end] == '\n'
		if len(group) > 0 || !last || i > 0 && src[i-1] == '#' {
			r.Next()
			e := d.group(group, at, request)
			if e != nil {
				if err := r.Refuse(e); err != nil {
					return err
				}
			}
			if e := r.Full(at); e != nil {
				return r.Abort(e)
			}
		}
		i = next
	}
	return nil
}

// group decodes a record that begins at byte at of the message.
func (d *Decoder) group(p []byte, at int, request telemetry.Row) *telemetry.Error {
	r, begin := &d.run, at
	if !utf8.Valid(p) {
		return r.Fail(telemetry.ErrUTF8, at, "not UTF-8")
	}
	if len(p) > 0 && p[0] == '|' {
		p, at = p[1:], at+1
	}
	d.row = request
	row := &d.row
	row.Entity = d.table.Entity(r.Batch)
	row.Detail.Record, row.Detail.Source, row.Detail.Start = uint32(r.Number()), r.Source, r.Start(at)
	timed := request.Time != telemetry.NoTime
	if bytes.Count(p, bar)%2 == 0 && len(p) > 0 { // an odd number of fields: the first is the time
		k := bytes.IndexByte(p, '|')
		if k < 0 {
			if bytes.IndexByte(p, '@') > 0 {
				return r.Fail(telemetry.ErrUnsupported, at, "%.60q is a command, not a measure; see ParseCommand", p)
			}
			return r.Fail(telemetry.ErrSyntax, at, "%.60q; pairs of name and value with | between", p)
		}
		if bytes.IndexByte(p[:k], '@') > 0 {
			return r.Fail(telemetry.ErrUnsupported, at, "%.60q is a command, not a measure; see ParseCommand", p)
		}
		if e := r.Instant(p[:k], row, at); e != nil {
			e.Msg += ", before pairs of name and value"
			return e
		}
		timed = true
		p, at = p[k+1:], at+k+1
	}
	if d.turn++; d.turn == 0 {
		clear(d.seen)
		d.turn = 1
	}
	first := r.Batch.Len()
	for len(p) > 0 {
		k := bytes.IndexByte(p, '|')
		if k < 0 {
			return r.Fail(telemetry.ErrSyntax, at, "measure %.60q without a value", p)
		}
		object, value := p[:k], p[k+1:]
		start := at + k + 1
		rest := []byte(nil)
		if k := bytes.IndexByte(value, '|'); k >= 0 {
			value, rest = value[:k], value[k+1:]
			if len(rest) == 0 {
				return r.Fail(telemetry.ErrSyntax, start+k, "a measure without a name")
			}
		}
		if string(object) == measures.TimeInstant {
			if e := r.Instant(value, row, start); e != nil {
				return e
			}
			timed = true
			for i := first; i < r.Batch.Len(); i++ {
				r.Batch.Time[i] = row.Time
				r.Batch.Detail[i].Offset, r.Batch.Detail[i].Precision = row.Detail.Offset, row.Detail.Precision
			}
		} else {
			class, e := d.table.Set(r, row, object, at)
			if e != nil {
				return e
			}
			row.Flags = 0
			if e := r.Typed(class, value, row, start); e != nil {
				return e
			}
			if int(row.Attribute) >= len(d.seen) {
				d.seen = append(d.seen, make([]uint32, int(row.Attribute)-len(d.seen)+64)...)
			}
			if d.seen[row.Attribute] == d.turn {
				return r.Fail(telemetry.ErrDuplicate, at, "measure %.60q stands twice in a group", object)
			}
			d.seen[row.Attribute] = d.turn
			r.Batch.Append(row)
		}
		at += len(object) + len(value) + 2
		p = rest
	}
	if r.Batch.Len() == first {
		return r.Fail(telemetry.ErrMissing, begin, "a group without measures")
	}
	if !timed {
		row.Flags = 0
		if e := r.NoTime(row, begin); e != nil {
			return e
		}
		for i := first; i < r.Batch.Len(); i++ {
			r.Batch.Time[i] = row.Time
			r.Batch.Flags[i] |= row.Flags
			r.Batch.Detail[i].Offset = telemetry.NoOffset
		}
	}
	return nil
}

var bar = []byte{'|'}

func split(data []byte, atEOF bool) (int, []byte, error) {
	i := 0
	for i < len(data) && (data[i] == '\n' || data[i] == '\r' || data[i] == ' ' || data[i] == '\t') {
		i++
	}
	if k := bytes.IndexByte(data[i:], '\n'); k >= 0 {
		return i + k + 1, data[i : i+k], nil
	}
	if atEOF && i < len(data) {
		return len(data), data[i:], nil
	}
	return i, nil, nil
}
