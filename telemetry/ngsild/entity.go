package ngsild

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Members of an entity that are no attributes.
const (
	hasID = 1 << iota
	hasType
	hasContext
	hasScope
	hasCreated
	hasModified
	hasDeleted
	hasExpires
)

// entity reads an entity. False with d.envelope set: it is something else.
func (d *Decoder) entity(top bool) bool {
	if d.s.Kind() != jsonscan.Object {
		if d.s.Kind() == jsonscan.Invalid {
			d.s.Skip()
			return false
		}
		return d.fail(telemetry.ErrType, d.s.Offset(), "%s where an entity should be", d.s.Kind())
	}
	d.begin()
	at, first := d.s.Offset(), d.b.Len()
	if d.contexts != nil && !d.findContext() {
		return false
	}
	if d.c.Attribute != "" {
		return d.attribute([]byte(d.c.Attribute), at) && d.end(at, first)
	}
	return d.body(top, at) && d.end(at, first)
}

// begin forgets the entity before.
func (d *Decoder) begin() {
	d.serial++
	if d.serial == 0 {
		clear(d.seen)
		d.serial = 1
	}
	d.id, d.typ = append(d.id[:0], d.c.Entity.ID...), append(d.typ[:0], d.c.Entity.Type...)
	d.timeRow, d.timeRank, d.static = -1, len(d.names), false
}

// body reads the members of an entity, or of the properties of a Feature.
func (d *Decoder) body(top bool, start int) bool {
	s := &d.s
	s.Object()
	seen := uint32(0)
	for {
		at := s.Offset()
		key, ok := s.RawKey()
		if !ok {
			return s.Err() == nil
		}
		bit := uint32(0)
		switch len(key) {
		case 2, 3:
			if string(key) == "id" || string(key) == "@id" {
				bit = hasID
			}
		case 4, 5:
			switch string(key) {
			case "type", "@type":
				bit = hasType
			case "scope":
				bit = hasScope
			}
		case 8:
			if string(key) == "@context" {
				bit = hasContext
			}
		case 9:
			switch string(key) {
			case "createdAt":
				bit = hasCreated
			case "deletedAt":
				bit = hasDeleted
			case "expiresAt":
				bit = hasExpires
			}
		case 10:
			if string(key) == "modifiedAt" {
				bit = hasModified
			}
		}
		if bit == 0 {
			if !d.attribute(key, at) {
				return false
			}
			continue
		}
		if seen&bit != 0 {
			return d.fail(telemetry.ErrDuplicate, at, "the member %q stands twice in one entity", key)
		}
		seen |= bit
		switch bit {
		case hasID:
			if !d.readID() {
				return false
			}
		case hasType:
			if !d.readType(top) {
				return false
			}
		case hasContext:
			if d.contexts == nil || d.context != nil {
				if !d.checkContext() {
					return false
				}
			} else if !d.readContext() {
				return false
			}
		case hasDeleted:
			// An entity that ended: a row without attribute.
			r := telemetry.Row{Kind: telemetry.Deleted, Time: telemetry.NoTime}
			r.Detail.Offset = telemetry.NoOffset
			if !d.readTime(&r) {
				return false
			}
			if !d.put(&r, at) {
				return false
			}
		default:
			if !d.system(key, at) {
				return false
			}
		}
	}
}

// system reads a member of the entity that is not an attribute and has no time: scope, createdAt…
func (d *Decoder) system(key []byte, at int) bool {
	r := telemetry.Row{Attribute: d.b.Attributes.Code(key), Time: telemetry.NoTime}
	r.Detail.Offset = telemetry.NoOffset
	switch k := d.s.Kind(); {
	case k == jsonscan.String:
		text, ok := d.s.Text()
		if !ok || !d.text(&r, text) {
			return false
		}
	case k == jsonscan.Array || k == jsonscan.Object: // several scopes; their temporal evolution
		return d.value(r.Attribute, at)
	default:
		return d.fail(telemetry.ErrType, d.s.Offset(), "%s where a text should be", k)
	}
	return d.put(&r, at)
}

func (d *Decoder) readID() bool {
	if d.s.Kind() != jsonscan.String {
		return d.wrong("the id of an entity", jsonscan.String)
	}
	at := d.s.Offset()
	text, ok := d.s.Text()
	if !ok {
		return false
	}
	switch {
	case len(text) == 0:
		return d.fail(telemetry.ErrName, at, "the id of an entity is empty")
	case len(text) > d.c.Limits.Name:
		return d.fail(telemetry.ErrLimit, at, "an id of %d bytes; the limit is %d: raise Limits.Name", len(text), d.c.Limits.Name)
	case bytes.IndexByte(text, ':') <= 0:
		d.find(telemetry.ErrName, at, "the id %.80q is not a URI; write urn:ngsi-ld:Type:%.80s", text, text)
	}
	d.id = append(d.id[:0], text...)
	return true
}

// readType reads the type, or several, which become one name with commas.
func (d *Decoder) readType(top bool) bool {
	s := &d.s
	at := s.Offset()
	d.typ = d.typ[:0]
	switch s.Kind() {
	case jsonscan.String:
		text, ok := s.Text()
		if !ok {
			return false
		}
		if len(text) == 7 && d.envelope == entity && string(text) == "Feature" {
			d.envelope = feature
			return false
		}
		if top && (string(text) == "Notification" || string(text) == "FeatureCollection") {
			d.envelope = notification
			if string(text) == "FeatureCollection" {
				d.envelope = collection
			}
			return false
		}
		if !d.addType(text, at) {
			return false
		}
	case jsonscan.Array:
		s.Array()
		for s.More() {
			text, ok := s.Text()
			if !ok || !d.addType(text, at) {
				return false
			}
		}
		if s.Err() != nil {
			return false
		}
		if len(d.typ) == 0 {
			return d.fail(telemetry.ErrName, at, "an entity without any type")
		}
	default:
		return d.wrong("the type of an entity", jsonscan.String)
	}
	return true
}

func (d *Decoder) addType(text []byte, at int) bool {
	if len(text) == 0 || text[0] == '@' || bytes.IndexByte(text, ',') >= 0 || string(text) == "type" || string(text) == "id" {
		return d.fail(telemetry.ErrName, at, "%.80q is no name of a type", text)
	}
	if len(d.typ)+len(text) > d.c.Limits.Name {
		return d.fail(telemetry.ErrLimit, at, "a type of more than %d bytes; raise Limits.Name", d.c.Limits.Name)
	}
	if len(d.typ) > 0 {
		d.typ = append(d.typ, ',')
	}
	d.typ = append(d.typ, d.expanded(text)...)
	return true
}

// attribute reads one attribute, whose value is next.
func (d *Decoder) attribute(key []byte, at int) bool {
	switch {
	case len(key) == 0 || key[0] == '@':
		return d.fail(telemetry.ErrName, at, "%q is no name of an attribute", key)
	case len(key) > d.c.Limits.Name:
		return d.fail(telemetry.ErrLimit, at, "a name of %d bytes; the limit is %d: raise Limits.Name", len(key), d.c.Limits.Name)
	}
	for i, n := range d.names[:d.timeRank] {
		if string(key) == n {
			d.timeRow, d.timeRank = d.b.Len(), i
			break
		}
	}
	if d.contexts != nil {
		key = d.expanded(key)
	}
	code := d.b.Attributes.Code(key)
	if int(code) >= len(d.seen) {
		d.seen = append(d.seen, make([]uint32, int(code)+64-len(d.seen))...)
	}
	if d.seen[code] == d.serial {
		return d.fail(telemetry.ErrDuplicate, at, "the attribute %.80q stands twice in one entity", key)
	}
	d.seen[code] = d.serial
	return d.value(code, at)
}

// put appends a row of the entity being read.
func (d *Decoder) put(r *telemetry.Row, at int) bool {
	if r.Time == telemetry.NoTime {
		d.static = true
		r.Flags |= telemetry.TimeStatic
	}
	r.Detail.Start = d.b.Origin.Offset + int64(at)
	r.Detail.Record = d.b.Origin.Record + uint32(d.record)
	r.Detail.Source = d.source
	d.b.Append(r)
	return true
}

// end gives the rows of an entity its code, and their time if they have none.
func (d *Decoder) end(at, first int) bool {
	switch {
	case len(d.id) == 0:
		return d.fail(telemetry.ErrMissing, at, "an entity without id; a fragment needs Config.Entity")
	case len(d.typ) == 0 && !d.c.Partial:
		return d.fail(telemetry.ErrMissing, at, "the entity %.80q has no type; answers without types need Config.Partial", d.id)
	}
	b := d.b
	if l := d.c.Limits.Entries; b.Entities.Len() >= l || b.Attributes.Len() > l || b.Datasets.Len() > l || b.Units.Len() > l {
		d.full = true
		return d.fail(telemetry.ErrLimit, at, "more than %d entries in a dictionary; raise Limits.Entries", l)
	}
	code := b.Entities.Code(d.id, d.typ)
	for i := first; i < len(b.Entity); i++ {
		b.Entity[i] = code
	}
	return !d.static || d.times(first, at)
}

// times gives rows without time that of the entity, or what the policy says.
func (d *Decoder) times(first, at int) bool {
	b := d.b
	if d.timeRow >= 0 && d.timeRow < b.Len() {
		if from, to, flags, ok := d.entityTime(d.timeRow); ok {
			for i := first; i < b.Len(); i++ {
				if b.Time[i] == telemetry.NoTime && i != d.timeRow {
					b.Time[i], b.Detail[i].Offset, b.Detail[i].Precision = to.NS, to.Offset, telemetry.Precision(to.Precision)
					b.Detail[i].From = from
					b.Flags[i] = b.Flags[i]&^telemetry.TimeStatic | flags
				}
			}
		}
	}
	if d.c.Time == telemetry.TimeOptional {
		return true
	}
	for i := first; i < b.Len(); i++ {
		if b.Time[i] != telemetry.NoTime || i == d.timeRow || b.Kind[i] == telemetry.Deleted {
			continue
		}
		if d.c.Time == telemetry.TimeRequired {
			return d.fail(telemetry.ErrTime, int(b.Detail[i].Start-b.Origin.Offset), "the attribute %.80q has no observedAt", b.Attributes.Text(b.Attribute[i]))
		}
		b.Time[i] = d.received
		b.Flags[i] = b.Flags[i]&^telemetry.TimeStatic | telemetry.TimeReceived
	}
	return true
}

// entityTime is the time that row i tells: an instant, or an interval as start/end.
func (d *Decoder) entityTime(i int) (from int64, to instant.Time, flags telemetry.Flags, ok bool) {
	b := d.b
	text := b.Bytes(b.Detail[i].Ref)
	at := int(b.Detail[i].Start - b.Origin.Offset)
	switch b.Kind[i] {
	case telemetry.Text:
	case telemetry.JSON: // {"@type":"DateTime","@value":"…"}
		text = d.typed(text)
		if text == nil {
			return 0, to, 0, false
		}
	default:
		return 0, to, 0, false
	}
	begin, end, interval := bytes.Cut(text, []byte("/"))
	if !interval {
		end = begin
	}
	to, problem := instant.Parse(end)
	if problem != 0 {
		d.find(telemetry.ErrTime, at, "%.60q is %s; the entity's attributes have no time by it", end, problem)
		return 0, to, 0, false
	}
	to = d.zoned(to, at)
	if interval {
		start, problem := instant.Parse(begin)
		start = d.zoned(start, at)
		if problem != 0 || start.NS > to.NS {
			d.find(telemetry.ErrTime, at, "%.60q is no interval; the entity's attributes have no time by it", text)
			return 0, to, 0, false
		}
		return start.NS, to, telemetry.Interval, true
	}
	return 0, to, 0, true
}

// typed is the @value of a JSON-LD value object, nil if raw is none.
func (d *Decoder) typed(raw []byte) (text []byte) {
	d.sub.Reset(raw)
	if d.sub.Kind() != jsonscan.Object {
		return nil
	}
	d.sub.Object()
	for key, ok := d.sub.Key(); ok; key, ok = d.sub.Key() {
		if string(key) == "@value" && d.sub.Kind() == jsonscan.String {
			d.term, _ = append(d.term[:0], mustText(&d.sub)...), true
			text = d.term
			continue
		}
		d.sub.Skip()
	}
	return text
}

func mustText(s *jsonscan.Scanner) []byte {
	text, _ := s.Text()
	return text
}

// zoned puts a time without offset into the zone of the configuration, UTC if there is none.
func (d *Decoder) zoned(t instant.Time, at int) instant.Time {
	if t.Offset != instant.NoOffset || d.c.Zone == nil {
		return t
	}
	z, how := instant.InZone(t, d.c.Zone)
	if how != instant.Once {
		d.find(telemetry.ErrTime, at, "a time that %v has twice or never, taken as the first or as if clocks had not gone forward", d.c.Zone)
	}
	z.Offset = instant.NoOffset // none was written
	return z
}

// wrong notes that the next value is of a wrong type.
func (d *Decoder) wrong(what string, want jsonscan.Kind) bool {
	k := d.s.Kind()
	if k == jsonscan.Invalid {
		d.s.Skip()
		return false
	}
	return d.fail(telemetry.ErrType, d.s.Offset(), "%s is %s and should be %s", what, k, want)
}

// feature reads a GeoJSON Feature: the entity is in its properties, and its geometry
// repeats an attribute unless it is the only one.
func (d *Decoder) feature() bool {
	d.begin()
	s := &d.s
	at, first := s.Offset(), d.b.Len()
	if d.contexts != nil && !d.findContext() {
		return false
	}
	s.Object()
	var geometry []byte
	geometryAt, body := 0, false
	for {
		keyAt := s.Offset()
		key, ok := s.Key()
		if !ok {
			break
		}
		switch string(key) {
		case "id", "@id":
			if !d.readID() {
				return false
			}
		case "properties":
			if s.Kind() != jsonscan.Object {
				return d.wrong("the properties of a Feature", jsonscan.Object)
			}
			body = true
			if !d.body(false, s.Offset()) {
				return false
			}
		case "geometry":
			geometryAt = keyAt
			if geometry, ok = s.Skip(); !ok {
				return false
			}
		default:
			if _, ok := s.Skip(); !ok {
				return false
			}
		}
	}
	if s.Err() != nil {
		return false
	}
	if !body {
		return d.fail(telemetry.ErrMissing, at, "a Feature without properties")
	}
	if len(geometry) > 0 && geometry[0] == '{' {
		geo := false
		for i := first; i < d.b.Len(); i++ {
			geo = geo || d.b.Kind[i] == telemetry.Point || d.b.Kind[i] == telemetry.Geometry
		}
		if !geo {
			r := telemetry.Row{Attribute: d.b.Attributes.Code(d.expanded([]byte("location"))), Time: telemetry.NoTime}
			r.Detail.Offset = telemetry.NoOffset
			if !d.geometry(&r, geometry, geometryAt) || !d.put(&r, geometryAt) {
				return false
			}
		}
	}
	return d.end(at, first)
}
