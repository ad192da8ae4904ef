package aggregate

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

func TestCube(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	limit := 22.0
	cel := unit.MustParse("Cel")
	c := Config{Window: period.Day, Zone: madrid, Group: func(telemetry.Entity) Group { return Group{ID: "28079"} }, Measures: []Measure{
		{ID: "t", Attribute: "t", Unit: cel, Decimals: 2, Keep: KeepValues | KeepHistogram | KeepEntities | KeepEnds, Hold: Step, MaxAge: time.Hour},
		{ID: "hot", Attribute: "t", Unit: cel, Threshold: &limit, Hold: Step, MaxAge: time.Hour},
		{ID: "e", Attribute: "e", Unit: unit.MustParse("kW.h"), Decimals: 3, Meter: &Meter{}},
	}}
	var rows []reading
	start := time.Date(2026, 3, 29, 0, 0, 0, 0, madrid) // a day of 23 hours
	for h := range 23 {
		at := start.Add(time.Duration(h) * time.Hour)
		rows = append(rows, reading{entity: "a", attribute: "t", at: at, x: float64(h) + 0.5, quality: telemetry.Valid})
		rows = append(rows, reading{entity: "m", attribute: "e", at: at, x: float64(100 + 3*h), quality: telemetry.Valid})
	}
	next := start.Add(23 * time.Hour)
	rows = append(rows, reading{entity: "a", attribute: "t", at: next, x: 10}, reading{entity: "m", attribute: "e", at: next, x: 175})
	r, err := Run(context.Background(), c, batches(t, rows, 10))
	require.NoError(t, err)
	share, _ := unit.One().WithKind(unit.Share)
	fahrenheit := unit.MustParse("[degF]")
	diff, err := cel.WithKind(unit.Difference)
	require.NoError(t, err)
	got, err := r.Cube(CubeConfig{
		File: "states.bin", Groups: []string{"28079", "08019"}, AsOf: next.Add(time.Hour),
		Outputs: []Output{
			{Variable: "n", Unit: unit.MustParse("1"), Measure: "t", Statistic: Count},
			{Variable: "mean", Unit: fahrenheit, Measure: "t", Statistic: Mean, MinCoverage: 0.5},
			{Variable: "max", Unit: cel, Measure: "t", Statistic: Greatest, MaxStale: 30 * time.Minute},
			{Variable: "median", Unit: cel, Measure: "t", Statistic: Quantiles, Q: 0.5},
			{Variable: "near", Unit: cel, Measure: "t", Statistic: NearQuantiles, Q: 0.5},
			{Variable: "sd", Unit: diff, Measure: "t", Statistic: DeviationSample},
			{Variable: "var", Unit: unit.MustParse("K2"), Measure: "t", Statistic: VariancePopulation},
			{Variable: "timemean", Unit: cel, Measure: "t", Statistic: TimeMean},
			{Variable: "cover", Unit: share, Measure: "t", Statistic: Coverage},
			{Variable: "hours", Unit: unit.MustParse("min"), Measure: "hot", Statistic: TimeHours},
			{Variable: "energy", Unit: unit.MustParse("MJ"), Measure: "e", Statistic: Rise},
			{Variable: "power", Unit: unit.MustParse("kW"), Measure: "e", Statistic: RiseRate},
			{Variable: "devices", Unit: unit.MustParse("1"), Measure: "t", Statistic: Entities},
			{Variable: "last", Unit: cel, Measure: "t", Statistic: Last},
		},
	})
	require.NoError(t, err)
	day := cube.Key{Entity: "28079", Period: period.MustParse("2026-03-29")}
	for id, want := range map[string]float64{
		"n": 23, "mean": 11.5*1.8 + 32, "max": 22.5, "median": 11.5, "timemean": 11.5, "cover": 1, "hours": 60,
		"energy": 66 * 3.6, "power": 3, "devices": 1, "last": 22.5, "sd": math.Sqrt(46), "var": 44,
	} {
		cell := got.At(day, id)
		require.True(t, cell.Status.Observed(), "%s: %v", id, cell.Reasons)
		require.InDelta(t, want, cell.Value, 1e-9, id)
		require.True(t, strings.HasPrefix(cell.Source.Name, "attribute "), id)
		require.Contains(t, cell.Source.Name, "2026-03-29, n=23, state sha256:")
		require.Contains(t, cell.Source.Name, "in states.bin")
	}
	require.Equal(t, cube.Status(0), got.At(day, "mean").Status)
	require.Equal(t, cube.LowReliability, got.At(day, "max").Status.Flags())
	require.Equal(t, cube.Estimated, got.At(day, "near").Status.Flags())
	require.InDelta(t, 11.5, got.At(day, "near").Value, 11.5/256)
	after := cube.Key{Entity: "28079", Period: period.MustParse("2026-03-30")}
	low := got.At(after, "mean")
	require.Equal(t, cube.Missing, low.Status.Presence())
	require.Equal(t, cube.ReasonIncomplete, low.Reasons[0].Code)
	require.NotZero(t, got.At(after, "n").Status&cube.Provisional)
	require.Equal(t, cube.NotComputable, got.At(after, "sd").Status.Presence())
	require.Equal(t, 175.0-166, got.At(after, "energy").Value/3.6)
	require.Equal(t, cube.Missing, got.At(cube.Key{Entity: "08019", Period: day.Period}, "mean").Status.Presence())

	for name, o := range map[string]Output{
		"sum of levels": {Variable: "x", Unit: cel, Measure: "t", Statistic: Sum},
		"dimension":     {Variable: "x", Unit: unit.MustParse("m"), Measure: "t", Statistic: Mean},
		"count in m":    {Variable: "x", Unit: unit.MustParse("m"), Measure: "t", Statistic: Count},
		"no unit":       {Variable: "x", Measure: "t", Statistic: Mean},
	} {
		_, err := r.Cube(CubeConfig{Outputs: []Output{o}})
		require.ErrorIs(t, err, ErrUnit, name)
	}
	for name, o := range map[string]Output{
		"measure":  {Variable: "x", Unit: cel, Measure: "no", Statistic: Mean},
		"meter":    {Variable: "x", Unit: cel, Measure: "t", Statistic: Rise},
		"coverage": {Variable: "x", Unit: unit.MustParse("kW.h"), Measure: "e", Statistic: Sum, MinCoverage: 0.5},
	} {
		_, err := r.Cube(CubeConfig{Outputs: []Output{o}})
		require.ErrorIs(t, err, ErrConfig, name)
	}
}
