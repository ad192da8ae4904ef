package law

import (
	"fmt"
	"strconv"
	"strings"
)

// Unit of a period.
type Unit uint8

// The units. A period of months or years counts from date to date (LPAC 30.4).
const (
	CalendarDays Unit = iota + 1
	WorkingDays
	Months
	Years
	Hours // never turned into days: see [HourReadings]
)

// String is "calendar days", "working days", "months", "years" or "hours".
func (u Unit) String() string {
	return nameOf(u, "no unit", "calendar days", "working days", "months", "years", "hours")
}

// MarshalText is String; "" for no unit.
func (u Unit) MarshalText() ([]byte, error) {
	if u == 0 {
		return nil, nil
	}
	return []byte(u.String()), nil
}

// UnmarshalText reads what String writes; the empty text is no unit.
func (u *Unit) UnmarshalText(b []byte) error {
	return parseName(u, b, "unit of time", []Unit{CalendarDays, WorkingDays, Months, Years, Hours})
}

// Period is a length of time as the law writes it. The zero value is none.
type Period struct {
	N    int
	Unit Unit
}

// Days is a period of n calendar days.
func Days(n int) Period { return Period{n, CalendarDays} }

// Working is a period of n working days.
func Working(n int) Period { return Period{n, WorkingDays} }

// IsZero says whether p is no period.
func (p Period) IsZero() bool { return p == Period{} }

// String is "35 calendar days", "1 month"; "" for none.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	u := p.Unit.String()
	if p.N == 1 || p.N == -1 {
		u = strings.TrimSuffix(u, "s")
	}
	return strconv.Itoa(p.N) + " " + u
}

// MaxPeriod bounds the number of a period.
const MaxPeriod = 100_000

// Regime is the set of rules by which days are counted.
type Regime uint8

// The regimes.
const (
	// Spanish is LCSP DA 12 with LPAC 30: the day of the event is not counted;
	// days are calendar days unless the article says working; a last day that
	// is not working moves to the next working day; months end on the same
	// number or on the last day of the month.
	Spanish Regime = iota
	// European is Regulation (EEC, Euratom) 1182/71: the same first day and
	// months; a last day that is a Saturday, Sunday or holiday moves (3.4);
	// a period of two days or more holds at least two working days (3.5);
	// periods counted backwards do not move (3.4, second paragraph).
	European
)

// String is "LCSP DA 12" or "Reg. 1182/71".
func (r Regime) String() string { return nameOf(r, "LCSP DA 12", "Reg. 1182/71") }

var (
	startNextDay  = Source{Act: "LPAC", Article: "30.3", Quote: "a partir del día siguiente a aquel en que tenga lugar la notificación o publicación", Mark: Text}
	workingDays   = Source{Act: "LPAC", Article: "30.2", Quote: "excluyéndose del cómputo los sábados, los domingos y los declarados festivos", Mark: Text}
	monthsSource  = Source{Act: "LPAC", Article: "30.4", Quote: "Si en el mes de vencimiento no hubiera día equivalente", Mark: Text}
	calendarDays  = Source{Act: "LCSP", Article: "DA 12", Quote: "se entenderán referidos a días naturales", Mark: Text}
	endMoves      = Source{Act: "LCSP", Article: "DA 12", Quote: "se entenderá prorrogado al primer día hábil siguiente", Mark: Text}
	otherPlace    = Source{Act: "LPAC", Article: "30.6", Quote: "se considerará inhábil en todo caso", Mark: Text}
	euStart       = Source{Act: "Reg. 1182/71", Article: "3.1", Mark: Unverified}
	euMonths      = Source{Act: "Reg. 1182/71", Article: "3.2.c", Mark: Unverified}
	euEndMoves    = Source{Act: "Reg. 1182/71", Article: "3.4", Mark: Unverified}
	euTwoWorking  = Source{Act: "Reg. 1182/71", Article: "3.5", Mark: Unverified}
	backwardCount = Source{Act: "LCSP", Article: "DA 12", Mark: Unverified}
)

// Deadline is a counted period. Last counts whole: what must not be done
// before the end is lawful on [Deadline.Next], what must be done by the end is
// lawful on Last.
type Deadline struct {
	Start   Date   // day of the event, not counted
	Period  Period // as asked
	Regime  Regime
	Back    bool // counted backwards from Start
	Nominal Date // last day before any move
	Last    Date // last day, moved if it had to
	cal     *Calendar
}

// Deadline counts p from the day of the event. The error is an [*Error] of
// kind [ErrPeriod] or [ErrDate] when the question makes no sense, an
// [*Unknown] when a day is outside of the calendar.
func (k *Calendar) Deadline(start Date, p Period, r Regime) (Deadline, error) {
	d := Deadline{Start: start, Period: p, Regime: r, cal: k}
	if err := countable(start, p); err != nil {
		return Deadline{}, err
	}
	switch p.Unit {
	case WorkingDays:
		last, err := k.step(start, p.N, 1)
		if err != nil {
			return Deadline{}, err
		}
		d.Nominal, d.Last = last, last
		return d.unless(unsuspended(start, last, p))
	case CalendarDays:
		d.Nominal = start.AddDays(p.N)
	case Months:
		d.Nominal = start.AddMonths(p.N)
	case Years:
		d.Nominal = start.AddMonths(12 * p.N)
	}
	if d.Nominal.IsZero() {
		return Deadline{}, &Error{Code: "law.period", Input: p.String() + " from " + start.String(), Msg: "ends after the year 9999", Err: ErrPeriod}
	}
	d.Last = d.Nominal
	for {
		working, err := k.Working(d.Last)
		if err != nil {
			return Deadline{}, err
		}
		if working {
			break
		}
		d.Last = d.Last.AddDays(1)
	}
	if r == European && (p.Unit != CalendarDays || p.N >= 2) {
		two, err := k.step(start, 2, 1)
		if err != nil {
			return Deadline{}, err
		}
		if two.After(d.Last) {
			d.Last = two
		}
	}
	return d.unless(unsuspended(start, d.Last, p))
}

// Before counts p backwards from a day: the last day on which something that
// must happen at least p before the day may happen. The day itself is not
// counted and the end does not move: the LCSP says nothing about it and Reg.
// 1182/71 3.4 excludes it, so [Deadline.Reasons] marks the point as unverified.
func (k *Calendar) Before(day Date, p Period, r Regime) (Deadline, error) {
	d := Deadline{Start: day, Period: p, Regime: r, Back: true, cal: k}
	if err := countable(day, p); err != nil {
		return Deadline{}, err
	}
	switch p.Unit {
	case WorkingDays:
		last, err := k.step(day, p.N, -1)
		if err != nil {
			return Deadline{}, err
		}
		d.Nominal = last
	case CalendarDays:
		d.Nominal = day.AddDays(-p.N)
	case Months:
		d.Nominal = day.AddMonths(-p.N)
	case Years:
		d.Nominal = day.AddMonths(-12 * p.N)
	}
	if d.Nominal.IsZero() {
		return Deadline{}, &Error{Code: "law.period", Input: p.String() + " before " + day.String(), Msg: "starts before the year 1", Err: ErrPeriod}
	}
	d.Last = d.Nominal
	return d.unless(unsuspended(d.Last, day, p))
}

// unless gives d, or err and no deadline.
func (d Deadline) unless(err error) (Deadline, error) {
	if err != nil {
		return Deadline{}, err
	}
	return d, nil
}

func countable(start Date, p Period) error {
	switch {
	case start.IsZero():
		return &Error{Code: "law.date", Input: "", Msg: "no day to count from", Err: ErrDate}
	case p.Unit == Hours:
		return &Error{Code: "law.period", Input: p.String(), Msg: "hours do not make a civil date", Write: "HourReadings, which gives both ways to count them", Err: ErrPeriod}
	case p.Unit < CalendarDays || p.Unit > Years:
		return &Error{Code: "law.period", Input: p.String(), Msg: "the period has no unit", Err: ErrPeriod}
	case p.N < 0 || p.N > MaxPeriod:
		return &Error{Code: "law.period", Input: p.String(), Msg: "the number is negative or above " + strconv.Itoa(MaxPeriod), Err: ErrPeriod}
	}
	return nil
}

// suspended are the days on which the periods of public procedures stood still
// (state of alarm of 2020). Exceptions followed in May for tenders, so that a
// count that touches these days is unknown, not computed.
var suspended = struct {
	from, to Date
	source   Source
}{civil(2020, 3, 14), civil(2020, 5, 31), Source{Act: "RD 463/2020", Article: "DA 3", Gazette: "BOE-A-2020-3692", Mark: Unverified}}

// unsuspended checks that no day from a to b was suspended.
func unsuspended(a, b Date, p Period) error {
	if b.Before(a) {
		a, b = b, a
	}
	if b.Before(suspended.from) || a.After(suspended.to) {
		return nil
	}
	return &Unknown{Code: "law.unknown.calendar", Asked: p.String() + " between " + a.String() + " and " + b.String(),
		Because: "periods were suspended from " + suspended.from.String() + " to " + suspended.to.String() + ", with exceptions", Missing: []Fact{FactCalendar}, Source: suspended.source}
}

// step moves n working days from start in a direction, start not counted; with
// n = 0 it stays.
func (k *Calendar) step(start Date, n, dir int) (Date, error) {
	d := start
	for n > 0 {
		if d = d.AddDays(dir); d.IsZero() {
			return Date{}, &Error{Code: "law.period", Input: start.String(), Msg: "leaves the years 1 to 9999", Err: ErrPeriod}
		}
		working, err := k.Working(d)
		if err != nil {
			return Date{}, err
		}
		if working {
			n--
		}
	}
	return d, nil
}

// Next is the first day after the deadline.
func (d Deadline) Next() Date { return d.Last.AddDays(1) }

// Missing names the holidays that nobody gave for the days of the count, as
// "local holidays of 2026". If there are any, the true last day may be later.
func (d Deadline) Missing() []string {
	if d.cal == nil {
		return nil
	}
	if d.Back {
		return d.cal.missing(d.Last, d.Start)
	}
	return d.cal.missing(d.Start, d.Last)
}

// Reason is one step of a count.
type Reason struct {
	Date   Date
	Text   string
	Source Source
}

// Reasons explains the count in a language ("en" is English, every other tag
// Spanish): the day of the event, the rule, the days that were skipped or
// moved over and why, the last day, each with its article.
func (d Deadline) Reasons(lang string) []Reason {
	if d.cal == nil {
		return nil
	}
	word := func(s string) string { return Word(s, lang) }
	start, months, moves := startNextDay, monthsSource, endMoves
	if d.Regime == European {
		start, months, moves = euStart, euMonths, euEndMoves
	}
	if d.Back {
		start = backwardCount
	}
	rs := []Reason{{d.Start, word("day of the event: not counted"), start}}
	period, sign := d.Period.In(lang), 1
	if d.Back {
		period, sign = period+" "+word("backwards"), -1
	}
	switch d.Period.Unit {
	case WorkingDays:
		for day := d.Start.AddDays(sign); sign*day.Compare(d.Nominal) < 0; day = day.AddDays(sign) {
			if hs := d.cal.holidays[day]; len(hs) > 0 && day.Weekday() != 0 && day.Weekday() != 6 {
				src := workingDays
				if !hs[0].Source.IsZero() {
					src = hs[0].Source
				}
				rs = append(rs, Reason{day, word("not counted") + ": " + d.cal.why(day, lang), src})
			}
		}
		rs = append(rs, Reason{d.Nominal, period + ": " + word("Saturdays, Sundays and holidays are not counted"), workingDays})
	case CalendarDays:
		src := calendarDays
		if d.Regime == European {
			src = euMonths
		}
		rs = append(rs, Reason{d.Nominal, period + ": " + word("every day counts"), src})
	default:
		text := "same number of the month"
		_, _, a := d.Start.Civil()
		_, _, b := d.Nominal.Civil()
		if a != b {
			text = "the month has no such day, so its last"
		}
		rs = append(rs, Reason{d.Nominal, period + ": " + word(text), months})
	}
	if d.Back {
		return append(rs, Reason{d.Last, word("counted backwards: the end does not move"), backwardCount})
	}
	end := d.Nominal
	for day := d.Nominal; d.Period.Unit != WorkingDays && day.Before(d.Last); day = day.AddDays(1) {
		if w, err := d.cal.Working(day); err != nil || w {
			break
		}
		rs = append(rs, Reason{day, word("not working: the end moves") + " (" + d.cal.why(day, lang) + ")", moves})
		end = day.AddDays(1)
	}
	if d.Regime == European && end.Before(d.Last) {
		rs = append(rs, Reason{d.Last, word("at least two working days in the period"), euTwoWorking})
	}
	return append(rs, Reason{d.Last, word("last day, counts whole"), start})
}

// Explain is Reasons as text, one a line, with the holidays that are missing.
func (d Deadline) Explain(lang string) string {
	var b strings.Builder
	for _, r := range d.Reasons(lang) {
		fmt.Fprintf(&b, "%s  %s", r.Date, r.Text)
		if c := r.Source.String(); c != "" {
			fmt.Fprintf(&b, " (%s)", c)
		}
		b.WriteByte('\n')
	}
	for _, m := range d.Missing() {
		what, year := m[:len(m)-4], m[len(m)-4:]
		fmt.Fprintf(&b, "%s %s: %s\n", Word(strings.TrimSpace(what), lang), year, Word("not given; the last day may be later", lang))
	}
	return b.String()
}
