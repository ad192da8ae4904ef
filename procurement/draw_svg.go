package procurement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Measures of the drawing, in pixels.
const (
	boxWidth  = 250
	rowHeight = 19 // of an arrow that leaves or enters a box
	lineSmall = 14 // of a line of small text
	gapBox    = 16
	laneWidth = 13
	charSmall = 6.1 // width of a character of small text, on the safe side
	margin    = 18
)

// lane is an arrow of the drawing: out of a box, along a vertical line, into
// another box. Arrows of one event into one state share the line.
type lane struct {
	arcs     []arc
	from     []int // y of each source
	to       int   // y of the target
	top, end int   // of the vertical
	column   int
	exit     bool
}

// SVG draws the model: each region a column of states from top to bottom, the
// events that leave a state beside it with their article and mark, arrows along
// lines at the right. It has a title and a description, and every arrow says
// who acts and which rules judge it. The same model gives the same bytes. lang
// is "es" or "en".
func (m *Model) SVG(lang string) string {
	var body strings.Builder
	y, width := 80, 760
	for _, d := range m.drawing(lang) {
		h, w := m.drawRegion(&body, d, lang, y)
		y += h
		width = max(width, w)
	}
	var b strings.Builder
	id := "m-" + m.ID
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="%s-t %s-d" lang="%s" font-family="system-ui, sans-serif">`+"\n",
		width, y, width, y, id, id, Text{"es", "en"}.In(lang))
	fmt.Fprintf(&b, "<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n", id, escape(m.Title.In(lang)), id, escape(m.describe(lang)))
	fmt.Fprintf(&b, `<defs><marker id="%s-a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#333"/></marker><marker id="%s-x" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#a02020"/></marker></defs>`+"\n", id, id)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, y)
	fmt.Fprintf(&b, `<text x="%d" y="30" font-size="19" font-weight="600" fill="#111">%s</text>`+"\n", margin, escape(m.Title.In(lang)))
	fmt.Fprintf(&b, `<text x="%d" y="49" font-size="12" fill="#444">%s</text>`+"\n", margin, escape(Text{
		"✓ artículo leído  ◐ fuente secundaria  ○ sin verificar  ↻ no cambia el estado  ⇐ llega por otra región  - - salida  doble borde: puede terminar",
		"✓ article read  ◐ secondary source  ○ unverified  ↻ changes no state  ⇐ comes by another region  - - way out  double border: may end"}.In(lang)))
	fmt.Fprintf(&b, `<text x="%d" y="65" font-size="12" fill="#444">%s</text>`+"\n", margin, escape(always(lang)))
	b.WriteString(body.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// describe sums the model up for who cannot see it; [Model.Text] has it all.
func (m *Model) describe(lang string) string {
	var parts []string
	for _, d := range m.drawing(lang) {
		parts = append(parts, d.region.Label().In(lang)+": "+join(d.states, lang))
	}
	return strings.Join(parts, ". ") + "."
}

// box is a state with its place in the drawing.
type box struct {
	state State
	y, h  int
	lines []string // events that change nothing
	ports int      // arrows that leave or enter
}

// drawRegion appends a region that starts at y; it gives its height and width.
func (m *Model) drawRegion(b *strings.Builder, d regionDrawing, lang string, y int) (height, width int) {
	lanes := lanesOf(d, m.Exits)
	boxes := make([]box, len(d.states))
	for i, s := range d.states {
		bx := box{state: s}
		if comes := d.comes[s]; len(comes) > 0 {
			bx.lines = wrap("⇐ "+strings.Join(comes, "; "), 37)
		}
		if stays := d.stays[s]; len(stays) > 0 {
			bx.lines = append(bx.lines, wrap("↻ "+strings.Join(stays, "; "), 37)...)
		}
		for _, l := range lanes {
			for _, a := range l.arcs {
				if a.From == s {
					bx.ports++
				}
			}
			if l.arcs[0].To == s {
				bx.ports++
			}
		}
		bx.h = max(34+lineSmall*len(bx.lines), 10+rowHeight*bx.ports, 34)
		boxes[i] = bx
	}
	top := y
	y += 30
	for i := range boxes {
		boxes[i].y = y
		y += boxes[i].h + gapBox
	}
	labelWidth := place(lanes, boxes)
	columns := assign(lanes)
	laneX := margin + boxWidth + 24 + labelWidth
	width = laneX + laneWidth*(columns+1) + margin
	fmt.Fprintf(b, `<g><text x="%d" y="%d" font-size="14" font-weight="600" fill="#0b4a6f">%s</text>`+"\n", margin, top+18, escape(d.region.Label().In(lang)))
	for i := range lanes {
		drawLane(b, &lanes[i], laneX, m.ID)
	}
	for i := range boxes {
		m.drawBox(b, &boxes[i], lang)
	}
	b.WriteString("</g>\n")
	return y - top + 10, width
}

// lanesOf joins the arrows of one event into one state.
func lanesOf(d regionDrawing, exits []State) []lane {
	var out []lane
	for _, a := range d.arcs {
		i := slices.IndexFunc(out, func(l lane) bool { return l.arcs[0].Event == a.Event && l.arcs[0].To == a.To })
		if i < 0 {
			out = append(out, lane{exit: slices.Contains(exits, a.To)})
			i = len(out) - 1
		}
		out[i].arcs = append(out[i].arcs, a)
	}
	return out
}

// place gives every end of an arrow a row beside its box: arrows that enter
// first, then those that leave. It returns the width of the longest label.
func place(lanes []lane, boxes []box) int {
	used := make([]int, len(boxes))
	index := func(s State) int { return slices.IndexFunc(boxes, func(b box) bool { return b.state == s }) }
	row := func(i int) int {
		at := boxes[i].y + 14 + rowHeight*used[i]
		used[i]++
		return at
	}
	for i := range lanes {
		lanes[i].to = row(index(lanes[i].arcs[0].To))
	}
	widest := 0.0
	for i := range lanes {
		l := &lanes[i]
		l.top, l.end = l.to, l.to
		for _, a := range l.arcs {
			at := row(index(a.From))
			l.from = append(l.from, at)
			l.top, l.end = min(l.top, at), max(l.end, at)
			widest = max(widest, charSmall*float64(utf8.RuneCountInString(a.label)))
		}
	}
	return int(widest) + 12
}

// assign gives verticals that overlap different columns, short ones near the
// boxes; it returns how many there are.
func assign(lanes []lane) int {
	order := make([]int, len(lanes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(lanes[a].end-lanes[a].top, lanes[b].end-lanes[b].top)
	})
	var columns [][]int
	for _, i := range order {
		c := 0
		for ; c < len(columns); c++ {
			if !slices.ContainsFunc(columns[c], func(k int) bool {
				return lanes[k].top <= lanes[i].end+4 && lanes[i].top <= lanes[k].end+4
			}) {
				break
			}
		}
		if c == len(columns) {
			columns = append(columns, nil)
		}
		columns[c] = append(columns[c], i)
		lanes[i].column = c
	}
	return len(columns)
}

func drawLane(b *strings.Builder, l *lane, laneX int, id string) {
	x := laneX + laneWidth*l.column
	left := margin + boxWidth
	stroke, dash, marker := "#333", "", "a"
	if l.exit {
		stroke, dash, marker = "#a02020", ` stroke-dasharray="5 3"`, "x"
	}
	fmt.Fprintf(b, `<g><title>%s</title>`, escape(l.arcs[0].label+"\n"+strings.Join(l.arcs[0].detail, "\n")))
	fmt.Fprintf(b, `<path d="M%d %dV%d" fill="none" stroke="%s" stroke-width="1.2"%s/>`, x, l.top, l.end, stroke, dash)
	for i, a := range l.arcs {
		start := left + 10 + int(charSmall*float64(utf8.RuneCountInString(a.label)))
		fmt.Fprintf(b, `<path d="M%d %dH%d" fill="none" stroke="%s" stroke-width="1.2"%s/>`, min(start, x), l.from[i], x, stroke, dash)
		fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="2" fill="%s"/>`, x, l.from[i], stroke)
		fmt.Fprintf(b, `<text x="%d" y="%d" font-size="11" fill="#222">%s</text>`, left+6, l.from[i]+4, escape(a.label))
	}
	fmt.Fprintf(b, `<path d="M%d %dH%d" fill="none" stroke="%s" stroke-width="1.2"%s marker-end="url(#m-%s-%s)"/></g>`+"\n", x, l.to, left+2, stroke, dash, id, marker)
}

func (m *Model) drawBox(b *strings.Builder, bx *box, lang string) {
	fill := "#eef5fa"
	if slices.Contains(m.Start, bx.state) {
		fill = "#dbeafe"
	}
	if slices.Contains(m.Exits, bx.state) {
		fill = "#fbeaea"
	}
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="7" fill="%s" stroke="#2b5d80"/>`, margin, bx.y, boxWidth, bx.h, fill)
	if slices.Contains(m.Final, bx.state) {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="5" fill="none" stroke="#2b5d80"/>`, margin+3, bx.y+3, boxWidth-6, bx.h-6)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="13" font-weight="600" fill="#111">%s</text>`, margin+10, bx.y+21, escape(bx.state.Info().Label.In(lang)))
	for i, line := range bx.lines {
		fmt.Fprintf(b, `<text x="%d" y="%d" font-size="11" fill="#444">%s</text>`, margin+10, bx.y+38+lineSmall*i, escape(line))
	}
	b.WriteByte('\n')
}

// wrap breaks a text at spaces into lines of at most n characters.
func wrap(s string, n int) (out []string) {
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > n {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(out, line)
}
