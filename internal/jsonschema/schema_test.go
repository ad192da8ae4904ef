package jsonschema

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const schema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://example.org/s.json",
  "type": "object",
  "required": ["name", "size"],
  "additionalProperties": false,
  "dependentRequired": {"lat": ["lon"]},
  "properties": {
    "name": {"type": "string", "description": "The name of it.", "minLength": 1, "maxLength": 5},
    "size": {"$ref": "#/$defs/size"},
    "kind": {"enum": ["small", "large"]},
    "code": {"type": "string", "pattern": "^[0-9]{5}$", "x-expected": "five digits"},
    "raw": {"type": "string", "pattern": "^x$"},
    "list": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3, "uniqueItems": true},
    "flag": {"type": "boolean"},
    "one": {"const": "one"},
    "a/b ~%": {"type": "integer"},
    "lat": {"exclusiveMaximum": 90, "exclusiveMinimum": -90}, "lon": {},
    "map": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$", "x-expected": "lower case"}, "minProperties": 1},
    "none": false
  },
  "$defs": {"size": {"type": ["number", "null"], "minimum": 0, "maximum": 9, "description": "How large it is."}}
}`

func TestValidate(t *testing.T) {
	s, err := Compile([]byte(schema))
	require.NoError(t, err)
	for _, c := range []struct {
		name, doc string
		want      []Violation
	}{
		{"right", `{"name": "a", "size": null}`, nil},
		{"missing", `{}`, []Violation{
			{"", "required", `the key "name" is missing: the name of it`, false},
			{"", "required", `the key "size" is missing: how large it is`, false}}},
		{"root", `3`, []Violation{{"", "type", "is the number 3; it must be a mapping of keys to values", false}}},
		{"unknown", `{"name": "a", "size": 1, "siez": 1, "zzz": 2}`, []Violation{
			{"/siez", "additionalProperties", `unknown key "siez"; did you mean "size"?`, true},
			{"/zzz", "additionalProperties", `unknown key "zzz"; the keys here are a/b ~%, code, flag, kind, lat, list, lon, map, name, none, one, raw, size`, true}}},
		{"bounds", `{"name": "abcdef", "size": 10}`, []Violation{
			{"/name", "maxLength", "is too long; the limit is 5 characters", false},
			{"/size", "maximum", "is 10; the greatest is 9", false}}},
		{"empty", `{"name": "", "size": -1, "list": [], "map": {}}`, []Violation{
			{"/list", "minItems", "is empty; write at least one", false},
			{"/map", "minProperties", "is empty; write at least one", false},
			{"/name", "minLength", "is empty; write a text or leave the key out", false},
			{"/size", "minimum", "is -1; the least is 0", false}}},
		{"types", `{"name": 5087, "size": "1", "flag": "yes", "list": {}}`, []Violation{
			{"/flag", "type", `is the text "yes"; it must be true or false, without quotes`, false},
			{"/list", "type", "is a mapping of keys to values; it must be a list", false},
			{"/name", "type", `is the number 5087; it must be text: quote it, "5087"`, false},
			{"/size", "type", `is the text "1"; it must be a number or nothing`, false}}},
		{"enum", `{"name": "a", "size": 1, "kind": "smal"}`, []Violation{{"/kind", "enum", `"smal" is not known; did you mean "small"? One of small, large`, false}}},
		{"enum of another type", `{"name": "a", "size": 1, "kind": 3}`, []Violation{{"/kind", "enum", `is 3; write one of small, large`, false}}},
		{"patterns", `{"name": "a", "size": 1, "code": "12", "raw": "y", "one": "two"}`, []Violation{
			{"/code", "pattern", `"12" is not right; write five digits`, false},
			{"/one", "const", `is "two"; write "one"`, false},
			{"/raw", "pattern", `"y" does not match the pattern ^x$`, false}}},
		{"list", `{"name": "a", "size": 1, "list": ["x", 1, "x", "y"]}`, []Violation{
			{"/list", "maxItems", "has too many; the limit is 3", false},
			{"/list", "uniqueItems", `lists "x" twice`, false},
			{"/list/1", "type", `is the number 1; it must be text: quote it, "1"`, false}}},
		{"escapes", `{"name": "a", "size": 1, "a/b ~%": 1.5}`, []Violation{{"/a~1b ~0%", "type", "is the number 1.5; it must be a whole number", false}}},
		{"key names", `{"name": "a", "size": 1, "map": {"UP": 1}}`, []Violation{{"/map/UP", "pattern", `"UP" is not right; write lower case`, true}}},
		{"dependent", `{"name": "a", "size": 1, "lat": 90}`, []Violation{
			{"", "dependentRequired", `the key "lon" is missing: it belongs to "lat"`, false},
			{"/lat", "exclusiveMaximum", "is 90; must be less than 90", false}}},
		{"false", `{"name": "a", "size": 1, "none": 1}`, []Violation{{"/none", "false", "must not be here", false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var doc any
			require.NoError(t, json.Unmarshal([]byte(c.doc), &doc))
			require.Equal(t, c.want, s.Validate(doc))
		})
	}
	require.Len(t, s.Validate(make(chan int)), 1)
}

func TestCompileRefusesOthers(t *testing.T) {
	for _, bad := range []string{
		`{`, `{}`, `{"$id": "relative"}`,
		`{"$id": "https://example.org/s.json", "$ref": "https://example.org/other.json"}`,
		`{"$id": "https://example.org/s.json", "$ref": "file:///etc/passwd"}`,
		`{"$id": "https://example.org/s.json", "type": 5}`,
	} {
		_, err := Compile([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestPointer(t *testing.T) {
	for _, tokens := range [][]string{nil, {"a"}, {""}, {"a/b", "~1", "%2F", "0"}} {
		require.Equal(t, tokens, Tokens(Pointer(tokens...)))
	}
	require.Equal(t, "/a~1b/~01", Pointer("a/b", "~1"))
}

func TestNearest(t *testing.T) {
	all := []string{"population", "waste_total_t", "women", "a"}
	for word, want := range map[string]string{
		"populaton": "population", "Population": "population", "waste-total-t": "waste_total_t", "womne": "women",
		"b": "", "A": "a", "": "", "nothing": "", strings.Repeat("x", 100): "",
	} {
		require.Equal(t, want, Nearest(word, all), word)
	}
}
