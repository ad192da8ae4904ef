// Package sentilo reads and writes the observations of Sentilo, the sensor platform of
// Barcelona and other cities:
//
//	{"sensors": [{"sensor": "s1", "location": "41.38 2.17", "observations": [
//		{"value": "12.3", "timestamp": "17/09/2012T12:34:45CET", "location": "41.4 2.2"}]}]}
//
// and {"observations": […]} of one sensor, as the API has them (PUT /data/{provider} and
// /data/{provider}/{sensor}), also as it gives them back.
//
// # Mapping
//
// The entity is the sensor, with the provider before it if Config.Provider tells one:
// "provider/s1". The attribute is the sensor's type in the catalogue, "value" without one. Values
// are texts, typed by the catalogue: NUMBER (also without dataType), BOOLEAN, TEXT, JSON; those of
// a sensor that it does not have are a JSON number, true, false, a JSON object or array as
// that, and else text. An empty value is a gap.
//
// A location is a row of attribute "location", a point: after the observation that it is
// of, or, without time, before all of them if it is the sensor's.
//
// # Time
//
// Timestamps are dd/MM/yyyyTHH:mm:ss, with an offset (+0200), Z, GMT+02:00, or UTC, GMT, WET,
// CET, EET, WEST, CEST, EEST; without any in Config.Zone, or UTC as Sentilo says. CET is
// always +01:00. An observation without timestamp is subject to the time policy.
//
// A decoder is for one goroutine at a time.
package sentilo
