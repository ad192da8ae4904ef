// Package receive takes telemetry over HTTP: handlers that decode what clients send, hand it to the caller's
// sink, and answer as the clients of each format expect.
//
// [New] dispatches by the media type of the body, [One] takes one format whatever the media type says, since many
// devices send a wrong one. Both are http.Handlers, to be mounted and wrapped like any other: who may send is
// decided by the caller's middleware (see the example with bearer tokens). Of formats that share a media type New
// takes the first, and the one whose messages are in the body's content coding by themselves: OTLP and remote write
// are both application/x-protobuf, and the latter is in snappy. Many formats are application/json: mount a handler
// made by One for each at a path of its own.
//
// # Acknowledgement
//
// A message is acknowledged only after the sink has returned nil: a client that repeats what was not
// acknowledged loses nothing. A sink that blocks holds its clients; when Config.Concurrent messages are under
// way, others wait for Config.Wait and then get 503 with Retry-After, as they do when the sink returns an error. A
// client that goes away cancels the context of the sink.
//
// Repeated messages are recognised by the Idempotency-Key header, or also by their digest, within bounds of
// number and time (see [Repeats]): the first answer is given again and the sink is not called.
//
// # Answers
//
// Without findings: 204, or what the format's servers give (201 for SensorThings, 200 for Sentilo, the IoT
// agents and OTLP). With policies Skip and Keep, records that were left out are told in the form of the
// format: a 207 with the NGSI-LD batch result, OTLP's partial success, a 400 of InfluxDB's form that says what was
// written. All else is a problem document (RFC 9457), with place and reason of the first errors.
//
// # Limits
//
// Bodies are bounded before and after decompression by Limits.Bytes of Config.Decoder; gzip is the only
// content coding here (snappy belongs to remote write). Slow clients are the business of http.Server's
// ReadHeaderTimeout and ReadTimeout, which the caller sets.
//
// Handlers are safe for concurrent use and start no goroutines. Decoders and batches are pooled.
package receive
