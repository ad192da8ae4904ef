package ngsild

import (
	"fmt"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// Decoder reads NGSI-LD. It is for one goroutine at a time.
type Decoder struct {
	c        Config
	names    []string // of attributes that tell the time
	contexts *contexts

	s        jsonscan.Scanner
	b        *telemetry.Batch
	source   uint32
	received int64
	record   int // of the message, from 1
	rows     int // of the batch before the message
	err      *telemetry.Error
	envelope envelope
	full     bool     // a limit of the whole is reached
	serial   uint32   // of the entity, over the decoder's life
	seen     []uint32 // serial of the last entity that had the attribute of a code

	id, typ   []byte
	term      []byte // a name expanded
	context   *context
	timeRow   int  // of the attribute that tells the time, and
	timeRank  int  // its place in names
	static    bool // the entity has rows without time
	in        instance
	meta      []byte
	common    []byte   // metadata of all values of a series
	lastTime  [40]byte // the text of
	lastTimeN int
	lastAt    instant.Time
	sub       jsonscan.Scanner
}

// envelope is what an object turned out to be, if not an entity.
type envelope uint8

const (
	entity envelope = iota
	notification
	feature
	collection
)

// NewDecoder returns a decoder. What is wrong with c is said by Decode.
func NewDecoder(c Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	d := &Decoder{c: c, names: c.TimeAttributes}
	if d.names == nil {
		d.names = []string{"dateObserved"}
	}
	d.s.MaxDepth = c.Limits.Depth
	d.sub.MaxDepth = c.Limits.Depth
	if c.Expand {
		d.contexts = &contexts{docs: c.Contexts, strict: c.StrictContext}
	}
	return d
}

// Decode appends the rows of one message to dst: an entity or an array of them, a
// notification, a Feature or a FeatureCollection; in any representation. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	d.b, d.err, d.full, d.record, d.rows = dst, nil, false, 0, dst.Len()
	received, err := d.c.Received()
	if err != nil {
		return err
	}
	if int64(len(src)) > d.c.Limits.Bytes {
		return &telemetry.Error{Kind: telemetry.ErrLimit, Format: name, Source: d.c.Source, Offset: dst.Origin.Offset,
			Msg: fmt.Sprintf("%d bytes; the limit is %d: raise Limits.Bytes", len(src), d.c.Limits.Bytes)}
	}
	d.received = received
	begin := dst.Mark()
	d.source = dst.Sources.Code(telemetry.Source{Format: name, Name: d.c.Source, Received: received})
	d.context = nil
	d.s.Reset(src)
	if d.message() {
		if e := d.s.End(); e != nil {
			d.lose(jsonrec.Error(e, name, d.c.Config, dst.Origin, d.record))
		}
	}
	d.b = nil
	d.s.Reset(nil)
	if d.err != nil {
		dst.Rewind(begin)
		return d.err
	}
	return nil
}

// message is false if the rest of the text is not to be read.
func (d *Decoder) message() bool {
	switch d.s.Kind() {
	case jsonscan.Array:
		return d.list()
	case jsonscan.Object:
		return d.one(true)
	}
	d.record = 1
	if d.s.Kind() == jsonscan.Invalid {
		d.s.Skip()
		d.lose(d.failure())
		return false
	}
	d.fail(telemetry.ErrType, d.s.Offset(), "%s where an entity or an array of entities should be", d.s.Kind())
	d.lose(d.err)
	return false
}

func (d *Decoder) list() bool {
	d.s.Array()
	for d.s.More() {
		if !d.one(false) {
			return false
		}
	}
	return d.ended()
}

// ended is false, and the error is dealt with, if the scanner has failed.
func (d *Decoder) ended() bool {
	if d.s.Err() == nil {
		return true
	}
	d.lose(d.failure())
	return false
}

// failure is the error that stands.
func (d *Decoder) failure() *telemetry.Error {
	if e := d.err; e != nil {
		d.err = nil
		return e
	}
	return jsonrec.Error(d.s.Err(), name, d.c.Config, d.b.Origin, d.record)
}

// lose deals with an error after which the rest of the message cannot be read.
func (d *Decoder) lose(e *telemetry.Error) {
	d.err = nil
	if d.c.Policy == telemetry.Stop {
		d.err = e
		return
	}
	e.Msg += "; the rest of the message is left out"
	d.b.Report(d.c.Limits, telemetry.Finding{Error: *e, Skipped: true})
}

// one reads a record, and what it wraps at the top. False: the rest is not to be read.
func (d *Decoder) one(top bool) bool {
	d.record++
	d.s.Kind()
	start, mark := d.s.Mark(), d.b.Mark()
	d.envelope = entity
	ok := d.entity(top)
	if !ok && d.envelope != entity {
		d.s.Back(start)
		d.b.Rewind(mark)
		switch d.envelope {
		case notification:
			d.record--
			return d.wrapped("data")
		case collection:
			d.record--
			return d.wrapped("features")
		}
		ok = d.feature()
	}
	if ok && d.b.Len()-d.rows > d.c.Limits.Rows {
		d.err = d.newError(telemetry.ErrLimit, d.s.Offset(), "more than %d rows; raise Limits.Rows", d.c.Limits.Rows)
		return false
	}
	if ok {
		return true
	}
	e := d.failure()
	if d.c.Policy == telemetry.Stop || d.full {
		d.err = e
		return false
	}
	d.b.DropRows(mark)
	if !d.s.Leap(start) {
		d.lose(e)
		return false
	}
	d.b.Report(d.c.Limits, telemetry.Finding{Error: *e, Skipped: true})
	return true
}

// wrapped reads the records that a member of an object lists: those of a notification
// or a FeatureCollection. What is around them is passed over.
func (d *Decoder) wrapped(member string) bool {
	d.s.Object()
	for key, ok := d.s.Key(); ok; key, ok = d.s.Key() {
		if string(key) != member {
			if string(key) == "@context" && d.contexts != nil {
				if !d.readContext() {
					d.lose(d.failure())
					return false
				}
				continue
			}
			d.s.Skip()
			continue
		}
		switch d.s.Kind() {
		case jsonscan.Array:
			if !d.list() {
				return false
			}
		case jsonscan.Object: // one entity, or the FeatureCollection of a notification
			if !d.one(true) {
				return false
			}
		default:
			d.record = max(d.record, 1)
			d.fail(telemetry.ErrType, d.s.Offset(), "%s where an array of entities should be", d.s.Kind())
			d.lose(d.failure())
			return false
		}
	}
	return d.ended()
}

// fail notes an error at a byte of the message, and is false.
func (d *Decoder) fail(kind error, at int, format string, args ...any) bool {
	if d.err == nil {
		d.err = d.newError(kind, at, format, args...)
	}
	return false
}

func (d *Decoder) newError(kind error, at int, format string, args ...any) *telemetry.Error {
	return &telemetry.Error{
		Kind: kind, Format: name, Source: d.c.Source, Record: int(d.b.Origin.Record) + d.record,
		Offset: d.b.Origin.Offset + int64(at), Pointer: jsonscan.Pointer(d.s.Source(), at+1), Msg: fmt.Sprintf(format, args...),
	}
}

// find notes a finding.
func (d *Decoder) find(kind error, at int, format string, args ...any) {
	if len(d.b.Findings) >= d.c.Limits.Findings {
		d.b.Unreported++
		return
	}
	d.b.Report(d.c.Limits, telemetry.Finding{Error: *d.newError(kind, at, format, args...)})
}
