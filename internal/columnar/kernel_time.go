package columnar

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Field of a timestamp or duration, as CEL's getters have it.
type Field uint8

// The fields. Month, DayOfYear and DayOfMonth begin at 0, Date at 1, DayOfWeek
// at 0 on Sunday. Of a duration the last four are the whole span in that unit.
const (
	Year Field = iota
	Month
	DayOfYear
	DayOfMonth
	Date
	DayOfWeek
	Hours
	Minutes
	Seconds
	Milliseconds
)

// The seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// Zone reports whether a zone of a getter can be used: an IANA name or +hh:mm.
// The error is that of evaluation.
func Zone(name string) error {
	_, err := zone(name)
	return err
}

func zone(name string) (*time.Location, error) {
	h, m, ok := strings.Cut(name, ":")
	if name == "" {
		return time.UTC, nil
	}
	if !ok {
		return time.LoadLocation(name)
	}
	hour, err := strconv.Atoi(h)
	if err != nil {
		return nil, err
	}
	minute, err := strconv.Atoi(m)
	if err != nil {
		return nil, err
	}
	if hour < -23 || hour > 23 || minute < 0 || minute > 59 {
		return nil, fmt.Errorf("offset out of range: %s", name)
	}
	if name[0] == '-' {
		minute = -minute
	}
	return time.FixedZone("", (hour*60+minute)*60), nil
}

// get reads a field. Rows under an error or unknown may hold any seconds.
func (e *Evaluator) get(s *step, d, a *Lane, in Type, n int) {
	f := Field(s.bits)
	if in == Duration {
		for i, x := range a.I[:n] {
			switch y := time.Duration(x); f { // cel-go rounds to a double first
			case Hours:
				x = int64(y.Hours())
			case Minutes:
				x = int64(y.Minutes())
			case Seconds:
				x = int64(y.Seconds())
			default:
				x = y.Milliseconds()
			}
			d.I[i] = x
		}
		return
	}
	for i, x := range a.I[:n] {
		t := time.Unix(x, a.N[i]).In(s.zone)
		var v int
		switch f {
		case Year:
			v = t.Year()
		case Month:
			v = int(t.Month()) - 1
		case DayOfYear:
			v = t.YearDay() - 1
		case DayOfMonth:
			v = t.Day() - 1
		case Date:
			v = t.Day()
		case DayOfWeek:
			v = int(t.Weekday())
		case Hours:
			v = t.Hour()
		case Minutes:
			v = t.Minute()
		case Seconds:
			v = t.Second()
		default:
			v = t.Nanosecond() / 1e6
		}
		d.I[i] = int64(v)
	}
}

// times is arithmetic of timestamps.
func (e *Evaluator) times(s *step, d, a, b *Lane, n int) {
	var over, beyond [words]uint64
	for i, x := range a.I[:n] {
		if s.op == Since {
			// the difference in nanoseconds may need 128 bits on the way
			sec, nano := x-b.I[i], a.N[i]-b.N[i]
			ns := sec*1e9 + nano
			hi, lo := bits.Mul64(uint64(sec), 1e9)
			if sec < 0 {
				hi -= 1e9
			}
			if int64(hi) != int64(lo)>>63 || (sec*1e9 >= 0) == (nano >= 0) && (ns >= 0) != (nano >= 0) {
				over[i>>6] |= 1 << (i & 63)
			}
			d.I[i] = ns
			continue
		}
		span := b.I[i]
		if s.op == SubSpan {
			if span == math.MinInt64 {
				over[i>>6] |= 1 << (i & 63)
			}
			span = -span
		}
		sec, nano := x+span/1e9, a.N[i]+span%1e9
		if nano < 0 {
			sec, nano = sec-1, nano+1e9
		} else if nano >= 1e9 {
			sec, nano = sec+1, nano-1e9
		}
		if sec < firstSecond || sec > lastSecond {
			beyond[i>>6] |= 1 << (i & 63)
		}
		d.I[i], d.N[i] = sec, nano
	}
	d.raise(over[:], s.code+intOverflow)
	d.raise(beyond[:], s.code+timeOverflow)
}
