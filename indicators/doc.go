// Package indicators holds the shared schema of a measurement: which figures
// cities deliver, which indicators are computed from them and how, in what
// units and languages, and who the cities are.
//
// # Terms
//
// A [Variable] is a figure that is delivered: population, tonnes of waste. An
// [Indicator] is a figure that is published, computed from variables by a
// formula in CEL. Its [Definition] may change: each version holds for a stretch
// of periods, and figures of different versions are compared only where the
// catalogue says so ([Indicator.Comparable]). A [Catalogue] holds both, with the
// service families, the breakdowns, the sources and the rules that delivered
// figures must pass. A [Network] is the cities of a measurement, with what is
// known of each and where it is said.
//
// # Documents
//
// The fields of these types are the file format; the keys are their json tags,
// the same in YAML and in JSON. [Schemas] gives the JSON Schemas, which are also
// published at [SchemaBase]. [Load] and [LoadNetwork] check a document against
// its schema, then what a schema cannot say: that ids occur once and references
// lead somewhere, that units can be read, that every text is there in every
// language, that versions follow each other, that targets agree with the
// polarity and rules with the units. Every problem found is returned, with file,
// line, column, JSON pointer, and what to write instead.
//
// Ids: of a variable, a CEL identifier in lower case (waste_total_t) that is no
// word of CEL, and not days, which every formula knows as the days of its
// period; of an indicator, family.name (waste.recycled-share). Since '-' is
// subtraction in CEL, a formula that uses another indicator writes '_' for it:
// waste.recycled_share ([FormulaName]).
//
// Of YAML only what corresponds to JSON is read. Anchors, aliases, merge keys,
// own tags and a second document are refused, and so are plain scalars that
// YAML 1.1 and 1.2 read differently (yes, 05087, 1_000): codes are quoted.
//
// # Guarantees
//
// What Load, New and Default return is valid, and safe for concurrent use as
// long as nobody changes it. The order of errors and the bytes of
// [Catalogue.AppendJSON] depend on the document alone. Documents are untrusted:
// size, depth, number of values and of reported errors are bounded by [Config];
// with the defaults reading one takes a few hundred megabytes at the very most,
// whatever it holds, and a second or few. Nothing is fetched from the network.
package indicators
