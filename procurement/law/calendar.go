package law

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"
)

// CalendarConfig says which days are not working.
type CalendarConfig struct {
	// Name of the place, for explanations: "Ontinyent".
	Name string
	// From and To are the first and last day that the calendar answers for;
	// both zero: from 1 January of the first to 31 December of the last of
	// NationalYears.
	From, To Date
	// Holidays of the region and the town, and, with OnlyThese, of the nation.
	// A day may stand there twice.
	Holidays []Holiday
	// OnlyThese leaves the embedded national holidays out: Holidays is all.
	// Without it and without Expected, From and To must lie within NationalYears.
	OnlyThese bool
	// Expected takes the same national holidays as given in the years outside of
	// NationalYears too, before their list is published or seen;
	// Deadline.Missing then names "national holidays of" those years.
	Expected bool
	// Complete says that no other holiday exists in the interval. Without it a
	// level (regional, local) counts as given only in the years in which
	// Holidays has a day of that level, and Deadline.Missing names the rest.
	Complete bool
}

// Calendar knows which days are working: not Saturday, not Sunday, not a
// holiday (LPAC 30.2). It is immutable and safe for concurrent use.
type Calendar struct {
	name     string
	from, to Date
	off      []uint64           // one bit a day from from: not working
	holidays map[Date][]Holiday // by day, in order of level
	gaps     []gap              // levels that nobody gave, by year
}

// gap is a level of holidays that the calendar does not know in a year.
type gap struct {
	year  int
	level Level
}

// MaxCalendarDays bounds the interval of a calendar: 100 years.
const MaxCalendarDays = 36525

// maxHolidays bounds what a caller may list: more days than a calendar has, twice over.
const maxHolidays = 2 * MaxCalendarDays

// NewCalendar makes a calendar. The error is an [*Error] of kind [ErrCalendar].
func NewCalendar(c CalendarConfig) (*Calendar, error) {
	bad := func(input, msg, write string) (*Calendar, error) {
		return nil, &Error{Code: "law.calendar", Input: cut(input), Msg: msg, Write: write, Err: ErrCalendar}
	}
	if c.From.IsZero() && c.To.IsZero() {
		c.From, c.To = civil(firstNationalYear, time.January, 1), civil(lastNationalYear, time.December, 31)
	}
	switch {
	case c.From.IsZero() || c.To.IsZero():
		return bad(c.Name, "only one end of the interval is given", "both From and To")
	case c.To.Before(c.From):
		return bad(c.From.String()+" to "+c.To.String(), "the interval ends before it starts", "From and To in order")
	case c.To.Sub(c.From) >= MaxCalendarDays:
		return bad(c.From.String()+" to "+c.To.String(), "the interval is too long", fmt.Sprintf("at most %d days", MaxCalendarDays))
	case len(c.Holidays) > maxHolidays:
		return bad(strconv.Itoa(len(c.Holidays))+" holidays", "too many", fmt.Sprintf("at most %d", maxHolidays))
	case !c.OnlyThese && !c.Expected && (c.From.Year() < firstNationalYear || c.To.Year() > lastNationalYear):
		return bad(c.From.String()+" to "+c.To.String(), "national holidays are embedded for "+strconv.Itoa(firstNationalYear)+" to "+strconv.Itoa(lastNationalYear)+" only",
			"the national holidays in Holidays with OnlyThese, or Expected, or a shorter interval")
	}
	days := c.To.Sub(c.From) + 1
	k := &Calendar{name: c.Name, from: c.From, to: c.To, off: make([]uint64, (days+63)/64), holidays: map[Date][]Holiday{}}
	for i := range days {
		if w := c.From.AddDays(i).Weekday(); w == time.Saturday || w == time.Sunday {
			k.off[i/64] |= 1 << (i % 64)
		}
	}
	given := map[gap]bool{}
	add := func(h Holiday) {
		i := h.Date.Sub(k.from)
		k.off[i/64] |= 1 << (i % 64)
		k.holidays[h.Date] = append(k.holidays[h.Date], h)
		given[gap{h.Date.Year(), h.Level}] = true
	}
	for _, h := range c.Holidays {
		switch {
		case h.Date.IsZero() || h.Date.Before(k.from) || h.Date.After(k.to):
			return bad(h.Date.String()+" "+h.Name, "the holiday is outside of the calendar's days "+k.from.String()+" to "+k.to.String(), "a longer interval, or leave it out")
		case h.Level < NationalDay || h.Level > LocalDay:
			return bad(h.Date.String()+" "+h.Name, "the holiday has no level", "NationalDay, RegionalDay or LocalDay")
		}
		add(h)
	}
	for year := k.from.Year(); year <= k.to.Year(); year++ {
		if !c.OnlyThese {
			if !embedded(year) {
				k.gaps = append(k.gaps, gap{year, NationalDay})
			}
			for h := range expected(year) {
				if !h.Date.Before(k.from) && !h.Date.After(k.to) {
					add(h)
				}
			}
		}
		for level := NationalDay; level <= LocalDay && !c.Complete; level++ {
			if !given[gap{year, level}] && (level != NationalDay || c.OnlyThese) {
				k.gaps = append(k.gaps, gap{year, level})
			}
		}
	}
	k.sort()
	return k, nil
}

func (k *Calendar) sort() {
	for _, hs := range k.holidays {
		slices.SortStableFunc(hs, func(a, b Holiday) int { return int(a.Level) - int(b.Level) })
	}
}

// Join is the calendar of a step that touches two places: a day that is not
// working at the one or at the other is not working (LPAC 30.6). It answers
// for the days that both know. The registers of electronic offers do not need
// it: only the calendar of the register's seat counts there (LPAC 31.3).
func (k *Calendar) Join(other *Calendar) (*Calendar, error) {
	from, to := k.from, k.to
	if other.from.After(from) {
		from = other.from
	}
	if other.to.Before(to) {
		to = other.to
	}
	c := CalendarConfig{Name: k.name + " + " + other.name, From: from, To: to, OnlyThese: true, Complete: true}
	for _, one := range []*Calendar{k, other} {
		for h := range one.Holidays() {
			if !h.Date.Before(from) && !h.Date.After(to) {
				c.Holidays = append(c.Holidays, h)
			}
		}
	}
	joined, err := NewCalendar(c)
	if err != nil {
		return nil, err
	}
	for _, g := range slices.Concat(k.gaps, other.gaps) {
		if g.year >= from.Year() && g.year <= to.Year() && !slices.Contains(joined.gaps, g) {
			joined.gaps = append(joined.gaps, g)
		}
	}
	slices.SortFunc(joined.gaps, func(a, b gap) int { return (a.year-b.year)*8 + int(a.level) - int(b.level) })
	return joined, nil
}

// Name of the place.
func (k *Calendar) Name() string { return k.name }

// Interval is the first and last day that the calendar answers for.
func (k *Calendar) Interval() (from, to Date) { return k.from, k.to }

// Holidays ranges over the holidays in order of date, then level.
func (k *Calendar) Holidays() iter.Seq[Holiday] {
	return func(yield func(Holiday) bool) {
		for d := k.from; !d.After(k.to) && !d.IsZero(); d = d.AddDays(1) {
			for _, h := range k.holidays[d] {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// Working says whether d is a working day. Saturdays and Sundays are not, of
// any year; for other days outside of the interval the error is an [*Unknown].
func (k *Calendar) Working(d Date) (bool, error) {
	if i := d.Sub(k.from); !d.IsZero() && i >= 0 && !d.After(k.to) {
		return k.off[i/64]&(1<<(i%64)) == 0, nil
	}
	if w := d.Weekday(); !d.IsZero() && (w == time.Saturday || w == time.Sunday) {
		return false, nil
	}
	return false, &Unknown{Code: "law.unknown.calendar", Asked: "whether " + d.String() + " is a working day",
		Because: "the calendar" + named(k.name) + " answers for " + k.from.String() + " to " + k.to.String(), Missing: []Fact{FactCalendar}, Source: workingDays}
}

// why says why d is not a working day.
func (k *Calendar) why(d Date, lang string) string {
	if hs := k.holidays[d]; len(hs) > 0 {
		s := hs[0].Name
		if s == "" {
			s = Word("holiday", lang)
		}
		return s + ", " + Word(hs[0].Level.String(), lang)
	}
	return weekday(d.Weekday(), lang)
}

// missing names the levels of holidays that nobody gave for the days from a to b.
func (k *Calendar) missing(a, b Date) []string {
	var out []string
	for _, g := range k.gaps {
		if g.year >= a.Year() && g.year <= b.Year() {
			out = append(out, fmt.Sprintf("%s holidays of %04d", g.level, g.year))
		}
	}
	return out
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return " of " + name
}
