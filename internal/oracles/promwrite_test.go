package oracles

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/promwrite"
)

// sampleOf is a value, now and then one that is no number.
func (m maker) sampleOf() float64 {
	if m.IntN(5) == 0 {
		return math.Float64frombits(value.StaleNaN)
	}
	if v := m.double(); v != 0 {
		return v
	}
	return 0 // never -0, whose sign the marshalling of the peer loses
}

// labels are sorted, with a name, and no value that is empty.
func (m maker) labels() (out [][2]string) {
	out = append(out, [2]string{"__name__", "metric_" + fmt.Sprint(m.IntN(3))})
	for _, k := range []string{"a", "instance", "job", "le", "é"} {
		if v := m.word(); v != "" && m.IntN(2) == 0 {
			out = append(out, [2]string{k, v})
		}
	}
	return out
}

func text1(r *prompb.WriteRequest) (out []string) {
	for _, s := range r.Timeseries {
		for _, p := range s.Samples {
			out = append(out, fmt.Sprintf("%v %x %d", s.Labels, bits(p.Value), p.Timestamp))
		}
	}
	return out
}

// bits are those of a value; NaNs that are not stale markers are one.
func bits(v float64) uint64 {
	if math.IsNaN(v) && !value.IsStaleNaN(v) {
		return 1
	}
	return math.Float64bits(v)
}

func TestRemoteWrite1(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(3, 4))}
	total := 0
	for range 2000 {
		var want prompb.WriteRequest
		for range m.IntN(4) {
			var s prompb.TimeSeries
			for _, l := range m.labels() {
				s.Labels = append(s.Labels, prompb.Label{Name: l[0], Value: l[1]})
			}
			for range m.IntN(4) {
				s.Samples = append(s.Samples, prompb.Sample{Value: m.sampleOf(), Timestamp: m.Int64N(4e12) - 2e12})
			}
			want.Timeseries = append(want.Timeseries, s)
		}
		wire, err := want.Marshal()
		require.NoError(t, err)
		var b telemetry.Batch
		require.NoError(t, promwrite.NewDecoder(promwrite.Config{}).Decode(&b, snappy.Encode(nil, wire)))
		total += b.Len()
		out, losses, err := promwrite.Encoder{}.Append(nil, &b)
		require.NoError(t, err)
		require.Empty(t, losses)
		plain, err := snappy.Decode(nil, out)
		require.NoError(t, err)
		var got prompb.WriteRequest
		require.NoError(t, got.Unmarshal(plain))
		same(t, text1(&want), text1(&got))
	}
	t.Logf("%d samples", total)
}

func text2(r *writev2.Request) (out []string) {
	for _, s := range r.Timeseries {
		labels := ""
		for _, ref := range s.LabelsRefs {
			labels += fmt.Sprintf("%q ", r.Symbols[ref])
		}
		for _, p := range s.Samples {
			start := p.StartTimestamp
			out = append(out, fmt.Sprintf("%s%v %q %q %x %d %d", labels, s.Metadata.Type, r.Symbols[s.Metadata.HelpRef], r.Symbols[s.Metadata.UnitRef], bits(p.Value), p.Timestamp, start))
		}
	}
	return out
}

func TestRemoteWrite2(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(5, 6))}
	total := 0
	for range 2000 {
		symbols := writev2.NewSymbolTable()
		var want writev2.Request
		for range m.IntN(4) {
			var s writev2.TimeSeries
			for _, l := range m.labels() {
				s.LabelsRefs = append(s.LabelsRefs, symbols.Symbolize(l[0]), symbols.Symbolize(l[1]))
			}
			s.Metadata.Type = writev2.Metadata_MetricType(m.IntN(8))
			s.Metadata.HelpRef, s.Metadata.UnitRef = symbols.Symbolize(m.word()), symbols.Symbolize([]string{"", "celsius", "bytes", "odd"}[m.IntN(4)])
			for range m.IntN(4) {
				s.Samples = append(s.Samples, writev2.Sample{Value: m.sampleOf(), Timestamp: m.Int64N(4e12)})
			}
			want.Timeseries = append(want.Timeseries, s)
		}
		want.Symbols = symbols.Symbols()
		wire, err := want.Marshal()
		require.NoError(t, err)
		var b telemetry.Batch
		require.NoError(t, promwrite.NewDecoder(promwrite.Config{}).Decode(&b, snappy.Encode(nil, wire)))
		total += b.Len()
		out, losses, err := promwrite.Encoder{Version: 2, Plain: true}.Append(nil, &b)
		require.NoError(t, err)
		require.Empty(t, losses)
		var got writev2.Request
		require.NoError(t, got.Unmarshal(out))
		same(t, text2(&want), text2(&got))
	}
	t.Logf("%d samples", total)
}
