package period

// Days are counted from 0001-01-01, which is day 0 and a Monday; hours from its
// midnight. Everything here is total on the years 1 to 10000, so that the end of
// a period of the year 9999 can be computed.

const (
	maxYear  = 9999
	lastDay  = 3652058 // 9999-12-31
	unixDay  = 719162  // 1970-01-01
	hourSecs = 3600
	daySecs  = 24 * hourSecs
)

// dayOf returns the number of a date, by the count of days since 1 March of the
// year 0: the leap day comes last and months follow a linear formula
// (Hinnant, chrono-compatible low-level date algorithms).
func dayOf(y, m, d int64) int64 {
	m -= 3
	if m < 0 {
		m += 12
		y--
	}
	return 365*y + y/4 - y/100 + y/400 + (153*m+2)/5 + d - 1 - 306
}

// dateOf is the inverse of dayOf.
func dateOf(day int64) (y, m, d int64) {
	z := uint64(day) + 306
	era := z / 146097
	doe := z % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int64(doy-(153*mp+2)/5) + 1
	m = int64(mp) + 3
	y = int64(yoe + era*400)
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

func leap(y int64) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// monthDays returns the days of month m, 1 to 12.
func monthDays(y, m int64) int64 {
	if m == 2 {
		if leap(y) {
			return 29
		}
		return 28
	}
	return 30 + (m+m>>3)&1
}

// weekOf returns the ISO 8601 year and week of a week number: those of its
// Thursday.
func weekOf(week int64) (y, w int64) {
	thu := week*7 + 3
	y, _, _ = dateOf(thu)
	return y, (thu-dayOf(y, 1, 1))/7 + 1
}

// firstWeek returns the number of week 1 of y, the one that holds 4 January.
func firstWeek(y int64) int64 { return dayOf(y, 1, 4) / 7 }

func weeksIn(y int64) int64 { return firstWeek(y+1) - firstWeek(y) }

// limits returns the least and greatest ordinal of f. A week belongs to the year
// of its Thursday, so the last one ends on 10000-01-02.
func (f Freq) limits() (lo, hi int64) {
	switch f {
	case Year:
		return 1, maxYear
	case Semester:
		return 2, maxYear*2 + 1
	case Quarter:
		return 4, maxYear*4 + 3
	case Month:
		return 12, maxYear*12 + 11
	case Week:
		return 0, lastDay / 7
	case Day:
		return 0, lastDay
	case Hour:
		return 0, lastDay*24 + 23
	case SchoolYear:
		return 1, maxYear - 1
	}
	return 1, 0
}

// months returns how many months a unit of f has, 0 if it is not made of months.
func (f Freq) months() int64 {
	switch f {
	case Year, SchoolYear:
		return 12
	case Semester:
		return 6
	case Quarter:
		return 3
	case Month:
		return 1
	}
	return 0
}

// startHour returns the civil hour at which unit ord of f starts.
func (f Freq) startHour(ord int64) int64 {
	var day int64
	switch f {
	case Hour:
		return ord
	case Day:
		day = ord
	case Week:
		day = ord * 7
	case SchoolYear:
		day = dayOf(ord, 9, 1)
	case Year:
		day = dayOf(ord, 1, 1)
	default:
		m := ord * f.months()
		day = dayOf(m/12, m%12+1, 1)
	}
	return day * 24
}

// at returns the unit of f in which a civil hour lies. It may be outside the
// limits of f.
func (f Freq) at(hour int64) int64 {
	day := hour / 24
	switch f {
	case Hour:
		return hour
	case Day:
		return day
	case Week:
		return day / 7
	}
	y, m, _ := dateOf(day)
	if f == SchoolYear {
		if m < 9 {
			y--
		}
		return y
	}
	return (y*12 + m - 1) / f.months()
}
