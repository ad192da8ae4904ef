package formula

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var metaTexts = []string{
	"a*1000.0/b", "share(a, b)", "b > 0.0 ? per(a, b) : c", "coalesce(a, b, c) + a*b", "i*j + i/j", "double(i - j) > a && p || q ? a : -b",
	"[a, b, c].exists(x, 1.0/x > 0.5) ? u + v : u", "string(a) + s", "math.greatest(a, b, c)", "when + span > then", "s in ['a', t] || s.startsWith(t)",
	"int(a) % j", "cel.bind(x, a/b, x > 1.0 ? x : 1.0/x)",
}

// sameRow compares a row of two results, errors by their text.
func sameRow(t *testing.T, what string, x *Expr, e, f *Evaluator, a *Column, i int, b *Column, j int) {
	t.Helper()
	bit := func(w []uint64, row int) bool { return w[row/64]>>(row%64)&1 != 0 }
	require.Equal(t, bit(a.Missing, i), bit(b.Missing, j), what)
	require.Equal(t, bit(a.Failed, i), bit(b.Failed, j), what)
	switch {
	case bit(a.Failed, i):
		require.Equal(t, e.Error(a.Errors[i]), f.Error(b.Errors[j]), what)
		return
	case bit(a.Missing, i):
		return
	}
	v, w := valueAt(x.Type(), &Column{Doubles: a.Doubles, Ints: a.Ints, Uints: a.Uints, Bools: a.Bools, Strings: a.Strings, Times: a.Times}, i),
		valueAt(x.Type(), &Column{Doubles: b.Doubles, Ints: b.Ints, Uints: b.Uints, Bools: b.Bools, Strings: b.Strings, Times: b.Times}, j)
	if math.IsNaN(v.Double) && math.IsNaN(w.Double) {
		v.Double, w.Double = 0, 0
	}
	require.Equal(t, math.Float64bits(v.Double), math.Float64bits(w.Double), what)
	require.Equal(t, v, w, what)
}

// permuted are the columns with row k taken from row order[k].
func permuted(c []Column, order []int) []Column {
	out := make([]Column, len(c))
	for k := range c {
		a, b := &c[k], &out[k]
		if a.Missing != nil {
			b.Missing = make([]uint64, (len(order)+63)/64)
		}
		for to, from := range order {
			if missingAt(a, from) {
				b.Missing[to/64] |= 1 << (to % 64)
			}
			b.Doubles, b.Ints, b.Uints = take(b.Doubles, a.Doubles, from), take(b.Ints, a.Ints, from), take(b.Uints, a.Uints, from)
			b.Bools, b.Strings, b.Times = take(b.Bools, a.Bools, from), take(b.Strings, a.Strings, from), take(b.Times, a.Times, from)
		}
	}
	return out
}

func take[T any](dst, src []T, row int) []T {
	if src == nil {
		return nil
	}
	return append(dst, src[row])
}

// Rows are independent: their order, how they are split, by how many goroutines,
// and what lies under missing bits make no difference.
func TestExprRowsAreIndependent(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	const n = 4500
	for _, missing := range []float64{0, 0.1} {
		columns := randomColumns(r, n, missing)
		order := r.Perm(n)
		moved := permuted(columns, order)
		garbage := permuted(columns, identity(n))
		for k := range garbage {
			for row := range n {
				if c := &garbage[k]; missingAt(c, row) {
					switch {
					case c.Doubles != nil:
						c.Doubles[row] = math.NaN()
					case c.Ints != nil:
						c.Ints[row] = math.MinInt64
					case c.Uints != nil:
						c.Uints[row] = math.MaxUint64
					}
				}
			}
		}
		for _, text := range metaTexts {
			x, err := CompileExpr(text, exprVars, Config{})
			require.NoError(t, err, text)
			e := x.NewEvaluator()
			whole := x.NewColumn(n)
			e.Eval(whole, columns, 0, n)

			f, other := x.NewEvaluator(), x.NewColumn(n)
			f.Eval(other, moved, 0, n)
			for to, from := range order {
				sameRow(t, "permuted "+text, x, e, f, whole, from, other, to)
			}
			f, other = x.NewEvaluator(), x.NewColumn(n)
			f.Eval(other, garbage, 0, n)
			for row := range n {
				sameRow(t, "garbage "+text, x, e, f, whole, row, other, row)
			}
			// ranges of rows in goroutines, each with an evaluator
			var wg sync.WaitGroup
			cuts := []int{0, 64, 1984, 2048, 4096, 4160, n}
			evaluators := make([]*Evaluator, len(cuts)-1)
			other = x.NewColumn(n)
			for k := range evaluators {
				evaluators[k] = x.NewEvaluator()
				wg.Go(func() { evaluators[k].Eval(other, columns, cuts[k], cuts[k+1]) })
			}
			wg.Wait()
			for k := range evaluators {
				for row := cuts[k]; row < cuts[k+1]; row++ {
					sameRow(t, "split "+text, x, e, evaluators[k], whole, row, other, row)
				}
			}
			f = x.NewEvaluator()
			for from := 0; from < n; from += MaxBatch {
				to := min(n, from+MaxBatch)
				b := f.Batch(columns, from, to)
				for row := from; row < to; row++ {
					sameRow(t, "batch "+text, x, e, f, whole, row, b, row-from)
				}
			}
		}
	}
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Whatever the rows hold, an evaluator that has run once allocates nothing.
func TestExprAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, missing := range []float64{0, 0.06, 0.5} {
		columns := randomColumns(r, 5000, missing)
		for _, text := range metaTexts {
			x, err := CompileExpr(text, exprVars, Config{})
			require.NoError(t, err, text)
			if strings.Contains(text, "string(") {
				continue // cel-go's
			}
			for _, s := range x.Plan() {
				require.False(t, s.Fallback, "%s: %s", s.Text, s.Reason)
			}
			e, out := x.NewEvaluator(), x.NewColumn(5000)
			require.Zero(t, testing.AllocsPerRun(5, func() {
				e.Eval(out, columns, 0, 5000)
				e.Batch(columns, 2048, 4096)
			}), text)
		}
	}
}

// A bool column of two values, a list, a map and bytes reach cel-go as they are,
// and what it makes comes back.
func TestExprOtherTypes(t *testing.T) {
	vars := []Var{{"l", "list(double)"}, {"m", "map(string, int)"}, {"o", "optional(double)"}, {"x", "double"}}
	columns := []Column{
		{Values: []any{[]float64{1, 2}, []float64{}, []float64{5}}},
		{Values: []any{map[string]int64{"a": 1}, map[string]int64{}, map[string]int64{"a": 3}}},
		{Values: []any{nil, nil, nil}, Missing: []uint64{7}},
		{Doubles: []float64{1, 2, 3}},
	}
	for _, tt := range []struct{ text, want string }{
		{"l.exists(q, q > x)", "true false true"},
		{"l.map(q, q * x).size() + 1", "3 1 2"},
		{"m.a * 2", "2 !no such key: a 6"},
		{"o.orValue(x)", "? ? ?"},
		{"m[?'a'].orValue(0)", "1 0 3"},
		{"x > 1.5 ? 'big' : 'small'", "small big big"},
	} {
		x, err := CompileExpr(tt.text, vars, Config{})
		require.NoError(t, err, tt.text)
		e, out := x.NewEvaluator(), x.NewColumn(3)
		e.Eval(out, columns, 0, 3)
		var got []string
		for row := range 3 {
			switch {
			case out.Failed[0]>>row&1 != 0:
				got = append(got, "!"+e.Error(out.Errors[row]))
			case out.Missing[0]>>row&1 != 0:
				got = append(got, "?")
			case out.Ints != nil:
				got = append(got, fmt.Sprint(out.Ints[row]))
			case out.Bools != nil:
				got = append(got, fmt.Sprint(out.Bools[row]))
			case out.Strings != nil:
				got = append(got, out.Strings[row])
			default:
				got = append(got, fmt.Sprint(out.Doubles[row]))
			}
		}
		require.Equal(t, tt.want, strings.Join(got, " "), tt.text)
	}
}

// What an expression may hold at a time is bounded, and so is what a loop
// unrolls to.
func TestExprLimits(t *testing.T) {
	var list strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&list, "a+%d.5,", i)
	}
	_, err := CompileExpr("["+list.String()+"0.0].exists(x, x > b)", exprVars, Config{MaxNodes: 100_000})
	require.ErrorIs(t, err, ErrLimit)
	require.ErrorContains(t, err, "MiB at a time")
	x, err := CompileExpr("[1,2,3,4,5,6,7,8].all(p1, [1,2,3,4,5,6,7,8].all(p2, [1,2,3,4,5,6,7,8].all(p3, [1,2,3,4,5,6,7,8].all(p4, p1*p2+p3*p4 > i))))", exprVars, Config{MaxNodes: 2000})
	require.NoError(t, err)
	plan := x.Plan()
	require.True(t, plan[len(plan)-1].Fallback)
	require.Contains(t, plan[len(plan)-1].Reason, "unrolls to more than 2000 steps")
	// many parts for cel-go become one
	text := "s.reverse() == t"
	for range 200 {
		text += " || s.reverse() == t.trim()"
	}
	x, err = CompileExpr(text, exprVars, Config{})
	require.NoError(t, err)
	require.Len(t, x.Plan(), 1)
	require.True(t, x.Plan()[0].Fallback)
}
