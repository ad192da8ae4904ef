package law

import (
	"iter"
	"math/bits"
	"strconv"
)

// Kind names what a figure limits.
type Kind string

// The kinds of figures. The comment says what is compared; amounts are without
// VAT unless it says otherwise.
const (
	SARA                      Kind = "sara"                          // estimated value: harmonised from here on
	SARAUtilities             Kind = "sara-utilities"                // the same for entities of water, energy, transport, post (RDL 3/2020)
	SARASubsidised            Kind = "sara-subsidised"               // the same for subsidised contracts of private buyers (LCSP 23)
	LotException              Kind = "lot-exception"                 // estimated value of a lot that may be excepted from SARA rules
	LotExceptionShare         Kind = "lot-exception-share"           // excepted lots, share of the value of all lots
	MinorLimit                Kind = "minor"                         // estimated value of a minor contract
	MinorResearch             Kind = "minor-research"                // the same for research agents (DA 54)
	MinorPettyCash            Kind = "minor-petty-cash"              // estimated value, paid from petty cash: no report
	MinorUnpublished          Kind = "minor-unpublished"             // estimated value, paid from petty cash: not in the quarterly list
	MinorDuration             Kind = "minor-duration"                // duration of a minor contract
	SimplifiedLimit           Kind = "simplified"                    // estimated value for the simplified procedure
	SimplifiedJudgement       Kind = "simplified-judgement"          // weight of judgement criteria in it
	SuperSimplifiedLimit      Kind = "super-simplified"              // estimated value for 159.6
	SpecialAppeal             Kind = "special-appeal"                // estimated value from which the special appeal is open
	CompetenceMayor           Kind = "competence-mayor"              // estimated value up to which the mayor is competent
	CompetenceMayorShare      Kind = "competence-mayor-share"        // the same as share of ordinary resources of the budget
	CompetenceMayorYears      Kind = "competence-mayor-years"        // duration with extensions up to which the mayor is competent
	CompetenceMayorPrivate    Kind = "competence-mayor-private"      // base budget of private contracts
	ModificationForeseen      Kind = "modification-foreseen"         // alteration, share of the initial price
	ModificationAdditional    Kind = "modification-additional"       // the same, alone or with others of 205
	ModificationUnforeseeable Kind = "modification-unforeseeable"    // the same
	ModificationInsubstantial Kind = "modification-insubstantial"    // the same; above it the modification is substantial
	ModificationNewUnits      Kind = "modification-new-units"        // new units of work, share of the initial budget
	ModificationObligatory    Kind = "modification-obligatory"       // alteration that binds the contractor
	ModificationOpinion       Kind = "modification-advisory-opinion" // alteration from which the consultative council is heard
	ModificationOpinionPrice  Kind = "modification-advisory-price"   // and price of the contract
	GuaranteeProvisional      Kind = "guarantee-provisional"         // share of the base budget
	GuaranteeFinal            Kind = "guarantee-final"               // share of the final price offered
	GuaranteeComplementary    Kind = "guarantee-complementary"       // further share in special cases
	PenaltyNoDocuments        Kind = "penalty-no-documents"          // share of the base budget
	PenaltyNoFormalisation    Kind = "penalty-no-formalisation"      // share of the base budget
	IndemnityImpossibility    Kind = "indemnity-impossibility"       // share of the work not done
	DelayPenalty              Kind = "delay-penalty"                 // per day and 1,000 euros of price
	DelayPenaltyMultiple      Kind = "delay-penalty-multiple"        // sum of penalties, share of price: each multiple opens termination
	QualityIntellectual       Kind = "quality-weight-intellectual"   // weight of quality criteria
	PhaseQualityThreshold     Kind = "phase-quality-threshold"       // points in qualitative criteria to go on to the next phase
	ImprovementsJudgement     Kind = "improvements-judgement"        // weight of improvements scored by a committee
	MonthlyMultiple           Kind = "monthly-multiple"              // months that count of a price by the month without a fixed term
	Abnormal1                 Kind = "abnormal-1"                    // one offer: share below the base budget
	Abnormal2                 Kind = "abnormal-2"                    // two: share below the other
	Abnormal3                 Kind = "abnormal-3"                    // three: share below the mean
	Abnormal3Budget           Kind = "abnormal-3-any"                // three: in any case
	Abnormal4                 Kind = "abnormal-4"                    // four or more: share below the mean
	AbnormalReduction         Kind = "abnormal-reduction"            // part by which the pliego may cut these shares
)

// Sense is how an amount is compared with a figure.
type Sense uint8

// The senses.
const (
	Below   Sense = iota + 1 // <
	AtMost                   // ≤
	Exactly                  // =
	AtLeast                  // ≥
	Above                    // >
)

// String is "<", "≤", "=", "≥" or ">".
func (s Sense) String() string { return nameOf(s, "", "<", "≤", "=", "≥", ">") }

// MarshalText is String.
func (s Sense) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// holds says whether cmp, the sign of amount minus figure, is within the sense.
func (s Sense) holds(cmp int) bool {
	switch s {
	case Below:
		return cmp < 0
	case AtMost:
		return cmp <= 0
	case Exactly:
		return cmp == 0
	case AtLeast:
		return cmp >= 0
	case Above:
		return cmp > 0
	}
	return false
}

// Number is an exact fraction, Den above 0: 216000, 2.5 (5/2), one third (1/3).
type Number struct {
	Num, Den int64
}

// String is the number in decimal, with at most three places when it is not whole.
func (n Number) String() string {
	if n.Den <= 1 {
		return strconv.FormatInt(n.Num, 10)
	}
	return strconv.FormatFloat(float64(n.Num)/float64(n.Den), 'f', -1, 64)
}

// compare is the sign of a/b minus n, for a ≥ 0 and b > 0, exactly.
func (n Number) compare(a, b int64) int {
	hi1, lo1 := bits.Mul64(uint64(a), uint64(n.Den))
	hi2, lo2 := bits.Mul64(uint64(n.Num), uint64(b))
	switch {
	case hi1 != hi2 && hi1 < hi2, hi1 == hi2 && lo1 < lo2:
		return -1
	case hi1 == hi2 && lo1 == lo2:
		return 0
	}
	return 1
}

// Measure is the unit of a figure.
type Measure uint8

// The measures.
const (
	Euros Measure = iota + 1
	Percent
	MonthsLong
	EurosPerThousandAndDay
	Part // of another figure
)

// String is "EUR", "%", "months", "EUR per 1000 EUR and day" or "part".
func (m Measure) String() string {
	return nameOf(m, "", "EUR", "%", "months", "EUR per 1000 EUR and day", "part")
}

// MarshalText is String.
func (m Measure) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Figure is one row of the tables of amounts, shares and durations.
type Figure struct {
	Kind     Kind
	Contract Contract // AnyContract: every type that has no row of its own
	Body     Body     // AnyBody: every kind that has no row of its own
	Sense    Sense    // the comparison under which the kind's rule applies
	Value    Number
	Measure  Measure
	From, To Date // first and last day in force; To is no date while it is
	Source   Source
	Note     string
}

// Figures ranges over all rows in the order of the tables: kind, interval, type.
func Figures() iter.Seq[Figure] {
	return func(yield func(Figure) bool) {
		for _, f := range figures {
			if !yield(f) {
				return
			}
		}
	}
}

// In force on a day.
func (f *Figure) in(at Date) bool {
	return !at.Before(f.From) && (f.To.IsZero() || !at.After(f.To))
}

// Lookup is the figure of a kind on a date for a type of contract and a kind
// of contracting authority. Which date: that of dispatch of the notice, or
// that on which the procedure starts when there is none (LCSP 101.7, DT 1).
//
// The error is an [*Unknown] when no wording is in force on the date, when a
// missing fact matters, or when the kind does not exist for the type, as the
// super-simplified procedure for intellectual services; an [*Error] of kind
// [ErrName] for a kind that no table has.
func Lookup(kind Kind, at Date, c Contract, b Body) (Figure, error) {
	asked := string(kind)
	if at.IsZero() {
		return Figure{}, &Unknown{Code: "law.unknown.facts", Asked: asked, Because: "figures change with the date", Missing: []Fact{FactDate},
			Source: Source{Act: "LCSP", Article: "101.7", Quote: "referida al momento del envío del anuncio de licitación", Mark: Text}}
	}
	known, dated := false, false
	best, score, tie := -1, -1, false
	var missing []Fact
	for i := range figures {
		f := &figures[i]
		if f.Kind != kind {
			continue
		}
		known = true
		if !f.in(at) {
			continue
		}
		dated = true
		sc := 0 // the type of contract weighs more than the body
		switch {
		case f.Contract == AnyContract:
		case f.Contract == c:
			sc += 6
		case f.Contract == Services && c.IsServices():
			sc += 3
		case c == AnyContract:
			missing = addFact(missing, FactContract)
			continue
		default:
			continue
		}
		switch {
		case f.Body == AnyBody:
		case f.Body == b:
			sc += 2
		case f.Body == OtherBody && (b == Local || b == ResearchAgent):
			sc++
		case b == AnyBody:
			missing = addFact(missing, FactBody)
			continue
		default:
			continue
		}
		if sc == score {
			tie = true
		}
		if sc > score {
			best, score, tie = i, sc, false
		}
	}
	switch {
	case !known:
		return Figure{}, &Error{Code: "law.name", Input: cut(asked), Msg: "no table of that kind", Write: "one of the Kind constants", Err: ErrName}
	case !dated:
		return Figure{}, &Unknown{Code: "law.unknown.date", Asked: asked + " on " + at.String(), Because: "no wording in the tables is in force on that day", Source: Source{Act: "LCSP", Article: "DT 1", Mark: Text}}
	case best >= 0 && figures[best].Value.Den == 0:
		return Figure{}, &Unknown{Code: "law.unknown.scope", Asked: asked + " for " + c.String(), Because: figures[best].Note, Source: figures[best].Source}
	case len(missing) > 0:
		return Figure{}, &Unknown{Code: "law.unknown.facts", Asked: asked + " on " + at.String(), Because: "the figure differs by it", Missing: missing, Source: sourceOf(kind)}
	case best < 0:
		return Figure{}, &Unknown{Code: "law.unknown.scope", Asked: asked + " for " + c.String() + ", " + b.String(), Because: "the rule does not reach it", Source: sourceOf(kind)}
	case tie:
		panic("law: two rows answer " + asked) // a test looks for overlaps
	}
	return figures[best], nil
}

func sourceOf(kind Kind) Source {
	for i := range figures {
		if figures[i].Kind == kind {
			s := figures[i].Source
			s.Quote, s.SetBy, s.Gazette, s.EU = "", "", "", ""
			return s
		}
	}
	return Source{}
}

func addFact(fs []Fact, f Fact) []Fact {
	for _, have := range fs {
		if have == f {
			return fs
		}
	}
	return append(fs, f)
}

// Applies says whether the kind's rule applies to an amount: for SARA that a
// contract of that estimated value is harmonised. The amount must be in euros
// and without VAT; see [Money.NetEuros] for the errors. A figure that is not in
// euros gives an [*Error].
func (f Figure) Applies(m Money) (bool, error) {
	if f.Measure != Euros || f.Value.Den == 0 {
		return false, &Error{Code: "law.amount", Input: m.String(), Msg: string(f.Kind) + " is not an amount of euros", Write: "AppliesShare", Err: ErrAmount}
	}
	cents, err := m.NetEuros(string(f.Kind))
	if err != nil {
		return false, err
	}
	return f.Sense.holds(f.Value.compare(cents, 100)), nil
}

// AppliesShare says whether the kind's rule applies to part of a whole, both
// in the same unit, for figures in percent: an alteration of 10 of an initial
// price of 100 under the 20 %. Negative or zero wholes and negative parts are
// an [*Error] of kind [ErrAmount]; for cuts pass the absolute value.
func (f Figure) AppliesShare(part, whole int64) (bool, error) {
	if f.Measure != Percent || f.Value.Den == 0 {
		return false, &Error{Code: "law.amount", Input: string(f.Kind), Msg: "not a share in percent", Write: "Applies", Err: ErrAmount}
	}
	if part < 0 || whole <= 0 || part > MaxCents || whole > MaxCents {
		return false, &Error{Code: "law.amount", Input: strconv.FormatInt(part, 10) + " of " + strconv.FormatInt(whole, 10), Msg: "negative, too large, or of nothing", Write: "a part from 0 on and a whole above 0", Err: ErrAmount}
	}
	return f.Sense.holds(f.Value.compare(part*100, whole)), nil
}
