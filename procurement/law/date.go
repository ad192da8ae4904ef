package law

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil date of the Gregorian calendar, years 1 to 9999, without
// hour or zone. The zero value means no date. Dates are comparable.
type Date struct {
	day int32 // 1 is 1 January of year 1
}

const (
	maxDay = 3652059 // 31 December 9999
	lenISO = len("2006-01-02")
)

// NewDate is the date of a year (1 to 9999), month and day, or an error of
// kind [ErrDate] if the calendar has no such day.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, &Error{Code: "law.date", Input: fmt.Sprintf("%d-%d-%d", year, int(month), day), Msg: "no such day", Err: ErrDate}
	}
	return civil(year, month, day), nil
}

// ParseDate reads the form 2006-01-02 and nothing else; the error is an
// [*Error] of kind [ErrDate].
func ParseDate(s string) (Date, error) {
	bad := func(msg string) (Date, error) {
		return Date{}, &Error{Code: "law.date", Input: cut(s), Msg: msg, Write: "a day as 2026-01-31", Err: ErrDate}
	}
	if len(s) != lenISO || s[4] != '-' || s[7] != '-' {
		return bad("not a date")
	}
	var part [3]int
	for i, at := range [3][2]int{{0, 4}, {5, 7}, {8, 10}} {
		for _, c := range []byte(s[at[0]:at[1]]) {
			if c < '0' || c > '9' {
				return bad("not a date")
			}
			part[i] = part[i]*10 + int(c-'0')
		}
	}
	d, err := NewDate(part[0], time.Month(part[1]), part[2])
	if err != nil {
		return bad("no such day")
	}
	return d, nil
}

// MustDate is ParseDate for dates written in code and tests; it panics on an error.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf is the civil date that t shows in its own zone. An instant of another
// zone must be moved first: t.In(madrid).
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	if y < 1 || y > 9999 {
		return Date{}
	}
	return civil(y, m, d)
}

// IsZero says whether d is no date.
func (d Date) IsZero() bool { return d.day == 0 }

// Civil gives year, month and day; zeros for no date.
func (d Date) Civil() (year int, month time.Month, day int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return fromDay(int(d.day))
}

// Year of the date; 0 for no date.
func (d Date) Year() int { y, _, _ := d.Civil(); return y }

// Weekday of the date; Sunday for no date.
func (d Date) Weekday() time.Weekday { return time.Weekday(d.day % 7) } // day 1 was a Monday

// AddDays moves by n days. Outside of the years 1 to 9999 the result is no date.
func (d Date) AddDays(n int) Date {
	day := int64(d.day) + int64(n)
	if d.IsZero() || n > maxDay || n < -maxDay || day < 1 || day > maxDay {
		return Date{}
	}
	return Date{int32(day)}
}

// AddMonths moves by n months to the same number of the month or, when that
// month has no such day, to its last (LPAC 30.4). Outside of the years 1 to
// 9999 the result is no date.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() || n > 12*9999 || n < -12*9999 {
		return Date{}
	}
	y, m, day := d.Civil()
	total := y*12 + int(m) - 1 + n
	y, m = total/12, time.Month(total%12+1)
	if total < 12 || y > 9999 {
		return Date{}
	}
	return civil(y, m, min(day, daysIn(y, m)))
}

// Sub is the number of days from e to d. Both must be dates.
func (d Date) Sub(e Date) int { return int(d.day) - int(e.day) }

// Compare orders dates; no date comes first.
func (d Date) Compare(e Date) int { return cmp.Compare(d.day, e.day) }

// Before says whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.day < e.day }

// After says whether d is a later day than e.
func (d Date) After(e Date) bool { return d.day > e.day }

// String is the form 2006-01-02, "" for no date.
func (d Date) String() string {
	b, _ := d.AppendText(nil)
	return string(b)
}

// AppendText appends the form 2006-01-02, nothing for no date.
func (d Date) AppendText(dst []byte) ([]byte, error) {
	if d.IsZero() {
		return dst, nil
	}
	y, m, day := d.Civil()
	return append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+int(m)/10), byte('0'+int(m)%10), '-', byte('0'+day/10), byte('0'+day%10)), nil
}

// MarshalText is the form 2006-01-02, empty for no date.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText is ParseDate; the empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b[:min(len(b), lenISO+1)]))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysIn(y int, m time.Month) int {
	switch m {
	case time.February:
		if leap(y) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

// civil and fromDay count years from March, so that the leap day comes last
// (the method of H. Hinnant, "chrono-compatible low-level date algorithms").
func civil(y int, m time.Month, d int) Date {
	mm := (int(m) + 9) % 12
	if m <= time.February {
		y--
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*mm+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date{int32(era*146097 + doe - 305)}
}

func fromDay(n int) (int, time.Month, int) {
	z := n + 305
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
		y++
	}
	return y, time.Month(m), d
}
