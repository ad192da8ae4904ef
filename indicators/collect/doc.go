// Package collect reads the figures that cities deliver, checks them by the
// rules of the catalogue, and completes them for a measurement.
//
// # Terms
//
// A delivered file is a [Table]: delimited text, either tidy (one row for each
// entity, period and variable) or wide (one row for each entity and period, a
// column for each variable). A [Finding] is something wrong or notable in the
// data; the work goes on. An error is for what could not be read at all.
//
// # Three steps
//
//	b, _ := collect.NewBuilder(catalogue)
//	findings, err := collect.Read(b, file, table, catalogue, network) // once a file
//	cube, more, err := collect.Build(b)                               // conflicts between files
//	findings = collect.Validate(cube, catalogue, network)             // rules of the catalogue
//	cube, more, err = collect.Consolidate(cube, catalogue, network)   // mergers, exclusions, gaps
//
// # Tolerant, never guessing
//
// Read accepts what has one reading and refuses, with file, row and column,
// what has two. The decimal sign of a file is that of its cells which can be
// read in one way only (1.234,5 or 12,5); while no cell decides, 1.234 is not
// taken. A date such as 03/04/2024 is not taken unless the table says the
// order. A name is taken if one city bears it. A text that is no number is a
// hidden or lacking value only if the catalogue declares it for that source.
// What was delivered and could not be taken is Missing for the reason
// cube.ReasonRejected, with its place: never zero, never absent.
//
// # Guarantees
//
// Findings are sorted by file, line and column, at most [MaxFindings] a call,
// and say the same whatever the clock, the zone or the locale of the machine.
// The cube does not depend on the order of rows or files. Read holds the file
// in memory, at most Table.MaxBytes of it; its other state is bounded. Functions
// keep no state: calls on different builders may run at the same time.
package collect
