package otlp

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// everything has every kind of metric and of attribute.
const everything = `{"resourceMetrics":[
 {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"air"}},{"key":"n","value":{"intValue":"7"}},{"key":"s","value":{"stringValue":"7"}},
   {"key":"list","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":1},{"intValue":2},{"stringValue":"x"},{},{"bytesValue":"AAE="}]}}},
   {"key":"map","value":{"kvlistValue":{"values":[{"key":"a b","value":{"doubleValue":1.5}}]}}}]},
  "scopeMetrics":[{"scope":{"name":"lib","version":"1.2","attributes":[{"key":"k","value":{"stringValue":"v"}}]},"schemaUrl":"https://example.org","metrics":[
   {"name":"temp","unit":"Cel","gauge":{"dataPoints":[
     {"attributes":[{"key":"room","value":{"stringValue":"a,b=c d\\e"}},{"key":"floor","value":{"intValue":"2"}}],"timeUnixNano":"1774772100000000001","asDouble":21.5},
     {"timeUnixNano":"1774772100000000001","asInt":"9007199254740993"},{"timeUnixNano":"1774772100000000001","flags":1},{"asDouble":"NaN"},{"asDouble":"-Infinity"}]}},
   {"name":"rain","description":"since the start","unit":"mm","metadata":[{"key":"m","value":{"boolValue":false}}],"sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
     {"startTimeUnixNano":"1774772000000000000","timeUnixNano":"1774772100000000000","asDouble":-0.5}]}},
   {"name":"lat","unit":"ms","histogram":{"aggregationTemporality":1,"dataPoints":[
     {"startTimeUnixNano":"1774772000000000000","timeUnixNano":"1774772100000000000","count":"3","sum":6.5,"bucketCounts":["1","2","0"],"explicitBounds":[1,2.5],"min":0.5,"max":4}]}},
   {"name":"exp","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
     {"timeUnixNano":"1774772100000000000","count":"3","sum":6.5,"scale":-2,"zeroCount":"1","positive":{"offset":-3,"bucketCounts":["1","18446744073709551615"]},"negative":{},"zeroThreshold":1e-9},
     {"timeUnixNano":"1774772100000000000","flags":1}]}},
   {"name":"sumry","summary":{"dataPoints":[{"timeUnixNano":"1774772100000000000","count":"2","sum":3,"quantileValues":[{"quantile":0.5,"value":1},{"quantile":1,"value":2}]}]}}]}]},
 {"resource":{"attributes":[{"key":"device.id","value":{"stringValue":"d1"}}]},"scopeMetrics":[{"metrics":[{"name":"x","gauge":{"dataPoints":[{"timeUnixNano":"1","asDouble":1}]}}]}]}]}`

func toWire(t testing.TB, text string) []byte {
	var c fromJSON
	c.s.Reset([]byte(text))
	require.True(t, c.message(mRequest), "%v %v", c.s.Err(), c.msg)
	require.Nil(t, c.s.End())
	return c.dst
}

func kit(t testing.TB) formattest.Kit {
	const small = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x","sum":{"dataPoints":[{"timeUnixNano":"1","asInt":1,"attributes":[{"key":"k","value":{"intValue":1}}]}]}}]}]}]}`
	return formattest.Kit{Format: Format(), Seeds: [][]byte{[]byte(everything), toWire(t, everything), []byte(small), toWire(t, small)}}
}

func TestTorture(t *testing.T) {
	k := kit(t)
	for n := range everything {
		k.RoundTrip(t, []byte(everything[:n]))
	}
	k.Seeds = k.Seeds[2:]
	k.Torture(t)
}

func TestStream(t *testing.T) {
	kit(t).Stream(t)
	var b telemetry.Batch
	small := string(kit(t).Seeds[2])
	rows := 0
	for b, err := range telemetry.Records(Format(), strings.NewReader(small+"\n"+small+"\n\n"+everything), &b, telemetry.Config{}) {
		require.NoError(t, err)
		rows += b.Len()
	}
	require.Equal(t, 13, rows)
}

func TestJSONEncoder(t *testing.T) {
	k := kit(t)
	k.Format.NewEncoder = func() telemetry.Encoder { return Encoder{JSON: true} }
	for _, s := range k.Seeds {
		k.RoundTrip(t, s)
	}
}

func TestAllocatesNothing(t *testing.T) {
	k := kit(t)
	for _, s := range k.Seeds[2:] {
		k.AllocatesNothing(t, s)
	}
	k.AllocatesNothing(t, toWire(t, everything))
}

func decode(t *testing.T, c Config, src []byte) *telemetry.Batch {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(c).Decode(&b, src))
	formattest.Check(t, &b)
	return &b
}

func TestEverything(t *testing.T) {
	b := decode(t, Config{}, []byte(everything))
	wire := decode(t, Config{}, toWire(t, everything))
	formattest.RequireRows(t, formattest.Rows(b), formattest.Rows(wire))
	require.Equal(t, 11, b.Len())
	o := b.At(0)
	require.Equal(t, "air", o.Entity.ID)
	require.Equal(t, `floor=2,room=a\,b\=c\ d\\e`, o.Dataset)
	require.Equal(t, int64(1774772100000000001), o.Time.UnixNano())
	require.Equal(t, "Cel", o.Unit.Unit.String())
	require.Equal(t, `{"resource":{"service.name":"air","n":7,"s":"7","list":[true,1.0,2,"x",null,{"bytesValue":"AAE="}],"map":{"a b":1.5}},"scope":"lib","scopeVersion":"1.2","scopeAttributes":{"k":"v"}}`, o.Meta)
	require.Equal(t, telemetry.Value{Kind: telemetry.Number, Number: 9007199254740992, Text: "9007199254740993"}, b.At(1).Value)
	require.Equal(t, telemetry.Integer, b.At(1).Flags)
	require.Equal(t, telemetry.None, b.At(2).Value.Kind)
	require.Equal(t, telemetry.QualityUnknown, b.At(2).Quality)
	require.Equal(t, "NaN", b.At(3).Raw)
	require.Equal(t, telemetry.Invalid, b.At(3).Quality)
	require.Equal(t, "-Infinity", b.At(4).Raw)
	o = b.At(5)
	require.Equal(t, int64(1774772000), o.From.Unix())
	require.Contains(t, o.Meta, `"description":"since the start","metric":"sum","temporality":"cumulative","monotonic":true,"metadata":{"m":false}}`)
	require.Equal(t, `{"count":"3","sum":6.5,"bucketCounts":["1","2","0"],"explicitBounds":[1,2.5],"min":0.5,"max":4}`, b.At(6).Value.Text)
	require.Equal(t, `{"count":"3","sum":6.5,"scale":-2,"zeroCount":"1","positive":{"offset":-3,"bucketCounts":["1","18446744073709551615"]},"negative":{},"zeroThreshold":1e-9}`, b.At(7).Value.Text)
	require.Equal(t, telemetry.None, b.At(8).Value.Kind)
	require.Equal(t, `{"count":"2","sum":3,"quantileValues":[{"quantile":0.5,"value":1},{"quantile":1,"value":2}]}`, b.At(9).Value.Text)
	o = b.At(10)
	require.Equal(t, "d1", o.Entity.ID)
	require.Empty(t, o.Meta)
	_, losses, err := Encoder{}.Append(nil, b)
	require.NoError(t, err)
	require.Empty(t, losses)
}

func TestEntity(t *testing.T) {
	src := `{"resourceMetrics":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h"}},{"key":"entity.type","value":{"stringValue":"T"}}]},"scopeMetrics":[{"metrics":[{"name":"x","gauge":{"dataPoints":[
		{"attributes":[{"key":"device.id","value":{"stringValue":"d"}}],"asInt":1},{"asInt":1}]}}]}]}]}`
	b := decode(t, Config{}, []byte(src))
	require.Equal(t, telemetry.Entity{ID: "d", Type: "T"}, b.At(0).Entity)
	require.Equal(t, telemetry.Entity{ID: "h", Type: "T"}, b.At(1).Entity)
	b = decode(t, Config{ID: []string{"none"}, Type: "host.name"}, []byte(src))
	require.Equal(t, telemetry.Entity{ID: "entity.type=T,host.name=h", Type: "h"}, b.At(1).Entity)
}

// What other formats may have as rows comes back, or a loss says so.
func TestAnyRows(t *testing.T) {
	var b telemetry.Batch
	at := time.Unix(1774772100, 5).UTC()
	number := telemetry.Value{Kind: telemetry.Number, Number: 1.5}
	for _, id := range []string{"", "d", "7", "urn:ngsi-ld:A:1", "host.name=x", `{"a":1}`, `"x"`, "1e5"} {
		for _, typ := range []string{"", "T"} {
			for _, set := range []string{"", "a=1,b=2", "b=2,a=1", "free text", "device.id=z", "x=1e5", `x={"a":1\,"a":2}`} {
				for _, meta := range []string{"", `{"accuracy":1}`, `{"resource":{"host.name":"x"}}`, `{"metric":"histogram"}`, `{"metric":"sum"}`} {
					require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: id, Type: typ}, Attribute: "x", Dataset: set, Value: number, Time: at, Meta: meta}))
				}
			}
		}
	}
	for i := range b.Len() {
		var one, back telemetry.Batch
		require.NoError(t, one.Add(b.At(i)))
		out, losses, err := Encoder{}.Append(nil, &one)
		require.NoError(t, err)
		require.NoError(t, NewDecoder(Config{}).Decode(&back, out))
		require.Equal(t, 1, back.Len())
		if len(losses) == 0 {
			formattest.RequireRows(t, formattest.Rows(&one), formattest.Rows(&back))
		}
	}
	// All at once, too.
	out, _, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, b.Len(), decode(t, Config{}, out).Len())
}

func TestLosses(t *testing.T) {
	var b telemetry.Batch
	at := time.Unix(1774772100, 0)
	for _, o := range []telemetry.Observation{
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Bool, Number: 1}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Text, Text: "x"}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Point}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.JSON, Text: "{}"}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Deleted}, Time: at},
		{Attribute: "", Value: telemetry.Value{Kind: telemetry.Number}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}, Time: time.Unix(-5, 0)},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}, Time: at, HasOffset: true},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}, Time: at, Quality: telemetry.Valid},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: math.Pow(2, 64), Text: "18446744073709551616"}, Time: at, Flags: telemetry.Integer | telemetry.Unsigned},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}, Time: at, Unit: telemetry.UnitRef{Given: "CEL", System: telemetry.CEFACT}},
	} {
		require.NoError(t, b.Add(o))
	}
	out, l, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	for kind, n := range map[telemetry.LossKind]int{telemetry.LossType: 2, telemetry.LossRow: 4, telemetry.LossDeletion: 1, telemetry.LossTime: 1, telemetry.LossOffset: 1, telemetry.LossQuality: 1, telemetry.LossNumber: 1, telemetry.LossUnit: 1} {
		require.Equal(t, n, l.Rows(kind), "%s of %s", kind, l)
	}
	got := decode(t, Config{}, out)
	require.Equal(t, 6, got.Len())
	require.Equal(t, "Cel", got.At(5).Unit.Given)
}

func TestPolicies(t *testing.T) {
	k := kit(t)
	point := func(p string) string {
		return `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x","gauge":{"dataPoints":[{"asInt":1},` + p + `,{"asInt":3}]}}]}]}]}`
	}
	for p, kind := range map[string]error{
		`{"asInt":"x"}`: telemetry.ErrType, `7`: telemetry.ErrType, `{"asInt":9223372036854775808}`: telemetry.ErrType, `{"asDouble":1e400}`: telemetry.ErrType,
		`{"asInt":1,"attributes":{}}`: telemetry.ErrType, `{"asInt":1,"timeUnixNano":"18446744073709551615"}`: telemetry.ErrTime, `{"asInt":1,"flags":-1}`: telemetry.ErrType,
		`{"asInt":1,"attributes":[{"key":"a","value":{}},{"key":"a","value":{}}]}`:                            telemetry.ErrDuplicate,
		`{"asInt":1,"attributes":[{"key":"a","value":{"bytesValue":"="}}]}`:                                   telemetry.ErrType,
		`{"asInt":1,"attributes":[{"key":"a","value":{"kvlistValue":{"values":[{"key":"b"},{"key":"b"}]}}}]}`: telemetry.ErrDuplicate,
	} {
		k.Policies(t, []byte(point(p)), 2, 2, kind)
		var b telemetry.Batch
		err := NewDecoder(Config{}).Decode(&b, []byte(point(p)))
		require.ErrorContains(t, err, "record 2: byte ", p)
	}
	// In protobuf: a wire type, a text that is not UTF-8, a cut message.
	wrap := func(p []byte) []byte {
		b := []byte{}
		var m [4]int
		for i := range 3 {
			b, m[i] = protowire.Begin(b, []int32{1, 2, 2}[i])
		}
		b = protowire.AppendBytes(b, 1, "x")
		b, m[3] = protowire.Begin(b, 5)
		for _, point := range [][]byte{protowire.AppendDouble(nil, 4, 1), p, protowire.AppendDouble(nil, 4, 3)} {
			b = protowire.AppendBytes(b, 1, point)
		}
		for i := 3; i >= 0; i-- {
			b = protowire.End(b, m[i])
		}
		return b
	}
	k.Policies(t, wrap(protowire.AppendVarint(nil, 4, 1)), 2, 2, telemetry.ErrType)
	k.Policies(t, wrap([]byte{0x21, 1}), 2, 2, telemetry.ErrSyntax)
	k.Policies(t, wrap(protowire.AppendBytes(nil, 7, protowire.AppendBytes(nil, 1, "\xff"))), 2, 2, telemetry.ErrUTF8)
}

// A JSON text that ends early keeps the points before, under the lenient policies.
func TestCutJSON(t *testing.T) {
	at := strings.Index(everything, `{"asDouble":"-Infinity"}`)
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Skip}}).Decode(&b, []byte(everything[:at+5])))
	require.Equal(t, 4, b.Len())
	require.Len(t, b.Findings, 1)
	require.Equal(t, 5, b.Findings[0].Record)
	require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(everything[:at+5])), telemetry.ErrSyntax)
	require.Equal(t, 4, b.Len())
}

func TestStructure(t *testing.T) {
	for src, kind := range map[string]error{
		`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{"asInt":1}]}}]}]}]}`:          telemetry.ErrMissing,
		`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x"}]}]}]}`:                                    telemetry.ErrMissing,
		`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x","sum":{"aggregationTemporality":3}}]}]}]}`: telemetry.ErrValue,
		`{"resourceMetrics":[{"resource":{"attributes":[{"key":"a"},{"key":"a"}]}}]}`:                            telemetry.ErrDuplicate,
		`{"resourceMetrics":{}}`: telemetry.ErrType, `{"resourceMetrics":[],"resourceMetrics":[]}`: telemetry.ErrDuplicate,
		`{"resourceMetrics":[{"scopeMetrics":[{"scope":{"attributes":[{"key":"a"},{"key":"a"}]},"metrics":[{"name":"x","gauge":{}}]}]}]}`: telemetry.ErrDuplicate,
		strings.Repeat(`{"resourceMetrics":[`, 100): telemetry.ErrLimit,
		"\n{": telemetry.ErrSyntax,
	} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, []byte(src)), kind, src)
		b.Reset()
		require.NoError(t, NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Skip}}).Decode(&b, []byte(src)))
		require.Zero(t, b.Len())
		require.NotEmpty(t, b.Findings)
	}
	// White space before JSON.
	require.Equal(t, 11, decode(t, Config{}, []byte("\n\r\n \t"+everything)).Len())
	// Any depth of values.
	deep := protowire.AppendBytes(nil, 1, "x")
	for range 100_000 {
		if len(deep) > 1<<14 {
			break
		}
		deep = protowire.AppendBytes(nil, 5, protowire.AppendBytes(nil, 1, deep))
	}
	var b telemetry.Batch
	kv := protowire.AppendBytes(protowire.AppendBytes(nil, 1, "k"), 2, deep)
	err := NewDecoder(Config{}).Decode(&b, protowire.AppendBytes(nil, 1, protowire.AppendBytes(nil, 1, protowire.AppendBytes(nil, 1, kv))))
	require.ErrorIs(t, err, telemetry.ErrLimit)
	b.Reset()
	require.NoError(t, NewDecoder(Config{}).Decode(&b, []byte(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x","gauge":{"dataPoints":[{"asInt":1,"exemplars":[{"asInt":1},{}]}]}}]}]}]}`)))
	require.Len(t, b.Findings, 1)
	require.ErrorIs(t, &b.Findings[0].Error, telemetry.ErrUnsupported)
}

// A long attribute of a resource, said again by every metric, does not make much of little.
func TestAmplification(t *testing.T) {
	metric := `{"name":"x","gauge":{"dataPoints":[]}}`
	src := `{"resourceMetrics":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"` + strings.Repeat("v", 1<<16) + `"}}]},"scopeMetrics":[{"metrics":[` + metric + strings.Repeat(","+metric, 1000) + `]}]}]}`
	var b telemetry.Batch
	err := NewDecoder(Config{Config: telemetry.Config{Limits: telemetry.Limits{Bytes: 1 << 20}}}).Decode(&b, []byte(src))
	require.ErrorIs(t, err, telemetry.ErrLimit)
	require.Less(t, cap(b.Data), 4<<20)
	require.Empty(t, b.Data)
}

func FuzzRoundTrip(f *testing.F) {
	k := kit(f)
	for _, s := range k.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}
