package dcat

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/rdf"
)

const (
	nsDCAT   = "http://www.w3.org/ns/dcat#"
	nsDCT    = "http://purl.org/dc/terms/"
	nsDCATAP = "http://data.europa.eu/r5r/"
	nsFOAF   = "http://xmlns.com/foaf/0.1/"
	nsVCARD  = "http://www.w3.org/2006/vcard/ns#"
	nsADMS   = "http://www.w3.org/ns/adms#"
	nsSPDX   = "http://spdx.org/rdf/terms#"
	nsELI    = "http://data.europa.eu/eli/ontology#"
	nsGEO    = "http://www.opengis.net/ont/geosparql#"
)

func prefixes() []rdf.Prefix {
	return []rdf.Prefix{
		{Name: "adms", Namespace: nsADMS}, {Name: "dcat", Namespace: nsDCAT}, {Name: "dcatap", Namespace: nsDCATAP},
		{Name: "dct", Namespace: nsDCT}, {Name: "eli", Namespace: nsELI}, {Name: "foaf", Namespace: nsFOAF},
		{Name: "geo", Namespace: nsGEO}, {Name: "spdx", Namespace: nsSPDX}, {Name: "vcard", Namespace: nsVCARD},
		{Name: "xsd", Namespace: rdf.NSXSD},
	}
}

// AppendTurtle appends the catalog in Turtle 1.1. The error says which IRI,
// text or language tag cannot be written; dst is then as it was.
func (c Catalog) AppendTurtle(dst []byte) ([]byte, error) {
	return c.graph().AppendTurtle(dst, prefixes())
}

// AppendJSONLD appends the catalog in JSON-LD 1.1, flattened, its context
// inline. Errors are those of AppendTurtle.
func (c Catalog) AppendJSONLD(dst []byte) ([]byte, error) {
	return c.graph().AppendJSONLD(dst, prefixes())
}

// AppendNTriples appends the catalog in canonical N-Triples. Errors are those
// of AppendTurtle.
func (c Catalog) AppendNTriples(dst []byte) ([]byte, error) {
	return c.graph().AppendNTriples(dst)
}

func (c Catalog) graph() *rdf.Graph {
	w := writer{}
	n := w.node(c.IRI, nsDCAT+"Catalog")
	n.text(nsDCT+"title", c.Title)
	n.text(nsDCT+"description", c.Description)
	n.plain(nsDCT+"identifier", or(c.Identifier, c.IRI))
	n.agent(c.Publisher)
	n.link(nsFOAF+"homepage", nsFOAF+"Document", c.Homepage)
	n.link(nsDCT+"license", "", c.License)
	n.date(nsDCT+"issued", c.Issued)
	n.date(nsDCT+"modified", c.Modified)
	n.link(nsDCT+"language", nsDCT+"LinguisticSystem", c.Languages...)
	n.link(nsDCAT+"themeTaxonomy", "", c.taxonomies()...)
	n.places(c.Spatial)
	for _, d := range c.Datasets {
		n.link(nsDCAT+"dataset", "", d.IRI)
		w.dataset(c, d)
	}
	for _, s := range c.Services {
		n.link(nsDCAT+"service", "", s.IRI)
		w.service(c, s)
	}
	return &w.g
}

func (c Catalog) taxonomies() []string {
	if len(c.Taxonomies) == 0 {
		return []string{SectorTaxonomy, ThemeTaxonomy}
	}
	return c.Taxonomies
}

func (w *writer) dataset(c Catalog, d Dataset) {
	n := w.node(d.IRI, nsDCAT+"Dataset")
	n.text(nsDCT+"title", d.Title)
	n.text(nsDCT+"description", d.Description)
	n.plain(nsDCT+"identifier", or(d.Identifier, d.IRI))
	publisher := c.publisher(d.Publisher)
	n.agent(publisher)
	n.contact(c.contact(d.Contact), publisher)
	n.link(nsDCAT+"theme", "", themesOf(d.Sectors, d.Themes)...)
	n.keywords(d.Keywords)
	n.date(nsDCT+"issued", d.Issued)
	n.date(nsDCT+"modified", d.Modified)
	languages := c.languages(d.Languages)
	n.link(nsDCT+"language", nsDCT+"LinguisticSystem", languages...)
	n.link(nsDCT+"accessRights", nsDCT+"RightsStatement", d.AccessRights)
	n.link(nsDCT+"accrualPeriodicity", nsDCT+"Frequency", d.Frequency)
	n.link(nsDCT+"type", "", d.Type)
	n.places(d.Spatial)
	if d.Temporal != (Period{}) {
		p := w.node(d.IRI+"#period", nsDCT+"PeriodOfTime")
		p.date(nsDCAT+"startDate", d.Temporal.Start)
		p.date(nsDCAT+"endDate", d.Temporal.End)
		n.link(nsDCT+"temporal", "", d.IRI+"#period")
	}
	n.typed(nsDCAT+"temporalResolution", d.Resolution, "duration")
	n.link(nsDCAT+"landingPage", nsFOAF+"Document", d.LandingPage)
	n.link(nsFOAF+"page", nsFOAF+"Document", d.Pages...)
	n.link(nsDCT+"conformsTo", nsDCT+"Standard", d.ConformsTo...)
	n.plain(nsDCAT+"version", d.Version)
	n.text(nsADMS+"versionNotes", d.VersionNotes)
	n.link(nsDCATAP+"applicableLegislation", nsELI+"LegalResource", d.Legislation...)
	n.link(nsDCATAP+"hvdCategory", "", d.HVDCategories...)
	for _, x := range d.Distributions {
		n.link(nsDCAT+"distribution", "", x.IRI)
		w.distribution(c, d, x)
	}
}

func (w *writer) distribution(c Catalog, d Dataset, x Distribution) {
	n := w.node(x.IRI, nsDCAT+"Distribution")
	n.text(nsDCT+"title", x.Title)
	n.text(nsDCT+"description", x.Description)
	n.plain(nsDCT+"identifier", x.Identifier)
	n.link(nsDCAT+"accessURL", "", x.AccessURL)
	n.link(nsDCAT+"downloadURL", "", x.DownloadURL)
	n.link(nsDCT+"format", nsDCT+"MediaTypeOrExtent", x.Format)
	if x.MediaType != "" {
		n.link(nsDCAT+"mediaType", nsDCT+"MediaType", iana+x.MediaType)
	}
	if x.ByteSize > 0 {
		n.typed(nsDCAT+"byteSize", strconv.FormatInt(x.ByteSize, 10), "nonNegativeInteger")
	}
	if x.SHA1 != "" {
		s := w.node(x.IRI+"#checksum", nsSPDX+"Checksum")
		s.link(nsSPDX+"algorithm", "", nsSPDX+"checksumAlgorithm_sha1")
		s.typed(nsSPDX+"checksumValue", strings.ToLower(x.SHA1), "hexBinary")
		n.link(nsSPDX+"checksum", "", x.IRI+"#checksum")
	}
	n.link(nsDCT+"license", "", or(x.License, c.License))
	n.link(nsDCT+"rights", nsDCT+"RightsStatement", x.Rights)
	n.date(nsDCT+"issued", or(x.Issued, d.Issued))
	n.date(nsDCT+"modified", or(x.Modified, d.Modified))
	n.link(nsDCT+"language", nsDCT+"LinguisticSystem", x.Languages...)
	n.link(nsDCATAP+"availability", "", x.Availability)
	n.link(nsADMS+"status", "", x.Status)
	n.link(nsDCT+"conformsTo", nsDCT+"Standard", x.ConformsTo...)
	n.link(nsDCATAP+"applicableLegislation", nsELI+"LegalResource", x.Legislation...)
	n.link(nsDCAT+"accessService", "", x.AccessVia...)
}

func (w *writer) service(c Catalog, s Service) {
	n := w.node(s.IRI, nsDCAT+"DataService")
	n.text(nsDCT+"title", s.Title)
	n.text(nsDCT+"description", s.Description)
	n.plain(nsDCT+"identifier", or(s.Identifier, s.IRI))
	publisher := c.publisher(s.Publisher)
	n.agent(publisher)
	n.contact(c.contact(s.Contact), publisher)
	n.link(nsDCAT+"theme", "", themesOf(s.Sectors, s.Themes)...)
	n.keywords(s.Keywords)
	n.link(nsDCAT+"endpointURL", "", s.EndpointURL)
	n.link(nsDCAT+"endpointDescription", "", s.EndpointDescr)
	n.link(nsFOAF+"page", nsFOAF+"Document", s.Pages...)
	n.link(nsDCAT+"servesDataset", "", s.Serves...)
	n.link(nsDCT+"accessRights", nsDCT+"RightsStatement", s.AccessRights)
	n.link(nsDCT+"license", "", or(s.License, c.License))
	n.link(nsDCATAP+"applicableLegislation", nsELI+"LegalResource", s.Legislation...)
	n.link(nsDCATAP+"hvdCategory", "", s.HVDCategories...)
}

func (c Catalog) publisher(a Agent) Agent {
	if a.IRI == "" {
		return c.Publisher
	}
	return a
}

func (c Catalog) contact(x Contact) Contact {
	if x.IRI == "" {
		return c.Contact
	}
	return x
}

func (c Catalog) languages(l []string) []string {
	if len(l) == 0 {
		return c.Languages
	}
	return l
}

// themesOf are the IRIs of the sectors, of their themes, and of more themes.
func themesOf(sectors, more []string) []string {
	var out []string
	for _, s := range sectors {
		out = append(out, Sector(s))
		if t, ok := Theme(s); ok {
			out = append(out, t)
		}
	}
	return append(out, more...)
}

func or[T comparable](a, b T) T {
	var zero T
	if a == zero {
		return b
	}
	return a
}

// writer collects triples.
type writer struct{ g rdf.Graph }

// node is a subject; its methods leave out what is empty.
type node struct {
	w   *writer
	iri string
}

func (w *writer) node(iri, class string) node {
	w.g.Add(iri, rdf.Type, rdf.IRI(class))
	return node{w, iri}
}

func (n node) add(property string, o rdf.Term) { n.w.g.Add(n.iri, property, o) }

func (n node) plain(property, s string) {
	if s != "" {
		n.add(property, rdf.String(s))
	}
}

func (n node) text(property string, t Text) {
	for lang, s := range t {
		if s != "" {
			n.add(property, rdf.LangString(s, lang))
		}
	}
}

func (n node) keywords(k map[string][]string) {
	for _, lang := range slices.Sorted(maps.Keys(k)) {
		for _, s := range k[lang] {
			n.text(nsDCAT+"keyword", Text{lang: s})
		}
	}
}

func (n node) typed(property, lexical, xsd string) {
	if lexical != "" {
		n.add(property, rdf.Typed(lexical, rdf.NSXSD+xsd))
	}
}

// date writes a date; one of no known form goes as a date, which Lint and the
// shapes refuse.
func (n node) date(property string, d Date) {
	_, datatype, ok := d.parse()
	if !ok {
		datatype = "date"
	}
	n.typed(property, string(d), datatype)
}

// link writes IRIs and, if class is not empty, their class.
func (n node) link(property, class string, iris ...string) {
	for _, iri := range iris {
		if iri == "" {
			continue
		}
		n.add(property, rdf.IRI(iri))
		if class != "" {
			n.w.node(iri, class)
		}
	}
}

func (n node) places(ls []Location) {
	for _, l := range ls {
		if l.IRI == "" {
			continue
		}
		n.add(nsDCT+"spatial", rdf.IRI(l.IRI))
		if l.Box != (Box{}) {
			n.w.node(l.IRI, nsDCT+"Location").add(nsDCAT+"bbox", rdf.Typed(l.Box.WKT(), nsGEO+"wktLiteral"))
		}
	}
}

func (n node) agent(a Agent) {
	if a.IRI == "" {
		return
	}
	n.add(nsDCT+"publisher", rdf.IRI(a.IRI))
	if len(a.Name) == 0 {
		return // the bare IRI is enough, and half a description is not
	}
	x := n.w.node(a.IRI, nsFOAF+"Agent")
	x.text(nsFOAF+"name", a.Name)
	x.plain(nsDCT+"identifier", or(a.Identifier, strings.TrimPrefix(a.IRI, organism)))
	x.link(nsDCT+"type", "", a.Type)
}

func (n node) contact(c Contact, publisher Agent) {
	if c.IRI == "" {
		return
	}
	n.add(nsDCAT+"contactPoint", rdf.IRI(c.IRI))
	x := n.w.node(c.IRI, nsVCARD+"Kind")
	n.w.node(c.IRI, nsVCARD+"Organization")
	x.text(nsVCARD+"fn", c.Name)
	x.text(nsVCARD+"organization-name", c.Organization)
	if c.Mail != "" {
		x.link(nsVCARD+"hasEmail", "", "mailto:"+c.Mail)
	}
	if c.Telephone != "" {
		x.link(nsVCARD+"hasTelephone", "", "tel:"+c.Telephone)
	}
	x.link(nsVCARD+"hasURL", "", c.URL)
	x.link(nsVCARD+"hasUID", "", or(c.UID, publisher.IRI))
}
