package aggregate

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

func zone(t testing.TB, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

// reading is a row as the naive twin has it.
type reading struct {
	entity, attribute string
	at                time.Time
	x                 float64
	quality           telemetry.Quality
}

func (r reading) observation() telemetry.Observation {
	return telemetry.Observation{
		Entity: telemetry.Entity{ID: r.entity}, Attribute: r.attribute, Time: r.at, Quality: r.quality,
		Value: telemetry.Value{Kind: telemetry.Number, Number: r.x},
	}
}

// batches cuts readings into batches of the given size; each third batch has
// dictionaries of its own.
func batches(t testing.TB, rows []reading, size int) []*telemetry.Batch {
	var out []*telemetry.Batch
	for part := range slices.Chunk(rows, size) {
		b := &telemetry.Batch{}
		for _, r := range part {
			require.NoError(t, b.Add(r.observation()))
		}
		out = append(out, b)
	}
	return out
}

// readings are random rows of a few devices over the two nights of 2026 on which the
// clocks change, with decimals and, of attribute "p", doubles of any size.
func readings(seed uint64, n int) []reading {
	rng := rand.New(rand.NewPCG(seed, 1))
	nights := []time.Time{time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)}
	out := make([]reading, n)
	for i := range out {
		r := reading{entity: fmt.Sprintf("d%d", rng.IntN(12)), attribute: "t", quality: telemetry.Valid}
		r.at = nights[rng.IntN(2)].Add(time.Duration(rng.IntN(36*3600)) * time.Second)
		r.x = float64(rng.IntN(8000)-2000) / 100
		switch rng.IntN(20) {
		case 0:
			r.attribute = "p"
			r.x = math.Ldexp(rng.Float64()-0.5, rng.IntN(200)-100)
		case 1:
			r.x = rng.NormFloat64() * 1e9
		case 2:
			r.x = float64(rng.Int64N(2*maxDecimal)-maxDecimal) / 1e6
		case 3:
			r.quality = telemetry.Invalid
		case 4:
			r.x = []float64{0, math.Copysign(0, -1), 1e300, -1e300, 5e-324, 0.1, 1.0 / 3}[rng.IntN(7)]
		}
		out[i] = r
	}
	return out
}

// testGroup puts devices into two cities, one of them in the Canary Islands, and
// leaves one device out.
func testGroup(t testing.TB) func(telemetry.Entity) Group {
	canary := zone(t, "Atlantic/Canary")
	return func(e telemetry.Entity) Group {
		switch e.ID {
		case "d0":
			return Group{}
		case "d1", "d2", "d3":
			return Group{ID: "las palmas", Zone: canary}
		}
		return Group{ID: "madrid"}
	}
}

func testConfig(t testing.TB, f period.Freq) Config {
	return Config{
		Window: f, Zone: zone(t, "Europe/Madrid"), Group: testGroup(t),
		Measures: []Measure{
			{ID: "t", Attribute: "t", Decimals: 6},
			{ID: "p", Attribute: "p", Decimals: 3},
			{ID: "real", Attribute: "t", Form: Float},
		},
	}
}

// dump is the bytes of a result.
func dump(t testing.TB, r *Result) []byte {
	var out []byte
	for k, row := range r.Rows() {
		var err error
		out, err = k.AppendBinary(out)
		require.NoError(t, err)
		out = put64(put64(out, row.Start), row.End)
		out, err = row.State.AppendBinary(out)
		require.NoError(t, err)
	}
	return out
}

// naive is map and slice, with math/big: it shares nothing with the package but the
// names of keys.
func naive(rows []reading, c Config) map[Key][]reading {
	out := map[Key][]reading{}
	for _, m := range c.Measures {
		for _, r := range rows {
			g := c.Group(telemetry.Entity{ID: r.entity})
			if r.attribute != m.Attribute || g.ID == "" {
				continue
			}
			z := g.Zone
			if z == nil {
				z = c.Zone
			}
			k := Key{Measure: m.ID, Group: g.ID, Window: period.Of(r.at, c.Window, z)}
			out[k] = append(out[k], r)
		}
	}
	return out
}

func valid(rows []reading) []reading {
	return slices.DeleteFunc(slices.Clone(rows), func(r reading) bool { return r.quality == telemetry.Invalid })
}

// exactMoments are sum, mean and variances of rows as exact rationals, rounded.
func exactMoments(rows []reading) (sum, mean, sample, population float64) {
	s, q := new(big.Rat), new(big.Rat)
	for _, r := range rows {
		x := new(big.Rat).SetFloat64(r.x)
		s.Add(s, x)
	}
	n := big.NewRat(int64(len(rows)), 1)
	m := new(big.Rat).Quo(s, n)
	for _, r := range rows {
		d := new(big.Rat).SetFloat64(r.x)
		d.Sub(d, m)
		q.Add(q, d.Mul(d, d))
	}
	sum, _ = s.Float64()
	mean, _ = m.Float64()
	population, _ = new(big.Rat).Quo(q, n).Float64()
	if len(rows) > 1 {
		sample, _ = new(big.Rat).Quo(q, new(big.Rat).Sub(n, big.NewRat(1, 1))).Float64()
	}
	return
}

// asDecimal is the decimal that x is meant as: what the sensor wrote.
func asDecimal(x float64, scale int) *big.Rat {
	if i := math.Round(x * math.Pow10(scale)); math.Abs(i) <= 1e15 && i/math.Pow10(scale) == x {
		return new(big.Rat).SetFrac64(int64(i), int64(math.Pow10(scale)))
	}
	return new(big.Rat).SetFloat64(x)
}

func decimalMoments(rows []reading, scale int) (sum, mean, sample, population float64) {
	s, q := new(big.Rat), new(big.Rat)
	for _, r := range rows {
		s.Add(s, asDecimal(r.x, scale))
	}
	n := big.NewRat(int64(len(rows)), 1)
	m := new(big.Rat).Quo(s, n)
	for _, r := range rows {
		d := asDecimal(r.x, scale)
		d.Sub(d, m)
		q.Add(q, d.Mul(d, d))
	}
	sum, _ = s.Float64()
	mean, _ = m.Float64()
	population, _ = new(big.Rat).Quo(q, n).Float64()
	if len(rows) > 1 {
		sample, _ = new(big.Rat).Quo(q, new(big.Rat).Sub(n, big.NewRat(1, 1))).Float64()
	}
	return
}

func TestAgainstNaive(t *testing.T) {
	for _, f := range []period.Freq{period.Hour, period.Day, period.Week, period.Month, period.Quarter, period.Semester, period.Year, period.SchoolYear, period.None} {
		t.Run(f.String(), func(t *testing.T) {
			c := testConfig(t, f)
			rows := readings(7, 6000)
			if f == period.Hour {
				rows = readings(8, 20000)
			}
			r, err := Run(context.Background(), c, batches(t, rows, 999))
			require.NoError(t, err)
			want := naive(rows, c)
			keys := slices.Collect(maps.Keys(want))
			require.Equal(t, len(keys), r.Len())
			for _, k := range keys {
				row := r.At(k)
				require.NotNil(t, row, "%v", k)
				good := valid(want[k])
				require.EqualValues(t, len(good), row.State.Count(), "%v", k)
				if bad := len(want[k]) - len(good); bad > 0 {
					require.EqualValues(t, bad, row.State.Rejects[RejectQuality])
				}
				if len(good) == 0 {
					continue
				}
				lo := slices.MinFunc(good, func(a, b reading) int { return cmpFloat(a.x, b.x) }).x
				hi := slices.MaxFunc(good, func(a, b reading) int { return cmpFloat(a.x, b.x) }).x
				if k.Measure == "real" {
					sum, mean, sample, population := exactMoments(good)
					checkReal(t, row.State.Real, sum, mean, sample, population, good)
					gl, gh, _ := row.State.Real.Extremes()
					require.Equal(t, []float64{lo, hi}, []float64{gl, gh})
					continue
				}
				scale := 6
				if k.Measure == "p" {
					scale = 3
				}
				sum, mean, sample, population := decimalMoments(good, scale)
				m := &row.State.Moments
				gm, _ := m.Mean()
				gs, ok := m.VarianceSample()
				gp, _ := m.VariancePopulation()
				require.Equal(t, len(good) > 1, ok)
				require.Equal(t, []float64{sum, mean, sample, population}, []float64{m.Sum(), gm, gs, gp}, "%v", k)
				gl, gh, _ := m.Extremes()
				require.Equal(t, []float64{lo, hi}, []float64{gl, gh})
			}
		})
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func checkReal(t *testing.T, r *Real, sum, mean, sample, population float64, rows []reading) {
	t.Helper()
	var size, far float64
	for _, x := range rows {
		size += math.Abs(x.x)
		far = max(far, math.Abs(x.x))
	}
	require.InDelta(t, sum, r.Sum(), 1e-15*size+1e-320)
	gm, _ := r.Mean()
	require.InDelta(t, mean, gm, 4e-16*far+1e-320)
	gp, _ := r.VariancePopulation()
	if !math.IsInf(population, 0) && far < 1e150 {
		require.InEpsilon(t, population+1e-300, gp+1e-300, 1e-12)
	}
}

// TestAnySplit: bytes depend on the rows alone, exact ones not even on their order.
func TestAnySplit(t *testing.T) {
	c := testConfig(t, period.Hour)
	rows := readings(3, 2*MorselRows+4321)
	r, err := Run(context.Background(), c, batches(t, rows, 2048))
	require.NoError(t, err)
	want := dump(t, r)
	for _, size := range []int{7, 64, 2048, 100_000} {
		list := batches(t, rows, size)
		for _, workers := range []int{1, 2, 3, 8, 16} {
			c.Workers = workers
			a, err := New(c)
			require.NoError(t, err)
			k := len(list) / 3
			for _, b := range list[:k] {
				require.NoError(t, a.Add(b))
			}
			require.NoError(t, a.AddAll(context.Background(), list[k:]))
			r, err := a.Result(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, len(rows), r.Totals.Rows)
			require.True(t, slices.Equal(want, dump(t, r)), "workers %d, batches of %d", workers, size)
		}
	}
	// Without the float measure, any order of rows.
	c = testConfig(t, period.Hour)
	c.Measures = c.Measures[:2]
	rows = rows[:20_000]
	r, err = Run(context.Background(), c, batches(t, rows, 2048))
	require.NoError(t, err)
	want = dump(t, r)
	rng := rand.New(rand.NewPCG(5, 5))
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b reading) int {
		if a.entity != b.entity {
			return len(a.entity)*1000 + int(a.entity[1]) - len(b.entity)*1000 - int(b.entity[1])
		}
		return a.at.Compare(b.at)
	})
	for range 5 {
		r, err := Run(context.Background(), c, batches(t, sorted, 100+rng.IntN(3000)))
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)))
		rng.Shuffle(len(sorted), func(i, j int) { sorted[i], sorted[j] = sorted[j], sorted[i] })
	}
}

// TestMergeTrees: rows in random parts, parts through bytes, merged in random trees.
func TestMergeTrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	rows := readings(4, 3000)
	whole := NewMoments(6)
	for _, r := range rows {
		whole.Add(r.x, r.at.UnixNano())
	}
	want, _ := whole.AppendBinary(nil)
	for range 20 {
		parts := make([]Moments, 1+rng.IntN(40))
		for i := range parts {
			parts[i] = NewMoments(6)
		}
		for _, r := range rows {
			parts[rng.IntN(len(parts))].Add(r.x, r.at.UnixNano())
		}
		for len(parts) > 1 {
			i := rng.IntN(len(parts))
			p := parts[i]
			parts = slices.Delete(parts, i, i+1)
			raw, _ := p.AppendBinary(nil)
			var q Moments
			require.NoError(t, q.UnmarshalBinary(raw))
			require.NoError(t, parts[rng.IntN(len(parts))].Merge(&q))
		}
		got, _ := parts[0].AppendBinary(nil)
		require.Equal(t, want, got)
	}
}

func TestMomentsCorners(t *testing.T) {
	for _, c := range []struct {
		name         string
		x            []float64
		mean, sample float64
	}{
		{"catastrophic", []float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}, 1e9 + 10, 30},
		{"largest decimals", []float64{1e9, 1e9, -1e9, -1e9}, 0, 4e18 / 3},
		{"equal", []float64{0.1, 0.1, 0.1}, 0.1, 0},
		{"cancelling exceptions", []float64{1e300, 1, -1e300}, 1.0 / 3, math.Inf(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewMoments(6)
			for i, x := range c.x {
				m.Add(x, int64(i))
			}
			mean, ok := m.Mean()
			require.True(t, ok)
			require.Equal(t, c.mean, mean)
			v, ok := m.VarianceSample()
			require.True(t, ok)
			if math.IsInf(c.sample, 0) {
				require.True(t, math.IsInf(v, 1))
				return
			}
			require.Equal(t, c.sample, v)
		})
	}
	one := NewMoments(2)
	one.Add(3, 0)
	_, ok := one.VarianceSample()
	require.False(t, ok)
	v, ok := one.VariancePopulation()
	require.True(t, ok)
	require.Zero(t, v)
}

// TestCarries: sums far past 64 and 128 bits, by merging a state with itself.
func TestCarries(t *testing.T) {
	m := NewMoments(6)
	m.Add(1e9, 0)
	m.Add(0.25, 1)
	wantSum := new(big.Rat).Add(big.NewRat(1e9, 1), big.NewRat(1, 4))
	two := big.NewRat(2, 1)
	for range 60 {
		o := State{Moments: m}.own()
		require.NoError(t, m.Merge(&o.Moments))
		wantSum.Mul(wantSum, two)
	}
	f, _ := wantSum.Float64()
	require.Equal(t, f, m.Sum())
	v, _ := m.VariancePopulation()
	require.InEpsilon(t, (1e9-0.25)*(1e9-0.25)/4, v, 1e-15)
	raw, _ := m.AppendBinary(nil)
	var q Moments
	require.NoError(t, q.UnmarshalBinary(raw))
	again, _ := q.AppendBinary(nil)
	require.Equal(t, raw, again)
}

func TestUnitsAndRejects(t *testing.T) {
	var b telemetry.Batch
	add := func(x float64, u string, k telemetry.Kind) {
		require.NoError(t, b.Add(telemetry.Observation{
			Entity: telemetry.Entity{ID: "s"}, Attribute: "t", Time: time.Unix(1, 0),
			Value: telemetry.Value{Kind: k, Number: x}, Unit: telemetry.UnitRef{Given: u},
		}))
	}
	add(20, "Cel", telemetry.Number)
	add(68, "[degF]", telemetry.Number)
	add(293.15, "K", telemetry.Number)
	add(20, "", telemetry.Number)
	add(20, "m", telemetry.Number)
	add(20, "nonsense", telemetry.Number)
	add(-999, "Cel", telemetry.Number)
	add(80, "Cel", telemetry.Number)
	add(0, "Cel", telemetry.None)
	add(0, "Cel", telemetry.Text)
	r, err := Run(context.Background(), Config{Measures: []Measure{{
		ID: "t", Attribute: "t", Unit: unit.MustParse("Cel"), Least: -40, Greatest: 60, Sentinels: []float64{-999},
	}}}, []*telemetry.Batch{&b})
	require.NoError(t, err)
	row := r.At(Key{Measure: "t", Group: "s"})
	require.EqualValues(t, 4, row.State.Count())
	mean, _ := row.State.Moments.Mean()
	require.Equal(t, 20.0, mean)
	require.Equal(t, Rejects{RejectNone: 1, RejectType: 1, RejectUnit: 2, RejectRange: 2}, *row.State.Rejects)
}

func TestReplacedDictionary(t *testing.T) {
	a, err := New(Config{Measures: []Measure{{ID: "t", Attribute: "t"}}})
	require.NoError(t, err)
	var b telemetry.Batch
	fill := func(names ...string) {
		for _, n := range names {
			require.NoError(t, b.Add(reading{entity: n, attribute: "t", at: time.Unix(0, 1), x: 1}.observation()))
		}
		require.NoError(t, a.Add(&b))
	}
	fill("a", "b", "c")
	b = telemetry.Batch{}
	fill("b", "a", "c")
	r, err := a.Result(t.Context())
	require.NoError(t, err)
	for _, n := range []string{"a", "b", "c"} {
		require.EqualValues(t, 2, r.At(Key{Measure: "t", Group: n}).State.Count())
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	c := testConfig(t, period.Hour)
	a, err := New(c)
	require.NoError(t, err)
	list := batches(t, readings(1, chunkRows), chunkRows)
	require.NoError(t, a.Add(list[0]))
	require.Zero(t, testing.AllocsPerRun(200, func() {
		if err := a.Add(list[0]); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestLimits(t *testing.T) {
	c := testConfig(t, period.Hour)
	c.Limits.States = 10
	_, err := Run(context.Background(), c, batches(t, readings(1, 1000), 100))
	require.ErrorIs(t, err, ErrLimit)
	c = testConfig(t, period.Hour)
	c.Limits.Windows = 24
	_, err = Run(context.Background(), c, batches(t, readings(1, 1000), 100))
	require.ErrorIs(t, err, ErrLimit)
	c.Workers = 4
	_, err = Run(context.Background(), c, batches(t, readings(1, 4*MorselRows), 2048))
	require.ErrorIs(t, err, ErrLimit)
}

func FuzzMoments(f *testing.F) {
	for _, rows := range [][]reading{nil, readings(1, 3), readings(2, 100)} {
		m := NewMoments(3)
		for _, r := range rows {
			m.Add(r.x, r.at.UnixNano())
		}
		raw, _ := m.AppendBinary(nil)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m Moments
		if m.UnmarshalBinary(raw) != nil {
			return
		}
		out, _ := m.AppendBinary(nil)
		var n Moments
		require.NoError(t, n.UnmarshalBinary(out))
		again, _ := n.AppendBinary(nil)
		require.Equal(t, out, again)
		m.Mean()
		m.VarianceSample()
		// Merging commutes.
		a, b := NewMoments(m.scale), NewMoments(m.scale)
		a.Add(0.3, 7)
		require.NoError(t, b.Merge(&m))
		require.NoError(t, b.Merge(&a))
		require.NoError(t, a.Merge(&m))
		x, _ := a.AppendBinary(nil)
		y, _ := b.AppendBinary(nil)
		require.Equal(t, x, y)
	})
}

func FuzzState(f *testing.F) {
	r, err := Run(context.Background(), testConfig(f, period.Day), batches(f, readings(1, 500), 100))
	require.NoError(f, err)
	all, err := Run(context.Background(), everything(f), batches(f, nightReadings(1, 60), 100))
	require.NoError(f, err)
	for _, x := range []*Result{r, all} {
		for _, row := range x.Rows() {
			raw, _ := row.State.AppendBinary(nil)
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s State
		if s.UnmarshalBinary(raw) != nil {
			return
		}
		out, _ := s.AppendBinary(nil)
		var n State
		require.NoError(t, n.UnmarshalBinary(out))
		again, _ := n.AppendBinary(nil)
		require.Equal(t, out, again)
		var m State
		require.NoError(t, m.Merge(&s))
		merged, _ := m.AppendBinary(nil)
		require.Equal(t, out, merged, "merging into an empty state")
	})
}
