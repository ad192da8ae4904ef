// Package parquet reads and writes observations as Apache Parquet, for exchange with
// analytical engines (DuckDB, Spark, pandas). It rests on github.com/parquet-go/parquet-go for files, schemas and
// encodings, and reads and writes column pages, not rows: only the columns that are named, the texts of a dictionary once a row group.
//
// # Columns
//
// [NewWriter] writes the columns of [Columns], all of a reading but its byte offset. [NewReader]
// reads files of that form, and any other flat file by naming its columns in [Config]: at
// least an entity, an attribute (or a constant), a time and a number. Times are TIMESTAMP of
// any unit in UTC, or whole numbers with Config.TimeUnit; local timestamps are refused, since
// Parquet does not say of where. Numbers are DOUBLE, FLOAT, INT32, INT64 (signed or not), BOOLEAN or DECIMAL of
// at most 18 digits; NaN and infinities become rows without value, counted in a finding. Names are texts or whole
// numbers. Compression is any of Parquet's but LZ4 of before 2021 and LZO.
//
// What is written is row groups of 131,072 rows in pages of 16,384 with checksums, zstd, names and repeated numbers by
// dictionaries, times by their differences, and statistics.
//
// Times have nanoseconds in the file. DuckDB's TIMESTAMP WITH TIME ZONE, as which it reads them, has microseconds.
//
// # Guarantees
//
// Row groups whose statistics lie outside Config.From and Config.To, or have none of Config.Attributes, are not read. A
// damaged file is an [*telemetry.Error] with the row group; parquet-go's panics on such files are caught and
// told as errors. What a page claims is checked before memory is taken for it. Readers and writers are for one goroutine at a
// time. The same rows give the same bytes.
package parquet
