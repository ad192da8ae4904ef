package report

import (
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/period"
)

// sheets are the pages of the measured indicators.
func (w *render) sheets() {
	w.section("indicators")
	if len(w.measured) == 0 {
		w.para("sheets.none")
	} else {
		w.para("sheets.words")
	}
	for _, it := range w.measured {
		w.sheet(it)
	}
	w.endSection()
}

func (w *render) sheet(it *item) {
	label, lang := w.in(it.d.Label)
	w.open("article", a{"class", "sheet"}, a{"id", it.id}, a{"aria-labelledby", it.id + "-h"})
	w.raw(`<p class="kicker">`)
	if f, ok := w.r.Catalogue.Family(it.d.Family); ok {
		w.words("span", f.Label)
	} else {
		w.text(it.d.Family)
	}
	w.raw("</p>")
	w.el("h3", label, a{"id", it.id + "-h"}, a{"lang", lang})
	w.raw(`<p class="refs"><strong class="period">`)
	w.text(w.tr("sheet.period", "p", w.period(it.x.Period)))
	w.raw("</strong> <span>")
	w.text(w.unit(it.d))
	w.raw("</span> <span>")
	w.text(w.code("polarity", string(it.d.Polarity)))
	w.raw("</span> <span>")
	w.text(w.tr("observed.of", "n", w.count(it.x.Observed), "of", w.count(w.could(it))))
	w.raw("</span></p>\n")
	w.words("p", it.d.Description)

	w.raw("\n<figure>")
	w.dots(it)
	w.raw("<figcaption>")
	w.text(w.describe(it))
	w.raw("</figcaption></figure>\n")
	w.legend(it)

	w.identity(it)
	w.ranking(it, label)
	w.timeline(it, label)
	w.notes(it)
	w.back()
	w.raw("</article>\n")
}

// identity is the definition of an indicator as a list of terms.
func (w *render) identity(it *item) {
	w.el("h4", w.tr("sheet.definition"))
	w.raw("\n<dl class=\"terms\">")
	term := func(key string, body func()) {
		w.raw("<div>")
		w.el("dt", w.tr(key))
		w.raw("<dd>")
		body()
		w.raw("</dd></div>\n")
	}
	term("term.formula", func() { w.definition(it, false) })
	term("term.unit", func() {
		w.text(w.unit(it.d))
		w.raw(" ")
		w.el("code", it.d.Unit.String())
	})
	term("term.polarity", func() { w.text(w.code("polarity", string(it.d.Polarity))) })
	if t := it.d.Target; t != nil {
		term("term.target", func() {
			w.text(w.target(it.d, t))
			if !t.Period.IsZero() {
				w.raw(" ")
				w.text(w.tr("target.by", "p", w.period(t.Period)))
			}
			if s, _ := w.in(t.Source); s != "" {
				w.raw(" — ")
				w.words("span", t.Source)
			}
		})
	}
	term("term.network", func() {
		if v := it.x.Network.Value; v != nil {
			w.value("*", it.x.Network.Period, it.d, *v)
			w.raw(" ")
			w.text(w.unit(it.d))
			w.raw(" — ")
		} else {
			w.text(w.tr("network.none"))
			w.raw(" — ")
		}
		w.text(w.code("method", it.x.Network.Method))
		if id := it.d.Aggregation.Weight; id != "" {
			w.text(w.tr("method.weight", "v", w.label(id)))
		}
		w.text(w.tr("method.used", "n", w.count(it.x.Network.Used)))
	})
	if sources := w.sources(it); len(sources) > 0 {
		term("term.sources", func() {
			for i, s := range sources {
				if i > 0 {
					w.raw("; ")
				}
				w.words("span", s.Title)
				if s.Publisher != "" {
					w.raw(" (")
					w.text(s.Publisher)
					w.raw(")")
				}
			}
		})
	}
	term("term.version", func() { w.version(it) })
	if len(it.d.Mappings) > 0 {
		term("term.mappings", func() {
			for i, m := range it.d.Mappings {
				if i > 0 {
					w.raw("; ")
				}
				w.text(w.code("system", m.System) + " " + m.Code)
				if !m.Exact {
					w.text(w.tr("mapping.theme"))
				}
			}
		})
	}
	term("term.id", func() { w.el("code", it.d.ID) })
	w.raw("</dl>\n")
}

func (w *render) version(it *item) {
	if it.def == nil {
		w.text(w.tr("definition.none"))
		return
	}
	w.text(w.tr("version", "n", w.count(it.def.Version), "of", w.count(len(it.d.Definitions))))
	open := func(p period.Period, key string) {
		if !p.IsZero() {
			w.text(w.tr(key, "p", w.period(p)))
		}
	}
	open(it.def.From, "version.from")
	open(it.def.Until, "version.until")
	w.raw(". ")
	switch {
	case len(it.d.Definitions) == 1:
		w.text(w.tr("version.only"))
	case it.def.Comparable:
		w.text(w.tr("version.comparable"))
	default:
		w.text(w.tr("version.break"))
	}
	if s, _ := w.in(it.def.Note); s != "" {
		w.raw(" ")
		w.words("span", it.def.Note)
	}
}

// sources are the data sources of an indicator's variables, in catalogue order.
func (w *render) sources(it *item) []*indicators.DataSource {
	wanted := map[string]bool{}
	for _, id := range it.operands {
		if v, ok := w.r.Catalogue.Variable(id); ok {
			wanted[v.Source] = true
		}
	}
	var out []*indicators.DataSource
	for i := range w.r.Catalogue.Sources {
		if s := &w.r.Catalogue.Sources[i]; wanted[s.ID] {
			out = append(out, s)
		}
	}
	return out
}

// legend names the marks that an indicator's charts use.
func (w *render) legend(it *item) {
	used := map[string]bool{}
	for _, p := range it.order {
		if shown(p.Cell) {
			_, shape := mark(p)
			used[shape] = true
		}
	}
	w.open("ul", a{"class", "legend"}, a{"aria-label", w.tr("sheet.legend") + ": " + it.d.Label.In(w.lang)})
	for _, s := range signs() {
		if used[s.shape] {
			w.raw("<li>")
			w.sign(s.shape)
			w.text(w.tr("sign." + s.key))
			w.raw("</li>")
		}
	}
	w.raw("</ul>\n")
}

// ranking is the table of every city, each with its mark over the axis. The
// columns of changes and of remarks are there if any city has one.
func (w *render) ranking(it *item, label string) {
	at := w.period(it.x.Period)
	change, notes := "", false
	for _, p := range it.order {
		if p.Change != nil && shown(p.Cell) {
			change = w.tr("h.change-since", "p", w.period(p.Change.From))
		}
		own, given := w.note(p)
		notes = notes || own != "" || given != ""
	}
	heads := []string{">" + w.tr("h.rank"), w.tr("h.city"), ">" + w.unit(it.d), w.tr("h.mark"), w.tr("h.standing")}
	columns := "3"
	if change != "" {
		heads, columns = append(heads, change), "4"
	}
	if notes {
		heads = append(heads, w.tr("h.note"))
	}
	w.el("h4", w.tr("sheet.cities"))
	w.background(it)
	w.table(w.tr("sheet.cities.caption", "i", label, "p", at, "u", w.unit(it.d)), "ranking", heads...)
	for _, p := range it.order {
		w.raw("<tr>")
		if p.Ranked {
			w.num(w.rank(p.Rank))
		} else {
			w.raw(`<td class="num"><span aria-hidden="true">–</span>`)
			w.el("span", w.tr("light.unranked"), a{"class", "vh"})
			w.raw("</td>")
		}
		w.raw(`<th scope="row">`)
		w.cityLink(p.Entity)
		w.raw("</th>")
		if !shown(p.Cell) {
			w.el("td", w.absent(p.Cell), a{"colspan", columns}, a{"class", "gap"})
		} else {
			w.raw(`<td class="num">`)
			w.value(p.Entity, it.x.Period, it.d, p.Cell.Value)
			w.raw("</td><td>")
			w.strip(it, p)
			w.raw(`</td><td class="gr">`)
			w.standingCell(it, p)
			w.raw("</td>")
			if change != "" {
				w.raw("<td>")
				w.change(it, p.Change)
				w.raw("</td>")
			}
		}
		if notes {
			w.noteCell(p)
		}
		w.raw("</tr>\n")
	}
	w.endTable()
	w.raw(`<p class="meta">`)
	w.text(w.tr("sheet.trace"))
	w.raw(" ")
	w.link("#"+it.id+"-p", w.tr("sheet.trace.link", "i", label))
	w.raw(".</p>\n")
}

func (w *render) standingCell(it *item, p *compare.Position) {
	class, symbol := sign(p)
	w.el("span", symbol, a{"class", "sy " + class}, a{"aria-hidden", "true"})
	w.raw(" ")
	w.text(w.standing(it, p))
}

func (w *render) noteCell(p *compare.Position) {
	w.raw(`<td class="notes">`)
	own, given := w.note(p)
	w.text(own)
	if given != "" {
		if own != "" {
			w.raw(": ")
		}
		w.el("span", given, w.foreign())
	}
	w.raw("</td>")
}

// timeline is the network's value over time, drawn and as a table, if there is more than one.
func (w *render) timeline(it *item, label string) {
	pts := points(it.x.Series)
	if len(pts) < 2 {
		return
	}
	w.el("h4", w.tr("sheet.series"))
	w.raw("\n<figure>")
	w.series(it, pts)
	marked := false
	for i := range pts {
		marked = marked || pts[i].Status != "observed" || i > 0 && !comparableSteps(it.d, pts[i-1], pts[i])
	}
	if marked {
		w.el("figcaption", w.tr("series.legend"))
	}
	w.raw("</figure>\n")
	heads := []string{w.tr("h.period"), ">" + w.tr("h.network"), ">" + w.tr("h.used"), w.tr("h.method")}
	notes := false
	for i := range it.x.Series {
		notes = notes || w.status(it.x.Series[i].Status) != ""
	}
	if notes {
		heads = append(heads, w.tr("h.note"))
	}
	w.table(w.tr("series.caption", "i", label, "u", w.unit(it.d)), "plain narrow", heads...)
	for i := range it.x.Series {
		p := &it.x.Series[i]
		w.raw("<tr>")
		w.el("th", w.period(p.Period), a{"scope", "row"})
		if p.Value != nil {
			w.raw(`<td class="num">`)
			w.value("*", p.Period, it.d, *p.Value)
			w.raw("</td>")
		} else {
			w.num(w.tr("network.none"))
		}
		w.num(w.count(p.Used))
		w.el("td", w.code("method", p.Method))
		if notes {
			w.el("td", w.status(p.Status))
		}
		w.raw("</tr>\n")
	}
	w.endTable()
}

// status is a status as cube.Status writes it, in words; a plain one is nothing.
func (w *render) status(s string) string {
	var out []string
	for _, part := range strings.Split(s, "+") {
		switch {
		case part == "observed" || part == "":
		case w.messages["flag."+part] != "":
			out = append(out, w.messages["flag."+part])
		default:
			out = append(out, w.code("presence", part))
		}
	}
	return strings.Join(out, ", ")
}
