package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
	"github.com/almotacen/almotacen/telemetry/archive"
)

// limit is the hourly limit value of NO2 in µg/m³ (Real Decreto 102/2011, annex I).
const limit = 200.0

// aggregated reads the archive and aggregates it by day of Madrid. A mean of an hour counts in the
// day that the hour is in, though it is known at the hour's end: aggregate.AtStart, the default.
func aggregated(name string, zone *time.Location, group func(id string) string) (*aggregate.Result, error) {
	no2, over := unit.MustParse("ug/m3"), limit
	a, err := aggregate.New(aggregate.Config{
		Window: period.Day, Zone: zone, Lateness: aggregate.AnyOrder,
		Group: func(e telemetry.Entity) aggregate.Group { return aggregate.Group{ID: group(e.ID)} },
		Measures: []aggregate.Measure{
			{ID: "no2", Attribute: "no2", Unit: no2, Decimals: 1, Keep: aggregate.KeepValues | aggregate.KeepEntities, Hold: aggregate.Step, MaxAge: time.Hour},
			{ID: "no2-over", Attribute: "no2", Unit: no2, Threshold: &over, Hold: aggregate.Step, MaxAge: time.Hour},
			{ID: "flow", Attribute: "intensity", Unit: unit.MustParse("{vehicle}/h"), Hold: aggregate.Step, MaxAge: time.Hour},
		},
	})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for b, err := range archive.NewReader(f, archive.Filter{}).Blocks() {
		if err != nil {
			return nil, err
		}
		if err := a.Add(b); err != nil {
			return nil, err
		}
	}
	return a.Result(context.Background())
}

// cubeConfig says which figure is which variable of the catalogue. Means of less than three
// quarters of the time are no figures.
func cubeConfig(groups ...string) aggregate.CubeConfig {
	no2 := unit.MustParse("ug/m3")
	return aggregate.CubeConfig{
		Groups: groups, File: "states.bin",
		Outputs: []aggregate.Output{
			{Variable: "no2_mean", Unit: no2, Measure: "no2", Statistic: aggregate.Mean, MinCoverage: 0.75},
			{Variable: "no2_p95", Unit: no2, Measure: "no2", Statistic: aggregate.Quantiles, Q: 0.95, MinCoverage: 0.75},
			{Variable: "no2_hours_over_200", Unit: unit.MustParse("h"), Measure: "no2-over", Statistic: aggregate.TimeHours},
			{Variable: "no2_coverage", Unit: unit.MustParse("%"), Measure: "no2", Statistic: aggregate.Coverage},
			{Variable: "no2_stations", Unit: unit.MustParse("{station}"), Measure: "no2", Statistic: aggregate.Entities},
			{Variable: "traffic_flow_mean", Unit: unit.MustParse("{vehicle}/h"), Measure: "flow", Statistic: aggregate.Mean, MinCoverage: 0.75},
		},
	}
}

// shortDay prints what became of the day that has 23 hours.
func shortDay(log io.Writer, days *aggregate.Result) {
	row := days.At(aggregate.Key{Measure: "no2", Group: city, Window: period.MustParse("2019-03-31")})
	if row == nil || row.State.Span == nil {
		return
	}
	covered, whole := row.State.Span.Covered()
	fmt.Fprintf(log, "  2019-03-31, a day of %v: %d valid readings of NO2, %v of %v covered\n", time.Duration(row.End-row.Start), row.State.Count(), time.Duration(covered), time.Duration(whole))
}

// writeStates writes key and state of each row, each after its length as a varint.
func writeStates(name string, r *aggregate.Result) error {
	var out []byte
	for k, row := range r.Rows() {
		key, err := k.AppendBinary(nil)
		if err != nil {
			return err
		}
		state, err := row.State.AppendBinary(nil)
		if err != nil {
			return err
		}
		out = append(binary.AppendUvarint(out, uint64(len(key))), key...)
		out = append(binary.AppendUvarint(out, uint64(len(state))), state...)
	}
	return os.WriteFile(name, out, 0o644)
}

// stations writes the figures of each station, which is where limits are judged.
func stations(log io.Writer, out, readings string, zone *time.Location) (err error) {
	c, err := stationFigures(readings, zone)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(out, "stations.csv"))
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	fmt.Fprintf(log, "By station: %d stations, %d months, in stations.csv\n", len(c.Entities()), len(c.Periods()))
	return cube.WriteCSV(f, c, cube.WriteConfig{OmitMissing: true})
}

func stationFigures(readings string, zone *time.Location) (*cube.Cube, error) {
	days, err := aggregated(readings, zone, byStation)
	if err != nil {
		return nil, err
	}
	months, err := days.To(period.Month)
	if err != nil {
		return nil, err
	}
	c := cubeConfig()
	c.File = ""
	c.Outputs = c.Outputs[:4] // what is of a station
	return months.Cube(c)
}
