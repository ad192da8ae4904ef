package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// sensors are readings made by one rule here and in DuckDB: nothing is loaded, both
// compute it. Row r is reading i = r, or i = r·stride mod n when shuffled; reading i is
// of device i / (n/devices), attribute and time in order within it.
type sensors struct {
	n, devices, cities, attributes int
	hours                          int
	shuffled                       bool
	base                           telemetry.Batch
	batches                        []*telemetry.Batch
}

const (
	stride  = 7_368_787 // coprime with the sizes used
	start   = int64(1_767_225_600_000_000_000)
	hourLen = int64(3_600_000_000_000)
)

// value is 10.00 to 49.99, with two decimals.
func value(i int64) float64 { return float64(1000+(i*2_654_435_761>>8)&0xfff) / 100 }

func (t *sensors) reading(r int64) (device, attribute int, at int64, v float64) {
	i := r
	if t.shuffled {
		i = r * stride % int64(t.n)
	}
	per := int64(t.n / t.devices)
	each := per / int64(t.attributes)
	d := i / per
	k := i % per
	a := k / each
	j := k % each
	return int(d), int(a), start + j*(int64(t.hours)*hourLen/each), value(i)
}

func (t *sensors) sql() string {
	i := "r"
	if t.shuffled {
		i = fmt.Sprintf("(r * %d %% %d)", stride, t.n)
	}
	per := t.n / t.devices
	each := per / t.attributes
	return fmt.Sprintf(`CREATE OR REPLACE TABLE readings AS SELECT
		(i // %[2]d)::INTEGER AS device, ((i // %[2]d) %% %[3]d)::INTEGER AS city, ((i %% %[2]d) // %[4]d)::INTEGER AS attribute,
		(%[5]d + (i %% %[2]d %% %[4]d) * %[6]d)::BIGINT AS time, ((1000 + ((i * 2654435761 >> 8) & 4095))::DOUBLE / 100) AS v
		FROM (SELECT %[1]s AS i FROM range(%[7]d) x(r))`, i, per, t.cities, each, start, int64(t.hours)*hourLen/int64(each), t.n)
}

func (t *sensors) fill() {
	b := &t.base
	for d := range t.devices {
		b.Entities.Code(fmt.Appendf(nil, "device %d", d), nil)
	}
	for a := range t.attributes {
		b.Attributes.Code(fmt.Appendf(nil, "attribute %d", a))
	}
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = make([]uint32, t.n), make([]uint32, t.n), make([]uint32, t.n), make([]uint32, t.n)
	b.Time, b.Number = make([]int64, t.n), make([]float64, t.n)
	b.Kind, b.Quality, b.Flags = make([]telemetry.Kind, t.n), make([]telemetry.Quality, t.n), make([]telemetry.Flags, t.n)
	b.Detail = nil
	for r := range t.n {
		d, a, at, v := t.reading(int64(r))
		b.Entity[r], b.Attribute[r], b.Time[r], b.Number[r] = uint32(d+1), uint32(a+1), at, v
		b.Kind[r], b.Quality[r] = telemetry.Number, telemetry.Valid
	}
	t.batches = nil
	for from := 0; from < t.n; from += 2048 {
		to := min(from+2048, t.n)
		t.batches = append(t.batches, &telemetry.Batch{
			Entity: b.Entity[from:to], Attribute: b.Attribute[from:to], Dataset: b.Dataset[from:to], UnitRef: b.UnitRef[from:to],
			Time: b.Time[from:to], Number: b.Number[from:to], Kind: b.Kind[from:to], Quality: b.Quality[from:to], Flags: b.Flags[from:to],
			Entities: b.Entities, Attributes: b.Attributes, Datasets: b.Datasets, Units: b.Units,
		})
	}
}

// config groups devices by city (device modulo cities).
func (t *sensors) config(workers int) aggregate.Config {
	c := aggregate.Config{Window: period.Hour, Workers: workers, Limits: aggregate.Limits{States: 1 << 22}}
	c.Group = func(e telemetry.Entity) aggregate.Group {
		var d int
		fmt.Sscanf(e.ID, "device %d", &d)
		return aggregate.Group{ID: fmt.Sprintf("%06d", d%t.cities)}
	}
	for a := range t.attributes {
		c.Measures = append(c.Measures, aggregate.Measure{ID: fmt.Sprintf("%d", a), Attribute: fmt.Sprintf("attribute %d", a), Decimals: 2})
	}
	return c
}

// comparison is one case: ours and the peer's figures by the same key order, and the
// time each takes.
type comparison struct {
	name   string
	target float64
	ours   func() ([][]float64, error) // columns of figures, rows by key
	query  string                      // the same, with the keys first
	keys   int
	within float64 // relative difference allowed
}

type bench struct {
	db    *sql.DB
	quick bool
}

func (b *bench) threads(n int) error {
	runtime.GOMAXPROCS(n)
	_, err := b.db.Exec(fmt.Sprintf("SET threads = %d", n))
	return err
}

// run compares, then times both in turns.
func (b *bench) run(c comparison, rows int) error {
	got, err := c.ours()
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if c.query == "" {
		return nil
	}
	if err := b.compare(c, got); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	rounds := 7
	if b.quick {
		rounds = 1
	}
	var ours, theirs []time.Duration
	for range rounds {
		runtime.GC()
		at := time.Now()
		if _, err := c.ours(); err != nil {
			return err
		}
		ours = append(ours, time.Since(at))
		at = time.Now()
		if _, err := b.db.Exec("CREATE OR REPLACE TEMP TABLE result AS " + c.query); err != nil {
			return err
		}
		theirs = append(theirs, time.Since(at))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	x, y := ours[rounds/2], theirs[rounds/2]
	ratio := float64(y) / float64(x)
	fmt.Printf("aggregate/%s\t%.1f Mrows/s (%v–%v)\t%.1f Mrows/s (%v–%v)\t%.1f×\t%s\n", c.name,
		float64(rows)/x.Seconds()/1e6, ours[0].Round(time.Microsecond), ours[rounds-1].Round(time.Microsecond),
		float64(rows)/y.Seconds()/1e6, theirs[0].Round(time.Microsecond), theirs[rounds-1].Round(time.Microsecond), ratio, target(c.target))
	return nil
}

func target(x float64) string {
	if x == 0 {
		return "-"
	}
	return fmt.Sprintf("≥ %g×", x)
}

// compare fetches the peer's figures in the order of the keys.
func (b *bench) compare(c comparison, got [][]float64) error {
	order := ""
	for i := range c.keys {
		order += fmt.Sprintf(", %d", i+1)
	}
	rows, err := b.db.Query(c.query + " ORDER BY " + order[2:])
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]any, c.keys+len(got))
	values := make([]sql.NullFloat64, len(cells))
	for i := range cells {
		cells[i] = &values[i]
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		for k := range got {
			if n >= len(got[k]) {
				return fmt.Errorf("%d rows here, more there", len(got[k]))
			}
			x, y := got[k][n], values[c.keys+k].Float64
			if d := math.Abs(x - y); d > c.within*max(math.Abs(x), math.Abs(y)) {
				return fmt.Errorf("row %d, figure %d: %v here, %v there", n, k, x, y)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for k := range got {
		if len(got[k]) != n {
			return fmt.Errorf("%d rows here, %d there", len(got[k]), n)
		}
	}
	return nil
}

func aggregateSuite(quick bool) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // temporary tables and settings are of a connection
	b := &bench{db, quick}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	n := 10_000_000
	if quick {
		n = 400_000
	}
	for _, shape := range []struct{ devices, cities, hours int }{{1000, 50, 168}} {
		for _, shuffled := range []bool{false, true} {
			t := &sensors{n: n, devices: shape.devices, cities: shape.cities, attributes: 4, hours: shape.hours, shuffled: shuffled}
			t.fill()
			if _, err := db.Exec(t.sql()); err != nil {
				return err
			}
			for _, threads := range []int{1, 2} {
				if err := b.threads(threads); err != nil {
					return err
				}
				if err := b.moments(t, threads); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func order(shuffled bool) string {
	if shuffled {
		return "shuffled"
	}
	return "sorted"
}

func (b *bench) moments(t *sensors, threads int) error {
	for _, form := range []aggregate.Form{aggregate.Decimal, aggregate.Float} {
		name, goal := "decimal", 5.0
		if form == aggregate.Float {
			name = "float"
			if t.shuffled {
				goal = 3.5
			}
		}
		c := t.config(threads)
		for i := range c.Measures {
			c.Measures[i].Form = form
		}
		err := b.run(comparison{
			name: fmt.Sprintf("moments %s %s %d groups threads=%d", name, order(t.shuffled), t.cities*t.attributes*t.hours, threads), target: goal, keys: 3, within: 1e-9,
			ours: func() ([][]float64, error) {
				r, err := aggregate.Run(context.Background(), c, t.batches)
				if err != nil {
					return nil, err
				}
				out := make([][]float64, 6)
				for i := range out {
					out[i] = make([]float64, 0, r.Len())
				}
				for _, x := range r.Rows() {
					s := &x.State
					n := s.Count()
					var sum, mean, v, lo, hi float64
					if s.Real != nil {
						sum = s.Real.Sum()
						mean, _ = s.Real.Mean()
						v, _ = s.Real.VarianceSample()
						lo, hi, _ = s.Real.Extremes()
					} else {
						sum = s.Moments.Sum()
						mean, _ = s.Moments.Mean()
						v, _ = s.Moments.VarianceSample()
						lo, hi, _ = s.Moments.Extremes()
					}
					for i, x := range [...]float64{float64(n), sum, lo, hi, mean, v} {
						out[i] = append(out[i], x)
					}
				}
				return out, nil
			},
			query: fmt.Sprintf("SELECT attribute, city, (time - %d) // %d AS hour, count(*)::DOUBLE, sum(v), min(v), max(v), avg(v), var_samp(v) FROM readings GROUP BY 1, 2, 3", start, hourLen),
		}, t.n)
		if err != nil {
			return err
		}
	}
	return nil
}
