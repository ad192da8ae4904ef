package period

import (
	"fmt"
	"strconv"
	"strings"
)

// What words the errors of parsing; nothing here runs on good input.

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

func school(y int64) string {
	y = min(y, maxYear-1)
	return fmt.Sprintf("%04d/%04d", y, y+1)
}
