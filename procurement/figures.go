package procurement

import (
	"cmp"
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// Count is a number that may not be known; the zero value is not known.
type Count struct {
	N     int
	Known bool
}

// Counted is a known count.
func Counted(n int) Count { return Count{N: n, Known: true} }

// Innovation is how a contract is known to be procurement of innovation.
type Innovation uint8

// The values. The zero value is that nobody said so.
const (
	InnovationNotKnown  Innovation = iota
	InnovationNo                   // declared not to be, or an ordinary contract
	InnovationDeclared             // the file declares it (LCTI 36 sexies; in PLACSP the programme code)
	InnovationHeuristic            // nobody declared it: title, CPV or a linked consultation suggest it
)

// Modality is the way of procurement of innovation.
type Modality uint8

// The modalities; the zero value is that nobody said so.
const (
	ModalityNotKnown    Modality = iota
	ModalityCPTI                 // innovative technology, by any procedure but the next
	ModalityPartnership          // innovation partnership
	ModalityCPP                  // pre-commercial
)

// AwardRecord is one lot of a file that ended in a contract, one record for
// each contractor, or without one. Records of [Case.AwardRecords] and of a
// city's register go together; what is not known is left at its zero value.
type AwardRecord struct {
	File, Lot string
	Outcome   State     // StateAwarded; StateDeserted, StateWithdrawn, StateNotAwarded, StateAnnulled
	Date      law.Date  // of the award or of the decision that ended it
	Supplier  string    // id, the same in every record; "" if there is none
	Amount    law.Money // awarded, in euros without VAT

	Minor      law.Truth
	Innovation Innovation
	Modality   Modality
	Bids       Count // of the lot

	Consulted    law.Truth // a linked preliminary consultation preceded it
	Consultation law.Date  // its publication
	Call         law.Date  // first notice of the call

	SME, StartUp law.Truth
	NewSupplier  law.Truth // no contract with the city in the three years before; if not known, [Figures] looks into the records

	PhasesStarted, PhasesPassed Count
	RD                          law.Truth // it buys research and development
	RDEnded                     law.Truth // that is over
	Purchased                   law.Truth // and ended in a purchase
	Modified                    law.Money // sum of the sizes of modifications

	Appealable, Appealed, Upheld law.Truth
	RightsKept                   law.Truth // the city keeps rights or royalties, see [Sharing.RightsKept]
}

// ConsultationRecord is one preliminary market consultation.
type ConsultationRecord struct {
	File         string
	Published    law.Date
	Participants Count // firms that answered
}

// RightsKept says whether the authority owns a result, alone or with the
// partner, or has a part of what the partner earns with it.
func (s *Sharing) RightsKept() law.Truth {
	out := law.No
	for _, a := range s.Assets {
		switch {
		case a.Owner == OwnerAuthority || a.Owner == OwnerJoint || a.Royalty.Stated && a.Royalty.Hundredths > 0:
			return law.Yes
		case a.Owner == OwnerNotStated || a.Owner == OwnerPartner && !a.Royalty.Stated:
			out = law.NotKnown
		}
	}
	if len(s.Assets) == 0 {
		return law.NotKnown
	}
	return out
}

// ConsultationRecord is the consultation of the case up to a day, and whether
// there was one.
func (c *Case) ConsultationRecord(at law.Date) (ConsultationRecord, bool) {
	r := ConsultationRecord{File: c.id}
	firms := map[string]bool{}
	for _, e := range c.Events() {
		switch {
		case e.Date.IsZero() || e.Date.After(at):
		case e.Kind == ConsultationPublished && (r.Published.IsZero() || e.Date.Before(r.Published)):
			r.Published = e.Date
		case e.Kind == ConsultationAnswered:
			firms[e.Party] = true
		}
	}
	r.Participants = Counted(len(firms))
	return r, !r.Published.IsZero()
}

// AwardRecords are the records of the case up to a day, by lot and contractor.
// A case says nothing of SMEs, start-ups and results kept: set those in the
// records. Awards whose contract was not signed by the fault of the firm
// (LCSP 153.4) are none.
func (c *Case) AwardRecords(at law.Date) []AwardRecord {
	st := c.Status(at)
	var events []Event
	for _, e := range c.Events() {
		if !e.Date.IsZero() && !e.Date.After(at) {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.Date.Compare(b.Date) })
	// last event of a kind for a lot and a firm; one that names neither is for all.
	last := func(lot, party string, kinds ...Kind) *Event {
		for i := len(events) - 1; i >= 0; i-- {
			e := &events[i]
			if slices.Contains(kinds, e.Kind) && (e.Lot == lot || e.Lot == "") && (e.Party == party || party == "") {
				return e
			}
		}
		return nil
	}
	base := AwardRecord{File: c.id, Consulted: law.No}
	if r, ok := c.ConsultationRecord(at); ok {
		base.Consulted, base.Consultation = law.Yes, r.Published
	}
	for _, e := range events {
		if e.Kind == NoticePublishedEU || e.Kind == NoticePublishedProfile {
			base.Call = e.Date
			break
		}
	}
	base.Minor = law.TruthOf(st.Model == "minor")
	base.Modality = ModalityCPTI
	base.RD = law.No
	switch f, ok := st.Fact(FactCPI); {
	case st.Model == "precommercial":
		base.Innovation, base.Modality, base.RD = InnovationDeclared, ModalityCPP, law.Yes
	case st.Model == "innovation-partnership":
		base.Innovation, base.Modality, base.RD = InnovationDeclared, ModalityPartnership, law.Yes
	case ok && f.Truth == law.Yes:
		base.Innovation = InnovationDeclared
	case ok && f.Truth == law.No:
		base.Innovation, base.Modality = InnovationNo, ModalityNotKnown
	default:
		base.Modality = ModalityNotKnown
	}
	if f, ok := st.Fact(FactRDServices); ok && base.RD == law.No {
		base.RD = f.Truth
	}
	if base.RD == law.Yes {
		end := last("", "", PurchaseDecided, ScalePurchaseStarted)
		base.RDEnded = law.TruthOf(end != nil || st.Case == StatePartnershipEnded || st.Case == StateClosed)
		base.Purchased = law.TruthOf(end != nil)
	}
	var out []AwardRecord
	for _, l := range st.Lots {
		r := base
		r.Lot, r.Bids = l.Lot, Counted(l.Offers)
		r.Appealed, r.Upheld = law.TruthOf(last(l.Lot, "", AppealLodged) != nil), law.No
		for _, e := range events {
			if f := e.fact(FactUpheld); e.Kind == AppealResolved && (e.Lot == l.Lot || e.Lot == "") && f != nil && f.Truth == law.Yes {
				r.Upheld = law.Yes
			}
		}
		if r.Appealed == law.Yes {
			r.Appealable = law.Yes
		}
		if ended := map[State]Kind{StateDeserted: Deserted, StateWithdrawn: Withdrawn, StateNotAwarded: NotAwarded}[l.State]; ended != 0 || st.Case == StateAnnulled {
			r.Outcome = l.State
			if st.Case == StateAnnulled {
				r.Outcome, ended = StateAnnulled, ProcedureAnnulled
			}
			if e := last(l.Lot, "", ended); e != nil {
				r.Date = e.Date
			}
			out = append(out, r)
			continue
		}
		for _, x := range st.Contracts {
			if x.Lot == l.Lot {
				if r, ok := r.contract(x, &st, last); ok {
					out = append(out, r)
				}
			}
		}
	}
	for _, x := range st.Contracts { // minor contracts have no lot of offers
		if base.Minor == law.Yes && st.Case != StateAnnulled && !slices.ContainsFunc(out, func(r AwardRecord) bool { return r.Lot == x.Lot && r.Supplier == x.Party }) {
			if r, ok := base.contract(x, &st, last); ok {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b AwardRecord) int {
		return cmp.Or(cmp.Compare(a.Lot, b.Lot), cmp.Compare(a.Supplier, b.Supplier))
	})
	return out
}

// contract completes a record with what a contract says.
func (r AwardRecord) contract(x ContractStatus, st *Status, last func(lot, party string, kinds ...Kind) *Event) (AwardRecord, bool) {
	e := last(x.Lot, x.Party, Awarded, Ordered)
	failed := last(x.Lot, x.Party, SignatureFailed)
	if e == nil || x.State == StateContractNone || failed != nil && !failed.Date.Before(e.Date) {
		return r, false
	}
	r.Outcome, r.Date, r.Supplier, r.Amount = StateAwarded, e.Date, x.Party, e.Amount
	if !x.Foreseen.IsZero() && !x.Unforeseen.IsZero() {
		r.Modified = law.NetCents(x.Foreseen.Cents + x.Unforeseen.Cents)
	}
	r.PhasesStarted, r.PhasesPassed = Counted(0), Counted(0)
	for _, p := range st.Phases {
		if p.Party == x.Party && p.State != StatePhasePlanned {
			r.PhasesStarted.N++
			if p.State == StatePartnerPassed {
				r.PhasesPassed.N++
			}
		}
	}
	return r, true
}
