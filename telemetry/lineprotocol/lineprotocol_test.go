package lineprotocol

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

var kit = formattest.Kit{Format: Format(), Seeds: [][]byte{
	[]byte("weather,city=Lugo,id=s\\ 1,zone=a\\,b temp=21.5,n=3i,m=18446744073709551615u,ok=t,text=\"a \\\"b\\\\ \nc\" 1465839830100400200\n# comment\n\r\nm f=-0.5e3 -1\nm,b=1,a=2 f=9223372036854775807i"),
	[]byte("m\\,\\ x,k\\=\\ =v\\=1 f\\,1=\"\"\n"),
	[]byte("\n\na b=1\n\n\n\r\n\r\na b=2\n\n\n\na b=3\n\n# x\n\n\na b=4"),
	[]byte("m,id=x,dataset=a\\ b f=F 5\nm,id=x,dataset=d,b=2 f=F 5\nm,id=x a=1,b=2,a=3\n"),
}}

func TestTorture(t *testing.T) { kit.Torture(t) }

func TestStream(t *testing.T) { kit.Stream(t) }

func TestPolicies(t *testing.T) {
	kit.Policies(t, []byte("m a=1 1\nm a=x,b=2 2\n\nm a=3 3\n"), 2, 2, telemetry.ErrType)
	kit.Policies(t, []byte("m a=1 1\nm a=1 2x\nm a=3 3\n"), 2, 2, telemetry.ErrSyntax)
	kit.Policies(t, []byte("m a=1 1\nm,a=1,a=1 a=1\nm a=3 3\n"), 2, 2, telemetry.ErrDuplicate)
	kit.Policies(t, []byte("m a=1 1\nm a=1 9223372036854775808\nm a=3 3\n"), 2, 2, telemetry.ErrTime)
	kit.Policies(t, []byte("m a=1 1\nm a=1 -9223372036854775808\nm a=3 3\n"), 2, 2, telemetry.ErrTime)
}

func decode(t *testing.T, c Config, src string) []telemetry.Observation {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(c).Decode(&b, []byte(src)))
	formattest.Check(t, &b)
	return formattest.Rows(&b)
}

func TestMapping(t *testing.T) {
	for _, c := range []struct{ src, id, dataset string }{
		{"m f=1", "", ""},
		{"m,a=1,b=2 f=1", "a=1,b=2", ""},
		{"m,b=2,a=1 f=1", "a=1,b=2", ""},
		{"m,b=2,id=x,a=1 f=1", "x", "a=1,b=2"},
		{"m,id=x\\ y f=1", "x y", ""},
		{"m,dataset=a\\=b,id=x f=1", "x", "a=b"},
		{"m,dataset=d,id=x,z=1 f=1", "x", "dataset=d,z=1"},
	} {
		got := decode(t, Config{}, c.src)
		require.Equal(t, telemetry.Entity{ID: c.id, Type: "m"}, got[0].Entity, c.src)
		require.Equal(t, c.dataset, got[0].Dataset, c.src)
	}
	got := decode(t, Config{IDTag: "host"}, "m,id=x,host=h f=1")
	require.Equal(t, "h", got[0].Entity.ID)
	require.Equal(t, "id=x", got[0].Dataset)
}

// What another format may have as ids and datasets comes back as it was.
func TestAnyNames(t *testing.T) {
	names := []string{"", "urn:ngsi-ld:A:1", "a=1", "b=2,a=1", "a=1,id=2", "dataset=1", "dataset=1,z=2", "a b", "é,=", "a=", "a=1\\", "id=7", "a=1\n"}
	for _, id := range names {
		for _, set := range names {
			var b, back telemetry.Batch
			o := telemetry.Observation{Entity: telemetry.Entity{ID: id, Type: "T t"}, Attribute: "x=y", Dataset: set, Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Time: time.Unix(5, 0).UTC()}
			require.NoError(t, b.Add(o))
			out, losses, err := Encoder{}.Append(nil, &b)
			require.NoError(t, err)
			require.NoError(t, NewDecoder(Config{}).Decode(&back, out))
			if len(losses) == 0 {
				formattest.RequireRows(t, formattest.Rows(&b), formattest.Rows(&back), string(out))
			} else {
				require.True(t, id == "" || strings.ContainsAny(id+set, "\n\\"), "%q %q: %v", id, set, losses)
			}
		}
	}
}

func TestValues(t *testing.T) {
	for src, want := range map[string]telemetry.Value{
		"1": {Kind: telemetry.Number, Number: 1}, "1.": {Kind: telemetry.Number, Number: 1}, ".5": {Kind: telemetry.Number, Number: .5}, "-1e-3": {Kind: telemetry.Number, Number: -1e-3},
		"7i": {Kind: telemetry.Number, Number: 7}, "-7i": {Kind: telemetry.Number, Number: -7}, "7u": {Kind: telemetry.Number, Number: 7},
		"9007199254740993i":     {Kind: telemetry.Number, Number: 9007199254740992, Text: "9007199254740993"},
		"-9223372036854775808i": {Kind: telemetry.Number, Number: -1 << 63, Text: "-9223372036854775808"},
		"18446744073709551615u": {Kind: telemetry.Number, Number: 1 << 64, Text: "18446744073709551615"},
		"T":                     {Kind: telemetry.Bool, Number: 1}, "FALSE": {Kind: telemetry.Bool},
		`"a\"\\\n"`: {Kind: telemetry.Text, Text: "a\"\\\\n"}, `""`: {Kind: telemetry.Text},
	} {
		require.Equal(t, want, decode(t, Config{}, "m f="+src)[0].Value, src)
	}
	for _, src := range []string{"9223372036854775808i", "-1u", "1e400", "1_0i", "tRUE", "x", `"`, "", "--1", "1.5i", "nan", "-inf"} {
		var b telemetry.Batch
		require.Error(t, NewDecoder(Config{}).Decode(&b, []byte("m f="+src)), src)
	}
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Keep}}).Decode(&b, []byte("m f=x,g=1")))
	require.Equal(t, 2, b.Len())
	require.Equal(t, "x", b.At(0).Value.Text)
	require.Equal(t, telemetry.Coerced, b.At(0).Flags&telemetry.Coerced)
	require.Len(t, b.Findings, 1)
}

func TestPrecisionAndTime(t *testing.T) {
	at := time.Date(2026, 3, 29, 10, 15, 7, 123456789, time.UTC)
	clock := func() time.Time { return at }
	c := Config{Config: telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: clock}, Precision: telemetry.Minute}
	got := decode(t, c, "m f=1\nm f=1 2")
	require.Equal(t, at.Truncate(time.Minute), got[0].Time)
	require.Equal(t, telemetry.TimeReceived, got[0].Flags)
	require.Equal(t, time.Unix(120, 0).UTC(), got[1].Time)
	var b telemetry.Batch
	c.Time = telemetry.TimeRequired
	require.ErrorIs(t, NewDecoder(c).Decode(&b, []byte("m f=1")), telemetry.ErrTime)
	c.Precision = telemetry.Day
	require.ErrorIs(t, NewDecoder(c).Decode(&b, []byte("m f=1")), telemetry.ErrConfig)
	b.Reset()
	require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{Type: "m"}, Attribute: "f", Value: telemetry.Value{Kind: telemetry.Bool}, Time: time.Unix(-1, 0)}))
	out, losses, err := Encoder{Precision: telemetry.Hour}.Append([]byte("x"), &b)
	require.NoError(t, err)
	require.Equal(t, "xm f=false -1\n", string(out))
	require.Equal(t, 1, losses.Rows(telemetry.LossPrecision))
}

func TestDuplicateField(t *testing.T) {
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte("m a=1,b=2,a=\"x\" 9")))
	require.Equal(t, 2, b.Len())
	require.Equal(t, telemetry.Value{Kind: telemetry.Text, Text: "x"}, b.At(0).Value)
	require.Len(t, b.Findings, 1)
	require.Equal(t, telemetry.ErrDuplicate, b.Findings[0].Kind)
	// A million fields take no quadratic time.
	var s strings.Builder
	s.WriteString("m ")
	for i := range 300_000 {
		fmt.Fprintf(&s, "f%d=1,", i)
	}
	s.WriteString("f0=2")
	b.Reset()
	require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte(s.String())))
	require.Equal(t, 300_000, b.Len())
}

func TestLimits(t *testing.T) {
	l := telemetry.Limits{Rows: 2, Text: 3, Name: 4, Bytes: 100, Entries: 2}
	for src, rows := range map[string]bool{
		"m a=1,b=2\nm a=1": true, `m a="abcd"`: false, "mmmmm a=1": false, "m aaaaa=1": false, "m " + strings.Repeat("a=1,", 30): true, "m a=1,b=2,c=3": true,
	} {
		for _, p := range []telemetry.Policy{telemetry.Stop, telemetry.Skip} {
			var b telemetry.Batch
			err := NewDecoder(Config{Config: telemetry.Config{Limits: l, Policy: p}}).Decode(&b, []byte(src))
			if p == telemetry.Stop || rows {
				require.ErrorIs(t, err, telemetry.ErrLimit, src)
			} else {
				require.NoError(t, err)
				require.Len(t, b.Findings, 1)
			}
			require.Zero(t, b.Len())
		}
	}
}

// A decoder may meet batches in turn, or one that was made anew at the same place.
func TestOtherBatch(t *testing.T) {
	d := NewDecoder(Config{})
	var b, other telemetry.Batch
	require.NoError(t, d.Decode(&b, []byte("m,id=1 a=1,b=2\n")))
	require.NoError(t, d.Decode(&other, []byte("n,id=9 z=1\nm,id=1 a=1,b=2\n")))
	b = telemetry.Batch{}
	require.NoError(t, d.Decode(&b, []byte("x,id=9 b=1\nm,id=1 a=1,b=2\n")))
	require.Equal(t, formattest.Text(formattest.Rows(&b))[len(formattest.Text(formattest.Rows(&b)[:1])):], formattest.Text(formattest.Rows(&other)[1:]))
}

func TestAllocatesNothing(t *testing.T) {
	var s strings.Builder
	for i := range 500 {
		fmt.Fprintf(&s, "weather,id=s%d,zone=a\\ b temp=%d.5,hum=%di,ok=t,name=\"a\\\"b\",big=9007199254740993i %d\n", i%97, i, i, i)
	}
	kit.AllocatesNothing(t, []byte(s.String()))
}

func TestSplitLikeDecode(t *testing.T) {
	src := "m a=\"x\ny\",b=\"\\\"\n\" 1\n# \"\nm\\ \\,,t=\"\\= a\\\"=1\nm a=1"
	s := bufio.NewScanner(strings.NewReader(src))
	s.Split(Format().Split())
	var got []string
	for s.Scan() {
		got = append(got, s.Text())
	}
	require.Equal(t, []string{"m a=\"x\ny\",b=\"\\\"\n\" 1\n", "# \"\n", "m\\ \\,,t=\"\\= a\\\"=1\n", "m a=1"}, got)
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range kit.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { kit.RoundTrip(t, src) })
}
