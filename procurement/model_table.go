package procurement

import (
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// modelBuilder collects the transitions of a model.
type modelBuilder struct {
	*Model
	while []State
}

// stay adds an event that changes no state.
func (b *modelBuilder) stay(k Kind, from ...State) {
	for _, s := range from {
		b.move(k, s, s)
	}
}

// move adds a transition.
func (b *modelBuilder) move(k Kind, from, to State, also ...Effect) {
	b.Transitions = append(b.Transitions, Transition{Event: k, From: from, To: to, While: b.while, Also: also})
}

// moves adds the same transition from several states.
func (b *modelBuilder) moves(k Kind, to State, from ...State) {
	for _, s := range from {
		b.move(k, s, to)
	}
}

var titles = map[string]struct {
	title     Text
	procedure law.Procedure
}{
	"consultation":           {Text{"De la idea al expediente: consulta preliminar del mercado", "From the idea to the file: preliminary market consultation"}, law.AnyProcedure},
	"minor":                  {Text{"Contrato menor", "Minor contract"}, law.Minor},
	"super-simplified":       {Text{"Abierto simplificado abreviado", "Super-simplified open procedure"}, law.SuperSimplified},
	"simplified":             {Text{"Abierto simplificado", "Simplified open procedure"}, law.Simplified},
	"open":                   {Text{"Abierto", "Open procedure"}, law.Open},
	"restricted":             {Text{"Restringido", "Restricted procedure"}, law.Restricted},
	"negotiation":            {Text{"Licitación con negociación", "Negotiation with prior publication"}, law.Negotiation},
	"negotiated-no-notice":   {Text{"Negociado sin publicidad", "Negotiated without notice"}, law.NegotiatedNoNotice},
	"dialogue":               {Text{"Diálogo competitivo", "Competitive dialogue"}, law.Dialogue},
	"innovation-partnership": {Text{"Asociación para la innovación", "Innovation partnership"}, law.InnovationPartnership},
	"call-off":               {Text{"Contrato basado en acuerdo marco", "Contract under a framework"}, law.AnyProcedure},
	"precommercial":          {Text{"Compra pública precomercial", "Pre-commercial procurement"}, law.Precommercial},
}

func buildModel(id string) *Model {
	t := titles[id]
	b := &modelBuilder{Model: &Model{ID: id, Title: t.title, Procedure: t.procedure}}
	b.beginning()
	if id != "consultation" {
		b.file()
		b.callAndOffers()
		b.lots()
		b.contracts()
		b.phases()
		b.ends()
	} else {
		b.Final = []State{StateArchived, StateConsultationCancelled, StatePreparation}
		b.Exits = []State{StateArchived, StateConsultationCancelled}
	}
	var seen [numRegions]bool
	for _, tr := range b.Transitions {
		seen[tr.Region()] = true
		for _, e := range tr.Also {
			seen[e.From.Info().Region] = true
		}
	}
	for r := RegionCase; r < numRegions; r++ {
		if seen[r] {
			b.Regions = append(b.Regions, r)
			b.Start = append(b.Start, r.first())
		}
	}
	slices.SortStableFunc(b.Transitions, func(x, y Transition) int { return int(x.Event) - int(y.Event) })
	return b.Model
}

func (b *modelBuilder) is(ids ...string) bool { return slices.Contains(ids, b.ID) }

// beginning is what every procedure shares: idea, need, consultation.
func (b *modelBuilder) beginning() {
	b.move(IdeaRecorded, StateNew, StateIdea)
	b.moves(NeedStated, StateNeed, StateNew, StateIdea)
	b.moves(IdeaArchived, StateArchived, StateIdea, StateNeed, StateConsultationReported, StateConsultationCancelled)
	b.move(ConsultationPublished, StateNeed, StateConsultationOpen)
	b.stay(ConsultationAnswered, StateConsultationOpen)
	b.stay(AnswersShared, StateConsultationOpen, StateConsultationDone)
	b.move(ConsultationClosed, StateConsultationOpen, StateConsultationDone)
	b.move(ConsultationReported, StateConsultationDone, StateConsultationReported)
	b.moves(ConsultationCancelled, StateConsultationCancelled, StateConsultationOpen, StateConsultationDone)
	b.moves(FileStarted, StatePreparation, StateNeed, StateConsultationReported, StateConsultationCancelled)
	b.stay(ProcedureChosen, StatePreparation)
	b.stay(LotDeclared, StatePreparation)
	b.stay(Recorded, b.open()...)
}

// open lists the states of the case in which work goes on.
func (b *modelBuilder) open() []State {
	out := []State{StateNew, StateIdea, StateNeed, StateConsultationOpen, StateConsultationDone, StateConsultationReported, StateConsultationCancelled, StatePreparation}
	if b.is("consultation") {
		return out
	}
	out = append(out, StateApproved)
	if b.is("minor") {
		return out
	}
	return append(out, b.tendering()...)
}

// tendering lists the states from the call on.
func (b *modelBuilder) tendering() []State {
	var out []State
	if b.hasCall() {
		out = append(out, StateCall, StateCallChanged)
	}
	if b.is(twoStep...) {
		out = append(out, StateSelection)
	}
	if b.hasInvitation() {
		out = append(out, StateInvited)
	}
	if b.is(negotiated...) {
		out = append(out, StateNegotiation, StateFinalOffers)
	}
	out = append(out, StateTendered)
	if b.is("innovation-partnership") {
		out = append(out, StatePurchaseDecided)
	}
	return out
}

func (b *modelBuilder) hasCall() bool { return b.is(append(in("precommercial"), called...)...) }
func (b *modelBuilder) hasInvitation() bool {
	return b.is(append(in("negotiated-no-notice", "call-off"), twoStep...)...)
}

// file is the preparation of the file up to its approval.
func (b *modelBuilder) file() {
	b.move(FileApproved, StatePreparation, StateApproved)
	if b.is(called...) && !b.is("simplified", "super-simplified") {
		b.move(PriorNoticePublished, StateNoPriorNotice, StatePriorNotice)
		b.Transitions[len(b.Transitions)-1].While = []State{StateNeed, StateConsultationOpen, StateConsultationDone, StateConsultationReported, StateConsultationCancelled, StatePreparation, StateApproved}
	}
	if b.is(prepared...) {
		b.move(UrgencyDeclared, StateNotUrgent, StateUrgent)
		b.Transitions[len(b.Transitions)-1].While = []State{StatePreparation, StateApproved}
	}
}

// callAndOffers goes from the approved file to the offers.
func (b *modelBuilder) callAndOffers() {
	call := []State{StateCall, StateCallChanged}
	if b.hasCall() {
		b.stay(NoticeDispatched, StateApproved, StateCall, StateCallChanged)
		b.stay(ReceiptConfirmed, StateApproved, StateCall, StateCallChanged)
		b.move(NoticePublishedEU, StateApproved, StateCall)
		b.stay(NoticePublishedEU, call...)
		b.move(NoticePublishedProfile, StateApproved, StateCall)
		b.stay(NoticePublishedProfile, call...)
		b.moves(PliegoChanged, StateCallChanged, call...)
		b.stay(PeriodExtended, call...)
		b.stay(QuestionAsked, call...)
		b.stay(QuestionAnswered, call...)
	}
	switch {
	case b.is("minor"):
		return // ordered straight away: see contracts
	case b.is(twoStep...):
		b.stay(RequestReceived, call...)
		b.moves(RequestsClosed, StateSelection, call...)
		b.stay(CandidateSelected, StateSelection)
		b.stay(CandidateRejected, StateSelection)
		b.move(Invited, StateSelection, StateInvited)
	case b.is("negotiated-no-notice", "call-off"):
		b.move(Invited, StateApproved, StateInvited)
	}
	switch {
	case b.is(negotiated...):
		b.moves(RoundHeld, StateNegotiation, StateInvited, StateNegotiation)
		b.stay(TermsChanged, StateNegotiation)
		b.stay(OffersReduced, StateNegotiation)
		b.move(FinalOffersCalled, StateNegotiation, StateFinalOffers)
		b.stay(OfferReceived, StateInvited, StateFinalOffers)
		b.move(OffersClosed, StateFinalOffers, StateTendered)
	case b.hasInvitation():
		b.stay(OfferReceived, StateInvited)
		b.move(OffersClosed, StateInvited, StateTendered)
	default:
		b.stay(OfferReceived, call...)
		b.moves(OffersClosed, StateTendered, call...)
	}
}

// lots goes from the first opening to the signature.
func (b *modelBuilder) lots() {
	if b.is("minor") {
		return
	}
	valued := []State{StateEvaluation}
	if b.is(prepared...) {
		valued = append(valued, StateAbnormality)
	}
	running := append(slices.Clone(valued), StateClassified)
	b.while = []State{StateTendered}
	b.move(EnvelopeOpened, StateLotWaiting, StateEvaluation)
	b.stay(EnvelopeOpened, valued...)
	b.stay(BidderAdmitted, StateEvaluation)
	b.stay(JudgementReported, StateEvaluation)
	b.stay(OfferScored, valued...)
	b.stay(OfferExcluded, running...)
	if b.is(prepared...) {
		b.stay(DefectsAsked, StateEvaluation)
		b.stay(DefectsCured, StateEvaluation)
		b.moves(AbnormalPresumed, StateAbnormality, StateEvaluation, StateAbnormality)
		b.stay(AbnormalAnswered, StateAbnormality)
		b.stay(AbnormalAccepted, StateAbnormality)
		b.stay(TieBroken, StateEvaluation, StateAbnormality)
		b.moves(Classified, StateClassified, StateEvaluation, StateAbnormality)
		b.stay(DocumentsAsked, StateClassified)
		b.stay(DocumentsReceived, StateClassified)
		b.stay(DocumentsFailed, StateClassified)
		b.move(CollusionReferred, StateNoCollusion, StateCollusionSuspended)
		b.move(CollusionCleared, StateCollusionSuspended, StateNoCollusion)
	} else {
		b.moves(Classified, StateClassified, StateEvaluation)
	}
	b.moves(Deserted, StateDeserted, append([]State{StateLotWaiting}, running...)...)
	b.move(Awarded, StateClassified, StateAwarded, Effect{StateContractNone, StateAwaitingSignature})
	if b.is(phased...) { // several partners
		b.move(Awarded, StateAwarded, StateAwarded, Effect{StateContractNone, StateAwaitingSignature})
	}
	if b.is("call-off") {
		b.while = []State{StateApproved, StateTendered}
		b.move(Awarded, StateLotWaiting, StateAwarded, Effect{StateContractNone, StateAwaitingSignature})
		b.while = []State{StateApproved, StateTendered}
	}
	b.move(AwardNotified, StateAwarded, StateStandstill)
	b.stay(AwardPublished, StateAwarded, StateStandstill, StateFormalised)
	b.stay(SignatureRequested, StateStandstill)
	b.transition(SignatureRequested, StateStandstill).While = append([]State{StateAwaitingSignature}, b.while...)
	b.move(SignatureFailed, StateStandstill, StateClassified, Effect{StateAwaitingSignature, StateTerminated})
	b.transition(SignatureFailed, StateStandstill).While = append([]State{StateAwaitingSignature}, b.while...)
	for _, s := range []State{StateAwarded, StateStandstill, StateFormalised} {
		b.move(Formalised, s, StateFormalised, Effect{StateAwaitingSignature, StateSigned})
		b.transition(Formalised, s).While = append([]State{StateAwaitingSignature, StateExecution}, b.while...)
	}
	if b.is(prepared...) {
		b.stay(FormalisationPublished, StateFormalised)
		b.stay(FormalisationDispatchedEU, StateFormalised)
	}
	// Ways out before signature, from the call on.
	b.while = slices.Clone(b.tendering())
	for _, s := range append([]State{StateLotWaiting, StateAwarded, StateStandstill}, running...) {
		b.move(Withdrawn, s, StateWithdrawn, Effect{StateAwaitingSignature, StateTerminated})
		b.move(NotAwarded, s, StateNotAwarded, Effect{StateAwaitingSignature, StateTerminated})
	}
	if b.is(append(in("call-off"), prepared...)...) {
		b.move(AppealLodged, StateNotAppealed, StateAppealed)
		b.stay(AppealLodged, StateAppealed)
		b.stay(SuspensionLifted, StateAppealed)
		b.move(AppealResolved, StateAppealed, StateNotAppealed)
	}
	b.while = nil
}

// transition finds the transition of an event from a state; the last one added.
func (b *modelBuilder) transition(k Kind, from State) *Transition {
	for i := len(b.Transitions) - 1; i >= 0; i-- {
		if t := &b.Transitions[i]; t.Event == k && t.From == from {
			return t
		}
	}
	return &Transition{}
}

// contracts goes from signature to settlement.
func (b *modelBuilder) contracts() {
	work := []State{StateExecution, StateModified}
	b.while = []State{StateTendered}
	if b.is("call-off") {
		b.while = []State{StateApproved, StateTendered}
	}
	if b.is("innovation-partnership") {
		b.while = []State{StateTendered, StatePurchaseDecided, StatePartnershipEnded}
	}
	if b.is("minor") {
		b.while = []State{StateApproved}
		b.move(Ordered, StateContractNone, StateExecution)
	} else {
		// Work that started before its signature happens: the guard
		// no-start-before says so, the model does not look away.
		b.moves(ExecutionStarted, StateExecution, StateAwaitingSignature, StateSigned)
	}
	b.moves(Modified, StateModified, work...)
	b.move(ModificationPublished, StateModified, StateExecution)
	b.stay(Extended, work...)
	b.stay(Delivered, work...)
	b.moves(Received, StateReceived, work...)
	b.stay(ConformityApproved, StateExecution, StateModified, StateReceived)
	b.stay(Paid, StateExecution, StateModified, StateReceived)
	b.move(Settled, StateReceived, StateSettled)
	if b.is("minor") {
		b.moves(Terminated, StateTerminated, work...)
	} else {
		b.moves(Terminated, StateTerminated, StateSigned, StateExecution, StateModified)
	}
	b.moves(Evaluated, StateEvaluated, StateSettled, StateTerminated)
	b.while = nil
}

// phases is the matrix of phases and partners.
func (b *modelBuilder) phases() {
	if !b.is(phased...) {
		return
	}
	active := []State{StatePartnerRunning, StatePartnerDelivered, StatePartnerAssessed}
	b.while = []State{StateTendered, StateExecution, StateModified}
	b.move(PhaseStarted, StatePhasePlanned, StatePartnerRunning)
	b.transition(PhaseStarted, StatePhasePlanned).Previous = StatePartnerPassed
	b.stay(ResultsShared, StatePartnerRunning, StatePartnerDelivered, StatePartnerAssessed, StatePartnerPassed)
	b.move(PhaseDelivered, StatePartnerRunning, StatePartnerDelivered)
	b.move(PhaseAssessed, StatePartnerDelivered, StatePartnerAssessed)
	b.stay(PhasePaid, StatePartnerRunning, StatePartnerDelivered, StatePartnerAssessed, StatePartnerPassed)
	b.move(PhasePassed, StatePartnerAssessed, StatePartnerPassed)
	b.moves(PartnerDropped, StatePartnerDropped, active...)
	b.moves(PartnerWithdrew, StatePartnerWithdrawn, active...)
	if b.is("innovation-partnership") {
		for _, s := range active {
			b.transition(PartnerDropped, s).Also = []Effect{{StateExecution, StateTerminated}, {StateModified, StateTerminated}}
		}
	}
	for _, s := range active {
		if t := b.transition(PartnerWithdrew, s); t.Event != 0 {
			t.Also = []Effect{{StateExecution, StateTerminated}, {StateModified, StateTerminated}}
		}
		if b.is("precommercial") {
			b.transition(PartnerDropped, s).Also = []Effect{{StateExecution, StateTerminated}, {StateModified, StateTerminated}}
		}
	}
	b.while = nil
	if b.is("innovation-partnership") {
		b.move(PartnershipEnded, StateTendered, StatePartnershipEnded, b.endAll()...)
		b.move(PurchaseDecided, StateTendered, StatePurchaseDecided)
		b.transition(PurchaseDecided, StateTendered).While = []State{StatePartnerPassed}
		b.stay(PurchaseDelivered, StatePurchaseDecided)
	} else {
		b.stay(ScalePurchaseStarted, StateTendered)
	}
}

// endAll ends everything that runs: phases, contracts, lots.
func (b *modelBuilder) endAll() []Effect {
	out := []Effect{{StateExecution, StateTerminated}, {StateModified, StateTerminated}}
	if !b.is("minor") {
		out = append(out, Effect{StateAwaitingSignature, StateTerminated}, Effect{StateSigned, StateTerminated})
	}
	if b.is(phased...) {
		out = append(out, Effect{StatePartnerRunning, StatePartnerTerminated}, Effect{StatePartnerDelivered, StatePartnerTerminated}, Effect{StatePartnerAssessed, StatePartnerTerminated})
	}
	return out
}

// ends closes the case, or annuls it.
func (b *modelBuilder) ends() {
	var live []State
	live = append(live, StateApproved)
	if !b.is("minor") {
		live = append(live, b.tendering()...)
	}
	for _, s := range live {
		b.move(ProcedureAnnulled, s, StateAnnulled, b.endAll()...)
	}
	switch {
	case b.is("minor"):
		b.move(CaseClosed, StateApproved, StateClosed)
	case b.is("call-off"):
		b.moves(CaseClosed, StateClosed, StateApproved, StateTendered)
	case b.is("innovation-partnership"):
		b.moves(CaseClosed, StateClosed, append(b.tendering(), StatePartnershipEnded)...)
	default:
		b.moves(CaseClosed, StateClosed, b.tendering()...)
	}
	b.Final = []State{StateArchived, StateAnnulled, StateClosed, StateDeserted, StateWithdrawn, StateNotAwarded, StateFormalised,
		StateSettled, StateTerminated, StateEvaluated, StatePartnerPassed, StatePartnerDropped, StatePartnerWithdrawn, StatePartnerTerminated}
	b.Exits = []State{StateArchived, StateConsultationCancelled, StateAnnulled, StateTerminated}
	if !b.is("minor") {
		b.Exits = append(b.Exits, StateDeserted, StateWithdrawn, StateNotAwarded)
	}
	if b.is(phased...) {
		b.Exits = append(b.Exits, StatePartnerDropped, StatePartnerWithdrawn)
	}
	if b.is("innovation-partnership") {
		b.Exits = append(b.Exits, StatePartnershipEnded, StatePartnerTerminated)
	}
}
