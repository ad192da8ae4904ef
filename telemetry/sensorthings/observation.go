package sensorthings

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// component is a column of a dataArray.
type component uint8

const (
	ignored component = iota
	result
	phenomenonTime
	resultQuality
	other // and the parts from here on
)

// componentOf is the column or member of a name.
func componentOf(key []byte) component {
	switch string(key) {
	case "result":
		return result
	case "phenomenonTime":
		return phenomenonTime
	case "resultQuality":
		return resultQuality
	case "id", "@iot.id":
		return other + component(partID)
	case "resultTime":
		return other + component(partResultTime)
	case "validTime":
		return other + component(partValidTime)
	case "parameters":
		return other + component(partParameters)
	case "FeatureOfInterest", "FeatureOfInterest/id", "FeatureOfInterest/@iot.id":
		return other + component(partFeature)
	}
	return ignored
}

// readComponents reads the array of names that comes next. False: it is none, or without
// result.
func (d *Decoder) readComponents() bool {
	s := &d.r.S
	d.components = d.components[:0]
	var seen [16]bool
	s.Array()
	for s.More() {
		if s.Kind() != jsonscan.String || len(d.components) > 64 {
			return false
		}
		text, ok := s.Text()
		if !ok {
			return false
		}
		c := componentOf(text)
		if c != ignored && seen[c] {
			return false
		}
		seen[c] = true
		d.components = append(d.components, c)
	}
	return s.Err() == nil && seen[result]
}

// readLine reads a row of a dataArray.
func (d *Decoder) readLine() bool {
	r, s := &d.r, &d.r.S
	if s.Kind() != jsonscan.Array {
		return r.Wrong("a row of a dataArray", jsonscan.Array)
	}
	at := s.Offset()
	d.begin()
	n := 0
	s.Array()
	for s.More() {
		if n < len(d.components) {
			if !d.value(d.components[n]) {
				return false
			}
		} else {
			s.Skip()
		}
		n++
	}
	if s.Err() != nil {
		return false
	}
	if n != len(d.components) {
		return r.Fail(telemetry.ErrMissing, at, "a row of %d values, and there are %d components", n, len(d.components))
	}
	return d.put(&d.own, at)
}

// readObservation reads an Observation.
func (d *Decoder) readObservation() bool {
	r, s := &d.r, &d.r.S
	if s.Kind() != jsonscan.Object {
		return r.Wrong("an Observation", jsonscan.Object)
	}
	at := s.Offset()
	d.own.copy(&d.stream)
	d.begin()
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "Datastream":
			ok = d.readStream(&d.own)
		case "Datastream@iot.navigationLink":
			ok = d.link(&d.own)
		default:
			ok = d.value(componentOf(key))
		}
		if !ok {
			return false
		}
	}
	if s.Err() != nil {
		return false
	}
	return d.put(&d.own, at)
}

func (d *Decoder) begin() {
	d.obs = parts{row: jsonrec.NewRow(0)}
}

// value reads the value of a component or a member.
func (d *Decoder) value(c component) bool {
	s := &d.r.S
	switch c {
	case ignored:
		_, ok := s.Skip()
		return ok
	case result:
		d.obs.hasResult = true
		return d.result()
	case phenomenonTime:
		return d.time()
	case resultQuality:
		if s.Kind() == jsonscan.String {
			text, ok := s.Text()
			d.quality = append(d.quality[:0], text...)
			d.obs.hasQuality = len(text) > 0
			if len(text) > d.c.Limits.Name {
				return d.r.Fail(telemetry.ErrLimit, s.Offset(), "a resultQuality of %d bytes; raise Limits.Name", len(text))
			}
			return ok
		}
		c = other + component(partQuality)
	}
	null := s.Kind() == jsonscan.Null
	raw, ok := s.Skip()
	if ok && !null {
		d.obs.raw[c-other] = raw
	}
	return ok
}

// result reads the result.
func (d *Decoder) result() bool {
	r, s := &d.r, &d.r.S
	row := &d.obs.row
	switch s.Kind() {
	case jsonscan.Object, jsonscan.Array:
		at := s.Offset()
		raw, ok := s.Skip()
		if !ok {
			return false
		}
		if r.IsGeometry(raw) {
			return r.Geometry(row, raw, at)
		}
		return r.JSON(row, raw)
	}
	return r.Scalar(row)
}

// time reads phenomenonTime: an instant or an interval; null is none.
func (d *Decoder) time() bool {
	r, s := &d.r, &d.r.S
	switch s.Kind() {
	case jsonscan.Null:
		return s.Null()
	case jsonscan.String:
	default:
		return r.Wrong("phenomenonTime", jsonscan.String)
	}
	at := s.Offset()
	text, ok := s.Text()
	if !ok {
		return false
	}
	t := &d.obs.time
	from, to, interval := bytes.Cut(text, []byte("/"))
	if !interval {
		t.to, t.set = instant.Time{}, true
		t.to, ok = r.ParseTime(text, at)
		return ok
	}
	begin, ok := r.ParseTime(from, at)
	if !ok {
		return false
	}
	if t.to, ok = r.ParseTime(to, at); !ok {
		return false
	}
	if begin.NS > t.to.NS {
		return r.Fail(telemetry.ErrTime, at, "an interval that ends before it begins: %.80s", text)
	}
	t.from, t.set, t.span = begin.NS, true, true
	return true
}

// put appends the row of an Observation that was read.
func (d *Decoder) put(from *stream, at int) bool {
	r, o, b := &d.r, &d.obs, d.r.B
	switch {
	case !o.hasResult:
		return r.Fail(telemetry.ErrMissing, at, "an Observation without a result")
	case len(from.id) == 0:
		return r.Fail(telemetry.ErrMissing, at, "an Observation that does not say its Datastream; set Config.Datastream")
	}
	row := &o.row
	if o.time.set {
		row.Time, row.Detail.Offset, row.Detail.Precision = o.time.to.NS, o.time.to.Offset, telemetry.Precision(o.time.to.Precision)
		if o.time.span {
			row.Flags |= telemetry.Interval
			row.Detail.From = o.time.from
		}
	}
	row.Attribute = b.Attributes.Code(defaultProperty)
	if len(from.property) > 0 {
		row.Attribute = b.Attributes.Code(from.property)
	}
	if len(from.unit) > 0 {
		code, added := b.Units.Code(from.system, from.unit)
		if row.UnitRef = code; added && b.Units.At(code).Unit.IsZero() {
			r.Find(telemetry.ErrUnit, at, "unit %.60q is not known as one of %s; it is kept as text", from.unit, from.system)
		}
	}
	if o.hasQuality {
		if row.Quality = qualityOf(d.quality); row.Quality == telemetry.QualityUnknown {
			row.Detail.Raw = b.Raw.Code(d.quality)
		}
	}
	d.meta = appendMeta(d.meta[:0], &o.raw)
	if len(d.meta) > d.c.Limits.Text {
		return r.Fail(telemetry.ErrLimit, at, "the parts of an Observation beside its result are longer than Limits.Text")
	}
	if len(d.meta) > 0 {
		row.Detail.Meta = b.PutText(d.meta)
	}
	first := b.Len()
	r.BeginEntity()
	r.Put(row, at)
	return r.EndEntity(first, from.id, streamType, at, "phenomenonTime")
}

var streamType, defaultProperty = []byte("Datastream"), []byte("result")

func qualityOf(text []byte) telemetry.Quality {
	for q := telemetry.Valid; q <= telemetry.Invalid; q++ {
		if string(text) == q.String() {
			return q
		}
	}
	return telemetry.QualityUnknown
}

// appendMeta appends an object of the parts; nothing if there are none.
func appendMeta(dst []byte, raw *[partCount][]byte) []byte {
	n := len(dst)
	for p, value := range raw {
		if len(value) == 0 {
			continue
		}
		if len(dst) == n {
			dst = append(dst, '{')
		} else {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), partNames[p]...), '"', ':')
		dst = jsonscan.AppendCompact(dst, value)
	}
	if len(dst) > n {
		dst = append(dst, '}')
	}
	return dst
}
