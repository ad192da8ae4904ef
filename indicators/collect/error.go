package collect

import (
	"strconv"
	"strings"
)

// The codes of [Error].
const (
	ErrConfig   = "config"   // the Table contradicts itself or the catalogue
	ErrRead     = "read"     // the reader failed
	ErrLimit    = "limit"    // more bytes than Table.MaxBytes
	ErrEncoding = "encoding" // the characters cannot be known
	ErrEmpty    = "empty"    // no header line
	ErrHeader   = "header"   // a needed column lacks or cannot be told
	ErrCube     = "cube"     // the builder has another schema than the catalogue
)

// Error says why a table could not be read at all.
type Error struct {
	Code   string // one of the constants
	File   string // Table.Name
	Line   int    // from 1; 0: the file as a whole
	Column int    // field from 1; 0: the line as a whole
	Msg    string // what is wrong and what to write
	Err    error  // cause, may be nil
}

// Error is "file:line:column: message".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("collect: ")
	if p := place(e.File, e.Line, e.Column); p != "" {
		b.WriteString(p + ": ")
	}
	b.WriteString(e.Msg)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// place is "file:line:column" with what is known.
func place(file string, line, column int) string {
	s := file
	if line > 0 {
		if s != "" {
			s += ":"
		}
		s += strconv.Itoa(line)
		if column > 0 {
			s += ":" + strconv.Itoa(column)
		}
	}
	return s
}
