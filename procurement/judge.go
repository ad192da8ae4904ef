package procurement

import (
	"errors"
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// test answers one test for the event at work: OK, Unknown or Breach.
func (j *judge) test(t *Test) Verdict {
	switch t.Op {
	case OpFact:
		x := j.fact(t.Fact)
		switch {
		case x == nil:
			return j.lacks(Missing{Fact: t.Fact})
		case x.Truth == t.Want:
			return OK
		}
		return Breach
	case OpStated:
		x := j.fact(t.Fact)
		switch {
		case x == nil:
			return j.lacks(Missing{Fact: t.Fact})
		case t.Text == "" || x.Text == t.Text:
			return OK
		}
		return Breach
	case OpAbove:
		x := j.fact(t.Fact)
		switch {
		case x == nil:
			return j.lacks(Missing{Fact: t.Fact})
		case x.Number > t.Number:
			return OK
		}
		return Breach
	case OpFigure:
		return j.figure(t.Figure, t.Fact)
	case OpDocument:
		for _, d := range t.Documents {
			if j.has(d) {
				return OK
			}
		}
		return j.lacks(Missing{Document: t.Documents[0]})
	case OpHappened:
		if place := j.trackFor(t.Event, &j.t)[t.Event]; place != 0 {
			j.finding.read(j.seq(place))
			return OK
		}
		j.finding.lack(Missing{Event: t.Event})
		return Breach
	case OpNever:
		if place := j.trackFor(t.Event, &j.t)[t.Event]; place != 0 {
			j.finding.read(j.seq(place))
			return Breach
		}
		return OK
	case OpWithin:
		return j.within(t.Step, j.trackFor(t.Event, &j.t)[t.Event], t.Event, j.lawFacts())
	case OpAfter:
		return j.after(t.Step, j.trackFor(t.Event, &j.t)[t.Event], t.Event, j.lawFacts(), 1)
	case OpContract:
		c := j.contractType()
		switch {
		case c == law.AnyContract:
			return j.lacks(Missing{Fact: FactContract})
		case slices.Contains(t.Contracts, c):
			return OK
		}
		return Breach
	case OpCustom:
		return j.custom(t.Custom)
	}
	return Unknown
}

func (j *judge) lacks(m Missing) Verdict {
	j.finding.lack(m)
	return Unknown
}

// fact is the value that holds for the event at work; nil if none is known.
func (j *judge) fact(n FactName) *Fact {
	if x := j.e.fact(n); x != nil && usable(x) {
		if j.place != 0 {
			j.finding.read(j.seq(j.place))
		}
		return x
	}
	if n.Info().Local {
		return nil
	}
	return j.caseFact(n)
}

// caseFact is the value that holds for the case; nil if none is known.
func (j *judge) caseFact(n FactName) *Fact {
	place := j.facts[n]
	if place == 0 {
		return nil
	}
	j.finding.read(j.seq(place))
	return j.fold.at(place).fact(n)
}

// has says whether a document is on file, the event's own included.
func (j *judge) has(d DocumentKind) bool {
	for i := range j.e.Documents {
		if j.e.Documents[i].Kind == d {
			return true
		}
	}
	if place := j.docs[d]; place != 0 {
		j.finding.read(j.seq(place))
		return true
	}
	return false
}

// lawDate is the day whose figures apply: of dispatch or, before it, of the
// event at work (LCSP 101.7, DT 1).
func (j *judge) lawDate() law.Date {
	if j.basis != 0 {
		return j.fold.at(j.basis).Date
	}
	if j.window != nil { // the answer must hold for the whole window
		for _, d := range j.c.rules.epochs {
			if d.After(j.e.Date) {
				j.before(d)
				break
			}
		}
	}
	return j.e.Date
}

// contractType and body read a fact whose texts are listed in the order of the
// law's constants, which a test holds.
func (j *judge) contractType() law.Contract { return law.Contract(j.listed(FactContract)) }

func (j *judge) body() law.Body { return law.Body(j.listed(FactBody)) }

// listed is the place of a text fact in its list, from 1; 0 if it is not known.
func (j *judge) listed(n FactName) int {
	if x := j.fact(n); x != nil {
		return slices.Index(n.Info().OneOf, x.Text) + 1
	}
	return 0
}

// cents is an amount of the case; ok is false if it is not known.
func (j *judge) cents(n FactName) (cents int64, ok bool) {
	if x := j.fact(n); x != nil {
		return x.Money.Cents, true
	}
	return 0, false
}

// applies says whether a kind's rule applies to the estimated value. Unknown
// comes with what is missing; nothing is noted when quiet.
func (j *judge) applies(k law.Kind, n FactName) law.Truth {
	cents, ok := j.cents(n)
	if !ok {
		j.finding.lack(Missing{Fact: n})
		return law.NotKnown
	}
	fig, err := j.c.rules.lookup(k, j.lawDate(), j.contractType(), j.body())
	if err != nil {
		j.open(err)
		return law.NotKnown
	}
	yes, err := fig.Applies(law.NetCents(cents))
	if err != nil {
		j.open(err)
		return law.NotKnown
	}
	return law.TruthOf(yes)
}

// open notes why the law gives no answer.
func (j *judge) open(err error) Verdict {
	if j.finding.Because == "" {
		j.finding.Because = because(err)
	}
	if j.facts[FactContract] == 0 {
		j.finding.lack(Missing{Fact: FactContract})
	}
	return Unknown
}

// harmonised is the fact as declared or, without it, as the value says.
func (j *judge) harmonised() law.Truth {
	if x := j.fact(FactHarmonised); x != nil {
		return x.Truth
	}
	switch j.m.ID {
	case "minor", "super-simplified", "simplified":
		return law.No
	}
	return j.applies(law.SARA, FactEstimatedValue)
}

// lawFacts are the facts on which periods depend.
func (j *judge) lawFacts() law.Facts {
	truthOf := func(n FactName) law.Truth {
		if x := j.fact(n); x != nil {
			return x.Truth
		}
		return law.NotKnown
	}
	kept := j.finding // what is missing is asked for by the period, if it matters
	f := law.Facts{
		Procedure: j.m.Procedure, Contract: j.contractType(),
		Harmonised: j.harmonised(), Urgent: law.TruthOf(j.urgent == StateUrgent), PriorNotice: j.priorNotice(),
		Electronic: truthOf(FactElectronic), Everyday: truthOf(FactEveryday), Paper: truthOf(FactPaper), PriceOnly: truthOf(FactPriceOnly),
		Abnormal: law.No, Appealable: j.appealable(), ComplexReport: law.No,
	}
	if j.t.lot >= 0 && j.lots[j.t.lot].anyLow {
		f.Abnormal = law.Yes
	}
	j.finding.evidence, j.finding.missing, j.finding.Because = kept.evidence, kept.missing, kept.Because
	return f
}

func (j *judge) appealable() law.Truth {
	if j.m.ID == "minor" || j.m.ID == "precommercial" {
		return law.No
	}
	return j.applies(law.SpecialAppeal, FactEstimatedValue)
}

// priorNotice says whether a prior notice shortens periods: sent 35 days to 12
// months before the contract notice (156.3.a).
func (j *judge) priorNotice() law.Truth {
	place := j.track[PriorNoticePublished]
	sent := j.track[NoticeDispatched]
	if place == 0 || sent == 0 {
		return law.No
	}
	a, b := j.fold.at(place).Date, j.fold.at(sent).Date
	return law.TruthOf(b.Sub(a) >= 35 && !a.AddMonths(12).Before(b))
}

// period is the requirement of a step for the event at work, counted from the
// event at place if there is one.
func (j *judge) period(s law.Step, f law.Facts, place int32) (law.Requirement, Verdict) {
	req, err := j.c.rules.require(s, j.lawDate(), f)
	if err == nil {
		return req, OK
	}
	if j.window != nil && place != 0 && j.c.rules.calendar != nil {
		j.readings(err, place)
	}
	if j.finding.Because == "" {
		j.finding.Because = because(err)
	}
	for _, m := range missingFacts(err) {
		j.finding.lack(Missing{Fact: m})
	}
	return req, Unknown
}

// readings narrows the window to the days that are right under every answer
// that a missing fact could lead to.
func (j *judge) readings(err error, place int32) {
	u, ok := errors.AsType[*law.Unknown](err)
	if !ok {
		return
	}
	for _, r := range u.Readings {
		if r.Period.IsZero() || r.Period.N == 0 {
			continue
		}
		for _, regime := range [...]law.Regime{law.Spanish, law.European} {
			d, err := j.c.rules.calendar.Deadline(j.fold.at(place).Date, r.Period, regime)
			if err != nil {
				continue
			}
			if j.least {
				j.notBefore(d.Last.AddDays(1))
			} else {
				j.before(d.Last.AddDays(1))
			}
		}
	}
}

// deadline counts a period from the event at a place.
func (j *judge) deadline(place int32, p law.Period, r law.Regime) (law.Deadline, Verdict) {
	j.finding.read(j.seq(place))
	if j.c.rules.calendar == nil {
		return law.Deadline{}, j.lacks(Missing{Calendar: true})
	}
	d, err := j.c.rules.calendar.Deadline(j.fold.at(place).Date, p, r)
	if err != nil {
		j.open(err)
		return d, j.lacks(Missing{Calendar: true})
	}
	return d, OK
}

// slack is more days than the holidays can move an end that the calendar may
// lack: two of the town and some of the region, with the weekends between.
const slack = 12

// within judges that the event is no later than a step allows since place.
func (j *judge) within(s law.Step, place int32, since Kind, f law.Facts) Verdict {
	if place == 0 {
		return j.lacks(Missing{Event: since})
	}
	j.least = false
	req, v := j.period(s, f, place)
	if v != OK {
		return v
	}
	strict, v := j.span(place, req, req.Strict)
	if v != OK {
		// Whatever the calendar, the end is not before the bare count.
		sure := bare(j.fold.at(place).Date, req.Strict)
		if sure.IsZero() {
			return v
		}
		if j.window != nil {
			j.before(sure.AddDays(1))
			return OK
		}
		if !j.e.Date.After(sure) {
			j.finding.Limit = sure
			return OK
		}
		if req.Strict.Unit != law.WorkingDays && req.Also.IsZero() && req.Strict == req.Period && j.e.Date.Sub(sure) > slack {
			j.finding.Limit = sure
			return Breach // no run of holidays is so long
		}
		return v
	}
	j.finding.Limit = strict.Last
	if j.window != nil {
		j.before(strict.Last.AddDays(1))
		return OK
	}
	if !j.e.Date.After(strict.Last) {
		return OK
	}
	wide, v := j.span(place, req, req.Period)
	if v != OK {
		return v
	}
	if !j.e.Date.After(wide.Last) { // only one reading of the rounding is met
		j.finding.Because = req.Note
		return Unknown
	}
	if j.e.Date.Sub(wide.Last) <= slack && len(wide.Missing()) > 0 {
		return j.lacks(Missing{Calendar: true})
	}
	return Breach
}

// bare is the last day of a period that no holiday moves: the true one is not
// earlier. No date if the period has no days.
func bare(start law.Date, p law.Period) law.Date {
	switch p.Unit {
	case law.CalendarDays, law.WorkingDays:
		return start.AddDays(p.N)
	case law.Months:
		return start.AddMonths(p.N)
	case law.Years:
		return start.AddMonths(12 * p.N)
	}
	return law.Date{}
}

// span counts a period and what comes on top of it.
func (j *judge) span(place int32, req law.Requirement, p law.Period) (law.Deadline, Verdict) {
	d, v := j.deadline(place, p, req.Regime)
	if v != OK || req.Also.IsZero() {
		return d, v
	}
	d, err := j.c.rules.calendar.Deadline(d.Last, req.Also, req.Regime)
	if err != nil {
		j.open(err)
		return d, j.lacks(Missing{Calendar: true})
	}
	return d, OK
}

// after judges that a step has passed since place. next is 1 if the event must
// come after the last day, 0 if it may fall on it.
func (j *judge) after(s law.Step, place int32, since Kind, f law.Facts, next int) Verdict {
	if place == 0 {
		return j.lacks(Missing{Event: since})
	}
	j.least = true
	req, v := j.period(s, f, place)
	if v != OK {
		return v
	}
	d, v := j.span(place, req, req.Strict)
	if v != OK {
		if sure := bare(j.fold.at(place).Date, req.Strict); !sure.IsZero() && j.e.Date.Before(sure.AddDays(next)) {
			j.finding.Limit = sure
			if j.window != nil {
				j.notBefore(sure.AddDays(next))
				return Unknown
			}
			return Breach
		}
		return v
	}
	first := d.Last.AddDays(next)
	j.finding.Limit = d.Last
	if j.window != nil {
		j.notBefore(first)
		return OK
	}
	switch {
	case j.e.Date.Before(first):
		return Breach
	case j.e.Date.Sub(first) <= slack && len(d.Missing()) > 0:
		return j.lacks(Missing{Calendar: true})
	}
	return OK
}

// notBefore and before narrow the window.
func (j *judge) notBefore(d law.Date) {
	if d.After(j.window.from) {
		j.window.from = d
	}
}

func (j *judge) before(d law.Date) {
	if last := d.AddDays(-1); j.window.until.IsZero() || last.Before(j.window.until) {
		j.window.until = last
	}
}

// figure judges a fact by a figure of the law's date.
func (j *judge) figure(k law.Kind, n FactName) Verdict {
	x := j.fact(n)
	if x == nil {
		return j.lacks(Missing{Fact: n})
	}
	if n.Info().Type == NetFact {
		return verdict(j.applies(k, n))
	}
	fig, err := j.c.rules.lookup(k, j.lawDate(), j.contractType(), j.body())
	if err != nil {
		return j.open(err)
	}
	scale := int64(1)
	if n.Info().Type == PercentFact {
		scale = 100
	}
	return verdict(compare(x.Number*fig.Value.Den, fig.Value.Num*scale, fig.Sense))
}

func compare(a, b int64, s law.Sense) law.Truth {
	switch s {
	case law.Below:
		return law.TruthOf(a < b)
	case law.AtMost:
		return law.TruthOf(a <= b)
	case law.Exactly:
		return law.TruthOf(a == b)
	case law.AtLeast:
		return law.TruthOf(a >= b)
	case law.Above:
		return law.TruthOf(a > b)
	}
	return law.NotKnown
}

func verdict(t law.Truth) Verdict {
	switch t {
	case law.Yes:
		return OK
	case law.No:
		return Breach
	}
	return Unknown
}
