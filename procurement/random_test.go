package procurement

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// walker writes random cases with what Next offers, and with what it does not.
type walker struct {
	rng   *rand.Rand
	rules *Rules
	model string
	facts map[FactName]Fact // what the case would say if asked
	c     *Case
	j     *judge // fold of c, kept up to date
	at    law.Date
}

func newWalker(rng *rand.Rand, rules *Rules) *walker {
	w := &walker{rng: rng, rules: rules, facts: map[FactName]Fact{}}
	ids := ModelIDs()
	w.model = ids[rng.IntN(len(ids))]
	if rng.IntN(3) == 0 {
		w.model = phased[rng.IntN(2)]
	}
	value := []int64{9_000, 14_999, 15_000, 34_000, 59_999, 99_000, 100_000, 100_001, 139_999, 143_000, 215_999, 221_000, 400_000}[rng.IntN(13)]
	switch w.model { // what the procedure admits
	case "minor":
		value = min(value, 14_999)
	case "super-simplified":
		value = min(value, 34_999)
	case "simplified":
		value = min(value, 100_000)
	}
	for _, f := range fileFacts(value) {
		w.facts[f.Name] = f
	}
	contract := []string{"services", "supplies"}[rng.IntN(2)]
	for _, f := range []Fact{Says(FactContract, contract), Says(FactBody, "local"), Says(FactGround167, "b"), Says(FactGround168, "a.2"), No(FactFittedToOne),
		No(FactExclusiveBenefits), Says(FactAnnulmentGround, "40"), Says(FactCause, "d"), Number(FactJudgementWeight, 2000)} {
		w.facts[f.Name] = f
	}
	if w.model == "super-simplified" {
		w.facts[FactJudgementWeight] = Number(FactJudgementWeight, 0)
	}
	delete(w.facts, FactHarmonised)
	if rng.IntN(3) == 0 {
		w.facts[FactElectronic] = No(FactElectronic)
	}
	w.c = rules.NewCase("r")
	w.j = &judge{fold: new(fold)}
	w.j.reset(w.c)
	w.at = law.MustDate("2023-02-01").AddDays(rng.IntN(700))
	w.j.at = law.MustDate("2030-01-01")
	return w
}

// want is the value of a fact that keeps the guards of a kind.
func (w *walker) want(k Kind, n FactName) Fact {
	if n == FactQualified {
		return Number(n, int64(w.j.selected))
	}
	if f, ok := w.facts[n]; ok && !n.Info().Local {
		return f
	}
	for _, g := range w.rules.guards[k] {
		if g.models&w.j.m.bit == 0 {
			continue
		}
		for _, t := range g.Need {
			if t.Fact == n && t.Op == OpFact {
				return Fact{Name: n, Truth: t.Want}
			}
		}
	}
	for i := range guards { // a case fact that another guard will ask for
		for _, t := range guards[i].Need {
			if t.Fact == n && t.Op == OpFact && !n.Info().Local {
				return Fact{Name: n, Truth: t.Want}
			}
		}
	}
	switch info := n.Info(); info.Type {
	case TruthFact:
		return Fact{Name: n, Truth: []law.Truth{law.Yes, law.No}[w.rng.IntN(2)]}
	case TextFact:
		return Says(n, info.OneOf[w.rng.IntN(len(info.OneOf))])
	case NetFact:
		return Amount(n, law.Net(50_000))
	case GrossFact:
		return Amount(n, law.Money{Cents: 60_000_00, Currency: "EUR", Tax: law.TaxIncluded})
	}
	return Number(n, 1)
}

var firms = []string{"A", "B", "C", "D"}

// propose makes a random event of a kind and the option that Next gives for it.
func (w *walker) propose() (Event, Option, bool) {
	kinds := w.j.m.Events()
	k := kinds[w.rng.IntN(len(kinds))]
	e := Event{Kind: k, Date: w.at}
	if s := k.Info().Scope; s != ScopeCase && s != ScopeLot {
		e.Party = firms[w.rng.IntN(len(firms))]
		if len(w.c.parties) > 1 && w.rng.IntN(3) > 0 {
			e.Party = w.c.parties[w.rng.IntN(len(w.c.parties))]
		}
	}
	if k.Info().Scope == ScopePhase {
		e.Phase = 1 + w.rng.IntN(3)
	}
	if s := k.Info().Scope; w.j.declared && (s == ScopeLot || s == ScopeBid || s == ScopeContract) {
		e.Lot = w.c.lots[w.rng.IntN(len(w.c.lots))]
	}
	if k == LotDeclared {
		e.Lot = strconv.Itoa(1 + w.rng.IntN(2))
	}
	probe := e
	if _, known := w.c.partyNo[e.Party]; e.Party != "" && !known {
		probe.Party = newParty
	}
	if n, known := w.c.lotNo[e.Lot]; k == LotDeclared && known && w.j.lotOf[n] >= 0 {
		return e, Option{Kind: k}, false // declared already
	}
	o, ok := w.j.option(probe, w.at)
	return e, o, ok
}

var waysOut = []Kind{IdeaArchived, ProcedureAnnulled, CaseClosed, ConsultationCancelled, Withdrawn, NotAwarded, Deserted, Terminated, PartnershipEnded,
	SignatureFailed, PartnerWithdrew, DocumentsFailed, Settled, Evaluated}

// onward picks among all events that the state admits, mostly those that move
// the case on.
func (w *walker) onward(done map[Kind]int) (Event, Option, bool) {
	var es []Event
	var weights []int
	total := 0
	for _, k := range w.j.m.Events() {
		for _, e := range w.j.candidates(k) {
			if e.Party == newParty {
				e.Party = firms[w.rng.IntN(len(firms))]
				if _, known := w.c.partyNo[e.Party]; known {
					continue
				}
				if k != OfferReceived && k != RequestReceived && k != ConsultationAnswered && k != Ordered && k != Awarded {
					continue
				}
			}
			if k == LotDeclared || e.Phase > 3 {
				continue
			}
			_, t, ok := w.place(&e)
			if !ok || t.all || k.Info().Once && w.j.done(k, &t) {
				continue
			}
			mv := w.j.find(k, e.Phase, &t)
			if mv == nil {
				continue
			}
			weight := 40
			if mv.From == mv.To && mv.Also == nil {
				weight = 60 / (1 + 4*done[k])
			}
			if k.Info().Scope == ScopePhase || k == PurchaseDecided {
				weight *= 4
			}
			if slices.Contains(waysOut, k) || k == Received && slices.Contains(phased, w.j.m.ID) {
				weight = 2
			}
			es, weights = append(es, e), append(weights, weight)
			total += weight
		}
	}
	if total == 0 {
		return Event{}, Option{}, false
	}
	n := w.rng.IntN(total)
	for i, e := range es {
		if n -= weights[i]; n < 0 {
			probe := e
			if _, known := w.c.partyNo[e.Party]; e.Party != "" && !known {
				probe.Party = newParty
			}
			probe.Date, e.Date = w.at, w.at
			o, ok := w.j.option(probe, w.at)
			done[e.Kind]++
			return e, o, ok
		}
	}
	return Event{}, Option{}, false
}

// complete gives an event what its option needs.
func (w *walker) complete(e *Event, o *Option) {
	switch e.Kind {
	case ProcedureChosen:
		e.Facts = append(e.Facts, Says(FactModel, w.model))
	case OfferReceived, Awarded, Formalised, Ordered:
		e.Amount = law.Net(10_000)
	case Modified, PhaseStarted:
		e.Amount = law.Net(100)
	case PhasePaid:
		e.Amount = law.Net(1)
	}
	for range 12 {
		added := false
		for i := range w.rules.guards[e.Kind] {
			g := &w.rules.guards[e.Kind][i]
			if g.models&w.j.m.bit == 0 || e.Kind == ProcedureChosen && g.Models != nil && !slices.Contains(g.Models, w.model) {
				continue
			}
			win := window{from: w.at}
			w.j.window = &win
			_, t, ok := w.place(e)
			if !ok {
				continue
			}
			switch w.j.guard(g.Guard, e, t, 0) {
			case Unknown:
			case Breach: // a condition that need not hold was said to hold
				for _, x := range g.When {
					if f := e.fact(x.Fact); f != nil && x.Op == OpFact {
						f.Truth = law.Yes + law.No - x.Want
					}
				}
				continue
			default:
				continue
			}
			for _, m := range w.j.finding.Missing() {
				switch {
				case m.Fact != 0 && e.fact(m.Fact) == nil:
					e.Facts = append(e.Facts, w.want(e.Kind, m.Fact))
					added = true
				case m.Document != 0 && !slices.ContainsFunc(e.Documents, func(d Document) bool { return d.Kind == m.Document }):
					e.Documents = append(e.Documents, Document{Kind: m.Document})
					added = true
				}
			}
		}
		w.j.window = nil
		if !added {
			return
		}
	}
}

// place is the target of an event, as the fold would see it.
func (w *walker) place(e *Event) (ref, target, bool) {
	r := ref{lot: -1, party: -1, twin: -1}
	if e.Lot != "" {
		n, ok := w.c.lotNo[e.Lot]
		if !ok {
			return r, target{}, false
		}
		r.lot = n
	}
	if e.Party != "" {
		n, ok := w.c.partyNo[e.Party]
		if !ok {
			n = int32(len(w.j.parties))
		}
		r.party = n
	}
	t, ok := w.j.locate(e, r)
	if int(t.party) >= len(w.j.parties) {
		t.party = -1
	}
	return r, t, ok
}

// push appends an event and folds it.
func (w *walker) push(t *testing.T, e Event) {
	require.NoError(t, w.c.Append(w.c.Version(), e))
	w.catchUp(w.c, w.j)
}

// catchUp folds the latest event of a case whose dates ascend.
func (w *walker) catchUp(c *Case, j *judge) {
	for len(j.parties) < len(c.parties) {
		j.parties = append(j.parties, track{})
	}
	for len(j.lotOf) < len(c.lots) {
		j.lotOf = append(j.lotOf, -1)
	}
	j.step(int32(len(c.order)))
}

// breaches are the findings of a verdict, without their evidence.
func some(fs []Finding, v Verdict) map[Finding]bool {
	out := map[Finding]bool{}
	for _, f := range fs {
		if f.Verdict == v {
			f.evidence, f.missing, f.Because, f.Limit = [maxEvidence]int32{}, [maxMissing]Missing{}, "", law.Date{}
			out[f] = true
		}
	}
	return out
}

// cases is the number of random cases: 3,000, or ALMOTACEN_CASES.
func cases(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("ALMOTACEN_CASES")); err == nil {
		return n
	}
	if testing.Short() {
		return 500
	}
	return 3_000
}

// TestCheckAgreesWithNext writes random cases. What Next offers, done in its
// window with what it needs, adds no breach; what it does not offer adds a
// breach or an unknown; folding event by event is folding the whole log.
func TestCheckAgreesWithNext(t *testing.T) {
	rules := NewRules(town(t))
	offered, refused, late, events := 0, 0, 0, 0
	models, stages := map[string]int{}, map[string]int{}
	n := cases(t)
	var before, after []Finding
	for seed := range n {
		w := newWalker(rand.New(rand.NewPCG(uint64(seed), 7)), rules)
		steps := 20 + w.rng.IntN(600)
		for range steps {
			e, o, ok := w.propose()
			try := w.rng.IntN(40) == 0
			if (e.Kind == IdeaArchived || e.Kind == ProcedureAnnulled || e.Kind == CaseClosed || e.Kind == Withdrawn || e.Kind == NotAwarded || e.Kind == Deserted || e.Kind == ConsultationCancelled || e.Kind == PartnershipEnded) && w.rng.IntN(8) > 0 {
				continue // ways out, rarer than the way on
			}
			switch {
			case ok && o.Lawful() && !o.Late():
				last := w.at.AddDays(w.rng.IntN(12))
				if !o.Until.IsZero() && o.Until.Before(last) {
					last = o.Until
				}
				e.Date = o.From
				if last.After(e.Date) {
					e.Date = last
				}
				w.complete(&e, &o)
				before = w.c.AppendCheck(before[:0], e.Date)
				w.push(t, e)
				after = w.c.AppendCheck(after[:0], e.Date)
				had := some(before, Breach)
				for f := range some(after, Breach) {
					if !had[f] {
						t.Fatalf("seed %d: %s: Next offers %s %s %s on %s (%s..%s), Check says: %s\nneeds %v facts %v", seed, w.model, e.Kind, e.Party, e.Lot, e.Date, o.From, o.Until, f.Message("en"), o.Needs, e.Facts)
					}
				}
				w.at = e.Date
				offered++
			case try && (!ok || !o.Lawful() || o.Late()):
				if o.Late() && o.Lawful() {
					late++
				}
				e.Date = w.at
				before = w.c.AppendCheck(before[:0], e.Date)
				w.push(t, e)
				after = w.c.AppendCheck(after[:0], e.Date)
				bad := slices.ContainsFunc(after, func(f Finding) bool { return f.Event == w.c.Version() && f.Verdict >= Unknown })
				if !bad {
					t.Fatalf("seed %d: %s: Next does not offer %s %s %s on %s (lawful %v, late %v), and Check has nothing against it", seed, w.model, e.Kind, e.Party, e.Lot, e.Date, o.Lawful(), o.Late())
				}
				refused++
			default:
				if w.rng.IntN(3) == 0 {
					w.at = w.at.AddDays(w.rng.IntN(9))
				}
			}
			if w.at.After(law.MustDate("2026-11-01")) {
				break
			}
		}
		events += w.c.Version()
		models[w.j.m.ID]++
		if w.j.m.ID != "consultation" {
			stages[w.j.fold.state.String()]++
		}
		require.Equal(t, w.c.Status(law.MustDate("2030-01-01")), w.j.status(), "seed %d: incremental fold differs from replay", seed)
	}
	t.Logf("%d random cases, %d events: %d offered events added no breach, %d events that were not offered (%d of them late) added a breach or unknown; cases by model %v, by last state %v", n, events, offered, refused, late, models, stages)
}
