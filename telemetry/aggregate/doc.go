// Package aggregate turns observations into figures: sums, means, extremes, variances,
// quantiles, time-weighted means and increases of counters, by group and by window of
// civil time.
//
// # Terms
//
// A [Measure] says what is kept of an attribute. A [Group] is what entities are put
// together by: a station, a street, a city. A window is a [period.Period] in the zone
// of the group: days have 23, 24 or 25 hours. A [State] is all that is known of a
// measure in a group and a window; it merges with others, and has bytes for files and
// for other machines. An [Aggregator] takes batches and holds states, a [Result] is
// its states in order. Figures come out of states at the end: means are never
// averaged, states are merged.
//
// Some figures need the order of time within a series, an entity's readings of an
// attribute: means over time and time in a state ([Hold]), increases of meters
// ([Meter]), and sums that count a repeated reading once (Measure.Once). Their readings
// wait until nothing can come before them any more (Config.Lateness); their states are
// kept by series, and figures of groups ([Span], [Increase]) are made of them with the
// edges of windows put right: a reading stands until the next, also over an edge, and
// what a meter rose by over an edge counts in the later window.
//
// [Result.To] and [Result.Rolling] make coarser and rolling windows by merging states,
// [Result.Cube] makes variables of figures. [Aggregator.Checkpoint] and [Resume] carry
// an aggregator over a crash, Config.SpillDir bounds memory by a directory of files,
// [Aggregator.Retire] lets finished windows go. A [Watermark] says how far the sources
// have come, and [Editions] what was published: a window that changes afterwards gets a
// new edition with the one before beside it.
//
// # Guarantees
//
// The same input gives the same bytes, on any number of goroutines, in batches of any
// size and on any machine. States of form [Decimal] are exact and merge in any order
// and grouping; those of form [Float] merge in the order of the input, by morsels of
// fixed size ([MorselRows]). Results never depend on the order of arrival, but for
// Float and where the documentation says so.
//
// Numbers that sensors send have few decimals: as scaled integers they add exactly.
// The scale is fixed in the measure; a number with more decimals is kept exactly too,
// in a fixed-point number as wide as float64, and costs more. Means and variances are
// computed from the exact sums and rounded once.
//
// Memory is bounded by [Limits]; nothing is allocated for a batch once groups, windows
// and dictionaries have been seen. Nothing here reads a clock, a zone or the
// environment that the caller did not give. Bytes of states may come from anyone:
// decoding checks ranges and lengths and allocates no more than their size warrants.
package aggregate
