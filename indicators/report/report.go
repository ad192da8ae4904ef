package report

import (
	"fmt"

	"github.com/almotacen/almotacen/indicators/round"
)

// Config chooses the language and what is listed. Zero: a report in Spanish.
type Config struct {
	Language     string // of the report: "es" (default) or "en"
	DataLanguage string // of texts that came with the figures and have no translation; default "es"
	MaxFindings  int    // findings listed one by one, of each severity; default 100. All are counted
	Command      string // the command that runs the measurement again, shown as it is; may be empty
}

func (c Config) withDefaults() Config {
	if c.Language == "" {
		c.Language = "es"
	}
	if c.DataLanguage == "" {
		c.DataLanguage = "es"
	}
	if c.MaxFindings <= 0 {
		c.MaxFindings = 100
	}
	return c
}

// Code says what kind of problem an Error is.
type Code string

// The codes of Error.
const (
	CodeLanguage Code = "language" // no texts in the language, or one language twice
	CodeResult   Code = "result"   // a result without catalogue, network or indicators
)

// Error says why a report cannot be written.
type Error struct {
	Code Code
	Msg  string // what is wrong and what to give
}

// Error is "report: message".
func (e *Error) Error() string { return "report: " + e.Msg }

// Languages are those a report can be written in.
func Languages() []string { return []string{"es", "en"} }

// FileName is the name of the report's file in a language: report.es.html.
func FileName(language string) string { return "report." + language + ".html" }

// AppendHTML appends the report of a result as one HTML document in UTF-8. The
// result must be one that round.Run gave, or have its Catalogue, Network,
// Variables, Indicators and Comparison at least; nothing of it is changed or
// kept. The error is an *Error; dst is then returned as it was.
func AppendHTML(dst []byte, r *round.Result, c Config) ([]byte, error) {
	c = c.withDefaults()
	messages, ok := messages()[c.Language]
	if !ok {
		return dst, &Error{CodeLanguage, fmt.Sprintf("no texts in language %q; use %v", c.Language, Languages())}
	}
	if r == nil || r.Catalogue == nil || r.Network == nil || r.Variables == nil || r.Indicators == nil || r.Comparison == nil {
		return dst, &Error{CodeResult, "the result is not complete; give what round.Run returned"}
	}
	w := newRender(r, c, messages)
	w.b = dst
	w.document()
	return w.b, nil
}

// Files returns a round.Renderer that makes the report in the language of each
// Config, or in all Languages if none is given; see FileName.
func Files(c ...Config) func(*round.Result) (map[string][]byte, error) {
	if len(c) == 0 {
		for _, lang := range Languages() {
			c = append(c, Config{Language: lang})
		}
	}
	return func(r *round.Result) (map[string][]byte, error) {
		files := make(map[string][]byte, len(c))
		for _, one := range c {
			name := FileName(one.withDefaults().Language)
			if files[name] != nil {
				return nil, &Error{CodeLanguage, fmt.Sprintf("two configurations make %s; give each a Language of its own", name)}
			}
			data, err := AppendHTML(nil, r, one)
			if err != nil {
				return nil, err
			}
			files[name] = data
		}
		return files, nil
	}
}
