package procurement

import "github.com/almotacen/almotacen/procurement/law"

// The kinds of events, in the order of a procedure.
const (
	IdeaRecorded Kind = iota + 1
	NeedStated
	IdeaArchived
	ConsultationPublished
	ConsultationAnswered
	AnswersShared
	ConsultationClosed
	ConsultationReported
	ConsultationCancelled
	FileStarted
	ProcedureChosen
	LotDeclared
	Recorded
	PriorNoticePublished
	UrgencyDeclared
	FileApproved
	NoticeDispatched
	ReceiptConfirmed
	NoticePublishedEU
	NoticePublishedProfile
	PliegoChanged
	PeriodExtended
	QuestionAsked
	QuestionAnswered
	RequestReceived
	RequestsClosed
	CandidateSelected
	CandidateRejected
	Invited
	RoundHeld
	TermsChanged
	OffersReduced
	FinalOffersCalled
	OfferReceived
	OffersClosed
	EnvelopeOpened
	BidderAdmitted
	DefectsAsked
	DefectsCured
	JudgementReported
	OfferScored
	AbnormalPresumed
	AbnormalAnswered
	AbnormalAccepted
	OfferExcluded
	TieBroken
	Classified
	DocumentsAsked
	DocumentsReceived
	DocumentsFailed
	CollusionReferred
	CollusionCleared
	Awarded
	AwardNotified
	AwardPublished
	SignatureRequested
	SignatureFailed
	Formalised
	FormalisationPublished
	FormalisationDispatchedEU
	Deserted
	Withdrawn
	NotAwarded
	AppealLodged
	SuspensionLifted
	AppealResolved
	ProcedureAnnulled
	Ordered
	ExecutionStarted
	PhaseStarted
	ResultsShared
	PhaseDelivered
	PhaseAssessed
	PhasePaid
	PhasePassed
	PartnerDropped
	PartnerWithdrew
	PartnershipEnded
	PurchaseDecided
	PurchaseDelivered
	ScalePurchaseStarted
	Modified
	ModificationPublished
	Extended
	Delivered
	Received
	ConformityApproved
	Paid
	Settled
	Terminated
	Evaluated
	CaseClosed
	numKinds
)

var (
	lcspStart    = law.MustDate("2018-03-09") // Ley 9/2017, DF 16
	collusionLaw = law.MustDate("2023-01-01") // Ley 31/2022, which gave 150.1 its words
	cpiLaw       = law.MustDate("2022-09-07") // Ley 17/2022, which added LCTI 36 sexies; the day is unverified
)

// once and every are the flags of the table below.
const (
	once = 1 << iota
	every
)

func kindRow(k Kind, name string, s Scope, a Actor, flags int, src law.Source, es, en string) KindInfo {
	i := KindInfo{Kind: k, Name: name, Label: Text{es, en}, Scope: s, Actor: a, Once: flags&once != 0, Every: flags&every != 0, Source: src}
	if src.Act == "LCSP" {
		i.Since = lcspStart
	}
	switch k {
	case LotDeclared, OfferReceived, Awarded, Formalised, Ordered, PhaseStarted, PhasePaid, Modified, PurchaseDecided:
		i.Amount = NetFact
	}
	if k == AwardNotified || k == AwardPublished {
		i.Again = SignatureFailed // the next in order
	}
	if k == CollusionReferred || k == CollusionCleared {
		i.Since = collusionLaw
	}
	return i
}

var kinds = func() (t [numKinds]KindInfo) {
	add := func(k Kind, name string, s Scope, a Actor, flags int, src law.Source, es, en string) {
		t[k] = kindRow(k, name, s, a, flags, src, es, en)
	}
	// Before the call.
	add(IdeaRecorded, "ideaRecorded", ScopeCase, ActorUnit, once, ours("practice: early demand map"), "entrada en el mapa de demanda temprana", "entry in the early demand map")
	add(NeedStated, "needStated", ScopeCase, ActorUnit, once, art("28.1"), "necesidad formulada en funciones", "need stated in functions")
	add(IdeaArchived, "ideaArchived", ScopeCase, ActorUnit, once, ours("practice: early demand map"), "idea archivada", "idea archived")
	add(ConsultationPublished, "consultationPublished", ScopeCase, ActorBody, once, art("115.1"), "consulta preliminar publicada en el perfil", "market consultation published in the profile")
	add(ConsultationAnswered, "consultationAnswered", ScopeParty, ActorBidder, 0, art("115.1"), "respuesta a la consulta", "answer to the consultation")
	add(AnswersShared, "answersShared", ScopeCase, ActorUnit, 0, art("115.3"), "respuestas puestas en común", "answers shared")
	add(ConsultationClosed, "consultationClosed", ScopeCase, ActorUnit, once, art("115.1"), "consulta cerrada", "consultation closed")
	add(ConsultationReported, "consultationReported", ScopeCase, ActorUnit, once, art("115.3"), "informe de la consulta", "report of the consultation")
	add(ConsultationCancelled, "consultationCancelled", ScopeCase, ActorBody, once, art("115.1"), "consulta anulada", "consultation cancelled")
	add(FileStarted, "fileStarted", ScopeCase, ActorBody, once, art("116.1"), "orden de inicio del expediente", "order to start the file")
	add(ProcedureChosen, "procedureChosen", ScopeCase, ActorBody, 0, art("116.4"), "procedimiento elegido", "procedure chosen")
	add(LotDeclared, "lotDeclared", ScopeLot, ActorUnit, once, art("99.3"), "lote definido", "lot defined")
	add(Recorded, "recorded", ScopeCase, ActorUnit, 0, ours("facts and documents added to the file"), "hechos o documentos incorporados", "facts or documents added")
	add(PriorNoticePublished, "priorNoticePublished", ScopeCase, ActorBody, once, art("134.1"), "anuncio de información previa", "prior information notice")
	add(UrgencyDeclared, "urgencyDeclared", ScopeCase, ActorBody, once, art("119.1"), "declaración de urgencia", "urgency declared")
	add(FileApproved, "fileApproved", ScopeCase, ActorBody, once, art("117.1"), "expediente y gasto aprobados", "file and spending approved")
	// Call.
	add(NoticeDispatched, "noticeDispatched", ScopeCase, ActorBody, once, art("135.1"), "anuncio enviado al DOUE", "notice sent to the EU Journal")
	add(ReceiptConfirmed, "receiptConfirmed", ScopeCase, ActorBody, once, art("135.3"), "recepción confirmada por la Oficina de Publicaciones", "receipt confirmed by the Publications Office")
	add(NoticePublishedEU, "noticePublishedEU", ScopeCase, ActorBody, once, art("135.1"), "anuncio publicado en el DOUE", "notice published in the EU Journal")
	add(NoticePublishedProfile, "noticePublishedProfile", ScopeCase, ActorBody, once, art("135.1"), "anuncio publicado en el perfil", "notice published in the profile")
	add(PliegoChanged, "pliegoChanged", ScopeCase, ActorBody, 0, art("136.2"), "pliegos o anuncio modificados", "notice or pliegos changed")
	add(PeriodExtended, "periodExtended", ScopeCase, ActorBody, 0, art("136.2"), "plazo ampliado", "period extended")
	add(QuestionAsked, "questionAsked", ScopeCase, ActorBidder, 0, art("138.3"), "pregunta de una empresa", "question of a bidder")
	add(QuestionAnswered, "questionAnswered", ScopeCase, ActorBody, 0, art("138.3"), "respuesta publicada", "answer published")
	add(RequestReceived, "requestReceived", ScopeParty, ActorBidder, once, art("161.1"), "solicitud de participación", "request to participate")
	add(RequestsClosed, "requestsClosed", ScopeCase, ActorTable, once, art("162.1"), "fin del plazo de solicitudes", "end of the period for requests")
	add(CandidateSelected, "candidateSelected", ScopeParty, ActorTable, once, art("162.1"), "candidatura seleccionada", "candidate selected")
	add(CandidateRejected, "candidateRejected", ScopeParty, ActorTable, once, art("162.1"), "candidatura no seleccionada", "candidate not selected")
	add(Invited, "invited", ScopeCase, ActorBody, once, art("163.1"), "invitaciones enviadas", "invitations sent")
	add(RoundHeld, "roundHeld", ScopeCase, ActorTable, 0, art("169.5"), "ronda de negociación o diálogo", "round of negotiation or dialogue")
	add(TermsChanged, "termsChanged", ScopeCase, ActorTable, 0, art("169.5"), "documentos cambiados durante la negociación", "documents changed during negotiation")
	add(OffersReduced, "offersReduced", ScopeCase, ActorTable, 0, art("169.3"), "ofertas o soluciones reducidas por fases", "offers or solutions reduced in stages")
	add(FinalOffersCalled, "finalOffersCalled", ScopeCase, ActorTable, once, art("169.8"), "ofertas finales solicitadas", "final offers called")
	add(OfferReceived, "offerReceived", ScopeBid, ActorBidder, once, art("139.1"), "oferta recibida", "offer received")
	add(OffersClosed, "offersClosed", ScopeCase, ActorTable, once, art("136.1"), "fin del plazo de ofertas", "end of the period for offers")
	// Evaluation and award.
	add(EnvelopeOpened, "envelopeOpened", ScopeLot, ActorTable, 0, art("157.3"), "sobre abierto", "envelope opened")
	add(BidderAdmitted, "bidderAdmitted", ScopeBid, ActorTable, once, art("141.2"), "empresa admitida", "bidder admitted")
	add(DefectsAsked, "defectsAsked", ScopeBid, ActorTable, 0, art("141.2"), "subsanación pedida", "curing of defects asked")
	add(DefectsCured, "defectsCured", ScopeBid, ActorBidder, 0, art("141.2"), "defectos subsanados", "defects cured")
	add(JudgementReported, "judgementReported", ScopeLot, ActorTable, 0, art("146.2"), "informe de juicio de valor", "report on judgement criteria")
	add(OfferScored, "offerScored", ScopeBid, ActorTable, 0, art("157.2"), "oferta puntuada", "offer scored")
	add(AbnormalPresumed, "abnormalPresumed", ScopeBid, ActorTable, once, art("149.2"), "oferta presuntamente anormal", "offer presumed abnormally low")
	add(AbnormalAnswered, "abnormalAnswered", ScopeBid, ActorBidder, 0, art("149.4"), "justificación de la oferta", "offer justified")
	add(AbnormalAccepted, "abnormalAccepted", ScopeBid, ActorBody, once, art("149.6"), "justificación aceptada", "justification accepted")
	add(OfferExcluded, "offerExcluded", ScopeBid, ActorBody, once, art("149.6"), "oferta excluida", "offer excluded")
	add(TieBroken, "tieBroken", ScopeLot, ActorTable, 0, art("147.1"), "empate resuelto", "tie broken")
	add(Classified, "classified", ScopeLot, ActorTable, once, art("150.1"), "ofertas clasificadas", "offers ranked")
	add(DocumentsAsked, "documentsAsked", ScopeBid, ActorTable, once, art("150.2"), "documentación requerida a la mejor oferta", "documents asked of the best offer")
	add(DocumentsReceived, "documentsReceived", ScopeBid, ActorBidder, once, art("150.2"), "documentación y garantía presentadas", "documents and guarantee received")
	add(DocumentsFailed, "documentsFailed", ScopeBid, ActorTable, once, art("150.2"), "documentación no presentada: oferta retirada", "documents not brought: offer deemed withdrawn")
	add(CollusionReferred, "collusionReferred", ScopeCase, ActorTable, 0, art("150.1"), "indicios de colusión trasladados", "signs of collusion referred")
	add(CollusionCleared, "collusionCleared", ScopeCase, ActorCompetition, 0, art("150.1"), "incidente de colusión resuelto", "collusion incident resolved")
	add(Awarded, "awarded", ScopeContract, ActorBody, once, art("150.3"), "adjudicación", "award")
	add(AwardNotified, "awardNotified", ScopeLot, ActorBody, once, art("151.1"), "adjudicación notificada", "award notified")
	add(AwardPublished, "awardPublished", ScopeLot, ActorBody, once, art("151.1"), "adjudicación publicada", "award published")
	add(SignatureRequested, "signatureRequested", ScopeContract, ActorBody, 0, art("153.3"), "requerimiento de formalizar", "request to sign")
	add(SignatureFailed, "signatureFailed", ScopeContract, ActorBody, once, art("153.4"), "contrato no formalizado por la empresa", "contract not signed by the winner")
	add(Formalised, "formalised", ScopeContract, ActorBody, once, art("153.1"), "contrato formalizado", "contract signed")
	add(FormalisationPublished, "formalisationPublished", ScopeLot, ActorBody, once, art("154.1"), "formalización publicada en el perfil", "contract notice in the profile")
	add(FormalisationDispatchedEU, "formalisationDispatchedEU", ScopeLot, ActorBody, once, art("154.3"), "formalización enviada al DOUE", "award notice sent to the EU Journal")
	// Exits and overlays.
	add(Deserted, "deserted", ScopeLot, ActorBody, once, art("150.3"), "declarado desierto", "declared deserted")
	add(Withdrawn, "withdrawn", ScopeLot, ActorBody, once|every, art("152.4"), "desistimiento", "procedure withdrawn (desistimiento)")
	add(NotAwarded, "notAwarded", ScopeLot, ActorBody, once|every, art("152.3"), "decisión de no adjudicar o celebrar", "decision not to award or sign (renuncia)")
	add(AppealLodged, "appealLodged", ScopeLot, ActorBidder, every, art("44.1"), "recurso especial interpuesto", "special appeal lodged")
	add(SuspensionLifted, "suspensionLifted", ScopeLot, ActorReview, every, art("56.3"), "suspensión levantada", "suspension lifted")
	add(AppealResolved, "appealResolved", ScopeLot, ActorReview, every, art("57.1"), "recurso resuelto", "appeal decided")
	add(ProcedureAnnulled, "procedureAnnulled", ScopeCase, ActorBody, once, art("42.1"), "procedimiento anulado", "procedure annulled")
	// Contract.
	add(Ordered, "ordered", ScopeContract, ActorBody, once, art("118.1"), "contrato menor encargado", "minor contract ordered")
	add(ExecutionStarted, "executionStarted", ScopeContract, ActorManager, once, art("153.6"), "inicio de la ejecución", "execution started")
	add(PhaseStarted, "phaseStarted", ScopePhase, ActorManager, once, art("180.1"), "fase iniciada", "phase started")
	add(ResultsShared, "resultsShared", ScopePhase, ActorManager, 0, art("180.2"), "resultados de un socio comunicados a otro", "results of a partner shown to another")
	add(PhaseDelivered, "phaseDelivered", ScopePhase, ActorBidder, once, art("180.1"), "resultados de la fase entregados", "results of the phase delivered")
	add(PhaseAssessed, "phaseAssessed", ScopePhase, ActorManager, once, art("180.1"), "fase evaluada", "phase assessed")
	add(PhasePaid, "phasePaid", ScopePhase, ActorTreasury, 0, art("180.1"), "fase pagada", "phase paid")
	add(PhasePassed, "phasePassed", ScopePhase, ActorBody, once, art("180.1"), "fase superada", "phase passed")
	add(PartnerDropped, "partnerDropped", ScopePhase, ActorBody, once, art("180.1"), "socio descartado al final de la fase", "partner dropped at the end of the phase")
	add(PartnerWithdrew, "partnerWithdrew", ScopePhase, ActorBidder, once, ours("the partner leaves; 180.1 only rules the decision of the body"), "socio que se retira", "partner withdrew")
	add(PartnershipEnded, "partnershipEnded", ScopeCase, ActorBody, once, art("180.1"), "asociación resuelta al final de la fase", "partnership ended at the end of the phase")
	add(PurchaseDecided, "purchaseDecided", ScopeParty, ActorBody, once, art("181.1"), "adquisición decidida", "purchase decided")
	add(PurchaseDelivered, "purchaseDelivered", ScopeParty, ActorBidder, 0, art("181.3"), "entrega de la adquisición", "delivery of the purchase")
	add(ScalePurchaseStarted, "scalePurchaseStarted", ScopeCase, ActorBody, 0, art("8"), "compra a escala iniciada en otro expediente", "purchase at scale started as another case")
	add(Modified, "modified", ScopeContract, ActorBody, 0, art("203.1"), "modificación aprobada", "modification approved")
	add(ModificationPublished, "modificationPublished", ScopeContract, ActorBody, 0, art("207.3"), "modificación publicada", "modification published")
	add(Extended, "extended", ScopeContract, ActorBody, 0, art("29.2"), "prórroga", "extension")
	add(Delivered, "delivered", ScopeContract, ActorBidder, 0, art("210.1"), "entrega o realización del objeto", "delivery of the object")
	add(Received, "received", ScopeContract, ActorManager, once, art("210.2"), "acto de recepción o conformidad", "act of reception or conformity")
	add(ConformityApproved, "conformityApproved", ScopeContract, ActorManager, 0, art("198.4"), "conformidad de la factura aprobada", "conformity of the invoice approved")
	add(Paid, "paid", ScopeContract, ActorTreasury, 0, art("198.4"), "pago", "payment")
	add(Settled, "settled", ScopeContract, ActorBody, once, art("210.4"), "liquidación", "settlement")
	add(Terminated, "terminated", ScopeContract, ActorBody, once, art("212.1"), "resolución del contrato", "contract terminated")
	add(Evaluated, "evaluated", ScopeContract, ActorUnit, once, ours("good practice: measure the business case"), "resultados evaluados", "results evaluated")
	add(CaseClosed, "caseClosed", ScopeCase, ActorUnit, once, ours("end of the file"), "expediente cerrado", "case closed")
	return t
}()
