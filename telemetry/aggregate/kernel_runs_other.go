//go:build !amd64 || purego

package aggregate

func sumsOf(x []float64, ten float64) (sum int64, sq uint64, lo, hi int64, ok bool) {
	return sumsOfGo(x, ten)
}

func tallyRun(count []uint16, base int64, x []float64, ten float64) int {
	return tallyRunGo(count, base, x, ten)
}

func climb(at []int64, entity []uint32, to int64) int { return climbGo(at, entity, to) }
