package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/evaluation"
)

// TestRun: the same bytes twice, in another zone, and said so on the way.
func TestRun(t *testing.T) {
	zone := time.Local
	t.Cleanup(func() { time.Local = zone })
	var said []string
	var wrote []map[string]string
	for i, local := range []*time.Location{time.UTC, time.FixedZone("far", 14*3600)} {
		time.Local = local
		dir := filepath.Join(t.TempDir(), "procurement")
		var out bytes.Buffer
		require.NoError(t, run(&out, dir))
		said = append(said, strings.ReplaceAll(out.String(), dir, "DIR"))
		wrote = append(wrote, map[string]string{})
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			require.NoError(t, err)
			wrote[i][e.Name()] = string(data)
		}
	}
	require.Equal(t, wrote[0], wrote[1])
	require.Equal(t, said[0], said[1])
	require.Len(t, wrote[0], 8)
	require.Contains(t, wrote[0]["figures.csv"], "valdeoca,2024,cpi_awarded_eur,515000,EUR,observed")
	require.Contains(t, wrote[0]["figures.csv"], "valdeoca,2024,cpi_awards_startup,,{award},missing")

	page := wrote[0]["index.html"]
	require.Contains(t, page, "Todo es inventado")
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "http://127")
	require.Equal(t, 1, strings.Count(page, "<h1>"))
	// The drawing shows the model; what is said of the case never does (LCSP 150.1).
	require.NotContains(t, wrote[0]["findings.txt"]+wrote[0]["next.txt"], "colusión")
	for _, p := range partners {
		require.Contains(t, page, p)
	}
}

// TestCase: the case is lawful but for what the law leaves open, and what was
// told is in it.
func TestCase(t *testing.T) {
	s, err := tell(&bytes.Buffer{})
	require.NoError(t, err)
	for _, f := range s.findings {
		if f.Verdict != procurement.OK {
			require.Equal(t, "period-min", f.Guard.ID, f.Message("en"))
			require.Equal(t, procurement.Unknown, f.Verdict)
		}
	}
	st := s.c.Status(asked)
	require.Equal(t, "innovation-partnership", st.Model)
	require.Equal(t, procurement.StatePurchaseDecided, st.Case)
	dropped := 0
	for _, p := range st.Phases {
		if p.State == procurement.StatePartnerDropped {
			require.Equal(t, universidad, p.Party)
			dropped++
		}
	}
	require.Equal(t, 1, dropped)
	require.False(t, s.heard.Final)
	require.True(t, s.sheet.Final)

	cal, err := calendar()
	require.NoError(t, err)
	again, err := procurement.NewRules(cal).Decode("case.json", s.c.AppendJSON(nil))
	require.NoError(t, err)
	require.Equal(t, s.c.Check(asked), again.Check(asked), "the case that was written is the case that was told")
	require.False(t, s.plan.Formalisation.IsZero())
	require.Empty(t, s.plan.Overruns)
}

// TestNoClause: without the pliego's clause the gate drops nobody.
func TestNoClause(t *testing.T) {
	g := gate
	g.Clause = ""
	_, err := g.Pass(assessed)
	require.ErrorIs(t, err, evaluation.ErrRules)
}
