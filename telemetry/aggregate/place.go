package aggregate

import (
	"slices"

	"github.com/almotacen/almotacen/telemetry"
)

// placed are the rows of a chunk that count, either as runs or with a slot each.
type placed struct {
	entity []uint32
	x      []float64
	at     []int64
	row    []int32  // of the chunk; nil: the same
	runs   []run    // nil: slots
	slot   []uint32 // by row
}

// rowsOf are the rows of l, or all of c, without states yet.
func rowsOf(c *chunk, l *list) placed {
	if l == nil {
		return placed{entity: c.entity, x: c.number, at: c.time}
	}
	return placed{entity: l.entity[:l.n], x: l.number[:l.n], at: l.time[:l.n], row: l.row[:l.n]}
}

// place finds the states of the rows that count.
func (w *worker) place(tr *translation, mi int, c *chunk, l *list, rows []int32, count *Totals) (placed, error) {
	s := &w.scratch
	before := w.tables[mi].len()
	p := rowsOf(c, l)
	ok := w.clean(tr, mi, c, l, &p)
	if ok {
		var err error
		if ok, err = w.find(tr, mi, &p); err != nil {
			return placed{}, err
		}
		// Kernels find what is not finite, but for what is kept besides sums.
		m := &w.d.measures[mi]
		ok = ok && (m.Form == Decimal && (m.Keep&^tallied == 0 || m.Keep == KeepEntities) || m.Keep == 0 || finite(p.x))
	}
	if !ok {
		n, err := w.sift(tr, mi, c, rows, count)
		if err != nil {
			return placed{}, err
		}
		p = placed{entity: s.e[:n], x: s.x[:n], at: s.t[:n], row: s.row[:n]}
		if n > 0 {
			if _, err := w.find(tr, mi, &p); err != nil {
				return placed{}, err
			}
		}
	}
	return p, w.check(mi, w.tables[mi].len()-before)
}

// find finds the states of all rows of p; false if one has no time or no group, which
// sift takes out.
func (w *worker) find(tr *translation, mi int, p *placed) (bool, error) {
	s, t := &w.scratch, w.tables[mi]
	if ok, err := w.findRuns(tr, mi, p); !ok || p.runs != nil {
		return ok, err
	}
	p.slot = s.slot[:len(p.at)]
	if ok, err := w.windowsOf(tr, mi, p, nil); !ok {
		return false, err
	}
	var missing int
	if t.keys != nil {
		missing = hashedOf(p.slot, p.entity, s.w[:], tr.group, t.keys, t.slots)
	} else {
		missing = slotsOf(p.slot, alike[:len(p.slot)], p.entity, s.w[:], w.rowsOf(tr, t.shift), []index{t.index()})
	}
	if missing == 0 {
		return true, nil
	}
	for k, slot := range p.slot {
		if slot != ^uint32(0) {
			continue
		}
		g := tr.group[p.entity[k]]
		if g == noGroup {
			return false, nil
		}
		p.slot[k] = t.at(g, s.w[k])
	}
	return true, nil
}

// findRuns finds runs of rows of one state; it leaves p.runs nil where they are short.
func (w *worker) findRuns(tr *translation, mi int, p *placed) (bool, error) {
	t, runs := w.tables[mi], w.scratch.runs[:0]
	var z *windows
	e, g := ^uint32(0), noGroup
	i, from, to := 0, int64(0), int64(0) // the window of before
	for k := 0; k < len(p.at); {
		if n := len(runs); n >= 16 && 4*n > k {
			return true, nil
		}
		if v := p.entity[k]; v != e {
			e, g = v, tr.group[v]
			if g == noGroup {
				return false, nil
			}
			if y := w.zones[tr.zones[e]]; y != z {
				z, from, to = y, 0, 0
			}
		}
		at := p.at[k]
		if at < from || at >= to {
			if at >= to && from < to && i+2 < len(z.bounds) && at < z.bounds[i+2] {
				i++
			} else {
				if at == telemetry.NoTime || at == latest {
					return false, nil
				}
				o, _, _, err := z.find(at)
				if err != nil {
					return false, w.d.wrap(err, mi, g)
				}
				i = int(o - z.base)
			}
			from, to = z.bounds[i], z.bounds[i+1]
		}
		n := climb(p.at[k:min(k+fetchRows, len(p.at))], p.entity[k:], to)
		runs = append(runs, run{t.at(g, int32(z.base+int64(i))), int32(k), int32(k + n), at, p.at[k+n-1]})
		k += n
	}
	p.runs = runs
	return true, nil
}

// windowsOf leaves the windows of p's rows in the scratch; false if one has no time
// or no group. Rows are of a measure or, where their attributes are given, of many: those
// that nobody wants then need no window, which their times may be far from having.
func (w *worker) windowsOf(tr *translation, mi int, p *placed, attribute []uint32) (bool, error) {
	s := &w.scratch
	for k := 0; k < len(p.at); {
		if tr.zone >= 0 {
			if z := w.zones[tr.zone]; len(z.bounds) > 1 {
				if z.step == hourNanos {
					k += hoursOf(s.w[k:], p.at[k:], z.bounds[0], z.bounds[len(z.bounds)-1], z.base)
				} else {
					k += windowsOf(s.w[k:], p.at[k:], z.bounds, z.base, z.step)
				}
				if k == len(p.at) {
					break
				}
			}
		}
		if attribute != nil {
			if mi = w.many.measure[attribute[k]]; mi < 0 {
				s.w[k] = 0
				k++
				continue
			}
		}
		e, at := p.entity[k], p.at[k]
		if tr.group[e] == noGroup || at == telemetry.NoTime || at == latest {
			return false, nil
		}
		o, _, _, err := w.zones[tr.zones[e]].find(at)
		if err != nil {
			return false, w.d.wrap(err, mi, tr.group[e])
		}
		s.w[k] = int32(o)
		k++
	}
	return true, nil
}

// rows are where the rows of a dictionary's entities begin in direct indexes.
type rows struct {
	of int          // number of the translation, which with its batch may be gone
	by [32][]uint32 // by shift
}

// noRow is beyond every direct index.
const noRow = 1 << 31

// rowsOf are the rows of the entities' groups in direct indexes of a shift.
func (w *worker) rowsOf(tr *translation, shift uint8) []uint32 {
	i := slices.IndexFunc(w.rows, func(r rows) bool { return r.of == tr.number })
	if i < 0 {
		if len(w.rows) == maxTranslations {
			w.rows = slices.Delete(w.rows, 0, 1)
		}
		w.rows = append(w.rows, rows{of: tr.number})
		i = len(w.rows) - 1
	}
	by := &w.rows[i].by[shift&31]
	for len(*by) < len(tr.group) {
		row := uint64(noRow)
		if g := tr.group[len(*by)]; g != noGroup {
			row = min(row, uint64(g)<<shift)
		}
		*by = append(*by, uint32(row))
	}
	return *by
}
