package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing/fstest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/minio/simdjson-go"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/ngsild"
	"github.com/almotacen/almotacen/telemetry/ngsiv2"
	"github.com/almotacen/almotacen/telemetry/sdm"
)

// stations are AirQualityObserved entities, normalized, as a broker sends them.
func stations(n int) []byte {
	b := []byte{'['}
	for i := range n {
		at := fmt.Sprintf("2026-03-29T%02d:%02d:00Z", i/60%24, i%60)
		b = fmt.Appendf(b, `{"id":"urn:ngsi-ld:AirQualityObserved:ES-Madrid-%08d","type":"AirQualityObserved","dateObserved":{"type":"Property","value":"%s"},`, 28079000+i, at)
		for k, a := range []string{"no2", "no", "nox", "o3", "so2", "co", "pm10", "pm25"} {
			b = fmt.Appendf(b, `"%s":{"type":"Property","value":%v,"unitCode":"GQ","observedAt":"%s"},`, a, float64((i*7+k*13)%1200)/8, at)
		}
		b = fmt.Appendf(b, `"temperature":{"type":"Property","value":%v,"unitCode":"CEL","observedAt":"%s"},"relativeHumidity":{"type":"Property","value":0.%02d,"observedAt":"%s"},`, float64(i%400)/10, at, 1+i%99, at)
		b = fmt.Appendf(b, `"reliability":{"type":"Property","value":0.9,"observedAt":"%s","accuracy":{"type":"Property","value":0.05}},`, at)
		b = fmt.Appendf(b, `"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-3.%06d,40.%06d]}},"address":{"type":"Property","value":{"addressCountry":"ES","addressLocality":"Madrid","streetAddress":"Plaza de España, %d"}},`, 600000+i, 400000+i, i)
		b = fmt.Appendf(b, `"refDevice":{"type":"Relationship","object":"urn:ngsi-ld:Device:%08d"},"source":{"type":"Property","value":"https://datos.example.es/aire"}},`, i)
	}
	b[len(b)-1] = ']'
	return b
}

// total is what peers and we must agree on: numbers that are a value of an attribute, their sum, and the
// sum of the times of observation in seconds.
type total struct {
	numbers int
	sum     float64
	times   int64
}

// reading is what peers make of a number: the least that a program would want. We make
// columns of these and of all other values.
type reading struct {
	entity, attribute, unit string
	value                   float64
	at                      time.Time
}

// readings are the result of a peer, reused.
type readings []reading

func (l *readings) add(r reading, number bool, at string) (err error) {
	if at != "" {
		if r.at, err = time.Parse(time.RFC3339, at); err != nil {
			return err
		}
	}
	if !number {
		r.value = math.NaN()
	}
	*l = append(*l, r)
	return nil
}

func (l readings) total() (t total) {
	for _, r := range l {
		if !math.IsNaN(r.value) {
			t.numbers++
			t.sum += r.value
		}
		if !r.at.IsZero() {
			t.times += r.at.Unix()
		}
	}
	return t
}

func ngsildOurs(d telemetry.Decoder, b *telemetry.Batch, src []byte) (t total, err error) {
	b.Reset()
	if err := d.Decode(b, src); err != nil {
		return t, err
	}
	for i, k := range b.Kind {
		if k == telemetry.Number {
			t.numbers++
			t.sum += b.Number[i]
		}
		if b.Time[i] != telemetry.NoTime {
			t.times += b.Time[i] / 1_000_000_000
		}
	}
	return t, nil
}

func ngsildStandard(out *readings, src []byte) (total, error) {
	*out = (*out)[:0]
	var list []map[string]any
	if err := json.Unmarshal(src, &list); err != nil {
		return total{}, err
	}
	for _, e := range list {
		id, _ := e["id"].(string)
		for name, a := range e {
			o, ok := a.(map[string]any)
			if !ok {
				continue
			}
			r := reading{entity: id, attribute: name}
			r.unit, _ = o["unitCode"].(string)
			v, number := o["value"].(float64)
			r.value = v
			at, _ := o["observedAt"].(string)
			if err := out.add(r, number, at); err != nil {
				return total{}, err
			}
		}
	}
	return out.total(), nil
}

// ngsildTokens knows the depth of things: entities are at 1, their members at 2, those of attributes at 3.
func ngsildTokens(d *jsontext.Decoder, out *readings, src []byte) (total, error) {
	*out = (*out)[:0]
	d.Reset(bytes.NewBuffer(src))
	var r reading
	var at string
	number := false
	for {
		tok, err := d.ReadToken()
		if err == io.EOF {
			return out.total(), nil
		}
		if err != nil {
			return total{}, err
		}
		depth := d.StackDepth()
		switch {
		case tok.Kind() == '}' && depth == 2:
			if err := out.add(r, number, at); err != nil {
				return total{}, err
			}
			continue
		case tok.Kind() != '"' || depth != 2 && depth != 3:
			continue
		}
		// Names come before what they name.
		if kind, n := d.StackIndex(depth); kind != '{' || n%2 == 0 {
			continue
		}
		name := tok.String()
		if depth == 2 {
			if d.PeekKind() == '{' {
				r, at, number = reading{entity: r.entity, attribute: name}, "", false
				continue
			}
			if tok, err = d.ReadToken(); err != nil {
				return total{}, err
			}
			if name == "id" {
				r.entity = tok.String()
			}
			continue
		}
		switch name {
		case "value":
			if d.PeekKind() == '0' {
				if tok, err = d.ReadToken(); err != nil {
					return total{}, err
				}
				if r.value, err = tok.Float(); err != nil {
					return total{}, err
				}
				number = true
			}
		case "unitCode", "observedAt":
			if tok, err = d.ReadToken(); err != nil {
				return total{}, err
			}
			if name == "unitCode" {
				r.unit = tok.String()
			} else {
				at = tok.String()
			}
		}
	}
}

// simd holds what simdjson-go reuses.
type simd struct {
	pj           *simdjson.ParsedJson
	entity, attr simdjson.Object
}

func (s *simd) total(out *readings, src []byte) (t total, err error) {
	*out = (*out)[:0]
	if s.pj, err = simdjson.Parse(src, s.pj); err != nil {
		return t, err
	}
	iter := s.pj.Iter()
	iter.Advance()
	_, root, err := iter.Root(nil)
	if err != nil {
		return t, err
	}
	array, err := root.Array(nil)
	if err != nil {
		return t, err
	}
	list := array.Iter()
	var a, v simdjson.Iter
	for list.Advance() == simdjson.TypeObject {
		if _, err := list.Object(&s.entity); err != nil {
			return t, err
		}
		id := ""
		for {
			name, typ, err := s.entity.NextElement(&a)
			if err != nil {
				return t, err
			}
			if typ == simdjson.TypeNone {
				break
			}
			if typ != simdjson.TypeObject {
				if name == "id" {
					if id, err = a.String(); err != nil {
						return t, err
					}
				}
				continue
			}
			if _, err := a.Object(&s.attr); err != nil {
				return t, err
			}
			r, at, number := reading{entity: id, attribute: name}, "", false
			for {
				name, typ, err := s.attr.NextElementBytes(&v)
				if err != nil {
					return t, err
				}
				if typ == simdjson.TypeNone {
					break
				}
				switch {
				case string(name) == "value" && (typ == simdjson.TypeFloat || typ == simdjson.TypeInt || typ == simdjson.TypeUint):
					number = true
					r.value, err = v.Float()
				case string(name) == "unitCode":
					r.unit, err = v.String()
				case string(name) == "observedAt":
					at, err = v.String()
				}
				if err != nil {
					return t, err
				}
			}
			if err := out.add(r, number, at); err != nil {
				return t, err
			}
		}
	}
	return out.total(), nil
}

func ngsildCases(quick bool) error {
	n := 2_000
	if quick {
		n = 50
	}
	src := stations(n)
	d := ngsild.NewDecoder(ngsild.Config{TimeAttributes: []string{}})
	var batch telemetry.Batch
	want, err := ngsildOurs(d, &batch, src)
	if err != nil {
		return err
	}
	tokens := jsontext.NewDecoder(bytes.NewBuffer(nil))
	var out readings
	peers := []struct {
		name, target string
		run          func() (total, error)
	}{
		{"encoding/json", "≥ 25×", func() (total, error) { return ngsildStandard(&out, src) }},
		{"go-json-experiment/json jsontext", "≥ 2.5×", func() (total, error) { return ngsildTokens(tokens, &out, src) }},
	}
	if simdjson.SupportedCPU() {
		s := new(simd)
		peers = append(peers, struct {
			name, target string
			run          func() (total, error)
		}{"simdjson-go", "≥ 2.5×", func() (total, error) { return s.total(&out, src) }})
	} else {
		fmt.Println("telemetry/ngsild: simdjson-go\t-\t-\t-\tnot on this processor")
	}
	for _, p := range peers {
		got, err := p.run()
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if got.numbers != want.numbers || got.times != want.times || math.Abs(got.sum-want.sum) > 1e-9*math.Abs(want.sum) {
			return fmt.Errorf("%s: %+v, ours %+v", p.name, got, want)
		}
		versus("telemetry/ngsild to columns, against "+p.name, len(src), "≥ 1 GB/s, "+p.target, quick,
			func() { ngsildOurs(d, &batch, src) }, func() { p.run() })
	}
	text, _, err := new(ngsiv2.Encoder).Append(nil, &batch)
	if err != nil {
		return err
	}
	v2 := ngsiv2.NewDecoder(ngsiv2.Config{TimeAttributes: []string{}})
	versus("telemetry/ngsiv2 to columns, against encoding/json", len(text), "-", quick,
		func() { ngsildOurs(v2, &batch, text) }, func() { ngsildStandard(&out, text) })
	return nil
}

// airQuality is a schema like that of the Smart Data Models: the same keywords, in the same shape.
func airQuality() fstest.MapFS {
	var pollutants []string
	for _, p := range []string{"as", "c6h6", "cd", "co", "co2", "ni", "no", "no2", "nox", "o3", "pm10", "pm25", "pb", "precipitation", "sh2", "so2", "temperature", "windSpeed", "pressure"} {
		pollutants = append(pollutants, fmt.Sprintf(`%q:{"type":"number","minimum":0}`, p))
	}
	position := `{"type":"array","minItems":2,"items":{"type":"number"}}`
	geometry := func(name, coordinates string) string {
		return fmt.Sprintf(`{"type":"object","required":["type","coordinates"],"properties":{"type":{"type":"string","enum":[%q]},"coordinates":%s,"bbox":{"type":"array","minItems":4,"items":{"type":"number"}}}}`, name, coordinates)
	}
	line := `{"type":"array","minItems":2,"items":` + position + `}`
	polygon := `{"type":"array","items":{"type":"array","minItems":4,"items":` + position + `}}`
	location := strings.Join([]string{geometry("Point", position), geometry("LineString", line), geometry("Polygon", polygon), geometry("MultiPoint", `{"type":"array","items":`+position+`}`),
		geometry("MultiLineString", `{"type":"array","items":`+line+`}`), geometry("MultiPolygon", `{"type":"array","items":`+polygon+`}`)}, ",")
	const draft = `"$schema":"https://json-schema.org/draft/2020-12/schema"`
	common := `{` + draft + `,"$id":"https://example.org/common.json","definitions":{
		"id":{"anyOf":[{"type":"string","minLength":1,"maxLength":256,"pattern":"^[\\w\\-\\.\\{\\}\\$\\+\\*\\[\\]` + "`" + `|~^@!,:\\\\]+$"},{"type":"string","format":"uri"}]},
		"commons":{"properties":{"id":{"$ref":"#/definitions/id"},"dateCreated":{"type":"string","format":"date-time"},"dateModified":{"type":"string","format":"date-time"},"source":{"type":"string"},"name":{"type":"string"},
			"owner":{"type":"array","items":{"$ref":"#/definitions/id"}},"seeAlso":{"oneOf":[{"type":"array","minItems":1,"items":{"type":"string","format":"uri"}},{"type":"string","format":"uri"}]}}},
		"place":{"properties":{"location":{"oneOf":[` + location + `]},"address":{"type":"object","properties":{"addressCountry":{"type":"string"},"addressLocality":{"type":"string"},"streetAddress":{"type":"string"}}}}}}}`
	model := `{` + draft + `,"$id":"https://example.org/AirQualityObserved/schema.json","type":"object","allOf":[{"$ref":"https://example.org/common.json#/definitions/commons"},{"$ref":"https://example.org/common.json#/definitions/place"},
		{"properties":{"type":{"type":"string","enum":["AirQualityObserved"]},"dateObserved":{"type":"string","format":"date-time"},"reliability":{"type":"number","minimum":0,"maximum":1},"relativeHumidity":{"type":"number","minimum":0,"maximum":1},
			"typeOfLocation":{"type":"string","enum":["indoor","outdoor"]},"refDevice":{"$ref":"https://example.org/common.json#/definitions/id"},` + strings.Join(pollutants, ",") + `}}],"required":["id","type","dateObserved"]}`
	return fstest.MapFS{"common.json": {Data: []byte(common)}, "AirQualityObserved/schema.json": {Data: []byte(model)}}
}

func sdmCases(quick bool) error {
	docs := airQuality()
	models, err := sdm.Compile(sdm.Config{Schemas: docs})
	if err != nil {
		return err
	}
	engine := jsonschema.NewCompiler()
	engine.Draft, engine.AssertFormat = jsonschema.Draft2020, true
	for file, id := range map[string]string{"common.json": "https://example.org/common.json", "AirQualityObserved/schema.json": "https://example.org/AirQualityObserved/schema.json"} {
		if err := engine.AddResource(id, bytes.NewReader(docs[file].Data)); err != nil {
			return err
		}
	}
	schema, err := engine.Compile("https://example.org/AirQualityObserved/schema.json")
	if err != nil {
		return err
	}
	n := 500
	if quick {
		n = 20
	}
	var normalized []json.RawMessage
	if err := json.Unmarshal(stations(n), &normalized); err != nil {
		return err
	}
	var simple [][]byte
	var decoded []any
	size := 0
	for _, e := range normalized {
		var o map[string]any
		if err := json.Unmarshal(e, &o); err != nil {
			return err
		}
		for k, a := range o {
			if x, ok := a.(map[string]any); ok {
				if v, ok := x["value"]; ok {
					o[k] = v
				} else {
					o[k] = x["object"]
				}
			}
		}
		text, err := json.Marshal(o)
		if err != nil {
			return err
		}
		simple, decoded = append(simple, text), append(decoded, o)
		size += len(text)
	}
	c, typ := models.NewChecker(), []byte("AirQualityObserved")
	for i := range simple {
		if err := schema.Validate(decoded[i]); err != nil {
			return err
		}
		for _, text := range [][]byte{simple[i], normalized[i]} {
			if p := c.Check(typ, text); len(p) > 0 {
				return fmt.Errorf("%s: the reference accepts it, we say %v", text, p)
			}
		}
		broken := bytes.Replace(simple[i], []byte(`"reliability":0.9`), []byte(`"reliability":1.9`), 1)
		var v any
		if err := json.Unmarshal(broken, &v); err != nil {
			return err
		}
		if schema.Validate(v) == nil || len(c.Check(typ, broken)) != 1 {
			return fmt.Errorf("%s is not valid: reference or ours accepts it", broken)
		}
	}
	ours := func() {
		for _, text := range simple {
			c.Check(typ, text)
		}
	}
	versus("telemetry/sdm per entity, against jsonschema v5 with encoding/json", size, "≥ 50×", quick, ours, func() {
		for _, text := range simple {
			var v any
			if json.Unmarshal(text, &v) == nil {
				schema.Validate(v)
			}
		}
	})
	versus("telemetry/sdm per entity, against jsonschema v5 on decoded values", size, "≥ 50×", quick, ours, func() {
		for _, v := range decoded {
			schema.Validate(v)
		}
	})
	return nil
}
