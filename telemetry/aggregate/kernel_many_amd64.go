//go:build !purego

package aggregate

// The kernels of rows that jump between states are in assembly: half the instructions, since
// all they need stays in registers, and lines of the rows that come next are asked for
// ahead, which Go has no word for. Slices have the lengths that their
// twins in Go ask for.

//go:noescape
func slotsEven(dst, attribute, entity []uint32, at []int64, row []uint32, by []index, first int64, span, magic uint64)

//go:noescape
func scatterNarrow(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

//go:noescape
func scatterFloats(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

//go:noescape
func tallyRows(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)

// fetch asks for the lines of rows that come next.
//
//go:noescape
func fetch(next *ahead, from, to int)
