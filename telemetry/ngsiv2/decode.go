package ngsiv2

import (
	"bytes"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// Decoder reads NGSIv2. It is for one goroutine at a time.
type Decoder struct {
	c Config
	r jsonrec.Reader

	// As values, so that passing them makes nothing anew.
	entity, inner, notification, update func() bool

	deleting bool
	id, typ  []byte

	// Of the attribute being read.
	kind     []byte // its type, copied
	value    []byte // raw, with
	valueAt  int
	hasValue bool
	meta     []byte
	text     []byte // of an item of metadata, from
	textAt   int
	textEnd  int
}

// NewDecoder returns a decoder. What is wrong with c is said by Decode.
func NewDecoder(c Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	d := &Decoder{c: c, r: jsonrec.Reader{Format: name, C: c.Config, Names: c.TimeAttributes, Forbidden: forbidden}}
	if d.r.Names == nil {
		d.r.Names = []string{"TimeInstant", "dateObserved", "dateModified"}
	}
	d.entity = func() bool { return d.readEntity(true) }
	d.inner = func() bool { return d.readEntity(false) }
	d.notification = func() bool { return d.r.Members("data", d.inner, nil) }
	d.update = d.readUpdate
	return d
}

// Decode appends the rows of one message to dst: an entity or an array of them, a
// notification or a batch update. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	if err := d.r.Begin(dst, src); err != nil {
		return err
	}
	d.deleting = false
	read := false
	if d.r.S.Kind() == jsonscan.Array {
		read = d.r.List(d.inner)
	} else {
		read = d.r.Message(d.entity)
	}
	return d.r.End(read)
}

// readUpdate reads a batch update, whose action may stand behind the entities.
func (d *Decoder) readUpdate() bool {
	s := &d.r.S
	start := s.Mark()
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		if string(key) != "actionType" {
			s.Skip()
			continue
		}
		if s.Kind() != jsonscan.String {
			d.r.Record = max(d.r.Record, 1)
			d.r.Wrong("the actionType", jsonscan.String)
			return d.r.Ended()
		}
		at := s.Offset()
		text, _ := s.Text()
		switch string(text) {
		case "append", "appendStrict", "update", "replace", "APPEND", "UPDATE":
		case "delete", "DELETE":
			d.deleting = true
		default:
			d.r.Record = max(d.r.Record, 1)
			d.r.Fail(telemetry.ErrUnknown, at, "the actionType %.40q is not known; append, appendStrict, update, replace or delete", text)
			return d.r.Ended()
		}
	}
	if s.Err() != nil {
		return d.r.Ended()
	}
	s.Back(start)
	return d.r.Members("entities", d.inner, nil)
}

// readEntity reads an entity. At the top it may turn out to be something else.
func (d *Decoder) readEntity(top bool) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		if s.Kind() == jsonscan.Array {
			return d.r.Fail(telemetry.ErrUnsupported, s.Offset(), "the values representation has no names; ask for normalized or keyValues")
		}
		return d.r.Wrong("an entity", jsonscan.Object)
	}
	d.id, d.typ = append(d.id[:0], d.c.Entity.ID...), append(d.typ[:0], d.c.Entity.Type...)
	d.r.BeginEntity()
	start, first := s.Offset(), d.r.B.Len()
	s.Object()
	hasID, hasType := false, false
	for {
		if (hasID || !top && s.Begun()) && !d.deleting {
			d.r.Repeat()
		}
		at := s.Offset()
		key, ok := s.RawKey()
		if !ok {
			break
		}
		switch {
		case string(key) == "id":
			if hasID {
				return d.r.Fail(telemetry.ErrDuplicate, at, "the member id stands twice in one entity")
			}
			hasID = true
			if !d.name(&d.id, "the id of an entity") {
				return false
			}
		case string(key) == "type":
			if hasType {
				return d.r.Fail(telemetry.ErrDuplicate, at, "the member type stands twice in one entity")
			}
			hasType = true
			if !d.name(&d.typ, "the type of an entity") {
				return false
			}
		case top && !hasID && (string(key) == "subscriptionId" || string(key) == "data") && (string(key) == "subscriptionId" || s.Kind() == jsonscan.Array):
			d.r.Unwrap = d.notification
			return false
		case top && !hasID && (string(key) == "actionType" && s.Kind() == jsonscan.String || string(key) == "entities" && s.Kind() == jsonscan.Array):
			d.r.Unwrap = d.update
			return false
		case string(key) == "@context":
			if _, ok := s.Skip(); !ok {
				return false
			}
			d.r.Find(telemetry.ErrUnknown, at, "@context is of NGSI-LD; passed over")
		default:
			if !d.attribute(key, at, (hasID || !top) && !d.deleting) {
				return false
			}
		}
	}
	if s.Err() != nil {
		return false
	}
	if len(d.id) == 0 {
		return d.r.Fail(telemetry.ErrMissing, start, "an entity without id; a fragment needs Config.Entity")
	}
	if d.deleting && d.r.B.Len() == first {
		row := jsonrec.NewRow(0)
		row.Kind = telemetry.Deleted
		d.r.Put(&row, start)
	}
	if d.c.Check != nil && !d.r.Judge(d.c.Check, d.typ, start) {
		return false
	}
	return d.r.EndEntity(first, d.id, d.typ, start, "TimeInstant")
}

// name reads an id or a type.
func (d *Decoder) name(dst *[]byte, what string) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.String {
		return d.r.Wrong(what, jsonscan.String)
	}
	at := s.Offset()
	text, ok := s.Text()
	switch {
	case !ok:
		return false
	case len(text) == 0:
		return d.r.Fail(telemetry.ErrName, at, "%s is empty", what)
	case len(text) > d.c.Limits.Name:
		return d.r.Fail(telemetry.ErrLimit, at, "%s has %d bytes; the limit is %d: raise Limits.Name", what, len(text), d.c.Limits.Name)
	}
	d.checkName(text, at)
	*dst = append((*dst)[:0], text...)
	return true
}

func (d *Decoder) checkName(text []byte, at int) {
	if i := bytes.IndexAny(text, forbiddenNames); i >= 0 {
		d.r.Find(telemetry.ErrName, at, "%.80q has %q, which NGSIv2 forbids", text, text[i])
	}
}

// attribute reads an attribute whose key has been read. With more, those after it may be read too.
func (d *Decoder) attribute(key []byte, at int, more bool) bool {
	s := &d.r.S
	switch {
	case len(key) == 0:
		return d.r.Fail(telemetry.ErrName, at, "an attribute without name")
	case len(key) > d.c.Limits.Name:
		return d.r.Fail(telemetry.ErrLimit, at, "a name of %d bytes; the limit is %d: raise Limits.Name", len(key), d.c.Limits.Name)
	}
	known := d.r.B.Attributes.Len()
	code := d.r.B.Attributes.Code(key)
	if d.r.B.Attributes.Len() > known {
		d.checkName(key, at)
	}
	if more && d.r.Resume(code, at) {
		return true
	}
	if !d.r.Attribute(code, key, at) {
		return false
	}
	row, any := jsonrec.NewRow(code), false
	d.kind, d.meta, d.value, d.hasValue = d.kind[:0], d.meta[:0], nil, false
	switch s.Kind() {
	case jsonscan.Object:
		m, data := s.Mark(), len(d.r.B.Data)
		whole, ok := d.normalized(&row)
		if !ok {
			return false
		}
		any = !whole
		if whole { // keyValues: the object is the value
			s.Back(m)
			d.r.B.Data = d.r.B.Data[:data]
			row = jsonrec.NewRow(code)
			d.kind = d.kind[:0]
			d.valueAt = s.Offset()
			raw, ok := s.Skip()
			if !ok {
				return false
			}
			d.r.ValueAt(d.valueAt)
			if d.r.IsGeometry(raw) {
				ok = d.r.Geometry(&row, raw, d.valueAt)
			} else {
				ok = d.r.JSON(&row, raw)
			}
			if !ok {
				return false
			}
		} else if !d.finish(&row, at) {
			return false
		}
	case jsonscan.Array:
		any = true
		from := s.Offset()
		raw, ok := s.Skip()
		if !ok || !d.r.JSON(&row, raw) {
			return false
		}
		d.r.ValueAt(from)
	default:
		from := s.Offset()
		if !d.r.Scalar(&row) {
			return false
		}
		d.r.ValueAt(from)
	}
	if d.deleting {
		row.Kind, row.Number, row.Detail.Ref, row.Detail.Meta = telemetry.Deleted, 0, telemetry.Span{}, telemetry.Span{}
	}
	d.r.Put(&row, at)
	if !d.deleting {
		d.r.Learn(&row, any)
	}
	return true
}

// normalized reads an attribute with type, value and metadata. whole says that it is something else.
func (d *Decoder) normalized(row *telemetry.Row) (whole, ok bool) {
	s := &d.r.S
	s.Object()
	n, hasType, hasMeta := 0, false, false
	for {
		at := s.Offset()
		key, ok := s.RawKey()
		if !ok {
			break
		}
		n++
		switch string(key) {
		case "type":
			if hasType {
				return false, d.r.Fail(telemetry.ErrDuplicate, at, "the member type stands twice in one attribute")
			}
			hasType = true
			if s.Kind() != jsonscan.String {
				return true, true
			}
			text, ok := s.Text()
			if !ok {
				return false, false
			}
			d.kind = append(d.kind[:0], text...)
		case "value":
			if d.hasValue {
				return false, d.r.Fail(telemetry.ErrDuplicate, at, "the member value stands twice in one attribute")
			}
			d.hasValue = true
			s.Kind()
			d.valueAt = s.Offset()
			if k := s.Kind(); k == jsonscan.Object || k == jsonscan.Array {
				if d.value, ok = s.Skip(); !ok {
					return false, false
				}
			} else if !d.r.Scalar(row) {
				return false, false
			}
			d.r.ValueAt(d.valueAt)
		case "metadata":
			if hasMeta {
				return false, d.r.Fail(telemetry.ErrDuplicate, at, "the member metadata stands twice in one attribute")
			}
			hasMeta = true
			if s.Kind() != jsonscan.Object {
				return true, true
			}
			if !d.metadata(row) {
				return false, false
			}
		default:
			return true, true
		}
	}
	if s.Err() != nil {
		return false, false
	}
	return n == 0, true
}

// finish makes the row of a normalized attribute by its type.
func (d *Decoder) finish(row *telemetry.Row, at int) bool {
	if len(d.kind) > d.c.Limits.Name {
		return d.r.Fail(telemetry.ErrLimit, at, "the type of an attribute has %d bytes; raise Limits.Name", len(d.kind))
	}
	switch string(d.kind) {
	case "geo:json", "geo:geojson":
		if d.value != nil && d.value[0] == '{' {
			if !d.r.Geometry(row, d.value, d.valueAt) {
				return false
			}
			break
		}
		if !d.misfit(row, "not a GeoJSON geometry") {
			return false
		}
	case "geo:point", "coords":
		if !d.point(row) {
			return false
		}
	case "Relationship", "Reference":
		if row.Kind == telemetry.Text {
			row.Flags |= telemetry.Relation
		}
	}
	if d.value != nil && row.Kind == telemetry.None {
		if !d.r.JSON(row, d.value) {
			return false
		}
	}
	if row.Kind == telemetry.Text && string(d.kind) != "TextUnrestricted" {
		if text := d.r.B.Bytes(row.Detail.Ref); bytes.ContainsAny(text, forbidden) {
			d.r.Find(telemetry.ErrValue, d.valueAt, "%.80q has a character that NGSIv2 forbids; its type should be TextUnrestricted", text)
		}
	}
	var text []byte
	if row.Kind == telemetry.Text {
		text = d.r.B.Bytes(row.Detail.Ref)
	}
	if string(d.kind) == defaultType(row.Kind, row.Flags&telemetry.Relation != 0, text) {
		d.kind = d.kind[:0]
	}
	if len(d.kind) > 0 || len(d.meta) > 0 {
		b := d.r.B
		n := len(b.Data)
		b.Data = append(b.Data, '{')
		if len(d.kind) > 0 {
			b.Data = jsonscan.AppendString(append(b.Data, `"type":`...), d.kind)
			if len(d.meta) > 0 {
				b.Data = append(b.Data, ',')
			}
		}
		if len(d.meta) > 0 {
			b.Data = append(append(append(b.Data, `"metadata":{`...), d.meta...), '}')
		}
		b.Data = append(b.Data, '}')
		row.Detail.Meta = telemetry.Span{Off: uint32(n), Len: uint32(len(b.Data) - n)}
	}
	return true
}

// misfit deals with a value that its type does not allow; null is allowed everywhere.
func (d *Decoder) misfit(row *telemetry.Row, why string) bool {
	switch {
	case d.value == nil && row.Kind == telemetry.None:
		return true
	case d.c.Policy != telemetry.Keep:
		return d.r.Fail(telemetry.ErrValue, d.valueAt, "the value is %s", why)
	case d.value != nil:
		return d.r.Coerce(row, d.value, d.valueAt, why)
	}
	d.r.CoerceScalar(row, d.valueAt, why)
	return true
}

// point makes a point of "latitude, longitude".
func (d *Decoder) point(row *telemetry.Row) bool {
	if row.Kind != telemetry.Text {
		return d.misfit(row, `no "latitude, longitude"`)
	}
	a, b, ok := bytes.Cut(d.r.B.Bytes(row.Detail.Ref), []byte(","))
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	if !ok || len(a) > 32 || len(b) > 32 {
		return d.misfit(row, `no "latitude, longitude"`)
	}
	lat, err := strconv.ParseFloat(string(a), 64)
	lon, err2 := strconv.ParseFloat(string(b), 64)
	if err != nil || err2 != nil || !jsonrec.OnGlobe(lon, lat) {
		return d.misfit(row, "outside the globe, or no latitude and longitude; latitude comes first")
	}
	d.r.B.Data = d.r.B.Data[:row.Detail.Ref.Off]
	row.Kind, row.Detail.Ref = telemetry.Point, d.r.B.PutPoint(telemetry.Position{Lon: lon, Lat: lat})
	return true
}
