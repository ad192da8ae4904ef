package collect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
)

func TestParseNumber(t *testing.T) {
	const nb, thin = "\u00a0", "\u202f"
	for _, c := range []struct {
		in      string
		decimal byte
		want    string // text, or the code
		decides string
	}{
		{"0", 0, "0", ""}, {"007", 0, "007", ""}, {"-5", 0, "-5", ""}, {"\u22125", 0, "-5", ""}, {"+5", 0, "5", ""},
		{" 12 ", 0, "12", ""}, {nb + "12" + nb, 0, "12", ""},
		{"12,5", 0, "12.5", ","}, {"12.5", 0, "12.5", "."}, {"1.5000", 0, "1.5000", "."},
		{"0.123", 0, "0.123", "."}, {"0,123", 0, "0.123", ","}, {",5", 0, "0.5", ","}, {"1234.567", 0, "1234.567", "."},
		{"1.234,5", 0, "1234.5", ","}, {"1,234.5", 0, "1234.5", "."}, {"1.234.567", 0, "1234567", ","}, {"1,234,567", 0, "1234567", "."},
		{"1.234.567,891", 0, "1234567.891", ","}, {"1,234.567", 0, "1234.567", "."},
		{"1 234", 0, "1234", ""}, {"1" + nb + "234" + nb + "567", 0, "1234567", ""}, {"1" + thin + "234,5", 0, "1234.5", ","}, {"1'234.5", 0, "1234.5", "."}, {"1’234", 0, "1234", ""},
		{"1 234,567", 0, "1234.567", ","}, {"1'234.567", 0, "1234.567", "."},
		{"1.234", 0, CodeAmbiguousNumber, ""}, {"1,234", 0, CodeAmbiguousNumber, ""}, {"-123.456", 0, CodeAmbiguousNumber, ""}, {"00.123", 0, CodeAmbiguousNumber, ""},
		{"1.234", '.', "1.234", ""}, {"1.234", ',', "1234", ""}, {"1,234", ',', "1.234", ""}, {"1,234", '.', "1234", ""},
		{"12,5", '.', CodeNumberConvention, ","}, {"1.234.567", '.', CodeNumberConvention, ","}, {"1.234,5", '.', CodeNumberConvention, ","},
		{"1.23.456", 0, CodeNumberGrouping, ""}, {"1234.567.890", 0, CodeNumberGrouping, ""}, {"1,2345.6", 0, CodeNumberGrouping, ""}, {"1 23", 0, CodeNumberGrouping, ""}, {"12 34,5", 0, CodeNumberGrouping, ""},
		{"1.234'567", 0, CodeNumberGrouping, ""}, {"1.234 567,8", 0, CodeNumberGrouping, ""}, {"1,234,567.8.9", 0, CodeNumberGrouping, ""},
		{"1..2", 0, CodeNumberGrouping, ""}, {"1  234", 0, CodeNumberGrouping, ""},
		{"1.5E3", 0, "1.5e3", "."}, {"1,5e+3", 0, "1.5e+3", ","}, {"2e-3", 0, "2e-3", ""}, {"1.234E3", 0, CodeAmbiguousNumber, ""}, {"1.234E3", ',', CodeNumberScientific, ""}, {"1.234E3", '.', "1.234e3", ""},
		{"1.234.567E3", 0, CodeNumberScientific, ","}, {"1 234E3", 0, CodeNumberScientific, ""}, {"1E9999", 0, CodeTextInNumber, ""}, {"1E", 0, CodeTextInNumber, ""}, {"E5", 0, CodeTextInNumber, ""}, {"1e+-5", 0, CodeTextInNumber, ""},
		{"", 0, CodeTextInNumber, ""}, {"-", 0, CodeTextInNumber, ""}, {".", 0, CodeTextInNumber, ""}, {"5.", 0, CodeTextInNumber, ""}, {"5-", 0, CodeTextInNumber, ""}, {"(5)", 0, CodeTextInNumber, ""}, {"--5", 0, CodeTextInNumber, ""},
		{"n/d", 0, CodeTextInNumber, ""}, {"NaN", 0, CodeTextInNumber, ""}, {"Inf", 0, CodeTextInNumber, ""}, {"0x1F", 0, CodeTextInNumber, ""}, {"1_000", 0, CodeTextInNumber, ""}, {"#N/A", 0, CodeTextInNumber, ""}, {"١٢", 0, CodeTextInNumber, ""}, {"12a", 0, CodeTextInNumber, ""},
		{strings.Repeat("9", 65), 0, CodeTextInNumber, ""},
	} {
		n := parseNumber(c.in, c.decimal)
		got := n.text
		if n.code != "" {
			got = n.code
		}
		decides := ""
		if n.decides != 0 {
			decides = string(n.decides)
		}
		require.Equal(t, [2]string{c.want, c.decides}, [2]string{got, decides}, "%q with %q", c.in, c.decimal)
	}
	require.Equal(t, "%", parseNumber("45,5 %", 0).symbol)
	require.Equal(t, "EUR", parseNumber("€ 45,5", 0).symbol)
	require.Equal(t, "EUR", parseNumber("-45 €", 0).symbol)
	require.Equal(t, "h", parseNumber("12h", 0).symbol)
	require.True(t, parseNumber("1,23E+05", 0).rounded)
	require.False(t, parseNumber("1.2345E+04", 0).rounded)
}

func TestParsePeriod(t *testing.T) {
	for _, c := range []struct{ in, order, want string }{
		{"2024", "", "2024"}, {" 2024 ", "", "2024"}, {"2024-Q3", "", "2024-Q3"}, {"2024-q3", "", "2024-Q3"}, {"2024-03", "", "2024-03"}, {"2024-12-31", "", "2024-12-31"}, {"2024/2025", "", "2024/2025"},
		{"31/12/2024", "", "2024-12-31"}, {"12/31/2024", "", "2024-12-31"}, {"31-12-2024", "", "2024-12-31"}, {"31.12.2024", "", "2024-12-31"}, {"05/05/2024", "", "2024-05-05"}, {"2024/12/31", "", "2024-12-31"}, {"2024-12-31 00:00:00", "", "2024-12-31"},
		{"03/04/2024", "", CodePeriodAmbiguous}, {"03/04/2024", "dmy", "2024-04-03"}, {"03/04/2024", "mdy", "2024-03-04"}, {"31/12/2024", "mdy", CodePeriodUnreadable}, {"31/12/24", "", CodePeriodUnreadable},
		{"30/02/2024", "", CodePeriodUnreadable}, {"29/02/2024", "", "2024-02-29"}, {"32/13/2024", "", CodePeriodUnreadable},
		{"03/2024", "", "2024-03"}, {"3/2024", "", "2024-03"}, {"03-2024", "", "2024-03"}, {"2024/03", "", "2024-03"}, {"13/2024", "", CodePeriodUnreadable}, {"2024-3", "", CodePeriodAmbiguous},
		{"marzo 2024", "", "2024-03"}, {"Marzo de 2024", "", "2024-03"}, {"MARZO DEL 2024", "", "2024-03"}, {"March 2024", "", "2024-03"}, {"mar-2024", "", "2024-03"}, {"2024 març", "", "2024-03"}, {"xuño 2024", "", "2024-06"}, {"mar-24", "", CodePeriodUnreadable},
		{"31 de diciembre de 2024", "", "2024-12-31"}, {"December 31, 2024", "", "2024-12-31"},
		{"2024T3", "", "2024-Q3"}, {"2024-T3", "", "2024-Q3"}, {"3T2024", "", "2024-Q3"}, {"3T 2024", "", "2024-Q3"}, {"T3 2024", "", "2024-Q3"}, {"Q3 2024", "", "2024-Q3"}, {"3.º trimestre de 2024", "", "2024-Q3"}, {"3er trimestre 2024", "", "2024-Q3"}, {"Tercer trimestre de 2024", "", "2024-Q3"}, {"III trimestre 2024", "", "2024-Q3"}, {"5T2024", "", CodePeriodUnreadable},
		{"1S2024", "", "2024-S1"}, {"2024S2", "", "2024-S2"}, {"2º semestre 2024", "", "2024-S2"},
		{"2024-2025", "", "2024/2025"}, {"2024/25", "", "2024/2025"}, {"curso 2024-25", "", "2024/2025"}, {"2011/12", "", CodePeriodAmbiguous}, {"curso 2011/12", "", "2011/2012"}, {"2024/2026", "", CodePeriodUnreadable},
		{"45657", "", CodePeriodSerial}, {"45657,5", "", CodePeriodSerial}, {"202403", "", CodePeriodAmbiguous}, {"2024.0", "", CodePeriodUnreadable}, {"2024,5", "", CodePeriodUnreadable}, {"4001", "", CodePeriodUnreadable}, {"24", "", CodePeriodUnreadable},
		{"", "", CodePeriodUnreadable}, {"hoy", "", CodePeriodUnreadable}, {"-2024", "", CodePeriodUnreadable}, {"2024?", "", CodePeriodUnreadable}, {"Año 2024", "", "2024"}, {"marzo", "", CodePeriodUnreadable}, {"2024 2024", "", CodePeriodUnreadable},
		{strings.Repeat("2024 ", 40), "", CodePeriodUnreadable},
	} {
		w := parsePeriod(c.in, c.order)
		got := w.p.String()
		if w.code != "" {
			got = w.code
		}
		require.Equal(t, c.want, got, "%q %s", c.in, c.order)
	}
	require.Equal(t, "2024-04-03, 2024-03-04", parsePeriod("03/04/2024", "").hint)
}

func TestGazetteer(t *testing.T) {
	g := newGazetteer(&indicators.Network{Cities: []indicators.City{
		{Code: "03014", Name: "Alicante/Alacant"}, {Code: "04013", Name: "Almería"}, {Code: "08019", Name: "Barcelona"}, {Code: "15030", Name: "A Coruña"},
		{Code: "20069", Name: "Donostia/San Sebastián"}, {Code: "26089", Name: "Logroño"}, {Code: "28079", Name: "Madrid"}, {Code: "35016", Name: "Las Palmas de Gran Canaria"},
		{Code: "46131", Name: "Gandia"}, {Code: "01059", Name: "Vitoria-Gasteiz"}, {Code: "17001", Name: "Sada"}, {Code: "31001", Name: "Sada"},
		{Code: "15902", Name: "Oza-Cesuras", Predecessors: []indicators.Predecessor{{Code: "15026", Name: "Cesuras"}, {Code: "15063", Name: "Oza dos Ríos"}}},
	}})
	for _, c := range []struct{ in, code, problem, hint string }{
		{"28079", "28079", "", ""}, {" 28079 ", "28079", "", ""}, {"4013", "04013", CodeLostZero, ""}, {"280796", "28079", "", ""}, {"080193", "08019", "", ""}, {"80193", "08019", CodeLostZero, ""}, {"280795", "", CodeUnknownCity, ""},
		{"28079000000", "28079", "", ""}, {"34132828079", "28079", "", ""}, {"34132928079", "", CodeUnknownCity, ""}, {"28079000601", "", CodeUnknownCity, ""}, {"4013000000", "04013", CodeLostZero, ""},
		{"28080", "", CodeUnknownCity, ""}, {"", "", CodeUnknownCity, ""},
		{"Madrid", "28079", "", ""}, {"MADRID", "28079", "", ""}, {"Coruña, A", "15030", "", ""}, {"Coruña (A)", "15030", "", ""}, {"a coruna", "15030", "", ""}, {"Almeria", "04013", "", ""},
		{"Alacant", "03014", "", ""}, {"Alicante", "03014", "", ""}, {"Alicante / Alacant", "03014", "", ""}, {"Alacant/Alicante", "03014", "", ""}, {"San Sebastián", "20069", "", ""}, {"Palmas de Gran Canaria, Las", "35016", "", ""},
		{"Vitoria Gasteiz", "01059", "", ""}, {"Cesuras", "15026", "", ""}, {"15063", "15063", "", ""},
		{"Sada", "", CodeAmbiguousCity, "17001, 31001"}, {"Gandía", "46131", "", ""}, {"Barcelonna", "", CodeUnknownCity, "Barcelona"}, {"Vitoria", "", CodeUnknownCity, ""}, {"28O79", "", CodeUnknownCity, ""},
	} {
		m := g.find(c.in)
		require.Equal(t, match{c.code, c.problem, c.hint}, m, c.in)
		require.Equal(t, m, g.find(c.in), "remembered")
	}
}

// Published codes with their control digits (INE, list of municipalities).
func TestControlDigit(t *testing.T) {
	for _, c := range []string{"280796", "080193", "410917", "462508", "502973", "290672", "480209"} {
		if control(c[:5]) != c[5] {
			t.Errorf("%s: got %c", c, control(c[:5]))
		}
	}
}

func TestMessages(t *testing.T) {
	codes := []string{CodeEncoding, CodeMixedEncoding, CodeInvalidBytes, CodeNUL, CodeQuote, CodeTruncated, CodeFieldCount, CodeLongField, CodeNoRows, CodeDuplicateHeader, CodeUnknownColumn, CodeMissingColumn,
		CodeUnknownCity, CodeAmbiguousCity, CodeLostZero, CodeOtherCities, CodePeriodUnreadable, CodePeriodAmbiguous, CodePeriodSerial, CodeWrongPeriod, CodeUnknownVariable, CodeUnknownMember, CodeNoBreakdown, CodeUnknownUnit, CodeUnitMismatch, CodeUnknownStatus, CodeStatusConflict,
		CodeAmbiguousNumber, CodeMixedNumbers, CodeNumberConvention, CodeNumberGrouping, CodeNumberSymbol, CodeSymbolRead, CodeNumberRounded, CodeNumberScientific, CodeNumberRange, CodeTextInNumber, CodeNotInteger, CodeNegative,
		CodeDuplicate, CodeConflict, CodeFilled, CodeRange, CodePlausible, CodeChange, CodeIdentity, CodeRecoverable, CodeAtMost, CodeOutlier, CodeMergedOwn, CodeMergedIncomplete, CodeMergedStraddle, CodeMore}
	require.Len(t, texts, len(codes))
	names := func(s string) map[string]bool {
		m := map[string]bool{}
		for _, p := range strings.Split(s, "{")[1:] {
			n, _, ok := strings.Cut(p, "}")
			require.True(t, ok, s)
			m[n] = true
		}
		require.Equal(t, strings.Count(s, "["), strings.Count(s, "]"), s)
		return m
	}
	for _, code := range codes {
		x, ok := texts[code]
		require.True(t, ok, code)
		require.NotEmpty(t, x[0], code)
		require.NotEmpty(t, x[1], code)
		require.Equal(t, names(x[0]), names(x[1]), code)
	}
	f := Finding{Code: CodeRange, Subject: "share", Value: "120.5", Args: map[string]string{"min": "0", "max": "100"}}
	require.Equal(t, "share vale 120,5, fuera de lo posible (0 a 100). Corrija la cifra o su unidad.", f.Message("es"))
	require.Equal(t, "share is 120.5, outside what is possible (0 to 100). Correct the figure or its unit.", f.Message("en"))
	require.Equal(t, f.Message("en"), f.Message("fr"))
	f = Finding{Code: CodeUnknownCity, Value: "{x}[y]"}
	require.Equal(t, "“{x}[y]” is neither the code nor the name of a municipality of the network: the row was not taken. Write the INE code of five digits.", f.Message("en"))
	f = Finding{Code: CodeAtMost, Subject: "a", Value: "3", Args: map[string]string{"other": "b", "limit": "2", "message.es": "No [cabe] {más}."}}
	require.Equal(t, "No [cabe] {más}. a (3) es mayor que b (2). Compruebe las dos cifras.", f.Message("es"))
}

func TestSinkIsBounded(t *testing.T) {
	var s sink
	for i := range 3 * MaxFindings {
		s.add(Finding{Code: CodeNegative, Severity: Info, Line: i + 1})
	}
	s.add(Finding{Code: CodeRange, Severity: Err, Line: 1})
	list := s.list()
	require.Len(t, list, MaxFindings+1)
	require.Contains(t, list, Finding{Code: CodeRange, Severity: Err, Line: 1})
	require.Equal(t, Finding{Code: CodeMore, Severity: Warning, Args: map[string]string{"count": fmt.Sprint(2*MaxFindings + 1)}}, list[MaxFindings])
}
