package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/locale"
)

// tr is a message of the report in its language, with {name} replaced for each
// pair of name and text.
func (w *render) tr(key string, pairs ...string) string {
	s := w.messages[key]
	if len(pairs) == 0 {
		return s
	}
	p := make([]string, len(pairs))
	for i := range pairs {
		p[i] = pairs[i]
		if i%2 == 0 {
			p[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(p...).Replace(s)
}

// code is the words for a code of the library (a status, a rule); one without words is shown as it is.
func (w *render) code(prefix, code string) string {
	if s := w.messages[prefix+"."+code]; s != "" {
		return s
	}
	return code
}

// plural chooses between the messages key.one and key.many.
func (w *render) plural(key string, n int, pairs ...string) string {
	form := key + ".many"
	if n == 1 {
		form = key + ".one"
	}
	return w.tr(form, append([]string{"n", w.count(n)}, pairs...)...)
}

func (w *render) count(n int) string { return locale.Number(float64(n), 0, w.lang) }

func (w *render) number(v float64, decimals int) string { return locale.Number(v, decimals, w.lang) }

func (w *render) percent(v float64, decimals int) string { return locale.Percent(v, decimals, w.lang) }

func (w *render) period(p period.Period) string {
	if p.IsZero() {
		return w.tr("none")
	}
	return locale.Period(p, w.lang)
}

// in is a text in the report's language, and its language if it is another.
func (w *render) in(t indicators.Text) (s, lang string) {
	s = t.In(w.lang)
	if t[w.lang] == s {
		return s, ""
	}
	for _, l := range []string{"es", "en"} {
		if t[l] == s {
			return s, l
		}
	}
	for l, v := range t {
		if v == s && (lang == "" || l < lang) {
			lang = l
		}
	}
	return s, lang
}

// words writes an element with a text of the catalogue, marked with its language if that is not the report's.
func (w *render) words(tag markup, t indicators.Text, attrs ...a) {
	s, lang := w.in(t)
	w.el(tag, s, append([]a{{"lang", lang}}, attrs...)...)
}

// foreign is the lang attribute of texts that came with the data.
func (w *render) foreign() a {
	if w.c.DataLanguage == w.lang {
		return a{"lang", ""}
	}
	return a{"lang", w.c.DataLanguage}
}

// unit is the indicator's unit for people.
func (w *render) unit(d *indicators.Indicator) string {
	if s := d.UnitLabel.In(w.lang); s != "" {
		return s
	}
	return d.Unit.String()
}

// withUnit is a value with its unit: "12,3 %", "459 kg por habitante".
func (w *render) withUnit(d *indicators.Indicator, v float64) string {
	u := w.unit(d)
	if u == "%" {
		return w.percent(v, d.Decimals)
	}
	return w.number(v, d.Decimals) + "\u00a0" + u
}

// rank is a rank as text; those of ties may end in a half.
func (w *render) rank(v float64) string {
	if v == math.Trunc(v) {
		return w.number(v, 0)
	}
	return w.number(v, 1)
}

// value writes a value of an indicator, to be found again by entity, period and indicator.
func (w *render) value(entity string, at period.Period, d *indicators.Indicator, v float64) {
	w.el("data", w.number(v, d.Decimals), a{"class", "v"}, a{"value", shortest(v)}, a{"data-k", entity + "|" + at.String() + "|" + d.ID})
}

// absent says in words why there is no value.
func (w *render) absent(c cube.Cell) string {
	if c.Status.Observed() { // and not shown
		return w.tr("absent.confidential")
	}
	for _, r := range c.Reasons {
		if s := w.messages["absent."+r.Code]; s != "" {
			return s
		}
	}
	return w.code("presence", c.Status.Presence().String())
}

// flagged names the flags of a status, joined by commas.
func (w *render) flagged(s cube.Status) string {
	var out []string
	for f := cube.Provisional; f <= cube.Unvalidated; f <<= 1 {
		if s&f != 0 {
			name, _ := strings.CutPrefix(f.String(), "observed+")
			out = append(out, w.code("flag", name))
		}
	}
	return strings.Join(out, ", ")
}

// note is what a reader must know of a cell: its flags, why it is not ranked,
// and the reason given with the data (in their language).
func (w *render) note(p *compare.Position) (own, given string) {
	var parts []string
	if f := w.flagged(p.Cell.Status); f != "" {
		parts = append(parts, f)
	}
	if shown(p.Cell) && !p.Ranked && p.Why != "" && p.Cell.Status.Flags() == 0 {
		parts = append(parts, w.code("why", p.Why))
	}
	return strings.Join(parts, "; "), w.given(p.Cell)
}

// given is the texts of the reasons of a cell, each once.
func (w *render) given(c cube.Cell) string {
	var out []string
	for _, r := range c.Reasons {
		if r.Text != "" && r.Code != cube.ReasonNotComputable && !contains(out, r.Text) {
			out = append(out, r.Text)
		}
	}
	return strings.Join(out, "; ")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sign is the class and the symbol of a position's light.
func sign(p *compare.Position) (class, symbol string) {
	switch {
	case !p.Ranked && p.Why == compare.WhyReference:
		return "r", "○"
	case !p.Ranked:
		return "n", "▨"
	case p.Light == compare.Good:
		return "g", "▲"
	case p.Light == compare.Poor:
		return "p", "▼"
	case p.Light == compare.Middle:
		return "m", "●"
	}
	return "u", "◆"
}

// standing is quartile and light in words.
func (w *render) standing(it *item, p *compare.Position) string {
	switch {
	case !p.Ranked:
		return w.tr("light.unranked")
	case p.Light != compare.NoLight:
		return w.code("light", p.Light.String())
	case p.Quartile > 0:
		return w.code("quartile", strconv.Itoa(p.Quartile))
	}
	return w.tr("light.none")
}

// change writes how a value changed, with the direction in words.
func (w *render) change(it *item, c *compare.Change) {
	if c == nil {
		w.el("span", "–", a{"aria-hidden", "true"})
		w.el("span", w.tr("change.none"), a{"class", "vh"})
		return
	}
	w.raw(`<span class="gr">`)
	w.text(locale.Signed(c.Absolute, it.d.Decimals, w.lang))
	if c.Relative != nil && it.d.Unit.String() != "%" {
		w.raw(" (")
		w.text(signedPercent(100*(*c.Relative), w.lang))
		w.raw(")")
	}
	w.raw("</span>")
	switch {
	case !c.Comparable:
		w.raw(" ")
		w.el("small", w.tr("change.break"))
	case c.Better > 0:
		w.raw(" ")
		w.el("small", w.tr("change.better"))
	case c.Better < 0:
		w.raw(" ")
		w.el("small", w.tr("change.worse"))
	}
}

func signedPercent(v float64, lang string) string {
	s := locale.Percent(v, 1, lang)
	if v > 0 && strings.Trim(locale.Number(v, 1, "en"), "0.") != "" {
		return "+" + s
	}
	return s
}

// label is the label of a variable or indicator, or its id.
func (w *render) label(id string) string {
	if v, ok := w.r.Catalogue.Variable(id); ok {
		if s := v.Label.In(w.lang); s != "" {
			return s
		}
	}
	if d, ok := w.r.Catalogue.Indicator(id); ok {
		if s := d.Label.In(w.lang); s != "" {
			return s
		}
	}
	return id
}
