package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// For callers that read the shapes they expect by themselves, byte by byte, and leave the rest
// to a Scanner.

// Advance sets where the next token is looked for, after a value that the caller has
// read and checked by itself.
func (s *Scanner) Advance(to int) { s.pos = to }

// Enter is Advance after members of the object just entered.
func (s *Scanner) Enter(to int) { s.pos, s.first = to, false }

// Depth is the number of containers that are open.
func (s *Scanner) Depth() int { return s.depth }

// Begun reports whether a key or an element of the innermost container has been read.
func (s *Scanner) Begun() bool { return !s.first }

// SkipAt checks the value at i, as Skip would some containers deeper, and returns where it ends and whether
// it is written without white space. The scanner stays as it is.
func (s *Scanner) SkipAt(i, deeper int) (end int, compact, ok bool) {
	m := s.Mark()
	s.pos, s.spaced = i, false
	s.depth += deeper
	ok = s.skip(s.Kind())
	end = s.pos
	s.Back(m)
	return end, !s.spaced, ok
}

// PlainString returns the index of the quote that ends the string whose inside begins at
// i, if that is valid and has no escapes.
func PlainString(src []byte, i int) (end int, ok bool) {
	end, escaped, code := scanString(src, i)
	return end, !escaped && code == 0
}

// PlainNumber reads the number at i if it has no exponent and at most fifteen digits, so that it
// survives the way to float64 and back, and returns where it ends.
func PlainNumber(src []byte, i int) (f float64, end int, ok bool) {
	neg := false
	if i < len(src) && src[i] == '-' {
		neg = true
		i++
	}
	if len(src)-i < 17 {
		return plainNumber(src, i, neg)
	}
	from := i
	w := binary.LittleEndian.Uint64(src[i:])
	n := digits(w)
	if n == 0 || n == 8 || n > 1 && src[i] == '0' {
		return plainNumber(src, i, neg)
	}
	mant := eight(w, n)
	i += n
	if src[i] == '.' {
		i++
		w := binary.LittleEndian.Uint64(src[i:])
		n := digits(w)
		if n == 0 || n == 8 {
			return plainNumber(src, from, neg)
		}
		mant = mant*whole[n] + eight(w, n)
		i += n
		f = float64(mant) / pow10[n]
	} else {
		f = float64(mant)
	}
	if src[i]|0x20 == 'e' {
		return 0, 0, false
	}
	if neg {
		f = -f
	}
	return f, i, true
}

var whole = [8]uint64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}

// digits is how many digits w, as loaded, begins with.
func digits(w uint64) int {
	// Carries and borrows go to bytes above only, so the lowest mark is right.
	m := ((w + low*0x46) | (w - low*'0')) & high
	return bits.TrailingZeros64(m) >> 3
}

// eight is the number that the first n digits of w make, n below 8.
func eight(w uint64, n int) uint64 {
	w = (w - low*'0') << (64 - 8*uint(n)) // zeros in front
	w = w*10 + w>>8
	return ((w&0x000000ff000000ff)*(100+1_000_000<<32) + (w>>16&0x000000ff000000ff)*(1+10_000<<32)) >> 32
}

// plainNumber is PlainNumber digit by digit, after the sign.
func plainNumber(src []byte, i int, neg bool) (f float64, end int, ok bool) {
	start := i
	var mant uint64
	for i < len(src) && src[i]-'0' <= 9 {
		mant = mant*10 + uint64(src[i]-'0')
		i++
	}
	digits, frac := i-start, 0
	if digits == 0 || digits > 1 && src[start] == '0' || i == len(src) {
		return 0, 0, false
	}
	if src[i] == '.' {
		i++
		start = i
		for i < len(src) && src[i]-'0' <= 9 {
			mant = mant*10 + uint64(src[i]-'0')
			i++
		}
		if frac = i - start; frac == 0 || i == len(src) {
			return 0, 0, false
		}
	}
	if digits+frac > 15 || src[i]|0x20 == 'e' {
		return 0, 0, false
	}
	f = float64(mant)
	if frac > 0 {
		f /= pow10[frac]
	}
	if neg {
		f = -f
	}
	return f, i, true
}
