package procurement

import (
	"strings"

	"github.com/almotacen/almotacen/procurement/law"
)

// Missing is something that would settle or mend a finding: a fact, a
// document, an earlier event, or a calendar. One field is set.
type Missing struct {
	Fact     FactName
	Document DocumentKind
	Event    Kind
	Calendar bool
}

// Label names what is missing.
func (m Missing) Label() Text {
	switch {
	case m.Fact != 0:
		return m.Fact.Info().Label
	case m.Document != 0:
		return m.Document.Info().Label
	case m.Event != 0:
		return m.Event.Info().Label
	case m.Calendar:
		return Text{"calendario laboral", "calendar of working days"}
	}
	return Text{}
}

// Finding is the answer of a guard for an event, or for what is due on the day
// of the question. Findings are comparable: equal questions give equal ones.
type Finding struct {
	Verdict Verdict
	Guard   *Guard
	Event   int  // sequence number of the event judged
	Kind    Kind // of that event, or of what is due
	Due     bool // nothing happened: Kind should have, after Event
	Lot     string
	Party   string
	Phase   int
	State   State // for an act out of order, the state that it met; else 0
	// Limit is the day at stake: the last day to do it, or the last day on
	// which it must not be done yet; no date if the guard counts no days.
	Limit law.Date
	// Because is what the law left open, in its own words; "" if nothing.
	Because  string
	evidence [maxEvidence]int32
	missing  [maxMissing]Missing
}

// What one guard can read and miss at most.
const (
	maxEvidence = 6
	maxMissing  = 6
)

// Evidence lists the sequence numbers of the events that the guard read, in
// the order in which it read them.
func (f *Finding) Evidence() (out []int) {
	for _, n := range f.evidence {
		if n != 0 {
			out = append(out, int(n))
		}
	}
	return out
}

// Missing lists what would settle an unknown, or what a breach lacks.
func (f *Finding) Missing() (out []Missing) {
	for _, m := range f.missing {
		if m != (Missing{}) {
			out = append(out, m)
		}
	}
	return out
}

func (f *Finding) read(seq int32) {
	for i := range f.evidence {
		if f.evidence[i] == seq {
			return
		}
		if f.evidence[i] == 0 {
			f.evidence[i] = seq
			return
		}
	}
}

func (f *Finding) lack(m Missing) {
	for i := range f.missing {
		if f.missing[i] == m {
			return
		}
		if f.missing[i] == (Missing{}) {
			f.missing[i] = m
			return
		}
	}
}

// Message says in a language what was found, with its article and mark.
func (f *Finding) Message(lang string) string {
	pick := func(es, english string) string { return Text{es, english}.In(lang) }
	var b strings.Builder
	b.WriteString(map[Verdict]string{OK: pick("correcto", "ok"), Breach: pick("infracción", "breach"), Unknown: pick("sin determinar", "unknown")}[f.Verdict])
	b.WriteString(": ")
	b.WriteString(f.Kind.Info().Label.In(lang))
	for _, s := range [][2]string{{pick("lote", "lot"), f.Lot}, {"", f.Party}} {
		if s[1] != "" {
			b.WriteString(strings.TrimRight(", "+s[0], " ") + " " + s[1])
		}
	}
	b.WriteString(pick("; se exige: ", "; asked: "))
	b.WriteString(f.Guard.Demand.In(lang))
	b.WriteString(" (" + f.Guard.Source.String())
	if f.State != 0 {
		b.WriteString(pick("; el acto, ", "; the act, ") + f.Kind.Info().Source.String())
	}
	b.WriteString(")")
	if f.State != 0 {
		b.WriteString(pick("; estado: ", "; state: ") + f.State.Info().Label.In(lang))
	}
	if !f.Limit.IsZero() {
		b.WriteString(pick("; día límite ", "; day at stake ") + f.Limit.String())
	}
	if miss := f.Missing(); len(miss) > 0 {
		b.WriteString(pick("; falta: ", "; missing: "))
		for i, m := range miss {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(m.Label().In(lang))
		}
	}
	if f.Because != "" {
		b.WriteString("; " + f.Because)
	}
	if f.Verdict == Breach && f.Guard.Effect.In(lang) != "" {
		b.WriteString(pick("; efecto: ", "; effect: ") + f.Guard.Effect.In(lang))
	}
	return b.String()
}
