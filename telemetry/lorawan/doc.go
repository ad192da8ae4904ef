// Package lorawan reads the messages in which LoRaWAN network servers forward what devices
// sent: The Things Stack v3, ChirpStack v4, Actility ThingPark and Loriot, as JSON. Which of them
// a message is from is told by its members.
//
// # Mapping
//
// An uplink is a record. Its device is the entity: device_id of The Things Stack (unique within
// an application), DevEUI of the others; the type is Config.EntityType, "Device" unless set.
// Its time is that of the network server's receipt, with the offset it has. The values are, in
// this order of preference,
//
//   - what Config.Codec makes of the payload, if it knows the device;
//   - the object that the network server decoded: a row for each member, nested members with
//     their names joined by dots, arrays as JSON, null as a gap; an object of latitude, longitude
//     and perhaps altitude is a point;
//   - the Cayenne LPP values of the payload, if Config.LPP says that it is such (telemetry/lpp);
//   - else the payload itself in hexadecimal, as the text "payload", with a finding.
//
// Port, frame counter, RSSI and SNR of the first gateway are in the metadata of each row.
//
// # What is not an observation
//
// Joins, acknowledgements, status and location messages, and uplinks without a payload are
// findings. So are duplicates: uplinks of a device with a frame counter that the decoder met
// before, not more than Config.Duplicates apart in time, as webhooks repeat them and Loriot's gw
// follows rx. A decoder remembers the last 65,536 uplinks; what it noted in a message whose rows
// could not be stored, [Decoder.Forget] takes back.
//
// The package only reads: these messages are a network server's word on a radio frame, with
// counters and gateways that rows do not have; an encoder would have to invent them.
package lorawan
