package aggregate

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// shipped are the states of results as bytes, merged by key in the order in which they come.
func shipped(t testing.TB, results ...*Result) iter.Seq2[Key, *State] {
	states := map[Key][]byte{}
	var order []Key
	for _, r := range results {
		for k, x := range r.Rows() {
			raw, err := x.State.AppendBinary(nil)
			require.NoError(t, err)
			if have, ok := states[k]; ok {
				var a, b State
				require.NoError(t, a.UnmarshalBinary(have))
				require.NoError(t, b.UnmarshalBinary(raw))
				require.NoError(t, a.Merge(&b))
				raw, _ = a.AppendBinary(nil)
			} else {
				order = append(order, k)
			}
			states[k] = raw
		}
	}
	return func(yield func(Key, *State) bool) {
		for _, k := range order {
			var s State
			require.NoError(t, s.UnmarshalBinary(states[k]))
			if !yield(k, &s) {
				return
			}
		}
	}
}

func contents(t testing.TB, r *Result) (out []string) {
	for k, x := range r.Rows() {
		raw, err := x.State.AppendBinary(nil)
		require.NoError(t, err)
		out = append(out, fmt.Sprintf("%v %v %d %d %x", k, x.Zone, x.Start, x.End, raw))
	}
	return out
}

// TestResultOf: states of readings added in parts, of everything that is kept, are the result of all of them.
func TestResultOf(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	canary, err := time.LoadLocation("Atlantic/Canary")
	require.NoError(t, err)
	of := func(e telemetry.Entity) Group {
		if e.ID < "d3" {
			return Group{ID: "islands", Zone: canary}
		}
		return Group{ID: "city " + e.ID[len(e.ID)-1:]}
	}
	zone := func(g string) *time.Location {
		if g == "islands" {
			return canary
		}
		return nil
	}
	r := rand.New(rand.NewPCG(4, 4))
	night := time.Date(2026, 10, 24, 18, 0, 0, 0, time.UTC)
	var list []telemetry.Observation
	for d := range 8 {
		at := night
		for range 200 {
			at = at.Add(time.Duration(1+r.IntN(900)) * time.Second)
			o := telemetry.Observation{Entity: telemetry.Entity{ID: fmt.Sprint("d", d)}, Attribute: "t", Time: at, Quality: telemetry.Quality(r.IntN(5)),
				Value: telemetry.Value{Kind: telemetry.Number, Number: float64(r.IntN(4000)) / 100}, Source: telemetry.Source{Received: telemetry.NoTime}}
			if r.IntN(60) == 0 {
				at = at.Add(5 * time.Hour)
			}
			list = append(list, o)
		}
	}
	for _, window := range []period.Freq{period.None, period.Hour, period.Day} {
		c := Config{Window: window, Zone: madrid, Group: of, Measures: []Measure{
			{ID: "all", Attribute: "t", Decimals: 2, Keep: keepAll &^ KeepCircle},
			{ID: "held", Attribute: "t", Decimals: 2, Hold: Step, MaxAge: 3 * time.Hour},
			{ID: "line", Attribute: "t", Decimals: 2, Hold: Linear, MaxAge: time.Hour, Keep: KeepHistogram},
			{ID: "meter", Attribute: "t", Decimals: 2, Meter: &Meter{Modulus: 40, Noise: 0.5}},
		}}
		c.Lateness = AnyOrder
		run := func(list []telemetry.Observation) *Result {
			var b telemetry.Batch
			for _, o := range list {
				require.NoError(t, b.Add(o))
			}
			r, err := Run(t.Context(), c, []*telemetry.Batch{&b})
			require.NoError(t, err)
			return r
		}
		want := run(list)
		for _, parts := range []int{1, 2, 5} {
			split := make([][]telemetry.Observation, parts)
			for _, o := range list {
				i := int(o.Entity.ID[1]-'0') % parts // a device's readings in one part
				split[i] = append(split[i], o)
			}
			var results []*Result
			for _, p := range split {
				r.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
				results = append(results, run(p))
			}
			r.Shuffle(parts, func(i, j int) { results[i], results[j] = results[j], results[i] })
			got, err := ResultOf(t.Context(), c, zone, shipped(t, results...))
			require.NoError(t, err)
			require.Equal(t, contents(t, want), contents(t, got), "%v %d", window, parts)
			if window == period.None {
				continue
			}
			outs := CubeConfig{File: "states", Groups: []string{"islands", "nowhere"}, Outputs: []Output{
				{Variable: "n", Measure: "all", Statistic: Count}, {Variable: "mean", Measure: "all", Statistic: Mean}, {Variable: "median", Measure: "all", Statistic: Quantiles, Q: 0.5},
				{Variable: "held", Measure: "held", Statistic: TimeMean, MinCoverage: 0.5}, {Variable: "rise", Measure: "meter", Statistic: Rise}}}
			require.Equal(t, csv(t, want, outs), csv(t, got, outs))
			day, err := got.To(period.Day)
			require.NoError(t, err)
			same, err := want.To(period.Day)
			require.NoError(t, err)
			require.Equal(t, csv(t, same, outs), csv(t, day, outs))
		}
	}
}

func csv(t testing.TB, r *Result, c CubeConfig) string {
	q, err := r.Cube(c)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, cube.WriteCSV(&b, q, cube.WriteConfig{}))
	return b.String()
}

func TestResultOfRefuses(t *testing.T) {
	c := Config{Window: period.Hour, Measures: []Measure{{ID: "m", Attribute: "t", Decimals: 2}}}
	other := func(change func(*Config)) Config {
		o := c
		o.Measures = slices.Clone(c.Measures)
		change(&o)
		return o
	}
	var b telemetry.Batch
	for i := range 10 {
		require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "d"}, Attribute: "t", Time: time.Unix(int64(i)*600, 0), Value: telemetry.Value{Kind: telemetry.Number, Number: 1}}))
	}
	run := func(c Config) *Result {
		r, err := Run(t.Context(), c, []*telemetry.Batch{&b})
		require.NoError(t, err)
		return r
	}
	states := shipped(t, run(c))
	_, err := ResultOf(t.Context(), c, nil, states)
	require.NoError(t, err)
	for name, x := range map[string]struct {
		c      Config
		states iter.Seq2[Key, *State]
		kind   error
	}{
		"no measures": {Config{}, states, ErrConfig},
		"measure":     {other(func(c *Config) { c.Measures[0].ID = "x" }), states, ErrConfig},
		"window":      {other(func(c *Config) { c.Window = period.Day }), states, ErrConfig},
		"all time":    {other(func(c *Config) { c.Window = period.None }), states, ErrConfig},
		"decimals":    {other(func(c *Config) { c.Measures[0].Decimals = 3 }), states, ErrMismatch},
		"form":        {other(func(c *Config) { c.Measures[0].Form = Float }), states, ErrMismatch},
		"keep":        {other(func(c *Config) { c.Measures[0].Keep = KeepValues }), states, ErrMismatch},
		"held":        {c, shipped(t, run(other(func(c *Config) { c.Measures[0].Hold, c.Measures[0].MaxAge = Step, time.Hour }))), ErrMismatch},
		"age": {other(func(c *Config) { c.Measures[0].Hold, c.Measures[0].MaxAge = Step, time.Minute }),
			shipped(t, run(other(func(c *Config) { c.Measures[0].Hold, c.Measures[0].MaxAge = Step, time.Hour }))), ErrMismatch},
		"meter": {other(func(c *Config) { c.Measures[0].Meter = &Meter{Modulus: 100} }), shipped(t, run(other(func(c *Config) { c.Measures[0].Meter = &Meter{} }))), ErrMismatch},
		"twice": {c, func(yield func(Key, *State) bool) {
			for range 2 {
				for k, s := range states {
					if !yield(k, s) {
						return
					}
				}
			}
		}, ErrMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ResultOf(t.Context(), x.c, nil, x.states)
			require.ErrorIs(t, err, x.kind)
		})
	}
}

// TestYears: a thousand series of a year are more nanoseconds than an int64 has.
func TestYears(t *testing.T) {
	const series = 1000
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var b telemetry.Batch
	for d := range series {
		for m := range 13 {
			require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: fmt.Sprint("d", d)}, Attribute: "t", Time: start.AddDate(0, m, 0), Value: telemetry.Value{Kind: telemetry.Number, Number: float64(d % 2)}}))
		}
	}
	c := Config{Window: period.Month, Group: func(telemetry.Entity) Group { return Group{ID: "city"} }, Measures: []Measure{{ID: "m", Attribute: "t", Hold: Step, MaxAge: 2000 * time.Hour, Meter: &Meter{}}}}
	r, err := Run(t.Context(), c, []*telemetry.Batch{&b})
	require.NoError(t, err)
	years, err := r.To(period.Year)
	require.NoError(t, err)
	x := years.At(Key{Measure: "m", Group: "city", Window: period.MustParse("2026")})
	raw, err := x.State.AppendBinary(nil)
	require.NoError(t, err)
	var s State
	require.NoError(t, s.UnmarshalBinary(raw))
	covered, whole := s.Span.Covered()
	require.Equal(t, float64(series)*365*24*3600e9, whole)
	require.Equal(t, whole, covered)
	mean, ok := s.Span.Mean()
	require.True(t, ok)
	require.Equal(t, 0.5, mean)
	rate, ok := s.Increase.Rate()
	require.True(t, ok)
	require.Zero(t, rate)
	q, err := years.Cube(CubeConfig{Outputs: []Output{{Variable: "mean", Measure: "m", Statistic: TimeMean, MinCoverage: 0.9}}})
	require.NoError(t, err)
	require.Equal(t, 0.5, q.At(cube.Key{Entity: "city", Period: period.MustParse("2026")}, "mean").Value)
}
