package procurement

import (
	"errors"

	"github.com/almotacen/almotacen/procurement/law"
)

// planned says which events are which steps of a plan.
var planned = map[Kind]TaskID{
	ConsultationClosed: TaskConsultation, ConsultationReported: TaskConsultReport, FileApproved: TaskApproval, PriorNoticePublished: TaskPriorNotice,
	NoticeDispatched: TaskDispatch, ReceiptConfirmed: TaskReceipt, NoticePublishedEU: TaskJournal, NoticePublishedProfile: TaskPublication, RequestsClosed: TaskRequestsEnd, Invited: TaskInvitation,
	FinalOffersCalled: TaskDialogue, OffersClosed: TaskOffersEnd, EnvelopeOpened: TaskOpening, Classified: TaskEvaluation, DocumentsAsked: TaskDocumentsAsked,
	DocumentsReceived: TaskDocuments, Awarded: TaskAward, AwardNotified: TaskAwardNotice, Formalised: TaskFormalisation,
	FormalisationDispatchedEU: TaskFormalisationEU, FormalisationPublished: TaskFormalisationSeen, Ordered: TaskAward,
}

// Plan is the earliest lawful calendar of what is left of a case on a day, for
// one lot ("" for the only one). What the case knows, procedure, facts and the
// dates of steps taken, replaces what c says; c.Start is that day; a calendar
// that c does not give is that of the rules. Steps before the last one taken
// that the log does not have are taken for done and not judged.
//
// The error is that of [NewPlan]; also an [*law.Unknown] for a case that has
// ended, and an [*Error] of kind [ErrName] for a lot that was not declared.
func (c *Case) Plan(lot string, at law.Date, cfg PlanConfig) (Plan, error) {
	if at.IsZero() {
		return NewPlan(PlanConfig{Calendar: c.rules.calendar})
	}
	c.mu.RLock()
	f := new(fold)
	f.reset(c)
	j := &judge{fold: f, at: at, e: &Event{}}
	for place := range c.order {
		j.step(int32(place + 1))
	}
	index := -1
	for i := range f.lots {
		if name := f.lots[i].name; name < 0 && lot == "" || name >= 0 && c.lots[name] == lot {
			index = i
		}
	}
	if index < 0 {
		c.mu.RUnlock()
		return Plan{}, &Error{Code: "procurement.name", Msg: "the case has no lot " + quote(lot), Err: ErrName}
	}
	if over.has(f.state) {
		name := f.state.String()
		c.mu.RUnlock()
		return Plan{}, &law.Unknown{Code: "law.unknown.scope", Asked: "plan of the case", Because: "the case has ended: " + name, Source: lcspArticle("152")}
	}
	j.e, j.place, j.t = &Event{Date: at}, 0, target{lot: int32(index), party: -1, contract: -1, phase: -1, bid: -1}
	cfg = cfg.with(j.lawFacts(), f.priorUsed())
	cfg.Done = f.stepsTaken(index)
	cfg.holds = f.holds(index, cfg.Facts, at)
	appealed := f.lots[index].appeal == StateAppealed
	c.mu.RUnlock()

	cfg.Start = at
	if cfg.Calendar == nil {
		cfg.Calendar = c.rules.calendar
	}
	p, err := NewPlan(cfg)
	if err == nil && appealed {
		p.Assumptions = append(p.Assumptions, say("a special appeal is open: while it suspends the procedure no step may be taken, and its end is not planned (LCSP 53, 57)"))
	}
	return p, err
}

// with replaces the facts that a case knows.
func (c PlanConfig) with(known law.Facts, priorNotice bool) PlanConfig {
	if known.Procedure != law.AnyProcedure {
		c.Facts.Procedure = known.Procedure
	}
	if known.Contract != law.AnyContract {
		c.Facts.Contract = known.Contract
	}
	keep := c.Facts.PriorNotice
	for _, pair := range [][2]*law.Truth{
		{&c.Facts.Harmonised, &known.Harmonised}, {&c.Facts.Urgent, &known.Urgent}, {&c.Facts.PriorNotice, &known.PriorNotice}, {&c.Facts.Electronic, &known.Electronic},
		{&c.Facts.Everyday, &known.Everyday}, {&c.Facts.Paper, &known.Paper}, {&c.Facts.PriceOnly, &known.PriceOnly}, {&c.Facts.Abnormal, &known.Abnormal},
		{&c.Facts.Appealable, &known.Appealable}, {&c.Facts.ComplexReport, &known.ComplexReport},
	} {
		if *pair[1] != law.NotKnown {
			*pair[0] = *pair[1]
		}
	}
	if !priorNotice && keep != law.NotKnown { // not sent yet: it may be planned
		c.Facts.PriorNotice = keep
	}
	return c
}

// priorUsed says whether it is settled if a prior notice shortens periods.
func (f *fold) priorUsed() bool { return f.track[NoticeDispatched] != 0 }

// stepsTaken are the dates of the steps of a plan that the case took, for a
// lot; the steps between that the log lacks have the date of the step before.
func (f *fold) stepsTaken(lot int) map[TaskID]law.Date {
	done := map[TaskID]law.Date{}
	take := func(t *track) {
		for k, id := range planned {
			place := t[k]
			if k == EnvelopeOpened && place != 0 {
				place = f.lots[lot].opened // the first counts (157.3)
			}
			if place != 0 {
				if k == OffersClosed && f.lots[lot].track[FinalOffersCalled] != 0 {
					id = TaskFinalOffersEnd
				}
				done[id] = maxDate(done[id], f.at(place).Date)
			}
		}
	}
	take(&f.track)
	take(&f.lots[lot].track)
	for i := range f.contracts {
		if int(f.contracts[i].lot) == lot {
			take(&f.contracts[i].track)
		}
	}
	// The approval ends the preparation, the invitation the selection.
	for step, end := range map[TaskID]TaskID{TaskPreparation: TaskApproval, TaskSelection: TaskInvitation} {
		if d, ok := done[end]; ok {
			done[step] = d
		}
	}
	return done
}

// holds are what the log adds to the minimum periods: ends that were announced,
// and the answers to questions, which must come some days before the end.
func (f *fold) holds(lot int, facts law.Facts, at law.Date) map[TaskID][]hold {
	holds := map[TaskID][]hold{}
	last := func(k Kind) *Event {
		place := max(f.track[k], f.lots[lot].track[k])
		if place == 0 {
			return nil
		}
		return f.at(place)
	}
	end := TaskOffersEnd // the period that a notice announces
	switch facts.Procedure {
	case law.Restricted, law.Negotiation, law.Dialogue, law.InnovationPartnership:
		end = TaskRequestsEnd
	}
	running := end
	if f.track[Invited] != 0 {
		running = TaskOffersEnd
	}
	if f.lots[lot].track[FinalOffersCalled] != 0 || f.track[Invited] != 0 && (facts.Procedure == law.Dialogue || facts.Procedure == law.InnovationPartnership) {
		running = TaskFinalOffersEnd
	}
	for k, id := range map[Kind]TaskID{NoticeDispatched: end, NoticePublishedProfile: end, Invited: TaskOffersEnd, FinalOffersCalled: TaskFinalOffersEnd, PeriodExtended: running} {
		if e := last(k); e != nil && !e.Until.IsZero() {
			holds[id] = append(holds[id], hold{e.Until, say("the end that was announced"), lcspArticle("136.1")})
		}
	}
	if asked := last(QuestionAsked); asked != nil {
		day := at // not answered: today at the earliest
		if e := last(QuestionAnswered); e != nil && !e.Date.Before(asked.Date) {
			day = e.Date
		}
		req, err := law.Require(law.StepAnswer, at, facts)
		n := req.Strict.N
		if u, ok := errors.AsType[*law.Unknown](err); ok { // the longer reading
			for _, r := range u.Readings {
				n = max(n, r.Period.N)
			}
		}
		holds[running] = append(holds[running], hold{day.AddDays(n), say("answers come some days before the end; else the period is extended"), lcspArticle("138.3; 136.2")})
	}
	return holds
}

// unrecorded marks the steps before the last one taken that the log does not
// have: they are behind, on the day of the step before them.
func (s *schedule) unrecorded() {
	last := -1
	for i, sp := range s.specs {
		if _, ok := s.config.Done[sp.id]; ok {
			last = i
		}
	}
	if last < 0 {
		return
	}
	s.assumed, s.upper = map[TaskID]law.Date{}, map[TaskID]bool{}
	var day law.Date
	for i, sp := range s.specs {
		d, ok := s.config.Done[sp.id]
		switch {
		case ok:
			day = maxDate(day, d)
		case sp.id == TaskStandstillEnd: // a period and no act: it ends when it ends
		case i < last:
			if day.IsZero() { // before the first step taken
				for _, later := range s.specs[i:] {
					if d, ok := s.config.Done[later.id]; ok {
						s.assumed[sp.id], s.upper[sp.id] = d, true
						break
					}
				}
			} else {
				s.assumed[sp.id] = day
			}
			if sp.id == TaskReceipt { // few note it; the dispatch is its first day
				continue
			}
			s.presumed = append(s.presumed, Text{planWord(string(sp.id), "es") + ": no consta y se da por hecho", planWord(string(sp.id), "en") + ": not recorded, taken for done"})
		}
	}
}
