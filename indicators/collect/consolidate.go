package collect

import (
	"maps"
	"slices"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Consolidate completes the collected variables, so that every city has a row
// for every period that occurs at a frequency, and every cell without a value a
// reason. In this order:
//
// Mergers. A municipality exists from City.Since; without it, from the first
// merger of its Predecessors; if it is among its own predecessors, always. A
// stock is of the day of its Moment, a flow or mean of its whole period. For
// times before a merger
//   - a value of a city that did not exist yet is kept as delivered (offices
//     recompute series), with a finding merged-own if its predecessors have
//     values too;
//   - else an additive variable is the exact sum of the predecessors that were
//     not merged yet, and of the city if it existed: flagged cube.Break, with a
//     reason cube.ReasonMerged and the place for each part. If any part lacks, the
//     cell has the worst presence of the parts and the reasons of those that
//     lack, and a finding merged-incomplete if another part has a value;
//   - else it is Missing for the reason cube.ReasonMerged, once for each part with
//     its code, name and place.
//
// A flow or mean whose period contains the day of the merger is not added up: the
// city's own value is kept, flagged cube.Break; without one, or with values of
// predecessors too, it is Missing with a finding merged-straddle. The rows of
// predecessors are dropped.
//
// Exclusions. A Missing cell where the catalogue says that the figure cannot
// exist becomes NotApplicable with the catalogue's reason. A cell with a value
// stays as it is.
//
// Existence. A Missing cell of a time before the city existed becomes
// NotApplicable for the reason cube.ReasonBeforeExistence, unless it has
// predecessors.
//
// Gaps. What remains Missing and was in no file gets the reason
// cube.ReasonNotCollected with the file that has the variable for other cities
// in that period as its source, if there is one.
//
// Rows of entities that are neither cities of n nor predecessors are kept as
// they are. The error is cube.Errors and means that v is not of a [Schema].
func Consolidate(v *cube.Cube, c *indicators.Catalogue, n *indicators.Network) (*cube.Cube, []Finding, error) {
	b, err := cube.NewBuilder(v.Schema())
	if err != nil {
		return nil, nil, err
	}
	k := &consolidator{v: v, c: c, b: b}
	k.prepare()
	known := map[string]bool{}
	for i := range n.Cities {
		known[n.Cities[i].Code] = true
		for _, p := range n.Cities[i].Predecessors {
			known[p.Code] = true
		}
	}
	for i := range n.Cities {
		if err := k.city(&n.Cities[i]); err != nil {
			return nil, k.s.list(), err
		}
	}
	for row := range v.Len() {
		if key := v.Key(row); !known[key.Entity] {
			if err := k.copy(key, row); err != nil {
				return nil, k.s.list(), err
			}
		}
	}
	out, err := b.Build()
	return out, k.s.list(), err
}

type consolidator struct {
	v *cube.Cube
	c *indicators.Catalogue
	b *cube.Builder
	s sink

	variables []*indicators.Variable // by measure; nil: not in the catalogue
	rows      []cube.Key             // entity left out: periods and members that occur
	files     map[gap][]cube.Reason  // why a cell is in no file
}

type gap struct {
	measure int
	period  period.Period
}

// prepare finds the periods that occur and the files that deliver each variable.
func (k *consolidator) prepare() {
	byID := map[string]*indicators.Variable{}
	freqs := map[period.Freq]bool{}
	for i := range k.c.Variables {
		byID[k.c.Variables[i].ID] = &k.c.Variables[i]
		freqs[k.c.Variables[i].Frequency] = true
	}
	measures := k.v.Schema().Measures
	for _, m := range measures {
		k.variables = append(k.variables, byID[m.ID])
	}
	seen := map[cube.Key]bool{}
	for _, p := range k.v.Periods() {
		if p.Rolling() == 0 && freqs[p.Freq()] {
			seen[cube.Key{Period: p}] = true
		}
	}
	k.rows = slices.SortedFunc(maps.Keys(seen), cube.Key.Compare)
	names := map[gap]map[string]bool{}
	for m := range measures {
		col := k.v.Column(m)
		if !col.HasSources() {
			continue
		}
		for row := range k.v.Len() {
			if s := col.Source(row); s.Name != "" {
				g := gap{m, k.v.Periods()[k.v.PeriodIndex(row)]}
				if names[g] == nil {
					names[g] = map[string]bool{}
				}
				names[g][s.Name] = true
			}
		}
	}
	k.files = map[gap][]cube.Reason{}
	for g, files := range names {
		var reasons []cube.Reason
		for _, f := range slices.Sorted(maps.Keys(files)) {
			reasons = append(reasons, cube.Reason{Code: cube.ReasonNotCollected, Subject: measures[g.measure].ID, Source: cube.Source{Name: f}})
		}
		k.files[g] = reasons
	}
}

func (k *consolidator) copy(key cube.Key, row int) error {
	if err := k.b.AddRow(key); err != nil {
		return err
	}
	for m := range k.variables {
		if err := k.set(key, m, k.v.Cell(row, m)); err != nil {
			return err
		}
	}
	return nil
}

// set sets a cell, unless it is what an unset cell is anyway.
func (k *consolidator) set(key cube.Key, m int, c cube.Cell) error {
	if absent(c) && c.Source.IsZero() {
		return nil
	}
	return k.b.SetAt(key, m, c)
}

// absent reports whether a cell was in no file.
func absent(c cube.Cell) bool {
	return c.Status == cube.Status(cube.Missing) && (len(c.Reasons) == 0 || len(c.Reasons) == 1 &&
		c.Reasons[0].Code == cube.ReasonNotCollected && c.Reasons[0].Source.IsZero() && c.Reasons[0].Text == "")
}

// city fills the rows of a city.
func (k *consolidator) city(c *indicators.City) error {
	h := historyOf(c)
	keys := map[cube.Key]bool{}
	for _, r := range k.rows {
		keys[cube.Key{Entity: c.Code, Period: r.Period}] = true
	}
	codes := []string{c.Code}
	for _, p := range c.Predecessors {
		codes = append(codes, p.Code)
	}
	for _, code := range codes {
		from, to := k.v.Entity(code)
		for row := from; row < to; row++ {
			key := k.v.Key(row)
			key.Entity = c.Code
			keys[key] = true
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(keys), cube.Key.Compare) {
		if err := k.b.AddRow(key); err != nil {
			return err
		}
		own, ok := k.v.Find(key)
		if !ok {
			own = -1
		}
		for m, v := range k.variables {
			var cell cube.Cell
			if own >= 0 {
				cell = k.v.Cell(own, m)
			} else {
				cell = cube.NoValue(cube.Missing)
			}
			if v != nil && v.Frequency == key.Period.Freq() {
				cell = k.complete(c, &h, key, m, cell)
			}
			if err := k.set(key, m, cell); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete is the cell of a city, with what its history and the catalogue say.
func (k *consolidator) complete(c *indicators.City, h *history, key cube.Key, m int, cell cube.Cell) cube.Cell {
	v := k.variables[m]
	first, last := moment(v, key.Period)
	if len(h.merged) > 0 && first.Compare(h.last) < 0 {
		cell = k.merge(c, h, key, m, cell, first, last)
	}
	if cell.Status.Presence() != cube.Missing {
		return cell
	}
	if reason, ok := k.excluded(v, c.Code); ok {
		out := cube.NoValue(cube.NotApplicable, reason)
		for _, r := range cell.Reasons {
			if r.Code == cube.ReasonRejected {
				out.Reasons = append(out.Reasons, r)
			}
		}
		return out.From(cell.Source)
	}
	if len(h.merged) == 0 && !h.since.IsZero() && last.Compare(h.since) < 0 {
		return cube.NoValue(cube.NotApplicable, cube.Reason{Code: cube.ReasonBeforeExistence, Subject: v.ID, Text: c.Since}).From(cell.Source)
	}
	if absent(cell) && key.Members == "" {
		if r := k.files[gap{m, key.Period}]; r != nil {
			cell.Reasons = r
			// The cell itself stands in no file: only its reason names one.
			cell.Source = cube.Source{}
		}
	}
	return cell
}

// excluded is the reason why a variable cannot exist in a city, if it cannot.
func (k *consolidator) excluded(v *indicators.Variable, code string) (cube.Reason, bool) {
	for i := range v.Exclusions {
		e := &v.Exclusions[i]
		if slices.Contains(e.Cities, code) || len(code) >= 2 && slices.Contains(e.Provinces, code[:2]) {
			lang := "es"
			if len(k.c.Languages) > 0 {
				lang = k.c.Languages[0]
			}
			return cube.Reason{Code: cube.ReasonNotApplicable, Subject: v.ID, Text: e.Reason.In(lang), Source: cube.Source{Name: k.c.ID}}, true
		}
	}
	return cube.Reason{}, false
}
