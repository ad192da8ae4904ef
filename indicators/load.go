package indicators

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// Config bounds and names what is loaded. Zero: safe defaults.
type Config struct {
	File      string // name for errors
	MaxBytes  int64  // default 8 MiB, at most 1 GiB
	MaxDepth  int    // of nested lists and mappings; default 32
	MaxNodes  int    // values in the document; default 200,000
	MaxErrors int    // listed; default 100
}

func (c Config) withDefaults() Config {
	if c.MaxBytes <= 0 {
		c.MaxBytes = 8 << 20
	}
	c.MaxBytes = min(c.MaxBytes, 1<<30) // offsets are 32 bits
	if c.MaxDepth <= 0 {
		c.MaxDepth = 32
	}
	if c.MaxNodes <= 0 {
		c.MaxNodes = 200_000
	}
	if c.MaxErrors <= 0 {
		c.MaxErrors = 100
	}
	return c
}

// Load reads a catalogue in YAML or JSON and checks it against the JSON Schema
// and in itself: ids, references, units, languages, versions, targets, rules.
// It returns every problem found as [Errors], each with its place. A document
// that begins with '{' or '[' is JSON.
//
// Of YAML it reads the part that corresponds to JSON, and refuses anchors,
// aliases, merge keys, own tags, several documents, and unquoted scalars that
// YAML 1.1 and 1.2 read differently.
func Load(r io.Reader, c Config) (*Catalogue, error) {
	c = c.withDefaults()
	src, errs := read(r, c, catalogueSchema)
	var cat Catalogue
	if src.root != nil && src.root.kind == mapNode {
		cat.src = src
		d := &decoder{src: src, units: annotationsOf(src.root), errs: errs}
		d.decode(src.root, &cat)
		ch := &checker{src: src, errs: d.errs}
		ch.catalogue(&cat)
		errs = ch.errs
	}
	if err := finish(errs, c.MaxErrors); err != nil {
		return nil, err
	}
	cat.index = newIndex(&cat)
	return &cat, nil
}

// LoadNetwork reads a network in YAML or JSON, as [Load] does a catalogue. The
// cities come out sorted by code. What it says of indicators and variables is
// checked by [Network.Check].
func LoadNetwork(r io.Reader, c Config) (*Network, error) {
	c = c.withDefaults()
	src, errs := read(r, c, networkSchema)
	var net Network
	if src.root != nil && src.root.kind == mapNode {
		net.src = src
		d := &decoder{src: src, errs: errs}
		d.decode(src.root, &net)
		ch := &checker{src: src, errs: d.errs}
		ch.network(&net)
		errs = ch.errs
	}
	if err := finish(errs, c.MaxErrors); err != nil {
		return nil, err
	}
	net.sort()
	return &net, nil
}

// read turns bytes into a tree that was checked against a schema.
func read(r io.Reader, c Config, schema func() (*jsonschema.Schema, error)) (*source, Errors) {
	text, err := io.ReadAll(io.LimitReader(r, c.MaxBytes+1))
	src := newSource(c.File, nil)
	p := &parser{src: src, cfg: c}
	one := func(kind error, off int, cause error, format string, args ...any) (*source, Errors) {
		e := newError(kind, src.at(off), "", fmt.Sprintf(format, args...), cause)
		return src, Errors{e}
	}
	if err != nil {
		return one(ErrRead, 0, err, "cannot read: %v", err)
	}
	if int64(len(text)) > c.MaxBytes {
		return one(ErrLimit, 0, nil, "larger than %d bytes; is this the right file? If it is, raise MaxBytes", c.MaxBytes)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	*src = *newSource(c.File, text)
	if off, what := badCharacter(text); off >= 0 {
		return one(ErrEncoding, off, nil, "%s", what)
	}
	switch first := bytes.TrimLeft(text, " \t\r\n"); {
	case len(first) == 0:
		return one(ErrSyntax, 0, nil, "the document is empty; write a mapping of keys to values")
	case first[0] == '{' || first[0] == '[':
		src.root = p.parseJSON()
	default:
		src.root = p.parseYAML()
	}
	if p.over {
		src.root = nil
	}
	reported := make(map[string]bool)
	for _, e := range p.errs {
		reported[e.Pointer] = true
		if s := src.subject(e.Pointer); s != "" {
			e.Msg = s + ": " + e.Msg
		}
	}
	if src.root == nil {
		return src, p.errs
	}
	s, err := schema()
	if err != nil {
		return one(ErrSchema, 0, err, "the embedded schema does not compile: %v", err)
	}
	errs := p.errs
	for _, v := range s.Validate(src.root.value()) {
		if reported[v.Pointer] && v.Pointer != "" && v.Keyword != "required" {
			continue // what could not be read has no right type either
		}
		at, _ := src.pos(v.Pointer)
		if v.OnKey {
			at = src.posKey(v.Pointer)
		}
		msg := v.Message
		if s := src.subject(v.Pointer); s != "" {
			msg = s + ": " + msg
		}
		errs = append(errs, newError(ErrSchema, at, v.Pointer, msg, nil))
	}
	return src, errs
}

// badCharacter finds the first byte that is not UTF-8, or a character that
// editors and parsers disagree about; -1 if there is none.
func badCharacter(text []byte) (int, string) {
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c < 0x7f || isSpace(c) {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1 && i < 2 && bytes.Contains(text[:min(4, len(text))], []byte{0xff}):
			return i, "the text is UTF-16; save it as UTF-8"
		case r == utf8.RuneError && n == 1:
			return i, fmt.Sprintf("the byte 0x%02x is not UTF-8; save the file as UTF-8 (it may be Windows-1252 or ISO 8859-1)", c)
		case r == 0:
			return i, "a zero byte; the file is not text, or not UTF-8"
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			return i, fmt.Sprintf("the control character %U cannot stand in a document; delete it", r)
		}
		i += n
	}
	return -1, ""
}

// Pos is where the value at a JSON pointer
// ("/indicators/3/definitions/0/formula") begins in the text the catalogue was
// loaded from. It is false if there is no such value, or no text.
func (c *Catalogue) Pos(pointer string) (Position, bool) { return c.src.pos(pointer) }

// PosIn is where byte i (from 0) of the text value at a JSON pointer stands,
// through quotes and the lines of YAML block texts; where the value is written
// with escapes, its beginning.
func (c *Catalogue) PosIn(pointer string, i int) (Position, bool) { return c.src.posIn(pointer, i) }

// Pos is where the value at a JSON pointer begins, as [Catalogue.Pos]. Cities
// are numbered as in the document.
func (n *Network) Pos(pointer string) (Position, bool) { return n.src.pos(pointer) }
