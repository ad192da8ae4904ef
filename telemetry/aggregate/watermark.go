package aggregate

import (
	"math"
	"time"

	"github.com/almotacen/almotacen/telemetry"
)

// Watermark is a time until which the readings of all sources are taken to be there:
// of each source the latest time seen less its lateness, and of these the earliest. A
// source is what Batch.Sources calls one: a file, a broker, a gateway; rows without one
// are of source "". Windows that end at the watermark or before can be published (see
// [Editions]) and retired (Aggregator.Retire). It depends on what came, not on any
// clock. The zero Watermark has no lateness and no sources. Not safe for concurrent
// use.
type Watermark struct {
	// Lateness is how far a row may lie behind the latest of its source. Of hourly
	// tables it is some hours: the first station's reading of an hour does not mean that
	// the others' are there.
	Lateness time.Duration
	// Sources are those that are expected: there is no watermark before each has come.
	// nil: those that came.
	Sources []string
	latest  map[string]int64
}

// Add follows the rows of b. Rows dated after now (nanoseconds since 1970 UTC), of
// clocks that run ahead, do not count, and their number is returned; math.MaxInt64
// takes any time.
func (w *Watermark) Add(b *telemetry.Batch, now int64) (ahead int) {
	if w.latest == nil {
		w.latest = map[string]int64{}
	}
	source, last := ^uint32(0), int64(telemetry.NoTime)
	for i, t := range b.Time {
		if t == telemetry.NoTime {
			continue
		}
		if t > now {
			ahead++
			continue
		}
		c := uint32(0)
		if i < len(b.Detail) {
			c = b.Detail[i].Source
		}
		if c != source {
			w.reached(b, source, last)
			source, last = c, t
		}
		last = max(last, t)
	}
	w.reached(b, source, last)
	return ahead
}

func (w *Watermark) reached(b *telemetry.Batch, source uint32, t int64) {
	if t == telemetry.NoTime {
		return
	}
	name := b.Sources.At(source).Name
	if have, ok := w.latest[name]; !ok || t > have {
		w.latest[name] = t
	}
}

// At is the watermark; false before all sources have come.
func (w *Watermark) At() (t int64, ok bool) {
	for _, name := range w.Sources {
		if _, ok := w.latest[name]; !ok {
			return 0, false
		}
	}
	if len(w.latest) == 0 {
		return 0, false
	}
	t = math.MaxInt64
	for _, last := range w.latest {
		t = min(t, last)
	}
	if late := int64(w.Lateness); t < earliest+late {
		return earliest, true
	}
	return t - int64(w.Lateness), true
}

// Forget leaves a source out that will not come any more, until it does: one that is
// silent holds the watermark where it is.
func (w *Watermark) Forget(source string) {
	delete(w.latest, source)
	for i, name := range w.Sources {
		if name == source {
			w.Sources = append(w.Sources[:i:i], w.Sources[i+1:]...)
			return
		}
	}
}
