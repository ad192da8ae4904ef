package indicators

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// checker finds what a JSON Schema cannot: the relations between values. It
// runs also on documents that broke the schema, so every value may be missing;
// what is missing has been reported.
type checker struct {
	src       *source
	errs      Errors
	languages []string
	compared  int             // ids compared for suggestions
	broken    map[string]bool // pointers that the schema and the decoder reported
}

func (ch *checker) begin() {
	ch.broken = make(map[string]bool)
	for _, e := range ch.errs {
		ch.broken[e.Pointer] = true
	}
}

func (ch *checker) fail(kind error, pointer, format string, args ...any) {
	ch.failAt(kind, pointer, false, fmt.Sprintf(format, args...))
}

func (ch *checker) failKey(kind error, pointer, format string, args ...any) {
	ch.failAt(kind, pointer, true, fmt.Sprintf(format, args...))
}

func (ch *checker) failAt(kind error, pointer string, onKey bool, msg string) {
	at, _ := ch.src.pos(pointer)
	if onKey {
		at = ch.src.posKey(pointer)
	}
	if s := ch.src.subject(pointer); s != "" {
		msg = s + ": " + msg
	}
	ch.errs = append(ch.errs, newError(kind, at, pointer, msg, nil))
}

// at makes a pointer of ids, numbers and keys.
func at(parts ...any) string {
	tokens := make([]string, len(parts))
	for i, p := range parts {
		switch p := p.(type) {
		case int:
			tokens[i] = strconv.Itoa(p)
		case string:
			tokens[i] = p
		}
	}
	return jsonschema.Pointer(tokens...)
}

// ids checks that ids occur once and returns them in order.
func ids[T any](ch *checker, list []T, group, field, noun string, id func(*T) string) names {
	seen := make(map[string]int, len(list))
	out := names{has: seen}
	for i := range list {
		s := id(&list[i])
		if s == "" {
			continue
		}
		if first, dup := seen[s]; dup {
			pos, _ := ch.src.pos(at(group, first, field))
			ch.fail(ErrDuplicate, at(group, i, field), "%s %q is here twice; the first is at line %d", noun, s, pos.Line)
			continue
		}
		seen[s] = i
		out.list = append(out.list, s)
	}
	return out
}

// names are the ids of one kind, in order.
type names struct {
	list []string
	has  map[string]int
}

// known checks a reference; an empty one is the schema's business.
func (ch *checker) known(pointer, id, noun string, all names) bool {
	if id == "" {
		return false
	}
	if _, ok := all.has[id]; ok {
		return true
	}
	ch.unknown(pointer, id, noun, all.list)
	return false
}

func (ch *checker) unknown(pointer, id, noun string, all []string) {
	// A suggestion costs a comparison with every id; a hostile document has many.
	near := ""
	if ch.compared += len(all); ch.compared < 1_000_000 {
		near = jsonschema.Nearest(id, all)
	}
	if near != "" {
		ch.fail(ErrUnknown, pointer, "no %s %s; did you mean %q?", noun, jsonschema.Quote(id), near)
		return
	}
	const show = 12
	names := strings.Join(all[:min(show, len(all))], ", ")
	if len(all) > show {
		names += ", …"
	}
	if names == "" {
		names = "none"
	}
	ch.fail(ErrUnknown, pointer, "no %s %s; there are: %s", noun, jsonschema.Quote(id), names)
}

// all checks a list of references.
func (ch *checker) all(pointer string, list []string, noun string, known names) {
	for i, id := range list {
		ch.known(pointer+"/"+strconv.Itoa(i), id, noun, known)
	}
}

// date checks an ISO 8601 date that the schema found well formed.
func (ch *checker) date(pointer, s string) bool {
	if s == "" || ch.broken[pointer] {
		return false
	}
	if _, err := time.Parse("2006-01-02", s); err != nil {
		ch.fail(ErrPeriod, pointer, "the calendar has no %q; write a date such as 2026-11-24", s)
		return false
	}
	return true
}

func (ch *checker) span(pointer string, r *Range) {
	if r != nil && r.empty() {
		ch.fail(ErrValue, pointer, "min %v is greater than max %v", *r.Min, *r.Max)
	}
}

func (r *Range) empty() bool { return r.Min != nil && r.Max != nil && *r.Min > *r.Max }

var textType = reflect.TypeFor[Text]()

// texts checks every Text below v: one language or more, and those of the
// catalogue, all of them and no other.
func (ch *checker) texts(v reflect.Value, path []string) {
	switch v.Kind() {
	case reflect.Map:
		if v.Type() == textType && v.Len() > 0 {
			ch.text(v.Interface().(Text), jsonschema.Pointer(path...))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			ch.texts(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			ch.texts(v.Index(i), append(path, strconv.Itoa(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if name != "" {
				ch.texts(v.Field(i), append(path, name))
			}
		}
	}
}

func (ch *checker) text(t Text, pointer string) {
	for _, l := range ch.languages {
		if _, ok := t[l]; !ok && !ch.broken[pointer+"/"+l] {
			ch.fail(ErrLanguage, pointer, "the text in %q is missing; the catalogue promises it in languages", l)
		}
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		p := at(append(anys(jsonschema.Tokens(pointer)), l)...)
		if strings.TrimSpace(t[l]) == "" && t[l] != "" {
			ch.fail(ErrLanguage, p, "is only white space; write a text")
		}
		if len(ch.languages) > 0 && !slices.Contains(ch.languages, l) && !ch.broken[p] {
			ch.failKey(ErrLanguage, p, "%q is not one of the catalogue's languages (%s); add it there or delete it here", l, strings.Join(ch.languages, ", "))
		}
	}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
