package jsonrec

import (
	"math"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// NewRow is a row of an attribute, without time.
func NewRow(attribute uint32) telemetry.Row {
	r := telemetry.Row{Attribute: attribute, Time: telemetry.NoTime}
	r.Detail.Offset = telemetry.NoOffset
	return r
}

// Put appends a row that is at a byte of the message; its entity is filled in later.
func (r *Reader) Put(row *telemetry.Row, at int) {
	if row.Time == telemetry.NoTime {
		r.times.static = true
		row.Flags |= telemetry.TimeStatic
	}
	row.Detail.Start = r.B.Origin.Offset + int64(at)
	row.Detail.Record = r.B.Origin.Record + uint32(r.Record)
	row.Detail.Source = r.Source
	r.B.Append(row)
}

// SetBool makes a row's value a bool.
func SetBool(row *telemetry.Row, v bool) {
	row.Kind = telemetry.Bool
	if v {
		row.Number = 1
	}
}

// Scalar reads the next value, which is no object or array, into a row; null is kind None.
func (r *Reader) Scalar(row *telemetry.Row) bool {
	switch r.S.Kind() {
	case jsonscan.Num:
		return r.Number(row)
	case jsonscan.String:
		text, ok := r.S.Text()
		return ok && r.Text(row, text)
	case jsonscan.Bool:
		v, ok := r.S.Bool()
		SetBool(row, v)
		return ok
	case jsonscan.Null:
		return r.S.Null()
	}
	r.S.Skip()
	return false
}

// Text takes a text, or the deletion that it says.
func (r *Reader) Text(row *telemetry.Row, text []byte) bool {
	if len(text) == len(r.Deletion) && len(text) > 0 && string(text) == r.Deletion {
		row.Kind = telemetry.Deleted
		return true
	}
	if len(text) > r.C.Limits.Text {
		return r.Fail(telemetry.ErrLimit, r.S.Offset(), "a text of %d bytes; the limit is %d: raise Limits.Text", len(text), r.C.Limits.Text)
	}
	row.Kind = telemetry.Text
	row.Detail.Ref = r.B.PutText(text)
	return true
}

// JSON takes a value as it is written, without white space.
func (r *Reader) JSON(row *telemetry.Row, raw []byte) bool {
	if len(raw) > r.C.Limits.Text {
		return r.Fail(telemetry.ErrLimit, r.S.Offset(), "a value of %d bytes; the limit is %d: raise Limits.Text", len(raw), r.C.Limits.Text)
	}
	b := r.B
	n := len(b.Data)
	b.Data = jsonscan.AppendCompact(b.Data, raw)
	row.Kind, row.Detail.Ref = telemetry.JSON, telemetry.Span{Off: uint32(n), Len: uint32(len(b.Data) - n)}
	return true
}

// Number takes the next value, a number; under Keep one beyond float64 as text.
func (r *Reader) Number(row *telemetry.Row) bool {
	m := r.S.Mark()
	n, ok := r.S.Number()
	if !ok {
		if r.C.Policy != telemetry.Keep || r.S.Err().Code != jsonscan.Range {
			return false
		}
		r.S.Back(m)
		at := r.S.Offset()
		raw, ok := r.S.Skip()
		return ok && r.Coerce(row, raw, at, "beyond float64")
	}
	row.Kind, row.Number = telemetry.Number, n.Value
	if !n.Exact() {
		if len(n.Raw) > r.C.Limits.Text {
			return r.Fail(telemetry.ErrLimit, r.S.Offset(), "a number of %d digits; the limit is %d: raise Limits.Text", len(n.Raw), r.C.Limits.Text)
		}
		row.Detail.Ref = r.B.PutText(n.Raw)
	}
	return true
}

// Coerce keeps a value as it is written, as text.
func (r *Reader) Coerce(row *telemetry.Row, raw []byte, at int, why string) bool {
	if !r.JSON(row, raw) {
		return false
	}
	row.Kind = telemetry.Text
	row.Flags |= telemetry.Coerced
	r.Find(telemetry.ErrType, at, "%.60s is %s; kept as text", r.B.Bytes(row.Detail.Ref), why)
	return true
}

// CoerceScalar keeps the number, bool or text of a row as text.
func (r *Reader) CoerceScalar(row *telemetry.Row, at int, why string) {
	p := r.small[:0]
	switch {
	case row.Kind == telemetry.Bool && row.Number == 1:
		p = append(p, "true"...)
	case row.Kind == telemetry.Bool:
		p = append(p, "false"...)
	case row.Kind == telemetry.Number && row.Detail.Ref.Len == 0:
		p = jsonscan.AppendNumber(p, row.Number)
	}
	if len(p) > 0 {
		row.Detail.Ref = r.B.PutText(p)
	}
	row.Kind, row.Number = telemetry.Text, 0
	row.Flags |= telemetry.Coerced
	r.Find(telemetry.ErrType, at, "the value is %s; kept as text", why)
}

// geometries are the types of GeoJSON (RFC 7946).
var geometries = [...]string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}

func isGeometryType(text []byte) bool {
	for _, g := range geometries {
		if string(text) == g {
			return true
		}
	}
	return false
}

// IsGeometry reports whether a value has the type of a GeoJSON geometry, and coordinates.
func (r *Reader) IsGeometry(raw []byte) bool {
	if len(raw) < 2 || raw[0] != '{' {
		return false
	}
	s := &r.Sub
	s.Reset(raw)
	s.Object()
	typ, body := false, false
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		switch {
		case string(key) == "type" && s.Kind() == jsonscan.String:
			text, _ := s.Text()
			if typ = isGeometryType(text); !typ {
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

// Geometry takes a GeoJSON geometry: a Point as such, the others as they are.
func (r *Reader) Geometry(row *telemetry.Row, raw []byte, at int) bool {
	p, foreign, what := r.point(raw)
	switch what {
	case "":
		if foreign {
			r.Find(telemetry.ErrUnknown, at, "a Point with members beyond type and coordinates, which are left out")
		}
		row.Kind, row.Detail.Ref = telemetry.Point, r.B.PutPoint(p)
		return true
	case "geometry":
		if !r.JSON(row, raw) {
			return false
		}
		row.Kind = telemetry.Geometry
		return true
	}
	if r.C.Policy == telemetry.Keep {
		return r.Coerce(row, raw, at, what)
	}
	return r.Fail(telemetry.ErrValue, at, "%.80s is %s", jsonscan.AppendCompact(nil, raw), what)
}

// point reads a GeoJSON Point. Otherwise it says what raw is: "geometry", another one.
func (r *Reader) point(raw []byte) (p telemetry.Position, foreign bool, what string) {
	s := &r.Sub
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
	case !OnGlobe(c[0], c[1]):
		return p, false, "outside the globe; longitude comes first"
	}
	return telemetry.Position{Lon: c[0], Lat: c[1], Alt: c[2], HasAlt: numbers == 3}, foreign, ""
}

// OnGlobe reports whether a place is in WGS 84.
func OnGlobe(lon, lat float64) bool { return math.Abs(lon) <= 180 && math.Abs(lat) <= 90 }
