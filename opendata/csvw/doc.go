// Package csvw writes tables as CSV with the metadata that says what their
// columns mean (CSV on the Web: Metadata Vocabulary for Tabular Data, W3C
// Recommendation 2015).
//
// Terms: a [Table] describes a file; a [Column] one of its columns. The metadata
// of data.csv is the file data.csv-metadata.json beside it, where readers look
// for it ([MetadataName]).
//
// The header of the file is the names of the columns, and they are among the
// titles too, in no language, because a reader compares titles with the header.
// Titles for people follow by language.
//
// CSV is RFC 4180 in UTF-8 without BOM: CRLF, commas, quotes only where needed,
// the same number of fields in each row. Cells that a spreadsheet would take for
// a formula are data and stay as they are.
//
// The bytes depend on the arguments only. Values are plain data; a [Writer] is
// not safe for concurrent use, the rest is.
package csvw
