package report

import (
	"cmp"
	"slices"

	"github.com/almotacen/almotacen/indicators/round"
)

// conclusions lists every conclusion with its evidence, and what was withheld and why.
func (w *render) conclusions() {
	w.section("conclusions")
	var network, cities []*round.Conclusion
	for i := range w.r.Conclusions {
		x := &w.r.Conclusions[i]
		if w.byCode[x.Entity] != nil {
			cities = append(cities, x)
		} else {
			network = append(network, x)
		}
	}
	w.para("conclusions.words", "n", w.count(len(w.r.Conclusions)), "k", w.count(len(w.r.Withheld)))
	w.el("h3", w.tr("conclusions.network"))
	if len(network) == 0 {
		w.para("conclusions.none")
	} else {
		w.raw("\n<ol class=\"conclusions\">")
		for _, x := range network {
			w.open("li", a{"class", "conclusion"}, a{"id", w.anchors[x.ID]})
			w.conclusion(x)
			w.raw("</li>\n")
		}
		w.raw("</ol>\n")
	}
	if len(cities) > 0 {
		slices.SortStableFunc(cities, func(x, y *round.Conclusion) int {
			return cmp.Or(cmp.Compare(fold(w.name(x.Entity)), fold(w.name(y.Entity))), cmp.Compare(y.Rule, x.Rule))
		})
		w.el("h3", w.tr("conclusions.cities"))
		w.para("conclusions.cities.words")
		w.table(w.tr("conclusions.cities.caption"), "plain", w.tr("h.city"), w.tr("h.kind"), w.tr("h.indicator"), w.tr("h.period"), ">"+w.tr("h.value"), ">"+w.tr("h.peer-median"))
		for _, x := range cities {
			w.raw(`<tr><th scope="row">`)
			w.link("#"+w.anchors[x.ID], w.name(x.Entity))
			w.raw("</th>")
			w.el("td", w.code("rule", x.Rule))
			w.raw("<td>")
			it := w.byID[x.Indicator]
			if it != nil {
				w.itemLink(it)
			}
			w.raw("</td>")
			w.el("td", w.period(x.Period), a{"class", "per"})
			w.evidenceCell(it, x, "value")
			w.evidenceCell(it, x, "peer-median")
			w.raw("</tr>\n")
		}
		w.endTable()
	}
	w.withheld()
	w.endSection()
}

func (w *render) evidenceCell(it *item, x *round.Conclusion, what string) {
	w.raw(`<td class="num">`)
	for i := range x.Evidence {
		if e := &x.Evidence[i]; it != nil && e.What == what {
			w.evidenceValue(it, e)
			break
		}
	}
	w.raw("</td>")
}

func (w *render) evidenceValue(it *item, e *round.Evidence) {
	switch e.What {
	case "value":
		w.value(e.Entity, e.Period, it.d, e.Value)
	case "network":
		w.value("*", e.Period, it.d, e.Value)
	case "median", "q1", "q3", "target", "peer-median", "min", "max":
		w.text(w.number(e.Value, it.d.Decimals))
	default:
		w.text(w.rank(e.Value))
	}
}

// conclusion writes the statement, its certainty and caveats, and its evidence.
func (w *render) conclusion(x *round.Conclusion) {
	w.words("p", x.Text, a{"class", "statement"})
	w.raw(`<p class="meta">`)
	w.text(w.code("rule", x.Rule))
	w.raw(" · ")
	w.certainty(x)
	for _, c := range x.Caveats {
		w.raw(" · ")
		w.text(w.code("caveat", c))
	}
	w.raw("</p><ul class=\"evidence\">")
	it := w.byID[x.Indicator]
	for i := range x.Evidence {
		what := x.Evidence[i].What
		switch {
		case what == "count" && x.Indicator == "":
			what = "indicators"
		case what == "count" && x.Rule == round.RuleTarget && i == 0:
			what = "met"
		}
		w.raw("<li>")
		w.evidence(it, &x.Evidence[i], what)
		w.raw("</li>")
	}
	if it != nil && it.measured() {
		w.raw("<li>")
		w.link("#"+it.id, w.tr("evidence.sheet", "i", it.d.Label.In(w.lang)))
		w.raw("</li>")
	}
	w.raw("</ul>")
}

func (w *render) evidence(it *item, e *round.Evidence, what string) {
	if other := w.byID[e.Indicator]; other != nil {
		it = other
	}
	switch {
	case w.byCode[e.Entity] != nil:
		w.cityLink(e.Entity)
	default:
		w.text(w.code("what", what))
	}
	if e.Entity != "" && e.What != "value" {
		w.text(", " + w.code("what", what))
	}
	if !e.Period.IsZero() {
		w.text(" (" + w.period(e.Period) + ")")
	}
	w.raw(": ")
	if it == nil {
		w.text(w.rank(e.Value))
		return
	}
	w.evidenceValue(it, e)
}

// withheld counts what was not concluded by rule and reason, and names the indicators.
func (w *render) withheld() {
	w.el("h3", w.tr("withheld.title"))
	if len(w.r.Withheld) == 0 {
		w.para("withheld.none")
		return
	}
	w.para("withheld.words")
	type group struct{ rule, why string }
	counts := map[group]int{}
	names := map[group][]string{}
	var groups []group
	for _, x := range w.r.Withheld {
		g := group{x.Rule, x.Why}
		if counts[g] == 0 {
			groups = append(groups, g)
		}
		counts[g]++
		name := ""
		switch {
		case x.Entity != "":
			name = w.name(x.Entity)
		case x.Indicator != "":
			name = w.label(x.Indicator)
		}
		if name != "" && !contains(names[g], name) {
			names[g] = append(names[g], name)
		}
	}
	w.table(w.tr("withheld.caption"), "plain", w.tr("h.rule"), w.tr("h.why"), ">"+w.tr("h.times"), w.tr("h.of-what"))
	for _, g := range groups {
		w.raw("<tr>")
		w.el("th", w.code("rule", g.rule), a{"scope", "row"})
		w.el("td", w.code("withheld", g.why))
		w.num(w.count(counts[g]))
		w.raw("<td>")
		for i, n := range names[g] {
			if i > 0 {
				w.raw("; ")
			}
			w.text(n)
		}
		w.raw("</td></tr>\n")
	}
	w.endTable()
}
