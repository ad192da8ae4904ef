package telemetry

import (
	"math"

	"github.com/almotacen/almotacen/indicators/unit"
)

// NoTime is the time of an observation without one.
const NoTime = math.MinInt64

// NoOffset is the offset of a time that was written without a zone, or as a
// count of seconds.
const NoOffset = math.MinInt16

// Kind is the type of a value.
type Kind uint8

// The kinds. Deleted says that the attribute ended, None that the sensor said it has
// no value (a gap: OTLP's no-recorded-value flag, a stale marker, an empty field).
const (
	None     Kind = iota
	Number        // float64; the text too where that is not exact
	Bool          // Number is 0 or 1
	Text          // UTF-8
	JSON          // one JSON value, compact or as it came
	Point         // longitude and latitude in degrees, perhaps altitude in metres
	Geometry      // another GeoJSON geometry, as JSON
	Deleted       // the attribute, or the whole entity where the attribute is 0
)

// String is the kind's name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

var kindNames = [...]string{"none", "number", "bool", "text", "json", "point", "geometry", "deleted"}

// Quality is what a source says of a value.
type Quality uint8

// The qualities, from the best known to the worst.
const (
	QualityUnknown Quality = iota
	Valid
	Unvalidated
	Estimated
	Invalid
)

// String is the quality's name.
func (q Quality) String() string {
	if int(q) < len(qualityNames) {
		return qualityNames[q]
	}
	return "unknown"
}

var qualityNames = [...]string{"unknown", "valid", "unvalidated", "estimated", "invalid"}

// Flags say how a row came to be. Any number at once.
type Flags uint8

// The flags.
const (
	TimeReceived Flags = 1 << iota // the time is that of reception: the source gave none
	TimeStatic                     // the attribute has no time of its own (a name, a place)
	Interval                       // the value is of a span that ends at Time and began at Detail.From
	Relation                       // the text is the id of another entity
	Coerced                        // kept as text because it was not what the format wants
	Integer                        // the source says that the number is of an integer type
	Unsigned                       // with Integer: of one without sign
)

// Precision is the finest unit of time that was written.
type Precision uint8

// The precisions.
const (
	Nanosecond Precision = iota
	Microsecond
	Millisecond
	Second
	Minute
	Hour
	Day
)

// Span is a part of Batch.Data.
type Span struct{ Off, Len uint32 }

// Batch is a table of observations: row i is at index i of every lane. Lanes are
// for kernels to read; rows are added by [Batch.Append] or [Batch.Add]. The zero
// Batch is empty and ready to use. Not safe for concurrent use.
type Batch struct {
	// Entity, Attribute, Dataset and UnitRef are codes: of Entities, Attributes,
	// Datasets and Units. Code 0 is none.
	Entity    []uint32
	Attribute []uint32
	Dataset   []uint32
	UnitRef   []uint32
	Time      []int64   // nanoseconds since 1970 UTC, or NoTime
	Number    []float64 // of kinds Number and Bool; 0 for the others, never NaN or ±Inf
	Kind      []Kind
	Quality   []Quality
	Flags     []Flags
	Detail    []Detail // what kernels seldom read

	Data   []byte // text and JSON of values and metadata
	Points []Position

	Entities   EntityTable
	Attributes Dict
	Datasets   Dict
	Units      UnitTable
	Raw        Dict // quality flags as they were written
	Sources    SourceTable

	// Origin is where the bytes of the next Decode begin; decoders add it to the
	// record numbers and offsets they report. Readers of streams set it.
	Origin Origin

	// Findings are what decoders had to say of the rows since Reset, in the order of
	// the input, at most Limits.Findings; Unreported counts the ones beyond. Skipped counts the
	// records left out, those of unreported findings too.
	Findings   []Finding
	Unreported int
	Skipped    int
}

// Detail is the part of a row that kernels seldom read.
type Detail struct {
	Ref       Span  // of Text, JSON, Geometry; of a Number, how it was written where float64 is not exact; of a Point, Off is the index in Points
	Meta      Span  // a JSON object with what the format says beyond the model; empty if nothing
	From      int64 // start of an interval, with flag Interval
	Start     int64 // byte offset of the observation in its source
	Record    uint32
	Source    uint32
	Raw       uint32 // code in Batch.Raw
	Offset    int16  // minutes east of UTC as written, or NoOffset
	Precision Precision
}

// Position is a point in WGS 84: degrees, and metres above the ellipsoid.
type Position struct {
	Lon, Lat, Alt float64
	HasAlt        bool
}

// Origin is a place in a source.
type Origin struct {
	Source uint32 // code in Batch.Sources
	Record uint32 // records before
	Offset int64  // bytes before
}

// Row is one observation in codes, as a decoder appends it.
type Row struct {
	Entity, Attribute, Dataset, UnitRef uint32
	Time                                int64
	Number                              float64
	Kind                                Kind
	Quality                             Quality
	Flags                               Flags
	Detail                              Detail
}

// Len is the number of rows.
func (b *Batch) Len() int { return len(b.Time) }

// Reset drops rows and findings and keeps dictionaries, so that codes mean the same
// along a stream, and memory.
func (b *Batch) Reset() {
	b.Truncate(0)
	b.Findings = b.Findings[:0]
	b.Unreported, b.Skipped = 0, 0
}

// Truncate drops the rows from n on with their text. It panics if n is not in
// [0, Len()].
func (b *Batch) Truncate(n int) {
	if n == 0 {
		b.Data, b.Points = b.Data[:0], b.Points[:0]
	}
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = b.Entity[:n], b.Attribute[:n], b.Dataset[:n], b.UnitRef[:n]
	b.Time, b.Number, b.Kind, b.Quality = b.Time[:n], b.Number[:n], b.Kind[:n], b.Quality[:n]
	b.Flags, b.Detail = b.Flags[:n], b.Detail[:n]
}

// Filter keeps the rows for which keep says so, in their order. Text of the others stays in Data until the
// next Reset.
func (b *Batch) Filter(keep func(i int) bool) {
	n := 0
	for i := range b.Time {
		if !keep(i) {
			continue
		}
		b.Entity[n], b.Attribute[n], b.Dataset[n], b.UnitRef[n] = b.Entity[i], b.Attribute[i], b.Dataset[i], b.UnitRef[i]
		b.Time[n], b.Number[n], b.Kind[n], b.Quality[n] = b.Time[i], b.Number[i], b.Kind[i], b.Quality[i]
		b.Flags[n], b.Detail[n] = b.Flags[i], b.Detail[i]
		n++
	}
	b.Truncate(n)
}

// Mark is a state of a batch to go back to.
type Mark struct{ rows, data, points, findings, unreported, skipped int }

// Rows is the number of rows then.
func (m Mark) Rows() int { return m.rows }

// Mark is the present state, for [Batch.Rewind]. Dictionary entries are not part of
// it: an entry that no row uses does no harm.
func (b *Batch) Mark() Mark {
	return Mark{len(b.Time), len(b.Data), len(b.Points), len(b.Findings), b.Unreported, b.Skipped}
}

// Rewind drops the rows, their text and their findings added since m.
func (b *Batch) Rewind(m Mark) {
	b.DropRows(m)
	b.Findings, b.Unreported, b.Skipped = b.Findings[:m.findings], m.unreported, m.skipped
}

// DropRows drops the rows and text added since m and keeps the findings, which say why.
func (b *Batch) DropRows(m Mark) {
	b.Truncate(m.rows)
	b.Data, b.Points = b.Data[:m.data], b.Points[:m.points]
}

// Append adds a row.
func (b *Batch) Append(r *Row) {
	n := len(b.Time)
	if n == cap(b.Time) || n == cap(b.Detail) {
		b.Grow(max(n, 256))
	}
	m := n + 1
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = b.Entity[:m], b.Attribute[:m], b.Dataset[:m], b.UnitRef[:m]
	b.Time, b.Number, b.Kind, b.Quality = b.Time[:m], b.Number[:m], b.Kind[:m], b.Quality[:m]
	b.Flags, b.Detail = b.Flags[:m], b.Detail[:m]
	b.Entity[n], b.Attribute[n], b.Dataset[n], b.UnitRef[n] = r.Entity, r.Attribute, r.Dataset, r.UnitRef
	b.Time[n], b.Number[n], b.Kind[n], b.Quality[n] = r.Time, r.Number, r.Kind, r.Quality
	b.Flags[n], b.Detail[n] = r.Flags, r.Detail
}

// Extend adds n rows that are for the caller to write: until then, every lane has in them what was there before.
func (b *Batch) Extend(n int) {
	m := len(b.Time) + n
	if m > cap(b.Time) || m > cap(b.Detail) {
		b.Grow(max(n, len(b.Time), 256))
	}
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = b.Entity[:m], b.Attribute[:m], b.Dataset[:m], b.UnitRef[:m]
	b.Time, b.Number, b.Kind, b.Quality = b.Time[:m], b.Number[:m], b.Kind[:m], b.Quality[:m]
	b.Flags, b.Detail = b.Flags[:m], b.Detail[:m]
}

// Grow makes room for n more rows.
func (b *Batch) Grow(n int) {
	size := len(b.Time) + n
	b.Entity, b.Attribute = grown(b.Entity, size), grown(b.Attribute, size)
	b.Dataset, b.UnitRef = grown(b.Dataset, size), grown(b.UnitRef, size)
	b.Time, b.Number = grown(b.Time, size), grown(b.Number, size)
	b.Kind, b.Quality = grown(b.Kind, size), grown(b.Quality, size)
	b.Flags, b.Detail = grown(b.Flags, size), grown(b.Detail, size)
}

// grown is s with a capacity of at least size; every lane gets the same.
func grown[T any](s []T, size int) []T {
	if cap(s) >= size {
		return s
	}
	out := make([]T, len(s), size)
	copy(out, s)
	return out
}

// PutText copies p to Data.
func (b *Batch) PutText(p []byte) Span {
	s := Span{uint32(len(b.Data)), uint32(len(p))}
	b.Data = append(b.Data, p...)
	return s
}

// PutString copies s to Data.
func (b *Batch) PutString(p string) Span {
	s := Span{uint32(len(b.Data)), uint32(len(p))}
	b.Data = append(b.Data, p...)
	return s
}

// PutPoint stores a position; the span goes to Detail.Ref.
func (b *Batch) PutPoint(p Position) Span {
	b.Points = append(b.Points, p)
	return Span{Off: uint32(len(b.Points) - 1)}
}

// Bytes is the part of Data that s names, valid until the next Reset.
func (b *Batch) Bytes(s Span) []byte { return b.Data[s.Off : s.Off+s.Len : s.Off+s.Len] }

// Text is the text of row i, as Bytes gives it: of kinds Text, JSON and Geometry, and of a Number
// as it was written where float64 is not exact. Nil: it has none.
func (b *Batch) Text(i int) []byte {
	switch b.Kind[i] {
	case Number, Text, JSON, Geometry:
		return b.Bytes(b.Detail[i].Ref)
	}
	return nil
}

// Unit is the unit of row i: zero if it has none or one that is not known.
func (b *Batch) Unit(i int) unit.Unit { return b.Units.At(b.UnitRef[i]).Unit }
