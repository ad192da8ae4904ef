package almotacen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/almotacen/almotacen"

// imports is the direction of the library: which of our packages a package may
// import. A package that is not in the table fails the test: put it in, with
// thought.
var imports = map[string][]string{
	".":                         {},
	"indicators/period":         {},
	"indicators/unit":           {"internal/spelling"},
	"indicators/cube":           {"indicators/period", "indicators/unit"},
	"indicators":                {"indicators/period", "indicators/unit", "internal/jsonschema"},
	"indicators/formula":        {"indicators", "indicators/cube", "indicators/period", "indicators/unit", "internal/celenv", "internal/columnar", "internal/spelling"},
	"indicators/collect":        {"indicators", "indicators/cube", "indicators/period", "indicators/unit", "internal/spelling"},
	"indicators/compare":        {"indicators", "indicators/cube", "indicators/period", "indicators/unit"},
	"indicators/round":          {"indicators", "indicators/cube", "indicators/period", "indicators/unit", "indicators/formula", "indicators/collect", "indicators/compare", "internal/atomicfile", "internal/locale"},
	"indicators/report":         {"indicators", "indicators/cube", "indicators/period", "indicators/unit", "indicators/formula", "indicators/collect", "indicators/compare", "indicators/round", "internal/locale"},
	"opendata":                  {"indicators", "indicators/cube", "indicators/period", "indicators/unit", "opendata/dcat", "opendata/csvw", "internal/rdf", "internal/atomicfile", "internal/locale"},
	"opendata/dcat":             {"indicators/cube", "indicators/period", "internal/rdf"},
	"opendata/csvw":             {"indicators/cube", "indicators/period", "indicators/unit"},
	"procurement":               {"indicators/cube", "indicators/period", "indicators/unit", "internal/jsonschema", "procurement/law"},
	"procurement/law":           {},
	"telemetry":                 {"indicators/period", "indicators/unit"},
	"telemetry/archive":         {"telemetry", "telemetry/internal/gather", "internal/instant"},
	"telemetry/parquet":         {"telemetry", "telemetry/internal/gather", "internal/instant"},
	"telemetry/internal/gather": {"telemetry"},
	"telemetry/receive":         {"telemetry"},
	"procurement/evaluation":    {"indicators/formula", "procurement/law"},
	"examples/procurement":      {"indicators/cube", "internal/atomicfile", "procurement", "procurement/evaluation", "procurement/law"},
	"internal/atomicfile":       {},
	"internal/celenv":           {},
	"internal/columnar":         {},
	"internal/jsonschema":       {"internal/spelling"},
	"internal/spelling":         {},
	"internal/docs":             {},
	"internal/locale":           {"indicators/period"},
	"internal/rdf":              {},
	"internal/testcorpus":       {},
	"examples/firstmeasurement": {"indicators", "indicators/collect", "indicators/period", "indicators/report", "indicators/round", "opendata", "opendata/dcat"},

	// Groups apart, so that a long name realigns only its own.
	"internal/instant":  {},
	"internal/jsonscan": {},

	"telemetry/internal/jsonrec": {"telemetry", "internal/instant", "internal/jsonscan"},

	"telemetry/aggregate":           {"telemetry", "telemetry/sketch", "indicators/cube", "indicators/period", "indicators/unit", "internal/atomicfile"},
	"telemetry/gbfs":                {"telemetry", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
	"telemetry/gtfsrt":              {"telemetry", "indicators/unit", "telemetry/internal/decoding", "telemetry/internal/protowire", "internal/jsonscan"},
	"telemetry/sensorthings":        {"telemetry", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
	"telemetry/internal/formattest": {"telemetry"},
	"telemetry/senml":               {"indicators/unit", "internal/jsonscan", "telemetry", "telemetry/internal/decoding", "telemetry/internal/jsonrec"},
	"telemetry/internal/protowire":  {},
	"telemetry/internal/tags":       {},
	"telemetry/promwrite":           {"telemetry", "telemetry/internal/decoding", "telemetry/internal/protowire", "telemetry/internal/tags", "internal/jsonscan"},
	"telemetry/otlp":                {"telemetry", "telemetry/internal/decoding", "telemetry/internal/jsonrec", "telemetry/internal/protowire", "telemetry/internal/tags", "internal/jsonscan"},
	"telemetry/lorawan":             {"telemetry", "telemetry/lpp", "telemetry/internal/jsonrec", "internal/jsonscan"},
	"telemetry/lpp":                 {"telemetry", "indicators/unit", "telemetry/internal/decoding"},
	"telemetry/lineprotocol":        {"telemetry", "telemetry/internal/decoding"},
	"telemetry/ngsild":              {"telemetry", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
	"telemetry/ngsiv2":              {"telemetry", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
	"telemetry/sdm":                 {"telemetry", "internal/instant", "internal/jsonscan", "internal/jsonschema"},
	"telemetry/sketch":              {},

	"examples/sensors": {"indicators", "indicators/cube", "indicators/formula", "indicators/period", "indicators/report", "indicators/round", "indicators/unit", "telemetry", "telemetry/aggregate", "telemetry/archive", "telemetry/csvmap", "telemetry/ngsild"},

	// Formats of devices and cities.
	"telemetry/csvmap":            {"telemetry", "telemetry/internal/decoding", "internal/instant", "internal/jsonscan"},
	"telemetry/sentilo":           {"telemetry", "telemetry/internal/decoding", "telemetry/internal/encoding", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
	"telemetry/internal/decoding": {"telemetry", "internal/instant", "internal/jsonscan"},
	"telemetry/internal/encoding": {"telemetry"},
	"telemetry/provisioning":      {"telemetry"},
	"telemetry/internal/measures": {"telemetry", "telemetry/provisioning", "telemetry/internal/decoding"},
	"telemetry/ultralight":        {"telemetry", "telemetry/provisioning", "telemetry/internal/measures", "telemetry/internal/decoding", "telemetry/internal/encoding", "internal/instant", "internal/jsonscan"},
	"telemetry/iotajson":          {"telemetry", "telemetry/provisioning", "telemetry/internal/measures", "telemetry/internal/decoding", "telemetry/internal/encoding", "telemetry/internal/jsonrec", "internal/instant", "internal/jsonscan"},
}

// keepers are the only packages that may import a module, so that moving to its
// successor is a small change.
var keepers = map[string]string{
	"github.com/google/cel-go":                 "internal/celenv",
	"github.com/santhosh-tekuri/jsonschema/v5": "internal/jsonschema",
	"go.yaml.in/yaml/v3":                       "indicators",
}

// packages calls f for every Go file that is not a test, with its package's
// folder relative to the root. Nested modules are left out.
func packages(t *testing.T, f func(dir string, name string, file *ast.File, fset *token.FileSet)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "out") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil && name != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, c := range file.Comments {
			for _, line := range c.List {
				if strings.HasPrefix(line.Text, "//go:build ignore") {
					return nil
				}
			}
		}
		f(path.Dir(filepath.ToSlash(name)), filepath.ToSlash(name), file, fset)
		return nil
	})
	require.NoError(t, err)
}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
	packages(t, func(dir, name string, file *ast.File, _ *token.FileSet) {
		allowed, ok := imports[dir]
		if !ok && !seen[dir] {
			t.Errorf("package %s is not in the import table", dir)
		}
		seen[dir] = true
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if ours, is := strings.CutPrefix(p, module+"/"); is && ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which the import table does not allow", name, ours)
			}
			for kept, keeper := range keepers {
				if (p == kept || strings.HasPrefix(p, kept+"/")) && dir != keeper {
					t.Errorf("%s imports %s; only %s may", name, p, keeper)
				}
			}
		}
	})
	for dir := range imports {
		if !seen[dir] {
			t.Errorf("the import table has %s, which is not there", dir)
		}
	}
}

// TestComments fails on an exported symbol or a package without a comment.
func TestComments(t *testing.T) {
	documented := map[string]bool{}
	packages(t, func(dir, name string, file *ast.File, fset *token.FileSet) {
		if file.Doc.Text() != "" {
			documented[dir] = true
		} else if _, ok := documented[dir]; !ok {
			documented[dir] = false
		}
		if strings.HasPrefix(dir, "examples/") {
			return
		}
		missing := func(at token.Pos, what string) {
			t.Errorf("%s: exported %s has no comment", fset.Position(at), what)
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc.Text() == "" && exportedReceiver(d) {
					missing(d.Pos(), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() && d.Doc.Text() == "" && s.Doc.Text() == "" {
							missing(s.Pos(), s.Name.Name)
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							if n.IsExported() && d.Doc.Text() == "" && s.Doc.Text() == "" && s.Comment.Text() == "" {
								missing(n.Pos(), n.Name)
							}
						}
					}
				}
			}
		}
	})
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
