// Package jsonschema checks decoded documents against the project's own JSON
// Schemas (draft 2020-12) and says in words what to write instead. It is the
// only importer of the schema engine.
//
// Nothing is loaded from the network or from disk: a schema that refers to
// anything but itself and the draft's own meta-schema does not compile. A
// compiled [Schema] is immutable and safe for concurrent use.
//
// Messages come from the schema and the document, never from the engine's text,
// so that they do not change with it. The annotation keyword "x-expected" of a
// schema says in words what its "pattern" means.
package jsonschema
