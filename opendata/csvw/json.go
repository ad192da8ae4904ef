package csvw

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// object is a JSON object that keeps the order of its keys.
type object struct {
	keys   []string
	values []any
}

func (o *object) set(key string, v any) {
	o.keys, o.values = append(o.keys, key), append(o.values, v)
}

// some sets a text that is not empty.
func (o *object) some(key, v string) {
	if v != "" {
		o.set(key, v)
	}
}

// text sets a text as JSON-LD values, one a language.
func (o *object) text(key string, t Text) {
	var list []any
	for _, lang := range languages(t) {
		list = append(list, value(t[lang], "@language", lang))
	}
	if list != nil {
		o.set(key, list)
	}
}

func (o *object) keywords(k map[string][]string) {
	var list []any
	for _, lang := range slices.Sorted(maps.Keys(k)) {
		for _, s := range k[lang] {
			list = append(list, value(s, "@language", lang))
		}
	}
	if list != nil {
		o.set("dcat:keyword", list)
	}
}

func (o *object) date(key, d string) {
	if d != "" {
		o.set(key, value(d, "@type", "xsd:date"))
	}
}

func value(s, key, of string) *object {
	o := &object{}
	o.set("@value", s)
	o.set(key, of)
	return o
}

func iri(s string) *object {
	o := &object{}
	o.set("@id", s)
	return o
}

// languages are those of a text, sorted, without empty texts.
func languages(t Text) []string {
	var out []string
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if t[lang] != "" {
			out = append(out, lang)
		}
	}
	return out
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
