package formula

import (
	"fmt"
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/celenv"
)

// lane is a column over the rows of the grid: of a variable at one frequency,
// or of an indicator.
type lane struct {
	id      int
	subject string
	values  []float64
	status  []cube.Status // nil: all plain
	// Reasons by row: codes in sets, or those of a column of the cube that came
	// in. Code 0 with a presence other than observed is what that implies.
	reasons []uint32
	sets    *cube.ReasonSets
	column  *cube.Column
	rows    []int32 // by row of the grid: row of values and column, -1 none; nil: the same
	// Of an indicator that is being computed: reasons are codes of the worker
	// that computed the row, or the engine's with ofEngine set.
	pending bool
}

// variable reads a variable at the current place.
func (w *worker) variable(n *node) value {
	if w.sums != nil {
		return w.sums[leaf{n.idx, w.at.shift, w.at.members}]
	}
	l := w.e.lanes[laneKey{n.idx, w.e.p.inds[w.d.ind].spec.Frequency}]
	var v value
	if w.at.row >= 0 {
		v = w.read(l, w.at.row)
	} else {
		v = w.absent(n.idx, l)
	}
	if n.typ == celenv.Int && v.state == celenv.OK {
		x := double(v)
		if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
			return w.failed(n, fmt.Sprintf("%v is no exact int", x), v)
		}
		v.bits = uint64(int64(x))
	}
	return v
}

func (w *worker) read(l *lane, row int) value {
	if row = l.at(row); row < 0 {
		return w.nothing(l)
	}
	v := value{bits: math.Float64bits(l.values[row])}
	if l.status != nil {
		v.status = l.status[row]
	}
	code := l.code(row)
	if p := v.status.Presence(); p != cube.Observed {
		v.state, v.bits = celenv.Unknown, 0
		if code == 0 {
			v.reasons = w.cause(l, row, int(p))
			return v
		}
	}
	switch {
	case code == 0:
	case !l.pending:
		v.reasons = w.cause(l, row, code+presences)
	case code&ofEngine != 0:
		v.reasons = w.sets.Add(l.sets.Set(uint32(code &^ ofEngine))...)
	default:
		v.reasons = uint32(code) // of this batch, so this worker's
	}
	return v
}

// at is where a row of the grid is in the lane, -1 nowhere.
func (l *lane) at(row int) int {
	if l.rows == nil {
		return row
	}
	return int(l.rows[row])
}

// small reports whether the value of a row is there and below a size.
func (l *lane) small(row int, size float64) bool {
	row = l.at(row)
	return row >= 0 && (l.status == nil || l.status[row].Observed()) && l.values[row] < size
}

const presences = 4

// cause is the worker's code of the reasons of a cell. They are translated once
// by code; index is the presence for implied reasons, else the lane's code
// behind the presences.
func (w *worker) cause(l *lane, row, index int) uint32 {
	if w.at.shift != 0 {
		k := shiftedCause{l.id, index, w.period()}
		code, ok := w.shifted[k]
		if !ok {
			code = w.sets.Add(w.reasons(l, row, index)...)
			w.shifted[k] = code
		}
		return code
	}
	if l.id >= len(w.causes) {
		w.causes = append(w.causes, make([][]uint32, l.id+1-len(w.causes))...)
	}
	c := w.causes[l.id]
	if index >= len(c) {
		c = append(c, make([]uint32, index+1-len(c))...)
		w.causes[l.id] = c
	}
	if c[index] == 0 {
		c[index] = w.sets.Add(w.reasons(l, row, index)...) + 1
	}
	return c[index] - 1
}

func (w *worker) reasons(l *lane, row, index int) []cube.Reason {
	var list []cube.Reason
	switch {
	case index <= presences:
		list = []cube.Reason{{Code: implied[index-1]}}
	case l.column != nil:
		list = slices.Clone(l.column.Reasons(row))
	default:
		list = slices.Clone(l.sets.Set(uint32(index - presences)))
	}
	return w.explained(list, l.subject)
}

// implied are the reason codes that presences stand for, from NotApplicable.
var implied = [presences]string{cube.ReasonNotApplicable, cube.ReasonNotCollected, cube.ReasonSuppressed, cube.ReasonNotComputable}

// explained names the variable and, where it is not that of the row, the period.
func (w *worker) explained(list []cube.Reason, subject string) []cube.Reason {
	for i := range list {
		if list[i].Subject == "" {
			list[i].Subject = subject
		}
		if w.at.shift != 0 && list[i].Text == "" {
			list[i].Text = w.period().String()
		}
	}
	return list
}

// absent reads a variable where the grid has no row: only a stock of a coarser
// frequency can have a value there.
func (w *worker) absent(v int, l *lane) value {
	f := w.e.p.inds[w.d.ind].spec.Frequency
	if relate(w.e.p.cat.Variables[v].Frequency, f) == coarser {
		if k := w.key(); !k.Period.IsZero() {
			return w.fromCell(w.e.p.cell(w.e.in, w.e.columns[v], v, k, f, nil), l.subject)
		}
	}
	return w.nothing(l)
}

// nothing is what a lane has where there is no row.
func (w *worker) nothing(l *lane) value {
	return value{state: celenv.Unknown, status: cube.Status(cube.Missing), reasons: w.cause(l, -1, int(cube.Missing))}
}

// fromCell is a cell as a value, with its reasons in the worker's set.
func (w *worker) fromCell(c cube.Cell, subject string) value {
	v := value{bits: math.Float64bits(c.Value), status: c.Status}
	list := slices.Clone(c.Reasons)
	if !c.Status.Observed() {
		v.state, v.bits = celenv.Unknown, 0
		if len(list) == 0 {
			list = append(list, cube.Reason{Code: implied[c.Status.Presence()-1]})
		}
	}
	if len(list) > 0 {
		v.reasons = w.sets.Add(w.explained(list, subject)...)
	}
	return v
}

// indicator reads another indicator at the current place. Across a change of
// its definition the result is marked as a break.
func (w *worker) indicator(n *node) value {
	if w.sums != nil {
		return w.summedIndicator(n)
	}
	var v value
	l := w.e.results[n.idx]
	if w.at.row >= 0 {
		v = w.read(l, w.at.row)
	} else {
		v = w.nothing(l)
	}
	if w.at.shift != 0 && v.state == celenv.OK && !w.e.p.inds[n.idx].spec.Comparable(w.period(), w.e.grid.Key(w.base).Period) {
		v.status |= cube.Break
	}
	return v
}

// laneKey is a variable brought to a frequency.
type laneKey struct {
	variable int
	freq     period.Freq
}
