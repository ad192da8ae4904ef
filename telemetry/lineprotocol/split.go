package lineprotocol

// splitter cuts a stream at newlines that are not within a string. It remembers where it
// was in the line that is not complete yet.
type splitter struct {
	at      int
	part    part
	comment bool
}

type part uint8

const (
	inHead part = iota
	inKey
	inValue
	inString
	inTail
)

func (s *splitter) split(data []byte, atEOF bool) (int, []byte, error) {
	if s.at > 0 {
		return s.line(data, atEOF)
	}
	i := 0
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r') {
		i++
	}
	if i == len(data) {
		return i, nil, nil
	}
	s.part, s.comment = inHead, data[i] == '#'
	n, token, err := s.line(data[i:], atEOF)
	return i + n, token, err
}

// line goes on with the line that begins the data.
func (s *splitter) line(data []byte, atEOF bool) (int, []byte, error) {
	i := s.at
	for ; i < len(data); i++ {
		c := data[i]
		if c == '\n' && s.part != inString {
			s.at = 0
			return i + 1, data[:i+1], nil
		}
		if s.comment {
			continue
		}
		if c == '\\' && s.part != inValue && s.part != inTail {
			if i+1 == len(data) && !atEOF {
				break // the escape is seen as a whole
			}
			if i+1 < len(data) && s.escapes(data[i+1]) {
				i++
			}
			continue
		}
		switch {
		case s.part == inHead && c == ' ':
			s.part = inKey
		case s.part == inKey && c == '=':
			if i+1 == len(data) && !atEOF {
				s.at = i
				return 0, nil, nil
			}
			s.part = inValue
			if i+1 < len(data) && data[i+1] == '"' {
				s.part = inString
				i++
			}
		case s.part == inString && c == '"':
			s.part = inValue
		case s.part == inValue && c == ',':
			s.part = inKey
		case s.part == inValue && c == ' ':
			s.part = inTail
		}
	}
	if atEOF {
		s.at = 0
		return len(data), data, nil
	}
	s.at = i
	return 0, nil, nil
}

// escapes reports whether a backslash before c is an escape here.
func (s *splitter) escapes(c byte) bool {
	if s.part == inString {
		return c == '"' || c == '\\'
	}
	return class[c]&escKey != 0
}
