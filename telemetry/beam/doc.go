// Package beam aggregates observations on more than one machine, with Apache Beam: on Flink,
// Spark, Dataflow, or the Prism runner inside the process.
//
// Each bundle reads whole files, aggregates them with the kernels of package aggregate, and
// emits a state for each group and window; states are combined by key with the same Merge. So Beam's
// cost is paid once a group and not once a reading, and the states are, byte for byte, those of one
// machine, however the files are split and in whatever order they come.
//
// Only measures of form aggregate.Decimal can be used: float64 sums depend on an order that a cluster does
// not have. Readings delivered twice are counted twice unless they stand in one file; see docs/beam.md.
//
// The package is a module of its own, since Beam's SDK is 800 packages. Like every Beam pipeline it
// registers its functions in an init, which a worker needs to find them by name; that has no other effect.
package beam
