package lorawan

import (
	"math"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// object calls member for every member of the object that comes next.
func (d *Decoder) object(member func(*message, *Decoder, []byte) bool) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		return d.r.Wrong("this", jsonscan.Object)
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if !member(&d.m, d, key) {
			return false
		}
	}
	return s.Err() == nil
}

// gateways reads the first gateway of an array.
func (d *Decoder) gateways() bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Array {
		return d.pass()
	}
	s.Array()
	for n := 0; s.More(); n++ {
		if n == 0 && s.Kind() == jsonscan.Object {
			if !d.object((*message).gateway) {
				return false
			}
			continue
		}
		s.Skip()
	}
	return s.Err() == nil
}

func (d *Decoder) pass() bool {
	_, ok := d.r.S.Skip()
	return ok
}

// decoded notes where the object that the server decoded is. Null is none.
func (d *Decoder) decoded() bool {
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Object:
		if !d.m.hasObject {
			d.m.object, d.m.hasObject = s.Mark(), true
		}
		return d.pass()
	case jsonscan.Null:
		return s.Null()
	}
	return d.r.Wrong("what the network server decoded", jsonscan.Object)
}

func (d *Decoder) text(to *[]byte) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.String {
		return d.r.Wrong("this", jsonscan.String)
	}
	text, ok := s.Text()
	*to = append((*to)[:0], text...)
	return ok
}

// payload reads the text of the payload; null is none.
func (d *Decoder) payload() bool {
	d.r.S.Kind()
	d.m.textAt = d.r.S.Offset()
	if d.r.S.Null() {
		return true
	}
	return d.text(&d.m.text)
}

func (d *Decoder) flag(to *bool) bool {
	if d.r.S.Kind() != jsonscan.Bool {
		return d.r.Wrong("this", jsonscan.Bool)
	}
	v, ok := d.r.S.Bool()
	*to = v
	return ok
}

// number reads a number, or a text that is one, as Actility has them.
func (d *Decoder) number(to *float64, has *bool) bool {
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Num:
		n, ok := s.Number()
		*to, *has = n.Value, ok
		return ok
	case jsonscan.String:
		at := s.Offset()
		text, ok := s.Text()
		if !ok {
			return false
		}
		v, err := strconv.ParseFloat(string(text), 64)
		if err != nil || v-v != 0 || !jsonscan.ValidNumber(text) {
			return d.r.Fail(telemetry.ErrType, at, "%.40q is no number", text)
		}
		*to, *has = v, true
		return true
	case jsonscan.Null:
		return s.Null()
	}
	return d.r.Wrong("this", jsonscan.Num)
}

// integer reads a number without fraction of at most 2^53.
func (d *Decoder) integer(to *int64) bool {
	d.r.S.Kind()
	at := d.r.S.Offset()
	v, has := 0.0, false
	if !d.number(&v, &has) {
		return false
	}
	if v != math.Trunc(v) || v < 0 || v > 1<<53 {
		return d.r.Fail(telemetry.ErrValue, at, "%v is no count", v)
	}
	if has {
		*to = int64(v)
	}
	return true
}

func (d *Decoder) port(to *int) bool {
	v := int64(*to)
	d.r.S.Kind()
	at := d.r.S.Offset()
	if !d.integer(&v) {
		return false
	}
	if v > 255 {
		return d.r.Fail(telemetry.ErrValue, at, "%d is no port; 0 to 255", v)
	}
	*to = int(v)
	return true
}

// time reads a time as RFC 3339; null is none.
func (d *Decoder) time() bool {
	s := &d.r.S
	if s.Kind() == jsonscan.Null {
		return s.Null()
	}
	var row telemetry.Row
	if !d.r.Time(&row) {
		return false
	}
	d.m.Time, d.m.offset, d.m.precision = row.Time, row.Detail.Offset, row.Detail.Precision
	return true
}

// millis reads Loriot's milliseconds since 1970.
func (d *Decoder) millis() bool {
	var v int64
	d.r.S.Kind()
	at := d.r.S.Offset()
	if !d.integer(&v) {
		return false
	}
	if v > math.MaxInt64/1_000_000 {
		return d.r.Fail(telemetry.ErrTime, at, "%d ms is after 2262", v)
	}
	d.m.Time, d.m.offset, d.m.precision = v*1_000_000, telemetry.NoOffset, telemetry.Millisecond
	return true
}
