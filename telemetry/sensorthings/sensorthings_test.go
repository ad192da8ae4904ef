package sensorthings

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

const (
	one   = `{"phenomenonTime":"2026-03-29T10:15:00.250+02:00","resultTime":"2026-03-29T10:16:00+02:00","result":21.5,"resultQuality":"valid","validTime":"2026-03-29T10:15:00Z/2026-03-29T11:15:00Z","parameters":{"a": 1},"Datastream":{"@iot.id":7,"unitOfMeasurement":{"definition":"ucum:Cel","name":"x"},"ObservedProperty":{"name":"temperature"}},"FeatureOfInterest":{"@iot.id":"f"}}`
	array = `[{"Datastream":{"@iot.id":"d\"1","unitOfMeasurement":{"symbol":"°C","name":"degree Celsius","definition":"https://qudt.org/DEG_C"}},"components":["phenomenonTime","result","FeatureOfInterest/id","mystery"],"dataArray@iot.count":2,"dataArray":[["2026-03-29T10:15:00Z",1,3,null],["2026-03-29T10:15:00Z/2026-03-29T10:16:00Z",true,null,7]]},{"dataArray":[["a",2,"good"],[null,3,{"x":1}]],"components":["result","id","resultQuality"],"Datastream@iot.navigationLink":"http://x/v1.1/Datastreams('it''s')"}]`
	list  = `{"@iot.nextLink":"http://x/next","value":[{"@iot.id":1,"result":{"type":"Point","coordinates":[-7.5,43,100]},"Datastream@iot.navigationLink":"http://x/v1.1/Datastreams(9)"},{"result":[1, 2],"Datastream":{"@iot.id":1}},{"result":null,"Datastream":{"@iot.id":1}},{"result":{"type":"LineString","coordinates":[[1,2],[3,4]]},"Datastream":{"@iot.id":1}},{"result":9007199254740993,"Datastream":{"@iot.id":1},"resultQuality":[{"code":1}]}]}`
)

var kit = formattest.Kit{Format: Format(), Seeds: [][]byte{[]byte(one), []byte(array), []byte(list)}}

func TestTorture(t *testing.T) { kit.Torture(t) }

func TestStream(t *testing.T) {
	k := kit
	k.Seeds = [][]byte{[]byte(one), []byte(array), []byte(list)}
	k.Stream(t)
}

func TestAllocatesNothing(t *testing.T) {
	kit.AllocatesNothing(t, []byte(one))
	kit.AllocatesNothing(t, []byte(array))
	kit.AllocatesNothing(t, []byte(strings.Replace(list, "@iot.nextLink", "@iot.count", 1)))
}

func decode(t *testing.T, c Config, src string) *telemetry.Batch {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(c).Decode(&b, []byte(src)))
	formattest.Check(t, &b)
	return &b
}

func texts(b *telemetry.Batch) (out []string) {
	for _, o := range b.All() {
		at := "-"
		if !o.Time.IsZero() {
			at = o.Time.Format(time.RFC3339Nano)
		}
		out = append(out, fmt.Sprint(o.Entity.Type, " ", o.Entity.ID, "|", o.Attribute, "|", o.Value.Kind, "|", o.Value.Number, "|", o.Value.Text, "|", o.Unit.Given, "|", at, "|", o.Quality, "|", o.Raw, "|", o.Meta))
	}
	return out
}

func TestObservation(t *testing.T) {
	require.Equal(t, []string{`Datastream 7|temperature|number|21.5||Cel|2026-03-29T10:15:00.25+02:00|valid||{"resultTime":"2026-03-29T10:16:00+02:00","validTime":"2026-03-29T10:15:00Z/2026-03-29T11:15:00Z","parameters":{"a":1},"FeatureOfInterest":{"@iot.id":"f"}}`},
		texts(decode(t, Config{}, one)))
	_, losses, err := Encoder{}.Append(nil, decode(t, Config{}, one))
	require.NoError(t, err)
	require.Empty(t, losses)
	b := decode(t, Config{Datastream: "9"}, `[{"result":"on"},{"result":false,"resultQuality":"so so"}]`)
	require.Equal(t, []string{"Datastream 9|result|text|0|on||-|unknown||", "Datastream 9|result|bool|0|||-|unknown|so so|"}, texts(b))
}

func TestDataArray(t *testing.T) {
	b := decode(t, Config{}, array)
	require.Equal(t, []string{
		`Datastream d"1|result|number|1||°C|2026-03-29T10:15:00Z|unknown||{"FeatureOfInterest":3}`,
		`Datastream d"1|result|bool|1||°C|2026-03-29T10:16:00Z|unknown||`,
		`Datastream it's|result|text|0|a||-|unknown|good|{"id":2}`,
		`Datastream it's|result|none|0|||-|unknown||{"id":3,"resultQuality":{"x":1}}`,
	}, texts(b))
	require.Equal(t, "Cel", b.At(0).Unit.Unit.String())
	require.Equal(t, "10:15:00", b.At(1).From.Format("15:04:05"))
	require.Equal(t, []int{1, 2, 3, 4}, []int{b.At(0).Record, b.At(1).Record, b.At(2).Record, b.At(3).Record})
}

func TestLink(t *testing.T) {
	for link, id := range map[string]string{"Datastreams(7)": "7", "http://x/Datastreams('a''''b')": "a''b", "http://x/Datastreams('a')/Thing": "9", "http://x/Observations(1)/Datastream": "9"} {
		b := decode(t, Config{Datastream: "9"}, `{"result":1,"Datastream@iot.navigationLink":"`+link+`"}`)
		require.Equal(t, id, b.At(0).Entity.ID, link)
	}
}

func TestCollection(t *testing.T) {
	b := decode(t, Config{}, list)
	require.Equal(t, 5, b.Len())
	require.Equal(t, telemetry.Position{Lon: -7.5, Lat: 43, Alt: 100, HasAlt: true}, b.At(0).Value.Position)
	require.Equal(t, "9", b.At(0).Entity.ID)
	require.Equal(t, telemetry.Geometry, b.At(3).Value.Kind)
	require.Equal(t, "9007199254740993", b.At(4).Value.Text)
	require.Len(t, b.Findings, 1)
	require.Contains(t, b.Findings[0].Msg, "http://x/next")
	require.Zero(t, b.Skipped)
}

func TestPolicies(t *testing.T) {
	good := `{"result":1,"Datastream":{"@iot.id":1}}`
	for bad, kind := range map[string]error{
		`7`: telemetry.ErrType, `{"phenomenonTime":"2026-03-29T10:15:00Z"}`: telemetry.ErrMissing, `{"result":1}`: telemetry.ErrMissing, `{"result":1,"Datastream":7}`: telemetry.ErrType,
		`{"result":1,"phenomenonTime":7,"Datastream":{"@iot.id":1}}`: telemetry.ErrType, `{"result":1,"phenomenonTime":"soon","Datastream":{"@iot.id":1}}`: telemetry.ErrTime,
		`{"result":1,"phenomenonTime":"2026-03-29T10:15:00Z/2026-03-28T10:15:00Z","Datastream":{"@iot.id":1}}`: telemetry.ErrTime, `{"result":1e400,"Datastream":{"@iot.id":1}}`: telemetry.ErrValue,
		`{"result":1,"result":1,"Datastream":{"@iot.id":1}}`: telemetry.ErrDuplicate, `{"result":1,"Datastream":{"@iot.id":{}}}`: telemetry.ErrType,
		`{"components":["result"]}`: telemetry.ErrMissing, `{"components":["id"],"dataArray":[]}`: telemetry.ErrType, `{"components":["result","result"],"dataArray":[]}`: telemetry.ErrType,
		`{"components":["result"],"dataArray":7}`: telemetry.ErrType, `{"components":["result"],"dataArray":[],"Datastream":7}`: telemetry.ErrType, `{"Observations":7,"@iot.id":1}`: telemetry.ErrType,
		`{"Observations":[],"@iot.id":{}}`: telemetry.ErrType,
	} {
		kit.Policies(t, []byte("["+good+","+bad+","+good+"]"), 2, 2, kind)
		kit.Policies(t, []byte(`{"value":[`+good+","+bad+","+good+"]}"), 2, 2, kind)
	}
	kit.Policies(t, []byte(`[{"components":["result","id"],"dataArray":[[1,2],[1],[3,4]],"Datastream":{"@iot.id":1}}]`), 2, 2, telemetry.ErrMissing)
	kit.Policies(t, []byte(`{"@iot.id":1,"Observations":[{"result":1},{"id":2},{"result":3}]}`), 2, 2, telemetry.ErrMissing)
	kit.Policies(t, []byte(`{"value":7}`), 1, 0, telemetry.ErrType)
	var b telemetry.Batch
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Time: telemetry.TimeRequired}}).Decode(&b, []byte(good)), telemetry.ErrTime)
}

func TestLosses(t *testing.T) {
	var b telemetry.Batch
	for _, o := range []telemetry.Observation{
		{Entity: telemetry.Entity{ID: "x", Type: "T"}, Attribute: "a", Dataset: "d", Value: telemetry.Value{Kind: telemetry.Number}, Time: time.Unix(5, 0), Flags: telemetry.Integer, Unit: telemetry.UnitRef{Given: "CEL", System: telemetry.CEFACT}, Quality: telemetry.Valid, Raw: "V", Meta: `{"accuracy":1}`},
		{Entity: telemetry.Entity{ID: "x", Type: "T"}, Attribute: "a", Value: telemetry.Value{Kind: telemetry.Deleted}},
		{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Number}},
	} {
		require.NoError(t, b.Add(o))
	}
	out, l, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	for _, kind := range []telemetry.LossKind{telemetry.LossEntity, telemetry.LossDataset, telemetry.LossOffset, telemetry.LossType, telemetry.LossUnit, telemetry.LossQuality, telemetry.LossMeta, telemetry.LossDeletion, telemetry.LossRow} {
		require.Equal(t, 1, l.Rows(kind), "%s of %s", kind, l)
	}
	require.Equal(t, "Cel", decode(t, Config{}, string(out)).At(0).Unit.Given)
	b.Reset()
	out, _, err = Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, "[]", string(out))
}

func TestHostile(t *testing.T) {
	wrap := func(member string) []byte { return []byte(`{"Datastream":{"@iot.id":1},` + member + `}`) }
	for member, kind := range map[string]error{
		`"result":` + strings.Repeat(`[`, 100_000): telemetry.ErrLimit, `"result":1e400`: telemetry.ErrValue, `"result":"\ud800"`: telemetry.ErrUTF8, "\"result\":\"\xff\"": telemetry.ErrUTF8,
		`"result":"` + strings.Repeat("x", 2<<20) + `"`: telemetry.ErrLimit, `"result":1,"parameters":"` + strings.Repeat("x", 2<<20) + `"`: telemetry.ErrLimit,
		`"result":1,"phenomenonTime":"9999-01-01T00:00:00Z"`: telemetry.ErrTime, `"result":1,"phenomenonTime":"/"`: telemetry.ErrTime, `"result":1,"resultQuality":"` + strings.Repeat("x", 5000) + `"`: telemetry.ErrLimit,
		`"result":{"type":"Point","coordinates":[200,0]}`: telemetry.ErrValue,
	} {
		require.ErrorIs(t, NewDecoder(Config{}).Decode(new(telemetry.Batch), wrap(member)), kind, "%.80s", member)
	}
	id := strings.Repeat("7", 5000)
	require.ErrorIs(t, NewDecoder(Config{}).Decode(new(telemetry.Batch), []byte(`{"result":1,"Datastream":{"@iot.id":`+id+`}}`)), telemetry.ErrLimit)
	// Many rows of a dataArray.
	b := decode(t, Config{}, `[{"Datastream":{"@iot.id":1},"components":["result"],"dataArray":[`+strings.Repeat("[1],", 200_000)+`[1]]}]`)
	require.Equal(t, 200_001, b.Len())
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Limits: telemetry.Limits{Rows: 1000}}}).Decode(b, []byte(`[{"Datastream":{"@iot.id":1},"components":["result"],"dataArray":[`+strings.Repeat("[1],", 2000)+`[1]]}]`)), telemetry.ErrLimit)
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range kit.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { kit.RoundTrip(t, src) })
}
