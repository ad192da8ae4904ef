package promwrite

import (
	"math"
	"unicode/utf8"

	"github.com/klauspost/compress/snappy"

	"github.com/almotacen/almotacen/internal/jsonscan"
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

// label reads a label of version 1.0.
func (d *Decoder) label(w *protowire.Field) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	var p tags.Pair
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		if x.Num != 1 && x.Num != 2 {
			continue
		}
		if e := need(&d.run, &x, protowire.Bytes); e != nil {
			return e
		}
		if !utf8.Valid(x.Data) {
			return d.run.Fail(telemetry.ErrUTF8, x.Start, "a label is not UTF-8: %.60q", x.Data)
		}
		if x.Num == 1 {
			p.Key = x.Data
		} else {
			p.Value = x.Data
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	d.labels = append(d.labels, p)
	return nil
}

// references reads the labels of version 2.0.
func (d *Decoder) references(w *protowire.Field) *telemetry.Error {
	list, ok := w.Elements(protowire.Varint)
	if !ok {
		return need(&d.run, w, protowire.Bytes)
	}
	for {
		v, ok := list.Next()
		if !ok {
			break
		}
		text, e := d.symbol(v, list.Offset())
		if e != nil {
			return e
		}
		if n := len(d.labels); n > 0 && d.labels[n-1].Value == nil {
			d.labels[n-1].Value = text // never nil
		} else {
			d.labels = append(d.labels, tags.Pair{Key: text})
		}
	}
	if list.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, list.Offset(), "%s", list.Err)
	}
	return nil
}

// whole is an error if a name has no value.
func (d *Decoder) whole(at int) *telemetry.Error {
	if n := len(d.labels); n > 0 && d.labels[n-1].Value == nil {
		return d.run.Fail(telemetry.ErrSyntax, at, "an odd number of references to symbols; they come as name and value")
	}
	return nil
}

var types = [...]string{"", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"}

// metadata reads the metadata of version 2.0.
func (d *Decoder) metadata(w *protowire.Field, row *telemetry.Row) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	var typ uint64
	var help, unit []byte
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		if x.Num != 1 && x.Num != 3 && x.Num != 4 {
			continue
		}
		e := need(&d.run, &x, protowire.Varint)
		switch {
		case e != nil:
		case x.Num == 1:
			if typ = x.Value; typ >= uint64(len(types)) {
				e = d.run.Fail(telemetry.ErrValue, x.At, "a metric type of %d; 0 to 7", typ)
			}
		case x.Num == 3:
			help, e = d.symbol(x.Value, x.At)
		default:
			unit, e = d.symbol(x.Value, x.At)
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	if len(help) > d.c.Limits.Text || len(unit) > d.c.Limits.Name {
		return d.run.Fail(telemetry.ErrLimit, w.At, "a help or a unit longer than Limits allow")
	}
	row.UnitRef = d.run.Unit(telemetry.Name, unit, w.At)
	d.meta = appendMeta(d.meta[:0], types[typ], help)
	return nil
}

func appendMeta(dst []byte, typ string, help []byte) []byte {
	switch {
	case typ != "":
		dst = jsonscan.AppendString(append(dst, `{"type":`...), typ)
		if len(help) > 0 {
			dst = jsonscan.AppendString(append(dst, `,"help":`...), help)
		}
	case len(help) > 0:
		dst = jsonscan.AppendString(append(dst, `{"help":`...), help)
	default:
		return dst
	}
	return append(dst, '}')
}

const nameLabel = "__name__"

// identify turns the labels into attribute, entity and dataset.
func (d *Decoder) identify(row *telemetry.Row, at int) *telemetry.Error {
	n := 0
	for _, p := range d.labels {
		if len(p.Value) > 0 {
			d.labels[n] = p
			n++
		}
	}
	d.labels = d.labels[:n]
	if i := tags.Sort(d.labels); i >= 0 {
		return d.run.Fail(telemetry.ErrDuplicate, at, "label %.60q stands twice", d.labels[i].Key)
	}
	if n > 0 && len(d.labels[0].Key) == 0 {
		return d.run.Fail(telemetry.ErrName, at, "a label without a name")
	}
	attribute, ok := tags.Get(d.labels, nameLabel)
	if !ok {
		return d.run.Fail(telemetry.ErrMissing, at, "a series without the label %s", nameLabel)
	}
	id, typ, set := d.c.entity(d.labels, &d.id, &d.set)
	if l := d.c.Limits.Name; len(attribute) > l || len(id) > l || len(typ) > l || len(set) > l {
		return d.run.Fail(telemetry.ErrLimit, at, "the labels of a series are longer than Limits.Name")
	}
	b := d.run.Batch
	known := b.Attributes.Len() + b.Entities.Len() + b.Datasets.Len()
	row.Attribute, row.Entity, row.Dataset = b.Attributes.Code(attribute), b.Entities.Code(id, typ), b.Datasets.Code(set)
	if b.Attributes.Len()+b.Entities.Len()+b.Datasets.Len() > known {
		d.named += int64(len(attribute) + len(id) + len(typ) + len(set))
	}
	return nil
}

// entity is the id, type and dataset that sorted labels give.
func (c *Config) entity(labels []tags.Pair, idBuf, setBuf *[]byte) (id, typ, set []byte) {
	rest := (*setBuf)[:0]
	first := true
	for i := range labels {
		p := &labels[i]
		switch string(p.Key) {
		case nameLabel:
		case c.ID:
			id = p.Value
		case c.Type:
			typ = p.Value
		default:
			if !first {
				rest = append(rest, ',')
			}
			first = false
			rest = tags.Append(rest, labels[i:i+1])
		}
	}
	*setBuf = rest
	if id == nil {
		*idBuf = append((*idBuf)[:0], rest...)
		return *idBuf, typ, nil
	}
	return id, typ, rest
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
