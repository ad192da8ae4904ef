package cube

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// ReadConfig says what [ReadCSV] expects. The zero value takes dimensions and
// measures from the input.
type ReadConfig struct {
	// File names the input in errors, and in the sources of cells if the input
	// has no source column.
	File string
	// Schema, if it has measures, is what the input must hold: every
	// dimension, no other column, no other measure, the same units.
	Schema Schema
	// Units reads units where Schema has no measures.
	Units unit.Registry
	// AllowDuplicates is as in Builder.
	AllowDuplicates bool
	Limits          Limits
}

// ReadCSV reads the tidy CSV that [WriteCSV] writes, strictly: it is a format
// for machines, and what people type is read by package collect. Columns are
// found by name, in any order; entity, period, measure and value must be
// there. Every other column that is not one of WriteCSV's is a dimension.
// Without a status column the SDMX codes are read, and without those an empty
// value is missing; where there are both, they must agree.
//
// The error is [Errors] with the line, the field (Column) and the byte (Offset)
// of everything wrong; after broken quoting the rest is not read. Without a
// Schema, measures come in the order in which they first occur and units are as
// their code reads, see package unit.
func ReadCSV(r io.Reader, cfg ReadConfig) (*Cube, error) {
	d := csvReader{cfg: cfg, s: newScanner(r, cfg.Limits.withDefaults()), periods: map[string]period.Period{}, statuses: map[string]Status{}}
	d.limits = d.s.limits
	if d.header() {
		for d.s.scan(d.fields) {
			if !d.record() {
				break
			}
		}
	}
	var err *Error
	if errors.As(d.s.err, &err) {
		d.add(err)
	}
	if errs := d.bad.list(); errs != nil {
		return nil, errs
	}
	return d.b.Build()
}

// csvReader reads records into a builder.
type csvReader struct {
	cfg    ReadConfig
	limits Limits
	s      *scanner
	b      *Builder
	bad    problems

	fields  int                  // in a record
	places  map[string]int       // field by column name
	columns [len(csvColumns)]int // field by column, -1 none
	dims    []int                // field by dimension
	units   []string             // text of the unit by measure

	periods  map[string]period.Period
	statuses map[string]Status
	member   []byte
	lines    [][]uint32 // by measure and row: the line of the cell
}

func (d *csvReader) add(e *Error) {
	e.File = d.cfg.File
	d.bad.add(e)
}

// wrong adds an error at a field.
func (d *csvReader) wrong(field int, code Code, format string, args ...any) {
	d.add(&Error{Code: code, Line: d.s.start, Column: field + 1, Offset: d.s.places[field], Text: fmt.Sprintf(format, args...)})
}

// maxColumns bounds the fields of a header.
const maxColumns = 1000

// header reads the first record; false if nothing can be read after it.
func (d *csvReader) header() bool {
	if !d.s.scan(maxColumns) {
		if d.s.err == nil {
			d.add(&Error{Code: CodeSchema, Line: 1, Text: "the input is empty: write a header"})
		}
		return false
	}
	schema := d.cfg.Schema
	infer := len(schema.Measures) == 0
	d.places = make(map[string]int)
	for c := range d.columns {
		d.columns[c] = -1
	}
	for i := range d.s.ends {
		name := string(d.s.field(i))
		if _, dup := d.places[name]; dup {
			d.wrong(i, CodeSchema, "column %q is there twice", clip(name))
			continue
		}
		d.places[name] = i
		if c := slices.Index(csvColumns[:], name); c >= 0 {
			d.columns[c] = i
			continue
		}
		if infer && len(schema.Dimensions) == 0 || slices.Contains(d.cfg.Schema.Dimensions, name) {
			continue
		}
		d.wrong(i, CodeSchema, "column %q is not in the schema: its dimensions are %q", clip(name), d.cfg.Schema.Dimensions)
	}
	need := []string{csvColumns[colEntity], csvColumns[colPeriod], csvColumns[colMeasure], csvColumns[colValue]}
	if infer && len(schema.Dimensions) == 0 {
		for i := range d.s.ends {
			if name := string(d.s.field(i)); !slices.Contains(csvColumns[:], name) {
				schema.Dimensions = append(schema.Dimensions, name)
			}
		}
	}
	for _, name := range slices.Concat(need, schema.Dimensions) {
		if _, ok := d.places[name]; !ok {
			d.add(&Error{Code: CodeSchema, Line: 1, Text: fmt.Sprintf("column %q is not there", clip(name))})
		}
	}
	for _, name := range schema.Dimensions {
		d.dims = append(d.dims, d.places[name])
	}
	d.fields = len(d.s.ends)
	if len(d.bad.errs) > 0 {
		return false
	}
	b, err := NewBuilder(schema)
	if err != nil {
		var list Errors
		if errors.As(err, &list) {
			for _, e := range list {
				e.Line = 1
				d.add(e)
			}
		}
		return false
	}
	b.AllowDuplicates = d.cfg.AllowDuplicates
	d.b = b
	for _, m := range schema.Measures {
		d.units = append(d.units, m.Unit.String())
	}
	return true
}

// text returns the field of a column, and where it is; -1 if there is none.
func (d *csvReader) text(column int) ([]byte, int) {
	i := d.columns[column]
	if i < 0 {
		return nil, -1
	}
	return d.s.field(i), i
}

// record reads a cell; false if reading must stop.
func (d *csvReader) record() bool {
	if n := len(d.s.ends); n != d.fields {
		d.wrong(n-1, CodeSyntax, "%d fields, the header has %d", n, d.fields)
		return true
	}
	before := len(d.bad.errs) + d.bad.dropped
	k := d.key()
	m := d.measure()
	cell := d.cell()
	if len(d.bad.errs)+d.bad.dropped > before {
		return true
	}
	row, err := d.b.row(k)
	if err != nil {
		d.wrong(d.columns[colEntity], err.Code, "%s", err.Text)
		return true
	}
	if err := d.limits.checkSize(len(d.b.rows), len(d.b.schema.Measures)); err != nil {
		d.wrong(0, err.Code, "%s", err.Text)
		return false
	}
	if d.b.cols[m].has(row) {
		e := pair(k, d.b.schema.Measures[m].ID, d.b.load(row, uint32(m)), cell)
		if e.Code == CodeDuplicate && d.cfg.AllowDuplicates {
			return d.set(k, m, cell)
		}
		e.Line, e.Column, e.Offset = d.s.start, d.columns[colValue]+1, d.s.places[d.columns[colValue]]
		e.Text += fmt.Sprintf("; the first is in line %d", d.lines[m][row])
		d.add(e)
		return true
	}
	for len(d.lines) <= m {
		d.lines = append(d.lines, nil)
	}
	d.lines[m] = grow(d.lines[m], row, len(d.b.rows))
	d.lines[m][row] = uint32(d.s.start)
	return d.set(k, m, cell)
}

// set sets a cell whose key, measure and status were checked.
func (d *csvReader) set(k Key, m int, cell Cell) bool {
	if err := d.b.SetAt(k, m, cell); err != nil {
		d.wrong(d.columns[colValue], CodeValue, "%v", err)
	}
	return true
}

func (d *csvReader) key() Key {
	entity, at := d.text(colEntity)
	k := Key{}
	if code, ok := d.b.entityCode[string(entity)]; ok {
		k.Entity = d.b.entities[code]
	} else if k.Entity = string(entity); k.Entity == "" {
		d.wrong(at, CodeKey, "the entity is empty: write its code")
	}
	text, at := d.text(colPeriod)
	p, ok := d.periods[string(text)]
	if !ok {
		var err error
		if p, err = period.Parse(string(text)); err != nil {
			d.wrong(at, CodeKey, "period %q: %v", clip(string(text)), err)
		} else if p.String() != string(text) {
			d.wrong(at, CodeKey, "period %q: write %q", clip(string(text)), p)
		} else if len(d.periods) < 1<<16 {
			d.periods[string(text)] = p
		}
	}
	k.Period = p
	d.member = d.member[:0]
	total := true
	for i, f := range d.dims {
		if i > 0 {
			d.member = append(d.member, '|')
		}
		text := d.s.field(f)
		total = total && len(text) == 0
		if bytes.ContainsAny(text, "|\x00") {
			d.wrong(f, CodeKey, "member %q: a member has no \"|\" and no NUL", clip(string(text)))
		}
		d.member = append(d.member, text...)
	}
	if total {
		return k
	}
	if code, ok := d.b.memberCode[Members(d.member)]; ok {
		k.Members = d.b.members[code]
	} else {
		k.Members = Members(d.member)
	}
	return k
}

// measure returns the index of the record's measure, new if it may be.
func (d *csvReader) measure() int {
	id, at := d.text(colMeasure)
	u, unitAt := d.text(colUnit)
	m, ok := d.b.index[string(id)]
	if ok {
		if unitAt >= 0 && string(u) != d.units[m] {
			d.wrong(unitAt, CodeUnit, "measure %q: unit %q, it is %q", id, clip(string(u)), d.units[m])
		}
		return m
	}
	if len(d.cfg.Schema.Measures) > 0 {
		d.wrong(at, CodeMeasure, "measure %q is not in the schema", clip(string(id)))
		return 0
	}
	measure := Measure{ID: string(id)}
	if _, _, err := checkSchema(Schema{Measures: []Measure{measure}}); err != nil {
		d.wrong(at, CodeMeasure, "%v", err)
		return 0
	}
	if len(u) > 0 {
		var err error
		if measure.Unit, err = d.cfg.Units.Parse(string(u)); err != nil {
			d.wrong(unitAt, CodeUnit, "unit %q: %v", clip(string(u)), err)
			return 0
		}
	}
	m = len(d.b.schema.Measures)
	d.b.schema.Measures = append(d.b.schema.Measures, measure)
	d.b.index[measure.ID] = m
	d.b.cols = append(d.b.cols, lanes{})
	d.units = append(d.units, string(u))
	return m
}

func (d *csvReader) cell() (c Cell) {
	value, at := d.text(colValue)
	if len(value) > 0 {
		var ok bool
		if c.Value, ok = parseNumber(string(value)); !ok {
			d.wrong(at, CodeValue, "value %q is not a decimal number: write digits, a point, an exponent if any; nothing where there is no value", clip(string(value)))
			return c
		}
	}
	c.Status = d.status(len(value) > 0)
	if text, at := d.text(colReason); len(text) > 0 {
		var err error
		if c.Reasons, err = ParseReasons(string(text)); err != nil {
			d.wrong(at, CodeSyntax, "%v", err)
		}
	}
	if text, sourceAt := d.text(colSource); sourceAt >= 0 {
		if len(text) > 0 {
			c.Source = ParseSource(string(text))
		}
	} else if d.cfg.File != "" {
		c.Source = Source{Name: d.cfg.File, Line: d.s.start, Column: at + 1}
	}
	return c
}

// status reads and compares the three columns of the status.
func (d *csvReader) status(hasValue bool) Status {
	text, at := d.text(colStatus)
	obs, obsAt := d.text(colObs)
	conf, confAt := d.text(colConf)
	if at < 0 || len(text) == 0 {
		s, _, err := FromSDMX(SDMX{string(obs), string(conf)}, hasValue)
		if err != nil {
			d.wrong(max(obsAt, confAt), CodeStatus, "%v", err)
		}
		return s
	}
	s, ok := d.statuses[string(text)]
	if !ok {
		var err error
		if s, err = ParseStatus(string(text)); err != nil {
			d.wrong(at, CodeStatus, "%v", err)
			return 0
		}
		if len(d.statuses) < 1<<12 {
			d.statuses[string(text)] = s
		}
	}
	if s.Observed() != hasValue {
		what := "there is no value"
		if hasValue {
			what = "there is a value"
		}
		d.wrong(at, CodeStatus, "status %q, and %s", text, what)
		return s
	}
	code, _ := s.SDMX()
	if obsAt >= 0 && len(obs) > 0 && string(obs) != code.Obs {
		d.wrong(obsAt, CodeStatus, "obs_status %q, and status %q is %q", clip(string(obs)), text, code.Obs)
	}
	// Several codes say primary and secondary; any of them agrees.
	if as, ok := confOf[string(conf)]; confAt >= 0 && len(conf) > 0 && (!ok || as.as != s.Confidentiality()) {
		d.wrong(confAt, CodeStatus, "conf_status %q, and status %q is %q", clip(string(conf)), text, code.Conf)
	}
	return s
}
