package sketch_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry/sketch"
)

// Two sensors' readings, merged, and their 95th percentile.
func ExampleHistogram() {
	var a, b sketch.Histogram
	for i := range 1000 {
		a.Add(float64(i) / 10)
		b.Add(float64(i)/10 + 100)
	}
	a.Merge(&b)
	p95, _ := a.Quantile(0.95)
	fmt.Printf("%d readings, 95th percentile %.1f\n", a.Count(), p95)
	// Output:
	// 2000 readings, 95th percentile 189.5
}

// How many devices reported, counted in two places.
func ExampleDistinct() {
	var a, b sketch.Distinct
	for i := range 700 {
		a.Add(sketch.ID(fmt.Appendf(nil, "device %d", i)))
		b.Add(sketch.ID(fmt.Appendf(nil, "device %d", i+300)))
	}
	a.Merge(&b)
	fmt.Println(a.Count(), a.Exact())
	// Output:
	// 1000 true
}

// The stops with most passengers.
func ExampleTop() {
	t := sketch.NewTop(100)
	t.Add([]byte("Atocha"), 40)
	t.Add([]byte("Sol"), 70)
	t.Add([]byte("Atocha"), 35)
	for _, it := range t.Items(2) {
		fmt.Println(it.Key, it.Count)
	}
	// Output:
	// Atocha 75
	// Sol 70
}
