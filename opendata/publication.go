package opendata

import (
	"io/fs"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/internal/atomicfile"
	"github.com/almotacen/almotacen/internal/rdf"
	"github.com/almotacen/almotacen/opendata/dcat"
)

// Publication is what is published, by whom and where.
type Publication struct {
	// Base is the IRI of the directory in which the files will be reachable. It
	// ends with a slash, and begins with http: (convention 3 of DCAT-AP-ES).
	Base        string
	Title       indicators.Text // of the catalog; es is mandatory
	Description indicators.Text // of the catalog; empty: that of the indicator catalogue
	Notice      indicators.Text // added to every description: "Example, not official."
	Publisher   dcat.Agent
	Contact     dcat.Contact // an empty IRI is that of the contact on the index page
	Homepage    string       // IRI; empty: Base
	License     string       // IRI; empty: CC BY 4.0
	Issued      time.Time    // day of the first edition; zero: Modified
	Modified    time.Time    // day of this edition's data; required
	Keywords    map[string][]string
	Frequency   string // code of the European table; empty: ANNUAL
	// Legislation is the ELI of the law that the data are published under; empty:
	// the directive on open data, (EU) 2019/1024.
	Legislation []string
	// Spatial is the territory; empty: the smallest of the Spanish vocabulary
	// that holds every city with figures. Only the country has a known box, so
	// give one for a province to satisfy DCAT-AP 3.
	Spatial []dcat.Location

	Catalogue  *indicators.Catalogue
	Network    *indicators.Network
	Indicators *cube.Cube // measures are indicators of the catalogue, entities codes of cities
	Variables  *cube.Cube // nil: not published
}

// Edition is a publication made.
type Edition struct {
	Files    map[string][]byte // slash-separated relative path → bytes
	Catalog  dcat.Catalog      // what catalog.ttl and catalog.jsonld say
	Findings []dcat.Finding    // what DCAT-AP-ES would have otherwise; errors should stop a publication
}

// Names of files of an edition. Those of tables are data/<dataset>.csv, with
// their metadata beside them.
const (
	CatalogTurtle  = "catalog.ttl"
	CatalogJSONLD  = "catalog.jsonld"
	DefinitionsURL = "catalogue.json"
	Index          = "index.html"
)

// Files are the files of p by relative path. The error is that of [Build].
func Files(p Publication) (map[string][]byte, error) {
	e, err := Build(p)
	if err != nil {
		return nil, err
	}
	return e.Files, nil
}

// Write writes the files of p as the new content of dir: all of them or, on any
// error, none. A dir with other files than those of an earlier edition is
// refused. The error is that of [Build] or of the file system.
func Write(dir string, p Publication) error {
	files, err := Files(p)
	if err != nil {
		return err
	}
	return atomicfile.WriteDir(dir, files, func(fsys fs.FS) error {
		return atomicfile.Listed(fsys, CatalogTurtle, func(path string) bool { _, ok := files[path]; return ok })
	})
}

// Build makes the edition of p. The error is Errors: fields that lack or cannot
// be (CodeConfig), measures that the catalogue does not know (CodeMeasure),
// texts and IRIs that cannot be written (CodeWrite).
func Build(p Publication) (*Edition, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	b := &builder{p: p, files: map[string][]byte{}, abouts: map[string]dcat.Text{}}
	b.langs = languages(p.Catalogue)
	b.catalog = b.describe()
	b.families()
	b.variables()
	b.definitions()
	b.write(CatalogTurtle, b.catalog.AppendTurtle)
	b.write(CatalogJSONLD, b.catalog.AppendJSONLD)
	for i, lang := range b.langs {
		b.files[indexName(i, lang)] = b.page(i, lang)
	}
	if err := b.errs.err(); err != nil {
		return nil, err
	}
	return &Edition{
		Files: b.files, Catalog: b.catalog,
		Findings: dcat.Lint(b.catalog, dcat.LintConfig{Now: p.Modified.AddDate(0, 0, 1)}),
	}, nil
}

// builder collects the files of an edition.
type builder struct {
	p       Publication
	langs   []string // of texts, es first
	catalog dcat.Catalog
	sets    []set                // in the order of the catalog's datasets
	abouts  map[string]dcat.Text // by dataset: its description without the list of what is in it
	lack    []indicators.Text    // labels of families without figures
	files   map[string][]byte
	errs    Errors
}

// set is what a page says of a dataset.
type set struct {
	id       string
	files    []file
	contents []content
}

type file struct {
	path, format, mediaType string
}

// content is one measure of a table.
type content struct {
	id, unit string
	label    indicators.Text
}

func (b *builder) fail(code Code, field, text string, err error) {
	b.errs = append(b.errs, &Error{Code: code, Field: field, Text: text, Err: err})
}

func (b *builder) write(path string, appendTo func([]byte) ([]byte, error)) {
	data, err := appendTo(nil)
	if err != nil {
		b.fail(CodeWrite, path, "cannot be written", err)
		return
	}
	b.files[path] = data
}

func (p Publication) check() error {
	var errs Errors
	bad := func(field, text string, err error) {
		errs = append(errs, &Error{Code: CodeConfig, Field: field, Text: text, Err: err})
	}
	switch err := rdf.CheckIRI(p.Base); {
	case err != nil:
		bad("Base", "is to be an IRI such as http://datos.example.es/indicadores/", err)
	case !strings.HasPrefix(p.Base, "http://") && !strings.HasPrefix(p.Base, "https://") || !strings.HasSuffix(p.Base, "/") || strings.ContainsAny(p.Base, "?#"):
		bad("Base", "is to begin with http://, to end with / and to have no query: "+p.Base, nil)
	}
	if strings.TrimSpace(p.Title["es"]) == "" {
		bad("Title", "has no text in Spanish (es)", nil)
	}
	if p.Publisher.IRI == "" {
		bad("Publisher", "has no IRI: give that of the register of public bodies, dcat.Organism(code)", nil)
	}
	if p.Modified.IsZero() {
		bad("Modified", "is missing: give the day of this edition", nil)
	}
	if p.Issued.After(p.Modified) {
		bad("Issued", "is after Modified", nil)
	}
	if p.Catalogue == nil {
		bad("Catalogue", "is missing", nil)
	}
	if p.Network == nil {
		bad("Network", "is missing", nil)
	}
	if p.Indicators == nil {
		bad("Indicators", "is missing", nil)
	}
	if p.Catalogue != nil && p.Indicators != nil {
		for _, m := range p.Indicators.Schema().Measures {
			if _, ok := p.Catalogue.Indicator(m.ID); !ok {
				errs = append(errs, &Error{Code: CodeMeasure, Field: "Indicators", Text: "the catalogue has no indicator " + m.ID})
			}
		}
	}
	if p.Catalogue != nil && p.Variables != nil {
		for _, m := range p.Variables.Schema().Measures {
			if _, ok := p.Catalogue.Variable(m.ID); !ok {
				errs = append(errs, &Error{Code: CodeMeasure, Field: "Variables", Text: "the catalogue has no variable " + m.ID})
			}
		}
	}
	return errs.err()
}

// languages are those of the catalogue in which this package has words, es
// first and always.
func languages(c *indicators.Catalogue) []string {
	out := []string{"es"}
	for _, lang := range c.Languages {
		if _, ok := words[lang]; ok && lang != "es" {
			out = append(out, lang)
		}
	}
	return out
}

func indexName(i int, lang string) string {
	if i == 0 {
		return Index
	}
	return "index." + lang + ".html"
}
