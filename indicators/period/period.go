package period

import "time"

// MaxRolling is the greatest number of units of a rolling window.
const MaxRolling = 1<<rollBits - 1

// Period is a frequency and an ordinal in 8 bytes: a stretch of the civil
// calendar. It is comparable and a map key; two periods are the same when ==
// says so (but see [Period.In] for the same hour under two offsets). The zero
// value is no period: it prints as "", contains nothing, and stays zero under
// arithmetic. Safe for concurrent use.
type Period struct {
	// v holds, from the top: 4 bits frequency, 15 bits units of a rolling
	// window (0: not rolling, 1 never occurs), 18 bits offset from UTC in
	// seconds plus 86400 (0: none; only hours have one), 27 bits ordinal. For a
	// window the ordinal is that of its last unit. Equal upper bits mean that
	// v orders like time.
	v uint64
}

const (
	ordBits  = 27
	offBits  = 18
	rollBits = 15

	offShift  = ordBits
	rollShift = ordBits + offBits
	freqShift = ordBits + offBits + rollBits

	offBias = daySecs // an offset is shorter than a day
)

// make1 returns unit ord of f, zero if it is out of range.
func make1(f Freq, ord int64) Period {
	if lo, hi := f.limits(); ord < lo || ord > hi {
		return Period{}
	}
	return Period{uint64(f)<<freqShift | uint64(ord)}
}

func (p Period) ord() int64      { return int64(p.v & (1<<ordBits - 1)) }
func (p Period) roll() int64     { return int64(p.v >> rollShift & (1<<rollBits - 1)) }
func (p Period) off() int64      { return int64(p.v >> offShift & (1<<offBits - 1)) } // biased; 0: none
func (p Period) offSecs() int64  { return p.off() - offBias }
func (p Period) hasOffset() bool { return p.off() != 0 }

// count returns the units of p, 1 if it is not rolling.
func (p Period) count() int64 { return max(p.roll(), 1) }

// withOrd returns p with another ordinal, zero if p would leave the calendar.
func (p Period) withOrd(ord int64) Period {
	if lo, hi := p.Freq().limits(); ord-p.count()+1 < lo || ord > hi {
		return Period{}
	}
	return Period{p.v&^(1<<ordBits-1) | uint64(ord)}
}

// hours returns the civil hours from which and up to which p runs.
func (p Period) hours() (start, end int64) {
	f, o := p.Freq(), p.ord()
	return f.startHour(o - p.count() + 1), f.startHour(o + 1)
}

// Yearly returns the calendar year y, zero unless y is 1 to 9999.
func Yearly(y int) Period { return make1(Year, int64(y)) }

// Semestral returns semester s (1 or 2) of year y, zero if there is none such.
func Semestral(y, s int) Period { return part(Semester, y, s, 2) }

// Quarterly returns quarter q (1 to 4) of year y, zero if there is none such.
func Quarterly(y, q int) Period { return part(Quarter, y, q, 4) }

// Monthly returns month m of year y, zero if there is none such.
func Monthly(y int, m time.Month) Period { return part(Month, y, int(m), 12) }

func part(f Freq, y, k, n int) Period {
	if y < 1 || y > maxYear || k < 1 || k > n {
		return Period{}
	}
	return make1(f, int64(y*n+k-1))
}

// Weekly returns week w of the ISO 8601 week year y, zero if there is none such:
// w is 1 to 52, or 53 in the years that have it.
func Weekly(y, w int) Period {
	if y < 1 || y > maxYear || w < 1 || int64(w) > weeksIn(int64(y)) {
		return Period{}
	}
	return make1(Week, firstWeek(int64(y))+int64(w)-1)
}

// Daily returns a day, zero if the calendar has none such. It does not
// normalise: 31 June is zero, not 1 July.
func Daily(y int, m time.Month, d int) Period {
	if y < 1 || y > maxYear || m < 1 || m > 12 || d < 1 || int64(d) > monthDays(int64(y), int64(m)) {
		return Period{}
	}
	return make1(Day, dayOf(int64(y), int64(m), int64(d)))
}

// Hourly returns the civil hour h (0 to 23) of a day, without an offset, zero if
// there is none such. See [Period.WithOffset].
func Hourly(y int, m time.Month, d, h int) Period {
	day := Daily(y, m, d)
	if day.IsZero() || h < 0 || h > 23 {
		return Period{}
	}
	return make1(Hour, day.ord()*24+int64(h))
}

// School returns the school year that starts on 1 September of startYear, zero
// unless startYear is 1 to 9998.
func School(startYear int) Period { return make1(SchoolYear, int64(startYear)) }

// RollingTo returns the window of n units of end's frequency that ends with end,
// included: RollingTo(Monthly(2024, 3), 12) starts on 1 April 2023. A window of
// one unit is that unit. It is zero if end is zero or itself rolling, if n is
// not 1 to [MaxRolling], or if the window would start before the year 1.
func RollingTo(end Period, n int) Period {
	if end.IsZero() || end.roll() != 0 || n < 1 || n > MaxRolling {
		return Period{}
	}
	if n == 1 {
		return end
	}
	return Period{end.v | uint64(n)<<rollShift}.withOrd(end.ord())
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p.v == 0 }

// Freq returns the frequency of p; of a window, that of its units.
func (p Period) Freq() Freq { return Freq(p.v >> freqShift) }

// Rolling returns the number of units of a rolling window, at least 2, and 0
// when p is not rolling.
func (p Period) Rolling() int { return int(p.roll()) }

// First returns the first unit of a rolling window, p itself otherwise.
func (p Period) First() Period {
	if p.roll() == 0 {
		return p
	}
	return p.Last().Add(1 - int(p.roll()))
}

// Last returns the unit that names a rolling window, its last one; p itself if it
// is not rolling.
func (p Period) Last() Period {
	return Period{p.v &^ (MaxRolling << rollShift)}
}

// FirstDay returns the civil day on which p starts, zero for the zero Period.
func (p Period) FirstDay() Period {
	if p.IsZero() {
		return p
	}
	s, _ := p.hours()
	return make1(Day, s/24)
}

// LastDay returns the last civil day of p, inclusive, zero for the zero Period
// and for the one week that ends in the year 10000.
func (p Period) LastDay() Period {
	if p.IsZero() {
		return p
	}
	_, e := p.hours()
	return make1(Day, (e-1)/24)
}

// Year returns the year in the name of p, 0 for the zero Period: of a week its
// ISO 8601 week year, of a school year the year in which it starts, of a window
// the year of its last unit.
func (p Period) Year() int { y, _ := p.name(); return int(y) }

// Number returns which unit of its Year p is, from 1: semester, quarter, month,
// ISO week, day of the year; for an hour the hour of the day, 0 to 23. It is 1
// for years and school years and 0 for the zero Period. Of a window it is that
// of the last unit.
func (p Period) Number() int { _, n := p.name(); return int(n) }

func (p Period) name() (y, n int64) {
	o := p.ord()
	switch f := p.Freq(); f {
	case None:
		return 0, 0
	case Year, SchoolYear:
		return o, 1
	case Week:
		return weekOf(o)
	case Day:
		y, _, _ = dateOf(o)
		return y, o - dayOf(y, 1, 1) + 1
	case Hour:
		y, _, _ = dateOf(o / 24)
		return y, o % 24
	default:
		k := 12 / f.months()
		return o / k, o%k + 1
	}
}

// Offset returns the offset from UTC that an hour carries, positive to the east,
// and whether it carries one.
func (p Period) Offset() (time.Duration, bool) {
	if !p.hasOffset() {
		return 0, false
	}
	return time.Duration(p.offSecs()) * time.Second, true
}

// WithOffset returns the hour p with the offset from UTC d, replacing any it had:
// the name of the hour stays, the instant moves. It is zero if p is not an hour
// (or window of hours), or d is not whole seconds shorter than a day.
func (p Period) WithOffset(d time.Duration) Period {
	s := int64(d / time.Second)
	if p.Freq() != Hour || d%time.Second != 0 || s <= -daySecs || s >= daySecs {
		return Period{}
	}
	return p.withOff(s)
}

func (p Period) withOff(s int64) Period {
	return Period{p.Civil().v | uint64(s+offBias)<<offShift}
}

// Civil returns p without the offset from UTC that an hour may carry.
func (p Period) Civil() Period { return Period{p.v &^ ((1<<offBits - 1) << offShift)} }
