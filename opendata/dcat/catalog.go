package dcat

import (
	"strconv"
	"time"
)

// Text is a text in several languages, by BCP 47 tag. DCAT-AP-ES wants es among
// them (convention 2).
type Text map[string]string

// Catalog is a dcat:Catalog and everything in it.
type Catalog struct {
	IRI         string // of the catalog, http://
	Title       Text
	Description Text
	Identifier  string // empty: the IRI
	Publisher   Agent
	Contact     Contact // of the datasets that name none
	Homepage    string  // IRI
	License     string  // IRI, see [License]; also of distributions that name none
	Issued      Date    // first publication
	Modified    Date    // last change of the data
	Languages   []string
	// Taxonomies are the theme taxonomies used; empty: the Spanish sectors and
	// the European themes.
	Taxonomies []string
	Spatial    []Location
	Datasets   []Dataset
	Services   []Service
}

// Dataset is a dcat:Dataset.
type Dataset struct {
	IRI           string
	Identifier    string // stable across editions; empty: the IRI
	Title         Text
	Description   Text
	Publisher     Agent   // zero: the catalog's
	Contact       Contact // zero: the catalog's
	Sectors       []string
	Themes        []string // IRIs beside those that follow from the sectors
	Keywords      map[string][]string
	Issued        Date
	Modified      Date
	Languages     []string // IRIs, see [Language]; empty: the catalog's
	AccessRights  string   // IRI, see [AccessRight]
	Frequency     string   // IRI, see [Frequency]
	Type          string   // IRI, see [DatasetType]
	Spatial       []Location
	Temporal      Period
	Resolution    string   // ISO 8601 duration: P1Y
	LandingPage   string   // IRI of a page for people
	Pages         []string // IRIs of documentation
	ConformsTo    []string // IRIs of standards
	Version       string
	VersionNotes  Text
	Legislation   []string // ELI, convention 7
	HVDCategories []string // IRIs http://data.europa.eu/bna/…
	Distributions []Distribution
}

// Distribution is a dcat:Distribution: a file, or a way to get one.
type Distribution struct {
	IRI         string
	Identifier  string
	Title       Text
	Description Text
	AccessURL   string // a page or file where the data can be had
	DownloadURL string // the file itself
	Format      string // IRI, see [FileType]
	MediaType   string // "text/csv", without parameters
	ByteSize    int64  // 0: not said
	// SHA1 is a checksum, 40 hexadecimal digits. DCAT-AP-ES demands an algorithm
	// (http://spdx.org/…sha1) that the vocabulary shapes of DCAT-AP 3.0.1 refuse
	// (https://spdx.org/…): a catalog for both does without.
	SHA1         string
	License      string // IRI; empty: the catalog's
	Rights       string // IRI
	Issued       Date   // zero: the dataset's
	Modified     Date   // zero: the dataset's
	Languages    []string
	Availability string // IRI, see [Availability]
	Status       string // IRI, see [DistributionStatus]
	ConformsTo   []string
	Legislation  []string
	AccessVia    []string // IRIs of services
}

// Service is a dcat:DataService.
type Service struct {
	IRI           string
	Identifier    string
	Title         Text
	Description   Text
	Publisher     Agent   // zero: the catalog's
	Contact       Contact // zero: the catalog's
	Sectors       []string
	Themes        []string
	Keywords      map[string][]string
	EndpointURL   string
	EndpointDescr string // IRI of an OpenAPI document
	Pages         []string
	Serves        []string // IRIs of datasets
	AccessRights  string
	License       string // IRI; empty: the catalog's
	Legislation   []string
	HVDCategories []string
}

// Agent is who publishes.
type Agent struct {
	IRI        string // see [Organism]
	Name       Text
	Identifier string // DIR3 code; empty: that of the IRI
	Type       string // IRI, see [PublisherType]
}

// Contact is a vcard:Organization that answers questions. It is not the body
// itself (convention 20): it has an IRI of its own.
type Contact struct {
	IRI          string
	Name         Text // of the office
	Organization Text
	Mail         string // address, without mailto:
	Telephone    string // international, "+34900000000"
	URL          string // of a form
	UID          string // IRI of the body; empty: the publisher's
}

// Location is a territory.
type Location struct {
	IRI string // see [Province], [Community], [Spain]
	Box Box    // zero: not known; the node then has no class, which DCAT-AP 3 minds
}

// Box is a bounding box in degrees, WGS 84.
type Box struct{ West, South, East, North float64 }

// WKT is the box as a polygon, counter-clockwise, longitude first.
func (b Box) WKT() string {
	p := func(x, y float64) string {
		return strconv.FormatFloat(x, 'f', -1, 64) + " " + strconv.FormatFloat(y, 'f', -1, 64)
	}
	return "POLYGON((" + p(b.West, b.South) + "," + p(b.East, b.South) + "," + p(b.East, b.North) + "," +
		p(b.West, b.North) + "," + p(b.West, b.South) + "))"
}

// Period is the time that data cover, both ends included; an end may be open.
type Period struct{ Start, End Date }

// Date is a date or an instant as it is written: 2024, 2024-11, 2024-11-01 or
// 2024-11-01T09:00:00Z. The zero Date is none.
type Date string

// DayOf is the civil day of t in its own location.
func DayOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// InstantOf is t in UTC to the second.
func InstantOf(t time.Time) Date { return Date(t.UTC().Format("2006-01-02T15:04:05Z")) }

// forms are the spellings of a Date, with the local name of the XSD type.
var forms = [...]struct{ layout, datatype string }{
	{"2006", "gYear"}, {"2006-01", "gYearMonth"}, {time.DateOnly, "date"}, {time.RFC3339, "dateTime"},
}

// parse returns the first instant of d and the local name of its XSD type.
func (d Date) parse() (t time.Time, datatype string, ok bool) {
	for _, f := range forms {
		if t, err := time.Parse(f.layout, string(d)); err == nil && t.Year() >= 1000 {
			return t, f.datatype, true
		}
	}
	return time.Time{}, "", false
}
