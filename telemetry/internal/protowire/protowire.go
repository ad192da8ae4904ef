// Package protowire reads and writes the wire format of Protocol Buffers, without
// schemas, objects or allocations.
//
//	for f, ok := r.Next(); ok; f, ok = r.Next() {
//		switch f.Num {
//		case 1:
//			name, ok := f.Bytes()
//			…
//		}
//	}
//	if r.Err != 0 { … r.Offset() … }
//
// A [Reader] is a place in a message. It passes groups over (deprecated, but valid) by their
// end tags. What it reads are parts of the message, not copies.
package protowire

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Type is a wire type.
type Type uint8

// The wire types.
const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2
	group   Type = 3
	endOf   Type = 4
	Fixed32 Type = 5
)

// String is the type's name.
func (t Type) String() string {
	switch t {
	case Varint:
		return "varint"
	case Fixed64:
		return "64 bits"
	case Bytes:
		return "length-delimited"
	case Fixed32:
		return "32 bits"
	}
	return "group"
}

// Problem says what is wrong with a message.
type Problem uint8

// The problems. Zero is none.
const (
	Truncated Problem = iota + 1 // it ends within a field
	Overflow                     // a varint of more than 64 bits
	Tag                          // a field number of 0 or beyond 2^29, a wire type that is none
	Group                        // a group that does not end, or ends without beginning, or is too deep
)

// String says it in words.
func (p Problem) String() string {
	return [...]string{"no problem", "the message ends within a field", "a varint of more than 64 bits", "no field number or wire type", "a group that is not closed, or too deep"}[p]
}

// maxGroups is how deep groups may stand in each other.
const maxGroups = 64

// Reader goes through the fields of a message. Offsets are counted from Base.
type Reader struct {
	src  []byte
	pos  int
	base int
	Err  Problem
}

// New is a reader of a message whose first byte is at offset base of a larger one.
func New(src []byte, base int) Reader { return Reader{src: src, base: base} }

// Offset is where the reader is, or where the field with the error begins.
func (r *Reader) Offset() int { return r.base + r.pos }

// Field is a field's number and value.
type Field struct {
	Num   int32
	Type  Type
	At    int    // offset of its tag
	Value uint64 // of Varint, Fixed64, Fixed32
	Data  []byte // of Bytes
	Start int    // offset of Data
}

// Next is the next field. False: the message has ended, or there is an error.
func (r *Reader) Next() (f Field, ok bool) {
	for {
		if r.Err != 0 || r.pos >= len(r.src) {
			return Field{}, false
		}
		i := r.pos
		tag, n := varint(r.src[i:])
		if n <= 0 {
			return f, r.fail(n)
		}
		if tag>>3 == 0 || tag>>3 >= 1<<29 {
			r.Err = Tag
			return f, false
		}
		i += n
		f = Field{Num: int32(tag >> 3), Type: Type(tag & 7), At: r.base + r.pos}
		switch f.Type {
		case Varint:
			if f.Value, n = varint(r.src[i:]); n <= 0 {
				return f, r.fail(n)
			}
			r.pos = i + n
		case Fixed64:
			if len(r.src)-i < 8 {
				return f, r.fail(0)
			}
			f.Value = binary.LittleEndian.Uint64(r.src[i:])
			r.pos = i + 8
		case Fixed32:
			if len(r.src)-i < 4 {
				return f, r.fail(0)
			}
			f.Value = uint64(binary.LittleEndian.Uint32(r.src[i:]))
			r.pos = i + 4
		case Bytes:
			size, n := varint(r.src[i:])
			if n <= 0 {
				return f, r.fail(n)
			}
			i += n
			if size > uint64(len(r.src)-i) {
				return f, r.fail(0)
			}
			end := i + int(size)
			f.Data, f.Start = r.src[i:end:end], r.base+i
			r.pos = end
		case group:
			end, p := passGroup(r.src, i, f.Num)
			if p != 0 {
				r.Err = p
				return f, false
			}
			r.pos = end
			continue
		default:
			r.Err = Tag
			if f.Type == endOf {
				r.Err = Group
			}
			return f, false
		}
		return f, true
	}
}

func (r *Reader) fail(n int) bool {
	r.Err = Truncated
	if n < 0 {
		r.Err = Overflow
	}
	return false
}

// Message is a reader of the message that the field holds.
func (f *Field) Message() Reader { return Reader{src: f.Data, base: f.Start} }

// Double is the value as a double.
func (f *Field) Double() float64 { return math.Float64frombits(f.Value) }

// Float is the value as a float.
func (f *Field) Float() float32 { return math.Float32frombits(uint32(f.Value)) }

// Sint is the value as a sint32 or sint64.
func (f *Field) Sint() int64 { return int64(f.Value>>1) ^ -int64(f.Value&1) }

// varint reads a varint; n is 0 if the bytes end within it, negative if it has more than 64 bits.
func varint(p []byte) (v uint64, n int) {
	if len(p) > 0 && p[0] < 0x80 {
		return uint64(p[0]), 1
	}
	return binary.Uvarint(p)
}

// passGroup returns where the group that begins at i ends.
func passGroup(src []byte, i int, num int32) (int, Problem) {
	var open [maxGroups]int32
	open[0] = num
	depth := 1
	for depth > 0 {
		tag, n := varint(src[i:])
		if n <= 0 {
			return 0, Truncated
		}
		if tag>>3 == 0 || tag>>3 >= 1<<29 {
			return 0, Tag
		}
		i += n
		size := 0
		switch Type(tag & 7) {
		case Varint:
			if _, size = varint(src[i:]); size <= 0 {
				return 0, Truncated
			}
		case Fixed64:
			size = 8
		case Fixed32:
			size = 4
		case Bytes:
			l, n := varint(src[i:])
			if n <= 0 || l > uint64(len(src)-i-n) {
				return 0, Truncated
			}
			size = n + int(l)
		case group:
			if depth == maxGroups {
				return 0, Group
			}
			open[depth] = int32(tag >> 3)
			depth++
		case endOf:
			depth--
			if open[depth] != int32(tag>>3) {
				return 0, Group
			}
		default:
			return 0, Tag
		}
		if size > len(src)-i {
			return 0, Truncated
		}
		i += size
	}
	return i, 0
}

// Packed reads the elements of a packed field, or the one element of a field that is not
// packed, one by one. The zero Packed has none.
type Packed struct {
	src  []byte
	typ  Type
	one  bool
	v    uint64
	base int
	Err  Problem
}

// Elements are those of a repeated field whose elements are of type t; false if the field has
// another wire type.
func (f *Field) Elements(t Type) (Packed, bool) {
	switch f.Type {
	case t:
		return Packed{typ: t, one: true, v: f.Value, base: f.At}, true
	case Bytes:
		return Packed{src: f.Data, typ: t, base: f.Start}, true
	}
	return Packed{}, false
}

// Offset is where the next element is, or the one with the error.
func (p *Packed) Offset() int { return p.base }

// Next is the next element.
func (p *Packed) Next() (uint64, bool) {
	if p.one {
		p.one = false
		return p.v, true
	}
	if len(p.src) == 0 || p.Err != 0 {
		return 0, false
	}
	var v uint64
	n := 0
	switch p.typ {
	case Varint:
		if v, n = varint(p.src); n <= 0 {
			p.Err = Truncated
			if n < 0 {
				p.Err = Overflow
			}
			return 0, false
		}
	case Fixed64:
		if n = 8; len(p.src) < n {
			p.Err = Truncated
			return 0, false
		}
		v = binary.LittleEndian.Uint64(p.src)
	default:
		if n = 4; len(p.src) < n {
			p.Err = Truncated
			return 0, false
		}
		v = uint64(binary.LittleEndian.Uint32(p.src))
	}
	p.src = p.src[n:]
	p.base += n
	return v, true
}

// AppendVarint appends a field of type varint.
func AppendVarint(dst []byte, num int32, v uint64) []byte {
	return binary.AppendUvarint(appendTag(dst, num, Varint), v)
}

// AppendFixed64 appends a field of 64 bits.
func AppendFixed64(dst []byte, num int32, v uint64) []byte {
	return binary.LittleEndian.AppendUint64(appendTag(dst, num, Fixed64), v)
}

// AppendDouble appends a double.
func AppendDouble(dst []byte, num int32, v float64) []byte {
	return AppendFixed64(dst, num, math.Float64bits(v))
}

// AppendFloat appends a float.
func AppendFloat(dst []byte, num int32, v float32) []byte {
	return binary.LittleEndian.AppendUint32(appendTag(dst, num, Fixed32), math.Float32bits(v))
}

// AppendBytes appends a field of bytes or text.
func AppendBytes[T ~string | ~[]byte](dst []byte, num int32, v T) []byte {
	dst = binary.AppendUvarint(appendTag(dst, num, Bytes), uint64(len(v)))
	return append(dst, v...)
}

// Begin begins a message within a message: what is appended until End is inside.
func Begin(dst []byte, num int32) (out []byte, mark int) {
	dst = appendTag(dst, num, Bytes)
	return append(dst, 0), len(dst)
}

// End ends the message that Begin gave the mark of.
func End(dst []byte, mark int) []byte {
	size := len(dst) - mark - 1
	n := max(1, (bits.Len(uint(size))+6)/7)
	for range n - 1 {
		dst = append(dst, 0)
	}
	if n > 1 {
		copy(dst[mark+n:], dst[mark+1:len(dst)-n+1])
	}
	binary.PutUvarint(dst[mark:], uint64(size))
	return dst
}

func appendTag(dst []byte, num int32, t Type) []byte {
	return binary.AppendUvarint(dst, uint64(num)<<3|uint64(t))
}
