package collect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators/cube"
)

// Build returns the cube of all that was read into b, and a finding for each
// cell that was delivered more than once, in one file or in several:
//
//   - alike: kept once (duplicate, a warning);
//   - empty in one place and not in another: the value is kept (filled, information);
//   - different: none is kept, the cell is Missing for the reason
//     cube.ReasonRejected with the places, of eight at most (conflict, an error).
//
// It sets b.AllowDuplicates and b.Resolve, and empties b as [cube.Builder.Build]
// does. The error is cube.Errors.
func Build(b *cube.Builder) (*cube.Cube, []Finding, error) {
	var s sink
	twice := func(code string, sev Severity, k cube.Key, measure string, first, second cube.Cell) {
		s.add(Finding{Code: code, Severity: sev, File: second.Source.Name, Line: second.Source.Line, Column: second.Source.Column,
			Entity: k.Entity, Period: k.Period, Subject: measure, Value: shown(second),
			Args: map[string]string{"other": shown(first), "place": first.Source.String()}})
	}
	b.AllowDuplicates = true
	b.Resolve = func(k cube.Key, measure string, cells []cube.Cell) (cube.Cell, bool) {
		kept := slices.IndexFunc(cells, func(c cube.Cell) bool { return !empty(c) })
		clash := false
		for i, c := range cells {
			switch {
			case i == kept:
			case empty(c):
				twice(CodeFilled, Info, k, measure, cells[kept], c)
			case c.Value == cells[kept].Value && c.Status == cells[kept].Status:
				twice(CodeDuplicate, Warning, k, measure, cells[kept], c)
			default:
				clash = true
				twice(CodeConflict, Err, k, measure, cells[kept], c)
			}
		}
		if !clash {
			return cells[kept], true
		}
		out := cube.NoValue(cube.Missing)
		for _, c := range cells[:min(len(cells), maxPlaces)] {
			out.Reasons = append(out.Reasons, cube.Reason{Code: cube.ReasonRejected, Subject: measure, Text: CodeConflict + ": " + shown(c), Source: c.Source})
		}
		return out.From(cells[kept].Source), true
	}
	c, err := b.Build()
	if err != nil {
		return nil, s.list(), err
	}
	for _, e := range b.Duplicates() {
		if len(e.Cells) < 2 { // cube.CodeMore: "12 left out"
			n, _, _ := strings.Cut(e.Text, " ")
			more, _ := strconv.Atoi(n)
			s.more += max(more, 1)
			continue
		}
		twice(CodeDuplicate, Warning, e.Key, e.Measure, e.Cells[0], e.Cells[1])
	}
	return c, s.list(), nil
}

// maxPlaces bounds the reasons of a cell in conflict; the findings have all.
const maxPlaces = 8

// empty reports whether a cell states nothing: an empty cell of a file.
func empty(c cube.Cell) bool {
	return c.Status == cube.Status(cube.Missing) && !slices.ContainsFunc(c.Reasons, func(r cube.Reason) bool {
		return r.Code != cube.ReasonNotCollected || r.Text != ""
	})
}

// shown is the value of a cell, or what it has instead.
func shown(c cube.Cell) string {
	if !c.Status.Observed() {
		return c.Status.String()
	}
	v := decimalText(c.Value)
	if c.Status != 0 {
		v += " (" + c.Status.String() + ")"
	}
	return v
}

// decimalText is the shortest text that reads back as v.
func decimalText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
