package procurement

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// BenchmarkCheck judges whole cases, from the first event, with every guard and
// duty, on one core. Cases differ in their dates, so that no answer is the last
// one again.
func BenchmarkCheck(b *testing.B) {
	rules := NewRules(town(b))
	var all []*Case
	events := 0
	for i := range 64 {
		c := rules.NewCase("b")
		es := openCase()
		for n := range es {
			es[n].Date = es[n].Date.AddDays(-i * 7)
		}
		require.NoError(b, c.Append(0, es...))
		events += len(es)
		all = append(all, c)
	}
	var fs []Finding
	at := law.MustDate("2026-12-01")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		fs = all[n%len(all)].AppendCheck(fs[:0], at)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Minutes(), "cases/min")
	b.ReportMetric(float64(events/len(all)), "events/case")
	b.ReportMetric(float64(len(fs)), "findings/case")
}

// TestCheckAllocs: no allocation for a case once the buffers have grown.
func TestCheckAllocs(t *testing.T) {
	c := NewRules(town(t)).NewCase("b")
	require.NoError(t, c.Append(0, openCase()...))
	at := law.MustDate("2026-12-01")
	fs := c.AppendCheck(nil, at)
	require.Zero(t, testing.AllocsPerRun(100, func() { fs = c.AppendCheck(fs[:0], at) }))
}

func BenchmarkNext(b *testing.B) {
	c := NewRules(town(b)).NewCase("b")
	require.NoError(b, c.Append(0, openCase()[:22]...))
	at := law.MustDate("2025-05-21")
	b.ReportAllocs()
	for b.Loop() {
		c.Next(at)
	}
}
