package opendata

import (
	"slices"
	"strings"
)

// Code is the stable kind of an error. It is an error itself, for errors.Is.
type Code string

// The codes.
const (
	CodeConfig  Code = "config"  // a field of the Publication
	CodeMeasure Code = "measure" // a cube has a measure that the catalogue has not
	CodeWrite   Code = "write"   // a description cannot be written
)

// Error makes a Code a target for errors.Is.
func (c Code) Error() string { return string(c) }

// Error is one thing for which an edition cannot be made.
type Error struct {
	Code  Code
	Field string // of the Publication, or the file
	Text  string // what is wrong and what to write
	Err   error  // cause, may be nil
}

// Error is "field: text: cause".
func (e *Error) Error() string {
	s := "opendata: " + e.Field + ": " + e.Text
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is reports whether target is e's Code.
func (e *Error) Is(target error) bool { return target == e.Code }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors is everything for which an edition cannot be made, sorted by field.
type Errors []*Error

// Error is all of them, one a line.
func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors of the list.
func (l Errors) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

func (l Errors) err() error {
	if len(l) == 0 {
		return nil
	}
	slices.SortStableFunc(l, func(a, b *Error) int { return strings.Compare(a.Field, b.Field) })
	return l
}
