package aggregate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/almotacen/almotacen/telemetry"
)

// Aggregator takes batches for as long as they come and holds their states. Not safe
// for concurrent use; AddAll is concurrent inside.
type Aggregator struct {
	cfg      Config
	measures []measure
	dict     *dict
	workers  []*worker
	stages   []*worker // of ordered measures, by shard of the entities; nil if there are none
	real     []*table  // by measure, of Float: what morsels merged into
	position int64     // rows added
	retired  int64     // the latest time of Retire; earliest: none
	counted  Totals    // until then
	tails    [][]Row   // by measure: the last states of series that were retired
	progress progress
	runs     []spilled
	floats   bool
	ended    bool // its memory may go to the result
	err      error
}

// New is an aggregator without rows. The error is an [*Error] of kind ErrConfig.
func New(c Config) (*Aggregator, error) {
	measures, err := compile(c)
	if err != nil {
		return nil, err
	}
	if err := spillable(c, measures); err != nil {
		return nil, err
	}
	c.Limits = c.Limits.withDefaults()
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	a := &Aggregator{cfg: c, measures: measures, retired: earliest}
	a.dict = newDict(&a.cfg, measures)
	a.workers = []*worker{newWorker(a.dict, &a.cfg)}
	for i := range measures {
		a.real = append(a.real, nil)
		if measures[i].ordered && a.stages == nil {
			n := max(c.Workers, 1)
			for k := range n {
				w := newWorker(a.dict, &a.cfg)
				w.ordered, w.stage, w.shard, w.shards = true, newStage(a.dict, &a.cfg), uint32(k), uint32(n)
				a.stages = append(a.stages, w)
			}
		}
		if measures[i].Form == Float {
			a.floats = true
			a.real[i] = newTable(c.Limits.Dense, lanes{real: true})
		}
	}
	return a, nil
}

// Run aggregates batches, which stand in the order of the input, and returns the
// result. It is New, AddAll and Result.
func Run(ctx context.Context, c Config, batches []*telemetry.Batch) (*Result, error) {
	a, err := New(c)
	if err != nil {
		return nil, err
	}
	if err := a.AddAll(ctx, batches); err != nil {
		return nil, err
	}
	a.end()
	return a.Result(ctx)
}

// end prepares for the last Result: nothing is added after it.
func (a *Aggregator) end() {
	if a.ended = true; !a.floats {
		return
	}
	a.spread(len(a.measures), func(i int) {
		if a.real[i] == nil {
			return
		}
		for _, w := range a.workers {
			a.real[i].takeParts(w.tables[i])
		}
	})
}

// spread calls f for 0 to n-1, on up to Config.Workers goroutines.
func (a *Aggregator) spread(n int, f func(i int)) {
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
			f(i)
		}
	}
	var group sync.WaitGroup
	for range min(a.cfg.Workers, n) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}

// Position is the number of rows added.
func (a *Aggregator) Position() int64 { return a.position }

// Add adds the rows of b, which it does not keep. How rows are cut into batches makes
// no difference to any result. After an error the aggregator holds part of the rows
// and only returns that error again.
func (a *Aggregator) Add(b *telemetry.Batch) error {
	if a.err != nil {
		return a.err
	}
	tr, err := a.dict.translate(b)
	if err == nil {
		err = a.addRows(context.Background(), tr, b, 0, b.Len(), nil)
	}
	a.err = err
	return err
}

// addRows adds the rows [from, to) on the caller's goroutine, morsel by morsel; next comes
// after b, if that is known.
func (a *Aggregator) addRows(ctx context.Context, tr *translation, b *telemetry.Batch, from, to int, next *telemetry.Batch) error {
	for from < to {
		n := int(min(int64(to-from), morselEnd(a.position)-a.position))
		if a.cfg.SpillDir != "" {
			n = min(n, chunkRows)
			if w := a.workers[0]; w.states >= a.cfg.Limits.States/2 || w.kept >= a.cfg.Limits.Sketches/2 {
				if err := a.spill(ctx); err != nil {
					return err
				}
			}
		}
		if err := a.workers[0].add(tr, b, from, from+n, next); err != nil {
			return err
		}
		for _, w := range a.stages {
			if err := w.add(tr, b, from, from+n, nil); err != nil {
				return err
			}
		}
		from += n
		a.position += int64(n)
		if a.position == morselEnd(a.position-1) {
			if err := a.mergeParts(a.workers[0]); err != nil {
				return err
			}
			a.report()
			if ctx.Err() != nil && from < to {
				return ctx.Err()
			}
		}
	}
	a.report()
	return nil
}

// mergeParts merges the float states of a worker's morsel into those of all before.
func (a *Aggregator) mergeParts(w *worker) error {
	if !a.floats {
		return nil
	}
	states := 0
	for i, t := range w.tables {
		if a.measures[i].Form != Float {
			continue
		}
		a.real[i].takeParts(t)
		if states += a.real[i].len(); states > a.cfg.Limits.States {
			return a.dict.wrap(&Error{Kind: ErrLimit, Msg: fmt.Sprintf("more than %d states; take a coarser window or larger groups, or raise Limits.States", a.cfg.Limits.States)}, i, noGroup)
		}
	}
	return nil
}

// stretch is a part of a batch within a morsel.
type stretch struct {
	tr       *translation
	b        *telemetry.Batch
	from, to int
}

// AddAll adds the rows of batches in their order, on up to Config.Workers goroutines;
// less than two morsels, and those
// of an aggregator with a SpillDir, stay on the caller's. The states are those of Add, to the
// byte. ctx is looked at between morsels.
func (a *Aggregator) AddAll(ctx context.Context, batches []*telemetry.Batch) error {
	if a.err != nil {
		return a.err
	}
	a.err = a.addAll(ctx, batches)
	return a.err
}

func (a *Aggregator) addAll(ctx context.Context, batches []*telemetry.Batch) error {
	var rows int64
	for _, b := range batches {
		rows += int64(b.Len())
	}
	// Workers take whole morsels; the rest of an open one before them does not go to them,
	// and the first worker takes what opens one after them. Without floats any parts do.
	end := func(at int64) int64 { return at - at%MorselRows + MorselRows }
	if a.floats {
		end = morselEnd
	}
	var ends []int64 // from the first row on
	for at := int64(0); at < rows; at = ends[len(ends)-1] {
		ends = append(ends, min(end(a.position+at)-a.position, rows))
	}
	first, whole := 0, len(ends)
	if a.floats {
		if a.position > 0 && a.position != morselEnd(a.position-1) {
			first = 1
		}
		if whole > 0 && a.position+rows != morselEnd(a.position+rows-1) {
			whole--
		}
	}
	if a.cfg.Workers < 2 || whole-first < 2 || a.cfg.SpillDir != "" {
		for i, b := range batches {
			var next *telemetry.Batch
			if i+1 < len(batches) {
				next = batches[i+1]
			}
			tr, err := a.dict.translate(b)
			if err == nil {
				err = a.addRows(ctx, tr, b, 0, b.Len(), next)
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
		}
		return nil
	}

	// Translations of all batches are made first: workers only read them. A batch is
	// cut where a morsel ends.
	cuts := make([][]stretch, len(ends))
	at, k := int64(0), 0
	for _, b := range batches {
		tr, err := a.dict.translate(b)
		if err != nil {
			return err
		}
		for from, n := 0, b.Len(); from < n; {
			to := int(min(int64(n), int64(from)+ends[k]-at))
			cuts[k] = append(cuts[k], stretch{tr, b, from, to})
			at, from = at+int64(to-from), to
			if at == ends[k] {
				k++
			}
		}
	}
	for _, c := range cuts[:first] {
		for _, s := range c {
			if err := a.addRows(ctx, s.tr, s.b, s.from, s.to, nil); err != nil {
				return err
			}
		}
	}
	if err := a.parallel(ctx, cuts[first:], whole-first); err != nil {
		return err
	}
	return ctx.Err()
}

// parallel gives morsels to workers as they are free; float parts merge in the order
// of the morsels. Of several errors that of the first morsel is returned. A cut beyond the
// whole ones opens a morsel: it is for the first worker.
func (a *Aggregator) parallel(ctx context.Context, cuts [][]stretch, whole int) error {
	n := min(a.cfg.Workers, whole)
	for len(a.workers) < n {
		a.workers = append(a.workers, newWorker(a.dict, &a.cfg))
	}
	var (
		next   atomic.Int64
		turn   = sync.NewCond(&sync.Mutex{})
		merged int
		errs   = make([]error, len(cuts))
		failed atomic.Bool
		group  sync.WaitGroup
	)
	a.apart()
	take := func(i int, w *worker, k int) {
		err := ctx.Err()
		for i, s := range cuts[k] {
			if err != nil || failed.Load() {
				break
			}
			var next *telemetry.Batch
			if i+1 < len(cuts[k]) {
				next = cuts[k][i+1].b
			}
			err = w.add(s.tr, s.b, s.from, s.to, next)
		}
		if err != nil {
			errs[k] = err
			failed.Store(true)
		}
		if a.stages == nil {
			a.reportOf(i, w, lengthOf(cuts[k]))
		} else {
			a.reportOf(i, w, 0) // rows count when the stages have them, too
		}
	}
	for i, w := range a.workers[:n] {
		group.Go(func() {
			for k := int(next.Add(1) - 1); k < whole; k = int(next.Add(1) - 1) {
				take(i, w, k)
				if !a.floats {
					continue
				}
				turn.L.Lock()
				for merged != k {
					turn.Wait()
				}
				if !failed.Load() {
					if errs[k] = a.mergeParts(w); errs[k] != nil {
						failed.Store(true)
					}
				}
				merged++
				turn.Broadcast()
				turn.L.Unlock()
			}
			if i == 0 && whole < len(cuts) {
				take(i, w, whole)
			}
		})
	}
	group.Wait()
	if !failed.Load() && a.stages != nil {
		// Series by series: each stage takes all rows and keeps those of its shard.
		late := make([]error, len(a.stages))
		for i, w := range a.stages {
			group.Go(func() {
				for _, cut := range cuts {
					for _, s := range cut {
						if late[i] == nil {
							late[i] = w.add(s.tr, s.b, s.from, s.to, nil)
						}
					}
					if late[i] == nil {
						late[i] = ctx.Err()
					}
					if i == 0 {
						a.reportOf(len(a.workers), w, lengthOf(cut))
					} else {
						a.reportOf(len(a.workers)+i, w, 0)
					}
				}
			})
		}
		group.Wait()
		errs = append(errs, late...)
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for _, cut := range cuts {
		a.position += lengthOf(cut)
	}
	return nil
}

func lengthOf(cut []stretch) (n int64) {
	for _, s := range cut {
		n += int64(s.to - s.from)
	}
	return n
}

// Totals counts the rows that were added and those that no state counts.
func (a *Aggregator) Totals() Totals {
	var t Totals
	for _, w := range a.workers {
		t.add(w.totals)
	}
	for _, w := range a.stages {
		t.add(w.totals)
	}
	return t
}
