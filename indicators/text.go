package indicators

import (
	"maps"
	"slices"
	"strings"
)

// Text is a text in several languages, by BCP 47 tag ("es", "en", …).
type Text map[string]string

// In returns the text in a language; failing that in the tag's shorter forms
// (es for es-MX), in es, in en, and then in the first tag in order. It is empty
// only if there is no text.
func (t Text) In(lang string) string {
	for lang != "" {
		if s := t[lang]; s != "" {
			return s
		}
		i := strings.LastIndexByte(lang, '-')
		lang = lang[:max(i, 0)]
	}
	for _, l := range []string{"es", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}
