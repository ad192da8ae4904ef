package collect

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
)

// MinOutlier is the fewest values among which an outlier rule looks for outliers.
const MinOutlier = 10

// Validate applies the ranges and rules of the catalogue to collected variables,
// before or after [Consolidate]. Findings carry the place of the cell at fault.
//
//	range      outside Variable.Range: an error
//	plausible  outside Variable.Plausible: a warning
//	change     |x/x₋₁ − 1| > Max against the period before, if both are observed,
//	           x₋₁ ≠ 0, and neither is a break or of another definition
//	identity   |x − Σ parts| > Tolerance, if all are observed, summed exactly
//	recoverable of an identity, if the only operands not observed are suppressed:
//	           one hidden value follows by difference (warning), or the sum of
//	           several does (information). The value is not said.
//	atmost     x > Other, if both are observed
//	outlier    |z| > Max, z = (x − median)/(1.4826·MAD) over the cities of the
//	           period, x divided by Per first; not with fewer than MinOutlier
//	           values or MAD = 0. Reference cities and municipalities outside the
//	           network take no part.
//
// The other severities are those of the rules. Rules whose variables v lacks
// say nothing.
func Validate(v *cube.Cube, c *indicators.Catalogue, n *indicators.Network) []Finding {
	x := &validator{v: v}
	for i := range c.Variables {
		x.ranges(&c.Variables[i])
	}
	for i := range c.Rules {
		switch r := &c.Rules[i]; r.Kind {
		case "change":
			x.change(r)
		case "identity":
			x.identity(r)
		case "atmost":
			x.atMost(r)
		case "outlier":
			x.outlier(r, n)
		}
	}
	return x.s.list()
}

type validator struct {
	v *cube.Cube
	s sink
}

// find is a finding at a cell.
func (x *validator) find(code string, sev Severity, row int, measure string, cell cube.Cell, args map[string]string) Finding {
	k := x.v.Key(row)
	f := Finding{Code: code, Severity: sev, File: cell.Source.Name, Line: cell.Source.Line, Column: cell.Source.Column,
		Entity: k.Entity, Period: k.Period, Subject: measure, Args: args}
	if f.File == "" && len(cell.Reasons) > 0 { // a sum of predecessors, or no value
		f.File, f.Line, f.Column = cell.Reasons[0].Source.Name, cell.Reasons[0].Source.Line, cell.Reasons[0].Source.Column
	}
	if cell.Status.Observed() {
		f.Value = decimalText(cell.Value)
	}
	if k.Members != "" {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args["members"] = string(k.Members)
	}
	return f
}

// rule is a finding of a rule, with its own message.
func (x *validator) rule(r *indicators.Rule, code string, sev Severity, row int, cell cube.Cell, args map[string]string) {
	f := x.find(code, sev, row, r.Variable, cell, args)
	f.Rule = r.ID
	for lang, text := range r.Message {
		if text != "" {
			f.Args["message."+lang] = text
		}
	}
	x.s.add(f)
}

func severity(s string) Severity {
	switch Severity(s) {
	case Err, Info:
		return Severity(s)
	}
	return Warning
}

func (x *validator) column(id string) (cube.Column, bool) {
	i, ok := x.v.MeasureIndex(id)
	if !ok {
		return cube.Column{}, false
	}
	return x.v.Column(i), true
}

func (x *validator) ranges(v *indicators.Variable) {
	col, ok := x.column(v.ID)
	if !ok || v.Range == nil && v.Plausible == nil {
		return
	}
	for row := range col.Len() {
		if !col.StatusAt(row).Observed() {
			continue
		}
		value := col.Values[row]
		switch {
		case beyond(v.Range, value):
			x.s.add(x.find(CodeRange, Err, row, v.ID, col.Cell(row), bounds(v.Range)))
		case beyond(v.Plausible, value):
			x.s.add(x.find(CodePlausible, Warning, row, v.ID, col.Cell(row), bounds(v.Plausible)))
		}
	}
}

func beyond(r *indicators.Range, v float64) bool {
	return r != nil && (r.Min != nil && v < *r.Min || r.Max != nil && v > *r.Max)
}

func bounds(r *indicators.Range) map[string]string {
	args := map[string]string{}
	lo, hi := "−∞", "∞"
	if r.Min != nil {
		lo = decimalText(*r.Min)
	}
	if r.Max != nil {
		hi = decimalText(*r.Max)
	}
	args["min"], args["max"] = lo, hi
	return args
}

func (x *validator) change(r *indicators.Rule) {
	col, ok := x.column(r.Variable)
	if !ok {
		return
	}
	const other = cube.Break | cube.DefinitionDiffers
	for row := range col.Len() {
		if !col.StatusAt(row).Observed() || col.StatusAt(row)&other != 0 {
			continue
		}
		k := x.v.Key(row)
		k.Period = k.Period.Add(-1)
		if k.Period.IsZero() {
			continue
		}
		before, ok := x.v.Find(k)
		if !ok || !col.StatusAt(before).Observed() || col.StatusAt(before)&other != 0 || col.Values[before] == 0 {
			continue
		}
		change := col.Values[row]/col.Values[before] - 1
		if math.Abs(change) > r.Max {
			x.rule(r, CodeChange, severity(r.Severity), row, col.Cell(row), map[string]string{
				"before": decimalText(col.Values[before]), "period": k.Period.String(), "place": col.Source(before).String(),
				"change": strconv.FormatFloat(change*100, 'f', 1, 64), "max": strconv.FormatFloat(r.Max*100, 'f', -1, 64)})
		}
	}
}

func (x *validator) identity(r *indicators.Rule) {
	total, ok := x.column(r.Variable)
	if !ok || len(r.Parts) == 0 {
		return
	}
	cols := []cube.Column{total}
	for _, p := range r.Parts {
		col, ok := x.column(p)
		if !ok {
			return
		}
		cols = append(cols, col)
	}
	values := make([]float64, len(r.Parts))
	for row := range total.Len() {
		observed, hidden := 0, -1
		suppressed := 0
		for i, col := range cols {
			switch col.StatusAt(row).Presence() {
			case cube.Observed:
				observed++
			case cube.Suppressed:
				if suppressed++; hidden < 0 {
					hidden = i
				}
			}
		}
		if observed+suppressed < len(cols) {
			continue
		}
		if suppressed > 0 {
			if observed > 0 && (suppressed == 1 || total.StatusAt(row).Observed()) {
				x.recoverable(r, cols, row, hidden, suppressed)
			}
			continue
		}
		for i, col := range cols[1:] {
			values[i] = col.Values[row]
		}
		sum := cube.Sum(values)
		if math.Abs(total.Values[row]-sum) > r.Tolerance {
			x.rule(r, CodeIdentity, severity(r.Severity), row, total.Cell(row), map[string]string{
				"sum": decimalText(sum), "parts": strings.Join(r.Parts, " + "), "tolerance": decimalText(r.Tolerance),
				"difference": decimalText(cube.Sum([]float64{total.Values[row], -sum}))})
		}
	}
}

// recoverable says that hidden values follow from the others, without saying them.
func (x *validator) recoverable(r *indicators.Rule, cols []cube.Column, row, first, n int) {
	var hidden []string
	for _, col := range cols {
		if col.StatusAt(row).Presence() == cube.Suppressed {
			hidden = append(hidden, col.Measure.ID)
		}
	}
	sev := Info
	if n == 1 {
		sev = Warning
	}
	f := x.find(CodeRecoverable, sev, row, cols[first].Measure.ID, cols[first].Cell(row), map[string]string{
		"count": strconv.Itoa(n), "hidden": strings.Join(hidden, ", "), "identity": r.Variable + " = " + strings.Join(r.Parts, " + ")})
	f.Rule = r.ID
	x.s.add(f)
}

func (x *validator) atMost(r *indicators.Rule) {
	col, ok := x.column(r.Variable)
	other, ok2 := x.column(r.Other)
	if !ok || !ok2 {
		return
	}
	for row := range col.Len() {
		if col.StatusAt(row).Observed() && other.StatusAt(row).Observed() && col.Values[row] > other.Values[row] {
			x.rule(r, CodeAtMost, severity(r.Severity), row, col.Cell(row), map[string]string{
				"other": r.Other, "limit": decimalText(other.Values[row]), "place": other.Source(row).String()})
		}
	}
}

func (x *validator) outlier(r *indicators.Rule, n *indicators.Network) {
	col, ok := x.column(r.Variable)
	if !ok {
		return
	}
	per, hasPer := x.column(r.Per)
	if r.Per != "" && !hasPer {
		return
	}
	member := map[string]bool{}
	if n != nil {
		for i := range n.Cities {
			member[n.Cities[i].Code] = !n.Cities[i].Reference
		}
	}
	type group struct {
		period  int
		members int
	}
	rows := map[group][]int{}
	var order []group
	ratio := make([]float64, col.Len())
	for row := range col.Len() {
		if !col.StatusAt(row).Observed() || n != nil && !member[x.v.Entities()[x.v.EntityIndex(row)]] {
			continue
		}
		ratio[row] = col.Values[row]
		if hasPer {
			if !per.StatusAt(row).Observed() || per.Values[row] == 0 {
				continue
			}
			if ratio[row] = col.Values[row] / per.Values[row]; ratio[row]-ratio[row] != 0 {
				continue
			}
		}
		g := group{x.v.PeriodIndex(row), x.v.MembersIndex(row)}
		if rows[g] == nil {
			order = append(order, g)
		}
		rows[g] = append(rows[g], row)
	}
	for _, g := range order {
		if len(rows[g]) < MinOutlier {
			continue
		}
		values := make([]float64, len(rows[g]))
		for i, row := range rows[g] {
			values[i] = ratio[row]
		}
		mid := median(values)
		for i, row := range rows[g] {
			values[i] = math.Abs(ratio[row] - mid)
		}
		mad := median(values)
		if mad == 0 {
			continue
		}
		for _, row := range rows[g] {
			if z := (ratio[row] - mid) / (1.4826 * mad); math.Abs(z) > r.Max {
				args := map[string]string{"z": strconv.FormatFloat(z, 'f', 1, 64), "max": decimalText(r.Max), "median": strconv.FormatFloat(mid, 'g', 6, 64), "cities": strconv.Itoa(len(rows[g]))}
				if hasPer {
					args["per"], args["ratio"] = r.Per, strconv.FormatFloat(ratio[row], 'g', 6, 64)
				}
				x.rule(r, CodeOutlier, severity(r.Severity), row, col.Cell(row), args)
			}
		}
	}
}

// median of values, which it sorts: the mean of the two in the middle if their
// number is even.
func median(values []float64) float64 {
	slices.Sort(values)
	m := len(values) / 2
	if len(values)%2 == 1 {
		return values[m]
	}
	return values[m-1]/2 + values[m]/2
}
