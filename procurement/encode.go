package procurement

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/procurement/law"
)

// MarshalJSON is AppendJSON.
func (c *Case) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// AppendJSON appends the case in its JSON form, one event a line, in the order
// of entry. Equal logs give equal bytes.
func (c *Case) AppendJSON(dst []byte) []byte {
	c.mu.RLock()
	defer c.mu.RUnlock()
	dst = append(dst, "{\n  \"id\": "...)
	dst = appendString(dst, c.id)
	dst = append(dst, ",\n  \"events\": ["...)
	for i := range c.events {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, "\n    "...)
		dst = c.events[i].appendJSON(dst)
	}
	if len(c.events) > 0 {
		dst = append(dst, "\n  "...)
	}
	return append(dst, "]\n}\n"...)
}

func (e *Event) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"kind": `...)
	dst = appendString(dst, e.Kind.String())
	key := func(k string) { dst = append(append(append(dst, `, "`...), k...), `": `...) }
	text := func(k, s string) {
		if s != "" {
			key(k)
			dst = appendString(dst, s)
		}
	}
	text("date", e.Date.String())
	text("id", e.ID)
	text("case", e.Case)
	text("lot", e.Lot)
	text("party", e.Party)
	if e.Phase != 0 {
		key("phase")
		dst = strconv.AppendInt(dst, int64(e.Phase), 10)
	}
	text("amount", e.Amount.String())
	text("until", e.Until.String())
	if len(e.Facts) > 0 {
		key("facts")
		for i := range e.Facts {
			dst = append(dst, "{ "[min(i, 1)])
			if i > 0 {
				dst[len(dst)-1] = ','
				dst = append(dst, ' ')
			}
			dst = appendString(dst, e.Facts[i].Name.String())
			dst = append(dst, ": "...)
			dst = e.Facts[i].appendJSON(dst)
		}
		dst = append(dst, '}')
	}
	if len(e.Documents) > 0 {
		key("documents")
		for i, d := range e.Documents {
			dst = append(dst, "[,"[min(i, 1)])
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = append(dst, `{"kind": `...)
			dst = appendString(dst, d.Kind.String())
			text("id", d.ID)
			text("title", d.Title)
			text("url", d.URL)
			text("sha256", d.SHA256)
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	text("note", e.Note)
	return append(dst, '}')
}

func (f *Fact) appendJSON(dst []byte) []byte {
	switch f.Name.Info().Type {
	case TruthFact:
		switch f.Truth {
		case law.Yes:
			return append(dst, "true"...)
		case law.No:
			return append(dst, "false"...)
		}
	case CountFact:
		return strconv.AppendInt(dst, f.Number, 10)
	case PercentFact:
		return appendHundredths(dst, f.Number)
	case NetFact, GrossFact:
		if !f.Money.IsZero() {
			return appendString(dst, f.Money.String())
		}
	case TextFact:
		if f.Text != "" {
			return appendString(dst, f.Text)
		}
	}
	return append(dst, "null"...)
}

func appendHundredths(dst []byte, n int64) []byte {
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	dst = strconv.AppendUint(dst, u/100, 10)
	if u%100 == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+u/10%10))
	if u%10 != 0 {
		dst = append(dst, byte('0'+u%10))
	}
	return dst
}

// appendString appends a JSON string. The text is UTF-8, as a log keeps it.
func appendString(dst []byte, s string) []byte {
	plain := true
	for _, r := range s {
		if r < 0x20 || r == '"' || r == '\\' || r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			plain = false
			break
		}
	}
	if plain {
		return append(append(append(dst, '"'), s...), '"')
	}
	b, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // a string always marshals
	}
	return append(dst, b...)
}
