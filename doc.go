// Package almotacen is the root of a library that makes the measures of cities
// comparable. It holds no code: import the packages below it.
//
//   - indicators and the packages under it: the shared schema of operational
//     indicators, formulas in CEL, measurement rounds, comparison and report;
//   - opendata: publication of what was measured as open data.
//
// The almotacén was the inspector of weights and measures of a Spanish town.
package almotacen
