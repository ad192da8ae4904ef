package collect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

func ptr(v float64) *float64 { return &v }

func both(s string) indicators.Text { return indicators.Text{"es": s, "en": s} }

// catalogue is small and has a variable for each thing that Read looks at.
func catalogue() *indicators.Catalogue {
	zero := &indicators.Range{Min: ptr(0)}
	v := func(id, u string, f period.Freq, t indicators.Temporal, additive bool) indicators.Variable {
		return indicators.Variable{ID: id, Label: both(strings.ReplaceAll(id, "_", " ") + " label"), Unit: unit.MustParse(u), Frequency: f, Temporal: t, Additive: additive, Range: zero}
	}
	c := &indicators.Catalogue{
		ID: "test", Languages: []string{"es", "en"},
		Dimensions: []indicators.Dimension{{ID: "sex", Label: both("sexo"), Members: []indicators.Member{{ID: "men", Label: both("hombres")}, {ID: "women", Label: both("mujeres")}}}},
		Sources: []indicators.DataSource{
			{ID: "sepe", Title: both("SEPE"), Tokens: map[string]string{"-1": "suppressed", "..": "missing", "n.d.": "missing", "x": "not-applicable"}},
			{ID: "ine", Title: both("INE")},
		},
		Variables: []indicators.Variable{
			v("population", "{person}", period.Year, indicators.Stock, true),
			v("men", "{person}", period.Year, indicators.Stock, true),
			v("women", "{person}", period.Year, indicators.Stock, true),
			v("area_km2", "km2", period.Year, indicators.Stock, true),
			v("income", "EUR", period.Year, indicators.Mean, false),
			v("unemployed", "{person}", period.Month, indicators.Stock, true),
			v("trips", "{trip}", period.Quarter, indicators.Flow, true),
			v("pupils", "{person}", period.SchoolYear, indicators.Stock, true),
			v("share", "%", period.Year, indicators.Mean, false),
			v("temperature", "Cel", period.Year, indicators.Mean, false),
		},
	}
	c.Variables[0].Moment, c.Variables[1].Moment, c.Variables[2].Moment = "start", "start", "start"
	c.Variables[0].Type = "int"
	c.Variables[0].Breakdowns = []string{"sex"}
	c.Variables[5].Source = "sepe"
	c.Variables[9].Range = nil
	return c
}

func network() *indicators.Network {
	return &indicators.Network{ID: "test", Cities: []indicators.City{
		{Code: "03014", Name: "Alicante/Alacant"},
		{Code: "04013", Name: "Almería"},
		{Code: "15030", Name: "A Coruña"},
		{Code: "15902", Name: "Oza-Cesuras", Since: "2013-06-06", Predecessors: []indicators.Predecessor{
			{Code: "15026", Name: "Cesuras", Until: "2013-06-06"}, {Code: "15063", Name: "Oza dos Ríos", Until: "2013-06-06"}}},
		{Code: "26089", Name: "Logroño"},
		{Code: "28079", Name: "Madrid"},
		{Code: "48020", Name: "Bilbao"},
	}}
}

// read reads one table into a new cube.
func read(t *testing.T, text string, table collect.Table) (*cube.Cube, []collect.Finding, error) {
	t.Helper()
	c := catalogue()
	b, err := collect.NewBuilder(c)
	require.NoError(t, err)
	if table.Name == "" {
		table.Name = "f.csv"
	}
	found, err := collect.Read(b, strings.NewReader(text), table, c, network())
	if err != nil {
		return nil, found, err
	}
	out, more, err := collect.Build(b)
	require.NoError(t, err)
	return out, append(found, more...), nil
}

func cell(c *cube.Cube, entity, p, variable string) cube.Cell {
	return c.At(cube.Key{Entity: entity, Period: period.MustParse(p)}, variable)
}

func TestReadTidyAndWide(t *testing.T) {
	tidy := "entity;period;variable;value;unit\n28079;2017;population;3.182.981;\nA Coruña;2017;area_km2;3.783,5;har\n"
	wide := "Municipio,Año,population,area_km2\n28079,2017,\"3,182,981\",\nCoruña (A),2017,,37.835\n15030,2018,,37.5\n"
	a, found, err := read(t, tidy, collect.Table{})
	require.NoError(t, err)
	require.Empty(t, found)
	b, found, err := read(t, wide, collect.Table{})
	require.NoError(t, err)
	require.Empty(t, found)
	for _, c := range []*cube.Cube{a, b} {
		require.Equal(t, 3182981.0, cell(c, "28079", "2017", "population").Value)
		require.Equal(t, 37.835, cell(c, "15030", "2017", "area_km2").Value)
	}
	require.Equal(t, cube.Source{Name: "f.csv", Line: 3, Column: 4}, cell(a, "15030", "2017", "area_km2").Source)
	empty := cell(b, "28079", "2017", "area_km2")
	require.Equal(t, cube.Missing, empty.Status.Presence())
	require.Equal(t, []cube.Reason{{Code: cube.ReasonNotCollected, Subject: "area_km2", Source: cube.Source{Name: "f.csv", Line: 2, Column: 4}}}, empty.Reasons)
}
