// Package cube holds the values of indicators and variables: a columnar,
// immutable table of cells, each with a status, reasons and a source.
//
// Terms. An entity is what is measured (a city, by its code). A member is one
// value of a breakdown dimension (women, of sex); the empty member is the
// total. A row is an (entity, period, members) key; a measure is a column with
// a unit. A cell is a float64 with a [Status], the [Reason] set that explains
// the status, and the [Source] it was read from. Absent and zero differ: a cell
// that was never set is Missing with the reason not-collected.
//
// A [Builder] takes cells in any order and tells repeated and conflicting ones
// with both origins; [New] and [Cube.Derive] take whole columns, for engines.
// [ReadCSV], [WriteCSV] and [ReadRows] move cubes in and out. The cube is the
// same, byte for byte, whatever the order of the cells was.
//
// Rows are sorted by entity, period and members, and unique. A column costs
// 8 bytes a row; 2 more if any cell is not plain; 4 more if any has reasons
// that its status does not say; 8 more if any has a source. Values are never
// NaN, infinite or -0.
//
// A [Cube] and all that it returns are safe for concurrent use and must not be
// modified. A [Builder] is not safe for concurrent use.
//
// Statuses map to the SDMX code lists CL_OBS_STATUS and CL_CONF_STATUS
// by [Status.SDMX] and [FromSDMX].
//
// Security: the readers bound the bytes, fields and rows of what they read; see
// [Limits].
package cube
