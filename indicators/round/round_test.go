package round_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/round"
)

const catalogueText = `
id: test.catalogue
version: 1.0.0
issued: "2026-01-01"
title: {es: Catálogo de prueba, en: Test catalogue}
languages: [es, en]
families:
  - {id: waste, label: {es: Residuos, en: Waste}, sector: medio-ambiente}
sources:
  - {id: city, title: {es: Ayuntamiento, en: City}, tokens: {"-1": suppressed, "n/d": missing}}
variables:
  - {id: population, label: {es: Población, en: Population}, unit: "{person}", temporal: stock, moment: start, frequency: A, additive: true, source: city, range: {min: 0}}
  - {id: waste_t, label: {es: Residuos, en: Waste}, unit: t, temporal: flow, frequency: A, additive: true, source: city, range: {min: 0}}
  - {id: recycled_t, label: {es: Reciclado, en: Recycled}, unit: t, temporal: flow, frequency: A, additive: true, source: city, range: {min: 0}}
  - {id: trees, label: {es: Árboles, en: Trees}, unit: "{tree}", temporal: stock, frequency: A, additive: true, source: city}
indicators:
  - id: waste.per-person
    family: waste
    label: {es: Residuos por habitante, en: Waste per person}
    description: {es: Residuos por habitante., en: Waste per person.}
    unit: kg/{person}
    unitLabel: {es: kg por habitante, en: kg per person}
    decimals: 1
    polarity: lower
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: waste_t * 1000.0 / population}]
  - id: waste.recycled-share
    family: waste
    label: {es: Reciclado, en: Recycled}
    description: {es: Parte reciclada., en: Recycled part.}
    unit: "%"
    unitLabel: {es: "%", en: "%"}
    decimals: 1
    polarity: higher
    target: {min: 50}
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: "share(recycled_t, waste_t)"}]
  - id: waste.trees-per-person
    family: waste
    label: {es: Árboles por habitante, en: Trees per person}
    description: {es: Árboles., en: Trees.}
    unit: "{tree}/{person}"
    decimals: 1
    polarity: higher
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: trees / population}]
rules:
  - {id: recycled-within-waste, kind: atmost, severity: warning, variable: recycled_t, other: waste_t, message: {es: más reciclado que generado, en: more recycled than generated}}
`

var cityNames = []string{"Alfa", "Beta", "Gamma", "Delta", "Épsilon", "Zeta", "Eta", "Zita"}

func networkText() string {
	var b strings.Builder
	b.WriteString("id: test\ntitle: {es: Red, en: Network}\ngroups: [{id: RECI, label: {es: RECI, en: RECI}}]\nstructure: [{id: population, log: true}]\ncities:\n")
	for i, name := range cityNames {
		fmt.Fprintf(&b, "  - {code: \"0%d001\", name: %s, province: P, community: C, memberships: [{group: RECI, role: member, stated: \"2020\", source: acta}]}\n", i+1, name)
	}
	return b.String()
}

func dataText() string {
	var b strings.Builder
	b.WriteString("ine_code;year;population;waste_t;recycled_t\n")
	for i := range cityNames {
		for y := range 3 {
			pop := 10000 * (i + 1)
			recycled := fmt.Sprintf("%d,5", 100*(i+1)+10*y)
			if i == 2 {
				recycled = "-1"
			}
			fmt.Fprintf(&b, "0%d001;%d;%d;%d,25;%s\n", i+1, 2019+y, pop, 400*(i+1)+7*i*i-5*y, recycled)
		}
	}
	return b.String()
}

func load(t testing.TB, catalogue, network string) (*indicators.Catalogue, *indicators.Network) {
	t.Helper()
	c, err := indicators.Load(strings.NewReader(catalogue), indicators.Config{File: "catalogue.yaml"})
	require.NoError(t, err)
	n, err := indicators.LoadNetwork(strings.NewReader(network), indicators.Config{File: "network.yaml"})
	require.NoError(t, err)
	return c, n
}

func table(name string) collect.Table {
	columns := map[string]collect.Column{}
	for _, v := range []string{"population", "waste_t", "recycled_t"} {
		columns[v] = collect.Column{Variable: v}
	}
	return collect.Table{Name: name, Source: "city", Entity: "ine_code", Period: "year", Columns: columns}
}

func config(t testing.TB) round.Config {
	c, n := load(t, catalogueText, networkText())
	return round.Config{
		ID: "test", Title: indicators.Text{"es": "Prueba", "en": "Test"}, Catalogue: c, Network: n, Period: period.MustParse("2021"),
		Inputs: []round.Input{{Table: table("waste.csv"), Data: []byte(dataText())}},
		Clock:  func() time.Time { return time.Date(2026, 3, 29, 3, 0, 0, 0, time.FixedZone("CEST", 7200)) },
	}
}

func sizes(r *round.Result) (map[string][]byte, error) {
	return map[string][]byte{"extra/size.txt": fmt.Appendf(nil, "%d\n", r.Variables.Len())}, nil
}

func TestRun(t *testing.T) {
	var steps []string
	c := config(t)
	c.Progress = func(p round.Progress) { steps = append(steps, p.Step) }
	r, err := round.Run(context.Background(), c)
	require.NoError(t, err)
	assert.Equal(t, []string{"load", "read", "consolidate", "validate", "compute", "compare", "conclude", "conclude"}, steps)
	assert.Equal(t, "2026-03-29T01:00:00Z", r.Issued.Format(time.RFC3339))

	// The network value is the ratio of sums, not the mean of ratios.
	i := slices.IndexFunc(r.Coverage, func(c round.Coverage) bool { return c.Indicator == "waste.recycled-share" })
	share := r.Comparison.Indicators[i]
	var recycled, waste float64
	for j := range cityNames {
		if j == 2 {
			continue
		}
		recycled += float64(100*(j+1)+20) + 0.5
		waste += float64(400*(j+1)+7*j*j-10) + 0.25
	}
	require.NotNil(t, share.Network.Value)
	assert.InDelta(t, 100*recycled/waste, *share.Network.Value, 1e-12)
	assert.Equal(t, 7, share.Network.Used)

	// What is hidden is hidden, and what nobody delivered is not dropped.
	assert.Equal(t, round.Coverage{Indicator: "waste.recycled-share", Period: period.MustParse("2021"), Observed: 7, Suppressed: 1}, r.Coverage[i])
	trees := r.Coverage[2]
	assert.Equal(t, []string{"trees"}, trees.Lacking)
	assert.Zero(t, trees.Observed)
	assert.True(t, trees.Period.IsZero())

	rules := map[string]int{}
	for _, x := range r.Conclusions {
		rules[x.Rule]++
		require.NotEmpty(t, x.Evidence, x.ID)
		for _, lang := range []string{"es", "en"} {
			assert.NotContains(t, x.Text[lang], "{", x.ID)
			assert.NotEmpty(t, x.Text[lang], x.ID)
		}
	}
	for _, rule := range []string{round.RuleExtremes, round.RuleDifference, round.RuleChange, round.RuleTarget, round.RuleUnmeasured} {
		assert.Positive(t, rules[rule], rule)
	}
	assert.Contains(t, r.Withheld, round.Withheld{Rule: round.RuleExtremes, Indicator: "waste.trees-per-person", Why: round.WithheldNotMeasured})
}

func TestBytesDoNotDependOnWorkersOrInputsOrder(t *testing.T) {
	var first map[string][]byte
	for _, workers := range []int{0, 1, 2, 7} {
		c := config(t)
		c.Workers = workers
		r, err := round.Run(context.Background(), c)
		require.NoError(t, err)
		files, err := r.Files(sizes)
		require.NoError(t, err)
		if first == nil {
			first = files
		}
		require.Equal(t, first, files, "workers %d", workers)
	}
}

func TestWriteDirAndVerify(t *testing.T) {
	r, err := round.Run(context.Background(), config(t))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, r.WriteDir(dir, sizes))
	differences, err := round.Verify(context.Background(), dir, sizes)
	require.NoError(t, err)
	require.Empty(t, differences)

	// The same with a Config read back: a round is its directory.
	c, err := round.Open(dir)
	require.NoError(t, err)
	again, err := round.Run(context.Background(), c)
	require.NoError(t, err)
	a, err := r.Files(sizes)
	require.NoError(t, err)
	b, err := again.Files(sizes)
	require.NoError(t, err)
	require.Equal(t, a, b)

	// Other renderers than those it was written with: said, not passed over.
	differences, err = round.Verify(context.Background(), dir)
	require.NoError(t, err)
	require.NotEmpty(t, differences)
}

// TestVerifySeesEveryAlteredByte flips bytes of every file that was written.
func TestVerifySeesEveryAlteredByte(t *testing.T) {
	r, err := round.Run(context.Background(), config(t))
	require.NoError(t, err)
	files, err := r.Files(sizes)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 1))
	root := t.TempDir()
	flips := 0
	for name, data := range files {
		positions := []int{0, len(data) - 1}
		for range 12 {
			positions = append(positions, rng.IntN(len(data)))
		}
		for _, at := range positions {
			dir := filepath.Join(root, fmt.Sprint(flips))
			require.NoError(t, r.WriteDir(dir, sizes))
			altered := slices.Clone(data)
			altered[at] ^= 1 << rng.IntN(7)
			require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), altered, 0o644))
			differences, err := round.Verify(context.Background(), dir, sizes)
			if err == nil && len(differences) == 0 {
				t.Errorf("%s: byte %d (%q → %q) altered, and Verify passes", name, at, data[at], altered[at])
			}
			flips++
		}
	}
	t.Logf("%d alterations in %d files, all seen", flips, len(files))

	dir := filepath.Join(root, "more")
	require.NoError(t, r.WriteDir(dir, sizes))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "added.csv"), nil, 0o644))
	require.NoError(t, os.Remove(filepath.Join(dir, "coverage.json")))
	differences, err := round.Verify(context.Background(), dir, sizes)
	require.NoError(t, err)
	require.Len(t, differences, 2)
	assert.Equal(t, "coverage.json", differences[0].Path)
	assert.Equal(t, "data/added.csv", differences[1].Path)
}

func TestCancellation(t *testing.T) {
	reason := errors.New("the mayor changed her mind")
	for stop := range 7 {
		ctx, cancel := context.WithCancelCause(context.Background())
		c := config(t)
		n := 0
		c.Progress = func(round.Progress) {
			if n == stop {
				cancel(reason)
			}
			n++
		}
		r, err := round.Run(ctx, c)
		require.Error(t, err, "stopped at step %d", stop)
		require.ErrorIs(t, err, reason)
		require.Nil(t, r)
	}
}

func TestRevisions(t *testing.T) {
	before, err := round.Run(context.Background(), config(t))
	require.NoError(t, err)
	require.Empty(t, round.Revisions(before, before))
	c := config(t)
	text := dataText()
	text = strings.Replace(text, "01001;2021;10000;390,25;120,5", "01001;2021;10000;390,25;", 1)
	text = strings.Replace(text, "02001;2021;20000;797,25", "02001;2021;20000;800", 1)
	text = strings.Replace(text, "03001;2021;30000;1218,25;-1", "03001;2021;30000;1218,25;99", 1)
	c.Inputs[0].Data = []byte(text)
	after, err := round.Run(context.Background(), c)
	require.NoError(t, err)
	var got []string
	for _, r := range round.Revisions(before, after) {
		got = append(got, r.Kind+" "+r.Indicator+" "+r.Entity+" "+r.Period.String())
	}
	assert.Equal(t, []string{
		"revised waste.per-person 02001 2021",
		"withdrawn waste.recycled-share 01001 2021",
		"revised waste.recycled-share 02001 2021",
		"added waste.recycled-share 03001 2021",
	}, got)
}

func TestEmptyRounds(t *testing.T) {
	for name, change := range map[string]func(*round.Config){
		"no inputs":   func(c *round.Config) { c.Inputs = nil },
		"no cities":   func(c *round.Config) { n := *c.Network; n.Cities = nil; c.Network = &n; c.Inputs = nil },
		"header only": func(c *round.Config) { c.Inputs[0].Data = []byte("ine_code;year;population;waste_t;recycled_t\n") },
	} {
		c := config(t)
		change(&c)
		r, err := round.Run(context.Background(), c)
		require.NoError(t, err, name)
		require.Len(t, r.Coverage, 3, name)
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, r.WriteDir(dir), name)
		differences, err := round.Verify(context.Background(), dir)
		require.NoError(t, err, name)
		require.Empty(t, differences, name)
	}
}

func TestWriteDirRefusals(t *testing.T) {
	r, err := round.Run(context.Background(), config(t))
	require.NoError(t, err)
	parent := t.TempDir()
	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o644))
	home := filepath.Join(parent, "home")
	require.NoError(t, os.MkdirAll(filepath.Join(home, "photos"), 0o755))
	bad := func(*round.Result) (map[string][]byte, error) { return map[string][]byte{"../evil": nil}, nil }
	failing := func(*round.Result) (map[string][]byte, error) { return nil, errors.New("no ink") }
	site := filepath.Join(parent, "site")
	require.NoError(t, os.MkdirAll(site, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(site, "manifest.json"), []byte(`{"name": "a web application"}`), 0o644))
	noted := filepath.Join(parent, "noted")
	require.NoError(t, r.WriteDir(noted))
	require.NoError(t, os.WriteFile(filepath.Join(noted, "notes.txt"), []byte("mine"), 0o644))
	clash := func(*round.Result) (map[string][]byte, error) {
		return map[string][]byte{"data/variables.csv": nil}, nil
	}
	for name, c := range map[string]struct {
		dir       string
		renderers []round.Renderer
	}{
		"a file":                {file, nil},
		"below a file":          {filepath.Join(file, "out"), nil},
		"somebody's folder":     {home, nil},
		"somebody's manifest":   {site, nil},
		"a round with notes":    {noted, nil},
		"no name":               {"", nil},
		"path out of the round": {filepath.Join(parent, "a"), []round.Renderer{bad}},
		"renderer fails":        {filepath.Join(parent, "b"), []round.Renderer{failing}},
		"two of one name":       {filepath.Join(parent, "c"), []round.Renderer{clash}},
	} {
		require.Error(t, r.WriteDir(c.dir, c.renderers...), name)
	}
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"file", "home", "noted", "site"}, names, "nothing half-written stays")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, []byte("x")))
}
