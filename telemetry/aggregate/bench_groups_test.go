package aggregate

import (
	"context"
	"fmt"
	"testing"

	"github.com/almotacen/almotacen/indicators/period"
)

// BenchmarkGroups is a run over ten times as many readings as groups, of which there are
// a million: result, merging and growth take as long as adding.
func BenchmarkGroups(b *testing.B) {
	const n, devices, attributes, hours, cities = 10_000_000, 1000, 4, 2500, 100
	for _, shuffled := range []bool{false, true} {
		batches := benchBatches(n, devices, attributes, hours, shuffled)
		for _, form := range []Form{Decimal, Float} {
			for workers := 1; workers <= 2; workers++ {
				c := Config{Window: period.Hour, Workers: workers}
				c.Limits.States = 1 << 22
				c.Group = benchGroup(cities)
				for a := range attributes {
					c.Measures = append(c.Measures, Measure{ID: fmt.Sprint(a), Attribute: fmt.Sprintf("attribute %d", a), Decimals: 2, Form: form})
				}
				b.Run(fmt.Sprintf("form=%d/shuffled=%v/workers=%d", form, shuffled, workers), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						r, err := Run(context.Background(), c, batches)
						if err != nil {
							b.Fatal(err)
						}
						sum := 0.0
						for _, x := range r.Rows() {
							s := &x.State
							var mean, v float64
							if s.Real != nil {
								mean, _ = s.Real.Mean()
								v, _ = s.Real.VarianceSample()
							} else {
								mean, _ = s.Moments.Mean()
								v, _ = s.Moments.VarianceSample()
							}
							sum += mean + v
						}
						sink = sum
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
				})
			}
		}
	}
}

var sink float64
