package docs

import (
	"bytes"
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

// TestProcurement: what the guide shows as output stands in the packages' examples.
func TestProcurement(t *testing.T) {
	text, err := os.ReadFile("../../docs/procurement.md")
	require.NoError(t, err)
	var examples []byte
	for _, name := range []string{"../../procurement/law/example_test.go", "../../procurement/plan_gantt_test.go", "../../procurement/evaluation/example_test.go", "../../procurement/figures_test.go"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		examples = append(examples, data...)
	}
	blocks := regexp.MustCompile("(?s)```text\n(.*?)```").FindAllSubmatch(text, -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		for line := range bytes.Lines(b[1]) {
			require.Contains(t, string(examples), "// "+string(line))
		}
	}
}
