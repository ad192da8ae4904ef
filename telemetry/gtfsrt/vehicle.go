package gtfsrt

import (
	"math"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

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
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			e = d.readTrip(w, &x)
		case 2:
			if places++; places == 2 {
				e = d.run.Fail(telemetry.ErrDuplicate, w.At, "a vehicle with two positions")
			}
		case 8:
			e = d.readVehicle(w, &x)
		case 5:
			e = need(&d.run, &w, protowire.Varint)
			stamp = w.Value
		}
		return e
	})
	if e != nil {
		return e
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
