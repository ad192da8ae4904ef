//go:build !purego

package aggregate

// sumsOf is sumsOfGo.
func sumsOf(x []float64, ten float64) (sum int64, sq uint64, lo, hi int64, ok bool) {
	if avx2 && len(x) >= 4 {
		return sumsWide(x, ten)
	}
	return sumsOfGo(x, ten)
}

// sumsWide takes four numbers or more.
//
//go:noescape
func sumsWide(x []float64, ten float64) (sum int64, sq uint64, lo, hi int64, ok bool)

// tallyRun is tallyRunGo.
func tallyRun(count []uint16, base int64, x []float64, ten float64) int {
	n := 0
	if avx2 {
		n = tallyWide(count, base, x, ten)
	}
	return n + tallyRunGo(count, base, x[n:], ten)
}

// tallyWide takes numbers as long as four have a count.
//
//go:noescape
func tallyWide(count []uint16, base int64, x []float64, ten float64) (n int)

// climb is climbGo.
func climb(at []int64, entity []uint32, to int64) int {
	n := 1
	if avx2 {
		n = climbWide(at, entity[:len(at)], to)
	}
	return n - 1 + climbGo(at[n-1:], entity[n-1:], to)
}

// climbWide is climbGo; it may end before three rows that it did not look at.
//
//go:noescape
func climbWide(at []int64, entity []uint32, to int64) (n int)
