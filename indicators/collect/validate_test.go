package collect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

type set struct {
	entity, period, variable string
	cell                     cube.Cell
}

// src is a place, so that findings can be told apart.
func src(line int) cube.Source { return cube.Source{Name: "f.csv", Line: line, Column: 1} }

func cubeOf(t *testing.T, c *indicators.Catalogue, cells ...set) *cube.Cube {
	t.Helper()
	b, err := collect.NewBuilder(c)
	require.NoError(t, err)
	for i, s := range cells {
		if s.cell.Source.IsZero() {
			s.cell.Source = src(i + 1)
		}
		require.NoError(t, b.Set(cube.Key{Entity: s.entity, Period: period.MustParse(s.period)}, s.variable, s.cell))
	}
	out, err := b.Build()
	require.NoError(t, err)
	return out
}

func val(v float64) cube.Cell { return cube.Value(v) }

var hidden = cube.NoValue(cube.Suppressed)

func TestValidate(t *testing.T) {
	msg := both("rule says")
	for _, c := range []struct {
		name  string
		rule  indicators.Rule
		cells []set
		want  []string
		sev   collect.Severity
	}{
		{"range", indicators.Rule{}, []set{{"28079", "2017", "share", val(101)}, {"28079", "2019", "share", val(0)}}, []string{"range 1:1"}, collect.Err},
		{"plausible", indicators.Rule{}, []set{{"28079", "2017", "share", val(91)}, {"28079", "2018", "share", val(90)}}, []string{"plausible 1:1"}, collect.Warning},
		{"change", indicators.Rule{ID: "r", Kind: "change", Severity: "error", Variable: "men", Max: 0.5},
			[]set{{"28079", "2016", "men", val(100)}, {"28079", "2017", "men", val(151)}, {"28079", "2018", "men", val(76)}, {"28079", "2020", "men", val(9)}, {"28079", "2021", "men", val(0)}, {"28079", "2022", "men", val(7)}},
			[]string{"change 2:1", "change 5:1"}, collect.Err},
		{"change over a break", indicators.Rule{ID: "r", Kind: "change", Severity: "error", Variable: "men", Max: 0.5},
			[]set{{"28079", "2016", "men", val(100)}, {"28079", "2017", "men", cube.Cell{Value: 1000, Status: cube.Break}}}, []string{}, ""},
		{"identity", indicators.Rule{ID: "r", Kind: "identity", Severity: "warning", Variable: "population", Parts: []string{"men", "women"}, Tolerance: 1},
			[]set{{"28079", "2016", "population", val(10)}, {"28079", "2016", "men", val(4)}, {"28079", "2016", "women", val(5)}, {"28079", "2017", "population", val(10)}, {"28079", "2017", "men", val(4)}, {"28079", "2017", "women", val(4)}, {"28079", "2018", "population", val(10)}, {"28079", "2018", "men", val(4)}},
			[]string{"identity 4:1"}, collect.Warning},
		{"one part hidden", indicators.Rule{ID: "r", Kind: "identity", Variable: "population", Parts: []string{"men", "women"}},
			[]set{{"28079", "2016", "population", val(10)}, {"28079", "2016", "men", hidden}, {"28079", "2016", "women", val(7)}}, []string{"recoverable 2:1"}, collect.Warning},
		{"the total hidden", indicators.Rule{ID: "r", Kind: "identity", Variable: "population", Parts: []string{"men", "women"}},
			[]set{{"28079", "2016", "population", hidden}, {"28079", "2016", "men", val(3)}, {"28079", "2016", "women", val(7)}}, []string{"recoverable 1:1"}, collect.Warning},
		{"two parts hidden", indicators.Rule{ID: "r", Kind: "identity", Variable: "population", Parts: []string{"men", "women"}},
			[]set{{"28079", "2016", "population", val(10)}, {"28079", "2016", "men", hidden}, {"28079", "2016", "women", hidden}}, []string{"recoverable 2:1"}, collect.Info},
		{"total and part hidden", indicators.Rule{ID: "r", Kind: "identity", Variable: "population", Parts: []string{"men", "women"}},
			[]set{{"28079", "2016", "population", hidden}, {"28079", "2016", "men", hidden}, {"28079", "2016", "women", val(7)}}, []string{}, ""},
		{"hidden and missing", indicators.Rule{ID: "r", Kind: "identity", Variable: "population", Parts: []string{"men", "women"}},
			[]set{{"28079", "2016", "population", val(10)}, {"28079", "2016", "men", hidden}}, []string{}, ""},
		{"at most", indicators.Rule{ID: "r", Kind: "atmost", Severity: "info", Variable: "men", Other: "population"},
			[]set{{"28079", "2016", "men", val(5)}, {"28079", "2016", "population", val(5)}, {"28079", "2017", "men", val(6)}, {"28079", "2017", "population", val(5)}, {"28079", "2018", "men", val(6)}}, []string{"atmost 3:1"}, collect.Info},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := catalogue()
			cat.Variables[8].Range = &indicators.Range{Min: ptr(0), Max: ptr(100)}
			cat.Variables[8].Plausible = &indicators.Range{Max: ptr(90)}
			if c.rule.ID != "" {
				c.rule.Message = msg
				cat.Rules = []indicators.Rule{c.rule}
			}
			found := collect.Validate(cubeOf(t, cat, c.cells...), cat, network())
			require.Equal(t, c.want, brief(found))
			for _, f := range found {
				require.Equal(t, c.sev, f.Severity)
				require.Equal(t, c.rule.ID, f.Rule)
				if f.Code == collect.CodeRecoverable {
					require.NotContains(t, f.Message("es")+fmt.Sprint(f), "3", "the hidden value is not said")
				} else if f.Rule != "" {
					require.Contains(t, f.Message("en"), "rule says")
				}
			}
		})
	}
}

func TestOutlier(t *testing.T) {
	cat := catalogue()
	cat.Rules = []indicators.Rule{{ID: "r", Kind: "outlier", Severity: "warning", Variable: "income", Max: 3.5}}
	n := &indicators.Network{}
	var cells []set
	for i := range 11 {
		code := fmt.Sprintf("28%03d", i+1)
		n.Cities = append(n.Cities, indicators.City{Code: code, Reference: i == 10})
		v := float64(100 + i)
		if i == 9 {
			v = 1000
		}
		if i == 10 {
			v = 1e6 // not a member: no peer and not judged
		}
		cells = append(cells, set{code, "2017", "income", val(v)}, set{code, "2017", "men", val(float64(1 + i))})
	}
	v := cubeOf(t, cat, cells...)
	found := collect.Validate(v, cat, n)
	require.Equal(t, []string{"outlier 19:1"}, brief(found))
	require.Equal(t, "241.6", found[0].Args["z"]) // median 104.5, MAD 2.5: (1000 − 104.5)/(1.4826·2.5) = 241.6
}
