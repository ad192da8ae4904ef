// Package compare places the cities of a network beside each other: ranks,
// quartiles, traffic lights, distance to a target, change, similar cities.
//
// Terms. A member is a city of the network that is not a reference city;
// reference cities are measured beside the members and never ranked with them,
// nor part of the network's value. A value is comparable if it is observed,
// free to publish, neither a forecast nor of low reliability, of the same
// definition as its neighbours' and computed under a definition in force. A
// member with a comparable value is ranked. Only totals are compared, never
// single members of a breakdown.
//
// Methods. Each is an exported function or stated where its result is:
//
//	quantiles       [Quantile], the nine types of Hyndman & Fan (1996)
//	ranks           [Ranks], with four rules for ties
//	traffic lights  [Light]
//	similar cities  [PeerGroup]
//	outliers        [RobustZ], [Median], [MAD]
//	uncertainty     [Wilson], [Poisson]
//	trend           [TheilSen], [MannKendall]
//
// Guarantees. The same input gives the same bits on any machine, whatever the
// order of cities and of cells: nothing is summed in an order that depends on
// the input's, no multiplication is fused with an addition, logarithms and
// exponentials are the package's own, and no -0, NaN or infinity comes out.
// Nothing is kept, changed or logged; every function is safe for concurrent
// use.
package compare
