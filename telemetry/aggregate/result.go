package aggregate

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// Result is states sorted by measure (in the order of the Config), group, entity and
// window: those of the group first, with no entity, then those of its series where a
// measure has Hold or Meter. It is read-only and then safe for concurrent use.
type Result struct {
	Totals   Totals // since the last Retire
	measures []measure
	rows     rowList
	since    int64                       // windows that end at it or before are corrections; earliest: none
	only     map[string]telemetry.Entity // by group: its entity, or the zero one of several; nil: not looked at
	until    int64                       // of Retire: windows that end at it or before are whole; earliest: of no Retire
}

// Row is a state and what it is of. Start and End are the window's instants, in
// nanoseconds since 1970 UTC.
type Row struct {
	State      State
	Group      string
	Entity     string // see Key
	Type       string
	Window     period.Period
	Zone       *time.Location
	Start, End int64
	// Correction: State is what came after the window was retired. See Aggregator.Retire
	// and Result.Merge.
	Correction bool
	measure    int32
	old        *tail // of a series: it is there for what it carries
}

// Len is the number of rows.
func (r *Result) Len() int { return r.rows.n }

// Rows ranges over the rows in their order. The states are not to be changed. It can
// be ranged again.
func (r *Result) Rows() iter.Seq2[Key, *Row] {
	return func(yield func(Key, *Row) bool) {
		for x := range r.rows.all() {
			if !yield(r.key(x), x) {
				return
			}
		}
	}
}

func (r *Result) key(x *Row) Key {
	return Key{Measure: r.measures[x.measure].ID, Group: x.Group, Entity: x.Entity, Type: x.Type, Window: x.Window}
}

// At is the state of a key; nil if there is none.
func (r *Result) At(k Key) *Row {
	m := slices.IndexFunc(r.measures, func(m measure) bool { return m.ID == k.Measure })
	i, ok := sort.Find(r.rows.n, func(i int) int {
		x := r.rows.at(i)
		return -cmp.Or(cmp.Compare(int(x.measure), m), strings.Compare(x.Group, k.Group), strings.Compare(x.Entity, k.Entity),
			strings.Compare(x.Type, k.Type), cmp.Compare(x.Start, startIn(k.Window, x.Zone)))
	})
	if !ok || r.rows.at(i).Window != k.Window {
		return nil
	}
	return r.rows.at(i)
}

func startIn(p period.Period, zone *time.Location) int64 {
	from, _ := spanOf(p, zone)
	return from
}

// Result is what has been added so far; the aggregator may go on. States are copied
// where the aggregator could still change them. Where states were spilled it reads all
// of them into memory: see Each. If ctx ends, so does this, with its error; the
// aggregator goes on as if nothing had been asked.
func (a *Aggregator) Result(ctx context.Context) (*Result, error) {
	if len(a.runs) == 0 {
		return a.inMemory(ctx)
	}
	r := a.newResult()
	var rows []Row
	err := a.Each(ctx, func(x *Row) error {
		rows = append(rows, *x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.rows = listOf(rows)
	return r, nil
}

// allStages are the stages and, after them, those of the readings that still wait, each
// made on a goroutine of its own.
func (a *Aggregator) allStages(ctx context.Context) ([]*worker, error) {
	n := len(a.stages)
	stages, errs := append(slices.Clone(a.stages), make([]*worker, n)...), make([]error, n)
	if n == 1 {
		stages[1], errs[0] = a.stages[0].waiting(ctx)
		return stages, errs[0]
	}
	var group sync.WaitGroup
	for i, w := range a.stages {
		group.Go(func() { stages[n+i], errs[i] = w.waiting(ctx) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return stages, nil
}

func (a *Aggregator) inMemory(ctx context.Context) (*Result, error) { return a.gather(ctx, earliest) }

// gather is the result of what is in memory; readings that stand do so until a time at
// least.
func (a *Aggregator) gather(ctx context.Context, until int64) (*Result, error) {
	if a.err != nil {
		return nil, a.err
	}
	r := a.newResult()
	stages, err := a.allStages(ctx)
	if err != nil {
		return nil, err
	}
	order := a.order()
	sheets := a.sheets(stages, order)
	for i := range a.measures {
		m, s := &a.measures[i], sheets[i]
		sheets[i] = sheet{}
		if m.Hold == NotHeld && m.Meter == nil {
			if err := a.fill(ctx, &r.rows, &s, order); err != nil {
				return nil, err
			}
		} else {
			rows, err := a.fillOne(ctx, &s, order)
			if err != nil {
				return nil, err
			}
			series, err := a.seriesRows(ctx, i, stages, order)
			if err != nil {
				return nil, a.dict.wrap(err, i, noGroup)
			}
			zones := a.workers[0].zonesOf(a.dict)
			e := edges{m: m, rows: rows, zones: func(x *Row) *windows { return zones[a.dict.zone(x.Zone)] }, retired: a.retired}
			if until > earliest && until < latest {
				e.until = a.workers[0].settled(until)
				e.zone = func(x *Row) uint32 { return a.dict.zone(x.Zone) }
			}
			if a.tails != nil {
				series = mergeRows(series, slices.Clone(a.tails[i]))
			}
			if err := e.close(ctx, series); err != nil {
				return nil, a.dict.wrap(err, i, noGroup)
			}
			series = slices.DeleteFunc(series, func(x Row) bool { return x.old != nil })
			r.rows.add(e.with(series))
		}
	}
	if a.retired > earliest {
		for x := range r.rows.all() {
			x.Correction = x.End <= a.retired
		}
	}
	return r, nil
}

func (a *Aggregator) newResult() *Result {
	t := a.Totals()
	t.subtract(a.counted)
	return &Result{Totals: t, measures: a.measures, since: a.retired, until: earliest, only: a.only()}
}
