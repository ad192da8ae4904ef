package otlp_test

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/otlp"
)

// A counter of a bicycle station, as a collector sends it.
func Example() {
	src := []byte(`{"resourceMetrics":[{"resource":{"attributes":[{"key":"device.id","value":{"stringValue":"bike-7"}},{"key":"site","value":{"stringValue":"Rúa Nova"}}]},
		"scopeMetrics":[{"scope":{"name":"counter"},"metrics":[{"name":"bikes","unit":"{bike}","sum":{"aggregationTemporality":1,"isMonotonic":true,
		"dataPoints":[{"attributes":[{"key":"direction","value":{"stringValue":"in"}}],"startTimeUnixNano":"1774772100000000000","timeUnixNano":"1774773000000000000","asInt":"41"}]}}]}]}]}`)
	d := otlp.NewDecoder(otlp.Config{})
	var b telemetry.Batch
	if err := d.Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Dataset, o.Value.Number, o.From.Format("15:04"), o.Time.Format("15:04"))
		fmt.Println(o.Meta)
	}
	_, losses, err := otlp.Encoder{}.Append(nil, &b)
	fmt.Println(losses, err)
	// Output:
	// bike-7 bikes direction=in 41 08:15 08:30
	// {"resource":{"device.id":"bike-7","site":"Rúa Nova"},"scope":"counter","metric":"sum","temporality":"delta","monotonic":true}
	// no loss <nil>
}
