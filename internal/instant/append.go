package instant

// Append appends an instant in RFC 3339 at an offset of minutes east of UTC (NoOffset is
// written as none), with the digits of the precision: 0, 3, 6 or 9, and more where they
// would cut the value; a date alone for Day where the rest is zero.
func Append(dst []byte, t Time) []byte {
	local := t.NS
	sec, ns := floorDiv(local, 1_000_000_000)
	if t.Offset != NoOffset {
		sec += int64(t.Offset) * 60
	}
	day, sec := floorDiv(sec, 86_400)
	y, m, d := civil(day)
	dst = append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	dst = append(two(dst, m), '-')
	dst = two(dst, d)
	if t.Precision == Day && t.Offset == NoOffset && sec == 0 && ns == 0 {
		return dst
	}
	dst = append(two(append(dst, 'T'), sec/3600), ':')
	dst = append(two(dst, sec/60%60), ':')
	dst = two(dst, sec%60)
	n := 0
	switch {
	case ns%1000 != 0 || t.Precision == Nanosecond:
		n = 9
	case ns%1_000_000 != 0 || t.Precision == Microsecond:
		n, ns = 6, ns/1000
	case ns != 0 || t.Precision == Millisecond:
		n, ns = 3, ns/1_000_000
	}
	if n > 0 {
		dst = append(dst, '.')
		at := len(dst)
		dst = append(dst, "000000000"[:n]...)
		for i := at + n - 1; i >= at; i-- {
			dst[i] = byte('0' + ns%10)
			ns /= 10
		}
	}
	switch {
	case t.Offset == NoOffset:
	case t.Offset == 0:
		dst = append(dst, 'Z')
	default:
		o, sign := int64(t.Offset), byte('+')
		if o < 0 {
			o, sign = -o, '-'
		}
		dst = append(two(append(dst, sign), o/60), ':')
		dst = two(dst, o%60)
	}
	return dst
}

func two(dst []byte, v int64) []byte { return append(dst, byte('0'+v/10), byte('0'+v%10)) }

// floorDiv divides towards minus infinity.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		return q - 1, r + b
	}
	return q, r
}

// civil is the date of a day since 1970, for years from 0 (Hinnant, "chrono-Compatible
// Low-Level Date Algorithms").
func civil(day int64) (y, m, d int64) {
	day += 719_468 // from 0000-03-01
	era, doe := floorDiv(day, 146_097)
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + era*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}
