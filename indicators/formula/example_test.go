package formula_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

const text = `
id: example
version: 1.0.0
issued: 2024-05-01
title: {en: Example}
languages: [en]
families:
  - {id: waste, label: {en: Waste}}
variables:
  - {id: population, label: {en: Population}, unit: "{person}", temporal: stock, moment: start, frequency: A, additive: true}
  - {id: waste_t, label: {en: Municipal waste}, unit: t, temporal: flow, frequency: A, additive: true}
indicators:
  - id: waste.per-person
    family: waste
    label: {en: Waste per person}
    description: {en: Municipal waste divided by the population of 1 January.}
    unit: kg/{person}
    decimals: 1
    polarity: lower
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions:
      - {version: 1, formula: "waste_t*1000.0/population"}
`

func Example() {
	catalogue, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "example.yaml"})
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := formula.Compile(catalogue, formula.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}

	var measures []cube.Measure
	for _, v := range catalogue.Variables {
		measures = append(measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	b, err := cube.NewBuilder(cube.Schema{Measures: measures})
	if err != nil {
		fmt.Println(err)
		return
	}
	year := period.Yearly(2023)
	for _, x := range []struct {
		city, variable string
		cell           cube.Cell
	}{
		{"01059", "population", cube.Value(250_000)},
		{"01059", "waste_t", cube.Value(100_000)},
		{"48020", "population", cube.Value(350_000)},
		{"48020", "waste_t", cube.Cell{Value: 161_000, Status: cube.Provisional}},
		{"20069", "population", cube.Value(190_000)},
	} {
		if err := b.Set(cube.Key{Entity: x.city, Period: year}, x.variable, x.cell.From(cube.Source{Name: "cities.csv"})); err != nil {
			fmt.Println(err)
			return
		}
	}
	variables, err := b.Build()
	if err != nil {
		fmt.Println(err)
		return
	}

	results, err := program.Eval(context.Background(), variables)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, city := range results.Entities() {
		c := results.At(cube.Key{Entity: city, Period: year}, "waste.per-person")
		fmt.Println(city, c.Value, c.Status, len(c.Reasons))
	}

	all, err := program.Network(variables, results, results.Entities(), "waste.per-person", year)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s of %d of %d cities: %v %s\n", all.Method, all.Used, all.Members, all.Cell.Value, all.Cell.Status)

	why, err := program.Explain(variables, cube.Key{Entity: "48020", Period: year}, "waste.per-person")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(why)
	// Output:
	// 01059 400 observed 0
	// 20069 0 missing 1
	// 48020 460 observed+provisional 0
	// ratio-of-sums of 2 of 3 cities: 435 observed+provisional
	// waste.per-person = 460 kg/{person} [observed+provisional], 2023
	//   waste_t*1000.0/population = 460 kg/{person} [observed+provisional]
	//     waste_t*1000.0 = 1.61e+08 kg [observed+provisional]
	//       waste_t = 161000 t [observed+provisional], 2023, from cities.csv
	//       1000.0
	//     population = 350000 {person}, 2023, from cities.csv
}

// One expression over columns, without a catalogue: the second row has no
// population, the third none to divide by.
func ExampleCompileExpr() {
	x, err := formula.CompileExpr("per(waste_t * 1000.0, population)", []formula.Var{{Name: "waste_t", Type: "double"}, {Name: "population", Type: "double"}}, formula.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	columns := []formula.Column{
		{Doubles: []float64{100_000, 161_000, 9}},
		{Doubles: []float64{250_000, 0, 0}, Missing: []uint64{0b010}},
	}
	out := x.NewColumn(3)
	e := x.NewEvaluator()
	e.Eval(out, columns, 0, 3)
	for row := range 3 {
		switch {
		case out.Failed[0]>>row&1 != 0:
			fmt.Println(e.Error(out.Errors[row]))
		case out.Missing[0]>>row&1 != 0:
			fmt.Println("missing, because of column", e.Causes(columns, row))
		default:
			fmt.Println(out.Doubles[row])
		}
	}
	for _, s := range x.Plan() {
		fmt.Printf("%q fallback=%v\n", s.Text, s.Fallback)
	}
	// Output:
	// 400
	// missing, because of column [1]
	// zero denominator
	// "waste_t * 1000.0" fallback=false
	// "per(waste_t * 1000.0, population)" fallback=false
}

func ExampleProgram_Report() {
	catalogue, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "example.yaml"})
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := formula.Compile(catalogue, formula.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(program.Report())
	// Output:
	// waste.per-person, version 1, in kg/{person}; at most 5 steps a cell
	//   reads population, waste_t
	//   column 16: population can be 0, then it is infinite or NaN, and the cell is not computable; to say what it means then, write population > 0.0 ? … : …
	//   waste_t*1000.0/population: double in kg/{person} -∞ to ∞ or NaN by a division by zero; missing without population, waste_t
	//     waste_t*1000.0: double in kg -∞ to ∞
	//       waste_t: double in t -∞ to ∞; missing without waste_t
	//     population: double in {person} -∞ to ∞; missing without population
}
