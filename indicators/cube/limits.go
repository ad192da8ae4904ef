package cube

import "fmt"

// Limits bound what a reader accepts. A zero field is its default.
type Limits struct {
	Bytes int64 // of the input; default 1 GiB
	Field int   // bytes of a field; default 64 KiB
	Cells int   // rows × measures of the cube, set or not; default 2^27, which takes 1 GiB and more
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	if l.Field <= 0 {
		l.Field = 64 << 10
	}
	if l.Cells <= 0 {
		l.Cells = 1 << 27
	}
	return l
}

// checkSize fails when the cube to be is too large.
func (l Limits) checkSize(rows, measures int) *Error {
	if measures > 0 && rows > l.Cells/measures {
		return &Error{Code: CodeLimit, Text: fmt.Sprintf("%d rows of %d measures are more than %d cells: raise Limits.Cells", rows, measures, l.Cells)}
	}
	return nil
}
