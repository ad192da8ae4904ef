// Package sensorthings reads and writes Observations of the OGC SensorThings API 1.1 (18-088)
// as JSON: one, an array, a collection (value, @iot.nextLink), Datastreams with their Observations
// expanded, and the dataArray extension, as a request or as a response.
//
// # Mapping
//
// An Observation, or a row of a dataArray, is a record and a row of the batch. The Datastream is
// the entity, of type "Datastream"; its id is a number or a text, and here always text. The attribute
// is the name of the ObservedProperty where it is given, else "result". The unit is the
// definition of unitOfMeasurement if it is of UCUM ("ucum:Cel"), else its symbol, else its name. An
// Observation without its Datastream is of Config.Datastream: what is posted to
// Datastreams(7)/Observations does not name it.
//
// phenomenonTime is the time: an instant, or an interval whose end is the time. A result is a
// number, a bool, a text, a gap (null), a GeoJSON geometry or other JSON. resultQuality as a text is
// the quality (valid, unvalidated, estimated, invalid), or kept as it is in Raw. The id of the
// Observation, resultTime, validTime, parameters, a resultQuality that is no text and the
// FeatureOfInterest are metadata, as they were written.
//
// That a collection goes on, by its nextLink, is a finding: the decoder asks nobody.
package sensorthings
