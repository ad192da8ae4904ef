package senml

import (
	"fmt"
	"testing"

	"github.com/almotacen/almotacen/telemetry"
)

func BenchmarkDecode(b *testing.B) {
	src := []byte{'['}
	for i := range 10_000 {
		if i > 0 {
			src = append(src, ',')
		}
		switch {
		case i%50 == 0:
			src = fmt.Appendf(src, `{"bn":"urn:dev:ow:10e2073a01%06d:","bt":%d,"bu":"Cel","n":"temperature","v":%.1f}`, i/50, 1774772100+i, float64(i%300)/10)
		case i%5 == 0:
			src = fmt.Appendf(src, `{"n":"humidity","u":"%%RH","t":%d,"v":%d}`, i%50, i%100)
		default:
			src = fmt.Appendf(src, `{"n":"temperature","t":%d.5,"v":%.2f}`, i%50, float64(i%3000)/100)
		}
	}
	src = append(src, ']')
	for form := JSON; form < EXI; form++ {
		b.Run(formName(form), func(b *testing.B) {
			var batch telemetry.Batch
			if err := NewDecoder(Config{}).Decode(&batch, src); err != nil {
				b.Fatal(err)
			}
			src, _, err := Encoder{Form: form}.Append(nil, &batch)
			if err != nil {
				b.Fatal(err)
			}
			d := NewDecoder(Config{Form: form})
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset()
				if err := d.Decode(&batch, src); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch.Len()), "ns/row")
		})
	}
}
