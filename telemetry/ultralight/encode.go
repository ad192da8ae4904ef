package ultralight

import (
	"bytes"
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

// Append appends one payload, a group for each run of rows of one time. Rows that cannot
// be told are left out and counted: names and values with | # or a line end, values of
// another type than the provisioned one, texts with blanks at their end that a reader would
// take for another type without them, deletions, geometries but points of a provisioned
// geo:point. The entity of rows that are not the
// device's is counted as lost.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	t := measures.New(e.Device)
	var losses telemetry.Losses
	last := -1
	var group []uint32 // attributes of the open group
	var value []byte
	for i := range b.Len() {
		object, class, unit := t.Back(b, i)
		var ok bool
		value, ok = appendValue(value[:0], b, i, class, &losses)
		if !ok {
			continue
		}
		if object == "" || object == measures.TimeInstant || !plain([]byte(object)) || !plain(value) || object[0] == ' ' || object[0] == '\t' {
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
				dst = append(dst, '#')
			}
			group = group[:0]
			if b.Time[i] != telemetry.NoTime {
				d := &b.Detail[i]
				dst = append(instant.Append(dst, instant.Time{NS: b.Time[i], Offset: d.Offset, Precision: instant.Precision(d.Precision)}), '|')
			}
		} else {
			dst = append(dst, '|')
		}
		dst = append(append(append(dst, object...), '|'), value...)
		group = append(group, b.Attribute[i])
		last = i
	}
	return dst, losses, nil
}

func plain(p []byte) bool { return !bytes.ContainsAny(p, "|#\r\n") }

// appendValue writes a value so that a decoder reads it as it is; false: it is left out.
func appendValue(dst []byte, b *telemetry.Batch, i int, class decoding.Class, l *telemetry.Losses) ([]byte, bool) {
	text := b.Text(i)
	wrong := false
	switch b.Kind[i] {
	case telemetry.None:
		wrong = class == decoding.Text
	case telemetry.Number:
		wrong = class != decoding.Auto && class != decoding.Number
		if len(text) > 0 {
			dst = append(dst, text...)
		} else {
			dst = jsonscan.AppendNumber(dst, b.Number[i])
		}
	case telemetry.Bool:
		wrong = class != decoding.Auto && class != decoding.Bool
		dst = strconv.AppendBool(dst, b.Number[i] != 0)
	case telemetry.JSON:
		text = bytes.TrimSpace(text)
		wrong = class != decoding.Auto && class != decoding.JSON || class == decoding.Auto && (len(text) == 0 || text[0] != '{' && text[0] != '[')
		dst = append(dst, text...)
	case telemetry.Text:
		wrong = class == decoding.Auto && decoding.AutoKind(text) != telemetry.Text || class != decoding.Auto && class != decoding.Text
		cut := bytes.TrimRight(text, " \t") // as a reader does at the end of a group
		if len(cut) < len(text) {
			if class == decoding.Auto && len(cut) > 0 && decoding.AutoKind(cut) != telemetry.Text {
				l.Add(telemetry.LossRow, i) // neither its type nor its blanks would be left
				return dst, false
			}
			wrong = true
		}
		dst = append(dst, cut...)
	case telemetry.Point:
		if class != decoding.LatLon {
			l.Add(telemetry.LossGeometry, i)
			return dst, false
		}
		p := b.Points[b.Detail[i].Ref.Off]
		dst = append(jsonscan.AppendNumber(dst, p.Lat), ", "...)
		dst = jsonscan.AppendNumber(dst, p.Lon)
		if p.HasAlt {
			dst = jsonscan.AppendNumber(append(dst, ", "...), p.Alt)
		}
	case telemetry.Deleted:
		l.Add(telemetry.LossDeletion, i)
		return dst, false
	default:
		l.Add(telemetry.LossGeometry, i)
		return dst, false
	}
	if wrong && class != decoding.Auto && class != decoding.Text {
		l.Add(telemetry.LossRow, i) // a reader would refuse it
		return dst, false
	}
	if wrong {
		l.Add(telemetry.LossType, i)
	}
	return dst, true
}
