// Command firstmeasurement runs the first measurement of the two networks of
// Spanish cities on real public figures: it reads facts/, computes the
// catalogue, compares the cities, and writes the report of conclusions and the
// open data to ./out.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
)

//go:embed facts
var facts embed.FS

// issued is fixed: the measurement is of these facts, not of the day it is run.
var issued = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func main() {
	out := flag.String("out", "out", "directory to write")
	workers := flag.Int("workers", 2, "goroutines for the formulas; the result is the same for any number")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *workers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, workers int) error {
	start := time.Now()
	c, err := config()
	if err != nil {
		return err
	}
	c.Workers = workers
	c.Progress = func(p round.Progress) {
		if p.What != "" {
			fmt.Printf("  %-12s %s\n", p.Step, p.What)
		}
	}
	fmt.Printf("First measurement: %d cities, %d indicators, %d files of facts\n", len(c.Network.Cities), len(c.Catalogue.Indicators), len(c.Inputs))
	r, err := round.Run(ctx, c)
	if err != nil {
		return err
	}
	summary(r)

	renderers := renderers()
	fmt.Println("Writing", out)
	if err := r.WriteDir(out, renderers...); err != nil {
		return err
	}
	fmt.Println("Verifying: computing everything again from what was written")
	differences, err := round.Verify(ctx, out, renderers...)
	if err != nil {
		return err
	}
	for _, d := range differences {
		fmt.Println("  DIFFERS", d)
	}
	if len(differences) > 0 {
		return errors.New("the written round is not what its inputs give")
	}
	fmt.Printf("Verified: every byte is what the stored inputs give (%.1f s in all)\n\n", time.Since(start).Seconds())
	fmt.Println("Look at")
	for _, p := range []string{"report.es.html", "report.en.html", "data/indicators.csv", "findings.json", "conclusions.json", "opendata/catalog.ttl", "manifest.json"} {
		fmt.Println(" ", filepath.Join(out, filepath.FromSlash(p)))
	}
	return nil
}

// config is the whole measurement: what is measured, where, and in which files
// the figures stand.
func config() (round.Config, error) {
	c := round.Config{
		ID: "first-measurement",
		Title: indicators.Text{
			"es": "Primera medición del sistema común de indicadores",
			"en": "First measurement of the common system of indicators",
		},
		Notice: indicators.Text{
			"es": "Demostración con cifras públicas. No es un documento oficial de RECI ni de Red Innpulso, ni de ninguna de sus ciudades.",
			"en": "A demonstration with public figures. Not an official document of RECI or Red Innpulso, nor of any of their cities.",
		},
		Catalogue: indicators.Default(),
		Period:    period.MustParse("2021"),
		Clock:     func() time.Time { return issued },
	}
	f, err := facts.Open("facts/network.yaml")
	if err != nil {
		return c, err
	}
	defer f.Close()
	if c.Network, err = indicators.LoadNetwork(f, indicators.Config{File: "network.yaml"}); err != nil {
		return c, err
	}
	for _, t := range tables() {
		data, err := facts.ReadFile("facts/" + t.Name)
		if err != nil {
			return c, err
		}
		c.Inputs = append(c.Inputs, round.Input{Table: t, Data: data})
	}
	return c, nil
}

// tables says which column of which file is which variable of the catalogue.
func tables() []collect.Table {
	wide := func(name, source, periodColumn string, columns map[string]collect.Column) collect.Table {
		return collect.Table{Name: name, Source: source, Entity: "ine_code", Period: periodColumn, Columns: columns, Decimal: "."}
	}
	structure := wide("structure-2017.csv", "ign-structure", "", map[string]collect.Column{
		"area_ha":     {Variable: "area_km2", Unit: "har"},
		"mean_age":    {Variable: "mean_age"},
		"pop_0_12":    {Variable: "pop_0_12"},
		"pop_0_18":    {Variable: "pop_0_18"},
		"pop_19_67":   {Variable: "pop_19_67"},
		"pop_68_plus": {Variable: "pop_68_plus"},
	})
	structure.At = period.MustParse("2017")
	return []collect.Table{
		wide("population.csv", "ine-padron", "year", map[string]collect.Column{
			"population": {Variable: "population"},
			"men":        {Variable: "men"},
			"women":      {Variable: "women"},
		}),
		wide("income.csv", "aeat-irpf", "year", map[string]collect.Column{
			"mean_gross_income_eur": {Variable: "income_mean"},
			"tax_returns":           {Variable: "tax_returns"},
		}),
		wide("income-euskadi.csv", "eustat", "year", map[string]collect.Column{
			"mean_personal_income_eur": {Variable: "income_personal_mean"},
		}),
		wide("income-navarra.csv", "nastat", "year", map[string]collect.Column{
			"mean_personal_income_eur": {Variable: "income_personal_mean", Status: "definition-differs", Reason: "Nastat: renta media, con otra definición que la renta personal de Eustat"},
		}),
		structure,
		wide("unemployment-2017.csv", "sepe-paro", "year", map[string]collect.Column{
			"registered_unemployed": {Variable: "unemployed"},
			"men_under25":           {Variable: "unemployed_men_under25"},
			"men_25_44":             {Variable: "unemployed_men_25_44"},
			"men_45_plus":           {Variable: "unemployed_men_45_plus"},
			"women_under25":         {Variable: "unemployed_women_under25"},
			"women_25_44":           {Variable: "unemployed_women_25_44"},
			"women_45_plus":         {Variable: "unemployed_women_45_plus"},
			"agriculture":           {Variable: "unemployed_agriculture"},
			"industry":              {Variable: "unemployed_industry"},
			"construction":          {Variable: "unemployed_construction"},
			"services":              {Variable: "unemployed_services"},
			"no_previous_job":       {Variable: "unemployed_no_previous_job"},
		}),
		wide("contracts-2013.csv", "sepe-contratos", "month", map[string]collect.Column{
			"contracts":           {Variable: "contracts"},
			"contracts_permanent": {Variable: "contracts_permanent"},
		}),
		wide("jobseekers-2013.csv", "sepe-demandantes", "month", map[string]collect.Column{
			"jobseekers": {Variable: "jobseekers"},
			"women":      {Variable: "jobseekers_women"},
			"under25":    {Variable: "jobseekers_under25"},
		}),
	}
}

func renderers() []round.Renderer {
	return []round.Renderer{report.Files(), publish}
}

func summary(r *round.Result) {
	measured := 0
	for _, c := range r.Coverage {
		if c.Observed > 0 {
			measured++
		}
	}
	count := map[collect.Severity]int{}
	for _, f := range r.Findings {
		count[f.Severity]++
	}
	fmt.Printf("Measured %d of %d indicators; the others are shown as not collected, with what they lack\n", measured, len(r.Coverage))
	fmt.Printf("Findings: %d errors, %d warnings, %d notes. Conclusions: %d, withheld: %d\n", count[collect.Err], count[collect.Warning], count[collect.Info], len(r.Conclusions), len(r.Withheld))
	for i, c := range r.Conclusions {
		if i == 5 {
			break
		}
		fmt.Println("  ·", c.Text.In("es"))
	}
}
