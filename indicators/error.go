package indicators

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The kinds of [Error], for errors.Is. The text of each is the Error's Code.
var (
	ErrEncoding  = errors.New("encoding")   // not UTF-8, or a character that cannot stand in a document
	ErrSyntax    = errors.New("syntax")     // not YAML or JSON, or a part of YAML that is not read
	ErrLimit     = errors.New("limit")      // too large, too deep, too many
	ErrSchema    = errors.New("schema")     // against the JSON Schema: unknown key, wrong type, missing key, …
	ErrDuplicate = errors.New("duplicate")  // key, id or code used twice
	ErrUnknown   = errors.New("unknown-id") // refers to what is not there
	ErrUnit      = errors.New("unit")       // no unit, or one that does not fit
	ErrPeriod    = errors.New("period")     // no period or date
	ErrLanguage  = errors.New("language")   // a text lacks a language, or has one too many
	ErrCode      = errors.New("code")       // INE or DIR3 code that cannot exist
	ErrName      = errors.New("name")       // id that formulas cannot use
	ErrValue     = errors.New("value")      // two fields contradict each other
	ErrRead      = errors.New("read")       // the reader failed
)

// Position is a place in a document: line and column from 1, the column in
// bytes. The zero Position is of something built in Go.
type Position struct {
	File   string
	Line   int
	Column int
}

// String writes file:line:column, without the file if it has no name.
func (p Position) String() string {
	s := strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
	if p.File != "" {
		return p.File + ":" + s
	}
	return s
}

// Error is one problem of a catalogue or network.
type Error struct {
	Code    string // the text of one of ErrSyntax, ErrSchema, …
	File    string
	Line    int    // from 1; 0 if the value was built in Go
	Column  int    // byte, from 1
	Pointer string // JSON pointer (RFC 6901) of the value or key; "" is the document
	Msg     string // names the thing, says what is wrong and what to write
	Err     error  // the kind, and the cause if there is one
}

// Error writes file:line:column: message, or the pointer where there is no
// text to point into.
func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return Position{e.File, e.Line, e.Column}.String() + ": " + e.Msg
	case e.File != "":
		return e.File + ": " + e.Msg
	case e.Pointer != "":
		return e.Pointer + ": " + e.Msg
	}
	return e.Msg
}

// Unwrap returns the kind of the error, joined with its cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors is every problem found, sorted by file, line, column, pointer, code.
type Errors []*Error

// Error writes the first problem and how many more there are.
func (e Errors) Error() string {
	switch len(e) {
	case 0:
		return "no errors"
	case 1:
		return e[0].Error()
	}
	return e[0].Error() + fmt.Sprintf(" (and %d more)", len(e)-1)
}

// Unwrap returns the problems, so that errors.Is finds a kind among them.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, x := range e {
		out[i] = x
	}
	return out
}

// Err returns e as an error, nil if it is empty.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

func newError(kind error, at Position, pointer, msg string, cause error) *Error {
	err := kind
	if cause != nil {
		err = &kindError{kind, cause}
	}
	return &Error{Code: kind.Error(), File: at.File, Line: at.Line, Column: at.Column, Pointer: pointer, Msg: msg, Err: err}
}

// kindError is a cause seen as a kind.
type kindError struct{ kind, cause error }

func (e *kindError) Error() string   { return e.cause.Error() }
func (e *kindError) Unwrap() []error { return []error{e.kind, e.cause} }

// finish sorts, drops duplicates and cuts the list at limit, saying how many
// were left out.
func finish(list Errors, limit int) error {
	slices.SortStableFunc(list, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			comparePointers(a.Pointer, b.Pointer), strings.Compare(a.Code, b.Code), strings.Compare(a.Msg, b.Msg))
	})
	list = slices.CompactFunc(list, func(a, b *Error) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Pointer == b.Pointer && a.Msg == b.Msg
	})
	if len(list) > limit {
		rest := len(list) - limit
		last := list[limit-1]
		list = append(list[:limit:limit], newError(ErrLimit, Position{last.File, last.Line, last.Column}, "",
			fmt.Sprintf("%d more problems are not listed", rest), nil))
	}
	return list.Err()
}

// comparePointers orders numbers by value, so that /variables/9 precedes /variables/10.
func comparePointers(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if errX == nil && errY == nil && x != y {
			return cmp.Compare(x, y)
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}
