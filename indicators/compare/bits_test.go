package compare

import (
	"crypto/sha256"
	"fmt"
	"math"
	"testing"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/stretchr/testify/require"
)

// The bits must be these on every machine and at every GOAMD64. If a method was
// changed on purpose, so are they, and the CHANGELOG says so.
func TestBits(t *testing.T) {
	h := sha256.New()
	fmt.Fprintln(h, marshal(t, compareTown(t, Config{Quantile: 8})))
	for i := 1; i < 2000; i++ {
		x := float64(i) * 0.37
		low, high, _ := Wilson(float64(i%40), 40, Z95)
		fmt.Fprintln(h, math.Float64bits(ln(x)), math.Float64bits(exp(-x)), math.Float64bits(low), math.Float64bits(high))
	}
	for i := range 200 {
		low, high, _ := Poisson(i*i, 0.95)
		fmt.Fprintln(h, math.Float64bits(low), math.Float64bits(high))
	}
	require.Equal(t, "6875ad45ead91e1fd240d48faa966fc18686efaa00e3e8eb629a371612a11199", fmt.Sprintf("%x", h.Sum(nil)))
}

// All Spanish municipalities, ten years, a hundred indicators.
func BenchmarkCompare(b *testing.B) {
	const cities, years, measures = 8131, 10, 100
	c := &indicators.Catalogue{}
	n := &indicators.Network{}
	var s cube.Schema
	for i := range measures {
		ind := yearly(fmt.Sprintf("x.i%d", i), indicators.HigherIsBetter, nil)
		c.Indicators = append(c.Indicators, ind)
		s.Measures = append(s.Measures, cube.Measure{ID: ind.ID})
		if i < 6 {
			n.Structure = append(n.Structure, indicators.Structure{ID: ind.ID})
		}
	}
	var keys []cube.Key
	for i := range cities {
		code := fmt.Sprintf("%05d", i)
		n.Cities = append(n.Cities, indicators.City{Code: code})
		for y := range years {
			keys = append(keys, cube.Key{Entity: code, Period: period.Yearly(2014 + y)})
		}
	}
	cols := make([]cube.ColumnData, measures)
	for m := range cols {
		cols[m].Values = make([]float64, len(keys))
		for row := range keys {
			cols[m].Values[row] = float64((row*7919 + m*104729) % 10007)
		}
	}
	results, err := cube.New(s, keys, cols, nil)
	require.NoError(b, err)
	empty := build(b, nil, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compare(c, n, empty, results, period.Yearly(2023), nil, Config{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(cities*measures), "ns/position")
}
