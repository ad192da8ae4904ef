package gtfsrt

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// Encoder writes feeds of vehicle positions. It may be used by many goroutines.
type Encoder struct{}

// Append appends one feed: an entity for each run of rows of one vehicle, time and metadata. The
// header has the time that rows with flag TimeReceived have, or else the latest of all; it has
// none if a row has none. Rows whose attribute is none of a vehicle position's are left out and
// counted, delays too, and so are bearing, odometer and speed without a position. The error is
// always nil.
func (Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{b: b}
	w.received()
	for i := 0; i < b.Len(); {
		n := i + 1
		for n < b.Len() && w.together(i, n) {
			n++
		}
		w.entity(i, n)
		i = n
	}
	return append(w.header(dst), w.dst...), w.losses, nil
}

type writer struct {
	b      *telemetry.Batch
	dst    []byte
	losses telemetry.Losses
	stamp  int64 // seconds, of the rows that have the header's time; 0: none
	latest int64 // seconds, of the rows written; 0: none
	none   bool  // a row that was written has no time
	gone   bool  // an entity was deleted
	count  int   // entities written
	s      jsonscan.Scanner
}

// received finds the time of the header that rows were read with.
func (w *writer) received() {
	b := w.b
	for i, t := range b.Time {
		_, known := attributes[b.Attributes.Text(b.Attribute[i])]
		if (known || b.Kind[i] == telemetry.Deleted) && t != telemetry.NoTime && t >= 1e9 && b.Flags[i]&telemetry.TimeReceived != 0 {
			w.stamp = t / 1e9
			return
		}
	}
}

// header appends the header.
func (w *writer) header(dst []byte) []byte {
	stamp := w.stamp
	if stamp == 0 && !w.none {
		stamp = w.latest
	}
	dst, m := protowire.Begin(dst, 1)
	dst = protowire.AppendBytes(dst, 1, "2.0")
	incrementality := uint64(0)
	if w.gone {
		incrementality = 1
	}
	dst = protowire.AppendVarint(dst, 2, incrementality)
	if stamp > 0 {
		dst = protowire.AppendVarint(dst, 3, uint64(stamp))
	}
	return protowire.End(dst, m)
}

// together reports whether row n goes into the entity that begins with row i. One that no entity
// carries does: it is left out, and does not part the rows about it.
func (w *writer) together(i, n int) bool {
	b := w.b
	if b.Kind[i] == telemetry.Deleted || b.Kind[n] == telemetry.Deleted {
		return false
	}
	if _, known := attributes[b.Attributes.Text(b.Attribute[n])]; !known {
		return true
	}
	return b.Entity[i] == b.Entity[n] && b.Time[i] == b.Time[n] && (b.Flags[i]^b.Flags[n])&telemetry.TimeReceived == 0 &&
		bytes.Equal(b.Bytes(b.Detail[i].Meta), b.Bytes(b.Detail[n].Meta)) && !slices.Contains(b.Attribute[i:n], b.Attribute[n])
}

// attributes are those of a vehicle position. A field within the position has inside.
var attributes = map[string]struct {
	num    int32
	inside bool
	unit   string
	names  []string
}{
	"position": {num: 2, inside: true}, "bearing": {num: 3, inside: true, unit: "deg"}, "odometer": {num: 4, inside: true, unit: "m"},
	"speed": {num: 5, inside: true, unit: "m/s"}, "current_stop_sequence": {num: 3}, "stop_id": {num: 7},
	"current_status": {num: 4, names: statuses}, "congestion_level": {num: 6, names: congestions},
	"occupancy_status": {num: 9, names: occupancies}, "occupancy_percentage": {num: 10, unit: "%"},
}

// entity writes rows i to n.
func (w *writer) entity(i, n int) {
	b := w.b
	e := b.Entities.At(b.Entity[i])
	start := len(w.dst)
	if e.ID == "" {
		for ; i < n; i++ {
			w.losses.Add(telemetry.LossRow, i)
		}
		return
	}
	var outer, inner, m int
	w.dst, outer = protowire.Begin(w.dst, 2)
	if b.Kind[i] == telemetry.Deleted {
		if b.Attribute[i] != 0 {
			w.losses.Add(telemetry.LossDeletion, i)
			w.dst = w.dst[:start]
			return
		}
		w.dst = protowire.AppendVarint(protowire.AppendBytes(w.dst, 1, e.ID), 2, 1)
		w.dst = protowire.End(w.dst, outer)
		w.lose(i, e, descriptor{})
		w.gone = true
		w.none = w.none || b.Time[i] == telemetry.NoTime
		if t := b.Time[i]; t != telemetry.NoTime && (t != w.stamp*1e9 || b.Flags[i]&telemetry.TimeReceived == 0) || t == telemetry.NoTime && w.stamp > 0 {
			w.losses.Add(telemetry.LossTime, i)
		}
		return
	}
	w.dst = protowire.AppendBytes(w.dst, 1, strconv.Itoa(w.count+1))
	w.dst, inner = protowire.Begin(w.dst, 4)
	x := w.descriptor(b.Bytes(b.Detail[i].Meta))
	if trip := x.appendTrip(nil); len(trip) > 0 {
		w.dst = protowire.AppendBytes(w.dst, 1, trip)
	}
	w.dst, m = protowire.Begin(w.dst, 8)
	w.dst = protowire.AppendBytes(w.dst, 1, e.ID)
	if len(x.label) > 0 {
		w.dst = protowire.AppendBytes(w.dst, 2, x.label)
	}
	if len(x.plate) > 0 {
		w.dst = protowire.AppendBytes(w.dst, 3, x.plate)
	}
	w.dst = protowire.End(w.dst, m)
	own := w.time(i)
	if own > 0 {
		w.dst = protowire.AppendVarint(w.dst, 5, uint64(own))
	}
	place := -1
	for k := i; k < n; k++ {
		if b.Kind[k] == telemetry.Point && b.Attributes.Text(b.Attribute[k]) == "position" {
			place = k
		}
	}
	written, placed := 0, false
	for k := i; k < n; k++ {
		a, known := attributes[b.Attributes.Text(b.Attribute[k])]
		ok := false
		switch {
		case !known, a.inside && place < 0:
		case a.inside && placed:
			continue // with the others
		case a.inside:
			w.dst, m = protowire.Begin(w.dst, 2)
			for q := k; q < n; q++ {
				if c := attributes[b.Attributes.Text(b.Attribute[q])]; c.inside && c.num != 2 {
					w.count1(q, w.value(q, c.num, c.unit, nil, true), e, x, own, &written)
				}
			}
			p := b.Points[b.Detail[place].Ref.Off]
			w.dst = protowire.AppendFloat(protowire.AppendFloat(w.dst, 1, float32(p.Lat)), 2, float32(p.Lon))
			w.dst = protowire.End(w.dst, m)
			placed = true
			if float64(float32(p.Lat)) != p.Lat || float64(float32(p.Lon)) != p.Lon {
				w.losses.Add(telemetry.LossNumber, place)
			}
			if p.HasAlt {
				w.losses.Add(telemetry.LossGeometry, place)
			}
			if b.UnitRef[place] != 0 {
				w.losses.Add(telemetry.LossUnit, place)
			}
			w.count1(place, true, e, x, own, &written)
			continue
		default:
			ok = w.value(k, a.num, a.unit, a.names, false)
		}
		w.count1(k, ok, e, x, own, &written)
	}
	if written == 0 {
		w.dst = w.dst[:start]
		return
	}
	w.count++
	w.dst = protowire.End(protowire.End(w.dst, inner), outer)
}

// count1 counts a row as written, with what was lost of it, or as left out.
func (w *writer) count1(i int, ok bool, e telemetry.Entity, x descriptor, own int64, written *int) {
	if !ok {
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	*written++
	w.lose(i, e, x)
	b := w.b
	t := b.Time[i]
	if t == telemetry.NoTime {
		w.none = true
	}
	w.latest = max(w.latest, own)
	switch {
	case t == telemetry.NoTime && w.stamp == 0:
	case t == telemetry.NoTime, own == 0 && t != w.stamp*1e9, own > 0 && b.Flags[i]&telemetry.TimeReceived != 0:
		w.losses.Add(telemetry.LossTime, i)
	case t%1e9 != 0:
		w.losses.Add(telemetry.LossPrecision, i)
	}
}

// time is the timestamp of the vehicle of row i: 0 if it is that of the header, or none.
func (w *writer) time(i int) int64 {
	t := w.b.Time[i]
	if t == telemetry.NoTime || t < 1e9 || w.b.Flags[i]&telemetry.TimeReceived != 0 && t/1e9 == w.stamp {
		return 0
	}
	return t / 1e9
}

// lose counts what a feed does not carry of a row.
func (w *writer) lose(i int, e telemetry.Entity, x descriptor) {
	b, d := w.b, &w.b.Detail[i]
	if e.Type != "Vehicle" {
		w.losses.Add(telemetry.LossEntity, i)
	}
	if b.Dataset[i] != 0 {
		w.losses.Add(telemetry.LossDataset, i)
	}
	if d.Offset != telemetry.NoOffset {
		w.losses.Add(telemetry.LossOffset, i)
	}
	if b.Quality[i] != telemetry.QualityUnknown || d.Raw != 0 {
		w.losses.Add(telemetry.LossQuality, i)
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		w.losses.Add(telemetry.LossInterval, i)
	}
	if !bytes.Equal(x.appendMeta(nil), b.Bytes(d.Meta)) {
		w.losses.Add(telemetry.LossMeta, i)
	}
	whole := b.Kind[i] == telemetry.Number && slices.Contains([]string{"current_stop_sequence", "occupancy_percentage"}, b.Attributes.Text(b.Attribute[i]))
	if f := b.Flags[i] & (telemetry.Integer | telemetry.Unsigned); whole && f != telemetry.Integer|telemetry.Unsigned || !whole && f != 0 {
		w.losses.Add(telemetry.LossType, i)
	}
}

// value writes a field with the value of row i. False: it has no such value.
func (w *writer) value(i int, num int32, want string, names []string, inside bool) bool {
	b := w.b
	text := string(b.Text(i))
	switch {
	case names != nil:
		at := slices.Index(names, text)
		if b.Kind[i] != telemetry.Text || at < 0 {
			return false
		}
		w.dst = protowire.AppendVarint(w.dst, num, uint64(at))
		return true
	case !inside && num == 7:
		if b.Kind[i] != telemetry.Text || text == "" {
			return false
		}
		w.dst = protowire.AppendBytes(w.dst, num, text)
		return true
	case b.Kind[i] != telemetry.Number:
		return false
	}
	v := b.Number[i]
	lost := b.Detail[i].Ref.Len > 0
	given := b.Units.At(b.UnitRef[i])
	if given.Given != want || given.System != telemetry.UCUM {
		switch {
		case given.Given == "" && want == "":
		case given.Given == "" || want == "":
			defer w.losses.Add(telemetry.LossUnit, i)
		default:
			x, err := unit.Convert(v, given.Unit, unit.MustParse(want))
			if given.Unit.IsZero() || err != nil {
				return false
			}
			v = x
			defer w.losses.Add(telemetry.LossUnit, i)
		}
	}
	switch {
	case !inside:
		if !(v >= 0 && v <= math.MaxUint32) {
			return false
		}
		lost = lost || v != math.Trunc(v)
		w.dst = protowire.AppendVarint(w.dst, num, uint64(v))
	case num == 4:
		w.dst = protowire.AppendDouble(w.dst, num, v)
	default:
		if math.IsInf(float64(float32(v)), 0) {
			return false
		}
		lost = lost || float64(float32(v)) != v
		w.dst = protowire.AppendFloat(w.dst, num, float32(v))
	}
	if lost {
		w.losses.Add(telemetry.LossNumber, i)
	}
	return true
}

// descriptor reads metadata back; what it does not know is left out.
func (w *writer) descriptor(meta []byte) (x descriptor) {
	if len(meta) == 0 {
		return x
	}
	s := &w.s
	s.Reset(meta)
	if s.Kind() != jsonscan.Object {
		return x
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		name := string(key)
		switch s.Kind() {
		case jsonscan.String:
			v, _ := s.Text()
			v = bytes.Clone(v)
			switch name {
			case "trip_id":
				x.trip = v
			case "route_id":
				x.route = v
			case "start_time":
				x.startTime = v
			case "start_date":
				x.startDate = v
			case "label":
				x.label = v
			case "license_plate":
				x.plate = v
			}
		case jsonscan.Num:
			n, _ := s.Number()
			switch {
			case name == "direction_id" && n.Value >= 0 && n.Value <= math.MaxUint32:
				x.direction, x.hasDirection = uint64(n.Value), true
			case name == "schedule_relationship" && math.Abs(n.Value) < 1<<31:
				x.relationship, x.hasRelationship = uint64(int64(n.Value)), true
			}
		default:
			s.Skip()
		}
	}
	if s.End() != nil {
		return descriptor{}
	}
	return x
}

// appendTrip writes the fields of a trip's descriptor.
func (x *descriptor) appendTrip(dst []byte) []byte {
	for num, text := range [...][]byte{1: x.trip, 2: x.startTime, 3: x.startDate, 5: x.route} {
		if len(text) > 0 {
			dst = protowire.AppendBytes(dst, int32(num), text)
		}
	}
	if x.hasRelationship {
		dst = protowire.AppendVarint(dst, 4, x.relationship)
	}
	if x.hasDirection {
		dst = protowire.AppendVarint(dst, 6, x.direction)
	}
	return dst
}
