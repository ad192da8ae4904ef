package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Groups of models.
var (
	prepared   = in("open", "simplified", "super-simplified", "restricted", "negotiation", "negotiated-no-notice", "dialogue", "innovation-partnership")
	called     = in("open", "simplified", "super-simplified", "restricted", "negotiation", "dialogue", "innovation-partnership")
	twoStep    = in("restricted", "negotiation", "dialogue", "innovation-partnership")
	negotiated = in("negotiation", "negotiated-no-notice", "dialogue", "innovation-partnership")
	tendered   = append(in("call-off"), prepared...)
	contracts  = append(in("minor"), tendered...)
	phased     = in("innovation-partnership", "precommercial")
)

// guards are the rules, in the order in which findings are given. Identifiers
// are stable.
var guards = append(logGuards, append(fileGuards, append(awardGuards, contractGuards...)...)...)

// Rules about the log itself.
var logGuards = []Guard{
	{ID: "log-case", Need: nil, Force: Bookkeeping, Source: lpac("70.1"), Effect: kept,
		Demand: Text{"el hecho es de este expediente", "the event is of this case"}},
	{ID: "log-date", Force: Bookkeeping, Source: lpac("70.1"), Effect: kept,
		Demand: Text{"el hecho tiene fecha y no es posterior al día de la pregunta", "the event has a date, no later than the day of the question"}},
	{ID: "log-scope", Force: Bookkeeping, Source: lpac("70.1"), Effect: kept,
		Demand: Text{"el hecho dice su lote, empresa y fase, y estos existen", "the event names its lot, party and phase, and they exist"}},
	{ID: "log-duplicate", Force: Bookkeeping, Source: lpac("70.1"), Effect: kept,
		Demand: Text{"el hecho no está ya en el registro", "the event is not in the log already"}},
	{ID: "log-basis", Force: Bookkeeping, Source: art("DT 1.1"), Effect: kept,
		Demand: Text{"la norma que rige el acto estaba en vigor", "the rule for the act was in force"}},
	{ID: "log-order", Force: Bookkeeping, Source: lpac("70.1"), Effect: kept,
		Demand: Text{"el acto cabe en el estado del expediente", "the act is possible in the state of the case"}},
	{ID: "log-amount", Force: Bookkeeping, Source: art("102.1"), Effect: Text{"importe que no puede usarse", "an amount that cannot be used"},
		Demand: Text{"los importes son ciertos y no negativos", "amounts are certain and not negative"}},
	{ID: "log-currency", Force: Bookkeeping, Source: art("102.2"), Effect: Text{"importe que no puede usarse", "an amount that cannot be used"},
		Demand: Text{"los importes van en euros", "amounts are in euros"}},
	{ID: "log-vat", Force: Bookkeeping, Source: art("101.1"), Effect: Text{"importe que no puede compararse", "an amount that cannot be compared"},
		Demand: Text{"el IVA está donde la ley lo cuenta y no donde no lo cuenta", "VAT is in the amounts with which the law counts it, and only there"}},
}

const (
	guardCase = iota
	guardDate
	guardScope
	guardDuplicate
	guardBasis
	guardOrder
	guardAmount
	guardCurrency
	guardVAT
)

// Rules of idea, consultation, file and call.
var fileGuards = []Guard{
	{ID: "need-public-aim", On: on(NeedStated), Need: must(yes(FactPublicAim), doc(DocNeedReport)), Source: art("28.1"), Effect: annulable,
		Demand: Text{"el contrato sirve a los fines de la entidad; naturaleza y extensión de la necesidad constan", "the contract serves the institutional aims; nature and extent of the need are recorded"}},
	{ID: "need-competence", On: on(NeedStated), Need: must(yes(FactCompetent)), Source: unread("LBRL", "25-27"), Effect: Text{"nulo por incompetencia", "null for lack of competence"},
		Demand: Text{"la entidad es competente en la materia", "the entity is competent in the matter"}},
	{ID: "cpi-unmet", On: on(ProcedureChosen), When: when(yes(FactCPI)), Need: must(yes(FactUnmetNeed), doc(DocMarketStudy, DocConsultationReport)), Source: lcti("36 sexies.4"), Since: cpiLaw, Effect: notCPI,
		Demand: Text{"necesidades concretas no satisfechas por el mercado, determinadas", "concrete needs not met by the market, determined"}},
	{ID: "cpi-functional", On: on(ProcedureChosen), When: when(yes(FactCPI)), Need: must(yes(FactFunctional), doc(DocFunctionalSpecification)), Source: lcti("36 sexies.4"), Since: cpiLaw, Effect: notCPI,
		Demand: Text{"especificaciones funcionales de la solución, detalladas", "functional specifications of the solution, detailed"}},
	{ID: "cpi-innovative", On: on(ProcedureChosen), When: when(yes(FactCPI)), Need: must(yes(FactInnovative), doc(DocMarketStudy, DocConsultationReport)), Source: lcti("36 sexies.4"), Since: cpiLaw, Effect: notCPI,
		Demand: Text{"estudios y consultas que constatan el contenido innovador", "studies and consultations that verify the innovative content"}},
	{ID: "cpi-strategy", On: on(ProcedureChosen), When: when(yes(FactCPI)), Need: must(yes(FactStrategyLine)), Source: lcti("36 sexies.2"), Since: cpiLaw, Effect: notCPI,
		Demand: Text{"la tecnología está en una línea de la estrategia española o de los planes autonómicos", "the technology falls in a line of the Spanish strategy or of the region's plans"}},
	{ID: "consult-published", On: on(ConsultationPublished), Need: must(yes(FactAnnounced), doc(DocConsultationNotice)), Source: art("115.1"), Effect: Text{"riesgo de falsear la competencia (70, 132)", "distortion of competition (70, 132)"},
		Demand: Text{"objeto, inicio, terceros y razones de los asesores publicados en el perfil antes de empezar", "object, start, third parties and reasons for advisers published in the profile before it starts"}},
	{ID: "consult-secret", On: on(AnswersShared), Need: must(no(FactSolutionDisclosed)), Source: art("115.3"), Effect: damages,
		Demand: Text{"ninguna solución de un participante se revela a otro", "no participant's solution is shown to another"}},
	{ID: "consult-report", On: on(ConsultationReported), Need: must(yes(FactReportPublished), doc(DocConsultationReport)), Source: art("115.3"), Effect: annulable,
		Demand: Text{"informe motivado con estudios y autores, entidades, cuestiones y respuestas, publicado en el perfil", "reasoned report with studies and authors, entities, questions and answers, published in the profile"}},
	{ID: "consult-generic", On: on(FileApproved), When: when(happened(ConsultationReported)), Need: must(no(FactFittedToOne)), Source: art("115.2"), Effect: Text{"anulable; recurso contra los pliegos (44.2.a)", "annulable; appeal against the pliegos (44.2.a)"},
		Demand: Text{"el objeto no se ajusta a una sola empresa consultada", "the object is not fitted to one consulted operator only"}},
	{ID: "consult-used", On: on(FileApproved), When: when(happened(ConsultationReported)), Need: must(yes(FactConsultationUsed)), Source: art("115.3"), Effect: annulable,
		Demand: Text{"los pliegos tienen en cuenta la consulta o el informe dice por qué no", "the pliegos take the consultation into account or the report says why not"}},
	{ID: "retender-after-renounce", On: on(FileStarted), When: when(yes(FactAfterRenounce)), Need: must(yes(FactReasonsGone)), Source: art("152.3"), Effect: annulable,
		Demand: Text{"ya no subsisten las razones de la decisión de no adjudicar", "the reasons of the decision not to award are gone"}},
	{ID: "rd-exclusion", On: on(ProcedureChosen), Models: in("precommercial"), Need: must(yes(FactRDServices), custom(CustomRDExclusion)), Source: art("8"), Effect: Text{"exclusión indebida: contrato nulo sin anuncio (39.2.c)", "wrong exclusion: contract null for lack of notice (39.2.c)"},
		Demand: Text{"servicios de I+D que el artículo 8 deja fuera de la ley", "R&D services that article 8 leaves out of the act"}},
	{ID: "rd-only", On: on(ProcedureChosen), Models: in("precommercial"), Need: must(no(FactCommercialVolumes)), Source: seen("COM(2007) 799", "2"), Effect: Text{"hay suministro: se aplica la LCSP", "supply inside: the LCSP applies"}, Force: Practice,
		Demand: Text{"solo I+D hasta un volumen limitado de primeros productos", "only R&D up to a limited volume of first products"}},
	{ID: "state-aid", On: on(FileApproved), Models: in("precommercial"), Need: must(yes(FactStateAidChecked), doc(DocStateAidCheck)), Source: seen("Framework R&D&I", "2022/C 414/01"), Effect: Text{"ayuda de Estado que notificar o recuperar", "state aid to notify or recover"},
		Demand: Text{"precio de mercado: selección abierta, derechos conocidos, sin preferencia posterior, resultados y propiedad repartidos", "market price: open selection, rights known, no later preference, results and rights shared"}},
	{ID: "harmonised-declared", On: on(FileApproved), Models: prepared, When: when(stated(FactEstimatedValue)), Need: must(custom(CustomHarmonisedSame)), Source: art("19.1"), Effect: wrongPath,
		Demand: Text{"la sujeción a regulación armonizada es la del valor y la fecha", "harmonised regulation applies as value and date say"}},
	{ID: "necessity-means", On: on(FileApproved), Models: prepared, When: when(contractIs(law.Services, law.ServicesAnnexIV, law.IntellectualServices)), Need: must(doc(DocInsufficiencyReport)), Source: art("116.4.f"), Effect: annulable,
		Demand: Text{"informe de insuficiencia de medios en los servicios", "report of insufficient means in services"}},
	{ID: "file-contents", On: on(FileApproved), Models: prepared, Need: must(doc(DocPCAP), doc(DocPPT, DocDescriptiveDocument), doc(DocCreditCertificate), doc(DocFiscalControl)), Source: art("116.3"), Effect: Text{"nulo sin crédito (39.2.b); anulable lo demás", "null without credit (39.2.b); annulable the rest"},
		Demand: Text{"pliegos, certificado de crédito y fiscalización previa", "pliegos, credit certificate and prior fiscal control"}},
	{ID: "file-reasons", On: on(FileApproved), Models: prepared, Need: must(doc(DocMemoria)), Source: art("116.4"), Effect: annulable,
		Demand: Text{"procedimiento, solvencia, criterios, valor, necesidad y lotes justificados", "reasons for procedure, solvency, criteria, value, need and lots"}},
	{ID: "lots", On: on(FileApproved), Models: prepared, Need: must(yes(FactLots)), Source: art("99.3"), Effect: annulable,
		Demand: Text{"división en lotes, o motivos válidos en el expediente", "divided in lots, or valid reasons in the file"}},
	{ID: "no-splitting", On: on(FileApproved), Models: contracts, Need: must(no(FactSplit)), Source: art("99.2"), Effect: annulable,
		Demand: Text{"el objeto no se fracciona para reducir la cuantía", "the object is not split to lower the amount"}},
	{ID: "estimated-value", On: on(FileApproved), Models: contracts, Need: must(stated(FactEstimatedValue), yes(FactValueComplete)), Source: art("101.2"), Effect: wrongPath,
		Demand: Text{"valor estimado sin IVA con opciones, prórrogas, primas y modificaciones previstas", "estimated value without VAT with options, extensions, premiums and foreseen modifications"}},
	{ID: "estimated-value-partnership", On: on(FileApproved), Models: in("innovation-partnership"), Need: must(yes(FactValueCountsPurchases)), Source: art("101.14"), Effect: wrongPath,
		Demand: Text{"el valor cuenta el máximo de la I+D y las adquisiciones del final", "the value counts the maximum of the R&D and the purchases at the end"}},
	{ID: "proportionate-purchase", On: on(FileApproved), Models: in("innovation-partnership"), Need: must(yes(FactProportionatePurchase), doc(DocBusinessCase)), Source: art("182"), Effect: annulable,
		Demand: Text{"adquisiciones no desproporcionadas a la inversión", "purchases not disproportionate to the investment"}},
	{ID: "special-condition", On: on(FileApproved), Models: prepared, Need: must(yes(FactSpecialCondition)), Source: art("202.1"), Effect: annulable,
		Demand: Text{"al menos una condición especial de ejecución", "at least one special condition of execution"}},
	{ID: "data-clauses", On: on(FileApproved), Models: prepared, When: when(yes(FactPersonalData)), Need: must(yes(FactDataClauses)), Source: art("122.2"), Effect: Text{"nulo (39.2.h)", "null (39.2.h)"},
		Demand: Text{"cláusulas de protección de datos personales", "clauses on personal data"}},
	{ID: "ipr-clause", On: on(FileApproved), Models: append(in("precommercial"), prepared...), Need: must(yes(FactIPRClause)), Source: art("308.1"), Effect: Text{"conflicto posterior: por defecto los servicios de desarrollo ceden los derechos", "dispute later: by default development services transfer the rights"},
		Demand: Text{"régimen de propiedad intelectual e industrial escrito", "regime of intellectual property written"}},
	{ID: "quality-half", On: on(FileApproved), Models: prepared, When: when(custom(CustomIntellectual)), Need: must(figure(law.QualityIntellectual, FactQualityWeight)), Source: art("145.4"), Effect: annulable,
		Demand: Text{"criterios de calidad con el 51 % al menos", "quality criteria of 51 % at least"}},
	{ID: "phase-threshold", On: on(FileApproved), Models: prepared, When: when(yes(FactPhasedEvaluation)), Need: must(figure(law.PhaseQualityThreshold, FactPhaseThreshold)), Source: art("146.3"), Effect: annulable,
		Demand: Text{"umbral del 50 % al menos en los criterios cualitativos para seguir", "at least 50 % of the qualitative criteria to go on"}},
	{ID: "legal-report", On: on(FileApproved), Models: prepared, Need: must(doc(DocLegalReport)), Source: art("DA 3.8"), Effect: annulable,
		Demand: Text{"informe jurídico del Secretario o del órgano jurídico", "legal report of the Secretario or legal office"}},
	{ID: "body-competent", On: on(FileApproved), Models: contracts, Need: must(custom(CustomCompetentBody)), Source: art("DA 2.1"), Effect: Text{"nulo o anulable por incompetencia", "null or annulable for lack of competence"},
		Demand: Text{"aprueba el órgano competente", "the competent body approves"}},
	{ID: "sustainability-control", On: on(FileApproved), Models: prepared, Need: must(doc(DocStabilityReport)), Source: art("DA 3.3"), Effect: annulable,
		Demand: Text{"control de la Intervención sobre estabilidad y sostenibilidad", "comptroller's control of budget stability"}},
	{ID: "approval-published", On: on(FileApproved), Models: append(in("call-off"), prepared...), Need: must(doc(DocApprovalResolution)), Source: art("117.1"), Effect: annulable,
		Demand: Text{"resolución motivada que aprueba expediente y gasto, publicada", "reasoned resolution approving file and spending, published"}},
	{ID: "urgency-declared", On: on(UrgencyDeclared), Need: must(yes(FactUrgencyReasoned), doc(DocUrgencyDeclaration)), Source: art("119.1"), Effect: Text{"rigen los plazos ordinarios", "ordinary periods apply"},
		Demand: Text{"necesidad inaplazable o interés público, en declaración motivada", "unpostponable need or public interest, in a reasoned declaration"}},
	{ID: "proc-open", On: on(NoticePublishedProfile), Models: in("open", "restricted"), Source: art("131.2"), Effect: wrongPath,
		Demand: Text{"abierto y restringido siempre se pueden usar", "open and restricted are always possible"}},
	{ID: "proc-simplified", On: on(NoticePublishedProfile), Models: in("simplified"), Need: must(figure(law.SimplifiedLimit, FactEstimatedValue), custom(CustomSimplifiedWeight)), Source: art("159.1"), Effect: wrongPath,
		Demand: Text{"valor y peso del juicio de valor dentro de los límites de la fecha", "value and weight of judgement within the limits of the date"}},
	{ID: "proc-super-simplified", On: on(NoticePublishedProfile), Models: in("super-simplified"), Need: must(figure(law.SuperSimplifiedLimit, FactEstimatedValue), custom(CustomNoJudgement)), Source: art("159.6"), Effect: wrongPath,
		Demand: Text{"valor bajo el límite, sin servicios intelectuales y solo fórmulas", "value below the limit, no intellectual services, formulas only"}},
	{ID: "proc-negotiation", On: on(NoticePublishedProfile), Models: in("negotiation"), Need: must(stated(FactGround167)), Source: art("167"), Effect: wrongPath,
		Demand: Text{"un supuesto del 167, motivado; el b incluye soluciones innovadoras", "a case of 167, reasoned; b includes innovative solutions"}},
	{ID: "proc-dialogue", On: on(NoticePublishedProfile), Models: in("dialogue"), Need: must(stated(FactGround167), doc(DocDescriptiveDocument)), Source: art("172.3"), Effect: wrongPath,
		Demand: Text{"un supuesto del 167 y documento descriptivo", "a case of 167 and the descriptive document"}},
	{ID: "proc-partnership", On: on(NoticePublishedProfile), Models: in("innovation-partnership"), Need: must(yes(FactPliegoStatesNeed), doc(DocMarketStudy, DocConsultationReport)), Source: art("177.1"), Effect: wrongPath,
		Demand: Text{"el pliego fija la necesidad que ningún producto satisface, requisitos mínimos y propiedad intelectual", "the pliego states the need that no product meets, minimum requirements and IPR"}},
	{ID: "proc-no-notice", On: on(Invited), Models: in("negotiated-no-notice"), Need: must(stated(FactGround168)), Source: art("168"), Effect: nullNotice,
		Demand: Text{"solo un supuesto del 168", "only a case of 168"}},
	{ID: "proc-minor", On: on(Ordered), Models: in("minor"), Need: must(figure(law.MinorLimit, FactEstimatedValue), figure(law.MinorDuration, FactDurationMonths), doc(DocMinorReport)), Source: art("118.1"), Effect: annulable,
		Demand: Text{"valor bajo el límite, un año como mucho e informe motivado", "value below the limit, a year at most, and a reasoned report"}},
	{ID: "mesa", On: on(NoticePublishedProfile), Models: called, Need: must(yes(FactTableLawful)), Source: art("326.1"), Effect: annulable,
		Demand: Text{"mesa con la composición legal, publicada", "table lawfully composed and published"}},
	{ID: "committee", On: on(NoticePublishedProfile), Models: in("open", "restricted"), When: when(above(FactJudgementWeight, 5000)), Need: must(yes(FactCommitteeLawful)), Source: art("146.2.a"), Effect: annulable,
		Demand: Text{"comité de expertos si el juicio de valor pesa más que las fórmulas", "committee of experts when judgement outweighs formulas"}},
	{ID: "documents-online", On: on(NoticePublishedProfile), Models: called, Need: must(yes(FactDocumentsOnline)), Source: art("138.1"), Effect: Text{"ampliar el plazo", "extend the period"},
		Demand: Text{"pliegos libres, directos, completos y gratuitos por medios electrónicos desde el anuncio", "pliegos free, direct, complete and electronic from the notice on"}},
	{ID: "eu-first", On: on(NoticePublishedProfile), Models: called, When: when(custom(CustomHarmonised)), Need: must(custom(CustomEUFirst)), Force: Timing, Source: art("135.3"), Effect: nullNotice,
		Demand: Text{"primero el DOUE; el perfil después, o 48 horas desde la recepción confirmada", "EU Journal first; the profile afterwards, or 48 hours after the confirmed receipt"}},
	{ID: "period-min", On: on(RequestsClosed, OffersClosed), Models: tendered, Need: must(custom(CustomOfferPeriod)), Force: Timing, Source: art("136.1"), Effect: Text{"anulable; recurso contra el anuncio", "annulable; appeal against the notice"},
		Demand: Text{"plazo no inferior al mínimo", "period no shorter than the minimum"}},
	{ID: "period-extended", On: on(OffersClosed), Models: called, When: when(happened(PliegoChanged), yes(FactSignificant)), Need: must(happened(PeriodExtended)), Force: Timing, Source: art("136.2"), Effect: annulable,
		Demand: Text{"plazo ampliado tras una modificación significativa de los pliegos", "period extended after a significant change of the pliegos"}},
	{ID: "answers-in-time", On: on(OffersClosed), Models: called, When: when(happened(QuestionAsked)), Need: must(custom(CustomAnswers)), Force: Timing, Source: art("138.3"), Effect: Text{"anulable si no se amplía el plazo", "annulable unless the period is extended"},
		Demand: Text{"información adicional a tiempo antes del fin", "additional information in time before the end"}},
}
