package promwrite

import (
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// label reads a label of version 1.0.
func (d *Decoder) label(w *protowire.Field) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	var p tags.Pair
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		if x.Num != 1 && x.Num != 2 {
			continue
		}
		if e := need(&d.run, &x, protowire.Bytes); e != nil {
			return e
		}
		if !utf8.Valid(x.Data) {
			return d.run.Fail(telemetry.ErrUTF8, x.Start, "a label is not UTF-8: %.60q", x.Data)
		}
		if x.Num == 1 {
			p.Key = x.Data
		} else {
			p.Value = x.Data
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	d.labels = append(d.labels, p)
	return nil
}

// references reads the labels of version 2.0.
func (d *Decoder) references(w *protowire.Field) *telemetry.Error {
	list, ok := w.Elements(protowire.Varint)
	if !ok {
		return need(&d.run, w, protowire.Bytes)
	}
	for {
		v, ok := list.Next()
		if !ok {
			break
		}
		text, e := d.symbol(v, list.Offset())
		if e != nil {
			return e
		}
		if n := len(d.labels); n > 0 && d.labels[n-1].Value == nil {
			d.labels[n-1].Value = text // never nil
		} else {
			d.labels = append(d.labels, tags.Pair{Key: text})
		}
	}
	if list.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, list.Offset(), "%s", list.Err)
	}
	return nil
}

// whole is an error if a name has no value.
func (d *Decoder) whole(at int) *telemetry.Error {
	if n := len(d.labels); n > 0 && d.labels[n-1].Value == nil {
		return d.run.Fail(telemetry.ErrSyntax, at, "an odd number of references to symbols; they come as name and value")
	}
	return nil
}

var types = [...]string{"", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"}

// metadata reads the metadata of version 2.0.
func (d *Decoder) metadata(w *protowire.Field, row *telemetry.Row) *telemetry.Error {
	if e := need(&d.run, w, protowire.Bytes); e != nil {
		return e
	}
	var typ uint64
	var help, unit []byte
	r := w.Message()
	for x, ok := r.Next(); ok; x, ok = r.Next() {
		if x.Num != 1 && x.Num != 3 && x.Num != 4 {
			continue
		}
		e := need(&d.run, &x, protowire.Varint)
		switch {
		case e != nil:
		case x.Num == 1:
			if typ = x.Value; typ >= uint64(len(types)) {
				e = d.run.Fail(telemetry.ErrValue, x.At, "a metric type of %d; 0 to 7", typ)
			}
		case x.Num == 3:
			help, e = d.symbol(x.Value, x.At)
		default:
			unit, e = d.symbol(x.Value, x.At)
		}
		if e != nil {
			return e
		}
	}
	if r.Err != 0 {
		return d.run.Fail(telemetry.ErrSyntax, r.Offset(), "%s", r.Err)
	}
	if len(help) > d.c.Limits.Text || len(unit) > d.c.Limits.Name {
		return d.run.Fail(telemetry.ErrLimit, w.At, "a help or a unit longer than Limits allow")
	}
	row.UnitRef = d.run.Unit(telemetry.Name, unit, w.At)
	d.meta = appendMeta(d.meta[:0], types[typ], help)
	return nil
}

func appendMeta(dst []byte, typ string, help []byte) []byte {
	switch {
	case typ != "":
		dst = jsonscan.AppendString(append(dst, `{"type":`...), typ)
		if len(help) > 0 {
			dst = jsonscan.AppendString(append(dst, `,"help":`...), help)
		}
	case len(help) > 0:
		dst = jsonscan.AppendString(append(dst, `{"help":`...), help)
	default:
		return dst
	}
	return append(dst, '}')
}

const nameLabel = "__name__"

// identify turns the labels into attribute, entity and dataset.
func (d *Decoder) identify(row *telemetry.Row, at int) *telemetry.Error {
	n := 0
	for _, p := range d.labels {
		if len(p.Value) > 0 {
			d.labels[n] = p
			n++
		}
	}
	d.labels = d.labels[:n]
	if i := tags.Sort(d.labels); i >= 0 {
		return d.run.Fail(telemetry.ErrDuplicate, at, "label %.60q stands twice", d.labels[i].Key)
	}
	if n > 0 && len(d.labels[0].Key) == 0 {
		return d.run.Fail(telemetry.ErrName, at, "a label without a name")
	}
	attribute, ok := tags.Get(d.labels, nameLabel)
	if !ok {
		return d.run.Fail(telemetry.ErrMissing, at, "a series without the label %s", nameLabel)
	}
	id, typ, set := d.c.entity(d.labels, &d.id, &d.set)
	if l := d.c.Limits.Name; len(attribute) > l || len(id) > l || len(typ) > l || len(set) > l {
		return d.run.Fail(telemetry.ErrLimit, at, "the labels of a series are longer than Limits.Name")
	}
	b := d.run.Batch
	known := b.Attributes.Len() + b.Entities.Len() + b.Datasets.Len()
	row.Attribute, row.Entity, row.Dataset = b.Attributes.Code(attribute), b.Entities.Code(id, typ), b.Datasets.Code(set)
	if b.Attributes.Len()+b.Entities.Len()+b.Datasets.Len() > known {
		d.named += int64(len(attribute) + len(id) + len(typ) + len(set))
	}
	return nil
}

// entity is the id, type and dataset that sorted labels give.
func (c *Config) entity(labels []tags.Pair, idBuf, setBuf *[]byte) (id, typ, set []byte) {
	rest := (*setBuf)[:0]
	first := true
	for i := range labels {
		p := &labels[i]
		switch string(p.Key) {
		case nameLabel:
		case c.ID:
			id = p.Value
		case c.Type:
			typ = p.Value
		default:
			if !first {
				rest = append(rest, ',')
			}
			first = false
			rest = tags.Append(rest, labels[i:i+1])
		}
	}
	*setBuf = rest
	if id == nil {
		*idBuf = append((*idBuf)[:0], rest...)
		return *idBuf, typ, nil
	}
	return id, typ, rest
}
