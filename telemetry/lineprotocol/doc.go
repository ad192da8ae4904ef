// Package lineprotocol reads and writes Influx line protocol, as InfluxDB 1 and 2 and
// Telegraf speak it:
//
//	measurement,tag=value,tag=value field=1.5,count=3i,on=t,text="…" 1465839830100400200
//
// # Mapping
//
// Each field of a line is a row: the field key is the attribute, the measurement the
// type of the entity. The id of the entity is the value of the tag Config.IDTag ("id" unless
// set), and the other tags, in order of their keys and escaped as in a line, are the
// dataset; without such a tag, all tags together are the id. An [Encoder] goes the other
// way: an id or a dataset that is not written like tags becomes a tag id or dataset.
//
// Integers (3i) and unsigned integers (3u) are numbers with flag Integer, or Integer and
// Unsigned; beyond 2^53 their digits are kept beside the float64. Timestamps count
// Config.Precision since 1970; a line without one is subject to the time policy, and the
// time of receipt is cut to the precision, as a server does.
//
// # Syntax
//
// As the line-protocol corpus of InfluxData has it: a field key that stands twice in a
// line, the last wins, with a finding; a tag key that stands twice is an error; a newline
// may stand within a string; CR LF ends a line as LF does; lines that begin with # are
// comments. In strings only \" and \\ are escapes. After an error the next line begins after the
// next LF.
//
// # Guarantees
//
// Nothing is allocated per line once a decoder knows the series: it remembers the text of at
// most 65,536 of them. A decoder is for one goroutine at a time.
package lineprotocol
