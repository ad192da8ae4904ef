package sensorthings

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// readStream reads a Datastream that is referred to.
func (d *Decoder) readStream(to *stream) bool {
	s := &d.r.S
	if s.Kind() == jsonscan.Null {
		return s.Null()
	}
	if s.Kind() != jsonscan.Object {
		return d.r.Wrong("Datastream", jsonscan.Object)
	}
	to.reset()
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "@iot.id":
			ok = d.id(&to.id)
		case "unitOfMeasurement":
			ok = d.unit(to)
		case "ObservedProperty":
			ok = d.property(to)
		default:
			_, ok = s.Skip()
		}
		if !ok {
			return false
		}
	}
	return s.Err() == nil
}

// id reads an id: a text, or a number as it is written.
func (d *Decoder) id(to *[]byte) bool {
	s := &d.r.S
	at := s.Offset()
	var text []byte
	ok := false
	switch s.Kind() {
	case jsonscan.Num:
		text, ok = s.Skip()
	case jsonscan.String:
		text, ok = s.Text()
	default:
		return d.r.Wrong("@iot.id", jsonscan.String)
	}
	if ok && len(text) > d.c.Limits.Name {
		return d.r.Fail(telemetry.ErrLimit, at, "an id of %d bytes; raise Limits.Name", len(text))
	}
	*to = append((*to)[:0], text...)
	return ok
}

// link reads a link to a Datastream, and its id from within the parentheses at its end, if
// there is one.
func (d *Decoder) link(to *stream) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.String {
		_, ok := s.Skip()
		return ok
	}
	text, ok := s.Text()
	text = bytes.TrimSuffix(text, []byte(")"))
	if i := bytes.LastIndex(text, []byte("Datastreams(")); ok && i >= 0 {
		id := text[i+len("Datastreams("):]
		quoted := len(id) >= 2 && id[0] == '\'' && id[len(id)-1] == '\''
		if quoted {
			id = id[1 : len(id)-1]
		}
		if bytes.IndexByte(id, ')') < 0 && len(id) <= d.c.Limits.Name {
			to.id = to.id[:0]
			for i := 0; i < len(id); i++ {
				to.id = append(to.id, id[i])
				if quoted && id[i] == '\'' && i+1 < len(id) && id[i+1] == '\'' {
					i++ // an apostrophe is written twice
				}
			}
		}
	}
	return ok
}

func (d *Decoder) property(to *stream) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		_, ok := s.Skip()
		return ok
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if string(key) != "name" || s.Kind() != jsonscan.String {
			s.Skip()
			continue
		}
		at := s.Offset()
		text, ok := s.Text()
		if ok && len(text) > d.c.Limits.Name {
			return d.r.Fail(telemetry.ErrLimit, at, "a name of %d bytes; raise Limits.Name", len(text))
		}
		to.property = append(to.property[:0], text...)
	}
	return s.Err() == nil
}

// unit reads a unitOfMeasurement.
func (d *Decoder) unit(to *stream) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		_, ok := s.Skip()
		return ok
	}
	to.unit, to.rank, to.system = to.unit[:0], 0, telemetry.Name
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		rank := 0
		switch string(key) {
		case "name":
			rank = 1
		case "symbol":
			rank = 2
		case "definition":
			rank = 3
		}
		if rank <= to.rank || s.Kind() != jsonscan.String {
			s.Skip()
			continue
		}
		at := s.Offset()
		text, ok := s.Text()
		system := telemetry.Name
		if rank == 3 {
			var is bool
			if text, is = bytes.CutPrefix(text, []byte("ucum:")); !is {
				continue
			}
			system = telemetry.UCUM
		}
		if !ok || len(text) == 0 {
			continue
		}
		if len(text) > d.c.Limits.Name {
			return d.r.Fail(telemetry.ErrLimit, at, "a unit of %d bytes; raise Limits.Name", len(text))
		}
		to.unit, to.rank, to.system = append(to.unit[:0], text...), rank, system
	}
	return s.Err() == nil
}
