package ngsild_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/ngsild"
)

// A notification in the normalized representation, and what was read of it written concisely.
func ExampleDecoder_Decode() {
	var b telemetry.Batch
	d := ngsild.NewDecoder(ngsild.Config{})
	err := d.Decode(&b, []byte(`{"id":"urn:ngsi-ld:Notification:1","type":"Notification","data":[{
		"id":"urn:ngsi-ld:AirQualityObserved:28079004","type":"AirQualityObserved",
		"no2":{"type":"Property","value":41.5,"unitCode":"GQ","observedAt":"2026-03-29T10:00:00Z","accuracy":{"type":"Property","value":0.5}},
		"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-3.712,40.423]}},
		"refDevice":{"type":"Relationship","object":"urn:ngsi-ld:Device:7"}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range b.All() {
		fmt.Printf("%s %s %v %q %q %s\n", o.Attribute, o.Value.Kind, o.Value.Number, o.Value.Text, o.Unit.Unit, o.Time.Format(time.RFC3339))
	}
	out, losses, _ := (&ngsild.Encoder{Concise: true}).Append(nil, &b)
	fmt.Println(string(out), losses)
	// Output:
	// no2 number 41.5 "" "ug/m3" 2026-03-29T10:00:00Z
	// location point 0 "" "" 0001-01-01T00:00:00Z
	// refDevice text 0 "urn:ngsi-ld:Device:7" "" 0001-01-01T00:00:00Z
	// [{"id":"urn:ngsi-ld:AirQualityObserved:28079004","type":"AirQualityObserved","no2":{"value":41.5,"unitCode":"GQ","observedAt":"2026-03-29T10:00:00Z","accuracy":{"type":"Property","value":0.5}},"location":{"type":"Point","coordinates":[-3.712,40.423]},"refDevice":{"object":"urn:ngsi-ld:Device:7"}}] no loss
}

// A stream of entities, of which a broken one is left out.
func ExampleFormat() {
	stream := strings.NewReader(`[{"id":"urn:a","type":"T","x":{"value":1}},
		{"id":"urn:b","type":"T","x":{"value":null}},
		{"id":"urn:c","type":"T","x":3}]`)
	var b telemetry.Batch
	c := telemetry.Config{Source: "stream", Policy: telemetry.Skip, Time: telemetry.TimeOfReceipt,
		Clock: func() time.Time { return time.Date(2026, 3, 29, 10, 0, 0, 0, time.UTC) }}
	for batch, err := range telemetry.Records(ngsild.Format(), stream, &b, c) {
		if err != nil {
			log.Fatal(err)
		}
		for _, o := range batch.All() {
			fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Time.Format(time.RFC3339))
		}
		for _, f := range batch.Findings {
			fmt.Println(f.Error.Error())
		}
	}
	// Output:
	// urn:a x 1 2026-03-29T10:00:00Z
	// telemetry/ngsild: stream: record 2: byte 84: /x/value: null is no value; a deletion is written "urn:ngsi-ld:null"
	// urn:c x 3 2026-03-29T10:00:00Z
}
