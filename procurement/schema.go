package procurement

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// Where the published schema of cases stands: SchemaBase + CaseSchemaFile is
// its $id.
const (
	SchemaBase     = "https://almotacen.github.io/schema/v1/"
	CaseSchemaFile = "case.schema.json"
)

//go:embed schema/case.schema.json
var schemaFiles embed.FS

// Schemas returns the published JSON Schema (draft 2020-12) of cases: the file
// CaseSchemaFile. It is made from the tables of kinds, facts and documents.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		return schemaFiles // the path is constant and valid
	}
	return sub
}

// caseSchema is compiled on first use, once.
var caseSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := schemaFiles.ReadFile("schema/" + CaseSchemaFile)
	if err != nil {
		return nil, err
	}
	return jsonschema.Compile(text)
})
