package main

import (
	"bytes"
	"encoding/csv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/testcorpus"
)

// naive is what a few lines over encoding/csv make of the hours of a station: value by value, no
// zone, no states.
type naive struct {
	values []float64
	sum    float64
	over   int
}

func (n *naive) add(x float64) {
	n.values = append(n.values, x)
	n.sum += x
	if x > 200 {
		n.over++
	}
}

// p95 is the quantile of type 7, straight from its definition.
func (n *naive) p95() float64 {
	v := slices.Sorted(slices.Values(n.values))
	at := 0.95 * float64(len(v)-1)
	lo := int(at)
	if lo+1 == len(v) {
		return v[lo]
	}
	return v[lo] + (at-float64(lo))*(v[lo+1]-v[lo])
}

func table(t *testing.T, r io.Reader) [][]string {
	t.Helper()
	c := csv.NewReader(r)
	c.Comma = ';'
	rows, err := c.ReadAll()
	require.NoError(t, err)
	return rows[1:]
}

// fromExtract is the extract by station.
func fromExtract(t *testing.T) map[string]*naive {
	out := map[string]*naive{}
	for _, r := range table(t, bytes.NewReader(extract)) {
		n := out[r[0]]
		if n == nil {
			n = &naive{}
			out[r[0]] = n
		}
		for _, s := range r[2:] {
			if s != "" {
				x, err := strconv.ParseFloat(s, 64)
				require.NoError(t, err)
				n.add(x)
			}
		}
	}
	return out
}

// files is every file below dir.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		out[rel], err = os.ReadFile(name)
		return err
	}))
	return out
}

func TestExtract(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	var log, log2 bytes.Buffer
	require.NoError(t, run(t.Context(), &log, "", dir))
	require.NoError(t, run(t.Context(), &log2, "", again))
	got := files(t, dir)
	require.Equal(t, got, files(t, again), "the same bytes")
	require.Equal(t, log.String(), strings.ReplaceAll(log2.String(), again, dir))
	require.NoError(t, run(t.Context(), io.Discard, "", dir), "over what is there")
	require.Equal(t, got, files(t, dir))

	want := fromExtract(t)
	require.Len(t, want, 2)
	var all naive
	for _, n := range want {
		for _, x := range n.values {
			all.add(x)
		}
	}
	c, err := cube.ReadCSV(bytes.NewReader(got["stations.csv"]), cube.ReadConfig{File: "stations.csv"})
	require.NoError(t, err)
	march := period.MustParse("2019-03")
	for station, n := range want {
		key := cube.Key{Entity: "urn:ngsi-ld:AirQualityObserved:28079" + station, Period: march}
		require.Equal(t, n.sum/float64(len(n.values)), c.At(key, "no2_mean").Value)
		require.InDelta(t, n.p95(), c.At(key, "no2_p95").Value, 1e-9)
		require.Equal(t, float64(n.over), c.At(key, "no2_hours_over_200").Value)
		require.InDelta(t, 100*float64(len(n.values))/743, c.At(key, "no2_coverage").Value, 1e-9, "743 hours: one of March is not")
	}
	c, err = cube.ReadCSV(bytes.NewReader(got[filepath.Join("round", "data", "indicators.csv")]), cube.ReadConfig{})
	require.NoError(t, err)
	key := cube.Key{Entity: city, Period: march}
	require.Equal(t, all.sum/float64(len(all.values)), c.At(key, "air.no2-mean").Value)
	require.InDelta(t, all.p95(), c.At(key, "air.no2-p95").Value, 1e-9)
	require.Equal(t, float64(all.over)/2, c.At(key, "air.no2-hours-over-200").Value)
	require.Positive(t, all.over)
	require.InDelta(t, 100*float64(len(all.values))/(2*743), c.At(key, "air.no2-coverage").Value, 1e-9)
	flow := c.At(key, "mobility.traffic-flow")
	require.True(t, flow.Status.Observed())
	require.NotZero(t, flow.Status&cube.LowReliability, "a counter was silent for two days")

	for _, line := range []string{"a day of 23h0m0s: 46 valid readings", "record 890", "sum 5, integral 5 h", "Written and verified"} {
		require.Contains(t, log.String(), line)
	}
}

// TestFiles compares each station's months with the files as the city publishes them.
func TestFiles(t *testing.T) {
	data := testcorpus.Dir(t, "telemetry/madrid-air")
	names, err := filepath.Glob(filepath.Join(data, "*.csv"))
	require.NoError(t, err)
	want := map[cube.Key]*naive{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, r := range table(t, bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))) {
			if r[3] != "8" {
				continue
			}
			key := cube.Key{Entity: "urn:ngsi-ld:AirQualityObserved:" + r[0] + r[1] + r[2], Period: period.MustParse(r[5] + "-" + r[6])}
			n := want[key]
			if n == nil {
				n = &naive{}
				want[key] = n
			}
			for h := range 24 {
				if r[9+2*h] == "V" {
					x, err := strconv.ParseFloat(r[8+2*h], 64)
					require.NoError(t, err)
					n.add(x)
				}
			}
		}
	}
	dir := t.TempDir()
	require.NoError(t, run(t.Context(), io.Discard, data, dir))
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	c, err := stationFigures(filepath.Join(dir, "readings.almarc"), zone)
	require.NoError(t, err)
	compared := 0
	for key, n := range want {
		mean := c.At(key, "no2_mean")
		require.True(t, mean.Status.Observed(), "%v: %v", key, mean.Reasons)
		require.Equal(t, n.sum/float64(len(n.values)), mean.Value, "%v", key)
		require.InDelta(t, n.p95(), c.At(key, "no2_p95").Value, 1e-9, "%v", key)
		require.Equal(t, float64(n.over), c.At(key, "no2_hours_over_200").Value, "%v", key)
		compared++
	}
	require.Positive(t, compared)
	t.Logf("%d months of stations equal, of %d files", compared, len(names))
}

func TestNoFiles(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), io.Discard, t.TempDir(), t.TempDir()), "no .csv files")
}
