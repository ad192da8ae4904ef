package procurement

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// town is a calendar of 2024 to 2026 with two local holidays a year.
func town(t testing.TB) *law.Calendar {
	t.Helper()
	var hs []law.Holiday
	for _, d := range []string{"2024-08-16", "2024-10-09", "2025-08-22", "2025-10-09", "2026-08-21", "2026-10-09"} {
		hs = append(hs, law.Holiday{Date: law.MustDate(d), Level: law.LocalDay, Name: "fiesta"})
	}
	c, err := law.NewCalendar(law.CalendarConfig{Name: "Vila", From: law.MustDate("2023-01-01"), To: law.MustDate("2026-12-31"), Holidays: hs, Complete: true})
	require.NoError(t, err)
	return c
}

func docs(kinds ...DocumentKind) (out []Document) {
	for _, k := range kinds {
		out = append(out, Document{Kind: k, ID: fmt.Sprintf("DOC-%d", k)})
	}
	return out
}

// fileDocs are the documents of a complete file.
var fileDocs = []DocumentKind{DocMemoria, DocPCAP, DocPPT, DocCreditCertificate, DocFiscalControl, DocStabilityReport, DocLegalReport,
	DocApprovalResolution, DocInsufficiencyReport, DocBusinessCase, DocDescriptiveDocument, DocStateAidCheck}

// fileFacts are the facts of a lawful file.
func fileFacts(value int64) []Fact {
	return []Fact{
		Amount(FactEstimatedValue, law.Net(value)), Yes(FactValueComplete), Yes(FactValueCountsPurchases), Yes(FactProportionatePurchase),
		No(FactSplit), Yes(FactLots), Yes(FactSpecialCondition), No(FactPersonalData), Yes(FactIPRClause),
		Says(FactApprovedBy, "mayor"), No(FactLargeTown), Amount(FactOrdinaryResources, law.Net(40_000_000)), Number(FactDurationMonths, 12),
		Number(FactJudgementWeight, 2000), Number(FactQualityWeight, 5500), No(FactPriceOnly), No(FactPhasedEvaluation),
		Yes(FactTableLawful), Yes(FactDocumentsOnline), Yes(FactElectronic), No(FactPaper), No(FactEveryday),
		No(FactFittedToOne), Yes(FactConsultationUsed), Yes(FactStateAidChecked),
	}
}

// openCase is a lawful open procedure below SARA, from the idea to the
// settlement.
func openCase() []Event {
	d := law.MustDate
	return []Event{
		{Kind: IdeaRecorded, Date: d("2025-01-08")},
		{Kind: NeedStated, Date: d("2025-01-20"), Facts: []Fact{Yes(FactPublicAim), Yes(FactCompetent)}, Documents: docs(DocNeedReport)},
		{Kind: ConsultationPublished, Date: d("2025-01-27"), Facts: []Fact{Yes(FactAnnounced)}, Documents: docs(DocConsultationNotice)},
		{Kind: ConsultationAnswered, Date: d("2025-02-03"), Party: "A"},
		{Kind: ConsultationClosed, Date: d("2025-02-17")},
		{Kind: ConsultationReported, Date: d("2025-03-03"), Facts: []Fact{Yes(FactReportPublished)}, Documents: docs(DocConsultationReport)},
		{Kind: FileStarted, Date: d("2025-03-05"), Facts: []Fact{No(FactAfterRenounce)}},
		{Kind: ProcedureChosen, Date: d("2025-03-06"), Documents: docs(DocFunctionalSpecification), Facts: []Fact{Says(FactModel, "open"), Yes(FactCPI), Yes(FactUnmetNeed),
			Yes(FactFunctional), Yes(FactInnovative), Yes(FactStrategyLine), Says(FactContract, "services"), Says(FactBody, "local")}},
		{Kind: FileApproved, Date: d("2025-04-01"), Facts: fileFacts(150_000), Documents: docs(fileDocs...)},
		{Kind: NoticePublishedProfile, Date: d("2025-04-03")},
		{Kind: OfferReceived, Date: d("2025-04-15"), Party: "A", Amount: law.Net(140_000)},
		{Kind: OfferReceived, Date: d("2025-04-16"), Party: "B", Amount: law.Net(130_000)},
		{Kind: OffersClosed, Date: d("2025-04-22")},
		{Kind: EnvelopeOpened, Date: d("2025-04-23"), Facts: []Fact{No(FactFormulaEnvelope)}},
		{Kind: JudgementReported, Date: d("2025-05-05"), Documents: docs(DocJudgementReport)},
		{Kind: EnvelopeOpened, Date: d("2025-05-06"), Facts: []Fact{Yes(FactFormulaEnvelope)}},
		{Kind: Classified, Date: d("2025-05-07"), Facts: []Fact{No(FactTie)}, Documents: docs(DocMinutes)},
		{Kind: DocumentsAsked, Date: d("2025-05-08"), Party: "B"},
		{Kind: DocumentsReceived, Date: d("2025-05-15"), Party: "B", Documents: docs(DocCapacityDocuments)},
		{Kind: Awarded, Date: d("2025-05-20"), Party: "B", Amount: law.Net(130_000), Facts: []Fact{Yes(FactReasoned)}, Documents: docs(DocAwardResolution)},
		{Kind: AwardNotified, Date: d("2025-05-21")},
		{Kind: AwardPublished, Date: d("2025-05-21")},
		{Kind: Formalised, Date: d("2025-06-16"), Party: "B", Amount: law.Net(130_000), Documents: docs(DocContract)},
		{Kind: FormalisationPublished, Date: d("2025-06-18")},
		{Kind: ExecutionStarted, Date: d("2025-06-20"), Party: "B"},
		{Kind: Modified, Date: d("2025-09-01"), Party: "B", Amount: law.Net(13_000), Documents: docs(DocModificationResolution),
			Facts: []Fact{Says(FactGround, "204"), Yes(FactHeard), Yes(FactClear), No(FactNewPrices), Yes(FactNatureKept)}},
		{Kind: ModificationPublished, Date: d("2025-09-04"), Party: "B"},
		{Kind: Delivered, Date: d("2025-12-01"), Party: "B"},
		{Kind: Received, Date: d("2025-12-12"), Party: "B", Facts: []Fact{Yes(FactReceiptNotice)}, Documents: docs(DocReceptionAct)},
		{Kind: ConformityApproved, Date: d("2025-12-15"), Party: "B"},
		{Kind: Paid, Date: d("2026-01-09"), Party: "B", Amount: law.Money{Cents: 157_300_00, Currency: "EUR", Tax: law.TaxIncluded}},
		{Kind: Settled, Date: d("2026-01-12"), Party: "B"},
		{Kind: Evaluated, Date: d("2026-06-30"), Party: "B", Documents: docs(DocEvaluationReport)},
		{Kind: CaseClosed, Date: d("2026-07-01")},
	}
}

func TestLawfulOpenCase(t *testing.T) {
	c := NewRules(town(t)).NewCase("CPI-1")
	require.NoError(t, c.Append(0, openCase()...))
	at := law.MustDate("2026-07-02")
	var seen = map[Verdict]int{}
	for _, f := range c.Check(at) {
		seen[f.Verdict]++
		if f.Verdict != OK {
			t.Error(f.Message("en"))
		}
	}
	require.Greater(t, seen[OK], 40)
	s := c.Status(at)
	require.Equal(t, "open", s.Model)
	require.Equal(t, StateClosed, s.Case)
	require.Equal(t, []ContractStatus{{"", "B", StateEvaluated, law.Net(130_000), law.Net(13_000), law.Net(0)}}, s.Contracts)
	require.Equal(t, c.Check(at), c.Check(at))
}

func TestNextAfterAward(t *testing.T) {
	c := NewRules(town(t)).NewCase("CPI-1")
	require.NoError(t, c.Append(0, openCase()[:22]...))
	var got []string
	for _, o := range c.Next(law.MustDate("2025-05-21")) {
		got = append(got, fmt.Sprintf("%s %s %s..%s %v %v", o.Kind, o.Party, o.From, o.Until, o.Lawful(), len(o.Needs)))
	}
	t.Log(got)
	require.Contains(t, got, "formalised B 2025-06-12.. true 0")
}

// TestListedFacts: contracts and authorities are listed in the order of law.
func TestListedFacts(t *testing.T) {
	for i, s := range FactContract.Info().OneOf {
		require.Equal(t, s, law.Contract(i+1).String())
	}
	require.Len(t, FactContract.Info().OneOf, len(law.Contracts()))
	for i, s := range FactBody.Info().OneOf {
		require.Equal(t, s, law.Body(i+1).String())
	}
}
