package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/round"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// TestExplainReachesStates: from each indicator of a round down to its variables, to the
// lines of the input that the round keeps, and to the very bytes of the states that the
// figures are of. Every number on the way is there.
func TestExplainReachesStates(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "readings")
	require.NoError(t, store(io.Discard, name, "", zone))
	days, err := aggregated(name, zone, byCity)
	require.NoError(t, err)
	months, err := days.To(period.Month)
	require.NoError(t, err)
	variables, err := months.Cube(cubeConfig(city))
	require.NoError(t, err)
	conf, err := config(variables)
	require.NoError(t, err)
	r, err := round.Run(t.Context(), conf)
	require.NoError(t, err)
	lines, err := csv.NewReader(bytes.NewReader(conf.Inputs[0].Data)).ReadAll()
	require.NoError(t, err)
	at := map[string]int{}
	for i, h := range lines[0] {
		at[h] = i
	}
	digests := map[string]aggregate.Key{} // of the states of months
	for k, row := range months.Rows() {
		raw, err := row.State.AppendBinary(nil)
		require.NoError(t, err)
		sum := sha256.Sum256(raw)
		digests[hex.EncodeToString(sum[:16])] = k
	}

	p, err := formula.Compile(r.Catalogue, formula.Config{})
	require.NoError(t, err)
	leaves := 0
	var walk func(n *formula.Node)
	walk = func(n *formula.Node) {
		for _, c := range n.Children {
			walk(c)
		}
		if n.Op != "variable" || !n.Cell.Status.Observed() {
			return
		}
		leaves++
		src := n.Cell.Source
		require.Equal(t, "variables.csv", src.Name, n.Text)
		line := lines[src.Line-1]
		require.Equal(t, []string{n.Key.Entity, n.Key.Period.String(), n.Text}, line[:3])
		_, digest, ok := strings.Cut(line[at["source"]], "state sha256:")
		require.True(t, ok)
		k, ok := digests[digest[:32]]
		require.True(t, ok, "no state has the digest of %s", n.Text)
		require.Equal(t, n.Key.Entity, k.Group)
		require.Equal(t, n.Key.Period, k.Window)
		if n.Cell.Status&cube.LowReliability != 0 {
			require.Contains(t, line[at["reasons"]], "incomplete: coverage")
		}
		// And the state gives the figure.
		o := outputOf(cubeConfig().Outputs, n.Text)
		require.Equal(t, o.Measure, k.Measure)
		if o.Statistic == aggregate.Mean {
			mean, _ := months.At(k).State.Moments.Mean()
			require.Equal(t, mean, n.Cell.Value)
		}
	}
	for _, x := range r.Catalogue.Indicators {
		why, err := p.Explain(r.Variables, cube.Key{Entity: city, Period: r.Period}, x.ID)
		require.NoError(t, err)
		walk(why)
	}
	require.GreaterOrEqual(t, leaves, 5)
}

func outputOf(list []aggregate.Output, variable string) aggregate.Output {
	for _, o := range list {
		if o.Variable == variable {
			return o
		}
	}
	return aggregate.Output{}
}
