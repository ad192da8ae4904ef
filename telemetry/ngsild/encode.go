package ngsild

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes entities in the normalized or the concise representation, one array
// with each entity once, in order of first appearance. An attribute with more than one row is an array of
// instances: of datasets, or of times, which is the temporal representation. Zero is
// ready. It is for one goroutine at a time.
type Encoder struct {
	Concise bool     // the concise representation
	Context []string // addresses of the @context of every entity; nil: none, for a Link header

	chain  chains // rows by entity
	inner  chains // rows of an entity by attribute
	s      jsonscan.Scanner
	losses telemetry.Losses
	b      *telemetry.Batch
}

// chains are lists of rows by code, in order of first appearance.
type chains struct {
	place       []int32 // of a code: in first and last, from 1
	codes       []uint32
	first, last []int32
	next        []int32 // of a row, -1 at the end
}

func (c *chains) begin(codes, rows int) {
	for _, code := range c.codes {
		c.place[code] = 0
	}
	if len(c.place) < codes+1 {
		c.place = append(c.place, make([]int32, codes+1-len(c.place))...)
	}
	if len(c.next) < rows {
		c.next = append(c.next, make([]int32, rows-len(c.next))...)
	}
	c.codes, c.first, c.last = c.codes[:0], c.first[:0], c.last[:0]
}

func (c *chains) add(code uint32, row int32) {
	c.next[row] = -1
	if p := c.place[code]; p > 0 {
		c.next[c.last[p-1]] = row
		c.last[p-1] = row
		return
	}
	c.codes, c.first, c.last = append(c.codes, code), append(c.first, row), append(c.last, row)
	c.place[code] = int32(len(c.codes))
}

// Append appends an array of entities. The error is an [*telemetry.Error], for a
// number that is not finite.
func (e *Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	for i, v := range b.Number {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return dst, nil, &telemetry.Error{Kind: telemetry.ErrValue, Format: name, Offset: -1, Msg: fmt.Sprintf("row %d has the number %v; a gap has kind None", i, v)}
		}
	}
	e.b, e.losses = b, nil
	e.chain.begin(b.Entities.Len(), b.Len())
	for i, code := range b.Entity {
		if code == 0 {
			e.losses.Add(telemetry.LossRow, i)
			continue
		}
		e.chain.add(code, int32(i))
	}
	dst = append(dst, '[')
	wrote := false
	for i, code := range e.chain.codes {
		before := len(dst)
		if wrote {
			dst = append(dst, ',')
		}
		var ok bool
		if dst, ok = e.entity(dst, code, e.chain.first[i]); !ok {
			dst = dst[:before]
			continue
		}
		wrote = true
	}
	dst = append(dst, ']')
	e.b = nil
	return dst, e.losses, nil
}

// entity writes one entity; false if nothing of it can be written.
func (e *Encoder) entity(dst []byte, code uint32, first int32) ([]byte, bool) {
	b := e.b
	ent := b.Entities.At(code)
	if ent.ID == "" {
		for i := first; i >= 0; i = e.chain.next[i] {
			e.losses.Add(telemetry.LossRow, int(i))
		}
		return dst, false
	}
	dst = append(dst, `{"id":`...)
	if strings.IndexByte(ent.ID, ':') <= 0 {
		e.losses.Add(telemetry.LossName, int(first))
		typ, _, _ := strings.Cut(ent.Type, ",")
		if i := strings.LastIndexAny(typ, "/#"); i >= 0 {
			typ = typ[i+1:]
		}
		dst = jsonscan.AppendString(dst, "urn:ngsi-ld:"+typ+":"+ent.ID)
	} else {
		dst = jsonscan.AppendString(dst, ent.ID)
	}
	switch types := strings.Split(ent.Type, ","); {
	case ent.Type == "":
	case len(types) == 1:
		dst = jsonscan.AppendString(append(dst, `,"type":`...), ent.Type)
	default:
		dst = append(dst, `,"type":`...)
		dst = appendStrings(dst, types)
	}
	e.inner.begin(b.Attributes.Len(), b.Len())
	for i := first; i >= 0; i = e.chain.next[i] {
		e.inner.add(b.Attribute[i], i)
	}
	for k, attr := range e.inner.codes {
		dst = e.attribute(dst, b.Attributes.Text(attr), e.inner.first[k])
	}
	if len(e.Context) > 0 {
		dst = append(dst, `,"@context":`...)
		if len(e.Context) == 1 {
			dst = jsonscan.AppendString(dst, e.Context[0])
		} else {
			dst = appendStrings(dst, e.Context)
		}
	}
	return append(dst, '}'), true
}

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonscan.AppendString(dst, s)
	}
	return append(dst, ']')
}

// system are names of members of an entity that are no attributes.
var system = []string{"createdAt", "expiresAt", "modifiedAt", "scope"}

// attribute writes the rows of one attribute, an array if there are several.
func (e *Encoder) attribute(dst []byte, attr string, first int32) []byte {
	b := e.b
	member := slices.Contains(system, attr)
	single := member && e.plain(int(first))
	begin := len(dst)
	dst = append(dst, ',')
	wrote := 0
	body := 0
	for i := first; i >= 0; i = e.inner.next[i] {
		row := int(i)
		switch {
		case attr == "" && b.Kind[row] == telemetry.Deleted && b.Time[row] != telemetry.NoTime && wrote == 0:
			dst = append(dst, `"deletedAt":`...)
			body = len(dst)
			dst = e.time(dst, row)
			wrote++
			continue
		case attr == "" && b.Kind[row] == telemetry.Deleted:
			e.losses.Add(telemetry.LossDeletion, row)
			continue
		case attr == "" || attr[0] == '@' || attr == "id" || attr == "type" || attr == "deletedAt":
			e.losses.Add(telemetry.LossRow, row)
			continue
		}
		if wrote == 0 {
			dst = append(jsonscan.AppendString(dst, attr), ':')
			body = len(dst)
		}
		before := len(dst)
		if wrote > 0 {
			dst = append(dst, ',')
		}
		var ok bool
		if single {
			dst, ok = e.bare(dst, row)
		} else {
			dst, ok = e.instance(dst, row, member || e.inner.next[first] >= 0)
		}
		if !ok {
			e.losses.Add(telemetry.LossRow, row)
			dst = dst[:before]
			continue
		}
		wrote++
	}
	switch {
	case wrote == 0:
		return dst[:begin]
	case wrote > 1:
		dst = slices.Insert(dst, body, '[')
		dst = append(dst, ']')
	}
	return dst
}

// plain reports whether a row is the only one of its attribute, and a text or JSON alone.
func (e *Encoder) plain(row int) bool {
	b := e.b
	return e.inner.next[row] < 0 && (b.Kind[row] == telemetry.Text || b.Kind[row] == telemetry.JSON) && b.Time[row] == telemetry.NoTime && b.Flags[row]&telemetry.Relation == 0 &&
		b.UnitRef[row] == 0 && b.Dataset[row] == 0 && b.Quality[row] == 0 && b.Detail[row].Raw == 0 && b.Detail[row].Meta.Len == 0
}

// bare writes the value of a row that is a text or JSON.
func (e *Encoder) bare(dst []byte, row int) ([]byte, bool) {
	raw := e.b.Bytes(e.b.Detail[row].Ref)
	if e.b.Kind[row] == telemetry.Text {
		return jsonscan.AppendString(dst, raw), true
	}
	if !e.valid(raw) {
		return dst, false
	}
	return jsonscan.AppendCompact(dst, raw), true
}

func (e *Encoder) valid(raw []byte) bool {
	e.s.MaxDepth = math.MaxInt32
	e.s.Reset(raw)
	e.s.Skip()
	return e.s.End() == nil
}

// instance writes a row, as an object if whole; false if it cannot.
func (e *Encoder) instance(dst []byte, row int, whole bool) ([]byte, bool) {
	b := e.b
	d := &b.Detail[row]
	meta := b.Bytes(d.Meta)
	k := property
	switch {
	case b.Kind[row] == telemetry.Point || b.Kind[row] == telemetry.Geometry:
		k = geoProperty
	case b.Flags[row]&telemetry.Relation != 0:
		k = relationship
	}
	typed := e.typeOf(meta)
	if typed != none {
		k = typed
	}
	if !carries(k, b.Kind[row]) {
		k = property
		e.losses.Add(telemetry.LossType, row)
	}
	rest := len(meta) > 0 || b.Time[row] != telemetry.NoTime || b.UnitRef[row] != 0 || b.Dataset[row] != 0 || b.Quality[row] != 0 || d.Raw != 0
	scalar := b.Kind[row] == telemetry.Number || b.Kind[row] == telemetry.Bool || b.Kind[row] == telemetry.Text || b.Kind[row] == telemetry.Deleted
	short := e.Concise && !rest && !whole && (k == property && scalar || k == geoProperty)
	if !short {
		dst = append(dst, '{')
		if !e.Concise || k == property && b.Kind[row] == telemetry.JSON {
			dst = append(append(append(dst, `"type":"`...), kinds[k].name...), `",`...)
		}
		dst = append(append(append(dst, '"'), kinds[k].member...), `":`...)
	}
	dst, ok := e.value(dst, row, k)
	if !ok || short {
		return dst, ok
	}
	if u := b.UnitRef[row]; u != 0 {
		if unit := b.Units.At(u); unit.System == telemetry.CEFACT {
			dst = jsonscan.AppendString(append(dst, `,"unitCode":`...), unit.Given)
		} else {
			e.losses.Add(telemetry.LossUnit, row)
			if code, ok := telemetry.UnitCode(telemetry.CEFACT, unit.Unit); ok {
				dst = jsonscan.AppendString(append(dst, `,"unitCode":`...), code)
			}
		}
	}
	if b.Time[row] != telemetry.NoTime {
		if b.Kind[row] == telemetry.Deleted {
			dst = append(dst, `,"deletedAt":`...)
		} else {
			dst = append(dst, `,"observedAt":`...)
		}
		dst = e.time(dst, row)
		if b.Flags[row]&telemetry.TimeReceived != 0 {
			e.losses.Add(telemetry.LossQuality, row)
		}
	}
	if b.Flags[row]&telemetry.Interval != 0 {
		e.losses.Add(telemetry.LossInterval, row)
	}
	if ds := b.Datasets.Text(b.Dataset[row]); ds != "" {
		dst = append(dst, `,"datasetId":`...)
		if strings.IndexByte(ds, ':') <= 0 {
			e.losses.Add(telemetry.LossName, row)
			ds = "urn:ngsi-ld:Dataset:" + ds
		}
		dst = jsonscan.AppendString(dst, ds)
	}
	dst = e.meta(dst, meta, typed, row)
	if q := b.Quality[row]; q != telemetry.QualityUnknown || d.Raw != 0 {
		dst = append(append(append(dst, ',', '"'), qualityOpen[1:]...), q.String()...)
		dst = append(dst, '"')
		if d.Raw != 0 {
			dst = jsonscan.AppendString(append(dst, flagOpen...), b.Raw.Text(d.Raw))
			dst = append(dst, '}')
		}
		dst = append(dst, '}')
	}
	return append(dst, '}'), true
}

// carries reports whether an attribute of type k can have a value of a kind.
func carries(k kind, v telemetry.Kind) bool {
	switch v {
	case telemetry.Deleted, telemetry.None:
		return true
	case telemetry.Point, telemetry.Geometry:
		return k == geoProperty
	case telemetry.Text:
		return k == property || k == relationship || k == vocabProperty
	case telemetry.JSON:
		return k != geoProperty
	}
	return k == property
}

// typeOf is the attribute type that metadata begins with, none if it does not.
func (e *Encoder) typeOf(meta []byte) kind {
	rest, ok := bytes.CutPrefix(meta, []byte(`{"type":"`))
	if !ok {
		return none
	}
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return kindOf(text)
}

// meta writes the members of metadata but those that the row has itself.
func (e *Encoder) meta(dst, meta []byte, typed kind, row int) []byte {
	if len(meta) == 0 {
		return dst
	}
	if meta[0] != '{' || !e.valid(meta) {
		e.losses.Add(telemetry.LossMeta, row)
		return dst
	}
	s := &e.s
	s.Reset(meta)
	s.Object()
	for n := 0; ; n++ {
		key, ok := s.RawKey()
		if !ok {
			return dst
		}
		switch string(key) {
		case "type":
			if s.Skip(); n > 0 || typed == none {
				e.losses.Add(telemetry.LossMeta, row)
			}
			continue
		case "@type", "value", "object", "languageMap", "json", "vocab", "valueList", "objectList", "observedAt", "unitCode", "datasetId",
			"values", "objects", "languageMaps", "jsons", "vocabs", "valueLists", "objectLists":
			s.Skip()
			e.losses.Add(telemetry.LossMeta, row)
			continue
		case "deletedAt":
			if e.b.Kind[row] == telemetry.Deleted {
				s.Skip()
				e.losses.Add(telemetry.LossMeta, row)
				continue
			}
		case "quality":
			if e.b.Quality[row] != 0 || e.b.Detail[row].Raw != 0 {
				s.Skip()
				e.losses.Add(telemetry.LossMeta, row)
				continue
			}
		}
		if aggregate(key) >= 0 && s.Kind() == jsonscan.Array {
			s.Skip()
			e.losses.Add(telemetry.LossMeta, row)
			continue
		}
		dst = jsonscan.AppendString(append(dst, ','), key)
		raw, _ := s.Skip()
		dst = jsonscan.AppendCompact(append(dst, ':'), raw)
	}
}

// time writes the time of a row, in UTC.
func (e *Encoder) time(dst []byte, row int) []byte {
	d := &e.b.Detail[row]
	if d.Offset != 0 && d.Offset != telemetry.NoOffset {
		e.losses.Add(telemetry.LossOffset, row)
	}
	dst = instant.Append(append(dst, '"'), instant.Time{NS: e.b.Time[row], Precision: instant.Precision(d.Precision)})
	return append(dst, '"')
}

// value writes the value of a row in an attribute of type k.
func (e *Encoder) value(dst []byte, row int, k kind) ([]byte, bool) {
	b := e.b
	d := &b.Detail[row]
	switch b.Kind[row] {
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
		if b.Flags[row]&telemetry.Coerced != 0 || string(b.Bytes(d.Ref)) == deletion {
			e.losses.Add(telemetry.LossType, row)
		}
		return jsonscan.AppendString(dst, b.Bytes(d.Ref)), true
	case telemetry.JSON, telemetry.Geometry:
		raw := b.Bytes(d.Ref)
		if !e.valid(raw) || k == property && raw[0] != '{' && raw[0] != '[' {
			return dst, false
		}
		return jsonscan.AppendCompact(dst, raw), true
	case telemetry.Point:
		p := b.Points[d.Ref.Off]
		dst = append(dst, `{"type":"Point","coordinates":[`...)
		dst = append(jsonscan.AppendNumber(dst, p.Lon), ',')
		dst = jsonscan.AppendNumber(dst, p.Lat)
		if p.HasAlt {
			dst = jsonscan.AppendNumber(append(dst, ','), p.Alt)
		}
		return append(dst, `]}`...), true
	case telemetry.Deleted:
		if k == languageProperty {
			return append(dst, `{"@none":"`+deletion+`"}`...), true
		}
		return append(dst, `"`+deletion+`"`...), true
	}
	return dst, false
}
