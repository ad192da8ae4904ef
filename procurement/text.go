package procurement

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
