package opendata_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/opendata"
)

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

// TestPeers writes an edition and holds it against the official shapes, the
// quality assessment (every URL that the catalog names is a file of the
// edition), RDF isomorphism, and accessibility rules.
func TestPeers(t *testing.T) {
	p := publication(t, 1)
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, opendata.Write(dir, p))
	e := build(t, p)
	var urls strings.Builder
	for _, d := range e.Catalog.Datasets {
		urls.WriteString(p.Base + "index.html#" + strings.TrimPrefix(d.IRI, p.Base+"dataset/") + "\t200\n")
	}
	for name := range e.Files {
		urls.WriteString(p.Base + name + "\t200\n")
	}
	list := filepath.Join(t.TempDir(), "urls.tsv")
	require.NoError(t, os.WriteFile(list, []byte(urls.String()), 0o600))
	turtle := filepath.Join(dir, opendata.CatalogTurtle)
	t.Log(peer(t, "validate.mjs", "--strict", "--profile", "es", turtle))
	t.Log(peer(t, "validate.mjs", "--profile", "ap3", turtle))
	t.Log(peer(t, "isomorphic.mjs", turtle, filepath.Join(dir, opendata.CatalogJSONLD)))
	t.Log(peer(t, "mqa.mjs", "--urls", list, "--min", "405", turtle))
	t.Log(peer(t, "a11y.mjs", filepath.Join(dir, "index.html"), filepath.Join(dir, "index.en.html")))
}

func TestWrite(t *testing.T) {
	p := publication(t, 1)
	dir := filepath.Join(t.TempDir(), "a", "out")
	for range 2 { // again over an earlier edition
		require.NoError(t, opendata.Write(dir, p))
	}
	for name, want := range build(t, p).Files {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	foreign := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(foreign, "mine.txt"), nil, 0o600))
	require.Error(t, opendata.Write(foreign, p))
	p.Base = ""
	gone := filepath.Join(t.TempDir(), "none")
	require.Error(t, opendata.Write(gone, p))
	require.NoDirExists(t, gone)
}
