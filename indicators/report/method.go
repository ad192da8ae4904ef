package report

import (
	"strconv"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/internal/locale"
)

// method states each method with its exact definition, as it was used.
func (w *render) method() {
	c := w.r.Comparison.Config
	w.section("method")
	w.para("method.words")

	w.el("h3", w.tr("method.period.title"))
	w.para("method.period.words", "p", w.period(w.r.Period), "k", w.count(c.MinPeers))

	w.el("h3", w.tr("method.quantile.title"))
	w.para("method.quantile.words", "q", strconv.Itoa(c.Quantile), "how", w.code("quantile", strconv.Itoa(c.Quantile)), "k", w.count(c.MinPeers))

	w.el("h3", w.tr("method.rank.title"))
	w.para("method.rank.words", "how", w.code("ties", c.Ties.String()))
	w.para("method.rank.unranked")

	w.el("h3", w.tr("method.light.title"))
	w.raw("<ul>")
	for _, key := range []string{"method.light.higher", "method.light.lower", "method.light.target", "method.light.neutral", "method.light.edge"} {
		w.el("li", w.tr(key, "k", w.count(c.MinPeers)))
	}
	w.raw("</ul>\n")

	w.el("h3", w.tr("method.change.title"))
	w.para("method.change.words")

	w.el("h3", w.tr("method.peers.title"))
	w.para("method.peers.words", "k", w.count(c.Peers), "min", w.count(c.MinPeers))
	w.raw("<p class=\"formula\"><code>d² = Σ w / Σ<sub>S</sub> w · Σ<sub>S</sub> w·(z<sub>a</sub> − z<sub>b</sub>)²</code></p>\n")
	w.structure()

	w.el("h3", w.tr("method.network.title"))
	w.para("method.network.words")
	w.raw("<dl class=\"terms\">")
	for _, m := range []string{"ratio-of-sums", "weighted-mean", "sum", "median", "none"} {
		w.raw("<div>")
		w.el("dt", w.code("method", m))
		w.el("dd", w.tr("method."+m+".words"))
		w.raw("</div>")
	}
	w.raw("</dl>\n")

	w.el("h3", w.tr("method.status.title"))
	w.para("method.status.words")
	w.statuses()

	w.el("h3", w.tr("method.rules.title"))
	w.para("method.rules.words", "k", w.count(c.MinPeers))
	w.table(w.tr("method.rules.caption"), "plain", w.tr("h.rule"), w.tr("h.says"), w.tr("h.condition"))
	for _, rule := range []string{"unmeasured", "difference", "target", "extremes", "change", "coverage", "spread", "strength", "concern"} {
		w.raw("<tr>")
		w.el("th", w.code("rule", rule), a{"scope", "row"})
		w.el("td", w.tr("rule."+rule+".says"))
		w.el("td", w.tr("rule."+rule+".if", "k", w.count(c.MinPeers)))
		w.raw("</tr>\n")
	}
	w.endTable()
	w.para("method.certainty")
	w.endSection()
}

// structure is the table of what makes cities alike, with what entered the distances.
func (w *render) structure() {
	if len(w.r.Comparison.Structure) == 0 {
		w.para("structure.none")
		return
	}
	w.table(w.tr("structure.caption"), "plain narrow", w.tr("h.variable"), w.tr("h.scale"), ">"+w.tr("h.weight"), ">"+w.tr("h.members"), ">"+w.tr("h.mean"), ">"+w.tr("h.deviation"), w.tr("h.used-or-not"))
	for _, s := range w.r.Comparison.Structure {
		w.raw("<tr>")
		w.el("th", w.label(s.ID), a{"scope", "row"})
		scale := "scale.plain"
		if s.Log {
			scale = "scale.log"
		}
		w.el("td", w.tr(scale))
		w.num(w.number(s.Weight, 2))
		w.num(w.count(s.Members))
		w.num(w.number(s.Mean, 3))
		w.num(w.number(s.Deviation, 3))
		used := w.tr("structure.used")
		if !s.Used {
			used = w.code("peers", s.Why)
		}
		w.el("td", used)
		w.raw("</tr>\n")
	}
	w.endTable()
}

// statuses is the table of presences, flags and confidentialities with their SDMX codes.
func (w *render) statuses() {
	w.table(w.tr("statuses.caption"), "plain narrow", w.tr("h.status"), w.tr("h.in-data"), "OBS_STATUS", "CONF_STATUS")
	row := func(name string, s cube.Status) {
		code, _ := s.SDMX()
		w.raw("<tr>")
		w.el("th", name, a{"scope", "row"})
		w.raw("<td>")
		w.el("code", s.String())
		w.raw("</td>")
		w.el("td", code.Obs)
		w.el("td", code.Conf)
		w.raw("</tr>\n")
	}
	for p := cube.Observed; p <= cube.NotComputable; p++ {
		row(w.code("presence", p.String()), cube.Status(p))
	}
	for f := cube.Provisional; f <= cube.Unvalidated; f <<= 1 {
		row(w.flagged(f), f)
	}
	for c := cube.NotForPublication; c <= cube.Primary; c++ {
		row(w.code("conf", c.String()), cube.Status(0).WithConfidentiality(c))
	}
	w.endTable()
}

// reproduce says how to compute the report again and how to check it.
func (w *render) reproduce() {
	w.section("reproduce")
	w.para("reproduce.words")
	w.raw("<ol>")
	if w.c.Command != "" {
		w.raw("<li>")
		w.text(w.tr("reproduce.command"))
		w.raw(" ")
		w.el("code", w.c.Command)
		w.raw("</li>")
	}
	for _, key := range []string{"reproduce.manifest", "reproduce.verify", "reproduce.same", "reproduce.revise"} {
		w.el("li", w.tr(key))
	}
	w.raw("</ol>\n")
	w.endSection()
}

// accessibility is the statement that public bodies owe.
func (w *render) accessibility() {
	w.section("accessibility")
	w.para("a11y.words", "d", locale.Date(w.r.Issued.UTC(), w.lang))
	w.raw("<ul>")
	for _, key := range []string{"a11y.charts", "a11y.tables", "a11y.colour", "a11y.alone", "a11y.names", "a11y.checked"} {
		w.el("li", w.tr(key))
	}
	w.raw("</ul>\n")
	p := w.r.Catalogue.Publisher
	if u := safeURL("mailto:" + p.Mail); p.Mail != "" && u != "" {
		w.raw("<p>")
		w.text(w.tr("a11y.contact"))
		w.raw(" ")
		w.link(u, p.Mail)
		w.raw("</p>\n")
	} else {
		w.para("a11y.nocontact")
	}
	w.endSection()
}
