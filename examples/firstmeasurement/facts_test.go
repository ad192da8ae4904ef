package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
)

// rows reads a CSV file into maps from header to field.
func rows(t *testing.T, data []byte) []map[string]string {
	t.Helper()
	table, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, r := range table[1:] {
		m := map[string]string{}
		for i, h := range table[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func fact(t *testing.T, name string) []map[string]string {
	t.Helper()
	data, err := facts.ReadFile("facts/" + name)
	require.NoError(t, err)
	return rows(t, data)
}

// TestFactsAreTheSources compares every figure of facts/ with the source files.
func TestFactsAreTheSources(t *testing.T) {
	dir := testcorpus.Dir(t, "municipal")
	sum := func(columns ...string) func(map[string]string) string {
		return func(r map[string]string) string {
			n := 0
			for _, c := range columns {
				v, err := strconv.Atoi(r[c])
				require.NoError(t, err)
				n += v
			}
			return strconv.Itoa(n)
		}
	}
	for _, c := range []struct {
		fact, source string
		derived      map[string]func(map[string]string) string
	}{
		{"population.csv", "population.csv", nil},
		{"income.csv", "income.csv", nil},
		{"income-euskadi.csv", "income_foral.csv", nil},
		{"income-navarra.csv", "income_foral.csv", nil},
		{"structure-2017.csv", "structure_2017.csv", nil},
		{"unemployment-2017.csv", "unemployment_2017.csv", nil},
		{"contracts-2013.csv", "contracts_2013.csv", map[string]func(map[string]string) string{
			"contracts_permanent": sum("men_permanent_initial", "men_converted", "women_permanent_initial", "women_converted"),
		}},
		{"jobseekers-2013.csv", "jobseekers_2013.csv", map[string]func(map[string]string) string{
			"women":   sum("women_under25", "women_25_44", "women_45_plus"),
			"under25": sum("men_under25", "women_under25"),
		}},
	} {
		data, err := os.ReadFile(filepath.Join(dir, c.source))
		require.NoError(t, err)
		key := func(r map[string]string) string { return r["ine_code"] + "|" + r["year"] + "|" + r["month"] }
		source := map[string]map[string]string{}
		inFact := map[string]bool{}
		for _, r := range rows(t, data) {
			if c.source == "structure_2017.csv" {
				r["year"] = ""
			}
			source[key(r)] = r
		}
		figures := 0
		codes := map[string]bool{}
		for _, r := range fact(t, c.fact) {
			s, ok := source[key(r)]
			require.True(t, ok, "%s: %s is not in the source", c.fact, key(r))
			inFact[key(r)], codes[r["ine_code"]] = true, true
			for column, v := range r {
				want := s[column]
				if f := c.derived[column]; f != nil {
					want = f(s)
				}
				require.Equal(t, want, v, "%s %s %s", c.fact, key(r), column)
				figures++
			}
		}
		// Nothing of these cities was left out (foral figures: from 2013 on).
		for k, r := range source {
			if !codes[r["ine_code"]] || inFact[k] || (strings.HasPrefix(c.fact, "income-") && r["year"] < "2013") {
				continue
			}
			t.Errorf("%s lacks %s, which the source has", c.fact, k)
		}
		t.Logf("%s: %d figures as in the source", c.fact, figures)
	}

	data, err := os.ReadFile(filepath.Join(dir, "membership.csv"))
	require.NoError(t, err)
	network, err := facts.ReadFile("facts/network.yaml")
	require.NoError(t, err)
	for _, r := range rows(t, data) {
		assert.Contains(t, string(network), "code: "+strconv.Quote(r["ine_code"]))
	}
}
