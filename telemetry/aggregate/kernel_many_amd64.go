//go:build !purego

package aggregate

import "golang.org/x/sys/cpu"

// The kernels of rows that jump between states are in assembly: half the instructions, since
// all they need stays in registers, windows are found eight at a time and extremes four at a
// time without a branch, and lines of the rows that come next are asked for ahead, which Go
// has no word for. Slices have the lengths that their twins in Go ask for.

// avx2 is whether there are AVX2's instructions, as in nearly all processors since 2015; without
// them the twins run.
var avx2 = cpu.X86.HasAVX2

// slotsEven is slotsEvenGo.
func slotsEven(dst, attribute, entity []uint32, at []int64, row []uint32, by []index, e *even) {
	n := 0
	if avx2 && e.each >= 0 {
		n = len(attribute) &^ 7
		dst, attribute, entity, at := dst[:n], attribute[:n], entity[:n], at[:n]
		var x extent
		if hoursWide(dst, attribute, entity, at, e, &x) && x.attribute < uint32(len(by)) && x.entity < uint32(len(row)) {
			slotsWide(dst, attribute, entity, row, by)
		} else {
			n = 0
		}
	}
	slotsEvenGo(dst[n:], attribute[n:], entity[n:], at[n:], row, by, e)
}

// extent is the greatest codes of rows.
type extent struct{ attribute, entity uint32 }

// hoursWide writes the windows of rows, whose number is a multiple of 8, counted from the first of e.
// Of times out of e, for which ok is false, they are any.
//
//go:noescape
func hoursWide(dst, attribute, entity []uint32, at []int64, e *even, x *extent) (ok bool)

// slotsWide turns the windows of rows into slots.
//
//go:noescape
func slotsWide(dst, attribute, entity, row []uint32, by []index)

// scatterNarrow is scatterNarrowGo.
func scatterNarrow(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) int {
	if avx2 {
		n := len(slot)
		return scatterNarrowWide(to, attribute[:n], slot, x[:n], at[:n], left[:n], next)
	}
	return scatterNarrowGo(to, attribute, slot, x, at, left)
}

//go:noescape
func scatterNarrowWide(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

// scatterFloats is scatterFloatsGo.
func scatterFloats(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) int {
	if avx2 {
		n := len(slot)
		return scatterFloatsWide(to, attribute[:n], slot, x[:n], at[:n], left[:n], next)
	}
	return scatterFloatsGo(to, attribute, slot, x, at, left)
}

//go:noescape
func scatterFloatsWide(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

// tallyRows is tallyRowsGo.
func tallyRows(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) int {
	if avx2 {
		n := len(slot)
		return tallyRowsWide(to, attribute[:n], slot, x[:n], at[:n], left[:n], next)
	}
	return tallyRowsGo(to, attribute, slot, x, at, left)
}

//go:noescape
func tallyRowsWide(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

// fetch asks for the lines of rows that come next.
//
//go:noescape
func fetch(next *ahead, from, to int)
