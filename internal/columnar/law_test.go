package columnar

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// cell is one row of a bool lane, the twin that the laws are tested against.
type cell struct {
	state State
	v     bool
	code  uint32
}

func (c cell) ok() bool { return c.state == OK }

// strictCell: the leftmost error, then unknown, then a value.
func strictCell(a, b cell) cell {
	for _, s := range []State{Failed, Unknown} {
		for _, c := range []cell{a, b} {
			if c.state == s {
				return c
			}
		}
	}
	return cell{}
}

// andCell: false absorbs, then unknown, then the leftmost error.
func andCell(a, b cell, absorbing bool) cell {
	for _, c := range []cell{a, b} {
		if c.ok() && c.v == absorbing {
			return c
		}
	}
	for _, s := range []State{Unknown, Failed} {
		for _, c := range []cell{a, b} {
			if c.state == s {
				return c
			}
		}
	}
	return cell{v: !absorbing}
}

func randomLane(r *rand.Rand, n int) (*Lane, []cell) {
	l := &Lane{B: make([]uint64, words), Err: make([]uint64, words), Unk: make([]uint64, words), Code: make([]uint32, Batch)}
	for w := range words { // garbage, also behind the last row
		l.B[w] = r.Uint64()
	}
	cells := make([]cell, n)
	errors, unknowns := r.IntN(3) == 0, r.IntN(3) == 0
	for i := range cells {
		cells[i].v = l.B[i/64]>>(i%64)&1 != 0
		switch r.IntN(4) {
		case 0:
			if errors {
				cells[i] = cell{state: Failed, code: r.Uint32()}
				l.Err[i/64] |= 1 << (i % 64)
				l.Code[i] = cells[i].code
				l.AnyErr = true
			}
		case 1:
			if unknowns {
				cells[i] = cell{state: Unknown}
				l.Unk[i/64] |= 1 << (i % 64)
				l.AnyUnk = true
			}
		}
	}
	if !l.AnyErr { // then the bitmap is garbage
		l.Err[r.IntN(words)] = r.Uint64()
	}
	if !l.AnyUnk {
		l.Unk[r.IntN(words)] = r.Uint64()
	}
	return l, cells
}

func TestLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 600 {
		n := []int{1, 63, 64, 65, 130, 2047, 2048}[r.IntN(7)]
		a, as := randomLane(r, n)
		b, bs := randomLane(r, n)
		c, cs := randomLane(r, n)
		for _, law := range []struct {
			name string
			run  func(d *Lane)
			twin func(i int) cell
		}{
			{"strict", func(d *Lane) { d.strict(a, b, n); copy(d.B, b.B) }, func(i int) cell {
				if x := strictCell(as[i], bs[i]); !x.ok() {
					return x
				}
				return bs[i]
			}},
			{"and", func(d *Lane) { d.and(a, b, 0, n) }, func(i int) cell { return andCell(as[i], bs[i], false) }},
			{"or", func(d *Lane) { d.and(a, b, ^uint64(0), n) }, func(i int) cell { return andCell(as[i], bs[i], true) }},
			{"choose", func(d *Lane) {
				d.choose(c, a, b, n)
				for w := range words {
					d.B[w] = a.B[w]&c.B[w] | b.B[w]&^c.B[w]
				}
			}, func(i int) cell {
				switch {
				case !cs[i].ok():
					return cs[i]
				case cs[i].v:
					return as[i]
				}
				return bs[i]
			}},
			{"coalesce", func(d *Lane) {
				d.coalesce(a, b, n)
				for w := range words {
					d.B[w] = b.B[w]&a.unks()[w] | a.B[w]&^a.unks()[w]
				}
			}, func(i int) cell {
				if as[i].state != Unknown {
					return as[i]
				}
				return bs[i]
			}},
			{"then", func(d *Lane) { d.then(a, b, n); copy(d.B, b.B) }, func(i int) cell {
				if !as[i].ok() {
					return as[i]
				}
				return bs[i]
			}},
			{"raise", func(d *Lane) {
				d.strict(a, a, n)
				copy(d.B, a.B)
				bad := make([]uint64, words)
				for i := range n {
					bad[i/64] |= b2u(cs[i].v) << (i % 64)
				}
				d.raise(bad, 7)
			}, func(i int) cell {
				if as[i].ok() && cs[i].v {
					return cell{state: Failed, code: 7}
				}
				return as[i]
			}},
		} {
			d, _ := randomLane(r, n)
			law.run(d)
			for i := range n {
				got := cell{v: d.B[i/64]>>(i%64)&1 != 0}
				switch {
				case d.AnyErr && d.Err[i/64]>>(i%64)&1 != 0:
					got = cell{state: Failed, code: d.Code[i]}
					require.False(t, d.AnyUnk && d.Unk[i/64]>>(i%64)&1 != 0, "both an error and unknown")
				case d.AnyUnk && d.Unk[i/64]>>(i%64)&1 != 0:
					got = cell{state: Unknown}
				}
				want := law.twin(i)
				if want.state == Unknown {
					want.v = false
				}
				require.Equal(t, want, got, "%s, row %d of %d: %+v %+v %+v", law.name, i, n, as[i], bs[i], cs[i])
			}
			for i := n; i < Batch; i++ { // behind the last row the state is clear
				require.False(t, d.AnyErr && d.Err[i/64]>>(i%64)&1 != 0 || d.AnyUnk && d.Unk[i/64]>>(i%64)&1 != 0, "%s: row %d of %d", law.name, i, n)
			}
		}
	}
}
