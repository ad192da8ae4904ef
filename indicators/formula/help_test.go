package formula

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// variables of the tests: id, unit, and what else differs from a yearly flow.
const variables = `
population|{person}|temporal: stock, moment: start, additive: true
women|{person}|temporal: stock, additive: true, breakdowns: [sex]
waste_t|t|temporal: flow, additive: true
recycled_t|t|temporal: flow, additive: true
recycled_kg|kg|temporal: flow, additive: true
area|km2|temporal: stock, additive: true
spend|EUR|temporal: flow, additive: true
spend20|EUR@2020|temporal: flow, additive: true
spend23|EUR@2023|temporal: flow, additive: true
energy|kW.h|temporal: flow, frequency: M, additive: true
temperature|Cel|temporal: mean, frequency: M
staff|{person}|temporal: stock, frequency: M, additive: true
offices|{person}|temporal: stock, type: int, additive: true
visits|{person}|temporal: flow, type: int, additive: true
no2|ug/m3|temporal: mean
rain|mm|temporal: flow, frequency: W
volume_l|L|temporal: flow, additive: true
volume_m3|m3|temporal: flow, additive: true
dwellings|{household}|temporal: stock, additive: true
prices|1|temporal: mean, kind: index
percentage|%|temporal: mean
`

// catalogue is the text of a catalogue of the variables above and of
// indicators: id ¦ unit ¦ formula ¦ what else differs;
// lines that begin with a space belong to the one before.
func catalogueText(list string) string {
	var b strings.Builder
	b.WriteString(`id: test.catalogue
version: 1.0.0
issued: 2024-01-01
title: {en: Test}
languages: [en]
annotations: [accident]
dimensions:
  - {id: sex, label: {en: Sex}, members: [{id: f, label: {en: Women}}, {id: m, label: {en: Men}}]}
families:
  - {id: x, label: {en: X}}
deflators:
  - {id: cpi, currency: EUR, base: 2020, index: {"2020": "100", "2023": "115"}}
variables:
`)
	for _, line := range strings.Split(strings.TrimSpace(variables), "\n") {
		f := strings.Split(line, "|")
		more := f[2]
		if !strings.Contains(more, "frequency") {
			more += ", frequency: A"
		}
		fmt.Fprintf(&b, "  - {id: %s, label: {en: V}, unit: %q, %s}\n", f[0], f[1], more)
	}
	b.WriteString("indicators:\n")
	for _, line := range strings.Split(strings.ReplaceAll(strings.TrimSpace(list), "\n ", "\x00 "), "\n") {
		if line == "" {
			continue
		}
		f := strings.Split(strings.ReplaceAll(line, "\x00", "\n"), "¦")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		more := "aggregation: {kind: none}"
		if len(f) > 3 && strings.Contains(f[3], "aggregation") {
			more = f[3]
		} else if len(f) > 3 {
			more += "\n    " + f[3]
		}
		if !strings.Contains(more, "frequency") {
			more += "\n    frequency: A"
		}
		if !strings.Contains(more, "definitions") {
			more += "\n    definitions:\n      - version: 1\n        formula: " + fmt.Sprintf("%q", f[2])
		}
		fmt.Fprintf(&b, "  - id: x.%s\n    family: x\n    label: {en: I}\n    description: {en: I}\n    unit: %q\n    decimals: 1\n    polarity: neutral\n    %s\n", f[0], f[1], more)
	}
	return b.String()
}

func catalogue(t testing.TB, list string) *indicators.Catalogue {
	t.Helper()
	text := catalogueText(list)
	c, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "c.yaml"})
	require.NoError(t, err)
	return c
}

func compile(t testing.TB, list string, cfg ...Config) *Program {
	t.Helper()
	cfg = append(cfg, Config{})
	p, err := Compile(catalogue(t, list), cfg[0])
	require.NoError(t, err)
	return p
}

// table makes a cube: lines of "entity period variable value", with a status
// for a value, or behind it.
func table(t testing.TB, c *indicators.Catalogue, text string) *cube.Cube {
	t.Helper()
	s := cube.Schema{Dimensions: []string{"sex"}}
	for _, v := range c.Variables {
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	b, err := cube.NewBuilder(s)
	require.NoError(t, err)
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		entity, members, _ := strings.Cut(f[0], "/")
		cell := cube.Cell{Source: cube.Source{Name: "t.csv", Line: i + 1}}
		if _, err := fmt.Sscan(f[3], &cell.Value); err != nil {
			cell.Value = 0
			cell.Status, err = cube.ParseStatus(f[3])
			require.NoError(t, err)
		}
		if len(f) > 4 {
			cell.Status, err = cube.ParseStatus(f[4])
			require.NoError(t, err)
		}
		p, err := period.Parse(f[1])
		require.NoError(t, err)
		require.NoError(t, b.Set(cube.Key{Entity: entity, Period: p, Members: cube.Members(members)}, f[2], cell), line)
	}
	out, err := b.Build()
	require.NoError(t, err)
	return out
}

func eval(t testing.TB, p *Program, in *cube.Cube) *cube.Cube {
	t.Helper()
	out, err := p.Eval(context.Background(), in)
	require.NoError(t, err)
	return out
}

func key(entity, at string) cube.Key {
	e, m, _ := strings.Cut(entity, "/")
	return cube.Key{Entity: e, Period: period.MustParse(at), Members: cube.Members(m)}
}

// show is a cell in short: value, status unless plain, reasons.
func show(c cube.Cell) string {
	s := ""
	if c.Status.Observed() {
		s = fmt.Sprint(c.Value)
		if c.Status != 0 {
			s += " " + c.Status.String()
		}
	} else {
		s = c.Status.String()
	}
	if len(c.Reasons) > 0 {
		s += " " + string(cube.AppendReasons(nil, c.Reasons))
	}
	return s
}

// compileLoose compiles without the units of results: for tests of values.
func compileLoose(t testing.TB, text string) *Program {
	t.Helper()
	c, err := indicators.Load(strings.NewReader(text), indicators.Config{File: "c.yaml"})
	require.NoError(t, err, text)
	p := &Program{cat: c, cfg: Config{MaxNodes: 10_000, MaxCost: 1_000_000, Workers: 1}, byID: map[string]int{}}
	k := &compiler{Program: p, names: map[string]name{}, dimensions: map[string]int{}}
	env, err := k.declare()
	require.NoError(t, err)
	for _, ind := range p.inds {
		for i := range ind.spec.Definitions {
			d := &definition{spec: &ind.spec.Definitions[i], ind: p.byID[ind.spec.ID], index: i}
			ind.defs = append(ind.defs, d)
			k.definition(env, d)
		}
	}
	k.sort()
	require.Empty(t, k.errs)
	k.stages()
	return p
}
