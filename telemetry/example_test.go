package telemetry_test

import (
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
)

// A batch built by hand and read back.
func ExampleBatch_Add() {
	var b telemetry.Batch
	err := b.Add(telemetry.Observation{
		Entity:    telemetry.Entity{ID: "urn:ngsi-ld:AirQualityObserved:28079004", Type: "AirQualityObserved"},
		Attribute: "no2",
		Value:     telemetry.Value{Kind: telemetry.Number, Number: 41.5},
		Unit:      telemetry.UnitRef{Given: "GQ", System: telemetry.CEFACT},
		Time:      time.Date(2026, 3, 29, 3, 0, 0, 0, time.FixedZone("", 7200)), HasOffset: true, Precision: telemetry.Second,
		Quality: telemetry.Valid, Raw: "V",
	})
	fmt.Println(err)
	for _, o := range b.All() {
		fmt.Println(o.Attribute, o.Value.Number, o.Unit.Unit, o.Time.Format(time.RFC3339), o.Quality)
	}
	// Output:
	// <nil>
	// no2 41.5 ug/m3 2026-03-29T03:00:00+02:00 valid
}
