package procurement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// At every moment of a lawful case the plan of what is left is lawful for
// Check too, whose guards count for themselves; a day less before the
// signature is not.
func TestCasePlanAgreesWithCheck(t *testing.T) {
	rules := NewRules(town(t))
	all := openCase()
	formalised := slices.IndexFunc(all, func(e Event) bool { return e.Kind == Formalised })
	published := slices.IndexFunc(all, func(e Event) bool { return e.Kind == FormalisationPublished })
	steps := map[Kind]TaskID{NoticePublishedProfile: TaskPublication, OffersClosed: TaskOffersEnd, EnvelopeOpened: TaskOpening, JudgementReported: TaskOpening, Classified: TaskEvaluation,
		DocumentsAsked: TaskDocumentsAsked, DocumentsReceived: TaskDocuments, Awarded: TaskAward, AwardNotified: TaskAwardNotice, AwardPublished: TaskAwardNotice, Formalised: TaskFormalisation, FormalisationPublished: TaskFormalisationSeen}
	for n := 9; n <= formalised; n++ { // from the approved file on
		c := rules.NewCase("CPI-1")
		require.NoError(t, c.Append(0, all[:n]...))
		at := all[n-1].Date
		p, err := c.Plan("", at, PlanConfig{})
		require.NoError(t, err, "after %s", all[n-1].Kind)
		require.Empty(t, p.Early, "after %s: %s", all[n-1].Kind, p.Explain("en"))
		require.Empty(t, p.Overruns)
		follow := func(shift int) []Event {
			rest := slices.Clone(all[n : published+1])
			for i := range rest {
				e := &rest[i]
				if id, ok := steps[e.Kind]; ok {
					if f := e.fact(FactFormulaEnvelope); f != nil && f.Truth == law.Yes {
						id = TaskEvaluation // the second envelope
					}
					e.Date = taskOf(t, p, id).To
				}
				if e.Kind == OfferReceived {
					e.Date = taskOf(t, p, TaskOffersEnd).To
				}
				if e.Kind == Formalised || e.Kind == FormalisationPublished {
					e.Date = e.Date.AddDays(-shift)
				}
			}
			return rest
		}
		for shift, lawful := range map[int]bool{0: true, 1: false} {
			c := rules.NewCase("CPI-1")
			require.NoError(t, c.Append(0, all[:n]...))
			require.NoError(t, c.Append(n, follow(shift)...))
			var breaches []string
			for _, f := range c.Check(p.Formalisation.AddDays(10)) {
				if f.Verdict == Breach {
					breaches = append(breaches, f.Message("en"))
				}
			}
			require.Equal(t, lawful, len(breaches) == 0, "after %s, shift %d: %s\n%s", all[n-1].Kind, shift, strings.Join(breaches, "\n"), p.Explain("en"))
		}
	}
}

// The window of Next and the plan agree on the first day of the signature.
func TestCasePlanAgreesWithNext(t *testing.T) {
	c := NewRules(town(t)).NewCase("CPI-1")
	require.NoError(t, c.Append(0, openCase()[:22]...))
	at := law.MustDate("2025-05-21")
	p, err := c.Plan("", at, PlanConfig{Wanted: law.MustDate("2025-06-30")})
	require.NoError(t, err)
	found := false
	for _, o := range c.Next(at) {
		if o.Kind == Formalised {
			require.Equal(t, o.From, p.Formalisation)
			found = true
		}
	}
	require.True(t, found)
	require.Equal(t, 18, p.Slack)
	require.True(t, taskOf(t, p, TaskAward).Done)
	require.Equal(t, "2025-05-20", p.Award.String())
	require.Equal(t, TaskFormalisation, p.Critical[len(p.Critical)-1])
}

// What the log adds to the minimum: an announced end, and late answers.
func TestCasePlanHolds(t *testing.T) {
	rules := NewRules(town(t))
	all := openCase()
	end := func(events ...Event) string {
		c := rules.NewCase("x")
		require.NoError(t, c.Append(0, append(slices.Clone(all[:10]), events...)...))
		p, err := c.Plan("", law.MustDate("2025-04-16"), PlanConfig{})
		require.NoError(t, err)
		return taskOf(t, p, TaskOffersEnd).To.String()
	}
	d := law.MustDate
	require.Equal(t, "2025-04-21", end())
	require.Equal(t, "2025-05-05", end(Event{Kind: PeriodExtended, Date: d("2025-04-15"), Until: d("2025-05-04")})) // a Sunday
	require.Equal(t, "2025-04-22", end(Event{Kind: QuestionAsked, Date: d("2025-04-10"), Party: "A"}))              // not answered: six days from today
	require.Equal(t, "2025-04-21", end(Event{Kind: QuestionAsked, Date: d("2025-04-10"), Party: "A"}, Event{Kind: QuestionAnswered, Date: d("2025-04-11")}))
	require.Equal(t, "2025-04-22", end(Event{Kind: QuestionAsked, Date: d("2025-04-10"), Party: "A"}, Event{Kind: QuestionAnswered, Date: d("2025-04-16")}))
}

func TestCasePlanFindings(t *testing.T) {
	rules := NewRules(town(t))
	all := openCase()
	closed := slices.IndexFunc(all, func(e Event) bool { return e.Kind == OffersClosed })
	late := slices.Clone(all[:closed+1])
	late[closed].Date = law.MustDate("2025-04-17") // 14 days after publication
	c := rules.NewCase("x")
	require.NoError(t, c.Append(0, late...))
	p, err := c.Plan("", law.MustDate("2025-04-25"), PlanConfig{})
	require.NoError(t, err)
	require.Len(t, p.Early, 1)
	require.Equal(t, "offers end 2025-04-17 2025-04-21 LCSP 156.6", fmt.Sprint(p.Early[0].Task, " ", p.Early[0].On, " ", p.Early[0].Limit, " ", p.Early[0].Source.Cite()))

	// Signed before the standstill was over.
	signed := slices.IndexFunc(all, func(e Event) bool { return e.Kind == Formalised })
	early := slices.Clone(all[:signed+1])
	early[signed].Date = law.MustDate("2025-06-11")
	c = rules.NewCase("x")
	require.NoError(t, c.Append(0, early...))
	p, err = c.Plan("", law.MustDate("2025-06-20"), PlanConfig{})
	require.NoError(t, err)
	require.Len(t, p.Early, 1)
	require.Equal(t, TaskFormalisation, p.Early[0].Task)

	// A step that nobody entered is taken for done, and said.
	gap := slices.DeleteFunc(slices.Clone(all[:signed]), func(e Event) bool { return e.Kind == DocumentsAsked || e.Kind == DocumentsReceived })
	c = rules.NewCase("x")
	require.NoError(t, c.Append(0, gap...))
	p, err = c.Plan("", law.MustDate("2025-05-22"), PlanConfig{})
	require.NoError(t, err)
	require.Empty(t, p.Early)
	require.NotEmpty(t, p.Assumptions)

	// No procedure yet: what the caller says counts. A case that ended has no plan.
	c = rules.NewCase("x")
	require.NoError(t, c.Append(0, all[:3]...))
	_, err = c.Plan("", law.MustDate("2025-02-01"), PlanConfig{})
	require.Error(t, err)
	p, err = c.Plan("", law.MustDate("2025-02-01"), PlanConfig{Facts: fullFacts(law.Open, law.Services, law.No), Consultation: true})
	require.NoError(t, err)
	require.False(t, p.Formalisation.IsZero())
	_, err = c.Plan("lot 7", law.MustDate("2025-02-01"), PlanConfig{})
	require.ErrorIs(t, err, ErrName)
	_, err = c.Plan("", law.Date{}, PlanConfig{})
	require.Error(t, err)
	c = rules.NewCase("x")
	require.NoError(t, c.Append(0, all...))
	_, err = c.Plan("", law.MustDate("2026-08-01"), PlanConfig{})
	require.ErrorContains(t, err, "ended")
}

// On random lawful cases of every model, no step is planned before the first
// day on which Next offers its event.
func TestCasePlanNeverBeforeNext(t *testing.T) {
	rules := NewRules(town(t))
	fallback := PlanConfig{AnyDay: true, Facts: law.Facts{Harmonised: law.No, Urgent: law.No, PriorNotice: law.No, Electronic: law.Yes, Everyday: law.No, Paper: law.No,
		PriceOnly: law.No, Abnormal: law.No, Appealable: law.No, ComplexReport: law.No}}
	compared, plans, open := map[TaskID]int{}, 0, 0
	for seed := range 800 {
		w := newWalker(rand.New(rand.NewPCG(uint64(seed), 19)), rules)
		for range 300 {
			e, o, ok := w.propose()
			if !ok || !o.Lawful() || o.Late() || slices.Contains([]Kind{IdeaArchived, ProcedureAnnulled, CaseClosed, Withdrawn, NotAwarded, Deserted, ConsultationCancelled, PartnershipEnded, AppealLodged}, e.Kind) {
				w.at = w.at.AddDays(w.rng.IntN(3))
				if w.at.After(law.MustDate("2026-06-01")) {
					break
				}
				continue
			}
			e.Date = maxDate(o.From, w.at)
			w.complete(&e, &o)
			w.push(t, e)
			w.at = e.Date
			if w.at.After(law.MustDate("2026-06-01")) {
				break
			}
			if w.rng.IntN(3) > 0 {
				continue
			}
			p, err := w.c.Plan("", w.at, fallback)
			if err != nil {
				open++
				continue
			}
			plans++
			for _, o := range w.c.Next(w.at) {
				id, ok := planned[o.Kind]
				if !ok || !o.Lawful() || o.Lot != "" || len(o.Unknown) > 0 {
					continue
				}
				if o.Kind == OffersClosed && w.j.lots[0].track[FinalOffersCalled] != 0 {
					id = TaskFinalOffersEnd
				}
				for _, task := range p.Tasks {
					if task.ID == id && !task.Done {
						require.False(t, task.To.Before(o.From), "seed %d, %s: %s planned on %s, offered from %s\n%s", seed, w.model, o.Kind, task.To, o.From, p.Explain("en"))
						compared[id]++
					}
				}
			}
		}
	}
	t.Logf("%d plans, %d cases without one; compared %v", plans, open, compared)
	require.GreaterOrEqual(t, len(compared), 9)
}
