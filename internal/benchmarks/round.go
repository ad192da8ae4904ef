package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

// roundSuite computes the whole default catalogue over synthetic variables for
// every Spanish municipality (8,131) and ten years.
func roundSuite(quick bool) error {
	cities, years := 8131, 10
	if quick {
		cities = 200
	}
	c := indicators.Default()
	start := time.Now()
	program, err := formula.Compile(c, formula.Config{Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	fmt.Printf("round/compile-default-catalogue\t%v\t-\t-\t-\n", time.Since(start).Round(time.Millisecond))

	start = time.Now()
	in, err := synthetic(c, cities, years)
	if err != nil {
		return err
	}
	fmt.Printf("round/build-cube %d rows × %d variables\t%v\t-\t-\t-\n", in.Len(), len(c.Variables), time.Since(start).Round(time.Millisecond))

	start = time.Now()
	out, err := program.Eval(context.Background(), in)
	if err != nil {
		return err
	}
	took := time.Since(start)
	cells := out.Len() * len(c.Indicators)
	fmt.Printf("round/eval %d municipalities × (%d years + 12 months) × %d indicators = %d cells\t%.0f ns/cell\t-\t-\t-\n", cities, years, len(c.Indicators), cells, float64(took.Nanoseconds())/float64(cells))
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	fmt.Printf("round/peak-memory\t%d MiB\t-\t-\t-\n", usage.Maxrss/1024)
	return nil
}

// synthetic is a cube of every variable: positive values, one cell in sixteen
// missing, by a fixed seed. Monthly variables have the twelve months of the last year.
func synthetic(c *indicators.Catalogue, cities, years int) (*cube.Cube, error) {
	return figures(c, cities, years, 16, true)
}

func figures(c *indicators.Catalogue, cities, years, odd int, months bool) (*cube.Cube, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	keys := make([]cube.Key, 0, cities*years)
	for i := range cities {
		for y := range years {
			keys = append(keys, cube.Key{Entity: fmt.Sprintf("%05d", 1000+i*6), Period: period.MustParse(fmt.Sprintf("%d", 2013+y))})
		}
	}
	yearly := len(keys)
	for i := range cities {
		for m := range 12 {
			if !months {
				break
			}
			keys = append(keys, cube.Key{Entity: fmt.Sprintf("%05d", 1000+i*6), Period: period.Monthly(2012+years, time.Month(m+1))})
		}
	}
	var s cube.Schema
	var cols []cube.ColumnData
	for i := range c.Variables {
		v := &c.Variables[i]
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
		d := cube.ColumnData{Values: make([]float64, len(keys)), Status: make([]cube.Status, len(keys))}
		for row := range keys {
			if (v.Frequency == period.Year) != (row < yearly) || odd > 0 && rng.IntN(odd) == 0 {
				d.Status[row] = d.Status[row].With(cube.Missing)
				continue
			}
			d.Values[row] = float64(1 + rng.IntN(1_000_000))
		}
		cols = append(cols, d)
	}
	return cube.New(s, keys, cols, nil)
}
