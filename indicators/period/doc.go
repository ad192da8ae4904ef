// Package period holds the time key of every figure: a year, semester, quarter,
// month, ISO week, day, hour, school year, or a rolling window of several of
// them.
//
// # Terms
//
// A [Period] is civil: it names a stretch of the calendar, not of physical time.
// It becomes two instants only when a zone is given, with [Period.Start] and
// [Period.End]. Its frequency ([Freq]) is the kind of unit it counts in. A
// rolling window is n consecutive units named by the last of them: P12M/2024-03
// is the twelve months from 2023-04 to 2024-03.
//
// The calendar is the proleptic Gregorian one, years 1 to 9999. Weeks are those
// of ISO 8601: Monday to Sunday, week 1 holds the first Thursday. School years
// run from 1 September to 31 August.
//
// # Spellings
//
// [Parse] reads, and [Period.String] writes the first of each line:
//
//	year         2024         2024-A1   2024-01-01/P1Y
//	semester     2024-S1      2024S1
//	quarter      2024-Q3      2024Q3
//	month        2024-03      2024-M03  2024M03   2024-03-01/P1M
//	week         2024-W07     2024W07   2024-02-12/P1W
//	day          2024-03-31   2024-D091 2024-W13-7  2024-03-31/P1D
//	hour         2024-03-31T04+02:00    2024-03-31T04:00:00+02:00  ...T02Z  ...T04 (no offset)
//	school year  2023/2024    2023-09-01/P1Y
//	window       P12M/2024-03 P1Y/2024-03  2023-04-01/P12M
//	             P3Y/2024  P12M/2024-Q1  P12M/2024-S2  P4W/2024-W07  P7D/2024-03-31
//	             PT24H/2024-03-31T04+02:00  P3Y/2023/2024
//
// These are the spellings of ISO 8601-1:2019 and of the SDMX 2.1 and 3.0
// observational time period, with four decisions where those leave room:
//
//   - 2023/2024 is the school year, not the ISO 8601 interval of two calendar
//     years, which has no place in a table of figures;
//   - P12M/2024-03 ends with March 2024, it does not end before it;
//   - a date and a duration (SDMX time range) count in the unit of the
//     duration: P1Y from 1 January is a year, from 1 September a school year,
//     from the first of another month twelve months; 2024-01-01/P3M is a window
//     of three months and not the quarter;
//   - what could be read in two ways is an error that names both: 202403,
//     2024-091, 2024-T1 (a third of a year in SDMX, a quarter in Spanish
//     tables).
//
// # Hours
//
// On the day the clock goes back an hour occurs twice, so an hour carries its
// offset from UTC: 2024-10-27T02+02:00 is followed by 2024-10-27T02+01:00. [Of]
// always gives the offset. An hour read without one stays without: it is then
// the civil hour, of length two hours where it occurs twice and empty where it
// does not occur, so that 24 of them always make up the day. [Period.In] adds
// the offset when only one is possible.
//
// # Guarantees
//
// A Period is 8 bytes, comparable, a map key, and safe for concurrent use. No
// function reads the clock, the local zone or the locale. Parsing, arithmetic,
// comparison and boundaries do not allocate, except for errors and one copy in
// UnmarshalText of more than 32 bytes. A result that
// would leave the years 1 to 9999 is the zero Period, never a saturated or
// wrapped one; every method accepts the zero Period. Input longer than [MaxLen]
// bytes is refused unread.
package period
