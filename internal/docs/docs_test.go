package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGettingStarted builds and runs what the guide shows, and compares what it
// prints with what the guide says.
func TestGettingStarted(t *testing.T) {
	text, err := os.ReadFile("../../docs/getting-started.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(yaml|csv|go|text)\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, blocks, 5)
	dir := t.TempDir()
	for i, name := range []string{"catalogue.yaml", "network.yaml", "agua.csv", "main.go"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), blocks[i][2], 0o644))
	}
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-o", program, filepath.Join(dir, "main.go"))
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.Command(program)
	run.Dir = dir
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, string(blocks[4][2]), string(out))
}
