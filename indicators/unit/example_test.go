package unit_test

import (
	"fmt"
	"math/big"

	"github.com/almotacen/almotacen/indicators/unit"
)

// A city delivers tonnes and persons; the catalogue wants kilograms a person.
func Example() {
	waste, people := unit.MustParse("t"), unit.MustParse("{person}")
	ratio, err := waste.Div(people)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := unit.Convert(0.4625, ratio, unit.MustParse("kg/{person}"))
	fmt.Println(ratio, x, err)

	_, err = unit.Convert(0.4625, ratio, unit.MustParse("kg/{household}"))
	fmt.Println(err)
	// Output:
	// t/{person} 462.5 <nil>
	// convert t/{person} to kg/{household}: dimension kg.{person}-1 is not kg.{household}-1
}

func ExampleParse() {
	for _, code := range []string{"km/100k{person}", "kWh/m2", "kg/hab", "L / (person·d)"} {
		u, err := unit.Parse(code)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(u, u.Kind(), u.Dimension(), u.UCUM())
	}
	// Output:
	// km/100k{person} quantity m.{person}-1 km/10*5{person}
	// unit "kWh/m2", column 1: unknown unit "kWh"; write kW.h
	// unit "kg/hab", column 4: unknown unit "hab"; write {person}
	// unit "L / (person·d)", column 2: a code holds visible ASCII characters only; write L/(person.d)
}

func ExampleConvert() {
	cel, f := unit.MustParse("Cel"), unit.MustParse("[degF]")
	level, _ := unit.Convert(20, cel, f)
	dc, _ := cel.WithKind(unit.Difference)
	df, _ := f.WithKind(unit.Difference)
	difference, _ := unit.Convert(20, dc, df)
	fmt.Println(level, difference)
	// Output: 68 36
}

func ExampleDeflator() {
	cpi := unit.Deflator{Currency: "EUR", Base: 2021, Source: "an invented series",
		Index: map[int]*big.Rat{2021: big.NewRat(100, 1), 2023: big.NewRat(112, 1)}}
	r, err := cpi.Factor(unit.MustParse("EUR@2021/{person}"), unit.MustParse("EUR@2023/{person}"))
	fmt.Println(r, err)
	_, err = cpi.Factor(unit.MustParse("EUR@2019"), unit.MustParse("EUR@2023"))
	fmt.Println(err)
	// Output:
	// 28/25 <nil>
	// deflator of EUR: the series has no level for 2019; use a year it has (years from 2021 to 2023), or a longer series
}
