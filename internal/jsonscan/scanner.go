package jsonscan

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Kind is what the next value is.
type Kind uint8

// The kinds. Invalid is no value at all: an end, a stray character, or an error before.
const (
	Invalid Kind = iota
	Object
	Array
	String
	Num
	Bool
	Null
)

// String is the kind's name with its article, for messages.
func (k Kind) String() string {
	return [...]string{"no value", "an object", "an array", "a text", "a number", "a boolean", "null"}[k]
}

// kinds tells by its first byte what a value is.
var kinds = [256]Kind{
	'{': Object, '[': Array, '"': String, 't': Bool, 'f': Bool, 'n': Null, '-': Num,
	'0': Num, '1': Num, '2': Num, '3': Num, '4': Num, '5': Num, '6': Num, '7': Num, '8': Num, '9': Num,
}

// DefaultMaxDepth is the limit of nested values unless MaxDepth says another.
const DefaultMaxDepth = 64

// Scanner reads one JSON text. Zero is ready for Reset.
type Scanner struct {
	MaxDepth int // of nested objects and arrays; 0: DefaultMaxDepth

	src    []byte
	pos    int
	depth  int
	max    int
	spaced bool // white space was passed
	first  bool // the next key or element is the first of its container
	err    *Error

	key, text []byte   // unescaped
	keys      []keyRef // of the open objects
	names     []byte   // unescaped keys, to compare
}

// Reset begins a text. It is kept until the next Reset and must not change.
func (s *Scanner) Reset(src []byte) {
	s.src, s.pos, s.depth, s.first, s.err = src, 0, 0, false, nil
	s.keys, s.names = s.keys[:0], s.names[:0]
	s.max = s.MaxDepth
	if s.max <= 0 {
		s.max = DefaultMaxDepth
	}
	if len(src) >= 3 && string(src[:3]) == "\ufeff" {
		s.Fail(Syntax, 0, "begins with a byte order mark; leave it out")
	}
}

// Err is the first error, nil if there is none. Its pointer is made here.
func (s *Scanner) Err() *Error {
	if s.err != nil && s.err.Pointer == "" {
		s.err.Pointer = Pointer(s.src, s.err.Offset)
	}
	return s.err
}

// Fail notes an error unless there is one already; everything after it stands still.
func (s *Scanner) Fail(c Code, offset int, format string, args ...any) {
	if s.err == nil {
		s.err = &Error{Code: c, Offset: offset, Msg: fmt.Sprintf(format, args...)}
		s.pos = len(s.src)
		s.first = false
	}
}

// Offset is where the next token is looked for: after a value its end, before one at
// or before its start (exact after Kind and More).
func (s *Scanner) Offset() int { return s.pos }

// Source is the text.
func (s *Scanner) Source() []byte { return s.src }

// Mark is a place to go back to: before a value.
type Mark struct {
	pos, depth, keys int
	first            bool
}

// Mark is the present place.
func (s *Scanner) Mark() Mark { return Mark{s.pos, s.depth, len(s.keys), s.first} }

// Back goes back to m, and forgets an error.
func (s *Scanner) Back(m Mark) {
	s.err = nil
	s.pos, s.depth, s.keys, s.first = m.pos, m.depth, s.keys[:min(m.keys, len(s.keys))], m.first
}

// Leap goes back to m and passes the value there by its brackets and quotes alone,
// whatever is wrong inside: to go on after an error. False: it does not end.
func (s *Scanner) Leap(m Mark) bool {
	s.Back(m)
	s.Kind()
	var sp splitter
	end, ok := sp.value(s.src, s.pos)
	if !ok {
		s.Fail(Truncated, len(s.src), "the text ends within a value")
		return false
	}
	s.pos = end
	return true
}

// skipSpace returns the index of the first byte from i on that is no white space.
func skipSpace(src []byte, i int) int {
	for i < len(src) && src[i] <= ' ' {
		switch src[i] {
		case '\n':
			// Indented text: eight spaces at a time.
			i++
			for i+8 <= len(src) && binary.LittleEndian.Uint64(src[i:]) == low*' ' {
				i += 8
			}
		case ' ', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// space is skipSpace, and notes that there was some.
func (s *Scanner) space(i int) int {
	s.spaced = true
	return skipSpace(s.src, i)
}

// Kind is the kind of the next value.
func (s *Scanner) Kind() Kind {
	i := s.pos
	if i < len(s.src) && s.src[i] <= ' ' {
		i = s.space(i)
		s.pos = i
	}
	if i >= len(s.src) {
		return Invalid
	}
	return kinds[s.src[i]]
}

// wrong notes that the next value is not what was asked for.
func (s *Scanner) wrong(want Kind) bool {
	switch k := s.Kind(); {
	case s.err != nil:
	case k != Invalid:
		s.Fail(Type, s.pos, "%s where %s should be", k, want)
	case s.pos >= len(s.src):
		s.Fail(Truncated, s.pos, "the text ends where %s should be", want)
	default:
		s.Fail(Syntax, s.pos, "%s where a value should be", quote(s.src, s.pos))
	}
	return false
}

// Object enters an object, whose keys Key gives.
func (s *Scanner) Object() bool {
	if s.Kind() != Object {
		return s.wrong(Object)
	}
	return s.enter()
}

// Array enters an array, whose elements More goes to.
func (s *Scanner) Array() bool {
	if s.Kind() != Array {
		return s.wrong(Array)
	}
	return s.enter()
}

func (s *Scanner) enter() bool {
	if s.depth >= s.max {
		s.Fail(Depth, s.pos, "more than %d values within each other", s.max)
		return false
	}
	s.depth++
	s.pos++
	s.first = true
	return true
}

// Key is the next key of the object last entered and not yet left, unescaped, valid
// until the next key; its value must be read next. False: the object has ended and is left, or
// there is an error. A key that stands twice is an error at the end of the object.
func (s *Scanner) Key() ([]byte, bool) {
	key, at, ok := s.readKey()
	switch {
	case ok:
		s.keep(key, len(key) > 0 && &key[0] != &s.src[at+1], at)
	case s.err == nil:
		s.unique()
	}
	return key, ok
}

// RawKey is Key for callers that find keys that stand twice by themselves.
func (s *Scanner) RawKey() ([]byte, bool) {
	key, _, ok := s.readKey()
	return key, ok
}

func (s *Scanner) readKey() (key []byte, at int, ok bool) {
	i, src := s.pos, s.src
	if !s.first && i+34 <= len(src) && src[i] == ',' && src[i+1] == '"' { // compact, and short: most
		for j := i + 2; j <= i+18; j += 8 {
			m := special(binary.LittleEndian.Uint64(src[j:]))
			if m == 0 {
				continue
			}
			if j += bits.TrailingZeros64(m) >> 3; src[j] != '"' || src[j+1] != ':' {
				break
			}
			s.pos = j + 2
			return src[i+2 : j : j], i + 1, true
		}
	}
	if i < len(src) && src[i] <= ' ' {
		i = s.space(i)
	}
	if i >= len(src) {
		s.cut(i)
		return nil, 0, false
	}
	c := src[i]
	if s.first {
		s.first = false
	} else if c == ',' {
		i++
		if i < len(src) && src[i] <= ' ' {
			i = s.space(i)
		}
		if i >= len(src) {
			s.cut(i)
			return nil, 0, false
		}
		if c = src[i]; c == '}' {
			s.Fail(Syntax, i, "a comma before the end of the object")
			return nil, 0, false
		}
	} else if c != '}' {
		s.Fail(Syntax, i, "%s where a comma or the end of the object should be", quote(src, i))
		return nil, 0, false
	}
	if c != '"' {
		if c == '}' {
			s.depth--
			s.pos = i + 1
			return nil, 0, false
		}
		s.Fail(Syntax, i, "%s where a key should be", quote(src, i))
		return nil, 0, false
	}
	at = i
	key, i, ok = s.str(i+1, &s.key)
	if !ok {
		return nil, 0, false
	}
	if i < len(src) && src[i] <= ' ' {
		i = s.space(i)
	}
	if i >= len(src) || src[i] != ':' {
		if i >= len(src) {
			s.cut(i)
		} else {
			s.Fail(Syntax, i, "%s where a colon should be", quote(src, i))
		}
		return nil, 0, false
	}
	s.pos = i + 1
	return key, at, true
}

// More goes to the next element of the array last entered and not yet left, which must be read
// next. False: the array has ended and is left, or there is an error.
func (s *Scanner) More() bool {
	i, src := s.pos, s.src
	if i < len(src) && src[i] <= ' ' {
		i = s.space(i)
	}
	if i >= len(src) {
		s.cut(i)
		return false
	}
	c := src[i]
	switch {
	case c == ']':
		s.first = false
		s.depth--
		s.pos = i + 1
		return false
	case s.first:
		s.first = false
	case c == ',':
		i++
		if i < len(src) && src[i] <= ' ' {
			i = s.space(i)
		}
		if i < len(src) && src[i] == ']' {
			s.Fail(Syntax, i, "a comma before the end of the array")
			return false
		}
	default:
		s.Fail(Syntax, i, "%s where a comma or the end of the array should be", quote(src, i))
		return false
	}
	s.pos = i
	return true
}

func (s *Scanner) cut(i int) { s.Fail(Truncated, i, "the text ends within an object or an array") }

// str reads the string whose inside begins at i, and where the text goes on. The
// result is part of the source or, unescaped, of scratch.
func (s *Scanner) str(i int, scratch *[]byte) (text []byte, next int, ok bool) {
	src := s.src
	from := i
	for k := 0; k < 3 && i+8 <= len(src); k++ { // most are short
		if m := special(binary.LittleEndian.Uint64(src[i:])); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if src[i] == '"' {
				return src[from:i:i], i + 1, true
			}
			break
		}
		i += 8
	}
	end, escaped, code := scanString(src, i) // what is before i is plain
	if code != 0 {
		s.badString(end, code)
		return nil, 0, false
	}
	if escaped {
		*scratch = unescape((*scratch)[:0], src[from:end])
		return *scratch, end + 1, true
	}
	return src[from:end:end], end + 1, true
}

func (s *Scanner) badString(i int, code Code) {
	switch code {
	case Truncated:
		s.Fail(code, i, "the text ends within a string")
	case UTF8:
		s.Fail(code, i, "%s is not UTF-8", quote(s.src, i))
	case Surrogate:
		s.Fail(code, i, "half of a surrogate pair")
	default:
		if i < len(s.src) && s.src[i] < ' ' {
			s.Fail(code, i, "control character %s in a string; write it as an escape", quote(s.src, i))
			return
		}
		s.Fail(code, i, "an escape that JSON does not have")
	}
}

// Text is the next value, a string, unescaped, valid until the next one.
func (s *Scanner) Text() ([]byte, bool) {
	if s.Kind() != String {
		return nil, s.wrong(String)
	}
	text, next, ok := s.str(s.pos+1, &s.text)
	if ok {
		s.pos = next
	}
	return text, ok
}

// Number is a number, and how it was written.
type Number struct {
	Value float64
	Raw   []byte // part of the source
	short bool
}

// Exact reports whether the shortest spelling of Value is the same number, so that Raw
// need not be kept.
func (n Number) Exact() bool { return n.short || sameNumber(n.Value, n.Raw) }

// Number is the next value, a number. One beyond float64 is an error.
func (s *Scanner) Number() (Number, bool) {
	n, ok := s.NumberOrInf()
	if ok && math.IsInf(n.Value, 0) {
		s.Fail(Range, s.pos-len(n.Raw), "%.40s is beyond the range of a float64", n.Raw)
		return Number{}, false
	}
	return n, ok
}

// NumberOrInf is Number, but one beyond float64 has the value ±Inf and is no error.
func (s *Scanner) NumberOrInf() (Number, bool) {
	if s.Kind() != Num {
		return Number{}, s.wrong(Num)
	}
	i := s.pos
	if f, end, ok := PlainNumber(s.src, i); ok {
		s.pos = end
		return Number{f, s.src[i:end:end], true}, true
	}
	d, end, code := scanNumber(s.src, i)
	if code != 0 {
		s.badNumber(end, code)
		return Number{}, false
	}
	raw := s.src[i:end:end]
	f, _ := float(d, raw)
	s.pos = end
	// Fifteen digits survive the way to float64 and back where it is normal.
	return Number{f, raw, d.digits <= 15 && d.exp > -290}, true
}

// ParseNumber reads p, all of it, as a JSON number within float64.
func ParseNumber(p []byte) (Number, bool) {
	d, end, code := scanNumber(p, 0)
	if code != 0 || end != len(p) {
		return Number{}, false
	}
	f, ok := float(d, p)
	return Number{f, p, d.digits <= 15 && d.exp > -290}, ok
}

func (s *Scanner) badNumber(i int, code Code) {
	if code == Truncated {
		s.Fail(code, i, "the text ends within a number")
		return
	}
	s.Fail(code, i, "%s where a digit should be, or a zero before other digits", quote(s.src, i))
}

// Bool is the next value, true or false.
func (s *Scanner) Bool() (value, ok bool) {
	if s.Kind() != Bool {
		return false, s.wrong(Bool)
	}
	if s.src[s.pos] == 't' {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

// Null reads the next value if it is null.
func (s *Scanner) Null() bool {
	return s.Kind() == Null && s.literal("null")
}

func (s *Scanner) literal(word string) bool {
	rest := s.src[s.pos:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		s.pos += len(word)
		return true
	}
	for i := range word {
		if i >= len(rest) {
			s.Fail(Truncated, len(s.src), "the text ends within %q", word)
			break
		}
		if rest[i] != word[i] {
			s.Fail(Syntax, s.pos+i, "%s where %q should go on", quote(rest, i), word)
			break
		}
	}
	return false
}

// End says that the text should have ended, and gives the first error of all.
func (s *Scanner) End() *Error {
	if s.err == nil && s.Kind() != Invalid || s.pos < len(s.src) {
		s.Fail(Trailing, s.pos, "%s after the end of the value", quote(s.src, s.pos))
	}
	return s.Err()
}
