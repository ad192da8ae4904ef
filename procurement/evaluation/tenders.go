package evaluation

import (
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// Tenders are what came in, and what the table did with it.
type Tenders struct {
	Offers     []Offer
	Judgements []Award
	// JudgementReport is the day on which the evaluation of judgement criteria was documented,
	// FormulasOpened that on which the envelope with what formulas evaluate was opened and the
	// first was made public (LCSP 146.2). On one day the order is that of SameDayOrder.
	JudgementReport law.Date
	FormulasOpened  law.Date
	SameDayOrder    bool     // both on one day, and the minutes show the report first
	Draw            []string // bidders in the order of a draw held (LCSP 147.2.d)
}

// Offer is one tender for one lot.
type Offer struct {
	Bidder   string    // id
	Group    string    // of firms, in the sense of Código de Comercio 42.1; "" none
	Price    law.Money // without VAT
	Figures  []Value
	Excluded *Exclusion
	// Justified is the reasoned decision by which the offer, presumed abnormally low, was accepted
	// once its author was heard (LCSP 149.6); "": none. One that was not accepted is Excluded.
	Justified string
	Ties      []Value    // evidence for Rules.Ties
	Staff     *Workforce // evidence for LCSP 147.2; nil: not asked for yet
}

// Value is a figure of an offer: a number, or for a yes or no 1 or 0.
type Value struct {
	ID     string
	Number float64
}

// Exclusion says why an offer is out of the evaluation.
type Exclusion struct {
	Article string
	Reason  string
}

// Award is the points that a judgement criterion gave an offer.
type Award struct {
	Bidder, Criterion string
	Points            Points
	Reason            string // the motivation; not empty
}

func (t *Tenders) offer(bidder string) *Offer {
	i := slices.IndexFunc(t.Offers, func(o Offer) bool { return o.Bidder == bidder })
	if i < 0 {
		return nil
	}
	return &t.Offers[i]
}

func (t *Tenders) workforce(bidder string) *Workforce {
	if o := t.offer(bidder); o != nil {
		return o.Staff
	}
	return nil
}

func (t *Tenders) tieFigure(bidder, id string) (float64, bool) {
	o := t.offer(bidder)
	if o == nil {
		return 0, false
	}
	i := slices.IndexFunc(o.Ties, func(v Value) bool { return v.ID == id })
	if i < 0 {
		return 0, false
	}
	return o.Ties[i].Number, true
}
