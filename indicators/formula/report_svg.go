package formula

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sizes of a drawing, in CSS pixels.
const (
	boxHeight  = 24.0
	rowHeight  = 34.0
	bendHeight = 12.0
	layerGap   = 90.0
	margin     = 16.0
	charWidth  = 7.0 // of 12 px sans-serif, rather too much
)

// SVG draws what reads what, variables at the left and indicators to the right
// of what they read, as one accessible image. The same report gives the same
// bytes. The text of the report says the same to those who cannot see it: the
// image's description lists every arrow.
func (r *Report) SVG() string {
	d := r.drawing()
	d.bend()
	d.order()
	width, height := d.place()
	const legend = "Variables have corners, indicators are round; what is read of periods before is dashed."
	width, height = max(width, float64(len(legend))*charWidth), height+boxHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" font-family="sans-serif" font-size="12">`+"\n",
		coordinate(width), coordinate(height))
	variables, indicators := 0, 0
	for _, v := range d.vertices {
		if v.indicator {
			indicators++
		} else {
			variables++
		}
	}
	fmt.Fprintf(&b, "<title id=\"title\">What reads what: %d indicators of %d variables</title>\n<desc id=\"desc\">", indicators, variables)
	b.WriteString(escape(d.words()))
	b.WriteString("</desc>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" fill=\"#555\"/></marker></defs>\n")
	fmt.Fprintf(&b, "<rect width=\"%s\" height=\"%s\" fill=\"#fff\"/>\n<g fill=\"none\" stroke=\"#555\">\n", coordinate(width), coordinate(height))
	for _, e := range d.edges {
		b.WriteString(`<path marker-end="url(#arrow)" d="`)
		for i, v := range e.path {
			right := v.x + v.w
			if i == 0 {
				fmt.Fprintf(&b, "M%s %s", coordinate(right), coordinate(v.y))
				continue
			}
			before := e.path[i-1]
			middle := (before.x + before.w + v.x) / 2
			fmt.Fprintf(&b, "C%s %s %[1]s %[3]s %[4]s %[3]s", coordinate(middle), coordinate(before.y), coordinate(v.y), coordinate(v.x))
			if i < len(e.path)-1 {
				fmt.Fprintf(&b, "L%s %s", coordinate(right), coordinate(v.y))
			}
		}
		dash := ""
		if e.label != "" {
			dash = ` stroke-dasharray="4 3"`
		}
		fmt.Fprintf(&b, `"%s><title>%s</title></path>`+"\n", dash, escape(e.words()))
	}
	b.WriteString("</g>\n")
	for _, v := range d.vertices {
		fill, stroke, round := "#eef3f8", "#33536f", 0
		if v.indicator {
			fill, stroke, round = "#fdf4e3", "#6b4d12", 8
		}
		note := "variable " + v.id
		if v.indicator {
			note = v.id + " = " + v.note
		}
		fmt.Fprintf(&b, `<g><title>%s</title><rect x="%s" y="%s" width="%s" height="%s" rx="%d" fill="%s" stroke="%s"/><text x="%s" y="%s" text-anchor="middle" fill="#1b1b1b">%s</text></g>`+"\n",
			escape(note), coordinate(v.x), coordinate(v.y-boxHeight/2), coordinate(v.w), coordinate(boxHeight), round, fill, stroke, coordinate(v.x+float64(v.w/2)), coordinate(v.y+4), escape(v.id))
	}
	fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" fill=\"#1b1b1b\">%s</text>\n</svg>\n", coordinate(margin), coordinate(height-10), legend)
	return b.String()
}

func coordinate(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", x), "0"), ".")
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(strings.Join(strings.Fields(s), " "))
}

// words are all arrows in sentences, those into one indicator together.
func (d *drawing) words() string {
	var out []string
	for _, v := range d.vertices {
		var reads []string
		for _, e := range d.edges {
			if e.path[len(e.path)-1] == v {
				reads = append(reads, strings.TrimSpace(e.path[0].id+" "+e.label))
			}
		}
		if len(reads) > 0 {
			out = append(out, v.id+" reads "+strings.Join(reads, ", ")+".")
		}
	}
	return strings.Join(out, " ")
}

func (e edge) words() string {
	return strings.TrimSpace(e.path[len(e.path)-1].id + " reads " + e.path[0].id + " " + e.label)
}

// bend puts a vertex without a name into every layer that an edge crosses.
func (d *drawing) bend() {
	last := 0
	for _, v := range d.vertices {
		last = max(last, v.layer)
	}
	d.layers = make([][]*vertex, last+1)
	for _, v := range d.vertices {
		d.layers[v.layer] = append(d.layers[v.layer], v)
	}
	for i := range d.edges {
		a, b := d.edges[i].path[0], d.edges[i].path[1]
		path := []*vertex{a}
		for l := a.layer + 1; l < b.layer; l++ {
			v := &vertex{layer: l}
			d.layers[l] = append(d.layers[l], v)
			path = append(path, v)
		}
		path = append(path, b)
		for j := 1; j < len(path); j++ {
			path[j].from, path[j-1].to = append(path[j].from, path[j-1]), append(path[j-1].to, path[j])
		}
		d.edges[i].path = path
	}
}

// order sorts layers by the mean place of their neighbours, a few times in both
// directions (the barycentre method of Sugiyama, Tagawa and Toda 1981).
func (d *drawing) order() {
	at := map[*vertex]float64{}
	number := func(layer []*vertex) {
		for i, v := range layer {
			at[v] = float64(i)
		}
	}
	for _, l := range d.layers {
		number(l)
	}
	sweep := func(layer []*vertex, neighbours func(*vertex) []*vertex) {
		mean := map[*vertex]float64{}
		for i, v := range layer {
			mean[v] = float64(i)
			if n := neighbours(v); len(n) > 0 {
				sum := 0.0
				for _, x := range n {
					sum += at[x]
				}
				mean[v] = sum / float64(len(n))
			}
		}
		slices.SortStableFunc(layer, func(a, b *vertex) int { return cmp.Compare(mean[a], mean[b]) })
		number(layer)
	}
	for range 4 {
		for l := 1; l < len(d.layers); l++ {
			sweep(d.layers[l], func(v *vertex) []*vertex { return v.from })
		}
		for l := len(d.layers) - 2; l >= 0; l-- {
			sweep(d.layers[l], func(v *vertex) []*vertex { return v.to })
		}
	}
}

// place gives every vertex its coordinates; y is the middle of its box.
func (d *drawing) place() (width, height float64) {
	x := margin
	heights := make([]float64, len(d.layers))
	for i, layer := range d.layers {
		w := 0.0
		for _, v := range layer {
			v.x = x
			if v.id != "" {
				v.w = float64(float64(utf8.RuneCountInString(v.id))*charWidth) + 16
				heights[i] += rowHeight
			} else {
				heights[i] += bendHeight
			}
			w = max(w, v.w)
		}
		for _, v := range layer {
			v.w = w // boxes of a layer are as wide as its widest
		}
		x += w + layerGap
		height = max(height, heights[i])
	}
	for i, layer := range d.layers {
		spread := 1.0 // of layers that are not the highest, so that arrows run level
		if heights[i] > 0 {
			spread = min(height/heights[i], 3)
		}
		y := margin + float64((height-float64(heights[i]*spread))/2)
		for _, v := range layer {
			h := float64(rowHeight * spread)
			if v.id == "" {
				h = float64(bendHeight * spread)
			}
			v.y = y + float64(h/2)
			y += h
		}
	}
	return x - layerGap + margin, height + 2*margin
}
