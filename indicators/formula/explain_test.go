package formula

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
)

func TestExplain(t *testing.T) {
	p := compile(t, `
rate¦kg/{person}¦waste_t*1000.0/population
change¦%¦100.0*(x.rate-prev(x.rate))/prev(x.rate)
guard¦%¦waste_t > 0.0 && recycled_t >= 0.0 ? share(recycled_t, waste_t) : 100.0*energy/energy
`)
	in := table(t, p.cat, `
e 2021 population 100
e 2021 waste_t 5
e 2022 population 100
e 2022 waste_t 6 provisional
e 2022 recycled_t 3
e 2023 waste_t missing
e 2023 recycled_t -1
`)
	for _, tt := range []struct{ id, at, want string }{
		{"x.change", "2022", `x.change = 20 % [observed+provisional], 2022
  100.0*(x.rate-prev(x.rate))/prev(x.rate) = 20 % [observed+provisional]
    100.0*(x.rate-prev(x.rate)) = 1000 kg/100{person} [observed+provisional]
      100.0
      x.rate-prev(x.rate) = 10 kg/{person} [observed+provisional]
        x.rate = 60 kg/{person} [observed+provisional], 2022
          waste_t*1000.0/population = 60 kg/{person} [observed+provisional]
            waste_t*1000.0 = 6000 kg [observed+provisional]
              waste_t = 6 t [observed+provisional], 2022, from t.csv:4
              1000.0
            population = 100 {person}, 2022, from t.csv:3
        prev(x.rate) = 50 kg/{person}
          x.rate = 50 kg/{person}, 2021
            waste_t*1000.0/population = 50 kg/{person}
              waste_t*1000.0 = 5000 kg
                waste_t = 5 t, 2021, from t.csv:2
                1000.0
              population = 100 {person}, 2021, from t.csv:1
    prev(x.rate) = 50 kg/{person}
      x.rate = 50 kg/{person}, 2021
        waste_t*1000.0/population = 50 kg/{person}
          waste_t*1000.0 = 5000 kg
            waste_t = 5 t, 2021, from t.csv:2
            1000.0
          population = 100 {person}, 2021, from t.csv:1
`},
		{"x.guard", "2022", `x.guard = 50 % [observed+provisional], 2022
  waste_t > 0.0 && recycled_t >= 0.0 ? share(recycled_t, wa… = 50 % [observed+provisional]
    waste_t > 0.0 && recycled_t >= 0.0 = 1 [observed+provisional]
      waste_t > 0.0 = 1 [observed+provisional]
        waste_t = 6 t [observed+provisional], 2022, from t.csv:4
        0.0
      recycled_t >= 0.0 = 1
        recycled_t = 3 t, 2022, from t.csv:5
        0.0
    share(recycled_t, waste_t) = 50 % [observed+provisional]
      recycled_t = 3 t, 2022, from t.csv:5
      waste_t = 6 t [observed+provisional], 2022, from t.csv:4
    100.0*energy/energy: not evaluated
      100.0*energy: not evaluated
        100.0: not evaluated
        energy: not evaluated, 2022
      energy: not evaluated, 2022
`},
		{"x.guard", "2023", `x.guard: missing (not-collected|energy), 2023
  waste_t > 0.0 && recycled_t >= 0.0 ? share(recycled_t, wa…: missing (not-collected|energy)
    waste_t > 0.0 && recycled_t >= 0.0 = 0
      waste_t > 0.0: not evaluated
        waste_t: not evaluated, 2023, from t.csv:6
        0.0: not evaluated
      recycled_t >= 0.0 = 0
        recycled_t = -1 t, 2023, from t.csv:7
        0.0
    share(recycled_t, waste_t): not evaluated
      recycled_t: not evaluated, 2023
      waste_t: not evaluated, 2023
    100.0*energy/energy: missing (not-collected|energy)
      100.0*energy: missing (not-collected|energy)
        100.0
        energy: missing (not-collected|energy), 2023
          energy: missing (not-collected|energy), 2023-01
`},
	} {
		n, err := p.Explain(in, key("e", tt.at), tt.id)
		require.NoError(t, err)
		got := n.String()
		if len(got) > len(tt.want) && tt.at == "2023" {
			got = got[:len(tt.want)] // the twelve months, twice
		}
		require.Equal(t, tt.want, got)
	}
	n, err := p.Explain(in, key("nobody", "2022"), "x.rate")
	require.NoError(t, err)
	require.Equal(t, "missing not-collected|waste_t;not-collected|population", show(n.Cell))
	_, err = p.Explain(in, key("e", "2022"), "x.nothing")
	require.ErrorIs(t, err, ErrName)
	_, err = p.Explain(in, cube.Key{Period: period.Yearly(2022)}, "x.rate")
	require.ErrorIs(t, err, cube.CodeKey)
}

const mixed = `
rate¦kg/{person}¦waste_t*1000.0/population¦aggregation: {kind: ratio-of-sums}
change¦%¦100.0*(x.rate-prev(x.rate))/prev(x.rate)
guard¦%¦waste_t > 0.0 && recycled_t >= 0.0 ? share(recycled_t, waste_t) : 100.0*coalesce(spend/spend, 0.5)
rolling¦t¦rolling_mean(waste_t, 3) + rolling_sum(prev(waste_t), 2)
cel¦%¦[waste_t, prev(recycled_t)].exists(q, q > 1.0) ? 100.0*per(waste_t, recycled_t) : share(waste_t, waste_t)
ints¦1¦per(visits, offices)
more¦1¦double(visits / offices)
members¦%¦share(sum_over(women, 'sex'), population)
bymember¦%¦share(women, population)¦aggregation: {kind: none}
    breakdowns: [sex]
energy¦kW.h¦energy + prev(energy)
temperature¦Cel¦temperature
quarter¦kW.h/{person}¦energy/staff¦aggregation: {kind: none}
    frequency: Q
versions¦t¦¦aggregation: {kind: sum}
    definitions:
      - {version: 1, until: "2014", formula: "waste_t"}
      - {version: 2, from: "2015", until: "2017", formula: "recycled_t"}
      - {version: 3, from: "2018", formula: "waste_t + recycled_t"}
`

// random is a cube with everything that may happen in it.
func random(t testing.TB, p *Program, r *rand.Rand, entities int) *cube.Cube {
	s := cube.Schema{Dimensions: []string{"sex"}}
	for _, v := range p.cat.Variables {
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	b, err := cube.NewBuilder(s)
	require.NoError(t, err)
	var periods []period.Period
	for y := 2010; y < 2020; y++ {
		periods = append(periods, period.Yearly(y))
		for m := range 12 {
			periods = append(periods, period.Monthly(y, time.Month(1+m)))
		}
	}
	for e := range entities {
		for _, at := range periods {
			if r.IntN(8) == 0 {
				continue
			}
			for m, members := range []cube.Members{"", "f", "m"} {
				if m > 0 && at.Freq() != period.Year {
					continue
				}
				k := cube.Key{Entity: fmt.Sprintf("%05d", e), Period: at, Members: members}
				for i, v := range p.cat.Variables {
					if v.Frequency != at.Freq() || r.IntN(6) == 0 {
						continue
					}
					c := cube.Value(math.Round(r.NormFloat64() * 3))
					c.Status = cube.Status(r.IntN(8)/7) << 3 << r.IntN(8)
					if r.IntN(12) == 0 {
						c = cube.NoValue(cube.Presence(1+r.IntN(4)), cube.Reason{Code: cube.ReasonRejected, Text: "n/d"})
					}
					c.Source = cube.Source{Name: "r.csv", Line: i + 1}
					require.NoError(t, b.SetAt(k, i, c))
				}
			}
		}
	}
	out, err := b.Build()
	require.NoError(t, err)
	return out
}

// Results do not depend on the number of workers.
func TestWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var first *cube.Cube
	var in *cube.Cube
	for _, workers := range []int{1, 2, 8} {
		p := compile(t, mixed, Config{Workers: workers})
		if in == nil {
			in = random(t, p, r, 80)
		}
		out := eval(t, p, in)
		if first == nil {
			first = out
			require.Greater(t, out.Len(), 2*batch)
			continue
		}
		require.True(t, first.SameRows(out))
		for m := range first.Schema().Measures {
			for row := range first.Len() {
				if a, b := first.Cell(row, m), out.Cell(row, m); !a.Equal(b) {
					require.Equal(t, a, b)
				}
				require.Equal(t, first.Column(m).ReasonCode(row), out.Column(m).ReasonCode(row))
			}
		}
	}
}

func TestCancel(t *testing.T) {
	p := compile(t, mixed)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("enough"))
	_, err := p.Eval(ctx, random(t, p, rand.New(rand.NewPCG(1, 2)), 1))
	require.EqualError(t, err, `formula: stopped at indicator "x.rate": enough`)
}

// Every root of an explanation is the cell of Eval, and every step of a tree
// comes from its children: replayed with cel-go over the leaves, the same.
func TestExplainReplays(t *testing.T) {
	p := compile(t, mixed)
	r := rand.New(rand.NewPCG(3, 4))
	in := random(t, p, r, 10)
	out := eval(t, p, in)
	steps := 0
	for row := range out.Len() {
		for m, x := range p.inds {
			if row%5 != m%5 {
				continue
			}
			n, err := p.Explain(in, out.Key(row), x.spec.ID)
			require.NoError(t, err)
			require.True(t, out.Cell(row, m).Equal(n.Cell), "%s %s\n%v\n%v", out.Key(row), x.spec.ID, out.Cell(row, m), n.Cell)
			steps += replay(t, p, m, n)
		}
	}
	require.Greater(t, steps, 500)
}

// replay evaluates a formula by cel-go with the values its leaves had.
func replay(t *testing.T, p *Program, ind int, n *Node) int {
	if len(n.Children) == 0 {
		return 0
	}
	top := n.Children[0]
	var d *definition
	for _, x := range p.inds[ind].defs {
		if x.spec.Formula == top.Text {
			d = x
		}
	}
	require.NotNil(t, d, top.Text)
	var cut []*celenv.Node
	var find func(s *celenv.Node)
	find = func(s *celenv.Node) {
		if s.Kind == celenv.Call && celenv.Window(s.Name) {
			cut = append(cut, s)
			return
		}
		for _, a := range s.Args {
			find(a)
		}
	}
	find(d.checked.Root)
	prog, err := d.checked.Program(d.checked.Root, cut...)
	require.NoError(t, err)
	steps := 0
	got := prog.Eval(func(slot int) celenv.Value {
		s := prog.Slots[slot]
		var leaf *Node
		var search func(*Node)
		search = func(x *Node) {
			if leaf != nil || !x.Evaluated && x.Cell.Status == 0 && len(x.Cell.Reasons) == 0 {
				return
			}
			if s.Cut != nil && x.Begin == s.Cut.Begin && x.End == s.Cut.End || s.Cut == nil && x.Text == s.Name && x.Op != "part" {
				leaf = x
				return
			}
			if len(x.Op) < 5 || x.Op[:5] != "call:" || celenv.Window(x.Op[5:]) {
				return
			}
			for _, c := range x.Children {
				search(c)
			}
		}
		search(top)
		require.NotNil(t, leaf, "%s in %s", s.Name, top)
		steps++
		if !leaf.Cell.Status.Observed() {
			return celenv.Value{State: celenv.Unknown}
		}
		if name, ok := map[string]bool{"visits": true, "offices": true}[s.Name]; ok && name {
			return celenv.Value{Type: celenv.Int, Int: int64(leaf.Cell.Value)}
		}
		return celenv.Value{Type: celenv.Double, Double: leaf.Cell.Value}
	})
	switch {
	case got.State == celenv.Unknown:
		require.False(t, n.Cell.Status.Observed(), n)
	case got.State == celenv.Failed:
		require.Equal(t, cube.NotComputable, n.Cell.Status.Presence(), n)
	case math.IsNaN(got.Double) || math.IsInf(got.Double, 0):
		require.Equal(t, cube.NotComputable, n.Cell.Status.Presence(), n)
	default:
		require.True(t, n.Cell.Status.Observed(), n)
		require.Equal(t, got.Double, n.Cell.Value, n)
	}
	return steps
}
