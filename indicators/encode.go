package indicators

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// AppendJSON appends the canonical JSON of the catalogue, two spaces of
// indentation and a line break at its end: [Load] of it gives an equal
// catalogue, and equal catalogues give the same bytes. On error dst is returned
// as it was.
func (c *Catalogue) AppendJSON(dst []byte) ([]byte, error) {
	out := *c
	out.Languages, out.Families = list(c.Languages), list(c.Families)
	out.Variables, out.Indicators = list(c.Variables), list(c.Indicators)
	return appendJSON(dst, struct {
		Schema string `json:"$schema"`
		*Catalogue
	}{SchemaBase + CatalogueSchemaFile, &out})
}

// AppendJSON appends the canonical JSON of the network, as
// [Catalogue.AppendJSON] does.
func (n *Network) AppendJSON(dst []byte) ([]byte, error) {
	out := *n
	out.Cities = list(n.Cities)
	return appendJSON(dst, struct {
		Schema string `json:"$schema"`
		*Network
	}{SchemaBase + NetworkSchemaFile, &out})
}

// list makes an empty list of a nil one, which JSON would write as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func appendJSON(dst []byte, v any) ([]byte, error) {
	if p := notUTF8(reflect.ValueOf(v), nil); p != nil {
		pointer := jsonschema.Pointer(p...)
		return dst, Errors{newError(ErrEncoding, Position{}, pointer, "the text is not UTF-8", nil)}
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return dst, Errors{newError(ErrValue, Position{}, "", "cannot be written as JSON: "+err.Error(), err)}
	}
	return append(dst, buf.Bytes()...), nil
}

// notUTF8 is the path of a text that JSON could not carry as it is; nil if
// there is none.
func notUTF8(v reflect.Value, path []string) []string {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return path
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return notUTF8(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if p := notUTF8(v.Index(i), append(path, strconv.Itoa(i))); p != nil {
				return p
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !utf8.ValidString(it.Key().String()) || !utf8.ValidString(it.Value().String()) {
				return path
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous:
				if p := notUTF8(v.Field(i), path); p != nil {
					return p
				}
			case name != "":
				if p := notUTF8(v.Field(i), append(path, name)); p != nil {
					return p
				}
			}
		}
	}
	return nil
}
