package collect

import (
	"strings"
	"unicode/utf8"
)

// numeral is a text read as a number.
type numeral struct {
	text    string // sign, digits, "." and exponent, as strconv reads it
	decides byte   // '.' or ',': the text can only be read with this decimal sign; 0: says nothing
	symbol  string // sign of a unit beside the number: "%", "€", "h"
	rounded bool   // an exponent beyond the digits: 1,23E+05
	code    string // why it is not taken; "" if it is
}

const maxNumeral = 64 // bytes of a number

// parseNumber reads a number with the decimal sign '.' or ',', or with the one
// that the text itself decides when decimal is 0.
//
//	12,5  1.234,5  1 234,5  1.234.567   decide themselves
//	1.234  1,234                        have two readings
//	1.23.456  1,2345.6                  have none
//
// Thousands stand in groups of three, apart by one kind of sign: point, comma,
// space (no-break and thin ones too) or apostrophe. A number with an exponent
// has none.
func parseNumber(s string, decimal byte) numeral {
	s = strings.TrimFunc(s, space)
	if s == "" || len(s) > maxNumeral {
		return numeral{code: CodeTextInNumber}
	}
	var n numeral
	s, n.symbol = cutSymbol(s)
	sign := ""
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = "-", s[1:]
	case strings.HasPrefix(s, "\u2212"):
		sign, s = "-", s[len("\u2212"):]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	exponent := ""
	if i := strings.IndexAny(s, "eE"); i > 0 {
		exponent = s[i+1:]
		digits := strings.TrimLeft(exponent, "+-")
		if len(exponent)-len(digits) > 1 || len(digits) < 1 || len(digits) > 3 || !isDigits(digits) {
			return numeral{code: CodeTextInNumber}
		}
		s = s[:i]
	}
	whole, fraction, code := n.split(s, decimal)
	if n.code = code; code != "" {
		return n
	}
	if exponent != "" {
		signs := len(s) - len(whole) - len(fraction)
		if signs > 1 || signs == 1 && fraction == "" { // thousands apart
			n.code = CodeNumberScientific
			return n
		}
		n.rounded = exponentOf(exponent) > len(fraction)
	}
	if whole == "" {
		whole = "0"
	}
	n.text = sign + whole
	if fraction != "" {
		n.text += "." + fraction
	}
	if exponent != "" {
		n.text += "e" + exponent
	}
	return n
}

// split finds the digits before and after the decimal sign.
func (n *numeral) split(s string, decimal byte) (whole, fraction, code string) {
	var seps []sep
	var digits strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= '0' && r <= '9' {
			digits.WriteByte(s[i])
		} else {
			kind := sepKind(r)
			if kind == 0 {
				return "", "", CodeTextInNumber
			}
			seps = append(seps, sep{kind, digits.Len()})
		}
		i += size
	}
	d := digits.String()
	if d == "" || len(seps) > 0 && seps[len(seps)-1].at == len(d) {
		return "", "", CodeTextInNumber
	}
	if len(seps) == 0 {
		return d, "", ""
	}
	last := seps[len(seps)-1]
	mark := last.kind == '.' || last.kind == ','
	same := 0
	for _, x := range seps {
		if x.kind == last.kind {
			same++
		}
	}
	switch {
	case !mark || same > 1: // every sign groups
		if same != len(seps) || !grouped(seps, len(d)) {
			return "", "", CodeNumberGrouping
		}
		if mark {
			n.decides = '.' + ',' - last.kind
			if decimal == last.kind {
				return "", "", CodeNumberConvention
			}
		}
		return d, "", ""
	case len(seps) > 1: // the last is the decimal sign, the others group
		for _, x := range seps[:len(seps)-1] {
			if x.kind != seps[0].kind {
				return "", "", CodeNumberGrouping
			}
		}
		if !grouped(seps[:len(seps)-1], last.at) {
			return "", "", CodeNumberGrouping
		}
		n.decides = last.kind
	case len(d)-last.at == 3 && last.at >= 1 && last.at <= 3 && d[:last.at] != "0":
		switch decimal {
		case 0:
			return "", "", CodeAmbiguousNumber
		case last.kind:
			return d[:last.at], d[last.at:], ""
		}
		return d, "", ""
	default:
		n.decides = last.kind
	}
	if decimal != 0 && decimal != n.decides {
		return "", "", CodeNumberConvention
	}
	return d[:last.at], d[last.at:], ""
}

// sep is a sign between digits: its kind and how many digits stand before it.
type sep struct {
	kind byte
	at   int
}

func sepKind(r rune) byte {
	switch r {
	case '.', ',':
		return byte(r)
	case ' ', 0xa0, 0x2007, 0x2009, 0x202f:
		return ' '
	case '\'', 0x2019:
		return '\''
	}
	return 0
}

// grouped reports whether seps stand before groups of three of the first n
// digits, with one to three digits before the first.
func grouped(seps []sep, n int) bool {
	if seps[0].at < 1 || seps[0].at > 3 {
		return false
	}
	for i := range seps {
		end := n
		if i+1 < len(seps) {
			end = seps[i+1].at
		}
		if end-seps[i].at != 3 {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func exponentOf(s string) int {
	negative := strings.HasPrefix(s, "-")
	e := 0
	for _, c := range strings.TrimLeft(s, "+-") {
		e = e*10 + int(c-'0')
	}
	if negative {
		return -e
	}
	return e
}

// symbols are signs of units that people write beside a number, with the UCUM
// or ISO 4217 code that they mean.
var symbols = [...]struct{ sign, unit string }{
	{"%", "%"}, {"€", "EUR"}, {"EUR", "EUR"}, {"eur", "EUR"}, {"euros", "EUR"}, {"$", "USD"}, {"£", "GBP"},
	{"h", "h"}, {"kg", "kg"}, {"km2", "km2"}, {"km²", "km2"}, {"km", "km"}, {"ha", "har"}, {"m2", "m2"}, {"m²", "m2"}, {"m3", "m3"}, {"m³", "m3"}, {"kWh", "kW.h"}, {"t", "t"}, {"‰", "[ppth]"},
}

// cutSymbol cuts the sign of a unit off a number.
func cutSymbol(s string) (number, symbol string) {
	if c := s[len(s)-1]; c >= '0' && c <= '9' && (s[0] < 'A' && s[0] != '$' || isDigits(s[:1])) {
		return s, ""
	}
	for _, x := range symbols {
		if n, ok := strings.CutSuffix(s, x.sign); ok && n != "" {
			if n = strings.TrimRightFunc(n, space); n != "" && n[len(n)-1] >= '0' && n[len(n)-1] <= '9' {
				return n, x.unit
			}
		}
		if n, ok := strings.CutPrefix(s, x.sign); ok && n != "" && (x.unit == "EUR" || x.unit == "USD" || x.unit == "GBP") {
			if n = strings.TrimLeftFunc(n, space); n != "" {
				return n, x.unit
			}
		}
	}
	return s, ""
}
