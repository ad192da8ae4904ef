package formula

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkExpr evaluates single formulas over 131,072 rows.
func BenchmarkExpr(b *testing.B) {
	const n = 131072
	r := rand.New(rand.NewPCG(1, 2))
	var vars []Var
	var columns []Column
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		vars = append(vars, Var{id, "double"})
		c := Column{Doubles: make([]float64, n)}
		for i := range c.Doubles {
			c.Doubles[i] = r.Float64() * 1000
		}
		columns = append(columns, c)
	}
	for _, id := range []string{"i", "j"} {
		vars = append(vars, Var{id, "int"})
		c := Column{Ints: make([]int64, n)}
		for i := range c.Ints {
			c.Ints[i] = r.Int64N(1000)
		}
		columns = append(columns, c)
	}
	for _, text := range []string{
		"a*1000.0/b", "share(a, b)", "a > 500.0 ? 100.0*b/a : 0.0", "(a-b)/b*100.0", "0.5*a/b + 0.3*c/d + 0.2*e/f",
		"0.5*a + 0.3*b + 0.2*c", "i > 500 && j < 300 || a > b ? double(i - j) : double(j)", "a + b", "a > b", "a > b ? a : b", "i*j+i",
	} {
		x, err := CompileExpr(text, vars, Config{})
		require.NoError(b, err)
		out := x.NewColumn(n)
		e := x.NewEvaluator()
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Eval(out, columns, 0, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
		})
	}
}
