package formula

import (
	"fmt"
	"slices"
	"strings"
)

// drawing is the graph of a report: what reads what, in layers.
type drawing struct {
	vertices []*vertex
	edges    []edge
	layers   [][]*vertex
}

type vertex struct {
	id        string // "" of a bend in a long edge
	indicator bool
	note      string
	layer     int
	x, y, w   float64
	from      []*vertex // in the layer before
	to        []*vertex
}

type edge struct {
	path  []*vertex // from what is read to what reads, with the bends between
	label string    // "" if it is of the same period
}

// drawing collects direct reads: of variables, dimensions left out, and of
// indicators, once for all versions.
func (r *Report) drawing() *drawing {
	d := &drawing{}
	byID := map[string]*vertex{}
	vertexOf := func(id string, indicator bool) *vertex {
		if v := byID[id]; v != nil {
			return v
		}
		v := &vertex{id: id, indicator: indicator}
		byID[id] = v
		d.vertices = append(d.vertices, v)
		return v
	}
	type pair struct{ from, to string }
	direct := map[pair]Read{}
	for i := range r.Formulas {
		f := &r.Formulas[i]
		vertexOf(f.Indicator, true).note = f.Formula
		for _, read := range f.Reads {
			if read.Kind == "dimension" {
				continue
			}
			p := pair{read.ID, f.Indicator}
			if was, ok := direct[p]; ok {
				read.From, read.To = min(read.From, was.From), max(read.To, was.To)
			}
			direct[p] = read
			vertexOf(read.ID, read.Kind == "indicator")
		}
	}
	slices.SortFunc(d.vertices, func(a, b *vertex) int { return strings.Compare(a.id, b.id) })
	pairs := make([]pair, 0, len(direct))
	for p := range direct {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.from, b.from); c != 0 {
			return c
		}
		return strings.Compare(a.to, b.to)
	})
	for changed := true; changed; { // no cycle: as many rounds as there are layers
		changed = false
		for _, p := range pairs {
			if a, b := byID[p.from], byID[p.to]; b.layer <= a.layer {
				b.layer, changed = a.layer+1, true
			}
		}
	}
	for _, p := range pairs {
		read := direct[p]
		label := ""
		if read.To > 0 {
			label = strings.TrimPrefix(read.String(), read.ID+" ")
		}
		d.edges = append(d.edges, edge{[]*vertex{byID[p.from], byID[p.to]}, label})
	}
	return d
}

// DOT draws what reads what in the language of Graphviz. The same report gives
// the same bytes.
func (r *Report) DOT() string {
	d := r.drawing()
	var b strings.Builder
	b.WriteString("digraph formulas {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\", fontsize=11];\n")
	for _, v := range d.vertices {
		shape := "box"
		if v.indicator {
			shape = "box, style=rounded"
		}
		fmt.Fprintf(&b, "\t%q [shape=%s];\n", v.id, shape)
	}
	for _, e := range d.edges {
		fmt.Fprintf(&b, "\t%q -> %q", e.path[0].id, e.path[len(e.path)-1].id)
		if e.label != "" {
			fmt.Fprintf(&b, " [label=%q]", e.label)
		}
		b.WriteString(";\n")
	}
	b.WriteString("}\n")
	return b.String()
}
