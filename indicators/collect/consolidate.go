package collect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
//   - else it is Missing for the reason cube.ReasonMerged.
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

// moment is the first and last day that a figure speaks of.
func moment(v *indicators.Variable, p period.Period) (first, last period.Period) {
	first, last = p.FirstDay(), p.LastDay()
	if v.Temporal == indicators.Stock {
		if v.Moment == "start" {
			return first, first
		}
		return last, last
	}
	return first, last
}

// history is how a city came to be.
type history struct {
	since  period.Period // day from which it exists; zero: always
	merged []merger      // by code
	last   period.Period // day of the last merger
}

type merger struct {
	code, name string
	until      period.Period // day from which it is part of the city
}

// historyOf reads the dates of a city. Those that are no dates are left out: the
// loader of networks reports them.
func historyOf(c *indicators.City) history {
	var h history
	always := false
	for _, p := range c.Predecessors {
		d, err := period.Parse(p.Until)
		if err != nil || d.Freq() != period.Day {
			continue
		}
		if p.Code == c.Code {
			always = true
			continue
		}
		h.merged = append(h.merged, merger{p.Code, p.Name, d})
		if h.since.IsZero() || d.Compare(h.since) < 0 {
			h.since = d
		}
		if h.last.IsZero() || d.Compare(h.last) > 0 {
			h.last = d
		}
	}
	slices.SortFunc(h.merged, func(a, b merger) int { return strings.Compare(a.code, b.code) })
	if d, err := period.Parse(c.Since); err == nil && d.Freq() == period.Day {
		h.since = d
	}
	if always {
		h.since = period.Period{}
	}
	return h
}

// merge is the cell of a city for a time that starts before its last merger.
func (k *consolidator) merge(c *indicators.City, h *history, key cube.Key, m int, own cube.Cell, first, last period.Period) cube.Cell {
	v := k.variables[m]
	var parts []merger
	straddles := false
	for _, p := range h.merged {
		switch {
		case last.Compare(p.until) < 0:
			parts = append(parts, p)
		case first.Compare(p.until) < 0:
			straddles = true
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return own
	}
	cells := make([]cube.Cell, len(parts))
	values, delivered := 0, 0
	for i, p := range parts {
		cells[i] = cube.NoValue(cube.Missing)
		if row, ok := k.v.Find(cube.Key{Entity: p.code, Period: key.Period, Members: key.Members}); ok {
			cells[i] = k.v.Cell(row, m)
		}
		if cells[i].Status.Observed() {
			values++
		}
		if !absent(cells[i]) {
			delivered++
		}
	}
	find := func(code string, sev Severity, at cube.Source, args map[string]string) {
		k.s.add(Finding{Code: code, Severity: sev, File: at.Name, Line: at.Line, Column: at.Column, Entity: c.Code, Period: key.Period, Subject: v.ID, Args: args})
	}
	list := func() string {
		var s []string
		for _, p := range parts {
			s = append(s, p.code+" "+p.name)
		}
		return strings.Join(s, ", ")
	}
	merged := func(p merger, src cube.Source) cube.Reason {
		return cube.Reason{Code: cube.ReasonMerged, Subject: v.ID, Text: strings.TrimSpace(p.code + " " + p.name), Source: src}
	}
	if straddles {
		if own.Status.Observed() && values == 0 {
			own.Status |= cube.Break
			return own
		}
		if !own.Status.Observed() && delivered == 0 {
			return own
		}
		at := own.Source
		out := cube.NoValue(cube.Missing)
		for i, p := range parts {
			out.Reasons = append(out.Reasons, merged(p, cells[i].Source))
			if at.IsZero() {
				at = cells[i].Source
			}
		}
		find(CodeMergedStraddle, Err, at, map[string]string{"parts": list(), "date": parts[0].until.String()})
		return out.From(own.Source)
	}
	existed := h.since.IsZero() || h.since.Compare(last) <= 0
	if own.Status.Observed() && !existed {
		if values > 0 {
			find(CodeMergedOwn, Warning, own.Source, map[string]string{"parts": list()})
		}
		return own
	}
	if !v.Additive {
		if own.Status.Presence() == cube.NotApplicable || delivered == 0 && absent(own) {
			return own
		}
		return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonMerged, Subject: v.ID, Text: fmt.Sprintf("not additive over %s", list())})
	}
	if existed {
		parts = append([]merger{{code: c.Code, name: c.Name}}, parts...)
		cells = append([]cube.Cell{own}, cells...)
		if own.Status.Observed() {
			values++
		}
		if !absent(own) {
			delivered++
		}
	}
	if delivered == 0 {
		return own // no file has any part
	}
	out := cube.Cell{Status: cube.Break}
	var sum []float64
	file, lacking := cells[0].Source.Name, []string{}
	var lacks []cube.Reason
	at := cube.Source{}
	for i, p := range parts {
		out.Status = out.Status.Combine(cells[i].Status)
		if cells[i].Status.Observed() {
			sum = append(sum, cells[i].Value)
			out.Reasons = append(out.Reasons, merged(p, cells[i].Source))
			out.Reasons = append(out.Reasons, cells[i].Reasons...)
			if at.IsZero() {
				at = cells[i].Source
			}
		} else {
			lacking = append(lacking, strings.TrimSpace(p.code+" "+p.name))
			lacks = append(lacks, merged(p, cells[i].Source))
		}
		if cells[i].Source.Name != file {
			file = ""
		}
	}
	if len(lacks) == 0 {
		out.Value = cube.Sum(sum)
		return out.From(cube.Source{Name: file})
	}
	if values > 0 {
		find(CodeMergedIncomplete, Warning, at, map[string]string{"lacking": strings.Join(lacking, ", ")})
	}
	return cube.Cell{Status: cube.Status(out.Status.Presence()).WithConfidentiality(out.Status.Confidentiality()), Reasons: lacks}
}
