package parquet

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
)

// outColumn is a column that a Writer writes.
type outColumn struct {
	name     string
	kind     format.Type
	optional bool
	time     bool
	fill     func(p *pager, b *telemetry.Batch) error
}

// columns are those of OwnColumns, in their order.
var columns = [...]outColumn{
	word("entity", func(p *pager, b *telemetry.Batch) error {
		return p.words(b.Entity, func(c uint32) string { return b.Entities.At(c).ID })
	}),
	word("entity_type", func(p *pager, b *telemetry.Batch) error {
		return p.words(b.Entity, func(c uint32) string { return b.Entities.At(c).Type })
	}),
	word("attribute", func(p *pager, b *telemetry.Batch) error { return p.words(b.Attribute, b.Attributes.Text) }),
	word("dataset", func(p *pager, b *telemetry.Batch) error { return p.words(b.Dataset, b.Datasets.Text) }),
	instants("time", func(b *telemetry.Batch, i int) (int64, bool) { return b.Time[i], b.Time[i] != telemetry.NoTime }),
	{"offset_minutes", format.Int32, true, false, func(p *pager, b *telemetry.Batch) error {
		p.i32 = p.i32[:0]
		for i := range b.Detail {
			p.has[i] = 0
			if o := b.Detail[i].Offset; o != telemetry.NoOffset {
				p.i32, p.has[i] = append(p.i32, int32(o)), 1
			}
		}
		return p.small()
	}},
	little("precision", func(b *telemetry.Batch, i int) int32 { return int32(b.Detail[i].Precision) }),
	word("kind", func(p *pager, b *telemetry.Batch) error {
		return p.words(codesOf(p, b.Kind), func(c uint32) string { return telemetry.Kind(c).String() })
	}),
	reals("number", func(b *telemetry.Batch, i int) (float64, bool) {
		return b.Number[i], b.Kind[i] == telemetry.Number || b.Kind[i] == telemetry.Bool
	}),
	texts("text", func(b *telemetry.Batch, i int) (telemetry.Span, bool) {
		k, s := b.Kind[i], b.Detail[i].Ref
		return s, k != telemetry.Point && (s.Len > 0 || k == telemetry.Text || k == telemetry.JSON || k == telemetry.Geometry)
	}),
	word("unit", func(p *pager, b *telemetry.Batch) error {
		return p.words(b.UnitRef, func(c uint32) string { return b.Units.At(c).Given })
	}),
	word("unit_system", func(p *pager, b *telemetry.Batch) error {
		return p.words(b.UnitRef, func(c uint32) string {
			if c == 0 {
				return ""
			}
			return b.Units.At(c).System.String()
		})
	}),
	word("quality", func(p *pager, b *telemetry.Batch) error {
		return p.words(codesOf(p, b.Quality), func(c uint32) string { return telemetry.Quality(c).String() })
	}),
	word("quality_raw", func(p *pager, b *telemetry.Batch) error {
		return p.words(detailCodes(p, b, func(d *telemetry.Detail) uint32 { return d.Raw }), b.Raw.Text)
	}),
	little("flags", func(b *telemetry.Batch, i int) int32 { return int32(b.Flags[i]) }),
	instants("from", func(b *telemetry.Batch, i int) (int64, bool) {
		return b.Detail[i].From, b.Flags[i]&telemetry.Interval != 0
	}),
	reals("lon", func(b *telemetry.Batch, i int) (float64, bool) {
		if b.Kind[i] != telemetry.Point {
			return 0, false
		}
		return b.Points[b.Detail[i].Ref.Off].Lon, true
	}),
	reals("lat", func(b *telemetry.Batch, i int) (float64, bool) {
		if b.Kind[i] != telemetry.Point {
			return 0, false
		}
		return b.Points[b.Detail[i].Ref.Off].Lat, true
	}),
	reals("alt", func(b *telemetry.Batch, i int) (float64, bool) {
		if b.Kind[i] != telemetry.Point {
			return 0, false
		}
		x := &b.Points[b.Detail[i].Ref.Off]
		return x.Alt, x.HasAlt
	}),
	texts("meta", func(b *telemetry.Batch, i int) (telemetry.Span, bool) {
		return b.Detail[i].Meta, b.Detail[i].Meta.Len > 0
	}),
	word("source", func(p *pager, b *telemetry.Batch) error {
		return p.words(sourceCodes(p, b), func(c uint32) string { return b.Sources.At(c).Name })
	}),
	word("format", func(p *pager, b *telemetry.Batch) error {
		return p.words(sourceCodes(p, b), func(c uint32) string { return b.Sources.At(c).Format })
	}),
	instants("received", func(b *telemetry.Batch, i int) (int64, bool) {
		t := b.Sources.At(b.Detail[i].Source).Received
		return t, t != telemetry.NoTime
	}),
	{"record", format.Int64, false, false, func(p *pager, b *telemetry.Batch) error {
		p.ints = grow(p.ints, b.Len())
		for i := range b.Detail {
			p.ints[i] = int64(b.Detail[i].Record)
		}
		return p.whole()
	}},
}

func word(name string, fill func(p *pager, b *telemetry.Batch) error) outColumn {
	return outColumn{name, format.ByteArray, false, false, fill}
}

func instants(name string, of func(b *telemetry.Batch, i int) (int64, bool)) outColumn {
	return outColumn{name, format.Int64, true, true, func(p *pager, b *telemetry.Batch) error {
		p.ints = p.ints[:0]
		for i := range b.Time {
			p.has[i] = 0
			if v, ok := of(b, i); ok {
				p.ints, p.has[i] = append(p.ints, v), 1
			}
		}
		return p.whole()
	}}
}

func reals(name string, of func(b *telemetry.Batch, i int) (float64, bool)) outColumn {
	return outColumn{name, format.Double, true, false, func(p *pager, b *telemetry.Batch) error {
		p.floats = p.floats[:0]
		for i := range b.Time {
			p.has[i] = 0
			if v, ok := of(b, i); ok {
				p.floats, p.has[i] = append(p.floats, v), 1
			}
		}
		return p.real()
	}}
}

func texts(name string, of func(b *telemetry.Batch, i int) (telemetry.Span, bool)) outColumn {
	return outColumn{name, format.ByteArray, true, false, func(p *pager, b *telemetry.Batch) error {
		p.bytes, p.offsets = p.bytes[:0], append(p.offsets[:0], 0)
		for i := range b.Time {
			p.has[i] = 0
			if s, ok := of(b, i); ok {
				p.bytes = append(p.bytes, b.Bytes(s)...)
				p.offsets, p.has[i] = append(p.offsets, uint32(len(p.bytes))), 1
			}
		}
		return p.texts()
	}}
}

func little(name string, of func(b *telemetry.Batch, i int) int32) outColumn {
	return outColumn{name, format.Int32, false, false, func(p *pager, b *telemetry.Batch) error {
		p.i32 = grow(p.i32, b.Len())
		for i := range p.i32 {
			p.i32[i] = of(b, i)
		}
		return p.small()
	}}
}

func codesOf[T ~uint8](p *pager, lane []T) []uint32 {
	p.codes = grow(p.codes, len(lane))
	for i, v := range lane {
		p.codes[i] = uint32(v)
	}
	return p.codes
}

func detailCodes(p *pager, b *telemetry.Batch, of func(d *telemetry.Detail) uint32) []uint32 {
	p.codes = grow(p.codes, b.Len())
	for i := range b.Detail {
		p.codes[i] = of(&b.Detail[i])
	}
	return p.codes
}

func sourceCodes(p *pager, b *telemetry.Batch) []uint32 {
	return detailCodes(p, b, func(d *telemetry.Detail) uint32 { return d.Source })
}

// schema is that of the columns.
func schema() []format.SchemaElement {
	out := []format.SchemaElement{{Name: "row", NumChildren: thrift.New(int32(len(columns)))}}
	for i := range columns {
		c := &columns[i]
		e := format.SchemaElement{Name: c.name, Type: thrift.New(c.kind), RepetitionType: thrift.New(format.Required)}
		if c.optional {
			e.RepetitionType = thrift.New(format.Optional)
		}
		switch {
		case c.time:
			e.LogicalType = format.LogicalType{Value: &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: new(format.NanoSeconds)}}}
		case c.kind == format.ByteArray:
			e.ConvertedType = thrift.New(deprecated.UTF8)
			e.LogicalType = format.LogicalType{Value: new(format.StringType)}
		}
		out = append(out, e)
	}
	return out
}
