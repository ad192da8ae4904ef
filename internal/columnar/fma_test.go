package columnar

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var fusedInstruction = regexp.MustCompile(`\b(V?FN?M(ADD|SUB)[A-Z0-9]*|FN?M(ADD|SUB)[SD])\b`)

// A product is rounded before it is added, on every machine: no compiler may
// have made one instruction of the two. Go would on arm64, and on amd64 with
// GOAMD64=v3, without the conversions.
func TestNoFusedMultiplyAdd(t *testing.T) {
	if testing.Short() {
		t.Skip("cross-compiles")
	}
	assembly := func(t *testing.T, pkg string, env ...string) string {
		cmd := exec.Command("go", "build", "-gcflags=-S", "-o", filepath.Join(t.TempDir(), "x.a"), pkg)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput() // the listing is written as errors are
		require.NoError(t, err)
		return string(out)
	}
	machines := [][]string{{"GOOS=linux", "GOARCH=arm64"}, {"GOOS=linux", "GOARCH=amd64", "GOAMD64=v3"}}
	// The test sees what it looks for: a program without the conversion.
	source := filepath.Join(t.TempDir(), "fused.go")
	require.NoError(t, os.WriteFile(source, []byte("package fused\n\nfunc F(x, y, z float64) float64 { return x*y + z }\n"), 0o600))
	for _, env := range machines {
		t.Run(strings.Join(env, ","), func(t *testing.T) {
			require.Regexp(t, fusedInstruction, assembly(t, source, env...))
			for _, pkg := range []string{"internal/columnar", "internal/celenv", "indicators/formula", "indicators/cube"} {
				text := assembly(t, "github.com/almotacen/almotacen/"+pkg, env...)
				require.Greater(t, len(text), 10_000)
				for _, line := range strings.Split(text, "\n") {
					require.NotRegexp(t, fusedInstruction, line, pkg)
				}
			}
		})
	}
}
