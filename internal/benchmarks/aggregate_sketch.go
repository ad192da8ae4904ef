package main

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry/sketch"
)

// sketchAlone is approx_quantile against sketch.Histogram over what the query reads and no
// more: attribute, city and number. The case without "alone" is of a measure, which looks
// at time, kind, quality and unit as well and keeps count, sums, extremes and times.
func (b *bench) sketchAlone(t *sensors) error {
	city, attribute := make([]int32, t.n), make([]int32, t.n)
	for i, e := range t.base.Entity {
		city[i], attribute[i] = int32(e-1)%int32(t.cities), int32(t.base.Attribute[i]-1)
	}
	x := t.base.Number
	return b.run(comparison{
		name: fmt.Sprintf("sketch alone, quantile of %d groups %s threads=1", t.cities*t.attributes, order(t.shuffled)), target: 20, keys: 2, within: 0.01,
		ours: func() ([][]float64, error) {
			h := make([]sketch.Histogram, t.cities*t.attributes)
			for i := 0; i < len(x); {
				c, a := city[i], attribute[i]
				n := i + 1
				for n < len(x) && city[n] == c && attribute[n] == a {
					n++
				}
				if s := &h[int(a)*t.cities+int(c)]; n-i < 4 {
					for ; i < n; i++ {
						s.Add(x[i])
					}
				} else {
					s.AddAll(x[i:n])
					i = n
				}
			}
			out := make([][]float64, 1)
			for i := range h {
				v, _ := h[i].Quantile(0.95)
				out[0] = append(out[0], v)
			}
			return out, nil
		},
		query: "SELECT attribute, city, approx_quantile(v, 0.95) FROM readings GROUP BY 1, 2",
	}, t.n)
}
