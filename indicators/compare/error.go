package compare

import (
	"cmp"
	"fmt"
	"slices"
)

// Code is the stable kind of an [Error] and itself an error, for errors.Is.
type Code string

// The codes.
const (
	CodeConfig    Code = "config"    // a method that does not exist, or a negative size
	CodeArgument  Code = "argument"  // something required was not given
	CodeNetwork   Code = "network"   // a city without code or given twice
	CodeStructure Code = "structure" // a structure variable unknown, given twice or with a bad weight
)

// Error makes a Code a target for errors.Is.
func (c Code) Error() string { return "compare: " + string(c) }

// Error says what of the input cannot be used and what to give instead. The
// input has no text, so that the place is a JSON pointer.
type Error struct {
	Code    Code
	Pointer string // into Config or Network: "/quantile", "/cities/3/code"; empty for arguments
	Msg     string
}

// Error is "compare: pointer: message".
func (e *Error) Error() string {
	if e.Pointer == "" {
		return "compare: " + e.Msg
	}
	return fmt.Sprintf("compare: %s: %s", e.Pointer, e.Msg)
}

// Is reports whether target is e's Code.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// Errors is every problem found, by code, then in order of input; cut at 100.
type Errors []*Error

const maxErrors = 100

// Error is the first error and how many follow.
func (l Errors) Error() string {
	switch len(l) {
	case 0:
		return "compare: no errors"
	case 1:
		return l[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Error(), len(l)-1)
}

// Unwrap returns the errors, for errors.Is and errors.As.
func (l Errors) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Err returns l sorted and cut, or a true nil if it is empty.
func (l Errors) Err() error {
	if len(l) == 0 {
		return nil
	}
	slices.SortStableFunc(l, func(a, b *Error) int { return cmp.Compare(a.Code, b.Code) })
	if len(l) > maxErrors {
		n := len(l) - maxErrors + 1
		l = append(l[:maxErrors-1:maxErrors-1], &Error{Code: l[maxErrors-1].Code, Msg: fmt.Sprintf("%d further problems are left out", n)})
	}
	return l
}

func (l *Errors) add(code Code, pointer, format string, args ...any) {
	*l = append(*l, &Error{Code: code, Pointer: pointer, Msg: fmt.Sprintf(format, args...)})
}
