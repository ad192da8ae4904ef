package otlp

import (
	"bytes"
	"math"
	"sort"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
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

// Format describes the package, with the default configuration. A stream is one message.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "OpenTelemetry Protocol 1.x, metrics",
		MediaTypes: []string{"application/x-protobuf", "application/json"},
		Extensions: []string{".otlp", ".otlp.json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
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

// readResource reads a ResourceMetrics. A fault is of the whole of it; an error ends all.
func (d *Decoder) readResource(r protowire.Reader) (*fault, error) {
	d.resource.reset()
	var wire []byte
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return structure(in.Err, in.Offset()), nil
			}
			break
		}
		f := byNumber(mResourceMetrics, w.Num)
		if f == nil {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e, nil
		}
		if f.num != 1 {
			continue
		}
		if e := check(w.Message(), mResource, d.c.Limits.Depth); e != nil {
			return e, nil
		}
		wire = w.Data
		d.resource.addAll(w.Data, 1)
	}
	if twice, bad := d.resource.sort(); bad {
		return &fault{telemetry.ErrDuplicate, r.Offset(), "the resource has the attribute " + strconv.Quote(string(twice)) + " twice"}, nil
	}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 2 {
			continue
		}
		e, err := d.readScope(w.Message(), wire)
		if err != nil {
			return nil, err
		}
		if e != nil {
			if err := d.refuse(e); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
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
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return structure(in.Err, in.Offset()), nil
			}
			break
		}
		f := byNumber(mScopeMetrics, w.Num)
		if f == nil {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e, nil
		}
		if f.num == 1 {
			if e := check(w.Message(), mScope, d.c.Limits.Depth); e != nil {
				return e, nil
			}
			scope = w.Data
		}
	}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 2 {
			continue
		}
		e, err := d.readMetric(w, resource, scope)
		if err != nil {
			return nil, err
		}
		if e != nil {
			if err := d.refuse(e); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// metric is what a metric says of all its points.
type metric struct {
	name, unit, description []byte
	kind                    string // "gauge", …
	data                    protowire.Reader
	points                  messageID
	temporality             uint64
	monotonic, metadata     bool
	wire                    []byte // of all of it
	resource, scope         []byte // attributes of the one, all of the other
	hidden                  bool   // the resource is what an encoder makes of the entity's id
	row                     telemetry.Row
}

// metricKinds are the fields of a metric that hold points.
var metricKinds = map[int32]struct {
	kind   string
	data   messageID
	points messageID
}{
	5: {"gauge", mGauge, mNumberPoint}, 7: {"sum", mSum, mNumberPoint}, 9: {"histogram", mHistogram, mHistogramPoint},
	10: {"exponentialHistogram", mExponential, mExponentialPoint}, 11: {"summary", mSummary, mSummaryPoint},
}

// readMetric reads a metric.
func (d *Decoder) readMetric(field protowire.Field, resource, scope []byte) (*fault, error) {
	r := field.Message()
	at := r.Offset()
	m := metric{wire: field.Data}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(mMetric, w.Num)
		if f == nil {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e, nil
		}
		switch f.num {
		case 1, 2, 3:
			if !utf8.Valid(w.Data) {
				return &fault{telemetry.ErrUTF8, w.Start, "the " + f.name + " of a metric is not UTF-8"}, nil
			}
			*[...]*[]byte{&m.name, &m.description, &m.unit}[f.num-1] = w.Data
		case 12:
			if e := check(w.Message(), mKeyValue, d.c.Limits.Depth); e != nil {
				return e, nil
			}
			m.metadata = true
		default:
			k := metricKinds[f.num]
			m.kind, m.points, m.data = k.kind, k.points, w.Message()
			m.temporality, m.monotonic = 0, false
			in := w.Message()
			for x, ok := in.Next(); ok; x, ok = in.Next() {
				g := byNumber(k.data, x.Num)
				if g == nil || g.num == 1 {
					continue
				}
				if e := g.wire(&x); e != nil {
					return e, nil
				}
				if g.num == 2 {
					m.temporality = x.Value
				} else {
					m.monotonic = x.Value != 0
				}
			}
		}
	}
	l := &d.c.Limits
	switch {
	case r.Err != 0:
		return structure(r.Err, r.Offset()), nil
	case len(m.name) == 0:
		return &fault{telemetry.ErrMissing, at, "a metric without a name"}, nil
	case len(m.name) > l.Name || len(m.unit) > l.Name || len(m.description) > l.Text:
		return &fault{telemetry.ErrLimit, at, "a metric whose name, unit or description is longer than Limits allow"}, nil
	case m.temporality > 2:
		return &fault{telemetry.ErrValue, at, "an aggregation temporality of " + strconv.FormatUint(m.temporality, 10) + "; 0, 1 or 2"}, nil
	case m.kind == "":
		return &fault{telemetry.ErrMissing, at, "the metric " + strconv.Quote(string(m.name)) + " has no data"}, nil
	}
	dst := d.run.Batch
	d.run.Next() // what follows belongs to no point
	d.run.Record--
	m.row.Attribute = dst.Attributes.Code(m.name)
	m.row.UnitRef = d.run.Unit(telemetry.UCUM, m.unit, d.place(at))
	m.resource, m.scope = resource, scope
	m.hidden = d.c.hidden(d.resource.pairs)
	d.meta = d.c.appendMeta(d.meta[:0], &m, m.hidden)
	if len(d.meta) > l.Text {
		return &fault{telemetry.ErrLimit, at, "the metric's metadata is longer than Limits.Text"}, nil
	}
	if !d.unique(d.meta) {
		return &fault{telemetry.ErrDuplicate, at, "a name stands twice among the attributes of a metric, its scope or its resource"}, nil
	}
	if len(d.meta) > 0 {
		m.row.Detail.Meta = dst.PutText(d.meta)
	}
	if full := d.run.Full(d.place(at)); full != nil {
		return nil, d.run.Abort(full)
	}
	return d.readPoints(&m)
}

// unique reports whether no name stands twice in an object of a JSON text.
func (d *Decoder) unique(p []byte) bool {
	if len(p) == 0 {
		return true
	}
	d.check.MaxDepth = 2*d.c.Limits.Depth + 8
	d.check.Reset(p)
	d.check.Skip()
	return d.check.End() == nil
}

// readPoints reads the points of a metric.
func (d *Decoder) readPoints(m *metric) (*fault, error) {
	r := m.data
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 1 {
			continue
		}
		d.next(w.At)
		var e *fault
		if w.Type != protowire.Bytes {
			e = schema[mGauge][0].wire(&w)
		} else {
			e = d.readPoint(m, w.Message(), w.Data)
		}
		if e != nil {
			if err := d.run.Refuse(d.fail(e)); err != nil {
				return nil, err
			}
		}
		if full := d.run.Full(d.place(w.At)); full != nil {
			return nil, d.run.Abort(full)
		}
	}
	if r.Err != 0 {
		return structure(r.Err, r.Offset()), nil
	}
	return nil, nil
}

// noRecordedValue is the bit of flags that says that there is no value.
const noRecordedValue = 1

// readPoint reads a data point.
func (d *Decoder) readPoint(m *metric, r protowire.Reader, wire []byte) *fault {
	at := r.Offset()
	if e := check(r, m.points, d.c.Limits.Depth); e != nil {
		return e
	}
	var start, end, flags uint64
	row := m.row
	row.Kind = telemetry.None
	d.point.reset()
	dst := d.run.Batch
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(m.points, w.Num)
		if f == nil {
			continue
		}
		switch f.name {
		case "startTimeUnixNano":
			start = w.Value
		case "timeUnixNano":
			end = w.Value
		case "flags":
			flags = w.Value
		case "attributes":
			d.point.add(w.Data)
		case "exemplars":
			d.exemplar(w.At)
		case "asDouble", "asInt":
			row.Kind, row.Number, row.Flags, row.Quality = telemetry.Number, 0, 0, 0
			row.Detail.Raw, row.Detail.Ref = 0, telemetry.Span{}
			if f.name == "asDouble" {
				setDouble(dst, &row, w.Double())
				continue
			}
			row.Number, row.Flags = float64(int64(w.Value)), telemetry.Integer
			if v := int64(w.Value); v > 1<<53 || v < -1<<53 {
				var digits [20]byte
				row.Detail.Ref = dst.PutText(strconv.AppendInt(digits[:0], v, 10))
			}
		}
	}
	switch {
	case flags&noRecordedValue != 0:
		row.Kind, row.Number, row.Flags, row.Quality = telemetry.None, 0, 0, 0
		row.Detail.Raw, row.Detail.Ref = 0, telemetry.Span{}
	case m.points != mNumberPoint:
		n := len(dst.Data)
		dst.Data = appendJSON(dst.Data, wire, m.points, notOfValue)
		row.Kind, row.Detail.Ref = telemetry.JSON, telemetry.Span{Off: uint32(n), Len: uint32(len(dst.Data) - n)}
		if len(dst.Data)-n > d.c.Limits.Text {
			return &fault{telemetry.ErrLimit, at, "a data point longer than Limits.Text"}
		}
	}
	if e := d.times(&row, start, end, at); e != nil {
		return e
	}
	own, e := d.identify(&row, at)
	if e != nil {
		return e
	}
	if own && m.hidden && len(d.resource.pairs) > 0 { // the id says nothing of the resource
		d.meta = d.c.appendMeta(d.meta[:0], m, false)
		row.Detail.Meta = dst.PutText(d.meta)
	}
	row.Detail.Start, row.Detail.Record, row.Detail.Source = d.run.Start(d.place(at)), uint32(d.run.Number()), d.run.Source
	dst.Append(&row)
	return nil
}

// notOfValue reports whether a field of a point is not of its value.
func notOfValue(f *field) bool {
	switch f.name {
	case "startTimeUnixNano", "timeUnixNano", "flags", "attributes", "exemplars":
		return true
	}
	return false
}

// setDouble makes a row's value a double; one that is no number a gap.
func setDouble(dst *telemetry.Batch, row *telemetry.Row, v float64) {
	raw := ""
	switch {
	case math.IsNaN(v):
		raw = "NaN"
	case math.IsInf(v, 1):
		raw = "Infinity"
	case math.IsInf(v, -1):
		raw = "-Infinity"
	default:
		row.Kind, row.Number = telemetry.Number, v
		return
	}
	row.Kind, row.Number, row.Quality = telemetry.None, 0, telemetry.Invalid
	row.Detail.Raw = dst.Raw.Code([]byte(raw))
}

// exemplar notes once a message that exemplars are left out.
func (d *Decoder) exemplar(at int) {
	if !d.exemplars {
		d.exemplars = true
		d.run.Note(d.run.Fail(telemetry.ErrUnsupported, d.place(at), "exemplars are left out"))
	}
}

// times sets the times of a row.
func (d *Decoder) times(row *telemetry.Row, start, end uint64, at int) *fault {
	row.Detail.Offset = telemetry.NoOffset
	if end == 0 {
		if e := d.run.NoTime(row, d.place(at)); e != nil {
			return &fault{telemetry.ErrTime, at, "no time; the policy demands one (Config.Time)"}
		}
		return nil
	}
	if end > math.MaxInt64 || start > math.MaxInt64 {
		return &fault{telemetry.ErrTime, at, "a time after 2262"}
	}
	row.Time = int64(end)
	switch {
	case start > end:
		d.run.Note(d.run.Fail(telemetry.ErrTime, d.place(at), "a point that begins %d ns after it ends; its start is left out", start-end))
	case start > 0:
		row.Flags |= telemetry.Interval
		row.Detail.From = int64(start)
	}
	return nil
}

// identify sets entity and dataset. Own is true if the id is an attribute of the point.
func (d *Decoder) identify(row *telemetry.Row, at int) (own bool, e *fault) {
	if twice, bad := d.point.sort(); bad {
		return false, &fault{telemetry.ErrDuplicate, at, "the point has the attribute " + strconv.Quote(string(twice)) + " twice"}
	}
	id, typ, own := d.c.entity(d.point.pairs, d.resource.pairs, &d.id)
	d.names = tags.Append(d.names[:0], d.point.pairs)
	if l := d.c.Limits.Name; len(id) > l || len(typ) > l || len(d.names) > l {
		return false, &fault{telemetry.ErrLimit, at, "the id of an entity, or the attributes of a point, are longer than Limits.Name"}
	}
	dst := d.run.Batch
	row.Entity = dst.Entities.Code(id, typ)
	row.Dataset = dst.Datasets.Code(d.names)
	if !d.unique1() {
		return false, &fault{telemetry.ErrDuplicate, at, "a name stands twice in a list that is an attribute of the point"}
	}
	return own, nil
}

// unique1 reports whether no list that is an attribute of the point has a name twice.
func (d *Decoder) unique1() bool {
	for _, p := range d.point.pairs {
		if len(p.Value) > 0 && (p.Value[0] == '{' || p.Value[0] == '[') && !d.unique(p.Value) {
			return false
		}
	}
	return true
}

// entity is the id and type that attributes of a point and of its resource give; own is true if
// the id is of the point. scratch holds what is made.
func (c *Config) entity(point, resource []tags.Pair, scratch *[]byte) (id, typ []byte, own bool) {
	var ok bool
	if typ, ok = tags.Get(point, c.Type); !ok {
		typ, _ = tags.Get(resource, c.Type)
	}
	for i, set := range [...][]tags.Pair{point, resource} {
		for _, name := range c.ID {
			if v, _ := tags.Get(set, name); len(v) > 0 {
				return v, typ, i == 0
			}
		}
	}
	*scratch = tags.Append((*scratch)[:0], resource)
	return *scratch, typ, false
}

// hidden reports whether a resource is what an encoder makes of the entity's id, so that
// metadata need not have it.
func (c *Config) hidden(resource []tags.Pair) bool {
	return len(resource) == 0 || len(resource) == 1 && len(c.ID) > 0 && string(resource[0].Key) == c.ID[0] && len(resource[0].Value) > 0 && !likeJSON(resource[0].Value)
}

// appendMeta appends what rows of a metric have as metadata; nothing if it is what an encoder
// would write without.
func (c *Config) appendMeta(dst []byte, m *metric, hidden bool) []byte {
	n := len(dst)
	begin := func(key string) {
		if len(dst) == n {
			dst = append(dst, '{')
		} else {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, key), ':')
	}
	if !hidden && len(m.resource) > 0 {
		begin("resource")
		dst = appendList(dst, m.resource, 1)
	}
	var name, version []byte
	attributes := false
	for r := protowire.New(m.scope, 0); ; {
		w, ok := r.Next()
		if !ok {
			break
		}
		switch w.Num {
		case 1:
			name = w.Data
		case 2:
			version = w.Data
		case 3:
			attributes = true
		}
	}
	if len(name) > 0 {
		begin("scope")
		dst = jsonscan.AppendString(dst, name)
	}
	if len(version) > 0 {
		begin("scopeVersion")
		dst = jsonscan.AppendString(dst, version)
	}
	if attributes {
		begin("scopeAttributes")
		dst = appendList(dst, m.scope, 3)
	}
	if len(m.description) > 0 {
		begin("description")
		dst = jsonscan.AppendString(dst, m.description)
	}
	if m.kind != "gauge" {
		begin("metric")
		dst = jsonscan.AppendString(dst, m.kind)
		if m.kind != "summary" {
			begin("temporality")
			dst = jsonscan.AppendString(dst, temporalities[m.temporality])
		}
		if m.monotonic {
			begin("monotonic")
			dst = append(dst, "true"...)
		}
	}
	if m.metadata {
		begin("metadata")
		dst = appendList(dst, m.wire, 12)
	}
	if len(dst) > n {
		dst = append(dst, '}')
	}
	return dst
}
