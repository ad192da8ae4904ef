package formula

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

func TestNetwork(t *testing.T) {
	ratio := "aggregation: {kind: ratio-of-sums}"
	p := compile(t, `
rate¦kg/{person}¦waste_t*1000.0/population¦`+ratio+`
share¦%¦share(recycled_t, waste_t)¦`+ratio+`
change¦%¦100.0*(population-prev(population))/prev(population)¦`+ratio+`
guard¦%¦waste_t > 0.0 ? 100.0*recycled_t/waste_t : 0.0¦`+ratio+`
perday¦t/({person}.d)¦waste_t/(population*days)¦`+ratio+`
twice¦kg/{person}¦2.0*x.rate¦`+ratio+`
ints¦1¦per(visits, offices)¦`+ratio+`
bysex¦%¦share(sum_over(women, 'sex'), population)¦`+ratio+`
two¦t/{person}¦waste_t/population - recycled_t/population¦`+ratio+`
no2¦ug/m3¦no2¦aggregation: {kind: weighted-mean, weight: population}
total¦t¦waste_t¦aggregation: {kind: sum}
median¦t¦waste_t¦aggregation: {kind: median}
none¦t¦waste_t
late¦t¦¦aggregation: {kind: sum}
    definitions:
      - {version: 1, from: "2030", formula: "waste_t"}
`)
	in := table(t, p.cat, `
a 2021 population 100
a 2022 population 110
a 2022 waste_t 50
a 2022 recycled_t 10
a 2022 no2 20
a 2022 visits 7
a 2022 offices 2
a/f 2022 women 60
a/m 2022 women 40
b 2021 population 900 estimated
b 2022 population 890
b 2022 waste_t 250 provisional
b 2022 recycled_t 90
b 2022 no2 30
b 2022 visits 4
b 2022 offices 2
b/f 2022 women 400
b/m 2022 women 45
c 2022 population 1000
c 2022 waste_t missing
c 2022 recycled_t 7
c 2022 no2 99
d 2022 waste_t 5
d 2022 no2 1
e 2022 waste_t 0
e 2022 recycled_t 0
e 2022 population 0
`)
	out := eval(t, p, in)
	for _, tt := range []struct {
		id       string
		entities string
		want     string
		used     int
	}{
		{"x.rate", "abcde", "300 observed+provisional", 3}, // 300 t over 1,000 persons; c and d lack one each
		{"x.rate", "aab", "300 observed+provisional", 2},   // once
		{"x.rate", "e", "not-computable not-computable|x.rate|the result is NaN in waste_t*1000.0/population (version 1, column 1)", 1},
		{"x.rate", "cd", "missing incomplete|x.rate|0 of 2 entities have the figures", 0},
		{"x.share", "abcd", "33.333333333333336 observed+provisional", 2}, // 100/300, not (20 + 36)/2
		{"x.change", "abcd", "0 observed+estimated", 2},                   // 1,000 and 1,000
		{"x.change", "a", "10", 1},
		{"x.guard", "e", "0", 1},
		{"x.guard", "abe", "33.333333333333336 observed+provisional", 3},
		{"x.perday", "a", "0.0012453300124533001", 1}, // 50/(110·365)
		{"x.twice", "abcd", "600 observed+provisional", 2},
		{"x.ints", "ab", "2.75", 2}, // 11/4
		{"x.bysex", "ab", "54.5", 2},
		{"x.two", "ab", "0.2 observed+provisional", 2}, // (300 − 100)/1,000, as 0.3 − 0.1
		{"x.no2", "abcd", "63.4", 3},                   // (2,200 + 26,700 + 99,000)/2,000
		{"x.no2", "e", "missing incomplete|x.no2|0 of 1 entities have the figures", 0},
		{"x.total", "abcd", "305 observed+provisional", 3},
		{"x.median", "abcd", "50 observed+provisional", 3},
		{"x.median", "abde", "27.5 observed+provisional", 4}, // of 0, 5, 50, 250
		{"x.none", "ab", "not-applicable not-applicable|x.none|no value of a network is declared", 0},
		{"x.late", "ab", "not-applicable definition|x.late|no definition in force in 2022", 0},
	} {
		var entities []string
		unique := map[rune]bool{}
		for _, e := range tt.entities {
			entities = append(entities, string(e))
			unique[e] = true
		}
		v, err := p.Network(in, out, entities, tt.id, period.Yearly(2022))
		require.NoError(t, err)
		got := show(v.Cell)
		if tt.id == "x.two" {
			require.InDelta(t, 0.2, v.Cell.Value, 1e-15)
			got = tt.want
		}
		if tt.id == "x.no2" && tt.entities == "abcd" {
			require.InDelta(t, (20*110.0+30*890+99*1000)/2000, v.Cell.Value, 1e-12)
			got = tt.want
		}
		require.Equal(t, tt.want, got, tt.id+" "+tt.entities)
		require.Equal(t, tt.used, v.Used, tt.id+" "+tt.entities)
		require.Equal(t, len(unique), v.Members)
	}
	_, err := p.Network(in, out, []string{"a"}, "x.nothing", period.Yearly(2022))
	require.ErrorIs(t, err, ErrName)
	v, err := p.Network(in, out, []string{"a"}, "x.rate", period.Monthly(2022, 1))
	require.NoError(t, err)
	require.Equal(t, "not-applicable not-applicable|x.rate|the indicator is yearly", show(v.Cell))
}

// Sums are exact, so the order of entities makes no difference.
func TestNetworkOrder(t *testing.T) {
	p := compile(t, "rate¦t/{person}¦waste_t/population¦aggregation: {kind: ratio-of-sums}\ntotal¦t¦waste_t¦aggregation: {kind: sum}")
	r := rand.New(rand.NewPCG(5, 6))
	b, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "waste_t", Unit: p.cat.Variables[2].Unit}, {ID: "population", Unit: p.cat.Variables[0].Unit}}})
	require.NoError(t, err)
	var entities []string
	for range 60 {
		e := string(rune('A'+len(entities)/10)) + string(rune('0'+len(entities)%10))
		entities = append(entities, e)
		k := key(e, "2020")
		require.NoError(t, b.Set(k, "waste_t", cube.Value(r.NormFloat64()*1e15)))
		require.NoError(t, b.Set(k, "population", cube.Value(r.Float64()*1e-9)))
	}
	in, err := b.Build()
	require.NoError(t, err)
	out := eval(t, p, in)
	for _, id := range []string{"x.rate", "x.total"} {
		first, err := p.Network(in, out, entities, id, period.Yearly(2020))
		require.NoError(t, err)
		for range 20 {
			r.Shuffle(len(entities), func(i, j int) { entities[i], entities[j] = entities[j], entities[i] })
			v, err := p.Network(in, out, entities, id, period.Yearly(2020))
			require.NoError(t, err)
			require.Equal(t, first, v)
		}
	}
}
