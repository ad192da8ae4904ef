package atomicfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWriteDir(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "out")
	require.NoError(t, WriteDir(dir, map[string][]byte{"manifest.json": []byte("1"), "x/y/z.csv": []byte("z")}, "manifest.json"))
	got, err := os.ReadFile(filepath.Join(dir, "x", "y", "z.csv"))
	require.NoError(t, err)
	assert.Equal(t, "z", string(got))

	// A second write replaces the whole: what is no longer there goes.
	require.NoError(t, WriteDir(dir, map[string][]byte{"manifest.json": []byte("2")}, "manifest.json"))
	assert.Equal(t, []string{"manifest.json"}, names(t, dir))
	assert.Equal(t, []string{"out"}, names(t, filepath.Dir(dir)))
}

func TestWriteDirKeepsWhatItDidNotMake(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "home")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.doc"), nil, 0o644))
	err := WriteDir(dir, map[string][]byte{"manifest.json": nil}, "manifest.json")
	require.ErrorIs(t, err, ErrForeign)
	assert.Equal(t, []string{"thesis.doc"}, names(t, dir))
	assert.Equal(t, []string{"home"}, names(t, parent))

	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o644))
	require.Error(t, WriteDir(file, map[string][]byte{"manifest.json": nil}, "manifest.json"))
}

func TestWriteDirLeavesNothingOnError(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	require.NoError(t, WriteDir(dir, map[string][]byte{"m": []byte("1")}, "m"))
	for _, bad := range []string{"../evil", "/abs", "a/../../b", "", ".", `a\b`, "c:d"} {
		err := WriteDir(dir, map[string][]byte{"m": []byte("2"), bad: nil}, "m")
		require.Error(t, err, bad)
		assert.Equal(t, []string{"out"}, names(t, parent), bad)
		got, err := os.ReadFile(filepath.Join(dir, "m"))
		require.NoError(t, err)
		assert.Equal(t, "1", string(got))
	}
	// A path that is both a file and a folder cannot be written.
	require.Error(t, WriteDir(dir, map[string][]byte{"m": nil, "a": nil, "a/b": nil}, "m"))
	assert.Equal(t, []string{"out"}, names(t, parent))
}
