package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/internal/locale"
)

// provenance says where every figure comes from: sources, files, and for each value its operands with their rows.
func (w *render) provenance() {
	w.section("provenance")
	w.para("provenance.words")
	w.el("h3", w.tr("provenance.sources"))
	w.dataSources()
	w.el("h3", w.tr("provenance.files"))
	w.inputs()
	w.el("h3", w.tr("provenance.data"))
	w.para("provenance.data.words")
	w.raw("<dl class=\"terms\">")
	for _, f := range []string{"data/indicators.csv", "data/variables.csv", "comparison.json", "conclusions.json", "findings.json", "coverage.json", "catalogue.json", "network.json", "manifest.json"} {
		w.raw("<div><dt><code>")
		w.text(f)
		w.raw("</code></dt>")
		w.el("dd", w.tr("file."+f))
		w.raw("</div>")
	}
	w.raw("</dl>\n")
	if len(w.measured) > 0 {
		w.el("h3", w.tr("provenance.figures"))
		w.para("provenance.figures.words")
		for _, it := range w.measured {
			w.traces(it)
		}
	}
	w.endSection()
}

func (w *render) dataSources() {
	used := map[string]bool{}
	for _, it := range w.measured {
		for _, s := range w.sources(it) {
			used[s.ID] = true
		}
	}
	for _, in := range w.r.Inputs {
		used[in.Table.Source] = true
	}
	n := 0
	for _, s := range w.r.Catalogue.Sources {
		if used[s.ID] {
			n++
		}
	}
	if n == 0 {
		w.para("sources.none")
		return
	}
	w.table(w.tr("sources.caption"), "plain", w.tr("h.source"), w.tr("h.publisher"), w.tr("h.licence"))
	for i := range w.r.Catalogue.Sources {
		s := &w.r.Catalogue.Sources[i]
		if !used[s.ID] {
			continue
		}
		w.raw(`<tr><th scope="row">`)
		title, lang := w.in(s.Title)
		if title == "" {
			title = s.ID
		}
		if u := safeURL(s.URL); u != "" {
			w.link(u, title, a{"lang", lang}, a{"rel", "noreferrer"})
		} else {
			w.el("span", title, a{"lang", lang})
		}
		w.raw("</th>")
		w.el("td", s.Publisher)
		w.raw("<td>")
		switch u := safeURL(s.License); {
		case u != "":
			w.link(u, u, a{"rel", "noreferrer"})
		case s.License != "":
			w.text(s.License)
		default:
			w.text(w.tr("licence.none"))
		}
		w.raw("</td></tr>\n")
	}
	w.endTable()
}

func (w *render) inputs() {
	if len(w.r.Inputs) == 0 {
		w.para("inputs.none")
		return
	}
	w.table(w.tr("inputs.caption"), "plain", w.tr("h.file"), w.tr("h.source"), ">"+w.tr("h.bytes"), "SHA-256")
	for i := range w.r.Inputs {
		in := &w.r.Inputs[i]
		w.raw(`<tr><th scope="row"><code>`)
		w.text(in.Table.Name)
		w.raw("</code></th><td>")
		if s, ok := w.r.Catalogue.Source(in.Table.Source); ok {
			w.words("span", s.Title)
		} else {
			w.text(w.tr("source.by-variable"))
		}
		w.raw("</td>")
		w.num(w.count(len(in.Data)))
		sum := sha256.Sum256(in.Data)
		w.raw("<td>")
		w.el("code", hex.EncodeToString(sum[:]), a{"class", "hash"})
		w.raw("</td></tr>\n")
	}
	w.endTable()
}

// traces is the table of the operands of every value of an indicator, with their places in the files.
func (w *render) traces(it *item) {
	label, lang := w.in(it.d.Label)
	w.open("details", a{"id", it.id + "-p"})
	w.open("summary", a{"lang", lang})
	w.text(label + " (" + w.period(it.x.Period) + ")")
	w.raw("</summary>\n<p>")
	if it.def != nil {
		w.el("code", it.def.Formula)
	}
	w.raw("</p>\n")
	w.table(w.tr("traces.caption", "i", label, "p", w.period(it.x.Period)), "plain traces", w.tr("h.city"), ">"+w.unit(it.d), w.tr("h.operands"))
	for _, p := range it.order {
		w.raw(`<tr><th scope="row">`)
		w.text(w.name(p.Entity))
		w.raw("</th>")
		if shown(p.Cell) {
			w.raw(`<td class="num">`)
			w.value(p.Entity, it.x.Period, it.d, p.Cell.Value)
			w.raw("</td>")
		} else {
			w.el("td", w.absent(p.Cell))
		}
		w.raw("<td>")
		w.operands(it, p)
		w.raw("</td></tr>\n")
	}
	w.endTable()
	w.raw("</details>\n")
}

// operands writes the leaves of a value's computation: variable, value, place.
func (w *render) operands(it *item, p *compare.Position) {
	if w.r.Program == nil {
		w.text(w.tr("traces.none"))
		return
	}
	root, err := w.r.Program.Explain(w.r.Variables, cube.Key{Entity: p.Entity, Period: it.x.Period}, it.x.ID)
	if err != nil || root == nil {
		w.text(w.tr("traces.none"))
		return
	}
	n := 0
	w.leaves(root, it, map[string]bool{}, &n)
	if n == 0 {
		w.text(w.tr("traces.none"))
	}
}

const mostLeaves = 40

func (w *render) leaves(x *formula.Node, it *item, seen map[string]bool, n *int) {
	if len(x.Children) > 0 {
		for _, c := range x.Children {
			w.leaves(c, it, seen, n)
		}
		return
	}
	if x.Op != "variable" && x.Op != "part" || !x.Evaluated {
		return
	}
	key := x.Text + "|" + x.Key.String()
	if seen[key] || *n == mostLeaves {
		return
	}
	seen[key] = true
	if *n++; *n > 1 {
		w.raw("<br>")
	}
	w.text(w.label(x.Text))
	if !x.Key.Period.IsZero() && x.Key.Period != it.x.Period {
		w.text(" (" + w.period(x.Key.Period) + ")")
	}
	w.raw(": ")
	if shown(x.Cell) {
		w.text(w.exact(x.Cell.Value, x.Text))
	} else {
		w.text(w.absent(x.Cell))
	}
	if f := w.flagged(x.Cell.Status); f != "" && shown(x.Cell) {
		w.text(" (" + f + ")")
	}
	w.raw(" ")
	w.open("small", a{"class", "src"})
	w.text(w.place(x.Cell))
	w.close("small")
}

// exact is a value of a variable with all its digits, and its unit.
func (w *render) exact(v float64, variable string) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	decimals := 0
	for i := range len(s) {
		if s[i] == '.' {
			decimals = len(s) - i - 1
		}
	}
	s = locale.Number(v, decimals, w.lang)
	if x, ok := w.r.Catalogue.Variable(variable); ok {
		if u := unitOf(x); u != "" {
			return s + "\u00a0" + u
		}
	}
	return s
}

// unitOf is a variable's unit, but where it only says what is counted, as its label does.
func unitOf(v *indicators.Variable) string {
	s := v.Unit.String()
	if s == "1" || strings.HasPrefix(s, "{") && strings.IndexByte(s, '}') == len(s)-1 {
		return ""
	}
	return s
}

// place is where a cell was read: its source, or those of its reasons.
func (w *render) place(c cube.Cell) string {
	if !c.Source.IsZero() {
		return w.where(c.Source.Name, c.Source.Line, c.Source.Column)
	}
	var out []string
	for _, r := range c.Reasons {
		if s := w.where(r.Source.Name, r.Source.Line, r.Source.Column); s != "" && !contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

// plainCount is a number of a line or column, without groups, as editors show it.
func (w *render) plainCount(n int) string { return strconv.Itoa(n) }
