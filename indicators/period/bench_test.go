package period

import (
	"testing"
	"time"
)

var sink struct {
	p Period
	t time.Time
	n int
	b bool
	d []byte
}

func BenchmarkParse(b *testing.B) {
	for _, s := range []string{"2024", "2024-03", "2024-W07", "2024-03-31", "2024-03-31T02+02:00", "2023/2024", "P12M/2024-03"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				sink.p, _ = Parse(s)
			}
		})
	}
}

func BenchmarkAppendText(b *testing.B) {
	for _, s := range []string{"2024-03", "2024-W07", "2024-03-31T02+02:00", "P12M/2024-03"} {
		p := MustParse(s)
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink.d, _ = p.AppendText(sink.d[:0])
			}
		})
	}
}

func BenchmarkArithmetic(b *testing.B) {
	p, q := MustParse("2024-03"), MustParse("P12M/2024-03")
	b.Run("Add", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink.p = p.Add(-1)
		}
	})
	b.Run("Compare/same", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink.n = p.Compare(p.Add(1))
		}
	})
	b.Run("Compare/mixed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink.n = p.Compare(q)
		}
	})
	b.Run("Contains", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink.b = q.Contains(p)
		}
	})
	b.Run("Each", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for m := range q.Each(Month) {
				sink.p = m
			}
		}
	})
}

func BenchmarkZone(b *testing.B) {
	madrid := zone(b, "Europe/Madrid")
	at := time.Date(2024, 6, 1, 12, 30, 0, 0, time.UTC)
	for _, s := range []string{"2024", "2024-03-31", "2024-10-27T02+01:00", "2050-03-31"} {
		p := MustParse(s)
		b.Run("Start/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink.t = p.Start(madrid)
			}
		})
	}
	for _, f := range []Freq{Month, Day, Hour} {
		b.Run("Of/"+f.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink.p = Of(at, f, madrid)
			}
		})
	}
}

func TestNoAllocations(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	at := time.Date(2024, 10, 27, 0, 30, 0, 0, time.UTC)
	buf := make([]byte, 0, MaxLen)
	for _, c := range good {
		text := []byte(c.in)
		p := MustParse(c.in)
		q := p.Add(-1)
		for what, f := range map[string]func(){
			"parse":  func() { sink.p, _ = Parse(c.in) },
			"append": func() { sink.d, _ = p.AppendText(buf) },
			"sdmx":   func() { sink.d = p.AppendSDMX(buf) },
			"arithmetic": func() {
				sink.p = p.Add(3)
				sink.n, sink.b = p.Sub(q)
				sink.n = p.Compare(q) + p.Days() + p.Year() + p.Number()
				sink.b = p.Contains(q)
				sink.p, sink.b = p.Enclosing(Year)
				sink.p = RollingTo(p.Last(), 2).First().FirstDay().LastDay()
			},
			"boundaries": func() {
				sink.t = p.Start(madrid)
				sink.t = p.End(madrid)
				sink.p = Of(at, p.Freq(), madrid)
				sink.p, sink.b = p.In(madrid)
			},
			"each": func() {
				for q := range p.Each(p.Freq()) {
					sink.p = q
					break
				}
			},
		} {
			if n := testing.AllocsPerRun(10, f); n != 0 {
				t.Errorf("%s %s: %v allocations", what, c.in, n)
			}
		}
		if len(text) <= 32 { // longer ones need one copy
			if n := testing.AllocsPerRun(10, func() { _ = sink.p.UnmarshalText(text) }); n != 0 {
				t.Errorf("unmarshal %s: %v allocations", c.in, n)
			}
		}
	}
}
