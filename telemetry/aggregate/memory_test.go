package aggregate

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

func heapNow() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// hostile fills a batch with n rows: each of an entity of its own, or one after the
// other of a few, with a number no other has, of more decimals than any scale.
func hostile(b *telemetry.Batch, from, n, entities int) {
	*b = telemetry.Batch{}
	a := b.Attributes.Code([]byte("x"))
	for i := from; i < from+n; i++ {
		e := b.Entities.Code(fmt.Append(nil, "sensor-", i%entities), nil)
		b.Append(&telemetry.Row{Entity: e, Attribute: a, Kind: telemetry.Number, Quality: telemetry.Valid, Time: int64(i) * 1e9, Number: math.Exp(float64(i*7919%2000)/100) * (1 + float64(i)/1e7)})
	}
}

// TestMemory: what MemoryBytes says is, within a factor, what the heap holds, for as
// many groups as rows and all numbers different; beyond each limit an error names it,
// the measure and a group; and until then the memory is within what Limits say.
func TestMemory(t *testing.T) {
	const chunk = 10_000
	age := time.Minute
	for _, c := range []struct {
		name     string
		measure  Measure
		limits   Limits
		entities int
		bound    int64 // by the comments of Limits, doubled for slices that grow by doubling
		limit    string
		short    bool // readings of two decimals, without sources
	}{
		{"states", Measure{}, Limits{States: 60_000}, math.MaxInt, 60_000 * (1100 + 2*250), "Limits.States", false},
		{"floats", Measure{Form: Float}, Limits{States: 60_000}, math.MaxInt, 60_000 * (2*200 + 2*250), "Limits.States", false},
		{"entities", Measure{}, Limits{Entities: 60_000}, math.MaxInt, 60_000 * (1100 + 2*250), "Limits.Entities", false},
		{"histograms", Measure{Keep: KeepHistogram}, Limits{Sketches: 20 << 20}, math.MaxInt, 20<<20 + 60_000*(1100+2*250), "Limits.Sketches", false},
		{"few histograms", Measure{Keep: KeepHistogram}, Limits{Sketches: 10 << 20}, 1999, 10<<20 + 2000*1600 + 4<<20, "Limits.Sketches", false},
		{"distinct of groups", Measure{Keep: KeepDistinct}, Limits{Sketches: 20 << 20}, math.MaxInt, 20<<20 + 120_000*(1100+2*250), "Limits.Sketches", false},
		{"distinct", Measure{Keep: KeepDistinct}, Limits{Sketches: 4 << 20}, 100, 6 << 20, "Limits.Sketches", false},
		{"entities of groups", Measure{Keep: KeepEntities, Form: Float}, Limits{States: 120_000}, math.MaxInt, 60_000 * (2*200 + 2*250 + 2*120), "Limits.States", false},
		{"frequent", Measure{Keep: KeepTop}, Limits{Sketches: 20 << 20}, 500, 24 << 20, "Limits.Sketches", false},
		{"values", Measure{Keep: KeepValues}, Limits{Values: 200_000}, 3, 200_000*2*16 + 4<<20, "Limits.Values", false},
		{"waiting", Measure{Once: true}, Limits{Pending: 100_000}, 10, 100_000*2*56 + 4<<20, "Limits.Pending", false},
		{"short", Measure{Once: true}, Limits{Pending: 300_000}, 10, 300_000*2*8 + 4<<20, "Limits.Pending", true},
		{"short, of many", Measure{Once: true}, Limits{Pending: 300_000}, 90_000, 300_000*2*16 + 90_000*(250+2*150) + 4<<20, "Limits.Pending", true},
		{"held", Measure{Hold: Step, MaxAge: age}, Limits{States: 60_000}, 40_000, 60_000 * (1100 + 2*800), "Limits.States", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.measure.ID, c.measure.Attribute = "m", "x"
			cfg := Config{Window: period.Year, Limits: c.limits, Measures: []Measure{c.measure}}
			if c.measure.Once {
				cfg.Lateness = AnyOrder
			}
			var b telemetry.Batch
			before := heapNow()
			a, err := New(cfg)
			require.NoError(t, err)
			for i := 0; err == nil; i++ {
				require.Less(t, i, 100)
				hostile(&b, i*chunk, chunk, c.entities)
				if c.short {
					b.Detail = nil
					for k := range b.Number {
						b.Number[k] = float64(k) / 100
					}
				}
				if err = a.Add(&b); err == nil && i > 0 && i%8 != 0 {
					continue
				}
				b = telemetry.Batch{}
				a.dict.texts = nil // they hold on to batches
				heap, said := heapNow()-before, a.MemoryBytes()
				runtime.KeepAlive(a)
				t.Logf("%d rows: %d bytes, %d on the heap", a.position, said, heap)
				require.Less(t, heap, said*3/2+1<<20)
				require.Less(t, said, heap*3/2+1<<20)
				require.Less(t, heap, c.bound+1<<20)
			}
			require.ErrorIs(t, err, ErrLimit)
			require.ErrorContains(t, err, c.limit)
			var e *Error
			require.True(t, errors.As(err, &e))
			if c.limit != "Limits.Entities" {
				require.Equal(t, "m", e.Measure)
			}
			if c.limit != "Limits.Pending" {
				require.NotEmpty(t, e.Group)
			}
		})
	}
}

// TestMemoryLetGo: what goes straight to its states or waits as a word keeps neither states
// that were retired nor batches that are gone.
func TestMemoryLetGo(t *testing.T) {
	const entities = 20_000
	c := Config{Window: period.Day, Lateness: AnyOrder}
	for i := range 4 {
		c.Measures = append(c.Measures, Measure{ID: fmt.Sprint(i), Attribute: fmt.Sprint("x", i)})
	}
	c.Measures = append(c.Measures, Measure{ID: "once", Attribute: "x0", Once: true})
	before := heapNow()
	a, err := New(c)
	require.NoError(t, err)
	for batch := range 24 {
		b := &telemetry.Batch{}
		for i := range entities {
			b.Entities.Code(fmt.Append(nil, "sensor-", (i+batch)%entities), nil)
		}
		for i := range 4 * entities {
			b.Append(&telemetry.Row{Entity: 1 + uint32(i*7919%entities), Attribute: b.Attributes.Code([]byte{'x', '0' + byte(i/7%4)}), Kind: telemetry.Number, Quality: telemetry.Valid, Time: int64(i) * 1e6, Number: float64(i % 100)})
		}
		b.Detail, b.Flags = nil, nil
		require.NoError(t, a.Add(b))
	}
	require.NotEmpty(t, a.workers[0].many.decimal)
	require.NotZero(t, a.stages[0].stage.short)
	check := func() {
		a.dict.texts = nil // they hold on to batches
		heap, said := heapNow()-before, a.MemoryBytes()
		runtime.KeepAlive(a)
		t.Logf("%d bytes, %d on the heap", said, heap)
		require.Less(t, heap, said*5/4+1<<20)
	}
	check()
	_, err = a.Retire(t.Context(), 2*dayNanos)
	require.NoError(t, err)
	check()
}

// TestSketchesSpill: sketches beyond half the limit go to the directory, and the result
// is the same.
func TestSketchesSpill(t *testing.T) {
	cfg := Config{Window: period.Hour, Measures: []Measure{{ID: "m", Attribute: "x", Keep: KeepHistogram | KeepDistinct | KeepTop}}}
	run := func() *Result {
		a, err := New(cfg)
		require.NoError(t, err)
		for i := range 6 {
			var b telemetry.Batch
			hostile(&b, i*4096, 4096, 3000)
			require.NoError(t, a.Add(&b))
		}
		if cfg.SpillDir != "" {
			require.NotEmpty(t, a.runs)
			require.Less(t, a.workers[0].kept, cfg.Limits.Sketches)
		}
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		return r
	}
	want := dump(t, run())
	cfg.SpillDir, cfg.Limits.Sketches = t.TempDir(), 16<<20
	require.Equal(t, want, dump(t, run()))
}
