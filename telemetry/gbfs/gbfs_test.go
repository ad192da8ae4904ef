package gbfs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

const (
	two   = `{"last_updated":1774772100,"ttl":0,"version":"2.3","data":{"stations":[{"station_id":"a","is_installed":1,"is_renting":0,"num_bikes_available":3,"num_bikes_disabled":0,"last_reported":1774772090,"vehicle_types_available":[{"vehicle_type_id":"x,y","count":1},{"vehicle_type_id":"z","count":0}],"vehicle_docks_available":[{"vehicle_type_ids":["p","q,\\"],"count":2}],"_x":{"a": [1]},"note":null,"v":1.5}]}}`
	three = `{"last_updated":"2026-03-29T10:15:00+02:00","ttl":0,"version":"3.0","data":{"stations":[{"station_id":"a","is_installed":true,"num_vehicles_available":3,"last_reported":"2026-03-29T10:14:50.250+02:00","vehicle_types_available":[]},{"station_id":"b","is_installed":false,"last_reported":"2026-03-29T10:14:51Z","name":[{"text":"B","language":"en"}]}]}}`
)

func kit(version string) formattest.Kit {
	f := Format()
	f.NewEncoder = func() telemetry.Encoder { return Encoder{Version: version} }
	return formattest.Kit{Format: f, Seeds: [][]byte{[]byte(two), []byte(three)}}
}

func TestTorture(t *testing.T) {
	kit("").Torture(t)
	kit("2.3").Torture(t)
}

func TestStream(t *testing.T) { kit("").Stream(t) }

func TestAllocatesNothing(t *testing.T) {
	kit("").AllocatesNothing(t, []byte(two))
	kit("").AllocatesNothing(t, []byte(three))
}

func TestRows(t *testing.T) {
	var b telemetry.Batch
	require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&b, []byte(two)))
	formattest.Check(t, &b)
	var got []string
	for _, o := range b.All() {
		require.Equal(t, telemetry.Entity{ID: "a", Type: "Station"}, o.Entity)
		require.Equal(t, int64(1774772090), o.Time.Unix())
		got = append(got, fmt.Sprint(o.Attribute, "|", o.Dataset, "|", o.Value.Kind, "|", o.Value.Number, "|", o.Value.Text))
	}
	require.Equal(t, []string{"is_installed||bool|1|", "is_renting||bool|0|", "num_vehicles_available||number|3|", "num_vehicles_disabled||number|0|",
		`vehicle_types_available|x\,y|number|1|`, "vehicle_types_available|z|number|0|", `vehicle_docks_available|p,q\,\\|number|2|`, `_x||json|0|{"a":[1]}`, "note||none|0|", "v||number|1.5|"}, got)
	b.Reset()
	require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&b, []byte(three)))
	require.Equal(t, "2026-03-29T10:14:50.25+02:00", b.At(0).Time.Format(time.RFC3339Nano))
	out, losses, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	require.Empty(t, losses)
	var back telemetry.Batch
	require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&back, out))
	formattest.RequireRows(t, formattest.Rows(&b), formattest.Rows(&back))
}

func TestPolicies(t *testing.T) {
	station := `{"station_id":"g","is_installed":true,"last_reported":1774772090}`
	for bad, kind := range map[string]error{
		`7`: telemetry.ErrType, `{"is_installed":true}`: telemetry.ErrMissing, `{"station_id":"x","name":"X"}`: telemetry.ErrMissing, `{"station_id":3}`: telemetry.ErrType,
		`{"station_id":"x","last_reported":1e20}`: telemetry.ErrTime, `{"station_id":"x","last_reported":1.5}`: telemetry.ErrTime, `{"station_id":"x","last_reported":"yesterday"}`: telemetry.ErrTime,
		`{"station_id":"x","last_reported":1,"vehicle_types_available":[{"count":1}]}`:                        telemetry.ErrMissing,
		`{"station_id":"x","last_reported":1,"vehicle_types_available":[{"vehicle_type_id":"a","count":-1}]}`: telemetry.ErrValue,
		`{"station_id":"x","last_reported":1,"vehicle_docks_available":[{"vehicle_type_ids":[1],"count":1}]}`: telemetry.ErrType,
		`{"station_id":"x","is_installed":true,"is_installed":true}`:                                          telemetry.ErrDuplicate,
	} {
		kit("").Policies(t, []byte(`{"data":{"stations":[`+station+`,`+bad+`,`+station+`]}}`), 2, 2, kind)
	}
	for src, kind := range map[string]error{
		`{"data":{"bikes":[]}}`: telemetry.ErrUnsupported, `{}`: telemetry.ErrUnsupported, `[]`: telemetry.ErrType, `{"data":7}`: telemetry.ErrType, `{"data":{"stations":{}}}`: telemetry.ErrType, ``: telemetry.ErrSyntax,
	} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(telemetry.Config{}).Decode(&b, []byte(src)), kind, src)
		require.NoError(t, NewDecoder(telemetry.Config{Policy: telemetry.Skip}).Decode(&b, []byte(src)), src)
		require.Len(t, b.Findings, 1)
	}
	var b telemetry.Batch
	err := NewDecoder(telemetry.Config{Time: telemetry.TimeRequired}).Decode(&b, []byte(`{"data":{"stations":[{"station_id":"x","is_installed":true}]}}`))
	require.ErrorIs(t, err, telemetry.ErrTime)
	_, _, err = Encoder{Version: "1.0"}.Append(nil, &b)
	require.ErrorIs(t, err, telemetry.ErrConfig)
}

// TestConformance decodes the feeds of MobilityData's tests, compares values with encoding/json,
// and holds what is encoded to the schemas of both versions.
func TestConformance(t *testing.T) {
	dir := testcorpus.Dir(t, "telemetry/gbfs")
	files, err := filepath.Glob(filepath.Join(dir, "v*", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	pass, fail := 0, 0
	var skips []string
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		label := filepath.Base(filepath.Dir(name)) + "/" + filepath.Base(name)
		var b telemetry.Batch
		err = NewDecoder(telemetry.Config{}).Decode(&b, src)
		if filepath.Base(name) != "station_status.json" {
			if err == nil {
				fail++
				t.Errorf("%s: read as station_status", label)
				continue
			}
			pass++
			continue
		}
		require.NoError(t, err, label)
		var feed struct {
			Data struct {
				Stations []map[string]any `json:"stations"`
			} `json:"data"`
		}
		require.NoError(t, json.Unmarshal(src, &feed))
		want := map[string]any{}
		for _, s := range feed.Data.Stations {
			for k, v := range s {
				k = strings.Replace(k, "num_bikes", "num_vehicles", 1)
				id := fmt.Sprint(s["station_id"], " ", k)
				switch x := v.(type) {
				case float64:
					want[id+" "] = x
				case bool:
					want[id+" "] = x
				case []any:
					for _, e := range x {
						m := e.(map[string]any)
						types := fmt.Sprint(m["vehicle_type_id"])
						if list, ok := m["vehicle_type_ids"].([]any); ok {
							types = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
						}
						want[id+" "+types] = m["count"]
					}
				}
			}
			delete(want, fmt.Sprint(s["station_id"], " last_reported "))
		}
		got := map[string]any{}
		for _, o := range b.All() {
			id := fmt.Sprint(o.Entity.ID, " ", o.Attribute, " ", o.Dataset)
			if got[id] = any(o.Value.Number); o.Value.Kind == telemetry.Bool {
				got[id] = o.Value.Number == 1
			}
		}
		require.Equal(t, want, got, label)
		for i := range b.Time {
			b.Time[i] = 1774772100e9 // some of the feeds are older than their schema allows
		}
		for _, version := range []string{"2.3", "3.0"} {
			out, _, err := Encoder{Version: version}.Append(nil, &b)
			require.NoError(t, err)
			valid(t, filepath.Join(dir, "schema", "v"+version, "station_status.json"), out)
		}
		pass++
	}
	testcorpus.Conformance(t, "telemetry/gbfs feeds", pass, fail, skips)
}

func valid(t *testing.T, schema string, doc []byte) {
	text, err := os.ReadFile(schema)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	require.NoError(t, c.AddResource("https://schema/", bytes.NewReader(text)))
	s, err := c.Compile("https://schema/")
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(doc, &v))
	require.NoError(t, s.Validate(v), "%s", doc)
}

func TestHostile(t *testing.T) {
	wrap := func(member string) []byte {
		return []byte(`{"data":{"stations":[{"station_id":"x","is_installed":true,` + member + `}]}}`)
	}
	for member, kind := range map[string]error{
		`"` + strings.Repeat("k", 1<<20) + `":1`: telemetry.ErrName, `"":1`: telemetry.ErrName, `"a":` + strings.Repeat(`[`, 100_000): telemetry.ErrLimit, `"a":1e400`: telemetry.ErrValue,
		`"a":"\ud800"`: telemetry.ErrUTF8, "\"a\":\"\xff\"": telemetry.ErrUTF8, `"a":"` + strings.Repeat("x", 2<<20) + `"`: telemetry.ErrLimit, `"last_reported":"2026-02-30T00:00:00Z"`: telemetry.ErrTime,
		`"last_reported":"0000-01-01T00:00:00Z"`: telemetry.ErrTime, `"last_reported":9223372037`: telemetry.ErrTime,
		`"vehicle_types_available":[{"vehicle_type_id":"` + strings.Repeat("k", 5000) + `","count":1}]`: telemetry.ErrLimit,
	} {
		require.ErrorIs(t, NewDecoder(telemetry.Config{}).Decode(new(telemetry.Batch), wrap(member)), kind, "%.80s", member)
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range kit("").Seeds {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, src []byte, old bool) {
		version := ""
		if old {
			version = "2.3"
		}
		kit(version).RoundTrip(t, src)
	})
}
