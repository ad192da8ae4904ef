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
		slot, x, at := make([]uint32, n), make([]float64, n), make([]int64, n)
		scale := uint8(rng.IntN(MaxScale + 1))
		ten := float64(pow10[scale])
		bits := 1 + rng.IntN(49)
		odd1 := rng.IntN(2) == 0
		var runs []run
		for i := range slot {
			slot[i] = uint32(rng.IntN(groups))
			if i > 0 && rng.IntN(round%7+1) > 0 {
				slot[i] = slot[i-1]
			}
			k := i
			x[k] = float64(int64(rng.Uint64()>>(64-bits))-int64(rng.IntN(2))<<(bits-1)) / ten
			if odd1 && rng.IntN(30) == 0 {
				x[k] = rng.NormFloat64() * 100
			}
			at[k] = int64(rng.Uint64() >> 1)
			if len(runs) == 0 || runs[len(runs)-1].slot != slot[i] {
				runs = append(runs, run{slot[i], int32(i), int32(i), at[k], at[k]})
			}
			r := &runs[len(runs)-1]
			r.to, r.first, r.last = int32(i+1), min(r.first, at[k]), max(r.last, at[k])
		}
		states := func(f func(h []hot, r []*rest, o *odd)) []Moments {
			h, r := make([]hot, groups), make([]*rest, groups)
			for i := range h {
				h[i].reset()
				h[i].sum = math.MaxInt64 - 1<<48 // about to carry
				h[i].sqLo, h[i].sqHi = math.MaxUint64, math.MaxUint64
			}
			var o odd
			f(h, r, &o)
			for i := range o.n {
				r[o.slot[i]] = addException(r[o.slot[i]], o.x[i])
				p := &h[o.slot[i]]
				p.first, p.last = min(p.first, o.t[i]), max(p.last, o.t[i])
			}
			out := make([]Moments, groups)
			for i := range out {
				out[i] = Moments{hot: h[i], rest: r[i], scale: scale}
			}
			return out
		}
		want := states(func([]hot, []*rest, *odd) {})
		for k := range x {
			i := k
			m := &want[slot[i]]
			m.first, m.last = min(m.first, at[k]), max(m.last, at[k])
			if d, ok := toDecimal(x[k], scale); ok {
				m.addDecimal(d)
			} else {
				m.rest = addException(m.rest, x[k])
			}
		}
		require.Equal(t, want, states(func(h []hot, r []*rest, o *odd) { scatterDecimals(h, r, slot, x, at, ten, o) }))
		require.Equal(t, want, states(func(h []hot, r []*rest, o *odd) { runDecimals(h, r, runs, x, at, ten, o) }))
		require.Equal(t, want, states(func(h []hot, r []*rest, o *odd) { runShort(h, r, runs, x, at, ten, o, &ahead{}) }))
		require.Equal(t, want, states(func(h []hot, r []*rest, o *odd) {
			scatterShort(h, r, slot, x, at, ten, o, make([]int32, len(x)), &ahead{})
		}))
		p1, p2, p3 := make([]part, groups), make([]part, groups), make([]part, groups)
		n1, n2, n3 := make([]uint32, groups), make([]uint32, groups), make([]uint32, groups)
		rowFloats(p1, n1, slot, x, at, &odd{}, make([]int32, len(x)), &ahead{})
		runFloats(p2, n2, runs, x, at, &odd{}, &ahead{})
		for i, k := range slot {
			runFloats(p3, n3, []run{{k, int32(i), int32(i + 1), at[i], at[i]}}, x, at, &odd{}, &ahead{})
		}
		require.Equal(t, p1, p2)
		require.Equal(t, p1, p3)
		require.Equal(t, n1, n2)
		require.Equal(t, n1, n3)
	}
}

// TestDecimals: the kernel takes what toDecimal takes, and a decimal is the only one
// that is written so.
func TestDecimals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		for scale := range uint8(MaxScale + 1) {
			p := float64(pow10[scale])
			var v float64
			for range 500 {
				switch rng.IntN(4) {
				case 0:
					v = float64(rng.Int64N(2*maxDecimal)-maxDecimal) / p
				case 1:
					v = math.Float64frombits(rng.Uint64() &^ (1 << 62))
				case 2:
					v = math.Nextafter(float64(rng.IntN(2000)-1000)/p, 0)
				case 3:
					v = []float64{0, math.Copysign(0, -1), 1e15 / p, 1.1e15 / p, math.MaxFloat64}[rng.IntN(5)]
				}
				var o odd
				h := make([]hot, 1)
				h[0].reset()
				scatterDecimals(h, make([]*rest, 1), []uint32{0}, []float64{v}, []int64{0}, p, &o)
				want, ok := toDecimal(v, scale)
				if sum, _, lo, _, fast := sumsOf([]float64{v}, p); fast {
					require.True(t, ok)
					require.Equal(t, want, sum)
					require.Equal(t, want, lo)
				} else if ok {
					require.GreaterOrEqual(t, max(want, -want), int64(short))
				}
				require.Equal(t, ok, o.n == 0, "%v at scale %d", v, scale)
				if ok {
					require.Equal(t, want, h[0].min)
					require.Equal(t, v+0, float64(want)/p)
					require.NotEqual(t, v, float64(want+1)/p)
					require.NotEqual(t, v, float64(want-1)/p)
				}
			}
		}
	}
}
