package collect_test

import (
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// A spreadsheet of a city's analyst: decimal comma, names, a hidden figure, a
// cell that cannot be read, and a city whose figure cannot exist.
func Example() {
	texts := func(es string) indicators.Text { return indicators.Text{"es": es, "en": es} }
	none := 0.0
	catalogue := &indicators.Catalogue{
		ID: "demo", Languages: []string{"es", "en"},
		Sources: []indicators.DataSource{{ID: "sepe", Title: texts("SEPE"), Tokens: map[string]string{"-1": "suppressed"}}},
		Variables: []indicators.Variable{
			{ID: "area_km2", Label: texts("superficie"), Unit: unit.MustParse("km2"), Frequency: period.Year, Temporal: indicators.Stock, Additive: true},
			{ID: "unemployed", Label: texts("paro"), Unit: unit.MustParse("{person}"), Frequency: period.Year, Temporal: indicators.Stock, Additive: true, Range: &indicators.Range{Min: &none}},
			{ID: "income", Label: texts("renta"), Unit: unit.MustParse("EUR"), Frequency: period.Year, Temporal: indicators.Mean,
				Exclusions: []indicators.Exclusion{{Provinces: []string{"48"}, Reason: texts("territorio foral")}}},
		},
	}
	network := &indicators.Network{Cities: []indicators.City{{Code: "15030", Name: "A Coruña"}, {Code: "28079", Name: "Madrid"}, {Code: "48020", Name: "Bilbao"}}}
	file := `Municipio;Año;Superficie (ha);Paro;Renta
Coruña, A;2017;3.783,5;17.890;26.300,5
Bilbao;2017;4.170;-1;
Madrid;2017;60.445,5;muchos;31.000
`
	table := collect.Table{Name: "figures.csv", Source: "sepe", Columns: map[string]collect.Column{
		"Superficie (ha)": {Variable: "area_km2", Unit: "har"},
		"Paro":            {Variable: "unemployed"},
		"Renta":           {Variable: "income"},
	}}

	b, err := collect.NewBuilder(catalogue)
	if err != nil {
		fmt.Println(err)
		return
	}
	findings, err := collect.Read(b, strings.NewReader(file), table, catalogue, network)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, more, err := collect.Build(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	findings = append(findings, more...)
	v, more, err = collect.Consolidate(v, catalogue, network)
	if err != nil {
		fmt.Println(err)
		return
	}
	findings = append(findings, more...)
	findings = append(findings, collect.Validate(v, catalogue, network)...)

	for _, f := range findings {
		fmt.Printf("%s:%d:%d: %s: %s\n", f.File, f.Line, f.Column, f.Severity, f.Message("en"))
	}
	for row := range v.Len() {
		for m, measure := range v.Schema().Measures {
			c := v.Cell(row, m)
			if c.Status.Observed() {
				fmt.Println(v.Key(row), measure.ID, c.Value, c.Source)
			} else {
				fmt.Println(v.Key(row), measure.ID, c.Status, c.Reasons[0].Code, c.Reasons[0].Text, c.Reasons[0].Source)
			}
		}
	}
	// Output:
	// figures.csv:4:4: error: “muchos” is not a number: it was not taken. Write the number, leave the cell empty, or declare the sign in the source.
	// 15030 2017 area_km2 37.835 figures.csv:2:3
	// 15030 2017 unemployed 17890 figures.csv:2:4
	// 15030 2017 income 26300.5 figures.csv:2:5
	// 28079 2017 area_km2 604.455 figures.csv:4:3
	// 28079 2017 unemployed missing rejected text-in-number: muchos figures.csv:4:4
	// 28079 2017 income 31000 figures.csv:4:5
	// 48020 2017 area_km2 41.7 figures.csv:3:3
	// 48020 2017 unemployed suppressed suppressed -1 figures.csv:3:4
	// 48020 2017 income not-applicable not-applicable territorio foral demo
}
