package aggregate

import (
	"fmt"
	"math"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

const (
	hourNanos = int64(time.Hour)
	dayNanos  = 24 * hourNanos
)

// windows are the windows of one frequency in one zone, as a sorted table of
// instants: civil time is computed once a window and never for a row. Windows have
// ordinals: hours count from 1970 in UTC, others in units from the one of 1970-01-01.
// The table grows to both sides as rows ask for it.
type windows struct {
	freq   period.Freq
	zone   *time.Location
	anchor period.Period // ordinal 0
	base   int64         // ordinal of bounds[0]
	bounds []int64       // starts, and the end of the last
	limit  int           // windows
	step   int64         // usual length, to guess by; 0: search
}

// allTime is the one window of frequency None.
const (
	earliest = math.MinInt64 + 1 // math.MinInt64 is no time
	latest   = math.MaxInt64
)

func newWindows(f period.Freq, zone *time.Location, limit int) *windows {
	if zone == nil {
		zone = time.UTC
	}
	w := &windows{freq: f, zone: zone, limit: limit}
	switch f {
	case period.None:
		w.bounds = []int64{earliest, latest}
		return w
	case period.Hour:
		w.step = hourNanos
	case period.Day:
		w.step = dayNanos
	case period.Week:
		w.step = 7 * dayNanos
	}
	w.anchor = period.Of(time.Unix(0, 0), f, zone)
	if f == period.SchoolYear {
		w.anchor = period.School(1970)
	} else if f != period.Hour {
		w.anchor = period.Of(time.Date(1970, 1, 1, 12, 0, 0, 0, time.UTC), f, time.UTC)
	}
	return w
}

// find is the ordinal of the window of t, and its bounds from ≤ t < to. The error is
// of kind ErrWindow or ErrLimit.
func (w *windows) find(t int64) (ordinal, from, to int64, err error) {
	n := len(w.bounds) - 1
	if n <= 0 || t < w.bounds[0] || t >= w.bounds[n] {
		if err := w.grow(t); err != nil {
			return 0, 0, 0, err
		}
		n = len(w.bounds) - 1
	}
	var i int
	if w.step > 0 {
		// Zones move the guess by one at most, and a long history by a few.
		i = int(min(uint64(t-w.bounds[0])/uint64(w.step), uint64(n-1)))
		for t < w.bounds[i] {
			i--
		}
		for t >= w.bounds[i+1] {
			i++
		}
	} else {
		lo, hi := 0, n
		for hi-lo > 1 {
			if m := int(uint(lo+hi) >> 1); t < w.bounds[m] {
				hi = m
			} else {
				lo = m
			}
		}
		i = lo
	}
	return w.base + int64(i), w.bounds[i], w.bounds[i+1], nil
}

// ordinal is the ordinal of a period of the table's frequency.
func (w *windows) ordinal(p period.Period) int64 {
	switch w.freq {
	case period.None:
		return 0
	case period.Hour:
		return floorDiv(p.Start(w.zone).UnixNano(), hourNanos)
	}
	n, _ := p.Sub(w.anchor)
	return int64(n)
}

// period is the period of an ordinal.
func (w *windows) period(ordinal int64) period.Period {
	switch w.freq {
	case period.None:
		return period.Period{}
	case period.Hour:
		// The last instant of that hour of UTC is in the window.
		return period.Of(time.Unix(0, ordinal*hourNanos+hourNanos-1), period.Hour, w.zone)
	}
	return w.anchor.Add(int(ordinal))
}

// spanOf is the bounds of an ordinal's window.
func (w *windows) spanOf(ordinal int64) (from, to int64) {
	if w.freq == period.None {
		return earliest, latest
	}
	if i := ordinal - w.base; i >= 0 && i < int64(len(w.bounds)-1) {
		return w.bounds[i], w.bounds[i+1]
	}
	return spanOf(w.period(ordinal), w.zone)
}

// spanOf is the bounds of a period in a zone, cut to what an int64 holds; the zero
// period is all time.
func spanOf(p period.Period, zone *time.Location) (from, to int64) {
	if p.IsZero() {
		return earliest, latest
	}
	return clampTime(p.Start(zone)), clampTime(p.End(zone))
}

func clampTime(t time.Time) int64 {
	switch s := t.Unix(); {
	case s <= earliest/1_000_000_000:
		return earliest
	case s >= latest/1_000_000_000:
		return latest
	}
	return t.UnixNano()
}

// holds reports whether p lies within what an int64 of nanoseconds does, but for two days.
func (w *windows) holds(p period.Period) bool {
	const most = latest/1_000_000_000 - 2*24*3600
	return p.Start(w.zone).Unix() > -most && p.End(w.zone).Unix() < most
}

// grow makes the table reach the window of t, doubling it on that side.
func (w *windows) grow(t int64) error {
	p := period.Of(time.Unix(0, t), w.freq, w.zone)
	if p.IsZero() || !w.holds(p) {
		return &Error{Kind: ErrWindow, Msg: fmt.Sprintf("no %v window has time %d", w.freq, t)}
	}
	lo, hi := p, p
	if n := len(w.bounds) - 1; n > 0 {
		first, last := w.period(w.base), w.period(w.base+int64(n-1))
		if t < w.bounds[0] {
			hi = last
			if q := first.Add(-min(n, w.limit-n)); !q.IsZero() && w.holds(q) && q.Compare(lo) < 0 {
				lo = q
			}
		} else {
			lo = first
			if q := last.Add(min(n, w.limit-n)); !q.IsZero() && w.holds(q) && q.Compare(hi) > 0 {
				hi = q
			}
		}
	}
	from, to := w.ordinal(lo), w.ordinal(hi)
	if to-from+1 > int64(w.limit) {
		return &Error{Kind: ErrLimit, Msg: fmt.Sprintf("%d windows from %v to %v; at most %d: set Config.From and To to leave out wrong times, take a coarser window, or raise Limits.Windows", to-from+1, lo, hi, w.limit)}
	}
	bounds := make([]int64, 0, to-from+2)
	if w.freq == period.Hour {
		start := clampTime(lo.Start(w.zone))
		for o := from; o <= to+1; o++ {
			bounds = append(bounds, start+(o-from)*hourNanos)
		}
		// Clocks that move by whole hours keep hours where they are; others do not.
		for i, at := range bounds {
			if i%24 != 0 && i != len(bounds)-1 {
				continue // they stay so for days at least
			}
			if s := period.Of(time.Unix(0, at), period.Hour, w.zone).Start(w.zone).UnixNano(); s != at {
				return &Error{Kind: ErrWindow, Msg: fmt.Sprintf("the clocks of %v move by less than an hour between %v and %v; take days, or hours in UTC", w.zone, lo, hi)}
			}
		}
	} else {
		q := lo
		for range to - from + 1 {
			bounds = append(bounds, clampTime(q.Start(w.zone)))
			q = q.Add(1)
		}
		bounds = append(bounds, clampTime(hi.End(w.zone)))
	}
	w.base, w.bounds = from, bounds
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
