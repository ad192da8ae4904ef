package period

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// good lists each accepted spelling with its canonical and its SDMX form.
var good = []struct{ in, want, sdmx string }{
	{"2024", "2024", "2024"},
	{"0001", "0001", "0001"},
	{"9999", "9999", "9999"},
	{"2024-A1", "2024", "2024"},
	{"2024A1", "2024", "2024"},
	{"2024-01-01/P1Y", "2024", "2024"},
	{"2024-01-01T00:00:00/P1Y", "2024", "2024"},
	{"2024-S1", "2024-S1", "2024-S1"},
	{"2024S2", "2024-S2", "2024-S2"},
	{"2024-Q3", "2024-Q3", "2024-Q3"},
	{"2024Q4", "2024-Q4", "2024-Q4"},
	{"2024-03", "2024-03", "2024-M03"},
	{"2024-M03", "2024-03", "2024-M03"},
	{"2024M12", "2024-12", "2024-M12"},
	{"2024-03-01/P1M", "2024-03", "2024-M03"},
	{"2024-W07", "2024-W07", "2024-W07"},
	{"2020-W53", "2020-W53", "2020-W53"},
	{"2024W01", "2024-W01", "2024-W01"},
	{"2024-02-12/P1W", "2024-W07", "2024-W07"},
	{"9999-W52", "9999-W52", "9999-W52"},
	{"2024-03-31", "2024-03-31", "2024-03-31"},
	{"2024-02-29", "2024-02-29", "2024-02-29"},
	{"2024-D091", "2024-03-31", "2024-03-31"},
	{"2024-D366", "2024-12-31", "2024-12-31"},
	{"2024-W13-7", "2024-03-31", "2024-03-31"},
	{"2025-W01-1", "2024-12-30", "2024-12-30"},
	{"2024-03-31/P1D", "2024-03-31", "2024-03-31"},
	{"2024-D091/P7D", "P7D/2024-04-06", "2024-03-31/P7D"},
	{"2024-03-31T04", "2024-03-31T04", "2024-03-31T04:00:00"},
	{"2024-03-31T04:00", "2024-03-31T04", "2024-03-31T04:00:00"},
	{"2024-03-31T04:00:00", "2024-03-31T04", "2024-03-31T04:00:00"},
	{"2024-03-31T00:00:00", "2024-03-31T00", "2024-03-31T00:00:00"},
	{"2024-03-31T04Z", "2024-03-31T04Z", "2024-03-31T04:00:00Z"},
	{"2024-03-31T04+00:00", "2024-03-31T04Z", "2024-03-31T04:00:00Z"},
	{"2024-03-31T04+02", "2024-03-31T04+02:00", "2024-03-31T04:00:00+02:00"},
	{"2024-03-31T04-09:30", "2024-03-31T04-09:30", "2024-03-31T04:00:00-09:30"},
	{"1900-03-31T04-00:14:44", "1900-03-31T04-00:14:44", "1900-03-31T04:00:00-00:14:44"},
	{"2024-03-31T04:00:00+23:59:59", "2024-03-31T04+23:59:59", "2024-03-31T04:00:00+23:59:59"},
	{"2024-03-31T04:00:00Z/PT1H", "2024-03-31T04Z", "2024-03-31T04:00:00Z"},
	{"2023/2024", "2023/2024", "2023-09-01/P1Y"},
	{"9998/9999", "9998/9999", "9998-09-01/P1Y"},
	{"2023-09-01/P1Y", "2023/2024", "2023-09-01/P1Y"},
	{"P12M/2024-03", "P12M/2024-03", "2023-04-01/P12M"},
	{"P1Y/2024-03", "P12M/2024-03", "2023-04-01/P12M"},
	{"2023-04-01/P1Y", "P12M/2024-03", "2023-04-01/P12M"},
	{"2023-04-01/P12M", "P12M/2024-03", "2023-04-01/P12M"},
	{"2023-09-01/P12M", "P12M/2024-08", "2023-09-01/P12M"},
	{"2024-01-01/P3M", "P3M/2024-03", "2024-01-01/P3M"},
	{"P1M/2024-03", "2024-03", "2024-M03"},
	{"P012M/2024-03", "P12M/2024-03", "2023-04-01/P12M"},
	{"P3Y/2024", "P3Y/2024", "2022-01-01/P3Y"},
	{"P36M/2024", "P3Y/2024", "2022-01-01/P3Y"},
	{"2022-01-01/P3Y", "P3Y/2024", "2022-01-01/P3Y"},
	{"P12M/2024-Q1", "P12M/2024-Q1", "2023-04-01/P12M"},
	{"P2Y/2024-S2", "P24M/2024-S2", "2023-01-01/P24M"},
	{"P4W/2024-W07", "P4W/2024-W07", "2024-01-22/P28D"},
	{"P28D/2024-W07", "P4W/2024-W07", "2024-01-22/P28D"},
	{"2024-01-22/P4W", "P4W/2024-W07", "2024-01-22/P28D"},
	{"P7D/2024-03-31", "P7D/2024-03-31", "2024-03-25/P7D"},
	{"P1W/2024-03-31", "P7D/2024-03-31", "2024-03-25/P7D"},
	{"PT24H/2024-03-31T04", "PT24H/2024-03-31T04", "2024-03-30T05:00:00/PT24H"},
	{"PT24H/2024-03-31T04+02:00", "PT24H/2024-03-31T04+02:00", "2024-03-30T05:00:00+02:00/PT24H"},
	{"2024-03-31T00/PT24H", "PT24H/2024-03-31T23", "2024-03-31T00:00:00/PT24H"},
	{"PT32767H/2024-03-31T04+02:00:01", "PT32767H/2024-03-31T04+02:00:01", "2020-07-04T22:00:00+02:00:01/PT32767H"},
	{"P3Y/2023/2024", "P3Y/2023/2024", "2021-09-01/P3Y"},
	{"P12M/2023/2024", "2023/2024", "2023-09-01/P1Y"},
	{"2021-09-01/P3Y", "P3Y/2023/2024", "2021-09-01/P3Y"},
}

func TestParse(t *testing.T) {
	for _, c := range good {
		t.Run(c.in, func(t *testing.T) {
			p, err := Parse(c.in)
			require.NoError(t, err)
			require.Equal(t, c.want, p.String())
			require.Equal(t, c.sdmx, p.SDMX())
			q, err := Parse(p.String())
			require.NoError(t, err)
			require.Equal(t, p, q)
			_, err = Parse(p.SDMX())
			require.NoError(t, err)
		})
	}
}

// The mark ∑ in the text is where the error must point.
func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in    string
		kind  error
		write string // part of what the error proposes
	}{
		{"∑", ErrSyntax, "2024-03"},
		{"∑ 2024", ErrSyntax, "without spaces"},
		{"2024∑ ", ErrSyntax, "-Q1"},
		{"24∑", ErrSyntax, "0024"},
		{"∑-2024", ErrSyntax, "without sign"},
		{"∑0000", ErrRange, ""},
		{"2024∑.0", ErrSyntax, "2024"},
		{"2024∑5", ErrSyntax, "2024"},
		{"2024∑03", ErrAmbiguous, "2024-03"},
		{"2024∑0331", ErrSyntax, "2024-03-31"},
		{"31∑/03/2024", ErrSyntax, "2024-03-31"},
		{"2024-∑", ErrSyntax, "2024-03"},
		{"2024-3∑", ErrSyntax, "2024-03"},
		{"2024-∑00", ErrRange, "2024-01 to 2024-12"},
		{"2024-∑13", ErrRange, "2024-01 to 2024-12"},
		{"2023-∑24", ErrRange, "2023/2024"},
		{"2023-∑2024", ErrSyntax, "2023/2024"},
		{"2024-∑091", ErrAmbiguous, "2024-D091"},
		{"2024∑/", ErrSyntax, "2024"},
		{"2024-03∑/2024-05", ErrSyntax, ""},
		{"2024-03∑x", ErrSyntax, "2024-03"},
		{"2024-S∑3", ErrRange, "2024-S1 to 2024-S2"},
		{"2024-Q∑5", ErrRange, "2024-Q1 to 2024-Q4"},
		{"2024-Q∑03", ErrSyntax, "2024-Q1"},
		{"2024-∑q3", ErrSyntax, "2024-Q"},
		{"2024-∑X3", ErrSyntax, "2024-Q1"},
		{"2024-∑T1", ErrAmbiguous, "2024-Q1"},
		{"2024-M∑3", ErrSyntax, "2024-M01"},
		{"2024-A∑2", ErrRange, "2024-A1"},
		{"2024-W∑53", ErrRange, "2024-W52"},
		{"2024-W∑00", ErrRange, "2024-W01"},
		{"2024-W07-∑8", ErrSyntax, "2024-W07-1"},
		{"∑9999-W52-7", ErrRange, ""},
		{"2023-D∑366", ErrRange, "2023-D365"},
		{"2024-02-∑30", ErrRange, "2024-02-29"},
		{"2023-02-∑29", ErrRange, "2023-02-28"},
		{"2024-02-∑00", ErrRange, "2024-02-01"},
		{"2024-02-3∑", ErrSyntax, "2024-02-03"},
		{"2024-03-31∑ 02", ErrSyntax, "2024-03-31T"},
		{"2024-03-31∑t02", ErrSyntax, "2024-03-31T"},
		{"2024-03-31∑/2024-04-30", ErrSyntax, "P12M"},
		{"2024-03-31T∑24", ErrRange, "2024-04-01T00"},
		{"9999-12-31T∑24", ErrRange, ""},
		{"2024-∑123456", ErrSyntax, "2024-01"},
		{"2024-03-31T∑25", ErrRange, ""},
		{"2024-03-31T2∑", ErrSyntax, "2024-03-31T02"},
		{"2024-03-31T02:∑30", ErrSyntax, "2024-03-31T02"},
		{"2024-03-31T02∑ Z", ErrSyntax, "+02:00"},
		{"2024-03-31T02+∑0200", ErrSyntax, "+02:00"},
		{"2024-03-31T02+∑24:00", ErrRange, "+02:00"},
		{"2024-03-31T02∑-00:00", ErrAmbiguous, "Z"},
		{"2023/∑24", ErrSyntax, "2023/2024"},
		{"2023/∑2025", ErrRange, "2023/2024"},
		{"9999/∑0000", ErrRange, "9998/9999"},
		{"P12M∑", ErrSyntax, "P12M/"},
		{"P12∑", ErrSyntax, "P12M"},
		{"P∑", ErrSyntax, "P12M"},
		{"P∑0M/2024-03", ErrRange, ""},
		{"P123456∑7M/2024-03", ErrRange, ""},
		{"P12∑H/2024-03", ErrSyntax, "PT24H"},
		{"P1Y∑6M/2024-03", ErrSyntax, "P18M"},
		{"P12M/2024-03∑/P1Y", ErrSyntax, ""},
		{"∑P13M/2024", ErrSyntax, "P24M"},
		{"∑P1M/2024-W07", ErrSyntax, "P4W"},
		{"∑P5M/2024-Q1", ErrSyntax, "P12M"},
		{"∑P5M/2024-S1", ErrSyntax, "P12M"},
		{"∑P5W/2024-03", ErrSyntax, "P12M"},
		{"∑PT5H/2024-03-31", ErrSyntax, "P7D"},
		{"∑P5Y/2024-03-31", ErrSyntax, "P7D"},
		{"P12M/24∑x", ErrSyntax, ""},
		{"2024-01-01/P1M∑x", ErrSyntax, "2024-01-01/P1M"},
		{"∑2024-01-01/P99999M", ErrRange, "coarser"},
		{"∑P1D/2024-03-31T00", ErrSyntax, "PT24H"},
		{"∑P12M/0001-11", ErrRange, ""},
		{"∑PT99999H/2024-03-31T00", ErrRange, "coarser"},
		{"∑2023/P1Y", ErrSyntax, "2023-01-01/P1Y"},
		{"∑2024-01-15/P1M", ErrRange, "P7D"},
		{"∑2024-02-13/P1W", ErrRange, "P7D"},
		{"2024-03-31/∑PT1H", ErrSyntax, "PT24H"},
		{"2024-03-31T01/∑P1D", ErrSyntax, "P1D"},
		{"9999-12-31/∑P2D", ErrRange, ""},
		{"9999-09-01/∑P1Y", ErrRange, ""},
		{strings.Repeat("2", MaxLen) + "∑2", ErrSyntax, ""},
	} {
		t.Run(c.in, func(t *testing.T) {
			in := strings.Replace(c.in, "∑", "", 1)
			p, err := Parse(in)
			require.Error(t, err)
			require.Zero(t, p)
			pe, ok := errors.AsType[*ParseError](err)
			require.True(t, ok)
			require.Equal(t, strings.Index(c.in, "∑"), pe.Offset, err)
			require.Equal(t, pe.Offset+1, pe.Column)
			require.ErrorIs(t, err, c.kind)
			require.Contains(t, pe.Write, c.write)
			require.NotContains(t, err.Error(), "%!")
			require.LessOrEqual(t, len(pe.Input), MaxLen)
		})
	}
}

func TestFreqText(t *testing.T) {
	for f := Year; f <= SchoolYear; f++ {
		g, err := ParseFreq(f.String())
		require.NoError(t, err)
		require.Equal(t, f, g)
		b, err := f.MarshalText()
		require.NoError(t, err)
		var h Freq
		require.NoError(t, h.UnmarshalText(b))
		require.Equal(t, f, h)
	}
	for _, s := range []string{"", " ", "a", "year", "S ", "Y", "AS"} {
		_, err := ParseFreq(s)
		require.ErrorIs(t, err, ErrSyntax, "%q", s)
	}
	require.Equal(t, "", None.String())
	require.Equal(t, "Freq(200)", Freq(200).String())
	_, err := Freq(200).MarshalText()
	require.ErrorIs(t, err, ErrRange)
	f := Month
	require.Error(t, f.UnmarshalText([]byte("x")))
	require.Equal(t, Month, f)
	require.NoError(t, f.UnmarshalText(nil))
	require.Equal(t, None, f)
}

func TestJSON(t *testing.T) {
	type row struct {
		P Period
		M map[Period]Freq
	}
	in := row{Monthly(2024, 3), map[Period]Freq{Yearly(2024): Month, School(2023): SchoolYear}}
	b, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"P":"2024-03","M":{"2024":"M","2023/2024":"SY"}}`, string(b))
	var out row
	require.NoError(t, json.Unmarshal(b, &out))
	require.Equal(t, in, out)
	require.NoError(t, json.Unmarshal([]byte(`{"P":""}`), &out))
	require.True(t, out.P.IsZero())
	require.ErrorIs(t, out.P.UnmarshalText(make([]byte, 1<<20)), ErrSyntax)
}

func TestSize(t *testing.T) {
	require.EqualValues(t, 8, unsafe.Sizeof(Period{}))
	require.Panics(t, func() { MustParse("x") })
	require.Equal(t, "", Period{}.String())
	require.Equal(t, "", Period{}.SDMX())
}

// FuzzParse checks that what is read is canonical after one pass, that SDMX
// keeps the stretch of time, and that errors point into the text.
func FuzzParse(f *testing.F) {
	for _, c := range good {
		f.Add(c.in)
	}
	for _, s := range []string{"", "P", "PT", "2024-", "2024/", "P3Y/2023/2024/", "-", "2024-W53-7", "2024-03-31T02+", "%!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		var b Period
		berr := b.UnmarshalText([]byte(s))
		if err != nil {
			pe, ok := errors.AsType[*ParseError](err)
			if !ok || p != (Period{}) || pe.Offset < 0 || pe.Offset > len(s) || pe.Column != pe.Offset+1 ||
				pe.Err == nil || pe.Msg == "" || strings.Contains(pe.Msg+pe.Write, "%!(") {
				t.Fatalf("%q: %#v", s, err)
			}
			if (berr == nil) != (s == "") {
				t.Fatalf("%q: bytes and string disagree: %v", s, berr)
			}
			return
		}
		if berr != nil || b != p {
			t.Fatalf("%q: bytes and string disagree: %v %v", s, b, p)
		}
		if p.IsZero() {
			t.Fatalf("%q: zero without error", s)
		}
		if q, err := Parse(p.String()); err != nil || q != p {
			t.Fatalf("%q: String %q reads as %v, %v", s, p.String(), q, err)
		}
		q, err := Parse(p.SDMX())
		if ms := map[Freq]int{Week: 7, Quarter: 3, Semester: 6}; err != nil && (ms[p.Freq()]*p.Rolling() > MaxRolling || p.LastDay().IsZero()) {
			return // as documented
		}
		if err != nil || !q.Contains(p) || !p.Contains(q) {
			t.Fatalf("%q: SDMX %q reads as %v, %v", s, p.SDMX(), q, err)
		}
		if ms := p.Freq() == Quarter || p.Freq() == Semester || p.Freq() == Week; q != p && (!ms || p.Rolling() == 0) {
			t.Fatalf("%q: SDMX %q reads as %v", s, p.SDMX(), q)
		}
		if len(p.String()) > MaxLen || len(p.SDMX()) > MaxLen {
			t.Fatalf("%q: longer than MaxLen", s)
		}
	})
}
