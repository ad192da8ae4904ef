package procurement

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

func testCalendar(t testing.TB, more ...string) *law.Calendar {
	t.Helper()
	c := law.CalendarConfig{Name: "test", From: law.MustDate("2024-01-01"), To: law.MustDate("2030-12-31"), Expected: true, Complete: true}
	for _, d := range more {
		c.Holidays = append(c.Holidays, law.Holiday{Date: law.MustDate(d), Level: law.LocalDay, Name: "feast"})
	}
	cal, err := law.NewCalendar(c)
	require.NoError(t, err)
	return cal
}

func fullFacts(p law.Procedure, c law.Contract, harmonised law.Truth) law.Facts {
	return law.Facts{Procedure: p, Contract: c, Harmonised: harmonised, Urgent: law.No, PriorNotice: law.No, Electronic: law.Yes, Everyday: law.No, Paper: law.No,
		PriceOnly: law.No, Abnormal: law.No, Appealable: law.Yes, ComplexReport: law.No}
}

func taskOf(t *testing.T, p Plan, id TaskID) Task {
	t.Helper()
	at := slices.IndexFunc(p.Tasks, func(task Task) bool { return task.ID == id })
	require.GreaterOrEqual(t, at, 0, "%s has no %s", p.Procedure, id)
	return p.Tasks[at]
}

// Counted by hand on the calendar of 2026.
func TestPlanOpenSARA(t *testing.T) {
	p, err := NewPlan(PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.Yes), Wanted: law.MustDate("2026-08-01")})
	require.NoError(t, err)
	for id, day := range map[TaskID]string{
		TaskApproval: "2026-06-01", TaskDispatch: "2026-06-01", TaskReceipt: "2026-06-01", TaskPublication: "2026-06-04",
		TaskOffersEnd: "2026-07-01", // 35 - 5 days from dispatch
		TaskOpening:   "2026-07-02", // the last day counts whole
		TaskAward:     "2026-07-02", TaskAwardNotice: "2026-07-02",
		TaskStandstillEnd: "2026-07-23", TaskFormalisation: "2026-07-24", // 15 working days, then the day after
		TaskFormalisationEU: "2026-07-24", TaskFormalisationSeen: "2026-07-29", // 48 hours of working days over a weekend, and the day after
	} {
		require.Equal(t, day, taskOf(t, p, id).To.String(), "%s", id)
	}
	require.Equal(t, []TaskID{TaskPreparation, TaskApproval, TaskDispatch, TaskOffersEnd, TaskOpening, TaskEvaluation, TaskDocumentsAsked, TaskDocuments, TaskAward, TaskAwardNotice, TaskStandstillEnd, TaskFormalisation}, p.Critical)
	require.Equal(t, 8, p.Slack)
	require.Equal(t, "LCSP 156.3.c ✓", taskOf(t, p, TaskOffersEnd).Source.String())
	require.Equal(t, 12, taskOf(t, p, TaskPublication).Float, "the profile may follow until 15 days before the end: 16 June") // 156.5
	require.Zero(t, taskOf(t, p, TaskOffersEnd).Float)
	require.Empty(t, p.Overruns)
	// With the latest start the plan still holds, a day later it does not.
	for n, ok := range map[int]bool{0: true, 1: false} {
		q, err := NewPlan(PlanConfig{Start: p.LatestStart.AddDays(n), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.Yes)})
		require.NoError(t, err)
		require.Equal(t, ok, !q.Formalisation.After(p.Wanted), "%s", q.Formalisation)
	}
}

// The latest start is found in a calendar that begins after the search would.
func TestLatestStart(t *testing.T) {
	cal, err := law.NewCalendar(law.CalendarConfig{From: law.MustDate("2026-03-02"), To: law.MustDate("2026-12-31"), Complete: true})
	require.NoError(t, err)
	c := PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: cal, Facts: fullFacts(law.Open, law.Services, law.No), Wanted: law.MustDate("2026-07-01")}
	p, err := NewPlan(c)
	require.NoError(t, err)
	require.False(t, p.LatestStart.IsZero())
	for n := range 2 {
		c.Start = p.LatestStart.AddDays(n)
		q, err := NewPlan(c)
		require.NoError(t, err)
		require.Equal(t, n == 1, q.Formalisation.After(c.Wanted))
	}
	c.Start, c.Wanted = law.MustDate("2026-06-01"), law.MustDate("2026-03-05")
	p, err = NewPlan(c)
	require.NoError(t, err)
	require.True(t, p.LatestStart.IsZero())
	require.Negative(t, p.Slack)
}

func TestPlanBelowSARA(t *testing.T) {
	f := fullFacts(law.Simplified, law.Supplies, law.No)
	f.Appealable = law.No
	p, err := NewPlan(PlanConfig{Start: law.MustDate("2026-07-27"), Calendar: testCalendar(t, "2026-08-11"), Facts: f})
	require.NoError(t, err)
	require.Equal(t, "2026-08-12", taskOf(t, p, TaskOffersEnd).To.String()) // 15 days end on a local feast
	require.Equal(t, "2026-08-13", p.Formalisation.String())
	f.Appealable = law.Yes
	p, err = NewPlan(PlanConfig{Start: law.MustDate("2026-07-27"), Calendar: testCalendar(t, "2026-08-11"), Facts: f, Pace: Full})
	require.NoError(t, err)
	require.True(t, p.Formalisation.After(law.MustDate("2026-09-03")))
}

func TestPlanPriorNotice(t *testing.T) {
	f := fullFacts(law.Open, law.Works, law.Yes)
	f.PriorNotice = law.Yes
	p, err := NewPlan(PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: f})
	require.NoError(t, err)
	require.Equal(t, "2026-07-06", taskOf(t, p, TaskDispatch).To.String()) // 35 days after 1 June
	// 15 days from dispatch; but works stand in the profile for 26 (156.5, 156.6) after the 48 hours.
	require.Equal(t, "2026-08-04", taskOf(t, p, TaskOffersEnd).To.String())
	require.Contains(t, p.Critical, TaskPublication)
}

// A region may raise the standstill up to a month.
func TestPlanStandstill(t *testing.T) {
	c := PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.No)}
	for n, want := range map[int]struct {
		signed string
		over   int
	}{0: {"2026-07-09", 0}, 10: {"2026-07-09", 0}, 18: {"2026-07-14", 0}, 30: {"2026-07-30", 1}} {
		c.Standstill = law.Working(n)
		p, err := NewPlan(c)
		require.NoError(t, err)
		require.Equal(t, want.signed, p.Formalisation.String(), "%d", n)
		require.Len(t, p.Overruns, want.over, "%d", n)
	}
}

func TestPlanMissing(t *testing.T) {
	_, err := NewPlan(PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: law.Facts{Procedure: law.Open, Contract: law.Services, Harmonised: law.Yes}})
	u, ok := errors.AsType[*law.Unknown](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []law.Fact{law.FactUrgent, law.FactPriorNotice, law.FactElectronic, law.FactPaper, law.FactPriceOnly, law.FactAbnormal, law.FactAppealable}, u.Missing)
	for _, c := range []PlanConfig{
		{}, {Start: law.MustDate("2026-06-01")}, {Calendar: testCalendar(t)}, {Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t)},
		{Start: law.MustDate("2040-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.No)},
		{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Simplified, law.Services, law.Yes)},
		{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.SuperSimplified, law.IntellectualServices, law.No)},
	} {
		_, err := NewPlan(c)
		_, ok := errors.AsType[*law.Unknown](err)
		require.True(t, ok, "%v", err)
	}
	_, err = NewPlan(PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.No), Own: map[TaskID]law.Period{TaskEvaluation: law.Days(-1)}})
	require.ErrorIs(t, err, law.ErrPeriod)
}

// From a case: what was done is fixed, what came too early or too late is said.
func TestPlanDone(t *testing.T) {
	c := PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: testCalendar(t), Facts: fullFacts(law.Open, law.Services, law.Yes), Done: map[TaskID]law.Date{
		TaskApproval: law.MustDate("2026-06-03"), TaskDispatch: law.MustDate("2026-06-04"), TaskPublication: law.MustDate("2026-06-04"), TaskOffersEnd: law.MustDate("2026-06-30"), TaskOpening: law.MustDate("2026-07-25")}}
	p, err := NewPlan(c)
	require.NoError(t, err)
	var early, late []string
	for _, o := range p.Early {
		early = append(early, fmt.Sprintf("%s %s<%s %s", o.Task, o.On, o.Limit, o.Source.Article))
	}
	for _, o := range p.Overruns {
		late = append(late, fmt.Sprintf("%s %s>%s %s", o.Task, o.On, o.Limit, o.Source.Article))
	}
	require.Equal(t, []string{"notice published 2026-06-04<2026-06-06 135.3", "offers end 2026-06-30<2026-07-06 156.3.c"}, early)
	require.Equal(t, []string{"opening 2026-07-25>2026-07-20 157.3"}, late)
	require.True(t, taskOf(t, p, TaskOpening).Done)
	require.False(t, p.Award.Before(law.MustDate("2026-07-25")))
}

// randomConfig is a plan that can be made.
func randomConfig(r *rand.Rand) PlanConfig {
	truth := func() law.Truth { return law.No + law.Truth(r.IntN(2)) }
	procedures := []law.Procedure{law.Minor, law.SuperSimplified, law.Simplified, law.Open, law.Restricted, law.Negotiation, law.NegotiatedNoNotice, law.Dialogue, law.InnovationPartnership, law.Precommercial}
	c := PlanConfig{Start: law.MustDate("2025-01-01").AddDays(r.IntN(700)), Pace: Pace(r.IntN(2)), AnyDay: r.IntN(4) == 0, Consultation: r.IntN(2) == 0, Own: map[TaskID]law.Period{}}
	c.Facts = law.Facts{Procedure: procedures[r.IntN(len(procedures))], Contract: []law.Contract{law.Works, law.Supplies, law.Services}[r.IntN(3)], Harmonised: truth(), Urgent: truth(),
		PriorNotice: truth(), Electronic: truth(), Everyday: truth(), Paper: truth(), PriceOnly: truth(), Abnormal: truth(), Appealable: truth(), ComplexReport: law.No}
	switch c.Facts.Procedure {
	case law.Minor, law.SuperSimplified, law.Simplified:
		c.Facts.Harmonised = law.No
	}
	for _, id := range []TaskID{TaskPreparation, TaskConsultation, TaskConsultReport, TaskSelection, TaskDialogue, TaskEvaluation, TaskAbnormal, TaskFinalOffersEnd, TaskOffersEnd} {
		if r.IntN(3) == 0 {
			c.Own[id] = law.Period{N: r.IntN(30), Unit: law.CalendarDays + law.Unit(r.IntN(2))}
		}
	}
	return c
}

// placed are the dates of a plan without floats, which take most of the time.
func placed(t *testing.T, c PlanConfig) (award, signed law.Date) {
	t.Helper()
	b := &builder{config: c}
	s := schedule{config: c, specs: b.specs()}
	require.NoError(t, b.err)
	require.Empty(t, b.missing)
	require.NoError(t, s.run(nil))
	return s.date[TaskAward], s.date[TaskFormalisation]
}

// TestPlanProperties: no step before what holds it back, deterministic, no
// earlier with a further holiday or more work or a later start, no later with
// a reduction.
func TestPlanProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	base := testCalendar(t)
	made := 0
	for range 1000 {
		c := randomConfig(r)
		c.Calendar = base
		p, err := NewPlan(c)
		require.NoError(t, err, "%+v", c)
		made++
		if made%50 == 0 {
			again, err := NewPlan(c)
			require.NoError(t, err)
			require.Equal(t, p, again)
		}
		require.Equal(t, TaskFormalisation, p.Critical[len(p.Critical)-1])
		require.Empty(t, p.Early)
		for _, a := range p.Assumptions {
			require.NotEqual(t, a.ES, a.EN, "no Spanish form")
		}
		for _, task := range p.Tasks {
			require.False(t, task.To.Before(c.Start))
			require.NotEmpty(t, task.Why.EN, task.ID)
			require.NotEqual(t, task.Why.ES, task.Why.EN, "no Spanish form")
			if task.Binds != "" {
				require.False(t, task.To.Before(taskOf(t, p, task.Binds).To), "%s before %s", task.ID, task.Binds)
			}
			if task.Critical {
				// A task that binds may still have days before a day that is not working.
				require.Less(t, task.Float, 15, "%s: %s", p.Procedure, task.ID)
			}
		}
		// The legal minima, asked for again and not by way of the plan.
		checkLawful(t, c, p)

		var feasts []string
		for range 3 {
			feasts = append(feasts, c.Start.AddDays(r.IntN(120)).String())
		}
		worse := c
		worse.Calendar = testCalendar(t, feasts...)
		award, signed := placed(t, worse)
		require.False(t, signed.Before(p.Formalisation), "%v: %s, %s", feasts, p.Formalisation, signed)
		require.False(t, award.Before(p.Award))

		for _, relax := range []func(*PlanConfig){
			func(c *PlanConfig) { c.Facts.Electronic = law.Yes },
			func(c *PlanConfig) { c.Facts.Paper = law.No },
			func(c *PlanConfig) { c.Facts.Everyday = law.Yes },
			func(c *PlanConfig) { c.Facts.Appealable = law.No },
			func(c *PlanConfig) { c.Facts.Abnormal = law.No },
			func(c *PlanConfig) { c.Facts.Urgent = law.Yes },
			func(c *PlanConfig) { c.Pace = Fastest },
			func(c *PlanConfig) { c.Own = nil },
			func(c *PlanConfig) { c.Consultation = false },
			func(c *PlanConfig) { c.AnyDay = true },
			func(c *PlanConfig) { c.Start = c.Start.AddDays(-r.IntN(20)) },
		} {
			easier := c
			relax(&easier)
			if easier.Start.Before(law.MustDate("2024-06-01")) {
				continue
			}
			_, signed := placed(t, easier)
			require.False(t, signed.After(p.Formalisation), "%+v\n%+v\n%s", c, easier, p.Explain("en"))
		}
	}
	t.Logf("%d plans", made)
}

// checkLawful checks the dates of a plan against the law's minima, written
// anew from the articles.
func checkLawful(t *testing.T, c PlanConfig, p Plan) {
	t.Helper()
	date := map[TaskID]law.Date{}
	for _, task := range p.Tasks {
		date[task.ID] = task.To
	}
	atLeast := func(id, from TaskID, days int, why string) {
		a, okA := date[from]
		b, okB := date[id]
		if okA && okB {
			require.GreaterOrEqual(t, b.Sub(a), days, "%s: %s after %s: %s\n%s", c.Facts.Procedure, id, from, why, p.Explain("en"))
		}
	}
	f := c.Facts
	sara, urgent := f.Harmonised == law.Yes, f.Urgent == law.Yes
	switch f.Procedure {
	case law.Open:
		switch {
		case sara && (urgent || f.PriorNotice == law.Yes):
			atLeast(TaskOffersEnd, TaskDispatch, 15, "156.3")
		case sara && f.Electronic == law.Yes:
			atLeast(TaskOffersEnd, TaskDispatch, 30, "156.3.c")
		case sara:
			atLeast(TaskOffersEnd, TaskDispatch, 35, "156.2")
		case f.Contract == law.Works && !urgent:
			atLeast(TaskOffersEnd, TaskPublication, 26, "156.6")
		case !urgent:
			atLeast(TaskOffersEnd, TaskPublication, 15, "156.6")
		default:
			atLeast(TaskOffersEnd, TaskPublication, 8, "119")
		}
		if f.PriorNotice == law.Yes {
			atLeast(TaskDispatch, TaskPriorNotice, 35, "156.3.a")
		}
	case law.Simplified:
		atLeast(TaskOffersEnd, TaskPublication, map[bool]int{true: 20, false: 15}[f.Contract == law.Works], "159.3")
	case law.SuperSimplified:
		atLeast(TaskOffersEnd, TaskPublication, map[bool]int{true: 5, false: 10}[f.Everyday == law.Yes], "159.6.a")
	case law.Dialogue, law.InnovationPartnership:
		if sara {
			atLeast(TaskRequestsEnd, TaskDispatch, 30, "174.2, 178.2, 119.2.b.4")
		} else if f.Procedure == law.InnovationPartnership && !urgent {
			atLeast(TaskRequestsEnd, TaskPublication, 20, "178.2")
		}
	case law.Restricted, law.Negotiation:
		if sara && !urgent {
			atLeast(TaskRequestsEnd, TaskDispatch, 30, "161.1")
			atLeast(TaskOffersEnd, TaskInvitation, map[bool]int{true: 10, false: 25}[f.PriorNotice == law.Yes], "164.1")
		}
	}
	if f.Appealable == law.Yes && f.Procedure != law.Minor && f.Procedure != law.Precommercial {
		working := 0
		for d := date[TaskAwardNotice].AddDays(1); d.Before(date[TaskFormalisation]); d = d.AddDays(1) {
			if ok, err := c.Calendar.Working(d); err == nil && ok {
				working++
			}
		}
		require.GreaterOrEqual(t, working, 15, "standstill")
	}
	atLeast(TaskFormalisation, TaskAward, 0, "36.1")
	atLeast(TaskOpening, TaskOffersEnd, 1, "the last day counts whole")
}

func TestIdeaPlans(t *testing.T) {
	idea := Idea{At: law.MustDate("2026-09-01"), Body: law.Local, Contract: law.IntellectualServices, Value: law.Net(900_000), Premises: Premises{
		PremiseMarketMeets: law.No, PremiseRDNeeded: law.Yes, PremiseScalePurchase: law.Yes, PremiseSpecified: law.Yes, Premise167b: law.Yes,
		PremiseExempt19: law.No, PremiseUtilities: law.No, PremiseLotExcepted: law.No,
		Premise168a1: law.No, Premise168a2: law.No, Premise168a3: law.No, Premise168b1: law.No, Premise168b2: law.No, Premise168d: law.No, Premise168e: law.No}}
	f := fullFacts(law.AnyProcedure, law.AnyContract, law.NotKnown)
	f.Appealable = law.NotKnown
	options := idea.Plans(PlanConfig{Start: law.MustDate("2026-09-01"), Calendar: testCalendar(t), Facts: f, Own: map[TaskID]law.Period{TaskDialogue: law.Days(60), TaskFinalOffersEnd: law.Days(20)}})
	var got []string
	for _, o := range options {
		require.NoError(t, o.Err, "%s", o.Procedure)
		got = append(got, o.Procedure.String()+" "+o.Plan.Formalisation.String())
	}
	require.Equal(t, "open 2026-10-27, restricted 2026-11-19, negotiation 2027-02-10, dialogue 2027-01-18, innovation-partnership 2027-01-18", strings.Join(got, ", "))
}
