package report

import (
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/round"
)

const weightiest = 5

// summary is the executive page: what was measured, for whom, coverage, and the weightiest conclusions.
func (w *render) summary() {
	w.section("summary")
	members, reference := 0, 0
	for _, t := range w.towns {
		if t.c.Reference {
			reference++
		} else {
			members++
		}
	}
	title, lang := w.in(w.r.Network.Title)
	w.raw(`<p class="lead">`)
	w.text(w.tr("summary.what", "n", w.count(len(w.measured)), "of", w.count(len(w.items)), "c", w.count(members)))
	if title != "" {
		w.raw(" (")
		w.el("span", title, a{"lang", lang})
		w.raw(")")
	}
	w.raw(". ")
	if reference > 0 {
		w.text(w.plural("summary.reference", reference))
		w.raw(" ")
	}
	if len(w.measured) > 0 {
		w.text(w.tr("summary.periods", "p", w.span()))
	} else {
		w.text(w.tr("summary.nothing"))
	}
	w.raw("</p>\n")

	observed, could := 0, 0
	for _, it := range w.measured {
		if it.cov != nil {
			observed += it.cov.Observed
			could += it.cov.Observed + it.cov.Missing + it.cov.Suppressed + it.cov.NotComputable
		}
	}
	w.raw(`<dl class="tiles">`)
	w.tile(w.count(members), w.tr("tile.cities"), w.tr("tile.cities.note"))
	w.tile(w.tr("tile.of", "n", w.count(len(w.measured)), "of", w.count(len(w.items))), w.tr("tile.indicators"), w.tr("tile.indicators.note"))
	if could > 0 {
		w.tile(w.percent(100*float64(observed)/float64(could), 1), w.tr("tile.coverage"), w.tr("tile.coverage.note", "n", w.count(observed), "of", w.count(could)))
	}
	w.tile(w.count(len(w.r.Findings)), w.tr("tile.findings"), w.severities())
	w.raw("</dl>\n")

	if len(w.r.Conclusions) > 0 {
		w.el("h3", w.tr("summary.conclusions"))
		w.raw("\n<ol class=\"lead-list\">")
		for i := range w.r.Conclusions {
			if i == weightiest {
				break
			}
			x := &w.r.Conclusions[i]
			w.raw("<li>")
			w.words("p", x.Text)
			w.raw(`<p class="meta">`)
			w.certainty(x)
			w.raw(" · ")
			w.link("#"+w.anchors[x.ID], w.tr("summary.evidence", "n", w.count(i+1)))
			w.raw("</p></li>\n")
		}
		w.raw("</ol>\n<p>")
		w.link("#conclusions", w.tr("summary.all", "n", w.count(len(w.r.Conclusions)), "k", w.count(len(w.r.Withheld))))
		w.raw("</p>\n")
	}
	w.glance()
	w.endSection()
}

func (w *render) tile(figure, name, note string) {
	w.raw("<div>")
	w.el("dt", name)
	w.el("dd", figure, a{"class", "fig"})
	w.el("dd", note, a{"class", "note"})
	w.raw("</div>")
}

func (w *render) severities() string {
	n := w.bySeverity()
	return w.tr("tile.findings.note", "e", w.count(n[collect.Err]), "w", w.count(n[collect.Warning]), "i", w.count(n[collect.Info]))
}

func (w *render) bySeverity() map[collect.Severity]int {
	n := map[collect.Severity]int{}
	for i := range w.r.Findings {
		n[w.r.Findings[i].Severity]++
	}
	return n
}

func (w *render) certainty(x *round.Conclusion) {
	w.text(w.tr("certainty", "c", w.code("certainty", x.Certainty)))
	if !x.Period.IsZero() {
		w.raw(" · ")
		w.text(w.tr("period.of", "p", w.period(x.Period)))
	}
}

// glance is the table of every measured indicator with its own reference period.
func (w *render) glance() {
	if len(w.measured) == 0 {
		return
	}
	w.el("h3", w.tr("glance.title"))
	w.para("glance.words")
	w.table(w.tr("glance.caption"), "wide", w.tr("h.indicator"), w.tr("h.period"), ">"+w.tr("h.cities"), ">"+w.tr("h.network"), w.tr("h.method"), ">"+w.tr("h.median"), w.tr("h.distribution"))
	for _, it := range w.measured {
		w.raw(`<tr><th scope="row">`)
		w.itemLink(it)
		w.el("small", w.unit(it.d), a{"class", "unit"})
		w.raw("</th>")
		w.el("td", w.period(it.x.Period), a{"class", "per"})
		w.num(w.tr("tile.of", "n", w.count(it.x.Observed), "of", w.count(w.could(it))))
		w.networkCell(it)
		w.el("td", w.code("method", it.x.Network.Method))
		w.medianCell(it)
		w.raw("<td>")
		w.box(it)
		if it.x.Distribution == nil {
			w.text(w.tr("too-few"))
		}
		w.raw("</td></tr>\n")
	}
	w.endTable()
}

// could is how many members could have a figure.
func (w *render) could(it *item) int {
	if it.cov != nil {
		return it.x.Members - it.cov.NotApplicable
	}
	return it.x.Members
}

func (w *render) networkCell(it *item) {
	if it.x.Network.Value == nil {
		w.num(w.tr("network.none"))
		return
	}
	w.raw(`<td class="num">`)
	w.value("*", it.x.Network.Period, it.d, *it.x.Network.Value)
	w.raw("</td>")
}

func (w *render) medianCell(it *item) {
	if it.x.Distribution == nil {
		w.num(w.tr("too-few"))
		return
	}
	w.num(w.number(it.x.Distribution.Median, it.d.Decimals))
}

// reading says how to read the report.
func (w *render) reading() {
	w.section("reading")
	w.para("reading.periods")
	w.para("reading.order")
	w.raw("<dl class=\"signs\">\n")
	for _, s := range signs() {
		w.raw("<div><dt>")
		w.sign(s.shape)
		w.text(w.tr("sign." + s.key))
		w.raw("</dt>")
		w.el("dd", w.tr("sign."+s.key+".words"))
		w.raw("</div>\n")
	}
	w.raw("</dl>\n")
	w.para("reading.charts")
	w.para("reading.absent")
	w.raw("<dl class=\"terms\">")
	for _, p := range []string{"missing", "not-applicable", "suppressed", "not-computable"} {
		w.raw("<div>")
		w.el("dt", w.code("presence", p))
		w.el("dd", w.tr("presence."+p+".words"))
		w.raw("</div>")
	}
	w.raw("</dl>\n")
	w.para("reading.network")
	w.endSection()
}

// signs are the marks of charts, by shape, and their names.
func signs() []struct{ shape, key string } {
	return []struct{ shape, key string }{
		{"g", "good"}, {"m", "middle"}, {"p", "poor"}, {"u", "neutral"}, {"n", "unranked"}, {"r", "reference"},
	}
}

func (w *render) sign(shape string) {
	w.raw(`<svg class="sign" aria-hidden="true" focusable="false" viewBox="-7 -7 14 14">`)
	w.use(shape, shape, 0, 0, "")
	w.raw("</svg>")
}
