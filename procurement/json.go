package procurement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonschema"
	"github.com/almotacen/almotacen/procurement/law"
)

// Decode reads a case from its JSON form, checked against the published schema
// ([Schemas]). file names the text in errors. The error is an [Errors] with
// every problem and its line and column; then no case is returned. Decode of
// what [Case.AppendJSON] writes gives an equal log.
func (r *Rules) Decode(file string, text []byte) (*Case, error) {
	p := &jsonReader{file: file, text: text, places: map[string]int{}, keys: map[string]int{}}
	v, ok := p.read()
	if !ok {
		return nil, p.errs
	}
	schema, err := caseSchema()
	if err != nil {
		return nil, err
	}
	for _, x := range schema.Validate(v) {
		at := p.place(x.Pointer)
		if key, ok := p.keys[x.Pointer]; ok && x.OnKey {
			at = key
		}
		p.fail(ErrSchema, at, x.Pointer, "%s", x.Message)
	}
	if len(p.errs) > 0 {
		return nil, p.sorted()
	}
	doc, _ := v.(map[string]any) // as the schema says
	id, _ := doc["id"].(string)
	c := r.NewCase(id)
	list, _ := doc["events"].([]any)
	events := make([]Event, 0, len(list))
	for i, x := range list {
		m, _ := x.(map[string]any)
		events = append(events, p.event("/events/"+strconv.Itoa(i), m))
	}
	if len(p.errs) == 0 {
		if err := c.Append(0, events...); err != nil {
			var more Errors
			if !errors.As(err, &more) {
				return nil, err
			}
			for _, e := range more {
				at := p.place(e.Pointer)
				p.fail(e.Err, at, e.Pointer, "%s", e.Msg)
			}
		}
	}
	if len(p.errs) > 0 {
		return nil, p.sorted()
	}
	return c, nil
}

// jsonReader reads a text strictly and remembers where each value stands.
type jsonReader struct {
	file   string
	text   []byte
	places map[string]int // offset of the value at a pointer
	keys   map[string]int // offset of its key
	orders map[string][]string
	errs   Errors
	dec    *json.Decoder
}

func (p *jsonReader) fail(kind error, offset int, pointer, format string, args ...any) {
	e := &Error{Code: "procurement." + kind.Error(), File: p.file, Pointer: pointer, Msg: fmt.Sprintf(format, args...), Err: kind}
	offset = min(max(offset, 0), len(p.text))
	e.Line = 1 + bytes.Count(p.text[:offset], []byte{'\n'})
	e.Column = offset - bytes.LastIndexByte(p.text[:offset], '\n')
	p.errs = append(p.errs, e)
}

// place is the offset of the value at a pointer, or of the nearest value that
// holds it.
func (p *jsonReader) place(pointer string) int {
	for {
		if at, ok := p.places[pointer]; ok {
			return at
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return 0
		}
		pointer = pointer[:i]
	}
}

func (p *jsonReader) sorted() Errors {
	slices.SortStableFunc(p.errs, func(a, b *Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	if len(p.errs) > MaxErrors {
		n := len(p.errs) - MaxErrors
		p.errs = append(p.errs[:MaxErrors:MaxErrors], &Error{Code: "procurement.limit", File: p.file, Msg: fmt.Sprintf("%d more problems", n), Err: ErrLimit})
	}
	return p.errs
}

func (p *jsonReader) read() (any, bool) {
	if len(p.text) > MaxJSON {
		p.fail(ErrLimit, 0, "", "the text is larger than %d bytes", MaxJSON)
		return nil, false
	}
	if !utf8.Valid(p.text) {
		at := 0
		for at < len(p.text) {
			r, n := utf8.DecodeRune(p.text[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		p.fail(ErrEncoding, at, "", "not UTF-8; save the file as UTF-8")
		return nil, false
	}
	p.orders = map[string][]string{}
	p.dec = json.NewDecoder(bytes.NewReader(p.text))
	p.dec.UseNumber()
	v, ok := p.value("", 1)
	if ok {
		if at := p.next(); at < len(p.text) {
			p.fail(ErrSyntax, at, "", "something stands after the end of the case")
			return nil, false
		}
	}
	return v, ok && len(p.errs) == 0
}

// next is the offset of the next token.
func (p *jsonReader) next() int {
	i := int(p.dec.InputOffset())
	for i < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[i]) >= 0 {
		i++
	}
	return i
}

func (p *jsonReader) token() (json.Token, int, bool) {
	at := p.next()
	t, err := p.dec.Token()
	if err == nil {
		return t, at, true
	}
	msg := strings.TrimPrefix(err.Error(), "json: ")
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, int(p.dec.InputOffset()))
	} else {
		msg, at = "the text ends too early: is the file whole?", len(p.text)
	}
	p.fail(ErrSyntax, at, "", "not valid JSON: %s", msg)
	return nil, 0, false
}

// value reads a value into the types that a schema takes. Numbers become
// float64 for the schema; their digits stay in the text.
func (p *jsonReader) value(pointer string, depth int) (any, bool) {
	t, at, ok := p.token()
	if !ok {
		return nil, false
	}
	if depth > maxDepth {
		p.fail(ErrLimit, at, pointer, "deeper than %d levels", maxDepth)
		return nil, false
	}
	if p.places[pointer] = at; len(p.places) > maxValues {
		p.fail(ErrLimit, at, pointer, "more than %d values", maxValues)
		return nil, false
	}
	switch v := t.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			p.fail(ErrValue, at, pointer, "%s: the number is too large", quote(v.String()))
			return nil, false
		}
		return f, true
	case json.Delim:
		if v == '[' {
			list := []any{}
			for p.dec.More() {
				if len(list) > MaxEvents {
					p.fail(ErrLimit, at, pointer, "more than %d values", MaxEvents)
					return nil, false
				}
				x, ok := p.value(pointer+"/"+strconv.Itoa(len(list)), depth+1)
				if !ok {
					return nil, false
				}
				list = append(list, x)
			}
			_, _, ok := p.token()
			return list, ok
		}
		m := map[string]any{}
		for p.dec.More() {
			t, at, ok := p.token()
			if !ok {
				return nil, false
			}
			key, _ := t.(string) // the decoder admits no other
			child := pointer + jsonschema.Pointer(key)
			p.keys[child] = at
			if _, twice := m[key]; twice {
				p.fail(ErrSchema, at, child, "the key %s stands twice", quote(key))
				return nil, false
			}
			x, ok := p.value(child, depth+1)
			if !ok {
				return nil, false
			}
			m[key] = x
			p.orders[pointer] = append(p.orders[pointer], key)
		}
		_, _, ok := p.token()
		return m, ok
	}
	return t, true // string, bool, nil
}

// digits is a number as the text writes it.
func (p *jsonReader) digits(pointer string) string {
	at := p.places[pointer]
	end := at
	for end < len(p.text) && strings.IndexByte("+-.0123456789eE", p.text[end]) >= 0 {
		end++
	}
	return string(p.text[at:end])
}

// event reads an event that the schema admits.
func (p *jsonReader) event(at string, m map[string]any) Event {
	text := func(key string) string { s, _ := m[key].(string); return s }
	e := Event{ID: text("id"), Case: text("case"), Lot: text("lot"), Party: text("party"), Note: text("note")}
	if n, ok := m["phase"].(float64); ok {
		e.Phase = int(n)
	}
	if err := e.Kind.UnmarshalText([]byte(text("kind"))); err != nil {
		p.fail(ErrValue, p.place(at+"/kind"), at+"/kind", "%s", err)
	}
	e.Date, e.Until = p.date(at+"/date", text("date")), p.date(at+"/until", text("until"))
	if s, ok := m["amount"].(string); ok {
		e.Amount = p.money(at+"/amount", s)
	}
	known, _ := m["facts"].(map[string]any)
	for _, key := range p.orders[at+"/facts"] {
		where := at + "/facts" + jsonschema.Pointer(key)
		e.Facts = append(e.Facts, p.fact(where, key, known[key]))
	}
	list, _ := m["documents"].([]any)
	for _, x := range list {
		d, _ := x.(map[string]any)
		text := func(key string) string { s, _ := d[key].(string); return s }
		doc := Document{ID: text("id"), Title: text("title"), URL: text("url"), SHA256: text("sha256")}
		for k := DocumentKind(1); k < numDocuments; k++ {
			if k.String() == text("kind") {
				doc.Kind = k
			}
		}
		e.Documents = append(e.Documents, doc)
	}
	return e
}

func (p *jsonReader) date(at, s string) law.Date {
	if s == "" {
		return law.Date{}
	}
	d, err := law.ParseDate(s)
	if err != nil {
		p.fail(ErrValue, p.place(at), at, "%s", err)
	}
	return d
}

func (p *jsonReader) fact(at, key string, v any) Fact {
	f := Fact{}
	for n := FactName(1); n < numFacts; n++ {
		if n.String() == key {
			f.Name = n
		}
	}
	switch x := v.(type) {
	case bool:
		f.Truth = law.TruthOf(x)
	case float64:
		n, ok := hundredths(p.digits(at), f.Name.Info().Type == PercentFact)
		if !ok {
			p.fail(ErrValue, p.place(at), at, "%s is too large or has too many decimals", quote(p.digits(at)))
		}
		f.Number = n
	case string:
		if t := f.Name.Info().Type; t == NetFact || t == GrossFact {
			f.Money = p.money(at, x)
		} else {
			f.Text = x
		}
	}
	return f
}

// hundredths reads a plain number: whole, or with up to two decimals in
// hundredths.
func hundredths(s string, percent bool) (int64, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if percent {
		if len(frac) > 2 {
			return 0, false
		}
		whole += frac + "00"[len(frac):]
	} else if frac != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

// money reads an amount as [law.ParseMoney] does, and with a minus too: a
// negative amount is judged by Check, not lost.
func (p *jsonReader) money(at, s string) law.Money {
	m, ok := parseMoney(s)
	if !ok {
		p.fail(ErrValue, p.place(at), at, "%s is not an amount; write one as \"216000.00 EUR net\"", quote(s))
	}
	return m
}

func parseMoney(s string) (m law.Money, ok bool) {
	parts := strings.Split(s, " ")
	if n := len(parts); n > 1 && (parts[n-1] == "net" || parts[n-1] == "gross") {
		m.Tax = law.TaxExcluded
		if parts[n-1] == "gross" {
			m.Tax = law.TaxIncluded
		}
		parts = parts[:n-1]
	}
	if len(parts) == 2 {
		m.Currency = parts[1]
		parts = parts[:1]
		if !currency(m.Currency) || m.Currency == "" {
			return law.Money{}, false
		}
	}
	whole, frac, point := strings.Cut(parts[0], ".")
	if len(parts) != 1 || strings.Trim(strings.TrimPrefix(whole, "-"), "0123456789") != "" || strings.TrimPrefix(whole, "-") == "" ||
		strings.Trim(frac, "0123456789") != "" || point && frac == "" || len(frac) > 2 {
		return law.Money{}, false
	}
	n, err := strconv.ParseInt(whole+frac+"00"[len(frac):], 10, 64)
	m.Cents = n
	return m, err == nil && m != law.Money{}
}

// currency says whether a text can be a code of ISO 4217, or is none.
func currency(s string) bool {
	return s == "" || len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
