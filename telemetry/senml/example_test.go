package senml_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/senml"
)

// A pack with base fields, decoded, and encoded with each record resolved.
func Example() {
	src := []byte(`[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1276020076,"bu":"A","n":"voltage","u":"V","v":120.1},{"n":"current","t":-5.25,"v":1.2}]`)
	var b telemetry.Batch
	if err := senml.NewDecoder(senml.Config{}).Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Unit.Unit, o.Time.Format(time.RFC3339Nano))
	}
	out, losses, _ := senml.Encoder{Resolved: true}.Append(nil, &b)
	fmt.Printf("%s\n%v\n", out, losses)
	// Output:
	// urn:dev:ow:10e2073a0108006 voltage 120.1 V 2010-06-08T18:01:16Z
	// urn:dev:ow:10e2073a0108006 current 1.2 A 2010-06-08T18:01:10.75Z
	// [{"n":"urn:dev:ow:10e2073a0108006:current","u":"A","t":1276020070.75,"v":1.2},{"n":"urn:dev:ow:10e2073a0108006:voltage","u":"V","t":1276020076,"v":120.1}]
	// no loss
}

// Records of a stream, as they come, with times relative to now.
func ExampleFormat() {
	stream := strings.NewReader(`[{"bn":"urn:dev:mac:0024befffe804ff1/","n":"noise","u":"dB","v":61.5},{"n":"noise","u":"dB","t":-60,"v":58},`)
	c := telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: func() time.Time { return time.Date(2026, 3, 29, 10, 15, 0, 0, time.UTC) }}
	var dst telemetry.Batch
	for b, err := range telemetry.Records(senml.Format(), stream, &dst, c) {
		if err != nil {
			fmt.Println(err)
			break
		}
		for _, o := range b.All() {
			fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Time.Format(time.TimeOnly))
		}
	}
	// Output:
	// urn:dev:mac:0024befffe804ff1/ noise 61.5 10:15:00
	// urn:dev:mac:0024befffe804ff1/ noise 58 10:14:00
	// telemetry/senml: record 3: byte 108: the text ends within an array
}
