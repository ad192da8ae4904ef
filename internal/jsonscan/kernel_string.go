package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// special marks, by its top bit, every byte of w that is no plain ASCII of a string:
// a quote, a backslash, a control character, or above 0x7f. Borrows make false
// marks only above a true one, so the lowest is right.
func special(w uint64) uint64 {
	return (w | (w - low*0x20) | ((w ^ low*'"') - low) | ((w ^ low*'\\') - low)) & high
}

// scanString returns the index of the quote that ends the string whose inside begins at
// i, and whether there are escapes. On an error code, end is where it is.
func scanString(src []byte, i int) (end int, escaped bool, code Code) {
	for {
		for i+8 <= len(src) {
			m := special(binary.LittleEndian.Uint64(src[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				goto hit
			}
			i += 8
		}
		for ; ; i++ {
			if i >= len(src) {
				return len(src), escaped, Truncated
			}
			if c := src[i]; c == '"' || c == '\\' || c < ' ' || c >= utf8.RuneSelf {
				break
			}
		}
	hit:
		switch c := src[i]; {
		case c == '"':
			return i, escaped, 0
		case c == '\\':
			escaped = true
			n, code := scanEscape(src, i)
			if code != 0 {
				return i, true, code
			}
			i += n
		case c < ' ':
			return i, escaped, Syntax
		default:
			for i < len(src) && src[i] >= utf8.RuneSelf {
				r, n := utf8.DecodeRune(src[i:])
				if r == utf8.RuneError && n == 1 {
					if !utf8.FullRune(src[i:]) {
						return i, escaped, Truncated
					}
					return i, escaped, UTF8
				}
				i += n
			}
		}
	}
}

// scanEscape returns the length of the escape at i; a surrogate pair is one.
func scanEscape(src []byte, i int) (n int, code Code) {
	if i+1 >= len(src) {
		return 0, Truncated
	}
	switch src[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, 0
	case 'u':
	default:
		return 0, Syntax
	}
	r, code := hex4(src, i+2)
	if code != 0 || r < 0xd800 || r > 0xdfff {
		return 6, code
	}
	if r >= 0xdc00 {
		return 0, Surrogate
	}
	for k, c := range []byte(`\u`) {
		if i+6+k >= len(src) {
			return 0, Truncated
		}
		if src[i+6+k] != c {
			return 0, Surrogate
		}
	}
	r, code = hex4(src, i+8)
	if code == 0 && (r < 0xdc00 || r > 0xdfff) {
		code = Surrogate
	}
	return 12, code
}

func hex4(src []byte, i int) (r rune, code Code) {
	for k := i; k < i+4; k++ {
		if k >= len(src) {
			return 0, Truncated
		}
		c := src[k]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, Syntax
		}
		r = r<<4 | rune(c)
	}
	return r, 0
}

// unescape appends the text of the inside of a string that scanString accepted.
func unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		k := i
		for k < len(raw) && raw[k] != '\\' {
			k++
		}
		dst = append(dst, raw[i:k]...)
		if k == len(raw) {
			break
		}
		i = k + 2
		switch c := raw[k+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(raw, i)
			i += 4
			if r >= 0xd800 && r < 0xdc00 {
				l, _ := hex4(raw, i+2)
				i += 6
				r = 0x10000 + (r-0xd800)<<10 + (l - 0xdc00)
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
