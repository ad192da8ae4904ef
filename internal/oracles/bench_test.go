package oracles

import (
	"math/rand/v2"
	"testing"

	"github.com/prometheus/prometheus/prompb"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/otlp"
	"github.com/almotacen/almotacen/telemetry/promwrite"
)

func text(s string) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: s}}
}

// stations is a request as a collector of a city's stations sends it: 200 resources of 10 gauges.
func stations() *collector.ExportMetricsServiceRequest {
	r := rand.New(rand.NewPCG(1, 1))
	out := &collector.ExportMetricsServiceRequest{}
	for i := range 200 {
		s := &metrics.ScopeMetrics{Scope: &common.InstrumentationScope{Name: "air"}}
		for _, name := range []string{"no2", "o3", "pm10", "pm25", "so2", "co", "temperature", "humidity", "pressure", "noise"} {
			var points []*metrics.NumberDataPoint
			for k := range 5 {
				points = append(points, &metrics.NumberDataPoint{TimeUnixNano: 1_774_772_100_000_000_000 + uint64(k)*60e9, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: r.Float64() * 100},
					Attributes: []*common.KeyValue{{Key: "method", Value: text("automatic")}}})
			}
			s.Metrics = append(s.Metrics, &metrics.Metric{Name: name, Unit: "ug/m3", Data: &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: points}}})
		}
		out.ResourceMetrics = append(out.ResourceMetrics, &metrics.ResourceMetrics{ScopeMetrics: []*metrics.ScopeMetrics{s},
			Resource: &resource.Resource{Attributes: []*common.KeyValue{{Key: "device.id", Value: text("station-" + string(rune('a'+i%26)) + string(rune('a'+i/26)))}}}})
	}
	return out
}

// Ours makes rows with entities and units; the official types make the message's objects only.
func BenchmarkOTLP(b *testing.B) {
	wire, err := proto.Marshal(stations())
	require.NoError(b, err)
	asText, err := protojson.Marshal(stations())
	require.NoError(b, err)
	for name, src := range map[string][]byte{"protobuf": wire, "json": asText} {
		b.Run(name+"/ours", func(b *testing.B) {
			d := otlp.NewDecoder(otlp.Config{})
			var batch telemetry.Batch
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset()
				if err := d.Decode(&batch, src); err != nil || batch.Len() != 10_000 {
					b.Fatal(err, batch.Len())
				}
			}
		})
		b.Run(name+"/official", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				var m collector.ExportMetricsServiceRequest
				if name == "json" {
					err = protojson.Unmarshal(src, &m)
				} else {
					err = proto.Unmarshal(src, &m)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRemoteWrite1(b *testing.B) {
	var batch telemetry.Batch
	require.NoError(b, otlp.NewDecoder(otlp.Config{}).Decode(&batch, must(b)))
	src, _, err := promwrite.Encoder{Plain: true}.Append(nil, &batch)
	require.NoError(b, err)
	b.Run("ours", func(b *testing.B) {
		d := promwrite.NewDecoder(promwrite.Config{Plain: true})
		b.SetBytes(int64(len(src)))
		b.ReportAllocs()
		for b.Loop() {
			batch.Reset()
			if err := d.Decode(&batch, src); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("official", func(b *testing.B) {
		b.SetBytes(int64(len(src)))
		b.ReportAllocs()
		for b.Loop() {
			var m prompb.WriteRequest
			if err := m.Unmarshal(src); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func must(b *testing.B) []byte {
	wire, err := proto.Marshal(stations())
	require.NoError(b, err)
	return wire
}
