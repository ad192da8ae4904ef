package ngsild

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/almotacen/almotacen/telemetry"
)

// message is a batch of n air quality stations as a broker sends it.
func message(n int) []byte {
	src := []byte{'['}
	for i := range n {
		at := fmt.Sprintf("2026-03-29T%02d:%02d:00Z", i/60%24, i%60)
		src = fmt.Appendf(src, `{"id":"urn:ngsi-ld:AirQualityObserved:ES-Madrid-%08d","type":"AirQualityObserved","dateObserved":{"type":"Property","value":"%s"},`, 28079000+i, at)
		for k, a := range []string{"no2", "no", "nox", "o3", "so2", "co", "pm10", "pm25"} {
			src = fmt.Appendf(src, `"%s":{"type":"Property","value":%v,"unitCode":"GQ","observedAt":"%s"},`, a, float64((i*7+k*13)%1200)/8, at)
		}
		src = fmt.Appendf(src, `"temperature":{"type":"Property","value":%v,"unitCode":"CEL","observedAt":"%s"},"relativeHumidity":{"type":"Property","value":0.%02d,"observedAt":"%s"},`, float64(i%400)/10, at, 1+i%99, at)
		src = fmt.Appendf(src, `"reliability":{"type":"Property","value":0.9,"observedAt":"%s","accuracy":{"type":"Property","value":0.05}},`, at)
		src = fmt.Appendf(src, `"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-3.%06d,40.%06d]}},"address":{"type":"Property","value":{"addressCountry":"ES","addressLocality":"Madrid","streetAddress":"Plaza de España, %d"}},`, 600000+i, 400000+i, i)
		src = fmt.Appendf(src, `"refDevice":{"type":"Relationship","object":"urn:ngsi-ld:Device:%08d"},"source":{"type":"Property","value":"https://datos.example.es/aire"}},`, i)
	}
	src[len(src)-1] = ']'
	return src
}

func BenchmarkDecode(b *testing.B) {
	src := message(2000)
	b.Run("ngsild", func(b *testing.B) {
		d := NewDecoder(Config{TimeAttributes: []string{}})
		var batch telemetry.Batch
		if err := d.Decode(&batch, src); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(src)))
		b.ReportAllocs()
		for b.Loop() {
			batch.Reset()
			if err := d.Decode(&batch, src); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(src)))
		for b.Loop() {
			var v []map[string]any
			if err := json.Unmarshal(src, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
