package dcat

import (
	"slices"
	"strings"
)

// themes checks annex 1: a sector of the list, and its theme beside it.
func (l *linter) themes(node string, sectors, more []string, points float64) {
	if len(sectors) == 0 && !slices.ContainsFunc(more, func(t string) bool { return strings.HasPrefix(t, SectorTaxonomy+"/") }) {
		l.add(Finding{
			Code: CodeTheme, Severity: Error, Convention: 30, Node: node, Property: "dcat:theme", Text: "none of the Spanish sectors",
			Write: triple(node, "dcat:theme", "<"+Sector("sector-publico")+">"), Points: points * l.points,
		})
	}
	all := themesOf(sectors, more)
	for _, iri := range all {
		name, ok := strings.CutPrefix(iri, SectorTaxonomy+"/")
		switch theme, known := Theme(name); {
		case ok && !known:
			l.add(Finding{Code: CodeTheme, Severity: Error, Convention: 30, Node: node, Property: "dcat:theme", Value: iri, Text: "not one of the 22 sectors"})
		case ok && !slices.Contains(all, theme):
			l.add(Finding{
				Code: CodeTheme, Severity: Error, Node: node, Property: "dcat:theme", Value: iri,
				Text: "the sector without its European theme (annex 1)", Write: triple(node, "dcat:theme", "<"+theme+">"),
			})
		case strings.HasPrefix(iri, ThemeTaxonomy+"/") && !member(iri, ThemeTaxonomy+"/"):
			l.add(Finding{Code: CodeVocabulary, Severity: Error, Node: node, Property: "dcat:theme", Value: iri, Text: "not in the table"})
		}
		l.encoded(node, "dcat:theme", iri)
	}
}

// dates checks form, order and future (convention 8).
func (l *linter) dates(node string, issued, modified Date, sev Severity, points float64) {
	check := func(property string, d Date) bool {
		t, _, ok := d.parse()
		switch {
		case d == "":
			l.missing(sev, node, property, `"2024-11-01"^^xsd:date`, points)
		case !ok:
			l.add(Finding{
				Code: CodeDate, Severity: Error, Convention: 8, Node: node, Property: property, Value: string(d),
				Text: "not a year, month, date or instant with zone", Write: triple(node, property, `"2024-11-01"^^xsd:date`),
			})
		case !l.cfg.Now.IsZero() && t.After(l.cfg.Now):
			l.add(Finding{Code: CodeDate, Severity: Error, Convention: 8, Node: node, Property: property, Value: string(d), Text: "in the future"})
		default:
			return true
		}
		return false
	}
	if i, m := check("dct:issued", issued), check("dct:modified", modified); i && m {
		l.order(8, node, "dct:modified", issued, modified, "before dct:issued "+string(issued))
	}
}

// order checks that b is not before a, as far as both say.
func (l *linter) order(convention int, node, property string, a, b Date, text string) {
	n := min(len(a), len(b))
	if len(a) > 10 && len(b) > 10 {
		ta, _, _ := a.parse()
		tb, _, _ := b.parse()
		if !tb.Before(ta) {
			return
		}
	} else if n = min(n, 10); b[:n] >= a[:n] {
		return
	}
	l.add(Finding{Code: CodeDate, Severity: Error, Convention: convention, Node: node, Property: property, Value: string(b), Text: text})
}

func (l *linter) period(node string, p Period) {
	if p == (Period{}) {
		l.missing(Warning, node, "dct:temporal", "<"+node+"#period>", 20)
		return
	}
	valid := true
	for property, d := range map[string]Date{"dcat:startDate": p.Start, "dcat:endDate": p.End} {
		if _, _, ok := d.parse(); !ok {
			valid = false
			if d != "" {
				l.add(Finding{Code: CodeDate, Severity: Error, Convention: 22, Node: node + "#period", Property: property, Value: string(d), Text: "not a year, month, date or instant with zone"})
			}
		}
	}
	if valid {
		l.order(22, node+"#period", "dcat:endDate", p.Start, p.End, "before dcat:startDate "+string(p.Start))
	}
}

func (l *linter) languages(node string, iris []string) {
	for _, iri := range iris {
		if !member(iri, authority+"language/") {
			l.add(Finding{
				Code: CodeVocabulary, Severity: Error, Node: node, Property: "dct:language", Value: iri,
				Text: "not a language of the table known here", Write: triple(node, "dct:language", "<"+authority+"language/SPA>"),
			})
		}
	}
	if len(iris) > 0 && !slices.Contains(iris, authority+"language/SPA") {
		l.add(Finding{
			Code: CodeSpanish, Severity: Error, Convention: 2, Node: node, Property: "dct:language",
			Text: "Spanish is not among the languages", Write: triple(node, "dct:language", "<"+authority+"language/SPA>"),
		})
	}
}

func (l *linter) license(node, iri string, points float64) {
	switch {
	case iri == "":
		l.missing(Error, node, "dct:license", "<"+CCBY+">", points)
	case !strings.HasPrefix(iri, authority+"licence/"):
		l.encoded(node, "dct:license", iri)
		l.add(Finding{
			Code: CodeVocabulary, Severity: Info, Node: node, Property: "dct:license", Value: iri,
			Text: "not in the European table of licences", Write: triple(node, "dct:license", "<"+CCBY+">"), Points: min(points, 10) * l.points,
		})
	case !member(iri, authority+"licence/"):
		l.add(Finding{
			Code: CodeVocabulary, Severity: Info, Node: node, Property: "dct:license", Value: iri,
			Text: "not one of the open licences known here; check that the code is in the table", Write: triple(node, "dct:license", "<"+CCBY+">"),
		})
	}
}

// code checks an IRI of an authority table, if given; points if it is not.
func (l *linter) code(node, property, iri, table, example string, points float64) {
	if iri == "" {
		if points > 0 {
			l.missing(Info, node, property, "<"+authority+table+example+">", points)
		}
		return
	}
	if !member(iri, authority+table) {
		l.add(Finding{
			Code: CodeVocabulary, Severity: Error, Node: node, Property: property, Value: iri,
			Text: "not in the authority table", Write: triple(node, property, "<"+authority+table+example+">"),
		})
	}
}

func (l *linter) eli(node string, iris []string) {
	for _, iri := range iris {
		l.encoded(node, "dcatap:applicableLegislation", iri)
		if !strings.HasPrefix(iri, "http://data.europa.eu/eli/") && !strings.HasPrefix(iri, "https://www.boe.es/eli/") {
			l.add(Finding{
				Code: CodeELI, Severity: Error, Convention: 7, Node: node, Property: "dcatap:applicableLegislation", Value: iri,
				Text: "not an ELI of the Union or of the BOE", Write: triple(node, "dcatap:applicableLegislation", "<http://data.europa.eu/eli/…>"),
			})
		}
	}
}

// places checks convention 16: territories of the vocabulary that do not hold
// each other, the country alone or not at all.
func (l *linter) places(node string, ls []Location, points float64) {
	if len(ls) == 0 {
		if points > 0 {
			l.missing(Warning, node, "dct:spatial", "<"+Spain().IRI+">", points)
		}
		return
	}
	for i, a := range ls {
		l.encoded(node, "dct:spatial", a.IRI)
		community, known := parts(a.IRI)
		switch {
		case strings.HasPrefix(a.IRI, territory) && !known:
			l.add(Finding{Code: CodeSpatial, Severity: Error, Convention: 16, Node: node, Property: "dct:spatial", Value: a.IRI, Text: "not in the vocabulary of territories (NTI-RISP, annex V)"})
		case known && community == "" && len(ls) > 1:
			l.add(Finding{Code: CodeSpatial, Severity: Error, Convention: 16, Node: node, Property: "dct:spatial", Value: a.IRI, Text: "the country beside territories within it: leave it out"})
		}
		if province, ok := strings.CutPrefix(a.IRI, territory+"Provincia/"); ok && known {
			whole := territory + "Autonomia/" + community
			if slices.ContainsFunc(ls, func(b Location) bool { return b.IRI == whole }) {
				l.add(Finding{Code: CodeSpatial, Severity: Error, Convention: 16, Node: node, Property: "dct:spatial", Value: a.IRI, Text: "a province beside its community: write only one"})
			}
			if single(province) {
				l.add(Finding{
					Code: CodeSpatial, Severity: Error, Convention: 16, Node: node, Property: "dct:spatial", Value: a.IRI,
					Text: "the only province of its community: write the community", Write: triple(node, "dct:spatial", "<"+whole+">"),
				})
			}
		}
		if a.Box == (Box{}) {
			l.add(Finding{
				Code: CodeSpatial, Severity: Info, Convention: 17, Node: a.IRI, Property: "dcat:bbox",
				Text: "no geometry, so that the node cannot be a dct:Location, which DCAT-AP 3 asks for", Write: triple(a.IRI, "dcat:bbox", `"POLYGON((…))"^^geo:wktLiteral`),
			})
		} else if b := a.Box; !(b.West >= -180 && b.West < b.East && b.East <= 180 && b.South >= -90 && b.South < b.North && b.North <= 90) {
			l.add(Finding{Code: CodeSpatial, Severity: Error, Convention: 17, Node: a.IRI, Property: "dcat:bbox", Value: b.WKT(), Text: "not a box: west < east and south < north, in degrees"})
		}
		for _, b := range ls[:i] {
			if b.IRI == a.IRI {
				l.add(Finding{Code: CodeDuplicate, Severity: Warning, Node: node, Property: "dct:spatial", Value: a.IRI, Text: "twice"})
			}
		}
	}
}

func single(province string) bool {
	for _, p := range provinces {
		if p.name == province {
			return size(p.community) == 1
		}
	}
	return false
}
