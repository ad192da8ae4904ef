package report

import (
	"strings"

	"github.com/almotacen/almotacen/indicators/collect"
)

// notes are the findings of an indicator's variables, its coverage and its limits.
func (w *render) notes(it *item) {
	const most = 6
	w.el("h4", w.tr("sheet.quality"))
	w.raw("\n<ul>")
	if c := it.cov; c != nil {
		w.el("li", w.tr("notes.coverage", "o", w.count(c.Observed), "m", w.count(c.Missing), "s", w.count(c.Suppressed), "a", w.count(c.NotApplicable), "x", w.count(c.NotComputable)))
	}
	if n := it.x.Observed - it.x.Ranked; n > 0 {
		w.el("li", w.plural("notes.unranked", n))
	}
	for _, id := range it.operands {
		v, ok := w.r.Catalogue.Variable(id)
		if !ok {
			continue
		}
		for _, e := range v.Exclusions {
			w.raw("<li>")
			s, _ := w.in(v.Label)
			w.text(w.tr("notes.exclusion", "v", s))
			w.raw(" ")
			w.words("span", e.Reason)
			w.raw("</li>")
		}
	}
	if len(it.findings) == 0 {
		w.el("li", w.tr("notes.clean"))
	}
	w.raw("</ul>\n")
	if len(it.findings) > 0 {
		n := map[collect.Severity]int{}
		for _, f := range it.findings {
			n[f.Severity]++
		}
		w.el("p", w.tr("notes.findings", "e", w.count(n[collect.Err]), "w", w.count(n[collect.Warning]), "i", w.count(n[collect.Info])))
		w.raw("<ul class=\"findings\">")
		i := 0
		for _, severity := range []collect.Severity{collect.Err, collect.Warning, collect.Info} {
			for _, f := range it.findings {
				if f.Severity == severity && i < most {
					w.finding(f)
					i++
				}
			}
		}
		w.raw("</ul>\n")
		if len(it.findings) > most {
			w.raw("<p>")
			w.link("#quality", w.tr("notes.more", "n", w.count(len(it.findings)-most)))
			w.raw("</p>\n")
		}
	}
}

func (w *render) finding(f *collect.Finding) {
	w.raw("<li>")
	w.el("strong", w.code("severity", string(f.Severity)), a{"class", "sev " + severityClass(f.Severity)})
	w.raw(" ")
	if s := w.about(f); s != "" {
		w.text(s)
		w.raw(": ")
	}
	w.text(f.Message(w.lang))
	if s := w.where(f.File, f.Line, f.Column); s != "" {
		w.raw(" ")
		w.el("small", s, a{"class", "src"})
	}
	w.raw("</li>")
}

func severityClass(s collect.Severity) string {
	switch s {
	case collect.Err:
		return "sev-e"
	case collect.Warning:
		return "sev-w"
	}
	return "sev-i"
}

// about names the city, the variable and the period of a finding.
func (w *render) about(f *collect.Finding) string {
	var parts []string
	if f.Entity != "" {
		parts = append(parts, w.name(f.Entity))
	}
	if f.Subject != "" {
		parts = append(parts, w.label(f.Subject))
	}
	if !f.Period.IsZero() {
		parts = append(parts, w.period(f.Period))
	}
	return strings.Join(parts, ", ")
}

// where is a place in a delivered file.
func (w *render) where(file string, line, column int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return file
	case column == 0:
		return w.tr("where.row", "f", file, "l", w.plainCount(line))
	}
	return w.tr("where", "f", file, "l", w.plainCount(line), "c", w.plainCount(column))
}
