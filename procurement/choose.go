package procurement

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/procurement/law"
)

// Premise names a fact that decision tables ask for, of three values.
type Premise string

// Premises are what is known of an idea. A premise that is not in the map, or
// is NotKnown, is unknown.
type Premises map[Premise]law.Truth

// Condition is a premise with the value that a row needs: Yes or No.
type Condition struct {
	Premise Premise
	Is      law.Truth
}

// String is "premise" or "not premise".
func (c Condition) String() string {
	if c.Is == law.No {
		return "not " + string(c.Premise)
	}
	return string(c.Premise)
}

// In is the condition in a language.
func (c Condition) In(lang string) string {
	if c.Is == law.No {
		return say("not").In(lang) + " " + c.Premise.Label().In(lang)
	}
	return c.Premise.Label().In(lang)
}

// Label is the statement in the languages of the model.
func (p Premise) Label() Text { return say(string(p)) }

// Row is one row of a decision table: when all its conditions hold, the
// outcome follows.
type Row struct {
	ID     string
	If     []Condition
	Then   string // outcome
	Why    Text
	Source law.Source
}

// Table is a decision table. Its rows exclude each other and one of them holds
// for every full set of premises; tests prove both over the whole space.
type Table struct {
	Name     string
	Question string
	Rows     []Row
}

// Premises ranges over the premises of the table in the order in which its
// rows name them, each once.
func (t Table) Premises() iter.Seq[Premise] {
	return func(yield func(Premise) bool) {
		seen := map[Premise]bool{}
		for _, r := range t.Rows {
			for _, c := range r.If {
				if !seen[c.Premise] && !yield(c.Premise) {
					return
				}
				seen[c.Premise] = true
			}
		}
	}
}

// Outcomes ranges over the outcomes of the table in order of its rows, each once.
func (t Table) Outcomes() iter.Seq[string] {
	return func(yield func(string) bool) {
		seen := map[string]bool{}
		for _, r := range t.Rows {
			if !seen[r.Then] && !yield(r.Then) {
				return
			}
			seen[r.Then] = true
		}
	}
}

// Decision is the answer of a table.
type Decision struct {
	Table   string
	Outcome string    // empty while open
	Rows    []Row     // the rows that may hold: one outcome when decided, several while open
	Missing []Premise // while open: the unknown premises on which it hangs, in order of the table
	Flips   []Flip    // the known premises whose other value would change the answer
}

// Flip is what one premise could change.
type Flip struct {
	Premise Premise
	To      law.Truth
	Then    []string // outcomes that would then be possible
}

// Open says whether facts are missing.
func (d Decision) Open() bool { return d.Outcome == "" }

// Decide answers a table with what is known. A premise that no remaining row
// needs is not asked for.
func (t Table) Decide(known Premises) Decision {
	d := Decision{Table: t.Name, Rows: t.remaining(known)}
	now := outcomes(d.Rows)
	if len(now) == 1 {
		d.Outcome = now[0]
	}
	var with Premises
	try := func(p Premise, v law.Truth) []string {
		if with == nil {
			with = maps.Clone(known)
			if with == nil {
				with = Premises{}
			}
		}
		old := known[p]
		with[p] = v
		out := outcomes(t.remaining(with))
		with[p] = old
		return out
	}
	for p := range t.Premises() {
		switch known[p] {
		default:
			if d.Open() && !slices.Equal(try(p, law.Yes), try(p, law.No)) {
				d.Missing = append(d.Missing, p)
			}
		case law.Yes, law.No:
			other := law.Yes + law.No - known[p]
			if then := try(p, other); !slices.Equal(then, now) {
				d.Flips = append(d.Flips, Flip{p, other, then})
			}
		}
	}
	return d
}

// remaining are the rows that nothing known contradicts. A value that is
// neither Yes nor No is not known.
func (t Table) remaining(known Premises) []Row {
	var rows []Row
	for _, r := range t.Rows {
		if !slices.ContainsFunc(r.If, func(c Condition) bool {
			v := known[c.Premise]
			return (v == law.Yes || v == law.No) && v != c.Is
		}) {
			rows = append(rows, r)
		}
	}
	return rows
}

func outcomes(rows []Row) []string {
	var out []string
	for _, r := range rows {
		if !slices.Contains(out, r.Then) {
			out = append(out, r.Then)
		}
	}
	slices.Sort(out)
	return out
}

// Blockers are the known premises that stand against an outcome, of the row
// that comes nearest to it; empty if the outcome is possible or unknown to the
// table.
func (t Table) Blockers(known Premises, outcome string) []Condition {
	var best []Condition
	for _, r := range t.Rows {
		if r.Then != outcome {
			continue
		}
		var against []Condition
		for _, c := range r.If {
			if v := known[c.Premise]; (v == law.Yes || v == law.No) && v != c.Is {
				against = append(against, c)
			}
		}
		if len(against) == 0 {
			return nil
		}
		if best == nil || len(against) < len(best) {
			best = against
		}
	}
	return best
}

// Explain tells the decision in words of a language ("en" is English, every
// other tag Spanish): the outcome with the reasons and articles, or what is
// open and what would settle it; then what would change it.
func (d Decision) Explain(lang string) string {
	word := func(s string) string { return say(s).In(lang) }
	list := func(outcomes []string) string {
		names := make([]string, len(outcomes))
		for i, o := range outcomes {
			names[i] = word(o)
		}
		return strings.Join(names, " "+word("or")+" ")
	}
	var b strings.Builder
	b.WriteString(word(d.Table) + ": ")
	if d.Open() {
		b.WriteString(word("open question") + ": " + list(outcomes(d.Rows)))
	} else {
		b.WriteString(word(d.Outcome))
	}
	b.WriteByte('\n')
	for _, r := range d.Rows {
		b.WriteString("  " + word(r.Then) + ": " + r.Why.In(lang))
		if s := r.Source.String(); s != "" {
			b.WriteString(" (" + s + ")")
		}
		b.WriteByte('\n')
	}
	if len(d.Missing) > 0 {
		b.WriteString("  " + word("say") + ":")
		for i, p := range d.Missing {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(" " + p.Label().In(lang))
		}
		b.WriteByte('\n')
	}
	for _, f := range d.Flips {
		b.WriteString("  " + word("if") + " " + Condition{f.Premise, f.To}.In(lang) + ": " + list(f.Then) + "\n")
	}
	return b.String()
}

// need is a condition of an [allOf] chain with the reason against when it fails.
type need struct {
	Condition
	against string
	source  law.Source
}

// allOf makes the table of an outcome that needs every condition: a row for
// the first that fails, in order, and one for all. The rows exclude each other
// by construction.
func allOf(name, question, yes, no, why string, source law.Source, needs ...need) Table {
	t := Table{Name: name, Question: question}
	var held []Condition
	for _, n := range needs {
		failed := append(slices.Clone(held), Condition{n.Premise, law.Yes + law.No - n.Is})
		t.Rows = append(t.Rows, Row{ID: name + " not: " + Condition{n.Premise, law.Yes + law.No - n.Is}.String(), If: failed, Then: no, Why: say(n.against), Source: n.source})
		held = append(held, n.Condition)
	}
	t.Rows = append(t.Rows, Row{ID: name + " all", If: held, Then: yes, Why: say(why), Source: source})
	return t
}

// firstOf turns each row of rows with the outcome yes into one for each of the
// grounds: the first that is given counts, and none gives no.
func (t Table) firstOf(yes, no, against string, source law.Source, grounds ...need) Table {
	out := Table{Name: t.Name, Question: t.Question}
	for _, r := range t.Rows {
		if r.Then != yes {
			out.Rows = append(out.Rows, r)
			continue
		}
		held := slices.Clone(r.If)
		for _, g := range grounds {
			out.Rows = append(out.Rows, Row{ID: t.Name + ": " + g.String(), If: append(slices.Clone(held), g.Condition), Then: yes, Why: say(g.against), Source: g.source})
			held = append(held, Condition{g.Premise, law.Yes + law.No - g.Is})
		}
		out.Rows = append(out.Rows, Row{ID: t.Name + ": none of the grounds", If: held, Then: no, Why: say(against), Source: source})
	}
	return out
}
