package aggregate

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQuotients: both divisions against big.Rat, on numbers of all lengths and on
// quotients that lie close to the middle of two float64s.
func TestQuotients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() uint128 {
		x := uint128{rng.Uint64(), rng.Uint64()}
		for range rng.IntN(128) {
			x.lo = x.lo>>1 | x.hi<<63
			x.hi >>= 1
		}
		return x
	}
	sure := 0
	for range 200_000 {
		num, den := word(), word()
		if den == (uint128{}) {
			continue
		}
		if rng.IntN(3) == 0 { // den·(m+½) ± little
			den = uint128{0, 1 + rng.Uint64()>>(1+rng.IntN(62))}
			m := (rng.Uint64()>>11 | 1<<52) << 1
			num = mulU(den.lo, m|1)
			num.lo += uint64(rng.IntN(3)) - 1
			if num.lo == 0 {
				continue
			}
		}
		want, _ := new(big.Rat).SetFrac(num.big(), den.big()).Float64()
		require.Equal(t, want, divide(false, num, den), "%v / %v", num, den)
		require.Equal(t, -want, ratio(new(big.Int).Neg(num.big()), den.big()))
		if q, ok := quick(num, den); ok {
			sure++
			require.Equal(t, want, q)
		}
	}
	require.Greater(t, sure, 100_000)
	tiny := new(big.Int).Lsh(big.NewInt(1), 1074)
	for _, n := range []int64{0, 1, 2, 3} {
		f, _ := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Mul(tiny, big.NewInt(2))).Float64()
		require.Equal(t, f, ratio(big.NewInt(n), new(big.Int).Mul(tiny, big.NewInt(2))))
	}
	require.True(t, math.IsInf(ratio(new(big.Int).Lsh(tiny, 10), big.NewInt(1)), 1))
}

func TestInt128(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		a, b := int64(rng.Uint64()), int64(rng.Uint64())>>rng.IntN(63)
		p := mul64(a, b)
		require.Zero(t, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)).Cmp(p.big()))
		q := mul64(b, int64(rng.Uint64()))
		s, over := p.add(q)
		want := new(big.Int).Add(p.big(), q.big())
		_, fits := fromBig(want)
		require.Equal(t, !fits, over)
		if fits {
			require.Zero(t, want.Cmp(s.big()))
		}
		require.Zero(t, new(big.Int).Neg(p.big()).Cmp(p.neg().big()))
		back, ok := fromBig(p.big())
		require.True(t, ok)
		require.Equal(t, p, back)
	}
}

// TestKernelTwins: run and scatter kernels leave the same states, whatever the runs,
// and so does adding one by one.
func TestKernelTwins(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 200 {
		n, groups := 1+rng.IntN(chunkRows), 1+rng.IntN(40)
		slot, x, f, at := make([]uint32, n), make([]int64, n), make([]float64, n), make([]int64, n)
		bits := 1 + rng.IntN(49)
		if round%2 == 0 {
			bits = 1 + rng.IntN(25)
		}
		for i := range slot {
			slot[i] = uint32(rng.IntN(groups))
			if i > 0 && rng.IntN(round%7+1) > 0 {
				slot[i] = slot[i-1]
			}
			x[i] = int64(rng.Uint64()>>(64-bits)) - int64(rng.IntN(2))<<(bits-1)
			f[i] = rng.NormFloat64() * 100
			at[i] = int64(rng.Uint64() >> 1)
		}
		states := func(f func(h []hot, r []*rest)) ([]hot, []*rest) {
			h, r := make([]hot, groups), make([]*rest, groups)
			for i := range h {
				h[i].reset()
				h[i].sum = math.MaxInt64 - 1<<48 // about to carry
				h[i].sqLo, h[i].sqHi = math.MaxUint64, math.MaxUint64
			}
			f(h, r)
			return h, r
		}
		h1, r1 := states(func(h []hot, r []*rest) { scatterDecimals(h, r, slot, x, at) })
		h2, r2 := states(func(h []hot, r []*rest) { runDecimalsWide(h, r, slot, x, at) })
		require.Equal(t, h1, h2)
		require.Equal(t, r1, r2)
		if bits < 26 {
			h2, r2 = states(func(h []hot, r []*rest) { runDecimals(h, r, slot, x, at) })
			require.Equal(t, h1, h2)
			require.Equal(t, r1, r2)
		}
		p1, p2, p3 := make([]part, groups), make([]part, groups), make([]part, groups)
		scatterFloats(p1, slot, f, at)
		runFloats(p2, slot, f, at)
		for i, s := range slot {
			p3[s].add(f[i], at[i])
		}
		require.Equal(t, p1, p2)
		require.Equal(t, p1, p3)
	}
}

func TestDecimals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for scale := range uint8(MaxScale + 1) {
		x := make([]float64, chunkRows)
		for i := range x {
			switch rng.IntN(4) {
			case 0:
				x[i] = float64(rng.Int64N(2*maxDecimal)-maxDecimal) / float64(pow10[scale])
			case 1:
				x[i] = math.Float64frombits(rng.Uint64() &^ (1 << 62))
			case 2:
				x[i] = math.Nextafter(float64(rng.IntN(2000)-1000)/float64(pow10[scale]), 0)
			case 3:
				x[i] = []float64{0, math.Copysign(0, -1), 1e15 / float64(pow10[scale]), 1.1e15 / float64(pow10[scale]), math.MaxFloat64}[rng.IntN(5)]
			}
		}
		dst := make([]int64, chunkRows)
		_, none := decimals(dst, x, float64(pow10[scale]))
		for i, v := range x {
			want, ok := toDecimal(v, scale)
			if !ok {
				require.EqualValues(t, notDecimal, dst[i])
				none--
				continue
			}
			require.Equal(t, want, dst[i])
			// The decimal is the only one that is written so.
			require.Equal(t, v+0, float64(dst[i])/float64(pow10[scale]))
		}
		require.Zero(t, none)
	}
}
