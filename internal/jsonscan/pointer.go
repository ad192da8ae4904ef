package jsonscan

import (
	"strconv"
	"strings"
)

// Pointer is the JSON pointer (RFC 6901) of the innermost value that byte offset of a
// text is in, as far as the text can be read. It reads from the beginning: for errors.
func Pointer(src []byte, offset int) string {
	type level struct {
		array bool
		index int
		key   string
	}
	var path []level
	value := false // in an object: after the colon
	for i := 0; i < len(src) && i < offset; i++ {
		top := len(path) - 1
		switch c := src[i]; c {
		case '{', '[':
			path = append(path, level{array: c == '['})
			value = false
		case '}', ']':
			if top >= 0 {
				path = path[:top]
				top--
			}
			value = top >= 0
		case ':':
			value = true
		case ',':
			if top >= 0 {
				path[top].index++
				path[top].key = ""
			}
			value = false
		case '"':
			end, escaped, code := scanString(src, i+1)
			if code != 0 {
				i = len(src)
				break
			}
			if top >= 0 && !path[top].array && !value {
				if escaped {
					path[top].key = string(unescape(nil, src[i+1:end]))
				} else {
					path[top].key = string(src[i+1 : end])
				}
				if len(path[top].key) > 256 {
					path[top].key = path[top].key[:256] + "…"
				}
			}
			i = end
		}
		if len(path) > 1000 {
			break
		}
	}
	var b strings.Builder
	for i, l := range path {
		switch {
		case l.array && (i < len(path)-1 || l.index > 0 || offset < len(src)):
			b.WriteString("/" + strconv.Itoa(l.index))
		case !l.array && l.key != "":
			b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(l.key))
		}
	}
	return b.String()
}
