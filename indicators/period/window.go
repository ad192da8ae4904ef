package period

import (
	"fmt"
	"strings"
)

// parseRolling reads a duration and the unit with which the window ends.
func parseRolling(s string) (Period, *ParseError) {
	n, unit, i, err := parseDuration(s, 0)
	if err != nil {
		return Period{}, err
	}
	if i == len(s) || s[i] != '/' {
		return Period{}, newError(s, i, ErrSyntax, "a duration alone is not a period",
			quoteUpTo(s, i)+"/ and the last period of the window, such as P12M/2024-03")
	}
	end, form, j, err := parseUnit(s, i+1)
	if err != nil {
		return Period{}, err
	}
	if j < len(s) {
		return Period{}, trailing(s, end, form, j)
	}
	k := unitsOf(end.Freq(), n, unit)
	if k == 0 {
		return Period{}, newError(s, 0, ErrSyntax,
			fmt.Sprintf("%s is not a whole number of units of %s", strings.Clone(s[:i]), end), durationFor(end.Freq()))
	}
	return window(s, end, k)
}

// parseRange reads the duration at i of an SDMX time range that starts with p.
func parseRange(s string, p Period, form spelling, i int) (Period, *ParseError) {
	n, unit, j, err := parseDuration(s, i)
	if err != nil {
		return Period{}, err
	}
	if j < len(s) {
		return Period{}, newError(s, j, ErrSyntax, "text after the duration", quoteUpTo(s, j))
	}
	if form != date && form != hour {
		day := p.FirstDay().String()
		return Period{}, newError(s, 0, ErrSyntax, "a time range starts with a date", day+s[i-1:])
	}
	if unit != 'H' && p.Freq() == Hour && !p.hasOffset() && p.ord()%24 == 0 {
		p = make1(Day, p.ord()/24) // SDMX may write the date with T00:00:00
	}
	if (unit == 'H') != (p.Freq() == Hour) {
		return Period{}, newError(s, i, ErrSyntax, "a range of hours starts with an hour, any other with a date",
			"2024-03-31T00/PT24H or 2024-03-31/P1D")
	}
	first, msg := rangeUnit(p, unit)
	if msg != "" {
		return Period{}, newError(s, 0, ErrRange, msg, "a range that starts where its unit starts, or days: P7D")
	}
	k := unitsOf(first.Freq(), n, unit)
	if k > MaxRolling {
		return window(s, first, k)
	}
	end := first.Add(int(k - 1))
	if end.IsZero() {
		return Period{}, newError(s, i, ErrRange, "the range ends after the year 9999", "")
	}
	return window(s, end, k)
}

// rangeUnit returns the unit that starts on the day p and is counted by the
// designator of a duration.
func rangeUnit(p Period, designator byte) (Period, string) {
	if designator == 'D' || designator == 'H' {
		return p, ""
	}
	y, m, d := dateOf(p.ord())
	switch {
	case designator == 'W':
		if p.ord()%7 != 0 {
			return Period{}, "a range of weeks starts on a Monday"
		}
		return make1(Week, p.ord()/7), ""
	case d != 1:
		return Period{}, "a range of months or years starts on the first of a month"
	case designator == 'Y' && m == 1:
		return make1(Year, y), ""
	case designator == 'Y' && m == 9 && y < maxYear:
		return make1(SchoolYear, y), ""
	}
	return make1(Month, y*12+m-1), ""
}

// window returns the window of n units that ends with end.
func window(s string, end Period, n int64) (Period, *ParseError) {
	if n > MaxRolling {
		return Period{}, newError(s, 0, ErrRange, fmt.Sprintf("a window of more than %d units", MaxRolling), "a coarser unit")
	}
	p := RollingTo(end, int(n))
	if p.IsZero() {
		return p, newError(s, 0, ErrRange, "the window starts before the year 0001", "")
	}
	return p, nil
}

// unitsOf returns how many units of f the duration is, 0 if not a whole number.
func unitsOf(f Freq, n int64, designator byte) int64 {
	per := f.months()
	switch designator {
	case 'Y':
		n *= 12
	case 'W':
		n *= 7
		fallthrough
	case 'D':
		switch f {
		case Week:
			per = 7
		case Day:
			per = 1
		default:
			return 0
		}
	case 'H':
		if f != Hour {
			return 0
		}
		per = 1
	}
	if per == 0 || n%per != 0 {
		return 0
	}
	return n / per
}

// durationFor names the durations that unitsOf takes for f.
func durationFor(f Freq) string {
	switch f {
	case Year, SchoolYear:
		return "P2Y or P24M"
	case Semester:
		return "months in sixes: P12M"
	case Quarter:
		return "months in threes: P12M"
	case Month:
		return "P12M or P1Y"
	case Week:
		return "P4W"
	case Day:
		return "P7D or P1W"
	}
	return "PT24H"
}

// parseDuration reads a duration of one designator at i.
func parseDuration(s string, i int) (n int64, designator byte, next int, err *ParseError) {
	j := i + 1
	time := j < len(s) && s[j] == 'T'
	if time {
		j++
	}
	k := j
	for k < len(s) && isDigit(s[k]) && k < j+6 {
		n = n*10 + int64(s[k]-'0')
		k++
	}
	switch {
	case k == j:
		return 0, 0, 0, newError(s, j, ErrSyntax, "a number expected in the duration", "P12M, P1Y, P4W, P7D or PT24H")
	case k < len(s) && isDigit(s[k]):
		return 0, 0, 0, newError(s, k, ErrRange, "the duration has too many digits", "")
	case n == 0:
		return 0, 0, 0, newError(s, j, ErrRange, "a window of nothing", "a duration of at least 1")
	case k == len(s):
		return 0, 0, 0, newError(s, k, ErrSyntax, "the duration has no unit", quoteUpTo(s, k)+"M for months")
	}
	designator = s[k]
	ok := designator == 'Y' || designator == 'M' || designator == 'W' || designator == 'D'
	if time {
		ok = designator == 'H'
	}
	next = k + 1
	switch {
	case !ok:
		return 0, 0, 0, newError(s, k, ErrSyntax, "unknown unit in the duration", "Y, M, W or D, or PT24H for hours")
	case next < len(s) && (isDigit(s[next]) || s[next] == 'T'):
		return 0, 0, 0, newError(s, next, ErrSyntax, "a duration in more than one unit", "it in one: P18M for P1Y6M")
	}
	return n, designator, next, nil
}
