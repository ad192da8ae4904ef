package aggregate

import (
	"fmt"
	"math"

	"github.com/almotacen/almotacen/telemetry"
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
	many    many
	rows    []rows // by translation
	ahead   ahead
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
			l.tally = int(min(tallyRoom, cfg.Limits.Sketches/16/int64(len(d.measures))))
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

// add adds the rows [from, to) of b; next comes after b, if that is known.
func (w *worker) add(tr *translation, b *telemetry.Batch, from, to int, next *telemetry.Batch) (err error) {
	for ; from < to && err == nil; from += chunkRows {
		end := min(from+chunkRows, to)
		if !w.ordered {
			w.lookAhead(b, end, next)
		}
		err = w.addChunk(tr, cut(b, from, end))
	}
	w.ahead = ahead{} // it would hold on to the batch
	return err
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
	numbers := count(c.kind, telemetry.Number) == n && count(c.quality, c.quality[0]) == n
	c.plain = numbers && (unitless || uniform(c.unit))
	if w.ordered {
		if ok, err := w.shorten(tr, &c); ok || err != nil {
			return err
		}
	}
	if uniform(c.attribute) {
		return w.addChain(tr, tr.chain[c.attribute[0]], &c, nil)
	}
	if steps(c.attribute, n/32) <= n/32 {
		for from := 0; from < n; {
			w.ahead.from = from
			to := from + same(c.attribute[from:])
			part := c.part(from, to)
			if err := w.addChain(tr, tr.chain[c.attribute[from]], &part, nil); err != nil {
				return err
			}
			from = to
		}
		return nil
	}
	if numbers && !w.ordered && c.starts == nil {
		var err error
		if c, err = w.addMany(tr, &c); err != nil || len(c.time) == 0 {
			return err
		}
	}
	return w.addMixed(tr, &c)
}

// emptyLists are a list for each chain, without rows.
func (w *worker) emptyLists(tr *translation) []list {
	for len(w.lists) < len(tr.chains) {
		w.lists = append(w.lists, list{})
	}
	lists := w.lists[:len(tr.chains)]
	for x := range lists {
		lists[x].n = 0
	}
	return lists
}

// addMixed adds rows whose attributes differ, put side by side.
func (w *worker) addMixed(tr *translation, c *chunk) error {
	w.ahead.rows = 0 // rows of lists do not say how far the chunk is
	lists := w.emptyLists(tr)
	split(lists, tr.chain, c.attribute, c.entity, c.time, c.number)
	for x := range lists {
		if l := &lists[x]; l.n > 0 {
			if err := w.addChain(tr, uint32(x), c, l); err != nil {
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
