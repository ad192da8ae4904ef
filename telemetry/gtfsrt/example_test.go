package gtfsrt_test

import (
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/gtfsrt"
)

// The positions of a bus, as a feed and back.
func Example() {
	var b telemetry.Batch
	bus := telemetry.Entity{ID: "bus-1204", Type: "Vehicle"}
	at := time.Date(2026, 3, 29, 8, 15, 7, 0, time.UTC)
	for _, o := range []telemetry.Observation{
		{Attribute: "speed", Value: telemetry.Value{Kind: telemetry.Number, Number: 8.5}, Unit: telemetry.UnitRef{Given: "m/s"}},
		{Attribute: "position", Value: telemetry.Value{Kind: telemetry.Point, Position: telemetry.Position{Lon: -7.5625, Lat: 43.0125}}},
		{Attribute: "current_status", Value: telemetry.Value{Kind: telemetry.Text, Text: "IN_TRANSIT_TO"}},
	} {
		o.Entity, o.Time, o.Precision, o.Meta = bus, at, telemetry.Second, `{"trip_id":"T-7","route_id":"L3"}`
		_ = b.Add(o)
	}
	feed, losses, err := gtfsrt.Encoder{}.Append(nil, &b)
	fmt.Println(losses, err)

	var got telemetry.Batch
	err = gtfsrt.NewDecoder(telemetry.Config{}).Decode(&got, feed)
	for _, o := range got.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Value.Text, o.Value.Position, o.Time.Format("15:04:05"))
	}
	fmt.Println(err)
	// Output:
	// number in 1 rows <nil>
	// bus-1204 position 0  {-7.5625 43.01250076293945 0 false} 08:15:07
	// bus-1204 speed 8.5  {0 0 0 false} 08:15:07
	// bus-1204 current_status 0 IN_TRANSIT_TO {0 0 0 false} 08:15:07
	// <nil>
}
