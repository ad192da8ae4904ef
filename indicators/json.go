package indicators

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// jsonParser reads JSON strictly, token by token, so that every value has a
// place and a limit stops the reading at once.
type jsonParser struct {
	*parser
	dec *json.Decoder
}

func (p *parser) parseJSON() *node {
	j := &jsonParser{parser: p, dec: json.NewDecoder(bytes.NewReader(p.src.text))}
	j.dec.UseNumber()
	n := j.value(nil, 1)
	if n == nil {
		return nil
	}
	if off := j.next(); off < len(p.src.text) {
		p.fail(ErrSyntax, off, "", "not valid JSON: %s after the document's end", jsonschema.Quote(string(p.src.text[off:min(off+20, len(p.src.text))])))
		return nil
	}
	return n
}

// next is the offset of the next token.
func (j *jsonParser) next() int {
	text := j.src.text
	i := int(j.dec.InputOffset())
	for i < len(text) && (isSpace(text[i]) || text[i] == ',' || text[i] == ':') {
		i++
	}
	return i
}

// token reads a token; false after an error.
func (j *jsonParser) token() (json.Token, int, bool) {
	off := j.next()
	t, err := j.dec.Token()
	if err == nil {
		return t, off, true
	}
	j.over = true
	msg := strings.TrimPrefix(err.Error(), "json: ")
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		msg, off = "the text ends too early: is the file whole?", len(j.src.text)
	case errors.As(err, &syntax):
		off = max(int(syntax.Offset)-1, int(j.dec.InputOffset()))
		if strings.Contains(msg, "unexpected end") {
			msg, off = "the text ends too early: is the file whole?", len(j.src.text)
		}
	}
	j.fail(ErrSyntax, off, "", "not valid JSON: %s", msg)
	return nil, 0, false
}

func (j *jsonParser) value(path []string, depth int) *node {
	t, off, ok := j.token()
	if !ok {
		return nil
	}
	n := j.node(off, depth, path)
	if n == nil {
		return nil
	}
	switch v := t.(type) {
	case bool:
		n.kind, n.bool = boolNode, v
	case json.Number:
		n.kind, n.text = numberNode, string(v)
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			j.fail(ErrSyntax, off, jsonschema.Pointer(path...), "%s: the number is too large", jsonschema.Quote(n.text))
			f = 0
		}
		n.num = f
	case string:
		n.kind, n.text = stringNode, j.string(v, off, path)
	case json.Delim:
		if v == '[' {
			n.kind = listNode
			for i := 0; j.dec.More(); i++ {
				c := j.value(append(path, strconv.Itoa(i)), depth+1)
				if c == nil {
					return nil
				}
				n.items = append(n.items, c)
			}
		} else {
			n.kind = mapNode
			seen := make(map[string]int)
			for j.dec.More() {
				t, off, ok := j.token()
				if !ok {
					return nil
				}
				name, _ := t.(string) // the decoder admits no other
				name = j.string(name, off, path)
				childPath := append(path, name)
				c := j.value(childPath, depth+1)
				if c == nil {
					return nil
				}
				if j.addKey(n, seen, childPath, off) {
					n.items = append(n.items, c)
				}
			}
			n.close()
		}
		if _, _, ok := j.token(); !ok { // the closing delimiter
			return nil
		}
	}
	return n
}

// string refuses what the decoder replaced silently: half of a surrogate pair.
func (j *jsonParser) string(s string, off int, path []string) string {
	if strings.ContainsRune(s, utf8.RuneError) {
		raw := j.src.text[off:j.dec.InputOffset()]
		if !bytes.ContainsRune(raw, utf8.RuneError) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
			j.fail(ErrEncoding, off, jsonschema.Pointer(path...), "half of a surrogate pair (\\ud800 to \\udfff); write the character itself")
		}
	}
	return s
}
