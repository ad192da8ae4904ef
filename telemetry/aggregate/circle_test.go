package aggregate

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
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

// bigVector is the unit vector by Taylor's series with 300 bits.
func bigVector(x, turn float64) (cos, sin float64) {
	pi, _, err := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798", 10, 300, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	f := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
	t := f(x)
	t.Quo(t, f(turn))
	whole, _ := t.Int(nil)
	t.Sub(t, new(big.Float).SetPrec(300).SetInt(whole))
	t.Mul(t, pi).Mul(t, f(2))
	c, s, term := f(0), f(0), f(1)
	for n := 1; n < 120; n++ {
		switch (n - 1) % 4 {
		case 0:
			c.Add(c, term)
		case 1:
			s.Add(s, term)
		case 2:
			c.Sub(c, term)
		case 3:
			s.Sub(s, term)
		}
		term.Mul(term, t).Quo(term, f(float64(n)))
	}
	cos, _ = c.Float64()
	sin, _ = s.Float64()
	return cos, sin
}

func TestVector(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	worst := 0.0
	for i := range 3000 {
		turn := []float64{360, 24, 400, 2 * math.Pi}[i%4]
		x := (rng.Float64()*6 - 3) * turn
		if i < 100 {
			x = float64(i-50) * turn / 8
		}
		c, s := vector(x, turn)
		wc, ws := bigVector(x, turn)
		// x/turn is rounded to half a bit of up to four quarters.
		worst = max(worst, math.Abs(c-wc), math.Abs(s-ws))
		a := angle(c, s)
		want := math.Mod(x/turn, 1)
		if want < 0 {
			want++
		}
		d := math.Abs(a - want)
		require.Less(t, min(d, 1-d), 1e-15)
	}
	require.Less(t, worst, 1e-15)
	t.Logf("worst error of a sine or cosine: %.3g", worst)
	for k, want := range [][2]float64{{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, 0}} {
		c, s := vector(float64(90*k), 360)
		require.Equal(t, want, [2]float64{c + 0, s + 0})
		c, s = vector(float64(90*k-3600), 360)
		require.Equal(t, want, [2]float64{c + 0, s + 0})
	}
}

// TestDirection: against the mean of unit vectors in plain floats, by any grouping and
// order; sums, means and order of directions are refused.
func TestDirection(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	var rows []reading
	for i := range 5000 {
		at := time.Date(2026, 10, 24, 0, 0, i*40, 0, time.UTC)
		rows = append(rows, reading{fmt.Sprint("mast", i%3), "wind", at, math.Mod(float64(350+40*(i/1000))+20*rng.NormFloat64()+720, 360), telemetry.Valid})
	}
	deg := unit.MustParse("deg")
	for _, m := range []Measure{
		{Form: Decimal, Decimals: 2}, {Form: Float}, {Once: true},
	} {
		m.ID, m.Attribute, m.Unit, m.Turn, m.Keep = "wind", "wind", deg, 360, KeepCircle
		c := Config{Window: period.Hour, Lateness: AnyOrder, Measures: []Measure{m}}
		r, err := Run(context.Background(), c, batches(t, rows, 700))
		require.NoError(t, err)
		want := dump(t, r)
		groups := map[Key][2]float64{}
		n := map[Key]int64{}
		for _, x := range rows {
			k := Key{Measure: "wind", Group: x.entity, Window: period.Of(x.at, period.Hour, time.UTC)}
			s, cos := math.Sincos(x.x * math.Pi / 180)
			groups[k] = [2]float64{groups[k][0] + cos, groups[k][1] + s}
			n[k]++
		}
		q, err := r.Cube(CubeConfig{Outputs: []Output{
			{Variable: "direction", Unit: deg, Measure: "wind", Statistic: Direction},
			{Variable: "rad", Unit: unit.MustParse("rad"), Measure: "wind", Statistic: Direction},
			{Variable: "steady", Measure: "wind", Statistic: Steadiness},
		}})
		require.NoError(t, err)
		for k, row := range r.Rows() {
			v := groups[k]
			dir := math.Atan2(v[1], v[0]) * 180 / math.Pi
			if dir < 0 {
				dir += 360
			}
			got, ok := row.State.Circle.Direction()
			require.True(t, ok)
			require.Equal(t, n[k], row.State.Circle.Count())
			require.InDelta(t, 0, math.Remainder(got-dir, 360), 1e-9)
			require.InDelta(t, math.Hypot(v[0], v[1])/float64(n[k]), row.State.Circle.Steadiness(), 1e-12)
			i, ok := q.Find(cube.Key{Entity: k.Group, Period: k.Window})
			require.True(t, ok)
			require.Equal(t, got, q.Cell(i, 0).Value)
			require.InDelta(t, got*math.Pi/180, q.Cell(i, 1).Value, 1e-14)
			require.Equal(t, row.State.Circle.Steadiness(), q.Cell(i, 2).Value)
		}
		if m.Form == Decimal {
			rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			c.Workers = 3
			again, err := Run(context.Background(), c, batches(t, rows, 123))
			require.NoError(t, err)
			require.Equal(t, want, dump(t, again))
			days, err := r.To(period.Day)
			require.NoError(t, err)
			c.Window = period.Day
			direct, err := Run(context.Background(), c, batches(t, rows, 1000))
			require.NoError(t, err)
			require.Equal(t, dump(t, direct), dump(t, days))
		}
		for _, s := range []Statistic{Sum, Mean, Least, Greatest, VarianceSample, VariancePopulation, DeviationSample} {
			_, err := r.Cube(CubeConfig{Outputs: []Output{{Variable: "v", Unit: deg, Measure: "wind", Statistic: s}}})
			require.ErrorIs(t, err, ErrUnit, "%d", s)
			require.ErrorContains(t, err, "Direction")
		}
	}
	// An angle is refused even if nobody said that it goes round, unless it does not.
	for turn, want := range map[float64]error{0: ErrUnit, math.Inf(1): nil} {
		r, err := Run(context.Background(), Config{Window: period.Day, Measures: []Measure{{ID: "wind", Attribute: "wind", Unit: deg, Turn: turn}}}, batches(t, rows[:10], 10))
		require.NoError(t, err)
		_, err = r.Cube(CubeConfig{Outputs: []Output{{Variable: "v", Unit: deg, Measure: "wind", Statistic: Mean}}})
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want)
		}
	}
	for _, m := range []Measure{{Turn: -1}, {Turn: math.NaN()}, {Keep: KeepCircle}, {Keep: KeepCircle, Turn: math.Inf(1)}, {Keep: KeepCircle, Turn: 360, Form: Text, Texts: []string{"x"}}} {
		m.ID, m.Attribute = "m", "m"
		_, err := New(Config{Measures: []Measure{m}})
		require.ErrorIs(t, err, ErrConfig)
	}
}

func TestDirectionCorners(t *testing.T) {
	of := func(turn float64, x ...float64) Circle {
		c := NewCircle(turn)
		c.AddAll(x)
		return c
	}
	for _, c := range []struct {
		circle Circle
		want   float64
		ok     bool
	}{
		{of(360, 350, 10), 0, true},
		{of(360, 350, 20), 5, true},
		{of(360, 0, 180), 0, false},
		{of(360, 0, 120, 240), 0, false},
		{of(360), 0, false},
		{of(360, -90), 270, true},
		{of(360, 720+45), 45, true},
		{of(360, 360), 0, true},
		{of(360, -1e-300), 0, true},
		{of(24, 23, 1), 0, true},
		{of(24, 23, 3), 1, true},
		{of(360, 1e300), math.Mod(1e300, 360), true},
	} {
		got, ok := c.circle.Direction()
		require.Equal(t, c.ok, ok, "%v", c.want)
		require.InDelta(t, 0, math.Remainder(got-c.want, c.circle.turn), 1e-13)
		require.False(t, got < 0 || got >= c.circle.turn)
		raw, _ := c.circle.AppendBinary(nil)
		var back Circle
		require.NoError(t, back.UnmarshalBinary(raw))
		require.Equal(t, c.circle, back)
	}
	a, b := of(360, 5), of(24, 5)
	require.ErrorIs(t, a.Merge(&b), ErrMismatch)
	empty := Circle{}
	require.NoError(t, empty.Merge(&a))
	require.Equal(t, a, empty)
	require.NoError(t, a.Merge(&Circle{}))
	require.Equal(t, empty, a)
	require.Panics(t, func() { NewCircle(0) })
}

func FuzzCircle(f *testing.F) {
	c := NewCircle(360)
	for i := range 5 {
		raw, _ := c.AppendBinary(nil)
		f.Add(raw)
		c.Add(float64(100 * i))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c Circle
		if c.UnmarshalBinary(raw) == nil {
			again, _ := c.AppendBinary(nil)
			require.Equal(t, raw, again)
			d, ok := c.Direction()
			require.True(t, !ok || d >= 0 && d < c.turn)
			require.True(t, c.Steadiness() >= 0 && c.Steadiness() <= 1)
		}
		// The mean of one number is that number, whatever it is.
		if len(raw) < 16 {
			return
		}
		x, turn := math.Float64frombits(binary.LittleEndian.Uint64(raw)), math.Abs(math.Float64frombits(binary.LittleEndian.Uint64(raw[8:])))
		if x-x != 0 || !(turn > 1e-300 && turn < 1e300) {
			return
		}
		one := NewCircle(turn)
		one.Add(x)
		d, ok := one.Direction()
		require.True(t, ok)
		require.Less(t, math.Abs(math.Remainder(d-math.Mod(x, turn), turn)), 4e-15*turn)
	})
}
