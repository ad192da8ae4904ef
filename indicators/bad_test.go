package indicators

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mark stands before the place at which a problem is expected.
const mark = "∑"

// cut takes the marks out of a text and returns their places.
func cut(text string) (string, []Position) {
	var at []Position
	for {
		i := strings.Index(text, mark)
		if i < 0 {
			return text, at
		}
		line := 1 + strings.Count(text[:i], "\n")
		at = append(at, Position{"bad", line, i - strings.LastIndexByte(text[:i], '\n')})
		text = text[:i] + text[i+len(mark):]
	}
}

// bad is a small change of a valid document and what must be said of it, one
// text for each mark.
type bad struct {
	name     string
	old, new string // the first old becomes new
	kind     error
	want     []string
}

var badCatalogues = []bad{
	// Syntax and what of YAML is not read.
	{"unknown key", "license:", mark + "licence:", ErrSchema, []string{`unknown key "licence"; did you mean "license"?`}},
	{"unknown key, nothing near", "    additive: true\n", "    additive: true\n    " + mark + "hovercraft: full\n", ErrSchema, []string{`variable "population", hovercraft: unknown key "hovercraft"; the keys here are additive,`}},
	{"duplicate key", "version: 1.2.0", "version: 1.2.0\n" + mark + "id: again", ErrDuplicate, []string{`the key "id" is here twice; the first is at line 2, column 1`}},
	{"duplicate key after accents", "{es: Sexo, en: Sex}", "{es: ñandú, en: b, " + mark + "es: c}", ErrDuplicate, []string{`the key "es" is here twice`}},
	{"anchor and alias", "title: {es: Catálogo de prueba, en: Test catalogue}\ndescription:", "title: " + mark + "&t {es: a, en: b}\ndescription: " + mark + "*t\n# ", ErrSyntax, []string{"anchor &t: delete it", "alias *t: write the value out"}},
	{"merge key", "  name: {es: Ayuntamiento, en: City council}", "  " + mark + "<<: {url: x}", ErrSyntax, []string{"merge key <<"}},
	{"own tag", "id: test.small", "id: " + mark + "!env test.small", ErrSyntax, []string{`tag "!env": delete it`}},
	{"binary tag", "id: test.small", "id: " + mark + "!!binary dGVzdA==", ErrSyntax, []string{"tag"}},
	{"number as key", `{"..": missing, "-1": suppressed}`, `{"..": missing, ` + mark + `-1: suppressed}`, ErrSyntax, []string{`the key "-1" is not text; quote it`}},
	{"list as key", `{"..": missing, "-1": suppressed}`, `{` + mark + `[a]: missing}`, ErrSyntax, []string{"a key must be text"}},
	{"two documents", "# A small catalogue that uses every part of the format.\n", "a: b\n" + mark + "---\n", ErrSyntax, []string{"a second document begins here"}},
	{"tab", "  name: {es: Ayuntamiento, en: City council}", "  name:\n\t" + mark + "es: a", ErrSyntax, []string{"indent with spaces, not tabs"}},
	{"colon in text", "description: {es: Pequeño., en: Small.}", mark + "description: es: Pequeño", ErrSyntax, []string{"quote a text that contains ': '"}},
	{"indentation", "  url: https://example.es/", " " + mark + "url: https://example.es/", ErrSyntax, []string{"not valid YAML"}},
	{"open quote", "id: test.small", `id: "test.small`, ErrSyntax, []string{"not valid YAML"}},
	{"control character", "Pequeño.", "Peque" + mark + "\u0085o.", ErrEncoding, []string{"control character U+0085"}},
	{"Windows-1252", "Pequeño.", "Peque" + mark + "\xf1o.", ErrEncoding, []string{"0xf1 is not UTF-8; save the file as UTF-8"}},
	{"leading zero", `cities: ["28079"]`, "cities: [" + mark + "05087]", ErrSyntax, []string{`"05087": quote it`}},
	{"number as code", `cities: ["28079"]`, "cities: [" + mark + "28079]", ErrSchema, []string{`is the number 28079; it must be text: quote it, "28079"`}},
	{"number as period", `until: "2019"`, "until: " + mark + "2019", ErrSchema, []string{`definitions[0].until: is the number 2019; it must be text: quote it`}},
	{"yes", "additive: true", "additive: " + mark + "yes", ErrSyntax, []string{"write true or false"}},
	{"infinity", "range: {min: 0}", "range: {min: " + mark + "-.inf}", ErrSyntax, []string{"infinity"}},
	{"underscores", "max: 4000000", "max: " + mark + "4_000_000", ErrSyntax, []string{"plain decimal digits"}},

	// Schema.
	{"missing key", "title: {es: Catálogo de prueba, en: Test catalogue}\n", "", ErrSchema, []string{`the key "title" is missing`}},
	{"missing in element", "  - id: women\n    label: {es: Mujeres, en: Women}\n    unit: \"{person}\"\n", "  - " + mark + "id: women\n    label: {es: Mujeres, en: Women}\n", ErrSchema, []string{`variable "women": the key "unit" is missing`}},
	{"wrong type", "additive: true", "additive: " + mark + "1", ErrSchema, []string{"is the number 1; it must be true or false"}},
	{"empty value", "unit: \"%\"\n", "unit:" + mark + "\n", ErrSchema, []string{"is empty; write text"}},
	{"enumeration", "polarity: lower", "polarity: " + mark + "lowr", ErrSchema, []string{`"lowr" is not known; did you mean "lower"?`}},
	{"frequency", "frequency: M", "frequency: " + mark + "Y", ErrSchema, []string{`"Y" is not known; write one of A, S`}},
	{"variable id", "id: gondolas\n", "id: " + mark + "Gondolas-2\n", ErrSchema, []string{"lower-case letters, digits and '_'"}},
	{"indicator id", "id: waste.gondolas", "id: " + mark + "waste_gondolas", ErrSchema, []string{"write family.name"}},
	{"decimals", "decimals: 1", "decimals: " + mark + "7", ErrSchema, []string{"the greatest is 6"}},
	{"version", "version: 1.2.0", "version: " + mark + "1.2", ErrSchema, []string{"number 1.2"}},
	{"token", "\"..\": missing", "\"..\": " + mark + "mising", ErrSchema, []string{`did you mean "missing"?`}},
	{"language tag", "languages: [es, en]", "languages: [es, " + mark + "EN]", ErrSchema, []string{"a language tag such as es"}},

	// Relations.
	{"duplicate id", "  - id: price_index\n", "  - id: " + mark + "women\n", ErrDuplicate, []string{`variable "women" is here twice; the first is at line 46`}},
	{"unknown family", "family: waste", "family: " + mark + "wastes", ErrUnknown, []string{`no family "wastes"; did you mean "waste"?`}},
	{"unknown source", "source: padron", "source: " + mark + "xyz", ErrUnknown, []string{`no source "xyz"; there are: padron`}},
	{"unknown dimension", "breakdowns: [sex]", "breakdowns: [" + mark + "sexo]", ErrUnknown, []string{`no dimension "sexo"; did you mean "sex"?`}},
	{"unknown variable", "parts: [women, men]", "parts: [women, " + mark + "mem]", ErrUnknown, []string{`rule "sexes", parts[1]: no variable "mem"; did you mean "men"?`}},
	{"unknown weight", "weight: population", "weight: " + mark + "populaton", ErrUnknown, []string{`did you mean "population"?`}},
	{"wrong unit", `unit: "%"`, `unit: "` + mark + `kgg"`, ErrUnit, []string{`indicator "population.women-share", unit: "kgg"`}},
	{"unit inside", `unit: "{gondola}"`, `unit: "kg/` + mark + `{gondolla}"`, ErrUnit, []string{"gondola"}},
	{"kind", "kind: index", "kind: " + mark + "currency", ErrUnit, []string{"kind"}},
	{"reserved", "id: gondolas\n", "id: " + mark + "namespace\n", ErrName, []string{"is a word of CEL"}},
	{"days", "id: gondolas\n", "id: " + mark + "days\n", ErrName, []string{"the days of the period"}},
	{"language lacking", "{es: Mujeres, en: Women}", mark + "{es: Mujeres}", ErrLanguage, []string{`label: the text in "en" is missing`}},
	{"language too many", "{es: Recogida., en: Collection.}", "{es: Recogida., en: Collection., " + mark + "ca: Recollida.}", ErrLanguage, []string{`"ca" is not one of the catalogue's languages (es, en)`}},
	{"blank", "{es: Recogida., en: Collection.}", "{es: Recogida., en: " + mark + "' '}", ErrLanguage, []string{"white space"}},
	{"date", "issued: 2026-11-24", "issued: " + mark + "2026-02-30", ErrPeriod, []string{"the calendar has no"}},
	{"moment of a mean", "    temporal: mean\n    frequency: M", "    temporal: mean\n    moment: " + mark + "end\n    frequency: M", ErrValue, []string{"only a stock has a moment"}},
	{"additive mean", "    temporal: mean\n    frequency: M", "    temporal: mean\n    additive: " + mark + "true\n    frequency: M", ErrValue, []string{"a mean cannot be summed"}},
	{"range", "range: {min: 0}", "range: " + mark + "{min: 5, max: -1}", ErrValue, []string{"min 5 is greater than max -1"}},
	{"plausible", "plausible: {min: 100,", "plausible: {min: " + mark + "-3,", ErrValue, []string{"below range.min"}},
	{"province", `provinces: ["01", "48"]`, `provinces: ["01", ` + mark + `"53"]`, ErrCode, []string{"no province"}},
	{"INE", `cities: ["28079"]`, `cities: [` + mark + `"53079"]`, ErrCode, []string{"is not an INE code"}},
	{"DIR3", "dir3: L01280796", "dir3: " + mark + "L01280797", ErrCode, []string{`write "L01280796"`}},
	{"family prefix", "id: waste.gondolas", "id: " + mark + "population.gondolas", ErrValue, []string{"must be the same"}},
	{"target missing", "    target: {min: 40, max: 60, period: \"2030\", source: {es: Norma, en: Norm}}\n", "", ErrValue, []string{`needs the key "target"`}},
	{"target of lower", "target: {max: 5}", "target: " + mark + "{" + mark + "min: 5}", ErrValue, []string{"the target is a max", "has no min"}},
	{"neutral target", "polarity: lower", "polarity: neutral", ErrValue, []string{"a neutral indicator has no target"}},
	{"weight missing", "{kind: weighted-mean, weight: population}", mark + "{kind: weighted-mean}", ErrValue, []string{`needs the key "weight"`}},
	{"weight too many", "{kind: ratio-of-sums}", "{kind: sum, " + mark + "weight: women}", ErrValue, []string{"only a weighted-mean has a weight"}},
	{"period", `until: "2019"`, `until: "2019-M` + mark + `13"`, ErrPeriod, []string{"2019-M13"}},
	{"overlap", `from: "2020"`, `from: ` + mark + `"2019"`, ErrPeriod, []string{"2019 overlaps or precedes version 1"}},
	{"until before from", `until: "2022"`, `until: ` + mark + `"2019-12"`, ErrPeriod, []string{"is before from"}},
	{"no until", `        until: "2022"` + "\n", "", ErrPeriod, []string{"version 2 has no until"}},
	{"no from", `        from: "2023"` + "\n", "", ErrPeriod, []string{"version 3 has no from"}},
	{"versions", "- version: 3", "- version: " + mark + "2", ErrValue, []string{"versions must rise, write 3 or more"}},
	{"comparable with nothing", "{version: 1, formula: gondolas}", "{version: 1, formula: gondolas, comparable: " + mark + "true}", ErrValue, []string{"none before it"}},
	{"mapping twice", `{system: iso37120, code: "13.1", exact: true}`, mark + `{system: sdg, code: "5.5", exact: true}`, ErrDuplicate, []string{"sdg 5.5 is here twice"}},
	{"rule parameter lacking", "{id: most, kind: atmost, severity: info, variable: women, other: population,", mark + "{id: most, kind: atmost, severity: info, variable: women,", ErrValue, []string{`a rule of the kind atmost needs the key "other"`}},
	{"rule parameter too many", "variable: population, max: 0.15,", "variable: population, max: 0.15, " + mark + "per: women,", ErrValue, []string{"a rule of the kind change does not use it"}},
	{"rule units", "other: population,", "other: " + mark + "gondolas,", ErrUnit, []string{"give them the same unit"}},
	{"rule on itself", "other: population,", "other: " + mark + "women,", ErrValue, []string{"compared with itself"}},
	{"currency", "currency: EUR", "currency: " + mark + "XQX", ErrUnit, []string{"not a currency"}},
	{"deflator's base", `"2021": "100"`, `"2021": ` + mark + `"101"`, ErrValue, []string{"must be 100"}},
	{"deflator without base", `"2021": "100", `, ``, ErrValue, []string{"the base year 2021 is missing"}},
	{"deflator zero", `"97.01"`, mark + `"0.0"`, ErrValue, []string{"positive decimal"}},
	{"two problems", "issued: 2026-11-24", "issued: " + mark + "soon\n" + mark + "isued: 2", ErrSchema, []string{"a date such as", "unknown key"}},
}

func TestBadCatalogues(t *testing.T) {
	base, err := os.ReadFile("testdata/small.yaml")
	require.NoError(t, err)
	for _, c := range badCatalogues {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, string(base), c.old)
			text, at := cut(strings.Replace(string(base), c.old, c.new, 1))
			_, err := Load(strings.NewReader(text), Config{File: "bad"})
			checkProblems(t, err, c, at)
		})
	}
}

// checkProblems wants each text of c at its mark, and nothing else; without
// marks, anywhere.
func checkProblems(t *testing.T, err error, c bad, at []Position) {
	t.Helper()
	var list Errors
	require.True(t, errors.As(err, &list), "got %v", err)
	var all []string
	for _, e := range list {
		all = append(all, e.Error())
	}
	got := strings.Join(all, "\n")
	require.Len(t, list, len(c.want), got)
	require.ErrorIs(t, err, c.kind, got)
	require.Equal(t, c.kind.Error(), list[0].Code)
	for i, e := range list {
		require.Contains(t, e.Msg, c.want[i])
		require.Positive(t, e.Line)
		if len(at) > 0 {
			require.Equal(t, at[i], Position{e.File, e.Line, e.Column}, got)
		}
	}
}
