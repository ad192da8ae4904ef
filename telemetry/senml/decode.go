package senml

import (
	"bufio"
	"fmt"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// Form is a representation of SenML.
type Form uint8

// The forms.
const (
	JSON Form = iota
	CBOR
	XML
	EXI // not done: decoding and encoding return ErrUnsupported
)

// version is the highest version of SenML understood here (RFC 8428).
const version = 10

// Config of a decoder.
type Config struct {
	telemetry.Config
	Form Form
}

// Decoder reads packs, and single records of a stream. It is for one goroutine at a time.
type Decoder struct {
	c       Config
	form    string // name of the format
	run     decoding.Run
	base    base
	shapes  shapes
	careful bool // without shapes: for tests that compare
	rec     record
	row     telemetry.Row // the last; source and offset stay
	lost    bool          // a base field was wrong: what follows has no meaning

	names   telemetry.Dict // resolved names met before
	known   []known        // of code i+1
	sums    sumUnit
	recent  [16]recent // names by length
	units   [8]recent  // by length
	scratch []byte
	json    jsonscan.Scanner
	cbor    reader
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	return &Decoder{c: c, form: formName(c.Form)}
}

func formName(f Form) string {
	return [...]string{"senml", "senml-cbor", "senml-xml", "senml-exi"}[min(int(f), int(EXI))]
}

// Format describes SenML in JSON. A stream is cut into records.
func Format() telemetry.Format { return Formats()[JSON] }

// Formats describes the four forms, in the order of their constants.
func Formats() telemetry.Registry {
	list := telemetry.Registry{
		{Title: "SenML JSON (RFC 8428)", MediaTypes: []string{"application/senml+json", "application/sensml+json"}, Extensions: []string{".senml", ".sensml"}, Split: jsonrec.Split},
		{Title: "SenML CBOR (RFC 8428)", MediaTypes: []string{"application/senml+cbor", "application/sensml+cbor"}, Extensions: []string{".senmlc", ".sensmlc"}, Split: func() bufio.SplitFunc { return new(splitter).split }},
		{Title: "SenML XML (RFC 8428)", MediaTypes: []string{"application/senml+xml", "application/sensml+xml"}, Extensions: []string{".senmlx", ".sensmlx"}},
		{Title: "SenML EXI (RFC 8428), refused", MediaTypes: []string{"application/senml-exi", "application/sensml-exi"}, Extensions: []string{".senmle", ".sensmle"}},
	}
	for i := range list {
		form := Form(i)
		list[i].Name = formName(form)
		list[i].NewDecoder = func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c, Form: form}) }
		if form != EXI {
			list[i].NewEncoder = func() telemetry.Encoder { return Encoder{Form: form} }
		}
	}
	return list
}

// Decode appends the rows of a pack, in the order of its records. A bad base field ends it
// under any policy: records after it have no meaning. Under policy Keep a v that is no
// number is kept as text.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(d.form, d.c.Config, dst, src); err != nil {
		return err
	}
	d.lost = false
	d.row = telemetry.Row{}
	d.row.Detail.Source, d.row.Detail.Offset = r.Source, telemetry.NoOffset
	d.base.entity, d.base.whole, d.base.unitCode = 0, 0, 0
	if d.shapes.run++; d.shapes.run == 0 {
		d.shapes = shapes{}
	}
	switch d.c.Form {
	case JSON:
		return d.decodeJSON(src)
	case CBOR:
		return d.decodeCBOR(src)
	case XML:
		return d.decodeXML(src)
	}
	return r.Fail(telemetry.ErrUnsupported, 0, "SenML in EXI is not read; ask for %s", "application/senml+cbor")
}

// begin forgets the base fields: of a pack, or of a record that begins a stream.
func (d *Decoder) begin(alone bool) {
	if alone && d.run.Batch.Origin.Record > 0 {
		return
	}
	d.base = base{name: d.base.name[:0], unit: d.base.unit[:0]}
}

// next decodes d.rec, unless e says what is wrong with it already; an error it returns
// ends the message, and done does so without one. src has the record, up to end; nil: it is not to be learnt.
func (d *Decoder) next(e *telemetry.Error, src []byte, end int) (done bool, err error) {
	if e == nil {
		b := d.run.Batch
		n, findings := b.Len(), len(b.Findings)+b.Unreported
		if e = d.add(&d.rec); e == nil && b.Len() == n+1 && d.base.entity != 0 && src != nil && !d.careful {
			d.learn(src, end, findings)
		}
	} else if d.rec.has&hasBase != 0 && d.setBase(&d.rec) != nil {
		d.lost = true
	}
	r := &d.run
	if e != nil {
		if err := r.Refuse(e); err != nil {
			return true, err
		}
		if d.lost {
			return true, nil
		}
	}
	if e := r.Full(d.rec.at); e != nil {
		return true, r.Abort(e)
	}
	return false, nil
}

// checkVersion is for bver, a number in the pack.
func (d *Decoder) checkVersion(v float64, at int) *telemetry.Error {
	r, b := &d.run, &d.base
	switch {
	case v < 1 || v != float64(int(v)):
		return d.lose(r.Fail(telemetry.ErrValue, at, "bver %v; a positive whole number", v))
	case v > version:
		return d.lose(r.Fail(telemetry.ErrUnsupported, at, "version %v of SenML; %d is the highest understood", v, version))
	case b.version != 0 && b.version != int(v):
		return d.lose(r.Fail(telemetry.ErrValue, at, "bver %v after %d; a pack is of one version", v, b.version))
	}
	b.version = int(v)
	return nil
}

// lose notes that a base field is wrong.
func (d *Decoder) lose(e *telemetry.Error) *telemetry.Error {
	d.lost = true
	return e
}

// unknown is for a label that this version does not have.
func (d *Decoder) unknown(label []byte, at int) *telemetry.Error {
	if n := len(label); n > 0 && label[n-1] == '_' {
		return d.lose(d.run.Fail(telemetry.ErrUnsupported, at, "field %.60q, which must be understood, is not", label))
	}
	return nil
}

// once notes a label, and an error if the record has it already.
func (d *Decoder) once(f fields, at int) *telemetry.Error {
	if d.rec.has&f != 0 {
		e := d.run.Fail(telemetry.ErrDuplicate, at, "%s stands twice in a record", f)
		if f&hasBase != 0 {
			d.lose(e)
		}
		return e
	}
	d.rec.has |= f
	return nil
}

// String is the labels, for messages.
func (f fields) String() string {
	for i, l := range labels {
		if f&(1<<i) != 0 {
			return fmt.Sprintf("%q", l)
		}
	}
	return "none"
}
