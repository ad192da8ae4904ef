package aggregate

import (
	"encoding/binary"
	"unsafe"

	"github.com/almotacen/almotacen/telemetry"
)

// Placement says which end of its span is the time of a reading with flag
// [telemetry.Interval]: the mean of an hour, the count of a day.
type Placement uint8

// The placements.
const (
	// AtStart: the mean of 23:00 to 24:00 is of the day it was measured in, and a day
	// of an hourly table has its 23, 24 or 25 readings. A span within one window counts
	// in that window; one across two, or longer than a window, in that of its beginning.
	// With Hold a reading stands from its beginning on: MaxAge is then the length of the
	// spans.
	AtStart Placement = iota
	// AtEnd: the time at which it was known. It is the right one for numbers that grow
	// from a start long ago (sums since a reset), and always that of a Meter.
	AtEnd
)

// begins are the times of the chunk's rows with those of spans put to their beginning;
// nil if there are none. A span that begins after its end keeps its end. It is valid
// until the next chunk.
func (w *worker) begins(c *chunk) []int64 {
	n := len(c.time)
	if len(c.b.Flags) < c.from+n || len(c.b.Detail) < c.from+n {
		return nil // lanes made by hand
	}
	flags, detail := c.b.Flags[c.from:c.from+n], c.b.Detail[c.from:c.from+n]
	if count(flags, 0) == n || !anyInterval(flags) {
		return nil
	}
	if w.starts == nil {
		w.starts = make([]int64, chunkRows)
	}
	out := w.starts[:n]
	for i, at := range c.time {
		if flags[i]&telemetry.Interval != 0 && at != telemetry.NoTime && detail[i].From < at {
			at = detail[i].From
		}
		out[i] = at
	}
	return out
}

// anyInterval looks at eight flags at a time.
func anyInterval(flags []telemetry.Flags) bool {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(flags))), len(flags))
	var all uint64
	for ; len(b) >= 8; b = b[8:] {
		all |= binary.LittleEndian.Uint64(b)
	}
	for _, f := range b {
		all |= uint64(f)
	}
	return all&(uint64(telemetry.Interval)*0x0101_0101_0101_0101) != 0
}

// timesFor are the times of the chunk's rows as the measure places them, of a chunk
// with spans.
func (c *chunk) timesFor(m *measure) []int64 {
	if m.atEnd {
		return c.ends
	}
	return c.starts
}
