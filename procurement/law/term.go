package law

import (
	"iter"
	"slices"
	"strings"
)

// Step names what a period is for.
type Step string

// Bound says whether a period is the least or the most time.
type Bound uint8

// The bounds.
const (
	Minimum Bound = iota + 1 // at least so long
	Maximum                  // at most so long
	Length                   // exactly so long, as the duty of secrecy
)

// String is "minimum", "maximum" or "length".
func (b Bound) String() string { return nameOf(b, "", "minimum", "maximum", "length") }

// MarshalText is String.
func (b Bound) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// Urgency says what a declaration of urgency (LCSP 119) does to a period.
type Urgency uint8

// The effects.
const (
	UrgencyNone   Urgency = iota // no effect, or the period is outside of tender, award and formalisation
	UrgencyHalves                // half (119.2.b)
	UrgencySets                  // the period of a [Change] for urgency instead
	UrgencyDoubt                 // whether it halves is open: the answer is an Unknown with both readings
)

// String is "none", "half", "own period" or "doubtful".
func (u Urgency) String() string { return nameOf(u, "none", "half", "own period", "doubtful") }

// Change is a reduction or extension of a period under a condition.
type Change struct {
	If     Fact   // holds when the fact is Yes
	Unless Fact   // and this one is not; empty: nothing
	Set    Period // the period instead; none: Add applies
	Add    int    // units to add, or with a minus to take away, from the general period
	Also   Period // further time on top, in its own unit: the 15 working days of 158.3
	Source Source
	Note   string
}

// Term is one row of the tables of periods.
type Term struct {
	ID         string
	Step       Step
	Procedures []Procedure // none: every one
	Contracts  []Contract  // none: every type
	Harmonised Truth       // NotKnown: either
	Only       []Fact      // facts that must be Yes for the row to apply
	Not        []Fact      // facts that must be No
	Start      string      // what starts the count; with Back, what ends it
	Back       bool        // counted backwards
	Bound      Bound
	Period     Period // none: the law gives no figure
	Changes    []Change
	Urgency    Urgency
	Regime     Regime
	From, To   Date // first and last day in force; To is no date while it is
	Source     Source
	Readings   []Reading // what some hold, where the law gives no figure
	Note       string
}

// Terms ranges over all rows in the order of the tables. The lists of a row
// are the caller's own.
func Terms() iter.Seq[Term] {
	return func(yield func(Term) bool) {
		for _, t := range terms {
			t.Procedures, t.Contracts, t.Only, t.Not = slices.Clone(t.Procedures), slices.Clone(t.Contracts), slices.Clone(t.Only), slices.Clone(t.Not)
			t.Changes, t.Readings = slices.Clone(t.Changes), slices.Clone(t.Readings)
			if !yield(t) {
				return
			}
		}
	}
}

// Requirement is the answer: one period for the given facts.
type Requirement struct {
	Term   string // identifier of the row
	Step   Step
	Bound  Bound
	Period Period
	Also   Period // further time after Period, usually none
	Start  string // what starts the count; with Back, what ends it
	Back   bool
	Regime Regime
	// From and To are the first and last day on which the row is in force; To
	// is no date while it is.
	From, To Date
	// Strict is the period that satisfies every reading, when a rounding is
	// not settled by the law: of 7.5 days a maximum is 7 and a minimum 8. It
	// equals Period where nothing is open.
	Strict  Period
	Sources []Source // of the period, then of each change that was applied
	Applied []Change // the reduction and the extensions that were applied
	Halved  bool     // by urgency, after the reduction
	Mark    Mark     // the worst of Sources
	Note    string
}

// Require is the period of a step on a date for given facts. The error is an
// [*Unknown]: because a fact that matters is missing (Readings has the answer
// for each of its values), because the law gives no figure for the case, or
// because no row reaches the case; an [*Error] of kind [ErrName] for a step
// that no table has.
//
// The facts are tried out: a missing fact on which nothing hangs is not asked for.
func Require(step Step, at Date, f Facts) (Requirement, error) {
	if at.IsZero() {
		return Requirement{}, &Unknown{Code: "law.unknown.facts", Asked: string(step), Because: "periods change with the date", Missing: []Fact{FactDate},
			Source: Source{Act: "LCSP", Article: "DT 1", Mark: Text}}
	}
	var rows []*Term
	known := false
	for i := range terms {
		t := &terms[i]
		if t.Step != step {
			continue
		}
		known = true
		if !at.Before(t.From) && (t.To.IsZero() || !at.After(t.To)) {
			rows = append(rows, t)
		}
	}
	asked := string(step) + " on " + at.String()
	switch {
	case !known:
		return Requirement{}, &Error{Code: "law.name", Input: cut(string(step)), Msg: "no such step", Write: "one of the Step constants", Err: ErrName}
	case len(rows) == 0:
		return Requirement{}, &Unknown{Code: "law.unknown.date", Asked: asked, Because: "no wording in the tables is in force on that day", Source: Source{Act: "LCSP", Article: "DT 1", Mark: Text}}
	}
	var missing []Fact
	if f.Procedure == AnyProcedure && slices.ContainsFunc(rows, func(t *Term) bool { return t.Procedures != nil }) {
		missing = append(missing, FactProcedure)
	}
	if f.Contract == AnyContract && slices.ContainsFunc(rows, func(t *Term) bool { return reaches(t, f.Procedure) && t.Contracts != nil }) {
		missing = append(missing, FactContract)
	}
	if len(missing) > 0 {
		return Requirement{}, &Unknown{Code: "law.unknown.facts", Asked: asked, Because: "the period differs by it", Missing: missing, Source: rows[0].Source.bare()}
	}
	return vary(rows, asked, f)
}

func reaches(t *Term, p Procedure) bool {
	return t.Procedures == nil || p == AnyProcedure || slices.Contains(t.Procedures, p)
}

// vary answers for every value of the facts that are not known and matter to
// the rows; one answer for all is the answer.
func vary(rows []*Term, asked string, f Facts) (Requirement, error) {
	var open []Fact
	for _, n := range f.truths() {
		if *n.truth == NotKnown && slices.ContainsFunc(rows, func(t *Term) bool { return reaches(t, f.Procedure) && t.mentions(n.fact) }) {
			open = append(open, n.fact)
		}
	}
	if len(open) == 0 {
		return resolve(rows, asked, f)
	}
	type answer struct {
		req Requirement
		err error
		f   Facts
	}
	answers := make([]answer, 0, 1<<len(open))
	for mask := range 1 << len(open) {
		g := f
		for i, fact := range open {
			g.set(fact, TruthOf(mask>>i&1 == 1))
		}
		req, err := resolve(rows, asked, g)
		answers = append(answers, answer{req, err, g})
	}
	key := func(a answer) string {
		if u, ok := a.err.(*Unknown); ok {
			return u.Code + u.Because + u.Source.Article
		}
		return a.req.Bound.String() + a.req.Period.String() + a.req.Also.String() + a.req.Strict.String() + a.req.Start + a.req.Regime.String()
	}
	var matter []Fact
	for i, fact := range open {
		for mask := range answers {
			if mask>>i&1 == 0 && key(answers[mask]) != key(answers[mask|1<<i]) {
				matter = append(matter, fact)
				break
			}
		}
	}
	if len(matter) == 0 {
		return answers[0].req, answers[0].err
	}
	u := &Unknown{Code: "law.unknown.facts", Asked: asked, Because: "the period differs by facts that were not given", Missing: matter}
	seen := map[string]bool{}
	for _, a := range answers {
		var cond []string
		for _, fact := range matter {
			cond = append(cond, string(fact)+"="+a.f.get(fact).String())
		}
		name := strings.Join(cond, ", ")
		if seen[name] {
			continue
		}
		seen[name] = true
		if a.err != nil {
			v, ok := a.err.(*Unknown)
			if !ok {
				return Requirement{}, a.err
			}
			u.Readings = append(u.Readings, Reading{If: name + ": " + v.Because, Source: v.Source})
			continue
		}
		u.Readings = append(u.Readings, Reading{If: name, Period: a.req.Period, Source: a.req.Sources[len(a.req.Sources)-1]})
		if u.Source.IsZero() {
			u.Source = a.req.Sources[0].bare()
		}
	}
	return Requirement{}, u
}

func (s Source) bare() Source { return Source{Act: s.Act, Article: s.Article, Mark: s.Mark} }

func (f *Facts) set(name Fact, v Truth) {
	for _, n := range f.truths() {
		if n.fact == name {
			*n.truth = v
		}
	}
}

func (t *Term) mentions(fact Fact) bool {
	return fact == FactHarmonised && t.Harmonised != NotKnown || fact == FactUrgent && t.Urgency != UrgencyNone ||
		slices.Contains(t.Only, fact) || slices.Contains(t.Not, fact) ||
		slices.ContainsFunc(t.Changes, func(c Change) bool { return c.If == fact || c.Unless == fact })
}

func (t *Term) applies(f *Facts) bool {
	if t.Procedures != nil && !slices.Contains(t.Procedures, f.Procedure) ||
		t.Contracts != nil && !slices.Contains(t.Contracts, f.Contract) ||
		t.Harmonised != NotKnown && t.Harmonised != f.Harmonised {
		return false
	}
	for _, fact := range t.Only {
		if f.get(fact) != Yes {
			return false
		}
	}
	for _, fact := range t.Not {
		if f.get(fact) != No {
			return false
		}
	}
	return true
}

// resolve answers when every fact that matters is known.
func resolve(rows []*Term, asked string, f Facts) (Requirement, error) {
	var t *Term
	for _, row := range rows {
		if row.applies(&f) {
			if t != nil {
				panic("law: two rows answer " + asked + ": " + t.ID + ", " + row.ID) // a test looks for overlaps
			}
			t = row
		}
	}
	if t == nil {
		near := rows[0] // of the procedure, if it has one
		if i := slices.IndexFunc(rows, func(t *Term) bool { return t.Procedures != nil && slices.Contains(t.Procedures, f.Procedure) }); i >= 0 {
			near = rows[i]
		}
		return Requirement{}, &Unknown{Code: "law.unknown.scope", Asked: asked, Because: "no row reaches the case", Source: near.Source.bare()}
	}
	if t.Period.IsZero() {
		return Requirement{}, &Unknown{Code: "law.unknown.figure", Asked: asked, Because: t.Note, Readings: slices.Clone(t.Readings), Source: t.Source}
	}
	r := Requirement{Term: t.ID, Step: t.Step, Bound: t.Bound, Period: t.Period, Start: t.Start, Back: t.Back, Regime: t.Regime, From: t.From, To: t.To,
		Sources: []Source{t.Source}, Mark: t.Source.Mark, Note: t.Note}
	// Each reduction is of the general period (156.3: "el plazo general"), so
	// they do not add up: the shortest that is open applies.
	var best *Change
	for i := range t.Changes {
		c := &t.Changes[i]
		if c.holds(&f) && c.to(t.Period) != (Period{}) && (best == nil || c.to(t.Period).N < best.to(t.Period).N) {
			best = c
		}
	}
	if best != nil {
		r.Period = best.to(t.Period)
		r.apply(*best)
	}
	r.Strict = r.Period
	if f.Urgent == Yes {
		switch t.Urgency {
		case UrgencyHalves:
			half := r.Period.N / 2
			r.Halved = true
			r.Strict.N = half
			if r.Period.N%2 == 1 {
				r.Mark = Unverified // the rounding
				r.Period.N = half + 1
				if t.Bound == Minimum {
					r.Strict.N = half + 1
				}
			} else {
				r.Period.N = half
			}
			r.Sources = append(r.Sources, urgencyHalf)
			r.Mark = min(r.Mark, urgencyHalf.Mark)
		case UrgencyDoubt:
			half := Period{(r.Period.N + 1) / 2, r.Period.Unit}
			return Requirement{}, &Unknown{Code: "law.unknown.figure", Asked: asked, Because: "whether urgency halves it is open", Source: urgencyHalf,
				Readings: []Reading{{"urgency does not halve it", r.Period, t.Source}, {"urgency halves it", half, urgencyHalf}}}
		}
	}
	for i := range t.Changes {
		c := &t.Changes[i]
		if !c.holds(&f) || c.to(t.Period) != (Period{}) {
			continue
		}
		r.Period.N += c.Add
		r.Strict.N += c.Add
		r.Also = c.Also
		r.apply(*c)
		if f.Urgent == Yes && !c.Also.IsZero() {
			r.Mark = Unverified
		}
	}
	return r, nil
}

// to is the period that a reduction leaves of the general one; none for an extension.
func (c *Change) to(general Period) Period {
	switch {
	case !c.Set.IsZero():
		return c.Set
	case c.Add < 0:
		return Period{general.N + c.Add, general.Unit}
	}
	return Period{}
}

func (c *Change) holds(f *Facts) bool {
	return f.get(c.If) == Yes && (c.Unless == "" || f.get(c.Unless) == No)
}

func (r *Requirement) apply(c Change) {
	r.Sources = append(r.Sources, c.Source)
	r.Mark = min(r.Mark, c.Source.Mark)
	r.Applied = append(r.Applied, c)
}

// Explain is the requirement in words of a language ("en" is English, every
// other tag Spanish): step, bound, period, what starts it, what was applied.
func (r Requirement) Explain(lang string) string {
	word := func(s string) string { return Word(s, lang) }
	start := "from"
	if r.Back {
		start = "before"
	}
	s := r.Step.In(lang) + ": " + r.Bound.In(lang) + " " + r.Period.In(lang)
	if !r.Also.IsZero() {
		s += " " + word("and then") + " " + r.Also.In(lang)
	}
	s += " " + word(start) + " " + word(r.Start)
	for _, c := range r.Applied {
		s += "; " + c.If.In(lang) + ": "
		switch {
		case !c.Set.IsZero():
			s += c.Set.In(lang)
		case !c.Also.IsZero():
			s += word("and then") + " " + c.Also.In(lang)
		case c.Add < 0:
			s += Period{-c.Add, r.Period.Unit}.In(lang) + " " + word("less")
		default:
			s += Period{c.Add, r.Period.Unit}.In(lang) + " " + word("more")
		}
		if !c.Also.IsZero() && r.Mark == Unverified {
			s += ", " + word("whether urgency halves the extension is open: counted whole")
		}
	}
	if r.Halved {
		s += "; " + word("halved by urgency")
		if r.Mark == Unverified && r.Also.IsZero() {
			s += ", " + word("the half day is rounded up, which the law does not say")
		}
	}
	return s
}
