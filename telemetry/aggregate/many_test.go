package aggregate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// TestMany: rows that go straight to the states of their attributes give the bytes that
// they give in batches too small for it, whatever does not count among them.
func TestMany(t *testing.T) {
	used := map[class]int{}
	given := func(code string) telemetry.UnitRef {
		if code == "" {
			return telemetry.UnitRef{}
		}
		return telemetry.UnitRef{Given: code, System: telemetry.UCUM, Unit: unit.MustParse(code)}
	}
	for seed := range uint64(48) {
		rng := rand.New(rand.NewPCG(seed, 91))
		c := Config{Window: []period.Freq{period.Hour, period.None, period.Day, period.Month}[rng.IntN(4)]}
		measured := 1 + rng.IntN(5)
		attributes := measured + rng.IntN(2)*rng.IntN(3) // some without a measure
		for a := range measured {
			m := Measure{ID: fmt.Sprint(a), Attribute: fmt.Sprint("a", a), Decimals: uint8(1 + rng.IntN(4))}
			switch seed % 3 {
			case 0:
				m.Keep = Keep(rng.IntN(2)) * KeepEntities
			case 1:
				m.Form, m.Decimals = Float, 0
			case 2:
				m.Keep = Keep(1+rng.IntN(7)) & tallied
				if m.Keep == 0 {
					m.Keep = KeepHistogram
				}
			}
			if rng.IntN(3) == 0 {
				m.Unit = unit.MustParse("Cel")
			}
			c.Measures = append(c.Measures, m)
		}
		if rng.IntN(4) == 0 {
			c.Measures = append(c.Measures, Measure{ID: "held", Attribute: "a0", Decimals: 1, Hold: Step, MaxAge: time.Hour})
			c.Lateness = AnyOrder
		}
		ungrouped := rng.IntN(3) == 0
		c.Group = func(e telemetry.Entity) Group {
			if e.ID == "" || ungrouped && e.ID == "e3" {
				return Group{}
			}
			return Group{ID: e.ID[:2]}
		}
		if rng.IntN(4) == 0 {
			c.From = time.Unix(3600, 0)
		}
		spoilt := rng.IntN(3) * 200
		units := []string{"", "Cel", "Cel", "K"}[:2+rng.IntN(3)]
		entities := []int{3, 30, 300}[rng.IntN(3)]
		n := 12_000
		odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-9, 1e12, -3e9, math.MaxFloat64, math.Copysign(0, -1), 1.0 / 3}
		var rows []telemetry.Observation
		for range n {
			o := telemetry.Observation{
				Entity:    telemetry.Entity{ID: fmt.Sprint("e", rng.IntN(entities))},
				Attribute: fmt.Sprint("a", rng.IntN(attributes)),
				Time:      time.Unix(rng.Int64N(3600*48), 0),
				Value:     telemetry.Value{Kind: telemetry.Number, Number: math.Round(rng.NormFloat64()*100) / 10},
			}
			o.Unit = given(units[int(o.Attribute[1])%len(units)])
			if spoilt > 0 && rng.IntN(spoilt) == 0 {
				switch rng.IntN(4) {
				case 0:
					o.Value.Number = odd[rng.IntN(len(odd))]
				case 1:
					o.Time = time.Time{}
				case 2:
					o.Value = telemetry.Value{Kind: telemetry.Text, Text: "x"}
				default:
					o.Unit = given("K")
				}
			}
			rows = append(rows, o)
		}
		run := func(most int) ([]byte, Totals, map[class]int) {
			a, err := New(c)
			require.NoError(t, err)
			classes := map[class]int{}
			for from := 0; from < n; {
				b := &telemetry.Batch{}
				for to := min(n, from+1+rng.IntN(most)); from < to; from++ {
					o := rows[from]
					if x := o.Value.Number; x-x != 0 { // lanes made by hand may have it
						o.Value.Number = 0
					}
					require.NoError(t, b.Add(o))
					b.Number[b.Len()-1] = rows[from].Value.Number
				}
				w := a.workers[0]
				w.many.place = w.many.place[:0]
				require.NoError(t, a.Add(b))
				if len(w.many.place) > 0 {
					classes[w.many.class]++
				}
			}
			r, err := a.Result(context.Background())
			require.NoError(t, err)
			return dump(t, r), a.Totals(), classes
		}
		want, totals, none := run(60)
		require.Empty(t, none)
		got, again, classes := run(3000)
		require.Equal(t, totals, again, "seed %d", seed)
		require.Equal(t, want, got, "seed %d", seed)
		for k, v := range classes {
			used[k] += v
		}
	}
	for _, k := range []class{decimals, floats, tallies} {
		require.Greater(t, used[k], 10, "class %d", k)
	}
	t.Log(used)
}
