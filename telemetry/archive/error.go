package archive

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is.
var (
	ErrFormat    = errors.New("format")    // not an archive, or of a version that this package does not know
	ErrDamaged   = errors.New("damaged")   // a checksum or a length is wrong
	ErrTruncated = errors.New("truncated") // the file ends within a block
	ErrLimit     = errors.New("limit")     // more than a block or a dictionary may hold
	ErrIO        = errors.New("io")        // reading or writing failed
)

// Error is a problem with its place in the file.
type Error struct {
	Kind   error
	Offset int64 // of the block, or of the end
	Block  int   // from 1; 0: before the first
	Msg    string
	Err    error
}

// Error is one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("archive: block %d at byte %d: %s", e.Block, e.Offset, e.Msg)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is reports whether target is the kind.
func (e *Error) Is(target error) bool { return e.Kind == target }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }
