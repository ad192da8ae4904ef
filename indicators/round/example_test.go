package round_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/round"
)

// A whole round over two cities: read, compute, write, verify.
func Example() {
	network, err := indicators.LoadNetwork(strings.NewReader(`
id: two-cities
title: {es: Dos ciudades, en: Two cities}
cities:
  - {code: "28079", name: Madrid, province: Madrid, community: Madrid}
  - {code: "08019", name: Barcelona, province: Barcelona, community: Cataluña}
`), indicators.Config{File: "network.yaml"})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := round.Run(context.Background(), round.Config{
		ID:      "trial",
		Network: network,
		Period:  period.MustParse("2020"),
		Clock:   func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) },
		Inputs: []round.Input{{
			Table: collect.Table{Name: "padron.csv", Source: "ine-padron"},
			Data:  []byte("ine_code;periodo;population;women\n28079;2020;3334730;1779173\n08019;2020;1664182;\n"),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range result.Coverage {
		if c.Observed > 0 {
			fmt.Printf("%s in %s: %d cities, %d without data\n", c.Indicator, c.Period, c.Observed, c.Missing)
		}
	}

	dir, err := os.MkdirTemp("", "round")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "out")
	if err := result.WriteDir(out); err != nil {
		fmt.Println(err)
		return
	}
	differences, err := round.Verify(context.Background(), out)
	fmt.Println("differences:", len(differences), err)
	// Output:
	// population.women-share in 2020: 1 cities, 1 without data
	// differences: 0 <nil>
}
