package procurement

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// The kinds of [Error], for errors.Is.
var (
	ErrName     = errors.New("name")     // a name that no table has
	ErrVersion  = errors.New("version")  // the log has grown meanwhile
	ErrLimit    = errors.New("limit")    // too large, too many
	ErrSyntax   = errors.New("syntax")   // not JSON
	ErrEncoding = errors.New("encoding") // not UTF-8
	ErrSchema   = errors.New("schema")   // against the JSON Schema
	ErrValue    = errors.New("value")    // a value that cannot be one: date, amount
)

// Error is one problem of what was passed or read.
type Error struct {
	Code    string // stable: "procurement." and the kind
	File    string
	Line    int    // from 1; 0 if there is no text to point into
	Column  int    // byte, from 1
	Pointer string // JSON pointer of the value; "" is the document
	Msg     string // names the thing, says what is wrong and what to write
	Err     error  // the kind
}

// Error writes file:line:column: message, or the pointer where there is no text.
func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		place := strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": "
		if e.File != "" {
			place = e.File + ":" + place
		}
		return place + e.Msg
	case e.File != "":
		return e.File + ": " + e.Msg
	case e.Pointer != "":
		return e.Pointer + ": " + e.Msg
	}
	return e.Msg
}

// Unwrap returns the kind of the error.
func (e *Error) Unwrap() error { return e.Err }

// Errors is every problem found, sorted by place.
type Errors []*Error

// Error writes the first problem and how many more there are.
func (e Errors) Error() string {
	switch len(e) {
	case 0:
		return "no errors"
	case 1:
		return e[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
}

// Unwrap returns the problems, for errors.Is and errors.As.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, x := range e {
		out[i] = x
	}
	return out
}

// Err is e as an error, or a true nil if there is no problem.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

func quote(s string) string { return jsonschema.Quote(strings.ToValidUTF8(s, "�")) }
