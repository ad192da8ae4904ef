package jsonschema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/spelling"
)

// message says what is wrong with value by a keyword of the schema node where.
func message(keyword string, where, value any) string {
	limit := number(field(where, keyword))
	switch keyword {
	case "type":
		return wrongType(field(where, "type"), value)
	case "enum":
		return notOneOf(texts(field(where, "enum")), value)
	case "const":
		return fmt.Sprintf("is %s; write %s", show(value), show(field(where, "const")))
	case "pattern", "format":
		if x, ok := field(where, "x-expected").(string); ok {
			return fmt.Sprintf("%s is not right; write %s", show(value), x)
		}
		return fmt.Sprintf("%s does not match the pattern %v", show(value), field(where, keyword))
	case "minimum":
		return fmt.Sprintf("is %s; the least is %s", show(value), limit)
	case "maximum":
		return fmt.Sprintf("is %s; the greatest is %s", show(value), limit)
	case "exclusiveMinimum":
		return fmt.Sprintf("is %s; must be greater than %s", show(value), limit)
	case "exclusiveMaximum":
		return fmt.Sprintf("is %s; must be less than %s", show(value), limit)
	case "minLength":
		if limit == "1" {
			return "is empty; write a text or leave the key out"
		}
		return fmt.Sprintf("is too short; write at least %s characters", limit)
	case "maxLength":
		return fmt.Sprintf("is too long; the limit is %s characters", limit)
	case "minItems", "minProperties":
		if limit == "1" {
			return "is empty; write at least one"
		}
		return fmt.Sprintf("has too few; write at least %s", limit)
	case "maxItems", "maxProperties":
		return fmt.Sprintf("has too many; the limit is %s", limit)
	case "uniqueItems":
		if l, ok := value.([]any); ok {
			for i, a := range l {
				for _, b := range l[:i] {
					if s, ok := a.(string); ok && a == b {
						return fmt.Sprintf("lists %s twice", strconv.Quote(s))
					}
				}
			}
		}
		return "lists a value twice"
	}
	return fmt.Sprintf("%s breaks the schema's %q", show(value), keyword)
}

var nouns = map[string]string{
	"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
	"array": "a list", "object": "a mapping of keys to values", "null": "nothing",
}

func wrongType(want, value any) string {
	var names []string
	switch w := want.(type) {
	case string:
		names = []string{nouns[w]}
	case []any:
		for _, t := range texts(w) {
			names = append(names, nouns[t])
		}
	}
	must := strings.Join(names, " or ")
	switch v := value.(type) {
	case nil:
		return fmt.Sprintf("is empty; write %s or leave the key out", must)
	case float64:
		if must == "text" {
			return fmt.Sprintf("is the number %s; it must be text: quote it, \"%s\"", number(v), number(v))
		}
		return fmt.Sprintf("is the number %s; it must be %s", number(v), must)
	case bool:
		if must == "text" {
			return fmt.Sprintf("is the boolean %t; it must be text: quote it, \"%t\"", v, v)
		}
		return fmt.Sprintf("is the boolean %t; it must be %s", v, must)
	case string:
		if must == "true or false" || strings.HasSuffix(must, "number") {
			return fmt.Sprintf("is the text %s; it must be %s, without quotes", show(v), must)
		}
		return fmt.Sprintf("is the text %s; it must be %s", show(v), must)
	case []any:
		return "is a list; it must be " + must
	}
	return "is a mapping of keys to values; it must be " + must
}

// maxListed is how many values a message lists.
const maxListed = 30

func notOneOf(allowed []string, value any) string {
	s, ok := value.(string)
	if !ok {
		return fmt.Sprintf("is %s; write one of %s", show(value), strings.Join(allowed, ", "))
	}
	near := Nearest(s, allowed)
	if len(allowed) > maxListed { // too many to read
		if near != "" {
			return fmt.Sprintf("%s is not known; did you mean %q?", show(s), near)
		}
		return fmt.Sprintf("%s is not known; write one of %s or %d others", show(s), strings.Join(allowed[:maxListed], ", "), len(allowed)-maxListed)
	}
	if near != "" {
		return fmt.Sprintf("%s is not known; did you mean %q? One of %s", show(s), near, strings.Join(allowed, ", "))
	}
	return fmt.Sprintf("%s is not known; write one of %s", show(s), strings.Join(allowed, ", "))
}

func unknownKey(k string, where any) string {
	props, _ := field(where, "properties").(map[string]any)
	known := make([]string, 0, len(props))
	for p := range props {
		known = append(known, p)
	}
	slices.Sort(known)
	if near := Nearest(k, known); near != "" {
		return fmt.Sprintf("unknown key %s; did you mean %q?", show(k), near)
	}
	return fmt.Sprintf("unknown key %s; the keys here are %s", show(k), strings.Join(known, ", "))
}

// missingKey adds what the key is for, from its description.
func missingKey(k string, root, where any) string {
	p := field(field(where, "properties"), k)
	if d, ok := field(p, "description").(string); ok {
		return fmt.Sprintf("the key %q is missing: %s", k, lowerFirst(strings.TrimSuffix(d, ".")))
	}
	if ref, ok := field(p, "$ref").(string); ok {
		if d, ok := field(lookup(root, Tokens(strings.TrimPrefix(ref, "#"))), "description").(string); ok {
			return fmt.Sprintf("the key %q is missing: %s", k, lowerFirst(strings.TrimSuffix(d, ".")))
		}
	}
	return fmt.Sprintf("the key %q is missing", k)
}

// lowerFirst leaves acronyms alone.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' || strings.HasPrefix(s, "A ") {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func show(v any) string {
	switch x := v.(type) {
	case string:
		return Quote(x)
	case float64:
		return number(x)
	case nil:
		return "nothing"
	}
	return fmt.Sprint(v)
}

func number(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// Quote quotes a text for a message and cuts it at 60 characters.
func Quote(s string) string {
	if len(s) > 60 {
		n := 60
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		return strconv.Quote(s[:n]) + "…"
	}
	return strconv.Quote(s)
}

// Nearest returns the candidate with the fewest insertions, deletions,
// replacements and swaps of neighbours from word, folding case and taking
// '-', '_' and '.' as equal; the first of equals; "" if none is within a third
// of the word's length. Words over 64 bytes have none.
func Nearest(word string, candidates []string) string {
	if len(word) > 64 || word == "" {
		return ""
	}
	w := fold(word)
	best, dist := "", len(w)/3+1
	for _, c := range candidates {
		f := fold(c)
		if d := spelling.Distance(w, f, dist); d < dist {
			best, dist = c, d
		}
	}
	return best
}

func fold(s string) string {
	return strings.NewReplacer("_", "-", ".", "-", " ", "-").Replace(strings.ToLower(s))
}
