package parquet_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/parquet"
)

// Observations are written as Parquet and read back by the columns that matter.
func Example() {
	var b telemetry.Batch
	err := b.Add(telemetry.Observation{
		Entity: telemetry.Entity{ID: "station-4"}, Attribute: "no2", Time: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
		Value: telemetry.Value{Kind: telemetry.Number, Number: 41.5}, Quality: telemetry.Valid,
	})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	w := parquet.NewWriter(&file)
	if err := w.Write(&b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	r, err := parquet.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()), parquet.Config{
		Columns: &parquet.Columns{Entity: "entity", Attribute: "attribute", Time: "time", Number: "number"},
	})
	if err != nil {
		panic(err)
	}
	for b, err := range r.Batches() {
		if err != nil {
			panic(err)
		}
		for _, o := range b.All() {
			fmt.Println(o.Entity.ID, o.Attribute, o.Time.Format(time.RFC3339), o.Value.Number)
		}
	}
	// Output:
	// station-4 no2 2026-03-29T01:00:00Z 41.5
}
