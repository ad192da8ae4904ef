package lineprotocol

import (
	"math"
	"strconv"
	"unsafe"
)

// Classes of bytes: where a token ends, what a backslash escapes in it.
const (
	endName  = 1 << iota // ends a measurement
	endKey               // ends a tag key or field key
	endValue             // ends a tag value
	endField             // ends a number or bool
	escName              // may be escaped in a measurement
	escKey               // may be escaped in a key or a tag value
	special              // a backslash, or not ASCII
	control              // does not print
)

var class = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = endName | endKey | control
	}
	t[0x7f] = endName | endKey | control
	t['\r'] |= endValue | endField
	t['\n'] |= endValue | endField
	t[' '] = endName | endKey | endValue | endField | escName | escKey
	t[','] = t[' ']
	t['='] = endKey | endValue | escKey
	t['\\'] = special
	for c := 0x80; c < 0x100; c++ {
		t[c] = special
	}
	return t
}()

// scan returns where the token at i ends, and whether it has escapes and bytes beyond
// ASCII. A backslash before another byte than those of esc stands for itself.
func scan(src []byte, i int, end, esc uint8) (int, bool, bool) {
	escaped, high := false, false
	for i < len(src) {
		c := class[src[i]]
		if c&(end|special) == 0 {
			i++
			continue
		}
		if c&end != 0 {
			break
		}
		if src[i] != '\\' {
			high = true
		} else if i+1 < len(src) && class[src[i+1]]&esc != 0 {
			escaped = true
			i++
		}
		i++
	}
	return i, escaped, high
}

// unescape appends the text of a token that scan passed.
func unescape(dst, raw []byte, esc uint8) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) && class[raw[i+1]]&esc != 0 {
			i++
		}
		dst = append(dst, raw[i])
	}
	return dst
}

type numberKind uint8

const (
	wrong numberKind = iota
	outside
	float
	signed
	unsigned
)

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// number reads the number at i and returns where it ends. Integers have their text's
// length without the suffix in digits if float64 does not hold them exactly.
func number(src []byte, i int) (v float64, kind numberKind, digits, end int) {
	start := i
	neg := src[i] == '-'
	if neg {
		i++
	}
	var mant uint64
	first := i
	for i < len(src) && src[i]-'0' <= 9 {
		mant = mant*10 + uint64(src[i]-'0')
		i++
	}
	n := i - first
	exp := 0
	if i < len(src) && src[i] == '.' {
		i++
		point := i
		for i < len(src) && src[i]-'0' <= 9 {
			mant = mant*10 + uint64(src[i]-'0')
			i++
		}
		exp = point - i
		n -= exp
	}
	// Both factors are exact, so one operation rounds once (Clinger 1990).
	if (i == len(src) || class[src[i]]&endField != 0) && n > 0 && n <= 19 && mant < 1<<53 && exp >= -22 {
		v = float64(mant) / pow10[-exp]
		if neg {
			v = -v
		}
		return v, float, 0, i
	}
	if i < len(src) && src[i] == 'i' && i-first == n && n > 0 && n <= 18 && (i+1 == len(src) || class[src[i+1]]&endField != 0) {
		v = float64(mant)
		if neg && mant != 0 {
			v = -v
		}
		if mant > 1<<53 {
			digits = i - start
		}
		return v, signed, digits, i + 1
	}
	return slowNumber(src, start)
}

// slowNumber is number for what has an exponent, many digits, or is wrong.
func slowNumber(src []byte, i int) (v float64, kind numberKind, digits, end int) {
	end = i
	for end < len(src) && class[src[end]]&endField == 0 {
		end++
	}
	raw := src[i:end]
	var err error
	switch n := len(raw) - 1; raw[n] {
	case 'i':
		var x int64
		if x, err = strconv.ParseInt(text(raw[:n]), 10, 64); x > 1<<53 || x < -1<<53 {
			digits = n
		}
		v, kind = float64(x), signed
	case 'u':
		var x uint64
		if x, err = strconv.ParseUint(text(raw[:n]), 10, 64); x > 1<<53 {
			digits = n
		}
		v, kind = float64(x), unsigned
	default:
		v, err = strconv.ParseFloat(text(raw), 64)
		kind = float
	}
	if err != nil {
		kind = wrong
		if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
			kind = outside
		}
		return 0, kind, 0, end
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, wrong, 0, end
	}
	return v, kind, digits, end
}

// text is p as a string, for calls that keep no reference.
func text(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// boolean reads true, false and what else line protocol has for them.
func boolean(p []byte) (v float64, ok bool) {
	switch string(p) {
	case "t", "T", "true", "True", "TRUE":
		return 1, true
	case "f", "F", "false", "False", "FALSE":
		return 0, true
	}
	return 0, false
}

// integer reads a timestamp: all of p.
func integer(p []byte) (v int64, outside, ok bool) {
	i := 0
	if i < len(p) && p[i] == '-' {
		i++
	}
	if len(p) == i {
		return 0, false, false
	}
	var m uint64
	for _, c := range p[i:] {
		if c-'0' > 9 {
			return 0, false, false
		}
		if m > (1<<63)/10 {
			return 0, true, true
		}
		m = m*10 + uint64(c-'0')
	}
	if i == 1 {
		return -int64(m), m > 1<<63, true
	}
	return int64(m), m > math.MaxInt64, true
}
