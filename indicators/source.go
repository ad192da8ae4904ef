package indicators

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

type kind uint8

const (
	nullNode kind = iota
	boolNode
	numberNode
	stringNode
	listNode
	mapNode
)

// node is a value of a document with its place.
type node struct {
	kind  kind
	bool  bool
	off   int32 // byte of the text at which the value begins
	num   float64
	text  string // of a string; of a number, as written
	keys  []key  // of a mapping, beside items
	items []*node
	index map[string]int // of the keys of a large mapping, once parsed
}

type key struct {
	text string
	off  int32
}

func (n *node) get(name string) *node {
	if i := n.find(name); i >= 0 {
		return n.items[i]
	}
	return nil
}

// find is the place of a key, -1 if it is not there.
func (n *node) find(name string) int {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return i
		}
		return -1
	}
	for i, k := range n.keys {
		if k.text == name {
			return i
		}
	}
	return -1
}

// close ends the building of a mapping. A hostile one has many keys, each with
// an error to be placed.
func (n *node) close() {
	if len(n.keys) > 64 {
		n.index = make(map[string]int, len(n.keys))
		for i, k := range n.keys {
			n.index[k.text] = i
		}
	}
}

// value gives the node in the form that the schema checks.
func (n *node) value() any {
	switch n.kind {
	case boolNode:
		return n.bool
	case numberNode:
		return n.num
	case stringNode:
		return n.text
	case listNode:
		out := make([]any, len(n.items))
		for i, c := range n.items {
			out[i] = c.value()
		}
		return out
	case mapNode:
		out := make(map[string]any, len(n.keys))
		for i, k := range n.keys {
			out[k.text] = n.items[i].value()
		}
		return out
	}
	return nil
}

// source is a document: its text, for positions, and its tree.
type source struct {
	file  string
	text  []byte
	lines []int32 // offset at which each line begins
	root  *node

	last struct{ line, column, off int } // of offset, while parsing
}

func newSource(file string, text []byte) *source {
	s := &source{file: file, text: text, lines: []int32{0}}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			s.lines = append(s.lines, int32(i+1))
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				s.lines = append(s.lines, int32(i+1))
			}
		}
	}
	return s
}

// at is the position of a byte.
func (s *source) at(off int) Position {
	off = min(max(off, 0), len(s.text))
	i := sort.Search(len(s.lines), func(i int) bool { return int(s.lines[i]) > off }) - 1
	return Position{s.file, i + 1, off - int(s.lines[i]) + 1}
}

// offset is the byte of a line (from 1) and a column counted in characters
// (from 1), as the YAML parser gives them.
func (s *source) offset(line, column int) int {
	if line < 1 || line > len(s.lines) {
		return len(s.text)
	}
	off, at := int(s.lines[line-1]), 1
	if l := s.last; l.line == line && l.column <= column {
		off, at = l.off, l.column // values come in order: a long line is walked once
	}
	for ; at < column && off < len(s.text); at++ {
		_, n := utf8.DecodeRune(s.text[off:])
		off += n
	}
	s.last.line, s.last.column, s.last.off = line, at, off
	return off
}

// find walks a JSON pointer to its value, and tells where the last key stands
// (-1 for list items and the root). Without an exact match it gives the deepest
// value there is, and false.
func (s *source) find(pointer string) (n *node, keyOff int, ok bool) {
	n, keyOff = s.root, -1
	for _, t := range jsonschema.Tokens(pointer) {
		next := -1
		switch n.kind {
		case mapNode:
			next = n.find(t)
		case listNode:
			if i, err := strconv.Atoi(t); err == nil && i >= 0 && i < len(n.items) {
				next = i
			}
		}
		if next < 0 {
			return n, -1, false
		}
		keyOff = -1
		if n.kind == mapNode {
			keyOff = int(n.keys[next].off)
		}
		n = n.items[next]
	}
	return n, keyOff, true
}

// pos is the position of the value at a pointer, or of the nearest value around
// it; false if there is no such value.
func (s *source) pos(pointer string) (Position, bool) {
	if s == nil || s.root == nil {
		return Position{}, false
	}
	n, _, ok := s.find(pointer)
	return s.at(int(n.off)), ok
}

// posKey is the position of the key that the pointer's last token names.
func (s *source) posKey(pointer string) Position {
	if s == nil || s.root == nil {
		return Position{}
	}
	n, keyOff, _ := s.find(pointer)
	if keyOff >= 0 {
		return s.at(keyOff)
	}
	return s.at(int(n.off))
}

// posIn is the position of byte i of the text at a pointer, following quotes
// and the line breaks of YAML block texts; where escapes make that impossible,
// the beginning of the text.
func (s *source) posIn(pointer string, i int) (Position, bool) {
	if s == nil || s.root == nil {
		return Position{}, false
	}
	n, _, ok := s.find(pointer)
	if !ok || n.kind != stringNode || i < 0 || i > len(n.text) {
		return s.at(int(n.off)), ok
	}
	raw := s.text[n.off:]
	at := 0
	switch {
	case len(raw) == 0:
	case raw[0] == '"' || raw[0] == '\'':
		at = 1
	case raw[0] == '|' || raw[0] == '>':
		at = bytes.IndexByte(raw, '\n') + 1
	}
	for j := 0; j < i; j++ {
		c := n.text[j]
		if isSpace(c) {
			// A run of white space may be written as another one.
			if j == 0 || !isSpace(n.text[j-1]) {
				if at >= len(raw) || !isSpace(raw[at]) {
					return s.at(int(n.off)), true
				}
			}
			if at < len(raw) && isSpace(raw[at]) {
				at++
			}
			continue
		}
		for at < len(raw) && isSpace(raw[at]) && (j == 0 || isSpace(n.text[j-1])) {
			at++
		}
		if at >= len(raw) || raw[at] != c {
			return s.at(int(n.off)), true
		}
		at++
	}
	if i < len(n.text) && !isSpace(n.text[i]) {
		for at < len(raw) && isSpace(raw[at]) && (i == 0 || isSpace(n.text[i-1])) {
			at++
		}
	}
	return s.at(int(n.off) + at), true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// subject names a value for people: indicator "waste.rate", definitions[0].formula.
func (s *source) subject(pointer string) string {
	tokens := jsonschema.Tokens(pointer)
	if len(tokens) == 0 {
		return ""
	}
	var n *node
	if s != nil {
		n = s.root
	}
	step := func(t string) {
		if n == nil {
			return
		}
		if n.kind == mapNode {
			n = n.get(t)
			return
		}
		if i, err := strconv.Atoi(t); err == nil && n.kind == listNode && i >= 0 && i < len(n.items) {
			n = n.items[i]
			return
		}
		n = nil
	}
	var b strings.Builder
	step(tokens[0])
	if noun := nouns[tokens[0]]; noun != "" && len(tokens) > 1 {
		step(tokens[1])
		id := ""
		if n != nil && n.kind == mapNode {
			for _, k := range []string{"id", "code"} {
				if c := n.get(k); c != nil && c.kind == stringNode {
					id = c.text
				}
			}
		}
		if id != "" {
			b.WriteString(noun + " " + jsonschema.Quote(id))
		} else {
			b.WriteString(tokens[0] + "[" + tokens[1] + "]")
		}
		tokens = tokens[2:]
		if len(tokens) > 0 {
			b.WriteString(", ")
		}
	}
	for i, t := range tokens {
		if _, err := strconv.Atoi(t); err == nil && len(t) < 7 {
			b.WriteString("[" + t + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		if len(t) > 40 {
			t = jsonschema.Quote(t)
		}
		b.WriteString(t)
	}
	return b.String()
}

var nouns = map[string]string{
	"dimensions": "dimension", "families": "family", "sources": "source", "variables": "variable",
	"indicators": "indicator", "rules": "rule", "deflators": "deflator", "groups": "group",
	"structure": "structure", "cities": "city",
}
