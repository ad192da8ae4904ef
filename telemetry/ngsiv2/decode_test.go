package ngsiv2

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

func decode(t testing.TB, c Config, src string) (*telemetry.Batch, error) {
	t.Helper()
	var b telemetry.Batch
	err := NewDecoder(c).Decode(&b, []byte(src))
	if err != nil {
		var e *telemetry.Error
		require.ErrorAs(t, err, &e)
		require.Zero(t, b.Len())
	}
	return &b, err
}

// carried are the rows as NGSIv2 carries them: by entity, an attribute once before it comes again, at milliseconds in UTC.
func carried(b *telemetry.Batch) []telemetry.Observation {
	type row struct {
		telemetry.Observation
		entity, level int
	}
	var rows []row
	first, level := map[telemetry.Entity]int{}, map[string]int{}
	for _, o := range b.All() {
		if _, ok := first[o.Entity]; !ok {
			first[o.Entity] = len(first)
		}
		key := o.Entity.ID + "\x00" + o.Entity.Type + "\x00" + o.Attribute
		o.Source, o.Record, o.Offset, o.Unit.Unit = telemetry.Source{}, 0, 0, telemetry.UnitRef{}.Unit
		o.Time, o.HasOffset, o.Precision, o.Dataset = o.Time.UTC().Truncate(time.Millisecond), false, 0, ""
		o.From = o.Time
		o.Flags &^= telemetry.Interval
		rows = append(rows, row{o, first[o.Entity], level[key]})
		level[key]++
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.level, b.level)) })
	var out []telemetry.Observation
	for _, r := range rows {
		out = append(out, r.Observation)
	}
	return out
}

var lossy = []telemetry.LossKind{telemetry.LossName, telemetry.LossRow, telemetry.LossType, telemetry.LossMeta, telemetry.LossDeletion, telemetry.LossNumber, telemetry.LossQuality}

func roundTrip(t *testing.T, b *telemetry.Batch, name string) {
	t.Helper()
	out, losses, err := new(Encoder).Append(nil, b)
	require.NoError(t, err, name)
	require.True(t, json.Valid(out), "%s: %s", name, out)
	var again telemetry.Batch
	require.NoError(t, NewDecoder(Config{TimeAttributes: []string{}}).Decode(&again, out), "%s: %s", name, out)
	for _, k := range lossy {
		if losses.Rows(k) > 0 {
			return
		}
	}
	require.Equal(t, carried(b), carried(&again), "%s: %s", name, out)
	second, _, err := new(Encoder).Append(nil, &again)
	require.NoError(t, err)
	require.Equal(t, string(out), string(second), name)
}

func TestRepresentations(t *testing.T) {
	at := time.Date(2026, 3, 29, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		in       string
		kind     telemetry.Kind
		text     string
		number   float64
		flags    telemetry.Flags
		meta     string
		time     time.Time
		unit     string
		position telemetry.Position
	}{
		{in: `3.5`, kind: telemetry.Number, number: 3.5},
		{in: `null`, kind: telemetry.None},
		{in: `"x"`, kind: telemetry.Text, text: "x"},
		{in: `{"a": 1}`, kind: telemetry.JSON, text: `{"a":1}`},
		{in: `{}`, kind: telemetry.JSON, text: `{}`},
		{in: `[1, 2]`, kind: telemetry.JSON, text: `[1,2]`},
		{in: `{"type":"Number","value":3,"metadata":{}}`, kind: telemetry.Number, number: 3},
		{in: `{"value":3}`, kind: telemetry.Number, number: 3},
		{in: `{"type":"Number"}`, kind: telemetry.None, meta: `{"type":"Number"}`},
		{in: `{"metadata":{"a":{"type":"Number","value":0.5},"TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00.00Z"}},"value":3,"type":"Integer"}`, kind: telemetry.Number, number: 3, time: at,
			meta: `{"type":"Integer","metadata":{"a":{"type":"Number","value":0.5}}}`},
		{in: `{"type":"Number","value":3,"metadata":{"unitCode":{"value":"GP"}}}`, kind: telemetry.Number, number: 3, unit: "GP"},
		{in: `{"type":"Number","value":3,"metadata":{"unit":{"type":"Text","value":"ºC"}}}`, kind: telemetry.Number, number: 3, unit: "ºC"},
		{in: `{"type":"Number","value":3,"metadata":{"unit":{"type":"Number","value":1}}}`, kind: telemetry.Number, number: 3, meta: `{"metadata":{"unit":{"type":"Number","value":1}}}`},
		{in: `{"type":"DateTime","value":"2026-03-29T10:00:00.00Z"}`, kind: telemetry.Text, text: "2026-03-29T10:00:00.00Z", meta: `{"type":"DateTime"}`},
		{in: `{"type":"Relationship","value":"urn:x"}`, kind: telemetry.Text, text: "urn:x", flags: telemetry.Relation},
		{in: `{"type":"Reference","value":"urn:x"}`, kind: telemetry.Text, text: "urn:x", flags: telemetry.Relation, meta: `{"type":"Reference"}`},
		{in: `{"type":"geo:point","value":"40.4, -3.7"}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4}, meta: `{"type":"geo:point"}`},
		{in: `{"type":"geo:json","value":{"type":"Point","coordinates":[-3.7,40.4]}}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4}},
		{in: `{"type":"Point","coordinates":[-3.7,40.4]}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4}},
		{in: `{"type":"geo:json","value":{"type":"LineString","coordinates":[[0,0],[1,1]]}}`, kind: telemetry.Geometry, text: `{"type":"LineString","coordinates":[[0,0],[1,1]]}`},
		{in: `{"type":"geo:json","value":null}`, kind: telemetry.None, meta: `{"type":"geo:json"}`},
		{in: `{"type":"StructuredValue","value":{"a":1}}`, kind: telemetry.JSON, text: `{"a":1}`},
		{in: `{"type":"Text","value":"x","other":1}`, kind: telemetry.JSON, text: `{"type":"Text","value":"x","other":1}`},
		{in: `{"type":"TextUnrestricted","value":"a<b"}`, kind: telemetry.Text, text: "a<b"},
	} {
		b, err := decode(t, Config{}, `{"id":"e","type":"T","a":`+c.in+`}`)
		require.NoError(t, err, c.in)
		require.Equal(t, 1, b.Len())
		o := b.At(0)
		require.Equal(t, c.kind, o.Value.Kind, c.in)
		require.Equal(t, c.text, o.Value.Text, c.in)
		require.Equal(t, c.number, o.Value.Number, c.in)
		require.Equal(t, c.flags, o.Flags&^telemetry.TimeStatic, c.in)
		require.Equal(t, c.meta, o.Meta, c.in)
		require.Equal(t, c.unit, o.Unit.Given, c.in)
		require.True(t, c.time.Equal(o.Time), c.in)
		require.Equal(t, c.position, o.Value.Position, c.in)
		roundTrip(t, b, c.in)
	}
}

func TestEnvelopes(t *testing.T) {
	const e = `{"id":"e","type":"T","a":{"type":"Number","value":3}}`
	want, err := decode(t, Config{}, e)
	require.NoError(t, err)
	for _, src := range []string{`[` + e + `]`, `{"subscriptionId":"x","data":[` + e + `]}`, `{"data":[` + e + `],"subscriptionId":"x"}`,
		`{"actionType":"append","entities":[` + e + `]}`, `{"entities":[` + e + `],"actionType":"update"}`} {
		b, err := decode(t, Config{}, src)
		require.NoError(t, err, src)
		require.Equal(t, carried(want), carried(b), src)
	}
	b, err := decode(t, Config{}, `{"entities":[{"id":"e","type":"T"},{"id":"f","a":{}}],"actionType":"delete"}`)
	require.NoError(t, err)
	require.Equal(t, []telemetry.Kind{telemetry.Deleted, telemetry.Deleted}, b.Kind)
	require.Equal(t, "a", b.At(1).Attribute)
	_, losses, err := new(Encoder).Append(nil, b)
	require.NoError(t, err)
	require.Equal(t, 2, losses.Rows(telemetry.LossDeletion))
	b, err = decode(t, Config{Entity: telemetry.Entity{ID: "e", Type: "T"}}, `{"a":{"value":1}}`)
	require.NoError(t, err)
	require.Equal(t, "e", b.At(0).Entity.ID)
}

func TestTimes(t *testing.T) {
	for src, want := range map[string]string{
		`"dateObserved":"2026-03-29T10:00:00Z"`:                                                "2026-03-29T10:00:00Z",
		`"dateModified":"2026-03-29T09:00:00Z","dateObserved":"2026-03-29T10:00:00Z"`:          "2026-03-29T10:00:00Z",
		`"dateObserved":"2026-03-29T09:00:00Z","TimeInstant":{"value":"2026-03-29T10:00:00Z"}`: "2026-03-29T10:00:00Z",
		`"TimeInstant":{"value":"2026-03-29T10:00:00Z"},"dateObserved":"2026-03-29T09:00:00Z"`: "2026-03-29T10:00:00Z",
		`"dateObserved":"2026-03-29T09:00:00Z/2026-03-29T10:00:00Z"`:                           "2026-03-29T10:00:00Z",
		`"TimeInstant":{"value":" "}`:                                                          "0001-01-01T00:00:00Z",
	} {
		b, err := decode(t, Config{}, `{"id":"e","type":"T","a":1,`+src+`}`)
		require.NoError(t, err)
		require.Equal(t, want, b.At(0).Time.Format(time.RFC3339), src)
	}
}

func TestErrors(t *testing.T) {
	for src, kind := range map[string]error{
		``: telemetry.ErrSyntax, `3`: telemetry.ErrType, `[[1,2]]`: telemetry.ErrUnsupported, `{}`: telemetry.ErrMissing, `{"type":"T"}`: telemetry.ErrMissing,
		`{"id":"e","id":"e"}`: telemetry.ErrDuplicate, `{"id":"e","a":1,"a":1}`: telemetry.ErrDuplicate, `{"id":"e","a":{"value":1,"value":1}}`: telemetry.ErrDuplicate,
		`{"id":"e","a":{"value":1,"metadata":{"x":{},"x":{}}}}`: telemetry.ErrDuplicate,
		`{"id":"e","a":{"value":{"x":1,"x":1}}}`:                telemetry.ErrDuplicate,
		`{"id":""}`:                                             telemetry.ErrName,
		`{"id":3}`:                                              telemetry.ErrType,
		`{"id":"e","":1}`:                                       telemetry.ErrName,
		`{"id":"e","a":1e400}`:                                  telemetry.ErrValue,
		`{"id":"e","a":{"type":"geo:point","value":"140, 3"}}`:                                    telemetry.ErrValue,
		`{"id":"e","a":{"type":"geo:point","value":"x"}}`:                                         telemetry.ErrValue,
		`{"id":"e","a":{"type":"geo:point","value":[1]}}`:                                         telemetry.ErrValue,
		`{"id":"e","a":{"type":"geo:json","value":"1,2"}}`:                                        telemetry.ErrValue,
		`{"id":"e","a":{"type":"geo:json","value":{"type":"Point"}}}`:                             telemetry.ErrValue,
		`{"id":"e","a":{"value":1,"metadata":{"TimeInstant":{"type":"DateTime","value":"now"}}}}`: telemetry.ErrTime,
		`{"actionType":"explode","entities":[]}`:                                                  telemetry.ErrUnknown,
		`{"id":"e","a":` + strings.Repeat("[", 100_000):                                           telemetry.ErrLimit,
		`{"id":"e","` + strings.Repeat("k", 1<<20) + `":1}`:                                       telemetry.ErrLimit,
		"{\"id\":\"e\xff\"}":   telemetry.ErrUTF8,
		"\ufeff{}":             telemetry.ErrSyntax,
		`{"id":"e"}{"id":"e"}`: telemetry.ErrSyntax,
	} {
		_, err := decode(t, Config{}, src)
		require.ErrorIs(t, err, kind, "%.200s", src)
		for _, p := range []telemetry.Policy{telemetry.Skip, telemetry.Keep} {
			b, err := decode(t, Config{Config: telemetry.Config{Policy: p}}, src)
			require.NoError(t, err, "%.200s", src)
			require.NotEmpty(t, b.Findings, "%.200s", src)
		}
	}
	b, err := decode(t, Config{}, `{"id":"a<b","type":"T","x y":1,"z":{"type":"Text","value":"1=2"}}`)
	require.NoError(t, err)
	require.Len(t, b.Findings, 3)
	b, err = decode(t, Config{Config: telemetry.Config{Policy: telemetry.Skip}}, `[{"id":"a","x":1},{"id":"b","x":tru},{"id":"c","x":1}]`)
	require.NoError(t, err)
	require.Equal(t, 2, b.Len())
}

func TestEncoder(t *testing.T) {
	var b telemetry.Batch
	at := time.Date(2026, 3, 29, 10, 0, 0, 123456789, time.FixedZone("", 7200))
	e := telemetry.Entity{ID: "e", Type: "T"}
	for _, o := range []telemetry.Observation{
		{Entity: e, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Time: at, HasOffset: true, Dataset: "d", Quality: telemetry.Invalid, Raw: "N"},
		{Entity: e, Attribute: "b", Value: telemetry.Value{Kind: telemetry.Text, Text: "x<y"}, Time: at.UTC(), Precision: telemetry.Second},
		{Entity: e, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: 2}, Unit: telemetry.UnitRef{Given: "Cel"}},
		{Entity: telemetry.Entity{ID: "e 1"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Deleted}},
	} {
		require.NoError(t, b.Add(o))
	}
	out, losses, err := (&Encoder{Action: "append"}).Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, `{"actionType":"append","entities":[{"id":"e","type":"T","a":{"type":"Number","value":1,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T08:00:00.123Z"},"quality":{"type":"Text","value":"invalid"},"qualityFlag":{"type":"Text","value":"N"}}},`+
		`"b":{"type":"TextUnrestricted","value":"x<y","metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T08:00:00.123Z"}}}},`+
		`{"id":"e","type":"T","a":{"type":"Number","value":2,"metadata":{"unitCode":{"type":"Text","value":"CEL"}}}}]}`, string(out))
	require.Equal(t, "unit in 1 rows, precision in 2 rows, offset in 1 rows, deletion in 1 rows, dataset in 1 rows, name in 1 rows", losses.String())
	_, _, err = (&Encoder{Action: "delete"}).Append(nil, &b)
	require.ErrorIs(t, err, telemetry.ErrConfig)
	b.Number[0] = math.Inf(1)
	_, _, err = new(Encoder).Append(nil, &b)
	require.ErrorIs(t, err, telemetry.ErrValue)
}

// A long series of one attribute takes no quadratic time.
func TestLongSeries(t *testing.T) {
	var b telemetry.Batch
	for i := range 200_000 {
		require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "e", Type: "T"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: float64(i)}, Time: time.Unix(int64(i), 0)}))
	}
	out, _, err := new(Encoder).Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, 200_000, bytes.Count(out, []byte(`"id"`)))
}

func TestEveryCut(t *testing.T) {
	src := []byte(`{"subscriptionId":"x","data":[{"id":"e","type":"T","a":{"type":"Number","value":3,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00.00Z"}}},"p":{"type":"geo:point","value":"40.4,-3.7"}}]}`)
	var b telemetry.Batch
	d := NewDecoder(Config{})
	for i := range src {
		require.Error(t, d.Decode(&b, src[:i]))
		flipped := bytes.Clone(src)
		for _, x := range []byte{1, 0x20, 0x80} {
			flipped[i] = src[i] ^ x
			if d.Decode(&b, flipped) == nil {
				require.True(t, json.Valid(flipped))
			}
		}
		b.Reset()
	}
	run := func() {
		b.Reset()
		if err := d.Decode(&b, src); err != nil {
			t.Fatal(err)
		}
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}

// refused are examples that are wrong, and why.
var refused = map[string]string{
	"dataModel.Device/Camera/examples/example-normalized.json":                   "example with a latitude of more than 90°: refused",
	"dataModel.Transportation/AnprFlowObserved/examples/example-normalized.json": "example with a latitude of more than 90°: refused",
	"dataModel.Transportation/AnprFlowObserved/examples/example.json":            "example with a latitude of more than 90°: refused",
	"dataModel.Transportation/RoadAccident/examples/example-normalized.json":     "example with a latitude of more than 90°: refused",
	"dataModel.Transportation/RoadAccident/examples/example.json":                "example with a latitude of more than 90°: refused",
	"dataModel.Transportation/CityWork/examples/example-normalized.json":         "example with the time 2020-02-01TT17:25:00Z: refused",
}

// The examples of the Smart Data Models and the bodies that the IoT agents send.
func TestConformance(t *testing.T) {
	root := testcorpus.Dir(t, "telemetry")
	pass, fail := 0, 0
	var skips []string
	check := func(path string) {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		name := strings.TrimPrefix(path, root)
		if !json.Valid(src) {
			skips = append(skips, "not JSON")
			return
		}
		b, err := decode(t, Config{Entity: telemetry.Entity{ID: "agent", Type: "T"}}, string(src))
		if why, wrong := refused[strings.TrimPrefix(filepath.ToSlash(name), "/sdm/")]; wrong {
			require.Error(t, err, name)
			skips = append(skips, why)
			return
		}
		if err != nil {
			fail++
			t.Errorf("%s: %v", name, err)
			return
		}
		roundTrip(t, b, name)
		var whole any
		require.NoError(t, json.Unmarshal(src, &whole))
		if got, want := b.Len(), count(whole); got != want {
			fail++
			t.Errorf("%s: %d rows, %d attributes", name, got, want)
			return
		}
		pass++
	}
	for _, sub := range []string{"sdm", "iota-json/test/unit/ngsiv2/contextRequests", "ultralight/test/unit/ngsiv2/contextRequests"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, filepath.FromSlash(sub)), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".json") {
				return nil
			}
			if sub == "sdm" && !strings.HasPrefix(e.Name(), "example") {
				return nil
			}
			check(path)
			return nil
		}))
	}
	testcorpus.Conformance(t, "ngsiv2", pass, fail, skips)
}

// count is how many attributes a message has.
func count(v any) (n int) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			n += count(e)
		}
	case map[string]any:
		for _, k := range []string{"data", "entities"} {
			if l, ok := x[k].([]any); ok && x["id"] == nil {
				return count(l)
			}
		}
		for k := range x {
			if k != "id" && k != "type" && k != "@context" {
				n++
			}
		}
	}
	return n
}

func sameAsCareful(t testing.TB, c Config, messages ...[]byte) {
	t.Helper()
	formattest.Twins(t, func() telemetry.Decoder { return NewDecoder(c) }, func() telemetry.Decoder {
		d := NewDecoder(c)
		d.r.Careful = true
		return d
	}, messages...)
}

// What is remembered of attributes changes nothing, whatever is odd.
func TestRepeat(t *testing.T) {
	types := []string{``, `"type":"Number",`, `"type":"Text",`, `"type":"TextUnrestricted",`, `"type":"geo:json",`, `"type":"geo:point",`, `"type":"Relationship",`, `"type":"DateTime",`, `"type":"StructuredValue",`, `"type":3,`}
	vals := []string{`1`, `-1.5`, `00`, `1e5`, `1234567890123456`, `true`, `tru`, `null`, `"x"`, `"<"`, `""`, `"40.4, -3.7"`, `"140.4, -3.7"`, `"\u0041"`, "\"\xff\"", `{}`, `[1]`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[1, 2.5, 3]}`, `{"type":"Point","bbox":[1,2],"coordinates":[1,2]}`, `{"a":1,"a":1}`}
	ends := []string{`}`, `,"metadata":{}}`, `,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00Z"}}}`, `,"metadata":{"TimeInstant":{"value":"2026-03-29T10:00:00+02:00","type":"DateTime"},"unitCode":{"value":"CEL"},"accuracy":{"value":1}}}`, `,"metadata":{"unit":{"value":"nothing"}}}`,
		`,"metadata":{"TimeInstant":{"value":"2026-03-29T10:00:00"}}}`, `,"metadata":{"TimeInstant":{"value":"2026-03-29"}}}`, `,"metadata":{"quality":{"value":"valid"},"qualityFlag":{"value":"V"}}}`, `,"metadata":{"a":1,"a":1}}`, `,"metadata":{"TimeInstant":{"value":"2026-03-29T10:00:00Z"}},"metadata":3}`, `,"more":1}`, ``}
	for _, p := range types {
		for i, v := range vals {
			for j, e := range ends {
				entity := func(v, e string) string { return `{"id":"e","type":"T","x":1,"a":{` + p + `"value":` + v + e }
				a, b, c := entity(v, e), entity(vals[(i+j)%len(vals)], e), entity(v, ends[(i+j)%len(ends)])
				bare := `{"id":"e","type":"T","y":1,"c":` + v + `,"d":` + vals[(i+j)%len(vals)] + `}`
				list := []byte(`[` + a + `,"b":3},` + a + `,"b":4},` + b + `},` + a + `,"a":1},` + c + `,"TimeInstant":"2026-03-29T10:00:00Z"},` + bare + `,` + strings.Replace(bare, `:1,`, `:2,`, 1) + `,` + bare + `]`)
				config := Config{Config: telemetry.Config{Policy: telemetry.Policy((i + j) % 3)}}
				sameAsCareful(t, config, []byte(a+`}`), list, []byte(b+`}`), []byte(`{"entities":[`+a+`}],"actionType":"delete"}`), []byte(`{"subscriptionId":"s","data":[`+a+`}]}`), list)
			}
		}
	}
}

// What two entities make in turns does not depend on what is remembered of them.
func FuzzRepeat(f *testing.F) {
	f.Add([]byte(`{"id":"e","type":"T","a":{"type":"Number","value":3,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00.00Z"},"unitCode":{"value":"CEL"},"accuracy":{"value":1}}}}`), []byte(`{"id":"e","type":"T","a":{"type":"Number","value":4,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T11:00:00.00Z"},"unitCode":{"value":"CEL"},"accuracy":{"value":1}}}}`), uint8(0))
	f.Add([]byte(`{"id":"e","type":"T","p":{"type":"geo:point","value":"40.4,-3.7"},"d":"2026-03-29T10:00:00Z","j":{"a":1},"u":{"type":"TextUnrestricted","value":"<"}}`), []byte(`{"id":"e","type":"T","p":{"type":"geo:json","value":{"type":"Point","coordinates":[1,2]}},"d":"<","j":{"type":"Point","coordinates":[1,2]},"u":{"type":"TextUnrestricted","value":"a"}}`), uint8(1))
	f.Add([]byte(`{"id":"e","data":[],"subscriptionId":""}`), []byte(`{"x":1,"data":[{"id":"f"}],"entities":[],"actionType":"delete"}`), uint8(2))
	f.Fuzz(func(t *testing.T, a, b []byte, policy uint8) {
		c := Config{Config: telemetry.Config{Policy: telemetry.Policy(policy % 3)}}
		list := func(l ...[]byte) []byte { return append(append([]byte{'['}, bytes.Join(l, []byte{','})...), ']') }
		sameAsCareful(t, c, a, list(a, b, a), list(b, a, b), b)
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"subscriptionId":"x","data":[{"id":"e","type":"T","a":{"type":"Number","value":3,"metadata":{"TimeInstant":{"type":"DateTime","value":"2026-03-29T10:00:00.00Z"},"unitCode":{"value":"CEL"},"accuracy":{"value":1}}}}]}`,
		`[{"id":"e","type":"T","p":{"type":"geo:point","value":"40.4,-3.7"},"dateObserved":"2026-03-29T10:00:00Z","j":{"a":1},"n":null,"r":{"type":"Relationship","value":"urn:x"},"u":{"type":"TextUnrestricted","value":"<"}},{"id":"e","type":"T","p":1}]`,
		`{"entities":[{"id":"e","a":{}}],"actionType":"delete"}`,
	} {
		for p := range uint8(3) {
			f.Add([]byte(s), p)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, policy uint8) {
		var b telemetry.Batch
		if err := NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Policy(policy % 3)}}).Decode(&b, src); err != nil {
			require.Zero(t, b.Len())
			return
		}
		if policy%3 == 0 {
			require.True(t, json.Valid(src))
		}
		roundTrip(t, &b, fmt.Sprintf("%q", src))
	})
}
