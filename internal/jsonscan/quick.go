package jsonscan

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
// survives the way to float64 and back, and returns where it ends. Digit by digit: eight at a time took longer, as
// the numbers of sensors are short.
func PlainNumber(src []byte, i int) (f float64, end int, ok bool) {
	neg := false
	if i < len(src) && src[i] == '-' {
		neg = true
		i++
	}
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
