package round

import (
	"cmp"
	"slices"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Revision is one cell of an indicator that differs between two editions.
type Revision struct {
	Indicator string        `json:"indicator"`
	Entity    string        `json:"entity"`
	Period    period.Period `json:"period"`
	Members   cube.Members  `json:"members,omitempty"`
	Kind      string        `json:"kind"` // revised, added, withdrawn, status
	Before    *float64      `json:"before,omitempty"`
	After     *float64      `json:"after,omitempty"`
	Status    [2]string     `json:"status"` // before, after
	// Comparable is false when the cell is computed by another version of the
	// definition than before.
	Comparable bool `json:"comparable"`
}

// Revisions tells, cell by cell, what a later edition of a round changed in its
// indicators: values revised, figures added or withdrawn, statuses changed. It is
// sorted by indicator (in id order), entity, period, members. Cells that are
// without a value in both editions are left out.
func Revisions(before, after *Result) []Revision {
	type cellKey struct {
		indicator string
		key       cube.Key
	}
	seen := map[cellKey]bool{}
	var out []Revision
	visit := func(c *cube.Cube) {
		for m, measure := range c.Schema().Measures {
			col := c.Column(m)
			for row := range c.Len() {
				if !col.StatusAt(row).Observed() {
					continue
				}
				k := cellKey{measure.ID, c.Key(row)}
				if seen[k] {
					continue
				}
				seen[k] = true
				a, b := before.Indicators.At(k.key, k.indicator), after.Indicators.At(k.key, k.indicator)
				va, vb := version(before, k.indicator, k.key.Period), version(after, k.indicator, k.key.Period)
				if a.Value == b.Value && a.Status == b.Status && va == vb {
					continue
				}
				r := Revision{Indicator: k.indicator, Entity: k.key.Entity, Period: k.key.Period, Members: k.key.Members, Status: [2]string{a.Status.String(), b.Status.String()}, Comparable: va == vb || comparable(after, k.indicator, va, vb)}
				r.Before, r.After = observed(a), observed(b)
				switch {
				case r.Before == nil:
					r.Kind = "added"
				case r.After == nil:
					r.Kind = "withdrawn"
				case a.Value != b.Value:
					r.Kind = "revised"
				default:
					r.Kind = "status"
				}
				out = append(out, r)
			}
		}
	}
	visit(before.Indicators)
	visit(after.Indicators)
	slices.SortFunc(out, func(a, b Revision) int {
		return cmp.Or(
			cmp.Compare(a.Indicator, b.Indicator),
			cube.Key{Entity: a.Entity, Period: a.Period, Members: a.Members}.Compare(cube.Key{Entity: b.Entity, Period: b.Period, Members: b.Members}),
		)
	})
	return out
}

func observed(c cube.Cell) *float64 {
	if !c.Status.Observed() {
		return nil
	}
	return &c.Value
}

func version(r *Result, indicator string, p period.Period) int {
	ind, ok := r.Catalogue.Indicator(indicator)
	if !ok {
		return 0
	}
	if d, ok := ind.At(p); ok {
		return d.Version
	}
	return 0
}

// comparable says whether every version after the older of two is declared
// comparable with the one before it.
func comparable(r *Result, indicator string, a, b int) bool {
	ind, ok := r.Catalogue.Indicator(indicator)
	if !ok || a == 0 || b == 0 {
		return false
	}
	for _, d := range ind.Definitions {
		if d.Version > min(a, b) && d.Version <= max(a, b) && !d.Comparable {
			return false
		}
	}
	return true
}
