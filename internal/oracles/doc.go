// Package oracles holds the telemetry formats to the types that others generate from the
// protobuf definitions: what they write we read, what we write they read, and both mean the same.
// It is a module of its own, so that these heavy modules do not come to who imports the library.
package oracles
