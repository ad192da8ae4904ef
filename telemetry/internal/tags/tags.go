// Package tags writes sets of names and values as one text, in order of the names, for the
// dataset of rows: cpu=0,state=idle. A backslash stands before a comma, an equals sign, a space and
// a backslash. It is how telemetry/lineprotocol writes datasets, so that one format's
// labels are another's tags.
package tags

import (
	"bytes"
	"slices"
)

// Pair is a name and its value.
type Pair struct{ Key, Value []byte }

// Sort puts pairs in order of their names, and returns the index of one whose name stands
// before it too, or -1.
func Sort(p []Pair) int {
	slices.SortFunc(p, func(a, b Pair) int { return bytes.Compare(a.Key, b.Key) })
	for i := 1; i < len(p); i++ {
		if bytes.Equal(p[i-1].Key, p[i].Key) {
			return i
		}
	}
	return -1
}

// Get is the value of a name.
func Get(p []Pair, name string) ([]byte, bool) {
	for i := range p {
		if string(p[i].Key) == name {
			return p[i].Value, true
		}
	}
	return nil, false
}

// Append appends the text of pairs.
func Append(dst []byte, p []Pair) []byte {
	for i := range p {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(escape(dst, p[i].Key), '=')
		dst = escape(dst, p[i].Value)
	}
	return dst
}

func escape(dst, text []byte) []byte {
	for _, c := range text {
		switch c {
		case ',', '=', ' ', '\\':
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return dst
}

// Parse appends the pairs of a text to dst; scratch holds their bytes. False: Append does not
// write such a text.
func Parse(dst []Pair, scratch []byte, text string) (pairs []Pair, rest []byte, ok bool) {
	first := len(dst)
	for i := 0; i < len(text); {
		var p Pair
		start := len(scratch)
		for key := true; ; i++ {
			if i == len(text) || text[i] == ',' {
				if key {
					return dst, scratch, false
				}
				p.Value = scratch[start:len(scratch):len(scratch)]
				break
			}
			c := text[i]
			switch c {
			case '=':
				if !key {
					return dst, scratch, false
				}
				p.Key, key = scratch[start:len(scratch):len(scratch)], false
				start = len(scratch)
				continue
			case ' ':
				return dst, scratch, false
			case '\\':
				if i++; i == len(text) {
					return dst, scratch, false
				}
				switch c = text[i]; c {
				case ',', '=', ' ', '\\':
				default:
					return dst, scratch, false
				}
			}
			scratch = append(scratch, c)
		}
		if n := len(dst); n > first && bytes.Compare(dst[n-1].Key, p.Key) >= 0 {
			return dst, scratch, false
		}
		dst = append(dst, p)
		if i++; i == len(text) { // a comma ends the text
			return dst, scratch, false
		}
	}
	return dst, scratch, true
}
