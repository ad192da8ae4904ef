package archive_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/archive"
)

// A day of readings is written, and one hour of one attribute read back.
func Example() {
	day := time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)
	var b telemetry.Batch
	for h := range 24 {
		for _, a := range []string{"no2", "o3"} {
			err := b.Add(telemetry.Observation{
				Entity: telemetry.Entity{ID: "station-4"}, Attribute: a, Time: day.Add(time.Duration(h) * time.Hour),
				Value: telemetry.Value{Kind: telemetry.Number, Number: 20.5 + float64(h)},
			})
			if err != nil {
				panic(err)
			}
		}
	}
	var file bytes.Buffer
	w := archive.NewWriter(&file)
	if err := w.Write(&b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	r := archive.NewReader(&file, archive.Filter{From: day.Add(9 * time.Hour), To: day.Add(10 * time.Hour), Attributes: []string{"o3"}})
	for b, err := range r.Blocks() {
		if err != nil {
			panic(err)
		}
		for _, o := range b.All() {
			fmt.Println(o.Entity.ID, o.Attribute, o.Time.Format(time.RFC3339), o.Value.Number)
		}
	}
	// Output:
	// station-4 o3 2026-03-29T09:00:00Z 29.5
}
