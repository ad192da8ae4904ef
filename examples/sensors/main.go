// Command sensors goes the whole way from what sensors send to indicators in a report:
// Madrid's hourly air quality and a stream of NGSI-LD are decoded into one kind of batch, kept
// in an archive, aggregated by month of civil time, and made into indicators whose figures can be
// explained down to the state of the aggregation. It needs no network.
//
// With -data, or the corpora of the tests, it reads the files as the city publishes them.
// Otherwise it reads extract.csv: the valid hours of NO2 of two stations (Plaza de España, Plaza
// Elíptica) in March 2019. Source: datos.madrid.es, Ayuntamiento de Madrid. The stream is
// simulated, and no figure of any city.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the zone, wherever it is run

	"github.com/almotacen/almotacen/indicators/period"
)

// city is the INE code of Madrid.
const city = "28079"

func main() {
	out := flag.String("out", filepath.Join("out", "sensors"), "directory to write")
	data := flag.String("data", corpus(), "folder of Madrid's hourly files; \"\" is the extract")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *data, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// corpus is the folder of the files that the tests have, if it is there.
func corpus() string {
	root := os.Getenv("ALMOTACEN_CORPORA")
	if root == "" {
		root = filepath.Join("..", "shared", "corpora")
	}
	dir := filepath.Join(root, "telemetry", "madrid-air")
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

func run(ctx context.Context, log io.Writer, data, out string) error {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	readings := filepath.Join(out, "readings.almarc")
	if err := store(log, readings, data, zone); err != nil {
		return err
	}
	days, err := aggregated(readings, zone, byCity)
	if err != nil {
		return err
	}
	months, err := days.To(period.Month)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "Aggregated: %d states by day, %d by month; %d rows, of them %d of attributes that nothing asks for\n", days.Len(), months.Len(), days.Totals.Rows, days.Totals.Unwanted)
	shortDay(log, days)
	states := filepath.Join(out, "states.bin")
	if err := writeStates(states, months); err != nil {
		return err
	}
	variables, err := months.Cube(cubeConfig(city))
	if err != nil {
		return err
	}
	if err := stations(log, out, readings, zone); err != nil {
		return err
	}
	if err := explain(ctx, log, states, variables); err != nil {
		return err
	}
	return measure(ctx, log, filepath.Join(out, "round"), variables)
}

// byCity puts an entity into its city, by the code in its id.
func byCity(id string) string {
	if i := strings.LastIndexByte(id, ':'); i >= 0 && strings.HasPrefix(id[i+1:], city) {
		return city
	}
	return ""
}

// byStation leaves an entity to itself, and the simulated ones out.
func byStation(id string) string {
	if strings.Contains(id, ":AirQualityObserved:") {
		return id
	}
	return ""
}
