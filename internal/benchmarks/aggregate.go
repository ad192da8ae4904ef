package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
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
		d, _ := strconv.Atoi(strings.TrimPrefix(e.ID, "device "))
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
	only  string // part of the names of cases to run
	cpu   time.Duration
}

func (b *bench) threads(n int) error {
	runtime.GOMAXPROCS(n)
	_, err := b.db.Exec(fmt.Sprintf("SET threads = %d", n))
	return err
}

// run compares, then times both in turns.
func (b *bench) run(c comparison, rows int) error {
	if !strings.Contains(c.name, b.only) {
		return nil
	}
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
	var ours, theirs, ourCPU, theirCPU []time.Duration
	for range rounds {
		runtime.GC()
		at, cpu := time.Now(), cpuTime()
		if _, err := c.ours(); err != nil {
			return err
		}
		ours, ourCPU = append(ours, time.Since(at)), append(ourCPU, cpuTime()-cpu)
		at, cpu = time.Now(), cpuTime()
		if _, err := b.db.Exec("CREATE OR REPLACE TEMP TABLE result AS " + c.query); err != nil {
			return err
		}
		theirs, theirCPU = append(theirs, time.Since(at)), append(theirCPU, cpuTime()-cpu)
	}
	for _, l := range [][]time.Duration{ours, theirs, ourCPU, theirCPU} {
		slices.Sort(l)
	}
	x, y := ours[rounds/2], theirs[rounds/2]
	ratio := float64(y) / float64(x)
	fmt.Printf("aggregate/%s\t%.1f Mrows/s (%v–%v)\t%.1f Mrows/s (%v–%v)\t%.1f× (%.1f× of processor time)\t%s\n", c.name,
		float64(rows)/x.Seconds()/1e6, ours[0].Round(time.Microsecond), ours[rounds-1].Round(time.Microsecond),
		float64(rows)/y.Seconds()/1e6, theirs[0].Round(time.Microsecond), theirs[rounds-1].Round(time.Microsecond), ratio, float64(theirCPU[rounds/2])/float64(ourCPU[rounds/2]), target(c.target))
	return nil
}

// cpuTime is the processor time of the process so far: on a machine that others use
// too, its ratio says more than that of the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
		if cells[i] = &values[i]; i < c.keys {
			cells[i] = new(any) // a text, perhaps
		}
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

func aggregateSuite(quick bool, only string) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // temporary tables and settings are of a connection
	b := &bench{db: db, quick: quick, only: only}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	n := 10_000_000
	if quick {
		n = 400_000
	}
	for _, shape := range []struct {
		devices, cities, hours int
		full                   bool
	}{{1000, 50, 168, true}, {1000, 25, 1, false}, {1000, 25, 100, false}, {1000, 100, 2500, false}} {
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
				if !shape.full {
					continue
				}
				if err := b.others(t, threads); err != nil {
					return err
				}
			}
			if shape.full || t.hours == 2500 {
				if err := b.held(t); err != nil {
					return err
				}
			}
			if shape.full {
				if err := b.sketchError(t); err != nil {
					return err
				}
				if err := b.civil(t); err != nil {
					return err
				}
				if err := b.scaling(t); err != nil {
					return err
				}
				if err := b.fromParquet(t); err != nil {
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
			name: fmt.Sprintf("moments %s %s %d groups threads=%d", name, order(t.shuffled), t.groups(), threads), target: goal, keys: 3, within: 1e-9,
			ours: func() ([][]float64, error) {
				r, err := aggregate.Run(context.Background(), c, t.batches)
				if err != nil {
					return nil, err
				}
				if r.Len() != t.groups() {
					return nil, fmt.Errorf("%d groups, not %d", r.Len(), t.groups())
				}
				return momentsOf(r), nil
			},
			query: fmt.Sprintf("SELECT attribute, city, (time - %d) // %d AS hour, count(*)::DOUBLE, sum(v), min(v), max(v), avg(v), var_samp(v) FROM readings GROUP BY 1, 2, 3", start, hourLen),
		}, t.n)
		if err != nil {
			return err
		}
	}
	return nil
}

// momentsOf are the six figures of moments of each row.
func momentsOf(r *aggregate.Result) [][]float64 {
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
	return out
}

// figure runs and takes one figure of each row of groups.
func (b *bench) figure(t *sensors, name string, goal, within float64, threads, keys int, c aggregate.Config, query string, f func(*aggregate.State) (float64, bool)) error {
	return b.run(comparison{
		name: fmt.Sprintf("%s %s threads=%d", name, order(t.shuffled), threads), target: goal, keys: keys, within: within, query: query,
		ours: func() ([][]float64, error) {
			r, err := aggregate.Run(context.Background(), c, t.batches)
			if err != nil {
				return nil, err
			}
			out := make([][]float64, 1)
			for k, x := range r.Rows() {
				if k.Entity != "" {
					continue
				}
				v, ok := f(&x.State)
				if !ok {
					return nil, fmt.Errorf("%v has no figure", k)
				}
				out[0] = append(out[0], v)
			}
			return out, nil
		},
	}, t.n)
}

func (b *bench) others(t *sensors, threads int) error {
	keep := func(k aggregate.Keep, f period.Freq) aggregate.Config {
		c := t.config(threads)
		c.Window = f
		for i := range c.Measures {
			c.Measures[i].Keep = k
		}
		return c
	}
	const by = " FROM readings GROUP BY 1, 2"
	quantile := func(s *aggregate.State) (float64, bool) { return s.Values.Quantile(0.95, aggregate.Type7) }
	if err := b.figure(t, "exact-quantile 200 groups", 3, 1e-12, threads, 2, keep(aggregate.KeepValues, period.None), "SELECT attribute, city, quantile_cont(v, 0.95)"+by, quantile); err != nil {
		return err
	}
	disc := func(s *aggregate.State) (float64, bool) { return s.Values.Quantile(0.5, aggregate.Type1) }
	if err := b.figure(t, "exact-median-type1 200 groups", 3, 1e-12, threads, 2, keep(aggregate.KeepValues, period.None), "SELECT attribute, city, quantile_disc(v, 0.5)"+by, disc); err != nil {
		return err
	}
	near := func(s *aggregate.State) (float64, bool) { return s.Histogram.Quantile(0.95) }
	if err := b.figure(t, "sketch-quantile 200 groups", 20, 0.01, threads, 2, keep(aggregate.KeepHistogram, period.None), "SELECT attribute, city, approx_quantile(v, 0.95)"+by, near); err != nil {
		return err
	}
	if threads == 1 {
		if err := b.sketchAlone(t); err != nil {
			return err
		}
	}
	distinct := func(s *aggregate.State) (float64, bool) { return float64(s.Distinct.Count()), true }
	if err := b.figure(t, "distinct-values 200 groups", 5, 0, threads, 2, keep(aggregate.KeepDistinct, period.None), "SELECT attribute, city, count(DISTINCT v)::DOUBLE"+by, distinct); err != nil {
		return err
	}
	devices := func(s *aggregate.State) (float64, bool) { return float64(s.Entities.Count()), true }
	if err := b.figure(t, fmt.Sprintf("distinct-devices %d groups", t.groups()), 5, 0, threads, 3, keep(aggregate.KeepEntities, period.Hour), fmt.Sprintf("SELECT attribute, city, (time - %d) // %d, count(DISTINCT device)::DOUBLE FROM readings GROUP BY 1, 2, 3", start, hourLen), devices); err != nil {
		return err
	}
	c := keep(0, period.None)
	if t.shuffled {
		c.Lateness = aggregate.AnyOrder
	}
	const age = 2 * time.Hour
	for i := range c.Measures {
		c.Measures[i].Hold, c.Measures[i].MaxAge = aggregate.Step, age
	}
	held := func(s *aggregate.State) (float64, bool) { return s.Span.Mean() }
	return b.figure(t, "time-weighted-mean 200 groups", 10, 1e-9, threads, 2, c, fmt.Sprintf(`WITH x AS (SELECT attribute, city, v, least(coalesce(lead(time) OVER (PARTITION BY device, attribute ORDER BY time) - time, %[1]d), %[1]d) AS d FROM readings)
		SELECT attribute, city, sum(v * d) / sum(d) FROM x GROUP BY 1, 2`, int64(age)), held)
}

// civil lets DuckDB compute the civil day itself.
func (b *bench) civil(t *sensors) error {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		return err
	}
	c := t.config(2)
	c.Window, c.Zone = period.Day, zone
	mean := func(s *aggregate.State) (float64, bool) { return s.Moments.Mean() }
	return b.figure(t, "mean by civil day in Madrid, DuckDB finds the day", 0, 1e-9, 2, 3, c, "SELECT attribute, city, epoch(date_trunc('day', timezone('Europe/Madrid', make_timestamptz(time // 1000)))) AS day, avg(v) FROM readings GROUP BY 1, 2, 3", mean)
}

// scaling prints what has no peer: threads, small inputs, length, states as bytes.
func (b *bench) scaling(t *sensors) error {
	if b.only != "" && !strings.Contains("scaling", b.only) {
		return nil
	}
	run := func(workers int, list []*telemetry.Batch) func() error {
		return func() error {
			a, err := aggregate.New(t.config(workers))
			if err != nil {
				return err
			}
			return a.AddAll(context.Background(), list)
		}
	}
	runtime.GOMAXPROCS(2)
	one, err := b.least(run(1, t.batches))
	if err != nil {
		return err
	}
	cpu := b.cpu
	two, err := b.least(run(2, t.batches))
	if err != nil {
		return err
	}
	fmt.Printf("aggregate/threads 1→2 %s\t%v\t%v\t%.2f× (processor time %v, %v with one)\t≥ 1.7×\n", order(t.shuffled), two.Round(time.Microsecond), one.Round(time.Microsecond),
		float64(one)/float64(two), b.cpu.Round(time.Microsecond), cpu.Round(time.Microsecond))
	small := []*telemetry.Batch{few(t.batches[0], 1000)}
	many := func(workers int) func() error {
		return func() error {
			for range 200 {
				if err := run(workers, small)(); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if one, err = b.least(many(1)); err != nil {
		return err
	}
	cpu = b.cpu
	if two, err = b.least(many(2)); err != nil {
		return err
	}
	fmt.Printf("aggregate/1000 readings, workers 2 against 1 %s\t%v\t%v\t%.2f× (%.2f× of processor time)\t≥ 1× (noise aside)\n", order(t.shuffled), (two / 200).Round(time.Microsecond), (one / 200).Round(time.Microsecond),
		float64(one)/float64(two), float64(cpu)/float64(b.cpu))
	if b.quick || t.shuffled {
		return nil
	}
	var base float64
	for _, times := range []int{1, 10} {
		a, err := aggregate.New(t.config(1))
		if err != nil {
			return err
		}
		at := time.Now()
		for range times {
			for _, x := range t.batches {
				if err := a.Add(x); err != nil {
					return err
				}
			}
		}
		ns := float64(time.Since(at)) / float64(times*t.n)
		if times == 1 {
			base = ns
		}
		fmt.Printf("aggregate/Add %.0e readings\t%.2f ns/reading\t-\t%.2f of 1e+07\tlinear: 1\n", float64(times*t.n), ns, ns/base)
	}
	r, err := aggregate.Run(context.Background(), t.config(1), t.batches)
	if err != nil {
		return err
	}
	var raw [][]byte
	size := 0
	for _, x := range r.Rows() {
		p, err := x.State.AppendBinary(nil)
		if err != nil {
			return err
		}
		raw = append(raw, p)
		size += len(p)
		if len(raw) == 10_000 {
			break
		}
	}
	took, err := b.least(func() error {
		var sum aggregate.State
		for _, p := range raw {
			var s aggregate.State
			if err := s.UnmarshalBinary(p); err != nil {
				return err
			}
			if err := sum.Merge(&s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("aggregate/merge of %d serialised states\t%.0f states/s\t-\t-\t10⁴ a second\n", len(raw), float64(len(raw))/took.Seconds())
	fmt.Printf("aggregate/bytes per serialised state (moments)\t%.1f\t-\t-\t-\n", float64(size)/float64(len(raw)))
	return nil
}
