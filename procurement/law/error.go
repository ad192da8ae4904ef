package law

import (
	"errors"
	"strconv"
	"strings"
)

// The kinds of [Error], for errors.Is.
var (
	// ErrDate says that a text or numbers are not a day of the calendar.
	ErrDate = errors.New("not a date")
	// ErrAmount says that an amount cannot be one: negative, too large, not a number.
	ErrAmount = errors.New("not an amount")
	// ErrCalendar says that a calendar is contradictory: a holiday outside of
	// its days, an interval that ends before it starts, too long a one.
	ErrCalendar = errors.New("bad calendar")
	// ErrPeriod says that a period cannot be counted: negative, too long, no unit.
	ErrPeriod = errors.New("bad period")
	// ErrName says that a table has no row of that name.
	ErrName = errors.New("no such row")
)

// Error says what is wrong with what was passed, and what to write instead.
type Error struct {
	Code  string // stable: "law.date", "law.amount", "law.calendar", "law.period", "law.name"
	Input string // the text or value at fault, cut at 64 bytes
	Msg   string // what is wrong
	Write string // what to write instead; empty if nothing can be proposed
	Err   error  // the kind
}

// Error gives the input, the problem and the remedy in one line.
func (e *Error) Error() string {
	s := "law: " + strconv.Quote(e.Input) + ": " + e.Msg
	if e.Write != "" {
		s += "; write " + e.Write
	}
	return s
}

// Unwrap returns the kind of the error.
func (e *Error) Unwrap() error { return e.Err }

// Unknown is the answer "the law or the facts do not settle it". It is an
// error so that it cannot be overlooked, and never a guess.
type Unknown struct {
	Code     string    // stable: "law.unknown.facts", ".date", ".calendar", ".figure", ".tax", ".currency", ".scope"
	Asked    string    // what was asked
	Because  string    // why there is no one answer
	Missing  []Fact    // the facts that would settle it, sorted
	Readings []Reading // the possible answers, if they are known
	Source   Source    // the article at stake
}

// Reading is one possible answer of an [Unknown] and when it is the right one.
type Reading struct {
	If     string // condition: "electronic=yes", or the name of a doctrine
	Period Period // for terms
	Source Source
}

// Error tells what was asked, why it is open, the article, and what is missing.
func (u *Unknown) Error() string {
	s := "law: " + u.Asked + ": unknown, because " + u.Because
	if a := u.Source.Cite(); a != "" {
		s += " (" + a + ")"
	}
	if len(u.Missing) > 0 {
		names := make([]string, len(u.Missing))
		for i, f := range u.Missing {
			names[i] = string(f)
		}
		s += "; say " + strings.Join(names, ", ")
	}
	return s
}

// Truth is a fact of three values. The zero value is that it is not known.
type Truth uint8

// The three values.
const (
	NotKnown Truth = iota
	No
	Yes
)

// TruthOf is Yes or No.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// String is "unknown", "no" or "yes".
func (t Truth) String() string { return nameOf(t, "unknown", "no", "yes") }

// MarshalText is String.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads "yes", "no", "unknown" and the empty text, which is unknown.
func (t *Truth) UnmarshalText(b []byte) error {
	switch string(b) {
	case "yes":
		*t = Yes
	case "no":
		*t = No
	case "unknown", "":
		*t = NotKnown
	default:
		return &Error{Code: "law.name", Input: cut(string(b)), Msg: "not a truth value", Write: "yes, no or unknown", Err: ErrName}
	}
	return nil
}

// nameOf is the name of a small enumeration's value.
func nameOf[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "invalid(" + strconv.Itoa(int(v)) + ")"
}

func cut(s string) string { return strings.ToValidUTF8(s[:min(len(s), 64)], "\uFFFD") }
