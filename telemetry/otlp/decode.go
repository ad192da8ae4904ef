package otlp

import (
	"bytes"
	"sort"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

const name = "otlp"

// Config of a decoder. Zero: the default names.
type Config struct {
	telemetry.Config
	ID   []string // attributes that give the entity's id, the first that is there; nil: DefaultID
	Type string   // attribute that gives the entity's type; "": "entity.type"
}

// DefaultID is where the id of the entity is looked for.
func DefaultID() []string {
	return []string{"device.id", "service.instance.id", "host.id", "host.name", "service.name"}
}

func (c *Config) defaults() {
	c.Limits = c.Limits.WithDefaults()
	if c.ID == nil {
		c.ID = DefaultID()
	}
	if c.Type == "" {
		c.Type = "entity.type"
	}
}

// Decoder reads messages in protobuf and in JSON, which it tells apart. It is for one
// goroutine at a time.
type Decoder struct {
	c     Config
	run   decoding.Run
	json  fromJSON
	marks []mark // of the message, if it was JSON

	resource, point attributes
	id              []byte
	names           []byte // dataset
	meta            []byte
	check           jsonscan.Scanner
	exemplars       bool // there were some in the message
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	c.defaults()
	return &Decoder{c: c}
}

// Format describes the package, with the default configuration. A stream of JSON is one message
// after the other; one of protobuf is one message.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "OpenTelemetry Protocol 1.x, metrics",
		MediaTypes: []string{"application/x-protobuf", "application/json"},
		Extensions: []string{".otlp", ".otlp.json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      split,
	}
}

// Decode appends the rows of one message. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	d.marks, d.exemplars = nil, false
	if isJSON(src) {
		var err error
		if src, err = d.fromJSON(src); err != nil {
			return err
		}
	}
	in := protowire.New(src, 0)
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		if w.Num != 1 {
			continue
		}
		e := schema[mRequest][0].wire(&w)
		if e == nil {
			var err error
			if e, err = d.readResource(w.Message()); err != nil {
				return err
			}
		}
		if e != nil {
			if err := d.refuse(e); err != nil {
				return err
			}
		}
	}
	if in.Err != 0 {
		return d.refuse(structure(in.Err, in.Offset()))
	}
	return nil
}

// isJSON reports whether a message is JSON: an object, perhaps after white space. A protobuf
// message may begin with a line feed (field 1) and a brace (123 bytes), so that one is JSON only
// if it does not go on as protobuf.
func isJSON(src []byte) bool {
	text := bytes.TrimLeft(src, " \t\r\n")
	if len(text) == 0 || text[0] != '{' {
		return false
	}
	if src[0] != '\n' {
		return true
	}
	r := protowire.New(src, 0)
	for f, ok := r.Next(); ok; f, ok = r.Next() {
		if f.Num == 1 && f.Type != protowire.Bytes {
			return true
		}
	}
	return r.Err != 0
}

// fromJSON brings a message in JSON into protobuf, in scratch memory.
func (d *Decoder) fromJSON(src []byte) ([]byte, error) {
	c, r := &d.json, &d.run
	c.dst, c.marks, c.record, c.err, c.kind, c.inside = c.dst[:0], c.marks[:0], 0, nil, nil, false
	c.s.MaxDepth = d.c.Limits.Depth
	c.s.Reset(src)
	if c.refuse == nil {
		c.refuse = func(at, record int, kind error, msg string) error {
			d.run.Record = record
			e := d.run.Fail(kind, at, "%s", msg)
			e.Pointer = jsonscan.Pointer(d.json.s.Source(), at+1)
			return d.run.Refuse(e)
		}
	}
	ok := c.message(mRequest)
	d.marks = c.marks
	if c.err != nil {
		return nil, c.err
	}
	if c.kind != nil { // outside of data points
		if err := c.refuse(c.at, c.record+1, c.kind, c.msg+"; the rest of the message is left out"); err != nil {
			return nil, err
		}
	} else if e := c.s.End(); !ok || e != nil {
		n := c.record + 1
		if c.inside {
			n--
		}
		if err := r.Refuse(jsonrec.Error(e, name, d.c.Config, r.Batch.Origin, n)); err != nil {
			return nil, err
		}
	}
	r.Next() // what was refused is no record of what follows
	r.Record = 0
	c.s.Reset(nil)
	return c.dst, nil
}

// mark is the last mark of the JSON text that is not after byte i of the protobuf message.
func (d *Decoder) mark(i int) mark {
	n := sort.Search(len(d.marks), func(k int) bool { return d.marks[k].wire > i })
	if n == 0 {
		return mark{}
	}
	return d.marks[n-1]
}

// place is where byte i of the protobuf message is in what the caller gave: in JSON, where its
// data point or its metric begins.
func (d *Decoder) place(i int) int {
	if d.marks == nil {
		return i
	}
	return d.mark(i).json
}

// next begins the record of a data point at byte i.
func (d *Decoder) next(i int) {
	if d.marks != nil {
		d.run.Record = d.mark(i).record - 1
	}
	d.run.Next()
}

func (d *Decoder) fail(e *fault) *telemetry.Error {
	return d.run.Fail(e.kind, d.place(e.at), "%s", e.msg)
}

// refuse applies the policy to a part that is not a data point.
func (d *Decoder) refuse(e *fault) error {
	d.run.Next()
	return d.run.Refuse(d.fail(e))
}

// head checks the fields of a message, and gives found what field 1 holds, a message of
// its own.
func (d *Decoder) head(r protowire.Reader, outer, inner messageID, found func(wire []byte)) *fault {
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(outer, w.Num)
		if f == nil {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e
		}
		if f.num != 1 {
			continue
		}
		if e := check(w.Message(), inner, d.c.Limits.Depth); e != nil {
			return e
		}
		found(w.Data)
	}
	if r.Err != 0 {
		return structure(r.Err, r.Offset())
	}
	return nil
}

// parts reads the fields 2 of a message. A fault is of one of them; an error ends all.
func (d *Decoder) parts(r protowire.Reader, read func(w protowire.Field) (*fault, error)) error {
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 2 {
			continue
		}
		e, err := read(w)
		if err == nil && e != nil {
			err = d.refuse(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readResource reads a ResourceMetrics. A fault is of the whole of it; an error ends all.
func (d *Decoder) readResource(r protowire.Reader) (*fault, error) {
	d.resource.reset()
	var resource []byte
	e := d.head(r, mResourceMetrics, mResource, func(wire []byte) {
		resource = wire
		d.resource.addAll(wire, 1)
	})
	if e != nil {
		return e, nil
	}
	if twice, bad := d.resource.sort(); bad {
		return &fault{telemetry.ErrDuplicate, r.Offset(), "the resource has the attribute " + strconv.Quote(string(twice)) + " twice"}, nil
	}
	return nil, d.parts(r, func(w protowire.Field) (*fault, error) { return d.readScope(w.Message(), resource) })
}

// addAll adds the KeyValues that are the fields num of a message.
func (a *attributes) addAll(wire []byte, num int32) {
	r := protowire.New(wire, 0)
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num == num {
			a.add(w.Data)
		}
	}
}

// readScope reads a ScopeMetrics.
func (d *Decoder) readScope(r protowire.Reader, resource []byte) (*fault, error) {
	var scope []byte
	if e := d.head(r, mScopeMetrics, mScope, func(wire []byte) { scope = wire }); e != nil {
		return e, nil
	}
	return nil, d.parts(r, func(w protowire.Field) (*fault, error) { return d.readMetric(w, resource, scope) })
}
