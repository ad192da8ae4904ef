package beam_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/beam"
)

// Files of readings are aggregated by the Prism runner, inside this process.
func Example() {
	dir, err := os.MkdirTemp("", "beam")
	check(err)
	defer os.RemoveAll(dir)
	var names []string
	for day := range 2 { // a file a day
		name := filepath.Join(dir, fmt.Sprint(day, ".alm"))
		file, err := os.Create(name)
		check(err)
		var b telemetry.Batch
		for h := range 24 {
			check(b.Add(telemetry.Observation{
				Entity: telemetry.Entity{ID: "station-4"}, Attribute: "no2", Value: telemetry.Value{Kind: telemetry.Number, Number: float64(20 + h)},
				Time: time.Date(2026, 3, 27+day, h, 0, 0, 0, time.UTC),
			}))
		}
		w := archive.NewWriter(file)
		check(w.Write(&b))
		check(w.Close())
		check(file.Close())
		names = append(names, name)
	}

	p := sdk.NewPipeline()
	s := p.Root()
	ug := unit.MustParse("ug/m3")
	spec := beam.Spec{
		Window: period.Month, Zone: "Europe/Madrid",
		Measures: []aggregate.Measure{{ID: "no2", Attribute: "no2", Unit: ug, Decimals: 1}},
	}
	states, err := beam.Files(s, sdk.CreateList(s, names), spec)
	check(err)
	out, figures := filepath.Join(dir, "states"), filepath.Join(dir, "no2.csv")
	beam.Write(s, states, out)
	check(beam.WriteCube(s, states, spec, aggregate.CubeConfig{
		Outputs: []aggregate.Output{{Variable: "air.no2", Unit: ug, Measure: "no2", Statistic: aggregate.Mean}},
	}, figures))
	check(beamx.Run(context.Background(), p))

	data, err := os.ReadFile(out)
	check(err)
	for st, err := range beam.States(data) {
		check(err)
		mean, _ := st.State.Moments.Mean()
		fmt.Println(st.Key.Group, st.Key.Window, st.State.Count(), mean)
	}
	file, err := os.Open(figures)
	check(err)
	defer file.Close()
	c, err := cube.ReadCSV(file, cube.ReadConfig{File: "no2.csv"})
	check(err)
	fmt.Println(c.Entities(), c.Periods(), c.Cell(0, 0).Value)
	// Output:
	// station-4 2026-03 48 31.5
	// [station-4] [2026-03] 31.5
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
