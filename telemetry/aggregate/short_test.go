package aggregate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// sparse is a reading without source and offset.
type sparse struct {
	entity, attribute int
	at                int64
	x                 float64
	quality           telemetry.Quality
}

// sparseOf makes readings of one kind, most of them, that fit shorts or do not: of times
// in units or not, near or far apart, of few decimals or many, with what repeats,
// contradicts, and is at the limits.
func sparseOf(rng *rand.Rand, n int) []sparse {
	entities, attributes := 1+rng.IntN(7), 1+rng.IntN(3)
	unit := []int64{1, 1e3, 1e6, 1e7, 1e9, 60e9, 3600e9}[rng.IntN(7)]
	span := int64(1) << (1 + rng.IntN(40))
	if unit > 1e6 {
		span = int64(1) << (1 + rng.IntN(20))
	}
	first := []int64{1.7e18, 0, -9.2e18, 9.2e18, math.MinInt64 + 1, math.MaxInt64 - 1, 1.7e18 + 1}[rng.IntN(7)]
	if span > math.MaxInt64/unit {
		span = math.MaxInt64 / unit
	}
	decimals := []float64{1, 10, 100, 1e3, 1e6, 1e9}[rng.IntN(6)]
	size := math.Exp2(rng.Float64() * 30)
	strange := rng.IntN(3) * rng.IntN(100) // of 1000
	usual := telemetry.Quality(1 + rng.IntN(3))
	rows := make([]sparse, n)
	for i := range rows {
		r := sparse{rng.IntN(entities), rng.IntN(attributes), first, math.Round((rng.Float64()-0.3)*size*decimals) / decimals, usual}
		if step := rng.Int64N(span) * unit; first > 1.8e18 {
			r.at -= step
		} else {
			r.at += step
		}
		switch s := rng.IntN(1000); {
		case s < strange/4:
			r.at += rng.Int64N(3) - 1
		case s < strange/2:
			r.at = []int64{telemetry.NoTime, math.MaxInt64, math.MinInt64 + 1, math.MaxInt64 - 1, int64(rng.Uint64())}[rng.IntN(5)]
		case s < strange:
			r.x = []float64{math.Copysign(0, -1), 0, 1e16, -1e15, 1e15, 5e-324, 4e9 / 3, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), 0.1 + 0.2, shortMost, -shortMost, shortMost + 1, -shortZero}[rng.IntN(16)]
		case s < 2*strange && i > 0:
			o := rows[rng.IntN(i)] // once more
			r.entity, r.attribute, r.at = o.entity, o.attribute, o.at
			if rng.IntN(2) == 0 {
				r.x = o.x
			}
		}
		rows[i] = r
	}
	if rng.IntN(3) == 0 { // from somewhere on of another quality
		for i := rng.IntN(n); i < n; i++ {
			rows[i].quality = telemetry.Estimated
		}
	}
	return rows
}

// sparseBatches cuts rows into batches of two dictionaries.
func sparseBatches(rows []sparse, rng *rand.Rand) (out []*telemetry.Batch) {
	for len(rows) > 0 {
		n := min(len(rows), 1+rng.IntN(8000))
		b := &telemetry.Batch{}
		for _, r := range rows[:n] {
			e, a := b.Entities.Code(fmt.Append(nil, "d", r.entity), nil), b.Attributes.Code([]byte{'t' + byte(r.attribute)})
			b.Append(&telemetry.Row{Entity: e, Attribute: a, Time: r.at, Number: r.x, Kind: telemetry.Number, Quality: r.quality})
		}
		b.Detail = nil
		out, rows = append(out, b), rows[n:]
	}
	return out
}

func sparseConfig(t testing.TB, rng *rand.Rand, rows []sparse) Config {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for _, r := range rows {
		least, most = min(least, r.at), max(most, r.at)
	}
	windows := []period.Freq{period.None}
	if least > -2e18 && most < 4e18 {
		if windows = append(windows, period.Year); most-least < 1e17 {
			windows = append(windows, period.Day, period.Day)
		}
	}
	c := riseConfig(t, windows[rng.IntN(len(windows))], []uint8{1, 2, 6, 9}[rng.IntN(4)])
	c.Conflict = Conflict(rng.IntN(3))
	c.Group = func(e telemetry.Entity) Group {
		return Group{ID: map[string]string{"d0": "a", "d1": "a", "d2": "b", "d3": "b", "d4": "c", "d6": "a"}[e.ID]}
	}
	if len(rows) > TopKeys {
		c.Measures[3].Keep &^= KeepTop // of more different numbers it depends on their order
	}
	age := []time.Duration{1, 999, time.Second + 1, time.Hour, math.MaxInt64}[rng.IntN(5)]
	c.Measures = append(c.Measures,
		Measure{ID: "u", Attribute: "u"},
		Measure{ID: "u step", Attribute: "u", Hold: Step, MaxAge: age},
		Measure{ID: "u once", Attribute: "u", Once: true, Decimals: 3},
		Measure{ID: "t linear", Attribute: "t", Hold: Linear, MaxAge: age, Decimals: 9})
	if rng.IntN(2) == 0 {
		c.From, c.To = time.Unix(0, -8e18), time.Unix(0, 8e18)
	}
	return c
}

// checkShort compares readings in any order, of which some wait as shorts, with the way
// of one reading after another; with results, checkpoints and windows retired in between.
func checkShort(t testing.TB, n int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	rows := sparseOf(rng, n)
	c := sparseConfig(t, rng, rows)
	inOrder := slices.Clone(rows)
	slices.SortStableFunc(inOrder, func(a, b sparse) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.x+0, b.x+0), cmp.Compare(a.quality, b.quality))
	})
	want := oneByOne(t, c, sparseBatches(inOrder, rng), nil)
	c.Lateness = AnyOrder
	name := ""
	for round := range 4 {
		c.Workers = 1 + round%3
		a, err := New(c)
		require.NoError(t, err)
		for _, b := range sparseBatches(rows, rng) {
			require.NoError(t, a.Add(b))
			switch rng.IntN(8) {
			case 0:
				_, err := a.Result(t.Context())
				require.NoError(t, err)
			case 1:
				if x, ok := t.(*testing.T); ok && round == 3 {
					name = filepath.Join(x.TempDir(), "checkpoint")
					require.NoError(t, a.Checkpoint(t.Context(), name, nil))
					a, _, err = Resume(c, name)
					require.NoError(t, err)
				}
			}
			held := 0
			for _, w := range a.stages {
				held += w.stage.waits()
			}
			require.LessOrEqual(t, held, len(rows)*9)
		}
		r, err := a.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "seed %d, round %d", seed, round)
		for _, w := range a.stages { // as cells they are the same
			before := w.stage.waits()
			require.NoError(t, w.stage.unshorten())
			require.Equal(t, before, w.stage.waits())
			require.Zero(t, w.stage.short)
		}
		r, err = a.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "seed %d, round %d, as cells", seed, round)
	}
}

func TestShort(t *testing.T) {
	for seed := range uint64(60) {
		checkShort(t, 1+int(seed*seed*7), seed)
	}
}

func FuzzShort(f *testing.F) {
	f.Add(uint16(1000), uint64(1))
	f.Fuzz(func(t *testing.T, n uint16, seed uint64) {
		checkShort(t, 1+int(n)%5000, seed)
	})
}

// TestShortsAreUsed: most readings of the usual kind take a word, in lots and not, and
// windows that are retired leave none.
func TestShortsAreUsed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]sparse, 3*lotRows)
	for i := range rows {
		rows[i] = sparse{entity: rng.IntN(5), at: 1.7e18 + rng.Int64N(1<<35)*1e6, x: float64(rng.IntN(5000)) / 100, quality: telemetry.Valid}
	}
	rows[100].x, rows[200].at = math.Pi, rows[200].at+1
	c := Config{Window: period.Day, Lateness: AnyOrder, Measures: []Measure{{ID: "m", Attribute: "t", Hold: Step, MaxAge: time.Hour}}}
	a, err := New(c)
	require.NoError(t, err)
	require.NoError(t, a.AddAll(t.Context(), sparseBatches(rows, rng)))
	s := a.stages[0].stage
	require.Equal(t, len(rows), s.waits())
	require.Equal(t, len(rows)-2, s.short)
	require.NotEmpty(t, s.shorts[0].lots)
	want, err := Run(context.Background(), c, sparseBatches(rows, rng))
	require.NoError(t, err)
	early, err := a.Retire(t.Context(), 1.71e18)
	require.NoError(t, err)
	require.Zero(t, s.short)
	late, err := a.Result(t.Context())
	require.NoError(t, err)
	all, err := early.Merge(late)
	require.NoError(t, err)
	require.Equal(t, want.Len(), all.Len())
	for k, x := range want.Rows() {
		y := all.At(k)
		require.NotNil(t, y)
		require.Equal(t, x.State.Span, y.State.Span)
		require.Equal(t, x.State.Moments, y.State.Moments)
	}
}

// TestForm: a reading that is a short comes back from it to the bit, as the decimal it
// is; words are in the order of readings; and the kernel takes the same ones.
func TestForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	fit := 0
	for range 3000 {
		rows := sparseOf(rng, 50)
		scale := uint8(1 + rng.IntN(9))
		var at []int64
		var x []float64
		for _, r := range rows {
			at, x = append(at, r.at), append(x, r.x)
		}
		var f form
		known := f.learn(at, x, scale)
		if !known {
			require.Zero(t, f.count)
		}
		to := []target{{form: f, e: make([]uint32, len(at)), v: make([]uint64, len(at))}}
		one := make([]uint32, len(at))
		left := make([]int32, len(at))
		lefts := shorten(to, left, []uint32{0}, []uint32{9}, []uint32{0}, one, one, at, x, 0, 1)
		require.Equal(t, len(at), lefts+to[0].n)
		n, m := 0, 0
		for k := range at {
			v, ok := f.short(at[k], x[k])
			if !ok {
				require.Equal(t, int32(k), left[m])
				m++
				continue
			}
			require.Equal(t, v, to[0].v[n])
			n++
			require.Equal(t, at[k], f.time(v))
			require.Equal(t, math.Float64bits(x[k]+0), math.Float64bits(f.value(v)))
			d, exact := toDecimal(x[k], scale)
			require.True(t, exact)
			require.Equal(t, d, f.decimal(v))
			require.Equal(t, at[k] < at[0], v < f.before(at[0]) && at[k] != at[0])
			for j := range k {
				if o, ok := f.short(at[j], x[j]); ok {
					require.Equal(t, cmp.Or(cmp.Compare(at[j], at[k]), cmp.Compare(x[j], x[k])), cmp.Compare(o, v))
				}
			}
		}
		fit += n
	}
	require.Greater(t, fit, 30_000)
}

// TestShortRuns: the sums of a run of shorts are those of its decimals, one by one, at
// the limits, too.
func TestShortRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for round := range 2000 {
		f := form{unit: []int64{1e6, 1e9}[rng.IntN(2)], times: pow10[rng.IntN(8)], ten: 1}
		n := 1 + rng.IntN(60)
		if round%50 == 0 {
			n = chunkRows
		}
		most := int64(1) << rng.IntN(shortBits)
		a := make([]uint64, n)
		now := uint64(0)
		for k := range a {
			d := rng.Int64N(most) - most/2
			if round%7 == 0 {
				d = []int64{shortMost, -shortMost}[rng.IntN(2)]
			}
			a[k] = now<<shortBits | uint64(d+shortZero)
			now += uint64(rng.Int64N(1 << (1 + rng.IntN(24))))
		}
		if n > 2 && round%11 == 0 {
			a[n-1] |= 1<<(64-shortBits) - 1<<shortBits
		}
		bound := a[rng.IntN(n)] &^ shortMask
		if bound <= a[0] {
			bound = math.MaxUint64
		}
		age := int64(1 + rng.Uint64N(1<<(1+rng.IntN(62))))
		step := Timed{hold: Step, maxAge: age}
		line := Timed{hold: Linear, maxAge: age}
		want := 1
		for want < n && a[want]>>shortBits > a[want-1]>>shortBits && a[want] < bound {
			want++
		}
		var s sums
		s.lo, s.hi = shortZero, -shortZero
		for _, v := range a[:want-1] {
			require.True(t, step.add(f.time(v), f.decimal(v)))
			require.True(t, line.add(f.time(v), f.decimal(v)))
			d := int64(v&shortMask) - shortZero
			s.n, s.sum, s.lo, s.hi = s.n+1, s.sum+d, min(s.lo, d), max(s.hi, d)
			q, _ := int128{int64(s.sqHi), s.sqLo}.add(mul64(d, d))
			s.sqHi, s.sqLo = uint64(q.hi), q.lo
		}
		got, h, m := stepShorts(a, bound, uint64(age)/uint64(f.unit))
		require.Equal(t, want, m)
		require.Equal(t, s, got)
		integral, _ := mul64(h.integral, f.unit*f.times).add(mul64(h.aged*f.times, age))
		require.Equal(t, step.integral, integral)
		require.Equal(t, step.covered, h.covered*f.unit+h.agedN*age)
		got, from, to, covered, m := linearShorts(a, bound, uint64(age)/uint64(f.unit))
		require.Equal(t, want, m)
		require.Equal(t, s, got)
		integral, _ = mul64(from, f.unit*f.times).add(mul64(to, f.unit*f.times))
		require.Equal(t, line.integral, integral)
		require.Equal(t, line.covered, covered*f.unit)
	}
}

// TestSortShorts: as the library sorts.
func TestSortShorts(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var s sorter
	for round := range 400 {
		a := make([]uint64, 1+rng.IntN(1<<rng.IntN(14)))
		for i := range a {
			switch round % 4 {
			case 0:
				a[i] = rng.Uint64()
			case 1:
				a[i] = rng.Uint64N(9)
			case 2:
				a[i] = uint64(i)
			default: // crowds
				a[i] = rng.Uint64N(3)<<62 + rng.Uint64N(3)<<30 + rng.Uint64N(40)
			}
		}
		want := slices.Clone(a)
		slices.Sort(want)
		require.Equal(t, want, s.sortShort(a))
	}
}

// TestShortLimits: beyond a limit shorts have the errors of cells.
func TestShortLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	rows := make([]sparse, 3000)
	for i := range rows {
		rows[i] = sparse{entity: rng.IntN(5), at: 1.7e18 + rng.Int64N(1000)*3600e9, x: float64(rng.IntN(50)), quality: telemetry.Valid}
	}
	for _, limits := range []Limits{{Windows: 50}, {States: 40}, {Pending: 2999}} {
		c := Config{Window: period.Hour, Lateness: AnyOrder, Limits: limits, Measures: []Measure{{ID: "m", Attribute: "t", Hold: Step, MaxAge: time.Hour}}}
		var errs [2]error
		for i := range errs {
			a, err := New(c)
			require.NoError(t, err)
			a.stages[0].stage.noForms = i == 1
			for _, b := range sparseBatches(rows, rng) {
				if errs[i] = a.Add(b); errs[i] != nil {
					break
				}
			}
			if errs[i] == nil {
				_, errs[i] = a.Result(t.Context())
			}
		}
		require.ErrorIs(t, errs[0], ErrLimit)
		var x, y *Error
		require.ErrorAs(t, errs[0], &x)
		require.ErrorAs(t, errs[1], &y)
		require.Equal(t, y.Kind, x.Kind)
		require.Equal(t, y.Msg, x.Msg)
	}
}
