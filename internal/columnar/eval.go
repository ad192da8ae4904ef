package columnar

import (
	"math"
	"math/bits"
	"time"
)

// Lane is a register: the values of a node for the rows of a batch. One of the
// value slices is in use.
type Lane struct {
	F    []float64
	I    []int64 // int, duration in nanoseconds, seconds of a timestamp since 1970
	N    []int64 // nanoseconds of a timestamp
	U    []uint64
	B    []uint64 // bitmap; bits behind the last row are garbage
	S    []string
	X    []any
	Err  []uint64 // bitmaps, if the flag is set; bits behind the last row are clear
	Unk  []uint64
	Code []uint32 // of the error, where Err is set

	AnyErr, AnyUnk bool

	own []float64 // F of a result that is not written in place
}

// Column is an input or a result. One of the value slices is in use, that of
// the type; results are written into it. Values where a bit of Missing or Failed
// is set are garbage.
type Column struct {
	F       []float64
	I       []int64 // int, and duration in nanoseconds
	U       []uint64
	B       []bool
	S       []string
	T       []time.Time
	X       []any
	Missing []uint64 // bit i%64 of word i/64 is row i; nil: all present
	Failed  []uint64 // of a result
	Codes   []uint32 // of a result, nil: not wanted; the error of a row, see [Evaluator.Error]
}

// Slice is the column of rows from ≤ row < to; from is a multiple of 64.
func (c Column) Slice(from, to int) Column {
	switch {
	case c.F != nil:
		c.F = c.F[from:to]
	case c.I != nil:
		c.I = c.I[from:to]
	case c.U != nil:
		c.U = c.U[from:to]
	case c.B != nil:
		c.B = c.B[from:to]
	case c.S != nil:
		c.S = c.S[from:to]
	case c.T != nil:
		c.T = c.T[from:to]
	default:
		c.X = c.X[from:to]
	}
	if c.Missing != nil {
		c.Missing = c.Missing[from/64 : (to+63)/64]
	}
	return c
}

// State of a [Scalar].
type State uint8

// The states.
const (
	OK State = iota
	Unknown
	Failed
)

// Scalar is one cell.
type Scalar struct {
	State  State
	Type   Type
	Bits   uint64 // of a Double, Int, Bool, Uint, Duration, seconds of a Timestamp
	Nano   int64  // of a Timestamp
	Str    string
	Any    any
	Err    string
	Causes []int // of an Unknown that a Func returns: the operands that caused it
}

// Evaluator holds the registers of a program. Not safe for concurrent use.
type Evaluator struct {
	p     *Program
	rows  int // at most, of a batch
	lanes []Lane
	bad   [words]uint64
	cond  Lane // of a comparison that chooses
	index map[callError]uint32
	at    []callError
	row   int // of the call that runs
	args  []int32
	types []Type
	read  func(i int) Scalar
}

type callError struct {
	node Ref
	text string
}

// NewEvaluator makes the registers.
func (p *Program) NewEvaluator() *Evaluator { return p.evaluator(p.batch) }

// evaluator makes registers of so many rows.
func (p *Program) evaluator(rows int) *Evaluator {
	e := &Evaluator{p: p, rows: rows, lanes: make([]Lane, len(p.lanes)), index: map[callError]uint32{}}
	e.read = func(i int) Scalar { return e.lanes[e.args[i]].scalar(e.types[i], e.row, e) }
	bitmaps := make([]uint64, 2*words*len(e.lanes))
	take := func() []uint64 {
		b := bitmaps[:words:words]
		bitmaps = bitmaps[words:]
		return b
	}
	e.cond = Lane{B: make([]uint64, words), Err: make([]uint64, words), Unk: make([]uint64, words)}
	owned := map[int32]bool{}
	for _, r := range p.roots {
		owned[r.lane] = r.own
	}
	for i := range e.lanes {
		e.lanes[i].Err, e.lanes[i].Unk = take(), take()
		if i >= p.fixed && !(owned[int32(i)] && p.lanes[i] == Double) {
			e.lanes[i].alloc(p.lanes[i], rows)
		}
	}
	for _, s := range p.steps[:p.fixed] {
		if s.op == opLiteral {
			e.lanes[s.dst].fill(&s, rows)
		} else if s.typ == Bool || s.typ == Timestamp {
			e.lanes[s.dst].alloc(s.typ, rows)
		}
	}
	return e
}

func (l *Lane) alloc(t Type, rows int) {
	switch t {
	case Double:
		l.F = make([]float64, rows)
	case Int, Duration:
		l.I = make([]int64, rows)
	case Uint:
		l.U = make([]uint64, rows)
	case Bool:
		l.B = make([]uint64, words)
	case String:
		l.S = make([]string, rows)
	case Timestamp:
		l.I, l.N = make([]int64, rows), make([]int64, rows)
	default:
		l.X = make([]any, rows)
	}
}

// fill makes a lane of a literal.
func (l *Lane) fill(s *step, rows int) {
	l.alloc(s.typ, rows)
	for i := range rows {
		switch s.typ {
		case Double:
			l.F[i] = math.Float64frombits(s.bits)
		case Int, Duration:
			l.I[i] = int64(s.bits)
		case Uint:
			l.U[i] = s.bits
		case Bool:
			l.B[i/64] = -s.bits
		case String:
			l.S[i] = s.str
		case Timestamp:
			l.I[i], l.N[i] = int64(s.bits), s.aux
		}
	}
}

// Run evaluates n rows, at most [Batch], from row from on, which must be a
// multiple of 64. Outs are the results in the order of the roots, or nil for
// those that are not wanted; double results are written in place. It panics if
// columns are too short.
func (e *Evaluator) Run(columns []Column, outs []*Column, from, n int) {
	if from%64 != 0 || n > e.rows || n < 0 {
		panic("columnar: a batch begins at a multiple of 64 rows and has at most Batch")
	}
	p := e.p
	for k, r := range p.roots {
		if !r.own || r.typ != Double {
			continue
		}
		l := &e.lanes[r.lane]
		if k < len(outs) && outs[k] != nil && outs[k].F != nil {
			l.F = outs[k].F[from : from+n]
		} else {
			if l.own == nil {
				l.own = make([]float64, e.rows)
			}
			l.F = l.own
		}
	}
	if n > 0 {
		for i := range p.steps {
			s := &p.steps[i]
			if s.op == opInput {
				e.load(s, &columns[s.in], from, n)
			} else if s.op != opLiteral {
				e.exec(s, n)
			}
		}
	}
	for k, r := range p.roots {
		if k < len(outs) && outs[k] != nil {
			e.store(&e.lanes[r.lane], r, outs[k], from, n)
		}
	}
}

// Root is the register of a result after [Evaluator.Run], valid until the next.
func (e *Evaluator) Root(k int) *Lane { return &e.lanes[e.p.roots[k].lane] }

// load points a register at a column.
func (e *Evaluator) load(s *step, c *Column, from, n int) {
	l := &e.lanes[s.dst]
	l.reset()
	to := from + n
	switch s.typ {
	case Double:
		l.F = c.F[from:to]
	case Int, Duration:
		l.I = c.I[from:to]
	case Uint:
		l.U = c.U[from:to]
	case Bool:
		packBools(l.B, c.B[from:to])
	case String:
		l.S = c.S[from:to]
	case Timestamp:
		for i, t := range c.T[from:to] {
			l.I[i], l.N[i] = t.Unix(), int64(t.Nanosecond())
		}
	default:
		l.X = c.X[from:to]
	}
	if c.Missing != nil {
		var any uint64
		m := c.Missing[from/64 : (to+63)/64]
		for w, x := range m {
			if w == len(m)-1 {
				x &= tail(n)
			}
			l.Unk[w] = x
			any |= x
		}
		l.AnyUnk = any != 0
		if l.AnyUnk {
			clear(l.Unk[len(m):])
		}
	}
}

// store copies a register into a column.
func (e *Evaluator) store(l *Lane, r root, c *Column, from, n int) {
	to := from + n
	switch r.typ {
	case Double:
		if c.F != nil && !r.own {
			copy(c.F[from:to], l.F)
		}
	case Int, Duration:
		if c.I != nil {
			copy(c.I[from:to], l.I)
		}
	case Uint:
		if c.U != nil {
			copy(c.U[from:to], l.U)
		}
	case Bool:
		if c.B != nil {
			unpackBools(c.B[from:to], l.B)
		}
	case String:
		if c.S != nil {
			copy(c.S[from:to], l.S)
		}
	case Timestamp:
		if c.T != nil {
			for i := range n {
				c.T[from+i] = time.Unix(l.I[i], l.N[i]).UTC()
			}
		}
	default:
		if c.X != nil {
			copy(c.X[from:to], l.X)
		}
	}
	if c.Missing != nil {
		copy(c.Missing[from/64:(to+63)/64], l.unks())
	}
	if c.Failed != nil {
		copy(c.Failed[from/64:(to+63)/64], l.errs())
	}
	if c.Codes != nil {
		if l.AnyErr {
			copy(c.Codes[from:to], l.Code)
		}
	}
}

// scalar is one row of a lane.
func (l *Lane) scalar(t Type, row int, e *Evaluator) Scalar {
	s := Scalar{Type: t}
	bit := func(b []uint64) bool { return b[row>>6]>>(row&63)&1 != 0 }
	switch {
	case l.AnyErr && bit(l.Err):
		s.State = Failed
		s.Err, _ = e.Error(l.Code[row])
		return s
	case l.AnyUnk && bit(l.Unk):
		s.State = Unknown
		return s
	}
	switch t {
	case Double:
		s.Bits = math.Float64bits(l.F[row])
	case Int, Duration:
		s.Bits = uint64(l.I[row])
	case Uint:
		s.Bits = l.U[row]
	case Bool:
		s.Bits = l.B[row>>6] >> (row & 63) & 1
	case String:
		s.Str = l.S[row]
	case Timestamp:
		s.Bits, s.Nano = uint64(l.I[row]), l.N[row]
	default:
		s.Any = l.X[row]
	}
	return s
}

// set stores one row; the bitmaps must be clear there.
func (l *Lane) set(t Type, row int, s Scalar) {
	switch t {
	case Double:
		l.F[row] = math.Float64frombits(s.Bits)
	case Int, Duration:
		l.I[row] = int64(s.Bits)
	case Uint:
		l.U[row] = s.Bits
	case Bool:
		l.B[row>>6] = l.B[row>>6]&^(1<<(row&63)) | s.Bits<<(row&63)
	case String:
		l.S[row] = s.Str
	case Timestamp:
		l.I[row], l.N[row] = int64(s.Bits), s.Nano
	default:
		l.X[row] = s.Any
	}
}

// one evaluates a program without inputs.
func (e *Evaluator) one() Scalar {
	e.Run(nil, nil, 0, 1)
	return e.Root(0).scalar(e.p.roots[0].typ, 0, e)
}

// call runs a function for the rows where it is demanded.
func (e *Evaluator) call(s *step, n int) {
	l := &e.lanes[s.dst]
	l.reset()
	clear(l.Err)
	clear(l.Unk)
	e.args, e.types = e.args[:0], e.types[:0]
	for _, a := range s.more {
		e.args, e.types = append(e.args, e.p.of[a]), append(e.types, e.p.nodes[a].typ)
	}
	f := e.p.calls[s.in]
	for w := range (n + 63) / 64 {
		want := ^uint64(0)
		if w == (n-1)/64 {
			want = tail(n)
		}
		for _, g := range s.guard {
			c := &e.lanes[e.p.of[g.cond]]
			eb, ub := c.errs()[w], c.unks()[w]
			switch {
			case g.unk:
				want &= ub
			case g.want:
				want &= c.B[w] | eb | ub
			default:
				want &= ^c.B[w] | eb | ub
			}
		}
		for ; want != 0; want &= want - 1 {
			e.row = w*64 + bits.TrailingZeros64(want)
			switch out := f(e.read); out.State {
			case Failed:
				l.AnyErr = true
				l.Err[w] |= want & -want
				l.codes()[e.row] = e.dynamic(s, out.Err)
			case Unknown:
				l.AnyUnk = true
				l.Unk[w] |= want & -want
			default:
				l.set(s.typ, e.row, out)
			}
		}
	}
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// tail has the bits of the last word of n rows.
func tail(n int) uint64 { return ^uint64(0) >> (-n & 63) }

func eachBit(x uint64, w int, f func(row int)) {
	for ; x != 0; x &= x - 1 {
		f(w*64 + bits.TrailingZeros64(x))
	}
}
