package law

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The slow twin counts with package time, day by day, on a set of holidays.
type twin struct {
	off      map[time.Time]bool
	from, to time.Time
}

func (w twin) working(d time.Time) (bool, bool) {
	if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		return false, true
	}
	if d.Before(w.from) || d.After(w.to) {
		return false, false
	}
	return !w.off[d], true
}

func (w twin) deadline(start time.Time, p Period) (time.Time, bool) {
	d := start
	switch p.Unit {
	case WorkingDays:
		for n := 0; n < p.N; {
			d = d.AddDate(0, 0, 1)
			ok, known := w.working(d)
			if !known {
				return d, false
			}
			if ok {
				n++
			}
		}
		return d, true
	case CalendarDays:
		d = start.AddDate(0, 0, p.N)
	case Months, Years:
		n := p.N
		if p.Unit == Years {
			n *= 12
		}
		first := time.Date(start.Year(), start.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		d = time.Date(first.Year(), first.Month(), min(start.Day(), last), 0, 0, 0, 0, time.UTC)
	}
	for {
		ok, known := w.working(d)
		if !known {
			return d, false
		}
		if ok {
			return d, true
		}
		d = d.AddDate(0, 0, 1)
	}
}

func civilTime(d Date) time.Time {
	y, m, day := d.Civil()
	return time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
}

func TestDeadlineTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 39))
	from, to := MustDate("2021-01-01"), MustDate("2026-12-31")
	for round := range 60 {
		w := twin{map[time.Time]bool{}, civilTime(from), civilTime(to)}
		cfg := CalendarConfig{From: from, To: to, Complete: true}
		for y := 2021; y <= 2026; y++ {
			for h := range Holidays(y) {
				w.off[civilTime(h.Date)] = true
			}
		}
		for range r.IntN(60) {
			d := from.AddDays(r.IntN(to.Sub(from) + 1))
			cfg.Holidays = append(cfg.Holidays, Holiday{Date: d, Level: LocalDay})
			w.off[civilTime(d)] = true
		}
		cal, err := NewCalendar(cfg)
		require.NoError(t, err)
		for range 400 {
			start := from.AddDays(r.IntN(to.Sub(from) + 1))
			p := Period{r.IntN(60), Unit(1 + r.IntN(4))}
			if p.Unit == Years {
				p.N %= 4
			}
			want, known := w.deadline(civilTime(start), p)
			got, err := cal.Deadline(start, p, Spanish)
			if !known {
				require.Error(t, err, "round %d: %s from %s", round, p, start)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, want.Format(time.DateOnly), got.Last.String(), "round %d: %s from %s", round, p, start)
			require.NotEmpty(t, got.Reasons("es"))
			require.Equal(t, got.Last, got.Reasons("es")[len(got.Reasons("es"))-1].Date)
			eu, err := cal.Deadline(start, p, European)
			if err == nil {
				require.False(t, eu.Last.Before(got.Last))
			}
		}
	}
}

// A further holiday never brings a deadline forward.
func TestDeadlineMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	base := CalendarConfig{Complete: true}
	for range 300 {
		a, err := NewCalendar(base)
		require.NoError(t, err)
		more := base
		for range 1 + r.IntN(8) {
			more.Holidays = append(more.Holidays, Holiday{Date: MustDate("2024-01-01").AddDays(r.IntN(900)), Level: LocalDay})
		}
		b, err := NewCalendar(more)
		require.NoError(t, err)
		for range 40 {
			start, p := MustDate("2024-01-01").AddDays(r.IntN(800)), Period{r.IntN(40), Unit(1 + r.IntN(3))}
			x, errX := a.Deadline(start, p, Spanish)
			y, errY := b.Deadline(start, p, Spanish)
			if errX == nil && errY == nil {
				require.False(t, y.Last.Before(x.Last), "%s from %s: %s, %s", p, start, x.Last, y.Last)
			}
		}
		if len(more.Holidays) > 30 {
			base = CalendarConfig{Complete: true}
		} else {
			base = more
		}
	}
}

func TestDateMatchesTime(t *testing.T) {
	d := Date{1}
	for tm := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); tm.Year() < 10000; tm = tm.AddDate(0, 0, 1) {
		y, m, day := d.Civil()
		if y != tm.Year() || m != tm.Month() || day != tm.Day() || d.Weekday() != tm.Weekday() {
			t.Fatalf("%s is %s for package time", d, tm.Format(time.DateOnly))
		}
		d = Date{d.day + 1}
	}
	require.Equal(t, int32(maxDay+1), d.day)
	require.True(t, MustDate("9999-12-31").AddDays(1).IsZero())
	require.True(t, MustDate("0001-01-01").AddDays(-1).IsZero())
	require.True(t, MustDate("0001-01-31").AddMonths(-1).IsZero())
	require.True(t, MustDate("9999-12-01").AddMonths(1).IsZero())
	require.Equal(t, MustDate("2024-02-29"), MustDate("2023-12-31").AddMonths(2))
	require.Equal(t, MustDate("2023-12-31"), MustDate("2024-01-31").AddMonths(-1))
}

func TestEaster(t *testing.T) {
	// Published dates of Easter Sunday.
	for _, s := range []string{"2018-04-01", "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"} {
		d := MustDate(s)
		require.Equal(t, s, easter(d.Year()).String())
	}
}

func TestCalendarErrors(t *testing.T) {
	jan := MustDate("2026-01-01")
	for name, c := range map[string]CalendarConfig{
		"one end":        {From: jan},
		"backwards":      {From: jan, To: jan.AddDays(-1)},
		"too long":       {From: jan, To: jan.AddDays(MaxCalendarDays), OnlyThese: true},
		"not embedded":   {From: jan, To: MustDate("2035-01-01")},
		"outside":        {From: jan, To: jan, Holidays: []Holiday{{Date: jan.AddDays(1), Level: LocalDay}}},
		"no level":       {From: jan, To: jan, Holidays: []Holiday{{Date: jan}}},
		"no date":        {From: jan, To: jan, Holidays: []Holiday{{Level: LocalDay}}},
		"too many":       {Holidays: make([]Holiday, maxHolidays+1)},
		"level too high": {From: jan, To: jan, Holidays: []Holiday{{Date: jan, Level: 9}}},
	} {
		_, err := NewCalendar(c)
		require.ErrorIs(t, err, ErrCalendar, name)
		require.NotEmpty(t, err.(*Error).Write, name)
	}
	cal, err := NewCalendar(CalendarConfig{Name: "x"})
	require.NoError(t, err)
	for _, p := range []Period{{}, {-1, CalendarDays}, {MaxPeriod + 1, WorkingDays}, {2, 99}, {48, Hours}} {
		_, err := cal.Deadline(jan, p, Spanish)
		require.ErrorIs(t, err, ErrPeriod, "%v", p)
		_, err = cal.Before(jan, p, Spanish)
		require.ErrorIs(t, err, ErrPeriod, "%v", p)
	}
	_, err = cal.Deadline(Date{}, Days(1), Spanish)
	require.ErrorIs(t, err, ErrDate)
	_, err = cal.Deadline(MustDate("9999-12-30"), Days(5), Spanish)
	require.ErrorIs(t, err, ErrPeriod)
	_, err = cal.Deadline(MustDate("2030-01-02"), Days(5), Spanish)
	var u *Unknown
	require.True(t, errors.As(err, &u))
	require.Equal(t, []Fact{FactCalendar}, u.Missing)
	working, err := cal.Working(MustDate("2030-01-05")) // a Saturday, of any year
	require.NoError(t, err)
	require.False(t, working)
}

func TestMissingLevels(t *testing.T) {
	cal, err := NewCalendar(CalendarConfig{From: MustDate("2025-01-01"), To: MustDate("2026-12-31"), Holidays: []Holiday{
		{Date: MustDate("2025-10-09"), Level: RegionalDay}, {Date: MustDate("2026-10-09"), Level: RegionalDay}, {Date: MustDate("2025-11-24"), Level: LocalDay}}})
	require.NoError(t, err)
	d, err := cal.Deadline(MustDate("2025-12-20"), Days(30), Spanish)
	require.NoError(t, err)
	require.Equal(t, []string{"local holidays of 2026"}, d.Missing())
	require.Contains(t, d.Explain("en"), "the last day may be later")
	other, err := NewCalendar(CalendarConfig{From: MustDate("2025-06-01"), To: MustDate("2026-06-30"), Complete: true, Holidays: []Holiday{{Date: MustDate("2026-01-19"), Level: LocalDay}}})
	require.NoError(t, err)
	both, err := cal.Join(other)
	require.NoError(t, err)
	d, err = both.Deadline(MustDate("2025-12-20"), Days(30), Spanish)
	require.NoError(t, err)
	require.Equal(t, "2026-01-20", d.Last.String())
	require.Equal(t, []string{"local holidays of 2026"}, d.Missing())
	from, to := both.Interval()
	require.Equal(t, "2025-06-01 2026-06-30", from.String()+" "+to.String())
}

// Every short text has its Spanish form, and none is the English one by mistake.
func TestWords(t *testing.T) {
	has := func(s string) {
		require.Contains(t, spanish, s)
	}
	for term := range Terms() {
		has(string(term.Step))
		has(term.Start)
		for _, c := range term.Changes {
			has(string(c.If))
		}
	}
	var f Facts
	for _, n := range f.truths() {
		has(string(n.fact))
	}
	for _, c := range append(Contracts(), AnyContract) {
		has(c.String())
	}
	for _, p := range append(Procedures(), AnyProcedure) {
		has(p.String())
	}
	for u := CalendarDays; u <= Hours; u++ {
		has(u.String())
		require.Contains(t, singular, u)
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		has(d.String())
	}
	for l := NationalDay; l <= LocalDay; l++ {
		has(l.String())
		has(l.String() + " holidays of")
	}
	for b := Minimum; b <= Length; b++ {
		has(b.String())
	}
	same := 0
	for en, es := range spanish {
		require.NotEmpty(t, es, en)
		if en == es {
			same++
		}
	}
	require.LessOrEqual(t, same, 2) // "no", "local"
	require.Equal(t, "1 mes", Period{1, Months}.In("es"))
	require.Equal(t, "1 month", Period{1, Months}.In("en-GB"))
	require.Equal(t, "contrato menor", Minor.In("ca"))

	cal, err := NewCalendar(CalendarConfig{From: MustDate("2026-01-01"), To: MustDate("2026-12-31")})
	require.NoError(t, err)
	d, err := cal.Deadline(MustDate("2026-09-27"), Days(15), Spanish)
	require.NoError(t, err)
	require.Equal(t, `2026-09-27  día del hecho: no se cuenta (LPAC 30.3 ✓)
2026-10-12  15 días naturales: se cuentan todos los días (LCSP DA 12 ✓)
2026-10-12  inhábil: el final se traslada (Fiesta Nacional de España, nacional) (LCSP DA 12 ✓)
2026-10-13  último día, se cuenta entero (LPAC 30.3 ✓)
festivos autonómicos de 2026: no consta; el último día puede ser posterior
festivos locales de 2026: no consta; el último día puede ser posterior
`, d.Explain("es"))
}

func TestExpectedYears(t *testing.T) {
	cal, err := NewCalendar(CalendarConfig{From: MustDate("2026-01-01"), To: MustDate("2028-12-31"), Expected: true, Complete: true})
	require.NoError(t, err)
	d, err := cal.Deadline(MustDate("2027-03-15"), Working(10), Spanish)
	require.NoError(t, err)
	require.Equal(t, "2027-03-30", d.Last.String()) // Good Friday is 26 March 2027
	require.Equal(t, []string{"national holidays of 2027"}, d.Missing())
	d, err = cal.Deadline(MustDate("2026-03-15"), Working(10), Spanish)
	require.NoError(t, err)
	require.Empty(t, d.Missing())
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-02-28", "2024-02-29", "2023-02-29", "", "0000-01-01", "9999-12-31", "2026-1-1", "2026-13-01", "２０２６-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		tm, errTime := time.Parse(time.DateOnly, s)
		if (err == nil) != (errTime == nil && tm.Year() > 0) {
			t.Fatalf("%q: %v, %v", s, err, errTime)
		}
		if err == nil && d.String() != s {
			t.Fatalf("%q reads as %s", s, d)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"216000.00 EUR net", "0.5 EUR", "1 EUR gross", "-1 EUR", "1,5 EUR", "99999999999999999999 EUR", "1 eur", "1. EUR", " EUR", "1 EUR net x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoney(s)
		if err != nil {
			return
		}
		again, err := ParseMoney(m.String())
		if err != nil || again != m || m.Cents < 0 || m.Cents > MaxCents {
			t.Fatalf("%q: %v, then %v %v", s, m, again, err)
		}
	})
}

func FuzzDeadline(f *testing.F) {
	f.Add(int32(739000), 35, uint8(1), uint8(0), int32(739030))
	f.Add(int32(739000), 15, uint8(2), uint8(1), int32(739001))
	f.Fuzz(func(t *testing.T, start int32, n int, unit, regime uint8, feast int32) {
		cfg := CalendarConfig{}
		if d := (Date{feast}); feast > 0 && feast <= maxDay && d.Year() >= firstNationalYear && d.Year() <= lastNationalYear {
			cfg.Holidays = []Holiday{{Date: d, Level: LocalDay}}
		}
		cal, err := NewCalendar(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if start < 1 || start > maxDay {
			start = 1
		}
		day, p := Date{start}, Period{n, Unit(unit % 7)}
		d, err := cal.Deadline(day, p, Regime(regime%2))
		if err == nil {
			if ok, err := cal.Working(d.Last); n > 0 && (err != nil || !ok) || d.Last.Before(d.Nominal) || d.Explain("en") == "" {
				t.Fatalf("%s from %s: %s", p, day, d.Explain("en"))
			}
		}
		if b, err := cal.Before(day, p, Regime(regime%2)); err == nil && b.Last.After(day) {
			t.Fatalf("%s before %s: %s", p, day, b.Last)
		}
	})
}
