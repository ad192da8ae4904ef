package report

import (
	_ "embed"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/locale"
)

//go:embed style.css
var style string

// sections are the ids of the parts of the report, in order.
var sections = [...]string{"summary", "reading", "network", "indicators", "cities", "conclusions", "quality", "method", "provenance", "reproduce", "accessibility"}

func (w *render) document() {
	title := w.title()
	w.raw("<!DOCTYPE html>\n")
	w.open("html", a{"lang", w.lang})
	w.raw("\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<meta name=\"color-scheme\" content=\"light dark\">\n")
	w.el("title", w.tr("doc.title", "t", title))
	w.raw("\n")
	w.open("meta", a{"name", "description"}, a{"content", w.tr("doc.description", "n", w.count(len(w.towns)), "k", w.count(len(w.measured)), "of", w.count(len(w.items)))})
	w.raw("\n<style>\n")
	w.b = append(w.b, style...)
	w.raw("</style>\n</head>\n")
	w.open("body", a{"id", "top"})
	w.raw("\n")
	w.link("#main", w.tr("skip"), a{"class", "skip"})
	w.defs()
	w.header(title)
	w.contents()
	w.raw("\n<main id=\"main\">\n")
	w.summary()
	w.reading()
	w.network()
	w.sheets()
	w.cities()
	w.conclusions()
	w.quality()
	w.method()
	w.provenance()
	w.reproduce()
	w.accessibility()
	w.raw("</main>\n")
	w.footer(title)
	w.raw("</body>\n</html>\n")
}

func (w *render) title() string {
	if s := w.r.Title.In(w.lang); s != "" {
		return s
	}
	return w.tr("doc.untitled")
}

func (w *render) header(title string) {
	w.raw("\n<header class=\"top\"><div class=\"wrap\">\n")
	w.open("p", a{"class", "kicker"})
	w.text(w.tr("header.kind"))
	w.close("p")
	if w.r.Title.In(w.lang) == "" {
		w.el("h1", title)
	} else {
		w.words("h1", w.r.Title)
	}
	w.words("p", w.r.Network.Title, a{"class", "lead"})
	if len(w.r.Notice) > 0 {
		w.words("p", w.r.Notice, a{"class", "notice"})
	}
	w.raw("\n<dl class=\"facts\">")
	w.fact(w.tr("header.period"), w.period(w.r.Period))
	w.fact(w.tr("header.figures"), w.span())
	w.fact(w.tr("header.issued"), locale.Date(w.r.Issued.UTC(), w.lang))
	for _, g := range w.r.Network.Groups {
		n := 0
		for _, t := range w.towns {
			if !t.c.Reference && memberOf(t.c, g.ID) {
				n++
			}
		}
		label, _ := w.in(g.Label)
		w.fact(label, w.plural("cities", n))
	}
	w.raw("</dl>\n</div></header>\n")
}

func memberOf(c *indicators.City, group string) bool {
	for _, m := range c.Memberships {
		if m.Group == group {
			return true
		}
	}
	return false
}

func (w *render) fact(name, value string) {
	w.raw("<div>")
	w.el("dt", name)
	w.el("dd", value)
	w.raw("</div>")
}

// span is the first and the last reference period of the figures.
func (w *render) span() string {
	if len(w.measured) == 0 {
		return w.tr("none")
	}
	first, last := w.measured[0].x.Period, w.measured[0].x.Period
	for _, it := range w.measured {
		if p := it.x.Period; p.FirstDay().Compare(first.FirstDay()) < 0 {
			first = p
		}
		if p := it.x.Period; p.LastDay().Compare(last.LastDay()) > 0 {
			last = p
		}
	}
	if first == last {
		return w.period(first)
	}
	return w.tr("header.span", "p", w.period(first), "p2", w.period(last))
}

func (w *render) contents() {
	w.open("nav", a{"class", "wrap toc"}, a{"aria-labelledby", "contents"}, a{"id", "toc"})
	w.el("h2", w.tr("toc.title"), a{"id", "contents"})
	w.raw("<ol>")
	for _, id := range sections {
		w.raw("<li>")
		w.link("#"+id, w.tr("section."+id))
		w.raw("</li>")
	}
	w.raw("</ol>\n")
	if len(w.measured) > 0 {
		w.raw("<details><summary>")
		w.text(w.tr("toc.indicators", "n", w.count(len(w.measured))))
		w.raw("</summary><ul class=\"cols\">")
		for _, it := range w.measured {
			w.raw("<li>")
			s, lang := w.in(it.d.Label)
			w.link("#"+it.id, s, a{"lang", lang})
			w.raw("</li>")
		}
		w.raw("</ul></details>\n")
	}
	if len(w.towns) > 0 {
		w.raw("<details><summary>")
		w.text(w.tr("toc.cities", "n", w.count(len(w.towns))))
		w.raw("</summary><ul class=\"cols\">")
		for _, t := range w.towns {
			w.raw("<li>")
			w.link("#"+t.id, t.c.Name)
			w.raw("</li>")
		}
		w.raw("</ul></details>")
	}
	w.raw("</nav>\n")
}

// section opens a part of the report with its heading.
func (w *render) section(id string) {
	w.raw("\n")
	w.open("section", a{"class", "part"}, a{"id", id}, a{"aria-labelledby", id + "-h"})
	w.el("h2", w.tr("section."+id), a{"id", id + "-h"})
	w.raw("\n")
}

func (w *render) endSection() { w.raw("</section>\n") }

// back is the way up at the end of a sheet.
func (w *render) back() {
	w.raw(`<p class="back">`)
	w.link("#toc", w.tr("back"))
	w.raw("</p>\n")
}

// table opens a table in a region of its own that scrolls where the window is narrow.
func (w *render) table(caption, class string, heads ...string) {
	w.open("section", a{"class", "scroll"}, a{"tabindex", "0"}, a{"aria-label", caption})
	w.open("table", a{"class", class})
	w.caption(caption)
	w.raw("<thead><tr>")
	for _, h := range heads {
		class := ""
		if s, ok := strings.CutPrefix(h, ">"); ok { // numbers
			h, class = s, "num"
		}
		w.el("th", h, a{"scope", "col"}, a{"class", class})
	}
	w.raw("</tr></thead>\n<tbody>\n")
}

// caption is in a span that is no wider than the window, since the table may be.
func (w *render) caption(s string) {
	w.raw("<caption>")
	w.el("span", s)
	w.raw("</caption>")
}

func (w *render) endTable() { w.raw("</tbody></table></section>\n") }

func (w *render) para(key string, pairs ...string) {
	w.el("p", w.tr(key, pairs...))
	w.raw("\n")
}

// num writes a cell with a number in words or digits.
func (w *render) num(s string) { w.el("td", s, a{"class", "num"}) }

// cityLink writes a city's name as a link to its sheet.
func (w *render) cityLink(code string) {
	if t := w.byCode[code]; t != nil {
		w.link("#"+t.id, t.c.Name)
		return
	}
	w.text(code)
}

// itemLink writes an indicator's label as a link to its sheet, or to its family if it was not measured.
func (w *render) itemLink(it *item) {
	s, lang := w.in(it.d.Label)
	w.link("#"+it.id, s, a{"lang", lang})
}

func (w *render) footer(title string) {
	w.raw("<footer class=\"wrap\">")
	name, lang := w.in(w.r.Catalogue.Publisher.Name)
	w.raw("<p>")
	w.text(title)
	w.raw(" · ")
	w.text(locale.Date(w.r.Issued.UTC(), w.lang))
	if name != "" {
		w.raw(" · ")
		w.el("span", name, a{"lang", lang})
	}
	w.raw("</p>")
	w.para("footer.words", "c", w.r.Catalogue.ID, "v", w.r.Catalogue.Version)
	w.raw("</footer>\n")
}
