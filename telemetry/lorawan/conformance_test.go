package lorawan

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
)

type example struct {
	Description string
	Input       struct {
		FPort int   `yaml:"fPort"`
		Bytes []int `yaml:"bytes"`
	}
	Output struct {
		Data   map[string]any
		Errors []string
	}
}

// flatten is what the rows of an object should be: kind and value by name.
func flatten(t *testing.T, out map[string]string, prefix string, v any) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) >= 2 && len(x) <= 3 {
			lat, ok1 := x["latitude"].(float64)
			lon, ok2 := x["longitude"].(float64)
			alt, ok3 := x["altitude"].(float64)
			if ok1 && ok2 && (ok3 || len(x) == 2) && math.Abs(lat) <= 90 && math.Abs(lon) <= 180 {
				out[prefix] = fmt.Sprint("point ", lon, lat, alt)
				return
			}
		}
		for k, e := range x {
			name := k
			if prefix != "" {
				name = prefix + "." + k
			}
			flatten(t, out, name, e)
		}
	case []any:
		p, err := json.Marshal(x)
		require.NoError(t, err)
		out[prefix] = "json " + string(p)
	case nil:
		out[prefix] = "none"
	default:
		out[prefix] = fmt.Sprint(reflect.TypeOf(v), " ", v)
	}
}

func rowsOf(t *testing.T, b *telemetry.Batch) map[string]string {
	out := map[string]string{}
	for _, o := range b.All() {
		switch v := o.Value; v.Kind {
		case telemetry.Number:
			out[o.Attribute] = fmt.Sprint("float64 ", v.Number)
		case telemetry.Bool:
			out[o.Attribute] = fmt.Sprint("bool ", v.Number == 1)
		case telemetry.Text:
			out[o.Attribute] = "string " + v.Text
		case telemetry.JSON:
			var x any
			require.NoError(t, json.Unmarshal([]byte(v.Text), &x))
			flatten(t, out, o.Attribute, x)
		case telemetry.None:
			out[o.Attribute] = "none"
		case telemetry.Point:
			out[o.Attribute] = fmt.Sprint("point ", v.Position.Lon, v.Position.Lat, v.Position.Alt)
		}
	}
	return out
}

// codecs of a few devices, written from what their examples show.
var codecs = map[string]func(p []byte, rows *Rows){
	"vendor/moirelabs/p1a-codec.yaml": func(p []byte, rows *Rows) {
		rows.Text("unit", "", map[byte]string{2: "kPa", 3: "MPa"}[p[0]])
		for i, name := range []string{"min_value", "max_value", "average_value", "last_value"} {
			v := math.Float32frombits(binary.LittleEndian.Uint32(p[1+4*i:]))
			rows.Number(name, "", math.Round(float64(v)*1e4)/1e4, "")
		}
	},
	"vendor/arduino/mkrwan1310-codec.yaml": func(p []byte, rows *Rows) {
		rows.Text("ledState", "", []string{"off", "on"}[p[0]])
	},
}

// TestConformanceDevices sends the payload of every example of The Things Network's device
// repository through the messages of the four network servers: with the object that the device's
// decoder makes of it, which must come out as rows; and without, when a codec must get the port and the
// bytes. The device's own decoders, programs in JavaScript, are not run.
func TestConformanceDevices(t *testing.T) {
	dir := testcorpus.Dir(t, "telemetry/lorawan")
	pass, fail := 0, 0
	var skips []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			UplinkDecoder struct{ Examples []example } `yaml:"uplinkDecoder"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file), name)
		rel, err := filepath.Rel(dir, name)
		require.NoError(t, err)
		for _, x := range file.UplinkDecoder.Examples {
			switch {
			case len(x.Output.Errors) > 0:
				skips = append(skips, "the device's own decoder refuses the payload")
			case x.Output.Data == nil:
				skips = append(skips, "an example without data")
			default:
				if problem := check(t, filepath.ToSlash(rel), x); problem != "" {
					fail++
					t.Errorf("%s: %s: %s", rel, x.Description, problem)
				} else {
					pass++
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	testcorpus.Conformance(t, "telemetry/lorawan devices", pass, fail, skips)
}

func check(t *testing.T, file string, x example) string {
	payload := make([]byte, len(x.Input.Bytes))
	for i, v := range x.Input.Bytes {
		payload[i] = byte(v)
	}
	object, err := json.Marshal(x.Output.Data)
	require.NoError(t, err)
	var plain map[string]any
	require.NoError(t, json.Unmarshal(object, &plain))
	want := map[string]string{}
	flatten(t, want, "", plain)
	if len(x.Output.Data) == 0 {
		want = map[string]string{}
	}
	b64, hexed := base64.StdEncoding.EncodeToString(payload), hex.EncodeToString(payload)
	for _, m := range []string{
		`{"end_device_ids":{"device_id":"d"},"uplink_message":{"f_port":%d,"frm_payload":"` + b64 + `"@,"decoded_payload":%s@}}`,
		`{"deviceInfo":{"devEui":"d"},"fPort":%d,"rxInfo":[],"data":"` + b64 + `"@,"object":%s@}`,
		`{"DevEUI_uplink":{"DevEUI":"d","FPort":%d,"payload_hex":"` + strings.ToUpper(hexed) + `"@,"payload":%s@}}`,
		`{"cmd":"rx","EUI":"d","port":%d,"data":"` + hexed + `"@,"decoded":%s@}`,
	} {
		parts := strings.Split(m, "@")
		var b telemetry.Batch
		if err := NewDecoder(Config{}).Decode(&b, fmt.Appendf(nil, parts[0]+parts[1]+parts[2], x.Input.FPort, object)); err != nil {
			return err.Error()
		}
		if got := rowsOf(t, &b); !reflect.DeepEqual(want, got) {
			return fmt.Sprintf("rows %v, want %v", got, want)
		}
		called := false
		codec := func(u *Uplink, rows *Rows) (bool, error) {
			called = string(u.Payload) == string(payload) && u.Port == x.Input.FPort
			if f, ok := codecs[file]; ok {
				f(u.Payload, rows)
			}
			return true, nil
		}
		b.Reset()
		if err := NewDecoder(Config{Codec: codec}).Decode(&b, fmt.Appendf(nil, parts[0]+parts[2], x.Input.FPort)); err != nil {
			return err.Error()
		}
		if !called {
			return "the codec got another payload or port"
		}
		if _, ok := codecs[file]; ok {
			if got := rowsOf(t, &b); !reflect.DeepEqual(want, got) {
				return fmt.Sprintf("codec's rows %v, want %v", got, want)
			}
		}
	}
	return ""
}
