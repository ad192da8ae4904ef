// Package iotajson reads and writes the JSON that devices send to FIWARE's IoT Agent for
// JSON: an object of measures, or an array of them.
//
//	{"TimeInstant": "2016-06-13T00:35:30Z", "t": 21, "h": 45, "on": true}
//
// # Mapping
//
// A payload does not say which device it is from: the topic or the address does. So a
// decoder is of a [provisioning.Device], which also tells the name, type and unit of each
// measure; a measure that is not provisioned keeps its name. An object is a record, each of
// its members a row. Its time is the member TimeInstant, or the time of the request
// ([Decoder.DecodeAt]), or what the time policy says.
//
// Numbers, booleans and null are numbers, bools and gaps. A string is read as the
// provisioned type says (Number, Boolean, geo:point, JSON), and else is text. Objects and
// arrays are JSON.
//
// Devices that send whole entities (payloadType ngsiv2 and ngsild) are for telemetry/ngsiv2
// and telemetry/ngsild.
//
// A decoder is for one goroutine at a time.
package iotajson
