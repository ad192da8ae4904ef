package collect

import (
	"bytes"
)

// scanner cuts an input into records (RFC 4180, with any delimiter). A record
// that is not well-formed ends with its first line, so that one stray quotation
// mark does not swallow the rows below it.
type scanner struct {
	in    *input
	pos   int
	line  int // of pos, from 1
	comma byte
	eol   byte
	text  []byte // of fields that are not slices of the input
}

// record is one row. Its fields are valid until the next one is read.
type record struct {
	line    int // where it starts
	fields  []field
	raw     []byte
	cut     bool   // the input ends without the end of this line
	problem string // code, "" if well-formed
	where   int    // line of the problem
	column  int    // field of the problem, from 1
}

type field struct {
	text []byte
	line int
}

func newScanner(in *input, comma byte) *scanner {
	s := &scanner{in: in, line: 1, comma: comma, eol: '\n'}
	if bytes.IndexByte(in.data, '\n') < 0 && bytes.IndexByte(in.data, '\r') >= 0 {
		s.eol = '\r'
	}
	return s
}

// next reads a record; false at the end of the input.
func (s *scanner) next(r *record) bool {
	data := s.in.data
	if s.pos >= len(data) {
		return false
	}
	start, line := s.pos, s.line
	*r = record{line: line, fields: r.fields[:0]}
	s.text = s.text[:0]
	for {
		if len(r.fields) >= MaxFields {
			return s.fail(r, start, CodeFieldCount, line)
		}
		at := s.line
		text, code := s.field()
		if code != "" {
			return s.fail(r, start, code, at)
		}
		r.fields = append(r.fields, field{s.decode(text), at})
		if s.pos >= len(data) {
			r.raw, r.cut = data[start:], true
			return true
		}
		if c := data[s.pos]; c == s.comma {
			s.pos++
			if s.pos == len(data) {
				r.fields = append(r.fields, field{nil, s.line})
				r.raw, r.cut = data[start:], true
				return true
			}
			continue
		}
		r.raw = data[start:s.pos]
		s.pos++ // line end
		s.line++
		return true
	}
}

// fail ends the record with its first line.
func (s *scanner) fail(r *record, start int, code string, where int) bool {
	r.problem, r.where, r.column = code, where, len(r.fields)+1
	s.line = r.line
	end := len(s.in.data)
	if i := bytes.IndexByte(s.in.data[start:], s.eol); i >= 0 {
		end = start + i
	}
	r.raw, r.cut = s.in.data[start:end], end == len(s.in.data)
	s.pos, s.line = end+1, r.line+1
	return true
}

// field reads up to the delimiter or line end, which it leaves.
func (s *scanner) field() (text []byte, code string) {
	data := s.in.data
	i := s.pos
	for i < len(data) && (data[i] == ' ' || data[i] == '\t') && data[i] != s.comma {
		i++
	}
	if i < len(data) && data[i] == '"' {
		return s.quoted(i + 1)
	}
	i = s.pos
	for i < len(data) && data[i] != s.comma && data[i] != s.eol {
		i++
	}
	text = data[s.pos:i]
	s.pos = i
	if len(text) > MaxField {
		return nil, CodeLongField
	}
	if i < len(data) && data[i] == '\n' || i == len(data) {
		text = bytes.TrimSuffix(text, []byte("\r"))
	}
	return text, ""
}

func (s *scanner) quoted(i int) (text []byte, code string) {
	data := s.in.data
	from, seg := i, i
	begin := len(s.text)
	copied := false
	for {
		window := data[i:min(len(data), from+MaxField+1)]
		j := bytes.IndexByte(window, '"')
		if j < 0 {
			if i+len(window) < len(data) {
				return nil, CodeLongField
			}
			return nil, CodeQuote
		}
		i += j
		if i+1 < len(data) && data[i+1] == '"' {
			s.text = append(s.text, data[seg:i+1]...)
			copied = true
			i += 2
			seg = i
			if i > from+MaxField {
				return nil, CodeLongField
			}
			continue
		}
		break
	}
	text = data[from:i]
	if copied {
		s.text = append(s.text, data[seg:i]...)
		text = s.text[begin:len(s.text):len(s.text)]
	}
	s.line += bytes.Count(data[from:i], []byte{s.eol})
	i++
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' && s.eol == '\n') && data[i] != s.comma {
		i++
	}
	if i < len(data) && data[i] != s.comma && data[i] != s.eol {
		return nil, CodeQuote
	}
	s.pos = i
	return text, ""
}

// decode returns the text of a field in UTF-8.
func (s *scanner) decode(b []byte) []byte {
	if !s.in.legacy || ascii(b) {
		return b
	}
	begin := len(s.text)
	s.text = appendLegacy(s.text, b)
	return s.text[begin:len(s.text):len(s.text)]
}

func (r *record) blank() bool {
	for _, f := range r.fields {
		if len(trim(f.text)) > 0 {
			return false
		}
	}
	return r.problem == ""
}

// trim drops the spaces around a cell, no-break ones too.
func trim(b []byte) []byte { return bytes.TrimFunc(b, space) }

func space(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x85, 0xa0, 0x2007, 0x2009, 0x202f, 0xfeff:
		return true
	}
	return false
}
