package docs

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

const guideHead = `id: guide
version: 1.0.0
issued: 2026-11-26
title: {en: Guide}
languages: [en]
dimensions:
  - {id: sex, label: {en: Sex}, members: [{id: f, label: {en: Women}}, {id: m, label: {en: Men}}]}
deflators:
  - {id: cpi, currency: EUR, base: 2020, index: {"2020": "100", "2023": "115"}}
families:
  - {id: guide, label: {en: Guide}}
  - {id: waste, label: {en: Waste}}
`

// guide is what docs/formulas.md has said so far.
type guide struct {
	t          *testing.T
	variables  string // YAML
	indicators string // YAML of those with an id
	cells      []guideCell
	last       string // id of the last formula
	unit       string
	err        error // of the last formula
	program    *formula.Program
	in, out    *cube.Cube
}

type guideCell struct {
	key      cube.Key
	variable string
	cell     cube.Cell
}

var guideBlock = regexp.MustCompile("(?s)```(csv|yaml|cel|text)([^\n]*)\n(.*?)```")

// TestFormulas runs every formula of the guide, and compares what the library
// answers with what the guide says. ALMOTACEN_UPDATE=1 writes it.
func TestFormulas(t *testing.T) {
	const name = "../../docs/formulas.md"
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	text := string(data)
	g := &guide{t: t}
	formulas := 0
	got := guideBlock.ReplaceAllStringFunc(text, func(block string) string {
		m := guideBlock.FindStringSubmatch(block)
		info, body := strings.TrimSpace(m[2]), m[3]
		switch m[1] {
		case "csv":
			g.figures(body)
		case "yaml":
			if rest, ok := strings.CutPrefix(body, "variables:\n"); ok {
				g.variables = rest
				break
			}
			g.indicators += body
			g.last = regexp.MustCompile(`id: (\S+)`).FindStringSubmatch(body)[1]
			g.unit = "%"
			g.run("")
		case "cel":
			formulas++
			g.formula(info, body)
		default:
			return "```text" + m[2] + "\n" + g.answer(info) + "```"
		}
		return block
	})
	got = regexp.MustCompile("(?m)^\\| `([^|\n]*)` \\| (.*) \\|$").ReplaceAllStringFunc(got, func(row string) string {
		m := regexp.MustCompile("^\\| `(.*)` \\| (.*) \\|$").FindStringSubmatch(row)
		if !strings.HasPrefix(m[2], "column ") && m[2] != "" {
			return row // of another table
		}
		formulas++
		g.formula("t", m[1])
		require.Error(t, g.err, m[1])
		return "| `" + m[1] + "` | " + strings.NewReplacer("|", "\\|", "*", "\\*", "_", "\\_", "<", "&lt;").Replace(g.message()) + " |"
	})
	if os.Getenv("ALMOTACEN_UPDATE") != "" && got != text {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	require.Equal(t, text, got)
	require.Greater(t, formulas, 40)
}

// figures reads a table of the guide.
func (g *guide) figures(body string) {
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(g.t, err)
	for i, row := range rows[1:] {
		k := cube.Key{Entity: row[0], Period: period.MustParse(row[1])}
		for j, id := range rows[0][2:] {
			if id == "sex" {
				k.Members = cube.Members(row[j+2])
				continue
			}
			c := cube.NoValue(cube.Missing)
			if x, err := strconv.ParseFloat(row[j+2], 64); err == nil {
				c = cube.Value(x)
			}
			g.cells = append(g.cells, guideCell{k, id, c.From(cube.Source{Name: "figures.csv", Line: i + 2})})
		}
	}
}

// formula makes an indicator of the text: info is its unit, and its id if others use it.
func (g *guide) formula(info, body string) {
	unit, id, named := strings.Cut(info, " ")
	if !named {
		id = "guide.this"
	}
	entry := fmt.Sprintf(`  - id: %s
    family: %s
    label: {en: This}
    description: {en: This.}
    unit: %q
    decimals: 1
    polarity: neutral
    frequency: A
    aggregation: {kind: none}
    definitions:
      - {version: 1, formula: %s}
`, id, id[:strings.IndexByte(id, '.')], unit, strconv.Quote(strings.TrimSpace(body)))
	g.last, g.unit = id, unit
	if named {
		g.indicators += entry
		entry = ""
	}
	g.run(entry)
}

// run computes what has been said so far, and one indicator more.
func (g *guide) run(more string) {
	text := guideHead + "variables:\n" + g.variables + "indicators:\n" + g.indicators + more
	c, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "catalogue.yaml"})
	require.NoError(g.t, err, text)
	g.program, g.err = formula.Compile(c, formula.Config{})
	if g.err != nil {
		return
	}
	s := cube.Schema{Dimensions: []string{"sex"}}
	for _, v := range c.Variables {
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	b, err := cube.NewBuilder(s)
	require.NoError(g.t, err)
	for _, x := range g.cells {
		require.NoError(g.t, b.Set(x.key, x.variable, x.cell))
	}
	g.in, err = b.Build()
	require.NoError(g.t, err)
	g.out, err = g.program.Eval(context.Background(), g.in)
	require.NoError(g.t, err)
}

// message is what the first error says, without the place.
func (g *guide) message() string {
	var list formula.Errors
	require.True(g.t, errors.As(g.err, &list), "%v", g.err)
	e := list[0]
	return fmt.Sprintf("column %d: %s", e.Offset+1, strings.TrimPrefix(e.Msg, fmt.Sprintf("indicator %q: ", e.Indicator)))
}

// answer is what the library says of the last formula: its error or its values,
// of one town or year if info names one.
func (g *guide) answer(info string) string {
	if g.err != nil {
		return g.message() + "\n"
	}
	what, rest, _ := strings.Cut(info, " ")
	switch what {
	case "report":
		f, ok := g.program.Report().Formula(g.last, 1)
		require.True(g.t, ok)
		return f.String()
	case "explain":
		f := strings.Fields(rest)
		n, err := g.program.Explain(g.in, cube.Key{Entity: f[1], Period: period.MustParse(f[2])}, f[0])
		require.NoError(g.t, err)
		return n.String()
	case "network":
		v, err := g.program.Network(g.in, g.out, g.out.Entities(), g.last, period.MustParse(rest))
		require.NoError(g.t, err)
		return fmt.Sprintf("%d of %d towns: %v %s\n", v.Used, v.Members, v.Cell.Value, g.unit)
	}
	var b strings.Builder
	for row := range g.out.Len() {
		k := g.out.Key(row)
		if !k.Members.IsTotal() || info != "" && info != k.Entity && info != k.Period.String() || info == "" && k.Entity != "Alba" {
			continue
		}
		c := g.out.At(k, g.last)
		fmt.Fprintf(&b, "%s %s: ", k.Entity, k.Period)
		if c.Status.Observed() {
			fmt.Fprintf(&b, "%v %s", c.Value, g.unit)
			if c.Status != 0 {
				fmt.Fprintf(&b, " [%s]", c.Status)
			}
		} else {
			fmt.Fprintf(&b, "%s (%s)", c.Status, cube.AppendReasons(nil, c.Reasons))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
