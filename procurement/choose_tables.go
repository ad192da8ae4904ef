package procurement

import (
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// The premises of the tables, as statements.
const (
	// Of the need.
	PremiseMarketMeets     Premise = "an existing product meets the need"
	PremiseRDNeeded        Premise = "research and development is needed before a product exists"
	PremiseScalePurchase   Premise = "the results are bought at scale in the same procedure"
	PremiseBenefits        Premise = "the benefits belong exclusively to the authority"
	PremisePaysAll         Premise = "the authority pays the service in full"
	PremiseListedCPV       Premise = "the CPV code is one of those listed in LCSP 8"
	PremiseSpecified       Premise = "the pliego states the need, minimum requirements and IPR rules"
	PremiseSeveralWays     Premise = "several technical ways must be compared in a dialogue"
	PremiseMustNegotiate   Premise = "terms must be negotiated before the offers are final"
	PremiseLightJudgement  Premise = "judgement criteria weigh at most 25 % (45 % intellectual)"
	PremiseFormulaOnly     Premise = "all criteria are scored by formula"
	PremiseNotSplit        Premise = "the object is not split or altered to stay below a limit"
	PremiseOneYear         Premise = "at most one year without extension"
	PremiseContractorBelow Premise = "the contractor's minor contracts stay below the figure together"

	// Of the contract; derived from type and value by Idea.
	PremiseOrdinaryType    Premise = "works, supplies or services"
	PremiseIntellectual    Premise = "intellectual services"
	PremiseWorks           Premise = "works"
	PremiseSupplies        Premise = "supplies"
	PremiseServices        Premise = "services"
	PremiseBelowMinor      Premise = "below the limit of minor contracts"
	PremiseBelowSuper      Premise = "below the limit of 159.6"
	PremiseWithinSimple    Premise = "within the limit of the simplified procedure"
	PremiseAtSARA          Premise = "at or above the SARA threshold"
	PremiseAtUtilitiesSARA Premise = "at or above the threshold of RDL 3/2020"
	PremiseAppealable      Premise = "above the figure of 44.1"

	// Of harmonised regulation.
	PremiseExempt19       Premise = "one of the contracts of 19.2"
	PremiseUtilities      Premise = "an activity of water, energy, transport or post"
	PremiseAdministration Premise = "the authority is an Administración Pública"
	PremiseLotExcepted    Premise = "an excepted lot of 20.2, 21.2 or 22.2"
	PremiseSpecialAnnexIV Premise = "a concession of special services of annex IV"

	// The grounds of 167.
	Premise167a Premise = "available solutions need design or adaptation (167.a)"
	Premise167b Premise = "an innovative project or solution (167.b)"
	Premise167c Premise = "nature, complexity, set-up or risks need negotiation (167.c)"
	Premise167d Premise = "no precise specification by a standard (167.d)"
	Premise167e Premise = "only irregular or unacceptable offers before (167.e)"
	Premise167f Premise = "personal social services, continuity (167.f)"

	// The grounds of 168.
	Premise168a1 Premise = "failed open or restricted tender, conditions kept (168.a.1)"
	Premise168a2 Premise = "a single supplier, technical reasons or exclusive rights (168.a.2)"
	Premise168a3 Premise = "secret or reserved (168.a.3)"
	Premise168b1 Premise = "unforeseeable extreme urgency (168.b.1)"
	Premise168b2 Premise = "irregular offers before, all their bidders invited (168.b.2)"
	Premise168c1 Premise = "products made only for research (168.c.1)"
	Premise168c2 Premise = "additional deliveries of the first supplier (168.c.2)"
	Premise168c3 Premise = "a commodity market (168.c.3)"
	Premise168c4 Premise = "a supplier that ends business or is insolvent (168.c.4)"
	Premise168d  Premise = "the winner of a design contest, or an advantageous service (168.d)"
	Premise168e  Premise = "repetition of similar works or services, announced (168.e)"
)

// The outcomes of the modality table.
const (
	NotCPI            = "not CPI: ordinary procedure"
	CPTI              = "CPTI"
	CPTIPartnership   = "CPTI by innovation partnership"
	CPTIRDServices    = "CPTI: services contract for R&D under the LCSP"
	CPP               = "CPP"
	ModalityUnsettled = "excluded by LCSP 8, and not the usual idea of CPP"
)

// The outcomes of the tables of procedures and of harmonised regulation.
const (
	Admitted      = "admitted"
	NotAdmitted   = "not admitted"
	Harmonised    = "harmonised"
	NotHarmonised = "not harmonised"
	Unsettled     = "unsettled" // the law can be read both ways
	OtherRegime   = "RDL 3/2020 instead of the LCSP"
)

func ifTrue(p Premise) Condition  { return Condition{p, law.Yes} }
func ifFalse(p Premise) Condition { return Condition{p, law.No} }

func lcspArticle(article string) law.Source {
	return law.Source{Act: "LCSP", Article: article, Mark: law.Text}
}

var (
	lcti36sexies   = law.Source{Act: "LCTI", Article: "36 sexies", Mark: law.Text}
	ruleOfThumb    = law.Source{Act: "rule of thumb of this library", Mark: law.Unverified}
	lcsp131article = lcspArticle("131.2")
)

// ModalityTable decides between the modalities of public procurement of
// innovation (LCTI 36 sexies, LCSP 8, 177). Buying at scale after a CPP is
// another procedure, open to all.
func ModalityTable() Table {
	return Table{Name: "modality", Question: "CPTI, CPP or no procurement of innovation", Rows: []Row{
		{"M1", []Condition{ifTrue(PremiseMarketMeets)}, NotCPI, say("the market meets the need: there is nothing to innovate"), lcti36sexies},
		{"M2", []Condition{ifFalse(PremiseMarketMeets), ifFalse(PremiseRDNeeded)}, CPTI, say("a product has to be adapted, integrated or used first, without R&D before"), lcti36sexies},
		{"M3", []Condition{ifFalse(PremiseMarketMeets), ifTrue(PremiseRDNeeded), ifTrue(PremiseScalePurchase)}, CPTIPartnership, say("development and later purchase in one procedure"), lcspArticle("177.1")},
		{"M4a", []Condition{ifFalse(PremiseMarketMeets), ifTrue(PremiseRDNeeded), ifFalse(PremiseScalePurchase), ifFalse(PremiseBenefits)}, CPP, say("the benefits are shared: an R&D contract excluded from the LCSP"), lcspArticle("8")},
		{"M4b", []Condition{ifFalse(PremiseMarketMeets), ifTrue(PremiseRDNeeded), ifFalse(PremiseScalePurchase), ifTrue(PremiseBenefits), ifFalse(PremisePaysAll)}, CPP, say("the cost is shared: an R&D contract excluded from the LCSP"), lcspArticle("8")},
		{"M5", []Condition{ifFalse(PremiseMarketMeets), ifTrue(PremiseRDNeeded), ifFalse(PremiseScalePurchase), ifTrue(PremiseBenefits), ifTrue(PremisePaysAll), ifTrue(PremiseListedCPV)}, CPTIRDServices, say("listed CPV, all benefits and all cost the authority's: the exclusion does not apply"), lcspArticle("8")},
		{"M6", []Condition{ifFalse(PremiseMarketMeets), ifTrue(PremiseRDNeeded), ifFalse(PremiseScalePurchase), ifTrue(PremiseBenefits), ifTrue(PremisePaysAll), ifFalse(PremiseListedCPV)}, ModalityUnsettled, say("excluded for its CPV though nothing is shared: check the CPV, ask a lawyer"), law.Source{Act: "LCSP", Article: "8", Mark: law.Unverified}},
	}}
}

// HarmonisedTable decides whether a contract, or a lot, is subject to
// harmonised regulation (LCSP 19 to 22, DA 8).
func HarmonisedTable() Table {
	return Table{Name: "harmonised", Question: "subject to harmonised regulation or not", Rows: []Row{
		{"H1", []Condition{ifTrue(PremiseExempt19)}, NotHarmonised, say("one of the contracts that 19.2 leaves out whatever their value"), lcspArticle("19.2")},
		{"H2", []Condition{ifFalse(PremiseExempt19), ifTrue(PremiseUtilities), ifFalse(PremiseAdministration)}, OtherRegime, say("an entity of these sectors that is no Administración Pública follows their act"), lcspArticle("DA 8.2")},
		{"H3", []Condition{ifFalse(PremiseExempt19), ifTrue(PremiseUtilities), ifTrue(PremiseAdministration), ifFalse(PremiseAtUtilitiesSARA)}, NotHarmonised, say("for these activities RDL 3/2020 sets the threshold"), lcspArticle("DA 8.1")},
		{"H4", []Condition{ifFalse(PremiseExempt19), ifTrue(PremiseUtilities), ifTrue(PremiseAdministration), ifTrue(PremiseAtUtilitiesSARA), ifTrue(PremiseLotExcepted)}, NotHarmonised, say("an excepted lot"), lcspArticle("20.2; 21.2; 22.2")},
		{"H5", []Condition{ifFalse(PremiseExempt19), ifTrue(PremiseUtilities), ifTrue(PremiseAdministration), ifTrue(PremiseAtUtilitiesSARA), ifFalse(PremiseLotExcepted)}, Harmonised, say("for these activities RDL 3/2020 sets the threshold"), lcspArticle("DA 8.1")},
		{"H6", []Condition{ifFalse(PremiseExempt19), ifFalse(PremiseUtilities), ifFalse(PremiseAtSARA)}, NotHarmonised, say("the estimated value is below the threshold"), lcspArticle("19.1; 20.1; 21.1; 22.1")},
		{"H7", []Condition{ifFalse(PremiseExempt19), ifFalse(PremiseUtilities), ifTrue(PremiseAtSARA), ifTrue(PremiseLotExcepted)}, NotHarmonised, say("an excepted lot"), lcspArticle("20.2; 21.2; 22.2")},
		{"H8", []Condition{ifFalse(PremiseExempt19), ifFalse(PremiseUtilities), ifTrue(PremiseAtSARA), ifFalse(PremiseLotExcepted)}, Harmonised, say("the estimated value reaches the threshold"), lcspArticle("19.1; 20.1; 21.1; 22.1")},
	}}
}

// grounds167 open negotiation and dialogue.
var grounds167 = []need{
	{ifTrue(Premise167b), "innovation", lcspArticle("167.b")},
	{ifTrue(Premise167a), "design or adaptation by the bidders", lcspArticle("167.a")},
	{ifTrue(Premise167c), "circumstances that need negotiation", lcspArticle("167.c")},
	{ifTrue(Premise167d), "no precise specification", lcspArticle("167.d")},
	{ifTrue(Premise167e), "irregular or unacceptable offers before", lcspArticle("167.e")},
	{ifTrue(Premise167f), "continuity of personal social services", lcspArticle("167.f")},
}

var ordinaryType = need{ifTrue(PremiseOrdinaryType), "for works, supplies and services only", lcspArticle("118.1; 159.1")}

// firstDayWithoutContractorLimit of article 118 (RDL 3/2020 DF 1).
var firstDayWithoutContractorLimit = law.MustDate("2020-02-06")

// ProcedureTable decides whether a procedure is admitted, by the wording in
// force on a day. An unknown procedure has no rows.
func ProcedureTable(p law.Procedure, at law.Date) Table {
	name := p.String()
	question := "is the procedure " + name + " admitted"
	annexIV := need{ifFalse(PremiseSpecialAnnexIV), "special services of annex IV are awarded by the restricted procedure", lcsp131article}
	switch p {
	case law.Minor:
		needs := []need{
			ordinaryType,
			{ifTrue(PremiseBelowMinor), "the value reaches the limit", lcspArticle("118.1")},
			{ifTrue(PremiseOneYear), "a minor contract lasts a year at most and has no extension", lcspArticle("29.8")},
			{ifTrue(PremiseNotSplit), "the object may not be altered to stay below the limit", lcspArticle("118.2; 99.2")},
		}
		if at.Before(firstDayWithoutContractorLimit) {
			needs[3].source = lcspArticle("118.3; 99.2")
			needs = append(needs, need{ifTrue(PremiseContractorBelow), "the contractor's other minor contracts exceed the figure", lcspArticle("118.3")})
		}
		return allOf(name, question, Admitted, NotAdmitted, "report of need, approval of the spending, invoice", lcspArticle("118; 131.3"), needs...)
	case law.SuperSimplified:
		return allOf(name, question, Admitted, NotAdmitted, "one envelope, no solvency, no guarantee", lcspArticle("159.6"),
			ordinaryType,
			need{ifFalse(PremiseIntellectual), "closed to intellectual services", lcspArticle("159.6")},
			need{ifTrue(PremiseBelowSuper), "the value reaches the limit", lcspArticle("159.6")},
			need{ifTrue(PremiseFormulaOnly), "criteria by formula only", lcspArticle("159.6.c")})
	case law.Simplified:
		return allOf(name, question, Admitted, NotAdmitted, "value and weight of judgement within the limits", lcspArticle("159.1"),
			ordinaryType,
			need{ifTrue(PremiseWithinSimple), "the value exceeds the limit", lcspArticle("159.1.a")},
			need{ifTrue(PremiseLightJudgement), "judgement criteria weigh too much", lcspArticle("159.1.b")})
	case law.Open:
		return allOf(name, question, Admitted, NotAdmitted, "always", lcsp131article, annexIV)
	case law.Restricted:
		return allOf(name, question, Admitted, NotAdmitted, "always", lcsp131article)
	case law.Negotiation, law.Dialogue:
		article := "166.3; 167"
		if p == law.Dialogue {
			article = "172.3; 167"
		}
		return allOf(name, question, Admitted, NotAdmitted, "", lcspArticle(article), annexIV).
			firstOf(Admitted, NotAdmitted, "none of the six grounds of 167", lcspArticle(article), grounds167...)
	case law.InnovationPartnership:
		return allOf(name, question, Admitted, NotAdmitted, "development of what the market lacks and later purchase", lcspArticle("177.1"),
			annexIV,
			need{ifFalse(PremiseMarketMeets), "a product on the market meets the need", lcspArticle("177.1")},
			need{ifTrue(PremiseRDNeeded), "there is nothing to develop", lcspArticle("177.1")},
			need{ifTrue(PremiseScalePurchase), "its purpose includes the later purchase of the results", lcspArticle("177.1")},
			need{ifTrue(PremiseSpecified), "the pliego must state the need, the minimum requirements and the IPR rules", lcspArticle("177.1")})
	case law.Precommercial:
		t := allOf(name, question, Admitted, NotAdmitted, "", lcspArticle("8"),
			need{ifFalse(PremiseMarketMeets), "a product on the market meets the need", lcti36sexies},
			need{ifTrue(PremiseRDNeeded), "the exclusion is for research and development", lcspArticle("8")},
			need{ifFalse(PremiseScalePurchase), "buying at scale is another procedure, open to all", law.Source{Act: "COM(2007) 799", Mark: law.Secondary}})
		t = t.firstOf(Admitted, NotAdmitted, "listed CPV, all benefits and all cost the authority's: an LCSP contract", lcspArticle("8"),
			need{ifFalse(PremiseBenefits), "the benefits are shared", lcspArticle("8")},
			need{ifFalse(PremisePaysAll), "the cost is shared", lcspArticle("8")})
		last := t.Rows[len(t.Rows)-1]
		t.Rows[len(t.Rows)-1].If = append(slices.Clone(last.If), ifTrue(PremiseListedCPV))
		t.Rows = append(t.Rows, Row{ID: name + ": CPV not listed", If: append(slices.Clone(last.If), ifFalse(PremiseListedCPV)), Then: Unsettled,
			Why: say("excluded for its CPV though nothing is shared"), Source: law.Source{Act: "LCSP", Article: "8", Mark: law.Unverified}})
		return t
	case law.NegotiatedNoNotice:
		return noNoticeTable(name, question)
	}
	return Table{Name: name, Question: question}
}

// noNoticeTable: some grounds are open to some types of contract only, so the
// type comes first.
func noNoticeTable(name, question string) Table {
	ground := func(p Premise, why, article string) need { return need{ifTrue(p), why, lcspArticle(article)} }
	every := []need{
		ground(Premise168a1, "no offers or requests, or none adequate", "168.a.1"),
		ground(Premise168a2, "a single supplier", "168.a.2"),
		ground(Premise168a3, "secrecy", "168.a.3"),
	}
	ordinary := []need{ground(Premise168b1, "extreme urgency", "168.b.1"), ground(Premise168b2, "irregular offers before", "168.b.2")}
	repetition := ground(Premise168e, "repetition of similar ones", "168.e")
	t := Table{Name: name, Question: question}
	for _, part := range []struct {
		label   string
		types   []Condition
		grounds []need
	}{
		{"works", []Condition{ifTrue(PremiseWorks)}, append(ordinary, repetition)},
		{"supplies", []Condition{ifFalse(PremiseWorks), ifTrue(PremiseSupplies)}, append(ordinary,
			ground(Premise168c1, "made only for research", "168.c.1"), ground(Premise168c2, "additional deliveries", "168.c.2"),
			ground(Premise168c3, "a commodity market", "168.c.3"), ground(Premise168c4, "an advantageous supply", "168.c.4"))},
		{"services", []Condition{ifFalse(PremiseWorks), ifFalse(PremiseSupplies), ifTrue(PremiseServices)}, append(ordinary, ground(Premise168d, "after a design contest, or advantageous", "168.d"), repetition)},
		{"concession", []Condition{ifFalse(PremiseWorks), ifFalse(PremiseSupplies), ifFalse(PremiseServices)}, nil},
	} {
		one := Table{Name: name + ", " + part.label, Rows: []Row{{If: part.types, Then: Admitted}}}
		one = one.firstOf(Admitted, NotAdmitted, "none of the grounds of 168 for this type of contract", lcspArticle("168"), append(slices.Clone(every), part.grounds...)...)
		t.Rows = append(t.Rows, one.Rows...)
	}
	return t
}

// SuggestModality is the outcome of SuggestTable that is no procedure.
const SuggestModality = "settle the modality first"

// SuggestTable proposes a procedure for CPTI. It is a rule of thumb of this
// library, not law: what is proposed must also be admitted.
func SuggestTable() Table {
	row := func(id string, then, why string, conds ...Condition) Row {
		return Row{id, conds, then, say(why), ruleOfThumb}
	}
	return Table{Name: "suggestion", Question: "which procedure fits", Rows: []Row{
		row("S1", law.InnovationPartnership.String(), "development and purchase in one", ifTrue(PremiseRDNeeded), ifTrue(PremiseScalePurchase)),
		row("S2", SuggestModality, "R&D without purchase: a CPP or an R&D services contract", ifTrue(PremiseRDNeeded), ifFalse(PremiseScalePurchase)),
		row("S3", law.Dialogue.String(), "the way to the solution is open", ifFalse(PremiseRDNeeded), ifTrue(PremiseSeveralWays)),
		row("S4", law.Negotiation.String(), "the solution is known in outline, its terms are not", ifFalse(PremiseRDNeeded), ifFalse(PremiseSeveralWays), ifTrue(PremiseMustNegotiate)),
		row("S5", law.Simplified.String(), "small, and scored mostly by formula", ifFalse(PremiseRDNeeded), ifFalse(PremiseSeveralWays), ifFalse(PremiseMustNegotiate), ifTrue(PremiseWithinSimple), ifTrue(PremiseLightJudgement)),
		row("S6", law.Open.String(), "specified by function, with quality criteria", ifFalse(PremiseRDNeeded), ifFalse(PremiseSeveralWays), ifFalse(PremiseMustNegotiate), ifTrue(PremiseWithinSimple), ifFalse(PremiseLightJudgement)),
		row("S7", law.Open.String(), "specified by function, with quality criteria", ifFalse(PremiseRDNeeded), ifFalse(PremiseSeveralWays), ifFalse(PremiseMustNegotiate), ifFalse(PremiseWithinSimple)),
	}}
}
