package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	engine "github.com/santhosh-tekuri/jsonschema/v5"
)

// Schema is a compiled JSON Schema.
type Schema struct {
	engine *engine.Schema
	doc    any // the schema's own text, for messages
}

// Compile compiles a schema of draft 2020-12, given as JSON text with an
// absolute $id. It fails if the schema refers to another document.
func Compile(text []byte) (*Schema, error) {
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("jsonschema: %w", err)
	}
	id, _ := field(doc, "$id").(string)
	if u, err := url.Parse(id); err != nil || !u.IsAbs() {
		return nil, fmt.Errorf("jsonschema: $id %q must be an absolute address", id)
	}
	c := engine.NewCompiler()
	c.Draft = engine.Draft2020
	c.LoadURL = func(s string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("jsonschema: %s is not loaded: only the schema itself is read", s)
	}
	if err := c.AddResource(id, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	s, err := c.Compile(id)
	if err != nil {
		return nil, err
	}
	return &Schema{engine: s, doc: doc}, nil
}

// Violation is one place where a document is not what the schema says.
type Violation struct {
	// Pointer is the JSON pointer of the value at fault, of the key's value if
	// OnKey, of the object that lacks a key for the keyword "required".
	Pointer string
	Keyword string // of JSON Schema: type, required, additionalProperties, …
	Message string // what is wrong and what to write, without the place
	OnKey   bool   // the key itself is wrong, not its value
}

// Validate returns every violation, sorted by pointer and keyword; nil if there
// is none. v is made of map[string]any, []any, string, finite float64, bool and
// nil; other types are a violation at the root.
func (s *Schema) Validate(v any) []Violation {
	err := s.engine.Validate(v)
	if err == nil {
		return nil
	}
	var verr *engine.ValidationError
	if !errors.As(err, &verr) {
		return []Violation{{Keyword: "type", Message: err.Error()}}
	}
	var out []Violation
	s.collect(verr, v, &out)
	slices.SortFunc(out, func(a, b Violation) int {
		return strings.Compare(a.Pointer+"\x00"+a.Keyword+"\x00"+a.Message, b.Pointer+"\x00"+b.Keyword+"\x00"+b.Message)
	})
	return slices.Compact(out)
}

// collect appends the leaves of the engine's tree of causes.
func (s *Schema) collect(e *engine.ValidationError, root any, out *[]Violation) {
	for _, c := range e.Causes {
		s.collect(c, root, out)
	}
	if len(e.Causes) > 0 {
		return
	}
	at := splitEngine(e.InstanceLocation)
	_, loc, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	path := splitEngine(loc)
	if len(path) == 0 {
		*out = append(*out, Violation{Pointer: Pointer(at...), Keyword: "false", Message: "must not be here"})
		return
	}
	n := len(path) - 1
	if i := slices.Index(path, "dependentRequired"); i >= 0 && i == n-2 {
		// …/dependentRequired/<the key that is there>/<index of the one that is not>
		need, _ := lookup(s.doc, path).(string)
		*out = append(*out, Violation{Pointer: Pointer(at...), Keyword: path[i],
			Message: fmt.Sprintf("the key %q is missing: it belongs to %q", need, path[n-1])})
		return
	}
	keyword := path[n]
	if allowed, ok := lookup(s.doc, path).(bool); ok && !allowed && n > 0 && path[n-1] == "properties" {
		*out = append(*out, Violation{Pointer: Pointer(at...), Keyword: "false", Message: "must not be here"})
		return
	}
	where := lookup(s.doc, path[:n])
	onKey := strings.Contains(e.KeywordLocation, "/propertyNames/")
	var value any
	if onKey && len(at) > 0 {
		value = at[len(at)-1]
	} else {
		value = lookup(root, at)
	}
	switch keyword {
	case "additionalProperties":
		for _, k := range unknownKeys(where, value) {
			*out = append(*out, Violation{
				Pointer: Pointer(append(slices.Clone(at), k)...), Keyword: keyword, OnKey: true,
				Message: unknownKey(k, where),
			})
		}
	case "required":
		have, _ := value.(map[string]any)
		for _, k := range texts(field(where, "required")) {
			if _, ok := have[k]; !ok {
				*out = append(*out, Violation{Pointer: Pointer(at...), Keyword: keyword, Message: missingKey(k, s.doc, where)})
			}
		}
	default:
		*out = append(*out, Violation{Pointer: Pointer(at...), Keyword: keyword, OnKey: onKey, Message: message(keyword, where, value)})
	}
}

func unknownKeys(schema, value any) []string {
	m, _ := value.(map[string]any)
	known, _ := field(schema, "properties").(map[string]any)
	var out []string
	for k := range m {
		if _, ok := known[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// Pointer writes a JSON pointer (RFC 6901) from its tokens.
func Pointer(tokens ...string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(escaper.Replace(t))
	}
	return b.String()
}

// Tokens is the inverse of [Pointer].
func Tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	out := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, t := range out {
		out[i] = unescaper.Replace(t)
	}
	return out
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// splitEngine reads the engine's pointers, which are also escaped for URLs.
func splitEngine(p string) []string {
	out := Tokens(p)
	for i, t := range strings.Split(strings.TrimPrefix(p, "/"), "/") {
		if u, err := url.PathUnescape(t); err == nil && i < len(out) {
			out[i] = unescaper.Replace(u)
		}
	}
	return out
}

func lookup(v any, tokens []string) any {
	for _, t := range tokens {
		switch x := v.(type) {
		case map[string]any:
			v = x[t]
		case []any:
			i := 0
			for _, c := range t {
				if c < '0' || c > '9' || i > len(x) {
					return nil
				}
				i = i*10 + int(c-'0')
			}
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func field(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

func texts(v any) []string {
	l, _ := v.([]any)
	var out []string
	for _, e := range l {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Set is documents that schemas may refer to, by address.
type Set struct{ c *engine.Compiler }

// NewSet returns an empty set, which asserts formats. A schema that refers to a document that is not
// added does not compile.
func NewSet() *Set {
	c := engine.NewCompiler()
	c.Draft = engine.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(s string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("jsonschema: %s is not among the documents given", s)
	}
	return &Set{c}
}

// Add adds a document.
func (s *Set) Add(address string, text []byte) error {
	return s.c.AddResource(address, bytes.NewReader(text))
}

// Compile compiles the schema at an address. It has no text for the messages of Validate.
func (s *Set) Compile(address string) (*Schema, error) {
	e, err := s.c.Compile(address)
	if err != nil {
		return nil, err
	}
	return &Schema{engine: e}, nil
}

// Valid reports whether v is as the schema says. v may have json.Number too.
func (s *Schema) Valid(v any) bool { return s.engine.Validate(v) == nil }

// Format is the check of a format by its name, nil if there is none: such a format holds
// for everything.
func Format(name string) func(text string) bool {
	f := engine.Formats[name]
	if f == nil {
		return nil
	}
	return func(text string) bool { return f(text) }
}
