package sensorthings_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sensorthings"
)

// Datastreams with their Observations, as a server answers, become a dataArray to post elsewhere.
func Example() {
	src := []byte(`{"value":[{"@iot.id":7,"name":"NO2 at the market","unitOfMeasurement":{"name":"microgram per cubic metre","symbol":"ug/m3","definition":"ucum:ug/m3"},
		"ObservedProperty":{"name":"NO2"},"Observations":[
			{"@iot.id":1,"phenomenonTime":"2026-03-29T08:00:00Z/2026-03-29T09:00:00Z","result":41.5,"resultQuality":"valid"},
			{"@iot.id":2,"phenomenonTime":"2026-03-29T09:00:00Z/2026-03-29T10:00:00Z","result":38}]}]}`)
	var b telemetry.Batch
	if err := sensorthings.NewDecoder(sensorthings.Config{}).Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Unit.Unit, o.From.Format("15:04"), o.Time.Format("15:04"), o.Quality, o.Meta)
	}
	out, losses, err := sensorthings.Encoder{}.Append(nil, &b)
	fmt.Printf("%s\n%v %v\n", out, losses, err)
	// Output:
	// 7 NO2 41.5 ug/m3 08:00 09:00 valid {"id":1}
	// 7 NO2 38 ug/m3 09:00 10:00 unknown {"id":2}
	// [{"Datastream":{"@iot.id":7,"ObservedProperty":{"name":"NO2"},"unitOfMeasurement":{"name":"ug/m3","symbol":"ug/m3","definition":"ucum:ug/m3"}},"components":["phenomenonTime","result","resultQuality","id"],"dataArray":[["2026-03-29T08:00:00Z/2026-03-29T09:00:00Z",41.5,"valid",1],["2026-03-29T09:00:00Z/2026-03-29T10:00:00Z",38,null,2]]}]
	// no loss <nil>
}
