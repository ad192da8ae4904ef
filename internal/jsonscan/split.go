package jsonscan

import (
	"bufio"
	"encoding/binary"
	"math/bits"
)

// Split cuts a stream into JSON values: each one of values that follow each other, with
// or without white space or record separators (RFC 7464), so also one a line; where one is an
// array, each of its elements. A token is only delimited: who reads it finds what
// is wrong inside. The error is an [*Error] whose offset counts from the data of the call.
func Split() bufio.SplitFunc {
	var sp splitter
	return sp.split
}

// splitter remembers where it was in the value that is not complete yet.
type splitter struct {
	list  bool // within a top-level array
	comma bool // a comma or the end of the array is due
	at    int  // bytes of the value seen
	depth int
	text  bool // within a string
}

func (s *splitter) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := 0
	if s.at == 0 {
		for ; i < len(data); i++ {
			switch c := data[i]; {
			case c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0x1e && !s.list:
				continue
			case !s.list && c == '[':
				s.list, s.comma = true, false
				continue
			case s.list && c == ']':
				s.list, s.comma = false, false
				continue
			case s.list && s.comma && c == ',':
				s.comma = false
				continue
			case s.list && s.comma:
				return 0, nil, &Error{Code: Syntax, Offset: i, Msg: quote(data, i) + " where a comma or the end of the array should be"}
			case c == ',' || c == ']' || c == '}' || c == ':':
				return 0, nil, &Error{Code: Syntax, Offset: i, Msg: quote(data, i) + " where a value should be"}
			}
			break
		}
		if i == len(data) {
			if atEOF && s.list {
				return 0, nil, &Error{Code: Truncated, Offset: i, Msg: "the text ends within an array"}
			}
			return i, nil, nil
		}
	}
	end, done := s.value(data, i)
	switch {
	case done:
		s.at, s.depth, s.text, s.comma = 0, 0, false, s.list
		return end, data[i:end], nil
	case atEOF:
		if s.at == 0 && i == len(data) {
			return i, nil, nil
		}
		s.at, s.depth, s.text, s.comma = 0, 0, false, s.list
		return len(data), data[i:], nil
	}
	if i > 0 { // drop what is before the value, so that it begins the data
		return i, nil, nil
	}
	return 0, nil, nil
}

// value goes on with the value that begins at data[start:], and says where it ends.
func (s *splitter) value(data []byte, start int) (end int, done bool) {
	i := start + s.at
	defer func() { s.at = i - start }()
	for i < len(data) {
		if s.text {
			if i+8 <= len(data) {
				m := special(binary.LittleEndian.Uint64(data[i:]))
				if m == 0 {
					i += 8
					continue
				}
				i += bits.TrailingZeros64(m) >> 3
			}
			switch data[i] {
			case '\\':
				if i+1 == len(data) {
					return 0, false // the escape is seen as a whole
				}
				i++
			case '"':
				s.text = false
				if s.depth == 0 {
					return i + 1, true
				}
			}
			i++
			continue
		}
		switch data[i] {
		case '"':
			if s.depth == 0 && i > start {
				return i, true
			}
			s.text = true
		case '{', '[':
			if s.depth == 0 && i > start {
				return i, true
			}
			s.depth++
		case '}', ']':
			if s.depth == 0 {
				return i, true
			}
			s.depth--
			if s.depth == 0 {
				return i + 1, true
			}
		case ' ', '\n', '\r', '\t', ',', 0x1e:
			if s.depth == 0 {
				return i, true
			}
		}
		i++
	}
	return 0, false
}
