package indicators

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// parser turns a document into nodes and collects what is wrong with it.
type parser struct {
	src   *source
	cfg   Config
	count int
	errs  Errors
	over  bool // a limit was reached: nothing further is read
}

// fail leaves the naming of the thing to the end, when the ids are known.
func (p *parser) fail(kind error, off int, pointer, format string, args ...any) {
	p.errs = append(p.errs, newError(kind, p.src.at(off), pointer, fmt.Sprintf(format, args...), nil))
}

// node counts a value against the limits; nil when they are exceeded.
func (p *parser) node(off, depth int, path []string) *node {
	p.count++
	switch {
	case p.over:
		return nil
	case p.count > p.cfg.MaxNodes:
		p.over = true
		p.fail(ErrLimit, off, jsonschema.Pointer(path...), "more than %d values; split the document or raise MaxNodes", p.cfg.MaxNodes)
		return nil
	case depth > p.cfg.MaxDepth:
		p.over = true
		p.fail(ErrLimit, off, "", "nested deeper than %d levels; raise MaxDepth if that is meant", p.cfg.MaxDepth)
		return nil
	}
	return &node{off: int32(off)}
}

// addKey appends a key to a mapping, unless it is there already.
func (p *parser) addKey(n *node, seen map[string]int, path []string, off int) bool {
	name := path[len(path)-1]
	if first, dup := seen[name]; dup {
		at := p.src.at(first)
		p.fail(ErrDuplicate, off, jsonschema.Pointer(path...), "the key %s is here twice; the first is at line %d, column %d",
			jsonschema.Quote(name), at.Line, at.Column)
		return false
	}
	seen[name] = off
	n.keys = append(n.keys, key{name, int32(off)})
	return true
}

// parseYAML reads one YAML document of the JSON-like part of YAML 1.2: no
// anchors, aliases, merge keys or own tags; every key a string.
func (p *parser) parseYAML() *node {
	text := p.src.text
	// The parser builds its whole tree before we see it: count first what can
	// begin a value, so that a hostile document does not fill the memory.
	if n := separators(text); n > 2*p.cfg.MaxNodes+1000 {
		p.fail(ErrLimit, 0, "", "more than %d values; split the document or raise MaxNodes", p.cfg.MaxNodes)
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := decodeYAML(dec, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			p.fail(ErrSyntax, 0, "", "the document is empty; write a mapping of keys to values")
			return nil
		}
		p.yamlError(err, func(d *yaml.Decoder) error { return decodeYAML(d, new(yaml.Node)) })
		return nil
	}
	var more yaml.Node
	switch err := decodeYAML(dec, &more); {
	case err == nil:
		p.fail(ErrSyntax, p.src.offset(more.Line, 1), "", "a second document begins here; write one document in a file, without ---")
		return nil
	case !errors.Is(err, io.EOF):
		p.yamlError(err, func(d *yaml.Decoder) error {
			if err := decodeYAML(d, new(yaml.Node)); err != nil {
				return err
			}
			return decodeYAML(d, new(yaml.Node))
		})
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		p.fail(ErrSyntax, 0, "", "the document is empty; write a mapping of keys to values")
		return nil
	}
	return p.yamlNode(doc.Content[0], nil, 1)
}

// decodeYAML turns the parser's panics on odd input, should there be any left,
// into errors.
func decodeYAML(d *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return d.Decode(n)
}

// separators counts the characters that can begin a value.
func separators(text []byte) int {
	n := 0
	for i, c := range text {
		switch c {
		case ',', '[', '{':
			n++
		case '-', ':', '?':
			if i+1 == len(text) || isSpace(text[i+1]) || i > 0 && (text[i-1] == '"' || text[i-1] == '\'' || text[i-1] == ']' || text[i-1] == '}') {
				n++
			}
		}
	}
	return n
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// yamlError says where the parser stopped. Its own line is that of the
// enclosing block, or one too few; so the text is read again byte by byte and
// the place is where the parser stopped reading.
func (p *parser) yamlError(err error, again func(*yaml.Decoder) error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	counter := &countingReader{r: bytes.NewReader(p.src.text)}
	_ = again(yaml.NewDecoder(counter))
	off := counter.n - 1
	if counter.n >= len(p.src.text) && line > 0 {
		off = p.src.offset(line, 1)
	}
	at := p.src.at(off)
	start := int(p.src.lines[at.Line-1])
	for start < off && start < len(p.src.text) && (p.src.text[start] == ' ' || p.src.text[start] == '\t') {
		start++
	}
	lineText := p.src.text[p.src.lines[at.Line-1]:]
	if i := bytes.IndexAny(lineText, "\r\n"); i >= 0 {
		lineText = lineText[:i]
	}
	indent := lineText[:len(lineText)-len(bytes.TrimLeft(lineText, " \t"))]
	switch {
	case bytes.IndexByte(indent, '\t') >= 0:
		msg += "; indent with spaces, not tabs"
	case strings.HasPrefix(msg, "mapping values are not allowed"):
		msg += "; quote a text that contains ': '"
	case strings.HasPrefix(msg, "did not find expected key"):
		msg += "; look at the indentation and the quotes here"
	case strings.HasPrefix(msg, "unknown anchor"):
		msg += "; write the value out: anchors and aliases are not read"
	}
	p.fail(ErrSyntax, start, "", "not valid YAML: %s", msg)
}

// countingReader gives one byte at a time, so that its count is how far the
// parser looked.
type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b[:min(1, len(b))])
	c.n += n
	return n, err
}

// yamlNode converts one value. Text is read as YAML 1.2's core schema reads it,
// and refused where YAML 1.1 reads it differently.
func (p *parser) yamlNode(y *yaml.Node, path []string, depth int) *node {
	off := p.src.offset(y.Line, y.Column)
	n := p.node(off, depth, path)
	if n == nil {
		return nil
	}
	pointer := func() string { return jsonschema.Pointer(path...) }
	if y.Kind == yaml.AliasNode {
		p.fail(ErrSyntax, off, pointer(), "alias *%s: write the value out, anchors and aliases are not read", y.Value)
		return n
	}
	if y.Anchor != "" {
		p.fail(ErrSyntax, off, pointer(), "anchor &%s: delete it, anchors and aliases are not read", y.Anchor)
	}
	if y.Style&yaml.TaggedStyle != 0 && !coreTags[y.ShortTag()] {
		p.fail(ErrSyntax, off, pointer(), "tag %s: delete it, only YAML's core tags are read", jsonschema.Quote(y.Tag))
		return n
	}
	switch y.Kind {
	case yaml.ScalarNode:
		p.yamlScalar(n, y, path)
	case yaml.SequenceNode:
		n.kind = listNode
		n.items = make([]*node, 0, len(y.Content))
		for i, c := range y.Content {
			child := p.yamlNode(c, append(path, strconv.Itoa(i)), depth+1)
			if child == nil {
				return nil
			}
			n.items = append(n.items, child)
		}
	case yaml.MappingNode:
		n.kind = mapNode
		n.keys = make([]key, 0, len(y.Content)/2)
		n.items = make([]*node, 0, len(y.Content)/2)
		seen := make(map[string]int, len(y.Content)/2)
		for i := 0; i+1 < len(y.Content); i += 2 {
			keyOff := p.src.offset(y.Content[i].Line, y.Content[i].Column) // in the order of the text
			name, ok := p.yamlKey(y.Content[i], keyOff, path)
			childPath := append(path, name)
			child := p.yamlNode(y.Content[i+1], childPath, depth+1)
			if child == nil {
				return nil
			}
			if ok && p.addKey(n, seen, childPath, keyOff) {
				n.items = append(n.items, child)
			}
		}
		n.close()
	}
	return n
}

var coreTags = map[string]bool{
	"!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!map": true, "!!seq": true,
}

func (p *parser) yamlKey(y *yaml.Node, off int, path []string) (string, bool) {
	pointer := jsonschema.Pointer(path...)
	switch {
	case y.Kind == yaml.AliasNode:
		p.fail(ErrSyntax, off, pointer, "alias *%s as a key: write the key out, anchors and aliases are not read", y.Value)
		return "", false
	case y.Anchor != "":
		p.fail(ErrSyntax, off, pointer, "anchor &%s on a key: delete it, anchors and aliases are not read", y.Anchor)
		return "", false
	case y.Kind != yaml.ScalarNode:
		p.fail(ErrSyntax, off, pointer, "a list or mapping is used as a key; a key must be text")
		return "", false
	case y.Style&yaml.TaggedStyle != 0 && y.ShortTag() != "!!str":
		p.fail(ErrSyntax, off, pointer, "the key %s has the tag %s; delete it, a key must be text", jsonschema.Quote(y.Value), jsonschema.Quote(y.Tag))
		return "", false
	case y.Style&^yaml.FlowStyle != 0:
		return y.Value, true
	case y.Value == "<<":
		p.fail(ErrSyntax, off, pointer, "merge key <<: write the keys out, merging is not read")
		return "", false
	}
	s := resolvePlain(y.Value)
	if s.kind == stringNode && s.problem == "" {
		return y.Value, true
	}
	p.fail(ErrSyntax, off, pointer, "the key %s is not text; quote it", jsonschema.Quote(y.Value))
	return y.Value, true // its value is looked at all the same
}

func (p *parser) yamlScalar(n *node, y *yaml.Node, path []string) {
	tag := ""
	if y.Style&yaml.TaggedStyle != 0 {
		tag = y.ShortTag()
	}
	if tag == "!!str" || tag == "" && y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		n.kind, n.text = stringNode, y.Value
		return
	}
	s := resolvePlain(y.Value)
	if s.problem != "" {
		p.fail(ErrSyntax, int(n.off), jsonschema.Pointer(path...), "%s: %s", jsonschema.Quote(y.Value), s.problem)
	}
	*n = node{kind: s.kind, off: n.off, bool: s.bool, num: s.num, text: y.Value}
	if tag != "" && tag != kindTags[n.kind] && !(tag == "!!float" && n.kind == numberNode) {
		p.fail(ErrSyntax, int(n.off), jsonschema.Pointer(path...), "%s does not have the form of its tag %s", jsonschema.Quote(y.Value), tag)
	}
}

var kindTags = map[kind]string{nullNode: "!!null", boolNode: "!!bool", numberNode: "!!int", stringNode: "!!str"}

type plain struct {
	kind    kind
	bool    bool
	num     float64
	problem string
}

var (
	decimalForm = regexp.MustCompile(`^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$`)
	leadingZero = regexp.MustCompile(`^[-+]?0[0-9]`)
	otherNumber = regexp.MustCompile(`^[-+]?(0o[0-7]+|0[xX][0-9a-fA-F]+|0b[01_]+|\d[\d_]*_[\d_.]*|\d+(:[0-5]?\d)+(\.\d*)?)$`)
	notFinite   = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
	oldBoolean  = regexp.MustCompile(`^(yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$`)
)

// resolvePlain reads a scalar without quotes.
func resolvePlain(s string) plain {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return plain{kind: nullNode}
	case "true", "True", "TRUE":
		return plain{kind: boolNode, bool: true}
	case "false", "False", "FALSE":
		return plain{kind: boolNode}
	}
	if len(s) > 400 || !strings.ContainsRune("+-.0123456789yYnNoO", rune(s[0])) {
		return plain{kind: stringNode}
	}
	switch {
	case leadingZero.MatchString(s) && decimalForm.MatchString(s):
		return plain{kind: stringNode, problem: "quote it: without quotes some readers take it for a number and drop the zero or read it as octal"}
	case decimalForm.MatchString(s):
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return plain{kind: numberNode, problem: "the number is too large"}
		}
		return plain{kind: numberNode, num: f}
	case otherNumber.MatchString(s):
		return plain{kind: stringNode, problem: "write numbers in plain decimal digits, or quote it if it is text"}
	case notFinite.MatchString(s):
		return plain{kind: stringNode, problem: "infinity and not-a-number are not values; leave the key out"}
	case oldBoolean.MatchString(s):
		return plain{kind: stringNode, problem: "quote it if it is text, write true or false if it is not: YAML 1.1 readers take it for a boolean"}
	}
	return plain{kind: stringNode}
}
