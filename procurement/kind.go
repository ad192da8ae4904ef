package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Kind is what happened: the kind of an [Event].
type Kind uint8

// Scope says what an event is about, and so which of its fields name it.
type Scope uint8

// The scopes.
const (
	ScopeCase     Scope = iota + 1 // the whole procedure
	ScopeParty                     // a candidate or adviser: Party
	ScopeLot                       // a lot: Lot
	ScopeBid                       // the offer of a party for a lot: Lot, Party
	ScopeContract                  // the contract of a lot with a party: Lot, Party
	ScopePhase                     // the work of a partner in a phase: Party, Phase
)

// String is "case", "party", "lot", "bid", "contract" or "phase".
func (s Scope) String() string {
	return nameOf(int(s), "", "case", "party", "lot", "bid", "contract", "phase")
}

// MarshalText is String.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Actor is who does what an event tells.
type Actor uint8

// The actors.
const (
	ActorUnit        Actor = iota + 1 // the unit that needs the solution (unidad promotora)
	ActorBody                         // the contracting body: mayor, Pleno, Junta de Gobierno Local
	ActorTable                        // the contracting table (mesa)
	ActorManager                      // who manages the contract (responsable del contrato)
	ActorBidder                       // candidate, bidder, contractor or partner
	ActorReview                       // review body of the special appeal
	ActorCompetition                  // competition authority
	ActorTreasury                     // Interventor and treasury
)

// String is the role in Spanish.
func (a Actor) String() string { return a.Label().ES }

// MarshalText is String.
func (a Actor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Label names the role.
func (a Actor) Label() Text {
	if a < ActorUnit || a > ActorTreasury {
		return Text{}
	}
	return actorLabels[a]
}

var actorLabels = [...]Text{
	ActorUnit:        {"unidad promotora", "promoting unit"},
	ActorBody:        {"órgano de contratación", "contracting body"},
	ActorTable:       {"mesa de contratación", "contracting table"},
	ActorManager:     {"responsable del contrato", "contract manager"},
	ActorBidder:      {"empresa", "economic operator"},
	ActorReview:      {"órgano de recursos", "review body"},
	ActorCompetition: {"autoridad de competencia", "competition authority"},
	ActorTreasury:    {"intervención y tesorería", "comptroller and treasury"},
}

// KindInfo describes a kind of event. It is data to read, not to change.
type KindInfo struct {
	Kind   Kind
	Name   string // as in the JSON form: "needStated"
	Label  Text
	Scope  Scope
	Actor  Actor
	Once   bool       // the law, or sense, forbids it twice in the same scope
	Again  Kind       // after this one it may happen once more; 0: never
	Every  bool       // without Lot it is about every lot that is in a state for it
	Amount FactType   // what Event.Amount must be: NetFact, or 0 for any that says whether VAT is in it
	Source law.Source // the article that rules the act
	Since  law.Date   // first day of that rule; no date: always
}

// Kinds lists every kind of event in the order of a procedure.
func Kinds() []KindInfo {
	out := make([]KindInfo, 0, numKinds-1)
	for k := Kind(1); k < numKinds; k++ {
		out = append(out, *k.Info())
	}
	return out
}

// Info describes the kind; for one that does not exist, the zero KindInfo. It
// must not be changed.
func (k Kind) Info() *KindInfo {
	if k >= numKinds {
		k = 0
	}
	return &kinds[k]
}

// String is the name in the JSON form; "" for no kind.
func (k Kind) String() string { return k.Info().Name }

// MarshalText is String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what String writes; the empty text is no kind. The error
// is an [*Error] of kind [ErrName].
func (k *Kind) UnmarshalText(b []byte) error {
	for i := range kinds {
		if kinds[i].Name == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return &Error{Code: "procurement.name", Msg: "no kind of event " + quote(string(b)), Err: ErrName}
}

func nameOf[T ~int](i T, names ...string) string {
	if i < 0 || int(i) >= len(names) {
		return ""
	}
	return names[i]
}
