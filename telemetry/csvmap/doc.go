// Package csvmap reads the CSV files that cities publish of their sensors, by a mapping
// that says what the columns mean. A mapping is data, with a JSON form.
//
// # What it declares
//
// The character set, the separators of columns, decimals and thousands, the texts that
// mean no value; how entity, attribute and dataset are made of columns; the form of dates, which
// is never guessed; the zone; what quality flags mean. A table is long (a reading a row) or
// wide (a row a day, with a column an hour, as Madrid's air quality). [Madrid] is the mapping of
// that.
//
// # Hours
//
// A wide table says what its columns are of: with clock "official", column n of a day is the
// n-th hour of the civil clock (hour n-1 to n): where clocks go forward one of them does not
// exist, and its reading is left out, with a finding unless it is flagged invalid or empty;
// where they go back one is twice, and the mapping says which is meant. With "standard" they are
// of the zone's standard time all year, with "utc" of UTC. A reading of a span has the flag
// Interval, from its beginning to its end.
//
// # Checks
//
// A file without one of the mapping's columns is refused, and so is one whose first ten rows
// all fail: the mapping does not fit then, under any policy. Every reading is accounted for in
// [Counts].
//
// The package only reads: a mapping loses columns, so that no file can be written back.
//
// A decoder is for one goroutine at a time.
package csvmap
