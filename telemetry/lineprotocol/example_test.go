package lineprotocol_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
)

// Lines of a weather station, read and written again.
func Example() {
	src := []byte("weather,id=station-4 temperature=21.5,rain=f 1774772100\nweather,id=station-4 temperature=21.7,count=12i 1774772160\n")
	d := lineprotocol.NewDecoder(lineprotocol.Config{Precision: telemetry.Second})
	var b telemetry.Batch
	if err := d.Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.Type, o.Entity.ID, o.Attribute, o.Value.Kind, o.Value.Number, o.Time.Format("15:04:05"))
	}
	out, losses, err := lineprotocol.Encoder{Precision: telemetry.Second}.Append(nil, &b)
	fmt.Printf("%s%v %v\n", out, losses, err)
	// Output:
	// weather station-4 temperature number 21.5 08:15:00
	// weather station-4 rain bool 0 08:15:00
	// weather station-4 temperature number 21.7 08:16:00
	// weather station-4 count number 12 08:16:00
	// weather,id=station-4 temperature=21.5,rain=false 1774772100
	// weather,id=station-4 temperature=21.7,count=12i 1774772160
	// no loss <nil>
}

// A bad line among good ones, left out with a finding.
func Example_skip() {
	d := lineprotocol.NewDecoder(lineprotocol.Config{Config: telemetry.Config{Policy: telemetry.Skip, Source: "plaza"}})
	var b telemetry.Batch
	err := d.Decode(&b, []byte("noise,id=4 laeq=61.2 1\nnoise,id=4 laeq= 2\nnoise,id=4 laeq=60.9 3\n"))
	fmt.Println(b.Len(), err)
	for _, f := range b.Findings {
		fmt.Println(f.Error.Error())
	}
	// Output:
	// 2 <nil>
	// telemetry/lineprotocol: plaza: record 2: byte 39: field "laeq": ' ' where a number, true, false or a text in quotes should be
}
