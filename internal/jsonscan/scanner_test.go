package jsonscan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// check reads all of src and compares it with what encoding/json makes of it.
func check(t *testing.T, src []byte) {
	t.Helper()
	s := Scanner{MaxDepth: 2000}
	s.Reset(src)
	raw, _ := s.Skip()
	err := s.End()
	valid := json.Valid(src)
	if err != nil {
		require.NotEmpty(t, err.Msg)
		require.LessOrEqual(t, err.Offset, len(src))
		switch err.Code {
		case UTF8, Surrogate, Duplicate, Depth:
			// What encoding/json takes; an error after it is another matter.
		default:
			require.False(t, valid, "%q: %v", src, err)
		}
		return
	}
	require.True(t, valid, "%q", src)
	require.Equal(t, string(bytes.Trim(src, " \t\r\n")), string(raw))
	require.True(t, utf8.Valid(src))

	var want any
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	require.NoError(t, d.Decode(&want))
	s.Reset(src)
	got := build(&s)
	if e := s.End(); e != nil {
		require.Equal(t, Range, e.Code, "%q", src)
		return
	}
	require.Equal(t, want, got)
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, src))
	require.Equal(t, compact.String(), string(AppendCompact(nil, src)))
}

// build makes of the next value what encoding/json makes of it with UseNumber.
func build(s *Scanner) any {
	switch s.Kind() {
	case Object:
		s.Object()
		m := map[string]any{}
		for k, ok := s.Key(); ok; k, ok = s.Key() {
			name := string(k)
			m[name] = build(s)
		}
		return m
	case Array:
		s.Array()
		l := []any{}
		for s.More() {
			l = append(l, build(s))
		}
		return l
	case String:
		v, _ := s.Text()
		return string(v)
	case Num:
		n, ok := s.Number()
		if f, err := strconv.ParseFloat(string(n.Raw), 64); ok && (err != nil || math.Float64bits(f) != math.Float64bits(n.Value)) {
			return fmt.Errorf("%s: %v, strconv %v", n.Raw, n.Value, f)
		}
		if ok && n.Exact() {
			a, okA := decimalOf(string(n.Raw))
			b, okB := decimalOf(string(AppendNumber(nil, n.Value)))
			if okA && okB && a != b {
				return fmt.Errorf("%s is not %s", n.Raw, AppendNumber(nil, n.Value))
			}
		}
		return json.Number(n.Raw)
	case Bool:
		v, _ := s.Bool()
		return v
	default:
		s.Null()
		return nil
	}
}

// decimalOf is a number as digits and exponent, by text alone.
func decimalOf(s string) (string, bool) {
	s, exp, _ := strings.Cut(strings.ToLower(s), "e")
	e := 0
	if exp != "" {
		var err error
		if e, err = strconv.Atoi(exp); err != nil {
			return "", false
		}
	}
	sign := strings.HasPrefix(s, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := strings.TrimLeft(whole+frac, "0")
	e -= len(frac)
	cut := strings.TrimRight(digits, "0")
	e += len(digits) - len(cut)
	if cut == "" {
		e = 0
	}
	return fmt.Sprint(sign, cut, e), true
}

var texts = []string{
	``, ` `, `{}`, `[]`, ` [ ] `, `{"a":1}`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `[1 2]`, `{"a":1 "b":2}`,
	`null`, `nul`, `nulll`, `true`, `tru`, `false`, `falsy`, `1`, `-`, `-0`, `01`, `1.`, `.5`, `1e`, `1e+`, `1E5`, `1e400`, `-1e400`, `1e-400`,
	`123456789012345678901234567890`, `9007199254740993`, `0.1`, `1.5e300`, `123456789.123456789`, `0.30000000000000004`, `5e-324`, `2.2250738585072014e-308`,
	`"a"`, `"a`, `"\u0041"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\u12"`, `"\x"`, "\"\x01\"", "\"\xff\"", "\"ñ€😀\"", "\"\xed\xa0\x80\"", "\"\xc3\"", "\"abcdefgh\xc3",
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"a":1},"b":{"a":2}}`, `[{"a":1},{"a":1}]`,
	"\ufeff{}", `{} {}`, `[1]]`, "1\n", "{\n        \"a\"\n:\n[\n 1\n,\n2]}", `{"":""}`, "[\x001]", `[1,2,{"x":[true,false,null]}]`,
	`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"c":14,"a":15}`,
}

func TestLikeEncodingJSON(t *testing.T) {
	for _, src := range texts {
		check(t, []byte(src))
		for i := range src {
			check(t, []byte(src[:i]))
		}
	}
}

func FuzzLikeEncodingJSON(f *testing.F) {
	for _, src := range texts {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) { check(t, src) })
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		src     string
		code    Code
		offset  int
		pointer string
	}{
		{"\ufeff{}", Syntax, 0, ""},
		{`{"a":1,"b":[1,2,{"c/d":tru}]}`, Syntax, 26, "/b/2/c~1d"},
		{`{"a":1,"b":[1,2,{"c":1}`, Truncated, 23, "/b/2"},
		{`{"a":1,"b":2,"a":3}`, Duplicate, 13, ""},
		{`{"a":"x` + "\xff" + `"}`, UTF8, 7, "/a"},
		{`{"a":"\ud800"}`, Surrogate, 6, "/a"},
		{`[1] 2`, Trailing, 4, ""},
		{"[\"a\nb\"]", Syntax, 3, "/0"},
		{`[` + strings.Repeat("[", 64), Depth, 64, ""},
	} {
		var s Scanner
		s.Reset([]byte(c.src))
		s.Skip()
		err := s.End()
		require.NotNil(t, err, c.src)
		require.Equal(t, c.code, err.Code, "%s: %v", c.src, err)
		require.Equal(t, c.offset, err.Offset, "%s: %v", c.src, err)
		if c.code != Depth {
			require.Equal(t, c.pointer, err.Pointer, c.src)
		}
	}
	var s Scanner
	s.Reset([]byte(`[1e400]`))
	s.Array()
	s.More()
	_, ok := s.Number()
	require.False(t, ok)
	require.Equal(t, Range, s.End().Code)
	require.False(t, s.More())
}

// Ten thousand keys with one prefix and the same key at both ends take no quadratic time.
func TestManyKeys(t *testing.T) {
	var b []byte
	b = append(b, `{"kkkkkkkkkk0":0`...)
	for i := 1; i < 200_000; i++ {
		b = fmt.Appendf(b, `,"kkkkkkkkkk%d":%d`, i, i)
	}
	var s Scanner
	s.Reset(append(slices.Clone(b), '}'))
	s.Skip()
	require.Nil(t, s.End())
	s.Reset(append(slices.Clone(b), `,"kkkkkkkkkk7":1}`...))
	s.Skip()
	require.Equal(t, Duplicate, s.End().Code)
	require.Equal(t, len(b)+1, s.Err().Offset)
}

func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		var text string
		switch r.IntN(4) {
		case 0:
			text = strconv.FormatFloat(math.Float64frombits(r.Uint64()), 'g', 1+r.IntN(20), 64)
		case 1:
			text = strconv.FormatFloat(float64(r.IntN(1e9))/1e6, 'f', -1, 64)
		case 2:
			text = fmt.Sprintf("%d.%0*d", r.Uint64()>>r.IntN(64), 1+r.IntN(18), r.IntN(1e9))
		default:
			text = fmt.Sprintf("%de%d", r.Uint64()>>r.IntN(64), r.IntN(680)-340)
		}
		if strings.ContainsAny(text, "NI") {
			continue
		}
		text = strings.Replace(text, "e+0", "e+", 1)
		var s Scanner
		s.Reset([]byte(text))
		got := build(&s)
		if e := s.End(); e != nil {
			_, err := strconv.ParseFloat(text, 64)
			require.Error(t, err, text)
			continue
		}
		require.Equal(t, json.Number(text), got)
	}
}

func TestParseNumber(t *testing.T) {
	for text, ok := range map[string]bool{"1": true, "-1.5e3": true, "": false, "-": false, "1x": false, " 1": false, "1 ": false, "01": false, "1e400": false, "NaN": false} {
		n, got := ParseNumber([]byte(text))
		require.Equal(t, ok, got, text)
		if ok {
			want, _ := strconv.ParseFloat(text, 64)
			require.Equal(t, want, n.Value)
		}
	}
	var s Scanner
	s.Reset([]byte("[-1e400, 1]"))
	s.Array()
	s.More()
	n, ok := s.NumberOrInf()
	require.True(t, ok && math.IsInf(n.Value, -1))
	s.More()
	s.Number()
	require.False(t, s.More())
	require.Nil(t, s.End())
}

func TestExact(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "-0": true, "0.1": true, "1.50": true, "9007199254740992": true, "9007199254740993": false, "41.385063912345678": false,
		"0.30000000000000004": true, "1e-400": false, "123456789012345680000": true, "100000000000000000000": true, "0.1000000000000000055511151231257827": false,
	} {
		var s Scanner
		s.Reset([]byte(text))
		n, ok := s.Number()
		require.True(t, ok)
		require.Equal(t, want, n.Exact(), text)
	}
}

// After an error the rest of an array can be read.
func TestLeap(t *testing.T) {
	for bad, next := range map[string]bool{`{"a":tru,"b":["]"]}`: true, `{"a":1,"a":1}`: true, "\"\xff\"": true, `01`: true, `{"a":"\ud800"}`: true, `{"a":[1`: false, `"x`: false} {
		var s Scanner
		s.Reset([]byte(`[1, ` + bad + `, 3]`))
		require.True(t, s.Array() && s.More())
		s.Skip()
		require.True(t, s.More())
		m := s.Mark()
		s.Skip()
		s.More()
		require.NotNil(t, s.Err(), bad)
		require.Equal(t, next, s.Leap(m), bad)
		require.Equal(t, next, s.More(), bad)
		if next {
			n, _ := s.Number()
			require.Equal(t, 3.0, n.Value)
			require.False(t, s.More())
			require.Nil(t, s.End())
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "a\"b\\c\n\x00\x1f\x7f", "ñ€😀", "\xff", "abcdefgh\"", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := AppendString(nil, text)
		var got string
		require.NoError(t, json.Unmarshal(out, &got))
		require.Equal(t, strings.ToValidUTF8(got, "\ufffd"), got)
		if utf8.ValidString(text) {
			require.Equal(t, text, got)
			var s Scanner
			s.Reset(out)
			own, ok := s.Text()
			require.True(t, ok)
			require.Equal(t, text, string(own))
		}
		require.Equal(t, out, AppendString(nil, []byte(text)))
	})
}

func FuzzAppendNumber(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, 1e15, 1e21, 1e-7, 5e-324, 0.1, 123456.789, math.MaxFloat64} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		want, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, string(want), string(AppendNumber(nil, v)))
	})
}

// chunks is a reader that gives n bytes at a time.
type chunks struct {
	data []byte
	n    int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.n)], c.data)
	c.data = c.data[n:]
	return n, nil
}

func splitAll(src string, n int) (out []string, err error) {
	sc := bufio.NewScanner(&chunks{[]byte(src), n})
	sc.Split(Split())
	for sc.Scan() {
		out = append(out, sc.Text())
	}
	return out, sc.Err()
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
		bad  bool
	}{
		{``, nil, false},
		{" \n ", nil, false},
		{`{"a":1}`, []string{`{"a":1}`}, false},
		{`[{"a":"]},"},[1,2], 3 ,"x\"y"]`, []string{`{"a":"]},"}`, `[1,2]`, `3`, `"x\"y"`}, false},
		{"{\"a\":1}\n{\"b\":2}{\"c\":3}\r\n", []string{`{"a":1}`, `{"b":2}`, `{"c":3}`}, false},
		{"[{\"a\":1}]\n[{\"b\":2},{}]", []string{`{"a":1}`, `{"b":2}`, `{}`}, false},
		{"\x1e{\"a\":1}\n\x1e{\"b\":\"ñññññññññ\"}\n", []string{`{"a":1}`, `{"b":"ñññññññññ"}`}, false},
		{`1 2 true"x"`, []string{`1`, `2`, `true`, `"x"`}, false},
		{`[]`, nil, false},
		{`{"a":`, []string{`{"a":`}, false},
		{`[1`, []string{`1`}, true},
		{`[1,`, []string{`1`}, true},
		{`[1 2]`, []string{`1`}, true},
		{`[{} {}]`, []string{`{}`}, true},
		{`]`, nil, true},
		{`{},{}`, []string{`{}`}, true},
		{`[,1]`, nil, true},
	} {
		for n := 1; n <= len(c.src)+1; n++ {
			got, err := splitAll(c.src, n)
			require.Equal(t, c.want, got, "%q by %d", c.src, n)
			require.Equal(t, c.bad, err != nil, "%q by %d: %v", c.src, n, err)
			var e *Error
			require.True(t, err == nil || errors.As(err, &e))
		}
	}
}

// A stream cut at any place gives the same values, those of encoding/json.
func FuzzSplit(f *testing.F) {
	for _, src := range texts {
		f.Add(src, 3)
	}
	f.Fuzz(func(t *testing.T, src string, n int) {
		whole, err := splitAll(src, len(src)+1)
		if n > 0 {
			got, err2 := splitAll(src, n)
			require.Equal(t, whole, got)
			require.Equal(t, err == nil, err2 == nil)
		}
		if json.Valid([]byte(src)) {
			require.NoError(t, err)
			var list []json.RawMessage
			if json.Unmarshal([]byte(src), &list) != nil || list == nil {
				list = []json.RawMessage{json.RawMessage(strings.Trim(src, " \t\r\n"))}
			}
			require.Len(t, whole, len(list))
			for i := range list {
				require.Equal(t, string(list[i]), whole[i])
			}
		}
	})
}

func TestAllocatesNothing(t *testing.T) {
	src := []byte(`[{"id":"urn:x","añ\u00f1":{"type":"Property","value":41.385063912345678,"x":[1,2,{"y":"\n"}]}},{"b":null,"c":true}]`)
	var s Scanner
	run := func() {
		s.Reset(src)
		s.Skip()
		if s.End() != nil {
			t.Fatal(s.Err())
		}
	}
	run()
	require.Zero(t, testing.AllocsPerRun(100, run))
}

func BenchmarkSkip(b *testing.B) {
	var src []byte
	src = append(src, '[')
	for i := range 1000 {
		src = fmt.Appendf(src, `{"id":"urn:ngsi-ld:AirQualityObserved:%d","type":"AirQualityObserved","NO2":{"type":"Property","value":%v,"unitCode":"GQ","observedAt":"2026-03-29T10:%02d:00Z"}},`, i, float64(i)/8, i%60)
	}
	src[len(src)-1] = ']'
	b.Run("jsonscan", func(b *testing.B) {
		var s Scanner
		b.SetBytes(int64(len(src)))
		b.ReportAllocs()
		for b.Loop() {
			s.Reset(src)
			s.Skip()
			if s.End() != nil {
				b.Fatal(s.Err())
			}
		}
	})
	b.Run("json.Valid", func(b *testing.B) {
		b.SetBytes(int64(len(src)))
		for b.Loop() {
			if !json.Valid(src) {
				b.Fatal()
			}
		}
	})
}
