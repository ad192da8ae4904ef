package ngsild

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

const station = `{"id":"urn:ngsi-ld:A:1","type":"A","no2":{"type":"Property","value":41.5,"unitCode":"GQ","observedAt":"2026-03-29T10:00:00.25Z"}}`

func decode(t testing.TB, c Config, src string) (*telemetry.Batch, error) {
	t.Helper()
	var b telemetry.Batch
	err := NewDecoder(c).Decode(&b, []byte(src))
	if err != nil {
		var e *telemetry.Error
		require.ErrorAs(t, err, &e)
		require.NotNil(t, e.Kind, "%v", err)
		require.Zero(t, b.Len())
	}
	return &b, err
}

// one is the only row of an entity with the attribute a.
func one(t *testing.T, c Config, attribute string) telemetry.Observation {
	t.Helper()
	b, err := decode(t, c, `{"id":"urn:e","type":"T","a":`+attribute+`}`)
	require.NoError(t, err, attribute)
	require.Equal(t, 1, b.Len(), attribute)
	return b.At(0)
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
		dataset  string
		position telemetry.Position
	}{
		{in: `3.5`, kind: telemetry.Number, number: 3.5},
		{in: `9007199254740993`, kind: telemetry.Number, number: 9007199254740992, text: "9007199254740993"},
		{in: `true`, kind: telemetry.Bool, number: 1},
		{in: `"x\n"`, kind: telemetry.Text, text: "x\n"},
		{in: `"urn:ngsi-ld:null"`, kind: telemetry.Deleted},
		{in: `{"value":3,"observedAt":"2026-03-29T12:00:00+02:00"}`, kind: telemetry.Number, number: 3, time: at},
		{in: `{"observedAt":"2026-03-29T10:00:00Z","datasetId":"urn:d","value":3,"type":"Property"}`, kind: telemetry.Number, number: 3, time: at, dataset: "urn:d"},
		{in: `{"value":3,"datasetId":"@none"}`, kind: telemetry.Number, number: 3},
		{in: `{"value":{"a": [1, 2]}}`, kind: telemetry.JSON, text: `{"a":[1,2]}`},
		{in: `[1, "b"]`, kind: telemetry.JSON, text: `[1,"b"]`},
		{in: `[]`, kind: telemetry.JSON, text: `[]`},
		{in: `{"street": "x", "type": "PostalAddress"}`, kind: telemetry.JSON, text: `{"street":"x","type":"PostalAddress"}`},
		{in: `{"type":"Point","coordinates":[-3.7,40.4]}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4}},
		{in: `{"value":{"coordinates":[-3.7,40.4,650],"type":"Point"}}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4, Alt: 650, HasAlt: true}},
		{in: `{"value":{"type":"Point","coordinates":[-3.7,40.4]},"type":"GeoProperty"}`, kind: telemetry.Point, position: telemetry.Position{Lon: -3.7, Lat: 40.4}},
		{in: `{"type":"Property","value":{"type":"Point","coordinates":[-3.7,40.4]}}`, kind: telemetry.JSON, text: `{"type":"Point","coordinates":[-3.7,40.4]}`},
		{in: `{"type":"LineString","coordinates":[[0,0],[1,1]]}`, kind: telemetry.Geometry, text: `{"type":"LineString","coordinates":[[0,0],[1,1]]}`},
		{in: `{"type":"Relationship","object":"urn:x"}`, kind: telemetry.Text, text: "urn:x", flags: telemetry.Relation},
		{in: `{"object":["urn:x","urn:y"],"objectType":"X"}`, kind: telemetry.JSON, text: `["urn:x","urn:y"]`, flags: telemetry.Relation, meta: `{"objectType":"X"}`},
		{in: `{"languageMap":{"es":"sol","ca":["a","b"]}}`, kind: telemetry.JSON, text: `{"es":"sol","ca":["a","b"]}`, meta: `{"type":"LanguageProperty"}`},
		{in: `{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}`, kind: telemetry.Deleted},
		{in: `{"vocab":"v"}`, kind: telemetry.Text, text: "v", meta: `{"type":"VocabProperty"}`},
		{in: `{"json":null}`, kind: telemetry.JSON, text: "null", meta: `{"type":"JsonProperty"}`},
		{in: `{"valueList":[1,2],"x":{"value":1}}`, kind: telemetry.JSON, text: "[1,2]", meta: `{"type":"ListProperty","x":{"value":1}}`},
		{in: `{"type":"ListRelationship","objectList":["urn:a"]}`, kind: telemetry.JSON, text: `["urn:a"]`, flags: telemetry.Relation, meta: `{"type":"ListRelationship"}`},
		{in: `{"value":1,"deletedAt":"2026-03-29T10:00:00Z"}`, kind: telemetry.Number, number: 1, meta: `{"deletedAt":"2026-03-29T10:00:00Z"}`},
		{in: `{"value":"urn:ngsi-ld:null","deletedAt":"2026-03-29T10:00:00Z"}`, kind: telemetry.Deleted, time: at},
		{in: `{"value":1,"quality":{"type":"Property","value":"good"}}`, kind: telemetry.Number, number: 1, meta: `{"quality":{"type":"Property","value":"good"}}`},
	} {
		o := one(t, Config{}, c.in)
		require.Equal(t, c.kind, o.Value.Kind, c.in)
		require.Equal(t, c.text, o.Value.Text, c.in)
		require.Equal(t, c.number, o.Value.Number, c.in)
		require.Equal(t, c.meta, o.Meta, c.in)
		require.True(t, c.time.Equal(o.Time), "%s: %v", c.in, o.Time)
		require.Equal(t, c.flags, o.Flags&^telemetry.TimeStatic, c.in)
		require.Equal(t, c.dataset, o.Dataset, c.in)
		require.Equal(t, c.position, o.Value.Position, c.in)
	}
}

func TestTemporal(t *testing.T) {
	b, err := decode(t, Config{}, `{"id":"urn:e","type":"T",
		"speed":[{"type":"Property","value":120,"observedAt":"2020-08-01T12:03:00Z"},{"type":"Property","value":80,"observedAt":"2020-08-01T12:05:00Z"}],
		"fuel":{"values":[[67,"2020-08-01T12:03:00Z"],[53,"2020-08-01T12:05:00Z"]],"type":"Property","unitCode":"P1","datasetId":"urn:d"},
		"parked":{"type":"Relationship","objects":[["urn:p","2020-08-01T12:03:00Z"]]},
		"place":{"type":"GeoProperty","values":[[{"type":"Point","coordinates":[1,2]},"2020-08-01T12:03:00Z"]]},
		"street":{"type":"LanguageProperty","languageMaps":[[{"languageMap":{"es":"a"}},"2020-08-01T12:03:00Z"],[{"es":"b"},"2020-08-01T12:03:00Z"]]},
		"no2":{"type":"Property","avg":[[30,"2020-08-01T12:00:00Z","2020-08-01T13:00:00Z"]],"max":[[50,"2020-08-01T12:00:00Z","2020-08-01T13:00:00Z"]]}}`)
	require.NoError(t, err)
	var got []string
	for _, o := range b.All() {
		got = append(got, strings.TrimSpace(fmt.Sprint(o.Attribute, " ", o.Value.Number, " ", o.Value.Text, " ", o.Value.Position.Lat, " ", o.Dataset, " ", o.Unit.Given, " ", o.Time.Format("15:04"), " ", o.Time.Sub(o.From) < time.Hour*2)))
	}
	require.Equal(t, []string{
		"speed 120  0   12:03 false", "speed 80  0   12:05 false",
		"fuel 67  0 urn:d P1 12:03 false", "fuel 53  0 urn:d P1 12:05 false",
		"parked 0 urn:p 0   12:03 false", "place 0  2   12:03 false",
		`street 0 {"es":"a"} 0   12:03 false`, `street 0 {"es":"b"} 0   12:03 false`,
		"no2 30  0 aggrMethod:avg  13:00 true", "no2 50  0 aggrMethod:max  13:00 true",
	}, got)
}

func TestEnvelopes(t *testing.T) {
	want, err := decode(t, Config{}, station)
	require.NoError(t, err)
	inner := station[strings.Index(station, `"no2"`):]
	for _, src := range []string{
		`[` + station + `]`,
		`{"id":"urn:n","type":"Notification","subscriptionId":"urn:s","notifiedAt":"2026-03-29T10:00:00Z","data":[` + station + `]}`,
		`{"data":[` + station + `],"type":"Notification","id":"urn:n"}`,
		`{"type":"Notification","data":` + station + `}`,
		`{"id":"urn:ngsi-ld:A:1","type":"Feature","geometry":null,"properties":{"type":"A",` + inner + `}`,
		`{"type":"FeatureCollection","features":[{"properties":{"type":"A",` + inner + `,"id":"urn:ngsi-ld:A:1","type":"Feature"}]}`,
		`{"type":"Notification","data":{"type":"FeatureCollection","features":[{"id":"urn:ngsi-ld:A:1","type":"Feature","properties":{"type":"A",` + inner + `}]}}`,
		`{"@context":"https://x","` + station[2:],
		strings.Replace(strings.Replace(station, `"id"`, `"@id"`, 1), `"type"`, `"@type"`, 1),
	} {
		b, err := decode(t, Config{}, src)
		require.NoError(t, err, src)
		require.Equal(t, carried(want), carried(b), src)
		require.EqualValues(t, 1, b.Detail[0].Record)
		require.Equal(t, "{", src[strings.Index(src, `"no2":`)+6:][:1])
		require.EqualValues(t, strings.Index(src, `"no2"`), b.Detail[0].Start+int64(strings.Index(src[b.Detail[0].Start:], `"no2"`)), src)
	}
	b, err := decode(t, Config{}, `{"id":"urn:f","type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"type":"A","x":1}}`)
	require.NoError(t, err)
	require.Equal(t, "location", b.At(1).Attribute)
	require.Equal(t, telemetry.Point, b.At(1).Value.Kind)
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 3, 29, 11, 0, 0, 0, time.UTC)
	o := `{"id":"urn:e","type":"T","x":1,"dateObserved":"2026-03-29T10:00:00Z/2026-03-29T11:00:00Z"}`
	b, err := decode(t, Config{}, o)
	require.NoError(t, err)
	require.True(t, at.Equal(b.At(0).Time))
	require.True(t, at.Add(-time.Hour).Equal(b.At(0).From))
	require.Equal(t, telemetry.TimeStatic, b.Flags[1])
	b, err = decode(t, Config{TimeAttributes: []string{}}, o)
	require.NoError(t, err)
	require.Equal(t, int64(telemetry.NoTime), b.Time[0])
	b, err = decode(t, Config{}, `{"id":"urn:e","type":"T","x":1,"dateObserved":{"type":"Property","value":{"@type":"DateTime","@value":"2026-03-29T11:00:00Z"}}}`)
	require.NoError(t, err)
	require.True(t, at.Equal(b.At(0).Time))
	b, err = decode(t, Config{}, `{"id":"urn:e","type":"T","x":1,"dateObserved":"yesterday"}`)
	require.NoError(t, err)
	require.Equal(t, int64(telemetry.NoTime), b.Time[0])
	require.ErrorIs(t, &b.Findings[0].Error, telemetry.ErrTime)

	required := Config{Config: telemetry.Config{Time: telemetry.TimeRequired}}
	_, err = decode(t, required, `{"id":"urn:e","type":"T","x":1}`)
	require.ErrorIs(t, err, telemetry.ErrTime)
	_, err = decode(t, required, o)
	require.NoError(t, err)
	_, err = decode(t, Config{Config: telemetry.Config{Time: telemetry.TimeOfReceipt}}, station)
	require.ErrorIs(t, err, telemetry.ErrConfig)
	receipt := Config{Config: telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: func() time.Time { return at }}}
	b, err = decode(t, receipt, `{"id":"urn:e","type":"T","x":1}`)
	require.NoError(t, err)
	require.True(t, at.Equal(b.At(0).Time))
	require.Equal(t, telemetry.TimeReceived, b.Flags[0])
}

func TestExpand(t *testing.T) {
	docs := map[string][]byte{
		"https://x/ctx.jsonld":  []byte(`{"@context":{"ex":"https://x/#","temp":"ex:temperature","T":{"@id":"https://x/T","@type":"@id"}}}`),
		"https://x/both.jsonld": []byte(`{"@context":["https://x/ctx.jsonld",{"warm":"temp","o":"ex:o"},"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"]}`),
		"https://x/loop.jsonld": []byte(`{"@context":"https://x/loop.jsonld"}`),
	}
	names := func(context string, attrs ...string) (string, *telemetry.Batch) {
		var list strings.Builder
		for _, a := range attrs {
			fmt.Fprintf(&list, `,"%s":1`, a)
		}
		b, err := decode(t, Config{Expand: true, Contexts: docs}, `{"id":"urn:e","type":"T"`+list.String()+context+`}`)
		require.NoError(t, err)
		out := []string{b.At(0).Entity.Type}
		for _, o := range b.All() {
			out = append(out, o.Attribute)
		}
		return strings.Join(out, " "), b
	}
	got, _ := names(`,"@context":"https://x/ctx.jsonld"`, "temp", "ex:y", "other", "location", "https://z/a")
	require.Equal(t, "https://x/T https://x/#temperature https://x/#y https://uri.etsi.org/ngsi-ld/default-context/other https://uri.etsi.org/ngsi-ld/location https://z/a", got)
	got, _ = names(`,"@context":["https://x/both.jsonld"]`, "warm", "o")
	require.Equal(t, "https://x/T https://x/#temperature https://x/#o", got)
	_, twice := decode(t, Config{Expand: true, Contexts: docs}, `{"id":"urn:e","type":"T","temp":1,"warm":1,"@context":"https://x/both.jsonld"}`)
	require.ErrorIs(t, twice, telemetry.ErrDuplicate)
	got, _ = names(`,"@context":{"T":"urn:t:T","location":"urn:mine"}`, "location")
	require.Equal(t, "urn:t:T https://uri.etsi.org/ngsi-ld/location", got)
	got, b := names(`,"@context":["https://x/ctx.jsonld","https://nowhere/c.jsonld"]`, "temp", "other")
	require.Equal(t, "https://x/T https://x/#temperature other", got)
	require.ErrorIs(t, &b.Findings[0].Error, telemetry.ErrUnknown)
	got, _ = names("", "a")
	require.Equal(t, "https://uri.etsi.org/ngsi-ld/default-context/T https://uri.etsi.org/ngsi-ld/default-context/a", got)

	_, err := decode(t, Config{Expand: true, StrictContext: true}, `{"id":"urn:e","type":"T","@context":"https://nowhere"}`)
	require.ErrorIs(t, err, telemetry.ErrUnknown)
	_, err = decode(t, Config{Expand: true, Contexts: docs}, `{"id":"urn:e","type":"T","@context":"https://x/loop.jsonld"}`)
	require.ErrorIs(t, err, telemetry.ErrUnknown)
	b, err = decode(t, Config{Expand: true, Contexts: docs, Link: "https://x/ctx.jsonld"}, `[{"id":"urn:e","type":"T","temp":1},{"id":"urn:e","type":"T","temp":1}]`)
	require.NoError(t, err)
	require.Equal(t, "https://x/#temperature", b.At(1).Attribute)
}

func TestErrors(t *testing.T) {
	for src, kind := range map[string]error{
		``: telemetry.ErrSyntax, ` `: telemetry.ErrSyntax, `3`: telemetry.ErrType, `null`: telemetry.ErrType, `[3]`: telemetry.ErrType, `{}`: telemetry.ErrMissing,
		"\ufeff" + station: telemetry.ErrSyntax, station + station: telemetry.ErrSyntax, station + ",": telemetry.ErrSyntax,
		`{"id":"urn:e","type":"T","a":null}`:                                                   telemetry.ErrValue,
		`{"id":"urn:e","type":"T","a":{"value":1,"value":1}}`:                                  telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":{"value":1,"x":1,"x":1}}`:                                telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":{"value":1,"x":1,"value":1}}`:                            telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":{"value":{"x":1,"x":1}}}`:                                telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":1,"a":1}`:                                                telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":1,"\u0061":1}`:                                           telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","id":"urn:e"}`:                                               telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","@id":"urn:e"}`:                                              telemetry.ErrDuplicate,
		`{"id":"urn:e","type":"T","a":1e400}`:                                                  telemetry.ErrValue,
		`{"id":"urn:e","type":"T","a":NaN}`:                                                    telemetry.ErrSyntax,
		`{"id":"urn:e","type":"T","a":"` + "\xff" + `"}`:                                       telemetry.ErrUTF8,
		`{"id":"urn:e","type":"T","a":"\ud800"}`:                                               telemetry.ErrUTF8,
		`{"id":"","type":"T"}`:                                                                 telemetry.ErrName,
		`{"id":"urn:e","type":""}`:                                                             telemetry.ErrName,
		`{"id":"urn:e","type":[]}`:                                                             telemetry.ErrName,
		`{"id":"urn:e","type":"a,b"}`:                                                          telemetry.ErrName,
		`{"id":"urn:e","type":3}`:                                                              telemetry.ErrType,
		`{"id":3,"type":"T"}`:                                                                  telemetry.ErrType,
		`{"id":"urn:e"}`:                                                                       telemetry.ErrMissing,
		`{"id":"urn:e","type":"T","":1}`:                                                       telemetry.ErrName,
		`{"id":"urn:e","type":"T","@x":1}`:                                                     telemetry.ErrName,
		`{"id":"urn:e","type":"T","a":{"value":1,"object":"urn:x"}}`:                           telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"type":"Relationship","value":"urn:x"}}`:                telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"type":"Relationship","object":3}}`:                     telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"type":"GeoProperty","value":3}}`:                       telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"type":"GeoProperty","value":{"type":"X"}}}`:            telemetry.ErrValue,
		`{"id":"urn:e","type":"T","a":{"type":"Point","coordinates":[40.4,-93.7]}}`:            telemetry.ErrValue,
		`{"id":"urn:e","type":"T","a":{"type":"Point","coordinates":[1]}}`:                     telemetry.ErrValue,
		`{"id":"urn:e","type":"T","a":{"type":"Property"}}`:                                    telemetry.ErrMissing,
		`{"id":"urn:e","type":"T","a":{"value":1,"unitCode":3}}`:                               telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"value":1,"datasetId":3}}`:                              telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"value":1,"observedAt":""}}`:                            telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"value":1,"observedAt":"0000-01-01T00:00:00Z"}}`:        telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"value":1,"observedAt":"9999-01-01T00:00:00Z"}}`:        telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"value":1,"observedAt":"2026-02-30T00:00:00Z"}}`:        telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"value":1,"observedAt":"2026-02-03"}}`:                  telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"values":[[1]]}}`:                                       telemetry.ErrTime,
		`{"id":"urn:e","type":"T","a":{"values":[[]]}}`:                                        telemetry.ErrMissing,
		`{"id":"urn:e","type":"T","a":{"values":[3]}}`:                                         telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"values":[[1,"2026-03-29T10:00:00Z",3]]}}`:              telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":{"type":"Property","avg":[[1,"2026-03-29T10:00:00Z"]]}}`: telemetry.ErrTime,
		`{"id":"urn:e","type":"T","@context":3}`:                                               telemetry.ErrType,
		`{"type":"Notification","data":3}`:                                                     telemetry.ErrType,
		`{"id":"urn:f","type":"Feature"}`:                                                      telemetry.ErrMissing,
		`{"id":"urn:f","type":"Feature","properties":{"type":"Feature"}}`:                      telemetry.ErrType,
		`{"id":"urn:e","type":"T","a":` + strings.Repeat("[", 100_000):                         telemetry.ErrLimit,
		`{"id":"urn:e","type":"T","` + strings.Repeat("k", 1<<20) + `":1}`:                     telemetry.ErrLimit,
		`{"id":"urn:e","type":"T","a":"` + strings.Repeat("k", 1<<20+1) + `"}`:                 telemetry.ErrLimit,
	} {
		_, err := decode(t, Config{}, src)
		if src == `{"id":"urn:f","type":"Feature","properties":{"type":"Feature"}}` {
			require.NoError(t, err) // an entity of the type Feature
			continue
		}
		require.ErrorIs(t, err, kind, "%.200s", src)
		for _, p := range []telemetry.Policy{telemetry.Skip, telemetry.Keep} {
			b, err := decode(t, Config{Config: telemetry.Config{Policy: p}}, src)
			require.NoError(t, err, "%.200s", src)
			require.NotEmpty(t, b.Findings, "%.200s", src)
		}
	}
	for src, want := range map[string]string{
		"2016-12-31T23:59:60Z": "leap", "2026-03-29T24:00:00Z": "", "2026-03-29T10:00:00,5+14:00": "", "2026-03-29T10:00:00.123456789012Z": "nanosecond", "2026-03-29T10:00:00": "no offset",
	} {
		b, err := decode(t, Config{}, `{"id":"urn:e","type":"T","a":{"value":-0,"observedAt":"`+src+`"}}`)
		require.NoError(t, err)
		require.True(t, math.Signbit(b.Number[0]))
		if want == "" {
			require.Empty(t, b.Findings)
		} else {
			require.Contains(t, b.Findings[0].Msg, want)
		}
	}
}

// Bad records are left out and the others stay, with their numbers and offsets.
func TestPolicies(t *testing.T) {
	good := func(i int) string { return fmt.Sprintf(`{"id":"urn:%d","type":"T","a":%d}`, i, i) }
	src := `[` + good(1) + `,{"id":"urn:2","type":"T","a":tru},` + good(3) + `,{"id":"urn:4","type":"T","a":1e999,"b":{"type":"Relationship","object":7}},null,` + good(6) + `]`
	b, err := decode(t, Config{Config: telemetry.Config{Policy: telemetry.Skip}}, src)
	require.NoError(t, err)
	require.Equal(t, 3, b.Len())
	require.Len(t, b.Findings, 3)
	require.Equal(t, []int{2, 4, 5}, []int{b.Findings[0].Record, b.Findings[1].Record, b.Findings[2].Record})
	require.EqualValues(t, strings.Index(src, "tru}")+3, b.Findings[0].Offset)
	require.Equal(t, 6, b.At(2).Record)

	b, err = decode(t, Config{Config: telemetry.Config{Policy: telemetry.Keep}}, src)
	require.NoError(t, err)
	require.Equal(t, 5, b.Len())
	require.Equal(t, "1e999", b.At(2).Value.Text)
	require.Equal(t, telemetry.Coerced, b.Flags[2]&telemetry.Coerced)
	require.Equal(t, "7", b.At(3).Value.Text)

	_, err = decode(t, Config{}, src)
	require.ErrorIs(t, err, telemetry.ErrSyntax)
	b, err = decode(t, Config{Config: telemetry.Config{Policy: telemetry.Skip}}, `[`+good(1)+`,{"a":[`)
	require.NoError(t, err)
	require.Equal(t, 1, b.Len())
	require.Contains(t, b.Findings[0].Msg, "rest of the message")
	_, err = decode(t, Config{Config: telemetry.Config{Policy: telemetry.Skip, Limits: telemetry.Limits{Rows: 1}}}, `[`+good(1)+`,`+good(2)+`]`)
	require.ErrorIs(t, err, telemetry.ErrLimit)
	_, err = decode(t, Config{Config: telemetry.Config{Limits: telemetry.Limits{Bytes: 10}}}, station)
	require.ErrorIs(t, err, telemetry.ErrLimit)
}

// An entity of a million attributes, one with a million sub-attributes, take linear time.
func TestManyAttributes(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 10_000
	}
	var list []byte
	for i := range n {
		list = fmt.Appendf(list, `,"a%d":1`, i)
	}
	b, err := decode(t, Config{}, `{"id":"urn:e","type":"T"`+string(list)+`}`)
	require.NoError(t, err)
	require.Equal(t, n, b.Len())
	_, err = decode(t, Config{Config: telemetry.Config{Limits: telemetry.Limits{Text: 1 << 30}}}, `{"id":"urn:e","type":"T","a":{"value":1`+string(list)+`}}`)
	require.NoError(t, err)
	_, err = decode(t, Config{}, `{"id":"urn:e","type":"T","a":`+strings.Repeat("7", 100_000)+`}`)
	require.ErrorIs(t, err, telemetry.ErrValue)
	b, err = decode(t, Config{}, `{"id":"urn:e","type":"T","a":0.`+strings.Repeat("7", 100_000)+`}`)
	require.NoError(t, err)
	require.Len(t, b.At(0).Value.Text, 100_002)
}

func TestEveryCutAndFlip(t *testing.T) {
	src := message(2)
	d := NewDecoder(Config{})
	var b telemetry.Batch
	for i := range src {
		b.Reset()
		require.Error(t, d.Decode(&b, src[:i]), "%s", src[:i])
		require.Zero(t, b.Len())
	}
	flipped := bytes.Clone(src)
	for i := range src {
		for _, x := range []byte{1, 0x20, 0x80, 0xff} {
			flipped[i] ^= x
			b.Reset()
			if err := d.Decode(&b, flipped); err == nil {
				require.True(t, json.Valid(flipped), "%s", flipped)
			}
			flipped[i] = src[i]
		}
	}
}

func TestAllocatesNothing(t *testing.T) {
	src := message(50)
	d := NewDecoder(Config{})
	var b telemetry.Batch
	run := func() {
		b.Reset()
		if err := d.Decode(&b, src); err != nil {
			t.Fatal(err)
		}
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}

func TestQuality(t *testing.T) {
	var b telemetry.Batch
	for q := telemetry.QualityUnknown; q <= telemetry.Invalid; q++ {
		for _, raw := range []string{"", `V"\`} {
			require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "urn:e", Type: "T"}, Attribute: "a", Dataset: fmt.Sprintf("urn:%d:%s", q, raw),
				Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Quality: q, Raw: raw, Meta: `{"x":{"value":1}}`, Flags: telemetry.TimeStatic}))
		}
	}
	roundTrip(t, &b, Encoder{}, "quality")
	roundTrip(t, &b, Encoder{Concise: true}, "quality")
}

func TestLosses(t *testing.T) {
	var b telemetry.Batch
	at := time.Date(2026, 3, 29, 10, 0, 0, 0, time.FixedZone("", 7200))
	for _, o := range []telemetry.Observation{
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Time: at, HasOffset: true, Dataset: "c1"},
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.None}, Time: at},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}},
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Attribute: "id", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}},
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Attribute: "b", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Unit: telemetry.UnitRef{Given: "Cel", System: telemetry.UCUM}, Meta: `{"value":1}`},
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Value: telemetry.Value{Kind: telemetry.Deleted}},
		{Entity: telemetry.Entity{ID: "s1", Type: "T"}, Attribute: "c", Value: telemetry.Value{Kind: telemetry.Number, Number: 1}, Time: at, From: at.Add(-1)},
	} {
		require.NoError(t, b.Add(o))
	}
	out, losses, err := new(Encoder).Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, `[{"id":"urn:ngsi-ld:T:s1","type":"T","a":{"type":"Property","value":1,"observedAt":"2026-03-29T08:00:00.000000000Z","datasetId":"urn:ngsi-ld:Dataset:c1"},"b":{"type":"Property","value":1,"unitCode":"CEL"},"c":{"type":"Property","value":1,"observedAt":"2026-03-29T08:00:00.000000000Z"}}]`, string(out))
	require.Equal(t, "unit in 1 rows, offset from UTC in 1 rows, deletion in 1 rows, metadata in 1 rows, row in 3 rows, name in 2 rows, interval in 1 rows", strings.Replace(losses.String(), "offset in", "offset from UTC in", 1))
	b.Number[0] = math.NaN()
	_, _, err = new(Encoder).Append(nil, &b)
	require.ErrorIs(t, err, telemetry.ErrValue)
}

// sameAsCareful has messages read with and without what the reader remembers.
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
	parts := []string{`{"type":"Property","value":`, `{"value":`, `{"type":"Relationship","object":`, `{"type":"GeoProperty","value":{"type":"Point","coordinates":[`, `{"type": "Property","value":`, `{"type":"Property","valux":`}
	vals := []string{`1`, `-1.5`, `0`, `00`, `1.`, `1e5`, `1234567890123456`, `123456789012345`, `0.1234567890123456`, `true`, `false`, `tru`, `null`, `"x"`, `""`, `"urn:ngsi-ld:null"`, `"a
"`, `"ñ"`, "\"\xff\"", `1,2]}`, `-3.7,40.4,650]}`, `1,2,3,4]}`, `1]}`, `200,2]}`, `1,2]`, `{}`, `[1]`, `{"type":"Point","coordinates":[1,2]}`, `{"a": [1, 2]}`, `{"a":1,"a":1}`, `[1,]`}
	ends := []string{`}`, `,"observedAt":"2026-03-29T10:00:00Z"}`, `,"unitCode":"GQ","observedAt":"2026-03-29T10:00:00.123456+02:00"}`, `,"unitCode":"GQ","unitCode":"GQ"}`, `,"unitCode":"nothing"}`, `,"unitCode":"longer than eight"}`,
		`,"unitCode":""}`, `,"unitCode":"\u0041"}`, `,"datasetId":"urn:d"}`, `,"datasetId":"@none"}`, `,"observedAt":"2026-03-29"}`, `,"observedAt":"2026-03-29T10:00:00"}`, `,"observedAt":"2016-12-31T23:59:60Z"}`, `,"observedAt":"2026-03-29T10:00Z"}`,
		`,"x":{"value":1}}`, `,"x":1,"y":"\u0041"}`, `,"x":1,"x":1}`, `,"x":{"a":1,"a":1}}`, `,"\u0078":1}`, `,"x":tru}`, `,"@x":1}`, `,"avg":[]}`, `,"a":1,"b":1,"c":1,"d":1,"e":1}`, `,"quality":{"type":"Property","value":"valid"}}`, `,"deletedAt":"2026-03-29T10:00:00Z"}`, `,"value":1}`, ` }`, `, "unitCode":"GQ"}`, `,}`, ``, `,"observedAt":3}`, `,"observedAt":"2026-03-29T10:00:00.1234567890000000000000000000000000Z"}`}
	entity := func(p, v, e string) string { return `{"id":"urn:e","type":"T","x":1,"a":` + p + v + e }
	for _, p := range parts {
		for i, v := range vals {
			for j, e := range ends {
				a := entity(p, v, e)
				// The same again, another value, another end, another attribute, and all of it in another message.
				b, other := entity(p, vals[(i+j)%len(vals)], e), entity(p, v, ends[(i+j)%len(ends)])
				list := `[` + a + `,"b":3},` + a + `,"b":4},` + b + `},` + a + `,"a":1},` + other + `,"z":` + p + v + e + `},` + station + `]`
				c := Config{Config: telemetry.Config{Policy: telemetry.Policy((i + j) % 3)}}
				sameAsCareful(t, c, []byte(a+`}`), []byte(list), []byte(b+`}`), []byte(list))
			}
		}
	}
	var some []string // attributes left out, and in another order
	for i := range 128 {
		e := `{"id":"urn:e","type":"T"`
		for k, a := range []string{"a", "ab", "b", "c", "d", "e", "a"} {
			if i>>k&1 == 0 && (k < 6 || i%16 == 5) {
				e += fmt.Sprintf(`,"%s":{"type":"Property","value":%d}`, a, i)
			}
		}
		some = append(some, e+`}`)
	}
	list := []byte(`[` + strings.Join(some, ",") + `]`)
	sameAsCareful(t, Config{}, list, list)
	sameAsCareful(t, Config{Config: telemetry.Config{Policy: telemetry.Skip}}, list, list)
	opening := func(rest string) string { return `{"id":"x","type":"T"` + rest + `}` }
	for _, l := range [][]string{{`,"a":1`, `,"a":2`, `,"type":"U"`, `,"id":"y"`, ``}, {`,"@type":3`}, {`,"a":[],"b":2`}} {
		for _, start := range []string{`{"id":"urn:e","a":[],"type":"T"}`, `{"id":"urn:e","scope":[],"type":"T","a":1}`, `{"id":"urn:e","type":["T","U"],"a":1}`, `{"type":"T","id":"urn:e"}`, `{"id":"","type":"T"}`, `{"id":"urn:e","type":"Feature","properties":{}}`, `{"id":"urn:e","@context":{"T":"urn:t"},"type":"T"}`} {
			list := start
			for _, rest := range l {
				list += `,` + start + `,` + strings.Replace(start, "urn:e", "f", 1) + `,` + opening(rest) + `,` + opening(rest)
			}
			for _, c := range []Config{{}, {Config: telemetry.Config{Policy: telemetry.Skip}}, {Config: telemetry.Config{Policy: telemetry.Skip}, Expand: true}} {
				sameAsCareful(t, c, []byte(`[`+list+`]`), []byte(start), []byte(`[`+list+`]`), []byte(`{"type":"FeatureCollection","features":[`+list+`]}`), []byte(`{"type":"Notification","data":[`+list+`]}`))
			}
		}
	}
	d := strings.Repeat(`{"a":`, 60) + `1` + strings.Repeat(`}`, 60)
	deep := `{"id":"urn:e","type":"T","x":1,"a":{"type":"Property","value":1,"m":` + d + `},"b":{"type":"Property","value":` + d + `}}`
	sameAsCareful(t, Config{}, []byte(deep), []byte(`[`+deep+`]`), []byte(`{"type":"Notification","data":[`+deep+`]}`), []byte(deep))
}

// What two entities make in turns does not depend on what is remembered of them.
func FuzzRepeat(f *testing.F) {
	f.Add([]byte(station), []byte(strings.Replace(station, "41.5", "41", 1)), uint8(0))
	f.Add([]byte(station), []byte(strings.Replace(station, `"GQ"`, `"X"`, 1)), uint8(1))
	m := message(2)
	f.Add(m[1:len(m)/2], m[len(m)/2+1:len(m)-1], uint8(2))
	f.Add([]byte(`{"id":"urn:e","a":{"value":"x","type":"Property"},"b":{"vocab":"x"},"c":{"object":"urn:x"}}`), []byte(`{"id":"urn:e","a":{"value":"y","type":"Property"},"b":"x","c":"urn:ngsi-ld:null"}`), uint8(16))
	f.Add([]byte(`{"id":"urn:e","@context":{"a":"urn:b"},"a":3}`), []byte(`{"id":"urn:e","@context":{"a":"urn:c"},"a":4}`), uint8(24))
	f.Fuzz(func(t *testing.T, a, b []byte, policy uint8) {
		c := Config{Config: telemetry.Config{Policy: telemetry.Policy(policy % 3)}, Expand: policy&8 != 0, Partial: policy&16 != 0}
		list := func(l ...[]byte) []byte { return append(append([]byte{'['}, bytes.Join(l, []byte{','})...), ']') }
		sameAsCareful(t, c, a, list(a, b, a), list(b, a, b), b)
	})
}

// What is decoded, encoded and decoded again is the same; nothing panics; what is taken is JSON.
func FuzzDecode(f *testing.F) {
	f.Add(message(2), uint8(0))
	for _, s := range []string{
		station, `[` + station + `]`, `{"type":"Notification","data":[` + station + `]}`, `{"id":"urn:f","type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"type":"A","x":1}}`,
		`{"id":"urn:e","type":["T","U"],"scope":["/a"],"deletedAt":"2026-03-29T10:00:00Z","a":{"type":"LanguageProperty","languageMap":{"es":"x"},"s":{"value":1}},"b":{"object":["urn:x"]},"c":{"json":null},"d":{"vocab":["a"]},"e":{"valueList":[]},"f":{"values":[[1,"2026-03-29T10:00:00Z"]]},"g":{"avg":[[1,"2026-03-29T10:00:00Z","2026-03-29T10:00:00Z"]],"type":"Property"},"h":[{"value":1},{"value":"urn:ngsi-ld:null","datasetId":"urn:d"}]}`,
	} {
		for p := range uint8(3) {
			f.Add([]byte(s), p)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, policy uint8) {
		c := Config{Config: telemetry.Config{Policy: telemetry.Policy(policy % 3)}, Expand: policy&8 != 0, Partial: policy&16 != 0}
		if policy&32 != 0 {
			c.Entity, c.Attribute = telemetry.Entity{ID: "urn:e", Type: "T"}, "a"
		}
		var b telemetry.Batch
		sameAsCareful(t, c, src, src)
		if NewDecoder(c).Decode(&b, src) != nil {
			require.Zero(t, b.Len())
			return
		}
		if c.Policy == telemetry.Stop {
			require.True(t, json.Valid(src))
		}
		roundTrip(t, &b, Encoder{}, "fuzz")
		roundTrip(t, &b, Encoder{Concise: true}, "fuzz")
	})
}
