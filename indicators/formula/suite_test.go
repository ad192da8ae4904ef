package formula

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "cel.dev/expr/conformance/proto2" // the messages that cases name
	_ "cel.dev/expr/conformance/proto3"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/testcorpus"
)

// suiteCase is a line of the language's own tests; see SOURCES.md of the corpus.
type suiteCase struct {
	Path, Expr, Container string
	Needs                 []string
	DisableCheck          bool `json:"disable_check"`
	CheckOnly             bool `json:"check_only"`
	Funcs                 []struct {
		Name      string
		Overloads []struct {
			ID, Result string
			Params     []string
			TypeParams []string `json:"type_params"`
			Member     bool
		}
	}
	Vars     []struct{ Name, Type string }
	Bindings map[string]map[string]any
	Want     struct {
		Kind, Type string
		Value      map[string]any
	}
}

func readSuite(t *testing.T) (cases []suiteCase, misses map[string]string) {
	dir := testcorpus.Dir(t, "cel-spec")
	f, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var c suiteCase
		require.NoError(t, json.Unmarshal(s.Bytes(), &c))
		cases = append(cases, c)
	}
	require.NoError(t, s.Err())
	known, err := os.ReadFile(filepath.Join(dir, "not-passing-cel-go-v0.31.0.tsv"))
	require.NoError(t, err)
	misses = map[string]string{} // the reason by path
	for line := range strings.Lines(string(known)) {
		if f := strings.Split(line, "\t"); len(f) > 2 && !strings.HasPrefix(line, "#") {
			misses[f[0]] = f[2]
		}
	}
	return cases, misses
}

// options configure the environment as the case wants it.
func (c *suiteCase) options(t *testing.T) []cel.EnvOption {
	opts := []cel.EnvOption{
		cel.OptionalTypes(), cel.EnableErrorOnBadPresenceTest(true), cel.EnableIdentifierEscapeSyntax(),
		ext.Bindings(), ext.Encoders(), ext.Math(), ext.Protos(), ext.Strings(), ext.TwoVarComprehensions(), ext.Network(),
		cel.Container(c.Container),
	}
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		if strings.HasPrefix(string(m.Descriptor().FullName()), "cel.expr.conformance.") {
			opts = append(opts, cel.Types(m.New().Interface()))
		}
		return true
	})
	if slices.Contains(c.Needs, "block") {
		opts = append(opts, blockMacros()...)
	}
	for _, f := range c.Funcs {
		var o []cel.FunctionOpt
		for _, x := range f.Overloads {
			var params []*cel.Type
			for _, p := range x.Params {
				params = append(params, suiteType(t, p))
			}
			if x.Member {
				o = append(o, cel.MemberOverload(x.ID, params, suiteType(t, x.Result)))
			} else {
				o = append(o, cel.Overload(x.ID, params, suiteType(t, x.Result)))
			}
		}
		opts = append(opts, cel.Function(f.Name, o...))
	}
	for _, v := range c.Vars {
		opts = append(opts, cel.Variable(v.Name, suiteType(t, v.Type)))
	}
	return opts
}

// suiteType reads a type as the corpus writes it.
func suiteType(t *testing.T, s string) *cel.Type {
	plain := map[string]*cel.Type{"int": cel.IntType, "uint": cel.UintType, "double": cel.DoubleType, "bool": cel.BoolType, "string": cel.StringType,
		"bytes": cel.BytesType, "null": cel.NullType, "dyn": cel.DynType, "any": cel.AnyType, "timestamp": cel.TimestampType, "duration": cel.DurationType}
	if x := plain[s]; x != nil {
		return x
	}
	head, rest, ok := strings.Cut(s, "(")
	require.True(t, ok, s)
	var args []string
	depth, from := 0, 0
	rest = strings.TrimSuffix(rest, ")")
	for i, r := range rest + "," {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			args, from = append(args, strings.TrimSpace(rest[from:i])), i+1
		}
	}
	of := func(i int) *cel.Type { return suiteType(t, args[i]) }
	switch head {
	case "list":
		return cel.ListType(of(0))
	case "map":
		return cel.MapType(of(0), of(1))
	case "wrapper":
		return cel.NullableType(of(0))
	case "message":
		if x := (map[string]*cel.Type{"google.protobuf.Duration": cel.DurationType, "google.protobuf.Timestamp": cel.TimestampType, "google.protobuf.Any": cel.AnyType,
			"google.protobuf.Value": cel.DynType, "google.protobuf.Struct": cel.MapType(cel.StringType, cel.DynType), "google.protobuf.ListValue": cel.ListType(cel.DynType)})[args[0]]; x != nil {
			return x
		}
		if name, ok := strings.CutPrefix(args[0], "google.protobuf."); ok && strings.HasSuffix(name, "Value") {
			wrapped := map[string]*cel.Type{"BoolValue": cel.BoolType, "BytesValue": cel.BytesType, "DoubleValue": cel.DoubleType, "FloatValue": cel.DoubleType,
				"Int32Value": cel.IntType, "Int64Value": cel.IntType, "StringValue": cel.StringType, "UInt32Value": cel.UintType, "UInt64Value": cel.UintType}
			return cel.NullableType(wrapped[name])
		}
		return cel.ObjectType(args[0])
	case "param":
		return cel.TypeParamType(args[0])
	case "abstract":
		var params []*cel.Type
		for i := range args[1:] {
			params = append(params, of(i+1))
		}
		return cel.OpaqueType(args[0], params...)
	case "type":
		return types.NewTypeTypeWithParam(of(0))
	}
	require.Fail(t, "type", s)
	return nil
}

// blockMacros are cel.block, cel.index, cel.iterVar and cel.accuVar, which the
// suite writes and no one else does.
func blockMacros() []cel.EnvOption {
	number := func(e ast.Expr) string { return fmt.Sprint(e.AsLiteral().Value()) }
	in := func(target ast.Expr) bool { return target.Kind() == ast.IdentKind && target.AsIdent() == "cel" }
	variable := func(prefix string) cel.MacroFactory {
		return func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewIdent(fmt.Sprintf("@%s:%s:%s", prefix, number(args[0]), number(args[1]))), nil
		}
	}
	opts := []cel.EnvOption{cel.Macros(
		cel.ReceiverMacro("block", 2, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewCall("cel.@block", args...), nil
		}),
		cel.ReceiverMacro("index", 1, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewIdent("@index" + number(args[0])), nil
		}),
		cel.ReceiverMacro("iterVar", 2, variable("it")),
		cel.ReceiverMacro("accuVar", 2, variable("ac")),
	)}
	for i := range 32 {
		opts = append(opts, cel.Variable(fmt.Sprintf("@index%d", i), cel.DynType))
	}
	return opts
}

var strongEnum ref.Val = types.NewErr("a typed enum")

// value is a value of the corpus.
func (c *suiteCase) value(t *testing.T, a types.Adapter, v map[string]any) ref.Val {
	for kind, w := range v {
		switch kind {
		case "int":
			i, err := strconv.ParseInt(w.(string), 10, 64)
			require.NoError(t, err)
			return types.Int(i)
		case "uint":
			u, err := strconv.ParseUint(w.(string), 10, 64)
			require.NoError(t, err)
			return types.Uint(u)
		case "double":
			d, err := strconv.ParseFloat(w.(string), 64)
			require.NoError(t, err)
			return types.Double(d)
		case "string":
			return types.String(w.(string))
		case "bytes":
			b, err := base64.StdEncoding.DecodeString(w.(string))
			require.NoError(t, err)
			return types.Bytes(b)
		case "bool":
			return types.Bool(w.(bool))
		case "null":
			return types.NullValue
		case "type":
			return types.NewObjectType(w.(string))
		case "enum":
			return strongEnum // which cel-go has none of: its enums are ints
		case "timestamp", "duration":
			p := w.([]any)
			s, err := strconv.ParseInt(p[0].(string), 10, 64)
			require.NoError(t, err)
			if kind == "timestamp" {
				return types.Timestamp{Time: time.Unix(s, int64(p[1].(float64))).UTC()}
			}
			return types.Duration{Duration: time.Duration(s)*time.Second + time.Duration(p[1].(float64))}
		case "list":
			out := []ref.Val{}
			for _, x := range w.([]any) {
				out = append(out, c.value(t, a, x.(map[string]any)))
			}
			return types.NewDynamicList(a, out)
		case "map":
			out := map[ref.Val]ref.Val{}
			for _, x := range w.([]any) {
				p := x.([]any)
				out[c.value(t, a, p[0].(map[string]any))] = c.value(t, a, p[1].(map[string]any))
			}
			return types.NewRefValMap(a, out)
		case "message":
			m := w.(map[string]any)
			typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(m["type"].(string)))
			require.NoError(t, err)
			wire, err := base64.StdEncoding.DecodeString(m["wire"].(string))
			require.NoError(t, err)
			msg := typ.New().Interface()
			require.NoError(t, proto.Unmarshal(wire, msg))
			return a.NativeToValue(msg)
		}
	}
	require.Fail(t, "value", "%v", v)
	return nil
}

// equalValue reports whether got is the value wanted: of the same type, doubles by ==
// with any NaN like another, maps in any order.
func equalValue(got, want ref.Val) bool {
	switch w := want.(type) {
	case types.Double:
		g, ok := got.(types.Double)
		return ok && (g == w || g != g && w != w)
	case *types.Type:
		g, ok := got.(ref.Type)
		return ok && g.TypeName() == w.TypeName()
	case traits.Lister:
		g, ok := got.(traits.Lister)
		if !ok || g.Size() != w.Size() {
			return false
		}
		for i := range int(w.Size().(types.Int)) {
			if !equalValue(g.Get(types.Int(i)), w.Get(types.Int(i))) {
				return false
			}
		}
		return true
	case traits.Mapper:
		g, ok := got.(traits.Mapper)
		if !ok || g.Size() != w.Size() {
			return false
		}
		for it := w.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			x, found := g.Find(k)
			if !found || !equalValue(x, w.Get(k)) {
				return false
			}
		}
		return true
	}
	if m, ok := want.Value().(proto.Message); ok {
		g, ok := got.Value().(proto.Message)
		return ok && proto.Equal(g, m)
	}
	return got.Type() == want.Type() && got.Equal(want) == types.True
}

// outcome of a case: a value, or an error when it is checked or evaluated.
type outcome struct {
	value ref.Val
	typ   string // deduced
	err   error
	early bool // the error came before the evaluation
}

func (o outcome) good(t *testing.T, c *suiteCase, a types.Adapter) bool {
	if c.Want.Kind == "error" {
		return o.err != nil && !o.early
	}
	if o.err != nil {
		return false
	}
	if c.Want.Type != "" && o.typ != suiteType(t, c.Want.Type).String() {
		return false
	}
	return c.Want.Kind == "type" || equalValue(o.value, c.value(t, a, c.Want.Value))
}

// like reports whether two outcomes are the same, of values to the bit but for
// the payload of NaN.
func (o outcome) like(p outcome) bool {
	if o.err != nil || p.err != nil {
		return o.err != nil && p.err != nil
	}
	if d, ok := o.value.(types.Double); ok {
		if q, ok := p.value.(types.Double); ok && d == d {
			return math.Float64bits(float64(d)) == math.Float64bits(float64(q))
		}
	}
	return o.typ == p.typ && (o.value == nil && p.value == nil || equalValue(o.value, p.value))
}

// plain runs a case as a user of cel-go would.
func (c *suiteCase) plain(t *testing.T) (outcome, types.Adapter) {
	env, err := cel.NewEnv(c.options(t)...)
	require.NoError(t, err, c.Path)
	a := env.CELTypeAdapter()
	parsed, iss := env.Parse(c.Expr)
	if iss.Err() != nil {
		return outcome{err: iss.Err(), early: true}, a
	}
	checked := parsed
	if !c.DisableCheck {
		if checked, iss = env.Check(parsed); iss.Err() != nil {
			return outcome{err: iss.Err(), early: true}, a
		}
	}
	out := outcome{typ: checked.OutputType().String()}
	if c.CheckOnly {
		return out, a
	}
	prog, err := env.Program(checked)
	if err != nil {
		return outcome{err: err, early: true}, a
	}
	vars := map[string]any{}
	for name, b := range c.Bindings {
		if vars[name] = c.value(t, a, b); vars[name] == strongEnum {
			return outcome{err: errors.New("a typed enum"), early: true}, a
		}
	}
	v, _, err := prog.Eval(vars)
	if err != nil {
		return outcome{err: err}, a
	}
	out.value = v
	return out, a
}

// ours runs a case through the library: as a column of one row. Compiled
// reports whether no part of it ran in cel-go.
func (c *suiteCase) ours(t *testing.T, a types.Adapter) (o outcome, compiled bool) {
	scalar := map[string]celenv.Type{"int": celenv.Int, "uint": celenv.Uint, "double": celenv.Double, "bool": celenv.Bool, "string": celenv.String}
	env := celenv.Config{Options: c.options(t), Unchecked: c.DisableCheck}
	declared := map[string]string{}
	for _, v := range c.Vars {
		declared[v.Name] = v.Type
	}
	var vars []celenv.Var
	var columns []Column
	for _, id := range slices.Sorted(maps.Keys(c.Bindings)) {
		v := c.value(t, a, c.Bindings[id])
		x := celenv.Var{Name: id, Type: scalar[declared[id]]}
		col := Column{Values: []any{v}}
		switch v := v.(type) {
		case types.Int:
			col.Ints = []int64{int64(v)}
		case types.Uint:
			col.Uints = []uint64{uint64(v)}
		case types.Double:
			col.Doubles = []float64{float64(v)}
		case types.Bool:
			col.Bools = []bool{bool(v)}
		case types.String:
			col.Strings = []string{string(v)}
		}
		if x.Type == celenv.Other {
			x.Decl = celenv.ByOption
		}
		vars, columns = append(vars, x), append(columns, col)
	}
	for _, v := range c.Vars {
		if c.Bindings[v.Name] == nil { // checked only
			vars, columns = append(vars, celenv.Var{Name: v.Name, Decl: celenv.ByOption}), append(columns, Column{})
		}
	}
	x, err := compileExpr(c.Expr, vars, Config{}, env)
	if err != nil {
		return outcome{err: err, early: true}, false
	}
	o.typ = x.declared
	compiled = true
	for _, s := range x.Plan() {
		compiled = compiled && !s.Fallback
	}
	if c.CheckOnly {
		return o, compiled
	}
	out := x.NewColumn(1)
	e := x.NewEvaluator()
	e.Eval(out, columns, 0, 1)
	switch {
	case out.Failed[0] != 0:
		o.err = errors.New(e.Error(out.Errors[0]))
	case out.Missing[0] != 0:
		o.err = errors.New("missing")
	case out.Doubles != nil:
		o.value = types.Double(out.Doubles[0])
	case out.Ints != nil && x.Type() == "duration":
		o.value = types.Duration{Duration: time.Duration(out.Ints[0])}
	case out.Ints != nil:
		o.value = types.Int(out.Ints[0])
	case out.Uints != nil:
		o.value = types.Uint(out.Uints[0])
	case out.Bools != nil:
		o.value = types.Bool(out.Bools[0])
	case out.Strings != nil:
		o.value = types.String(out.Strings[0])
	case out.Times != nil:
		o.value = types.Timestamp{Time: out.Times[0]}
	default:
		o.value = a.NativeToValue(out.Values[0])
	}
	return o, compiled
}

// TestConformance runs every case of the language's own suite twice: with plain
// cel-go, and through the library. What plain cel-go passes must pass here with
// the same value; of errors only that there is one is compared, since some are
// found earlier here.
func TestConformance(t *testing.T) {
	cases, misses := readSuite(t)
	plain, pass, fail, whole, parts := 0, 0, 0, 0, 0
	var skips []string
	for i := range cases {
		c := &cases[i]
		want, a := c.plain(t)
		good := want.good(t, c, a)
		require.NotEqual(t, good, misses[c.Path] != "", "%s: %s: want %v, plain cel-go gives %v, and the corpus says otherwise", c.Path, c.Expr, c.Want, want)
		if !good {
			skips = append(skips, "plain cel-go, the reference, does not pass it: "+misses[c.Path])
			continue
		}
		plain++
		got, compiled := c.ours(t, a)
		if !got.like(want) {
			fail++
			t.Errorf("%s: %s\nplain %v %s %v\nours  %v %s %v", c.Path, c.Expr, want.value, want.typ, want.err, got.value, got.typ, got.err)
			continue
		}
		pass++
		if compiled {
			whole++
		} else {
			parts++
		}
	}
	require.Equal(t, 2396, plain)
	t.Logf("of %d cases that pass, %d are compiled whole and %d have a part that cel-go evaluates", pass, whole, parts)
	testcorpus.Conformance(t, "cel-spec", pass, fail, skips)
}
