package indicators

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/jsonschema"
)

func (ch *checker) indicator(i int, x *Indicator, c *Catalogue, n allNames) {
	p := func(parts ...any) string { return at(append([]any{"indicators", i}, parts...)...) }
	family, name, ok := strings.Cut(x.ID, ".")
	known := ch.known(p("family"), x.Family, "family", n.families)
	if ok && !ch.broken[p("id")] {
		if known && family != x.Family {
			ch.fail(ErrValue, p("id"), "the id begins with %q and the family is %q; they must be the same", family, x.Family)
		}
		// After a dot CEL refuses only the words of its grammar.
		switch FormulaName(name) {
		case "in", "true", "false", "null":
			ch.fail(ErrName, p("id"), "%q is a word of CEL; choose another name", name)
		}
	}
	ch.all(p("breakdowns"), x.Breakdowns, "dimension", n.dimensions)
	ch.target(p, x)
	switch a := x.Aggregation; {
	case a.Kind == "weighted-mean" && a.Weight == "" && !ch.broken[p("aggregation", "weight")]:
		ch.fail(ErrValue, p("aggregation"), "a weighted-mean needs the key \"weight\": the id of a variable")
	case a.Kind != "weighted-mean" && a.Kind != "" && a.Weight != "":
		ch.failKey(ErrValue, p("aggregation", "weight"), "only a weighted-mean has a weight, and this is %s; delete it", a.Kind)
	default:
		ch.known(p("aggregation", "weight"), a.Weight, "variable", n.variables)
	}
	if r := x.Reliability; r != nil && ch.known(p("reliability", "variable"), r.Variable, "variable", n.variables) {
		j := slices.IndexFunc(c.Variables, func(v Variable) bool { return v.ID == r.Variable })
		if v := &c.Variables[j]; v.Frequency != x.Frequency {
			ch.fail(ErrValue, p("reliability", "variable"), "%s has the frequency %s and the indicator %s; name a variable of the same frequency", v.ID, v.Frequency, x.Frequency)
		}
	}
	ch.definitions(p, x.Definitions)
	seen := make(map[Mapping]bool)
	for j, m := range x.Mappings {
		m.Exact = false
		if m.System != "" && m.Code != "" && seen[m] {
			ch.fail(ErrDuplicate, p("mappings", j), "%s %s is here twice", m.System, m.Code)
		}
		seen[m] = true
	}
}

func (ch *checker) target(p func(...any) string, x *Indicator) {
	t := x.Target
	if t == nil {
		if x.Polarity == TargetIsBest && !ch.broken[p("target")] {
			ch.fail(ErrValue, p("polarity"), "the polarity target needs the key \"target\" with min and max: the best band")
		}
		return
	}
	ch.span(p("target"), &Range{Min: t.Min, Max: t.Max})
	switch x.Polarity {
	case TargetIsBest:
		if t.Min == nil && !ch.broken[p("target", "min")] || t.Max == nil && !ch.broken[p("target", "max")] {
			ch.fail(ErrValue, p("target"), "the polarity target needs both min and max: the best band")
		}
	case HigherIsBetter:
		if t.Min == nil && !ch.broken[p("target", "min")] {
			ch.fail(ErrValue, p("target"), "higher is better, so the target is a min")
		}
		if t.Max != nil {
			ch.failKey(ErrValue, p("target", "max"), "higher is better, so a target has no max; delete it, or write polarity: target")
		}
	case LowerIsBetter:
		if t.Max == nil && !ch.broken[p("target", "max")] {
			ch.fail(ErrValue, p("target"), "lower is better, so the target is a max")
		}
		if t.Min != nil {
			ch.failKey(ErrValue, p("target", "min"), "lower is better, so a target has no min; delete it, or write polarity: target")
		}
	case Neutral:
		ch.failKey(ErrValue, p("target"), "a neutral indicator has no target; delete it, or choose another polarity")
	}
}

func (ch *checker) definitions(p func(...any) string, list []Definition) {
	for j, d := range list {
		q := func(field string) string { return p("definitions", j, field) }
		if !d.From.IsZero() && !d.Until.IsZero() && d.From.FirstDay().Compare(d.Until.LastDay()) > 0 {
			ch.fail(ErrPeriod, q("until"), "%v is before from: %v", d.Until, d.From)
		}
		if strings.TrimSpace(d.Formula) == "" && d.Formula != "" {
			ch.fail(ErrValue, q("formula"), "the formula is empty; write one in CEL")
		}
		if j == 0 {
			if d.Comparable {
				ch.fail(ErrValue, q("comparable"), "the first version has none before it to be comparable with; delete it")
			}
			continue
		}
		prev := list[j-1]
		if d.Version != 0 && prev.Version != 0 && d.Version <= prev.Version {
			ch.fail(ErrValue, q("version"), "version %d comes after %d; versions must rise, write %d or more", d.Version, prev.Version, prev.Version+1)
		}
		switch {
		case prev.Until.IsZero():
			if !ch.broken[p("definitions", j-1, "until")] {
				ch.fail(ErrPeriod, p("definitions", j-1), "version %d has no until, and version %d follows it; write the last period in which it was in force", prev.Version, d.Version)
			}
		case d.From.IsZero():
			if !ch.broken[q("from")] {
				ch.fail(ErrPeriod, p("definitions", j), "version %d has no from, and follows version %d; write the first period in which it is in force", d.Version, prev.Version)
			}
		case !after(d.From, prev.Until):
			ch.fail(ErrPeriod, q("from"), "%v overlaps or precedes version %d, which is in force until %v; order versions by date", d.From, prev.Version, prev.Until)
		}
	}
}

func after(from, until period.Period) bool {
	return from.FirstDay().Compare(until.LastDay()) > 0
}

// index checks a deflator's years and exact decimals.
func (ch *checker) index(i int, d *Deflator) {
	hundred := big.NewRat(100, 1)
	for year, s := range d.Index {
		p := at("deflators", i, "index", year)
		if ch.broken[p] {
			continue
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok || r.Sign() <= 0 {
			ch.fail(ErrValue, p, "%s is not an index; write a positive decimal number in quotes", jsonschema.Quote(s))
			continue
		}
		if year == strconv.Itoa(d.Base) && r.Cmp(hundred) != 0 {
			ch.fail(ErrValue, p, "the index of the base year %d must be 100, not %s", d.Base, s)
		}
	}
	if _, ok := d.Index[strconv.Itoa(d.Base)]; !ok && d.Base != 0 && len(d.Index) > 0 {
		ch.fail(ErrValue, at("deflators", i, "index"), "the base year %d is missing; write \"%d\": \"100\"", d.Base, d.Base)
	}
}
