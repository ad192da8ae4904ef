package period

// String returns the canonical ISO 8601 spelling listed in the package comment;
// [Parse] of it gives p again. The zero Period gives "".
func (p Period) String() string {
	var b [MaxLen]byte
	return string(p.append(b[:0]))
}

// AppendText appends String to d. It never fails.
func (p Period) AppendText(d []byte) ([]byte, error) { return p.append(d), nil }

// MarshalText returns String as bytes, empty for the zero Period. It never fails.
func (p Period) MarshalText() ([]byte, error) {
	return p.append(make([]byte, 0, 24)), nil
}

func (p Period) append(d []byte) []byte {
	if n := p.roll(); n != 0 {
		f := p.Freq()
		k, unit := n*f.months(), byte('M')
		d = append(d, 'P')
		switch f {
		case Year, SchoolYear:
			k, unit = n, 'Y'
		case Week:
			k, unit = n, 'W'
		case Day:
			k, unit = n, 'D'
		case Hour:
			k, unit = n, 'H'
			d = append(d, 'T')
		}
		d = append(appendInt(d, k), unit, '/')
	}
	y, n := p.name()
	switch p.Freq() {
	case Year:
		d = append4(d, y)
	case SchoolYear:
		d = append4(append(append4(d, y), '/'), y+1)
	case Semester:
		d = append(append4(d, y), '-', 'S', byte('0'+n))
	case Quarter:
		d = append(append4(d, y), '-', 'Q', byte('0'+n))
	case Month:
		d = append2(append(append4(d, y), '-'), n)
	case Week:
		d = append2(append(append4(d, y), '-', 'W'), n)
	case Day:
		d = appendDate(d, p.ord())
	case Hour:
		d = append2(append(appendDate(d, p.ord()/24), 'T'), n)
		d = p.appendOffset(d)
	}
	return d
}

// SDMX returns p as an SDMX observational time period: 2024, 2024-S1, 2024-Q3,
// 2024-M03, 2024-W07, 2024-03-31, 2024-03-31T02:00:00+02:00 (the hour that
// starts then, at frequency H), and time ranges for what SDMX does not name:
// 2023-09-01/P1Y for a school year, 2023-04-01/P12M for a window. Parse of it
// gives p again, with two exceptions, because an XML Schema duration counts in
// neither: windows of semesters or quarters come back as windows of as many
// months, and windows of weeks as windows of days (if those are not more than
// [MaxRolling] nor past the year 9999). The zero Period gives "".
func (p Period) SDMX() string {
	var b [MaxLen]byte
	return string(p.AppendSDMX(b[:0]))
}

// AppendSDMX appends [Period.SDMX] to d.
func (p Period) AppendSDMX(d []byte) []byte {
	f, n := p.Freq(), p.count()
	switch {
	case f == Month && n == 1:
		y, m := p.name()
		return append2(append(append4(d, y), '-', 'M'), m)
	case f == Hour:
		d = p.First().append(d)
		cut := len(d) // the offset goes after minutes and seconds
		for d[cut-1] != 'T' {
			cut--
		}
		d = p.appendOffset(append(d[:cut+2], ":00:00"...))
		if n > 1 {
			d = append(appendInt(append(d, "/PT"...), n), 'H')
		}
		return d
	case n == 1 && f != SchoolYear:
		return p.append(d)
	}
	s, _ := p.hours()
	d = append(appendDate(d, s/24), "/P"...)
	switch f {
	case Year, SchoolYear:
		return append(appendInt(d, n), 'Y')
	case Week:
		return append(appendInt(d, n*7), 'D')
	case Day:
		return append(appendInt(d, n), 'D')
	}
	return append(appendInt(d, n*f.months()), 'M')
}

func appendDate(d []byte, day int64) []byte {
	y, m, dd := dateOf(day)
	return append2(append(append2(append(append4(d, y), '-'), m), '-'), dd)
}

// appendOffset writes Z or ±hh:mm, with seconds only where there are any: the
// local mean times in force before standard time.
func (p Period) appendOffset(d []byte) []byte {
	if !p.hasOffset() {
		return d
	}
	s := p.offSecs()
	if s == 0 {
		return append(d, 'Z')
	}
	sign := byte('+')
	if s < 0 {
		s, sign = -s, '-'
	}
	d = append2(append(append2(append(d, sign), s/hourSecs), ':'), s/60%60)
	if s%60 != 0 {
		d = append2(append(d, ':'), s%60)
	}
	return d
}

func append4(d []byte, n int64) []byte { return append2(append2(d, n/100), n%100) }

func append2(d []byte, n int64) []byte { return append(d, byte('0'+n/10), byte('0'+n%10)) }

// appendInt writes 1 to 999999 without leading zeros.
func appendInt(d []byte, n int64) []byte {
	if n >= 10 {
		d = appendInt(d, n/10)
	}
	return append(d, byte('0'+n%10))
}
