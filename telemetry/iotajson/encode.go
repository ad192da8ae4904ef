package iotajson

import (
	"strconv"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/encoding"
	"github.com/almotacen/almotacen/telemetry/internal/measures"
	"github.com/almotacen/almotacen/telemetry/provisioning"
)

// Encoder writes the payload of a device. It may be used by many goroutines.
type Encoder struct{ Device provisioning.Device }

// Append appends one payload: an object for each run of rows of one time, in an array if
// they are not one. Rows that cannot be told are left out and counted: deletions,
// geometries but points of a provisioned geo:point, texts where another type is
// provisioned, a measure called TimeInstant. The entity of rows that are not the device's is counted as lost.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	t := measures.New(e.Device)
	var losses telemetry.Losses
	start, last, groups := len(dst), -1, 0
	var group []uint32 // attributes of the open object
	dst = append(dst, '[')
	for i := range b.Len() {
		object, class, unit := t.Back(b, i)
		switch {
		case b.Kind[i] == telemetry.Deleted:
			losses.Add(telemetry.LossDeletion, i)
			continue
		case b.Kind[i] == telemetry.Geometry, b.Kind[i] == telemetry.Point && class != decoding.LatLon:
			losses.Add(telemetry.LossGeometry, i)
			continue
		case object == "", object == measures.TimeInstant, b.Kind[i] == telemetry.Text && class != decoding.Auto && class != decoding.Text:
			losses.Add(telemetry.LossRow, i)
			continue
		}
		carries := []telemetry.LossKind{telemetry.LossTime, telemetry.LossOffset}
		if t.Is(b, i) {
			carries = append(carries, telemetry.LossEntity)
		}
		if unit {
			carries = append(carries, telemetry.LossUnit)
		}
		encoding.Lose(&losses, b, i, carries...)
		same := last >= 0 && b.Time[i] == b.Time[last] && b.Entity[i] == b.Entity[last] && len(group) < 1024
		if same {
			d, l := &b.Detail[i], &b.Detail[last]
			same = d.Offset == l.Offset && d.Precision == l.Precision
		}
		for _, a := range group {
			same = same && a != b.Attribute[i]
		}
		if !same {
			if last >= 0 {
				dst = append(dst, '}', ',')
			}
			groups++
			group = group[:0]
			dst = append(dst, '{')
			if b.Time[i] != telemetry.NoTime {
				d := &b.Detail[i]
				dst = append(dst, `"TimeInstant":"`...)
				dst = append(instant.Append(dst, instant.Time{NS: b.Time[i], Offset: d.Offset, Precision: instant.Precision(d.Precision)}), '"', ',')
			}
		} else {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, object), ':')
		var ok bool
		if dst, ok = appendValue(dst, b, i, class); !ok {
			losses.Add(telemetry.LossType, i)
		}
		group = append(group, b.Attribute[i])
		last = i
	}
	if last >= 0 {
		dst = append(dst, '}')
	}
	if groups == 1 {
		copy(dst[start:], dst[start+1:])
		return dst[:len(dst)-1], losses, nil
	}
	return append(dst, ']'), losses, nil
}

// appendValue writes a value; false if a reader takes it for another type.
func appendValue(dst []byte, b *telemetry.Batch, i int, class decoding.Class) ([]byte, bool) {
	text := b.Text(i)
	switch b.Kind[i] {
	case telemetry.Number:
		if len(text) > 0 {
			return append(dst, text...), true
		}
		return jsonscan.AppendNumber(dst, b.Number[i]), true
	case telemetry.Bool:
		return strconv.AppendBool(dst, b.Number[i] != 0), true
	case telemetry.JSON:
		if len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			return jsonscan.AppendCompact(dst, text), true
		}
		return append(dst, text...), false // a text or a number by itself
	case telemetry.Text:
		return jsonscan.AppendString(dst, text), true
	case telemetry.Point:
		p := b.Points[b.Detail[i].Ref.Off]
		dst = append(jsonscan.AppendNumber(append(dst, '"'), p.Lat), ", "...)
		dst = jsonscan.AppendNumber(dst, p.Lon)
		if p.HasAlt {
			dst = jsonscan.AppendNumber(append(dst, ", "...), p.Alt)
		}
		return append(dst, '"'), true
	}
	return append(dst, "null"...), true
}
