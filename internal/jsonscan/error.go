package jsonscan

import "fmt"

// Code says what is wrong.
type Code uint8

// The codes.
const (
	Syntax    Code = iota + 1
	Truncated      // the text ends too early
	Trailing       // something follows the value
	UTF8           // not UTF-8
	Surrogate      // half of a surrogate pair, as an escape
	Duplicate      // a key that stands twice in an object
	Depth          // too many nested values
	Range          // a number beyond float64
	Type           // another type of value than asked for
)

// Error is a problem at a byte.
type Error struct {
	Code    Code
	Offset  int    // in the text, from 0
	Pointer string // JSON pointer (RFC 6901) of the value that Offset is in
	Msg     string
}

// Error is one line.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("byte %d: %s", e.Offset, e.Msg)
	}
	return fmt.Sprintf("byte %d: %s: %s", e.Offset, e.Pointer, e.Msg)
}

// quote shows the bytes at i, for messages.
func quote(src []byte, i int) string {
	if i >= len(src) {
		return "the end"
	}
	if c := src[i]; c > ' ' && c < 0x7f {
		return fmt.Sprintf("%q", rune(c))
	}
	return fmt.Sprintf("byte 0x%02x", src[i])
}
