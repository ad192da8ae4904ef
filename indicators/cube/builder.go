package cube

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
)

// Builder collects cells in any order. Not safe for concurrent use.
//
// A cell set twice is never chosen between silently. Set twice to the same
// value and status it is a duplicate, set to different ones a conflict, and
// Build fails with all of them unless the fields say what to do.
type Builder struct {
	// AllowDuplicates keeps duplicates once (the one with the least source, by
	// name, line and column) instead of failing; Duplicates lists them.
	AllowDuplicates bool
	// Resolve, if set, is asked by Build for each cell in conflict, in the
	// order of rows and measures, with the cells set, sorted by source; it
	// returns the cell to keep, or false to fail with the conflict.
	Resolve func(k Key, measure string, cells []Cell) (Cell, bool)

	schema Schema
	index  map[string]int

	entityCode map[string]uint32
	entities   []string
	periodCode map[period.Period]uint32
	periods    []period.Period
	memberCode map[Members]uint32
	members    []Members
	rowCode    map[rowKey]uint32
	rows       []rowKey

	lastKey Key // as given
	lastRow uint32
	hasLast bool

	cols       []lanes
	sets       ReasonSets
	sources    sourceWriter
	extras     []extra
	duplicates Errors
}

type rowKey struct{ entity, period, member uint32 }

// extra is a cell set for a row and measure that had one.
type extra struct {
	row, measure uint32
	cell         Cell
}

// lanes grow with the rows; a lane that is short or nil holds zeros beyond.
type lanes struct {
	set     []uint64 // bitmap
	values  []float64
	status  []Status
	reasons []uint32
	sources []sourceRef
}

// NewBuilder returns an empty builder. The names of dimensions and of measures
// must be unique; the error is [Errors] of code [CodeSchema].
func NewBuilder(s Schema) (*Builder, error) {
	schema, index, err := checkSchema(s)
	if err != nil {
		return nil, err
	}
	b := &Builder{schema: schema, index: index}
	b.reset()
	return b, nil
}

func (b *Builder) reset() {
	b.entityCode, b.entities = map[string]uint32{}, nil
	b.periodCode, b.periods = map[period.Period]uint32{}, nil
	b.memberCode, b.members = map[Members]uint32{}, nil
	b.rowCode, b.rows = map[rowKey]uint32{}, nil
	b.hasLast = false
	b.cols = make([]lanes, len(b.schema.Measures))
	b.sets, b.sources, b.extras = ReasonSets{}, sourceWriter{}, nil
}

// Len is the number of different rows set so far.
func (b *Builder) Len() int { return len(b.rows) }

// AddRow makes sure that the row k is there, even with no cell set.
func (b *Builder) AddRow(k Key) error {
	if _, err := b.row(k); err != nil {
		return err
	}
	return nil
}

// Add adds the rows of c and its cells, those never set left out. The
// dimensions must be the builder's; every measure must be in its schema with
// the same unit. The error is [Errors] of code [CodeSchema], [CodeMeasure] and
// [CodeUnit], and then nothing was added.
func (b *Builder) Add(c *Cube) error {
	var errs Errors
	if !slices.Equal(c.dims, b.schema.Dimensions) {
		errs = append(errs, &Error{Code: CodeSchema, Text: fmt.Sprintf("the cube has the dimensions %q, not %q", c.dims, b.schema.Dimensions)})
	}
	to := make([]int, len(c.measures))
	for i, m := range c.measures {
		j, ok := b.index[m.ID]
		switch {
		case !ok:
			errs = append(errs, &Error{Code: CodeMeasure, Measure: m.ID, Text: fmt.Sprintf("measure %q is not in the schema", m.ID)})
		case b.schema.Measures[j].Unit != m.Unit:
			errs = append(errs, &Error{Code: CodeUnit, Measure: m.ID, Text: fmt.Sprintf("measure %q: unit %q in the cube, %q in the schema: convert it first", m.ID, m.Unit, b.schema.Measures[j].Unit)})
		}
		to[i] = j
	}
	if err := errs.Err(); err != nil {
		return err
	}
	for row := range c.Len() {
		k := c.Key(row)
		if err := b.AddRow(k); err != nil {
			return err
		}
		for m := range c.cols {
			col := &c.cols[m]
			cell := c.Cell(row, m)
			if cell.Status == Status(Missing) && cell.Source == (Source{}) && (col.reasons == nil || col.reasons[row] == 0) {
				continue
			}
			if err := b.SetAt(k, to[m], cell); err != nil {
				return err
			}
		}
	}
	return nil
}

// Set sets a cell. The error is an [*Error] with the cell's source as place:
// of code [CodeMeasure] for an unknown measure, [CodeKey] for a bad key,
// [CodeValue] for an observed NaN or infinity, [CodeStatus] for a status that
// is not valid; nothing is set then. A repeated cell is not an error here; see
// Build. Set keeps none of the cell's slices.
func (b *Builder) Set(k Key, measure string, c Cell) error {
	m, ok := b.index[measure]
	if !ok {
		return at(c, &Error{Code: CodeMeasure, Key: k, Measure: measure, Text: fmt.Sprintf("measure %q is not in the schema", clip(measure))})
	}
	return b.SetAt(k, m, c)
}

// SetAt is Set with the measure by its index in the schema; it panics if there
// is no such measure.
func (b *Builder) SetAt(k Key, measure int, c Cell) error {
	id := b.schema.Measures[measure].ID
	if !c.Status.Valid() {
		return at(c, &Error{Code: CodeStatus, Key: k, Measure: id, Text: fmt.Sprintf("measure %q: status %#x has unknown bits", id, uint16(c.Status))})
	}
	if !c.Status.Observed() {
		c.Value = 0
	} else if math.IsNaN(c.Value) || math.IsInf(c.Value, 0) {
		return at(c, &Error{Code: CodeValue, Key: k, Measure: id, Text: fmt.Sprintf("measure %q: %v is no value: set a cell that is not computable, with the reason", id, c.Value)})
	}
	if c.Value == 0 {
		c.Value = 0 // -0 too
	}
	row, err := b.row(k)
	if err != nil {
		err.Measure = id
		return at(c, err)
	}
	l := &b.cols[measure]
	if l.has(row) {
		c.Reasons = slices.Clone(c.Reasons)
		b.extras = append(b.extras, extra{row, uint32(measure), c})
		return nil
	}
	l.put(row)
	b.store(l, row, id, c)
	return nil
}

// at gives err the place of the cell's source.
func at(c Cell, err *Error) *Error {
	err.File, err.Line, err.Column = c.Source.Name, c.Source.Line, c.Source.Column
	return err
}

func (b *Builder) store(l *lanes, row uint32, measure string, c Cell) {
	l.values = grow(l.values, row, len(b.rows))
	l.values[row] = c.Value
	if c.Status != 0 || int(row) < len(l.status) {
		l.status = grow(l.status, row, len(b.rows))
		l.status[row] = c.Status
	}
	var code uint32
	if !implied(c, measure) {
		code = b.sets.Add(c.Reasons...)
	}
	if code != 0 || int(row) < len(l.reasons) {
		l.reasons = grow(l.reasons, row, len(b.rows))
		l.reasons[row] = code
	}
	ref := b.sources.ref(c.Source)
	if ref != 0 || int(row) < len(l.sources) {
		l.sources = grow(l.sources, row, len(b.rows))
		l.sources[row] = ref
	}
}

// implied reports whether the reasons are what the presence says by itself.
func implied(c Cell, measure string) bool {
	switch len(c.Reasons) {
	case 0:
		return true
	case 1:
		p := c.Status.Presence()
		return p != Observed && c.Reasons[0] == Reason{Code: presenceReasons[p], Subject: measure}
	}
	return false
}

// load returns a stored cell.
func (b *Builder) load(row, measure uint32) Cell {
	l := &b.cols[measure]
	c := Cell{Value: l.values[row]}
	if int(row) < len(l.status) {
		c.Status = l.status[row]
	}
	if int(row) < len(l.reasons) {
		c.Reasons = b.sets.Set(l.reasons[row])
	}
	if int(row) < len(l.sources) {
		c.Source = b.sources.get(l.sources[row])
	}
	return c
}

func (l *lanes) has(row uint32) bool {
	return int(row>>6) < len(l.set) && l.set[row>>6]&(1<<(row&63)) != 0
}

func (l *lanes) put(row uint32) {
	for int(row>>6) >= len(l.set) {
		l.set = append(l.set, 0)
	}
	l.set[row>>6] |= 1 << (row & 63)
}

// grow returns s with room for index i, at least; n is the number of rows.
func grow[T any](s []T, i uint32, n int) []T {
	if int(i) < len(s) {
		return s
	}
	if n > cap(s) {
		s = slices.Grow(s, n-len(s))
	}
	return s[:n]
}

// row returns the row number of k, new or not.
func (b *Builder) row(k Key) (uint32, *Error) {
	if b.hasLast && k == b.lastKey {
		return b.lastRow, nil
	}
	given := k
	e, known := b.entityCode[k.Entity]
	if !known || k.Members != "" || k.Period.IsZero() {
		var err *Error
		if k, err = checkKey(k, len(b.schema.Dimensions)); err != nil {
			return 0, err
		}
	}
	if !known {
		k.Entity = strings.Clone(k.Entity)
		given.Entity = k.Entity
		e = uint32(len(b.entities))
		b.entities = append(b.entities, k.Entity)
		b.entityCode[k.Entity] = e
	}
	p, ok := b.periodCode[k.Period]
	if !ok {
		p = uint32(len(b.periods))
		b.periods = append(b.periods, k.Period)
		b.periodCode[k.Period] = p
	}
	m, ok := b.memberCode[k.Members]
	if !ok {
		m = uint32(len(b.members))
		k.Members = Members(strings.Clone(string(k.Members)))
		b.members = append(b.members, k.Members)
		b.memberCode[k.Members] = m
	}
	rk := rowKey{e, p, m}
	row, ok := b.rowCode[rk]
	if !ok {
		if len(b.rows) == math.MaxInt32 {
			return 0, &Error{Code: CodeLimit, Key: k, Text: "more than 2147483647 rows"}
		}
		row = uint32(len(b.rows))
		b.rows = append(b.rows, rk)
		b.rowCode[rk] = row
	}
	b.lastKey, b.lastRow, b.hasLast = given, row, true
	return row, nil
}

func (b *Builder) key(row uint32) Key {
	r := b.rows[row]
	return Key{Entity: b.entities[r.entity], Period: b.periods[r.period], Members: b.members[r.member]}
}
