package ngsiv2

import (
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// metadata reads the metadata of an attribute: time, unit and quality into the row, the
// rest as it is.
func (d *Decoder) metadata(row *telemetry.Row) bool {
	s := &d.r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if len(key) > d.c.Limits.Name {
			return d.r.Fail(telemetry.ErrLimit, s.Offset(), "a name of %d bytes; the limit is %d: raise Limits.Name", len(key), d.c.Limits.Name)
		}
		s.Kind()
		at := s.Offset()
		text, is := d.item()
		if s.Err() != nil {
			return false
		}
		if is {
			taken, ok := d.take(row, key, text, at)
			if !ok {
				return false
			}
			if taken {
				continue
			}
		}
		raw := s.Source()[at:s.Offset()]
		if len(d.meta)+len(raw) > d.c.Limits.Text {
			return d.r.Fail(telemetry.ErrLimit, at, "more than %d bytes of metadata; raise Limits.Text", d.c.Limits.Text)
		}
		if len(d.meta) > 0 {
			d.meta = append(d.meta, ',')
		}
		d.meta = append(jsonscan.AppendString(d.meta, key), ':')
		d.meta = jsonscan.AppendCompact(d.meta, raw)
	}
	return s.Err() == nil
}

// item passes over one item of metadata, and gives its value if that is a text and
// there is nothing beside but its type.
func (d *Decoder) item() (text []byte, is bool) {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		s.Skip()
		return nil, false
	}
	s.Object()
	plain := true
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch {
		case string(key) == "value" && s.Kind() == jsonscan.String:
			d.textAt = s.Offset() + 1
			v, _ := s.Text()
			d.textEnd = s.Offset() - 1
			d.text = append(d.text[:0], v...)
			is = true
		case string(key) == "type" && s.Kind() == jsonscan.String:
			s.Text()
		default:
			plain = false
			s.Skip()
		}
	}
	return d.text, is && plain
}

// take puts an item that the model has a place for into the row.
func (d *Decoder) take(row *telemetry.Row, key, text []byte, at int) (taken, ok bool) {
	switch string(key) {
	case "TimeInstant":
		d.r.TimeAt(d.textAt, d.textEnd)
		t, ok := d.r.ParseTime(text, at)
		row.Time, row.Detail.Offset, row.Detail.Precision = t.NS, t.Offset, telemetry.Precision(t.Precision)
		return true, ok
	case "unitCode", "unit":
		if row.UnitRef != 0 || len(text) == 0 || len(text) > d.c.Limits.Name {
			return false, true
		}
		system := telemetry.CEFACT
		if string(key) == "unit" {
			system = telemetry.Name
		}
		code, added := d.r.B.Units.Code(system, text)
		if added && d.r.B.Units.At(code).Unit.IsZero() {
			d.r.Find(telemetry.ErrUnit, at, "the unit %.40q is not known; it is kept as text", text)
		}
		row.UnitRef = code
		return true, true
	case "quality":
		for q := telemetry.Valid; q <= telemetry.Invalid; q++ {
			if string(text) == q.String() {
				row.Quality = q
				return true, true
			}
		}
	case "qualityFlag":
		if len(text) > 0 && len(text) <= d.c.Limits.Name {
			row.Detail.Raw = d.r.B.Raw.Code(text)
			return true, true
		}
	}
	return false, true
}
