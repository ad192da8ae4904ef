package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
)

// formulaCase is an expression, as CEL and as SQL. Days, social and the like are
// columns as the others; prev(x) is the column x_prev.
type formulaCase struct {
	name, cel, sql string
	indicator      bool // of the default catalogue; the others are the heavy ones
}

const tariff = `(use_m3 <= 0.0 ? fixed : use_m3 <= 10.0 ? fixed + use_m3*p1 :
	use_m3 <= 20.0 ? fixed + 10.0*p1 + (use_m3 - 10.0)*p2 :
	use_m3 <= 40.0 ? fixed + 10.0*p1 + 10.0*p2 + (use_m3 - 20.0)*p3 :
	fixed + 10.0*p1 + 10.0*p2 + 20.0*p3 + (use_m3 - 40.0)*p4)
	* (social ? 0.5 : people > 4 ? 0.9 : 1.0) / (people > 0 && days > 0.0 ? double(people)*days : 1.0)`

const tariffSQL = `(CASE WHEN use_m3 <= 0e0 THEN fixed WHEN use_m3 <= 1e1 THEN fixed + use_m3*p1
	WHEN use_m3 <= 2e1 THEN fixed + 1e1*p1 + (use_m3 - 1e1)*p2
	WHEN use_m3 <= 4e1 THEN fixed + 1e1*p1 + 1e1*p2 + (use_m3 - 2e1)*p3
	ELSE fixed + 1e1*p1 + 1e1*p2 + 2e1*p3 + (use_m3 - 4e1)*p4 END)
	* (CASE WHEN social THEN 5e-1 WHEN people > 4 THEN 9e-1 ELSE 1e0 END)
	/ (CASE WHEN people > 0 AND days > 0e0 THEN people::DOUBLE*days ELSE 1e0 END)`

var formulaCases = []formulaCase{
	{"waste per person", "waste_total_t * 1000.0 / population", "waste_total_t * 1e3 / population", true},
	{"selective share", "share(waste_selective_t, waste_total_t)", "1e2 * waste_selective_t / waste_total_t", true},
	{"population change", "100.0 * (population - population_prev) / population_prev", "1e2 * (population - population_prev) / population_prev", true},
	{"youth unemployment", "share(unemployed_men_under25 + unemployed_women_under25, unemployed)", "1e2 * (unemployed_men_under25 + unemployed_women_under25) / unemployed", true},
	{"women unemployment", "share(unemployed_women_under25 + unemployed_women_25_44 + unemployed_women_45_plus, unemployed)", "1e2 * (unemployed_women_under25 + unemployed_women_25_44 + unemployed_women_45_plus) / unemployed", true},
	{"water per person and day", "water_supplied_m3 * 1000.0 / (population * days)", "water_supplied_m3 * 1e3 / (population * days)", true},
	{"water losses", "share(water_supplied_m3 - water_billed_m3, water_supplied_m3)", "1e2 * (water_supplied_m3 - water_billed_m3) / water_supplied_m3", true},
	{"cost of waste", "spend_waste / population", "spend_waste / population", true},
	{"bike lanes", "bike_lane_km * 100000.0 / population", "bike_lane_km * 1e5 / population", true},
	{"guarded ratio", "waste_total_t > 0.0 ? 100.0*waste_selective_t/waste_total_t : 0.0", "CASE WHEN waste_total_t > 0e0 THEN 1e2*waste_selective_t/waste_total_t ELSE 0e0 END", false},
	{"weighted composite", "0.5*(waste_selective_t/waste_total_t) + 0.3*(water_billed_m3/water_supplied_m3) + 0.2*(unemployed_women_under25/unemployed)", "5e-1*(waste_selective_t/waste_total_t) + 3e-1*(water_billed_m3/water_supplied_m3) + 2e-1*(unemployed_women_under25/unemployed)", false},
	{"int and bool", "people > 2 && rooms < 5 || social ? double(people - rooms) : double(rooms)", "CASE WHEN people > 2 AND rooms < 5 OR social THEN (people - rooms)::DOUBLE ELSE rooms::DOUBLE END", false},
	{"block tariff", tariff, tariffSQL, false},
}

var formulaColumns = []formula.Var{
	{Name: "population", Type: "double"}, {Name: "population_prev", Type: "double"}, {Name: "days", Type: "double"},
	{Name: "waste_total_t", Type: "double"}, {Name: "waste_selective_t", Type: "double"}, {Name: "spend_waste", Type: "double"},
	{Name: "unemployed", Type: "double"}, {Name: "unemployed_men_under25", Type: "double"}, {Name: "unemployed_women_under25", Type: "double"},
	{Name: "unemployed_women_25_44", Type: "double"}, {Name: "unemployed_women_45_plus", Type: "double"},
	{Name: "water_supplied_m3", Type: "double"}, {Name: "water_billed_m3", Type: "double"}, {Name: "bike_lane_km", Type: "double"},
	{Name: "use_m3", Type: "double"}, {Name: "fixed", Type: "double"}, {Name: "p1", Type: "double"}, {Name: "p2", Type: "double"}, {Name: "p3", Type: "double"}, {Name: "p4", Type: "double"},
	{Name: "people", Type: "int"}, {Name: "rooms", Type: "int"}, {Name: "social", Type: "bool"},
}

// table is n rows of the columns, all of different values, a part of the cells
// missing.
type table struct {
	n       int
	missing float64
	columns []formula.Column
}

func newTable(n int, missing float64) *table {
	r := rand.New(rand.NewPCG(uint64(n), 9))
	t := &table{n: n, missing: missing, columns: make([]formula.Column, len(formulaColumns))}
	for k, v := range formulaColumns {
		c := &t.columns[k]
		for range n {
			switch v.Type {
			case "double":
				c.Doubles = append(c.Doubles, 0.01+60*r.Float64())
			case "int":
				c.Ints = append(c.Ints, r.Int64N(8))
			default:
				c.Bools = append(c.Bools, r.IntN(4) == 0)
			}
		}
		if missing > 0 {
			c.Missing = make([]uint64, (n+63)/64)
			for i := range n {
				if r.Float64() < missing {
					c.Missing[i/64] |= 1 << (i % 64)
				}
			}
		}
	}
	return t
}

func (t *table) missingAt(column, row int) bool {
	m := t.columns[column].Missing
	return m != nil && m[row/64]>>(row%64)&1 != 0
}

// contestant evaluates one formula over a table. Each round returns a checksum,
// which keeps the work from being left out.
type contestant struct {
	name  string
	round func() float64
	times []float64 // ns a row
}

func (c *contestant) median() float64 {
	s := slices.Clone(c.times)
	slices.Sort(s)
	return s[len(s)/2]
}

// spread is half the distance of the quartiles, relative to the median.
func (c *contestant) spread() float64 {
	s := slices.Clone(c.times)
	slices.Sort(s)
	return (s[len(s)*3/4] - s[len(s)/4]) / 2 / c.median()
}

var sink float64

// race times the contestants in turn, round by round. A round goes on for some
// milliseconds and begins after the garbage of the one before was collected; the
// first warms up and tells how often to repeat.
func race(rows, rounds int, all ...*contestant) {
	const round = 8 * time.Millisecond
	times := make([]int, len(all))
	for i := range rounds + 1 {
		for k, c := range all {
			runtime.GC()
			sink += c.round() // what the others put out of the cache comes back
			start := time.Now()
			for range max(times[k], 1) {
				sink += c.round()
			}
			took := time.Since(start)
			if i == 0 {
				times[k] = int(min(1000, 1+round/(took+1)))
				continue
			}
			c.times = append(c.times, float64(took.Nanoseconds())/float64(times[k]*rows))
		}
	}
}

// ours is the library with a sum over the results.
type ours struct {
	t   *table
	x   *formula.Expr
	e   *formula.Evaluator
	out *formula.Column
}

func newOurs(t *table, cel string) (*ours, error) {
	x, err := formula.CompileExpr(cel, formulaColumns, formula.Config{})
	if err != nil {
		return nil, err
	}
	for _, s := range x.Plan() {
		if s.Fallback {
			return nil, fmt.Errorf("%s falls back: %s", s.Text, s.Reason)
		}
	}
	return &ours{t, x, x.NewEvaluator(), x.NewColumn(t.n)}, nil
}

func (o *ours) eval() float64 {
	o.e.Eval(o.out, o.t.columns, 0, o.t.n)
	return o.out.Doubles[o.t.n-1]
}

// sum evaluates a batch and adds it up while it is in the cache, as an engine
// does that aggregates.
func (o *ours) sum() float64 {
	var s [8]float64
	for from := 0; from < o.t.n; from += formula.MaxBatch {
		to := min(o.t.n, from+formula.MaxBatch)
		c := o.e.Batch(o.t.columns, from, to)
		v := c.Doubles[:to-from]
		if o.t.missing > 0 {
			for i, x := range v { // without a branch: what lacks is 0
				m := c.Missing[i/64] >> (i % 64) & 1
				s[i&7] += math.Float64frombits(math.Float64bits(x) &^ -m)
			}
			continue
		}
		i := 0
		for ; i+8 <= len(v); i += 8 {
			w := (*[8]float64)(v[i:])
			s[0] += w[0]
			s[1] += w[1]
			s[2] += w[2]
			s[3] += w[3]
			s[4] += w[4]
			s[5] += w[5]
			s[6] += w[6]
			s[7] += w[7]
		}
		for ; i < len(v); i++ {
			s[0] += v[i]
		}
	}
	return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
}

// same compares results with those of a peer, bit by bit but for the payload of
// NaN. Get gives the peer's value of a row, or that there is none.
func (o *ours) same(peer string, get func(row int) (float64, bool)) error {
	o.eval()
	for row := range o.t.n {
		got, ok := o.out.Doubles[row], o.out.Missing[row/64]>>(row%64)&1 == 0
		if o.out.Failed[row/64]>>(row%64)&1 != 0 {
			return fmt.Errorf("row %d failed: %s", row, o.e.Error(o.out.Errors[row]))
		}
		want, has := get(row)
		if ok != has || ok && math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
			return fmt.Errorf("row %d of %d: %v %v, %s has %v %v", row, o.t.n, got, ok, peer, want, has)
		}
	}
	return nil
}

type geomean struct {
	log   float64
	n     int
	least float64
}

// ratios are those of the indicators of the default catalogue, and of all.
type ratios struct{ indicators, all geomean }

func (r *ratios) add(c *formulaCase, ratio float64) {
	if r.all.add(ratio); c.indicator {
		r.indicators.add(ratio)
	}
}

func (r *ratios) print(name string, target, least float64) {
	r.indicators.print(name+" indicators of the default catalogue,", target, least)
	if r.all.n > r.indicators.n {
		r.all.print(name+" with the heavy ones,", target, least)
	}
}

func (g *geomean) add(ratio float64) {
	if g.n == 0 || ratio < g.least {
		g.least = ratio
	}
	g.log += math.Log(ratio)
	g.n++
}

func (g *geomean) value() float64 { return math.Exp(g.log / float64(g.n)) }

func (g *geomean) print(name string, target, least float64) {
	verdict := func(x, y float64) string {
		if x >= y {
			return "met"
		}
		return "missed"
	}
	fmt.Printf("%s geomean of %d\t-\t-\t%.2f\t≥ %g %s\n", name, g.n, g.value(), target, verdict(g.value(), target))
	fmt.Printf("%s weakest of %d\t-\t-\t%.2f\t≥ %g %s\n", name, g.n, g.least, least, verdict(g.least, least))
}

// formulaSuite compares formulas with cel-go and DuckDB.
func formulaSuite(quick bool) error {
	if err := catalogueCase(quick); err != nil {
		return err
	}
	rows, rounds := []int{131_072, 1_048_576}, 9
	if quick {
		rows, rounds = []int{4_099}, 1
	}
	for _, n := range rows {
		for _, missing := range []float64{0, 0.06, 0.5} {
			if missing > 0 && n != rows[0] {
				continue
			}
			if err := formulaTable(newTable(n, missing), rounds, quick); err != nil {
				return err
			}
		}
	}
	if err := linear(quick); err != nil {
		return err
	}
	_, err := fmt.Fprint(io.Discard, sink) // so that nothing of it is left out
	return err
}

func formulaTable(t *table, rounds int, quick bool) error {
	db, err := openDuck(t)
	if err != nil {
		return err
	}
	defer db.close()
	name := fmt.Sprintf("formula/%d rows", t.n)
	if t.missing > 0 {
		name += fmt.Sprintf(", %.0f %% missing", 100*t.missing)
	}
	var activation, reused, duck, stored ratios
	celRounds := rounds
	if t.n > 200_000 {
		celRounds = 0 // compared, and timed at the smaller size
	}
	for _, c := range formulaCases {
		o, err := newOurs(t, c.cel)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if allocs := testing.AllocsPerRun(3, func() { sink += o.eval() + o.sum() }); allocs != 0 {
			return fmt.Errorf("%s: %v allocations a run", c.name, allocs)
		}
		peer, err := newCEL(t, c.cel)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := o.same("cel-go with an activation", peer.at); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := o.same("cel-go with a map", peer.mapAt); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if t.missing > 0 && !c.indicator {
			continue // NULL in a condition is the other branch, not NULL
		}
		q, err := db.prepare(c.sql)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		values, err := q.values()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := o.same("DuckDB", func(row int) (float64, bool) { return values[row].Float64, values[row].Valid }); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if quick {
			continue
		}
		mine := &contestant{name: "ours", round: o.sum}
		if celRounds > 0 {
			a := &contestant{name: "cel-go, activation", round: peer.all}
			m := &contestant{name: "cel-go, map", round: peer.mapAll}
			race(t.n, celRounds, mine, a, m)
			for _, x := range []struct {
				c      *contestant
				g      *ratios
				target float64
			}{{a, &activation, 20}, {m, &reused, 20}} {
				ratio := x.c.median() / mine.median()
				x.g.add(&c, ratio)
				fmt.Printf("%s, %s, vs %s\t%.2f ns ±%.0f %%\t%.1f ns ±%.0f %%\t%.1f\t≥ %g\n", name, c.name, x.c.name,
					mine.median(), 100*mine.spread(), x.c.median(), 100*x.c.spread(), ratio, x.target)
			}
		}
		for _, x := range []struct {
			how  string
			mine func() float64
			duck func() float64
			g    *ratios
			goal string
		}{{"sum", o.sum, q.sum, &duck, "≥ 1.2"}, {"stored", o.eval, q.store, &stored, "-"}} {
			a := &contestant{name: "ours", round: x.mine}
			b := &contestant{name: "DuckDB", round: x.duck}
			race(t.n, rounds, a, b)
			ratio := b.median() / a.median()
			x.g.add(&c, ratio)
			fmt.Printf("%s, %s, %s vs DuckDB one thread\t%.2f ns ±%.0f %%\t%.2f ns ±%.0f %%\t%.2f\t%s\n", name, c.name, x.how,
				a.median(), 100*a.spread(), b.median(), 100*b.spread(), ratio, x.goal)
		}
		if q.err != nil {
			return fmt.Errorf("%s: %w", c.name, q.err)
		}
	}
	if quick {
		fmt.Printf("%s, %d formulas: same bits as cel-go with an activation, with a map, and DuckDB; 0 allocations\t-\t-\t-\t-\n", name, len(formulaCases))
		return nil
	}
	if activation.all.n > 0 {
		activation.print(name+", vs cel-go, activation,", 50, 20)
		reused.print(name+", vs cel-go, map,", 100, 20)
	}
	duck.print(name+", sum vs DuckDB one thread,", 2, 1.2)
	stored.print(name+", stored vs DuckDB one thread,", 2, 1.2)
	return nil
}

// linear times one formula from 10³ to 10⁷ rows.
func linear(quick bool) error {
	sizes := []int{1_000, 10_000, 100_000, 1_000_000, 10_000_000}
	if quick {
		sizes = sizes[:2]
	}
	vars := []formula.Var{{Name: "a", Type: "double"}, {Name: "b", Type: "double"}}
	x, err := formula.CompileExpr("a * 1000.0 / b", vars, formula.Config{})
	if err != nil {
		return err
	}
	for _, n := range sizes {
		columns := []formula.Column{{Doubles: make([]float64, n)}, {Doubles: make([]float64, n)}}
		for i := range n {
			columns[0].Doubles[i], columns[1].Doubles[i] = float64(i), float64(i%1000+1)
		}
		e, out := x.NewEvaluator(), x.NewColumn(n)
		c := &contestant{round: func() float64 { e.Eval(out, columns, 0, n); return out.Doubles[n-1] }}
		race(n, 7, c)
		fmt.Printf("formula/a*1000.0/b, %d rows\t%.2f ns a row ±%.0f %%\t-\t-\tlinear\n", n, c.median(), 100*c.spread())
	}
	return nil
}

// catalogueCase computes the default catalogue over every Spanish municipality
// and ten years in one pass.
func catalogueCase(quick bool) error {
	cities := 8131
	if quick {
		cities = 100
	}
	c := indicators.Default()
	start := time.Now()
	p, err := formula.Compile(c, formula.Config{})
	if err != nil {
		return err
	}
	fmt.Printf("formula/compile the default catalogue\t%v\t-\t-\t-\n", time.Since(start).Round(time.Millisecond))
	for _, s := range p.Plan() {
		if s.Fallback {
			return fmt.Errorf("%s falls back: %s", s.Text, s.Reason)
		}
	}
	for _, odd := range []int{0, 16} {
		in, err := years(c, cities, 10, odd)
		if err != nil {
			return err
		}
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		best := math.Inf(1)
		cells := in.Len() * len(c.Indicators)
		for range 3 {
			start := time.Now()
			if _, err := p.Eval(context.Background(), in); err != nil {
				return err
			}
			best = min(best, float64(time.Since(start).Nanoseconds())/float64(cells))
		}
		runtime.ReadMemStats(&after)
		what := "all plain"
		if odd > 0 {
			what = fmt.Sprintf("1/%d missing", odd)
		}
		fmt.Printf("formula/default catalogue, %d municipalities × 10 years = %d cells, %s, one thread\t%.1f ns a cell, %.1f bytes a cell\t-\t-\t-\n", cities, cells, what, best,
			float64(after.TotalAlloc-before.TotalAlloc)/3/float64(cells))
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	fmt.Printf("formula/default catalogue, peak memory of the process with its input\t%d MiB\t-\t-\t-\n", usage.Maxrss/1024)
	return nil
}

// years is [synthetic] without months; one cell in odd is missing.
func years(c *indicators.Catalogue, cities, years, odd int) (*cube.Cube, error) {
	return figures(c, cities, years, odd, false)
}
