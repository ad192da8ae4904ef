package gbfs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes feeds. It may be used by many goroutines.
type Encoder struct {
	Version string // "3.0" or "2.3"; "": "3.0"
	TTL     int    // seconds after which to ask for the feed again
}

// Append appends one feed: a station for each run of rows of one entity and time. last_updated is
// the latest time. Rows without time or entity, gaps of vehicle types, deletions and places are left
// out and counted. The error is an [*telemetry.Error], for a version that is none of the two.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{b: b, dst: dst, two: e.Version == "2.3"}
	if e.Version == "" {
		e.Version = "3.0"
	}
	if !w.two && e.Version != "3.0" || e.TTL < 0 {
		return dst, nil, &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Offset: -1, Msg: fmt.Sprintf("version %q, ttl %d; versions 3.0 and 2.3 are written, with a ttl of 0 or more", e.Version, e.TTL)}
	}
	latest, at := int64(0), -1
	for i, t := range b.Time {
		if t != telemetry.NoTime && (at < 0 || t > latest) {
			latest, at = t, i
		}
	}
	w.dst = append(w.dst, `{"last_updated":`...)
	if at < 0 {
		w.time(0, telemetry.Detail{Precision: telemetry.Second})
	} else {
		w.time(latest, b.Detail[at])
	}
	w.dst = strconv.AppendInt(append(w.dst, `,"ttl":`...), int64(e.TTL), 10)
	w.dst = jsonscan.AppendString(append(w.dst, `,"version":`...), e.Version)
	w.dst = append(w.dst, `,"data":{"stations":[`...)
	for i := 0; i < b.Len(); {
		n := i + 1
		for n < b.Len() && w.together(i, n) {
			n++
		}
		w.station(i, n)
		i = n
	}
	return append(w.dst, "]}}"...), w.losses, nil
}

type writer struct {
	b      *telemetry.Batch
	dst    []byte
	two    bool
	losses telemetry.Losses
	count  int
}

func (w *writer) together(i, n int) bool {
	b := w.b
	if b.Entity[i] != b.Entity[n] || b.Time[i] != b.Time[n] || b.Detail[i].Offset != b.Detail[n].Offset || n-i >= 1024 {
		return false
	}
	counts := w.counts(n) != ""
	for k := i; k < n; k++ {
		// The rows of an array stand together; other members stand once.
		if b.Attribute[k] == b.Attribute[n] && (!counts || b.Attribute[n-1] != b.Attribute[n]) {
			return false
		}
	}
	return true
}

// counts is the member that has the id of a vehicle type in an array of counts; "" for other
// attributes.
func (w *writer) counts(i int) string {
	switch w.b.Attributes.Text(w.b.Attribute[i]) {
	case "vehicle_types_available":
		return "vehicle_type_id"
	case "vehicle_docks_available":
		return "vehicle_type_ids"
	}
	return ""
}

// time writes a time as the version has it.
func (w *writer) time(t int64, d telemetry.Detail) {
	if w.two {
		q := t / 1e9
		if t%1e9 < 0 {
			q--
		}
		w.dst = strconv.AppendInt(w.dst, q, 10)
		return
	}
	if d.Offset == telemetry.NoOffset {
		d.Offset = 0
	}
	w.dst = append(w.dst, '"')
	w.dst = instant.Append(w.dst, instant.Time{NS: t, Offset: d.Offset, Precision: instant.Precision(d.Precision)})
	w.dst = append(w.dst, '"')
}

func (w *writer) station(i, n int) {
	b := w.b
	e := b.Entities.At(b.Entity[i])
	start := len(w.dst)
	if w.count > 0 {
		w.dst = append(w.dst, ',')
	}
	w.dst = jsonscan.AppendString(append(w.dst, `{"station_id":`...), e.ID)
	w.dst = append(w.dst, `,"last_reported":`...)
	w.time(b.Time[i], b.Detail[i])
	written, open := 0, ""
	for k := i; k < n; k++ {
		id := w.counts(k)
		if open != "" && (id != open) {
			w.dst = append(w.dst, ']')
			open = ""
		}
		if e.ID == "" || b.Time[i] == telemetry.NoTime || !w.row(k, id, &open) {
			if b.Kind[k] == telemetry.Deleted {
				w.losses.Add(telemetry.LossDeletion, k)
			} else {
				w.losses.Add(telemetry.LossRow, k)
			}
			continue
		}
		written++
		w.lose(k, e, id)
	}
	if open != "" {
		w.dst = append(w.dst, ']')
	}
	if written == 0 {
		w.dst = w.dst[:start]
		return
	}
	w.count++
	w.dst = append(w.dst, '}')
}

// row writes a member, or an element of an array of counts. False: it cannot be.
func (w *writer) row(k int, id string, open *string) bool {
	b := w.b
	key := b.Attributes.Text(b.Attribute[k])
	v := b.Number[k]
	whole := b.Kind[k] == telemetry.Number && v == math.Trunc(v) && math.Abs(v) <= 1<<53 && (v != 0 || !math.Signbit(v))
	if id != "" {
		if !whole || v < 0 {
			return false
		}
		if *open == "" {
			w.dst = jsonscan.AppendString(append(w.dst, ','), key)
			w.dst = append(w.dst, ":["...)
			*open = id
		} else {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(jsonscan.AppendString(append(w.dst, '{'), id), ':')
		ids := splitIDs(b.Datasets.Text(b.Dataset[k]))
		if id == "vehicle_type_id" {
			w.dst = jsonscan.AppendString(w.dst, strings.Join(ids, ","))
		} else {
			w.dst = append(w.dst, '[')
			for j, t := range ids {
				if j > 0 {
					w.dst = append(w.dst, ',')
				}
				w.dst = jsonscan.AppendString(w.dst, t)
			}
			w.dst = append(w.dst, ']')
		}
		w.dst = strconv.AppendInt(append(w.dst, `,"count":`...), int64(v), 10)
		w.dst = append(w.dst, '}')
		return true
	}
	switch {
	case key == "" || key == "station_id" || key == "last_reported" || b.Kind[k] == telemetry.Point || b.Kind[k] == telemetry.Geometry || b.Kind[k] == telemetry.Deleted:
		return false
	case w.two && key == string(available):
		key = "num_bikes_available"
	case w.two && key == string(disabled):
		key = "num_bikes_disabled"
	case key == "num_bikes_available" || key == "num_bikes_disabled":
		return false // they are other names of those
	}
	w.dst = append(jsonscan.AppendString(append(w.dst, ','), key), ':')
	ref := b.Bytes(spanOf(b, k))
	switch b.Kind[k] {
	case telemetry.Number:
		if len(ref) > 0 && jsonscan.ValidNumber(ref) {
			w.dst = append(w.dst, ref...)
		} else {
			w.dst = jsonscan.AppendNumber(w.dst, v)
		}
	case telemetry.Bool:
		w.dst = strconv.AppendBool(w.dst, v != 0)
	case telemetry.Text:
		w.dst = jsonscan.AppendString(w.dst, ref)
	case telemetry.JSON:
		w.dst = append(w.dst, ref...)
	default:
		w.dst = append(w.dst, "null"...)
	}
	return true
}

func spanOf(b *telemetry.Batch, k int) telemetry.Span {
	switch b.Kind[k] {
	case telemetry.Number, telemetry.Text, telemetry.JSON:
		return b.Detail[k].Ref
	}
	return telemetry.Span{}
}

// splitIDs takes the ids of a dataset apart.
func splitIDs(text string) []string {
	if text == "" {
		return []string{""}
	}
	out := []string{""}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == ',':
			out = append(out, "")
			continue
		case c == '\\' && i+1 < len(text) && (text[i+1] == ',' || text[i+1] == '\\'):
			i++
			c = text[i]
		}
		out[len(out)-1] += string([]byte{c})
	}
	return out
}

// lose counts what is not carried of a row that was written.
func (w *writer) lose(i int, e telemetry.Entity, id string) {
	b, d := w.b, &w.b.Detail[i]
	if e.Type != "Station" {
		w.losses.Add(telemetry.LossEntity, i)
	}
	set := b.Datasets.Text(b.Dataset[i])
	if id == "" && set != "" || id != "" && !sameIDs(set, id) {
		w.losses.Add(telemetry.LossDataset, i)
	}
	switch {
	case w.two && d.Offset != telemetry.NoOffset, !w.two && d.Offset == telemetry.NoOffset:
		w.losses.Add(telemetry.LossOffset, i) // 3.0 writes Z
	}
	if w.two && b.Time[i]%1e9 != 0 {
		w.losses.Add(telemetry.LossPrecision, i)
	} else if d.Precision > telemetry.Second || w.two && d.Precision != telemetry.Second {
		w.losses.Add(telemetry.LossPrecision, i)
	}
	if b.UnitRef[i] != 0 {
		w.losses.Add(telemetry.LossUnit, i)
	}
	if b.Quality[i] != telemetry.QualityUnknown || d.Raw != 0 {
		w.losses.Add(telemetry.LossQuality, i)
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		w.losses.Add(telemetry.LossInterval, i)
	}
	if d.Meta.Len > 0 {
		w.losses.Add(telemetry.LossMeta, i)
	}
	v := b.Number[i]
	whole := b.Kind[i] == telemetry.Number && d.Ref.Len == 0 && v == math.Trunc(v) && math.Abs(v) <= 1<<53 && (v != 0 || !math.Signbit(v))
	is := strings.HasPrefix(b.Attributes.Text(b.Attribute[i]), "is_") && b.Kind[i] == telemetry.Number && (v == 0 || v == 1)
	if whole != (b.Flags[i]&telemetry.Integer != 0) || b.Flags[i]&telemetry.Unsigned != 0 || is || id != "" && d.Ref.Len > 0 {
		w.losses.Add(telemetry.LossType, i)
	}
}

// sameIDs reports whether the ids of a dataset are read back as it.
func sameIDs(set, id string) bool {
	ids := splitIDs(set)
	if id == "vehicle_type_id" {
		ids = []string{strings.Join(ids, ",")}
	}
	for i, t := range ids {
		ids[i] = strings.NewReplacer(",", `\,`, `\`, `\\`).Replace(t)
	}
	return strings.Join(slices.Clone(ids), ",") == set
}
