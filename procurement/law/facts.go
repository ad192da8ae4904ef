package law

import "slices"

// Contract is the type of a contract, as far as figures and periods differ by it.
type Contract uint8

// The types. The zero value is that the type is not known; in a row it stands
// for every type.
const (
	AnyContract Contract = iota
	Works
	Supplies
	Services
	ServicesAnnexIV      // social and other specific services of LCSP annex IV
	IntellectualServices // engineering, architecture and other intellectual services
	ConcessionWorks
	ConcessionServices
)

// Contracts lists the types that a contract can have.
func Contracts() []Contract {
	return []Contract{Works, Supplies, Services, ServicesAnnexIV, IntellectualServices, ConcessionWorks, ConcessionServices}
}

// String is "works", "supplies", "services", "services-annex-iv",
// "services-intellectual", "concession-works", "concession-services"; "any"
// for the zero value.
func (c Contract) String() string {
	return nameOf(c, "any", "works", "supplies", "services", "services-annex-iv", "services-intellectual", "concession-works", "concession-services")
}

// MarshalText is String.
func (c Contract) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what String writes; the empty text is AnyContract.
func (c *Contract) UnmarshalText(b []byte) error {
	return parseName(c, b, "contract type", append(Contracts(), AnyContract))
}

// IsConcession says whether c is a concession of works or of services.
func (c Contract) IsConcession() bool { return c == ConcessionWorks || c == ConcessionServices }

// IsServices says whether c is one of the kinds of services contract.
func (c Contract) IsServices() bool {
	return c == Services || c == ServicesAnnexIV || c == IntellectualServices
}

// Body is the kind of contracting authority, as far as figures differ by it.
type Body uint8

// The kinds. The zero value is that the kind is not known; in a row it stands
// for every kind.
const (
	AnyBody       Body = iota
	Local              // municipalities, provinces, islands and their bodies
	State              // central administration (AGE), its autonomous bodies, social security managers
	OtherBody          // regions, universities and the rest of the public sector
	ResearchAgent      // public agent of the science system (LCSP DA 54), a town hall is not one
)

// String is "local", "state", "other", "research-agent"; "any" for the zero value.
func (b Body) String() string { return nameOf(b, "any", "local", "state", "other", "research-agent") }

// MarshalText is String.
func (b Body) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what String writes; the empty text is AnyBody.
func (b *Body) UnmarshalText(text []byte) error {
	return parseName(b, text, "kind of contracting authority", []Body{AnyBody, Local, State, OtherBody, ResearchAgent})
}

// Procedure is a way to award a contract.
type Procedure uint8

// The procedures. The zero value is that it is not known; in a row it stands
// for every procedure.
const (
	AnyProcedure Procedure = iota
	Minor
	SuperSimplified
	Simplified
	Open
	Restricted
	Negotiation // licitación con negociación, with a notice
	NegotiatedNoNotice
	Dialogue
	InnovationPartnership
	Precommercial // outside of the LCSP (art. 8)
)

// Procedures lists the procedures.
func Procedures() []Procedure {
	return []Procedure{Minor, SuperSimplified, Simplified, Open, Restricted, Negotiation, NegotiatedNoNotice, Dialogue, InnovationPartnership, Precommercial}
}

// String is "minor", "super-simplified", "simplified", "open", "restricted",
// "negotiation", "negotiated-no-notice", "dialogue", "innovation-partnership",
// "precommercial"; "any" for the zero value.
func (p Procedure) String() string {
	return nameOf(p, "any", "minor", "super-simplified", "simplified", "open", "restricted", "negotiation", "negotiated-no-notice", "dialogue", "innovation-partnership", "precommercial")
}

// MarshalText is String.
func (p Procedure) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what String writes; the empty text is AnyProcedure.
func (p *Procedure) UnmarshalText(b []byte) error {
	return parseName(p, b, "procedure", append(Procedures(), AnyProcedure))
}

func parseName[T interface {
	~uint8
	String() string
}](dst *T, b []byte, what string, all []T) error {
	if len(b) == 0 {
		*dst = 0
		return nil
	}
	for _, v := range all {
		if string(b) == v.String() {
			*dst = v
			return nil
		}
	}
	write := ""
	for i, v := range all {
		if i > 0 {
			write += ", "
		}
		write += v.String()
	}
	return &Error{Code: "law.name", Input: cut(string(b)), Msg: "no such " + what, Write: "one of " + write, Err: ErrName}
}

// Fact names a fact that can be missing.
type Fact string

// The facts. Those of the second group are fields of [Facts].
const (
	FactValue    Fact = "estimated value without VAT"
	FactDate     Fact = "date"
	FactCalendar Fact = "calendar"
	FactBody     Fact = "kind of contracting authority"

	FactProcedure     Fact = "procedure"
	FactContract      Fact = "contract type"
	FactHarmonised    Fact = "harmonised"
	FactUrgent        Fact = "urgent"
	FactPriorNotice   Fact = "prior notice"
	FactElectronic    Fact = "electronic offers"
	FactEveryday      Fact = "everyday goods"
	FactPaper         Fact = "non-electronic documents"
	FactPriceOnly     Fact = "price only"
	FactAbnormal      Fact = "abnormal offers"
	FactAppealable    Fact = "open to special appeal"
	FactComplexReport Fact = "complex report"
)

// Facts are what periods depend on. Every zero value means "not known"; a
// question that needs the fact is then answered with an [*Unknown].
type Facts struct {
	Procedure  Procedure
	Contract   Contract
	Harmonised Truth // subject to harmonised regulation (SARA)
	Urgent     Truth // file declared urgent with reasons (LCSP 119)
	// PriorNotice: a prior information notice was sent 35 days to 12 months
	// before the contract notice, with all that was available (156.3.a).
	PriorNotice   Truth
	Electronic    Truth // offers are accepted by electronic means
	Everyday      Truth // current purchase of goods available on the market (159.6.a)
	Paper         Truth // documents are not given by electronic means (138.2)
	PriceOnly     Truth // price is the only award criterion
	Abnormal      Truth // an offer is presumed abnormally low (149.4)
	Appealable    Truth // contract of 44.1, open to the special appeal
	ComplexReport Truth // the body told that a report is complex (119.2.a)
}

// truths pairs the three-valued facts with their names, in a fixed order.
func (f *Facts) truths() []namedTruth {
	return []namedTruth{
		{FactHarmonised, &f.Harmonised}, {FactUrgent, &f.Urgent}, {FactPriorNotice, &f.PriorNotice},
		{FactElectronic, &f.Electronic}, {FactEveryday, &f.Everyday}, {FactPaper, &f.Paper},
		{FactPriceOnly, &f.PriceOnly}, {FactAbnormal, &f.Abnormal}, {FactAppealable, &f.Appealable},
		{FactComplexReport, &f.ComplexReport},
	}
}

type namedTruth struct {
	fact  Fact
	truth *Truth
}

// get is the value of a three-valued fact.
func (f *Facts) get(name Fact) Truth {
	all := f.truths()
	if i := slices.IndexFunc(all, func(n namedTruth) bool { return n.fact == name }); i >= 0 {
		return *all[i].truth
	}
	return NotKnown
}
