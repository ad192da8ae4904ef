package period

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var freqs = []Freq{Year, Semester, Quarter, Month, Week, Day, Hour, SchoolYear}

// random returns any period, with the ends of the calendar and small windows
// more often than chance.
func random(r *rand.Rand) Period {
	for {
		f := freqs[r.IntN(len(freqs))]
		lo, hi := f.limits()
		ord := lo + r.Int64N(hi-lo+1)
		switch r.IntN(8) {
		case 0:
			ord = lo + r.Int64N(5)
		case 1:
			ord = hi - r.Int64N(5)
		case 2, 3, 4: // crowd some together, so that they overlap
			ord = f.at((dayOf(2024, 1, 1) + r.Int64N(400)) * 24)
		}
		p := make1(f, ord)
		if f == Hour && r.IntN(2) == 0 {
			p = p.WithOffset(time.Duration(r.IntN(2*daySecs-1)-daySecs+1) * time.Second)
		}
		if r.IntN(3) == 0 {
			p = RollingTo(p, 1+r.IntN([]int{3, 40, MaxRolling}[r.IntN(3)]))
		}
		if !p.IsZero() {
			return p
		}
	}
}

// twin returns the boundaries of p as calendar time in UTC, from its text and
// time.AddDate, without the arithmetic under test.
func twin(t *testing.T, p Period) (start, end time.Time) {
	t.Helper()
	n := max(p.Rolling(), 1)
	unit := p.Last().Civil()
	parse := func(layout, s string) time.Time {
		at, err := time.Parse(layout, s)
		require.NoError(t, err)
		return at
	}
	step := func(y, m, d int) (time.Time, time.Time) {
		return start.AddDate(y*(1-n), m*(1-n), d*(1-n)), start.AddDate(y, m, d)
	}
	s := unit.String()
	switch p.Freq() {
	case Year:
		start = parse("2006", s)
		return step(1, 0, 0)
	case SchoolYear:
		start = parse("2006", s[:4]).AddDate(0, 8, 0)
		return step(1, 0, 0)
	case Semester:
		start = parse("2006", s[:4]).AddDate(0, 6*int(s[6]-'1'), 0)
		return step(0, 6, 0)
	case Quarter:
		start = parse("2006", s[:4]).AddDate(0, 3*int(s[6]-'1'), 0)
		return step(0, 3, 0)
	case Month:
		start = parse("2006-01", s)
		return step(0, 1, 0)
	case Week:
		start = parse("2006", s[:4]).AddDate(0, 0, 3) // 4 January is in week 1
		start = start.AddDate(0, 0, -(int(start.Weekday())+6)%7+7*(int(s[6]-'0')*10+int(s[7]-'0')-1))
		return step(0, 0, 7)
	case Day:
		start = parse("2006-01-02", s)
		return step(0, 0, 1)
	}
	start = parse("2006-01-02T15", s)
	return start.Add(time.Duration(1-n) * time.Hour), start.Add(time.Hour)
}

func TestAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		p := random(r)
		s, e := twin(t, p)
		require.Equal(t, s, p.Civil().Start(time.UTC), p)
		require.Equal(t, e, p.Civil().End(nil), p)
		require.Equal(t, s.Format("2006-01-02"), p.FirstDay().String())
		if e.Year() <= maxYear {
			require.Equal(t, e.Add(-1).Format("2006-01-02"), p.LastDay().String())
		}
		if p.Freq() != Hour {
			require.EqualValues(t, (e.Unix()-s.Unix())/daySecs, p.Days()) // a Duration ends at 292 years
		} else {
			require.Zero(t, p.Days())
			d, ok := p.Offset()
			if ok {
				require.Equal(t, s.Add(-d), p.Start(time.UTC))
				require.Equal(t, e.Add(-d), p.End(time.UTC))
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50000 {
		p := random(r)
		q, err := Parse(p.String())
		require.NoError(t, err)
		require.Equal(t, p, q)
		q, err = Parse(p.SDMX())
		if f := p.Freq(); err != nil || q != p && (p.Rolling() == 0 || f != Week && f != Quarter && f != Semester) {
			// They become months or days, which may be too many for a window,
			// and the last week of all has days in the year 10000.
			units := map[Freq]int{Week: 7, Quarter: 3, Semester: 6}[f] * p.Rolling()
			require.True(t, units > MaxRolling || f == Week && p.LastDay().IsZero() || err == nil && p.Contains(q) && q.Contains(p), "%v %v %v", p, q, err)
		}
	}
}

func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := []Period{{}}
	for range 250 {
		all = append(all, random(r))
	}
	for _, p := range all {
		for _, q := range all {
			c := p.Compare(q)
			require.Equal(t, -c, q.Compare(p))
			require.Equal(t, p == q, c == 0)
			if p.IsZero() || q.IsZero() {
				continue
			}
			ps, pe := twin(t, p)
			qs, qe := twin(t, q)
			want := ps.Compare(qs)
			if want == 0 {
				want = pe.Compare(qe)
			}
			if want != 0 {
				require.Equal(t, want, c, "%v %v", p, q)
			}
		}
	}
	slices.SortFunc(all, Period.Compare)
	for i := range all { // transitive: sorted means sorted for every pair
		for j := range i {
			require.LessOrEqual(t, all[j].Compare(all[i]), 0)
		}
	}
	hours := []string{"2024-10-27T01+02:00", "2024-10-27T02", "2024-10-27T02+02:00", "2024-10-27T02+01:00", "2024-10-27T03+01:00"}
	for i := 1; i < len(hours); i++ {
		require.Equal(t, -1, MustParse(hours[i-1]).Compare(MustParse(hours[i])))
	}
}

func TestContainsAgreesWithBoundaries(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	yes := 0
	for range 200000 {
		p, q := random(r), random(r)
		if r.IntN(4) == 0 {
			q = p.Last()
		}
		require.True(t, p.Contains(p))
		if p.hasOffset() && !q.hasOffset() {
			require.False(t, p.Contains(q))
			continue
		}
		ps, pe := p.Start(nil), p.End(nil)
		if !p.hasOffset() {
			q = q.Civil()
		}
		want := !q.Start(nil).Before(ps) && !q.End(nil).After(pe)
		require.Equal(t, want, p.Contains(q), "%v %v", p, q)
		if want {
			yes++
		}
		if e, ok := q.Enclosing(p.Freq()); ok && p.Rolling() == 0 && !p.hasOffset() {
			require.Equal(t, e == p, p.Contains(q), "%v %v", p, q)
		}
	}
	require.Greater(t, yes, 10000)
	require.False(t, Period{}.Contains(Yearly(2024)))
	require.False(t, Yearly(2024).Contains(Period{}))
	require.False(t, MustParse("2024-10-27T02Z").Contains(MustParse("2024-10-27T02")))
	require.True(t, MustParse("2024-10-27T02").Contains(MustParse("2024-10-27T02+01:00")))
	require.True(t, MustParse("PT3H/2024-10-27T02Z").Contains(MustParse("2024-10-27T03+02:00")))
	require.False(t, MustParse("PT3H/2024-10-27T02Z").Contains(MustParse("2024-10-27T05+02:00")))
}

func TestEachPartitions(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	full := 0
	for range 2000 {
		p := random(r)
		for _, f := range freqs {
			if p.Count(f) > 1000 {
				continue
			}
			at, n := p.Start(nil), 0
			for q := range p.Each(f) {
				require.Equal(t, f, q.Freq())
				require.Zero(t, q.Rolling())
				require.Equal(t, at, q.Start(nil))
				require.True(t, p.Contains(q))
				require.True(t, f == Hour && p.hasOffset() || !q.hasOffset())
				at = q.End(nil)
				n++
			}
			require.Equal(t, p.Count(f), n)
			if n > 0 {
				require.Equal(t, p.End(nil), at)
				full++
			}
		}
		require.Equal(t, max(p.Rolling(), 1), p.Count(p.Freq()))
	}
	require.Greater(t, full, 2500)
	for _, c := range []struct {
		p string
		f Freq
		n int
	}{
		{"2024", Month, 12}, {"2024", Day, 366}, {"2023", Day, 365}, {"2024", Quarter, 4}, {"2024", Semester, 2},
		{"2024", Week, 0}, {"2024", SchoolYear, 0}, {"2024", Hour, 8784}, {"2024", Year, 1}, {"2024", None, 0}, {"2024", 99, 0},
		{"2023/2024", Month, 12}, {"2023/2024", Quarter, 0}, {"2023/2024", Year, 0}, {"2023/2024", Day, 366},
		{"P12M/2024-12", Year, 1}, {"P12M/2024-08", SchoolYear, 1}, {"P12M/2024-03", Quarter, 4}, {"P3M/2024-04", Quarter, 0},
		{"2024-W07", Day, 7}, {"P7D/2024-02-18", Week, 1}, {"P7D/2024-02-17", Week, 0}, {"2021-02", Week, 4}, {"2024-02", Week, 0},
		{"PT24H/2024-03-31T23", Day, 1}, {"PT24H/2024-03-31T23Z", Day, 0}, {"PT24H/2024-03-31T23Z", Hour, 24},
		{"2024-03", Year, 0}, {"9999-W52", Day, 0},
	} {
		require.Equal(t, c.n, MustParse(c.p).Count(c.f), "%v", c)
	}
	for range Yearly(2024).Each(Month) { // stopping early is allowed
		break
	}
}

func TestEnclosing(t *testing.T) {
	for _, c := range []struct {
		p    string
		f    Freq
		want string
	}{
		{"2024-03", Year, "2024"}, {"2024-03", Quarter, "2024-Q1"}, {"2024-03", Semester, "2024-S1"},
		{"2024-03", SchoolYear, "2023/2024"}, {"2024-09", SchoolYear, "2024/2025"}, {"2024-03", Month, "2024-03"},
		{"2024-03", Day, ""}, {"2024-03", Week, ""}, {"2024-Q3", SchoolYear, ""}, {"2024-S1", SchoolYear, "2023/2024"},
		{"2024-W07", Month, "2024-02"}, {"2024-W09", Month, ""}, {"2025-W01", Year, ""}, {"2024-03-31", Week, "2024-W13"},
		{"2024-10-27T02+01:00", Day, "2024-10-27"}, {"2024-10-27T02+01:00", Hour, "2024-10-27T02+01:00"},
		{"P3M/2024-03", Quarter, "2024-Q1"}, {"P3M/2024-04", Quarter, ""}, {"P3M/2024-04", Year, "2024"}, {"P3M/2024-04", Month, ""},
		{"2023/2024", Year, ""}, {"2024", Year, "2024"}, {"2024", None, ""}, {"2024", 99, ""}, {"0001-03", SchoolYear, ""},
	} {
		q, ok := MustParse(c.p).Enclosing(c.f)
		require.Equal(t, c.want, q.String(), "%v", c)
		require.Equal(t, c.want != "", ok)
	}
	_, ok := Period{}.Enclosing(Year)
	require.False(t, ok)
}

func TestAddSub(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 50000 {
		p := random(r)
		n := r.IntN(4000) - 2000
		q := p.Add(n)
		if q.IsZero() {
			lo, hi := p.Freq().limits()
			o := p.ord() + int64(n)
			require.True(t, o > hi || o-p.count()+1 < lo)
			continue
		}
		d, ok := q.Sub(p)
		require.True(t, ok)
		require.Equal(t, n, d)
		require.Equal(t, p, q.Add(-n))
		if n >= 0 && n < 100 {
			at := p
			for range n {
				require.Equal(t, at.Last().End(nil), at.Add(1).Last().Start(nil))
				at = at.Add(1)
			}
			require.Equal(t, q, at)
		}
	}
	for _, c := range []struct{ p, q string }{
		{"2024", "2024-03"}, {"P12M/2024-03", "2024-03"}, {"P12M/2024-03", "P11M/2024-03"},
		{"2024-01-01T00", "2024-01-01T00Z"}, {"2024-01-01T00+05:30", "2024-01-01T00Z"}, {"2024", "2024/2025"},
	} {
		_, ok := MustParse(c.p).Sub(MustParse(c.q))
		require.False(t, ok, "%v", c)
	}
	_, ok := Period{}.Sub(Period{})
	require.False(t, ok)
	d, ok := MustParse("2024-10-27T02+01:00").Sub(MustParse("2024-10-27T02+02:00"))
	require.True(t, ok)
	require.Equal(t, 1, d)
	for _, n := range []int{math.MaxInt, math.MinInt, math.MaxInt32, math.MinInt32, 1 << 27, -1 << 27, 10000} {
		for _, f := range []Period{Yearly(1), Yearly(9999), School(9998), {}} {
			require.Zero(t, f.Add(n))
		}
	}
	require.Equal(t, Yearly(9999), Yearly(1).Add(9998))
	require.Zero(t, Yearly(9999).Add(1))
	require.Zero(t, Yearly(1).Add(-1))
	require.Zero(t, MustParse("P12M/0001-12").Add(-1))
	require.Equal(t, "P12M/2024-04", MustParse("P12M/2024-03").Add(1).String())
}

func TestConstructors(t *testing.T) {
	require.Equal(t, "2024", Yearly(2024).String())
	require.Equal(t, "2024-S2", Semestral(2024, 2).String())
	require.Equal(t, "2024-Q4", Quarterly(2024, 4).String())
	require.Equal(t, "2024-02", Monthly(2024, time.February).String())
	require.Equal(t, "2020-W53", Weekly(2020, 53).String())
	require.Equal(t, "2024-02-29", Daily(2024, 2, 29).String())
	require.Equal(t, "2024-02-29T23", Hourly(2024, 2, 29, 23).String())
	require.Equal(t, "2024-02-29T23-03:00", Hourly(2024, 2, 29, 23).WithOffset(-3*time.Hour).String())
	require.Equal(t, "2023/2024", School(2023).String())
	require.Equal(t, "P12M/2024-03", RollingTo(Monthly(2024, 3), 12).String())
	require.Equal(t, Monthly(2024, 3), RollingTo(Monthly(2024, 3), 1))
	for i, p := range []Period{
		Yearly(0), Yearly(10000), Yearly(-1), Yearly(math.MaxInt), Yearly(math.MinInt), Semestral(2024, 0), Semestral(2024, 3),
		Semestral(0, 1), Quarterly(2024, 5), Quarterly(math.MaxInt, 1), Monthly(2024, 0), Monthly(2024, 13), Monthly(10000, 1),
		Weekly(2024, 53), Weekly(2024, 0), Weekly(0, 1), Weekly(2020, math.MaxInt), Daily(2023, 2, 29), Daily(2024, 6, 31), Daily(2024, 1, 0),
		Daily(2024, 13, 1), Daily(2024, -1, 1), Daily(0, 1, 1), Hourly(2024, 1, 1, 24), Hourly(2024, 1, 1, -1), Hourly(2024, 1, 32, 0),
		School(0), School(9999), RollingTo(Period{}, 1), RollingTo(Yearly(2024), 0), RollingTo(Yearly(2024), 2025), RollingTo(Yearly(2024), -1),
		RollingTo(RollingTo(Yearly(2024), 2), 2), RollingTo(Daily(2024, 1, 1), MaxRolling+1), Yearly(2024).WithOffset(0),
		Hourly(2024, 1, 1, 0).WithOffset(24 * time.Hour), Hourly(2024, 1, 1, 0).WithOffset(-24 * time.Hour), Hourly(2024, 1, 1, 0).WithOffset(1),
		Hourly(2024, 1, 1, 0).WithOffset(math.MinInt64), {},
	} {
		require.True(t, p.IsZero(), "%d: %v", i, p)
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		p            string
		year, number int
		first, last  string
	}{
		{"2024", 2024, 1, "2024", "2024"}, {"2024-S2", 2024, 2, "2024-S2", "2024-S2"}, {"2024-Q3", 2024, 3, "2024-Q3", "2024-Q3"},
		{"2024-03", 2024, 3, "2024-03", "2024-03"}, {"2024-12-30", 2024, 365, "2024-12-30", "2024-12-30"},
		{"2025-W01", 2025, 1, "2025-W01", "2025-W01"}, {"2020-W53", 2020, 53, "2020-W53", "2020-W53"},
		{"2023/2024", 2023, 1, "2023/2024", "2023/2024"}, {"2024-01-01T05Z", 2024, 5, "2024-01-01T05Z", "2024-01-01T05Z"},
		{"P12M/2024-03", 2024, 3, "2023-04", "2024-03"}, {"PT5H/2024-01-01T02Z", 2024, 2, "2023-12-31T22Z", "2024-01-01T02Z"},
	} {
		p := MustParse(c.p)
		require.Equal(t, c.year, p.Year(), c)
		require.Equal(t, c.number, p.Number(), c)
		require.Equal(t, c.first, p.First().String(), c)
		require.Equal(t, c.last, p.Last().String(), c)
	}
	var z Period
	require.Zero(t, z.Year()+z.Number()+z.Rolling()+z.Days()+z.Count(Day))
	require.True(t, z.First().IsZero() && z.Last().IsZero() && z.FirstDay().IsZero() && z.LastDay().IsZero() && z.Civil().IsZero())
	require.True(t, z.Start(time.UTC).IsZero() && z.End(time.UTC).IsZero())
	_, ok := z.In(time.UTC)
	require.False(t, ok)
	_, ok = z.Offset()
	require.False(t, ok)
	for range z.Each(Day) {
		t.Fatal("zero has days")
	}
	for range z.HoursIn(time.UTC) {
		t.Fatal("zero has hours")
	}
	for range Range(Yearly(2024), Monthly(2024, 1)) {
		t.Fatal("a range of two frequencies")
	}
	for range Range(Yearly(2024), Yearly(2023)) {
		t.Fatal("a range backwards")
	}
	n := 0
	for range Range(Yearly(2013), Yearly(2024)) {
		n++
	}
	require.Equal(t, 12, n)
}

// Every day of the calendar against time, with its week.
func TestCivilDays(t *testing.T) {
	at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := int64(0); day <= lastDay; day++ {
		y, m, d := dateOf(day)
		wy, ww := weekOf(day / 7)
		ty, tm, td := at.Date()
		twy, tww := at.ISOWeek()
		if int(y) != ty || int(m) != int(tm) || int(d) != td || dayOf(y, m, d) != day || int(wy) != twy || int(ww) != tww {
			t.Fatalf("day %d: %d-%d-%d W%d-%d, want %v", day, y, m, d, wy, ww, at)
		}
		at = at.AddDate(0, 0, 1)
	}
	for y := int64(1); y <= maxYear; y++ {
		_, w := time.Date(int(y), 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
		require.EqualValues(t, w, weeksIn(y))
		for m := int64(1); m <= 12; m++ {
			if want := time.Date(int(y), time.Month(m+1), 0, 0, 0, 0, 0, time.UTC).Day(); int64(want) != monthDays(y, m) {
				t.Fatal(y, m)
			}
		}
	}
}
