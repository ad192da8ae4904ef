// Package atomicfile writes a directory whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
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
// nothing else is left behind.
//
// A dir that is already there is replaced only when it is empty or holds the
// file marker, which earlier writes must have made; otherwise the error wraps
// ErrForeign. Its parent is created.
func WriteDir(dir string, files map[string][]byte, marker string) (err error) {
	dir = filepath.Clean(dir)
	replace, err := replaceable(dir, marker)
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
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	dirs := map[string]bool{tmp: true}
	for _, p := range paths {
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
		return errors.Join(err, os.RemoveAll(old))
	}
	if err := os.Rename(tmp, dir); err != nil {
		return errors.Join(err, os.Rename(aside, dir), os.RemoveAll(old))
	}
	if err := syncDir(parent); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

func replaceable(dir, marker string) (bool, error) {
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
	if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(marker))); err != nil {
		return false, fmt.Errorf("atomicfile: %s: %w", dir, ErrForeign)
	}
	return true, nil
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
