package main

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
)

// measured runs the round once for all tests of the package.
var measured = sync.OnceValues(func() (*round.Result, error) {
	c, err := config()
	if err != nil {
		return nil, err
	}
	return round.Run(context.Background(), c)
})

// oracle recomputes figures from the files of facts/, with nothing of the
// library: its own reading, its own formulas.
type oracle struct {
	figures map[string]float64 // file column|code|period
	codes   []string           // member cities
}

func newOracle(t *testing.T) *oracle {
	o := &oracle{figures: map[string]float64{}}
	for _, f := range []string{"population.csv", "income.csv", "income-euskadi.csv", "income-navarra.csv", "structure-2017.csv", "unemployment-2017.csv", "contracts-2013.csv", "jobseekers-2013.csv"} {
		for _, r := range fact(t, f) {
			p := r["year"] + r["month"]
			if p == "" {
				p = "2017"
			}
			for column, text := range r {
				if column == "ine_code" || column == "year" || column == "month" || text == "" || text == "-1" {
					continue
				}
				v, err := strconv.ParseFloat(text, 64)
				require.NoError(t, err)
				if f == "jobseekers-2013.csv" {
					column = strings.TrimPrefix("jobseekers_"+column, "jobseekers_jobseekers")
					if column == "" {
						column = "jobseekers"
					}
				}
				o.figures[column+"|"+r["ine_code"]+"|"+p] = v
			}
		}
	}
	data, err := facts.ReadFile("facts/network.yaml")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`(?m)^  - code: "(\d{5})"\n(?:    .*\n)*`).FindAllStringSubmatch(string(data), -1) {
		if !strings.Contains(m[0], "reference: true") {
			o.codes = append(o.codes, m[1])
		}
	}
	return o
}

// merged are the parts of the two reference municipalities before their merger.
var merged = map[string][]string{"15902": {"15026", "15063"}, "36902": {"36011", "36012"}}

func (o *oracle) get(column, code, p string) (float64, bool) {
	v, ok := o.figures[column+"|"+code+"|"+p]
	if parts := merged[code]; !ok && parts != nil && column != "mean_gross_income_eur" && column != "mean_age" {
		sum := 0.0
		for _, part := range parts {
			x, there := o.figures[column+"|"+part+"|"+p]
			if !there {
				return 0, false
			}
			sum += x
		}
		return sum, true
	}
	return v, ok
}

// A recipe gives the numerator and denominator columns of an indicator, whose
// figure is scale × Σ numerator / Σ denominator; for the network the sums run
// over the cities too.
type recipe struct {
	scale  float64
	num    []string
	den    []string
	weight string // network value is the mean weighted by this column
}

var recipes = map[string]recipe{
	"population.density":                {100, []string{"population"}, []string{"area_ha"}, ""},
	"population.ageing":                 {100, []string{"pop_68_plus"}, []string{"pop_0_18"}, ""},
	"population.women-share":            {100, []string{"women"}, []string{"population"}, ""},
	"population.children-share":         {100, []string{"pop_0_12"}, []string{"population"}, ""},
	"population.mean-age":               {1, []string{"mean_age"}, nil, "population"},
	"economy.unemployed-share":          {100, []string{"registered_unemployed"}, []string{"pop_19_67"}, ""},
	"economy.youth-unemployed-share":    {100, []string{"men_under25", "women_under25"}, []string{"registered_unemployed"}, ""},
	"economy.gender-gap-unemployment":   {100, []string{"women_under25", "women_25_44", "women_45_plus"}, []string{"registered_unemployed"}, ""},
	"economy.unemployed-services-share": {100, []string{"services"}, []string{"registered_unemployed"}, ""},
	"economy.income-per-return":         {1, []string{"mean_gross_income_eur"}, nil, "tax_returns"},
	"economy.income-per-person-foral":   {1, []string{"mean_personal_income_eur"}, nil, "population"},
	"economy.contracts-permanent":       {100, []string{"contracts_permanent"}, []string{"contracts"}, ""},
	"economy.jobseekers-youth-share":    {100, []string{"jobseekers_under25"}, []string{"jobseekers"}, ""},
	"economy.jobseekers-women-share":    {100, []string{"jobseekers_women"}, []string{"jobseekers"}, ""},
}

func (o *oracle) sum(columns []string, code, p string) (float64, bool) {
	sum := 0.0
	for _, c := range columns {
		v, ok := o.get(c, code, p)
		if !ok {
			return 0, false
		}
		sum += v
	}
	return sum, true
}

// value is the figure of an indicator: of a city, or of the network for "*".
func (o *oracle) value(t *testing.T, code, p, indicator string) (float64, bool) {
	codes := []string{code}
	if code == "*" {
		codes = o.codes
	}
	if indicator == "population.change" {
		year, err := strconv.Atoi(p)
		require.NoError(t, err)
		now, before := 0.0, 0.0
		for _, c := range codes {
			a, okA := o.get("population", c, p)
			b, okB := o.get("population", c, strconv.Itoa(year-1))
			if okA && okB {
				now, before = now+a, before+b
			}
		}
		return 100 * (now - before) / before, before > 0
	}
	r, ok := recipes[indicator]
	require.True(t, ok, "the report has a figure of %s, which this test cannot recompute", indicator)
	num, den := 0.0, 0.0
	for _, c := range codes {
		n, okN := o.sum(r.num, c, p)
		d, okD := 1.0, true
		switch {
		case r.den != nil:
			d, okD = o.sum(r.den, c, p)
		case code == "*":
			d, okD = o.get(r.weight, c, p)
			n *= d
		}
		if okN && okD {
			num, den = num+n, den+d
		}
	}
	return r.scale * num / den, den != 0
}

// TestEveryFigureRecomputes picks 200 figures of each report at random, and every
// value of the network, and recomputes them from the facts.
// TestEveryCellHasASourceRow follows figures to the fields they come from.
func TestEveryFigureRecomputes(t *testing.T) {
	r, err := measured()
	require.NoError(t, err)
	o := newOracle(t)
	figure := regexp.MustCompile(`<data class="?v"? value="([^"]+)" data-k="([^"|]*)\|([^"|]*)\|([^"|]*)"`)
	for _, lang := range []string{"es", "en"} {
		html, err := report.AppendHTML(nil, r, report.Config{Language: lang})
		require.NoError(t, err)
		all := figure.FindAllStringSubmatch(string(html), -1)
		require.Greater(t, len(all), 1000, "figures in the report")
		rng := rand.New(rand.NewPCG(2026, 11))
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		networks := slices.DeleteFunc(slices.Clone(all), func(m []string) bool { return m[2] != "*" })
		checked := 0
		for _, m := range slices.Concat(all[:200], networks) {
			got, err := strconv.ParseFloat(m[1], 64)
			require.NoError(t, err)
			want, ok := o.value(t, m[2], m[3], m[4])
			require.True(t, ok, "%v cannot be recomputed", m)
			assert.InDelta(t, want, got, 1e-9*math.Max(1, math.Abs(want)), "%v", m)
			checked++
		}
		t.Logf("%s: %d of %d figures recomputed from the facts", lang, checked, len(all))
	}
}
