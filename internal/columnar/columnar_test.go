package columnar

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var cornerInts = []int64{0, 1, -1, 2, 3, -7, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 31, 1 << 32, 3037000499, 3037000500, -3037000500}

// Integers against math/big.
func TestIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, o := range []Op{Add, Sub, Mul, Div, Mod} {
		for _, typ := range []Type{Int, Uint} {
			var b Builder
			b.Root(b.Op(o, typ, b.Input(typ), b.Input(typ)))
			e := b.Build().NewEvaluator()
			for _, n := range []int{1, 5, 64, 2048} {
				x, y := Column{}, Column{}
				for range n {
					p, q := cornerInts[r.IntN(len(cornerInts))], cornerInts[r.IntN(len(cornerInts))]
					if r.IntN(2) == 0 {
						p, q = r.Int64N(2000)-1000, r.Int64N(2000)-1000
					}
					x.I, y.I = append(x.I, p), append(y.I, q)
					x.U, y.U = append(x.U, uint64(p)), append(y.U, uint64(q))
				}
				e.Run([]Column{x, y}, nil, 0, n)
				l := e.Root(0)
				for i := range n {
					p, q := big.NewInt(x.I[i]), big.NewInt(y.I[i])
					if typ == Uint {
						p, q = new(big.Int).SetUint64(x.U[i]), new(big.Int).SetUint64(y.U[i])
					}
					want, text := new(big.Int), ""
					switch {
					case o == Add:
						want.Add(p, q)
					case o == Sub:
						want.Sub(p, q)
					case o == Mul:
						want.Mul(p, q)
					case q.Sign() == 0 && o == Div:
						text = "division by zero"
					case q.Sign() == 0:
						text = "modulus by zero"
					case o == Div:
						want.Quo(p, q)
					case p.Cmp(big.NewInt(math.MinInt64)) == 0 && q.Cmp(big.NewInt(-1)) == 0:
						want.SetUint64(math.MaxUint64) // overflows too
					default:
						want.Rem(p, q)
					}
					switch {
					case text != "":
					case typ == Int && !want.IsInt64():
						text = "integer overflow"
					case typ == Uint && !want.IsUint64():
						text = "unsigned integer overflow"
					}
					if failed := l.AnyErr && l.Err[i/64]>>(i%64)&1 != 0; failed || text != "" {
						require.True(t, failed, "%v %d %v", p, o, q)
						got, at := e.Error(l.Code[i])
						require.Equal(t, text, got, "%v %d %v", p, o, q)
						require.Equal(t, Ref(2), at)
						continue
					}
					if typ == Int {
						require.Equal(t, want.Int64(), l.I[i], "%v %d %v", p, o, q)
					} else {
						require.Equal(t, want.Uint64(), l.U[i], "%v %d %v", p, o, q)
					}
				}
			}
		}
	}
}

// Two operations in one pass, for every pair, side and literal, as two passes.
func TestFusedIsTwo(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pool := []float64{0, math.Copysign(0, -1), 1 + 0x1p-27, 1 - 0x1p-27, -1, math.Inf(1), math.NaN(), 5e-324, 1e308, 3}
	n := 131
	columns := make([]Column, 3)
	for k := range columns {
		for range n {
			columns[k].F = append(columns[k].F, pool[r.IntN(len(pool))])
		}
		columns[k].Missing = []uint64{r.Uint64() & r.Uint64(), r.Uint64() & r.Uint64(), 0}
	}
	ops := []Op{Add, Sub, Mul, Div}
	for _, inner := range ops {
		for _, outer := range append(ops, Lt, Le, Gt, Ge) {
			for side := range 2 {
				for literal := range 4 { // 3: none
					build := func(split bool) *Program {
						var b Builder
						in := []Ref{b.Input(Double), b.Input(Double), b.Input(Double)}
						x := append([]Ref(nil), in...)
						if literal < 3 {
							x[literal] = b.Double(1 - 0x1p-27)
						}
						if outer >= Lt {
							b.Root(b.Op(If, Double, b.Op(outer, Bool, x[0], x[1]), x[2], x[side]))
							if split {
								return b.layout(false)
							}
							return b.Build()
						}
						y := b.Op(inner, Double, x[0], x[1])
						pair := []Ref{y, x[2]}
						if side == 1 {
							pair[0], pair[1] = pair[1], pair[0]
						}
						b.Root(b.Op(outer, Double, pair...))
						if split {
							return b.layout(false)
						}
						return b.Build()
					}
					one, two := build(false), build(true)
					require.Less(t, one.Steps(), two.Steps(), "%d %d %d %d is not fused", inner, outer, side, literal)
					p, q := one.NewEvaluator(), two.NewEvaluator()
					p.Run(columns, nil, 0, n)
					q.Run(columns, nil, 0, n)
					a, b := p.Root(0), q.Root(0)
					require.Equal(t, b.AnyUnk, a.AnyUnk)
					require.False(t, a.AnyErr)
					for i := range n {
						if a.AnyUnk {
							require.Equal(t, b.Unk[i/64]>>(i%64)&1, a.Unk[i/64]>>(i%64)&1)
							if a.Unk[i/64]>>(i%64)&1 != 0 {
								continue
							}
						}
						x, y := a.F[i], b.F[i]
						require.True(t, math.Float64bits(x) == math.Float64bits(y) || x != x && y != y, "%d %d %d %d: %v %v", inner, outer, side, literal, x, y)
					}
				}
			}
		}
	}
}

// A call runs only for the rows that its guards let through.
func TestGuards(t *testing.T) {
	var rows []float64
	var b Builder
	x := b.Input(Double)
	c := b.Op(Gt, Bool, x, b.Double(2))
	call := func() Ref {
		return b.Call(Double, "f", func(read func(int) Scalar) Scalar {
			v := read(0)
			rows = append(rows, math.Float64frombits(v.Bits))
			return v
		}, x)
	}
	end := b.When(c, true)
	f := call()
	end()
	b.Root(b.Op(If, Double, c, f, b.Double(0)))
	in := []Column{{F: []float64{1, 2, 3, 4, 9}, Missing: []uint64{1 << 4}}}
	b.Build().NewEvaluator().Run(in, nil, 0, 5)
	require.Equal(t, []float64{3, 4, 0}, rows) // where the condition is unknown it may be asked
	// also demanded elsewhere, so for every row
	require.Equal(t, f, call())
	rows = nil
	b.Build().NewEvaluator().Run(in, nil, 0, 5)
	require.Len(t, rows, 5)
}

// Equal steps are one, literals are told apart by their bits.
func TestSharing(t *testing.T) {
	var b Builder
	x, y := b.Input(Double), b.Input(Double)
	require.Equal(t, b.Op(Sub, Double, x, y), b.Op(Sub, Double, x, y))
	require.NotEqual(t, b.Op(Sub, Double, x, y), b.Op(Sub, Double, y, x))
	require.NotEqual(t, b.Double(0), b.Double(math.Copysign(0, -1)))
	require.Equal(t, b.Double(math.NaN()), b.Double(math.NaN()))
	require.NotEqual(t, b.Int(0), b.Double(0))
	require.Equal(t, b.Double(0.30000000000000004), b.Op(Add, Double, b.Double(0.1), b.Double(0.2)))
	require.Equal(t, x, b.Op(If, Double, b.Op(Lt, Bool, b.Int(1), b.Int(2)), x, y))
	bad := b.Op(Div, Int, b.Int(1), b.Int(0))
	require.NotEqual(t, opLiteral, b.nodes[bad].op, "what fails stays")
}
