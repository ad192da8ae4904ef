package sdm

import (
	"bytes"
	"encoding/json"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// deleted says that an attribute ended (ETSI GS CIM 009).
const deleted = "urn:ngsi-ld:null"

// members has by the type of an NGSI-LD attribute the member with its value.
var members = map[string]string{
	"Property": "value", "GeoProperty": "value", "Relationship": "object", "LanguageProperty": "languageMap", "JsonProperty": "json",
	"VocabProperty": "vocab", "ListProperty": "valueList", "ListRelationship": "objectList",
}

// attribute checks the value of an attribute, whatever its representation. n may be nil. It
// is not present if it is a deletion.
func (c *Checker) attribute(n *node) (ok, present bool) {
	s := &c.s
	switch s.Kind() {
	case jsonscan.Object:
		start := s.Mark()
		value, is := c.instance()
		if s.Err() != nil {
			return false, true
		}
		end := s.Mark()
		if !is {
			if n == nil {
				return true, true
			}
			s.Back(start)
			return c.simple(n)
		}
		s.Back(value)
		ok, present = c.simple(n)
		if s.Err() == nil {
			s.Back(end)
		}
		return ok, present
	case jsonscan.Array:
		start := s.Mark()
		if ok, present, is := c.instances(n); is || s.Err() != nil {
			return ok, present
		}
		s.Back(start)
		if n == nil {
			_, ok := s.Skip()
			return ok, true
		}
		return c.value(n), true
	}
	return c.simple(n)
}

// instances checks an array of instances of an attribute; is says that it is one.
func (c *Checker) instances(n *node) (ok, present, is bool) {
	s := &c.s
	ok = true
	s.Array()
	for s.More() {
		if s.Kind() != jsonscan.Object {
			return false, false, false
		}
		value, instance := c.instance()
		if !instance {
			return false, false, false
		}
		is = true
		end := s.Mark()
		s.Back(value)
		good, here := c.simple(n)
		if s.Err() != nil {
			return false, true, true
		}
		s.Back(end)
		ok, present = ok && good, present || here
	}
	return ok, present, is
}

// instance passes over an object and finds the value in it, if it is an instance of an attribute: of an
// NGSI-LD type; or with a value and perhaps type and metadata, as in NGSIv2, or what
// NGSI-LD has beside a value.
func (c *Checker) instance() (value jsonscan.Mark, is bool) {
	s := &c.s
	s.Object()
	want, found, foreign := "", "", false
	for {
		key, ok := s.RawKey()
		if !ok {
			break
		}
		switch string(key) {
		case "type":
			if s.Kind() != jsonscan.String {
				foreign = true
				break
			}
			text, _ := s.Text()
			want = members[string(text)]
			continue
		case "value", "object", "languageMap", "json", "vocab", "valueList", "objectList":
			if found == "" || want != "" && want == string(key) {
				s.Kind()
				value = s.Mark()
				found = member(key)
			}
		case "metadata", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt":
		default:
			foreign = true
		}
		s.Skip()
	}
	if want != "" {
		return value, found == want
	}
	return value, found != "" && !foreign
}

// member is a key of a value as a string that is there already.
func member(key []byte) string {
	for _, m := range [...]string{"value", "object", "languageMap", "json", "vocab", "valueList", "objectList"} {
		if m == string(key) {
			return m
		}
	}
	return ""
}

// simple checks a value that is in the simplified form.
func (c *Checker) simple(n *node) (ok, present bool) {
	s := &c.s
	if s.Kind() == jsonscan.String {
		at := s.Offset()
		text, ok := s.Text()
		if ok && string(text) == deleted {
			return true, false
		}
		v := scalar{kind: tString, text: text}
		return ok && (n == nil || c.test(n, &v, at)), true
	}
	if n == nil {
		_, ok := s.Skip()
		return ok, true
	}
	if s.Kind() == jsonscan.Object {
		start := s.Mark()
		literal, is := c.literal()
		if s.Err() != nil {
			return false, true
		}
		if is {
			end := s.Mark()
			s.Back(literal)
			if ok = c.value(n); s.Err() == nil {
				s.Back(end)
			}
			return ok, true
		}
		s.Back(start)
	}
	return c.value(n), true
}

// literal passes over a JSON-LD value object, {"@type":"DateTime","@value":"…"}, and finds its
// value; otherwise it stops somewhere.
func (c *Checker) literal() (value jsonscan.Mark, is bool) {
	s := &c.s
	s.Object()
	typ := false
	for {
		key, ok := s.RawKey()
		if !ok {
			return value, is && typ
		}
		switch string(key) {
		case "@type":
			typ = true
		case "@value":
			s.Kind()
			value, is = s.Mark(), true
		default:
			return value, false
		}
		s.Skip()
	}
}

// byEngine checks an entity with the schema engine, once for each instance that an
// attribute has.
func (c *Checker) byEngine(mo *model, entity []byte) {
	d := json.NewDecoder(bytes.NewReader(entity))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		c.add(0, "", "the entity is not JSON: %v", err)
		return
	}
	for i, n := 0, 1; i < n; i++ {
		simple, most := simplified(v, i)
		n = max(n, most)
		if !mo.engine.Valid(simple) {
			c.add(0, "", "the entity is not valid by %s", mo.plan.ID)
			return
		}
	}
}

// simplified is an entity in the simplified form, with the i-th instance of each attribute or the
// last; most is how many the longest has.
func simplified(v any, i int) (simple any, most int) {
	o, ok := v.(map[string]any)
	if !ok {
		return v, 1
	}
	out := map[string]any{}
	for k, x := range o {
		if k != "id" && k != "type" {
			list, ok := x.([]any)
			if ok && len(list) > 0 && all(list, isInstance) {
				most = max(most, len(list))
				x = list[min(i, len(list)-1)]
			}
			if isInstance(x) {
				x = valueOf(x.(map[string]any))
			}
			x = literalOf(x)
			if x == deleted {
				continue
			}
		}
		out[k] = x
	}
	return out, most
}

func all(list []any, f func(any) bool) bool {
	for _, x := range list {
		if !f(x) {
			return false
		}
	}
	return true
}

func isInstance(v any) bool {
	o, ok := v.(map[string]any)
	if !ok {
		return false
	}
	t, isText := o["type"].(string)
	if want := members[t]; want != "" {
		_, ok := o[want]
		return ok
	}
	if _, has := o["type"]; has && !isText {
		return false
	}
	found := false
	for k := range o {
		switch k {
		case "type", "metadata", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt":
		default:
			if member([]byte(k)) == "" {
				return false
			}
			found = true
		}
	}
	return found
}

// literalOf is the value of a JSON-LD value object, and otherwise v.
func literalOf(v any) any {
	if o, ok := v.(map[string]any); ok && len(o) == 2 {
		_, typed := o["@type"]
		if x, ok := o["@value"]; ok && typed {
			return x
		}
	}
	return v
}

func valueOf(o map[string]any) any {
	if t, ok := o["type"].(string); ok && members[t] != "" {
		return o[members[t]]
	}
	for _, m := range [...]string{"value", "object", "languageMap", "json", "vocab", "valueList", "objectList"} {
		if x, ok := o[m]; ok {
			return x
		}
	}
	return nil
}

// span is a part of the entity's text.
type span struct{ from, to int }

// duplicate finds an item equal to one before it, as the engine compares: numbers by
// value, objects whatever the order of their keys.
func (c *Checker) duplicate(items []span) (int, bool) {
	if len(items) < 2 {
		return 0, false
	}
	src := c.s.Source()
	plain := len(items) <= 16
	for _, it := range items {
		text := src[it.from:it.to]
		plain = plain && text[0] == '"' && bytes.IndexByte(text, '\\') < 0
	}
	if plain {
		for i := range items {
			for j := range i {
				if bytes.Equal(src[items[i].from:items[i].to], src[items[j].from:items[j].to]) {
					return i, true
				}
			}
		}
		return 0, false
	}
	seen := map[string]bool{}
	for i, it := range items {
		key := string(canonical(nil, &c.sub, src[it.from:it.to]))
		if seen[key] {
			return i, true
		}
		seen[key] = true
	}
	return 0, false
}

var _ telemetry.Check = (*Checker)(nil).Check
