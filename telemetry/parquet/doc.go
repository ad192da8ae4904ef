// Package parquet reads and writes observations as Apache Parquet, for exchange with
// analytical engines (DuckDB, Spark, pandas). It rests on github.com/parquet-go/parquet-go and
// reads column pages, not rows: dictionary pages map straight to the codes of a batch.
//
// # Columns
//
// [NewWriter] writes the columns of [Columns], all of a reading but its byte offset. [NewReader]
// reads files of that form, and any other flat file by naming its columns in [Config]: at
// least an entity, an attribute (or a constant), a time and a number. Times are TIMESTAMP of
// any unit in UTC, or INT64 with Config.TimeUnit; local timestamps are refused, since
// Parquet does not say of where. Numbers are DOUBLE, FLOAT, INT32, INT64, BOOLEAN or DECIMAL of
// these; NaN and infinities become rows without value, counted in a finding.
//
// # Guarantees
//
// Row groups whose statistics lie outside Config.From and Config.To are not read. A damaged file
// is an [*telemetry.Error] with the row group; parquet-go's panics on such files are caught and
// told as errors. Readers and writers are for one goroutine at a time. The same rows in the same calls
// give the same bytes.
package parquet
