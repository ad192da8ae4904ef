package dcat

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/almotacen/almotacen/internal/rdf"
)

// LintConfig is what [Lint] cannot see in a catalog.
type LintConfig struct {
	// Now is when the catalog is to be published; dates after it are in the
	// future. Zero: not checked.
	Now time.Time
}

// Lint finds what in a catalog breaks DCAT-AP-ES: its mandatory and recommended
// properties, its conventions as far as they can be seen without the network,
// membership in the authority tables, and what costs points in the quality
// assessment of data.europa.eu. Errors come first; then by node and property.
// No findings: the official shapes of DCAT-AP-ES find no violation or warning.
func Lint(c Catalog, cfg LintConfig) []Finding {
	l := &linter{cfg: cfg, nodes: map[string]string{}, ids: map[string]string{}}
	l.catalog(c)
	for _, d := range c.Datasets {
		l.points = 1 / float64(len(c.Datasets))
		l.dataset(c, d)
	}
	files := 0
	for _, d := range c.Datasets {
		files += len(d.Distributions)
	}
	for _, d := range c.Datasets {
		for _, x := range d.Distributions {
			l.points = 1 / float64(files)
			l.distribution(c, d, x)
		}
	}
	for _, s := range c.Services {
		l.service(c, s)
	}
	slices.SortFunc(l.out, Finding.compare)
	return slices.Compact(l.out)
}

type linter struct {
	cfg    LintConfig
	nodes  map[string]string // IRI → kind
	ids    map[string]string // identifier → IRI
	points float64           // share of this node in a metric of its kind
	out    []Finding
}

func (l *linter) add(f Finding) { l.out = append(l.out, f) }

func (l *linter) catalog(c Catalog) {
	l.node("catalog", c.IRI)
	l.identifier(c.IRI, or(c.Identifier, c.IRI))
	l.text(Error, c.IRI, "dct:title", c.Title)
	l.text(Error, c.IRI, "dct:description", c.Description)
	l.publisher(c.IRI, c.Publisher)
	l.iri(Error, c.IRI, "foaf:homepage", c.Homepage)
	l.license(c.IRI, c.License, 0)
	l.dates(c.IRI, c.Issued, c.Modified, Error, 0)
	if len(c.Languages) == 0 {
		l.missing(Error, c.IRI, "dct:language", "<"+authority+"language/SPA>", 0)
	}
	l.languages(c.IRI, c.Languages)
	taxonomies := c.taxonomies()
	if !slices.Contains(taxonomies, SectorTaxonomy) {
		l.add(Finding{
			Code: CodeTheme, Severity: Error, Convention: 10, Node: c.IRI, Property: "dcat:themeTaxonomy",
			Text: "the Spanish sectors are not among the taxonomies", Write: triple(c.IRI, "dcat:themeTaxonomy", "<"+SectorTaxonomy+">"),
		})
	}
	if !slices.Contains(taxonomies, ThemeTaxonomy) {
		l.add(Finding{
			Code: CodeTheme, Severity: Info, Convention: 11, Node: c.IRI, Property: "dcat:themeTaxonomy",
			Text: "the European themes are not among the taxonomies", Write: triple(c.IRI, "dcat:themeTaxonomy", "<"+ThemeTaxonomy+">"),
		})
	}
	l.places(c.IRI, c.Spatial, 0)
}

func (l *linter) dataset(c Catalog, d Dataset) {
	l.node("dataset", d.IRI)
	l.identifier(d.IRI, or(d.Identifier, d.IRI))
	l.text(Error, d.IRI, "dct:title", d.Title)
	l.text(Error, d.IRI, "dct:description", d.Description)
	l.publisher(d.IRI, c.publisher(d.Publisher))
	l.contact(d.IRI, c.contact(d.Contact), c.publisher(d.Publisher), 20)
	l.themes(d.IRI, d.Sectors, d.Themes, 30)
	l.keywords(d.IRI, d.Keywords, 30)
	l.dates(d.IRI, d.Issued, d.Modified, Warning, 0)
	l.languages(d.IRI, c.languages(d.Languages))
	l.code(d.IRI, "dct:accessRights", d.AccessRights, "access-right/", "PUBLIC", 15)
	l.code(d.IRI, "dct:accrualPeriodicity", d.Frequency, "frequency/", "ANNUAL", 0)
	l.code(d.IRI, "dct:type", d.Type, "dataset-type/", "STATISTICAL", 0)
	l.places(d.IRI, d.Spatial, 20)
	l.period(d.IRI, d.Temporal)
	if d.Resolution != "" && !duration.MatchString(d.Resolution) {
		l.add(Finding{
			Code: CodeDuration, Severity: Warning, Convention: 31, Node: d.IRI, Property: "dcat:temporalResolution", Value: d.Resolution,
			Text: "not an ISO 8601 duration", Write: triple(d.IRI, "dcat:temporalResolution", `"P1Y"^^xsd:duration`),
		})
	}
	l.optional(d.IRI, "dcat:landingPage", d.LandingPage)
	l.optional(d.IRI, "foaf:page", d.Pages...)
	l.optional(d.IRI, "dct:conformsTo", d.ConformsTo...)
	if len(d.VersionNotes) > 0 {
		l.text(Error, d.IRI, "adms:versionNotes", d.VersionNotes)
	}
	l.eli(d.IRI, d.Legislation)
	if len(d.Distributions) == 0 {
		l.add(Finding{
			Code: CodeMissing, Severity: Error, Convention: 23, Node: d.IRI, Property: "dcat:distribution",
			Text: "a dataset needs a distribution", Write: triple(d.IRI, "dcat:distribution", "<"+d.IRI+"/csv>"),
		})
	}
}

func (l *linter) distribution(c Catalog, d Dataset, x Distribution) {
	l.node("distribution", x.IRI)
	l.iri(Error, x.IRI, "dcat:accessURL", x.AccessURL)
	l.text(Warning, x.IRI, "dct:title", x.Title)
	l.text(Warning, x.IRI, "dct:description", x.Description)
	if x.DownloadURL == "" {
		l.missing(Info, x.IRI, "dcat:downloadURL", "<"+x.AccessURL+">", 50)
	}
	l.optional(x.IRI, "dcat:downloadURL", x.DownloadURL)
	if x.Format == "" {
		l.missing(Warning, x.IRI, "dct:format", "<"+FileType("CSV")+">", 70)
	}
	l.code(x.IRI, "dct:format", x.Format, "file-type/", "CSV", 0)
	switch {
	case x.MediaType == "":
		l.missing(Info, x.IRI, "dcat:mediaType", "<"+iana+"text/csv>", 20)
	case !mediaType.MatchString(x.MediaType):
		l.add(Finding{
			Code: CodeVocabulary, Severity: Error, Node: x.IRI, Property: "dcat:mediaType", Value: x.MediaType,
			Text: "not a media type without parameters", Write: triple(x.IRI, "dcat:mediaType", "<"+iana+"text/csv>"),
		})
	}
	if x.ByteSize < 0 {
		l.add(Finding{Code: CodeFile, Severity: Error, Node: x.IRI, Property: "dcat:byteSize", Text: "a size below zero"})
	}
	if x.ByteSize == 0 {
		l.missing(Info, x.IRI, "dcat:byteSize", `"1234"^^xsd:nonNegativeInteger`, 5)
	}
	if x.SHA1 != "" && !sha1.MatchString(x.SHA1) {
		l.add(Finding{Code: CodeFile, Severity: Error, Node: x.IRI, Property: "spdx:checksumValue", Value: x.SHA1, Text: "not the 40 hexadecimal digits of a SHA-1"})
	}
	l.license(x.IRI, or(x.License, c.License), 30)
	if x.Rights == "" {
		l.missing(Info, x.IRI, "dct:rights", "<"+AccessRight("PUBLIC")+">", 5)
	}
	l.optional(x.IRI, "dct:rights", x.Rights)
	l.dates(x.IRI, or(x.Issued, d.Issued), or(x.Modified, d.Modified), Info, 0)
	l.languages(x.IRI, x.Languages)
	if x.Availability == "" {
		l.missing(Warning, x.IRI, "dcatap:availability", "<"+Availability("STABLE")+">", 0)
	}
	l.code(x.IRI, "dcatap:availability", x.Availability, "planned-availability/", "STABLE", 0)
	l.code(x.IRI, "adms:status", x.Status, "distribution-status/", "COMPLETED", 0)
	l.optional(x.IRI, "dct:conformsTo", x.ConformsTo...)
	if len(x.Legislation) == 0 {
		l.missing(Warning, x.IRI, "dcatap:applicableLegislation", "<http://data.europa.eu/eli/dir/2019/1024/oj>", 0)
	}
	l.eli(x.IRI, x.Legislation)
}

func (l *linter) service(c Catalog, s Service) {
	l.node("service", s.IRI)
	l.identifier(s.IRI, or(s.Identifier, s.IRI))
	l.text(Error, s.IRI, "dct:title", s.Title)
	l.publisher(s.IRI, c.publisher(s.Publisher))
	l.contact(s.IRI, c.contact(s.Contact), c.publisher(s.Publisher), 0)
	l.themes(s.IRI, s.Sectors, s.Themes, 0)
	l.iri(Error, s.IRI, "dcat:endpointURL", s.EndpointURL)
	l.optional(s.IRI, "dcat:endpointDescription", s.EndpointDescr)
	l.optional(s.IRI, "foaf:page", s.Pages...)
	l.code(s.IRI, "dct:accessRights", s.AccessRights, "access-right/", "PUBLIC", 0)
	l.eli(s.IRI, s.Legislation)
	if len(s.HVDCategories) > 0 {
		for _, x := range []struct {
			property string
			lacks    bool
		}{
			{"dcat:endpointDescription", s.EndpointDescr == ""}, {"foaf:page", len(s.Pages) == 0},
			{"dcat:servesDataset", len(s.Serves) == 0}, {"dcatap:applicableLegislation", len(s.Legislation) == 0},
		} {
			if x.lacks {
				l.add(Finding{Code: CodeMissing, Severity: Error, Convention: 12, Node: s.IRI, Property: x.property, Text: "a service of high-value data needs it"})
			}
		}
	}
}

var (
	duration  = regexp.MustCompile(`^P(\d+Y(\d+M)?(\d+D)?|\d+M(\d+D)?|\d+[DW]|T\d+[HMS])$`)
	mediaType = regexp.MustCompile(`^[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$`)
	sha1      = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
	dir3      = regexp.MustCompile(`^[A-Z][A-Z0-9]{8}$`)
	phone     = regexp.MustCompile(`^\+[0-9-]{6,20}$`)
)

func triple(s, p, o string) string { return "<" + s + "> " + p + " " + o + " ." }

func (l *linter) missing(sev Severity, node, property, object string, points float64) {
	l.add(Finding{
		Code: CodeMissing, Severity: sev, Node: node, Property: property, Text: "not given",
		Write: triple(node, property, object), Points: points * l.points,
	})
}

// node checks the IRI of a node of ours and that it is the only one of that name.
func (l *linter) node(kind, iri string) {
	if iri == "" {
		l.add(Finding{Code: CodeIRI, Severity: Error, Node: iri, Property: "rdf:about", Text: "a " + kind + " without an IRI"})
		return
	}
	if other, ok := l.nodes[iri]; ok {
		l.add(Finding{Code: CodeDuplicate, Severity: Error, Convention: 6, Node: iri, Property: "rdf:about", Text: "the IRI of a " + kind + " and of a " + other})
	}
	l.nodes[iri] = kind
	l.encoded(iri, "rdf:about", iri)
	if strings.HasPrefix(iri, "https:") {
		l.add(Finding{
			Code: CodeHTTPS, Severity: Warning, Convention: 3, Node: iri, Property: "rdf:about", Value: iri,
			Text: "identifiers begin with http:", Write: "<http" + strings.TrimPrefix(iri, "https") + ">",
		})
	}
}

func (l *linter) identifier(node, id string) {
	if other, ok := l.ids[id]; ok && other != node {
		l.add(Finding{Code: CodeDuplicate, Severity: Error, Convention: 6, Node: node, Property: "dct:identifier", Value: id, Text: "also the identifier of <" + other + ">"})
	}
	l.ids[id] = node
	if strings.Contains(id, "//datos.gob.es/") {
		l.add(Finding{Code: CodeIdentifier, Severity: Error, Convention: 6, Node: node, Property: "dct:identifier", Value: id, Text: "not the publisher's own: datos.gob.es gave it"})
	}
}

// encoded checks that an IRI is absolute and percent-encoded (convention 5).
func (l *linter) encoded(node, property, iri string) {
	err := rdf.CheckIRI(iri)
	raw := strings.IndexFunc(iri, func(r rune) bool { return r > 0x7e || r == '~' || r == '[' || r == ']' })
	switch {
	case err != nil:
		l.add(Finding{Code: CodeIRI, Severity: Error, Convention: 5, Node: node, Property: property, Value: iri, Text: err.Error()})
	case raw >= 0 && iri != Spain().IRI: // the vocabulary itself has that ñ
		l.add(Finding{
			Code: CodeIRI, Severity: Error, Convention: 5, Node: node, Property: property, Value: iri,
			Text: "a character that is to be percent-encoded", Write: "<" + encode(iri) + ">",
		})
	}
}

func encode(iri string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(iri) {
		if c > 0x7e || c == '~' || c == '[' || c == ']' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// iri checks an IRI that must be there.
func (l *linter) iri(sev Severity, node, property, iri string) {
	if iri == "" {
		l.missing(sev, node, property, "<http://…>", 0)
		return
	}
	l.encoded(node, property, iri)
}

func (l *linter) optional(node, property string, iris ...string) {
	for _, iri := range iris {
		if iri != "" {
			l.encoded(node, property, iri)
		}
	}
}

// text checks that a text is there in Spanish and nowhere blank (convention 2).
func (l *linter) text(sev Severity, node, property string, t Text) {
	f := Finding{Code: CodeSpanish, Severity: sev, Convention: 2, Node: node, Property: property, Write: triple(node, property, `"…"@es`)}
	if strings.TrimSpace(t["es"]) == "" {
		f.Text = "no text in Spanish"
		l.add(f)
	}
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if lang != "es" && strings.TrimSpace(t[lang]) == "" {
			f.Text, f.Value, f.Write = "an empty text", "@"+lang, ""
			l.add(f)
		}
	}
}

func (l *linter) keywords(node string, k map[string][]string, points float64) {
	n := 0
	for _, lang := range slices.Sorted(maps.Keys(k)) {
		n += len(k[lang])
		for _, s := range k[lang] {
			if strings.TrimSpace(s) == "" {
				l.add(Finding{Code: CodeSpanish, Severity: Error, Convention: 2, Node: node, Property: "dcat:keyword", Value: "@" + lang, Text: "an empty keyword"})
			}
		}
	}
	switch {
	case n == 0:
		l.missing(Warning, node, "dcat:keyword", `"…"@es`, points)
	case len(k["es"]) == 0:
		l.add(Finding{Code: CodeSpanish, Severity: Error, Convention: 2, Node: node, Property: "dcat:keyword", Text: "no keyword in Spanish", Write: triple(node, "dcat:keyword", `"…"@es`)})
	}
}

func (l *linter) publisher(node string, a Agent) {
	code, ok := strings.CutPrefix(a.IRI, organism)
	switch {
	case a.IRI == "":
		l.missing(Error, node, "dct:publisher", "<"+Organism("L01280796")+">", 10)
		return
	case !ok || !dir3.MatchString(code):
		l.add(Finding{
			Code: CodePublisher, Severity: Error, Convention: 1, Node: node, Property: "dct:publisher", Value: a.IRI,
			Text: "not an IRI of the register of public bodies: a letter and eight letters or digits", Write: triple(node, "dct:publisher", "<"+Organism("L01280796")+">"),
		})
	}
	if len(a.Name) == 0 {
		return // a bare IRI is enough
	}
	l.text(Error, a.IRI, "foaf:name", a.Name)
	if a.Identifier != "" && ok && a.Identifier != code {
		l.add(Finding{
			Code: CodeIdentifier, Severity: Warning, Convention: 14, Node: a.IRI, Property: "dct:identifier", Value: a.Identifier,
			Text: "not the code of the IRI", Write: triple(a.IRI, "dct:identifier", `"`+code+`"`),
		})
	}
	switch {
	case a.Type == "":
		l.missing(Warning, a.IRI, "dct:type", "<"+PublisherType("LocalAuthority")+">", 0)
	case !member(a.Type, adms):
		l.add(Finding{
			Code: CodeVocabulary, Severity: Error, Node: a.IRI, Property: "dct:type", Value: a.Type,
			Text: "not in the table", Write: triple(a.IRI, "dct:type", "<"+PublisherType("LocalAuthority")+">"),
		})
	}
}

func (l *linter) contact(node string, c Contact, publisher Agent, points float64) {
	if c.IRI == "" {
		l.missing(Warning, node, "dcat:contactPoint", "<http://…/contacto>", points)
		return
	}
	l.encoded(node, "dcat:contactPoint", c.IRI)
	if c.IRI == publisher.IRI || strings.HasPrefix(c.IRI, organism) {
		l.add(Finding{Code: CodeContact, Severity: Error, Convention: 20, Node: node, Property: "dcat:contactPoint", Value: c.IRI, Text: "the body itself; give the contact an IRI of its own"})
	}
	l.text(Error, c.IRI, "vcard:fn", c.Name)
	if len(c.Organization) > 0 {
		l.text(Error, c.IRI, "vcard:organization-name", c.Organization)
	}
	should := func(lacks bool, property, object string) {
		if lacks {
			l.add(Finding{Code: CodeContact, Severity: Warning, Convention: 19, Node: c.IRI, Property: property, Text: "not given", Write: triple(c.IRI, property, object)})
		}
	}
	should(c.Mail == "", "vcard:hasEmail", "<mailto:…>")
	should(c.Telephone == "", "vcard:hasTelephone", "<tel:+34…>")
	should(c.URL == "", "vcard:hasURL", "<http://…>")
	l.optional(c.IRI, "vcard:hasURL", c.URL)
	if c.Mail != "" && (strings.Count(c.Mail, "@") != 1 || rdf.CheckIRI("mailto:"+c.Mail) != nil) {
		l.add(Finding{Code: CodeContact, Severity: Error, Node: c.IRI, Property: "vcard:hasEmail", Value: c.Mail, Text: "not an address", Write: triple(c.IRI, "vcard:hasEmail", "<mailto:datos@…>")})
	}
	if c.Telephone != "" && !phone.MatchString(c.Telephone) {
		l.add(Finding{Code: CodeContact, Severity: Error, Node: c.IRI, Property: "vcard:hasTelephone", Value: c.Telephone, Text: "not an international number without spaces", Write: triple(c.IRI, "vcard:hasTelephone", "<tel:+34…>")})
	}
}
