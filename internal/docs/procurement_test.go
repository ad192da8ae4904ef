package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProcurementCases runs the program of the guide on the case of the guide,
// and compares what it prints with what the guide says. ALMOTACEN_UPDATE=1
// writes the output into the guide.
func TestProcurementCases(t *testing.T) {
	const guide = "../../docs/procurement-cases.md"
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(json|go|text)\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, blocks, 3)
	dir := t.TempDir()
	for i, name := range []string{"case.json", "main.go"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), blocks[i][2], 0o644))
	}
	program := filepath.Join(dir, "program")
	out, err := exec.Command("go", "build", "-o", program, filepath.Join(dir, "main.go")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.Command(program)
	run.Dir = dir
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, name := range []string{"case.html", "model.svg"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, b)
	}
	if os.Getenv("ALMOTACEN_UPDATE") == "1" {
		now := strings.Replace(string(text), "```text\n"+string(blocks[2][2])+"```", "```text\n"+string(out)+"```", 1)
		require.NoError(t, os.WriteFile(guide, []byte(now), 0o644))
		return
	}
	require.Equal(t, string(blocks[2][2]), string(out))
}
