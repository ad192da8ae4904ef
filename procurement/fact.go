package procurement

import "github.com/almotacen/almotacen/procurement/law"

// FactName names a fact that an event can carry.
type FactName uint8

// FactType is the type of a fact's value.
type FactType uint8

// The types of facts.
const (
	TruthFact   FactType = iota + 1 // yes or no
	CountFact                       // a whole number, 0 or more
	PercentFact                     // hundredths of a percent: 5150 is 51.5 %
	NetFact                         // an amount in euros without VAT
	GrossFact                       // an amount in euros with VAT
	TextFact                        // one of a list, or free text
)

// String is "truth", "count", "percent", "net", "gross" or "text".
func (t FactType) String() string {
	return nameOf(int(t), "", "truth", "count", "percent", "net", "gross", "text")
}

// MarshalText is String.
func (t FactType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// FactInfo describes a fact. It is data to read, not to change.
type FactInfo struct {
	Fact  FactName
	Name  string // as in the JSON form: "estimatedValue"
	Label Text
	Type  FactType
	// Local facts hold for their event only, as the hearing before one
	// modification; the others for the case from their event on, until
	// another event states them anew.
	Local bool
	OneOf []string // for texts; none: free text
}

// Info describes the fact; for one that does not exist, the zero FactInfo.
func (f FactName) Info() *FactInfo {
	if f >= numFacts {
		f = 0
	}
	return &facts[f]
}

// String is the name in the JSON form; "" for no fact.
func (f FactName) String() string { return f.Info().Name }

// MarshalText is String.
func (f FactName) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// FactNames lists every fact.
func FactNames() []FactInfo { return append([]FactInfo(nil), facts[1:]...) }

// Fact is a fact of an event with its value: the field that its type uses.
type Fact struct {
	Name   FactName
	Truth  law.Truth
	Number int64     // count, or hundredths of a percent
	Money  law.Money // with its currency and VAT treatment
	Text   string
}

// Yes states that a fact holds.
func Yes(f FactName) Fact { return Fact{Name: f, Truth: law.Yes} }

// No states that a fact does not hold.
func No(f FactName) Fact { return Fact{Name: f, Truth: law.No} }

// Number states a count, or hundredths of a percent.
func Number(f FactName, n int64) Fact { return Fact{Name: f, Number: n} }

// Amount states an amount of money.
func Amount(f FactName, m law.Money) Fact { return Fact{Name: f, Money: m} }

// Says states a text.
func Says(f FactName, text string) Fact { return Fact{Name: f, Text: text} }

// The facts. Those of the first group hold for the case.
const (
	FactContract FactName = iota + 1
	FactBody
	FactEstimatedValue
	FactBaseBudget
	FactHarmonised
	FactCPI
	FactPublicAim
	FactCompetent
	FactUnmetNeed
	FactFunctional
	FactInnovative
	FactStrategyLine
	FactFittedToOne
	FactConsultationUsed
	FactRDServices
	FactExclusiveBenefits
	FactPaysAll
	FactListedCPV
	FactCommercialVolumes
	FactStateAidChecked
	FactLots
	FactSplit
	FactValueComplete
	FactValueCountsPurchases
	FactProportionatePurchase
	FactSpecialCondition
	FactPersonalData
	FactDataClauses
	FactIPRClause
	FactApprovedBy
	FactLargeTown
	FactOrdinaryResources
	FactDurationMonths
	FactJudgementWeight
	FactQualityWeight
	FactPriceOnly
	FactPhasedEvaluation
	FactPhaseThreshold
	FactGround167
	FactGround168
	FactPliegoStatesNeed
	FactTableLawful
	FactCommitteeLawful
	FactDocumentsOnline
	FactElectronic
	FactPaper
	FactEveryday
	FactRDSolvency
	FactQualified
	FactReductionAnnounced
	FactDropClause
	FactEndClause
	FactPurchaseCriteria
	FactSignificant

	FactModel
	FactAnnounced
	FactSolutionDisclosed
	FactReportPublished
	FactAfterRenounce
	FactReasonsGone
	FactUrgencyReasoned
	FactMinimumsChanged
	FactToldAll
	FactEnoughLeft
	FactHelpedPrepare
	FactMeasuresTaken
	FactFormulaEnvelope
	FactHeard
	FactAdvised
	FactReasoned
	FactTie
	FactTieByOrder
	FactDisclosed
	FactAdmissible
	FactIncurable
	FactCompensation
	FactPublicInterest
	FactAwardChallenged
	FactMeasure
	FactUpheld
	FactAnnulmentGround
	FactConsent
	FactObjectivesJudged
	FactByCallCriteria
	FactPerformance
	FactWithinCost
	FactByCriteria
	FactNewProcedure
	FactPreference
	FactGround
	FactClear
	FactNewPrices
	FactNatureKept
	FactChangeImpossible
	FactUnforeseeable
	FactOtherBidders
	FactBalance
	FactOtherContract
	FactCause
	FactObjected
	FactReceiptNotice
	numFacts
)

var facts = func() (t [numFacts]FactInfo) {
	add := func(f FactName, name string, typ FactType, es, en string, oneOf ...string) {
		t[f] = FactInfo{Fact: f, Name: name, Label: Text{es, en}, Type: typ, Local: f >= FactModel, OneOf: oneOf}
	}
	add(FactContract, "contract", TextFact, "tipo de contrato", "type of contract",
		"works", "supplies", "services", "services-annex-iv", "services-intellectual", "concession-works", "concession-services")
	add(FactBody, "authority", TextFact, "tipo de poder adjudicador", "kind of contracting authority", "local", "state", "other", "research-agent")
	add(FactEstimatedValue, "estimatedValue", NetFact, "valor estimado", "estimated value")
	add(FactBaseBudget, "baseBudget", GrossFact, "presupuesto base de licitación", "base budget")
	add(FactHarmonised, "harmonised", TruthFact, "sujeto a regulación armonizada", "subject to harmonised regulation")
	add(FactCPI, "cpi", TruthFact, "se declara compra pública de innovación", "declared procurement of innovation")
	add(FactPublicAim, "publicAim", TruthFact, "sirve a los fines de la entidad; naturaleza y extensión de la necesidad constan", "serves the aims of the entity; nature and extent of the need recorded")
	add(FactCompetent, "competent", TruthFact, "la entidad es competente en la materia", "the entity is competent in the matter")
	add(FactUnmetNeed, "unmetNeed", TruthFact, "el mercado no satisface la necesidad", "the market does not meet the need")
	add(FactFunctional, "functional", TruthFact, "especificaciones funcionales detalladas", "functional specifications detailed")
	add(FactInnovative, "innovative", TruthFact, "estudios y consultas constatan el contenido innovador", "studies and consultations verify the innovative content")
	add(FactStrategyLine, "strategyLine", TruthFact, "la tecnología está en una línea de la estrategia española o de los planes autonómicos", "the technology falls in a line of the Spanish strategy or the region's plans")
	add(FactFittedToOne, "fittedToOne", TruthFact, "objeto ajustado a una sola empresa consultada", "object fitted to one consulted operator")
	add(FactConsultationUsed, "consultationUsed", TruthFact, "los pliegos tienen en cuenta la consulta o el informe dice por qué no", "pliegos take the consultation into account or the report says why not")
	add(FactRDServices, "rdServices", TruthFact, "servicios de investigación y desarrollo", "research and development services")
	add(FactExclusiveBenefits, "exclusiveBenefits", TruthFact, "los beneficios son solo de la entidad", "the benefits belong to the authority alone")
	add(FactPaysAll, "paysAll", TruthFact, "la entidad paga el servicio íntegramente", "the authority pays in full")
	add(FactListedCPV, "listedCPV", TruthFact, "CPV en la lista del artículo 8", "CPV in the list of article 8")
	add(FactCommercialVolumes, "commercialVolumes", TruthFact, "incluye volúmenes comerciales", "includes commercial volumes")
	add(FactStateAidChecked, "stateAidChecked", TruthFact, "sin ayuda de Estado, cláusula por cláusula", "no state aid, clause by clause")
	add(FactLots, "lotsJustified", TruthFact, "dividido en lotes o con razones para no hacerlo", "divided in lots or with reasons not to")
	add(FactSplit, "split", TruthFact, "objeto fraccionado para reducir la cuantía", "object split to lower the amount")
	add(FactValueComplete, "valueComplete", TruthFact, "el valor cuenta opciones, prórrogas, primas, modificaciones previstas y todas las unidades", "the value counts options, extensions, premiums, foreseen modifications and all units")
	add(FactValueCountsPurchases, "valueCountsPurchases", TruthFact, "el valor cuenta toda la I+D y las adquisiciones del final", "the value counts all the R&D and the purchases at the end")
	add(FactProportionatePurchase, "proportionatePurchase", TruthFact, "adquisiciones no desproporcionadas a la inversión", "purchases not disproportionate to the investment")
	add(FactSpecialCondition, "specialCondition", TruthFact, "al menos una condición especial de ejecución", "at least one special condition of execution")
	add(FactPersonalData, "personalData", TruthFact, "el contratista tratará datos personales", "the contractor will process personal data")
	add(FactDataClauses, "dataClauses", TruthFact, "cláusulas de protección de datos", "data protection clauses")
	add(FactIPRClause, "iprClause", TruthFact, "régimen de propiedad intelectual e industrial en el pliego", "regime of intellectual property in the pliego")
	add(FactApprovedBy, "approvedBy", TextFact, "órgano que aprueba", "approving body", "mayor", "pleno", "junta-gobierno-local")
	add(FactLargeTown, "largeTown", TruthFact, "municipio de gran población", "large-population town")
	add(FactOrdinaryResources, "ordinaryResources", NetFact, "recursos ordinarios del presupuesto", "ordinary resources of the budget")
	add(FactDurationMonths, "durationMonths", CountFact, "duración con prórrogas, en meses", "duration with extensions, in months")
	add(FactJudgementWeight, "judgementWeight", PercentFact, "peso de los criterios de juicio de valor", "weight of judgement criteria")
	add(FactQualityWeight, "qualityWeight", PercentFact, "peso de los criterios de calidad", "weight of quality criteria")
	add(FactPriceOnly, "priceOnly", TruthFact, "el precio es el único criterio", "price is the only criterion")
	add(FactPhasedEvaluation, "phasedEvaluation", TruthFact, "valoración por fases", "evaluation in phases")
	add(FactPhaseThreshold, "phaseThreshold", PercentFact, "umbral de calidad para seguir", "quality needed to go on")
	add(FactGround167, "ground167", TextFact, "supuesto del artículo 167", "case of article 167", "a", "b", "c", "d", "e", "f")
	add(FactGround168, "ground168", TextFact, "supuesto del artículo 168", "case of article 168", "a.1", "a.2", "a.3", "b.1", "b.2", "b.3", "c.1", "c.2", "c.3", "c.4", "d", "e")
	add(FactPliegoStatesNeed, "pliegoStatesNeed", TruthFact, "el pliego fija necesidad, requisitos mínimos y propiedad intelectual con precisión", "the pliego states need, minimum requirements and IPR precisely")
	add(FactTableLawful, "tableLawful", TruthFact, "mesa con la composición legal, publicada", "table lawfully composed and published")
	add(FactCommitteeLawful, "committeeLawful", TruthFact, "comité de expertos u organismo técnico con la composición legal", "committee of experts or technical body lawfully composed")
	add(FactDocumentsOnline, "documentsOnline", TruthFact, "pliegos accesibles, libres y completos por medios electrónicos", "pliegos free, complete and electronic")
	add(FactElectronic, "electronic", TruthFact, "ofertas por medios electrónicos", "electronic offers")
	add(FactPaper, "paper", TruthFact, "documentos no electrónicos", "documents not electronic")
	add(FactEveryday, "everyday", TruthFact, "compra corriente de bienes disponibles", "everyday goods available on the market")
	add(FactRDSolvency, "rdSolvency", TruthFact, "solvencia en I+D y en soluciones innovadoras", "solvency in R&D and innovative solutions")
	add(FactQualified, "qualified", CountFact, "candidatos que cumplen", "candidates that qualify")
	add(FactReductionAnnounced, "reductionAnnounced", TruthFact, "reducción por fases anunciada", "reduction in stages announced")
	add(FactDropClause, "dropClause", TruthFact, "el pliego prevé descartar socios y cómo", "the pliego foresees dropping partners and how")
	add(FactEndClause, "endClause", TruthFact, "el pliego prevé resolver la asociación y cómo", "the pliego foresees ending the partnership and how")
	add(FactPurchaseCriteria, "purchaseCriteria", TruthFact, "criterios objetivos para elegir proveedor en el pliego", "objective criteria to choose the supplier in the pliego")

	add(FactModel, "model", TextFact, "procedimiento", "procedure", ModelIDs()...)
	add(FactAnnounced, "announced", TruthFact, "objeto, inicio, terceros y razones de los asesores anunciados antes de empezar", "object, start, third parties and reasons for advisers announced before it starts")
	add(FactSolutionDisclosed, "solutionDisclosed", TruthFact, "se reveló la solución de un participante", "a participant's solution was disclosed")
	add(FactReportPublished, "reportPublished", TruthFact, "informe publicado en el perfil", "report published in the profile")
	add(FactAfterRenounce, "afterRenounce", TruthFact, "sigue a una decisión de no adjudicar o celebrar", "follows a decision not to award or sign")
	add(FactReasonsGone, "reasonsGone", TruthFact, "ya no subsisten las razones de aquella decisión", "the reasons of that decision are gone")
	add(FactUrgencyReasoned, "urgencyReasoned", TruthFact, "necesidad inaplazable o interés público, motivados", "unpostponable need or public interest, with reasons")
	add(FactSignificant, "significant", TruthFact, "modificación significativa de los pliegos", "significant change of the pliegos")
	add(FactMinimumsChanged, "minimumsChanged", TruthFact, "cambian requisitos mínimos o criterios", "minimum requirements or criteria change")
	add(FactToldAll, "toldAll", TruthFact, "comunicado a todos por escrito y con tiempo", "told to all in writing with time")
	add(FactEnoughLeft, "enoughLeft", TruthFact, "quedan bastantes para competir", "enough are left to compete")
	add(FactHelpedPrepare, "helpedPrepare", TruthFact, "la empresa ayudó a preparar el contrato", "the firm helped to prepare the contract")
	add(FactMeasuresTaken, "measuresTaken", TruthFact, "medidas para que no falsee la competencia", "measures so that it does not distort competition")
	add(FactFormulaEnvelope, "formulaEnvelope", TruthFact, "es el sobre de criterios de fórmula", "it is the envelope of formula criteria")
	add(FactHeard, "heard", TruthFact, "audiencia con tiempo suficiente", "heard with enough time")
	add(FactAdvised, "advised", TruthFact, "asesoramiento técnico", "technical advice taken")
	add(FactReasoned, "reasoned", TruthFact, "motivado", "reasoned")
	add(FactTie, "tie", TruthFact, "hay empate", "there is a tie")
	add(FactTieByOrder, "tieByOrder", TruthFact, "desempate por el pliego o por el orden legal", "broken by the pliego or the order of the law")
	add(FactDisclosed, "disclosed", TruthFact, "se notificó o publicó la suspensión", "the suspension was notified or published")
	add(FactAdmissible, "admissible", CountFact, "ofertas admisibles", "admissible offers")
	add(FactIncurable, "incurable", TruthFact, "infracción no subsanable de las normas de preparación o adjudicación", "incurable breach of the rules of preparation or award")
	add(FactCompensation, "compensation", TruthFact, "se compensan los gastos de los licitadores", "bidders are compensated")
	add(FactPublicInterest, "publicInterest", TruthFact, "razones de interés público en el expediente", "reasons of public interest in the file")
	add(FactAwardChallenged, "awardChallenged", TruthFact, "se recurre la adjudicación", "the award is challenged")
	add(FactMeasure, "measure", TruthFact, "medida de suspensión acordada", "suspension granted as a measure")
	add(FactUpheld, "upheld", TruthFact, "recurso estimado", "appeal upheld")
	add(FactAnnulmentGround, "annulmentGround", TextFact, "causa de invalidez", "ground of invalidity", "39.1", "39.2.a", "39.2.b", "39.2.c", "39.2.d", "39.2.e", "39.2.f", "39.2.g", "39.2.h", "40", "resource-upheld")
	add(FactConsent, "consent", TruthFact, "consentimiento específico del socio", "specific consent of the partner")
	add(FactObjectivesJudged, "objectivesJudged", TruthFact, "decidido por los objetivos intermedios", "decided on the intermediate objectives")
	add(FactByCallCriteria, "byCallCriteria", TruthFact, "por los criterios de la convocatoria", "by the criteria of the call")
	add(FactPerformance, "performance", TruthFact, "alcanza el rendimiento acordado", "reaches the agreed performance")
	add(FactWithinCost, "withinCost", TruthFact, "dentro del coste máximo", "within the maximum cost")
	add(FactByCriteria, "byCriteria", TruthFact, "elegido por los criterios objetivos", "chosen by the objective criteria")
	add(FactNewProcedure, "newProcedure", TruthFact, "otro procedimiento abierto a todos", "another procedure open to all")
	add(FactPreference, "preference", TruthFact, "preferencia para quien participó", "preference for participants")
	add(FactGround, "ground", TextFact, "supuesto de modificación", "ground of the modification", "204", "205.2.a", "205.2.b", "205.2.c")
	add(FactClear, "clearClause", TruthFact, "cláusula clara, precisa e inequívoca", "clause clear, precise and unequivocal")
	add(FactNewPrices, "newPrices", TruthFact, "nuevos precios unitarios no previstos", "new unit prices not foreseen")
	add(FactNatureKept, "natureKept", TruthFact, "no se altera la naturaleza global", "overall nature kept")
	add(FactChangeImpossible, "changeImpossible", TruthFact, "no se puede cambiar de contratista", "the contractor cannot be changed")
	add(FactUnforeseeable, "unforeseeable", TruthFact, "una administración diligente no pudo preverlo", "a diligent authority could not foresee it")
	add(FactOtherBidders, "otherBidders", TruthFact, "habría atraído a otros o cambia la clasificación", "would have drawn other bidders")
	add(FactBalance, "balanceAltered", TruthFact, "altera el equilibrio económico", "alters the economic balance")
	add(FactOtherContract, "otherContract", TruthFact, "es objeto de otro contrato", "is the object of another contract")
	add(FactCause, "cause", TextFact, "causa de resolución", "cause of termination", "a", "b", "c", "d", "e", "f", "g", "h", "i")
	add(FactObjected, "objected", TruthFact, "el contratista se opone", "the contractor objects")
	add(FactReceiptNotice, "comptrollerTold", TruthFact, "intervención avisada del acto", "comptroller told of the act")
	return t
}()
