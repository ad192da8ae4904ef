package aggregate

import (
	"math"

	"github.com/almotacen/almotacen/telemetry"
)

// worker has its own tables and windows, so that workers share nothing they write.
type worker struct {
	d       *dict
	cfg     *Config
	zones   []*windows
	tables  []*table // by measure
	totals  Totals
	again   Totals // of rows that were counted before
	from    int64
	to      int64
	states  int // of all tables
	scratch scratch
	by      [][]int32 // row lists by chain
}

// scratch is one chunk of one measure, row by row: those that count.
type scratch struct {
	slot [chunkRows]uint32
	x    [chunkRows]float64
	t    [chunkRows]int64
	i    [chunkRows]int64 // decimals
	rows [chunkRows]int32 // 0, 1, 2 …
}

// Totals counts the rows that no state counts.
type Totals struct {
	Rows      int64 // all
	Unwanted  int64 // of an attribute or dataset that no measure has
	Timeless  int64 // without a time
	Outside   int64 // before From or not before To
	Ungrouped int64 // of an entity without a group
}

func (t *Totals) add(o Totals) {
	t.Rows += o.Rows
	t.Unwanted += o.Unwanted
	t.Timeless += o.Timeless
	t.Outside += o.Outside
	t.Ungrouped += o.Ungrouped
}

func newWorker(d *dict, cfg *Config) *worker {
	w := &worker{d: d, cfg: cfg, from: earliest, to: math.MaxInt64}
	if !cfg.From.IsZero() {
		w.from = clampTime(cfg.From)
	}
	if !cfg.To.IsZero() {
		w.to = clampTime(cfg.To)
	}
	for i := range d.measures {
		l := lanes{hot: true}
		if d.measures[i].Form == Float {
			l = lanes{part: true}
		}
		w.tables = append(w.tables, newTable(cfg.Limits.Dense, l))
	}
	for i := range w.scratch.rows {
		w.scratch.rows[i] = int32(i)
	}
	return w
}

// chunk is a part of a batch of at most chunkRows rows.
type chunk struct {
	entity, attribute, dataset, unit []uint32
	time                             []int64
	number                           []float64
	kind                             []telemetry.Kind
	quality                          []telemetry.Quality
}

func cut(b *telemetry.Batch, from, to int) chunk {
	return chunk{
		b.Entity[from:to], b.Attribute[from:to], b.Dataset[from:to], b.UnitRef[from:to],
		b.Time[from:to], b.Number[from:to], b.Kind[from:to], b.Quality[from:to],
	}
}

// add adds the rows [from, to) of b.
func (w *worker) add(tr *translation, b *telemetry.Batch, from, to int) error {
	for ; from < to; from += chunkRows {
		if err := w.addChunk(tr, cut(b, from, min(from+chunkRows, to))); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) addChunk(tr *translation, c chunk) error {
	n := len(c.time)
	w.totals.Rows += int64(n)
	for len(w.zones) < len(w.d.zones) {
		w.zones = append(w.zones, newWindows(w.cfg.Window, w.d.zones[len(w.zones)], w.cfg.Limits.Windows))
	}
	same := true
	for _, a := range c.attribute[1:] {
		if a != c.attribute[0] {
			same = false
			break
		}
	}
	if same {
		return w.addChain(tr, tr.chain[c.attribute[0]], c, w.scratch.rows[:n])
	}
	for len(w.by) < len(tr.chains) {
		w.by = append(w.by, nil)
	}
	for i, a := range c.attribute {
		x := tr.chain[a]
		w.by[x] = append(w.by[x], int32(i))
	}
	for x := range tr.chains {
		if rows := w.by[x]; len(rows) > 0 {
			if err := w.addChain(tr, uint32(x), c, rows); err != nil {
				return err
			}
			w.by[x] = rows[:0]
		}
	}
	return nil
}

// addChain adds rows of one attribute to each of its measures.
func (w *worker) addChain(tr *translation, x uint32, c chunk, rows []int32) error {
	if x == 0 {
		w.totals.Unwanted += int64(len(rows))
		return nil
	}
	w.totals.Unwanted += w.unwanted(tr, x, c, rows)
	for k, m := range tr.chains[x] {
		count := &w.totals
		if k > 0 {
			count = &w.again // a row is counted once, whatever its measures
		}
		n, runs, err := w.place(tr, m, c, rows, count)
		if err != nil {
			return err
		}
		w.keep(m, n, runs)
	}
	return nil
}

// unwanted counts the rows of a dataset that no measure of the attribute has.
func (w *worker) unwanted(tr *translation, x uint32, c chunk, rows []int32) (n int64) {
	for _, m := range tr.chains[x] {
		if w.d.measures[m].Dataset == "" {
			return 0
		}
	}
next:
	for _, i := range rows {
		for _, m := range tr.chains[x] {
			if w.d.measures[m].Dataset == tr.dataset[c.dataset[i]] {
				continue next
			}
		}
		n++
	}
	return n
}

// place finds the slots of the rows that count, and leaves them with their numbers and
// times in the scratch; runs is the number of stretches of one slot.
func (w *worker) place(tr *translation, mi int, c chunk, rows []int32, count *Totals) (n, runs int, err error) {
	m, t, s := &w.d.measures[mi], w.tables[mi], &w.scratch
	var (
		before          = t.len()
		lastEntity      = ^uint32(0)
		lastUnit        = ^uint32(0)
		group, zone     = noGroup, uint32(0)
		windowOf        *windows
		ordinal         int32
		start, end      = int64(1), int64(0) // no time is in it
		slot, slotGroup uint32
		slotWindow      int32
		known           bool
		as              = true
		conv            *conversion
	)
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
		if e := c.entity[i]; e != lastEntity {
			lastEntity = e
			x := &w.d.entities[tr.entity[e]]
			group = x.group
			if group != noGroup && (x.zone != zone || windowOf == nil) {
				zone, windowOf = x.zone, w.zones[x.zone]
				start, end = 1, 0
			}
		}
		if group == noGroup {
			count.Ungrouped++
			continue
		}
		if m.Dataset != "" && tr.dataset[c.dataset[i]] != m.Dataset {
			continue // addChain counts it
		}
		if at < start || at >= end {
			var o int64
			if o, start, end, err = windowOf.find(at); err != nil {
				return 0, 0, w.d.wrap(err, mi, group)
			}
			ordinal = int32(o)
		}
		if !known || group != slotGroup || ordinal != slotWindow {
			slot, slotGroup, slotWindow, known = t.at(group, ordinal), group, ordinal, true
		}
		x := c.number[i]
		if k := c.kind[i]; k != telemetry.Number && k != telemetry.Bool || m.accept>>(c.quality[i]&31)&1 == 0 {
			switch {
			case k == telemetry.None || k == telemetry.Deleted:
				t.reject(slot, RejectNone)
			case k != telemetry.Number && k != telemetry.Bool:
				t.reject(slot, RejectType)
			default:
				t.reject(slot, RejectQuality)
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
				t.reject(slot, r)
				continue
			}
		}
		if n == 0 || s.slot[n-1] != slot {
			runs++
		}
		s.slot[n], s.x[n], s.t[n] = slot, x, at
		n++
	}
	w.states += t.len() - before
	if w.states > w.cfg.Limits.States {
		return 0, 0, w.d.wrap(&Error{Kind: ErrLimit, Msg: "more states than Limits.States; take a coarser window or larger groups, or raise the limit"}, mi, group)
	}
	return n, runs, nil
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

// keep puts the first n rows of the scratch into the states.
func (w *worker) keep(mi, n, runs int) {
	m, t, s := &w.d.measures[mi], w.tables[mi], &w.scratch
	if m.Form == Float {
		if n >= 4*runs {
			runFloats(t.part, s.slot[:n], s.x[:n], s.t[:n])
		} else {
			scatterFloats(t.part, s.slot[:n], s.x[:n], s.t[:n])
		}
		return
	}
	magnitude, none := decimals(s.i[:n], s.x[:n], m.ten)
	if none > 0 {
		k := 0
		for i, x := range s.i[:n] {
			slot, at := s.slot[i], s.t[i]
			if x == notDecimal {
				h := &t.hot[slot]
				h.first, h.last = min(h.first, at), max(h.last, at)
				t.rest[slot] = addException(t.rest[slot], s.x[i])
				continue
			}
			s.slot[k], s.i[k], s.t[k] = slot, x, at
			k++
		}
		n = k
	}
	switch {
	case n < 4*runs:
		scatterDecimals(t.hot, t.rest, s.slot[:n], s.i[:n], s.t[:n])
	case magnitude < narrow:
		runDecimals(t.hot, t.rest, s.slot[:n], s.i[:n], s.t[:n])
	default:
		runDecimalsWide(t.hot, t.rest, s.slot[:n], s.i[:n], s.t[:n])
	}
}

// wrap adds the place to an error.
func (d *dict) wrap(err error, mi int, group uint32) error {
	if e, ok := err.(*Error); ok {
		e.Measure = d.measures[mi].ID
		if group != noGroup {
			e.Group = d.groups[group].ID
		}
	}
	return err
}
