package csvw

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, want string
		in         Table
	}{
		{"no URL", "table without URL", Table{Columns: []Column{{Name: "a"}}}},
		{"no columns", "without columns", Table{URL: "a.csv"}},
		{"underscore first", `column 1 "_a": a name has`, Table{URL: "a.csv", Columns: []Column{{Name: "_a"}}}},
		{"empty name", `column 1 "": a name has`, Table{URL: "a.csv", Columns: []Column{{}}}},
		{"space in a name", `"a b": a name has`, Table{URL: "a.csv", Columns: []Column{{Name: "a b"}}}},
		{"twice", `column 2 "a": a column of that name`, Table{URL: "a.csv", Columns: []Column{{Name: "a"}, {Name: "a"}}}},
		{"datatype", `"float64" is no built-in datatype`, Table{URL: "a.csv", Columns: []Column{{Name: "a", Datatype: "float64"}}}},
		{"language of a title", `"español" is no language tag`, Table{URL: "a.csv", Columns: []Column{{Name: "a", Titles: Text{"español": "A"}}}}},
		{"language of the table", `"e s" is no language tag`, Table{URL: "a.csv", Language: "e s", Columns: []Column{{Name: "a"}}}},
		{"template", `"http://x/{a" is no URI template`, Table{URL: "a.csv", Columns: []Column{{Name: "a", ValueURL: "http://x/{a"}}}},
		{"key", `primary key: no column "b"`, Table{URL: "a.csv", Columns: []Column{{Name: "a"}}, PrimaryKey: []string{"b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, c.in.Check(), c.want)
			out, err := c.in.AppendMetadata([]byte("kept"))
			require.Error(t, err)
			require.Equal(t, "kept", string(out))
		})
	}
	all := Table{Columns: []Column{{Name: "_a"}, {Name: "b", Datatype: "x"}}}.Check().Error()
	require.Equal(t, 3, len(strings.Split(all, "\n")), "every problem is told: %s", all)
}

func TestMetadata(t *testing.T) {
	table := Table{
		URL: "data/a.csv", Title: Text{"es": "Título <a>", "en": "Title"}, Description: Text{"es": "D"}, Language: "es",
		Publisher: "P", License: "http://l/", Issued: "2024-01-01", Modified: "2024-02-01", Source: []string{"INE"},
		Keywords: map[string][]string{"es": {"a", "b"}, "en": {"c"}},
		Columns: []Column{
			{Name: "a", Required: true, Lang: "en", Null: []string{"", "-"}},
			{Name: "b", Datatype: "double", Minimum: "0", Maximum: "1", Format: "0.0", ValueURL: "http://x/{b}", Null: []string{"NA"}},
		},
		PrimaryKey: []string{"a", "b"},
	}
	got, err := table.AppendMetadata(nil)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"@context": ["http://www.w3.org/ns/csvw", {"@language": "es"}], "url": "data/a.csv",
		"dc:title": [{"@value": "Title", "@language": "en"}, {"@value": "Título <a>", "@language": "es"}],
		"dc:description": [{"@value": "D", "@language": "es"}], "dc:language": "es", "dc:publisher": "P",
		"dc:license": {"@id": "http://l/"}, "dc:issued": {"@value": "2024-01-01", "@type": "xsd:date"},
		"dc:modified": {"@value": "2024-02-01", "@type": "xsd:date"}, "dc:source": ["INE"],
		"dcat:keyword": [{"@value": "c", "@language": "en"}, {"@value": "a", "@language": "es"}, {"@value": "b", "@language": "es"}],
		"dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": "\"", "doubleQuote": true, "header": true, "headerRowCount": 1,
			"lineTerminators": ["\r\n"], "skipRows": 0, "skipColumns": 0, "skipBlankRows": false, "skipInitialSpace": false, "trim": false},
		"tableSchema": {"columns": [
			{"name": "a", "titles": {"und": "a"}, "datatype": "string", "required": true, "null": ["", "-"], "lang": "en"},
			{"name": "b", "titles": {"und": "b"}, "datatype": {"base": "double", "format": "0.0", "minimum": "0", "maximum": "1"}, "null": "NA", "valueUrl": "http://x/{b}"}
		], "primaryKey": ["a", "b"]}
	}`, string(got))
	for range 20 {
		again, err := table.AppendMetadata(nil)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again))
	}
	require.True(t, json.Valid(got))
}

func TestWriter(t *testing.T) {
	two := Table{URL: "a.csv", Columns: []Column{{Name: "a"}, {Name: "b"}}}
	w := NewWriter(two)
	for _, row := range [][]string{{"#x", "#y"}, {"=1+1", "-3"}, {`say "hi"`, "a,b"}, {"a\r\nb", " pad "}, {"", ""}, {"ñ€", "\t"}} {
		w.Row(row...)
	}
	got, err := w.Bytes()
	require.NoError(t, err)
	require.Equal(t, 6, w.Len())
	require.Equal(t, "a,b\r\n\"#x\",#y\r\n=1+1,-3\r\n\"say \"\"hi\"\"\",\"a,b\"\r\n\"a\r\nb\",\" pad \"\r\n,\r\nñ€,\"\t\"\r\n", string(got))

	w.Row("one")
	_, err = w.Bytes()
	require.ErrorContains(t, err, "row 7 has 1 fields, the table has 2 columns")
	w = NewWriter(two)
	w.Row("a", "\xff")
	_, err = w.Bytes()
	require.ErrorContains(t, err, "row 1, field 2: ")
}

func TestNumber(t *testing.T) {
	for want, v := range map[string]float64{
		"0": math.Copysign(0, -1), "-1.5": -1.5, "1E-07": 1e-7, "0.000001": 1e-6, "1E+21": 1e21, "100000000000000000000": 1e20,
		"INF": math.Inf(1), "-INF": math.Inf(-1), "NaN": math.NaN(), "0.30000000000000004": 0.30000000000000004,
	} {
		require.Equal(t, want, Number(v))
	}
}

// FuzzWriter reads back with encoding/csv what was written.
func FuzzWriter(f *testing.F) {
	f.Add("a", "b", 1.5)
	f.Add("#", "\"\r\n,", 0.0)
	f.Add("", " ", 1e300)
	f.Add("\n", "=x", 5e-324)
	f.Fuzz(func(t *testing.T, a, b string, v float64) {
		w := NewWriter(Table{Columns: []Column{{Name: "a"}, {Name: "b"}, {Name: "v"}}})
		w.Row(a, b, Number(v))
		got, err := w.Bytes()
		if err != nil {
			require.Nil(t, got)
			return
		}
		require.True(t, bytes.HasSuffix(got, []byte("\r\n")))
		rows, err := csv.NewReader(bytes.NewReader(got)).ReadAll()
		require.NoError(t, err)
		lf := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") } // as encoding/csv reads
		require.Equal(t, [][]string{{"a", "b", "v"}, {lf(a), lf(b), Number(v)}}, rows)
		back, err := strconv.ParseFloat(Number(v), 64)
		require.NoError(t, err)
		require.True(t, back == v || v != v)
	})
}
