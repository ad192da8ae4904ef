package collect

import (
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

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
			own.Reasons = slices.Clip(own.Reasons) // shared
			for _, p := range parts {
				own.Reasons = append(own.Reasons, merged(p, cube.Source{}))
			}
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
		out := cube.NoValue(cube.Missing)
		for i, p := range parts {
			out.Reasons = append(out.Reasons, merged(p, cells[i].Source))
		}
		return out
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
