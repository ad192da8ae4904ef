package cube_test

import (
	"fmt"
	"os"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// A cube from cells of two files that disagree on one of them.
func Example() {
	b, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{
		{ID: "population", Unit: unit.MustParse("{person}")},
		{ID: "unemployed", Unit: unit.MustParse("{person}")},
	}})
	if err != nil {
		panic(err)
	}
	year := period.MustParse("2017")
	set := func(entity, measure string, c cube.Cell) {
		if err := b.Set(cube.Key{Entity: entity, Period: year}, measure, c); err != nil {
			panic(err)
		}
	}
	set("28079", "population", cube.Value(3182981).From(cube.Source{Name: "padron.csv", Line: 4}))
	set("09001", "population", cube.Value(21).From(cube.Source{Name: "padron.csv", Line: 2}))
	set("09001", "population", cube.Value(22).From(cube.Source{Name: "city.csv", Line: 7}))
	set("09001", "unemployed", cube.NoValue(cube.Suppressed, cube.Reason{Code: cube.ReasonSuppressed, Text: "-1"}))

	_, err = b.Build()
	fmt.Println(err)

	b.Resolve = func(k cube.Key, measure string, cells []cube.Cell) (cube.Cell, bool) {
		return cells[0], true // city.csv before padron.csv
	}
	c, err := b.Build()
	if err != nil {
		panic(err)
	}
	fmt.Println(c.At(cube.Key{Entity: "28079", Period: year}, "unemployed").Reasons[0].Code)
	if err := cube.WriteCSV(os.Stdout, c, cube.WriteConfig{}); err != nil {
		panic(err)
	}
	// Output:
	// padron.csv:2: 09001 2017: measure "population": conflict: 22 from city.csv:7 and 21 from padron.csv:2
	// not-collected
	// entity,period,measure,value,unit,status,obs_status,conf_status,reason,source
	// 09001,2017,population,22,{person},observed,A,F,,city.csv:7
	// 09001,2017,unemployed,,{person},suppressed,Q,F,suppressed||-1,
	// 28079,2017,population,3182981,{person},observed,A,F,,padron.csv:4
	// 28079,2017,unemployed,,{person},missing,L,F,,
}

// The status of a result is the worst of its operands'.
func ExampleStatus_Combine() {
	s := cube.Provisional.Combine(cube.Status(cube.Missing) | cube.Break)
	code, lost := s.SDMX()
	fmt.Println(s, code, lost)
	// Output: missing+provisional+break {L F} observed+provisional+break
}

// Sums do not depend on the order.
func ExampleSum() {
	fmt.Println(cube.Sum([]float64{1e16, 1, -1e16}), cube.Sum([]float64{1e16, -1e16, 1}))
	// Output: 1 1
}
