package procurement

// DocumentKind is a kind of document of a file.
type DocumentKind uint8

// The kinds of documents.
const (
	DocOther DocumentKind = iota + 1
	DocNeedReport
	DocCompetenceReport
	DocMarketStudy
	DocFunctionalSpecification
	DocConsultationNotice
	DocConsultationReport
	DocStateAidCheck
	DocBusinessCase
	DocInsufficiencyReport
	DocMemoria
	DocPCAP
	DocPPT
	DocDescriptiveDocument
	DocCreditCertificate
	DocFiscalControl
	DocStabilityReport
	DocLegalReport
	DocApprovalResolution
	DocUrgencyDeclaration
	DocMinorReport
	DocInvoice
	DocDispatchProof
	DocNotice
	DocSelectionMinutes
	DocJudgementReport
	DocAbnormalRequest
	DocAbnormalProposal
	DocMinutes
	DocCapacityDocuments
	DocAwardResolution
	DocContract
	DocReport336
	DocWithdrawalResolution
	DocRenunciationResolution
	DocAppealWrit
	DocPhaseReport
	DocConsent
	DocPurchaseReport
	DocModificationResolution
	DocCouncilOpinion
	DocReceptionAct
	DocTerminationResolution
	DocEvaluationReport
	numDocuments
)

// DocumentInfo describes a kind of document. It is data to read, not to change.
type DocumentInfo struct {
	Document DocumentKind
	Name     string // as in the JSON form: "need-report"
	Label    Text
}

// Info describes the kind; for one that does not exist, the zero DocumentInfo.
func (d DocumentKind) Info() DocumentInfo {
	if d >= numDocuments {
		return DocumentInfo{}
	}
	return documents[d]
}

// String is the name in the JSON form; "" for none.
func (d DocumentKind) String() string { return d.Info().Name }

// MarshalText is String.
func (d DocumentKind) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// DocumentKinds lists every kind of document.
func DocumentKinds() []DocumentInfo { return append([]DocumentInfo(nil), documents[1:]...) }

// Document is a document that came with an event: the source of its facts.
type Document struct {
	Kind   DocumentKind
	ID     string // the register's number or code, as the city writes it
	Title  string
	URL    string
	SHA256 string // of its bytes, in hexadecimal; "" if not taken
}

var documents = func() (t [numDocuments]DocumentInfo) {
	add := func(d DocumentKind, name, es, en string) { t[d] = DocumentInfo{d, name, Text{es, en}} }
	add(DocOther, "other", "otro documento", "other document")
	add(DocNeedReport, "need-report", "informe de necesidad", "need report")
	add(DocCompetenceReport, "competence-report", "informe de competencia", "competence report")
	add(DocMarketStudy, "market-study", "estudio del estado del arte", "state-of-the-art study")
	add(DocFunctionalSpecification, "functional-specification", "especificación funcional", "functional specification")
	add(DocConsultationNotice, "consultation-notice", "anuncio de la consulta", "notice of the consultation")
	add(DocConsultationReport, "consultation-report", "informe de la consulta", "report of the consultation")
	add(DocStateAidCheck, "state-aid-check", "análisis de ayudas de Estado", "state-aid check")
	add(DocBusinessCase, "business-case", "caso de negocio", "business case")
	add(DocInsufficiencyReport, "insufficiency-report", "informe de insuficiencia de medios", "report of insufficient means")
	add(DocMemoria, "memoria", "memoria justificativa", "memoria of reasons")
	add(DocPCAP, "pcap", "pliego de cláusulas administrativas particulares", "administrative clauses (PCAP)")
	add(DocPPT, "ppt", "pliego de prescripciones técnicas", "technical specifications (PPT)")
	add(DocDescriptiveDocument, "descriptive-document", "documento descriptivo", "descriptive document")
	add(DocCreditCertificate, "credit-certificate", "certificado de existencia de crédito", "credit certificate")
	add(DocFiscalControl, "fiscal-control", "fiscalización previa", "prior fiscal control")
	add(DocStabilityReport, "stability-report", "informe de estabilidad y sostenibilidad", "report on budget stability")
	add(DocLegalReport, "legal-report", "informe jurídico", "legal report")
	add(DocApprovalResolution, "approval-resolution", "resolución de aprobación", "resolution of approval")
	add(DocUrgencyDeclaration, "urgency-declaration", "declaración de urgencia", "declaration of urgency")
	add(DocMinorReport, "minor-report", "informe del contrato menor", "report of the minor contract")
	add(DocInvoice, "invoice", "factura", "invoice")
	add(DocDispatchProof, "dispatch-proof", "justificante de envío", "proof of dispatch")
	add(DocNotice, "notice", "anuncio", "notice")
	add(DocSelectionMinutes, "selection-minutes", "acta de selección", "minutes of selection")
	add(DocJudgementReport, "judgement-report", "informe de juicio de valor", "report on judgement criteria")
	add(DocAbnormalRequest, "abnormal-request", "requerimiento de justificación", "request to justify the offer")
	add(DocAbnormalProposal, "abnormal-proposal", "propuesta motivada sobre la baja", "reasoned proposal on the low offer")
	add(DocMinutes, "minutes", "acta de la mesa", "minutes of the table")
	add(DocCapacityDocuments, "capacity-documents", "documentación del propuesto", "documents of the best bidder")
	add(DocAwardResolution, "award-resolution", "resolución de adjudicación", "resolution of award")
	add(DocContract, "contract", "contrato", "contract")
	add(DocReport336, "report-336", "informe específico (336)", "specific report (336)")
	add(DocWithdrawalResolution, "withdrawal-resolution", "resolución de desistimiento", "resolution of withdrawal")
	add(DocRenunciationResolution, "renunciation-resolution", "resolución de no adjudicar o celebrar", "resolution not to award or sign")
	add(DocAppealWrit, "appeal-writ", "escrito de recurso", "writ of appeal")
	add(DocPhaseReport, "phase-report", "informe de fase", "phase report")
	add(DocConsent, "consent", "consentimiento", "consent")
	add(DocPurchaseReport, "purchase-report", "informe de resultados y adquisición", "report of results and purchase")
	add(DocModificationResolution, "modification-resolution", "resolución de modificación", "resolution of modification")
	add(DocCouncilOpinion, "council-opinion", "dictamen del órgano consultivo", "opinion of the consultative council")
	add(DocReceptionAct, "reception-act", "acta de recepción", "act of reception")
	add(DocTerminationResolution, "termination-resolution", "resolución del contrato", "resolution of termination")
	add(DocEvaluationReport, "evaluation-report", "informe de evaluación", "evaluation report")
	return t
}()
