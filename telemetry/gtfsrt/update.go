package gtfsrt

import (
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// readUpdate reads what a TripUpdate observed.
func (d *Decoder) readUpdate(r protowire.Reader, id []byte) *telemetry.Error {
	at := r.Offset()
	var x descriptor
	var stamp, delay uint64
	hasDelay := false
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			e = d.readTrip(w, &x)
		case 3:
			e = d.readVehicle(w, &x)
		case 4:
			e = need(&d.run, &w, protowire.Varint)
			stamp = w.Value
		case 5:
			e = need(&d.run, &w, protowire.Varint)
			delay, hasDelay = w.Value, true
		}
		return e
	})
	if e != nil {
		return e
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
	var events [2]event // of arrival, departure
	e := d.each(r, func(w protowire.Field) (e *telemetry.Error) {
		switch w.Num {
		case 1:
			e = need(&d.run, &w, protowire.Varint)
			sequence = w.Value
		case 4:
			var text []byte
			text, e = d.text(&w)
			d.dataset = append(d.dataset[:0], text...)
		case 2, 3:
			e = d.readEvent(w, &events[w.Num-2])
		}
		return e
	})
	if e != nil {
		return e
	}
	if len(d.dataset) == 0 {
		d.dataset = strconv.AppendUint(append(d.dataset, '#'), uint64(uint32(sequence)), 10)
	}
	row.Dataset = d.run.Batch.Datasets.Code(d.dataset)
	for i := range events {
		f := &events[i]
		if f.place == 0 {
			continue
		}
		t, e := d.seconds(f.time, f.place)
		if e != nil {
			return e
		}
		if !f.hasDelay || f.time == 0 || row.Time == telemetry.NoTime || t > row.Time {
			*predicted = true
			continue
		}
		observed := row
		observed.Time = t
		observed.Flags &^= telemetry.TimeReceived
		if e := d.number(observed, [...]string{"arrival_delay", "departure_delay"}[i], "s", float64(int32(f.delay)), f.place); e != nil {
			return e
		}
	}
	return nil
}

// event is a StopTimeEvent.
type event struct {
	delay, time uint64
	hasDelay    bool
	place       int // 0: there is none
}

// readEvent reads an event, and what is there again into the same: protobuf merges messages.
func (d *Decoder) readEvent(w protowire.Field, out *event) *telemetry.Error {
	if e := need(&d.run, &w, protowire.Bytes); e != nil {
		return e
	}
	out.place = w.At
	return d.each(w.Message(), func(x protowire.Field) (e *telemetry.Error) {
		switch x.Num {
		case 1:
			e = need(&d.run, &x, protowire.Varint)
			out.delay, out.hasDelay = x.Value, true
		case 2:
			e = need(&d.run, &x, protowire.Varint)
			out.time = x.Value
		}
		return e
	})
}
