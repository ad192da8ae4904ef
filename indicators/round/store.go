package round

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/atomicfile"
)

// Names of what a round's directory holds, besides inputs/ and the renderers' files.
const (
	manifestFile    = "manifest.json"
	roundFile       = "round.json"
	catalogueFile   = "catalogue.json"
	networkFile     = "network.json"
	variablesFile   = "data/variables.csv"
	indicatorsFile  = "data/indicators.csv"
	comparisonFile  = "comparison.json"
	coverageFile    = "coverage.json"
	findingsFile    = "findings.json"
	conclusionsFile = "conclusions.json"

	format = "almotacen-round/1"
)

// Renderer makes files from a result: slash-separated relative path → bytes.
type Renderer func(*Result) (map[string][]byte, error)

// stored is round.json: all of Config that is not in a file of its own.
type stored struct {
	Format  string          `json:"format"`
	ID      string          `json:"id"`
	Title   indicators.Text `json:"title,omitempty"`
	Notice  indicators.Text `json:"notice,omitempty"`
	Period  period.Period   `json:"period"`
	Issued  string          `json:"issued"` // RFC 3339, UTC
	Compare compare.Config  `json:"compare"`
	Inputs  []storedInput   `json:"inputs"`
}

type storedInput struct {
	Path  string        `json:"path"`
	Table collect.Table `json:"table"`
}

// manifest is manifest.json: the hash of everything that went in and came out.
type manifest struct {
	Format string                       `json:"format"`
	ID     string                       `json:"id"`
	Issued string                       `json:"issued"`
	Files  map[string]manifestFileEntry `json:"files"` // encoding/json sorts the keys
}

type manifestFileEntry struct {
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
	Role   string `json:"role"` // input, definition, result, rendering
}

type storedConclusions struct {
	Conclusions []Conclusion `json:"conclusions"`
	Withheld    []Withheld   `json:"withheld"`
}

// inputPath is where an input is kept: its number, then what of its name is safe in a path.
func inputPath(i int, name string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
			return r
		}
		return '-'
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	return fmt.Sprintf("inputs/%02d-%s", i+1, strings.TrimLeft(safe[max(0, len(safe)-100):], "."))
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Files returns everything that WriteDir writes, by path.
func (r *Result) Files(renderers ...Renderer) (map[string][]byte, error) {
	files := map[string][]byte{}
	roles := map[string]string{}
	put := func(role, name string, data []byte, err error) error {
		if err != nil {
			return fmt.Errorf("round: %s: %w", name, err)
		}
		if _, ok := files[name]; ok {
			return &Error{Code: CodeDirectory, Path: name, Msg: "two renderers make this file; give one another name"}
		}
		files[name], roles[name] = data, role
		return nil
	}
	doc := func(role, name string, v any) error {
		data, err := marshal(v)
		return put(role, name, data, err)
	}

	s := stored{Format: format, ID: r.ID, Title: r.Title, Notice: r.Notice, Period: r.Period, Issued: r.Issued.Format("2006-01-02T15:04:05Z"), Compare: r.Comparison.Config}
	for i, in := range r.Inputs {
		name := inputPath(i, in.Table.Name)
		s.Inputs = append(s.Inputs, storedInput{name, in.Table})
		if err := put("input", name, in.Data, nil); err != nil {
			return nil, err
		}
	}
	catalogue, errC := r.Catalogue.AppendJSON(nil)
	network, errN := r.Network.AppendJSON(nil)
	variables, errV := appendCSV(r.Variables)
	results, errI := appendCSV(r.Indicators)
	err := errors.Join(
		doc("definition", roundFile, s),
		put("definition", catalogueFile, catalogue, errC),
		put("definition", networkFile, network, errN),
		put("result", variablesFile, variables, errV),
		put("result", indicatorsFile, results, errI),
		doc("result", comparisonFile, r.Comparison),
		doc("result", coverageFile, r.Coverage),
		doc("result", findingsFile, r.findings()),
		doc("result", conclusionsFile, storedConclusions{r.Conclusions, r.Withheld}),
	)
	if err != nil {
		return nil, err
	}
	for _, render := range renderers {
		made, err := render(r)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(made)) {
			if name == manifestFile {
				return nil, &Error{Code: CodeDirectory, Path: name, Msg: "a renderer makes this file; it is the round's own"}
			}
			if err := put("rendering", name, made[name], nil); err != nil {
				return nil, err
			}
		}
	}

	m := manifest{Format: format, ID: r.ID, Issued: s.Issued, Files: map[string]manifestFileEntry{}}
	for name, data := range files {
		m.Files[name] = manifestFileEntry{Bytes: len(data), SHA256: hash(data), Role: roles[name]}
	}
	data, err := marshal(m)
	if err != nil {
		return nil, err
	}
	files[manifestFile] = data
	return files, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func appendCSV(c *cube.Cube) ([]byte, error) {
	var b bytes.Buffer
	err := cube.WriteCSV(&b, c, cube.WriteConfig{OmitMissing: true})
	return b.Bytes(), err
}

// owned says whether a directory holds a round and nothing else, so that
// another may take its place.
func owned(fsys fs.FS) error {
	f, err := fsys.Open(manifestFile)
	if err != nil {
		return err
	}
	defer f.Close()
	var m manifest
	if err := json.NewDecoder(io.LimitReader(f, maxFile)).Decode(&m); err != nil {
		return fmt.Errorf("%s is not a round's: %w", manifestFile, err)
	}
	if m.Format != format {
		return fmt.Errorf("%s is not a round's", manifestFile)
	}
	return atomicfile.Listed(fsys, manifestFile, func(path string) bool {
		_, ok := m.Files[path]
		return ok
	})
}

// storedFinding adds the message in words to a finding.
type storedFinding struct {
	collect.Finding
	Message indicators.Text `json:"message"`
}

func (r *Result) findings() []storedFinding {
	out := make([]storedFinding, len(r.Findings))
	for i, f := range r.Findings {
		out[i] = storedFinding{f, indicators.Text{"es": f.Message("es"), "en": f.Message("en")}}
	}
	return out
}

// WriteDir writes the round to dir: inputs, catalogue, network, data, findings,
// comparison, conclusions, what the renderers make, and a manifest with the
// hash of each file. It writes all or nothing: a dir that already holds a round
// and nothing else is replaced in one step, one that holds anything of somebody
// else's is refused with a file named, and nothing half-written stays behind.
//
// The directory is the record of the measurement, not its publication: inputs
// are in it as they were delivered, and data/ has figures that are not free to
// publish, with their status. What the renderers make shows none of those.
func (r *Result) WriteDir(dir string, renderers ...Renderer) error {
	files, err := r.Files(renderers...)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteDir(dir, files, owned); err != nil {
		return &Error{Code: CodeDirectory, Path: dir, Msg: "cannot be written", Err: err}
	}
	return nil
}
