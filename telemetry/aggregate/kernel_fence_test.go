//go:build linux && amd64 && !purego

package aggregate

import (
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// fence is memory between pages that may not be read.
type fence struct {
	t     *testing.T
	after bool // what is asked for ends at a page, rather than begins after one
}

// fenced is a copy of s that nothing may be read before, or beyond.
func fenced[T any](f fence, s []T) []T {
	page := syscall.Getpagesize()
	size := len(s) * int(unsafe.Sizeof(*new(T)))
	inner := (size + page - 1) / page * page
	b, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { require.NoError(f.t, syscall.Munmap(b)) })
	at := page
	if f.after {
		at = page + inner - size
	}
	out := unsafe.Slice((*T)(unsafe.Pointer(&b[at])), len(s))
	copy(out, s)
	require.NoError(f.t, syscall.Mprotect(b[:page], syscall.PROT_NONE))
	require.NoError(f.t, syscall.Mprotect(b[page+inner:], syscall.PROT_NONE))
	return out
}

// TestKernelsStayInside: no kernel reads or writes beyond its lanes.
func TestKernelsStayInside(t *testing.T) {
	const first = int64(1_767_225_600_000_000_000)
	w := windows{bounds: hourBounds(first, 100), step: hourNanos}
	e, _ := w.even()
	for n := range 41 {
		t.Run("", func(t *testing.T) {
			for _, after := range []bool{false, true} {
				f := fence{t, after}
				at, x, attribute, entity := make([]int64, n), make([]float64, n), make([]uint32, n), make([]uint32, n)
				for i := range n {
					at[i], x[i], attribute[i], entity[i] = first+int64(i)*hourNanos*2/3, float64(i*37%50)/10, uint32(i%2), uint32(i%3)
				}
				at, x, attribute, entity = fenced(f, at), fenced(f, x), fenced(f, attribute), fenced(f, entity)
				direct := make([]uint32, 3<<5)
				for i := range direct {
					direct[i] = uint32(i)%7 + 1
				}
				by := fenced(f, []index{{fenced(f, direct), 0, 32}, {fenced(f, direct), 1, 32}})
				slot, want := fenced(f, make([]uint32, n)), make([]uint32, n)
				row := fenced(f, []uint32{0, 32, 64})
				slotsEven(slot, attribute, entity, at, row, by, &e)
				slotsEvenGo(want, attribute, entity, at, row, by, &e)
				require.Equal(t, want, slices.Clone(slot))

				hots := make([]hot, 7)
				for i := range hots {
					hots[i].reset()
				}
				left := fenced(f, make([]int32, n))
				next := &ahead{}
				if n > 0 {
					next = &ahead{&at[0], &x[0], &entity[0], &attribute[0], nil, nil, 0, n}
				}
				scatterNarrow(fenced(f, []decimalStates{{fenced(f, hots), 10}, {fenced(f, hots), 10}}), attribute, slot, x, at, left, next)
				floats := func() floatStates {
					return floatStates{part: fenced(f, make([]part, 7)), count: fenced(f, make([]uint32, 7))}
				}
				scatterFloats(fenced(f, []floatStates{floats(), floats()}), attribute, slot, x, at, left, next)
				q := &tally{count: fenced(f, make([]uint16, 50))}
				q.reset()
				few := []*tally{q, nil, q, q, nil, q, q}
				tallyRows([]tallyStates{{few, 10}, {few, 10}}, attribute, slot, x, at, left, next)
				fetch(next, 0, n)

				if n == 0 {
					continue
				}
				sumsOf(x, 10)
				require.Equal(t, n, tallyRun(q.count, 0, x, 10))
				climb(at, fenced(f, make([]uint32, n)), first+30*hourNanos)
			}
		})
	}
}
