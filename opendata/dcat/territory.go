package dcat

import "slices"

// Spain is the whole country, with the box of its territory.
func Spain() Location {
	return Location{IRI: territory + "Pais/España", Box: Box{-18.17, 27.63, 4.34, 43.8}}
}

// communities are the names of NTI-RISP, annex V, by INE code of the
// autonomous community, from 01.
var communities = [...]string{
	"Andalucia", "Aragon", "Principado-Asturias", "Illes-Balears", "Canarias", "Cantabria", "Castilla-Leon",
	"Castilla-La-Mancha", "Cataluna", "Comunitat-Valenciana", "Extremadura", "Galicia", "Comunidad-Madrid",
	"Region-Murcia", "Comunidad-Foral-Navarra", "Pais-Vasco", "La-Rioja", "Ceuta", "Melilla",
}

// provinces are the names of NTI-RISP, annex V, by INE code of the province,
// from 01, with that of their community.
var provinces = [...]struct {
	name      string
	community int
}{
	{"Alava", 16}, {"Albacete", 8}, {"Alicante", 10}, {"Almeria", 1}, {"Avila", 7}, {"Badajoz", 11}, {"Illes-Balears", 4},
	{"Barcelona", 9}, {"Burgos", 7}, {"Caceres", 11}, {"Cadiz", 1}, {"Castellon", 10}, {"Ciudad-Real", 8}, {"Cordoba", 1},
	{"A-Coruna", 12}, {"Cuenca", 8}, {"Girona", 9}, {"Granada", 1}, {"Guadalajara", 8}, {"Guipuzcoa", 16}, {"Huelva", 1},
	{"Huesca", 2}, {"Jaen", 1}, {"Leon", 7}, {"Lleida", 9}, {"La-Rioja", 17}, {"Lugo", 12}, {"Madrid", 13}, {"Malaga", 1},
	{"Murcia", 14}, {"Navarra", 15}, {"Ourense", 12}, {"Asturias", 3}, {"Palencia", 7}, {"Las-Palmas", 5},
	{"Pontevedra", 12}, {"Salamanca", 7}, {"Santa-Cruz-Tenerife", 5}, {"Cantabria", 6}, {"Segovia", 7}, {"Sevilla", 1},
	{"Soria", 7}, {"Tarragona", 9}, {"Teruel", 2}, {"Toledo", 8}, {"Valencia", 10}, {"Valladolid", 7}, {"Vizcaya", 16},
	{"Zamora", 7}, {"Zaragoza", 2}, {"Ceuta", 18}, {"Melilla", 19},
}

func province(code string) (i int, ok bool) {
	if len(code) < 2 || code[0]-'0' > 9 || code[1]-'0' > 9 {
		return 0, false
	}
	i = int(code[0]-'0')*10 + int(code[1]-'0')
	return i, i >= 1 && i <= len(provinces)
}

// size is the number of provinces of a community.
func size(community int) int {
	n := 0
	for _, p := range provinces {
		if p.community == community {
			n++
		}
	}
	return n
}

// Province is the IRI of a province by its INE code of two digits (or a code
// that begins with it, as those of municipalities). A community of one
// province stands for it (convention 16). False if there is no such province.
func Province(code string) (string, bool) {
	i, ok := province(code)
	if !ok {
		return "", false
	}
	p := provinces[i-1]
	if size(p.community) == 1 {
		return territory + "Autonomia/" + communities[p.community-1], true
	}
	return territory + "Provincia/" + p.name, true
}

// Community is the IRI of the autonomous community of a province, by the INE
// code of the province.
func Community(code string) (string, bool) {
	i, ok := province(code)
	if !ok {
		return "", false
	}
	return territory + "Autonomia/" + communities[provinces[i-1].community-1], true
}

// Covering is the smallest territory of the vocabulary that holds every given
// place, by INE codes of provinces or municipalities: a province, a community,
// or Spain. False if there is no code, or one that cannot be. Only Spain comes
// with a box.
func Covering(codes ...string) (Location, bool) {
	var ps, cs []string
	for _, c := range codes {
		p, ok := Province(c)
		if !ok {
			return Location{}, false
		}
		q, _ := Community(c)
		ps, cs = append(ps, p), append(cs, q)
	}
	slices.Sort(ps)
	slices.Sort(cs)
	switch {
	case len(codes) == 0:
		return Location{}, false
	case len(slices.Compact(ps)) == 1:
		return Location{IRI: ps[0]}, true
	case len(slices.Compact(cs)) == 1:
		return Location{IRI: cs[0]}, true
	}
	return Spain(), true
}

// parts returns the community that a territory of the vocabulary is in, or is;
// false if it is none of the vocabulary, "" for the country.
func parts(iri string) (community string, known bool) {
	if iri == Spain().IRI {
		return "", true
	}
	for i, c := range communities {
		if iri == territory+"Autonomia/"+c {
			return communities[i], true
		}
	}
	for _, p := range provinces {
		if iri == territory+"Provincia/"+p.name {
			return communities[p.community-1], true
		}
	}
	return "", false
}
