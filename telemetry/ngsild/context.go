package ngsild

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// The core context, as far as it names attributes and types. Members that this
// package reads by themselves (id, value, observedAt…) are not expanded.
const (
	coreContext  = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context" // with or without version, .jsonld
	coreBase     = "https://uri.etsi.org/ngsi-ld/"
	defaultVocab = "https://uri.etsi.org/ngsi-ld/default-context/"
)

// coreTerms are the names of attributes and types that the core context defines and no
// other may change.
var coreTerms = map[string]bool{
	"location": true, "observationSpace": true, "operationSpace": true, "scope": true, "createdAt": true, "modifiedAt": true, "deletedAt": true, "expiresAt": true,
	"Property": true, "Relationship": true, "GeoProperty": true, "LanguageProperty": true, "VocabProperty": true, "JsonProperty": true, "ListProperty": true, "ListRelationship": true,
}

// context maps terms to IRIs.
type context struct {
	terms   map[string]string
	before  map[string]string // terms of the contexts before, while loading
	missing bool              // a part of it is not there
	expand  map[string]string
}

// contexts are those met, by how they are written.
type contexts struct {
	docs   map[string][]byte
	strict bool
	met    map[string]*context
}

// maxContexts are kept; beyond them all are forgotten.
const maxContexts = 256

// expanded is the IRI of a name by the context of the record, or the name.
func (d *Decoder) expanded(name []byte) []byte {
	if d.contexts == nil {
		return name
	}
	c := d.context
	if c == nil {
		c = d.contexts.core()
	}
	iri, ok := c.expand[string(name)]
	if !ok {
		iri = c.iri(string(name))
		if len(c.expand) < d.c.Limits.Entries {
			c.expand[string(name)] = iri
		}
	}
	d.term = append(d.term[:0], iri...)
	return d.term
}

// iri expands a name.
func (c *context) iri(name string) string {
	if coreTerms[name] {
		return coreBase + name
	}
	if iri, ok := c.terms[name]; ok {
		return iri
	}
	if prefix, rest, ok := strings.Cut(name, ":"); ok {
		if base, ok := c.terms[prefix]; ok && !strings.HasPrefix(rest, "//") {
			return base + rest
		}
		return name
	}
	if c.missing {
		return name
	}
	return defaultVocab + name
}

func (cs *contexts) core() *context {
	return cs.keep("", &context{})
}

func (cs *contexts) keep(key string, c *context) *context {
	if old, ok := cs.met[key]; ok {
		return old
	}
	if cs.met == nil || len(cs.met) >= maxContexts {
		cs.met = map[string]*context{}
	}
	c.expand = map[string]string{}
	cs.met[key] = c
	return c
}

// findContext reads the @context of the object that is next, wherever in it that is.
func (d *Decoder) findContext() bool {
	s := &d.r.S
	start := s.Mark()
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		if string(key) == "@context" {
			if !d.readContext() {
				return false
			}
			s.Back(start)
			return true
		}
		s.Skip()
	}
	if s.Err() != nil {
		return false
	}
	s.Back(start)
	if d.context == nil && d.c.Link != "" {
		return d.useContext([]byte(fmt.Sprintf("%q", d.c.Link)), s.Offset())
	}
	return true
}

// checkContext passes over a @context.
func (d *Decoder) checkContext() bool {
	switch d.r.S.Kind() {
	case jsonscan.String, jsonscan.Object, jsonscan.Array, jsonscan.Null:
		_, ok := d.r.S.Skip()
		return ok
	}
	return d.r.Wrong("a @context", jsonscan.Object)
}

// readContext reads a @context and makes it that of the record.
func (d *Decoder) readContext() bool {
	d.r.S.Kind()
	at := d.r.S.Offset()
	if !d.checkContext() {
		return false
	}
	raw := d.r.S.Source()[at:d.r.S.Offset()]
	return d.useContext(raw, at)
}

func (d *Decoder) useContext(raw []byte, at int) bool {
	if c, ok := d.contexts.met[string(raw)]; ok {
		d.context = c
		return true
	}
	if len(raw) > d.c.Limits.Text {
		return d.r.Fail(telemetry.ErrLimit, at, "a @context of %d bytes; raise Limits.Text", len(raw))
	}
	c := &context{terms: map[string]string{}}
	if err := d.contexts.load(c, raw, 0); err != nil {
		return d.r.Fail(telemetry.ErrUnknown, at, "%s", err)
	}
	if c.missing {
		d.r.Find(telemetry.ErrUnknown, at, "a @context that Config.Contexts does not have, in %.200s; names that the others do not define stay as they are", raw)
	}
	d.context = d.contexts.keep(string(raw), c)
	return true
}

// load adds the terms of a @context value.
func (cs *contexts) load(c *context, raw []byte, depth int) error {
	if depth > 8 {
		return errors.New("@context documents refer to each other more than 8 deep")
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("a @context that is not JSON: %w", err)
	}
	return cs.add(c, v, depth)
}

func (cs *contexts) add(c *context, v any, depth int) error {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		for _, e := range x {
			if err := cs.add(c, e, depth); err != nil {
				return err
			}
		}
		return nil
	case string:
		if strings.HasPrefix(x, coreContext) {
			return nil
		}
		doc, ok := cs.docs[x]
		if !ok {
			if cs.strict {
				return fmt.Errorf("the @context %q is not in Config.Contexts", x)
			}
			c.missing = true
			return nil
		}
		var d struct {
			Context json.RawMessage `json:"@context"`
		}
		if err := json.Unmarshal(doc, &d); err != nil {
			return fmt.Errorf("the document of @context %q is not JSON: %w", x, err)
		}
		return cs.load(c, d.Context, depth+1)
	case map[string]any:
		for term := range x {
			iri, ok := definition(x, term, 0)
			if !ok {
				// Perhaps another name for a term of a context before.
				if id := idOf(x[term]); x[id] == nil && c.before[id] != "" && !strings.HasPrefix(term, "@") {
					c.terms[term] = c.before[id]
				}
				continue
			}
			if prefix, rest, ok := strings.Cut(iri, ":"); ok && x[prefix] == nil && c.before[prefix] != "" && !strings.HasPrefix(rest, "//") {
				iri = c.before[prefix] + rest
			}
			c.terms[term] = iri
		}
		c.before = maps.Clone(c.terms)
		return nil
	}
	return errors.New("a @context is an address, an object or an array of them")
}

// definition is the IRI of a term of a context object, with its prefix put in.
func definition(ctx map[string]any, term string, depth int) (string, bool) {
	if strings.HasPrefix(term, "@") || depth > 8 {
		return "", false
	}
	id := idOf(ctx[term])
	if id == "" || strings.HasPrefix(id, "@") {
		return "", false
	}
	prefix, rest, ok := strings.Cut(id, ":")
	if !ok {
		if id == term {
			return "", false
		}
		return definition(ctx, id, depth+1)
	}
	if strings.HasPrefix(rest, "//") || ctx[prefix] == nil {
		return id, true
	}
	base, ok := definition(ctx, prefix, depth+1)
	if !ok {
		return id, true
	}
	return base + rest, true
}

func idOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case map[string]any:
		id, _ := x["@id"].(string)
		return id
	}
	return ""
}
