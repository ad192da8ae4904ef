package ngsild

import (
	"encoding/binary"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// word is the first eight bytes of a text, as the kernel loads them.
func word(s string) uint64 { return binary.LittleEndian.Uint64([]byte(s)) }

// What the kernel expects, eight bytes at a time. Variables only because Go has no
// constant expressions for them.
var (
	wType, wProperty, wValue    = word(`{"type":`), word(`"Propert`), word(`y","valu`)
	wRelation, wShip, wObject   = word(`"Relatio`), word(`nship","`), word(`object":`)
	wGeo, wErty, wAlue          = word(`"GeoProp`), word(`erty","v`), word(`alue":{"`)
	wPoint, wOint, wCoordinates = word(`type":"P`), word(`oint","c`), word(`oordinat`)
	wConcise                    = word(`{"value"`)
	wObserved, wUnit, wDataset  = word(`,"observ`), word(`,"unitCo`), word(`,"datase`)
	wObservedEnd                = word(`edAt":" `) & 0x00ffffffffffffff
	unitEnd                     = uint64(binary.LittleEndian.Uint32([]byte(`de":`)))
	datasetEnd                  = word(`tId":"  `) & 0x0000ffffffffffff
)

// unitMemo remembers the codes of short units within one message.
type unitMemo [8]struct {
	key  uint64 // the text, and its length in the top byte
	code uint32
}

// quick reads an instance of an attribute as brokers write it: compact, the type and the
// value first, then unitCode, observedAt, datasetId and a few members of no meaning to the core. Anything else,
// and all that is wrong, it leaves to the way of all instances, as if it had done nothing. The
// scanner is before the value.
func (d *Decoder) quick(attr uint32, at int) bool {
	src, i := d.r.S.Source(), d.r.S.Offset()
	if len(src)-i < 72 {
		return false
	}
	p := src[i : i+72]
	row := &d.fast
	k := property
	switch {
	case binary.LittleEndian.Uint64(p) == wConcise && p[8] == ':':
		i += 9
	case binary.LittleEndian.Uint64(p) != wType:
		return false
	case binary.LittleEndian.Uint64(p[8:]) == wProperty && binary.LittleEndian.Uint64(p[16:]) == wValue && p[24] == 'e' && p[25] == '"' && p[26] == ':':
		i += 27
	case binary.LittleEndian.Uint64(p[8:]) == wRelation && binary.LittleEndian.Uint64(p[16:]) == wShip && binary.LittleEndian.Uint64(p[24:]) == wObject && p[32] == '"':
		i += 32
		k = relationship
	case binary.LittleEndian.Uint64(p[8:]) == wGeo && binary.LittleEndian.Uint64(p[16:]) == wErty && binary.LittleEndian.Uint64(p[24:]) == wAlue &&
		binary.LittleEndian.Uint64(p[32:]) == wPoint && binary.LittleEndian.Uint64(p[40:]) == wOint && binary.LittleEndian.Uint64(p[48:]) == wCoordinates &&
		string(p[56:61]) == `es":[`:
		i += 61
		k = geoProperty
	default:
		return false
	}
	*row = telemetry.Row{Attribute: attr, Time: telemetry.NoTime}
	row.Detail.Offset = telemetry.NoOffset
	start := d.r.S.Mark()

	// The value.
	var text []byte // or JSON
	var point telemetry.Position
	ok := true
	switch c := src[i]; {
	case k == geoProperty:
		var c [3]float64
		n := 0
		for {
			if n == 3 {
				return false
			}
			if c[n], i, ok = jsonscan.PlainNumber(src, i); !ok {
				return false
			}
			n++
			if src[i] == ',' {
				i++
				continue
			}
			break
		}
		if n < 2 || i+2 >= len(src) || src[i] != ']' || src[i+1] != '}' || !jsonrec.OnGlobe(c[0], c[1]) {
			return false
		}
		i += 2
		point = telemetry.Position{Lon: c[0], Lat: c[1], Alt: c[2], HasAlt: n == 3}
		row.Kind = telemetry.Point
	case c == '"':
		end, ok := jsonscan.PlainString(src, i+1)
		if !ok {
			return false
		}
		text = src[i+1 : end]
		if len(text) == len(deletion) && string(text) == deletion || len(text) > d.c.Limits.Text {
			return false
		}
		i = end + 1
		row.Kind = telemetry.Text
		if k == relationship {
			row.Flags = telemetry.Relation
		}
	case c == '-' || c-'0' <= 9:
		if row.Number, i, ok = jsonscan.PlainNumber(src, i); !ok {
			return false
		}
		row.Kind = telemetry.Number
	case (c == '{' || c == '[') && k == property && p[2] == 't':
		d.r.S.Advance(i)
		if text, ok = d.r.S.Skip(); !ok || len(text) > d.c.Limits.Text {
			d.r.S.Back(start)
			return false
		}
		i = d.r.S.Offset()
		row.Kind = telemetry.JSON
	case c == 't' && len(src)-i > 4 && string(src[i:i+4]) == "true":
		row.Kind, row.Number = telemetry.Bool, 1
		i += 4
	case c == 'f' && len(src)-i > 5 && string(src[i:i+5]) == "false":
		row.Kind = telemetry.Bool
		i += 5
	default:
		return false
	}

	if i = d.quickMembers(row, i); i == 0 {
		d.r.S.Back(start)
		return false
	}
	switch {
	case row.Kind == telemetry.Text:
		row.Detail.Ref = d.r.B.PutText(text)
	case row.Kind == telemetry.JSON:
		d.r.JSON(row, text)
	case row.Kind == telemetry.Point:
		row.Detail.Ref = d.r.B.PutPoint(point)
	}
	if len(d.meta) > 0 {
		d.putMeta(row, k)
	}
	d.r.S.Advance(i)
	d.r.Put(row, at)
	return true
}

// quickMembers reads what follows the value up to the brace, and says where that ends; 0 if it cannot.
func (d *Decoder) quickMembers(row *telemetry.Row, i int) int {
	src := d.r.S.Source()
	d.meta, d.quality = d.meta[:0], false
	var extra [4][]byte
	extras := 0
	seen := uint8(0)
	for {
		if i >= len(src) {
			return 0
		}
		if src[i] == '}' {
			return i + 1
		}
		if len(src)-i < 32 {
			return 0
		}
		bit := uint8(0)
		switch binary.LittleEndian.Uint64(src[i:]) {
		case wObserved:
			if binary.LittleEndian.Uint64(src[i+8:])&0x00ffffffffffffff != wObservedEnd {
				return 0
			}
			bit = mTime
			t, n := d.quickTime(src[i+15:])
			if n == 0 {
				return 0
			}
			i += 16 + n
			row.Time, row.Detail.Offset, row.Detail.Precision = t.NS, t.Offset, telemetry.Precision(t.Precision)
		case wUnit:
			if uint64(binary.LittleEndian.Uint32(src[i+8:])) != unitEnd || src[i+12] != '"' {
				return 0
			}
			bit = mUnit
			code, n := d.quickUnit(src[i+13:])
			if n == 0 {
				return 0
			}
			i += 14 + n
			row.UnitRef = code
		case wDataset:
			if binary.LittleEndian.Uint64(src[i+8:])&0x0000ffffffffffff != datasetEnd {
				return 0
			}
			i += 14
			bit = mDataset
			end, ok := jsonscan.PlainString(src, i)
			if !ok || end == i || src[i] == '@' || end-i > d.c.Limits.Name {
				return 0
			}
			row.Dataset = d.r.B.Datasets.Code(src[i:end])
			i = end + 1
		default:
			// A sub-attribute or the like, as it is.
			if src[i] != ',' || src[i+1] != '"' || extras == len(extra) {
				return 0
			}
			end, ok := jsonscan.PlainString(src, i+2)
			if !ok || end+1 >= len(src) || src[end+1] != ':' {
				return 0
			}
			key := src[i+2 : end]
			if reserved(key) {
				return 0
			}
			for _, k := range extra[:extras] {
				if string(k) == string(key) {
					return 0
				}
			}
			extra[extras] = key
			extras++
			d.r.S.Advance(end + 2)
			if raw, ok := d.r.S.Skip(); !ok || len(raw)+len(d.meta) > d.c.Limits.Text {
				return 0
			}
			d.quality = d.quality || string(key) == "quality"
			next := d.r.S.Offset()
			if extras > 1 {
				d.meta = append(d.meta, ',')
			}
			d.meta = jsonscan.AppendCompact(d.meta, src[i+1:next])
			i = next
		}
		if seen&bit != 0 {
			return 0
		}
		seen |= bit
	}
}

// reserved reports whether the key of a member means something by itself.
func reserved(key []byte) bool {
	if len(key) > 0 && key[0] == '@' {
		return true
	}
	switch string(key) {
	case "type", "value", "object", "json", "vocab", "languageMap", "valueList", "objectList", "values", "objects", "jsons", "vocabs", "languageMaps",
		"valueLists", "objectLists", "unitCode", "observedAt", "datasetId", "deletedAt":
		return true
	}
	return aggregate(key) >= 0
}

// quickTime reads a time and returns its length; 0 if it is not one of full precision and offset.
func (d *Decoder) quickTime(p []byte) (instant.Time, int) {
	if n := d.timeN; n >= 20 && len(p) > n && p[n] == '"' && binary.LittleEndian.Uint64(p) == binary.LittleEndian.Uint64(d.timeText[:]) &&
		binary.LittleEndian.Uint64(p[8:]) == binary.LittleEndian.Uint64(d.timeText[8:]) && string(p[16:n]) == string(d.timeText[16:n]) {
		return d.timeAt, n
	}
	n := 20
	for n < len(p) && p[n] != '"' {
		if n++; n > len(d.timeText) {
			return instant.Time{}, 0
		}
	}
	if n >= len(p) {
		return instant.Time{}, 0
	}
	t, problem := instant.Parse(p[:n])
	if problem != 0 || t.Flags != 0 || t.Offset == instant.NoOffset || t.Precision > instant.Minute {
		return t, 0
	}
	d.timeN = copy(d.timeText[:], p[:n])
	d.timeAt = t
	return t, n
}

// quickUnit is the code of a unit of at most seven plain bytes that this message has had before, and
// its length.
func (d *Decoder) quickUnit(p []byte) (code uint32, n int) {
	for n < 8 && n < len(p) && p[n] != '"' {
		if p[n] < ' ' || p[n] >= 0x7f || p[n] == '\\' {
			return 0, 0
		}
		n++
	}
	if n == 0 || n == 8 || n == len(p) {
		return 0, 0
	}
	key := binary.LittleEndian.Uint64(p)&(1<<(8*n)-1) | uint64(n)<<56
	m := &d.units[key*0x9e3779b97f4a7c15>>61]
	if m.key == key {
		return m.code, n
	}
	// A unit that is new is reported the other way; one that is known is learnt.
	u, added := d.r.B.Units.Code(telemetry.CEFACT, p[:n])
	if added && d.r.B.Units.At(u).Unit.IsZero() {
		d.r.Find(telemetry.ErrUnit, d.r.S.Offset(), "the unit %.40q is not a known UN/CEFACT code; it is kept as text", p[:n])
	}
	m.key, m.code = key, u
	return u, n
}
