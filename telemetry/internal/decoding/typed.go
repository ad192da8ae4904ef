package decoding

import (
	"bytes"
	"math"
	"strings"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Class is what a text stands for, in formats where all values are texts.
type Class uint8

// The classes. Auto takes a JSON number, true, false, a JSON object or array as that, and
// all else as text.
const (
	Auto Class = iota
	Number
	Bool
	Text
	JSON
	LatLon // "latitude, longitude", or with a space between
)

var trueText, falseText = []byte("true"), []byte("false")

// Typed sets the value of a row from a text. Under policy Keep one of another class is kept as
// text. An empty text is a gap, but for class Text.
func (r *Run) Typed(c Class, text []byte, row *telemetry.Row, at int) *telemetry.Error {
	row.Kind, row.Number, row.Detail.Ref = telemetry.None, 0, telemetry.Span{}
	if len(text) == 0 && c != Text {
		return nil
	}
	if len(text) > r.Config.Limits.Text {
		return r.Fail(telemetry.ErrLimit, at, "a value of %d bytes, %d allowed; raise Limits.Text", len(text), r.Config.Limits.Text)
	}
	want := ""
	switch c {
	case Auto:
		switch first := text[0]; {
		case first-'0' <= 9 || first == '-':
			if n, ok := jsonscan.ParseNumber(text); ok {
				r.number(n, row)
				return nil
			}
		case string(text) == "true" || string(text) == "false":
			row.Kind = telemetry.Bool
			if first == 't' {
				row.Number = 1
			}
			return nil
		case first == '{' || first == '[':
			if r.putJSON(text, row) {
				return nil
			}
		}
	case Number:
		if n, ok := jsonscan.ParseNumber(text); ok {
			r.number(n, row)
			return nil
		}
		if n, ok := jsonscan.ParseNumber(Decimal(text)); ok {
			r.number(n, row)
			return nil
		}
		want = "a number"
	case Bool:
		switch {
		case bytes.EqualFold(text, trueText) || string(text) == "1":
			row.Kind, row.Number = telemetry.Bool, 1
			return nil
		case bytes.EqualFold(text, falseText) || string(text) == "0":
			row.Kind = telemetry.Bool
			return nil
		}
		want = "true or false"
	case JSON:
		if r.putJSON(text, row) {
			return nil
		}
		want = "JSON"
	case LatLon:
		if p, ok := ParseLatLon(text); ok {
			row.Kind, row.Detail.Ref = telemetry.Point, r.Batch.PutPoint(p)
			return nil
		}
		want = "a latitude and a longitude"
	}
	if want != "" {
		e := r.Fail(telemetry.ErrType, at, "%.60q and should be %s", text, want)
		if r.Config.Policy != telemetry.Keep {
			return e
		}
		r.Note(e)
		row.Flags |= telemetry.Coerced
	}
	row.Kind, row.Detail.Ref = telemetry.Text, r.Batch.PutText(text)
	return nil
}

// AutoKind is what Typed takes a text of class Auto for.
func AutoKind(text []byte) telemetry.Kind {
	switch {
	case len(text) == 0:
		return telemetry.None
	case string(text) == "true" || string(text) == "false":
		return telemetry.Bool
	case text[0] == '{' || text[0] == '[':
		var r Run
		r.Config.Limits = r.Config.Limits.WithDefaults()
		if r.json(text) {
			return telemetry.JSON
		}
	default:
		if _, ok := jsonscan.ParseNumber(text); ok {
			return telemetry.Number
		}
	}
	return telemetry.Text
}

func (r *Run) number(n jsonscan.Number, row *telemetry.Row) {
	row.Kind, row.Number = telemetry.Number, n.Value
	if !n.Exact() {
		row.Detail.Ref = r.Batch.PutText(n.Raw)
	}
}

// putJSON sets the value of a row to JSON, without white space around; false: text is none.
func (r *Run) putJSON(text []byte, row *telemetry.Row) bool {
	if !r.json(text) {
		return false
	}
	row.Kind, row.Detail.Ref = telemetry.JSON, r.Batch.PutText(bytes.TrimSpace(text))
	return true
}

func (r *Run) json(text []byte) bool {
	r.scan.MaxDepth = r.Config.Limits.Depth
	r.scan.Reset(text)
	r.scan.Skip()
	ok := r.scan.End() == nil
	r.scan.Reset(nil)
	return ok
}

// Decimal spells a number as JSON does: it may have a plus, zeros in front, and nothing on
// one side of the point.
func Decimal(v []byte) []byte {
	out := make([]byte, 0, len(v)+2)
	if len(v) > 0 && (v[0] == '+' || v[0] == '-') {
		if v[0] == '-' {
			out = append(out, '-')
		}
		v = v[1:]
	}
	for len(v) > 1 && v[0] == '0' && v[1]-'0' <= 9 {
		v = v[1:]
	}
	for i, c := range v {
		if c == '.' {
			if i == 0 {
				if len(v) == 1 || v[1]-'0' > 9 {
					return nil
				}
				out = append(out, '0')
			}
			if i+1 == len(v) || v[i+1]-'0' > 9 {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

// ParseLatLon reads "41.1, 2.1" or "41.1 2.1", latitude first, perhaps with an altitude.
func ParseLatLon(text []byte) (p telemetry.Position, ok bool) {
	var v [3]float64
	n := 0
	for len(text) > 0 {
		text = bytes.TrimLeft(text, " ")
		if n > 0 && len(text) > 0 && text[0] == ',' {
			text = bytes.TrimLeft(text[1:], " ")
		}
		k := bytes.IndexAny(text, ", ")
		if k < 0 {
			k = len(text)
		}
		if k == 0 && len(text) == 0 {
			break
		}
		x, ok := jsonscan.ParseNumber(text[:k])
		if !ok {
			x, ok = jsonscan.ParseNumber(Decimal(text[:k]))
		}
		if !ok || n == 3 {
			return p, false
		}
		v[n] = x.Value
		n++
		text = text[k:]
	}
	if n < 2 || math.Abs(v[0]) > 90 || math.Abs(v[1]) > 180 {
		return p, false
	}
	return telemetry.Position{Lat: v[0], Lon: v[1], Alt: v[2], HasAlt: n == 3}, true
}

// Instant reads a time of RFC 3339 into a row; one without offset is in the zone of the
// configuration, or UTC, with a finding.
func (r *Run) Instant(text []byte, row *telemetry.Row, at int) *telemetry.Error {
	t, problem := instant.Parse(text)
	if problem != 0 {
		return r.Fail(telemetry.ErrTime, at, "%.60q is %s; write 2026-03-29T10:15:00Z", text, problem)
	}
	if t.Flags&instant.Leap != 0 {
		r.Note(r.Fail(telemetry.ErrTime, at, "%s is a leap second; it is taken as the second after", text))
	}
	if t.Flags&instant.Cut != 0 {
		r.Note(r.Fail(telemetry.ErrTime, at, "%s has parts of a nanosecond, which are cut", text))
	}
	return r.Civil(t, text, row, at)
}

// Civil sets the time of a row; text is it for messages.
func (r *Run) Civil(t instant.Time, text []byte, row *telemetry.Row, at int) *telemetry.Error {
	if t.Offset == instant.NoOffset && r.Config.Zone != nil {
		z, how := instant.InZone(t, r.Config.Zone)
		switch how {
		case instant.Twice:
			r.Note(r.Fail(telemetry.ErrTime, at, "%s is twice in %v; the first is taken", text, r.Config.Zone))
		case instant.Never:
			return r.Fail(telemetry.ErrTime, at, "%s does not exist in %v", text, r.Config.Zone)
		}
		z.Offset = instant.NoOffset // none was written
		t = z
	}
	row.Time, row.Detail.Offset, row.Detail.Precision = t.NS, t.Offset, telemetry.Precision(t.Precision)
	return nil
}

// ClassOf is how texts of a type are read.
func ClassOf(typ string) Class {
	switch strings.ToLower(typ) {
	case "number", "integer", "int", "float", "double", "long", "decimal":
		return Number
	case "boolean", "bool":
		return Bool
	case "text", "string", "datetime", "iso8601", "audio_video", "link", "uri":
		return Text
	case "json", "structuredvalue":
		return JSON
	case "geo:point", "location", "coords":
		return LatLon
	}
	return Auto
}
