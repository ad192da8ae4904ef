package sensorthings

import (
	"bufio"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

const name = "sensorthings"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Datastream string // id of the Datastream of Observations that do not say theirs
}

// Decoder reads messages. It is for one goroutine at a time.
type Decoder struct {
	c Config
	r jsonrec.Reader

	observation, line, nothing func() bool

	stream     stream // of the message, the group or the Datastream being read
	own        stream // of one Observation
	components []component
	obs        parts
	fault      func() // what nothing fails with
	meta       []byte
	quality    []byte
}

// stream is what is known of a Datastream.
type stream struct {
	id, property []byte
	system       telemetry.UnitSystem
	unit         []byte
	rank         int // of the unit: 1 name, 2 symbol, 3 UCUM
}

func (s *stream) reset() {
	*s = stream{id: s.id[:0], property: s.property[:0], unit: s.unit[:0]}
}

func (s *stream) copy(o *stream) {
	s.id, s.property, s.unit = append(s.id[:0], o.id...), append(s.property[:0], o.property...), append(s.unit[:0], o.unit...)
	s.system, s.rank = o.system, o.rank
}

// part is a member of an Observation that is kept as it was written.
type part uint8

const (
	partID part = iota
	partResultTime
	partValidTime
	partParameters
	partQuality
	partFeature
	partCount
)

// names of the parts in metadata, in order.
var partNames = [partCount]string{"id", "resultTime", "validTime", "parameters", "resultQuality", "FeatureOfInterest"}

// parts are those of one Observation.
type parts struct {
	raw  [partCount][]byte
	row  telemetry.Row
	time struct {
		from int64
		to   instant.Time
		set  bool
		span bool
	}
	hasResult  bool
	hasQuality bool
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	d := &Decoder{c: c, r: jsonrec.Reader{Format: name, C: c.Config}}
	d.observation, d.line = d.readObservation, d.readLine
	d.nothing = func() bool {
		d.fault()
		return false
	}
	return d
}

// Format describes the package, with the default configuration. A stream is one message after
// the other, or the elements of an array.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "OGC SensorThings API 1.1, Observations",
		MediaTypes: []string{"application/json"},
		Extensions: []string{".sta.json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      func() bufio.SplitFunc { return jsonrec.Split() },
	}
}

// Decode appends the rows of one message. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	if err := d.r.Begin(dst, src); err != nil {
		return err
	}
	d.stream.reset()
	d.stream.id = append(d.stream.id, d.c.Datastream...)
	return d.r.End(d.message())
}

// message reads the message. False: the rest is not to be read.
func (d *Decoder) message() bool {
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Array:
		return d.elements()
	case jsonscan.Object:
		if d.shape() == collection {
			return d.collection()
		}
		return d.element()
	}
	return d.refuse(func() { d.r.Wrong("a message", jsonscan.Object) })
}

// refuse refuses a record with the error that fail notes.
func (d *Decoder) refuse(fail func()) bool {
	d.fault = fail
	return d.r.One(d.nothing)
}

// elements reads the array that comes next.
func (d *Decoder) elements() bool {
	s := &d.r.S
	s.Array()
	for s.More() {
		if !d.element() {
			return false
		}
	}
	return d.r.Ended()
}

// shape is what an object is.
type shape uint8

const (
	single shape = iota
	group        // of a dataArray
	datastream
	collection
)

// shape looks at the object that comes next, and stays before it.
func (d *Decoder) shape() shape {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		return single
	}
	m := s.Mark()
	defer s.Back(m)
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "result":
			return single
		case "components", "dataArray":
			return group
		case "Observations", "unitOfMeasurement", "observationType":
			return datastream
		case "value":
			return collection
		}
		s.Skip()
	}
	return single
}

// element reads an Observation, a group or a Datastream.
func (d *Decoder) element() bool {
	switch d.shape() {
	case group:
		return d.group()
	case datastream:
		return d.datastream()
	}
	return d.r.One(d.observation)
}

// collection reads an object with value and nextLink.
func (d *Decoder) collection() bool {
	s := &d.r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		at := s.Offset()
		switch {
		case string(key) == "value":
			if s.Kind() != jsonscan.Array {
				if !d.refuse(func() { d.r.Wrong("value", jsonscan.Array) }) {
					return false
				}
			} else if !d.elements() {
				return false
			}
		case string(key) == "@iot.nextLink" && s.Kind() == jsonscan.String:
			text, ok := s.Text()
			if ok {
				d.r.Find(telemetry.ErrMissing, at, "the collection goes on at %.300s", text)
			}
		default:
			s.Skip()
		}
	}
	return d.r.Ended()
}

// group reads a dataArray with its Datastream and components, in whatever order they come.
func (d *Decoder) group() bool {
	s := &d.r.S
	begin := s.Mark()
	at := s.Offset()
	d.own.copy(&d.stream)
	var components, lines jsonscan.Mark
	hasComponents, hasLines := false, false
	s.Object()
	good := true
	d.r.Record++ // an error in the head is the next record's
	for key, ok := s.Key(); ok && good; key, ok = s.Key() {
		switch string(key) {
		case "components":
			components, hasComponents = s.Mark(), true
			s.Skip()
		case "dataArray":
			lines, hasLines = s.Mark(), true
			s.Skip()
		case "Datastream":
			good = d.readStream(&d.own)
		case "Datastream@iot.navigationLink":
			good = d.link(&d.own)
		default:
			s.Skip()
		}
	}
	d.r.Record--
	if !good || s.Err() != nil || !hasComponents || !hasLines {
		again := good && s.Err() == nil
		s.Back(begin)
		return d.refuse(func() {
			if again {
				d.r.Fail(telemetry.ErrMissing, at, "a group without components or without dataArray")
				return
			}
			d.reread(&d.own)
		})
	}
	end := s.Mark()
	s.Back(components)
	if s.Kind() != jsonscan.Array || !d.readComponents() {
		s.Back(begin)
		return d.refuse(func() {
			d.r.Fail(telemetry.ErrType, at, "components should be an array of names, result among them")
		})
	}
	s.Back(lines)
	if s.Kind() != jsonscan.Array {
		s.Back(begin)
		return d.refuse(func() { d.r.Fail(telemetry.ErrType, at, "dataArray should be an array of arrays") })
	}
	if !d.r.List(d.line) {
		return false
	}
	s.Back(end)
	return true
}

// reread reads the object again up to its error, which it notes.
func (d *Decoder) reread(to *stream) {
	s := &d.r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "Datastream":
			ok = d.readStream(to)
		case "Datastream@iot.navigationLink":
			ok = d.link(to)
		case "@iot.id":
			ok = d.id(&to.id)
		case "unitOfMeasurement":
			ok = d.unit(to)
		case "ObservedProperty":
			ok = d.property(to)
		default:
			s.Skip()
		}
		if !ok {
			return
		}
	}
}

// datastream reads a Datastream with its Observations.
func (d *Decoder) datastream() bool {
	s := &d.r.S
	begin := s.Mark()
	var list jsonscan.Mark
	hasList := false
	to := &d.own
	to.reset()
	s.Object()
	good := true
	d.r.Record++ // an error in the head is the next record's
	for key, ok := s.Key(); ok && good; key, ok = s.Key() {
		switch string(key) {
		case "Observations":
			list, hasList = s.Mark(), true
			s.Skip()
		case "@iot.id":
			good = d.id(&to.id)
		case "unitOfMeasurement":
			good = d.unit(to)
		case "ObservedProperty":
			good = d.property(to)
		case "Observations@iot.nextLink":
			at := s.Offset()
			if s.Kind() != jsonscan.String {
				s.Skip()
				continue
			}
			if text, ok := s.Text(); ok {
				d.r.Find(telemetry.ErrMissing, at, "the Observations go on at %.300s", text)
			}
		default:
			s.Skip()
		}
	}
	d.r.Record--
	if !good || s.Err() != nil {
		s.Back(begin)
		return d.refuse(func() { d.reread(&d.own) })
	}
	if !hasList {
		return true // a Datastream alone has no Observations
	}
	end := s.Mark()
	d.stream.copy(to)
	s.Back(list)
	if s.Kind() != jsonscan.Array {
		if !d.refuse(func() { d.r.Wrong("Observations", jsonscan.Array) }) {
			return false
		}
	} else if !d.r.List(d.observation) {
		return false
	}
	s.Back(end)
	d.stream.reset()
	d.stream.id = append(d.stream.id, d.c.Datastream...)
	return true
}
