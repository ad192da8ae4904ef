package sdm_test

import (
	"fmt"
	"log"
	"testing/fstest"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/ngsild"
	"github.com/almotacen/almotacen/telemetry/sdm"
)

// A decoder that leaves out entities that are not as their model says.
func ExampleChecker_Check() {
	models, err := sdm.Compile(sdm.Config{Schemas: fstest.MapFS{"NoiseLevelObserved/schema.json": {Data: []byte(`{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/NoiseLevelObserved/schema.json",
		"required": ["id", "type"],
		"properties": {"type": {"enum": ["NoiseLevelObserved"]}, "LAeq": {"type": "number", "minimum": 0}}}`)}}})
	if err != nil {
		log.Fatal(err)
	}
	d := ngsild.NewDecoder(ngsild.Config{Config: telemetry.Config{Policy: telemetry.Skip}, Check: models.NewChecker().Check})
	var b telemetry.Batch
	err = d.Decode(&b, []byte(`[
		{"id":"urn:a","type":"NoiseLevelObserved","LAeq":{"type":"Property","value":67.8}},
		{"id":"urn:b","type":"NoiseLevelObserved","LAeq":{"type":"Property","value":-1}}]`))
	fmt.Println(err, b.Len())
	for _, f := range b.Findings {
		fmt.Println(f.Pointer, f.Msg)
	}
	for _, p := range models.Plan() {
		fmt.Println(p.Type, p.Compiled)
	}
	// Output:
	// <nil> 1
	// /LAeq/value -1 is less than 0
	// NoiseLevelObserved true
}
