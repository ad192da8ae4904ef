package dcat

import (
	"maps"
	"slices"
	"strings"
)

// Member reports whether an IRI is in any of the tables.
func Member(iri string) bool {
	for ns := range tables {
		if member(iri, ns) {
			return true
		}
	}
	return false
}

// Tables are all IRIs of the tables.
func Tables() []string {
	var out []string
	for ns, codes := range tables {
		for _, c := range strings.Fields(codes) {
			out = append(out, ns+c)
		}
	}
	return out
}

// Sectors are the names of the sectors.
func Sectors() []string { return slices.Collect(maps.Keys(themes)) }

// Territories are the IRIs of all territories.
func Territories() []string {
	out := []string{Spain().IRI}
	for _, c := range communities {
		out = append(out, territory+"Autonomia/"+c)
	}
	for _, p := range provinces {
		out = append(out, territory+"Provincia/"+p.name)
	}
	return out
}

// CommunityOf is the IRI of the community of a province by its name.
func CommunityOf(name string) (string, string, bool) {
	for _, p := range provinces {
		if p.name == name {
			return name, territory + "Autonomia/" + communities[p.community-1], true
		}
	}
	return "", "", false
}
