package dcat

import (
	"slices"
	"strings"
)

// Namespaces of the profile.
const (
	authority = "http://publications.europa.eu/resource/authority/"
	organism  = "http://datos.gob.es/recurso/sector-publico/org/Organismo/"
	territory = "http://datos.gob.es/recurso/sector-publico/territorio/"
	iana      = "http://www.iana.org/assignments/media-types/"
	adms      = "http://purl.org/adms/publishertype/"

	// SectorTaxonomy is the scheme of the Spanish primary sectors (NTI-RISP,
	// annex IV), mandatory by convention 10; a sector's IRI is below it.
	SectorTaxonomy = "http://datos.gob.es/kos/sector-publico/sector"
	// ThemeTaxonomy is the scheme of the European data themes.
	ThemeTaxonomy = authority + "data-theme"

	// CCBY is the licence Creative Commons Attribution 4.0.
	CCBY = authority + "licence/CC_BY_4_0"
	// CC0 is the Creative Commons dedication to the public domain.
	CC0 = authority + "licence/CC0"
)

// Organism is the IRI of a body in datos.gob.es by its DIR3 code (convention 1).
func Organism(code string) string { return organism + code }

// Sector is the IRI of a Spanish sector by its name: "medio-ambiente".
func Sector(name string) string { return SectorTaxonomy + "/" + name }

// License is the IRI of a licence by its code in the authority table: CC_BY_4_0.
func License(code string) string { return authority + "licence/" + code }

// FileType is the IRI of a file format by its code in the authority table: CSV.
func FileType(code string) string { return authority + "file-type/" + code }

// AccessRight is the IRI of PUBLIC, RESTRICTED or NON_PUBLIC.
func AccessRight(code string) string { return authority + "access-right/" + code }

// Frequency is the IRI of a frequency by its code: ANNUAL, MONTHLY, IRREG.
func Frequency(code string) string { return authority + "frequency/" + code }

// Availability is the IRI of STABLE, AVAILABLE, EXPERIMENTAL or TEMPORARY.
func Availability(code string) string { return authority + "planned-availability/" + code }

// DistributionStatus is the IRI of COMPLETED, DEVELOP, DEPRECATED or WITHDRAWN.
func DistributionStatus(code string) string { return authority + "distribution-status/" + code }

// DatasetType is the IRI of a type of dataset by its code: STATISTICAL.
func DatasetType(code string) string { return authority + "dataset-type/" + code }

// PublisherType is the IRI of a type of publisher by its name: LocalAuthority.
func PublisherType(name string) string { return adms + name }

// Language is the IRI of a language by its BCP 47 tag, of the languages that
// Spanish portals use; false for others.
func Language(tag string) (string, bool) {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	if code, ok := languages[tag]; ok {
		return authority + "language/" + code, true
	}
	return "", false
}

// Theme is the European theme that goes with a Spanish sector (DCAT-AP-ES,
// annex 1); false if there is no such sector.
func Theme(sector string) (string, bool) {
	if code, ok := themes[sector]; ok {
		return ThemeTaxonomy + "/" + code, true
	}
	return "", false
}

var languages = map[string]string{
	"es": "SPA", "ca": "CAT", "gl": "GLG", "eu": "EUS", "en": "ENG", "fr": "FRA", "pt": "POR",
	"de": "DEU", "it": "ITA", "oc": "OCI", "ast": "AST", "an": "ARG", "ar": "ARA", "sv": "SWE",
}

var themes = map[string]string{
	"ciencia-tecnologia": "TECH",
	"comercio":           "ECON", "economia": "ECON", "empleo": "ECON", "industria": "ECON", "turismo": "ECON",
	"cultura-ocio": "EDUC", "deporte": "EDUC", "educacion": "EDUC",
	"demografia": "SOCI", "sociedad-bienestar": "SOCI",
	"energia":  "ENER",
	"hacienda": "GOVE", "sector-publico": "GOVE",
	"legislacion-justicia": "JUST", "seguridad": "JUST",
	"medio-ambiente":             "ENVI",
	"medio-rural-pesca":          "AGRI",
	"salud":                      "HEAL",
	"transporte":                 "TRAN",
	"urbanismo-infraestructuras": "REGI", "vivienda": "REGI",
}

// tables are the codes of the authority tables, as of 2025 (EU Publications
// Office, CC BY 4.0; publisher types: ADMS 1.0). Of licences only those that
// are open and meant for data; other codes of that table are not refused.
var tables = map[string]string{
	authority + "access-right/":         "CONFIDENTIAL NON_PUBLIC NORMAL PUBLIC RESTRICTED SENSITIVE",
	authority + "planned-availability/": "AVAILABLE EXPERIMENTAL STABLE TEMPORARY",
	authority + "distribution-status/":  "COMPLETED DEPRECATED DEVELOP WITHDRAWN",
	authority + "frequency/": `ANNUAL ANNUAL_2 ANNUAL_3 BIDECENNIAL BIENNIAL BIHOURLY BIMONTHLY BIWEEKLY CONT DAILY
		DAILY_2 DECENNIAL HOURLY IRREG MONTHLY MONTHLY_2 MONTHLY_3 NEVER OTHER QUADRENNIAL QUARTERLY QUINQUENNIAL
		TRIDECENNIAL TRIENNIAL TRIHOURLY UNKNOWN UPDATE_CONT WEEKLY WEEKLY_2 WEEKLY_3`,
	authority + "dataset-type/": `APROF CODE_LIST CORE_COMP DICTIONARY DOMAIN_MODEL GEOSPATIAL GLOSSARY HVD IEPD MAPPING
		NAL ONTOLOGY SCHEMA STATISTICAL SYNTAX_ENCODING_SCHEME SYNTHETIC_DATA TAXONOMY TEST_DATA THESAURUS TIME_SERIES`,
	authority + "licence/": "CC0 CC_BY_1_0 CC_BY_2_0 CC_BY_2_5 CC_BY_3_0 CC_BY_4_0 CC_BYSA_4_0 ODC_BL ODC_BY ODC_PDDL",
	authority + "file-type/": `7Z AAB AAC AKN4EU AKN4EU_ZIP APK APPX ARC ARCINFO_COV ARC_GZ ARJ ATOM AZW BIN BITS BMP BWF
		BZIP2 CSS CSV DAPK DBF DCR DEB DGN DMG DMP DOC DOCX DTD_SGML DTD_XML DWG DXF E00 EAR ECW EFORMS_XML EPS EPUB
		ETSI_XML EXE FMX2 FMX3 FMX4 FMX4_ZIP GDB GEOJSON GEOTIFF GIF GML GMZ GPKG GRID GRID_ASCII GTFS GZIP HDF HDT HTML
		HTML5 HTML_SIMPL ICS IMMC_XML INDD IPA ISO ISO_ZIP JAR JATS JPEG JPEG2000 JS JSON JSON_LD KML KMZ LAS LAZ LEG LHA
		LPK LZIP LZMA LZO MAP_PRVW MAP_SRVC MBOX MDB METS METS_ZIP MHTML MIF_MID MOBI MOP MOV MP3 MPEG2 MPEG4 MPEG4_AVC
		MRSID MSG_HTTP MSI MXD N3 NETCDF OAPK OCTET ODB ODC ODF ODG ODP ODS ODT OVF OWL PDF PDF1X PDFA1A PDFA1B PDFA2A
		PDFA2B PDFA3 PDFUA PDFX PDFX1A PDFX2A PDFX4 PL PNG PPS PPSX PPT PPTX PS PSD PWP QGS RAR RDF RDFA RDF_N_QUADS
		RDF_N_TRIPLES RDF_THRIFT RDF_TRIG RDF_TRIX RDF_TURTLE RDF_XML REST RPM RSS RTF SB3 SCHEMA_XML SDMX SGML SHP
		SKOS_XML SPARQLQ SPARQLQRES SQL STL SVG SWM TAB TAB_RSTR TAR TAR_GZ TAR_XZ TIFF TIFF_FX TMX TSV TXT UNGEN WAR WARC
		WARC_GZ WAV WCS_SRVC WEBP WFS_SRVC WIM WMS_SRVC WMTS_SRVC WORLD XHTML XHTML5 XHTML_SIMPL XLIFF XLS XLSB XLSM XLSX
		XML XSLFO XSLT XYZ XZ YAML Z ZIP`,
	authority + "data-theme/": "AGRI ECON EDUC ENER ENVI GOVE HEAL INTR JUST REGI SOCI TECH TRAN",
	authority + "language/":   "ARA ARG AST CAT DEU ENG EUS FRA GLG ITA MUL OCI POR SPA SWE UND",
	adms: `Academia-ScientificOrganisation Company IndustryConsortium LocalAuthority NationalAuthority
		NonGovernmentalOrganisation NonProfitOrganisation PrivateIndividual(s) RegionalAuthority StandardisationBody
		SupraNationalAuthority`,
}

// member reports whether an IRI is in the table of the given namespace.
func member(iri, namespace string) bool {
	code, ok := strings.CutPrefix(iri, namespace)
	return ok && slices.Contains(strings.Fields(tables[namespace]), code)
}
