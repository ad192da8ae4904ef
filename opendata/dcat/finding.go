package dcat

import (
	"cmp"
	"fmt"
	"strings"
)

// Severity is how strictly the profile asks.
type Severity uint8

// The severities: must, should, may.
const (
	Info    Severity = iota // may, or a better score
	Warning                 // should
	Error                   // must
)

// String is the name of the severity in lower case.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "info"
}

// Code is the stable kind of a finding.
type Code string

// The codes.
const (
	CodeMissing    Code = "missing"    // a mandatory or recommended property is not there
	CodeSpanish    Code = "spanish"    // no text in Spanish, or an empty one
	CodeIRI        Code = "iri"        // not an IRI, or not encoded
	CodeHTTPS      Code = "https"      // an identifier with https:
	CodeDuplicate  Code = "duplicate"  // an IRI or identifier given twice
	CodeIdentifier Code = "identifier" // not the publisher's own
	CodePublisher  Code = "publisher"  // not an IRI of the Spanish register
	CodeContact    Code = "contact"    // the body itself, or no way to reach it
	CodeDate       Code = "date"       // not a date, or in an impossible order
	CodeVocabulary Code = "vocabulary" // not in the authority table
	CodeTheme      Code = "theme"      // sector and theme do not go together
	CodeSpatial    Code = "spatial"    // overlapping, or not in the vocabulary
	CodeELI        Code = "eli"        // legislation without ELI
	CodeDuration   Code = "duration"   // not an ISO 8601 duration
	CodeFile       Code = "file"       // size or checksum cannot be
)

// Finding is something in a catalog that the profile does not want. It is not
// an error: the catalog can be written all the same.
type Finding struct {
	Code       Code
	Severity   Severity
	Convention int     // of DCAT-AP-ES, 1 to 31; 0: a property table, vocabulary or score
	Node       string  // IRI; empty if the node has none
	Property   string  // short: "dct:title"
	Value      string  // what is there, empty if nothing
	Text       string  // what is wrong
	Write      string  // a triple to write instead, in Turtle; empty if nothing can be proposed
	Points     float64 // what it costs of the 405 points of data.europa.eu's assessment
}

// String is the finding in one line.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: <%s> %s: %s", f.Severity, f.Node, f.Property, f.Text)
	if f.Value != "" {
		fmt.Fprintf(&b, ": %q", f.Value)
	}
	if f.Convention > 0 {
		fmt.Fprintf(&b, " (convention %d)", f.Convention)
	}
	if f.Points > 0 {
		fmt.Fprintf(&b, " (%.1f points)", f.Points)
	}
	if f.Write != "" {
		b.WriteString("; write " + f.Write)
	}
	return b.String()
}

func (f Finding) compare(g Finding) int {
	return cmp.Or(
		cmp.Compare(g.Severity, f.Severity), cmp.Compare(f.Node, g.Node), cmp.Compare(f.Property, g.Property),
		cmp.Compare(f.Code, g.Code), cmp.Compare(f.Value, g.Value), cmp.Compare(f.Text, g.Text),
	)
}
