package dcat_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/almotacen/almotacen/opendata/dcat"
)

func Example() {
	place, _ := dcat.Covering("50297") // Zaragoza, the city: its province
	place.Box = dcat.Box{West: -2.17, South: 40.92, East: 0.39, North: 42.73}
	spanish, _ := dcat.Language("es")
	c := dcat.Catalog{
		IRI:         "http://datos.ejemplo.es/catalogo",
		Title:       dcat.Text{"es": "Datos abiertos", "en": "Open data"},
		Description: dcat.Text{"es": "Indicadores municipales."},
		Publisher:   dcat.Agent{IRI: dcat.Organism("L01502973")},
		Homepage:    "http://datos.ejemplo.es/",
		License:     dcat.CCBY,
		Issued:      "2024-01-15", Modified: "2024-11-01",
		Languages: []string{spanish},
		Datasets: []dcat.Dataset{{
			IRI:         "http://datos.ejemplo.es/residuos",
			Title:       dcat.Text{"es": "Residuos por habitante"},
			Description: dcat.Text{"es": "Residuos recogidos por habitante y año."},
			Sectors:     []string{"medio-ambiente"},
			Issued:      "2024-01-15", Modified: "2024-11-01",
			Spatial:  []dcat.Location{place},
			Temporal: dcat.Period{Start: "2020", End: "2023"},
		}},
	}
	for _, f := range dcat.Lint(c, dcat.LintConfig{}) {
		if f.Severity == dcat.Error {
			fmt.Println(f)
		}
	}
	turtle, err := c.AppendTurtle(nil)
	if err != nil {
		fmt.Println(err)
	}
	for line := range bytes.Lines(turtle) {
		if bytes.Contains(line, []byte("dcat:theme ")) {
			os.Stdout.Write(bytes.TrimSpace(line))
		}
	}
	// Output:
	// error: <http://datos.ejemplo.es/residuos> dcat:distribution: a dataset needs a distribution (convention 23); write <http://datos.ejemplo.es/residuos> dcat:distribution <http://datos.ejemplo.es/residuos/csv> .
	// dcat:theme <http://datos.gob.es/kos/sector-publico/sector/medio-ambiente>, <http://publications.europa.eu/resource/authority/data-theme/ENVI> .
}
