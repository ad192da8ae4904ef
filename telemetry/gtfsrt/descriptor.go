package gtfsrt

import (
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// descriptor is the trip and the vehicle that an entity is of.
type descriptor struct {
	id, label, plate                  []byte // of the vehicle
	trip, route, startTime, startDate []byte
	direction, relationship           uint64
	hasDirection, hasRelationship     bool
}

func (d *Decoder) readTrip(w protowire.Field, out *descriptor) *telemetry.Error {
	if e := need(&d.run, &w, protowire.Bytes); e != nil {
		return e
	}
	return d.each(w.Message(), func(x protowire.Field) (e *telemetry.Error) {
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
		return e
	})
}

func (d *Decoder) readVehicle(w protowire.Field, out *descriptor) *telemetry.Error {
	if e := need(&d.run, &w, protowire.Bytes); e != nil {
		return e
	}
	return d.each(w.Message(), func(x protowire.Field) (e *telemetry.Error) {
		switch x.Num {
		case 1:
			out.id, e = d.text(&x)
		case 2:
			out.label, e = d.text(&x)
		case 3:
			out.plate, e = d.text(&x)
		}
		return e
	})
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
