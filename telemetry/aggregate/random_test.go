package aggregate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// anyRow is a row of anyInput, by numbers.
type anyRow struct {
	entity, attribute, dataset, unit int
	at                               int64
	x                                float64
	kind                             telemetry.Kind
	quality                          telemetry.Quality
}

// anyInput is a random configuration and rows for it.
type anyInput struct {
	c          Config
	rows       []anyRow
	entities   int
	attributes int
}

var anyUnits = []string{"", "Cel", "K", "m"}

var anyOdd = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, -5e-324, 0x1p-1022, 1e300, -1e300, math.MaxFloat64, 1e-9, 1e12, -3e9, 1.0 / 3, 1e6, 1e15, -1e15, 1e16, 2147483647, -2147483.648, 67108.864}

func oneOf[T any](rng *rand.Rand, x ...T) T { return x[rng.IntN(len(x))] }

func anyInputOf(t testing.TB, rng *rand.Rand, n int) *anyInput {
	in := &anyInput{entities: oneOf(rng, 1, 2, 7, 40, 300), attributes: oneOf(rng, 1, 1, 2, 3, 6)}
	if rng.IntN(40) == 0 {
		in.attributes = 300
	}
	c := &in.c
	c.Window = oneOf(rng, period.None, period.Hour, period.Hour, period.Day, period.Day, period.Week, period.Month, period.Year)
	c.Zone = zone(t, "Europe/Madrid")
	zones := []*time.Location{nil, zone(t, "Atlantic/Canary"), zone(t, "Asia/Kolkata")}[:1+rng.IntN(2)*rng.IntN(3)]
	groups, ungrouped := 1+rng.IntN(in.entities), rng.IntN(3) == 0
	if rng.IntN(3) == 0 {
		groups = in.entities
	}
	c.Group = func(e telemetry.Entity) Group {
		k, err := strconv.Atoi(strings.TrimPrefix(e.ID, "e"))
		if err != nil || ungrouped && k%5 == 3 {
			return Group{}
		}
		return Group{ID: "g" + strconv.Itoa(k%groups), Zone: zones[k%groups%len(zones)]}
	}
	var class [3]bool // what measures there are
	for i := range class {
		class[i] = rng.IntN(2) == 0
	}
	plain := rng.IntN(2) == 0
	ordered := rng.IntN(3) == 0
	scale := uint8(rng.IntN(MaxScale + 1))
	for a := range in.attributes {
		if rng.IntN(5) == 0 && a > 0 {
			continue // without a measure
		}
		for k := range 1 + rng.IntN(7)/6 + rng.IntN(7)/6 {
			m := Measure{ID: fmt.Sprint(a, " ", k), Attribute: "a" + strconv.Itoa(a), Decimals: scale}
			if rng.IntN(4) == 0 {
				m.Decimals = uint8(rng.IntN(MaxScale + 1))
			}
			switch {
			case class[0] && rng.IntN(8) > 0:
				m.Keep = oneOf(rng, 0, KeepEntities)
			case class[1] && rng.IntN(8) > 0:
				m.Form, m.Decimals = Float, 0
			case class[2] && rng.IntN(8) > 0:
				m.Keep = Keep(rng.IntN(8)) & tallied
			default:
				m.Keep = Keep(rng.IntN(keepAll+1)) &^ (KeepTop | KeepCircle)
				if rng.IntN(4) == 0 {
					m.Form, m.Decimals = Float, 0
				}
			}
			if ordered && m.Form == Decimal && rng.IntN(2) == 0 {
				m.Keep &^= KeepEnds
				switch rng.IntN(4) {
				case 0:
					m.Once = true
				case 1:
					m.Hold, m.MaxAge = Step, oneOf(rng, time.Second, time.Hour, math.MaxInt64)
				case 2:
					m.Hold, m.MaxAge = Linear, oneOf(rng, time.Second, time.Hour, math.MaxInt64)
				default:
					m.Meter = &Meter{Noise: 0.5}
				}
				if rng.IntN(2) == 0 {
					m.Keep = 0
				}
			}
			if !plain && rng.IntN(3) == 0 {
				switch rng.IntN(6) {
				case 0:
					m.Least, m.Greatest = -100, 1000
				case 1:
					m.Sentinels = []float64{0, -1}
				case 2:
					m.Threshold = new(float64)
				case 3:
					m.Dataset = oneOf(rng, "d0", "d1")
				case 4:
					m.Accept = []telemetry.Quality{telemetry.Valid}
				case 5:
					m.Unit = unit.MustParse("Cel")
				}
			} else if rng.IntN(4) == 0 {
				m.Unit = unit.MustParse("Cel")
			}
			c.Measures = append(c.Measures, m)
		}
	}
	start := oneOf(rng, time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 20, 0, 0, 0, time.UTC)).UnixNano()
	step := oneOf(rng, 1, int64(time.Millisecond), int64(time.Second), int64(time.Minute), int64(time.Hour))
	span := 1 + rng.Int64N(oneOf[int64](rng, 1, 30, 3000, 100_000))
	if rng.IntN(4) == 0 {
		c.From = time.Unix(0, start+span/4*step)
	}
	if rng.IntN(4) == 0 {
		c.To = time.Unix(0, start+span/4*3*step)
		if !c.From.Before(c.To) {
			c.From = time.Time{}
		}
	}
	if rng.IntN(3) == 0 {
		c.Limits.Dense = oneOf(rng, 16, 64, 500, 4000)
	}
	if rng.IntN(4) == 0 {
		c.Conflict = Conflict(rng.IntN(3))
	}
	c.Lateness = AnyOrder
	spoilt, mixedUnits, datasets := rng.IntN(3)*rng.IntN(60), rng.IntN(3), rng.IntN(2) // of 1000
	size, decimals := oneOf(rng, 1.0, 40, 5000, 1e7), oneOf(rng, 1.0, 10, 100, 1e6)
	usual := telemetry.Quality(1 + rng.IntN(3))
	way := rng.IntN(4)
	for i := range n {
		r := anyRow{rng.IntN(in.entities), rng.IntN(in.attributes), 0, 0, start + rng.Int64N(span)*step, math.Round(rng.NormFloat64()*size*decimals) / decimals, telemetry.Number, usual}
		switch way {
		case 0: // entity by entity, in order
			r.entity, r.at = i*in.entities/n, start+int64(i)%span*step
			r.attribute = i * in.entities * in.attributes / n % in.attributes
		case 1: // in the order of time
			r.at = start + span*int64(i)/int64(n)*step
		case 2:
			r.attribute = i / 700 % in.attributes
		}
		if datasets > 0 {
			r.dataset = rng.IntN(2)
		}
		switch mixedUnits {
		case 1:
			r.unit = r.attribute % 2
		case 2:
			if r.unit = 1; rng.IntN(100) == 0 {
				r.unit = rng.IntN(4)
			}
		}
		if rng.IntN(1000) < spoilt {
			switch rng.IntN(8) {
			case 0, 1, 2:
				r.x = anyOdd[rng.IntN(len(anyOdd))]
			case 3:
				r.at = telemetry.NoTime
			case 4:
				r.kind = oneOf(rng, telemetry.None, telemetry.Text, telemetry.Deleted, telemetry.Bool)
				if r.kind == telemetry.Bool {
					r.x = 1
				}
			case 5:
				r.quality = telemetry.Quality(rng.IntN(5))
			case 6:
				if i > 0 {
					o := in.rows[rng.IntN(i)]
					r.entity, r.attribute, r.at = o.entity, o.attribute, o.at
				}
			case 7:
				if r.unit = rng.IntN(4); c.Window == period.None {
					r.at = oneOf[int64](rng, math.MinInt64+1, math.MaxInt64, math.MaxInt64-1, -9e18)
				} else if !slices.ContainsFunc(c.Measures, func(m Measure) bool { return m.Attribute == "a"+strconv.Itoa(r.attribute) }) {
					r.at = int64(rng.Uint64()) // of an attribute that nobody wants
				}
			}
		}
		if i > n/2 && way == 3 && spoilt > 0 && i < n/2+n/8 {
			r.quality = telemetry.Estimated
		}
		in.rows = append(in.rows, r)
	}
	for i := range c.Measures { // of more different numbers it depends on their order
		if m := &c.Measures[i]; n < TopKeys && m.Form == Decimal && rng.IntN(8) == 0 {
			m.Keep |= KeepTop
		}
	}
	return in
}

// batches cuts the rows into batches whose sizes next says, of some dictionaries in turn,
// of which the codes differ.
func (in *anyInput) batches(rng *rand.Rand, dictionaries int, next func() int) (out []*telemetry.Batch) {
	type dictionary struct {
		telemetry.Batch
		e, a, d, u []uint32
	}
	dicts := make([]dictionary, dictionaries)
	order := func(n int) []uint32 { return make([]uint32, n) }
	for i := range dicts {
		dicts[i].e, dicts[i].a, dicts[i].d, dicts[i].u = order(in.entities), order(in.attributes), order(2), order(len(anyUnits))
		if rng.IntN(2) == 0 { // all are there from the first on
			for _, k := range rng.Perm(in.entities) {
				dicts[i].e[k] = dicts[i].Entities.Code(fmt.Append(nil, "e", k), nil)
			}
		}
	}
	known := func(c *uint32, make func() uint32) uint32 {
		if *c == 0 {
			*c = make()
		}
		return *c
	}
	inPlace := rng.IntN(2) == 0
	for from, k := 0, 0; from < len(in.rows); k++ {
		d := &dicts[k%dictionaries]
		to := min(from+next(), len(in.rows))
		b := &telemetry.Batch{}
		for _, r := range in.rows[from:to] {
			x := telemetry.Row{
				Entity:    known(&d.e[r.entity], func() uint32 { return d.Entities.Code(fmt.Append(nil, "e", r.entity), nil) }),
				Attribute: known(&d.a[r.attribute], func() uint32 { return d.Attributes.Code(fmt.Append(nil, "a", r.attribute)) }),
				Time:      r.at, Number: r.x, Kind: r.kind, Quality: r.quality,
			}
			if r.dataset > 0 {
				x.Dataset = known(&d.d[r.dataset], func() uint32 { return d.Datasets.Code(fmt.Append(nil, "d", r.dataset)) })
			}
			if r.unit > 0 {
				x.UnitRef = known(&d.u[r.unit], func() uint32 {
					c, _ := d.Units.Code(telemetry.UCUM, []byte(anyUnits[r.unit]))
					return c
				})
			}
			b.Append(&x)
		}
		b.Entities, b.Attributes, b.Datasets, b.Units = d.Entities, d.Attributes, d.Datasets, d.Units
		if inPlace {
			b.Detail, b.Flags = nil, nil
		}
		out = append(out, b)
		from = to
	}
	return out
}

// anyKept is what the naive twin knows of a state.
type anyKept struct {
	x           []float64
	first, last int64
	rejects     Rejects
	entities    map[int]bool
}

// naive is what plain measures hold, and Totals, row by row.
func (in *anyInput) naive() (map[Key]*anyKept, Totals) {
	out, totals := map[Key]*anyKept{}, Totals{Rows: int64(len(in.rows))}
	for _, r := range in.rows {
		count := false // by the first measure
		of := func(p *int64) {
			if !count {
				*p++
			}
		}
		wanted := false
		var list []Measure
		for _, m := range in.c.Measures {
			if m.Attribute == "a"+strconv.Itoa(r.attribute) {
				list = append(list, m)
				wanted = wanted || m.Dataset == "" || r.dataset > 0 && m.Dataset == "d"+strconv.Itoa(r.dataset)
			}
		}
		if !wanted {
			totals.Unwanted++
			if list == nil {
				continue
			}
		}
		for i, m := range list {
			count = i > 0
			switch {
			case r.at == telemetry.NoTime:
				of(&totals.Timeless)
				continue
			case !in.c.From.IsZero() && r.at < in.c.From.UnixNano() || !in.c.To.IsZero() && r.at >= in.c.To.UnixNano() || r.at == math.MaxInt64:
				of(&totals.Outside)
				continue
			case m.Dataset != "" && !(r.dataset > 0 && m.Dataset == "d"+strconv.Itoa(r.dataset)):
				continue
			}
			g := in.c.Group(telemetry.Entity{ID: "e" + strconv.Itoa(r.entity)})
			if g.ID == "" {
				of(&totals.Ungrouped)
				continue
			}
			if m.Once || m.Hold != NotHeld || m.Meter != nil {
				continue
			}
			z := cmp.Or(g.Zone, in.c.Zone)
			k := Key{Measure: m.ID, Group: g.ID}
			if in.c.Window != period.None {
				k.Window = period.Of(time.Unix(0, r.at), in.c.Window, z)
			}
			s := out[k]
			if s == nil {
				s = &anyKept{first: math.MaxInt64, last: math.MinInt64, entities: map[int]bool{}}
				out[k] = s
			}
			x := r.x
			switch {
			case r.kind == telemetry.None || r.kind == telemetry.Deleted:
				s.rejects[RejectNone]++
				continue
			case r.kind == telemetry.Text:
				s.rejects[RejectType]++
				continue
			case m.Accept == nil && r.quality == telemetry.Invalid || m.Accept != nil && !slices.Contains(m.Accept, r.quality):
				s.rejects[RejectQuality]++
				continue
			case slices.Contains(m.Sentinels, x):
				s.rejects[RejectRange]++
				continue
			case !m.Unit.IsZero() && r.unit == 3:
				s.rejects[RejectUnit]++
				continue
			case !m.Unit.IsZero() && r.unit == 2 && x-x == 0:
				y, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64)) // see unit.Convert
				x, _ = y.Sub(y, big.NewRat(27315, 100)).Float64()
			}
			if x-x != 0 || (m.Least != 0 || m.Greatest != 0) && !(x >= m.Least && x <= m.Greatest) {
				s.rejects[RejectRange]++
				continue
			}
			if m.Threshold != nil {
				if x > *m.Threshold {
					x = 1
				} else {
					x = 0
				}
			}
			s.x = append(s.x, x+0)
			s.first, s.last = min(s.first, r.at), max(s.last, r.at)
			s.entities[r.entity] = true
		}
	}
	return out, totals
}

// checkNaive compares a result with the naive twin.
func (in *anyInput) checkNaive(t testing.TB, r *Result) {
	want, totals := in.naive()
	require.Equal(t, totals, r.Totals)
	n := 0
	for k, row := range r.Rows() {
		i := slices.IndexFunc(in.c.Measures, func(m Measure) bool { return m.ID == k.Measure })
		m := &in.c.Measures[i]
		if m.Once || m.Hold != NotHeld || m.Meter != nil {
			continue
		}
		n++
		w := want[k]
		require.NotNil(t, w, "%v", k)
		s := &row.State
		var rejects Rejects
		if s.Rejects != nil {
			rejects = *s.Rejects
		}
		require.Equal(t, w.rejects, rejects, "%v", k)
		require.EqualValues(t, len(w.x), s.Count(), "%v", k)
		if m.Keep&KeepEntities != 0 {
			require.EqualValues(t, len(w.entities), s.Entities.Count(), "%v", k)
		}
		if len(w.x) == 0 {
			continue
		}
		first, last := s.Times()
		require.Equal(t, [2]int64{w.first, w.last}, [2]int64{first, last}, "%v", k)
		slices.Sort(w.x)
		if m.Form == Float {
			lo, hi, _ := s.Real.Extremes()
			require.Equal(t, [2]float64{w.x[0], w.x[len(w.x)-1]}, [2]float64{lo + 0, hi + 0}, "%v", k)
		} else {
			lo, hi, _ := s.Moments.Extremes()
			require.Equal(t, [2]float64{w.x[0], w.x[len(w.x)-1]}, [2]float64{lo, hi}, "%v", k)
			scale := int(cmp.Or(m.Decimals, 6))
			sum := new(big.Rat)
			for _, x := range w.x {
				sum.Add(sum, asDecimal(x, scale))
			}
			f, _ := sum.Float64()
			require.Equal(t, f, s.Moments.Sum(), "%v", k)
			mean, _ := sum.Quo(sum, big.NewRat(int64(len(w.x)), 1)).Float64()
			got, _ := s.Moments.Mean()
			require.Equal(t, mean, got, "%v", k)
		}
		if m.Keep&KeepValues != 0 {
			var x []float64
			for _, c := range s.Values.all() {
				for range c.n {
					x = append(x, c.x)
				}
			}
			require.Equal(t, w.x, x, "%v", k)
		}
		if m.Keep&KeepDistinct != 0 && len(w.x) < 500 {
			require.EqualValues(t, len(slices.Compact(slices.Clone(w.x))), s.Distinct.Count(), "%v", k)
		}
	}
	require.Equal(t, len(want), n)
}

// checkAny compares ways of adding rows with a naive twin and with one another.
func checkAny(t *testing.T, n int, seed uint64) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(seed, 77))
	in := anyInputOf(t, rng, n)
	if len(in.c.Measures) == 0 {
		return
	}
	base, err := New(in.c)
	require.NoError(t, err)
	for _, w := range base.stages {
		w.stage.single, w.stage.noForms = true, true
	}
	for _, b := range in.batches(rng, 1, func() int { return 1 + rng.IntN(60) }) {
		require.NoError(t, base.Add(b))
	}
	r, err := base.Result(context.Background())
	require.NoError(t, err)
	in.checkNaive(t, r)
	want, totals := dump(t, r), base.Totals()
	if base.stages == nil {
		in.checkStates(t, rng, base.workers[0].states, want)
	}

	for round := range 3 {
		c := in.c
		c.Workers = 1 + rng.IntN(5)
		if rng.IntN(2) == 0 {
			c.Limits.Dense = oneOf(rng, 16, 64, 1000, 0)
		}
		if spillable(Config{SpillDir: "."}, mustCompile(t, c)) == nil && rng.IntN(4) == 0 {
			c.SpillDir = filepath.Join(dir, fmt.Sprint("spill ", seed, " ", round))
			require.NoError(t, os.Mkdir(c.SpillDir, 0o700))
			c.Limits.States = 200_000
			if rng.IntN(2) == 0 {
				c.Limits.Sketches = 1 << 22
			}
		}
		sizes := [][]int{{1, 63, 64, 65}, {2047, 2048, 2049}, {n}, {64, 700, 3000}, {0, 1, 5000}}[rng.IntN(5)]
		list := in.batches(rng, oneOf(rng, 1, 1, 2, 12), func() int { return sizes[rng.IntN(len(sizes))] })
		what := fmt.Sprintf("seed %d, round %d, %d workers, batches of %v", seed, round, c.Workers, sizes)
		if c.SpillDir == "" && rng.IntN(4) == 0 {
			r, err := Run(context.Background(), c, list)
			require.NoError(t, err, what)
			require.Equal(t, totals, r.Totals, what)
			require.True(t, slices.Equal(want, dump(t, r)), what)
			continue
		}
		a, err := New(c)
		require.NoError(t, err)
		var kept *Result // of Retire
		for i := 0; i < len(list); {
			k := min(1+rng.IntN(20), len(list)-i)
			if rng.IntN(2) == 0 {
				require.NoError(t, a.AddAll(context.Background(), list[i:i+k]), what)
			} else {
				for _, b := range list[i : i+k] {
					require.NoError(t, a.Add(b), what)
				}
			}
			i += k
			switch rng.IntN(12) {
			case 0:
				_, err := a.Result(context.Background())
				require.NoError(t, err, what)
			case 1:
				if _, err := a.Result(endsAfter(rng.IntN(30))); err != nil {
					require.True(t, errors.Is(err, context.Canceled), what)
				}
			case 2:
				name := filepath.Join(dir, "checkpoint")
				require.NoError(t, a.Checkpoint(context.Background(), name, nil), what)
				c.Workers = 1 + rng.IntN(5)
				a, _, err = Resume(c, name)
				require.NoError(t, err, what)
			case 3:
				require.Positive(t, a.MemoryBytes())
			case 4:
				if c.SpillDir != "" {
					require.NoError(t, a.spill(context.Background()), what)
				}
			case 5:
				if c.SpillDir == "" && !a.floats && a.stages == nil { // others round elsewhere, or reject what comes later
					part, err := a.Retire(context.Background(), in.rows[rng.IntN(n)].at)
					require.NoError(t, err, what)
					if kept != nil {
						part, err = kept.Merge(part)
						require.NoError(t, err, what)
					}
					kept = part
				}
			}
		}
		require.Equal(t, totals, a.Totals(), what)
		if kept != nil {
			live, err := a.Result(context.Background())
			require.NoError(t, err, what)
			all, err := kept.Merge(live)
			require.NoError(t, err, what)
			require.Equal(t, totals, all.Totals, what)
			require.True(t, slices.Equal(want, dump(t, all)), what)
			continue
		}
		for range 2 {
			r, err := a.Result(context.Background())
			require.NoError(t, err, what)
			require.Equal(t, totals, r.Totals, what)
			require.True(t, slices.Equal(want, dump(t, r)), what)
		}
	}
}

func mustCompile(t testing.TB, c Config) []measure {
	m, err := compile(c)
	require.NoError(t, err)
	return m
}

// checkStates holds to a limit of states that is hit exactly.
func (in *anyInput) checkStates(t testing.TB, rng *rand.Rand, states int, want []byte) {
	for _, limit := range []int{states, states - 1} {
		if limit <= 0 {
			continue // the default
		}
		c := in.c
		c.Limits.States = limit
		r, err := Run(context.Background(), c, in.batches(rng, 1+rng.IntN(2), func() int { return 1 + rng.IntN(4000) }))
		if limit < states {
			require.ErrorIs(t, err, ErrLimit)
			continue
		}
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)))
	}
}

// TestAny: whatever is measured of whatever rows, and however they come, is what it is
// row by row.
func TestAny(t *testing.T) {
	for seed := range uint64(24) {
		n := int(seed * seed * seed)
		if seed == 23 {
			n = 2*MorselRows + 4321
		}
		checkAny(t, n, seed)
	}
}

func FuzzAny(f *testing.F) {
	f.Add(uint16(1000), uint64(1))
	f.Fuzz(func(t *testing.T, n uint16, seed uint64) { checkAny(t, int(n)%8000, seed) })
}
