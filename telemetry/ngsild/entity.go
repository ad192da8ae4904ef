package ngsild

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
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

// readEntity reads an entity. At the top it may turn out to be something else.
func (d *Decoder) readEntity(top bool) bool {
	if d.r.S.Kind() != jsonscan.Object {
		return d.r.Wrong("an entity", jsonscan.Object)
	}
	d.inFeature = false
	d.begin()
	at, first := d.r.S.Offset(), d.r.B.Len()
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
	d.id, d.typ = append(d.id[:0], d.c.Entity.ID...), append(d.typ[:0], d.c.Entity.Type...)
	d.r.BeginEntity()
}

// body reads the members of an entity, or of the properties of a Feature.
func (d *Decoder) body(top bool, start int) bool {
	s := &d.r.S
	s.Object()
	seen, members, first := uint32(0), 0, d.r.B.Len()
	if d.contexts != nil {
		d.sameContext()
	}
	if !top && !d.inFeature {
		if id, at, ok := d.r.Opening(); ok {
			d.typ = append(d.typ[:0], d.second...)
			if !d.takeID(id, at) {
				return false
			}
			seen = hasID | hasType
		}
	}
	for {
		if s.Begun() {
			if d.contexts != nil {
				d.sameContext()
			}
			d.r.Repeat()
		}
		at := s.Offset()
		key, ok := s.RawKey()
		if !ok {
			return s.Err() == nil
		}
		members++
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
			return d.r.Fail(telemetry.ErrDuplicate, at, "the member %q stands twice in one entity", key)
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
			if seen == hasID|hasType && members == 2 && !top && !d.inFeature && d.r.B.Len() == first {
				d.r.LearnOpening(start)
				d.second = append(d.second[:0], d.typ...)
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
			r := jsonrec.NewRow(0)
			r.Kind = telemetry.Deleted
			if !d.r.Time(&r) {
				return false
			}
			d.r.Put(&r, at)
		default:
			if !d.system(key, at) {
				return false
			}
		}
	}
}

// system reads a member of the entity that is not an attribute and has no time: scope, createdAt…
func (d *Decoder) system(key []byte, at int) bool {
	r := jsonrec.NewRow(d.r.B.Attributes.Code(key))
	switch k := d.r.S.Kind(); {
	case k == jsonscan.String:
		text, ok := d.r.S.Text()
		if !ok || !d.r.Text(&r, text) {
			return false
		}
	case k == jsonscan.Array || k == jsonscan.Object: // several scopes; their temporal evolution
		return d.value(r.Attribute, at)
	default:
		return d.r.Fail(telemetry.ErrType, d.r.S.Offset(), "%s where a text should be", k)
	}
	d.r.Put(&r, at)
	return true
}

func (d *Decoder) readID() bool {
	if d.r.S.Kind() != jsonscan.String {
		return d.r.Wrong("the id of an entity", jsonscan.String)
	}
	at := d.r.S.Offset()
	text, ok := d.r.S.Text()
	return ok && d.takeID(text, at)
}

func (d *Decoder) takeID(text []byte, at int) bool {
	switch {
	case len(text) == 0:
		return d.r.Fail(telemetry.ErrName, at, "the id of an entity is empty")
	case len(text) > d.c.Limits.Name:
		return d.r.Fail(telemetry.ErrLimit, at, "an id of %d bytes; the limit is %d: raise Limits.Name", len(text), d.c.Limits.Name)
	case bytes.IndexByte(text, ':') <= 0:
		d.r.Find(telemetry.ErrName, at, "the id %.80q is not a URI; write urn:ngsi-ld:Type:%.80s", text, text)
	}
	d.id = append(d.id[:0], text...)
	return true
}

// readType reads the type, or several, which become one name with commas.
func (d *Decoder) readType(top bool) bool {
	s := &d.r.S
	at := s.Offset()
	d.typ = d.typ[:0]
	switch s.Kind() {
	case jsonscan.String:
		text, ok := s.Text()
		if !ok {
			return false
		}
		switch {
		case d.inFeature:
		case string(text) == "Feature":
			d.r.Again = d.feature
			return false
		case top && string(text) == "Notification":
			d.r.Unwrap = d.notification
			return false
		case top && string(text) == "FeatureCollection":
			d.r.Unwrap = d.collection
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
			return d.r.Fail(telemetry.ErrName, at, "an entity without any type")
		}
	default:
		return d.r.Wrong("the type of an entity", jsonscan.String)
	}
	return true
}

func (d *Decoder) addType(text []byte, at int) bool {
	if len(text) == 0 || text[0] == '@' || bytes.IndexByte(text, ',') >= 0 || string(text) == "type" || string(text) == "id" {
		return d.r.Fail(telemetry.ErrName, at, "%.80q is no name of a type", text)
	}
	if len(d.typ)+len(text) > d.c.Limits.Name {
		return d.r.Fail(telemetry.ErrLimit, at, "a type of more than %d bytes; raise Limits.Name", d.c.Limits.Name)
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
		return d.r.Fail(telemetry.ErrName, at, "%q is no name of an attribute", key)
	case len(key) > d.c.Limits.Name:
		return d.r.Fail(telemetry.ErrLimit, at, "a name of %d bytes; the limit is %d: raise Limits.Name", len(key), d.c.Limits.Name)
	}
	name := key
	if d.contexts != nil {
		name = d.expanded(key)
		d.sameContext()
	}
	code := d.r.B.Attributes.Code(name)
	return d.r.Resume(code, at) || d.r.Attribute(code, key, at) && d.value(code, at)
}

// sameContext has the reader forget what it knows of attributes when names mean something else.
func (d *Decoder) sameContext() {
	if d.shaped != d.context {
		d.r.Forget()
		d.shaped = d.context
	}
}

// end gives the rows of an entity its code, and their time if they have none.
func (d *Decoder) end(at, first int) bool {
	switch {
	case len(d.id) == 0:
		return d.r.Fail(telemetry.ErrMissing, at, "an entity without id; a fragment needs Config.Entity")
	case len(d.typ) == 0 && !d.c.Partial:
		return d.r.Fail(telemetry.ErrMissing, at, "the entity %.80q has no type; answers without types need Config.Partial", d.id)
	}
	if d.c.Check != nil && !d.r.Judge(d.c.Check, d.typ, at) {
		return false
	}
	return d.r.EndEntity(first, d.id, d.typ, at, "observedAt")
}

// readFeature reads a GeoJSON Feature: the entity is in its properties, and its geometry
// repeats an attribute unless it is the only one.
func (d *Decoder) readFeature() bool {
	d.inFeature = true
	if d.c.Check != nil {
		return d.r.Fail(telemetry.ErrUnsupported, d.r.S.Offset(), "a Feature cannot be checked; ask for application/ld+json")
	}
	d.begin()
	s := &d.r.S
	at, first := s.Offset(), d.r.B.Len()
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
				return d.r.Wrong("the properties of a Feature", jsonscan.Object)
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
		return d.r.Fail(telemetry.ErrMissing, at, "a Feature without properties")
	}
	if len(geometry) > 0 && geometry[0] == '{' {
		geo := false
		for i := first; i < d.r.B.Len(); i++ {
			geo = geo || d.r.B.Kind[i] == telemetry.Point || d.r.B.Kind[i] == telemetry.Geometry
		}
		if !geo {
			r := jsonrec.NewRow(d.r.B.Attributes.Code(d.expanded([]byte("location"))))
			if !d.r.Geometry(&r, geometry, geometryAt) {
				return false
			}
			d.r.Put(&r, geometryAt)
		}
	}
	return d.end(at, first)
}
