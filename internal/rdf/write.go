package rdf

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Prefix is a namespace and its short name in Turtle and JSON-LD. The name is an
// ASCII letter followed by letters and digits; the writers do without a prefix
// of another name, and without those whose name an earlier one has.
type Prefix struct{ Name, Namespace string }

// AppendNTriples appends the graph in canonical N-Triples: sorted, one space
// between terms, characters escaped only where the grammar demands it. The
// error is Check's; dst is then as it was.
func (g *Graph) AppendNTriples(dst []byte) ([]byte, error) {
	if err := g.Check(); err != nil {
		return dst, err
	}
	for _, t := range g.Sorted() {
		dst = appendIRI(dst, t.Subject)
		dst = append(dst, ' ')
		dst = appendIRI(dst, t.Predicate)
		dst = append(dst, ' ')
		dst = appendTerm(dst, t.Object, nil)
		dst = append(dst, " .\n"...)
	}
	return dst, nil
}

// AppendTurtle appends the graph in Turtle 1.1 with the given prefixes, of which
// only those used are declared, sorted by name. The error is Check's; dst is then as it was.
func (g *Graph) AppendTurtle(dst []byte, prefixes []Prefix) ([]byte, error) {
	if err := g.Check(); err != nil {
		return dst, err
	}
	triples := g.Sorted()
	p := newPrefixer(prefixes, func(Prefix) bool { return true })
	var body []byte
	for i, t := range triples {
		switch {
		case i == 0 || triples[i-1].Subject != t.Subject:
			if i > 0 {
				body = append(body, " .\n\n"...)
			}
			body = p.appendIRI(body, t.Subject)
			body = append(body, ' ')
			body = p.appendPredicate(body, t.Predicate)
			body = append(body, ' ')
		case triples[i-1].Predicate != t.Predicate:
			body = append(body, " ;\n    "...)
			body = p.appendPredicate(body, t.Predicate)
			body = append(body, ' ')
		default:
			body = append(body, ", "...)
		}
		body = appendTerm(body, t.Object, p)
	}
	if len(triples) > 0 {
		body = append(body, " .\n"...)
	}
	used := p.used()
	for _, x := range used {
		dst = append(dst, "@prefix "+x.Name+": <"+x.Namespace+"> .\n"...)
	}
	if len(used) > 0 {
		dst = append(dst, '\n')
	}
	return append(dst, body...), nil
}

type prefixer struct {
	prefixes []Prefix // longest namespace first
	seen     map[string]bool
}

func newPrefixer(prefixes []Prefix, keep func(Prefix) bool) *prefixer {
	p := &prefixer{seen: map[string]bool{}}
	for _, x := range prefixes {
		same := func(y Prefix) bool { return y.Name == x.Name }
		if plainName(x.Name) && CheckIRI(x.Namespace) == nil && keep(x) && !slices.ContainsFunc(p.prefixes, same) {
			p.prefixes = append(p.prefixes, x)
		}
	}
	slices.SortStableFunc(p.prefixes, func(a, b Prefix) int { return len(b.Namespace) - len(a.Namespace) })
	return p
}

func (p *prefixer) used() []Prefix {
	var out []Prefix
	for _, x := range p.prefixes {
		if p.seen[x.Name] {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Prefix) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// short is the IRI as prefix:local, if a prefix fits and the local name needs no escape.
func (p *prefixer) short(iri string) (string, bool) {
	for _, x := range p.prefixes {
		local, ok := strings.CutPrefix(iri, x.Namespace)
		if !ok || !plainLocal(local) {
			continue
		}
		p.seen[x.Name] = true
		return x.Name + ":" + local, true
	}
	return "", false
}

func plainName(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func plainLocal(s string) bool {
	if s == "" || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func (p *prefixer) appendIRI(dst []byte, iri string) []byte {
	if s, ok := p.short(iri); ok {
		return append(dst, s...)
	}
	return appendIRI(dst, iri)
}

func (p *prefixer) appendPredicate(dst []byte, iri string) []byte {
	if iri == Type {
		return append(dst, 'a')
	}
	return p.appendIRI(dst, iri)
}

func appendIRI(dst []byte, iri string) []byte {
	dst = append(dst, '<')
	dst = append(dst, iri...)
	return append(dst, '>')
}

func appendTerm(dst []byte, t Term, p *prefixer) []byte {
	if t.IRI != "" {
		if p != nil {
			return p.appendIRI(dst, t.IRI)
		}
		return appendIRI(dst, t.IRI)
	}
	dst = append(dst, '"')
	for _, r := range t.Lexical {
		switch r {
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '"':
			dst = append(dst, `\"`...)
		case '\\':
			dst = append(dst, `\\`...)
		default:
			if r < 0x20 || r == 0x7f {
				const hex = "0123456789ABCDEF"
				dst = append(dst, `\u00`...)
				dst = append(dst, hex[r>>4], hex[r&15])
				continue
			}
			dst = append(dst, string(r)...)
		}
	}
	dst = append(dst, '"')
	switch {
	case t.Lang != "":
		dst = append(dst, '@')
		dst = append(dst, t.Lang...)
	case t.Datatype != "" && p != nil:
		dst = append(dst, "^^"...)
		dst = p.appendIRI(dst, t.Datatype)
	case t.Datatype != "":
		dst = append(dst, "^^"...)
		dst = appendIRI(dst, t.Datatype)
	}
	return dst
}

// AppendJSONLD appends the graph as flattened JSON-LD 1.1 with an inline context
// of the prefixes used: one object per subject, every value an array of
// explicit @id or @value objects. The error is Check's; dst is then as it was.
func (g *Graph) AppendJSONLD(dst []byte, prefixes []Prefix) ([]byte, error) {
	if err := g.Check(); err != nil {
		return dst, err
	}
	triples := g.Sorted()
	p := newPrefixer(prefixes, jsonldPrefixes(triples))
	key := func(iri string) string {
		if s, ok := p.short(iri); ok {
			return s
		}
		return iri
	}
	var nodes []*object
	for i, t := range triples {
		if i == 0 || triples[i-1].Subject != t.Subject {
			nodes = append(nodes, &object{})
			nodes[len(nodes)-1].set("@id", t.Subject)
		}
		n := nodes[len(nodes)-1]
		if t.Predicate == Type && t.Object.IRI != "" {
			n.append("@type", key(t.Object.IRI))
			continue
		}
		v := &object{}
		switch {
		case t.Object.IRI != "":
			v.set("@id", t.Object.IRI)
		case t.Object.Lang != "":
			v.set("@value", t.Object.Lexical)
			v.set("@language", t.Object.Lang)
		case t.Object.Datatype != "":
			v.set("@value", t.Object.Lexical)
			v.set("@type", key(t.Object.Datatype))
		default:
			v.set("@value", t.Object.Lexical)
		}
		n.append(key(t.Predicate), v)
	}
	context := &object{}
	for _, x := range p.used() {
		context.set(x.Name, x.Namespace)
	}
	doc := &object{}
	doc.set("@context", context)
	if nodes == nil {
		nodes = []*object{}
	}
	doc.set("@graph", nodes)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(doc); err != nil {
		return dst, err
	}
	return append(dst, b.Bytes()...), nil
}

// jsonldPrefixes tells which prefixes JSON-LD reads as meant: those whose
// namespace ends in a delimiter (JSON-LD 1.1 §9.15), and whose name is not the
// scheme of an IRI of the graph, which would be taken for a short form.
func jsonldPrefixes(triples []Triple) func(Prefix) bool {
	schemes := map[string]bool{}
	for _, t := range triples {
		for _, iri := range []string{t.Subject, t.Predicate, t.Object.IRI, t.Object.Datatype} {
			scheme, _, _ := strings.Cut(iri, ":")
			schemes[scheme] = true
		}
	}
	return func(x Prefix) bool {
		return strings.ContainsRune(":/?#[]@", rune(x.Namespace[len(x.Namespace)-1])) && !schemes[x.Name]
	}
}

// object is a JSON object that keeps the order of its keys.
type object struct {
	keys   []string
	values []any
}

func (o *object) set(key string, v any) {
	o.keys, o.values = append(o.keys, key), append(o.values, v)
}

// append adds v to the array under key, which must be the last key or a new one.
func (o *object) append(key string, v any) {
	if i := len(o.keys) - 1; i >= 0 && o.keys[i] == key {
		o.values[i] = append(o.values[i].([]any), v)
		return
	}
	o.set(key, []any{v})
}

// MarshalJSON writes the members in the order they were set.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(k); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(o.values[i]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
