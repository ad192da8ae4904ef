package procurement

// Region is a part of a case that has a state of its own. Regions run in
// parallel: while one lot is signed another may be under appeal.
type Region uint8

// The regions. A case has one of RegionCase, RegionCollusion, RegionUrgency and
// RegionPriorNotice; one RegionLot and RegionAppeal for each lot; one
// RegionContract for each lot and contractor; one RegionPhase for each partner
// and phase.
const (
	RegionCase Region = iota + 1
	RegionLot
	RegionContract
	RegionPhase
	RegionAppeal      // overlay of a lot
	RegionCollusion   // overlay of the case; secret (LCSP 150.1)
	RegionUrgency     // overlay of the case
	RegionPriorNotice // overlay of the case
	numRegions
)

// String is "case", "lot", "contract", "phase", "appeal", "collusion",
// "urgency" or "prior-notice".
func (r Region) String() string {
	return nameOf(int(r), "", "case", "lot", "contract", "phase", "appeal", "collusion", "urgency", "prior-notice")
}

// MarshalText is String.
func (r Region) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Label names the region.
func (r Region) Label() Text {
	if r == 0 || r >= numRegions {
		return Text{}
	}
	return [...]Text{{}, {"expediente", "case"}, {"lote", "lot"}, {"contrato", "contract"}, {"fase × socio", "phase × partner"},
		{"recurso", "appeal"}, {"colusión", "collusion"}, {"urgencia", "urgency"}, {"información previa", "prior notice"}}[r]
}

// Overlay says whether the region does not replace a state but lies over it.
func (r Region) Overlay() bool { return r >= RegionAppeal }

// State is a state of one region.
type State uint8

// The states by region. The first of each region is the one it starts in.
const (
	StateNew State = iota + 1
	StateIdea
	StateNeed
	StateConsultationOpen
	StateConsultationDone
	StateConsultationReported
	StateConsultationCancelled
	StatePreparation
	StateApproved
	StateCall
	StateCallChanged
	StateSelection
	StateInvited
	StateNegotiation
	StateFinalOffers
	StateTendered
	StatePurchaseDecided
	StatePartnershipEnded
	StateAnnulled
	StateArchived
	StateClosed

	StateLotWaiting
	StateEvaluation
	StateAbnormality
	StateClassified
	StateAwarded
	StateStandstill
	StateFormalised
	StateDeserted
	StateWithdrawn
	StateNotAwarded

	StateContractNone
	StateAwaitingSignature
	StateSigned
	StateExecution
	StateModified
	StateReceived
	StateSettled
	StateTerminated
	StateEvaluated

	StatePhasePlanned
	StatePartnerRunning
	StatePartnerDelivered
	StatePartnerAssessed
	StatePartnerPassed
	StatePartnerDropped
	StatePartnerWithdrawn
	StatePartnerTerminated

	StateNotAppealed
	StateAppealed
	StateNoCollusion
	StateCollusionSuspended
	StateNotUrgent
	StateUrgent
	StateNoPriorNotice
	StatePriorNotice
	numStates
)

// StateInfo describes a state. It is data to read, not to change.
type StateInfo struct {
	State  State
	Name   string // "consultation-open"
	Label  Text
	Region Region
}

// Info describes the state; for one that does not exist, the zero StateInfo.
func (s State) Info() StateInfo {
	if s >= numStates {
		return StateInfo{}
	}
	return states[s]
}

// String is the name; "" for no state.
func (s State) String() string { return s.Info().Name }

// MarshalText is String.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// States lists every state by region.
func States() []StateInfo { return append([]StateInfo(nil), states[1:]...) }

// first is the state in which a region starts.
func (r Region) first() State {
	return [...]State{0, StateNew, StateLotWaiting, StateContractNone, StatePhasePlanned, StateNotAppealed, StateNoCollusion, StateNotUrgent, StateNoPriorNotice}[r]
}

// set is a set of states: one bit each.
type set uint64

func setOf(states ...State) (s set) {
	for _, x := range states {
		s |= 1 << x
	}
	return s
}

func (s set) has(x State) bool { return s>>x&1 != 0 }

func (s set) list() (out []State) {
	for x := State(1); x < numStates; x++ {
		if s.has(x) {
			out = append(out, x)
		}
	}
	return out
}

var states = func() (t [numStates]StateInfo) {
	region := RegionCase
	add := func(s State, name, es, en string) { t[s] = StateInfo{s, name, Text{es, en}, region} }
	add(StateNew, "new", "sin empezar", "not begun")
	add(StateIdea, "idea", "idea", "idea")
	add(StateNeed, "need", "necesidad", "need")
	add(StateConsultationOpen, "consultation-open", "consulta abierta", "consultation open")
	add(StateConsultationDone, "consultation-closed", "consulta cerrada", "consultation closed")
	add(StateConsultationReported, "consultation-reported", "consulta con informe", "consultation reported")
	add(StateConsultationCancelled, "consultation-cancelled", "consulta anulada", "consultation cancelled")
	add(StatePreparation, "preparation", "preparación", "preparation")
	add(StateApproved, "approved", "expediente aprobado", "file approved")
	add(StateCall, "call", "licitación abierta", "call open")
	add(StateCallChanged, "call-changed", "licitación corregida", "call corrected")
	add(StateSelection, "selection", "selección", "selection")
	add(StateInvited, "invited", "empresas invitadas", "candidates invited")
	add(StateNegotiation, "negotiation", "negociación o diálogo", "negotiation or dialogue")
	add(StateFinalOffers, "final-offers", "ofertas finales", "final offers")
	add(StateTendered, "tendered", "ofertas en valoración por lotes", "offers in, by lot")
	add(StatePurchaseDecided, "purchase-decided", "adquisición decidida", "purchase decided")
	add(StatePartnershipEnded, "partnership-ended", "asociación resuelta", "partnership ended")
	add(StateAnnulled, "annulled", "anulado", "annulled")
	add(StateArchived, "archived", "archivada", "archived")
	add(StateClosed, "closed", "expediente cerrado", "case closed")
	region = RegionLot
	add(StateLotWaiting, "lot-waiting", "lote en espera", "lot waiting")
	add(StateEvaluation, "evaluation", "valoración", "evaluation")
	add(StateAbnormality, "abnormality", "baja presuntamente anormal", "abnormally low offer heard")
	add(StateClassified, "classified", "ofertas clasificadas", "offers ranked")
	add(StateAwarded, "awarded", "adjudicado", "awarded")
	add(StateStandstill, "standstill", "espera antes de formalizar", "standstill")
	add(StateFormalised, "formalised", "formalizado", "formalised")
	add(StateDeserted, "deserted", "desierto", "deserted")
	add(StateWithdrawn, "withdrawn", "desistido", "withdrawn")
	add(StateNotAwarded, "not-awarded", "no adjudicado", "not awarded")
	region = RegionContract
	add(StateContractNone, "no-contract", "sin contrato", "no contract")
	add(StateAwaitingSignature, "awaiting-signature", "pendiente de firma", "awaiting signature")
	add(StateSigned, "signed", "firmado", "signed")
	add(StateExecution, "execution", "en ejecución", "execution")
	add(StateModified, "modified", "modificado", "modified")
	add(StateReceived, "received", "recibido", "received")
	add(StateSettled, "settled", "liquidado", "settled")
	add(StateTerminated, "terminated", "resuelto", "terminated")
	add(StateEvaluated, "evaluated", "evaluado", "evaluated")
	region = RegionPhase
	add(StatePhasePlanned, "planned", "fase prevista", "phase planned")
	add(StatePartnerRunning, "partner-running", "en curso", "running")
	add(StatePartnerDelivered, "partner-delivered", "entregada", "delivered")
	add(StatePartnerAssessed, "partner-assessed", "evaluada", "assessed")
	add(StatePartnerPassed, "partner-passed", "superada", "passed")
	add(StatePartnerDropped, "partner-dropped", "socio descartado", "partner dropped")
	add(StatePartnerWithdrawn, "partner-withdrawn", "socio retirado", "partner withdrawn")
	add(StatePartnerTerminated, "partner-terminated", "terminada con la asociación", "ended with the partnership")
	region = RegionAppeal
	add(StateNotAppealed, "not-appealed", "sin recurso", "no appeal")
	add(StateAppealed, "appealed", "recurrido", "appealed")
	region = RegionCollusion
	add(StateNoCollusion, "no-collusion", "sin indicios de colusión", "no collusion incident")
	add(StateCollusionSuspended, "collusion-suspended", "suspendido por colusión", "suspended: collusion")
	region = RegionUrgency
	add(StateNotUrgent, "not-urgent", "tramitación ordinaria", "ordinary")
	add(StateUrgent, "urgent", "tramitación urgente", "urgent")
	region = RegionPriorNotice
	add(StateNoPriorNotice, "no-pin", "sin anuncio previo", "no prior notice")
	add(StatePriorNotice, "pin", "con anuncio previo", "prior notice published")
	return t
}()
