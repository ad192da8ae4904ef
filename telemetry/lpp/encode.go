package lpp

import (
	"math"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes the rows of a batch as one payload. It may be used by many goroutines.
type Encoder struct{}

// Append appends a payload. A row that no type stands for is left out and counted: an attribute
// or a dataset (a channel, 0 to 255) that LPP does not have, a value outside the type's range, a
// unit that does not convert to the type's. Axes must be three rows in order. Numbers are
// rounded to the type's resolution, which is a loss of kind number; a unit is converted, which
// is one of kind unit. Neither entity nor time is carried. The error is always nil.
func (Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	var l telemetry.Losses
	for i := 0; i < b.Len(); {
		n := 1
		out, ok := appendRow(dst, b, i, &n, &l)
		if ok {
			dst = out
			for j := i; j < i+n; j++ {
				lose(b, j, &l)
			}
		}
		i += n
	}
	return dst, l, nil
}

// lose counts what no payload carries.
func lose(b *telemetry.Batch, i int, l *telemetry.Losses) {
	if b.Entity[i] != 0 {
		l.Add(telemetry.LossEntity, i)
	}
	if b.Time[i] != telemetry.NoTime {
		l.Add(telemetry.LossTime, i)
	}
	if b.Quality[i] != telemetry.QualityUnknown || b.Detail[i].Raw != 0 {
		l.Add(telemetry.LossQuality, i)
	}
	if b.Detail[i].Meta.Len > 0 {
		l.Add(telemetry.LossMeta, i)
	}
	if b.Flags[i]&(telemetry.Integer|telemetry.Unsigned) != 0 || b.Kind[i] == telemetry.Number && b.Detail[i].Ref.Len > 0 {
		l.Add(telemetry.LossType, i)
	}
}

// appendRow appends the value that begins at row i and says how many rows it takes.
func appendRow(dst []byte, b *telemetry.Batch, i int, n *int, l *telemetry.Losses) ([]byte, bool) {
	no := func(kind telemetry.LossKind) ([]byte, bool) {
		l.Add(kind, i)
		return nil, false
	}
	if b.Kind[i] == telemetry.Deleted {
		return no(telemetry.LossDeletion)
	}
	channel, ok := channelOf(b.Datasets.Text(b.Dataset[i]))
	attribute := b.Attributes.Text(b.Attribute[i])
	at := slices.IndexFunc(kinds[:], func(k kind) bool { return k.form != track && k.parts[0] == attribute })
	if !ok || at < 0 {
		return no(telemetry.LossRow)
	}
	k := &kinds[at]
	if k.form == place {
		if b.Kind[i] != telemetry.Point {
			return no(telemetry.LossRow)
		}
		return appendPlace(dst, channel, b, i, l)
	}
	want := telemetry.Number
	if k.form == boolean {
		want = telemetry.Bool
	}
	for j, part := range k.parts {
		r := i + j
		if r >= b.Len() || b.Kind[r] != want || b.Attributes.Text(b.Attribute[r]) != part || b.Dataset[r] != b.Dataset[i] || b.Entity[r] != b.Entity[i] || b.Time[r] != b.Time[i] {
			return no(telemetry.LossRow)
		}
	}
	start := len(dst)
	dst = append(dst, channel, k.id)
	var lossy []telemetry.LossKind
	for j := range k.parts {
		v, kind, ok := k.raw(b, i+j)
		if !ok {
			return no(telemetry.LossRow)
		}
		lossy = append(lossy, kind...)
		for s := 8 * (k.size - 1); s >= 0; s -= 8 {
			dst = append(dst, byte(v>>s))
		}
	}
	for _, kind := range lossy {
		l.Add(kind, i)
	}
	*n = len(k.parts)
	return dst[:start+2+k.bytes()], true
}

// raw is the integer that stands for the value of row i.
func (k *kind) raw(b *telemetry.Batch, i int) (v int64, lossy []telemetry.LossKind, ok bool) {
	x := b.Number[i]
	switch given := b.Units.At(b.UnitRef[i]); {
	case k.unit == "" && b.UnitRef[i] != 0:
		lossy = append(lossy, telemetry.LossUnit)
	case k.unit != "" && given != telemetry.UnitRef{Given: k.unit, System: telemetry.UCUM, Unit: given.Unit}:
		lossy = append(lossy, telemetry.LossUnit)
		if given.Unit.IsZero() {
			if given.Given != "" {
				return 0, nil, false // of a unit that nobody knows
			}
			break
		}
		y, err := unit.Convert(x, given.Unit, unit.MustParse(k.unit))
		if err != nil {
			return 0, nil, false
		}
		x = y
	}
	r := math.RoundToEven(x * k.div)
	low, high := 0.0, math.Ldexp(1, 8*k.size)-1
	if k.form == signed {
		low, high = -math.Ldexp(1, 8*k.size-1), math.Ldexp(1, 8*k.size-1)-1
	}
	if !(r >= low && r <= high) {
		return 0, nil, false
	}
	if r/k.div != x || r == 0 && math.Signbit(x) {
		lossy = append(lossy, telemetry.LossNumber)
	}
	return int64(r), lossy, true
}

// appendPlace takes the coarse encoding where it is exact.
func appendPlace(dst []byte, channel byte, b *telemetry.Batch, i int, l *telemetry.Losses) ([]byte, bool) {
	p := b.Points[b.Detail[i].Ref.Off]
	k := &kinds[byID[136]-1]
	exact := func(x, div float64) bool {
		r := math.RoundToEven(x * div)
		return r/div == x && !(r == 0 && math.Signbit(x))
	}
	if !exact(p.Lat, k.div) || !exact(p.Lon, k.div) {
		k = &kinds[byID[137]-1]
	}
	alt := math.RoundToEven(p.Alt * 100)
	if !(alt >= -1<<23 && alt < 1<<23) {
		l.Add(telemetry.LossRow, i)
		return nil, false
	}
	if !p.HasAlt || !exact(p.Alt, 100) {
		l.Add(telemetry.LossGeometry, i) // the altitude becomes 0, or is rounded
	}
	if !exact(p.Lat, k.div) || !exact(p.Lon, k.div) {
		l.Add(telemetry.LossNumber, i)
	}
	if b.UnitRef[i] != 0 {
		l.Add(telemetry.LossUnit, i)
	}
	dst = append(dst, channel, k.id)
	for _, x := range []float64{p.Lat, p.Lon} {
		v := int64(math.RoundToEven(x * k.div))
		for s := 8 * (k.size - 1); s >= 0; s -= 8 {
			dst = append(dst, byte(v>>s))
		}
	}
	v := int64(alt)
	return append(dst, byte(v>>16), byte(v>>8), byte(v)), true
}

// channelOf is the channel that a dataset names; none is channel 0.
func channelOf(dataset string) (byte, bool) {
	v, err := strconv.ParseUint(dataset, 10, 8)
	return byte(v), err == nil && strconv.FormatUint(v, 10) == dataset
}
