package opendata_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/opendata"
	"github.com/almotacen/almotacen/opendata/csvw"
	"github.com/almotacen/almotacen/opendata/dcat"
)

const catalogueYAML = `
id: test
version: 1.2.0
issued: "2024-05-01"
title: {es: Catálogo, en: Catalogue}
description: {es: Indicadores de prueba., en: Test indicators.}
languages: [es, en]
dimensions:
  - {id: sex, label: {es: Sexo, en: Sex}, members: [{id: F, label: {es: Mujeres, en: Women}}, {id: M, label: {es: Hombres, en: Men}}]}
families:
  - {id: waste, label: {es: Residuos, en: Waste}, description: {es: Recogida., en: Collection.}, sector: medio-ambiente}
  - {id: population, label: {es: Población, en: Population}, sector: demografia}
  - {id: water, label: {es: Agua, en: Water}, sector: medio-ambiente}
sources:
  - {id: padron, title: {es: Padrón, en: Register}, publisher: INE}
variables:
  - {id: population, label: {es: Población, en: Population}, unit: "{person}", temporal: stock, frequency: A, source: padron, additive: true, breakdowns: [sex]}
  - {id: waste_t, label: {es: "Residuos, en total", en: Waste}, unit: t, temporal: flow, frequency: A, additive: true}
  - {id: water_m3, label: {es: Agua, en: Water}, unit: m3, temporal: flow, frequency: A, additive: true}
indicators:
  - id: waste.rate
    family: waste
    label: {es: Residuos por habitante, en: Waste per person}
    description: {es: Kilos., en: Kilos.}
    unit: "t/{person}"
    decimals: 2
    polarity: lower
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions:
      - {version: 1, until: "2020", formula: waste_t / population}
      - {version: 2, from: "2021", formula: waste_t / population}
  - id: population.total
    family: population
    label: {es: Población, en: Population}
    description: {es: Personas., en: Persons.}
    unit: "{person}"
    decimals: 0
    polarity: neutral
    frequency: A
    aggregation: {kind: sum}
    breakdowns: [sex]
    definitions: [{version: 1, formula: population}]
  - id: water.rate
    family: water
    label: {es: Agua por habitante, en: Water per person}
    description: {es: Metros cúbicos., en: Cubic metres.}
    unit: "m3/{person}"
    decimals: 1
    polarity: neutral
    frequency: A
    aggregation: {kind: ratio-of-sums}
    definitions: [{version: 1, formula: water_m3 / population}]
`

// publication is a small one with every kind of cell. The hidden values are
// those that must not matter.
func publication(t testing.TB, hidden float64) opendata.Publication {
	t.Helper()
	c, err := indicators.Load(strings.NewReader(catalogueYAML), indicators.Config{File: "test.yaml"})
	require.NoError(t, err)
	n, err := indicators.NewNetwork(indicators.Network{
		ID: "test", Title: indicators.Text{"es": "Red", "en": "Network"},
		Cities: []indicators.City{
			{Code: "28079", Name: "Madrid", Province: "Madrid", Community: "Comunidad de Madrid"},
			{Code: "08019", Name: `Barcelona, "la ciudad"`, Province: "Barcelona", Community: "Cataluña"},
			{Code: "01059", Name: "Vitoria-Gasteiz", Province: "Araba/Álava", Community: "País Vasco"},
		},
	})
	require.NoError(t, err)
	build := func(schema cube.Schema, set func(f func(city, p, members, measure string, c cube.Cell))) *cube.Cube {
		b, err := cube.NewBuilder(schema)
		require.NoError(t, err)
		set(func(city, p, members, measure string, c cube.Cell) {
			require.NoError(t, b.Set(cube.Key{Entity: city, Period: period.MustParse(p), Members: cube.Members(members)}, measure, c))
		})
		out, err := b.Build()
		require.NoError(t, err)
		return out
	}
	u := func(s string) unit.Unit {
		x, err := unit.Parse(s)
		require.NoError(t, err)
		return x
	}
	primary := cube.Cell{Value: hidden, Status: cube.Status(0).WithConfidentiality(cube.Primary)}
	internal := cube.Cell{
		Value: hidden + 1, Status: (cube.Provisional | cube.Break).WithConfidentiality(cube.NotForPublication),
		Reasons: []cube.Reason{{Code: "definition", Text: "era " + csvw.Number(hidden)}}, Source: cube.Source{Name: "secret-" + csvw.Number(hidden) + ".csv", Line: 2},
	}
	rejected := cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonRejected, Subject: "waste_t", Text: "conflict: " + csvw.Number(hidden)})
	failed := cube.NoValue(cube.NotComputable, cube.Reason{Code: cube.ReasonNotComputable, Subject: "waste.rate", Text: csvw.Number(hidden) + " / 0"})
	return opendata.Publication{
		Base:   "http://datos.ejemplo.es/indicadores/",
		Title:  indicators.Text{"es": "Indicadores de ejemplo", "en": "Example indicators"},
		Notice: indicators.Text{"es": "Es un ejemplo.", "en": "It is an example."},
		Publisher: dcat.Agent{
			IRI: dcat.Organism("L01280796"), Name: dcat.Text{"es": "Ayuntamiento de Ejemplo"}, Type: dcat.PublisherType("LocalAuthority"),
		},
		Contact: dcat.Contact{
			Name: dcat.Text{"es": "Oficina del dato"}, Organization: dcat.Text{"es": "Ayuntamiento de Ejemplo"},
			Mail: "datos@ejemplo.es", Telephone: "+34900000000", URL: "http://datos.ejemplo.es/contacto",
		},
		Issued: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), Modified: time.Date(2024, 11, 24, 9, 0, 0, 0, time.UTC),
		Keywords:  map[string][]string{"es": {"prueba"}, "en": {"test"}},
		Catalogue: c, Network: n,
		Indicators: build(
			cube.Schema{Dimensions: []string{"sex"}, Measures: []cube.Measure{{ID: "waste.rate", Unit: u("t/{person}")}, {ID: "population.total", Unit: u("{person}")}, {ID: "water.rate", Unit: u("m3/{person}")}}},
			func(f func(city, p, members, measure string, c cube.Cell)) {
				f("28079", "2020", "", "waste.rate", cube.Value(0.4))
				f("28079", "2021", "", "waste.rate", cube.Cell{Value: 0.30000000000000004, Status: cube.Provisional, Reasons: []cube.Reason{{Code: "definition", Subject: "waste_t", Text: "otra; definición"}}})
				f("28079", "2019", "", "waste.rate", cube.NoValue(cube.NotApplicable)) // nobody measured in 2019
				f("08019", "2021", "", "waste.rate", primary)
				f("08019", "2020", "", "waste.rate", failed)
				f("01059", "2020", "", "waste.rate", rejected)
				f("01059", "2021", "", "waste.rate", cube.NoValue(cube.NotApplicable, cube.Reason{Code: cube.ReasonBeforeExistence, Text: "no existía"}))
				f("28079", "2021", "", "population.total", cube.Value(3280782))
				f("28079", "2021", "F", "population.total", cube.Value(1750000))
				f("28079", "2021", "M", "population.total", internal)
				f("08019", "2021", "F", "population.total", cube.NoValue(cube.Suppressed))
				f("01059", "2021", "", "water.rate", cube.NoValue(cube.NotApplicable))
			},
		),
		Variables: build(
			cube.Schema{Dimensions: []string{"sex"}, Measures: []cube.Measure{{ID: "population", Unit: u("{person}")}, {ID: "waste_t", Unit: u("t")}}},
			func(f func(city, p, members, measure string, c cube.Cell)) {
				f("28079", "2021", "", "population", cube.Value(3280782).From(cube.Source{Name: "padron.csv", Line: 2}))
				f("08019", "2021", "", "population", internal)
				f("08019", "2021", "", "waste_t", cube.Value(1e21))
			},
		),
	}
}

func build(t testing.TB, p opendata.Publication) *opendata.Edition {
	t.Helper()
	e, err := opendata.Build(p)
	require.NoError(t, err)
	return e
}

func TestFiles(t *testing.T) {
	e := build(t, publication(t, 12345.678))
	var names []string
	for name := range e.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	require.Equal(t, []string{
		"catalog.jsonld", "catalog.ttl", "catalogue.json",
		"data/indicators-population.csv", "data/indicators-population.csv-metadata.json",
		"data/indicators-waste.csv", "data/indicators-waste.csv-metadata.json",
		"data/variables.csv", "data/variables.csv-metadata.json", "index.en.html", "index.html",
	}, names)
	for name, want := range map[string]string{
		"data/indicators-waste.csv": `indicator,city_code,city_name,period,value,unit,status,obs_status,conf_status,reason,definition_version
waste.rate,01059,Vitoria-Gasteiz,2020,,t/{person},missing,L,F,rejected|waste_t,1
waste.rate,01059,Vitoria-Gasteiz,2021,,t/{person},not-applicable,M,F,before-existence||no existía,2
waste.rate,08019,"Barcelona, ""la ciudad""",2020,,t/{person},not-computable,O,F,not-computable|waste.rate,1
waste.rate,08019,"Barcelona, ""la ciudad""",2021,,t/{person},suppressed,Q,N,suppressed,2
waste.rate,28079,Madrid,2020,0.4,t/{person},observed,A,F,,1
waste.rate,28079,Madrid,2021,0.30000000000000004,t/{person},observed+provisional,P,F,definition|waste_t|otra\; definición,2
`,
		"data/indicators-population.csv": `indicator,city_code,city_name,period,by_sex,value,unit,status,obs_status,conf_status,reason,definition_version
population.total,01059,Vitoria-Gasteiz,2021,,,{person},missing,L,F,not-collected|population.total,1
population.total,08019,"Barcelona, ""la ciudad""",2021,,,{person},missing,L,F,not-collected|population.total,1
population.total,08019,"Barcelona, ""la ciudad""",2021,F,,{person},suppressed,Q,N,suppressed,1
population.total,28079,Madrid,2021,,3280782,{person},observed,A,F,,1
population.total,28079,Madrid,2021,F,1750000,{person},observed,A,F,,1
population.total,28079,Madrid,2021,M,,{person},suppressed,Q,N,suppressed,1
`,
		"data/variables.csv": `variable,city_code,city_name,period,value,unit,status,obs_status,conf_status,reason,source,source_record
population,08019,"Barcelona, ""la ciudad""",2021,,{person},suppressed,Q,N,suppressed,padron,
population,28079,Madrid,2021,3280782,{person},observed,A,F,,padron,padron.csv:2
waste_t,08019,"Barcelona, ""la ciudad""",2021,1E+21,t,observed,A,F,,,
waste_t,28079,Madrid,2021,,t,missing,L,F,not-collected|waste_t,,
`,
	} {
		require.Equal(t, strings.ReplaceAll(want, "\n", "\r\n"), string(e.Files[name]), name)
	}
	back, err := indicators.Load(bytes.NewReader(e.Files["catalogue.json"]), indicators.Config{File: "catalogue.json"})
	require.NoError(t, err)
	require.Len(t, back.Indicators, 3)
	require.Contains(t, string(e.Files["index.html"]), "<li>Agua</li>", "a family without figures is named")
	require.Contains(t, string(e.Files["index.en.html"]), "<li>Water</li>")
	require.Contains(t, string(e.Files["catalog.ttl"]), "Es un ejemplo.")
	for _, f := range e.Findings {
		t.Error(f)
	}
}

// TestDisclosure holds that no byte depends on what is hidden, and that no
// hidden figure is in any file.
func TestDisclosure(t *testing.T) {
	a, b := build(t, publication(t, 12345.678)), build(t, publication(t, 98765.432))
	require.Equal(t, a.Files, b.Files)
	require.Equal(t, a.Catalog, b.Catalog)
	for name, data := range a.Files {
		require.NotContains(t, string(data), "12345", name)
		require.NotContains(t, string(data), "12346", name)
		require.NotContains(t, string(data), "secret", name)
		if strings.HasSuffix(name, ".csv") {
			require.NotContains(t, string(data), "primary", name)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		require.Equal(t, a.Files, build(t, publication(t, r.NormFloat64()*1e6)).Files)
	}
}

func TestRepeatable(t *testing.T) {
	p := publication(t, 1)
	want := build(t, p).Files
	for range 10 {
		require.Equal(t, want, build(t, p).Files)
	}
	p.Modified = p.Modified.In(time.FixedZone("", 3600)) // the same day
	require.Equal(t, want, build(t, p).Files)
	for name, data := range want {
		require.False(t, bytes.HasPrefix(data, []byte("\ufeff")), name)
	}
}

// TestMetadata reads every table by its metadata as a CSVW validator does.
func TestMetadata(t *testing.T) {
	e := build(t, publication(t, 1))
	tables := 0
	for name, data := range e.Files {
		if strings.HasSuffix(name, ".csv") {
			tables++
			checkTable(t, name, data, e.Files[csvw.MetadataName(name)])
		}
	}
	require.Equal(t, 3, tables)
}

func checkTable(t *testing.T, name string, data, metadata []byte) {
	t.Helper()
	var m struct {
		URL         string
		TableSchema struct {
			Columns []struct {
				Name     string
				Titles   map[string]string
				Datatype any
				Required bool
				Null     string
			}
			PrimaryKey []string
		}
	}
	require.NoError(t, json.Unmarshal(metadata, &m), name)
	require.True(t, strings.HasSuffix(name, "/"+m.URL), "the metadata are of the file beside them")
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1, name)
	columns := m.TableSchema.Columns
	require.Len(t, rows[0], len(columns))
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		var key []string
		for i, c := range columns {
			require.Equal(t, c.Titles["und"], rows[0][i])
			require.NotEmpty(t, c.Titles["es"], c.Name)
			require.NotEmpty(t, c.Titles["en"], c.Name)
			if slices.Contains(m.TableSchema.PrimaryKey, c.Name) {
				key = append(key, row[i])
			}
			if row[i] == c.Null {
				require.False(t, c.Required, "%s: %s is required: %v", name, c.Name, row)
				continue
			}
			base, format := c.Datatype, ""
			if o, ok := base.(map[string]any); ok {
				base, format = o["base"], o["format"].(string)
			}
			switch base {
			case "double":
				_, err := strconv.ParseFloat(row[i], 64)
				require.NoError(t, err)
			case "integer":
				_, err := strconv.Atoi(row[i])
				require.NoError(t, err)
			case "gYear":
				require.Regexp(t, `^[0-9]{4}$`, row[i])
			case "gYearMonth":
				require.Regexp(t, `^[0-9]{4}-[0-9]{2}$`, row[i])
			default:
				require.Equal(t, "string", base, c.Name)
			}
			if format != "" {
				require.Regexp(t, regexp.MustCompile("^(?:"+format+")$"), row[i])
			}
		}
		require.Len(t, key, len(m.TableSchema.PrimaryKey))
		k := strings.Join(key, "\x00")
		require.False(t, seen[k], "%s: key %q twice", name, key)
		seen[k] = true
	}
}

func TestErrors(t *testing.T) {
	good := publication(t, 1)
	for _, c := range []struct {
		name, want string
		code       opendata.Code
		change     func(*opendata.Publication)
	}{
		{"no base", "Base: is to be an IRI", opendata.CodeConfig, func(p *opendata.Publication) { p.Base = "" }},
		{"space in base", "Base: is to be an IRI", opendata.CodeConfig, func(p *opendata.Publication) { p.Base = "http://a b/" }},
		{"no slash", "to end with /", opendata.CodeConfig, func(p *opendata.Publication) { p.Base = "http://a/b" }},
		{"scheme", "to begin with http://", opendata.CodeConfig, func(p *opendata.Publication) { p.Base = "file:///" }},
		{"query", "to have no query", opendata.CodeConfig, func(p *opendata.Publication) { p.Base = "http://a/?x=/" }},
		{"no Spanish", "Title: has no text in Spanish", opendata.CodeConfig, func(p *opendata.Publication) { p.Title = indicators.Text{"en": "x"} }},
		{"no publisher", "Publisher: has no IRI", opendata.CodeConfig, func(p *opendata.Publication) { p.Publisher = dcat.Agent{} }},
		{"no day", "Modified: is missing", opendata.CodeConfig, func(p *opendata.Publication) { p.Modified, p.Issued = time.Time{}, time.Time{} }},
		{"issued later", "Issued: is after Modified", opendata.CodeConfig, func(p *opendata.Publication) { p.Issued = p.Modified.AddDate(1, 0, 0) }},
		{"no catalogue", "Catalogue: is missing", opendata.CodeConfig, func(p *opendata.Publication) { p.Catalogue = nil }},
		{"no network", "Network: is missing", opendata.CodeConfig, func(p *opendata.Publication) { p.Network = nil }},
		{"no cube", "Indicators: is missing", opendata.CodeConfig, func(p *opendata.Publication) { p.Indicators = nil }},
		{"cubes mixed up", "the catalogue has no indicator waste_t", opendata.CodeMeasure, func(p *opendata.Publication) { p.Indicators = p.Variables }},
		{"cubes mixed up, other way", "the catalogue has no variable water.rate", opendata.CodeMeasure, func(p *opendata.Publication) { p.Variables = p.Indicators }},
		{"publisher's IRI", "catalog.ttl: cannot be written", opendata.CodeWrite, func(p *opendata.Publication) { p.Publisher.IRI = "un ayuntamiento" }},
		{"text", "is not UTF-8", opendata.CodeWrite, func(p *opendata.Publication) { p.Notice = indicators.Text{"es": "\xff"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := good
			c.change(&p)
			files, err := opendata.Files(p)
			require.Nil(t, files)
			require.ErrorContains(t, err, c.want)
			require.ErrorIs(t, err, c.code)
			var list opendata.Errors
			require.ErrorAs(t, err, &list)
		})
	}
	_, err := opendata.Files(opendata.Publication{})
	require.Len(t, strings.Split(err.Error(), "\n"), 7, "every problem is told: %v", err)
}

func TestEmpty(t *testing.T) {
	p := publication(t, 1)
	empty := func(c *cube.Cube) *cube.Cube {
		b, err := cube.NewBuilder(c.Schema())
		require.NoError(t, err)
		out, err := b.Build()
		require.NoError(t, err)
		return out
	}
	p.Indicators, p.Variables = empty(p.Indicators), empty(p.Variables)
	e := build(t, p)
	require.Len(t, e.Files, 5, "catalog, definitions and pages only")
	require.Len(t, e.Catalog.Datasets, 1)
}

func TestDefaults(t *testing.T) {
	p := publication(t, 1)
	p.Issued, p.Keywords, p.Variables = time.Time{}, nil, nil
	e := build(t, p)
	require.Equal(t, dcat.CCBY, e.Catalog.License)
	require.Equal(t, p.Base, e.Catalog.Homepage)
	require.Equal(t, e.Catalog.Modified, e.Catalog.Issued)
	require.Equal(t, []dcat.Location{dcat.Spain()}, e.Catalog.Spatial)
	require.Equal(t, p.Base+"index.html#contact", e.Catalog.Contact.IRI)
	require.Equal(t, dcat.Period{Start: "2020-01-01", End: "2021-12-31"}, e.Catalog.Datasets[0].Temporal)
	require.Equal(t, "P1Y", e.Catalog.Datasets[0].Resolution)
	require.NotContains(t, e.Files, "data/variables.csv")
}
