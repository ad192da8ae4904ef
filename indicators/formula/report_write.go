package formula

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String writes the report as text, a formula after the other: its warnings, and
// its steps as indented lines with unit, range, what can fail and what can lack.
func (r *Report) String() string {
	var b strings.Builder
	for i := range r.Formulas {
		if i > 0 {
			b.WriteByte('\n')
		}
		r.Formulas[i].write(&b)
	}
	return b.String()
}

func (f *FormulaReport) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s, version %d", f.Indicator, f.Version)
	if u := f.Unit.String(); u != "" {
		b.WriteString(", in " + u)
	}
	fmt.Fprintf(b, "; at most %d steps a cell", f.Cost)
	if f.Unbounded {
		b.WriteString(" and those of a part without bound")
	}
	b.WriteByte('\n')
	fmt.Fprintf(b, "  reads %s\n", readList(f.Reads))
	for _, w := range f.Warnings {
		fmt.Fprintf(b, "  column %d: %s\n", w.Offset+1, strings.TrimPrefix(w.Msg, fmt.Sprintf("indicator %q: ", f.Indicator)))
	}
	f.Root.write(b, 1)
}

func (n *StaticNode) write(b *strings.Builder, depth int) {
	b.WriteString(strings.Repeat("  ", depth) + quote(n.Text) + ": " + n.Type)
	if u := n.Unit.String(); u != "" && u != "1" {
		b.WriteString(" in " + u)
	}
	switch n.Type {
	case "double", "int":
		b.WriteString(" " + n.Range.String())
	case "bool":
		if !n.True {
			b.WriteString(", never true")
		} else if !n.False {
			b.WriteString(", always true")
		}
	}
	if len(n.Missing) > 0 && len(n.Children) == 0 || depth == 1 && len(n.Missing) > 0 {
		b.WriteString("; missing without " + readList(n.Missing))
	}
	var own []string
	for _, f := range n.Faults {
		if f.Begin == n.Begin && f.End == n.End {
			own = append(own, f.Text)
		}
	}
	if len(own) > 0 {
		b.WriteString("; can fail: " + strings.Join(own, ", "))
	}
	b.WriteByte('\n')
	for _, c := range n.Children {
		if len(c.Reads) > 0 || len(c.Children) > 0 || c.Range.Min != c.Range.Max { // no literal
			c.write(b, depth+1)
		}
	}
}

func readList(list []Read) string {
	var out []string
	for _, r := range list {
		out = append(out, r.String())
	}
	return strings.Join(out, ", ")
}

// String is the id, and the periods before if there are any.
func (r Read) String() string {
	s := r.ID
	if r.Kind == "dimension" {
		s = "the breakdown by " + s
	}
	switch {
	case r.To == 0:
	case r.From == r.To:
		s += fmt.Sprintf(" (%d before)", r.To)
	default:
		s += fmt.Sprintf(" (%d to %d before)", r.From, r.To)
	}
	return s
}

// String writes the interval; beyond float64 there is ∞.
func (r Range) String() string {
	s := "none"
	switch {
	case r.Min == r.Max:
		s = figure(r.Min)
	case r.Min < r.Max:
		s = figure(r.Min) + " to " + figure(r.Max)
	}
	if r.NaN {
		s += " or NaN"
	}
	if r.ByZero {
		s += " by a division by zero"
	}
	return s
}

func figure(x float64) string {
	switch {
	case x >= math.MaxFloat64:
		return "∞"
	case x <= -math.MaxFloat64:
		return "-∞"
	}
	return strconv.FormatFloat(x+0, 'g', -1, 64)
}

// String writes the report of one formula, as [Report.String] does.
func (f *FormulaReport) String() string {
	var b strings.Builder
	f.write(&b)
	return b.String()
}
