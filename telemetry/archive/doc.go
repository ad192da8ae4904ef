// Package archive keeps readings at rest: an append-only file of blocks that is small,
// can be skipped through by time, entity, attribute and value, and loses at most its last
// block when a machine stops half-way.
//
// # Form, version 1
//
// A file is the eight bytes ALMARC01 and blocks. All integers are little endian; uvarint and
// varint are those of encoding/binary. A block is
//
//	header   72 bytes: "ALMB", rows, dictionary bytes, row bytes (uint32 each), least and greatest
//	         time (int64), number (float64), entity and attribute code (uint32 each), flags (uint32: 1 has
//	         times, 2 has numbers), bytes reserved as zero (8), CRC-32C of what precedes (uint32)
//	dictionary  what codes of this block stand for and no block before had: entities, attributes, datasets,
//	         quality flags, units, sources, each a uvarint count and its texts; then CRC-32C
//	rows     the lanes of [telemetry.Batch], each by chunks of 1,024 values; then CRC-32C
//
// A chunk of integers is the smallest of: one value; offsets from the least, divided by their common
// divisor; differences from the median difference, likewise divided. Both pack what is left to a
// width that leaves outliers to a list of exceptions. Chunks of numbers are decimals: a power of ten, and
// integers as above; a number that no power of ten up to 15 gives back bit for bit is an exception.
// Numbers that are mostly not decimals are kept as they are.
//
// Of a reading's origin the source and the record number are kept, not the byte offset.
//
// # Guarantees
//
// The same rows in the same batches give the same bytes. Reading checks every length against what is
// there before it allocates, and every checksum; a damaged or truncated file is an [*Error] with its
// byte, after the blocks before it. Writers and readers are for one goroutine at a time.
package archive
