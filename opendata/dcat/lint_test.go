package dcat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/opendata/dcat"
)

// TestLint spoils one thing of a good catalog at a time. Findings are written
// "severity code convention property", those of a derived second place included.
func TestLint(t *testing.T) {
	now := time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)
	const base = "http://datos.ejemplo.es/"
	place := func(iri string) dcat.Location { return dcat.Location{IRI: iri, Box: dcat.Spain().Box} }
	const nti = "http://datos.gob.es/recurso/sector-publico/territorio/"
	for _, c := range []struct {
		name   string
		want   []string
		points float64
		spoil  func(*dcat.Catalog)
	}{
		{"good", nil, 0, func(*dcat.Catalog) {}},
		{"no Spanish title", []string{"error spanish 2 dct:title"}, 0, func(c *dcat.Catalog) { delete(c.Title, "es") }},
		{"blank English title", []string{"error spanish 2 dct:title"}, 0, func(c *dcat.Catalog) { c.Title["en"] = " \n" }},
		{"publisher of elsewhere", []string{"error publisher 1 dct:publisher", "error publisher 1 dct:publisher", "error publisher 1 dct:publisher"}, 0, func(c *dcat.Catalog) { c.Publisher = dcat.Agent{IRI: "http://ejemplo.es/yo"} }},
		{"short code", []string{"error publisher 1 dct:publisher", "error publisher 1 dct:publisher", "error publisher 1 dct:publisher"}, 0, func(c *dcat.Catalog) { c.Publisher = dcat.Agent{IRI: dcat.Organism("L0128079")} }},
		{"type of publisher", []string{"error vocabulary 0 dct:type"}, 0, func(c *dcat.Catalog) { c.Publisher.Type = dcat.PublisherType("City") }},
		{"no type of publisher", []string{"warning missing 0 dct:type"}, 0, func(c *dcat.Catalog) { c.Publisher.Type = "" }},
		{"another code", []string{"warning identifier 14 dct:identifier"}, 0, func(c *dcat.Catalog) { c.Publisher.Identifier = "L01080193" }},
		{"no homepage", []string{"error missing 0 foaf:homepage"}, 0, func(c *dcat.Catalog) { c.Homepage = "" }},
		{"https", []string{"warning https 3 rdf:about"}, 0, func(c *dcat.Catalog) { c.IRI = "https://datos.ejemplo.es/catalogo" }},
		{"accent in an IRI", []string{"error iri 5 rdf:about"}, 0, func(c *dcat.Catalog) { c.IRI = base + "catálogo" }},
		{"space in an IRI", []string{"error iri 5 dcat:landingPage"}, 0, func(c *dcat.Catalog) { c.Datasets[0].LandingPage = base + "a b" }},
		{"brackets in an IRI", []string{"error iri 5 foaf:page"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Pages = []string{base + "a[1]"} }},
		{"identifier of datos.gob.es", []string{"error identifier 6 dct:identifier"}, 0, func(c *dcat.Catalog) {
			c.Datasets[0].Identifier = "https://datos.gob.es/es/catalogo/x"
		}},
		{"identifier twice", []string{"error duplicate 6 dct:identifier"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Identifier = c.IRI }},
		{"IRI twice", []string{"error duplicate 6 rdf:about"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].IRI = c.Datasets[0].IRI }},
		{"no ELI", []string{"error eli 7 dcatap:applicableLegislation"}, 0, func(c *dcat.Catalog) {
			c.Datasets[0].Legislation = []string{"http://www.boe.es/buscar/doc.php?id=BOE-A-2013-12887"}
		}},
		{"modified before issued", []string{"error date 8 dct:modified"}, 0, func(c *dcat.Catalog) { c.Modified = "2023-12-31T23:59:59Z" }},
		{"modified in the future", []string{"error date 8 dct:modified"}, 0, func(c *dcat.Catalog) { c.Modified = "2025-01-01" }},
		{"date in words", []string{"error date 8 dct:issued"}, 0, func(c *dcat.Catalog) { c.Issued = "enero de 2024" }},
		{"instant without zone", []string{"error date 8 dct:issued"}, 0, func(c *dcat.Catalog) { c.Issued = "2024-01-01T00:00:00" }},
		{"30 February", []string{"error date 8 dct:issued"}, 0, func(c *dcat.Catalog) { c.Issued = "2024-02-30" }},
		{"year and date of it", nil, 0, func(c *dcat.Catalog) { c.Issued, c.Modified = "2024-05-01", "2024" }},
		{"no sectors' scheme", []string{"error theme 10 dcat:themeTaxonomy"}, 0, func(c *dcat.Catalog) { c.Taxonomies = []string{dcat.ThemeTaxonomy} }},
		{"no themes' scheme", []string{"info theme 11 dcat:themeTaxonomy"}, 0, func(c *dcat.Catalog) { c.Taxonomies = []string{dcat.SectorTaxonomy} }},
		{"province and its community", []string{"error spatial 16 dct:spatial"}, 0, func(c *dcat.Catalog) { c.Spatial = append(c.Spatial, place(nti+"Autonomia/Aragon")) }},
		{"country and province", []string{"error spatial 16 dct:spatial"}, 0, func(c *dcat.Catalog) { c.Spatial = append(c.Spatial, dcat.Spain()) }},
		{"only province", []string{"error spatial 16 dct:spatial"}, 0, func(c *dcat.Catalog) { c.Spatial = []dcat.Location{place(nti + "Provincia/Madrid")} }},
		{"unknown territory", []string{"error spatial 16 dct:spatial"}, 0, func(c *dcat.Catalog) { c.Spatial = []dcat.Location{place(nti + "Provincia/Cataluna")} }},
		{"no box", []string{"info spatial 17 dcat:bbox"}, 0, func(c *dcat.Catalog) { c.Spatial = []dcat.Location{{IRI: nti + "Provincia/Soria"}} }},
		{"turned box", []string{"error spatial 17 dcat:bbox"}, 0, func(c *dcat.Catalog) {
			c.Spatial = []dcat.Location{{IRI: nti + "Provincia/Soria", Box: dcat.Box{West: 2, East: 1, South: 3, North: 4}}}
		}},
		{"contact without name", []string{"error spanish 2 vcard:fn"}, 0, func(c *dcat.Catalog) { c.Contact.Name = nil }},
		{"contact without telephone", []string{"warning contact 19 vcard:hasTelephone"}, 0, func(c *dcat.Catalog) { c.Contact.Telephone = "" }},
		{"telephone with spaces", []string{"error contact 0 vcard:hasTelephone"}, 0, func(c *dcat.Catalog) { c.Contact.Telephone = "900 000 000" }},
		{"not an address", []string{"error contact 0 vcard:hasEmail"}, 0, func(c *dcat.Catalog) { c.Contact.Mail = "datos en ejemplo.es" }},
		{"the body as contact", []string{"error contact 20 dcat:contactPoint", "error contact 20 dcat:contactPoint"}, 0, func(c *dcat.Catalog) { c.Contact.IRI = c.Publisher.IRI }},
		{"period turned", []string{"error date 22 dcat:endDate"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Temporal.End = "2019" }},
		{"period without end", nil, 0, func(c *dcat.Catalog) { c.Datasets[0].Temporal.End = "" }},
		{"no period", []string{"warning missing 0 dct:temporal"}, 20, func(c *dcat.Catalog) { c.Datasets[0].Temporal = dcat.Period{} }},
		{"no distribution", []string{"error missing 23 dcat:distribution"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Distributions = nil }},
		{"no sector", []string{"error theme 30 dcat:theme"}, 30, func(c *dcat.Catalog) { c.Datasets[0].Sectors = nil }},
		{"unknown sector", []string{"error theme 30 dcat:theme"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Sectors = []string{"residuos"} }},
		{"sector without theme", []string{"error theme 0 dcat:theme"}, 0, func(c *dcat.Catalog) {
			c.Datasets[0].Sectors, c.Datasets[0].Themes = nil, []string{dcat.Sector("salud")}
		}},
		{"unknown theme", []string{"error vocabulary 0 dcat:theme"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Themes = []string{dcat.ThemeTaxonomy + "/WASTE"} }},
		{"resolution in words", []string{"warning duration 31 dcat:temporalResolution"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Resolution = "anual" }},
		{"no keyword", []string{"warning missing 0 dcat:keyword"}, 30, func(c *dcat.Catalog) { c.Datasets[0].Keywords = nil }},
		{"no Spanish keyword", []string{"error spanish 2 dcat:keyword"}, 0, func(c *dcat.Catalog) { delete(c.Datasets[0].Keywords, "es") }},
		{"frequency", []string{"error vocabulary 0 dct:accrualPeriodicity"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Frequency = dcat.Frequency("YEARLY") }},
		{"no access right", []string{"info missing 0 dct:accessRights"}, 15, func(c *dcat.Catalog) { c.Datasets[0].AccessRights = "" }},
		{"language of elsewhere", []string{"error vocabulary 0 dct:language", "error vocabulary 0 dct:language"}, 0, func(c *dcat.Catalog) { c.Languages = append(c.Languages[:1], "http://lexvo.org/id/iso639-3/cat") }},
		{"no Spanish language", []string{"error spanish 2 dct:language"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Languages = c.Languages[1:] }},
		{"licence of elsewhere", []string{"info vocabulary 0 dct:license"}, 10, func(c *dcat.Catalog) {
			c.Datasets[0].Distributions[0].License = "http://ejemplo.es/aviso-legal"
		}},
		{"no licence", []string{"error missing 0 dct:license", "error missing 0 dct:license"}, 30, func(c *dcat.Catalog) { c.License = "" }},
		{"no format", []string{"warning missing 0 dct:format"}, 70, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].Format = "" }},
		{"invented format", []string{"error vocabulary 0 dct:format"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].Format = dcat.FileType("PARQUET") }},
		{"media type with parameter", []string{"error vocabulary 0 dcat:mediaType"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].MediaType = "text/csv; charset=utf-8" }},
		{"no size", []string{"info missing 0 dcat:byteSize"}, 5, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].ByteSize = 0 }},
		{"checksum", []string{"error file 0 spdx:checksumValue"}, 0, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].SHA1 = strings.Repeat("0", 64) }},
		{"no download", []string{"info missing 0 dcat:downloadURL"}, 50, func(c *dcat.Catalog) { c.Datasets[0].Distributions[0].DownloadURL = "" }},
		{"service without description", []string{"error missing 12 dcat:endpointDescription"}, 0, func(c *dcat.Catalog) { c.Services[0].EndpointDescr = "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := full()
			c.spoil(&x)
			var got []string
			points := 0.0
			for _, f := range dcat.Lint(x, dcat.LintConfig{Now: now}) {
				got = append(got, strings.Join([]string{f.Severity.String(), string(f.Code), digits(f.Convention), f.Property}, " "))
				require.NotEmpty(t, f.Text)
				require.Contains(t, f.String(), f.Property)
				points += f.Points
			}
			require.Equal(t, c.want, got)
			require.InDelta(t, c.points, points, 1e-9)
		})
	}
}

func digits(n int) string {
	if n > 9 {
		return string('0'+rune(n/10)) + string('0'+rune(n%10))
	}
	return string('0' + rune(n))
}

func TestTerritory(t *testing.T) {
	const nti = "http://datos.gob.es/recurso/sector-publico/territorio/"
	for _, c := range []struct {
		codes []string
		want  string
	}{
		{[]string{"50297"}, "Provincia/Zaragoza"},
		{[]string{"50"}, "Provincia/Zaragoza"},
		{[]string{"28079"}, "Autonomia/Comunidad-Madrid"},
		{[]string{"52001"}, "Autonomia/Melilla"},
		{[]string{"08019", "08121"}, "Provincia/Barcelona"},
		{[]string{"08019", "17079", "25120"}, "Autonomia/Cataluna"},
		{[]string{"01059", "48020"}, "Autonomia/Pais-Vasco"},
		{[]string{"28079", "08019"}, "Pais/España"},
		{nil, ""},
		{[]string{"53001"}, ""},
		{[]string{"00"}, ""},
		{[]string{"28079", "x"}, ""},
		{[]string{"2"}, ""},
	} {
		got, ok := dcat.Covering(c.codes...)
		require.Equal(t, c.want != "", ok, "%v", c.codes)
		if ok {
			require.Equal(t, nti+c.want, got.IRI)
		}
	}
	_, ok := dcat.Province("99")
	require.False(t, ok)
	iri, ok := dcat.Community("50")
	require.True(t, ok)
	require.Equal(t, nti+"Autonomia/Aragon", iri)
}

func TestDates(t *testing.T) {
	at := time.Date(2024, 3, 1, 0, 30, 0, 0, time.FixedZone("", 3600))
	require.Equal(t, dcat.Date("2024-03-01"), dcat.DayOf(at))
	require.Equal(t, dcat.Date("2024-02-29T23:30:00Z"), dcat.InstantOf(at))
}

// TestBad holds that what RDF cannot say is refused, and nothing is written.
func TestBad(t *testing.T) {
	c := full()
	c.Datasets[0].Distributions[0].DownloadURL = "a b"
	c.Title["es"] = "\xff"
	out, err := c.AppendTurtle([]byte("kept"))
	require.ErrorContains(t, err, "a b")
	require.ErrorContains(t, err, "not UTF-8")
	require.Equal(t, "kept", string(out))
}
