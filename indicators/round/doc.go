// Package round runs a measurement: from delivered files to indicators, a
// comparison of the cities and conclusions, as one value that can be written to
// a directory and recomputed from it.
//
// Terms:
//
//   - A round has a catalogue (what is measured), a network (whose), a period,
//     and inputs (files as they were delivered).
//   - A finding is something wrong with the data. It never stops a round.
//   - A conclusion is a typed statement with evidence, drawn by a rule under a
//     stated condition. Where the condition does not hold it is withheld, and
//     the result says so.
//   - A renderer makes further files from a result: a report, open data.
//
// Guarantees: the same Config gives the same bytes in Result.Files on any
// machine, with any number of workers, in any time zone or language. WriteDir
// writes all or nothing. Verify trusts nothing but the stored inputs,
// definitions and configuration. A Result is read-only and safe for concurrent
// use; Run keeps no state between calls. Memory is the inputs' and the two
// cubes'.
package round
