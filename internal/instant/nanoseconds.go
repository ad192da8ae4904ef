package instant

import (
	"math"
	"time"
)

// The range of an int64 of nanoseconds, without the least, which stands for no time.
var (
	earliest = time.Unix(0, math.MinInt64+1)
	latest   = time.Unix(0, math.MaxInt64)
)

// Between is the first and the last nanosecond since 1970 UTC of from ≤ t < to, as far as int64 has them; a zero time is
// no bound. First is greater than last if there are none.
func Between(from, to time.Time) (first, last int64) {
	first, last = math.MinInt64+1, math.MaxInt64
	switch {
	case from.IsZero() || from.Before(earliest):
	case from.After(latest):
		return math.MaxInt64, math.MinInt64
	default:
		first = from.UnixNano()
	}
	switch {
	case to.IsZero() || to.After(latest):
	case !to.After(earliest):
		return math.MaxInt64, math.MinInt64
	default:
		last = to.UnixNano() - 1
	}
	return first, last
}
