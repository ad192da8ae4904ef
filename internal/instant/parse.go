package instant

import (
	"encoding/binary"
	"math"
)

// Problem says why a text is no time.
type Problem uint8

// The problems; zero is none.
const (
	Syntax Problem = iota + 1 // not of the form
	Field                     // a month 13, a February 30
	Range                     // outside 64 bits of nanoseconds
)

// String says it in words.
func (p Problem) String() string {
	return [...]string{"right", "not a time of RFC 3339", "a day or hour that does not exist", "outside 1677 to 2262"}[p]
}

// Precision is the finest part that was written.
type Precision uint8

// The precisions.
const (
	Nanosecond Precision = iota
	Microsecond
	Millisecond
	Second
	Minute
	Hour
	Day
)

// Flags say what was odd.
type Flags uint8

// The flags.
const (
	Leap Flags = 1 << iota // a leap second
	Cut                    // digits beyond nanoseconds that were not zero
)

// NoOffset is the offset of a time without one.
const NoOffset = math.MinInt16

// Time is an instant as it was written.
type Time struct {
	NS        int64 // nanoseconds since 1970 UTC; with NoOffset, of the civil time as if it were UTC
	Offset    int16 // minutes east of UTC, or NoOffset
	Precision Precision
	Flags     Flags
}

// Parse reads a time; the doc of the package has the forms.
func Parse(p []byte) (Time, Problem) {
	// 2006-01-02T15:04:05Z and .000Z are nearly all there is.
	if len(p) >= 20 && p[len(p)-1] == 'Z' {
		if day, ok := fixedDate(p); ok && p[10] == 'T' {
			if sec, ok := fixedClock(p[11:19]); ok {
				if len(p) == 20 {
					if ns, ok := join(day, sec, 0); ok {
						return Time{NS: ns, Precision: Second}, 0
					}
				} else if len(p) == 24 && p[19] == '.' {
					a, b, c := p[20]-'0', p[21]-'0', p[22]-'0'
					if a <= 9 && b <= 9 && c <= 9 {
						if ns, ok := join(day, sec, (int64(a)*100+int64(b)*10+int64(c))*1e6); ok {
							return Time{NS: ns, Precision: Millisecond}, 0
						}
					}
				}
			}
		}
	}
	return parseAny(p)
}

// fixedDate reads yyyy-mm-dd, and gives days since 1970; false is no verdict.
func fixedDate(p []byte) (day int64, ok bool) {
	_ = p[9]
	w := binary.LittleEndian.Uint64(p) // yyyy-mm-
	const dashes, mask = 0x2d00002d00000000, 0xff0000ff00000000
	if w&mask != dashes {
		return 0, false
	}
	w = w&^mask | 0x3000003000000000
	if !digits8(w) || p[8]-'0' > 9 || p[9]-'0' > 9 {
		return 0, false
	}
	w -= 0x3030303030303030
	y := int64(w&15)*1000 + int64(w>>8&15)*100 + int64(w>>16&15)*10 + int64(w>>24&15)
	m := int64(w>>40&15)*10 + int64(w>>48&15)
	d := int64(p[8]-'0')*10 + int64(p[9]-'0')
	return days(y, m, d)
}

// fixedClock reads hh:mm:ss of eight bytes, up to 23:59:59.
func fixedClock(p []byte) (sec int64, ok bool) {
	w := binary.LittleEndian.Uint64(p)
	const colons, mask = 0x00003a00003a0000, 0x0000ff0000ff0000
	if w&mask != colons {
		return 0, false
	}
	w = w&^mask | 0x0000300000300000
	if !digits8(w) {
		return 0, false
	}
	w -= 0x3030303030303030
	h := int64(w&15)*10 + int64(w>>8&15)
	m := int64(w>>24&15)*10 + int64(w>>32&15)
	s := int64(w>>48&15)*10 + int64(w>>56&15)
	return h*3600 + m*60 + s, h <= 23 && m <= 59 && s <= 59
}

// digits8 reports whether all bytes of w are digits.
func digits8(w uint64) bool {
	return w&(w+0x0606060606060606)&0xf0f0f0f0f0f0f0f0 == 0x3030303030303030
}

// monthDays are the days of the year before each month, and at the end.
var monthDays = [...]int64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// days is the number of days from 1970-01-01 in the Gregorian calendar, extended to
// year 0; false if there is no such day.
func days(y, m, d int64) (int64, bool) {
	if m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	leap := y%4 == 0 && (y%100 != 0 || y%400 == 0)
	length := monthDays[m] - monthDays[m-1]
	n := monthDays[m-1] + d - 1
	if leap {
		if m == 2 {
			length++
		} else if m > 2 {
			n++
		}
	}
	if d > length {
		return 0, false
	}
	before := int64(0) // leap days in years 0 … y-1
	if y > 0 {
		before = (y-1)/4 - (y-1)/100 + (y-1)/400 + 1
	}
	return y*365 + before + n - 719_528, true
}

// join is false outside int64.
func join(day, sec, ns int64) (int64, bool) {
	const most = math.MaxInt64/86_400_000_000_000 - 2 // whole days that are far enough from the ends
	if day <= most && day >= -most {
		return (day*86_400+sec)*1_000_000_000 + ns, true
	}
	s := day*86_400 + sec
	const last, rest = math.MaxInt64 / 1_000_000_000, math.MaxInt64 % 1_000_000_000
	if s == -last-1 && ns >= 1_000_000_000-rest {
		return (s+1)*1_000_000_000 + (ns - 1_000_000_000), true
	}
	if s > last || s == last && ns > rest || s < -last {
		return 0, false
	}
	return s*1_000_000_000 + ns, true
}

// reader reads digits of a text.
type reader struct {
	p   []byte
	i   int
	bad bool
}

func (r *reader) digits(n int) (v int64) {
	for range n {
		if r.i >= len(r.p) || r.p[r.i]-'0' > 9 {
			r.bad = true
			return 0
		}
		v = v*10 + int64(r.p[r.i]-'0')
		r.i++
	}
	return v
}

func (r *reader) is(c byte) bool {
	if r.i < len(r.p) && r.p[r.i] == c {
		r.i++
		return true
	}
	return false
}

func (r *reader) digit() bool { return r.i < len(r.p) && r.p[r.i]-'0' <= 9 }

func parseAny(p []byte) (Time, Problem) {
	t := Time{Offset: NoOffset, Precision: Day}
	r := reader{p: p}
	y := r.digits(4)
	dashes := r.is('-')
	m := r.digits(2)
	if dashes && !r.is('-') {
		return Time{}, Syntax
	}
	d := r.digits(2)
	if r.bad {
		return Time{}, Syntax
	}
	var h, min, sec, ns int64
	if r.i < len(p) {
		if !r.is('T') && !r.is('t') && !r.is(' ') {
			return Time{}, Syntax
		}
		h = r.digits(2)
		if dashes && !r.is(':') {
			return Time{}, Syntax
		}
		min = r.digits(2)
		t.Precision = Minute
		if dashes && r.is(':') || !dashes && r.digit() {
			sec = r.digits(2)
			t.Precision = Second
			if r.is('.') || r.is(',') {
				n := 0
				for ; r.digit(); n++ {
					c := p[r.i] - '0'
					r.i++
					if n < 9 {
						ns = ns*10 + int64(c)
					} else if c != 0 {
						t.Flags |= Cut
					}
				}
				switch {
				case n == 0:
					return Time{}, Syntax
				case n <= 3:
					t.Precision = Millisecond
				case n <= 6:
					t.Precision = Microsecond
				default:
					t.Precision = Nanosecond
				}
				for ; n < 9; n++ {
					ns *= 10
				}
			}
		}
		if r.bad {
			return Time{}, Syntax
		}
		switch {
		case r.is('Z') || r.is('z'):
			t.Offset = 0
		case r.i < len(p) && (p[r.i] == '+' || p[r.i] == '-'):
			sign := int64(1)
			if p[r.i] == '-' {
				sign = -1
			}
			r.i++
			oh := r.digits(2)
			om := int64(0)
			if r.is(':') || r.digit() {
				om = r.digits(2)
			}
			switch {
			case r.bad:
				return Time{}, Syntax
			case oh > 23 || om > 59:
				return Time{}, Field
			}
			t.Offset = int16(sign * (oh*60 + om))
		}
	}
	if r.i != len(p) {
		return Time{}, Syntax
	}
	day, ok := days(y, m, d)
	s := h*3600 + min*60 + sec
	if t.Offset != NoOffset {
		s -= int64(t.Offset) * 60
	}
	switch {
	case !ok || min > 59:
		return Time{}, Field
	case h == 24 && min == 0 && sec == 0 && ns == 0:
	case h > 23:
		return Time{}, Field
	case sec == 60 && ((s%86_400)+86_400)%86_400 == 0:
		t.Flags |= Leap
	case sec > 59:
		return Time{}, Field
	}
	if t.NS, ok = join(day, s, ns); !ok {
		return Time{}, Range
	}
	return t, 0
}
