package jsonscan

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// AppendString appends text as a JSON string. Only what must be escaped is; bytes that are not
// UTF-8 become U+FFFD.
func AppendString[T ~string | ~[]byte](dst []byte, text T) []byte {
	dst = append(dst, '"')
	dst = appendInside(dst, []byte(text))
	return append(dst, '"')
}

func appendInside(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	start, i := 0, 0
	for i < len(text) {
		if i+8 <= len(text) {
			m := special(binary.LittleEndian.Uint64(text[i:]))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(append(dst, text[start:i]...), '\\', c)
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(text[i:])
			i += n
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, text[start:i-1]...), "\ufffd"...)
				start = i
			}
			continue
		case c >= ' ':
			i++
			continue
		default:
			dst = append(dst, text[start:i]...)
			switch c {
			case '\n':
				dst = append(dst, `\n`...)
			case '\r':
				dst = append(dst, `\r`...)
			case '\t':
				dst = append(dst, `\t`...)
			case '\b':
				dst = append(dst, `\b`...)
			case '\f':
				dst = append(dst, `\f`...)
			default:
				dst = append(dst, `\u00`...)
				dst = append(dst, hex[c>>4], hex[c&15])
			}
		}
		i++
		start = i
	}
	return append(dst, text[start:]...)
}

// AppendNumber appends the shortest spelling of f, which must be finite, as
// encoding/json has it.
func AppendNumber(dst []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 && (f != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && (dst[n-3] == '-' || dst[n-3] == '+') && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // 1e-09 is 1e-9
		dst = dst[:n-1]
	}
	return dst
}

// AppendCompact appends JSON text, which must be valid, without white space between tokens.
func AppendCompact(dst, raw []byte) []byte {
	start, i := 0, 0
	for i < len(raw) {
		switch raw[i] {
		case '"':
			end, _, code := scanString(raw, i+1)
			if code != 0 {
				return append(dst, raw[start:]...)
			}
			i = end + 1
		case ' ', '\n', '\r', '\t':
			dst = append(dst, raw[start:i]...)
			i = skipSpace(raw, i)
			start = i
		default:
			i++
		}
	}
	return append(dst, raw[start:]...)
}

// ValidNumber reports whether text is a JSON number.
func ValidNumber(text []byte) bool {
	_, end, code := scanNumber(text, 0)
	return code == 0 && end == len(text)
}
