// Package ultralight reads and writes UltraLight 2.0, the text that small devices send to
// FIWARE's IoT agent:
//
//	2016-06-13T00:35:30Z|t|21|h|45#2016-06-13T00:40:30Z|t|22|h|46
//
// # Mapping
//
// A payload does not say which device it is from: the topic or the address does. So a
// decoder is of a [provisioning.Device], which also tells the name, type and unit of each
// measure; a measure that is not provisioned keeps its name. A group (between #, or a
// line) is a record, each of its measures a row. Its time is the field before the first
// measure, or the measure TimeInstant, or the time of the request ([Decoder.DecodeAt]),
// or what the time policy says.
//
// Values are texts: of a type Number, Boolean, Text, geo:point or JSON as it says;
// else a JSON number, true, false, a JSON object or array is that, and all else is text.
// An empty value is a gap.
//
// Commands (dev@ping|k=v) are no measures: see [ParseCommand].
//
// A decoder is for one goroutine at a time.
package ultralight
