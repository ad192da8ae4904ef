package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Verdict is the answer of a guard.
type Verdict uint8

// The verdicts. The zero value is that the guard does not apply.
const (
	NotApplicable Verdict = iota
	OK                    // the facts and documents show it
	Unknown               // facts, documents or a calendar are missing, or the law leaves it open
	Breach                // the facts show the contrary
)

// String is "", "ok", "unknown" or "breach".
func (v Verdict) String() string { return nameOf(int(v), "", "ok", "unknown", "breach") }

// MarshalText is String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Force says what kind of rule a guard is.
type Force uint8

// The forces.
const (
	Legal       Force = iota // an act says so
	Timing                   // an act sets a period
	Practice                 // good practice, or a principle outside of the LCSP
	Bookkeeping              // about the log itself: order, duplicates, amounts
)

// String is "legal", "deadline", "best-practice" or "log".
func (f Force) String() string { return nameOf(int(f), "legal", "deadline", "best-practice", "log") }

// MarshalText is String.
func (f Force) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Guard is a rule that judges events. It is data to read, not to change.
type Guard struct {
	ID     string
	On     []Kind   // the events that it judges
	Models []string // ids of the models in which it applies; none: all
	When   []Test   // it applies when all of these hold
	Need   []Test   // what must hold
	Demand Text
	Effect Text // of a breach
	Force  Force
	Source law.Source
	Since  law.Date // first day on which the rule applies; no date: always
}

// Op is what a test looks at.
type Op uint8

// The operations of tests.
const (
	OpFact     Op = iota + 1 // Fact is Want
	OpStated                 // Fact has a usable value: one of its list, an amount in euros with VAT as its type says; and it is Text if there is one
	OpAbove                  // Fact, a count or percent, is above Number
	OpFigure                 // the rule of Figure applies to Fact on the date of the law
	OpDocument               // a document of one of Documents is on file
	OpHappened               // Event happened in the same scope, no later than the event judged
	OpNever                  // Event did not happen in the same scope
	OpWithin                 // no later than Step allows from Event on
	OpAfter                  // not before Step has passed since Event
	OpContract               // the contract is of one of Contracts
	OpCustom                 // Custom, a function named and explained
)

// String names the operation.
func (o Op) String() string {
	return nameOf(int(o), "", "fact", "stated", "above", "figure", "document", "happened", "never", "within", "after", "contract", "custom")
}

// MarshalText is String.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Test is one condition of a guard. A test has three values; one that meets
// what it cannot judge is unknown, never a guess.
type Test struct {
	Op        Op
	Fact      FactName
	Want      law.Truth
	Number    int64
	Figure    law.Kind
	Documents []DocumentKind
	Event     Kind
	Step      law.Step
	Contracts []law.Contract
	Custom    Custom
	Text      string
}

// Custom is a test that the other operations cannot express.
type Custom uint8

// The custom tests.
const (
	CustomRDExclusion      Custom = iota + 1 // not all three conditions of article 8
	CustomHarmonised                         // the contract is subject to harmonised regulation
	CustomHarmonisedSame                     // the fact "harmonised" agrees with value, contract, authority and date
	CustomAppealable                         // the contract is above the figure of 44.1
	CustomNotAppealable                      // it is not
	CustomCompetentBody                      // the approving body is the one of DA 2
	CustomEUFirst                            // EU Journal first, or 48 hours after receipt
	CustomOfferPeriod                        // the minimum period of offers or requests has passed
	CustomAnswers                            // the last answer was given in time before the end
	CustomInvited5                           // at least 5 invited, or all that qualify
	CustomInvited3                           // at least 3 invited, or all that qualify
	CustomAbnormalBid                        // the offer was presumed abnormally low
	CustomNoneAbnormal                       // no presumption is left undecided in the lot
	CustomNoAdmissible                       // no admissible offer
	CustomNotSuspended                       // no appeal suspends the award
	CustomNoCollusion                        // no collusion incident is open
	CustomModification                       // ground and accumulated share of 204 and 205
	CustomLargeChange                        // not foreseen, above 20 %, price of 6,000,000 or more
	CustomSeveral                            // several partners
	CustomPhasePay                           // payments of the phase within its price
	CustomAllEnded                           // every lot, contract and phase has ended
	CustomJudgement                          // there are judgement criteria
	CustomIntellectual                       // intellectual services or annex IV
	CustomSimplifiedWeight                   // weight of judgement criteria as the simplified procedure admits
	CustomNoJudgement                        // no judgement criteria
	CustomAwardPeriod                        // within the period for award
	CustomSigned                             // the contract was signed, or needs no signature
	CustomAfterPhase                         // the phase was assessed
	numCustom
)

// Label says what the test asks.
func (c Custom) Label() Text {
	if c == 0 || c >= numCustom {
		return Text{}
	}
	return customLabels[c]
}

// MarshalText is the English label.
func (c Custom) MarshalText() ([]byte, error) { return []byte(c.Label().EN), nil }

var customLabels = [numCustom]Text{
	CustomRDExclusion:      {"no se dan a la vez CPV de la lista, beneficios exclusivos y pago íntegro", "not all of listed CPV, exclusive benefits and full payment"},
	CustomHarmonised:       {"sujeto a regulación armonizada", "subject to harmonised regulation"},
	CustomHarmonisedSame:   {"la sujeción declarada coincide con el valor, el tipo y la fecha", "harmonised as value, type and date say"},
	CustomAppealable:       {"susceptible de recurso especial", "open to special appeal"},
	CustomNotAppealable:    {"no susceptible de recurso especial", "not open to special appeal"},
	CustomCompetentBody:    {"aprueba el órgano competente de la DA 2", "approved by the body of DA 2"},
	CustomEUFirst:          {"antes el DOUE, o 48 horas desde la recepción", "EU Journal first, or 48 hours after receipt"},
	CustomOfferPeriod:      {"ha pasado el plazo mínimo", "the minimum period has passed"},
	CustomAnswers:          {"respuestas con la antelación debida", "answers in time"},
	CustomInvited5:         {"al menos 5 invitados, o todos los que cumplen", "at least 5 invited, or all that qualify"},
	CustomInvited3:         {"al menos 3 invitados, o todos los que cumplen", "at least 3 invited, or all that qualify"},
	CustomAbnormalBid:      {"la oferta se presumió anormal", "the offer was presumed abnormally low"},
	CustomNoneAbnormal:     {"ninguna presunción sin decidir", "no presumption undecided"},
	CustomNoAdmissible:     {"no hay oferta admisible", "no admissible offer"},
	CustomNotSuspended:     {"ningún recurso suspende la adjudicación", "no appeal suspends the award"},
	CustomNoCollusion:      {"ningún incidente de colusión abierto", "no collusion incident open"},
	CustomModification:     {"supuesto y porcentaje acumulado", "ground and accumulated share"},
	CustomLargeChange:      {"no prevista, más del 20 % y precio de 6.000.000 o más", "not foreseen, above 20 %, price of 6,000,000 or more"},
	CustomSeveral:          {"varios socios", "several partners"},
	CustomPhasePay:         {"pagos dentro del precio de la fase", "payments within the price of the phase"},
	CustomAllEnded:         {"lotes, contratos y fases terminados", "lots, contracts and phases ended"},
	CustomJudgement:        {"hay criterios de juicio de valor", "there are judgement criteria"},
	CustomIntellectual:     {"servicios intelectuales o del anexo IV", "intellectual services or annex IV"},
	CustomSimplifiedWeight: {"peso del juicio de valor dentro del límite", "weight of judgement within the limit"},
	CustomNoJudgement:      {"sin criterios de juicio de valor", "no judgement criteria"},
	CustomAwardPeriod:      {"dentro del plazo de adjudicación", "within the period for award"},
	CustomSigned:           {"contrato firmado, o que no lo requiere", "contract signed, or needing no signature"},
	CustomAfterPhase:       {"la fase se evaluó antes", "the phase was assessed before"},
}

// Guards lists every guard: those of the log first, then by stage.
func Guards() []Guard { return append([]Guard(nil), guards...) }
