package cube

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// scanner reads RFC 4180 records strictly: encoding/csv would turn CRLF inside
// a quoted field into LF, so that reading back were not exact. Lines end with
// LF or CRLF; the last end may lack. One record is held.
type scanner struct {
	r      *bufio.Reader
	limits Limits
	read   int64
	line   int // of the next byte
	at     int // byte column of the next byte
	err    error

	start  int    // line of the record
	buf    []byte // bytes of the fields, unquoted
	ends   []int  // end of each field in buf
	places []int  // byte column of each field, in its line
}

func newScanner(r io.Reader, l Limits) *scanner {
	s := &scanner{r: bufio.NewReaderSize(r, 64<<10), limits: l, line: 1, at: 1}
	if b, _ := s.r.Peek(3); string(b) == "\ufeff" {
		_, _ = s.r.Discard(3)
	}
	return s
}

func (s *scanner) fail(code Code, text string, err error) bool {
	s.err = &Error{Code: code, Line: s.line, Column: len(s.ends) + 1, Offset: s.at, Text: text, Err: err}
	return false
}

// next returns the next byte; false at the end or on an error.
func (s *scanner) next() (byte, bool) {
	b, err := s.r.ReadByte()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			s.fail(CodeRead, "reading stopped", err)
		}
		return 0, false
	}
	if s.read++; s.read > s.limits.Bytes {
		return 0, s.fail(CodeLimit, fmt.Sprintf("more than %d bytes: raise Limits.Bytes", s.limits.Bytes), nil)
	}
	return b, true
}

// scan reads a record; false at the end or on an error. most is the number of
// fields that it may have.
func (s *scanner) scan(most int) bool {
	s.buf, s.ends, s.places = s.buf[:0], s.ends[:0], s.places[:0]
	s.start = s.line
	if s.err != nil {
		return false
	}
	b, ok := s.next()
	if !ok {
		return false
	}
	for {
		from := len(s.buf)
		s.places = append(s.places, s.at)
		quoted := ok && b == '"'
		if quoted {
			s.at++
			if !s.quoted() {
				return false
			}
			b, ok = s.next()
			if ok && b != ',' && b != '\n' && b != '\r' {
				return s.fail(CodeSyntax, `text after the closing quote: write "" for a quote inside quotes`, nil)
			}
		}
		for ok && b != ',' && b != '\n' && b != '\r' {
			if b == '"' {
				return s.fail(CodeSyntax, `a quote in a field that does not start with one: quote the field and write ""`, nil)
			}
			s.buf = append(s.buf, b)
			s.at++
			if len(s.buf)-from > s.limits.Field {
				return s.fail(CodeLimit, fmt.Sprintf("a field of more than %d bytes: raise Limits.Field", s.limits.Field), nil)
			}
			b, ok = s.next()
		}
		if s.err != nil {
			return false
		}
		if !utf8.Valid(s.buf[from:]) {
			s.at = s.places[len(s.places)-1]
			return s.fail(CodeSyntax, "the field is not UTF-8", nil)
		}
		s.ends = append(s.ends, len(s.buf))
		switch {
		case !ok:
			return true
		case b == '\r':
			if b, ok = s.next(); !ok || b != '\n' {
				if s.err == nil {
					s.ends = s.ends[:len(s.ends)-1]
					s.fail(CodeSyntax, "a carriage return without a line feed: quote the field", nil)
				}
				return false
			}
			fallthrough
		case b == '\n':
			s.line++
			s.at = 1
			return true
		}
		s.at++
		if len(s.ends) == most {
			return s.fail(CodeSyntax, fmt.Sprintf("more than %d fields", most), nil)
		}
		b, ok = s.next()
		if s.err != nil {
			return false
		}
	}
}

// quoted reads a field after its opening quote, to its closing one.
func (s *scanner) quoted() bool {
	from := len(s.buf)
	for {
		b, ok := s.next()
		switch {
		case s.err != nil:
			return false
		case !ok:
			return s.fail(CodeSyntax, "the input ends inside quotes: it is cut off, or a quote is not closed", nil)
		case b == '"':
			s.at++
			if next, err := s.r.Peek(1); err != nil || next[0] != '"' {
				return true
			}
			_, _ = s.next()
		case b == '\n':
			s.line++
			s.at = 0
		}
		s.at++
		s.buf = append(s.buf, b)
		if len(s.buf)-from > s.limits.Field {
			return s.fail(CodeLimit, fmt.Sprintf("a field of more than %d bytes: raise Limits.Field", s.limits.Field), nil)
		}
	}
}

// field returns a field of the record, valid until the next scan.
func (s *scanner) field(i int) []byte {
	from := 0
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.buf[from:s.ends[i]]
}
