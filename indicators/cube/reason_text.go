package cube

import (
	"fmt"
	"strings"
)

// AppendReasons appends reasons as one line of text:
//
//	code|subject|text|source;code|subject|…
//
// with empty fields at the end left out, the source as [Source.String], and a
// backslash before "\", "|" and ";"; line ends are \n and \r. [ParseReasons]
// reads it.
func AppendReasons(dst []byte, reasons []Reason) []byte {
	for i, r := range reasons {
		if i > 0 {
			dst = append(dst, ';')
		}
		fields := [...]string{r.Code, r.Subject, r.Text, r.Source.String()}
		n := len(fields)
		for n > 1 && fields[n-1] == "" {
			n--
		}
		for j, f := range fields[:n] {
			if j > 0 {
				dst = append(dst, '|')
			}
			dst = appendEscaped(dst, f)
		}
		if r == (Reason{}) {
			dst = append(dst, '|')
		}
	}
	return dst
}

func appendEscaped(dst []byte, s string) []byte {
	for _, c := range []byte(s) {
		switch c {
		case '\\', '|', ';':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// ParseReasons reads what [AppendReasons] writes; "" is no reason. The error is
// an [*Error] of code [CodeSyntax] with the byte, from 1, as Offset.
func ParseReasons(s string) ([]Reason, error) {
	if s == "" {
		return nil, nil
	}
	var out []Reason
	var fields [4]string
	var b strings.Builder
	n := 0
	bad := func(i int, text string) ([]Reason, error) {
		return nil, &Error{Code: CodeSyntax, Offset: i + 1, Text: fmt.Sprintf("reason %q: byte %d: %s", clip(s), i+1, text)}
	}
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '|' && s[i] != ';' {
			c := s[i]
			if c == '\\' {
				i++
				switch {
				case i == len(s) || !strings.ContainsRune(`\|;nr`, rune(s[i])):
					return bad(i-1, `write \\ for a backslash`)
				case s[i] == 'n':
					c = '\n'
				case s[i] == 'r':
					c = '\r'
				default:
					c = s[i]
				}
			}
			b.WriteByte(c)
			continue
		}
		if n == len(fields) {
			return bad(i, `more than code|subject|text|source: write \| for a bar`)
		}
		fields[n] = b.String()
		b.Reset()
		n++
		if i == len(s) || s[i] == ';' {
			out = append(out, Reason{fields[0], fields[1], fields[2], ParseSource(fields[3])})
			fields, n = [4]string{}, 0
		}
	}
	return out, nil
}
