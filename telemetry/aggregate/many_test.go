package aggregate

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// TestMany: rows that go straight to the states of their attributes give the bytes that
// they give in batches too small for it, whatever does not count among them.
func TestMany(t *testing.T) {
	used := map[class]int{}
	given := func(code string) telemetry.UnitRef {
		if code == "" {
			return telemetry.UnitRef{}
		}
		return telemetry.UnitRef{Given: code, System: telemetry.UCUM, Unit: unit.MustParse(code)}
	}
	for seed := range uint64(48) {
		rng := rand.New(rand.NewPCG(seed, 91))
		c := Config{Window: []period.Freq{period.Hour, period.None, period.Day, period.Month}[rng.IntN(4)]}
		measured := 1 + rng.IntN(5)
		attributes := measured + rng.IntN(2)*rng.IntN(3) // some without a measure
		for a := range measured {
			m := Measure{ID: fmt.Sprint(a), Attribute: fmt.Sprint("a", a), Decimals: uint8(1 + rng.IntN(4))}
			switch seed % 3 {
			case 0:
				m.Keep = Keep(rng.IntN(2)) * KeepEntities
			case 1:
				m.Form, m.Decimals = Float, 0
			case 2:
				m.Keep = Keep(1+rng.IntN(7)) & tallied
				if m.Keep == 0 {
					m.Keep = KeepHistogram
				}
			}
			if rng.IntN(3) == 0 {
				m.Unit = unit.MustParse("Cel")
			}
			c.Measures = append(c.Measures, m)
		}
		if rng.IntN(4) == 0 {
			c.Measures = append(c.Measures, Measure{ID: "held", Attribute: "a0", Decimals: 1, Hold: Step, MaxAge: time.Hour})
			c.Lateness = AnyOrder
		}
		ungrouped := rng.IntN(3) == 0
		c.Group = func(e telemetry.Entity) Group {
			if e.ID == "" || ungrouped && e.ID == "e3" {
				return Group{}
			}
			return Group{ID: e.ID[:2]}
		}
		if rng.IntN(4) == 0 {
			c.From = time.Unix(3600, 0)
		}
		spoilt := rng.IntN(3) * 200
		units := []string{"", "Cel", "Cel", "K"}[:2+rng.IntN(3)]
		entities := []int{3, 30, 300}[rng.IntN(3)]
		n := 12_000
		odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-9, 1e12, -3e9, math.MaxFloat64, math.Copysign(0, -1), 1.0 / 3}
		var rows []telemetry.Observation
		for range n {
			o := telemetry.Observation{
				Entity:    telemetry.Entity{ID: fmt.Sprint("e", rng.IntN(entities))},
				Attribute: fmt.Sprint("a", rng.IntN(attributes)),
				Time:      time.Unix(rng.Int64N(3600*48), 0),
				Value:     telemetry.Value{Kind: telemetry.Number, Number: math.Round(rng.NormFloat64()*100) / 10},
			}
			o.Unit = given(units[int(o.Attribute[1])%len(units)])
			if spoilt > 0 && rng.IntN(spoilt) == 0 {
				switch rng.IntN(4) {
				case 0:
					o.Value.Number = odd[rng.IntN(len(odd))]
				case 1:
					o.Time = time.Time{}
				case 2:
					o.Value = telemetry.Value{Kind: telemetry.Text, Text: "x"}
				default:
					o.Unit = given("K")
				}
			}
			rows = append(rows, o)
		}
		run := func(most int) ([]byte, Totals, map[class]int) {
			a, err := New(c)
			require.NoError(t, err)
			classes := map[class]int{}
			for from := 0; from < n; {
				b := &telemetry.Batch{}
				for to := min(n, from+1+rng.IntN(most)); from < to; from++ {
					o := rows[from]
					if x := o.Value.Number; x-x != 0 { // lanes made by hand may have it
						o.Value.Number = 0
					}
					require.NoError(t, b.Add(o))
					b.Number[b.Len()-1] = rows[from].Value.Number
				}
				w := a.workers[0]
				w.many.place = w.many.place[:0]
				require.NoError(t, a.Add(b))
				if len(w.many.place) > 0 {
					classes[w.many.class]++
				}
			}
			r, err := a.Result(context.Background())
			require.NoError(t, err)
			return dump(t, r), a.Totals(), classes
		}
		want, totals, none := run(60)
		require.Empty(t, none)
		got, again, classes := run(3000)
		require.Equal(t, totals, again, "seed %d", seed)
		require.True(t, bytes.Equal(want, got), "seed %d", seed)
		for k, v := range classes {
			used[k] += v
		}
	}
	for _, k := range []class{decimals, floats, tallies} {
		require.Greater(t, used[k], 10, "class %d", k)
	}
	t.Log(used)
}

// TestManyKernels: the kernels of rows that jump do what their twins in Go do.
func TestManyKernels(t *testing.T) {
	for seed := range uint64(300) {
		compareKernels(t, seed, nil)
	}
}

func FuzzManyKernels(f *testing.F) {
	f.Add(uint64(1), []byte{})
	f.Add(uint64(2), binary.LittleEndian.AppendUint64(nil, math.Float64bits(21.35)))
	f.Fuzz(compareKernels)
}

// compareKernels gives rows of a seed, with some of their numbers, to kernels and twins.
func compareKernels(t *testing.T, seed uint64, raw []byte) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-9, 1e12, -3e9, narrow / 10.0, (narrow + 1) / 10.0, -narrow / 10.0, -(narrow + 1) / 10.0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1), 0, 1.0 / 3}
	rng := rand.New(rand.NewPCG(seed, 7))
	n, attributes, states, entities, hours := rng.IntN(600), 1+rng.IntN(6), 1+rng.IntN(40), 1+rng.IntN(50), 1+rng.IntN(100)
	tame := rng.IntN(3) // 1: all times are of windows, 2: that all tables have
	var attribute, slot, entity, group []uint32
	var x []float64
	var at []int64
	first := rng.Int64N(1 << 60)
	ten := math.Pow10(rng.IntN(MaxScale + 1))
	for range n {
		attribute, slot, entity = append(attribute, uint32(rng.IntN(attributes))), append(slot, uint32(rng.IntN(states+states/20+1))), append(entity, uint32(rng.IntN(entities)))
		at = append(at, first-hourNanos+rng.Int64N(int64(hours+2)*hourNanos))
		x = append(x, math.Round(rng.NormFloat64()*float64(int(1)<<rng.IntN(20)))/ten)
		if rng.IntN(8) == 0 {
			at[len(at)-1] = []int64{math.MinInt64, math.MaxInt64, first, first - 1, first + int64(hours)*hourNanos, first + int64(hours)*hourNanos - 1, first + hourNanos - 1, first + hourNanos}[rng.IntN(8)]
			x[len(x)-1] = odd[rng.IntN(len(odd))]
		}
		if tame > 0 {
			at[len(at)-1] = first + []int64{rng.Int64N(int64(hours) * hourNanos), rng.Int64N(int64(hours)) * hourNanos, (1+rng.Int64N(int64(hours)))*hourNanos - 1}[rng.IntN(3)]
		}
		if rng.IntN(50) == 0 {
			slot[len(slot)-1] = ^uint32(0)
		}
	}
	for i := 0; i < n && 8*i+8 <= len(raw); i++ {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	for range entities {
		group = append(group, []uint32{uint32(rng.IntN(7)) << 4, noRow}[rng.IntN(10)/9])
	}
	by := make([]index, attributes)
	for i := range by {
		by[i] = index{direct: make([]uint32, rng.IntN(8)<<4), low: int32(rng.IntN(9) - 4), limit: 16}
		if tame == 2 {
			by[i] = index{direct: make([]uint32, rng.IntN(8)<<7), low: -int32(rng.IntN(20)), limit: 128}
		}
		for k := range by[i].direct {
			by[i].direct[k] = uint32(rng.IntN(states)) * uint32(rng.IntN(8)/2)
		}
	}
	for _, w := range []windows{{bounds: hourBounds(first, hours), step: hourNanos}, {bounds: []int64{first, first + rng.Int64N(1<<58)}}, {bounds: []int64{earliest, latest}}} {
		want, got := make([]uint32, n), make([]uint32, n)
		e, ok := w.even()
		require.True(t, ok)
		slotsEvenGo(want, attribute, entity, at, group, by, &e)
		slotsEven(got, attribute, entity, at, group, by, &e)
		require.Equal(t, want, got)
	}

	kind, quality := make([]telemetry.Kind, n), make([]telemetry.Quality, n)
	next := ahead{}
	if n > 0 && rng.IntN(2) == 0 {
		next = ahead{&at[0], &x[0], &entity[0], &attribute[0], &kind[0], &quality[0], rng.IntN(n), n}
	}
	type outcome struct {
		hot   [][]hot
		part  [][]part
		count [][]uint32
		tally [][]*tally
		left  []int32
	}
	run := func(narrow func([]decimalStates, []int32) int, floats func([]floatStates, []int32) int, tallies func([]tallyStates, []int32) int) (out outcome) {
		rng := rand.New(rand.NewPCG(seed, 8))
		d, f, c := make([]decimalStates, attributes), make([]floatStates, attributes), make([]tallyStates, attributes)
		for a := range attributes {
			size := states * rng.IntN(5) / 4
			d[a] = decimalStates{make([]hot, size), ten}
			f[a] = floatStates{part: make([]part, size), count: make([]uint32, size)}
			c[a] = tallyStates{make([]*tally, size), ten}
			for s := range size {
				d[a].hot[s].reset()
				if rng.IntN(9) == 0 {
					d[a].hot[s].sum = []int64{math.MaxInt64 - 1000, math.MinInt64 + 1000}[rng.IntN(2)]
					d[a].hot[s].sqLo = math.MaxUint64 - 1_000_000
				}
				if rng.IntN(9) > 0 {
					q := &tally{base: int64(-rng.IntN(3000)), count: make([]uint16, rng.IntN(6000))}
					q.reset()
					q.n = []int64{0, tallyMost - 3, tallyMost}[rng.IntN(9)/4]
					c[a].tally[s] = q
				}
			}
			out.hot, out.part, out.count, out.tally = append(out.hot, d[a].hot), append(out.part, f[a].part), append(out.count, f[a].count), append(out.tally, c[a].tally)
		}
		left := make([]int32, n)
		out.left = append(out.left, left[:narrow(d, left)]...)
		out.left = append(out.left, left[:floats(f, left)]...)
		out.left = append(out.left, left[:tallies(c, left)]...)
		return out
	}
	want := run(
		func(to []decimalStates, left []int32) int { return scatterNarrowGo(to, attribute, slot, x, at, left) },
		func(to []floatStates, left []int32) int { return scatterFloatsGo(to, attribute, slot, x, at, left) },
		func(to []tallyStates, left []int32) int { return tallyRowsGo(to, attribute, slot, x, at, left) })
	got := run(
		func(to []decimalStates, left []int32) int {
			return scatterNarrow(to, attribute, slot, x, at, left, &next)
		},
		func(to []floatStates, left []int32) int {
			return scatterFloats(to, attribute, slot, x, at, left, &next)
		},
		func(to []tallyStates, left []int32) int { return tallyRows(to, attribute, slot, x, at, left, &next) })
	require.Equal(t, want.left, got.left, "seed %d", seed)
	require.Equal(t, want.hot, got.hot, "seed %d", seed)
	require.Equal(t, want.count, got.count, "seed %d", seed)
	require.True(t, reflect.DeepEqual(want.tally, got.tally), "seed %d", seed)
	for a := range want.part {
		for s := range want.part[a] {
			require.Equal(t, bitsOf(&want.part[a][s]), bitsOf(&got.part[a][s]), "seed %d", seed)
		}
	}
}

// TestManyCodes: codes that a batch's dictionaries do not have are seen before memory beyond is.
func TestManyCodes(t *testing.T) {
	w := windows{bounds: []int64{0, 100}}
	e, ok := w.even()
	require.True(t, ok)
	by := []index{{direct: []uint32{1, 2}, limit: 1}, {}}
	at, slot := make([]int64, 16), make([]uint32, 16)
	for i := range at {
		for _, bad := range []uint32{2, 3, 1 << 20, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
			code, zero := make([]uint32, 16), make([]uint32, 16)
			code[i] = bad
			require.Panics(t, func() { slotsEven(slot, code, zero, at, []uint32{0, 1}, by, &e) })
			require.Panics(t, func() { slotsEven(slot, zero, code, at, []uint32{0, 1}, by, &e) })
		}
	}
}

// TestManyBeyond: a window beyond a row of an index is none of the next row's.
func TestManyBeyond(t *testing.T) {
	w := windows{bounds: hourBounds(0, 3), step: hourNanos}
	e, ok := w.even()
	require.True(t, ok)
	by := []index{{direct: []uint32{1, 2, 3, 4}, low: 1, limit: 1}}
	for i := range 16 {
		for hour, slot := range []uint32{^uint32(0), 1, ^uint32(0)} {
			at, zero, one, got, want := make([]int64, 16), make([]uint32, 16), make([]uint32, 16), make([]uint32, 16), make([]uint32, 16)
			for k := range at {
				at[k], one[k], want[k] = hourNanos, 1, 1
			}
			at[i], want[i] = int64(hour)*hourNanos, slot
			slotsEven(got, zero, one, at, []uint32{0, 1}, by, &e)
			require.Equal(t, want, got)
		}
	}
}

func hourBounds(first int64, hours int) (bounds []int64) {
	for h := range int64(hours) + 1 {
		bounds = append(bounds, first+h*hourNanos)
	}
	return bounds
}

// TestManyHours: each of the hours that floats tell apart begins and ends where it does.
func TestManyHours(t *testing.T) {
	const first = -3_155_673_600_000_000_000 // 1870
	for _, n := range []int{hoursMost, hoursMost + 1} {
		w := windows{bounds: hourBounds(first, n), step: hourNanos}
		e, ok := w.even()
		require.True(t, ok)
		by := []index{{direct: make([]uint32, 1<<21), limit: 1 << 21}}
		for i := range by[0].direct {
			by[0].direct[i] = uint32(i) + 1
		}
		at, got, zero := make([]int64, 8000), make([]uint32, 8000), make([]uint32, 8000)
		for from := 0; from < n; from += 1000 {
			to := min(from+1000, n)
			for h := from; h < to; h++ {
				b := w.bounds[h]
				copy(at[8*(h-from):], []int64{b, b + 1, b + 8191, b + 8192, b + hourNanos/2, b + hourNanos - 8193, b + hourNanos - 8192, b + hourNanos - 1})
			}
			k := 8 * (to - from)
			slotsEven(got[:k], zero[:k], zero[:k], at[:k], []uint32{0}, by, &e)
			for i, s := range got[:k] {
				if int(s) != from+i/8 {
					t.Fatalf("%d is in hour %d, not %d", at[i]-first, s, from+i/8)
				}
			}
		}
	}
}

func bitsOf(p *part) [8]uint64 { return *(*[8]uint64)(unsafe.Pointer(p)) }

// TestManyUnwanted: rows of attributes that nobody measures need no window, whatever their
// times, and take none from the limit of others.
func TestManyUnwanted(t *testing.T) {
	for _, far := range []int64{math.MinInt64 + 1, 9.2e18, 1110 * hourNanos} {
		for _, size := range []int{50, 2001} {
			a, err := New(Config{Window: period.Hour, Limits: Limits{Windows: 1200}, Measures: []Measure{{ID: "m", Attribute: "x"}}})
			require.NoError(t, err)
			b := &telemetry.Batch{}
			for i := range 2001 {
				r := telemetry.Row{Entity: b.Entities.Code(fmt.Append(nil, "g", i%10), nil), Attribute: b.Attributes.Code([]byte{'x' + byte(i%2)}), Time: int64(i%7) * hourNanos, Kind: telemetry.Number}
				if i == 1001 {
					r.Time = far
				}
				if b.Append(&r); b.Len() == size || i == 2000 {
					require.NoError(t, a.Add(b))
					b.Reset()
				}
			}
			b.Append(&telemetry.Row{Entity: 1, Attribute: 1, Time: -300 * hourNanos, Kind: telemetry.Number})
			require.NoError(t, a.Add(b))
			require.Equal(t, Totals{Rows: 2002, Unwanted: 1000}, a.Totals())
		}
	}
}
