// Package instant reads and writes times of RFC 3339 and the profile of ISO 8601 that
// sensors write, in bytes, as nanoseconds since 1970 UTC.
//
// [Parse] takes, beside RFC 3339 ("2026-03-29T10:15:00.250+02:00"):
//
//   - a lower case t or z, or a space in place of the T;
//   - a comma before the fraction; any number of digits (beyond nine they are cut, and
//     [Cut] says if one was not zero);
//   - offsets +hh and +hhmm, of at most 23:59; none at all (NoOffset: a civil time, which
//     the caller puts in a zone);
//   - hours and minutes alone, or a date alone;
//   - the compact form 20260329T101500Z, with or without fraction and offset;
//   - 24:00:00, which is 00:00 of the day after; a leap second 23:59:60 UTC, which is the second
//     after, as POSIX has it, with flag [Leap].
//
// It says apart what is no time ([Syntax]), what no calendar has ([Field]), and what does not
// fit 64 bits ([Range]: before 1677-09-21 or after 2262-04-11).
package instant
