package ngsiv2

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes entities in the normalized representation. Rows of one entity are kept
// together, in order of first appearance; an attribute with more rows than one makes as many entities of
// one id, in order. Zero is ready. It is for one goroutine at a time.
type Encoder struct {
	// Action makes a batch update of the entities: "append", "update" or "replace", for POST
	// /v2/op/update. Empty: an array.
	Action string

	place  []int32 // of a code of an entity: in groups, from 1
	groups []group
	next   []int32 // row of the same entity
	rows   []int32 // of the entity being written
	level  []int32 // how many rows of its attribute are before, in its entity
	count  []int32 // of a code of an attribute: rows in the entity
	s      jsonscan.Scanner
	losses telemetry.Losses
	b      *telemetry.Batch
}

type group struct {
	code        uint32
	first, last int32
}

// Append appends one message. The error is an [*telemetry.Error], for a number that
// is not finite or an action that is not known.
func (e *Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	for i, v := range b.Number {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return dst, nil, &telemetry.Error{Kind: telemetry.ErrValue, Format: name, Offset: -1, Msg: fmt.Sprintf("row %d has the number %v; a gap has kind None", i, v)}
		}
	}
	if !slices.Contains([]string{"", "append", "update", "replace"}, e.Action) {
		return dst, nil, &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Offset: -1, Msg: fmt.Sprintf("the action %q is not append, update or replace", e.Action)}
	}
	e.b, e.losses = b, nil
	e.gather()
	if e.Action != "" {
		dst = append(append(append(dst, `{"actionType":"`...), e.Action...), `","entities":`...)
	}
	dst = append(dst, '[')
	empty := true
	for _, g := range e.groups {
		e.rows = e.rows[:0]
		for i := g.first; i >= 0; i = e.next[i] {
			e.rows = append(e.rows, i)
		}
		slices.SortStableFunc(e.rows, func(a, b int32) int { return cmp.Compare(e.level[a], e.level[b]) })
		for rest := e.rows; len(rest) > 0; {
			n := 1
			for n < len(rest) && e.level[rest[n]] == e.level[rest[0]] {
				n++
			}
			before := len(dst)
			if !empty {
				dst = append(dst, ',')
			}
			var wrote bool
			if dst, wrote = e.entity(dst, b.Entities.At(g.code), rest[:n]); wrote {
				empty = false
			} else {
				dst = dst[:before]
			}
			rest = rest[n:]
		}
	}
	dst = append(dst, ']')
	if e.Action != "" {
		dst = append(dst, '}')
	}
	e.b = nil
	return dst, e.losses, nil
}

// gather chains the rows of each entity, and numbers those of one attribute.
func (e *Encoder) gather() {
	b := e.b
	e.place = resized(e.place, b.Entities.Len()+1)
	e.count = resized(e.count, b.Attributes.Len()+1)
	e.next, e.level = resized(e.next, b.Len()), resized(e.level, b.Len())
	e.groups = e.groups[:0]
	for i, code := range b.Entity {
		if code == 0 || b.Entities.At(code).ID == "" {
			e.losses.Add(telemetry.LossRow, i)
			continue
		}
		e.next[i] = -1
		if p := e.place[code]; p > 0 {
			g := &e.groups[p-1]
			e.next[g.last] = int32(i)
			g.last = int32(i)
			continue
		}
		e.groups = append(e.groups, group{code, int32(i), int32(i)})
		e.place[code] = int32(len(e.groups))
	}
	for _, g := range e.groups {
		for i := g.first; i >= 0; i = e.next[i] {
			e.level[i] = e.count[b.Attribute[i]]
			e.count[b.Attribute[i]]++
		}
		for i := g.first; i >= 0; i = e.next[i] {
			e.count[b.Attribute[i]] = 0
		}
	}
}

func resized(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// entity writes rows of one entity, each of another attribute; false if none can be.
func (e *Encoder) entity(dst []byte, ent telemetry.Entity, rows []int32) (out []byte, wrote bool) {
	dst = append(dst, `{"id":`...)
	dst = e.name(dst, ent.ID, int(rows[0]))
	if ent.Type != "" {
		dst = e.name(append(dst, `,"type":`...), ent.Type, int(rows[0]))
	}
	for _, i := range rows {
		before := len(dst)
		var ok bool
		if dst, ok = e.attribute(append(dst, ','), int(i)); ok {
			wrote = true
		} else {
			dst = dst[:before]
		}
	}
	return append(dst, '}'), wrote
}

// name writes an id or a name; forbidden characters are percent-encoded.
func (e *Encoder) name(dst []byte, text string, row int) []byte {
	if !strings.ContainsAny(text, forbiddenNames) {
		return jsonscan.AppendString(dst, text)
	}
	e.losses.Add(telemetry.LossName, row)
	var p []byte
	for i := range len(text) {
		if strings.IndexByte(forbiddenNames, text[i]) >= 0 {
			p = fmt.Appendf(p, "%%%02X", text[i])
		} else {
			p = append(p, text[i])
		}
	}
	return jsonscan.AppendString(dst, p)
}

// attribute writes a row; false if it cannot.
func (e *Encoder) attribute(dst []byte, row int) ([]byte, bool) {
	b := e.b
	d := &b.Detail[row]
	attr := b.Attributes.Text(b.Attribute[row])
	switch {
	case b.Kind[row] == telemetry.Deleted:
		e.losses.Add(telemetry.LossDeletion, row)
		return dst, false
	case attr == "" || attr == "id" || attr == "type" || attr == "@context":
		e.losses.Add(telemetry.LossRow, row)
		return dst, false
	}
	dst = append(e.name(dst, attr, row), `:{"type":`...)
	var text []byte
	if b.Kind[row] == telemetry.Text {
		text = b.Bytes(d.Ref)
	}
	typ := defaultType(b.Kind[row], b.Flags[row]&telemetry.Relation != 0, text)
	given, meta := e.split(b.Bytes(d.Meta), row)
	if len(given) > 0 {
		if typ == "TextUnrestricted" || !agrees(given, b, row) {
			e.losses.Add(telemetry.LossType, row)
		} else {
			typ = string(given)
		}
	}
	dst = append(jsonscan.AppendString(dst, typ), `,"value":`...)
	dst, ok := e.value(dst, row, typ)
	if !ok {
		e.losses.Add(telemetry.LossRow, row)
		return dst, false
	}
	dst = append(dst, `,"metadata":{`...)
	n := len(dst)
	if b.Time[row] != telemetry.NoTime {
		dst = e.time(append(dst, `"TimeInstant":{"type":"DateTime","value":"`...), row)
		dst = append(dst, `"},`...)
	}
	if u := b.UnitRef[row]; u != 0 {
		dst = e.unit(dst, b.Units.At(u), row)
	}
	if q := b.Quality[row]; q != telemetry.QualityUnknown {
		dst = append(append(append(dst, `"quality":{"type":"Text","value":"`...), q.String()...), `"},`...)
	}
	if d.Raw != 0 {
		dst = append(jsonscan.AppendString(append(dst, `"qualityFlag":{"type":"Text","value":`...), b.Raw.Text(d.Raw)), `},`...)
	}
	dst = e.meta(dst, meta, row)
	if len(dst) > n {
		dst = dst[:len(dst)-1] // the last comma
	}
	if b.Dataset[row] != 0 {
		e.losses.Add(telemetry.LossDataset, row)
	}
	if b.Flags[row]&telemetry.Interval != 0 {
		e.losses.Add(telemetry.LossInterval, row)
	}
	if b.Flags[row]&telemetry.TimeReceived != 0 {
		e.losses.Add(telemetry.LossQuality, row)
	}
	return append(dst, `}}`...), true
}

// agrees reports whether a value would be read as what it is with a type.
func agrees(typ []byte, b *telemetry.Batch, row int) bool {
	relation := b.Flags[row]&telemetry.Relation != 0
	switch string(typ) {
	case "geo:json", "geo:geojson":
		return b.Kind[row] == telemetry.Point || b.Kind[row] == telemetry.Geometry || b.Kind[row] == telemetry.None
	case "geo:point", "coords":
		return b.Kind[row] == telemetry.Point && !b.Points[b.Detail[row].Ref.Off].HasAlt || b.Kind[row] == telemetry.None
	case "Relationship", "Reference":
		return relation || b.Kind[row] != telemetry.Text
	}
	return !relation && b.Kind[row] != telemetry.Point && b.Kind[row] != telemetry.Geometry
}

func (e *Encoder) unit(dst []byte, u telemetry.UnitRef, row int) []byte {
	key, given := "unitCode", u.Given
	switch u.System {
	case telemetry.CEFACT:
	case telemetry.Name:
		key = "unit"
	default:
		e.losses.Add(telemetry.LossUnit, row)
		code, ok := telemetry.UnitCode(telemetry.CEFACT, u.Unit)
		if !ok {
			return dst
		}
		given = code
	}
	dst = append(append(append(dst, '"'), key...), `":{"type":"Text","value":`...)
	return append(jsonscan.AppendString(dst, given), `},`...)
}

// time writes the time of a row in UTC, cut to milliseconds.
func (e *Encoder) time(dst []byte, row int) []byte {
	d := &e.b.Detail[row]
	if d.Offset != 0 && d.Offset != telemetry.NoOffset {
		e.losses.Add(telemetry.LossOffset, row)
	}
	ns := e.b.Time[row]
	if cut := ((ns % 1e6) + 1e6) % 1e6; cut != 0 {
		e.losses.Add(telemetry.LossPrecision, row)
		if ns < math.MinInt64+1e6 {
			ns += 1e6
		}
		ns -= cut
	}
	p := telemetry.Millisecond
	if ns%1e9 == 0 && d.Precision >= telemetry.Second {
		p = telemetry.Second
	}
	return instant.Append(dst, instant.Time{NS: ns, Precision: instant.Precision(p)})
}

// split takes metadata of a row apart: the type and the items.
func (e *Encoder) split(meta []byte, row int) (typ, items []byte) {
	if len(meta) == 0 {
		return nil, nil
	}
	s := &e.s
	s.MaxDepth = math.MaxInt32
	s.Reset(meta)
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch {
		case string(key) == "type" && s.Kind() == jsonscan.String:
			text, _ := s.Text()
			typ = bytes.Clone(text)
		case string(key) == "metadata" && s.Kind() == jsonscan.Object:
			items, _ = s.Skip()
		default:
			s.Skip()
			e.losses.Add(telemetry.LossMeta, row)
		}
	}
	if s.End() != nil {
		e.losses.Add(telemetry.LossMeta, row)
		return nil, nil
	}
	return typ, items
}

// meta writes items of metadata, each with a comma behind, but those that the row has itself.
func (e *Encoder) meta(dst, items []byte, row int) []byte {
	if len(items) == 0 {
		return dst
	}
	b := e.b
	s := &e.s
	s.Reset(items)
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		taken := false
		switch string(key) {
		case "TimeInstant":
			taken = b.Time[row] != telemetry.NoTime
		case "unitCode", "unit":
			taken = b.UnitRef[row] != 0 && (b.Units.At(b.UnitRef[row]).System == telemetry.Name) == (string(key) == "unit")
		case "quality":
			taken = b.Quality[row] != telemetry.QualityUnknown
		case "qualityFlag":
			taken = b.Detail[row].Raw != 0
		}
		if taken {
			s.Skip()
			e.losses.Add(telemetry.LossMeta, row)
			continue
		}
		dst = append(jsonscan.AppendString(dst, key), ':')
		raw, _ := s.Skip()
		dst = append(jsonscan.AppendCompact(dst, raw), ',')
	}
	return dst
}

// value writes the value of a row under a type.
func (e *Encoder) value(dst []byte, row int, typ string) ([]byte, bool) {
	b := e.b
	d := &b.Detail[row]
	switch b.Kind[row] {
	case telemetry.None:
		return append(dst, "null"...), true
	case telemetry.Number:
		if raw := b.Bytes(d.Ref); len(raw) > 0 {
			if jsonscan.ValidNumber(raw) {
				return append(dst, raw...), true
			}
			e.losses.Add(telemetry.LossNumber, row)
		}
		return jsonscan.AppendNumber(dst, b.Number[row]), true
	case telemetry.Bool:
		if b.Number[row] != 0 {
			return append(dst, "true"...), true
		}
		return append(dst, "false"...), true
	case telemetry.Text:
		if b.Flags[row]&telemetry.Coerced != 0 {
			e.losses.Add(telemetry.LossType, row)
		}
		return jsonscan.AppendString(dst, b.Bytes(d.Ref)), true
	case telemetry.JSON, telemetry.Geometry:
		raw := b.Bytes(d.Ref)
		if !e.valid(raw) {
			return dst, false
		}
		return jsonscan.AppendCompact(dst, raw), true
	case telemetry.Point:
		p := b.Points[d.Ref.Off]
		if typ == "geo:point" || typ == "coords" {
			dst = append(jsonscan.AppendNumber(append(dst, '"'), p.Lat), ", "...)
			return append(jsonscan.AppendNumber(dst, p.Lon), '"'), true
		}
		dst = append(dst, `{"type":"Point","coordinates":[`...)
		dst = append(jsonscan.AppendNumber(dst, p.Lon), ',')
		dst = jsonscan.AppendNumber(dst, p.Lat)
		if p.HasAlt {
			dst = jsonscan.AppendNumber(append(dst, ','), p.Alt)
		}
		return append(dst, `]}`...), true
	}
	return dst, false
}

// valid reports whether raw is an object or an array: what a value of kind JSON is in
// this format.
func (e *Encoder) valid(raw []byte) bool {
	if len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return false
	}
	e.s.MaxDepth = math.MaxInt32
	e.s.Reset(raw)
	e.s.Skip()
	return e.s.End() == nil
}
