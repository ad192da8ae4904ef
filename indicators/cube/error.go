package cube

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Code is the stable kind of an error. It is an error itself, so that
//
//	errors.Is(err, cube.CodeConflict)
//
// finds the kind in any error of this package.
type Code string

// The codes.
const (
	CodeDuplicate Code = "duplicate" // a cell or row given twice, alike
	CodeConflict  Code = "conflict"  // a cell given twice, differently
	CodeMeasure   Code = "measure"   // unknown measure
	CodeKey       Code = "key"       // bad entity, period or members
	CodeValue     Code = "value"     // not a finite number
	CodeStatus    Code = "status"    // unknown or contradictory status
	CodeUnit      Code = "unit"      // bad unit, or not that of the measure
	CodeSchema    Code = "schema"    // bad or repeated names, columns that lack
	CodeSyntax    Code = "syntax"    // not well-formed CSV, reason or source
	CodeLimit     Code = "limit"     // larger than the limits allow
	CodeRead      Code = "read"      // the reader or the database failed
	CodeMore      Code = "more"      // last of a list that was cut
)

// Error makes a Code a target for errors.Is.
func (c Code) Error() string { return "cube: " + string(c) }

// MaxErrors is the number of errors after which [Errors] are cut; the last
// then has CodeMore and says how many were left out.
const MaxErrors = 100

// Error is one thing wrong, with its place in the input and in the cube as far
// as known.
type Error struct {
	Code    Code
	File    string // of the input, or of the cell's source
	Line    int    // from 1; the record number for SQL rows; 0 unknown
	Column  int    // field from 1; 0 unknown
	Offset  int    // byte column in the line from 1, for CSV; 0 unknown
	Key     Key    // the row, if known
	Measure string // the measure, if known
	Cells   []Cell // of duplicate and conflict: the two cells with their sources
	Text    string // what is wrong and what to write
	Err     error  // cause, may be nil
}

// Error is "file:line:column: text", with what is known of the place.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" || e.Line != 0 {
		b.WriteString(strings.TrimPrefix(Source{e.File, e.Line, e.Column}.String(), ":"))
		b.WriteString(": ")
	}
	b.WriteString(e.Text)
	if e.Err != nil {
		if e.Text != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is e's Code.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// Errors is a list of errors, sorted by place, then key and measure, without
// repetitions, cut after [MaxErrors].
type Errors []*Error

// Error is the first error and how many follow.
func (l Errors) Error() string {
	switch len(l) {
	case 0:
		return "no errors"
	case 1:
		return l[0].Error()
	}
	if last := l[len(l)-1]; last.Code == CodeMore {
		return fmt.Sprintf("%s (and %d more, %s)", l[0].Error(), len(l)-2, last.Text)
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Error(), len(l)-1)
}

// Unwrap returns the errors of the list, for errors.Is and errors.As.
func (l Errors) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Err returns l sorted, without repetitions and cut, or nil if l is empty.
func (l Errors) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l.tidy(0)
}

// tidy sorts and cuts; dropped is the number of errors not even kept.
func (l Errors) tidy(dropped int) Errors {
	l = slices.Clone(l)
	slices.SortStableFunc(l, compareErrors)
	l = slices.CompactFunc(l, func(a, b *Error) bool { return compareErrors(a, b) == 0 })
	if len(l) > MaxErrors {
		dropped += len(l) - MaxErrors
		l = l[:MaxErrors:MaxErrors]
	}
	if dropped > 0 {
		l = append(l, &Error{Code: CodeMore, Text: fmt.Sprintf("%d left out", dropped)})
	}
	return l
}

func compareErrors(a, b *Error) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Offset, b.Offset),
		a.Key.Compare(b.Key),
		strings.Compare(a.Measure, b.Measure),
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Text, b.Text),
	)
}

// clip shortens text of the input for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
