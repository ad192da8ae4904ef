package report

import (
	"strconv"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
)

// Sizes of charts, in units of their view boxes.
const (
	chartWidth = 640.0
	plotLeft   = 14.0
	plotRight  = chartWidth - 14
	labelRow   = 16.0
	stripWidth = 140.0
	stripEdge  = 7.0
)

// xy is a coordinate with one decimal.
func xy(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func between(lo, hi, at float64) float64 { return lo + float64((hi-lo)*at) }

// defs writes the marks that every chart uses, once.
func (w *render) defs() {
	w.raw(`<svg class="defs" aria-hidden="true" focusable="false" width="0" height="0"><defs>` +
		`<pattern id="hatch" width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hb" width="3" height="3"></rect><path class="hl" d="M0 0V3"></path></pattern>` +
		`<path id="mk-g" d="M0-4.9L4.6 3.6H-4.6z"></path><circle id="mk-m" r="4.1"></circle><path id="mk-p" d="M0 4.9L-4.6-3.6H4.6z"></path>` +
		`<path id="mk-u" d="M0-4.7L4.7 0L0 4.7L-4.7 0z"></path><rect id="mk-n" x="-3.6" y="-3.6" width="7.2" height="7.2"></rect><circle id="mk-r" r="3.7"></circle>` +
		`<path id="mk-k" d="M-3-7.5H3M0-7.5V7.5M-3 7.5H3"></path>` +
		`<g id="track"><path class="ax" d="M7 9H133"></path><rect class="bd" x="38.5" y="3" width="63" height="12"></rect><path class="md" d="M70 2V16"></path></g>` +
		`</defs></svg>`)
}

// mark is the class and the shape of a position.
func mark(p *compare.Position) (class, shape string) {
	class, _ = sign(p)
	return class, class
}

func (w *render) use(shape, class string, x, y float64, title string) {
	w.open("use", a{"href", "#mk-" + shape}, a{"class", "k " + class}, a{"x", xy(x)}, a{"y", xy(y)})
	if title != "" {
		w.plain("title", title)
	}
	w.close("use")
}

func (w *render) line(class string, x1, y1, x2, y2 float64) {
	w.open("path", a{"class", class}, a{"d", "M" + xy(x1) + " " + xy(y1) + "L" + xy(x2) + " " + xy(y2)})
	w.close("path")
}

// figure opens a chart in a region that scrolls where the window is narrow.
func (w *render) figure(id, title, desc string, height float64) {
	w.open("section", a{"class", "scroll chart"}, a{"tabindex", "0"}, a{"aria-label", title})
	w.open("svg", a{"role", "img"}, a{"aria-labelledby", id + "-t " + id + "-d"}, a{"viewBox", "0 0 " + xy(chartWidth) + " " + xy(height)})
	w.plain("title", title, a{"id", id + "-t"})
	w.plain("desc", desc, a{"id", id + "-d"})
}

func (w *render) endFigure() {
	w.close("svg")
	w.close("section")
}

// flag is a label in a row above a plot, with a line down to its value.
type flag struct {
	class, text string
	x           float64
	left        bool // the text stands left of the line, if there is room
}

// flags writes labels from the top row down: every line first, so that none crosses a text.
func (w *render) flags(list []flag, bottom float64) {
	for i, f := range list {
		w.line(f.class, f.x, float64(i)*labelRow+2, f.x, bottom)
	}
	for i, f := range list {
		x, anchor := f.x+5, ""
		if f.left && f.x > 150 || f.x > chartWidth-150 {
			x, anchor = f.x-5, "end"
		}
		w.plain("text", f.text, a{"class", "lb"}, a{"x", xy(x)}, a{"y", xy(float64(i)*labelRow + labelRow - 4)}, a{"text-anchor", anchor})
	}
}

// dots draws every city with a value as a mark over the axis, stacked where
// they would lie upon each other, with quartiles, median and network value.
func (w *render) dots(it *item) {
	const step, columnCount = 9.4, 70 // wider than the plot
	columns := map[int][]*compare.Position{}
	highest := 0
	place := func(v float64) float64 { return between(plotLeft, plotRight, it.axis.at(v)) }
	for _, p := range it.order { // the ranked come first, and lie below
		if shown(p.Cell) {
			k := int((place(p.Cell.Value) - plotLeft) / step)
			columns[k] = append(columns[k], p)
			highest = max(highest, len(columns[k]))
		}
	}
	rise := step
	if h := float64(highest) * step; h > 230 {
		rise = 230 / float64(highest)
	}

	short := func(key string, v float64) string {
		if w.unit(it.d) == "%" {
			return w.tr(key, "v", w.percent(v, it.d.Decimals))
		}
		return w.tr(key, "v", w.number(v, it.d.Decimals))
	}
	var labels []flag
	if t := it.d.Target; t != nil {
		for _, edge := range []*float64{t.Min, t.Max} {
			if edge != nil && it.axis.at(*edge) > 0 && it.axis.at(*edge) < 1 {
				labels = append(labels, flag{"tg", short("chart.target", *edge), place(*edge), edge == t.Min})
			}
		}
	}
	d := it.x.Distribution
	below := false // the network's value, under the median
	if v := it.x.Network.Value; v != nil && it.d.Aggregation.Kind != "sum" {
		below = d != nil && *v < d.Median
		labels = append(labels, flag{"nw", short("chart.network", *v), place(*v), below})
	}
	if d != nil {
		labels = append(labels,
			flag{"ql", short("chart.q3", d.Q3), place(d.Q3), false},
			flag{"md", short("chart.median", d.Median), place(d.Median), !below},
			flag{"ql", short("chart.q1", d.Q1), place(d.Q1), true})
	}
	top := labelRow*float64(len(labels)) + 6
	base := top + max(40, float64(highest)*rise) + 6
	w.figure(it.id+"-dots", w.tr("chart.dots", "i", it.d.Label.In(w.lang), "p", w.period(it.x.Period)), w.describe(it), base+40)
	if d != nil {
		x1, x2 := place(d.Q1), place(d.Q3)
		w.open("rect", a{"class", "bd"}, a{"x", xy(x1)}, a{"y", xy(top)}, a{"width", xy(max(1, x2-x1))}, a{"height", xy(base - top)})
		w.close("rect")
	}
	w.flags(labels, base)
	w.line("ax", plotLeft-8, base, plotRight+8, base)
	decimals := it.axis.decimals()
	for _, t := range it.axis.ticks {
		x := place(t)
		w.line("ax", x, base, x, base+4)
		anchor := "middle"
		if x < plotLeft+20 {
			anchor, x = "start", plotLeft-8
		} else if x > plotRight-20 {
			anchor, x = "end", plotRight+8
		}
		w.plain("text", w.number(t, decimals), a{"class", "tk"}, a{"x", xy(x)}, a{"y", xy(base + 17)}, a{"text-anchor", anchor})
	}
	unit := w.unit(it.d)
	if it.axis.log {
		unit = w.tr("chart.log", "u", unit)
	}
	w.plain("text", unit, a{"class", "tk"}, a{"x", xy(chartWidth / 2)}, a{"y", xy(base + 34)}, a{"text-anchor", "middle"})
	for k := range columnCount {
		for i, p := range columns[k] {
			class, shape := mark(p)
			w.use(shape, class, plotLeft+(float64(k)+0.5)*step, base-6-float64(float64(i)*rise), w.name(p.Entity)+": "+w.withUnit(it.d, p.Cell.Value))
		}
	}
	w.endFigure()
}

// describe is the finding of an indicator's chart in words.
func (w *render) describe(it *item) string {
	n := 0
	var low, high *compare.Position
	for _, p := range it.order {
		if !shown(p.Cell) || !p.Ranked {
			continue
		}
		n++
		if low == nil || p.Cell.Value < low.Cell.Value {
			low = p
		}
		if high == nil || p.Cell.Value > high.Cell.Value {
			high = p
		}
	}
	if n == 0 {
		return w.tr("chart.nobody")
	}
	s := w.tr("chart.ends", "n", w.count(n), "c", w.name(low.Entity), "v", w.withUnit(it.d, low.Cell.Value), "c2", w.name(high.Entity), "v2", w.withUnit(it.d, high.Cell.Value))
	if d := it.x.Distribution; d != nil {
		s += " " + w.tr("chart.middle", "m", w.withUnit(it.d, d.Median), "v", w.withUnit(it.d, d.Q1), "v2", w.withUnit(it.d, d.Q3))
	}
	if v := it.x.Network.Value; v != nil {
		s += " " + w.tr("chart.together", "v", w.withUnit(it.d, *v), "by", w.code("method", it.x.Network.Method))
	}
	return s
}

// stem says whether the length of a bar from zero would be true to the values.
func (x axis) stem() (from float64, ok bool) {
	return x.at(0), !x.log && x.lo <= 0 && x.hi >= 0
}

// background writes what lies behind the strips of an indicator's table, once.
func (w *render) background(it *item) {
	w.open("svg", a{"class", "defs"}, a{"aria-hidden", "true"}, a{"focusable", "false"}, a{"width", "0"}, a{"height", "0"})
	w.raw("<defs>")
	w.open("g", a{"id", it.id + "-bg"})
	place := func(v float64) float64 { return between(stripEdge, stripWidth-stripEdge, it.axis.at(v)) }
	if d := it.x.Distribution; d != nil {
		w.open("rect", a{"class", "bd"}, a{"x", xy(place(d.Q1))}, a{"y", "0"}, a{"width", xy(max(1, place(d.Q3)-place(d.Q1)))}, a{"height", "18"})
		w.close("rect")
		w.line("md", place(d.Median), 0, place(d.Median), 18)
	}
	if v := it.x.Network.Value; v != nil && it.d.Aggregation.Kind != "sum" {
		w.line("nw", place(*v), 0, place(*v), 18)
	}
	w.close("g")
	w.raw("</defs></svg>")
}

// strip writes the mark of one city over its indicator's axis, for a table whose row says the same in words.
func (w *render) strip(it *item, p *compare.Position) {
	w.raw(`<svg class="strip" aria-hidden="true" focusable="false" viewBox="0 0 140 18">`)
	w.open("use", a{"href", "#" + it.id + "-bg"})
	w.close("use")
	x := between(stripEdge, stripWidth-stripEdge, it.axis.at(p.Cell.Value))
	class, shape := mark(p)
	if from, ok := it.axis.stem(); ok {
		w.line("st "+class, between(stripEdge, stripWidth-stripEdge, from), 9, x, 9)
	}
	w.use(shape, class, x, 9, "")
	w.close("svg")
}

// track writes where a city stands among all, the better the further right, and its peers' median.
func (w *render) track(it *item, p *compare.Position) {
	w.raw(`<svg class="strip" aria-hidden="true" focusable="false" viewBox="0 0 140 18"><use href="#track"></use>`)
	at := func(v float64) float64 { return between(stripEdge, stripWidth-stripEdge, it.place(v)/100) }
	if p.PeerMedian != nil {
		w.use("k", "pm", at(*p.PeerMedian), 9, "")
	}
	class, shape := mark(p)
	w.use(shape, class, at(p.Cell.Value), 9, "")
	w.close("svg")
}

// box writes the distribution of an indicator as a small box plot, for a table that has the figures.
func (w *render) box(it *item) {
	d := it.x.Distribution
	if d == nil {
		return
	}
	at := func(v float64) float64 { return between(stripEdge, stripWidth-stripEdge, it.axis.at(v)) }
	w.raw(`<svg class="strip" aria-hidden="true" focusable="false" viewBox="0 0 140 18">`)
	w.line("ax", at(d.Min), 9, at(d.Max), 9)
	w.line("ax", at(d.Min), 5, at(d.Min), 13)
	w.line("ax", at(d.Max), 5, at(d.Max), 13)
	w.open("rect", a{"class", "bx"}, a{"x", xy(at(d.Q1))}, a{"y", "3"}, a{"width", xy(max(1, at(d.Q3)-at(d.Q1)))}, a{"height", "12"})
	w.close("rect")
	w.line("md", at(d.Median), 2, at(d.Median), 16)
	if v := it.x.Network.Value; v != nil && it.d.Aggregation.Kind != "sum" {
		w.use("u", "nd", at(*v), 9, "")
	}
	w.close("svg")
}

// points are those of a series that have a value.
func points(series []compare.NetworkPoint) []compare.NetworkPoint {
	var out []compare.NetworkPoint
	for _, p := range series {
		if p.Value != nil {
			out = append(out, p)
		}
	}
	return out
}

// series draws the network's value over time; a broken line where definitions are not comparable.
func (w *render) series(it *item, pts []compare.NetworkPoint) {
	const top, base, left, right = 14.0, 158.0, 74.0, chartWidth - 74
	var values []float64
	for _, p := range pts {
		values = append(values, *p.Value)
	}
	y := newAxis(values)
	first, last := pts[0], pts[len(pts)-1]
	total, ok := last.Period.Sub(first.Period)
	place := func(i int) float64 {
		if n, same := pts[i].Period.Sub(first.Period); ok && same && total > 0 {
			return between(left+8, right-8, float64(n)/float64(total))
		}
		return between(left+8, right-8, float64(i)/float64(len(pts)-1))
	}
	desc := w.tr("series.desc", "v", w.withUnit(it.d, *first.Value), "p", w.period(first.Period), "v2", w.withUnit(it.d, *last.Value), "p2", w.period(last.Period), "n", w.count(len(pts)), "by", w.code("method", last.Method))
	w.figure(it.id+"-series", w.tr("series.title", "i", it.d.Label.In(w.lang)), desc, base+34)
	decimals := y.decimals()
	for _, t := range y.ticks {
		h := between(base, top, y.at(t))
		w.line("gl", left, h, right, h)
		w.plain("text", w.number(t, decimals), a{"class", "tk"}, a{"x", xy(left - 8)}, a{"y", xy(h + 4)}, a{"text-anchor", "end"})
	}
	every := (len(pts) + 11) / 12
	for i := range pts {
		x, h := place(i), between(base, top, y.at(*pts[i].Value))
		if i > 0 {
			class := "tl"
			if !comparableSteps(it.d, pts[i-1], pts[i]) {
				class = "tb"
			}
			w.line(class, place(i-1), between(base, top, y.at(*pts[i-1].Value)), x, h)
		}
		if (len(pts)-1-i)%every == 0 {
			w.plain("text", pts[i].Period.String(), a{"class", "tk"}, a{"x", xy(x)}, a{"y", xy(base + 20)}, a{"text-anchor", "middle"})
		}
	}
	for i := range pts {
		class := "pt"
		if pts[i].Status != "observed" {
			class = "pt ph"
		}
		x, h := place(i), between(base, top, y.at(*pts[i].Value))
		w.open("circle", a{"class", class}, a{"cx", xy(x)}, a{"cy", xy(h)}, a{"r", "4"})
		w.plain("title", w.period(pts[i].Period)+": "+w.withUnit(it.d, *pts[i].Value))
		w.close("circle")
	}
	h := between(base, top, y.at(*last.Value))
	w.plain("text", w.number(*last.Value, it.d.Decimals), a{"class", "lb"}, a{"x", xy(place(len(pts)-1) + 10)}, a{"y", xy(h + 4)})
	w.endFigure()
}

func comparableSteps(d *indicators.Indicator, a, b compare.NetworkPoint) bool {
	return a.Method == b.Method && d.Comparable(a.Period, b.Period)
}
