package procurement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// partnershipCase is a lawful innovation partnership above SARA: consultation,
// three partners of which one is dropped after the first phase, an appeal, a
// purchase, a modification.
func partnershipCase() []Event {
	d := law.MustDate
	es := []Event{
		{Kind: IdeaRecorded, Date: d("2023-03-01")},
		{Kind: NeedStated, Date: d("2023-03-20"), Facts: []Fact{Yes(FactPublicAim), Yes(FactCompetent)}, Documents: docs(DocNeedReport)},
		{Kind: ConsultationPublished, Date: d("2023-04-03"), Facts: []Fact{Yes(FactAnnounced)}, Documents: docs(DocConsultationNotice), Until: d("2023-05-15")},
		{Kind: ConsultationAnswered, Date: d("2023-04-28"), Party: "Acústica SL"},
		{Kind: AnswersShared, Date: d("2023-05-10"), Facts: []Fact{No(FactSolutionDisclosed)}},
		{Kind: ConsultationClosed, Date: d("2023-05-15")},
		{Kind: ConsultationReported, Date: d("2023-06-12"), Facts: []Fact{Yes(FactReportPublished)}, Documents: docs(DocConsultationReport)},
		{Kind: FileStarted, Date: d("2023-06-19"), Facts: []Fact{No(FactAfterRenounce)}},
		{Kind: ProcedureChosen, Date: d("2023-06-26"), Documents: docs(DocFunctionalSpecification), Facts: []Fact{Says(FactModel, "innovation-partnership"), Yes(FactCPI), Yes(FactUnmetNeed),
			Yes(FactFunctional), Yes(FactInnovative), Yes(FactStrategyLine), Says(FactContract, "services"), Says(FactBody, "local")}},
		{Kind: FileApproved, Date: d("2023-09-11"), Facts: append(fileFacts(900_000), Yes(FactPliegoStatesNeed), Yes(FactDropClause), Yes(FactEndClause), Yes(FactPurchaseCriteria), Yes(FactRDSolvency)),
			Documents: docs(fileDocs...)},
		{Kind: NoticeDispatched, Date: d("2023-09-13"), Documents: docs(DocDispatchProof)},
		{Kind: ReceiptConfirmed, Date: d("2023-09-13")},
		{Kind: NoticePublishedEU, Date: d("2023-09-15")},
		{Kind: NoticePublishedProfile, Date: d("2023-09-18")},
		{Kind: RequestReceived, Date: d("2023-10-05"), Party: "Acústica SL"},
		{Kind: RequestReceived, Date: d("2023-10-09"), Party: "Ruido Cero SA"},
		{Kind: RequestReceived, Date: d("2023-10-10"), Party: "Universitat"},
		{Kind: RequestsClosed, Date: d("2023-10-16")},
		{Kind: CandidateSelected, Date: d("2023-10-24"), Party: "Acústica SL"},
		{Kind: CandidateSelected, Date: d("2023-10-24"), Party: "Ruido Cero SA"},
		{Kind: CandidateSelected, Date: d("2023-10-24"), Party: "Universitat"},
		{Kind: Invited, Date: d("2023-10-25")},
		{Kind: RoundHeld, Date: d("2023-11-22")},
		{Kind: TermsChanged, Date: d("2023-11-29"), Facts: []Fact{No(FactMinimumsChanged), Yes(FactToldAll)}},
		{Kind: OffersReduced, Date: d("2023-12-04"), Facts: []Fact{Yes(FactReductionAnnounced), Yes(FactEnoughLeft)}},
		{Kind: FinalOffersCalled, Date: d("2023-12-05")},
		{Kind: OfferReceived, Date: d("2024-01-08"), Party: "Acústica SL", Amount: law.Net(180_000)},
		{Kind: OfferReceived, Date: d("2024-01-09"), Party: "Ruido Cero SA", Amount: law.Net(175_000)},
		{Kind: OfferReceived, Date: d("2024-01-09"), Party: "Universitat", Amount: law.Net(160_000)},
		{Kind: OffersClosed, Date: d("2024-01-10")},
		{Kind: EnvelopeOpened, Date: d("2024-01-15"), Facts: []Fact{No(FactFormulaEnvelope)}},
		{Kind: BidderAdmitted, Date: d("2024-01-15"), Party: "Acústica SL", Facts: []Fact{Yes(FactHelpedPrepare), Yes(FactMeasuresTaken)}},
		{Kind: JudgementReported, Date: d("2024-02-05"), Documents: docs(DocJudgementReport)},
		{Kind: EnvelopeOpened, Date: d("2024-02-06"), Facts: []Fact{Yes(FactFormulaEnvelope)}},
		{Kind: AbnormalPresumed, Date: d("2024-02-07"), Party: "Universitat"},
		{Kind: AbnormalAnswered, Date: d("2024-02-14"), Party: "Universitat"},
		{Kind: AbnormalAccepted, Date: d("2024-02-20"), Party: "Universitat", Facts: []Fact{Yes(FactReasoned)}, Documents: docs(DocAbnormalProposal)},
		{Kind: Classified, Date: d("2024-02-21"), Facts: []Fact{No(FactTie)}},
	}
	for _, p := range []string{"Acústica SL", "Ruido Cero SA", "Universitat"} {
		es = append(es, Event{Kind: DocumentsAsked, Date: d("2024-02-22"), Party: p}, Event{Kind: DocumentsReceived, Date: d("2024-03-01"), Party: p})
	}
	for _, p := range []string{"Acústica SL", "Ruido Cero SA", "Universitat"} {
		es = append(es, Event{Kind: Awarded, Date: d("2024-03-05"), Party: p, Amount: law.Net(180_000), Facts: []Fact{Yes(FactReasoned)}, Documents: docs(DocAwardResolution)})
	}
	es = append(es,
		Event{Kind: AwardNotified, Date: d("2024-03-06")},
		Event{Kind: AwardPublished, Date: d("2024-03-06")},
		Event{Kind: AppealLodged, Date: d("2024-03-20"), Facts: []Fact{Yes(FactAwardChallenged)}, Documents: docs(DocAppealWrit)},
		Event{Kind: AppealResolved, Date: d("2024-05-07"), Facts: []Fact{No(FactUpheld)}})
	for _, p := range []string{"Acústica SL", "Ruido Cero SA", "Universitat"} {
		es = append(es, Event{Kind: Formalised, Date: d("2024-05-14"), Party: p, Amount: law.Net(180_000), Documents: docs(DocContract)})
	}
	es = append(es,
		Event{Kind: FormalisationDispatchedEU, Date: d("2024-05-20")},
		Event{Kind: FormalisationPublished, Date: d("2024-05-24"), Documents: docs(DocReport336)})
	for _, p := range []string{"Acústica SL", "Ruido Cero SA", "Universitat"} {
		es = append(es, Event{Kind: ExecutionStarted, Date: d("2024-06-03"), Party: p},
			Event{Kind: PhaseStarted, Date: d("2024-06-03"), Party: p, Phase: 1, Amount: law.Net(40_000)},
			Event{Kind: PhaseDelivered, Date: d("2024-11-29"), Party: p, Phase: 1},
			Event{Kind: PhaseAssessed, Date: d("2024-12-16"), Party: p, Phase: 1, Documents: docs(DocPhaseReport)},
			Event{Kind: PhasePaid, Date: d("2024-12-20"), Party: p, Phase: 1, Amount: law.Net(40_000)})
	}
	es = append(es, Event{Kind: ResultsShared, Date: d("2024-12-20"), Party: "Acústica SL", Phase: 1, Facts: []Fact{Yes(FactConsent)}, Documents: docs(DocConsent)},
		Event{Kind: PartnerDropped, Date: d("2024-12-23"), Party: "Universitat", Phase: 1, Facts: []Fact{Yes(FactObjectivesJudged)}, Documents: docs(DocPhaseReport)})
	for _, p := range []string{"Acústica SL", "Ruido Cero SA"} {
		es = append(es, Event{Kind: PhasePassed, Date: d("2024-12-23"), Party: p, Phase: 1},
			Event{Kind: PhaseStarted, Date: d("2025-01-08"), Party: p, Phase: 2, Amount: law.Net(140_000)})
	}
	return append(es,
		Event{Kind: Modified, Date: d("2025-04-01"), Party: "Acústica SL", Amount: law.Net(18_000), Documents: docs(DocModificationResolution),
			Facts: []Fact{Says(FactGround, "204"), Yes(FactHeard), Yes(FactClear), No(FactNewPrices), Yes(FactNatureKept)}},
		Event{Kind: ModificationPublished, Date: d("2025-04-04"), Party: "Acústica SL"},
		Event{Kind: PhaseDelivered, Date: d("2025-10-31"), Party: "Acústica SL", Phase: 2},
		Event{Kind: PhaseDelivered, Date: d("2025-10-31"), Party: "Ruido Cero SA", Phase: 2},
		Event{Kind: PhaseAssessed, Date: d("2025-11-17"), Party: "Acústica SL", Phase: 2},
		Event{Kind: PhaseAssessed, Date: d("2025-11-17"), Party: "Ruido Cero SA", Phase: 2},
		Event{Kind: PhasePassed, Date: d("2025-11-24"), Party: "Acústica SL", Phase: 2},
		Event{Kind: PhasePassed, Date: d("2025-11-24"), Party: "Ruido Cero SA", Phase: 2},
		Event{Kind: PurchaseDecided, Date: d("2025-12-15"), Party: "Acústica SL", Amount: law.Net(500_000), Documents: docs(DocPurchaseReport),
			Facts: []Fact{Yes(FactPerformance), Yes(FactWithinCost), Yes(FactByCriteria)}},
		Event{Kind: PurchaseDelivered, Date: d("2026-05-04"), Party: "Acústica SL"},
	)
}

// restrictedCase is the start of a restricted procedure to the invitation.
func restrictedCase() []Event {
	d := law.MustDate
	es := slices.Clone(openCase()[:8])
	es[7] = es[7].clone()
	es[7].Facts[0] = Says(FactModel, "restricted")
	return append(es,
		Event{Kind: FileApproved, Date: d("2025-04-01"), Facts: fileFacts(150_000), Documents: docs(fileDocs...)},
		Event{Kind: NoticePublishedProfile, Date: d("2025-04-03")},
		Event{Kind: RequestReceived, Date: d("2025-04-15"), Party: "A"},
		Event{Kind: RequestsClosed, Date: d("2025-04-22")},
		Event{Kind: CandidateSelected, Date: d("2025-04-23"), Party: "A"},
		Event{Kind: Invited, Date: d("2025-04-24"), Facts: []Fact{Number(FactQualified, 1)}})
}

// precommercialCase is a lawful pre-commercial procurement with two firms.
func precommercialCase() []Event {
	d := law.MustDate
	es := slices.Clone(openCase()[:8])
	es[7] = es[7].clone()
	es[7].Facts[0] = Says(FactModel, "precommercial")
	es[7].Facts = append(es[7].Facts, Yes(FactRDServices), No(FactExclusiveBenefits), No(FactPaysAll), Yes(FactListedCPV), No(FactCommercialVolumes))
	es = append(es,
		Event{Kind: FileApproved, Date: d("2025-04-01"), Facts: fileFacts(150_000), Documents: docs(fileDocs...)},
		Event{Kind: NoticePublishedProfile, Date: d("2025-04-03")},
		Event{Kind: OfferReceived, Date: d("2025-05-05"), Party: "A", Amount: law.Net(50_000)},
		Event{Kind: OfferReceived, Date: d("2025-05-05"), Party: "B", Amount: law.Net(50_000)},
		Event{Kind: OffersClosed, Date: d("2025-05-06")},
		Event{Kind: EnvelopeOpened, Date: d("2025-05-07")},
		Event{Kind: Classified, Date: d("2025-05-28")},
		Event{Kind: Awarded, Date: d("2025-06-02"), Party: "A", Amount: law.Net(50_000)},
		Event{Kind: Awarded, Date: d("2025-06-02"), Party: "B", Amount: law.Net(50_000)},
		Event{Kind: AwardNotified, Date: d("2025-06-03")})
	for _, p := range []string{"A", "B"} {
		es = append(es, Event{Kind: Formalised, Date: d("2025-06-10"), Party: p, Amount: law.Net(50_000)},
			Event{Kind: ExecutionStarted, Date: d("2025-06-11"), Party: p},
			Event{Kind: PhaseStarted, Date: d("2025-06-11"), Party: p, Phase: 1, Amount: law.Net(20_000)},
			Event{Kind: PhaseDelivered, Date: d("2025-11-11"), Party: p, Phase: 1},
			Event{Kind: PhaseAssessed, Date: d("2025-11-20"), Party: p, Phase: 1})
	}
	return append(es,
		Event{Kind: PhasePassed, Date: d("2025-11-21"), Party: "A", Phase: 1, Facts: []Fact{Yes(FactByCallCriteria)}, Documents: docs(DocPhaseReport)},
		Event{Kind: PartnerDropped, Date: d("2025-11-21"), Party: "B", Phase: 1},
		Event{Kind: ScalePurchaseStarted, Date: d("2026-02-02"), Facts: []Fact{Yes(FactNewProcedure), No(FactPreference)}})
}

func TestLawfulOthers(t *testing.T) {
	for _, events := range [][]Event{restrictedCase(), precommercialCase()} {
		c := NewRules(town(t)).NewCase("x")
		require.NoError(t, c.Append(0, events...))
		for _, f := range c.Check(law.MustDate("2026-02-03")) {
			if f.Verdict != OK && !f.Due {
				t.Error(f.Message("en"))
			}
		}
	}
}

func TestLawfulPartnership(t *testing.T) {
	c := NewRules(town(t)).NewCase("AI-2023-01")
	require.NoError(t, c.Append(0, partnershipCase()...))
	at := law.MustDate("2026-05-05")
	for _, f := range c.Check(at) {
		// The law gives no minimum for final offers: adequate to the project.
		if f.Verdict != OK && f.Guard.ID != "period-min" {
			t.Error(f.Message("en"))
		}
	}
	s := c.Status(at)
	require.Equal(t, StatePurchaseDecided, s.Case)
	require.Len(t, s.Contracts, 3)
	require.Equal(t, StateTerminated, s.Contracts[2].State)
	require.Len(t, s.Phases, 5)
}

// mutants spoils one thing of a case at a time.
func mutants(events []Event, try func([]Event)) {
	copyOf := func() []Event {
		out := make([]Event, len(events))
		for i := range events {
			out[i] = events[i].clone()
		}
		return out
	}
	for i := range events {
		for n := range events[i].Facts {
			es := copyOf()
			es[i].Facts = append(es[i].Facts[:n:n], es[i].Facts[n+1:]...)
			try(es)
			es = copyOf()
			f := &es[i].Facts[n]
			switch info := f.Name.Info(); {
			case f.Truth != law.NotKnown:
				f.Truth = law.Yes + law.No - f.Truth
			case info.Type == TextFact && f.Name != FactModel:
				f.Text = info.OneOf[(len(f.Text)+1)%len(info.OneOf)]
			case info.Type == NetFact:
				f.Money = law.Net(50_000_000)
			default:
				f.Number = 9_900
			}
			try(es)
		}
		for n := range events[i].Documents {
			es := copyOf()
			es[i].Documents = append(es[i].Documents[:n:n], es[i].Documents[n+1:]...)
			try(es)
		}
		for _, days := range []int{-400, -20, 20, 400, 1900} {
			es := copyOf()
			es[i].Date = es[i].Date.AddDays(days)
			try(es)
		}
		es := copyOf()
		es[i].Amount.Cents *= 1000
		try(es)
		es = copyOf()
		es[i].Amount = law.Money{}
		try(es)
		try(append(copyOf()[:i:i], events[i+1:]...))
	}
}

// TestMutants: one thing spoiled is told by a finding that was not there, or
// changes nothing that a guard asks for; and never by a panic.
func TestMutants(t *testing.T) {
	rules := NewRules(town(t))
	for _, events := range [][]Event{openCase(), partnershipCase(), restrictedCase(), precommercialCase()} {
		at := law.MustDate("2026-07-02")
		count, told := 0, 0
		mutants(events, func(es []Event) {
			c := rules.NewCase("m")
			require.NoError(t, c.Append(0, es...))
			count++
			for _, f := range c.Check(at) {
				if f.Verdict != OK && f.Guard.ID != "period-min" {
					told++
					break
				}
			}
		})
		t.Logf("%d ways to spoil one thing of a case of %d events, %d told by a finding", count, len(events), told)
	}
}

// TestAwardRecordsOfPartnership: what a worked case says of itself.
func TestAwardRecordsOfPartnership(t *testing.T) {
	c := NewRules(town(t)).NewCase("AI-2023-01")
	require.NoError(t, c.Append(0, partnershipCase()...))
	at := law.MustDate("2026-05-05")
	rs := c.AwardRecords(at)
	require.Len(t, rs, 3)
	for i, want := range []struct {
		party           string
		started, passed int
	}{{"Acústica SL", 2, 2}, {"Ruido Cero SA", 2, 2}, {"Universitat", 1, 0}} {
		r := rs[i]
		require.Equal(t, want.party, r.Supplier)
		require.Equal(t, []Count{Counted(want.started), Counted(want.passed), Counted(3)}, []Count{r.PhasesStarted, r.PhasesPassed, r.Bids})
		require.Equal(t, InnovationDeclared, r.Innovation)
		require.Equal(t, ModalityPartnership, r.Modality)
		require.Equal(t, "2024-03-05 2023-04-03 2023-09-15", r.Date.String()+" "+r.Consultation.String()+" "+r.Call.String())
		require.Equal(t, []law.Truth{law.Yes, law.No, law.Yes, law.Yes, law.NotKnown}, []law.Truth{r.Appealed, r.Upheld, r.RDEnded, r.Purchased, r.SME})
	}
	require.Equal(t, law.Net(18_000), rs[0].Modified)
	q, ok := c.ConsultationRecord(at)
	require.True(t, ok)
	require.Equal(t, Counted(1), q.Participants)
	require.Empty(t, c.AwardRecords(law.MustDate("2024-03-04")), "not awarded yet")

	cube, err := Figures(FiguresConfig{Entity: "x", From: 2024, To: 2024, Since: law.MustDate("2019-01-01"), Until: law.MustDate("2025-12-31"), Awards: rs, Consultations: []ConsultationRecord{q}})
	require.NoError(t, err)
	for i, m := range cube.Schema().Measures {
		if want, ok := map[string]float64{"cpi_awarded_eur": 540_000, "cpi_tenders": 1, "cpi_awards": 3, "cpi_bids": 3, "cpi_days": 337 * 3, "cpi_phases_started": 5,
			"cpi_phases_passed": 4, "cpi_rd_purchased": 1, "cpi_modified_eur": 18_000, "cpi_awards_new": 3, "cpi_appealed": 1, "consultations": 0}[m.ID]; ok {
			require.Equal(t, want, cube.Cell(0, i).Value, m.ID)
			require.True(t, cube.Cell(0, i).Status.Observed(), m.ID)
		}
	}
}
