package jsonscan

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Skip passes over the next value, checks it in full, and returns it as it was written,
// a part of the source.
func (s *Scanner) Skip() ([]byte, bool) {
	k := s.Kind()
	start := s.pos
	if !s.skip(k) {
		return nil, false
	}
	return s.src[start:s.pos:s.pos], true
}

// skip recurses at most MaxDepth deep.
func (s *Scanner) skip(k Kind) bool {
	switch k {
	case Object:
		if s.skipFlat() {
			return true
		}
		if !s.enter() {
			return false
		}
		for {
			if _, ok := s.Key(); !ok {
				return s.err == nil
			}
			if !s.skip(s.Kind()) {
				return false
			}
		}
	case Array:
		if !s.enter() {
			return false
		}
		for s.More() {
			if !s.skip(s.Kind()) {
				return false
			}
		}
		return s.err == nil
	case String:
		end, _, code := scanString(s.src, s.pos+1)
		if code != 0 {
			s.badString(end, code)
			return false
		}
		s.pos = end + 1
		return true
	case Num:
		_, end, code := scanNumber(s.src, s.pos)
		if code != 0 {
			s.badNumber(end, code)
			return false
		}
		s.pos = end
		return true
	case Bool:
		_, ok := s.Bool()
		return ok
	case Null:
		return s.Null()
	}
	if s.err == nil {
		if s.pos >= len(s.src) {
			s.Fail(Truncated, s.pos, "the text ends where a value should be")
		} else {
			s.Fail(Syntax, s.pos, "%s where a value should be", quote(s.src, s.pos))
		}
	}
	return false
}

// skipFlat passes over an object of few short keys, no containers and little white space, as most are within
// others. False: it is not one, or something is wrong, and the scanner is where it was.
func (s *Scanner) skipFlat() bool {
	src, i := s.src, s.pos+1
	if s.depth >= s.max {
		return false
	}
	var keys [8]struct{ first, last, len uint64 } // all bytes of a key of up to sixteen
	for n := 0; n < len(keys) && i+34 <= len(src) && src[i] == '"'; n++ {
		key := i + 1
		j := key
		m := special(binary.LittleEndian.Uint64(src[j:]))
		if m == 0 {
			j += 8
			if m = special(binary.LittleEndian.Uint64(src[j:])); m == 0 {
				return false
			}
		}
		j += bits.TrailingZeros64(m) >> 3
		if src[j] != '"' || src[j+1] != ':' {
			return false
		}
		k := &keys[n]
		k.len = uint64(j - key)
		k.first = binary.LittleEndian.Uint64(src[key:])
		if k.len < 8 {
			k.first &= 1<<(8*k.len) - 1
		} else {
			k.last = binary.LittleEndian.Uint64(src[j-8:])
		}
		for _, o := range keys[:n] {
			if o == *k {
				return false
			}
		}
		i = j + 2
		if src[i] == ' ' {
			s.spaced = true
			i++
		}
		switch kinds[src[i]] {
		case String:
			end, _, code := scanString(src, i+1)
			if code != 0 {
				return false
			}
			i = end + 1
		case Num:
			_, end, code := scanNumber(src, i)
			if code != 0 {
				return false
			}
			i = end
		case Bool, Null:
			word := "true"
			switch src[i] {
			case 'f':
				word = "false"
			case 'n':
				word = "null"
			}
			if len(src)-i < len(word) || string(src[i:i+len(word)]) != word {
				return false
			}
			i += len(word)
		default:
			return false
		}
		if i >= len(src) {
			return false
		}
		if src[i] == '}' {
			s.first = false
			s.pos = i + 1
			return true
		}
		if src[i] != ',' {
			return false
		}
		i++
		if i < len(src) && src[i] == ' ' {
			s.spaced = true
			i++
		}
	}
	return false
}

// keyRef is a key of an object that is open.
type keyRef struct {
	prefix  uint64 // the first eight bytes
	at      uint32 // its quote in the source
	off     uint32 // in Scanner.names, where it has escapes
	len     uint32
	depth   uint32
	escaped bool
}

func (s *Scanner) keep(key []byte, escaped bool, at int) {
	k := keyRef{Prefix(key), uint32(at), 0, uint32(len(key)), uint32(s.depth), escaped}
	if escaped {
		k.off = uint32(len(s.names))
		s.names = append(s.names, key...)
	}
	s.keys = append(s.keys, k)
}

func (s *Scanner) name(k *keyRef) []byte {
	if k.escaped {
		return s.names[k.off : k.off+k.len]
	}
	return s.src[k.at+1 : k.at+1+k.len]
}

func (s *Scanner) sameKey(a, b *keyRef) bool {
	return a.prefix == b.prefix && a.len == b.len && (a.len <= 8 || bytes.Equal(s.name(a), s.name(b)))
}

// Prefix is the first eight bytes of p, zeros beyond its end.
func Prefix(p []byte) uint64 {
	if len(p) >= 8 {
		return binary.LittleEndian.Uint64(p)
	}
	var v uint64
	for i, c := range p {
		v |= uint64(c) << (8 * i)
	}
	return v
}

// unique ends the keys of the object just left, and notes an error if one stands twice.
func (s *Scanner) unique() {
	n := len(s.keys)
	for n > 0 && int(s.keys[n-1].depth) == s.depth+1 {
		n--
	}
	own := s.keys[n:]
	s.keys = s.keys[:n]
	var found *keyRef // the one that comes first in the text
	if len(own) <= 12 {
		for i := range own {
			for j := range i {
				if found == nil && s.sameKey(&own[i], &own[j]) {
					found = &own[i]
				}
			}
		}
	} else {
		slices.SortFunc(own, func(a, b keyRef) int {
			if c := cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.len, b.len)); c != 0 {
				return c
			}
			return cmp.Or(bytes.Compare(s.name(&a), s.name(&b)), cmp.Compare(a.at, b.at))
		})
		for i := 1; i < len(own); i++ {
			if s.sameKey(&own[i-1], &own[i]) && (found == nil || own[i].at < found.at) {
				found = &own[i]
			}
		}
	}
	if found != nil {
		s.Fail(Duplicate, int(found.at), "the key %.60q stands twice in one object", s.name(found))
	}
	if n == 0 {
		s.names = s.names[:0]
	}
}
