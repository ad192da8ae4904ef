package period

import (
	"cmp"
	"iter"
)

// Add returns the period n units of its own frequency later, or earlier for
// negative n: the month after, the school year before. A window moves by n of
// its units, not by its length. An hour keeps its offset from UTC, so that the
// result is n times 3600 seconds away whatever the clocks of a zone do. The
// result is zero if p is, or if it would leave the years 1 to 9999.
func (p Period) Add(n int) Period {
	// Beyond any ordinal, and near enough that the sum cannot overflow.
	if n > 1<<ordBits || n < -1<<ordBits || p.IsZero() {
		return Period{}
	}
	return p.withOrd(p.ord() + int64(n))
}

// Sub returns how many units p is after q, so that q.Add(n) is p, and whether
// that can be said: both need the same frequency and the same window length.
// Hours with offsets are subtracted as instants and must be whole hours apart
// (q.Add(n) is then the same hour as p, under q's offset); an hour with and one
// without offset cannot be subtracted.
func (p Period) Sub(q Period) (int, bool) {
	if p.IsZero() || p.Freq() != q.Freq() || p.roll() != q.roll() || p.hasOffset() != q.hasOffset() {
		return 0, false
	}
	d := q.off() - p.off()
	if d%hourSecs != 0 {
		return 0, false
	}
	return int(p.ord() - q.ord() + d/hourSecs), true
}

// Compare orders by civil start, then civil end, then frequency; it returns -1,
// 0 or +1, and 0 only for p == q. The zero Period comes first. Hours of the same
// name follow each other as they occur in a zone: first the one without offset,
// then by instant. Since the order is civil, it agrees with instants within one
// zone and not between hours of different zones.
func (p Period) Compare(q Period) int {
	if p.v>>ordBits == q.v>>ordBits {
		return cmp.Compare(p.v, q.v)
	}
	if p.IsZero() || q.IsZero() {
		return cmp.Compare(p.v, q.v)
	}
	ps, pe := p.hours()
	qs, qe := q.hours()
	switch {
	case ps != qs:
		return cmp.Compare(ps, qs)
	case pe != qe:
		return cmp.Compare(pe, qe)
	case p.Freq() != q.Freq():
		return cmp.Compare(p.Freq(), q.Freq())
	case !p.hasOffset() || !q.hasOffset():
		return cmp.Compare(p.off(), q.off())
	}
	return cmp.Compare(q.off(), p.off()) // further east is earlier
}

// Contains reports whether all of q lies in p, on the calendar and so in every
// zone. A period contains itself. An hour with an offset lies where its own civil
// name puts it; between two that carry offsets the instants decide, and what
// carries an offset contains nothing that carries none, because where that lies
// depends on the zone. False if either is zero.
func (p Period) Contains(q Period) bool {
	if p.IsZero() || q.IsZero() {
		return false
	}
	ps, pe := p.hours()
	qs, qe := q.hours()
	if p.hasOffset() {
		if !q.hasOffset() {
			return false
		}
		d := p.off() - q.off() // seconds from the frame of q to that of p
		return ps*hourSecs <= qs*hourSecs+d && qe*hourSecs+d <= pe*hourSecs
	}
	return ps <= qs && qe <= pe
}

// Each yields, in order, the periods of frequency f that p is made of, none if p
// is not made of whole ones: the weeks of a month, say, or the quarters of a
// school year. Hours are the 24 civil hours of each day, without offset unless p
// has one; [Period.HoursIn] gives those that occur in a zone. The sequence can
// be ranged over again.
func (p Period) Each(f Freq) iter.Seq[Period] {
	return func(yield func(Period) bool) { p.each(f, yield) } // inlined, so nothing is allocated
}

func (p Period) each(f Freq, yield func(Period) bool) {
	first, end := p.split(f)
	for v := first.v; v < end && yield(Period{v}); v++ {
	}
}

// Count returns how many periods [Period.Each] yields.
func (p Period) Count(f Freq) int {
	first, end := p.split(f)
	return int(end - first.v)
}

// split returns the first of the periods that Each yields, and the v after that
// of the last.
func (p Period) split(f Freq) (first Period, end uint64) {
	if p.IsZero() || !f.valid() || p.hasOffset() && f != Hour {
		return Period{}, 0
	}
	s, e := p.hours()
	a, b := f.at(s), f.at(e)
	if f.startHour(a) != s || f.startHour(b) != e {
		return Period{}, 0
	}
	lo, hi := f.limits()
	if a < lo || b-1 > hi {
		return Period{}, 0
	}
	first = make1(f, a)
	if p.hasOffset() {
		first = first.withOff(p.offSecs())
	}
	return first, first.v + uint64(b-a)
}

// Enclosing returns the period of frequency f, not rolling, that contains p:
// p itself if f is its frequency. It is false if p lies across two of them, as
// weeks do at the end of most months, or f is finer.
func (p Period) Enclosing(f Freq) (Period, bool) {
	if p.IsZero() || !f.valid() {
		return Period{}, false
	}
	if p.Freq() == f {
		if p.roll() != 0 {
			return Period{}, false
		}
		return p, true
	}
	s, e := p.hours()
	q := make1(f, f.at(s))
	if q.IsZero() || f.startHour(q.ord()+1) < e {
		return Period{}, false
	}
	return q, true
}

// Range yields first, the next period, and so on up to last included; nothing if
// last is before first or [Period.Sub] cannot tell. The sequence can be ranged
// over again.
func Range(first, last Period) iter.Seq[Period] {
	return func(yield func(Period) bool) { walk(first, last, yield) }
}

func walk(first, last Period, yield func(Period) bool) {
	n, ok := last.Sub(first)
	for i := 0; ok && i <= n; i++ {
		if !yield(first.Add(i)) {
			return
		}
	}
}

// Days returns the whole civil days of p: 366 for 2024, 7 for a week, 0 for
// hours and windows of hours, whose length in days depends on the zone, and for
// the zero Period.
func (p Period) Days() int {
	if f := p.Freq(); f == None || f == Hour {
		return 0
	}
	s, e := p.hours()
	return int((e - s) / 24)
}
