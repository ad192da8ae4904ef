package collect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

func consolidate(t *testing.T, c *indicators.Catalogue, n *indicators.Network, cells ...set) (*cube.Cube, []string) {
	t.Helper()
	out, found, err := collect.Consolidate(cubeOf(t, c, cells...), c, n)
	require.NoError(t, err)
	return out, brief(found)
}

func TestMergedSum(t *testing.T) {
	out, found := consolidate(t, catalogue(), network(),
		set{"15026", "2013", "population", val(2131)}, set{"15063", "2013", "population", cube.Cell{Value: 3154, Status: cube.Provisional}},
		set{"15902", "2014", "population", val(5255)})
	require.Empty(t, found)
	c := cell(out, "15902", "2013", "population") // 1 January: five months before the merger
	require.Equal(t, 5285.0, c.Value)
	require.Equal(t, cube.Break|cube.Provisional, c.Status)
	require.Equal(t, []cube.Reason{
		{Code: cube.ReasonMerged, Subject: "population", Text: "15026 Cesuras", Source: src(1)},
		{Code: cube.ReasonMerged, Subject: "population", Text: "15063 Oza dos Ríos", Source: src(2)}}, c.Reasons)
	require.Equal(t, cube.Source{Name: "f.csv"}, c.Source)
	require.Equal(t, 5255.0, cell(out, "15902", "2014", "population").Value)
	require.Zero(t, cell(out, "15902", "2014", "population").Status)
	require.NotContains(t, out.Entities(), "15026")
	require.NotContains(t, out.Entities(), "15063")
	require.Len(t, out.Entities(), 7)
}

func TestMergers(t *testing.T) {
	existing := network() // absorbs a neighbour, existed before
	existing.Cities[3] = indicators.City{Code: "15902", Name: "Oza-Cesuras", Since: "1900-01-01", Predecessors: []indicators.Predecessor{{Code: "15026", Name: "Cesuras", Until: "2013-06-06"}}}
	itself := network()
	itself.Cities[3] = indicators.City{Code: "15902", Name: "Oza-Cesuras", Predecessors: []indicators.Predecessor{{Code: "15026", Name: "Cesuras", Until: "2013-06-06"}, {Code: "15902", Name: "Oza", Until: "2013-06-06"}}}
	later := network() // two mergers
	later.Cities[3] = indicators.City{Code: "15902", Name: "Oza-Cesuras", Predecessors: []indicators.Predecessor{{Code: "15026", Name: "Cesuras", Until: "2013-06-06"}, {Code: "15063", Name: "Oza dos Ríos", Until: "2015-06-06"}}}
	const a, b, city = "15026", "15063", "15902"
	for _, c := range []struct {
		name     string
		n        *indicators.Network
		period   string
		variable string
		cells    []set
		status   cube.Status
		value    float64
		reason   string // code of the first
		found    []string
	}{
		{"a part lacks", network(), "2012", "population", []set{{a, "2012", "population", val(1)}}, cube.Status(cube.Missing), 0, cube.ReasonMerged, []string{"merged-incomplete 1:1"}},
		{"a part is hidden", network(), "2012", "population", []set{{a, "2012", "population", val(1)}, {b, "2012", "population", hidden}}, cube.Status(cube.Suppressed), 0, cube.ReasonMerged, []string{"merged-incomplete 1:1"}},
		{"no part", network(), "2012", "population", []set{{a, "2012", "men", val(1)}, {b, "2012", "men", val(1)}}, cube.Status(cube.Missing), 0, cube.ReasonNotCollected, []string{}},
		{"stock at the end of the year of the merger", network(), "2013", "area_km2", []set{{a, "2013", "area_km2", val(1)}, {b, "2013", "area_km2", val(1)}, {city, "2013", "area_km2", val(3)}}, 0, 3, "", []string{}},
		{"stock at the end of the month before", network(), "2013-05", "unemployed", []set{{a, "2013-05", "unemployed", val(1)}, {b, "2013-05", "unemployed", val(2)}}, cube.Break, 3, cube.ReasonMerged, []string{}},
		{"stock at the end of the month of the merger", network(), "2013-06", "unemployed", []set{{a, "2013-06", "unemployed", val(1)}, {b, "2013-06", "unemployed", val(2)}}, cube.Status(cube.Missing), 0, cube.ReasonNotCollected, []string{}},
		{"not additive", network(), "2012", "income", []set{{a, "2012", "income", val(1)}, {b, "2012", "income", val(1)}}, cube.Status(cube.Missing), 0, cube.ReasonMerged, []string{}},
		{"not additive, recomputed by the office", network(), "2012", "income", []set{{city, "2012", "income", val(7)}}, 0, 7, "", []string{}},
		{"own value from before", network(), "2012", "population", []set{{a, "2012", "population", val(1)}, {b, "2012", "population", val(1)}, {city, "2012", "population", val(3)}}, 0, 3, "", []string{"merged-own 3:1"}},
		{"flow over the day, own", network(), "2013-Q2", "trips", []set{{city, "2013-Q2", "trips", val(3)}}, cube.Break, 3, cube.ReasonMerged, []string{}},
		{"flow over the day, parts", network(), "2013-Q2", "trips", []set{{a, "2013-Q2", "trips", val(3)}}, cube.Status(cube.Missing), 0, cube.ReasonMerged, []string{"merged-straddle 1:1"}},
		{"flow over the day, both", network(), "2013-Q2", "trips", []set{{a, "2013-Q2", "trips", val(3)}, {city, "2013-Q2", "trips", val(3)}}, cube.Status(cube.Missing), 0, cube.ReasonMerged, []string{"merged-straddle 2:1"}},
		{"flow before", network(), "2013-Q1", "trips", []set{{a, "2013-Q1", "trips", val(3)}, {b, "2013-Q1", "trips", val(4)}}, cube.Break, 7, cube.ReasonMerged, []string{}},
		{"absorbed, by date", existing, "2012", "population", []set{{a, "2012", "population", val(1)}, {city, "2012", "population", val(2)}}, cube.Break, 3, cube.ReasonMerged, []string{}},
		{"absorbed, own lacks", existing, "2012", "population", []set{{a, "2012", "population", val(1)}}, cube.Status(cube.Missing), 0, cube.ReasonMerged, []string{"merged-incomplete 1:1"}},
		{"absorbed, by itself", itself, "2012", "population", []set{{a, "2012", "population", val(1)}, {city, "2012", "population", val(2)}}, cube.Break, 3, cube.ReasonMerged, []string{}},
		{"before both mergers", later, "2013", "population", []set{{a, "2013", "population", val(1)}, {b, "2013", "population", val(2)}}, cube.Break, 3, cube.ReasonMerged, []string{}},
		{"between the mergers", later, "2014", "population", []set{{b, "2014", "population", val(2)}, {city, "2014", "population", val(5)}}, cube.Break, 7, cube.ReasonMerged, []string{}},
		{"after both", later, "2016", "population", []set{{city, "2016", "population", val(5)}}, 0, 5, "", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, found := consolidate(t, catalogue(), c.n, c.cells...)
			got := cell(out, city, c.period, c.variable)
			require.Equal(t, c.status, got.Status, got.Status.String())
			require.Equal(t, c.value, got.Value)
			if c.reason != "" {
				require.Equal(t, c.reason, got.Reasons[0].Code)
			}
			require.Equal(t, c.found, found)
		})
	}
}

func TestExclusionsAndExistence(t *testing.T) {
	c := catalogue()
	c.Variables[4].Exclusions = []indicators.Exclusion{{Provinces: []string{"48"}, Reason: both("territorio foral")}, {Cities: []string{"26089"}, Reason: both("otra razón")}}
	n := network()
	n.Cities[5].Since = "2016-09-22" // Madrid, for the sake of the test
	out, found := consolidate(t, c, n,
		set{"28079", "2017", "income", val(1)}, set{"28079", "2015", "population", cube.Cell{Status: cube.Status(cube.Missing)}},
		set{"48020", "2016", "income", cube.Cell{Value: 9, Status: cube.DefinitionDiffers}},
		set{"48020", "2015", "income", cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonRejected, Subject: "income", Source: src(9)})})
	require.Empty(t, found)
	na := cube.Status(cube.NotApplicable)
	require.Equal(t, na, cell(out, "48020", "2017", "income").Status)
	require.Equal(t, []cube.Reason{{Code: cube.ReasonNotApplicable, Subject: "income", Text: "territorio foral", Source: cube.Source{Name: "test"}}}, cell(out, "48020", "2017", "income").Reasons)
	require.Equal(t, na, cell(out, "26089", "2017", "income").Status)
	require.Equal(t, 9.0, cell(out, "48020", "2016", "income").Value)
	require.Len(t, cell(out, "48020", "2015", "income").Reasons, 2, "what was delivered is still said")
	require.Equal(t, cube.ReasonBeforeExistence, cell(out, "28079", "2015", "income").Reasons[0].Code)
	require.Equal(t, cube.ReasonBeforeExistence, cell(out, "28079", "2016", "population").Reasons[0].Code, "1 January 2016")
	require.Equal(t, cube.ReasonNotCollected, cell(out, "28079", "2016", "area_km2").Reasons[0].Code, "31 December 2016")
	require.Equal(t, cube.ReasonNotCollected, cell(out, "28079", "2016", "income").Reasons[0].Code, "part of 2016")
}

func TestDense(t *testing.T) {
	out, found := consolidate(t, catalogue(), network(),
		set{"28079", "2017", "men", val(1)}, set{"28079", "2018-01", "unemployed", val(1)}, set{"99999", "2018", "men", val(1)})
	require.Empty(t, found)
	require.Equal(t, 7*3+1, out.Len(), "every city in every period; the entity that is no city is kept as it is")
	require.Equal(t, []cube.Reason{{Code: cube.ReasonNotCollected, Subject: "men", Source: cube.Source{Name: "f.csv"}}}, cell(out, "48020", "2017", "men").Reasons)
	require.Equal(t, []cube.Reason{{Code: cube.ReasonNotCollected, Subject: "women"}}, cell(out, "48020", "2017", "women").Reasons)
	_, ok := out.Find(cube.Key{Entity: "48020", Period: period.MustParse("2018-01")})
	require.True(t, ok)

	empty, found := consolidate(t, catalogue(), &indicators.Network{})
	require.Empty(t, found)
	require.Zero(t, empty.Len())
}
