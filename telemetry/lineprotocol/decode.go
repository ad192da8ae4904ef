package lineprotocol

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
)

const name = "lineprotocol"

// Config of a decoder. Zero: nanoseconds, the tag "id".
type Config struct {
	telemetry.Config
	Precision telemetry.Precision // of timestamps in the text: Nanosecond to Hour
	IDTag     string              // tag with the id of the entity; "": "id"; one that no line can have ("\x00"): none
}

// Decoder reads messages of any number of lines. It is for one goroutine at a time.
type Decoder struct {
	c    Config
	unit int64 // nanoseconds of the precision; 0: none such
	run  decoding.Run

	heads  telemetry.Dict // measurement and tags as written, of series met before
	known  []head         // of code i+1
	fields []field        // of the last line, by position
	seen   []uint32       // by attribute code: the line it was last in
	line   uint32

	tags         []tag
	id, typ, set []byte // of the head just parsed
	fresh        head
	scratch      []byte
	text         []byte
}

// head is what measurement and tags mean.
type head struct {
	entity  telemetry.Entity
	dataset string
	e, d    uint32 // their codes, right if the batch says so
}

type field struct {
	key  string // "" if it has escapes
	code uint32
}

type tag struct {
	key, value []byte // unescaped
	raw        []byte // key=value as written
}

const (
	maxHeads = 65_536
	maxHead  = 512 // bytes of one that is remembered
)

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	d := &Decoder{c: c, unit: units[min(int(c.Precision), len(units)-1)]}
	if d.c.IDTag == "" {
		d.c.IDTag = "id"
	}
	return d
}

// units are the nanoseconds of each precision.
var units = [...]int64{1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000, 0}

// Format describes the package, with the default configuration. A stream is cut into
// lines; a newline within a string does not end one.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "Influx line protocol",
		MediaTypes: []string{"text/plain", "application/vnd.influx.line-protocol"},
		Extensions: []string{".lp", ".line"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return Encoder{} },
		Split:      func() bufio.SplitFunc { return new(splitter).split },
	}
}

// Decode appends the rows of src, a row for each field. Under policy Keep a value that is
// no number, bool or string is kept as text.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	if d.unit == 0 {
		return r.Fail(telemetry.ErrConfig, 0, "a precision of %d; Nanosecond to Hour", d.c.Precision)
	}
	received := r.Received
	if received != telemetry.NoTime {
		received -= ((received % d.unit) + d.unit) % d.unit
	}
	for i := skipEmpty(src, 0); i < len(src); i = skipEmpty(src, i) {
		r.Next()
		next, e := d.decodeLine(dst, src, i, received)
		if e != nil {
			if err := r.Refuse(e); err != nil {
				return err
			}
			if k := bytes.IndexByte(src[next:], '\n'); k < 0 {
				next = len(src)
			} else {
				next += k + 1
			}
		}
		if e = r.Full(i); e != nil {
			return r.Abort(e)
		}
		i = next
	}
	return nil
}

// skipEmpty passes over spaces, empty lines and comments. A comment with control
// characters is left for decodeLine to refuse.
func skipEmpty(src []byte, i int) int {
	for i < len(src) {
		switch src[i] {
		case ' ', '\n':
			i++
		case '\r':
			if i+1 < len(src) && src[i+1] != '\n' {
				return i
			}
			i++
		case '#':
			k := i
			for k < len(src) && class[src[k]]&control == 0 {
				k++
			}
			if next, ok := endOfLine(src, k); !ok {
				return i
			} else {
				i = next
			}
		default:
			return i
		}
	}
	return i
}

// endOfLine passes LF, CR LF, a last CR, or the end.
func endOfLine(src []byte, i int) (int, bool) {
	switch {
	case i >= len(src):
		return i, true
	case src[i] == '\n':
		return i + 1, true
	case src[i] == '\r' && i+1 == len(src):
		return i + 1, true
	case src[i] == '\r' && src[i+1] == '\n':
		return i + 2, true
	}
	return i, false
}

// decodeLine decodes the line at i and returns where the next begins, or where an error is.
func (d *Decoder) decodeLine(dst *telemetry.Batch, src []byte, i int, received int64) (int, *telemetry.Error) {
	r := &d.run
	h, at, e := d.head(src, i)
	if e != nil {
		return at, e
	}
	if dst.Entities.At(h.e) != h.entity {
		h.e = dst.Entities.Code([]byte(h.entity.ID), []byte(h.entity.Type))
	}
	if dst.Datasets.Text(h.d) != h.dataset {
		h.d = dst.Datasets.Code([]byte(h.dataset))
	}
	row := telemetry.Row{Entity: h.e, Dataset: h.d, Time: telemetry.NoTime}
	row.Detail.Record, row.Detail.Source, row.Detail.Offset = uint32(r.Number()), r.Source, telemetry.NoOffset
	row.Detail.Precision = d.c.Precision
	row.Detail.Start = r.Start(i)
	first := dst.Len()
	if d.line++; d.line == 0 {
		clear(d.seen)
		d.line = 1
	}
	for i, n := at, 0; ; n++ {
		key := i
		if row.Attribute, i, e = d.key(dst, src, i, n); e != nil {
			return i, e
		}
		if i+1 >= len(src) {
			return len(src), r.Fail(telemetry.ErrSyntax, len(src), "field %q: the text ends where its value should be", quote(src[key:i]))
		}
		row.Flags, row.Detail.Ref = 0, telemetry.Span{}
		if i, e = d.value(dst, src, i+1, key, &row); e != nil {
			return i, e
		}
		if int(row.Attribute) >= len(d.seen) {
			d.seen = append(d.seen, make([]uint32, int(row.Attribute)-len(d.seen)+64)...)
		}
		if d.seen[row.Attribute] == d.line {
			d.overwrite(dst, first, &row, key)
		} else {
			d.seen[row.Attribute] = d.line
			dst.Append(&row)
		}
		if i < len(src) && src[i] == ',' {
			i++
			continue
		}
		return d.end(dst, src, i, first, received)
	}
}

// overwrite puts a field that stands twice in place of the first.
func (d *Decoder) overwrite(dst *telemetry.Batch, first int, row *telemetry.Row, at int) {
	r := &d.run
	r.Note(r.Fail(telemetry.ErrDuplicate, at, "field %.60q stands twice in a line; the last is taken", dst.Attributes.Text(row.Attribute)))
	for k := first; k < dst.Len(); k++ {
		if dst.Attribute[k] == row.Attribute {
			dst.Number[k], dst.Kind[k], dst.Flags[k], dst.Detail[k] = row.Number, row.Kind, row.Flags, row.Detail
		}
	}
}

// end reads the timestamp and the end of the line, and sets the rows' time.
func (d *Decoder) end(dst *telemetry.Batch, src []byte, i, first int, received int64) (int, *telemetry.Error) {
	r := &d.run
	if i < len(src) && class[src[i]]&endField == 0 {
		return i, r.Fail(telemetry.ErrSyntax, i, "%s after a field", quoteByte(src, i))
	}
	for i < len(src) && src[i] == ' ' {
		i++
	}
	start := i
	for i < len(src) && (src[i]-'0' <= 9 || src[i] == '-') {
		i++
	}
	digits := src[start:i]
	for i < len(src) && src[i] == ' ' {
		i++
	}
	next, ok := endOfLine(src, i)
	if !ok {
		return i, r.Fail(telemetry.ErrSyntax, i, "%s where the line should end", quoteByte(src, i))
	}
	if len(digits) == 0 {
		var row telemetry.Row
		if e := r.NoTime(&row, start); e != nil {
			return start, e
		}
		if row.Flags&telemetry.TimeReceived != 0 {
			row.Time = received
		}
		for k := first; k < dst.Len(); k++ {
			dst.Time[k] = row.Time
			dst.Flags[k] |= row.Flags
		}
		return next, nil
	}
	t, outside, ok := integer(digits)
	if !ok {
		return start, r.Fail(telemetry.ErrSyntax, start, "%.40q is no timestamp", digits)
	}
	ns := t * d.unit
	if outside || ns/d.unit != t || ns == math.MinInt64 {
		return start, r.Fail(telemetry.ErrTime, start, "timestamp %.40s of precision %s is outside 1677 to 2262; see Config.Precision", digits, precisions[d.c.Precision])
	}
	for k := first; k < dst.Len(); k++ {
		dst.Time[k] = ns
	}
	return next, nil
}

var precisions = [...]string{"ns", "µs", "ms", "s", "min", "h"}

// key reads the key of field n of a line, up to the equals sign.
func (d *Decoder) key(dst *telemetry.Batch, src []byte, i, n int) (code uint32, end int, e *telemetry.Error) {
	if n < len(d.fields) { // as in the line before?
		f := &d.fields[n]
		if k := len(f.key); k > 0 && len(src)-i > k && src[i+k] == '=' && string(src[i:i+k]) == f.key && dst.Attributes.Text(f.code) == f.key {
			return f.code, i + k, nil
		}
	}
	r := &d.run
	end, escaped, high := scan(src, i, endKey, escKey)
	raw := src[i:end]
	switch {
	case end == i:
		return 0, i, r.Fail(telemetry.ErrSyntax, i, "%s where a field should be", quoteByte(src, i))
	case high && !utf8.Valid(raw):
		return 0, i, r.Fail(telemetry.ErrUTF8, i, "field %q is not UTF-8", quote(raw))
	case end == len(src) || src[end] != '=':
		return 0, end, r.Fail(telemetry.ErrSyntax, end, "field %q: %s where an equals sign should be", quote(raw), quoteByte(src, end))
	case len(raw) > r.Config.Limits.Name:
		return 0, i, r.Fail(telemetry.ErrLimit, i, "a field key of %d bytes, %d allowed; raise Limits.Name", len(raw), r.Config.Limits.Name)
	}
	if escaped {
		d.text = unescape(d.text[:0], raw, escKey)
		raw = d.text
	}
	code = dst.Attributes.Code(raw)
	if n < 256 {
		if n >= len(d.fields) {
			d.fields = append(d.fields, make([]field, n+1-len(d.fields))...)
		}
		d.fields[n] = field{code: code}
		if !escaped {
			d.fields[n].key = dst.Attributes.Text(code)
		}
	}
	return code, end, nil
}

// value reads the value at i of the field whose key is at key.
func (d *Decoder) value(dst *telemetry.Batch, src []byte, i, key int, row *telemetry.Row) (int, *telemetry.Error) {
	r := &d.run
	why := "no number"
	end := i
	switch c := src[i]; {
	case c-'0' <= 9 || c == '-' || c == '.':
		v, kind, digits, next := number(src, i)
		end = next
		if kind >= float {
			row.Number, row.Kind = v, telemetry.Number
			if kind >= signed {
				row.Flags |= telemetry.Integer
				if kind == unsigned {
					row.Flags |= telemetry.Unsigned
				}
				if digits > 0 {
					row.Detail.Ref = d.digits(dst, src[i:i+digits])
				}
			}
			return end, nil
		}
		if kind == outside {
			why = "beyond the range of its type"
		}
	case c == '"':
		return d.string(dst, src, i, key, row)
	case c|0x20 == 't' || c|0x20 == 'f':
		for end < len(src) && class[src[end]]&endField == 0 {
			end++
		}
		v, ok := boolean(src[i:end])
		if ok {
			row.Number, row.Kind = v, telemetry.Bool
			return end, nil
		}
		why = "no bool"
	default:
		for end < len(src) && class[src[end]]&endField == 0 {
			end++
		}
		if end == i {
			return i, r.Fail(telemetry.ErrSyntax, i, "field %q: %s where a number, true, false or a text in quotes should be", quote(src[key:i-1]), quoteByte(src, i))
		}
		why = "no number, true, false or text in quotes"
	}
	kind := telemetry.ErrType
	if why == "beyond the range of its type" {
		kind = telemetry.ErrValue
	}
	e := r.Fail(kind, i, "field %q: %q is %s", quote(src[key:i-1]), quote(src[i:end]), why)
	if r.Config.Policy != telemetry.Keep || !utf8.Valid(src[i:end]) || end-i > r.Config.Limits.Text {
		return i, e
	}
	r.Note(e)
	row.Number, row.Kind, row.Flags = 0, telemetry.Text, telemetry.Coerced
	row.Detail.Ref = dst.PutText(src[i:end])
	return end, nil
}

// digits keeps an integer as it was written, without zeros before it.
func (d *Decoder) digits(dst *telemetry.Batch, raw []byte) telemetry.Span {
	d.text = d.text[:0]
	if raw[0] == '-' {
		d.text = append(d.text, '-')
		raw = raw[1:]
	}
	d.text = append(d.text, bytes.TrimLeft(raw, "0")...)
	return dst.PutText(d.text)
}

// string reads the string whose opening quote is at i.
func (d *Decoder) string(dst *telemetry.Batch, src []byte, i, key int, row *telemetry.Row) (int, *telemetry.Error) {
	r := &d.run
	start := i + 1
	end, escaped := start, false
	for {
		k := bytes.IndexByte(src[end:], '"')
		if k < 0 {
			return len(src), r.Fail(telemetry.ErrSyntax, i, "field %q: the text ends within a string", quote(src[key:i-1]))
		}
		// A quote is escaped if an odd number of backslashes stands before it.
		back := end + k
		for back > start && src[back-1] == '\\' {
			back--
		}
		end += k
		if (end-back)%2 == 0 {
			break
		}
		escaped = true
		end++
	}
	text := src[start:end]
	switch {
	case !utf8.Valid(text):
		return end + 1, r.Fail(telemetry.ErrUTF8, i, "field %q: the string is not UTF-8", quote(src[key:i-1]))
	case len(text) > r.Config.Limits.Text:
		return end + 1, r.Fail(telemetry.ErrLimit, i, "field %q: a string of %d bytes, %d allowed; raise Limits.Text", quote(src[key:i-1]), len(text), r.Config.Limits.Text)
	}
	if escaped || bytes.IndexByte(text, '\\') >= 0 {
		d.text = d.text[:0]
		for k := 0; k < len(text); k++ {
			if text[k] == '\\' && k+1 < len(text) && (text[k+1] == '"' || text[k+1] == '\\') {
				k++
			}
			d.text = append(d.text, text[k])
		}
		text = d.text
	}
	row.Number, row.Kind, row.Detail.Ref = 0, telemetry.Text, dst.PutText(text)
	return end + 1, nil
}

// head reads measurement and tags, up to the first field.
func (d *Decoder) head(src []byte, i int) (h *head, next int, e *telemetry.Error) {
	window := src[i:min(i+maxHead, len(src))]
	if k := bytes.IndexByte(window, ' '); k > 0 && window[k-1] != '\\' {
		if code, ok := d.heads.Lookup(window[:k]); ok {
			next = i + k
			for next < len(src) && src[next] == ' ' {
				next++
			}
			return &d.known[code-1], next, nil
		}
	}
	end, e := d.parseHead(src, i)
	if e != nil {
		return nil, end, e
	}
	dst := d.run.Batch
	h = &d.fresh
	h.e, h.d = dst.Entities.Code(d.id, d.typ), dst.Datasets.Code(d.set)
	h.entity, h.dataset = dst.Entities.At(h.e), dst.Datasets.Text(h.d)
	if raw := src[i:end]; len(raw) <= maxHead && len(d.known) < maxHeads {
		if code := d.heads.Code(raw); int(code) > len(d.known) {
			d.known = append(d.known, *h)
		}
	}
	for end < len(src) && src[end] == ' ' {
		end++
	}
	return h, end, nil
}

// parseHead is head for a series that is new: it sets id, typ and set, and returns the
// place of the space after it.
func (d *Decoder) parseHead(src []byte, i int) (int, *telemetry.Error) {
	r := &d.run
	d.tags, d.scratch = d.tags[:0], d.scratch[:0]
	d.id, d.set = nil, nil
	start := i
	i, escaped, high := scan(src, i, endName, escName)
	raw := src[start:i]
	switch {
	case i == start:
		return i, r.Fail(telemetry.ErrSyntax, i, "%s where a measurement should be", quoteByte(src, i))
	case raw[0] == '#':
		return i, r.Fail(telemetry.ErrSyntax, start, "a comment with a control character")
	case high && !utf8.Valid(raw):
		return i, r.Fail(telemetry.ErrUTF8, start, "measurement %q is not UTF-8", quote(raw))
	}
	d.typ = raw
	if escaped {
		d.typ = d.unescape(raw, escName)
	}
	first := i + 1
	sorted := true
	for i < len(src) && src[i] == ',' {
		i++
		var t tag
		var e *telemetry.Error
		if i, e = d.tag(src, i, &t); e != nil {
			return i, e
		}
		if n := len(d.tags); n > 0 && bytes.Compare(d.tags[n-1].key, t.key) >= 0 {
			sorted = false
		}
		d.tags = append(d.tags, t)
	}
	if i == len(src) {
		return i, r.Fail(telemetry.ErrSyntax, i, "the text ends where a field should be")
	}
	if src[i] != ' ' {
		return i, r.Fail(telemetry.ErrSyntax, i, "%s where a tag or a field should be", quoteByte(src, i))
	}
	if !sorted {
		slices.SortStableFunc(d.tags, func(a, b tag) int { return bytes.Compare(a.key, b.key) })
		for k := 1; k < len(d.tags); k++ {
			if bytes.Equal(d.tags[k-1].key, d.tags[k].key) {
				return i, r.Fail(telemetry.ErrDuplicate, start, "tag %q stands twice", quote(d.tags[k].key))
			}
		}
	}
	id := slices.IndexFunc(d.tags, func(t tag) bool { return string(t.key) == d.c.IDTag })
	switch {
	case len(d.tags) == 0:
	case id < 0 && sorted:
		d.id = src[first:i]
	case id < 0:
		d.id = d.join(d.tags)
	default:
		d.id = d.tags[id].value
		rest := slices.Delete(d.tags, id, id+1)
		if len(rest) == 1 && string(rest[0].key) == datasetTag {
			d.set = rest[0].value
		} else {
			d.set = d.join(rest)
		}
	}
	if n := max(len(d.id), len(d.typ), len(d.set)); n > r.Config.Limits.Name {
		return i, r.Fail(telemetry.ErrLimit, start, "measurement or tags of %d bytes, %d allowed; raise Limits.Name", n, r.Config.Limits.Name)
	}
	return i, nil
}

// datasetTag is the tag of a dataset that is not written like tags.
const datasetTag = "dataset"

func (d *Decoder) tag(src []byte, i int, t *tag) (int, *telemetry.Error) {
	r := &d.run
	start := i
	i, escaped, high := scan(src, i, endKey, escKey)
	t.key = src[start:i]
	switch {
	case i == start:
		return i, r.Fail(telemetry.ErrSyntax, i, "%s where a tag should be", quoteByte(src, i))
	case high && !utf8.Valid(t.key):
		return i, r.Fail(telemetry.ErrUTF8, start, "tag %q is not UTF-8", quote(t.key))
	case i == len(src) || src[i] != '=':
		return i, r.Fail(telemetry.ErrSyntax, i, "tag %q: %s where an equals sign should be", quote(t.key), quoteByte(src, i))
	}
	if escaped {
		t.key = d.unescape(t.key, escKey)
	}
	i++
	value := i
	i, escaped, high = scan(src, i, endValue, escKey)
	t.value = src[value:i]
	switch {
	case i == value:
		return i, r.Fail(telemetry.ErrSyntax, i, "tag %q: %s where its value should be", quote(t.key), quoteByte(src, i))
	case high && !utf8.Valid(t.value):
		return i, r.Fail(telemetry.ErrUTF8, value, "tag %q: the value is not UTF-8", quote(t.key))
	}
	if escaped {
		t.value = d.unescape(t.value, escKey)
	}
	t.raw = src[start:i]
	return i, nil
}

// unescape is the text of a token, in scratch until the next head.
func (d *Decoder) unescape(raw []byte, esc uint8) []byte {
	n := len(d.scratch)
	d.scratch = unescape(d.scratch, raw, esc)
	return d.scratch[n:len(d.scratch):len(d.scratch)]
}

// join is the tags as in a line, in scratch.
func (d *Decoder) join(tags []tag) []byte {
	n := len(d.scratch)
	for i, t := range tags {
		if i > 0 {
			d.scratch = append(d.scratch, ',')
		}
		d.scratch = append(d.scratch, t.raw...)
	}
	return d.scratch[n:len(d.scratch):len(d.scratch)]
}

// quote cuts what a message quotes.
func quote(p []byte) []byte { return p[:min(len(p), 60)] }

func quoteByte(src []byte, i int) string {
	if i >= len(src) {
		return "the end"
	}
	if c := src[i]; c == ' ' || c > ' ' && c < 0x7f {
		return fmt.Sprintf("%q", rune(c))
	}
	return fmt.Sprintf("byte 0x%02x", src[i])
}
