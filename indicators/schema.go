package indicators

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// Where the published schemas stand: SchemaBase + file name is the $id.
const (
	SchemaBase          = "https://almotacen.github.io/schema/v1/"
	CatalogueSchemaFile = "catalogue.schema.json"
	NetworkSchemaFile   = "network.schema.json"
)

//go:embed schema/*.schema.json
var schemaFiles embed.FS

// Schemas returns the published JSON Schemas (draft 2020-12) of catalogues and
// networks: the files CatalogueSchemaFile and NetworkSchemaFile.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		return schemaFiles // the path is constant and valid
	}
	return sub
}

// The schemas are compiled on first use, once.
var (
	catalogueSchema = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(CatalogueSchemaFile) })
	networkSchema   = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(NetworkSchemaFile) })
)

func compile(name string) (*jsonschema.Schema, error) {
	text, err := schemaFiles.ReadFile("schema/" + name)
	if err != nil {
		return nil, err
	}
	return jsonschema.Compile(text)
}
