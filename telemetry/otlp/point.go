package otlp

import (
	"math"
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// noRecordedValue is the bit of flags that says that there is no value.
const noRecordedValue = 1

// readPoint reads a data point.
func (d *Decoder) readPoint(m *metric, r protowire.Reader, wire []byte) *fault {
	at := r.Offset()
	if e := check(r, m.points, d.c.Limits.Depth); e != nil {
		return e
	}
	var start, end, flags uint64
	row := m.row
	row.Kind = telemetry.None
	d.point.reset()
	dst := d.run.Batch
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(m.points, w.Num)
		if f == nil {
			continue
		}
		switch f.name {
		case "startTimeUnixNano":
			start = w.Value
		case "timeUnixNano":
			end = w.Value
		case "flags":
			flags = w.Value
		case "attributes":
			d.point.add(w.Data)
		case "exemplars":
			d.exemplar(w.At)
		case "asDouble", "asInt":
			row.Kind, row.Number, row.Flags, row.Quality = telemetry.Number, 0, 0, 0
			row.Detail.Raw, row.Detail.Ref = 0, telemetry.Span{}
			if f.name == "asDouble" {
				setDouble(dst, &row, w.Double())
				continue
			}
			row.Number, row.Flags = float64(int64(w.Value)), telemetry.Integer
			if v := int64(w.Value); v > 1<<53 || v < -1<<53 {
				var digits [20]byte
				row.Detail.Ref = dst.PutText(strconv.AppendInt(digits[:0], v, 10))
			}
		}
	}
	switch {
	case flags&noRecordedValue != 0:
		row.Kind, row.Number, row.Flags, row.Quality = telemetry.None, 0, 0, 0
		row.Detail.Raw, row.Detail.Ref = 0, telemetry.Span{}
	case m.points != mNumberPoint:
		n := len(dst.Data)
		dst.Data = appendJSON(dst.Data, wire, m.points, notOfValue)
		row.Kind, row.Detail.Ref = telemetry.JSON, telemetry.Span{Off: uint32(n), Len: uint32(len(dst.Data) - n)}
		if len(dst.Data)-n > d.c.Limits.Text {
			return &fault{telemetry.ErrLimit, at, "a data point longer than Limits.Text"}
		}
	}
	if e := d.times(&row, start, end, at); e != nil {
		return e
	}
	own, e := d.identify(&row, at)
	if e != nil {
		return e
	}
	if own && m.hidden && len(d.resource.pairs) > 0 { // the id says nothing of the resource
		d.meta = d.c.appendMeta(d.meta[:0], m, false)
		row.Detail.Meta = dst.PutText(d.meta)
	}
	row.Detail.Start, row.Detail.Record, row.Detail.Source = d.run.Start(d.place(at)), uint32(d.run.Number()), d.run.Source
	dst.Append(&row)
	return nil
}

// notOfValue reports whether a field of a point is not of its value.
func notOfValue(f *field) bool {
	switch f.name {
	case "startTimeUnixNano", "timeUnixNano", "flags", "attributes", "exemplars":
		return true
	}
	return false
}

// setDouble makes a row's value a double; one that is no number a gap.
func setDouble(dst *telemetry.Batch, row *telemetry.Row, v float64) {
	raw := ""
	switch {
	case math.IsNaN(v):
		raw = "NaN"
	case math.IsInf(v, 1):
		raw = "Infinity"
	case math.IsInf(v, -1):
		raw = "-Infinity"
	default:
		row.Kind, row.Number = telemetry.Number, v
		return
	}
	row.Kind, row.Number, row.Quality = telemetry.None, 0, telemetry.Invalid
	row.Detail.Raw = dst.Raw.Code([]byte(raw))
}

// exemplar notes once a message that exemplars are left out.
func (d *Decoder) exemplar(at int) {
	if !d.exemplars {
		d.exemplars = true
		d.run.Note(d.run.Fail(telemetry.ErrUnsupported, d.place(at), "exemplars are left out"))
	}
}

// times sets the times of a row.
func (d *Decoder) times(row *telemetry.Row, start, end uint64, at int) *fault {
	row.Detail.Offset = telemetry.NoOffset
	if end == 0 {
		if e := d.run.NoTime(row, d.place(at)); e != nil {
			return &fault{telemetry.ErrTime, at, "no time; the policy demands one (Config.Time)"}
		}
		return nil
	}
	if end > math.MaxInt64 || start > math.MaxInt64 {
		return &fault{telemetry.ErrTime, at, "a time after 2262"}
	}
	row.Time = int64(end)
	switch {
	case start > end:
		d.run.Note(d.run.Fail(telemetry.ErrTime, d.place(at), "a point that begins %d ns after it ends; its start is left out", start-end))
	case start > 0:
		row.Flags |= telemetry.Interval
		row.Detail.From = int64(start)
	}
	return nil
}

// identify sets entity and dataset. Own is true if the id is an attribute of the point.
func (d *Decoder) identify(row *telemetry.Row, at int) (own bool, e *fault) {
	if twice, bad := d.point.sort(); bad {
		return false, &fault{telemetry.ErrDuplicate, at, "the point has the attribute " + strconv.Quote(string(twice)) + " twice"}
	}
	id, typ, own := d.c.entity(d.point.pairs, d.resource.pairs, &d.id)
	d.names = tags.Append(d.names[:0], d.point.pairs)
	if l := d.c.Limits.Name; len(id) > l || len(typ) > l || len(d.names) > l {
		return false, &fault{telemetry.ErrLimit, at, "the id of an entity, or the attributes of a point, are longer than Limits.Name"}
	}
	dst := d.run.Batch
	row.Entity = dst.Entities.Code(id, typ)
	row.Dataset = dst.Datasets.Code(d.names)
	if !d.unique1() {
		return false, &fault{telemetry.ErrDuplicate, at, "a name stands twice in a list that is an attribute of the point"}
	}
	return own, nil
}

// unique1 reports whether no list that is an attribute of the point has a name twice.
func (d *Decoder) unique1() bool {
	for _, p := range d.point.pairs {
		if len(p.Value) > 0 && (p.Value[0] == '{' || p.Value[0] == '[') && !d.unique(p.Value) {
			return false
		}
	}
	return true
}
