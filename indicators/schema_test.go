package indicators

import (
	"encoding/json"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// TestSchemasFollowTypes wants every json tag in the schema and the other way
// round, with the type of the field, and required what is not omitted.
func TestSchemasFollowTypes(t *testing.T) {
	for file, typ := range map[string]reflect.Type{
		CatalogueSchemaFile: reflect.TypeFor[Catalogue](),
		NetworkSchemaFile:   reflect.TypeFor[Network](),
	} {
		text, err := fs.ReadFile(Schemas(), file)
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, json.Unmarshal(text, &doc))
		require.Equal(t, SchemaBase+file, doc["$id"])
		require.Equal(t, "https://json-schema.org/draft/2020-12/schema", doc["$schema"])
		delete(doc["properties"].(map[string]any), "$schema")
		s := &stepper{t: t, root: doc, used: map[string]bool{}}
		s.check(file, doc, typ)
		for name := range doc["$defs"].(map[string]any) {
			require.True(t, s.used[name], "%s: $defs/%s is not used", file, name)
		}
	}
}

type stepper struct {
	t    *testing.T
	root map[string]any
	used map[string]bool
}

func (s *stepper) resolve(v any) map[string]any {
	m := v.(map[string]any)
	ref, ok := m["$ref"].(string)
	if !ok {
		return m
	}
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	require.True(s.t, ok, ref)
	s.used[name] = true
	d, ok := s.root["$defs"].(map[string]any)[name].(map[string]any)
	require.True(s.t, ok, ref)
	return d
}

func (s *stepper) check(where string, schema any, typ reflect.Type) {
	m := s.resolve(schema)
	want := "string"
	switch {
	case typ == reflect.TypeFor[unit.Unit](), typ == reflect.TypeFor[period.Period]():
	case typ == reflect.TypeFor[period.Freq]():
		for _, c := range m["enum"].([]any) {
			_, err := period.ParseFreq(c.(string))
			require.NoError(s.t, err, where)
		}
	case typ.Kind() == reflect.Pointer:
		s.check(where, schema, typ.Elem())
		return
	case typ.Kind() == reflect.Bool:
		want = "boolean"
	case typ.Kind() == reflect.Int:
		want = "integer"
	case typ.Kind() == reflect.Float64:
		want = "number"
	case typ.Kind() == reflect.Slice:
		want = "array"
		s.check(where+"[]", m["items"], typ.Elem())
	case typ.Kind() == reflect.Map:
		want = "object"
		if n, ok := m["propertyNames"]; ok {
			s.resolve(n)
		}
		s.check(where+"{}", m["additionalProperties"], typ.Elem())
	case typ.Kind() == reflect.Struct:
		want = "object"
		require.Equal(s.t, false, m["additionalProperties"], where)
		properties := maps.Clone(m["properties"].(map[string]any))
		var required []string
		for i := range typ.NumField() {
			f := typ.Field(i)
			tag := f.Tag.Get("json")
			if !f.IsExported() {
				continue
			}
			require.NotEmpty(s.t, tag, "%s.%s has no json tag", where, f.Name)
			name, option, _ := strings.Cut(tag, ",")
			p, ok := properties[name]
			require.True(s.t, ok, "%s: the schema lacks %q", where, name)
			delete(properties, name)
			if option == "" {
				required = append(required, name)
			}
			s.check(where+"/"+name, p, f.Type)
		}
		require.Empty(s.t, properties, "%s: the type lacks keys of the schema", where)
		var have []string
		l, _ := m["required"].([]any)
		for _, r := range l {
			have = append(have, r.(string))
		}
		slices.Sort(required)
		slices.Sort(have)
		require.Equal(s.t, required, have, where)
	}
	if want != "object" || typ.Kind() == reflect.Map {
		require.Equal(s.t, want, m["type"], where)
	}
	if want == "string" && typ.Kind() == reflect.String && m["enum"] == nil && m["pattern"] == nil {
		require.NotNil(s.t, m["maxLength"], "%s: unbounded text", where)
	}
}

func TestKindsOfUnits(t *testing.T) {
	text, err := fs.ReadFile(Schemas(), CatalogueSchemaFile)
	require.NoError(t, err)
	var doc struct {
		Defs struct {
			Variable struct {
				Properties struct{ Kind struct{ Enum []string } }
			}
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	require.NotEmpty(t, doc.Defs.Variable.Properties.Kind.Enum)
	for _, k := range doc.Defs.Variable.Properties.Kind.Enum {
		_, err := unit.ParseKind(k)
		require.NoError(t, err)
	}
}
