// Package lpp reads and writes payloads of the Cayenne Low Power Payload (LPP), which many
// LoRaWAN devices send: one after the other, a channel, a type and a value of the type's size.
//
//	03 67 01 10 05 67 00 ff    temperature 27.2 on channel 3, 25.5 on channel 5
//
// # Mapping
//
// A value is a row: the type is the attribute ("temperature"), the channel the dataset ("3"), the
// unit that of the type. The three axes of an accelerometer or a gyrometer, and the colours of a
// colour, are a row each. A payload names neither the device nor the time: [Config] gives the
// one, and the time is subject to the time policy. An envelope of a network server has both;
// telemetry/lorawan reads it, and calls [Append].
//
// # Types
//
// Those of myDevices (0 to 3, 101 to 104, 113, 115, 134, 136) and those that the libraries of
// devices have added since (100, 116 to 118, 120 to 122, 125, 128, 130 to 133, 135, 137, 142).
// Of a place there are two encodings, and devices differ: type 136 has degrees in 24 bits of
// 0.0001 (11 m), type 137 in 32 bits of 0.000001. Both are read; the encoder takes 136 where
// nothing is lost, and else 137. The track of type 240 is passed over with a finding.
//
// # Truncated payloads
//
// Radio cuts tails. What is not whole is an error; under the policies Skip and Keep the values
// before it are kept. A type that is not known ends the reading in the same way, as its size is
// not known.
package lpp
