package ngsild

import (
	"math"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// kind is the type of an attribute.
type kind uint8

const (
	none kind = iota
	property
	geoProperty
	relationship
	languageProperty
	jsonProperty
	vocabProperty
	listProperty
	listRelationship
)

// kinds has the type's name, the member with its value, and the member with values of the
// simplified temporal representation.
var kinds = [...]struct{ name, member, series string }{
	property:         {"Property", "value", "values"},
	geoProperty:      {"GeoProperty", "value", "values"},
	relationship:     {"Relationship", "object", "objects"},
	languageProperty: {"LanguageProperty", "languageMap", "languageMaps"},
	jsonProperty:     {"JsonProperty", "json", "jsons"},
	vocabProperty:    {"VocabProperty", "vocab", "vocabs"},
	listProperty:     {"ListProperty", "valueList", "valueLists"},
	listRelationship: {"ListRelationship", "objectList", "objectLists"},
}

// aggregates are the methods of the aggregated temporal representation.
var aggregates = [...]string{"avg", "distinctCount", "max", "min", "stddev", "sum", "sumsq", "totalCount"}

// aggregateDataset begins the dataset of a row of an aggregate, so that means and
// extremes do not mix.
const aggregateDataset = "aggrMethod:"

const deletion = "urn:ngsi-ld:null"

// kindOf is the attribute type of a name, none if it is not one.
func kindOf(text []byte) kind {
	switch string(text) {
	case "Property":
		return property
	case "GeoProperty":
		return geoProperty
	case "Relationship":
		return relationship
	case "LanguageProperty":
		return languageProperty
	case "JsonProperty":
		return jsonProperty
	case "VocabProperty":
		return vocabProperty
	case "ListProperty":
		return listProperty
	case "ListRelationship":
		return listRelationship
	}
	return none
}

// Members of an instance of an attribute.
const (
	mType = 1 << iota
	mValue
	mTime
	mUnit
	mDataset
	mDeleted
	mSeries
)

// instance is what has been read of an instance of an attribute.
type instance struct {
	row     telemetry.Row
	raw     []byte        // the value, an object or an array
	start   jsonscan.Mark // the instance
	series  jsonscan.Mark
	rawAt   int
	deleted instant.Time // deletedAt
	seen    uint8
	kind    kind
	member  kind // that the value's member stands for
	many    kind // likewise of the series
	aggr    bool // there are aggregates
}

// outcome of reading an instance.
type outcome uint8

const (
	failed outcome = iota
	done
	again    // it has members beyond the core's; read with care
	compound // it is no instance: the object is the value
)

// value reads the value of an attribute in whatever representation.
func (d *Decoder) value(attr uint32, at int) bool {
	r := telemetry.Row{Attribute: attr, Time: telemetry.NoTime}
	r.Detail.Offset = telemetry.NoOffset
	switch d.s.Kind() {
	case jsonscan.Object:
		return d.object(attr, at)
	case jsonscan.Array:
		return d.array(attr, at)
	case jsonscan.String:
		text, ok := d.s.Text()
		if !ok || !d.text(&r, text) {
			return false
		}
	case jsonscan.Num:
		if !d.number(&r) {
			return false
		}
	case jsonscan.Bool:
		v, ok := d.s.Bool()
		if !ok {
			return false
		}
		setBool(&r, v)
	case jsonscan.Null:
		return d.fail(telemetry.ErrValue, d.s.Offset(), "null is no value; a deletion is written %q", deletion)
	default:
		d.s.Skip()
		return false
	}
	return d.put(&r, at)
}

func setBool(r *telemetry.Row, v bool) {
	r.Kind = telemetry.Bool
	if v {
		r.Number = 1
	}
}

// text takes a text, or the deletion that it says.
func (d *Decoder) text(r *telemetry.Row, text []byte) bool {
	if len(text) == len(deletion) && string(text) == deletion {
		r.Kind = telemetry.Deleted
		return true
	}
	if len(text) > d.c.Limits.Text {
		return d.fail(telemetry.ErrLimit, d.s.Offset(), "a text of %d bytes; the limit is %d: raise Limits.Text", len(text), d.c.Limits.Text)
	}
	r.Kind = telemetry.Text
	r.Detail.Ref = d.b.PutText(text)
	return true
}

// json takes an object or an array.
func (d *Decoder) json(r *telemetry.Row, raw []byte) bool {
	if len(raw) > d.c.Limits.Text {
		return d.fail(telemetry.ErrLimit, d.s.Offset(), "a value of %d bytes; the limit is %d: raise Limits.Text", len(raw), d.c.Limits.Text)
	}
	r.Kind = telemetry.JSON
	r.Detail.Ref = d.compact(raw)
	return true
}

func (d *Decoder) compact(raw []byte) telemetry.Span {
	n := len(d.b.Data)
	d.b.Data = jsonscan.AppendCompact(d.b.Data, raw)
	return telemetry.Span{Off: uint32(n), Len: uint32(len(d.b.Data) - n)}
}

// number takes a number; under Keep one beyond float64 as text.
func (d *Decoder) number(r *telemetry.Row) bool {
	m := d.s.Mark()
	n, ok := d.s.Number()
	if !ok {
		if d.c.Policy == telemetry.Keep && d.s.Err().Code == jsonscan.Range {
			d.s.Back(m)
			return d.coerce(r, "beyond float64")
		}
		return false
	}
	r.Kind, r.Number = telemetry.Number, n.Value
	if !n.Exact() {
		if len(n.Raw) > d.c.Limits.Text {
			return d.fail(telemetry.ErrLimit, d.s.Offset(), "a number of %d digits; the limit is %d: raise Limits.Text", len(n.Raw), d.c.Limits.Text)
		}
		r.Detail.Ref = d.b.PutText(n.Raw)
	}
	return true
}

// coerce keeps the next value as it is written, as text.
func (d *Decoder) coerce(r *telemetry.Row, why string) bool {
	at := d.s.Offset()
	raw, ok := d.s.Skip()
	if !ok {
		return false
	}
	return d.coerceRaw(r, raw, at, why)
}

func (d *Decoder) coerceRaw(r *telemetry.Row, raw []byte, at int, why string) bool {
	if !d.json(r, raw) {
		return false
	}
	r.Kind = telemetry.Text
	r.Flags |= telemetry.Coerced
	d.find(telemetry.ErrType, at, "%.60s is %s; kept as text", raw, why)
	return true
}

// readTime reads a time into the row.
func (d *Decoder) readTime(r *telemetry.Row) bool {
	if d.s.Kind() != jsonscan.String {
		return d.wrong("a time", jsonscan.String)
	}
	at := d.s.Offset()
	text, ok := d.s.Text()
	if !ok {
		return false
	}
	t, ok := d.parseTime(text, at)
	r.Time, r.Detail.Offset, r.Detail.Precision = t.NS, t.Offset, telemetry.Precision(t.Precision)
	return ok
}

func (d *Decoder) parseTime(text []byte, at int) (instant.Time, bool) {
	// Attributes of one entity mostly have one time.
	if len(text) == d.lastTimeN && string(text) == string(d.lastTime[:d.lastTimeN]) {
		return d.lastAt, true
	}
	t, problem := instant.Parse(text)
	if problem != 0 || t.Precision == instant.Day {
		if problem == 0 {
			problem = instant.Syntax
		}
		return t, d.fail(telemetry.ErrTime, at, "%.60q is %s; write 2026-03-29T10:15:00Z", text, problem)
	}
	if t.Flags != 0 || t.Offset == instant.NoOffset {
		switch {
		case t.Flags&instant.Leap != 0:
			d.find(telemetry.ErrTime, at, "%s is a leap second; it is taken as the second after", text)
		case t.Flags&instant.Cut != 0:
			d.find(telemetry.ErrTime, at, "%s has parts of a nanosecond, which are cut", text)
		default:
			d.find(telemetry.ErrTime, at, "%s has no offset; UTC is meant, or Config.Zone", text)
			t = d.zoned(t, at)
		}
		return t, true
	}
	if len(text) <= len(d.lastTime) {
		d.lastTimeN = copy(d.lastTime[:], text)
		d.lastAt = t
	}
	return t, true
}

// object reads an attribute that is an object: an instance, or a compound value.
func (d *Decoder) object(attr uint32, at int) bool {
	data := len(d.b.Data)
	switch d.instance(attr) {
	case done:
		return d.finish(&d.in, at)
	case compound:
		d.s.Back(d.in.start)
		d.b.Data = d.b.Data[:data]
		return d.compound(attr, at)
	}
	return false
}

// instance reads an object into d.in, with care only if need be.
func (d *Decoder) instance(attr uint32) outcome {
	start, data := d.s.Mark(), len(d.b.Data)
	in := &d.in
	in.reset(attr, start)
	d.meta = d.meta[:0]
	out := d.members(in, false)
	if out == again {
		d.s.Back(start)
		d.b.Data = d.b.Data[:data]
		in.reset(attr, start)
		out = d.members(in, true)
	}
	return out
}

func (in *instance) reset(attr uint32, start jsonscan.Mark) {
	*in = instance{start: start}
	in.row.Attribute, in.row.Time, in.row.Detail.Offset = attr, telemetry.NoTime, telemetry.NoOffset
}

// compound reads an object that is the value of an attribute: a geometry, or anything.
func (d *Decoder) compound(attr uint32, at int) bool {
	r := telemetry.Row{Attribute: attr, Time: telemetry.NoTime}
	r.Detail.Offset = telemetry.NoOffset
	rawAt := d.s.Offset()
	raw, ok := d.s.Skip()
	if !ok {
		return false
	}
	if d.isGeometry(raw) {
		return d.geometry(&r, raw, rawAt) && d.put(&r, at)
	}
	return d.json(&r, raw) && d.put(&r, at)
}

// members reads the members of an instance. With careful it keeps those beyond the
// core's as metadata, and finds keys that stand twice among them.
func (d *Decoder) members(in *instance, careful bool) outcome {
	s := &d.s
	s.Object()
	for {
		at := s.Offset()
		var key []byte
		var ok bool
		if careful {
			key, ok = s.Key()
		} else {
			key, ok = s.RawKey()
		}
		if !ok {
			break
		}
		bit, member := uint8(0), none
		switch len(key) {
		case 4:
			switch string(key) {
			case "type":
				bit = mType
			case "json":
				bit, member = mValue, jsonProperty
			}
		case 5:
			switch string(key) {
			case "value":
				bit, member = mValue, property
			case "vocab":
				bit, member = mValue, vocabProperty
			case "@type":
				bit = mType
			case "jsons":
				bit, member = mSeries, jsonProperty
			}
		case 6:
			switch string(key) {
			case "object":
				bit, member = mValue, relationship
			case "values":
				bit, member = mSeries, property
			case "vocabs":
				bit, member = mSeries, vocabProperty
			}
		case 7:
			if string(key) == "objects" {
				bit, member = mSeries, relationship
			}
		case 8:
			if string(key) == "unitCode" {
				bit = mUnit
			}
		case 9:
			switch string(key) {
			case "datasetId":
				bit = mDataset
			case "valueList":
				bit, member = mValue, listProperty
			case "deletedAt":
				bit = mDeleted
			}
		case 10:
			switch string(key) {
			case "observedAt":
				bit = mTime
			case "objectList":
				bit, member = mValue, listRelationship
			case "valueLists":
				bit, member = mSeries, listProperty
			}
		case 11:
			switch string(key) {
			case "languageMap":
				bit, member = mValue, languageProperty
			case "objectLists":
				bit, member = mSeries, listRelationship
			}
		case 12:
			if string(key) == "languageMaps" {
				bit, member = mSeries, languageProperty
			}
		}
		if bit == 0 {
			if string(key) == "@context" && d.c.Attribute != "" {
				if _, ok := s.Skip(); !ok {
					return failed
				}
				continue
			}
			if !careful {
				return again
			}
			if !d.extra(in, key) {
				return failed
			}
			continue
		}
		if in.seen&bit != 0 {
			if bit == mValue && in.member != member || bit == mSeries && in.many != member {
				return d.or(d.fail(telemetry.ErrType, at, "the member %q beside another value of the attribute", key))
			}
			return d.or(d.fail(telemetry.ErrDuplicate, at, "the member %q stands twice in one attribute", key))
		}
		in.seen |= bit
		switch bit {
		case mType:
			if s.Kind() != jsonscan.String {
				return compound
			}
			text, ok := s.Text()
			if !ok {
				return failed
			}
			if in.kind = kindOf(text); in.kind == none {
				return compound
			}
		case mValue:
			in.member = member
			if !d.readValue(in) {
				return failed
			}
		case mTime:
			if !d.readTime(&in.row) {
				return failed
			}
		case mUnit:
			if s.Kind() != jsonscan.String {
				return d.or(d.wrong("a unitCode", jsonscan.String))
			}
			text, ok := s.Text()
			if !ok {
				return failed
			}
			code, added := d.b.Units.Code(telemetry.CEFACT, text)
			if added && d.b.Units.At(code).Unit.IsZero() {
				d.find(telemetry.ErrUnit, at, "the unit %.40q is not a known UN/CEFACT code; it is kept as text", text)
			}
			in.row.UnitRef = code
		case mDataset:
			if s.Kind() != jsonscan.String {
				return d.or(d.wrong("a datasetId", jsonscan.String))
			}
			text, ok := s.Text()
			if !ok {
				return failed
			}
			if len(text) > d.c.Limits.Name {
				return d.or(d.fail(telemetry.ErrLimit, at, "a datasetId of %d bytes; raise Limits.Name", len(text)))
			}
			if string(text) != "@none" { // the default instance
				in.row.Dataset = d.b.Datasets.Code(text)
			}
		case mDeleted:
			r := telemetry.Row{}
			if !d.readTime(&r) {
				return failed
			}
			in.deleted = instant.Time{NS: r.Time, Offset: r.Detail.Offset, Precision: instant.Precision(r.Detail.Precision)}
		case mSeries:
			in.many = member
			s.Kind()
			in.series = s.Mark()
			if _, ok := s.Skip(); !ok {
				return failed
			}
		}
	}
	if s.Err() != nil {
		return failed
	}
	if in.kind == none && in.seen&(mValue|mSeries) == 0 && !in.aggr {
		return compound
	}
	return done
}

// or makes an outcome of a failure.
func (d *Decoder) or(bool) outcome { return failed }

// readValue reads the value of an instance, which an object or array is left for later.
func (d *Decoder) readValue(in *instance) bool {
	s := &d.s
	switch k := s.Kind(); k {
	case jsonscan.Num:
		if in.member == property {
			return d.number(&in.row)
		}
	case jsonscan.String:
		if in.member == property || in.member == relationship || in.member == vocabProperty {
			text, ok := s.Text()
			return ok && d.text(&in.row, text)
		}
	case jsonscan.Bool:
		if in.member == property {
			v, ok := s.Bool()
			setBool(&in.row, v)
			return ok
		}
	case jsonscan.Null:
		if in.member != jsonProperty {
			return d.fail(telemetry.ErrValue, s.Offset(), "null is no value; a deletion is written %q", deletion)
		}
	}
	in.rawAt = s.Offset()
	raw, ok := s.Skip()
	in.raw = raw
	return ok
}

// extra keeps a member beyond the core's, as it is, for the metadata; aggregates are noted.
func (d *Decoder) extra(in *instance, key []byte) bool {
	if aggregate(key) >= 0 && d.s.Kind() == jsonscan.Array {
		in.aggr = true
		_, ok := d.s.Skip()
		return ok
	}
	if len(d.meta) > 0 {
		d.meta = append(d.meta, ',')
	}
	d.meta = jsonscan.AppendString(d.meta, key)
	d.meta = append(d.meta, ':')
	raw, ok := d.s.Skip()
	if !ok {
		return false
	}
	if len(d.meta)+len(raw) > d.c.Limits.Text {
		return d.fail(telemetry.ErrLimit, d.s.Offset(), "more than %d bytes of metadata; raise Limits.Text", d.c.Limits.Text)
	}
	d.meta = jsonscan.AppendCompact(d.meta, raw)
	return true
}

func aggregate(key []byte) int {
	for i, a := range aggregates {
		if string(key) == a {
			return i
		}
	}
	return -1
}

// finish makes rows of an instance.
func (d *Decoder) finish(in *instance, at int) bool {
	r := &in.row
	if in.aggr || in.seen&mSeries != 0 {
		return d.temporal(in, at)
	}
	k := in.kind
	switch {
	case in.seen&mValue == 0:
		if r.Kind == telemetry.None {
			return d.fail(telemetry.ErrMissing, at, "an attribute of type %s without %s", kinds[k].name, kinds[k].member)
		}
	case k == none:
		k = in.member
		if k == property && in.raw != nil && d.isGeometry(in.raw) {
			k = geoProperty
		}
	case kinds[k].member != kinds[in.member].member:
		return d.fail(telemetry.ErrType, at, "an attribute of type %s with %s; its member is %s", kinds[k].name, kinds[in.member].member, kinds[k].member)
	}
	if k != property || in.raw != nil {
		if !d.typedValue(in, k) {
			return false
		}
	}
	if in.seen&mDeleted != 0 {
		d.deletedAt(in)
	}
	if len(d.meta) > 0 || k > relationship && r.Kind != telemetry.Deleted {
		d.putMeta(r, k)
	}
	return d.put(r, at)
}

// deletedAt is the time of a deletion; for a value that stays it is metadata.
func (d *Decoder) deletedAt(in *instance) {
	r := &in.row
	if r.Kind == telemetry.Deleted {
		r.Time, r.Detail.Offset, r.Detail.Precision = in.deleted.NS, in.deleted.Offset, telemetry.Precision(in.deleted.Precision)
		return
	}
	if len(d.meta) > 0 {
		d.meta = append(d.meta, ',')
	}
	d.meta = append(d.meta, `"deletedAt":"`...)
	d.meta = append(instant.Append(d.meta, in.deleted), '"')
}

// typedValue takes the value of any attribute but a plain one.
func (d *Decoder) typedValue(in *instance, k kind) bool {
	r := &in.row
	if r.Kind == telemetry.Deleted {
		return true
	}
	first := byte(0)
	if in.raw != nil {
		first = in.raw[0]
	}
	switch k {
	case property:
		return d.json(r, in.raw)
	case geoProperty:
		if in.raw == nil || first != '{' {
			return d.misfit(in, "a GeoJSON geometry")
		}
		return d.geometry(r, in.raw, in.rawAt)
	case relationship:
		switch {
		case in.raw == nil && r.Kind == telemetry.Text:
		case first == '[':
			if !d.json(r, in.raw) {
				return false
			}
		default:
			return d.misfit(in, "the id of an entity or an array of them")
		}
		r.Flags |= telemetry.Relation
	case languageProperty:
		if first != '{' {
			return d.misfit(in, "an object of texts by language")
		}
		if !d.json(r, in.raw) {
			return false
		}
		if string(d.b.Bytes(r.Detail.Ref)) == `{"@none":"`+deletion+`"}` {
			d.b.Data = d.b.Data[:r.Detail.Ref.Off]
			r.Kind, r.Detail.Ref = telemetry.Deleted, telemetry.Span{}
		}
	case vocabProperty:
		if in.raw == nil {
			break
		}
		if first != '[' {
			return d.misfit(in, "a term or an array of terms")
		}
		return d.json(r, in.raw)
	case jsonProperty:
		if string(in.raw) == `"`+deletion+`"` {
			r.Kind = telemetry.Deleted
			return true
		}
		return d.json(r, in.raw)
	default: // lists
		if string(in.raw) == `"`+deletion+`"` || string(in.raw) == `["`+deletion+`"]` {
			r.Kind = telemetry.Deleted
			return true
		}
		if first != '[' {
			return d.misfit(in, "an array")
		}
		if k == listRelationship {
			r.Flags |= telemetry.Relation
		}
		return d.json(r, in.raw)
	}
	return true
}

// misfit deals with a value that its attribute's type does not allow.
func (d *Decoder) misfit(in *instance, want string) bool {
	at := in.rawAt
	if in.raw == nil {
		at = d.s.Offset() - 1
	}
	if d.c.Policy != telemetry.Keep {
		return d.fail(telemetry.ErrType, at, "the value should be %s", want)
	}
	if in.raw != nil {
		return d.coerceRaw(&in.row, in.raw, at, "not "+want)
	}
	r := &in.row
	if r.Kind != telemetry.Text {
		r.Detail.Ref = d.b.PutText(d.scalar(r))
		r.Kind, r.Number = telemetry.Text, 0
	}
	r.Flags |= telemetry.Coerced
	d.find(telemetry.ErrType, at, "the value should be %s; kept as text", want)
	return true
}

// scalar is how a number or a bool is written.
func (d *Decoder) scalar(r *telemetry.Row) []byte {
	d.term = d.term[:0]
	switch {
	case r.Kind == telemetry.Bool && r.Number == 1:
		d.term = append(d.term, "true"...)
	case r.Kind == telemetry.Bool:
		d.term = append(d.term, "false"...)
	case r.Detail.Ref.Len > 0:
		d.term = append(d.term, d.b.Bytes(r.Detail.Ref)...)
	default:
		d.term = jsonscan.AppendNumber(d.term, r.Number)
	}
	return d.term
}

// putMeta stores the metadata: the type where the value does not tell it, and the extra members.
func (d *Decoder) putMeta(r *telemetry.Row, k kind) {
	b := d.b
	n := len(b.Data)
	b.Data = append(b.Data, '{')
	if k > relationship {
		b.Data = append(append(append(b.Data, `"type":"`...), kinds[k].name...), '"')
		if len(d.meta) > 0 {
			b.Data = append(b.Data, ',')
		}
	}
	b.Data = append(append(b.Data, d.meta...), '}')
	r.Detail.Meta = telemetry.Span{Off: uint32(n), Len: uint32(len(b.Data) - n)}
	d.readQuality(r)
}

// geometries are the types of GeoJSON (RFC 7946).
var geometries = [...]string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}

// isGeometry reports whether an object begins as a GeoJSON geometry: it has a type
// of one, and coordinates.
func (d *Decoder) isGeometry(raw []byte) bool {
	if len(raw) < 2 || raw[0] != '{' {
		return false
	}
	s := &d.sub
	s.Reset(raw)
	s.Object()
	typ, body := false, false
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		switch {
		case string(key) == "type" && s.Kind() == jsonscan.String:
			text, _ := s.Text()
			typ = isGeometryType(text)
			if !typ {
				return false
			}
			continue
		case (string(key) == "coordinates" || string(key) == "geometries") && s.Kind() == jsonscan.Array:
			body = true
		}
		s.Skip()
	}
	return typ && body
}

func isGeometryType(text []byte) bool {
	for _, g := range geometries {
		if string(text) == g {
			return true
		}
	}
	return false
}

// geometry takes a GeoJSON geometry: a Point as such, the others as they are.
func (d *Decoder) geometry(r *telemetry.Row, raw []byte, at int) bool {
	p, foreign, what := d.point(raw)
	if foreign && what == "" {
		d.find(telemetry.ErrUnknown, at, "a Point with members beyond type and coordinates, which are left out")
	}
	switch what {
	case "":
		r.Kind, r.Detail.Ref = telemetry.Point, d.b.PutPoint(p)
		return true
	case "geometry":
		if !d.json(r, raw) {
			return false
		}
		r.Kind = telemetry.Geometry
		return true
	}
	if d.c.Policy == telemetry.Keep {
		return d.coerceRaw(r, raw, at, what)
	}
	return d.fail(telemetry.ErrValue, at, "%.80s is %s", raw, what)
}

// point reads a GeoJSON Point. Otherwise it says what raw is: "geometry", another geometry.
func (d *Decoder) point(raw []byte) (p telemetry.Position, foreign bool, what string) {
	s := &d.sub
	s.Reset(raw)
	if !s.Object() {
		return p, false, "no GeoJSON geometry"
	}
	point, other, numbers := false, false, 0
	var c [3]float64
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch {
		case string(key) == "type" && s.Kind() == jsonscan.String:
			text, _ := s.Text()
			point = string(text) == "Point"
			other = !point && isGeometryType(text)
		case string(key) == "coordinates" && s.Kind() == jsonscan.Array:
			m := s.Mark()
			s.Array()
			for s.More() {
				if s.Kind() != jsonscan.Num {
					numbers = -1
					break
				}
				n, _ := s.Number()
				if numbers < 3 {
					c[numbers] = n.Value
				}
				numbers++
			}
			if numbers < 0 || s.Err() != nil {
				s.Back(m)
				s.Skip()
			}
		default:
			foreign = true
			s.Skip()
		}
	}
	switch {
	case s.Err() != nil || !point && !other:
		return p, false, "no GeoJSON geometry"
	case other:
		return p, false, "geometry"
	case numbers < 2 || numbers > 3:
		return p, false, "no Point: it should have longitude and latitude, perhaps altitude"
	case !(math.Abs(c[0]) <= 180 && math.Abs(c[1]) <= 90):
		return p, false, "outside the globe; longitude comes first"
	}
	return telemetry.Position{Lon: c[0], Lat: c[1], Alt: c[2], HasAlt: numbers == 3}, foreign, ""
}
