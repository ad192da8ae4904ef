// Package celenv is the only user of cel-go: it parses and checks formulas, and
// runs parts of them a row at a time.
//
// A formula becomes a small tree of [Node], with the type that the checker gave
// each node, the overload it chose, and the bytes of the text it came from. An
// evaluator dispatches on overloads; what it does not know it hands back as a
// [Program]. No type of cel-go shows in this API but in [Config] for tests, so
// that moving to another version is a change of this package only.
//
// The library's own functions are declared here. Those that need one row only
// (present, coalesce, share, per) have their reference implementation here;
// those that read other rows (prev, lag, rolling_sum, rolling_mean, sum_over,
// mean_over) are cut out of a program: see [Formula.Program].
//
// Security: formulas come from catalogues that anyone may write. Text, nesting,
// nodes, regular expressions, the cost of an evaluation, and what one step of it
// makes or walks have limits. No formula reaches files,
// network, clock or environment. An Env and a Formula are immutable and safe for
// concurrent use.
package celenv
