package otlp

import (
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// metric is what a metric says of all its points.
type metric struct {
	name, unit, description []byte
	kind                    string // "gauge", …
	data                    protowire.Reader
	points                  messageID
	temporality             uint64
	monotonic, metadata     bool
	wire                    []byte // of all of it
	resource, scope         []byte // attributes of the one, all of the other
	hidden                  bool   // the resource is what an encoder makes of the entity's id
	row                     telemetry.Row
}

// metricKinds are the fields of a metric that hold points.
var metricKinds = map[int32]struct {
	kind   string
	data   messageID
	points messageID
}{
	5: {"gauge", mGauge, mNumberPoint}, 7: {"sum", mSum, mNumberPoint}, 9: {"histogram", mHistogram, mHistogramPoint},
	10: {"exponentialHistogram", mExponential, mExponentialPoint}, 11: {"summary", mSummary, mSummaryPoint},
}

// readMetric reads a metric.
func (d *Decoder) readMetric(field protowire.Field, resource, scope []byte) (*fault, error) {
	r := field.Message()
	at := r.Offset()
	m := metric{wire: field.Data}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(mMetric, w.Num)
		if f == nil {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e, nil
		}
		switch f.num {
		case 1, 2, 3:
			if !utf8.Valid(w.Data) {
				return &fault{telemetry.ErrUTF8, w.Start, "the " + f.name + " of a metric is not UTF-8"}, nil
			}
			*[...]*[]byte{&m.name, &m.description, &m.unit}[f.num-1] = w.Data
		case 12:
			if e := check(w.Message(), mKeyValue, d.c.Limits.Depth); e != nil {
				return e, nil
			}
			m.metadata = true
		default:
			k := metricKinds[f.num]
			m.kind, m.points, m.data = k.kind, k.points, w.Message()
			m.temporality, m.monotonic = 0, false
			in := w.Message()
			for x, ok := in.Next(); ok; x, ok = in.Next() {
				g := byNumber(k.data, x.Num)
				if g == nil || g.num == 1 {
					continue
				}
				if e := g.wire(&x); e != nil {
					return e, nil
				}
				if g.num == 2 {
					m.temporality = x.Value
				} else {
					m.monotonic = x.Value != 0
				}
			}
		}
	}
	l := &d.c.Limits
	switch {
	case r.Err != 0:
		return structure(r.Err, r.Offset()), nil
	case len(m.name) == 0:
		return &fault{telemetry.ErrMissing, at, "a metric without a name"}, nil
	case len(m.name) > l.Name || len(m.unit) > l.Name || len(m.description) > l.Text:
		return &fault{telemetry.ErrLimit, at, "a metric whose name, unit or description is longer than Limits allow"}, nil
	case m.temporality > 2:
		return &fault{telemetry.ErrValue, at, "an aggregation temporality of " + strconv.FormatUint(m.temporality, 10) + "; 0, 1 or 2"}, nil
	case m.kind == "":
		return &fault{telemetry.ErrMissing, at, "the metric " + strconv.Quote(string(m.name)) + " has no data"}, nil
	}
	dst := d.run.Batch
	d.run.Next() // what follows belongs to no point
	d.run.Record--
	m.row.Attribute = dst.Attributes.Code(m.name)
	m.row.UnitRef = d.run.Unit(telemetry.UCUM, m.unit, d.place(at))
	m.resource, m.scope = resource, scope
	m.hidden = d.c.hidden(d.resource.pairs)
	d.meta = d.c.appendMeta(d.meta[:0], &m, m.hidden)
	if len(d.meta) > l.Text {
		return &fault{telemetry.ErrLimit, at, "the metric's metadata is longer than Limits.Text"}, nil
	}
	if !d.unique(d.meta) {
		return &fault{telemetry.ErrDuplicate, at, "a name stands twice among the attributes of a metric, its scope or its resource"}, nil
	}
	if len(d.meta) > 0 {
		m.row.Detail.Meta = dst.PutText(d.meta)
	}
	if full := d.run.Full(d.place(at)); full != nil {
		return nil, d.run.Abort(full)
	}
	return d.readPoints(&m)
}

// unique reports whether no name stands twice in an object of a JSON text.
func (d *Decoder) unique(p []byte) bool {
	if len(p) == 0 {
		return true
	}
	d.check.MaxDepth = 2*d.c.Limits.Depth + 8
	d.check.Reset(p)
	d.check.Skip()
	return d.check.End() == nil
}

// readPoints reads the points of a metric.
func (d *Decoder) readPoints(m *metric) (*fault, error) {
	r := m.data
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if w.Num != 1 {
			continue
		}
		d.next(w.At)
		var e *fault
		if w.Type != protowire.Bytes {
			e = schema[mGauge][0].wire(&w)
		} else {
			e = d.readPoint(m, w.Message(), w.Data)
		}
		if e != nil {
			if err := d.run.Refuse(d.fail(e)); err != nil {
				return nil, err
			}
		}
		if full := d.run.Full(d.place(w.At)); full != nil {
			return nil, d.run.Abort(full)
		}
	}
	if r.Err != 0 {
		return structure(r.Err, r.Offset()), nil
	}
	return nil, nil
}
