package law

// The steps that have a period.
const (
	StepOffers              Step = "offers"                         // presenting offers; in negotiation the initial ones
	StepRequests            Step = "requests to participate"        // presenting requests
	StepFinalOffers         Step = "final offers"                   // after dialogue or negotiation, projects of a partnership
	StepProfileNotice       Step = "notice in the profile"          // how long the notice stands in the profile before the end (156.5, 161.2)
	StepPriorNotice         Step = "prior notice, earliest use"     // prior notice before the contract notice
	StepPriorNoticeLatest   Step = "prior notice, latest use"       // at most so long before the contract notice
	StepQuestion            Step = "question of a bidder"           // before the end of the period for offers
	StepAnswer              Step = "answer to bidders"              // the same
	StepPublicationWait     Step = "profile without EU notice"      // after the receipt of the notice was confirmed
	StepOpening             Step = "opening of offers"              // first envelope
	StepJudgement           Step = "valuation of judgement"         // simplified procedure
	StepAbnormal            Step = "justification of a low offer"   // simplified procedure
	StepDocuments           Step = "documents of the best offer"    // with the final guarantee
	StepAward               Step = "award"                          // from the opening
	StepAwardAfterDocuments Step = "award after documents"          // from the receipt of the documents
	StepAwardNotice         Step = "notice of the award"            // in the profile
	StepStandstill          Step = "standstill"                     // no signature before its end
	StepSignature           Step = "signature"                      // from the request, or from the notice of award
	StepFormalisationNotice Step = "notice of formalisation"        // in the profile
	StepFormalisationEU     Step = "notice of formalisation, EU"    // dispatch
	StepMinorList           Step = "list of minor contracts"        // every
	StepAppealNotice        Step = "appeal against the notice"      // special appeal
	StepAppealPliegos       Step = "appeal against the pliegos"     // special appeal
	StepAppealAct           Step = "appeal against a qualified act" // special appeal
	StepAppealAward         Step = "appeal against the award"       // special appeal
	StepAppealModification  Step = "appeal against a modification"  // special appeal
	StepAppealNullity       Step = "appeal for nullity, notice published"
	StepAppealNullityLate   Step = "appeal for nullity, other cases"
	StepAppealFile          Step = "file to the review body"
	StepAppealTransfer      Step = "transfer of the appeal"
	StepAppealAllegations   Step = "allegations to an appeal"
	StepAppealMeasures      Step = "decision on the suspension"
	StepAppealEvidence      Step = "evidence in an appeal"
	StepAppealDecision      Step = "decision of an appeal"
	StepAppealSilence       Step = "silence of the review body"
	StepCollusionReport     Step = "report on collusion"
	StepCollusionDocuments  Step = "further documents on collusion"
	StepCollusionHearing    Step = "allegations on collusion"
	StepCollusionDecision   Step = "decision on collusion"
	StepUrgentReport        Step = "report in urgency"
	StepUrgentStart         Step = "start of execution in urgency"
	StepReception           Step = "reception"
	StepConformity          Step = "approval of conformity"
	StepPayment             Step = "payment"
	StepPaymentSuspend      Step = "delay of payment: suspension"
	StepPaymentTerminate    Step = "delay of payment: termination"
	StepSettlement          Step = "settlement"
	StepModificationHearing Step = "hearing of the author"
	StepModificationNotice  Step = "notice of modification"
	StepPurchases           Step = "purchases of a partnership"
	StepExtensionNotice     Step = "notice of extension"
	StepDuration            Step = "duration with extensions"
	StepContinuity          Step = "extension until the next contract"
	StepContinuityNotice    Step = "notice of the next contract"
	StepTermination         Step = "termination procedure"
	StepReasons             Step = "reasons on request"
	StepSecrecy             Step = "contractor's secrecy"
	StepProfileKept         Step = "profile information reachable"
	StepDocumentsAppeal     Step = "documents after an appeal"
	StepStandstillRegion    Step = "standstill of the region"
	StepCallOffList         Step = "list of call-offs"
	StepWorksStart          Step = "start of works"
	StepFinalCertificate    Step = "final certificate of works"
	StepVisit               Step = "extension for a visit"
	StepLateAnswer          Step = "extension for a late answer or a change"
	StepCuring              Step = "curing of defects"
)

var (
	urgencyHalf = lcsp("119.2.b", "los plazos establecidos en esta Ley para la licitación, adjudicación y formalización del contrato se reducirán a la mitad")

	worksSuppliesServices = []Contract{Works, Supplies, Services, ServicesAnnexIV, IntellectualServices}
	suppliesServices      = []Contract{Supplies, Services, ServicesAnnexIV, IntellectualServices}
	concessions           = []Contract{ConcessionWorks, ConcessionServices}
	worksConcessions      = []Contract{Works, ConcessionWorks, ConcessionServices}

	paper = Change{If: FactPaper, Unless: FactUrgent, Add: 5, Source: lcsp("138.2", "se prolongará cinco días, salvo en el supuesto de tramitación urgente")}
)

const (
	dispatchEU   = "dispatch of the notice to the EU Publications Office"
	dayAfter     = "publication in the profile" // not counted
	publication  = "publication of the notice"
	invitation   = "dispatch of the written invitation"
	pinNote      = "134.7 speaks of open and restricted procedures; 169.2 calls in 164.1 as a whole"
	noFigure     = "the law gives no minimum: a time adequate to the complexity (136.1), fixed by the pliego"
	profileDoubt = "156.5 and 161.2 point to the general periods and do not name urgency"
	endBackwards = "end of the period"
	dispatchOf   = "dispatch of the notice of award"
)

func cuts(prior, urgent Period, priorArt, priorQuote, urgentArt, urgentQuote, elecArt string) []Change {
	cs := []Change{}
	if !prior.IsZero() {
		cs = append(cs, Change{If: FactPriorNotice, Set: prior, Source: lcsp(priorArt, priorQuote)})
	}
	if !urgent.IsZero() {
		cs = append(cs, Change{If: FactUrgent, Set: urgent, Source: lcsp(urgentArt, urgentQuote)})
	}
	return append(cs, Change{If: FactElectronic, Add: -5, Source: lcsp(elecArt, "podrá reducirse el plazo general de presentación de proposiciones en cinco días")}, paper)
}

// terms are the periods. Identifiers are stable. Every row is in force since
// the act's first day unless it says otherwise; the wordings of 156, 164, 178
// and 119 never changed.
var terms = []Term{
	{ID: "open-sara-offers", Step: StepOffers, Procedures: []Procedure{Open}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(35), Regime: European,
		Changes: cuts(Days(15), Days(15), "156.3.a", "podrá reducirse a quince días", "156.3.b", "no será inferior a quince días contados desde la fecha del envío del anuncio de licitación", "156.3.c"), Urgency: UrgencySets,
		From: start, Source: lcsp("156.2", "no será inferior a treinta y cinco días, para los contratos de obras, suministros y servicios"), Note: "the notice also stands in the profile for the period of 156.6 (156.5)"},
	{ID: "open-sara-offers-concession", Step: StepOffers, Procedures: []Procedure{Open}, Contracts: concessions, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: cuts(Period{}, Period{}, "", "", "", "", "156.3.c"), From: start, Source: lcsp("156.2", "a treinta días para las concesiones de obras y servicios"), Note: "only the electronic reduction is open (156.4); urgency reduces nothing (119.2.b in fine)"},
	{ID: "open-offers", Step: StepOffers, Procedures: []Procedure{Open}, Contracts: suppliesServices, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Days(15),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("156.6", "no será inferior a quince días, contados desde el día siguiente al de la publicación")},
	{ID: "open-offers-works", Step: StepOffers, Procedures: []Procedure{Open}, Contracts: worksConcessions, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Days(26),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("156.6", "el plazo será, como mínimo, de veintiséis días")},
	{ID: "simplified-offers", Step: StepOffers, Procedures: []Procedure{Simplified}, Contracts: suppliesServices, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Days(15),
		From: start, Source: lcsp("159.3", "no podrá ser inferior a quince días a contar desde el siguiente a la publicación"), Note: "urgency reduces nothing (159.5, 119.2.b.6)"},
	{ID: "simplified-offers-works", Step: StepOffers, Procedures: []Procedure{Simplified}, Contracts: []Contract{Works}, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Days(20),
		From: start, Source: lcsp("159.3", "el plazo será como mínimo de veinte días"), Note: "urgency reduces nothing (159.5, 119.2.b.6)"},
	{ID: "super-simplified-offers", Step: StepOffers, Procedures: []Procedure{SuperSimplified}, Contracts: []Contract{Works, Supplies, Services, ServicesAnnexIV}, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Working(10),
		Changes: []Change{{If: FactEveryday, Set: Working(5), Source: lcsp("159.6.a", "compras corrientes de bienes disponibles en el mercado el plazo será de 5 días hábiles")}},
		From:    start, Source: lcsp("159.6.a", "no podrá ser inferior a diez días hábiles"), Note: "urgency reduces nothing (159.5)"},
	{ID: "restricted-sara-requests", Step: StepRequests, Procedures: []Procedure{Restricted}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{{If: FactUrgent, Set: Days(15), Source: lcsp("161.1", "no será inferior a quince días contados desde la fecha del envío del anuncio de licitación")}, paper}, Urgency: UrgencySets,
		From: start, Source: lcsp("161.1", "no podrá ser inferior a treinta días, contados a partir de la fecha del envío del anuncio de licitación")},
	{ID: "restricted-sara-requests-concession", Step: StepRequests, Procedures: []Procedure{Restricted}, Contracts: concessions, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{paper}, From: start, Source: lcsp("161.1", "no podrá ser inferior a treinta días, contados a partir de la fecha del envío del anuncio de licitación"), Note: "urgency reduces nothing (119.2.b in fine)"},
	{ID: "restricted-requests", Step: StepRequests, Procedures: []Procedure{Restricted}, Harmonised: No, Start: publication, Bound: Minimum, Period: Days(15),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("161.3", "como mínimo, de quince días, contados desde la publicación del anuncio de licitación")},
	{ID: "restricted-sara-offers", Step: StepOffers, Procedures: []Procedure{Restricted}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: invitation, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: cuts(Days(10), Days(10), "164.1.a", "el plazo general podrá reducirse a diez días", "164.1.b", "no será inferior a diez días contados desde la fecha del envío de la invitación escrita", "164.1.c"), Urgency: UrgencySets,
		From: start, Source: lcsp("164.1", "no será inferior a treinta días, contados a partir de la fecha de envío de la invitación escrita")},
	{ID: "restricted-sara-offers-concession", Step: StepOffers, Procedures: []Procedure{Restricted, Negotiation}, Contracts: concessions, Harmonised: Yes, Start: invitation, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: cuts(Period{}, Period{}, "", "", "", "", "164.1.c"), From: start, Source: lcsp("164.1", "no será inferior a treinta días, contados a partir de la fecha de envío de la invitación escrita"), Note: "only the electronic reduction is open; urgency reduces nothing (119.2.b in fine)"},
	{ID: "restricted-offers", Step: StepOffers, Procedures: []Procedure{Restricted}, Harmonised: No, Start: invitation, Bound: Minimum, Period: Days(10),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("164.2", "no será inferior a diez días, contados desde la fecha de envío de la invitación")},
	{ID: "negotiation-sara-requests", Step: StepRequests, Procedures: []Procedure{Negotiation}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{{If: FactUrgent, Set: Days(15), Source: lcsp("161.1", "no será inferior a quince días contados desde la fecha del envío del anuncio de licitación")}, paper}, Urgency: UrgencySets,
		From: start, Source: lcsp("161.1; 169.2", "no podrá ser inferior a treinta días, contados a partir de la fecha del envío del anuncio de licitación")},
	{ID: "negotiation-sara-requests-concession", Step: StepRequests, Procedures: []Procedure{Negotiation}, Contracts: concessions, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{paper}, From: start, Source: lcsp("161.1; 169.2", "no podrá ser inferior a treinta días, contados a partir de la fecha del envío del anuncio de licitación"), Note: "urgency reduces nothing (119.2.b in fine)"},
	{ID: "negotiation-requests", Step: StepRequests, Procedures: []Procedure{Negotiation}, Harmonised: No, Start: publication, Bound: Minimum, Period: Days(15),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("161.3; 169.2", "como mínimo, de quince días, contados desde la publicación del anuncio de licitación")},
	{ID: "negotiation-sara-offers", Step: StepOffers, Procedures: []Procedure{Negotiation}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: invitation, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: cuts(Days(10), Days(10), "164.1.a", "el plazo general podrá reducirse a diez días", "164.1.b", "no será inferior a diez días contados desde la fecha del envío de la invitación escrita", "164.1.c"), Urgency: UrgencySets,
		From: start, Source: lcsp("164.1; 169.2", "no será inferior a treinta días, contados a partir de la fecha de envío de la invitación escrita"), Note: pinNote},
	{ID: "negotiation-offers", Step: StepOffers, Procedures: []Procedure{Negotiation}, Harmonised: No, Start: invitation, Bound: Minimum,
		From: start, Source: lcsp("169.2", "y en los artículos 161, 162, 163 y 164.1 relativos al procedimiento restringido"), Note: "169.2 calls in 164.1 and not 164.2, so the law gives no figure below SARA: a time adequate to the complexity (136.1)",
		Readings: []Reading{{"no minimum", Period{0, CalendarDays}, lcsp("136.1", "")}, {"practice: as in the restricted procedure", Days(10), Source{Act: "LCSP", Article: "164.2", Mark: Unverified}}}},
	{ID: "negotiated-no-call", Step: StepOffers, Procedures: []Procedure{NegotiatedNoNotice}, Start: invitation, Bound: Minimum, From: start, Source: lcsp("136.1", "teniendo en cuenta el tiempo que razonablemente pueda ser necesario para preparar aquellas"), Note: noFigure},
	{ID: "dialogue-sara-requests", Step: StepRequests, Procedures: []Procedure{Dialogue}, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{paper}, From: start, Source: lcsp("161.1; 174.2", "no podrá ser inferior a treinta días, contados a partir de la fecha del envío del anuncio de licitación"), Note: "urgency reduces nothing (119.2.b.4; concessions: in fine)"},
	{ID: "dialogue-requests", Step: StepRequests, Procedures: []Procedure{Dialogue}, Harmonised: No, Start: publication, Bound: Minimum, Period: Days(15),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("161.3; 174.2", "como mínimo, de quince días, contados desde la publicación del anuncio de licitación")},
	{ID: "partnership-sara-requests", Step: StepRequests, Procedures: []Procedure{InnovationPartnership}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: dispatchEU, Bound: Minimum, Period: Days(30), Regime: European,
		Changes: []Change{paper}, From: start, Source: lcsp("178.2", "será de treinta días a partir de la fecha de envío del anuncio de licitación"), Note: "urgency reduces nothing (119.2.b.4)"},
	{ID: "partnership-requests", Step: StepRequests, Procedures: []Procedure{InnovationPartnership}, Contracts: worksSuppliesServices, Harmonised: No, Start: dayAfter, Bound: Minimum, Period: Days(20),
		Changes: []Change{paper}, Urgency: UrgencyHalves, From: start, Source: lcsp("178.2", "no podrá ser inferior a veinte días contados desde la publicación del anuncio de licitación en el perfil de contratante"), Note: "119.2.b.4 protects harmonised contracts only"},
	{ID: "partnership-projects", Step: StepFinalOffers, Procedures: []Procedure{InnovationPartnership}, Start: invitation, Bound: Minimum, From: start, Source: lcsp("179.1; 136.1", ""), Note: noFigure},
	{ID: "dialogue-final-offers", Step: StepFinalOffers, Procedures: []Procedure{Dialogue}, Start: "invitation after the dialogue is closed", Bound: Minimum, From: start, Source: lcsp("175.5; 136.1", "indicando la fecha límite"), Note: noFigure},
	{ID: "negotiation-final-offers", Step: StepFinalOffers, Procedures: []Procedure{Negotiation}, Start: "end of the negotiation", Bound: Minimum, From: start, Source: lcsp("169.8", "establecerá un plazo común para la presentación de ofertas nuevas o revisadas"), Note: noFigure},
	{ID: "precommercial-call", Step: StepOffers, Procedures: []Procedure{Precommercial}, Start: "publication of the call", Bound: Minimum, From: start, Source: lcsp("8", "Quedan excluidos de la presente Ley los contratos de investigación y desarrollo"), Note: "outside of the LCSP: no minimum; a time adequate to the market, by the principles of the Treaty"},

	{ID: "open-profile-notice", Step: StepProfileNotice, Procedures: []Procedure{Open}, Contracts: suppliesServices, Harmonised: Yes, Start: dayAfter, Bound: Minimum, Period: Days(15), Urgency: UrgencyDoubt, From: start,
		Source: lcsp("156.5; 156.6", "con una antelación mínima equivalente al plazo fijado para la presentación de las proposiciones en el apartado siguiente"), Note: profileDoubt},
	{ID: "open-profile-notice-works", Step: StepProfileNotice, Procedures: []Procedure{Open}, Contracts: worksConcessions, Harmonised: Yes, Start: dayAfter, Bound: Minimum, Period: Days(26), Urgency: UrgencyDoubt, From: start,
		Source: lcsp("156.5; 156.6", "con una antelación mínima equivalente al plazo fijado para la presentación de las proposiciones en el apartado siguiente"), Note: profileDoubt},
	{ID: "restricted-profile-notice", Step: StepProfileNotice, Procedures: []Procedure{Restricted, Negotiation, Dialogue}, Harmonised: Yes, Start: dayAfter, Bound: Minimum, Period: Days(15), Urgency: UrgencyDoubt, From: start,
		Source: lcsp("161.2; 161.3", "con una antelación mínima equivalente al plazo fijado para la presentación de las solicitudes de participación en el apartado siguiente"), Note: profileDoubt},

	{ID: "site-visit", Step: StepVisit, Start: endBackwards, Bound: Minimum, From: start, Source: lcsp("136.3", "se ampliarán de forma que todos los que interesados afectados puedan tener conocimiento de toda la información necesaria"), Note: "no figure: so long that all can see what they need"},
	{ID: "late-answer", Step: StepLateAnswer, Start: endBackwards, Bound: Minimum, From: start, Source: lcsp("136.2", "La duración de la prórroga en todo caso será proporcional a la importancia de la información solicitada"), Note: "no figure: in proportion to the information; significant changes of the pliegos too"},
	{ID: "pin-window", Step: StepPriorNotice, Harmonised: Yes, Start: "dispatch of the contract notice", Back: true, Bound: Minimum, Period: Days(35), Regime: European, From: start, Source: lcsp("156.3.a", "con una antelación máxima de doce meses y mínima de treinta y cinco días antes de la fecha de envío del anuncio de licitación")},
	{ID: "pin-window-max", Step: StepPriorNoticeLatest, Harmonised: Yes, Start: "dispatch of the contract notice", Back: true, Bound: Maximum, Period: Period{12, Months}, Regime: European, From: start, Source: lcsp("156.3.a", "con una antelación máxima de doce meses y mínima de treinta y cinco días antes de la fecha de envío del anuncio de licitación")},
	{ID: "information-ask", Step: StepQuestion, Start: endBackwards, Back: true, Bound: Minimum, Period: Days(12), Urgency: UrgencyDoubt, From: start, Source: lcsp("138.3", "la hubieren pedido al menos 12 días antes del transcurso del plazo"), Note: "unless the pliego sets another; whether urgency halves it is open"},
	{ID: "information-answer", Step: StepAnswer, Procedures: []Procedure{Open, Restricted}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: endBackwards, Back: true, Bound: Minimum, Period: Days(6),
		Changes: []Change{{If: FactUrgent, Set: Days(4), Source: lcsp("138.3", "será de 4 días a más tardar antes de que finalice el citado plazo")}}, Urgency: UrgencySets, From: start, Source: lcsp("138.3", "a más tardar 6 días antes de que finalice el plazo fijado para la presentación de ofertas"), Note: "not answered: the period is extended (136.2)"},
	{ID: "information-answer-other", Step: StepAnswer, Procedures: []Procedure{Negotiation, Dialogue, InnovationPartnership, NegotiatedNoNotice}, Contracts: worksSuppliesServices, Harmonised: Yes, Start: endBackwards, Back: true, Bound: Minimum, Period: Days(6),
		From: start, Source: lcsp("138.3; 119.2.b", "a más tardar 6 días antes de que finalice el plazo fijado para la presentación de ofertas"), Note: "urgency reduces it in open and restricted procedures only"},
	{ID: "information-answer-concession", Step: StepAnswer, Contracts: concessions, Harmonised: Yes, Start: endBackwards, Back: true, Bound: Minimum, Period: Days(6),
		From: start, Source: lcsp("138.3; 119.2.b", "a más tardar 6 días antes de que finalice el plazo fijado para la presentación de ofertas"), Note: "urgency reduces nothing (119.2.b in fine)"},
	{ID: "information-answer-below", Step: StepAnswer, Harmonised: No, Start: endBackwards, Back: true, Bound: Minimum, Period: Days(6), Urgency: UrgencyDoubt,
		From: start, Source: lcsp("138.3", "a más tardar 6 días antes de que finalice el plazo fijado para la presentación de ofertas"), Note: "119.2.b.5 names harmonised contracts only; whether the general half applies below is open"},
	{ID: "publication-order", Step: StepPublicationWait, Harmonised: Yes, Start: "confirmation that the notice was received", Bound: Minimum, Period: Period{48, Hours}, From: start, Source: lcsp("135.3", "a las 48 horas de la confirmación de la recepción del anuncio enviado"), Note: "the profile comes after the EU Journal, or after 48 hours without news of the publication; also 134.4, 154.3; LPAC 30.1 would make the hours working hours"},

	{ID: "curing", Step: StepCuring, Start: "request to cure", Bound: Maximum, Period: Days(3), Urgency: UrgencyDoubt, From: start, Source: lcsp("141.2", "dará un plazo de tres días al empresario para que los corrija"), Note: "whether urgency halves it is open"},
	{ID: "opening", Step: StepOpening, Start: "end of the period for offers", Bound: Maximum, Period: Days(20), Urgency: UrgencyHalves, From: start, Source: lcsp("157.3", "en el plazo máximo de veinte días contado desde la fecha de finalización del plazo"), Note: "the first envelope counts"},
	{ID: "simplified-judgement", Step: StepJudgement, Procedures: []Procedure{Simplified}, Start: "opening of the first envelope", Bound: Maximum, Period: Days(7), From: start, Source: lcsp("159.4.e", "en un plazo no superior a siete días"), Note: "the article does not say what starts the count"},
	{ID: "simplified-abnormal", Step: StepAbnormal, Procedures: []Procedure{Simplified, SuperSimplified}, Start: "dispatch of the request", Bound: Maximum, Period: Working(5), From: start, Source: lcsp("159.4.f", "días hábiles desde el envío de la correspondiente comunicación"), Note: "five: \"los 5 días hábiles\" until 2020-09-19, \"cinco\" since"},
	{ID: "simplified-documents", Step: StepDocuments, Procedures: []Procedure{Simplified}, Start: "dispatch of the request", Bound: Maximum, Period: Working(7), From: start, Source: lcsp("159.4.f", "días hábiles a contar desde el envío de la comunicación")},
	{ID: "super-simplified-documents", Step: StepDocuments, Procedures: []Procedure{SuperSimplified}, Start: "dispatch of the request", Bound: Maximum, Period: Working(7), From: start, Source: lcsp("159.4.f; 159.6", "días hábiles a contar desde el envío de la comunicación"), Note: "no final guarantee (159.6.f); other documents only"},
	{ID: "documents", Step: StepDocuments, Procedures: []Procedure{Open, Restricted, Negotiation, NegotiatedNoNotice, Dialogue, InnovationPartnership}, Start: "receipt of the request", Bound: Maximum, Period: Working(10), Urgency: UrgencyHalves, From: start, Source: lcsp("150.2", "dentro del plazo de diez días hábiles, a contar desde el siguiente a aquel en que hubiera recibido el requerimiento")},
	{ID: "simplified-award", Step: StepAwardAfterDocuments, Procedures: []Procedure{Simplified, SuperSimplified}, Start: "guarantee deposited", Bound: Maximum, Period: Days(5), From: start, Source: lcsp("159.4.f", "en un plazo no superior a"), Note: "\"5 días\" until 2020-09-19, \"cinco días\" since"},
	{ID: "award-after-documents", Step: StepAwardAfterDocuments, Procedures: []Procedure{Open, Restricted, Negotiation, NegotiatedNoNotice, Dialogue, InnovationPartnership}, Start: "receipt of the documents", Bound: Maximum, Period: Working(5), Urgency: UrgencyHalves, From: start, Source: lcsp("150.3", "dentro de los cinco días hábiles siguientes a la recepción de la documentación")},
	{ID: "award-price", Step: StepAward, Only: []Fact{FactPriceOnly}, Start: "opening of the offers", Bound: Maximum, Period: Days(15),
		Changes: []Change{{If: FactAbnormal, Also: Working(15), Source: lcsp("158.3", "se ampliarán en quince días hábiles")}}, Urgency: UrgencyHalves, From: start, Source: lcsp("158.1", "en el plazo máximo de quince días a contar desde el siguiente al de apertura"), Note: "late: bidders may withdraw (158.4)"},
	{ID: "award-criteria", Step: StepAward, Not: []Fact{FactPriceOnly}, Start: "first opening", Bound: Maximum, Period: Period{2, Months},
		Changes: []Change{{If: FactAbnormal, Also: Working(15), Source: lcsp("158.3", "se ampliarán en quince días hábiles")}}, Urgency: UrgencyHalves, From: start, Source: lcsp("158.2", "será de dos meses a contar desde la apertura de las proposiciones"), Note: "or as the pliego says; late: bidders may withdraw (158.4)"},
	{ID: "award-publication", Step: StepAwardNotice, Start: "award", Bound: Maximum, Period: Days(15), Urgency: UrgencyDoubt, From: start, Source: lcsp("151.1", "publicada en el perfil de contratante en el plazo de 15 días"), Note: "publication on the day of the notice decides from when its periods run (DA 15.1)"},
	{ID: "standstill", Step: StepStandstill, Only: []Fact{FactAppealable}, Start: dispatchOf, Bound: Minimum, Period: Working(15), From: start, Source: lcsp("153.3", "antes de que transcurran quince días hábiles desde que se remita la notificación de la adjudicación"), Note: "regions may raise it up to a month; urgency never reduces it (119.2.b.1)"},
	{ID: "standstill-region", Step: StepStandstillRegion, Only: []Fact{FactAppealable}, Start: dispatchOf, Bound: Maximum, Period: Period{1, Months}, From: start, Source: lcsp("153.3", "sin que exceda de un mes"), Note: "what regions may set instead of 15 working days; which did is not in the tables"},
	{ID: "documents-appeal", Step: StepDocumentsAppeal, Start: "receipt of the request", Bound: Maximum, Period: Working(10), From: start, Source: lcsp("150.4", "un plazo de diez días hábiles para que cumplimente los trámites que resulten oportunos"), Note: "to the bidder who takes the contract after an appeal"},
	{ID: "formalise-after-standstill", Step: StepSignature, Only: []Fact{FactAppealable}, Start: "receipt of the request after the standstill", Bound: Maximum, Period: Days(5), Urgency: UrgencyHalves, From: start, Source: lcsp("153.3", "en plazo no superior a cinco días a contar desde el siguiente a aquel en que hubiera recibido el requerimiento")},
	{ID: "formalise-other", Step: StepSignature, Not: []Fact{FactAppealable}, Start: "notice of award", Bound: Maximum, Period: Working(15), Urgency: UrgencyHalves, From: start, Source: lcsp("153.3", "no más tarde de los quince días hábiles siguientes a aquel en que se realice la notificación de la adjudicación")},
	{ID: "formalisation-notice", Step: StepFormalisationNotice, Start: "the signature", Bound: Maximum, Period: Days(15), Urgency: UrgencyDoubt, From: start, Source: lcsp("154.1", "en un plazo no superior a quince días tras el perfeccionamiento del contrato")},
	{ID: "formalisation-notice-eu", Step: StepFormalisationEU, Harmonised: Yes, Start: "the signature", Bound: Maximum, Period: Days(10), Urgency: UrgencyDoubt, From: start, Source: lcsp("154.3", "a más tardar 10 días después de la formalización del contrato")},
	{ID: "calloff-list", Step: StepCallOffList, Start: "end of the quarter", Bound: Maximum, Period: Days(30), From: start, Source: lcsp("154.4", "dentro de los 30 días siguientes al fin de cada trimestre"), Note: "contracts based on a framework or in a dynamic system"},
	{ID: "minor-list", Step: StepMinorList, Procedures: []Procedure{Minor}, Start: "the list before", Bound: Maximum, Period: Period{3, Months}, From: start, Source: lcsp("63.4", "al menos trimestralmente"), Note: "ordered by contractor"},

	{ID: "appeal-notice", Step: StepAppealNotice, Only: []Fact{FactAppealable}, Start: dayAfter, Bound: Maximum, Period: Working(15), From: start, Source: lcsp("50.1.a", "a partir del día siguiente al de su publicación en el perfil de contratante")},
	{ID: "appeal-pliegos", Step: StepAppealPliegos, Only: []Fact{FactAppealable}, Start: "publication of the notice that says how to reach them", Bound: Maximum, Period: Working(15), From: start, Source: lcsp("50.1.b", "siempre que en este se haya indicado la forma en que los interesados pueden acceder a ellos"), Note: "not admitted from who lodged an offer before, save for nullity"},
	{ID: "appeal-act", Step: StepAppealAct, Only: []Fact{FactAppealable}, Start: "knowledge of the breach", Bound: Maximum, Period: Working(15), From: start, Source: lcsp("50.1.c", "a partir del día siguiente a aquel en que se haya tenido conocimiento de la posible infracción")},
	{ID: "appeal-award", Step: StepAppealAward, Only: []Fact{FactAppealable}, Start: "notice of award (DA 15)", Bound: Maximum, Period: Working(15), From: start, Source: lcsp("50.1.d", "a partir del día siguiente a aquel en que se haya notificado"), Note: "suspends by itself (53), not in call-offs"},
	{ID: "appeal-modification", Step: StepAppealModification, Only: []Fact{FactAppealable}, Start: dayAfter, Bound: Maximum, Period: Working(15), From: start, Source: lcsp("50.1.e", "desde el día siguiente a aquel en que se haya publicado en el perfil de contratante")},
	{ID: "appeal-nullity-30", Step: StepAppealNullity, Start: "publication of the formalisation, with reasons", Bound: Maximum, Period: Days(30), From: start, Source: lcsp("50.2.a", "Treinta días a contar desde la publicación de la formalización del contrato")},
	{ID: "appeal-nullity-6m", Step: StepAppealNullityLate, Start: "the signature", Bound: Maximum, Period: Period{6, Months}, From: start, Source: lcsp("50.2.b", "antes de que transcurran seis meses a contar desde la formalización del contrato")},
	{ID: "appeal-file", Step: StepAppealFile, Start: "request of the review body", Bound: Maximum, Period: Working(2), From: start, Source: lcsp("56.2", "dentro de los dos días hábiles siguientes")},
	{ID: "appeal-transfer", Step: StepAppealTransfer, Start: "appeal", Bound: Maximum, Period: Working(5), From: start, Source: lcsp("56.3", "dentro de los cinco días hábiles siguientes a la interposición")},
	{ID: "appeal-allegations", Step: StepAppealAllegations, Start: "the transfer of the appeal", Bound: Maximum, Period: Working(5), From: start, Source: lcsp("56.3", "un plazo de cinco días hábiles para formular alegaciones")},
	{ID: "appeal-measures", Step: StepAppealMeasures, Start: "the transfer of the appeal", Bound: Maximum, Period: Working(5), From: start, Source: lcsp("56.3", "decidirá, en el plazo de cinco días hábiles"), Note: "the suspension stays until it is lifted"},
	{ID: "appeal-evidence", Step: StepAppealEvidence, Start: "opening of the evidence", Bound: Maximum, Period: Working(10), From: start, Source: lcsp("56.4", "por plazo de diez días hábiles")},
	{ID: "appeal-decision", Step: StepAppealDecision, Start: "allegations, or end of the evidence", Bound: Maximum, Period: Working(5), From: start, Source: lcsp("57.1", "dentro de los cinco días hábiles siguientes")},
	{ID: "appeal-silence", Step: StepAppealSilence, Start: "appeal", Bound: Maximum, Period: Period{2, Months}, From: start, Source: lcsp("57.5", "Transcurridos dos meses contados desde el siguiente a la interposición del recurso"), Note: "to go to court only; the suspension stays"},
	{ID: "collusion-report", Step: StepCollusionReport, Harmonised: Yes, Start: "dispatch to the competition authority", Bound: Maximum, Period: Working(20), From: since31of22, Source: set(lcsp("150.1", "en el plazo de 20 días hábiles, emita un informe"), "Ley 31/2022 DF 27", "BOE-A-2022-22128", ""), Note: "the tender is suspended, which is neither notified nor published"},
	{ID: "collusion-documents", Step: StepCollusionDocuments, Harmonised: Yes, Start: "request of the competition authority", Bound: Maximum, Period: Working(3), From: since31of22, Source: set(lcsp("150.1", "en un plazo máximo de 3 días hábiles"), "Ley 31/2022 DF 27", "BOE-A-2022-22128", "")},
	{ID: "collusion-allegations", Step: StepCollusionHearing, Harmonised: Yes, Start: "notice to the bidders", Bound: Maximum, Period: Working(10), From: since31of22, Source: set(lcsp("150.1", "en un plazo de diez días hábiles aleguen"), "Ley 31/2022 DF 27", "BOE-A-2022-22128", "")},
	{ID: "collusion-decision", Step: StepCollusionDecision, Harmonised: Yes, Start: "reports and allegations", Bound: Maximum, Period: Working(10), From: since31of22, Source: set(lcsp("150.1", "lo que proceda en el plazo de 10 días hábiles"), "Ley 31/2022 DF 27", "BOE-A-2022-22128", "")},

	{ID: "urgent-reports", Step: StepUrgentReport, Only: []Fact{FactUrgent}, Start: "request of the report", Bound: Maximum, Period: Days(5), Changes: []Change{{If: FactComplexReport, Add: 5, Source: lcsp("119.2.a", "el plazo quedará prorrogado hasta diez días")}}, From: start, Source: lcsp("119.2.a", "un plazo de cinco días para emitir los respectivos informes")},
	{ID: "urgent-start", Step: StepUrgentStart, Only: []Fact{FactUrgent}, Start: "the signature", Bound: Maximum, Period: Period{1, Months}, From: start, Source: lcsp("119.2.c", "no podrá exceder de un mes, contado desde la formalización")},
	{ID: "works-start", Step: StepWorksStart, Contracts: []Contract{Works}, Start: "the signature", Bound: Maximum, Period: Period{1, Months}, From: start, Source: lcsp("237", "no podrá ser superior a un mes desde la fecha de su formalización"), Note: "comprobación del replanteo; save for exceptional cases with reasons"},
	{ID: "works-final", Step: StepFinalCertificate, Contracts: []Contract{Works}, Start: "act of reception", Bound: Maximum, Period: Period{3, Months}, From: start, Source: lcsp("243.1", "Dentro del plazo de tres meses contados a partir de la recepción"), Note: "up to five where the pliego says so and the value exceeds twelve million euros"},
	{ID: "reception", Step: StepReception, Start: "delivery", Bound: Maximum, Period: Period{1, Months}, From: start, Source: lcsp("210.2", "dentro del mes siguiente a la entrega o realización del objeto del contrato"), Note: "or as the pliego says"},
	{ID: "conformity", Step: StepConformity, Start: "delivery", Bound: Maximum, Period: Days(30), From: start, Source: lcsp("198.4", "dentro de los treinta días siguientes a la entrega efectiva de los bienes o prestación del servicio")},
	{ID: "payment", Step: StepPayment, Start: "the approval of conformity", Bound: Maximum, Period: Days(30), From: start, Source: lcsp("198.4", "dentro de los treinta días siguientes a la fecha de aprobación"), Note: "regions may shorten it (198.8)"},
	{ID: "payment-suspend", Step: StepPaymentSuspend, Start: "end of the period for payment", Bound: Minimum, Period: Period{4, Months}, From: start, Source: lcsp("198.5", "fuese superior a cuatro meses"), Note: "with a month's notice; regions may shorten it (198.8)"},
	{ID: "payment-terminate", Step: StepPaymentTerminate, Start: "end of the period for payment", Bound: Minimum, Period: Period{6, Months}, From: start, Source: lcsp("198.6", "fuese superior a seis meses"), Note: "regions may shorten it (198.8)"},
	{ID: "liquidation", Step: StepSettlement, Contracts: []Contract{Supplies, Services, ServicesAnnexIV, IntellectualServices, ConcessionWorks, ConcessionServices}, Start: "act of reception", Bound: Maximum, Period: Days(30), From: start, Source: lcsp("210.4", "dentro del plazo de treinta días a contar desde la fecha del acta de recepción o conformidad"), Note: "works: 243"},
	{ID: "modification-hearing", Step: StepModificationHearing, Start: "request", Bound: Minimum, Period: Days(3), From: start, Source: lcsp("207.2", "en un plazo no inferior a tres días"), Note: "cases of 205, specifications by a third party"},
	{ID: "modification-notice", Step: StepModificationNotice, Start: "approval of the modification", Bound: Maximum, Period: Days(5), From: start, Source: lcsp("207.3", "en el plazo de 5 días desde la aprobación"), Note: "SARA and 205.2.a, b: also the EU Journal"},
	{ID: "partnership-purchases", Step: StepPurchases, Procedures: []Procedure{InnovationPartnership}, Start: "receipt of the decision to purchase", Bound: Maximum, Period: Period{4, Years}, From: start, Source: lcsp("181.3", "durante un periodo máximo de cuatro años")},
	{ID: "extension-notice", Step: StepExtensionNotice, Start: "end of the contract", Back: true, Bound: Minimum, Period: Period{2, Months}, From: start, Source: lcsp("29.2", "al menos con dos meses de antelación a la finalización del plazo de duración del contrato"), Note: "none if the contract lasts less than two months; the pliego may set more"},
	{ID: "duration", Step: StepDuration, Contracts: suppliesServices, Start: "start of the contract", Bound: Maximum, Period: Period{5, Years}, From: start, Source: lcsp("29.4", "un plazo máximo de duración de cinco años"), Note: "exceptions in the article"},
	{ID: "continuity-extension", Step: StepContinuity, Start: "end of the contract", Bound: Maximum, Period: Period{9, Months}, From: start, Source: lcsp("29.4", "por un periodo máximo de nueve meses"), Note: "the notice of the next contract was published three months before"},
	{ID: "continuity-notice", Step: StepContinuityNotice, Start: "end of the contract", Back: true, Bound: Minimum, Period: Period{3, Months}, From: start, Source: lcsp("29.4", "con una antelación mínima de tres meses")},
	{ID: "termination-file", Step: StepTermination, Start: "start of the file", Bound: Maximum, Period: Period{8, Months}, From: start, Source: lcsp("212.8", "en el plazo máximo de ocho meses"), Note: "declared outside of the State's competence by STC 68/2021: the effect in each region is open"},
	{ID: "reasons-on-request", Step: StepReasons, Start: "receipt of the written request", Bound: Maximum, Period: Days(15), From: start, Source: lcsp("155.2", "en un plazo de quince días a partir de la recepción de una solicitud por escrito")},
	{ID: "confidentiality", Step: StepSecrecy, Start: "knowledge of the information", Bound: Length, Period: Period{5, Years}, From: start, Source: lcsp("133.2", "durante un plazo de cinco años desde el conocimiento de esa información")},
	{ID: "profile-retention", Step: StepProfileKept, Start: "publication", Bound: Minimum, Period: Period{5, Years}, From: start, Source: lcsp("63.1", "durante un periodo de tiempo no inferior a 5 años")},
}
