package procurement

import (
	"errors"
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// builder makes the tasks of a procedure and collects what is missing and what
// had to be assumed.
type builder struct {
	config      PlanConfig
	list        []spec
	missing     []law.Fact
	assumptions []Text
	err         error
}

// add appends a task.
func (b *builder) add(id TaskID, act bool, links ...link) {
	links = slices.DeleteFunc(links, func(l link) bool { return l.why == Text{} })
	b.list = append(b.list, spec{id, links, act})
}

func (b *builder) assume(text Text) {
	if !slices.Contains(b.assumptions, text) {
		b.assumptions = append(b.assumptions, text)
	}
}

// lawDate is the day whose law applies: of the notice, if it was sent, or the
// first day of the plan.
func (b *builder) lawDate() law.Date {
	for _, id := range []TaskID{TaskDispatch, TaskPublication, TaskInvitation} {
		if d, ok := b.config.Done[id]; ok {
			return d
		}
	}
	return b.config.Start
}

// require is the link of a minimum period, or the limit of a maximum one. For
// what the law leaves open it takes the longest reading, or own time, and says so.
func (b *builder) require(step law.Step, id, on TaskID) link {
	r, err := law.Require(step, b.lawDate(), b.config.Facts)
	if u, ok := errors.AsType[*law.Unknown](err); ok {
		switch u.Code {
		case "law.unknown.facts":
			for _, f := range u.Missing {
				if !slices.Contains(b.missing, f) {
					b.missing = append(b.missing, f)
				}
			}
			return link{}
		case "law.unknown.figure":
			own := b.config.Own[id]
			if len(u.Readings) == 0 {
				b.assume(Text{
					step.In("es") + ": la ley no fija mínimo; se toma " + ownTime(own).ES + " (" + u.Source.String() + ")",
					step.In("en") + ": " + u.Because + "; " + ownTime(own).EN + " taken (" + u.Source.String() + ")"})
				return link{on: on, period: own, why: Text{step.In("es") + ", " + ownTime(own).ES, step.In("en") + ", " + ownTime(own).EN}, source: u.Source}
			}
			longest := u.Readings[0]
			for _, rd := range u.Readings[1:] {
				if rd.Period.N > longest.Period.N {
					longest = rd
				}
			}
			b.assume(Text{
				step.In("es") + ": la ley no lo resuelve; se toma la lectura más larga, " + longest.Period.In("es") + " (" + longest.Source.String() + ")",
				step.In("en") + ": " + u.Because + "; the longest reading is taken: " + longest.Period.String() + ", " + longest.If + " (" + longest.Source.String() + ")"})
			return link{on: on, period: longest.Period, why: Text{step.In("es") + ": " + longest.Period.In("es") + ", lectura más larga", step.In("en") + ": " + longest.Period.String() + ", longest reading"}, source: longest.Source}
		case "law.unknown.scope":
			if step == law.StepProfileNotice { // asked of some procedures only
				return link{}
			}
		}
	}
	if err != nil {
		b.err = err
		return link{}
	}
	l := link{on: on, period: r.Strict, also: r.Also, regime: r.Regime, source: r.Sources[len(r.Sources)-1],
		why: Text{r.Explain("es"), r.Explain("en")}}
	switch {
	case r.Bound == law.Maximum && b.config.Pace == Fastest:
		l.limit = true
	case r.Bound == law.Minimum && r.Mark == law.Unverified:
		b.assume(Text{step.In("es") + ": " + r.Strict.In("es") + ", redondeo o lectura que la ley no resuelve", step.In("en") + ": " + r.Strict.String() + ", a rounding or reading that the law does not settle"})
	}
	return l
}

// least are the links of a minimum period and, if the authority gives more time
// than the law asks, of its own.
func (b *builder) least(step law.Step, id, on TaskID) []link {
	links := []link{b.require(step, id, on)}
	if own := b.config.Own[id]; !own.IsZero() && links[0].period != own {
		links = append(links, link{on: on, period: own, why: ownTime(own)})
	}
	return links
}

// ownTime names a time that the authority sets.
func ownTime(p law.Period) Text {
	if p.IsZero() {
		return say("own time: none")
	}
	return Text{"tiempo propio: " + p.In("es"), "own time: " + p.In("en")}
}

// own is the authority's own time for a task.
func (b *builder) own(id, on TaskID) link {
	p := b.config.Own[id]
	return link{on: on, period: p, why: ownTime(p)}
}

func after(on TaskID, why, article string) link {
	l := link{on: on, why: say(why)}
	if article != "" {
		l.source = lcspArticle(article)
	}
	return l
}

func dayAfter(on TaskID, why, article string) link {
	l := after(on, why, article)
	l.next = true
	return l
}

// specs are the tasks of the procedure, each after those it hangs on.
func (b *builder) specs() []spec {
	p := b.config.Facts.Procedure
	if p == law.AnyProcedure {
		return nil
	}
	if !b.config.AnyDay {
		b.assume(say("acts of the authority are planned on working days; the law does not ask for it"))
	}
	last := TaskID("")
	if b.config.Consultation {
		b.add(TaskConsultation, false, link{period: b.config.Own[TaskConsultation], why: say("answer time announced"), source: lcspArticle("115.1")})
		b.add(TaskConsultReport, true, b.own(TaskConsultReport, TaskConsultation), dayAfter(TaskConsultation, "report on the consultation", "115.3"))
		last = TaskConsultReport
	}
	b.add(TaskPreparation, false, b.own(TaskPreparation, last), after(last, "preparation follows", "116.1"))
	switch p {
	case law.Minor:
		b.add(TaskApproval, true, after(TaskPreparation, "report of need and approval of the spending", "118.2; 118.3"))
		b.add(TaskAward, true, after(TaskApproval, "order to the contractor", "131.3"))
		b.add(TaskFormalisation, true, after(TaskAward, "no formalisation: the documents of 118 prove the contract", "153.2"))
		return b.list
	case law.Precommercial:
		b.assume(say("outside of the LCSP: principles of the Treaty; the call fixes its own periods"))
	}
	b.add(TaskApproval, true, after(TaskPreparation, "approval of file and spending", "117.1"))
	b.call()
	b.award()
	return b.list
}

// call is the way from the approval to the end of the last offers.
func (b *builder) call() {
	c, p := b.config, b.config.Facts.Procedure
	f := c.Facts
	if p == law.NegotiatedNoNotice {
		b.add(TaskInvitation, true, after(TaskApproval, "invitation without notice", "168; 170.1"))
		b.add(TaskOffersEnd, false, b.least(law.StepOffers, TaskOffersEnd, TaskInvitation)...)
		b.add(TaskDialogue, false, b.own(TaskDialogue, TaskOffersEnd), dayAfter(TaskOffersEnd, "the last day counts whole", "169.5"))
		return
	}
	start := TaskPublication // what starts the periods
	switch {
	case f.Harmonised == law.Yes && p != law.Precommercial:
		var links []link
		if f.PriorNotice == law.Yes && (p == law.Open || p == law.Restricted || p == law.Negotiation) {
			b.add(TaskPriorNotice, true, link{why: say("as early as the plan starts"), source: lcspArticle("134.3")})
			// "At least 35 days before" and "at most 12 months": counted back from
			// the dispatch, so the end does not move.
			first := b.require(law.StepPriorNotice, TaskPriorNotice, TaskPriorNotice)
			first.exact = true
			latest := b.require(law.StepPriorNoticeLatest, TaskPriorNotice, TaskPriorNotice)
			latest.limit = true
			links = append(links, first, latest)
		}
		b.add(TaskDispatch, true, append(links, after(TaskApproval, "the approval opens the procedure", "117.1"))...)
		b.add(TaskReceipt, false, after(TaskDispatch, "the EU Publications Office confirms the receipt", "135.1"))
		if _, ok := c.Done[TaskJournal]; ok {
			b.add(TaskJournal, false, after(TaskDispatch, "publication in the EU Journal", "135.1"))
			b.add(TaskPublication, true, after(TaskJournal, "the EU Journal has published", "135.3"))
		} else {
			b.add(TaskPublication, true, link{on: TaskReceipt, hours: 48, why: say("48 hours without news of the EU Journal, in the later reading"), source: law.Source{Act: "LCSP", Article: "135.3", Mark: law.Unverified}})
			b.assume(say("the EU Publications Office confirms the receipt on the day of dispatch, and the profile waits the 48 hours of 135.3 in the later of both readings; it may publish at once when the EU Journal has"))
		}
		start = TaskDispatch
	case p == law.Precommercial:
		b.add(TaskPublication, true, after(TaskApproval, "publication of the call", "8"))
	default:
		b.add(TaskPublication, true, after(TaskApproval, "notice in the profile", "135.1"))
	}
	var profile []link
	if start == TaskDispatch {
		profile = []link{b.require(law.StepProfileNotice, TaskPublication, TaskPublication), dayAfter(TaskPublication, "the notice stands in the profile too", "135.1")}
	}
	switch p {
	case law.Open, law.Simplified, law.SuperSimplified, law.Precommercial:
		b.add(TaskOffersEnd, false, append(b.least(law.StepOffers, TaskOffersEnd, start), profile...)...)
		return
	}
	b.add(TaskRequestsEnd, false, append(b.least(law.StepRequests, TaskRequestsEnd, start), profile...)...)
	b.add(TaskSelection, true, b.own(TaskSelection, TaskRequestsEnd), dayAfter(TaskRequestsEnd, "the last day counts whole", "162.4"))
	b.add(TaskInvitation, true, after(TaskSelection, "invitation of all selected at once", "162.4"))
	switch p {
	case law.Restricted:
		b.add(TaskOffersEnd, false, b.least(law.StepOffers, TaskOffersEnd, TaskInvitation)...)
	case law.Negotiation:
		b.add(TaskOffersEnd, false, b.least(law.StepOffers, TaskOffersEnd, TaskInvitation)...)
		b.add(TaskDialogue, true, b.own(TaskDialogue, TaskOffersEnd), dayAfter(TaskOffersEnd, "the last day counts whole", "169.5"))
		b.add(TaskFinalOffersEnd, false, b.least(law.StepFinalOffers, TaskFinalOffersEnd, TaskDialogue)...)
	case law.Dialogue:
		b.add(TaskDialogue, true, b.own(TaskDialogue, TaskInvitation), after(TaskInvitation, "dialogue with the selected", "175.1"))
		b.add(TaskFinalOffersEnd, false, b.least(law.StepFinalOffers, TaskFinalOffersEnd, TaskDialogue)...)
	case law.InnovationPartnership:
		b.add(TaskDialogue, true, b.own(TaskDialogue, TaskInvitation), after(TaskInvitation, "projects and negotiation", "179.1; 179.3"))
		b.add(TaskFinalOffersEnd, false, b.least(law.StepFinalOffers, TaskFinalOffersEnd, TaskDialogue)...)
	}
}

// award is the way from the last offers to the published formalisation.
func (b *builder) award() {
	p, f := b.config.Facts.Procedure, b.config.Facts
	offers := b.list[len(b.list)-1].id
	b.add(TaskOpening, true, dayAfter(offers, "the last day counts whole", "157.3"), b.require(law.StepOpening, TaskOpening, offers))
	if p == law.Precommercial {
		b.add(TaskEvaluation, false, b.own(TaskEvaluation, TaskOpening), after(TaskOpening, "evaluation by the call's criteria", "8"))
		b.add(TaskAward, true, after(TaskEvaluation, "selection of the participants", "8"))
		b.add(TaskFormalisation, true, after(TaskAward, "contract", "8"))
		return
	}
	b.add(TaskEvaluation, false, b.own(TaskEvaluation, TaskOpening), after(TaskOpening, "judgement first, then formulas", "146.2"))
	evaluated := TaskEvaluation
	if f.Abnormal == law.Yes {
		links := []link{b.own(TaskAbnormal, TaskEvaluation), after(TaskEvaluation, "hearing of the low offers", "149.4")}
		if p == law.Simplified || p == law.SuperSimplified {
			links = append(links, b.require(law.StepAbnormal, TaskAbnormal, TaskEvaluation))
		}
		b.add(TaskAbnormal, false, links...)
		evaluated = TaskAbnormal
	}
	b.add(TaskDocumentsAsked, true, after(evaluated, "order of the offers, request to the best", "150.2"))
	b.add(TaskDocuments, false, after(TaskDocumentsAsked, "documents and guarantee", "150.2"), b.require(law.StepDocuments, TaskDocuments, TaskDocumentsAsked))
	awarded := b.require(law.StepAward, TaskAward, TaskOpening)
	awarded.limit = true // counts from the opening; never a reason to wait
	b.add(TaskAward, true, after(TaskDocuments, "award on the documents", "150.3"), b.require(law.StepAwardAfterDocuments, TaskAward, TaskDocuments), awarded)
	b.add(TaskAwardNotice, true, after(TaskAward, "notice dispatched and published the same day", "151.1; DA 15.1"))
	b.assume(say("the award is notified and published on its day, so that periods run from the dispatch (DA 15.1)"))
	switch f.Appealable {
	case law.NotKnown:
		b.missing = append(b.missing, law.FactAppealable)
	case law.Yes:
		standstill := b.require(law.StepStandstill, TaskStandstillEnd, TaskAwardNotice)
		links := []link{standstill}
		if !b.config.Standstill.IsZero() {
			links = append(links, link{on: TaskAwardNotice, period: b.config.Standstill, why: Text{"período de espera de la comunidad autónoma: " + b.config.Standstill.In("es"), "standstill of the region: " + b.config.Standstill.String()}, source: lcspArticle("153.3")})
			most := b.require(law.StepStandstillRegion, TaskStandstillEnd, TaskAwardNotice)
			most.limit = true
			links = append(links, most)
		}
		b.add(TaskStandstillEnd, false, links...)
		b.add(TaskFormalisation, true, dayAfter(TaskStandstillEnd, "signature on request after the standstill, if no appeal suspends", "153.3"), b.require(law.StepSignature, TaskFormalisation, TaskStandstillEnd))
		b.assume(say("no special appeal is lodged"))
	case law.No:
		b.add(TaskFormalisation, true, after(TaskAwardNotice, "no standstill: the contract is not one of 44.1", "153.3"), b.require(law.StepSignature, TaskFormalisation, TaskAwardNotice))
	}
	if f.Harmonised == law.Yes {
		eu := b.require(law.StepFormalisationEU, TaskFormalisationEU, TaskFormalisation)
		eu.limit = true
		b.add(TaskFormalisationEU, true, after(TaskFormalisation, "notice of formalisation to the EU Journal first", "154.3"), eu)
		notice := b.require(law.StepFormalisationNotice, TaskFormalisationSeen, TaskFormalisation)
		notice.limit = true
		b.add(TaskFormalisationSeen, true, link{on: TaskFormalisationEU, hours: 48, why: say("48 hours without news of the EU Journal, in the later reading"), source: law.Source{Act: "LCSP", Article: "154.3", Mark: law.Unverified}}, notice)
		return
	}
	notice := b.require(law.StepFormalisationNotice, TaskFormalisationSeen, TaskFormalisation)
	notice.limit = true
	b.add(TaskFormalisationSeen, true, after(TaskFormalisation, "notice of formalisation in the profile", "154.1"), notice)
}
