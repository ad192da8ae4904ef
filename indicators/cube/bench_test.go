package cube

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/almotacen/almotacen/indicators/period"
)

func benchKeys(entities, periods int) []Key {
	var keys []Key
	p := period.MustParse("2013")
	for e := range entities {
		for i := range periods {
			keys = append(keys, Key{Entity: fmt.Sprintf("%05d", e), Period: p.Add(i)})
		}
	}
	return keys
}

func benchSchema(measures int) Schema {
	var s Schema
	for m := range measures {
		s.Measures = append(s.Measures, Measure{ID: fmt.Sprintf("m%03d", m)})
	}
	return s
}

func fill(b testing.TB, keys []Key, s Schema, sources bool) *Builder {
	bd := mustBuilder(b, s)
	for i, k := range keys {
		for m := range s.Measures {
			c := Value(float64(i*m) / 3)
			if sources {
				c.Source = Source{"a.csv", i + 2, m + 1}
			}
			if err := bd.SetAt(k, m, c); err != nil {
				b.Fatal(err)
			}
		}
	}
	return bd
}

func BenchmarkBuildMillion(b *testing.B) {
	keys, s := benchKeys(5000, 10), benchSchema(20)
	shuffled := make([]Key, len(keys))
	for i := range keys {
		shuffled[i] = keys[i*7919%len(keys)]
	}
	for _, bench := range []struct {
		name    string
		keys    []Key
		sources bool
	}{{"sorted", keys, false}, {"shuffled", shuffled, false}, {"sources", keys, true}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := fill(b, bench.keys, s, bench.sources).Build(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/cell")
		})
	}
}

func BenchmarkScan(b *testing.B) {
	c, err := fill(b, benchKeys(5000, 10), benchSchema(20), false).Build()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("values", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(8 * c.Len()))
		for b.Loop() {
			sum := 0.0
			for _, v := range c.Column(3).Values {
				sum += v
			}
			_ = sum
		}
	})
	b.Run("cells", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			col := c.Column(3)
			for row := range c.Len() {
				_ = col.Cell(row)
			}
		}
	})
	b.Run("exact sum", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(8 * c.Len()))
		for b.Loop() {
			_ = Sum(c.Column(3).Values)
		}
	})
	b.Run("find", func(b *testing.B) {
		b.ReportAllocs()
		k := c.Key(31234)
		for b.Loop() {
			_ = c.At(k, "m007")
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	c, err := fill(b, benchKeys(500, 10), benchSchema(20), true).Build()
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	if err := WriteCSV(&buf, c, WriteConfig{}); err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(buf.Len()))
		for b.Loop() {
			if err := WriteCSV(io.Discard, c, WriteConfig{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(buf.Len()))
		for b.Loop() {
			if _, err := ReadCSV(bytes.NewReader(buf.Bytes()), ReadConfig{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkMunicipalities is every Spanish municipality over ten years of 150
// measures: 12 million cells, and the memory that the cube keeps for each.
func BenchmarkMunicipalities(b *testing.B) {
	keys, s := benchKeys(8131, 10), benchSchema(150)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		c, err := fill(b, keys, s, false).Build()
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(c.Len()*150), "B/cell")
	}
}
