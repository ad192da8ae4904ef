package lpp

import (
	"math"
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
)

const name = "lpp"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Entity telemetry.Entity // the device that the payloads are of
}

// Decoder reads payloads of one device. It is for one goroutine at a time.
type Decoder struct {
	c   Config
	run decoding.Run
}

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder { return &Decoder{c: c} }

// Format describes the package. A stream is one payload: nothing says where one ends.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "Cayenne Low Power Payload",
		MediaTypes: []string{"application/vnd.cayenne.lpp"},
		Extensions: []string{".lpp"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
	}
}

// Decode appends the rows of one payload, which is one record. An empty payload has none.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	if len(src) == 0 {
		return nil
	}
	r.Next()
	row := telemetry.Row{Entity: dst.Entities.Code([]byte(d.c.Entity.ID), []byte(d.c.Entity.Type))}
	row.Detail.Record, row.Detail.Source = uint32(r.Number()), r.Source
	if e := r.NoTime(&row, 0); e != nil {
		return r.Refuse(e)
	}
	first := dst.Len()
	at, e := read(r, src, row)
	for i := first; i < dst.Len(); i++ {
		dst.Detail[i].Start += r.Start(0)
	}
	if e == nil {
		e = r.Full(at)
		if e != nil {
			return r.Abort(e)
		}
		return nil
	}
	if d.c.Policy == telemetry.Stop {
		return r.Abort(e)
	}
	e.Msg += "; what comes before it is kept"
	dst.Report(r.Config.Limits, telemetry.Finding{Error: *e, Skipped: true})
	return nil
}

// Append appends the rows of a payload to dst: copies of row, which says of which device and when
// they are, with attribute, dataset, unit and value. Detail.Start of a row is the place of its
// channel in the payload plus that of row. The rows before an error stay; it is a
// [*telemetry.Error] whose offset counts from the payload's first byte. Findings go to dst, at
// most limits.Findings.
func Append(dst *telemetry.Batch, payload []byte, row telemetry.Row, limits telemetry.Limits) error {
	r := decoding.Run{Format: name, Config: telemetry.Config{Limits: limits.WithDefaults()}, Batch: dst}
	if _, e := read(&r, payload, row); e != nil {
		e.Record, e.Offset = int(row.Detail.Record), e.Offset-dst.Origin.Offset
		return e
	}
	return nil
}

// read appends rows up to the end or the first error, and says where that is.
func read(r *decoding.Run, src []byte, row telemetry.Row) (int, *telemetry.Error) {
	dst := r.Batch
	base := row.Detail.Start
	var digits [3]byte
	for i := 0; i < len(src); {
		if i+1 == len(src) {
			return i, r.Fail(telemetry.ErrSyntax, i, "the payload ends after channel %d, where a type should be", src[i])
		}
		at := byID[src[i+1]]
		if at == 0 {
			return i, r.Fail(telemetry.ErrUnknown, i+1, "type %d on channel %d is not known, nor how long its value is", src[i+1], src[i])
		}
		k := &kinds[at-1]
		body := src[i+2:]
		if k.form == track {
			if len(body) == 0 || int(body[0]) > len(body) || body[0] == 0 {
				return i, r.Fail(telemetry.ErrSyntax, i, "a track on channel %d that does not end within the payload", src[i])
			}
			r.Note(r.Fail(telemetry.ErrUnsupported, i, "a track (type 240) on channel %d is left out", src[i]))
			i += 2 + int(body[0])
			continue
		}
		if len(body) < k.bytes() {
			return i, r.Fail(telemetry.ErrSyntax, i, "%d of the %d bytes of %s on channel %d", len(body), k.bytes(), k.parts[0], src[i])
		}
		row.Dataset = dst.Datasets.Code(strconv.AppendUint(digits[:0], uint64(src[i]), 10))
		row.UnitRef = 0
		if k.unit != "" {
			row.UnitRef, _ = dst.Units.Code(telemetry.UCUM, []byte(k.unit))
		}
		row.Detail.Start = base + int64(i)
		if e := k.rows(r, row, body, i); e != nil {
			return i, e
		}
		i += 2 + k.bytes()
	}
	return len(src), nil
}

// rows appends the rows of a value.
func (k *kind) rows(r *decoding.Run, row telemetry.Row, body []byte, at int) *telemetry.Error {
	dst := r.Batch
	if k.form == place {
		p := k.position(body)
		if math.Abs(p.Lat) > 90 || math.Abs(p.Lon) > 180 {
			return r.Fail(telemetry.ErrValue, at, "latitude %v, longitude %v is no place", p.Lat, p.Lon)
		}
		row.Kind, row.Attribute = telemetry.Point, dst.Attributes.Code([]byte(k.parts[0]))
		row.Detail.Ref = dst.PutPoint(p)
		dst.Append(&row)
		return nil
	}
	for n, part := range k.parts {
		v := integer(body[n*k.size:(n+1)*k.size], k.form == signed)
		row.Kind, row.Number = telemetry.Number, float64(v)/k.div
		if k.form == boolean {
			if row.Kind = telemetry.Bool; v > 1 {
				r.Note(r.Fail(telemetry.ErrValue, at, "%s is %d; taken as true", part, v))
				row.Number = 1
			}
		}
		row.Attribute = dst.Attributes.Code([]byte(part))
		dst.Append(&row)
	}
	return nil
}
