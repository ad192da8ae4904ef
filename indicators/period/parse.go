package period

import (
	"fmt"
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
