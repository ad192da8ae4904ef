package compare_test

import (
	"fmt"
	"log"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Waste per person in six cities, of which one did not deliver.
func Example() {
	year := period.Yearly(2023)
	catalogue := &indicators.Catalogue{
		Variables: []indicators.Variable{{ID: "population", Frequency: period.Year}},
		Indicators: []indicators.Indicator{{
			ID: "waste.generated-per-person", Polarity: indicators.LowerIsBetter, Frequency: period.Year,
			Definitions: []indicators.Definition{{Version: 1, Formula: "waste_total_t * 1000.0 / population"}},
		}},
	}
	network := &indicators.Network{Structure: []indicators.Structure{{ID: "population", Log: true}}}
	variables, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "population"}}})
	if err != nil {
		log.Fatal(err)
	}
	results, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "waste.generated-per-person"}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, city := range []struct {
		code              string
		population, waste float64
	}{{"01059", 250e3, 410}, {"20069", 187e3, 440}, {"26089", 150e3, 390}, {"31201", 200e3, 402}, {"48020", 345e3, 455}, {"50297", 680e3, 0}} {
		network.Cities = append(network.Cities, indicators.City{Code: city.code})
		k := cube.Key{Entity: city.code, Period: year}
		cell := cube.Value(city.waste)
		if city.waste == 0 {
			cell = cube.NoValue(cube.Missing)
		}
		if err := variables.Set(k, "population", cube.Value(city.population)); err != nil {
			log.Fatal(err)
		}
		if err := results.Set(k, "waste.generated-per-person", cell); err != nil {
			log.Fatal(err)
		}
	}
	before, err := variables.Build()
	if err != nil {
		log.Fatal(err)
	}
	after, err := results.Build()
	if err != nil {
		log.Fatal(err)
	}

	c, err := compare.Compare(catalogue, network, before, after, year, nil, compare.Config{})
	if err != nil {
		log.Fatal(err)
	}
	x := c.Indicators[0]
	fmt.Printf("%s %s: %d of %d, median %g\n", x.ID, x.Period, x.Ranked, x.Members, x.Distribution.Median)
	for i, p := range x.Positions {
		if !p.Ranked {
			fmt.Println(p.Entity, p.Why)
			continue
		}
		fmt.Println(p.Entity, p.Cell.Value, p.Rank, p.Light, "like", c.Peers[i].Peers[0].Entity)
	}
	// Output:
	// waste.generated-per-person 2023: 5 of 6, median 410
	// 01059 410 3 middle like 31201
	// 20069 440 4 poor like 31201
	// 26089 390 1 good like 20069
	// 31201 402 2 good like 20069
	// 48020 455 5 poor like 01059
	// 50297 missing
}

func ExampleQuantile() {
	values := []float64{1, 2, 3, 4, 100} // ascending
	q7, _ := compare.Quantile(values, 0.75, 7)
	q6, _ := compare.Quantile(values, 0.75, 6)
	fmt.Println(q7, q6)
	// Output: 4 52
}

func ExampleRanks() {
	fmt.Println(compare.Ranks([]float64{20, 10, 30, 20}, compare.Competition))
	// Output: [2 1 4 2]
}

func ExampleWilson() {
	low, high, _ := compare.Wilson(3, 40, compare.Z95)
	fmt.Printf("%.1f %% to %.1f %%\n", 100*low, 100*high)
	// Output: 2.6 % to 19.9 %
}
