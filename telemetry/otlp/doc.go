// Package otlp reads and writes metrics of the OpenTelemetry Protocol (OTLP 1.x): the message
// ExportMetricsServiceRequest, in protobuf and in OTLP's JSON.
//
// # Mapping
//
// A data point is a record and a row. The metric's name is the attribute and its unit the unit
// (OTLP's are UCUM). The value of the first attribute of Config.ID that the point has, or else
// its resource, is the entity's id; without any, all attributes of the resource are, written as
// telemetry/lineprotocol writes tags. The point's own attributes are the dataset, written in
// that way too: cpu=0,state=idle. A value that is no text is written as JSON, and a text that
// looks like JSON in quotes. The start of a point, where it is set, makes its row an interval.
//
// What a metric, its scope and its resource say beyond that is metadata: whether it is a sum,
// whether monotonic, with which temporality, the description, the scope's name. Rows of one
// metric share one copy.
//
//   - Gauges and sums are numbers; integers have flag Integer, and digits where float64 is not
//     exact. NaN and infinities are gaps whose quality is Invalid, with how they were written in Raw.
//   - Histograms, exponential histograms and summaries are JSON: the data point as OTLP's JSON
//     has it, without times, attributes and flags.
//   - A point with the flag for no recorded value, or without a value, is a gap.
//
// Exemplars and schema URLs are left out; a finding counts the first.
//
// # JSON
//
// OTLP's JSON is protobuf's, with names in lowerCamelCase, 64-bit integers as text (numbers are
// read too) and enumerations as numbers (names are read too). Members that are not known are passed
// over. Both forms take the same way: JSON is brought into protobuf in scratch memory, and places in
// errors are those in the JSON text.
package otlp
