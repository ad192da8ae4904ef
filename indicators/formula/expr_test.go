package formula

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/celenv"
)

var exprVars = []Var{
	{"a", "double"}, {"b", "double"}, {"c", "double"},
	{"i", "int"}, {"j", "int"}, {"u", "uint"}, {"v", "uint"},
	{"p", "bool"}, {"q", "bool"}, {"s", "string"}, {"t", "string"},
	{"when", "timestamp"}, {"then", "timestamp"}, {"span", "duration"},
}

var (
	cornerDoubles = []float64{0, math.Copysign(0, -1), 1, -1, 2.5, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
		math.MaxFloat64, 1<<53 - 1, 1 << 53, 1<<53 + 2, 1 << 63, -1 << 63, 1 << 64, 9223372036854774784, 18446744073709549568, 0.1, 1 + 0x1p-27, 1 - 0x1p-27, -0.5, 0x1p-1060}
	cornerInts    = []int64{0, 1, -1, 2, 3, -7, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 53, 1<<53 + 1, -1 << 53, 1 << 31, 1 << 32, 3037000500}
	cornerUints   = []uint64{0, 1, 2, 7, math.MaxUint64, 1 << 63, 1<<63 - 1, 1 << 53, 1<<53 + 1, 1 << 32}
	cornerStrings = []string{"", "a", "b", "ab", "ñ", "n\u0303", "A", "ba", "aba", "1.5", "日本"}
	cornerSpans   = []int64{0, 1, -1, 1e9, -1e9, 1500e6, math.MaxInt64, math.MinInt64, 3600e9, 86400e9, -86400e9 - 1}
	cornerTimes   = []time.Time{time.Unix(0, 0), time.Unix(-62135596800, 0), time.Unix(253402300799, 999999999), time.Unix(1e9, 5e8), time.Unix(-1, 999999999),
		time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC), time.Date(2024, 10, 27, 1, 30, 0, 1, time.UTC), time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)}
)

// randomColumns draws columns from the corners. Under missing bits there is
// garbage.
func randomColumns(r *rand.Rand, n int, missing float64) []Column {
	out := make([]Column, len(exprVars))
	for k, v := range exprVars {
		c := &out[k]
		if missing > 0 {
			c.Missing = make([]uint64, (n+63)/64)
			for w := range c.Missing {
				for bit := range 64 {
					if r.Float64() < missing {
						c.Missing[w] |= 1 << bit // also behind the last row
					}
				}
			}
		}
		for range n {
			switch v.Type {
			case "double":
				x := cornerDoubles[r.IntN(len(cornerDoubles))]
				if r.IntN(3) == 0 {
					x = r.NormFloat64() * 100
				}
				c.Doubles = append(c.Doubles, x)
			case "int":
				x := cornerInts[r.IntN(len(cornerInts))]
				if r.IntN(3) == 0 {
					x = r.Int64N(100) - 50
				}
				c.Ints = append(c.Ints, x)
			case "uint":
				c.Uints = append(c.Uints, cornerUints[r.IntN(len(cornerUints))])
			case "bool":
				c.Bools = append(c.Bools, r.IntN(2) == 0)
			case "string":
				c.Strings = append(c.Strings, cornerStrings[r.IntN(len(cornerStrings))])
			case "timestamp":
				c.Times = append(c.Times, cornerTimes[r.IntN(len(cornerTimes))].UTC())
			case "duration":
				c.Ints = append(c.Ints, cornerSpans[r.IntN(len(cornerSpans))])
			}
		}
	}
	return out
}

func missingAt(c *Column, row int) bool {
	return c.Missing != nil && c.Missing[row/64]>>(row&63)&1 != 0
}

// valueAt is a cell as cel-go takes it.
func valueAt(typ string, c *Column, row int) celenv.Value {
	if missingAt(c, row) {
		return celenv.Value{State: celenv.Unknown}
	}
	switch typ {
	case "double":
		return celenv.Value{Type: celenv.Double, Double: c.Doubles[row]}
	case "int":
		return celenv.Value{Type: celenv.Int, Int: c.Ints[row]}
	case "uint":
		return celenv.Value{Type: celenv.Uint, Uint: c.Uints[row]}
	case "bool":
		return celenv.Value{Type: celenv.Bool, Bool: c.Bools[row]}
	case "string":
		return celenv.Value{Type: celenv.String, Str: c.Strings[row]}
	case "timestamp":
		return celenv.Value{Type: celenv.Timestamp, Time: c.Times[row]}
	}
	return celenv.Value{Type: celenv.Duration, Span: time.Duration(c.Ints[row])}
}

var exprEnv = sync.OnceValue(func() *celenv.Env {
	var vars []celenv.Var
	for _, v := range exprVars {
		typ, decl, err := celenv.ParseType(v.Type)
		if err != nil {
			panic(err)
		}
		vars = append(vars, celenv.Var{Name: v.Name, Type: typ, Decl: decl})
	}
	env, err := celenv.New(vars, celenv.Config{})
	if err != nil {
		panic(err)
	}
	return env
})

// counts of what a comparison saw.
type counts struct{ formulas, cells, failed, unknown, fallback int }

// compareExpr evaluates an expression by columns and by cel-go, row by row.
func compareExpr(t testing.TB, text string, columns []Column, n int, seen *counts) {
	t.Helper()
	x, err := CompileExpr(text, exprVars, Config{})
	require.NoError(t, err, text)
	checked, problems := exprEnv().Check(text)
	require.Empty(t, problems)
	oracle, err := checked.Program(checked.Root)
	require.NoError(t, err)
	got := x.NewColumn(n)
	e := x.NewEvaluator()
	e.Eval(got, columns, 0, n)
	seen.formulas++
	seen.cells += n
	for _, s := range x.Plan() {
		if s.Fallback {
			seen.fallback++
			break
		}
	}
	index := map[string]int{}
	for i, v := range exprVars {
		index[v.Name] = i
	}
	for row := range n {
		want := oracle.Eval(func(s int) celenv.Value {
			i := index[oracle.Slots[s].Name]
			return valueAt(exprVars[i].Type, &columns[i], row)
		})
		at := func() string {
			s := fmt.Sprintf("%s\nrow %d of %d:", text, row, n)
			for i, v := range exprVars {
				if w := valueAt(v.Type, &columns[i], row); strings.Contains(text, v.Name) {
					s += fmt.Sprintf(" %s=%+v", v.Name, w)
				}
			}
			return s
		}
		bit := func(b []uint64) bool { return b[row/64]>>(row&63)&1 != 0 }
		state := celenv.OK
		switch {
		case bit(got.Failed):
			state = celenv.Failed
			require.False(t, bit(got.Missing), at())
		case bit(got.Missing):
			state = celenv.Unknown
		}
		if state != want.State {
			require.Equal(t, want, state, "%s\n%s", at(), e.Error(got.Errors[row]))
		}
		same := true
		switch want.State {
		case celenv.Failed:
			seen.failed++
			require.Equal(t, want.Err, e.Error(got.Errors[row]), at())
			continue
		case celenv.Unknown:
			if seen.unknown++; row%7 == 0 {
				var slots []int
				for _, s := range want.Slots {
					slots = append(slots, index[oracle.Slots[s].Name])
				}
				slices.Sort(slots)
				require.Equal(t, slots, e.Causes(columns, row), at())
			}
			continue
		}
		switch want.Type {
		case celenv.Double:
			g := got.Doubles[row]
			same = math.Float64bits(g) == math.Float64bits(want.Double) || g != g && want.Double != want.Double
		case celenv.Int:
			same = got.Ints[row] == want.Int
		case celenv.Uint:
			same = got.Uints[row] == want.Uint
		case celenv.Bool:
			same = got.Bools[row] == want.Bool
		case celenv.String:
			same = got.Strings[row] == want.Str
		case celenv.Timestamp:
			same = got.Times[row].Equal(want.Time)
		case celenv.Duration:
			same = got.Ints[row] == int64(want.Span)
		}
		if !same {
			require.Fail(t, "value", "%s\nwant %+v, got %+v", at(), want, valueAt(x.Type(), got, row))
		}
	}
}

// generateExpr writes a random expression of a type: d(ouble), i(nt), u(int),
// b(ool), s(tring), t(imestamp), n (duration).
func generateExpr(r *rand.Rand, typ byte, depth int) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	sub := func(t byte) string { return generateExpr(r, t, depth-1) }
	any := func(ts string) byte { return ts[r.IntN(len(ts))] }
	if depth <= 0 || r.IntN(12) == 0 {
		switch typ {
		case 'd':
			return pick("a", "b", "c", "a", "b", "0.0", "-0.0", "1.0", "100.0", "2.5", "1e300", "0.1")
		case 'i':
			return pick("i", "j", "i", "j", "0", "1", "-1", "7", "9223372036854775807", "-9223372036854775808")
		case 'u':
			return pick("u", "v", "0u", "1u", "7u", "18446744073709551615u")
		case 's':
			return pick("s", "t", "''", "'a'", "'ñ'", "'ab'")
		case 't':
			return pick("when", "then", "timestamp('2024-02-29T12:00:00Z')", "timestamp('9999-12-31T23:59:59.5Z')")
		case 'n':
			return pick("span", "duration('1h30m')", "duration('-1ns')")
		}
		return pick("p", "q", "true", "false")
	}
	switch r.IntN(10) {
	case 0, 1:
		return "(" + sub('b') + " ? " + sub(typ) + " : " + sub(typ) + ")"
	case 2:
		return "cel.bind(z" + fmt.Sprint(depth) + ", " + sub(typ) + ", " + pick("", "", "") + "(" + sub('b') + " ? z" + fmt.Sprint(depth) + " : " + sub(typ) + "))"
	}
	list := func(t byte) string {
		s := sub(t)
		for range r.IntN(3) {
			s += ", " + sub(t)
		}
		if r.IntN(4) == 0 {
			return "[" + s + "].map(m" + fmt.Sprint(depth) + ", " + pick("m"+fmt.Sprint(depth), sub(t)) + ")"
		}
		if r.IntN(4) == 0 {
			m := "m" + fmt.Sprint(depth)
			cond := sub('b')
			if t == 'd' || t == 'i' || t == 'u' {
				cond = pick(cond, m+" > "+sub(t))
			}
			if t == 'i' {
				cond = pick(cond, "1/"+m+" > 0")
			}
			return "[" + s + "].filter(" + m + ", " + cond + ")" + pick("", "", ".map("+m+", "+sub(t)+")", ".filter("+m+", "+sub('b')+")")
		}
		return "[" + s + "]"
	}
	switch typ {
	case 'd':
		switch r.IntN(12) {
		case 0, 1, 2, 3, 4, 5:
			return "(" + sub('d') + pick("+", "-", "*", "/", " / ") + sub('d') + ")"
		case 6:
			return "-(" + sub('d') + ")"
		case 7:
			return "double(" + sub(any("diu")) + ")"
		case 8:
			return "math." + pick("abs", "ceil", "floor", "round", "trunc", "sign", "sqrt") + "(" + sub('d') + ")"
		case 9:
			return pick("share", "per") + "(" + sub(any("di")) + ", " + sub(any("di")) + ")"
		case 10:
			return "coalesce(" + sub('d') + ", " + sub('d') + pick("", ", "+sub('d')) + ")"
		}
		return pick("math.greatest(", "math.least(") + pick(sub('d')+", "+sub('d'), list('d')[0:0]+sub('d')+", "+sub('d')+", "+sub('d')) + ")"
	case 'i':
		switch r.IntN(13) {
		case 0, 1, 2, 3, 4:
			return "(" + sub('i') + pick(" + ", " - ", "*", "/", "%") + sub('i') + ")"
		case 5:
			return "-(" + sub('i') + ")"
		case 6:
			return "int(" + sub(any("diut")) + ")"
		case 7:
			return "coalesce(" + sub('i') + ", " + sub('i') + ")"
		case 8:
			return "math." + pick("abs", "sign", "bitNot") + "(" + sub('i') + ")"
		case 9:
			return "math." + pick("bitAnd", "bitOr", "bitXor", "bitShiftLeft", "bitShiftRight", "greatest", "least") + "(" + sub('i') + ", " + sub('i') + ")"
		case 10:
			return "size(" + pick(sub('s'), list('i')) + ")"
		case 11:
			return sub('t') + "." + pick("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds") + pick("()", "('Europe/Madrid')", "('-03:30')")
		}
		return pick(sub('n')+"."+pick("getHours", "getMinutes", "getSeconds", "getMilliseconds")+"()", list('i')+"["+pick("0", "1")+"]")
	case 'u':
		switch r.IntN(8) {
		case 0, 1, 2, 3:
			return "(" + sub('u') + pick(" + ", " - ", "*", "/", "%") + sub('u') + ")"
		case 4:
			return "uint(" + sub(any("diu")) + ")"
		case 5:
			return "math." + pick("abs", "sign", "bitNot") + "(" + sub('u') + ")"
		case 6:
			return "math." + pick("bitShiftLeft", "bitShiftRight") + "(" + sub('u') + ", " + sub('i') + ")"
		}
		return "math." + pick("bitAnd", "bitOr", "bitXor", "greatest", "least") + "(" + sub('u') + ", " + sub('u') + ")"
	case 's':
		return pick("("+sub('s')+" + "+sub('s')+")", "string("+sub(any("diub"))+")", sub('s')+pick(".upperAscii()", ".lowerAscii()"), sub('s'), sub('s')+".replace('a', 'bb')")
	case 't':
		return pick("("+sub('t')+pick(" + ", " - ")+sub('n')+")", "("+sub('t')+pick(" + ", " - ")+sub('n')+")", "("+sub('n')+" + "+sub('t')+")", "timestamp("+sub('i')+")")
	case 'n':
		return pick("("+sub('n')+pick(" + ", " - ")+sub('n')+")", "("+sub('t')+" - "+sub('t')+")")
	}
	m := "m" + fmt.Sprint(depth)
	switch r.IntN(17) {
	case 0, 1, 2:
		return "(" + sub(any("diu")) + pick("<", "<=", ">", ">=") + sub(any("diu")) + ")"
	case 3:
		t := any("diubstn")
		return "(" + sub(t) + pick(" == ", " != ") + sub(t) + ")"
	case 4:
		t := any("bstn")
		return "(" + sub(t) + pick(" < ", " <= ", " > ", " >= ") + sub(t) + ")"
	case 5, 6, 7:
		return "(" + sub('b') + pick(" && ", " || ") + sub('b') + ")"
	case 8:
		return "!(" + sub('b') + ")"
	case 9:
		return "present(" + sub(any("dib")) + ")"
	case 10:
		return list('d') + "." + pick("exists", "all", "exists_one") + "(" + m + ", " + pick(m+" > "+sub('d'), "1.0/"+m+" > 0.0 || "+sub('b'), sub('b')) + ")"
	case 11:
		return list('i') + "." + pick("exists", "all", "exists_one") + "(" + m + ", " + pick(m+" > "+sub('i'), "1/"+m+" > 0", sub('b')) + ")"
	case 12:
		t := any("diust")
		return "(" + sub(t) + " in " + list(t) + ")"
	case 13:
		return sub('s') + "." + pick("startsWith", "endsWith", "contains") + "(" + sub('s') + ")"
	case 14:
		return sub('s') + ".matches('" + pick("^a", "b+", "ñ$", "a.*a") + "')"
	case 15:
		return "math." + pick("isNaN", "isInf", "isFinite") + "(" + sub('d') + ")"
	}
	return "present(coalesce(" + sub('b') + ", " + sub('b') + "))"
}

func TestExprAgainstCEL(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 7))
	sizes := []int{0, 1, 63, 64, 65, 130}
	formulas := 2000
	if testing.Short() {
		formulas = 300
	}
	var seen counts
	for n := range formulas {
		rows := sizes[n%len(sizes)]
		if n%200 == 0 {
			rows = []int{2047, 2048, 2049}[n/200%3]
		}
		odd := n % 3 // columns that begin anywhere in memory
		columns := randomColumns(r, rows+odd, []float64{0, 0.06, 0.5, 1}[n%4])
		for k := range columns {
			c := &columns[k]
			c.Doubles, c.Ints, c.Uints, c.Bools, c.Strings, c.Times = skip(c.Doubles, odd), skip(c.Ints, odd), skip(c.Uints, odd), skip(c.Bools, odd), skip(c.Strings, odd), skip(c.Times, odd)
		}
		compareExpr(t, generateExpr(r, "diubstn"[r.IntN(7)], 1+r.IntN(5)), columns, rows, &seen)
	}
	t.Logf("%+v", seen)
}

func skip[T any](s []T, n int) []T {
	if s == nil {
		return nil
	}
	return s[n:]
}

func FuzzExprAgainstCEL(f *testing.F) {
	for i := range uint64(8) {
		f.Add(i, i*5)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		columns := randomColumns(r, 67, float64(a%5)/8)
		var seen counts
		compareExpr(t, generateExpr(r, "diubstn"[r.IntN(7)], 1+r.IntN(5)), columns, 67, &seen)
	})
}
