package senml

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

var packs = []string{
	`[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1276020076.001,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},{"n":"current","t":-5,"v":1.2},{"n":"current","t":0.5,"v":9007199254740993}]`,
	`[{"bn":"a/b/","n":"temp","v":23.1,"u":"Cel","ut":5},{"n":"label","vs":"Machine \"Room\" ñ"},{"n":"open","vb":false},{"n":"data","vd":"aGkgCg","ut":1.5},{"n":"e","s":3.5,"u":"W"},{"n":"w","v":-0,"s":1,"u":"W"}]`,
	`[{"n":"urn:dev:ow:1","v":1},{"n":"x","v":1e-7,"u":"unknown unit","t":1e9},{"bn":"abc","n":"def","v":2},{"v":3},{"bn":""},{"n":"2001:db8::3","vb":true},{"n":"urn:a:b:c:d","v":1}]`,
	`[{"bn":"s:","bu":"lx","bv":20,"bs":1},{"n":"a","v":1.5},{"n":"b"},{"n":"c","vs":"t"},{"n":"d","s":2,"bv":0,"bs":0}]`,
}

func kits() (out []formattest.Kit) {
	for form, f := range Formats()[:EXI] {
		k := formattest.Kit{Format: f}
		for _, p := range packs {
			var b telemetry.Batch
			if err := NewDecoder(Config{}).Decode(&b, []byte(p)); err != nil {
				panic(err)
			}
			src, _, err := Encoder{Form: Form(form)}.Append(nil, &b)
			if err != nil {
				panic(err)
			}
			k.Seeds = append(k.Seeds, src)
			if Form(form) == JSON {
				k.Seeds = append(k.Seeds, []byte(p))
			}
		}
		out = append(out, k)
	}
	out[CBOR].Seeds = append(out[CBOR].Seeds, unhex("d9d9f7 9f bf 20 01 21 7f 62 613a 61 62 ff 00 61 78 02 f9 3c00 ff bf 21 60 00 63 613a7a 02 c4 82 21 19 04d2 06 c4 82 28 1b 18a1a3b0e1f4c800 65 6c6162656c 83 01 02 a0 ff ff"))
	out[XML].Seeds = append(out[XML].Seeds, []byte("<?xml version=\"1.0\"?>\n<sensml xmlns=\"urn:ietf:params:xml:ns:senml\">\n <!-- c --><senml bn='a:' n=\"b\" v=\"+.5\" t=\"1.2e9\" vx=\"1\"><x/></senml>\n</sensml>\n"))
	return out
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestTorture(t *testing.T) {
	for _, k := range kits() {
		t.Run(k.Format.Name, k.Torture)
	}
}

func TestStream(t *testing.T) {
	for _, k := range kits() {
		t.Run(k.Format.Name, k.Stream)
	}
}

func rows(t *testing.T, c Config, src []byte) []telemetry.Observation {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(c).Decode(&b, src), "%q", src)
	formattest.Check(t, &b)
	return formattest.Rows(&b)
}

// The forms hold the same.
func TestFormsAgree(t *testing.T) {
	list := kits()
	for i := range packs {
		want := rows(t, Config{}, list[JSON].Seeds[2*i+1])
		formattest.RequireRows(t, want, rows(t, Config{}, list[JSON].Seeds[2*i]))
		formattest.RequireRows(t, want, rows(t, Config{Form: CBOR}, list[CBOR].Seeds[i]), "%x", list[CBOR].Seeds[i])
		formattest.RequireRows(t, want, rows(t, Config{Form: XML}, list[XML].Seeds[i]), "%s", list[XML].Seeds[i])
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ bn, n, entity, attribute string }{
		{"", "temp", "", "temp"},
		{"", "urn:dev:ow:10e2073a01080063", "urn:dev:ow:10e2073a01080063", ""},
		{"", "urn:dev:ow:10e2073a01080063:temp", "urn:dev:ow:10e2073a01080063", "temp"},
		{"", "a/b/temp", "a/b/", "temp"},
		{"", "a/:temp", "a/:temp", ""},
		{"", "2001:db8::3", "2001:db8::3", ""},
		{"", "a:", "a:", ""},
		{"urn:dev:ow:1", "", "urn:dev:ow:1", ""},
		{"urn:dev:ow:1:", "temp", "urn:dev:ow:1", "temp"},
		{"urn:dev:ow:1:", "3:x", "urn:dev:ow:1", "3:x"},
		{"urn:dev:ow:1", "temp", "urn:dev:ow:1temp", ""},
		{"a::", "b", "a:", "b"},
		{"a/:", "b", "a/:b", ""},
		{"a/", "b", "a/", "b"},
	} {
		src := fmt.Sprintf(`[{"bn":%q,"n":%q,"v":1}]`, c.bn, c.n)
		got := rows(t, Config{}, []byte(src))
		require.Equal(t, c.entity, got[0].Entity.ID, src)
		require.Equal(t, c.attribute, got[0].Attribute, src)
		var b telemetry.Batch
		require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte(src)))
		out, losses, err := Encoder{Resolved: true}.Append(nil, &b)
		require.NoError(t, err)
		require.Empty(t, losses)
		require.Equal(t, fmt.Sprintf(`[{"n":"%s%s","v":1}]`, c.bn, c.n), string(out), "the name has changed")
	}
	for _, bad := range []string{`{"n":"ñ","v":1}`, `{"n":":a","v":1}`, `{"n":"a b","v":1}`, `{"v":1}`, `{"n":"","v":1}`, `{"bn":"_a","n":"b","v":1}`, `{"bn":"a;","n":"b","v":1}`} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte("["+bad+"]")), telemetry.ErrName, bad)
	}
}

// What other formats have as names and values either comes back or is counted.
func TestAnyRows(t *testing.T) {
	at := time.Date(2026, 3, 29, 10, 15, 7, 123456789, time.UTC)
	ok := telemetry.Observation{Entity: telemetry.Entity{ID: "urn:x:1"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: 1.25}, Time: at}
	for name, c := range map[string]struct {
		change func(*telemetry.Observation)
		loss   telemetry.LossKind
		lossy  bool
	}{
		"same":    {change: func(o *telemetry.Observation) {}},
		"slash":   {change: func(o *telemetry.Observation) { o.Entity.ID = "a/" }},
		"no attr": {change: func(o *telemetry.Observation) { o.Attribute = "" }},
		"no id":   {change: func(o *telemetry.Observation) { o.Entity.ID = "" }},
		"digits":  {change: func(o *telemetry.Observation) { o.Value.Text = "1.25000000000000000000001" }},
		"microsec": {change: func(o *telemetry.Observation) {
			o.Time, o.Precision = at.Truncate(time.Microsecond), telemetry.Microsecond
		}},
		"text":      {change: func(o *telemetry.Observation) { o.Value = telemetry.Value{Kind: telemetry.Text, Text: "<a>&\"\r\n\t"} }},
		"type":      {func(o *telemetry.Observation) { o.Entity.Type = "T" }, telemetry.LossEntity, true},
		"split":     {func(o *telemetry.Observation) { o.Entity.ID, o.Attribute = "", "a:b" }, telemetry.LossEntity, true},
		"name":      {func(o *telemetry.Observation) { o.Attribute = "año" }, telemetry.LossName, true},
		"dataset":   {func(o *telemetry.Observation) { o.Dataset = "d" }, telemetry.LossDataset, true},
		"early":     {func(o *telemetry.Observation) { o.Time = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC) }, telemetry.LossTime, true},
		"unit":      {func(o *telemetry.Observation) { o.Unit = telemetry.UnitRef{System: telemetry.CEFACT, Given: "CEL"} }, telemetry.LossUnit, true},
		"quality":   {func(o *telemetry.Observation) { o.Quality = telemetry.Valid }, telemetry.LossQuality, true},
		"offset":    {func(o *telemetry.Observation) { o.HasOffset = true }, telemetry.LossOffset, true},
		"meta":      {func(o *telemetry.Observation) { o.Meta = `{"accuracy":1}` }, telemetry.LossMeta, true},
		"interval":  {func(o *telemetry.Observation) { o.From = at.Add(-1) }, telemetry.LossInterval, true},
		"json":      {func(o *telemetry.Observation) { o.Value = telemetry.Value{Kind: telemetry.JSON, Text: "{}"} }, telemetry.LossType, true},
		"gap":       {func(o *telemetry.Observation) { o.Value = telemetry.Value{} }, telemetry.LossRow, true},
		"deletion":  {func(o *telemetry.Observation) { o.Value = telemetry.Value{Kind: telemetry.Deleted} }, telemetry.LossDeletion, true},
		"point":     {func(o *telemetry.Observation) { o.Value = telemetry.Value{Kind: telemetry.Point} }, telemetry.LossGeometry, true},
		"nothing":   {func(o *telemetry.Observation) { o.Entity.ID, o.Attribute = "", "" }, telemetry.LossRow, true},
		"first bad": {func(o *telemetry.Observation) { o.Entity.ID = ":a" }, telemetry.LossName, true},
	} {
		for form := JSON; form < EXI; form++ {
			o := ok
			c.change(&o)
			var b, back telemetry.Batch
			require.NoError(t, b.Add(o))
			out, losses, err := Encoder{Form: form}.Append([]byte("x"), &b)
			require.NoError(t, err)
			require.NoError(t, NewDecoder(Config{Form: form}).Decode(&back, out[1:]), "%s %q", name, out)
			if c.lossy {
				require.NotZero(t, losses.Rows(c.loss), "%s: %v", name, losses)
				continue
			}
			require.Empty(t, losses, name)
			want, got := formattest.Rows(&b), formattest.Rows(&back)
			if name == "digits" && form == CBOR {
				got[0].Value.Text = want[0].Value.Text // the same number, as m × 10^e
			}
			formattest.RequireRows(t, want, got, "%s %q", name, out)
		}
	}
	out, losses, err := Encoder{Form: EXI}.Append([]byte("x"), &telemetry.Batch{})
	require.ErrorIs(t, err, telemetry.ErrUnsupported)
	require.Equal(t, "x", string(out))
	require.Nil(t, losses)
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 3, 29, 10, 15, 0, 0, time.UTC)
	c := Config{Config: telemetry.Config{Clock: func() time.Time { return now }}}
	got := rows(t, c, []byte(`[{"n":"a","v":1},{"n":"a","v":1,"t":-5.5},{"n":"a","v":1,"t":268435455.999},{"n":"a","v":1,"t":268435456},{"bt":1e9,"n":"a","v":1,"t":-1000000000},{"n":"a","v":1,"t":0.000000001}]`))
	require.True(t, got[0].Time.IsZero())
	require.Equal(t, telemetry.TimeStatic, got[0].Flags)
	require.Equal(t, now.Add(-5500*time.Millisecond), got[1].Time)
	require.Equal(t, telemetry.TimeReceived, got[1].Flags)
	require.Equal(t, now.Add(268435455999*time.Millisecond), got[2].Time)
	require.Equal(t, time.Date(1978, 7, 4, 21, 24, 16, 0, time.UTC), got[3].Time)
	require.True(t, got[4].Time.IsZero())
	require.Equal(t, time.Unix(1e9, 1).UTC(), got[5].Time)
	for src, kind := range map[string]error{
		`[{"n":"a","v":1,"t":-5}]`:                           telemetry.ErrTime, // no clock
		`[{"n":"a","v":1,"t":1e30}]`:                         telemetry.ErrTime,
		`[{"n":"a","v":1,"t":9223372036.9}]`:                 telemetry.ErrTime,
		`[{"bt":9000000000,"n":"a","v":1,"t":9000000000}]`:   telemetry.ErrTime,
		`[{"bt":-9000000000,"n":"a","v":1,"t":-9000000000}]`: telemetry.ErrTime,
		`[{"n":"a","v":1,"t":"1"}]`:                          telemetry.ErrType,
	} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(src)), kind, src)
	}
}

func TestDecimals(t *testing.T) {
	for raw, want := range map[string]int64{
		"0": 0, "-0": 0, "1": 1e9, "1.5": 15e8, "-1.25e2": -125e9, "1.276020076001e+09": 1276020076001e6, "0.0000000005": 1, "0.00000000049999": 0, "1e-400": 0,
		"9223372036.854775807": math.MaxInt64, "-9223372036.854775807": -math.MaxInt64, "1774772100.1234567891234": 1774772100123456789, "00012": 12e9, "0.000000000000000000000000000001e30": 1e9,
		"123456789012345678901234567890e-25": 12345678901235,
	} {
		got, ok := nanoseconds([]byte(raw))
		require.True(t, ok, raw)
		require.Equal(t, want, got, raw)
	}
	for _, raw := range []string{"9223372036.854775808", "1e10", "1e400", "99999999999999999999"} {
		_, ok := nanoseconds([]byte(raw))
		require.False(t, ok, raw)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		ns := r.Int64() >> r.IntN(40)
		if r.IntN(2) == 0 {
			ns = -ns
		}
		text := appendSeconds(nil, ns)
		got, ok := nanoseconds(text)
		require.True(t, ok)
		require.Equal(t, ns, got, string(text))
		// Float64s by their shortest decimal, the quick way and the exact one.
		f := float64(r.Int64N(4e15)-2e15) / 1e6
		if r.IntN(2) == 0 {
			f = math.Float64frombits(r.Uint64())
		}
		got, ok = secondsOf(f)
		want, ok2 := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', -1, 64))
		if !ok2 {
			require.False(t, ok)
			continue
		}
		want.Mul(want, big.NewRat(1e9, 1))
		w, _ := new(big.Float).SetPrec(2000).SetRat(want).Float64()
		if math.Abs(w) > 9.2e18 {
			continue
		}
		require.True(t, ok, f)
		diff := new(big.Rat).Sub(want, new(big.Rat).SetInt64(got))
		require.LessOrEqual(t, diff.Abs(diff).Cmp(big.NewRat(1, 2)), 0, "%v: %d", f, got)
	}
}

func TestRefused(t *testing.T) {
	for src, kind := range map[string]error{
		`[{"n":"a","v":1,"vs":"x"}]`:            telemetry.ErrDuplicate,
		`[{"n":"a","v":1,"v":2}]`:               telemetry.ErrDuplicate,
		`[{"n":"a"}]`:                           telemetry.ErrMissing,
		`[{"n":"a","v":true}]`:                  telemetry.ErrType,
		`[{"n":"a","v":1e400}]`:                 telemetry.ErrValue,
		`[{"n":"a","v":null}]`:                  telemetry.ErrType,
		`[{"n":"a","vb":1}]`:                    telemetry.ErrType,
		`[{"n":"a","vd":"a+b="}]`:               telemetry.ErrValue,
		`[{"n":"a","vd":"abcde"}]`:              telemetry.ErrValue,
		`[{"n":"a","v":1,"new_":0}]`:            telemetry.ErrUnsupported,
		`[{"bver":11,"n":"a","v":1}]`:           telemetry.ErrUnsupported,
		`[{"bver":0,"n":"a","v":1}]`:            telemetry.ErrValue,
		`[{"bver":5,"n":"a","v":1},{"bver":6}]`: telemetry.ErrValue,
		`[{"bver":5.5}]`:                        telemetry.ErrValue,
		`[{"bn":"a:","bt":1e300}]`:              telemetry.ErrTime,
		`[{"bv":1e308,"n":"a","v":1.7e308}]`:    telemetry.ErrValue,
		`[1]`:                                   telemetry.ErrType,
		`"x"`:                                   telemetry.ErrType,
		``:                                      telemetry.ErrSyntax,
		`[{"n":"a","v":1}`:                      telemetry.ErrSyntax,
		`[{"n":"a","v":1}] 1`:                   telemetry.ErrSyntax,
		"[{\"n\":\"a\xff\",\"v\":1}]":           telemetry.ErrUTF8,
		strings.Repeat(`[{"n":"a","x":`, 1) + strings.Repeat("[", 100): telemetry.ErrLimit,
	} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(src)), kind, src)
	}
	var b telemetry.Batch
	require.ErrorIs(t, NewDecoder(Config{Form: EXI}).Decode(&b, []byte("$EXI")), telemetry.ErrUnsupported)
	// Unknown fields are passed over.
	require.Len(t, rows(t, Config{}, []byte(`[{"n":"a","v":1,"l":"[{\"href\":1}]","x":{"v":[2]}}]`)), 1)
}

func TestPolicies(t *testing.T) {
	k := kits()
	k[JSON].Policies(t, []byte(`[{"bn":"s:","n":"a","v":1},{"n":"a","v":"1"},{"n":"b","v":2}]`), 2, 2, telemetry.ErrType)
	k[JSON].Policies(t, []byte(`[{"bn":"s:","n":"a","v":1},3,{"n":"b","v":2}]`), 2, 2, telemetry.ErrType)
	k[JSON].Policies(t, []byte("[{\"bn\":\"s:\",\"n\":\"a\",\"v\":1},{\"n\":\"a\",\"vs\":\"\xff\"},{\"n\":\"b\",\"v\":2}]"), 2, 2, telemetry.ErrUTF8)
	k[JSON].Policies(t, []byte(`[{"bn":"s:","n":"a","v":1},{"bn":7,"n":"a","v":1},{"n":"b","v":2}]`), 2, 1, telemetry.ErrType)
	k[JSON].Policies(t, []byte("[{\"bn\":\"s:\",\"n\":\"a\",\"v\":1},{\"bn\":\"\xff:\",\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2}]"), 2, 1, telemetry.ErrUTF8)
	k[JSON].Policies(t, []byte(`[{"bn":"s:","n":"a","v":1},{"n":"a","v":`), 2, 1, telemetry.ErrSyntax)
	k[CBOR].Policies(t, unhex("83 a3 21 62733a 00 6161 02 01 a2 00 6161 02 f6 a2 00 6161 02 02"), 2, 2, telemetry.ErrType)
	k[CBOR].Policies(t, unhex("83 a3 21 62733a 00 6161 02 01 a2 00 6161 02 f97e00 a2 00 6161 02 02"), 2, 2, telemetry.ErrValue)
	k[CBOR].Policies(t, unhex("83 a3 21 62733a 00 6161 02 01 a2 00 6161"), 2, 1, telemetry.ErrSyntax)
	k[XML].Policies(t, []byte(`<sensml xmlns="urn:ietf:params:xml:ns:senml"><senml n="a" v="1"/><senml n="a" v="NaN"/><senml n="a" v="2"/></sensml>`), 2, 2, telemetry.ErrType)
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Keep}}).Decode(&b, []byte(`[{"n":"a","v":"1,5"},{"n":"a","v":1e999},{"n":"a","v":{"x":1}}]`)))
	require.Equal(t, []string{"1,5", "1e999", `{"x":1}`}, []string{b.At(0).Value.Text, b.At(1).Value.Text, b.At(2).Value.Text})
	require.Len(t, b.Findings, 3)
}

func TestSums(t *testing.T) {
	got := rows(t, Config{}, []byte(packs[3]))
	text := ""
	for _, o := range got {
		text += fmt.Sprintf("%s/%s %v %s %s;", o.Attribute, o.Dataset, o.Value.Number, o.Value.Text, o.Unit.Given)
	}
	require.Equal(t, "a/ 21.5  lx;a/sum 1  s.lx;b/ 20  lx;b/sum 1  s.lx;c/ 0 t lx;d/sum 2  s.lx;", text)
}

// Numbers of CBOR that RFC 8949, appendix A, has, and more.
func TestCBORNumbers(t *testing.T) {
	for text, want := range map[string]float64{
		"00": 0, "17": 23, "1818": 24, "1903e8": 1000, "1b000000e8d4a51000": 1e12, "1bffffffffffffffff": 1 << 64, "3bffffffffffffffff": -1 << 64, "20": -1, "3863": -100,
		"c249010000000000000000": 1 << 64, "c349010000000000000000": -1<<64 - 1,
		"f90000": 0, "f98000": math.Copysign(0, -1), "f93c00": 1, "f93e00": 1.5, "f97bff": 65504, "f90001": 5.960464477539063e-8, "f90400": 0.00006103515625, "f9c400": -4,
		"fa47c35000": 100000, "fa7f7fffff": 3.4028234663852886e+38, "fb3ff199999999999a": 1.1, "fb7e37e43c8800759c": 1e300,
		"c48221196ab3": 273.15, "c5822003": 1.5, "c49f21196ab3ff": 273.15, "c482 20 c2 42 0102": 25.8, "c482 190400 01": math.Inf(1),
	} {
		c := reader{src: unhex(text), depth: 9}
		n, ok := c.number()
		require.True(t, ok, text)
		require.Equal(t, len(c.src), c.pos)
		require.Equal(t, math.Float64bits(want), math.Float64bits(n.float), "%s: %v", text, n.float)
	}
	for _, text := range []string{"f97e00", "f97c00", "f9fc00", "faff800000", "fb7ff8000000000000", "60", "f5", "c241", "c4820161", "c48361", "c4821b7fffffffffffffff01", "c25901ff" + strings.Repeat("01", 511), "1c", "1f", "c6"} {
		var b telemetry.Batch
		src := append(unhex("81a200616102"), unhex(text)...)
		require.Error(t, NewDecoder(Config{Form: CBOR}).Decode(&b, src), text)
	}
	// Every half is what float32 has.
	for h := range 1 << 16 {
		v := half(uint16(h))
		e, m := h>>10&31, h&1023
		if e > 0 && e < 31 {
			require.Equal(t, math.Float32frombits(uint32(h>>15)<<31|uint32(e+112)<<23|uint32(m)<<13), float32(v))
		}
	}
}

// Hostile lengths and nesting end at once.
func TestCBORHostile(t *testing.T) {
	for _, text := range []string{
		"9bffffffffffffffff", "9b7fffffffffffffff", "81bbffffffffffffffff", "81a1007bffffffffffffffff", "81a1007b7fffffffffffffff61", "81a1187f5bffffffffffffffff", "81a1ff", "ff", "81ff", "9f9f",
		"81a118c8" + strings.Repeat("81", 1000), "81a118c8" + strings.Repeat("9f", 1000), "81a118c8" + strings.Repeat("c1", 1000), "81a1187f7f41ff", "81a1187f7f7f61ffff", "81a1187ff818",
	} {
		var b telemetry.Batch
		require.Error(t, NewDecoder(Config{Form: CBOR}).Decode(&b, unhex(text)), text)
	}
}

func TestAllocatesNothing(t *testing.T) {
	var s strings.Builder
	s.WriteString(`[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1276020076,"bu":"Cel"}`)
	for i := range 500 {
		fmt.Fprintf(&s, `,{"n":"t%d","u":"V","t":%d.5,"v":%d.25},{"n":"t%d","t":%d,"vs":"a\"b","ut":5},{"n":"x","v":1,"s":9007199254740993}`, i%9, i, i, i%7, i)
	}
	s.WriteString(`,{"bn":"","n":"urn:dev:ow:1:temp","vd":"aGk"}]`)
	k := kits()
	k[JSON].AllocatesNothing(t, []byte(s.String()))
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte(s.String())))
	src, _, err := Encoder{Form: CBOR}.Append(nil, &b)
	require.NoError(t, err)
	k[CBOR].AllocatesNothing(t, src)
}

func FuzzJSON(f *testing.F) { fuzz(f, JSON) }
func FuzzCBOR(f *testing.F) { fuzz(f, CBOR) }
func FuzzXML(f *testing.F)  { fuzz(f, XML) }

func fuzz(f *testing.F, form Form) {
	k := kits()[form]
	for _, s := range k.Seeds {
		f.Add(s)
	}
	if form == CBOR {
		f.Add([]byte("\x81\xa2\x00da/b/\x02\xc3\x40")) // -1 as a big number
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}

// TestCutAfterRecord: a pack that is cut off behind a record keeps that record.
func TestCutAfterRecord(t *testing.T) {
	k := kits()
	for _, x := range []struct {
		form Form
		src  []byte
	}{
		{JSON, []byte(`[{"n":"a","v":1},{"n":"b","v":2}`)},
		{JSON, []byte(`[{"n":"a","v":1},{"n":"b","v":2},`)},
		{CBOR, unhex("83 a2 00 6161 02 01 a2 00 6162 02 02")},
		{CBOR, unhex("9f a2 00 6161 02 01 a2 00 6162 02 02")},
	} {
		c := k[x.form].Config
		c.Policy = telemetry.Skip
		var b telemetry.Batch
		require.NoError(t, k[x.form].Format.NewDecoder(c).Decode(&b, x.src))
		require.Equal(t, 2, b.Len(), "%v %q", x.form, x.src)
		require.Len(t, b.Findings, 1)
	}
}
