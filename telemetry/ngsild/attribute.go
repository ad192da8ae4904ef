package ngsild

import (
	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
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
	switch d.r.S.Kind() {
	case jsonscan.Object:
		return d.object(attr, at)
	case jsonscan.Array:
		return d.array(attr, at)
	case jsonscan.Null:
		return d.r.Fail(telemetry.ErrValue, d.r.S.Offset(), "null is no value; a deletion is written %q", deletion)
	}
	from := d.r.S.Offset()
	r := jsonrec.NewRow(attr)
	if !d.r.Scalar(&r) {
		return false
	}
	d.r.ValueAt(from)
	d.r.Put(&r, at)
	d.r.Learn(&r, false)
	return true
}

// object reads an attribute that is an object: an instance, or a compound value.
func (d *Decoder) object(attr uint32, at int) bool {
	data := len(d.r.B.Data)
	switch d.instance(attr) {
	case done:
		if !d.finish(&d.in, at) {
			return false
		}
		if !d.in.aggr && d.in.seen&mSeries == 0 {
			d.r.Learn(&d.in.row, d.in.kind == property)
		}
		return true
	case compound:
		d.r.S.Back(d.in.start)
		d.r.B.Data = d.r.B.Data[:data]
		return d.compound(attr, at)
	}
	return false
}

// instance reads an object into d.in, with care only if need be, or was the last time.
func (d *Decoder) instance(attr uint32) outcome {
	start, data := d.r.S.Mark(), len(d.r.B.Data)
	in := &d.in
	in.reset(attr, start)
	d.meta, d.quality = d.meta[:0], false
	out := d.members(in, d.r.Noted(attr))
	if out == again {
		d.r.S.Back(start)
		d.r.B.Data = d.r.B.Data[:data]
		in.reset(attr, start)
		out = d.members(in, true)
	}
	return out
}

func (in *instance) reset(attr uint32, start jsonscan.Mark) {
	*in = instance{start: start, row: jsonrec.NewRow(attr)}
}

// compound reads an object that is the value of an attribute: a geometry, or anything.
func (d *Decoder) compound(attr uint32, at int) bool {
	r := jsonrec.NewRow(attr)
	rawAt := d.r.S.Offset()
	raw, ok := d.r.S.Skip()
	if !ok {
		return false
	}
	if d.r.IsGeometry(raw) {
		ok = d.r.Geometry(&r, raw, rawAt)
	} else {
		ok = d.r.JSON(&r, raw)
	}
	if ok {
		d.r.Put(&r, at)
	}
	return ok
}

// members reads the members of an instance. With careful it keeps those beyond the
// core's as metadata, and finds keys that stand twice among them.
func (d *Decoder) members(in *instance, careful bool) outcome {
	s := &d.r.S
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
				return d.or(d.r.Fail(telemetry.ErrType, at, "the member %q beside another value of the attribute", key))
			}
			return d.or(d.r.Fail(telemetry.ErrDuplicate, at, "the member %q stands twice in one attribute", key))
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
			s.Kind()
			from := s.Offset()
			if !d.readValue(in) {
				return failed
			}
			d.r.ValueAt(from)
		case mTime:
			if !d.r.Time(&in.row) {
				return failed
			}
		case mUnit:
			if s.Kind() != jsonscan.String {
				return d.or(d.r.Wrong("a unitCode", jsonscan.String))
			}
			text, ok := s.Text()
			if !ok {
				return failed
			}
			code, added := d.r.B.Units.Code(telemetry.CEFACT, text)
			if added && d.r.B.Units.At(code).Unit.IsZero() {
				d.r.Find(telemetry.ErrUnit, at, "the unit %.40q is not a known UN/CEFACT code; it is kept as text", text)
			}
			in.row.UnitRef = code
		case mDataset:
			if s.Kind() != jsonscan.String {
				return d.or(d.r.Wrong("a datasetId", jsonscan.String))
			}
			text, ok := s.Text()
			if !ok {
				return failed
			}
			if len(text) > d.c.Limits.Name {
				return d.or(d.r.Fail(telemetry.ErrLimit, at, "a datasetId of %d bytes; raise Limits.Name", len(text)))
			}
			if string(text) != "@none" { // the default instance
				in.row.Dataset = d.r.B.Datasets.Code(text)
			}
		case mDeleted:
			r := telemetry.Row{}
			if !d.r.Time(&r) {
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
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Num, jsonscan.Bool:
		if in.member == property {
			return d.r.Scalar(&in.row)
		}
	case jsonscan.String:
		if in.member == property || in.member == relationship || in.member == vocabProperty {
			return d.r.Scalar(&in.row)
		}
	case jsonscan.Null:
		if in.member != jsonProperty {
			return d.r.Fail(telemetry.ErrValue, s.Offset(), "null is no value; a deletion is written %q", deletion)
		}
	}
	in.rawAt = s.Offset()
	raw, ok := s.Skip()
	in.raw = raw
	return ok
}

// extra keeps a member beyond the core's, as it is, for the metadata; aggregates are noted.
func (d *Decoder) extra(in *instance, key []byte) bool {
	if aggregate(key) >= 0 && d.r.S.Kind() == jsonscan.Array {
		in.aggr = true
		_, ok := d.r.S.Skip()
		return ok
	}
	if len(d.meta) > 0 {
		d.meta = append(d.meta, ',')
	}
	d.quality = d.quality || string(key) == "quality"
	d.meta = jsonscan.AppendString(d.meta, key)
	d.meta = append(d.meta, ':')
	raw, ok := d.r.S.Skip()
	if !ok {
		return false
	}
	if len(d.meta)+len(raw) > d.c.Limits.Text {
		return d.r.Fail(telemetry.ErrLimit, d.r.S.Offset(), "more than %d bytes of metadata; raise Limits.Text", d.c.Limits.Text)
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
			return d.r.Fail(telemetry.ErrMissing, at, "an attribute of type %s without %s", kinds[k].name, kinds[k].member)
		}
	case k == none:
		k = in.member
		if k == property && in.raw != nil && d.r.IsGeometry(in.raw) {
			k = geoProperty
		}
	case kinds[k].member != kinds[in.member].member:
		return d.r.Fail(telemetry.ErrType, at, "an attribute of type %s with %s; its member is %s", kinds[k].name, kinds[in.member].member, kinds[k].member)
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
	d.r.Put(r, at)
	return true
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
		return d.r.JSON(r, in.raw)
	case geoProperty:
		if in.raw == nil || first != '{' {
			return d.misfit(in, "a GeoJSON geometry")
		}
		return d.r.Geometry(r, in.raw, in.rawAt)
	case relationship:
		switch {
		case in.raw == nil && r.Kind == telemetry.Text:
		case first == '[':
			if !d.r.JSON(r, in.raw) {
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
		if !d.r.JSON(r, in.raw) {
			return false
		}
		if string(d.r.B.Bytes(r.Detail.Ref)) == `{"@none":"`+deletion+`"}` {
			d.r.B.Data = d.r.B.Data[:r.Detail.Ref.Off]
			r.Kind, r.Detail.Ref = telemetry.Deleted, telemetry.Span{}
		}
	case vocabProperty:
		if in.raw == nil {
			break
		}
		if first != '[' {
			return d.misfit(in, "a term or an array of terms")
		}
		return d.r.JSON(r, in.raw)
	case jsonProperty:
		if string(in.raw) == `"`+deletion+`"` {
			r.Kind = telemetry.Deleted
			return true
		}
		return d.r.JSON(r, in.raw)
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
		return d.r.JSON(r, in.raw)
	}
	return true
}

// misfit deals with a value that its attribute's type does not allow.
func (d *Decoder) misfit(in *instance, want string) bool {
	at := in.rawAt
	if in.raw == nil {
		at = d.r.S.Offset() - 1
	}
	if d.c.Policy != telemetry.Keep {
		return d.r.Fail(telemetry.ErrType, at, "the value should be %s", want)
	}
	if in.raw != nil {
		return d.r.Coerce(&in.row, in.raw, at, "not "+want)
	}
	d.r.CoerceScalar(&in.row, at, "not "+want)
	return true
}

// putMeta stores the metadata: the type where the value does not tell it, and the extra members.
func (d *Decoder) putMeta(r *telemetry.Row, k kind) {
	b := d.r.B
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
	if d.quality {
		d.readQuality(r)
	}
}
