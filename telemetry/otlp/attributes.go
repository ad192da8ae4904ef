package otlp

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// attributes are those of a resource, a scope or a point, with their values as texts.
type attributes struct {
	pairs []tags.Pair
	buf   []byte
}

func (a *attributes) reset() { a.pairs, a.buf = a.pairs[:0], a.buf[:0] }

// fault is what is wrong with a part of a message.
type fault struct {
	kind error
	at   int
	msg  string
}

func structure(p protowire.Problem, at int) *fault {
	return &fault{telemetry.ErrSyntax, at, p.String()}
}

// wire is a fault if a field has another wire type than its kind wants.
func (f *field) wire(w *protowire.Field) *fault {
	want := wireType(f.kind)
	if w.Type == want || f.repeated && want != protowire.Bytes && w.Type == protowire.Bytes {
		return nil
	}
	return &fault{telemetry.ErrType, w.At, "field " + strconv.Itoa(int(f.num)) + ", " + f.name + ", has wire type " + w.Type.String() + " and should have " + want.String()}
}

// check says what is wrong with a message and those in it, to a depth.
func check(r protowire.Reader, m messageID, depth int) *fault {
	if depth == 0 {
		return &fault{telemetry.ErrLimit, r.Offset(), "more messages in each other than Limits.Depth allows"}
	}
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		f := byNumber(m, w.Num)
		if f == nil || m == mExemplar {
			continue
		}
		if e := f.wire(&w); e != nil {
			return e
		}
		switch f.kind {
		case message:
			if e := check(w.Message(), f.of, depth-1); e != nil {
				return e
			}
		case text:
			if !utf8.Valid(w.Data) {
				return &fault{telemetry.ErrUTF8, w.Start, "the text of " + f.name + " is not UTF-8"}
			}
		default:
			if f.repeated {
				p, _ := w.Elements(wireType(f.kind))
				for _, ok := p.Next(); ok; _, ok = p.Next() {
				}
				if p.Err != 0 {
					return structure(p.Err, p.Offset())
				}
			}
		}
	}
	if r.Err != 0 {
		return structure(r.Err, r.Offset())
	}
	return nil
}

// add adds a KeyValue that was checked.
func (a *attributes) add(kv []byte) {
	key, value := pair(kv)
	n := len(a.buf)
	a.buf = append(a.buf, key...)
	m := len(a.buf)
	a.buf = appendText(a.buf, value)
	a.pairs = append(a.pairs, tags.Pair{Key: a.buf[n:m:m], Value: a.buf[m:len(a.buf):len(a.buf)]})
}

// sort ends a set. It is the name that stands twice, if one does.
func (a *attributes) sort() (twice []byte, bad bool) {
	if i := tags.Sort(a.pairs); i >= 0 {
		return a.pairs[i].Key, true
	}
	return nil, false
}

// pair is the key and the AnyValue of a KeyValue.
func pair(kv []byte) (key, value []byte) {
	r := protowire.New(kv, 0)
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		switch w.Num {
		case 1:
			key = w.Data
		case 2:
			value = w.Data
		}
	}
	return key, value
}

// only is the field of an AnyValue that counts: the last.
func only(value []byte) (out protowire.Field) {
	r := protowire.New(value, 0)
	for w, ok := r.Next(); ok; w, ok = r.Next() {
		if byNumber(mAny, w.Num) != nil {
			out = w
		}
	}
	return out
}

// appendText appends an AnyValue as a text: a string as it is unless it could be taken for JSON.
func appendText(dst, value []byte) []byte {
	if w := only(value); w.Num == 1 && !likeJSON(w.Data) {
		return append(dst, w.Data...)
	}
	return appendAny(dst, value)
}

// likeJSON reports whether a text could be taken for a JSON value.
func likeJSON(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	switch c := text[0]; {
	case c == '"' || c == '{' || c == '[':
		return true
	case c == '-' || c-'0' <= 9:
		return jsonscan.ValidNumber(text)
	}
	return string(text) == "true" || string(text) == "false" || string(text) == "null"
}

// appendAny appends an AnyValue as JSON. Integers are without a point, doubles with one; bytes
// are an object of bytesValue.
func appendAny(dst, value []byte) []byte {
	switch w := only(value); w.Num {
	case 1:
		return jsonscan.AppendString(dst, w.Data)
	case 2:
		return strconv.AppendBool(dst, w.Value != 0)
	case 3:
		return strconv.AppendInt(dst, int64(w.Value), 10)
	case 4:
		return appendDouble(dst, w.Double())
	case 5:
		dst = append(dst, '[')
		r := protowire.New(w.Data, 0)
		n := 0
		for e, ok := r.Next(); ok; e, ok = r.Next() {
			if e.Num != 1 {
				continue
			}
			if n++; n > 1 {
				dst = append(dst, ',')
			}
			dst = appendAny(dst, e.Data)
		}
		return append(dst, ']')
	case 6:
		return appendList(dst, w.Data, 1)
	case 7:
		return appendJSON(dst, value, mAny, func(f *field) bool { return f.num != 7 })
	}
	return append(dst, "null"...)
}

// appendList appends KeyValues, which are the fields num of a message, as an object.
func appendList(dst, wire []byte, num int32) []byte {
	dst = append(dst, '{')
	r := protowire.New(wire, 0)
	n := 0
	for e, ok := r.Next(); ok; e, ok = r.Next() {
		if e.Num != num {
			continue
		}
		if n++; n > 1 {
			dst = append(dst, ',')
		}
		key, value := pair(e.Data)
		dst = append(jsonscan.AppendString(dst, key), ':')
		dst = appendAny(dst, value)
	}
	return append(dst, '}')
}

// appendDouble appends a double so that it is told from an integer: with a point or an exponent. One
// that is no number is a text.
func appendDouble(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-Infinity"`...)
	}
	n := len(dst)
	dst = jsonscan.AppendNumber(dst, v)
	for _, c := range dst[n:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendValue appends the AnyValue that a text of appendText stands for, as fields of the
// wire. False: the text is no such text.
func appendValue(dst []byte, text []byte, s *jsonscan.Scanner) ([]byte, bool) {
	if !likeJSON(text) {
		return protowire.AppendBytes(dst, 1, text), true
	}
	s.Reset(text)
	n := len(dst)
	dst, ok := appendFromJSON(dst, s)
	if !ok || s.End() != nil {
		return dst[:n], false
	}
	return dst, true
}

// appendFromJSON is the inverse of appendAny.
func appendFromJSON(dst []byte, s *jsonscan.Scanner) ([]byte, bool) {
	switch s.Kind() {
	case jsonscan.String:
		v, ok := s.Text()
		return protowire.AppendBytes(dst, 1, v), ok
	case jsonscan.Bool:
		v, ok := s.Bool()
		n := uint64(0)
		if v {
			n = 1
		}
		return protowire.AppendVarint(dst, 2, n), ok
	case jsonscan.Null:
		return dst, s.Null()
	case jsonscan.Num:
		raw, ok := s.Skip()
		if !ok {
			return dst, false
		}
		if v, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return protowire.AppendVarint(dst, 3, uint64(v)), string(strconv.AppendInt(nil, v, 10)) == string(raw)
		}
		v, err := strconv.ParseFloat(string(raw), 64)
		return protowire.AppendDouble(dst, 4, v), err == nil
	case jsonscan.Array:
		dst, outer := protowire.Begin(dst, 5)
		s.Array()
		for s.More() {
			var inner int
			dst, inner = protowire.Begin(dst, 1)
			var ok bool
			if dst, ok = appendFromJSON(dst, s); !ok {
				return dst, false
			}
			dst = protowire.End(dst, inner)
		}
		return protowire.End(dst, outer), s.Err() == nil
	case jsonscan.Object:
		m := s.Mark()
		var c fromJSON
		c.s = *s
		if c.s.Object() {
			if key, ok := c.s.Key(); ok && string(key) == "bytesValue" && c.s.Kind() == jsonscan.String {
				c.dst = dst
				if c.value(byNumber(mAny, 7)) {
					if _, more := c.s.Key(); !more && c.s.Err() == nil {
						*s = c.s
						return c.dst, true
					}
				}
			}
		}
		s.Back(m)
		dst, outer := protowire.Begin(dst, 6)
		dst, ok := appendPairs(dst, s, 1)
		return protowire.End(dst, outer), ok
	}
	s.Skip()
	return dst, false
}

// appendPairs appends the members of the object that comes next as KeyValues.
func appendPairs(dst []byte, s *jsonscan.Scanner, num int32) ([]byte, bool) {
	if !s.Object() {
		return dst, false
	}
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		var outer, inner int
		dst, outer = protowire.Begin(dst, num)
		dst = protowire.AppendBytes(dst, 1, key)
		dst, inner = protowire.Begin(dst, 2)
		if dst, ok = appendFromJSON(dst, s); !ok {
			return dst, false
		}
		dst = protowire.End(protowire.End(dst, inner), outer)
	}
	return dst, s.Err() == nil
}
