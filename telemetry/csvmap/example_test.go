package csvmap_test

import (
	"fmt"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/csvmap"
)

// A long table of a Spanish city, by a mapping in JSON.
func ExampleLoad() {
	m, err := csvmap.Load([]byte(`{
		"charset": "windows-1252", "decimal": ",", "thousands": ".", "missing": ["n/d"],
		"entity": "contador-{Equipo}", "type": "WaterConsumption", "attribute": "volume", "attributes": {"volume": {"name": "volume", "unit": "m³"}},
		"time": {"column": "Fecha", "format": "dd/MM/yyyy HH:mm", "zone": "Europe/Madrid"},
		"long": {"value": "Lectura"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	zone := time.FixedZone("Europe/Madrid", 7200) // time.LoadLocation("Europe/Madrid") where there is a zone database
	d := csvmap.NewDecoder(csvmap.Config{Config: telemetry.Config{Zone: zone}, Mapping: m})
	var b telemetry.Batch
	err = d.Decode(&b, []byte("Equipo;Fecha;Lectura;Direcci\xf3n\n7;01/07/2026 10:00;1.234,5;Mayor\n8;01/07/2026 10:00;n/d;Sol\n"))
	fmt.Println(err)
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Kind, o.Value.Number, o.Unit.Unit, o.Time.Format(time.RFC3339))
	}
	fmt.Printf("%+v\n", d.Counts())
	// Output:
	// <nil>
	// contador-7 volume number 1234.5 m3 2026-07-01T10:00:00+02:00
	// contador-8 volume none 0 m3 2026-07-01T10:00:00+02:00
	// {Records:2 Readings:2 Taken:1 Missing:1 Skipped:0}
}
