package ultralight

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
	err := NewDecoder(Config{Device: device}).Decode(&b, []byte("2026-03-29T10:15:00Z|t|21.5|on|true#2026-03-29T10:20:00Z|t|21.7"))
	fmt.Println(err)
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Kind, o.Value.Number, o.Unit.Unit, o.Time.Format(time.TimeOnly))
	}
	out, losses, _ := Encoder{Device: device}.Append(nil, &b)
	fmt.Printf("%s\n%v\n", out, losses)
	// Output:
	// <nil>
	// urn:ngsi-ld:Device:s4 temperature number 21.5 Cel 10:15:00
	// urn:ngsi-ld:Device:s4 on bool 1  10:15:00
	// urn:ngsi-ld:Device:s4 temperature number 21.7 Cel 10:20:00
	// 2026-03-29T10:15:00Z|t|21.5|on|true#2026-03-29T10:20:00Z|t|21.7
	// no loss
}

// An order to a device.
func ExampleParseCommand() {
	c, err := ParseCommand([]byte("robot1@turn|left=30|speed=2"))
	fmt.Println(c.Device, c.Name, c.Params, err)
	out, err := c.Append(nil)
	fmt.Println(string(out), err)
	// Output:
	// robot1 turn [{left 30} {speed 2}] <nil>
	// robot1@turn|left=30|speed=2 <nil>
}

var device = provisioning.Device{ID: "d", Type: "T", Attributes: []provisioning.Attribute{
	{ObjectID: "t", Name: "temperature", Type: "Number", Unit: telemetry.UnitRef{System: telemetry.CEFACT, Given: "CEL"}},
	{ObjectID: "n", Name: "name", Type: "Text"}, {ObjectID: "p", Name: "location", Type: "geo:point"}, {ObjectID: "b", Name: "b", Type: "Boolean"}, {ObjectID: "j", Name: "json", Type: "JSON"},
}}

func kits() []formattest.Kit {
	plain := formattest.Kit{Format: Format(), Seeds: [][]byte{
		[]byte("t|21|h|45#t|22|h|46"), []byte("2016-06-13T00:35:30.25+02:00|t|-1.5e3|x|hello ñ|y||z|{\"a\":[1]}#on|false|TimeInstant|2016-06-13T00:35:30Z"),
		[]byte("|a|1|b|true\n2016-06-13|c|9007199254740993\r\n\nd|x"),
	}}
	f := Format()
	f.NewDecoder = func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c, Device: device}) }
	f.NewEncoder = func() telemetry.Encoder { return Encoder{Device: device} }
	return []formattest.Kit{plain, {Format: f, Seeds: [][]byte{[]byte("t|+021.50|n|007|p|41.5, -2.25|b|1|j|[1]|x|1#n||p|41 2 100")}}}
}

func TestTorture(t *testing.T) {
	for _, k := range kits() {
		k.Torture(t)
	}
}

func TestStream(t *testing.T) { kits()[0].Stream(t) }

func TestPolicies(t *testing.T) {
	k := kits()
	k[0].Policies(t, []byte("a|1#a|1|b#a|2"), 2, 2, telemetry.ErrTime)
	k[0].Policies(t, []byte("a|1#2016-02-30|b|1#a|2"), 2, 2, telemetry.ErrTime)
	k[0].Policies(t, []byte("a|1#a|1|a|2#a|2"), 2, 2, telemetry.ErrDuplicate)
	k[0].Policies(t, []byte("a|1#|1#a|2"), 2, 2, telemetry.ErrSyntax)
	k[0].Policies(t, []byte("a|1##a|2"), 2, 2, telemetry.ErrMissing)
	k[0].Policies(t, []byte("a|1#dev@cmd|x=1|y=2#a|2"), 2, 2, telemetry.ErrUnsupported)
	k[0].Policies(t, []byte("a|1#a|\xff#a|2"), 2, 2, telemetry.ErrUTF8)
	k[1].Policies(t, []byte("t|1#t|x#t|2"), 2, 2, telemetry.ErrType)
	k[1].Policies(t, []byte("t|1#temperature|1#t|2"), 2, 2, telemetry.ErrName)
}

func TestDecodeAt(t *testing.T) {
	var b telemetry.Batch
	d := NewDecoder(Config{})
	require.NoError(t, d.DecodeAt(&b, []byte("a|1#2016-06-13T00:35:30Z|a|2"), "2026-03-29T10:15:00Z"))
	require.Equal(t, 2026, b.At(0).Time.Year())
	require.Equal(t, 2016, b.At(1).Time.Year())
	require.ErrorIs(t, d.DecodeAt(&b, []byte("a|1"), "yesterday"), telemetry.ErrTime)
	require.Equal(t, 2, b.Len())
}

func TestCommands(t *testing.T) {
	for src, want := range map[string]Command{
		"a@b": {Device: "a", Name: "b"}, "a@b|5": {Device: "a", Name: "b", Value: "5"}, "a@b|x=1|y=\r\n": {Device: "a", Name: "b", Params: []Param{{"x", "1"}, {"y", ""}}},
	} {
		got, err := ParseCommand([]byte(src))
		require.NoError(t, err)
		require.Equal(t, want, got)
		out, err := got.Append(nil)
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(src), string(out))
	}
	for _, src := range []string{"", "a", "@b", "a@", "a@b@c", "a@b|x|y", "a@b|=1|y=1", "a@b|x=1=2", "\xff@b"} {
		_, err := ParseCommand([]byte(src))
		require.Error(t, err, src)
	}
	for _, c := range []Command{{}, {Device: "a"}, {Device: "a@", Name: "b"}, {Device: "a", Name: "b", Value: "x|y"}, {Device: "a", Name: "b", Value: "x", Params: []Param{{"k", "v"}}}, {Device: "a", Name: "b", Params: []Param{{"k=", "v"}}}} {
		out, err := c.Append([]byte("x"))
		require.Error(t, err)
		require.Equal(t, "x", string(out))
	}
}

func TestAllocatesNothing(t *testing.T) {
	var s strings.Builder
	for i := range 200 {
		fmt.Fprintf(&s, "2026-03-29T10:%02d:00Z|t|%d.5|h|%d|x|hello|b|true#", i%60, i, i)
	}
	kits()[0].AllocatesNothing(t, []byte(strings.TrimSuffix(s.String(), "#")))
	kits()[1].AllocatesNothing(t, []byte(strings.TrimSuffix(s.String(), "#")))
}

// The entities that the agent's tests expect, told in UltraLight by the device, are the same
// measures again. (The payloads themselves stand in the tests' code, which is not here.)
func TestConformanceMeasures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testcorpus.Dir(t, "telemetry/ultralight"), "test/unit/ngsiv2/contextRequests/*.json"))
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
		if losses.Rows(telemetry.LossType)+losses.Rows(telemetry.LossGeometry) > 0 {
			skips = append(skips, "a location, or a text that looks like a number, which need a provisioned type: "+filepath.Base(file))
			continue
		}
		var got telemetry.Batch
		if err := NewDecoder(Config{}).Decode(&got, payload); err != nil {
			fail++
			t.Errorf("%s: %q: %v", file, payload, err)
			continue
		}
		// TimeInstant is a row of an entity, and no measure.
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
	testcorpus.Conformance(t, "telemetry/ultralight measures", pass, fail, skips)
}

func FuzzRoundTrip(f *testing.F) {
	for _, k := range kits() {
		for _, s := range k.Seeds {
			f.Add(s)
		}
	}
	f.Add([]byte("\\|  |  |"))                                       // blanks at the end of a group
	f.Add([]byte("j|9 | |"))                                         // JSON with a blank
	f.Add([]byte("p|41e2 |j|1"))                                     // a number but for its blank
	f.Add([]byte("t|000.010|p|00 00 01000|b|0|1|100|0|0#n||p|00 0")) // more points than text
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, k := range kits() {
			k.RoundTrip(t, src)
		}
	})
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte("a@b|x=1|y=2"))
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := ParseCommand(src)
		if err != nil {
			return
		}
		out, err := c.Append(nil)
		if err != nil {
			return
		}
		again, err := ParseCommand(out)
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
