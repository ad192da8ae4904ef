// Package ngsild reads and writes entities of NGSI-LD (ETSI GS CIM 009 V1.8.1) as
// observations.
//
// # What is read
//
// An entity in the normalized, the concise or the simplified representation, told apart
// attribute by attribute; arrays of them; notifications; GeoJSON Features and FeatureCollections; the
// temporal representation, whose attributes are arrays, and its simplified (values) and
// aggregated (avg, max, …) forms; fragments, with [Config.Entity].
//
// # How it becomes rows
//
// One row an instance of an attribute: observedAt is its time, datasetId its dataset,
// unitCode (UN/CEFACT) its unit. A Property is a number, bool, text, or JSON; a
// GeoProperty is a point or a geometry; a Relationship is a text, or a JSON array, with flag
// Relation. The other types of attribute are JSON or text, and their metadata begins
// with their type. All members beyond the core's, such as sub-attributes, are metadata
// as they are. The deletion "urn:ngsi-ld:null" is a row of kind Deleted, whose time is
// deletedAt; deletedAt of the entity a Deleted row without attribute. scope, createdAt and modifiedAt of
// the entity are rows of text. An aggregate is a row with flag Interval and a dataset
// such as aggrMethod:avg. Several types of one entity are joined by commas.
//
// An attribute without observedAt has the time of the entity's dateObserved if there is
// one ([Config.TimeAttributes]), else what [telemetry.TimePolicy] says.
//
// The encoder writes a quality as a last sub-property
//
//	"quality":{"type":"Property","value":"valid","flag":{"type":"Property","value":"V"}}
//
// which the decoder takes back.
//
// # What is not
//
// The @context is never fetched: names stay as they are written, or with
// [Config.Expand] become IRIs by the embedded core terms and [Config.Contexts].
// Names within metadata and values are not expanded; scoped contexts, @vocab, @base and keyword
// aliases of other contexts are not applied. What surrounds the entities of a notification
// (its id, the subscription) is passed over. An inline entity of a Relationship is
// metadata. A null value is an error. An offset from UTC cannot be carried: times are
// written in UTC.
//
// # Errors
//
// A record is an entity. A key that stands twice is an error of its record under every
// policy. Under Skip and Keep, a record that is broken even as JSON is left out if its brackets tell
// where it ends.
package ngsild
