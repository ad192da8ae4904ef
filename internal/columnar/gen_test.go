package columnar

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The generated kernels are those that gen.go writes.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	dir := t.TempDir()
	out, err := exec.Command("go", "run", "gen.go", "-dir", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, name := range []string{"kernel_gen.go", "kernel_fused_gen.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s: run go generate", name)
	}
}
