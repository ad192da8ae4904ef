package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/indicators/compare"
)

// cities are the sheets of the cities, by name.
func (w *render) cities() {
	w.section("cities")
	if len(w.towns) == 0 {
		w.para("cities.none")
	} else {
		w.para("cities.words", "k", w.count(w.r.Comparison.Config.Peers))
	}
	for _, t := range w.towns {
		w.city(t)
	}
	w.endSection()
}

// standing of one city in one indicator.
type stand struct {
	it *item
	p  *compare.Position
}

func (w *render) city(t *town) {
	var with []stand
	absent := map[string][]*item{}
	var reasons []string
	good, poor := []stand(nil), []stand(nil)
	for _, it := range w.measured {
		p := it.position(t.c.Code)
		if p == nil {
			continue
		}
		if !shown(p.Cell) {
			why := w.absent(p.Cell)
			if absent[why] == nil {
				reasons = append(reasons, why)
			}
			absent[why] = append(absent[why], it)
			continue
		}
		s := stand{it, p}
		with = append(with, s)
		switch p.Light {
		case compare.Good:
			good = append(good, s)
		case compare.Poor:
			poor = append(poor, s)
		}
	}
	w.open("article", a{"class", "sheet city"}, a{"id", t.id}, a{"aria-labelledby", t.id + "-h"})
	w.el("h3", t.c.Name, a{"id", t.id + "-h"})
	w.raw(`<p class="refs"><span>`)
	w.text(t.c.Province)
	if t.c.Community != t.c.Province {
		w.text(" · " + t.c.Community)
	}
	w.raw("</span> <span>")
	w.text(w.tr("city.code", "c", t.c.Code))
	w.raw("</span>")
	if t.c.Reference {
		w.raw(" <strong>")
		w.text(w.tr("city.reference"))
		w.raw("</strong>")
	}
	w.raw("</p>\n<p>")
	w.text(w.tr("city.summary", "n", w.count(len(with)), "of", w.count(len(w.measured)), "g", w.count(len(good)), "p", w.count(len(poor))))
	w.raw("</p>\n")
	w.extremes(t, good, poor)
	if len(with) > 0 {
		w.standings(t, with)
	}
	w.missing(reasons, absent, len(w.items)-len(w.measured))
	w.whoIs(t)
	w.peers(t)
	w.back()
	w.raw("</article>\n")
}

// extremes are the strengths and the concerns of a city: at most three of each, the farthest first.
func (w *render) extremes(t *town, good, poor []stand) {
	if len(good)+len(poor) == 0 {
		return
	}
	place := func(s stand) float64 { return s.it.place(s.p.Cell.Value) }
	slices.SortStableFunc(good, func(x, y stand) int { return cmp.Compare(place(y), place(x)) })
	slices.SortStableFunc(poor, func(x, y stand) int { return cmp.Compare(place(x), place(y)) })
	w.raw(`<div class="pair">`)
	for _, side := range []struct {
		key, class, symbol string
		list               []stand
	}{{"city.good", "g", "▲", good}, {"city.poor", "p", "▼", poor}} {
		list := side.list
		w.raw("<div>")
		w.open("h4")
		w.el("span", side.symbol, a{"class", "sy " + side.class}, a{"aria-hidden", "true"})
		w.raw(" ")
		w.text(w.tr(side.key))
		w.close("h4")
		if len(list) == 0 {
			w.para("city.none")
		} else {
			w.raw("<ul>")
			for i, s := range list {
				if i == 3 {
					break
				}
				w.raw("<li>")
				w.itemLink(s.it)
				w.text(" " + w.tr("city.rank", "p", w.period(s.it.x.Period), "k", w.rank(s.p.Rank), "of", w.count(s.it.x.Ranked)))
				w.raw("</li>")
			}
			w.raw("</ul>")
		}
		w.raw("</div>\n")
	}
	w.raw("</div>\n")
	for _, x := range t.conclusions {
		w.open("div", a{"class", "conclusion"}, a{"id", w.anchors[x.ID]})
		w.conclusion(x)
		w.raw("</div>\n")
	}
}

// standings is the table of a city's values, by whether a direction is better.
func (w *render) standings(t *town, with []stand) {
	notes := false
	for _, s := range with {
		own, given := w.note(s.p)
		notes = notes || own != "" || given != ""
	}
	heads := []string{w.tr("h.indicator"), w.tr("h.period"), ">" + w.tr("h.value"), w.tr("h.place"), w.tr("h.rank-of"), w.tr("h.standing"), ">" + w.tr("h.peer-median"), w.tr("h.change-before")}
	if notes {
		heads = append(heads, w.tr("h.note"))
	}
	w.table(w.tr("city.caption", "c", t.c.Name), "standing", heads...)
	for _, neutral := range []bool{false, true} {
		first := true
		for _, s := range with {
			if s.it.neutral() != neutral {
				continue
			}
			if first {
				key := "group.polar"
				if neutral {
					key = "group.neutral"
				}
				w.raw(`<tr class="group">`)
				w.el("th", w.tr(key), a{"scope", "rowgroup"}, a{"colspan", strconv.Itoa(len(heads))})
				w.raw("</tr>\n")
				first = false
			}
			w.standingRow(t, s, notes)
		}
	}
	w.endTable()
}

func (w *render) standingRow(t *town, s stand, notes bool) {
	it, p := s.it, s.p
	w.raw(`<tr><th scope="row">`)
	w.itemLink(it)
	w.el("small", w.unit(it.d), a{"class", "unit"})
	w.raw("</th>")
	w.el("td", w.period(it.x.Period), a{"class", "per"})
	w.raw(`<td class="num">`)
	w.value(t.c.Code, it.x.Period, it.d, p.Cell.Value)
	w.raw("</td><td>")
	if len(it.ranked) >= w.r.Comparison.Config.MinPeers {
		w.track(it, p)
	}
	w.raw("</td><td>")
	if p.Ranked {
		w.text(w.tr("rank.of", "k", w.rank(p.Rank), "of", w.count(it.x.Ranked)))
		if p.PeerRank > 0 {
			w.el("small", w.tr("rank.peers", "k", w.rank(p.PeerRank), "of", w.count(p.PeerCount+1)), a{"class", "unit"})
		}
	} else {
		w.text(w.tr("light.unranked"))
	}
	w.raw(`</td><td class="gr">`)
	w.standingCell(it, p)
	w.raw("</td>")
	if p.PeerMedian != nil {
		w.num(w.number(*p.PeerMedian, it.d.Decimals))
	} else {
		w.el("td", w.tr("too-few"), a{"class", "gap"})
	}
	w.raw("<td>")
	w.change(it, p.Change)
	w.raw("</td>")
	if notes {
		w.noteCell(p)
	}
	w.raw("</tr>\n")
}

// missing lists what a city has no value for, by reason.
func (w *render) missing(reasons []string, absent map[string][]*item, uncollected int) {
	w.el("h4", w.tr("city.missing"))
	w.raw("<ul>")
	for _, why := range reasons {
		w.raw("<li><strong>")
		w.text(why)
		w.raw("</strong>: ")
		for i, it := range absent[why] {
			if i > 0 {
				w.raw(", ")
			}
			w.itemLink(it)
			w.text(" (" + w.period(it.x.Period) + ")")
		}
		w.raw("</li>")
	}
	if uncollected > 0 {
		w.raw("<li>")
		w.text(w.plural("city.uncollected", uncollected))
		w.raw(" ")
		w.link("#network", w.tr("city.uncollected.link"))
		w.raw("</li>")
	}
	if len(reasons) == 0 && uncollected == 0 {
		w.el("li", w.tr("city.complete"))
	}
	w.raw("</ul>\n")
}

// whoIs is what is known of a city: memberships with their sources, mergers, its own words.
func (w *render) whoIs(t *town) {
	if len(t.c.Memberships)+len(t.c.Predecessors) > 0 || t.c.Since != "" {
		w.el("h4", w.tr("city.facts"))
		w.raw("<ul>")
		for _, m := range t.c.Memberships {
			w.raw("<li>")
			label := m.Group
			for _, g := range w.r.Network.Groups {
				if g.ID == m.Group {
					label = g.Label.In(w.lang)
				}
			}
			w.text(w.tr("membership", "g", label, "r", w.code("role", m.Role), "s", m.Stated))
			w.raw(" ")
			w.open("small", a{"class", "src"}, w.foreign())
			w.text(m.Source)
			w.raw("</small></li>")
		}
		if t.c.Since != "" {
			w.el("li", w.tr("city.since", "d", t.c.Since))
		}
		for _, p := range t.c.Predecessors {
			w.el("li", w.tr("city.predecessor", "c", p.Name, "k", p.Code, "d", p.Until))
		}
		w.raw("</ul>\n")
	}
	if len(t.c.Comments) > 0 {
		w.el("h4", w.tr("city.comments"))
		for _, c := range t.c.Comments {
			w.raw(`<blockquote><p><strong>`)
			w.text(w.label(c.Indicator))
			w.raw("</strong></p>")
			w.words("p", c.Text)
			w.raw("</blockquote>\n")
		}
	}
}

// peers are the cities most like one, with why.
func (w *render) peers(t *town) {
	w.el("h4", w.tr("city.peers"))
	if t.peers == nil {
		why := w.tr("peers.none")
		for i := range w.r.Comparison.Peers {
			if g := &w.r.Comparison.Peers[i]; g.Entity == t.c.Code && g.Why != "" {
				why += " (" + w.code("peers", g.Why) + ")"
			}
		}
		w.el("p", why)
		return
	}
	heads := []string{w.tr("h.city"), ">" + w.tr("h.distance")}
	for _, s := range w.r.Comparison.Structure {
		heads = append(heads, ">"+w.label(s.ID))
	}
	w.table(w.tr("peers.caption", "c", t.c.Name), "plain narrow", heads...)
	for _, p := range t.peers.Peers {
		w.raw(`<tr><th scope="row">`)
		w.cityLink(p.Entity)
		w.raw("</th>")
		w.num(w.number(p.Distance, 2))
		for i := range w.r.Comparison.Structure {
			if i < len(p.Share) {
				w.num(w.percent(100*p.Share[i], 0))
			} else {
				w.num("")
			}
		}
		w.raw("</tr>\n")
	}
	w.endTable()
}
