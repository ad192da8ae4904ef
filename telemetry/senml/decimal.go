package senml

import (
	"math"
	"strconv"
)

// nanoseconds is the seconds that a decimal is, in nanoseconds, rounded to the nearest;
// false if they do not fit. raw is a JSON number.
func nanoseconds(raw []byte) (int64, bool) {
	i, neg := 0, false
	if len(raw) > 0 && raw[0] == '-' {
		neg = true
		i++
	}
	var mant uint64
	exp, digits := 0, 0
	point := false
	for ; i < len(raw); i++ {
		c := raw[i]
		if c == '.' {
			point = true
			continue
		}
		if c-'0' > 9 {
			break
		}
		switch {
		case digits < 19 && (mant > 0 || c != '0'):
			mant = mant*10 + uint64(c-'0')
			digits++
			if point {
				exp--
			}
		case digits < 19:
			if point {
				exp--
			}
		case !point:
			exp++
		}
	}
	if i < len(raw) { // e or E
		e, err := strconv.Atoi(string(raw[i+1:]))
		if err != nil {
			if raw[i+1] == '-' || mant == 0 {
				return 0, true
			}
			return 0, false
		}
		exp += e
	}
	return scale(mant, exp+9, neg)
}

// scale is mant × 10^exp with a sign, rounded half away from zero.
func scale(mant uint64, exp int, neg bool) (int64, bool) {
	for ; exp > 0 && mant != 0; exp-- {
		if mant > math.MaxInt64/10 {
			return 0, false
		}
		mant *= 10
	}
	if exp < -20 {
		mant = 0
	}
	if exp < 0 && mant != 0 {
		div := uint64(1)
		for ; exp < -19; exp++ {
			mant /= 10
		}
		for ; exp < 0; exp++ {
			div *= 10
		}
		q, rest := mant/div, mant%div
		if rest >= div-rest {
			q++
		}
		mant = q
	}
	if mant > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(mant), true
	}
	return int64(mant), true
}

// secondsOf is f seconds in nanoseconds: those of the shortest decimal that is f, so
// that 1276020076.001 is .001 and not .000999928; false if they do not fit.
func secondsOf(f float64) (int64, bool) {
	if f == math.Trunc(f) {
		if math.Abs(f) >= 9.2e9 {
			return 0, false
		}
		return int64(f) * 1_000_000_000, true
	}
	if math.Abs(f) < 1<<31 {
		// Float64s are closer than a microsecond here, so at most one number of
		// microseconds has f as its nearest, and it is the shortest.
		if us := math.Round(f * 1e6); us/1e6 == f {
			return int64(us) * 1000, true
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	var buf [32]byte
	return nanoseconds(strconv.AppendFloat(buf[:0], f, 'e', -1, 64))
}

// appendSeconds appends nanoseconds as decimal seconds.
func appendSeconds(dst []byte, ns int64) []byte {
	u := uint64(ns)
	if ns < 0 {
		dst = append(dst, '-')
		u = -u
	}
	dst = strconv.AppendUint(dst, u/1_000_000_000, 10)
	frac := u % 1_000_000_000
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	for div := uint64(100_000_000); frac > 0; div /= 10 {
		dst = append(dst, byte('0'+frac/div))
		frac %= div
	}
	return dst
}
