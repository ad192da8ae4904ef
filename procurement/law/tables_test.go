package law

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTermsDisjoint asks every step for every full set of facts on the first
// and last day of every wording: two rows that answer would panic, and a row
// that never answers is dead.
func TestTermsDisjoint(t *testing.T) {
	days := map[Date]bool{}
	steps := map[Step]bool{}
	dead := map[string]bool{}
	for term := range Terms() {
		days[term.From], days[term.From.AddDays(-1)] = true, true
		steps[term.Step] = true
		require.False(t, dead[term.ID], "two rows are called %s", term.ID)
		dead[term.ID] = true
	}
	days[MustDate("2026-11-26")] = true
	asked := 0
	for day := range days {
		for step := range steps {
			for _, p := range Procedures() {
				for _, c := range Contracts() {
					f := Facts{Procedure: p, Contract: c}
					facts := slices.DeleteFunc(f.truths(), func(n namedTruth) bool {
						return !slices.ContainsFunc(terms, func(t Term) bool { return t.Step == step && t.mentions(n.fact) })
					})
					for mask := range 1 << len(facts) {
						for i, n := range facts {
							*n.truth = TruthOf(mask>>i&1 == 1)
						}
						r, err := Require(step, day, f)
						asked++
						if err == nil {
							delete(dead, r.Term)
							require.Positive(t, r.Period.N)
							require.NotEmpty(t, r.Sources)
							if r.Bound == Minimum {
								require.GreaterOrEqual(t, r.Strict.N, r.Period.N)
							} else {
								require.LessOrEqual(t, r.Strict.N, r.Period.N)
							}
							continue
						}
						u, ok := err.(*Unknown)
						require.True(t, ok, "%v", err)
						require.NotEmpty(t, u.Because)
						require.NotEmpty(t, u.Source.Cite())
						require.Empty(t, u.Missing, "nothing is missing: %v", err)
						if u.Code == "law.unknown.figure" {
							for term := range Terms() {
								if term.Source == u.Source && term.Period.IsZero() {
									delete(dead, term.ID)
								}
							}
						}
					}
				}
			}
		}
	}
	require.Empty(t, dead, "rows that no facts reach")
	t.Logf("%d questions about periods, %d steps", asked, len(steps))
}

// TestUnknownFacts: what is answered with a fact missing is what both of its
// values give; a fact that is asked for changes the answer.
func TestUnknownFacts(t *testing.T) {
	at := MustDate("2026-06-01")
	var f Facts
	names := f.truths()
	for _, step := range []Step{StepOffers, StepRequests, StepAward, StepAnswer, StepSignature, StepStandstill, StepDocuments} {
		for _, p := range Procedures() {
			for _, c := range []Contract{Works, Services, IntellectualServices, ConcessionServices} {
				for mask := 0; mask < 2187; mask += 4 { // three values of seven facts
					f := Facts{Procedure: p, Contract: c, PriceOnly: No, Abnormal: No, ComplexReport: No}
					v := mask
					for i := range 7 {
						*f.truths()[i].truth = Truth(v % 3)
						v /= 3
					}
					r, err := Require(step, at, f)
					for i := range 7 {
						if *f.truths()[i].truth != NotKnown {
							continue
						}
						a, b := f, f
						*a.truths()[i].truth, *b.truths()[i].truth = No, Yes
						ra, ea := Require(step, at, a)
						rb, eb := Require(step, at, b)
						same := ra.Period == rb.Period && ra.Also == rb.Also && (ea == nil) == (eb == nil)
						if err == nil {
							require.NoError(t, ea)
							require.True(t, same && r.Period == ra.Period, "%s %v: %v", step, f, names[i].fact)
						}
					}
					if u, ok := err.(*Unknown); ok && u.Code == "law.unknown.facts" && len(u.Missing) > 0 {
						require.Greater(t, len(u.Readings), 1, "%v", err)
					}
				}
			}
		}
	}
}

func TestFiguresDisjoint(t *testing.T) {
	days := map[Date]bool{}
	kinds := map[Kind]bool{}
	for f := range Figures() {
		days[f.From], days[f.From.AddDays(-1)] = true, true
		if !f.To.IsZero() {
			days[f.To], days[f.To.AddDays(1)] = true, true
			require.False(t, f.To.Before(f.From))
		}
		kinds[f.Kind] = true
		require.NotZero(t, f.Sense)
		require.NotZero(t, f.Measure)
		require.NotEmpty(t, f.Source.Cite())
	}
	answered := 0
	for kind := range kinds {
		for day := range days {
			for c := AnyContract; c <= ConcessionServices; c++ {
				for b := AnyBody; b <= ResearchAgent; b++ {
					f, err := Lookup(kind, day, c, b)
					if err == nil {
						answered++
						require.True(t, f.in(day))
						continue
					}
					u, ok := err.(*Unknown)
					require.True(t, ok)
					require.NotEmpty(t, u.Error())
				}
			}
		}
	}
	t.Logf("%d figures asked for and found", answered)
	_, err := Lookup("maximum joy", MustDate("2026-01-01"), Works, Local)
	require.ErrorIs(t, err, ErrName)
	_, err = Lookup(SARA, Date{}, Works, Local)
	require.Equal(t, []Fact{FactDate}, err.(*Unknown).Missing)
	_, err = Require("siesta", MustDate("2026-01-01"), Facts{})
	require.ErrorIs(t, err, ErrName)
	_, err = Require(StepOffers, Date{}, Facts{})
	require.Equal(t, []Fact{FactDate}, err.(*Unknown).Missing)
}

func TestHostileAmounts(t *testing.T) {
	f, err := Lookup(SARA, MustDate("2026-01-01"), Works, Local)
	require.NoError(t, err)
	_, err = f.Applies(NetCents(-1))
	require.ErrorIs(t, err, ErrAmount)
	_, err = f.Applies(NetCents(MaxCents + 1))
	require.ErrorIs(t, err, ErrAmount)
	_, err = f.Applies(Money{})
	require.Equal(t, []Fact{FactValue}, err.(*Unknown).Missing)
	_, err = f.AppliesShare(1, 2)
	require.ErrorIs(t, err, ErrAmount)
	share, err := Lookup(ModificationForeseen, MustDate("2026-01-01"), Works, Local)
	require.NoError(t, err)
	for _, v := range [][2]int64{{-1, 10}, {1, 0}, {1, -1}, {MaxCents + 1, 1}} {
		_, err = share.AppliesShare(v[0], v[1])
		require.ErrorIs(t, err, ErrAmount)
	}
	_, err = share.Applies(Net(1))
	require.ErrorIs(t, err, ErrAmount)
	ok, err := share.AppliesShare(MaxCents/5, MaxCents)
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = share.AppliesShare(MaxCents/5+1, MaxCents)
	require.NoError(t, err)
	require.False(t, ok)
	// The zero figure answers nothing.
	_, err = Figure{}.Applies(Net(1))
	require.Error(t, err)
	require.Equal(t, "-92233720368547758.08 EUR net", NetCents(-1<<63).String())
	for _, s := range []string{"", "1", "1 EUR nett", "+1 EUR", "1e3 EUR", "1.000,00 EUR", "10000000000000.01 EUR", strings.Repeat("9", 60) + " EUR"} {
		_, err := ParseMoney(s)
		require.ErrorIs(t, err, ErrAmount, s)
	}
}

func TestHourReadings(t *testing.T) {
	cal, err := NewCalendar(CalendarConfig{Complete: true})
	require.NoError(t, err)
	for _, c := range []struct{ start, natural, working string }{
		{"2026-06-01", "2026-06-03", "2026-06-03"}, // Monday
		{"2026-06-05", "2026-06-07", "2026-06-09"}, // Friday: Monday and Tuesday
		{"2026-06-06", "2026-06-08", "2026-06-10"}, // Saturday: all of Monday and Tuesday
		{"2026-12-24", "2026-12-26", "2026-12-29"}, // over Christmas and a weekend
		{"2026-10-24", "2026-10-26", "2026-10-28"}, // over the end of summer time
	} {
		rs, err := cal.HourReadings(MustDate(c.start), 48)
		require.NoError(t, err)
		require.Len(t, rs, 2)
		require.Equal(t, c.natural+" "+c.working, rs[0].First.String()+" "+rs[1].First.String(), c.start)
		require.Equal(t, Unverified, rs[1].Source.Mark)
	}
	for _, n := range []int{-24, 23, MaxPeriod + 1} {
		_, err = cal.HourReadings(MustDate("2026-06-01"), n)
		require.ErrorIs(t, err, ErrPeriod)
	}
	_, err = cal.HourReadings(Date{}, 48)
	require.ErrorIs(t, err, ErrDate)
	_, err = cal.HourReadings(MustDate("2030-06-03"), 48)
	require.Error(t, err)
}

func TestNoticeStart(t *testing.T) {
	sent, received := MustDate("2026-06-01"), MustDate("2026-06-04")
	for _, c := range []struct {
		sent, received Date
		same           Truth
		want           string
	}{
		{sent, received, Yes, "2026-06-01"}, {sent, received, No, "2026-06-04"}, {sent, received, NotKnown, ""}, {sent, sent, NotKnown, "2026-06-01"},
		{sent, Date{}, Yes, "2026-06-01"}, {sent, Date{}, No, ""}, {Date{}, received, Yes, ""}, {Date{}, Date{}, NotKnown, ""},
	} {
		d, src, err := NoticeStart(c.sent, c.received, c.same)
		require.Equal(t, c.want, d.String())
		require.Equal(t, c.want == "", err != nil)
		require.Equal(t, "LCSP DA 15.1", src.Cite())
	}
	_, _, err := NoticeStart(received, sent, Yes)
	require.ErrorIs(t, err, ErrDate)
}

func TestText(t *testing.T) {
	for _, c := range append(Contracts(), AnyContract) {
		var back Contract
		b, err := c.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, c, back)
	}
	for _, p := range append(Procedures(), AnyProcedure) {
		var back Procedure
		b, err := p.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, p, back)
	}
	var p Procedure
	require.ErrorContains(t, p.UnmarshalText([]byte("opne")), "super-simplified")
	var d Date
	require.NoError(t, d.UnmarshalText(nil))
	require.True(t, d.IsZero())
	require.ErrorIs(t, d.UnmarshalText([]byte("2026-02-30")), ErrDate)
	require.Equal(t, "invalid(77)", Contract(77).String())
}

// A calendar can be kept as JSON, and rows can be read by other programs.
func TestJSON(t *testing.T) {
	var c CalendarConfig
	require.NoError(t, json.Unmarshal([]byte(`{"Name":"Vila","From":"2026-01-01","To":"2026-12-31","Holidays":[{"Date":"2026-10-09","Level":"regional","Name":"Dia"},{"Date":"2026-08-21","Level":"local"}]}`), &c))
	cal, err := NewCalendar(c)
	require.NoError(t, err)
	working, err := cal.Working(MustDate("2026-08-21"))
	require.NoError(t, err)
	require.False(t, working)
	b, err := json.Marshal(c)
	require.NoError(t, err)
	var again CalendarConfig
	require.NoError(t, json.Unmarshal(b, &again))
	require.Equal(t, c, again)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"Holidays":[{"Level":"feast"}]}`), &c), ErrName)
	for f := range Figures() {
		b, err := json.Marshal(f)
		require.NoError(t, err)
		require.Contains(t, string(b), `"Mark":"`+f.Source.Mark.String()+`"`)
	}
	for term := range Terms() {
		_, err := json.Marshal(term)
		require.NoError(t, err)
		// What a caller does to a row does not reach the tables.
		for i := range term.Contracts {
			term.Contracts[i] = 99
		}
		for i := range term.Changes {
			term.Changes[i] = Change{}
		}
	}
	for term := range Terms() {
		require.NotContains(t, term.Contracts, Contract(99))
	}
	r, err := Require(StepStandstill, MustDate("2026-06-01"), Facts{Appealable: Yes})
	require.NoError(t, err)
	require.Equal(t, "2018-03-09", r.From.String())
}

const docFile = "../../docs/law-tables.md"

// TestLawTablesDocument keeps docs/law-tables.md, made of the tables, current:
// ALMOTACEN_UPDATE=1 writes it.
func TestLawTablesDocument(t *testing.T) {
	want := lawTables()
	if os.Getenv("ALMOTACEN_UPDATE") != "" {
		require.NoError(t, os.WriteFile(filepath.FromSlash(docFile), []byte(want), 0o644))
	}
	got, err := os.ReadFile(filepath.FromSlash(docFile))
	require.NoError(t, err)
	require.Equal(t, want, string(got), "docs/law-tables.md is not current: run this test with ALMOTACEN_UPDATE=1 and review the change")
}

func lawTables() string {
	var b strings.Builder
	b.WriteString(`# The law in the tables

Every figure and period that package ` + "`procurement/law`" + ` holds, for a second person to check against the gazette. The file is made from the
tables by ` + "`go test ./procurement/law`" + `; do not edit it.

| mark | meaning |
| --- | --- |
| ✓ | the article was read; the words in the row were found in it by a test, in each wording in force in the interval that the test had |
| ◐ | read in a secondary page or guide only |
| ○ | not verified: general knowledge, or a point on which readings differ |

Checking a row: open the act at the article, in the wording of the first day of the interval, look for the words. Amounts are without VAT unless the
row says otherwise. An open end means "in force when the tables were written" (Ley 9/2017 as of 2026-07-30). Acts: LCSP is Ley 9/2017, LPAC Ley 39/2015,
RGLCAP RD 1098/2001, ET the Workers' Statute.

## Amounts, shares, durations

"Applies when" is the comparison under which the rule of that name applies.

| rule | contract | authority | applies when | from | to | article | words | set by | mark | note |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`)
	cell := func(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
	quote := func(s string) string {
		if s == "" {
			return "–"
		}
		return "«" + cell(s) + "»"
	}
	open := func(d Date) string {
		if d.IsZero() {
			return ""
		}
		return d.String()
	}
	setBy := func(s Source) string {
		parts := []string{s.SetBy, s.Gazette}
		if s.EU != "" {
			parts = append(parts, "Reg. (EU) "+s.EU+" ◐")
		}
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
		return strings.Join(parts, ", ")
	}
	counts := map[Mark]int{}
	for f := range Figures() {
		when := f.Sense.String() + " " + f.Value.String() + " " + f.Measure.String()
		if f.Value.Den == 0 {
			when = "never"
		}
		counts[f.Source.Mark]++
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", f.Kind, f.Contract, f.Body, when, f.From, open(f.To), f.Source.Cite(), quote(f.Source.Quote), setBy(f.Source), f.Source.Mark.Symbol(), cell(f.Note))
	}
	b.WriteString(`
## Periods

Each change is one line below its period. Reductions are of the general period and do not add up: the shortest that is open applies. "Urgency" is the
effect of LCSP 119.2.b: half, own period (a line below), doubtful (answered as unknown with both readings), none. Half of an odd number is rounded up,
which the law does not say (○); the stricter reading is in the answer too.

| period | step | procedure | contract | SARA | only if | counted from | bound | figure | urgency | in force | article | words | mark | note |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`)
	for term := range Terms() {
		list := func(n int, at func(int) string) string {
			if n == 0 {
				return "any"
			}
			var out []string
			for i := range n {
				out = append(out, at(i))
			}
			return strings.Join(out, ", ")
		}
		only := []string{}
		for _, f := range term.Only {
			only = append(only, string(f))
		}
		for _, f := range term.Not {
			only = append(only, "not "+string(f))
		}
		figure := term.Period.String()
		if figure == "" {
			figure = "none in the law"
		}
		sara := map[Truth]string{NotKnown: "either", Yes: "yes", No: "no"}[term.Harmonised]
		from := term.Start
		if term.Back {
			from += ", backwards"
		}
		interval := term.From.String() + " on"
		if !term.To.IsZero() {
			interval = term.From.String() + " to " + term.To.String()
		}
		counts[term.Source.Mark]++
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", term.ID, term.Step,
			list(len(term.Procedures), func(i int) string { return term.Procedures[i].String() }), list(len(term.Contracts), func(i int) string { return term.Contracts[i].String() }),
			sara, strings.Join(only, ", "), from, term.Bound, figure, term.Urgency, interval, term.Source.Cite(), quote(term.Source.Quote), term.Source.Mark.Symbol(), cell(term.Note))
		for _, c := range term.Changes {
			change := c.Set.String()
			switch {
			case !c.Also.IsZero():
				change = "and then " + c.Also.String()
			case c.Add != 0:
				change = fmt.Sprintf("%+d", c.Add)
			}
			cond := string(c.If)
			if c.Unless != "" {
				cond += ", not " + string(c.Unless)
			}
			counts[c.Source.Mark]++
			fmt.Fprintf(&b, "| ↳ | | | | | %s | | | %s | | | %s | %s | %s | %s |\n", cond, change, c.Source.Cite(), quote(c.Source.Quote), c.Source.Mark.Symbol(), cell(c.Note))
		}
		for _, r := range term.Readings {
			fmt.Fprintf(&b, "| ↳ | | | | | reading: %s | | | %s | | | %s | – | %s | |\n", r.If, r.Period, r.Source.Cite(), r.Source.Mark.Symbol())
		}
	}
	b.WriteString("\n## Publication\n\n| notice | first | then | or after | article | words | mark |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for o := range PublicationOrders() {
		counts[o.Source.Mark]++
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", o.Notice, o.First, o.Then, o.Wait, o.Source.Cite(), quote(o.Source.Quote), o.Source.Mark.Symbol())
	}
	b.WriteString("\n## Counting\n\n| rule | article | words | mark |\n| --- | --- | --- | --- |\n")
	for _, c := range []struct {
		rule string
		src  Source
	}{{"the day of the event is not counted", startNextDay}, {"working days leave out Saturdays, Sundays, holidays", workingDays}, {"months end on the same number or the last day", monthsSource},
		{"days are calendar days unless the article says working", calendarDays}, {"a last day that is not working moves to the next working day", endMoves}, {"not working at the one place or the other: not working", otherPlace}, {"periods after a notification run from its dispatch, if it was published the same day", noticeSource},
		{"EU: the day of the event is not counted", euStart}, {"EU: months", euMonths}, {"EU: a last day that is not working moves", euEndMoves}, {"EU: at least two working days", euTwoWorking},
		{"periods stood still from " + suspended.from.String() + " to " + suspended.to.String(), suspended.source}, {"urgency halves", urgencyHalf}} {
		counts[c.src.Mark]++
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.rule, c.src.Cite(), quote(c.src.Quote), c.src.Mark.Symbol())
	}
	first, last := NationalYears()
	fmt.Fprintf(&b, "\n## National holidays, %d to %d\n\nOutside of these years the package answers \"unknown\". %s\n\n| feast | basis | mark |", first, last, nationalNote)
	for y := first; y <= last; y++ {
		fmt.Fprintf(&b, " %d |", y)
	}
	b.WriteString("\n| --- | --- | --- |" + strings.Repeat(" --- |", last-first+1) + "\n")
	rows := map[string][]string{}
	var order []string
	for y := first; y <= last; y++ {
		for h := range Holidays(y) {
			if rows[h.Name] == nil {
				rows[h.Name] = []string{h.Name, h.Source.Cite(), h.Source.Mark.Symbol()}
				order = append(order, h.Name)
			}
			rows[h.Name] = append(rows[h.Name], h.Date.Weekday().String()[:3]+" "+h.Date.String()[5:])
		}
	}
	for _, name := range order {
		b.WriteString("| " + strings.Join(rows[name], " | ") + " |\n")
	}
	fmt.Fprintf(&b, "\nRows and changes: %d ✓, %d ◐, %d ○.\n", counts[Text], counts[Secondary], counts[Unverified])
	return b.String()
}
