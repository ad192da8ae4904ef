//go:build ignore

// Gen writes facts/ from the municipal corpus: the figures of the member cities,
// in columns named as the sources name them. Its one argument is the corpus's
// folder. Nothing is filled in or corrected: what a source lacks stays away, and
// a -1 of SEPE stays a -1.
package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
)

// Two mergers that the sources cross: not members, measured beside them.
var references = []string{"15902", "36902"}

var predecessors = map[string][][3]string{
	"15902": {{"15026", "Cesuras", "2013-06-06"}, {"15063", "Oza dos Ríos", "2013-06-06"}},
	"36902": {{"36011", "Cerdedo", "2016-09-22"}, {"36012", "Cotobade", "2016-09-22"}},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go CORPUS/municipal")
	}
	dir := os.Args[1]
	read := func(name string) []map[string]string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			log.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			log.Fatal(err)
		}
		var out []map[string]string
		for _, r := range rows[1:] {
			m := map[string]string{}
			for i, h := range rows[0] {
				m[h] = r[i]
			}
			out = append(out, m)
		}
		return out
	}

	memberships := read("membership.csv")
	wanted := map[string]bool{}
	for _, m := range memberships {
		wanted[m["ine_code"]] = true
	}
	for _, code := range references {
		wanted[code] = true
		for _, p := range predecessors[code] {
			wanted[p[0]] = true
		}
	}

	write := func(name string, columns []string, rows []map[string]string) {
		slices.SortStableFunc(rows, func(a, b map[string]string) int {
			return cmp.Or(cmp.Compare(a["ine_code"], b["ine_code"]), cmp.Compare(a["year"]+a["month"], b["year"]+b["month"]))
		})
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(columns)
		n := 0
		for _, r := range rows {
			if !wanted[r["ine_code"]] {
				continue
			}
			line := make([]string, len(columns))
			for i, c := range columns {
				line[i] = r[c]
			}
			_ = w.Write(line)
			n++
		}
		w.Flush()
		if err := os.WriteFile(filepath.Join("facts", name), b.Bytes(), 0o644); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, n, "rows")
	}

	write("population.csv", []string{"ine_code", "year", "population", "men", "women"}, read("population.csv"))
	write("income.csv", []string{"ine_code", "year", "mean_gross_income_eur", "tax_returns"}, read("income.csv"))
	var foral []map[string]string
	for _, r := range read("income_foral.csv") {
		if r["year"] >= "2013" {
			foral = append(foral, r)
		}
	}
	euskadi := slices.DeleteFunc(slices.Clone(foral), func(r map[string]string) bool { return r["territory"] != "Euskadi" })
	navarra := slices.DeleteFunc(slices.Clone(foral), func(r map[string]string) bool { return r["territory"] == "Euskadi" })
	write("income-euskadi.csv", []string{"ine_code", "year", "mean_personal_income_eur"}, euskadi)
	write("income-navarra.csv", []string{"ine_code", "year", "mean_personal_income_eur"}, navarra)
	structure := read("structure_2017.csv")
	write("structure-2017.csv", []string{"ine_code", "area_ha", "mean_age", "pop_0_12", "pop_0_18", "pop_19_67", "pop_68_plus"}, structure)
	write("unemployment-2017.csv", []string{"ine_code", "year", "registered_unemployed", "men_under25", "men_25_44", "men_45_plus", "women_under25", "women_25_44", "women_45_plus", "agriculture", "industry", "construction", "services", "no_previous_job"}, read("unemployment_2017.csv"))
	write("contracts-2013.csv", []string{"ine_code", "month", "contracts", "contracts_permanent"}, sums(read("contracts_2013.csv"), "contracts_permanent", "men_permanent_initial", "men_converted", "women_permanent_initial", "women_converted"))
	jobseekers := sums(read("jobseekers_2013.csv"), "women", "women_under25", "women_25_44", "women_45_plus")
	jobseekers = sums(jobseekers, "under25", "men_under25", "women_under25")
	write("jobseekers-2013.csv", []string{"ine_code", "month", "jobseekers", "women", "under25"}, jobseekers)
	network(memberships, read("municipalities.csv"), structure)
}

// sums adds a column that is the sum of others, all of them counts.
func sums(rows []map[string]string, to string, from ...string) []map[string]string {
	for _, r := range rows {
		sum := 0
		for _, f := range from {
			v, err := strconv.Atoi(r[f])
			if err != nil || v < 0 {
				log.Fatalf("%s %s: %s is %q, not a count", r["ine_code"], r["month"], f, r[f])
			}
			sum += v
		}
		r[to] = strconv.Itoa(sum)
	}
	return rows
}

// name turns "Coruña, A" into "A Coruña".
func name(s string) string {
	for i, part := range strings.Split(s, "/") {
		if base, article, ok := strings.Cut(part, ", "); ok {
			if !strings.HasSuffix(article, "'") {
				article += " "
			}
			part = article + base
		}
		if i == 0 {
			s = part
		} else {
			s += "/" + part
		}
	}
	return s
}

func network(memberships, municipalities, structure []map[string]string) {
	of := map[string][]map[string]string{}
	for _, m := range memberships {
		of[m["ine_code"]] = append(of[m["ine_code"]], m)
	}
	for _, r := range references {
		of[r] = nil
	}
	facts, place := map[string]map[string]string{}, map[string]map[string]string{}
	for _, m := range municipalities {
		facts[m["ine_code"]] = m
	}
	for _, s := range structure {
		place[s["ine_code"]] = s
	}
	var b bytes.Buffer
	p := func(format string, a ...any) { fmt.Fprintf(&b, format, a...) }
	p(`# Written by gen.go from the sources named in FACTS.md; do not edit.
id: reci-innpulso
title:
  es: RECI y Red Innpulso, ciudades con pertenencia documentada
  en: RECI and Red Innpulso, cities whose membership is documented
groups:
  - id: RECI
    label: {es: Red Española de Ciudades Inteligentes, en: Spanish Network of Smart Cities}
  - id: Innpulso
    label: {es: Red Innpulso de Ciudades de la Ciencia y la Innovación, en: Red Innpulso of Cities of Science and Innovation}
structure:
  - {id: population, log: true}
  - {id: population.density, log: true}
  - {id: population.mean-age}
  - {id: economy.unemployed-share}
cities:
`)
	for _, code := range slices.Sorted(maps.Keys(of)) {
		f := facts[code]
		p("  - code: %q\n    name: %q\n    province: %q\n    community: %q\n", code, name(f["name"]), name(f["province"]), name(f["autonomous_community"]))
		if dir3, ok := indicators.DIR3(code); ok {
			p("    dir3: %s\n", dir3)
		}
		if s := place[code]; s != nil {
			p("    latitude: %s\n    longitude: %s\n", s["latitude"], s["longitude"])
		}
		if slices.Contains(references, code) {
			p("    reference: true\n    since: %q\n    predecessors:\n", predecessors[code][0][2])
			for _, d := range predecessors[code] {
				p("      - {code: %q, name: %q, until: %q}\n", d[0], d[1], d[2])
			}
		}
		if len(of[code]) > 0 {
			p("    memberships:\n")
		}
		for _, m := range of[code] {
			source := m["source"]
			if strings.HasPrefix(source, "seed ") {
				source = "texto de octubre de 2020 del que parte este proyecto"
			}
			p("      - {group: %s, role: %s, stated: %q, source: %q}\n", m["network"], m["role"], m["stated_on"], source)
		}
	}
	if err := os.WriteFile("facts/network.yaml", b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println("network.yaml", len(of), "cities")
}
