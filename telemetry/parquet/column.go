package parquet

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
)

// role is what a column is for.
type role uint8

const (
	roleEntity role = iota
	roleEntityType
	roleAttribute
	roleDataset
	roleTime
	roleOffset
	rolePrecision
	roleKind
	roleNumber
	roleText
	roleUnit
	roleUnitSystem
	roleQuality
	roleRaw
	roleFlags
	roleFrom
	roleLon
	roleLat
	roleAlt
	roleMeta
	roleSource
	roleFormat
	roleReceived
	roleRecord
)

// names are in the order of the roles.
func (c *Columns) names() []string {
	return []string{c.Entity, c.EntityType, c.Attribute, c.Dataset, c.Time, c.Offset, c.Precision, c.Kind, c.Number, c.Text, c.Unit, c.UnitSystem,
		c.Quality, c.Raw, c.Flags, c.From, c.Lon, c.Lat, c.Alt, c.Meta, c.Source, c.Format, c.Received, c.Record}
}

// column is a column being read.
type column struct {
	role   role
	name   string
	index  int
	kind   parquet.Kind
	factor int64   // of times: nanoseconds in a unit
	power  float64 // of decimals: what integers are divided by
	pages  parquet.Pages
	page   parquet.Page
	left   int // rows of the page not read
	at     int // rows of the page read
	value  int // values of the page read
	levels []byte
	dict   parquet.Dictionary
	codes  []uint32 // of the dictionary's entries, in the batch
	known  bool     // codes is filled
}

// open finds the columns and checks their types.
func (x *Reader) open() error {
	root := x.file.Schema()
	for r, name := range x.cfg.Columns.names() {
		if name == "" {
			continue
		}
		leaf, ok := root.Lookup(name)
		if !ok {
			if x.cfg.Columns == &own && role(r) != roleEntity && role(r) != roleTime {
				continue // files of later and earlier forms
			}
			return x.fail(telemetry.ErrMissing, 0, fmt.Sprintf("no column %q at the top level of the file", name), nil)
		}
		if !leaf.Node.Leaf() || leaf.MaxRepetitionLevel > 0 {
			return x.fail(telemetry.ErrUnsupported, 0, fmt.Sprintf("column %q is nested or repeats; it must be flat", name), nil)
		}
		c := &column{role: role(r), name: name, index: leaf.ColumnIndex, kind: leaf.Node.Type().Kind(), factor: 1, power: 1}
		if err := x.typ(c, leaf.Node.Type()); err != nil {
			return err
		}
		x.cols = append(x.cols, c)
	}
	has := func(r role) bool { return slices.ContainsFunc(x.cols, func(c *column) bool { return c.role == r }) }
	if !has(roleAttribute) && x.cfg.Attribute == "" {
		return x.fail(telemetry.ErrConfig, 0, "no column for the attribute; name one, or set Config.Attribute", nil)
	}
	return nil
}

func (x *Reader) typ(c *column, t parquet.Type) error {
	bad := func(want string) error {
		return x.fail(telemetry.ErrType, 0, fmt.Sprintf("column %q is %s; it must be %s", c.name, t, want), nil)
	}
	number := c.kind == parquet.Double || c.kind == parquet.Float || c.kind == parquet.Int32 || c.kind == parquet.Int64
	switch c.role {
	case roleTime, roleFrom, roleReceived:
		if c.kind != parquet.Int64 {
			return bad("TIMESTAMP in UTC, or INT64 with Config.TimeUnit")
		}
		if l := t.LogicalType(); l != nil {
			if ts, ok := l.Value.(*format.TimestampType); ok {
				if !ts.IsAdjustedToUTC {
					return x.fail(telemetry.ErrTime, 0, fmt.Sprintf("column %q has local timestamps, and the file cannot say of where; write it in UTC", c.name), nil)
				}
				switch ts.Unit.Value.(type) {
				case *format.MilliSeconds:
					c.factor = int64(time.Millisecond)
				case *format.MicroSeconds:
					c.factor = int64(time.Microsecond)
				}
				return nil
			}
		}
		if x.cfg.TimeUnit <= 0 {
			return bad("TIMESTAMP in UTC; or say what its numbers count with Config.TimeUnit")
		}
		c.factor = int64(x.cfg.TimeUnit)
	case roleNumber, roleLon, roleLat, roleAlt:
		if !number && (c.role != roleNumber || c.kind != parquet.Boolean) {
			return bad("a number")
		}
		if l := t.LogicalType(); l != nil {
			if d, ok := l.Value.(*format.DecimalType); ok {
				if d.Scale < 0 || d.Scale > 22 {
					return bad("a DECIMAL of 0 to 22 places")
				}
				c.power = math.Pow10(int(d.Scale))
			}
		}
	case roleOffset, rolePrecision, roleFlags, roleRecord:
		if c.kind != parquet.Int32 && c.kind != parquet.Int64 {
			return bad("INT32 or INT64")
		}
	case roleEntity, roleAttribute, roleDataset, roleRaw:
		if c.kind != parquet.ByteArray && c.kind != parquet.Int32 && c.kind != parquet.Int64 {
			return bad("text or a whole number")
		}
	default:
		if c.kind != parquet.ByteArray {
			return bad("text")
		}
	}
	return nil
}

// scratch is what takes two columns to make.
type scratch struct {
	typ, system, source, form []uint32 // codes of x.words
	id, given                 []uint32
	received                  []int64
	lon, lat, alt             []float64
	hasLon, hasLat, hasAlt    []bool
	text, meta                []telemetry.Span
	hasText, hasNumber        []bool
	kind                      []uint32
	words                     telemetry.Dict
	boolean                   bool
}

func (x *Reader) newScratch(n int) *scratch {
	s := &scratch{}
	for _, c := range x.cols {
		codes := map[role]*[]uint32{roleEntity: &s.id, roleEntityType: &s.typ, roleUnit: &s.given, roleUnitSystem: &s.system, roleSource: &s.source, roleFormat: &s.form, roleKind: &s.kind}
		if p := codes[c.role]; p != nil {
			*p = make([]uint32, n)
		}
		// Words of a group's dictionary are in the scratch's table.
		c.known = false
		switch c.role {
		case roleReceived:
			s.received = make([]int64, n)
			for i := range s.received {
				s.received[i] = telemetry.NoTime
			}
		case roleLon:
			s.lon, s.hasLon = make([]float64, n), make([]bool, n)
		case roleLat:
			s.lat, s.hasLat = make([]float64, n), make([]bool, n)
		case roleAlt:
			s.alt, s.hasAlt = make([]float64, n), make([]bool, n)
		case roleText:
			s.text, s.hasText = make([]telemetry.Span, n), make([]bool, n)
		case roleMeta:
			s.meta = make([]telemetry.Span, n)
		case roleNumber:
			s.hasNumber = make([]bool, n)
			s.boolean = c.kind == parquet.Boolean
		}
	}
	return s
}

// part reads m rows of a column's page into rows at… of the batch.
func (x *Reader) part(c *column, s *scratch, at, m int) error {
	defer func() { c.at += m }()
	b := &x.batch
	switch c.role {
	case roleTime, roleFrom, roleReceived:
		var bad int64
		n := 0
		x.ints(c, at, m, func(i int, v int64) {
			t, ok := scale(v, c.factor)
			if !ok {
				bad, n = v, n+1
				return
			}
			switch c.role {
			case roleTime:
				b.Time[i] = t
			case roleFrom:
				b.Detail[i].From = t
			default:
				s.received[i] = t
			}
		})
		if n > 0 {
			return x.fail(telemetry.ErrTime, 0, fmt.Sprintf("column %q: %d is outside 1677 to 2262; %d values are", c.name, bad, n), nil)
		}
	case roleNumber:
		return x.numbers(c, at, m, func(i int, v float64) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				x.gaps++
				return
			}
			b.Number[i], s.hasNumber[i] = v, true
		})
	case roleLon:
		return x.numbers(c, at, m, func(i int, v float64) { s.lon[i], s.hasLon[i] = v, true })
	case roleLat:
		return x.numbers(c, at, m, func(i int, v float64) { s.lat[i], s.hasLat[i] = v, true })
	case roleAlt:
		return x.numbers(c, at, m, func(i int, v float64) { s.alt[i], s.hasAlt[i] = v, true })
	case roleOffset, rolePrecision, roleFlags, roleRecord:
		var err error
		x.ints(c, at, m, func(i int, v int64) {
			limit := map[role][2]int64{roleOffset: {-1439, 1439}, rolePrecision: {0, int64(telemetry.Day)}, roleFlags: {0, math.MaxUint8}, roleRecord: {0, math.MaxUint32}}[c.role]
			if v < limit[0] || v > limit[1] {
				err = x.fail(telemetry.ErrValue, 0, fmt.Sprintf("column %q: %d is not from %d to %d", c.name, v, limit[0], limit[1]), nil)
				return
			}
			switch c.role {
			case roleOffset:
				b.Detail[i].Offset = int16(v)
			case rolePrecision:
				b.Detail[i].Precision = telemetry.Precision(v)
			case roleFlags:
				b.Flags[i] = telemetry.Flags(v)
			default:
				b.Detail[i].Record = uint32(v)
			}
		})
		return err
	case roleText, roleMeta:
		return x.bytes(c, at, m, func(i int, p []byte) {
			if c.role == roleText {
				s.text[i], s.hasText[i] = b.PutText(p), true
			} else {
				s.meta[i] = b.PutText(p)
			}
		})
	case roleAttribute:
		return x.words(c, at, m, &b.Attributes, b.Attribute)
	case roleDataset:
		return x.words(c, at, m, &b.Datasets, b.Dataset)
	case roleRaw:
		lane := make([]uint32, len(b.Detail))
		err := x.words(c, at, m, &b.Raw, lane)
		for i := at; i < at+m; i++ {
			b.Detail[i].Raw = lane[i]
		}
		return err
	case roleQuality:
		lane := make([]uint32, len(b.Detail))
		if err := x.words(c, at, m, &s.words, lane); err != nil {
			return err
		}
		for i := at; i < at+m; i++ {
			q, ok := qualityByName(s.words.Text(lane[i]))
			if !ok && lane[i] != 0 {
				return x.fail(telemetry.ErrValue, 0, fmt.Sprintf("column %q: %.40q is no quality", c.name, s.words.Text(lane[i])), nil)
			}
			b.Quality[i] = q
		}
	default:
		lane := map[role][]uint32{roleEntity: s.id, roleEntityType: s.typ, roleUnit: s.given, roleUnitSystem: s.system, roleSource: s.source, roleFormat: s.form, roleKind: s.kind}[c.role]
		return x.words(c, at, m, &s.words, lane)
	}
	return nil
}

// present calls f with the row and the index of each value that is there.
func (c *column) present(at, m int, f func(row, value int)) {
	if c.levels == nil {
		for i := range m {
			f(at+i, c.value+i)
		}
		c.value += m
		return
	}
	for i, l := range c.levels[c.at : c.at+m] {
		if l != 0 {
			f(at+i, c.value)
			c.value++
		}
	}
}

// data is the page's values; of a dictionary page, those of the dictionary, with the indexes.
func (c *column) data() (page parquet.Page, indexes []int32) {
	if c.dict == nil {
		return c.page, nil
	}
	v := c.page.Data()
	return c.dict.Page(), v.Int32()
}

func pick[T any](c *column, at, m int, values []T, indexes []int32, set func(i int, v T)) {
	c.present(at, m, func(row, value int) {
		if indexes != nil {
			value = int(indexes[value])
		}
		set(row, values[value])
	})
}

func (x *Reader) ints(c *column, at, m int, set func(i int, v int64)) {
	page, indexes := c.data()
	v := page.Data()
	if c.kind == parquet.Int32 {
		pick(c, at, m, v.Int32(), indexes, func(i int, v int32) { set(i, int64(v)) })
		return
	}
	pick(c, at, m, v.Int64(), indexes, set)
}

func (x *Reader) numbers(c *column, at, m int, set func(i int, v float64)) error {
	page, indexes := c.data()
	v := page.Data()
	switch c.kind {
	case parquet.Double:
		pick(c, at, m, v.Double(), indexes, set)
	case parquet.Float:
		pick(c, at, m, v.Float(), indexes, func(i int, v float32) { set(i, float64(v)) })
	case parquet.Boolean:
		bits := v.Boolean()
		c.present(at, m, func(row, value int) { set(row, float64(bits[value/8]>>(value%8)&1)) })
	case parquet.Int32:
		pick(c, at, m, v.Int32(), indexes, func(i int, v int32) { set(i, float64(v)/c.power) })
	default:
		var big error
		pick(c, at, m, v.Int64(), indexes, func(i int, v int64) {
			if v > 1<<53 || v < -(1<<53) {
				big = x.fail(telemetry.ErrValue, 0, fmt.Sprintf("column %q: %d has more digits than a float64", c.name, v), nil)
			}
			set(i, float64(v)/c.power)
		})
		return big
	}
	return nil
}

func (x *Reader) bytes(c *column, at, m int, set func(i int, p []byte)) error {
	page, indexes := c.data()
	v := page.Data()
	data, offsets := v.ByteArray()
	var err error
	c.present(at, m, func(row, value int) {
		if indexes != nil {
			value = int(indexes[value])
		}
		p := data[offsets[value]:offsets[value+1]]
		switch {
		case !utf8.Valid(p):
			err = x.fail(telemetry.ErrUTF8, 0, fmt.Sprintf("column %q: %.40q is not UTF-8", c.name, p), nil)
		case len(p) > x.cfg.Limits.Text:
			err = x.fail(telemetry.ErrLimit, 0, fmt.Sprintf("column %q: a text of %d bytes; raise Limits.Text", c.name, len(p)), nil)
		default:
			set(row, p)
		}
	})
	return err
}

// words gives the codes of texts. The texts of a dictionary are looked up once.
func (x *Reader) words(c *column, at, m int, dict *telemetry.Dict, lane []uint32) error {
	if c.kind != parquet.ByteArray {
		var buf [20]byte
		x.ints(c, at, m, func(i int, v int64) { lane[i] = dict.Code(strconv.AppendInt(buf[:0], v, 10)) })
		return nil
	}
	if c.dict == nil {
		return x.bytes(c, at, m, func(i int, p []byte) { lane[i] = dict.Code(p) })
	}
	if !c.known {
		page := c.dict.Page()
		v := page.Data()
		data, offsets := v.ByteArray()
		c.codes = c.codes[:0]
		for i := range c.dict.Len() {
			p := data[offsets[i]:offsets[i+1]]
			if !utf8.Valid(p) || len(p) > x.cfg.Limits.Text {
				return x.fail(telemetry.ErrUTF8, 0, fmt.Sprintf("column %q: %.40q is not UTF-8, or longer than Limits.Text", c.name, p), nil)
			}
			c.codes = append(c.codes, dict.Code(p))
		}
		c.known = true
	}
	v := c.page.Data()
	indexes := v.Int32()
	if c.levels == nil {
		for i, k := range indexes[c.value : c.value+m] {
			lane[at+i] = c.codes[k]
		}
		c.value += m
		return nil
	}
	c.present(at, m, func(row, value int) { lane[row] = c.codes[indexes[value]] })
	return nil
}

// finish joins what came from several columns.
func (x *Reader) finish(s *scratch) error {
	b := &x.batch
	text := func(lane []uint32, i int) string {
		if lane == nil {
			return ""
		}
		return s.words.Text(lane[i])
	}
	type pair struct{ a, b uint32 }
	entity := map[pair]uint32{}
	unit := map[pair]uint32{}
	type origin struct {
		name, form uint32
		received   int64
	}
	origins := map[origin]uint32{}
	at := func(lane []uint32, i int) uint32 {
		if lane == nil {
			return 0
		}
		return lane[i]
	}
	lastEntity, lastCode := pair{math.MaxUint32, 0}, uint32(0)
	for i := range b.Detail {
		if p := (pair{at(s.id, i), at(s.typ, i)}); p == lastEntity {
			b.Entity[i] = lastCode
		} else {
			code, ok := entity[p]
			if !ok {
				code = b.Entities.Code([]byte(text(s.id, i)), []byte(text(s.typ, i)))
				entity[p] = code
			}
			b.Entity[i], lastEntity, lastCode = code, p, code
		}
		if g := at(s.given, i); g != 0 {
			p := pair{g, at(s.system, i)}
			code, ok := unit[p]
			if !ok {
				system := telemetry.Name
				if name := text(s.system, i); name != "" {
					if system, ok = systemByName(name); !ok {
						return x.fail(telemetry.ErrValue, 0, fmt.Sprintf("%.40q is no system of units", name), nil)
					}
				}
				code, _ = b.Units.Code(system, []byte(text(s.given, i)))
				unit[p] = code
			}
			b.UnitRef[i] = code
		}
		d := &b.Detail[i]
		if s.source != nil || s.form != nil || s.received != nil {
			o := origin{at(s.source, i), at(s.form, i), telemetry.NoTime}
			if s.received != nil {
				o.received = s.received[i]
			}
			if o != (origin{received: telemetry.NoTime}) {
				code, ok := origins[o]
				if !ok {
					code = b.Sources.Code(telemetry.Source{Format: text(s.form, i), Name: text(s.source, i), Received: o.received})
					origins[o] = code
				}
				d.Source = code
			}
		}
		if s.meta != nil {
			d.Meta = s.meta[i]
		}
		kind := telemetry.None
		switch name := text(s.kind, i); {
		case name != "":
			k, ok := kindByName(name)
			if !ok {
				return x.fail(telemetry.ErrValue, 0, fmt.Sprintf("%.40q is no kind of value", name), nil)
			}
			kind = k
		case s.hasNumber != nil && s.hasNumber[i]:
			kind = telemetry.Number
			if s.boolean {
				kind = telemetry.Bool
			}
		case s.hasText != nil && s.hasText[i]:
			kind = telemetry.Text
		case s.hasLon != nil && s.hasLat != nil && s.hasLon[i] && s.hasLat[i]:
			kind = telemetry.Point
		}
		switch kind {
		case telemetry.Number, telemetry.Bool:
			if s.hasNumber == nil || !s.hasNumber[i] {
				kind = telemetry.None // NaN or null
			}
		case telemetry.Point:
			if s.hasLon == nil || s.hasLat == nil || !s.hasLon[i] || !s.hasLat[i] || !(math.Abs(s.lon[i]) <= 180 && math.Abs(s.lat[i]) <= 90) {
				return x.fail(telemetry.ErrValue, 0, fmt.Sprintf("row %d has no position on the globe", d.Record), nil)
			}
			p := telemetry.Position{Lon: s.lon[i], Lat: s.lat[i]}
			if s.hasAlt != nil && s.hasAlt[i] {
				p.Alt, p.HasAlt = s.alt[i], true
			}
			d.Ref = b.PutPoint(p)
		}
		if s.text != nil && kind != telemetry.Point {
			d.Ref = s.text[i]
		}
		if kind == telemetry.None {
			b.Number[i] = 0
		}
		b.Kind[i] = kind
	}
	return nil
}
