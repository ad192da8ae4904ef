package period

import (
	"iter"
	"time"
)

// maxOffset exceeds the offset from UTC of every zone there has been.
const maxOffset = 26 * hourSecs

// Start returns the first instant of p in loc (nil: UTC): the first moment at
// which a clock in loc shows the civil start of p or a later time. Where the
// clock goes forward over midnight the day starts at the moment of the change;
// where it shows midnight twice, at the first. An hour with an offset starts at
// its own instant in any zone; loc is then only that of the result. The zero
// Period gives the zero time.
//
// End of one period and Start of the next are the same instant in every zone, so
// the periods of a frequency cover time without gap or overlap. A civil hour
// without offset has End equal to Start where the clock skips it, and lasts two
// hours where it is repeated.
func (p Period) Start(loc *time.Location) time.Time {
	if p.IsZero() {
		return time.Time{}
	}
	s, _ := p.hours()
	return p.instant(s, loc)
}

// End returns the instant at which p is over in loc (nil: UTC), exclusive: the
// Start of the period after it. The zero Period gives the zero time.
func (p Period) End(loc *time.Location) time.Time {
	if p.IsZero() {
		return time.Time{}
	}
	_, e := p.hours()
	return p.instant(e, loc)
}

// instant returns when the clock of p reaches the civil hour h.
func (p Period) instant(h int64, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	civil := h*hourSecs - unixDay*daySecs
	if p.hasOffset() {
		return time.Unix(civil-p.offSecs(), 0).In(loc)
	}
	if loc == time.UTC {
		return time.Unix(civil, 0).UTC()
	}
	// From a moment certainly before, walk the stretches of constant offset to
	// the first in which the clock reaches civil. time.Date will not do: it
	// does not say which side of a change it takes.
	t := time.Unix(civil-maxOffset, 0).In(loc)
	for {
		_, off := t.Zone()
		_, end := t.ZoneBounds()
		if !end.After(t) && !end.IsZero() {
			// Beyond the table of a zone the package time counts every year
			// as 365 days, so that on 31 December of a leap year the
			// stretch is over before t (seen in go1.26). It goes on to the
			// end of that year in UTC.
			end = time.Date(t.UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC).In(loc)
		}
		at := max(civil-int64(off), t.Unix()) // already past it after a gap
		if end.IsZero() || at < end.Unix() {
			return time.Unix(at, 0).In(loc)
		}
		t = end
	}
}

// Of returns the period of frequency f in which t lies in loc (nil: UTC), that
// is Start <= t < End. An hour carries the offset from UTC in force at t. The
// result is zero if f is not a frequency or t is outside the years 1 to 9999.
//
// To place many instants, do not call Of for each: compute the boundaries once.
func Of(t time.Time, f Freq, loc *time.Location) Period {
	if !f.valid() {
		return Period{}
	}
	if loc == nil {
		loc = time.UTC
	}
	t = t.In(loc)
	_, off := t.Zone()
	civil := t.Unix() + int64(off) + unixDay*daySecs
	// The second bound leaves room for the last week, which ends in 10000.
	if civil < 0 || civil >= (lastDay+3)*daySecs {
		return Period{}
	}
	p := make1(f, f.at(civil/hourSecs))
	if p.IsZero() {
		return p
	}
	if f == Hour {
		return p.withOff(int64(off))
	}
	// A clock set back over midnight shows the old date again, though the new
	// day has begun.
	if change, _ := t.ZoneBounds(); !change.IsZero() && t.Sub(change) < maxOffset*time.Second {
		for !p.IsZero() && !t.Before(p.End(loc)) {
			p = p.Add(1)
		}
	}
	return p
}

// MonthOf returns the calendar month in which t lies in loc (nil: UTC); see [Of].
func MonthOf(t time.Time, loc *time.Location) Period { return Of(t, Month, loc) }

// DayOf returns the civil day in which t lies in loc (nil: UTC); see [Of].
func DayOf(t time.Time, loc *time.Location) Period { return Of(t, Day, loc) }

// YearOf returns the calendar year in which t lies in loc (nil: UTC); see [Of].
func YearOf(t time.Time, loc *time.Location) Period { return Of(t, Year, loc) }

// In returns the hour p as clocks in loc (nil: UTC) name it, with its offset.
// Hours that carry an offset keep their instant, so that the same hour written
// under two offsets becomes one key. An hour without offset gets the one of loc;
// false if it occurs twice or not at all in loc. False too if the hours of loc do
// not start when p does (zones at half an hour). Other periods are returned
// unchanged.
func (p Period) In(loc *time.Location) (Period, bool) {
	if p.Freq() != Hour {
		return p, !p.IsZero()
	}
	last := p.Last()
	if !p.hasOffset() && last.End(loc).Sub(last.Start(loc)) != time.Hour {
		return Period{}, false
	}
	t := last.Start(loc)
	q := Of(t, Hour, loc)
	if q.IsZero() || !q.Start(loc).Equal(t) {
		return Period{}, false
	}
	if n := p.Rolling(); n != 0 {
		q = RollingTo(q, n)
	}
	return q, !q.IsZero()
}

// HoursIn yields the hours of p that occur in loc (nil: UTC), with their offsets
// and in order: 23, 24 or 25 of a day. In the rare zones whose clocks move by
// less than an hour, the hours before and after the change overlap in part; all
// of p is covered. The sequence can be ranged over again.
func (p Period) HoursIn(loc *time.Location) iter.Seq[Period] {
	return func(yield func(Period) bool) { p.hoursIn(loc, yield) }
}

func (p Period) hoursIn(loc *time.Location, yield func(Period) bool) {
	end := p.End(loc)
	for t := p.Start(loc); t.Before(end); {
		h := Of(t, Hour, loc)
		if h.IsZero() || !yield(h) {
			return
		}
		t = h.End(loc)
	}
}
