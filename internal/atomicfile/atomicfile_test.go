package atomicfile

import (
	"errors"
	"io"
	"io/fs"
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

// marked owns a directory that has a file.
func marked(name string) func(fs.FS) error {
	return func(fsys fs.FS) error {
		_, err := fs.Stat(fsys, name)
		return err
	}
}

func TestWriteDir(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "out")
	require.NoError(t, WriteDir(dir, map[string][]byte{"manifest.json": []byte("1"), "x/y/z.csv": []byte("z")}, marked("manifest.json")))
	got, err := os.ReadFile(filepath.Join(dir, "x", "y", "z.csv"))
	require.NoError(t, err)
	assert.Equal(t, "z", string(got))

	// A second write replaces the whole: what is no longer there goes.
	require.NoError(t, WriteDir(dir, map[string][]byte{"manifest.json": []byte("2")}, marked("manifest.json")))
	assert.Equal(t, []string{"manifest.json"}, names(t, dir))
	assert.Equal(t, []string{"out"}, names(t, filepath.Dir(dir)))
}

func TestWriteDirKeepsWhatItDidNotMake(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "home")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.doc"), nil, 0o644))
	err := WriteDir(dir, map[string][]byte{"manifest.json": nil}, marked("manifest.json"))
	require.ErrorIs(t, err, ErrForeign)
	assert.Equal(t, []string{"thesis.doc"}, names(t, dir))
	assert.Equal(t, []string{"home"}, names(t, parent))

	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o644))
	require.Error(t, WriteDir(file, map[string][]byte{"manifest.json": nil}, marked("manifest.json")))
}

func TestWriteDirLeavesNothingOnError(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	require.NoError(t, WriteDir(dir, map[string][]byte{"m": []byte("1")}, marked("m")))
	for _, bad := range []string{"../evil", "/abs", "a/../../b", "", ".", `a\b`, "c:d"} {
		err := WriteDir(dir, map[string][]byte{"m": []byte("2"), bad: nil}, marked("m"))
		require.Error(t, err, bad)
		assert.Equal(t, []string{"out"}, names(t, parent), bad)
		got, err := os.ReadFile(filepath.Join(dir, "m"))
		require.NoError(t, err)
		assert.Equal(t, "1", string(got))
	}
	// A path that is both a file and a folder cannot be written.
	require.Error(t, WriteDir(dir, map[string][]byte{"m": nil, "a": nil, "a/b": nil}, marked("m")))
	assert.Equal(t, []string{"out"}, names(t, parent))
}

func TestWriteDirFromInside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, WriteDir(dir, map[string][]byte{"m": []byte("1")}, marked("m")))
	t.Chdir(dir)
	require.NoError(t, WriteDir("../out", map[string][]byte{"m": []byte("2")}, marked("m")))
	got, err := os.ReadFile(filepath.Join(dir, "m"))
	require.NoError(t, err)
	assert.Equal(t, "2", string(got))
	assert.Equal(t, []string{"out"}, names(t, filepath.Dir(dir)))
	require.Error(t, WriteDir("", nil, marked("m")))
}

func TestWriteDirFollowsLinks(t *testing.T) {
	parent := t.TempDir()
	disk := filepath.Join(parent, "disk")
	require.NoError(t, os.Mkdir(disk, 0o755))
	link := filepath.Join(parent, "out")
	if err := os.Symlink(disk, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	require.NoError(t, WriteDir(link, map[string][]byte{"m": []byte("1")}, marked("m")))
	assert.Equal(t, []string{"m"}, names(t, disk))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)

	nowhere := filepath.Join(parent, "nowhere")
	require.NoError(t, os.Symlink(filepath.Join(parent, "gone"), nowhere))
	require.ErrorContains(t, WriteDir(nowhere, map[string][]byte{"m": nil}, marked("m")), "nowhere")
}

func TestListed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	files := map[string][]byte{"m": []byte("1"), "a/b": nil}
	owned := func(fsys fs.FS) error {
		return Listed(fsys, "m", func(p string) bool { return p == "a/b" })
	}
	require.NoError(t, WriteDir(dir, files, owned))
	require.NoError(t, WriteDir(dir, files, owned))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "note.txt"), []byte("mine"), 0o644))
	err := WriteDir(dir, files, owned)
	require.ErrorIs(t, err, ErrForeign)
	require.ErrorContains(t, err, "a/note.txt")
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "state")
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	require.NoError(t, WriteFile(name, text("one")))
	require.NoError(t, WriteFile(name, text("two")))
	broken := errors.New("broken")
	err := WriteFile(name, func(w io.Writer) error {
		_, _ = io.WriteString(w, "three")
		return broken
	})
	require.ErrorIs(t, err, broken)
	require.Error(t, WriteFile(filepath.Join(dir, "no", "state"), text("x")))
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "two", string(got))
	require.Equal(t, []string{"state"}, names(t, dir))
}
