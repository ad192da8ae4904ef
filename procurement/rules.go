package procurement

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/almotacen/almotacen/procurement/law"
)

// Rules are what cases of a town are judged by: the models, the guards, the
// law of each date, and the town's calendar. They are immutable and safe for
// concurrent use; one value serves every case of the town.
type Rules struct {
	calendar *law.Calendar
	models   []*compiled // by ModelIDs
	guards   [numKinds][]compiledGuard
	epochs   []law.Date // days on which some row of the law starts to apply, ascending
	duties   []duty
	folds    sync.Pool // scratch of Check, grown once
	answers  memo[law.Requirement]
	values   memo[law.Figure]
}

// compiledGuard is a guard with the models in which it applies as bits.
type compiledGuard struct {
	*Guard
	models uint32
}

// duty is what a period makes due: do after since, by the end of the test's step.
type duty struct {
	compiledGuard
	test      *Test
	do, since Kind
}

// NewRules joins the law with a calendar of the town. Without calendar (nil)
// every question that counts days is answered with Unknown.
func NewRules(calendar *law.Calendar) *Rules {
	r := &Rules{calendar: calendar}
	days := map[law.Date]bool{}
	mark := func(from, to law.Date) {
		days[from] = true
		if !to.IsZero() {
			days[to.AddDays(1)] = true
		}
	}
	for t := range law.Terms() {
		mark(t.From, t.To)
	}
	for f := range law.Figures() {
		mark(f.From, f.To)
	}
	for d := range days {
		r.epochs = append(r.epochs, d)
	}
	slices.SortFunc(r.epochs, law.Date.Compare)
	for i, id := range ModelIDs() {
		r.models = append(r.models, compile(i, buildModel(id)))
	}
	for i := range guards {
		g := &guards[i]
		var bits uint32
		for j, id := range ModelIDs() {
			if g.appliesTo(id) {
				bits |= 1 << j
			}
		}
		for _, k := range g.On {
			r.guards[k] = append(r.guards[k], compiledGuard{g, bits})
			for j := range g.Need {
				if t := &g.Need[j]; t.Op == OpWithin {
					r.duties = append(r.duties, duty{compiledGuard{g, bits}, t, k, t.Event})
				} else if t.Op == OpCustom && t.Custom == CustomAwardPeriod {
					r.duties = append(r.duties, duty{compiledGuard{g, bits}, t, k, EnvelopeOpened})
				}
			}
		}
	}
	r.folds.New = func() any { return new(fold) }
	return r
}

// Calendar is the calendar of the town; nil if there is none.
func (r *Rules) Calendar() *law.Calendar { return r.calendar }

// epoch is the number of the stretch of days in which no row of the law
// changes, to which a date belongs.
func (r *Rules) epoch(d law.Date) uint64 {
	n := 0
	for n < len(r.epochs) && !r.epochs[n].After(d) {
		n++
	}
	return uint64(n)
}

// require is law.Require, remembered for each stretch of the law.
func (r *Rules) require(step law.Step, at law.Date, f law.Facts) (law.Requirement, error) {
	key, ok := factsKey(f)
	if n := slices.Index(lawSteps, step); ok && n >= 0 {
		key |= uint64(n)<<40 | r.epoch(at)<<48 | 1<<63
		return r.answers.get(key, func() (law.Requirement, error) { return law.Require(step, at, f) })
	}
	return law.Require(step, at, f)
}

// lookup is law.Lookup, remembered likewise.
func (r *Rules) lookup(kind law.Kind, at law.Date, c law.Contract, b law.Body) (law.Figure, error) {
	if n := slices.Index(lawKinds, kind); n >= 0 {
		key := uint64(n)<<40 | r.epoch(at)<<48 | uint64(c)<<8 | uint64(b) | 1<<63
		return r.values.get(key, func() (law.Figure, error) { return law.Lookup(kind, at, c, b) })
	}
	return law.Lookup(kind, at, c, b)
}

// The steps and kinds that guards ask about.
var (
	lawSteps = []law.Step{law.StepOffers, law.StepRequests, law.StepAnswer, law.StepOpening, law.StepCuring, law.StepDocuments, law.StepAward,
		law.StepAwardNotice, law.StepStandstill, law.StepSignature, law.StepFormalisationNotice, law.StepFormalisationEU,
		law.StepModificationNotice, law.StepPurchases, law.StepReception, law.StepConformity, law.StepPayment}
	lawKinds = []law.Kind{law.SARA, law.SpecialAppeal, law.SimplifiedLimit, law.SuperSimplifiedLimit, law.SimplifiedJudgement, law.MinorLimit, law.MinorDuration,
		law.QualityIntellectual, law.PhaseQualityThreshold, law.CompetenceMayor, law.CompetenceMayorShare, law.CompetenceMayorYears,
		law.ModificationForeseen, law.ModificationAdditional, law.ModificationUnforeseeable, law.ModificationInsubstantial,
		law.ModificationOpinion, law.ModificationOpinionPrice}
)

// factsKey packs facts into bits; false if one is out of range.
func factsKey(f law.Facts) (uint64, bool) {
	key := uint64(f.Procedure) | uint64(f.Contract)<<8
	shift := 16
	for _, t := range [...]law.Truth{f.Harmonised, f.Urgent, f.PriorNotice, f.Electronic, f.Everyday, f.Paper, f.PriceOnly, f.Abnormal, f.Appealable, f.ComplexReport} {
		if t > law.Yes {
			return 0, false
		}
		key |= uint64(t) << shift
		shift += 2
	}
	return key, true
}

// memo remembers answers of the law. It holds a bounded number of them and
// forgets none; what does not fit is computed anew, so that it never changes an
// answer.
type memo[T any] struct {
	slots [1024]atomic.Pointer[answer[T]]
}

type answer[T any] struct {
	key   uint64
	value T
	err   error
}

func (m *memo[T]) get(key uint64, compute func() (T, error)) (T, error) {
	h := key * 0x9E3779B97F4A7C15 >> 54
	for i := range uint64(16) {
		slot := &m.slots[(h+i)%uint64(len(m.slots))]
		a := slot.Load()
		if a == nil {
			v, err := compute()
			slot.CompareAndSwap(nil, &answer[T]{key, v, err})
			return v, err
		}
		if a.key == key {
			return a.value, a.err
		}
	}
	return compute()
}

// because is why the law gives no answer.
func because(err error) string {
	if u, ok := errors.AsType[*law.Unknown](err); ok {
		return u.Because
	}
	return err.Error()
}
