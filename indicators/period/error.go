package period

import (
	"errors"
	"strconv"
	"strings"
)

// The kinds of [ParseError], for errors.Is.
var (
	// ErrSyntax says that the text is not one of the accepted spellings.
	ErrSyntax = errors.New("not a period")
	// ErrRange says that the spelling is right and the calendar has no such
	// period: month 13, week 53 of a year of 52, 30 February, year 0.
	ErrRange = errors.New("no such period")
	// ErrAmbiguous says that the text is read in two ways by different sources.
	ErrAmbiguous = errors.New("ambiguous period")
)

// ParseError says where a text stops being a period and what to write instead.
type ParseError struct {
	Code   string // stable: "period.syntax", "period.range", "period.ambiguous"
	Input  string // the text, cut at MaxLen bytes
	Offset int    // byte of Input at fault, from 0; len(Input) when text is missing
	Column int    // Offset+1, the position as editors count it, in bytes
	Msg    string // what is wrong, without the position
	Write  string // what to write instead; empty if nothing can be proposed
	Err    error  // ErrSyntax, ErrRange or ErrAmbiguous
}

// Error gives the text, the column, the problem and the remedy in one line.
func (e *ParseError) Error() string {
	s := "period: " + strconv.Quote(e.Input) + ": column " + strconv.Itoa(e.Column) + ": " + e.Msg
	if e.Write != "" {
		s += "; write " + e.Write
	}
	return s
}

// Unwrap returns the kind of the error.
func (e *ParseError) Unwrap() error { return e.Err }

// newError copies in, so that parsing does not make its argument escape: a
// []byte can then be parsed as a string without allocation.
func newError(in string, offset int, kind error, msg, write string) *ParseError {
	code := "period.syntax"
	switch kind {
	case ErrRange:
		code = "period.range"
	case ErrAmbiguous:
		code = "period.ambiguous"
	}
	return &ParseError{
		Code: code, Input: strings.Clone(in[:min(len(in), MaxLen)]), Offset: offset, Column: offset + 1,
		Msg: strings.Clone(msg), Write: strings.Clone(write), Err: kind,
	}
}
