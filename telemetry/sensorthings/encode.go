package sensorthings

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes dataArrays, as they are posted to CreateObservations. It may be used by many
// goroutines.
type Encoder struct{}

// Append appends one message: an array of a group for each run of rows of one entity, attribute
// and unit. Deletions and rows without entity are left out and counted. An id that is a number in JSON
// is written as one. A time without offset is written with Z, which is a loss of kind offset. The
// error is always nil.
func (Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{b: b, dst: append(dst, '[')}
	for i := 0; i < b.Len(); {
		n := i + 1
		for n < b.Len() && b.Entity[n] == b.Entity[i] && b.Attribute[n] == b.Attribute[i] && b.UnitRef[n] == b.UnitRef[i] {
			n++
		}
		w.group(i, n)
		i = n
	}
	return append(w.dst, ']'), w.losses, nil
}

type writer struct {
	b      *telemetry.Batch
	dst    []byte
	losses telemetry.Losses
	count  int
	s      jsonscan.Scanner
	raw    [partCount][]byte
	meta   []byte
}

func (w *writer) carries(i int) bool {
	b := w.b
	switch {
	case b.Kind[i] == telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return false
	case b.Entities.At(b.Entity[i]).ID == "" || b.Attribute[i] == 0:
		w.losses.Add(telemetry.LossRow, i)
		return false
	}
	return true
}

func (w *writer) group(i, n int) {
	b := w.b
	e := b.Entities.At(b.Entity[i])
	var has [partCount]bool
	quality := false
	first := -1
	for k := i; k < n; k++ {
		if b.Kind[k] == telemetry.Deleted || e.ID == "" || b.Attribute[k] == 0 {
			w.carries(k)
			continue
		}
		if first < 0 {
			first = k
		}
		quality = quality || b.Quality[k] != telemetry.QualityUnknown || b.Detail[k].Raw != 0
		w.parts(k)
		for p := range has {
			has[p] = has[p] || w.raw[p] != nil
		}
	}
	if first < 0 {
		return
	}
	quality = quality || has[partQuality]
	if w.count++; w.count > 1 {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, `{"Datastream":{"@iot.id":`...)
	if jsonscan.ValidNumber([]byte(e.ID)) {
		w.dst = append(w.dst, e.ID...)
	} else {
		w.dst = jsonscan.AppendString(w.dst, e.ID)
	}
	if a := b.Attributes.Text(b.Attribute[i]); a != string(defaultProperty) {
		w.dst = append(jsonscan.AppendString(append(w.dst, `,"ObservedProperty":{"name":`...), a), '}')
	}
	w.unit(b.Units.At(b.UnitRef[i]))
	w.dst = append(w.dst, `},"components":["phenomenonTime","result"`...)
	if quality {
		w.dst = append(w.dst, `,"resultQuality"`...)
	}
	for p := range has {
		if has[p] && part(p) != partQuality {
			w.dst = jsonscan.AppendString(append(w.dst, ','), partNames[p])
		}
	}
	w.dst = append(w.dst, `],"dataArray":[`...)
	for k := first; k < n; k++ {
		if b.Kind[k] == telemetry.Deleted {
			continue
		}
		if k > first {
			w.dst = append(w.dst, ',')
		}
		w.row(k, quality, &has)
	}
	w.dst = append(w.dst, "]}"...)
}

// unit writes a unitOfMeasurement.
func (w *writer) unit(u telemetry.UnitRef) {
	if u.Given == "" {
		return
	}
	w.dst = jsonscan.AppendString(append(w.dst, `,"unitOfMeasurement":{"name":`...), u.Given)
	w.dst = jsonscan.AppendString(append(w.dst, `,"symbol":`...), u.Given)
	w.dst = append(w.dst, `,"definition":`...)
	switch {
	case u.System == telemetry.UCUM:
		w.dst = jsonscan.AppendString(w.dst, "ucum:"+u.Given)
	case !u.Unit.IsZero() && u.System != telemetry.Name:
		w.dst = jsonscan.AppendString(w.dst, "ucum:"+u.Unit.String())
	default:
		w.dst = append(w.dst, `""`...)
	}
	w.dst = append(w.dst, '}')
}

// parts reads the parts that are in the metadata of a row. False: there is more in it, or it is
// written in another way.
func (w *writer) parts(i int) bool {
	w.raw = [partCount][]byte{}
	text := w.b.Bytes(w.b.Detail[i].Meta)
	if len(text) == 0 {
		return true
	}
	s := &w.s
	s.Reset(text)
	if s.Kind() != jsonscan.Object {
		return false
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		at := slices.Index(partNames[:], string(key))
		null := s.Kind() == jsonscan.Null
		quality := s.Kind() == jsonscan.String && at == int(partQuality) // that is the quality of the row
		raw, ok := s.Skip()
		if ok && at >= 0 && !null && !quality {
			w.raw[at] = raw
		}
	}
	if s.End() != nil {
		w.raw = [partCount][]byte{}
		return false
	}
	w.meta = appendMeta(w.meta[:0], &w.raw)
	return bytes.Equal(w.meta, text)
}

func (w *writer) row(i int, quality bool, has *[partCount]bool) {
	b, d := w.b, &w.b.Detail[i]
	w.dst = append(w.dst, '[')
	w.time(i)
	w.dst = append(w.dst, ',')
	w.result(i)
	if !w.parts(i) {
		w.losses.Add(telemetry.LossMeta, i)
	}
	if quality {
		w.dst = append(w.dst, ',')
		raw := b.Raw.Text(d.Raw)
		switch {
		case raw == "" && b.Quality[i] == telemetry.QualityUnknown:
			if w.raw[partQuality] != nil {
				w.dst = append(w.dst, w.raw[partQuality]...)
			} else {
				w.dst = append(w.dst, "null"...)
			}
		default:
			if raw == "" {
				raw = b.Quality[i].String()
			} else if b.Quality[i] != telemetry.QualityUnknown || qualityOf([]byte(raw)) != telemetry.QualityUnknown {
				w.losses.Add(telemetry.LossQuality, i)
			}
			if w.raw[partQuality] != nil {
				w.losses.Add(telemetry.LossMeta, i)
			}
			w.dst = jsonscan.AppendString(w.dst, raw)
		}
	}
	for p := range has {
		if !has[p] || part(p) == partQuality {
			continue
		}
		w.dst = append(w.dst, ',')
		if w.raw[p] == nil {
			w.dst = append(w.dst, "null"...)
		} else {
			w.dst = append(w.dst, w.raw[p]...)
		}
	}
	w.dst = append(w.dst, ']')
	if e := b.Entities.At(b.Entity[i]); e.Type != string(streamType) {
		w.losses.Add(telemetry.LossEntity, i)
	}
	if b.Dataset[i] != 0 {
		w.losses.Add(telemetry.LossDataset, i)
	}
	if u := b.Units.At(b.UnitRef[i]); u.Given != "" && u.System != telemetry.UCUM && u.System != telemetry.Name {
		w.losses.Add(telemetry.LossUnit, i)
	}
	if b.Flags[i]&(telemetry.Integer|telemetry.Unsigned|telemetry.Relation) != 0 {
		w.losses.Add(telemetry.LossType, i)
	}
}

// time writes phenomenonTime.
func (w *writer) time(i int) {
	b, d := w.b, w.b.Detail[i]
	if b.Time[i] == telemetry.NoTime {
		w.dst = append(w.dst, "null"...)
		return
	}
	if d.Offset == telemetry.NoOffset {
		w.losses.Add(telemetry.LossOffset, i)
		d.Offset = 0
	}
	if d.Precision > telemetry.Second {
		w.losses.Add(telemetry.LossPrecision, i)
	}
	w.dst = append(w.dst, '"')
	t := instant.Time{NS: b.Time[i], Offset: d.Offset, Precision: instant.Precision(d.Precision)}
	if b.Flags[i]&telemetry.Interval != 0 {
		from := t
		from.NS = d.From
		w.dst = append(instant.Append(w.dst, from), '/')
	}
	w.dst = append(instant.Append(w.dst, t), '"')
}

// result writes the result.
func (w *writer) result(i int) {
	b := w.b
	switch b.Kind[i] {
	case telemetry.Number:
		if ref := b.Bytes(b.Detail[i].Ref); len(ref) > 0 && jsonscan.ValidNumber(ref) {
			w.dst = append(w.dst, ref...)
		} else {
			w.dst = jsonscan.AppendNumber(w.dst, b.Number[i])
		}
	case telemetry.Bool:
		w.dst = strconv.AppendBool(w.dst, b.Number[i] != 0)
	case telemetry.Text:
		w.dst = jsonscan.AppendString(w.dst, b.Bytes(b.Detail[i].Ref))
	case telemetry.JSON, telemetry.Geometry:
		w.dst = append(w.dst, b.Bytes(b.Detail[i].Ref)...)
	case telemetry.Point:
		p := b.Points[b.Detail[i].Ref.Off]
		w.dst = append(w.dst, `{"type":"Point","coordinates":[`...)
		w.dst = jsonscan.AppendNumber(w.dst, p.Lon)
		w.dst = jsonscan.AppendNumber(append(w.dst, ','), p.Lat)
		if p.HasAlt {
			w.dst = jsonscan.AppendNumber(append(w.dst, ','), p.Alt)
		}
		w.dst = append(w.dst, "]}"...)
	default:
		w.dst = append(w.dst, "null"...)
	}
}
