package sentilo

import (
	"math"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

const name = "sentilo"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Provider  string   // before the sensor in the entity's id; "" for none
	Sensor    string   // of payloads that have observations alone
	Catalogue []Sensor // types and units
}

// Decoder reads payloads. It is for one goroutine at a time.
type Decoder struct {
	c       Config
	sensors map[string]known
	run     decoding.Run
	json    jsonscan.Scanner
	row     telemetry.Row
	name    []byte // of the sensor
	sensor  known
	scratch []byte
	stop    bool
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder { return &Decoder{c: c, sensors: table(c.Catalogue)} }

// Format describes the package, without provider and catalogue. A stream is a sequence of payloads.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "Sentilo 2 observations", MediaTypes: []string{"application/json"}, Extensions: []string{".json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      jsonrec.Split,
	}
}

// DecodeValue appends the value of a sensor as the address PUT /data/{provider}/{sensor}/{value} has
// it.
func (d *Decoder) DecodeValue(dst *telemetry.Batch, sensor, value string) error {
	r := &d.run
	if err := r.Begin(name, d.c.Config, dst, []byte(value)); err != nil {
		return err
	}
	r.Next()
	e := d.begin([]byte(sensor), 0)
	if e == nil {
		d.row = d.blank(0)
		d.row.Attribute = dst.Attributes.Code(d.sensor.attribute)
		d.row.UnitRef = r.Unit(telemetry.Name, d.sensor.unit, 0)
		if e = r.Typed(d.sensor.class, []byte(value), &d.row, 0); e == nil {
			if e = r.NoTime(&d.row, 0); e == nil {
				dst.Append(&d.row)
				return nil
			}
		}
	}
	return r.Refuse(e)
}

// Decode appends the rows of a payload: an observation is a record.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r, s := &d.run, &d.json
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	d.stop = false
	s.MaxDepth = r.Config.Limits.Depth
	s.Reset(src)
	defer s.Reset(nil)
	found := false
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		var err error
		switch string(key) {
		case "sensors":
			found = true
			err = d.list(d.one)
		case "observations":
			found = true
			if e := d.begin([]byte(d.c.Sensor), s.Offset()); e != nil {
				e.Msg += "; set Config.Sensor"
				r.Next()
				s.Skip()
				err = r.Refuse(e)
			} else {
				err = d.list(d.observation)
			}
		default:
			s.Skip()
		}
		if err != nil || d.stop {
			return err
		}
	}
	e := s.End()
	switch {
	case e != nil:
		r.Next()
		return r.Refuse(jsonrec.Error(e, name, r.Config, dst.Origin, r.Record))
	case !found:
		r.Next()
		return r.Refuse(r.Fail(telemetry.ErrMissing, 0, "neither sensors nor observations"))
	}
	return nil
}

// list reads an array by f. Stop says that the rest cannot be read.
func (d *Decoder) list(f func() error) error {
	s, r := &d.json, &d.run
	if k := s.Kind(); k != jsonscan.Array && k != jsonscan.Invalid {
		at := s.Offset()
		s.Skip()
		if s.Err() != nil {
			return nil
		}
		r.Next()
		return r.Refuse(r.Fail(telemetry.ErrType, at, "%s where an array should be", k))
	}
	s.Array()
	for s.More() {
		if err := f(); err != nil || d.stop {
			return err
		}
	}
	return nil
}

// refuse applies the policy to an error, of the scanner too: what it cannot read is passed
// over from m on.
func (d *Decoder) refuse(e *telemetry.Error, m jsonscan.Mark) error {
	s, r := &d.json, &d.run
	if bad := s.Err(); bad != nil {
		e = jsonrec.Error(bad, name, r.Config, r.Batch.Origin, r.Record)
		if r.Config.Policy == telemetry.Stop || !s.Leap(m) {
			d.stop = true
		}
	}
	if e == nil {
		return nil
	}
	e.Record = r.Number() // of the record that Next began, perhaps after the error
	return r.Refuse(e)
}

// begin takes up a sensor.
func (d *Decoder) begin(sensor []byte, at int) *telemetry.Error {
	r := &d.run
	if len(sensor) == 0 {
		return r.Fail(telemetry.ErrName, at, "no sensor")
	}
	if len(sensor)+len(d.c.Provider) >= r.Config.Limits.Name {
		return r.Fail(telemetry.ErrLimit, at, "a name of %d bytes, %d allowed; raise Limits.Name", len(sensor)+len(d.c.Provider)+1, r.Config.Limits.Name)
	}
	d.sensor = lookup(d.sensors, sensor)
	d.name = append(d.name[:0], d.c.Provider...)
	if d.c.Provider != "" {
		d.name = append(d.name, '/')
	}
	d.name = append(d.name, sensor...)
	return nil
}

// blank is a row of the sensor, without time.
func (d *Decoder) blank(at int) telemetry.Row {
	r := &d.run
	row := telemetry.Row{Entity: r.Batch.Entities.Code(d.name, nil), Time: telemetry.NoTime}
	row.Detail.Record, row.Detail.Source, row.Detail.Start, row.Detail.Offset = uint32(r.Number()), r.Source, r.Start(at), telemetry.NoOffset
	return row
}

// one reads a sensor: first what it is, then its observations, whatever their order.
func (d *Decoder) one() error {
	s, r := &d.json, &d.run
	k := s.Kind()
	mark, at := s.Mark(), s.Offset()
	if k != jsonscan.Object {
		s.Skip()
		r.Next()
		return d.refuse(r.Fail(telemetry.ErrType, at, "%s where a sensor, an object, should be", k), mark)
	}
	var e *telemetry.Error
	d.scratch = d.scratch[:0]
	var observations, location, sensors int
	where := telemetry.Position{}
	d.name = d.name[:0]
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		kind, at := s.Kind(), s.Offset()
		var bad *telemetry.Error
		switch string(key) {
		case "sensor", "location":
			id := key[0] == 's'
			if kind != jsonscan.String {
				bad = r.Fail(telemetry.ErrType, at, "%q is %s and should be a text", key, kind)
				s.Skip()
				break
			}
			text, ok := s.Text()
			if !ok {
				break
			}
			if id {
				sensors++
				bad = d.begin(text, at)
			} else if location++; len(text) > 0 {
				if where, ok = decoding.ParseLatLon(text); !ok {
					bad = r.Fail(telemetry.ErrType, at, "location %.60q; latitude and longitude", text)
				}
			} else {
				location = 0
			}
		case "observations":
			observations++
			s.Skip()
		default:
			s.Skip()
		}
		if e == nil {
			e = bad
		}
	}
	if e == nil && s.Err() == nil {
		switch {
		case sensors == 0:
			e = r.Fail(telemetry.ErrMissing, at, "a sensor without name")
		case sensors > 1 || observations > 1 || location > 1:
			e = r.Fail(telemetry.ErrDuplicate, at, "a member of a sensor stands twice")
		}
	}
	if s.Err() != nil && len(d.name) > 0 && e == nil {
		// Something within is wrong: observation by observation one sees what.
		s.Back(mark)
	} else if e != nil || s.Err() != nil {
		r.Next()
		return d.refuse(e, mark)
	}
	if location > 0 {
		r.Next()
		r.Record-- // it is of no observation
		row := d.blank(at)
		row.Attribute, row.Kind, row.Flags = r.Batch.Attributes.Code(locationName), telemetry.Point, telemetry.TimeStatic
		row.Detail.Ref = r.Batch.PutPoint(where)
		r.Batch.Append(&row)
	}
	s.Back(mark)
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		if string(key) != "observations" {
			s.Skip()
			continue
		}
		if err := d.list(d.observation); err != nil || d.stop {
			return err
		}
	}
	if s.Err() != nil {
		r.Next()
		return d.refuse(nil, mark)
	}
	return nil
}

// observation reads an observation of the sensor.
func (d *Decoder) observation() error {
	s, r := &d.json, &d.run
	r.Next()
	k := s.Kind()
	mark, at := s.Mark(), s.Offset()
	var e *telemetry.Error
	if k != jsonscan.Object {
		s.Skip()
		e = r.Fail(telemetry.ErrType, at, "%s where an observation, an object, should be", k)
	} else {
		e = d.members(at)
	}
	if e != nil || s.Err() != nil {
		return d.refuse(e, mark)
	}
	if e := r.Full(at); e != nil {
		return r.Abort(e)
	}
	return nil
}

// members reads an observation; the first thing wrong with it is the error.
func (d *Decoder) members(at int) (first *telemetry.Error) {
	s, r, b := &d.json, &d.run, d.run.Batch
	d.row = d.blank(at)
	row := &d.row
	var where telemetry.Position
	var seen [4]bool // value, timestamp, location, time
	timed := false
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		kind, at := s.Kind(), s.Offset()
		i := -1
		switch string(key) {
		case "value":
			i = 0
		case "timestamp":
			i = 1
		case "location":
			i = 2
		case "time":
			i = 3
		}
		var e *telemetry.Error
		switch {
		case i < 0:
			s.Skip()
		case seen[i]:
			e = r.Fail(telemetry.ErrDuplicate, at, "%q stands twice in an observation", key)
			s.Skip()
		case i == 0:
			e = d.value(kind, row, at)
		case i == 3:
			// Milliseconds since 1970, in what the API gives back.
			if n, ok := s.NumberOrInf(); ok && !timed {
				if math.Abs(n.Value) < 9e12 && n.Value == math.Trunc(n.Value) {
					row.Time, row.Detail.Precision, timed = int64(n.Value)*1_000_000, telemetry.Millisecond, true
					if row.Time%1_000_000_000 == 0 {
						row.Detail.Precision = telemetry.Second
					}
				} else {
					e = r.Fail(telemetry.ErrTime, at, "time %.40s is no number of milliseconds within 1677 to 2262", n.Raw)
				}
			}
		case kind == jsonscan.Null:
			s.Null()
			i = -1
		case kind != jsonscan.String:
			e = r.Fail(telemetry.ErrType, at, "%q is %s and should be a text", key, kind)
			s.Skip()
		default:
			text, ok := s.Text()
			switch {
			case !ok:
			case len(text) == 0:
				i = -1
			case i == 1:
				e = d.timestamp(text, row, at)
				timed = true
			default:
				if where, ok = decoding.ParseLatLon(text); !ok {
					e = r.Fail(telemetry.ErrType, at, "location %.60q; latitude and longitude", text)
				}
			}
		}
		if i >= 0 {
			seen[i] = true
		}
		if first == nil {
			first = e
		}
	}
	switch {
	case first != nil || s.Err() != nil:
		return first
	case !seen[0]:
		return r.Fail(telemetry.ErrMissing, at, "an observation without value")
	case !timed:
		if e := r.NoTime(row, at); e != nil {
			return e
		}
	}
	row.Attribute = b.Attributes.Code(d.sensor.attribute)
	row.UnitRef = r.Unit(telemetry.Name, d.sensor.unit, at)
	b.Append(row)
	if seen[2] {
		row.Attribute, row.UnitRef, row.Number, row.Kind = b.Attributes.Code(locationName), 0, 0, telemetry.Point
		row.Flags &^= telemetry.Coerced
		row.Detail.Ref = b.PutPoint(where)
		b.Append(row)
	}
	return nil
}

// value reads a value: a text, and in fact also a number or a boolean.
func (d *Decoder) value(k jsonscan.Kind, row *telemetry.Row, at int) *telemetry.Error {
	s, r := &d.json, &d.run
	switch k {
	case jsonscan.String:
		if text, ok := s.Text(); ok {
			return r.Typed(d.sensor.class, text, row, at)
		}
		return nil
	case jsonscan.Null:
		s.Null()
		return nil
	case jsonscan.Num, jsonscan.Bool:
		if raw, ok := s.Skip(); ok {
			return r.Typed(d.sensor.class, raw, row, at)
		}
		return nil
	}
	s.Skip()
	return r.Fail(telemetry.ErrType, at, "the value is %s and should be a text", k)
}
