package aggregate

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// worker has its own tables and windows, so that workers share nothing they write.
type worker struct {
	d       *dict
	cfg     *Config
	zones   []*windows
	tables  []*table // by measure
	sides   []*table // by measure, of Float: what does not depend on order; nil if nothing is kept
	totals  Totals
	again   Totals // of rows that were counted before
	from    int64
	to      int64
	bounded bool   // by from and to
	idle    bool   // without ordered: all measures are, and of any dataset
	ordered bool   // takes the ordered measures, and of them the series of its shard
	stage   *stage // of an ordered worker
	shard   uint32
	shards  uint32
	states  int   // of all tables
	kept    int64 // bytes of their sketches
	key     []byte
	scratch scratch
	starts  []int64 // times of a chunk with spans
	lists   []list  // by chain
	touched byte    // keeps the compiler from leaving touch out
}

// scratch is one chunk of one measure, row by row: those that count.
type scratch struct {
	e    [chunkRows]uint32 // entity codes
	row  [chunkRows]int32  // of the chunk
	own  [chunkRows]int32  // rows of the shard
	w    [chunkRows]int32  // windows
	runs [chunkRows/4 + 32]run
	odd  odd
	slot [chunkRows]uint32
	side [chunkRows]uint32
	left [chunkRows]int32
	rest [chunkRows]run
	x    [chunkRows]float64
	t    [chunkRows]int64
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
	w.bounded, w.idle = !cfg.From.IsZero() || !cfg.To.IsZero(), true
	for i := range d.measures {
		w.idle = w.idle && d.measures[i].ordered && d.measures[i].Dataset == ""
		l := lanes{hot: true, keep: d.measures[i].Keep, dict: d}
		if d.measures[i].Form == Decimal && !d.measures[i].ordered && l.keep&tallied != 0 {
			l.tally = int(min(tallyRoom, cfg.Limits.Sketches/16))
		}
		var side *table
		if d.measures[i].Form == Float {
			if l.keep != 0 {
				side = newTable(cfg.Limits.Dense, lanes{keep: l.keep, dict: d})
			}
			l = lanes{part: true}
		}
		w.tables, w.sides = append(w.tables, newTable(cfg.Limits.Dense, l)), append(w.sides, side)
	}
	for i := range w.scratch.rows {
		w.scratch.rows[i] = int32(i)
	}
	return w
}

// chunk is a part of a batch of at most chunkRows rows.
type chunk struct {
	b                                *telemetry.Batch
	from                             int // row of b
	entity, attribute, dataset, unit []uint32
	time                             []int64
	number                           []float64
	kind                             []telemetry.Kind
	quality                          []telemetry.Quality
	starts, ends                     []int64 // of chunks with spans; see begins
	plain                            bool    // all rows are of kind Number, one quality and one unit
}

func cut(b *telemetry.Batch, from, to int) chunk {
	return chunk{
		b: b, from: from, entity: b.Entity[from:to], attribute: b.Attribute[from:to], dataset: b.Dataset[from:to], unit: b.UnitRef[from:to],
		time: b.Time[from:to], number: b.Number[from:to], kind: b.Kind[from:to], quality: b.Quality[from:to],
	}
}

// part is the rows [from, to) of c.
func (c *chunk) part(from, to int) chunk {
	p := cut(c.b, c.from+from, c.from+to)
	p.plain = c.plain || count(p.kind, telemetry.Number) == len(p.kind) && count(p.quality, p.quality[0]) == len(p.quality) && uniform(p.unit)
	if c.starts != nil {
		p.starts, p.ends = c.starts[from:to], c.ends[from:to]
	}
	return p
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
	if !w.ordered {
		w.totals.Rows += int64(n)
	}
	for len(w.zones) < len(w.d.zones) {
		w.zones = append(w.zones, newWindows(w.cfg.Window, w.d.zones[len(w.zones)], w.cfg.Limits.Windows))
	}
	if n == 0 {
		return nil
	}
	if w.idle && !w.ordered {
		for _, a := range c.attribute {
			if tr.chain[a] == 0 {
				w.totals.Unwanted++
			}
		}
		return nil
	}
	if w.shards > 1 && uniform(c.entity) && tr.entity[c.entity[0]]%w.shards != w.shard {
		return nil
	}
	if c.starts = w.begins(&c); c.starts != nil {
		c.ends = c.time
	}
	unitless := c.b.Units.Len() == 0 // all codes are 0
	w.touched += touch(&c, unitless)
	c.plain = count(c.kind, telemetry.Number) == n && count(c.quality, c.quality[0]) == n && (unitless || uniform(c.unit))
	if uniform(c.attribute) {
		return w.addChain(tr, tr.chain[c.attribute[0]], &c, nil)
	}
	if steps(c.attribute, n/32) <= n/32 {
		for from := 0; from < n; {
			to := from + same(c.attribute[from:])
			part := c.part(from, to)
			if err := w.addChain(tr, tr.chain[c.attribute[from]], &part, nil); err != nil {
				return err
			}
			from = to
		}
		return nil
	}
	for len(w.lists) < len(tr.chains) {
		w.lists = append(w.lists, list{})
	}
	lists := w.lists[:len(tr.chains)]
	for x := range lists {
		lists[x].n = 0
	}
	split(lists, tr.chain, c.attribute, c.entity, c.time, c.number)
	for x := range lists {
		if l := &lists[x]; l.n > 0 {
			if err := w.addChain(tr, uint32(x), &c, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// addChain adds rows of one attribute to each of its measures: those of l, or all.
func (w *worker) addChain(tr *translation, x uint32, c *chunk, l *list) error {
	rows := w.scratch.rows[:len(c.time)]
	if l != nil {
		rows = l.row[:l.n]
	}
	if w.ordered {
		return w.orderChain(tr, x, c, l, rows)
	}
	if x == 0 {
		w.totals.Unwanted += int64(len(rows))
		return nil
	}
	w.totals.Unwanted += w.unwanted(tr, x, c, rows)
	for k, m := range tr.chains[x] {
		if w.d.measures[m].ordered {
			continue
		}
		if c.starts != nil {
			c.time = c.timesFor(&w.d.measures[m])
			if l != nil {
				gather(l.time[:], c.time, rows)
			}
		}
		count := &w.totals
		if k > 0 {
			count = &w.again // a row is counted once, whatever its measures
		}
		p, err := w.place(tr, m, c, l, rows, count)
		if err != nil {
			return err
		}
		n := len(p.at)
		if n == 0 {
			continue
		}
		g := tr.group[p.entity[n-1]]
		if err := w.keepAll(tr, m, c, &p); err != nil {
			return err
		}
		if w.d.measures[m].Keep != 0 {
			if err := w.heed(m, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// orderChain adds rows of one attribute to each of its measures that need an order.
func (w *worker) orderChain(tr *translation, x uint32, c *chunk, l *list, rows []int32) error {
	for k, m := range tr.chains[x] {
		if !w.d.measures[m].ordered {
			continue
		}
		if c.starts != nil {
			c.time = c.timesFor(&w.d.measures[m])
			if l != nil {
				gather(l.time[:], c.time, rows)
			}
		}
		count := &w.totals
		if k > 0 {
			count = &w.again
		}
		if err := w.order(tr, m, c, l, rows, count); err != nil {
			return err
		}
	}
	return nil
}

// unwanted counts the rows of a dataset that no measure of the attribute has.
func (w *worker) unwanted(tr *translation, x uint32, c *chunk, rows []int32) (n int64) {
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

// placed are the rows of a chunk that count, either as runs or with a slot each.
type placed struct {
	entity []uint32
	x      []float64
	at     []int64
	row    []int32  // of the chunk; nil: the same
	runs   []run    // nil: slots
	slot   []uint32 // by row
}

// place finds the states of the rows that count.
func (w *worker) place(tr *translation, mi int, c *chunk, l *list, rows []int32, count *Totals) (placed, error) {
	s := &w.scratch
	before := w.tables[mi].len()
	p := placed{entity: c.entity, x: c.number, at: c.time}
	if l != nil {
		p.entity, p.x, p.at, p.row = l.entity[:l.n], l.number[:l.n], l.time[:l.n], rows
	}
	ok := w.clean(tr, mi, c, l, &p)
	if ok {
		var err error
		if ok, err = w.find(tr, mi, &p); err != nil {
			return placed{}, err
		}
		// Kernels find what is not finite, but for rows of floats one by one and what
		// is kept besides sums.
		m := &w.d.measures[mi]
		ok = ok && (m.Keep&^tallied == 0 && (m.Form == Decimal || p.runs != nil && m.Keep == 0) || finite(p.x))
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
	if ok, err := w.windowsOf(tr, mi, p); !ok {
		return false, err
	}
	var missing int
	if t.keys != nil {
		missing = hashedOf(p.slot, p.entity, s.w[:], tr.group, t.keys, t.slots)
	} else {
		missing = slotsOf(p.slot, p.entity, s.w[:], tr.group, index{t.direct, t.groups, t.shift, t.low})
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
	one := uniform(p.entity)
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
				if at == telemetry.NoTime {
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
		n := 0
		if one {
			n = climb(p.at[k:], to)
		} else {
			n = climbOf(p.at[k:], p.entity[k:], to)
		}
		runs = append(runs, run{t.at(g, int32(z.base+int64(i))), int32(k), int32(k + n), at, p.at[k+n-1]})
		k += n
	}
	p.runs = runs
	return true, nil
}

// windowsOf leaves the windows of p's rows in the scratch; false if one has no time
// or no group.
func (w *worker) windowsOf(tr *translation, mi int, p *placed) (bool, error) {
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
		e, at := p.entity[k], p.at[k]
		if tr.group[e] == noGroup || at == telemetry.NoTime {
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

// check counts new states and holds to the limit.
func (w *worker) check(mi, more int) error {
	if w.states += more; w.states <= w.cfg.Limits.States {
		return nil
	}
	group := noGroup
	if t := w.tables[mi]; t.len() > 0 {
		group = t.group[t.len()-1]
	}
	spill := "give a SpillDir, "
	if m := &w.d.measures[mi]; m.ordered || spillable(Config{SpillDir: "."}, w.d.measures[mi:mi+1]) != nil {
		spill = ""
	}
	return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d states; take a coarser window or larger groups, %sor raise Limits.States", w.cfg.Limits.States, spill)}, mi, group)
}

// clean reports whether every row of p with a time and a group counts as it is, without
// looking at each: of kind Number, of one accepted quality and one unit that stays.
// Numbers may not be finite.
func (w *worker) clean(tr *translation, mi int, c *chunk, l *list, p *placed) bool {
	m := &w.d.measures[mi]
	if m.bounded || m.sentinel || m.changes || m.Dataset != "" {
		return false
	}
	first := 0
	if l != nil {
		first = int(l.row[0])
	}
	return (c.plain || l != nil && l.plain(c)) && m.accept>>(c.quality[first]&31)&1 != 0 && tr.convert[mi][c.unit[first]].as &&
		(!w.bounded || within(p.at, w.from, w.to))
}

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
	return nil
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

// keep puts rows into their states.
func (w *worker) keep(mi int, p *placed) {
	m, t, o := &w.d.measures[mi], w.tables[mi], &w.scratch.odd
	switch {
	case m.Form == Float && p.runs != nil:
		runFloats(t.part, t.count, p.runs, p.x, p.at, o)
	case m.Form == Float:
		scatterFloats(t.part, t.count, p.slot, p.x, p.at)
		return
	case p.runs != nil:
		runShort(t.hot, t.rest, p.runs, p.x, p.at, m.ten, o)
	default:
		scatterShort(t.hot, t.rest, p.slot, p.x, p.at, m.ten, o)
	}
	for i := range o.n {
		slot, x, at := o.slot[i], o.x[i], o.t[i]
		if x-x != 0 {
			t.reject(slot, RejectRange)
			continue
		}
		h := &t.hot[slot]
		h.first, h.last = min(h.first, at), max(h.last, at)
		t.rest[slot] = addException(t.rest[slot], x)
	}
	o.n = 0
}

// keepAll puts rows into all states of their measure.
func (w *worker) keepAll(tr *translation, mi int, c *chunk, p *placed) error {
	m, t := &w.d.measures[mi], w.tables[mi]
	if m.Keep&^tallied != 0 || m.Form == Text && m.Keep != 0 {
		if err := w.keepRows(tr, mi, c, p); err != nil {
			return err
		}
	}
	if t.tally == nil {
		w.keep(mi, p)
	} else if w.tally(mi, p); len(p.x) > 0 {
		w.keep(mi, p)
		t.widen(p, m.ten)
	} else {
		return nil
	}
	if m.Keep&tallied == 0 {
		return nil
	}
	if !finite(p.x) {
		w.onlyFinite(p)
	}
	return w.keepNumbers(mi, p)
}

// onlyFinite takes out of p the numbers that keep has rejected.
func (w *worker) onlyFinite(p *placed) {
	s, n := &w.scratch, 0
	if p.runs != nil {
		p.slot = s.slot[:len(p.x)]
		for _, r := range p.runs {
			for k := r.from; k < r.to; k++ {
				p.slot[k] = r.slot
			}
		}
		in := make([]bool, len(p.x)) // runs may leave rows out
		for _, r := range p.runs {
			for k := r.from; k < r.to; k++ {
				in[k] = true
			}
		}
		for k, x := range p.x {
			if in[k] && x-x == 0 {
				s.e[n], s.x[n], s.t[n], s.slot[n] = p.entity[k], x, p.at[k], p.slot[k]
				n++
			}
		}
	} else {
		for k, x := range p.x {
			if x-x == 0 {
				s.e[n], s.x[n], s.t[n], s.slot[n] = p.entity[k], x, p.at[k], p.slot[k]
				n++
			}
		}
	}
	*p = placed{entity: s.e[:n], x: s.x[:n], at: s.t[:n], slot: s.slot[:n]}
}

// slotsOf are the slots of p's rows, and the table they are of.
func (w *worker) slotsOf(mi int, p *placed) ([]uint32, *table, error) {
	t, slot := w.tables[mi], p.slot
	if p.runs != nil {
		slot = w.scratch.slot[:len(p.x)]
		for _, r := range p.runs {
			for k := r.from; k < r.to; k++ {
				slot[k] = r.slot
			}
		}
	}
	side := w.sides[mi]
	if side == nil {
		return slot, t, nil
	}
	before := side.len()
	to := w.scratch.side[:len(slot)]
	for k, s := range slot {
		if k > 0 && s == slot[k-1] {
			to[k] = to[k-1]
		} else {
			to[k] = side.at(t.group[s], t.window[s])
		}
	}
	return to, side, w.check(mi, side.len()-before)
}

// keepNumbers puts numbers into the states that measures keep of them on demand.
func (w *worker) keepNumbers(mi int, p *placed) error {
	m := &w.d.measures[mi]
	slot, t, err := w.slotsOf(mi, p)
	if err != nil {
		return err
	}
	if m.Keep&KeepValues != 0 {
		if t.values.n+len(slot) > w.cfg.Limits.Values {
			return w.d.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d numbers for exact quantiles; keep a histogram, or raise Limits.Values", w.cfg.Limits.Values)}, mi, t.group[slot[0]])
		}
		if p.runs != nil {
			for _, r := range p.runs {
				t.values.addRun(slot[r.from], p.x[r.from:r.to])
			}
		} else {
			t.values.add(slot, p.x)
		}
	}
	if m.Keep&KeepHistogram != 0 {
		if p.runs != nil {
			for _, r := range p.runs {
				t.histogram[slot[r.from]].AddAll(p.x[r.from:r.to])
			}
		} else {
			for k, s := range slot {
				t.histogram[s].Add(p.x[k])
			}
		}
	}
	if m.Keep&KeepDistinct == 0 || m.Form == Text {
		return nil
	}
	if p.runs == nil {
		t.numbersAll(slot, p.x, m.ten)
	}
	for _, r := range p.runs {
		t.numbersOf(slot[r.from], p.x[r.from:r.to], m.ten)
	}
	return nil
}

// keepRows puts rows into the states that measures keep on demand of more than their
// numbers.
func (w *worker) keepRows(tr *translation, mi int, c *chunk, p *placed) error {
	m := &w.d.measures[mi]
	if t := w.tables[mi]; m.Keep&^tallied == KeepEntities && m.Form == Decimal && p.runs != nil {
		for i := range p.runs { // of one entity each
			t.meet(p.runs[i].slot, w.d, tr.entity[p.entity[p.runs[i].from]])
		}
		return nil
	}
	slot, t, err := w.slotsOf(mi, p)
	if err != nil {
		return err
	}
	if m.Keep&KeepEntities != 0 {
		t.meetAll(tr, w.d, p, slot)
	}
	row := func(k int) int {
		if p.row != nil {
			return int(p.row[k])
		}
		return k
	}
	if m.Keep&KeepTop != 0 || m.Form == Text && m.Keep&KeepDistinct != 0 {
		for k, s := range slot {
			var text []byte
			if m.Form == Text {
				text = c.text(row(k))
				if m.Keep&KeepDistinct != 0 {
					t.overflow(&t.distinct[s]).Add(sketch.ID(text))
				}
			} else {
				w.key = appendNumber(w.key[:0], p.x[k]+0)
				text = w.key
			}
			if m.Keep&KeepTop != 0 {
				t.top[s].Add(text, 1)
			}
		}
	}
	if m.Keep&KeepCircle != 0 {
		for k, s := range slot {
			t.turned(s, m.Turn).Add(p.x[k])
		}
	}
	if m.Keep&KeepEnds != 0 {
		last, rank := uint32(0), uint32(0)
		for k, s := range slot {
			d := &c.b.Detail[c.from+row(k)]
			if d.Source != last {
				last, rank = d.Source, w.d.sources[c.b.Sources.At(d.Source).Name]
			}
			t.ends[s].Add(Reading{p.at[k], rank, d.Start, p.x[k]})
		}
	}
	return nil
}

// appendNumber is the key of a number in a State.Top.
func appendNumber(dst []byte, x float64) []byte { return strconv.AppendFloat(dst, x, 'g', -1, 64) }

// text is the text of row i of the chunk.
func (c *chunk) text(i int) []byte { return c.b.Bytes(c.b.Detail[c.from+i].Ref) }

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
