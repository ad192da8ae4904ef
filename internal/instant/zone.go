package instant

import (
	"math"
	"time"
)

// Civil says how a civil time falls in a zone.
type Civil uint8

// The ways.
const (
	Once  Civil = iota
	Twice       // clocks went back: the earlier is given
	Never       // clocks went forward: the instant as if they had not is given
)

// InZone puts a time without offset in a zone. An offset that is not of whole minutes
// is cut to them; the instant is right.
func InZone(t Time, loc *time.Location) (Time, Civil) {
	if t.Offset != NoOffset {
		return t, Once
	}
	// The two candidates are with the offsets of the day before and the day after.
	const day = 86_400_000_000_000
	before, after := offsetAt(max(t.NS, math.MinInt64+day)-day, loc), offsetAt(min(t.NS, math.MaxInt64-day)+day, loc)
	a, b := t.NS-int64(before)*1_000_000_000, t.NS-int64(after)*1_000_000_000
	okA, okB := offsetAt(a, loc) == before, offsetAt(b, loc) == after
	at, off, how := a, before, Once
	switch {
	case okA && okB && a != b:
		how = Twice
	case !okA && okB:
		at, off = b, after
	case !okA && !okB:
		how = Never
	}
	t.NS, t.Offset = at, int16(off/60)
	if how == Never {
		t.Offset = int16(offsetAt(at, loc) / 60)
	}
	return t, how
}

func offsetAt(ns int64, loc *time.Location) int {
	_, off := time.Unix(0, ns).In(loc).Zone()
	return off
}
