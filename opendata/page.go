package opendata

import (
	"html"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/locale"
	"github.com/almotacen/almotacen/opendata/dcat"
)

const style = `:root{color-scheme:light}
body{font:1rem/1.55 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.5rem;z-index:1}
header,main,footer{max-width:60rem;margin:0 auto;padding:1rem}
header{border-bottom:.25rem solid #0b3d91}footer{border-top:1px solid #767676;margin-top:3rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.4rem;margin:2.5rem 0 .5rem}h3{font-size:1.15rem;margin:2rem 0 .5rem}
a{color:#0b3d91;overflow-wrap:anywhere}a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:.2rem solid #b34700;outline-offset:.15rem}
nav a{display:inline-block;min-height:1.6rem}nav ul{columns:18rem;padding-left:1.2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{font-weight:600}dd{margin:0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}thead th{background:#eef2f9}td.n{text-align:right;white-space:nowrap}
summary{cursor:pointer;padding:.4rem 0}
@media print{a{color:#000}details>*{display:block}}
@media (max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
`

// page writes the index page in a language: what there is, in which files, and
// whom to ask.
func (b *builder) page(i int, lang string) []byte {
	h := &page{lang: lang, w: words[lang]}
	title := indicators.Text(b.catalog.Title).In(lang)
	h.raw("<!DOCTYPE html>\n<html lang=\"", lang, "\">\n<head>\n<meta charset=\"utf-8\">\n")
	h.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
	h.text(title)
	h.raw("</title>\n")
	h.raw(`<link rel="alternate" type="text/turtle" href="`, CatalogTurtle, `" title="DCAT-AP-ES, Turtle">`, "\n")
	h.raw(`<link rel="alternate" type="application/ld+json" href="`, CatalogJSONLD, `" title="DCAT-AP-ES, JSON-LD">`, "\n")
	h.raw("<style>\n", style, "</style>\n</head>\n<body>\n")
	h.raw(`<a class="skip" href="#main">`)
	h.text(h.w.skip)
	h.raw("</a>\n<header>\n<p>")
	h.text(indicators.Text(b.p.Publisher.Name).In(lang))
	h.raw("</p>\n")
	for j, other := range b.langs {
		if j != i {
			h.raw(`<p><a href="`, indexName(j, other), `" hreflang="`, other, `" lang="`, other, `">`)
			h.text(words[other].self)
			h.raw("</a></p>\n")
		}
	}
	h.raw("</header>\n<main id=\"main\">\n<h1>")
	h.text(title)
	h.raw("</h1>\n<p>")
	h.text(indicators.Text(b.catalog.Description).In(lang))
	h.raw("</p>\n<nav aria-labelledby=\"datasets\">\n<h2 id=\"datasets\">")
	h.text(h.w.datasets)
	h.raw("</h2>\n<ul>\n")
	for j, s := range b.sets {
		h.raw(`<li><a href="#`, s.id, `">`)
		h.text(indicators.Text(b.catalog.Datasets[j].Title).In(lang))
		h.raw("</a></li>\n")
	}
	h.raw("</ul>\n</nav>\n")
	for j, s := range b.sets {
		b.section(h, s, b.catalog.Datasets[j])
	}
	b.lacking(h)
	b.about(h)
	h.raw("</main>\n<footer>\n<p>")
	h.text(h.w.machine)
	h.raw(`: <a href="`, CatalogTurtle, `">DCAT-AP-ES (Turtle)</a>, <a href="`, CatalogJSONLD, `">DCAT-AP-ES (JSON-LD)</a></p>`, "\n</footer>\n</body>\n</html>\n")
	return []byte(h.b.String())
}

// section is a dataset: what it is, its files, its contents.
func (b *builder) section(h *page, s set, d dcat.Dataset) {
	title := indicators.Text(d.Title).In(h.lang)
	h.raw(`<section aria-labelledby="`, s.id, `">`, "\n<h3 id=\"", s.id, "\">")
	h.text(title)
	h.raw("</h3>\n<p>")
	h.text(b.abouts[s.id][h.lang])
	h.raw("</p>\n<dl>\n")
	if d.Temporal.End != "" {
		h.pair(h.w.period, string(d.Temporal.Start)+" – "+string(d.Temporal.End))
	}
	h.pair(h.w.updated, locale.Date(b.p.Modified, h.lang))
	h.raw("</dl>\n")
	h.table(h.w.files+" «"+title+"»", h.w.file, h.w.format, h.w.size)
	for _, f := range s.files {
		h.raw(`<tr><th scope="row"><a href="`, html.EscapeString(f.path), `">`)
		h.text(f.path)
		h.raw("</a></th><td>")
		h.text(f.format)
		h.raw(`</td><td class="n">`)
		h.text(locale.Number(float64(len(b.files[f.path])), 0, h.lang) + "\u00a0" + h.w.bytes)
		h.raw("</td></tr>\n")
	}
	h.raw("</tbody>\n</table></div>\n")
	if len(s.contents) > 0 {
		h.raw("<details>\n<summary>")
		h.text(h.w.contents + " «" + title + "»")
		h.raw("</summary>\n")
		h.table(h.w.contents+" «"+title+"»", h.w.label, h.w.code, h.w.unit)
		for _, c := range s.contents {
			h.raw(`<tr><th scope="row">`)
			h.text(c.label.In(h.lang))
			h.raw("</th><td>")
			h.text(c.id)
			h.raw("</td><td>")
			h.text(c.unit)
			h.raw("</td></tr>\n")
		}
		h.raw("</tbody>\n</table></div>\n</details>\n")
	}
	h.raw("</section>\n")
}

// lacking names the families without figures.
func (b *builder) lacking(h *page) {
	if len(b.lack) == 0 {
		return
	}
	h.raw("<h2 id=\"not-measured\">")
	h.text(h.w.notMeasured)
	h.raw("</h2>\n<p>")
	h.text(h.w.noFigure)
	h.raw("</p>\n<ul>\n")
	for _, label := range b.lack {
		h.raw("<li>")
		h.text(label.In(h.lang))
		h.raw("</li>\n")
	}
	h.raw("</ul>\n")
}

// about is the licence, the publisher and the contact.
func (b *builder) about(h *page) {
	c := b.catalog
	h.raw("<h2 id=\"about\">")
	h.text(h.w.about)
	h.raw("</h2>\n<dl>\n")
	h.link(h.w.licence, c.License, licenceName(c.License))
	h.link(h.w.publisher, c.Publisher.IRI, indicators.Text(c.Publisher.Name).In(h.lang))
	h.pair(h.w.updated, locale.Date(b.p.Modified, h.lang))
	h.raw("</dl>\n<h2 id=\"contact\">")
	h.text(h.w.contact)
	h.raw("</h2>\n<dl>\n")
	h.pair(h.w.office, indicators.Text(c.Contact.Name).In(h.lang))
	if m := c.Contact.Mail; m != "" {
		h.link(h.w.mail, "mailto:"+m, m)
	}
	if t := c.Contact.Telephone; t != "" {
		h.link(h.w.telephone, "tel:"+t, t)
	}
	h.link(h.w.form, c.Contact.URL, c.Contact.URL)
	h.raw("</dl>\n")
}

// licenceName is a name that people know, or the IRI.
func licenceName(iri string) string {
	switch iri {
	case dcat.CCBY:
		return "Creative Commons BY 4.0"
	case dcat.CC0:
		return "Creative Commons CC0 1.0"
	}
	return iri
}

// page is HTML being written.
type page struct {
	b    strings.Builder
	lang string
	w    vocabulary
}

func (h *page) raw(parts ...string) {
	for _, s := range parts {
		h.b.WriteString(s)
	}
}

func (h *page) text(s string) { h.b.WriteString(html.EscapeString(s)) }

func (h *page) pair(term, s string) {
	if s != "" {
		h.raw("<dt>")
		h.text(term)
		h.raw("</dt><dd>")
		h.text(s)
		h.raw("</dd>\n")
	}
}

// link writes a term and a link; only http, mailto and tel are linked.
func (h *page) link(term, href, s string) {
	if href == "" {
		return
	}
	if s == "" {
		s = href
	}
	for _, scheme := range []string{"http://", "https://", "mailto:", "tel:"} {
		if strings.HasPrefix(href, scheme) {
			h.raw("<dt>")
			h.text(term)
			h.raw(`</dt><dd><a href="`, html.EscapeString(href), `">`)
			h.text(s)
			h.raw("</a></dd>\n")
			return
		}
	}
	h.pair(term, s)
}

// table begins a table that scrolls by itself; the last column is of numbers.
func (h *page) table(caption string, columns ...string) {
	h.raw(`<div class="wide" role="region" tabindex="0" aria-label="`, html.EscapeString(caption), `"><table>`, "\n<caption>")
	h.text(caption)
	h.raw("</caption>\n<thead><tr>")
	for _, c := range columns {
		h.raw(`<th scope="col">`)
		h.text(c)
		h.raw("</th>")
	}
	h.raw("</tr></thead>\n<tbody>\n")
}
