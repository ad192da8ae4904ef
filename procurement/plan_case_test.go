package procurement

import (
	"fmt"
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
