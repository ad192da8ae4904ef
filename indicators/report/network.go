package report

import (
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/locale"
)

// network is a page for each service family: what was measured of it, and what was not and why.
func (w *render) network() {
	w.section("network")
	w.para("network.words")
	for _, f := range w.families {
		w.family(f)
	}
	if len(w.families) == 0 {
		w.para("network.empty")
	}
	w.endSection()
}

func (w *render) family(f *family) {
	name, lang := w.in(f.f.Label)
	if name == "" {
		name = f.f.ID
	}
	var measured, lacking []*item
	for _, it := range f.items {
		if it.measured() {
			measured = append(measured, it)
		} else {
			lacking = append(lacking, it)
		}
	}
	w.open("article", a{"class", "family"}, a{"id", f.id}, a{"aria-labelledby", f.id + "-h"})
	w.open("h3", a{"id", f.id + "-h"}, a{"lang", lang})
	w.text(name)
	w.close("h3")
	if s, _ := w.in(f.f.Description); s != "" {
		w.words("p", f.f.Description)
	}
	w.el("p", w.tr("family.count", "n", w.count(len(measured)), "of", w.count(len(f.items))), a{"class", "meta"})
	w.raw("\n")
	if len(measured) > 0 {
		w.table(w.tr("family.measured", "f", name), "wide", w.tr("h.indicator"), w.tr("h.period"), w.tr("h.distribution"),
			">"+w.tr("h.q1"), ">"+w.tr("h.median"), ">"+w.tr("h.q3"), ">"+w.tr("h.network"), w.tr("h.method"), w.tr("h.network-change"))
		for _, it := range measured {
			w.raw(`<tr><th scope="row">`)
			w.itemLink(it)
			w.el("small", w.unit(it.d), a{"class", "unit"})
			w.raw("</th>")
			w.el("td", w.period(it.x.Period), a{"class", "per"})
			w.raw("<td>")
			w.box(it)
			w.el("small", w.tr("ranked.of", "n", w.count(it.x.Ranked), "of", w.count(it.x.Members)))
			w.raw("</td>")
			if d := it.x.Distribution; d != nil {
				w.num(w.number(d.Q1, it.d.Decimals))
				w.num(w.number(d.Median, it.d.Decimals))
				w.num(w.number(d.Q3, it.d.Decimals))
			} else {
				w.el("td", w.tr("too-few"), a{"colspan", "3"})
			}
			w.networkCell(it)
			w.el("td", w.code("method", it.x.Network.Method))
			w.raw("<td>")
			w.networkChange(it)
			w.raw("</td></tr>\n")
		}
		w.endTable()
	}
	if len(lacking) > 0 {
		w.table(w.tr("family.lacking", "f", name), "plain", w.tr("h.indicator"), w.tr("h.definition"), w.tr("h.lacking"))
		for _, it := range lacking {
			w.open("tr", a{"id", it.id})
			w.raw(`<th scope="row">`)
			w.words("span", it.d.Label)
			w.el("small", w.unit(it.d)+" · "+w.code("polarity", string(it.d.Polarity)), a{"class", "unit"})
			w.raw("</th><td>")
			w.definition(it, true)
			w.raw("</td><td>")
			w.el("strong", w.tr("not-measured"))
			if it.cov != nil && len(it.cov.Lacking) > 0 {
				names := make([]string, len(it.cov.Lacking))
				for i, id := range it.cov.Lacking {
					names[i] = w.label(id)
				}
				w.raw(" ")
				w.el("span", w.tr("lacking", "v", strings.Join(names, "; ")))
			}
			w.raw("</td></tr>\n")
		}
		w.endTable()
	}
	w.raw("</article>\n")
}

// networkChange is how the network's value changed since the first and the previous comparable period.
func (w *render) networkChange(it *item) {
	if it.x.Network.Value == nil {
		w.text(w.tr("network.none"))
		return
	}
	pts := points(it.x.Series)
	k := -1
	for i := range pts {
		if pts[i].Period == it.x.Period {
			k = i
		}
	}
	if k < 1 {
		w.text(w.tr("change.one-period"))
		return
	}
	if !comparableSteps(it.d, pts[k-1], pts[k]) {
		w.text(w.tr("change.break"))
		return
	}
	first := k - 1
	for first > 0 && comparableSteps(it.d, pts[first-1], pts[first]) {
		first--
	}
	since := func(i int) string {
		return w.tr("change.since", "d", locale.Signed(*pts[k].Value-*pts[i].Value, it.d.Decimals, w.lang), "p", w.period(pts[i].Period))
	}
	w.text(since(k - 1))
	if first < k-1 {
		w.raw("; ")
		w.text(since(first))
	}
	if pts[first].Used != pts[k].Used {
		w.raw(" ")
		w.el("small", w.tr("change.unequal", "n", w.count(pts[first].Used), "n2", w.count(pts[k].Used)))
	}
}

// definition writes how an indicator is computed, in words and as its formula.
func (w *render) definition(it *item, short bool) {
	if it.def == nil {
		w.text(w.tr("definition.none"))
		return
	}
	if s, _ := w.in(it.def.Words); s != "" {
		w.words("span", it.def.Words)
		w.raw("<br>")
	} else if short {
		w.words("span", it.d.Description)
		w.raw("<br>")
	}
	w.el("code", strings.Join(strings.Fields(it.def.Formula), " "))
}

// target is a target in words.
func (w *render) target(d *indicators.Indicator, t *indicators.Target) string {
	switch {
	case t.Min != nil && t.Max != nil && *t.Min == *t.Max:
		return w.withUnit(d, *t.Min)
	case t.Min != nil && t.Max != nil:
		return w.tr("target.between", "v", w.withUnit(d, *t.Min), "v2", w.withUnit(d, *t.Max))
	case t.Min != nil:
		return w.tr("target.min", "v", w.withUnit(d, *t.Min))
	case t.Max != nil:
		return w.tr("target.max", "v", w.withUnit(d, *t.Max))
	}
	return ""
}
