package parquet

import "math"

// highest of unsigned indexes.
func highest(index []int32) (most uint32) {
	for _, i := range index {
		most = max(most, uint32(i))
	}
	return most
}

// spread puts values where there is one, and says how many.
func spread[T any](dst, src []T, levels []byte) int {
	if levels == nil {
		return copy(dst, src[:len(dst)])
	}
	k := 0
	dst = dst[:len(levels)]
	for i, l := range levels {
		if l != 0 {
			dst[i] = src[k]
			k++
		}
	}
	return k
}

// lookUp is spread of values by their index.
func lookUp[T any](dst, values []T, index []int32, levels []byte) int {
	if levels == nil {
		for i, k := range index[:len(dst)] {
			dst[i] = values[k]
		}
		return len(dst)
	}
	k := 0
	dst = dst[:len(levels)]
	for i, l := range levels {
		if l != 0 {
			dst[i] = values[index[k]]
			k++
		}
	}
	return k
}

// next1 is spread of indexes, from 1: 0 is none.
func next1(dst []uint32, index []int32, levels []byte) int {
	if levels == nil {
		for i, k := range index[:len(dst)] {
			dst[i] = uint32(k) + 1
		}
		return len(dst)
	}
	k := 0
	dst = dst[:len(levels)]
	for i, l := range levels {
		if l != 0 {
			dst[i] = uint32(index[k]) + 1
			k++
		}
	}
	return k
}

// mark says where there is a value.
func mark(dst []bool, levels []byte) {
	if levels == nil {
		for i := range dst {
			dst[i] = true
		}
		return
	}
	for i, l := range levels[:len(dst)] {
		dst[i] = l != 0
	}
}

// scaleAll multiplies instants, and says how many left int64.
func scaleAll(t []int64, factor int64) (bad int, example int64) {
	low, high := (math.MinInt64+1)/factor, math.MaxInt64/factor
	for i, v := range t {
		if v < low || v > high {
			bad, example = bad+1, v
			continue
		}
		t[i] = v * factor
	}
	return bad, example
}

// unreal counts the numbers that are NaN or infinite, and says that they are none.
func unreal(x []float64, has []bool) (n int) {
	const infinity = 0x7ff << 52
	odd := false
	for _, v := range x {
		odd = odd || math.Float64bits(v)&infinity == infinity
	}
	if !odd {
		return 0
	}
	for i, v := range x {
		if has[i] && math.Float64bits(v)&infinity == infinity {
			has[i], x[i] = false, 0
			n++
		}
	}
	return n
}

// translate gives codes their meaning.
func translate(codes, of []uint32) {
	for i, c := range codes {
		codes[i] = of[c]
	}
}
