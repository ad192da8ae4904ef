// Package gbfs reads and writes station_status of the General Bikeshare Feed Specification,
// versions 2.x and 3.x.
//
// # Mapping
//
// A station is a record and the entity, of type "Station". Each member is a row of its name; those
// that version 3 renamed have the new name whichever they came with (num_bikes_available is
// num_vehicles_available), so that a series goes on when a system moves to it. Counts by type of
// vehicle are rows of vehicle_types_available with the type as dataset; docks of
// vehicle_docks_available with the types that fit, joined by commas. Other objects and arrays are JSON.
//
// The time is last_reported: seconds since 1970 in 2.x, RFC 3339 in 3.x; both are read in
// both. Without it the time policy decides. Numbers 0 and 1 are read where a bool should be, as
// feeds of version 1 have them. The time of the feed itself (last_updated) and ttl are not
// observations.
//
// Other feeds (vehicle_status, station_information …) are refused, by name where that can be told.
package gbfs
