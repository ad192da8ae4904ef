//go:build !amd64 || purego

package aggregate

func slotsEven(dst, attribute, entity []uint32, at []int64, row []uint32, by []index, e *even) {
	slotsEvenGo(dst, attribute, entity, at, row, by, e)
}

func scatterNarrow(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, _ *ahead) int {
	return scatterNarrowGo(to, attribute, slot, x, at, left)
}

func scatterFloats(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, _ *ahead) int {
	return scatterFloatsGo(to, attribute, slot, x, at, left)
}

func tallyRows(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, _ *ahead) int {
	return tallyRowsGo(to, attribute, slot, x, at, left)
}

func fetch(*ahead, int, int) {}
