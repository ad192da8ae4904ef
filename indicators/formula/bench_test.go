package formula

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// BenchmarkEval is all Spanish municipalities, ten years, ninety indicators.
func BenchmarkEval(b *testing.B) {
	kinds := []string{
		"kg/{person}¦waste_t*1000.0/population",
		"%¦share(recycled_t, waste_t)",
		"%¦100.0*(population-prev(population))/prev(population)",
		"%¦waste_t > 0.0 ? 100.0*recycled_t/waste_t : 0.0",
		"EUR/{person}¦spend/population",
	}
	var list strings.Builder
	for i := range 90 {
		fmt.Fprintf(&list, "i%d¦%s\n", i, kinds[i%len(kinds)])
	}
	for _, entities := range []int{83, 8131} {
		for _, missing := range []int{0, 16} {
			p := compile(b, list.String())
			r := rand.New(rand.NewPCG(1, 2))
			s := cube.Schema{}
			for _, id := range []int{0, 2, 3, 6} {
				s.Measures = append(s.Measures, cube.Measure{ID: p.cat.Variables[id].ID, Unit: p.cat.Variables[id].Unit})
			}
			n := entities * 10
			keys := make([]cube.Key, 0, n)
			for e := range entities {
				for y := range 10 {
					keys = append(keys, cube.Key{Entity: fmt.Sprintf("%05d", e), Period: period.Yearly(2013 + y)})
				}
			}
			cols := make([]cube.ColumnData, len(s.Measures))
			for i := range cols {
				cols[i].Values, cols[i].Status = make([]float64, n), make([]cube.Status, n)
				for row := range n {
					cols[i].Values[row] = 1000 * r.Float64()
					if missing > 0 && r.IntN(missing) == 0 {
						cols[i].Status[row] = cube.Status(cube.Missing)
					}
				}
			}
			in, err := cube.New(s, keys, cols, nil)
			require.NoError(b, err)
			b.Run(fmt.Sprintf("entities=%d/missing=%d", entities, missing), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, err := p.Eval(context.Background(), in)
					require.NoError(b, err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*90), "ns/cell")
			})
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	var list strings.Builder
	for i := range 90 {
		fmt.Fprintf(&list, "i%d¦kg/{person}¦waste_t*1000.0/population\n", i)
	}
	c := catalogue(b, list.String())
	for b.Loop() {
		_, err := Compile(c, Config{})
		require.NoError(b, err)
	}
}
