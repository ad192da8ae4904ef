package compare

import (
	"cmp"
	"errors"
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

// one compares a single indicator over values, city by city; NaN is missing.
func one(t testing.TB, ind indicators.Indicator, cfg Config, values ...float64) Indicator {
	t.Helper()
	n := &indicators.Network{}
	var data []datum
	for i, v := range values {
		code := fmt.Sprintf("%05d", i)
		n.Cities = append(n.Cities, indicators.City{Code: code})
		if !math.IsNaN(v) {
			data = append(data, datum{code, "2023", ind.ID, cube.Value(v)})
		}
	}
	c := &indicators.Catalogue{Indicators: []indicators.Indicator{ind}}
	results := build(t, []string{ind.ID}, data)
	out, err := Compare(c, n, build(t, nil, nil), results, period.Yearly(2023), nil, cfg)
	require.NoError(t, err)
	require.Len(t, out.Indicators, 1)
	return out.Indicators[0]
}

func lightsOf(x Indicator) []Light {
	var out []Light
	for _, p := range x.Positions {
		out = append(out, p.Light)
	}
	return out
}

func TestLights(t *testing.T) {
	band := &indicators.Target{Min: ptr(10), Max: ptr(20)}
	const G, M, P = Good, Middle, Poor
	for _, c := range []struct {
		name     string
		polarity indicators.Polarity
		target   *indicators.Target
		x        []float64
		want     []Light
	}{
		{"higher", indicators.HigherIsBetter, nil, []float64{1, 2, 3, 4, 5}, []Light{P, P, M, G, G}},
		{"lower", indicators.LowerIsBetter, nil, []float64{1, 2, 3, 4, 5}, []Light{G, G, M, P, P}},
		{"neutral", indicators.Neutral, nil, []float64{1, 2, 3, 4, 5}, []Light{0, 0, 0, 0, 0}},
		{"target without one", indicators.TargetIsBest, nil, []float64{1, 2, 3, 4, 5}, []Light{0, 0, 0, 0, 0}},
		{"too few", indicators.HigherIsBetter, nil, []float64{1, 2, 3, 4}, []Light{0, 0, 0, 0}},
		{"all equal", indicators.HigherIsBetter, nil, []float64{4, 4, 4, 4, 4}, []Light{0, 0, 0, 0, 0}},
		{"most at the lowest", indicators.HigherIsBetter, nil, []float64{0, 0, 0, 0, 0, 1, 2, 3}, []Light{M, M, M, M, M, M, G, G}},
		{"all but one", indicators.HigherIsBetter, nil, []float64{0, 0, 0, 0, 0, 0, 0, 9}, []Light{M, M, M, M, M, M, M, G}},
		{"all inside", indicators.TargetIsBest, band, []float64{10, 12, 14, 16, 20}, []Light{G, G, G, G, G}},
		{"equal and inside", indicators.TargetIsBest, band, []float64{12, 12, 12, 12, 12}, []Light{0, 0, 0, 0, 0}},
		{"as far on both sides", indicators.TargetIsBest, band, []float64{5, 5, 25, 25, 25}, []Light{0, 0, 0, 0, 0}},
		{"all outside", indicators.TargetIsBest, band, []float64{9, 22, 7, 24, 5}, []Light{G, G, M, P, P}},
		{"floor only", indicators.TargetIsBest, &indicators.Target{Min: ptr(10)}, []float64{9, 8, 7, 6, 500}, []Light{G, M, P, P, G}},
		{"target and higher", indicators.HigherIsBetter, band, []float64{11, 12, 13, 14, 15}, []Light{P, P, M, G, G}},
	} {
		got := one(t, yearly("x.y", c.polarity, c.target), Config{}, c.x...)
		require.Equal(t, c.want, lightsOf(got), c.name)
	}
}

func TestTies(t *testing.T) {
	for ties, want := range map[Ties][]float64{
		Competition: {5, 2, 2, 1, 2}, Dense: {3, 2, 2, 1, 2}, Fractional: {5, 3, 3, 1, 3}, Ordinal: {5, 2, 3, 1, 4},
	} {
		x := one(t, yearly("x.y", indicators.HigherIsBetter, nil), Config{Ties: ties}, 1, 5, 5, 9, 5)
		require.Equal(t, want, each(x, func(p Position) float64 { return p.Rank }), "%v", ties)
	}
}

// Against sorting, for every polarity: who is better never ranks or lights worse.
func TestPositionsAreConsistent(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	target := &indicators.Target{Min: ptr(-2), Max: ptr(3)}
	order := map[Light]int{Good: 0, Middle: 1, Poor: 2}
	for range 400 {
		x := make([]float64, 1+r.IntN(30))
		for i := range x {
			x[i] = float64(r.IntN(20) - 10)
			if r.IntN(8) == 0 {
				x[i] = math.NaN()
			}
		}
		polarity := []indicators.Polarity{indicators.HigherIsBetter, indicators.LowerIsBetter, indicators.TargetIsBest, indicators.Neutral}[r.IntN(4)]
		out := one(t, yearly("x.y", polarity, target), Config{Quantile: 1 + r.IntN(9), Ties: Ties(r.IntN(4))}, x...)
		better := func(a, b float64) int {
			switch polarity {
			case indicators.LowerIsBetter:
				return cmp.Compare(a, b)
			case indicators.TargetIsBest:
				far := func(v float64) float64 { return max(-2-v, v-3, 0) }
				return cmp.Compare(far(a), far(b))
			}
			return cmp.Compare(b, a)
		}
		ranked := 0
		for i, p := range out.Positions {
			require.Equal(t, !math.IsNaN(x[i]), p.Ranked)
			require.Equal(t, p.Ranked, p.Why == "")
			if !p.Ranked {
				require.Zero(t, p.Rank)
				require.Zero(t, p.Light)
				require.Zero(t, p.Quartile)
				continue
			}
			ranked++
			require.True(t, p.Rank >= 1 && p.Rank <= float64(len(x)))
			require.Equal(t, out.Distribution != nil, p.Percentile != 0)
			for j, q := range out.Positions {
				if !q.Ranked || i == j {
					continue
				}
				switch d := better(x[i], x[j]); {
				case d < 0:
					require.Less(t, p.Rank, q.Rank)
					require.LessOrEqual(t, order[p.Light], order[q.Light])
				case d == 0:
					require.Equal(t, p.Light, q.Light)
				}
				if x[i] < x[j] {
					require.LessOrEqual(t, p.Quartile, q.Quartile)
					require.LessOrEqual(t, p.Percentile, q.Percentile)
				}
			}
			if p.Quartile != 0 && polarity == indicators.HigherIsBetter {
				require.Equal(t, p.Light == Good, p.Quartile == 4)
				require.Equal(t, p.Light == Poor, p.Quartile == 1)
			}
			if p.Quartile != 0 && polarity == indicators.LowerIsBetter {
				require.Equal(t, p.Light == Poor, p.Quartile == 4)
				require.Equal(t, p.Light == Good, p.Quartile == 1)
			}
		}
		require.Equal(t, ranked, out.Ranked)
		require.Equal(t, ranked >= 5, out.Distribution != nil)
	}
}

func TestExcluded(t *testing.T) {
	for status, why := range map[cube.Status]string{
		cube.Status(cube.Missing): "missing", cube.Status(cube.NotApplicable): "not-applicable",
		cube.Status(cube.Suppressed): "suppressed", cube.Status(cube.NotComputable): "not-computable",
		cube.Status(cube.NotComputable) | cube.Forecast:  "not-computable",
		cube.DefinitionDiffers:                           "definition-differs",
		cube.DefinitionDiffers | cube.LowReliability:     "definition-differs",
		cube.LowReliability:                              "low-reliability",
		cube.Forecast:                                    "forecast",
		cube.Status(0).WithConfidentiality(cube.Primary): "confidential",
		cube.Break:                        "",
		cube.Provisional | cube.Estimated: "",
		cube.Imputed | cube.Unvalidated:   "",
		0:                                 "",
	} {
		n := &indicators.Network{Cities: []indicators.City{{Code: "a"}, {Code: "b"}, {Code: "r", Reference: true}}}
		c := &indicators.Catalogue{Indicators: []indicators.Indicator{yearly("x.y", indicators.HigherIsBetter, &indicators.Target{Min: ptr(1)})}}
		results := build(t, []string{"x.y"}, []datum{
			{"a", "2023", "x.y", cube.Cell{Value: 5, Status: status}}, {"b", "2023", "x.y", cube.Value(3)},
			{"r", "2023", "x.y", cube.Cell{Value: 5, Status: status}}})
		out, err := Compare(c, n, results, results, period.Yearly(2023), nil, Config{})
		require.NoError(t, err)
		a, r := out.Indicators[0].Positions[0], out.Indicators[0].Positions[2]
		require.Equal(t, why, a.Why, "%v", status)
		require.Equal(t, why == "", a.Ranked)
		require.Equal(t, why == "", a.TargetGap != nil)
		require.Equal(t, why == "", r.TargetGap != nil)
		require.Equal(t, "reference", r.Why)
		require.Equal(t, status.Observed(), a.Cell.Status.Observed())
	}
}

func TestReferencePeriod(t *testing.T) {
	codes := []string{"a", "b", "c", "d", "e", "f"}
	n := &indicators.Network{Cities: []indicators.City{{Code: "r", Reference: true}}}
	for _, code := range codes {
		n.Cities = append(n.Cities, indicators.City{Code: code})
	}
	all := func(p string, k int, cell cube.Cell) (out []datum) {
		for _, code := range codes[:k] {
			out = append(out, datum{code, p, "x.y", cell})
		}
		return out
	}
	v := cube.Value(1)
	low := cube.Cell{Value: 1, Status: cube.LowReliability}
	for _, c := range []struct {
		name, at, want string
		freq           period.Freq
		data           []datum
	}{
		{"latest with enough", "2023", "2022", period.Year, slices.Concat(all("2021", 6, v), all("2022", 5, v), all("2023", 4, v))},
		{"enough, but unreliable", "2023", "2021", period.Year, slices.Concat(all("2021", 6, v), all("2022", 6, low))},
		{"never enough: latest", "2023", "2022", period.Year, slices.Concat(all("2021", 4, v), all("2022", 1, low))},
		{"not after the round", "2021", "2021", period.Year, slices.Concat(all("2021", 5, v), all("2022", 6, v))},
		{"a year has not ended in its third quarter", "2022-Q3", "2021", period.Year, slices.Concat(all("2021", 5, v), all("2022", 6, v))},
		{"a month within the round's year", "2022", "2022-12", period.Month, slices.Concat(all("2022-11", 5, v), all("2022-12", 6, v), all("2023-01", 6, v))},
		{"school year", "2022", "2021/2022", period.SchoolYear, slices.Concat(all("2021/2022", 5, v), all("2022/2023", 6, v))},
		{"other frequency", "2022", "", period.Year, all("2022-12", 6, v)},
		{"no window", "2022", "2022-03", period.Month, slices.Concat(all("2022-03", 6, v), all("P2M/2022-12", 6, v))},
		{"the reference city's alone", "2022", "", period.Year, []datum{{"r", "2022", "x.y", v}}},
		{"nothing", "2022", "", period.Year, nil},
	} {
		ind := yearly("x.y", indicators.HigherIsBetter, nil)
		ind.Frequency = c.freq
		results := build(t, []string{"x.y"}, c.data)
		out, err := Compare(&indicators.Catalogue{Indicators: []indicators.Indicator{ind}}, n, results, results, period.MustParse(c.at), nil, Config{})
		require.NoError(t, err)
		require.Equal(t, c.want, out.Indicators[0].Period.String(), c.name)
	}
}

func TestDefinitionsBreakChange(t *testing.T) {
	y := period.Yearly
	for _, c := range []struct {
		name string
		defs []indicators.Definition
		want bool
	}{
		{"one", []indicators.Definition{{Version: 1}}, true},
		{"new", []indicators.Definition{{Version: 1, Until: y(2022)}, {Version: 2, From: y(2023)}}, false},
		{"new and comparable", []indicators.Definition{{Version: 1, Until: y(2022)}, {Version: 2, From: y(2023), Comparable: true}}, true},
		{"later", []indicators.Definition{{Version: 1, Until: y(2023)}, {Version: 2, From: y(2024)}}, true},
		{"none before", []indicators.Definition{{Version: 2, From: y(2023)}}, false},
	} {
		ind := yearly("x.y", indicators.HigherIsBetter, nil, c.defs...)
		results := build(t, []string{"x.y"}, []datum{{"a", "2022", "x.y", cube.Value(-4)}, {"a", "2023", "x.y", cube.Value(-2)}})
		n := &indicators.Network{Cities: []indicators.City{{Code: "a"}}}
		out, err := Compare(&indicators.Catalogue{Indicators: []indicators.Indicator{ind}}, n, results, results, y(2023), nil, Config{MinPeers: 1})
		require.NoError(t, err)
		x := out.Indicators[0]
		def, _ := ind.At(y(2023))
		require.Equal(t, def.Version, x.Version)
		change := x.Positions[0].Change
		require.Equal(t, c.want, change.Comparable, c.name)
		require.Equal(t, c.want, change.Better == 1, c.name)
		require.Equal(t, 0.5, *change.Relative) // up by half of |−4|
	}
	// A doubtful value before is as bad as one now; a break before is not.
	for status, want := range map[cube.Status]bool{cube.Forecast: false, cube.LowReliability: false, cube.DefinitionDiffers: false, cube.Break: true, cube.Provisional: true} {
		results := build(t, []string{"x.y"}, []datum{{"a", "2022", "x.y", cube.Cell{Value: 1, Status: status}}, {"a", "2023", "x.y", cube.Value(2)}})
		n := &indicators.Network{Cities: []indicators.City{{Code: "a"}}}
		c := &indicators.Catalogue{Indicators: []indicators.Indicator{yearly("x.y", indicators.HigherIsBetter, nil)}}
		out, err := Compare(c, n, results, results, y(2023), nil, Config{})
		require.NoError(t, err)
		require.Equal(t, want, out.Indicators[0].Positions[0].Change.Comparable, "%v", status)
	}
	// No definition in force: the value is not explained, and not ranked.
	ind := yearly("x.y", indicators.HigherIsBetter, nil, indicators.Definition{Version: 1, From: y(2024)})
	x := one(t, ind, Config{}, 1, 2, 3, 4, 5)
	require.Equal(t, WhyUndefined, x.Positions[0].Why)
	require.Equal(t, 5, x.Observed)
	require.Equal(t, 0, x.Version)
}

func TestExtremeValues(t *testing.T) {
	const most = math.MaxFloat64
	for _, polarity := range []indicators.Polarity{indicators.HigherIsBetter, indicators.LowerIsBetter, indicators.TargetIsBest, indicators.Neutral} {
		ind := yearly("x.y", polarity, &indicators.Target{Min: ptr(-most), Max: ptr(-most)})
		c := &indicators.Catalogue{Indicators: []indicators.Indicator{ind}, Variables: []indicators.Variable{{ID: "s", Frequency: period.Year}, {ID: "u", Frequency: period.Year}}}
		n := &indicators.Network{Structure: []indicators.Structure{{ID: "s", Weight: 1e6}, {ID: "s2"}, {ID: "u", Log: true, Weight: 1e-6}}}
		c.Variables = append(c.Variables, indicators.Variable{ID: "s2", Frequency: period.Year})
		values := []float64{most, -most, 0, math.SmallestNonzeroFloat64, most / 2, -1}
		var results, variables []datum
		for i, v := range values {
			code := string(rune('a' + i))
			n.Cities = append(n.Cities, indicators.City{Code: code, Reference: i == 5})
			results = append(results, datum{code, "2023", "x.y", cube.Value(v)}, datum{code, "2022", "x.y", cube.Value(values[5-i])})
			variables = append(variables, datum{code, "2023", "s", cube.Value(v)}, datum{code, "2023", "u", cube.Value(math.Abs(v))})
			// Members all but equal and tiny, a reference city far out.
			w := float64(i) * math.SmallestNonzeroFloat64
			if i == 5 {
				w = most
			}
			variables = append(variables, datum{code, "2023", "s2", cube.Value(w)})
		}
		rs := build(t, []string{"x.y"}, results)
		out, err := Compare(c, n, build(t, []string{"s", "s2", "u"}, variables), rs, period.Yearly(2023), func([]string, string, period.Period) NetworkPoint {
			return NetworkPoint{Value: ptr(math.NaN())}
		}, Config{})
		require.NoError(t, err)
		marshal(t, out) // fails on NaN and infinities
		require.Nil(t, out.Indicators[0].Network.Value)
		require.Equal(t, "not-computable", out.Indicators[0].Network.Status)
		for _, g := range out.Peers {
			for _, p := range g.Peers {
				require.InDelta(t, 1, sum(p.Share), 1e-12)
			}
		}
	}
}

func TestPeersMissing(t *testing.T) {
	c := &indicators.Catalogue{Variables: []indicators.Variable{{ID: "s", Frequency: period.Year}, {ID: "u", Frequency: period.Year}, {ID: "v", Frequency: period.Year}},
		Indicators: []indicators.Indicator{yearly("x.y", indicators.Neutral, nil)}}
	run := func(structure []string, cities []indicators.City, data ...datum) *Comparison {
		n := &indicators.Network{Cities: cities}
		for _, s := range structure {
			n.Structure = append(n.Structure, indicators.Structure{ID: s})
		}
		out, err := Compare(c, n, build(t, []string{"s", "u", "v"}, data), build(t, []string{"x.y"}, []datum{{"a", "2020", "x.y", cube.Value(1)}, {"b", "2021", "x.y", cube.Value(2)}}), period.Yearly(2023), nil, Config{})
		require.NoError(t, err)
		return out
	}
	cities := []indicators.City{{Code: "a"}, {Code: "b"}, {Code: "c"}}
	v := func(city, measure string, x float64) datum { return datum{city, "2023", measure, cube.Value(x)} }
	whys := func(c *Comparison) (out []string) {
		for _, g := range c.Peers {
			require.Equal(t, g.Why == "", len(g.Peers) > 0)
			require.NotNil(t, g.Peers)
			out = append(out, g.Why)
		}
		return out
	}
	require.Equal(t, []string{WhyNoStructure, WhyNoStructure, WhyNoStructure}, whys(run(nil, cities)))
	require.Equal(t, []string{WhyNoStructure, WhyNoStructure, WhyNoStructure}, whys(run([]string{"s"}, cities, v("a", "s", 1), v("b", "s", 1))))
	require.Equal(t, []string{"", "", WhyStructureMissing}, whys(run([]string{"s"}, cities, v("a", "s", 1), v("b", "s", 2))))
	// An indicator may be structure: its value of 2020 and of 2021 are the latest.
	require.Equal(t, []string{"", "", WhyStructureMissing}, whys(run([]string{"x.y"}, cities)))
	// s and u each have one value among the members.
	four := []indicators.City{{Code: "a"}, {Code: "b"}, {Code: "c", Reference: true}}
	out := run([]string{"s", "u"}, four, v("a", "s", 1), v("b", "u", 2), v("c", "s", 3))
	require.Equal(t, []string{WhyNoStructure, WhyNoStructure, WhyNoStructure}, whys(out))
	five := append(slices.Clone(cities), indicators.City{Code: "d"})
	out = run([]string{"s", "u"}, five, v("a", "s", 1), v("b", "u", 2), v("c", "u", 3), v("d", "s", 9))
	require.Equal(t, []string{"", "", "", ""}, whys(out))
	require.Equal(t, "d", out.Peers[0].Peers[0].Entity)
	require.Len(t, out.Peers[0].Peers, 1)
	out = run([]string{"s", "u", "v"}, five, v("a", "s", 1), v("b", "s", 2), v("a", "u", 1), v("c", "u", 2), v("c", "v", 3), v("d", "v", 4))
	require.Equal(t, []string{WhyNoCandidates, WhyStructureMissing, WhyNoCandidates, WhyStructureMissing}, whys(out))
	// A flagged figure is not used, an older one is; logarithms need a positive one.
	out = run([]string{"s"}, cities, v("a", "s", 1), v("b", "s", 2),
		datum{"c", "2023", "s", cube.Cell{Value: 1, Status: cube.DefinitionDiffers}}, datum{"c", "2019", "s", cube.Value(2)}, datum{"c", "2024", "s", cube.Value(1)})
	require.Equal(t, "b", out.Peers[2].Peers[0].Entity)
}

// Equally distant cities come by code, in the group and, by rule, in the ranks.
func TestPeerTies(t *testing.T) {
	c := &indicators.Catalogue{Variables: []indicators.Variable{{ID: "s", Frequency: period.Year}},
		Indicators: []indicators.Indicator{yearly("x.y", indicators.HigherIsBetter, nil)}}
	n := &indicators.Network{Structure: []indicators.Structure{{ID: "s"}}}
	var data, results []datum
	for i, s := range []float64{1, 0, -1, 1, -1, 0} {
		code := string(rune('a' + i))
		n.Cities = append(n.Cities, indicators.City{Code: code})
		data = append(data, datum{code, "2023", "s", cube.Value(s)})
		results = append(results, datum{code, "2023", "x.y", cube.Value(5)})
	}
	out, err := Compare(c, n, build(t, []string{"s"}, data), build(t, []string{"x.y"}, results), period.Yearly(2023), nil, Config{Peers: 4, MinPeers: 2, Ties: Ordinal})
	require.NoError(t, err)
	var got []string
	for _, g := range out.Peers {
		s := ""
		for _, p := range g.Peers {
			s += p.Entity
		}
		got = append(got, s)
	}
	require.Equal(t, []string{"dbfc", "facd", "ebfa", "abfc", "cbfa", "bacd"}, got)
	ranks := each(out.Indicators[0], func(p Position) float64 { return p.PeerRank })
	require.Equal(t, []float64{1, 2, 3, 4, 4, 5}, ranks)
}

// Women are no city's population, nor a city's figure.
func TestOnlyTotals(t *testing.T) {
	b, err := cube.NewBuilder(cube.Schema{Dimensions: []string{"sex"}, Measures: []cube.Measure{{ID: "x.y"}}})
	require.NoError(t, err)
	n := &indicators.Network{Structure: []indicators.Structure{{ID: "x.y"}}}
	for i, code := range []string{"a", "b"} {
		n.Cities = append(n.Cities, indicators.City{Code: code})
		require.NoError(t, b.Set(cube.Key{Entity: code, Period: period.Yearly(2022)}, "x.y", cube.Value(float64(i))))
		require.NoError(t, b.Set(cube.Key{Entity: code, Period: period.Yearly(2023), Members: "f"}, "x.y", cube.Value(float64(i*9))))
	}
	results, err := b.Build()
	require.NoError(t, err)
	c := &indicators.Catalogue{Indicators: []indicators.Indicator{yearly("x.y", indicators.Neutral, nil)}}
	out, err := Compare(c, n, results, results, period.Yearly(2023), nil, Config{})
	require.NoError(t, err)
	require.Equal(t, "2022", out.Indicators[0].Period.String())
	require.Equal(t, 0.5, out.Structure[0].Mean)
}

func TestNothingToCompare(t *testing.T) {
	empty := build(t, nil, nil)
	out, err := Compare(&indicators.Catalogue{}, &indicators.Network{}, empty, empty, period.Yearly(2023), nil, Config{})
	require.NoError(t, err)
	require.Equal(t, `{"config":{"quantile":7,"ties":"competition","minPeers":5,"peers":7},"indicators":[],"structure":[],"peers":[]}`, marshal(t, out))

	c := &indicators.Catalogue{Indicators: []indicators.Indicator{yearly("x.y", indicators.HigherIsBetter, nil)}}
	out, err = Compare(c, &indicators.Network{}, empty, empty, period.Yearly(2023), nil, Config{})
	require.NoError(t, err)
	require.Empty(t, out.Indicators[0].Positions)
	require.NotNil(t, out.Indicators[0].Positions)

	x := one(t, yearly("x.y", indicators.HigherIsBetter, nil), Config{MinPeers: 1}, 3)
	require.Equal(t, 1.0, x.Positions[0].Rank)
	require.Equal(t, 50.0, x.Positions[0].Percentile)
	require.Equal(t, &Distribution{3, 3, 3, 3, 3}, x.Distribution)
	require.Zero(t, x.Positions[0].Light)
}

func TestErrors(t *testing.T) {
	_, err := Compare(nil, nil, nil, nil, period.Period{}, nil, Config{Quantile: 10, Ties: 9, MinPeers: -1, Peers: -1})
	var list Errors
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 9)
	require.ErrorIs(t, err, CodeConfig)
	require.ErrorIs(t, err, CodeArgument)
	require.False(t, errors.Is(err, CodeNetwork))
	require.EqualError(t, err, "compare: no catalogue given (and 8 more)")

	empty := build(t, nil, nil)
	n := &indicators.Network{
		Cities:    []indicators.City{{Code: "a"}, {Code: ""}, {Code: "a"}},
		Structure: []indicators.Structure{{ID: "nope"}, {ID: "s", Weight: -1}, {ID: "s", Weight: math.NaN()}},
	}
	c := &indicators.Catalogue{Variables: []indicators.Variable{{ID: "s"}}}
	_, err = Compare(c, n, empty, empty, period.Yearly(2023), nil, Config{})
	require.ErrorAs(t, err, &list)
	var text []string
	for _, e := range list {
		text = append(text, e.Error())
	}
	require.Equal(t, []string{
		`compare: /cities/1/code: the city has no code`,
		`compare: /cities/2/code: city "a" is given twice, first at /cities/0`,
		`compare: /structure/0/id: "nope" is neither a variable nor an indicator of the catalogue`,
		`compare: /structure/1/weight: weight -1: write 0.000001 to 1000000, or nothing for 1`,
		`compare: /structure/2/id: "s" is given twice, first at /structure/1`,
		`compare: /structure/2/weight: weight NaN: write 0.000001 to 1000000, or nothing for 1`,
	}, text)

	n = &indicators.Network{Cities: make([]indicators.City, 500)}
	_, err = Compare(c, n, empty, empty, period.Yearly(2023), nil, Config{})
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 100)
	require.Equal(t, "401 further problems are left out", list[99].Msg)
}

func TestTextForms(t *testing.T) {
	for _, ties := range []Ties{Competition, Dense, Fractional, Ordinal} {
		b, err := ties.MarshalText()
		require.NoError(t, err)
		var back Ties
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, ties, back)
	}
	for _, light := range []Light{NoLight, Good, Middle, Poor} {
		b, err := light.MarshalText()
		require.NoError(t, err)
		var back Light
		require.NoError(t, back.UnmarshalText(b))
		require.Equal(t, light, back)
	}
	var ties Ties
	require.Error(t, ties.UnmarshalText([]byte("random")))
	var light Light
	require.Error(t, light.UnmarshalText([]byte("green")))
	_, err := Ties(7).MarshalText()
	require.Error(t, err)
	require.Equal(t, "Ties(7)", Ties(7).String())
	require.Equal(t, "Light(7)", Light(7).String())
}
