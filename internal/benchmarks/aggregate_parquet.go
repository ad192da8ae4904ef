package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/parquet"
)

// atRest are the readings in files: of DuckDB, with the columns that the query needs and texts for names, and of parquet.Writer
// with all of its columns.
type atRest struct {
	t          *sensors
	theirs     string
	numbers    string // theirs, with whole numbers for names
	ours       string
	theirsCols parquet.Columns
	oursCols   parquet.Columns
}

// named is the readings with the city for an entity.
func (t *sensors) named() []*telemetry.Batch {
	var entities telemetry.EntityTable
	codes := make([]uint32, t.cities)
	for c := range codes {
		codes[c] = entities.Code(fmt.Appendf(nil, "%06d", c), nil)
	}
	entity := make([]uint32, t.n)
	for i, e := range t.base.Entity {
		entity[i] = codes[int(e-1)%t.cities]
	}
	var out []*telemetry.Batch
	detail := make([]telemetry.Detail, 2048)
	for i := range detail {
		detail[i].Offset = telemetry.NoOffset
	}
	for i, b := range t.batches {
		from := i * 2048
		c := *b
		c.Entities, c.Entity, c.Detail = entities, entity[from:from+b.Len()], detail[:b.Len()]
		out = append(out, &c)
	}
	return out
}

// write makes the files.
func (b *bench) write(t *sensors, dir string) (*atRest, error) {
	f := &atRest{t: t, theirs: filepath.Join(dir, "duckdb.parquet"), numbers: filepath.Join(dir, "numbers.parquet"), ours: filepath.Join(dir, "writer.parquet")}
	f.theirsCols = parquet.Columns{Entity: "city", Attribute: "attribute", Time: "time", Number: "v"}
	f.oursCols = parquet.Columns{Entity: "entity", Attribute: "attribute", Time: "time", Number: "number"}
	_, err := b.db.Exec(fmt.Sprintf("COPY (SELECT lpad(city::VARCHAR, 6, '0') AS city, 'attribute ' || attribute AS attribute, time, v FROM readings) TO '%s' (FORMAT parquet)", f.theirs))
	if err != nil {
		return nil, err
	}
	if _, err := b.db.Exec(fmt.Sprintf("COPY (SELECT city, attribute, time, v FROM readings) TO '%s' (FORMAT parquet)", f.numbers)); err != nil {
		return nil, err
	}
	file, err := os.Create(f.ours)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	w := parquet.NewWriter(file)
	list := t.named()
	at, cpu := time.Now(), cpuTime()
	for _, b := range list {
		if err := w.Write(b); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	b.cpu = cpuTime() - cpu
	b.rate(t, "parquet write", time.Since(at))
	return f, file.Close()
}

// each gives the batches of a file.
func each(name string, columns parquet.Columns, unit time.Duration, workers int, f func(*telemetry.Batch) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	r, err := parquet.NewReader(file, info.Size(), parquet.Config{Columns: &columns, TimeUnit: unit, Workers: workers})
	if err != nil {
		return err
	}
	for b, err := range r.Batches() {
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

// fromParquet is moments by city, attribute and hour straight from a file.
func (b *bench) fromParquet(t *sensors) error {
	if b.only != "" && !strings.Contains("parquet archive", b.only) {
		return nil
	}
	dir, err := os.MkdirTemp("", "benchmarks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f, err := b.write(t, dir)
	if err != nil {
		return err
	}
	const figures = "count(*)::DOUBLE, sum(%[1]s), min(%[1]s), max(%[1]s), avg(%[1]s), var_samp(%[1]s) FROM read_parquet('%[2]s') GROUP BY 1, 2, 3"
	for _, c := range []struct {
		name, file, query string
		columns           parquet.Columns
		unit              time.Duration
	}{
		{"file of DuckDB", f.theirs, fmt.Sprintf("SELECT attribute, city, (time - %d) // %d AS hour, ", start, hourLen) + fmt.Sprintf(figures, "v", f.theirs), f.theirsCols, time.Nanosecond},
		{"file of DuckDB with numbers for names", f.numbers, fmt.Sprintf("SELECT attribute, city::VARCHAR, hour, n, s, low, high, mean, var FROM (SELECT attribute, city, (time - %d) // %d AS hour, ", start, hourLen) +
			"count(*)::DOUBLE AS n, sum(v) AS s, min(v) AS low, max(v) AS high, avg(v) AS mean, var_samp(v) AS var FROM read_parquet('" + f.numbers + "') GROUP BY 1, 2, 3)", f.theirsCols, time.Nanosecond},
		{"file of ours", f.ours, "SELECT attribute, entity, epoch_us(time) // 3600000000 AS hour, " + fmt.Sprintf(figures, "number", f.ours), f.oursCols, 0},
	} {
		for _, threads := range []int{1, 2} {
			if err := b.threads(threads); err != nil {
				return err
			}
			cfg := t.config(threads)
			cfg.Group = nil
			if c.file == f.numbers {
				for a := range cfg.Measures {
					cfg.Measures[a].Attribute = fmt.Sprint(a)
				}
			}
			err := b.run(comparison{
				name: fmt.Sprintf("parquet moments decimal %s %s threads=%d", order(t.shuffled), c.name, threads), target: 1, keys: 3, within: 1e-9, query: c.query,
				ours: func() ([][]float64, error) {
					a, err := aggregate.New(cfg)
					if err != nil {
						return nil, err
					}
					if err := each(c.file, c.columns, c.unit, threads, a.Add); err != nil {
						return nil, err
					}
					r, err := a.Result(context.Background())
					if err != nil {
						return nil, err
					}
					return momentsOf(r), nil
				},
			}, t.n)
			if err != nil {
				return err
			}
			took, err := b.least(func() error {
				return each(c.file, c.columns, c.unit, threads, func(*telemetry.Batch) error { return nil })
			})
			if err != nil {
				return err
			}
			b.rate(t, fmt.Sprintf("parquet read alone %s threads=%d", c.name, threads), took)
		}
		if c.file == f.numbers {
			continue
		}
		info, err := os.Stat(c.file)
		if err != nil {
			return err
		}
		b.size(t, "parquet "+c.name, int(info.Size()))
	}
	return b.archived(t)
}

// rate prints how many readings a second something takes that took so long, and b.cpu of processor time.
func (b *bench) rate(t *sensors, what string, took time.Duration) {
	each := func(d time.Duration) float64 { return float64(t.n) / d.Seconds() / 1e6 }
	fmt.Printf("aggregate/%s %s\t%.1f Mrows/s (%.1f by processor time)\t-\t-\t-\n", what, order(t.shuffled), each(took), each(b.cpu))
}

// plainRow is a reading as the lanes of a batch hold it: two codes, a time and a number.
const plainRow = 4 + 4 + 8 + 8

func (b *bench) size(t *sensors, what string, n int) {
	each := float64(n) / float64(t.n)
	fmt.Printf("aggregate/bytes a reading, %s %s\t%.2f\t%d plain\t%.1f× smaller\t-\n", what, order(t.shuffled), each, plainRow, plainRow/each)
}

// archived is the speed and size of the archive beside them.
func (b *bench) archived(t *sensors) error {
	list := t.named()
	var file bytes.Buffer
	took, err := b.least(func() error {
		file.Reset()
		w := archive.NewWriter(&file)
		for _, b := range list {
			if err := w.Write(b); err != nil {
				return err
			}
		}
		return w.Close()
	})
	if err != nil {
		return err
	}
	b.rate(t, "archive write", took)
	took, err = b.least(func() error {
		rows := 0
		for b, err := range archive.NewReader(bytes.NewReader(file.Bytes()), archive.Filter{}).Blocks() {
			if err != nil {
				return err
			}
			rows += b.Len()
		}
		if rows != t.n {
			return fmt.Errorf("%d readings of %d in the archive", rows, t.n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.rate(t, "archive read", took)
	b.size(t, "archive", file.Len())
	return nil
}

// least is the shortest of some times; b.cpu is the least processor time.
func (b *bench) least(f func() error) (time.Duration, error) {
	best := time.Duration(1<<63 - 1)
	b.cpu = best
	rounds := 7
	if b.quick {
		rounds = 2
	}
	for range rounds {
		runtime.GC()
		at, cpu := time.Now(), cpuTime()
		if err := f(); err != nil {
			return 0, err
		}
		best, b.cpu = min(best, time.Since(at)), min(b.cpu, cpuTime()-cpu)
	}
	return best, nil
}
