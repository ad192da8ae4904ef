package iotajson

import (
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
	"github.com/almotacen/almotacen/telemetry/ngsiv2"
	"github.com/almotacen/almotacen/telemetry/provisioning"
)

// Measures of a provisioned device.
func Example() {
	device := provisioning.Device{ID: "s4", Entity: "urn:ngsi-ld:Device:s4", Type: "Device", Attributes: []provisioning.Attribute{
		{ObjectID: "t", Name: "temperature", Type: "Number", Unit: telemetry.UnitRef{System: telemetry.CEFACT, Given: "CEL"}},
	}}
	var b telemetry.Batch
	err := NewDecoder(Config{Device: device}).Decode(&b, []byte(`[{"t":"21.5","on":true,"TimeInstant":"2026-03-29T10:15:00Z"},{"t":21.7}]`))
	fmt.Println(err)
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Kind, o.Value.Number, o.Unit.Unit, o.Time.Format(time.DateTime))
	}
	out, losses, _ := Encoder{Device: device}.Append(nil, &b)
	fmt.Printf("%s\n%v\n", out, losses)
	// Output:
	// <nil>
	// urn:ngsi-ld:Device:s4 temperature number 21.5 Cel 2026-03-29 10:15:00
	// urn:ngsi-ld:Device:s4 on bool 1  2026-03-29 10:15:00
	// urn:ngsi-ld:Device:s4 temperature number 21.7 Cel 0001-01-01 00:00:00
	// [{"TimeInstant":"2026-03-29T10:15:00Z","t":21.5,"on":true},{"t":21.7}]
	// no loss
}

var device = provisioning.Device{ID: "d", Type: "T", Attributes: []provisioning.Attribute{
	{ObjectID: "t", Name: "temperature", Type: "Number", Unit: telemetry.UnitRef{System: telemetry.CEFACT, Given: "CEL"}},
	{ObjectID: "n", Name: "name", Type: "Text"}, {ObjectID: "p", Name: "location", Type: "geo:point"}, {ObjectID: "b", Name: "b", Type: "Boolean"},
}}

func kits() []formattest.Kit {
	plain := formattest.Kit{Format: Format(), Seeds: [][]byte{
		[]byte(`{"t": 21, "h": -45.5e-1, "on": true, "x": null, "n": "a\"ñ|#", "o": {"a": [1, 2]}, "l": [], "big": 9007199254740993}`),
		[]byte(`[{"TimeInstant": "2016-06-13T00:35:30.25+02:00", "t": 1}, {"t": 2, "TimeInstant": "2016-06-13"},{"t": "3"}]`),
	}}
	f := Format()
	f.NewDecoder = func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c, Device: device}) }
	f.NewEncoder = func() telemetry.Encoder { return Encoder{Device: device} }
	return []formattest.Kit{plain, {Format: f, Seeds: [][]byte{[]byte(`{"t":"+021.50","n":"007","p":"41.5, -2.25","b":"1","x":1,"y":"2"}`)}}}
}

func TestTorture(t *testing.T) {
	for _, k := range kits() {
		k.Torture(t)
	}
}

func TestStream(t *testing.T) { kits()[0].Stream(t) }

func TestPolicies(t *testing.T) {
	k := kits()
	k[0].Policies(t, []byte(`[{"a":1},{"a":1,"a":2},{"a":3}]`), 2, 2, telemetry.ErrDuplicate)
	k[0].Policies(t, []byte(`[{"a":1},7,{"a":3}]`), 2, 2, telemetry.ErrType)
	k[0].Policies(t, []byte(`[{"a":1},{},{"a":3}]`), 2, 2, telemetry.ErrMissing)
	k[0].Policies(t, []byte(`[{"a":1},{"a":1e400},{"a":3}]`), 2, 2, telemetry.ErrValue)
	k[0].Policies(t, []byte(`[{"a":1},{"a":1,"TimeInstant":"x"},{"a":3}]`), 2, 2, telemetry.ErrTime)
	k[0].Policies(t, []byte(`[{"a":1},{"a":1,"TimeInstant":5},{"a":3}]`), 2, 2, telemetry.ErrType)
	k[0].Policies(t, []byte("[{\"a\":1},{\"a\":\"\xff\"},{\"a\":3}]"), 2, 2, telemetry.ErrUTF8)
	k[0].Policies(t, []byte(`[{"a":1},{"a":tru},{"a":3}]`), 2, 2, telemetry.ErrSyntax)
	k[1].Policies(t, []byte(`[{"t":1},{"t":"x"},{"t":3}]`), 2, 2, telemetry.ErrType)
}

func TestDecodeAt(t *testing.T) {
	var b telemetry.Batch
	d := NewDecoder(Config{})
	require.NoError(t, d.DecodeAt(&b, []byte(`[{"a":1},{"a":2,"TimeInstant":"2016-06-13T00:35:30Z"}]`), "2026-03-29T10:15:00Z"))
	require.Equal(t, 2026, b.At(0).Time.Year())
	require.Equal(t, 2016, b.At(1).Time.Year())
}

func TestAllocatesNothing(t *testing.T) {
	var s strings.Builder
	for i := range 200 {
		fmt.Fprintf(&s, `,{"TimeInstant":"2026-03-29T10:%02d:00Z","t":%d.5,"h":%d,"x":"he\"llo","b":true,"o":{"a":[%d]}}`, i%60, i, i, i)
	}
	kits()[0].AllocatesNothing(t, []byte("["+s.String()[1:]+"]"))
}

// The entities that the agent's tests expect, told as measures by the device, are the same
// again. (The payloads themselves stand in the tests' code, which is not here.)
func TestConformanceMeasures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testcorpus.Dir(t, "telemetry/iota-json"), "test/unit/ngsiv2/contextRequests/*.json"))
	require.NoError(t, err)
	pass, fail := 0, 0
	var skips []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var want telemetry.Batch
		if err := ngsiv2.Format().NewDecoder(telemetry.Config{}).Decode(&want, data); err != nil || want.Len() == 0 {
			skips = append(skips, "no entity: "+filepath.Base(file))
			continue
		}
		payload, losses, err := Encoder{}.Append(nil, &want)
		require.NoError(t, err)
		if losses.Rows(telemetry.LossGeometry) > 0 {
			skips = append(skips, "a location in GeoJSON, which is no measure: "+filepath.Base(file))
			continue
		}
		var got telemetry.Batch
		if err := NewDecoder(Config{}).Decode(&got, payload); err != nil {
			fail++
			t.Errorf("%s: %q: %v", file, payload, err)
			continue
		}
		var a, b []string
		for _, o := range want.All() {
			if o.Attribute != "TimeInstant" {
				a = append(a, fmt.Sprint(o.Attribute, strings.ReplaceAll(o.Value.Text, " ", ""), o.Value.Number, o.Time.UnixNano()))
			}
		}
		for _, o := range got.All() {
			b = append(b, fmt.Sprint(o.Attribute, strings.ReplaceAll(o.Value.Text, " ", ""), o.Value.Number, o.Time.UnixNano()))
		}
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			fail++
			t.Errorf("%s: %q:\nwant %q\ngot  %q", filepath.Base(file), payload, a, b)
			continue
		}
		pass++
	}
	testcorpus.Conformance(t, "telemetry/iotajson measures", pass, fail, skips)
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
