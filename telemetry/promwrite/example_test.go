package promwrite_test

import (
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/promwrite"
)

// A request is written and read again.
func Example() {
	var b telemetry.Batch
	for i, v := range []float64{412, 430} {
		_ = b.Add(telemetry.Observation{
			Entity: telemetry.Entity{ID: "node-3:9100", Type: "air"}, Attribute: "co2_ppm", Dataset: "room=hall",
			Value: telemetry.Value{Kind: telemetry.Number, Number: v}, Time: time.Unix(1774772100+60*int64(i), 0), Precision: telemetry.Millisecond,
		})
	}
	request, losses, err := promwrite.Encoder{}.Append(nil, &b)
	fmt.Println(losses, err)

	var got telemetry.Batch
	err = promwrite.NewDecoder(promwrite.Config{}).Decode(&got, request)
	for _, o := range got.All() {
		fmt.Println(o.Entity.Type, o.Entity.ID, o.Attribute, o.Dataset, o.Value.Number, o.Time.Format("15:04"))
	}
	fmt.Println(err)
	// Output:
	// no loss <nil>
	// air node-3:9100 co2_ppm room=hall 412 08:15
	// air node-3:9100 co2_ppm room=hall 430 08:16
	// <nil>
}
