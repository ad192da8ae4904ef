package jsonscan

import (
	"bytes"
	"math"
	"strconv"
	"unsafe"
)

// decimal is mant × 10^exp, exact while digits ≤ 19.
type decimal struct {
	mant   uint64
	exp    int
	digits int // of the mantissa, leading zeros too
	neg    bool
}

// scanNumber reads the number at i and returns where it ends. On an error code, end is
// where it is.
func scanNumber(src []byte, i int) (d decimal, end int, code Code) {
	if i < len(src) && src[i] == '-' {
		d.neg = true
		i++
	}
	start := i
	var mant uint64
	for i < len(src) && src[i]-'0' <= 9 {
		mant = mant*10 + uint64(src[i]-'0')
		i++
	}
	d.digits = i - start
	switch {
	case d.digits == 0 && i == len(src):
		return d, i, Truncated
	case d.digits == 0:
		return d, i, Syntax
	case d.digits > 1 && src[start] == '0':
		return d, start + 1, Syntax
	}
	if i < len(src) && src[i] == '.' {
		i++
		start = i
		for i < len(src) && src[i]-'0' <= 9 {
			mant = mant*10 + uint64(src[i]-'0')
			i++
		}
		d.exp = start - i
		d.digits -= d.exp
		if d.exp == 0 {
			return d, i, missingDigit(src, i)
		}
	}
	d.mant = mant
	if i < len(src) && src[i]|0x20 == 'e' {
		i++
		neg := false
		if i < len(src) && (src[i] == '-' || src[i] == '+') {
			neg = src[i] == '-'
			i++
		}
		start = i
		e := 0
		for i < len(src) && src[i]-'0' <= 9 {
			if e < 1<<20 {
				e = e*10 + int(src[i]-'0')
			}
			i++
		}
		if i == start {
			return d, i, missingDigit(src, i)
		}
		if neg {
			e = -e
		}
		d.exp += e
	}
	return d, i, 0
}

func missingDigit(src []byte, i int) Code {
	if i == len(src) {
		return Truncated
	}
	return Syntax
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// float is the float64 nearest to d, which was written as raw; false if it is beyond
// float64. What the quick path cannot do goes to strconv, whose own is Eisel–Lemire
// with an exact end: a table of our own would only save reading the digits again.
func float(d decimal, raw []byte) (f float64, ok bool) {
	if d.digits <= 19 && d.mant < 1<<53 && d.exp >= -22 && d.exp <= 22 {
		// Both factors are exact, so one operation rounds once (Clinger 1990).
		f = float64(d.mant)
		if d.exp < 0 {
			f /= pow10[-d.exp]
		} else {
			f *= pow10[d.exp]
		}
		if d.neg {
			f = -f
		}
		return f, true
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(raw), len(raw)), 64) // keeps no reference
	return f, err == nil
}

// sameNumber reports whether the shortest spelling of f is the number that raw is.
func sameNumber(f float64, raw []byte) bool {
	var buf [32]byte
	a, aexp := significant(strconv.AppendFloat(buf[:0], f, 'e', -1, 64))
	var long [32]byte
	if len(raw) > len(long) {
		// Zeros may hide a short number, but it costs little to keep such a text.
		return false
	}
	b, bexp := significant(append(long[:0], raw...))
	return aexp == bexp && bytes.Equal(a, b)
}

// significant moves the digits of a number to the front of p, without zeros at
// either end, and returns them with the exponent of the first.
func significant(p []byte) (digits []byte, exp int) {
	n, point, seen := 0, 0, false
	for i, c := range p {
		switch {
		case c == '.':
			seen = true
		case c|0x20 == 'e':
			e, err := strconv.Atoi(string(p[i+1:]))
			if err != nil {
				return nil, math.MaxInt
			}
			exp = e
			goto done
		case c >= '0' && c <= '9':
			if c != '0' || n > 0 {
				p[n] = c
				n++
			} else if seen {
				point--
			}
			if !seen && n > 0 {
				point++
			}
		}
	}
done:
	for n > 0 && p[n-1] == '0' {
		n--
	}
	if n == 0 {
		return nil, 0
	}
	return p[:n], exp + point
}
