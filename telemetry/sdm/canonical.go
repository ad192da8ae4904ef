package sdm

import (
	"slices"

	"github.com/almotacen/almotacen/internal/jsonscan"
)

// canonical appends a form of JSON text that equal values share: keys sorted, numbers as
// fractions, texts without needless escapes.
func canonical(dst []byte, s *jsonscan.Scanner, raw []byte) []byte {
	s.Reset(raw)
	return appendCanonical(dst, s)
}

func appendCanonical(dst []byte, s *jsonscan.Scanner) []byte {
	switch s.Kind() {
	case jsonscan.Object:
		var list []string
		s.Object()
		for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
			m := append(jsonscan.AppendString(nil, key), ':')
			list = append(list, string(appendCanonical(m, s)))
		}
		slices.Sort(list)
		dst = append(dst, '{')
		for _, m := range list {
			dst = append(append(dst, m...), ',')
		}
		return append(dst, '}')
	case jsonscan.Array:
		dst = append(dst, '[')
		s.Array()
		for s.More() {
			dst = append(appendCanonical(dst, s), ',')
		}
		return append(dst, ']')
	case jsonscan.String:
		text, _ := s.Text()
		return jsonscan.AppendString(dst, text)
	case jsonscan.Num:
		n, ok := s.Number()
		if !ok {
			return dst
		}
		return append(dst, rational(n).RatString()...)
	}
	text, _ := s.Skip()
	return append(dst, text...)
}
