package formula

import (
	"fmt"
	"math"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// place is where formulas are evaluated: a row of the grid, or none where the
// cube has no row of that key.
type place struct {
	row     int // of the grid, -1 none
	shift   int // periods from the base row, ≤ 0
	members cube.Members
	over    bool // members are not the base row's
}

// worker evaluates formulas, one row after the other. Not safe for concurrent
// use: each goroutine has its own.
type worker struct {
	e     *engine
	sets  *cube.ReasonSets
	d     *definition
	base  int // row of the grid
	at    place
	trace *tracer        // of Explain
	sums  map[leaf]value // of Network: what variables are replaced by

	summedInds map[leaf]value // of Network: indicators that were read, in place of variables
	sumAt      period.Period

	shifts  map[int][]int32 // by period of the grid: the period so many before, -1 none
	causes  [][]uint32      // by lane and reason code: own code+1
	shifted map[shiftedCause]uint32
	failure map[failureAt]uint32
	global  []uint32 // by own code: the engine's code+1

	graph    *columnar.Evaluator         // of the sheet
	others   map[int]*[batch / 64]uint64 // by indicator of the sheet: rows of the batch that are not plain
	absentAt bool                        // the last call of before had no row
}

type shiftedCause struct {
	lane, code int
	at         period.Period
}

type failureAt struct {
	d   *definition
	n   *node
	msg string
}

func newWorker(e *engine) *worker {
	return &worker{e: e, sets: new(cube.ReasonSets), shifts: map[int][]int32{},
		shifted: map[shiftedCause]uint32{}, failure: map[failureAt]uint32{}}
}

// begin goes to a row of the grid.
func (w *worker) begin(d *definition, row int) {
	w.d, w.base, w.at = d, row, place{row: row}
}

func (w *worker) eval(n *node) value {
	if w.trace != nil {
		return w.trace.step(w, n)
	}
	return w.run(n)
}

func (w *worker) run(n *node) value {
	switch n.op {
	case opLiteral:
		return value{bits: n.bits}
	case opVariable:
		return w.variable(n)
	case opIndicator:
		return w.indicator(n)
	case opDays:
		return value{bits: math.Float64bits(float64(w.period().Days()))}
	case opAdd, opSub, opMul, opDiv, opMod:
		a := w.eval(n.args[0])
		return w.arith(n, a, w.eval(n.args[1]))
	case opEq, opNe, opLt, opLe, opGt, opGe:
		a := w.eval(n.args[0])
		return w.compare(n, a, w.eval(n.args[1]))
	case opShare, opPer:
		return w.ratio(n)
	case opAnd:
		return w.and(n)
	case opOr:
		return w.or(n)
	case opIf:
		return w.conditional(n)
	case opPresent:
		return w.present(n)
	case opCoalesce:
		return w.coalesce(n)
	case opLag:
		return w.before(n.args[0], n.n)
	case opRollingSum, opRollingMean:
		return w.rolling(n)
	case opSumOver, opMeanOver:
		return w.over(n)
	case opMax, opMin:
		return w.extreme(n)
	case opCEL:
		return w.cel(n)
	}
	return w.unary(n)
}

func (w *worker) ratio(n *node) value {
	a := w.eval(n.args[0])
	b := w.eval(n.args[1])
	v := w.strict(a, b)
	if v.state != celenv.OK {
		return v
	}
	p, q := asDouble(n.args[0], a), asDouble(n.args[1], b)
	if q == 0 {
		return w.failed(n, celenv.ZeroDenominator, v)
	}
	if n.op == opShare {
		p *= 100
	}
	v.bits = math.Float64bits(p / q)
	return v
}

// failed is an error of node n; v has the status of its operands.
func (w *worker) failed(n *node, msg string, v value) value {
	k := failureAt{w.d, n, msg}
	code, ok := w.failure[k]
	if !ok {
		code = w.sets.Add(cube.Reason{Code: cube.ReasonNotComputable, Subject: w.e.p.inds[w.d.ind].spec.ID,
			Text: fmt.Sprintf("%s in %s (version %d, column %d)", msg, quote(w.d.spec.Formula[n.src.Begin:n.src.End]), w.d.spec.Version, n.src.Begin+1)})
		w.failure[k] = code
	}
	return value{state: celenv.Failed, reasons: code, status: v.status.With(cube.NotComputable)}
}

// period is that of the current place, zero before the year 1.
func (w *worker) period() period.Period {
	if w.sums != nil {
		return w.sumAt.Add(w.at.shift)
	}
	p := w.e.grid.Key(w.base).Period
	if w.at.shift != 0 {
		p = p.Add(w.at.shift)
	}
	return p
}

func (w *worker) key() cube.Key {
	k := w.e.grid.Key(w.base)
	k.Period = w.period()
	if w.at.over {
		k.Members = w.at.members
	}
	return k
}

// before evaluates n so many periods before.
func (w *worker) before(n *node, periods int) value {
	was := w.at
	w.at.shift -= periods
	w.locate()
	w.absentAt = w.at.row < 0
	v := w.eval(n)
	w.at = was
	return v
}

// locate finds the row of the current place.
func (w *worker) locate() {
	if w.sums != nil {
		return
	}
	g := w.e.grid
	if w.at.over {
		w.at.row = -1
		if k := w.key(); !k.Period.IsZero() {
			if row, ok := g.Find(k); ok {
				w.at.row = row
			}
		}
		return
	}
	w.at.row = w.base
	if w.at.shift == 0 {
		return
	}
	to := w.shiftTable(w.at.shift)[g.PeriodIndex(w.base)]
	w.at.row = -1
	if to < 0 {
		return
	}
	// where every period has one row, it is that many rows before
	if r := w.base + w.at.shift; r >= 0 && g.PeriodIndex(r) == int(to) && g.EntityIndex(r) == g.EntityIndex(w.base) && g.MembersIndex(r) == g.MembersIndex(w.base) {
		w.at.row = r
		return
	}
	if row, ok := g.Find(w.key()); ok {
		w.at.row = row
	}
}

func (w *worker) shiftTable(shift int) []int32 {
	t, ok := w.shifts[shift]
	if !ok {
		periods := w.e.grid.Periods()
		index := make(map[period.Period]int32, len(periods))
		for i, p := range periods {
			index[p] = int32(i)
		}
		t = make([]int32, len(periods))
		for i, p := range periods {
			t[i] = -1
			if j, ok := index[p.Add(shift)]; ok {
				t[i] = j
			}
		}
		w.shifts[shift] = t
	}
	return t
}

func (w *worker) rolling(n *node) value {
	var acc cube.Accumulator
	var all value
	total := int64(0)
	overflow := false
	for i := n.n - 1; i >= 0; i-- {
		v := w.before(n.args[0], i)
		all = w.strict(all, v)
		if n.kind == celenv.Int {
			s, err := intArith(opAdd, total, int64(v.bits))
			total, overflow = s, overflow || err != "" && v.state == celenv.OK
			acc.Add(float64(int64(v.bits)))
		} else if v.state == celenv.OK {
			acc.Add(double(v))
		}
	}
	return w.summed(n, all, &acc, total, overflow, n.n, n.op == opRollingMean)
}

func (w *worker) summed(n *node, all value, acc *cube.Accumulator, total int64, overflow bool, count int, mean bool) value {
	switch {
	case all.state != celenv.OK:
	case mean:
		all.bits = math.Float64bits(acc.Value() / float64(count))
	case n.kind != celenv.Int:
		all.bits = math.Float64bits(acc.Value())
	case overflow:
		return w.failed(n, "integer overflow", all)
	default:
		all.bits = uint64(total)
	}
	return all
}

func (w *worker) over(n *node) value {
	dim := &w.e.p.cat.Dimensions[n.idx]
	was := w.at
	base := was.members
	if !was.over && w.sums == nil {
		base = w.e.grid.Key(w.base).Members
	}
	var acc cube.Accumulator
	var all value
	total := int64(0)
	overflow := false
	for _, m := range dim.Members {
		members, ok := withMember(base, w.e.dims, dim.ID, m.ID)
		if !ok {
			return value{state: celenv.Unknown, status: cube.Status(cube.Missing), reasons: w.sets.Add(
				cube.Reason{Code: cube.ReasonNotCollected, Subject: dim.ID, Text: "the figures have no such breakdown"})}
		}
		w.at = place{shift: was.shift, members: members, over: true}
		w.locate()
		v := w.eval(n.args[0])
		all = w.strict(all, v)
		if n.kind == celenv.Int {
			s, err := intArith(opAdd, total, int64(v.bits))
			total, overflow = s, overflow || err != "" && v.state == celenv.OK
			acc.Add(float64(int64(v.bits)))
		} else if v.state == celenv.OK {
			acc.Add(double(v))
		}
	}
	w.at = was
	return w.summed(n, all, &acc, total, overflow, max(1, len(dim.Members)), n.op == opMeanOver)
}

// cel evaluates a subtree by cel-go.
func (w *worker) cel(n *node) value {
	inputs := make([]value, len(n.args))
	read := make([]bool, len(n.args))
	out := n.prog.Eval(func(i int) celenv.Value {
		if !read[i] {
			read[i], inputs[i] = true, w.eval(n.args[i])
		}
		v := celenv.Value{State: inputs[i].state, Type: n.args[i].typ}
		switch b := inputs[i].bits; {
		case v.State == celenv.Failed:
			v.Err = w.sets.Set(inputs[i].reasons)[0].Text
		case v.Type == celenv.Double:
			v.Double = math.Float64frombits(b)
		case v.Type == celenv.Int:
			v.Int = int64(b)
		default:
			v.Bool = b != 0
		}
		return v
	})
	var all value
	switch out.State {
	case celenv.Unknown:
		for k, i := range out.Slots {
			if k == 0 {
				all = inputs[i]
			} else {
				all = w.strict(all, inputs[i])
			}
		}
		return all
	case celenv.Failed:
		for i, r := range read {
			if r && inputs[i].state == celenv.Failed && w.sets.Set(inputs[i].reasons)[0].Text == out.Err {
				return inputs[i]
			}
		}
		for i, r := range read {
			if r {
				all.status = all.status.Combine(inputs[i].status)
			}
		}
		return w.failed(n, out.Err, all)
	}
	for i, r := range read {
		if r && inputs[i].state == celenv.OK {
			all = w.strict(all, inputs[i])
		}
	}
	switch n.typ {
	case celenv.Double:
		all.bits = math.Float64bits(out.Double)
	case celenv.Int:
		all.bits = uint64(out.Int)
	default:
		all.bits = boolBits(out.Bool)
	}
	return all
}
