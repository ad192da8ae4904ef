package promwrite

import (
	"math"
	"unicode/utf8"

	"github.com/klauspost/compress/snappy"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

const name = "promwrite"

// Config of a decoder. Zero: the default labels, snappy.
type Config struct {
	telemetry.Config
	ID    string // label of the entity's id; "": "instance"
	Type  string // label of its type; "": "job"
	Plain bool   // messages are not compressed
}

func (c *Config) defaults() {
	c.Limits = c.Limits.WithDefaults()
	if c.ID == "" {
		c.ID = "instance"
	}
	if c.Type == "" {
		c.Type = "job"
	}
}

// Decoder reads write requests. It is for one goroutine at a time. Offsets in its errors and
// rows are those in the message without compression.
type Decoder struct {
	c   Config
	run decoding.Run

	plain   []byte
	symbols [][]byte
	labels  []tags.Pair
	id, set []byte
	meta    []byte
	noted   [3]bool // what findings have said once
	named   int64   // bytes of the labels that the message brought into dictionaries
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	c.defaults()
	return &Decoder{c: c}
}

// Format describes the package, with the default configuration: version 1.0 is written, both
// are read. A stream is one message.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "Prometheus remote write 1.0 and 2.0",
		MediaTypes: []string{"application/x-protobuf"},
		Coding:     "snappy",
		Extensions: []string{".promwrite"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
	}
}

// Decode appends the rows of one write request. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	d.noted, d.named = [3]bool{}, 0
	if !d.c.Plain {
		if len(src) == 0 {
			return r.Fail(telemetry.ErrSyntax, 0, "nothing at all; an empty request in snappy has one byte")
		}
		n, err := snappy.DecodedLen(src)
		if err == nil && int64(n) > d.c.Limits.Bytes {
			return r.Fail(telemetry.ErrLimit, 0, "%d bytes in snappy, %d allowed; raise Limits.Bytes", n, d.c.Limits.Bytes)
		}
		// Snappy makes at most 64 bytes of 3: a length beyond is a lie, and takes no memory.
		if err == nil && n > 32*len(src)+64 {
			err = snappy.ErrCorrupt
		}
		if err == nil {
			if cap(d.plain) < n {
				d.plain = make([]byte, n)
			}
			d.plain, err = snappy.Decode(d.plain[:n], src)
		}
		if err != nil {
			e := r.Fail(telemetry.ErrSyntax, 0, "no block of snappy; set Config.Plain for messages without compression")
			e.Err = err
			return e
		}
		src = d.plain
	}
	two, e := d.readSymbols(src)
	if e != nil {
		r.Next()
		return r.Refuse(e)
	}
	in := protowire.New(src, 0)
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		switch {
		case w.Num == 3 && !two:
			d.note(0, w.At, "metadata of version 1.0 is left out")
		case w.Num == 1 && !two, w.Num == 5 && two:
			r.Next()
			e := need(r, &w, protowire.Bytes)
			if e == nil {
				e = d.readSeries(w.Message(), two)
			}
			if e != nil {
				if err := r.Refuse(e); err != nil {
					return err
				}
			}
			full := r.Full(w.At)
			if full == nil && d.named > d.c.Limits.Bytes {
				full = r.Fail(telemetry.ErrLimit, w.At, "more than %d bytes of labels, made of references to symbols; raise Limits.Bytes", d.c.Limits.Bytes)
			}
			if full != nil {
				return r.Abort(full)
			}
		}
	}
	if in.Err != 0 {
		r.Next()
		return r.Refuse(r.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err))
	}
	return nil
}

// note is a finding, once a message.
func (d *Decoder) note(i, at int, msg string) {
	if !d.noted[i] {
		d.noted[i] = true
		d.run.Note(d.run.Fail(telemetry.ErrUnsupported, at, "%s", msg))
	}
}

func need(r *decoding.Run, w *protowire.Field, want protowire.Type) *telemetry.Error {
	if w.Type == want {
		return nil
	}
	return r.Fail(telemetry.ErrType, w.At, "field %d has wire type %s and should have %s", w.Num, w.Type, want)
}

// readSymbols reads the table of symbols, and tells the versions apart: 1.0 has field 1, 2.0 has
// fields 4 and 5 alone.
func (d *Decoder) readSymbols(src []byte) (two bool, e *telemetry.Error) {
	d.symbols = d.symbols[:0]
	one := false
	in := protowire.New(src, 0)
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		switch w.Num {
		case 1:
			one = true
		case 5:
			two = true
		case 4:
			two = true
			if e := need(&d.run, &w, protowire.Bytes); e != nil {
				return two, e
			}
			if !utf8.Valid(w.Data) {
				return two, d.run.Fail(telemetry.ErrUTF8, w.Start, "symbol %d is not UTF-8", len(d.symbols))
			}
			if len(d.symbols) >= d.c.Limits.Entries {
				return two, d.run.Fail(telemetry.ErrLimit, w.At, "more than %d symbols; raise Limits.Entries", d.c.Limits.Entries)
			}
			d.symbols = append(d.symbols, w.Data)
		}
	}
	if one && two {
		return false, d.run.Fail(telemetry.ErrSyntax, 0, "series of version 1.0 and of version 2.0 in one request")
	}
	return two, nil
}

// symbol is the text of a reference.
func (d *Decoder) symbol(ref uint64, at int) ([]byte, *telemetry.Error) {
	if ref >= uint64(len(d.symbols)) {
		return nil, d.run.Fail(telemetry.ErrValue, at, "a reference to symbol %d of %d", ref, len(d.symbols))
	}
	return d.symbols[ref], nil
}

// fields of a time series by version.
type fields struct{ labels, samples, histograms, exemplars int32 }

var versions = [2]fields{{1, 2, 4, 3}, {1, 2, 3, 4}}

// readSeries appends the rows of a time series.
func (d *Decoder) readSeries(r protowire.Reader, two bool) *telemetry.Error {
	f := versions[0]
	if two {
		f = versions[1]
	}
	at := r.Offset()
	d.labels = d.labels[:0]
	d.meta = d.meta[:0]
	var row telemetry.Row
	var created int64
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return d.run.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err)
			}
			break
		}
		var e *telemetry.Error
		switch w.Num {
		case f.labels:
			if two {
				e = d.references(&w)
			} else {
				e = d.label(&w)
			}
		case f.histograms:
			d.note(1, w.At, "native histograms are left out")
		case f.exemplars:
			d.note(2, w.At, "exemplars are left out")
		case 5:
			if two {
				e = d.metadata(&w, &row)
			}
		case 6:
			if two {
				e = need(&d.run, &w, protowire.Varint)
				created = int64(w.Value)
			}
		}
		if e != nil {
			return e
		}
	}
	if two {
		if e := d.whole(at); e != nil {
			return e
		}
	}
	if e := d.identify(&row, at); e != nil {
		return e
	}
	if len(d.meta) > 0 {
		row.Detail.Meta = d.run.Batch.PutText(d.meta)
	}
	row.Detail.Record, row.Detail.Source, row.Detail.Offset, row.Detail.Precision = uint32(d.run.Number()), d.run.Source, telemetry.NoOffset, telemetry.Millisecond
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != f.samples {
			continue
		}
		if e := need(&d.run, &w, protowire.Bytes); e != nil {
			return e
		}
		if e := d.sample(w.Message(), row, created); e != nil {
			return e
		}
	}
	return nil
}

// staleMarker is the bits of the NaN that ends a series.
const staleMarker = 0x7ff0000000000002

// sample appends the row of a sample.
func (d *Decoder) sample(r protowire.Reader, row telemetry.Row, created int64) *telemetry.Error {
	at := r.Offset()
	var bits uint64
	var ms int64
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		switch w.Num {
		case 1:
			if e := need(&d.run, &w, protowire.Fixed64); e != nil {
				return e
			}
			bits = w.Value
		case 2, 3:
			if e := need(&d.run, &w, protowire.Varint); e != nil {
				return e
			}
			if w.Num == 2 {
				ms = int64(w.Value)
			} else {
				created = int64(w.Value)
			}
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	if ms > math.MaxInt64/1_000_000 || ms < math.MinInt64/1_000_000 {
		return d.run.Fail(telemetry.ErrTime, at, "%d ms is outside 1677 to 2262", ms)
	}
	row.Time = ms * 1_000_000
	switch {
	case created == 0:
	case created > ms || created < math.MinInt64/1_000_000:
		d.run.Note(d.run.Fail(telemetry.ErrTime, at, "a sample of %d ms that was created at %d ms; that is left out", ms, created))
	default:
		row.Flags |= telemetry.Interval
		row.Detail.From = created * 1_000_000
	}
	switch v := math.Float64frombits(bits); {
	case bits == staleMarker:
		row.Kind = telemetry.None
	case v-v != 0:
		row.Kind, row.Quality = telemetry.None, telemetry.Invalid
		raw := "NaN"
		if math.IsInf(v, 1) {
			raw = "+Inf"
		} else if math.IsInf(v, -1) {
			raw = "-Inf"
		}
		row.Detail.Raw = d.run.Batch.Raw.Code([]byte(raw))
	default:
		row.Kind, row.Number = telemetry.Number, v
	}
	row.Detail.Start = d.run.Start(at)
	d.run.Batch.Append(&row)
	return nil
}
