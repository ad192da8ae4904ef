package aggregate

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of errors, for errors.Is.
var (
	ErrConfig   = errors.New("config")   // the caller's settings
	ErrLimit    = errors.New("limit")    // more than Limits allow
	ErrState    = errors.New("state")    // bytes that are no state, or a version that is not known
	ErrMismatch = errors.New("mismatch") // states or results that do not merge
	ErrOverflow = errors.New("overflow") // a sum past what its state holds
	ErrWindow   = errors.New("window")   // windows that cannot be made, or do not coincide
	ErrUnit     = errors.New("unit")     // an output whose unit does not follow from the measure's
	ErrFile     = errors.New("file")     // a checkpoint or spill file that cannot be written or read
)

// Error is something that could not be done.
type Error struct {
	Kind    error  // one of the Err… above
	Measure string // its ID, if it is about one
	Group   string // if it is about one
	File    string // if it is about one
	Offset  int    // byte in a state or file; 0 where there is none
	Msg     string // what is wrong and what to do
	Err     error  // cause, may be nil
}

// Error is one line: place, what is wrong, cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("telemetry/aggregate")
	if e.File != "" {
		b.WriteString(": " + e.File)
	}
	if e.Measure != "" {
		fmt.Fprintf(&b, ": measure %q", e.Measure)
	}
	if e.Group != "" {
		fmt.Fprintf(&b, ": group %q", e.Group)
	}
	if e.Kind == ErrState || e.Kind == ErrFile && e.Offset > 0 {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
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
