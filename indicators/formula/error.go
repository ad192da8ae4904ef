package formula

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/spelling"
)

// The kinds of [Error], for errors.Is. The text of each is the Error's Code.
var (
	ErrSyntax      = errors.New("syntax")       // not CEL
	ErrName        = errors.New("unknown-name") // no such variable, indicator or function, or a name used twice
	ErrType        = errors.New("type")         // operand or result of the wrong type
	ErrMixed       = errors.New("mixed-number") // int and double in one operation
	ErrUnit        = errors.New("unit")         // units do not combine, or differ from the declared one
	ErrCycle       = errors.New("cycle")        // an indicator that depends on itself
	ErrWindow      = errors.New("window")       // n or dimension of a window function
	ErrFrequency   = errors.New("frequency")    // a variable that cannot be brought to the indicator's frequency
	ErrAggregation = errors.New("aggregation")  // a network value that cannot be derived as declared
	ErrLimit       = errors.New("limit")        // too large or too costly
	ErrUnused      = errors.New("unused")       // warning: a variable that nothing uses
	ErrFactor      = errors.New("factor")       // warning: a literal factor that the units do not explain
	ErrUnchecked   = errors.New("unchecked")    // warning: the unit of a formula cannot be inferred

	// Of warnings in a [Report].
	ErrZero        = errors.New("zero-denominator") // a denominator that can be 0
	ErrConstant    = errors.New("constant")         // a comparison that always says the same
	ErrUnreachable = errors.New("unreachable")      // a branch that is never taken
	ErrRange       = errors.New("out-of-range")     // a share or percentage beyond its whole
)

// Error is one problem of a formula. Line and Column are those of the
// catalogue's text, 0 if it was built in Go.
type Error struct {
	Code      string // the text of one of ErrSyntax, ErrName, …
	File      string
	Line      int // from 1
	Column    int // byte, from 1
	Pointer   string
	Indicator string // "" for a problem of a variable
	Version   int    // of the definition
	Offset    int    // byte in the formula, from 0
	Msg       string // names the thing, says what is wrong and what to write
	Err       error  // the kind, perhaps joined with a cause
}

// Error writes file:line:column: message; without a text to point into, the
// indicator, version and column in the formula come first.
func (e *Error) Error() string {
	switch {
	case e.Line > 0 && e.File != "":
		return e.File + ":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + e.Msg
	case e.Line > 0:
		return strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + e.Msg
	case e.Indicator != "":
		return fmt.Sprintf("version %d, column %d: %s", e.Version, e.Offset+1, e.Msg)
	}
	return e.Msg
}

// Unwrap returns the kind of the error, joined with its cause if it has one.
func (e *Error) Unwrap() error { return e.Err }

// Errors is every problem found, sorted by file, line, column, indicator,
// version, offset and code.
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

// Unwrap returns the problems, so that errors.Is finds a kind among them.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, x := range e {
		out[i] = x
	}
	return out
}

// Err returns e as an error, a true nil if it is empty.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// MaxErrors is the number of problems after which [Errors] are cut; the last
// then has the code of ErrLimit and says how many were left out.
const MaxErrors = 100

func (e Errors) finish() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Offset, b.Offset),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Msg, b.Msg))
	})
	e = slices.CompactFunc(e, func(a, b *Error) bool {
		return a.Pointer == b.Pointer && a.Offset == b.Offset && a.Msg == b.Msg
	})
	if len(e) > MaxErrors {
		last := *e[MaxErrors-1]
		last.Code, last.Err = ErrLimit.Error(), ErrLimit
		last.Msg = fmt.Sprintf("%d more problems are not listed", len(e)-MaxErrors)
		e = append(e[:MaxErrors:MaxErrors], &last)
	}
	return e
}

// nearest is the candidate with the least edit distance to name, "" if none is
// near.
func nearest(name string, candidates []string) string {
	return spelling.Nearest(name, candidates, max(1, min(3, len(name)/3))+1)
}
