// Package senml reads and writes Sensor Measurement Lists (RFC 8428) in JSON, CBOR and
// XML, with the secondary units of RFC 8798:
//
//	[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1276020076,"bu":"A","n":"voltage","u":"V","v":120.1},
//	 {"n":"current","t":-5,"v":1.2}]
//
// # Mapping
//
// A record is a row; one with a sum beside a value is two, the sum with dataset "sum" and the
// unit times second. The name, base name and name together, is split into entity and
// attribute where the base name ends in ":" or "/"; without a base name, after the last
// such sign that a letter follows (a URN keeps its first four parts). Else the name is the
// entity, or, without any such sign and base name, the attribute. The ":" belongs to
// neither, the "/" to the entity; the encoder puts them back.
//
// v is a number, vs text, vb a bool; vd is text in base64url with {"encoding":"base64url"}
// in its metadata; ut stands there too. A time that is absent or zero means "now" and is
// subject to the time policy; one below 2^28 seconds is relative to the time of receipt, for which
// Config.Clock must be set. Times are added as decimals, exact to the nanosecond.
//
// Fields whose names end in "_" and versions above 10 are refused, as the standard
// demands; other unknown fields are passed over. Names must be of its characters.
// EXI is refused with an error of kind ErrUnsupported.
//
// # Streams
//
// The Split of a [telemetry.Format] cuts arrays (SensML) into records; a decoder then
// carries base fields on from record to record, until dst.Origin says that a stream begins.
//
// A decoder is for one goroutine at a time.
package senml
