package law

import (
	"strconv"
	"strings"
	"time"
)

// English says whether a language tag asks for English; every other is served Spanish.
func english(lang string) bool { return lang == "en" || strings.HasPrefix(lang, "en-") }

// Word is one of the package's short texts in a language: "en" is English,
// every other tag Spanish. A text that the package does not have comes back as
// it is; notes and the reasons of an [Unknown] are in English only.
func Word(text, lang string) string {
	if english(lang) {
		return text
	}
	if es, ok := spanish[text]; ok {
		return es
	}
	return text
}

// In is the period in a language.
func (p Period) In(lang string) string {
	if p.IsZero() || english(lang) {
		return p.String()
	}
	unit := Word(p.Unit.String(), lang)
	if p.N == 1 || p.N == -1 {
		unit = singular[p.Unit]
	}
	return strconv.Itoa(p.N) + " " + unit
}

var singular = map[Unit]string{CalendarDays: "día natural", WorkingDays: "día hábil", Months: "mes", Years: "año", Hours: "hora"}

// In is the name of the step in a language.
func (s Step) In(lang string) string { return Word(string(s), lang) }

// In is the name of the fact in a language.
func (f Fact) In(lang string) string { return Word(string(f), lang) }

// In is the name of the type of contract in a language.
func (c Contract) In(lang string) string { return Word(c.String(), lang) }

// In is the name of the procedure in a language.
func (p Procedure) In(lang string) string {
	if p == Minor && !english(lang) {
		return "contrato menor"
	}
	return Word(p.String(), lang)
}

// In is the name of the bound in a language.
func (b Bound) In(lang string) string { return Word(b.String(), lang) }

func weekday(d time.Weekday, lang string) string { return Word(d.String(), lang) }

// spanish holds the package's short texts by their English form. A test looks
// for those that are missing.
var spanish = map[string]string{
	// Units, bounds, truth.
	"calendar days": "días naturales", "working days": "días hábiles", "months": "meses", "years": "años", "hours": "horas", "no unit": "sin unidad",
	"minimum": "mínimo", "maximum": "máximo", "length": "duración", "unknown": "desconocido", "no": "no", "yes": "sí",
	"national": "nacional", "regional": "autonómica", "local": "local",
	"Monday": "lunes", "Tuesday": "martes", "Wednesday": "miércoles", "Thursday": "jueves", "Friday": "viernes", "Saturday": "sábado", "Sunday": "domingo",

	// Types of contract and procedures.
	"any": "cualquiera", "works": "obras", "supplies": "suministro", "services": "servicios", "services-annex-iv": "servicios del anexo IV", "services-intellectual": "servicios de carácter intelectual",
	"concession-works": "concesión de obras", "concession-services": "concesión de servicios",
	"minor": "menor", "super-simplified": "abierto simplificado abreviado", "simplified": "abierto simplificado", "open": "abierto", "restricted": "restringido", "negotiation": "licitación con negociación",
	"negotiated-no-notice": "negociado sin publicidad", "dialogue": "diálogo competitivo", "innovation-partnership": "asociación para la innovación", "precommercial": "compra pública precomercial",

	// Facts.
	string(FactValue): "valor estimado sin IVA", string(FactDate): "fecha", string(FactCalendar): "calendario", string(FactBody): "clase de poder adjudicador", string(FactProcedure): "procedimiento",
	string(FactContract): "tipo de contrato", string(FactHarmonised): "sujeto a regulación armonizada", string(FactUrgent): "tramitación urgente", string(FactPriorNotice): "anuncio de información previa",
	string(FactElectronic): "ofertas electrónicas", string(FactEveryday): "compras corrientes", string(FactPaper): "documentación no electrónica", string(FactPriceOnly): "único criterio el precio",
	string(FactAbnormal): "ofertas anormalmente bajas", string(FactAppealable): "susceptible de recurso especial", string(FactComplexReport): "informe complejo",

	// Steps.
	string(StepOffers): "presentación de ofertas", string(StepRequests): "solicitudes de participación", string(StepFinalOffers): "ofertas finales", string(StepProfileNotice): "anuncio en el perfil",
	string(StepPriorNotice): "anuncio previo, primer uso", string(StepPriorNoticeLatest): "anuncio previo, último uso", string(StepQuestion): "pregunta de un licitador", string(StepAnswer): "respuesta a los licitadores",
	string(StepPublicationWait): "perfil sin noticia del DOUE", string(StepOpening): "apertura de proposiciones", string(StepJudgement): "valoración por juicio de valor", string(StepAbnormal): "justificación de la baja",
	string(StepDocuments): "documentación de la mejor oferta", string(StepAward): "adjudicación", string(StepAwardAfterDocuments): "adjudicación tras la documentación", string(StepAwardNotice): "publicación de la adjudicación",
	string(StepStandstill): "período de espera", string(StepSignature): "formalización", string(StepFormalisationNotice): "anuncio de formalización", string(StepFormalisationEU): "anuncio de formalización, UE",
	string(StepMinorList): "relación de contratos menores", string(StepAppealNotice): "recurso contra el anuncio", string(StepAppealPliegos): "recurso contra los pliegos", string(StepAppealAct): "recurso contra un acto de trámite cualificado",
	string(StepAppealAward): "recurso contra la adjudicación", string(StepAppealModification): "recurso contra una modificación", string(StepAppealNullity): "recurso por nulidad, formalización publicada",
	string(StepAppealNullityLate): "recurso por nulidad, demás casos", string(StepAppealFile): "remisión del expediente", string(StepAppealTransfer): "traslado del recurso", string(StepAppealAllegations): "alegaciones al recurso",
	string(StepAppealMeasures): "decisión sobre la suspensión", string(StepAppealEvidence): "prueba en el recurso", string(StepAppealDecision): "resolución del recurso", string(StepAppealSilence): "silencio del órgano de recursos",
	string(StepCollusionReport): "informe sobre colusión", string(StepCollusionDocuments): "documentación adicional sobre colusión", string(StepCollusionHearing): "alegaciones sobre colusión", string(StepCollusionDecision): "resolución sobre colusión",
	string(StepUrgentReport): "informe en urgencia", string(StepUrgentStart): "inicio de la ejecución en urgencia", string(StepReception): "recepción", string(StepConformity): "aprobación de la conformidad", string(StepPayment): "pago",
	string(StepPaymentSuspend): "demora en el pago: suspensión", string(StepPaymentTerminate): "demora en el pago: resolución", string(StepSettlement): "liquidación", string(StepModificationHearing): "audiencia al redactor",
	string(StepModificationNotice): "anuncio de modificación", string(StepPurchases): "adquisiciones de la asociación", string(StepExtensionNotice): "preaviso de prórroga", string(StepDuration): "duración con prórrogas",
	string(StepContinuity): "prórroga hasta el nuevo contrato", string(StepContinuityNotice): "anuncio del nuevo contrato", string(StepTermination): "expediente de resolución", string(StepReasons): "motivos a petición",
	string(StepSecrecy): "confidencialidad del contratista", string(StepProfileKept): "información accesible en el perfil", string(StepCuring): "subsanación",
	string(StepDocumentsAppeal): "documentación tras un recurso", string(StepStandstillRegion): "período de espera autonómico", string(StepCallOffList): "relación de contratos basados", string(StepWorksStart): "comprobación del replanteo",
	string(StepFinalCertificate): "certificación final de obra", string(StepVisit): "ampliación por visita", string(StepLateAnswer): "ampliación por respuesta tardía o cambio", "end of the quarter": "el fin del trimestre",

	// What starts the counts.
	dispatchEU: "el envío del anuncio a la Oficina de Publicaciones de la UE", dayAfter: "la publicación en el perfil", publication: "la publicación del anuncio", invitation: "el envío de la invitación escrita",
	endBackwards: "el fin del plazo", dispatchOf: "el envío de la notificación de la adjudicación", "act of reception": "el acta de recepción", "allegations, or end of the evidence": "las alegaciones o el fin de la prueba",
	"appeal": "el recurso", "the approval of conformity": "la aprobación de la conformidad", "approval of the modification": "la aprobación de la modificación",
	receipt: "la confirmación de la recepción del anuncio", "delivery": "la entrega", "dispatch of the contract notice": "el envío del anuncio de licitación", "dispatch of the request": "el envío del requerimiento",
	"dispatch to the competition authority": "la remisión a la autoridad de competencia", "end of the contract": "el fin del contrato", "end of the negotiation": "el fin de la negociación", "end of the period for offers": "el fin del plazo de ofertas",
	"end of the period for payment": "el fin del plazo de pago", "first opening": "la primera apertura", "guarantee deposited": "la constitución de la garantía", "invitation after the dialogue is closed": "la invitación tras el cierre del diálogo",
	"knowledge of the breach": "el conocimiento de la infracción", "knowledge of the information": "el conocimiento de la información", "notice of award (DA 15)": "la notificación de la adjudicación (DA 15)", "notice of award": "la notificación de la adjudicación",
	"notice to the bidders": "la notificación a los licitadores", "opening of the evidence": "la apertura de la prueba", "opening of the first envelope": "la apertura del primer sobre", "opening of the offers": "la apertura de las ofertas",
	"publication of the call": "la publicación de la convocatoria", "publication of the formalisation, with reasons": "la publicación de la formalización, con sus motivos",
	"publication of the notice that says how to reach them": "la publicación del anuncio que dice cómo acceder a ellos", "publication": "la publicación", "receipt of the decision to purchase": "la recepción de la resolución de adquisición",
	"receipt of the documents": "la recepción de la documentación", "receipt of the request after the standstill": "la recepción del requerimiento tras la espera", "receipt of the request": "la recepción del requerimiento",
	"receipt of the written request": "la recepción de la solicitud escrita", "reports and allegations": "los informes y alegaciones", "request of the competition authority": "el requerimiento de la autoridad de competencia",
	"request of the report": "la petición del informe", "request of the review body": "la reclamación del órgano de recursos", "request to cure": "el requerimiento de subsanación", "request": "la petición", "the signature": "la firma",
	"start of the contract": "el inicio del contrato", "start of the file": "el inicio del expediente", "the list before": "la relación anterior", "the transfer of the appeal": "el traslado del recurso",

	// Counting.
	"from": "desde", "before": "antes de", "less": "menos", "more": "más", "and then": "y después", "backwards": "hacia atrás",
	"day of the event: not counted":                               "día del hecho: no se cuenta",
	"not counted":                                                 "no se cuenta",
	"Saturdays, Sundays and holidays are not counted":             "no se cuentan sábados, domingos ni festivos",
	"every day counts":                                            "se cuentan todos los días",
	"same number of the month":                                    "mismo número del mes",
	"the month has no such day, so its last":                      "el mes no tiene ese día: el último",
	"counted backwards: the end does not move":                    "cuenta hacia atrás: el final no se mueve",
	"not working: the end moves":                                  "inhábil: el final se traslada",
	"at least two working days in the period":                     "al menos dos días hábiles en el plazo",
	"last day, counts whole":                                      "último día, se cuenta entero",
	"not given; the last day may be later":                        "no consta; el último día puede ser posterior",
	"holiday":                                                     "festivo",
	"halved by urgency":                                           "reducido a la mitad por urgencia",
	"the half day is rounded up, which the law does not say":      "el medio día se redondea hacia arriba, lo que la ley no dice",
	"whether urgency halves the extension is open: counted whole": "no es claro si la urgencia reduce la ampliación: se cuenta entera",
	"national holidays of":                                        "festivos nacionales de",
	"regional holidays of":                                        "festivos autonómicos de",
	"local holidays of":                                           "festivos locales de",
}
