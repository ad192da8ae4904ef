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

// whole appends a number of 32 bits.
func (d *Decoder) whole(row telemetry.Row, attribute, unit string, v uint64, at int) *telemetry.Error {
	if v > math.MaxUint32 {
		return d.run.Fail(telemetry.ErrValue, at, "%s is %d, more than 32 bits", attribute, v)
	}
	row.Flags |= telemetry.Integer | telemetry.Unsigned
	return d.number(row, attribute, unit, float64(v), at)
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

// readPosition reads a VehiclePosition. Of a field that is there again the last counts, as
// everywhere in protobuf; its row stands where that is.
func (d *Decoder) readPosition(r protowire.Reader, id []byte) *telemetry.Error {
	at := r.Offset()
	var x descriptor
	var stamp uint64
	var last [11]int // where the last field of each number is
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			e = d.readTrip(w, &x)
		case 2:
			if e = need(&d.run, &w, protowire.Bytes); e == nil && last[2] != 0 {
				e = d.run.Fail(telemetry.ErrDuplicate, w.At, "a vehicle with two positions")
			}
		case 8:
			e = d.readVehicle(w, &x)
		case 5:
			e = need(&d.run, &w, protowire.Varint)
			stamp = w.Value
		case 7:
			_, e = d.text(&w)
		case 3, 4, 6, 9, 10:
			e = need(&d.run, &w, protowire.Varint)
		}
		if int(w.Num) < len(last) {
			last[w.Num] = w.At
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
		if int(w.Num) >= len(last) || last[w.Num] != w.At {
			continue
		}
		switch w.Num {
		case 2:
			e = d.place(w.Message(), row)
		case 3:
			e = d.whole(row, "current_stop_sequence", "", w.Value, w.At)
		case 4:
			e = d.enum(row, "current_status", statuses, w.Value, w.At)
		case 6:
			e = d.enum(row, "congestion_level", congestions, w.Value, w.At)
		case 7:
			if len(w.Data) > 0 {
				d.word(row, "stop_id", w.Data, w.At)
			}
		case 9:
			e = d.enum(row, "occupancy_status", occupancies, w.Value, w.At)
		case 10:
			e = d.whole(row, "occupancy_percentage", "%", w.Value, w.At)
		}
		if e != nil {
			return e
		}
	}
	return nil
}

// place appends the rows of a Position: the point, and then what else it has in order of number.
// The point is first so that the encoder, for which a second point begins a second entity, takes
// nothing of the second for the first.
func (d *Decoder) place(r protowire.Reader, row telemetry.Row) *telemetry.Error {
	at := r.Offset()
	var values [6]float64
	var places [6]int // 0: there is none
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1, 2, 3, 5:
			e = need(&d.run, &w, protowire.Fixed32)
			values[w.Num], places[w.Num] = float64(w.Float()), w.At
		case 4:
			e = need(&d.run, &w, protowire.Fixed64)
			values[w.Num], places[w.Num] = w.Double(), w.At
		}
		return e
	})
	if e != nil {
		return e
	}
	lat, lon := values[1], values[2]
	switch {
	case places[1] == 0 || places[2] == 0:
		return d.run.Fail(telemetry.ErrMissing, at, "a position without latitude or longitude")
	case !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180):
		return d.run.Fail(telemetry.ErrValue, at, "latitude %v, longitude %v is no place", lat, lon)
	}
	point := row
	point.Kind, point.Detail.Ref = telemetry.Point, d.run.Batch.PutPoint(telemetry.Position{Lon: lon, Lat: lat})
	d.put(point, "position", "", at)
	for num, a := range [...]struct{ name, unit string }{3: {"bearing", "deg"}, 4: {"odometer", "m"}, 5: {"speed", "m/s"}} {
		if a.name == "" || places[num] == 0 {
			continue
		}
		if e := d.number(row, a.name, a.unit, values[num], places[num]); e != nil {
			return e
		}
	}
	return nil
}
