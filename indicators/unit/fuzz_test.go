package unit

import (
	"strings"
	"testing"
)

// strict recognises UCUM as its specification's grammar has it (UCUM 2.2 §2.1,
// formal syntax), sharing only the table of symbols with the parser.
//
//	main      = "/" term | term
//	term      = component { ("." | "/") component }
//	component = "(" term ")" | "{" … "}" | unit [ "{" … "}" ]
//	unit      = digits | symbol [ [sign] digits ]
func strict(s string) bool {
	for i := range len(s) {
		if s[i] < 33 || s[i] > 126 {
			return false
		}
	}
	rest, ok := strictTerm(strings.TrimPrefix(s, "/"))
	return ok && rest == ""
}

func strictTerm(s string) (string, bool) {
	for {
		var ok bool
		if s, ok = strictComponent(s); !ok {
			return s, false
		}
		if s == "" || s[0] != '.' && s[0] != '/' {
			return s, true
		}
		s = s[1:]
	}
}

func strictComponent(s string) (string, bool) {
	if s == "" {
		return s, false
	}
	if s[0] == '(' {
		rest, ok := strictTerm(s[1:])
		return strings.TrimPrefix(rest, ")"), ok && strings.HasPrefix(rest, ")")
	}
	if s[0] == '{' {
		return strictNote(s)
	}
	for n := len(s); n > 0; n-- { // the longest symbol that is one
		sym := s[:n]
		_, _, known := resolveIn(atomTable(), sym)
		if !known && sym != "10*" && sym != "10^" {
			continue
		}
		rest := s[n:]
		signed := strings.TrimLeft(rest, "+-")
		if len(rest)-len(signed) > 1 {
			return s, false
		}
		if after := strings.TrimLeft(signed, "0123456789"); after != signed {
			rest = after
		} else if signed != rest {
			return s, false
		}
		if strings.HasPrefix(rest, "{") {
			return strictNote(rest)
		}
		return rest, true
	}
	after := strings.TrimLeft(s, "0123456789")
	return after, after != s
}

func strictNote(s string) (string, bool) {
	i := strings.IndexByte(s, '}')
	if i < 2 || strings.Contains(s[1:i], "{") {
		return s, false
	}
	return s[i+1:], true
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "%", "kg/{person}", "km/100k{person}", "L/({person}.d)", "10*-3{person}", "kEUR@2020/t", "m^(1/2)",
		"/m.s", "dB[SPL]", "Cel", "10.Cel", "[in_i'H2O]", "7.m2/(3.s-1)", "B[10.nV]", "kWh", "10*99999999", "((((m))))", "m³", "EUR2020",
		"{person}2", "EUR-1/kUSD2", "g%", "%[slope]", "''", "m/", "10^3", "har^(1/4)", "kEUR^(1/2).kUSD^(1/2)", "[m/s2/Hz^(1/2)]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := Parse(s)
		if err != nil {
			e, ok := err.(*ParseError)
			if !ok || e.Column < 1 || e.Column > len(s)+1 || len(err.Error()) > 2000 || e.Msg == "" || e.Err == nil {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		if u.String() != s || u.IsZero() {
			t.Fatalf("%q became %q", s, u)
		}
		if !strict(u.UCUM()) {
			t.Fatalf("%q: UCUM %q is not valid", s, u.UCUM())
		}
		if r, err := Factor(u, u); err != nil || r.RatString() != "1" {
			t.Fatalf("%q: factor to itself %v, %v", s, r, err)
		}
		if u.Kind() == Level {
			return
		}
		// A unit divided by itself is the number one; a square has its root.
		if w, err := u.Div(u); err != nil || !w.SameScale(One()) {
			t.Fatalf("%q / itself = %q, %v", s, w, err)
		}
		w, err := u.Pow(2, 1)
		if err != nil {
			return // a limit
		}
		v, err := Parse(w.String())
		if err != nil || !v.SameScale(w) {
			t.Fatalf("%q squared is %q, which reads as %q, %v", s, w, v, err)
		}
		if !strict(w.UCUM()) {
			t.Fatalf("%q: UCUM %q is not valid", w, w.UCUM())
		}
		if r, err := w.Pow(1, 2); err != nil || !r.SameScale(u) {
			t.Fatalf("root of %q is %q, not %q: %v", w, r, u, err)
		}
	})
}

// Arithmetic never panics, and undoing it gives the same scale back.
func FuzzArithmetic(f *testing.F) {
	f.Add("TEUR^(1/4)/EUR^(1/4)", "kg/{person}", 1, 4, uint8(0))
	f.Add("10*3{person}", "%", -2, 3, uint8(2))
	f.Add("[degF]", "100{person}", 1, 2, uint8(7))
	f.Add("[mu_0]^(1/2)", "deg^(3/2)", 64, 1, uint8(0))
	f.Fuzz(func(t *testing.T, a, b string, n, d int, k uint8) {
		u, err := Parse(a)
		if err != nil {
			return
		}
		v, err := Parse(b)
		if err != nil {
			return
		}
		if x, err := u.WithKind(Kind(k)); err == nil {
			u = x
		}
		if p, err := u.Pow(n, d); err == nil {
			if _, err := Parse(p.String()); err != nil {
				t.Fatalf("%q to %d/%d is %q: %v", a, n, d, p, err)
			}
		}
		_, _ = NewConverter(u, v)
		_, _ = Factor(u, v)
		w, err := u.Mul(v)
		if err != nil {
			return
		}
		back, err := w.Div(v)
		if err != nil {
			return // a limit
		}
		if u.kindless() && !back.SameScale(u) {
			t.Fatalf("%q·%q = %q, back %q", a, b, w, back)
		}
	})
}

// kindless: not a difference on an affine scale, which products take in K.
func (u Unit) kindless() bool { return !u.get().level }

func FuzzUnmarshalKind(f *testing.F) {
	f.Add("share")
	f.Fuzz(func(t *testing.T, s string) {
		var k Kind
		if k.UnmarshalText([]byte(s)) == nil && s != "" && k.String() != s {
			t.Fatal(s)
		}
	})
}

// No currency is a UCUM code, with or without prefix, nor the other way round.
func TestCurrenciesAreNotUnits(t *testing.T) {
	codes := strings.Fields(currencies)
	for i, c := range codes {
		if i > 0 && codes[i-1] >= c {
			t.Errorf("%s after %s", c, codes[i-1])
		}
		for _, pre := range []string{"", "k", "M", "G", "T"} {
			if _, _, ok := resolveIn(atomTable(), pre+c); ok {
				t.Errorf("%s%s is a UCUM unit too", pre, c)
			}
			if _, code, _, ok := splitCurrency(pre + c + "@2020"); !ok || code != c {
				t.Errorf("%s%s: %q", pre, c, code)
			}
		}
	}
	for _, s := range []string{"EU", "AED AFN", "D A", "EUR@0020", "EUR@", "mEUR", "EUR@2O20"} {
		if _, _, _, ok := splitCurrency(s); ok {
			t.Errorf("%q taken for money", s)
		}
	}
}

// Every suggestion is itself a code, so that who follows it is done.
func TestAliasesParse(t *testing.T) {
	for _, a := range aliases {
		if _, err := Parse(a.to); err != nil {
			t.Error(err)
		}
	}
	r := Registry{}
	for _, a := range annotationAliases {
		if !r.has(a.to) || r.has(a.from) {
			t.Errorf("%s to %s", a.from, a.to)
		}
	}
}
