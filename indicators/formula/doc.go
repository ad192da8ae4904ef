// Package formula compiles the formulas of a catalogue and computes indicators
// from variables, a cube at a time.
//
// # Language
//
// Formulas are standard CEL with its math and strings extensions, cel.bind and
// optional values. Every variable is a double
// unless the catalogue declares it int, so numbers are written 100.0 and not
// 100. An indicator is named by its id with '_' for '-':
// waste.cost_per_tonne. The builtin days is the number of civil days of the
// row's period. Own functions:
//
//	share(a, b)           100·a/b, in %; b = 0 is not computable
//	per(x, p)             x/p; p = 0 is not computable
//	prev(x), lag(x, n)    x of the same entity and members, 1 or n periods before
//	rolling_sum(x, n)     sum of the n periods that end with this one, exact
//	rolling_mean(x, n)    their mean
//	sum_over(x, 'dim')    sum over the members of a dimension, exact
//	mean_over(x, 'dim')   their mean
//	present(x)            whether x has a value
//	coalesce(a, b, …)     the first that has a value
//
// Lags are of the calendar: lag(x, 1) of March is February, even if February
// has no row. The n and the dimension are literals. Windows need every period,
// and sums over a dimension every member.
//
// # Missing values
//
// A cell without a value makes what is computed from it a cell without a value:
// its presence is the worst of the operands that were read, its flags and
// reasons are the union, its confidentiality the strictest. A branch of ?: that
// was not taken was not read; false && x and true || x do not depend on x.
// Present and coalesce stop it. NaN, ±Inf and errors of the evaluation give
// not-computable cells, with the error's text and the part of the formula that
// failed. The language rules are cel-go's: it parses, checks, and evaluates
// what this package does not evaluate itself.
//
// # Time
//
// An indicator is computed for periods of its frequency. A variable of a finer
// frequency is brought to it by its temporal kind: flows are summed, of stocks
// the last is taken (the first if its moment is the start), means are weighted
// by days. A sum or mean needs all its parts. Of a coarser frequency only
// stocks can be used, with the value of the period around.
//
// # Units
//
// Compile infers the unit of every formula and compares it with the one
// declared. A literal factor may be a conversion: waste_t*1000.0/population is
// kg/{person}. Sums, comparisons and branches need the same dimension and the
// same scale.
//
// # Before any figures
//
// [Program.Report] says of every formula, and every step of it, what it reads and
// of which periods, how it can fail, what can make it lack, between which bounds
// it lies, what it costs, and what is odd: denominators that can be 0,
// comparisons that always say the same, branches that are never taken. It is
// text, DOT or SVG.
//
// # How it is computed
//
// A catalogue becomes one graph for each frequency, in which equal steps of all
// formulas are one, and the graph kernels over batches of 2,048 rows, with
// cel-go's results to the bit. What has no kernel (text that is put together,
// maps, lists whose elements are not written out) cel-go evaluates for the rows
// that need it: [Program.Plan] says what and why. [CompileExpr] does the same
// for one expression over columns, without a catalogue.
//
// # Guarantees
//
// Compile finds all problems, each with its place in the catalogue's text. A
// [Program] is immutable and safe for concurrent use. Results do not depend on
// the number of workers, nor on the order of rows; sums over entities are exact
// and rounded once. No formula reads clock, files or environment.
package formula
