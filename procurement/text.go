package procurement

import (
	"html"
	"strings"
)

// Text is a short text for people in the languages of the model.
type Text struct {
	ES, EN string
}

// In is the text in a language: "en" is English, every other tag Spanish.
func (t Text) In(lang string) string {
	if lang == "en" || len(lang) > 2 && lang[:3] == "en-" {
		return t.EN
	}
	return t.ES
}

// escape makes a text fit for HTML and XML: control characters, which neither
// can hold, become the replacement character.
func escape(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}
