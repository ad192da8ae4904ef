package round

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/almotacen/almotacen/indicators"
)

// Difference is one thing that Verify found.
type Difference struct {
	Path string // file of the round
	What string // missing, added, or how it differs
}

// String is path and what, for people.
func (d Difference) String() string { return d.Path + ": " + d.What }

const (
	maxFile   = 1 << 30 // bytes of one stored file
	maxFiles  = 100_000
	maxInputs = 1 << 30 // bytes of all inputs
)

// Open reads the Config of a round written by WriteDir. The result of Run with
// it is that round again; set Workers and Progress as wanted.
func Open(dir string) (Config, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Config{}, &Error{Code: CodeDirectory, Path: dir, Msg: "cannot be opened", Err: err}
	}
	defer root.Close()
	return open(root)
}

func open(root *os.Root) (Config, error) {
	var c Config
	var s stored
	data, err := readFile(root, roundFile)
	if err != nil {
		return c, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return c, &Error{Code: CodeDirectory, Path: roundFile, Msg: fmt.Sprintf("offset %d", d.InputOffset()), Err: err}
	}
	if _, err := d.Token(); err != io.EOF {
		return c, &Error{Code: CodeDirectory, Path: roundFile, Msg: fmt.Sprintf("offset %d: more text after the document", d.InputOffset())}
	}
	if s.Format != format {
		return c, &Error{Code: CodeDirectory, Path: roundFile, Msg: fmt.Sprintf("format %q is not known here, only %q", s.Format, format)}
	}
	issued, err := time.Parse("2006-01-02T15:04:05Z", s.Issued)
	if err != nil {
		return c, &Error{Code: CodeDirectory, Path: roundFile, Msg: "issued", Err: err}
	}
	c = Config{ID: s.ID, Title: s.Title, Notice: s.Notice, Period: s.Period, Compare: s.Compare, Clock: func() time.Time { return issued }}
	catalogue, errC := readFile(root, catalogueFile)
	network, errN := readFile(root, networkFile)
	if err := errors.Join(errC, errN); err != nil {
		return c, err
	}
	var errs []error
	if c.Catalogue, err = indicators.Load(bytes.NewReader(catalogue), indicators.Config{File: catalogueFile, MaxBytes: maxFile}); err != nil {
		errs = append(errs, err)
	}
	if c.Network, err = indicators.LoadNetwork(bytes.NewReader(network), indicators.Config{File: networkFile, MaxBytes: maxFile}); err != nil {
		errs = append(errs, err)
	}
	total := 0
	for i, in := range s.Inputs {
		if want := inputPath(i, in.Table.Name); in.Path != want {
			errs = append(errs, &Error{Code: CodeDirectory, Path: roundFile, Msg: fmt.Sprintf("input %d is at %q, where this library would have put it at %q", i+1, in.Path, want)})
			continue
		}
		data, err := readFile(root, in.Path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if total += len(data); total > maxInputs {
			return c, &Error{Code: CodeDirectory, Path: "inputs", Msg: fmt.Sprintf("more than %d bytes in all", maxInputs)}
		}
		c.Inputs = append(c.Inputs, Input{Table: in.Table, Data: data})
	}
	return c, errors.Join(errs...)
}

// readFile reads a file below root; names that lead out of it are refused by os.Root.
func readFile(root *os.Root, name string) ([]byte, error) {
	// A pipe would keep Open waiting for ever.
	if info, err := root.Stat(name); err != nil {
		return nil, &Error{Code: CodeDirectory, Path: name, Msg: "cannot be read", Err: err}
	} else if !info.Mode().IsRegular() {
		return nil, &Error{Code: CodeDirectory, Path: name, Msg: "is no regular file"}
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, &Error{Code: CodeDirectory, Path: name, Msg: "cannot be read", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, &Error{Code: CodeDirectory, Path: name, Msg: "cannot be read", Err: err}
	}
	if len(data) > maxFile {
		return nil, &Error{Code: CodeDirectory, Path: name, Msg: fmt.Sprintf("larger than %d bytes", maxFile)}
	}
	return data, nil
}

// Verify recomputes a written round from its stored inputs, catalogue and
// network, and compares every byte of every file, the manifest's too. Renderers
// must be those it was written with. No differences: the directory is what Run
// makes of those inputs. The error is for a round that cannot be recomputed.
func Verify(ctx context.Context, dir string, renderers ...Renderer) ([]Difference, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Code: CodeDirectory, Path: dir, Msg: "cannot be opened", Err: err}
	}
	defer root.Close()

	// First what the manifest says of the files that are there, so that a
	// tampered input is named even when it can no longer be computed with.
	there, err := list(root)
	if err != nil {
		return nil, &Error{Code: CodeDirectory, Path: dir, Msg: "cannot be listed", Err: err}
	}
	out, err := checkManifest(root, there)
	if err != nil {
		return out, err
	}

	c, err := open(root)
	if err != nil {
		return out, err
	}
	r, err := Run(ctx, c)
	if err != nil {
		return out, err
	}
	files, err := r.Files(renderers...)
	if err != nil {
		return out, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		got, err := readFile(root, name)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				out = append(out, Difference{name, "missing; the recomputed round has it"})
				continue
			}
			return out, err
		}
		if at, ok := firstDifference(got, files[name]); !ok {
			out = append(out, Difference{name, fmt.Sprintf("differs from the recomputed file at byte %d", at)})
		}
	}
	for _, name := range there {
		if _, ok := files[name]; !ok {
			out = append(out, Difference{name, "added; the recomputed round does not have it"})
		}
	}
	slices.SortStableFunc(out, func(a, b Difference) int { return bytes.Compare([]byte(a.Path), []byte(b.Path)) })
	return slices.Compact(out), nil
}

func checkManifest(root *os.Root, there []string) ([]Difference, error) {
	data, err := readFile(root, manifestFile)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return []Difference{{manifestFile, "is not the JSON that was written: " + err.Error()}}, nil
	}
	var out []Difference
	for _, name := range there {
		if name == manifestFile {
			continue
		}
		entry, ok := m.Files[name]
		if !ok {
			continue // the comparison with the recomputed files reports it
		}
		data, err := readFile(root, name)
		if err != nil {
			return out, err
		}
		if hash(data) != entry.SHA256 {
			out = append(out, Difference{name, "does not have the hash that the manifest states"})
		}
	}
	return out, nil
}

func list(root *os.Root) ([]string, error) {
	var out []string
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			out = append(out, name)
		}
		if len(out) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	return out, err
}

// firstDifference is the first offset at which a and b differ; ok if nowhere.
func firstDifference(a, b []byte) (at int, ok bool) {
	if bytes.Equal(a, b) {
		return 0, true
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i, false
		}
	}
	return n, false
}
