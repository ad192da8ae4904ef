package aggregate

import (
	"slices"

	"github.com/almotacen/almotacen/telemetry"
)

// clean reports whether every row of p with a time and a group counts as it is, without
// looking at each: of kind Number, of one accepted quality and one unit that stays.
// Numbers may not be finite.
func (w *worker) clean(tr *translation, mi int, c *chunk, l *list, p *placed) bool {
	first := 0
	if l != nil {
		first = int(l.row[0])
	}
	return w.asIs(tr, mi, c, first) && (c.plain || l != nil && l.plain(c)) && (!w.bounded || within(p.at, w.from, w.to))
}

// asIs reports whether numbers of the quality and unit of a row count as they are.
func (w *worker) asIs(tr *translation, mi int, c *chunk, row int) bool {
	m := &w.d.measures[mi]
	return m.asIs() && m.accept>>(c.quality[row]&31)&1 != 0 && tr.convert[mi][c.unit[row]].as
}

// asIs reports whether there are rows that count without a look at each.
func (m *measure) asIs() bool { return !m.bounded && !m.sentinel && !m.changes && m.Dataset == "" }

// sift leaves the rows that count in the scratch, converted, and counts the others.
func (w *worker) sift(tr *translation, mi int, c *chunk, rows []int32, count *Totals) (n int, err error) {
	m, s := &w.d.measures[mi], &w.scratch
	lastUnit, as := ^uint32(0), true
	var conv *conversion
	for _, row := range rows {
		i := int(row)
		at := c.time[i]
		if at < w.from || at >= w.to {
			if at == telemetry.NoTime {
				count.Timeless++
			} else {
				count.Outside++
			}
			continue
		}
		if m.Dataset != "" && tr.dataset[c.dataset[i]] != m.Dataset {
			continue // addChain counts it
		}
		x := c.number[i]
		k := c.kind[i]
		number := k == telemetry.Number || k == telemetry.Bool
		if m.Form == Text {
			number = k == telemetry.Text
		}
		if !number || m.accept>>(c.quality[i]&31)&1 == 0 {
			r := RejectQuality
			switch {
			case k == telemetry.None || k == telemetry.Deleted:
				r = RejectNone
			case !number:
				r = RejectType
			}
			if err := w.reject(tr, mi, c.entity[i], at, r, count); err != nil {
				return 0, err
			}
			continue
		}
		if u := c.unit[i]; u != lastUnit {
			lastUnit = u
			conv = &tr.convert[mi][u]
			as = conv.as
		}
		if !as || m.bounded || m.sentinel || x-x != 0 {
			var r Reject
			if x, r = m.number(x, conv); r != RejectNone {
				if err := w.reject(tr, mi, c.entity[i], at, r, count); err != nil {
					return 0, err
				}
				continue
			}
		}
		if tr.group[c.entity[i]] == noGroup {
			count.Ungrouped++
			continue
		}
		if m.Form == Text {
			x = 0
			if text := c.text(i); slices.ContainsFunc(m.Texts, func(s string) bool { return s == string(text) }) {
				x = 1
			}
		} else if m.Threshold != nil {
			above := x > *m.Threshold
			x = 0
			if above {
				x = 1
			}
		}
		s.e[n], s.t[n], s.x[n], s.row[n] = c.entity[i], at, x, row
		n++
	}
	return n, nil
}

// reject counts a row that is in its place and time and does not count.
func (w *worker) reject(tr *translation, mi int, code uint32, at int64, r Reject, count *Totals) error {
	e := &w.d.entities[tr.entity[code]]
	if e.group == noGroup {
		count.Ungrouped++
		return nil
	}
	o, _, _, err := w.zones[e.zone].find(at)
	if err != nil {
		return w.d.wrap(err, mi, e.group)
	}
	t := w.tables[mi]
	t.reject(t.at(e.group, int32(o)), r)
	w.beside(mi, e.group, int32(o))
	return nil
}

// beside makes the state beside that of floats, so that what is kept is there, if empty,
// also where all was rejected.
func (w *worker) beside(mi int, g uint32, o int32) {
	if side := w.sides[mi]; side != nil {
		n := side.len()
		side.at(g, o)
		w.states += side.len() - n
	}
}

// number converts x and says why it does not count; RejectNone: it does.
func (m *measure) number(x float64, c *conversion) (float64, Reject) {
	for _, s := range m.Sentinels {
		if x == s {
			return 0, RejectRange
		}
	}
	if !c.as {
		if c.refuse {
			return 0, RejectUnit
		}
		var err error
		if x, err = c.with.Convert(x); err != nil {
			return 0, RejectUnit
		}
	}
	if x-x != 0 || m.bounded && !(x >= m.Least && x <= m.Greatest) {
		return 0, RejectRange
	}
	return x, RejectNone
}
