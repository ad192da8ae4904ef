// Package sketch holds states of bounded size that answer approximately: quantiles by
// a log-linear [Histogram], the number of different ids by [Distinct], the most
// frequent keys by [Top].
//
// Histogram and Distinct merge exactly in any order and grouping: their bytes depend
// on what was added and on nothing else. Sketches whose shape depends on the order of
// merging (t-digest, KLL) are left out for that reason. Top is exact and order-free
// while it has room for every key; after that it is an estimate with stated bounds
// that depends on the order, and says so ([Top.Exact]).
//
// The bytes of each sketch are documented in docs/sketches.md, for readers in other
// languages. Decoding checks lengths and ranges and allocates no more than the size
// of its input warrants. Values are not safe for concurrent use.
package sketch
