package aggregate

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// BenchmarkRun is a run over more readings than caches hold.
func BenchmarkRun(b *testing.B) {
	const n, devices, attributes, hours = 10_000_000, 1000, 4, 168
	for _, shuffled := range []bool{false, true} {
		batches := benchBatches(n, devices, attributes, hours, shuffled)
		for _, kind := range []struct {
			name   string
			form   Form
			keep   Keep
			window period.Freq
			hold   Hold
		}{{"decimal", Decimal, 0, period.Hour, NotHeld}, {"float", Float, 0, period.Hour, NotHeld}, {"values", Decimal, KeepValues, period.None, NotHeld}, {"histogram", Decimal, KeepHistogram, period.None, NotHeld}, {"distinct", Decimal, KeepDistinct, period.None, NotHeld}, {"devices", Decimal, KeepEntities, period.Hour, NotHeld}, {"held", Decimal, 0, period.None, Step}} {
			c := Config{Window: kind.window}
			var age time.Duration
			if kind.hold != NotHeld {
				age = time.Hour
				if shuffled {
					c.Lateness = AnyOrder
				}
			}
			c.Group = benchGroup(50)
			for a := range attributes {
				c.Measures = append(c.Measures, Measure{ID: fmt.Sprint(a), Attribute: fmt.Sprintf("attribute %d", a), Decimals: 2, Form: kind.form, Keep: kind.keep, Hold: kind.hold, MaxAge: age})
			}
			b.Run(fmt.Sprintf("%s/shuffled=%v", kind.name, shuffled), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Run(context.Background(), c, batches); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
			})
		}
	}
}

// benchBatches are n readings in order of device, attribute and time, or shuffled, cut into
// batches of chunks.
func benchBatches(n, devices, attributes, hours int, shuffled bool) (batches []*telemetry.Batch) {
	base := &telemetry.Batch{}
	for d := range devices {
		base.Entities.Code(fmt.Appendf(nil, "device %d", d), nil)
	}
	for a := range attributes {
		base.Attributes.Code(fmt.Appendf(nil, "attribute %d", a))
	}
	base.Entity, base.Attribute, base.Dataset, base.UnitRef = make([]uint32, n), make([]uint32, n), make([]uint32, n), make([]uint32, n)
	base.Time, base.Number = make([]int64, n), make([]float64, n)
	base.Kind, base.Quality, base.Flags = make([]telemetry.Kind, n), make([]telemetry.Quality, n), make([]telemetry.Flags, n)
	per, each := n/devices, n/devices/attributes
	for r := range n {
		i := r
		if shuffled {
			i = r * 7_368_787 % n
		}
		base.Entity[r], base.Attribute[r] = uint32(i/per+1), uint32(i%per/each+1)
		base.Time[r] = 1_767_225_600_000_000_000 + int64(i%each)*(int64(hours)*hourNanos/int64(each))
		base.Number[r] = float64(1000+(i*2_654_435_761>>8)&0xfff) / 100
		base.Kind[r], base.Quality[r] = telemetry.Number, telemetry.Valid
	}
	for from := 0; from < n; from += 2048 {
		to := min(from+2048, n)
		batches = append(batches, &telemetry.Batch{
			Entity: base.Entity[from:to], Attribute: base.Attribute[from:to], Dataset: base.Dataset[from:to], UnitRef: base.UnitRef[from:to],
			Time: base.Time[from:to], Number: base.Number[from:to], Kind: base.Kind[from:to], Quality: base.Quality[from:to], Flags: base.Flags[from:to],
			Entities: base.Entities, Attributes: base.Attributes, Datasets: base.Datasets, Units: base.Units,
		})
	}
	return batches
}

// benchGroup groups devices by their number.
func benchGroup(groups int) func(telemetry.Entity) Group {
	return func(e telemetry.Entity) Group {
		var d int
		for _, x := range strings.TrimPrefix(e.ID, "device ") {
			d = 10*d + int(x-'0')
		}
		return Group{ID: fmt.Sprintf("%06d", d%groups)}
	}
}
