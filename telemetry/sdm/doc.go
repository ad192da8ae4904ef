// Package sdm checks entities against the Smart Data Models: JSON Schemas (draft
// 2020-12) of city entities, compiled into checks that read the entity's text once, as a
// decoder of NGSI-LD or NGSIv2 goes along.
//
// # Use
//
// [Compile] takes the schema documents, which the caller has: none is embedded and
// none is fetched. A [Checker] of the models is the Check of a decoder's configuration:
//
//	models, err := sdm.Compile(sdm.Config{Schemas: os.DirFS("data-models")})
//	c := ngsild.Config{Check: models.NewChecker().Check}
//
// Under Stop an invalid entity is an error of kind ErrSchema, under Skip it is left
// out, under Keep it stays; its problems are findings. An entity of a type without a model is a
// problem too, unless [Config.Unknown] allows it.
//
// # What is checked
//
// The simplified form (keyValues), which is what the schemas describe. A normalized or concise attribute
// is simplified on the way: its value is checked; of an array of instances, each value; a
// deleted attribute counts as absent. Of a LanguageProperty or its like the member with the value is checked.
//
// The keywords type, enum, const, format, minimum, maximum, exclusiveMinimum, exclusiveMaximum,
// multipleOf, pattern, minLength, maxLength, items, minItems, maxItems, uniqueItems, properties,
// required, allOf, anyOf, oneOf and $ref (within the documents) are compiled. A model with another keyword
// that asserts something is given to the schema engine entity by entity; [Models.Plan] says
// which, and why. Formats are asserted. Verdicts are those of
// santhosh-tekuri/jsonschema v5 (tested on every example of the models and on mutations of them).
//
// Models are immutable and safe for concurrent use; a Checker is for one goroutine.
package sdm
