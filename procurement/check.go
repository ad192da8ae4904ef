package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Check judges the log on a day: every guard of every event, in the order of
// the events, then what is overdue or cannot be known to be in time. Events
// dated after the day are not judged and give an Unknown.
func (c *Case) Check(at law.Date) []Finding { return c.AppendCheck(nil, at) }

// AppendCheck is Check, appending to dst. It allocates nothing if dst has room.
func (c *Case) AppendCheck(dst []Finding, at law.Date) []Finding {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f := c.rules.folds.Get().(*fold)
	f.reset(c)
	j := judge{fold: f, at: at, out: dst, keep: true}
	for place := range c.order {
		j.step(int32(place + 1))
	}
	j.overdue()
	dst = j.out
	f.c = nil
	c.rules.folds.Put(f)
	return dst
}

// over are the states after which nothing is due.
var over = setOf(StateAnnulled, StateArchived, StateClosed)

// judge folds events and, if keep is set, notes what it finds.
type judge struct {
	*fold
	at   law.Date
	out  []Finding
	keep bool

	// Of the guard at work.
	e       *Event
	place   int32 // of e; 0 for an event that did not happen
	t       target
	finding Finding
	least   bool    // the period at work is a minimum
	window  *window // instead of judging days, note between which they are lawful
}

// window is the days on which an event keeps every period.
type window struct {
	from, until law.Date
}

// log notes a finding about the log itself.
func (j *judge) log(guard int, v Verdict, e *Event, place int32, miss ...Missing) {
	if !j.keep {
		return
	}
	f := Finding{Verdict: v, Guard: &guards[guard], Kind: e.Kind, Lot: e.Lot, Party: e.Party, Phase: e.Phase}
	if place != 0 {
		f.Event = int(j.c.order[place-1]) + 1
	}
	for _, m := range miss {
		f.lack(m)
	}
	j.out = append(j.out, f)
}

// step takes one event into the fold.
func (j *judge) step(place int32) {
	e, r := j.fold.at(place), j.c.refs[j.c.order[place-1]]
	switch {
	case e.Case != "" && e.Case != j.c.id:
		j.log(guardCase, Breach, e, place)
		return
	case e.Date.IsZero() || e.Date.After(j.at):
		j.log(guardDate, Unknown, e, place)
		return
	case r.twin >= 0:
		j.log(guardDuplicate, Breach, e, place)
		if j.keep {
			j.out[len(j.out)-1].read(r.twin + 1)
		}
		return
	}
	if e.Date.Before(e.Kind.Info().Since) {
		j.log(guardBasis, Unknown, e, place)
	}
	if e.Date.Before(cpiLaw) && truth(e, FactCPI) == law.Yes {
		j.log(guardBasis, Unknown, e, place, Missing{Fact: FactCPI})
	}
	j.amounts(e, place)
	t, ok := j.locate(e, r)
	if !ok {
		j.lackName(e, r, place)
		return
	}
	if e.Kind.Info().Once && !t.all && j.done(e.Kind, &t) {
		j.log(guardDuplicate, Breach, e, place)
		if j.keep {
			j.out[len(j.out)-1].read(j.seq(j.trackFor(e.Kind, &t)[e.Kind]))
		}
		return
	}
	if t.all {
		j.everyLot(e, r, t, place)
		return
	}
	mv := j.find(e.Kind, e.Phase, &t)
	if mv == nil {
		j.disorder(e, &t, place)
		return
	}
	j.learn(e, place)
	if e.Kind == ProcedureChosen {
		j.tally(e, &t) // its guards are those of the procedure chosen
	}
	j.judgeAll(e, t, place)
	j.known(e, &t, place)
	j.enter(e, r, &t)
	j.apply(e, &t, mv, place)
}

// everyLot takes an event in that is about every lot in a state for it.
func (j *judge) everyLot(e *Event, r ref, t target, place int32) {
	some := false
	for i := range j.lots {
		t.lot, t.all = int32(i), false
		if e.Kind.Info().Once && j.done(e.Kind, &t) {
			continue
		}
		if mv := j.find(e.Kind, e.Phase, &t); mv != nil {
			if !some {
				j.learn(e, place)
				j.judgeAll(e, t, place)
			}
			some = true
			j.apply(e, &t, mv, place)
		}
	}
	if !some {
		j.disorder(e, &t, place)
	}
}

// disorder notes an act that the state does not admit.
func (j *judge) disorder(e *Event, t *target, place int32) {
	j.log(guardOrder, Breach, e, place)
	if !j.keep {
		return
	}
	f := &j.out[len(j.out)-1]
	f.State = j.fold.state
	if moves := j.m.moves[e.Kind]; len(moves) > 0 {
		if s := j.stateIn(moves[0].region, t); s != 0 {
			f.State = s
		}
	}
}

// done says whether the event happened before in its scope.
func (j *judge) done(k Kind, t *target) bool {
	switch s := k.Info().Scope; {
	case s == ScopeBid && t.bid < 0, s == ScopeContract && t.contract < 0, s == ScopePhase && t.phase < 0:
		return false
	case k == LotDeclared:
		return t.lot >= 0
	}
	in := j.trackFor(k, t)
	return in[k] != 0 && in[k] > in[k.Info().Again]
}

// seq is the sequence number of the event at a place.
func (j *judge) seq(place int32) int32 {
	if place == 0 {
		return 0
	}
	return j.c.order[place-1] + 1
}

func (j *judge) lackName(e *Event, r ref, place int32) {
	if r.lot >= 0 && j.lotOf[r.lot] < 0 && e.Kind != LotDeclared {
		j.log(guardScope, Breach, e, place, Missing{Event: LotDeclared})
		return
	}
	j.log(guardScope, Unknown, e, place)
}

// rests is the earlier act on which an act about a firm rests: whoever offers
// was selected, whoever is scored or awarded has offered; 0 for none.
func (m *compiled) rests(k Kind) Kind {
	switch s := k.Info().Scope; {
	case k == CandidateSelected, k == CandidateRejected:
		return RequestReceived
	case k == OfferReceived:
		if len(m.moves[CandidateSelected]) > 0 {
			return CandidateSelected
		}
	case s == ScopeBid, k == Awarded && len(m.moves[EnvelopeOpened]) > 0:
		return OfferReceived
	}
	return 0
}

// rested says whether the act on which an act rests is in the log. A call-off
// whose framework lays down all terms is awarded without offers (221.3).
func (j *judge) rested(k Kind, t *target) (Kind, bool) {
	prior := j.m.rests(k)
	if prior == 0 || k == Awarded && j.fold.state == StateApproved {
		return 0, true
	}
	if prior == OfferReceived {
		return prior, t.bid >= 0 && j.bids[t.bid].track[prior] != 0
	}
	return prior, t.party >= 0 && j.parties[t.party][prior] != 0
}

// known notes acts that rest on others that the log does not have.
func (j *judge) known(e *Event, t *target, place int32) {
	if prior, ok := j.rested(e.Kind, t); !ok {
		j.log(guardScope, Unknown, e, place, Missing{Event: prior})
	}
}

// amounts judges the amounts of an event.
func (j *judge) amounts(e *Event, place int32) {
	if !e.Amount.IsZero() {
		j.money(e, place, e.Amount, e.Kind.Info().Amount, e.Kind == Modified, Missing{})
	}
	for i := range e.Facts {
		x := &e.Facts[i]
		switch typ := x.Name.Info().Type; typ {
		case NetFact, GrossFact:
			j.money(e, place, x.Money, typ, false, Missing{Fact: x.Name})
		case CountFact, PercentFact:
			if !usable(x) {
				j.log(guardAmount, Breach, e, place, Missing{Fact: x.Name})
			}
		}
	}
}

func (j *judge) money(e *Event, place int32, m law.Money, typ FactType, signed bool, what Missing) {
	if m.Cents < 0 && !signed || m.Cents > law.MaxCents || m.Cents < -law.MaxCents {
		j.log(guardAmount, Breach, e, place, what)
	}
	switch m.Currency {
	case "EUR":
	case "":
		j.log(guardCurrency, Unknown, e, place, what)
	default:
		j.log(guardCurrency, Breach, e, place, what)
	}
	switch {
	case m.Tax == law.TaxNotStated:
		j.log(guardVAT, Unknown, e, place, what)
	case typ == NetFact && m.Tax != law.TaxExcluded, typ == GrossFact && m.Tax != law.TaxIncluded:
		j.log(guardVAT, Breach, e, place, what)
	}
}

// judgeAll judges an event by every guard of its kind.
func (j *judge) judgeAll(e *Event, t target, place int32) {
	if !j.keep {
		return
	}
	for i := range j.c.rules.guards[e.Kind] {
		g := &j.c.rules.guards[e.Kind][i]
		if g.models&j.m.bit == 0 || e.Date.Before(g.Since) {
			continue
		}
		if v := j.guard(g.Guard, e, t, place); v != NotApplicable {
			j.out = append(j.out, j.finding)
		}
	}
}

// guard judges an event by one guard and leaves the finding in j.
func (j *judge) guard(g *Guard, e *Event, t target, place int32) Verdict {
	j.e, j.t, j.place = e, t, place
	j.finding = Finding{Guard: g, Kind: e.Kind, Lot: e.Lot, Party: e.Party, Phase: e.Phase}
	if place != 0 {
		j.finding.Event = int(j.seq(place))
	}
	applies := OK
	for i := range g.When {
		switch j.test(&g.When[i]) {
		case Breach:
			return NotApplicable
		case Unknown:
			applies = Unknown
		}
	}
	v := OK
	for i := range g.Need {
		v = max(v, j.test(&g.Need[i]))
	}
	if applies == Unknown && v != OK {
		v = Unknown
	}
	if v == OK {
		j.finding.missing, j.finding.Because = [maxMissing]Missing{}, ""
	}
	j.finding.Verdict = v
	return v
}

// overdue judges what the periods make due and has not happened.
func (j *judge) overdue() {
	if over.has(j.fold.state) {
		return
	}
	for i := range j.c.rules.duties {
		d := &j.c.rules.duties[i]
		if d.models&j.m.bit == 0 || j.track[d.since] == 0 {
			continue
		}
		switch d.do.Info().Scope {
		case ScopeLot:
			for n := range j.lots {
				j.due(d, target{lot: int32(n), party: -1, contract: -1, phase: -1, bid: -1}, RegionLot, j.lots[n].state)
			}
		case ScopeBid:
			for n := range j.bids {
				b := &j.bids[n]
				j.due(d, target{lot: b.lot, party: b.party, contract: -1, phase: -1, bid: int32(n)}, RegionLot, j.lots[b.lot].state)
			}
		case ScopeContract:
			for n := range j.contracts {
				c := &j.contracts[n]
				j.due(d, target{lot: c.lot, party: c.party, contract: int32(n), phase: -1, bid: -1}, RegionContract, c.state)
			}
			if d.do == Awarded { // no contract yet
				for n := range j.lots {
					j.due(d, target{lot: int32(n), party: -1, contract: -1, phase: -1, bid: -1}, RegionLot, j.lots[n].state)
				}
			}
		case ScopeParty:
			for n := range j.parties {
				j.due(d, target{lot: -1, party: int32(n), contract: -1, phase: -1, bid: -1}, RegionCase, j.fold.state)
			}
		}
	}
}

// due judges one duty of one scope.
func (j *judge) due(d *duty, t target, r Region, s State) {
	since := j.trackFor(d.since, &t)[d.since]
	if d.since == EnvelopeOpened && t.lot >= 0 {
		since = j.lots[t.lot].opened
	}
	if since == 0 || j.trackFor(d.do, &t)[d.do] > since {
		return
	}
	if moves := j.m.moves[d.do]; len(moves) == 0 || moves[0].region == r && !j.m.canReach(s, d.do) || moves[0].region != r && !j.openFor(d.do, &t) {
		return
	}
	e := &j.scratch
	*e = Event{Kind: d.do, Date: j.at}
	if t.lot >= 0 && j.lots[t.lot].name >= 0 {
		e.Lot = j.c.lots[j.lots[t.lot].name]
	}
	if t.party >= 0 {
		e.Party = j.c.parties[t.party]
	}
	j.e, j.t, j.place = e, t, 0
	j.finding = Finding{Guard: d.Guard, Kind: d.do, Lot: e.Lot, Party: e.Party, Event: int(j.seq(since)), Due: true}
	for i := range d.When {
		if j.test(&d.When[i]) != OK {
			return
		}
	}
	if v := j.test(d.test); v == Breach || v == Unknown {
		j.finding.Verdict = v
		j.finding.read(j.seq(since))
		j.out = append(j.out, j.finding)
	}
}

// openFor says whether a kind can still happen in the lot of a contract.
func (j *judge) openFor(k Kind, t *target) bool {
	for i := range j.m.moves[k] {
		mv := &j.m.moves[k][i]
		if mv.regions[RegionContract] && t.contract >= 0 && !mv.while.has(j.contracts[t.contract].state) {
			continue
		}
		if j.m.canReach(j.stateIn(mv.region, t), k) {
			return true
		}
	}
	return false
}
