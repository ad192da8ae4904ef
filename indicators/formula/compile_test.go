package formula

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/period"
)

// Each formula has a ∑ where the error must be; it is not part of the formula.
func TestCompileErrors(t *testing.T) {
	ratio := "aggregation: {kind: ratio-of-sums}"
	for _, tt := range []struct {
		unit, formula string
		more          string
		kind          error
		want          string
	}{
		{"1", "∑populatoin / area", "", ErrName, `unknown name "populatoin"; did you mean population?`},
		{"1", "area + ∑zzz", "", ErrName, `unknown name "zzz"; declare it under variables`},
		{"1", "∑x.foo + area", "", ErrName, `unknown name "x.foo"; declare it under variables`},
		{"1", "area + ∑population.total", "", ErrName, `unknown name "population.total": population is a number and has no fields`},
		{"1", "∑x.other_indicatr", "", ErrName, `did you mean x.other_indicator?`},
		{"1", "∑x.other-indicator", "", ErrName, `'-' is subtraction; write x.other_indicator`},
		{"1", "∑prv(area)", "", ErrName, `unknown function "prv"; did you mean prev(…)?`},
		{"1", "∑foo(area)", "", ErrName, `unknown function "foo"; there are coalesce, lag,`},
		{"1", "1.0 + ∑math.foo(area)", "", ErrName, `unknown function "math.foo"`},
		{"1", "∑100 * area", "", ErrMixed, "100 is an int beside a double; write 100.0"},
		{"1", "area == ∑1 ? 1.0 : 2.0", "", ErrMixed, "1 is an int beside a double; write 1.0"},
		{"1", "area ∑+ visits", "", ErrMixed, "write double(…) around the int"},
		{"1", "area ∑% area", "", ErrType, "% does not take (double, double)"},
		{"1", "area ∑? 1.0 : 2.0", "", ErrType, "?: does not take (double, double, double); write condition ? a : b"},
		{"1", "∑lag(area)", "", ErrType, "lag does not take (double); write lag(x, 2)"},
		{"1", "∑prev(area, 2)", "", ErrType, "prev does not take (double, int); write prev(x)"},
		{"1", "∑area > 0.0", "", ErrType, "the formula gives a bool and an indicator is a number"},
		{"1", "∑'a'", "", ErrType, "gives text, a list"},
		{"1", "area +∑", "", ErrSyntax, "the formula ends too early"},
		{"1", "area ∑$ 1.0", "", ErrSyntax, "token recognition"},
		{"1", "(area∑", "", ErrSyntax, "missing ')'"},
		{"km2", "lag(area, ∑visits)", "", ErrWindow, "lag: the number of periods is visits; write a literal, such as 12"},
		{"km2", "rolling_mean(area, ∑0)", "", ErrWindow, "the number of periods is 0; write 1 to 3660"},
		{"km2", "rolling_mean(area, ∑9999)", "", ErrWindow, "9999"},
		{"{person}", "sum_over(women, ∑'sexo')", "", ErrWindow, `no dimension "sexo"; did you mean 'sex'?`},
		{"km2", "[1.0].exists(q, ∑prev(q) > 0.0) ? area : area", "", ErrWindow, "may not use the variable of a macro"},
		{"1", "∑x.i + 1.0", "", ErrCycle, "uses itself"},
		{"1", "1.0 + prev(∑x.i)", "", ErrCycle, "uses itself"},
		{"mm", "∑rain", "", ErrFrequency, "rain is delivered weekly, of which yearly periods are not made; make the indicator weekly"},
		{"t", "∑waste_t", "frequency: M", ErrFrequency, "waste_t is a flow delivered yearly, which says nothing of a monthly indicator's periods"},
		{"1", "1.0 + ∑x.other_indicator", "frequency: M", ErrFrequency, "x.other-indicator is yearly and this indicator monthly"},
		// units
		{"t/{person}", "∑recycled_kg/population", "", ErrUnit, "declared t/{person}, formula gives kg/{person}; multiply by 0.001"},
		{"kg/{person}", "∑waste_t/population", "", ErrUnit, "multiply by 1000.0"},
		{"kg/{person}", "∑100.0*waste_t/population", "", ErrUnit, "takes a factor of 1000.0, and its literals make 100.0"},
		{"t/{person}", "∑waste_t*1000.0/population", "", ErrUnit, "formula gives t/{person} times 1000.0, which is in t/k{person}; leave the factor out"},
		{"1", "∑100.0*women/population", "", ErrUnit, "formula gives 1 times 100.0, which is in %"},
		{"t", "∑waste_t/1000.0", "", ErrUnit, "times 0.001"},
		{"{person}/t", "∑waste_t/population", "", ErrUnit, "declared {person}/t, formula gives t/{person}"},
		{"%", "∑women/population", "", ErrUnit, "multiply by 100.0"},
		{"t", "∑waste_t + recycled_kg", "", ErrUnit, "waste_t + recycled_kg: + adds t and kg; multiply the second by 0.001"},
		{"t", "∑waste_t - population", "", ErrUnit, "- subtracts t and {person}"},
		{"t", "population > 0.0 && ∑waste_t > area ? waste_t : waste_t", "", ErrUnit, "> compares t and km2"},
		{"t", "∑population > 0.0 ? waste_t : recycled_kg", "", ErrUnit, "the branches of ?: are in t and kg"},
		{"t", "∑coalesce(waste_t, recycled_kg)", "", ErrUnit, "the operands of coalesce are in t and kg"},
		{"%", "∑share(recycled_kg, waste_t)", "", ErrUnit, "multiply the first by 0.001"},
		{"%", "∑share(area, waste_t)", "", ErrUnit, "share takes a part and a whole of the same unit, and these are km2 and t"},
		{"EUR@2020", "∑spend20 + spend23", "", ErrUnit, "deflate the variable before, with cpi"},
		{"EUR@2023", "∑spend20", "", ErrUnit, "with cpi"},
		{"Cel", "∑temperature + temperature", "", ErrUnit, "two levels in Cel have no sum"},
		{"Cel", "∑2.0 * temperature", "", ErrUnit, "a level has no product or quotient"},
		{"Cel", "∑rolling_sum(temperature, 2)", "", ErrUnit, "is a level"},
		{"t", "∑math.greatest(waste_t, recycled_kg)", "", ErrUnit, "the operands of math.greatest are in t and kg; multiply the second by 0.001"},
		{"t", "∑math.least(waste_t, 1.0, population)", "", ErrUnit, "the operands of math.least are in t and {person}"},
		{"m3", "∑volume_l + volume_m3", "", ErrUnit, "+ adds L and m3; multiply the second by 1000.0"},
		{"EUR/{person}", "∑spend/population + spend/dwellings", "", ErrUnit, "+ adds EUR/{person} and EUR/{household}: dimension EUR.{household}-1 is not EUR.{person}-1"},
		{"%", "∑share(women, dwellings)", "", ErrUnit, "these are {person} and {household}"},
		{"t", "∑waste_t + (spend20/spend23)*waste_t", "", ErrUnit, "prices of different years"},
		{"1", "∑prices*prices", "", ErrUnit, "two figures of kind index have no product; use their ratio"},
		{"1", "∑women/population + percentage", "", ErrUnit, "adds 1 and %; multiply the second by 0.01"},
		{"Cel", "∑temperature/2.0", "", ErrUnit, "a level has no product or quotient"},
		{"Cel", "∑-temperature", "", ErrUnit, "is a level"},
		{"Cel", "∑temperature - (temperature - prev(temperature)) > temperature - prev(temperature) ? temperature : temperature", "", ErrUnit, "compares a level and a difference"},
		// network
		{"t", "∑waste_t", ratio, ErrAggregation, "declare aggregation sum"},
		{"d", "∑days", ratio, ErrAggregation, "declare aggregation none"},
		{"ug/m3/t", "∑no2/waste_t", ratio, ErrAggregation, "variable no2 is not additive"},
		{"t2/{person}", "∑waste_t*recycled_t/population", ratio, ErrAggregation, "waste_t*recycled_t multiplies variables"},
		{"1/t", "∑1.0/waste_t", ratio, ErrAggregation, "1.0/waste_t has no variable above the line"},
		{"t/{person}", "∑math.abs(waste_t)/population", ratio, ErrAggregation, "math.abs(waste_t) is no sum of variables; declare aggregation weighted-mean"},
		{"t/{person}", "∑coalesce(waste_t, recycled_t)/population", ratio, ErrAggregation, "is no sum of variables"},
	} {
		at := strings.Index(tt.formula, "∑")
		formula := strings.Replace(tt.formula, "∑", "", 1)
		text := catalogueText(fmt.Sprintf("i¦%s¦%s¦%s\nother-indicator¦1¦1.0", tt.unit, formula, tt.more))
		c, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "c.yaml"})
		require.NoError(t, err, tt.formula)
		_, err = Compile(c, Config{})
		require.ErrorIs(t, err, tt.kind, tt.formula)
		require.ErrorContains(t, err, tt.want, tt.formula)
		var list Errors
		require.True(t, errors.As(err, &list))
		require.Len(t, list, 1, "%s: %v", tt.formula, list)
		e := list[0]
		require.Equal(t, tt.kind.Error(), e.Code)
		require.Equal(t, at, e.Offset, "%s: %v", tt.formula, err)
		require.Equal(t, "x.i", e.Indicator)
		lines := strings.Split(text, "\n")
		line := lines[e.Line-1]
		require.Equal(t, strings.Index(line, "\"")+1+at+1, e.Column, "%s: %v", tt.formula, err)
		require.True(t, strings.HasPrefix(e.Error(), fmt.Sprintf("c.yaml:%d:%d: indicator \"x.i\": ", e.Line, e.Column)), e.Error())
	}
}

// All problems are found, and are sorted.
func TestCompileFindsAll(t *testing.T) {
	c := catalogue(t, `
a¦1¦x.c + 1.0
b¦1¦x.a + nothing + 100*area
c¦1¦prev(x.a) + foo
d¦kg¦waste_t
e¦1¦x.f
f¦1¦x.g
g¦1¦lag(x.e, 2)
`)
	_, err := Compile(c, Config{})
	list := err.(Errors)
	var got []string
	for _, e := range list {
		got = append(got, e.Indicator+" "+e.Code)
	}
	require.Equal(t, []string{"x.b unknown-name", "x.b mixed-number", "x.c unknown-name", "x.d unit", "x.g cycle"}, got)
	require.Contains(t, list[4].Msg, "x.e → x.f → x.g → x.e")
	require.Contains(t, err.Error(), "(and 4 more)")

	_, err = Compile(c, Config{MaxNodes: 2})
	require.ErrorIs(t, err, ErrLimit)
	_, err = Compile(catalogue(t, "a¦t¦rolling_sum(rolling_sum(rolling_sum(waste_t, 999), 999), 999)"), Config{})
	require.ErrorIs(t, err, ErrLimit)
	_, err = Compile(catalogue(t, "a¦1¦"+strings.Repeat("(", 400)+"1.0"+strings.Repeat(")", 400)), Config{})
	require.Error(t, err)
	many := ""
	for i := range 150 {
		many += fmt.Sprintf("i%d¦1¦zzz\n", i)
	}
	_, err = Compile(catalogue(t, many), Config{})
	require.Len(t, err.(Errors), MaxErrors+1)
	require.Contains(t, err.(Errors)[MaxErrors].Msg, "50 more")
}

// Units that literal factors convert.
func TestUnitsAccepted(t *testing.T) {
	for _, tt := range [][2]string{
		{"kg/{person}", "waste_t*1000.0/population"},
		{"kg/{person}", "1e3*waste_t/population"},
		{"kg/{person}", "waste_t/population*1000.0"},
		{"kg/{person}", "waste_t/(population/1000.0)"},
		{"t/{person}", "waste_t/population"},
		{"%", "100.0*(population-prev(population))/prev(population)"},
		{"%", "share(women, population)"},
		{"%", "share(waste_t*1000.0, recycled_kg)"},
		{"%", "share(waste_t - recycled_t, waste_t)"},
		{"1", "women/population"},
		{"1/k{person}", "1000.0*no2/no2/population"},
		{"{person}/k{person}", "women*1000.0/population"},
		{"EUR/100k{person}", "spend*100000.0/population"},
		{"L/({person}.d)", "rain*area*1000000.0/(population*days)"},
		{"t", "waste_t > 0.0 ? waste_t : 0.0"},
		{"kg", "waste_t > 0.0 ? 1000.0*waste_t : 0.0"},
		{"t", "coalesce(waste_t, recycled_t, 0.0)"},
		{"kg", "1000.0*waste_t + recycled_kg"},
		{"t", "0.5*waste_t + 0.25*recycled_t"},
		{"K", "temperature - prev(temperature)"},
		{"Cel", "temperature + (temperature - prev(temperature))"},
		{"Cel", "rolling_mean(temperature, 3)"},
		{"m", "math.sqrt(area)*1000.0"},
		{"t", "math.round(waste_t)"},
		{"t", "math.greatest(waste_t, 0.0)"},
		{"t", "math.least(waste_t, recycled_t, 5.0)"},
		{"1", "prices/prev(prices)"},
		{"%", "percentage + share(women, population)"},
		{"Cel", "math.greatest(temperature, prev(temperature))"},
		{"{person}", "double(visits)"},
		{"{person}", "visits % 2"},
		{"{person}", "sum_over(women, 'sex')"},
		{"EUR@2020", "spend20 - prev(spend20)"},
		{"kg/{person}", "x.other"},
		{"t/{person}", "per(waste_t, population)"},
		{"1", "1.0"},
		{"t", "waste_t"},
	} {
		c := catalogue(t, fmt.Sprintf("i¦%s¦%s¦%s\nother¦kg/{person}¦waste_t*1000.0/population", tt[0], tt[1], map[bool]string{true: "frequency: W"}[strings.Contains(tt[1], "rain")]))
		p, err := Compile(c, Config{})
		if strings.Contains(tt[1], "rain") {
			require.ErrorIs(t, err, ErrFrequency) // and no unit error
			require.NotErrorIs(t, err, ErrUnit)
			continue
		}
		require.NoError(t, err, tt[1])
		for _, w := range p.Warnings() {
			require.ErrorIs(t, w, ErrUnused, "%s: %v", tt[1], w)
		}
	}
}

func TestWarnings(t *testing.T) {
	p := compile(t, `
a¦t¦2.0*waste_t
b¦t¦[waste_t].exists(q, q > 1.0) ? 1.0 : 0.0
c¦t¦math.greatest(waste_t, 1.0)
d¦{person}¦population + women + double(offices + visits) + staff
`)
	var got []string
	for _, w := range p.Warnings() {
		if w.Indicator != "" || strings.Contains(w.Msg, "\"area\"") {
			got = append(got, fmt.Sprintf("%s %s", w.Indicator, w.Code))
		}
	}
	require.Equal(t, []string{" unused", "x.a factor", "x.b unchecked"}, got)
	require.Equal(t, []string{"offices", "population", "staff", "visits", "women"}, p.Operands("x.d", period.Yearly(2020)))
	require.Nil(t, p.Operands("x.nothing", period.Yearly(2020)))
}
