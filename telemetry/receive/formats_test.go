package receive

import (
	"errors"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lorawan"
	"github.com/almotacen/almotacen/telemetry/otlp"
	"github.com/almotacen/almotacen/telemetry/promwrite"
	"github.com/almotacen/almotacen/telemetry/sensorthings"
)

// OTLP and remote write have one media type: the content coding tells them apart.
func TestProtobufByCoding(t *testing.T) {
	var rows telemetry.Batch
	require.NoError(t, rows.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "d"}, Attribute: "no2", Value: telemetry.Value{Kind: telemetry.Number, Number: 41.5}, Time: time.Unix(1774772100, 0)}))
	metrics, _, err := otlp.Encoder{}.Append(nil, &rows)
	require.NoError(t, err)
	samples, _, err := promwrite.Encoder{}.Append(nil, &rows)
	require.NoError(t, err)
	for _, formats := range []telemetry.Registry{{otlp.Format(), promwrite.Format()}, {promwrite.Format(), otlp.Format()}} {
		var s store
		h, err := New(formats, Config{Sink: s.sink})
		require.NoError(t, err)
		w := post(h, "application/x-protobuf", string(metrics))
		require.Equal(t, 200, w.Code, w.Body)
		require.Equal(t, 200, post(h, "application/x-protobuf", zipped(string(metrics)), "Content-Encoding", "gzip").Code)
		w = post(h, "application/x-protobuf;proto=prometheus.WriteRequest", string(samples), "Content-Encoding", "snappy", "X-Prometheus-Remote-Write-Version", "0.1.0")
		require.Equal(t, 204, w.Code, w.Body)
		require.Equal(t, "1", w.Header().Get("X-Prometheus-Remote-Write-Samples-Written"))
		require.Equal(t, 3, s.rows)
		require.Equal(t, 415, post(h, "application/json", "{}", "Content-Encoding", "snappy").Code)
	}
	// A bomb: the length that snappy declares.
	var s store
	h, err := New(telemetry.Registry{promwrite.Format()}, Config{Sink: s.sink, Decoder: telemetry.Config{Limits: telemetry.Limits{Bytes: 1 << 20}}})
	require.NoError(t, err)
	w := post(h, "application/x-protobuf", string(snappy.Encode(nil, make([]byte, 2<<20))), "Content-Encoding", "snappy")
	require.Equal(t, 413, w.Code)
}

// Points that were left out are told as OTLP's partial success, in the form of the request.
func TestPartialSuccess(t *testing.T) {
	var s store
	h, err := One(otlp.Format(), Config{Sink: s.sink, Decoder: telemetry.Config{Policy: telemetry.Skip}})
	require.NoError(t, err)
	w := post(h, "application/json", `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x","gauge":{"dataPoints":[{"asInt":1},{"asInt":"x"},{"asInt":3}]}}]}]}]}`)
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Body.String(), `"rejectedDataPoints":"1"`)
	require.Contains(t, w.Body.String(), "record 2")
	require.Equal(t, 2, s.rows)
	w = post(h, "application/json", `{"resourceMetrics":[]}`)
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, "{}", w.Body.String())
}

func TestSensorThings(t *testing.T) {
	var s store
	h, err := One(sensorthings.Format(), Config{Sink: s.sink})
	require.NoError(t, err)
	require.Equal(t, 201, post(h, "application/json", `{"result":1,"Datastream":{"@iot.id":7}}`).Code)
	w := post(h, "application/json", `{"result":1}`)
	require.Equal(t, 400, w.Code)
	require.Contains(t, w.Body.String(), "Datastream")
}

// An uplink that the sink did not take is no duplicate when it comes again; a join is acknowledged.
func TestUplinkComesAgain(t *testing.T) {
	const uplink = `{"cmd":"rx","EUI":"1","fcnt":7,"port":1,"data":"03670110","ts":1774772100000}`
	s := store{fail: errors.New("full")}
	h, err := One(lorawan.Format(), Config{Sink: s.sink})
	require.NoError(t, err)
	for range 3 {
		require.Equal(t, 503, post(h, "application/json", uplink).Code)
	}
	s.fail = nil
	require.Equal(t, 204, post(h, "application/json", uplink).Code)
	require.Equal(t, 1, s.rows)
	require.Equal(t, 204, post(h, "application/json", `{"end_device_ids":{"device_id":"d"},"join_accept":{}}`).Code)
	require.Equal(t, 1, s.rows)
}
