package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Status is the state of a case on a day, region by region.
type Status struct {
	Model     string // id of the model: that of the beginning until a procedure is chosen
	Case      State
	Collusion State // secret: never publish it (LCSP 150.1)
	Urgency   State
	Prior     State
	Lots      []LotStatus
	Contracts []ContractStatus
	Phases    []PhaseStatus
	Facts     []Fact   // the facts that hold for the case, in the order of FactNames
	LawDate   law.Date // of dispatch of the notice: whose figures apply; no date before it
}

// LotStatus is the state of a lot.
type LotStatus struct {
	Lot    string // "" for the only lot of a case without lots
	State  State
	Appeal State
	Offers int // received
	Out    int // of them excluded or deemed withdrawn
}

// ContractStatus is the state of a contract.
type ContractStatus struct {
	Lot, Party string
	State      State
	Price      law.Money // initial, without VAT; no amount if unknown
	Foreseen   law.Money // sum of the sizes of the modifications of 204
	Unforeseen law.Money // of 205; no amount if one is unknown
}

// PhaseStatus is the state of a phase of a partner.
type PhaseStatus struct {
	Party string
	Phase int
	State State
	Price law.Money // no amount if unknown
	Paid  law.Money // no amount if a payment is unknown
}

// Status folds the events up to a day.
func (c *Case) Status(at law.Date) Status {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f := new(fold)
	f.reset(c)
	j := judge{fold: f, at: at}
	for place := range c.order {
		j.step(int32(place + 1))
	}
	return f.status()
}

func (f *fold) status() Status {
	s := Status{Model: f.m.ID, Case: f.state, Collusion: f.collusion, Urgency: f.urgent, Prior: f.prior}
	if f.basis != 0 {
		s.LawDate = f.at(f.basis).Date
	}
	lot := func(i int32) string {
		if i < 0 || f.lots[i].name < 0 {
			return ""
		}
		return f.c.lots[f.lots[i].name]
	}
	cents := func(n int64, known bool) law.Money {
		if !known || n < 0 {
			return law.Money{}
		}
		return law.NetCents(n)
	}
	for i := range f.lots {
		l := &f.lots[i]
		s.Lots = append(s.Lots, LotStatus{lot(int32(i)), l.state, l.appeal, int(l.offers), int(l.out)})
	}
	for i := range f.contracts {
		c := &f.contracts[i]
		s.Contracts = append(s.Contracts, ContractStatus{lot(c.lot), f.c.parties[c.party], c.state, cents(c.price, true), cents(c.foreseen, !c.unsure), cents(c.unforeseen, !c.unsure)})
	}
	for i := range f.phases {
		p := &f.phases[i]
		s.Phases = append(s.Phases, PhaseStatus{f.c.parties[p.party], int(p.phase), p.state, cents(p.price, true), cents(p.paid, !p.unsure)})
	}
	for n := FactName(1); n < numFacts; n++ {
		if place := f.facts[n]; place != 0 {
			s.Facts = append(s.Facts, *f.at(place).fact(n))
		}
	}
	return s
}

// Fact finds a fact that holds for the case.
func (s *Status) Fact(n FactName) (Fact, bool) {
	for _, x := range s.Facts {
		if x.Name == n {
			return x, true
		}
	}
	return Fact{}, false
}
