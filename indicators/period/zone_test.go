package period

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // so that the tests run where no zone files are installed

	"github.com/stretchr/testify/require"
)

// zones are those with something unusual: midnight skipped (São Paulo, Beirut,
// Cairo, Asunción) or shown twice (Havana, Azores), clocks set back just after
// midnight into the old day (St John's), half hours (Lord Howe, Kolkata), a day
// left out (Apia, Kwajalein) or lived twice (Juneau), local mean times.
var zones = []string{
	"UTC", "Europe/Madrid", "Atlantic/Canary", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "America/Asuncion",
	"America/Havana", "Atlantic/Azores", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia",
	"Pacific/Kwajalein", "America/Juneau", "Europe/London", "Pacific/Auckland", "Africa/Monrovia",
}

func zone(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestBoundaries(t *testing.T) {
	for _, c := range []struct{ zone, p, start, end string }{
		{"Europe/Madrid", "2024", "2024-01-01T00:00:00+01:00", "2025-01-01T00:00:00+01:00"},
		{"Europe/Madrid", "2024-03-31", "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00"}, // 23 h
		{"Europe/Madrid", "2024-10-27", "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"}, // 25 h
		{"Europe/Madrid", "2024-03-31T01", "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"},
		{"Europe/Madrid", "2024-03-31T02", "2024-03-31T03:00:00+02:00", "2024-03-31T03:00:00+02:00"}, // never
		{"Europe/Madrid", "2024-03-31T03", "2024-03-31T03:00:00+02:00", "2024-03-31T04:00:00+02:00"},
		{"Europe/Madrid", "2024-10-27T02", "2024-10-27T02:00:00+02:00", "2024-10-27T03:00:00+01:00"}, // twice
		{"Europe/Madrid", "2024-10-27T02+02:00", "2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"},
		{"Europe/Madrid", "2024-10-27T02+01:00", "2024-10-27T02:00:00+01:00", "2024-10-27T03:00:00+01:00"},
		{"Europe/Madrid", "2024-10-27T02Z", "2024-10-27T03:00:00+01:00", "2024-10-27T04:00:00+01:00"},
		{"Europe/Madrid", "2023/2024", "2023-09-01T00:00:00+02:00", "2024-09-01T00:00:00+02:00"},
		{"Europe/Madrid", "P12M/2024-03", "2023-04-01T00:00:00+02:00", "2024-04-01T00:00:00+02:00"},
		{"Europe/Madrid", "2024-W13", "2024-03-25T00:00:00+01:00", "2024-04-01T00:00:00+02:00"},
		{"Europe/Madrid", "2050-07-01", "2050-07-01T00:00:00+02:00", "2050-07-02T00:00:00+02:00"}, // by rule, not by table
		{"Atlantic/Canary", "2024-03-31", "2024-03-31T00:00:00Z", "2024-04-01T00:00:00+01:00"},
		{"Atlantic/Canary", "2024-10-27", "2024-10-27T00:00:00+01:00", "2024-10-28T00:00:00Z"},
		{"Atlantic/Canary", "2024-03-31T01", "2024-03-31T02:00:00+01:00", "2024-03-31T02:00:00+01:00"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}, // no midnight
		{"America/Sao_Paulo", "2018-11-03", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"}, // 23:00 twice
		{"Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00", "2024-04-01T00:00:00+03:00"},
		{"Asia/Beirut", "2024-10-27", "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+02:00"},
		{"America/Havana", "2024-11-03", "2024-11-03T00:00:00-04:00", "2024-11-04T00:00:00-05:00"}, // midnight twice
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},   // left out
		{"Pacific/Apia", "2011-12", "2011-12-01T00:00:00-10:00", "2012-01-01T00:00:00+14:00"},
		{"America/St_Johns", "2006-10-29", "2006-10-29T00:00:00-02:30", "2006-10-30T00:00:00-03:30"},
		{"Europe/Madrid", "2048-12-31", "2048-12-31T00:00:00+01:00", "2049-01-01T00:00:00+01:00"}, // time.ZoneBounds is short
		{"Europe/Madrid", "2049-01-01T23", "2049-01-01T23:00:00+01:00", "2049-01-02T00:00:00+01:00"},
		{"America/Juneau", "2048-12-31T23", "2048-12-31T23:00:00-09:00", "2049-01-01T00:00:00-09:00"},
		{"Pacific/Auckland", "2049-01-01T23", "2049-01-01T23:00:00+13:00", "2049-01-02T00:00:00+13:00"},
		{"Europe/Madrid", "1901-01-01", "1901-01-01T00:00:00Z", "1901-01-02T00:00:00Z"},
		{"Europe/Madrid", "9999", "9999-01-01T00:00:00+01:00", "10000-01-01T00:00:00+01:00"},
	} {
		t.Run(c.zone+" "+c.p, func(t *testing.T) {
			loc := zone(t, c.zone)
			require.Equal(t, c.start, MustParse(c.p).Start(loc).Format(time.RFC3339))
			require.Equal(t, c.end, MustParse(c.p).End(loc).Format(time.RFC3339))
			require.Same(t, loc, MustParse(c.p).Start(loc).Location())
		})
	}
}

// firstReading is the definition of Start, minute by minute.
func firstReading(loc *time.Location, civil time.Time) time.Time {
	for t := civil.Add(-27 * time.Hour); ; t = t.Add(time.Minute) {
		l := t.In(loc)
		y, mo, d := l.Date()
		if !time.Date(y, mo, d, l.Hour(), l.Minute(), l.Second(), 0, time.UTC).Before(civil) {
			return l
		}
	}
}

func TestStartAgainstClock(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, name := range zones {
		loc := zone(t, name)
		// Around each change of the clock, in years whose offsets are whole
		// minutes, and around one rule-made change.
		at := time.Date(1973, 1, 1, 0, 0, 0, 0, time.UTC).In(loc)
		for range 60 {
			_, change := at.ZoneBounds()
			if change.IsZero() || change.Year() > 2045 {
				break
			}
			for range 4 {
				h := Of(change.Add(time.Duration(r.IntN(60)-30)*time.Hour), Hour, loc).Civil()
				want := firstReading(loc, h.Start(time.UTC))
				require.True(t, want.Equal(h.Start(loc)), "%s %v: %v, want %v", name, h, h.Start(loc), want)
			}
			d := Of(change, Day, loc)
			want := firstReading(loc, d.Start(time.UTC))
			require.True(t, want.Equal(d.Start(loc)), "%s %v: %v, want %v", name, d, d.Start(loc), want)
			at = change
		}
	}
}

// near returns an instant close to a change of the clock, or any.
func near(r *rand.Rand, loc *time.Location) time.Time {
	t := time.Unix(r.Int64N(12e9)-6e9, r.Int64N(1e9)).In(loc) // 1780 to 2160
	if r.IntN(3) > 0 {
		if _, end := t.ZoneBounds(); !end.IsZero() {
			t = end.Add(time.Duration(r.Int64N(int64(60*time.Hour))) - 30*time.Hour)
		}
	}
	return t
}

func TestOfAgreesWithBoundaries(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, name := range zones {
		loc := zone(t, name)
		for range 3000 {
			at := near(r, loc)
			for _, f := range freqs {
				p := Of(at, f, loc)
				require.False(t, at.Before(p.Start(loc)), "%s %v %v", name, at, p)
				require.True(t, at.Before(p.End(loc)), "%s %v %v", name, at, p)
				// An hour in which the clock changes may start under another offset.
				if q := Of(p.Start(loc), f, loc); q.off() == p.off() {
					require.Equal(t, p, q, "%s %v %v", name, at, p)
				}
				if f == Hour {
					require.True(t, p.hasOffset())
					continue
				}
				// Neighbours meet, so the frequency tiles time.
				require.True(t, p.End(loc).Equal(p.Add(1).Start(loc)))
				require.True(t, p.Add(-1).End(loc).Equal(p.Start(loc)))
			}
		}
	}
}

// The start of any period lies in it, if it has any length.
func TestOfStart(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for _, name := range zones {
		loc := zone(t, name)
		for range 3000 {
			p := random(r).Last()
			s, e := p.Start(loc), p.End(loc)
			require.False(t, e.Before(s))
			if p.hasOffset() || s.Equal(e) || s.Year() < 1 || s.UTC().Year() > 9998 {
				continue
			}
			if q := Of(s, p.Freq(), loc); p.Freq() != Hour {
				require.Equal(t, p, q, name)
			} else if q.Start(loc).Equal(s) {
				require.Equal(t, p, q.Civil(), name)
			}
		}
	}
}

func TestHoursIn(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	for _, c := range []struct {
		zone, day string
		n         int
	}{
		{"Europe/Madrid", "2024-03-30", 24}, {"Europe/Madrid", "2024-03-31", 23}, {"Europe/Madrid", "2024-10-27", 25},
		{"Atlantic/Canary", "2024-03-31", 23}, {"Atlantic/Canary", "2024-10-27", 25}, {"America/Sao_Paulo", "2018-11-04", 23},
		{"Pacific/Apia", "2011-12-30", 0}, {"UTC", "2024-03-31", 24}, {"Australia/Lord_Howe", "2024-04-07", 25},
	} {
		loc := zone(t, c.zone)
		var hours []Period
		at := MustParse(c.day).Start(loc)
		for h := range MustParse(c.day).HoursIn(loc) {
			require.False(t, h.Start(loc).After(at))
			at = h.End(loc)
			hours = append(hours, h)
		}
		require.Len(t, hours, c.n, "%v", c)
		require.True(t, slices.IsSortedFunc(hours, Period.Compare))
		require.True(t, at.Equal(MustParse(c.day).End(loc)))
	}
	for range MustParse("2024").HoursIn(madrid) {
		break
	}
}

func TestIn(t *testing.T) {
	for _, c := range []struct{ zone, p, want string }{
		{"Europe/Madrid", "2024-10-27T01", "2024-10-27T01+02:00"},
		{"Europe/Madrid", "2024-10-27T02", ""}, // twice
		{"Europe/Madrid", "2024-03-31T02", ""}, // never
		{"Europe/Madrid", "2024-10-27T03+02:00", "2024-10-27T02+01:00"},
		{"Europe/Madrid", "2024-10-27T00Z", "2024-10-27T02+02:00"},
		{"Europe/Madrid", "2024-10-27T01Z", "2024-10-27T02+01:00"},
		{"Europe/Madrid", "PT24H/2024-10-27T01Z", "PT24H/2024-10-27T02+01:00"},
		{"Asia/Kolkata", "2024-10-27T01Z", ""}, // at half past there
		{"Asia/Kolkata", "2024-10-27T01", "2024-10-27T01+05:30"},
		{"Europe/Madrid", "2024-10", "2024-10"},
		{"UTC", "2024-10-27T01", "2024-10-27T01Z"},
	} {
		q, ok := MustParse(c.p).In(zone(t, c.zone))
		require.Equal(t, c.want != "", ok, "%v", c)
		require.Equal(t, c.want, q.String(), "%v", c)
	}
}

func TestOf(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	at := time.Date(2023, 12, 31, 23, 30, 0, 0, time.UTC) // 2024 in Madrid
	for f, want := range map[Freq]string{
		Year: "2024", Semester: "2024-S1", Quarter: "2024-Q1", Month: "2024-01", Week: "2024-W01", Day: "2024-01-01",
		Hour: "2024-01-01T00+01:00", SchoolYear: "2023/2024", None: "", 99: "",
	} {
		require.Equal(t, want, Of(at, f, madrid).String())
	}
	require.Equal(t, "2024-01", MonthOf(at, madrid).String())
	require.Equal(t, "2024-01-01", DayOf(at, madrid).String())
	require.Equal(t, "2023", YearOf(at, nil).String())
	// Set back at 00:01 to 23:01: the new day has begun and goes on.
	johns := zone(t, "America/St_Johns")
	again := time.Date(2006, 10, 29, 3, 0, 0, 0, time.UTC).In(johns)
	require.Equal(t, "2006-10-28T23:30:00-03:30", again.Format(time.RFC3339))
	require.Equal(t, "2006-10-29", Of(again, Day, johns).String())
	for _, out := range []time.Time{
		time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(10000, 1, 3, 0, 0, 0, 0, time.UTC),
		time.Unix(1<<62, 0), time.Unix(-1<<62, 0), time.Unix(1<<63-1, 0), time.Unix(-1<<63, 0),
	} {
		for _, f := range freqs {
			require.True(t, Of(out, f, time.UTC).IsZero(), "%v %v", out, f)
		}
	}
	require.Equal(t, "9999-W52", Of(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Week, nil).String())
	require.Equal(t, "0001", Of(time.Time{}, Year, nil).String())
	require.True(t, Of(time.Time{}, SchoolYear, nil).IsZero())
}
