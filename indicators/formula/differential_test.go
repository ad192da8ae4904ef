package formula_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/formula"
)

// The differential test: random well-typed expressions over random columns,
// compiled by this package and evaluated by plain cel-go a row at a time.
// It shares nothing with the code it tests: declarations, own functions and the
// way missing values enter are written here from the language's rules.

// rival is plain cel-go with the own functions of formulas.
type rival struct {
	env   *cel.Env
	index map[string]int // of variables
}

func newRival(t testing.TB) *rival {
	r := &rival{index: map[string]int{}}
	opts := []cel.EnvOption{ext.Math(), ext.Strings(), ext.Bindings(), cel.OptionalTypes(), cel.CrossTypeNumericComparisons(true)}
	celTypes := map[string]*cel.Type{"double": cel.DoubleType, "int": cel.IntType, "uint": cel.UintType, "bool": cel.BoolType, "string": cel.StringType,
		"timestamp": cel.TimestampType, "duration": cel.DurationType, "list(double)": cel.ListType(cel.DoubleType)}
	for i, v := range rivalVars {
		r.index[v.Name] = i
		opts = append(opts, cel.Variable(v.Name, celTypes[v.Type]))
	}
	asDouble := func(v ref.Val) float64 {
		if i, ok := v.(types.Int); ok {
			return float64(i)
		}
		return float64(v.(types.Double))
	}
	for name, factor := range map[string]float64{"share": 100, "per": 1} {
		var o []cel.FunctionOpt
		for _, x := range []*cel.Type{cel.DoubleType, cel.IntType} {
			for _, y := range []*cel.Type{cel.DoubleType, cel.IntType} {
				o = append(o, cel.Overload(fmt.Sprintf("r_%s_%s_%s", name, x, y), []*cel.Type{x, y}, cel.DoubleType, cel.BinaryBinding(func(a, b ref.Val) ref.Val {
					if asDouble(b) == 0 {
						return types.NewErr("zero denominator")
					}
					p := asDouble(a)
					if factor != 1 {
						p = factor * p
					}
					return types.Double(p / asDouble(b))
				})))
			}
		}
		opts = append(opts, cel.Function(name, o...))
	}
	var present, coalesce []cel.FunctionOpt
	for _, x := range []*cel.Type{cel.DoubleType, cel.IntType, cel.BoolType} {
		present = append(present, cel.Overload("r_present_"+x.String(), []*cel.Type{x}, cel.BoolType, cel.OverloadIsNonStrict(), cel.UnaryBinding(func(v ref.Val) ref.Val {
			if types.IsError(v) {
				return v
			}
			return types.Bool(!types.IsUnknown(v))
		})))
		for n := 2; n <= 4; n++ {
			coalesce = append(coalesce, cel.Overload(fmt.Sprintf("r_coalesce_%s_%d", x, n), slices.Repeat([]*cel.Type{x}, n), x, cel.OverloadIsNonStrict(), cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				var all *types.Unknown
				for _, a := range args {
					u, ok := a.(*types.Unknown)
					if !ok {
						return a
					}
					all = types.MergeUnknowns(all, u)
				}
				return all
			})))
		}
	}
	env, err := cel.NewEnv(append(opts, cel.Function("present", present...), cel.Function("coalesce", coalesce...))...)
	require.NoError(t, err)
	r.env = env
	return r
}

func (r *rival) compile(text string) (cel.Program, error) {
	checked, iss := r.env.Compile(text)
	if iss.Err() != nil {
		return nil, iss.Err()
	}
	p, err := r.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		p, err = r.env.Program(checked)
	}
	return p, err
}

// rivalRow is a hand-written activation: a row of columns.
type rivalRow struct {
	r       *rival
	columns []formula.Column
	row     int
}

func (a *rivalRow) Parent() cel.Activation { return nil }

func (a *rivalRow) ResolveName(name string) (any, bool) {
	i, ok := a.r.index[name]
	if !ok {
		return nil, false
	}
	if absent(&a.columns[i], a.row) {
		return types.NewUnknown(int64(i+1), types.NewAttributeTrail(name)), true
	}
	return valueOf(&a.columns[i], rivalVars[i].Type, a.row), true
}

func absent(c *formula.Column, row int) bool {
	return c.Missing != nil && c.Missing[row/64]>>(row%64)&1 != 0
}

func valueOf(c *formula.Column, typ string, row int) ref.Val {
	switch typ {
	case "double":
		return types.Double(c.Doubles[row])
	case "int":
		return types.Int(c.Ints[row])
	case "uint":
		return types.Uint(c.Uints[row])
	case "bool":
		return types.Bool(c.Bools[row])
	case "string":
		return types.String(c.Strings[row])
	case "timestamp":
		return types.Timestamp{Time: c.Times[row].UTC()}
	case "duration":
		return types.Duration{Duration: time.Duration(c.Ints[row])}
	}
	return types.DefaultTypeAdapter.NativeToValue(c.Values[row])
}

// The types of expressions, by a letter: d double, i int, u uint, b bool,
// s string, t timestamp, p duration; D, I, S, B lists of them.
var rivalVars = []formula.Var{
	{Name: "d1", Type: "double"}, {Name: "d2", Type: "double"}, {Name: "d3", Type: "double"},
	{Name: "i1", Type: "int"}, {Name: "i2", Type: "int"},
	{Name: "u1", Type: "uint"}, {Name: "u2", Type: "uint"},
	{Name: "b1", Type: "bool"}, {Name: "b2", Type: "bool"},
	{Name: "s1", Type: "string"}, {Name: "s.two", Type: "string"},
	{Name: "t1", Type: "timestamp"}, {Name: "t2", Type: "timestamp"},
	{Name: "p1", Type: "duration"}, {Name: "p2", Type: "duration"},
	{Name: "l1", Type: "list(double)"},
}

// leaves of a type: variables first, then literals.
var leavesOf = map[byte][2][]string{
	'd': {{"d1", "d2", "d3"}, {"0.0", "-0.0", "1.0", "-1.0", "100.0", "2.5", "0.1", "1e308", "-1e308", "5e-324", "9007199254740993.0", "9223372036854775807.0", "-9223372036854775808.0", "18446744073709551615.0"}},
	'i': {{"i1", "i2"}, {"0", "1", "-1", "2", "7", "63", "64", "-7", "9223372036854775807", "-9223372036854775808", "9007199254740993"}},
	'u': {{"u1", "u2"}, {"0u", "1u", "7u", "63u", "18446744073709551615u", "9223372036854775808u"}},
	'b': {{"b1", "b2"}, {"true", "false"}},
	's': {{"s1", "s.two"}, {"''", "'a'", "'ab'", "'ñ'", "'n\u0303'", "'A'", "'1.5'", "'-7'", "'true'", "'日本'", "'2024-02-29T12:00:00Z'", "'1h30m'", "'Europe/Madrid'"}},
	't': {{"t1", "t2"}, {"timestamp('2024-10-27T01:30:00Z')", "timestamp('0001-01-01T00:00:00Z')", "timestamp('9999-12-31T23:59:59.999999999Z')", "timestamp('1969-12-31T23:59:59.5Z')"}},
	'p': {{"p1", "p2"}, {"duration('0s')", "duration('1h')", "duration('-1ns')", "duration('2562047h47m16.854775807s')", "duration('1500ms')"}},
	'D': {{"l1"}, {"[0.0]"}},
	'I': {nil, {"[0]", "[1, 2]"}},
	'S': {nil, {"['a']", "['', 'b']"}},
	'B': {nil, {"[true]"}},
}

// forms of a type: # is an operand of the type whose letter follows, in order;
// $ is a new name, of the type in lower case that the list before has.
var formsOf = map[byte][]string{
	'd': {
		"(#d + #d)", "(#d - #d)", "(#d * #d)", "(#d / #d)", "(#d*#d + #d)", "-(#d)", "(#b ? #d : #d)", "(#d > 0.0 ? #d / #d : #d)", "double(#d)", "double(#i)", "double(#u)", "double(#s)",
		"math.abs(#d)", "math.ceil(#d)", "math.floor(#d)", "math.round(#d)", "math.trunc(#d)", "math.sign(#d)", "math.sqrt(#d)", "math.sqrt(#i)", "math.sqrt(#u)",
		"math.greatest(#d, #d)", "math.least(#d, #d)", "math.greatest(#d, #d, #d)", "math.least([#d, #d])", "math.greatest(#D)",
		"share(#d, #d)", "share(#i, #d)", "share(#i, #i)", "per(#d, #d)", "per(#d, #i)", "coalesce(#d, #d)", "coalesce(#d, #d, #d)",
		"cel.bind($d, #d, #d)", "cel.bind($i, #i, #d)", "#D[#i]", "[#d, #d][#i]", "optional.of(#d).orValue(#d)", "#D[?#i].orValue(#d)", "{'k': #d}['k']",
	},
	'i': {
		"(#i + #i)", "(#i - #i)", "(#i * #i)", "(#i / #i)", "(#i % #i)", "-(#i)", "(#b ? #i : #i)", "int(#d)", "int(#i)", "int(#u)", "int(#s)", "int(#t)", "int(#p)",
		"math.abs(#i)", "math.sign(#i)", "math.greatest(#i, #i)", "math.least(#i, #i)", "math.greatest(#i, #i, #i)",
		"math.bitAnd(#i, #i)", "math.bitOr(#i, #i)", "math.bitXor(#i, #i)", "math.bitNot(#i)", "math.bitShiftLeft(#i, #i)", "math.bitShiftRight(#i, #i)",
		"size(#s)", "#s.size()", "size(#D)", "#I.size()", "#s.indexOf(#s)", "#s.lastIndexOf(#s)", "#s.indexOf(#s, #i)", "coalesce(#i, #i)", "coalesce(#i, #i, #i)",
		"#t.getFullYear()", "#t.getMonth()", "#t.getDate()", "#t.getDayOfMonth()", "#t.getDayOfWeek()", "#t.getDayOfYear()", "#t.getHours()", "#t.getMinutes()", "#t.getSeconds()", "#t.getMilliseconds()",
		"#t.getHours('Europe/Madrid')", "#t.getDate('Atlantic/Canary')", "#t.getMinutes('+05:30')", "#t.getFullYear('-11:00')", "#t.getDayOfWeek('X/Y')", "#t.getHours(#s)",
		"#p.getHours()", "#p.getMinutes()", "#p.getSeconds()", "#p.getMilliseconds()", "cel.bind($i, #i, #i)", "#I[#i]", "size(#S.map($s, $))",
	},
	'u': {
		"(#u + #u)", "(#u - #u)", "(#u * #u)", "(#u / #u)", "(#u % #u)", "(#b ? #u : #u)", "uint(#d)", "uint(#i)", "uint(#u)", "uint(#s)",
		"math.abs(#u)", "math.sign(#u)", "math.greatest(#u, #u)", "math.least(#u, #u)", "math.bitAnd(#u, #u)", "math.bitOr(#u, #u)", "math.bitXor(#u, #u)", "math.bitNot(#u)",
		"math.bitShiftLeft(#u, #i)", "math.bitShiftRight(#u, #i)", "cel.bind($u, #u, #u)",
	},
	'b': {
		"(#d < #d)", "(#d <= #d)", "(#d > #d)", "(#d >= #d)", "(#d == #d)", "(#d != #d)", "(#i < #i)", "(#i <= #i)", "(#i > #i)", "(#i >= #i)", "(#i == #i)", "(#i != #i)",
		"(#u < #u)", "(#u >= #u)", "(#u == #u)", "(#u != #u)", "(#d < #i)", "(#i <= #d)", "(#d > #u)", "(#u >= #d)", "(#i < #u)", "(#u > #i)", "(#u <= #i)", "(#d >= #i)",
		"(#s < #s)", "(#s <= #s)", "(#s > #s)", "(#s >= #s)", "(#s == #s)", "(#s != #s)", "(#b < #b)", "(#b == #b)", "(#b != #b)", "(#b >= #b)",
		"(#t < #t)", "(#t >= #t)", "(#t == #t)", "(#t != #t)", "(#p < #p)", "(#p >= #p)", "(#p == #p)", "(#p != #p)",
		"(#b && #b)", "(#b && #b)", "(#b || #b)", "(#b || #b)", "(#b && #b && #b)", "(#b || #b || #b)", "!(#b)", "!(#b)", "(#b ? #b : #b)", "bool(#s)", "bool(#b)",
		"(#d in #D)", "(#i in #I)", "(#s in #S)", "(#b in #B)", "(#D == #D)", "(#I != #I)", "#s.startsWith(#s)", "#s.endsWith(#s)", "#s.contains(#s)", "#s.matches('^[a-z]{2,3}')", "#s.matches('')", "#s.matches(#s)", "matches(#s, 'a|ñ')",
		"present(#d)", "present(#i)", "present(#b)", "math.isNaN(#d)", "math.isInf(#d)", "math.isFinite(#d)", "coalesce(#b, #b)",
		"#D.all($d, #b)", "#D.exists($d, #b)", "#I.exists_one($i, #b)", "#I.all($i, #b)", "#S.exists($s, #b)", "#D.map($d, #d).exists($d, #b)", "#D.filter($d, #b).all($d, #b)", "#I.map($i, #d).all($d, #b)",
		"cel.bind($d, #d, #b)", "cel.bind($b, #b, #b)", "(dyn(#d) == dyn(#i))", "optional.of(#d).hasValue()", "(type(#d) == double)", "has({'k': #d}.k)",
	},
	's': {
		"(#s + #s)", "(#b ? #s : #s)", "string(#d)", "string(#i)", "string(#u)", "string(#b)", "string(#t)", "string(#p)", "string(#s)", "#s.upperAscii()", "#s.lowerAscii()", "#s.charAt(#i)",
		"#s.substring(#i)", "#s.substring(#i, #i)", "#s.replace(#s, #s)", "#s.trim()", "#s.reverse()", "#S.join()", "#S.join(#s)", "#s.split(#s)[0]", "'%s %d'.format([#d, #i])", "strings.quote(#s)", "cel.bind($s, #s, #s)", "#S[#i]",
	},
	't': {"(#t + #p)", "(#p + #t)", "(#t - #p)", "(#b ? #t : #t)", "timestamp(#i)", "timestamp(#s)", "timestamp(#t)"},
	'p': {"(#t - #t)", "(#p + #p)", "(#p - #p)", "(#b ? #p : #p)", "duration(#s)", "duration(#p)"},
	'D': {"[#d, #d]", "[#d, #d, #d]", "[#d]", "#D.map($d, #d)", "[#D, #D][0]", "(#D + #D)"},
	'I': {"[#i, #i]", "[#i, #i, #i]", "#I.map($i, #i)", "#I.filter($i, #b)"},
	'S': {"[#s, #s]", "#s.split(#s)", "#S.map($s, #s)"},
	'B': {"[#b, #b]"},
}

// term is an expression that can be made smaller.
type term struct {
	typ   byte
	form  string
	args  []*term
	names []string // bound by the form
}

type scoped struct {
	name string
	typ  byte
}

// coreForms are those of numbers and times alone, which kernels know.
var coreForms = func() map[byte][]string {
	out := map[byte][]string{}
	for typ, forms := range formsOf {
		if !strings.ContainsRune("diubtp", rune(typ)) {
			continue
		}
		for _, f := range forms {
			if !strings.ContainsAny(f, "[{?") && !strings.Contains(f, "#s") && !strings.Contains(f, "#S") && !strings.Contains(f, "#D") && !strings.Contains(f, "#I") && !strings.Contains(f, "#B") &&
				!strings.Contains(f, "optional") && !strings.Contains(f, "dyn") && !strings.Contains(f, "type") || strings.HasPrefix(f, "(#b ?") || strings.HasPrefix(f, "(#d > 0.0 ?") {
				out[typ] = append(out[typ], f)
			}
		}
	}
	return out
}()

func randomTerm(r *rand.Rand, all map[byte][]string, typ byte, depth int, scope []scoped) *term {
	forms := all[typ]
	if depth <= 0 || r.IntN(12) == 0 || len(forms) == 0 {
		var inner []string
		for _, s := range scope {
			if s.typ == typ {
				inner = append(inner, s.name)
			}
		}
		if len(inner) > 0 && r.IntN(2) == 0 {
			return &term{typ: typ, form: inner[r.IntN(len(inner))]}
		}
		l := leavesOf[typ]
		pool := l[0]
		if len(pool) == 0 || r.IntN(5) < 2 {
			pool = l[1]
		}
		return &term{typ: typ, form: pool[r.IntN(len(pool))]}
	}
	x := &term{typ: typ, form: forms[r.IntN(len(forms))]}
	outer, later := scope, []scoped(nil)
	for i := 0; i < len(x.form); i++ {
		switch x.form[i] {
		case '#':
			x.args = append(x.args, randomTerm(r, all, x.form[i+1], depth-1, scope))
			if later != nil { // of cel.bind: not in its own value
				scope, later = later, nil
			}
		case '$':
			if next := x.form[i+1:]; next != "" && strings.ContainsRune("dibsutp", rune(next[0])) {
				name := fmt.Sprintf("x%d", len(outer))
				x.names = append(x.names, name)
				in := append(outer[:len(outer):len(outer)], scoped{name, next[0]})
				if strings.HasPrefix(x.form, "cel.bind") {
					later = in
				} else {
					scope = in
				}
			}
		}
	}
	return x
}

func (x *term) String() string {
	var b strings.Builder
	arg, bound := 0, 0
	for i := 0; i < len(x.form); i++ {
		switch x.form[i] {
		case '#':
			b.WriteString(x.args[arg].String())
			arg++
			i++
		case '$':
			if next := x.form[i+1:]; next != "" && strings.ContainsRune("dibsutp", rune(next[0])) {
				b.WriteString(x.names[bound])
				bound++
				i++
			} else {
				b.WriteString(x.names[bound-1])
			}
		default:
			b.WriteByte(x.form[i])
		}
	}
	return b.String()
}

// smaller lists terms that stand for x with one step less.
func (x *term) smaller() []*term {
	var out []*term
	var below func(y *term)
	below = func(y *term) {
		for _, a := range y.args {
			if a.typ == x.typ {
				out = append(out, a)
			}
			below(a)
		}
	}
	below(x)
	for _, pool := range leavesOf[x.typ] {
		for _, leaf := range pool {
			if x.form != leaf && len(x.form) >= len(leaf) || len(x.args) > 0 {
				out = append(out, &term{typ: x.typ, form: leaf})
			}
		}
	}
	for i, a := range x.args {
		for _, s := range a.smaller() {
			c := *x
			c.args = slices.Clone(x.args)
			c.args[i] = s
			out = append(out, &c)
		}
	}
	slices.SortStableFunc(out, func(a, b *term) int { return cmp.Compare(len(a.String()), len(b.String())) })
	return out
}

var corners = struct {
	d []float64
	i []int64
	u []uint64
	s []string
	t []time.Time
	p []int64
}{
	[]float64{0, math.Copysign(0, -1), 1, -1, 2.5, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, math.MaxFloat64, -math.MaxFloat64,
		1<<53 - 1, 1 << 53, 1<<53 + 2, 1 << 63, -1 << 63, 9223372036854774784, -9223372036854774784, 1 << 64, 18446744073709549568, 0.1, -0.5, 0.5, 1.5, 1 + 0x1p-27, 1 - 0x1p-27, 1e308},
	[]int64{0, 1, -1, 2, 3, -7, 63, 64, 65, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 53, 1<<53 + 1, -1<<53 - 1, 1 << 31, 1 << 32, 3037000500, 253402300799, -62135596801},
	[]uint64{0, 1, 2, 7, 63, 64, math.MaxUint64, 1 << 63, 1<<63 - 1, 1 << 53, 1<<53 + 1, 1 << 32, 4294967296},
	[]string{"", "a", "b", "ab", "ñ", "n\u0303", "A", "ba", "aba", "1.5", "-7", "true", "日本", "a,b", " a ", "\U0001F600", "2024-02-29T12:00:00Z", "1h30m", "UTC", "Europe/Madrid", "("},
	[]time.Time{time.Unix(0, 0), time.Unix(-62135596800, 0), time.Unix(253402300799, 999999999), time.Unix(1e9, 5e8), time.Unix(-1, 999999999), time.Unix(9223372036, 854775807), time.Unix(-9223372037, 0),
		time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC), time.Date(2024, 10, 27, 1, 30, 0, 1, time.UTC), time.Date(2024, 3, 31, 1, 0, 0, 0, time.UTC), time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)},
	[]int64{0, 1, -1, 1e9, -1e9, 1500e6, math.MaxInt64, math.MinInt64, 3600e9, 86400e9, -86400e9 - 1},
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// rivalColumns draws n rows. What is missing has a value all the same, and bits
// behind the last row are set: neither may matter.
func rivalColumns(r *rand.Rand, n int, missing float64) []formula.Column {
	out := make([]formula.Column, len(rivalVars))
	for k, v := range rivalVars {
		c := &out[k]
		if missing > 0 && r.IntN(5) > 0 {
			c.Missing = make([]uint64, (n+63)/64)
			for bit := range 64 * len(c.Missing) {
				if r.Float64() < missing {
					c.Missing[bit/64] |= 1 << (bit % 64)
				}
			}
		}
		for range n {
			switch v.Type {
			case "double":
				x := pick(r, corners.d)
				if r.IntN(3) == 0 {
					x = r.NormFloat64() * 100
				}
				c.Doubles = append(c.Doubles, x)
			case "int":
				x := pick(r, corners.i)
				if r.IntN(4) == 0 {
					x = int64(r.Uint64()) >> r.IntN(64)
				}
				c.Ints = append(c.Ints, x)
			case "uint":
				x := pick(r, corners.u)
				if r.IntN(4) == 0 {
					x = r.Uint64() >> r.IntN(64)
				}
				c.Uints = append(c.Uints, x)
			case "bool":
				c.Bools = append(c.Bools, r.IntN(2) == 0)
			case "string":
				c.Strings = append(c.Strings, pick(r, corners.s))
			case "timestamp":
				x := pick(r, corners.t)
				if r.IntN(4) == 0 {
					x = time.Unix(r.Int64N(4e9)-2e9, r.Int64N(1e9))
				}
				c.Times = append(c.Times, x.UTC())
			case "duration":
				c.Ints = append(c.Ints, pick(r, corners.p))
			default:
				var list []float64
				for range r.IntN(4) {
					list = append(list, pick(r, corners.d))
				}
				c.Values = append(c.Values, list)
			}
		}
	}
	return out
}

// verdict is one cell as text: value with its bits, error, or causes.
func (r *rival) verdict(p cel.Program, columns []formula.Column, row int) string {
	out, _, err := p.Eval(&rivalRow{r, columns, row})
	if u, ok := out.(*types.Unknown); ok {
		var ids []int
		for _, id := range u.IDs() {
			ids = append(ids, int(id)-1)
		}
		return fmt.Sprint("missing ", ids)
	}
	if err != nil {
		return "error " + err.Error()
	}
	switch v := out.(type) {
	case types.Double:
		return bitsOf(float64(v))
	case types.Int:
		return "int " + strconv.FormatInt(int64(v), 10)
	case types.Uint:
		return "uint " + strconv.FormatUint(uint64(v), 10)
	case types.Bool:
		return "bool " + strconv.FormatBool(bool(v))
	case types.String:
		return "string " + strconv.Quote(string(v))
	case types.Timestamp:
		return fmt.Sprint("timestamp ", v.Unix(), " ", v.Nanosecond())
	case types.Duration:
		return fmt.Sprint("duration ", int64(v.Duration))
	}
	return listOf(out)
}

func bitsOf(x float64) string {
	if x != x {
		return "double NaN"
	}
	return "double " + strconv.FormatFloat(x, 'g', -1, 64) + " " + strconv.FormatUint(math.Float64bits(x), 16)
}

func listOf(v any) string {
	x := types.DefaultTypeAdapter.NativeToValue(v)
	if l, err := x.ConvertToNative(reflect.TypeFor[[]any]()); err == nil {
		return fmt.Sprintf("list %v", l)
	}
	return fmt.Sprintf("%T %v", x, x.Value())
}

// ours is one cell as the library gives it.
func ours(e *formula.Evaluator, typ string, out *formula.Column, columns []formula.Column, row int) string {
	bit := func(w []uint64) bool { return w[row/64]>>(row%64)&1 != 0 }
	switch {
	case bit(out.Failed):
		if bit(out.Missing) {
			return "failed and missing at once"
		}
		return "error " + e.Error(out.Errors[row])
	case bit(out.Missing):
		causes := e.Causes(columns, row)
		if causes == nil {
			causes = []int{}
		}
		return fmt.Sprint("missing ", causes)
	}
	switch typ {
	case "double":
		return bitsOf(out.Doubles[row])
	case "int":
		return "int " + strconv.FormatInt(out.Ints[row], 10)
	case "uint":
		return "uint " + strconv.FormatUint(out.Uints[row], 10)
	case "bool":
		return "bool " + strconv.FormatBool(out.Bools[row])
	case "string":
		return "string " + strconv.Quote(out.Strings[row])
	case "timestamp":
		return fmt.Sprint("timestamp ", out.Times[row].Unix(), " ", out.Times[row].Nanosecond())
	case "duration":
		return fmt.Sprint("duration ", out.Ints[row])
	}
	return listOf(out.Values[row])
}

type tally struct {
	formulas, refused, cells, failed, missing, whole int
}

// differ compares all rows and returns the first that differs, -1 if none does.
func (r *rival) differ(x *term, columns []formula.Column, n int, split int, count *tally) (row int, want, got string) {
	text := x.String()
	defer func() {
		if p := recover(); p != nil {
			row, want, got = 0, "no panic", fmt.Sprint("panic: ", p)
		}
	}()
	p, err := r.compile(text)
	f, ourErr := formula.CompileExpr(text, rivalVars, formula.Config{})
	if err != nil || ourErr != nil {
		if (err == nil) != (ourErr == nil) && !strings.Contains(fmt.Sprint(ourErr), "regular expression") {
			return 0, fmt.Sprint("compiles: ", err), fmt.Sprint("compiles: ", ourErr)
		}
		count.refused++
		return -1, "", ""
	}
	e := f.NewEvaluator()
	out := f.NewColumn(n)
	e.Eval(out, columns, split, n)
	e.Eval(out, columns, 0, min(split, n))
	count.formulas++
	whole := 1
	for _, s := range f.Plan() {
		if s.Fallback {
			whole = 0
		}
	}
	count.whole += whole
	for row := range n {
		want, got := r.verdict(p, columns, row), ours(e, f.Type(), out, columns, row)
		if want != got {
			return row, want, got
		}
		count.cells++
		switch want[0] {
		case 'e':
			count.failed++
		case 'm':
			count.missing++
		}
	}
	return -1, "", ""
}

// shrink finds a smaller term that still differs on one row.
func (r *rival) shrink(x *term, columns []formula.Column, row int) (*term, string) {
	one := make([]formula.Column, len(columns))
	for i := range columns {
		c := &columns[i]
		v := &one[i]
		if c.Missing != nil {
			v.Missing = []uint64{c.Missing[row/64] >> (row % 64) & 1}
		}
		v.Doubles, v.Ints, v.Uints, v.Bools = only(c.Doubles, row), only(c.Ints, row), only(c.Uints, row), only(c.Bools, row)
		v.Strings, v.Times, v.Values = only(c.Strings, row), only(c.Times, row), only(c.Values, row)
	}
	differs := func(y *term) (string, string, bool) {
		at, want, got := r.differ(y, one, 1, 0, &tally{})
		return want, got, at >= 0
	}
	want, got, ok := differs(x)
	if !ok {
		return x, "only among other rows"
	}
	for again := true; again; {
		again = false
		for _, y := range x.smaller() {
			if len(y.String()) >= len(x.String()) {
				break
			}
			if w, g, ok := differs(y); ok {
				x, want, got, again = y, w, g, true
				break
			}
		}
	}
	text := x.String()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  cel-go %s\n  ours   %s\n ", text, want, got)
	for i, v := range rivalVars {
		if strings.Contains(text, v.Name) {
			if absent(&one[i], 0) {
				fmt.Fprintf(&b, " %s missing", v.Name)
			} else {
				fmt.Fprintf(&b, " %s=%v", v.Name, valueOf(&one[i], v.Type, 0).Value())
			}
		}
	}
	return x, b.String()
}

func only[T any](s []T, i int) []T {
	if s == nil {
		return nil
	}
	return s[i : i+1 : i+1]
}

var batchSizes = []int{0, 1, 63, 64, 65, 127, 200, 257, 2047, 2048, 2049}

// trial is one seed: a formula over columns. It reports what differs.
func (r *rival) trial(seed uint64, count *tally) string {
	g := rand.New(rand.NewPCG(seed, 0xa1307ace))
	n := 200 + g.IntN(120)
	if g.IntN(12) == 0 {
		n = pick(g, batchSizes)
	}
	split := 0
	if n > 64 && g.IntN(2) == 0 {
		split = 64 * g.IntN(n/64+1)
	}
	columns := rivalColumns(g, n, []float64{0, 0.06, 0.06, 0.3, 1}[g.IntN(5)])
	forms, results := formsOf, "ddddiibbbbustpDI"
	if g.IntN(2) == 0 {
		forms, results = coreForms, "ddddddiiibbbbutp"
	}
	x := randomTerm(g, forms, results[g.IntN(16)], 1+g.IntN(6), nil)
	if len(x.String()) > 3000 {
		return ""
	}
	row, want, got := r.differ(x, columns, n, split, count)
	if row < 0 {
		return ""
	}
	_, small := r.shrink(x, columns, row)
	return fmt.Sprintf("seed %d, row %d of %d: %s\n  cel-go %s\n  ours   %s\nsmallest: %s", seed, row, n, x, want, got, small)
}

// kept are seeds that once found a difference.
var kept = []uint64{}

// TestDifferential compares at least a million cells with plain cel-go.
// ALMOTACEN_FUZZ multiplies them; ALMOTACEN_SEED begins at another seed.
func TestDifferential(t *testing.T) {
	want, first := 1_000_000, uint64(1)
	if testing.Short() {
		want = 50_000
	}
	for _, v := range []string{"ALMOTACEN_FUZZ", "ALMOTACEN_SEED"} {
		if s := os.Getenv(v); s != "" {
			n, err := strconv.ParseUint(s, 10, 64)
			require.NoError(t, err)
			if v == "ALMOTACEN_FUZZ" {
				want *= int(n)
			} else {
				first = n
			}
		}
	}
	const workers = 2
	counts := make([]tally, workers)
	found := make([][]string, workers)
	last := make([]uint64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		r := newRival(t)
		wg.Go(func() {
			if w == 0 {
				for _, seed := range kept {
					if d := r.trial(seed, &counts[w]); d != "" {
						found[w] = append(found[w], d)
					}
				}
			}
			for seed := first + uint64(w); counts[w].cells < want/workers+1 && len(found[w]) < 8; seed += workers {
				last[w] = seed
				if d := r.trial(seed, &counts[w]); d != "" {
					found[w] = append(found[w], d)
				}
			}
		})
	}
	wg.Wait()
	var all tally
	for w := range workers {
		c := counts[w]
		all.formulas, all.refused, all.cells = all.formulas+c.formulas, all.refused+c.refused, all.cells+c.cells
		all.failed, all.missing, all.whole = all.failed+c.failed, all.missing+c.missing, all.whole+c.whole
		for _, d := range found[w] {
			t.Error(d)
		}
	}
	t.Logf("seeds %d to %d: %d cells of %d formulas (%d compiled whole, %d refused by both), %d errors, %d missing, %d differences",
		first, slices.Max(last), all.cells, all.formulas, all.whole, all.refused, all.failed, all.missing, len(found[0])+len(found[1]))
}

func FuzzDifferential(f *testing.F) {
	r := newRival(f)
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		if d := r.trial(seed, &tally{}); d != "" {
			t.Error(d)
		}
	})
}
