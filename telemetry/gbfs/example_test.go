package gbfs_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/gbfs"
)

// A feed of version 2 comes out as one of version 3.
func Example() {
	src := []byte(`{"last_updated":1774772100,"ttl":60,"version":"2.3","data":{"stations":[
		{"station_id":"alameda","is_installed":true,"num_bikes_available":7,"num_docks_available":5,"last_reported":1774772090,
		 "vehicle_types_available":[{"vehicle_type_id":"ebike","count":2}]}]}}`)
	var b telemetry.Batch
	if err := gbfs.NewDecoder(telemetry.Config{}).Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Dataset, o.Value.Number, o.Time.Format("15:04:05"))
	}
	out, _, err := gbfs.Encoder{}.Append(nil, &b)
	fmt.Printf("%s %v\n", out, err)
	// Output:
	// alameda is_installed  1 08:14:50
	// alameda num_vehicles_available  7 08:14:50
	// alameda num_docks_available  5 08:14:50
	// alameda vehicle_types_available ebike 2 08:14:50
	// {"last_updated":"2026-03-29T08:14:50Z","ttl":0,"version":"3.0","data":{"stations":[{"station_id":"alameda","last_reported":"2026-03-29T08:14:50Z","is_installed":true,"num_vehicles_available":7,"num_docks_available":5,"vehicle_types_available":[{"vehicle_type_id":"ebike","count":2}]}]}} <nil>
}
