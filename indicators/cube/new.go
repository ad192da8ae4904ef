package cube

import (
	"fmt"
	"math"
	"slices"
)

// ColumnData is a whole column for [New] and [Cube.Derive], which take over its
// slices: do not use them afterwards.
type ColumnData struct {
	Values  []float64 // one a row; ignored where not observed
	Status  []Status  // one a row, or nil: all plain
	Reasons []uint32  // codes in the ReasonSets, one a row, or nil: none
	Sources []Source  // one a row, or nil: Source for all
	Source  Source
}

// New returns a cube of whole columns, one for each measure of the schema, over
// keys in any order. Sets holds the reasons, and may be nil if no column has
// any; it may be added to afterwards. The error is [Errors]: of repeated keys
// (CodeDuplicate), bad keys, values that are not finite, statuses that are not
// valid. New panics if the lengths differ.
func New(s Schema, keys []Key, cols []ColumnData, sets *ReasonSets) (*Cube, error) {
	if len(cols) != len(s.Measures) {
		panic(fmt.Sprintf("cube: %d columns for %d measures", len(cols), len(s.Measures)))
	}
	b, err := NewBuilder(s)
	if err != nil {
		return nil, err
	}
	var bad problems
	var first []int // by row: index in keys
	for i, k := range keys {
		row, err := b.row(k)
		switch {
		case err != nil:
			bad.add(err)
		case int(row) < len(first):
			bad.add(&Error{Code: CodeDuplicate, Key: k, Text: fmt.Sprintf("%s: the key is given twice, at index %d and %d", k, first[row], i)})
		default:
			first = append(first, i)
		}
	}
	if err := bad.list(); err != nil {
		return nil, err
	}
	r, perm := newRows(b.schema.Dimensions, b.entities, b.periods, b.members, b.rows)
	out, err := r.columns(b.schema.Measures, cols, sets, perm)
	if err != nil {
		return nil, err
	}
	return newCube(r, b.schema.Measures, b.index, out), nil
}

// Derive returns a cube over the same rows, with other measures: the columns
// are in the order of c's rows. Nothing is sorted or looked up. It takes what
// [New] takes, and fails and panics like it.
func (c *Cube) Derive(measures []Measure, cols []ColumnData, sets *ReasonSets) (*Cube, error) {
	if len(cols) != len(measures) {
		panic(fmt.Sprintf("cube: %d columns for %d measures", len(cols), len(measures)))
	}
	s, index, err := checkSchema(Schema{Measures: measures})
	if err != nil {
		return nil, err
	}
	out, err := c.columns(s.Measures, cols, sets, nil)
	if err != nil {
		return nil, err
	}
	return newCube(c.rows, s.Measures, index, out), nil
}

// Select returns a cube over the same rows with the given measures, in that
// order, sharing the columns. The error is of code [CodeMeasure].
func (c *Cube) Select(measures ...string) (*Cube, error) {
	var errs Errors
	var s Schema
	cols := make([]column, 0, len(measures))
	for _, id := range measures {
		m, ok := c.index[id]
		if !ok {
			errs = append(errs, &Error{Code: CodeMeasure, Measure: id, Text: fmt.Sprintf("measure %q is not in the cube", clip(id))})
			continue
		}
		s.Measures = append(s.Measures, c.measures[m])
		cols = append(cols, c.cols[m])
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	s, index, err := checkSchema(s)
	if err != nil {
		return nil, err
	}
	return newCube(c.rows, s.Measures, index, cols), nil
}

// With returns c with the measures of d after its own. Both must have the very
// same rows, as cubes that were derived from one another have, and no measure
// in common; else the error is of code [CodeSchema].
func (c *Cube) With(d *Cube) (*Cube, error) {
	if !c.SameRows(d) {
		return nil, &Error{Code: CodeSchema, Text: "the cubes have different rows: add both to a Builder"}
	}
	s, index, err := checkSchema(Schema{Measures: slices.Concat(c.measures, d.measures)})
	if err != nil {
		return nil, err
	}
	return newCube(c.rows, s.Measures, index, slices.Concat(c.cols, d.cols)), nil
}

// SameRows reports whether c and d have the same dimensions and keys.
func (c *Cube) SameRows(d *Cube) bool {
	return c.rows == d.rows || slices.Equal(c.dims, d.dims) && slices.Equal(c.entities, d.entities) &&
		slices.Equal(c.periods, d.periods) && slices.Equal(c.members, d.members) &&
		slices.Equal(c.entity, d.entity) && slices.Equal(c.period, d.period) && slices.Equal(c.member, d.member)
}

// columns checks and normalises columns.
func (r *rows) columns(measures []Measure, cols []ColumnData, sets *ReasonSets, perm []uint32) ([]column, error) {
	var bad problems
	var w sourceWriter
	var all [][]Reason
	if sets != nil {
		all = slices.Clip(sets.sets)
	}
	n := len(r.period)
	out := make([]column, len(cols))
	for i, d := range cols {
		if len(d.Values) != n || d.Status != nil && len(d.Status) != n || d.Reasons != nil && len(d.Reasons) != n || d.Sources != nil && len(d.Sources) != n {
			panic(fmt.Sprintf("cube: measure %q: lanes of %d, %d, %d, %d for %d rows", measures[i].ID, len(d.Values), len(d.Status), len(d.Reasons), len(d.Sources), n))
		}
		c := column{values: permute(d.Values, perm), status: permute(d.Status, perm), reasons: permute(d.Reasons, perm), sets: all}
		if c.values == nil {
			c.values = []float64{}
		}
		if d.Sources != nil {
			refs := make([]sourceRef, n)
			for row, s := range d.Sources {
				refs[row] = w.ref(s)
			}
			c.sources = permute(refs, perm)
		} else if d.Source != (Source{}) {
			c.sources = slices.Repeat([]sourceRef{w.ref(d.Source)}, n)
		}
		c.normalise(func(row int, code Code, what string) {
			k := r.key(row)
			bad.add(&Error{Code: code, Key: k, Measure: measures[i].ID, Text: fmt.Sprintf("%s: measure %q: %s", k, measures[i].ID, what)})
		})
		c.trim()
		out[i] = c
	}
	if err := bad.list(); err != nil {
		return nil, err
	}
	for i := range out {
		out[i].origins = &w.sources
	}
	return out, nil
}

// normalise brings values to what a cube holds and reports what it cannot hold.
func (c *column) normalise(report func(row int, code Code, what string)) {
	for row, v := range c.values {
		if c.status != nil && c.status[row] != 0 {
			s := c.status[row]
			if !s.Valid() {
				report(row, CodeStatus, fmt.Sprintf("status %#x has unknown bits", uint16(s)))
			}
			if !s.Observed() {
				c.values[row] = 0
				continue
			}
		}
		if v == 0 {
			c.values[row] = 0
		} else if math.IsNaN(v) || math.IsInf(v, 0) {
			report(row, CodeValue, fmt.Sprintf("%v is no value: give the status not computable, with the reason", v))
		}
	}
	for row, code := range c.reasons {
		if int(code) > len(c.sets) {
			report(row, CodeValue, fmt.Sprintf("reason code %d of %d", code, len(c.sets)))
		}
	}
}

func (r *rows) key(row int) Key {
	return Key{Entity: r.entities[r.entity[row]], Period: r.periods[r.period[row]], Members: r.members[r.member[row]]}
}
