package procurement

import (
	"slices"
	"strings"
)

// arc is what a drawing shows as one arrow: an event from a state to another.
type arc struct {
	Transition
	label  string   // event, article and mark
	detail []string // actor, other regions, effects, guards
}

// regionDrawing is what a drawing shows of a region.
type regionDrawing struct {
	region Region
	states []State
	arcs   []arc              // between different states, by source
	stays  map[State][]string // events that change no state, by state
	comes  map[State][]string // events of other regions that lead to the state
}

// drawing sorts the transitions of a model by region and state.
func (m *Model) drawing(lang string) []regionDrawing {
	var out []regionDrawing
	all := m.States()
	for _, r := range m.Regions {
		d := regionDrawing{region: r, stays: map[State][]string{}, comes: map[State][]string{}}
		for _, s := range all {
			if s.Info().Region == r {
				d.states = append(d.states, s)
			}
		}
		for _, s := range d.states {
			for _, t := range m.Transitions {
				switch {
				case t.From != s, t.Event == Recorded: // possible in every state in which work goes on
				case t.From == t.To:
					d.stays[s] = append(d.stays[s], t.Event.Info().Label.In(lang))
				default:
					src := t.Event.Info().Source
					label := t.Event.Info().Label.In(lang)
					if src.Act == "LCSP" {
						label += " · " + src.Article + " " + src.Mark.Symbol()
					}
					d.arcs = append(d.arcs, arc{t, label, m.detail(t, lang)})
				}
			}
		}
		for _, t := range m.Transitions {
			for _, e := range t.Also {
				by := t.Event.Info().Label.In(lang) + " (" + t.Region().Label().In(lang) + ")"
				if e.To.Info().Region == r && !slices.Contains(d.comes[e.To], by) {
					d.comes[e.To] = append(d.comes[e.To], by)
				}
			}
		}
		out = append(out, d)
	}
	return out
}

// always says which event is possible in every state and so not drawn.
func always(lang string) string {
	return Text{"En todo estado abierto del expediente: ", "In every open state of the case: "}.In(lang) + Recorded.Info().Label.In(lang)
}

// detail says in lines who does a transition, in which state of other regions,
// what else it changes and by which guards it is judged.
func (m *Model) detail(t Transition, lang string) []string {
	pick := func(es, en string) string { return Text{es, en}.In(lang) }
	info := t.Event.Info()
	out := []string{pick("quién: ", "who: ") + info.Actor.Label().In(lang), pick("norma: ", "rule: ") + info.Source.String()}
	if len(t.While) > 0 {
		out = append(out, pick("mientras: ", "while: ")+join(t.While, lang))
	}
	if t.Previous != 0 {
		out = append(out, pick("fase anterior: ", "previous phase: ")+t.Previous.Info().Label.In(lang))
	}
	for _, e := range t.Also {
		out = append(out, pick("además: ", "also: ")+e.From.Info().Region.Label().In(lang)+": "+e.From.Info().Label.In(lang)+" → "+e.To.Info().Label.In(lang))
	}
	for i := range guards {
		if g := &guards[i]; slices.Contains(g.On, t.Event) && g.appliesTo(m.ID) {
			out = append(out, pick("se comprueba: ", "checked: ")+g.Demand.In(lang)+" ("+g.Source.String()+")")
		}
	}
	return out
}

func join(states []State, lang string) string {
	var names []string
	for _, s := range states {
		names = append(names, s.Info().Label.In(lang))
	}
	return strings.Join(names, ", ")
}

// Text writes the model for a terminal or a screen reader: by region and state,
// what can happen, where it leads, who does it and by which rules it is judged.
// lang is "es" or "en".
func (m *Model) Text(lang string) string {
	pick := func(es, en string) string { return Text{es, en}.In(lang) }
	var b strings.Builder
	b.WriteString(m.Title.In(lang) + " (" + m.ID + ")\n")
	for _, d := range m.drawing(lang) {
		b.WriteString("\n" + strings.ToUpper(d.region.Label().In(lang)) + "\n")
		for _, s := range d.states {
			b.WriteString("  " + s.Info().Label.In(lang))
			if slices.Contains(m.Final, s) {
				b.WriteString(pick(" (puede terminar aquí)", " (may end here)"))
			}
			b.WriteByte('\n')
			for _, a := range d.arcs {
				if a.From != s {
					continue
				}
				b.WriteString("    → " + a.To.Info().Label.In(lang) + pick(", por: ", ", by: ") + a.label + "\n")
				for _, line := range a.detail {
					b.WriteString("        " + line + "\n")
				}
			}
			if comes := d.comes[s]; len(comes) > 0 {
				b.WriteString("    ⇐ " + strings.Join(comes, "; ") + "\n")
			}
			if stays := d.stays[s]; len(stays) > 0 {
				b.WriteString("    ↻ " + strings.Join(stays, "; ") + "\n")
			}
		}
	}
	b.WriteString("\n" + always(lang) + "\n")
	return b.String()
}

// DOT writes the model as a graph in the language of Graphviz, a cluster for
// each region. lang is "es" or "en".
func (m *Model) DOT(lang string) string {
	q := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
	}
	var b strings.Builder
	b.WriteString("digraph " + q(m.ID) + " {\n  label=" + q(m.Title.In(lang)) + "; labelloc=t; rankdir=TB; fontname=\"sans-serif\";\n")
	b.WriteString("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n")
	for _, d := range m.drawing(lang) {
		b.WriteString("  subgraph " + q("cluster_"+d.region.String()) + " {\n    label=" + q(d.region.Label().In(lang)) + ";\n")
		for _, s := range d.states {
			label := s.Info().Label.In(lang)
			for _, line := range append(slices.Clone(d.comes[s]), d.stays[s]...) {
				label += "\n" + line
			}
			b.WriteString("    " + q(s.String()) + " [label=" + q(label))
			if slices.Contains(m.Final, s) {
				b.WriteString(", peripheries=2")
			}
			b.WriteString("];\n")
		}
		for _, a := range d.arcs {
			b.WriteString("    " + q(a.From.String()) + " -> " + q(a.To.String()) + " [label=" + q(a.label) + ", tooltip=" + q(strings.Join(a.detail, "\n")))
			if slices.Contains(m.Exits, a.To) {
				b.WriteString(", style=dashed")
			}
			b.WriteString("];\n")
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	return b.String()
}
