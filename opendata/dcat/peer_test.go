package dcat_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/opendata/dcat"
)

// full is a catalog with everything in it, that every profile accepts.
func full() dcat.Catalog {
	place, _ := dcat.Covering("50297")
	place.Box = dcat.Box{West: -2.17, South: 40.92, East: 0.39, North: 42.73}
	es, _ := dcat.Language("es")
	en, _ := dcat.Language("en")
	hvd := []string{"http://data.europa.eu/eli/reg_impl/2023/138/oj"}
	statistics := []string{"http://data.europa.eu/bna/c_e1da4e07"}
	const base = "http://datos.ejemplo.es/"
	return dcat.Catalog{
		IRI: base + "catalogo", Title: dcat.Text{"es": "Datos abiertos de Ejemplo", "en": "Open data of Ejemplo"},
		Description: dcat.Text{"es": "Indicadores operativos \"municipales\"\nde prueba.", "en": "Operational indicators."},
		Publisher: dcat.Agent{
			IRI: dcat.Organism("L01280796"), Name: dcat.Text{"es": "Ayuntamiento de Ejemplo"}, Type: dcat.PublisherType("LocalAuthority"),
		},
		Contact: dcat.Contact{
			IRI: base + "contacto#oficina", Name: dcat.Text{"es": "Oficina del dato"}, Organization: dcat.Text{"es": "Ayuntamiento de Ejemplo"},
			Mail: "datos@ejemplo.es", Telephone: "+34900000000", URL: base + "contacto",
		},
		Homepage: base, License: dcat.CCBY, Issued: "2024-01-15", Modified: "2024-11-01T10:00:00Z",
		Languages: []string{es, en}, Spatial: []dcat.Location{place},
		Datasets: []dcat.Dataset{{
			IRI: base + "residuos", Identifier: "7d0a6c5e-0b5f-4f9e-9a0e-5b8f4b1f7c11",
			Title: dcat.Text{"es": "Residuos", "en": "Waste"}, Description: dcat.Text{"es": "Residuos por habitante.", "en": "Waste per person."},
			Sectors: []string{"medio-ambiente", "energia"}, Keywords: map[string][]string{"es": {"residuos", "ciudad"}, "en": {"waste"}},
			Issued: "2024-02-01", Modified: "2024-11-01", AccessRights: dcat.AccessRight("PUBLIC"), Frequency: dcat.Frequency("ANNUAL"),
			Type: dcat.DatasetType("STATISTICAL"), Spatial: []dcat.Location{place}, Temporal: dcat.Period{Start: "2020-01-01", End: "2023-12-31"},
			Resolution: "P1Y", LandingPage: base + "residuos.html", Pages: []string{base + "ayuda"}, ConformsTo: []string{"http://www.w3.org/TR/tabular-metadata/"},
			Version: "2", VersionNotes: dcat.Text{"es": "Con 2023."}, Legislation: hvd, HVDCategories: statistics,
			Distributions: []dcat.Distribution{{
				IRI: base + "residuos/csv", Identifier: "residuos-csv", Title: dcat.Text{"es": "Residuos, CSV", "en": "Waste, CSV"},
				Description: dcat.Text{"es": "Una fila por ciudad y año.", "en": "One row per city and year."},
				AccessURL:   base + "residuos.html", DownloadURL: base + "residuos.csv", Format: dcat.FileType("CSV"), MediaType: "text/csv",
				ByteSize: 1234, Rights: dcat.AccessRight("PUBLIC"),
				Availability: dcat.Availability("STABLE"), Status: dcat.DistributionStatus("COMPLETED"), Languages: []string{es},
				ConformsTo: []string{base + "residuos.csv-metadata.json"}, Legislation: hvd, AccessVia: []string{base + "api"},
			}},
		}},
		Services: []dcat.Service{{
			IRI: base + "api", Title: dcat.Text{"es": "API de indicadores"}, Description: dcat.Text{"es": "Consulta."}, Sectors: []string{"medio-ambiente"},
			Keywords: map[string][]string{"es": {"api"}}, EndpointURL: base + "api", EndpointDescr: base + "api/openapi.json",
			Pages: []string{base + "api/ayuda"}, Serves: []string{base + "residuos"}, AccessRights: dcat.AccessRight("PUBLIC"),
			Legislation: hvd, HVDCategories: statistics,
		}},
	}
}

// peer runs a script of the official checks, which $ALMOTACEN_CHECKS names the
// folder of, and returns what it printed.
func peer(t *testing.T, args ...string) string {
	t.Helper()
	dir := os.Getenv("ALMOTACEN_CHECKS")
	if dir == "" {
		t.Skip("no peer checks: set ALMOTACEN_CHECKS to their folder, after npm ci")
	}
	cmd := exec.Command("node", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OPENDATA_CORPUS="+testcorpus.Dir(t, "opendata"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "node %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

func write(t *testing.T, dir, name string, data []byte, err error) string {
	t.Helper()
	require.NoError(t, err)
	name = filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

// TestPeers holds that the official shapes find nothing, not even warnings, in
// a catalog in which Lint finds nothing, and that the serialisations are one graph.
func TestPeers(t *testing.T) {
	c := full()
	require.Empty(t, dcat.Lint(c, dcat.LintConfig{}))
	dir := t.TempDir()
	ttl, err := c.AppendTurtle(nil)
	turtle := write(t, dir, "catalog.ttl", ttl, err)
	ld, err := c.AppendJSONLD(nil)
	jsonld := write(t, dir, "catalog.jsonld", ld, err)
	nt, err := c.AppendNTriples(nil)
	ntriples := write(t, dir, "catalog.nt", nt, err)
	for _, profile := range []string{"es", "es-hvd", "ap3", "hvd3", "ap3-base"} {
		args := []string{"validate.mjs", "--profile", profile, turtle}
		if strings.HasPrefix(profile, "es") {
			args = slices.Insert(args, 1, "--strict")
		}
		t.Log(peer(t, args...))
	}
	c.Datasets[0].Distributions[0].SHA1 = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"
	require.Empty(t, dcat.Lint(c, dcat.LintConfig{}))
	summed, err := c.AppendTurtle(nil)
	t.Log(peer(t, "validate.mjs", "--strict", "--profile", "es", write(t, dir, "summed.ttl", summed, err)))
	t.Log(peer(t, "isomorphic.mjs", turtle, jsonld, ntriples))
	t.Log(peer(t, "mqa.mjs", "--assume-ok", "--min", "405", turtle))
}

// TestTables holds the embedded tables against the extracts of the corpus.
func TestTables(t *testing.T) {
	dir := testcorpus.Dir(t, "opendata/vocab")
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(b)
	}
	subject := regexp.MustCompile(`(?m)^<([^>]+/[^/>]+)> a skos:Concept[ ,;]`)
	all := map[string]bool{}
	for _, name := range []string{"access-right", "planned-availability", "distribution-status", "frequency", "dataset-type", "licence", "file-type", "data-theme", "language", "corporate-publisher-type"} {
		for _, m := range subject.FindAllStringSubmatch(read("extract/"+name+".ttl"), -1) {
			all[m[1]] = true
		}
	}
	for _, line := range strings.Fields(read("file_types.csv")) {
		iri, _, _ := strings.Cut(line, ",")
		all[iri] = true
		if !strings.HasSuffix(iri, "/OP_DATPRO") {
			require.True(t, dcat.Member(iri), iri)
		}
	}
	for iri := range all {
		ours := strings.Contains(iri, "/resource/authority/") || strings.Contains(iri, "/publishertype/")
		if ours && !strings.HasSuffix(iri, "/OP_DATPRO") && !strings.Contains(iri, "/licence/") {
			require.True(t, dcat.Member(iri), iri)
		}
	}
	for _, iri := range dcat.Tables() {
		require.True(t, all[iri], iri)
	}

	iris := regexp.MustCompile(`<(http://datos\.gob\.es/(?:recurso|kos)/sector-publico/(?:territorio|sector)/[^>]+)>`)
	known := map[string]bool{}
	for _, name := range []string{"extract/nti-risp_vocab_territorio.ttl", "extract/nti-risp_vocab_sector.ttl"} {
		for _, m := range iris.FindAllStringSubmatch(read(name), -1) {
			known[m[1]] = true
		}
	}
	ours := dcat.Territories()
	require.Len(t, ours, 1+19+52)
	for _, s := range dcat.Sectors() {
		ours = append(ours, dcat.Sector(s))
	}
	require.Len(t, ours, 1+19+52+22)
	for _, iri := range ours {
		require.True(t, known[iri], iri)
	}
	for iri := range known {
		require.Contains(t, ours, iri)
	}
	broader := regexp.MustCompile(`(?s)<http://datos.gob.es/recurso/sector-publico/territorio/Provincia/([^>]+)>\s+a skos:Concept.*?skos:broader <([^>]+)>`)
	n := 0
	for _, m := range broader.FindAllStringSubmatch(read("extract/nti-risp_vocab_territorio.ttl"), -1) {
		if _, whole, ok := dcat.CommunityOf(m[1]); ok {
			require.Equal(t, m[2], whole, m[1])
			n++
		}
	}
	require.Greater(t, n, 40)
}
