// Package testcorpus finds the data that conformance tests read and that does
// not belong to the module: real files and other people's test suites.
package testcorpus

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir is the folder sub of the corpora: below $ALMOTACEN_CORPORA or, without
// it, below ../shared/corpora beside the checkout. The test is skipped, saying
// so, when the folder is not there.
func Dir(t testing.TB, sub string) string {
	t.Helper()
	root := os.Getenv("ALMOTACEN_CORPORA")
	if root == "" {
		_, file, _, ok := runtime.Caller(0)
		if !ok {
			t.Skip("corpora: source path unknown; set ALMOTACEN_CORPORA")
		}
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "corpora")
	}
	dir := filepath.Join(root, filepath.FromSlash(sub))
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("corpora: no folder %q; set ALMOTACEN_CORPORA to the corpora to run this test", sub)
	}
	return dir
}
