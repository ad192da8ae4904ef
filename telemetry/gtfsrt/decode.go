package gtfsrt

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

const name = "gtfsrt"

// Decoder reads feeds. It is for one goroutine at a time.
type Decoder struct {
	c   telemetry.Config
	run decoding.Run

	stamp   uint64 // of the feed's header
	meta    []byte
	dataset []byte
	noted   [3]bool
}

// NewDecoder makes a decoder.
func NewDecoder(c telemetry.Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	return &Decoder{c: c}
}

// Format describes the package. A stream is one feed.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "GTFS Realtime 2.0, vehicle positions and observed delays",
		MediaTypes: []string{"application/x-google-protobuf", "application/vnd.google.protobuf"},
		Extensions: []string{".pb", ".gtfs-rt"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(c) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
	}
}

// Decode appends the rows of one feed. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c, dst, src); err != nil {
		return err
	}
	d.stamp, d.noted = 0, [3]bool{}
	in := protowire.New(src, 0)
	found := false
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		if w.Num != 1 {
			continue
		}
		found = true
		e := need(r, &w, protowire.Bytes)
		if e == nil {
			e = d.readHeader(w.Message())
		}
		if e != nil {
			r.Next()
			return r.Refuse(e)
		}
	}
	if !found && in.Err == 0 {
		return r.Abort(r.Fail(telemetry.ErrMissing, 0, "a feed without a header"))
	}
	in = protowire.New(src, 0)
	for w, ok := in.Next(); ok; w, ok = in.Next() {
		if w.Num != 2 {
			continue
		}
		r.Next()
		e := need(r, &w, protowire.Bytes)
		if e == nil {
			e = d.readEntity(w.Message())
		}
		if e != nil {
			if err := r.Refuse(e); err != nil {
				return err
			}
		}
		if full := r.Full(w.At); full != nil {
			return r.Abort(full)
		}
	}
	if in.Err != 0 {
		r.Next()
		return r.Refuse(r.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err))
	}
	return nil
}

func need(r *decoding.Run, w *protowire.Field, want protowire.Type) *telemetry.Error {
	if w.Type == want {
		return nil
	}
	return r.Fail(telemetry.ErrType, w.At, "field %d has wire type %s and should have %s", w.Num, w.Type, want)
}

// text is a field that is UTF-8 and not too long.
func (d *Decoder) text(w *protowire.Field) ([]byte, *telemetry.Error) {
	switch {
	case w.Type != protowire.Bytes:
		return nil, need(&d.run, w, protowire.Bytes)
	case !utf8.Valid(w.Data):
		return nil, d.run.Fail(telemetry.ErrUTF8, w.Start, "a text that is not UTF-8: %.60q", w.Data)
	case len(w.Data) > d.c.Limits.Name:
		return nil, d.run.Fail(telemetry.ErrLimit, w.At, "a text of %d bytes; raise Limits.Name", len(w.Data))
	}
	return w.Data, nil
}

func (d *Decoder) readHeader(r protowire.Reader) *telemetry.Error {
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		var e *telemetry.Error
		switch w.Num {
		case 1:
			_, e = d.text(&w)
		case 3:
			e = need(&d.run, &w, protowire.Varint)
			d.stamp = w.Value
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	return nil
}

// descriptor is the trip and the vehicle that an entity is of.
type descriptor struct {
	id, label, plate                  []byte // of the vehicle
	trip, route, startTime, startDate []byte
	direction, relationship           uint64
	hasDirection, hasRelationship     bool
}

func (d *Decoder) readTrip(w *protowire.Field, out *descriptor) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		var e *telemetry.Error
		switch x.Num {
		case 1:
			out.trip, e = d.text(&x)
		case 2:
			out.startTime, e = d.text(&x)
		case 3:
			out.startDate, e = d.text(&x)
		case 4:
			e = need(&d.run, &x, protowire.Varint)
			out.relationship, out.hasRelationship = x.Value, true
		case 5:
			out.route, e = d.text(&x)
		case 6:
			e = need(&d.run, &x, protowire.Varint)
			out.direction, out.hasDirection = x.Value, true
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	return nil
}

func (d *Decoder) readVehicle(w *protowire.Field, out *descriptor) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		var e *telemetry.Error
		switch x.Num {
		case 1:
			out.id, e = d.text(&x)
		case 2:
			out.label, e = d.text(&x)
		case 3:
			out.plate, e = d.text(&x)
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	return nil
}

// metadata is what rows have of a descriptor.
func (d *Decoder) metadata(x *descriptor) telemetry.Span {
	d.meta = x.appendMeta(d.meta[:0])
	if len(d.meta) == 0 {
		return telemetry.Span{}
	}
	return d.run.Batch.PutText(d.meta)
}

func (x *descriptor) appendMeta(p []byte) []byte {
	n := len(p)
	key := func(k string) {
		if len(p) == n {
			p = append(p, '{')
		} else {
			p = append(p, ',')
		}
		p = append(append(append(p, '"'), k...), '"', ':')
	}
	for _, f := range [...]struct {
		key   string
		value []byte
	}{{"trip_id", x.trip}, {"route_id", x.route}, {"start_time", x.startTime}, {"start_date", x.startDate}, {"label", x.label}, {"license_plate", x.plate}} {
		if len(f.value) > 0 {
			key(f.key)
			p = jsonscan.AppendString(p, f.value)
		}
	}
	if x.hasDirection {
		key("direction_id")
		p = strconv.AppendUint(p, uint64(uint32(x.direction)), 10)
	}
	if x.hasRelationship {
		key("schedule_relationship")
		p = strconv.AppendInt(p, int64(int32(x.relationship)), 10)
	}
	if len(p) > n {
		p = append(p, '}')
	}
	return p
}

// seconds is a time of the feed in nanoseconds.
func (d *Decoder) seconds(s uint64, at int) (int64, *telemetry.Error) {
	if s > math.MaxInt64/1_000_000_000 {
		return 0, d.run.Fail(telemetry.ErrTime, at, "%d s is after 2262; times are seconds since 1970", s)
	}
	return int64(s) * 1_000_000_000, nil
}

// begin makes a row of an entity, with its time: its own, or that of the header.
func (d *Decoder) begin(id []byte, typ string, stamp uint64, at int) (row telemetry.Row, e *telemetry.Error) {
	b := d.run.Batch
	row.Entity = b.Entities.Code(id, []byte(typ))
	row.Detail = telemetry.Detail{
		Start: d.run.Start(at), Record: uint32(d.run.Number()), Source: d.run.Source,
		Offset: telemetry.NoOffset, Precision: telemetry.Second,
	}
	switch {
	case stamp != 0:
		row.Time, e = d.seconds(stamp, at)
	case d.stamp != 0:
		row.Time, e = d.seconds(d.stamp, at)
		row.Flags = telemetry.TimeReceived
	default:
		row.Detail.Precision = telemetry.Nanosecond
		e = d.run.NoTime(&row, at)
	}
	return row, e
}

// note is a finding, once a feed.
func (d *Decoder) note(i, at int, msg string) {
	if !d.noted[i] {
		d.noted[i] = true
		d.run.Note(d.run.Fail(telemetry.ErrUnsupported, at, "%s", msg))
	}
}

func (d *Decoder) readEntity(r protowire.Reader) *telemetry.Error {
	at := r.Offset()
	var id []byte
	var deleted bool
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return d.run.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err)
			}
			break
		}
		var e *telemetry.Error
		switch w.Num {
		case 1:
			id, e = d.text(&w)
		case 2:
			e = need(&d.run, &w, protowire.Varint)
			deleted = w.Value != 0
		case 3, 4, 5:
			e = need(&d.run, &w, protowire.Bytes)
		}
		if e != nil {
			return e
		}
	}
	if len(id) == 0 {
		return d.run.Fail(telemetry.ErrMissing, at, "an entity without an id")
	}
	if deleted {
		row, e := d.begin(id, "Vehicle", 0, at)
		if e != nil {
			return e
		}
		row.Kind = telemetry.Deleted
		d.run.Batch.Append(&row)
		return nil
	}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		var e *telemetry.Error
		switch w.Num {
		case 3:
			e = d.readUpdate(w.Message(), id)
		case 4:
			e = d.readPosition(w.Message(), id)
		case 5:
			d.note(0, w.At, "alerts are no observations")
		default:
			if w.Num > 5 {
				d.note(1, w.At, "shapes, stops and trip modifications are no observations")
			}
		}
		if e != nil {
			return e
		}
	}
	return nil
}

// put appends a row of an attribute.
func (d *Decoder) put(row telemetry.Row, attribute, unit string, at int) {
	b := d.run.Batch
	row.Attribute = b.Attributes.Code([]byte(attribute))
	if unit != "" {
		row.UnitRef, _ = b.Units.Code(telemetry.UCUM, []byte(unit))
	}
	row.Detail.Start = d.run.Start(at)
	b.Append(&row)
}

func (d *Decoder) number(row telemetry.Row, attribute, unit string, v float64, at int) *telemetry.Error {
	if v-v != 0 {
		return d.run.Fail(telemetry.ErrValue, at, "%s is %v", attribute, v)
	}
	row.Kind, row.Number = telemetry.Number, v
	d.put(row, attribute, unit, at)
	return nil
}

func (d *Decoder) word(row telemetry.Row, attribute string, text []byte, at int) {
	row.Kind, row.Detail.Ref = telemetry.Text, d.run.Batch.PutText(text)
	d.put(row, attribute, "", at)
}

// enum appends the name of a value; one that is not known is an error.
func (d *Decoder) enum(row telemetry.Row, attribute string, names []string, v uint64, at int) *telemetry.Error {
	if v >= uint64(len(names)) {
		return d.run.Fail(telemetry.ErrValue, at, "%s is %d; 0 to %d", attribute, v, len(names)-1)
	}
	row.Kind, row.Detail.Ref = telemetry.Text, d.run.Batch.PutString(names[v])
	d.put(row, attribute, "", at)
	return nil
}

var (
	statuses    = []string{"INCOMING_AT", "STOPPED_AT", "IN_TRANSIT_TO"}
	congestions = []string{"UNKNOWN_CONGESTION_LEVEL", "RUNNING_SMOOTHLY", "STOP_AND_GO", "CONGESTION", "SEVERE_CONGESTION"}
	occupancies = []string{"EMPTY", "MANY_SEATS_AVAILABLE", "FEW_SEATS_AVAILABLE", "STANDING_ROOM_ONLY", "CRUSHED_STANDING_ROOM_ONLY", "FULL", "NOT_ACCEPTING_PASSENGERS", "NO_DATA_AVAILABLE", "NOT_BOARDABLE"}
)

func (d *Decoder) readPosition(r protowire.Reader, id []byte) *telemetry.Error {
	at := r.Offset()
	var x descriptor
	var stamp uint64
	places := 0
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return d.run.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err)
			}
			break
		}
		var e *telemetry.Error
		switch w.Num {
		case 1:
			e = d.readTrip(&w, &x)
		case 2:
			if places++; places == 2 {
				e = d.run.Fail(telemetry.ErrDuplicate, w.At, "a vehicle with two positions")
			}
		case 8:
			e = d.readVehicle(&w, &x)
		case 5:
			e = need(&d.run, &w, protowire.Varint)
			stamp = w.Value
		}
		if e != nil {
			return e
		}
	}
	if len(x.id) > 0 {
		id = x.id
	}
	row, e := d.begin(id, "Vehicle", stamp, at)
	if e != nil {
		return e
	}
	row.Detail.Meta = d.metadata(&x)
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		var e *telemetry.Error
		switch w.Num {
		case 2:
			if e = need(&d.run, &w, protowire.Bytes); e == nil {
				e = d.place(w.Message(), row)
			}
		case 7:
			var text []byte
			if text, e = d.text(&w); e == nil && len(text) > 0 {
				d.word(row, "stop_id", text, w.At)
			}
		case 3, 4, 6, 9, 10:
			if e = need(&d.run, &w, protowire.Varint); e != nil {
				return e
			}
			switch w.Num {
			case 3, 10:
				if w.Value > math.MaxUint32 {
					return d.run.Fail(telemetry.ErrValue, w.At, "%d is more than 32 bits", w.Value)
				}
				whole := row
				whole.Flags |= telemetry.Integer | telemetry.Unsigned
				if w.Num == 3 {
					e = d.number(whole, "current_stop_sequence", "", float64(w.Value), w.At)
				} else {
					e = d.number(whole, "occupancy_percentage", "%", float64(w.Value), w.At)
				}
			case 4:
				e = d.enum(row, "current_status", statuses, w.Value, w.At)
			case 6:
				e = d.enum(row, "congestion_level", congestions, w.Value, w.At)
			default:
				e = d.enum(row, "occupancy_status", occupancies, w.Value, w.At)
			}
		}
		if e != nil {
			return e
		}
	}
	return nil
}

// place appends the rows of a Position.
func (d *Decoder) place(r protowire.Reader, row telemetry.Row) *telemetry.Error {
	at := r.Offset()
	var lat, lon float64
	has := [2]bool{}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		var e *telemetry.Error
		switch w.Num {
		case 1, 2, 3, 5:
			e = need(&d.run, &w, protowire.Fixed32)
		case 4:
			e = need(&d.run, &w, protowire.Fixed64)
		}
		if e != nil {
			return e
		}
		switch w.Num {
		case 1:
			lat, has[0] = float64(w.Float()), true
		case 2:
			lon, has[1] = float64(w.Float()), true
		case 3:
			e = d.number(row, "bearing", "deg", float64(w.Float()), w.At)
		case 4:
			e = d.number(row, "odometer", "m", w.Double(), w.At)
		case 5:
			e = d.number(row, "speed", "m/s", float64(w.Float()), w.At)
		}
		if e != nil {
			return e
		}
	}
	switch {
	case r.Err != 0:
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	case !has[0] || !has[1]:
		return d.run.Fail(telemetry.ErrMissing, at, "a position without latitude or longitude")
	case !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180):
		return d.run.Fail(telemetry.ErrValue, at, "latitude %v, longitude %v is no place", lat, lon)
	}
	row.Kind, row.Detail.Ref = telemetry.Point, d.run.Batch.PutPoint(telemetry.Position{Lon: lon, Lat: lat})
	d.put(row, "position", "", at)
	return nil
}

// readUpdate reads what a TripUpdate observed.
func (d *Decoder) readUpdate(r protowire.Reader, id []byte) *telemetry.Error {
	at := r.Offset()
	var x descriptor
	var stamp, delay uint64
	hasDelay := false
	for in := r; ; {
		w, ok := in.Next()
		if !ok {
			if in.Err != 0 {
				return d.run.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err)
			}
			break
		}
		var e *telemetry.Error
		switch w.Num {
		case 1:
			e = d.readTrip(&w, &x)
		case 3:
			e = d.readVehicle(&w, &x)
		case 4:
			e = need(&d.run, &w, protowire.Varint)
			stamp = w.Value
		case 5:
			e = need(&d.run, &w, protowire.Varint)
			delay, hasDelay = w.Value, true
		}
		if e != nil {
			return e
		}
	}
	typ := "Vehicle"
	switch {
	case len(x.id) > 0:
		id = x.id
	case len(x.trip) > 0:
		id, typ = x.trip, "Trip"
	default:
		typ = "Trip"
	}
	row, e := d.begin(id, typ, stamp, at)
	if e != nil {
		return e
	}
	row.Detail.Meta = d.metadata(&x)
	row.Flags |= telemetry.Integer
	if hasDelay {
		if e := d.number(row, "delay", "s", float64(int32(delay)), at); e != nil {
			return e
		}
	}
	predicted := false
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 2 {
			continue
		}
		if e := need(&d.run, &w, protowire.Bytes); e != nil {
			return e
		}
		if e := d.stop(w.Message(), row, &predicted); e != nil {
			return e
		}
	}
	if predicted {
		d.note(2, at, "times of arrival or departure that are predictions are left out")
	}
	return nil
}

// stop appends the observed delays of a StopTimeUpdate.
func (d *Decoder) stop(r protowire.Reader, row telemetry.Row, predicted *bool) *telemetry.Error {
	d.dataset = d.dataset[:0]
	var sequence uint64
	var events [2]protowire.Field
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		var e *telemetry.Error
		switch w.Num {
		case 1:
			e = need(&d.run, &w, protowire.Varint)
			sequence = w.Value
		case 4:
			var text []byte
			text, e = d.text(&w)
			d.dataset = append(d.dataset[:0], text...)
		case 2, 3:
			e = need(&d.run, &w, protowire.Bytes)
			events[w.Num-2] = w
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	if len(d.dataset) == 0 {
		d.dataset = strconv.AppendUint(append(d.dataset, '#'), uint64(uint32(sequence)), 10)
	}
	row.Dataset = d.run.Batch.Datasets.Code(d.dataset)
	for i := range events {
		f := &events[i]
		if f.Num == 0 {
			continue
		}
		var delay, at uint64
		hasDelay := false
		in := f.Message()
		for w, ok := in.Next(); ok; w, ok = in.Next() {
			if w.Num != 1 && w.Num != 2 {
				continue
			}
			if e := need(&d.run, &w, protowire.Varint); e != nil {
				return e
			}
			if w.Num == 1 {
				delay, hasDelay = w.Value, true
			} else {
				at = w.Value
			}
		}
		if in.Err != 0 {
			return d.run.Fail(telemetry.ErrSyntax, in.Offset(), "%s", in.Err)
		}
		t, e := d.seconds(at, f.At)
		if e != nil {
			return e
		}
		if !hasDelay || at == 0 || row.Time == telemetry.NoTime || t > row.Time {
			*predicted = true
			continue
		}
		event := row
		event.Time = t
		event.Flags &^= telemetry.TimeReceived
		if e := d.number(event, [...]string{"arrival_delay", "departure_delay"}[i], "s", float64(int32(delay)), f.At); e != nil {
			return e
		}
	}
	return nil
}
