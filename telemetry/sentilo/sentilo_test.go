package sentilo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

// A provider's payload, typed by its catalogue.
func Example() {
	catalogue, err := LoadCatalogue([]byte(`{"sensors":[{"sensor":"s1","type":"temperature","dataType":"number","unit":"ºC"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	var b telemetry.Batch
	d := NewDecoder(Config{Provider: "bcn", Catalogue: catalogue})
	err = d.Decode(&b, []byte(`{"sensors":[{"sensor":"s1","observations":[{"value":"12.3","timestamp":"17/09/2012T12:34:45CET","location":"41.38 2.17"}]}]}`))
	fmt.Println(err)
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Kind, o.Value.Number, o.Value.Position.Lat, o.Unit.Unit, o.Time.Format(time.RFC3339))
	}
	out, losses, _ := Encoder{Provider: "bcn", Catalogue: catalogue}.Append(nil, &b)
	fmt.Printf("%s\n%v\n", out, losses)
	// Output:
	// <nil>
	// bcn/s1 temperature number 12.3 0 Cel 2012-09-17T12:34:45+01:00
	// bcn/s1 location point 0 41.38  2012-09-17T12:34:45+01:00
	// {"sensors":[{"sensor":"s1","observations":[{"value":"12.3","timestamp":"17/09/2012T12:34:45+0100","location":"41.38 2.17"}]}]}
	// no loss
}

var catalogue = []Sensor{{Sensor: "n", Type: "noise", Unit: "dB"}, {Sensor: "b", DataType: "BOOLEAN"}, {Sensor: "t", DataType: "TEXT"}, {Sensor: "j", DataType: "JSON"}}

func kits() []formattest.Kit {
	plain := formattest.Kit{Format: Format(), Seeds: [][]byte{
		[]byte(`{"sensors":[{"observations":[{"value":"1.1"},{"timestamp":"17/09/2012T12:34:45CET","value":"1.2","location":"41 2"}],"sensor":"s1","location":"41.12345 -2.12354"},{"sensor":"s2","observations":[{"value":"a\"ñ","timestamp":"17/09/2012T12:34:45"},{"value":"true"},{"value":""},{"value":5,"time":1347885285000}]},{"sensor":"s3","observations":[]}]}`),
	}}
	f := Format()
	f.NewDecoder = func(c telemetry.Config) telemetry.Decoder {
		return NewDecoder(Config{Config: c, Provider: "p", Catalogue: catalogue, Sensor: "n"})
	}
	f.NewEncoder = func() telemetry.Encoder { return Encoder{Provider: "p", Catalogue: catalogue} }
	return []formattest.Kit{plain, {Format: f, Seeds: [][]byte{
		[]byte(`{"sensors":[{"sensor":"n","observations":[{"value":"+012.50"}]},{"sensor":"b","observations":[{"value":"1"}]},{"sensor":"t","observations":[{"value":"007"}]},{"sensor":"j","observations":[{"value":"{\"a\":1}"}]},{"sensor":"x","observations":[{"value":"1"}]}]}`),
		[]byte(`{"observations":[{"value":"10.1"},{"value":"11.2","timestamp":"17/09/2012T12:34:45+0200"}]}`),
	}}}
}

func TestTorture(t *testing.T) {
	for _, k := range kits() {
		k.Torture(t)
	}
}

func TestStream(t *testing.T) {
	for _, k := range kits() {
		k.Stream(t)
	}
}

func TestPolicies(t *testing.T) {
	k := kits()
	wrap := func(bad string) []byte {
		return []byte(`{"sensors":[{"sensor":"n","observations":[{"value":"1"},` + bad + `,{"value":"3"}]}]}`)
	}
	for bad, kind := range map[string]error{
		`{"value":"x"}`: telemetry.ErrType, `{}`: telemetry.ErrMissing, `7`: telemetry.ErrType, `{"value":"1","value":"2"}`: telemetry.ErrDuplicate, `{"value":[1]}`: telemetry.ErrType,
		`{"value":"1","timestamp":"2012-09-17T12:34:45"}`: telemetry.ErrTime, `{"value":"1","timestamp":"31/02/2012T12:34:45"}`: telemetry.ErrTime, `{"value":"1","timestamp":"17/09/2012T12:34:45XYZ"}`: telemetry.ErrTime,
		`{"value":"1","location":"2"}`: telemetry.ErrType, `{"value":"1","location":"91 2"}`: telemetry.ErrType, `{"value":"` + "\xff" + `"}`: telemetry.ErrUTF8, `{"value":tru}`: telemetry.ErrSyntax, `{"value":"1","time":1e300}`: telemetry.ErrTime,
	} {
		k[1].Policies(t, wrap(bad), 2, 2, kind)
	}
	k[0].Policies(t, []byte(`{"sensors":[{"sensor":"a","observations":[{"value":"1"}]},{"observations":[{"value":"2"}]},{"sensor":"c","observations":[{"value":"3"}]}]}`), 2, 2, telemetry.ErrMissing)
	k[0].Policies(t, []byte(`{"sensors":[{"sensor":"a","observations":[{"value":"1"}]},{"sensor":7},{"sensor":"c","observations":[{"value":"3"}]}]}`), 2, 2, telemetry.ErrType)
	var b telemetry.Batch
	require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(`{"observations":[{"value":"1"}]}`)), telemetry.ErrName)
	require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(`{"x":1}`)), telemetry.ErrMissing)
}

func TestTimestamps(t *testing.T) {
	for text, want := range map[string]string{
		"17/09/2012T12:34:45": "2012-09-17T12:34:45Z", "17/09/2012T12:34:45CET": "2012-09-17T12:34:45+01:00", "17/09/2012T12:34:45CEST": "2012-09-17T12:34:45+02:00",
		"17/09/2012T12:34:45Z": "2012-09-17T12:34:45Z", "17/09/2012T12:34:45+0200": "2012-09-17T12:34:45+02:00", "17/09/2012T12:34:45-03:30": "2012-09-17T12:34:45-03:30", "17/09/2012T12:34:45GMT+01:00": "2012-09-17T12:34:45+01:00", "29/02/2012T23:59:59 UTC": "2012-02-29T23:59:59Z",
	} {
		var b telemetry.Batch
		require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte(`{"sensors":[{"sensor":"s","observations":[{"value":"1","timestamp":"`+text+`"}]}]}`)), text)
		require.Equal(t, want, b.At(0).Time.Format(time.RFC3339), text)
		require.Equal(t, len(text) > 19, b.At(0).HasOffset)
	}
	for _, text := range []string{"17-09-2012T12:34:45", "17/9/2012T12:34:45", "17/09/2012 12:34:45", "17/09/2012T12:34", "17/09/2012T12:34:45.5", "17/09/2012T24:34:45", "17/09/2012T12:34:45+", "17/09/2012T12:34:45CETX", "32/09/2012T12:34:45", "17/13/2012T12:34:45", "17/09/1012T12:34:45"} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(`{"sensors":[{"sensor":"s","observations":[{"value":"1","timestamp":"`+text+`"}]}]}`)), telemetry.ErrTime, text)
	}
}

func TestDecodeValue(t *testing.T) {
	var b telemetry.Batch
	d := NewDecoder(Config{Provider: "p", Catalogue: catalogue, Config: telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: func() time.Time { return time.Unix(5, 0) }}})
	require.NoError(t, d.DecodeValue(&b, "n", "12.6"))
	require.Equal(t, telemetry.Value{Kind: telemetry.Number, Number: 12.6}, b.At(0).Value)
	require.Equal(t, "p/n", b.At(0).Entity.ID)
	require.Equal(t, "noise", b.At(0).Attribute)
	require.ErrorIs(t, d.DecodeValue(&b, "n", "x"), telemetry.ErrType)
	require.ErrorIs(t, d.DecodeValue(&b, "", "1"), telemetry.ErrName)
	require.Equal(t, 1, b.Len())
}

func TestCatalogue(t *testing.T) {
	for _, src := range []string{`[`, `{"sensors":[{"sensor":""}]}`, `{"sensors":[{"sensor":"a"},{"sensor":"a"}]}`} {
		_, err := LoadCatalogue([]byte(src))
		var e *telemetry.Error
		require.ErrorAs(t, err, &e)
	}
	list, err := LoadCatalogue([]byte(`{"providers":[{"sensors":[{"sensor":"a","type":"t"}]}]}`))
	require.NoError(t, err)
	require.Equal(t, []Sensor{{Sensor: "a", Type: "t"}}, list)
}

func TestAllocatesNothing(t *testing.T) {
	var s strings.Builder
	for i := range 300 {
		fmt.Fprintf(&s, `,{"value":"%d.5","timestamp":"17/09/2012T12:34:%02dCET","location":"41.%d 2.1"}`, i, i%60, i)
	}
	kits()[0].AllocatesNothing(t, []byte(`{"sensors":[{"sensor":"s1","observations":[`+s.String()[1:]+`]}]}`))
}

// The request bodies of the API's test collection: observations decode and come back, the
// catalogue loads.
func TestConformanceCollection(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testcorpus.Dir(t, "telemetry/sentilo"), "postman_collection.json"))
	require.NoError(t, err)
	type item struct {
		Name    string
		Item    []json.RawMessage
		Request struct {
			Method string
			URL    json.RawMessage
			Body   struct{ Raw string }
		}
	}
	pass, fail := 0, 0
	var sensors []Sensor
	var walk func(path string, raw json.RawMessage)
	walk = func(path string, raw json.RawMessage) {
		var it item
		require.NoError(t, json.Unmarshal(raw, &it))
		for _, child := range it.Item {
			walk(it.Name, child)
		}
		body := []byte(it.Request.Body.Raw)
		switch {
		case len(body) == 0 || it.Request.Method == "DELETE" || strings.Contains(string(it.Request.URL), "method=delete"):
		case path == "Catalog" && strings.Contains(string(body), `"sensors"`):
			list, err := LoadCatalogue(body)
			if err != nil || len(list) == 0 {
				fail++
				t.Errorf("%s: %v", it.Name, err)
				return
			}
			pass++
			if sensors == nil {
				sensors = list
			}
		case path == "Data" && strings.Contains(string(body), `"observations"`):
			var b telemetry.Batch
			c := Config{Sensor: "TEST_API20_SENSOR_001", Catalogue: sensors}
			err := NewDecoder(c).Decode(&b, body)
			n := strings.Count(string(body), `"value"`) + strings.Count(string(body), `"location"`)
			if err != nil || b.Len() != n || b.At(b.Len()-1).Attribute != "humidity" || b.At(b.Len()-1).Value.Kind != telemetry.Number {
				fail++
				t.Errorf("%s: %d rows of %d: %v", it.Name, b.Len(), n, err)
				return
			}
			out, losses, err := Encoder{Catalogue: sensors}.Append(nil, &b)
			require.NoError(t, err)
			var back telemetry.Batch
			if err := NewDecoder(c).Decode(&back, out); err != nil || len(losses) > 0 || formattest.Text(formattest.Rows(&b)) != formattest.Text(formattest.Rows(&back)) {
				fail++
				t.Errorf("%s: %s: %v %v", it.Name, out, losses, err)
				return
			}
			pass++
		}
	}
	walk("", data)
	require.NotZero(t, pass)
	testcorpus.Conformance(t, "telemetry/sentilo", pass, fail, nil)
}

func FuzzRoundTrip(f *testing.F) {
	for _, k := range kits() {
		for _, s := range k.Seeds {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, k := range kits() {
			k.RoundTrip(t, src)
		}
	})
}
