package round

import "strings"

// Code says what kind of problem an Error is.
type Code string

const (
	CodeConfig    Code = "config"    // a Config that cannot be run
	CodeInput     Code = "input"     // a file that cannot be read at all
	CodeDirectory Code = "directory" // a stored round that cannot be read or written
)

// Error is what kept a round from being run, written or verified. Problems of
// delivered data are findings, not errors.
type Error struct {
	Code Code
	Path string // file or field of Config: "Network", "inputs/1-population.csv"
	Msg  string // what is wrong and what to do
	Err  error  // the cause, may be nil
}

// Error is path, message and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("round: ")
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if e.Err != nil {
		if e.Msg != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

func configError(field, msg string) error {
	return &Error{Code: CodeConfig, Path: field, Msg: msg}
}
