// Package rdf is a small RDF 1.1 graph with writers whose bytes depend on the
// triples alone: N-Triples, Turtle and JSON-LD.
//
// Nodes are IRIs; there are no blank nodes, since what is published can always
// be named, and a graph without them is compared by sorting. Subjects are
// sorted, rdf:type comes first, objects are sorted by lexical form, datatype and
// language.
package rdf

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Namespaces that the writers use themselves.
const (
	NSRDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	NSXSD = "http://www.w3.org/2001/XMLSchema#"

	Type = NSRDF + "type"
)

// Term is an object: an IRI or a literal. Comparable.
type Term struct {
	IRI      string // not empty: an IRI
	Lexical  string // of a literal
	Datatype string // IRI; empty: xsd:string, or rdf:langString with Lang
	Lang     string // BCP 47, lower case
}

// IRI is the node named by an IRI.
func IRI(iri string) Term { return Term{IRI: iri} }

// String is a plain literal.
func String(s string) Term { return Term{Lexical: s} }

// LangString is a literal in a language.
func LangString(s, lang string) Term { return Term{Lexical: s, Lang: strings.ToLower(lang)} }

// Typed is a literal of a datatype given by its IRI.
func Typed(lexical, datatype string) Term {
	if datatype == NSXSD+"string" {
		datatype = ""
	}
	return Term{Lexical: lexical, Datatype: datatype}
}

func (t Term) compare(u Term) int {
	return cmp.Or(
		cmp.Compare(t.IRI, u.IRI), cmp.Compare(t.Lexical, u.Lexical),
		cmp.Compare(t.Datatype, u.Datatype), cmp.Compare(t.Lang, u.Lang),
	)
}

// Triple is a statement; subject and predicate are IRIs.
type Triple struct {
	Subject, Predicate string
	Object             Term
}

func (t Triple) compare(u Triple) int {
	return cmp.Or(
		cmp.Compare(t.Subject, u.Subject),
		cmp.Compare(predicateRank(t.Predicate), predicateRank(u.Predicate)),
		cmp.Compare(t.Predicate, u.Predicate),
		t.Object.compare(u.Object),
	)
}

func predicateRank(p string) int {
	if p == Type {
		return 0
	}
	return 1
}

// Graph is a set of triples. The zero Graph is empty and ready. Not safe for
// concurrent use while triples are added.
type Graph struct {
	triples []Triple
}

// Add adds a triple; one that is there already changes nothing. The object is
// normalised: the tag of a language in lower case, xsd:string as no datatype,
// so that equal terms of RDF are equal here.
func (g *Graph) Add(subject, predicate string, object Term) {
	object.Lang = strings.ToLower(object.Lang)
	if object.Datatype == NSXSD+"string" || object.Lang != "" && object.Datatype == NSRDF+"langString" {
		object.Datatype = ""
	}
	g.triples = append(g.triples, Triple{subject, predicate, object})
}

// Sorted are the triples, sorted and unique.
func (g *Graph) Sorted() []Triple {
	out := slices.Clone(g.triples)
	slices.SortFunc(out, Triple.compare)
	return slices.Compact(out)
}

// Check finds what cannot be written: IRIs that are relative or have a
// forbidden character, text that is not UTF-8, bad language tags.
func (g *Graph) Check() error {
	var errs []error
	for _, t := range g.Sorted() {
		where := func(err error) error {
			return fmt.Errorf("rdf: <%s> <%s>: %w", t.Subject, t.Predicate, err)
		}
		iris := []string{t.Subject, t.Predicate}
		if t.Object.IRI != "" {
			iris = append(iris, t.Object.IRI)
		}
		if t.Object.Datatype != "" {
			iris = append(iris, t.Object.Datatype)
		}
		for _, iri := range iris {
			if err := CheckIRI(iri); err != nil {
				errs = append(errs, where(err))
			}
		}
		if !utf8.ValidString(t.Object.Lexical) {
			errs = append(errs, where(fmt.Errorf("%q is not UTF-8", t.Object.Lexical)))
		}
		if t.Object.Lang != "" && !validLang(t.Object.Lang) {
			errs = append(errs, where(fmt.Errorf("%q is no language tag", t.Object.Lang)))
		}
		if t.Object.IRI != "" && t.Object != IRI(t.Object.IRI) {
			errs = append(errs, where(errors.New("an object is an IRI or a literal, not both")))
		}
		if t.Object.Datatype == NSRDF+"langString" {
			errs = append(errs, where(errors.New("a literal of rdf:langString needs a language")))
		}
		if t.Object.Lang != "" && t.Object.Datatype != "" {
			errs = append(errs, where(errors.New("a literal has a language or a datatype, not both")))
		}
	}
	return errors.Join(errs...)
}

// CheckIRI refuses what Turtle's IRIREF forbids (controls, space, <>"{}|^`\),
// a % that is not followed by two hexadecimal digits, and IRIs without a scheme
// (RFC 3987 §2.2).
func CheckIRI(iri string) error {
	if !utf8.ValidString(iri) {
		return fmt.Errorf("IRI %q is not UTF-8", iri)
	}
	for i, r := range iri {
		if r <= 0x20 || strings.ContainsRune("<>\"{}|^`\\", r) {
			return fmt.Errorf("IRI %q has the character %q at byte %d: percent-encode it", iri, r, i)
		}
		if r == '%' && (len(iri) < i+3 || !isHex(iri[i+1]) || !isHex(iri[i+2])) {
			return fmt.Errorf("IRI %q has a %% without two hexadecimal digits at byte %d: write %%25", iri, i)
		}
	}
	scheme, _, ok := strings.Cut(iri, ":")
	if !ok || scheme == "" || !isLetter(scheme[0]) {
		return fmt.Errorf("IRI %q is not absolute: begin it with a scheme, such as http", iri)
	}
	for i := range len(scheme) {
		if c := scheme[i]; !isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return fmt.Errorf("IRI %q is not absolute: begin it with a scheme, such as http", iri)
		}
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func validLang(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for j := range len(part) {
			if c := part[j]; !isLetter(c) && (i == 0 || !isDigit(c)) {
				return false
			}
		}
	}
	return true
}
