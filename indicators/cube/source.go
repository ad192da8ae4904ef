package cube

import (
	"strconv"
	"strings"
)

// String is "name", "name:line" or "name:line:column"; the zero Source is "".
// Where the name itself ends like a place, line and column are always written,
// so that [ParseSource] reads back what was written.
func (s Source) String() string { return string(s.appendText(nil)) }

func (s Source) appendText(dst []byte) []byte {
	dst = append(dst, s.Name...)
	_, _, like := cutNumber(s.Name)
	if s.Line != 0 || s.Column != 0 || like {
		dst = strconv.AppendInt(append(dst, ':'), int64(s.Line), 10)
	}
	if s.Column != 0 || like {
		dst = strconv.AppendInt(append(dst, ':'), int64(s.Column), 10)
	}
	return dst
}

// ParseSource reads what [Source.String] writes. Any text is a source: without
// a place at its end it is a name.
func ParseSource(s string) Source {
	name, last, ok := cutNumber(s)
	if !ok {
		return Source{Name: s}
	}
	if inner, line, ok := cutNumber(name); ok {
		return Source{Name: inner, Line: line, Column: last}
	}
	return Source{Name: name, Line: last}
}

// cutNumber cuts ":digits" off the end, in the spelling that String writes.
func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, 0, false
	}
	d := s[i+1:]
	if d == "" || len(d) > 18 || len(d) > 1 && d[0] == '0' {
		return s, 0, false
	}
	for _, c := range []byte(d) {
		if c < '0' || c > '9' {
			return s, 0, false
		}
		n = n*10 + int(c-'0')
	}
	return s[:i], n, true
}

// A sourceRef is a Source in 8 bytes: 20 bits of name code, 30 of line, 14 of
// column. Cells read from a file all have different sources, so that a
// dictionary of whole sources would cost more than the values; what does not
// fit in the bits is in a dictionary.
type sourceRef uint64

const (
	refNameBits = 20
	refLineBits = 30
	refColBits  = 14
	refSpill    = 1<<refNameBits - 1
)

// sources is the dictionary behind sourceRefs. Ref 0 is the zero Source: name
// code 0 is "".
type sources struct {
	names []string // by code-1
	spill []Source
}

func (t *sources) get(r sourceRef) Source {
	if r == 0 {
		return Source{}
	}
	name := r >> (refLineBits + refColBits)
	low := r & (1<<(refLineBits+refColBits) - 1)
	if name == refSpill {
		return t.spill[low]
	}
	s := Source{Line: int(low >> refColBits), Column: int(low & (1<<refColBits - 1))}
	if name > 0 {
		s.Name = t.names[name-1]
	}
	return s
}

// sourceWriter adds to sources.
type sourceWriter struct {
	sources
	code      map[string]uint32
	spilled   map[Source]int
	last      string
	lastCode  uint32
	lastValid bool
}

func (w *sourceWriter) ref(s Source) sourceRef {
	if s == (Source{}) {
		return 0
	}
	if !w.lastValid || s.Name != w.last {
		raw := s.Name
		s = s.clean()
		w.lastCode = w.name(s.Name)
		w.last, w.lastValid = raw, true
	}
	if s.Line < 0 || s.Column < 0 {
		s = s.clean()
	}
	if w.lastCode >= refSpill || s.Line >= 1<<refLineBits || s.Column >= 1<<refColBits {
		s = s.clean()
		i, ok := w.spilled[s]
		if !ok {
			if w.spilled == nil {
				w.spilled = make(map[Source]int)
			}
			i = len(w.spill)
			w.spill = append(w.spill, s)
			w.spilled[s] = i
		}
		return sourceRef(refSpill)<<(refLineBits+refColBits) | sourceRef(i)
	}
	return sourceRef(w.lastCode)<<(refLineBits+refColBits) | sourceRef(s.Line)<<refColBits | sourceRef(s.Column)
}

// name returns the code of a name, or refSpill when there are too many names.
func (w *sourceWriter) name(n string) uint32 {
	if n == "" {
		return 0
	}
	if c, ok := w.code[n]; ok {
		return c
	}
	if len(w.names) >= refSpill-1 {
		return refSpill
	}
	if w.code == nil {
		w.code = make(map[string]uint32)
	}
	n = strings.Clone(n)
	w.names = append(w.names, n)
	w.code[n] = uint32(len(w.names))
	return uint32(len(w.names))
}
