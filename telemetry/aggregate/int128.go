package aggregate

import (
	"math"
	"math/big"
	"math/bits"
)

// int128 is a two's complement integer: hi·2^64 + lo.
type int128 struct {
	hi int64
	lo uint64
}

func wide(x int64) int128 { return int128{x >> 63, uint64(x)} }

// add is a+b, and whether that overflowed.
func (a int128) add(b int128) (int128, bool) {
	lo, c := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(uint64(a.hi), uint64(b.hi), c)
	s := int128{int64(hi), lo}
	return s, (a.hi^s.hi)&(b.hi^s.hi) < 0
}

func (a int128) neg() int128 {
	lo, b := bits.Sub64(0, a.lo, 0)
	hi, _ := bits.Sub64(0, uint64(a.hi), b)
	return int128{int64(hi), lo}
}

// mul64 is the whole product.
func mul64(a, b int64) int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	hi -= uint64(a>>63)&uint64(b) + uint64(b>>63)&uint64(a)
	return int128{int64(hi), lo}
}

func (a int128) big() *big.Int {
	x := big.NewInt(a.hi)
	x.Lsh(x, 64)
	return x.Add(x, new(big.Int).SetUint64(a.lo))
}

// fromBig is x as int128; false if it does not fit.
func fromBig(x *big.Int) (int128, bool) {
	if x.BitLen() > 127 {
		return int128{}, false
	}
	abs := new(big.Int).Abs(x)
	lo := new(big.Int).And(abs, new(big.Int).SetUint64(^uint64(0))).Uint64()
	a := int128{int64(abs.Rsh(abs, 64).Uint64()), lo}
	if x.Sign() < 0 {
		a = a.neg()
	}
	return a, true
}

// uint128 is hi·2^64 + lo.
type uint128 struct{ hi, lo uint64 }

func mulU(a, b uint64) uint128 { hi, lo := bits.Mul64(a, b); return uint128{hi, lo} }

// times is a·b; false if that takes more than 128 bits.
func (a uint128) times(b uint64) (uint128, bool) {
	h := mulU(a.hi, b)
	l := mulU(a.lo, b)
	hi, c := bits.Add64(l.hi, h.lo, 0)
	return uint128{hi, l.lo}, h.hi == 0 && c == 0
}

func (a uint128) big() *big.Int {
	x := new(big.Int).SetUint64(a.hi)
	x.Lsh(x, 64)
	return x.Add(x, new(big.Int).SetUint64(a.lo))
}

// parts is a as a sum of two float64s, to 2^-104 of it.
func (a uint128) parts() (hi, lo float64) {
	if a.hi == 0 {
		hi = float64(a.lo)
		return hi, float64(int64(a.lo - u64(hi)))
	}
	sh := bits.LeadingZeros64(a.hi)
	top := a.hi<<sh | a.lo>>1>>(63-sh) // 64 bits
	rest := a.lo << sh
	h := float64(top)
	// top is below 2^64 and h may round up to it: the difference still fits.
	l := float64(int64(top-u64(h))) + float64(float64(rest)*0x1p-64)
	return math.Ldexp(h, 64-sh), math.Ldexp(l, 64-sh)
}

// u64 is a whole x of at most 2^64 modulo 2^64.
func u64(x float64) uint64 {
	if x >= 0x1p64 {
		return 0
	}
	return uint64(x)
}

// divide is ±num/den rounded once, to nearest even; den is not 0.
func divide(negative bool, num, den uint128) float64 {
	if num == (uint128{}) {
		return 0
	}
	q, sure := quick(num, den)
	if !sure {
		q, _ = new(big.Rat).SetFrac(num.big(), den.big()).Float64()
	}
	if negative {
		return -q
	}
	return q
}

// quick divides in pairs of float64s, and is sure when an error far above its own
// would not change the rounding (Ziv's test). math.FMA is the exact product here,
// on every machine.
func quick(num, den uint128) (float64, bool) {
	if num.hi|den.hi == 0 && num.lo <= 1<<53 && den.lo <= 1<<53 {
		return float64(num.lo) / float64(den.lo), true
	}
	nh, nl := num.parts()
	dh, dl := den.parts()
	q := nh / dh
	r := math.FMA(-q, dh, nh) + (nl - float64(q*dl)) // of the order of q·dh·2^-53
	c := r / dh
	x := q + c
	rest := (q - x) + c
	e := float64(x * 0x1p-90)
	return x, x+(rest+e) == x && x+(rest-e) == x
}

// quo is num / (den · 10^scale) rounded once. den is above zero.
func quo(num int128, den int64, scale uint8) float64 {
	negative := num.hi < 0
	if negative {
		num = num.neg()
	}
	return divide(negative, uint128{uint64(num.hi), num.lo}, mulU(uint64(den), uint64(pow10[scale])))
}

// over is num / (den · times) rounded once. den and times are above zero.
func (num int128) over(den int128, times uint64) float64 {
	n := num
	if num.hi < 0 {
		n = num.neg()
	}
	d, ok := uint128{uint64(den.hi), den.lo}.times(times)
	if !ok {
		return ratio(num.big(), new(big.Int).Mul(den.big(), new(big.Int).SetUint64(times)))
	}
	return divide(num.hi < 0, uint128{uint64(n.hi), n.lo}, d)
}
