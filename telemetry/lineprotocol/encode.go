package lineprotocol

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes lines. It may be used by many goroutines.
type Encoder struct {
	Precision telemetry.Precision // of timestamps in the text: Nanosecond to Hour
	IDTag     string              // tag for the id of the entity; "": "id"
}

// Append appends a line for each run of rows of one entity, dataset and time. A row whose
// names or value a line cannot hold is left out, and counted in the losses: a name that is
// empty, ends in a backslash or has control characters, a gap, a deletion, a geometry.
// JSON is written as text. The error is of the configuration.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{dst: dst, b: b, idTag: e.IDTag, heads: map[[2]uint32][]byte{}}
	if w.idTag == "" {
		w.idTag = "id"
	}
	if int(e.Precision) >= len(units) || units[e.Precision] == 0 {
		return dst, nil, &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Msg: fmt.Sprintf("a precision of %d; Nanosecond to Hour", e.Precision)}
	}
	w.unit = units[e.Precision]
	w.last = -1
	for i := range b.Len() {
		w.row(i)
	}
	w.finish()
	return w.dst, w.losses, nil
}

type writer struct {
	dst    []byte
	b      *telemetry.Batch
	idTag  string
	unit   int64
	losses telemetry.Losses
	last   int // row that the open line is of; -1: none
	fields []uint32
	heads  map[[2]uint32][]byte // measurement and tags by entity and dataset; empty: they cannot be written
}

func (w *writer) row(i int) {
	b := w.b
	w.lose(i)
	switch b.Kind[i] {
	case telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return
	case telemetry.None:
		w.losses.Add(telemetry.LossRow, i)
		return
	case telemetry.Point, telemetry.Geometry:
		w.losses.Add(telemetry.LossGeometry, i)
		return
	}
	key := b.Attributes.Text(b.Attribute[i])
	if key == "" || !fits(key) {
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	if w.last < 0 || !w.sameLine(i) {
		w.finish()
		if !w.begin(i) {
			w.losses.Add(telemetry.LossRow, i)
			return
		}
		w.dst = append(w.dst, ' ')
	} else {
		w.dst = append(w.dst, ',')
	}
	w.last = i
	w.fields = append(w.fields, b.Attribute[i])
	w.dst = append(appendEscaped(w.dst, key, escKey), '=')
	w.value(i)
}

// lose counts what no line carries of row i.
func (w *writer) lose(i int) {
	b, d := w.b, &w.b.Detail[i]
	if b.UnitRef[i] != 0 {
		w.losses.Add(telemetry.LossUnit, i)
	}
	if b.Time[i] != telemetry.NoTime && d.Offset != telemetry.NoOffset {
		w.losses.Add(telemetry.LossOffset, i)
	}
	if b.Quality[i] != telemetry.QualityUnknown || d.Raw != 0 || b.Flags[i]&telemetry.TimeReceived != 0 {
		w.losses.Add(telemetry.LossQuality, i)
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		w.losses.Add(telemetry.LossInterval, i)
	}
	if d.Meta.Len > 0 {
		w.losses.Add(telemetry.LossMeta, i)
	}
	if b.Time[i] != telemetry.NoTime && b.Time[i]%w.unit != 0 {
		w.losses.Add(telemetry.LossPrecision, i)
	}
}

// sameLine reports whether row i goes on with the open line.
func (w *writer) sameLine(i int) bool {
	b, l := w.b, w.last
	if b.Entity[i] != b.Entity[l] || b.Dataset[i] != b.Dataset[l] || b.Time[i] != b.Time[l] || len(w.fields) >= 1024 {
		return false
	}
	for _, f := range w.fields {
		if f == b.Attribute[i] {
			return false
		}
	}
	return true
}

// finish ends the open line.
func (w *writer) finish() {
	if w.last < 0 {
		return
	}
	if t := w.b.Time[w.last]; t != telemetry.NoTime {
		q := t / w.unit
		if t%w.unit < 0 {
			q--
		}
		w.dst = strconv.AppendInt(append(w.dst, ' '), q, 10)
	}
	w.dst = append(w.dst, '\n')
	w.last, w.fields = -1, w.fields[:0]
}

// begin writes measurement and tags; false if they cannot be.
func (w *writer) begin(i int) bool {
	key := [2]uint32{w.b.Entity[i], w.b.Dataset[i]}
	head, ok := w.heads[key]
	if !ok {
		head = w.makeHead(nil, w.b.Entities.At(key[0]), w.b.Datasets.Text(key[1]))
		w.heads[key] = head
	}
	if len(head) == 0 {
		return false
	}
	if w.b.Datasets.Text(key[1]) != "" && w.b.Entities.At(key[0]).ID == "" {
		w.losses.Add(telemetry.LossDataset, i) // its tags will be read as the id
	}
	w.dst = append(w.dst, head...)
	return true
}

func (w *writer) makeHead(dst []byte, e telemetry.Entity, dataset string) []byte {
	if e.Type == "" || !fits(e.Type) || e.Type[0] == '#' {
		return dst[:0]
	}
	dst = appendEscaped(dst, e.Type, escName)
	switch {
	case e.ID == "" && dataset == "":
		return dst
	case dataset == "" && w.isTags(e.ID):
		return append(append(dst, ','), e.ID...)
	}
	// The dataset's tags with that of the id among them, in order of keys.
	var id []byte
	if e.ID != "" {
		if !fits(e.ID) || !fits(w.idTag) {
			return dst[:0]
		}
		id = append(appendEscaped(nil, w.idTag, escKey), '=')
		id = appendEscaped(id, e.ID, escKey)
	}
	rest := dataset
	if dataset != "" && (!w.isTags(dataset) || strings.HasPrefix(dataset, datasetTag+"=") && len(splitTags(dataset)) == 1) {
		if !fits(dataset) {
			return dst[:0]
		}
		rest = string(appendEscaped([]byte(datasetTag+"="), dataset, escKey))
	}
	for _, t := range splitTags(rest) {
		if id != nil && keyOf(t) > w.idTag {
			dst = append(append(dst, ','), id...)
			id = nil
		}
		dst = append(append(dst, ','), t...)
	}
	if id != nil {
		dst = append(append(dst, ','), id...)
	}
	return dst
}

// isTags reports whether a decoder gives s as the tags of a line without the tag of
// the id: key=value pairs in order of their keys.
func (w *writer) isTags(s string) bool {
	d := Decoder{c: Config{IDTag: w.idTag}}
	d.run.Config.Limits = telemetry.Limits{}.WithDefaults()
	d.run.Batch = &telemetry.Batch{}
	line := []byte("m," + s + " ")
	end, e := d.parseHead(line, 0)
	return e == nil && end == len(line)-1 && string(d.id) == s
}

// splitTags cuts tags as in a line into pairs.
func splitTags(s string) (out []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && class[s[i+1]]&escKey != 0 {
			i++
		} else if s[i] == ',' {
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// keyOf is the key of a pair, unescaped.
func keyOf(pair string) string {
	p := []byte(pair)
	end, _, _ := scan(p, 0, endKey, escKey)
	return string(unescape(nil, p[:end], escKey))
}

func (w *writer) value(i int) {
	b := w.b
	text := b.Text(i)
	switch b.Kind[i] {
	case telemetry.Number:
		v := b.Number[i]
		switch whole := v == math.Trunc(v) && b.Flags[i]&telemetry.Integer != 0; {
		case whole && b.Flags[i]&telemetry.Unsigned != 0 && v >= 0 && v < 1<<64:
			w.dst = append(appendInteger(w.dst, v, text), 'u')
		case whole && b.Flags[i]&telemetry.Unsigned == 0 && v >= -1<<63 && (v < 1<<63 || len(text) > 0 && v == 1<<63 && fitsInt64(text)):
			w.dst = append(appendInteger(w.dst, v, text), 'i')
		default:
			if len(text) > 0 {
				w.losses.Add(telemetry.LossNumber, i)
			}
			w.dst = strconv.AppendFloat(w.dst, v, 'g', -1, 64)
		}
		return
	case telemetry.Bool:
		w.dst = strconv.AppendBool(w.dst, b.Number[i] != 0)
		return
	case telemetry.JSON:
		w.losses.Add(telemetry.LossType, i)
	}
	if b.Flags[i]&telemetry.Relation != 0 {
		w.losses.Add(telemetry.LossType, i)
	}
	w.dst = append(w.dst, '"')
	for {
		k := bytes.IndexAny(text, "\"\\")
		if k < 0 {
			break
		}
		w.dst = append(append(w.dst, text[:k]...), '\\', text[k])
		text = text[k+1:]
	}
	w.dst = append(append(w.dst, text...), '"')
}

func fitsInt64(text []byte) bool {
	_, outside, ok := integer(text)
	return ok && !outside
}

// appendInteger writes a whole number; its digits are at hand where float64 is not
// exact.
func appendInteger(dst []byte, v float64, digits []byte) []byte {
	if len(digits) > 0 {
		if _, err := strconv.ParseInt(text(digits), 10, 64); err == nil {
			return append(dst, digits...)
		}
		if _, err := strconv.ParseUint(text(digits), 10, 64); err == nil {
			return append(dst, digits...)
		}
	}
	if v >= 1<<63 {
		return strconv.AppendUint(dst, uint64(v), 10)
	}
	return strconv.AppendInt(dst, int64(v), 10)
}

// fits reports whether a name can be read back: a backslash at its end would escape what
// follows.
func fits(s string) bool {
	for i := range len(s) {
		if class[s[i]]&control != 0 {
			return false
		}
	}
	return s[len(s)-1] != '\\' && utf8.ValidString(s)
}

func appendEscaped(dst []byte, s string, esc uint8) []byte {
	for i := range len(s) {
		if class[s[i]]&esc != 0 {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return dst
}
