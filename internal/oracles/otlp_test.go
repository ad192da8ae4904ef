package oracles

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/otlp"
)

// maker makes random messages.
type maker struct{ *rand.Rand }

func (m maker) word() string {
	words := []string{"", "a", "host.name", "device.id", "true", "12", "-1.5e3", `"q"`, "{", "x=y,z w\\", "é世", "null", "NaN", "service.name"}
	return words[m.IntN(len(words))]
}

func (m maker) double() float64 {
	switch m.IntN(8) {
	case 0:
		return math.NaN()
	case 1:
		return math.Inf(1)
	case 2:
		return math.Inf(-1)
	case 3:
		return math.Copysign(0, -1)
	case 4:
		return float64(m.IntN(1000))
	}
	return m.NormFloat64() * math.Pow(10, float64(m.IntN(40)-20))
}

func (m maker) any(depth int) *common.AnyValue {
	switch n := m.IntN(8); {
	case n == 0:
		return &common.AnyValue{Value: &common.AnyValue_BoolValue{BoolValue: m.IntN(2) == 0}}
	case n == 1:
		return &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: int64(m.Uint64())}}
	case n == 2:
		return &common.AnyValue{Value: &common.AnyValue_DoubleValue{DoubleValue: float64(m.IntN(2000)-1000) / 4}}
	case n == 3 && depth > 0:
		list := &common.ArrayValue{}
		for range m.IntN(3) {
			list.Values = append(list.Values, m.any(depth-1))
		}
		return &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: list}}
	case n == 4 && depth > 0:
		return &common.AnyValue{Value: &common.AnyValue_KvlistValue{KvlistValue: &common.KeyValueList{Values: m.attributes(depth - 1)}}}
	case n == 5:
		return &common.AnyValue{Value: &common.AnyValue_BytesValue{BytesValue: []byte(m.word())}}
	case n == 6:
		return &common.AnyValue{}
	}
	return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: m.word()}}
}

func (m maker) attributes(depth int) (out []*common.KeyValue) {
	seen := map[string]bool{}
	for range m.IntN(4) {
		if k := m.word(); !seen[k] {
			seen[k] = true
			out = append(out, &common.KeyValue{Key: k, Value: m.any(depth)})
		}
	}
	return out
}

// times are a start and an end.
func (m maker) times() (start, end uint64) {
	end = uint64(1_700_000_000_000_000_000 + m.Int64N(1e17))
	if m.IntN(2) == 0 {
		start = end - uint64(m.Int64N(1e12))
	}
	return start, end
}

func (m maker) flags() uint32 {
	if m.IntN(6) == 0 {
		return 1
	}
	return 0
}

func (m maker) numbers() (out []*metrics.NumberDataPoint) {
	for range 1 + m.IntN(3) {
		p := &metrics.NumberDataPoint{Attributes: m.attributes(2), Flags: m.flags()}
		p.StartTimeUnixNano, p.TimeUnixNano = m.times()
		if p.Flags == 0 {
			p.Value = &metrics.NumberDataPoint_AsDouble{AsDouble: m.double()}
			if m.IntN(2) == 0 {
				p.Value = &metrics.NumberDataPoint_AsInt{AsInt: int64(m.Uint64())}
			}
		}
		out = append(out, p)
	}
	return out
}

func (m maker) optional() *float64 {
	if m.IntN(2) == 0 {
		return nil
	}
	return proto.Float64(m.double())
}

func (m maker) counts() (out []uint64) {
	for range m.IntN(4) {
		out = append(out, m.Uint64()>>m.IntN(64))
	}
	return out
}

func (m maker) metric() *metrics.Metric {
	x := &metrics.Metric{Name: "m" + m.word(), Unit: []string{"", "1", "By", "Cel", "{request}", "furlong"}[m.IntN(6)], Description: m.word(), Metadata: m.attributes(1)}
	temporality := metrics.AggregationTemporality(m.IntN(3))
	start, end := m.times()
	switch m.IntN(5) {
	case 0:
		x.Data = &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: m.numbers()}}
	case 1:
		x.Data = &metrics.Metric_Sum{Sum: &metrics.Sum{DataPoints: m.numbers(), AggregationTemporality: temporality, IsMonotonic: m.IntN(2) == 0}}
	case 2:
		p := &metrics.HistogramDataPoint{StartTimeUnixNano: start, TimeUnixNano: end, Attributes: m.attributes(1), Count: m.Uint64(), Sum: m.optional(), BucketCounts: m.counts(), ExplicitBounds: []float64{m.NormFloat64(), 5}, Min: m.optional(), Max: m.optional()}
		x.Data = &metrics.Metric_Histogram{Histogram: &metrics.Histogram{DataPoints: []*metrics.HistogramDataPoint{p}, AggregationTemporality: temporality}}
	case 3:
		p := &metrics.ExponentialHistogramDataPoint{StartTimeUnixNano: start, TimeUnixNano: end, Attributes: m.attributes(1), Count: m.Uint64(), Sum: m.optional(), Scale: int32(m.IntN(20) - 10), ZeroCount: m.Uint64(), ZeroThreshold: 0.5,
			Positive: &metrics.ExponentialHistogramDataPoint_Buckets{Offset: int32(m.IntN(100) - 50), BucketCounts: m.counts()}}
		if m.IntN(2) == 0 {
			p.Negative = &metrics.ExponentialHistogramDataPoint_Buckets{}
		}
		x.Data = &metrics.Metric_ExponentialHistogram{ExponentialHistogram: &metrics.ExponentialHistogram{DataPoints: []*metrics.ExponentialHistogramDataPoint{p}, AggregationTemporality: temporality}}
	default:
		p := &metrics.SummaryDataPoint{StartTimeUnixNano: start, TimeUnixNano: end, Attributes: m.attributes(1), Count: m.Uint64(), Sum: m.double(), QuantileValues: []*metrics.SummaryDataPoint_ValueAtQuantile{{Quantile: 0.5, Value: m.double()}, {Quantile: 1}}}
		x.Data = &metrics.Metric_Summary{Summary: &metrics.Summary{DataPoints: []*metrics.SummaryDataPoint{p}}}
	}
	return x
}

func (m maker) request() *collector.ExportMetricsServiceRequest {
	out := &collector.ExportMetricsServiceRequest{}
	for range 1 + m.IntN(2) {
		r := &metrics.ResourceMetrics{}
		if m.IntN(4) > 0 {
			r.Resource = &resource.Resource{Attributes: m.attributes(2)}
		}
		for range 1 + m.IntN(2) {
			s := &metrics.ScopeMetrics{}
			if m.IntN(2) == 0 {
				s.Scope = &common.InstrumentationScope{Name: m.word(), Version: m.word(), Attributes: m.attributes(1)}
			}
			for range 1 + m.IntN(3) {
				s.Metrics = append(s.Metrics, m.metric())
			}
			r.ScopeMetrics = append(r.ScopeMetrics, s)
		}
		out.ResourceMetrics = append(out.ResourceMetrics, r)
	}
	return out
}

// pairs are attributes as a text, in order of their names.
func pairs(list []*common.KeyValue) string {
	var out []string
	for _, kv := range list {
		out = append(out, fmt.Sprintf("%q:%s", kv.Key, anyText(kv.Value)))
	}
	slices.Sort(out)
	return "{" + strings.Join(out, " ") + "}"
}

func anyText(v *common.AnyValue) string {
	switch x := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return fmt.Sprintf("%q", x.StringValue)
	case *common.AnyValue_BoolValue:
		return fmt.Sprint(x.BoolValue)
	case *common.AnyValue_IntValue:
		return fmt.Sprint("int ", x.IntValue)
	case *common.AnyValue_DoubleValue:
		return fmt.Sprint("double ", x.DoubleValue)
	case *common.AnyValue_BytesValue:
		return fmt.Sprintf("bytes %x", x.BytesValue)
	case *common.AnyValue_ArrayValue:
		var out []string
		for _, e := range x.ArrayValue.Values {
			out = append(out, anyText(e))
		}
		return "[" + strings.Join(out, " ") + "]"
	case *common.AnyValue_KvlistValue:
		return pairs(x.KvlistValue.Values)
	}
	return "nothing"
}

// points are all data points of a message, a text each, with all that is said of them.
func points(r *collector.ExportMetricsServiceRequest) (out []string) {
	for _, rm := range r.ResourceMetrics {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				head := fmt.Sprint(pairs(rm.Resource.GetAttributes()), sm.Scope.GetName(), " ", sm.Scope.GetVersion(), pairs(sm.Scope.GetAttributes()), m.Name, " ", m.Unit, " ", m.Description, pairs(m.Metadata))
				number := func(kind string, p *metrics.NumberDataPoint) {
					v := "none"
					switch x := p.Value.(type) {
					case *metrics.NumberDataPoint_AsDouble:
						v = fmt.Sprint("double ", x.AsDouble)
					case *metrics.NumberDataPoint_AsInt:
						v = fmt.Sprint("int ", x.AsInt)
					}
					if p.Flags&1 != 0 {
						v = "none"
					}
					out = append(out, fmt.Sprint(head, kind, p.StartTimeUnixNano, " ", p.TimeUnixNano, pairs(p.Attributes), v))
				}
				opt := func(p *float64) string {
					if p == nil {
						return "-"
					}
					return fmt.Sprint(*p)
				}
				switch d := m.Data.(type) {
				case *metrics.Metric_Gauge:
					for _, p := range d.Gauge.DataPoints {
						number("gauge", p)
					}
				case *metrics.Metric_Sum:
					for _, p := range d.Sum.DataPoints {
						number(fmt.Sprint("sum", d.Sum.AggregationTemporality, d.Sum.IsMonotonic), p)
					}
				case *metrics.Metric_Histogram:
					for _, p := range d.Histogram.DataPoints {
						out = append(out, fmt.Sprint(head, d.Histogram.AggregationTemporality, p.StartTimeUnixNano, " ", p.TimeUnixNano, pairs(p.Attributes), p.Count, opt(p.Sum), p.BucketCounts, p.ExplicitBounds, opt(p.Min), opt(p.Max)))
					}
				case *metrics.Metric_ExponentialHistogram:
					for _, p := range d.ExponentialHistogram.DataPoints {
						out = append(out, fmt.Sprint(head, d.ExponentialHistogram.AggregationTemporality, p.StartTimeUnixNano, " ", p.TimeUnixNano, pairs(p.Attributes), p.Count, opt(p.Sum), p.Scale, p.ZeroCount, p.ZeroThreshold,
							p.Positive.GetOffset(), p.Positive.GetBucketCounts(), p.Negative == nil, opt(p.Min), opt(p.Max)))
					}
				case *metrics.Metric_Summary:
					for _, p := range d.Summary.DataPoints {
						s := fmt.Sprint(head, "summary", p.StartTimeUnixNano, " ", p.TimeUnixNano, pairs(p.Attributes), p.Count, p.Sum)
						for _, q := range p.QuantileValues {
							s += fmt.Sprint(" ", q.Quantile, ":", q.Value)
						}
						out = append(out, s)
					}
				}
			}
		}
	}
	return out
}

func rows(b *telemetry.Batch) (out []string) {
	for _, o := range b.All() {
		o.Source, o.Record, o.Offset = telemetry.Source{}, 0, 0
		out = append(out, fmt.Sprintf("%+v %s", o, o.Time))
	}
	return out
}

func TestOTLP(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(1, 2))}
	total := 0
	for range 1500 {
		want := m.request()
		wire, err := proto.Marshal(want)
		require.NoError(t, err)
		text, err := protojson.MarshalOptions{UseEnumNumbers: m.IntN(2) == 0, Multiline: m.IntN(2) == 0}.Marshal(want)
		require.NoError(t, err)
		d := otlp.NewDecoder(otlp.Config{})
		var b, fromText telemetry.Batch
		require.NoError(t, d.Decode(&b, wire), "%s", text)
		require.NoError(t, d.Decode(&fromText, text), "%s", text)
		require.Equal(t, rows(&b), rows(&fromText), "%s", text)
		total += b.Len()

		out, losses, err := otlp.Encoder{}.Append(nil, &b)
		require.NoError(t, err)
		var got collector.ExportMetricsServiceRequest
		require.NoError(t, proto.Unmarshal(out, &got))
		same(t, points(want), points(&got))
		require.Empty(t, losses, "%v", rows(&b))

		out, _, err = otlp.Encoder{JSON: true}.Append(nil, &b)
		require.NoError(t, err)
		got.Reset()
		require.NoError(t, protojson.Unmarshal(out, &got), "%s", out)
		same(t, points(want), points(&got))
	}
	t.Logf("%d points", total)
}

// same compares texts one by one, so that a failure is short.
func same(t *testing.T, want, got []string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i])
	}
}
