package otlp

import (
	"bytes"
	"math"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// Encoder writes messages. The fields are what the decoder's Config has. It may be used by many
// goroutines.
type Encoder struct {
	JSON bool   // in JSON, not in protobuf
	ID   string // attribute of the resource for the entity's id; "": "device.id"
	Type string // and for its type; "": "entity.type"
}

// Append appends one message with a data point for each row, in their order. Rows that follow
// each other share resource, scope and metric where these are the same. A text, a place, a
// deletion and JSON that is no histogram are left out and counted; a bool is written as 0 or 1.
// The error is always nil.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{b: b, c: Config{ID: DefaultID(), Type: e.Type}, meta: metadata{kind: "gauge"}}
	if e.ID != "" {
		w.c.ID[0] = e.ID
	}
	w.c.defaults()
	if !e.JSON {
		w.dst = dst
	}
	for i := range b.Len() {
		w.row(i)
	}
	w.close(0)
	if e.JSON {
		return appendJSON(dst, w.dst, mRequest, nil), w.losses, nil
	}
	return w.dst, w.losses, nil
}

// writer holds the message being written.
type writer struct {
	b      *telemetry.Batch
	c      Config
	dst    []byte
	losses telemetry.Losses
	open   int    // how many of resource, scope, metric and data are open
	marks  [5]int // of the lengths of the messages that are

	meta     metadata
	metaText []byte
	metaBad  bool
	s        jsonscan.Scanner
	convert  fromJSON

	point, resource attributes
	last            struct{ resource, scope, metric []byte } // of what is open
	next            struct{ resource, scope, metric []byte } // of the row
	id, value, back []byte
}

// metadata is what the decoder wrote of resource, scope and metric. Parts of JSON are kept as
// such.
type metadata struct {
	resource, scopeAttributes, extra []byte
	scope, version, description      []byte
	kind                             string
	temporality                      uint64
	monotonic                        bool
}

// readMeta reads the metadata of a row. False: it is not from here.
func (w *writer) readMeta(text []byte) bool {
	m := &w.meta
	*m = metadata{kind: "gauge"}
	if len(text) == 0 {
		return true
	}
	s := &w.s
	s.Reset(text)
	if s.Kind() != jsonscan.Object {
		return false
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "resource", "scopeAttributes", "metadata":
			if s.Kind() != jsonscan.Object {
				return false
			}
			name := string(key)
			raw, _ := s.Skip()
			switch name {
			case "resource":
				m.resource = raw
			case "scopeAttributes":
				m.scopeAttributes = raw
			default:
				m.extra = raw
			}
		case "scope", "scopeVersion", "description", "metric", "temporality":
			if s.Kind() != jsonscan.String {
				return false
			}
			name := string(key)
			v, _ := s.Text()
			v = bytes.Clone(v)
			switch name {
			case "scope":
				m.scope = v
			case "scopeVersion":
				m.version = v
			case "description":
				m.description = v
			case "metric":
				m.kind = string(v)
			default:
				for i, t := range temporalities {
					if t == string(v) {
						m.temporality = uint64(i)
					}
				}
			}
		case "monotonic":
			if s.Kind() != jsonscan.Bool {
				return false
			}
			m.monotonic, _ = s.Bool()
		default:
			return false
		}
	}
	if s.End() != nil {
		return false
	}
	_, ok := fieldOf(m.kind)
	return ok
}

// fieldOf is the field of a metric for a kind.
func fieldOf(kind string) (int32, bool) {
	for n, k := range metricKinds {
		if k.kind == kind {
			return n, true
		}
	}
	return 0, false
}

func (w *writer) row(i int) {
	b, d := w.b, &w.b.Detail[i]
	name := b.Attributes.Text(b.Attribute[i])
	if text := b.Bytes(d.Meta); w.metaText == nil || !bytes.Equal(text, w.metaText) {
		w.metaBad = !w.readMeta(text)
		if w.metaBad {
			w.meta = metadata{kind: "gauge"}
		}
		w.metaText = append([]byte{}, text...)
	}
	switch {
	case b.Kind[i] == telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return
	case name == "":
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	field, _ := fieldOf(w.meta.kind)
	kind := metricKinds[field]
	if kind.points != mNumberPoint && (b.Kind[i] == telemetry.Number || b.Kind[i] == telemetry.Bool) {
		field, kind = 5, metricKinds[5]
	}
	if !w.makeValue(i, kind.points) {
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	w.attributes(i)
	w.keys(i, field, name)
	w.reach(field, kind.data)
	var mark int
	w.dst, mark = protowire.Begin(w.dst, 1)
	w.times(i, kind.points)
	w.dst = append(w.dst, w.value...)
	for _, p := range w.point.pairs {
		w.dst = w.appendPair(w.dst, fieldNamed(kind.points, "attributes"), p)
	}
	w.dst = protowire.End(w.dst, mark)
	w.lose(i)
}

func fieldNamed(m messageID, name string) int32 { return byName(m, []byte(name)).num }

// lose counts what is not carried, or in another way.
func (w *writer) lose(i int) {
	b, d := w.b, &w.b.Detail[i]
	if b.Time[i] != telemetry.NoTime && d.Offset != telemetry.NoOffset {
		w.losses.Add(telemetry.LossOffset, i)
	}
	raw := b.Raw.Text(d.Raw)
	special := b.Kind[i] == telemetry.None && b.Quality[i] == telemetry.Invalid && (raw == "NaN" || raw == "Infinity" || raw == "-Infinity")
	if (b.Quality[i] != telemetry.QualityUnknown || raw != "") && !special {
		w.losses.Add(telemetry.LossQuality, i)
	}
}

// makeValue makes the fields of a point that are its value. False: there are none for it.
func (w *writer) makeValue(i int, points messageID) bool {
	b, d := w.b, &w.b.Detail[i]
	w.value = w.value[:0]
	special := math.NaN()
	if b.Kind[i] == telemetry.None {
		switch raw := b.Raw.Text(d.Raw); {
		case b.Quality[i] != telemetry.Invalid || points != mNumberPoint:
		case raw == "Infinity" || raw == "-Infinity":
			special, _ = strconv.ParseFloat(raw, 64)
			fallthrough
		case raw == "NaN":
			w.value = protowire.AppendDouble(w.value, 4, special)
			return true
		}
		w.value = protowire.AppendVarint(w.value, fieldNamed(points, "flags"), noRecordedValue)
		return true
	}
	if points != mNumberPoint {
		if b.Kind[i] != telemetry.JSON {
			return false
		}
		return w.convertValue(i, points)
	}
	switch b.Kind[i] {
	case telemetry.Bool:
		w.losses.Add(telemetry.LossType, i)
		w.value = protowire.AppendFixed64(w.value, 6, uint64(int64(b.Number[i])))
	case telemetry.Number:
		digits := string(b.Bytes(d.Ref))
		if b.Flags[i]&telemetry.Integer != 0 {
			v, ok := int64(b.Number[i]), math.Abs(b.Number[i]) <= 1<<53 && b.Number[i] == math.Trunc(b.Number[i])
			if digits != "" {
				x, err := strconv.ParseInt(digits, 10, 64)
				v, ok = x, err == nil && float64(x) == b.Number[i]
			}
			if ok {
				if b.Flags[i]&telemetry.Unsigned != 0 {
					w.losses.Add(telemetry.LossType, i)
				}
				w.value = protowire.AppendFixed64(w.value, 6, uint64(v))
				return true
			}
			w.losses.Add(telemetry.LossType, i)
		}
		if digits != "" {
			w.losses.Add(telemetry.LossNumber, i)
		}
		w.value = protowire.AppendDouble(w.value, 4, b.Number[i])
	default:
		return false
	}
	return true
}

// convertValue turns the JSON of a histogram or summary into fields.
func (w *writer) convertValue(i int, points messageID) bool {
	c := &w.convert
	text := w.b.Bytes(w.b.Detail[i].Ref)
	c.dst, c.marks, c.kind, c.err = c.dst[:0], c.marks[:0], nil, nil
	c.s.Reset(text)
	if !c.message(points) || c.s.End() != nil {
		return false
	}
	// Only what is of the value.
	r := protowire.New(c.dst, 0)
	for f, ok := r.Next(); ok; f, ok = r.Next() {
		if notOfValue(byNumber(points, f.Num)) {
			return false
		}
	}
	w.value = append(w.value, c.dst...)
	if !bytes.Equal(appendJSON(nil, c.dst, points, nil), text) {
		w.losses.Add(telemetry.LossType, i) // it is spelt in another way
	}
	return true
}

// attributes parses the dataset of a row.
func (w *writer) attributes(i int) {
	text := w.b.Datasets.Text(w.b.Dataset[i])
	a := &w.point
	a.reset()
	var ok bool
	if a.pairs, a.buf, ok = tags.Parse(a.pairs, a.buf, text); !ok {
		w.losses.Add(telemetry.LossDataset, i)
		a.reset()
		a.pairs = append(a.pairs, tags.Pair{Key: []byte("dataset"), Value: []byte(text)})
		return
	}
	for _, p := range a.pairs {
		if !w.same(p.Value) {
			w.losses.Add(telemetry.LossDataset, i)
			return
		}
	}
}

// same reports whether the value of an attribute is read back as it is.
func (w *writer) same(text []byte) bool {
	if !likeJSON(text) {
		return true
	}
	v, ok := appendValue(nil, text, &w.s)
	return ok && bytes.Equal(appendText(nil, v), text)
}

// appendPair appends a KeyValue.
func (w *writer) appendPair(dst []byte, num int32, p tags.Pair) []byte {
	dst, outer := protowire.Begin(dst, num)
	dst = protowire.AppendBytes(dst, 1, p.Key)
	dst, inner := protowire.Begin(dst, 2)
	out, ok := appendValue(dst, p.Value, &w.s)
	if !ok {
		out = protowire.AppendBytes(dst, 1, p.Value)
	}
	return protowire.End(protowire.End(out, inner), outer)
}

// keys makes the fields of the resource, the scope and the metric of a row, but for what they
// hold.
func (w *writer) keys(i int, field int32, name string) {
	b, m := w.b, &w.meta
	n := &w.next
	n.resource = n.resource[:0]
	if len(m.resource) > 0 {
		w.s.Reset(m.resource)
		var ok bool
		if n.resource, ok = appendPairs(n.resource, &w.s, 1); !ok {
			n.resource = n.resource[:0]
		}
	}
	w.resource.reset()
	w.resource.addAll(n.resource, 1)
	w.resource.sort()
	want := b.Entities.At(b.Entity[i])
	id, typ, _ := w.c.entity(w.point.pairs, w.resource.pairs, &w.id)
	bad := false
	add := func(key, value string) {
		bad = bad || !w.same([]byte(value))
		p := tags.Pair{Key: []byte(key), Value: []byte(value)}
		n.resource = w.appendPair(n.resource, 1, p)
		w.resource.pairs = append(w.resource.pairs, p)
	}
	if string(typ) != want.Type {
		if _, there := tags.Get(w.resource.pairs, w.c.Type); !there && want.Type != "" {
			add(w.c.Type, want.Type)
		}
	}
	if string(id) != want.ID {
		if _, there := tags.Get(w.resource.pairs, w.c.ID[0]); !there && want.ID != "" {
			add(w.c.ID[0], want.ID)
		}
	}
	tags.Sort(w.resource.pairs)
	id, typ, own := w.c.entity(w.point.pairs, w.resource.pairs, &w.id)
	if bad || string(id) != want.ID || string(typ) != want.Type {
		w.losses.Add(telemetry.LossEntity, i)
	}

	n.scope = n.scope[:0]
	if len(m.scope) > 0 {
		n.scope = protowire.AppendBytes(n.scope, 1, m.scope)
	}
	if len(m.version) > 0 {
		n.scope = protowire.AppendBytes(n.scope, 2, m.version)
	}
	if len(m.scopeAttributes) > 0 {
		w.s.Reset(m.scopeAttributes)
		n.scope, _ = appendPairs(n.scope, &w.s, 3)
	}

	n.metric = protowire.AppendBytes(n.metric[:0], 1, name)
	if len(m.description) > 0 {
		n.metric = protowire.AppendBytes(n.metric, 2, m.description)
	}
	if u := b.Units.At(b.UnitRef[i]); u.Given != "" {
		code := u.Given
		if u.System != telemetry.UCUM {
			w.losses.Add(telemetry.LossUnit, i)
			if !u.Unit.IsZero() {
				code = u.Unit.String()
			}
		}
		n.metric = protowire.AppendBytes(n.metric, 3, code)
	}
	if len(m.extra) > 0 {
		w.s.Reset(m.extra)
		n.metric, _ = appendPairs(n.metric, &w.s, 12)
	}
	// What will be read back?
	back := metric{kind: metricKinds[field].kind, description: m.description, temporality: m.temporality, monotonic: m.monotonic && field == 7, metadata: len(m.extra) > 0, wire: n.metric, resource: n.resource, scope: n.scope}
	w.back = w.c.appendMeta(w.back[:0], &back, !own && w.c.hidden(w.resource.pairs))
	if !bytes.Equal(w.back, b.Bytes(b.Detail[i].Meta)) {
		w.losses.Add(telemetry.LossMeta, i)
	}
	// The rest tells metrics apart, and is written in the data.
	n.metric = append(n.metric, byte(field), byte(m.temporality))
	if m.monotonic {
		n.metric = append(n.metric, 1)
	}
}

// reach opens the resource, the scope, the metric and the data that the row needs.
func (w *writer) reach(field int32, data messageID) {
	l, n := &w.last, &w.next
	switch {
	case w.open == 0:
	case !bytes.Equal(l.resource, n.resource):
		w.close(0)
	case !bytes.Equal(l.scope, n.scope):
		w.close(1)
	case !bytes.Equal(l.metric, n.metric):
		w.close(2)
	}
	if w.open == 0 {
		w.begin(1)
		var mark int
		w.dst, mark = protowire.Begin(w.dst, 1)
		w.dst = protowire.End(append(w.dst, n.resource...), mark)
		l.resource = append(l.resource[:0], n.resource...)
	}
	if w.open == 1 {
		w.begin(2)
		if len(n.scope) > 0 {
			var mark int
			w.dst, mark = protowire.Begin(w.dst, 1)
			w.dst = protowire.End(append(w.dst, n.scope...), mark)
		}
		l.scope = append(l.scope[:0], n.scope...)
	}
	if w.open == 2 {
		w.begin(2)
		head := n.metric[:len(n.metric)-2]
		if w.meta.monotonic {
			head = n.metric[:len(n.metric)-3]
		}
		w.dst = append(w.dst, head...)
		w.begin(field)
		if data != mGauge && data != mSummary {
			w.dst = protowire.AppendVarint(w.dst, 2, w.meta.temporality)
			if data == mSum && w.meta.monotonic {
				w.dst = protowire.AppendVarint(w.dst, 3, 1)
			}
		}
		l.metric = append(l.metric[:0], n.metric...)
	}
}

func (w *writer) begin(num int32) {
	w.dst, w.marks[w.open] = protowire.Begin(w.dst, num)
	w.open++
}

// close ends messages until only n are open; data goes with its metric.
func (w *writer) close(n int) {
	for w.open > n {
		w.open--
		w.dst = protowire.End(w.dst, w.marks[w.open])
	}
}

// times writes the times of a row.
func (w *writer) times(i int, points messageID) {
	b := w.b
	t := b.Time[i]
	if t == telemetry.NoTime {
		return
	}
	if t <= 0 {
		w.losses.Add(telemetry.LossTime, i) // 0 is none
		return
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		if from := b.Detail[i].From; from > 0 {
			w.dst = protowire.AppendFixed64(w.dst, fieldNamed(points, "startTimeUnixNano"), uint64(from))
		} else {
			w.losses.Add(telemetry.LossInterval, i)
		}
	}
	w.dst = protowire.AppendFixed64(w.dst, fieldNamed(points, "timeUnixNano"), uint64(t))
}
