package opendata_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/opendata"
	"github.com/almotacen/almotacen/opendata/dcat"
)

// Example publishes one indicator of two cities. [opendata.Write] would put the
// files in a directory.
func Example() {
	catalogue := indicators.Default()
	network, err := indicators.NewNetwork(indicators.Network{
		ID: "two", Title: indicators.Text{"es": "Dos ciudades", "en": "Two cities"},
		Cities: []indicators.City{
			{Code: "08019", Name: "Barcelona", Province: "Barcelona", Community: "Cataluña"},
			{Code: "28079", Name: "Madrid", Province: "Madrid", Community: "Comunidad de Madrid"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	density, _ := catalogue.Indicator("population.density")
	b, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: density.ID, Unit: density.Unit}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	set := func(city string, c cube.Cell) {
		if err := b.Set(cube.Key{Entity: city, Period: period.Yearly(2021)}, density.ID, c); err != nil {
			fmt.Println(err)
		}
	}
	set("28079", cube.Value(5420.5))
	set("08019", cube.Cell{Value: 16149.6, Status: cube.Status(0).WithConfidentiality(cube.Primary)})
	figures, err := b.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	edition, err := opendata.Build(opendata.Publication{
		Base:      "http://datos.ejemplo.es/indicadores/",
		Title:     indicators.Text{"es": "Indicadores municipales", "en": "Municipal indicators"},
		Publisher: dcat.Agent{IRI: dcat.Organism("L01280796")},
		Contact:   dcat.Contact{Name: dcat.Text{"es": "Oficina del dato"}, Mail: "datos@ejemplo.es", URL: "http://datos.ejemplo.es/contacto"},
		Modified:  time.Date(2024, 11, 24, 0, 0, 0, 0, time.UTC),
		Catalogue: catalogue, Network: network, Indicators: figures,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(edition.Files)) {
		fmt.Println(name)
	}
	fmt.Println()
	fmt.Print(strings.ReplaceAll(string(edition.Files["data/indicators-population.csv"]), "\r\n", "\n"))
	fmt.Println()
	for _, f := range edition.Findings {
		fmt.Println(f)
	}
	// Output:
	// catalog.jsonld
	// catalog.ttl
	// catalogue.json
	// data/indicators-population.csv
	// data/indicators-population.csv-metadata.json
	// index.en.html
	// index.html
	//
	// indicator,city_code,city_name,period,value,unit,status,obs_status,conf_status,reason,definition_version
	// population.density,08019,Barcelona,2021,,{person}/km2,suppressed,Q,N,suppressed,1
	// population.density,28079,Madrid,2021,5420.5,{person}/km2,observed,A,F,,1
	//
	// warning: <http://datos.ejemplo.es/indicadores/index.html#contact> vcard:hasTelephone: not given (convention 19); write <http://datos.ejemplo.es/indicadores/index.html#contact> vcard:hasTelephone <tel:+34…> .
}
