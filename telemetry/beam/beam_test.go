package beam

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/parquet"
)

func TestMain(m *testing.M) {
	sdk.Init()
	os.Exit(m.Run())
}

// night is readings of every five minutes over the night on which the clocks go back,
// of stations in Madrid and in the Canary Islands, with a few that are rejected.
func night(seed uint64) []telemetry.Observation {
	r := rand.New(rand.NewPCG(seed, 1))
	var out []telemetry.Observation
	start := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)
	for s := range 6 {
		for i := range 36 * 12 {
			v := float64(r.IntN(2000)) / 10
			if r.IntN(50) == 0 {
				v = r.NormFloat64() // not a decimal
			}
			out = append(out, telemetry.Observation{
				Entity: telemetry.Entity{ID: fmt.Sprint("station-", s)}, Attribute: []string{"no2", "o3"}[r.IntN(2)],
				Unit: telemetry.UnitRef{Given: "GQ", System: telemetry.CEFACT}, Quality: telemetry.Quality(r.IntN(5)),
				Time: start.Add(time.Duration(i) * 5 * time.Minute), Value: telemetry.Value{Kind: telemetry.Number, Number: v},
			})
		}
	}
	return out
}

func spec(window period.Freq) Spec {
	groups := map[string]Group{}
	for s := range 5 { // the sixth is nobody's
		groups[fmt.Sprint("station-", s)] = Group{ID: "28079"}
	}
	groups["station-4"] = Group{ID: "35016", Zone: "Atlantic/Canary"}
	return Spec{Window: window, Zone: "Europe/Madrid", Groups: groups, Measures: []aggregate.Measure{
		{ID: "no2", Attribute: "no2", Unit: unit.MustParse("ug/m3"), Decimals: 2, Least: -1, Greatest: 150},
		{ID: "o3", Attribute: "o3", Unit: unit.MustParse("mg/m3"), Decimals: 4},
	}}
}

func batch(t testing.TB, list []telemetry.Observation) *telemetry.Batch {
	var b telemetry.Batch
	for _, o := range list {
		require.NoError(t, b.Add(o))
	}
	return &b
}

// single is the file of states of one machine.
func single(t testing.TB, s Spec, list []telemetry.Observation) []byte {
	c, err := s.Config()
	require.NoError(t, err)
	r, err := aggregate.Run(t.Context(), c, []*telemetry.Batch{batch(t, list)})
	require.NoError(t, err)
	require.NotZero(t, r.Len())
	out, err := Marshal(r)
	require.NoError(t, err)
	return out
}

func archived(t testing.TB, list []telemetry.Observation) []byte {
	var file bytes.Buffer
	w := archive.NewWriter(&file)
	require.NoError(t, w.Write(batch(t, list)))
	require.NoError(t, w.Close())
	return file.Bytes()
}

// TestSameBytes runs the Prism runner over a night with a change of the clocks: the states are those of one
// machine, whatever the number of files, their form and the order of their readings.
func TestSameBytes(t *testing.T) {
	list := night(1)
	for _, window := range []period.Freq{period.Hour, period.Day} {
		s := spec(window)
		want := single(t, s, list)
		for _, files := range []int{1, 3, 7} {
			t.Run(fmt.Sprint(window, " ", files), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(files), 2))
				rows := append([]telemetry.Observation(nil), list...)
				r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
				dir := t.TempDir()
				var names []string
				for f := range files {
					part := rows[len(rows)*f/files : len(rows)*(f+1)/files]
					name := filepath.Join(dir, fmt.Sprint(f, ".alm"))
					data := archived(t, part)
					if f%2 == 1 {
						name = filepath.Join(dir, fmt.Sprint(f, ".parquet"))
						var file bytes.Buffer
						w := parquet.NewWriter(&file)
						require.NoError(t, w.Write(batch(t, part)))
						require.NoError(t, w.Close())
						data = file.Bytes()
					}
					require.NoError(t, os.WriteFile(name, data, 0o600))
					names = append(names, name)
				}
				out := filepath.Join(dir, "states")
				p := sdk.NewPipeline()
				scope := p.Root()
				states, err := Files(scope, sdk.Reshuffle(scope, sdk.CreateList(scope, names)), s)
				require.NoError(t, err)
				Write(scope, states, out)
				require.NoError(t, beamx.Run(context.Background(), p))
				got, err := os.ReadFile(out)
				require.NoError(t, err)
				require.True(t, bytes.Equal(want, got), "%d bytes, %d wanted", len(got), len(want))
			})
		}
	}
}

func TestArchives(t *testing.T) {
	list := night(2)
	s := spec(period.Hour)
	s.Groups = nil
	out := filepath.Join(t.TempDir(), "states")
	p := sdk.NewPipeline()
	scope := p.Root()
	states, err := Archives(scope, sdk.CreateList(scope, [][]byte{archived(t, list[:700]), archived(t, list[700:])}), s)
	require.NoError(t, err)
	Write(scope, states, out)
	require.NoError(t, beamx.Run(context.Background(), p))
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	require.True(t, bytes.Equal(single(t, s, list), got))
	hours := map[string]bool{}
	for st, err := range States(got) {
		require.NoError(t, err)
		if st.Key.Entity+st.Key.Group == "station-0" || st.Key.Group == "station-0" {
			hours[st.Key.Window.String()] = true
		}
	}
	require.NotEmpty(t, hours)
}

// TestDamagedFile: a file that does not read fails the pipeline, and nothing is written.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "0.alm")
	data := archived(t, night(3))
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(name, data, 0o600))
	p := sdk.NewPipeline()
	scope := p.Root()
	states, err := Files(scope, sdk.CreateList(scope, []string{name}), spec(period.Hour))
	require.NoError(t, err)
	Write(scope, states, filepath.Join(dir, "states"))
	err = beamx.Run(context.Background(), p)
	require.ErrorContains(t, err, "checksum")
	_, err = os.Stat(filepath.Join(dir, "states"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestSpecRefused(t *testing.T) {
	p := sdk.NewPipeline()
	scope := p.Root()
	names := sdk.CreateList(scope, []string{"x"})
	for _, spoil := range []func(s *Spec){
		func(s *Spec) { s.Measures[0].Form = aggregate.Float },
		func(s *Spec) { s.Zone = "Europe/Nowhere" },
		func(s *Spec) { s.Groups["station-1"] = Group{ID: "x", Zone: "Mars"} },
	} {
		s := spec(period.Hour)
		spoil(&s)
		_, err := Files(scope, names, s)
		require.Error(t, err)
		_, err = Archives(scope, names, s)
		require.True(t, strings.HasPrefix(err.Error(), "beam: "))
	}
}

func TestDamagedStates(t *testing.T) {
	data := single(t, spec(period.Day), night(4))
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 0x10
		failed := false
		for _, err := range States(bad) {
			failed = failed || err != nil
		}
		require.True(t, failed, "byte %d", i)
		failed = false
		for _, err := range States(data[:i]) {
			failed = failed || err != nil
		}
		require.True(t, failed, "%d bytes", i)
	}
}

// TestSameCube runs the Prism runner over the night on which the clocks go back: the cube that it writes, and that of
// the states it writes, are those of one machine, whatever the number of files and the order of their readings.
func TestSameCube(t *testing.T) {
	list := night(5)
	share, err := unit.One().WithKind(unit.Share)
	require.NoError(t, err)
	ug := unit.MustParse("ug/m3")
	for _, window := range []period.Freq{period.Hour, period.Day} {
		s := spec(window)
		s.Measures[1].Keep = aggregate.KeepValues | aggregate.KeepHistogram
		s.Measures = append(s.Measures, aggregate.Measure{ID: "held", Attribute: "no2", Unit: ug, Decimals: 2, Hold: aggregate.Step, MaxAge: 2 * time.Hour})
		s.Lateness = aggregate.AnyOrder
		c := aggregate.CubeConfig{File: "states", Groups: []string{"28079", "35016", "08019"}, Outputs: []aggregate.Output{
			{Variable: "air.no2", Unit: ug, Measure: "no2", Statistic: aggregate.Mean, Expected: 30, MinCoverage: 0.2},
			{Variable: "air.o3.p95", Unit: ug, Measure: "o3", Statistic: aggregate.Quantiles, Q: 0.95},
			{Variable: "air.no2.held", Unit: ug, Measure: "held", Statistic: aggregate.TimeMean, MinCoverage: 0.1},
			{Variable: "air.no2.coverage", Unit: share, Measure: "held", Statistic: aggregate.Coverage},
		}}
		config, err := s.Config()
		require.NoError(t, err)
		r, err := aggregate.Run(t.Context(), config, []*telemetry.Batch{batch(t, list)})
		require.NoError(t, err)
		q, err := r.Cube(c)
		require.NoError(t, err)
		var want bytes.Buffer
		require.NoError(t, cube.WriteCSV(&want, q, cube.WriteConfig{}))
		for _, files := range []int{1, 3, 7} {
			t.Run(fmt.Sprint(window, " ", files), func(t *testing.T) {
				// A station's readings are in one file, and in any order there.
				rnd := rand.New(rand.NewPCG(uint64(files), 3))
				parts := make([][]telemetry.Observation, files)
				for _, o := range list {
					f := int(o.Entity.ID[len(o.Entity.ID)-1]-'0') % files
					parts[f] = append(parts[f], o)
				}
				dir := t.TempDir()
				var data [][]byte
				for _, p := range parts {
					rnd.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
					if len(p) > 0 {
						data = append(data, archived(t, p))
					}
				}
				rnd.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
				p := sdk.NewPipeline()
				scope := p.Root()
				states, err := Archives(scope, sdk.Reshuffle(scope, sdk.CreateList(scope, data)), s)
				require.NoError(t, err)
				Write(scope, states, filepath.Join(dir, "states"))
				require.NoError(t, WriteCube(scope, states, s, c, filepath.Join(dir, "cube.csv")))
				require.NoError(t, beamx.Run(context.Background(), p))
				got, err := os.ReadFile(filepath.Join(dir, "cube.csv"))
				require.NoError(t, err)
				require.Equal(t, want.String(), string(got))
				raw, err := os.ReadFile(filepath.Join(dir, "states"))
				require.NoError(t, err)
				back, err := Result(t.Context(), s, raw)
				require.NoError(t, err)
				q, err := back.Cube(c)
				require.NoError(t, err)
				var again bytes.Buffer
				require.NoError(t, cube.WriteCSV(&again, q, cube.WriteConfig{}))
				require.Equal(t, want.String(), again.String())
			})
		}
	}
}

func TestCubeRefused(t *testing.T) {
	p := sdk.NewPipeline()
	scope := p.Root()
	s := spec(period.Hour)
	states, err := Files(scope, sdk.CreateList(scope, []string{"x"}), s)
	require.NoError(t, err)
	require.Error(t, WriteCube(scope, states, s, aggregate.CubeConfig{Editions: &aggregate.Editions{}}, "y"))
	require.ErrorIs(t, WriteCube(scope, states, s, aggregate.CubeConfig{Outputs: []aggregate.Output{{Variable: "v", Measure: "nox"}}}, "y"), aggregate.ErrConfig)
	_, err = Result(t.Context(), s, []byte("ALMSTA01"))
	require.ErrorContains(t, err, "not a file of states")
}
