package report_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
)

const catalogueText = `
id: test.report
version: 1.0.0
issued: 2026-11-24
title: {es: Prueba, en: Test}
publisher: {name: {es: Ayuntamiento, en: Council}, mail: datos@example.es}
languages: [es, en]
families:
  - {id: people, label: {es: Población, en: Population}, description: {es: Quién vive aquí., en: Who lives here.}}
  - {id: water, label: {es: Agua, en: Water}}
  - {id: culture, label: {es: Cultura, en: Culture}}
sources:
  - {id: office, title: {es: Oficina, en: Office}, publisher: INE, url: "https://www.ine.es/", license: "https://creativecommons.org/licenses/by/4.0/", tokens: {"-1": suppressed}}
variables:
  - {id: population, label: {es: Personas, en: People}, unit: "{person}", temporal: stock, frequency: A, additive: true, source: office, range: {min: 0}}
  - {id: women, label: {es: Mujeres, en: Women}, unit: "{person}", temporal: stock, frequency: A, additive: true, source: office}
  - {id: leaks, label: {es: Fugas, en: Leaks}, unit: "1", temporal: flow, frequency: A, additive: true, source: office}
  - id: income
    label: {es: Renta, en: Income}
    unit: EUR
    temporal: mean
    frequency: A
    source: office
    exclusions: [{provinces: ["48"], reason: {es: Hacienda propia., en: Tax office of its own.}}]
  - {id: visits, label: {es: Visitas, en: Visits}, unit: "1", temporal: flow, frequency: A, additive: true}
indicators:
  - id: people.women-share
    family: people
    label: {es: Mujeres, en: Women}
    description: {es: Parte de mujeres., en: Share of women.}
    unit: "%"
    unitLabel: {es: "%", en: "%"}
    decimals: 1
    polarity: target
    target: {min: 49, max: 51, source: {es: Norma, en: Norm}}
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: "share(women, population)", words: {es: Mujeres entre personas., en: Women by people.}}]
    mappings: [{system: sdg, code: "5.5"}]
  - id: people.count
    family: people
    label: {es: Población, en: Population}
    description: {es: Personas., en: People.}
    unit: "{person}"
    unitLabel: {es: personas, en: people}
    decimals: 0
    polarity: neutral
    frequency: A
    aggregation: {kind: sum}
    definitions: [{version: 1, formula: population}]
  - id: people.income
    family: people
    label: {es: Renta media, en: Mean income}
    description: {es: Euros., en: Euros.}
    unit: EUR
    unitLabel: {es: "€", en: "€"}
    decimals: 2
    polarity: higher
    frequency: A
    aggregation: {kind: weighted-mean, weight: population}
    definitions:
      - {version: 1, until: "2018", formula: income}
      - {version: 2, from: "2019", formula: income, note: {es: Otra base., en: Another base.}}
  - id: water.leaks
    family: water
    label: {es: Fugas por persona, en: Leaks per person}
    description: {es: Fugas., en: Leaks.}
    unit: 1/{person}
    unitLabel: {es: por persona, en: per person}
    decimals: 3
    polarity: lower
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: leaks / population}]
  - id: culture.visits
    family: culture
    label: {es: Visitas por persona, en: Visits per person}
    description: {es: A museos., en: To museums.}
    unit: 1/{person}
    decimals: 1
    polarity: higher
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: visits / population}]
rules:
  - {id: jump, kind: change, severity: warning, variable: population, max: 0.5, message: {es: Salto., en: Jump.}}
`

var codes = []string{"08019", "15030", "28074", "28079", "29067", "33024", "39075", "41091", "46250", "48013", "48020", "50297"}

// options of a small measurement.
type options struct {
	name   string // of the third city
	inputs bool
	cities bool
}

func load(t testing.TB, text string) *indicators.Catalogue {
	t.Helper()
	c, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "catalogue.yaml"})
	require.NoError(t, err)
	return c
}

// measure runs a measurement of twelve cities with gaps of every kind.
func measure(t testing.TB, o options) *round.Result {
	t.Helper()
	names := []string{"Barcelona", "A Coruña", o.name, "Madrid", "Málaga", "Gijón/Xixón", "Santander", "Sevilla", "València", "Barakaldo", "Bilbao", "Zaragoza"}
	n := indicators.Network{
		ID: "test", Title: indicators.Text{"es": "Doce ciudades", "en": "Twelve cities"},
		Groups:    []indicators.Group{{ID: "RECI", Label: indicators.Text{"es": "Red", "en": "Network"}}},
		Structure: []indicators.Structure{{ID: "population", Log: true}, {ID: "people.women-share"}},
	}
	if o.cities {
		for i, code := range codes {
			city := indicators.City{Code: code, Name: names[i], Province: "Provincia", Community: "Comunidad", Reference: i == 11}
			if i < 11 {
				city.Memberships = []indicators.Membership{{Group: "RECI", Role: "member", Stated: "2012-06", Source: "acta de " + o.name}}
			}
			if i == 2 {
				city.Comments = []indicators.Comment{{Indicator: "water.leaks", Text: indicators.Text{"es": "Obras de " + o.name}}}
			}
			n.Cities = append(n.Cities, city)
		}
	}
	network, err := indicators.NewNetwork(n)
	require.NoError(t, err)
	c := round.Config{
		ID: "test", Title: indicators.Text{"es": "Medición de prueba", "en": "Test measurement"},
		Catalogue: load(t, catalogueText), Network: network, Period: period.MustParse("2021"),
		Clock: func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) },
	}
	if o.inputs {
		var main, income strings.Builder
		main.WriteString("city,year,population,women,leaks\n")
		income.WriteString("city,year,income\n")
		for i, code := range codes {
			for year := 2017; year <= 2020; year++ {
				people := 40000*(i+1)*(i+1) + 500*(year-2017)*(i-4)
				women, leaks := fmt.Sprint(people/2+700*(i-5)), fmt.Sprint(people/(50+i))
				if i == 4 && year == 2020 {
					leaks = "-1"
				}
				if i == 5 && year >= 2019 {
					leaks = ""
				}
				fmt.Fprintf(&main, "%s,%d,%d,%s,%s\n", code, year, people, women, leaks)
				if i < 9 || i == 11 {
					fmt.Fprintf(&income, "%s,%d,%d.25\n", code, year, 21000+1111*i+100*(year-2017))
				}
			}
		}
		c.Inputs = []round.Input{
			{Table: collect.Table{Name: "main.csv", Source: "office", Entity: "city", Period: "year", Decimal: "."}, Data: []byte(main.String())},
			{Table: collect.Table{Name: "income.csv", Source: "office", Entity: "city", Period: "year", Decimal: ".", Columns: map[string]collect.Column{"income": {Variable: "income"}}}, Data: []byte(income.String())},
			{Table: collect.Table{Name: "foral.csv", Source: "office", Entity: "city", Period: "year", Decimal: ".", Columns: map[string]collect.Column{"income": {Variable: "income", Status: "definition-differs", Reason: "otra renta"}}},
				Data: []byte("city,year,income\n48013,2020,15000\n")},
		}
	}
	r, err := round.Run(context.Background(), c)
	require.NoError(t, err)
	return r
}

func full(t testing.TB) *round.Result {
	return measure(t, options{name: "Leganés", inputs: true, cities: true})
}

func html(t testing.TB, r *round.Result, lang string) string {
	t.Helper()
	b, err := report.AppendHTML(nil, r, report.Config{Language: lang})
	require.NoError(t, err)
	return string(b)
}
