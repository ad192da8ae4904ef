package procurement

import (
	"github.com/almotacen/almotacen/procurement/law"
)

// track remembers the latest event of each kind in a scope: its place in the
// order of the fold, from 1; 0 for none.
type track [numKinds]int32

type lotFold struct {
	name               int32 // in Case.lots; -1 for the only lot of a case without lots
	state              State
	appeal             State
	track              track
	opened             int32 // place of the first opening
	offers             int32
	out                int32 // offers excluded or deemed withdrawn
	presume            int32 // presumptions of a low offer not yet decided
	anyLow             bool
	challenge, measure law.Truth // of the open appeal
	lifted             bool
}

type contractFold struct {
	lot, party int32 // lot: index in fold.lots
	state      State
	track      track
	price      int64 // initial, in cents; -1 unknown
	foreseen   int64 // absolute sum of modifications of 204
	unforeseen int64 // of 205
	unsure     bool  // a modification had an amount that cannot be used
}

type phaseFold struct {
	party, phase int32
	state        State
	track        track
	price, paid  int64 // price -1: unknown
	unsure       bool
}

type bidFold struct {
	lot, party int32
	track      track
}

// fold is the state of a case after some of its events. It is scratch: reset
// reuses its memory.
type fold struct {
	c         *Case
	m         *compiled
	state     State
	collusion State
	urgent    State
	prior     State
	track     track
	lots      []lotFold
	contracts []contractFold
	phases    []phaseFold
	bids      []bidFold
	parties   []track
	lotOf     []int32 // by number of Case.lots: index in lots, -1 not declared
	facts     [numFacts]int32
	docs      [numDocuments]int32
	basis     int32 // place of the event whose date decides which figures apply (101.7)
	requests  int32
	selected  int32
	declared  bool
	scratch   Event // of a judge

	// Where offers, contracts and phases of large cases stand, by pair: small
	// ones are searched.
	bidAt, contractAt, phaseAt map[[2]int32]int32
}

// large is from how many on a map is faster than a search.
const large = 24

func (f *fold) reset(c *Case) {
	f.c, f.m = c, c.rules.models[0]
	f.state, f.collusion, f.urgent, f.prior = StateNew, StateNoCollusion, StateNotUrgent, StateNoPriorNotice
	f.track, f.facts, f.docs = track{}, [numFacts]int32{}, [numDocuments]int32{}
	f.lots, f.contracts, f.phases, f.bids, f.parties, f.lotOf = f.lots[:0], f.contracts[:0], f.phases[:0], f.bids[:0], f.parties[:0], f.lotOf[:0]
	f.basis, f.requests, f.selected, f.declared = 0, 0, 0, false
	for range c.parties {
		f.parties = append(f.parties, track{})
	}
	for range c.lots {
		f.lotOf = append(f.lotOf, -1)
	}
	f.addLot(-1)
	clear(f.bidAt)
	clear(f.contractAt)
	clear(f.phaseAt)
}

// index notes where the latest of a list stands, from the first on once there
// are many.
func index(m *map[[2]int32]int32, n int, pair func(int) [2]int32) {
	if n <= large {
		return
	}
	if *m == nil {
		*m = map[[2]int32]int32{}
	}
	if n == large+1 {
		for i := range n {
			(*m)[pair(i)] = int32(i)
		}
		return
	}
	(*m)[pair(n-1)] = int32(n - 1)
}

// lookup looks a pair up in such a map.
func lookup(m map[[2]int32]int32, a, b int32) int32 {
	if i, ok := m[[2]int32{a, b}]; ok {
		return i
	}
	return -1
}

func (f *fold) addLot(name int32) {
	f.lots = append(f.lots, lotFold{name: name, state: StateLotWaiting, appeal: StateNotAppealed})
}

// at is the event at a place of the fold's order, from 1.
func (f *fold) at(place int32) *Event { return &f.c.events[f.c.order[place-1]] }

// target is what an event is about, by index in the fold; -1 for nothing.
type target struct {
	lot, party, contract, phase, bid int32
	all                              bool // every lot
}

// locate finds what an event is about. ok is false if the event lacks a name
// that its kind needs, or names a lot that was not declared.
func (f *fold) locate(e *Event, r ref) (t target, ok bool) {
	info := e.Kind.Info()
	t = target{lot: -1, party: r.party, contract: -1, phase: -1, bid: -1}
	switch info.Scope {
	case ScopeLot, ScopeBid, ScopeContract:
		switch {
		case r.lot >= 0:
			if t.lot = f.lotOf[r.lot]; t.lot < 0 {
				return t, e.Kind == LotDeclared
			}
		case e.Kind == LotDeclared:
			return t, false
		case !f.declared:
			t.lot = 0
		case info.Every:
			t.all = true
		default:
			return t, false
		}
	case ScopeParty, ScopePhase, ScopeCase:
	}
	if info.Scope == ScopeCase || info.Scope == ScopeLot {
		t.party = -1
		return t, true
	}
	if r.party < 0 || info.Scope == ScopePhase && e.Phase == 0 {
		return t, false
	}
	t.contract = f.contract(t.lot, r.party)
	if info.Scope == ScopeBid || info.Scope == ScopeContract {
		t.bid = f.bid(t.lot, r.party)
	}
	if info.Scope == ScopePhase {
		t.phase = f.phase(r.party, int32(e.Phase))
	}
	return t, true
}

// contract finds the contract of a lot with a party, or with lot -1 the
// party's latest one.
func (f *fold) contract(lot, party int32) int32 {
	if lot >= 0 && len(f.contracts) > large {
		return lookup(f.contractAt, lot, party)
	}
	for i := len(f.contracts) - 1; i >= 0; i-- {
		if c := &f.contracts[i]; c.party == party && (lot < 0 || c.lot == lot) {
			return int32(i)
		}
	}
	return -1
}

func (f *fold) bid(lot, party int32) int32 {
	if len(f.bids) > large {
		return lookup(f.bidAt, lot, party)
	}
	for i := range f.bids {
		if b := &f.bids[i]; b.party == party && b.lot == lot {
			return int32(i)
		}
	}
	return -1
}

func (f *fold) phase(party, phase int32) int32 {
	if len(f.phases) > large {
		return lookup(f.phaseAt, party, phase)
	}
	for i := range f.phases {
		if p := &f.phases[i]; p.party == party && p.phase == phase {
			return int32(i)
		}
	}
	return -1
}

// stateIn is the state of a region for a target. For the phases of a party
// without number it is the one of the highest phase.
func (f *fold) stateIn(r Region, t *target) State {
	switch r {
	case RegionCase:
		return f.state
	case RegionLot:
		if t.lot >= 0 {
			return f.lots[t.lot].state
		}
	case RegionAppeal:
		if t.lot >= 0 {
			return f.lots[t.lot].appeal
		}
	case RegionContract:
		if t.contract >= 0 {
			return f.contracts[t.contract].state
		}
		return StateContractNone
	case RegionPhase:
		if t.phase >= 0 {
			return f.phases[t.phase].state
		}
		best, state := int32(0), StatePhasePlanned
		for i := range f.phases {
			if p := &f.phases[i]; t.phase == -2 && p.party == t.party && p.phase > best {
				best, state = p.phase, p.state
			}
		}
		return state
	case RegionCollusion:
		return f.collusion
	case RegionUrgency:
		return f.urgent
	case RegionPriorNotice:
		return f.prior
	}
	return 0
}

// find is the move that an event makes for a target; nil if it is not possible
// in the state.
func (f *fold) find(k Kind, phase int, t *target) *compiledMove {
	moves := f.m.moves[k]
next:
	for i := range moves {
		mv := &moves[i]
		if f.stateIn(mv.region, t) != mv.From {
			continue
		}
		for r := RegionCase; r < numRegions; r++ {
			if !mv.regions[r] {
				continue
			}
			w := *t
			if r == RegionPhase && w.phase < 0 {
				w.phase = -2 // the party's highest
			}
			if !mv.while.has(f.stateIn(r, &w)) {
				continue next
			}
		}
		if mv.Previous != 0 && phase > 1 {
			p := f.phase(t.party, int32(phase-1))
			if p < 0 || f.phases[p].state != mv.Previous {
				continue
			}
		}
		return mv
	}
	return nil
}

// trackFor is the narrowest track that holds events of kind k for a target.
func (f *fold) trackFor(k Kind, t *target) *track {
	switch k.Info().Scope {
	case ScopeLot:
		if t.lot >= 0 {
			return &f.lots[t.lot].track
		}
	case ScopeBid:
		if t.bid >= 0 {
			return &f.bids[t.bid].track
		}
		if t.party >= 0 && t.lot >= 0 {
			return &noTrack
		}
		if t.lot >= 0 {
			return &f.lots[t.lot].track
		}
	case ScopeContract:
		if t.contract >= 0 {
			return &f.contracts[t.contract].track
		}
		if t.party >= 0 {
			return &noTrack
		}
		if t.lot >= 0 {
			return &f.lots[t.lot].track
		}
	case ScopeParty:
		if t.party >= 0 {
			return &f.parties[t.party]
		}
	case ScopePhase:
		if t.phase >= 0 {
			return &f.phases[t.phase].track
		}
		if t.party >= 0 {
			return &noTrack
		}
	}
	return &f.track
}

// noTrack is the track of what is not there. It is only read.
var noTrack track

// enter creates what an accepted event is the first to speak of.
func (f *fold) enter(e *Event, r ref, t *target) {
	switch e.Kind.Info().Scope {
	case ScopeLot:
		if e.Kind == LotDeclared {
			if !f.declared {
				f.lots, f.declared = f.lots[:0], true
			}
			t.lot = int32(len(f.lots))
			f.addLot(r.lot)
			f.lotOf[r.lot] = t.lot
		}
	case ScopeBid:
		if t.bid < 0 {
			t.bid = int32(len(f.bids))
			f.bids = append(f.bids, bidFold{lot: t.lot, party: t.party})
			index(&f.bidAt, len(f.bids), func(i int) [2]int32 { return [2]int32{f.bids[i].lot, f.bids[i].party} })
		}
	case ScopeContract:
		if t.contract < 0 {
			t.contract = int32(len(f.contracts))
			f.contracts = append(f.contracts, contractFold{lot: t.lot, party: t.party, state: StateContractNone, price: -1})
			index(&f.contractAt, len(f.contracts), func(i int) [2]int32 { return [2]int32{f.contracts[i].lot, f.contracts[i].party} })
		}
	case ScopePhase:
		if t.phase < 0 {
			t.phase = int32(len(f.phases))
			f.phases = append(f.phases, phaseFold{party: t.party, phase: int32(e.Phase), state: StatePhasePlanned, price: -1})
			index(&f.phaseAt, len(f.phases), func(i int) [2]int32 { return [2]int32{f.phases[i].party, f.phases[i].phase} })
		}
	}
}

// record notes an event in every track that holds its scope.
func (f *fold) record(e *Event, t *target, place int32) {
	k := e.Kind
	f.track[k] = place
	if t.party >= 0 {
		f.parties[t.party][k] = place
	}
	if t.lot >= 0 {
		f.lots[t.lot].track[k] = place
	}
	switch k.Info().Scope {
	case ScopeBid:
		f.bids[t.bid].track[k] = place
	case ScopeContract:
		f.contracts[t.contract].track[k] = place
		if t.bid >= 0 {
			f.bids[t.bid].track[k] = place
		}
	case ScopePhase:
		f.phases[t.phase].track[k] = place
	}
	if f.basis == 0 {
		switch k {
		case NoticeDispatched, NoticePublishedEU, NoticePublishedProfile, Invited, Ordered:
			f.basis = place
		}
	}
}

// set changes the state of a region for a target.
func (f *fold) set(r Region, t *target, to State) {
	switch r {
	case RegionCase:
		f.state = to
	case RegionLot:
		f.lots[t.lot].state = to
	case RegionAppeal:
		f.lots[t.lot].appeal = to
	case RegionContract:
		f.contracts[t.contract].state = to
	case RegionPhase:
		f.phases[t.phase].state = to
	case RegionCollusion:
		f.collusion = to
	case RegionUrgency:
		f.urgent = to
	case RegionPriorNotice:
		f.prior = to
	}
}

// effect changes every instance of a region that the target does not exclude.
func (f *fold) effect(e Effect, t *target) {
	switch e.From.Info().Region {
	case RegionContract:
		for i := range f.contracts {
			c := &f.contracts[i]
			if c.state == e.From && (t.lot < 0 || c.lot == t.lot) && (t.party < 0 || c.party == t.party) {
				c.state = e.To
			}
		}
	case RegionPhase:
		for i := range f.phases {
			p := &f.phases[i]
			if p.state == e.From && (t.party < 0 || p.party == t.party) {
				p.state = e.To
			}
		}
	}
}

// apply makes an accepted event's changes.
func (f *fold) apply(e *Event, t *target, mv *compiledMove, place int32) {
	f.set(mv.region, t, mv.To)
	for _, x := range mv.Also {
		f.effect(x, t)
	}
	f.record(e, t, place)
	f.tally(e, t)
}

// learn takes over the facts and documents of an event.
func (f *fold) learn(e *Event, place int32) {
	for i := range e.Facts {
		if n := e.Facts[i].Name; !n.Info().Local && usable(&e.Facts[i]) {
			f.facts[n] = place
		}
	}
	for i := range e.Documents {
		if d := e.Documents[i].Kind; f.docs[d] == 0 {
			f.docs[d] = place
		}
	}
}

// usable says whether a fact has a value of its type that can be one.
func usable(x *Fact) bool {
	info := x.Name.Info()
	switch info.Type {
	case TruthFact:
		return x.Truth == law.Yes || x.Truth == law.No
	case CountFact:
		return x.Number >= 0
	case PercentFact:
		return x.Number >= 0 && x.Number <= 10000
	case NetFact:
		return x.Money.Cents >= 0 && x.Money.Currency == "EUR" && x.Money.Tax == law.TaxExcluded
	case GrossFact:
		return x.Money.Cents >= 0 && x.Money.Currency == "EUR" && x.Money.Tax == law.TaxIncluded
	case TextFact:
		if len(info.OneOf) == 0 {
			return x.Text != ""
		}
		for _, s := range info.OneOf {
			if s == x.Text {
				return true
			}
		}
	}
	return false
}

// tally keeps the sums and counts that guards ask for.
func (f *fold) tally(e *Event, t *target) {
	place := f.track[e.Kind]
	switch e.Kind {
	case ProcedureChosen:
		if x := e.fact(FactModel); x != nil && usable(x) {
			for _, m := range f.c.rules.models {
				if m.ID == x.Text {
					f.m = m
				}
			}
		}
	case RequestReceived:
		f.requests++
	case CandidateSelected:
		f.selected++
	case OfferReceived:
		f.lots[t.lot].offers++
	case EnvelopeOpened:
		if l := &f.lots[t.lot]; l.opened == 0 {
			l.opened = place
		}
	case AbnormalPresumed:
		f.lots[t.lot].presume++
		f.lots[t.lot].anyLow = true
	case AbnormalAccepted:
		if f.bids[t.bid].track[AbnormalPresumed] != 0 {
			f.lots[t.lot].presume--
		}
	case OfferExcluded, DocumentsFailed:
		b, l := &f.bids[t.bid], &f.lots[t.lot]
		if b.track[OfferExcluded] == 0 || b.track[DocumentsFailed] == 0 { // the other did not happen before
			l.out++
		}
		if e.Kind == OfferExcluded && b.track[AbnormalPresumed] != 0 && b.track[AbnormalAccepted] == 0 {
			l.presume--
		}
	case AppealLodged:
		l := &f.lots[t.lot]
		l.lifted, l.challenge, l.measure = false, truth(e, FactAwardChallenged), truth(e, FactMeasure)
	case SuspensionLifted:
		f.lots[t.lot].lifted = true
	case Awarded, Formalised, Ordered:
		if c := &f.contracts[t.contract]; netCents(e.Amount) >= 0 && (c.price < 0 || e.Kind == Formalised) {
			c.price = netCents(e.Amount)
		}
	case Modified:
		f.modify(e, &f.contracts[t.contract])
	case PhaseStarted:
		f.phases[t.phase].price = netCents(e.Amount)
	case PhasePaid:
		p := &f.phases[t.phase]
		if n := netCents(e.Amount); n < 0 {
			p.unsure = true
		} else {
			p.paid = sum(p.paid, n)
		}
	}
}

func (f *fold) modify(e *Event, c *contractFold) {
	n, ground := alteration(e.Amount), e.fact(FactGround)
	switch {
	case n < 0 || ground == nil || !usable(ground):
		c.unsure = true
	case ground.Text == "204":
		c.foreseen = sum(c.foreseen, n)
	default:
		c.unforeseen = sum(c.unforeseen, n)
	}
}

func truth(e *Event, n FactName) law.Truth {
	if x := e.fact(n); x != nil {
		return x.Truth
	}
	return law.NotKnown
}

// netCents is an amount in euros without VAT; -1 if it is not one.
func netCents(m law.Money) int64 {
	if m.Currency != "EUR" || m.Tax != law.TaxExcluded || m.Cents < 0 || m.Cents > law.MaxCents {
		return -1
	}
	return m.Cents
}

// alteration is the size of a change of price, up or down; -1 if unusable.
func alteration(m law.Money) int64 {
	if m.Cents < 0 {
		m.Cents = -m.Cents
	}
	return netCents(m)
}

// sum adds amounts that are not negative, up to the most that one can be.
func sum(a, b int64) int64 { return min(a+b, law.MaxCents+1) }
