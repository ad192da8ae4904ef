package procurement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/procurement/law"
)

// TimelineConfig says how a timeline is written.
type TimelineConfig struct {
	At   law.Date // the day of the question: later events are left out
	Lang string   // "es" or "en"
	// Internal shows what must not be published: a collusion incident (LCSP
	// 150.1). Without it the events, states and findings of one are left out.
	Internal bool
}

// stretch is a state of one part of a case and the days it lasted.
type stretch struct {
	state    State
	from, to law.Date // to is the first day of the next state, or the end of the drawing
}

// row is one part of a case in the drawing of a timeline.
type row struct {
	label     string
	region    Region
	stretches []stretch
}

// Timeline writes the case as one section of HTML, complete in itself and
// without scripts: a drawing of the states of every part over time, the events
// in order with their documents and what the guards found, what is overdue, and
// what can be done next. Colour never stands alone: every verdict is a word.
func (c *Case) Timeline(cfg TimelineConfig) string {
	pick := func(es, en string) string { return Text{es, en}.In(cfg.Lang) }
	esc := escape
	rows := c.rows(cfg)
	findings := c.Check(cfg.At)
	byEvent := map[int][]Finding{}
	var due []Finding
	count := map[Verdict]int{}
	for _, f := range findings {
		if !cfg.Internal && secret(f.Kind, f.Guard) {
			continue
		}
		count[f.Verdict]++
		if f.Due {
			due = append(due, f)
		} else {
			byEvent[f.Event] = append(byEvent[f.Event], f)
		}
	}
	status := c.Status(cfg.At)
	var b strings.Builder
	title := pick("Expediente ", "Case ") + c.id
	fmt.Fprintf(&b, "<section class=\"case-timeline\" lang=\"%s\" aria-label=\"%s\">\n%s<h2>%s</h2>\n", Text{"es", "en"}.In(cfg.Lang), esc(title), timelineStyle, esc(title))
	summary := fmt.Sprintf(pick("A %s: %s. Estado: %s. Comprobaciones: %d correctas, %d infracciones, %d sin determinar.",
		"On %s: %s. State: %s. Checks: %d ok, %d breaches, %d unknown."), cfg.At, titles[status.Model].title.In(cfg.Lang), status.Case.Info().Label.In(cfg.Lang), count[OK], count[Breach], count[Unknown])
	fmt.Fprintf(&b, "<p>%s</p>\n", esc(summary))
	c.drawTimeline(&b, rows, summary, cfg)
	fmt.Fprintf(&b, "<h3>%s</h3>\n<ol class=\"events\">\n", pick("Hechos", "Events"))
	events := c.Events()
	order := make([]int, len(events))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return events[x].Date.Compare(events[y].Date) })
	for _, i := range order {
		e := &events[i]
		if e.Date.After(cfg.At) || !cfg.Internal && secret(e.Kind, nil) {
			continue
		}
		fmt.Fprintf(&b, "<li id=\"e%d\"><time datetime=\"%s\">%s</time> <strong>%s</strong>", i+1, e.Date, e.Date, esc(e.Kind.Info().Label.In(cfg.Lang)))
		for _, s := range []string{prefixed(pick("lote ", "lot "), e.Lot), e.Party, phaseName(e.Phase, cfg.Lang), e.Amount.String(), prefixed(pick("hasta ", "until "), e.Until.String())} {
			if s != "" {
				fmt.Fprintf(&b, " · %s", esc(s))
			}
		}
		for _, d := range e.Documents {
			fmt.Fprintf(&b, " · <span class=\"doc\">%s</span>", esc(strings.TrimSpace(d.Kind.Info().Label.In(cfg.Lang)+" "+d.ID)))
		}
		if e.Note != "" {
			fmt.Fprintf(&b, "<br><span class=\"note\">%s</span>", esc(e.Note))
		}
		writeFindings(&b, byEvent[i+1], cfg.Lang)
		b.WriteString("</li>\n")
	}
	b.WriteString("</ol>\n")
	if len(due) > 0 {
		fmt.Fprintf(&b, "<h3>%s</h3>\n", pick("Pendiente y fuera de plazo o sin determinar", "Due and late, or unknown"))
		writeFindings(&b, due, cfg.Lang)
	}
	c.writeNext(&b, cfg)
	b.WriteString("</section>\n")
	return b.String()
}

// secret says whether something belongs to a collusion incident.
func secret(k Kind, g *Guard) bool {
	return k == CollusionReferred || k == CollusionCleared || g != nil && g.ID == "collusion-open"
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func phaseName(n int, lang string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(Text{"fase %d", "phase %d"}.In(lang), n)
}

const timelineStyle = `<style>
.case-timeline{font:16px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:70rem}
.case-timeline svg{max-width:100%;height:auto}
.case-timeline ol.events{list-style:none;padding:0;border-left:3px solid #2b5d80}
.case-timeline ol.events>li{padding:.35rem 0 .35rem 1rem}
.case-timeline ul{margin:.2rem 0;padding-left:1.2rem}
.case-timeline .breach{color:#8f1d1d}.case-timeline .unknown{color:#6b4e00}.case-timeline .ok{color:#1f5c2e}
.case-timeline .doc,.case-timeline .note{color:#444}
.case-timeline table{border-collapse:collapse}.case-timeline td,.case-timeline th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}
</style>
`

// writeFindings lists breaches and unknowns, and folds what is ok away.
func writeFindings(b *strings.Builder, fs []Finding, lang string) {
	if len(fs) == 0 {
		return
	}
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(x, y Finding) int { return int(y.Verdict) - int(x.Verdict) })
	open := false
	list := func(f *Finding) {
		fmt.Fprintf(b, "<li class=\"%s\">%s", f.Verdict, escape(f.Message(lang)))
		for i, n := range f.Evidence() {
			if i == 0 {
				b.WriteString(Text{" · se ha leído: ", " · read: "}.In(lang))
			} else {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "<a href=\"#e%d\">%d</a>", n, n)
		}
		b.WriteString("</li>\n")
	}
	oks := 0
	for i := range fs {
		if fs[i].Verdict == OK {
			oks++
			continue
		}
		if !open {
			b.WriteString("\n<ul>\n")
			open = true
		}
		list(&fs[i])
	}
	if open {
		b.WriteString("</ul>\n")
	}
	if oks > 0 {
		what := Text{"comprobaciones correctas", "checks ok"}
		if oks == 1 {
			what = Text{"comprobación correcta", "check ok"}
		}
		fmt.Fprintf(b, "\n<details><summary class=\"ok\">%d %s</summary><ul>\n", oks, what.In(lang))
		for i := range fs {
			if fs[i].Verdict == OK {
				list(&fs[i])
			}
		}
		b.WriteString("</ul></details>\n")
	}
}

// writeNext is the table of what can be done.
func (c *Case) writeNext(b *strings.Builder, cfg TimelineConfig) {
	pick := func(es, en string) string { return Text{es, en}.In(cfg.Lang) }
	var rows strings.Builder
	for _, o := range c.Next(cfg.At) {
		if o.Kind == Recorded || !cfg.Internal && secret(o.Kind, nil) {
			continue
		}
		what := o.Kind.Info().Label.In(cfg.Lang)
		for _, s := range []string{o.Lot, o.Party, phaseName(o.Phase, cfg.Lang)} {
			if s != "" {
				what += " · " + s
			}
		}
		days := o.From.String()
		if !o.Until.IsZero() {
			days += " – " + o.Until.String()
		}
		if o.Late() {
			days = pick("plazo vencido el ", "period over on ") + o.Until.String()
		}
		var needs []string
		for _, m := range o.Needs {
			needs = append(needs, m.Label().In(cfg.Lang))
		}
		var against []string
		for i := range o.Breaches {
			if cfg.Internal || !secret(0, o.Breaches[i].Guard) {
				against = append(against, o.Breaches[i].Message(cfg.Lang))
			}
		}
		fmt.Fprintf(&rows, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", escape(what), escape(o.Actor.Label().In(cfg.Lang)),
			escape(days), escape(strings.Join(needs, "; ")), escape(o.Source.String()), escape(strings.Join(against, "; ")))
	}
	if rows.Len() == 0 {
		return
	}
	fmt.Fprintf(b, "<h3>%s</h3>\n<table><thead><tr>", pick("Qué se puede hacer", "What can be done"))
	for _, h := range []string{pick("Acto", "Act"), pick("Quién", "Who"), pick("Días", "Days"), pick("Hace falta", "Needs"), pick("Norma", "Rule"), pick("En contra", "Against it")} {
		fmt.Fprintf(b, "<th scope=\"col\">%s</th>", h)
	}
	b.WriteString("</tr></thead><tbody>\n" + rows.String() + "</tbody></table>\n")
}

// rows folds the log and notes how long each part was in each state.
func (c *Case) rows(cfg TimelineConfig) []row {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f := new(fold)
	f.reset(c)
	j := judge{fold: f, at: cfg.At}
	type part struct {
		region Region
		a, b   int32
	}
	index := map[part]int{}
	var out []row
	note := func(p part, label string, s State, day law.Date) {
		i, ok := index[p]
		if !ok {
			if s == p.region.first() {
				return // not begun
			}
			i = len(out)
			index[p] = i
			out = append(out, row{label: label, region: p.region})
		}
		r := &out[i]
		if n := len(r.stretches); n > 0 {
			if r.stretches[n-1].state == s {
				return
			}
			r.stretches[n-1].to = day
		}
		r.stretches = append(r.stretches, stretch{state: s, from: day})
	}
	pick := func(es, en string) string { return Text{es, en}.In(cfg.Lang) }
	for place := range c.order {
		j.step(int32(place + 1))
		day := f.at(int32(place + 1)).Date
		if day.IsZero() || day.After(cfg.At) {
			continue
		}
		note(part{RegionCase, 0, 0}, pick("expediente", "case"), f.state, day)
		if cfg.Internal {
			note(part{RegionCollusion, 0, 0}, RegionCollusion.Label().In(cfg.Lang), f.collusion, day)
		}
		for i := range f.lots {
			l := &f.lots[i]
			name := pick("lote", "lot")
			if l.name >= 0 {
				name += " " + c.lots[l.name]
			}
			note(part{RegionLot, int32(i), 0}, name, l.state, day)
			note(part{RegionAppeal, int32(i), 0}, pick("recurso, ", "appeal, ")+name, l.appeal, day)
		}
		for i := range f.contracts {
			x := &f.contracts[i]
			note(part{RegionContract, x.lot, x.party}, pick("contrato, ", "contract, ")+c.parties[x.party], x.state, day)
		}
		for i := range f.phases {
			x := &f.phases[i]
			note(part{RegionPhase, x.phase, x.party}, phaseName(int(x.phase), cfg.Lang)+", "+c.parties[x.party], x.state, day)
		}
	}
	slices.SortStableFunc(out, func(a, b row) int { return int(a.region) - int(b.region) })
	return out
}

// Measures of the drawing of a timeline, in pixels.
const (
	timelineLabels = 190
	timelineWidth  = 860
	timelineRow    = 26
)

var regionColours = map[Region]string{RegionCase: "#cfe3f3", RegionLot: "#d7ecd9", RegionContract: "#f3e6c4", RegionPhase: "#e4dcf1", RegionAppeal: "#f6d5d5", RegionCollusion: "#f6d5d5"}

// drawTimeline appends the bars of states over time.
func (c *Case) drawTimeline(b *strings.Builder, rows []row, summary string, cfg TimelineConfig) {
	if len(rows) == 0 {
		return
	}
	from, to := rows[0].stretches[0].from, cfg.At
	for _, r := range rows {
		if d := r.stretches[0].from; d.Before(from) {
			from = d
		}
	}
	days := max(to.Sub(from), 1)
	x := func(d law.Date) int { return timelineLabels + d.Sub(from)*timelineWidth/days }
	height := 34 + timelineRow*len(rows) + 8
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="11">`+"\n", timelineLabels+timelineWidth+20, height, escape(summary))
	for _, d := range ticks(from, to) {
		fmt.Fprintf(b, `<path d="M%d 22V%d" stroke="#ccc"/><text x="%d" y="16" text-anchor="middle" fill="#333">%s</text>`+"\n", x(d), height-4, x(d), d.String()[:7])
	}
	for i, r := range rows {
		y := 30 + timelineRow*i
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#111">%s</text>`+"\n", timelineLabels-8, y+14, escape(shorten(r.label, 30)))
		for _, s := range r.stretches {
			end := s.to
			if end.IsZero() {
				end = to
			}
			if s.state == r.region.first() && r.region != RegionCase {
				continue
			}
			label := s.state.Info().Label.In(cfg.Lang)
			w := max(x(end)-x(s.from), 2)
			fmt.Fprintf(b, `<g><title>%s: %s, %s – %s</title><rect x="%d" y="%d" width="%d" height="20" fill="%s" stroke="#555"/>`, escape(r.label), escape(label), s.from, end, x(s.from), y, w, regionColours[r.region])
			if n := (w - 6) / 6; n >= 4 {
				fmt.Fprintf(b, `<text x="%d" y="%d" fill="#111">%s</text>`, x(s.from)+4, y+14, escape(shorten(label, n)))
			}
			b.WriteString("</g>\n")
		}
	}
	b.WriteString("</svg>\n")
}

// ticks are first days of months, not more than twelve or so.
func ticks(from, to law.Date) (out []law.Date) {
	step := max(to.Sub(from)/30/12, 1)
	y, m, _ := from.Civil()
	d, err := law.NewDate(y, m, 1)
	for ; err == nil && !d.IsZero() && !d.After(to); d = d.AddMonths(step) {
		if !d.Before(from) {
			out = append(out, d)
		}
	}
	return out
}

func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(n-1, 0)]) + "…"
}
