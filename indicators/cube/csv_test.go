package cube

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestCSVRoundTrip(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		c := buildFrom(t, randomSettings(r, r.IntN(150)))
		text := csvOf(t, c)
		for _, cfg := range []ReadConfig{{Schema: c.Schema()}, {}} {
			if cfg.Schema.Measures == nil && c.Len() == 0 {
				continue // no line names the measures
			}
			for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader("\ufeff" + text))} {
				got, err := ReadCSV(in, cfg)
				require.NoError(t, err, text)
				require.Equal(t, c.Schema(), got.Schema())
				require.Equal(t, text, csvOf(t, got))
				require.True(t, c.SameRows(got))
				for row := range c.Len() {
					for m := range c.Schema().Measures {
						require.Equal(t, c.Cell(row, m), got.Cell(row, m))
					}
				}
			}
		}
		var b bytes.Buffer
		require.NoError(t, WriteCSV(&b, c, WriteConfig{CRLF: true, OmitMissing: true}))
		got, err := ReadCSV(&b, ReadConfig{Schema: c.Schema()})
		require.NoError(t, err)
		require.Equal(t, text, csvOf(t, got))
	}
}

func TestCSVText(t *testing.T) {
	b := mustBuilder(t, testSchema())
	k := Key{"28079", y23, "f|"}
	require.NoError(t, b.Set(k, "population", Cell{Value: 1e21, Status: Provisional, Source: Source{"padron.csv", 12, 4}}))
	require.NoError(t, b.Set(k, "income", NoValue(Suppressed, Reason{Code: ReasonSuppressed, Text: "-1; a|b", Source: Source{Name: "x", Line: 3}})))
	c, err := b.Build()
	require.NoError(t, err)
	require.Equal(t, `entity,period,sex,age,measure,value,unit,status,obs_status,conf_status,reason,source
28079,2023,f,,population,1e+21,{person},observed+provisional,P,F,,padron.csv:12:4
28079,2023,f,,income,,EUR/{person},suppressed,Q,F,suppressed||-1\; a\|b|x:3,
28079,2023,f,,area,,km2,missing,L,F,,
`, csvOf(t, c))
	bad, err := mustBuilder(t, Schema{Dimensions: []string{"value"}}).Build()
	require.NoError(t, err)
	require.ErrorIs(t, WriteCSV(io.Discard, bad, WriteConfig{}), CodeSchema)
	require.ErrorIs(t, WriteCSV(failing{}, c, WriteConfig{}), io.ErrShortWrite)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestCSVWithoutExtras(t *testing.T) {
	c, err := ReadCSV(strings.NewReader("value,measure,obs_status,period,entity\r\n12.50,a,,2023,1\r\n,a,Q,2023,2\r\n,b,,2023,1"), ReadConfig{File: "in.csv"})
	require.NoError(t, err)
	require.Equal(t, Value(12.5).From(Source{"in.csv", 2, 1}), c.At(Key{"1", y23, ""}, "a"))
	require.Equal(t, Suppressed, c.At(Key{"2", y23, ""}, "a").Status.Presence())
	require.Equal(t, Missing, c.At(Key{"1", y23, ""}, "b").Status.Presence())
	require.True(t, c.Schema().Measures[0].Unit.IsZero())
}

// The mark ∑ stands before the place of the first error; it is taken out.
func TestCSVErrors(t *testing.T) {
	const head = "entity,period,sex,age,measure,value,unit,status,obs_status,conf_status,reason,source\n"
	long := strings.Repeat("x", 70<<10)
	for _, tt := range []struct {
		name, in, text string
		code           Code
	}{
		{"empty", "", "write a header", CodeSchema},
		{"column lacks", "entity,period,sex,age,measure\n", `column "value" is not there`, CodeSchema},
		{"column twice", "entity,period,sex,age,measure,value,∑sex\n", "there twice", CodeSchema},
		{"column unknown", "entity,period,sex,age,measure,value,∑colour\n", `"colour" is not in the schema`, CodeSchema},
		{"fields few", head + "1,2023,,∑\n", "4 fields, the header has 12", CodeSyntax},
		{"fields many", head + "1,2023,,,area,1,km2,,,,,,∑\n", "more than 12", CodeSyntax},
		{"blank line", head + "∑\n", "1 fields", CodeSyntax},
		{"entity", head + "∑,2023,,,area,1,km2,,,,,\n", "entity is empty", CodeKey},
		{"period", head + "1,∑20x3,,,area,1,km2,,,,,\n", `period "20x3"`, CodeKey},
		{"period spelling", head + "1,∑2023-M01,,,area,1,km2,,,,,\n", `write "2023-01"`, CodeKey},
		{"member", head + "1,2023,∑a|b,,area,1,km2,,,,,\n", `a member has no`, CodeKey},
		{"measure", head + "1,2023,,,∑weight,1,km2,,,,,\n", `"weight" is not in the schema`, CodeMeasure},
		{"value text", head + "1,2023,,,area,∑abc,km2,,,,,\n", "not a decimal number", CodeValue},
		{"value comma", head + "1,2023,,,area,∑\"1,5\",km2,,,,,\n", "not a decimal number", CodeValue},
		{"value hex", head + "1,2023,,,area,∑0x1p3,km2,,,,,\n", "not a decimal number", CodeValue},
		{"value NaN", head + "1,2023,,,area,∑NaN,km2,,,,,\n", "not a decimal number", CodeValue},
		{"value huge", head + "1,2023,,,area,∑1e999,km2,,,,,\n", "not a decimal number", CodeValue},
		{"value underscore", head + "1,2023,,,area,∑1_000,km2,,,,,\n", "not a decimal number", CodeValue},
		{"unit", head + "1,2023,,,area,1,∑m2,,,,,\n", `unit "m2", it is "km2"`, CodeUnit},
		{"status", head + "1,2023,,,area,1,km2,∑fine,,,,\n", `"fine" is unknown`, CodeStatus},
		{"status without value", head + "1,2023,,,area,,km2,∑observed,A,F,,\n", "there is no value", CodeStatus},
		{"status with value", head + "1,2023,,,area,0,km2,∑missing,L,F,,\n", "there is a value", CodeStatus},
		{"obs disagrees", head + "1,2023,,,area,0,km2,observed,∑P,F,,\n", `is "A"`, CodeStatus},
		{"conf disagrees", head + "1,2023,,,area,0,km2,observed,A,∑C,,\n", `is "F"`, CodeStatus},
		{"obs unknown", head + "1,2023,,,area,0,km2,,A,∑Z,,\n", "CL_CONF_STATUS", CodeStatus},
		{"reason", head + "1,2023,,,area,0,km2,observed,A,F,∑a\\x,\n", "byte 2", CodeSyntax},
		{"reason long", head + "1,2023,,,area,0,km2,observed,A,F,∑a|b|c|d|e,\n", "more than code", CodeSyntax},
		{"conflict", head + "1,2023,,,area,1,km2,,,,,\n1,2023,,,area,∑2,km2,,,,,\n", "the first is in line 2", CodeConflict},
		{"duplicate", head + "1,2023,,,area,1,km2,,,,,\n1,2023,,,area,∑1,km2,,,,,\n", "the first is in line 2", CodeDuplicate},
		{"bare quote", head + "1,2023,a∑\"b,,area,1,km2,,,,,\n", "a quote in a field", CodeSyntax},
		{"after quote", head + "1,2023,\"a\"∑b,,area,1,km2,,,,,\n", "after the closing quote", CodeSyntax},
		{"open quote", head + "1,2023,\"a\nb∑", "ends inside quotes", CodeSyntax},
		{"carriage return", head + "1,2023,a∑\rb", "without a line feed", CodeSyntax},
		{"not UTF-8", head + "1,2023,∑\xf1,,area,1,km2,,,,,\n", "not UTF-8", CodeSyntax},
		{"long field", head + "1,2023," + long[:64<<10+1] + "∑" + long, "Limits.Field", CodeLimit},
		{"long quoted", head + "1,2023,\"" + long[:64<<10+1] + "∑" + long, "Limits.Field", CodeLimit},
		{"after lines in quotes", head + "\"a\nb\",2023,,,area,1,km2,,,,,\nb,2023,,,area,∑x,km2,,,,,\n", "not a decimal", CodeValue},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after, marked := strings.Cut(tt.in, "∑")
			_, err := ReadCSV(strings.NewReader(before+after), ReadConfig{File: "in.csv", Schema: testSchema()})
			require.ErrorIs(t, err, tt.code)
			var list Errors
			require.True(t, errors.As(err, &list))
			e := list[0]
			require.ErrorContains(t, e, tt.text)
			require.Equal(t, "in.csv", e.File)
			if marked {
				line := 1 + strings.Count(before, "\n")
				require.Equal(t, line, e.Line)
				require.Equal(t, len(before)-strings.LastIndexByte(before, '\n'), e.Offset, err)
				require.Positive(t, e.Column)
			}
		})
	}
}

func TestCSVAllErrors(t *testing.T) {
	in := "entity,period,measure,value\n" + strings.Repeat(",20x,a,z\n", 50)
	_, err := ReadCSV(strings.NewReader(in), ReadConfig{})
	list := err.(Errors)
	require.Len(t, list, MaxErrors+1)
	require.Equal(t, "50 left out", list[MaxErrors].Text)
	require.Equal(t, 2, list[2].Line)
	require.Equal(t, 4, list[2].Column)
}

func TestCSVLimits(t *testing.T) {
	head := "entity,period,measure,value\n"
	_, err := ReadCSV(strings.NewReader(head+strings.Repeat("1,2023,a,1\n", 100)), ReadConfig{Limits: Limits{Bytes: 200}})
	require.ErrorIs(t, err, CodeLimit)
	var b strings.Builder
	b.WriteString(head)
	for i := range 200 {
		fmt.Fprintf(&b, "e%d,2023,m%d,1\n", i, i)
	}
	_, err = ReadCSV(strings.NewReader(b.String()), ReadConfig{Limits: Limits{Cells: 10000}})
	require.ErrorIs(t, err, CodeLimit)
	require.ErrorContains(t, err, "101 rows of 101 measures")
	_, err = ReadCSV(io.MultiReader(strings.NewReader(head), iotest.ErrReader(io.ErrUnexpectedEOF)), ReadConfig{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, CodeRead)
	_, err = ReadCSV(strings.NewReader(head+"1,2023,a,1\n1,2023,a,1\n"), ReadConfig{AllowDuplicates: true})
	require.NoError(t, err)
}

func FuzzReadCSV(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 5 {
		f.Add([]byte(csvOf(f, buildFrom(f, randomSettings(r, 30)))))
	}
	f.Add([]byte("entity,period,measure,value\n1,2023,a,1\n"))
	f.Add([]byte("entity,period,measure,value,obs_status\r\n\"1\",2023,a,,Q"))
	f.Add([]byte("entity,period,measure,value,reason,source\n1,2023,a,1,|;a|b,x:1:2\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ReadCSV(bytes.NewReader(in), ReadConfig{Limits: Limits{Cells: 1 << 16}})
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		checkShape(t, c)
		text := csvOf(t, c)
		again, err := ReadCSV(strings.NewReader(text), ReadConfig{Schema: c.Schema()})
		require.NoError(t, err, text)
		require.Equal(t, text, csvOf(t, again))
	})
}
