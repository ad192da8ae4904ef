package aggregate

import (
	"fmt"
	"testing"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// BenchmarkAdd adds batches of 2,048 rows of four attributes over and over: sorted
// (long runs of one device and attribute) and shuffled.
func BenchmarkAdd(b *testing.B) {
	for _, form := range []Form{Decimal, Float} {
		for _, shuffled := range []bool{false, true} {
			b.Run(fmt.Sprintf("form=%d/shuffled=%v", form, shuffled), func(b *testing.B) {
				c := Config{Window: period.Hour}
				for i := range 4 {
					c.Measures = append(c.Measures, Measure{ID: fmt.Sprint(i), Attribute: fmt.Sprint("a", i), Form: form, Decimals: 2})
				}
				a, err := New(c)
				if err != nil {
					b.Fatal(err)
				}
				var batches []*telemetry.Batch
				base := &telemetry.Batch{}
				for i := range 1000 {
					base.Entities.Code(fmt.Append(nil, "d", i), nil)
				}
				for i := range 4 {
					base.Attributes.Code(fmt.Append(nil, "a", i))
				}
				for k := range 64 {
					x := *base
					for i := range chunkRows {
						row := telemetry.Row{Entity: uint32(k + 1), Attribute: 1, Kind: telemetry.Number, Quality: telemetry.Valid}
						r := uint64(k*chunkRows+i) * 0x9e3779b97f4a7c15
						if shuffled {
							row.Entity, row.Attribute = uint32(r>>54)%1000+1, uint32(r>>50&3)+1
							row.Time = int64(r>>20&(1<<20)) * 1e8
						} else {
							row.Time = int64(k*chunkRows+i) * 60e9
						}
						row.Number = float64(r>>40&4095) / 100
						x.Append(&row)
					}
					batches = append(batches, &x)
				}
				for _, x := range batches {
					if err := a.Add(x); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportAllocs()
				b.SetBytes(chunkRows)
				i := 0
				for b.Loop() {
					if err := a.Add(batches[i&63]); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
	}
}

// BenchmarkOrder adds rows of one series after another to measures that need an order:
// in runs, and one by one as before there were any.
func BenchmarkOrder(b *testing.B) {
	for _, m := range []Measure{
		{ID: "step", Hold: Step, MaxAge: time.Hour},
		{ID: "linear", Hold: Linear, MaxAge: time.Hour},
		{ID: "counter", Meter: &Meter{}},
		{ID: "once", Once: true},
	} {
		for _, single := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/single=%v", m.ID, single), func(b *testing.B) {
				m.Attribute, m.Decimals = "t", 2
				a, err := New(Config{Window: period.Day, Measures: []Measure{m}})
				if err != nil {
					b.Fatal(err)
				}
				a.stages[0].stage.single = single
				x := &telemetry.Batch{}
				e, at := x.Entities.Code([]byte("d"), nil), x.Attributes.Code([]byte("t"))
				for i := range chunkRows {
					x.Append(&telemetry.Row{Entity: e, Attribute: at, Kind: telemetry.Number, Quality: telemetry.Valid, Number: float64(i%4000) / 100})
				}
				now := int64(0)
				b.ReportAllocs()
				b.SetBytes(chunkRows)
				for b.Loop() {
					for i := range x.Time {
						now += 1e6
						x.Time[i] = now
					}
					if err := a.Add(x); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
