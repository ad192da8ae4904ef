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
	var events [2]protowire.Field
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
			e = need(&d.run, &w, protowire.Bytes)
			events[w.Num-2] = w
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
		if f.Num == 0 {
			continue
		}
		var delay, at uint64
		hasDelay := false
		e := d.each(f.Message(), func(w protowire.Field) (e *telemetry.Error) {
			switch w.Num {
			case 1:
				e = need(&d.run, &w, protowire.Varint)
				delay, hasDelay = w.Value, true
			case 2:
				e = need(&d.run, &w, protowire.Varint)
				at = w.Value
			}
			return e
		})
		if e != nil {
			return e
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
