// Package atomicfile writes a file or a directory whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrForeign says that the target holds files that this library did not write.
var ErrForeign = errors.New("directory holds other files; name an empty or new directory")

// WriteDir writes files (slash-separated relative path → bytes) as the new
// content of dir. Everything goes to a temporary directory beside dir, is
// synced, and takes dir's place by renaming: on any error dir is as it was and
// nothing else is left behind. A dir that is a symbolic link is followed. Its
// parent is created.
//
// A dir that is already there is replaced only when it is empty, or when owned,
// which is shown its content, returns nil; otherwise the error wraps ErrForeign
// and what owned says.
func WriteDir(dir string, files map[string][]byte, owned func(fs.FS) error) (err error) {
	if dir == "" {
		return errors.New("atomicfile: no directory is named")
	}
	// Absolute, for the working directory may be dir itself; without links, for
	// the rename has to be on the disk of the target.
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	} else if _, lerr := os.Lstat(dir); lerr == nil {
		return fmt.Errorf("atomicfile: %s is a link that leads nowhere", dir)
	}
	replace, err := replaceable(dir, owned)
	if err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(tmp))
		}
	}()
	if err := fill(tmp, files); err != nil {
		return err
	}
	if !replace {
		if err := os.Rename(tmp, dir); err != nil {
			return err
		}
		return syncDir(parent)
	}
	// Two renames: a reader may for a moment find no dir, never half of one.
	old, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".old-*")
	if err != nil {
		return err
	}
	aside := filepath.Join(old, "old")
	if err := os.Rename(dir, aside); err != nil {
		return errors.Join(err, os.Remove(old))
	}
	if err := os.Rename(tmp, dir); err != nil {
		if back := os.Rename(aside, dir); back != nil {
			return errors.Join(err, fmt.Errorf("atomicfile: what was in %s is now in %s: %w", dir, aside, back))
		}
		return errors.Join(err, os.Remove(old))
	}
	if err := syncDir(parent); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// fill writes files below tmp and syncs them and their folders.
func fill(tmp string, files map[string][]byte) error {
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	dirs := map[string]bool{tmp: true}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if !fs.ValidPath(p) || p == "." || strings.ContainsAny(p, `\:`) {
			return fmt.Errorf("atomicfile: %q is not a relative slash-separated path", p)
		}
		name := filepath.Join(tmp, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		for d := filepath.Dir(name); !dirs[d]; d = filepath.Dir(d) {
			dirs[d] = true
		}
		if err := writeFile(name, files[p]); err != nil {
			return err
		}
	}
	for d := range dirs {
		if err := syncDir(d); err != nil {
			return err
		}
	}
	return nil
}

func replaceable(dir string, owned func(fs.FS) error) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, fmt.Errorf("atomicfile: %s is a file, not a directory", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	if len(entries) == 0 {
		return true, nil
	}
	if err := owned(os.DirFS(dir)); err != nil {
		return false, fmt.Errorf("atomicfile: %s: %w (%w)", dir, ErrForeign, err)
	}
	return true, nil
}

// Listed is an owned for directories with a manifest of their files: every file
// that is there must be the manifest itself or among those it lists.
func Listed(fsys fs.FS, manifest string, lists func(path string) bool) error {
	return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if p != manifest && !lists(p) {
			return fmt.Errorf("%s is not among the files written there before", p)
		}
		return nil
	})
}

func writeFile(name string, data []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// WriteFile writes a file whole or not at all: write fills a temporary file beside
// name, which is synced and takes name's place by renaming. On any error what was
// there is as it was and nothing else is left behind.
func WriteFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	b := bufio.NewWriterSize(f, 1<<16)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}
