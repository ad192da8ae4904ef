package formula

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What becomes of statuses and reasons: presence the worst of the operands
// read, flags and reasons the union.
func TestMissing(t *testing.T) {
	const rows = `
e 2020 population 10
e 2020 waste_t missing
e 2020 recycled_t suppressed
e 2020 recycled_kg not-applicable
e 2020 area 2 provisional
e 2020 spend 0 estimated+break
e 2020 energy missing+forecast
e 2020 no2 1 observed+not-for-publication
e 2020 women missing+primary
`
	cases := [][2]string{
		{"population + waste_t", "missing not-collected|waste_t"},
		{"waste_t + recycled_t", "suppressed not-collected|waste_t;suppressed|recycled_t"},
		{"recycled_kg + waste_t", "missing not-applicable|recycled_kg;not-collected|waste_t"},
		{"recycled_kg + population", "not-applicable not-applicable|recycled_kg"},
		{"area + spend", "2 observed+provisional+estimated+break"},
		{"area * waste_t", "missing+provisional not-collected|waste_t"},
		{"no2 + area", "3 observed+provisional+not-for-publication"},
		{"women + no2", "missing+primary not-collected|women"},
		// the branch not taken is not read
		{"population > 0.0 ? population : waste_t", "10"},
		{"population > 0.0 ? waste_t : area", "missing not-collected|waste_t"},
		{"area > 0.0 ? population : spend", "10 observed+provisional"},
		{"waste_t > 0.0 ? area : spend", "missing not-collected|waste_t"},
		// what decides absorbs
		{"waste_t > 0.0 && population < 0.0 ? 1.0 : 2.0", "2"},
		{"population < 0.0 && waste_t > 0.0 ? 1.0 : 2.0", "2"},
		{"waste_t > 0.0 || population > 0.0 ? 1.0 : 2.0", "1"},
		{"population > 0.0 || area > 0.0 ? 1.0 : 2.0", "1"},
		{"area < 0.0 || population > 0.0 ? 1.0 : 2.0", "1 observed+provisional"},
		{"population > 0.0 && waste_t > 0.0 ? 1.0 : 2.0", "missing not-collected|waste_t"},
		{"waste_t > 0.0 || recycled_t > 0.0 ? 1.0 : 2.0", "suppressed not-collected|waste_t;suppressed|recycled_t"},
		{"waste_t > 0.0 && 1/0 > 0 ? 1.0 : 2.0", "missing not-collected|waste_t"},
		// errors are stronger than missing operands, except beside && and ||
		{"waste_t + double(1/0)", "not-computable not-computable|x.i|division by zero in 1/0 (version 1, column 18)"},
		{"per(waste_t, 0.0)", "missing not-collected|waste_t"},
		{"per(population, spend)", "not-computable+estimated+break not-computable|x.i|zero denominator in per(population, spend) (version 1, column 1)"},
		{"population / spend", "not-computable+estimated+break not-computable|x.i|the result is +Inf in population / spend (version 1, column 1)"},
		{"spend > 0.0 ? population / spend : 0.0", "0 observed+estimated+break"},
		// opting out
		{"present(waste_t) ? 1.0 : 0.0", "0"},
		{"present(area) ? 1.0 : 0.0", "1"},
		{"present(double(1/0)) ? 1.0 : 0.0", "not-computable not-computable|x.i|division by zero in 1/0 (version 1, column 16)"},
		{"coalesce(waste_t, area)", "2 observed+provisional"},
		{"coalesce(population, waste_t)", "10"},
		{"coalesce(population, area)", "10"},
		{"coalesce(waste_t, recycled_t)", "suppressed not-collected|waste_t;suppressed|recycled_t"},
		{"coalesce(waste_t, recycled_t, 3.0)", "3"},
		{"coalesce(population, double(1/0))", "10"},
		// evaluated by cel-go
		{"[population, waste_t].exists(q, q > 1.0) ? 1.0 : 2.0", "missing not-collected|waste_t"},
		{"math.greatest(population, area, 1.0)", "10 observed+provisional"},
		{"math.greatest(population, waste_t, recycled_t)", "suppressed not-collected|waste_t;suppressed|recycled_t"},
		{"math.greatest(population, spend, 0.0 * population/spend)", "not-computable+estimated+break not-computable|x.i|no such overload: math.@max in math.greatest(population, spend, 0.0 * population/spend) (version 1, column 1)"},
	}
	for _, tt := range cases {
		text := strings.ReplaceAll(catalogueText("i¦1¦"+tt[0]), "unit: \"kg\"", "unit: \"1\"")
		p := compileLoose(t, text)
		got := show(eval(t, p, table(t, p.cat, rows)).At(key("e", "2020"), "x.i"))
		require.Equal(t, tt[1], got, tt[0])
	}
}

func TestWindows(t *testing.T) {
	const rows = `
e 2017 waste_t 1
e 2018 waste_t 2 estimated
e 2019 population 5
e 2020 waste_t 4
e 2021 waste_t 8
e 2022 waste_t 16
e 2022 visits 3
e 2021 visits 2
e/f 2022 women 7
e/m 2022 women 5 provisional
e/f 2021 women 7
f 2022 waste_t 1
f 2022 women 12
`
	for _, tt := range []struct{ formula, at, want string }{
		{"prev(waste_t)", "2022", "8"},
		{"prev(prev(waste_t))", "2022", "4"},
		{"lag(waste_t, 2)", "2022", "4"},
		{"lag(waste_t, 4)", "2022", "2 observed+estimated"},
		{"prev(waste_t)", "2020", "missing not-collected|waste_t|2019"},
		{"prev(waste_t)", "2017", "missing not-collected|waste_t|2016"},
		{"prev(waste_t + population)", "2022", "missing not-collected|population|2021"},
		{"prev(waste_t * 2.0) - waste_t", "2022", "0"},
		{"rolling_sum(waste_t, 3)", "2022", "28"},
		{"rolling_sum(waste_t, 1)", "2022", "16"},
		{"rolling_mean(waste_t, 2)", "2022", "12"},
		{"rolling_sum(waste_t, 3)", "2021", "missing not-collected|waste_t|2019"},
		{"rolling_sum(waste_t, 4)", "2022", "missing not-collected|waste_t|2019"},
		{"rolling_sum(visits, 2)", "2022", "5"},
		{"rolling_mean(visits, 2)", "2022", "2.5"},
		{"sum_over(women, 'sex')", "2022", "12 observed+provisional"},
		{"mean_over(women, 'sex')", "2022", "6 observed+provisional"},
		{"prev(sum_over(women, 'sex'))", "2022", "missing not-collected|women|2021"},
		{"sum_over(prev(women), 'sex')", "2022", "missing not-collected|women|2021"},
		{"[prev(waste_t), 1.0].exists(q, q == 8.0) ? days : 0.0", "2020", "missing not-collected|waste_t|2019"},
		{"[prev(waste_t), 1.0].exists(q, q == 8.0) ? days : 0.0", "2022", "365"},
		{"days", "2020", "366"},
		{"prev(days)", "2021", "366"},
		{"coalesce(prev(waste_t), 9.0)", "2020", "9"},
	} {
		p := compileLoose(t, catalogueText("i¦1¦"+tt.formula))
		got := show(eval(t, p, table(t, p.cat, rows)).At(key("e", tt.at), "x.i"))
		require.Equal(t, tt.want, got, tt.formula+" "+tt.at)
	}
}

// A row whose members the indicator is not broken down by, a period of another
// frequency, and years without a definition have no value, and say why.
func TestNotApplicable(t *testing.T) {
	p := compile(t, `
total¦{person}¦population
bysex¦{person}¦women¦aggregation: {kind: none}
    breakdowns: [sex]
monthly¦{person}¦staff¦aggregation: {kind: none}
    frequency: M
versions¦{person}¦¦aggregation: {kind: none}
    definitions:
      - {version: 1, until: "2019", formula: "population"}
      - {version: 2, from: "2021", until: "2021", formula: "2.0*population"}
      - {version: 3, from: "2022", until: "2022", formula: "3.0*population"}
      - {version: 4, from: "2023", formula: "3.0*population", comparable: true}
follow¦{person}¦x.versions - prev(x.versions)
`)
	in := table(t, p.cat, `
e 2019 population 1
e 2020 population 2
e 2021 population 3
e 2022 population 4
e 2023 population 5
e/f 2020 women 6
e/f 2020 population 6
e 2020-03 staff 7
`)
	out := eval(t, p, in)
	for _, tt := range []struct{ entity, at, id, want string }{
		{"e", "2020", "x.total", "2"},
		{"e/f", "2020", "x.total", "not-applicable not-applicable|x.total|the indicator has no breakdown by sex"},
		{"e/f", "2020", "x.bysex", "6"},
		{"e", "2020", "x.monthly", "not-applicable not-applicable|x.monthly|the indicator is monthly"},
		{"e", "2020-03", "x.monthly", "7"},
		{"e", "2020-03", "x.total", "not-applicable not-applicable|x.total|the indicator is yearly"},
		{"e", "2019", "x.versions", "1"},
		{"e", "2020", "x.versions", "not-applicable definition|x.versions|no definition in force in 2020"},
		{"e", "2021", "x.versions", "6"},
		{"e", "2022", "x.versions", "12 observed+break"},
		{"e", "2023", "x.versions", "15"},
		{"e", "2021", "x.follow", "not-applicable definition|x.versions|no definition in force in 2020"},
		{"e", "2022", "x.follow", "6 observed+break"},
		{"e", "2023", "x.follow", "3 observed+break"},
	} {
		require.Equal(t, tt.want, show(out.At(key(tt.entity, tt.at), tt.id)), tt.entity+" "+tt.at+" "+tt.id)
	}
	require.Equal(t, 7, out.Len())
}

// Variables of a finer frequency are brought to the indicator's.
func TestFrequencies(t *testing.T) {
	p := compile(t, `
energy¦kW.h¦energy
temperature¦Cel¦temperature
staff¦{person}¦staff
growth¦%¦100.0*(energy-prev(energy))/prev(energy)
quarter¦kW.h¦energy¦aggregation: {kind: none}
    frequency: Q
density¦{person}/km2¦staff/area¦aggregation: {kind: none}
    frequency: M
`)
	rows := `
e 2021 energy 99
e 2021-01 energy 5
e 2023-12 staff 4 provisional
e 2023-06 staff 9
e 2022-06 staff 9
e 2022 area 3
e 2022-Q4 area 5
f 2022-12 staff suppressed
`
	for m := 1; m <= 12; m++ {
		at := "2022-" + string(rune('0'+m/10)) + string(rune('0'+m%10))
		rows += "e " + at + " energy 0.1\n"
		if m != 4 {
			rows += "f " + at + " energy 0.1\n"
			rows += "e " + at + " temperature " + string(rune('0'+m/2)) + "\n"
		} else {
			rows += "e " + at + " temperature 30 estimated\n"
		}
	}
	out := eval(t, p, table(t, p.cat, rows))
	for _, tt := range []struct{ entity, at, id, want string }{
		{"e", "2021", "x.energy", "99"},                      // delivered whole
		{"e", "2022", "x.energy", "1.2000000000000002"},      // 12·0.1000000000000000055… is halfway: to even
		{"e", "2022-Q1", "x.quarter", "0.30000000000000004"}, // the real 3·0.1000000000000000055, rounded once
		{"f", "2022", "x.energy", "missing incomplete|energy|11 of 12 monthly figures of 2022"},
		{"f", "2022-Q2", "x.quarter", "missing incomplete|energy|2 of 3 monthly figures of 2022-Q2"},
		{"e", "2022", "x.temperature", "5.3123287671232875 observed+estimated"},
		{"f", "2022", "x.temperature", "missing not-collected|temperature"},
		{"e", "2023", "x.staff", "4 observed+provisional"},
		{"e", "2022", "x.staff", "missing not-collected|staff"},
		{"f", "2022", "x.staff", "suppressed suppressed|staff"},
		{"e", "2022", "x.growth", "-98.78787878787878"},
		{"e", "2022-06", "x.density", "3"},
		{"e", "2023-06", "x.density", "missing not-collected|area"},
	} {
		require.Equal(t, tt.want, show(out.At(key(tt.entity, tt.at), tt.id)), tt.entity+" "+tt.at+" "+tt.id)
	}
}
