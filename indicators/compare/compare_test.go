package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/stretchr/testify/require"
)

func ptr(v float64) *float64 { return &v }

func yearly(id string, p indicators.Polarity, t *indicators.Target, defs ...indicators.Definition) indicators.Indicator {
	if defs == nil {
		defs = []indicators.Definition{{Version: 1}}
	}
	return indicators.Indicator{ID: id, Polarity: p, Target: t, Frequency: period.Year, Definitions: defs,
		Aggregation: indicators.Aggregation{Kind: "median"}}
}

// datum is one cell of a test cube.
type datum struct {
	city, period, measure string
	cell                  cube.Cell
}

func build(t testing.TB, measures []string, data []datum) *cube.Cube {
	t.Helper()
	var s cube.Schema
	for _, m := range measures {
		s.Measures = append(s.Measures, cube.Measure{ID: m})
	}
	b, err := cube.NewBuilder(s)
	require.NoError(t, err)
	for _, d := range data {
		require.NoError(t, b.Set(cube.Key{Entity: d.city, Period: period.MustParse(d.period)}, d.measure, d.cell))
	}
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// medianOf is a network function over a cube, as formula's for the kind median.
func medianOf(c *cube.Cube) NetworkFunc {
	return func(entities []string, indicator string, at period.Period) NetworkPoint {
		var x []float64
		for _, e := range entities {
			if cell := c.At(cube.Key{Entity: e, Period: at}, indicator); cell.Status.Observed() {
				x = append(x, cell.Value)
			}
		}
		m, ok := Median(x)
		if !ok {
			return NetworkPoint{Method: "median", Status: "missing"}
		}
		return NetworkPoint{Method: "median", Used: len(x), Value: &m, Status: "observed"}
	}
}

// town is ten members a–j and the reference city r, over three indicators:
//
//	       a   b   c   d   e   f   g   h    i    j   | r
//	good  10  20  30  30  40  50  60   -   70D  80L  | 55     higher is better
//	bad    1   2   3   4   5   6   7   8    9   10   | 99     lower is better
//	band  50  65  70  75  80  85  90  95  100  suppr | 77     target 70–85
//
// D: another definition, L: low reliability.
func town(t testing.TB) (*indicators.Catalogue, *indicators.Network, []datum, []datum) {
	c := &indicators.Catalogue{
		Variables: []indicators.Variable{
			{ID: "population", Frequency: period.Year}, {ID: "area", Frequency: period.Year}, {ID: "flat", Frequency: period.Year},
		},
		Indicators: []indicators.Indicator{
			yearly("x.good", indicators.HigherIsBetter, nil),
			yearly("x.bad", indicators.LowerIsBetter, &indicators.Target{Max: ptr(4)}),
			yearly("x.band", indicators.TargetIsBest, &indicators.Target{Min: ptr(70), Max: ptr(85)}),
			yearly("x.never", indicators.HigherIsBetter, nil),
		},
	}
	n := &indicators.Network{Structure: []indicators.Structure{{ID: "population", Log: true}, {ID: "flat"}, {ID: "area", Weight: 2}}}
	var results, variables []datum
	set := func(city, p, m string, c cube.Cell) { results = append(results, datum{city, p, m, c}) }
	good := []float64{10, 20, 30, 30, 40, 50, 60, 0, 70, 80}
	band := []float64{50, 65, 70, 75, 80, 85, 90, 95, 100, 0}
	for i := range 10 {
		code := string(rune('a' + i))
		n.Cities = append(n.Cities, indicators.City{Code: code})
		cell := cube.Value(good[i])
		switch code {
		case "h":
			cell = cube.NoValue(cube.Missing)
		case "i":
			cell.Status |= cube.DefinitionDiffers
		case "j":
			cell.Status |= cube.LowReliability
		case "a":
			cell.Status |= cube.Break
		}
		set(code, "2023", "x.good", cell)
		set(code, "2022", "x.good", cube.Value(good[i]-2))
		set(code, "2023", "x.bad", cube.Value(float64(i+1)))
		set(code, "2022", "x.bad", cube.Value(float64(2*i)))
		cell = cube.Value(band[i])
		if code == "j" {
			cell = cube.NoValue(cube.Suppressed)
		}
		set(code, "2023", "x.band", cell)
		// Too few cities in 2024: the reference period stays 2023.
		if i < 4 {
			set(code, "2024", "x.band", cube.Value(1))
		}
		set(code, "2025", "x.bad", cube.Value(1)) // after the round

		variables = append(variables,
			datum{code, "2020", "population", cube.Value(1)},
			datum{code, "2023", "population", cube.Value(math.Exp2(float64(i + 1)))},
			datum{code, "2023", "flat", cube.Value(7)})
		if code != "j" {
			variables = append(variables, datum{code, "2023", "area", cube.Value(float64(i % 5))})
		}
	}
	n.Cities = append(n.Cities, indicators.City{Code: "r", Reference: true})
	set("r", "2023", "x.good", cube.Value(55))
	set("r", "2023", "x.bad", cube.Value(99))
	set("r", "2023", "x.band", cube.Value(77))
	variables = append(variables, datum{"r", "2023", "population", cube.Value(4)}, datum{"r", "2023", "area", cube.Value(1)})
	return c, n, variables, results
}

var (
	townVariables = []string{"population", "area", "flat"}
	townResults   = []string{"x.good", "x.bad", "x.band", "x.never"}
)

func compareTown(t testing.TB, cfg Config) *Comparison {
	c, n, v, r := town(t)
	results := build(t, townResults, r)
	out, err := Compare(c, n, build(t, townVariables, v), results, period.Yearly(2024), medianOf(results), cfg)
	require.NoError(t, err)
	return out
}

func each[T any](in Indicator, f func(Position) T) []T {
	var out []T
	for _, p := range in.Positions {
		out = append(out, f(p))
	}
	return out
}

func TestCompareByHand(t *testing.T) {
	out := compareTown(t, Config{})
	require.Equal(t, Config{Quantile: 7, MinPeers: 5, Peers: 7}, out.Config)
	require.Len(t, out.Indicators, 4)
	rank := func(p Position) float64 { return p.Rank }
	light := func(p Position) Light { return p.Light }
	quart := func(p Position) int { return p.Quartile }
	why := func(p Position) string { return p.Why }

	good := out.Indicators[0]
	require.Equal(t, "2023", good.Period.String())
	require.Equal(t, []int{1, 10, 9, 7}, []int{good.Version, good.Members, good.Observed, good.Ranked})
	require.Equal(t, []string{"", "", "", "", "", "", "", "missing", "definition-differs", "low-reliability", "reference"}, each(good, why))
	// Ranked 10 20 30 30 40 50 60; type 7: Q1 at 2.5 and Q3 at 5.5 of 7.
	require.Equal(t, &Distribution{10, 25, 30, 45, 60}, good.Distribution)
	require.Equal(t, []float64{7, 6, 4, 4, 3, 2, 1, 0, 0, 0, 0}, each(good, rank))
	require.Equal(t, []int{1, 1, 2, 2, 3, 4, 4, 0, 0, 0, 0}, each(good, quart))
	require.Equal(t, []Light{Poor, Poor, Middle, Middle, Middle, Good, Good, 0, 0, 0, 0}, each(good, light))
	require.InDelta(t, 100*3./7, good.Positions[2].Percentile, 1e-12) // two below, two equal
	require.Nil(t, good.Positions[0].TargetGap)
	// a is flagged as a break, i as another definition, j as of low reliability.
	for i, comparable := range map[int]bool{0: false, 1: true, 6: true, 8: false, 9: false} {
		change := good.Positions[i].Change
		require.Equal(t, "2022", change.From.String())
		require.Equal(t, 2.0, change.Absolute)
		require.Equal(t, comparable, change.Comparable, "%d", i)
		require.Equal(t, map[bool]int{true: 1, false: 0}[comparable], change.Better)
	}
	require.InDelta(t, 2./18, *good.Positions[1].Change.Relative, 1e-15)
	require.Nil(t, good.Positions[7].Change)
	require.Nil(t, good.Positions[10].Change)
	// The network value takes every member with a value and never r: 10 … 80.
	require.Equal(t, NetworkPoint{Period: period.Yearly(2023), Method: "median", Used: 9, Value: ptr(40), Status: "observed"}, good.Network)
	require.Len(t, good.Series, 2)
	require.Equal(t, "2022", good.Series[0].Period.String())

	bad := out.Indicators[1]
	require.Equal(t, "2023", bad.Period.String())
	require.Equal(t, &Distribution{1, 3.25, 5.5, 7.75, 10}, bad.Distribution)
	require.Equal(t, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0}, each(bad, rank))
	require.Equal(t, []int{1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 0}, each(bad, quart))
	require.Equal(t, []Light{Good, Good, Good, Middle, Middle, Middle, Middle, Poor, Poor, Poor, 0}, each(bad, light))
	require.Equal(t, 0.0, *bad.Positions[3].TargetGap)
	require.Equal(t, 6.0, *bad.Positions[9].TargetGap)
	require.Equal(t, 95.0, *bad.Positions[10].TargetGap) // a reference city's too
	require.Equal(t, -1, bad.Positions[0].Change.Better) // 0 → 1
	require.Nil(t, bad.Positions[0].Change.Relative)
	require.Equal(t, 0, bad.Positions[1].Change.Better) // 2 → 2
	require.Equal(t, 1, bad.Positions[2].Change.Better) // 4 → 3

	// Distances of a–i: 20 5 0 0 0 0 5 10 15; type 7: Q1 0, Q2 5, Q3 10.
	band := out.Indicators[2]
	require.Equal(t, "2023", band.Period.String())
	require.Equal(t, []float64{9, 5, 1, 1, 1, 1, 5, 7, 8, 0, 0}, each(band, rank))
	require.Equal(t, []Light{Poor, Middle, Good, Good, Good, Good, Middle, Poor, Poor, 0, 0}, each(band, light))
	require.Equal(t, "suppressed", band.Positions[9].Why)
	require.Equal(t, -20.0, *band.Positions[0].TargetGap)
	require.Equal(t, 15.0, *band.Positions[8].TargetGap)
	require.Equal(t, []string{"2023", "2024"}, []string{band.Series[0].Period.String(), band.Series[1].Period.String()})

	never := out.Indicators[3]
	require.True(t, never.Period.IsZero())
	require.Equal(t, 0, never.Observed)
	require.Nil(t, never.Distribution)
	require.Equal(t, "missing", never.Positions[0].Why)
	require.Equal(t, cube.Missing, never.Positions[0].Cell.Status.Presence())
	require.Nil(t, never.Network.Value)
}

func TestPeersByHand(t *testing.T) {
	out := compareTown(t, Config{Peers: 5})
	require.Equal(t, []bool{true, false, true}, []bool{out.Structure[0].Used, out.Structure[1].Used, out.Structure[2].Used})
	require.Equal(t, WhyConstant, out.Structure[1].Why)
	require.Equal(t, []int{10, 10, 9}, []int{out.Structure[0].Members, out.Structure[1].Members, out.Structure[2].Members})
	// ln 2 … 10 ln 2, and 0 1 2 3 4 0 1 2 3.
	require.InDelta(t, 5.5*math.Ln2, out.Structure[0].Mean, 1e-12)
	require.InDelta(t, math.Ln2*math.Sqrt(82.5/9), out.Structure[0].Deviation, 1e-12)
	require.InDelta(t, 16./9, out.Structure[2].Mean, 1e-12)
	require.InDelta(t, math.Sqrt((44-256./9)/8), out.Structure[2].Deviation, 1e-12)

	sp, sa := 82.5/9, (44-256./9)/8 // squared deviations, of log₂ population and of area
	square := func(dp, da float64) float64 { return dp*dp/sp + 2*da*da/sa }
	// a is (1, 0): f is (6, 0), b (2, 1), g (7, 1), c (3, 2); j has no area: half are there.
	a := out.Peers[0]
	require.Equal(t, "a", a.Entity)
	want := map[string]float64{"b": square(1, 1), "c": square(2, 2), "d": square(3, 3), "e": square(4, 4), "f": square(5, 0),
		"g": square(6, 1), "h": square(7, 2), "i": square(8, 3), "j": 3 * 81 / sp}
	var nearest []string
	for code := range want {
		nearest = append(nearest, code)
	}
	slices.SortFunc(nearest, func(x, y string) int { return map[bool]int{true: -1, false: 1}[want[x] < want[y]] })
	require.Len(t, a.Peers, 5)
	for i, p := range a.Peers {
		require.Equal(t, nearest[i], p.Entity)
		require.InDelta(t, math.Sqrt(want[p.Entity]), p.Distance, 1e-12)
		require.Len(t, p.Share, 3)
		require.Zero(t, p.Share[1])
		require.InDelta(t, 1, p.Share[0]+p.Share[2], 1e-15)
		require.Equal(t, 2, p.Shared)
	}
	b := slices.IndexFunc(a.Peers, func(p Peer) bool { return p.Entity == "b" })
	require.InDelta(t, 1/sp/square(1, 1), a.Peers[b].Share[0], 1e-12)
	j := out.Peers[9]
	require.Equal(t, []string{"i", "h", "g", "f", "e"}, func() (s []string) {
		for _, p := range j.Peers {
			s = append(s, p.Entity)
		}
		return s
	}())
	require.InDelta(t, math.Sqrt(3/sp), j.Peers[0].Distance, 1e-12)
	require.Equal(t, []float64{1, 0, 0}, j.Peers[0].Share)
	// r, at (2, 1) like b, has peers and is nobody's.
	r := out.Peers[10]
	require.Equal(t, "b", r.Peers[0].Entity)
	require.Zero(t, r.Peers[0].Distance)
	require.InDelta(t, 1./3, r.Peers[0].Share[0], 1e-15)
	for _, g := range out.Peers {
		for _, p := range g.Peers {
			require.NotEqual(t, "r", p.Entity)
			require.NotEqual(t, g.Entity, p.Entity)
		}
	}
	// Peers of j are e–i: bad 5 6 7 8 9, and j 10 is the last of six.
	bad := out.Indicators[1].Positions[9]
	require.Equal(t, 5, bad.PeerCount)
	require.Equal(t, 7.0, *bad.PeerMedian)
	require.Equal(t, 6.0, bad.PeerRank)
	// In good h has no value and i another definition: three are too few.
	good := out.Indicators[0].Positions[9]
	require.Equal(t, 3, good.PeerCount)
	require.Nil(t, good.PeerMedian)
	// A reference city is told its peers' median, and no rank.
	require.NotNil(t, out.Indicators[1].Positions[10].PeerMedian)
	require.Zero(t, out.Indicators[1].Positions[10].PeerRank)
}

func marshal(t testing.TB, c *Comparison) string {
	b, err := json.Marshal(c)
	require.NoError(t, err)
	for i := range c.Indicators {
		for _, p := range c.Indicators[i].Positions {
			b = fmt.Appendf(b, "\n%v %v %v", p.Entity, math.Float64bits(p.Cell.Value), p.Cell.Status)
		}
	}
	return string(b)
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	want := marshal(t, compareTown(t, Config{Ties: Ordinal}))
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		c, n, variables, results := town(t)
		r.Shuffle(len(n.Cities), func(i, j int) { n.Cities[i], n.Cities[j] = n.Cities[j], n.Cities[i] })
		r.Shuffle(len(variables), func(i, j int) { variables[i], variables[j] = variables[j], variables[i] })
		r.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		cube := build(t, townResults, results)
		got, err := Compare(c, n, build(t, townVariables, variables), cube, period.Yearly(2024), medianOf(cube), Config{Ties: Ordinal})
		require.NoError(t, err)
		require.Equal(t, want, marshal(t, got))
	}
}
