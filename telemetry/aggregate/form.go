package aggregate

import (
	"math"
	"math/bits"

	"github.com/almotacen/almotacen/telemetry"
)

// form says what the shorts of a measure are. It is made of the first readings that fit
// one; those that do not fit it wait in cells.
type form struct {
	base    int64   // the time of 0
	inverse uint64  // of the unit without its factors 2, in 64 bits, which divides exactly
	turn    int     // right by those, as a rotation left
	count   uint64  // of times, from 0 on; 0: there is no form
	ten     float64 // of the decimals
	most    uint64  // decimals are from -most to most
	span    uint64  // twice that

	unit    int64 // ns
	times   int64 // decimals of the measure are these times it
	quality telemetry.Quality
	misses  int // see missed
}

// missed is how many chunks of which many rows do not fit it takes until a measure makes
// no more shorts.
const missed = 16

// formSample is how many readings a form is made of.
const formSample = 256

// learn makes a form for readings like those given, which has as many decimals of scale
// as leave room for numbers 16 times as great; false if few fit any.
func (f *form) learn(t []int64, x []float64, scale uint8) bool {
	t, x = t[:min(len(t), formSample)], x[:min(len(x), formSample)]
	first, some := int64(0), false
	need, most := uint8(0), 100.0 // for numbers that begin with 0
	f.unit = 1e9
	for k, at := range t {
		if at == telemetry.NoTime || at == latest {
			continue
		}
		if !some {
			first, some = at, true
		}
		if (at-first)%f.unit != 0 {
			f.unit = 1e6
		}
		for s := need; s <= scale; s++ {
			if d, ok := toDecimal(x[k], s); ok && d >= -shortMost && d <= shortMost {
				need, most = s, max(most, math.Abs(x[k]))
				break
			}
		}
	}
	if !some {
		return false
	}
	for need < scale && most*float64(pow10[need+1]) <= shortMost/16 {
		need++
	}
	f.turn = -bits.TrailingZeros64(uint64(f.unit))
	odd := uint64(f.unit) >> -f.turn
	for f.inverse = odd; f.inverse*odd != 1; {
		f.inverse *= 2 - odd*f.inverse
	}
	below := (uint64(first) - 1<<63 - 1) / uint64(f.unit) // from the least time on
	f.base = first - int64(min(below, 1<<(63-shortBits))*uint64(f.unit))
	f.count = min((uint64(latest)-1-uint64(f.base))/uint64(f.unit)+1, 1<<(64-shortBits))
	f.ten, f.times = float64(pow10[need]), pow10[scale-need]
	f.most = uint64(min(shortMost, maxDecimal/f.times))
	f.span = 2 * f.most
	fit := 0
	for k, at := range t {
		if _, ok := f.short(at, x[k]); ok {
			fit++
		}
	}
	if fit <= len(t)/2 {
		f.count = 0
	}
	return f.count > 0
}

// short is a reading as a short; false if it does not fit.
func (f *form) short(at int64, x float64) (uint64, bool) {
	t := bits.RotateLeft64(uint64(at-f.base)*f.inverse, f.turn)
	y := float64(x*f.ten) + toWhole
	d := math.Float64bits(y) - wholeBits
	if t >= f.count || d+f.most > f.span || (y-toWhole)/f.ten != x {
		return 0, false
	}
	return t<<shortBits | (d + shortZero), true
}

func (f *form) time(v uint64) int64 { return f.base + int64(v>>shortBits)*f.unit }

func (f *form) value(v uint64) float64 { return float64(int64(v&shortMask)-shortZero) / f.ten }

// decimal is that of a short, of the measure.
func (f *form) decimal(v uint64) int64 { return (int64(v&shortMask) - shortZero) * f.times }

// before is a bound that the shorts of times before end are below, and the others not.
func (f *form) before(end int64) uint64 {
	if end <= f.base {
		return 0
	}
	n := (uint64(end)-uint64(f.base)-1)/uint64(f.unit) + 1
	if n >= 1<<(64-shortBits) {
		return math.MaxUint64 // which none is
	}
	return n << shortBits
}
