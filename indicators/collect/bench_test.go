package collect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
)

// BenchmarkRead reads the rows of every municipality for ten years; Consolidate
// and Validate run over the cube.
func BenchmarkRead(b *testing.B) {
	c := catalogue()
	n := &indicators.Network{}
	var text strings.Builder
	text.WriteString("entity;period;men;women;area_km2;income\n")
	for i := range 8131 {
		code := fmt.Sprintf("%02d%03d", 1+i/160, 1+i%160)
		n.Cities = append(n.Cities, indicators.City{Code: code, Name: fmt.Sprint("city ", i)})
		for y := range 10 {
			fmt.Fprintf(&text, "%s;%d;%d;%d;%d,5;\n", code, 2010+y, i, i+y, y)
		}
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		cb, err := collect.NewBuilder(c)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := collect.Read(cb, strings.NewReader(text.String()), collect.Table{Name: "f.csv"}, c, n); err != nil {
			b.Fatal(err)
		}
		v, _, err := collect.Build(cb)
		if err != nil {
			b.Fatal(err)
		}
		if v, _, err = collect.Consolidate(v, c, n); err != nil {
			b.Fatal(err)
		}
		_ = collect.Validate(v, c, n)
	}
}
