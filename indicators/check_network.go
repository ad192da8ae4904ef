package indicators

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/jsonschema"
)

func (ch *checker) network(n *Network) {
	ch.begin()
	ch.texts(reflect.ValueOf(n).Elem(), nil)
	groups := ids(ch, n.Groups, "groups", "id", "group", func(g *Group) string { return g.ID })
	ids(ch, n.Structure, "structure", "id", "structure variable", func(s *Structure) string { return s.ID })
	ids(ch, n.Cities, "cities", "code", "city", func(c *City) string { return c.Code })
	codes := make(map[string]int, len(n.Cities))
	for i := range n.Cities {
		codes[n.Cities[i].Code] = i
	}
	merged := make(map[string]int)
	for i := range n.Cities {
		ch.city(i, &n.Cities[i], groups)
		for j, p := range n.Cities[i].Predecessors {
			pp := at("cities", i, "predecessors", j, "code")
			if p.Code == "" {
				continue
			}
			if k, ok := codes[p.Code]; ok {
				ch.fail(ErrDuplicate, pp, "%s is also a city of the network (cities[%d]); a municipality that was merged is no longer one", p.Code, k)
			}
			if k, ok := merged[p.Code]; ok {
				ch.fail(ErrDuplicate, pp, "%s was already merged into %s", p.Code, n.Cities[k].Code)
			}
			merged[p.Code] = i
		}
	}
}

func (ch *checker) city(i int, c *City, groups names) {
	p := func(parts ...any) string { return at(append([]any{"cities", i}, parts...)...) }
	ch.ine(p("code"), c.Code)
	if c.DIR3 != "" {
		ch.dir3(p("dir3"), c.DIR3, c.Code)
	}
	for _, f := range []struct{ field, text string }{{"name", c.Name}, {"province", c.Province}, {"community", c.Community}} {
		if f.text != "" && strings.TrimSpace(f.text) != f.text {
			ch.fail(ErrValue, p(f.field), "%s has white space around it; delete it", jsonschema.Quote(f.text))
		}
	}
	seen := make(map[[2]string]bool)
	for j, m := range c.Memberships {
		ch.known(p("memberships", j, "group"), m.Group, "group", groups)
		k := [2]string{m.Group, m.Stated}
		if m.Group != "" && m.Stated != "" && seen[k] {
			ch.fail(ErrDuplicate, p("memberships", j), "the membership of %s stated %s is here twice", m.Group, m.Stated)
		}
		seen[k] = true
		if q := p("memberships", j, "stated"); m.Stated != "" && !ch.broken[q] {
			if _, err := period.Parse(m.Stated); err != nil {
				ch.fail(ErrPeriod, q, "%v", err)
			}
		}
	}
	since := ch.date(p("since"), c.Since)
	for j, x := range c.Predecessors {
		ch.ine(p("predecessors", j, "code"), x.Code)
		// Dates of this form order as text.
		if ch.date(p("predecessors", j, "until"), x.Until) && since && x.Until > c.Since {
			ch.fail(ErrPeriod, p("predecessors", j, "until"), "merged on %s, after the municipality began on %s", x.Until, c.Since)
		}
	}
	comments := make(map[string]bool)
	for j, x := range c.Comments {
		if x.Indicator != "" && comments[x.Indicator] {
			ch.fail(ErrDuplicate, p("comments", j, "indicator"), "there is a comment on %q already", x.Indicator)
		}
		comments[x.Indicator] = true
	}
}

func (ch *checker) ine(pointer, code string) {
	if code != "" && !ch.broken[pointer] && !validINE(code) {
		ch.fail(ErrCode, pointer, "%q is not an INE code: its first two digits are a province, 01 to 52, and the others are not 000", code)
	}
}

// dir3 checks a DIR3 code; of a city council, also against its INE code.
func (ch *checker) dir3(pointer, code, ine string) {
	if ch.broken[pointer] || !strings.HasPrefix(code, "L01") || len(code) != 9 {
		return
	}
	want, ok := DIR3(code[3:8])
	switch {
	case ine != "" && validINE(ine) && code[3:8] != ine:
		want, _ = DIR3(ine)
		ch.fail(ErrCode, pointer, "%q is the council of %s, and the city is %s; write %q", code, code[3:8], ine, want)
	case !ok:
		ch.fail(ErrCode, pointer, "%q holds no INE code: after L01 come the five digits of the municipality and a check digit", code)
	case want != code:
		ch.fail(ErrCode, pointer, "the check digit of %q is wrong; write %q", code, want)
	}
}

// Check reports what the network says of variables and indicators that a
// catalogue does not have.
func (n *Network) Check(c *Catalogue) error {
	ch := &checker{src: n.src}
	ch.begin()
	var variables, indicators []string
	for i := range c.Variables {
		variables = append(variables, c.Variables[i].ID)
	}
	for i := range c.Indicators {
		indicators = append(indicators, c.Indicators[i].ID)
	}
	for i, s := range n.Structure {
		_, isVariable := c.Variable(s.ID)
		_, isIndicator := c.Indicator(s.ID)
		if !isVariable && !isIndicator {
			ch.unknown(at("structure", i, "id"), s.ID, "variable or indicator", append(variables, indicators...))
		}
	}
	for i := range n.Cities {
		for j, x := range n.Cities[i].Comments {
			if _, ok := c.Indicator(x.Indicator); !ok {
				ch.unknown("/cities/"+strconv.Itoa(i)+"/comments/"+strconv.Itoa(j)+"/indicator", x.Indicator, "indicator", indicators)
			}
		}
	}
	return finish(ch.errs, Config{}.withDefaults().MaxErrors)
}
