package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/csvmap"
	"github.com/almotacen/almotacen/telemetry/ngsild"
)

//go:embed extract.csv
var extract []byte

//go:embed extract.mapping.json
var extractMapping []byte

// store decodes the files and the stream into an archive.
func store(log io.Writer, name, data string, zone *time.Location) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := archive.NewWriter(f)
	rows, last, err := storeFiles(log, w, data, zone)
	if err != nil {
		return err
	}
	n, err := storeStream(log, w, last)
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Fprintf(log, "Stored: %d readings in %d bytes, %.2f a reading\n", rows+n, w.Size(), float64(w.Size())/float64(rows+n))
	return nil
}

// storeFiles also returns the beginning of the last hour that there is a reading of.
func storeFiles(log io.Writer, w *archive.Writer, data string, zone *time.Location) (rows int, last time.Time, err error) {
	mapping := csvmap.Madrid()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(data, "*.csv"))
	switch {
	case err != nil:
		return 0, last, err
	case data == "":
		names, files["extract.csv"] = []string{"extract.csv"}, extract
		if mapping, err = csvmap.Load(extractMapping); err != nil {
			return 0, last, err
		}
		fmt.Fprintln(log, "Air quality: an extract, NO2 of two stations in March 2019 (datos.madrid.es, Ayuntamiento de Madrid)")
	case len(names) == 0:
		return 0, last, fmt.Errorf("no .csv files in %s; give a folder of Madrid's hourly files, or -data \"\" for the extract", data)
	default:
		fmt.Fprintf(log, "Air quality: %d files as published (datos.madrid.es, Ayuntamiento de Madrid)\n", len(names))
		for _, name := range names {
			if files[name], err = os.ReadFile(name); err != nil {
				return 0, last, err
			}
		}
	}
	var b telemetry.Batch
	for _, name := range names {
		d := csvmap.NewDecoder(csvmap.Config{Mapping: mapping, Config: telemetry.Config{Source: filepath.Base(name), Zone: zone, Policy: telemetry.Skip, Time: telemetry.TimeRequired}})
		b.Reset()
		if err := d.Decode(&b, files[name]); err != nil {
			return 0, last, err
		}
		c := d.Counts()
		fmt.Fprintf(log, "  %s: %d days of a series, %d cells = %d taken + %d gaps + %d of an hour that does not exist or in bad records; %d findings\n",
			filepath.Base(name), c.Records, c.Readings, c.Taken, c.Missing, c.Skipped, len(b.Findings)+b.Unreported)
		if err := w.Write(&b); err != nil {
			return 0, last, err
		}
		rows += b.Len()
		for i := range b.Len() {
			if from := time.Unix(0, b.Detail[i].From).In(zone); from.After(last) {
				last = from
			}
		}
	}
	return rows, last, nil
}

func storeStream(log io.Writer, w *archive.Writer, last time.Time) (int, error) {
	var b telemetry.Batch
	records, rows, left := 0, 0, 0
	c := telemetry.Config{Source: "simulated stream", Policy: telemetry.Skip, Time: telemetry.TimeRequired}
	for one, err := range telemetry.Records(ngsild.Format(), bytes.NewReader(simulated(last)), &b, c) {
		if err != nil {
			return 0, err
		}
		for _, f := range one.Findings {
			fmt.Fprintln(log, "  left out:", f.Error.Error())
		}
		records++
		rows += one.Len()
		left += one.Skipped
		if err := w.Write(one); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(log, "NGSI-LD, simulated: %d entities, %d readings, %d left out\n", records, rows, left)
	return rows, nil
}

// simulated is a stream of two traffic counters in the month of a time, an entity a line: a wave by the
// hour of the day, no chance in it. The second is silent on 10 and 11 March, and sends null once.
func simulated(month time.Time) []byte {
	var out bytes.Buffer
	start := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, month.Location())
	end := start.AddDate(0, 1, 0)
	for at := start; at.Before(end); at = at.Add(time.Hour) {
		for k := 1; k <= 2; k++ {
			if d := at.Day(); k == 2 && (d == 10 || d == 11) {
				continue
			}
			value := fmt.Sprint(math.Round(float64(400*k) * (1 - math.Cos(2*math.Pi*float64(at.Hour()-3)/24))))
			if k == 2 && at.Day() == 20 && at.Hour() == 12 {
				value = "null"
			}
			fmt.Fprintf(&out, `{"id":"urn:ngsi-ld:TrafficFlowObserved:%s-%d","type":"TrafficFlowObserved","intensity":{"type":"Property","value":%s,"observedAt":"%s"}}`+"\n",
				city, k, value, at.UTC().Format(time.RFC3339))
		}
	}
	return out.Bytes()
}
