package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// groups is how many groups (city, attribute, hour) have readings.
func (t *sensors) groups() int {
	return t.cities * t.attributes * min(t.hours, t.n/t.devices/t.attributes)
}

// held prints the memory of an aggregator that has all the readings: by the heap, by its own count, and all that it
// asked for on the way.
func (b *bench) held(t *sensors) error {
	if !strings.Contains("memory", b.only) {
		return nil
	}
	for _, workers := range []int{1, 2} {
		runtime.GOMAXPROCS(workers)
		var before, after, idle runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		a, err := aggregate.New(t.config(workers))
		if err != nil {
			return err
		}
		if err := a.AddAll(context.Background(), t.batches); err != nil {
			return err
		}
		runtime.ReadMemStats(&after)
		runtime.GC()
		runtime.ReadMemStats(&idle)
		const mib = 1 << 20
		held := float64(idle.HeapAlloc) - float64(before.HeapAlloc)
		fmt.Printf("aggregate/memory of %d groups %s workers=%d\t%.1f MiB held, %.0f bytes a group\t%.1f MiB by MemoryBytes\t%.1f MiB asked for in all\t-\n", t.groups(), order(t.shuffled), workers,
			held/mib, held/float64(t.groups()), float64(a.MemoryBytes())/mib, float64(after.TotalAlloc-before.TotalAlloc)/mib)
		runtime.KeepAlive(a)
	}
	return nil
}

// sketchError prints how far quantiles of a sketch are from the exact ones, at worst: ours and the peer's.
func (b *bench) sketchError(t *sensors) error {
	if !strings.Contains("sketch-quantile worst error", b.only) {
		return nil
	}
	c := t.config(1)
	c.Window = period.None
	for i := range c.Measures {
		c.Measures[i].Keep = aggregate.KeepValues | aggregate.KeepHistogram
	}
	r, err := aggregate.Run(context.Background(), c, t.batches)
	if err != nil {
		return err
	}
	for _, q := range []float64{0.5, 0.95, 0.99} {
		rows, err := b.db.Query(fmt.Sprintf("SELECT approx_quantile(v, %[1]v), quantile_cont(v, %[1]v) FROM readings GROUP BY attribute, city ORDER BY attribute, city", q))
		if err != nil {
			return err
		}
		defer rows.Close()
		var ours, theirs float64
		for _, x := range r.Rows() {
			if !rows.Next() {
				return fmt.Errorf("sketch-quantile: fewer groups there than %d: %w", r.Len(), rows.Err())
			}
			var approx, exact float64
			if err := rows.Scan(&approx, &exact); err != nil {
				return err
			}
			if v, _ := x.State.Values.Quantile(q, aggregate.Type7); math.Abs(v-exact) > 1e-12*math.Abs(exact) {
				return fmt.Errorf("sketch-quantile: exact quantiles differ, %v here, %v there", v, exact)
			}
			near, _ := x.State.Histogram.Quantile(q)
			ours, theirs = max(ours, math.Abs(near/exact-1)), max(theirs, math.Abs(approx/exact-1))
		}
		if err := rows.Close(); err != nil {
			return err
		}
		fmt.Printf("aggregate/sketch-quantile %v worst error of %d groups %s\t%.3f %%\t%.3f %%\t-\tours ≤ 0.39 %%\n", q, r.Len(), order(t.shuffled), 100*ours, 100*theirs)
	}
	return nil
}

// few is the first n readings.
func few(b *telemetry.Batch, n int) *telemetry.Batch {
	c := *b
	c.Entity, c.Attribute, c.Dataset, c.UnitRef = c.Entity[:n], c.Attribute[:n], c.Dataset[:n], c.UnitRef[:n]
	c.Time, c.Number, c.Kind, c.Quality, c.Flags = c.Time[:n], c.Number[:n], c.Kind[:n], c.Quality[:n], c.Flags[:n]
	return &c
}
