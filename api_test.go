package almotacen_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPI compares the exported API with api.txt. A change there is seen in
// review and needs a line in the CHANGELOG. ALMOTACEN_UPDATE=1 writes the file.
func TestAPI(t *testing.T) {
	var lines []string
	packages(t, func(dir, _ string, file *ast.File, fset *token.FileSet) {
		if strings.HasPrefix(dir, "internal/") || strings.Contains(dir, "/internal/") || strings.HasPrefix(dir, "examples/") {
			return
		}
		add := func(format string, a ...any) {
			lines = append(lines, dir+": "+fmt.Sprintf(format, a...))
		}
		text := func(node any) string {
			var b bytes.Buffer
			require.NoError(t, printer.Fprint(&b, fset, node))
			return strings.Join(strings.Fields(b.String()), " ")
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) {
					add("%s", text(&ast.FuncDecl{Recv: d.Recv, Name: d.Name, Type: d.Type}))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if !s.Name.IsExported() {
							continue
						}
						fields, ok := s.Type.(*ast.StructType)
						if !ok {
							add("type %s", text(&ast.TypeSpec{Name: s.Name, TypeParams: s.TypeParams, Assign: s.Assign, Type: s.Type}))
							continue
						}
						add("type %s struct", s.Name.Name)
						for _, f := range fields.Fields.List {
							for _, n := range f.Names {
								if n.IsExported() {
									add("type %s struct, %s %s", s.Name.Name, n.Name, text(f.Type))
								}
							}
							if len(f.Names) == 0 {
								add("type %s struct, embeds %s", s.Name.Name, text(f.Type))
							}
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							if n.IsExported() {
								add("%s %s", d.Tok, n.Name)
							}
						}
					}
				}
			}
		}
	})
	slices.Sort(lines)
	got := strings.Join(slices.Compact(lines), "\n") + "\n"
	if os.Getenv("ALMOTACEN_UPDATE") != "" {
		require.NoError(t, os.WriteFile("api.txt", []byte(got), 0o644))
	}
	want, err := os.ReadFile("api.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), got, "the exported API changed: run the test with ALMOTACEN_UPDATE=1, review the change of api.txt, and add a line to CHANGELOG.md")
}
