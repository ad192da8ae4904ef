package sdm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	engine "github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/ngsild"
)

// peer compiles all schemas of a file system with the reference engine. What the
// documents refer to and is not there becomes a document that holds for everything.
func peer(t testing.TB, docs fs.FS, missing []string) map[string]*engine.Schema {
	t.Helper()
	c := engine.NewCompiler()
	c.Draft = engine.Draft2020
	c.AssertFormat = true
	var ids []string
	types := map[string]string{}
	require.NoError(t, fs.WalkDir(docs, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(name, "example") || !strings.HasSuffix(name, ".json") {
			return err
		}
		text, err := fs.ReadFile(docs, name)
		require.NoError(t, err)
		var o map[string]any
		require.NoError(t, json.Unmarshal(text, &o), name)
		id, _ := o["$id"].(string)
		typ, is := modelType(name)
		if slices.Contains(ids, id) {
			require.True(t, is && !strings.Contains(id, "/"+typ+"/"), name)
			id = "https://peer.example/" + typ
			o["$id"] = id
			text, err = json.Marshal(o)
			require.NoError(t, err)
		}
		if is {
			types[typ] = id
		}
		ids = append(ids, id)
		return c.AddResource(id, bytes.NewReader(text))
	}))
	stubs := map[string]map[string]any{}
	for _, ref := range missing {
		address, pointer, _ := strings.Cut(ref, "#/")
		require.NotContains(t, ids, address, "a place that is not in a document that is there: %s", ref)
		o := stubs[address]
		if o == nil {
			o = map[string]any{}
			stubs[address] = o
		}
		for _, k := range strings.Split(pointer, "/") {
			next, ok := o[k].(map[string]any)
			if !ok {
				next = map[string]any{}
				o[k] = next
			}
			o = next
		}
	}
	for address, o := range stubs {
		text, err := json.Marshal(o)
		require.NoError(t, err)
		require.NoError(t, c.AddResource(address, bytes.NewReader(text)))
	}
	out := map[string]*engine.Schema{}
	for typ, id := range types {
		s, err := c.Compile(id)
		require.NoError(t, err, id)
		out[typ] = s
	}
	return out
}

func parse(t testing.TB, src []byte) any {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

// verdict is that of the reference on the simplified entity.
func verdict(s *engine.Schema, v any) bool {
	for i, n := 0, 1; i < n; i++ {
		simple, most := simplified(v, i)
		n = max(n, most)
		if s.Validate(simple) != nil {
			return false
		}
	}
	return true
}

// corpus is the models of the corpus, of the reference and ours.
func corpus(t testing.TB) (dir string, m *Models, ref map[string]*engine.Schema) {
	dir = testcorpus.Dir(t, "telemetry/sdm")
	m, err := Compile(Config{Schemas: os.DirFS(dir), Missing: true})
	require.NoError(t, err)
	var missing []string
	for _, p := range m.Plan() {
		missing = append(missing, p.Missing...)
	}
	return dir, m, peer(t, os.DirFS(dir), missing)
}

// Every example of the models, in its four forms: the verdict of the reference engine. And thousands of
// mutations of each.
func TestConformance(t *testing.T) {
	dir, m, ref := corpus(t)
	require.Len(t, m.Plan(), 75)
	compiled := 0
	for _, p := range m.Plan() {
		if p.Compiled {
			compiled++
		} else {
			t.Logf("%s by the engine: %v", p.Type, p.Why)
		}
	}
	t.Logf("%d of 75 models compiled", compiled)
	pass, fail, invalid, mutants, mutantsInvalid := 0, 0, 0, 0, 0
	c := m.NewChecker()
	r := rand.New(rand.NewPCG(1, 2))
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), "example") {
			return err
		}
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		name := strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/")
		typ := filepath.Base(filepath.Dir(filepath.Dir(path)))
		v := parse(t, src)
		// An example whose own type is another is judged by the model of its folder.
		problems := c.Check([]byte(typ), src)
		want := verdict(ref[typ], v)
		if want != (len(problems) == 0) {
			fail++
			t.Errorf("%s: reference %v, ours %v", name, want, problems)
			return nil
		}
		if !want {
			invalid++
			t.Logf("%s is not valid by its own model: %s", name, problems[0].Msg)
		}
		pass++
		for range 60 {
			x := mutate(r, v)
			text, err := json.Marshal(x)
			require.NoError(t, err)
			want := verdict(ref[typ], parse(t, text))
			if problems := c.Check([]byte(typ), text); want != (len(problems) == 0) {
				t.Errorf("%s mutated: reference %v, ours %v\n%s\n%v", name, want, problems, text, ref[typ].Validate(must(simplified(parse(t, text), 0))))
				return nil
			}
			mutants++
			if !want {
				mutantsInvalid++
			}
		}
		return nil
	}))
	t.Logf("%d of %d examples are not valid by their own model; %d mutations, %d of them not valid: same verdict", invalid, pass, mutants, mutantsInvalid)
	testcorpus.Conformance(t, "sdm/verdicts", pass, fail, nil)
}

func must(v any, _ int) any { return v }

// mutate changes something in a copy of a value.
func mutate(r *rand.Rand, v any) any {
	v = parseCopy(v)
	for range 1 + r.IntN(2) {
		v = mutateOnce(r, v, 0)
	}
	return v
}

func parseCopy(v any) any {
	switch x := v.(type) {
	case map[string]any:
		o := map[string]any{}
		for k, e := range x {
			o[k] = parseCopy(e)
		}
		return o
	case []any:
		l := make([]any, len(x))
		for i, e := range x {
			l[i] = parseCopy(e)
		}
		return l
	}
	return v
}

var strange = []any{
	nil, true, false, "", "x", "ñ ", "http://x/y", "urn:a:b", "not a uri %zz", "2026-03-29T10:00:00Z", "2026-03-29T24:00:00Z", "2016-12-31T23:59:60Z", "2026-03-29", "10:00:00Z",
	json.Number("0"), json.Number("-1"), json.Number("1"), json.Number("1.0"), json.Number("1.5"), json.Number("1e2"), json.Number("0.1"), json.Number("-0.0"), json.Number("9007199254740993"), json.Number("100.00000000000000000001"),
	json.Number("1.0000000000000000000001"), json.Number("360"), json.Number("359.9999999999999999999"), json.Number("1e-400"), "urn:ngsi-ld:null",
	[]any{}, map[string]any{}, []any{json.Number("1"), json.Number("1.0")}, []any{"a", "a"}, []any{map[string]any{"a": json.Number("1")}, map[string]any{"a": json.Number("1.0")}},
	map[string]any{"type": "Point", "coordinates": []any{json.Number("1"), json.Number("2")}}, map[string]any{"type": "Point", "coordinates": []any{"1"}}, map[string]any{"type": "Polygon", "coordinates": []any{}},
	map[string]any{"type": "Property", "value": json.Number("1")}, map[string]any{"type": "Text", "value": "x"}, map[string]any{"value": "x", "unitCode": "GP"}, map[string]any{"@type": "DateTime", "@value": "2026-03-29T10:00:00Z"}, map[string]any{"type": "Property", "value": map[string]any{"@type": nil, "@value": json.Number("3")}}, map[string]any{"type": "Relationship", "object": "urn:x"},
	strings.Repeat("k", 257), strings.Repeat("ñ", 256),
}

func mutateOnce(r *rand.Rand, v any, depth int) any {
	if depth > 0 && r.IntN(3) == 0 {
		return parseCopy(strange[r.IntN(len(strange))])
	}
	switch x := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if len(keys) == 0 {
			return v
		}
		k := keys[r.IntN(len(keys))]
		if r.IntN(6) == 0 {
			delete(x, k)
		} else {
			x[k] = mutateOnce(r, x[k], depth+1)
		}
		return x
	case []any:
		if len(x) == 0 {
			return []any{parseCopy(strange[r.IntN(len(strange))])}
		}
		switch r.IntN(4) {
		case 0:
			return append(x, x[0])
		case 1:
			return x[:len(x)-1]
		}
		i := r.IntN(len(x))
		x[i] = mutateOnce(r, x[i], depth+1)
		return x
	case string:
		return []any{x + "<", x + " ", strings.ToUpper(x), "http://" + x, x[:len(x)/2]}[r.IntN(5)]
	}
	return parseCopy(strange[r.IntN(len(strange))])
}

// keywords has every keyword that is compiled.
const keywords = `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/K/schema.json","type":"object",
 "allOf":[{"$ref":"https://x/common.json#/definitions/a"},{"properties":{"type":{"type":"string","enum":["K"]}},"required":["type"]}],
 "required":["id"],"anyOf":[{"required":["n"]},{"required":["s"]},{"required":["o","type"]}],
 "properties":{
  "id":{"anyOf":[{"type":"string","minLength":1,"maxLength":8,"pattern":"^[\\w:]+$"},{"type":"string","format":"uri"}]},
  "n":{"type":["number","null"],"minimum":-1,"maximum":100,"multipleOf":0.1},
  "i":{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":10},
  "e":{"enum":[1,"a",null,true,2.50]},"c":{"const":"k"},
  "s":{"type":"string","pattern":"^a.*z$","maxLength":5},
  "t":{"type":"string","format":"date-time"},"d":{"format":"date"},"ip":{"format":"ipv4"},"odd":{"format":"nothing"},
  "l":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":3,"uniqueItems":true},
  "u":{"uniqueItems":true},
  "o":{"type":"object","required":["x","y"],"properties":{"x":{"type":"number"},"y":{"$ref":"#/properties/n"}}},
  "one":{"oneOf":[{"type":"number","minimum":5},{"type":"integer"},{"type":"object","required":["a"]},{"type":"object","required":["b"]}]},
  "geo":{"oneOf":[{"type":"object","required":["type","c"],"properties":{"type":{"type":"string","enum":["P"]},"c":{"type":"number"}}},{"type":"object","required":["type"],"properties":{"type":{"type":"string","enum":["L","M"]},"c":{"type":"string"}}}]},
  "never":false,"always":true}}`

const common = `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/common.json","definitions":{"a":{"properties":{"n":{"maximum":50},"name":{"type":"string"}}}}}`

var own = fstest.MapFS{
	"K/schema.json":      {Data: []byte(keywords)},
	"common.json":        {Data: []byte(common)},
	"K/examples/ex.json": {Data: []byte(`{"id":1}`)},
	"E/schema.json":      {Data: []byte(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/E/schema.json","additionalProperties":{"type":"number"},"properties":{"id":true,"type":true}}`)},
	"R/schema.json":      {Data: []byte(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/R/schema.json","properties":{"r":{"$ref":"#"}}}`)},
}

var values = []string{
	`1`, `0`, `-1`, `-1.5`, `50`, `50.1`, `51`, `0.3`, `0.35`, `1.0`, `9`, `10`, `9.5`, `2.5`, `2.50000000000000000001`, `100`, `1e1`, `null`, `true`, `false`, `""`, `"a"`, `"k"`, `"az"`, `"abbbz"`, `"abbbbz"`, `"a\u007a"`,
	`"2026-03-29T10:00:00Z"`, `"2026-03-29t10:00:00z"`, `"2026-03-29T10:00:00+0200"`, `"2026-03-29T10:00:00,5Z"`, `"1500-03-29T10:00:00Z"`, `"2026-02-30T10:00:00Z"`, `"2026-03-29T23:59:60Z"`, `"2026-03-29T24:00:00Z"`, `"2026-03-29"`, `"1.2.3.4"`,
	`[]`, `["a"]`, `["a","b"]`, `["a","a"]`, `["a","\u0061"]`, `[1,1.0]`, `[{"a":1,"b":2},{"b":2,"a":1}]`, `[{"a":1},{"a":2}]`, `["a","b","c","d"]`, `["a",1]`, `{}`, `{"x":1,"y":2}`, `{"x":1,"y":51}`, `{"x":"1","y":2}`, `{"a":1}`, `{"b":1}`, `{"a":1,"b":1}`,
	`{"value":1}`, `{"type":"Property","value":3}`, `{"type":"Property","value":{"@type":"DateTime","@value":"2026-03-29T10:00:00Z"}}`, `{"@value":3,"@type":"x"}`, `{"type":"Number","value":7,"metadata":{}}`, `{"type":"Relationship","object":"az"}`, `[{"type":"Property","value":3},{"type":"Property","value":200,"datasetId":"urn:d"}]`, `"urn:ngsi-ld:null"`,
	`{"type":"P","c":1}`, `{"type":"P"}`, `{"c":"1","type":"L"}`, `{"type":"M","c":1}`, `{"type":"Q"}`, `{"type":1}`, `{"c":1}`, `"http://x"`, `"http://"`, `"http://[::1"`, `"urn:x"`, `"x y"`, `"ñññññññññ"`, `"//x"`, `"x:"`,
}

func TestKeywords(t *testing.T) {
	m, err := Compile(Config{Schemas: own, Unknown: true})
	require.NoError(t, err)
	require.Equal(t, []Plan{
		{Type: "E", ID: "https://x/E/schema.json", Why: []string{"#/additionalProperties: the keyword additionalProperties"}},
		{Type: "K", ID: "https://x/K/schema.json", Compiled: true},
		{Type: "R", ID: "https://x/R/schema.json", Why: m.models["R"].plan.Why},
	}, m.Plan())
	ref := peer(t, own, nil)
	c := m.NewChecker()
	check := func(typ, src string) {
		want := verdict(ref[typ], parse(t, []byte(src)))
		require.Equal(t, want, len(c.Check([]byte(typ), []byte(src))) == 0, "%s %s: %v", typ, src, c.problems)
	}
	for _, typ := range []string{"K", "E", "R"} {
		for _, key := range []string{"id", "type", "n", "i", "e", "c", "s", "t", "d", "ip", "odd", "l", "u", "o", "one", "geo", "never", "always", "name", "other", "r"} {
			for _, v := range values {
				check(typ, entity(key, v))
			}
		}
	}
	require.Empty(t, c.Check([]byte("Nothing"), []byte(`{}`)))
}

// entity is a valid one but for a key.
func entity(key, value string) string {
	o := `{"id":"k:1","type":"K","n":3`
	switch key {
	case "id":
		return `{"id":` + value + `,"type":"K","n":3}`
	case "type":
		return `{"id":"k:1","type":` + value + `,"n":3}`
	case "n":
		return `{"id":"k:1","type":"K","n":` + value + `}`
	}
	return o + `,"` + key + `":` + value + `}`
}

// All problems of an entity, with their places.
func TestProblems(t *testing.T) {
	m, err := Compile(Config{Schemas: own})
	require.NoError(t, err)
	c := m.NewChecker()
	src := `{"type":"K","n":{"type":"Property","value":51},"l":["a",7,"a"],"s":"b","one":true,"never":1}`
	var got []string
	for _, p := range c.Check([]byte("K"), []byte(src)) {
		got = append(got, fmt.Sprintf("%s %.20s: %s", p.Pointer, src[p.Offset:], p.Msg))
	}
	require.Equal(t, []string{
		`/n/value 51},"l":["a",7,"a"],: 51 is more than 50`,
		`/l/1 7,"a"],"s":"b","one": the value is a whole number and should be a text`,
		`/l/2 "a"],"s":"b","one":t: the item stands twice; the model wants all different`,
		`/s "b","one":true,"neve: "b" does not match ^a.*z$`,
		`/one true,"never":1}: true is none of the forms of which the model wants one`,
		`/never 1}: the value is a whole number and should be absent`,
		` {"type":"K","n":{"ty: "id" is missing, which the model requires`,
	}, got)
	require.Len(t, c.Check([]byte("Nothing"), []byte(`{}`)), 1)
	require.Len(t, c.Check([]byte("K"), []byte(`{"id":`)), 1)
	require.Len(t, c.Check([]byte("K"), []byte(`[]`)), 1)
	require.Len(t, c.Check([]byte("E"), []byte(`{"id":`)), 1)
}

func TestInDecoder(t *testing.T) {
	m, err := Compile(Config{Schemas: own})
	require.NoError(t, err)
	src := []byte(`[{"id":"k:1","type":"K","n":{"value":3,"observedAt":"2026-03-29T10:00:00Z"}},{"id":"k:2","type":"K","n":{"type":"Property","value":99,"observedAt":"2026-03-29T10:00:00Z"},"i":0},{"id":"k:3","type":"K","n":3}]`)
	for policy, rows := range map[telemetry.Policy]int{telemetry.Stop: 0, telemetry.Skip: 2, telemetry.Keep: 4} {
		var b telemetry.Batch
		err := ngsild.NewDecoder(ngsild.Config{Config: telemetry.Config{Policy: policy}, Check: m.NewChecker().Check}).Decode(&b, src)
		require.Equal(t, rows, b.Len())
		if policy == telemetry.Stop {
			require.ErrorIs(t, err, telemetry.ErrSchema)
			require.Contains(t, err.Error(), "record 2: byte")
			require.Contains(t, err.Error(), "/n/value: 99 is more than 50 (and 1 more)")
			continue
		}
		require.NoError(t, err)
		require.Len(t, b.Findings, 2)
		require.ErrorIs(t, &b.Findings[0].Error, telemetry.ErrSchema)
		require.Equal(t, policy == telemetry.Skip, b.Findings[0].Skipped)
	}
}

func TestCompileErrors(t *testing.T) {
	for name, c := range map[string]struct{ schema, want string }{
		"ref":     {`"properties":{"a":{"$ref":"https://y/z.json#/a"}}`, "not among the documents"},
		"place":   {`"properties":{"a":{"$ref":"#/nowhere"}}`, "not among the documents"},
		"type":    {`"type":"number or so"`, "no type of JSON"},
		"pattern": {`"pattern":"("`, "no regular expression"},
		"count":   {`"minItems":-1`, "no count"},
		"number":  {`"minimum":"1"`, "no number"},
		"list":    {`"anyOf":[]`, "list of schemas"},
		"schema":  {`"properties":{"a":3}`, "a schema is an object or a boolean"},
		"json":    {`"`, ""},
	} {
		fsys := fstest.MapFS{"A/schema.json": {Data: []byte(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/A/schema.json",` + c.schema + `}`)}}
		_, err := Compile(Config{Schemas: fsys})
		require.ErrorIs(t, err, ErrSchema, name)
		require.Contains(t, err.Error(), c.want, name)
		require.Contains(t, err.Error(), "A/schema.json", name)
	}
	_, err := Compile(Config{})
	require.ErrorIs(t, err, ErrSchema)
	twice := fstest.MapFS{"A/schema.json": own["K/schema.json"], "K/schema.json": own["K/schema.json"], "z/K/schema.json": own["K/schema.json"], "common.json": own["common.json"]}
	_, err = Compile(Config{Schemas: twice})
	require.ErrorContains(t, err, `the type "K" has the model`)
	delete(twice, "z/K/schema.json")
	m, err := Compile(Config{Schemas: twice})
	require.NoError(t, err)
	require.Contains(t, m.Plan()[0].Note, "is that of K/schema.json")
	require.Empty(t, m.Plan()[1].Note)
	_, err = Compile(Config{Schemas: own, MaxBytes: 10})
	require.ErrorContains(t, err, "more than 10 bytes")
}

func TestAllocatesNothing(t *testing.T) {
	m, err := Compile(Config{Schemas: own})
	require.NoError(t, err)
	c := m.NewChecker()
	src := []byte(`{"id":"k:1","type":"K","s":{"type":"Property","value":"az"},"i":3,"t":"2026-03-29T10:00:00Z","l":["a","b"],"one":{"a":1}}`)
	typ := []byte("K")
	require.Empty(t, c.Check(typ, src))
	require.Zero(t, testing.AllocsPerRun(10, func() { c.Check(typ, src) }))
}

// Any entity has the reference's verdict.
func FuzzVerdict(f *testing.F) {
	for _, key := range []string{"id", "type", "n", "i", "e", "l", "u", "o", "one", "geo", "t"} {
		for _, v := range values {
			f.Add([]byte(entity(key, v)))
		}
	}
	m, err := Compile(Config{Schemas: own})
	if err != nil {
		f.Fatal(err)
	}
	ref := peer(f, own, nil)
	d := ngsild.NewDecoder(ngsild.Config{Config: telemetry.Config{Policy: telemetry.Keep}, Partial: true})
	f.Fuzz(func(t *testing.T, src []byte) {
		// Only what a decoder passes on; and no exponents that the reference writes out.
		var b telemetry.Batch
		if d.Decode(&b, src) != nil || b.Len() == 0 || len(b.Findings) > 0 || bytes.ContainsAny(src, "eE") && hugeExponent(src) {
			return
		}
		v := parse(t, src)
		if _, ok := v.(map[string]any); !ok {
			return
		}
		c := m.NewChecker()
		for _, typ := range []string{"K", "E"} {
			require.Equal(t, verdict(ref[typ], v), len(c.Check([]byte(typ), src)) == 0, "%s %s: %v", typ, src, c.problems)
		}
	})
}

func hugeExponent(src []byte) bool {
	digits := 0
	after := false
	for _, c := range src {
		switch {
		case c|0x20 == 'e':
			after, digits = true, 0
		case after && (c == '+' || c == '-'):
		case after && c >= '0' && c <= '9':
			if digits++; digits > 3 {
				return true
			}
		default:
			after = false
		}
	}
	return false
}

func BenchmarkCheck(b *testing.B) {
	dir, m, ref := corpus(b)
	for _, name := range []string{"example.json", "example-normalized.jsonld"} {
		src, err := os.ReadFile(filepath.Join(dir, "dataModel.Environment/AirQualityObserved/examples", name))
		require.NoError(b, err)
		b.Run("sdm/"+name, func(b *testing.B) {
			c := m.NewChecker()
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				c.Check([]byte("AirQualityObserved"), src)
			}
		})
		b.Run("jsonschema/"+name, func(b *testing.B) {
			for b.Loop() {
				var v any
				if err := json.Unmarshal(src, &v); err != nil {
					b.Fatal(err)
				}
				simple, _ := simplified(v, 0)
				ref["AirQualityObserved"].Validate(simple)
			}
		})
	}
}
