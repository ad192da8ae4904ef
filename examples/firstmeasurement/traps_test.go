package main

import (
	"html"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/report"
)

func key(code, p string) cube.Key { return cube.Key{Entity: code, Period: period.MustParse(p)} }

// TestTraps: what is easily got wrong in these figures comes out right.
func TestTraps(t *testing.T) {
	r, err := measured()
	require.NoError(t, err)
	status := func(c *cube.Cube, code, p, id string) string { return c.At(key(code, p), id).Status.String() }

	// A -1 of SEPE is hidden, not a number, and what rests on it is hidden too.
	assert.Equal(t, "suppressed", status(r.Variables, "05087", "2017", "unemployed_men_under25"))
	assert.Equal(t, "suppressed", status(r.Indicators, "05087", "2017", "economy.youth-unemployed-share"))
	assert.Equal(t, "observed+low-reliability", status(r.Indicators, "05087", "2017", "economy.unemployed-share"))
	recoverable := slices.ContainsFunc(r.Findings, func(f collect.Finding) bool {
		return f.Code == collect.CodeRecoverable && f.Entity == "05087"
	})
	assert.True(t, recoverable, "hidden parts that follow from the total are reported")

	// No figure of AEAT: it cannot exist in a foral territory, and was not collected in a village.
	for _, code := range []string{"48020", "01059", "31201", "48013"} {
		assert.Equal(t, "not-applicable", status(r.Indicators, code, "2021", "economy.income-per-return"), code)
	}
	assert.Equal(t, "missing", status(r.Indicators, "05087", "2021", "economy.income-per-return"))
	// And the other way round.
	assert.Equal(t, "not-applicable", status(r.Indicators, "28079", "2019", "economy.income-per-person-foral"))

	// Another definition under a like name: shown, flagged, not ranked.
	assert.Equal(t, "observed+definition-differs", status(r.Indicators, "31201", "2019", "economy.income-per-person-foral"))
	for _, x := range r.Comparison.Indicators {
		for _, p := range x.Positions {
			switch {
			case x.ID == "economy.income-per-person-foral" && p.Entity == "31201":
				assert.False(t, p.Ranked)
				assert.Equal(t, "definition-differs", p.Why)
			case p.Entity == "15902" || p.Entity == "36902":
				assert.False(t, p.Ranked, "%s %s", x.ID, p.Entity)
			}
		}
	}

	// Merged municipalities: counts are added up and flagged, means are not.
	sum := r.Variables.At(key("36902", "2014"), "population")
	assert.Equal(t, 1860.0+4327, sum.Value)
	assert.Equal(t, "observed+break", sum.Status.String())
	assert.Equal(t, 6107.0, r.Variables.At(key("36902", "2017"), "population").Value)
	assert.Equal(t, "missing", status(r.Variables, "36902", "2014", "income_mean"))
	assert.Equal(t, cube.ReasonMerged, r.Variables.At(key("36902", "2014"), "income_mean").Reasons[0].Code)
	assert.Equal(t, 10.0+14, r.Variables.At(key("15902", "2013-01"), "contracts").Value)
	assert.NotContains(t, r.Variables.Entities(), "36011", "predecessors are no cities of the network")

	// Hectares became square kilometres.
	assert.InDelta(t, 16503.3203, r.Indicators.At(key("08019", "2017"), "population.density").Value, 1e-4)

	// Bands of age of another definition: the version in force says so.
	x, _ := r.Catalogue.Indicator("population.ageing")
	assert.False(t, x.Comparable(period.MustParse("2017"), period.MustParse("2026")))

	// Nothing is dropped: every indicator of the catalogue is in the report.
	page, err := report.AppendHTML(nil, r, report.Config{Language: "es"})
	require.NoError(t, err)
	for _, x := range r.Catalogue.Indicators {
		if !strings.Contains(string(page), html.EscapeString(x.Label["es"])) {
			t.Errorf("%s is not in the report", x.ID)
		}
	}
}

// TestEveryCellHasASourceRow follows every computed figure to the fields of the
// files it came from, and finds there the numbers it was computed with.
func TestEveryCellHasASourceRow(t *testing.T) {
	r, err := measured()
	require.NoError(t, err)
	lines := map[string][]string{}
	for _, in := range r.Inputs {
		lines[in.Table.Name] = strings.Split(string(in.Data), "\n")
	}
	field := func(s cube.Source) float64 {
		require.Less(t, s.Line, len(lines[s.Name])+1, "%v", s)
		fields := strings.Split(lines[s.Name][s.Line-1], ",")
		v, err := strconv.ParseFloat(fields[s.Column-1], 64)
		require.NoError(t, err, "%v", s)
		return v
	}
	followed := 0
	var leaves func(n *formula.Node)
	leaves = func(n *formula.Node) {
		for _, c := range n.Children {
			leaves(c)
		}
		if n.Op != "variable" || !n.Evaluated || len(n.Children) > 0 {
			return
		}
		if !n.Cell.Status.Observed() {
			assert.NotEmpty(t, n.Cell.Reasons, "%s %v", n.Text, n.Key)
			return
		}
		want := 0.0
		if n.Cell.Source.Line > 0 {
			want = field(n.Cell.Source)
		} else { // a sum over predecessors: the rows are in the reasons
			for _, why := range n.Cell.Reasons {
				want += field(why.Source)
			}
		}
		if n.Text == "area_km2" {
			want /= 100
		}
		require.InDelta(t, want, n.Cell.Value, 1e-9, "%s %v %v", n.Text, n.Key, n.Cell)
		followed++
	}
	for m, measure := range r.Indicators.Schema().Measures {
		col := r.Indicators.Column(m)
		for row := range r.Indicators.Len() {
			if !col.StatusAt(row).Observed() || row%7 != 0 {
				continue // one in seven, of every indicator
			}
			n, err := r.Program.Explain(r.Variables, r.Indicators.Key(row), measure.ID)
			require.NoError(t, err)
			require.Equal(t, col.Values[row], n.Cell.Value)
			leaves(n)
		}
	}
	require.Greater(t, followed, 500)
	t.Logf("%d operands found in their source fields", followed)
}

// TestOutputDirectory runs the command as a user does.
func TestOutputDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, run(t.Context(), dir, 2))
	require.NoError(t, run(t.Context(), dir, 1), "a second run replaces the first")
	for _, name := range []string{"report.es.html", "report.en.html", "manifest.json", "opendata/catalog.ttl", "opendata/catalog.jsonld"} {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}
}
