package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
)

// quality is what was found in the data, and which city has which figure.
func (w *render) quality() {
	w.section("quality")
	w.para("quality.words")
	w.el("h3", w.tr("quality.findings"))
	w.findings()
	w.el("h3", w.tr("quality.coverage"))
	w.coverage()
	if len(w.r.CatalogueWarnings) > 0 {
		w.el("h3", w.tr("quality.catalogue"))
		w.para("quality.catalogue.words")
		w.raw("<ul>")
		for _, s := range w.r.CatalogueWarnings {
			w.el("li", s, a{"lang", other(w.lang, "en")})
		}
		w.raw("</ul>\n")
	}
	w.endSection()
}

// other is the language of a text, or "" if it is the report's.
func other(report, text string) string {
	if report == text {
		return ""
	}
	return text
}

func (w *render) findings() {
	if len(w.r.Findings) == 0 {
		w.para("findings.none")
		return
	}
	n := w.bySeverity()
	w.para("findings.count", "n", w.count(len(w.r.Findings)), "e", w.count(n[collect.Err]), "w", w.count(n[collect.Warning]), "i", w.count(n[collect.Info]))
	type kind struct {
		code     string
		severity collect.Severity
	}
	counts := map[kind]int{}
	var kinds []kind
	for i := range w.r.Findings {
		k := kind{w.r.Findings[i].Code, w.r.Findings[i].Severity}
		if counts[k] == 0 {
			kinds = append(kinds, k)
		}
		counts[k]++
	}
	order := []collect.Severity{collect.Err, collect.Warning, collect.Info}
	slices.SortStableFunc(kinds, func(x, y kind) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.severity), slices.Index(order, y.severity)), cmp.Compare(counts[y], counts[x]), cmp.Compare(x.code, y.code))
	})
	w.table(w.tr("findings.kinds"), "plain narrow", w.tr("h.severity"), w.tr("h.code"), ">"+w.tr("h.times"))
	for _, k := range kinds {
		w.raw(`<tr><th scope="row">`)
		w.severity(k.severity)
		w.raw("</th><td>")
		w.el("code", k.code)
		w.raw("</td>")
		w.num(w.count(counts[k]))
		w.raw("</tr>\n")
	}
	w.endTable()
	for _, s := range order {
		if n[s] > 0 {
			w.findingsOf(s, n[s])
		}
	}
}

func (w *render) severity(s collect.Severity) {
	w.el("strong", w.code("severity", string(s)), a{"class", "sev " + severityClass(s)})
}

func (w *render) findingsOf(s collect.Severity, n int) {
	caption := w.tr("findings.caption", "s", w.code("severities", string(s)), "n", w.count(n))
	if n > w.c.MaxFindings {
		caption = w.tr("findings.caption.cut", "s", w.code("severities", string(s)), "n", w.count(n), "k", w.count(w.c.MaxFindings))
	}
	w.table(caption, "plain", w.tr("h.where"), w.tr("h.city"), w.tr("h.variable"), w.tr("h.period"), w.tr("h.what"))
	listed := 0
	for i := range w.r.Findings {
		f := &w.r.Findings[i]
		if f.Severity != s {
			continue
		}
		if listed++; listed > w.c.MaxFindings {
			break
		}
		w.raw(`<tr><th scope="row" class="src">`)
		if where := w.where(f.File, f.Line, f.Column); where != "" {
			w.text(where)
		} else {
			w.text(w.tr("where.nowhere"))
		}
		w.raw("</th><td>")
		if f.Entity != "" {
			w.cityLink(f.Entity)
		}
		w.raw("</td><td>")
		if f.Subject != "" {
			w.text(w.label(f.Subject))
		}
		w.raw("</td><td>")
		if !f.Period.IsZero() {
			w.text(w.period(f.Period))
		}
		w.raw("</td><td>")
		w.text(f.Message(w.lang))
		w.raw("</td></tr>\n")
	}
	w.endTable()
}

// coverage is the matrix of cities and measured indicators: a symbol in each
// cell, and the same in words for those who do not see it.
func (w *render) coverage() {
	if len(w.measured) == 0 || len(w.towns) == 0 {
		w.para("coverage.none")
		return
	}
	w.para("coverage.words")
	w.raw("<ul class=\"legend\">")
	for _, s := range []string{"●", "◐", "–", "○", "■", "×"} {
		w.raw("<li>")
		w.el("span", s, a{"class", "cv"}, a{"aria-hidden", "true"})
		w.raw(" ")
		w.text(w.tr("cover." + coverKeys()[s]))
		w.raw("</li>")
	}
	w.raw("</ul>\n")
	caption := w.tr("coverage.caption")
	w.open("section", a{"class", "scroll"}, a{"tabindex", "0"}, a{"aria-label", caption})
	w.raw(`<table class="matrix">`)
	w.caption(caption)
	w.raw("<thead><tr>")
	w.el("th", w.tr("h.city"), a{"scope", "col"})
	for _, it := range w.measured {
		w.raw(`<th scope="col" class="up"><span>`)
		w.itemLink(it)
		w.text(" (" + w.period(it.x.Period) + ")")
		w.raw("</span></th>")
	}
	w.raw("</tr></thead>\n<tbody>\n")
	for _, t := range w.towns {
		w.raw(`<tr><th scope="row">`)
		w.cityLink(t.c.Code)
		w.raw("</th>")
		for _, it := range w.measured {
			symbol := "○"
			if p := it.position(t.c.Code); p != nil {
				switch p.Cell.Status.Presence() {
				case cube.Observed:
					symbol = "●"
					if !p.Ranked {
						symbol = "◐"
					}
					if !shown(p.Cell) {
						symbol = "■"
					}
				case cube.NotApplicable:
					symbol = "–"
				case cube.Suppressed:
					symbol = "■"
				case cube.NotComputable:
					symbol = "×"
				}
			}
			w.raw(`<td class="cv"><span aria-hidden="true">`)
			w.text(symbol)
			w.raw("</span>")
			w.el("span", w.tr("cover."+coverKeys()[symbol]), a{"class", "vh"})
			w.raw("</td>")
		}
		w.raw("</tr>\n")
	}
	w.raw("</tbody><tfoot>\n<tr>")
	w.el("th", w.tr("coverage.total"), a{"scope", "row"})
	for _, it := range w.measured {
		w.el("td", strconv.Itoa(it.x.Observed), a{"class", "cv"})
	}
	w.raw("</tr></tfoot></table></section>\n")
}

func coverKeys() map[string]string {
	return map[string]string{"●": "observed", "◐": "unranked", "–": "not-applicable", "○": "missing", "■": "suppressed", "×": "not-computable"}
}
