package gbfs

import (
	"bufio"
	"math"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

const name = "gbfs"

// Decoder reads feeds. It is for one goroutine at a time.
type Decoder struct {
	r       jsonrec.Reader
	station func() bool
	data    bool   // the feed had stations
	id      []byte // of the station
	dataset []byte
}

// NewDecoder makes a decoder.
func NewDecoder(c telemetry.Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	d := &Decoder{r: jsonrec.Reader{Format: name, C: c}}
	d.station = d.readStation
	return d
}

// Format describes the package. A stream is one feed after the other.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "GBFS 2.x and 3.x, station_status",
		MediaTypes: []string{"application/json"},
		Extensions: []string{"station_status.json", "station_status"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(c) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      func() bufio.SplitFunc { return jsonrec.Split() },
	}
}

// Decode appends the rows of one feed. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	if err := d.r.Begin(dst, src); err != nil {
		return err
	}
	return d.r.End(d.feed())
}

// feed reads the feed's object. False: the rest is not to be read.
func (d *Decoder) feed() bool {
	s := &d.r.S
	d.data = false
	if s.Kind() != jsonscan.Object {
		return d.lose(func() bool { return d.r.Wrong("a feed", jsonscan.Object) })
	}
	at := s.Offset()
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if string(key) != "data" {
			s.Skip()
			continue
		}
		if s.Kind() != jsonscan.Object {
			return d.lose(func() bool { return d.r.Wrong("data", jsonscan.Object) })
		}
		if !d.stations() {
			return false
		}
	}
	if s.Err() == nil && !d.data {
		return d.lose(func() bool {
			return d.r.Fail(telemetry.ErrUnsupported, at, "no station_status: a feed without data.stations")
		})
	}
	return d.r.Ended()
}

// lose deals with an error that fail notes, after which nothing can be read.
func (d *Decoder) lose(fail func() bool) bool {
	d.r.Record = max(d.r.Record, 1)
	fail()
	return d.r.Ended()
}

// stations reads the data of the feed.
func (d *Decoder) stations() bool {
	s := &d.r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "stations":
			d.data = true
			if s.Kind() != jsonscan.Array {
				return d.lose(func() bool { return d.r.Wrong("stations", jsonscan.Array) })
			}
			if !d.r.List(d.station) {
				return false
			}
		case "bikes", "vehicles", "vehicle_types", "plans", "alerts", "regions", "geofencing_zones", "feeds", "system_id":
			feed, at := string(key), s.Offset()
			return d.lose(func() bool {
				return d.r.Fail(telemetry.ErrUnsupported, at, "no station_status: a feed of %s", feed)
			})
		default:
			s.Skip()
		}
	}
	return d.r.Ended()
}

// renamed has the names of version 3 for those of version 2.
func renamed(key []byte) []byte {
	switch string(key) {
	case "num_bikes_available":
		return available
	case "num_bikes_disabled":
		return disabled
	}
	return key
}

var available, disabled = []byte("num_vehicles_available"), []byte("num_vehicles_disabled")

func (d *Decoder) readStation() bool {
	r, s := &d.r, &d.r.S
	if s.Kind() != jsonscan.Object {
		return r.Wrong("a station", jsonscan.Object)
	}
	at := s.Offset()
	first := r.B.Len()
	r.BeginEntity()
	d.id = d.id[:0]
	var when telemetry.Row
	when.Time = telemetry.NoTime
	status := false // it has a member of station_status
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "station_id":
			if s.Kind() != jsonscan.String {
				return r.Wrong("station_id", jsonscan.String)
			}
			text, ok := s.Text()
			if !ok {
				return false
			}
			d.id = append(d.id, text...)
		case "last_reported":
			status = true
			if !d.time(&when) {
				return false
			}
		case "vehicle_types_available":
			if !d.counts(key, "vehicle_type_id") {
				return false
			}
		case "vehicle_docks_available":
			if !d.counts(key, "vehicle_type_ids") {
				return false
			}
		default:
			status = status || string(key) == "is_installed"
			if !d.member(key) {
				return false
			}
		}
	}
	switch {
	case s.Err() != nil:
		return false
	case len(d.id) == 0:
		return r.Fail(telemetry.ErrMissing, at, "a station without station_id")
	case len(d.id) > r.C.Limits.Name:
		return r.Fail(telemetry.ErrLimit, at, "a station_id of %d bytes; raise Limits.Name", len(d.id))
	case !status:
		return r.Fail(telemetry.ErrMissing, at, "station %.60q has neither last_reported nor is_installed; is this station_information?", d.id)
	}
	b := r.B
	if when.Time != telemetry.NoTime {
		for i := first; i < b.Len(); i++ {
			b.Time[i], b.Detail[i].Offset, b.Detail[i].Precision = when.Time, when.Detail.Offset, when.Detail.Precision
			b.Flags[i] &^= telemetry.TimeStatic
		}
	}
	return r.EndEntity(first, d.id, []byte("Station"), at, "last_reported")
}

// time reads last_reported.
func (d *Decoder) time(row *telemetry.Row) bool {
	r, s := &d.r, &d.r.S
	switch s.Kind() {
	case jsonscan.Null:
		return s.Null()
	case jsonscan.Num:
		at := s.Offset()
		n, ok := s.Number()
		if !ok {
			return false
		}
		if v := n.Value; v != math.Trunc(v) || math.Abs(v) > math.MaxInt64/1_000_000_000 {
			return r.Fail(telemetry.ErrTime, at, "%.40s is no count of seconds from 1677 to 2262", n.Raw)
		}
		row.Time = int64(n.Value) * 1_000_000_000
		row.Detail.Offset, row.Detail.Precision = telemetry.NoOffset, telemetry.Second
		return true
	}
	return r.Time(row)
}

// member appends the row of a member that is next.
func (d *Decoder) member(key []byte) bool {
	r, s := &d.r, &d.r.S
	if len(key) == 0 || len(key) > r.C.Limits.Name {
		return r.Fail(telemetry.ErrName, s.Offset(), "a member whose name is empty, or longer than Limits.Name")
	}
	k := s.Kind()
	at := s.Offset()
	is := len(key) > 3 && string(key[:3]) == "is_"
	row := jsonrec.NewRow(r.B.Attributes.Code(renamed(key)))
	switch k {
	case jsonscan.Object, jsonscan.Array:
		raw, ok := s.Skip()
		if !ok || !r.JSON(&row, raw) {
			return false
		}
	case jsonscan.Num:
		if !r.Number(&row) {
			return false
		}
		if v := row.Number; is && (v == 0 || v == 1) {
			jsonrec.SetBool(&row, v == 1)
			row.Number, row.Detail.Ref = math.Abs(v), telemetry.Span{}
		} else if row.Kind == telemetry.Number && row.Detail.Ref.Len == 0 && v == math.Trunc(v) && math.Abs(v) <= 1<<53 && (v != 0 || !math.Signbit(v)) {
			row.Flags |= telemetry.Integer
		}
	default:
		if !r.Scalar(&row) {
			return false
		}
	}
	r.Put(&row, at)
	return true
}

// counts appends the rows of an array of counts by vehicle type.
func (d *Decoder) counts(key []byte, idKey string) bool {
	r, s := &d.r, &d.r.S
	attribute := r.B.Attributes.Code(key)
	if s.Kind() != jsonscan.Array {
		return r.Wrong("counts by type of vehicle", jsonscan.Array)
	}
	s.Array()
	for s.More() {
		if s.Kind() != jsonscan.Object {
			return r.Wrong("a count by type of vehicle", jsonscan.Object)
		}
		at := s.Offset()
		row := jsonrec.NewRow(attribute)
		hasID, hasCount := false, false
		s.Object()
		for key, ok := s.Key(); ok; key, ok = s.Key() {
			switch string(key) {
			case idKey:
				hasID = true
				d.dataset = d.dataset[:0]
				if s.Kind() != jsonscan.Array || idKey == "vehicle_type_id" {
					if !d.typeID() {
						return false
					}
					continue
				}
				s.Array()
				for n := 0; s.More(); n++ {
					if n > 0 {
						d.dataset = append(d.dataset, ',')
					}
					if !d.typeID() {
						return false
					}
				}
			case "count":
				hasCount = true
				if s.Kind() != jsonscan.Num {
					return r.Wrong("a count", jsonscan.Num)
				}
				n, ok := s.Number()
				if !ok {
					return false
				}
				if v := n.Value; v < 0 || v != math.Trunc(v) || v > 1<<53 || v == 0 && math.Signbit(v) {
					return r.Fail(telemetry.ErrValue, at, "%.40s is no count", n.Raw)
				}
				row.Kind, row.Number, row.Flags = telemetry.Number, n.Value, telemetry.Integer
			default:
				s.Skip()
			}
		}
		switch {
		case s.Err() != nil:
			return false
		case !hasID || !hasCount:
			return r.Fail(telemetry.ErrMissing, at, "a count by type of vehicle without %s or count", idKey)
		case len(d.dataset) > r.C.Limits.Name:
			return r.Fail(telemetry.ErrLimit, at, "ids of vehicle types of %d bytes; raise Limits.Name", len(d.dataset))
		}
		row.Dataset = r.B.Datasets.Code(d.dataset)
		r.Put(&row, at)
	}
	return s.Err() == nil
}

// typeID appends an id to the dataset; a backslash stands before a comma and a backslash in it.
func (d *Decoder) typeID() bool {
	s := &d.r.S
	if s.Kind() != jsonscan.String {
		return d.r.Wrong("the id of a vehicle type", jsonscan.String)
	}
	text, ok := s.Text()
	for _, c := range text {
		if c == ',' || c == '\\' {
			d.dataset = append(d.dataset, '\\')
		}
		d.dataset = append(d.dataset, c)
	}
	return ok
}
