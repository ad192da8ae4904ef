package formula

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// rowwise is Eval by the worker alone, one row after the other.
func rowwise(t testing.TB, p *Program, in *cube.Cube) *cube.Cube {
	t.Helper()
	e, err := p.newEngine(in, 0, in.Len(), cube.Key{})
	require.NoError(t, err)
	w := []*worker{newWorker(e)}
	for _, i := range p.order {
		require.NoError(t, e.compute(context.Background(), i, w))
	}
	out, err := e.cube()
	require.NoError(t, err)
	return out
}

// sameCubes compares values to the bit, statuses and reasons.
func sameCubes(t testing.TB, want, got *cube.Cube) {
	t.Helper()
	require.Equal(t, want.Len(), got.Len())
	for m, measure := range want.Schema().Measures {
		a, b := want.Column(m), got.Column(m)
		for row := range a.Values {
			require.Equal(t, want.Key(row), got.Key(row))
			if x, y := a.Cell(row), b.Cell(row); x.Value != y.Value || x.Status != y.Status || !equalReasons(x.Reasons, y.Reasons) {
				require.Equal(t, x, y, "%s %v", measure.ID, want.Key(row))
			}
		}
	}
}

func equalReasons(a, b []cube.Reason) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// figures is a cube of every variable of a catalogue, with cells missing, for
// different reasons, flagged, zero, fractional where an int is expected, and
// rows that are not there.
func figures(t testing.TB, r *rand.Rand, c *indicators.Catalogue, entities int, members []cube.Members, months bool, odd float64, lacking bool) *cube.Cube {
	t.Helper()
	var s cube.Schema
	if members != nil {
		s.Dimensions = []string{"sex"}
	}
	var variables []indicators.Variable
	for i, v := range c.Variables {
		if lacking && i%2 == 0 {
			continue
		}
		variables = append(variables, v)
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	if members == nil {
		members = []cube.Members{""}
	}
	var periods []period.Period
	for y := range 6 {
		periods = append(periods, period.Yearly(2018+y))
	}
	if months {
		for y := range 2 {
			for m := range period.Yearly(2022 + y).Each(period.Month) {
				periods = append(periods, m)
			}
		}
	}
	b, err := cube.NewBuilder(s)
	require.NoError(t, err)
	for e := range entities {
		for _, p := range periods {
			for _, m := range members {
				k := cube.Key{Entity: fmt.Sprintf("%05d", e), Period: p, Members: m}
				if r.Float64() < odd {
					continue
				}
				require.NoError(t, b.AddRow(k))
				for i, v := range variables {
					if v.Frequency != p.Freq() {
						continue
					}
					cell := cube.Value(float64(r.IntN(1000)))
					switch x := r.Float64(); {
					case x < odd/2:
						cell = cube.NoValue(cube.Presence(1 + r.IntN(4)))
					case x < odd:
						cell = cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonNotCollected, Text: fmt.Sprint("because ", r.IntN(3))})
					case x < 1.5*odd:
						cell.Status = cube.Provisional << r.IntN(3)
					case x < 1.7*odd:
						cell.Reasons = []cube.Reason{{Code: cube.ReasonIncomplete, Subject: "survey"}}
					case x < 2*odd:
						cell.Value = 0
					case x < 2.5*odd:
						cell.Value += 0.1
					case x < 2.7*odd:
						cell.Status = cube.Status(0).WithConfidentiality(cube.NotForPublication)
					}
					require.NoError(t, b.SetAt(k, i, cell))
				}
			}
		}
	}
	in, err := b.Build()
	require.NoError(t, err)
	return in
}

func withWorkers(p *Program, n int) *Program {
	q := *p
	q.cfg.Workers = n
	return &q
}

// Batches, any number of workers, and row by row: the same cube.
func TestColumnsAreRows(t *testing.T) {
	defaults, err := Compile(indicators.Default(), Config{})
	require.NoError(t, err)
	test := compile(t, everything)
	r := rand.New(rand.NewPCG(5, 5))
	sexes := []cube.Members{"", cube.MembersOf("f"), cube.MembersOf("m")}
	for _, tt := range []struct {
		name     string
		p        *Program
		entities int
		members  []cube.Members
		months   bool
		odd      float64
	}{
		{"default, all plain", defaults, 300, nil, false, 0},
		{"default", defaults, 400, nil, false, 0.1},
		{"default, with months", defaults, 80, nil, true, 0.1},
		{"default, mostly odd", defaults, 40, nil, true, 0.35},
		{"everything, plain", test, 150, sexes, true, 0},
		{"everything", test, 150, sexes, true, 0.05},
		{"everything, mostly odd", test, 60, sexes, true, 0.3},
		{"everything, no breakdowns", test, 60, nil, true, 0.1},
		{"everything, nothing", test, 0, nil, false, 0},
		{"default, half of the variables", defaults, 40, nil, true, 0.05},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := figures(t, r, tt.p.cat, tt.entities, tt.members, tt.months, tt.odd, strings.Contains(tt.name, "half"))
			want := rowwise(t, tt.p, in)
			for _, workers := range []int{1, 3} {
				got, err := withWorkers(tt.p, workers).Eval(context.Background(), in)
				require.NoError(t, err)
				sameCubes(t, want, got)
			}
		})
	}
}

// The default catalogue needs no fallback.
func TestDefaultPlan(t *testing.T) {
	p, err := Compile(indicators.Default(), Config{})
	require.NoError(t, err)
	for _, s := range p.Plan() {
		require.False(t, s.Fallback, "%+v", s)
	}
}

// everything is a catalogue that uses every function.
const everything = `
rate¦t/{person}¦waste_t/population
twice¦t/{person}¦x.rate + x.rate
change¦1¦(x.rate - prev(x.rate))/prev(x.rate)
growth¦1¦(population - prev(population))/prev(population)
lagged¦t¦lag(waste_t + recycled_t, 2)
share¦%¦share(recycled_t, waste_t)
guard¦1¦waste_t > 0.0 ? recycled_t/waste_t : 0.0
both¦1¦waste_t > 0.0 && recycled_t > 0.0 || population > 10.0 ? 1.0 : 0.0
first¦t¦coalesce(waste_t, recycled_t, prev(waste_t))
there¦1¦present(waste_t) ? 1.0 : 0.0
roll¦t¦rolling_sum(waste_t + recycled_t, 3)
mean¦t/{person}¦rolling_mean(x.rate, 2)
prevroll¦t¦prev(rolling_sum(waste_t, 2))
count¦{person}¦double(offices + visits)
counts¦{person}¦double(rolling_sum(visits, 3))
ints¦{person}¦visits
sexes¦{person}¦sum_over(women, 'sex')¦breakdowns: [sex]
meansex¦{person}¦mean_over(prev(women), 'sex')¦breakdowns: [sex]
bysex¦{person}¦women * 1.0¦breakdowns: [sex]
nested¦1¦x.change > 0.1 ? x.guard : x.there
old¦t¦prev(x.roll)
cel¦1¦[waste_t, recycled_t].exists(q, q > 500.0) ? 1.0 : 0.0
fall¦1¦string(waste_t) == '5' ? 1.0 : 0.0
fallprev¦1¦string(prev(waste_t)).size() > 2 ? 1.0 : 0.0
power¦kW.h¦energy
staffed¦{person}¦staff
monthly¦kW.h¦energy¦frequency: M
monthprev¦1¦(energy - prev(energy))/prev(energy)¦frequency: M
area¦km2¦lag(area, 1)¦frequency: M
perday¦t/d¦waste_t/days
small¦t/{person}¦waste_t/population¦reliability: {variable: population, min: 100}
versions¦t/{person}¦¦
   definitions:
     - {version: 1, formula: "waste_t/population", until: "2020"}
     - {version: 2, formula: "(waste_t + recycled_t)/population", from: "2022", comparable: false}
ofversions¦t/{person}¦x.versions + prev(x.versions)
rollversions¦t/{person}¦prev(rolling_sum(x.versions, 2))
sameversions¦t/{person}¦x.versions * 2.0
`

// The whole catalogue in one graph gives what each indicator gives alone.
func TestTogetherIsAlone(t *testing.T) {
	c := indicators.Default()
	p, err := Compile(c, Config{})
	require.NoError(t, err)
	in := figures(t, rand.New(rand.NewPCG(6, 6)), c, 30, nil, true, 0.1, false)
	all, err := p.Eval(context.Background(), in)
	require.NoError(t, err)
	for i := range c.Indicators {
		one := *c
		one.Indicators = c.Indicators[i : i+1]
		q, err := Compile(&one, Config{})
		require.NoError(t, err, c.Indicators[i].ID)
		got, err := q.Eval(context.Background(), in)
		require.NoError(t, err)
		for row := range got.Len() {
			k := got.Key(row)
			x, y := all.At(k, c.Indicators[i].ID), got.Cell(row, 0)
			if x.Value != y.Value || x.Status != y.Status || !equalReasons(x.Reasons, y.Reasons) {
				require.Equal(t, x, y, "%s %v", c.Indicators[i].ID, k)
			}
		}
	}
}
