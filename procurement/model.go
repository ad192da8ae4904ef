package procurement

import (
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// Effect is a change that a transition makes in another region than its own.
type Effect struct {
	From, To State // of one region; in every instance that the event is about
}

// Transition says in which state an event is possible and what it changes.
type Transition struct {
	Event Kind
	From  State
	To    State   // the same as From if the event changes no state
	While []State // other regions must be in one of these, region by region
	// Previous is the state in which the partner's previous phase must be, if
	// there was one; 0 if nothing is asked.
	Previous State
	Also     []Effect
}

// Region is the region of the transition.
func (t Transition) Region() Region { return t.From.Info().Region }

// Model is a process as data: what can happen in which state. Rules that do
// not depend on the state are the [Guard]s of its events.
type Model struct {
	ID        string
	Title     Text
	Procedure law.Procedure // AnyProcedure for the part before it is chosen, and for call-offs
	Regions   []Region
	Start     []State // of each region
	Final     []State // in which a case may rest
	Exits     []State // ways out that the law has for it
	// Transitions, at most one for an event and a state. Events follow the
	// order of a procedure.
	Transitions []Transition
}

// States lists the states that occur in the transitions, by region.
func (m *Model) States() []State {
	var s set
	for _, r := range m.Regions {
		s |= setOf(r.first())
	}
	for _, t := range m.Transitions {
		s |= setOf(t.From, t.To)
		for _, e := range t.Also {
			s |= setOf(e.From, e.To)
		}
	}
	return s.list()
}

// Events lists the kinds of events that the model knows.
func (m *Model) Events() []Kind {
	var out []Kind
	for _, t := range m.Transitions {
		if !slices.Contains(out, t.Event) {
			out = append(out, t.Event)
		}
	}
	return out
}

// Guards lists the guards that judge events of the model.
func (m *Model) Guards() []Guard {
	var out []Guard
	for _, g := range guards {
		if g.Force != Bookkeeping && g.appliesTo(m.ID) && slices.ContainsFunc(g.On, func(k Kind) bool { return slices.Contains(m.Events(), k) }) {
			out = append(out, g)
		}
	}
	return out
}

func (g *Guard) appliesTo(model string) bool {
	return len(g.Models) == 0 || slices.Contains(g.Models, model)
}

// ModelIDs lists the models: the common beginning first, then the procedures
// from the smallest to the outermost.
func ModelIDs() []string {
	return []string{"consultation", "minor", "super-simplified", "simplified", "open", "restricted", "negotiation",
		"negotiated-no-notice", "dialogue", "innovation-partnership", "call-off", "precommercial"}
}

// Models lists the models in the order of [ModelIDs].
func Models() []*Model {
	out := make([]*Model, 0, len(ModelIDs()))
	for _, id := range ModelIDs() {
		m, _ := ModelByID(id)
		out = append(out, m)
	}
	return out
}

// ModelByID builds the model of an identifier. The error is an [*Error] of kind
// [ErrName].
func ModelByID(id string) (*Model, error) {
	i := slices.Index(ModelIDs(), id)
	if i < 0 {
		return nil, &Error{Code: "procurement.name", Msg: "no model " + quote(id), Err: ErrName}
	}
	return buildModel(id), nil
}
