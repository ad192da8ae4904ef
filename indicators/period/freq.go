package period

import "strconv"

// Freq is the frequency of a period: the kind of unit it counts in. The zero
// value is None. Safe for concurrent use.
type Freq uint8

// The frequencies. Their numeric order has no meaning beyond breaking ties in
// [Period.Compare] and may not be stored: store the text form.
const (
	None       Freq = iota // no frequency: that of the zero Period
	Year                   // calendar year
	Semester               // January to June, July to December
	Quarter                // from January, April, July, October
	Month                  // calendar month
	Week                   // ISO 8601 week, Monday to Sunday
	Day                    // civil day
	Hour                   // civil hour, with or without offset from UTC
	SchoolYear             // 1 September to 31 August
)

// freqCodes lists the codes in the order of the constants, two bytes each.
const freqCodes = "  A S Q M W D H SY"

// ParseFreq reads a code of the SDMX code list CL_FREQ (A, S, Q, M, W, D, H), or
// SY for the school year, which that list lacks. The error is a *[ParseError].
func ParseFreq(s string) (Freq, error) {
	for f := Year; f <= SchoolYear; f++ {
		if s == f.code() {
			return f, nil
		}
	}
	return None, newError(s, 0, ErrSyntax, "unknown frequency",
		"A (year), S (semester), Q (quarter), M (month), W (week), D (day), H (hour) or SY (school year)")
}

func (f Freq) valid() bool { return f >= Year && f <= SchoolYear }

func (f Freq) code() string {
	c := freqCodes[2*f : 2*f+2]
	if c[1] == ' ' {
		return c[:1]
	}
	return c
}

// String returns the code that [ParseFreq] reads, "" for None, and Freq(n) for a
// number that is no frequency.
func (f Freq) String() string {
	switch {
	case f == None:
		return ""
	case f.valid():
		return f.code()
	}
	return "Freq(" + strconv.Itoa(int(f)) + ")"
}

// MarshalText returns the code of f, empty for None. A number that is no
// frequency is an error.
func (f Freq) MarshalText() ([]byte, error) {
	if f != None && !f.valid() {
		return nil, newError(f.String(), 0, ErrRange, "not a frequency", "")
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads what MarshalText wrote; empty text gives None. On error f
// is unchanged.
func (f *Freq) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*f = None
		return nil
	}
	g, err := ParseFreq(string(b))
	if err == nil {
		*f = g
	}
	return err
}
