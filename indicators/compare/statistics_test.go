package compare

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// What R 4.5.2 gives for quantile(x, probs, type = t), as published with the
// tests of the Python package pystatistics.
func TestQuantileAgainstR(t *testing.T) {
	one2five := []float64{1, 2, 3, 4, 5}
	ten := []float64{0.3, 1.4, 2.1, 3.6, 4.5, 5.3, 6.9, 7.8, 8.7, 9.2}
	for _, c := range []struct {
		x, p []float64
		want [9][]float64
	}{
		{one2five, []float64{0, 0.25, 0.5, 0.75, 1}, [9][]float64{
			{1, 2, 3, 4, 5},
			{1, 2, 3, 4, 5},
			{1, 1, 2, 4, 5},
			{1, 1.25, 2.5, 3.75, 5},
			{1, 1.75, 3, 4.25, 5},
			{1, 1.5, 3, 4.5, 5},
			{1, 2, 3, 4, 5},
			{1, 5. / 3, 3, 13. / 3, 5},
			{1, 1.6875, 3, 4.3125, 5},
		}},
		{ten, []float64{0, 0.1, 0.25, 0.5, 0.75, 0.9, 1}, [9][]float64{
			{0.3, 0.3, 2.1, 4.5, 7.8, 8.7, 9.2},
			{0.3, 0.85, 2.1, 4.9, 7.8, 8.95, 9.2},
			{0.3, 0.3, 1.4, 4.5, 7.8, 8.7, 9.2},
			{0.3, 0.3, 1.75, 4.5, 7.35, 8.7, 9.2},
			{0.3, 0.85, 2.1, 4.9, 7.8, 8.95, 9.2},
			{0.3, 0.41, 1.925, 4.9, 8.025, 9.15, 9.2},
			{0.3, 1.29, 2.475, 4.9, 7.575, 8.75, 9.2},
			{0.3, 0.7033333333333331, 2.0416666666666665, 4.9, 7.875, 9.0166666666666657, 9.2},
			{0.3, 0.74, 2.05625, 4.9, 7.85625, 9.0, 9.2},
		}},
	} {
		for typ := 1; typ <= 9; typ++ {
			for i, p := range c.p {
				got, ok := Quantile(c.x, p, typ)
				require.True(t, ok)
				require.InDelta(t, c.want[typ-1][i], got, 1e-14, "type %d, p %v of %v", typ, p, c.x)
			}
		}
	}
}

// quantileSlow is the definition in exact rationals, from the (p_k, x_k) of
// Hyndman & Fan's table rather than from m and γ.
func quantileSlow(x []float64, p *big.Rat, typ int) float64 {
	n := int64(len(x))
	rat := func(a, b int64) *big.Rat { return big.NewRat(a, b) }
	at := func(k int64) *big.Rat {
		return new(big.Rat).SetFloat64(x[min(max(k, 1), n)-1])
	}
	if typ <= 3 {
		np := new(big.Rat).Mul(rat(n, 1), p)
		if typ == 3 {
			np.Sub(np, rat(1, 2))
		}
		j := new(big.Int).Div(np.Num(), np.Denom()).Int64() // Euclidean: floor
		whole := np.IsInt()
		var q *big.Rat
		switch {
		case !whole || typ == 3 && j%2 != 0:
			q = at(j + 1)
		case typ == 2:
			q = new(big.Rat).Mul(new(big.Rat).Add(at(j), at(j+1)), rat(1, 2))
		default:
			q = at(j)
		}
		f, _ := q.Float64()
		return f
	}
	// p_k = (k − α)/(n + 1 − α − β)
	alpha := map[int]*big.Rat{4: rat(0, 1), 5: rat(1, 2), 6: rat(0, 1), 7: rat(1, 1), 8: rat(1, 3), 9: rat(3, 8)}[typ]
	beta := alpha
	if typ == 4 {
		beta = rat(1, 1)
	}
	d := new(big.Rat).Sub(new(big.Rat).Sub(rat(n+1, 1), alpha), beta)
	pk := func(k int64) *big.Rat {
		if d.Sign() == 0 { // one value, type 7
			return rat(0, 1)
		}
		return new(big.Rat).Quo(new(big.Rat).Sub(rat(k, 1), alpha), d)
	}
	if p.Cmp(pk(1)) <= 0 {
		return x[0]
	}
	for k := int64(1); k < n; k++ {
		if low, high := pk(k), pk(k+1); p.Cmp(high) <= 0 {
			g := new(big.Rat).Quo(new(big.Rat).Sub(p, low), new(big.Rat).Sub(high, low))
			q := new(big.Rat).Sub(at(k+1), at(k))
			q.Add(q.Mul(q, g), at(k))
			f, _ := q.Float64()
			return f
		}
	}
	return x[n-1]
}

func TestQuantileIsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 25; n++ {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.IntN(60)-20) / 4
		}
		slices.Sort(x)
		for typ := 1; typ <= 9; typ++ {
			last := math.Inf(-1)
			for i := int64(0); i <= 100; i++ {
				got, ok := Quantile(x, float64(i)/100, typ)
				require.True(t, ok)
				require.InDelta(t, quantileSlow(x, big.NewRat(i, 100), typ), got, 1e-12, "type %d, p 0.%02d of %v", typ, i, x)
				require.GreaterOrEqual(t, got, last-1e-12)
				require.True(t, got >= x[0] && got <= x[n-1])
				last = got
			}
		}
	}
}

func TestQuantileEdges(t *testing.T) {
	for _, c := range []struct {
		x   []float64
		p   float64
		typ int
	}{{nil, 0.5, 7}, {[]float64{1}, -0.1, 7}, {[]float64{1}, 1.1, 7}, {[]float64{1}, math.NaN(), 7}, {[]float64{1}, 0.5, 0}, {[]float64{1}, 0.5, 10}} {
		_, ok := Quantile(c.x, c.p, c.typ)
		require.False(t, ok, "%v", c)
	}
	const most = math.MaxFloat64
	for typ := 1; typ <= 9; typ++ {
		for p := 0.0; p <= 1; p += 0.125 {
			for _, x := range [][]float64{{-most, most}, {most, most, most}, {-most, -most, most}, {math.Copysign(0, -1), 0}, {0.1, 0.1, 0.1}} {
				q, ok := Quantile(x, p, typ)
				require.True(t, ok)
				require.True(t, q >= x[0] && q <= x[len(x)-1], "%v", q)
				require.False(t, q == 0 && math.Signbit(q))
			}
		}
	}
	// 0.29·100 is 28.999… in binary, and must be 29.
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64(i + 1)
	}
	q, _ := Quantile(x, 0.29, 1)
	require.Equal(t, 29.0, q)
	m, _ := Median([]float64{10.3, 10.1})
	require.Equal(t, 10.2, m)
}

func TestRanks(t *testing.T) {
	x := []float64{20, 10, 30, 20}
	require.Equal(t, []float64{2, 1, 4, 2}, Ranks(x, Competition))
	require.Equal(t, []float64{2, 1, 3, 2}, Ranks(x, Dense))
	require.Equal(t, []float64{2.5, 1, 4, 2.5}, Ranks(x, Fractional))
	require.Equal(t, []float64{2, 1, 4, 3}, Ranks(x, Ordinal))
	// The example of R's ?rank, ties average and min.
	pi := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}
	require.Equal(t, []float64{4.5, 1.5, 6, 1.5, 8, 11, 3, 10, 8, 4.5, 8}, Ranks(pi, Fractional))
	require.Equal(t, []float64{4, 1, 6, 1, 7, 11, 3, 10, 7, 4, 7}, Ranks(pi, Competition))
	require.Equal(t, []float64{1, 1}, Ranks([]float64{math.Copysign(0, -1), 0}, Competition))
	require.Empty(t, Ranks(nil, Dense))
}

func TestRanksAreCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		x := make([]float64, r.IntN(30))
		for i := range x {
			x[i] = float64(r.IntN(10))
		}
		competition, dense, fractional, ordinal := Ranks(x, Competition), Ranks(x, Dense), Ranks(x, Fractional), Ranks(x, Ordinal)
		total := 0.0
		for i, v := range x {
			below, equal, before := 0, 0, 0
			kinds := map[float64]bool{}
			for j, w := range x {
				if w < v {
					below++
					kinds[w] = true
				} else if w == v {
					equal++
					if j < i {
						before++
					}
				}
			}
			require.Equal(t, float64(below+1), competition[i])
			require.Equal(t, float64(len(kinds)+1), dense[i])
			require.Equal(t, float64(below)+float64(equal+1)/2, fractional[i])
			require.Equal(t, float64(below+before+1), ordinal[i])
			total += fractional[i]
		}
		require.Equal(t, float64(len(x)*(len(x)+1))/2, total)
	}
}

func TestRobust(t *testing.T) {
	// The example of the Wikipedia article on the median absolute deviation.
	x := []float64{1, 1, 2, 2, 4, 6, 9}
	m, ok := Median(x)
	require.True(t, ok)
	require.Equal(t, 2.0, m)
	d, ok := MAD(x)
	require.True(t, ok)
	require.Equal(t, 1.0, d)
	z, ok := RobustZ(x)
	require.True(t, ok)
	require.InDelta(t, 7/1.4826, z[6], 1e-15)
	require.Equal(t, 0.0, z[2])
	require.Equal(t, []float64{1, 1, 2, 2, 4, 6, 9}, x)

	for _, x := range [][]float64{nil, {1}, {3, 3, 3, 9}, {-math.MaxFloat64, math.MaxFloat64}} {
		_, ok = RobustZ(x)
		require.False(t, ok, "%v", x)
	}
}

// Newcombe (1998), table I, method 3; all of n is n/(n + z²) to 1.
func TestWilson(t *testing.T) {
	for _, c := range []struct{ k, n, low, high float64 }{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {29, 29, 0.8830, 1},
	} {
		low, high, ok := Wilson(c.k, c.n, Z95)
		require.True(t, ok)
		require.InDelta(t, c.low, low, 5e-5, "%v", c)
		require.InDelta(t, c.high, high, 5e-5, "%v", c)
	}
	for _, c := range [][3]float64{{1, 0, 2}, {-1, 2, 2}, {3, 2, 2}, {1, 2, 0}, {math.NaN(), 2, 2}, {1, math.Inf(1), 2}} {
		_, _, ok := Wilson(c[0], c[1], c[2])
		require.False(t, ok, "%v", c)
	}
}

func TestPoisson(t *testing.T) {
	for _, c := range []struct {
		k               int
		confidence      float64
		low, high, unit float64
	}{
		// GraphPad, "How QuickCalcs computes the confidence interval of a count".
		{25, 0.90, 17.38, 34.92, 0.005}, {25, 0.95, 16.18, 36.90, 0.005}, {25, 0.99, 14.00, 41.00, 0.005},
		// R's epitools, ?pois.exact, for 0; calculatorhub.com for 10.
		{0, 0.95, 0, 3.689, 5e-4}, {10, 0.95, 4.80, 18.39, 0.005},
	} {
		low, high, ok := Poisson(c.k, c.confidence)
		require.True(t, ok)
		require.InDelta(t, c.low, low, c.unit, "%+v", c)
		require.InDelta(t, c.high, high, c.unit, "%+v", c)
	}
	// Both limits exactly, for a count of 0: α/2 = e^−high.
	_, high, _ := Poisson(0, 0.95)
	require.InDelta(t, -math.Log(0.025), high, 1e-9)
	// The direct sum, for counts it can be had for.
	for _, k := range []int{1, 3, 15, 16, 17, 60, 150} {
		for _, confidence := range []float64{0.5, 0.8, 0.95, 0.9999} {
			low, high, ok := Poisson(k, confidence)
			require.True(t, ok)
			term := func(mean float64, i int) float64 {
				g, _ := math.Lgamma(float64(i) + 1)
				return math.Exp(float64(i)*math.Log(mean) - mean - g)
			}
			most, least := 0.0, 1.0
			for i := 0; i <= k; i++ {
				most += term(high, i)
				if i < k {
					least -= term(low, i)
				}
			}
			require.InEpsilon(t, (1-confidence)/2, most, 1e-8, "%d %v", k, confidence)
			require.InEpsilon(t, (1-confidence)/2, least, 1e-8, "%d %v", k, confidence)
		}
	}
	// Great counts come near the normal distribution.
	for _, k := range []int{1_000_000, maxCount} {
		low, high, ok := Poisson(k, 0.95)
		require.True(t, ok)
		s := Z95 * math.Sqrt(float64(k))
		require.InDelta(t, float64(k)-s, low, 3)
		require.InDelta(t, float64(k)+s, high, 3)
	}
	for _, k := range []int{-1, maxCount + 1} {
		_, _, ok := Poisson(k, 0.95)
		require.False(t, ok)
	}
	for _, c := range []float64{0, 1, math.NaN()} {
		_, _, ok := Poisson(1, c)
		require.False(t, ok)
	}
}

func TestTrend(t *testing.T) {
	// J. Little, "A Mann-Kendall example by hand", College of the Holy Cross.
	x := []float64{12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7}
	trend, ok := MannKendall(x)
	require.True(t, ok)
	require.Equal(t, 14, trend.N)
	require.Equal(t, 54, trend.S)
	require.InDelta(t, 14.*13*33/18-2.*1*9/18, trend.Variance, 1e-12)
	require.InDelta(t, 2.9058, trend.Z, 5e-5)

	slices.Reverse(x)
	falling, ok := MannKendall(x)
	require.True(t, ok)
	require.Equal(t, -54, falling.S)
	require.Equal(t, -trend.Z, falling.Z)

	flat, ok := MannKendall([]float64{5, 5, 5, 5, 5, 5})
	require.True(t, ok)
	require.Equal(t, Trend{N: 6}, flat)
	_, ok = MannKendall([]float64{1, 2, 3, 4, 5})
	require.False(t, ok)
	wave, ok := MannKendall([]float64{1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3, 2, 1})
	require.True(t, ok)
	require.True(t, wave.Serial)

	// Sen's estimate resists one wild value.
	slope, ok := TheilSen([]float64{3, 1, 2, 4, 5}, []float64{7, 3, 5, 9, 500})
	require.True(t, ok)
	require.Equal(t, 2.0, slope)
	for _, c := range [][2][]float64{{{1}, {1}}, {{1, 1}, {1, 2}}, {{1}, {}}, {{0, 1}, {-math.MaxFloat64, math.MaxFloat64}}} {
		_, ok = TheilSen(c[0], c[1])
		require.False(t, ok, "%v", c)
	}
}

func TestLogarithmAndExponential(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	check := func(x float64) {
		want := math.Log(x)
		require.InDelta(t, want, ln(x), 2*math.Abs(math.Nextafter(want, math.Inf(1))-want)+1e-323, "%v", x)
	}
	for range 200_000 {
		check(math.Exp(r.Float64()*1400 - 700))
		check(0.5 + r.Float64())
	}
	for _, x := range []float64{1, 2, 10, 8131, 0x1p-1022, math.MaxFloat64, math.Nextafter(1, 0), math.Nextafter(1, 2)} {
		check(x)
	}
	require.Equal(t, 0.0, ln(1))
	// Package math is wrong here on amd64: -1074·ln 2.
	require.InDelta(t, -744.4400719213812, ln(math.SmallestNonzeroFloat64), 1e-12)
	for range 100_000 {
		x := -700 * r.Float64()
		require.InEpsilon(t, math.Exp(x), exp(x), 1e-15, "%v", x)
	}
	require.Equal(t, 1.0, exp(0))
	require.Equal(t, 0.0, exp(-1e9))
}
