package lpp_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lpp"
)

// A payload of a weather station, and back.
func Example() {
	payload := []byte{0x03, 0x67, 0x01, 0x10, 0x05, 0x68, 0x5b, 0x01, 0x88, 0x06, 0x9b, 0x33, 0xff, 0x6e, 0xd7, 0x01, 0x00, 0x4c}
	d := lpp.NewDecoder(lpp.Config{Entity: telemetry.Entity{ID: "station-4", Type: "Device"}})
	var b telemetry.Batch
	if err := d.Decode(&b, payload); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Dataset, o.Value.Kind, o.Value.Number, o.Unit.Unit, o.Value.Position)
	}
	out, losses, _ := lpp.Encoder{}.Append(nil, &b)
	fmt.Printf("%x %v\n", out, losses)
	// Output:
	// station-4 temperature 3 number 27.2 Cel {0 0 0 false}
	// station-4 relative_humidity 5 number 45.5 % {0 0 0 false}
	// station-4 gps 1 point 0  {-3.7161 43.2947 656.12 true}
	// 0367011005685b0188069b33ff6ed701004c entity in 3 rows
}

// A tail that radio cut.
func Example_truncated() {
	d := lpp.NewDecoder(lpp.Config{Config: telemetry.Config{Policy: telemetry.Skip}})
	var b telemetry.Batch
	err := d.Decode(&b, []byte{3, 0x67, 1, 0x10, 5, 0x67, 0})
	fmt.Println(b.Len(), err)
	fmt.Println(b.Findings[0].Error.Error())
	// Output:
	// 1 <nil>
	// telemetry/lpp: record 1: byte 4: 1 of the 2 bytes of temperature on channel 5; what comes before it is kept
}
