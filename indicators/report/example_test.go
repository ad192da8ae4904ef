package report_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
)

func Example() {
	network, err := indicators.NewNetwork(indicators.Network{ID: "two", Title: indicators.Text{"es": "Dos ciudades"}, Cities: []indicators.City{
		{Code: "28079", Name: "Madrid", Province: "Madrid", Community: "Comunidad de Madrid"},
		{Code: "08019", Name: "Barcelona", Province: "Barcelona", Community: "Cataluña"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := round.Run(context.Background(), round.Config{
		ID: "trial", Title: indicators.Text{"es": "Ensayo"}, Network: network, Period: period.MustParse("2020"),
		Inputs: []round.Input{{
			Table: collect.Table{Name: "women.csv", Source: "ine-padron", Entity: "city", Period: "year"},
			Data:  []byte("city,year,population,women\n28079,2020,3334730,1779349\n08019,2020,1664182,877318\n"),
		}},
		Clock: func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := report.Files()(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	page := files[report.FileName("es")]
	fmt.Println(len(files), bytes.Contains(page, []byte("<script")))
	fmt.Println(bytes.Contains(page, []byte(`data-k="28079|2020|population.women-share">53,4</data>`)))
	// Output:
	// 2 false
	// true
}
