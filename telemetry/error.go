package telemetry

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of errors and findings, for errors.Is.
var (
	ErrSyntax      = errors.New("syntax")      // not of the format
	ErrUTF8        = errors.New("utf-8")       // not UTF-8
	ErrType        = errors.New("type")        // a value of another type than the format wants
	ErrValue       = errors.New("value")       // outside what the format or float64 allows
	ErrName        = errors.New("name")        // an id or name that the format forbids
	ErrTime        = errors.New("time")        // missing, ambiguous, or outside 1677 to 2262
	ErrUnit        = errors.New("unit")        // not known
	ErrMissing     = errors.New("missing")     // a part that the format demands
	ErrDuplicate   = errors.New("duplicate")   // a key or a record that stands twice
	ErrUnknown     = errors.New("unknown")     // a part that this package does not know
	ErrLimit       = errors.New("limit")       // more than Limits allow
	ErrUnsupported = errors.New("unsupported") // of the format, and not done here
	ErrConfig      = errors.New("config")      // the caller's settings
	ErrSchema      = errors.New("schema")      // not valid by the schema of its type
)

// Error is a problem with a place. Offsets count bytes from 0, records from 1.
type Error struct {
	Kind    error  // one of the Err… above
	Format  string // name of the format
	Source  string // Config.Source
	Record  int    // 0: before the first, or of the whole
	Offset  int64  // in the source; -1 unknown
	Pointer string // JSON pointer (RFC 6901) or path in the record, where that says more
	Msg     string // what is wrong and what to do, quoting the value
	Err     error  // cause, may be nil
}

// Error is one line: place, kind, message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("telemetry")
	if e.Format != "" {
		b.WriteString("/" + e.Format)
	}
	if e.Source != "" {
		b.WriteString(": " + e.Source)
	}
	if e.Record > 0 {
		fmt.Fprintf(&b, ": record %d", e.Record)
	}
	if e.Offset >= 0 && e.Kind != ErrConfig {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	if e.Pointer != "" {
		b.WriteString(": " + e.Pointer)
	}
	b.WriteString(": " + e.Msg)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool { return e.Kind == target }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Finding is something odd that did not stop the decoding.
type Finding struct {
	Error        // as an error would have it
	Skipped bool // the record was left out
}

// Report adds a finding, within limits.
func (b *Batch) Report(l Limits, f Finding) {
	if f.Skipped {
		b.Skipped++
	}
	if len(b.Findings) >= l.Findings {
		b.Unreported++
		return
	}
	b.Findings = append(b.Findings, f)
}

// Problem is something wrong with a record by its own rules, as a [Check] says it.
type Problem struct {
	Offset  int    // byte in the record
	Pointer string // JSON pointer in the record
	Msg     string
}

// Check judges a record that a decoder has read, by its entity's type and its text; nil is
// right. Problems are errors and findings of kind [ErrSchema]. Neither text nor result is kept.
type Check func(typ, record []byte) []Problem
