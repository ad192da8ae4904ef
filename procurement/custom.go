package procurement

import (
	"errors"

	"github.com/almotacen/almotacen/procurement/law"
)

// lawNames says which of our facts settles one that the law asks for.
var lawNames = map[law.Fact]FactName{
	law.FactValue: FactEstimatedValue, law.FactBody: FactBody, law.FactContract: FactContract, law.FactHarmonised: FactHarmonised,
	law.FactElectronic: FactElectronic, law.FactEveryday: FactEveryday, law.FactPaper: FactPaper, law.FactPriceOnly: FactPriceOnly,
	law.FactAppealable: FactEstimatedValue,
}

func missingFacts(err error) (out []FactName) {
	if u, ok := errors.AsType[*law.Unknown](err); ok {
		for _, m := range u.Missing {
			if n, ok := lawNames[m]; ok {
				out = append(out, n)
			}
		}
	}
	return out
}

// custom answers the tests that need more than one look at the case.
func (j *judge) custom(c Custom) Verdict {
	switch c {
	case CustomRDExclusion:
		return j.notAll(FactListedCPV, FactExclusiveBenefits, FactPaysAll)
	case CustomHarmonised:
		return verdict(j.harmonised())
	case CustomHarmonisedSame:
		x := j.fact(FactHarmonised)
		if x == nil {
			return OK // as the value says
		}
		computed := j.applies(law.SARA, FactEstimatedValue)
		if computed == law.NotKnown {
			return Unknown
		}
		return verdict(law.TruthOf(computed == x.Truth))
	case CustomAppealable:
		return verdict(j.appealable())
	case CustomNotAppealable:
		return not(verdict(j.appealable()))
	case CustomCompetentBody:
		return j.competentBody()
	case CustomEUFirst:
		return j.euFirst()
	case CustomOfferPeriod:
		return j.offerPeriod()
	case CustomAnswers:
		return j.answers()
	case CustomInvited5:
		return j.invited(5)
	case CustomInvited3:
		return j.invited(3)
	case CustomAbnormalBid:
		if j.t.bid >= 0 && j.bids[j.t.bid].track[AbnormalPresumed] != 0 {
			j.finding.read(j.seq(j.bids[j.t.bid].track[AbnormalPresumed]))
			return OK
		}
		return Breach
	case CustomNoneAbnormal:
		return verdict(law.TruthOf(j.t.lot >= 0 && j.lots[j.t.lot].presume <= 0))
	case CustomNoAdmissible:
		return j.noAdmissible()
	case CustomNotSuspended:
		return j.notSuspended()
	case CustomNoCollusion:
		if j.collusion == StateCollusionSuspended {
			j.finding.read(j.seq(j.track[CollusionReferred]))
			return Breach
		}
		return OK
	case CustomModification:
		return j.modification()
	case CustomLargeChange:
		return j.largeChange()
	case CustomSeveral:
		n := 0
		for i := range j.contracts {
			if j.contracts[i].track[Formalised] != 0 {
				n++
			}
		}
		return verdict(law.TruthOf(n > 1))
	case CustomPhasePay:
		return j.phasePay()
	case CustomAllEnded:
		return j.allEnded()
	case CustomJudgement:
		return j.judgementWeight(func(w int64) bool { return w > 0 })
	case CustomNoJudgement:
		return j.judgementWeight(func(w int64) bool { return w == 0 })
	case CustomIntellectual:
		c := j.contractType()
		if c == law.AnyContract {
			return j.lacks(Missing{Fact: FactContract})
		}
		return verdict(law.TruthOf(c == law.IntellectualServices || c == law.ServicesAnnexIV))
	case CustomSimplifiedWeight:
		return j.figure(law.SimplifiedJudgement, FactJudgementWeight)
	case CustomAwardPeriod:
		place := int32(0)
		if j.t.lot >= 0 {
			place = j.lots[j.t.lot].opened
		}
		return j.within(law.StepAward, place, EnvelopeOpened, j.lawFacts())
	case CustomSigned:
		return j.signed()
	case CustomAfterPhase:
		if j.t.phase >= 0 && j.phases[j.t.phase].track[PhaseAssessed] != 0 {
			j.finding.read(j.seq(j.phases[j.t.phase].track[PhaseAssessed]))
			return OK
		}
		j.finding.lack(Missing{Event: PhaseAssessed})
		return Breach
	}
	return Unknown
}

func not(v Verdict) Verdict {
	switch v {
	case OK:
		return Breach
	case Breach:
		return OK
	}
	return v
}

// notAll holds if one of the facts is a no.
func (j *judge) notAll(names ...FactName) Verdict {
	v := Breach
	for _, n := range names {
		x := j.fact(n)
		switch {
		case x == nil:
			j.finding.lack(Missing{Fact: n})
			v = min(v, Unknown)
		case x.Truth == law.No:
			v = OK
		}
	}
	return v
}

// competentBody is DA 2: in towns the mayor up to 6,000,000, 10 % of ordinary
// resources and four years, else the Pleno; in large towns the Junta de
// Gobierno Local.
func (j *judge) competentBody() Verdict {
	by, large := j.fact(FactApprovedBy), j.fact(FactLargeTown)
	if b := j.body(); b != law.Local {
		if b == law.AnyBody {
			return j.lacks(Missing{Fact: FactBody})
		}
		j.finding.Because = "DA 2 speaks of local entities"
		return Unknown
	}
	switch {
	case by == nil:
		return j.lacks(Missing{Fact: FactApprovedBy})
	case large == nil:
		return j.lacks(Missing{Fact: FactLargeTown})
	case large.Truth == law.Yes:
		return verdict(law.TruthOf(by.Text == "junta-gobierno-local"))
	case by.Text == "junta-gobierno-local":
		return Breach // unless delegated, which the log would say otherwise
	}
	mayor := verdict(j.applies(law.CompetenceMayor, FactEstimatedValue))
	value, ok := j.cents(FactEstimatedValue)
	resources, known := j.cents(FactOrdinaryResources)
	switch {
	case !known:
		j.finding.lack(Missing{Fact: FactOrdinaryResources})
		mayor = max(mayor, Unknown)
	case ok:
		mayor = max(mayor, verdict(law.TruthOf(value <= resources/10)))
	}
	if x := j.fact(FactDurationMonths); x == nil {
		j.finding.lack(Missing{Fact: FactDurationMonths})
		mayor = max(mayor, Unknown)
	} else {
		mayor = max(mayor, j.figure(law.CompetenceMayorYears, FactDurationMonths))
	}
	if by.Text == "mayor" {
		return mayor
	}
	return not(mayor)
}

// euFirst is 135.3. The hours are counted in both ways that are held.
func (j *judge) euFirst() Verdict {
	if place := j.track[NoticePublishedEU]; place != 0 {
		j.finding.read(j.seq(place))
		return OK
	}
	sent, receipt := j.track[NoticeDispatched], j.track[ReceiptConfirmed]
	if sent == 0 {
		j.finding.lack(Missing{Event: NoticeDispatched})
		return Breach
	}
	j.finding.read(j.seq(sent))
	if receipt == 0 {
		return j.lacks(Missing{Event: ReceiptConfirmed})
	}
	j.finding.read(j.seq(receipt))
	if j.c.rules.calendar == nil {
		return j.lacks(Missing{Calendar: true})
	}
	readings, err := j.c.rules.calendar.HourReadings(j.fold.at(receipt).Date, 48)
	if err != nil || len(readings) == 0 {
		return j.lacks(Missing{Calendar: true})
	}
	early, late := readings[0].First, readings[0].First
	for _, r := range readings {
		if r.First.Before(early) {
			early = r.First
		}
		if r.First.After(late) {
			late = r.First
		}
	}
	j.finding.Limit = late
	if j.window != nil {
		j.notBefore(late.AddDays(1))
		return OK
	}
	switch {
	case j.e.Date.After(late):
		return OK
	case j.e.Date.Before(early):
		return Breach
	}
	j.finding.Because = "48 hours: natural or working hours, and the hour of the day, are open"
	return Unknown
}

// offerPeriod judges the end of the period for requests or offers.
func (j *judge) offerPeriod() Verdict {
	f := j.lawFacts()
	step := law.StepOffers
	switch {
	case j.e.Kind == RequestsClosed:
		step = law.StepRequests
	case j.m.Procedure == law.Dialogue || j.m.Procedure == law.InnovationPartnership:
		step = law.StepFinalOffers
	}
	if j.m.Procedure == law.AnyProcedure {
		j.finding.Because = "the framework or the invitation sets the period (221.6.c)"
		return Unknown
	}
	j.least = true
	req, v := j.period(step, f, max(j.track[NoticePublishedProfile], j.track[NoticeDispatched], j.track[Invited]))
	if v != OK {
		return v
	}
	since := NoticePublishedProfile
	switch req.Start {
	case "dispatch of the notice to the EU Publications Office":
		since = NoticeDispatched
	case "dispatch of the written invitation":
		since = Invited
	}
	return j.after(step, j.track[since], since, f, 0)
}

// answers judges that the last answer came in time before the end.
func (j *judge) answers() Verdict {
	place := j.track[QuestionAnswered]
	if place == 0 || j.track[QuestionAsked] > place {
		return j.lacks(Missing{Event: QuestionAnswered})
	}
	return j.after(law.StepAnswer, place, QuestionAnswered, j.lawFacts(), 0)
}

// invited judges that enough candidates were invited, or all that qualify.
func (j *judge) invited(least int32) Verdict {
	if j.selected >= least {
		j.finding.read(j.seq(j.track[CandidateSelected]))
		return OK
	}
	x := j.fact(FactQualified)
	switch {
	case j.selected == 0: // nobody to invite
	case x == nil:
		return j.lacks(Missing{Fact: FactQualified})
	case int64(j.selected) >= x.Number:
		return OK
	}
	j.finding.lack(Missing{Event: CandidateSelected})
	return Breach
}

// noAdmissible judges that a lot may be declared deserted.
func (j *judge) noAdmissible() Verdict {
	if x := j.fact(FactAdmissible); x != nil && x.Number > 0 {
		return Breach
	}
	if j.t.lot < 0 {
		return Unknown
	}
	l := &j.lots[j.t.lot]
	if l.offers > l.out {
		j.finding.read(j.seq(l.track[OfferReceived]))
		return Breach
	}
	return OK
}

// notSuspended judges that no open appeal suspends the award (53).
func (j *judge) notSuspended() Verdict {
	if j.t.lot < 0 {
		return Unknown
	}
	l := &j.lots[j.t.lot]
	if l.appeal != StateAppealed || l.lifted {
		return OK
	}
	j.finding.read(j.seq(l.track[AppealLodged]))
	switch {
	case l.challenge == law.Yes || l.measure == law.Yes:
		return Breach
	case l.challenge == law.NotKnown:
		return j.lacks(Missing{Fact: FactAwardChallenged})
	case l.measure == law.NotKnown:
		return j.lacks(Missing{Fact: FactMeasure})
	}
	return OK
}

// modification judges the share of the initial price that modifications make
// up, this one included.
func (j *judge) modification() Verdict {
	ground := j.fact(FactGround)
	if ground == nil {
		return j.lacks(Missing{Fact: FactGround})
	}
	c, n := j.contractAtWork(), alteration(j.e.Amount)
	if c == nil || c.price <= 0 || c.unsure || n < 0 {
		j.finding.Because = "the initial price or an alteration is not known without VAT"
		return Unknown
	}
	kind, total := law.ModificationForeseen, sum(c.foreseen, n)
	switch ground.Text {
	case "205.2.a":
		kind, total = law.ModificationAdditional, sum(c.unforeseen, n)
	case "205.2.b":
		kind, total = law.ModificationUnforeseeable, sum(c.unforeseen, n)
	case "205.2.c":
		kind, total = law.ModificationInsubstantial, sum(c.unforeseen, n)
	}
	fig, err := j.c.rules.lookup(kind, j.lawDate(), j.contractType(), j.body())
	if err != nil {
		return j.open(err)
	}
	ok, err := fig.AppliesShare(total, c.price)
	if err != nil {
		return j.open(err)
	}
	return verdict(law.TruthOf(ok))
}

func (j *judge) contractAtWork() *contractFold {
	if j.t.contract < 0 {
		return nil
	}
	return &j.contracts[j.t.contract]
}

// largeChange says whether the consultative council is heard (191.3.b).
func (j *judge) largeChange() Verdict {
	ground := j.fact(FactGround)
	if ground == nil {
		return j.lacks(Missing{Fact: FactGround})
	}
	if ground.Text == "204" {
		return Breach
	}
	c, n := j.contractAtWork(), alteration(j.e.Amount)
	if c == nil || c.price <= 0 || c.unsure || n < 0 {
		return Unknown
	}
	price, err := j.c.rules.lookup(law.ModificationOpinionPrice, j.lawDate(), j.contractType(), j.body())
	if err != nil {
		return j.open(err)
	}
	if big, err := price.Applies(law.NetCents(c.price)); err != nil || !big {
		return verdict(law.TruthOf(big))
	}
	share, err := j.c.rules.lookup(law.ModificationOpinion, j.lawDate(), j.contractType(), j.body())
	if err != nil {
		return j.open(err)
	}
	ok, err := share.AppliesShare(sum(c.unforeseen, n), c.price)
	if err != nil {
		return j.open(err)
	}
	return verdict(law.TruthOf(ok))
}

// phasePay judges payments against the price of the phase.
func (j *judge) phasePay() Verdict {
	if j.t.phase < 0 {
		return Unknown
	}
	p, n := &j.phases[j.t.phase], netCents(j.e.Amount)
	if p.price < 0 || p.unsure || n < 0 {
		j.finding.Because = "the price of the phase or a payment is not known without VAT"
		return Unknown
	}
	return verdict(law.TruthOf(sum(p.paid, n) <= p.price))
}

// signed judges that work starts after signature. Call-offs are perfected by
// their award (36.3) and need none (153.1).
func (j *judge) signed() Verdict {
	if j.m.ID == "call-off" {
		return OK
	}
	if c := j.contractAtWork(); c != nil && c.track[Formalised] != 0 {
		j.finding.read(j.seq(c.track[Formalised]))
		return OK
	}
	j.finding.lack(Missing{Event: Formalised})
	return Breach
}

// rest are the states in which a lot, contract or phase may stay when the case
// closes.
var rest = setOf(StateFormalised, StateDeserted, StateWithdrawn, StateNotAwarded, StateContractNone, StateSettled, StateTerminated, StateEvaluated,
	StatePhasePlanned, StatePartnerPassed, StatePartnerDropped, StatePartnerWithdrawn, StatePartnerTerminated)

func (j *judge) allEnded() Verdict {
	for i := range j.lots {
		if s := j.lots[i].state; !rest.has(s) && !(s == StateLotWaiting && j.m.ID == "minor") && !(s == StateAwarded && j.m.ID == "call-off") {
			return Breach
		}
	}
	for i := range j.contracts {
		if !rest.has(j.contracts[i].state) {
			return Breach
		}
	}
	for i := range j.phases {
		if !rest.has(j.phases[i].state) {
			return Breach
		}
	}
	return OK
}

func (j *judge) judgementWeight(holds func(int64) bool) Verdict {
	x := j.fact(FactJudgementWeight)
	if x == nil {
		return j.lacks(Missing{Fact: FactJudgementWeight})
	}
	return verdict(law.TruthOf(holds(x.Number)))
}
