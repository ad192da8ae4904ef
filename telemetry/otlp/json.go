package otlp

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// mark says where a data point, or a metric, of the protobuf text is in the JSON text.
type mark struct {
	wire, json int
	record     int // of the point, from 1
}

// fromJSON brings JSON into protobuf.
type fromJSON struct {
	s      jsonscan.Scanner
	dst    []byte
	marks  []mark // of data points
	record int
	inside bool // a data point, where an error ended the reading
	// refuse is what becomes of a data point with a value of a wrong type: nil to go on
	// without it.
	refuse func(at, record int, kind error, msg string) error
	err    error  // of refuse
	kind   error  // of the value that is wrong
	msg    string // what is wrong with it
	at     int
	base   []byte
}

// wrong notes that a value is not of its field's type. False.
func (c *fromJSON) wrong(f *field, at int, what string) bool {
	if c.s.Err() == nil && c.kind == nil {
		c.kind, c.at = telemetry.ErrType, at
		c.msg = "the member " + f.name + " " + what
	}
	return false
}

// message appends the fields of the object that comes next.
func (c *fromJSON) message(m messageID) bool {
	s := &c.s
	if s.Kind() != jsonscan.Object {
		if s.Kind() == jsonscan.Invalid {
			return s.Object()
		}
		return c.wrong(&field{name: "here"}, s.Offset(), "is "+s.Kind().String()+" and should be an object")
	}
	if !s.Object() {
		return false
	}
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		f := byName(m, key)
		switch {
		case f == nil, m == mExemplar:
			s.Skip()
		case s.Kind() == jsonscan.Null:
			s.Null()
		case f.repeated:
			if s.Kind() != jsonscan.Array {
				if s.Kind() == jsonscan.Invalid {
					s.Skip()
					return false
				}
				return c.wrong(f, s.Offset(), "is "+s.Kind().String()+" and should be an array")
			}
			s.Array()
			if !c.elements(f) {
				return false
			}
		case !c.value(f):
			return false
		}
	}
	return s.Err() == nil
}

// elements appends the elements of the array entered.
func (c *fromJSON) elements(f *field) bool {
	s := &c.s
	if f.kind != message { // packed
		var start int
		c.dst, start = protowire.Begin(c.dst, f.num)
		for s.More() {
			var v uint64
			if !c.number(f, &v) {
				c.dst = protowire.End(c.dst, start)
				return false
			}
			if f.kind == varint {
				c.dst = binary.AppendUvarint(c.dst, v)
			} else {
				c.dst = binary.LittleEndian.AppendUint64(c.dst, v)
			}
		}
		c.dst = protowire.End(c.dst, start)
		return s.Err() == nil
	}
	for s.More() {
		if !isPoint(f.of) {
			if f.of == mMetric {
				s.Kind()
				c.marks = append(c.marks, mark{len(c.dst), s.Offset(), c.record})
			}
			if !c.value(f) {
				return false
			}
			continue
		}
		s.Kind()
		place, at := s.Mark(), s.Offset()
		c.record++
		n, marks := len(c.dst), len(c.marks)
		c.marks = append(c.marks, mark{n, at, c.record})
		c.inside = true
		if c.value(f) {
			c.inside = false
			continue
		}
		c.dst, c.marks = c.dst[:n], c.marks[:marks]
		if c.kind == nil {
			return false
		}
		if c.err = c.refuse(c.at, c.record, c.kind, c.msg); c.err != nil || !s.Leap(place) {
			return false
		}
		c.kind, c.inside = nil, false
	}
	return s.Err() == nil
}

// value appends the field with the value that comes next.
func (c *fromJSON) value(f *field) bool {
	s := &c.s
	s.Kind()
	at := s.Offset()
	switch f.kind {
	case message:
		var start int
		c.dst, start = protowire.Begin(c.dst, f.num)
		ok := c.message(f.of)
		c.dst = protowire.End(c.dst, start)
		return ok
	case text, blob:
		if s.Kind() != jsonscan.String {
			break
		}
		v, ok := s.Text()
		if !ok {
			return false
		}
		if f.kind == blob {
			var err error
			if c.base, err = base64.StdEncoding.AppendDecode(c.base[:0], v); err != nil {
				return c.wrong(f, at, "is not base64")
			}
			v = c.base
		}
		c.dst = protowire.AppendBytes(c.dst, f.num, v)
		return true
	case boolean:
		if s.Kind() != jsonscan.Bool {
			break
		}
		v, ok := s.Bool()
		n := uint64(0)
		if v {
			n = 1
		}
		c.dst = protowire.AppendVarint(c.dst, f.num, n)
		return ok
	default:
		var v uint64
		if !c.number(f, &v) {
			return false
		}
		if f.kind == fixed || f.kind == sfixed || f.kind == double {
			c.dst = protowire.AppendFixed64(c.dst, f.num, v)
		} else {
			c.dst = protowire.AppendVarint(c.dst, f.num, v)
		}
		return true
	}
	if k := s.Kind(); k != jsonscan.Invalid {
		return c.wrong(f, at, "is "+k.String()+", which it should not be")
	}
	s.Skip()
	return false
}

// number reads a number, or a text that is one, as the bits of the wire.
func (c *fromJSON) number(f *field, bits *uint64) bool {
	s := &c.s
	k := s.Kind()
	at := s.Offset()
	var raw []byte
	ok := false
	switch k {
	case jsonscan.Num:
		raw, ok = s.Skip()
	case jsonscan.String:
		raw, ok = s.Text()
	case jsonscan.Invalid:
		s.Skip()
		return false
	default:
		return c.wrong(f, at, "is "+k.String()+" and should be a number")
	}
	if !ok {
		return false
	}
	if f.kind == double && k == jsonscan.String {
		switch string(raw) {
		case "NaN":
			*bits = math.Float64bits(math.NaN())
			return true
		case "Infinity":
			*bits = math.Float64bits(math.Inf(1))
			return true
		case "-Infinity":
			*bits = math.Float64bits(math.Inf(-1))
			return true
		}
	}
	if f.kind == enum && k == jsonscan.String {
		for i, name := range [...]string{"AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA", "AGGREGATION_TEMPORALITY_CUMULATIVE"} {
			if string(raw) == name {
				*bits = uint64(i)
				return true
			}
		}
	}
	if len(raw) > 400 || !jsonscan.ValidNumber(raw) {
		return c.wrong(f, at, "is not a number")
	}
	if f.kind == double {
		v, err := strconv.ParseFloat(string(raw), 64)
		*bits = math.Float64bits(v)
		return err == nil || c.wrong(f, at, "is beyond float64")
	}
	low, high := int64(math.MinInt64), uint64(math.MaxInt64)
	switch f.kind {
	case fixed, varint:
		low, high = 0, math.MaxUint64
	case short:
		low, high = 0, math.MaxUint32
	case zigzag, enum:
		low, high = math.MinInt32, math.MaxInt32
	}
	if v, err := strconv.ParseUint(string(raw), 10, 64); err == nil && v <= high {
		*bits = v
	} else if v, err := strconv.ParseInt(string(raw), 10, 64); err == nil && v < 0 && v >= low {
		*bits = uint64(v)
	} else if x, err := strconv.ParseFloat(string(raw), 64); err == nil && x == math.Trunc(x) && math.Abs(x) < 1<<53 && int64(x) >= low && (x < 0 || uint64(x) <= high) {
		*bits = uint64(int64(x)) // 1.0, 1e3, as protobuf's JSON allows
	} else {
		return c.wrong(f, at, "is no integer of its range")
	}
	if f.kind == zigzag {
		v := int64(*bits)
		*bits = uint64(v<<1) ^ uint64(v>>63)
	}
	return true
}

// appendJSON appends a message of protobuf, which must be valid, as JSON. skip says which fields
// to leave out.
func appendJSON(dst, wire []byte, m messageID, skip func(*field) bool) []byte {
	dst = append(dst, '{')
	first := true
	for i := range schema[m] {
		f := &schema[m][i]
		if skip != nil && skip(f) {
			continue
		}
		n := 0
		start := len(dst)
		r := protowire.New(wire, 0)
		for w, ok := r.Next(); ok; w, ok = r.Next() {
			if w.Num != f.num {
				continue
			}
			if !f.repeated {
				dst = dst[:start] // the last one counts
				n = 0
			}
			if n == 0 {
				if !first {
					dst = append(dst, ',')
				}
				dst = append(jsonscan.AppendString(dst, f.name), ':')
				if f.repeated {
					dst = append(dst, '[')
				}
			}
			switch {
			case f.kind == message:
				if n > 0 {
					dst = append(dst, ',')
				}
				dst = appendJSON(dst, w.Data, f.of, nil)
			case f.repeated:
				p, _ := w.Elements(wireType(f.kind))
				for v, ok := p.Next(); ok; v, ok = p.Next() {
					if dst[len(dst)-1] != '[' {
						dst = append(dst, ',')
					}
					dst = appendScalar(dst, f.kind, v)
				}
			case f.kind == text:
				dst = jsonscan.AppendString(dst, w.Data)
			case f.kind == blob:
				dst = append(base64.StdEncoding.AppendEncode(append(dst, '"'), w.Data), '"')
			default:
				dst = appendScalar(dst, f.kind, w.Value)
			}
			n++
		}
		if n > 0 {
			if f.repeated {
				dst = append(dst, ']')
			}
			first = false
		}
	}
	return append(dst, '}')
}

func wireType(k kind) protowire.Type {
	switch k {
	case text, blob, message:
		return protowire.Bytes
	case fixed, sfixed, double:
		return protowire.Fixed64
	}
	return protowire.Varint
}

func appendScalar(dst []byte, k kind, v uint64) []byte {
	switch k {
	case boolean:
		return strconv.AppendBool(dst, v != 0)
	case short:
		return strconv.AppendUint(dst, uint64(uint32(v)), 10)
	case fixed, varint:
		return append(strconv.AppendUint(append(dst, '"'), v, 10), '"')
	case sfixed, integer:
		return append(strconv.AppendInt(append(dst, '"'), int64(v), 10), '"')
	case zigzag:
		return strconv.AppendInt(dst, int64(int32(uint32(v)>>1)^-int32(v&1)), 10)
	case enum:
		return strconv.AppendInt(dst, int64(int32(v)), 10)
	}
	switch x := math.Float64frombits(v); {
	case math.IsNaN(x):
		return append(dst, `"NaN"`...)
	case math.IsInf(x, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(x, -1):
		return append(dst, `"-Infinity"`...)
	default:
		return jsonscan.AppendNumber(dst, x)
	}
}
