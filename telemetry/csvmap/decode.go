package csvmap

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
)

const name = "csvmap"

// Config of a decoder.
type Config struct {
	telemetry.Config
	Mapping Mapping
}

// Counts says what became of the readings of a message or a stream: Readings =
// Taken + Missing + Skipped.
type Counts struct {
	Records  int // rows of the file that are not its header
	Readings int // cells of values
	Taken    int // rows of the batch with a value
	Missing  int // rows of the batch that are gaps: empty, or a text of Mapping.Missing
	Skipped  int // left out: in bad records, or of an hour that does not exist
}

// Decoder reads files. A stream is one file, its header in the first record.
type Decoder struct {
	c       Config
	plan    *plan
	bad     error
	run     decoding.Run
	counts  Counts
	failed  int // of the first rows, while none was right
	first   *telemetry.Error
	bound   *binding
	cells   []cell
	scratch []byte
	utf8    []byte
	row     telemetry.Row
}

// cell is a field of a record.
type cell struct {
	text []byte
	at   int
}

// binding is where the columns of a plan are in a file.
type binding struct {
	width           int
	entity, dataset []int // columns of the templates' pieces, -1 for none
	attribute       []int
	time, clock     int
	parts           [3]int
	values, flags   []int
	unit            int
}

// NewDecoder makes a decoder. A mapping that is wrong is the error of each Decode.
func NewDecoder(c Config) *Decoder {
	p, problems := c.Mapping.compile()
	d := &Decoder{c: c, plan: p}
	if len(problems) > 0 {
		d.bad = c.Mapping.Check()
	}
	return d
}

// FormatOf describes CSV by a mapping. A stream is cut into rows.
func FormatOf(m Mapping) telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "CSV by a mapping", MediaTypes: []string{"text/csv"}, Extensions: []string{".csv", ".txt"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c, Mapping: m}) },
		Split:      func() bufio.SplitFunc { return (&splitter{separator: m.Separator}).split },
	}
}

// Counts accounts for the readings since the header.
func (d *Decoder) Counts() Counts { return d.counts }

// Decode appends the rows of a file, or of a part of a stream. A row of the file is a record.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	r := &d.run
	if d.bad != nil {
		return d.bad
	}
	if err := r.Begin(name, d.c.Config, dst, src); err != nil {
		return err
	}
	if zone := d.c.Mapping.Time.Zone; zone != "" && zone != "UTC" && (d.c.Zone == nil || d.c.Zone.String() != zone) {
		return r.Fail(telemetry.ErrConfig, 0, "the mapping is of zone %s and Config.Zone is %v; load the zone and set it", zone, d.c.Zone)
	}
	i := 0
	if dst.Origin.Record == 0 {
		d.counts, d.failed, d.first, d.bound = Counts{}, 0, nil, nil
		if bytes.HasPrefix(src, []byte("\ufeff")) {
			i = 3
		}
		var header []string
		if h := d.c.Mapping.Header; h != nil {
			header = h
		} else {
			r.Next()
			next, e := d.split(src, i)
			if e != nil {
				return r.Abort(e)
			}
			for _, c := range d.cells {
				header = append(header, strings.TrimSpace(string(c.text)))
			}
			i = next
		}
		if e := d.bind(header); e != nil {
			return r.Abort(e)
		}
	}
	if d.bound == nil {
		return r.Fail(telemetry.ErrConfig, 0, "a row of a stream whose header was not decoded by this decoder")
	}
	for i < len(src) {
		if src[i] == '\n' || src[i] == '\r' { // an empty line
			i++
			continue
		}
		r.Next()
		start := i
		before := d.counts
		next, e := d.split(src, i)
		i = next
		if e == nil {
			e = d.record(start)
		}
		d.counts.Records++
		if e == nil {
			d.failed = -1
		} else {
			n := len(d.bound.values)
			d.counts = before
			d.counts.Records++
			d.counts.Readings += n
			d.counts.Skipped += n
			if d.failed >= 0 {
				if d.failed++; d.failed == 1 {
					d.first = e
				}
				if d.failed == firstRows {
					return r.Abort(r.Fail(telemetry.ErrConfig, start, "the first %d rows all fail, so the mapping does not fit; the first: %s", firstRows, d.first.Msg))
				}
			}
			if err := r.Refuse(e); err != nil {
				return err
			}
		}
		if e := r.Full(start); e != nil {
			return r.Abort(e)
		}
	}
	return nil
}

// firstRows are those that the mapping is checked against.
const firstRows = 10

// split cuts the record at i into cells, in UTF-8, and returns where the next begins.
func (d *Decoder) split(src []byte, i int) (next int, e *telemetry.Error) {
	r := &d.run
	d.cells, d.utf8 = d.cells[:0], d.utf8[:0]
	start := i
	for {
		var c cell
		if i < len(src) && src[i] == '"' {
			c.at = i + 1
			i++
			quote := false
			for {
				k := bytes.IndexByte(src[i:], '"')
				if k < 0 {
					return len(src), r.Fail(telemetry.ErrSyntax, c.at-1, "a quote that does not end")
				}
				i += k
				if i+1 < len(src) && src[i+1] == '"' {
					quote = true
					i += 2
					continue
				}
				break
			}
			c.text = src[c.at:i]
			if quote {
				n := len(d.utf8)
				for k := 0; k < len(c.text); k++ {
					d.utf8 = append(d.utf8, c.text[k])
					if c.text[k] == '"' {
						k++
					}
				}
				c.text = d.utf8[n:len(d.utf8):len(d.utf8)]
			}
			i++
			if i < len(src) && src[i] != d.plan.separator && src[i] != '\n' && src[i] != '\r' {
				return lineEnd(src, i), r.Fail(telemetry.ErrSyntax, i, "text after a quote that ended")
			}
		} else {
			c.at = i
			for i < len(src) && src[i] != d.plan.separator && src[i] != '\n' && src[i] != '\r' {
				i++
			}
			c.text = src[c.at:i]
		}
		if e = d.decodeText(&c); e != nil {
			return lineEnd(src, i), e
		}
		if len(c.text) > r.Config.Limits.Text {
			return lineEnd(src, i), r.Fail(telemetry.ErrLimit, c.at, "a cell of %d bytes, %d allowed; raise Limits.Text", len(c.text), r.Config.Limits.Text)
		}
		d.cells = append(d.cells, c)
		if i < len(src) && src[i] == d.plan.separator {
			i++
			continue
		}
		break
	}
	if i < len(src) && src[i] == '\r' {
		i++
	}
	if i < len(src) && src[i] == '\n' {
		i++
	}
	if i == start {
		i = len(src)
	}
	return i, nil
}

func lineEnd(src []byte, i int) int {
	if k := bytes.IndexByte(src[i:], '\n'); k >= 0 {
		return i + k + 1
	}
	return len(src)
}

// decodeText puts a cell into UTF-8.
func (d *Decoder) decodeText(c *cell) *telemetry.Error {
	if !d.plan.latin {
		if !utf8.Valid(c.text) {
			return d.run.Fail(telemetry.ErrUTF8, c.at, "%.40q is not UTF-8; is the file windows-1252? Then declare it", c.text)
		}
		return nil
	}
	high := false
	for _, b := range c.text {
		high = high || b >= utf8.RuneSelf
	}
	if !high {
		return nil
	}
	n := len(d.utf8)
	for i, b := range c.text {
		r := rune(b)
		if b >= 0x80 && b < 0xa0 {
			if r = windows1252[b-0x80]; r == 0 {
				return d.run.Fail(telemetry.ErrUTF8, c.at+i, "byte 0x%02x is not of windows-1252", b)
			}
		}
		d.utf8 = utf8.AppendRune(d.utf8, r)
	}
	c.text = d.utf8[n:len(d.utf8):len(d.utf8)]
	return nil
}

// windows1252 has the characters of 0x80 to 0x9f; 0 is none.
var windows1252 = [32]rune{'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0, 0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ'}

// bind finds the mapping's columns in a header. The error names all that are not there.
func (d *Decoder) bind(header []string) *telemetry.Error {
	r, p, t := &d.run, d.plan, d.c.Mapping.Time
	index := map[string]int{}
	for i, h := range header {
		if _, ok := index[h]; ok && h != "" {
			return r.Fail(telemetry.ErrDuplicate, 0, "column %q stands twice", h)
		}
		index[h] = i
	}
	var lacks []string
	find := func(column string) int {
		if column == "" {
			return -1
		}
		i, ok := index[column]
		if !ok {
			lacks = append(lacks, fmt.Sprintf("%q", column))
		}
		return i
	}
	all := func(t template) (out []int) {
		for _, x := range t {
			out = append(out, find(x.column))
		}
		return out
	}
	b := &binding{width: len(header), entity: all(p.entity), attribute: all(p.attribute), dataset: all(p.dataset), time: find(t.Column), clock: find(t.Clock), unit: -1}
	for i, c := range p.parts {
		b.parts[i] = find(c)
	}
	for _, c := range p.columns {
		b.values, b.flags = append(b.values, find(c.value)), append(b.flags, find(c.quality))
	}
	if l := d.c.Mapping.Long; l != nil {
		b.unit = find(l.Unit)
	}
	if len(lacks) > 0 {
		return r.Fail(telemetry.ErrMissing, 0, "the file has no column %s; it has %.300q", strings.Join(lacks, ", "), header)
	}
	d.bound = b
	return nil
}

// fill makes the text of a template.
func (d *Decoder) fill(t template, columns []int) []byte {
	out := d.scratch[:0]
	for i, x := range t {
		out = append(out, x.text...)
		if c := columns[i]; c >= 0 {
			out = append(out, bytes.TrimSpace(d.cells[c].text)...)
		}
	}
	d.scratch = out
	return out
}

// record decodes the cells of a row of the file.
func (d *Decoder) record(start int) *telemetry.Error {
	r, b, p, dst := &d.run, d.bound, d.plan, d.run.Batch
	if len(d.cells) != b.width {
		return r.Fail(telemetry.ErrSyntax, start, "%d columns where the header has %d", len(d.cells), b.width)
	}
	d.row = telemetry.Row{}
	row := &d.row
	row.Detail.Record, row.Detail.Source = uint32(r.Number()), r.Source
	id := d.fill(p.entity, b.entity)
	if len(id) == 0 || len(id) > r.Config.Limits.Name {
		return r.Fail(telemetry.ErrName, start, "an id of %d bytes; 1 to %d", len(id), r.Config.Limits.Name)
	}
	row.Entity = dst.Entities.Code(id, []byte(d.c.Mapping.Type))
	row.Dataset = dst.Datasets.Code(d.fill(p.dataset, b.dataset))
	key := d.fill(p.attribute, b.attribute)
	kind := telemetry.Number
	switch m, ok := p.attributes[string(key)]; {
	case p.attributes == nil && (len(key) == 0 || len(key) > r.Config.Limits.Name):
		return r.Fail(telemetry.ErrName, start, "an attribute of %d bytes; 1 to %d", len(key), r.Config.Limits.Name)
	case p.attributes == nil:
		row.Attribute = dst.Attributes.Code(key)
	case !ok:
		return r.Fail(telemetry.ErrUnknown, start, "attribute %.60q is not in the mapping", key)
	default:
		kind = m.kind
		row.Attribute = dst.Attributes.Code(m.name)
		row.UnitRef = r.Unit(telemetry.Name, m.unit, start)
	}
	if b.unit >= 0 {
		row.UnitRef = r.Unit(telemetry.Name, bytes.TrimSpace(d.cells[b.unit].text), d.cells[b.unit].at)
	}
	t, e := d.date(row)
	if e != nil {
		return e
	}
	for n := range b.values {
		d.counts.Readings++
		if e := d.reading(n, t, kind, row); e != nil {
			return e
		}
	}
	return nil
}

// reading appends value n of the record, whose date or time is t.
func (d *Decoder) reading(n int, t instant.Time, kind telemetry.Kind, row *telemetry.Row) *telemetry.Error {
	r, b, p, dst := &d.run, d.bound, d.plan, d.run.Batch
	c := d.cells[b.values[n]]
	text := bytes.TrimSpace(c.text)
	row.Detail.Start = r.Start(c.at)
	row.Quality, row.Detail.Raw = telemetry.QualityUnknown, 0
	if f := b.flags[n]; f >= 0 {
		flag := bytes.TrimSpace(d.cells[f].text)
		q, ok := p.quality[string(flag)]
		if !ok && len(flag) > 0 {
			return r.Fail(telemetry.ErrUnknown, d.cells[f].at, "quality %.40q is not in the mapping", flag)
		}
		row.Quality, row.Detail.Raw = q, dst.Raw.Code(flag)
	}
	row.Kind, row.Number, row.Flags, row.Detail.Ref = telemetry.None, 0, 0, telemetry.Span{}
	if len(text) > 0 && !p.missing[string(text)] {
		if e := d.value(text, c.at, kind, row); e != nil {
			return e
		}
	}
	empty := row.Kind == telemetry.None || row.Quality == telemetry.Invalid
	skip, e := d.when(n, t, c.at, empty, row)
	switch {
	case e != nil:
		return e
	case skip:
		d.counts.Skipped++
		return nil
	case row.Kind == telemetry.None:
		d.counts.Missing++
	default:
		d.counts.Taken++
	}
	dst.Append(row)
	return nil
}

// value reads a cell. Under policy Keep one that is no number is kept as text.
func (d *Decoder) value(text []byte, at int, kind telemetry.Kind, row *telemetry.Row) *telemetry.Error {
	r := &d.run
	switch kind {
	case telemetry.Text:
		return r.Typed(decoding.Text, text, row, at)
	case telemetry.Bool:
		return r.Typed(decoding.Bool, text, row, at)
	}
	if p, ok := d.number(text); ok {
		if n, ok := jsonscan.ParseNumber(p); ok {
			row.Kind, row.Number = telemetry.Number, n.Value
			if !n.Exact() {
				row.Detail.Ref = r.Batch.PutText(n.Raw)
			}
			return nil
		}
	}
	e := r.Fail(telemetry.ErrType, at, "%.60q is no number of the mapping (decimal %q, thousands %q)", text, d.plan.decimal, d.c.Mapping.Thousands)
	if r.Config.Policy != telemetry.Keep {
		return e
	}
	r.Note(e)
	row.Kind, row.Flags, row.Detail.Ref = telemetry.Text, telemetry.Coerced, r.Batch.PutText(text)
	return nil
}

// number spells a number as JSON does, in scratch; false if it is none of the mapping.
func (d *Decoder) number(text []byte) ([]byte, bool) {
	p := d.plan
	out := d.scratch[:0]
	i := 0
	if text[0] == '-' || text[0] == '+' {
		if text[0] == '-' {
			out = append(out, '-')
		}
		i++
	}
	whole := len(out)
	digits, groups, since := 0, false, 0 // since the last sign of thousands
	for ; i < len(text) && text[i] != p.decimal; i++ {
		c := text[i]
		switch {
		case c-'0' <= 9:
			out = append(out, c)
			digits++
			since++
		case p.group != 0 && c == p.group && digits > 0 && (groups && since == 3 || !groups && since <= 3):
			groups, since = true, 0
		case (c == 'e' || c == 'E') && digits > 0 && !groups:
			out = append(out, text[i:]...)
			i = len(text)
			since = 3
		default:
			return nil, false
		}
		if i == len(text) {
			break
		}
	}
	if groups && since != 3 {
		return nil, false
	}
	// One zero, at least and at most, before other digits.
	zeros := 0
	for whole+zeros+1 < len(out) && out[whole+zeros] == '0' && out[whole+zeros+1]-'0' <= 9 {
		zeros++
	}
	out = append(out[:whole], out[whole+zeros:]...)
	if digits == 0 {
		out = append(out, '0')
	}
	if i < len(text) { // the decimal sign
		rest := text[i+1:]
		if len(rest) == 0 || rest[0]-'0' > 9 {
			if digits == 0 || len(rest) > 0 {
				return nil, false
			}
		} else {
			out = append(append(out, '.'), rest...)
		}
	} else if digits == 0 {
		return nil, false
	}
	d.scratch = out
	return out, true
}

// date reads the row's time, or its date, as if in UTC.
func (d *Decoder) date(row *telemetry.Row) (t instant.Time, e *telemetry.Error) {
	r, b, p := &d.run, d.bound, d.plan
	out := d.scratch[:0]
	at := 0
	switch {
	case b.time < 0:
		at = d.cells[b.parts[0]].at
		for i, n := range [3]int{4, 2, 2} {
			text := bytes.TrimSpace(d.cells[b.parts[i]].text)
			for k := len(text); k < n && i > 0; k++ {
				out = append(out, '0')
			}
			out = append(out, text...)
			if i < 2 {
				out = append(out, '-')
			}
		}
	case p.iso:
		at = d.cells[b.time].at
		out = append(out, bytes.TrimSpace(d.cells[b.time].text)...)
	default:
		at = d.cells[b.time].at
		var ok bool
		if out, ok = d.reorder(out, bytes.TrimSpace(d.cells[b.time].text)); !ok {
			return t, r.Fail(telemetry.ErrTime, at, "%.60q is not of the form %s", d.cells[b.time].text, d.c.Mapping.Time.Format)
		}
	}
	if b.clock >= 0 {
		out = append(append(out, 'T'), bytes.TrimSpace(d.cells[b.clock].text)...)
	}
	d.scratch = out
	t, problem := instant.Parse(out)
	if problem != 0 {
		return t, r.Fail(telemetry.ErrTime, at, "%.60q is %s", out, problem)
	}
	return t, nil
}

// reorder writes a time of the mapping's format in the order of ISO 8601.
func (d *Decoder) reorder(out, text []byte) ([]byte, bool) {
	var v [256]int
	clock := byte(0)
	for _, f := range d.plan.format {
		if f.part == 0 {
			if len(text) == 0 || text[0] != f.sign {
				return out, false
			}
			text = text[1:]
			continue
		}
		n := 0
		limit := max(f.n, 2)
		if f.part == 'y' {
			limit = 4
		}
		for n < len(text) && n < limit && text[n]-'0' <= 9 {
			v[f.part] = v[f.part]*10 + int(text[n]-'0')
			n++
		}
		if n < f.n {
			return out, false
		}
		text = text[n:]
		if f.part == 'H' || f.part == 's' {
			clock = f.part
		}
	}
	if len(text) > 0 {
		return out, false
	}
	out = fmt.Appendf(out, "%04d-%02d-%02d", v['y'], v['M'], v['d'])
	if clock != 0 {
		out = fmt.Appendf(out, "T%02d:%02d", v['H'], v['m'])
		if clock == 's' {
			out = fmt.Appendf(out, ":%02d", v['s'])
		}
	}
	return out, true
}

// when sets the time of reading n. skip: it is of an hour that is not, or not known.
func (d *Decoder) when(n int, t instant.Time, at int, empty bool, row *telemetry.Row) (skip bool, e *telemetry.Error) {
	r, p := &d.run, d.plan
	span := p.after
	w := d.c.Mapping.Wide
	end := t
	if w != nil {
		if t.Precision != instant.Day {
			return false, r.Fail(telemetry.ErrTime, at, "a row of a wide table with a time of day")
		}
		end.NS += int64(time.Duration(n) * p.step) // its beginning
		end.Precision = instant.Minute
		span = p.step
	}
	if end.Offset == instant.NoOffset && d.c.Zone != nil && d.c.Mapping.Time.Zone != "" && !(w != nil && w.Clock == "utc") {
		var how instant.Civil
		if w != nil && w.Clock == "standard" {
			end = standard(end, d.c.Zone)
		} else {
			end, how = instant.InZone(end, d.c.Zone)
		}
		switch {
		case how == instant.Never && empty:
			return true, nil
		case how == instant.Never:
			r.Note(r.Fail(telemetry.ErrTime, at, "a reading of an hour that %v does not have; it is left out", d.c.Zone))
			return true, nil
		case how == instant.Twice && p.repeated == "second":
			civil := end.NS + int64(end.Offset)*60_000_000_000
			_, sec := time.Unix(0, end.NS).Add(12 * time.Hour).In(d.c.Zone).Zone()
			end.NS, end.Offset = civil-int64(sec)*1_000_000_000, int16(sec/60)
		case how == instant.Twice && p.repeated != "first":
			r.Note(r.Fail(telemetry.ErrTime, at, "a reading of an hour that %v has twice; it is left out (Time.Repeated)", d.c.Zone))
			return true, nil
		}
	}
	row.Time, row.Detail.Offset, row.Detail.Precision = end.NS, end.Offset, telemetry.Precision(end.Precision)
	if span > 0 {
		row.Flags |= telemetry.Interval
		if w != nil {
			row.Detail.From = end.NS
			row.Time = end.NS + int64(span)
			if row.Detail.Offset != telemetry.NoOffset && d.c.Zone != nil && w.Clock == "official" {
				_, sec := time.Unix(0, row.Time).In(d.c.Zone).Zone()
				row.Detail.Offset = int16(sec / 60)
			}
		} else {
			row.Detail.From = end.NS - int64(span)
		}
	}
	return false, nil
}

// standard puts a civil time in the zone's standard time: the lesser offset of the year.
func standard(t instant.Time, loc *time.Location) instant.Time {
	year := time.Unix(0, t.NS).UTC().Year()
	_, a := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Zone()
	_, b := time.Date(year, 7, 1, 0, 0, 0, 0, loc).Zone()
	off := min(a, b)
	t.NS -= int64(off) * 1_000_000_000
	t.Offset = int16(off / 60)
	return t
}

// splitter cuts a stream at line ends that are not within quotes. It remembers where it
// was in the row that is not complete yet.
type splitter struct {
	separator string
	at        int
	quoted    bool
	inside    bool // past the beginning of a cell
}

func (s *splitter) split(data []byte, atEOF bool) (int, []byte, error) {
	sep := byte(';')
	if len(s.separator) == 1 {
		sep = s.separator[0]
	}
	i := s.at
	for ; i < len(data); i++ {
		c := data[i]
		switch {
		case s.quoted && c == '"':
			if i+1 == len(data) && !atEOF {
				s.at = i // whether it is doubled is seen with the next
				return 0, nil, nil
			}
			if i+1 < len(data) && data[i+1] == '"' {
				i++
			} else {
				s.quoted = false
			}
		case s.quoted:
		case c == '\n':
			s.at, s.inside = 0, false
			return i + 1, data[:i+1], nil
		case c == '"' && !s.inside:
			s.quoted, s.inside = true, true
		default:
			s.inside = c != sep
		}
	}
	if atEOF && len(data) > 0 {
		s.at, s.quoted, s.inside = 0, false, false
		return len(data), data, nil
	}
	s.at = i
	return 0, nil, nil
}
