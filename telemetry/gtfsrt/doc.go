// Package gtfsrt reads and writes vehicle positions, and reads observed delays, of GTFS
// Realtime 2.0 feeds: the protobuf message FeedMessage.
//
// # Mapping
//
// A FeedEntity is a record. Of a vehicle position each value is a row, its attribute named as in the
// feed: position (a point), bearing (deg), odometer (m), speed (m/s), current_stop_sequence,
// stop_id, current_status, congestion_level, occupancy_status, occupancy_percentage (%). The entity is
// the vehicle: the id of its descriptor, or else that of the FeedEntity, of type "Vehicle". What the
// trip's descriptor says, and label and plate of the vehicle, are metadata.
//
// Of a trip update only what was observed is a row: the delay of the trip, and the delays (s) of
// arrivals and departures whose time is not after the update's; attributes delay, arrival_delay and
// departure_delay, the stop as dataset ("stop_id", or "#" and its sequence), the entity the
// vehicle, or else the trip ("Trip"). Predictions are left out; a finding counts the first of
// each update. So are alerts and the other kinds of entities.
//
// An entity that is deleted, which a feed of differences may have, is a row of kind Deleted.
//
// Of a field that is there again the last counts, and descriptors and events of stops that are there
// again are merged, as protobuf has it. Two positions of a vehicle, and two vehicle positions or
// trip updates of a FeedEntity, are an error, [telemetry.ErrDuplicate].
//
// # Time
//
// Times are whole seconds. A vehicle without a timestamp has that of the feed's header, which is
// when the server made the feed: it has flag TimeReceived.
package gtfsrt
