package evaluation

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of errors, for errors.Is.
var (
	ErrRules    = errors.New("rules")    // the rules themselves
	ErrFormula  = errors.New("formula")  // a criterion's formula does not compile, or gives no number
	ErrPoints   = errors.New("points")   // outside what the criterion gives
	ErrOrder    = errors.New("order")    // an envelope opened before its turn
	ErrMissing  = errors.New("missing")  // a figure, a judgement, a document
	ErrOffer    = errors.New("offer")    // an offer that cannot be
	ErrUnknown  = errors.New("unknown")  // a name that nothing has
	ErrTie      = errors.New("tie")      // it takes a draw, and its result is not there
	ErrMismatch = errors.New("mismatch") // two parts of the input contradict each other
)

// Error is a problem with its place.
type Error struct {
	Kind      error
	Bidder    string // id, or ""
	Criterion string // id, or ""
	Article   string // of the rule that it breaks, or ""
	Line, Col int    // in the criterion's formula, from 1; 0 none
	Msg       string // what is wrong and what to do
	Err       error
}

// Error is one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("evaluation")
	if e.Criterion != "" {
		fmt.Fprintf(&b, ": criterion %q", e.Criterion)
	}
	if e.Bidder != "" {
		fmt.Fprintf(&b, ": bidder %q", e.Bidder)
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ": %d:%d", e.Line, e.Col)
	}
	b.WriteString(": " + e.Msg)
	if e.Article != "" {
		b.WriteString(" (" + e.Article + ")")
	}
	return b.String()
}

// Is reports whether target is the kind.
func (e *Error) Is(target error) bool { return e.Kind == target }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors are all the problems of an input, in its order.
type Errors []*Error

// Error is the first, and how many more.
func (l Errors) Error() string {
	switch len(l) {
	case 0:
		return "no errors"
	case 1:
		return l[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Error(), len(l)-1)
}

// Unwrap lets errors.Is and errors.As look into each.
func (l Errors) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Err is nil if there are none.
func (l Errors) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}
