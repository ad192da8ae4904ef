package aggregate_test

import (
	"context"
	"fmt"
	"time"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// Daily means of nitrogen dioxide over the night on which the clocks go forward.
func Example() {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		fmt.Println(err)
		return
	}
	var b telemetry.Batch
	start := time.Date(2026, 3, 28, 0, 0, 0, 0, madrid)
	for h := range 47 { // 24 and 23
		err := b.Add(telemetry.Observation{
			Entity: telemetry.Entity{ID: "28079004"}, Attribute: "no2",
			Value: telemetry.Value{Kind: telemetry.Number, Number: 20 + float64(h)/4},
			Time:  start.Add(time.Duration(h) * time.Hour), Quality: telemetry.Valid,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	a, err := aggregate.New(aggregate.Config{
		Window: period.Day, Zone: madrid,
		Measures: []aggregate.Measure{{ID: "no2", Attribute: "no2", Unit: unit.MustParse("ug/m3"), Decimals: 2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := a.Add(&b); err != nil {
		fmt.Println(err)
		return
	}
	r, err := a.Result(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, row := range r.Rows() {
		mean, _ := row.State.Moments.Mean()
		fmt.Println(k.Group, k.Window, row.State.Count(), mean)
	}
	// Output:
	// 28079004 2026-03-28 24 22.875
	// 28079004 2026-03-29 23 28.75
}

// A reading that comes late makes a new edition of a day that was published.
func ExampleEditions() {
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	a, err := aggregate.New(aggregate.Config{Window: period.Day, Measures: []aggregate.Measure{{ID: "no2", Attribute: "no2"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	watermark := aggregate.Watermark{Lateness: 6 * time.Hour}
	var editions aggregate.Editions
	for _, r := range []struct {
		hour  int
		value float64
	}{{3, 20}, {9, 30}, {31, 12}, {10, 70}} { // the last comes a day late
		var b telemetry.Batch
		err := b.Add(telemetry.Observation{
			Entity: telemetry.Entity{ID: "28079004"}, Attribute: "no2", Quality: telemetry.Valid,
			Time: day.Add(time.Duration(r.hour) * time.Hour), Value: telemetry.Value{Kind: telemetry.Number, Number: r.value},
		})
		if err == nil {
			err = a.Add(&b)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		watermark.Add(&b, day.Add(48*time.Hour).UnixNano())
		result, err := a.Result(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		until, _ := watermark.At()
		published, err := editions.Publish(result, until)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, e := range published {
			mean, _ := e.State.Moments.Mean()
			fmt.Print(e.Key.Group, " ", e.Key.Window, " edition ", e.Number, ": ", mean)
			if e.Before != nil {
				before, _ := e.Before.Moments.Mean()
				fmt.Print(", was ", before)
			}
			fmt.Println()
		}
	}
	// Output:
	// 28079004 2026-05-01 edition 1: 25
	// 28079004 2026-05-01 edition 2: 40, was 25
}

// The mean of a city by the population around each station, and the mean direction of the wind.
func ExampleResult_Weighted() {
	var b telemetry.Batch
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, o := range []telemetry.Observation{
		{Entity: telemetry.Entity{ID: "centre"}, Attribute: "no2", Value: telemetry.Value{Kind: telemetry.Number, Number: 40}},
		{Entity: telemetry.Entity{ID: "park"}, Attribute: "no2", Value: telemetry.Value{Kind: telemetry.Number, Number: 10}},
		{Entity: telemetry.Entity{ID: "park"}, Attribute: "wind", Value: telemetry.Value{Kind: telemetry.Number, Number: 350}},
		{Entity: telemetry.Entity{ID: "park"}, Attribute: "wind", Value: telemetry.Value{Kind: telemetry.Number, Number: 20}},
	} {
		o.Time, o.Quality = noon, telemetry.Valid
		if err := b.Add(o); err != nil {
			fmt.Println(err)
			return
		}
	}
	r, err := aggregate.Run(context.Background(), aggregate.Config{Window: period.Day, Measures: []aggregate.Measure{
		{ID: "no2", Attribute: "no2", Unit: unit.MustParse("ug/m3")},
		{ID: "wind", Attribute: "wind", Unit: unit.MustParse("deg"), Turn: 360, Keep: aggregate.KeepCircle},
	}}, []*telemetry.Batch{&b})
	if err != nil {
		fmt.Println(err)
		return
	}
	city, err := r.Weighted(aggregate.CubeConfig{Outputs: []aggregate.Output{
		{Variable: "no2", Unit: unit.MustParse("ug/m3"), Measure: "no2", Statistic: aggregate.Mean},
	}}, aggregate.Weights{Members: []aggregate.Member{
		{Group: "centre", Into: "city", Weight: 90_000}, {Group: "park", Into: "city", Weight: 10_000},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	day := period.MustParse("2026-05-01")
	fmt.Println(city.At(cube.Key{Entity: "city", Period: day}, "no2").Value)
	wind, _ := r.At(aggregate.Key{Measure: "wind", Group: "park", Window: day}).State.Circle.Direction()
	fmt.Printf("%.6g\n", wind)
	// Output:
	// 37
	// 5
}
