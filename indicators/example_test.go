package indicators_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/period"
)

const document = `
id: example.waste
version: 1.0.0
issued: 2026-11-24
title: {es: Residuos, en: Waste}
languages: [es, en]
families:
  - {id: waste, label: {es: Residuos, en: Waste}, sector: medio-ambiente}
variables:
  - {id: waste_total_t, label: {es: Residuos, en: Waste}, unit: t, temporal: flow, frequency: A, additive: true}
  - {id: population, label: {es: Población, en: Population}, unit: "{person}", temporal: stock, moment: start, frequency: A}
indicators:
  - id: waste.per-person
    family: waste
    label: {es: Residuos por habitante, en: Waste per person}
    description: {es: Lo que se recoge., en: What is collected.}
    unit: kg/{person}
    decimals: 1
    polarity: lower
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions:
      - {version: 1, until: "2022", formula: waste_total_t * 1000.0 / population}
      - {version: 2, from: "2023", formula: (waste_total_t - 0.0) * 1000.0 / population}
`

func Example() {
	c, err := indicators.Load(strings.NewReader(document), indicators.Config{File: "waste.yaml"})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := c.Indicator("waste.per-person")
	fmt.Println(x.Label.In("en"), "in", x.Unit)
	d, _ := x.At(period.MustParse("2024"))
	fmt.Println("version", d.Version, "is", d.Formula)
	fmt.Println("2022 and 2023 comparable:", x.Comparable(period.Yearly(2022), period.Yearly(2023)))
	at, _ := c.Pos("/indicators/0/definitions/1/formula")
	fmt.Println("written at", at)
	fmt.Println("in other formulas:", indicators.FormulaName(x.ID))
	// Output:
	// Waste per person in kg/{person}
	// version 2 is (waste_total_t - 0.0) * 1000.0 / population
	// 2022 and 2023 comparable: false
	// written at waste.yaml:24:45
	// in other formulas: waste.per_person
}

func ExampleLoad_errors() {
	text := strings.Replace(document, "kg/{person}", "kg/{persn}", 1)
	text = strings.Replace(text, "family: waste", "famly: waste", 1)
	_, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "waste.yaml"})
	var problems indicators.Errors
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Println(p.Line, p.Column, p.Code)
		}
	}
	fmt.Println(errors.Is(err, indicators.ErrUnit))
	fmt.Println(problems[1])
	// Output:
	// 13 5 schema
	// 14 5 schema
	// 17 14 unit
	// true
	// waste.yaml:14:5: indicator "waste.per-person", famly: unknown key "famly"; did you mean "family"?
}

func ExampleLoadNetwork() {
	n, err := indicators.LoadNetwork(strings.NewReader(`
id: example.network
title: {es: Red}
cities:
  - {code: "28079", name: Madrid, province: Madrid, community: Comunidad de Madrid, dir3: L01280796}
  - {code: "08019", name: Barcelona, province: Barcelona, community: Catalunya}
`), indicators.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range n.Cities {
		fmt.Println(c.Code, c.Name)
	}
	// Output:
	// 08019 Barcelona
	// 28079 Madrid
}

func ExampleDIR3() {
	fmt.Println(indicators.DIR3("28079"))
	// Output: L01280796 true
}

func ExampleDiff() {
	load := func(s string) *indicators.Catalogue {
		c, err := indicators.Load(strings.NewReader(s), indicators.Config{})
		if err != nil {
			panic(err)
		}
		return c
	}
	before, after := load(document), load(strings.Replace(document, "1000.0 / population}\n", "1000.0 / (population + 1.0)}\n", 1))
	for _, c := range indicators.Diff(before, after) {
		fmt.Println(c.Kind, c.Pointer, c.Breaks())
	}
	// Output: redefined /indicators/waste.per-person/definitions/1/formula true
}
