package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Event is a fact of a case: what happened, on which day, shown by which
// document. An event is never changed once it is in a log; a correction is
// another event.
type Event struct {
	ID    string   // the caller's, unique in the case; "" if there is none
	Case  string   // of which case; "" is the case of the log
	Kind  Kind     // what happened
	Date  law.Date // the day of the fact, not that of its entry
	Lot   string   // "" when the case has no lots, or for every lot where the kind allows it
	Party string   // candidate, bidder, contractor, partner, adviser
	Phase int      // from 1; 0 for none

	Amount    law.Money // price, payment, alteration, with its currency and VAT treatment
	Until     law.Date  // the end that the event announces: of a period, of a phase
	Facts     []Fact
	Documents []Document
	Note      string
}

// fact finds a fact of the event.
func (e *Event) fact(f FactName) *Fact {
	for i := range e.Facts {
		if e.Facts[i].Name == f {
			return &e.Facts[i]
		}
	}
	return nil
}

// clone copies the event with its lists, so that a log shares nothing.
func (e *Event) clone() Event {
	c := *e
	c.Facts = append([]Fact(nil), e.Facts...)
	c.Documents = append([]Document(nil), e.Documents...)
	return c
}
