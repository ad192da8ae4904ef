package ngsiv2_test

import (
	"fmt"
	"log"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/ngsiv2"
)

// A notification of Orion, and the batch update that would write it elsewhere.
func ExampleDecoder_Decode() {
	var b telemetry.Batch
	err := ngsiv2.NewDecoder(ngsiv2.Config{}).Decode(&b, []byte(`{"subscriptionId":"57458eb60962ef754e7c0998","data":[{
		"id":"Station1","type":"WeatherObserved","TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00.000Z"},
		"temperature":{"type":"Number","value":21.5,"metadata":{"unitCode":{"type":"Text","value":"CEL"}}},
		"location":{"type":"geo:point","value":"40.423, -3.712"}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range b.All() {
		fmt.Printf("%s %s %v %v %q %s\n", o.Attribute, o.Value.Kind, o.Value.Number, o.Value.Position.Lat, o.Unit.Unit, o.Time.Format(time.RFC3339))
	}
	out, losses, _ := (&ngsiv2.Encoder{Action: "append"}).Append(nil, &b)
	fmt.Println(string(out[:77]), losses)
	// Output:
	// TimeInstant text 0 0 "" 0001-01-01T00:00:00Z
	// temperature number 21.5 0 "Cel" 2026-03-29T10:00:00Z
	// location point 0 40.423 "" 2026-03-29T10:00:00Z
	// {"actionType":"append","entities":[{"id":"Station1","type":"WeatherObserved", no loss
}
