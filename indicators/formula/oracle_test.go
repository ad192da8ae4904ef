package formula

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/celenv"
)

// lab evaluates single formulas over raw columns, which may hold what a cube
// refuses: NaN, infinities, -0.
type lab struct {
	k   *compiler
	env *celenv.Env
	e   *engine
	n   int
}

var labVars = []struct {
	id  string
	typ string
}{{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"i", "int"}, {"j", "int"}}

func newLab(t testing.TB, rows int) *lab {
	cat := &indicators.Catalogue{Indicators: []indicators.Indicator{{ID: "x.y", Frequency: period.Year}}}
	var s cube.Schema
	for _, v := range labVars {
		cat.Variables = append(cat.Variables, indicators.Variable{ID: v.id, Type: v.typ, Unit: unit.One(), Frequency: period.Year})
		s.Measures = append(s.Measures, cube.Measure{ID: v.id, Unit: unit.One()})
	}
	p := &Program{cat: cat, byID: map[string]int{}}
	k := &compiler{Program: p, names: map[string]name{}, dimensions: map[string]int{}}
	env, err := k.declare()
	require.NoError(t, err)
	keys := make([]cube.Key, rows)
	cols := make([]cube.ColumnData, len(s.Measures))
	for i := range keys {
		keys[i] = cube.Key{Entity: fmt.Sprintf("%05d", i), Period: period.Yearly(2020)}
	}
	for i := range cols {
		cols[i].Values = make([]float64, rows)
	}
	in, err := cube.New(s, keys, cols, nil)
	require.NoError(t, err)
	e, err := p.newEngine(in, 0, in.Len(), cube.Key{})
	require.NoError(t, err)
	for i, v := range labVars {
		e.lanes[laneKey{i, period.Year}] = &lane{id: i, subject: v.id, values: make([]float64, rows), status: make([]cube.Status, rows)}
	}
	return &lab{k, env, e, rows}
}

func (l *lab) build(t testing.TB, text string) *definition {
	l.k.errs = nil
	d := &definition{spec: &indicators.Definition{Version: 1, Formula: text}}
	checked, problems := l.env.Check(text)
	require.Empty(t, problems, text)
	d.checked = checked
	d.root = (&builder{c: l.k, d: d}).build(checked.Root)
	require.Empty(t, l.k.errs, text)
	require.NotNil(t, d.root, text)
	return d
}

// fill draws columns from the corners.
func (l *lab) fill(r *rand.Rand, missing float64) {
	doubles := []float64{0, math.Copysign(0, -1), 1, -1, 2.5, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
		math.MaxFloat64, 1<<53 - 1, 1 << 53, 1<<53 + 2, 1 << 63, -1 << 63, 9223372036854774784, 0.1, 1 + 0x1p-27, 1 - 0x1p-27}
	ints := []float64{0, 1, -1, 2, 3, -7, 1 << 53, -1 << 53, 1 << 31}
	for i, v := range labVars {
		x := l.e.lanes[laneKey{i, period.Year}]
		for row := range l.n {
			pool := doubles
			if v.typ == "int" {
				pool = ints
			}
			x.values[row], x.status[row] = pool[r.IntN(len(pool))], 0
			if v.typ == "" && r.IntN(3) == 0 {
				x.values[row] = r.NormFloat64() * 100
			}
			if r.Float64() < missing {
				x.values[row], x.status[row] = 0, cube.Status(1+r.IntN(4))
			}
		}
	}
}

// compare evaluates a formula by the engine and by cel-go alone.
func (l *lab) compare(t testing.TB, text string) (failed, unknown int) {
	d := l.build(t, text)
	oracle, err := d.checked.Program(d.checked.Root)
	require.NoError(t, err)
	w := newWorker(l.e)
	l.k.inds = l.k.inds[:1]
	for row := range l.n {
		w.begin(d, row)
		got := w.eval(d.root)
		want := oracle.Eval(func(s int) celenv.Value {
			i := slices.IndexFunc(l.k.cat.Variables, func(v indicators.Variable) bool { return v.ID == oracle.Slots[s].Name })
			x := l.e.lanes[laneKey{i, period.Year}]
			switch {
			case !x.status[row].Observed():
				return celenv.Value{State: celenv.Unknown}
			case labVars[i].typ == "int":
				return celenv.Value{Type: celenv.Int, Int: int64(x.values[row])}
			}
			return celenv.Value{Type: celenv.Double, Double: x.values[row]}
		})
		at := func() string {
			s := text + "\n"
			for i, v := range labVars {
				x := l.e.lanes[laneKey{i, period.Year}]
				s += fmt.Sprintf("%s=%v(%v) ", v.id, x.values[row], x.status[row])
			}
			return s
		}
		if got.state != want.State {
			require.Equal(t, want.State, got.state, "%s\ncel %+v, got %+v %v", at(), want, got, w.sets.Set(got.reasons))
		}
		switch want.State {
		case celenv.Failed:
			failed++
			require.True(t, strings.HasPrefix(w.sets.Set(got.reasons)[0].Text, want.Err), "%s\ncel %q, got %q", at(), want.Err, w.sets.Set(got.reasons)[0].Text)
			require.Equal(t, cube.NotComputable, got.status.Presence(), at())
		case celenv.Unknown:
			unknown++
			var causes, slots []string
			worst := cube.Observed
			for _, r := range w.sets.Set(got.reasons) {
				causes = append(causes, r.Subject)
			}
			for _, s := range want.Slots {
				id := oracle.Slots[s].Name
				slots = append(slots, id)
				i := slices.IndexFunc(l.k.cat.Variables, func(v indicators.Variable) bool { return v.ID == id })
				worst = max(worst, l.e.lanes[laneKey{i, period.Year}].status[row].Presence())
			}
			slices.Sort(causes)
			slices.Sort(slots)
			require.Equal(t, slots, slices.Compact(causes), at())
			require.Equal(t, worst, got.status.Presence(), at())
		default:
			require.Equal(t, cube.Status(0), got.status, at())
			var bits uint64
			switch want.Type {
			case celenv.Double:
				if bits = math.Float64bits(want.Double); math.IsNaN(want.Double) && math.IsNaN(double(got)) {
					continue
				}
			case celenv.Int:
				bits = uint64(want.Int)
			case celenv.Bool:
				bits = boolBits(want.Bool)
			default:
				require.Fail(t, "type", at())
			}
			if bits != got.bits {
				require.Equal(t, bits, got.bits, "%s\ncel %+v, got %v", at(), want, double(got))
			}
		}
	}
	return failed, unknown
}

// generate writes a random expression of a type: d, i or b.
func generate(r *rand.Rand, typ byte, depth int) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	sub := func(t byte) string { return generate(r, t, depth-1) }
	if depth == 0 {
		switch typ {
		case 'd':
			return pick("a", "b", "c", "d", "a", "b", "0.0", "-0.0", "1.0", "100.0", "2.5", "1e300", "0.1")
		case 'i':
			return pick("i", "j", "i", "0", "1", "-1", "7", "9223372036854775807", "-9223372036854775808")
		}
		return pick("true", "false", "(a > 0.0)", "(i == 1)")
	}
	number := func() byte { return "di"[r.IntN(2)] }
	switch typ {
	case 'd':
		switch r.IntN(16) {
		case 0, 1, 2, 3, 4:
			return "(" + sub('d') + pick("+", "-", "*", "/", " / ") + sub('d') + ")"
		case 5:
			return "-(" + sub('d') + ")"
		case 6, 7:
			return "(" + sub('b') + " ? " + sub('d') + " : " + sub('d') + ")"
		case 8:
			return "double(" + sub(number()) + ")"
		case 9:
			return "math." + pick("abs", "ceil", "floor", "round", "trunc", "sign", "sqrt") + "(" + sub('d') + ")"
		case 10:
			return pick("share", "per") + "(" + sub(number()) + ", " + sub(number()) + ")"
		case 11:
			return "coalesce(" + sub('d') + ", " + sub('d') + pick("", ", "+sub('d')) + ")"
		case 12:
			return "math." + pick("greatest", "least") + "(" + sub('d') + ", " + sub('d') + pick("", ", "+sub('d')) + ")"
		}
	case 'i':
		switch r.IntN(10) {
		case 0, 1, 2, 3:
			return "(" + sub('i') + pick(" + ", " - ", "*", "/", "%") + sub('i') + ")"
		case 4:
			return "-(" + sub('i') + ")"
		case 5:
			return "(" + sub('b') + " ? " + sub('i') + " : " + sub('i') + ")"
		case 6:
			return "int(" + sub(number()) + ")"
		case 7:
			return "coalesce(" + sub('i') + ", " + sub('i') + ")"
		case 8:
			return "math.abs(" + sub('i') + ")"
		}
	default:
		switch r.IntN(12) {
		case 0, 1, 2:
			return "(" + sub(number()) + pick("<", "<=", ">", ">=") + sub(number()) + ")"
		case 3:
			t := number()
			return "(" + sub(t) + pick(" == ", " != ") + sub(t) + ")"
		case 4:
			return "(" + sub('b') + pick(" == ", " != ") + sub('b') + ")"
		case 5, 6, 7:
			return "(" + sub('b') + pick(" && ", " || ") + sub('b') + ")"
		case 8:
			return "!" + "(" + sub('b') + ")"
		case 9:
			return "present(" + sub("dib"[r.IntN(3)]) + ")"
		case 10:
			return "([" + sub('d') + ", " + sub('d') + "].exists(q, q > " + sub('d') + "))"
		case 11:
			return "(" + sub('d') + " in [" + sub('d') + ", " + sub('d') + "])"
		}
	}
	return generate(r, typ, 0)
}

func TestAgainstCEL(t *testing.T) {
	l := newLab(t, 64)
	r := rand.New(rand.NewPCG(11, 12))
	formulas, failed, unknown := 4000, 0, 0
	if testing.Short() {
		formulas = 400
	}
	for n := range formulas {
		l.fill(r, []float64{0, 0.1, 0.4, 1}[n%4])
		f, u := l.compare(t, generate(r, "dib"[r.IntN(3)], 1+r.IntN(5)))
		failed, unknown = failed+f, unknown+u
	}
	t.Logf("%d formulas, %d cells, %d errors, %d unknown", formulas, formulas*l.n, failed, unknown)
}

func FuzzAgainstCEL(f *testing.F) {
	for i := range uint64(8) {
		f.Add(i, i*7)
	}
	l := newLab(f, 16)
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		l.fill(r, float64(a%5)/8)
		l.compare(t, generate(r, "dib"[r.IntN(3)], 1+r.IntN(5)))
	})
}

// Where an addition is fused with the product before it, this is -2^-54.
func TestNoFusedMultiplyAdd(t *testing.T) {
	l := newLab(t, 1)
	for i, x := range []float64{1 + 0x1p-27, 1 - 0x1p-27, -1} {
		l.e.lanes[laneKey{i, period.Year}].values[0] = x
	}
	d := l.build(t, "a*b + c")
	w := newWorker(l.e)
	w.begin(d, 0)
	require.Zero(t, double(w.eval(d.root)))
}
