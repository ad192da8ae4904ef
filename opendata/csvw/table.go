package csvw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Text is a text in several languages, by BCP 47 tag.
type Text map[string]string

// Table describes one CSV file.
type Table struct {
	URL         string // of the file, relative to the metadata: "waste.csv"
	Title       Text
	Description Text
	Language    string // of cells and of values without one: "es"; empty: not said
	Publisher   string // name
	License     string // IRI
	Issued      string // ISO 8601 date
	Modified    string // ISO 8601 date
	Source      []string
	Keywords    map[string][]string
	Columns     []Column
	PrimaryKey  []string // names of columns
}

// Column describes a column.
type Column struct {
	Name        string // also the header of the file: letters, digits and '_', no '_' first
	Titles      Text   // for people
	Description Text
	Datatype    string   // one of the built-in types: string, double, integer, date, gYear, anyURI …; empty: string
	Format      string   // of a string: a regular expression; of a number or date: a pattern
	Minimum     string   // of a number or date
	Maximum     string   // of a number or date
	Required    bool     // never null
	Null        []string // spellings of no value; empty: the empty cell
	Lang        string   // of the cells; empty: the table's
	PropertyURL string   // what the column says, IRI or template
	ValueURL    string   // template of the IRI that a cell stands for
}

// MetadataName is the name of the metadata file of a CSV file.
func MetadataName(file string) string { return file + "-metadata.json" }

// Header is the names of the columns, the first row of the file.
func (t Table) Header() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

var (
	columnName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]*$`)
	langTag    = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

	// datatypes are the built-in types of the metadata vocabulary, §5.11.1.
	datatypes = strings.Fields(`any anyAtomicType anyURI base64Binary binary boolean byte date dateTime dateTimeStamp
		datetime dayTimeDuration decimal double duration float gDay gMonth gMonthDay gYear gYearMonth hexBinary html int
		integer json language long Name NMTOKEN negativeInteger nonNegativeInteger nonPositiveInteger normalizedString
		number positiveInteger QName short string time token unsignedByte unsignedInt unsignedLong unsignedShort xml
		yearMonthDuration`)
)

// Check finds everything in a table that its metadata cannot say.
func (t Table) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("csvw: "+format, args...)) }
	if t.URL == "" {
		bad("table without URL: give the name of its file")
	}
	if len(t.Columns) == 0 {
		bad("table %q without columns", t.URL)
	}
	seen := map[string]bool{}
	lang := func(where, tag string) {
		if !langTag.MatchString(tag) {
			bad("%s: %q is no language tag", where, tag)
		}
	}
	texts := func(where string, ts ...Text) {
		for _, text := range ts {
			for tag := range text {
				lang(where, tag)
			}
		}
	}
	texts("table "+t.URL, t.Title, t.Description)
	if t.Language != "" {
		lang("table "+t.URL, t.Language)
	}
	for i, c := range t.Columns {
		where := fmt.Sprintf("column %d %q", i+1, c.Name)
		if !columnName.MatchString(c.Name) {
			bad("%s: a name has letters, digits and underscores, and begins with none of these", where)
		}
		if seen[c.Name] {
			bad("%s: a column of that name is there already", where)
		}
		seen[c.Name] = true
		if c.Datatype != "" && !slices.Contains(datatypes, c.Datatype) {
			bad("%s: %q is no built-in datatype", where, c.Datatype)
		}
		texts(where, c.Titles, c.Description)
		if c.Lang != "" {
			lang(where, c.Lang)
		}
		for _, template := range []string{c.PropertyURL, c.ValueURL} {
			if !balanced(template) {
				bad("%s: %q is no URI template (RFC 6570)", where, template)
			}
		}
	}
	for _, k := range t.PrimaryKey {
		i := slices.Index(t.Header(), k)
		switch {
		case i < 0:
			bad("primary key: no column %q", k)
		case !t.Columns[i].Required && len(t.Columns[i].Null) == 0 && t.Columns[i].Datatype != "" && t.Columns[i].Datatype != "string":
			bad("primary key: column %q may be null", k)
		}
	}
	return errors.Join(sorted(errs)...)
}

// sorted makes the order of errors found by ranging over maps that of their text.
func sorted(errs []error) []error {
	slices.SortStableFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

func balanced(template string) bool {
	open := false
	for _, r := range template {
		switch {
		case r == '{' && !open:
			open = true
		case r == '}' && open:
			open = false
		case r == '{' || r == '}' || r <= ' ':
			return false
		}
	}
	return !open
}

// AppendMetadata appends the metadata document of t, indented JSON that ends
// with a line end. The error is that of Check; dst is then as it was.
func (t Table) AppendMetadata(dst []byte) ([]byte, error) {
	if err := t.Check(); err != nil {
		return dst, err
	}
	doc := &object{}
	doc.set("@context", context(t.Language))
	doc.set("url", t.URL)
	doc.text("dc:title", t.Title)
	doc.text("dc:description", t.Description)
	doc.some("dc:language", t.Language)
	doc.some("dc:publisher", t.Publisher)
	if t.License != "" {
		doc.set("dc:license", iri(t.License))
	}
	doc.date("dc:issued", t.Issued)
	doc.date("dc:modified", t.Modified)
	if len(t.Source) > 0 {
		doc.set("dc:source", t.Source)
	}
	doc.keywords(t.Keywords)
	doc.set("dialect", dialect())
	schema := &object{}
	columns := make([]*object, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.object()
	}
	schema.set("columns", columns)
	if len(t.PrimaryKey) > 0 {
		schema.set("primaryKey", t.PrimaryKey)
	}
	doc.set("tableSchema", schema)

	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return dst, fmt.Errorf("csvw: %w", err)
	}
	return append(dst, b.Bytes()...), nil
}

func context(lang string) any {
	const csvw = "http://www.w3.org/ns/csvw"
	if lang == "" {
		return csvw
	}
	o := &object{}
	o.set("@language", lang)
	return []any{csvw, o}
}

// dialect states how Writer writes, also what is the default: readers disagree
// on some defaults.
func dialect() *object {
	o := &object{}
	o.set("encoding", "utf-8")
	o.set("delimiter", ",")
	o.set("quoteChar", `"`)
	o.set("doubleQuote", true)
	o.set("header", true)
	o.set("headerRowCount", 1)
	o.set("lineTerminators", []string{"\r\n"})
	o.set("skipRows", 0)
	o.set("skipColumns", 0)
	o.set("skipBlankRows", false)
	o.set("skipInitialSpace", false)
	o.set("trim", false)
	return o
}

func (c Column) object() *object {
	o := &object{}
	o.set("name", c.Name)
	titles := &object{}
	titles.set("und", c.Name)
	for _, lang := range languages(c.Titles) {
		titles.set(lang, c.Titles[lang])
	}
	o.set("titles", titles)
	o.text("dc:description", c.Description)
	base := c.Datatype
	if base == "" {
		base = "string"
	}
	if c.Format+c.Minimum+c.Maximum == "" {
		o.set("datatype", base)
	} else {
		d := &object{}
		d.set("base", base)
		d.some("format", c.Format)
		d.some("minimum", c.Minimum)
		d.some("maximum", c.Maximum)
		o.set("datatype", d)
	}
	if c.Required {
		o.set("required", true)
	}
	switch len(c.Null) {
	case 0:
		o.set("null", "")
	case 1:
		o.set("null", c.Null[0])
	default:
		o.set("null", c.Null)
	}
	o.some("lang", c.Lang)
	o.some("propertyUrl", c.PropertyURL)
	o.some("valueUrl", c.ValueURL)
	return o
}
