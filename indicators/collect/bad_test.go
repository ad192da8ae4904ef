package collect_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// brief is "code line:column" of each finding, in order.
func brief(found []collect.Finding) []string {
	out := []string{}
	for _, f := range found {
		s := fmt.Sprintf("%s %d", f.Code, f.Line)
		if f.Column > 0 {
			s += fmt.Sprintf(":%d", f.Column)
		}
		out = append(out, s)
	}
	return out
}

func observed(c *cube.Cube) int {
	n := 0
	for m := range c.Schema().Measures {
		col := c.Column(m)
		for row := range col.Len() {
			if col.StatusAt(row).Observed() {
				n++
			}
		}
	}
	return n
}

const head = "entity;period;variable;value\n"

func TestBadInput(t *testing.T) {
	long := strings.Repeat("9", collect.MaxField+2)
	for _, c := range []struct {
		name, text string
		table      collect.Table
		want       []string // findings
		taken      int      // observed cells
	}{
		{"duplicate key, alike", head + "28079;2017;men;5\n28079;2017;men;5\n", collect.Table{}, []string{"duplicate 3:4"}, 1},
		{"duplicate key, different", head + "28079;2017;men;5\n28079;2017;men;6\n", collect.Table{}, []string{"conflict 3:4"}, 0},
		{"empty and filled", head + "28079;2017;men;5\n28079;2017;men;\n", collect.Table{}, []string{"filled 3:4"}, 1},
		{"unknown city", head + "Madrit;2017;men;5\n28080;2017;men;5\n99999;2017;men;1\n", collect.Table{}, []string{"unknown-city 2:1", "unknown-city 3:1", "unknown-city 4:1"}, 0},
		{"other cities expected", head + "Getafe;2017;men;5\n28065;2017;men;5\nMadrit;2017;men;5\n280795;2017;men;1\n99999;2017;men;1\n", collect.Table{Others: true}, []string{"other-cities 2:1", "unknown-city 4:1", "unknown-city 5:1", "unknown-city 6:1"}, 0},
		{"lost zero", head + "4013;2017;men;5\n4013;2018;men;5\n", collect.Table{}, []string{"lost-zero 2:1"}, 2},
		{"wrong period", head + "28079;2017-03;men;5\n28079;2017;unemployed;5\n28079;2017/2018;men;1\n28079;2017-Q1;trips;7\n", collect.Table{}, []string{"wrong-period 2:2", "wrong-period 3:2", "wrong-period 4:2"}, 1},
		{"day of a stock", head + "28079;01/01/2017;population;5\n28079;31/12/2017;population;5\n28079;31/12/2017;area_km2;5\n28079;31/12/2017;income;5\n", collect.Table{}, []string{"wrong-period 3:2", "wrong-period 5:2"}, 2},
		{"periods", head + "28079;03/04/2017;men;5\n28079;42736;men;5\n28079;ayer;men;5\n28079;;men;5\n", collect.Table{}, []string{"period-ambiguous 2:2", "period-serial 3:2", "period-unreadable 4:2", "period-unreadable 5:2"}, 0},
		{"unknown variable", head + "28079;2017;mens;5\n", collect.Table{}, []string{"unknown-variable 2:3"}, 0},
		{"text in a number", head + "28079;2017;men;cinco\n28079;2017;women;n/d\n28079;2017-01;unemployed;n/d\n", collect.Table{}, []string{"text-in-number 2:4", "text-in-number 3:4", "text-in-number 4:4"}, 0},
		{"tokens", head + "28079;2017-01;unemployed;-1\n28079;2017-02;unemployed;..\n28079;2017-03;unemployed;N.D.\n28079;2017-04;unemployed; \n28079;2017;men;-1\n", collect.Table{}, []string{"negative 6:4"}, 0},
		{"negative population", head + "28079;2017;population;-5\n28079;2017;temperature;-5\n", collect.Table{}, []string{"negative 2:4"}, 1},
		{"not an integer", head + "28079;2017;population;5,5\n28079;2018;population;6,0\n", collect.Table{}, []string{"not-integer 2:4"}, 1},
		{"ambiguous number", head + "28079;2017;men;1.234\n", collect.Table{}, []string{"number-ambiguous 2:4"}, 0},
		{"ambiguous number, decided below", head + "28079;2017;men;1.234\n28079;2017;women;1,5\n", collect.Table{}, nil, 2},
		{"ambiguous number, decided by the table", head + "28079;2017;men;1.234\n", collect.Table{Decimal: ","}, nil, 1},
		{"mixed numbers", head + "28079;2017;men;1.5\n28079;2017;women;1,5\n28079;2018;women;1.500\n", collect.Table{}, []string{"number-mixed 3:4", "number-ambiguous 4:4"}, 2},
		{"against the convention", head + "28079;2017;men;1.5\n", collect.Table{Decimal: ","}, []string{"number-convention 2:4"}, 0},
		{"grouping", head + "28079;2017;men;1.23.456\n", collect.Table{}, []string{"number-grouping 2:4"}, 0},
		{"symbols", head + "28079;2017;share;45,5 %\n28079;2017;income;45 %\n28079;2018;income;45 €\n28079;2017;men;3 h\n", collect.Table{}, []string{"symbol-read 2:4", "number-symbol 3:4", "symbol-read 4:4", "number-symbol 5:4"}, 2},
		{"scientific", head + "28079;2017;men;1,5E3\n28079;2018;men;1,23E+05\n28079;2019;men;1.234E3\n", collect.Table{}, []string{"number-rounded 2:4", "number-rounded 3:4", "number-scientific 4:4"}, 2},
		{"too large", head + "28079;2017;men;1E999\n", collect.Table{}, []string{"number-range 2:4"}, 0},
		{"units", "entity;period;variable;value;unit\n28079;2017;area_km2;100;har\n28079;2018;area_km2;100;hectareas\n28079;2019;area_km2;100;kg\n28079;2017;temperature;300;K\n", collect.Table{}, []string{"unknown-unit 3:5", "unit-mismatch 4:5"}, 2},
		{"statuses", "entity;period;variable;value;status\n28079;2017;men;1;P\n28079;2018;men;;Q\n28079;2019;men;1;Q\n28079;2020;men;1;hola\n28079;2017;women;1;estimated+break\n28079;2018;women;;provisional\n28079;2019;women;;L\n", collect.Table{}, []string{"status-conflict 4:5", "unknown-status 5:5", "status-conflict 7:5"}, 2},
		{"mixed encodings", head + "A Coru\xf1a;2017;men;5\nA Coruña;2018;men;5\nMadrid;2018;men;5\n", collect.Table{}, []string{"mixed-encoding 2"}, 2},
		{"Windows-1252", head + "A Coru\xf1a;2017;men;5\nMadrid;2018;men;5\n", collect.Table{}, []string{"encoding 2"}, 2},
		{"Windows-1252 declared", head + "A Coru\xf1a;2017;men;5\n", collect.Table{Encoding: "windows-1252"}, nil, 1},
		{"not the declared encoding", head + "A Coru\xf1a;2017;men;5\nMadrid;2018;men;5\n", collect.Table{Encoding: "utf-8"}, []string{"invalid-bytes 2"}, 1},
		{"no character of Windows-1252", head + "Coru\xf1a, A;2017;men;5\nMadri\x81d;2018;men;5\n", collect.Table{}, []string{"encoding 2", "invalid-bytes 3"}, 1},
		{"byte order mark", "\ufeff" + head + "28079;2017;men;5\n", collect.Table{}, nil, 1},
		{"NUL", head + "28079;2017;men;5\n28079;2018;men;\x005\n", collect.Table{}, []string{"nul-byte 3"}, 1},
		{"unterminated quote, last row", head + "28079;2017;men;5\n28079;2018;men;\"5", collect.Table{}, []string{"truncated 3:4"}, 1},
		{"unterminated quote", head + "28079;2017;men;\"5\n28079;2018;men;5\n", collect.Table{}, []string{"quote 2:4"}, 1},
		{"quote closed too early", head + "28079;2017;men;\"5\"5\n28079;2018;men;5\n", collect.Table{}, []string{"quote 2:4"}, 1},
		{"short last row", head + "28079;2017;men;5\n28079;2018;m", collect.Table{}, []string{"truncated 3"}, 1},
		{"few fields", head + "28079;2017;men\n28079;2018;men;5\n", collect.Table{}, []string{"field-count 2"}, 1},
		{"many fields", head + "28079;2017;men;5;6\n28079;2018;men;5\n", collect.Table{}, []string{"field-count 2"}, 1},
		{"trailing delimiters", "entity;period;variable;value;;\n28079;2017;men;5;;\n;;;;;\n28079;2018;men;5\n", collect.Table{}, nil, 2},
		{"long field", head + "28079;2017;men;" + long + "\n28079;2018;men;\"" + long + "\"\n28079;2019;men;5\n", collect.Table{}, []string{"long-field 2:4", "long-field 3:4"}, 1},
		{"header only", head, collect.Table{}, []string{"no-rows 1"}, 0},
		{"duplicate header", "entity;period;men;women;Men\n28079;2017;1;2;3\n", collect.Table{}, []string{"duplicate-header 1:5"}, 1},
		{"unknown column", "entity;period;men;womenn\n28079;2017;1;2\n", collect.Table{}, []string{"unknown-column 1:4"}, 1},
		{"ignored column", "entity;period;men;notes\n28079;2017;1;2\n", collect.Table{Ignore: []string{"Notes"}}, nil, 1},
		{"missing column", "entity;period;M\n28079;2017;1\n", collect.Table{Columns: map[string]collect.Column{"M": {Variable: "men"}, "W": {Variable: "women"}}}, []string{"missing-column 1"}, 1},
		{"unknown member", "entity;period;variable;value;sexo\n28079;2017;population;1;men\n28079;2017;population;2;Mujeres\n28079;2017;population;3;otros\n28079;2017;population;4;Total\n28079;2017;men;4;men\n", collect.Table{Members: map[string]string{"sex": "sexo"}}, []string{"unknown-member 4:5", "no-breakdown 6:4"}, 3},
		{"lines in quotes", "entity;period;variable;value;note\n28079;2017;men;1;\"a\nb\"\n28079;2018;men;x;\n", collect.Table{Ignore: []string{"note"}}, []string{"text-in-number 4:4"}, 1},
		{"carriage returns", strings.ReplaceAll(head+"28079;2017;men;5\n28079;2018;men;x\n", "\n", "\r"), collect.Table{}, []string{"text-in-number 3:4"}, 1},
		{"sep= and blank lines", "sep=;\r\n\r\nentity;period;variable;value\r\n28079;2017;men;x\r\n", collect.Table{}, []string{"text-in-number 4:4"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, found, err := read(t, c.text, c.table)
			require.NoError(t, err)
			if c.want == nil {
				c.want = []string{}
			}
			require.Equal(t, c.want, brief(found))
			require.Equal(t, c.taken, observed(out))
			for _, f := range found {
				require.Equal(t, "f.csv", f.File)
				for _, lang := range []string{"es", "en"} {
					m := f.Message(lang)
					require.NotRegexp(t, `\{[a-z]+#\}|\{(value|subject|at|entity|nearest|unit|got|want)\}`, m)
					require.Greater(t, len(m), 20)
				}
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct {
		name, text string
		table      collect.Table
		code       string
		line       int
	}{
		{"empty", "", collect.Table{}, collect.ErrEmpty, 0},
		{"only a byte order mark", "\ufeff", collect.Table{}, collect.ErrEmpty, 0},
		{"workbook", "PK\x03\x04\x14\x00\x06\x00", collect.Table{}, collect.ErrEncoding, 1},
		{"old workbook", "\xd0\xcf\x11\xe0\xa1\xb1", collect.Table{}, collect.ErrEncoding, 1},
		{"blank lines", "\n;;;\n\n", collect.Table{}, collect.ErrEmpty, 0},
		{"no city column", "period;men\n2017;1\n", collect.Table{}, collect.ErrHeader, 1},
		{"no period column", "entity;men\n28079;1\n", collect.Table{}, collect.ErrHeader, 1},
		{"no variable", "entity;period;hombres adultos\n28079;2017;1\n", collect.Table{}, collect.ErrHeader, 1},
		{"named column lacks", "entity;period;men\n28079;2017;1\n", collect.Table{Entity: "codigo"}, collect.ErrHeader, 1},
		{"city column twice", "entity;entity;period;men\n28079;28079;2017;1\n", collect.Table{}, collect.ErrHeader, 1},
		{"two delimiters", "entity;period;men,women\n", collect.Table{Delimiter: ","}, collect.ErrHeader, 1},
		{"open quote in the header", "\"entity;period;men\n28079;2017;1\n", collect.Table{}, collect.ErrHeader, 1},
		{"UTF-16 without mark", "e\x00n\x00t\x00i\x00t\x00y\x00\n\x00", collect.Table{}, collect.ErrEncoding, 1},
		{"UTF-16 cut", "\xff\xfee", collect.Table{}, collect.ErrEncoding, 0},
		{"mark against the table", "\ufeffentity;period;men\n", collect.Table{Encoding: "windows-1252"}, collect.ErrEncoding, 1},
		{"unknown encoding", "entity;period;men\n", collect.Table{Encoding: "ebcdic"}, collect.ErrConfig, 0},
		{"bad decimal", "entity;period;men\n", collect.Table{Decimal: ";"}, collect.ErrConfig, 0},
		{"bad dates", "entity;period;men\n", collect.Table{Dates: "ymd"}, collect.ErrConfig, 0},
		{"bad delimiter", "entity;period;men\n", collect.Table{Delimiter: ";;"}, collect.ErrConfig, 0},
		{"unknown source", "entity;period;men\n", collect.Table{Source: "x"}, collect.ErrConfig, 0},
		{"unknown variable", "entity;period;men\n", collect.Table{Columns: map[string]collect.Column{"men": {Variable: "mens"}}}, collect.ErrConfig, 0},
		{"unit of a column", "entity;period;men\n", collect.Table{Columns: map[string]collect.Column{"men": {Variable: "men", Unit: "km2"}}}, collect.ErrConfig, 0},
		{"status of a column", "entity;period;men\n", collect.Table{Columns: map[string]collect.Column{"men": {Variable: "men", Status: "missing"}}}, collect.ErrConfig, 0},
		{"members of a column", "entity;period;men\n", collect.Table{Columns: map[string]collect.Column{"men": {Variable: "population", Members: "boys"}}}, collect.ErrConfig, 0},
		{"unknown dimension", "entity;period;men\n", collect.Table{Members: map[string]string{"age": "men"}}, collect.ErrConfig, 0},
		{"too long", "entity;period;men\n28079;2017;1\n", collect.Table{MaxBytes: 20}, collect.ErrLimit, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := read(t, c.text, c.table)
			var e *collect.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.code, e.Code, err.Error())
			require.Equal(t, c.line, e.Line, err.Error())
			require.Contains(t, err.Error(), "f.csv")
		})
	}
}

// endless is a reader of 10 GB of rows.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, strings.Repeat("28079;2017;men;5\n", len(p)/17+1))
	e.left -= int64(n)
	return n, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("disk gone") }

func TestReaderLimits(t *testing.T) {
	c := catalogue()
	b, err := collect.NewBuilder(c)
	require.NoError(t, err)
	r := &endless{left: 10 << 30}
	_, err = collect.Read(b, r, collect.Table{Name: "f.csv", MaxBytes: 1 << 20}, c, network())
	var e *collect.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, collect.ErrLimit, e.Code)
	require.Greater(t, r.left, int64(9<<30), "only what the limit allows is read")
	_, err = collect.Read(b, broken{}, collect.Table{}, c, network())
	require.ErrorContains(t, err, "disk gone")
	require.Zero(t, b.Len())
}

func TestEncodings(t *testing.T) {
	text := head + "A Coruña;2017;men;5\nAlmería;2017;men;6\n"
	var le, be []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	want, _, err := read(t, text, collect.Table{})
	require.NoError(t, err)
	for _, enc := range []string{string(le), string(be), "\ufeff" + text, strings.ReplaceAll(text, ";", "\t"), strings.ReplaceAll(text, ";", "|"), strings.ReplaceAll(text, "\n", "\r\n")} {
		got, found, err := read(t, enc, collect.Table{})
		require.NoError(t, err)
		require.Empty(t, found)
		require.True(t, equal(want, got))
	}
	broken := append([]byte{}, le...)
	i := strings.Index(string(broken), "1\x000\x00") // none: the surrogate goes where a digit stands
	require.Negative(t, i)
	broken[len(broken)-4], broken[len(broken)-3] = 0x00, 0xd8
	_, found, err := read(t, string(broken), collect.Table{})
	require.NoError(t, err)
	require.Equal(t, []string{"invalid-bytes 3"}, brief(found))
}

// equal compares cubes cell by cell.
func equal(a, b *cube.Cube) bool {
	if !a.SameRows(b) {
		return false
	}
	for row := range a.Len() {
		for m := range a.Schema().Measures {
			if !a.Cell(row, m).Equal(b.Cell(row, m)) {
				return false
			}
		}
	}
	return true
}

func TestColumns(t *testing.T) {
	text := "Municipio;hombres;mujeres;ha;renta\n28079;1;2;100;30.000,5\nBilbao;..;-1;;28.000\n"
	at := period.MustParse("2017")
	out, found, err := read(t, text, collect.Table{At: at, Source: "sepe", Columns: map[string]collect.Column{
		"Hombres": {Variable: "population", Members: "men"}, "MUJERES": {Variable: "population", Members: "women"},
		"ha": {Variable: "area_km2", Unit: "har"}, "renta": {Variable: "income", Status: "definition-differs+provisional", Reason: "otra definición"}}})
	require.NoError(t, err)
	require.Empty(t, found)
	require.Equal(t, 2.0, out.At(cube.Key{Entity: "28079", Period: at, Members: "women"}, "population").Value)
	require.Equal(t, 1.0, cell(out, "28079", "2017", "area_km2").Value)
	income := cell(out, "48020", "2017", "income")
	require.Equal(t, 28000.0, income.Value)
	require.Equal(t, cube.DefinitionDiffers|cube.Provisional, income.Status)
	require.Equal(t, []cube.Reason{{Code: cube.ReasonDefinition, Subject: "income", Text: "otra definición"}}, income.Reasons)
	hidden := out.At(cube.Key{Entity: "48020", Period: at, Members: "women"}, "population")
	require.Equal(t, cube.Suppressed, hidden.Status.Presence())
	require.Equal(t, []cube.Reason{{Code: cube.ReasonSuppressed, Subject: "population", Text: "-1", Source: cube.Source{Name: "f.csv", Line: 3, Column: 3}}}, hidden.Reasons)
	require.Equal(t, cube.Missing, out.At(cube.Key{Entity: "48020", Period: at, Members: "men"}, "population").Status.Presence())
}

func TestRejectedCellSaysWhere(t *testing.T) {
	out, _, err := read(t, head+"28079;2017;men;cinco\n", collect.Table{})
	require.NoError(t, err)
	c := cell(out, "28079", "2017", "men")
	require.Equal(t, cube.Missing, c.Status.Presence())
	require.Equal(t, []cube.Reason{{Code: cube.ReasonRejected, Subject: "men", Text: "text-in-number: cinco", Source: cube.Source{Name: "f.csv", Line: 2, Column: 4}}}, c.Reasons)
}

func TestExactUnits(t *testing.T) {
	out, _, err := read(t, "entity;period;variable;value;unit\n28079;2017;area_km2;1994,5872;har\n", collect.Table{})
	require.NoError(t, err)
	require.Equal(t, 19.945872, cell(out, "28079", "2017", "area_km2").Value, "rounded once")
}

func TestManyRepeats(t *testing.T) {
	var s strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&s, "28079;2017;men;%d\n", i)
	}
	out, found, err := read(t, head+s.String(), collect.Table{})
	require.NoError(t, err)
	require.Len(t, found, collect.MaxFindings+1)
	require.Equal(t, collect.CodeMore, found[collect.MaxFindings].Code)
	require.Equal(t, "9999", found[collect.MaxFindings].Args["count"])
	require.Len(t, cell(out, "28079", "2017", "men").Reasons, 8)

	s.Reset()
	for i := range 300 {
		fmt.Fprintf(&s, "28079;%d;men;1\n28079;%d;men;1\n", 1900+i%200, 1900+i%200)
	}
	_, found, err = read(t, head+s.String(), collect.Table{})
	require.NoError(t, err)
	require.Equal(t, collect.CodeMore, found[len(found)-1].Code)
	require.Equal(t, "300", found[len(found)-1].Args["count"]) // 400 repeats, 100 of them listed
}
