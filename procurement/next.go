package procurement

import (
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// Option is an event that the state of a case admits on a day.
type Option struct {
	Kind   Kind
	Lot    string
	Party  string // the firm it is about; "" with AnyParty
	Phase  int
	Actor  Actor
	Source law.Source // of the act
	// AnyParty says that the event names a firm, known or new, that has not done
	// it yet: an offer, a request.
	AnyParty bool
	AnyLot   bool // the event names a lot that the case does not have yet
	// From and Until are the first and last day on which the event keeps every
	// period that can be counted; no Until: no last day. When Until is before
	// From, no day keeps them all any more, and doing it late is a breach.
	From, Until law.Date
	Needs       []Missing // facts and documents that the event must bring, or that must be on file, to be judged ok
	Guards      []*Guard  // that will judge it
	// Breaches are what stands against it whatever the event says. An option
	// with breaches is not offered as lawful; it is listed so that one sees why.
	Breaches []Finding
	Unknown  []string // what the law or the calendar leaves open
}

// Lawful says whether the option can be taken without a breach in its window.
func (o *Option) Lawful() bool { return len(o.Breaches) == 0 }

// Late says whether the last day has passed.
func (o *Option) Late() bool { return !o.Until.IsZero() && o.Until.Before(o.From) }

// Next lists what can be done on a day, by whom, until when, with which facts
// and documents, in the order of a procedure. It looks at the events up to
// that day; the day must not be before the last of them, or the list is that
// of a past that went on otherwise.
func (c *Case) Next(at law.Date) []Option {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f := new(fold)
	f.reset(c)
	j := &judge{fold: f, at: at}
	for place := range c.order {
		j.step(int32(place + 1))
	}
	var out []Option
	for k := Kind(1); k < numKinds; k++ {
		if len(j.m.moves[k]) == 0 {
			continue
		}
		for _, e := range j.candidates(k) {
			if o, ok := j.option(e, at); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// newParty stands for a firm that the case does not know.
const newParty = "\x00"

// candidates are the events of a kind, one for each thing it can be about.
func (j *judge) candidates(k Kind) []Event {
	e := Event{Kind: k, Date: j.at}
	lots := []string{""}
	if j.declared {
		lots = nil
		for i := range j.lots {
			lots = append(lots, j.c.lots[j.lots[i].name])
		}
		if k.Info().Every {
			lots = append(lots, "")
		}
	}
	var out []Event
	switch k.Info().Scope {
	case ScopeCase:
		out = append(out, e)
	case ScopeLot:
		if k == LotDeclared {
			return []Event{e}
		}
		for _, l := range lots {
			e.Lot = l
			out = append(out, e)
		}
	case ScopeParty:
		if k == RequestReceived || k == ConsultationAnswered {
			e.Party = newParty
			return append(out, e)
		}
		for _, p := range j.c.parties {
			e.Party = p
			out = append(out, e)
		}
	case ScopeBid, ScopeContract:
		out = j.offers(e, lots, out)
	case ScopePhase:
		for _, p := range j.c.parties {
			for n := 1; n <= MaxPhases; n++ {
				e.Party, e.Phase = p, n
				out = append(out, e)
			}
		}
	}
	return out
}

// offers are the events about offers and contracts: one for each that there is,
// or one for any firm where a new one begins.
func (j *judge) offers(e Event, lots []string, out []Event) []Event {
	name := func(lot int32) string {
		if n := j.lots[lot].name; n >= 0 {
			return j.c.lots[n]
		}
		return ""
	}
	if prior := j.m.rests(e.Kind); e.Kind == Ordered || e.Kind == OfferReceived && prior == 0 || e.Kind == Awarded && j.fold.state == StateApproved {
		for _, l := range lots {
			e.Lot, e.Party = l, newParty
			out = append(out, e)
		}
		return out
	} else if prior == CandidateSelected {
		for _, l := range lots {
			for n, p := range j.c.parties {
				if j.parties[n][CandidateSelected] != 0 {
					e.Lot, e.Party = l, p
					out = append(out, e)
				}
			}
		}
		return out
	}
	for i := range j.bids {
		e.Lot, e.Party = name(j.bids[i].lot), j.c.parties[j.bids[i].party]
		out = append(out, e)
	}
	for i := range j.contracts { // of firms whose offer is not in the log
		x := &j.contracts[i]
		if e.Kind.Info().Scope == ScopeContract && j.bid(x.lot, x.party) < 0 {
			e.Lot, e.Party = name(x.lot), j.c.parties[x.party]
			out = append(out, e)
		}
	}
	return out
}

// option says whether the state admits an event, and how.
func (j *judge) option(e Event, at law.Date) (Option, bool) {
	info := e.Kind.Info()
	r := ref{lot: -1, party: -1, twin: -1}
	if e.Lot != "" && e.Kind != LotDeclared {
		r.lot = j.c.lotNo[e.Lot]
	}
	fresh := e.Party == newParty
	switch {
	case fresh && (e.Kind != OfferReceived && e.Kind != RequestReceived && e.Kind != ConsultationAnswered && e.Kind != Ordered && !(e.Kind == Awarded && j.fold.state == StateApproved)):
		return Option{}, false // acts on firms are about firms that the case knows
	case fresh:
		e.Party = ""
		r.party = int32(len(j.parties))
		j.parties = append(j.parties, track{})
		defer func() { j.parties = j.parties[:len(j.parties)-1] }()
	case e.Party != "":
		r.party = j.c.partyNo[e.Party]
	}
	t, ok := j.locate(&e, r)
	if e.Kind == LotDeclared {
		t, ok = target{lot: -1, party: -1, contract: -1, phase: -1, bid: -1}, true
	}
	if !ok {
		return Option{}, false
	}
	if t.all {
		t.lot, t.all = -1, false
		for i := range j.lots {
			try := t
			try.lot = int32(i)
			if !(info.Once && j.done(e.Kind, &try)) && j.find(e.Kind, 0, &try) != nil {
				t = try
				break
			}
		}
		if t.lot < 0 {
			return Option{}, false
		}
	}
	if info.Once && j.done(e.Kind, &t) || j.find(e.Kind, e.Phase, &t) == nil {
		return Option{}, false
	}
	if _, ok := j.rested(e.Kind, &t); !ok {
		return Option{}, false
	}
	o := Option{Kind: e.Kind, Lot: e.Lot, Party: e.Party, Phase: e.Phase, Actor: info.Actor, Source: info.Source, AnyParty: fresh, AnyLot: e.Kind == LotDeclared, From: at}
	w := window{from: at}
	j.window = &w
	for i := range j.c.rules.guards[e.Kind] {
		g := &j.c.rules.guards[e.Kind][i]
		if g.models&j.m.bit == 0 || e.Date.Before(g.Since) {
			continue
		}
		switch v := j.guard(g.Guard, &e, t, 0); v {
		case NotApplicable:
			continue
		case Breach:
			o.Breaches = append(o.Breaches, j.finding)
		case Unknown:
			for _, m := range j.finding.Missing() {
				if !slices.Contains(o.Needs, m) {
					o.Needs = append(o.Needs, m)
				}
			}
			if b := j.finding.Because; b != "" && !slices.Contains(o.Unknown, b) {
				o.Unknown = append(o.Unknown, b)
			}
		}
		o.Guards = append(o.Guards, g.Guard)
	}
	j.window = nil
	o.From, o.Until = w.from, w.until
	return o, true
}
