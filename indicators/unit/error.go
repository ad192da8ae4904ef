package unit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The kinds of failure, for errors.Is.
var (
	// ErrSyntax: the text is no code.
	ErrSyntax = errors.New("unit syntax")
	// ErrUnknown: a symbol is no unit, prefix with unit, or currency.
	ErrUnknown = errors.New("unknown unit")
	// ErrAnnotation: an annotation is not registered, or cannot be.
	ErrAnnotation = errors.New("unregistered annotation")
	// ErrLimit: a length, depth, exponent, scale or result is out of bounds.
	ErrLimit = errors.New("unit limit exceeded")
	// ErrDimension: two units measure different things.
	ErrDimension = errors.New("dimensions differ")
	// ErrKind: the operation has no meaning for units of these kinds.
	ErrKind = errors.New("kinds do not combine")
	// ErrIrrational: the exact factor or scale is not a rational number.
	ErrIrrational = errors.New("factor is not rational")
	// ErrDeflator is an ErrDimension that a Deflator can resolve.
	ErrDeflator = fmt.Errorf("deflator needed: %w", ErrDimension)
)

// ParseError says where a code stops being a unit, and what to write.
type ParseError struct {
	Code   string // stable: "syntax", "unknown", "annotation", "limit", "kind"
	Input  string // the code as given, cut at 80 bytes
	Column int    // byte in the code, from 1
	Msg    string // what is wrong
	Want   string // what to write instead; may be empty
	Err    error  // ErrSyntax, ErrUnknown, ErrAnnotation, ErrLimit or ErrKind
}

// Error returns one line: the code, the column, what is wrong, what to write.
func (e *ParseError) Error() string {
	var b strings.Builder
	b.WriteString("unit ")
	b.WriteString(quote(e.Input))
	b.WriteString(", column ")
	b.WriteString(strconv.Itoa(e.Column))
	b.WriteString(": ")
	b.WriteString(e.Msg)
	if e.Want != "" {
		b.WriteString("; write ")
		b.WriteString(e.Want)
	}
	return b.String()
}

// Unwrap returns the kind of failure.
func (e *ParseError) Unwrap() error { return e.Err }

// Error is an operation on units that has no meaning, and what to do instead.
type Error struct {
	Code     string // stable: "dimension", "kind", "irrational", "limit", "deflator", "zero", "value", "annotation"
	Op       string // "convert", "multiply", "deflate" …; empty if none
	From, To string // codes of the operands; may be empty
	Msg      string // what is wrong
	Want     string // what to do instead; may be empty
	Err      error  // one of the Err variables
}

// Error returns one line: the operation, what is wrong, what to do.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteByte(' ')
		if e.From != "" {
			b.WriteString(e.From)
			if e.To != "" {
				b.WriteString(opWord(e.Op))
				b.WriteString(e.To)
			}
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if e.Want != "" {
		b.WriteString("; use ")
		b.WriteString(e.Want)
	}
	return b.String()
}

// Unwrap returns the kind of failure.
func (e *Error) Unwrap() error { return e.Err }

func opWord(op string) string {
	switch op {
	case "multiply", "divide":
		return " by "
	}
	return " to "
}

// quote bounds hostile text in messages.
func quote(s string) string {
	return strconv.Quote(cut(s, 80))
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
