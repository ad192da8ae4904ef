// Package telemetry holds observations of sensors and platforms in one columnar
// form, whatever dialect they came in.
//
// # Terms
//
// An observation is the value of an attribute of an entity (a device, a station,
// a street) at an instant, with its unit and its quality. A [Batch] is a table of
// them: lanes of equal length, with dictionaries for what repeats. A format is a
// package below this one (telemetry/senml, telemetry/ngsild …) with a decoder
// from bytes to a batch and an encoder back; its Format function describes it, and a
// [Registry] of such descriptions is a value that the caller makes.
//
// A decoder appends rows; a bad record is refused, skipped with a finding, or its
// values kept as text, as [Config] says. An encoder says what its format could not
// carry ([Losses]). Decoding what an encoder wrote gives the same rows, but for
// those losses.
//
// # Guarantees
//
// Time is an int64 of nanoseconds since 1970 UTC; the offset and precision that
// were written are kept beside it. A missing time is never "now" silently: see
// [TimePolicy]. Decoders never keep their input, allocate nothing per record once
// dictionaries and lanes have grown, and hold to [Limits] on untrusted input. The
// same bytes give the same rows in the same order. Nothing here reads a clock, a
// zone, the network or the environment unless the caller gave it.
//
// A Batch and a decoder are for one goroutine at a time.
package telemetry
