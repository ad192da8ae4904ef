package aggregate

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// TestWeighted: against Σwx/Σw in rationals; unknown weights, members without a figure.
func TestWeighted(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var rows []reading
	sums, counts := map[string]*big.Rat{}, map[string]int64{}
	for i := range 4000 {
		r := reading{fmt.Sprintf("s%d", rng.IntN(5)), "x", day.Add(time.Duration(i%72) * time.Hour), float64(rng.IntN(1000)) / 10, telemetry.Valid}
		if r.entity == "s4" && i%72 >= 48 { // silent on the third day
			continue
		}
		rows = append(rows, r)
		k := r.entity + period.Of(r.at, period.Day, time.UTC).String()
		if sums[k] == nil {
			sums[k] = new(big.Rat)
		}
		sums[k].Add(sums[k], asDecimal(r.x, 1))
		counts[k]++
	}
	pct := unit.MustParse("%")
	c := Config{Window: period.Day, Measures: []Measure{{ID: "x", Attribute: "x", Decimals: 1, Unit: pct, Keep: KeepValues}}}
	r, err := Run(context.Background(), c, batches(t, rows, 500))
	require.NoError(t, err)
	members := []Member{{Group: "s0", Into: "a", Weight: 1000}, {Group: "s1", Into: "a", Weight: 2500.5}, {Group: "s2", Into: "a"}, {Group: "s3", Into: "b", Weight: 3}, {Group: "s4", Into: "b", Weight: 1}}
	conf := CubeConfig{Outputs: []Output{{Variable: "v", Unit: pct, Measure: "x", Statistic: Mean}}}
	q, err := r.Weighted(conf, Weights{Members: members, MinShare: 0.7})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, q.Entities())
	for d := range 3 {
		p := period.Of(day.AddDate(0, 0, d), period.Day, time.UTC)
		for _, into := range []string{"a", "b"} {
			num, den := new(big.Rat), new(big.Rat)
			for _, m := range members {
				k := m.Group + p.String()
				if m.Into != into || counts[k] == 0 {
					continue
				}
				x := new(big.Rat).Quo(sums[k], big.NewRat(counts[k], 1))
				f, _ := x.Float64()
				w := new(big.Rat).SetFloat64(m.Weight)
				den.Add(den, w)
				num.Add(num, w.Mul(w, new(big.Rat).SetFloat64(f)))
			}
			want, _ := num.Quo(num, den).Float64()
			cell := q.At(cube.Key{Entity: into, Period: p}, "v")
			require.Equal(t, want, cell.Value, "%s %v", into, p)
			if into == "b" && d == 2 {
				require.Equal(t, cube.LowReliability, cell.Status)
				require.Contains(t, cell.Reasons[0].Text, "0.75")
				require.Contains(t, cell.Reasons[0].Text, "s4")
			} else {
				require.Zero(t, cell.Status)
			}
			require.Contains(t, cell.Source.Name, "weighted mean of")
		}
	}
	third := cube.Key{Entity: "b", Period: period.MustParse("2026-05-03")}
	q, err = r.Weighted(conf, Weights{Members: members})
	require.NoError(t, err)
	require.Equal(t, cube.Missing, q.At(third, "v").Status.Presence())
	members[3] = Member{Group: "s3", Into: "b", Unknown: true}
	q, err = r.Weighted(conf, Weights{Members: members, MinShare: 0.01})
	require.NoError(t, err)
	x := q.At(cube.Key{Entity: "b", Period: period.MustParse("2026-05-01")}, "v")
	require.Equal(t, cube.Missing, x.Status.Presence())
	require.Contains(t, x.Reasons[0].Text, "s3")
	members[3] = Member{Group: "s3", Into: "b"}
	members[4].Weight = 0
	q, err = r.Weighted(conf, Weights{Members: members})
	require.NoError(t, err)
	require.Equal(t, cube.NotComputable, q.At(third, "v").Status.Presence())

	for _, w := range []Weights{{}, {Members: []Member{{Group: "a", Into: "b", Weight: -1}}}, {Members: []Member{{Group: "a"}}}, {Members: []Member{members[0], members[0]}}, {Members: members, MinShare: 2}, {Members: []Member{{Group: "a", Into: "b", Weight: 1, Unknown: true}}}} {
		_, err := r.Weighted(conf, w)
		require.ErrorIs(t, err, ErrConfig)
	}
	for _, s := range []Statistic{Quantiles, Least, Count} {
		conf.Outputs[0].Statistic, conf.Outputs[0].Unit = s, pct
		if s == Count {
			conf.Outputs[0].Unit = unit.One()
		}
		_, err = r.Weighted(conf, Weights{Members: members})
		require.ErrorIs(t, err, ErrConfig)
	}
}

// TestKinds: the kind of the unit says which figures there are.
func TestKinds(t *testing.T) {
	one := unit.One()
	kind := func(k unit.Kind) unit.Unit {
		u, ok := one.WithKind(k)
		require.True(t, ok == nil)
		return u
	}
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	rows := []reading{{"a", "x", day, 1, telemetry.Valid}, {"b", "x", day, 2, telemetry.Valid}}
	for _, c := range []struct {
		unit      unit.Unit
		statistic Statistic
		alone, ok bool // for a group of one entity, of several
	}{
		{unit.MustParse("Cel"), Sum, false, false},
		{unit.MustParse("Cel"), Mean, true, true},
		{unit.MustParse("%"), Sum, false, false},
		{unit.MustParse("%"), Mean, true, false},
		{unit.MustParse("%"), Greatest, true, true},
		{kind(unit.Share), Mean, true, false},
		{kind(unit.Index), Sum, false, false},
		{kind(unit.Index), Mean, true, true},
		{kind(unit.Score), Sum, false, false},
		{unit.MustParse("kW.h"), Sum, true, true},
		{unit.MustParse("EUR"), Sum, true, true},
		{unit.MustParse("{vehicle}"), Sum, true, true},
		{unit.MustParse("deg"), Mean, false, false},
		{unit.MustParse("rad"), Greatest, false, false},
		{one, Mean, true, true},
	} {
		for _, several := range []bool{false, true} {
			cfg := Config{Window: period.Day, Measures: []Measure{{ID: "x", Attribute: "x", Unit: c.unit}}}
			want := c.alone
			if several {
				cfg.Group = func(telemetry.Entity) Group { return Group{ID: "city"} }
				want = c.ok
			}
			r, err := Run(context.Background(), cfg, batches(t, rows, 1))
			require.NoError(t, err)
			two, err := Run(context.Background(), cfg, batches(t, rows[1:], 1))
			require.NoError(t, err)
			merged, err := r.Merge(two)
			require.NoError(t, err)
			for _, r := range []*Result{r, merged} {
				_, err = r.Cube(CubeConfig{Outputs: []Output{{Variable: "v", Unit: c.unit, Measure: "x", Statistic: c.statistic}}})
				if want {
					require.NoError(t, err, "%v %d", c.unit, c.statistic)
				} else {
					require.ErrorIs(t, err, ErrUnit, "%v %d", c.unit, c.statistic)
				}
			}
		}
	}
}

// TestCoverageRule: below the least coverage a figure is missing, from there to a whole
// window of low reliability, and a whole one is plain; days of 23 and 25 hours and months
// are whole with as many hours as they have.
func TestCoverageRule(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	for _, day := range []string{"2026-03-28", "2026-03-29", "2026-10-25"} {
		p := period.MustParse(day)
		start := p.Start(madrid)
		hours := int(p.End(madrid).Sub(start) / time.Hour)
		for n := 1; n <= hours; n++ {
			var rows []reading
			for h := range n {
				rows = append(rows, reading{"s", "x", start.Add(time.Duration(h) * time.Hour), 1, telemetry.Valid})
			}
			r, err := Run(context.Background(), Config{Window: period.Day, Zone: madrid, Measures: []Measure{{ID: "x", Attribute: "x"}}}, batches(t, rows, 30))
			require.NoError(t, err)
			q, err := r.Cube(CubeConfig{Outputs: []Output{
				{Variable: "v", Measure: "x", Statistic: Mean, Every: time.Hour, MinCoverage: 0.75},
				{Variable: "share", Measure: "x", Statistic: Coverage, Every: time.Hour, Expected: 2},
			}})
			require.NoError(t, err)
			x := q.At(cube.Key{Entity: "s", Period: p}, "v")
			switch {
			case 4*n < 3*hours:
				require.Equal(t, cube.Missing, x.Status.Presence())
				require.Equal(t, cube.ReasonIncomplete, x.Reasons[0].Code)
			case n < hours:
				require.Equal(t, cube.LowReliability, x.Status)
				require.Equal(t, cube.ReasonIncomplete, x.Reasons[0].Code)
			default:
				require.Zero(t, x.Status)
				require.Empty(t, x.Reasons)
			}
			require.Equal(t, float64(n)/float64(2*hours), q.At(cube.Key{Entity: "s", Period: p}, "share").Value)
		}
	}
}
