package main

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/round"
)

// TestPublish holds what is published against the round: every figure of the
// tables is the cell, and every measured indicator is there.
func TestPublish(t *testing.T) {
	c, err := config()
	require.NoError(t, err)
	r, err := round.Run(t.Context(), c)
	require.NoError(t, err)
	files, err := publish(r)
	require.NoError(t, err)
	again, err := publish(r)
	require.NoError(t, err)
	require.Equal(t, files, again)

	published := map[string]int{}
	for path, data := range files {
		require.True(t, strings.HasPrefix(path, "opendata/"), path)
		if !strings.HasSuffix(path, ".csv") {
			continue
		}
		cells := r.Indicators
		if strings.HasSuffix(path, "/variables.csv") {
			cells = r.Variables
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		require.NoError(t, err)
		for _, row := range rows[1:] {
			when, err := period.Parse(row[3])
			require.NoError(t, err)
			cell := cells.At(cube.Key{Entity: row[1], Period: when}, row[0])
			value, status := row[4], row[6]
			require.Equal(t, cell.Status.Observed(), value != "", "%s: %v", path, row)
			if value != "" {
				v, err := strconv.ParseFloat(value, 64)
				require.NoError(t, err)
				require.Equal(t, cell.Value, v, "%s: %v", path, row)
				published[row[0]]++
			}
			require.Equal(t, cell.Status.String(), status)
		}
	}
	for _, x := range r.Coverage {
		if x.Observed > 0 {
			require.Positive(t, published[x.Indicator], x.Indicator)
		} else {
			require.Zero(t, published[x.Indicator], x.Indicator)
		}
	}
}
