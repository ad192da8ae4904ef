// Package ngsiv2 reads and writes entities of FIWARE NGSIv2 as observations.
//
// # What is read
//
// An entity in the normalized or the keyValues representation, told apart attribute by
// attribute; arrays of them; notifications ({"subscriptionId", "data"}); batch updates
// ({"actionType", "entities"}), where delete gives rows of kind Deleted.
//
// # How it becomes rows
//
// One row an attribute. Its time is the metadata TimeInstant, else the entity's
// attribute TimeInstant, dateObserved (an instant, or start/end) or dateModified
// ([Config.TimeAttributes]), else what [telemetry.TimePolicy] says. The metadata unitCode
// (UN/CEFACT) or unit is its unit. A value is a number, bool, text, JSON, or none (null); of
// type geo:json a point or geometry; of type geo:point, which is "latitude, longitude", a
// point; of type Relationship or Reference a text with flag Relation. The type of an attribute, where it is
// not the one that its value has by default, and the other metadata are kept as
// metadata of the row:
//
//	{"type":"DateTime","metadata":{"accuracy":{"type":"Number","value":0.5}}}
//
// The encoder writes one entity a set of attributes that differ; an attribute with several rows needs as many
// entities of the same id, in order. Quality is the metadata quality, and the source's own mark
// qualityFlag, which the decoder takes back.
//
// # What is not
//
// The values representation has no names: it is refused. Times are milliseconds, in UTC; datasets,
// deletions and starts of intervals cannot be carried. Texts with characters that
// Orion forbids, < > " ' = ; ( ), are written with the type TextUnrestricted; in
// ids and names they are percent-encoded; within JSON they are not looked for.
package ngsiv2
