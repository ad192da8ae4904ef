package instant

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func Example() {
	t, problem := Parse([]byte("2026-03-29T10:15:00,25+02:00"))
	fmt.Println(t.NS, t.Offset, t.Precision == Millisecond, problem)
	fmt.Println(string(Append(nil, t)))
	_, problem = Parse([]byte("2026-02-29T10:15:00Z"))
	fmt.Println(problem)
	// Output:
	// 1774772100250000000 120 true right
	// 2026-03-29T10:15:00.250+02:00
	// a day or hour that does not exist
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text    string
		want    string // RFC 3339 in UTC; "" with a problem
		offset  int16
		prec    Precision
		flags   Flags
		problem Problem
	}{
		{text: "2026-03-29T10:15:00Z", want: "2026-03-29T10:15:00Z", prec: Second},
		{text: "2026-03-29T10:15:00.5Z", want: "2026-03-29T10:15:00.5Z", prec: Millisecond},
		{text: "2026-03-29T10:15:00.123456Z", want: "2026-03-29T10:15:00.123456Z", prec: Microsecond},
		{text: "2026-03-29T10:15:00.123456789012Z", want: "2026-03-29T10:15:00.123456789Z", prec: Nanosecond, flags: Cut},
		{text: "2026-03-29T10:15:00.123456789000Z", want: "2026-03-29T10:15:00.123456789Z", prec: Nanosecond},
		{text: "2026-03-29 10:15:00,5z", want: "2026-03-29T10:15:00.5Z", prec: Millisecond},
		{text: "2026-03-29t10:15:00+14:00", want: "2026-03-28T20:15:00Z", offset: 840, prec: Second},
		{text: "2026-03-29T10:15:00-0330", want: "2026-03-29T13:45:00Z", offset: -210, prec: Second},
		{text: "2026-03-29T10:15:00+02", want: "2026-03-29T08:15:00Z", offset: 120, prec: Second},
		{text: "2026-03-29T10:15Z", want: "2026-03-29T10:15:00Z", prec: Minute},
		{text: "2026-03-29", want: "2026-03-29T00:00:00Z", offset: NoOffset, prec: Day},
		{text: "2026-03-29T10:15:00", want: "2026-03-29T10:15:00Z", offset: NoOffset, prec: Second},
		{text: "20260329T101500Z", want: "2026-03-29T10:15:00Z", prec: Second},
		{text: "20260329T1015+0200", want: "2026-03-29T08:15:00Z", offset: 120, prec: Minute},
		{text: "20260329", want: "2026-03-29T00:00:00Z", offset: NoOffset, prec: Day},
		{text: "2026-03-29T24:00:00Z", want: "2026-03-30T00:00:00Z", prec: Second},
		{text: "2016-12-31T23:59:60Z", want: "2017-01-01T00:00:00Z", prec: Second, flags: Leap},
		{text: "2017-01-01T00:59:60+01:00", want: "2017-01-01T00:00:00Z", offset: 60, prec: Second, flags: Leap},
		{text: "2024-02-29T00:00:00Z", want: "2024-02-29T00:00:00Z", prec: Second},
		{text: "1677-09-21T00:12:43.145224193Z", want: "1677-09-21T00:12:43.145224193Z"},
		{text: "2262-04-11T23:47:16.854775807Z", want: "2262-04-11T23:47:16.854775807Z"},
		{text: "2262-04-11T23:47:16.854775808Z", problem: Range},
		{text: "1677-09-21T00:12:43.145224191Z", problem: Range},
		{text: "0000-01-01T00:00:00Z", problem: Range},
		{text: "9999-12-31T23:59:59Z", problem: Range},
		{text: "2026-02-29T00:00:00Z", problem: Field},
		{text: "1900-02-29T00:00:00Z", problem: Field},
		{text: "2026-13-01T00:00:00Z", problem: Field},
		{text: "2026-00-01T00:00:00Z", problem: Field},
		{text: "2026-01-00T00:00:00Z", problem: Field},
		{text: "2026-01-01T24:00:01Z", problem: Field},
		{text: "2026-01-01T25:00:00Z", problem: Field},
		{text: "2026-01-01T23:60:00Z", problem: Field},
		{text: "2026-01-01T12:59:60Z", problem: Field},
		{text: "2026-01-01T12:59:61Z", problem: Field},
		{text: "2026-01-01T12:00:00+24:00", problem: Field},
		{text: "2026-01-01T12:00:00+01:60", problem: Field},
		{text: "", problem: Syntax}, {text: "2026", problem: Syntax}, {text: "2026-03", problem: Syntax}, {text: "2026-1-1", problem: Syntax},
		{text: "2026-03-29T", problem: Syntax}, {text: "2026-03-29T10", problem: Syntax}, {text: "2026-03-29T10:15:00.Z", problem: Syntax},
		{text: "2026-03-29T10:15:00Zx", problem: Syntax}, {text: "2026-03-29T10:15:00+", problem: Syntax}, {text: "2026-03-29T10:15:00+1", problem: Syntax},
		{text: "2026/03/29T10:15:00Z", problem: Syntax}, {text: "2026-03-29Z10:15:00Z", problem: Syntax}, {text: "2026-03-29T10.15.00Z", problem: Syntax},
		{text: "+2026-03-29T10:15:00Z", problem: Syntax}, {text: "2026-03-29T10:15:00 Z", problem: Syntax}, {text: " 2026-03-29T10:15:00Z", problem: Syntax},
	} {
		got, problem := Parse([]byte(c.text))
		require.Equal(t, c.problem, problem, c.text)
		if problem != 0 {
			require.Zero(t, got)
			continue
		}
		require.Equal(t, c.want, time.Unix(0, got.NS).UTC().Format(time.RFC3339Nano), c.text)
		require.Equal(t, Time{got.NS, c.offset, c.prec, c.flags}, got, c.text)
	}
}

// What time.Parse takes as RFC 3339, with the same instant and offset, Parse takes; and the other
// way round but for what the package's doc adds.
func against(t *testing.T, text string) {
	t.Helper()
	got, problem := Parse([]byte(text))
	want, err := time.Parse(time.RFC3339Nano, text)
	if err == nil {
		if want.Before(time.Unix(0, math.MinInt64+1)) || want.After(time.Unix(0, math.MaxInt64)) {
			require.Equal(t, Range, problem, text)
			return
		}
		_, off := want.Zone()
		require.Zero(t, problem, text)
		require.Equal(t, want.UnixNano(), got.NS, text)
		require.Equal(t, off/60, int(got.Offset), text)
	}
	if problem != 0 {
		return
	}
	// What Append writes, both read as the same.
	out := Append(nil, got)
	again, problem := Parse(out)
	require.Zero(t, problem, "%s: %s", text, out)
	require.Equal(t, got.NS, again.NS, "%s: %s", text, out)
	require.Equal(t, got.Offset, again.Offset)
	if got.Offset == NoOffset {
		return
	}
	want, err = time.Parse(time.RFC3339Nano, string(out))
	require.NoError(t, err)
	require.Equal(t, want.UnixNano(), got.NS)
}

func FuzzAgainstTime(f *testing.F) {
	for _, s := range []string{"2026-03-29T10:15:00Z", "2026-03-29T10:15:00.123+02:00", "2026-03-29", "20260329T101500,5Z", "2016-12-31T23:59:60Z", "2026-03-29T24:00:00Z", "0000-02-29T00:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "T") && len(s) > 12 && s[12] == ':' {
			return // time.Parse takes an hour of one digit
		}
		if strings.HasSuffix(s, ":60") || len(s) > 6 && s[len(s)-5:len(s)-3] == "24" {
			return // and offsets of 24 hours, or 60 minutes
		}
		against(t, s)
	})
}

func TestAgainstTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		ns := r.Int64()>>r.IntN(3) - r.Int64()>>1
		off := (r.IntN(48*60) - 24*60) / (1 + r.IntN(60)) * 60 % 86_340
		at := time.Unix(0, ns).In(time.FixedZone("", off))
		for _, layout := range []string{time.RFC3339Nano, time.RFC3339, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05.000000Z07:00"} {
			against(t, at.Format(layout))
		}
	}
	for y := 1; y < 3000; y++ {
		for _, md := range []string{"02-28", "02-29", "03-01", "12-31", "01-01"} {
			text := fmt.Sprintf("%04d-%s", y, md)
			want, err := time.Parse(time.DateOnly, text)
			day, ok := fixedDate([]byte(text))
			require.Equal(t, err == nil, ok, text)
			if ok {
				require.Equal(t, want.Unix()/86400, day, text)
				gy, gm, gd := civil(day)
				require.Equal(t, text, fmt.Sprintf("%04d-%02d-%02d", gy, gm, gd))
			}
		}
	}
}

func TestFastPathIsTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		p := []byte("2026-03-29T10:15:00.250Z")
		if r.IntN(2) == 0 {
			p = []byte("2262-04-11T23:47:16Z")
		}
		for range r.IntN(4) {
			p[r.IntN(len(p))] = "0123456789-:TZ. /;"[r.IntN(18)]
		}
		a, pa := Parse(p)
		b, pb := parseAny(p)
		require.Equal(t, pb, pa, string(p))
		require.Equal(t, b, a, string(p))
	}
}

func TestInZone(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Skip("no zone database: " + err.Error())
	}
	for _, c := range []struct {
		civil, want string
		how         Civil
	}{
		{"2026-01-15T12:00:00", "2026-01-15T12:00:00+01:00", Once},
		{"2026-07-15T12:00:00", "2026-07-15T12:00:00+02:00", Once},
		{"2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00", Once},
		{"2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00", Never},
		{"2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00", Once},
		{"2026-10-25T01:59:59", "2026-10-25T01:59:59+02:00", Once},
		{"2026-10-25T02:00:00", "2026-10-25T02:00:00+02:00", Twice},
		{"2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00", Once},
		{"2026-10-25T12:00:00Z", "2026-10-25T12:00:00Z", Once},
	} {
		p, problem := Parse([]byte(c.civil))
		require.Zero(t, problem)
		got, how := InZone(p, madrid)
		require.Equal(t, c.how, how, c.civil)
		require.Equal(t, c.want, string(Append(nil, got)), c.civil)
	}
	for _, ns := range []int64{math.MinInt64, math.MaxInt64} {
		InZone(Time{NS: ns, Offset: NoOffset}, madrid)
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte("2026-03-29T10:15:00Z")
	b.Run("instant", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Parse(text)
		}
	})
	b.Run("time.Parse", func(b *testing.B) {
		for b.Loop() {
			time.Parse(time.RFC3339, string(text))
		}
	})
}

func TestBetween(t *testing.T) {
	at := func(ns int64) time.Time { return time.Unix(0, ns) }
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to    time.Time
		first, last int64
	}{
		{time.Time{}, time.Time{}, math.MinInt64 + 1, math.MaxInt64},
		{at(5), at(9), 5, 8},
		{at(5), at(5), 5, 4},
		{year(1600), year(2300), math.MinInt64 + 1, math.MaxInt64},
		{year(2300), time.Time{}, math.MaxInt64, math.MinInt64},
		{time.Time{}, year(1600), math.MaxInt64, math.MinInt64},
		{at(math.MinInt64 + 1), at(math.MaxInt64), math.MinInt64 + 1, math.MaxInt64 - 1},
	} {
		first, last := Between(c.from, c.to)
		if first != c.first || last != c.last {
			t.Errorf("Between(%v, %v) is %d, %d, want %d, %d", c.from, c.to, first, last, c.first, c.last)
		}
	}
}
