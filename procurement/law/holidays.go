package law

import (
	"iter"
	"time"
)

// Level says who decides a holiday.
type Level uint8

// The levels.
const (
	NationalDay Level = iota + 1
	RegionalDay       // the region, or the island
	LocalDay          // the town: up to two days a year
)

// String is "national", "regional" or "local".
func (l Level) String() string { return nameOf(l, "", "national", "regional", "local") }

// MarshalText is String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what String writes; the empty text is no level.
func (l *Level) UnmarshalText(b []byte) error {
	return parseName(l, b, "level of a holiday", []Level{NationalDay, RegionalDay, LocalDay})
}

// Holiday is a day that is not working by decision of somebody.
type Holiday struct {
	Date   Date
	Level  Level
	Name   string
	Source Source
}

// The years for which the national holidays are embedded: those whose yearly
// resolution of the Ministry of Labour was seen, in the press, to keep these
// ten days for the whole country but for those on a Sunday (of 2023 the number
// of days only). Other years are unknown: the law lets the Government move
// feasts to Mondays and the regions replace some.
const (
	firstNationalYear = 2018
	lastNationalYear  = 2026
)

const nationalNote = "Fixed feasts and Good Friday by Easter, compared with press reports of the yearly resolutions (2023: the number of days only); the gazette itself was not read. A calendar can be told to expect the same ten days in other years: its answers then say so. A feast on a Sunday is not moved, since the Monday is the region's choice."

// NationalYears gives the first and last year with embedded national holidays.
func NationalYears() (first, last int) { return firstNationalYear, lastNationalYear }

// feasts are the days that RD 2001/1983 art. 45, with the Workers' Statute
// art. 37.2, sets for the whole country and that regions cannot replace; the
// Epiphany they could replace, and none did in the years of the table. A feast
// that falls on a Sunday is not moved here: the Monday is the region's choice
// and belongs to the regional calendar.
var feasts = [...]struct {
	name   string
	month  time.Month
	day    int
	easter int // days from Easter Sunday, when month is 0
	source Source
}{
	{"Año Nuevo", time.January, 1, 0, Source{Act: "ET", Article: "37.2", Mark: Secondary}},
	{"Epifanía del Señor", time.January, 6, 0, Source{Act: "RD 2001/1983", Article: "45.1.d", Mark: Secondary}},
	{"Viernes Santo", 0, 0, -2, Source{Act: "RD 2001/1983", Article: "45.1.c", Mark: Secondary}},
	{"Fiesta del Trabajo", time.May, 1, 0, Source{Act: "ET", Article: "37.2", Mark: Secondary}},
	{"Asunción de la Virgen", time.August, 15, 0, Source{Act: "RD 2001/1983", Article: "45.1.c", Mark: Secondary}},
	{"Fiesta Nacional de España", time.October, 12, 0, Source{Act: "ET", Article: "37.2", Mark: Secondary}},
	{"Todos los Santos", time.November, 1, 0, Source{Act: "RD 2001/1983", Article: "45.1.c", Mark: Secondary}},
	{"Día de la Constitución", time.December, 6, 0, Source{Act: "RD 2001/1983", Article: "45.1.a", Mark: Secondary}},
	{"Inmaculada Concepción", time.December, 8, 0, Source{Act: "RD 2001/1983", Article: "45.1.c", Mark: Secondary}},
	{"Natividad del Señor", time.December, 25, 0, Source{Act: "ET", Article: "37.2", Mark: Secondary}},
}

// Holidays ranges over the embedded national holidays of a year in order of
// date; over nothing for a year outside of [NationalYears].
func Holidays(year int) iter.Seq[Holiday] {
	if !embedded(year) {
		return func(func(Holiday) bool) {}
	}
	return expected(year)
}

func embedded(year int) bool { return year >= firstNationalYear && year <= lastNationalYear }

// expected are the national feasts of any year, if nothing is changed.
func expected(year int) iter.Seq[Holiday] {
	return func(yield func(Holiday) bool) {
		for _, f := range feasts {
			if !embedded(year) {
				f.source.Mark = Unverified
			}
			d := easter(year).AddDays(f.easter)
			if f.month != 0 {
				d = civil(year, f.month, f.day)
			}
			if !yield(Holiday{d, NationalDay, f.name, f.source}) {
				return
			}
		}
	}
}

// easter is Easter Sunday of the Gregorian calendar, by the anonymous
// algorithm of Nature, 20 April 1876 (Meeus, Astronomical Algorithms, ch. 8).
func easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return civil(year, time.Month(month), day)
}
