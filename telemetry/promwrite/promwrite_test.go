package promwrite

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

type label struct{ name, value string }

type sample struct {
	bits uint64
	ms   int64
}

func series(samples []sample, labels ...label) []byte {
	var b []byte
	for _, l := range labels {
		b = protowire.AppendBytes(b, 1, protowire.AppendBytes(protowire.AppendBytes(nil, 1, l.name), 2, l.value))
	}
	for _, s := range samples {
		b = protowire.AppendBytes(b, 2, protowire.AppendVarint(protowire.AppendFixed64(nil, 1, s.bits), 2, uint64(s.ms)))
	}
	return b
}

func request(num int32, series ...[]byte) []byte {
	var b []byte
	for _, s := range series {
		b = protowire.AppendBytes(b, num, s)
	}
	return b
}

func number(v float64) uint64 { return math.Float64bits(v) }

var (
	one = request(1,
		series([]sample{{number(1.5), 1774772100123}, {staleMarker, 1774772160123}, {number(math.NaN()), -1}, {number(math.Inf(-1)), 0}},
			label{"__name__", "temp"}, label{"instance", "n1:9100"}, label{"job", "air"}, label{"room", "a b"}, label{"empty", ""}),
		series([]sample{{number(math.Copysign(0, -1)), 5}}, label{"__name__", "up"}, label{"zone", "z"}))
	two = func() []byte {
		var b []byte
		for _, s := range []string{"", "__name__", "temp", "instance", "n1", "celsius", "Temperature of the air."} {
			b = protowire.AppendBytes(b, 4, s)
		}
		s := protowire.AppendBytes(nil, 1, []byte{1, 2, 3, 4})
		s = append(s, series([]sample{{number(21.5), 1774772100123}, {number(22), 1774772160123}})...)
		s = protowire.AppendBytes(s, 5, protowire.AppendVarint(protowire.AppendVarint(protowire.AppendVarint(nil, 1, 1), 3, 6), 4, 5))
		s = protowire.AppendVarint(s, 6, 1774772000000)
		return protowire.AppendBytes(b, 5, s)
	}()
)

func kit(version int) formattest.Kit {
	f := Format()
	f.NewDecoder = func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c, Plain: true}) }
	f.NewEncoder = func() telemetry.Encoder { return Encoder{Plain: true, Version: version} }
	return formattest.Kit{Format: f, Seeds: [][]byte{one, two}}
}

func TestTorture(t *testing.T) {
	kit(1).Torture(t)
	kit(2).Torture(t)
	compressed := snappy.Encode(nil, two)
	for n := range compressed {
		sameAsPlain(t, compressed[:n])
		for _, c := range []byte{0, 0xff, compressed[n] ^ 1, compressed[n] ^ 0x80} {
			bad := bytes.Clone(compressed)
			bad[n] = c
			sameAsPlain(t, bad)
		}
	}
}

func TestAllocatesNothing(t *testing.T) {
	kit(1).AllocatesNothing(t, one)
	kit(1).AllocatesNothing(t, two)
	formattest.Kit{Format: Format()}.AllocatesNothing(t, snappy.Encode(nil, bytes.Repeat(one, 100)))
}

func decode(t *testing.T, src []byte) *telemetry.Batch {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{Plain: true}).Decode(&b, src))
	formattest.Check(t, &b)
	return &b
}

func TestOne(t *testing.T) {
	b := decode(t, one)
	require.Equal(t, 5, b.Len())
	o := b.At(0)
	require.Equal(t, telemetry.Entity{ID: "n1:9100", Type: "air"}, o.Entity)
	require.Equal(t, "temp", o.Attribute)
	require.Equal(t, `room=a\ b`, o.Dataset)
	require.Equal(t, 1.5, o.Value.Number)
	require.Equal(t, time.UnixMilli(1774772100123).UTC(), o.Time)
	require.Equal(t, telemetry.None, b.At(1).Value.Kind)
	require.Equal(t, telemetry.QualityUnknown, b.At(1).Quality)
	require.Equal(t, "NaN", b.At(2).Raw)
	require.Equal(t, telemetry.Invalid, b.At(2).Quality)
	require.Equal(t, "-Inf", b.At(3).Raw)
	require.Equal(t, telemetry.Entity{ID: "zone=z"}, b.At(4).Entity)
	require.Equal(t, 2, b.At(4).Record)
}

func TestTwo(t *testing.T) {
	b := decode(t, two)
	require.Equal(t, 2, b.Len())
	o := b.At(0)
	require.Equal(t, "n1", o.Entity.ID)
	require.Equal(t, "celsius", o.Unit.Given)
	require.Equal(t, "Cel", o.Unit.Unit.String())
	require.Equal(t, `{"type":"counter","help":"Temperature of the air."}`, o.Meta)
	require.Equal(t, int64(1774772000), o.From.Unix())
	out, losses, err := Encoder{Version: 2, Plain: true}.Append(nil, b)
	require.NoError(t, err)
	require.Empty(t, losses)
	formattest.RequireRows(t, formattest.Rows(b), formattest.Rows(decode(t, out)))
	_, losses, err = Encoder{}.Append(nil, b)
	require.NoError(t, err)
	require.Equal(t, 2, losses.Rows(telemetry.LossUnit))
	require.Equal(t, 2, losses.Rows(telemetry.LossMeta))
	require.Equal(t, 2, losses.Rows(telemetry.LossInterval))
	_, _, err = Encoder{Version: 3}.Append(nil, b)
	require.ErrorIs(t, err, telemetry.ErrConfig)
}

func TestPolicies(t *testing.T) {
	good := series([]sample{{number(1), 1}}, label{"__name__", "a"})
	for bad, kind := range map[string]error{
		string(series([]sample{{number(1), 1}}, label{"a", "b"})):                                           telemetry.ErrMissing,
		string(series([]sample{{number(1), 1}}, label{"__name__", "b"}, label{"x", "1"}, label{"x", "1"})):  telemetry.ErrDuplicate,
		string(series([]sample{{number(1), 1}}, label{"__name__", "b"}, label{"", "1"})):                    telemetry.ErrName,
		string(series([]sample{{number(1), 1}}, label{"__name__", "\xff"})):                                 telemetry.ErrUTF8,
		string(series([]sample{{number(1), 1}, {number(1), math.MaxInt64 / 1000}}, label{"__name__", "b"})): telemetry.ErrTime,
		string(append(series(nil, label{"__name__", "b"}), 0x12, 9)):                                        telemetry.ErrSyntax,
		string(append(series(nil, label{"__name__", "b"}), 0x10, 9)):                                        telemetry.ErrType,
	} {
		kit(1).Policies(t, request(1, good, []byte(bad), good), 2, 2, kind)
	}
	symbols := protowire.AppendBytes(protowire.AppendBytes(protowire.AppendBytes(nil, 4, ""), 4, "__name__"), 4, "a")
	well := protowire.AppendBytes(protowire.AppendBytes(nil, 1, []byte{1, 2}), 2, protowire.AppendVarint(nil, 2, 7))
	for bad, kind := range map[string]error{"\x0a\x02\x01\x03": telemetry.ErrValue, "\x0a\x01\x01": telemetry.ErrSyntax, "\x0a\x02\x01\x80": telemetry.ErrSyntax, "\x0a\x02\x01\x02\x2a\x02\x08\x08": telemetry.ErrValue} {
		kit(2).Policies(t, append(symbols[:len(symbols):len(symbols)], request(5, well, []byte(bad), well)...), 2, 2, kind)
	}
	var b telemetry.Batch
	require.ErrorIs(t, NewDecoder(Config{Plain: true}).Decode(&b, append(request(1, good), symbols...)), telemetry.ErrSyntax)
}

func TestFindings(t *testing.T) {
	src := append(series([]sample{{number(1), 1}}, label{"__name__", "a"}), 0x1a, 0, 0x22, 0, 0x22, 0)
	b := decode(t, append(request(1, src), 0x1a, 0))
	require.Equal(t, 1, b.Len())
	require.Len(t, b.Findings, 3)
}

func TestSnappy(t *testing.T) {
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{}).Decode(&b, snappy.Encode(nil, one)))
	require.Equal(t, 5, b.Len())
	for _, bad := range [][]byte{nil, one, binary.AppendUvarint(nil, 1<<27), append(binary.AppendUvarint(nil, 1<<20), make([]byte, 100)...)} {
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, bad), telemetry.ErrSyntax)
	}
	bomb := snappy.Encode(nil, make([]byte, 1<<20))
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Limits: telemetry.Limits{Bytes: 1 << 19}}}).Decode(&b, bomb), telemetry.ErrLimit)
	// A length that is a lie takes no memory.
	lie := append(binary.AppendUvarint(nil, 200<<20), make([]byte, 1000)...)
	require.Less(t, testing.AllocsPerRun(1, func() { _ = NewDecoder(Config{}).Decode(&b, lie) }), 50.0)
}

// References make much of little: a help or labels that every series repeats.
func TestAmplification(t *testing.T) {
	symbols := protowire.AppendBytes(protowire.AppendBytes(nil, 4, ""), 4, "__name__")
	symbols = protowire.AppendBytes(protowire.AppendBytes(symbols, 4, "x"), 4, bytes.Repeat([]byte("h"), 1<<16))
	help := append(protowire.AppendBytes(nil, 1, []byte{1, 2}), protowire.AppendBytes(protowire.AppendBytes(nil, 5, protowire.AppendVarint(nil, 3, 3)), 2, "")...)
	limits := telemetry.Limits{Bytes: 1 << 20}
	var b telemetry.Batch
	src := append(bytes.Clone(symbols), bytes.Repeat(protowire.AppendBytes(nil, 5, help), 100)...)
	require.ErrorIs(t, NewDecoder(Config{Plain: true, Config: telemetry.Config{Limits: limits}}).Decode(&b, src), telemetry.ErrLimit)
	require.Less(t, cap(b.Data), 4<<20)
	src = protowire.AppendBytes(protowire.AppendBytes(protowire.AppendBytes(nil, 4, ""), 4, "__name__"), 4, bytes.Repeat([]byte("v"), 4000))
	for i := range 1000 {
		refs := binary.AppendUvarint([]byte{1, 2}, uint64(2*i+3))
		src = protowire.AppendBytes(src, 4, fmt.Sprint("s", i))
		src = protowire.AppendBytes(src, 4, "")
		src = protowire.AppendBytes(src, 5, protowire.AppendBytes(nil, 1, append(refs, 2)))
	}
	require.Less(t, len(src), 1<<20)
	err := NewDecoder(Config{Plain: true, Config: telemetry.Config{Limits: limits}}).Decode(&b, src)
	require.ErrorContains(t, err, "labels")
}

func TestLosses(t *testing.T) {
	var b telemetry.Batch
	at := time.Unix(1774772100, 5)
	for _, o := range []telemetry.Observation{
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Bool}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Text}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}},
		{Attribute: "a", Dataset: "free text", Value: telemetry.Value{Kind: telemetry.Number}, Time: at},
		{Attribute: "a", Dataset: "x=1", Value: telemetry.Value{Kind: telemetry.Number}, Time: at},
		{Attribute: "a", Entity: telemetry.Entity{ID: "instance=1"}, Value: telemetry.Value{Kind: telemetry.Number}, Time: at},
		{Attribute: "a", Entity: telemetry.Entity{ID: "x=1"}, Value: telemetry.Value{Kind: telemetry.Number}, Time: at},
		{Attribute: "a", Entity: telemetry.Entity{ID: "urn:x"}, Dataset: "instance=1,y=2", Value: telemetry.Value{Kind: telemetry.Number}, Time: at, Meta: "{}"},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Deleted}, Time: at},
	} {
		require.NoError(t, b.Add(o))
	}
	out, l, err := Encoder{Plain: true}.Append(nil, &b)
	require.NoError(t, err)
	for kind, n := range map[telemetry.LossKind]int{telemetry.LossType: 1, telemetry.LossRow: 2, telemetry.LossDeletion: 1, telemetry.LossDataset: 3, telemetry.LossPrecision: 6, telemetry.LossMeta: 1} {
		require.Equal(t, n, l.Rows(kind), "%s of %s", kind, l)
	}
	got := decode(t, out)
	require.Equal(t, "instance=1", got.At(3).Entity.ID)
	require.Equal(t, "x=1", got.At(4).Entity.ID)
	require.Equal(t, "y=2", got.At(5).Dataset)
}

func FuzzOne(f *testing.F) {
	k := kit(1)
	for _, s := range k.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}

func FuzzTwo(f *testing.F) {
	k := kit(2)
	for _, s := range k.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}

// sameAsPlain checks that what is in a block of snappy is decoded as it is without, and that
// everything else is refused.
func sameAsPlain(t *testing.T, src []byte) {
	c := telemetry.Config{Policy: telemetry.Skip, Limits: telemetry.Limits{Bytes: 1 << 20}}
	var got, want telemetry.Batch
	err := NewDecoder(Config{Config: c}).Decode(&got, src)
	n, bad := snappy.DecodedLen(src)
	if bad == nil && n > 1<<20 {
		require.ErrorIs(t, err, telemetry.ErrLimit)
		return
	}
	plain, bad := snappy.Decode(nil, src)
	if bad != nil || n > 32*len(src)+64 {
		require.ErrorIs(t, err, telemetry.ErrSyntax)
		return
	}
	if other := NewDecoder(Config{Config: c, Plain: true}).Decode(&want, plain); other != nil {
		require.Equal(t, other, err)
		return
	}
	require.NoError(t, err)
	formattest.RequireRows(t, formattest.Rows(&want), formattest.Rows(&got))
	require.Equal(t, want.Findings, got.Findings)
}

func FuzzSnappy(f *testing.F) {
	f.Add(snappy.Encode(nil, one))
	f.Add(snappy.Encode(nil, bytes.Repeat(two, 30)))
	f.Fuzz(sameAsPlain)
}
