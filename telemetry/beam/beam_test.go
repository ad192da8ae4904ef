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
