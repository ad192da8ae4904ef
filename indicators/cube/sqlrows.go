package cube

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

// Rows is what [ReadRows] reads: *sql.Rows of any driver.
type Rows interface {
	Columns() ([]string, error)
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// RowsConfig says what the columns of a query are. Names are matched as they
// are written and, failing that, without regard to case. Other columns are
// ignored.
type RowsConfig struct {
	Schema Schema // dimensions and measures; needed

	// Name is the Name of the cells' sources; their Line is the number of the
	// record and their Column that of the field, from 1. "" leaves sources out.
	Name string

	Entity      string // default "entity"
	EntityWidth int    // entities that come as integers get zeros on the left to this width, for codes: 5

	Period   string         // default "period"; not used if At is set
	At       period.Period  // the period of every row
	Freq     period.Freq    // frequency of the periods: dates and finer periods become the period around them
	Location *time.Location // in which dates are read; default: each date's own

	Dimensions map[string]string // column by dimension; default its id

	// Tidy: Measure and Value name the columns; one record a cell. Wide, if
	// Measure is "": a column for each measure, by its id or by Columns.
	Measure, Value string
	Columns        map[string]string // column by measure

	// Status names a column with the text of Status.String; in wide tables it
	// is the suffix of the column that stands beside each measure's, default
	// "_status". The columns may lack; NULL and "" are observed, or missing
	// where there is no value. In tidy tables the default is "status".
	Status string

	AllowDuplicates bool // as in Builder
	Limits          Limits
}

// ReadRows reads all rows into a cube; the caller closes them. NULL is missing.
// Numbers may come as integers, floats or decimal text, entities and members as
// text or integers, periods as text, as integers (years), or as time.Time, of
// which Freq tells the period. A number that float64 does not hold exactly is
// an error if it comes as an integer.
//
// The error is [Errors] with the number of the record (Line) and of the field
// (Column) of everything wrong, of code [CodeSchema] for columns that lack and
// [CodeRead] if the database fails.
func ReadRows(rows Rows, cfg RowsConfig) (*Cube, error) {
	d := rowsReader{cfg: cfg, limits: cfg.Limits.withDefaults()}
	var err error
	if d.b, err = NewBuilder(cfg.Schema); err != nil {
		return nil, err
	}
	d.b.AllowDuplicates = cfg.AllowDuplicates
	if d.names, err = rows.Columns(); err != nil {
		return nil, Errors{{Code: CodeRead, File: cfg.Name, Text: "no columns", Err: err}}
	}
	d.plan()
	if errs := d.bad.list(); errs != nil {
		return nil, errs
	}
	d.fields = make([]any, len(d.names))
	into := make([]any, len(d.names))
	for i := range into {
		into[i] = &d.fields[i]
	}
	for rows.Next() {
		d.record++
		if err := rows.Scan(into...); err != nil {
			d.wrong(-1, CodeRead, "the record cannot be read: %v", err)
			continue
		}
		d.read()
		if err := d.limits.checkSize(len(d.b.rows), len(d.b.schema.Measures)); err != nil {
			d.wrong(-1, err.Code, "%s", err.Text)
			break
		}
	}
	if err := rows.Err(); err != nil {
		d.bad.add(&Error{Code: CodeRead, File: cfg.Name, Line: d.record + 1, Text: "the database failed", Err: err})
	}
	if errs := d.bad.list(); errs != nil {
		return nil, errs
	}
	return d.b.Build()
}

type rowsReader struct {
	cfg    RowsConfig
	limits Limits
	b      *Builder
	bad    problems
	names  []string
	fields []any
	record int

	entity, period, measure int // fields; -1 none
	dims                    []int
	values                  []rowsValue // one, of measure -1, if tidy
}

type rowsValue struct{ measure, value, status int }

func (d *rowsReader) wrong(field int, code Code, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if field >= 0 {
		text = fmt.Sprintf("column %q: %s", d.names[field], text)
	}
	d.bad.add(&Error{Code: code, File: d.cfg.Name, Line: d.record, Column: field + 1, Text: text})
}

// plan finds the columns.
func (d *rowsReader) plan() {
	or := func(s, def string) string {
		if s == "" {
			return def
		}
		return s
	}
	d.entity = d.find(or(d.cfg.Entity, csvColumns[colEntity]), true)
	d.period = -1
	if d.cfg.At.IsZero() {
		d.period = d.find(or(d.cfg.Period, csvColumns[colPeriod]), true)
	}
	for _, dim := range d.cfg.Schema.Dimensions {
		d.dims = append(d.dims, d.find(or(d.cfg.Dimensions[dim], dim), true))
	}
	d.measure = -1
	if d.cfg.Measure != "" {
		d.measure = d.find(d.cfg.Measure, true)
		d.values = []rowsValue{{-1, d.find(or(d.cfg.Value, csvColumns[colValue]), true), d.find(or(d.cfg.Status, csvColumns[colStatus]), d.cfg.Status != "")}}
		return
	}
	for i, m := range d.cfg.Schema.Measures {
		name := or(d.cfg.Columns[m.ID], m.ID)
		d.values = append(d.values, rowsValue{i, d.find(name, true), d.find(name+or(d.cfg.Status, "_status"), false)})
	}
}

// find returns the field of a column, or -1.
func (d *rowsReader) find(name string, needed bool) int {
	if i := slices.Index(d.names, name); i >= 0 {
		if slices.Contains(d.names[i+1:], name) {
			d.bad.add(&Error{Code: CodeSchema, File: d.cfg.Name, Text: fmt.Sprintf("column %q is there twice: name it with AS", name)})
		}
		return i
	}
	found := -1
	for i, n := range d.names {
		if strings.EqualFold(n, name) {
			if found >= 0 {
				d.bad.add(&Error{Code: CodeSchema, File: d.cfg.Name, Text: fmt.Sprintf("column %q may be %q or %q", name, d.names[found], n)})
			}
			found = i
		}
	}
	if found < 0 && needed {
		d.bad.add(&Error{Code: CodeSchema, File: d.cfg.Name, Text: fmt.Sprintf("column %q is not there: the columns are %q", name, d.names)})
	}
	return found
}

// read reads a record.
func (d *rowsReader) read() {
	before := len(d.bad.errs) + d.bad.dropped
	k := Key{Entity: d.text(d.entity, d.cfg.EntityWidth), Period: d.cfg.At}
	if k.Entity == "" {
		d.wrong(d.entity, CodeKey, "no entity")
	}
	if d.period >= 0 {
		k.Period = d.periodOf(d.period)
	}
	if len(d.dims) > 0 {
		member := make([]string, len(d.dims))
		for i, f := range d.dims {
			member[i] = d.text(f, 0)
		}
		k.Members = MembersOf(member...)
	}
	if len(d.bad.errs)+d.bad.dropped > before {
		return
	}
	if err := d.b.AddRow(k); err != nil {
		d.wrong(d.entity, CodeKey, "%v", err)
		return
	}
	for _, v := range d.values {
		m := v.measure
		if m < 0 {
			id := d.text(d.measure, 0)
			var ok bool
			if m, ok = d.b.index[id]; !ok {
				d.wrong(d.measure, CodeMeasure, "measure %q is not in the schema", clip(id))
				continue
			}
		}
		c, ok := d.cell(v)
		if !ok {
			continue
		}
		if d.cfg.Name != "" {
			c.Source = Source{Name: d.cfg.Name, Line: d.record, Column: v.value + 1}
		}
		if err := d.b.SetAt(k, m, c); err != nil {
			var e *Error
			if errors.As(err, &e) {
				d.wrong(v.value, e.Code, "%s", e.Text)
			}
		}
	}
}

func (d *rowsReader) cell(v rowsValue) (c Cell, ok bool) {
	x, ok := d.plain(v.value)
	if !ok {
		return c, false
	}
	if x == nil {
		c.Status = Status(Missing)
	} else if c.Value, ok = d.number(x, v.value); !ok {
		return c, false
	}
	if v.status < 0 {
		return c, true
	}
	text := d.text(v.status, 0)
	if text == "" {
		return c, true
	}
	s, err := ParseStatus(text)
	if err != nil {
		d.wrong(v.status, CodeStatus, "%v", err)
		return c, false
	}
	if s.Observed() != (x != nil) {
		is := "NULL"
		if x != nil {
			is = fmt.Sprint(c.Value)
		}
		d.wrong(v.status, CodeStatus, "status %q, and the value is %s", text, is)
		return c, false
	}
	c.Status = s
	return c, true
}

// plain returns a field as one of the types of driver.Value.
func (d *rowsReader) plain(field int) (any, bool) {
	x := d.fields[field]
	if v, ok := x.(driver.Valuer); ok {
		var err error
		if x, err = v.Value(); err != nil {
			d.wrong(field, CodeValue, "%v", err)
			return nil, false
		}
	}
	switch x := x.(type) {
	case []byte:
		if x == nil {
			return nil, true
		}
		return string(x), true
	case int:
		return int64(x), true
	case int32:
		return int64(x), true
	case int16:
		return int64(x), true
	case int8:
		return int64(x), true
	case uint8:
		return int64(x), true
	case uint16:
		return int64(x), true
	case uint32:
		return int64(x), true
	case uint64:
		if x <= 1<<63-1 {
			return int64(x), true
		}
		return strconv.FormatUint(x, 10), true
	case float32:
		// The shortest decimal of the float32: 0.1 stays 0.1.
		return strconv.FormatFloat(float64(x), 'g', -1, 32), true
	}
	return x, true
}

func (d *rowsReader) number(x any, field int) (float64, bool) {
	switch x := x.(type) {
	case float64:
		return x, true
	case int64:
		if v := float64(x); v >= -1<<63 && v < 1<<63 && int64(v) == x {
			return v, true
		}
		d.wrong(field, CodeValue, "%d is not exact as a float64: divide or round it in the query", x)
		return 0, false
	case string:
		if strings.Trim(x, "0123456789+-.eE") == "" {
			if v, err := strconv.ParseFloat(x, 64); err == nil {
				return v, true
			}
		}
		d.wrong(field, CodeValue, "%q is not a decimal number; NULL is missing", clip(x))
		return 0, false
	}
	d.wrong(field, CodeValue, "%T is not a number: CAST it in the query", x)
	return 0, false
}

// text returns a field as text, integers with zeros on the left to width; ""
// for NULL and, with an error, for what is no text.
func (d *rowsReader) text(field, width int) string {
	x, ok := d.plain(field)
	if !ok || x == nil {
		return ""
	}
	switch x := x.(type) {
	case string:
		return x
	case int64:
		if x >= 0 {
			return fmt.Sprintf("%0*d", width, x)
		}
		return strconv.FormatInt(x, 10)
	}
	d.wrong(field, CodeKey, "%T is neither text nor an integer: CAST it in the query", x)
	return ""
}

// dateLayouts are how databases without a date type write times.
var dateLayouts = [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"}

func (d *rowsReader) periodOf(field int) period.Period {
	x, ok := d.plain(field)
	if !ok {
		return period.Period{}
	}
	switch x := x.(type) {
	case nil:
		d.wrong(field, CodeKey, "no period")
	case time.Time:
		return d.periodAt(x, field)
	case int64:
		if x < 1 || x > 9999 {
			d.wrong(field, CodeKey, "%d is not a year", x)
			break
		}
		return d.widen(fmt.Sprintf("%04d", x), field)
	case string:
		for _, layout := range dateLayouts {
			if t, err := time.Parse(layout, x); err == nil {
				return d.periodAt(t, field)
			}
		}
		return d.widen(x, field)
	default:
		d.wrong(field, CodeKey, "%T is not a period: write it as text or as a date", x)
	}
	return period.Period{}
}

func (d *rowsReader) periodAt(t time.Time, field int) (p period.Period) {
	if d.cfg.Freq == period.None {
		d.wrong(field, CodeKey, "%s is a time: set Freq", t.Format(time.RFC3339))
		return p
	}
	loc := d.cfg.Location
	if loc == nil {
		loc = t.Location()
	}
	if p = period.Of(t, d.cfg.Freq, loc); p.IsZero() {
		d.wrong(field, CodeKey, "%s is in no period of frequency %s", t.Format(time.RFC3339), d.cfg.Freq)
	}
	return p
}

// widen parses a period and brings it to the frequency asked for.
func (d *rowsReader) widen(s string, field int) period.Period {
	p, err := period.Parse(s)
	if err != nil {
		d.wrong(field, CodeKey, "period %q: %v", clip(s), err)
		return period.Period{}
	}
	if d.cfg.Freq == period.None || p.Freq() == d.cfg.Freq {
		return p
	}
	q, ok := p.Enclosing(d.cfg.Freq)
	if !ok {
		d.wrong(field, CodeKey, "period %q lies in no period of frequency %s", clip(s), d.cfg.Freq)
	}
	return q
}
