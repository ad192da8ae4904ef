package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/evaluation"
	"github.com/almotacen/almotacen/procurement/law"
)

const caseID = "CPI-2023-01"

var day = law.MustDate

// asked is the day on which everything is asked: nothing here reads the clock.
var (
	asked     = day("2026-05-05")
	approved  = day("2023-09-12") // the day after the file was approved: the plan
	suspended = day("2024-04-10") // an appeal stops the award
)

// calendar has the town's holidays; the national ones are in the library.
func calendar() (*law.Calendar, error) {
	var hs []law.Holiday
	for _, d := range []string{"2023-10-09", "2024-08-16", "2024-10-09", "2025-08-22", "2025-10-09", "2026-08-21", "2026-10-09"} {
		hs = append(hs, law.Holiday{Date: day(d), Level: law.LocalDay, Name: "fiesta local"})
	}
	return law.NewCalendar(law.CalendarConfig{Name: "Valdeoca", From: day("2023-01-01"), To: day("2026-12-31"), Holidays: hs, Complete: true})
}

// log grows with the case.
type log struct {
	c   *procurement.Case
	err error
}

func (l *log) add(date string, k procurement.Kind, party string, with ...any) {
	e := procurement.Event{Kind: k, Date: day(date), Party: party}
	for _, x := range with {
		switch x := x.(type) {
		case procurement.Fact:
			e.Facts = append(e.Facts, x)
		case []procurement.Fact:
			e.Facts = append(e.Facts, x...)
		case procurement.DocumentKind:
			e.Documents = append(e.Documents, procurement.Document{Kind: x, ID: fmt.Sprintf("%s/%03d-%d", date[:4], l.c.Version()+1, len(e.Documents)+1)})
		case law.Money:
			e.Amount = x
		case law.Date:
			e.Until = x
		case int:
			e.Phase = x
		case string:
			e.Note = x
		}
	}
	if l.err == nil {
		l.err = l.c.Append(l.c.Version(), e)
	}
}

func (l *log) each(date string, k procurement.Kind, with ...any) {
	for _, p := range partners {
		l.add(date, k, p, with...)
	}
}

// story is everything that the example shows.
type story struct {
	c         *procurement.Case
	heard     *evaluation.Sheet // before the low offer was heard
	sheet     *evaluation.Sheet
	passages  []evaluation.Passage
	sharing   []procurement.Sharing
	findings  []procurement.Finding
	plan      procurement.Plan
	suspended []procurement.Option
	next      []procurement.Option
}

// tell runs the case, and says on w what happens.
func tell(w io.Writer) (*story, error) {
	cal, err := calendar()
	if err != nil {
		return nil, err
	}
	l := &log{c: procurement.NewRules(cal).NewCase(caseID)}
	s := &story{c: l.c, sharing: sharing()}
	scheme, err := evaluation.New(pliego)
	if err != nil {
		return nil, err
	}

	fmt.Fprintf(w, "Case %s, invented: noise in the streets of Valdeoca\n\n", caseID)
	beforeCall(l, scheme.Shares())
	say(w, l, "Idea, consultation and file", "2023-09-11")
	if s.plan, err = l.c.Plan("", approved, procurement.PlanConfig{Own: own}); err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "  plan of %s: award %s at the earliest, signature %s\n", approved, s.plan.Award, s.plan.Formalisation)

	call(l)
	in := tenders()
	if s.heard, err = scheme.Evaluate(in); err != nil {
		return nil, err
	}
	low := s.heard.Presumptions[0]
	fmt.Fprintf(w, "  presumed abnormally low: %s (%s)\n", low.Bidder, low.Article)
	i := slices.IndexFunc(in.Offers, func(o evaluation.Offer) bool { return o.Bidder == low.Bidder })
	in.Offers[i].Justified = "propuesta de la mesa de 2024-02-20: usa su propio laboratorio"
	if s.sheet, err = scheme.Evaluate(in); err != nil {
		return nil, err
	}
	evaluated(l, in, s.sheet)
	say(w, l, "Call, evaluation and award", "2024-03-06")
	for _, sc := range s.sheet.Scores {
		fmt.Fprintf(w, "  %d. %s: %s points\n", sc.Rank, sc.Bidder, sc.Total)
	}

	l.add("2024-03-20", procurement.AppealLodged, "", procurement.Yes(procurement.FactAwardChallenged), procurement.DocAppealWrit)
	s.suspended = l.c.Next(suspended)
	for _, o := range s.suspended {
		if o.Kind == procurement.Formalised && o.Party == acustica && !o.Lawful() {
			fmt.Fprintf(w, "  on %s signing would be a %s\n", suspended, o.Breaches[0].Message("en"))
		}
	}
	signed(l)
	say(w, l, "Appeal and signature", "2024-05-24")

	if s.passages, err = gate.Pass(assessed); err != nil {
		return nil, err
	}
	phases(l, s.passages)
	for _, p := range s.passages {
		fmt.Fprintf(w, "  end of phase 1, %s: passed %t, %s\n", p.Partner, p.Passed, p.Reason)
	}
	say(w, l, "Phases, modification and purchase", "2026-05-04")
	if l.err != nil {
		return nil, l.err
	}
	// A collusion incident is secret (LCSP 150.1): nothing that is published shows its checks or acts.
	secret := func(k procurement.Kind) bool {
		return k == procurement.CollusionReferred || k == procurement.CollusionCleared
	}
	s.findings = slices.DeleteFunc(l.c.Check(asked), func(f procurement.Finding) bool { return secret(f.Kind) || f.Guard.ID == "collusion-open" })
	hidden := func(o procurement.Option) bool { return secret(o.Kind) }
	s.suspended = slices.DeleteFunc(s.suspended, hidden)
	s.next = slices.DeleteFunc(l.c.Next(asked), hidden)
	count := map[procurement.Verdict]int{}
	for _, f := range s.findings {
		count[f.Verdict]++
	}
	fmt.Fprintf(w, "Check: %d ok, %d breaches, %d unknown\n", count[procurement.OK], count[procurement.Breach], count[procurement.Unknown])
	for _, f := range s.findings {
		if f.Verdict != procurement.OK {
			fmt.Fprintf(w, "  %s\n", f.Message("en"))
		}
	}
	for _, x := range s.sharing {
		for _, f := range x.StateAid() {
			if f.Verdict != procurement.OK {
				fmt.Fprintf(w, "  state aid, %s: %s\n", x.Party, f.Message("en"))
			}
		}
	}
	fmt.Fprintf(w, "Next: %d acts can be done now\n", len(s.next))
	return s, nil
}

func say(w io.Writer, l *log, what, date string) {
	fmt.Fprintf(w, "%s (to %s): %d events, state: %s\n", what, date, l.c.Version(), l.c.Status(day(date)).Case.Info().Label.EN)
}

// own is the time that the town's own work takes.
var own = map[procurement.TaskID]law.Period{
	procurement.TaskSelection:      {N: 8, Unit: law.WorkingDays},
	procurement.TaskDialogue:       {N: 40, Unit: law.WorkingDays},
	procurement.TaskFinalOffersEnd: {N: 30, Unit: law.CalendarDays},
	procurement.TaskEvaluation:     {N: 20, Unit: law.WorkingDays},
}

// beforeCall goes from the map of early demand to the approved file.
func beforeCall(l *log, shares evaluation.Shares) {
	yes, no := procurement.Yes, procurement.No
	share := func(p evaluation.Points) int64 { return int64(p * 10_000 / shares.Total) }
	l.add("2023-03-01", procurement.IdeaRecorded, "", "mapa de demanda temprana: saber qué ruido molesta, y dónde, sin grabar a nadie")
	l.add("2023-03-20", procurement.NeedStated, "", yes(procurement.FactPublicAim), yes(procurement.FactCompetent), procurement.DocNeedReport)
	l.add("2023-04-03", procurement.ConsultationPublished, "", yes(procurement.FactAnnounced), procurement.DocConsultationNotice, day("2023-05-15"))
	l.add("2023-04-28", procurement.ConsultationAnswered, acustica)
	l.add("2023-05-02", procurement.ConsultationAnswered, universidad)
	l.add("2023-05-10", procurement.AnswersShared, "", no(procurement.FactSolutionDisclosed))
	l.add("2023-05-15", procurement.ConsultationClosed, "")
	l.add("2023-06-12", procurement.ConsultationReported, "", yes(procurement.FactReportPublished), procurement.DocConsultationReport)
	l.add("2023-06-19", procurement.FileStarted, "", no(procurement.FactAfterRenounce))
	l.add("2023-06-26", procurement.ProcedureChosen, "", procurement.DocFunctionalSpecification, procurement.Says(procurement.FactModel, "innovation-partnership"),
		yes(procurement.FactCPI), yes(procurement.FactUnmetNeed), yes(procurement.FactFunctional), yes(procurement.FactInnovative), yes(procurement.FactStrategyLine),
		procurement.Says(procurement.FactContract, "services"), procurement.Says(procurement.FactBody, "local"))
	l.add("2023-09-11", procurement.FileApproved, "", []procurement.Fact{
		procurement.Amount(procurement.FactEstimatedValue, law.Net(1_200_000)), yes(procurement.FactValueComplete), yes(procurement.FactValueCountsPurchases), yes(procurement.FactProportionatePurchase),
		no(procurement.FactSplit), yes(procurement.FactLots), yes(procurement.FactSpecialCondition), no(procurement.FactPersonalData), yes(procurement.FactIPRClause),
		procurement.Says(procurement.FactApprovedBy, "mayor"), no(procurement.FactLargeTown), procurement.Amount(procurement.FactOrdinaryResources, law.Net(40_000_000)),
		procurement.Number(procurement.FactDurationMonths, 36), procurement.Number(procurement.FactJudgementWeight, share(shares.Judgement)),
		procurement.Number(procurement.FactQualityWeight, share(shares.Quality)), no(procurement.FactPriceOnly), no(procurement.FactPhasedEvaluation),
		yes(procurement.FactTableLawful), yes(procurement.FactDocumentsOnline), yes(procurement.FactElectronic), no(procurement.FactPaper), no(procurement.FactEveryday),
		no(procurement.FactFittedToOne), yes(procurement.FactConsultationUsed), yes(procurement.FactStateAidChecked),
		yes(procurement.FactPliegoStatesNeed), yes(procurement.FactDropClause), yes(procurement.FactEndClause), yes(procurement.FactPurchaseCriteria), yes(procurement.FactRDSolvency),
	}, procurement.DocMemoria, procurement.DocPCAP, procurement.DocPPT, procurement.DocCreditCertificate, procurement.DocFiscalControl, procurement.DocStabilityReport,
		procurement.DocLegalReport, procurement.DocApprovalResolution, procurement.DocInsufficiencyReport, procurement.DocBusinessCase, procurement.DocDescriptiveDocument, procurement.DocStateAidCheck)
}

// call goes from the notice to the final offers.
func call(l *log) {
	yes, no := procurement.Yes, procurement.No
	l.add("2023-09-13", procurement.NoticeDispatched, "", procurement.DocDispatchProof)
	l.add("2023-09-13", procurement.ReceiptConfirmed, "")
	l.add("2023-09-15", procurement.NoticePublishedEU, "")
	l.add("2023-09-18", procurement.NoticePublishedProfile, "")
	l.add("2023-10-05", procurement.RequestReceived, acustica)
	l.add("2023-10-09", procurement.RequestReceived, silencio)
	l.add("2023-10-10", procurement.RequestReceived, universidad)
	l.add("2023-10-16", procurement.RequestsClosed, "")
	l.each("2023-10-24", procurement.CandidateSelected)
	l.add("2023-10-25", procurement.Invited, "")
	l.add("2023-11-22", procurement.RoundHeld, "")
	l.add("2023-11-29", procurement.TermsChanged, "", no(procurement.FactMinimumsChanged), yes(procurement.FactToldAll))
	l.add("2023-12-05", procurement.FinalOffersCalled, "")
}

// evaluated goes from the final offers to the notice of the award.
func evaluated(l *log, in evaluation.Tenders, sheet *evaluation.Sheet) {
	yes, no := procurement.Yes, procurement.No
	for _, o := range in.Offers {
		l.add("2024-01-09", procurement.OfferReceived, o.Bidder, o.Price)
	}
	l.add("2024-01-10", procurement.OffersClosed, "")
	l.add("2024-01-15", procurement.EnvelopeOpened, "", no(procurement.FactFormulaEnvelope))
	l.add("2024-01-15", procurement.BidderAdmitted, acustica, yes(procurement.FactHelpedPrepare), yes(procurement.FactMeasuresTaken))
	l.add("2024-01-15", procurement.BidderAdmitted, silencio, no(procurement.FactHelpedPrepare))
	l.add("2024-01-15", procurement.BidderAdmitted, universidad, yes(procurement.FactHelpedPrepare), yes(procurement.FactMeasuresTaken))
	l.add("2024-02-05", procurement.JudgementReported, "", procurement.DocJudgementReport)
	l.add("2024-02-06", procurement.EnvelopeOpened, "", yes(procurement.FactFormulaEnvelope))
	for _, sc := range sheet.Scores {
		l.add("2024-02-07", procurement.OfferScored, sc.Bidder, sc.Total.String()+" puntos")
	}
	for _, p := range sheet.Presumptions {
		l.add("2024-02-07", procurement.AbnormalPresumed, p.Bidder, p.Reason)
		l.add("2024-02-14", procurement.AbnormalAnswered, p.Bidder)
		l.add("2024-02-20", procurement.AbnormalAccepted, p.Bidder, yes(procurement.FactReasoned), procurement.DocAbnormalProposal)
	}
	l.add("2024-02-21", procurement.Classified, "", no(procurement.FactTie), procurement.DocMinutes)
	l.each("2024-02-22", procurement.DocumentsAsked)
	l.each("2024-03-01", procurement.DocumentsReceived, procurement.DocCapacityDocuments)
	for _, o := range in.Offers {
		l.add("2024-03-05", procurement.Awarded, o.Bidder, o.Price, yes(procurement.FactReasoned), procurement.DocAwardResolution)
	}
	l.add("2024-03-06", procurement.AwardNotified, "")
	l.add("2024-03-06", procurement.AwardPublished, "")
}

// signed goes from the decision on the appeal to the notice of the contracts.
func signed(l *log) {
	l.add("2024-05-07", procurement.AppealResolved, "", procurement.No(procurement.FactUpheld))
	for _, o := range tenders().Offers {
		l.add("2024-05-14", procurement.Formalised, o.Bidder, o.Price, procurement.DocContract)
	}
	l.add("2024-05-20", procurement.FormalisationDispatchedEU, "")
	l.add("2024-05-24", procurement.FormalisationPublished, "", procurement.DocReport336)
}

// phases goes from the first phase to the delivery of what was bought.
func phases(l *log, passages []evaluation.Passage) {
	yes, no := procurement.Yes, procurement.No
	l.each("2024-06-03", procurement.ExecutionStarted)
	l.each("2024-06-03", procurement.PhaseStarted, 1, law.Net(40_000))
	l.each("2024-11-29", procurement.PhaseDelivered, 1)
	l.each("2024-12-16", procurement.PhaseAssessed, 1, procurement.DocPhaseReport)
	l.each("2024-12-20", procurement.PhasePaid, 1, law.Net(40_000))
	l.add("2024-12-20", procurement.ResultsShared, acustica, 1, yes(procurement.FactConsent), procurement.DocConsent)
	prices := map[string]int64{acustica: 140_000, silencio: 135_000}
	for _, p := range passages {
		if p.Passed {
			l.add("2024-12-23", procurement.PhasePassed, p.Partner, 1, p.Reason)
		} else {
			l.add("2024-12-23", procurement.PartnerDropped, p.Partner, 1, yes(procurement.FactObjectivesJudged), procurement.DocPhaseReport, p.Reason)
		}
	}
	stayed := []string{acustica, silencio}
	for _, p := range stayed {
		l.add("2025-01-08", procurement.PhaseStarted, p, 2, law.Net(prices[p]))
	}
	l.add("2025-04-01", procurement.Modified, acustica, law.Net(18_000), procurement.DocModificationResolution, "dos calles más, previstas en la cláusula 27",
		procurement.Says(procurement.FactGround, "204"), yes(procurement.FactHeard), yes(procurement.FactClear), no(procurement.FactNewPrices), yes(procurement.FactNatureKept))
	l.add("2025-04-04", procurement.ModificationPublished, acustica)
	for _, k := range []struct {
		date string
		kind procurement.Kind
	}{{"2025-10-31", procurement.PhaseDelivered}, {"2025-11-17", procurement.PhaseAssessed}, {"2025-11-24", procurement.PhasePassed}} {
		for _, p := range stayed {
			l.add(k.date, k.kind, p, 2)
		}
	}
	for _, p := range stayed {
		l.add("2025-12-04", procurement.PhasePaid, p, 2, law.Net(prices[p]))
	}
	l.add("2025-12-15", procurement.PurchaseDecided, acustica, law.Net(500_000), procurement.DocPurchaseReport,
		yes(procurement.FactPerformance), yes(procurement.FactWithinCost), yes(procurement.FactByCriteria))
	l.add("2026-05-04", procurement.PurchaseDelivered, acustica)
}
