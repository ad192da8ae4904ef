package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/round"
)

// render is one report being written.
type render struct {
	page
	r        *round.Result
	c        Config
	lang     string
	messages map[string]string
	ids      anchors

	items    []*item // every indicator that was compared, in catalogue order
	measured []*item
	byID     map[string]*item
	towns    []*town // by name
	byCode   map[string]*town
	families []*family

	anchors map[string]string // conclusion id → anchor
}

// item is one indicator with what the report says of it.
type item struct {
	x        *compare.Indicator
	d        *indicators.Indicator
	def      *indicators.Definition // in force at the reference period; else the last one; nil: none
	cov      *round.Coverage        // nil: not counted
	id       string                 // anchor
	operands []string
	findings []*collect.Finding
	order    []*compare.Position // ranked by rank, then other values, then the rest; by name
	ranked   []float64           // values of the ranked
	axis     axis
}

func (it *item) measured() bool { return it.x.Observed > 0 }

// neutral says that no direction is better.
func (it *item) neutral() bool {
	return it.d.Polarity == indicators.Neutral || it.d.Polarity == indicators.TargetIsBest && it.d.Target == nil
}

// goodness orders values as ranks do: greater is better.
func (it *item) goodness(v float64) float64 {
	switch {
	case it.d.Polarity == indicators.LowerIsBetter:
		return -v
	case it.d.Polarity == indicators.TargetIsBest && it.d.Target != nil:
		switch t := it.d.Target; {
		case t.Min != nil && v < *t.Min:
			return v - *t.Min
		case t.Max != nil && v > *t.Max:
			return *t.Max - v
		}
		return 0
	}
	return v
}

// place is the mean percentile rank of a value among the ranked ones, 0–100,
// the better the higher; for neutral indicators the greater the higher.
func (it *item) place(v float64) float64 {
	g := it.goodness(v)
	below, equal := 0, 0
	for _, w := range it.ranked {
		switch h := it.goodness(w); {
		case h < g:
			below++
		case h == g:
			equal++
		}
	}
	if len(it.ranked) == 0 {
		return 50
	}
	return 50 * float64(2*below+equal) / float64(len(it.ranked))
}

func (it *item) position(code string) *compare.Position {
	k, ok := slices.BinarySearchFunc(it.x.Positions, code, func(p compare.Position, code string) int { return cmp.Compare(p.Entity, code) })
	if !ok {
		return nil
	}
	return &it.x.Positions[k]
}

// town is one city with what the report says of it.
type town struct {
	c           *indicators.City
	id          string
	peers       *compare.PeerGroup // nil: none
	conclusions []*round.Conclusion
}

type family struct {
	f     *indicators.Family
	id    string
	items []*item
}

// rank puts families with a measured indicator first.
func (f *family) rank() int {
	if slices.ContainsFunc(f.items, (*item).measured) {
		return 0
	}
	return 1
}

// shown says whether a cell has a value that may be published.
func shown(c cube.Cell) bool {
	return c.Status.Observed() && c.Status.Confidentiality() == cube.Free
}

func newRender(r *round.Result, c Config, messages map[string]string) *render {
	w := &render{r: r, c: c, lang: c.Language, messages: messages, ids: anchors{}, byID: map[string]*item{}, byCode: map[string]*town{}, anchors: map[string]string{}}
	for _, id := range sections {
		w.ids[id] = true
	}
	w.ids["top"], w.ids["main"] = true, true

	for i := range r.Network.Cities {
		city := &r.Network.Cities[i]
		t := &town{c: city, id: w.ids.make("city", city.Code)}
		w.towns = append(w.towns, t)
		w.byCode[city.Code] = t
	}
	slices.SortStableFunc(w.towns, func(x, y *town) int {
		return cmp.Or(cmp.Compare(fold(x.c.Name), fold(y.c.Name)), cmp.Compare(x.c.Code, y.c.Code))
	})
	for i := range r.Comparison.Peers {
		g := &r.Comparison.Peers[i]
		if t := w.byCode[g.Entity]; t != nil && len(g.Peers) > 0 {
			t.peers = g
		}
	}
	w.index()
	for i := range r.Conclusions {
		x := &r.Conclusions[i]
		w.anchors[x.ID] = w.ids.make("c", x.ID)
		if t := w.byCode[x.Entity]; t != nil {
			t.conclusions = append(t.conclusions, x)
		}
	}
	return w
}

// index prepares the indicators and their families.
func (w *render) index() {
	coverage := map[string]*round.Coverage{}
	for i := range w.r.Coverage {
		coverage[w.r.Coverage[i].Indicator] = &w.r.Coverage[i]
	}
	families := map[string]*family{}
	for i := range w.r.Catalogue.Families {
		f := &family{f: &w.r.Catalogue.Families[i]}
		f.id = w.ids.make("family", f.f.ID)
		families[f.f.ID] = f
		w.families = append(w.families, f)
	}
	for i := range w.r.Comparison.Indicators {
		x := &w.r.Comparison.Indicators[i]
		d, ok := w.r.Catalogue.Indicator(x.ID)
		if !ok {
			continue
		}
		it := &item{x: x, d: d, cov: coverage[x.ID], id: w.ids.make("indicator", x.ID)}
		at := x.Period
		if at.IsZero() {
			at = w.r.Period
		}
		if def, ok := d.At(at); ok {
			it.def = def
		} else if n := len(d.Definitions); n > 0 {
			it.def = &d.Definitions[n-1]
		}
		w.byID[x.ID] = it
		w.items = append(w.items, it)
		if w.r.Program != nil {
			it.operands = w.r.Program.Operands(x.ID, at)
		}
		if it.measured() {
			w.measured = append(w.measured, it)
			w.prepare(it)
		}
		f := families[d.Family]
		if f == nil {
			f = &family{f: &indicators.Family{ID: d.Family}, id: w.ids.make("family", d.Family)}
			families[d.Family] = f
			w.families = append(w.families, f)
		}
		f.items = append(f.items, it)
	}
	w.families = slices.DeleteFunc(w.families, func(f *family) bool { return len(f.items) == 0 })
	slices.SortStableFunc(w.families, func(x, y *family) int { return cmp.Compare(x.rank(), y.rank()) })
}

// prepare orders the cities of a measured indicator and finds its axis.
func (w *render) prepare(it *item) {
	var values []float64
	for i := range it.x.Positions {
		p := &it.x.Positions[i]
		it.order = append(it.order, p)
		if shown(p.Cell) {
			values = append(values, p.Cell.Value)
		}
		if p.Ranked && shown(p.Cell) {
			it.ranked = append(it.ranked, p.Cell.Value)
		}
	}
	if v := it.x.Network.Value; v != nil && it.d.Aggregation.Kind != "sum" {
		values = append(values, *v)
	}
	it.axis = newAxis(values)
	group := func(p *compare.Position) int {
		switch {
		case p.Ranked:
			return 0
		case shown(p.Cell):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(it.order, func(p, q *compare.Position) int {
		return cmp.Or(cmp.Compare(group(p), group(q)), cmp.Compare(p.Rank, q.Rank), cmp.Compare(fold(w.name(p.Entity)), fold(w.name(q.Entity))), cmp.Compare(p.Entity, q.Entity))
	})
	for i := range w.r.Findings {
		if f := &w.r.Findings[i]; slices.Contains(it.operands, f.Subject) {
			it.findings = append(it.findings, f)
		}
	}
}

func (w *render) name(code string) string {
	if t := w.byCode[code]; t != nil {
		return t.c.Name
	}
	return code
}

// fold is a text as people look it up: without case and the accents of Spanish names.
func fold(s string) string { return folding.Replace(strings.ToLower(s)) }

// folding is read-only.
var folding = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "í", "i", "ì", "i", "ï", "i",
	"ó", "o", "ò", "o", "ô", "o", "ö", "o", "ú", "u", "ù", "u", "ü", "u", "ñ", "n\uffff", "ç", "c", "’", "'")
