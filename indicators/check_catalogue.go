package indicators

import (
	"reflect"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/jsonschema"
)

// allNames are the ids of a catalogue.
type allNames struct{ dimensions, families, sources, variables names }

func (ch *checker) catalogue(c *Catalogue) {
	ch.begin()
	ch.languages = c.Languages
	for p := range ch.broken {
		if strings.HasPrefix(p, "/languages") {
			ch.languages = nil // or every text would be wrong
		}
	}
	ch.texts(reflect.ValueOf(c).Elem(), nil)
	ch.date("/issued", c.Issued)
	if c.Publisher.DIR3 != "" {
		ch.dir3("/publisher/dir3", c.Publisher.DIR3, "")
	}
	n := allNames{
		dimensions: ids(ch, c.Dimensions, "dimensions", "id", "dimension", func(d *Dimension) string { return d.ID }),
		families:   ids(ch, c.Families, "families", "id", "family", func(f *Family) string { return f.ID }),
		sources:    ids(ch, c.Sources, "sources", "id", "source", func(s *DataSource) string { return s.ID }),
		variables:  ids(ch, c.Variables, "variables", "id", "variable", func(v *Variable) string { return v.ID }),
	}
	ids(ch, c.Indicators, "indicators", "id", "indicator", func(i *Indicator) string { return i.ID })
	ids(ch, c.Rules, "rules", "id", "rule", func(r *Rule) string { return r.ID })
	ids(ch, c.Deflators, "deflators", "id", "deflator", func(d *Deflator) string { return d.ID })
	for i, d := range c.Dimensions {
		ch.members(i, d.Members)
	}
	for i, f := range c.Families {
		if name := FormulaName(f.ID); reserved[name] {
			ch.fail(ErrName, at("families", i, "id"), "%q is a word of CEL, so formulas could not name its indicators; choose another", f.ID)
		}
	}
	for i := range c.Sources {
		for token := range c.Sources[i].Tokens {
			if strings.TrimSpace(token) != token {
				ch.failKey(ErrValue, at("sources", i, "tokens", token), "has white space around it; cells are trimmed before they are compared")
			}
		}
	}
	for i := range c.Variables {
		ch.variable(i, &c.Variables[i], n)
	}
	for i := range c.Indicators {
		ch.indicator(i, &c.Indicators[i], c, n)
	}
	for i := range c.Rules {
		ch.rule(i, &c.Rules[i], c, n)
	}
	for i := range c.Deflators {
		ch.deflator(i, &c.Deflators[i])
	}
}

func (ch *checker) members(d int, list []Member) {
	seen := make(map[string]bool)
	for i, m := range list {
		if m.ID != "" && seen[m.ID] {
			ch.fail(ErrDuplicate, at("dimensions", d, "members", i, "id"), "member %q is here twice", m.ID)
		}
		seen[m.ID] = true
	}
}

// reserved are the words that a formula cannot use as a name: reserved words
// and names of types of CEL (cel-spec, Syntax; Standard Definitions), and the
// days of a period, which are there in every formula.
var reserved = map[string]bool{
	"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true,
	"function": true, "if": true, "import": true, "in": true, "let": true, "loop": true, "namespace": true,
	"null": true, "package": true, "return": true, "true": true, "var": true, "void": true, "while": true,
	"bool": true, "bytes": true, "double": true, "dyn": true, "int": true, "list": true, "map": true,
	"null_type": true, "string": true, "type": true, "uint": true,
	"days": true,
}

func (ch *checker) variable(i int, v *Variable, n allNames) {
	p := func(field string) string { return at("variables", i, field) }
	if reserved[v.ID] {
		if v.ID == "days" {
			ch.fail(ErrName, p("id"), "days is there in every formula: the days of the period; choose another id")
		} else {
			ch.fail(ErrName, p("id"), "%q is a word of CEL; choose another id", v.ID)
		}
	}
	ch.kind(p("kind"), v)
	ch.known(p("source"), v.Source, "source", n.sources)
	ch.all(p("breakdowns"), v.Breakdowns, "dimension", n.dimensions)
	if v.Moment != "" && v.Temporal != "" && v.Temporal != Stock {
		ch.fail(ErrValue, p("moment"), "only a stock has a moment, and this is a %s; delete it or write temporal: stock", v.Temporal)
	}
	if v.Additive && v.Temporal == Mean {
		ch.fail(ErrValue, p("additive"), "a mean cannot be summed over territories; delete additive, or deliver its sum and its count")
	}
	if k := v.Unit.Kind(); v.Additive && !v.Unit.IsZero() && (k == unit.Percentage || k == unit.Share || k == unit.Index || k == unit.Score || k == unit.Level) {
		ch.fail(ErrValue, p("additive"), "a figure of the kind %s cannot be summed over territories; delete additive", k)
	}
	ch.span(p("range"), v.Range)
	ch.span(p("plausible"), v.Plausible)
	if r, q := v.Range, v.Plausible; r != nil && q != nil && !r.empty() {
		if r.Min != nil && q.Min != nil && *q.Min < *r.Min {
			ch.fail(ErrValue, at("variables", i, "plausible", "min"), "%v is below range.min %v, so it says nothing", *q.Min, *r.Min)
		}
		if r.Max != nil && q.Max != nil && *q.Max > *r.Max {
			ch.fail(ErrValue, at("variables", i, "plausible", "max"), "%v is above range.max %v, so it says nothing", *q.Max, *r.Max)
		}
	}
	for j, e := range v.Exclusions {
		for k, s := range e.Provinces {
			if pp := at("variables", i, "exclusions", j, "provinces", k); !validProvince(s) && s != "" && !ch.broken[pp] {
				ch.fail(ErrCode, pp, "there is no province %q; write 01 to 52 in quotes", s)
			}
		}
		for k, s := range e.Cities {
			ch.ine(at("variables", i, "exclusions", j, "cities", k), s)
		}
	}
}

// kind gives the unit the kind that the variable declares.
func (ch *checker) kind(pointer string, v *Variable) {
	if v.Kind == "" || v.Unit.IsZero() || ch.broken[pointer] {
		return
	}
	k, err := unit.ParseKind(v.Kind)
	if err == nil {
		var u unit.Unit
		if u, err = v.Unit.WithKind(k); err == nil {
			v.Unit = u
			return
		}
	}
	ch.fail(ErrUnit, pointer, "%v", err)
}

func (ch *checker) rule(i int, r *Rule, c *Catalogue, n allNames) {
	p := func(field string) string { return at("rules", i, field) }
	ok := ch.known(p("variable"), r.Variable, "variable", n.variables)
	ch.all(p("parts"), r.Parts, "variable", n.variables)
	ch.known(p("other"), r.Other, "variable", n.variables)
	ch.known(p("per"), r.Per, "variable", n.variables)
	have := map[string]bool{"parts": len(r.Parts) > 0, "other": r.Other != "", "per": r.Per != "", "max": r.Max != 0, "tolerance": r.Tolerance != 0}
	takes := map[string][]string{"change": {"max"}, "identity": {"parts", "tolerance"}, "atmost": {"other"}, "outlier": {"max", "per"}}[r.Kind]
	if takes == nil {
		return
	}
	for _, f := range []string{"parts", "other", "per", "max", "tolerance"} {
		switch {
		case have[f] && !slices.Contains(takes, f):
			ch.failKey(ErrValue, p(f), "a rule of the kind %s does not use it; delete it", r.Kind)
		case !have[f] && takes[0] == f && !ch.broken[p(f)]:
			ch.fail(ErrValue, at("rules", i), "a rule of the kind %s needs the key %q", r.Kind, f)
		}
	}
	if !ok {
		return
	}
	v := &c.Variables[n.variables.has[r.Variable]]
	same := func(pointer, other string) {
		if other == r.Variable {
			ch.fail(ErrValue, pointer, "%q is compared with itself", other)
			return
		}
		j, ok := n.variables.has[other]
		if !ok {
			return
		}
		o := &c.Variables[j]
		if v.Unit.IsZero() || o.Unit.IsZero() {
			return
		}
		if !v.Unit.SameDimension(o.Unit) || !v.Unit.SameScale(o.Unit) {
			ch.fail(ErrUnit, pointer, "%q is in %s and %q in %s; a rule compares figures as they are, so give them the same unit", other, o.Unit, r.Variable, v.Unit)
		}
	}
	if r.Kind == "identity" {
		for j, part := range r.Parts {
			same(at("rules", i, "parts", j), part)
		}
	}
	if r.Kind == "atmost" && r.Other != "" {
		same(p("other"), r.Other)
	}
	if r.Kind == "outlier" && r.Per != "" && r.Per == r.Variable {
		ch.fail(ErrValue, p("per"), "%q is divided by itself", r.Per)
	}
}

func (ch *checker) deflator(i int, d *Deflator) {
	if d.Currency != "" && !ch.broken[at("deflators", i, "currency")] {
		if u, err := unit.Parse(d.Currency); err != nil || u.Kind() != unit.Currency {
			ch.fail(ErrUnit, at("deflators", i, "currency"), "%s is not a currency; write an ISO 4217 code such as EUR", jsonschema.Quote(d.Currency))
		}
	}
	ch.index(i, d)
}
