package period

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxLen is the greatest length in bytes of a text that is parsed. The longest
// accepted spelling is shorter.
const MaxLen = 64

// Parse reads any spelling listed in the package comment. The text must be the
// whole period: no space around it, no lower case. Errors are *[ParseError].
func Parse(s string) (Period, error) {
	p, err := parse(s)
	if err != nil {
		return Period{}, err
	}
	return p, nil
}

// MustParse is Parse for texts known to be right, in tests and tables; it panics
// on an error.
func MustParse(s string) Period {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// UnmarshalText is Parse of b, except that empty text gives the zero Period. On
// error p is unchanged. It does not keep b.
func (p *Period) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*p = Period{}
		return nil
	}
	if len(b) > MaxLen { // before a long text is copied
		b = b[:MaxLen+1]
	}
	q, err := Parse(string(b))
	if err == nil {
		*p = q
	}
	return err
}

// A spelling is the form in which a unit was written, where it matters to what
// may follow.
type spelling uint8

const (
	other    spelling = iota
	bareYear          // 2024
	date              // 2024-03-31
	hour              // 2024-03-31T02
)

func parse(s string) (Period, *ParseError) {
	switch {
	case s == "":
		return Period{}, newError(s, 0, ErrSyntax, "empty text", "a period such as 2024, 2024-Q3 or 2024-03")
	case len(s) > MaxLen:
		return Period{}, newError(s, MaxLen, ErrSyntax, fmt.Sprintf("longer than %d bytes", MaxLen), "")
	case s[0] == 'P':
		return parseRolling(s)
	}
	p, form, i, err := parseUnit(s, 0)
	switch {
	case err != nil:
		return Period{}, err
	case i == len(s):
		return p, nil
	case s[i] == '/' && i+1 < len(s) && s[i+1] == 'P':
		return parseRange(s, p, form, i+1)
	}
	return Period{}, trailing(s, p, form, i)
}

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

// parseUnit reads the unit that starts at i, up to the end or a slash that is
// not inside a school year.
func parseUnit(s string, i int) (p Period, form spelling, next int, err *ParseError) {
	y, j, err := parseYear(s, i)
	if err != nil {
		return p, other, 0, err
	}
	if j == len(s) || s[j] == '/' {
		if j+1 < len(s) && isDigit(s[j+1]) {
			return parseSchool(s, y, j+1)
		}
		return make1(Year, y), bareYear, j, nil
	}
	hyphen := s[j] == '-'
	if hyphen {
		j++
	}
	switch {
	case j == len(s):
		return p, other, 0, newError(s, j, ErrSyntax, "text ends after the hyphen", fmt.Sprintf("%04d, %04d-03 or %04d-Q1", y, y, y))
	case s[j] >= 'A' && s[j] <= 'Z':
		return parseLettered(s, y, j)
	case !hyphen || !isDigit(s[j]):
		return p, other, 0, badAfterYear(s, y, j)
	}
	m, k := digits(s, j, 2)
	switch {
	case k < len(s) && isDigit(s[k]):
		return p, other, 0, threeDigits(s, y, j)
	case k-j != 2:
		return p, other, 0, newError(s, k, ErrSyntax, "a month has two digits", fmt.Sprintf("%04d-%02d", y, m))
	case m < 1 || m > 12:
		return p, other, 0, newError(s, j, ErrRange, fmt.Sprintf("month %02d is not one of 01 to 12", m), monthHint(s, y, m))
	case k == len(s) || s[k] != '-':
		return make1(Month, y*12+m-1), other, k, nil
	}
	j = k + 1
	d, k := digits(s, j, 2)
	switch {
	case k-j != 2:
		return p, other, 0, newError(s, k, ErrSyntax, "a day has two digits", fmt.Sprintf("%04d-%02d-%02d", y, m, max(d, 1)))
	case d < 1 || d > monthDays(y, m):
		return p, other, 0, newError(s, j, ErrRange, fmt.Sprintf("day %02d is not in %04d-%02d, which has %d days", d, y, m, monthDays(y, m)),
			fmt.Sprintf("%04d-%02d-01 to %04d-%02d-%02d", y, m, y, m, monthDays(y, m)))
	}
	day := dayOf(y, m, d)
	if k < len(s) && s[k] == 'T' {
		return parseHour(s, day, k+1)
	}
	return make1(Day, day), date, k, nil
}

func parseYear(s string, i int) (y int64, next int, err *ParseError) {
	y, j := digits(s, i, 4)
	switch {
	case j-i == 4 && j < len(s) && isDigit(s[j]):
		return 0, 0, longNumber(s, i)
	case j-i == 4 && y > 0:
		return y, j, nil
	case j-i == 4:
		return 0, 0, newError(s, i, ErrRange, "year 0000 is not one of 0001 to 9999", "")
	case j == len(s) && j > i:
		return 0, 0, newError(s, j, ErrSyntax, "a year has four digits", fmt.Sprintf("%04d if that year is meant", max(y, 1)))
	}
	return 0, 0, newError(s, j, ErrSyntax, "a year of four digits expected", yearHint(s[min(i, len(s)):]))
}

// parseSchool reads the second year of a school year at i.
func parseSchool(s string, y int64, i int) (Period, spelling, int, *ParseError) {
	z, j := digits(s, i, 4)
	switch {
	case j < len(s) && isDigit(s[j]) || j-i != 4:
		return Period{}, other, 0, newError(s, i, ErrSyntax, "the second year of a school year has four digits", school(y))
	case z != y+1:
		return Period{}, other, 0, newError(s, i, ErrRange, "a school year ends in the year after the one it starts in",
			school(y)+", or a window of calendar years such as P3Y/2024")
	}
	return make1(SchoolYear, y), other, j, nil
}

func school(y int64) string { return fmt.Sprintf("%04d/%04d", y, y+1) }

// parseLettered reads an SDMX reporting period from its letter at i.
func parseLettered(s string, y int64, i int) (Period, spelling, int, *ParseError) {
	var f Freq
	var width int
	var top int64
	switch s[i] {
	case 'A':
		f, width, top = Year, 1, 1
	case 'S':
		f, width, top = Semester, 1, 2
	case 'Q':
		f, width, top = Quarter, 1, 4
	case 'M':
		f, width, top = Month, 2, 12
	case 'W':
		f, width, top = Week, 2, weeksIn(y)
	case 'D':
		f, width, top = Day, 3, 365
		if leap(y) {
			top = 366
		}
	case 'T':
		return Period{}, other, 0, newError(s, i, ErrAmbiguous,
			"T is a third of a year in SDMX and a quarter (trimestre) in Spanish tables", fmt.Sprintf("%04d-Q1 for a quarter", y))
	default:
		return Period{}, other, 0, badAfterYear(s, y, i)
	}
	letter := s[i : i+1]
	n, j := digits(s, i+1, width)
	switch {
	case j-i-1 != width || j < len(s) && isDigit(s[j]):
		return Period{}, other, 0, newError(s, i+1, ErrSyntax, fmt.Sprintf("%s takes %d digit(s)", strings.Clone(letter), width),
			fmt.Sprintf("%04d-%s%0*d to %04d-%s%d", y, strings.Clone(letter), width, 1, y, strings.Clone(letter), top))
	case n < 1 || n > top:
		return Period{}, other, 0, newError(s, i+1, ErrRange, fmt.Sprintf("%04d has no %s%0*d", y, strings.Clone(letter), width, n),
			fmt.Sprintf("%04d-%s%0*d to %04d-%s%d", y, strings.Clone(letter), width, 1, y, strings.Clone(letter), top))
	}
	switch f {
	case Year:
		return make1(Year, y), other, j, nil
	case Day:
		return make1(Day, dayOf(y, 1, 1)+n-1), date, j, nil
	case Week:
		week := firstWeek(y) + n - 1
		if j == len(s) || s[j] != '-' {
			return make1(Week, week), other, j, nil
		}
		if j+1 == len(s) || s[j+1] < '1' || s[j+1] > '7' {
			return Period{}, other, 0, newError(s, j+1, ErrSyntax, "a day of the week is 1 (Monday) to 7", quoteUpTo(s, j)+"-1")
		}
		p := make1(Day, week*7+int64(s[j+1]-'1'))
		if p.IsZero() {
			return p, other, 0, newError(s, 0, ErrRange, "the day is after the year 9999", "")
		}
		return p, date, j + 2, nil
	}
	return make1(f, y*top+n-1), other, j, nil
}

// parseHour reads the hour of a day at i, and its offset.
func parseHour(s string, day int64, i int) (p Period, form spelling, next int, err *ParseError) {
	h, j := digits(s, i, 2)
	switch {
	case j-i != 2:
		return p, other, 0, newError(s, j, ErrSyntax, "an hour has two digits", fmt.Sprintf("%sT%02d", make1(Day, day), h))
	case h == 24:
		return p, other, 0, newError(s, i, ErrRange, "hour 24 is hour 00 of the next day", nextDay(day))
	case h > 24:
		return p, other, 0, newError(s, i, ErrRange, fmt.Sprintf("hour %02d is not one of 00 to 23", h), "")
	}
	// SDMX date-times have minutes and seconds, here always zero.
	for range 2 {
		if j == len(s) || s[j] != ':' {
			break
		}
		n, k := digits(s, j+1, 2)
		if k != j+3 || n != 0 {
			return p, other, 0, newError(s, j+1, ErrSyntax, "an hour starts at :00", quoteUpTo(s, i+2))
		}
		j = k
	}
	p = make1(Hour, day*24+h)
	if j == len(s) || s[j] == '/' {
		return p, hour, j, nil
	}
	switch s[j] {
	case 'Z':
		return p.withOff(0), hour, j + 1, nil
	case '+', '-':
		off, k, err := parseOffset(s, j)
		if err != nil {
			return Period{}, other, 0, err
		}
		return p.withOff(off), hour, k, nil
	}
	return Period{}, other, 0, newError(s, j, ErrSyntax, "Z or an offset such as +02:00 expected", quoteUpTo(s, i+2)+"+02:00")
}

// parseOffset reads ±hh, ±hh:mm or ±hh:mm:ss at i.
func parseOffset(s string, i int) (secs int64, next int, err *ParseError) {
	j := i
	for part, unit := range [3]int64{hourSecs, 60, 1} {
		if part > 0 && (j == len(s) || s[j] != ':') {
			break
		}
		n, k := digits(s, j+1, 2)
		if k != j+3 || k < len(s) && isDigit(s[k]) {
			return 0, 0, newError(s, j+1, ErrSyntax, "an offset is two digits each of hours and minutes", "+02:00")
		}
		if n > 59 || part == 0 && n > 23 {
			return 0, 0, newError(s, j+1, ErrRange, "the offset is a day or more, or has more than 59 minutes or seconds", "+02:00")
		}
		secs += n * unit
		j = k
	}
	if s[i] == '-' {
		if secs == 0 {
			return 0, 0, newError(s, i, ErrAmbiguous, "-00:00 is no ISO 8601 offset, and unknown in RFC 3339", "Z for UTC, or no offset")
		}
		secs = -secs
	}
	return secs, j, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits reads up to n digits at i.
func digits(s string, i, n int) (v int64, next int) {
	for next = i; next < len(s) && next < i+n && isDigit(s[next]); next++ {
		v = v*10 + int64(s[next]-'0')
	}
	return v, next
}

// From here on, only what words the errors.

func quoteUpTo(s string, i int) string { return strings.Clone(s[:i]) }

func nextDay(day int64) string {
	if p := make1(Day, day+1); !p.IsZero() {
		return p.String() + "T00"
	}
	return ""
}

func trailing(s string, p Period, form spelling, i int) *ParseError {
	switch {
	case s[i] == '/' && form == date:
		return newError(s, i, ErrSyntax, "an interval of two dates is not a period here", p.String()+"/ and a duration such as P12M")
	case s[i] == '/':
		return newError(s, i, ErrSyntax, "text after "+p.String(), "a date before a duration, a school year as 2023/2024")
	case s[i] == ' ' && form == date:
		return newError(s, i, ErrSyntax, "a space after the date", p.String()+"T and the hour")
	case s[i] == 't' && form == date:
		return newError(s, i, ErrSyntax, "lower case t", p.String()+"T and the hour")
	}
	return newError(s, i, ErrSyntax, "text after "+p.String(), p.String())
}

func badAfterYear(s string, y int64, i int) *ParseError {
	if c := s[i] &^ 0x20; c >= 'A' && c <= 'Z' && c != s[i] && strings.IndexByte("ASQMWD", c) >= 0 {
		return newError(s, i, ErrSyntax, "lower case "+strconv.QuoteRune(rune(s[i])), fmt.Sprintf("%04d-%c and the number", y, c))
	}
	return newError(s, i, ErrSyntax, "A, S, Q, M, W, D or a month expected after the year",
		fmt.Sprintf("%04d, %04d-S1, %04d-Q1, %04d-01, %04d-W01 or %04d-01-01", y, y, y, y, y, y))
}

// threeDigits is for 2024-091 and for 2023-2024, from the first digit after the
// hyphen.
func threeDigits(s string, y int64, i int) *ParseError {
	n, k := digits(s, i, 4)
	switch {
	case k-i == 4 && n == y+1:
		return newError(s, i, ErrSyntax, "a school year takes a slash", school(y))
	case k-i == 3:
		return newError(s, i, ErrAmbiguous, "three digits are a day of the year or a slip in the month",
			fmt.Sprintf("%04d-D%03d for the day", y, n))
	}
	return newError(s, i, ErrSyntax, "a month has two digits", fmt.Sprintf("%04d-01", y))
}

// longNumber is for 202403 and 20240331, a number of five digits or more at i.
func longNumber(s string, i int) *ParseError {
	_, k := digits(s, i, len(s))
	d := strings.Clone(s[i:k])
	switch len(d) {
	case 6:
		return newError(s, i+4, ErrAmbiguous, "six digits are year and month, or two-digit year, month and day", d[:4]+"-"+d[4:])
	case 8:
		return newError(s, i+4, ErrSyntax, "a date takes hyphens", d[:4]+"-"+d[4:6]+"-"+d[6:])
	}
	return newError(s, i+4, ErrSyntax, "a year has four digits", d[:4])
}

func monthHint(s string, y, m int64) string {
	if m == (y+1)%100 && !strings.HasPrefix(s, "P") {
		return school(y) + " if the school year is meant"
	}
	return fmt.Sprintf("%04d-01 to %04d-12", y, y)
}

func yearHint(rest string) string {
	switch {
	case strings.TrimSpace(rest) != rest:
		return "it without spaces"
	case strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+"):
		return "a year from 0001 to 9999 without sign"
	case strings.ContainsAny(rest, "/."):
		return "day, month and year in the order 2024-03-31"
	}
	return "a period such as 2024, 2024-Q3 or 2024-03"
}
