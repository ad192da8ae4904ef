package telemetry

import (
	"fmt"
	"iter"
	"math"
	"time"
	"unicode/utf8"
)

// Observation is a row in plain values: for reading one by one, and for building
// batches by hand.
type Observation struct {
	Entity    Entity
	Attribute string // "" with Value.Kind Deleted: the entity
	Dataset   string // NGSI-LD datasetId, channel, tag: tells apart what the attribute does not
	Value     Value
	Unit      UnitRef
	Time      time.Time // zero: none; in the zone of the offset that was written, UTC if none was
	HasOffset bool      // an offset was written
	Precision Precision
	From      time.Time // start of an interval that ends at Time; zero: an instant
	Quality   Quality
	Raw       string // the quality flag as written
	Flags     Flags  // Interval is set from From
	Meta      string // a JSON object, or ""
	Source    Source
	Record    int   // from 1; 0 unknown
	Offset    int64 // byte in the source
}

// Value is a typed value.
type Value struct {
	Kind     Kind
	Number   float64 // of Number; of Bool 0 or 1
	Text     string  // of Text, JSON, Geometry; of Number, the digits where float64 is not exact
	Position Position
}

// Time range of an int64 of nanoseconds.
var (
	firstTime = time.Unix(0, math.MinInt64+1)
	lastTime  = time.Unix(0, math.MaxInt64)
)

// At is row i. It panics if i is not in [0, Len()).
func (b *Batch) At(i int) Observation {
	d := &b.Detail[i]
	o := Observation{
		Entity: b.Entities.At(b.Entity[i]), Attribute: b.Attributes.Text(b.Attribute[i]),
		Dataset: b.Datasets.Text(b.Dataset[i]), Unit: b.Units.At(b.UnitRef[i]),
		Time: instant(b.Time[i], d.Offset), HasOffset: b.Time[i] != NoTime && d.Offset != NoOffset, Precision: d.Precision,
		Quality: b.Quality[i], Raw: b.Raw.Text(d.Raw), Flags: b.Flags[i], Meta: string(b.Bytes(d.Meta)),
		Source: b.Sources.At(d.Source), Record: int(d.Record), Offset: d.Start,
		Value: Value{Kind: b.Kind[i], Number: b.Number[i]},
	}
	if b.Flags[i]&Interval != 0 {
		o.From = instant(d.From, d.Offset)
	}
	switch o.Value.Kind {
	case Point:
		o.Value.Position = b.Points[d.Ref.Off]
	case Number, Text, JSON, Geometry:
		o.Value.Text = string(b.Bytes(d.Ref))
	}
	return o
}

func instant(ns int64, offset int16) time.Time {
	if ns == NoTime {
		return time.Time{}
	}
	t := time.Unix(0, ns).UTC()
	if offset != NoOffset && offset != 0 {
		t = t.In(time.FixedZone("", int(offset)*60))
	}
	return t
}

// All ranges over the rows. It can be ranged again while the batch is unchanged.
func (b *Batch) All() iter.Seq2[int, Observation] {
	return func(yield func(int, Observation) bool) {
		for i := range b.Len() {
			if !yield(i, b.At(i)) {
				return
			}
		}
	}
}

// Add appends an observation. The error is an [*Error], and nothing is added, if the
// time is outside 1677 to 2262, a number is NaN or infinite, a position is outside
// the globe, or a text is not UTF-8.
func (b *Batch) Add(o Observation) error {
	bad := func(kind error, format string, a ...any) error {
		return &Error{Kind: kind, Offset: -1, Msg: fmt.Sprintf(format, a...)}
	}
	r := Row{Time: NoTime, Kind: o.Value.Kind, Quality: o.Quality, Flags: o.Flags &^ Interval}
	r.Detail.Offset = NoOffset
	if !o.Time.IsZero() {
		if o.Time.Before(firstTime) || o.Time.After(lastTime) {
			return bad(ErrTime, "time %v is outside 1677 to 2262", o.Time)
		}
		r.Time = o.Time.UnixNano()
		if o.HasOffset {
			_, s := o.Time.Zone()
			if s%60 != 0 || s <= -24*3600 || s >= 24*3600 {
				return bad(ErrTime, "offset of %d s from UTC; it must be whole minutes of less than a day", s)
			}
			r.Detail.Offset = int16(s / 60)
		}
	}
	if !o.From.IsZero() {
		if o.Time.IsZero() || o.From.Before(firstTime) || o.From.After(o.Time) {
			return bad(ErrTime, "interval from %v to %v; it must end when it began or later", o.From, o.Time)
		}
		r.Flags |= Interval
		r.Detail.From = o.From.UnixNano()
	}
	for _, s := range []string{o.Entity.ID, o.Entity.Type, o.Attribute, o.Dataset, o.Value.Text, o.Raw, o.Meta, o.Unit.Given} {
		if !utf8.ValidString(s) {
			return bad(ErrUTF8, "%.64q is not UTF-8", s)
		}
	}
	switch o.Value.Kind {
	case Number, Bool:
		if math.IsNaN(o.Value.Number) || math.IsInf(o.Value.Number, 0) {
			return bad(ErrValue, "%v is not a number; a gap has kind None", o.Value.Number)
		}
		if o.Value.Kind == Bool && o.Value.Number != 0 && o.Value.Number != 1 {
			return bad(ErrValue, "%v is not a bool; 0 or 1", o.Value.Number)
		}
		r.Number = o.Value.Number
	case Point:
		p := o.Value.Position
		if !(math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90) || math.IsNaN(p.Alt) || math.IsInf(p.Alt, 0) {
			return bad(ErrValue, "longitude %v, latitude %v is no point in WGS 84", p.Lon, p.Lat)
		}
	}
	if o.Unit.Given == "" && !o.Unit.Unit.IsZero() {
		o.Unit.Given, o.Unit.System = o.Unit.Unit.String(), UCUM
	}
	r.Entity = b.Entities.Code([]byte(o.Entity.ID), []byte(o.Entity.Type))
	r.Attribute, r.Dataset = b.Attributes.Code([]byte(o.Attribute)), b.Datasets.Code([]byte(o.Dataset))
	r.UnitRef, _ = b.Units.Code(o.Unit.System, []byte(o.Unit.Given))
	d := &r.Detail
	d.Precision, d.Record, d.Start, d.Raw = o.Precision, uint32(o.Record), o.Offset, b.Raw.Code([]byte(o.Raw))
	if o.Source != (Source{}) && o.Source != (Source{Received: NoTime}) {
		d.Source = b.Sources.Code(o.Source)
	}
	switch o.Value.Kind {
	case Point:
		d.Ref = b.PutPoint(o.Value.Position)
	case Number, Text, JSON, Geometry:
		d.Ref = b.PutString(o.Value.Text)
	}
	if o.Meta != "" {
		d.Meta = b.PutString(o.Meta)
	}
	b.Append(&r)
	return nil
}
