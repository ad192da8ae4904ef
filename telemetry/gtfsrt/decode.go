package gtfsrt

import (
	"math"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

const name = "gtfsrt"

// Decoder reads feeds. It is for one goroutine at a time.
type Decoder struct {
	c   telemetry.Config
	run decoding.Run

	stamp   uint64 // of the feed's header
	meta    []byte
	dataset []byte
	noted   [3]bool
}

// NewDecoder makes a decoder.
func NewDecoder(c telemetry.Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	return &Decoder{c: c}
}

// Format describes the package. A stream is one feed.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "GTFS Realtime 2.0, vehicle positions and observed delays",
		MediaTypes: []string{"application/x-google-protobuf", "application/vnd.google.protobuf"},
		Extensions: []string{".pb", ".gtfs-rt"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(c) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
	}
}

// Decode appends the rows of one feed. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c, dst, src); err != nil {
		return err
	}
	d.stamp, d.noted = 0, [3]bool{}
	in := protowire.New(src, 0)
	found := false
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		if w.Num != 1 {
			continue
		}
		found = true
		e := need(r, &w, protowire.Bytes)
		if e == nil {
			e = d.readHeader(w.Message())
		}
		if e != nil {
			r.Next()
			return r.Refuse(e)
		}
	}
	if !found && in.Err == 0 {
		return r.Abort(r.Fail(telemetry.ErrMissing, 0, "a feed without a header"))
	}
	in = protowire.New(src, 0)
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		if w.Num != 2 {
			continue
		}
		r.Next()
		e := need(r, &w, protowire.Bytes)
		if e == nil {
			e = d.readEntity(w.Message())
		}
		if e != nil {
			if err := r.Refuse(e); err != nil {
				return err
			}
		}
		if full := r.Full(w.At); full != nil {
			return r.Abort(full)
		}
	}
	if in.Err != 0 {
		r.Next()
		return r.Refuse(r.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err))
	}
	return nil
}

func need(r *decoding.Run, w *protowire.Field, want protowire.Type) *telemetry.Error {
	if w.Type == want {
		return nil
	}
	return r.Fail(telemetry.ErrType, w.At, "field %d has wire type %s and should have %s", w.Num, w.Type, want)
}

// text is a field that is UTF-8 and not too long.
func (d *Decoder) text(w *protowire.Field) ([]byte, *telemetry.Error) {
	switch {
	case w.Type != protowire.Bytes:
		return nil, need(&d.run, w, protowire.Bytes)
	case !utf8.Valid(w.Data):
		return nil, d.run.Fail(telemetry.ErrUTF8, w.Start, "a text that is not UTF-8: %.60q", w.Data)
	case len(w.Data) > d.c.Limits.Name:
		return nil, d.run.Fail(telemetry.ErrLimit, w.At, "a text of %d bytes; raise Limits.Name", len(w.Data))
	}
	return w.Data, nil
}

// each gives f the fields of a message, until f returns an error or the message is cut off.
func (d *Decoder) each(r protowire.Reader, f func(w protowire.Field) *telemetry.Error) *telemetry.Error {
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if e := f(w); e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	return nil
}

func (d *Decoder) readHeader(r protowire.Reader) *telemetry.Error {
	return d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			_, e = d.text(&w)
		case 3:
			e = need(&d.run, &w, protowire.Varint)
			d.stamp = w.Value
		}
		return e
	})
}

// seconds is a time of the feed in nanoseconds.
func (d *Decoder) seconds(s uint64, at int) (int64, *telemetry.Error) {
	if s > math.MaxInt64/1_000_000_000 {
		return 0, d.run.Fail(telemetry.ErrTime, at, "%d s is after 2262; times are seconds since 1970", s)
	}
	return int64(s) * 1_000_000_000, nil
}

// begin makes a row of an entity, with its time: its own, or that of the header.
func (d *Decoder) begin(id []byte, typ string, stamp uint64, at int) (row telemetry.Row, e *telemetry.Error) {
	b := d.run.Batch
	row.Entity = b.Entities.Code(id, []byte(typ))
	row.Detail = telemetry.Detail{
		Start: d.run.Start(at), Record: uint32(d.run.Number()), Source: d.run.Source,
		Offset: telemetry.NoOffset, Precision: telemetry.Second,
	}
	switch {
	case stamp != 0:
		row.Time, e = d.seconds(stamp, at)
	case d.stamp != 0:
		row.Time, e = d.seconds(d.stamp, at)
		row.Flags = telemetry.TimeReceived
	default:
		row.Detail.Precision = telemetry.Nanosecond
		e = d.run.NoTime(&row, at)
	}
	return row, e
}

// note is a finding, once a feed.
func (d *Decoder) note(i, at int, msg string) {
	if !d.noted[i] {
		d.noted[i] = true
		d.run.Note(d.run.Fail(telemetry.ErrUnsupported, at, "%s", msg))
	}
}

func (d *Decoder) readEntity(r protowire.Reader) *telemetry.Error {
	at := r.Offset()
	var id []byte
	var deleted bool
	var seen [6]bool
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			id, e = d.text(&w)
		case 2:
			e = need(&d.run, &w, protowire.Varint)
			deleted = w.Value != 0
		case 3, 4, 5:
			if e = need(&d.run, &w, protowire.Bytes); e == nil && seen[w.Num] && w.Num != 5 {
				e = d.run.Fail(telemetry.ErrDuplicate, w.At, "an entity with two %s; each should have an entity of its own", [...]string{3: "trip updates", 4: "vehicle positions"}[w.Num])
			}
			seen[w.Num] = true
		}
		return e
	})
	if e != nil {
		return e
	}
	if len(id) == 0 {
		return d.run.Fail(telemetry.ErrMissing, at, "an entity without an id")
	}
	if deleted {
		row, e := d.begin(id, "Vehicle", 0, at)
		if e != nil {
			return e
		}
		row.Kind = telemetry.Deleted
		d.run.Batch.Append(&row)
		return nil
	}
	return d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 3:
			e = d.readUpdate(w.Message(), id)
		case 4:
			e = d.readPosition(w.Message(), id)
		case 5:
			d.note(0, w.At, "alerts are no observations")
		default:
			if w.Num > 5 {
				d.note(1, w.At, "shapes, stops and trip modifications are no observations")
			}
		}
		return e
	})
}
